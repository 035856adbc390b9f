"""Prognostic scores: a penalised logistic regression per course, with leave-one-out scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from demarche.outside._cases import FloatArray, Kind

PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoding:
    """How features become columns: centred, scaled to unit variance per feature, unknown = 0.

    Attributes
    ----------
    sources : array of int, shape (P,)
        Feature each column comes from.
    levels : array, shape (P,)
        Category a column stands for; NaN for ordinal and yes/no.
    centres, scales : array, shape (P,)
    """

    sources: FloatArray
    levels: FloatArray
    centres: FloatArray
    scales: FloatArray


def fit_encoding(features: FloatArray, *, kinds: tuple[Kind, ...]) -> Encoding:
    """Learn the columns from the features of the cases, shape (n, F)."""
    rows: list[tuple[float, float, float, float]] = []
    for j, kind in enumerate(kinds):
        known = features[~np.isnan(features[:, j]), j]
        if kind != "categorical":
            spread = float(known.std()) if len(known) else 0.0
            if spread > 0:
                rows.append((float(j), np.nan, float(known.mean()), spread))
            continue
        levels, counts = np.unique(known, return_counts=True)
        shares = counts / max(1, len(known))
        spread = float(np.sqrt(np.sum(shares * (1 - shares))))
        if spread > 0:
            rows += [
                (float(j), float(level), float(share), spread)
                for level, share in zip(levels, shares, strict=True)
            ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Encoding(
        sources=table[:, 0], levels=table[:, 1], centres=table[:, 2], scales=table[:, 3]
    )


def encode(features: FloatArray, *, encoding: Encoding) -> FloatArray:
    """Return the columns, shape (n, P), for features of shape (n, F)."""
    values = features[:, encoding.sources.astype(np.intp)]
    one_hot = ~np.isnan(encoding.levels)
    shown = np.where(one_hot[None, :], values == encoding.levels[None, :], values)
    columns = (shown - encoding.centres) / encoding.scales
    return np.asarray(np.where(np.isnan(values), 0.0, columns), dtype=np.float64)


def ridge_logistic(
    columns: FloatArray, *, outcome: FloatArray, penalty: float
) -> tuple[FloatArray, FloatArray]:
    r"""Penalised logistic regression, and the score of each case had it been left out.

    .. math:: \min_{\beta_0, \beta} \; \sum_i \ln\bigl(1 + e^{-(2y_i - 1)\eta_i}\bigr)
        + \tfrac{\lambda}{2} |\beta|^2, \qquad \eta_i = \beta_0 + x_i^\top \beta

    with weak penalty 0.01 on :math:`\beta_0` so that a fit exists when all outcomes are alike. The
    left-out scores are one Newton step away from the fit:

    .. math:: \eta_i^{(-i)} = \eta_i + \frac{h_i (p_i - y_i)}{1 - h_i p_i (1 - p_i)}, \qquad
        h_i = x_i^\top H^{-1} x_i

    Parameters
    ----------
    columns : array, shape (n, P)
    outcome : array, shape (n,)
        0 or 1.
    penalty : float
        :math:`\lambda > 0`.

    Returns
    -------
    tuple of array
        Coefficients, shape (P + 1,), intercept first; left-out scores, shape (n,), in log odds.

    References
    ----------
    .. [1] Rad & Maleki, A scalable estimate of the out-of-sample prediction error via approximate
       leave-one-out, JRSS B 82 (2020), doi:10.1111/rssb.12374, eq. (8).
    """
    x = np.column_stack([np.ones(len(columns)), columns])
    shrink = np.full(x.shape[1], penalty)
    shrink[0] = 0.01
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = expit(x @ beta)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(shrink)
        step = np.linalg.solve(hessian, x.T @ (p - outcome) + shrink * beta)
        size = float(np.abs(x @ step).max())
        beta = beta - step * min(1.0, 2.0 / max(size, 1e-12))
        if size < 1e-8:
            break
    eta = x @ beta
    p = expit(eta)
    hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(shrink)
    leverage = np.einsum("ij,ij->i", x, np.linalg.solve(hessian, x.T).T)
    left_out = eta + leverage * (p - outcome) / (1 - leverage * p * (1 - p))
    return beta, left_out


def fit_score(
    columns: FloatArray, *, outcome: FloatArray, penalties: tuple[float, ...] = PENALTIES
) -> tuple[FloatArray, FloatArray, float]:
    """Fit with the penalty of smallest left-out log loss; unknown outcomes get the plain score.

    Parameters
    ----------
    columns : array, shape (n, P)
    outcome : array, shape (n,)
        1, 0 or NaN.
    penalties : tuple of float
        Candidates.

    Returns
    -------
    tuple
        Coefficients (P + 1,), scores (n,), penalty. All zero and penalty NaN if nothing is known or
        there is no column.
    """
    known = ~np.isnan(outcome)
    if not known.any() or columns.shape[1] == 0:
        return np.zeros(columns.shape[1] + 1), np.zeros(len(columns)), float("nan")
    y = outcome[known]
    best: tuple[float, FloatArray, FloatArray, float] | None = None
    for penalty in penalties:
        beta, left_out = ridge_logistic(columns[known], outcome=y, penalty=penalty)
        loss = float(np.sum(np.logaddexp(0.0, -(2 * y - 1) * left_out)))
        if best is None or loss < best[0] - 1e-9:
            best = (loss, beta, left_out, penalty)
    assert best is not None
    _, beta, left_out, penalty = best
    scores = beta[0] + columns @ beta[1:]
    scores[known] = left_out
    return beta, scores, penalty
