"""The game of a case: who decides, what each may do, and every uncertain input as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import TermError
from demarche.inside.strategies import Strategy, strategies_of
from demarche.terms import (
    Actor,
    Case,
    Channel,
    CourseOfAction,
    Faction,
    Issue,
    Range,
    RedLine,
    Shift,
    Trigger,
)

__all__ = ["Game", "Parameter", "build_game"]

Bools = NDArray[np.bool_]
TABLES = (
    "position",
    "salience",
    "capability",
    "effect",
    "cost",
    "feasibility",
    "status_quo",
    "coupling",
    "audience",
    "shift",
    "precision",
    "depth",
)
"""Order in which inputs are numbered, so that a draw depends on seed, count and place only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One uncertain input: which table, which cell, its range, and words for it."""

    table: str
    cell: tuple[int, ...]
    range: Range
    label: str
    because: str
    logarithmic: bool = False

    @property
    def key(self) -> tuple[int, ...]:
        """Place of the input in the case, as numbers."""
        return (TABLES.index(self.table), *self.cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """Everything fixed about a case before anything is drawn.

    ``taken[i]`` has shape (strategies of actor i, courses) and says which courses a strategy holds.
    """

    case: str
    actors: tuple[Actor, ...]
    factions: tuple[Faction, ...]
    issues: tuple[Issue, ...]
    courses: tuple[CourseOfAction, ...]
    channels: tuple[Channel, ...]
    red_lines: tuple[RedLine, ...]
    trigger: Trigger
    strategies: tuple[tuple[Strategy, ...], ...]
    taken: tuple[Bools, ...]
    parameters: tuple[Parameter, ...]
    rungs: int
    levels: int
    rho: int

    def actor_index(self, id: str) -> int:
        """Place of a deciding actor.

        Raises
        ------
        TermError
            If the actor has no courses of its own.
        """
        for index, actor in enumerate(self.actors):
            if actor.id == id:
                return index
        known = ", ".join(actor.id for actor in self.actors)
        raise TermError(f"actor {id!r} has no courses of its own; those who decide are {known}.")

    def factions_of(self, actor: int) -> list[int]:
        """Places of the factions of one deciding actor."""
        id = self.actors[actor].id
        return [index for index, faction in enumerate(self.factions) if faction.actor == id]

    def moved_issues(self, actor: int) -> Bools:
        """Which issues a course of this actor moves, directly or through a channel."""
        moved = np.zeros(len(self.issues), dtype=bool)
        place = {issue.id: k for k, issue in enumerate(self.issues)}
        for course in self.courses:
            if course.actor == self.actors[actor].id:
                for effect in course.effects:
                    moved[place[effect.issue]] = True
        through = moved.copy()
        for channel in self.channels:
            if moved[place[channel.from_issue]]:
                through[place[channel.to_issue]] = True
        return through


def build_game(case: Case, *, trigger: str) -> Game:
    """The game of a case under one trigger.

    Raises
    ------
    TermError
        If an actor has no feasible strategy or too many.
    """
    actors = case.deciding()
    owners = {actor.id for actor in actors}
    factions = tuple(faction for faction in case.factions if faction.actor in owners)
    strategies = tuple(strategies_of(actor.id, case=case) for actor in actors)
    place = {course.id: index for index, course in enumerate(case.courses)}
    taken = []
    for menu in strategies:
        table = np.zeros((len(menu), len(case.courses)), dtype=bool)
        for row, strategy in enumerate(menu):
            for id in strategy.courses:
                table[row, place[id]] = True
        taken.append(table)
    chosen = case.trigger(trigger)
    lines = tuple(line for line in case.red_lines if line.actor in owners)
    return Game(
        case=case.id,
        actors=actors,
        factions=factions,
        issues=case.issues,
        courses=case.courses,
        channels=case.channels,
        red_lines=lines,
        trigger=chosen,
        strategies=strategies,
        taken=tuple(taken),
        parameters=_parameters(case, factions=factions, trigger=chosen, red_lines=lines),
        rungs=len(case.ladder),
        levels=case.settings.levels,
        rho=case.settings.rho,
    )


def _parameters(
    case: Case, *, factions: tuple[Faction, ...], trigger: Trigger, red_lines: tuple[RedLine, ...]
) -> tuple[Parameter, ...]:
    issue_at = {issue.id: k for k, issue in enumerate(case.issues)}
    faction_at = {faction.id: f for f, faction in enumerate(factions)}
    found: list[Parameter] = []

    def add(table: str, cell: tuple[int, ...], range: Range, label: str, because: str) -> None:
        found.append(Parameter(table=table, cell=cell, range=range, label=label, because=because))

    for f, faction in enumerate(factions):
        add(
            "capability", (f,), faction.capability, f"capability of {faction.name}", faction.because
        )
        for stance in faction.stances:
            k = issue_at[stance.issue]
            name = case.issues[k].name
            add(
                "position",
                (f, k),
                stance.position,
                f"position of {faction.name} on {name}",
                stance.because,
            )
            add(
                "salience",
                (f, k),
                stance.salience,
                f"salience of {name} to {faction.name}",
                stance.because,
            )
    for c, course in enumerate(case.courses):
        add(
            "feasibility",
            (c,),
            course.feasibility,
            f"feasibility of {course.label}",
            course.feasibility_because,
        )
        for effect in course.effects:
            k = issue_at[effect.issue]
            add(
                "effect",
                (c, k),
                effect.points,
                f"effect of {course.label} on {case.issues[k].name}",
                effect.because,
            )
        for cost in course.costs:
            f = faction_at[cost.faction]
            add(
                "cost",
                (f, c),
                cost.share,
                f"cost of {course.label} to {factions[f].name}",
                cost.because,
            )
    for k, issue in enumerate(case.issues):
        add("status_quo", (k,), issue.status_quo, f"status quo of {issue.name}", issue.because)
    for channel in case.channels:
        add(
            "coupling",
            (issue_at[channel.to_issue], issue_at[channel.from_issue]),
            channel.weight,
            f"channel {channel.id}",
            channel.because,
        )
    for index, line in enumerate(red_lines):
        for cost in line.audience:
            f = faction_at[cost.faction]
            add(
                "audience",
                (f, index),
                cost.share,
                f"audience cost of {line.id} to {factions[f].name}",
                cost.because,
            )
    for index, shift in enumerate(trigger.shifts):
        add(
            "shift",
            (index,),
            shift.by,
            _shift_label(case, shift, number=index + 1, among=trigger.shifts),
            shift.because,
        )
    add("precision", (0,), case.settings.precision, "precision of choice (lambda)", "convention")
    add("depth", (0,), case.settings.depth, "depth of anticipation (tau)", "convention")
    return tuple(
        Parameter(
            table=p.table,
            cell=p.cell,
            range=p.range,
            label=p.label,
            because=p.because,
            logarithmic=p.table == "precision",
        )
        for p in found
    )


def _shift_label(case: Case, shift: Shift, *, number: int, among: tuple[Shift, ...]) -> str:
    """What a trigger's shift changes and how, in names; numbered where two change the same."""
    names = {issue.id: issue.name for issue in case.issues}
    names |= {faction.id: faction.name for faction in case.factions}
    names |= {course.id: course.label for course in case.courses}
    of = ", ".join(names.get(id, id) for id in shift.of)
    same = [s for s in among if (s.on, s.of, s.how) == (shift.on, shift.of, shift.how)]
    mark = f"; shift {number}" if len(same) > 1 else ""
    how = (
        "added" if shift.how == "add" else "a factor" if shift.how == "multiply" else "a new value"
    )
    return f"effect of the trigger on {shift.on.replace('_', ' ')} of {of} ({how}{mark})"


def shift_cell(game: Game, *, on: str, of: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the cell that a shift changes.

    Raises
    ------
    TermError
        If an id is unknown.
    """
    issues = [issue.id for issue in game.issues]
    factions = [faction.id for faction in game.factions]
    courses = [course.id for course in game.courses]
    lines = [line.id for line in game.red_lines]
    axes = {
        "position": (factions, issues),
        "salience": (factions, issues),
        "capability": (factions,),
        "effect": (courses, issues),
        "cost": (factions, courses),
        "feasibility": (courses,),
        "status_quo": (issues,),
        "coupling": (issues, issues),
        "audience": (factions, lines),
    }[on]
    if len(of) != len(axes):
        raise TermError(f"a shift on {on} names {len(axes)} ids, got {list(of)}.")
    cell = []
    for id, axis in zip(of, axes, strict=True):
        if id not in axis:
            raise TermError(f"a shift on {on} names {id!r}, which does not decide or exist here.")
        cell.append(axis.index(id))
    return tuple(reversed(cell)) if on == "coupling" else tuple(cell)
