"""Ranges: where the true probability lies around a forecast, and around several together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from demarche.errors import TermError

__all__ = ["central_range", "rate_slope", "union_variance"]

Floats = NDArray[np.float64]


def rate_slope(p: Floats | float) -> Floats:
    r"""How fast log-odds move with the logarithm of the acts expected, :math:`\Lambda`.

    :math:`\Lambda / (1 - e^{-\Lambda})`, with :math:`p = 1 - e^{-\Lambda}`:
    1 for rare acts, larger for frequent ones.

    Examples
    --------
    >>> round(float(rate_slope(1 - np.exp(-2.0))), 4)   # 2 / (1 - e^-2)
    2.313
    """
    q = np.asarray(p, dtype=np.float64)
    return np.asarray(-np.log1p(-q) / q)


def union_variance(p: Floats, *, shared: Sequence[Floats], own: Floats) -> float:
    r"""Variance of the log-odds of "at least one" of several acts, from those of each.

    Expected acts add up; errors in `shared` move all of them together, errors in `own` each by
    itself. To first order, with :math:`\lambda_i = -\ln(1 - p_i)` and s the `rate_slope`,

    .. math:: \operatorname{Var} = \frac{s(P)^2}{\Lambda^2} \Big(
              \sum_k \big(\sum_i \lambda_i \sigma_{ki} / s_i\big)^2
              + \sum_i \lambda_i^2 \tau_i^2 / s_i^2 \Big)

    Parameters
    ----------
    p : array, shape (N,)
        In (0, 1).
    shared : sequence of arrays, each of shape (N,)
        Variances of log-odds of errors that are common to all, one array per kind.
    own : array, shape (N,)
        Variances of log-odds of errors of each.

    Examples
    --------
    >>> p = np.array([0.3])
    >>> round(union_variance(p, shared=[np.array([0.2])], own=np.array([0.1])), 9)
    0.3
    """
    acts, slope = -np.log1p(-p), rate_slope(p)
    common = sum(float((acts * np.sqrt(v) / slope).sum()) ** 2 for v in shared)
    each = float((np.square(acts / slope) * own).sum())
    total = float(acts.sum())
    # s(P) = total / P, from the acts: P itself may be 1 in floats
    return float(np.expm1(-total) ** -2.0 * (common + each))


def central_range(
    p: Floats | float, *, variance: Floats | float, shift: float = 0.0, coverage: float = 0.8
) -> tuple[Floats, Floats]:
    r"""Central range of the true probability around a forecast.

    A beta distribution with the forecast, its log-odds moved by `shift`, as its mean q, and such
    that its log-odds vary by :math:`\sigma^2` to first order: Beta(m q, m (1 - q)) with
    :math:`m = 1 / (q (1-q) \sigma^2)`. Where little is known it is skewed as rates of rare acts
    are: the truth may be far lower than the forecast more easily than far higher. Of a rare act
    its log-odds vary by 1.6 where :math:`\sigma^2` is 1, and by 26 where it is 5. Beyond, it puts
    ever more next to 0: around 0.05 the upper end falls from 0.161 at 5 to 0.135 at 20, and at 50
    the range lies below the forecast.

    Parameters
    ----------
    p : float or array, shape (N,)
        Strictly between 0 and 1.
    variance : float or array
        :math:`\sigma^2`, of log-odds, above 0.
    shift : float
        Log-odds; 0 for a range around the forecast itself.
    coverage : float

    Returns
    -------
    (float array, float array)
        Ends of the range.

    Raises
    ------
    TermError
        If a number is outside its range.
    """
    centre = np.atleast_1d(np.asarray(p, dtype=np.float64))
    if not np.all((centre > 0) & (centre < 1)):
        raise TermError("a forecast must lie strictly between 0 and 1 to have a range.")
    if not 0 < coverage < 1:
        raise TermError(f"the coverage is {coverage}; expected strictly between 0 and 1.")
    if not np.all(np.asarray(variance) > 0):
        raise TermError("the variance of a forecast's log-odds must be above 0.")
    odds = np.exp(shift) * centre / (1 - centre)
    centre = odds / (1 + odds)
    m = 1.0 / (centre * (1 - centre) * variance)
    tail = (1 - coverage) / 2
    low = betaincinv(m * centre, m * (1 - centre), tail)
    high = betaincinv(m * centre, m * (1 - centre), 1 - tail)
    return np.asarray(low), np.asarray(high)
