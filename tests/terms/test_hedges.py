"""Hedges: the bands of ICD 203, the mirror rule, and what 169 readers answered."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import need

from demarche.errors import TermError
from demarche.terms.hedges import HEDGES, hedge, mirrored

PAIRS = {
    "almost certain": ("Almost Certain", "Almost Certainly"),
    "highly likely": ("Highly Likely", "Highly Likely"),
    "very good chance": ("Very Good Chance", "Very Good Chance"),
    "we believe": ("We Believe", "We Believe"),
    "likely": ("Likely", "Likely"),
    "better than even": ("Better than Even", "Better Than Even"),
    "about even": ("About Even", "About Even"),
    "unlikely": ("Unlikely", "Unlikely"),
    "highly unlikely": ("Highly Unlikely", "Highly Unlikely"),
    "almost no chance": ("Almost No Chance", "Almost No Chance"),
}


def test_bands_of_icd_203():
    """Intelligence Community Directive 203 (2015), section D.6.e.(2), with its own ends."""
    for id, low, high in (
        ("certain", 0.95, 0.99),
        ("highly_likely", 0.80, 0.95),
        ("likely", 0.55, 0.80),
        ("even", 0.45, 0.55),
        ("unlikely", 0.20, 0.45),
        ("highly_unlikely", 0.05, 0.20),
        ("almost_no_chance", 0.01, 0.05),
    ):
        row = hedge(id)
        assert (row.low, row.high, row.origin) == (low, high, "ICD 203")


def test_rows_are_bands_and_ids_are_unique():
    assert len({row.id for row in HEDGES}) == len(HEDGES)
    for row in HEDGES:
        assert 0 <= row.low < row.high <= 1


def test_an_unknown_class_names_the_near_miss():
    with pytest.raises(TermError, match="Did you mean 'likely'"):
        hedge("likly")


@given(st.floats(0, 1), st.floats(0, 1))
def test_mirroring_twice_is_nothing(a, b):
    low, high = sorted((a, b))
    assert mirrored(*mirrored(low, high)) == pytest.approx((low, high), abs=2e-6)


def test_survey_answers_are_those_of_the_two_surveys():
    """10 %, median, 90 % of 123 + 46 answers, by linear interpolation."""
    folder = need("data", "verbal_probability")
    tables = []
    for name in ("wadefagen_survey-results.csv", "zonination_probly.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as handle:
            tables.append(list(csv.DictReader(handle)))
    for row in HEDGES:
        if row.survey is None:
            continue
        answers: list[float] = []
        for table, column in zip(tables, PAIRS[row.survey_phrase], strict=True):
            key = next(k for k in table[0] if k.strip('"') == column)
            answers += [float(line[key]) for line in table if line[key] not in ("", None)]
        answers.sort()
        for share, expected in zip((0.1, 0.5, 0.9), row.survey, strict=True):
            at = share * (len(answers) - 1)
            low, high = answers[int(at)], answers[min(int(at) + 1, len(answers) - 1)]
            value = low + (at - int(at)) * (high - low)
            assert value / 100 == pytest.approx(expected, abs=0.011), row.id
