"""The acceptance values of the scoring reference: one line of its table, one test or more.

Lines 1 to 4 need forecasts for Niamey that ship with a package under GPL-3; they were checked once
against the package's published summary and are described in docs/scoring.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_diagnostics.scoring import LogLoss, SquaredError
from model_diagnostics.scoring import decompose as oracle
from scipy.stats import ttest_1samp
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from demarche import pooling
from demarche.outside.base_rate import beta_range, shrunken_rate
from demarche.scores import (
    auc,
    baseline,
    baseline_over_time,
    brier,
    brier_index,
    brier_multiclass,
    brier_two_sided,
    decompose,
    diebold_mariano,
    isotonic,
    log_multiclass,
    log_score,
    mean_over_time,
    murphy,
    peer,
    peer_over_time,
    rps,
    spherical,
    spiegelhalter,
    timeline,
    wilson,
)

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35]
Y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
NEAR = 1e-6


def test_line_05_mean_scores_and_area_under_the_curve():
    """Oracle: scikit-learn."""
    assert brier(P, outcome=Y).mean() == pytest.approx(0.18725, abs=NEAR)
    assert brier(P, outcome=Y).mean() == pytest.approx(brier_score_loss(Y, P), abs=1e-12)
    assert log_score(P, outcome=Y).values.mean() == pytest.approx(0.5387742, abs=NEAR)
    assert log_score(P, outcome=Y).values.mean() == pytest.approx(log_loss(Y, P), abs=1e-12)
    assert auc(P, outcome=Y) == pytest.approx(0.7916667, abs=NEAR)
    assert auc(P, outcome=Y) == pytest.approx(roc_auc_score(Y, P), abs=1e-12)


def test_line_06_decomposition():
    """Oracle: model-diagnostics."""
    found = decompose(P, outcome=Y)
    assert found.miscalibration == pytest.approx(0.06725, abs=NEAR)
    assert found.discrimination == pytest.approx(0.12, abs=NEAR)
    assert found.uncertainty == pytest.approx(0.24, abs=NEAR)
    for name, scoring in (("brier", SquaredError()), ("log", LogLoss())):
        ours = decompose(P, outcome=Y, score=name, clip=1e-15)
        theirs = oracle(np.array(Y, float), np.array(P), scoring_function=scoring)
        assert ours.miscalibration == pytest.approx(theirs["miscalibration"].item(), abs=1e-9)
        assert ours.discrimination == pytest.approx(theirs["discrimination"].item(), abs=1e-9)
        assert ours.uncertainty == pytest.approx(theirs["uncertainty"].item(), abs=1e-9)


def test_line_07_isotonic_fit():
    """Oracle: scikit-learn."""
    assert isotonic(P, outcome=Y) == pytest.approx([0, 0, 0.6, 0.6, 0.6, 0.6, 1, 1, 1, 0.6])
    assert isotonic(P, outcome=Y) == pytest.approx(IsotonicRegression().fit_transform(P, Y))


def test_line_07_isotonic_fit_with_ties_equals_scikit_learn():
    rng = np.random.default_rng(7)
    p = rng.integers(0, 21, 500) / 20
    y = (rng.random(500) < p**1.5).astype(float)
    assert isotonic(p, outcome=y) == pytest.approx(IsotonicRegression().fit_transform(p, y))


def test_line_08_the_parts_add_up_and_the_curve_integrates_to_brier():
    found = decompose(P, outcome=Y)
    assert found.score == pytest.approx(
        found.miscalibration - found.discrimination + found.uncertainty, abs=1e-12
    )
    curve = murphy(P, outcome=Y, thresholds=20_001)
    assert 2 * np.trapezoid(curve.score, curve.thresholds) == pytest.approx(0.18726, abs=5e-6)


def test_line_09_elementary_scores():
    curve = murphy(P, outcome=Y, thresholds=[0.25, 0.5, 0.75])
    assert curve.score == pytest.approx([0.05, 0.20, 0.10])


def test_line_10_spiegelhalter():
    found = spiegelhalter(P, outcome=Y)
    assert found.z == pytest.approx(-0.0086095, abs=5e-8)
    assert found.p_value == pytest.approx(0.9931307, abs=5e-8)


THREE = [0.2, 0.5, 0.3]


@pytest.mark.parametrize(
    ("line", "score", "expected"),
    [
        (11, brier_multiclass, (0.98, 0.38, 0.78)),
        (12, lambda p, outcome: float(log_multiclass(p, outcome=outcome).values),
         (1.609438, 0.693147, 1.203973)),
        (13, rps, (0.73, 0.13, 0.53)),
        (14, lambda p, outcome: 1 - spherical(p, outcome=outcome),
         (0.3244428, 0.8111071, 0.4866643)),
    ],
    ids=["line 11", "line 12", "line 13", "line 14"],
)  # fmt: skip
def test_lines_11_to_14_three_answers(line, score, expected):
    found = [score(THREE, outcome=k) for k in range(3)]
    assert found == pytest.approx(expected, abs=NEAR)


def test_line_15_baseline():
    assert baseline([0.9, 0.1, 0.5]).values == pytest.approx(
        [84.79969066, -232.19280949, 0], abs=NEAR
    )


def test_line_16_baseline_at_powers_of_two():
    assert baseline([2**-0.5, 2**-1.5]).values == pytest.approx([50, -50], abs=NEAR)


def test_line_17_baseline_from_half_time():
    found = baseline_over_time(timeline([5], p=[0.9], opened=0, closes=10), outcome=1)
    assert found.value == pytest.approx(42.39984533, abs=NEAR)
    assert found.coverage == 0.5


@pytest.mark.parametrize(("day", "coverage"), [(3, 0.7), (5, 0.5), (7, 0.3)])
def test_line_18_coverage_of_one_half(day, coverage):
    found = baseline_over_time(timeline([day], p=[0.5], opened=0, closes=10), outcome=1)
    assert found.value == pytest.approx(0, abs=NEAR)
    assert found.coverage == pytest.approx(coverage)


def test_line_18_a_withdrawal_ends_coverage():
    held = timeline([0, 3], p=[0.5, None], opened=0, closes=10)
    assert held.coverage == pytest.approx(0.3)


def test_line_19_early_closure():
    early = timeline([0], p=[0.9], opened=0, closes=10, event=5)
    late = timeline([5], p=[0.9], opened=0, closes=10, event=5)
    assert (early.coverage, late.coverage, late.late) == (0.5, 0, 1)
    assert mean_over_time(late, outcome=1).value is None


def test_line_20_two_forecasts_and_an_event():
    held = timeline([0, 5], p=[0.6, 0.9], opened=0, closes=10, event=8)
    points = baseline_over_time(held, outcome=1)
    assert points.value == pytest.approx(38.59162749, abs=NEAR)
    assert points.coverage == pytest.approx(0.8)
    assert mean_over_time(held, outcome=1).value == pytest.approx(0.10375, abs=NEAR)


def test_line_21_peer_of_the_lowest_of_three():
    assert peer([0.1, 0.5, 0.9]).values[0] == pytest.approx(-190.33312449, abs=NEAR)


def test_line_22_peers_of_two_sum_to_zero():
    found = peer([0.4, 0.6]).values
    assert found == pytest.approx([-40.54651081, 40.54651081], abs=NEAR)
    assert found.sum() == pytest.approx(0, abs=1e-12)


def test_line_23_peer_over_ten_days():
    held = {
        str(p): timeline([day], p=[p], opened=0, closes=10)
        for p, day in ((0.1, 0), (0.5, 0), (0.9, 5))
    }
    found = peer_over_time(held, outcome=1)
    assert [found[name].value for name in held] == pytest.approx(
        [-175.63845787, 106.01317681, 69.62528106], abs=NEAR
    )
    assert found["0.9"].coverage == 0.5


def test_line_24_peer_of_one_forecaster():
    assert peer([0.7]).values.tolist() == [0.0]


def test_line_25_the_geometric_mean_inside_the_peer_score_is_not_rescaled():
    """exp of -peer/100 times (N - 1)/N gives the geometric mean back."""
    for values, mean in (((0.3, 0.2, 0.1), 0.18171206), ((0.7, 0.8, 0.9), 0.79581144)):
        points = peer(values).values
        back = np.array(values) / np.exp(points / 100 * 2 / 3)
        assert back == pytest.approx([mean] * 3, abs=NEAR)


def test_lines_26_and_27_pools():
    three = [0.6, 0.7, 0.9]
    assert float(pooling.linear(three)) == pytest.approx(0.7333333, abs=NEAR)
    assert float(pooling.median(three)) == 0.7
    assert float(pooling.log_odds(three)) == pytest.approx(0.7595102, abs=NEAR)
    assert float(pooling.extremised(three, factor=1.73)) == pytest.approx(0.8796895, abs=NEAR)
    assert float(pooling.extremised(three, factor=2.5)) == pytest.approx(0.9465961, abs=NEAR)
    weights = [0.5, 0.3, 0.2]
    assert float(pooling.linear(three, weights=weights)) == pytest.approx(0.69, abs=NEAR)
    assert float(pooling.log_odds(three, weights=weights)) == pytest.approx(0.7102023, abs=NEAR)


def test_line_28_recency_weights():
    assert pooling.recency_weights(3) == pytest.approx([0.4809217, 0.7277212, 1], abs=NEAR)
    assert pooling.recency_weights(4) == pytest.approx(
        [0.3678794, 0.5566679, 0.7649467, 1], abs=NEAR
    )
    assert pooling.recency_weights(2).tolist() == [1, 1]


def test_line_29_trimmed_mean():
    ten = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.99]
    assert float(pooling.trimmed_mean(ten, share=0.1)) == pytest.approx(0.45, abs=NEAR)
    assert float(pooling.linear(ten)) == pytest.approx(0.464, abs=NEAR)


def test_line_30_two_sided_brier():
    assert float(brier_two_sided(0.9, outcome=1)) == pytest.approx(0.02)
    assert float(brier(0.9, outcome=1)) == pytest.approx(0.01)


def test_line_31_brier_index():
    assert brier_index([0, 0.05, 0.10, 0.15, 0.25, 1]) == pytest.approx(
        [100, 77.6393, 68.3772, 61.2702, 50, 0], abs=5e-5
    )


@pytest.mark.parametrize(
    ("k", "parent", "strength", "expected"),
    [
        (3, 1 / 2, 2, 0.3333333),
        (3, 1 / 2, 1, 0.3181818),
        (3, 0.1, 10, 0.2),
        (0, 1 / 2, 2, 0.0833333),
        (0, 1 / 2, 1, 0.0454545),
        (0, 0.1, 10, 0.05),
    ],
)
def test_lines_32_and_33_shrunken_rates(k, parent, strength, expected):
    found = shrunken_rate(k, known=10, parent=parent, strength=strength)
    assert found == pytest.approx(expected, abs=NEAR)


def test_line_34_ranges_of_shrunken_rates():
    assert beta_range(4, beta=16, coverage=0.9) == pytest.approx((0.0752938, 0.3594257), abs=NEAR)
    assert beta_range(3.5, beta=7.5, coverage=0.95) == pytest.approx(
        (0.0926946, 0.6058183), abs=NEAR
    )


@pytest.mark.parametrize(("yes", "low", "high"), [(3, 0.1077913, 0.6032219), (0, 0, 0.2775328)])
def test_line_35_wilson(yes, low, high):
    found = wilson(yes, n=10)
    assert (found.low, found.high) == pytest.approx((low, high), abs=NEAR)


def test_line_36_a_wrong_certainty_costs_the_declared_clip():
    found = log_score([0.0, 1.0], outcome=[1, 0], clip=0.001)
    assert found.values == pytest.approx([-np.log(0.001)] * 2)
    assert found.clipped == 2


def test_line_37_what_the_clip_is_for():
    """scikit-learn clips without a word at double precision."""
    theirs = log_loss([1], [0.0], labels=[0, 1])
    assert theirs == pytest.approx(36.0436534, abs=NEAR)
    assert log_score([0.0], outcome=[1], clip=1e-6).values[0] < theirs


@pytest.mark.parametrize(
    ("series", "steps", "statistic", "below"),
    [
        ([1.0, 2, 3, 4], 2, (3 / 8) ** 0.5 * 2.5 * 0.46875**-0.5, 0.9443164226429581),
        ([2.0, 1, -3, -1, 0], 3, (6 / 25) ** 0.5 * -0.2 * 0.0864**-0.5, 0.3778115634892615),
    ],
)
def test_diebold_mariano_over_overlapping_windows(series, steps, statistic, below):
    """Numbers of the tests of the package scores (method HLN, Student's t): series, h, results."""
    found = diebold_mariano(np.zeros(len(series)), reference=series, steps=steps)
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    one_sided = 1 - found.p_value / 2 if statistic > 0 else found.p_value / 2
    assert one_sided == pytest.approx(below, rel=1e-12)


@pytest.mark.parametrize(
    ("series", "steps"), [([1.0, -1, 1, -1], 2), ([1.0, 1, 1, 1], 2), ([0.0] * 4, 2)]
)
def test_diebold_mariano_has_no_statistic_without_variance(series, steps):
    """Series for which the package scores gives NaN."""
    found = diebold_mariano(np.zeros(4), reference=series, steps=steps)
    assert (found.statistic, found.p_value, found.n) == (None, None, 4)


@given(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=40), st.integers(1, 10))
def test_diebold_mariano_sums_autocovariances_as_the_formula_does(series, steps):
    """The running sum of the window is the sum of autocovariances, term by term."""
    n = len(series)
    steps = min(steps, n - 1)
    found = diebold_mariano(np.zeros(n), reference=series, steps=steps)
    gap = np.array(series)
    c = gap - gap.mean()
    gammas = [float(c[k:] @ c[: n - k]) / n for k in range(steps)]
    variance = (gammas[0] + 2 * sum(gammas[1:])) / n
    if found.statistic is None:
        assert variance <= 1e-12 * max(1e-300, float(gap @ gap) / n) + 1e-300
        return
    factor = ((n + 1 - 2 * steps + steps * (steps - 1) / n) / n) ** 0.5
    wanted = float(gap.mean()) / variance**0.5 * factor if variance > 0 else None
    if variance > 1e-9 * float(gap @ gap) / n:
        assert found.statistic == pytest.approx(wanted, rel=1e-5, abs=1e-9)
    swapped = diebold_mariano(series, reference=np.zeros(n), steps=steps)
    assert swapped.statistic == pytest.approx(-found.statistic)


def test_diebold_mariano_at_one_step_is_the_paired_t_test():
    """With h = 1 the corrected statistic is Student's; oracle: scipy."""
    rng = np.random.default_rng(3)
    a, b = rng.random(30), rng.random(30)
    found = diebold_mariano(a, reference=b)
    theirs = ttest_1samp(b - a, 0)
    assert found.statistic == pytest.approx(theirs.statistic)
    assert found.p_value == pytest.approx(theirs.pvalue)
