"""Shrunken base rates against published numbers, scipy, and their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from demarche.errors import TermError
from demarche.outside import base_rates, beta_range, fit_strength, shrunken_rate
from demarche.outside.base_rate import marginal_log_likelihood

NAN = float("nan")


@pytest.mark.parametrize(
    ("taken", "parent", "strength", "expected"),
    [
        pytest.param(3, 0.5, 2, 1 / 3, id="32 Laplace"),
        pytest.param(3, 0.5, 1, 0.3181818, id="32 Jeffreys"),
        pytest.param(3, 0.1, 10, 0.2, id="32 Beta(1, 9)"),
        pytest.param(0, 0.5, 2, 0.0833333, id="33 Laplace"),
        pytest.param(0, 0.5, 1, 0.0454545, id="33 Jeffreys"),
        pytest.param(0, 0.1, 10, 0.05, id="33 Beta(1, 9)"),
    ],
)
def test_reference_values(taken, parent, strength, expected):
    """research/scoring.md, cases 32 and 33 (by hand)."""
    assert shrunken_rate(taken, known=10, parent=parent, strength=strength) == pytest.approx(
        expected, abs=1e-6
    )


def test_ranges_of_case_34():
    """research/scoring.md, case 34 (scipy, measured)."""
    assert beta_range(1 + 3, beta=9 + 7, coverage=0.9) == pytest.approx(
        (0.0752938, 0.3594257), abs=1e-6
    )
    assert beta_range(0.5 + 3, beta=0.5 + 7, coverage=0.95) == pytest.approx(
        (0.0926946, 0.6058183), abs=1e-6
    )


@given(
    known=st.integers(0, 200),
    share=st.floats(0, 1),
    parent=st.floats(0.01, 0.99),
    strength=st.floats(0.1, 100),
)
def test_between_raw_and_parent_and_monotone(known, share, parent, strength):
    """research/scoring.md, P16."""
    taken = int(share * known)
    rate = shrunken_rate(taken, known=known, parent=parent, strength=strength)
    assert 0 < rate < 1
    if known == 0:
        assert rate == pytest.approx(parent)
        return
    low, high = sorted((taken / known, parent))
    assert low - 1e-12 <= rate <= high + 1e-12
    if taken < known:
        assert shrunken_rate(taken + 1, known=known, parent=parent, strength=strength) > rate


def test_tends_to_the_raw_rate():
    assert shrunken_rate(3e6, known=1e7, parent=0.9, strength=10) == pytest.approx(0.3, abs=1e-5)


@given(st.floats(0.5, 50), st.floats(0.05, 0.95), st.lists(st.integers(0, 10), min_size=1))
def test_marginal_likelihood_is_scipys_beta_binomial(strength, parent, taken):
    k = np.array(taken, dtype=float)
    n = np.full(len(k), 10.0)
    theirs = stats.betabinom.logpmf(k, 10, strength * parent, strength * (1 - parent)).sum()
    from scipy.special import gammaln

    choose = (gammaln(11) - gammaln(k + 1) - gammaln(11 - k)).sum()
    ours = marginal_log_likelihood(strength, parent=parent, taken=k, known=n)
    assert ours + choose == pytest.approx(theirs, abs=1e-8)


def test_strength_maximises_on_a_grid():
    rng = np.random.default_rng(2)
    k = rng.binomial(20, rng.beta(2, 6, size=30)).astype(float)
    n = np.full(30, 20.0)
    m = fit_strength(k, known=n, parent=0.25)
    best = marginal_log_likelihood(m, parent=0.25, taken=k, known=n)
    for other in np.geomspace(0.5, 200, 400):
        assert marginal_log_likelihood(other, parent=0.25, taken=k, known=n) <= best + 1e-6


def test_unknown_outcomes_change_only_the_count():
    few = np.array([[1.0], [0.0], [0.0]])
    more = np.vstack([few, [[NAN]], [[NAN]]])
    a, b = (base_rates(x, parent=0.3, strength=4)[0] for x in (few, more))
    assert (a.rate, a.low, a.high, a.known) == (b.rate, b.low, b.high, b.known)
    assert (a.not_known, b.not_known) == (0, 2)


def test_strength_is_stated_below_ten_siblings_and_estimated_from_ten_on():
    rng = np.random.default_rng(0)
    few, many = (rng.integers(0, 2, (20, c)).astype(float) for c in (9, 10))
    assert base_rates(few)[0].strength_from == "stated"
    assert base_rates(many)[0].strength_from == "beta-binomial marginal likelihood"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: shrunken_rate(1, known=2, parent=0.0, strength=1), "parent rate is 0"),
        (lambda: shrunken_rate(1, known=2, parent=0.5, strength=0), "strength is 0"),
        (lambda: shrunken_rate(3, known=2, parent=0.5, strength=1), "3 taken of 2"),
        (lambda: beta_range(0.0, beta=1.0), r"Beta\(0"),
        (lambda: beta_range(1.0, beta=1.0, coverage=1.0), "coverage is 1"),
        (lambda: base_rates(np.full((2, 1), NAN)), "no known outcome"),
    ],
    ids=["parent", "strength", "counts", "beta", "coverage", "nothing known"],
)
def test_refuses(call, says):
    with pytest.raises(TermError, match=says):
        call()
