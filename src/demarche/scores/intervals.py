"""Intervals of proportions and of mean scores; whole clusters are resampled together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.scores._checks import Floats, Ints, numbered

__all__ = [
    "Difference",
    "Interval",
    "bootstrap_mean",
    "cluster_numbers",
    "paired_bootstrap",
    "paired_difference",
    "paired_means",
    "wilson",
]

DRAWS = 10_000
CELLS = 4_000_000
"""Most bootstrap weights held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A central interval: its ends and its level."""

    low: float
    high: float
    level: float


def wilson(yes: float, *, n: float, level: float = 0.95) -> Interval:
    r"""Wilson interval of a proportion, in [0, 1].

    .. math:: \frac{\hat p + z^2 / 2n \pm z \sqrt{\hat p (1 - \hat p) / n + z^2 / 4n^2}}
        {1 + z^2 / n}

    Weighted counts are allowed: clusters that count once each.

    Raises
    ------
    TermError
        If not 0 <= yes <= n, n is not positive, or the level is not in (0, 1).

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. JASA 22(158), 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> found = wilson(3, n=10)
    >>> round(found.low, 7), round(found.high, 7)
    (0.1077913, 0.6032219)
    """
    if not n > 0 or not 0 <= yes <= n or not 0 < level < 1:
        raise TermError(f"expected 0 <= yes <= n, n > 0, a level in (0, 1); got {yes}, {n}.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = yes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Interval(
        low=0.0 if yes == 0 else max(0.0, (centre - half) / scale),
        high=1.0 if yes == n else min(1.0, (centre + half) / scale),
        level=level,
    )


def cluster_numbers(clusters: ArrayLike | None, *, n: int, name: str = "clusters") -> Ints:
    """Clusters as whole numbers from 0; without any, every case is its own.

    Raises
    ------
    TermError
        If there is not one entry per case.

    Examples
    --------
    >>> cluster_numbers(["b", "a", "b"], n=3).tolist()
    [1, 0, 1]
    """
    return numbered(clusters, n=n, name=name)


def paired_bootstrap(
    score: ArrayLike,
    *,
    reference: ArrayLike,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Floats:
    r"""Bootstrap draws of the mean scores, clusters resampled whole and both forecasters together.

    .. math:: \bar S^{*} = \frac{\sum_g w_g \sum_{i \in g} S_i}{\sum_g w_g n_g}, \qquad
        w \sim \mathrm{Multinomial}(G; 1/G, \ldots, 1/G)

    Parameters
    ----------
    score, reference : array, shape (k,)
        Of the same forecasts in the same order.
    clusters : array, shape (k,), optional
        Question, crisis or other label; every forecast is its own by default.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    array, shape (draws, 2)
        Mean score and mean reference score of each draw.

    Raises
    ------
    TermError
        If lengths differ or there is nothing to resample.

    References
    ----------
    .. [1] Davison & Hinkley, Bootstrap Methods and their Application (1997), section 3.8.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> sample = paired_bootstrap([0.1, 0.2], reference=[0.1, 0.2], clusters=[0, 1], rng=rng,
    ...                           draws=5)
    >>> bool((sample[:, 0] == sample[:, 1]).all())
    True
    """
    a, b = np.asarray(score, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) == 0:
        raise TermError(
            f"Scores of shape {a.shape} and {b.shape}; expected two equal, non-empty "
            "lists of scores of the same forecasts."
        )
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise TermError("a score that is not a finite number cannot be averaged.")
    which = numbered(clusters, n=len(a))
    count = int(which.max()) + 1
    sums = np.stack(
        [np.bincount(which, weights=x, minlength=count) for x in (a, b, np.ones(len(a)))], axis=1
    )
    totals = np.empty((draws, 3))
    at_once = max(1, CELLS // count)
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        totals[start : start + size] = _resampled(count, size=size, rng=rng) @ sums
    return np.asarray(totals[:, :2] / totals[:, 2:], dtype=np.float64)


def _resampled(count: int, *, size: int, rng: np.random.Generator) -> Floats:
    """How often each cluster is drawn in each of some resamples."""
    if count <= CELLS // 1000:
        return rng.multinomial(count, np.full(count, 1 / count), size=size).astype(np.float64)
    weights = np.empty((size, count))
    for row in range(size):
        weights[row] = np.bincount(rng.integers(0, count, count), minlength=count)
    return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean of a reference's scores minus one's own, with its paired interval; above 0 is better."""

    value: float
    low: float
    high: float
    level: float
    n: int
    clusters: int
    draws: int


def bootstrap_mean(
    score: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = 0.9,
) -> Interval | None:
    """Percentile interval of a mean score, clusters resampled whole; None with one cluster only.

    Raises
    ------
    TermError
        If there is nothing to resample.

    Examples
    --------
    >>> bootstrap_mean([0.2, 0.2, 0.2], rng=np.random.default_rng(1), draws=9)
    Interval(low=0.2, high=0.2, level=0.9)
    """
    found = paired_means(score, score, clusters=clusters, rng=rng, draws=draws, level=level)
    return None if found is None else found[0]


def paired_means(
    first: ArrayLike,
    second: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = 0.9,
) -> tuple[Interval, Interval] | None:
    """Percentile intervals of two mean scores of the same forecasts, from the same resamples.

    None with one cluster only.

    Raises
    ------
    TermError
        If lengths differ or there is nothing to resample.

    Examples
    --------
    >>> paired_means([0.2, 0.2], [0.7, 0.7], rng=np.random.default_rng(1), draws=9)
    (Interval(low=0.2, high=0.2, level=0.9), Interval(low=0.7, high=0.7, level=0.9))
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if len(np.unique(numbered(clusters, n=len(a)))) < 2:
        return None
    sample = paired_bootstrap(a, reference=b, clusters=clusters, rng=rng, draws=draws)
    low, high = np.quantile(sample, [(1 - level) / 2, (1 + level) / 2], axis=0)
    one, two = (
        Interval(low=_tidy(x), high=_tidy(y), level=level) for x, y in zip(low, high, strict=True)
    )
    return one, two


def paired_difference(
    score: ArrayLike,
    *,
    reference: ArrayLike,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = 0.9,
) -> Difference | None:
    """Reference minus score, with a paired percentile interval; None with one cluster only.

    Scores are losses: above 0 the forecaster is better than the reference.

    Raises
    ------
    TermError
        If lengths differ or there is nothing to compare.

    Examples
    --------
    >>> found = paired_difference([0.1, 0.3], reference=[0.1, 0.3], draws=9,
    ...                           rng=np.random.default_rng(1))
    >>> found.value, found.low, found.high
    (0.0, 0.0, 0.0)
    """
    a, b = np.asarray(score, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    which = numbered(clusters, n=len(a))
    count = len(np.unique(which))
    if count < 2:
        return None
    sample = paired_bootstrap(a, reference=b, clusters=which, rng=rng, draws=draws)
    gap = sample[:, 1] - sample[:, 0]
    low, high = np.quantile(gap, [(1 - level) / 2, (1 + level) / 2])
    return Difference(
        value=float(np.mean(b - a)),
        low=_tidy(low),
        high=_tidy(high),
        level=level,
        n=len(a),
        clusters=count,
        draws=draws,
    )


def _tidy(value: float) -> float:
    """Rounded to 12 decimals, so that summation order shows nowhere."""
    return round(float(value), 12) + 0.0
