"""The self-exciting rate with seven weights that can be read aloud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from demarche.errors import MethodError
from demarche.outside.events.state import HALF_LIVES

__all__ = ["Hawkes", "fit_hawkes"]

Floats = NDArray[np.float64]

LIVES = HALF_LIVES[:6]
_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hawkes:
    r"""Weights of the expected number of events within the horizon.

    .. math:: \Lambda = w_0 \Lambda_{base} + h \sum_k w_k \bar n_k, \qquad P = 1 - e^{-\Lambda}

    with :math:`\bar n_k` the exponential average of the daily count with half-life k.

    Attributes
    ----------
    base : float
        :math:`w_0`.
    recent : tuple of float
        :math:`w_k` for half-lives of 1, 3, 7, 14, 30 and 90 days.
    horizon : int
    """

    base: float
    recent: tuple[float, ...]
    horizon: int

    def probabilities(self, *, base: Floats, decayed: NDArray[np.floating]) -> Floats:
        """Probability of at least one event, shape (rows,).

        Parameters
        ----------
        base : array
            Base rate over the horizon.
        decayed : array, shape (rows, 6)
            Decayed counts of the series, in order of `LIVES`.
        """
        x = _inputs(base, decayed=decayed, horizon=self.horizon)
        return np.asarray(-np.expm1(-(x @ np.array([self.base, *self.recent]))), dtype=np.float64)


def _inputs(base: Floats, *, decayed: NDArray[np.floating], horizon: int) -> Floats:
    """Expected events by each part, shape (rows, 7)."""
    fade = 1.0 - 0.5 ** (1.0 / np.array(LIVES))
    hazard = -np.log1p(-np.clip(base, _EDGE, 1 - _EDGE))
    return np.column_stack([hazard, horizon * fade * decayed.astype(np.float64)])


def fit_hawkes(
    base: Floats,
    *,
    decayed: NDArray[np.floating],
    happened: Floats,
    horizon: int,
    weight: Floats | None = None,
) -> Hawkes:
    """Seven non-negative weights by maximum likelihood, pooled over all series.

    Parameters
    ----------
    base : array, shape (rows,)
        Base rate over the horizon, before each row's day.
    decayed : array, shape (rows, 6)
    happened : array of 0 and 1
    horizon : int
    weight : array, optional
        How many rows each stands for.

    Returns
    -------
    Hawkes

    Raises
    ------
    MethodError
        If outcomes are all alike.

    References
    ----------
    .. [1] Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point
       processes. Biometrika 58, 83-90. doi:10.1093/biomet/58.1.83.
    """
    if len(happened) == 0 or happened.min() == happened.max():
        raise MethodError("past windows hold only one kind of outcome; nothing can be learned.")
    x = _inputs(base, decayed=decayed, horizon=horizon)
    each = np.ones(len(x)) if weight is None else weight
    each = each / each.sum()

    def loss(w: Floats) -> tuple[float, Floats]:
        rate = np.maximum(x @ w, _EDGE)
        none = np.exp(-rate)
        some = np.maximum(-np.expm1(-rate), 1e-12)
        value = float(each @ np.where(happened == 1, -np.log(some), rate))
        slope = np.where(happened == 1, -none / some, 1.0)
        return value, x.T @ (each * slope)

    found = minimize(
        loss,
        np.array([0.5, *[0.05] * len(LIVES)]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * (1 + len(LIVES)),
        options={"maxiter": 500},
    )
    weights = found.x.round(6).tolist()
    return Hawkes(base=weights[0], recent=tuple(weights[1:]), horizon=horizon)
