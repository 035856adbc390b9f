"""Two coders of one case: where their inputs differ, what that changes, and a case of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demarche import inside
from demarche.cases import dump_case, parse_case
from demarche.desk.answer import AnsweredCourse
from demarche.desk.ask import Forecaster
from demarche.desk.merge import Merged, Structure, merge_cases, same_units, structure_of
from demarche.errors import CaseError, QuestionError
from demarche.inside import Game, Parameter
from demarche.inside.draws import arms_of, at_modes
from demarche.inside.levels import groups_of, solve_under, uniform_level0
from demarche.terms import Case, Range

__all__ = ["CodedCourse", "Comparison", "InputGap", "compare_cases"]

ZERO = Range(0.0, 0.0, 0.0)
OPTIONAL = ("effect", "cost", "audience", "coupling")
"""Inputs that are zero where a coder does not name them."""
SPANS = {"position": 100.0, "status_quo": 100.0, "salience": 1.0, "feasibility": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputGap:
    """One input as both coders set it.

    ``gap`` is the difference of the modes as a share of the scale (of the wider range where the
    input has none); ``meet`` says if the two ranges overlap; ``moves`` is the largest change of a
    course's probability when the second coder's mode replaces the first's, all others at the
    first's modes, and ``course`` which one it is. ``only`` names the coder who alone set it.
    """

    label: str
    kind: str
    first: Range
    second: Range
    gap: float
    meet: bool
    moves: float
    course: str
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedCourse:
    """A course by the first coder, the second, and the case of both: (probability, low, high)."""

    id: str
    label: str
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    both: tuple[float, float, float]

    @property
    def apart(self) -> float:
        """Distance of the two coders' probabilities."""
        return abs(self.first[0] - self.second[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two coders of one case compared; ``merged`` is the case whose ranges hold both.

    ``agreement`` lists (kind, inputs, identical, ranges that meet, mean gap).
    """

    case: str
    names: tuple[str, str]
    trigger: str
    inputs: tuple[InputGap, ...]
    structure: tuple[Structure, ...]
    agreement: tuple[tuple[str, int, int, int, float], ...]
    courses: tuple[CodedCourse, ...]
    merged: Merged
    notes: tuple[str, ...]


def _ids(game: Game, parameter: Parameter) -> tuple[str, ...]:
    """An input by the ids it belongs to, which two coders share whatever their order."""
    names = {
        "f": [f.id for f in game.factions],
        "k": [k.id for k in game.issues],
        "c": [c.id for c in game.courses],
        "l": [line.id for line in game.red_lines],
    }
    axes = {
        "position": "fk",
        "salience": "fk",
        "capability": "f",
        "effect": "ck",
        "cost": "fc",
        "feasibility": "c",
        "status_quo": "k",
        "coupling": "kk",
        "audience": "fl",
    }.get(parameter.table)
    if axes is not None:
        return tuple(names[a][i] for a, i in zip(axes, parameter.cell, strict=True))
    if parameter.table == "shift":
        shift = game.trigger.shifts[parameter.cell[0]]
        return (shift.how, shift.on, *shift.of)
    return ()


def _keyed(game: Game) -> dict[tuple[str, tuple[str, ...], int], Parameter]:
    """Inputs by table, ids, and a number where two share both (two channels of two issues)."""
    found: dict[tuple[str, tuple[str, ...], int], Parameter] = {}
    for parameter in game.parameters:
        ids, number = _ids(game, parameter), 0
        while (parameter.table, ids, number) in found:
            number += 1
        found[parameter.table, ids, number] = parameter
    return found


def _gap(kind: str, a: Range, b: Range) -> float:
    span = SPANS.get(kind, max(a.high, b.high) - min(a.low, b.low))
    return 0.0 if a.mode == b.mode else abs(a.mode - b.mode) / span if span > 0 else 0.0


def _moves(game: Game, rows: Sequence[tuple[int, float]], *, actor: str) -> list[tuple[float, str]]:
    """Largest change of a course when one input alone takes another value, all else at its mode."""
    if not rows:
        return []
    own = [c for c, course in enumerate(game.courses) if course.actor == actor]
    batch = at_modes(game, draws=len(rows) + 1)
    for column, (r, value) in enumerate(rows):
        batch[r, column] = value
    start = (uniform_level0(game), uniform_level0(game))
    under = solve_under(
        game, arms=arms_of(game, values=batch), level0=start, groups=groups_of(game)
    )
    p = under.courses[own]
    change = p[:, :-1] - p[:, -1:]
    found = []
    for column in range(len(rows)):
        c = int(np.argmax(np.abs(change[:, column])))
        found.append((float(change[c, column]), game.courses[own[c]].label))
    return found


def _inputs(a: Game, b: Game, *, names: tuple[str, str], actor: str) -> tuple[InputGap, ...]:
    first, second = _keyed(a), _keyed(b)
    place = {id(p): r for r, p in enumerate(a.parameters)}
    rows: list[tuple[int, float]] = []
    drafts: list[tuple[Parameter, Range, Range, str, int]] = []
    for key in dict.fromkeys([*first, *second]):
        p, q = first.get(key), second.get(key)
        if (p is None or q is None) and key[0] not in OPTIONAL:
            continue
        shown = p or q
        assert shown is not None
        x = p.range if p is not None else ZERO
        y = q.range if q is not None else ZERO
        only = "" if p is not None and q is not None else names[0] if p is not None else names[1]
        column = -1
        if p is not None and x.mode != y.mode:
            column = len(rows)
            rows.append((place[id(p)], float(y.mode)))
        drafts.append((shown, x, y, only, column))
    moved = _moves(a, rows, actor=actor)
    found = [
        InputGap(
            label=shown.label,
            kind=shown.table,
            first=x,
            second=y,
            gap=_gap(shown.table, x, y),
            meet=x.low <= y.high and y.low <= x.high,
            moves=moved[column][0] if column >= 0 else 0.0,
            course=moved[column][1] if column >= 0 else "",
            only=only,
        )
        for shown, x, y, only, column in drafts
    ]
    return tuple(sorted(found, key=lambda g: (-abs(g.moves), -g.gap, g.label)))


def _agreement(inputs: Sequence[InputGap]) -> tuple[tuple[str, int, int, int, float], ...]:
    rows = []
    for kind in dict.fromkeys(["all", *(g.kind for g in inputs)]):
        kept = [g for g in inputs if kind in ("all", g.kind)]
        rows.append(
            (
                kind,
                len(kept),
                sum(g.first == g.second for g in kept),
                sum(g.meet for g in kept),
                float(np.mean([g.gap for g in kept])) if kept else 0.0,
            )
        )
    return tuple(rows)


def compare_cases(
    first: Case,
    second: Case,
    *,
    names: tuple[str, str] = ("A", "B"),
    trigger: str | None = None,
    seed: int,
    draws: int = 1024,
) -> Comparison:
    """Compare two coders' inputs for one case, and carry their disagreement into the ranges.

    The case of both has, for every number, the range from the lower low to the higher high with
    the mode in the middle; where the coders name different decision rules, a mixture of both.
    Capabilities are first put into one unit, actor by actor.

    Parameters
    ----------
    first, second : Case
        The same actors, factions, issues and courses, by id.
    names : (str, str)
        How the coders are called.
    trigger : str, optional
        Known to both; the first case's own by default.
    seed, draws : int
        As for an answer.

    Raises
    ------
    QuestionError
        If the two do not describe the same case, or one does not know the trigger.
    """
    _same(first, second, names=names)
    trigger = trigger or first.question.trigger
    for case in (first, second):
        case.trigger(trigger)
    second, rescaled = same_units(first, second)
    games = tuple(inside.build_game(case, trigger=trigger) for case in (first, second))
    merged = merge_cases(first, second, names=names)
    notes = [*(f"{names[1]}: {text}" for text in rescaled), *merged.notes]
    try:
        parse_case(dump_case(merged.case), file="the case of both")
    except CaseError as error:
        notes.append(f"the case of both does not pass 'check' as it stands: {error}")
    rows = [_answers(case, trigger=trigger, seed=seed, draws=draws) for case in (first, second)]
    both = _answers(merged.case, trigger=trigger, seed=seed, draws=draws)
    courses = tuple(
        CodedCourse(
            id=a.id, label=a.label, first=_three(a), second=_three(b), both=_widened(a, b, m)
        )
        for a, b, m in ((row, _by_id(rows[1], row.id), _by_id(both, row.id)) for row in rows[0])
    )
    inputs = _inputs(games[0], games[1], names=names, actor=first.question.actor)
    return Comparison(
        case=first.id,
        names=names,
        trigger=trigger,
        inputs=inputs,
        structure=structure_of(first, second),
        agreement=_agreement(inputs),
        courses=tuple(sorted(courses, key=lambda c: (-c.apart, c.id))),
        merged=merged,
        notes=tuple(notes),
    )


def _answers(case: Case, *, trigger: str, seed: int, draws: int) -> tuple[AnsweredCourse, ...]:
    forecaster = Forecaster(case, draws=draws, seed=seed)
    return forecaster.courses(trigger, horizon_days=case.question.horizon_days)


def _by_id(rows: Sequence[AnsweredCourse], id: str) -> AnsweredCourse:
    return next(row for row in rows if row.id == id)


def _three(row: AnsweredCourse) -> tuple[float, float, float]:
    return row.probability, row.low, row.high


def _widened(a: AnsweredCourse, b: AnsweredCourse, m: AnsweredCourse) -> tuple[float, float, float]:
    """The case of both; its range never narrower than what either coder's answer covers."""
    return m.probability, min(a.low, b.low, m.low), max(a.high, b.high, m.high)


def _same(first: Case, second: Case, *, names: tuple[str, str]) -> None:
    problems = []
    if first.question.actor != second.question.actor:
        problems.append(f"they ask about {first.question.actor} and {second.question.actor}")
    for what in ("actors", "factions", "issues", "courses"):
        a = {item.id for item in getattr(first, what)}
        b = {item.id for item in getattr(second, what)}
        for name, only in ((names[0], a - b), (names[1], b - a)):
            if only:
                problems.append(f"{what} only in {name}: {', '.join(sorted(only))}")
    if problems:
        raise QuestionError(
            "the two files do not describe the same case: " + "; ".join(problems) + ". Give both "
            "coders the same lists and compare again."
        )
