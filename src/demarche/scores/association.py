"""Rank agreement of two orderings, with intervals; distances are compared by relabelling."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError
from demarche.scores.intervals import Interval

__all__ = [
    "FEWEST",
    "DistanceAgreement",
    "RankAgreement",
    "distance_agreement",
    "rank_agreement",
]

FEWEST = 4
"""Fewest things that are ordered; below that no interval can be stated."""
EXACT = 7
"""Up to this many things every relabelling is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankAgreement:
    """Spearman's rho and Kendall's tau-b of two orderings, -1 to 1, with intervals.

    ``n`` pairs of values from ``units`` independent things; ``tau_interval`` is ``None`` where
    there are fewer than five.
    """

    n: int
    units: int
    rho: float
    rho_interval: Interval
    tau: float
    tau_interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceAgreement:
    """Rank agreement of the distances between things on two scales.

    ``p`` is the share of relabellings of the things, this one included, under which rho is at
    least as high; ``relabellings`` how many were looked at.
    """

    agreement: RankAgreement
    p: float
    relabellings: int


def _fisher(r: float, *, variance: float, half_step: float, level: float) -> Interval:
    """Interval on Fisher's scale; a perfect agreement is first drawn in by half a step."""
    inner = math.copysign(min(abs(r), 1 - half_step), r)
    half = NormalDist().inv_cdf(0.5 + level / 2) * math.sqrt(variance)
    low, high = math.tanh(math.atanh(inner) - half), math.tanh(math.atanh(inner) + half)
    return Interval(low=min(low, r), high=max(high, r), level=level)


def rank_agreement(
    x: ArrayLike, *, y: ArrayLike, units: int | None = None, level: float = 0.95
) -> RankAgreement:
    r"""Spearman's rho and Kendall's tau-b with intervals on Fisher's scale.

    .. math:: \tanh\!\left(\operatorname{artanh} \hat\rho \pm z
        \sqrt{\frac{1 + \hat\rho^2 / 2}{m - 3}}\right), \qquad
        \tanh\!\left(\operatorname{artanh} \hat\tau \pm z \sqrt{\frac{0.437}{m - 4}}\right)

    with :math:`m` the number of independent things. A coefficient of 1 or -1 has no finite value
    on that scale; it is drawn in by half of the smallest step between two orders of m things.

    Parameters
    ----------
    x, y : array, shape (n,)
    units : int, optional
        Independent things behind the values; each value is one by default. Distances between m
        things are n = m(m - 1)/2 values of m units.
    level : float
        In (0, 1).

    Raises
    ------
    TermError
        If the two differ in length, a value is not finite, there are fewer than four values or
        units, or all values of one side are alike.

    References
    ----------
    .. [1] Bonett, D. G. & Wright, T. A. (2000). Sample size requirements for estimating Pearson,
       Kendall and Spearman correlations. Psychometrika 65(1), 23-28. doi:10.1007/BF02294183

    Examples
    --------
    >>> found = rank_agreement([1, 2, 3, 4, 5, 6], y=[2, 1, 3, 4, 6, 5])
    >>> round(found.rho, 4), round(found.tau, 4)
    (0.8857, 0.7333)
    >>> round(found.rho_interval.low, 3), round(found.rho_interval.high, 3)
    (0.066, 0.992)
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if a.ndim != 1 or a.shape != b.shape:
        raise TermError(f"expected two lists of the same length, got {a.shape} and {b.shape}.")
    m = len(a) if units is None else units
    if min(len(a), m) < FEWEST:
        raise TermError(f"rank agreement needs {FEWEST} things to order, got {min(len(a), m)}.")
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))) or not 0 < level < 1:
        raise TermError("rank agreement needs finite values and a level in (0, 1).")
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        raise TermError("there is nothing to order: all values of one side are alike.")
    from scipy import stats

    rho, tau = float(stats.spearmanr(a, b).statistic), float(stats.kendalltau(a, b).statistic)
    rho, tau = round(rho, 12), round(tau, 12)
    return RankAgreement(
        n=len(a),
        units=m,
        rho=rho,
        rho_interval=_fisher(
            rho,
            variance=(1 + rho * rho / 2) / (m - 3),
            half_step=6 / (m**3 - m),
            level=level,
        ),
        tau=tau,
        tau_interval=_fisher(
            tau, variance=0.437 / (m - 4), half_step=2 / (m * (m - 1)), level=level
        )
        if m > 4
        else None,
    )


def distance_agreement(
    x: ArrayLike,
    *,
    y: ArrayLike,
    rng: np.random.Generator,
    level: float = 0.95,
    relabellings: int = 9_999,
) -> DistanceAgreement:
    """Whether things near each other on one scale are near each other on another.

    Rank agreement of all distances ``|x_i - x_j|`` and ``|y_i - y_j|``, and how often chance does
    as well: the share of relabellings of the things, all of them up to seven, else a sample
    [1]_. The interval counts the things as independent, not their distances. Neither scale's
    direction matters.

    Parameters
    ----------
    x, y : array, shape (n,)
    rng : numpy.random.Generator
        Used only for more than seven things.
    level : float
    relabellings : int
        Size of the sample.

    Raises
    ------
    TermError
        As for `rank_agreement`.

    References
    ----------
    .. [1] Mantel, N. (1967). The detection of disease clustering and a generalized regression
       approach. Cancer Research 27, 209-220.

    Examples
    --------
    >>> found = distance_agreement([0, 1, 3, 7], y=[9, 8, 6, 1], rng=np.random.default_rng(1))
    >>> round(found.agreement.rho, 2), round(found.p, 3), found.relabellings
    (1.0, 0.042, 24)
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if a.ndim != 1 or a.shape != b.shape:
        raise TermError(f"expected two lists of the same length, got {a.shape} and {b.shape}.")
    n = len(a)
    upper = np.triu_indices(n, k=1)
    near, far = _distances(a), _distances(b)
    found = rank_agreement(near[upper], y=far[upper], units=n, level=level)
    from scipy.stats import rankdata

    ranks = np.zeros((n, n))
    ranks[upper] = rankdata(far[upper])
    ranks += ranks.T
    here = rankdata(near[upper])
    if n <= EXACT:
        orders = np.array(list(itertools.permutations(range(n))))
    else:
        orders = np.array([np.arange(n), *(rng.permutation(n) for _ in range(relabellings))])
    scores = _products(here - here.mean(), ranks, orders, upper)
    return DistanceAgreement(
        agreement=found,
        p=float(np.mean(scores >= scores[0] - 1e-9)),
        relabellings=len(orders),
    )


def _distances(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances as shares of the widest, rounded so that equal ones stay equal."""
    found = np.abs(x[:, None] - x[None, :])
    widest = float(found.max(initial=0.0))
    return np.asarray(np.round(found / widest, 12)) if widest > 0 else found


def _products(
    here: NDArray[np.float64],
    ranks: NDArray[np.float64],
    orders: NDArray[np.int64],
    upper: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Rank products, which order the relabellings as rho does; the first is as things stand."""
    there = ranks[orders[:, upper[0]], orders[:, upper[1]]]
    return np.asarray(there @ here)
