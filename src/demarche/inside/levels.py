"""Levels of anticipation between actors, and the answer of the inside view."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.choices import Chosen, choose, happens, range_at, starts_of
from demarche.inside.draws import Inputs, Sampler, arms_at, arms_of, draw
from demarche.inside.game import Game
from demarche.inside.rules import Group
from demarche.inside.utility import Payoffs, Utility, expected_utility

__all__ = [
    "Arm",
    "InsideView",
    "bytes_per_draw",
    "groups_of",
    "inside_view",
    "solve",
    "solve_under",
    "uniform_level0",
]

Floats = NDArray[np.float64]
Level0 = Sequence[Floats]
Key = tuple[str | int, ...]
Table = dict[Key, Floats]
BLOCK = 1024
"""Draws solved at a time: their tables stay near the processor. No draw depends on another."""
PARTS = ("total", "issues", "cost", "audience")
"""Parts of a utility that an arm keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm (without or with the trigger), solved. The last axis is always the draw.

    ``p[i]`` (strategies, B): what actor i attempts. ``courses`` (C, B) is the probability that a
    course happens, ``attempts`` (C, B) that it is attempted, ``tails`` (n, R, B) that the highest
    rung is at least r. What explains an actor is there for the actors it was asked for:
    ``by_level[i]`` (H, strategies, B), ``by_rule[i]`` {rule: (share, (H, strategies, B))},
    ``own[i]`` (H, factions, strategies, B) what each of its factions would do alone, and
    ``utility[i]`` at the mixed beliefs.
    """

    inputs: Inputs
    p: tuple[Floats, ...]
    by_level: Mapping[int, Floats]
    by_rule: Mapping[int, Mapping[str, tuple[float, Floats]]]
    own: Mapping[int, Floats]
    weights: tuple[Floats, ...]
    scales: Floats
    courses: Floats
    attempts: Floats
    tails: Floats
    utility: Mapping[int, Utility]
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


def solve(
    game: Game,
    *,
    arms: tuple[Inputs, Inputs],
    level0: tuple[Level0, Level0],
    groups: Sequence[Group],
    explained: tuple[Collection[int], Collection[int]] | None = None,
) -> tuple[Arm, Arm]:
    r"""Both arms of a game by levels of anticipation.

    .. math::

        g_h = \tau^h / h!, \quad b_j^h = \frac{\sum_{l<h} g_l p_j^l}{\sum_{l<h} g_l}, \quad
        p_i^h = \text{rule}_i(EU | b^h), \quad p_i = \frac{\sum_{h=1}^H g_h p_i^h}{\sum g_h}

    Values are utilities divided by the faction's own range at level-0 beliefs, the wider of the
    two arms, so that the precision means the same for every faction. ``explained`` names the
    actors of each arm of whom it is kept what explains them; all by default.

    References
    ----------
    .. [1] Camerer, C. F., Ho, T.-H. & Chong, J.-K. (2004). A cognitive hierarchy model of games.
       Quarterly Journal of Economics 119(3), 861-898. doi:10.1162/0033553041502225
    """
    everyone = range(len(game.actors))
    kept = explained or (everyone, everyone)
    found = _solved(game, arms=arms, level0=level0, groups=groups, explained=dict(enumerate(kept)))
    return found[0], found[1]


def solve_under(
    game: Game,
    *,
    arms: tuple[Inputs, Inputs],
    level0: tuple[Level0, Level0],
    groups: Sequence[Group],
) -> Arm:
    """The arm with the trigger alone, as `solve` gives it: the other one only sets the scales."""
    everyone = {1: range(len(game.actors))}
    return _solved(game, arms=arms, level0=level0, groups=groups, explained=everyone)[1]


def _solved(
    game: Game,
    *,
    arms: tuple[Inputs, Inputs],
    level0: tuple[Level0, Level0],
    groups: Sequence[Group],
    explained: Mapping[int, Collection[int]],
) -> dict[int, Arm]:
    """The arms that ``explained`` names, block by block of draws."""
    count = arms[0].precision.shape[0]
    whole: dict[int, Table] = {arm: {} for arm in explained}
    for begin in range(0, count, BLOCK):
        block = slice(begin, min(begin + BLOCK, count))
        starts = starts_of(game, arms=arms_at(arms, block), level0=level0)
        scales = [np.maximum(a, b) for a, b in zip(*map(range_at, starts), strict=True)]
        for arm, actors in explained.items():
            chosen = choose(game, start=starts[arm], scales=scales, groups=groups, alone=actors)
            table = _table(game, payoffs=starts[arm].payoffs, chosen=chosen, explained=actors)
            table["scales",] = np.concatenate(scales)
            _keep(table, whole=whole[arm], block=block, count=count)
    return {
        arm: _arm(game, table=whole[arm], inputs=arms[arm], groups=groups, explained=actors)
        for arm, actors in explained.items()
    }


def _keep(
    table: Mapping[Key, Floats | list[Floats]], *, whole: Table, block: slice, count: int
) -> None:
    """Put some draws where they belong among all; a list of arrays along a first axis."""
    for key, values in table.items():
        parts = values if isinstance(values, list) else [values]
        if key not in whole:
            shape = (*parts[0].shape[:-1], count)
            whole[key] = np.empty((len(parts), *shape) if values is parts else shape)
        kept = whole[key] if values is parts else whole[key][None]
        for n, part in enumerate(parts):
            kept[n, ..., block] = part


def _table(
    game: Game, *, payoffs: Payoffs, chosen: Chosen, explained: Collection[int]
) -> dict[Key, Floats | list[Floats]]:  # fmt: skip
    """Everything an arm keeps of some draws, by name and place; by level in lists."""
    found: dict[Key, Floats | list[Floats]] = {("level_shares",): chosen.shares}
    found["courses",], found["attempts",], found["tails",] = happens(
        game, payoffs=payoffs, p=chosen.mixed
    )
    for i, mixed in chosen.mixed.items():
        found["p", i], found["weights", i] = mixed, chosen.weights[i]
    for i in explained:
        found["by_level", i], found["own", i] = chosen.by_level[i], chosen.own[i]
        for name, (_, levels) in chosen.by_rule[i].items():
            found["by_rule", i, name] = levels
        utility = expected_utility(payoffs, actor=i, beliefs=tuple(chosen.mixed.values()))
        for part in PARTS:
            found["utility", i, part] = getattr(utility, part)
    return found


def _arm(
    game: Game,
    *,
    table: Table,
    inputs: Inputs,
    groups: Sequence[Group],
    explained: Collection[int],
) -> Arm:
    everyone = range(len(game.actors))
    return Arm(
        inputs=inputs,
        p=tuple(table["p", i] for i in everyone),
        by_level={i: table["by_level", i] for i in explained},
        by_rule={
            i: {name: (share, table["by_rule", i, name]) for name, share in groups[i].parts}
            for i in explained
        },
        own={i: table["own", i] for i in explained},
        weights=tuple(table["weights", i] for i in everyone),
        scales=table["scales",],
        courses=table["courses",],
        attempts=table["attempts",],
        tails=table["tails",],
        utility={
            i: Utility(**{part: table["utility", i, part] for part in PARTS}) for i in explained
        },
        level_shares=table["level_shares",],
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
    return 9 * numbers  # eight bytes each, and some more while it is worked out


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
    explained: int | None = None,
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
    explained : int, optional
        Place of the one actor of whom what explains its answer is kept, under the trigger alone;
        of every actor in both arms by default.

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
    kept = None if explained is None else ((), (explained,))
    without, under = solve(game, arms=arms, level0=start, groups=groups, explained=kept)
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
