"""Decision rules inside an actor: from what its factions want to what it does.

All functions take values ``v`` (factions, strategies, draws), weights (factions, draws) and the
precision (draws,), and return probabilities over strategies (strategies, draws).
"""

from __future__ import annotations

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


def _softmax(score: Floats, *, axis: int) -> Floats:
    top = score.max(axis=axis, keepdims=True)
    e = np.exp(score - top)
    result: Floats = e / e.sum(axis=axis, keepdims=True)
    return result


def own_choice(v: Floats, *, precision: Floats, allowed: Bools) -> Floats:
    r"""What each faction would do alone: logit choice over its acceptable strategies.

    .. math:: own_f(s) = \frac{\exp(\lambda v_f(s))}{\sum_{s'} \exp(\lambda v_f(s'))}

    References
    ----------
    .. [1] McKelvey, R. D. & Palfrey, T. R. (1995). Games and Economic Behavior 10, 6-38.
       doi:10.1006/game.1995.1023
    """
    score = precision * v
    return _softmax(np.where(allowed[:, :, None], score, -np.inf), axis=1)


def contest(v: Floats, *, weights: Floats, precision: Floats, group: Group) -> Floats:
    """Whoever prevails decides: the mean of the factions' own choices, by weight."""
    own = own_choice(v, precision=precision, allowed=group.allowed)
    return _sum_factions(own, weights)


def _sum_factions(table: Floats, weights: Floats) -> Floats:
    total = np.zeros(table.shape[1:])
    for f in range(table.shape[0]):
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
    for a in range(count):
        for b in range(a + 1, count):
            gain = v[:, a] - v[:, b]
            for_a = group.floor + np.sum(weights * np.maximum(gain, 0.0), axis=0)
            for_b = group.floor + np.sum(weights * np.maximum(-gain, 0.0), axis=0)
            if group.exponent == 1.0:  # the same, without powers: a third of the time
                both = for_a + for_b
                log_p[a] += np.log(for_a / both)
                log_p[b] += np.log(for_b / both)
                continue
            odds = group.exponent * (np.log(for_b) - np.log(for_a))
            log_p[a] -= np.logaddexp(0.0, odds)
            log_p[b] -= np.logaddexp(0.0, -odds)
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


def leader(v: Floats, *, weights: Floats, precision: Floats, group: Group) -> Floats:
    """A predominant leader: the own choice of one faction."""
    del weights
    f = group.leader
    choice: Floats = own_choice(
        v[f : f + 1], precision=precision, allowed=group.allowed[f : f + 1]
    )[0]
    return choice


_RULES = {
    "leader": leader,
    "contest": contest,
    "compromise": compromise,
    "condorcet": condorcet,
    "consensus": consensus,
}


def apply_rule(
    rule: str, *, v: Floats, weights: Floats, precision: Floats, group: Group
) -> dict[str, tuple[float, Floats]]:
    """Distribution over strategies under a rule, by component: ``{rule: (share, p)}``.

    A plain rule has one component with share 1; a mixture has one for each of its rules.
    """
    parts = group.mixture if rule == "mixture" else ((rule, 1.0),)
    return {
        name: (share, _RULES[name](v, weights=weights, precision=precision, group=group))
        for name, share in parts
    }
