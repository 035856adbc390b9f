"""Decision rules inside an actor: from what its factions want to what it does.

All functions take values ``v`` (factions, strategies, draws), weights (factions, draws) and the
precision (draws,), and return probabilities over strategies (strategies, draws).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "apply_rule", "compromise", "condorcet", "consensus", "contest", "own_choice"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How the factions of one actor decide.

    ``allowed`` (factions, strategies) is False where a strategy holds a course the faction finds
    unacceptable; ``leader`` and ``veto`` are places among the factions; ``fallback`` the strategy
    that stands if nothing is agreed.
    """

    rule: str
    allowed: Bools
    leader: int
    veto: tuple[int, ...]
    fallback: int
    mixture: tuple[tuple[str, float], ...] = ()
    exponent: float = 1.0
    floor: float = 0.01

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Rules it decides by, each with its share; one unless it mixes several."""
        return self.mixture if self.rule == "mixture" else ((self.rule, 1.0),)


def _softmax(score: Floats, *, axis: int) -> Floats:
    """Logit choice by scores, which are overwritten with it."""
    score -= score.max(axis=axis, keepdims=True)
    np.exp(score, out=score)
    score /= score.sum(axis=axis, keepdims=True)
    return score


def own_choice(v: Floats, *, precision: Floats, allowed: Bools) -> Floats:
    r"""What each faction would do alone: logit choice over its acceptable strategies.

    .. math:: own_f(s) = \frac{\exp(\lambda v_f(s))}{\sum_{s'} \exp(\lambda v_f(s'))}

    References
    ----------
    .. [1] McKelvey, R. D. & Palfrey, T. R. (1995). Games and Economic Behavior 10, 6-38.
       doi:10.1006/game.1995.1023
    """
    score = precision * v
    if not allowed.all():
        score[~allowed] = -np.inf
    return _softmax(score, axis=1)


def contest(
    v: Floats, *, weights: Floats, precision: Floats, group: Group, own: Floats | None = None
) -> Floats:
    """Whoever prevails decides: the mean of the factions' own choices, by weight."""
    if own is None:
        own = own_choice(v, precision=precision, allowed=group.allowed)
    return _sum_factions(own, weights)


def _sum_factions(table: Floats, weights: Floats) -> Floats:
    total: Floats = weights[0] * table[0]
    for f in range(1, table.shape[0]):
        total += weights[f] * table[f]
    return total


def compromise(v: Floats, *, weights: Floats, precision: Floats, group: Group) -> Floats:
    """A single group that settles: logit choice on the weighted mean of the factions' values."""
    del group
    return _softmax(precision * _sum_factions(v, weights), axis=0)


def condorcet(v: Floats, *, weights: Floats, precision: Floats, group: Group) -> Floats:
    """Probabilistic Condorcet election, votes weighted by stake; see ``spatial``."""
    del precision
    count = v.shape[1]
    log_p = np.zeros(v.shape[1:])
    for a in range(count - 1):
        gain = v[:, a, None] - v[:, a + 1 :]
        for_a = group.floor + np.sum(weights[:, None] * np.maximum(gain, 0.0), axis=0)
        for_rest = group.floor + np.sum(weights[:, None] * np.maximum(-gain, 0.0), axis=0)
        if group.exponent == 1.0:  # the same, without powers: a third of the time
            both = for_a + for_rest
            won, lost = np.log(for_a / both), np.log(for_rest / both)
        else:
            odds = group.exponent * (np.log(for_rest) - np.log(for_a))
            won, lost = -np.logaddexp(0.0, odds), -np.logaddexp(0.0, -odds)
        log_p[a + 1 :] += lost
        for pair in won:  # one by one, in the order of the strategies
            log_p[a] += pair
    return _softmax(log_p, axis=0)


def consensus(v: Floats, *, weights: Floats, precision: Floats, group: Group) -> Floats:
    """A group with vetoes: proposals by compromise, accepted or the fallback stands."""
    score = precision * _sum_factions(v, weights)
    barred: Bools = np.asarray(~np.all(group.allowed[list(group.veto)], axis=0))
    score = np.where(barred[:, None], -np.inf, score)
    proposed = _softmax(score, axis=0)
    accepted = np.ones(proposed.shape)
    for f in group.veto:
        gain = precision * (v[f] - v[f, group.fallback])
        accepted = np.minimum(accepted, 1.0 / (1.0 + np.exp(-np.clip(gain, -700, 700))))
    agreed = proposed * accepted
    agreed[group.fallback] += 1.0 - agreed.sum(axis=0)
    return agreed


def leader(
    v: Floats, *, weights: Floats, precision: Floats, group: Group, own: Floats | None = None
) -> Floats:
    """A predominant leader: the own choice of one faction."""
    del weights
    f = group.leader
    if own is None:
        alone = slice(f, f + 1)
        own, f = own_choice(v[alone], precision=precision, allowed=group.allowed[alone]), 0
    choice: Floats = own[f]
    return choice


_OF_OWN = ("leader", "contest")
"""Rules made of what each faction would choose alone."""
_RULES: dict[str, Callable[..., Floats]] = {
    "leader": leader,
    "contest": contest,
    "compromise": compromise,
    "condorcet": condorcet,
    "consensus": consensus,
}


def apply_rule(
    rule: str,
    *,
    v: Floats,
    weights: Floats,
    precision: Floats,
    group: Group,
    own: Floats | None = None,
) -> dict[str, tuple[float, Floats]]:
    """Distribution over strategies under a rule, by component: ``{rule: (share, p)}``.

    A plain rule has one component with share 1; a mixture has one for each of its rules. ``own`` is
    what :func:`own_choice` finds of the same values, where it is there already.
    """
    parts = group.mixture if rule == "mixture" else ((rule, 1.0),)
    given = {"weights": weights, "precision": precision, "group": group}
    found = {}
    for name, share in parts:
        known = {"own": own} if name in _OF_OWN else {}
        found[name] = (share, _RULES[name](v, **given, **known))
    return found
