"""The graph model of a case: its joint strategies as states, preferences from the payoff model."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.inside.draws import arms_of, at_modes
from demarche.inside.game import Game
from demarche.inside.graph import Conflict, DecisionMaker, Option
from demarche.inside.levels import InsideView
from demarche.inside.stable_states import CONCEPTS, Held, holds, what_holds
from demarche.inside.utility import Payoffs, prepare

__all__ = ["CaseConflict", "HeldMove", "conflict_of", "held_moves"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST = 4096
TIE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseConflict:
    """A case as a graph model. ``joint[s]`` are the strategies of all actors in state s.

    ``likeliest`` is the state of every actor's most probable strategy, ``left_out`` says which
    strategies were dropped to keep within 4096 states, ``utility`` (actors, states) what the
    orders of preference come from: the factions' mean, each on its own scale, at the modes.
    """

    conflict: Conflict
    joint: tuple[tuple[int, ...], ...]
    utility: Floats
    likeliest: int
    left_out: tuple[str, ...]


def conflict_of(view: InsideView, *, most: int = MOST, tie: float = TIE) -> CaseConflict:
    """States, moves and preferences of a case under the trigger, inputs at their modes.

    Options are the courses; a state is a joint strategy. Preference is the mean utility of an
    actor's factions by weight, each divided by its own scale (the leader's alone under ``leader``);
    states closer than ``tie`` of the range count as equal. Beyond ``most`` states each actor keeps
    its most probable strategies.

    Raises
    ------
    MethodError
        If there is one actor only, or more than 62 courses.
    """
    game = view.game
    if len(game.actors) < 2:
        raise MethodError("a graph model needs two actors with courses of their own.")
    if len(game.courses) > 62:
        raise MethodError(f"a graph model holds at most 62 courses, got {len(game.courses)}.")
    kept, left_out = _kept(view, most=most)
    joint, patterns = _states(view, kept=kept)
    utility = _utility(view, joint=joint)
    makers = []
    for i, actor in enumerate(game.actors):
        own = tuple(c for c, course in enumerate(game.courses) if course.actor == actor.id)
        rank = _ranks(utility[i], tie=tie)
        makers.append(DecisionMaker(name=actor.name, options=own, low=rank, high=rank))
    top = tuple(int(np.argmax(view.under.p[i].mean(axis=1))) for i in range(len(game.actors)))
    return CaseConflict(
        conflict=Conflict(
            name=game.case,
            options=tuple(Option(name=course.label) for course in game.courses),
            makers=tuple(makers),
            patterns=patterns,
        ),
        joint=joint,
        utility=utility,
        likeliest=_place(view, joint=joint, patterns=patterns, wanted=top),
        left_out=left_out,
    )


def _bits(game: Game, *, actor: int, strategy: int) -> int:
    """The courses of one strategy as bits."""
    return sum(1 << c for c in game.taken[actor][strategy].nonzero()[0].tolist())


def _place(
    view: InsideView,
    *,
    joint: tuple[tuple[int, ...], ...],
    patterns: Ints,
    wanted: tuple[int, ...],
) -> int:
    if wanted in joint:
        return joint.index(wanted)
    bits = sum(_bits(view.game, actor=i, strategy=s) for i, s in enumerate(wanted))
    return int(np.searchsorted(patterns, bits))


def _kept(view: InsideView, *, most: int) -> tuple[list[list[int]], tuple[str, ...]]:
    """Strategies of every actor that take part, and what was left out, least probable first."""
    game = view.game
    kept = [list(range(len(menu))) for menu in game.strategies]
    chance = [p.mean(axis=1) for p in view.under.p]
    left_out = []
    while np.prod([len(menu) for menu in kept], dtype=object) > most:
        i, s = min(
            ((i, s) for i, menu in enumerate(kept) if len(menu) > 2 for s in menu),
            key=lambda pair: (chance[pair[0]][pair[1]], pair),
            default=(-1, -1),
        )
        if i < 0:
            raise MethodError(f"{len(kept)} actors with two strategies each pass {most} states.")
        kept[i].remove(s)
        left_out.append(f"{game.actors[i].name}: {game.strategies[i][s].label}")
    return kept, tuple(left_out)


def _states(
    view: InsideView, *, kept: list[list[int]]
) -> tuple[tuple[tuple[int, ...], ...], NDArray[np.int64]]:
    """Joint strategies in order of their bits, those with the same courses once."""
    found: dict[int, tuple[int, ...]] = {}
    bits = [[_bits(view.game, actor=i, strategy=s) for s in menu] for i, menu in enumerate(kept)]
    for strategies, held in zip(product(*kept), product(*bits), strict=True):
        found.setdefault(sum(held), strategies)  # courses of different actors are different bits
    patterns = np.array(sorted(found), dtype=np.int64)
    return tuple(found[int(p)] for p in patterns), patterns


def _utility(view: InsideView, *, joint: tuple[tuple[int, ...], ...]) -> Floats:
    game = view.game
    inputs = arms_of(game, values=at_modes(game, draws=1))[1]
    payoffs = prepare(game, inputs=inputs, with_trigger=True)
    chosen = np.array(joint)
    outcome = inputs.status_quo[:, 0] + sum(
        (payoffs.moves[j][chosen[:, j], :, 0] for j in range(chosen.shape[1])),
        np.zeros((len(joint), len(game.issues))),
    )
    outcome[:, payoffs.hold] = np.clip(outcome[:, payoffs.hold], 0.0, 100.0)
    scales = view.under.scales.mean(axis=1)
    found = np.zeros((len(game.actors), len(joint)))
    start = 0
    for i in range(len(game.actors)):
        members = payoffs.members[i]
        own = scales[start : start + len(members)]
        start += len(members)
        weights = view.under.weights[i].mean(axis=1)
        if view.groups[i].rule == "leader":
            weights = np.eye(len(members))[view.groups[i].leader]
        broken = _broken(payoffs, actor=i, chosen=chosen)
        for row, f in enumerate(members):
            if own[row] <= 0:
                continue
            gap = np.abs(outcome - inputs.position[f, :, 0]) / 100.0
            value = -(payoffs.weight[f, :, 0] * gap**payoffs.rho).sum(axis=1)
            value -= payoffs.costs[i][row, chosen[:, i], 0]
            for line, states in broken:
                value -= inputs.audience[f, line, 0] * states
            found[i] += weights[row] * value / own[row]
    return found


def _broken(payoffs: Payoffs, *, actor: int, chosen: Ints) -> list[tuple[int, NDArray[np.bool_]]]:
    """Red lines of an actor, and the states in which each is crossed and left unanswered."""
    found = []
    for line, owner in enumerate(payoffs.owner):
        if owner != actor:
            continue
        crossed = np.full(len(chosen), payoffs.triggered[line])
        for j, crossing in enumerate(payoffs.crosses[line]):
            if j != actor:
                crossed |= crossing[chosen[:, j]]
        found.append((line, crossed & ~payoffs.answered[line][chosen[:, actor]]))
    return found


def _ranks(utility: Floats, *, tie: float) -> NDArray[np.int64]:
    """Ranks with ties: a new rank where the gap to the first of the group passes ``tie``."""
    width = float(np.ptp(utility))
    rank = np.zeros(utility.size, dtype=np.int64)
    order = np.argsort(utility, kind="stable")
    at, first = 0, float(utility[order[0]])
    for state in order:
        if utility[state] - first > tie * width:
            at, first = at + 1, float(utility[state])
        rank[state] = at
    return rank


def _percent(p: float) -> str:
    return "under 1 %" if p < 0.01 else "over 99 %" if p > 0.99 else f"{100 * p:.0f} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMove:
    """One improvement of an actor from the likeliest state, and what holds it off, in names.

    ``answer`` is the sequence of (actor, what it then does); empty if nothing holds the move off.
    """

    actor: str
    move: str
    answer: tuple[tuple[str, str], ...]
    credible: bool
    escape: bool
    chance: float

    @property
    def sentence(self) -> str:
        """The row in words."""
        if not self.answer:
            return (
                f"“{self.move}” would serve {self.actor} better, and no answer of the others takes "
                f"that away; the inside view gives it {_percent(self.chance)}."
            )
        way = ", then ".join(f"{who} with {what}" for who, what in self.answer)
        kind = (
            "each step serves who takes it"
            if self.credible
            else "a threat: not every step serves who takes it"
        )
        more = " It could get out of that again." if self.escape else ""
        return (
            f"“{self.move}” would serve {self.actor} better, were it not for the answer: {way} "
            f"({kind}).{more} The inside view gives it {_percent(self.chance)}."
        )


def held_moves(
    view: InsideView, *, actor: int, model: CaseConflict | None = None
) -> tuple[tuple[HeldMove, ...], dict[str, bool]]:
    """What holds an actor's improvements back from the likeliest state, and its stability.

    An explanation, not a probability: with several actors most states are stable by some concept.
    """
    model = model or conflict_of(view)
    state = model.likeliest
    rows = [
        _named(view, model=model, row=row)
        for row in what_holds(model.conflict, state=state, maker=actor)
    ]
    verdicts = {
        concept: holds(model.conflict, state=state, maker=actor, concept=concept)
        for concept in CONCEPTS
    }
    return tuple(sorted(rows, key=lambda r: (-r.chance, r.move))), verdicts


def _named(view: InsideView, *, model: CaseConflict, row: Held) -> HeldMove:
    game = view.game

    def doing(maker: int, state: int) -> str:
        return game.strategies[maker][model.joint[state][maker]].label

    strategy = model.joint[row.to][row.maker]
    return HeldMove(
        actor=game.actors[row.maker].name,
        move=doing(row.maker, row.to),
        answer=tuple((game.actors[j].name, doing(j, s)) for j, s in row.sanction),
        credible=row.credible,
        escape=row.escape,
        chance=float(view.under.p[row.maker][strategy].mean()),
    )
