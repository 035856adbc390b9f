"""The additive self-exciting hazard: ridge logistic regression on the state of relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from demarche.errors import MethodError

__all__ = ["BASE_RIDGE", "RIDGES", "Additive", "choose_penalty", "fit_additive"]

Floats = NDArray[np.float64]
Penalty = TypeVar("Penalty", float, Floats)
Columns = NDArray[np.float32]

PENALTY = 1000.0
"""Ridge on standardised coefficients of broad classes, chosen on earlier periods."""
RIDGES = (2000.0, 600.0, 200.0, 60.0)
"""Ridges of the state of relations that a record chooses from, per windows that count as one."""
BASE_RIDGE = 60.0
"""Ridge of base rates and classes beside them: what series do in the long run is known better."""
SLACK = 3.0
"""Standard deviations beyond all rows learned from up to which a feature still counts for more."""
_CHUNK = 2_048
"""Rows at a time: as many as stay near the processor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Additive:
    r"""A fitted additive model in log-odds.

    .. math:: \operatorname{logit} P = a + \sum_j w_j (x_j - m_j) / s_j

    A feature beyond all rows learned from counts as one that lies `SLACK` beyond the last of them:
    a weight learned on peace says nothing of how far a war moves the odds.

    Attributes
    ----------
    intercept : float
    weights, means, scales : array, shape (P,)
    lowest, highest : array, shape (P,)
        Within which a feature counts as it is.
    penalty : array, shape (P,)
        Ridge of each weight.
    rows : int
        Rows it was fitted on.
    covariance : array, shape (P + 1, P + 1)
        Of intercept and weights: inverse of the Hessian under the prior that the weights tell.
    dispersion : float
        Squared residuals over what they are expected to be, both weighted; at least 1. Above 1
        where rows stand for many others.
    """

    intercept: float
    weights: Floats
    means: Floats
    scales: Floats
    lowest: Floats
    highest: Floats
    penalty: Floats
    rows: int
    covariance: Floats
    dispersion: float

    def log_odds(self, columns: Columns) -> Floats:
        """Log-odds of each row of features, shape (rows,)."""
        w = self.weights / self.scales
        out = np.empty(len(columns))
        for at in range(0, len(columns), _CHUNK):
            part = self._inside(columns[at : at + _CHUNK])
            out[at : at + _CHUNK] = (part - self.means) @ w
        return out + self.intercept

    def terms(self, columns: Columns) -> Floats:
        """What each feature adds in log-odds, shape (rows, P); without the intercept."""
        x = self._inside(columns)
        return np.asarray(self.weights * (x - self.means) / self.scales, dtype=np.float64)

    def beyond(self, columns: Columns) -> Floats:
        """Log-odds that features add to each row by lying further out than they count.

        They are no part of the forecast; where they are large, nothing like it was learned from.
        """
        x = columns.astype(np.float64)
        away = np.abs((x - self._inside(columns)) * self.weights / self.scales)
        return np.asarray(away.sum(axis=1))

    def _inside(self, columns: Columns) -> Floats:
        """Features no further out than they count."""
        return np.clip(columns.astype(np.float64), self.lowest, self.highest)

    def variance(self, columns: Columns) -> Floats:
        r"""Laplace variance of the log-odds of each row: :math:`\phi\, x^\top \Sigma x`."""
        x = np.ones((len(columns), columns.shape[1] + 1))
        x[:, 1:] = (columns - self.means) / self.scales
        return np.asarray(self.dispersion * np.einsum("ij,jk,ik->i", x, self.covariance, x))


def fit_additive(
    columns: Columns,
    *,
    happened: Floats,
    weight: Floats | None = None,
    penalty: float | Floats = PENALTY,
    overlap: float = 1.0,
) -> Additive:
    r"""Ridge logistic regression on standardised columns, by Newton's method.

    .. math:: \min \sum_i v_i \ln(1 + e^{-(2 y_i - 1) \eta_i}) + \tfrac{1}{2} \sum_j \lambda_j w_j^2

    The intercept is barely penalised (0.01).

    Parameters
    ----------
    columns : float32 array, shape (rows, P)
    happened : array of 0 and 1
    weight : array, optional
        Of each row: how many rows of the universe it stands for. Default 1.
    penalty : float or array, shape (P,)
        :math:`\lambda`, of all weights or of each.
    overlap : float
        Rows that count as one in the covariance, because their windows overlap.

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
    from threadpoolctl import threadpool_limits

    if len(happened) == 0 or happened.min() == happened.max():
        raise MethodError(
            "past windows hold only one kind of outcome; nothing can be learned from them. "
            "Give a longer record or a wider class."
        )
    means, scales = _moments(columns)
    shrink = _shrink(penalty, features=columns.shape[1])
    each = np.ones(len(columns)) if weight is None else weight
    beta = _start(happened, weight=each, features=columns.shape[1])
    data = _blocks(columns, means=means, scales=scales, happened=happened, weight=each)
    # Matrices of a few hundred columns: a second thread of the library waits more than it works.
    with threadpool_limits(1, user_api="blas"):
        beta, hessian = _minimum(beta, data=data, shrink=shrink)
        # the order of sums in a matrix product depends on the machine
        beta = beta.round(9)
        covariance = _covariance((hessian - np.diag(shrink)) / overlap, weights=beta[1:])
        dispersion = _dispersion(beta, data=data)
    return Additive(
        intercept=float(beta[0]),
        weights=beta[1:],
        means=means,
        scales=scales,
        lowest=columns.min(axis=0).astype(np.float64) - SLACK * scales,
        highest=columns.max(axis=0).astype(np.float64) + SLACK * scales,
        penalty=shrink[1:],
        rows=len(columns),
        covariance=covariance.round(9),
        dispersion=dispersion,
    )


def choose_penalty(
    columns: Columns,
    *,
    happened: Floats,
    weight: Floats,
    early: NDArray[np.bool_],
    later: NDArray[np.bool_],
    penalties: Sequence[Penalty],
) -> Penalty:
    """The ridge under which what was learned from earlier rows forecasts later ones best.

    How much may be learned from the state of relations hangs on the record: how long it is, how
    many pairs it holds, and how far its last months are like those before.

    Parameters
    ----------
    columns : float32 array, shape (rows, P)
    happened : array of 0 and 1
        Of either kind in both parts.
    weight : array
        As `fit_additive` takes it.
    early, later : bool array, shape (rows,)
        Rows to learn from, and rows to forecast: windows that begin after all earlier ones ended.
    penalties : sequence of float or array
        As `fit_additive` takes them, largest first; of equal ones the largest is chosen.

    Returns
    -------
    float or array
        The one whose mean log loss on the later rows is least.

    References
    ----------
    .. [1] Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy. International
       Journal of Forecasting 16, 437-450. doi:10.1016/S0169-2070(00)00065-0.

    Examples
    --------
    Of nothing to be learned the least is learned:

    >>> rng = np.random.default_rng(0)
    >>> x, first = rng.normal(size=(400, 9)).astype(np.float32), np.arange(400) < 300
    >>> choose_penalty(x, happened=np.arange(400) % 2.0, weight=np.ones(400), early=first,
    ...                later=~first, penalties=(1000.0, 1.0))
    1000.0
    """
    from threadpoolctl import threadpool_limits

    means, scales = _moments(columns[early])
    beta = _start(happened[early], weight=weight[early], features=columns.shape[1])

    def blocks(part: NDArray[np.bool_]) -> list[Block]:
        return _blocks(
            columns[part], means=means, scales=scales, happened=happened[part], weight=weight[part]
        )

    past, future = blocks(early), blocks(later)
    losses = []
    with threadpool_limits(1, user_api="blas"):
        for penalty in penalties:
            shrink = _shrink(penalty, features=columns.shape[1])
            beta, _ = _minimum(beta, data=past, shrink=shrink)
            total = sum(_log_loss(x @ beta, happened=y, weight=v) for x, y, v in future)
            losses.append(round(total / float(weight[later].sum()), 9))
    return penalties[int(np.argmin(losses))]


Block = tuple[Columns, Floats, Floats]


def _moments(columns: Columns) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each feature; 1 for one that never varies."""
    scales = columns.std(axis=0, dtype=np.float64)
    return columns.mean(axis=0, dtype=np.float64), np.where(scales > 1e-6, scales, 1.0)


def _shrink(penalty: float | Floats, *, features: int) -> Floats:
    """Ridge on intercept and weights: next to none on the intercept."""
    out = np.full(features + 1, 0.01)
    out[1:] = penalty
    return out


def _start(happened: Floats, *, weight: Floats, features: int) -> Floats:
    """Coefficients to begin with: the rate of all rows."""
    rate = float(np.average(happened, weights=weight))
    out = np.zeros(features + 1)
    out[0] = np.log(rate / (1 - rate))
    return out


def _minimum(beta: Floats, *, data: list[Block], shrink: Floats) -> tuple[Floats, Floats]:
    """Where the penalised loss is least, by Newton's method, and the Hessian there."""
    loss, gradient, hessian = _derivatives(beta, data=data, shrink=shrink)
    for _ in range(40):
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        # A full Newton step can overshoot where the act is rare: halve it until the loss falls.
        while True:
            trial = beta - length * step
            found = _derivatives(trial, data=data, shrink=shrink)
            if found[0] <= loss + 1e-9 * abs(loss) or length < 1e-4:
                break
            length /= 2
        beta, (loss, gradient, hessian) = trial, found
        if length * float(np.abs(step).max()) < 1e-7:
            break
    return beta, hessian


def _blocks(
    columns: Columns, *, means: Floats, scales: Floats, happened: Floats, weight: Floats
) -> list[Block]:
    """Standardised columns behind one of ones, with outcomes and weights, in blocks of rows."""
    out = []
    for at in range(0, len(columns), _CHUNK):
        part = slice(at, at + _CHUNK)
        x = np.empty((len(columns[part]), columns.shape[1] + 1), dtype=np.float32)
        x[:, 0] = 1.0
        x[:, 1:] = (columns[part] - means) / scales
        out.append((x, happened[part], weight[part]))
    return out


def _covariance(information: Floats, *, weights: Floats) -> Floats:
    r"""Posterior covariance under a normal prior whose variance the weights themselves tell.

    Fixed point of :math:`\alpha = P / (|w|^2 + \operatorname{tr} \Sigma_{ww})` with
    :math:`\Sigma = (H + \alpha I)^{-1}` (the evidence of MacKay 1992, Bayesian Interpolation). The
    penalty of the fit is chosen for forecasts and may be far from it.
    """
    alpha = 100.0
    prior = np.zeros(len(information))
    prior[0] = 0.01
    for _ in range(50):
        prior[1:] = alpha
        found = np.linalg.inv(information + np.diag(prior))
        new = len(weights) / float(weights @ weights + np.trace(found[1:, 1:]))
        if abs(new - alpha) < 1e-3 * alpha:
            break
        alpha = new
    return np.asarray(found, dtype=np.float64)


def _dispersion(beta: Floats, *, data: list[Block]) -> float:
    """Weighted squared residuals over their expectation: what sampling of rows costs."""
    seen = expected = 0.0
    for x, y, v in data:
        p = expit(x @ beta)
        seen += float(np.square(v * (y - p)).sum())
        expected += float(v @ (p * (1 - p)))
    return round(max(1.0, seen / expected), 9)


def _log_loss(log_odds: Floats, *, happened: Floats, weight: Floats) -> float:
    """Weighted sum of the log loss of log-odds."""
    return float(weight @ (np.logaddexp(0.0, log_odds) - happened * log_odds))


def _derivatives(
    beta: Floats, *, data: list[Block], shrink: Floats
) -> tuple[float, Floats, Floats]:
    """Penalised loss with its gradient and Hessian."""
    loss = 0.5 * float(shrink @ beta**2)
    gradient, hessian = shrink * beta, np.diag(shrink)
    for x, y, v in data:
        exact = x.astype(np.float64)
        eta = exact @ beta
        p = expit(eta)
        loss += _log_loss(eta, happened=y, weight=v)
        gradient = gradient + (v * (p - y)) @ exact
        scaled = x * np.sqrt(v * p * (1 - p)).astype(np.float32)[:, None]
        hessian = hessian + scaled.T @ scaled
    return loss, gradient, hessian
