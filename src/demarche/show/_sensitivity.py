"""The figures of dissent and sensitivity: other rules, inputs, weights, split of uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

from demarche.desk import Answer, AnsweredCourse
from demarche.show._charts import (
    Mark,
    Shape,
    probability_axis,
    zoomed_axis,
)
from demarche.show._figures import Figure, build, series
from demarche.show._numbers import chance, points, value
from demarche.terms import icd203

__all__ = [
    "rules_figure",
    "sweep_figure",
    "tornado_figures",
    "tornado_of",
    "uncertainty_figure",
]

RULE_SHAPES: dict[str, Shape] = {
    "leader": "circle",
    "contest": "square",
    "compromise": "diamond",
    "condorcet": "triangle-up",
    "consensus": "triangle-down",
    "mixture": "cross",
}
TORNADO_COURSES = 3
TORNADO_INPUTS = 8


def rules_figure(answer: Answer) -> Figure:
    """Inside view of the courses under every decision rule, the declared one filled."""
    names = [rule for rule, _ in answer.inside.rules]
    table = dict(answer.inside.rules)
    order = sorted(
        range(len(answer.courses)),
        key=lambda c: -max(table[n][c] for n in names) + min(table[n][c] for n in names),
    )
    marks = []
    for name in sorted(names, key=lambda n: n == answer.inside.rule):
        own = name == answer.inside.rule
        marks.append(
            Mark(
                shape=RULE_SHAPES.get(name, "circle"),
                points=series([table[name][c] for c in order]),
                tone="pool" if own else "ink",
                filled=own,
                dy=13,
                size=100 if own else 70,
            )
        )
    top = order[0]
    return build(
        [answer.courses[c].label for c in order],
        id="fig-rules",
        title="The same inputs under other decision rules (inside view)",
        alt_text=f"One mark per rule. Most affected: {answer.courses[top].label}, "
        + ", ".join(f"{n} {chance(table[n][top])}" for n in names)
        + ".",
        marks=marks,
        axis=probability_axis(),
        legend=tuple(
            (
                RULE_SHAPES.get(n, "circle"),
                "pool" if n == answer.inside.rule else "ink",
                n == answer.inside.rule,
                n + (" (declared)" if n == answer.inside.rule else ""),
            )
            for n in names
        ),
        head=(
            "Course",
            *(n + (" (declared)" if n == answer.inside.rule else "") + " %" for n in names),
            "one faction per actor %",
        ),
        rows=tuple(
            (
                answer.courses[c].label,
                *(chance(table[n][c], sign="") for n in names),
                chance(answer.inside.one_faction[c], sign=""),
            )
            for c in order
        ),
    )


def tornado_figures(answer: Answer) -> tuple[Figure, ...]:
    """For the courses with the widest inside range: the eight inputs that move them most."""
    rows = sorted(answer.courses, key=lambda r: (r.inside_low - r.inside_high, r.id))
    found = (tornado_of(answer, row.id) for row in rows[:TORNADO_COURSES])
    return tuple(figure for figure in found if figure is not None)


def tornado_of(answer: Answer, course: str) -> Figure | None:
    """The eight inputs that move one course most; ``None`` where the model moves it by none."""
    row = next((r for r in answer.courses if r.id == course), None)
    swings = [t for t in answer.inside.tornado if t[2] == course][:TORNADO_INPUTS]
    if row is None or not swings:
        return None
    note = "Share: part of the spread between draws that this input explains alone."
    coded = answer.case.question.horizon_days
    if answer.question.horizon_days != coded:
        note += f" Bars are for the {coded} days of the case, not yet carried to the horizon asked."
    return _tornado(row, swings=swings, note=note)


Swing = tuple[str, str, str, float, float, float, float, float]
"""Input, reason, course, its low and high value, the course's probability at both, share."""


def _tornado(course: AnsweredCourse, *, swings: Sequence[Swing], note: str) -> Figure:
    ends = [100 * x for t in swings for x in (t[5], t[6])]
    bars = tuple((i, 100 * min(t[5], t[6]), 100 * max(t[5], t[6])) for i, t in enumerate(swings))
    return build(
        [t[0] for t in swings],
        id=f"fig-tornado-{course.id}",
        title=f"{course.label}: the {len(swings)} inputs that move it most",
        alt_text=f"Bars from the input's lowest to its highest tenth; dashed line at "
        f"{chance(course.inside)}. Widest: {swings[0][0]}, {chance(swings[0][5])} to "
        f"{chance(swings[0][6])}.",
        marks=[
            Mark(shape="bar", points=bars, tone="pool", dy=14),
            Mark(shape="circle", points=series([t[5] for t in swings]), dy=14, size=90),
            Mark(
                shape="square", points=series([t[6] for t in swings]), filled=True, dy=14, size=80
            ),
        ],
        axis=zoomed_axis(
            [*ends, 100 * course.inside],
            title="probability in the inside view, %",
            at=100 * course.inside,
        ),
        row=29,
        values=[points(t[6] - t[5], unit=True) for t in swings],
        legend=(
            ("circle", "ink", False, "input in its lowest tenth"),
            ("square", "ink", True, "input in its highest tenth"),
        ),
        head=("Input", "From", "To", "At low %", "At high %", "Share %", "Because"),
        rows=tuple(
            (
                t[0],
                value(t[3]),
                value(t[4]),
                chance(t[5], sign=""),
                chance(t[6], sign=""),
                chance(t[7], sign=""),
                t[1],
            )
            for t in swings
        ),
        note=note,
    )


def sweep_figure(answer: Answer) -> Figure | None:
    """Linear pool from the inside view alone to the outside view alone."""
    rows = [r for r in answer.courses if r.outside is not None]
    rows.sort(key=lambda r: -abs((r.outside or 0.0) - r.inside))
    if not rows:
        return None
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    table = [[(1 - w) * r.inside + w * (r.outside or 0.0) for w in steps] for r in rows]
    lines = tuple((i, 100 * min(t), 100 * max(t)) for i, t in enumerate(table))
    return build(
        [r.label for r in rows],
        id="fig-sweep",
        title="From the inside view alone to the outside view alone",
        alt_text=f"A line per course between both views. Longest: {rows[0].label}, inside "
        f"{chance(rows[0].inside)}, outside {chance(rows[0].outside)}.",
        marks=[
            Mark(shape="line", points=lines, dy=13),
            Mark(
                shape="circle",
                points=series([r.probability for r in rows]),
                tone="pool",
                filled=True,
                dy=13,
                size=100,
            ),
            Mark(shape="square", points=series([r.inside for r in rows]), tone="inside", dy=13),
            Mark(shape="circle", points=series([r.outside for r in rows]), tone="outside", dy=13),
        ],
        axis=probability_axis(),
        values=[f"{chance(t[0], sign='')} to {chance(t[-1], sign='')}" for t in table],
        legend=(
            ("square", "inside", False, "inside alone (0/1)"),
            ("circle", "pool", True, "as weighed here"),
            ("circle", "outside", False, "outside alone (1/0)"),
        ),
        head=("Course, pooled %", "0/1", "1/3", "1/1", "3/1", "1/0", "Words"),
        rows=tuple(
            (
                r.label,
                *(chance(x, sign="") for x in t),
                _words(t),
            )
            for r, t in zip(rows, table, strict=True)
        ),
        note="The pool is linear: the weight (outside/inside) moves each number along its line.",
    )


def _words(values: Sequence[float]) -> str:
    return " → ".join(dict.fromkeys(icd203(min(max(x, 0.0), 1.0)) for x in values))


def uncertainty_figure(answer: Answer) -> Figure:
    """Share of each course's variance that lies in inputs, rule, level and factions."""
    labels = {r.id: r.label for r in answer.courses}
    parts = ("inputs", "rule", "level", "factions")
    shapes: tuple[Shape, ...] = ("circle", "square", "triangle-up", "diamond")
    shares = []
    for row in answer.inside.uncertainty:
        total = sum(row[1:])
        shares.append((row[0], tuple(x / total if total > 0 else 0.0 for x in row[1:])))
    shares.sort(key=lambda item: (item[1][4], item[0]))
    top = shares[0]
    return build(
        [labels.get(id, id) for id, _ in shares],
        id="fig-uncertainty",
        title="Where the uncertainty of the inside view lies",
        alt_text=f"Four marks per course. Most that more knowledge could remove: "
        f"{labels.get(top[0], top[0])}, {chance(1 - top[1][4])} of its variance.",
        marks=[
            Mark(shape=shapes[k], points=series([s[k] for _, s in shares]), dy=13, size=65)
            for k in range(4)
        ],
        axis=zoomed_axis(
            [0.0, *(100 * s[k] for _, s in shares for k in range(4))],
            title="share of the variance P(1 - P), %",
        ),
        legend=tuple((shapes[k], "ink", False, parts[k]) for k in range(4)),
        head=("Course", *(f"{p} %" for p in parts), "choice %"),
        rows=tuple(
            (labels.get(id, id), *(chance(x, sign="") for x in share)) for id, share in shares
        ),
        note="The rest is choice: what stays open even if every input were known.",
    )
