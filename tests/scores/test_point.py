"""Proper scores against printed numbers; properties that every proper score has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from demarche.errors import TermError
from demarche.scores import brier, log_score, rps, skill

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35]
Y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
probability = st.floats(0, 1)


def test_ten_forecasts_have_the_printed_scores():
    """Case 5 of the scoring reference; scikit-learn as second oracle."""
    assert brier(P, outcome=Y).mean() == pytest.approx(0.18725, abs=1e-9)
    assert log_score(P, outcome=Y).values.mean() == pytest.approx(0.5387742, abs=5e-8)
    assert brier(P, outcome=Y).mean() == pytest.approx(brier_score_loss(Y, P))
    assert log_score(P, outcome=Y).values.mean() == pytest.approx(log_loss(Y, P))


@pytest.mark.parametrize(("outcome", "expected"), [(0, 0.73), (1, 0.13), (2, 0.53)])
def test_ranked_probability_score_of_three_rungs(outcome, expected):
    """Case 13 of the scoring reference."""
    assert rps([0.2, 0.5, 0.3], outcome=outcome) == pytest.approx(expected)


def test_a_wrong_certainty_is_clipped_and_counted():
    found = log_score([0.0, 1.0, 0.5], outcome=[1, 0, 1], clip=0.001)
    assert found.clipped == 2
    assert found.values[0] == pytest.approx(-np.log(0.001))


@given(probability)
def test_relabelling_yes_and_no_changes_no_score(p):
    assert float(brier(p, outcome=1)) == pytest.approx(float(brier(1 - p, outcome=0)))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_the_expected_score_is_smallest_at_the_truth(q, p):
    def expected(score, forecast):
        return q * float(score(forecast, 1)) + (1 - q) * float(score(forecast, 0))

    for score in (
        lambda f, y: brier(f, outcome=y),
        lambda f, y: log_score(f, outcome=y).values,
    ):
        assert expected(score, q) <= expected(score, p) + 1e-12


@given(probability, st.integers(0, 1))
def test_on_two_rungs_the_ranked_score_is_the_brier_score(p, y):
    assert rps([1 - p, p], outcome=y) == pytest.approx(float(brier(p, outcome=y)), abs=1e-12)


def test_permuting_rungs_changes_the_ranked_score():
    assert rps([0.2, 0.5, 0.3], outcome=0) != pytest.approx(rps([0.2, 0.3, 0.5], outcome=0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: brier(1.2, outcome=1),
        lambda: brier(float("nan"), outcome=1),
        lambda: brier(0.5, outcome=2),
        lambda: log_score(0.5, outcome=1, clip=0.7),
        lambda: rps([0.5, 0.4], outcome=0),
        lambda: rps([0.5, 0.5], outcome=2),
        lambda: skill([0.1], reference=[0.0]),
    ],
    ids=["above one", "nan", "outcome", "clip", "sum", "no such rung", "reference zero"],
)
def test_scores_refuse_what_they_cannot_score(call):
    with pytest.raises(TermError):
        call()
