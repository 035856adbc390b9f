"""Published conflicts of the graph model (data/reference/gmcr.json): verdicts and equilibria.

Textbook prisoner's dilemma; Cuban missile crisis (Fraser & Hipel 1984); Elmira (Hipel et al. 1993,
Kilgour et al. 2001); St. Mary and Milk rivers.
"""

from __future__ import annotations

import json

from tests.shared import need

from demarche.inside import coalition_stable, conflict_from, evolution, stability


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
