"""Ranges: coverage where the truth is known, information, misfit, inflation as a named step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from demarche.errors import DataError, TermError
from demarche.outside.events.lift import Trials, class_lift
from demarche.outside.events.ranges import (
    fit_spread,
    forecast_range,
    lift_allowance,
    memory_days,
    misfit_variance,
    parameter_variance,
    residual_covariance,
)


def grid(truth, p, *, seed=0, horizon=1):
    """Daily trials of series whose truth and forecast are arrays of shape (series, days)."""
    rng = np.random.default_rng(seed)
    series, day = np.indices(truth.shape)
    return Trials(
        dyad=series.ravel(),
        actor=series.ravel() % 5,
        day=day.ravel(),
        p=p.ravel(),
        y=(rng.random(truth.size) < truth.ravel()).astype(float),
        horizon=horizon,
    )


def shrunken_world(seed, *, series=80, days=300, between=0.7):
    """Rates that differ between series; a forecaster that shrinks each towards the class."""
    rng = np.random.default_rng(seed)
    rate = expit(-2.5 + np.sqrt(between) * rng.normal(size=series))
    truth = np.repeat(rate[:, None], days, axis=1)
    y = rng.random(truth.shape) < truth
    seen = np.cumsum(y, axis=1) - y
    n = np.arange(days)
    k = 1 / (between * rate.mean())
    p = (seen + k * rate.mean()) / (n + k)
    made = Trials(
        dyad=np.repeat(np.arange(series), days),
        actor=np.zeros(series * days, dtype=int),
        day=np.tile(n, series),
        p=p.ravel(),
        y=y.ravel().astype(float),
        horizon=1,
    )
    return rate, p[:, -1], made.where(made.day >= 60)


def test_ranges_hold_the_truth_in_eighty_of_a_hundred():
    """800 series over ten worlds: 80 +- 3 %; a range of sampling error alone holds far fewer."""
    held = []
    for seed in range(10):
        rate, p, trials = shrunken_world(seed)
        spread = fit_spread(trials, days=300, split=220)
        low, high = forecast_range(p, spread=spread, series=np.arange(p.size))
        held.append((low <= rate) & (rate <= high))
    assert 0.77 <= np.mean(held) <= 0.83


def test_variance_between_series_is_found():
    found = [
        fit_spread(shrunken_world(s, between=0.5)[2], days=300, split=220).between for s in range(8)
    ]
    assert np.mean(found) == pytest.approx(0.5, rel=0.25)


def test_a_forecaster_that_misses_something_lasting_is_inflated():
    rng = np.random.default_rng(1)
    truth = expit(-2 + 0.8 * rng.normal(size=(60, 1))) * np.ones((1, 300))
    good, blind = grid(truth, truth), grid(truth, np.full(truth.shape, truth.mean()))
    lags = range(1, 15)
    right, error, pairs = residual_covariance(good, lags=lags)
    assert abs(right) < 3 * error
    assert pairs == sum(60 * (300 - lag) for lag in lags)
    assert residual_covariance(blind, lags=lags)[0] > 0.3
    moderate = expit(logit(truth) + 0.5 * rng.normal(size=(60, 1)))
    spread = fit_spread(grid(truth, moderate), days=300, split=150)
    assert spread.inflation > 1.5
    assert f"by {spread.inflation:.2f}" in spread.step
    assert "from day 150 on" in spread.step


def test_misfit_between_situations_is_found_and_chance_is_not():
    rng = np.random.default_rng(3)
    base = np.full((100, 200), 0.2)
    label = rng.integers(0, 6, base.shape)
    shift = np.array([-0.5, 0.5, -0.5, 0.5, -0.5, 0.5])[label]
    wrong = grid(expit(logit(base) + shift), base)
    # the mean of tilted log-odds is met by the plain forecast, so that 0.5^2 is left
    assert misfit_variance(wrong, labels=label.ravel()) == pytest.approx(0.25, rel=0.2)
    assert misfit_variance(grid(base, base), labels=label.ravel()) < 0.005


def test_what_one_series_has_with_itself_is_no_misfit():
    """One series of six off by much: its own affair, not that of the situation."""
    base = np.full((40, 200), 0.2)
    truth = base.copy()
    truth[0] = 0.9
    label = np.zeros(base.size, dtype=int)
    assert misfit_variance(grid(truth, base), labels=label) < 0.02


def test_information_narrows_and_strangers_get_the_whole_spread():
    _, _, trials = shrunken_world(2)
    spread = fit_spread(trials, days=300, split=220)
    known, stranger = spread.variance(np.array([0, 999]))
    assert stranger == pytest.approx(spread.between)
    assert known < stranger
    forgetful = fit_spread(trials, days=300, split=220, half_life=30)
    assert forgetful.variance(np.array([0]))[0] > known


@given(st.floats(0.001, 0.999), st.floats(0.1, 0.9))
def test_a_range_lies_in_the_unit_interval_and_grows_with_coverage(p, coverage):
    spread = fit_spread(SHARED, days=300, split=220)
    one = np.array([0])
    low, high = forecast_range(p, spread=spread, series=one, coverage=coverage)
    wide_low, wide_high = forecast_range(
        p, spread=spread, series=one, coverage=min(0.99, coverage + 0.05)
    )
    assert 0 <= wide_low[0] <= low[0] < high[0] <= wide_high[0] <= 1


SHARED = shrunken_world(4)[2]


def test_a_lift_held_back_widens_by_all_of_itself():
    _, _, trials = shrunken_world(5)
    lift = class_lift(trials.given(trials.p / 2))
    own = lift_allowance(lift, admitted=True)
    assert own == pytest.approx(lift.log_sd**2)
    assert lift_allowance(lift, admitted=False) == pytest.approx(own + np.log(lift.value) ** 2)


def test_parameter_variance_by_hand():
    """(1, 2) with variances 0.5 and 0.25 and covariance 0.1: 0.5 + 4 x 0.25 + 2 x 2 x 0.1."""
    covariance = np.array([[0.5, 0.1], [0.1, 0.25]])
    assert parameter_variance(np.array([[1.0, 2.0]]), covariance=covariance)[0] == pytest.approx(
        1.9
    )


def test_later_rows_change_nothing():
    """The spread asked for on an earlier day does not see what came after it."""
    _, _, trials = shrunken_world(6)
    cut = trials.where(trials.day < 250)
    noisy = Trials(
        dyad=trials.dyad,
        actor=trials.actor,
        day=trials.day,
        p=trials.p,
        y=np.where(trials.day >= 250, 1 - trials.y, trials.y),
        horizon=1,
    )
    a = fit_spread(cut, days=250, split=200)
    b = fit_spread(noisy.where(noisy.day < 250), days=250, split=200)
    assert (a.between, a.inflation, a.excess) == (b.between, b.inflation, b.excess)
    c = fit_spread(noisy, days=250, split=200)
    assert c.between == a.between
    assert c.excess != a.excess


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: memory_days(10, half_life=0), TermError, "half-life"),
        (lambda: residual_covariance(SHARED, lags=range(0, 3)), TermError, "overlaps"),
        (lambda: fit_spread(SHARED, days=300, split=10), DataError, "Widen the class"),
        (
            lambda: forecast_range(
                0.0, spread=fit_spread(SHARED, days=300, split=220), series=np.array([0])
            ),
            TermError,
            "strictly between",
        ),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()
