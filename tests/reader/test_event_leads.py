"""Leads of news reports: two states, longer sentences, several acts in one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from demarche.reader.events import code_events

ROWS = json.loads((Path(__file__).parent / "event_leads.json").read_text(encoding="utf-8"))[
    "sentences"
]


def dyads(text: str) -> set[tuple[str, str, str]]:
    return {
        (
            event.actor.country or event.actor.code,
            event.cameo[:2],
            event.recipient.country or event.recipient.code,
        )
        for event in code_events(text).events
        if event.recipient is not None
    }


def test_leads_are_coded_by_source_root_and_target():
    right: Counter[str] = Counter()
    for row in ROWS:
        found, expected = dyads(row["text"]), {tuple(event) for event in row["events"]}
        right.update(right=len(found & expected), predicted=len(found), expected=len(expected))
    precision, recall = right["right"] / right["predicted"], right["right"] / right["expected"]
    assert 2 * precision * recall / (precision + recall) >= 0.83


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Togo's ruling party accused its own minister of spying for Benin.", set()),
        (
            "Peru cut ties with Chile, accusing it of spying.",
            {("PER", "16", "CHL"), ("PER", "11", "CHL")},
        ),
        (
            "Norway and Sweden began their largest military drills on Monday.",
            {("NOR", "06", "SWE"), ("SWE", "06", "NOR")},
        ),
        ("Denmark will send Leopard tanks to Ukraine.", {("DNK", "07", "UKR")}),
        ("France sent tanks to Chad.", {("FRA", "15", "TCD")}),
        ("Kenya accused Sudan of stoking war by arming Chad.", {("KEN", "11", "SDN")}),
    ],
)
def test_constructions_of_leads(text, expected):
    assert dyads(text) == expected
