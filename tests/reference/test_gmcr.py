"""Published conflicts of the graph model (data/reference/gmcr.json): verdicts and equilibria.

Textbook prisoner's dilemma; Cuban missile crisis (Fraser & Hipel 1984); Elmira (Hipel et al. 1993,
Kilgour et al. 2001); St. Mary and Milk rivers.
"""

from __future__ import annotations

import json

import pytest
from tests.shared import need

from demarche.desk.solve import solve_file
from demarche.inside import (
    coalition_stable,
    conflict_from,
    evolution,
    stabilising_preferences,
    stability,
)


def test_every_verdict_of_the_published_conflicts_is_the_same():
    reference = json.loads(need("data", "reference", "gmcr.json").read_text())
    for case in reference["cases"]:
        built = conflict_from(case)
        assert [built.label(s) for s in range(built.size)] == case["states"]
        found = stability(built)
        assert found.unfinished == ()
        for concept, expected in case["stability"].items():
            assert list(found.written(concept)) == expected, (case["name"], concept)
            assert list(found.equilibria(concept)) == case["equilibria"][concept]


def test_the_published_coalition_of_elmira_upsets_the_eighth_state():
    """Kilgour, Hipel, Fang & Peng 2001: from their s5, MoE and Uniroyal together move to s8.

    Their s5 is state 7 here and their s8 state 10; state 7 is an equilibrium for individuals.
    """
    reference = json.loads(need("data", "reference", "gmcr.json").read_text())
    elmira = conflict_from(next(c for c in reference["cases"] if c["name"] == "Elmira"))
    assert not coalition_stable(elmira, state=6, members=[0, 1])
    assert coalition_stable(elmira, state=9)


def test_abandoning_cannot_be_undone_in_elmira():
    reference = json.loads(need("data", "reference", "gmcr.json").read_text())
    elmira = conflict_from(next(c for c in reference["cases"] if c["name"] == "Elmira"))
    abandoned = {s for s in range(12) if elmira.label(s)[3] == "Y"}
    for s in abandoned:
        assert {way.state for way in evolution(elmira, status_quo=s)} <= abandoned
    assert {way.state for way in evolution(elmira, status_quo=0)} == set(range(1, 12))


ELMIRA_EQUILIBRIA = [5, 6, 7, 10, 11, 12]
"""The published s5, s8 and s9: s5 = 7, s8 = 10, s9 = the tied patterns 5, 6, 11, 12."""


def _elmira(**questions):
    reference = json.loads(need("data", "reference", "gmcr.json").read_text())
    table = next(c for c in reference["cases"] if c["name"] == "Elmira")
    kept = ("name", "options", "decision_makers", "states")
    return {**{key: table[key] for key in kept}, **questions}


def _solved(tmp_path, table):
    path = tmp_path / "elmira.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    return solve_file(path)[0].result


def test_the_inverse_question_agrees_with_every_published_verdict():
    """A published order meets the requirements exactly where the published verdict is stable."""
    reference = json.loads(need("data", "reference", "gmcr.json").read_text())
    judged = 0
    for case in reference["cases"]:
        built = conflict_from(case)
        for concept, verdicts in case["stability"].items():
            for maker, row in enumerate(verdicts):
                for state, verdict in enumerate(row):
                    rules = stabilising_preferences(
                        built, state=state, maker=maker, concept=concept
                    )

                    def at_most(z, s, built=built, maker=maker):
                        return not built.prefers(maker, z, s)

                    assert all(rule.met(at_most) for rule in rules) == (verdict == "1")
                    judged += 1
    assert judged > 300


def test_the_questions_of_a_file_give_the_published_way_out_of_elmira(tmp_path):
    """From s1 the local government insists (s5); then Ministry and Uniroyal together reach s8."""
    table = _elmira(
        status_quo=1,
        coalitions=[
            {"state": 7, "members": ["MoE", "Uniroyal"]},
            {"state": 10, "members": ["MoE", "Uniroyal"], "concept": "GMR"},
        ],
        inverse={"state": 10},
    )
    result = _solved(tmp_path, table)
    ways = {row["state"]: row for row in result["reachable"]}
    assert ways[7]["improving"]
    assert ways[7]["way"] == [["Local Government", 7]]
    assert "Nash" in ways[7]["equilibrium"]
    first, second = result["coalitions"]
    assert not first["stable"]
    assert [row["state"] for row in first["improvements"]] == [10]
    assert second["stable"]
    assert result["inverse_met"] == {"MoE": True, "Uniroyal": True, "Local Government": True}


def test_the_inverse_question_says_what_would_have_to_change(tmp_path):
    """State 9 (their s7) is no published equilibrium: Uniroyal would rather abandon."""
    result = _solved(tmp_path, _elmira(inverse={"state": 9, "concept": "SEQ"}))
    assert result["inverse_met"]["MoE"]
    assert not result["inverse_met"]["Uniroyal"]
    assert any(row == "Uniroyal must not prefer 11 to 9" for row in result["inverse"])


def test_the_order_that_is_not_certain_changes_no_published_equilibrium(tmp_path):
    """Two published orders of Uniroyal's four least preferred states, as versions of one file."""
    other = [1, 4, 10, 7, [5, 6, 11, 12], 3, 9, 2, 8]
    table = _elmira(versions=[{"weight": 2}, {"weight": 1, "preferences": {"Uniroyal": other}}])
    shares = _solved(tmp_path, table)["stable_shares"]
    for concept in ("Nash", "SEQ", "SIM"):
        stable = [s + 1 for s, share in enumerate(shares[concept]) if share == 1]
        assert stable == ELMIRA_EQUILIBRIA
        assert set(shares[concept]) == {0.0, 1.0}


@pytest.mark.parametrize(("lured", "deterred"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_published_equilibria_under_preferences_that_are_not_known(tmp_path, lured, deterred):
    """Uniroyal's four least preferred states without an order among them (Li and others 2004).

    One who is not lured by what it does not know, and deterred by it, finds all published
    equilibria and perhaps more stable; one who is lured and not deterred, no others.
    """
    table = _elmira(unknown_moves=bool(lured), unknown_sanctions=bool(deterred))
    uniroyal = dict(table["decision_makers"][1])
    uniroyal["preference_best_first"] = [1, 4, 10, 7, [5, 6, 11, 12], {"unknown": [2, 3, 9, 8]}]
    table["decision_makers"] = [
        table["decision_makers"][0], uniroyal, table["decision_makers"][2],
    ]  # fmt: skip
    found = _solved(tmp_path, table)["equilibria"]
    for concept in ("Nash", "SEQ"):
        stable = set(found[concept])
        if lured and not deterred:
            assert stable <= set(ELMIRA_EQUILIBRIA)
        if deterred and not lured:
            assert stable >= set(ELMIRA_EQUILIBRIA)
    assert set(found["Nash"]) == set(ELMIRA_EQUILIBRIA)
