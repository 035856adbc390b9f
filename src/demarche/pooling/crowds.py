"""Pools for crowds: median, trimmed mean, and the median that follows news."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError
from demarche.pooling.pools import checked

__all__ = ["median", "recency_weighted_median", "recency_weights", "trimmed_mean"]

Floats = NDArray[np.float64]


def median(probabilities: ArrayLike, *, weights: ArrayLike | None = None) -> Floats:
    """Weighted median over the first axis; robust to one wild forecast.

    Where exactly half the weight lies on each side, the middle of the two values. Weights are
    scale-free.

    Raises
    ------
    TermError
        If shapes differ, a value is not a probability or no weight is positive.

    Examples
    --------
    >>> float(median([0.6, 0.7, 0.9])), float(median([0.2, 0.4], weights=[1, 3]))
    (0.7, 0.4)
    """
    p, w = checked(probabilities, weights)
    order = np.argsort(p, axis=0, kind="stable")
    ranked = np.take_along_axis(p, order, axis=0)
    reached = np.cumsum(w[order], axis=0)
    lower = np.argmax(reached >= 0.5 - 1e-12, axis=0)[None]
    upper = np.argmax(reached > 0.5 + 1e-12, axis=0)[None]
    both = [np.take_along_axis(ranked, where, axis=0)[0] for where in (lower, upper)]
    return np.asarray((both[0] + both[1]) / 2)


def recency_weights(count: int) -> Floats:
    r"""Weights of N forecasts, oldest first: :math:`e^{\sqrt n - \sqrt N}`; equal for N <= 2.

    The formula of a public forecasting platform's crowd forecast.

    Raises
    ------
    TermError
        If ``count`` is below 1.

    Examples
    --------
    >>> recency_weights(3).round(7).tolist()
    [0.4809217, 0.7277212, 1.0]
    """
    if count < 1:
        raise TermError(f"expected at least one forecast, got {count}.")
    if count <= 2:
        return np.ones(count)
    return np.asarray(np.exp(np.sqrt(np.arange(1, count + 1)) - np.sqrt(count)))


def recency_weighted_median(probabilities: ArrayLike) -> Floats:
    """Median of forecasts given oldest first, later ones counting more; one per forecaster.

    Raises
    ------
    TermError
        As for :func:`median`.

    Examples
    --------
    >>> float(recency_weighted_median([0.1, 0.1, 0.1, 0.8, 0.8, 0.8]))
    0.8
    """
    p, _ = checked(probabilities, None)
    return median(p, weights=recency_weights(p.shape[0]))


def trimmed_mean(probabilities: ArrayLike, *, share: float = 0.1) -> Floats:
    """Mean over the first axis without the lowest and highest share of the values.

    ``share`` of N values, rounded down, is left out at each end.

    Raises
    ------
    TermError
        If a value is not a probability or ``share`` is not in [0, 0.5).

    Examples
    --------
    >>> float(trimmed_mean([0.0, 0.4, 0.5, 1.0], share=0.25).round(9))
    0.45
    """
    if not 0 <= share < 0.5:
        raise TermError(f"the trimmed share must lie in [0, 0.5), got {share!r}.")
    p, _ = checked(probabilities, None)
    cut = int(share * p.shape[0] + 1e-9)
    return np.asarray(np.sort(p, axis=0)[cut : p.shape[0] - cut].mean(axis=0))
