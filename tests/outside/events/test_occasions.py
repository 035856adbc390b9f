"""Occasions: every role against a brute-force loop, days, what is known, what follows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, TermError
from demarche.outside.events.occasions import (
    ANYONE,
    DIRECT_ROLES,
    ROLES,
    Dyads,
    Occasions,
    best_partners,
    event_mask,
    find_occasions,
    first_responses,
    role_of,
    shift_occasions,
)
from tests.outside.events.worlds import all_dyads, panel_of, random_panel


def brute(panel, dyads, role, mask, as_of, partners=(), actor=None, recipient=None):
    """Occasions by looking at every row for every dyad."""
    ties = set(zip(*map(list, partners), strict=True)) if len(partners) else set()
    out = set()
    for day, known, a, b, code in zip(
        panel.day, panel.known, panel.actor, panel.recipient, panel.code, strict=True
    ):
        if day > as_of or known > as_of or not mask[code]:
            continue
        if (actor is not None and a not in actor) or (recipient is not None and b not in recipient):
            continue
        for d, (x, z) in enumerate(zip(dyads.actor, dyads.recipient, strict=True)):
            third = a not in (x, z) if z != ANYONE else a != x
            holds = {
                "Z->X": b == x and (a == z if z != ANYONE else a != x),
                "X->Z": a == x and (b == z if z != ANYONE else b != x),
                "W->X": b == x and third,
                "W->Z": b == z and third,
                "Z->partner": a == z and b != x and (x, b) in ties,
                "partner->Z": b == z and a != x and (x, a) in ties,
            }[role]
            if holds:
                out.add((d, int(day)))
    return sorted(out)


@given(st.integers(0, 10_000), st.sampled_from(ROLES), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_role_agrees_with_a_loop(seed, role, named):
    rng = np.random.default_rng(seed)
    panel = random_panel(rng)
    dyads = all_dyads(panel)
    mask = event_mask(panel, quads=(int(panel.quad[0]), int(panel.quad[-1])))
    partners = best_partners(panel, as_of=20, most=2, least_net=1)
    who = (0, 2) if named else None
    found = find_occasions(
        panel,
        dyads=dyads,
        role=role,
        trigger=mask,
        as_of=30,
        trigger_actor=who,
        partners=partners,
    )
    assert list(zip(found.dyad.tolist(), found.day.tolist(), strict=True)) == brute(
        panel, dyads, role, mask, 30, partners, actor=who
    )


@given(st.integers(0, 10_000), st.sampled_from(DIRECT_ROLES))
@settings(max_examples=30, deadline=None)
def test_dyads_with_anyone_agree_with_a_loop(seed, role):
    panel = random_panel(np.random.default_rng(seed))
    n = len(panel.actors)
    dyads = Dyads(actor=np.r_[np.arange(n), 0], recipient=np.r_[np.full(n, ANYONE), n - 1])
    mask = np.ones(len(panel.classes), dtype=bool)
    found = find_occasions(panel, dyads=dyads, role=role, trigger=mask, as_of=39)
    assert list(zip(found.dyad.tolist(), found.day.tolist(), strict=True)) == brute(
        panel, dyads, role, mask, 39
    )


def one_dyad(panel, actor="A", recipient="B"):
    at = panel.actors.index
    return Dyads(actor=np.array([at(actor)]), recipient=np.array([at(recipient)]))


def followed(panel, as_of=None):
    dyads = one_dyad(panel)
    end = panel.days - 1 if as_of is None else as_of
    trigger, response = event_mask(panel, codes=("19",)), event_mask(panel, codes=("11",))
    found = find_occasions(panel, dyads=dyads, role="Z->X", trigger=trigger, as_of=end)
    return found.day.tolist(), first_responses(
        panel, dyads=dyads, response=response, occasions=found, as_of=end
    ).tolist()


def test_a_response_on_the_triggers_own_day_is_not_counted():
    same_day = panel_of([(3, "B", "A", "19"), (3, "A", "B", "11")], days=20)
    assert followed(same_day) == ([3], [-1])
    next_day = panel_of([(3, "B", "A", "19"), (3, "A", "B", "11"), (4, "A", "B", "11")], days=20)
    assert followed(next_day) == ([3], [4])


def test_a_day_counts_once_however_many_events_fired():
    panel = panel_of([(3, "B", "A", "19"), (3, 5, "B", "A", "19"), (4, "A", "B", "11")], days=20)
    assert followed(panel) == ([3], [4])


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_later_rows_change_nothing(seed):
    """Deletion and insertion of rows after `as_of`, and late coding of rows before it."""
    rng = np.random.default_rng(seed)
    names = "ABC"
    early = [
        (int(rng.integers(20)), names[rng.integers(3)], names[rng.integers(3)], code)
        for code in rng.choice(["11", "19"], 60).tolist()
    ]
    early += [(0, "A", "B", "11"), (0, "B", "A", "19"), (0, "C", "A", "19")]
    late = [(int(rng.integers(20, 40)), r[1], r[2], r[3]) for r in early]
    coded_late = [(r[0], 25, r[1], r[2], r[3]) for r in early]
    as_before = followed(panel_of(early, days=40), as_of=19)
    assert followed(panel_of(early + late, days=40), as_of=19) == as_before
    assert followed(panel_of(early + coded_late, days=40), as_of=19) == as_before
    assert followed(panel_of(early + late, days=40), as_of=39) != as_before


def test_rows_known_later_are_no_occasion_no_response_and_make_no_partner():
    """Force by B on A, and criticism by A after it, each known five days after it happened."""
    rows = [(2, 7, "B", "A", "19"), (4, 9, "A", "B", "11"), *[(3, 8, "A", "C", "04")] * 5]
    panel = panel_of(rows, days=30)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    trigger, response = (event_mask(panel, codes=(code,)) for code in ("19", "11"))

    def fired(as_of):
        return find_occasions(panel, dyads=dyads, role="Z->X", trigger=trigger, as_of=as_of)

    assert [fired(as_of).day.tolist() for as_of in (6, 7)] == [[], [2]]
    for as_of, day in ((8, -1), (9, 4)):
        after = first_responses(
            panel, dyads=dyads, response=response, occasions=fired(7), as_of=as_of
        )
        assert after.tolist() == [day]
    assert [len(best_partners(panel, as_of=as_of)[0]) for as_of in (7, 8)] == [0, 2]


def test_swapping_two_actors_in_the_input_swaps_the_output():
    rng = np.random.default_rng(5)
    panel = random_panel(rng)
    dyads = all_dyads(panel)
    swap = np.arange(len(panel.actors))
    swap[[0, 1]] = [1, 0]
    swapped = panel_of(
        [
            (int(d), panel.actors[swap[a]], panel.actors[swap[b]], panel.classes[c])
            for d, a, b, c in zip(panel.day, panel.actor, panel.recipient, panel.code, strict=True)
        ],
        days=panel.days,
    )
    other = Dyads(actor=swap[dyads.actor], recipient=swap[dyads.recipient])
    for role in ("Z->X", "X->Z", "W->X", "W->Z"):
        mask = event_mask(panel, quads=(4,))
        a = find_occasions(panel, dyads=dyads, role=role, trigger=mask, as_of=39)
        b = find_occasions(swapped, dyads=other, role=role, trigger=mask, as_of=39)
        assert np.array_equal(a.dyad, b.dyad)
        assert np.array_equal(a.day, b.day)


@pytest.mark.parametrize(
    ("by", "to", "role"),
    [
        (5, 2, "Z->X"),
        (2, 5, "X->Z"),
        (9, 2, "W->X"),
        (None, 2, "W->X"),
        (9, 5, "W->Z"),
        (5, 7, "Z->partner"),
        (7, 5, "partner->Z"),
        (9, 7, None),
        (2, 7, None),
    ],
)
def test_role_of_a_trigger_for_actor_2_and_recipient_5_with_partner_7(by, to, role):
    assert (
        role_of(
            trigger_actor=by,
            trigger_recipient=to,
            actor=2,
            recipient=5,
            partners=frozenset({7}),
        )
        == role
    )


def test_role_towards_anyone():
    assert role_of(trigger_actor=3, trigger_recipient=2, actor=2, recipient=ANYONE) == "Z->X"
    assert role_of(trigger_actor=2, trigger_recipient=3, actor=2, recipient=ANYONE) == "X->Z"


def test_best_partners_by_hand():
    """A and B: 3 cooperative acts; A and C: 4 cooperative less twice 2 conflictual = 0."""
    rows = [(i, "A", "B", "04") for i in range(2)] + [(5, "B", "A", "06")]
    rows += [(i, "A", "C", "04") for i in range(4)] + [(i, "C", "A", "19") for i in range(2)]
    rows += [(i, "A", "A", "04") for i in range(9)]
    panel = panel_of(rows, days=20)
    actors, partners = best_partners(panel, as_of=19, least_net=3)
    named = [(panel.actors[a], panel.actors[b]) for a, b in zip(actors, partners, strict=True)]
    assert named == [("A", "B"), ("B", "A")]
    assert best_partners(panel, as_of=4, least_net=3)[0].size == 0


def test_partners_are_the_eight_best_by_five_net_acts_of_either_side():
    """A and ten others: K has 4 acts net, the rest 5 to 13; force counts twice."""
    rows = []
    for k, name in enumerate("BCDEFGHIJ"):
        rows += [(day, "A", name, "04") for day in range(13 - k)]
    rows += [(day, "K", "A", "04") for day in range(8)] + [(day, "A", "K", "19") for day in (1, 2)]
    panel = panel_of(rows, days=20)

    def named(**options):
        actors, partners = best_partners(panel, as_of=19, **options)
        return "".join(panel.actors[b] for a, b in zip(actors, partners, strict=True) if a == 0)

    assert named() == "BCDEFGHI"
    assert named(most=20) == "BCDEFGHIJ"
    assert named(most=20, least_net=4.0) == "BCDEFGHIJK"
    assert named(most=2) == "BC"
    one = panel_of([(day, "A", "B", "04") for day in range(5)], days=20)
    assert [pair.tolist() for pair in best_partners(one, as_of=19)] == [[0, 1], [1, 0]]
    assert not best_partners(one, as_of=3)[0].size


def test_an_act_announced_before_its_day_is_none_until_then():
    """Known on day 2, dated day 10: neither trigger nor response by day 9."""
    panel = panel_of([(10, 2, "B", "A", "19"), (12, 2, "A", "B", "11")], days=20)
    assert followed(panel, as_of=9) == ([], [])
    assert followed(panel, as_of=10) == ([10], [-1])
    assert followed(panel, as_of=12) == ([10], [12])


def test_shifted_occasions_stay_in_the_record_and_count_once():
    found = Occasions(role="Z->X", dyad=np.array([0, 0, 0]), day=np.array([1, 5, 9]))
    moved = shift_occasions(found, by=np.array([-2, 4, 0]), days=12)
    assert moved.day.tolist() == [9]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda p: event_mask(p), TermError, "none is given"),
        (lambda p: event_mask(p, quads=(5,)), TermError, "not a quad class"),
        (lambda p: event_mask(p, codes=("91",)), DataError, "no event of type '91'"),
        (
            lambda p: find_occasions(
                p, dyads=all_dyads(p), role="Z-X", trigger=event_mask(p, quads=(4,)), as_of=3
            ),
            TermError,
            "Did you mean 'Z->X'",
        ),
        (
            lambda p: find_occasions(
                p, dyads=all_dyads(p), role="Z->partner", trigger=p.quad == 4, as_of=3
            ),
            DataError,
            "needs partners",
        ),
        (
            lambda p: find_occasions(
                p,
                dyads=Dyads(actor=np.array([0]), recipient=np.array([ANYONE])),
                role="W->X",
                trigger=p.quad == 4,
                as_of=3,
            ),
            TermError,
            "named recipient",
        ),
        (
            lambda p: Dyads(actor=np.array([0, 0]), recipient=np.array([1, 1])),
            DataError,
            "given twice",
        ),
    ],
)
def test_bad_input_is_an_error_that_says_what_to_do(call, error, says):
    panel = panel_of([(3, "B", "A", "19"), (4, "A", "B", "11")], days=20)
    with pytest.raises(error, match=says):
        call(panel)
