"""Constructions easily turned round: days of speaking, double negations, frames."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.reader.claims import read_claims

DAY = dt.date(2026, 3, 4)


def read(text: str):
    return read_claims(text, language="en", published=DAY).claims


def one(text: str):
    claims = read(text)
    assert claims, text
    return claims[0]


@pytest.mark.parametrize(
    ("text", "horizon"),
    [
        ("Cuba vowed on Thursday to close the port.", None),
        ("Kenya pledged on 12 April not to send troops before June.", "before June"),
        ("Chile promised late on Monday to reopen the mine by May.", "by May"),
        ("Togo warned on Sunday of floods in July.", "in July"),
        ("Cuba vowed to close the port on Thursday.", "on Thursday"),
        ("Norway said next year would bring a deal.", "next year"),
        ("Ghana will sign on Friday.", "on Friday"),
    ],
)
def test_the_day_of_the_speech_act_is_no_horizon(text, horizon):
    found = one(text).horizon
    assert (found.span.text if found else None) == horizon


def test_a_pledge_with_a_day_before_its_negation_is_negative():
    claim = one("Kenya pledged on 12 April not to send troops before June.")
    assert (claim.kind, claim.polarity, claim.holder.name) == ("commitment", "-", "Kenya")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Lima no longer believes that the strike will end.", "down"),
        ("The bank no longer expects a recession.", "down"),
        ("Lima no longer rules out a ban.", "up"),
        ("A ban can no longer be ruled out.", "up"),
    ],
)
def test_no_longer_is_a_change_and_no_name(text, change):
    claim = one(text)
    assert claim.change == change
    assert "longer" not in claim.holder.name


@pytest.mark.parametrize(
    ("text", "polarity", "band"),
    [
        ("A default was not ruled out by the treasurer.", "+", (0.05, 0.5)),
        ("It is by no means inconceivable that the pact will collapse.", "+", (0.05, 0.5)),
        ("It would be premature to rule out an early election.", "+", (0.05, 0.5)),
        ("We would not be surprised if Malta quit the pact.", "+", (0.4, 0.8)),
        ("Don't be surprised to see Lima close its border.", "+", (0.4, 0.8)),
        ("We wouldn't be surprised if the bank did not raise rates.", "-", (0.2, 0.6)),
        ("The prospects for a merger have largely evaporated.", "-", (0.05, 0.2)),
        ("Expect the rand to come under pressure in May.", "+", (0.55, 0.8)),
        ("Several of the envoys saw little chance of a truce.", "-", (0.05, 0.2)),
    ],
)
def test_double_negations_and_lost_chances(text, polarity, band):
    claim = one(text)
    assert claim.kind == "prediction"
    assert claim.polarity == polarity
    assert (claim.band.low, claim.band.high) == band
    assert claim.holder.name != "It"


@pytest.mark.parametrize(
    "text",
    [
        "We are not promising that taxes will never rise.",
        "I will not claim that we will win.",
    ],
)
def test_what_a_speaker_declines_to_say_is_no_claim(text):
    assert not read(text)


def test_a_passive_refusal_stays_a_commitment():
    claim = one("A second vote was ruled out by the speaker.")
    assert (claim.kind, claim.polarity) == ("commitment", "-")


@pytest.mark.parametrize(
    ("text", "kind", "holder"),
    [
        ("Oslo, its foreign minister insisted, will never sell the island.", "commitment", None),
        ("Japan's foreign ministry said Tokyo would not join the pact.", "commitment", None),
        (
            "Chile will double its aid by 2029, the finance minister told reporters.",
            "commitment",
            "the finance minister",
        ),
        ("Inflation will fall by 2029, the finance minister told reporters.", "prediction", None),
        ("Japan's foreign ministry said Quito would not join the pact.", "prediction", None),
        ("For Hanoi, foreign bases on the islands remain unacceptable.", "red_line", "Hanoi"),
        ("Unless the ban goes, Ottawa said, Danish butter will be hit next.", "threat", "Ottawa"),
        (
            '"If they seize our boats we will sink theirs," the colonel said.',
            "threat",
            "the colonel",
        ),
        ("The merger will probably fail, say three bankers.", "prediction", "three bankers"),
        ("The levee is likely to fail in May, the study concludes.", "prediction", "the study"),
        ("In the wake of the coup many traders predicted a default.", "prediction", "many traders"),
        ("Confidence is lower now than in March.", "assessment", None),
        ("There is little evidence that the embargo has changed minds.", "assessment", None),
        (
            "The agencies judge with high confidence that the fire was set.",
            "assessment",
            "The agencies",
        ),
        ("What the valley needs is a bridge.", "normative", None),
    ],
)
def test_kinds_and_holders_of_frames(text, kind, holder):
    claim = one(text)
    assert claim.kind == kind
    assert holder is None or claim.holder.name == holder


@pytest.mark.parametrize(
    "text",
    ["Malta did not expect to be asked.", "Marchers with red flags refused to leave the bridge."],
)
def test_accounts_of_the_past_are_no_claims(text):
    assert not read(text)


def test_once_with_a_participle_and_as_is_no_condition():
    assert one("The bridge, once derided as folly, will probably open.").condition is None
