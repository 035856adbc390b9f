"""Opinion pools of views, and a ladder that agrees with its courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError

__all__ = ["Coherent", "checked", "cohere", "extremised", "linear", "log_odds", "mixture_range"]

Floats = NDArray[np.float64]


def checked(probabilities: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Probabilities with one weight per entry of the first axis, the weights summing to one."""
    p = np.asarray(probabilities, dtype=np.float64)
    w = np.ones(p.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
    if p.ndim == 0 or p.shape[0] == 0 or w.shape != (p.shape[0],):
        raise TermError(f"a pool needs one weight per view, got {p.shape} and {w.shape}.")
    if not (np.all(np.isfinite(p)) and np.all((p >= 0) & (p <= 1))):
        raise TermError("pooled values must be probabilities in [0, 1].")
    if not (np.all(np.isfinite(w)) and np.all(w >= 0) and w.sum() > 0):
        raise TermError(f"weights must not be negative and not all zero, got {w.tolist()}.")
    return p, w / w.sum()


def linear(probabilities: ArrayLike, *, weights: ArrayLike | None = None) -> Floats:
    r"""Linear opinion pool over the first axis, :math:`\sum_i w_i p_i`; weights are scale-free.

    It never leaves the range of its inputs and keeps marginals and joint distributions coherent.

    Raises
    ------
    TermError
        If shapes differ, a value is not a probability or no weight is positive.

    References
    ----------
    .. [1] Genest, C. & Zidek, J. V. (1986). Combining probability distributions. Statistical
       Science 1(1), 114-135. doi:10.1214/ss/1177013825

    Examples
    --------
    >>> float(linear([0.6, 0.7, 0.9], weights=[0.5, 0.3, 0.2]).round(2))
    0.69
    """
    p, w = checked(probabilities, weights)
    pooled: Floats = np.asarray(np.tensordot(w, p, axes=(0, 0)))
    return pooled


def log_odds(probabilities: ArrayLike, *, weights: ArrayLike | None = None) -> Floats:
    r"""Geometric mean of odds over the first axis, :math:`logit^{-1}(\sum_i w_i logit p_i)`.

    A zero or a one is a veto; two views that veto each other are refused.

    Raises
    ------
    TermError
        As for :func:`linear`, and if one view says 0 and another 1.

    References
    ----------
    .. [1] Genest, C. & Zidek, J. V. (1986). Statistical Science 1(1), 114-135.
       doi:10.1214/ss/1177013825

    Examples
    --------
    >>> float(log_odds([0.6, 0.7, 0.9]).round(7))
    0.7595102
    """
    return extremised(probabilities, weights=weights, factor=1.0)


def extremised(
    probabilities: ArrayLike, *, factor: float, weights: ArrayLike | None = None
) -> Floats:
    r"""Extremised pool, :math:`logit^{-1}(a \sum_i w_i logit p_i)`; ``factor`` 1 changes nothing.

    Raises
    ------
    TermError
        As for :func:`log_odds`, and if the factor is not positive.

    References
    ----------
    .. [1] Satopaa, V. A. et al. (2014). Combining multiple probability predictions using a simple
       logit model. International Journal of Forecasting 30(2), 344-356.
       doi:10.1016/j.ijforecast.2013.09.009

    Examples
    --------
    >>> float(extremised([0.6, 0.7, 0.9], factor=2.5).round(7))
    0.9465961
    """
    p, w = checked(probabilities, weights)
    if not factor > 0:
        raise TermError(f"the extremising factor must be positive, got {factor!r}.")
    if np.any(np.any(p == 0, axis=0) & np.any(p == 1, axis=0)):
        raise TermError("one view says 0 and another says 1: a log-odds pool has no answer.")
    with np.errstate(divide="ignore"):
        logits = np.log(p) - np.log1p(-p)
    used = w > 0
    pooled = factor * np.tensordot(w[used], logits[used], axes=(0, 0))
    return np.asarray(1.0 / (1.0 + np.exp(-pooled)))


def mixture_range(
    samples: Sequence[Floats], *, weights: Sequence[float], coverage: float = 0.8
) -> tuple[float, float]:
    """Central range of a mixture of views, each given by equally likely values.

    It covers what either view thinks possible, so that disagreement widens it.

    Raises
    ------
    TermError
        If a view has no values or the weights do not fit.

    Examples
    --------
    >>> mixture_range([np.array([0.1, 0.2]), np.array([0.6, 0.8])], weights=[1, 1], coverage=0.5)
    (0.1, 0.6)
    """
    if len(samples) != len(weights) or not samples or any(s.size == 0 for s in samples):
        raise TermError("a mixture needs values and a weight for every view.")
    values = np.concatenate(samples)
    mass = np.concatenate(
        [np.full(s.size, w / s.size) for s, w in zip(samples, weights, strict=True)]
    )
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(mass[order]) / mass.sum()
    tail = (1 - coverage) / 2
    low = values[order][min(int(np.searchsorted(reached, tail - 1e-12)), values.size - 1)]
    high = values[order][min(int(np.searchsorted(reached, 1 - tail - 1e-12)), values.size - 1)]
    return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherent:
    """A ladder that agrees with the courses, and by how much it had to be moved (points)."""

    ladder: tuple[float, ...]
    moved: float


def cohere(
    tails: ArrayLike,
    *,
    courses: ArrayLike,
    rungs: Sequence[int],
    rung_count: int,
    alone: Sequence[bool] = (),
) -> Coherent:
    r"""Ladder distribution within the bounds that the courses set.

    For every rung :math:`r \ge 1`,
    :math:`\max_{c: rung(c) \ge r} P(c) \le P(R \ge r) \le \min(1, \sum_{c: rung(c) \ge r} P(c))`
    (Frechet bounds of a union), and tails fall with the rung. A tail outside is moved to the
    nearest bound; the largest move is returned, never hidden.

    Parameters
    ----------
    tails : array (rung_count,)
        :math:`P(R \ge r)` for r = 0 .. rung_count - 1; the first is 1.
    courses : array
        Probability of each course.
    rungs : sequence of int
        Rung of each course.
    alone : sequence of bool, optional
        Courses that exclude every other: where one is taken its rung is the highest reached, so the
        ladder gives its rung at least its probability.

    References
    ----------
    .. [1] Frechet, M. (1935). Generalisations du theoreme des probabilites totales. Fundamenta
       Mathematicae 25, 379-387.

    Examples
    --------
    >>> cohere([1, 0.2, 0.1], courses=[0.5, 0.1], rungs=[1, 2], rung_count=3)
    Coherent(ladder=(0.5, 0.4, 0.1), moved=0.3)
    """
    given = np.asarray(tails, dtype=np.float64)
    p = np.asarray(courses, dtype=np.float64)
    mended = np.empty(rung_count)
    single = list(alone) or [False] * len(rungs)
    above = 0.0
    for r in range(rung_count - 1, 0, -1):
        held = [float(p[c]) for c, rung in enumerate(rungs) if rung >= r]
        here = sum(float(p[c]) for c, rung in enumerate(rungs) if rung == r and single[c])
        below = sum(float(p[c]) for c, rung in enumerate(rungs) if rung < r and single[c])
        low = min(1.0, max(max(held, default=0.0), above + here))
        high = min(1.0 - below, sum(held))
        mended[r] = min(max(float(given[r]), low), max(high, low))
        above = mended[r]
    mended[0] = 1.0
    ladder = mended - np.append(mended[1:], 0.0)
    moved = float(np.max(np.abs(mended[1:] - given[1:]), initial=0.0))
    return Coherent(ladder=tuple(round(float(x), 12) for x in ladder), moved=round(moved, 12))
