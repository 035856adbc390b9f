"""Consistent scenarios of a published sample matrix (data/reference/cib-global.json).

Sample file of sei-international/cibsa (MIT licence); its own solution lists the same four.
"""

from __future__ import annotations

import json

from tests.shared import need

from demarche.inside import contradictions, cross_impact


def test_the_four_consistent_scenarios_are_found():
    data = json.loads(need("data", "reference", "cib-global.json").read_text())
    found = cross_impact(data["descriptors"], data["matrix"])
    assert found.complete
    rows = [
        {
            "scenario": list(s.numbers),
            "consistency": s.consistency,
            "total_impact": s.total_impact,
        }
        for s in found.consistent
    ]
    assert rows == data["expected_consistent"]


def test_a_consistent_scenario_warns_of_nothing_and_another_warns():
    data = json.loads(need("data", "reference", "cib-global.json").read_text())
    names = list(data["descriptors"])
    for row in data["expected_consistent"]:
        assumed = {
            name: data["descriptors"][name][v - 1]
            for name, v in zip(names, row["scenario"], strict=True)
        }
        assert contradictions(data["descriptors"], data["matrix"], assumed=assumed) == ()
    warned = contradictions(
        data["descriptors"], data["matrix"], assumed={"WTRD": "FT", "WSEC": "Alrt", "WECO": "RpdGr"}
    )
    assert warned
    assert "contradict each other" in warned[0].sentence
