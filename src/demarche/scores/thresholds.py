"""Which users a forecast serves: the Murphy diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from demarche.scores._checks import Floats, probabilities, resolved

__all__ = ["Murphy", "murphy"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Murphy:
    """Mean elementary score at each threshold; smaller is better."""

    thresholds: Floats
    score: Floats


def murphy(p: ArrayLike, *, outcome: ArrayLike, thresholds: ArrayLike | int = 101) -> Murphy:
    r"""Murphy curve: mean elementary score of acting when the forecast exceeds a threshold.

    .. math:: s_\theta(p, y) = \theta \, [p > \theta, y = 0] + (1 - \theta) \, [p \le \theta, y = 1]

    The one-sided Brier score is :math:`2 \int_0^1 s_\theta \, d\theta`. One forecaster serves every
    user better than another only if its curve lies below everywhere.

    Parameters
    ----------
    p, outcome : array, shape (n,)
    thresholds : array or int
        In [0, 1], or how many, evenly from 0 to 1.

    Raises
    ------
    TermError
        If a value is out of range or there is no forecast.

    References
    ----------
    .. [1] Ehm, W., Gneiting, T., Jordan, A. & Krueger, F. (2016). Of quantiles and expectiles. J.
       Royal Statistical Society B 78(3), 505-562. doi:10.1111/rssb.12154

    Examples
    --------
    >>> p = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35]
    >>> y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
    >>> murphy(p, outcome=y, thresholds=[0.25, 0.5, 0.75]).score.round(4).tolist()
    [0.05, 0.2, 0.1]
    """
    values, happened = resolved(p, outcome=outcome)
    at = (
        np.linspace(0, 1, thresholds)
        if isinstance(thresholds, int)
        else probabilities(thresholds, what="a threshold")
    )
    no, yes = np.sort(values[happened == 0]), np.sort(values[happened == 1])
    alarms = len(no) - np.searchsorted(no, at, side="right")
    misses = np.searchsorted(yes, at, side="right")
    return Murphy(thresholds=at, score=(at * alarms + (1 - at) * misses) / len(values))
