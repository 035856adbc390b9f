"""Ranges: their spread and coverage, and what several forecasts together may be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import beta

from demarche.errors import TermError
from demarche.outside.events.ranges import central_range, rate_slope, union_variance

SHARES = st.floats(0.001, 0.999)


def test_ends_are_those_of_scipys_beta():
    """Mean 0.2 and log-odds that vary by 0.25: m = 1 / (0.16 x 0.25) = 25, Beta(5, 20)."""
    low, high = central_range(0.2, variance=0.25)
    assert low[0] == pytest.approx(beta.ppf(0.1, 5, 20))
    assert high[0] == pytest.approx(beta.ppf(0.9, 5, 20))


def test_a_shift_moves_the_mean_in_log_odds():
    there = central_range(0.2, variance=0.1, shift=float(np.log(2)))
    assert there == central_range(expit(logit(0.2) + np.log(2)), variance=0.1)


def test_it_holds_what_it_says():
    """Log-odds that vary as stated around a forecast: 80 +- 2 % of 20,000 inside."""
    rng = np.random.default_rng(1)
    p = expit(rng.normal(-2, 1, 20_000))
    sd = rng.uniform(0.1, 0.4, p.size)
    low, high = central_range(p, variance=sd**2)
    truth = expit(logit(p) + sd * rng.normal(size=p.size))
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(0.8, abs=0.02)


@given(SHARES, st.floats(0.01, 4.0), st.floats(0.1, 0.9))
def test_a_range_lies_in_the_unit_interval_and_grows_with_coverage(p, variance, coverage):
    low, high = central_range(p, variance=variance, coverage=coverage)
    wider = central_range(p, variance=variance, coverage=min(0.99, coverage + 0.05))
    assert 0 <= wider[0][0] <= low[0] <= high[0] <= wider[1][0] <= 1


def test_the_slope_is_the_derivative_of_log_odds_by_log_acts():
    acts = np.array([0.01, 0.5, 3.0])

    def log_odds(x):
        return logit(-np.expm1(-np.exp(x)))

    there = (log_odds(np.log(acts) + 1e-6) - log_odds(np.log(acts) - 1e-6)) / 2e-6
    assert rate_slope(-np.expm1(-acts)) == pytest.approx(there, rel=1e-6)


def test_the_union_varies_as_simulated_ones_do():
    rng = np.random.default_rng(2)
    p = np.array([0.1, 0.3, 0.05])
    shared, own = np.array([0.02, 0.03, 0.01]), np.array([0.04, 0.02, 0.05])
    common = rng.normal(size=(200_000, 1)) * np.sqrt(shared)
    each = expit(logit(p) + common + rng.normal(size=(200_000, 3)) * np.sqrt(own))
    seen = logit(1 - (1 - each).prod(axis=1)).var()
    assert union_variance(p, shared=[shared], own=own) == pytest.approx(seen, rel=0.06)


@given(SHARES, st.floats(0, 2), st.floats(0, 2), st.floats(0.001, 2))
def test_the_union_of_one_is_that_one(p, first, second, own):
    found = union_variance(
        np.array([p]), shared=[np.array([first]), np.array([second])], own=np.array([own])
    )
    assert found == pytest.approx(first + second + own)


def test_the_union_of_many_sure_acts_has_a_variance():
    """Five at 0.9999 are 1 in floats: log-odds and expected acts of the union move alike."""
    p = np.full(5, 0.9999)
    found = union_variance(p, shared=[np.full(5, 0.2)], own=np.zeros(5))
    assert found == pytest.approx((5 * 0.9999) ** 2 * 0.2)


@pytest.mark.parametrize(
    ("p", "given_", "says"),
    [
        (0.0, {"variance": 1.0}, "strictly between"),
        (0.5, {"variance": 1.0, "coverage": 1.0}, "coverage"),
        (0.5, {"variance": 0.0}, "above 0"),
    ],
)
def test_bad_input(p, given_, says):
    with pytest.raises(TermError, match=says):
        central_range(p, **given_)
