"""Causal statements, acts in codes, marks of irony counted, and how sure the reader is."""

from __future__ import annotations

import json

import pytest

from demarche.reader.actions import action_code, action_codes
from demarche.reader.claims import read_claims
from demarche.show.cli import main
from demarche.terms.claims import CLAIM_KINDS, FORECAST_KINDS


def kinds(text: str) -> list[str]:
    return [claim.kind for claim in read_claims(text, language="en").claims]


@pytest.mark.parametrize(
    "text",
    [
        "Sanctions fuel corruption.",
        "The blockade caused the collapse of the currency.",
        "The rise in prices stems from the drought, the bank said.",
        "The army is weak because officers are chosen for loyalty.",
        "Isolation has made the government more dependent on its neighbour.",
    ],
)
def test_causal_statements_are_a_kind_of_their_own(text):
    claim = read_claims(text, language="en").claims[0]
    assert (claim.kind, claim.band) == ("causal", None)
    assert "causal" in CLAIM_KINDS and "causal" not in FORECAST_KINDS


@pytest.mark.parametrize(
    "text",
    [
        "The pact could not be signed because of the storm.",
        "The probable cause of the fire was a short circuit.",
        "The ships could not leave the port because of the ice.",
    ],
)
def test_why_a_single_event_failed_is_counted_and_no_claim(text):
    reading = read_claims(text, language="en")
    assert reading.claims == ()
    noted = dict(reading.noted)
    assert ("explanations of what happened" in noted) == ("because" in text)


def test_a_forecast_beats_a_cause_in_one_sentence():
    assert kinds("The war will cause a famine.") == ["prediction"]


def test_what_may_be_meant_otherwise_is_counted():
    text = (
        'The "friendly" visit will of course end well!\n\nWill Oman sign? Oman may sign (!) soon.'
    )
    reading = read_claims(text, language="en")
    assert dict(reading.noted) == {
        "questions": 1,
        "sentences with a mark of irony, read as they stand": 2,
        "sentences with a word in quotation marks, read as they stand": 1,
    }


@pytest.mark.parametrize(
    ("action", "rest", "code"),
    [
        ("impose", "sanctions on its neighbour", "163"),
        ("withdraws", "its ambassador", "161"),
        ("shell", "the capital", "194"),
        ("rain", "in the north", None),
    ],
)
def test_acts_are_coded_without_their_sides(action, rest, code):
    found = action_code(action, rest)
    assert (found and found[0]) == code


def test_the_code_is_of_the_act_and_not_of_the_speech_about_it():
    text = "Algeria threatened to impose sanctions unless the ruling is reversed by May."
    claims = read_claims(text, language="en").claims
    assert action_codes(claims, text=text) == {claims[0].id: ("163", "SANCTION")}


def test_json_carries_codes_and_counts_those_that_are_missing(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("Peru will impose sanctions. Fiji will rain by May.", encoding="utf-8")
    assert main(["read", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    first, second = (claim["action"] for claim in data["claims"])
    assert (first["text"], first["cameo"], first["plover"]) == ("impose", "163", "SANCTION")
    assert (second["text"], second["cameo"], second["plover"]) == ("rain", None, None)
    assert data["counts"]["actions"] == {"coded": 1, "not_codable": 1, "not_found": 0}


def test_signs_of_doubt_lower_how_sure_the_reader_is():
    plain = "Fiji will probably sign."
    long = (
        "Fiji, its minister told reporters in the capital on a rainy day, would sign the treaty "
        "with all of its neighbours."
    )
    assert read_claims(plain, language="en").claims[0].sure == "high"
    assert read_claims(long, language="en").claims[0].sure == "low"
