"""Pairwise differences between cases, and the likelihood that chooses their weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demarche.outside._cases import FloatArray, Kind


def expected_differences(features: FloatArray, *, kinds: tuple[Kind, ...]) -> FloatArray:
    """Mean difference between two known cases, per feature: what an unknown value is worth.

    Parameters
    ----------
    features : array, shape (n, F)
    kinds : tuple, length F

    Returns
    -------
    array, shape (F,)
        In [0, 1]; one half where fewer than two values are known.

    Examples
    --------
    >>> expected_differences(np.array([[0.0], [1.0], [np.nan]]), kinds=("yes/no",))
    array([1.])
    """
    means = np.full(features.shape[1], 0.5)
    for j, kind in enumerate(kinds):
        known = features[~np.isnan(features[:, j]), j]
        if len(known) >= 2:
            gaps = np.abs(known[:, None] - known[None, :])
            if kind == "categorical":
                gaps = (gaps > 0).astype(np.float64)
            means[j] = gaps.sum() / (len(known) * (len(known) - 1))
    return means


def differences(
    left: FloatArray, *, right: FloatArray, kinds: tuple[Kind, ...], expected: FloatArray
) -> FloatArray:
    r"""Difference of every pair of cases on every feature (Gower).

    1 or 0 for categories and yes/no (different or same), :math:`|x - x'|` for ordinals, and the
    expected difference where either value is not known, so that an unknown neither brings two cases
    together nor drives them apart.

    Parameters
    ----------
    left : array, shape (a, F)
    right : array, shape (b, F)
    kinds : tuple, length F
    expected : array, shape (F,)

    Returns
    -------
    array, shape (F, a, b)
        In [0, 1].

    References
    ----------
    .. [1] Gower, A general coefficient of similarity, Biometrics 27 (1971), doi:10.2307/2528823.

    Examples
    --------
    >>> differences(np.array([[1.0]]), right=np.array([[0.25], [np.nan]]), kinds=("ordinal",),
    ...             expected=np.array([0.4]))
    array([[[0.75, 0.4 ]]])
    """
    gaps = np.abs(left.T[:, :, None] - right.T[:, None, :])
    for j, kind in enumerate(kinds):
        gap = gaps[j]
        unknown = np.isnan(gap)
        if kind == "categorical":
            gap[...] = gap > 0
        gap[unknown] = expected[j]
    return gaps


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What the leave-one-out likelihood needs, computed once.

    Attributes
    ----------
    gaps : array, shape (F, n, n)
        Differences on the features.
    score_gaps : array, shape (C, n, n)
        Absolute differences of the prognostic scores.
    decay : array, shape (n, n)
        Time decay of case j seen from case i; the diagonal is 0, so no case is its own precedent.
    outcomes : array, shape (n, C)
        NaN where not known.
    priors : array, shape (n, C)
        Base rate of each course without the case itself.
    """

    gaps: FloatArray
    score_gaps: FloatArray
    decay: FloatArray
    outcomes: FloatArray
    priors: FloatArray


def leave_one_out_loss(
    logs: FloatArray, *, problem: Problem, pull: float, centre: FloatArray
) -> tuple[float, FloatArray]:
    r"""Leave-one-out log loss of the similarity-weighted rate, and its gradient.

    .. math::

        s_{ij} = d_{ij} \exp\Bigl(-\sum_k v_k \delta_{ijk} - u\,|\eta_i - \eta_j|\Bigr), \qquad
        p_i = \frac{m \mu_i + \sum_{j \ne i} s_{ij} y_j}{m + \sum_{j \ne i} s_{ij}}

    .. math:: L = -\sum_i \ln p_i(y_i)
        + \lambda \sum_k (\ln v_k - \overline{\ln v})^2
        + \tfrac12 |\ln(\textstyle\sum_k v_k, u, m) - c|^2

    summed over courses with known outcomes; :math:`\lambda` (`pull`) draws the weights towards
    equality, and the last term keeps the three scales near their starting values `centre`.

    Parameters
    ----------
    logs : array, shape (F + 2,)
        ln v (per feature), ln u, ln m.
    problem : Problem
    pull : float
    centre : array, shape (3,)

    Returns
    -------
    tuple
        Loss (smaller is better) and gradient, shape (F + 2,).
    """
    count = len(problem.gaps)
    rates, u, m = np.exp(logs[:count]), float(np.exp(logs[-2])), float(np.exp(logs[-1]))
    shared = problem.decay * np.exp(-np.tensordot(rates, problem.gaps, axes=1))
    total, d_u, d_m = 0.0, 0.0, 0.0
    pairs = np.zeros_like(shared)
    for c in range(problem.outcomes.shape[1]):
        y, score_gaps = problem.outcomes[:, c], problem.score_gaps[c]
        known = ~np.isnan(y)
        if not known.any():
            continue
        y0 = np.where(known, y, 0.0)
        s = shared * np.exp(-u * score_gaps) * known[None, :]
        mass = m + s.sum(axis=1)
        p = (m * problem.priors[:, c] + s @ y0) / mass
        total -= float(np.sum(np.log(np.where(y0 > 0, p, 1 - p))[known]))
        slope = np.where(known, np.where(y0 > 0, -1 / p, 1 / (1 - p)), 0.0) / mass
        push = -slope[:, None] * (y0[None, :] - p[:, None]) * s
        pairs += push
        d_u += float(np.sum(push * score_gaps))
        d_m += float(np.sum(slope * (problem.priors[:, c] - p)))
    gradient = np.empty_like(logs)
    gradient[:count] = np.tensordot(problem.gaps, pairs, axes=2) * rates
    gradient[-2:] = d_u * u, d_m * m
    return _penalise(logs, total, gradient, pull, centre)


def _penalise(
    logs: FloatArray, total: float, gradient: FloatArray, pull: float, centre: FloatArray
) -> tuple[float, FloatArray]:
    """Add the pull towards equal weights and towards the starting scales."""
    count = len(logs) - 2
    if count:
        spread = logs[:count] - logs[:count].mean()
        total += pull * float(spread @ spread)
        gradient[:count] += 2 * pull * spread
        shares = np.exp(logs[:count] - logs[:count].max())
        off = float(logs[:count].max() + np.log(shares.sum()) - centre[0])
        total += 0.5 * off**2
        gradient[:count] += off * shares / shares.sum()
    away = logs[-2:] - centre[1:]
    total += 0.5 * float(away @ away)
    gradient[-2:] += away
    return total, gradient
