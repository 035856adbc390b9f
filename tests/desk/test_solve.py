"""Input files of the inside view's methods: every reference file, and files that are refused."""

from __future__ import annotations

import json
import re

import pytest

from demarche.desk.solve import payoffs_of, solve_file
from demarche.desk.solve_check import compare_file
from demarche.errors import DataError, MethodError, TermError
from tests.shared import need

FILES = {
    "pce-unit.json": 31,
    "logit-qre.json": 40,
    "gmcr.json": 12,
    "bdm-1985-emissions.json": 4,
    "ktab-smp-default.json": 20,
    "ktab-smp-options.json": 40,
    "cib-global.json": 1,
}


@pytest.mark.parametrize("name", FILES)
def test_every_reference_file_is_solved_within_its_tolerance(name):
    rows = compare_file(need("data", "reference", name))
    assert len(rows) >= FILES[name]
    assert [row for row in rows if not row.agrees] == []


def written(tmp_path, table, name="input.json"):
    path = tmp_path / name
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


DILEMMA = {"name": "dilemma", "payoffs": [[[3, 0], [5, 1]], [[3, 5], [0, 1]]], "lambda": [1, 2]}


def test_a_wrong_expectation_is_found(tmp_path):
    case = {
        "weights": [2, 1],
        "utilities": [[1, 0], [0, 1]],
        "expected": {"Linear/Conditional": [0.6, 0.4]},
    }
    rows = compare_file(written(tmp_path, {"cases": [case]}))
    assert [row.agrees for row in rows] == [False]
    assert rows[0].difference == pytest.approx(2 / 3 - 0.6, abs=1e-6)


def test_one_input_of_a_list_is_chosen_by_name(tmp_path):
    path = written(tmp_path, {"cases": [DILEMMA, {**DILEMMA, "name": "again"}]})
    assert [row.name for row in solve_file(path, only="again")] == ["again"]
    with pytest.raises(DataError, match="holds no input 'third'"):
        solve_file(path, only="third")


def test_several_equilibria_are_listed_with_the_reason_for_refusing(tmp_path):
    chicken = {"name": "c", "payoffs": [[[0, 7], [2, 6]], [[0, 2], [7, 6]]], "lambda": 2}
    found = solve_file(written(tmp_path, chicken))[0].result["by_lambda"]["2"]
    assert found["uniqueness"] == "several"
    assert "not unique" in found["refused"]
    assert len(found["fixed_points"]) == 3


def test_a_bargain_and_a_contradiction_are_told_by_their_keys(tmp_path):
    bargain = {"utilities": [[1.0, 0.6, 0.1], [0.1, 0.6, 1.0]], "reference": [0, 0]}
    assert solve_file(written(tmp_path, bargain))[0].result["option"] == 1
    cib = {
        "descriptors": {"war": ["no", "yes"], "trade": ["up", "down"]},
        "matrix": [[0, 0, 2, -2], [0, 0, -3, 3], [1, -1, 0, 0], [-1, 1, 0, 0]],
        "assumed": {"war": "yes", "trade": "up"},
    }
    solved = solve_file(written(tmp_path, cib))[0]
    assert "contradict each other" in solved.warnings[0]


def test_payoffs_drawn_again_from_text_run_nothing_else():
    drawn = "[np.round(r.uniform(0,1,(2,)*2),3) for _ in range(2)]"
    text = f"regenerate: r=np.random.default_rng(1); {drawn}"
    assert [table.shape for table in payoffs_of({"payoffs": text})] == [(2, 2), (2, 2)]
    with pytest.raises(DataError, match="must be tables"):
        payoffs_of({"payoffs": "__import__('os').getcwd()"})


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        ({"foo": 1}, DataError, "fit no method"),
        ([1], DataError, "expected a JSON object"),
        ({"payoffs": [[1, 2]], "lambda": 1}, TermError, "one payoff table per player"),
        ({"payoffs": [[[1]], [[1]]]}, DataError, "needs 'lambda'"),
        ({"actors": [{"position": 1}]}, DataError, "not in the expected form"),
        ({"cases": [3]}, DataError, "list of objects"),
    ],
    ids=["keys", "list", "payoffs", "no lambda", "actors", "cases"],
)
def test_files_that_fit_no_method_are_refused_in_one_sentence(tmp_path, table, error, words):
    with pytest.raises(error, match=words):
        solve_file(written(tmp_path, table))


def test_options_of_ktab_on_another_method_are_refused(tmp_path):
    with pytest.raises(MethodError, match="for KTAB's SMP only"):
        solve_file(written(tmp_path, DILEMMA), changes=["vpm=Square"])


def test_a_conflict_answers_what_else_is_asked_of_it(tmp_path):
    dilemma = {
        "options": [{"name": "c2"}, {"name": "c1"}],
        "decision_makers": [
            {"name": "One", "options": [0], "preference_best_first": [3, 4, 1, 2]},
            {"name": "Two", "options": [1], "preference_best_first": [2, 4, 1, 3]},
        ],
        "status_quo": 4,
        "coalitions": True,
        "inverse": {"state": 4, "decision_maker": "One"},
    }
    result = solve_file(written(tmp_path, dilemma))[0].result
    assert result["equilibria"]["Nash"] == [1]
    assert result["coalition_stable"] == []
    assert [row["state"] for row in result["reachable"]] == [1, 2, 3]
    assert result["reachable"][2]["way"] == [["One", 3]]
    assert result["inverse"] == ["One must not prefer 3 to 4, or not prefer to 4 all of: 1"]


@pytest.mark.parametrize("expected", ["x", [1], {"Linear/Conditional": "high"}])
def test_expectations_that_are_none_are_refused(tmp_path, expected):
    case = {"weights": [2, 1], "utilities": [[1, 0], [0, 1]], "expected": expected}
    with pytest.raises(DataError, match="what the file expects"):
        compare_file(written(tmp_path, case))


ASKED = {
    "state": ({"inverse": {"state": 0}}, "numbered 1 to 4 here, got 0"),
    "status quo": ({"status_quo": 5}, "numbered 1 to 4 here, got 5"),
    "true is no state": ({"status_quo": True}, "numbered 1 to 4"),
    "inverse key": ({"inverse": {"state": 1, "decider": "One"}}, "no key 'decider'"),
    "coalition key": ({"coalitions": {"state": 1, "member": []}}, "Did you mean 'members'?"),
    "coalition maker": (
        {"coalitions": {"state": 1, "members": ["One", "Too"]}},
        "Did you mean 'Two'?",
    ),
    "coalition of one": ({"coalitions": {"state": 1, "members": ["One"]}}, "two or more"),
    "version maker": (
        {"versions": [{"weight": 1, "preferences": {"Tow": [1, 2, 3, 4]}}]},
        "Did you mean 'Two'?",
    ),
    "version key": ({"versions": [{"share": 1}]}, "no key 'share'"),
}


@pytest.mark.parametrize(("asked", "said"), ASKED.values(), ids=ASKED)
def test_questions_of_a_conflict_that_make_no_sense_are_refused(tmp_path, asked, said):
    dilemma = {
        "options": [{"name": "c2"}, {"name": "c1"}],
        "decision_makers": [
            {"name": "One", "options": [0], "preference_best_first": [3, 4, 1, 2]},
            {"name": "Two", "options": [1], "preference_best_first": [2, 4, 1, 3]},
        ],
    }
    with pytest.raises((TermError, MethodError), match=re.escape(said)):
        solve_file(written(tmp_path, {**dilemma, **asked}))


def test_a_refused_input_of_a_list_does_not_stop_the_others(tmp_path):
    ragged = {"name": "ragged", "weights": [1, 1], "utilities": [[1, 2], [1]]}
    path = written(tmp_path, {"cases": [ragged, {**DILEMMA, "by_lambda": {"1": {}}}]})
    first, second = solve_file(path)
    assert "the rows of a table differ in length" in first.refused
    assert (first.kind, first.result) == ("", {})
    assert second.refused == ""
    assert second.result["by_lambda"]["1"]["profile"][0] == pytest.approx(
        [0.226751, 0.773249], 1e-5
    )
    missed, found = compare_file(path)
    assert missed.what.startswith("refused: ")
    assert not missed.agrees
    assert found.agrees


def test_only_the_chosen_input_is_compared(tmp_path):
    good = {"name": "good", "weights": [2, 1], "utilities": [[1, 0], [0, 1]]}
    bad = {**good, "name": "bad", "expected": {"Linear/Conditional": [0, 1]}}
    path = written(
        tmp_path, {"cases": [{**good, "expected": {"Linear/Conditional": [2 / 3, 1 / 3]}}, bad]}
    )
    assert [row.agrees for row in compare_file(path, only="good")] == [True]
    with pytest.raises(MethodError, match="for KTAB's SMP only"):
        compare_file(path, only="good", changes=["vpm=Square"])


def test_an_empty_list_is_an_error(tmp_path):
    with pytest.raises(DataError, match="'cases' is empty"):
        solve_file(written(tmp_path, {"cases": []}))


SCALE = {"name": "scale", "actors": [{"name": "a", "capability": 2, "position": 7, "salience": 1}]}


def test_means_are_given_where_the_challenge_model_cannot_be_played(tmp_path):
    other = {"name": "b", "capability": 1, "position": 13, "salience": 0}
    for actors in (SCALE["actors"], [*SCALE["actors"], other]):
        exact = {"weighted_mean_turn0": 7, "weighted_median_turn0": 7, "condorcet_winner": 7}
        path = written(tmp_path, {"name": "s", "actors": actors, "exact": exact})
        found = solve_file(path)[0]
        assert "refused" in found.result["challenge_printed"]
        assert any("was not played" in warning for warning in found.warnings)
        assert [row.agrees for row in compare_file(path)] == [True, True, True]


def test_an_expectation_of_a_scale_that_is_not_known_is_an_error(tmp_path):
    path = written(tmp_path, {**SCALE, "exact": {"weighted_men_turn0": 7}})
    with pytest.raises(DataError, match="Did you mean 'weighted_mean'"):
        compare_file(path)


def test_scenarios_are_compared_in_any_order(tmp_path):
    table = {
        "descriptors": {"A": ["x", "y"], "B": ["u", "v"]},
        "matrix": [[0, 0, 2, -2], [0, 0, -2, 2], [1, -1, 0, 0], [-1, 1, 0, 0]],
        "expected_consistent": [{"scenario": [2, 2]}, {"scenario": [1, 1], "total_impact": 3}],
    }
    assert [row.agrees for row in compare_file(written(tmp_path, table))] == [True]
    table["expected_consistent"] = [{"scenario": [2, 2]}]
    assert [row.agrees for row in compare_file(written(tmp_path, table))] == [False]


def test_a_bargain_is_compared_with_what_is_expected(tmp_path):
    """Nash (1950): ten to be divided between two with equal threats goes five to five."""
    split = {
        "name": "split",
        "utilities": [list(range(11)), list(range(10, -1, -1))],
        "reference": [0, 0],
        "expected": {"agreed": True, "option": 5, "gains": [5, 5]},
    }
    assert all(row.agrees for row in compare_file(written(tmp_path, split)))
    split["expected"] = {"option": 4}
    assert not any(row.agrees for row in compare_file(written(tmp_path, split)))


def test_smp_on_one_dimension_needs_neither_names_nor_inner_lists(tmp_path):
    flat = {
        "capability": [10, 20, 15],
        "position_0_100": [10, 90, 40],
        "salience_0_100": [50, 60, 70],
    }
    full = {
        **flat,
        "names": ["a", "b", "c"],
        "position_0_100": [[10], [90], [40]],
        "salience_0_100": [[50], [60], [70]],
    }
    found = [solve_file(written(tmp_path, table))[0].result for table in (flat, full)]
    for key in ("final_position_0_100", "prob_final", "turns"):
        assert found[0][key] == found[1][key]


def test_describing_keys_of_a_file_with_one_conflict_are_no_part_of_it(tmp_path):
    """Chicken: the two states where one swerves are Nash; swerving together is deterred only."""
    chicken = {
        "title": "Chicken",
        "tolerance": "exact",
        "conventions": "Y is to swerve",
        "options": [{"name": "one"}, {"name": "two"}],
        "decision_makers": [
            {"name": "One", "options": [0], "preference_best_first": [3, 4, 2, 1]},
            {"name": "Two", "options": [1], "preference_best_first": [2, 4, 3, 1]},
        ],
        "equilibria": {"Nash": [2, 3], "SEQ": [2, 3], "GMR": [2, 3, 4], "SMR": [2, 3, 4]},
    }
    assert [row.agrees for row in compare_file(written(tmp_path, chicken))] == [True]


def test_equilibria_that_the_budget_left_undecided_are_not_an_empty_list(tmp_path):
    dilemma = {
        "options": [{"name": "c2"}, {"name": "c1"}],
        "decision_makers": [
            {"name": "One", "options": [0], "preference_best_first": [3, 4, 1, 2]},
            {"name": "Two", "options": [1], "preference_best_first": [2, 4, 1, 3]},
        ],
        "equilibria": {"SIM": []},
    }
    path = written(tmp_path, dilemma)
    solved = solve_file(path, budget=1)[0]
    assert solved.result["equilibria"]["GMR"] is None
    assert "?" in solved.result["stability"]["GMR"][0]
    assert [row.agrees for row in compare_file(path, budget=1)] == [False]
    assert solve_file(path)[0].result["equilibria"]["GMR"] == [1, 4]


def test_a_game_whose_other_fixed_points_were_not_searched_is_not_called_searched(tmp_path):
    circle = {
        "payoffs": [
            [[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
            [[0, 1, -1], [-1, 0, 1], [1, -1, 0]],
        ],
        "lambda": 2,
    }
    found = solve_file(written(tmp_path, circle), budget=5)[0].result["by_lambda"]["2"]
    assert found["uniqueness"] == "not checked"
    assert "not known to be unique" in found["refused"]
    found = solve_file(written(tmp_path, circle))[0].result["by_lambda"]["2"]
    assert (found["uniqueness"], found["refused"]) == ("searched", "")


def test_a_file_that_is_not_there_is_said_without_numbers_of_errors(tmp_path):
    with pytest.raises(DataError, match=r"cannot be read: No such file or directory\.$"):
        solve_file(tmp_path / "none.json")
