"""Rank agreement: against SciPy, the formulas by hand, its coverage, and its refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from demarche.errors import TermError
from demarche.scores.association import distance_agreement, rank_agreement

VALUES = st.lists(st.integers(-20, 20), min_size=5, max_size=9)


def test_the_interval_is_that_of_bonett_and_wright_worked_by_hand():
    """Psychometrika 65, 23-28: variance (1 + r^2 / 2) / (n - 3) for rho, .437 / (n - 4) for tau."""
    x = np.arange(20.0)
    y = np.array([3, 1, 0, 5, 2, 4, 9, 6, 8, 7, 13, 10, 11, 15, 12, 19, 14, 16, 18, 17.0])
    found = rank_agreement(x, y=y)
    rho = 1 - 6 * float(np.sum((x - y) ** 2)) / (20 * 399)
    assert found.rho == pytest.approx(rho)
    half = 1.959964 * math.sqrt((1 + rho**2 / 2) / 17)
    assert found.rho_interval.low == pytest.approx(math.tanh(math.atanh(rho) - half), abs=1e-6)
    half = 1.959964 * math.sqrt(0.437 / 16)
    assert found.tau_interval.high == pytest.approx(
        math.tanh(math.atanh(found.tau) + half), abs=1e-6
    )


@settings(deadline=None, max_examples=50)
@given(VALUES, st.randoms(use_true_random=False))
def test_coefficients_are_scipys_and_intervals_hold_them(values, random):
    other = values[:]
    random.shuffle(other)
    if len(set(values)) < 2:
        return
    found = rank_agreement(values, y=other)
    assert found.rho == pytest.approx(stats.spearmanr(values, other).statistic)
    assert found.tau == pytest.approx(stats.kendalltau(values, other).statistic)
    assert -1 <= found.rho_interval.low <= found.rho <= found.rho_interval.high <= 1
    assert -1 <= found.tau_interval.low <= found.tau <= found.tau_interval.high <= 1
    turned = rank_agreement([-v for v in values], y=other)
    assert turned.rho == pytest.approx(-found.rho)
    assert turned.rho_interval.low == pytest.approx(-found.rho_interval.high)


def test_perfect_agreement_of_few_is_not_called_certain():
    found = rank_agreement([1, 2, 3, 4], y=[10, 20, 30, 40])
    assert found.rho == 1
    assert found.rho_interval.high == 1
    assert found.rho_interval.low < 0
    assert found.tau_interval is None
    more = rank_agreement(range(30), y=range(30))
    assert more.rho_interval.low > 0.9


def test_intervals_cover_what_they_claim():
    """Normal pairs with a known rho: 95 % intervals hold it in 93 to 97.5 % of samples."""
    rng = np.random.default_rng(7)
    r, held = 0.5, 0
    true = 6 / math.pi * math.asin(r / 2)
    for _ in range(1500):
        x = rng.normal(size=25)
        y = r * x + math.sqrt(1 - r * r) * rng.normal(size=25)
        interval = rank_agreement(x, y=y).rho_interval
        held += interval.low <= true <= interval.high
    assert 0.93 <= held / 1500 <= 0.975


def test_distances_do_not_care_for_direction_and_count_all_relabellings():
    rng = np.random.default_rng(1)
    x, y = [0, 2, 3, 7, 20], [1, 3, 4, 9, 30]
    found = distance_agreement(x, y=y, rng=rng)
    turned = distance_agreement(x, y=[-v for v in y], rng=rng)
    assert found == turned
    assert found.relabellings == 120
    assert found.agreement.n == 10
    assert found.agreement.units == 5
    assert found.p == pytest.approx(1 / 120)


def test_relabelling_is_fair_where_there_is_no_agreement():
    """Under independence p is below a tenth in about a tenth of samples."""
    rng = np.random.default_rng(3)
    low = [
        distance_agreement(rng.normal(size=6), y=rng.normal(size=6), rng=rng).p <= 0.1
        for _ in range(400)
    ]
    assert 0.06 <= np.mean(low) <= 0.14


def test_more_things_are_relabelled_by_a_seeded_sample():
    x = np.arange(9.0) ** 2
    a, b = (
        distance_agreement(x, y=x[::-1], rng=np.random.default_rng(5), relabellings=99)
        for _ in range(2)
    )
    assert a == b
    assert a.relabellings == 100


REFUSED = {
    "too few": ([1, 2, 3], [1, 2, 3], "needs 4 things"),
    "lengths": ([1, 2, 3, 4], [1, 2, 3], "the same length"),
    "constant": ([1, 2, 3, 4], [2, 2, 2, 2], "nothing to order"),
    "not finite": ([1, 2, 3, math.nan], [1, 2, 3, 4], "finite"),
}


@pytest.mark.parametrize(("x", "y", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_ordered_is_refused(x, y, said):
    with pytest.raises(TermError, match=said):
        rank_agreement(x, y=y)
    with pytest.raises(TermError):
        distance_agreement(x, y=y, rng=np.random.default_rng(1))
