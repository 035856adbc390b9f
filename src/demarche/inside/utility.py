"""Expected utility of each own strategy to each faction, given beliefs about the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.inside.draws import Inputs
from demarche.inside.game import Game

__all__ = [
    "Movement",
    "Payoffs",
    "Utility",
    "expected_utility",
    "movements",
    "prepare",
    "total_utility",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Menu = Sequence[tuple[int, ...]]
"""Strategies of one actor, each by the places of its courses."""
JOINT_LIMIT = 65_536
"""Largest number of joint strategies that the exact expectation enumerates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoffs:
    """What the payoff model needs of one arm, computed once.

    ``moves[i]`` (strategies, K, B): coupled movement of each issue by a strategy of actor i.
    ``costs[i]`` (factions of i, strategies, B). ``weight`` (F, K, B): share of each issue in a
    faction's concern. ``crosses[l]``: per actor, which strategies cross red line l.
    ``answered[l]``: which strategies of its owner hold an announced answer. ``patterns[i]``: the
    ways in which strategies of actor i answer its lines, and the place of each strategy's.
    """

    inputs: Inputs
    moves: tuple[Floats, ...]
    costs: tuple[Floats, ...]
    weight: Floats
    crosses: tuple[tuple[Bools, ...], ...]
    answered: tuple[Bools, ...]
    owner: tuple[int, ...]
    patterns: tuple[tuple[tuple[tuple[bool, ...], ...], tuple[int, ...]], ...]
    menus: tuple[Menu, ...]
    triggered: tuple[bool, ...]
    members: tuple[tuple[int, ...], ...]
    hold: Bools
    rho: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Utility:
    """Expected utility of an actor's strategies and its parts, which add up to it.

    ``total`` (factions, strategies, B); ``issues`` (factions, strategies, K, B); ``cost`` and
    ``audience`` (factions, strategies, B). All are losses written as negative numbers.
    """

    total: Floats
    issues: Floats
    cost: Floats
    audience: Floats


def prepare(
    game: Game, *, inputs: Inputs, with_trigger: bool, like: Payoffs | None = None
) -> Payoffs:
    """Payoff tables of one arm; what ``like`` has of the very same inputs is taken from it."""
    menus = like.menus if like is not None else menus_of(game)
    members = tuple(tuple(game.factions_of(i)) for i in range(len(game.actors)))
    total = inputs.salience.sum(axis=1, keepdims=True)
    crosses, answered, owner, triggered = [], [], [], []
    if like is None:
        course_at = {course.id: c for c, course in enumerate(game.courses)}
        for line in game.red_lines:
            crossing = [course_at[id] for id in line.crossed_by]
            answering = [course_at[id] for id in line.answers]
            i = game.actor_index(line.actor)
            crosses.append(
                tuple(np.asarray(taken[:, crossing].any(axis=1)) for taken in game.taken)
            )
            answered.append(np.asarray(game.taken[i][:, answering].any(axis=1)))
            owner.append(i)
    for line in game.red_lines:
        triggered.append(with_trigger and game.trigger.id in line.crossed_by_triggers)
    return Payoffs(
        inputs=inputs,
        menus=menus,
        moves=(
            like.moves
            if like is not None and _same(inputs, like.inputs, "feasibility", "effect", "coupling")
            else _moves(inputs, menus=menus)
        ),
        costs=(
            like.costs
            if like is not None and _same(inputs, like.inputs, "cost")
            else tuple(
                _costs(inputs, menu=m, own=own) for m, own in zip(menus, members, strict=True)
            )
        ),
        weight=inputs.salience / total,
        crosses=tuple(crosses) if like is None else like.crosses,
        answered=tuple(answered) if like is None else like.answered,
        owner=tuple(owner) if like is None else like.owner,
        patterns=(
            tuple(_patterns(i, menu=m, owner=owner, answered=answered) for i, m in enumerate(menus))
            if like is None
            else like.patterns
        ),
        triggered=tuple(triggered),
        members=members,
        hold=np.array([issue.ends == "hold" for issue in game.issues]),
        rho=game.rho,
    )


def menus_of(game: Game) -> tuple[Menu, ...]:
    """Strategies of every actor, each by the places of its courses."""
    return tuple(
        tuple(tuple(c for c, held in enumerate(row) if held) for row in taken.tolist())
        for taken in game.taken
    )


def _patterns(
    actor: int, *, menu: Menu, owner: Sequence[int], answered: Sequence[Bools]
) -> tuple[tuple[tuple[bool, ...], ...], tuple[int, ...]]:
    """Ways in which strategies answer an actor's red lines, and the place of each strategy's."""
    own = [answered[line].tolist() for line, i in enumerate(owner) if i == actor]
    found: dict[tuple[bool, ...], int] = {}
    which = tuple(
        found.setdefault(tuple(row[s] for row in own), len(found)) for s in range(len(menu))
    )
    return tuple(found), which


def _same(inputs: Inputs, other: Inputs, *tables: str) -> bool:
    return all(getattr(inputs, name) is getattr(other, name) for name in tables)


def _moves(inputs: Inputs, *, menus: Sequence[Menu]) -> tuple[Floats, ...]:
    """Coupled movement of each issue by every strategy, (strategies, K, B) by actor."""
    issues, count = inputs.status_quo.shape
    expected = inputs.feasibility[:, None, :] * inputs.effect
    coupling = inputs.coupling + np.eye(issues)[:, :, None]
    found = []
    for menu in menus:
        direct = np.empty((len(menu), issues, count))
        for s, moved in enumerate(_sums(menu, dict(enumerate(expected)))):
            direct[s] = moved
        through = np.zeros_like(direct)
        for to in range(issues):
            for source in range(issues):
                through[:, to] += coupling[to, source] * direct[:, source]
        found.append(through)
    return tuple(found)


def _costs(inputs: Inputs, *, menu: Menu, own: Sequence[int]) -> Floats:
    """What each strategy costs the factions of an actor, (factions, strategies, B)."""
    bill = np.empty((len(own), len(menu), inputs.precision.shape[0]))
    price = {c: inputs.cost[list(own), c] for c in sorted({c for m in menu for c in m})}
    for s, cost in enumerate(_sums(menu, price)):
        bill[:, s] = cost
    return bill


def _sums(menu: Menu, each: Mapping[int, Floats]) -> Iterator[Floats | float]:
    """Sum over the courses of every strategy, in their order; what several begin with is shared."""
    begun: dict[tuple[int, ...], Floats | float] = {(): 0.0}
    for courses in menu:
        for n, c in enumerate(courses):
            if courses[: n + 1] not in begun:
                begun[courses[: n + 1]] = begun[courses[:n]] + each[c]
        yield begun[courses]


def _audience(payoffs: Payoffs, *, actor: int, beliefs: tuple[Floats, ...]) -> Audience:
    """Expected audience cost: chance that a line is crossed by others, where it goes unanswered."""
    lines = [index for index, owner in enumerate(payoffs.owner) if owner == actor]
    count = payoffs.inputs.precision.shape[0]
    patterns, which = payoffs.patterns[actor]
    loss = np.zeros((len(payoffs.members[actor]), len(patterns), count))
    for at, index in enumerate(lines):
        spared = np.ones(count)
        for j, crossing in enumerate(payoffs.crosses[index]):
            if j != actor and crossing.any():
                spared = spared * (1.0 - beliefs[j][crossing].sum(axis=0))
        chance = np.ones(count) if payoffs.triggered[index] else 1.0 - spared
        for row, f in enumerate(payoffs.members[actor]):
            term = payoffs.inputs.audience[f, index] * chance
            for place, pattern in enumerate(patterns):
                if not pattern[at]:
                    loss[row, place] += term
    return Audience(loss=loss, which=which)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Audience costs (factions, patterns, B) of strategies that answer the same lines.

    ``which`` gives the pattern of each strategy.
    """

    loss: Floats
    which: tuple[int, ...]

    def onto(self, total: Floats) -> None:
        """Add each strategy's cost to a table (factions, strategies, B)."""
        for s, place in enumerate(self.which):
            total[:, s] += self.loss[:, place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Mean and variance (issues, B) of what one actor moves, as it is believed to choose."""

    mean: Floats
    spread: Floats


def movements(payoffs: Payoffs, *, beliefs: tuple[Floats, ...]) -> tuple[Movement, ...]:
    """What every actor is expected to move, the same to all who look on; empty where not needed."""
    if _is_exact(payoffs):
        return ()
    found = []
    for moves, belief in zip(payoffs.moves, beliefs, strict=True):
        weighted = belief[:, None, :] * moves
        mean = weighted.sum(axis=0)
        weighted *= moves
        found.append(Movement(mean=mean, spread=weighted.sum(axis=0) - mean * mean))
    return tuple(found)


def _is_exact(payoffs: Payoffs) -> bool:
    """Whether the expectation is taken over all joint strategies."""
    return payoffs.rho != 2 or bool(payoffs.hold.any())


def total_utility(
    payoffs: Payoffs,
    *,
    actor: int,
    beliefs: tuple[Floats, ...],
    moved: tuple[Movement, ...] | None = None,
) -> Floats:
    """The total of :func:`expected_utility`, the same bytes in less than half the time.

    ``moved`` is what :func:`movements` finds of the same beliefs.
    """
    total: Floats
    if _is_exact(payoffs):
        total = _exact(payoffs, actor=actor, beliefs=beliefs).sum(axis=2)
    else:
        moved = movements(payoffs, beliefs=beliefs) if moved is None else moved
        total = _total(payoffs, actor=actor, moved=moved, losses=None)
    total += payoffs.costs[actor]
    _audience(payoffs, actor=actor, beliefs=beliefs).onto(total)
    np.negative(total, out=total)
    return total


def expected_utility(
    payoffs: Payoffs, *, actor: int, beliefs: tuple[Floats, ...]
) -> Utility:  # fmt: skip
    r"""Expected utility of each own strategy to each faction of an actor.

    .. math::

        EU_f(s) = -\sum_k w_{fk} \, E|o_k - x_{fk}|^\rho / 100^\rho
                  - \sum_{c \in s} \kappa_{fc} - \sum_l \alpha_{fl} P(l \text{ broken})

    With :math:`\rho = 2` and no issue held at its ends the expectation is taken through the means
    and variances of the others' movement; otherwise over all joint strategies, at most 65536.

    Parameters
    ----------
    payoffs : Payoffs
    actor : int
        Place of the deciding actor.
    beliefs : tuple of arrays (strategies, B)
        What is believed of every actor; the entry of the actor itself is not used.

    Raises
    ------
    MethodError
        If the exact expectation would need more than 65536 joint strategies.
    """
    total, losses = _losses(payoffs, actor=actor, beliefs=beliefs)
    cost, audience = payoffs.costs[actor], np.zeros(total.shape)
    _audience(payoffs, actor=actor, beliefs=beliefs).onto(audience)
    total += cost
    total += audience
    for table in (total, losses, audience):
        np.negative(table, out=table)
    return Utility(total=total, issues=losses, cost=-cost, audience=audience)


def _losses(
    payoffs: Payoffs, *, actor: int, beliefs: tuple[Floats, ...]
) -> tuple[Floats, Floats]:  # fmt: skip
    """Expected losses by issue, summed and each (factions, strategies, issues, B)."""
    exact = _is_exact(payoffs)
    losses = (_exact if exact else _moments)(payoffs, actor=actor, beliefs=beliefs)
    return losses.sum(axis=2), losses


def _moments(payoffs: Payoffs, *, actor: int, beliefs: tuple[Floats, ...]) -> Floats:
    """Expected losses (factions, strategies, issues, B) from means and variances."""
    strategies, issues, count = payoffs.moves[actor].shape
    losses = np.empty((len(payoffs.members[actor]), strategies, issues, count))
    moved = movements(payoffs, beliefs=beliefs)
    _total(payoffs, actor=actor, moved=moved, losses=losses)
    return losses


def _total(
    payoffs: Payoffs, *, actor: int, moved: tuple[Movement, ...], losses: Floats | None
) -> Floats:
    """Sum of the expected losses over issues; each of them into ``losses`` if it is given."""
    own = payoffs.moves[actor]
    strategies, issues, count = own.shape
    mean, spread = np.zeros((issues, count)), np.zeros((issues, count))
    for j, other in enumerate(moved):
        if j != actor:
            mean += other.mean
            spread += other.spread
    start = payoffs.inputs.status_quo + mean
    total = np.empty((len(payoffs.members[actor]), strategies, count))
    held = np.empty((strategies, count))
    for row, f in enumerate(payoffs.members[actor]):
        gap, weight = start - payoffs.inputs.position[f], payoffs.weight[f] / 1e4
        for k in range(issues):
            loss = losses[row, :, k] if losses is not None else held if k else total[row]
            np.add(own[:, k], gap[k], out=loss)
            loss *= loss
            loss += spread[k]
            loss *= weight[k]
            if k:
                total[row] += loss
            elif losses is not None:
                total[row] = loss
    return total


def _exact(payoffs: Payoffs, *, actor: int, beliefs: tuple[Floats, ...]) -> Floats:
    own = payoffs.moves[actor]
    strategies, issues, count = own.shape
    others = [j for j in range(len(payoffs.moves)) if j != actor]
    joint = (
        int(np.prod([payoffs.moves[j].shape[0] for j in others], dtype=np.int64)) if others else 1
    )
    if joint * strategies > JOINT_LIMIT:
        raise MethodError(
            f"the exact expectation would need {joint * strategies} joint strategies, at most "
            f'{JOINT_LIMIT} are enumerated: use rho = 2 with ends = "open", or fewer postures.'
        )
    losses = np.zeros((len(payoffs.members[actor]), strategies, issues, count))
    for index in range(joint):
        rest, chance = index, np.ones(count)
        moved = payoffs.inputs.status_quo.copy()
        for j in others:
            rest, s = divmod(rest, payoffs.moves[j].shape[0])
            chance = chance * beliefs[j][s]
            moved = moved + payoffs.moves[j][s]
        outcome = own + moved
        outcome[:, payoffs.hold] = np.clip(outcome[:, payoffs.hold], 0.0, 100.0)
        for row, f in enumerate(payoffs.members[actor]):
            gap = np.abs(outcome - payoffs.inputs.position[f]) / 100.0
            losses[row] += chance * payoffs.weight[f] * gap**payoffs.rho
    return losses
