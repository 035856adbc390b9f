"""Levels of anticipation between actors, and the answer of the inside view."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.draws import Inputs, Sampler, arms_of, draw
from demarche.inside.game import Game
from demarche.inside.rules import Group, apply_rule, own_choice
from demarche.inside.utility import Payoffs, Utility, expected_utility, prepare

__all__ = [
    "Answers",
    "Arm",
    "InsideView",
    "answers",
    "bytes_per_draw",
    "faction_weights",
    "groups_of",
    "inside_view",
    "solve",
    "solve_under",
]

Floats = NDArray[np.float64]
Level0 = Sequence[Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm (without or with the trigger), solved. The last axis is always the draw.

    ``p[i]`` (strategies, B): what actor i attempts. ``by_level[i]`` (H, strategies, B) and
    ``by_rule[i]`` {rule: (share, (H, strategies, B))}. ``own`` (factions of focal, strategies,
    H, B) is what each faction of the focal actor would do alone. ``courses`` (C, B) is the
    probability that a course happens, ``attempts`` (C, B) that it is attempted, ``tails`` (n, R, B)
    that the highest rung is at least r.
    """

    inputs: Inputs
    p: tuple[Floats, ...]
    by_level: tuple[Floats, ...]
    by_rule: tuple[Mapping[str, tuple[float, Floats]], ...]
    own: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    scales: Floats
    courses: Floats
    attempts: Floats
    tails: Floats
    utility: tuple[Utility, ...]
    level_shares: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideView:
    """Answer of the inside view: both arms, the drawn inputs, and what to be warned of."""

    game: Game
    values: Floats
    without: Arm
    under: Arm
    groups: tuple[Group, ...]
    warnings: tuple[str, ...]


def groups_of(game: Game) -> tuple[Group, ...]:
    """How each deciding actor decides, as numbers.

    Raises
    ------
    TermError
        If what factions find unacceptable leaves nothing to choose.
    """
    groups = []
    for i, actor in enumerate(game.actors):
        own = game.factions_of(i)
        ids = [game.factions[f].id for f in own]
        allowed = np.ones((len(own), len(game.strategies[i])), dtype=bool)
        for row, f in enumerate(own):
            barred = set(game.factions[f].unacceptable)
            for s, strategy in enumerate(game.strategies[i]):
                allowed[row, s] = not barred & set(strategy.courses)
            if not allowed[row].any():
                raise TermError(
                    f"faction {ids[row]!r} finds every strategy of {actor.id!r} unacceptable; "
                    "shorten its list or add a strategy."
                )
        veto = tuple(ids.index(id) for id in actor.veto) or tuple(range(len(own)))
        fallback = [s for s, strategy in enumerate(game.strategies[i]) if strategy.fallback]
        if not allowed[list(veto)].all(axis=0).any() and _uses(actor.rule, actor, "consensus"):
            raise TermError(f"no strategy of {actor.id!r} is acceptable to all who hold a veto.")
        groups.append(
            Group(
                rule=actor.rule or "compromise",
                allowed=allowed,
                leader=ids.index(actor.leader) if actor.leader else 0,
                veto=veto,
                fallback=fallback[0] if fallback else 0,
                mixture=tuple((part.rule, part.share) for part in actor.mixture),
            )
        )
    return tuple(groups)


def _uses(rule: str, actor: object, name: str) -> bool:
    mixture = getattr(actor, "mixture", ())
    return rule == name or (rule == "mixture" and any(part.rule == name for part in mixture))


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


def _shares(depth: Floats, *, levels: int) -> Floats:
    """Poisson weights g_0..g_H of the levels, not normalised, shape (H + 1, B)."""
    g = np.ones((levels + 1, depth.shape[0]))
    for h in range(1, levels + 1):
        g[h] = g[h - 1] * depth / h
    return g


def _happens(
    game: Game, *, inputs: Inputs, p: Sequence[Floats], only: int | None = None
) -> tuple[Floats, Floats, Floats]:
    count = inputs.precision.shape[0]
    attempts = np.zeros((len(game.courses), count))
    tails = np.zeros((len(game.actors), game.rungs, count))
    rungs = [course.rung for course in game.courses]
    fails = 1.0 - inputs.feasibility
    for i, taken in enumerate(game.taken):
        if only is not None and i != only:
            continue
        held = [np.flatnonzero(row).tolist() for row in taken]
        for s, courses in enumerate(held):
            for c in courses:
                attempts[c] += p[i][s]
        for r in range(game.rungs):
            for s, courses in enumerate(held):
                none = np.ones(count)
                for c in courses:
                    if rungs[c] >= r:
                        none = none * fails[c]
                tails[i, r] += p[i][s] * (1.0 if r == 0 else 1.0 - none)
    for taken in game.taken:
        attempts[taken.all(axis=0)] = 1.0  # in every strategy: sure, without the rounding of sums
    attempts, tails = np.minimum(attempts, 1.0), np.minimum(tails, 1.0)  # rounding of sums only
    return attempts * inputs.feasibility, attempts, tails


def solve(
    game: Game,
    *,
    arms: tuple[Inputs, Inputs],
    level0: tuple[Level0, Level0],
    groups: Sequence[Group],
) -> tuple[Arm, Arm]:
    r"""Both arms of a game by levels of anticipation.

    .. math::

        g_h = \tau^h / h!, \quad b_j^h = \frac{\sum_{l<h} g_l p_j^l}{\sum_{l<h} g_l}, \quad
        p_i^h = \text{rule}_i(EU | b^h), \quad p_i = \frac{\sum_{h=1}^H g_h p_i^h}{\sum g_h}

    Values are utilities divided by the faction's own range at level-0 beliefs, the wider of the
    two arms, so that the precision means the same for every faction.

    References
    ----------
    .. [1] Camerer, C. F., Ho, T.-H. & Chong, J.-K. (2004). A cognitive hierarchy model of games.
       Quarterly Journal of Economics 119(3), 861-898. doi:10.1162/0033553041502225
    """
    begun = _begin(game, arms=arms, level0=level0)
    return begun.solve(game, arm=0, groups=groups), begun.solve(game, arm=1, groups=groups)


def solve_under(
    game: Game,
    *,
    arms: tuple[Inputs, Inputs],
    level0: tuple[Level0, Level0],
    groups: Sequence[Group],
) -> Arm:
    """The arm with the trigger alone, as `solve` gives it: the other one only sets the scales."""
    return _begin(game, arms=arms, level0=level0).solve(game, arm=1, groups=groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """Both arms before anyone chooses: payoffs, level 0, utilities at it, and their scales."""

    payoffs: tuple[Payoffs, Payoffs]
    starts: tuple[tuple[Floats, ...], tuple[Floats, ...]]
    first: tuple[tuple[Utility, ...], tuple[Utility, ...]]
    scales: tuple[Floats, ...]

    def solve(self, game: Game, *, arm: int, groups: Sequence[Group]) -> Arm:
        """One arm by levels of anticipation."""
        return _solve_arm(
            game, payoffs=self.payoffs[arm], start=self.starts[arm], first=self.first[arm],
            scales=self.scales, groups=groups,
        )  # fmt: skip


def _begin(
    game: Game, *, arms: tuple[Inputs, Inputs], level0: tuple[Level0, Level0]
) -> _Begun:  # fmt: skip
    count, actors = arms[0].precision.shape[0], range(len(game.actors))
    without, under = (
        prepare(game, inputs=inputs, with_trigger=bool(arm)) for arm, inputs in enumerate(arms)
    )
    begins, begins_under = (
        tuple(np.repeat(np.asarray(p, dtype=float)[:, None], count, axis=1) for p in start)
        for start in level0
    )
    first, first_under = (
        tuple(expected_utility(arm, actor=i, beliefs=start, parts=False) for i in actors)
        for arm, start in ((without, begins), (under, begins_under))
    )
    scales = tuple(
        np.maximum(np.ptp(a.total, axis=1), np.ptp(b.total, axis=1))
        for a, b in zip(first, first_under, strict=True)
    )
    return _Begun(
        payoffs=(without, under),
        starts=(begins, begins_under),
        first=(first, first_under),
        scales=scales,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one actor does under the trigger, without what only explanations need.

    ``courses`` (own courses, B): that a course happens; ``tails`` (R, B): that the highest rung
    is at least r; ``p`` (strategies, B): what is attempted.
    """

    courses: Floats
    tails: Floats
    p: Floats


def answers(
    game: Game,
    *,
    values: Floats,
    actor: int,
    groups: Sequence[Sequence[Group]],
    level0: tuple[Level0, Level0] | None = None,
) -> tuple[Answers, ...]:
    """One actor's answer under the trigger for each way of deciding, from the same draws.

    The same bytes as :func:`solve` gives for each of ``groups``, at less than half the work.

    Parameters
    ----------
    values : array (parameters, B)
        Drawn inputs.
    actor : int
        Place of the deciding actor.
    groups : sequence of sequences of Group
        How every actor decides, once per variant.
    """
    begun = _begin(
        game,
        arms=arms_of(game, values=values),
        level0=level0 or (uniform_level0(game), uniform_level0(game)),
    )
    own = [c for c, course in enumerate(game.courses) if course.actor == game.actors[actor].id]
    found = []
    for variant in groups:
        chosen = _choose(
            game,
            payoffs=begun.payoffs[1],
            start=begun.starts[1],
            first=begun.first[1],
            scales=begun.scales,
            groups=variant,
            alone=False,
        )
        happens, _, tails = _happens(
            game, inputs=begun.payoffs[1].inputs, p=chosen.mixed, only=actor
        )
        found.append(Answers(courses=happens[own], tails=tails[actor], p=chosen.mixed[actor]))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Choices by level of one arm, and their mixture."""

    by_level: list[list[Floats]]
    by_rule: list[dict[str, tuple[float, list[Floats]]]]
    own: list[list[Floats]]
    weights: tuple[Floats, ...]
    shares: Floats
    mixed: tuple[Floats, ...]


def _choose(
    game: Game,
    *,
    payoffs: Payoffs,
    start: tuple[Floats, ...],
    first: tuple[Utility, ...],
    scales: Sequence[Floats],
    groups: Sequence[Group],
    alone: bool,
) -> _Chosen:
    """Level by level; ``alone`` also keeps what each faction would choose alone."""
    inputs = payoffs.inputs
    g = _shares(inputs.depth, levels=game.levels)
    n = len(game.actors)
    weights = tuple(faction_weights(game, inputs=inputs, actor=i) for i in range(n))
    believed = [start[i] * g[0] for i in range(n)]
    by_level: list[list[Floats]] = [[] for _ in range(n)]
    by_rule: list[dict[str, tuple[float, list[Floats]]]] = [{} for _ in range(n)]
    own: list[list[Floats]] = [[] for _ in range(n)]
    mass = g[0].copy()
    utility: tuple[Utility, ...] = first
    for h in range(1, game.levels + 1):
        beliefs = tuple(believed[i] / mass for i in range(n))
        utility = (
            first
            if h == 1
            else tuple(
                expected_utility(payoffs, actor=i, beliefs=beliefs, parts=False) for i in range(n)
            )
        )
        for i in range(n):
            scale = scales[i][:, None]
            v = np.divide(
                utility[i].total, scale, out=np.zeros_like(utility[i].total), where=scale > 0
            )
            parts = apply_rule(
                groups[i].rule, v=v, weights=weights[i], precision=inputs.precision, group=groups[i]
            )
            total = sum((share * p for share, p in parts.values()), np.zeros(v.shape[1:]))
            by_level[i].append(total)
            if alone:
                own[i].append(own_choice(v, precision=inputs.precision, allowed=groups[i].allowed))
            for name, (share, p) in parts.items():
                by_rule[i].setdefault(name, (share, []))[1].append(p)
        for i in range(n):
            believed[i] = believed[i] + g[h] * by_level[i][-1]
        mass = mass + g[h]
    shares = g[1:] / g[1:].sum(axis=0)
    mixed = tuple(
        np.asarray(sum(shares[h] * by_level[i][h] for h in range(game.levels))) for i in range(n)
    )
    return _Chosen(
        by_level=by_level, by_rule=by_rule, own=own, weights=weights, shares=shares, mixed=mixed
    )


def _solve_arm(
    game: Game,
    *,
    payoffs: Payoffs,
    start: tuple[Floats, ...],
    first: tuple[Utility, ...],
    scales: Sequence[Floats],
    groups: Sequence[Group],
) -> Arm:
    chosen = _choose(
        game,
        payoffs=payoffs,
        start=start,
        first=first,
        scales=scales,
        groups=groups,
        alone=True,
    )
    happens, attempts, tails = _happens(game, inputs=payoffs.inputs, p=chosen.mixed)
    utility = tuple(
        expected_utility(payoffs, actor=i, beliefs=chosen.mixed) for i in range(len(game.actors))
    )
    return Arm(
        inputs=payoffs.inputs,
        p=chosen.mixed,
        by_level=tuple(np.stack(levels) for levels in chosen.by_level),
        by_rule=tuple(
            {name: (share, np.stack(ps)) for name, (share, ps) in rules.items()}
            for rules in chosen.by_rule
        ),
        own=tuple(np.stack(levels) for levels in chosen.own),
        weights=chosen.weights,
        scales=np.concatenate(list(scales)),
        courses=happens,
        attempts=attempts,
        tails=tails,
        utility=utility,
        level_shares=chosen.shares,
    )


def uniform_level0(game: Game) -> list[Floats]:
    """Level 0 where there is no outside view: every strategy alike."""
    return [np.full(len(menu), 1.0 / len(menu)) for menu in game.strategies]


def bytes_per_draw(game: Game) -> int:
    """Memory of one draw of a whole answer, both arms, explanations included; an estimate."""
    issues, numbers = len(game.issues), 4 * len(game.parameters)
    for i, menu in enumerate(game.strategies):
        factions, strategies = len(game.factions_of(i)), len(menu)
        numbers += 2 * factions * strategies * (2 * (issues + 3) + game.levels)
        numbers += 2 * strategies * (issues + 3 * game.levels)
    return 12 * numbers  # eight bytes each, and half as many again while it is worked out


def _memory() -> int:
    """Bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # pragma: no cover - where it is not known
        return 8_000_000_000


def inside_view(
    game: Game,
    *,
    seed: int,
    draws: int = 4096,
    sampler: Sampler = "lhs",
    level0: tuple[Level0, Level0] | None = None,
    memory: int | None = None,
) -> InsideView:
    """Answer of the inside view over the ranges of all inputs.

    Parameters
    ----------
    game : Game
    seed : int
        Same seed, same bytes.
    draws : int
        Number of draws from the ranges, 4096 by default.
    sampler : {"lhs", "sobol", "random"}
    level0 : pair of lists of arrays, optional
        What others are expected to do, per actor, without and with the trigger; uniform if absent.
    memory : int, optional
        Most bytes the answer may take, estimated; what this machine has by default.

    Raises
    ------
    MethodError
        If a level-0 distribution does not fit the strategies or does not sum to one, or the draws
        need more memory than allowed.
    """
    needed, has = draws * bytes_per_draw(game), memory or _memory()
    if needed > has:
        raise MethodError(
            f"{draws} draws of this case need about {needed / 1e9:.1f} GB, {has / 1e9:.1f} GB are "
            "there: take fewer draws; a sweep takes any number, in parts."
        )
    start = level0 or (uniform_level0(game), uniform_level0(game))
    for arm in start:
        for menu, p in zip(game.strategies, arm, strict=True):
            if len(p) != len(menu) or abs(float(np.sum(p)) - 1) > 1e-9 or np.min(p) < 0:
                raise MethodError("a level-0 distribution must have one probability per strategy.")
    groups = groups_of(game)
    values = draw(game, draws=draws, seed=seed, sampler=sampler)
    arms = arms_of(game, values=values)
    without, under = solve(game, arms=arms, level0=start, groups=groups)
    warnings = []
    if arms[1].held:
        warnings.append(f"{arms[1].held} shifted values were held at the end of their scale.")
    warnings += [
        f"{actor.name} decides by compromise because the case names no rule."
        for actor in game.actors
        if not actor.rule
    ]
    return InsideView(
        game=game,
        values=values,
        without=without,
        under=under,
        groups=groups,
        warnings=tuple(warnings),
    )
