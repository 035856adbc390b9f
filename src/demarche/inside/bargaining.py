"""Nash bargaining with a stated reference point, over listed options or on a scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError
from demarche.inside.numbers import LARGEST, finite

__all__ = ["NashBargain", "nash_bargain", "nash_bargain_on_scale"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NashBargain:
    """Where the bargain settles.

    ``agreed`` is False where no option gives everybody who matters more than the reference point:
    then that point stands, ``option`` is None (or its index, if it is listed) and gains are zero.
    """

    agreed: bool
    position: float | None
    option: int | None
    gains: Floats
    log_product: float
    ties: int = 1


def _weights(weights: ArrayLike | None, *, count: int) -> Floats:
    w = np.ones(count) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (count,) or not finite(w) or np.any(w < 0) or w.sum() <= 0:
        raise TermError(
            f"bargaining weights must be {count} numbers, not negative and not all zero."
        )
    found: Floats = w / w.sum()
    return found


def nash_bargain(
    utilities: ArrayLike, *, reference: ArrayLike, weights: ArrayLike | None = None
) -> NashBargain:
    r"""Option that maximises the weighted product of gains over the reference point.

    .. math:: \max_o \prod_f (u_f(o) - u_f(\text{ref}))^{w_f}

    Parameters
    ----------
    utilities : array (parties, options)
    reference : array (parties,)
        Utility of no agreement to each party.
    weights : array (parties,), optional
        Bargaining power; equal if absent. A party of weight zero has no say.

    Raises
    ------
    TermError
        If shapes differ or something is not finite.

    References
    ----------
    .. [1] Nash, J. F. (1950). The bargaining problem. Econometrica 18, 155-162.

    Examples
    --------
    >>> nash_bargain([[1.0, 0.6, 0.1], [0.1, 0.6, 1.0]], reference=[0.0, 0.0]).option
    1
    >>> nash_bargain([[1.0, 0.0], [0.0, 1.0]], reference=[0.5, 0.5]).agreed
    False
    """
    u, r = np.asarray(utilities, dtype=float), np.asarray(reference, dtype=float)
    if u.ndim != 2 or u.shape[1] == 0 or r.shape != (u.shape[0],):
        raise TermError(f"utilities must be (parties, options), got {u.shape} with {r.shape}.")
    if not (finite(u) and finite(r)):
        raise TermError("utilities and the reference point must be finite.")
    w = _weights(weights, count=u.shape[0])
    gains = u - r[:, None]
    voice = w > 0
    possible = np.all(gains[voice] > 0, axis=0)
    if not possible.any():
        return NashBargain(
            agreed=False, position=None, option=None, gains=np.zeros_like(r), log_product=-np.inf
        )
    score = np.full(u.shape[1], -np.inf)
    score[possible] = w[voice] @ np.log(gains[np.ix_(voice, possible)])
    best = int(np.argmax(score))
    ties = int(np.count_nonzero(score >= score[best] - 1e-12))
    return NashBargain(
        agreed=True,
        position=None,
        option=best,
        gains=gains[:, best],
        log_product=float(score[best]),
        ties=ties,
    )


def nash_bargain_on_scale(
    positions: ArrayLike,
    *,
    reference: float,
    weights: ArrayLike | None = None,
    rho: float = 2.0,
) -> NashBargain:
    r"""Point of a scale that maximises the weighted product of gains over the reference point.

    A party's utility is :math:`-|x - x_f|^\rho`. Parties on both sides of the reference point
    leave nothing to gain for all: then it stands.

    Parameters
    ----------
    positions : array (parties,)
    reference : float
        Where things stay without agreement, in the unit of the positions.
    weights : array (parties,), optional
        Capability times salience; equal if absent.
    rho : float
        1 to 3.

    Raises
    ------
    TermError
        If something is not finite or ``rho`` out of range.

    References
    ----------
    .. [1] Nash, J. F. (1950). The bargaining problem. Econometrica 18, 155-162.

    Examples
    --------
    >>> round(nash_bargain_on_scale([60, 100], reference=0, rho=1).position, 4)
    60.0
    >>> nash_bargain_on_scale([20, 100], reference=50).agreed
    False
    """
    x = np.asarray(positions, dtype=float)
    if x.ndim != 1 or x.size == 0 or not finite(x) or not abs(reference) <= LARGEST:
        raise TermError("positions and the reference point must be finite numbers.")
    if not 1 <= rho <= 3:
        raise TermError(f"rho must be 1 to 3, got {rho}.")
    w = _weights(weights, count=x.size)
    voice = w > 0
    side = np.sign(x[voice] - reference)
    if np.any(side == 0) or side.min() != side.max():
        return NashBargain(
            agreed=False,
            position=float(reference),
            option=None,
            gains=np.zeros(x.size),
            log_product=-np.inf,
        )
    d = np.abs(x[voice] - reference)
    end = float(2 * d.min())
    share = w[voice]

    def slope(z: float) -> float:
        gap = z - d
        gain = d**rho - np.abs(gap) ** rho
        rise = -rho * np.sign(gap) * np.abs(gap) ** (rho - 1)
        return float(np.sum(share * rise / gain))

    low, high = 0.0, end
    for _ in range(200):
        middle = (low + high) / 2
        if slope(middle) > 0:
            low = middle
        else:
            high = middle
    at = (low + high) / 2
    settled = float(reference + float(side[0]) * at)
    gains = np.abs(x - reference) ** rho - np.abs(x - settled) ** rho
    return NashBargain(
        agreed=True,
        position=settled,
        option=None,
        gains=gains,
        log_product=float(np.sum(share * np.log(gains[voice]))),
    )
