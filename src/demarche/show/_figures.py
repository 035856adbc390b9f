"""The figures of the report: what is drawn, its text alternative and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.desk import Answer, AnsweredCourse
from demarche.show._charts import (
    NARROW,
    WIDE,
    Axis,
    Mark,
    Panel,
    draw,
    probability_axis,
)
from demarche.show._numbers import chance, points, span
from demarche.terms import NO_TRIGGER

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "Figure",
    "build",
    "claims_figure",
    "courses_figure",
    "courses_svg",
    "ladder_figure",
    "ladder_svg",
    "series",
    "trigger_figure",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart in two widths, its legend, and the same numbers as a table.

    ``legend`` holds (shape, tone, filled, text) with tones ``ink``, ``pool``, ``outside`` and
    ``inside``.
    """

    id: str
    title: str
    wide: Markup
    narrow: Markup
    legend: tuple[tuple[str, str, bool, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def build(
    labels: Sequence[str],
    *,
    id: str,
    title: str,
    alt_text: str,
    marks: Sequence[Mark] = (),
    panels: Sequence[Panel] = (),
    axis: Axis,
    head: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    legend: tuple[tuple[str, str, bool, str], ...] = (),
    values: Sequence[str] = (),
    row: int = 26,
    note: str = "",
) -> Figure:
    """Draw one chart in both widths; ``rows`` and ``head`` are the table behind it."""
    wide, narrow = (
        draw(
            labels,
            marks=marks,
            panels=panels,
            axis=axis,
            frame=frame,
            values=values,
            row=row,
            title=title,
            alt_text=f"{alt_text} The table behind this chart has every number.",
            id=id,
        )
        for frame in (WIDE, NARROW)
    )
    return Figure(
        id=id,
        title=title,
        wide=wide,
        narrow=narrow,
        legend=legend,
        head=head,
        rows=rows,
        note=note,
    )


def series(
    values: Sequence[float | None],
) -> tuple[tuple[int, float] | tuple[int, float, float], ...]:
    """Points of a mark, in percent, one per row; rows without a value have none."""
    return tuple((i, 100 * v) for i, v in enumerate(values) if v is not None)


def _name(row: AnsweredCourse) -> str:
    return row.label if row.observability == "public" else f"{row.label} ({row.observability})"


Before = Answer | Mapping[str, tuple[float, float, float]] | None
"""An earlier answer, or its numbers: probability and 80 % range by course."""


def courses_svg(answer: Answer, baseline: Before = None, *, narrow: bool = False) -> str:
    """The courses as an ``svg`` element: dots, 80 % ranges, both views, base rate, ghost.

    Parameters
    ----------
    answer : Answer
    baseline : Answer or mapping of course to (probability, low, high), optional
        An earlier or unedited answer: its numbers stand behind as dashed rings with thin ranges,
        course by course; a course that it lacks has no ghost.
    narrow : bool
        The variant for narrow screens.
    """
    figure = courses_figure(answer, baseline=baseline)
    return str(figure.narrow if narrow else figure.wide)


def ladder_svg(answer: Answer, baseline: Answer | None = None, *, narrow: bool = False) -> str:
    """The ladder as an ``svg`` element, with the baseline's steps as dashed rings."""
    figure = ladder_figure(answer, baseline=baseline)
    return str(figure.narrow if narrow else figure.wide)


GHOST = ("ring", "ghost", False, "before")
CLAIMED = ("triangle-up", "muted", False, "claim of the source: range of its hedge and the middle")


def courses_figure(
    answer: Answer,
    *,
    baseline: Before = None,
    claimed: Sequence[tuple[str, float, float]] = (),
) -> Figure:
    """Pooled dot, 80 % range and hollow marks for both views and the base rate.

    A baseline adds the numbers before the change, as rings with thin ranges above; ``claimed``
    adds what a source's hedges convey, as (course, low, high), in a lane below.
    """
    rows = answer.courses
    ranked = sorted(rows, key=lambda r: -r.probability)
    spans = tuple((i, 100 * r.low, 100 * r.high) for i, r in enumerate(rows))
    before = _before(baseline)
    old = [before.get(r.id) for r in rows]
    ghosts = [
        Mark(
            shape="line",
            points=tuple((i, 100 * g[1], 100 * g[2]) for i, g in enumerate(old) if g),
            tone="ghost",
            dy=5,
        ),
        Mark(
            shape="ring",
            points=series([g[0] if g else None for g in old]),
            tone="ghost",
            dy=11,
            size=110,
        ),
    ]
    marks = [
        *(ghosts if before else []),
        Mark(shape="span", points=spans, tone="pool", dy=11),
        Mark(
            shape="circle",
            points=series([r.probability for r in rows]),
            tone="pool",
            filled=True,
            dy=11,
            size=110,
        ),
        Mark(shape="diamond", points=series([r.base_rate for r in rows]), tone="ink", dy=26),
        Mark(shape="square", points=series([r.inside for r in rows]), tone="inside", dy=26),
        Mark(shape="circle", points=series([r.outside for r in rows]), tone="outside", dy=26),
    ]
    moved = [(r, r.probability - g[0]) for r, g in zip(rows, old, strict=True) if g]
    told = ""
    if moved:
        most, change = max(moved, key=lambda pair: abs(pair[1]))
        told = f" Largest change from before: {most.label}, {points(change, unit=True)}."
    changes = {r.id: points(change) for r, change in moved}
    at = {r.id: i for i, r in enumerate(rows)}
    bands = [(at[id], low, high) for id, low, high in claimed if id in at]
    if bands:
        marks += [
            Mark(
                shape="span",
                points=tuple((i, 100 * low, 100 * high) for i, low, high in bands),
                tone="muted",
                dy=39,
            ),
            Mark(
                shape="triangle-up",
                points=tuple((i, 50 * (low + high)) for i, low, high in bands),
                tone="muted",
                dy=39,
                size=60,
            ),
        ]
    said: dict[int, str] = {}
    for i, low, high in bands:
        said[i] = f"{said[i]}; {span(low, high)}" if i in said else span(low, high)
    return build(
        [_name(r) for r in rows],
        id="fig-courses",
        title=f"Courses of action of {answer.actor_name}, each its own yes/no",
        alt_text=(
            f"Dot and range plot of {len(rows)} courses over the bands of ICD 203. Highest: "
            f"{ranked[0].label}, {chance(ranked[0].probability)}; lowest: {ranked[-1].label}, "
            f"{chance(ranked[-1].probability)}.{told}"
        ),
        marks=marks,
        axis=probability_axis(),
        row=50 if bands else 37,
        values=[
            f"{chance(r.probability)} ({span(r.low, r.high)})"
            + (f" {changes[r.id]}" if changes.get(r.id, "0") != "0" else "")
            for r in rows
        ],
        legend=(
            ("circle", "pool", True, "pooled, with 80 % range"),
            ("circle", "outside", False, "outside view"),
            ("square", "inside", False, "inside view"),
            ("diamond", "ink", False, "base rate"),
            *([CLAIMED] if bands else []),
            *([GHOST] if before else []),
        ),
        head=(
            "Course",
            "Rung",
            "Pooled % (80 % range)",
            "Word (ICD 203)",
            "Outside % (range)",
            "Inside % (range)",
            "Base rate % (taken/known)",
            "Without trigger %",
            "Views differ",
            *(["Source's claim %"] if bands else []),
            *(["Before %"] if before else []),
        ),
        rows=tuple(
            (
                *_course_row(r),
                *([said.get(i, "none")] if bands else []),
                *([chance(g[0] if g else None, sign="")] if before else []),
            )
            for i, (r, g) in enumerate(zip(rows, old, strict=True))
        ),
    )


def _before(baseline: Before) -> Mapping[str, tuple[float, float, float]]:
    if isinstance(baseline, Answer):
        return {r.id: (r.probability, r.low, r.high) for r in baseline.courses}
    return baseline or {}


def _course_row(r: AnsweredCourse) -> tuple[str, ...]:
    outside = "none"
    if r.outside is not None and r.outside_low is not None and r.outside_high is not None:
        outside = f"{chance(r.outside, sign='')} ({span(r.outside_low, r.outside_high)})"
    base = "none"
    if r.base_rate is not None:
        base = chance(r.base_rate, sign="")
        if r.base_known:
            base += f" ({r.base_taken}/{r.base_known})"
    return (
        _name(r),
        str(r.rung),
        f"{chance(r.probability, sign='')} ({span(r.low, r.high)})",
        r.word,
        outside,
        f"{chance(r.inside, sign='')} ({span(r.inside_low, r.inside_high)})",
        base,
        chance(r.without_trigger, sign=""),
        "yes" if r.disagree else "no",
    )


def ladder_figure(answer: Answer, *, baseline: Answer | None = None) -> Figure:
    """Probability that each rung or a higher one is reached, and that it is the highest."""
    rungs = answer.ladder[1:]
    before = {r.rung: r.at_least for r in baseline.ladder} if baseline is not None else {}
    ghost = Mark(
        shape="ring",
        points=series([before.get(r.rung) for r in rungs]),
        tone="ghost",
        dy=9,
        size=90,
    )
    bars = tuple((i, 0.0, 100 * r.at_least) for i, r in enumerate(rungs))
    none = chance(answer.ladder[0].probability)
    return build(
        [f"{r.rung} {r.label}" for r in rungs],
        id="fig-ladder",
        title="Ladder: this rung or a higher one is reached",
        alt_text="Bars that fall from rung to rung: "
        + "; ".join(f"{r.label} {chance(r.at_least)}" for r in rungs)
        + ".",
        marks=[
            Mark(shape="bar", points=bars, tone="pool", dy=9),
            Mark(shape="diamond", points=series([r.probability for r in rungs]), dy=22, size=60),
            *([ghost] if before else []),
        ],
        axis=probability_axis(),
        row=31,
        values=[chance(r.at_least) for r in rungs],
        legend=(
            ("bar", "pool", True, "this rung or a higher one"),
            ("diamond", "ink", False, "exactly this rung is the highest"),
            *([GHOST] if before else []),
        ),
        head=("Rung", "This or higher %", "Highest reached %", *(["Before %"] if before else [])),
        rows=tuple(
            (
                f"{r.rung} {r.label}",
                chance(r.at_least, sign=""),
                chance(r.probability, sign=""),
                *([chance(before.get(r.rung), sign="")] if before else []),
            )
            for r in answer.ladder
        ),
        note=f"Rung 0 ({answer.ladder[0].label}) is the highest reached with {none}.",
    )


def trigger_figure(answer: Answer) -> Figure | None:
    """Each course without and with the trigger; ``None`` if no trigger is asked about."""
    if answer.question.trigger == NO_TRIGGER:
        return None
    rows = sorted(answer.courses, key=lambda r: -abs(r.probability - r.without_trigger))
    lines = tuple(
        (i, 100 * r.without_trigger, 100 * r.probability)
        for i, r in enumerate(rows)
        if abs(r.probability - r.without_trigger) >= 0.005
    )
    return build(
        [r.label for r in rows],
        id="fig-trigger",
        title="What the trigger changes (pooled)",
        alt_text=(
            f"Two marks per course. Largest change: {rows[0].label}, from "
            f"{chance(rows[0].without_trigger)} without to {chance(rows[0].probability)} with it."
        ),
        marks=[
            Mark(shape="line", points=lines, tone="pool", dy=13),
            Mark(shape="circle", points=series([r.without_trigger for r in rows]), dy=13),
            Mark(
                shape="circle",
                points=series([r.probability for r in rows]),
                tone="pool",
                filled=True,
                dy=13,
                size=100,
            ),
        ],
        axis=probability_axis(),
        values=[points(r.probability - r.without_trigger, unit=True) for r in rows],
        legend=(
            ("circle", "ink", False, "without the trigger"),
            ("circle", "pool", True, "with it"),
        ),
        head=("Course", "Without %", "With %", "Change, points"),
        rows=tuple(
            (
                r.label,
                chance(r.without_trigger, sign=""),
                chance(r.probability, sign=""),
                points(r.probability - r.without_trigger),
            )
            for r in rows
        ),
    )


def claims_figure(rows: Sequence[tuple[str, float, float, float]]) -> Figure | None:
    """Bands that the article's hedges convey, beside demarche's own number.

    ``rows`` hold the label, the band's ends and our probability.
    """
    if not rows:
        return None
    return build(
        [r[0] for r in rows],
        id="fig-claims",
        title="The article's hedges beside demarche's own numbers",
        alt_text=f"{len(rows)} claims, each a range with our number as a dot; "
        f"{sum(not r[1] <= r[3] <= r[2] for r in rows)} of our numbers lie outside the range.",
        marks=[
            Mark(
                shape="span",
                points=tuple((i, 100 * r[1], 100 * r[2]) for i, r in enumerate(rows)),
                dy=17,
            ),
            Mark(
                shape="circle",
                points=series([r[3] for r in rows]),
                tone="pool",
                filled=True,
                dy=17,
                size=100,
            ),
        ],
        axis=probability_axis(),
        row=33,
        values=[chance(r[3]) for r in rows],
        legend=(
            ("span", "ink", False, "range that the hedge conveys"),
            ("circle", "pool", True, "demarche, same condition"),
        ),
        head=("Claim", "Hedge's range %", "demarche %"),
        rows=tuple((r[0], span(r[1], r[2]), chance(r[3], sign="")) for r in rows),
    )
