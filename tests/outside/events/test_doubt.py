"""Doubt: variances between series and situations, bursts, overlap, the fit's own error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from demarche.outside.events.doubt import (
    between_series,
    dispersion_index,
    find_doubt,
    level_variance,
    misfit_variance,
    own_variance,
    windows_as_one,
)
from demarche.outside.events.hazard import fit_additive
from demarche.outside.events.lift import Trials, lift_misfit
from tests.outside.events.levels import level_shift


def grid(truth, *, seed):
    """Outcomes of series by days, as flat arrays with their series and day."""
    rng = np.random.default_rng(seed)
    series, day = (m.ravel() for m in np.indices(truth.shape))
    return (rng.random(truth.size) < truth.ravel()).astype(float), series, day


@pytest.mark.parametrize(("horizon", "step"), [(7, 1), (7, 4), (30, 5)])
def test_windows_that_count_as_one_are_those_of_simulated_rare_acts(horizon, step):
    """Variance of the sum of overlapping windows over that of as many independent ones."""
    rng = np.random.default_rng(3)
    acts = rng.random((1500, 2000)) < 0.0004
    held = np.cumsum(np.c_[np.zeros(len(acts)), acts], axis=1)
    y = (held[:, horizon:] > held[:, :-horizon])[:, ::step].astype(float)
    seen = y.sum(axis=1).var() / (y.shape[1] * y.mean() * (1 - y.mean()))
    origins = np.arange(0, 2000, step)
    assert windows_as_one(origins, horizon=horizon) == pytest.approx(seen, rel=0.12)


def test_variance_between_series_is_found():
    """Posterior means of 400 rates whose log-odds vary by 0.5."""
    rng = np.random.default_rng(4)
    truth = expit(-2.5 + np.sqrt(0.5) * rng.normal(size=400))
    n = rng.binomial(300, truth)
    k = 1 / (0.5 * truth.mean())
    p = (n + k * truth.mean()) / (300 + k)
    found = between_series(
        logit(p), series=np.arange(400), cls=np.zeros(400, dtype=int), weight=np.full(400, 300.0)
    )
    assert found == pytest.approx(0.5, rel=0.25)


def test_levels_of_classes_do_not_count_as_differences_between_series():
    log_odds = np.r_[np.full(50, -3.0), np.full(50, 1.0)]
    found = between_series(
        log_odds, series=np.arange(100), cls=np.repeat([0, 1], 50), weight=np.full(100, 1e6)
    )
    assert found < 0.001


def test_independent_windows_have_no_bursts_and_bursts_are_found():
    rng = np.random.default_rng(5)
    plain = np.full((80, 910), 0.05)
    y, series, day = grid(plain, seed=6)
    one = np.ones(y.size)
    assert dispersion_index(y, series=series, day=day, weight=one, horizon=1) < 1.1
    # a level for each quarter: sums of n = 91 vary by n p q (1 + (n - 1) r), r = var(p) / (p q)
    level = rng.choice([0.02, 0.08], size=(80, 10))
    y, series, day = grid(np.repeat(level, 91, axis=1), seed=7)
    expected = 1 + 90 * 0.03**2 / (0.05 * 0.95)
    found = dispersion_index(y, series=series, day=day, weight=one, horizon=1)
    assert found == pytest.approx(expected, rel=0.12)


def test_rows_drawn_at_random_are_no_bursts():
    rng = np.random.default_rng(8)
    y, series, day = grid(np.full((80, 910), 0.05), seed=9)
    kept = rng.random(y.size) < 0.25
    found = dispersion_index(
        y[kept], series=series[kept], day=day[kept], weight=np.full(kept.sum(), 4.0), horizon=1
    )
    assert found < 1.5


def test_misfit_between_situations_is_found_and_chance_is_not():
    rng = np.random.default_rng(3)
    label = rng.integers(0, 6, (100, 200))
    base = np.full(label.shape, 0.2)
    shift = np.array([-0.5, 0.5, -0.5, 0.5, -0.5, 0.5])[label]
    for truth, wanted in ((expit(logit(base) + shift), 0.25), (base, 0.0)):
        y, series, _ = grid(truth, seed=0)
        found = misfit_variance(
            y - 0.2, information=np.full(y.size, 0.16), series=series, labels=[label.ravel()]
        )
        assert found == pytest.approx(wanted, rel=0.2, abs=0.005)


def test_situations_in_which_all_is_foregone_tell_nothing():
    truth = np.full((40, 100), 0.3)
    y, series, _ = grid(truth, seed=1)
    label = np.tile(np.arange(100) % 2, 40)
    known = {"series": series, "labels": [label]}
    sure = np.where(label == 1, 0.0, 0.21)
    found = misfit_variance(np.where(label == 1, 0.0, y - 0.3), information=sure, **known)
    assert found < 0.01
    assert misfit_variance(np.zeros(y.size), information=np.zeros(y.size), **known) == 0.0


def test_what_one_series_has_with_itself_is_no_misfit():
    truth = np.full((40, 200), 0.2)
    truth[0] = 0.9
    y, series, _ = grid(truth, seed=0)
    found = misfit_variance(
        y - 0.2, information=np.full(y.size, 0.16), series=series,
        labels=[np.zeros(y.size, dtype=int)],
    )  # fmt: skip
    assert found < 0.02


def test_a_lift_that_hangs_on_the_state_has_a_misfit():
    rng = np.random.default_rng(10)
    n = 20_000
    p = np.where(rng.random(n) < 0.5, 0.05, 0.4)
    for gain, least, most in ((np.where(p < 0.1, 1.0, 0.0), 0.04, 0.6), (np.zeros(n), 0.0, 0.01)):
        y = (rng.random(n) < expit(logit(p) + gain)).astype(float)
        trials = Trials(
            dyad=np.arange(n) % 60, actor=np.arange(n) % 9, day=np.arange(n) // 60, p=p, y=y,
            horizon=1,
        )  # fmt: skip
        value = float(np.exp(0.3)) if gain.any() else 1.0
        assert least <= lift_misfit(trials, lift=value) <= most


def test_the_shift_of_the_level_varies_as_it_does_in_repeated_draws():
    rng = np.random.default_rng(11)
    p, ended = np.full(3000, 0.1), np.repeat(np.arange(1, 31), 100)
    found = [
        level_shift(
            logit(p), happened=(rng.random(3000) < p).astype(float), ended=ended, now=30, horizon=1
        )
        for _ in range(400)
    ]
    told = level_variance(p, ended=ended, now=30, horizon=1, weight=np.ones(3000))
    assert told == pytest.approx(np.var(found), rel=0.2)


def test_windows_that_overlap_tell_as_much_as_fewer_that_do_not():
    """Seven of each, worth one: the same variances as of one that is worth itself."""
    rng = np.random.default_rng(14)
    log_odds, one = rng.normal(-1, 1, 300), np.ones(300)
    series, cls = np.arange(300) // 3, np.zeros(300, dtype=int)
    given = {"series": series, "cls": cls}
    alone = between_series(log_odds, weight=one, **given)
    assert between_series(log_odds, weight=7 * one, overlap=7.0, **given) == pytest.approx(alone)
    assert between_series(log_odds, weight=7 * one, **given) < 0.9 * alone
    p, ended = np.full(300, 0.2), np.repeat(np.arange(1, 31), 10)
    told = {"ended": ended, "now": 30, "horizon": 7, "weight": one}
    assert level_variance(p, overlap=7.0, **told) == pytest.approx(7 * level_variance(p, **told))


def test_variance_between_series_of_which_next_to_nothing_is_known_is_bounded():
    given = {"series": np.arange(40), "cls": np.zeros(40, dtype=int), "weight": np.full(40, 1e-9)}
    assert between_series(np.linspace(-3, 3, 40), **given) == 25.0
    few = {name: values[:4] for name, values in given.items()}
    assert between_series(np.array([-3.0, -1, 1, 3]), **few) == 1.0


@pytest.mark.parametrize(("horizon", "block"), [(1, 91), (60, 240)])
def test_bursts_of_two_blocks_count_as_those_of_many(horizon, block):
    """A level for each of two blocks of a quarter, or of four horizons: half the spread is left."""
    rng = np.random.default_rng(15)
    level = rng.choice([0.02, 0.08], size=(1500, 2))
    y, series, day = grid(np.repeat(level, block, axis=1), seed=16)
    found = dispersion_index(y, series=series, day=day, weight=np.ones(y.size), horizon=horizon)
    assert found == pytest.approx(1 + (block - 1) * 0.03**2 / (0.05 * 0.95), rel=0.1)


def test_the_parts_of_a_doubt_are_measured_on_the_same_windows():
    rng = np.random.default_rng(17)
    y, series, day = grid(expit(rng.normal(-1, 1, (60, 200))), seed=18)
    cls, weight = series % 2, rng.integers(1, 4, y.size).astype(float)
    log_odds, recent = rng.normal(-1, 0.5, y.size), day >= 160
    found = find_doubt(
        log_odds, happened=y, day=day, series=series, cls=cls, classes=2, weight=weight, horizon=7,
        labels=[day % 5], recent=recent,
    )  # fmt: skip
    p, overlap = expit(log_odds), windows_as_one(day, horizon=7)
    assert found.overlap == overlap
    given = {"series": series, "weight": weight, "overlap": overlap}
    assert found.between == round(between_series(log_odds, cls=cls, **given), 9)
    assert found.bursts == round(dispersion_index(y, day=day, horizon=7, **given), 9)
    residual, information = weight * (y - p), weight * p * (1 - p)
    misfit = misfit_variance(residual, information=information, series=series, labels=[day % 5])
    assert found.misfit == round(misfit, 9)
    for one in range(2):
        own = recent & (cls == one)
        told = level_variance(
            p[own], ended=day[own] + 7, now=206, horizon=7, weight=weight[own], overlap=overlap
        )
        assert found.level[one] == round(told, 9)


def test_the_fits_own_error_is_that_of_repeated_fits():
    """Coefficients drawn from a prior that the fit has to find: z of unit variance."""
    rng = np.random.default_rng(12)
    z = []
    for _ in range(150):
        x = rng.normal(size=(800, 12)).astype(np.float32)
        w = 0.2 * rng.normal(size=12)
        y = (rng.random(800) < expit(-1.5 + x @ w)).astype(float)
        fit = fit_additive(x, happened=y, penalty=25.0)
        new = rng.normal(size=(1, 12)).astype(np.float32)
        error = float((-1.5 + new @ w - fit.log_odds(new))[0])
        z.append(error / float(np.sqrt(fit.variance(new)[0])))
    assert np.mean(np.square(z)) == pytest.approx(1.0, abs=0.3)


def test_overlapping_rows_count_for_less():
    rng = np.random.default_rng(13)
    x = rng.normal(size=(2000, 3)).astype(np.float32)
    y = (rng.random(2000) < expit(x[:, 0] - 1)).astype(float)
    one, many = (fit_additive(x, happened=y, penalty=1.0, overlap=m) for m in (1.0, 7.0))
    assert np.array_equal(one.weights, many.weights)
    assert np.mean(many.variance(x) / one.variance(x)) == pytest.approx(7, rel=0.1)


@given(st.floats(0.01, 20), st.floats(0, 1e4), st.floats(0.1, 100))
def test_a_longer_record_leaves_less_open(between, information, more):
    before = own_variance(between=between, information=information)
    assert (
        0
        < own_variance(between=between, information=information + more)
        < before
        <= between * (1 + 1e-12)
    )
