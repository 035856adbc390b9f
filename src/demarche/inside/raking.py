"""From marginal probabilities of courses to a distribution over strategies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError

__all__ = ["Raked", "rake"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raked:
    """A distribution over strategies, and by how much each marginal is missed (signed)."""

    p: Floats
    gaps: Floats
    sweeps: int

    @property
    def met(self) -> bool:
        """Whether every marginal is met to 1e-10."""
        return bool(np.max(np.abs(self.gaps), initial=0.0) <= 1e-10)


def rake(
    marginals: ArrayLike,
    *,
    taken: Bools,
    nearest: bool = False,
    sweeps: int = 1000,
) -> Raked:
    r"""Distribution over strategies with given marginals, by iterative proportional fitting.

    Starts from independent courses restricted to the strategies,
    :math:`p_0(s) \propto \prod_c \pi_c^{[c \in s]} (1 - \pi_c)^{[c \notin s]}`, and rakes to each
    marginal in turn until the largest error is below 1e-10.

    Parameters
    ----------
    marginals : array (courses,)
        Probability of each course; NaN where none is known (it is then left free).
    taken : array of bool (strategies, courses)
    nearest : bool
        If the marginals cannot be met, return the nearest fit found and its gaps instead of an
        error: half the pull towards each marginal per sweep.
    sweeps : int
        Limit of sweeps over all courses.

    Raises
    ------
    TermError
        If a marginal is not a probability, or shapes differ.
    MethodError
        If the marginals cannot be met and ``nearest`` is False; names the course and the gap.

    References
    ----------
    .. [1] Deming, W. E. & Stephan, F. F. (1940). Annals of Mathematical Statistics 11(4), 427-444.
       doi:10.1214/aoms/1177731829

    Examples
    --------
    >>> taken = np.array([[False, False], [True, False], [True, True]])
    >>> rake([0.5, 0.2], taken=taken).p.round(6).tolist()
    [0.5, 0.3, 0.2]
    """
    pi = np.asarray(marginals, dtype=np.float64)
    if pi.ndim != 1 or taken.ndim != 2 or taken.shape[1] != pi.size or taken.shape[0] == 0:
        raise TermError(
            f"raking needs one marginal per course and a strategy, got {pi.shape} marginals with "
            f"strategies {taken.shape}."
        )
    if sweeps < 1:
        raise TermError(f"raking needs at least one sweep, got {sweeps}.")
    known = ~np.isnan(pi)
    if np.any((pi[known] < 0) | (pi[known] > 1)):
        raise TermError(f"a marginal must lie in [0, 1], got {pi[known].tolist()}.")
    safe = np.clip(np.where(known, pi, 0.5), 1e-12, 1 - 1e-12)
    log_p = np.where(taken, np.log(safe), np.log1p(-safe)).sum(axis=1)
    p = np.exp(log_p - log_p.max())
    p = p / p.sum()
    used = 0
    for used in range(1, sweeps + 1):
        for c in np.flatnonzero(known):
            p = _to_marginal(p, held=taken[:, c], target=float(pi[c]), pull=1.0)
        if np.max(np.abs(_gaps(p, taken=taken, pi=pi)), initial=0.0) <= 1e-10:
            return Raked(p=p, gaps=_gaps(p, taken=taken, pi=pi), sweeps=used)
    if not nearest:
        gaps = _gaps(p, taken=taken, pi=pi)
        worst = int(np.argmax(np.abs(gaps)))
        raise MethodError(
            f"the strategies cannot carry these marginals: course {worst} should have probability "
            f"{pi[worst]:.4f}, {pi[worst] - gaps[worst]:.4f} is the nearest reached in {sweeps} "
            "sweeps. Add a strategy that holds it or use nearest=True."
        )
    for step in range(100):
        before = p
        for c in np.flatnonzero(known):
            p = _to_marginal(p, held=taken[:, c], target=float(pi[c]), pull=0.5 / (1 + step / 20))
        if np.max(np.abs(p - before)) < 1e-12:
            break
    return Raked(p=p, gaps=_gaps(p, taken=taken, pi=pi), sweeps=used)


def _to_marginal(p: Floats, *, held: Bools, target: float, pull: float) -> Floats:
    mass = float(p[held].sum())
    if mass <= 0 or mass >= 1:
        return p
    aim = mass + pull * (target - mass)
    fitted = p.copy()
    fitted[held] *= aim / mass
    fitted[~held] *= (1 - aim) / (1 - mass)
    scaled: Floats = fitted / fitted.sum()
    return scaled


def _gaps(p: Floats, *, taken: Bools, pi: Floats) -> Floats:
    reached = (p[:, None] * taken).sum(axis=0)
    return np.where(np.isnan(pi), 0.0, pi - reached)
