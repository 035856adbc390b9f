"""The additive model: where its minimum lies, and how well it says it is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from demarche.outside.events.hazard import choose_penalty, fit_additive


def test_a_rare_act_on_wild_inputs_is_fitted_though_a_full_step_overshoots():
    """Inputs over six powers of ten, 124 acts of 3,000: undamped, Newton's method runs away."""
    rng = np.random.default_rng(10)
    x = np.exp(2.0 * rng.normal(size=(3000, 3))).astype(np.float32)
    p = expit(-7 + 1.8 * np.log(x[:, 0]))
    y = (rng.random(3000) < p).astype(float)
    fit = fit_additive(x, happened=y, penalty=1.0)
    assert y.sum() == 124
    # at the minimum: residuals sum to nothing, and to the pull of the ridge along each input
    residual = y - expit(fit.log_odds(x))
    z = (x.astype(float) - fit.means) / fit.scales
    assert residual.sum() == pytest.approx(0.01 * fit.intercept, abs=1e-3)
    np.testing.assert_allclose(residual @ z, fit.weights, atol=1e-3)


def test_the_level_of_a_rare_act_is_not_drawn_to_a_half():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2000, 2)).astype(np.float32)
    y = (np.arange(2000) < 20).astype(float)
    fit = fit_additive(x, happened=y, penalty=1e6)
    assert fit.log_odds(x).mean() == pytest.approx(logit(0.01), abs=0.01)


def test_what_is_known_of_the_level_is_what_its_outcomes_tell():
    """400 coin flips: the log-odds vary by 1 / (400 / 4)."""
    x = np.zeros((400, 1), dtype=np.float32)
    fit = fit_additive(x, happened=np.arange(400) % 2.0)
    assert fit.covariance[0, 0] == pytest.approx(0.01, rel=1e-3)
    assert fit.variance(x[:1]) == pytest.approx(0.01, rel=1e-2)


def test_rows_that_stand_for_three_tell_no_more_than_one():
    """Drawn one of three: sums have three times the variance that their weights would have."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3000, 3)).astype(np.float32)
    y = (rng.random(3000) < expit(x[:, 0] - 1)).astype(float)
    plain = fit_additive(x, happened=y, penalty=1.0)
    thrice = fit_additive(x, happened=y, weight=np.full(3000, 3.0), penalty=3.0)
    assert plain.dispersion == pytest.approx(1.0, abs=0.02)
    assert thrice.dispersion == pytest.approx(3.0, rel=0.02)
    assert np.mean(thrice.variance(x) / plain.variance(x)) == pytest.approx(1.0, abs=0.05)


def test_a_fit_closer_than_chance_is_not_taken_for_a_surer_one():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(150, 60)).astype(np.float32)
    y = (rng.random(150) < 0.5).astype(float)
    fit = fit_additive(x, happened=y, penalty=0.5)
    p = expit(fit.log_odds(x))
    assert np.square(y - p).sum() / (p * (1 - p)).sum() < 0.97
    assert fit.dispersion == 1.0


def test_an_input_that_never_varied_says_nothing():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(500, 2)).astype(np.float32)
    x[:, 1] = 0.1
    y = (rng.random(500) < expit(x[:, 0])).astype(float)
    fit = fit_additive(x, happened=y)
    other = x[:5].copy()
    other[:, 1] = 0.2
    assert fit.scales[1] == 1.0
    np.testing.assert_allclose(fit.log_odds(other), fit.log_odds(x[:5]), atol=1e-6)
    assert (fit.variance(other) < fit.variance(x[:5]) + 0.1).all()


def _drawn(seed: int, *, weights: np.ndarray, rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal inputs, and outcomes whose log-odds are -1 and the weighted inputs."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, len(weights))).astype(np.float32)
    return x, (rng.random(rows) < expit(x @ weights - 1)).astype(float)


def test_each_weight_is_drawn_by_its_own_ridge():
    x, y = _drawn(4, weights=np.array([0.5, 0.5, 0.5]))
    ridge = np.array([1.0, 50.0, 1e9])
    fit = fit_additive(x, happened=y, penalty=ridge)
    z = (x.astype(float) - fit.means) / fit.scales
    residual = y - expit(fit.log_odds(x))
    # at the minimum the pull of the data is that of each ridge
    np.testing.assert_allclose(residual @ z, ridge * fit.weights, atol=0.6)
    np.testing.assert_allclose((residual @ z)[:2], (ridge * fit.weights)[:2], atol=1e-3)
    assert fit.weights[2] == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_array_equal(fit.penalty, ridge)


def test_one_ridge_for_all_is_that_ridge_for_each():
    x, y = _drawn(5, weights=np.array([0.3, -0.2]))
    one, each = (fit_additive(x, happened=y, penalty=p) for p in (7.0, np.array([7.0, 7.0])))
    np.testing.assert_array_equal(one.weights, each.weights)


@pytest.mark.parametrize(("strength", "chosen"), [(0.0, 3000.0), (0.5, 1.0)])
def test_a_past_that_tells_of_what_came_later_is_learned_from_and_noise_is_not(strength, chosen):
    """Forty inputs: of none, or of all, do the outcomes of later rows hang on them as before."""
    signs = np.where(np.arange(40) % 2, -1.0, 1.0)
    x, y = _drawn(6, weights=strength * signs)
    early = np.arange(2000) < 1500
    found = choose_penalty(
        x, happened=y, weight=np.ones(2000), early=early, later=~early, penalties=(3000.0, 1.0)
    )
    assert found == chosen


def test_ties_and_what_changed_later_choose_the_strongest_ridge():
    """Inputs that told the opposite later: the less of them is learned the better."""
    x, y = _drawn(7, weights=np.array([1.0, -1.0]))
    early = np.arange(2000) < 1500
    turned = np.where(early[:, None], x, -x)
    given = {"happened": y, "weight": np.ones(2000), "early": early, "later": ~early}
    assert choose_penalty(turned, penalties=(900.0, 30.0, 1.0), **given) == 900.0
    assert choose_penalty(np.zeros((2000, 1), np.float32), penalties=(9.0, 1.0), **given) == 9.0
