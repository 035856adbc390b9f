"""From marginal probabilities of courses to a distribution over strategies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError

__all__ = ["Raked", "rake", "rake_each"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]


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
    return rake_each(pi[None], taken=taken, nearest=nearest, sweeps=sweeps)[0]


def rake_each(
    marginals: Floats, *, taken: Bools, nearest: bool = False, sweeps: int = 1000
) -> tuple[Raked, ...]:
    """Rake to several sets of marginals (sets, courses), each as :func:`rake` would.

    Sets that know the same courses are raked side by side, in little more time than one of them.

    Raises
    ------
    TermError, MethodError
        As :func:`rake`.
    """
    if sweeps < 1:
        raise TermError(f"raking needs at least one sweep, got {sweeps}.")
    alike: dict[bytes, list[int]] = {}
    for row, pi in enumerate(marginals):
        known = ~np.isnan(pi)
        if np.any((pi[known] < 0) | (pi[known] > 1)):
            raise TermError(f"a marginal must lie in [0, 1], got {pi[known].tolist()}.")
        alike.setdefault(known.tobytes(), []).append(row)
    found: dict[int, Raked] = {}
    for rows in alike.values():
        raked = _Raking(marginals[rows], taken=taken).run(nearest=nearest, sweeps=sweeps)
        found.update(zip(rows, raked, strict=True))
    return tuple(found[row] for row in range(len(marginals)))


class _Raking:
    """Distributions (sets, strategies) on their way to their marginals."""

    def __init__(self, pi: Floats, *, taken: Bools) -> None:
        known = ~np.isnan(pi)
        safe = np.clip(np.where(known, pi, 0.5), 1e-12, 1 - 1e-12)
        self.pi, self.taken = pi, taken
        self.steps = [
            (c, np.flatnonzero(taken[:, c]), taken[:, c].astype(np.intp))
            for c in np.flatnonzero(known[0]).tolist()
        ]
        log_p = [
            np.where(taken, np.log(row), np.log1p(-row)).sum(axis=1) for row in safe
        ]  # one set at a time: a sum over courses is then the same however many sets there are
        self.p = np.exp(np.array(log_p) - np.max(log_p, axis=1, keepdims=True))
        self.p /= self.p.sum(axis=1, keepdims=True)

    def run(self, *, nearest: bool, sweeps: int) -> list[Raked]:
        """Sweep until every set meets its marginals, or as near as it comes."""
        used = np.full(len(self.pi), sweeps)
        open_ = np.arange(len(self.pi))
        for sweep in range(1, sweeps + 1):
            self.p[open_] = self._sweep(open_, pull=1.0)
            met = np.abs(self._gaps(open_)).max(axis=1, initial=0.0) <= 1e-10
            used[open_[met]] = sweep
            open_ = open_[~met]
            if not open_.size:
                break
        if open_.size and not nearest:
            self._refuse(int(open_[0]), sweeps=sweeps)
        for step in range(100 if open_.size else 0):
            before = self.p[open_]
            self.p[open_] = self._sweep(open_, pull=0.5 / (1 + step / 20))
            still = np.abs(self.p[open_] - before).max(axis=1) >= 1e-12
            open_ = open_[still]
            if not open_.size:
                break
        gaps = self._gaps(np.arange(len(self.pi)))
        return [
            Raked(p=p, gaps=gap, sweeps=int(n))
            for p, gap, n in zip(self.p, gaps, used, strict=True)
        ]

    def _sweep(self, rows: Ints, *, pull: float) -> Floats:
        """Some sets raked to each marginal in turn."""
        p, targets = self.p[rows], self.pi[rows]
        swept, sure = self._swept(p, targets, pull=pull, skip=False)
        return swept if sure else self._swept(p, targets, pull=pull, skip=True)[0]

    def _swept(self, p: Floats, targets: Floats, *, pull: float, skip: bool) -> tuple[Floats, bool]:
        """One sweep, and whether each course was in doubt: else it has to be skipped."""
        masses, scale = [], np.empty((len(p), 2))
        rest, held = scale.T
        with np.errstate(divide="ignore", invalid="ignore"):
            for c, places, which in self.steps:
                before, mass = p, np.add.reduce(p.take(places, axis=1), axis=1)
                aim = mass + pull * (targets[:, c] - mass)
                np.divide(1 - aim, 1 - mass, out=rest)
                np.divide(aim, mass, out=held)
                p = p * scale.take(which, axis=1)
                p /= np.add.reduce(p, axis=1)[:, None]
                masses.append(mass)
                if skip:
                    p = np.where(((mass > 0) & (mass < 1))[:, None], p, before)
        seen = np.array(masses)
        return p, bool(((seen > 0) & (seen < 1)).all())

    def _gaps(self, rows: Ints) -> Floats:
        reached = (self.p[rows, :, None] * self.taken).sum(axis=1)
        pi = self.pi[rows]
        return np.where(np.isnan(pi), 0.0, pi - reached)

    def _refuse(self, row: int, *, sweeps: int) -> None:
        gaps, pi = self._gaps(np.array([row]))[0], self.pi[row]
        worst = int(np.argmax(np.abs(gaps)))
        raise MethodError(
            f"the strategies cannot carry these marginals: course {worst} should have probability "
            f"{pi[worst]:.4f}, {pi[worst] - gaps[worst]:.4f} is the nearest reached in {sweeps} "
            "sweeps. Add a strategy that holds it or use nearest=True."
        )
