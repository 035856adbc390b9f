"""The additive self-exciting hazard: ridge logistic regression on the state of relations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from demarche.errors import MethodError

__all__ = ["Additive", "fit_additive"]

Floats = NDArray[np.float64]
Columns = NDArray[np.float32]

PENALTY = 1000.0
"""Ridge on standardised coefficients, chosen on earlier periods."""
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Additive:
    r"""A fitted additive model in log-odds.

    .. math:: \operatorname{logit} P = a + \sum_j w_j (x_j - m_j) / s_j

    Attributes
    ----------
    intercept : float
    weights, means, scales : array, shape (P,)
    penalty : float
    rows : int
        Rows it was fitted on.
    """

    intercept: float
    weights: Floats
    means: Floats
    scales: Floats
    penalty: float
    rows: int

    def log_odds(self, columns: Columns) -> Floats:
        """Log-odds of each row of features, shape (rows,)."""
        w = self.weights / self.scales
        out = np.empty(len(columns))
        for at in range(0, len(columns), _CHUNK):
            part = columns[at : at + _CHUNK].astype(np.float64)
            out[at : at + _CHUNK] = (part - self.means) @ w
        return out + self.intercept

    def terms(self, columns: Columns) -> Floats:
        """What each feature adds in log-odds, shape (rows, P); without the intercept."""
        x = columns.astype(np.float64)
        return np.asarray(self.weights * (x - self.means) / self.scales, dtype=np.float64)


def fit_additive(
    columns: Columns,
    *,
    happened: Floats,
    weight: Floats | None = None,
    penalty: float = PENALTY,
) -> Additive:
    r"""Ridge logistic regression on standardised columns, by Newton's method.

    .. math:: \min \sum_i v_i \ln(1 + e^{-(2 y_i - 1) \eta_i}) + \tfrac{\lambda}{2} |w|^2

    The intercept is barely penalised (0.01).

    Parameters
    ----------
    columns : float32 array, shape (rows, P)
    happened : array of 0 and 1
    weight : array, optional
        Of each row: how many rows of the universe it stands for. Default 1.
    penalty : float
        :math:`\lambda`.

    Returns
    -------
    Additive

    Raises
    ------
    MethodError
        If outcomes are all alike.

    References
    ----------
    .. [1] Hoerl & Kennard (1970), Technometrics 12, 55-67; le Cessie & van Houwelingen (1992),
       Applied Statistics 41, 191-201, doi:10.2307/2347628.

    Examples
    --------
    >>> x = np.array([[0.0], [0.0], [1.0], [1.0]], dtype=np.float32)
    >>> fit = fit_additive(x, happened=np.array([0.0, 1.0, 1.0, 1.0]), penalty=1e-6)
    >>> bool(fit.log_odds(x)[2] > fit.log_odds(x)[0])
    True
    """
    if len(happened) == 0 or happened.min() == happened.max():
        raise MethodError(
            "past windows hold only one kind of outcome; nothing can be learned from them. "
            "Give a longer record or a wider class."
        )
    means = columns.mean(axis=0, dtype=np.float64)
    scales = columns.std(axis=0, dtype=np.float64)
    scales = np.where(scales > 1e-6, scales, 1.0)
    size = columns.shape[1] + 1
    shrink = np.full(size, penalty)
    shrink[0] = 0.01
    each = np.ones(len(columns)) if weight is None else weight
    rate = float(np.average(happened, weights=each))
    beta = np.zeros(size)
    beta[0] = np.log(rate / (1 - rate))
    for _ in range(30):
        gradient, hessian = shrink * beta, np.diag(shrink)
        for at in range(0, len(columns), _CHUNK):
            x = np.empty((len(columns[at : at + _CHUNK]), size), dtype=np.float32)
            x[:, 0] = 1.0
            x[:, 1:] = (columns[at : at + _CHUNK] - means) / scales
            p = expit(x @ beta)
            v = each[at : at + _CHUNK]
            gradient = gradient + x.T @ (v * (p - happened[at : at + _CHUNK]))
            scaled = x * np.sqrt(v * p * (1 - p)).astype(np.float32)[:, None]
            hessian = hessian + (scaled.T @ scaled)
        step = np.linalg.solve(hessian, gradient)
        step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        beta = beta - step
        if float(np.abs(step).max()) < 1e-8:
            break
    beta = beta.round(9)  # the order of sums in a matrix product depends on the threads
    return Additive(
        intercept=float(beta[0]),
        weights=beta[1:],
        means=means,
        scales=scales,
        penalty=penalty,
        rows=len(columns),
    )
