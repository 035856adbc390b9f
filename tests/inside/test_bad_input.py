"""Degenerate inputs end in a clear error or by a stated rule, and budgets are kept and reported."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest

from demarche.cases import shipped_case
from demarche.desk.solve import solve_file
from demarche.errors import DemarcheError, MethodError, TermError
from demarche.inside import (
    Option,
    SmpCase,
    build_game,
    challenge,
    coalition_stable,
    condorcet_election,
    condorcet_winner,
    conflict,
    cross_impact,
    evolution,
    holds,
    inside_view,
    logit_levels,
    nash_bargain,
    nash_bargain_on_scale,
    quantal_response,
    quantal_search,
    rake,
    shapley_shubik,
    smp,
    stabilising_preferences,
    stability,
    weighted_mean,
    weighted_median,
    what_holds,
)
from demarche.inside.strategies import strategies_of
from demarche.show.cli import main
from demarche.terms import CourseOfAction

INF, NAN = float("inf"), float("nan")


@pytest.fixture(autouse=True)
def alarm():
    """No input may make a solver hang."""

    def late(number, frame):
        raise AssertionError("still running after 60 seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def smp_case(n=3, *, position=None, capability=None):
    x = np.linspace(0, 100, n)[:, None] if position is None else position
    return SmpCase(
        actors=tuple(f"a{i}" for i in range(n)),
        dimensions=("x",),
        capability=np.ones(n) if capability is None else capability,
        position=x,
        salience=np.full((n, 1), 50.0),
    )


@pytest.mark.parametrize("bad", [INF, -INF, NAN, 1e308], ids=str)
@pytest.mark.parametrize(
    "solve",
    [
        lambda v: weighted_mean([1, v], weights=[1, 1]),
        lambda v: weighted_mean([1, 2], weights=[1, v]),
        lambda v: weighted_median([1, v], weights=[1, 1]),
        lambda v: condorcet_winner([1, v], weights=[1, 1]),
        lambda v: condorcet_election([[1, v]], weights=[1]),
        lambda v: condorcet_election([[1, 0]], weights=[v]),
        lambda v: condorcet_election([[1, 0]], weights=[1], exponent=v),
        lambda v: nash_bargain([[1, v]], reference=[0]),
        lambda v: nash_bargain([[1, 2]], reference=[v]),
        lambda v: nash_bargain_on_scale([1, v], reference=0),
        lambda v: nash_bargain_on_scale([1, 2], reference=v),
        lambda v: challenge([0, v], capability=[1, 1], salience=[1, 1]),
        lambda v: challenge([0, 1], capability=[1, v], salience=[1, 1]),
        lambda v: quantal_search([[[v, 0], [0, 1]], [[1, 0], [0, 1]]], precision=1),
        lambda v: quantal_search([[[1, 0], [0, 1]], [[1, 0], [0, 1]]], precision=v),
        lambda v: logit_levels([[[v, 0], [0, 1]], [[1, 0], [0, 1]]], precision=1),
        lambda v: logit_levels([[[1, 0], [0, 1]], [[1, 0], [0, 1]]], precision=1, depth=v),
        lambda v: smp_case(2, position=[[0.0], [v]]),
        lambda v: smp_case(2, capability=[1.0, v]),
        lambda v: cross_impact({"a": ["x"], "b": ["y"]}, [[0, v], [0, 0]]),
        lambda v: shapley_shubik([1, v], quota=1),
        lambda v: rake([v if v == v else 2.0], taken=np.array([[True], [False]])),
    ],
)
def test_infinite_missing_and_overflowing_numbers_are_refused(solve, bad):
    with pytest.raises((TermError, MethodError)):
        solve(bad)


class TestZeroCapability:
    def test_nobody_weighs_anything(self):
        with pytest.raises(TermError, match="every weight is zero"):
            weighted_mean([1, 2], weights=[0, 0])
        with pytest.raises(TermError, match="every SMP capability"):
            smp_case(2, capability=[1.0, 0.0])
        with pytest.raises(TermError, match="capability must be above 0"):
            challenge([0, 1], capability=[1, 0], salience=[1, 1])

    def test_an_election_without_weight_finds_all_options_alike(self):
        assert condorcet_election([[1, 0, 2]], weights=[0]).tolist() == [1 / 3] * 3

    def test_a_party_without_weight_has_no_say(self):
        found = nash_bargain([[1, 2], [5, -9]], reference=[0, 0], weights=[1, 0])
        assert (found.agreed, found.option) == (True, 1)


class TestTiesAndSameness:
    def test_identical_factions_count_as_one_with_their_weight(self):
        one = condorcet_election([[1, 0, 0.5]], weights=[2])
        two = condorcet_election([[1, 0, 0.5]] * 2, weights=[1, 1])
        assert two == pytest.approx(one)

    def test_all_options_alike(self):
        for form in ("conditional", "uniform", "incentive"):
            p = condorcet_election(np.ones((2, 4)), weights=[1, 2], form=form)
            assert p == pytest.approx(np.full(4, 0.25))
        found = quantal_response([np.ones((3, 2))] * 2, precision=50)
        assert found.uniqueness == "proved"
        assert found.profile[0].tolist() == [1 / 3] * 3

    def test_a_tie_of_gains_is_counted_and_the_first_named(self):
        found = nash_bargain([[1, 1], [1, 1]], reference=[0, 0])
        assert (found.option, found.ties) == (0, 2)

    def test_same_positions_leave_nothing_to_bargain_over(self):
        with pytest.raises(MethodError, match="nothing to bargain over"):
            smp(smp_case(3, position=np.full((3, 1), 40.0)))
        with pytest.raises(MethodError, match="nothing to bargain over"):
            challenge([4, 4], capability=[1, 1], salience=[1, 1])

    def test_every_state_equally_preferred_is_stable(self):
        built = conflict(
            options=[Option(name="a"), Option(name="b")],
            makers=[("A", [0], [[1, 2, 3, 4]]), ("B", [1], [[1, 2, 3, 4]])],
        )
        found = stability(built)
        for concept in found.verdicts:
            assert found.equilibria(concept) == (1, 2, 3, 4)


class TestOneStrategy:
    def test_a_player_with_one_strategy_plays_it(self):
        game = [[[1.0, 2.0]], [[3.0, 0.0]]]
        assert quantal_response(game, precision=2).profile[0].tolist() == [1.0]
        assert logit_levels(game, precision=2).p[0].tolist() == [[1.0]]

    def test_one_option_wins_for_certain(self):
        assert condorcet_election([[3.0]], weights=[1]).tolist() == [1.0]

    def test_one_state_is_stable(self):
        built = conflict(
            options=[Option(name="a"), Option(name="b")],
            makers=[("A", [0], [1]), ("B", [1], [1])],
            states=["YN"],
        )
        assert stability(built).equilibria("SEQ") == (1,)

    def test_descriptors_with_one_variant_have_one_scenario(self):
        found = cross_impact({"a": ["x"], "b": ["y"]}, [[0, 0], [0, 0]])
        assert (found.of, found.complete, len(found.consistent)) == (1, True, 1)


def courses(count, **more):
    return [
        CourseOfAction(
            id=f"c{n}",
            actor="X",
            label=f"c{n}",
            rung=1,
            observability="public",
            resolution="",
            **more,
        )
        for n in range(count)
    ]


class TestTooLarge:
    def test_two_to_the_thirtieth_feasible_sets_ask_for_postures(self):
        case = shipped_case("october-war-1973")
        actor = case.deciding()[0].id

        class Many:
            postures = ()

            def courses_of(self, _):
                return courses(30)

        with pytest.raises(TermError, match="name the sets worth considering as postures"):
            strategies_of(actor, case=Many())

    def test_thirty_options_without_states_ask_for_a_list(self):
        order = [[1]]
        with pytest.raises(MethodError, match="30 options have 1073741824 states"):
            conflict(
                options=[Option(name=str(n)) for n in range(30)],
                makers=[("A", list(range(15)), order), ("B", list(range(15, 30)), order)],
            )

    def test_an_election_of_very_many_options(self):
        with pytest.raises(MethodError, match="the budget is"):
            condorcet_election(np.zeros((2, 20_000)), weights=[1, 1])

    def test_a_markov_election_keeps_its_budget(self):
        u = np.random.default_rng(1).random((3, 30))
        with pytest.raises(MethodError, match="did not settle in 3 rounds"):
            condorcet_election(u, weights=[1, 1, 1], form="uniform", budget=3 * 900)

    def test_an_election_faction_by_faction_is_the_same(self, monkeypatch):
        u = np.random.default_rng(2).random((4, 30))
        whole = condorcet_election(u, weights=[1, 2, 3, 4])
        monkeypatch.setattr("demarche.inside.spatial.TABLE", 900)
        parts = condorcet_election(u, weights=[1, 2, 3, 4])
        assert parts == pytest.approx(whole, abs=1e-12)

    def test_the_challenge_model_of_very_many_actors(self):
        x = np.arange(2000.0)
        with pytest.raises(MethodError, match="merge actors"):
            challenge(x, capability=np.ones(2000), salience=np.ones(2000))

    def test_the_challenge_model_ends_at_its_budget_and_says_so(self):
        run = challenge(
            [0, 4, 10], capability=[1, 1, 1], salience=[0.5, 0.6, 0.9], rounds=9, budget=60
        )
        assert (run.ended, run.settled, len(run.mean)) == ("budget", False, 3)

    def test_the_smp_ends_at_its_budget_and_says_so(self):
        case = smp_case(5)
        assert smp(case).turns > 2
        run = smp(case, budget=2 * 125)
        assert (run.ended, run.settled, run.turns) == ("budget", False, 2)
        with pytest.raises(MethodError, match="merge actors"):
            smp(case, budget=100)

    def test_a_large_game_is_not_searched_for_ever(self):
        rng = np.random.default_rng(3)
        game = [rng.uniform(0, 1, (400, 400)) for _ in range(2)]
        found = quantal_search(game, precision=40.0, work=3_000_000_000)
        assert found.converged
        assert found.starts < 40
        assert any("budget of work" in text for text in found.warnings)

    def test_levels_of_very_many_draws_of_one_game(self):
        game = [np.zeros((100, 100))] * 2
        with pytest.raises(MethodError, match="solve them in parts"):
            logit_levels(game, precision=np.ones(10**6))

    def test_cross_impacts_of_a_hundred_descriptors_end_at_their_budget(self):
        names = {f"d{n}": ["no", "yes"] for n in range(100)}
        found = cross_impact(names, np.zeros((200, 200)), budget=5000, most=100)
        assert (found.complete, found.looked_at, len(found.consistent)) == (False, 100, 100)
        assert found.of == 2**100

    def test_a_full_list_of_scenarios_that_ends_with_the_search_is_complete(self):
        names = {"a": ["no", "yes"], "b": ["no", "yes"]}
        found = cross_impact(names, np.zeros((4, 4)), most=4)
        assert (found.complete, len(found.consistent)) == (True, 4)
        found = cross_impact(names, np.zeros((4, 4)), most=3)
        assert (found.complete, found.looked_at) == (False, 3)

    def test_a_decision_maker_with_all_the_options_is_not_looked_through_for_ever(self):
        rank = np.arange(2**17)
        from demarche.inside.graph import Conflict, DecisionMaker

        makers = (
            DecisionMaker(name="A", options=tuple(range(16)), low=rank, high=rank),
            DecisionMaker(name="B", options=(16,), low=rank, high=rank),
        )
        built = Conflict(
            name="",
            options=tuple(Option(name=str(n)) for n in range(17)),
            makers=makers,
            patterns=rank,
        )
        found = stability(built, concepts=("Nash", "SMR"), budget=10_000_000)
        assert set(found.unfinished) == {("Nash", "A"), ("SMR", "A"), ("SMR", "B")}

    def test_coalitions_of_forty_decision_makers_end_at_the_budget(self):
        makers = [(f"m{n}", [n], [1]) for n in range(40)]
        built = conflict(
            options=[Option(name=str(n)) for n in range(40)], makers=makers, states=["N" * 40]
        )
        with pytest.raises(MethodError, match="more than 1000000 moves"):
            coalition_stable(built, state=0)

    @pytest.mark.parametrize(
        "solve",
        [
            lambda c: evolution(c, status_quo=0, most=50),
            lambda c: holds(c, state=0, maker=0, concept="SIM", most=50),
            lambda c: holds(c, state=0, maker=0, concept="GMR", most=50),
            lambda c: what_holds(c, state=0, maker=0, most=50),
            lambda c: stabilising_preferences(c, state=0, maker=0, concept="SMR", most=50),
            lambda c: stabilising_preferences(c, state=0, maker=0, concept="SIM", most=50),
        ],
    )
    def test_searches_of_the_graph_model_keep_their_budget(self, solve):
        count = 9
        states = list(range(2**count, 0, -1))
        built = conflict(
            options=[Option(name=str(n)) for n in range(count)],
            makers=[(f"m{k}", list(range(3 * k, 3 * k + 3)), states) for k in range(3)],
        )
        with pytest.raises(MethodError, match="more than 50 moves"):
            solve(built)

    def test_votes_of_very_many_members(self):
        with pytest.raises(MethodError, match="larger units"):
            shapley_shubik(np.ones(5000), quota=2500)

    def test_more_draws_than_the_memory_holds_are_refused(self):
        game = build_game(shipped_case("regional-war"), trigger="none")
        with pytest.raises(MethodError, match="take fewer draws"):
            inside_view(game, seed=1, draws=1000, memory=10_000_000)


@pytest.mark.parametrize(
    "table",
    [
        {"weights": [1], "utilities": [[1, INF]]},
        {"weights": "many", "utilities": [[1, 0]]},
        {"weights": [1, 2], "utilities": [[1, 0]]},
        {"payoffs": [[[1, NAN], [0, 0]], [[1, 1], [0, 0]]], "lambda": 1},
        {"payoffs": [[[1, 0], [0, 0]], [[1, 1], [0, 0]]], "lambda": "high"},
        {"payoffs": [], "lambda": 1},
        {"utilities": [[1, 0]], "reference": []},
        {"actors": []},
        {"actors": [{"capability": 0, "position": 1, "salience": 1}]},
        {"actors": [{"capability": 1, "position": 1}]},
        {"actors": [7]},
        {"names": [], "position_0_100": []},
        {"names": ["a", "b"], "position_0_100": 3},
        {"descriptors": {}, "matrix": []},
        {"descriptors": [1], "matrix": [[0]]},
        {"options": [], "decision_makers": []},
        {"options": [{"name": "a"}], "decision_makers": [{"name": "A"}]},
        {"weights": [1], "utilities": [[1, 0]], "budget": 0},
        {"weights": [1], "utilities": [[1, 0]], "budget": "much"},
        {"weights": [1], "utilities": [[1, 0, 2]], "budget": 8},
    ],
    ids=lambda table: json.dumps(table)[:60],
)
def test_files_of_bad_inputs_end_in_one_sentence(tmp_path, table, capsys):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(table))
    with pytest.raises(DemarcheError, match=r"bad\.json"):
        solve_file(path)
    assert main(["solve", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("demarche: ")
    assert "Traceback" not in said


def test_a_budget_in_the_file_or_on_the_command_line_is_said_where_it_is_hit(tmp_path, capsys):
    scale = {
        "actors": [
            {"name": n, "capability": 1, "position": x, "salience": s}
            for n, x, s in (("a", 0, 0.5), ("b", 4, 0.6), ("c", 10, 0.9))
        ]
    }
    cib = {"descriptors": {"a": ["x", "y"], "b": ["x", "y"]}, "matrix": np.zeros((4, 4)).tolist()}
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"cases": [{**scale, "budget": 60}, {**cib, "budget": 3}]}))
    assert main(["solve", str(path)]) == 0
    said = capsys.readouterr().err
    assert "the challenge model (replicated) ended at its budget after 2 rounds" in said
    assert "3 of 4 scenarios were looked at" in said
    assert main(["solve", str(path), "--budget", "27"]) == 0
    assert "ended at its budget after 1 rounds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"actors": [{"capability": 1, "position": 1}]}, "the key 'salience' is missing"),
        ({"weights": [1], "utilities": [["high", 0]]}, "utilities, a table of numbers"),
        ({"descriptors": {"a": "x"}, "matrix": 3, "assumed": 1}, "cross-impacts need two"),
        ({"options": [3], "decision_makers": []}, "options need a name"),
    ],
)
def test_what_was_expected_is_said(tmp_path, table, said):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(table))
    with pytest.raises(DemarcheError, match=said):
        solve_file(path)
