"""Scorecards of sources in words: read through the table of hedges, apart from numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.ledger.claim_card import claim_cards, hedge_of
from demarche.scores import wilson
from demarche.terms.hedges import hedge
from tests.ledger.made import source_forecast

DAY = dt.date(2030, 2, 1)


def said(id, **changes):
    base = {"low": None, "high": None, "resolved_on": DAY, "outcome": "yes"}
    return source_forecast(id=id, **{**base, **changes})


def card(*rows):
    return claim_cards(rows)[0]


def test_words_are_scored_at_the_survey_median_of_their_class():
    found = card(said("a", hedge="likely"), said("b", hedge="highly unlikely", outcome="no"))
    lines = {line.id: line for line in found.lines}
    assert lines["a"].p == hedge("likely").survey[1] == 0.7
    assert lines["a"].brier == pytest.approx(0.09)
    assert lines["b"].p == hedge("highly_unlikely").survey[1] == 0.05
    assert found.brier == pytest.approx((0.09 + 0.0025) / 2)
    assert "survey median" in lines["a"].basis


def test_a_band_of_its_own_is_scored_at_its_middle():
    """Also where the words are in a class: the analyst read them otherwise, and that counts."""
    for words in ("as things stand", "in all likelihood"):
        found = card(said("a", hedge=words, low=0.3, high=0.5))
        assert (found.lines[0].p, found.lines[0].basis) == (0.4, "middle of the band")


def test_a_mirrored_band_is_scored_at_one_minus_the_median():
    """A source that says 'likely not': the band is of the positive proposition."""
    found = card(said("a", hedge="will likely", said="-", low=0.2, high=0.45, outcome="no"))
    assert found.lines[0].p == pytest.approx(0.3)
    assert found.lines[0].basis.startswith("1 - survey median")


@pytest.mark.parametrize(
    ("words", "band", "id"),
    [
        ("likely", None, "likely"),
        ("Highly  unlikely", None, "highly_unlikely"),
        ("cannot be ruled out", None, "not_excluded"),
        ("may", None, "possible"),
        ("will likely", (0.55, 0.80), "likely"),
        ("can no longer be ruled out", (0.05, 0.50), "not_excluded"),
        ("let us", None, None),
        ("", None, None),
    ],
)
def test_words_find_their_class(words, band, id):
    low, high = band or (None, None)
    found = hedge_of(words, low=low, high=high)
    assert (found.id if found else None) == id


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"hedge": "may"}, "mere possibility"),
        ({"hedge": "cannot be ruled out", "kind": "cannot_be_ruled_out"}, "mere possibility"),
        ({"kind": "causal"}, "causal"),
        ({"outcome": None}, "open"),
        ({"outcome": "annulled"}, "void"),
        ({"outcome": "not_known"}, "not known"),
        ({"hedge": "somehow"}, "no likelihood"),
        ({"asked": DAY}, "late"),
        ({"kind": "red_line", "outcome": None, "verdict": "kept"}, "tally"),
        ({"kind": "commitment", "outcome": None}, "tally"),
    ],
)
def test_what_is_not_scored_says_why(changes, why):
    found = card(said("a", **{"hedge": "likely", **changes}))
    assert found.scored == 0 and found.brier is None
    assert why in found.left_out[0][0]
    assert found.lines[0].p is None


def test_possibility_terms_are_counted_beside_their_band():
    found = card(said("a", hedge="may"), said("b", hedge="may", outcome="no"))
    assert (found.bands[0].cue, found.bands[0].n, found.bands[0].yes) == ("possible", 2, 1)
    assert found.bands[0].brier is None


def test_promises_get_a_tally_and_no_score():
    rows = [
        said(f"{kind}{i}", kind=kind, outcome=None, verdict=verdict, hedge="will not allow")
        for kind in ("commitment", "red_line")
        for i, verdict in enumerate(("kept", "kept", "broken", "not_tested", None))
    ]
    found = card(*rows)
    for tally in found.tallies:
        assert (tally.kept, tally.broken, tally.not_tested, tally.no_verdict) == (2, 1, 1, 1)
    assert found.scored == 0


def test_windows_of_one_claim_count_once():
    """One claim right in ten windows and one wrong in one: each is half of the mean."""
    rows = [said(f"a@{i}", hedge="likely", cluster="a") for i in range(10)]
    rows.append(said("b@0", hedge="likely", cluster="b", outcome="no"))
    found = card(*rows)
    assert found.brier == pytest.approx((0.09 + 0.49) / 2)
    assert (found.scored, found.scored_claims) == (11, 2)
    band = found.bands[0]
    assert (band.n, band.claims, band.yes) == (11, 2, 10)
    assert band.rate == pytest.approx(0.5)
    assert band.interval == wilson(1, n=2, level=0.9)
    assert found.interval is None


def test_enough_claims_have_an_interval():
    rows = [said(str(i), hedge="likely", outcome="yes" if i % 3 else "no") for i in range(9)]
    found = card(*rows)
    assert found.interval.low <= found.brier <= found.interval.high


def test_numbers_are_left_to_the_table():
    assert claim_cards([said("a", probability=0.7)]) == ()


def test_sources_have_cards_of_their_own_with_the_version_of_the_table():
    found = claim_cards([said("a", source="x"), said("a", source="y")])
    assert [c.source for c in found] == ["x", "y"]
    assert found[0].table == "icd203" and found[0].table_version and found[0].version
