"""Votes and elections of KTAB's spatial model, by its option names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError

__all__ = ["EXPONENTS", "VOTES", "election"]

Floats = NDArray[np.float64]
EXPONENTS = {"Linear": 1, "Square": 2, "Quartic": 4, "Octic": 8}
THRESHOLD = 1.1
FLOOR = 1e-8


def _binary(y: Floats) -> Floats:
    found: Floats = np.clip(1e8 * y, -1.0, 1.0)
    return found


VOTES: dict[str, Callable[[Floats], Floats]] = {
    "Prop": lambda y: y,
    "Binary": _binary,
    "PropBin": lambda y: 0.8 * y + 0.2 * _binary(y),
    "PropCbc": lambda y: 0.5 * y + 0.5 * y**3,
    "Cubic": lambda y: y**3,
}


class _Options(Protocol):
    @property
    def victory(self) -> str: ...
    @property
    def voting(self) -> str: ...
    @property
    def pce(self) -> str: ...


def _wins(coalition: Floats, *, victory: str) -> Floats:
    """Chance that the row's option beats the column's, 1/2 on the diagonal."""
    mine, theirs = coalition, coalition.T
    if victory == "Binary":
        share = mine / (mine + theirs)
        middle = (share * (THRESHOLD + 1) - 1) / (THRESHOLD - 1)
        a = np.where(
            mine >= THRESHOLD * theirs, 1.0, np.where(theirs >= THRESHOLD * mine, 1e-6, middle)
        )
        b = np.where(
            mine >= THRESHOLD * theirs, 1e-6, np.where(theirs >= THRESHOLD * mine, 1.0, 1 - middle)
        )
        p: Floats = a / (a + b)
    else:
        r = EXPONENTS[victory]
        p = mine**r / (mine**r + theirs**r)
    np.fill_diagonal(p, 0.5)
    return p


def election(u: Floats, *, weights: Floats, options: _Options) -> Floats:
    """Chance of each option (columns) to win, from utilities (voters, options)."""
    vote = weights[:, None, None] * VOTES[options.voting](u[:, :, None] - u[:, None, :])
    coalition = FLOOR + np.maximum(vote, 0.0).sum(axis=0)
    wins = _wins(coalition, victory=options.victory)
    if options.pce == "Conditional":
        p = np.prod(wins, axis=1)
        total = float(p.sum())
        if total <= 0:
            raise MethodError(
                "every option loses some pairwise vote for certain, so the conditional election "
                "is 0/0; use pce=MarkovIncentive or a smaller victory exponent."
            )
        found: Floats = p / total
        return found
    return _markov(coalition, wins=wins, incentive=options.pce == "MarkovIncentive")


def _markov(coalition: Floats, *, wins: Floats, incentive: bool) -> Floats:
    """KTAB's Markov elections with its own stopping rules, half a step at a time."""
    n = wins.shape[0]
    stop = 1e-8 if incentive else 1e-6
    if incentive:
        stake = coalition * wins + 1e-10 * np.eye(n)
        challenge = stake / stake.sum(axis=0)
    else:
        challenge = np.full((n, n), 1.0 / n)
    p: Floats = np.full(n, 1.0 / n)
    for _ in range(1000):
        met = p[:, None] * challenge.T
        q = np.sum(wins * (met + met.T), axis=1)
        change = float(np.max(np.abs(q - p)))
        p = (p + q) / 2
        if change <= stop:
            return p
    raise MethodError(
        f"the {'MarkovIncentive' if incentive else 'MarkovUniform'} election of KTAB did not "
        "settle in its 1000 rounds; use pce=Conditional."
    )
