"""Every method of the inside view as a forecast of one issue: a point, and a spread if any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demarche import inside
from demarche.desk.deu import DeuIssue
from demarche.errors import MethodError
from demarche.inside.rules import Group, apply_rule

__all__ = ["METHODS", "Spread", "crps", "forecast"]

Floats = NDArray[np.float64]
PRECISION = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A forecast: places with probabilities, and the point that is judged by absolute error."""

    places: Floats
    chance: Floats
    point: float


def crps(spread: Spread, *, outcome: float) -> float:
    r"""Continuous ranked probability score of a forecast on a scale; smaller is better.

    .. math:: \sum_i w_i |x_i - y| - \tfrac12 \sum_i \sum_j w_i w_j |x_i - x_j|

    References
    ----------
    .. [1] Gneiting, T. & Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
       estimation. JASA 102, 359-378. doi:10.1198/016214506000001437

    Examples
    --------
    >>> both = Spread(places=np.array([0.0, 100.0]), chance=np.array([0.5, 0.5]), point=50.0)
    >>> crps(both, outcome=0.0)
    25.0
    """
    x, w = spread.places, spread.chance
    near = float(np.sum(w * np.abs(x - outcome)))
    apart = float(np.sum(w[:, None] * w[None, :] * np.abs(x[:, None] - x[None, :])))
    return near - apart / 2


def _at(point: float) -> Spread:
    return Spread(places=np.array([point]), chance=np.ones(1), point=float(point))


def _over(places: Floats, weight: Floats) -> Spread:
    chance = weight / weight.sum()
    return Spread(places=places, chance=chance, point=float(np.sum(chance * places)))


TENS = np.arange(0.0, 101.0, 10.0)
"""Points of the scale that may be decided although nobody holds them."""


def _election(
    form: Literal["conditional", "uniform", "incentive"], exponent: float, *, between: bool = False
) -> Callable[[DeuIssue, Floats], Spread]:
    """Election among the positions held, or among these and the scale in tens."""

    def run(issue: DeuIssue, weight: Floats) -> Spread:
        held = issue.position
        places = np.unique(np.concatenate([held, TENS]) if between else held)
        loss = np.abs(places[None, :] - issue.position[:, None]) / 100
        p = inside.condorcet_election(-loss, weights=weight, form=form, exponent=exponent)
        return _over(places, p)

    return run


def _midpoints(issue: DeuIssue, weight: Floats) -> Spread:
    """Half way between two actors drawn by weight: a spread without any election in it."""
    share = weight / weight.sum()
    places = (issue.position[:, None] + issue.position[None, :]) / 2
    return _over(places.ravel(), np.outer(share, share).ravel())


def _rule(rule: str) -> Callable[[DeuIssue, Floats], Spread]:
    """A decision rule of the pipeline, every actor a faction, the positions held as strategies."""

    def run(issue: DeuIssue, weight: Floats) -> Spread:
        places = np.unique(issue.position)
        utility = -(((places[None, :] - issue.position[:, None]) / 100) ** 2)
        width = np.ptp(utility, axis=1, keepdims=True)
        v = np.divide(utility, width, out=np.zeros_like(utility), where=width > 0)
        group = Group(
            rule=rule,
            allowed=np.ones(v.shape, dtype=bool),
            leader=int(np.argmax(weight)),
            veto=(),
            fallback=0,
        )
        share = (weight / weight.sum())[:, None]
        parts = apply_rule(
            rule, v=v[:, :, None], weights=share, precision=np.array([PRECISION]), group=group
        )
        return _over(places, parts[rule][1][:, 0])

    return run


def _challenge(reading: Literal["replicated", "printed"]) -> Callable[[DeuIssue, Floats], Spread]:
    def run(issue: DeuIssue, weight: Floats) -> Spread:
        heard = issue.salience > 0
        played = inside.challenge(
            issue.position[heard],
            capability=(weight / np.maximum(issue.salience, 1e-12))[heard],
            salience=issue.salience[heard],
            rounds=10,
            reading=reading,
        )
        final = played.position[-1]
        spread = _over(final, weight[heard])
        return Spread(places=spread.places, chance=spread.chance, point=float(played.median[-1]))

    return run


def _nash(issue: DeuIssue, weight: Floats) -> Spread:
    if issue.reference is None:
        raise MethodError("no reference point")
    found = inside.nash_bargain_on_scale(issue.position, reference=issue.reference, weights=weight)
    return _at(float(found.position if found.position is not None else issue.reference))


def _reference(issue: DeuIssue, weight: Floats) -> Spread:
    del weight
    if issue.reference is None:
        raise MethodError("no reference point")
    return _at(issue.reference)


def _smp(issue: DeuIssue, weight: Floats) -> Spread:
    heard = issue.salience > 0
    run = inside.smp(
        inside.SmpCase(
            actors=tuple(np.array(issue.actors)[heard]),
            dimensions=("issue",),
            capability=(weight / np.maximum(issue.salience, 1e-12))[heard],
            position=issue.position[heard][:, None],
            salience=100 * issue.salience[heard][:, None],
        )
    )
    return _over(run.position[-1, :, 0], run.probability[-1])


def _winner(issue: DeuIssue, weight: Floats) -> Spread:
    found = inside.condorcet_winner(issue.position, weights=weight)
    if found is None:
        raise MethodError("every position is beaten")
    return _at(found)


Method = Callable[[DeuIssue, Floats], Spread]
METHODS: dict[str, Method] = {
    "constant 50": lambda i, w: _at(50.0),
    "plain mean": lambda i, w: _over(i.position, np.ones(i.position.size)),
    "median": lambda i, w: _at(float(np.median(i.position))),
    "weighted mean": lambda i, w: _over(i.position, w),
    "weighted median": lambda i, w: _at(inside.weighted_median(i.position, weights=w)),
    "Condorcet winner": _winner,
    "Condorcet election": _election("conditional", 1.0),
    "Condorcet election, squared": _election("conditional", 2.0),
    "Condorcet, Markov uniform": _election("uniform", 1.0),
    "Condorcet, Markov incentive": _election("incentive", 1.0),
    "Condorcet, uniform, in tens": _election("uniform", 1.0, between=True),
    "midpoint of two actors": _midpoints,
    "logit, compromise": _rule("compromise"),
    "logit, contest": _rule("contest"),
    "Nash bargain": _nash,
    "reference point": _reference,
    "challenge, replicated": _challenge("replicated"),
    "challenge, printed": _challenge("printed"),
    "KTAB's SMP": _smp,
}


def forecast(name: str, issue: DeuIssue, *, weight: Floats) -> Spread | None:
    """Forecast of one method; None where it declines, as without a reference point."""
    try:
        return METHODS[name](issue, weight)
    except MethodError:
        if np.ptp(issue.position) == 0 and name.startswith(("challenge", "KTAB")):
            return _at(float(issue.position[0]))
        return None
