"""Swapping two actors in a text swaps them in its events, and changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from demarche.reader.events import code_events
from demarche.terms.codebooks import COUNTRIES

TEMPLATES = (Path(__file__).parent / "event_templates.txt").read_text(encoding="utf-8").splitlines()
PAIRS = [
    ("RUS", "Russia", "Russian", "UKR", "Ukraine", "Ukrainian"),
    ("FRA", "France", "French", "DEU", "Germany", "German"),
    ("USA", "the United States", "American", "CHN", "China", "Chinese"),
    ("IND", "India", "Indian", "PAK", "Pakistan", "Pakistani"),
    ("ISR", "Israel", "Israeli", "IRN", "Iran", "Iranian"),
    ("TWN", "Taiwan", "Taiwanese", "CHN", "China", "Chinese"),
    ("PSE", "Palestine", "Palestinian", "ISR", "Israel", "Israeli"),
    ("XKX", "Kosovo", "Kosovar", "SRB", "Serbia", "Serbian"),
    ("TUV", "Tuvalu", "Tuvaluan", "AUS", "Australia", "Australian"),
    ("PRK", "North Korea", "North Korean", "KOR", "South Korea", "South Korean"),
    ("TUR", "Turkey", "Turkish", "GRC", "Greece", "Greek"),
    ("SAU", "Saudi Arabia", "Saudi", "QAT", "Qatar", "Qatari"),
    ("RWA", "Rwanda", "Rwandan", "BDI", "Burundi", "Burundian"),
    ("NZL", "New Zealand", "New Zealand", "FJI", "Fiji", "Fijian"),
    ("CAF", "the Central African Republic", "Central African", "TCD", "Chad", "Chadian"),
]
WORDED = {"adjective": "name"}
"""New Zealand's adjective is its name: which of the two a word is does not count."""


def filled(template: str, first: tuple[str, str], second: tuple[str, str]) -> str:
    """Template with names; a small article at the start of a sentence gets its capital."""
    text = template.format(A=first[0], a=first[1], B=second[0], b=second[1])
    return text[0].upper() + text[1:]


def shape(text: str, names: dict[str, str], words: dict[str, str]) -> list[tuple[object, ...]]:
    """Everything an event says but its places, with codes and names put for the two actors."""
    rows = []
    for event in code_events(text).events:
        shown = event.as_coded
        for name, role in words.items():
            shown = shown.replace(name, role)
        sides = [
            (names.get(str(one.code), one.code), one.sector, WORDED.get(one.how, one.how))
            if one
            else None
            for one in (event.actor, event.recipient)
        ]
        rows.append(
            (*sides, event.cameo, event.event, event.mode, event.confidence, event.doubts, shown)
        )
    return rows


def test_there_are_more_than_a_hundred_templates():
    assert len(set(TEMPLATES)) > 100


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p[0]}-{p[3]}")
@pytest.mark.parametrize("template", TEMPLATES)
def test_swapped_actors_swap_the_events(template, pair):
    code_a, name_a, adjective_a, code_b, name_b, adjective_b = pair
    first, second = (name_a, adjective_a), (name_b, adjective_b)
    plain_a, plain_b = COUNTRIES[code_a].name, COUNTRIES[code_b].name
    forward = shape(
        filled(template, first, second),
        {code_a: "first", code_b: "second"},
        {plain_a: "<first>", plain_b: "<second>"},
    )
    backward = shape(
        filled(template, second, first),
        {code_a: "second", code_b: "first"},
        {plain_a: "<second>", plain_b: "<first>"},
    )
    assert forward == backward


@pytest.mark.parametrize("template", TEMPLATES)
def test_which_states_they_are_changes_nothing(template):
    """Allies and rivals, large and small: the same template gives the same shape for all pairs."""
    shapes = set()
    for code_a, name_a, adjective_a, code_b, name_b, adjective_b in PAIRS:
        if name_a == adjective_a:
            continue
        rows = shape(
            filled(template, (name_a, adjective_a), (name_b, adjective_b)),
            {code_a: "first", code_b: "second"},
            {COUNTRIES[code_a].name: "<first>", COUNTRIES[code_b].name: "<second>"},
        )
        shapes.add(tuple(rows))
    assert len(shapes) == 1
