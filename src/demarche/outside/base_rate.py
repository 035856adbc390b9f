"""Shrunken base rates: how often a course was taken, drawn towards a wider class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaincinv, betaln

from demarche.errors import TermError
from demarche.outside._cases import FloatArray

STATED_STRENGTH = 2.0
FEWEST_SIBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """A shrunken rate with everything it was made from.

    Attributes
    ----------
    rate : float
        ``(strength * parent + taken) / (strength + known)``, strictly between 0 and 1.
    low, high : float
        Ends of the central range of the beta distribution, with `coverage`.
    parent : float
        The parent rate the raw rate is drawn towards.
    strength : float
        Prior strength m, in cases.
    strength_from : str
        ``"stated"`` or ``"beta-binomial marginal likelihood"``.
    taken, known, not_known : int
        k, n, and the cases whose outcome is not known (left out and counted).
    coverage : float
        Probability inside ``[low, high]``.
    """

    rate: float
    low: float
    high: float
    parent: float
    strength: float
    strength_from: str
    taken: int
    known: int
    not_known: int
    coverage: float


def shrunken_rate(taken: float, *, known: float, parent: float, strength: float) -> float:
    r"""Rate of `taken` in `known`, drawn towards `parent`.

    .. math:: \hat p = \frac{m \mu + k}{m + n}

    the mean of :math:`\mathrm{Beta}(m \mu + k,\; m (1 - \mu) + n - k)`.

    Parameters
    ----------
    taken : float
        k, how often; ``0 <= taken <= known``. Weighted counts are allowed.
    known : float
        n, out of how many.
    parent : float
        Rate :math:`\mu` of the wider class, strictly between 0 and 1.
    strength : float
        m > 0, the weight of the parent in cases.

    Returns
    -------
    float
        Strictly between 0 and 1.

    Raises
    ------
    TermError
        If a number is outside its range.

    References
    ----------
    .. [1] Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 2.4, eq. (2.8)-(2.10).

    Examples
    --------
    >>> shrunken_rate(3, known=10, parent=0.1, strength=10)
    0.2
    """
    if not 0 < parent < 1:
        raise TermError(
            f"The parent rate is {parent}; expected a number strictly between 0 and 1. "
            "A rate of exactly 0 or 1 can never be revised."
        )
    if not (strength > 0 and np.isfinite(strength)):
        raise TermError(f"The prior strength is {strength}; expected a positive number of cases.")
    if not 0 <= taken <= known:
        raise TermError(f"{taken} taken of {known} known; expected 0 <= taken <= known.")
    return float((strength * parent + taken) / (strength + known))


def beta_range(alpha: float, *, beta: float, coverage: float = 0.8) -> tuple[float, float]:
    r"""Central range of a beta distribution.

    .. math:: \left[I^{-1}_{(1-c)/2}(\alpha, \beta),\; I^{-1}_{(1+c)/2}(\alpha, \beta)\right]

    with :math:`I^{-1}` the inverse regularised incomplete beta function and c the `coverage`.

    Raises
    ------
    TermError
        If a parameter is not positive, or `coverage` is not strictly between 0 and 1.

    Examples
    --------
    >>> low, high = beta_range(4.0, beta=16.0, coverage=0.9)
    >>> round(low, 6), round(high, 6)
    (0.075294, 0.359426)
    """
    if not (alpha > 0 and beta > 0):
        raise TermError(f"Beta({alpha}, {beta}) is not a distribution; expected both above 0.")
    if not 0 < coverage < 1:
        raise TermError(f"The coverage is {coverage}; expected a number strictly between 0 and 1.")
    tail = (1 - coverage) / 2
    return float(betaincinv(alpha, beta, tail)), float(betaincinv(alpha, beta, 1 - tail))


def marginal_log_likelihood(
    strength: float, *, parent: float, taken: FloatArray, known: FloatArray
) -> float:
    r"""Beta-binomial marginal log likelihood of siblings, without the binomial coefficients.

    .. math:: \sum_g \ln \frac{B(m \mu + k_g,\; m (1-\mu) + n_g - k_g)}{B(m \mu,\; m (1-\mu))}

    Parameters
    ----------
    strength, parent : float
        m and :math:`\mu`.
    taken, known : array, shape (G,)
        :math:`k_g` and :math:`n_g` of each sibling class.

    Returns
    -------
    float
        Larger is better.

    Examples
    --------
    >>> round(marginal_log_likelihood(2.0, parent=0.5, taken=np.array([1.0]),
    ...                               known=np.array([1.0])), 6)
    -0.693147
    """
    a, b = strength * parent, strength * (1 - parent)
    return float(np.sum(betaln(a + taken, b + known - taken) - betaln(a, b)))


def fit_strength(taken: FloatArray, *, known: FloatArray, parent: float) -> float:
    """Prior strength m in [0.5, 200] that maximises the beta-binomial marginal likelihood.

    Parameters
    ----------
    taken, known : array, shape (G,)
        Counts of each sibling class.
    parent : float
        Common parent rate, strictly between 0 and 1.

    Returns
    -------
    float
        m, in cases.

    Examples
    --------
    >>> alike = fit_strength(np.array([5.0, 5.0, 5.0]), known=np.array([10.0, 10.0, 10.0]),
    ...                      parent=0.5)
    >>> unlike = fit_strength(np.array([0.0, 5.0, 10.0]), known=np.array([10.0, 10.0, 10.0]),
    ...                       parent=0.5)
    >>> alike > 100 > 2 > unlike
    True
    """
    found = minimize_scalar(
        lambda x: -marginal_log_likelihood(np.exp(x), parent=parent, taken=taken, known=known),
        bounds=(np.log(0.5), np.log(200.0)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def base_rates(
    outcomes: FloatArray,
    *,
    parent: float | None = None,
    strength: float | None = None,
    strength_from: str = "stated",
    coverage: float = 0.8,
) -> tuple[BaseRate, ...]:
    """Shrunken rate of every course in a class of cases.

    The parent rate, unless stated, is the pooled rate of all courses together (with one case of
    prior weight at one half). The strength, unless stated, maximises the beta-binomial marginal
    likelihood over the courses as siblings; with fewer than ten it is 2 and called ``"stated"``.

    Parameters
    ----------
    outcomes : array, shape (n, C)
        1, 0 or NaN (not known: left out for that course, and counted).
    parent, strength : float, optional
        Stated instead of estimated.
    strength_from : str
        What to say about a strength that is given; default ``"stated"``.
    coverage : float
        Of the range, default 80 %.

    Returns
    -------
    tuple of BaseRate
        One per course.

    Raises
    ------
    TermError
        If there is no known outcome at all, or a number is outside its range.

    Examples
    --------
    >>> outcomes = np.array([[1.0], [0.0], [0.0], [np.nan]])
    >>> rate = base_rates(outcomes, parent=0.5, strength=2.0)[0]
    >>> rate.rate, rate.taken, rate.known, rate.not_known
    (0.4, 1, 3, 1)
    """
    taken, known = _counts(outcomes)
    if parent is None:
        parent = float((0.5 + taken.sum()) / (1 + known.sum()))
    source = strength_from
    if strength is None:
        strength = STATED_STRENGTH
        if int((known > 0).sum()) >= FEWEST_SIBLINGS:
            strength = fit_strength(taken, known=known, parent=parent)
            source = "beta-binomial marginal likelihood"
    return tuple(
        _base_rate(k, n, len(outcomes), parent, strength, source, coverage)
        for k, n in zip(taken, known, strict=True)
    )


def _counts(outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How often each course was taken, and out of how many cases with a known outcome."""
    unknown = np.isnan(outcomes)
    known = (~unknown).sum(axis=0).astype(np.float64)
    if known.sum() == 0:
        raise TermError(
            "The wider class holds no known outcome; expected at least one case with a "
            "0 or a 1. Widen the class."
        )
    return np.where(unknown, 0.0, outcomes).sum(axis=0), known


def _base_rate(
    k: float, n: float, total: int, parent: float, strength: float, source: str, coverage: float
) -> BaseRate:
    """Build one base rate."""
    rate = shrunken_rate(k, known=n, parent=parent, strength=strength)
    low, high = beta_range(
        strength * parent + k, beta=strength * (1 - parent) + n - k, coverage=coverage
    )
    return BaseRate(
        rate=rate,
        low=low,
        high=high,
        parent=parent,
        strength=strength,
        strength_from=source,
        taken=int(k),
        known=int(n),
        not_known=total - int(n),
        coverage=coverage,
    )


def mean_rates(rates: Sequence[BaseRate]) -> FloatArray:
    """Return the rates as an array, shape (C,)."""
    return np.array([rate.rate for rate in rates], dtype=np.float64)


def mean_of(outcomes: FloatArray, *, parent: float, strength: float) -> FloatArray:
    """The rates of :func:`base_rates` alone, shape (C,), where parent and strength are given.

    Raises
    ------
    TermError
        As :func:`base_rates`.

    Examples
    --------
    >>> mean_of(np.array([[1.0], [0.0], [0.0], [np.nan]]), parent=0.5, strength=2.0)
    array([0.4])
    """
    if not (0 < parent < 1 and strength > 0):
        return mean_rates(base_rates(outcomes, parent=parent, strength=strength))
    taken, known = _counts(outcomes)
    return np.asarray((strength * parent + taken) / (strength + known), dtype=np.float64)
