"""What one actor does under the trigger, without what only explanations need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.inside.choices import Start, choose, happens, range_at, start_of, starts_of
from demarche.inside.draws import Inputs, arms_of, draw, shifted
from demarche.inside.game import Game
from demarche.inside.levels import BLOCK, Level0, groups_of, uniform_level0
from demarche.inside.rules import Group

__all__ = ["Answers", "World", "answers", "answers_in_worlds", "one_answer"]

Floats = NDArray[np.float64]


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
    level0 = level0 or (uniform_level0(game), uniform_level0(game))
    found: list[list[Answers]] = [[] for _ in groups]
    for begin in range(0, values.shape[1], BLOCK):
        arms = arms_of(game, values=values[:, begin : begin + BLOCK])
        before, start = starts_of(game, arms=arms, level0=level0)
        scales = _wider(range_at(before), range_at(start))
        for variant, parts in zip(groups, found, strict=True):
            parts.append(_answer(game, start=start, scales=scales, groups=variant, actor=actor))
    return tuple(_joined(parts) for parts in found)


def one_answer(
    game: Game, *, actor: int, seed: int, draws: int, level0: tuple[Level0, Level0] | None = None
) -> Answers:
    """One actor's answer as :func:`inside_view` finds it under the trigger, and nothing else."""
    values = draw(game, draws=draws, seed=seed)
    return answers(game, values=values, actor=actor, groups=[groups_of(game)], level0=level0)[0]


def _wider(without: Sequence[Floats], under: Sequence[Floats]) -> list[Floats]:
    return [np.maximum(a, b) for a, b in zip(without, under, strict=True)]


def _answer(
    game: Game, *, start: Start, scales: Sequence[Floats], groups: Sequence[Group], actor: int
) -> Answers:
    chosen = choose(game, start=start, scales=scales, groups=groups, only=actor)
    own = [c for c, course in enumerate(game.courses) if course.actor == game.actors[actor].id]
    courses, _, tails = happens(game, payoffs=start.payoffs, p=chosen.mixed)
    return Answers(courses=courses[own], tails=tails[actor], p=chosen.mixed[actor])


def _joined(parts: Sequence[Answers]) -> Answers:
    if len(parts) == 1:
        return parts[0]
    return Answers(
        courses=np.concatenate([part.courses for part in parts], axis=-1),
        tails=np.concatenate([part.tails for part in parts], axis=-1),
        p=np.concatenate([part.p for part in parts], axis=-1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A trigger in part: which of its shifts, whether it crosses red lines, and level 0 under it.

    ``shifts`` holds places among the trigger's shifts.
    """

    shifts: tuple[int, ...]
    crosses: bool
    level0: Level0


def answers_in_worlds(
    game: Game,
    *,
    values: Floats,
    actor: int,
    groups: Sequence[Group],
    level0: Level0,
    worlds: Sequence[World],
) -> tuple[Answers, ...]:
    """One actor's answer in several worlds, all from the same draws, many worlds at once.

    Parameters
    ----------
    values : array (parameters, B)
        Drawn inputs.
    level0 : sequence of arrays
        Level 0 without the trigger, the same for all.
    worlds : sequence of World
    """
    count = values.shape[1]
    before = start_of(
        game, inputs=arms_of(game, values=values, only=())[0], with_trigger=False, level0=level0
    )
    widths = range_at(before)
    found: dict[int, Answers] = {}
    most = max(1, BLOCK // count)
    for crosses in (False, True):
        alike = [w for w, world in enumerate(worlds) if world.crosses == crosses]
        for begin in range(0, len(alike), most):
            some = alike[begin : begin + most]
            start = start_of(
                game,
                inputs=_side_by_side(game, values=values, worlds=[worlds[w] for w in some]),
                with_trigger=crosses,
                level0=[
                    np.concatenate([np.repeat(p[:, None], count, axis=1) for p in beliefs], axis=1)
                    for beliefs in zip(*(worlds[w].level0 for w in some), strict=True)
                ],
            )
            tiled = [np.tile(width, len(some)) for width in widths]
            scales = _wider(tiled, range_at(start))
            answer = _answer(game, start=start, scales=scales, groups=groups, actor=actor)
            for place, w in enumerate(some):
                found[w] = _at(answer, slice(place * count, (place + 1) * count))
    return tuple(found[w] for w in range(len(worlds)))


def _at(answer: Answers, draws: slice) -> Answers:
    return Answers(
        courses=answer.courses[:, draws], tails=answer.tails[:, draws], p=answer.p[:, draws]
    )


def _side_by_side(game: Game, *, values: Floats, worlds: Sequence[World]) -> Inputs:
    """Inputs of several worlds, one after the other along the draws."""
    count = values.shape[1]
    where: dict[int, NDArray[np.bool_]] = {}
    for place, world in enumerate(worlds):
        for n in sorted(world.shifts):
            where.setdefault(n, np.zeros(count * len(worlds), dtype=np.bool_))
            where[n][place * count : (place + 1) * count] = True
    tiled = np.tile(values, (1, len(worlds)))
    return shifted(game, values=tiled, by=dict(sorted(where.items())))[1]
