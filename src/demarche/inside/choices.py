"""Who chooses what in one arm, level by level of anticipation, and what then happens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.inside.draws import Inputs
from demarche.inside.game import Game
from demarche.inside.rules import Group, apply_rule, own_choice
from demarche.inside.utility import Menu, Payoffs, movements, prepare, total_utility

__all__ = [
    "Chosen",
    "Start",
    "choose",
    "faction_weights",
    "happens",
    "range_at",
    "start_of",
    "starts_of",
]

Floats = NDArray[np.float64]


def faction_weights(game: Game, *, inputs: Inputs, actor: int) -> Floats:
    """Weights of the factions: capability times the salience of what is at stake, sum one."""
    own = game.factions_of(actor)
    moved = game.moved_issues(actor)
    stake = np.array(
        [
            inputs.salience[f][moved].max(axis=0) if moved.any() else inputs.salience[f].max(axis=0)
            for f in own
        ]
    )
    weight = inputs.capability[own] * stake
    total = weight.sum(axis=0)
    weight = np.where(total > 0, weight, inputs.capability[own])
    return np.asarray(weight / weight.sum(axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One arm before anyone chooses: payoffs, level 0, and total utilities at it, by actor."""

    payoffs: Payoffs
    beliefs: tuple[Floats, ...]
    first: tuple[Floats, ...]


def start_of(
    game: Game,
    *,
    inputs: Inputs,
    with_trigger: bool,
    level0: Sequence[Floats],
    like: Start | None = None,
) -> Start:
    """Where one arm starts; ``level0`` holds distributions, (strategies,) or (strategies, B).

    ``like`` is the start of the other arm, of which it shares what is the same.
    """
    count = inputs.precision.shape[0]
    payoffs = prepare(
        game,
        inputs=inputs,
        with_trigger=with_trigger,
        like=like.payoffs if like is not None else None,
    )
    beliefs = tuple(
        np.repeat(np.asarray(p, dtype=float)[:, None], count, axis=1) if np.ndim(p) == 1 else p
        for p in level0
    )
    moved = movements(payoffs, beliefs=beliefs)
    return Start(
        payoffs=payoffs,
        beliefs=beliefs,
        first=tuple(
            total_utility(payoffs, actor=i, beliefs=beliefs, moved=moved)
            for i in range(len(game.actors))
        ),
    )


def starts_of(
    game: Game, *, arms: tuple[Inputs, Inputs], level0: tuple[Sequence[Floats], Sequence[Floats]]
) -> tuple[Start, Start]:
    """Where both arms start."""
    without = start_of(game, inputs=arms[0], with_trigger=False, level0=level0[0])
    return without, start_of(
        game, inputs=arms[1], with_trigger=True, level0=level0[1], like=without
    )


def range_at(start: Start) -> tuple[Floats, ...]:
    """Range of each faction's utility over its actor's strategies, (factions, B) by actor."""
    return tuple(np.ptp(total, axis=1) for total in start.first)


def _shares(depth: Floats, *, levels: int) -> Floats:
    """Poisson weights g_0..g_H of the levels, not normalised, shape (H + 1, B)."""
    g = np.ones((levels + 1, depth.shape[0]))
    for h in range(1, levels + 1):
        g[h] = g[h - 1] * depth / h
    return g


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Choices of every actor by level in one arm, and their mixture.

    ``by_level[i]`` one (strategies, B) a level, ``by_rule[i]`` the same by rule with its share,
    ``own[i]`` (factions, strategies, B) a level for the actors asked for; ``mixed`` is in the order
    of the actors, or of one alone.
    """

    by_level: list[list[Floats]]
    by_rule: list[dict[str, tuple[float, list[Floats]]]]
    own: list[list[Floats]]
    weights: tuple[Floats, ...]
    shares: Floats
    mixed: dict[int, Floats]


def choose(
    game: Game,
    *,
    start: Start,
    scales: Sequence[Floats],
    groups: Sequence[Group],
    only: int | None = None,
    alone: Collection[int] = (),
) -> Chosen:
    """Level by level what every actor attempts.

    Parameters
    ----------
    scales : sequence of arrays (factions, B)
        What utilities are divided by, by actor.
    only : int, optional
        One actor whose mixture is wanted: at the last level the others need not choose.
    alone : collection of int
        Actors of whose factions it is also wanted what each would do alone.
    """
    payoffs, inputs = start.payoffs, start.payoffs.inputs
    g = _shares(inputs.depth, levels=game.levels)
    n = len(game.actors)
    weights = tuple(faction_weights(game, inputs=inputs, actor=i) for i in range(n))
    believed = [start.beliefs[i] * g[0] for i in range(n)]
    by_level: list[list[Floats]] = [[] for _ in range(n)]
    by_rule: list[dict[str, tuple[float, list[Floats]]]] = [{} for _ in range(n)]
    own: list[list[Floats]] = [[] for _ in range(n)]
    mass = g[0].copy()
    for h in range(1, game.levels + 1):
        last = h == game.levels
        choosing = range(n) if only is None or not last else (only,)
        utility = {i: start.first[i] for i in choosing}
        if h > 1:
            beliefs = tuple(believed[i] / mass for i in range(n))
            moved = movements(payoffs, beliefs=beliefs)
            utility = {
                i: total_utility(payoffs, actor=i, beliefs=beliefs, moved=moved) for i in choosing
            }
        for i in choosing:
            v = _scaled(utility[i], scales[i][:, None])
            choice = None
            if i in alone:
                choice = own_choice(v, precision=inputs.precision, allowed=groups[i].allowed)
            parts = apply_rule(
                groups[i].rule,
                v=v,
                weights=weights[i],
                precision=inputs.precision,
                group=groups[i],
                own=choice,
            )
            by_level[i].append(_sum_of(list(parts.values())))
            if choice is not None:
                own[i].append(choice)
            for name, (share, p) in parts.items():
                by_rule[i].setdefault(name, (share, []))[1].append(p)
        if not last:
            for i in range(n):
                believed[i] = believed[i] + g[h] * by_level[i][-1]
            mass = mass + g[h]
    shares = g[1:] / g[1:].sum(axis=0)
    mixed = {
        i: np.asarray(sum(shares[h] * by_level[i][h] for h in range(game.levels)))
        for i in (range(n) if only is None else (only,))
    }
    return Chosen(
        by_level=by_level, by_rule=by_rule, own=own, weights=weights, shares=shares, mixed=mixed
    )


def _scaled(total: Floats, scale: Floats) -> Floats:
    """Utilities in units of a faction's own range; nothing where it has none."""
    if (scale > 0).all():
        return np.asarray(total / scale)
    return np.divide(total, scale, out=np.zeros_like(total), where=scale > 0)


def _sum_of(parts: Sequence[tuple[float, Floats]]) -> Floats:
    """Choices under several rules, by their shares."""
    if len(parts) == 1 and parts[0][0] == 1.0:
        return parts[0][1]
    return sum((share * p for share, p in parts), np.zeros(parts[0][1].shape))


def happens(
    game: Game, *, payoffs: Payoffs, p: dict[int, Floats]
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """What follows from attempts ``p`` (strategies, B) of some actors; zero for the others.

    Courses (C, B) that happen and that are attempted, and rungs (n, R, B) reached or passed.
    """
    inputs = payoffs.inputs
    count = inputs.precision.shape[0]
    attempts = np.zeros((len(game.courses), count))
    tails = np.zeros((len(game.actors), game.rungs, count))
    for i, chosen in p.items():
        taken = game.taken[i]
        for c in np.flatnonzero(taken.any(axis=0)).tolist():
            attempts[c] = chosen[taken[:, c]].sum(axis=0)
        _reach(game, menu=payoffs.menus[i], fails=1.0 - inputs.feasibility, p=chosen, into=tails[i])
    for taken in game.taken:
        attempts[taken.all(axis=0)] = 1.0  # in every strategy: sure, without the rounding of sums
    attempts, tails = np.minimum(attempts, 1.0), np.minimum(tails, 1.0)  # rounding of sums only
    return attempts * inputs.feasibility, attempts, tails


def _reach(game: Game, *, menu: Menu, fails: Floats, p: Floats, into: Floats) -> None:
    """Chance of each rung or a higher one, (R, B), from what one actor attempts."""
    rungs = [course.rung for course in game.courses]
    reached: dict[tuple[int, ...], Floats] = {}
    into[0] = p.sum(axis=0)
    for s, courses in enumerate(menu):
        held = {rungs[c] for c in courses}
        high, chance = courses, p[s]
        for r in range(1, max(held, default=0) + 1):
            if r == 1 or r - 1 in held:  # else the same courses as a rung lower
                high = tuple(c for c in courses if rungs[c] >= r)
                if high not in reached:
                    reached[high] = 1.0 - np.prod([fails[c] for c in high], axis=0)
                chance = p[s] * reached[high]
            into[r] += chance
