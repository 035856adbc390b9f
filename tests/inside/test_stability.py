"""Stability of states: the search against the definitions, unknown preferences, budgets, errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import MethodError, TermError
from demarche.inside import (
    Option,
    Unknown,
    coalition_stable,
    conflict,
    conflict_from,
    evolution,
    holds,
    stabilising_preferences,
    stability,
    what_holds,
)
from demarche.inside.stable_states import CONCEPTS


def drawn(seed, *, unknown=False, makers=None, most=6):
    """A conflict drawn at random: infeasible states, one-way options, ties, unknown places."""
    rng = np.random.default_rng(seed)
    count = makers or int(rng.integers(2, 5))
    m = int(rng.integers(count, max(count, most) + 1))
    own = [[] for _ in range(count)]
    for o in range(m):
        own[o if o < count else int(rng.integers(count))].append(o)
    size = int(rng.integers(max(2, 2**m // 2), 2**m + 1))
    feasible = np.sort(rng.choice(2**m, size=size, replace=False))
    states = ["".join("Y" if p >> o & 1 else "N" for o in range(m)) for p in feasible]
    built, unplaced = [], {}
    for i in range(count):
        left = [int(s) + 1 for s in rng.permutation(size)]
        unplaced[f"d{i}"] = left[: int(rng.integers(0, 3))] if unknown else []
        left = left[len(unplaced[f"d{i}"]) :]
        order = []
        while left:
            group = left[: int(rng.integers(1, 4))]
            left = left[len(group) :]
            order.append(Unknown(tuple(group)) if unknown and rng.random() < 0.3 else group)
        built.append((f"d{i}", own[i], order))
    ways = ["both", "fwd", "back"]
    return conflict(
        options=[
            Option(name=str(o), direction=ways[int(rng.choice(3, p=[0.6, 0.2, 0.2]))])
            for o in range(m)
        ],
        makers=built,
        states=states,
        unplaced=unplaced,
    )


seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seeds, st.booleans(), st.booleans())
def test_the_search_agrees_with_the_definitions_state_by_state(seed, moves, sanctions):
    built = drawn(seed, unknown=True, most=5)
    found = stability(built, unknown_moves=moves, unknown_sanctions=sanctions)
    for concept in CONCEPTS:
        for i in range(len(built.makers)):
            expected = [
                holds(
                    built,
                    state=s,
                    maker=i,
                    concept=concept,
                    unknown_moves=moves,
                    unknown_sanctions=sanctions,
                )
                for s in range(built.size)
            ]
            np.testing.assert_array_equal(found.verdicts[concept][i], expected)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_nash_implies_the_rest_and_the_rest_imply_gmr(seed):
    v = stability(drawn(seed)).verdicts
    for concept in ("GMR", "SMR", "SEQ", "SIM"):
        assert np.all(v["Nash"] <= v[concept])
    assert np.all(v["SMR"] <= v["GMR"])
    assert np.all(v["SEQ"] <= v["GMR"])


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_relabelling_decision_makers_changes_nothing(seed):
    built = drawn(seed, makers=3)
    turned = conflict(
        options=built.options,
        makers=[
            (
                maker.name,
                maker.options,
                [
                    [int(s) + 1 for s in np.flatnonzero(maker.low == rank)]
                    for rank in sorted(set(maker.low.tolist()), reverse=True)
                ],
            )
            for maker in reversed(built.makers)
        ],
        states=[built.label(s) for s in range(built.size)],
    )
    for concept, table in stability(built).verdicts.items():
        np.testing.assert_array_equal(table, stability(turned).verdicts[concept][::-1])


def test_a_sanction_that_needs_the_same_opponent_twice_is_found():
    """B, then C, then B again: with each opponent moving once at most, A would not be deterred."""
    built = conflict(
        options=[
            Option(name="a", direction="fwd"),
            Option(name="b1", direction="fwd"),
            Option(name="b2", direction="fwd"),
            Option(name="c", direction="fwd"),
        ],
        states=["NNNN", "YNNN", "YYNN", "YYNY", "YYYY"],
        makers=[
            ("A", [0], [2, 3, 4, 1, 5]),
            ("B", [1, 2], [5, 3, 4, 2, 1]),
            ("C", [3], [4, 5, 3, 2, 1]),
        ],
    )
    found = stability(built)
    assert found.verdicts["GMR"][0, 0] == 1
    assert found.verdicts["SEQ"][0, 0] == 1
    row = what_holds(built, state=0, maker=0)[0]
    assert [mover for mover, _ in row.sanction] == [1, 2, 1]
    assert row.credible
    assert not row.escape


def test_an_exhausted_budget_is_reported_and_leaves_verdicts_undecided():
    built = drawn(3, makers=4)
    found = stability(built, budget=5)
    assert ("GMR", "d0") in found.unfinished
    assert set(found.written("GMR")[0]) == {"?"}
    assert found.equilibria("GMR") == ()
    assert "?" not in "".join(found.written("Nash"))


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from(CONCEPTS))
def test_the_inverse_question_agrees_with_the_verdict_for_every_order(seed, concept):
    built = drawn(seed, most=4)
    found = stability(built, concepts=[concept]).verdicts[concept]
    for i, maker in enumerate(built.makers):
        for s in range(built.size):
            needed = stabilising_preferences(built, state=s, maker=i, concept=concept)
            met = all(
                row.met(lambda z, s: maker.low[z] <= maker.low[s])  # noqa: B023
                for row in needed
            )
            assert met == bool(found[i, s])


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_what_holds_a_move_agrees_with_the_verdicts(seed):
    built = drawn(seed, most=5)
    v = stability(built).verdicts
    for i in range(len(built.makers)):
        for s in range(built.size):
            rows = what_holds(built, state=s, maker=i)
            assert (not rows) == bool(v["Nash"][i, s])
            assert all(row.sanction for row in rows) == bool(v["GMR"][i, s])
            assert all(row.credible for row in rows) == bool(v["SEQ"][i, s])


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_way_from_the_status_quo_is_a_chain_of_legal_moves(seed):
    built = drawn(seed, most=5)
    for way in evolution(built, status_quo=0):
        here, last = 0, -1
        for mover, there in way.way:
            assert mover != last
            assert there in set(built.moves(mover, here))
            if way.improving:
                assert built.prefers(mover, there, here)
            here, last = there, mover
        assert here == way.state


def test_the_coalition_of_all_leaves_what_everybody_dislikes():
    dilemma = conflict(
        options=[Option(name="c2"), Option(name="c1")],
        makers=[("One", [0], [3, 4, 1, 2]), ("Two", [1], [2, 4, 1, 3])],
    )
    for concept in CONCEPTS:
        assert not coalition_stable(dilemma, state=0, concept=concept)
        assert coalition_stable(dilemma, state=3, concept=concept)


TABLE = {
    "options": [{"name": "a"}, {"name": "b"}],
    "decision_makers": [
        {"name": "A", "options": [0], "preference_best_first": [1, 2, 3, 4]},
        {"name": "B", "options": [1], "preference_best_first": [4, [2, 3], 1]},
    ],
    "states": ["NN", "YN", "NY", "YY"],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"states": ["NN", "NY", "YN", "YY"]}, "order of binary value"),
        ({"states": ["NN", "YX"]}, "letters Y or N"),
        ({"optoins": []}, "Did you mean 'options'"),
        ({"options": [{"name": "a", "direction": "forwards"}, {"name": "b"}]}, "direction must be"),
    ],
    ids=["order", "letters", "key", "direction"],
)
def test_a_conflict_that_does_not_hold_together_is_refused(change, words):
    with pytest.raises(TermError, match=words):
        conflict_from({**TABLE, **change})


def test_a_state_missing_from_an_order_is_named():
    broken = {**TABLE, "decision_makers": [dict(m) for m in TABLE["decision_makers"]]}
    broken["decision_makers"][0]["preference_best_first"] = [1, 2, 2]
    with pytest.raises(TermError, match=r"missing \[3, 4\], twice \[2\]"):
        conflict_from(broken)


def test_an_option_of_two_owners_is_refused():
    with pytest.raises(TermError, match="must belong to one"):
        conflict(
            options=[Option(name="a"), Option(name="b")],
            makers=[("A", [0, 1], [1, 2, 3, 4]), ("B", [1], [1, 2, 3, 4])],
        )


def test_too_many_states_end_in_the_budget_not_in_memory():
    with pytest.raises(MethodError, match="budget is 1048576"):
        conflict(
            options=[Option(name=str(o)) for o in range(30)],
            makers=[("A", range(15), [1]), ("B", range(15, 30), [1])],
        )


def test_unknown_places_widen_what_may_hold():
    """With a certain-only attitude an unknown state neither lures nor deters."""
    built = conflict(
        options=[Option(name="a", direction="fwd"), Option(name="b", direction="fwd")],
        makers=[
            ("A", [0], [Unknown((1, 2)), 3, 4]),
            ("B", [1], [4, 3, 2, 1]),
        ],
    )
    sure = stability(built, concepts=["Nash"]).verdicts["Nash"][0]
    lured = stability(built, concepts=["Nash"], unknown_moves=True).verdicts["Nash"][0]
    assert sure[0] == 1
    assert lured[0] == 0


@settings(max_examples=10, deadline=None)
@given(seeds, st.booleans(), st.booleans())
def test_the_compiled_loops_equal_their_python_twins(seed, moves, sanctions):
    from unittest import mock

    from demarche.inside import _graph_kernels as loops

    built = drawn(seed, unknown=True, most=4)
    attitude = {"unknown_moves": moves, "unknown_sanctions": sanctions}
    compiled = stability(built, **attitude)
    plain = {
        name: getattr(loops, name).py_func
        for name in ("best_of_own", "judge", "reach_least", "simultaneous")
    }
    with mock.patch.multiple(loops, **plain):
        twin = stability(built, **attitude)
    assert compiled.looked_at == twin.looked_at
    for concept in CONCEPTS:
        np.testing.assert_array_equal(compiled.verdicts[concept], twin.verdicts[concept])


def test_sixteen_thousand_states_are_judged_without_a_table_of_states_by_states():
    """Fourteen options of five: such a table alone would hold 2**28 entries per decision maker."""
    import tracemalloc

    from demarche.inside.graph import Conflict, DecisionMaker

    rng, size = np.random.default_rng(1), 2**14
    ranks = [rng.permutation(size).astype(np.int64) for _ in range(5)]
    built = Conflict(
        name="",
        options=tuple(Option(name=str(o)) for o in range(14)),
        makers=tuple(
            DecisionMaker(name=str(i), options=tuple(range(i, 14, 5)), low=rank, high=rank)
            for i, rank in enumerate(ranks)
        ),
        patterns=np.arange(size, dtype=np.int64),
    )
    tracemalloc.start()
    v = stability(built).verdicts
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
    for s in rng.integers(0, size, 20):
        best = [max(built.makers[i].low[t] for t in built.moves(i, int(s))) for i in range(5)]
        expected = [best[i] <= built.makers[i].low[s] for i in range(5)]
        np.testing.assert_array_equal(v["Nash"][:, s], expected)
    assert np.all(v["SEQ"] <= v["GMR"])
    assert v["GMR"].mean() > v["Nash"].mean()


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_coalitional_stability_is_weaker_the_more_is_foreseen(seed):
    built = drawn(seed, makers=3, most=4)
    for s in range(0, built.size, 3):
        table = {c: coalition_stable(built, state=s, concept=c) for c in CONCEPTS}
        for concept in ("GMR", "SMR", "SEQ", "SIM"):
            assert table["Nash"] <= table[concept]
        assert table["SMR"] <= table["GMR"]
        assert table["SEQ"] <= table["GMR"]


def test_those_outside_a_coalition_can_undo_its_gain_at_the_same_time():
    """A and B would move together from the first state; C, who also gains there, spoils it."""
    built = conflict(
        options=[Option(name=o, direction="fwd") for o in "abc"],
        makers=[
            ("A", [0], [4, 1, [2, 3, 6, 7], 5, 8]),
            ("B", [1], [4, 1, [2, 3, 6, 7], 5, 8]),
            ("C", [2], [5, 8, 6, 7, 1, 2, 3, 4]),
        ],
    )
    assert not coalition_stable(built, state=0, members=[0, 1])
    assert coalition_stable(built, state=0, members=[0, 1], concept="SIM")
    calm = conflict(
        options=built.options,
        makers=[
            ("A", [0], [4, 1, [2, 3, 6, 7], 5, 8]),
            ("B", [1], [4, 1, [2, 3, 6, 7], 5, 8]),
            ("C", [2], [1, 2, 3, 4, 5, 6, 7, 8]),
        ],
    )
    assert not coalition_stable(calm, state=0, members=[0, 1], concept="SIM")
