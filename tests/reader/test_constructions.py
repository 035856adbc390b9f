"""Harder sentences, and the constructions that make a claim where no single word does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.skill.claims import compare

from demarche.reader.authority import speaks_for, state_of
from demarche.reader.claims import read_claims
from demarche.terms.claims import FORECAST_KINDS

ROWS = json.loads((Path(__file__).parent / "harder_sentences.json").read_text(encoding="utf-8"))[
    "sentences"
]
OPEN = [row for row in ROWS if not row["held_back"]]
HELD = [row for row in ROWS if row["held_back"]]


def one(text: str):
    claims = read_claims(text, language="en").claims
    assert claims, text
    return claims[0]


def test_open_harder_sentences_are_read_as_expected():
    """A few stay wrong: the bench lists them, and no rule is made for one sentence."""
    results = [compare(row, read_claims(row["text"], language="en").claims) for row in OPEN]
    for field, least in (("kind", 0.97), ("holder", 0.97), ("condition", 0.98), ("time", 0.97)):
        checked = [r[field] for r in results if r[field] is not None]
        assert sum(map(bool, checked)) >= least * len(checked), field


def test_harder_sentences_held_back_are_mostly_read_as_expected():
    """Their failures are counted and never listed; the figure at first sight was 32 of 40."""
    met = [compare(row, read_claims(row["text"], language="en").claims)["kind"] for row in HELD]
    assert sum(map(bool, met)) >= 0.75 * len(met)


def test_no_forecast_comes_from_harder_sentences_that_make_none():
    wrong = [
        row["text"]
        for row in OPEN
        if row["kind"] in ("none", "normative", "question", "counterfactual")
        and {c.kind for c in read_claims(row["text"], language="en").claims} & set(FORECAST_KINDS)
    ]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("text", "kind", "polarity"),
    [
        ("The weaker the rouble gets, the likelier a default.", "conditional", "+"),
        ("The longer Oman waits, the less likely a deal becomes.", "conditional", "-"),
        ("The sooner the port reopens, the better.", "normative", None),
        ("Gabon worries lest its neighbour close the river.", "prediction", "+"),
        ("With the pass blocked, the garrison would starve.", "conditional", "+"),
        ("Were the bridge destroyed, trade would stop.", "conditional", "+"),
        ("Had the envoy stayed, Chad would have signed.", "counterfactual", None),
        ("The dam could still be standing if the engineers had been paid.", "counterfactual", None),
        ("In a better world the two kings would be allies.", "counterfactual", None),
        ("If only Malta had waited.", "counterfactual", None),
        ("Peru told its neighbour to withdraw or face the consequences.", "threat", "+"),
        ("Envoys are confident of a deal.", "prediction", "+"),
        ("Analysts believe that the fleet is short of fuel.", "assessment", None),
        ("Nor can a blockade be ruled out.", "prediction", "+"),
        ("Pigs might fly before Togo pays.", "prediction", "-"),
        ("Why not simply recognise the islands?", "normative", None),
    ],
)
def test_constructions(text, kind, polarity):
    claim = one(text)
    assert (claim.kind, claim.polarity) == (kind, polarity)


@pytest.mark.parametrize(
    ("speaker", "kind"),
    [("its defence minister", "commitment"), ("a retired analyst", "prediction")],
)
def test_only_a_party_refuses_what_it_could_do(speaker, kind):
    assert one(f"Sending troops is not an option for Peru, {speaker} said.").kind == kind


@pytest.mark.parametrize("name", ["lima", "santiago", "brussels", "guatemala city", "palikir"])
def test_seats_of_government_stand_for_their_states(name):
    assert state_of(name) is not None


def test_an_office_named_by_a_possessive_speaks_for_the_state_before_it():
    assert speaks_for("its justice minister", "paris")
    assert not speaks_for("its former justice minister", "paris")
    assert not speaks_for("the bank", "paris")


def test_permission_and_preference_are_no_forecasts():
    for text in (
        "Only members of the union may vote.",
        "Under the charter, any member may leave.",
        "He would rather resign than sign.",
        "The council may by law dissolve the assembly.",
    ):
        assert not {c.kind for c in read_claims(text, language="en").claims} & set(FORECAST_KINDS)
