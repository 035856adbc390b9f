"""The precedents of an answer: rows with lag and effect of removal, and their charts."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from demarche.desk import Answer, AnsweredCourse, PrecedentRow
from demarche.scores import wilson
from demarche.show._charts import Axis, Mark, Panel, probability_axis
from demarche.show._figures import Figure, build, series
from demarche.show._numbers import chance, points
from demarche.show._sections import NEAREST, class_counts, removals
from demarche.terms import COURSE_KINDS

__all__ = [
    "PrecedentLine",
    "classes_figure",
    "leave_out_figure",
    "precedent_lines",
    "precedents_figure",
    "precedents_svg",
]

LEVEL = 0.8
"""Share within the intervals that are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedentLine:
    """One precedent as a row: what was done, after how long, why it counts, what it changes.

    ``sources`` are its first two different publishers, each with an address.
    """

    row: PrecedentRow
    done: str
    lag: str
    because: str
    drop: str
    sources: tuple[tuple[str, str], ...]


def precedent_lines(answer: Answer, *, most: int = NEAREST) -> tuple[PrecedentLine, ...]:
    """The weightiest precedents as rows of a table."""
    return tuple(_line(answer, row) for row in answer.precedents[:most])


def _line(answer: Answer, row: PrecedentRow) -> PrecedentLine:
    own = {r.kind for r in answer.courses}
    taken = [
        (kind, _lag(row.trigger_date, when))
        for kind, value, when in row.taken
        if value == "yes" and (kind in own or kind not in COURSE_KINDS)
    ]
    known = [lag for _, lag in taken if lag is not None]
    first = f"{min(known)} to {max(known)}" if known else ""
    if known and min(known) == max(known):
        first = str(known[0])
    effects = removals(answer, row, most=1)
    heavy = dict(answer.outside.feature_weights) if answer.outside else {}
    shared = sorted(row.shared, key=lambda name: -heavy.get(name, 0.0))
    more = f" and {len(shared) - 3} more" if len(shared) > 3 else ""
    return PrecedentLine(
        row=row,
        done="; ".join(_kind(kind) for kind, _ in taken) or "none of these courses",
        lag=first or ("not dated" if taken else "none"),
        because=", ".join(name.replace("_", " ") for name in shared[:3]) + more,
        drop="; ".join(f"{r.course} {points(r.change)}" for r in effects) or "under 1",
        sources=tuple({publisher: url for _, publisher, url in reversed(row.sources)}.items())[-2:][
            ::-1
        ],
    )


def _kind(kind: str) -> str:
    return COURSE_KINDS[kind].label if kind in COURSE_KINDS else kind.replace("_", " ")


def _lag(trigger: dt.date, when: str) -> int | None:
    """Days from the trigger to an act whose day is recorded."""
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)\b", when.strip())
    if match is None:
        return None
    return (dt.date(*map(int, match.groups())) - trigger).days


def classes_figure(answer: Answer) -> Figure | None:
    """Small multiples: the share of each course in three other reference classes.

    Every panel shows the share with Wilson's 80 % interval; the hollow circle is the outside view,
    in which every episode counts by its similarity. ``None`` where there are no precedents.
    """
    counts = class_counts(answer)
    if not counts:
        return None
    titles = ("all episodes", "same actor", f"weightiest {min(NEAREST, len(answer.precedents))}")
    panels = []
    for number, title in enumerate(titles):
        seen = [(i, row.counts[number]) for i, row in enumerate(counts) if row.counts[number][1]]
        ends = [(i, wilson(yes, n=known, level=LEVEL)) for i, (yes, known) in seen]
        panels.append(
            Panel(
                title=title,
                marks=(
                    Mark(
                        shape="span",
                        points=tuple((i, 100 * e.low, 100 * e.high) for i, e in ends),
                        tone="pool",
                        dy=13,
                    ),
                    Mark(
                        shape="circle",
                        points=tuple((i, 100 * yes / known) for i, (yes, known) in seen),
                        tone="pool",
                        filled=True,
                        dy=13,
                        size=60,
                    ),
                    Mark(
                        shape="circle",
                        points=series([row.outside for row in counts]),
                        tone="outside",
                        dy=13,
                        size=95,
                    ),
                ),
            )
        )
    far = max(
        counts,
        key=lambda r: (
            abs(r.counts[1][0] / r.counts[1][1] - r.counts[0][0] / r.counts[0][1])
            if r.counts[0][1] and r.counts[1][1]
            else 0.0
        ),
    )
    return build(
        [row.label for row in counts],
        id="fig-classes",
        title="The same count in three other reference classes",
        alt_text=(
            f"Three panels with a row per course. Farthest between all episodes and the same "
            f"actor: {far.label}, {_count(far.counts[0])} and {_count(far.counts[1])}."
        ),
        panels=panels,
        axis=Axis(low=0.0, high=100.0, ticks=(0.0, 50.0, 100.0), title="share taken, %"),
        legend=(
            ("circle", "pool", True, "share that took the course, with 80 % interval"),
            ("circle", "outside", False, "outside view (all, by similarity)"),
        ),
        values=[chance(row.outside) for row in counts],
        head=("Course", *(f"{t}, taken of known" for t in titles), "By similarity %"),
        rows=tuple(
            (row.label, *(_count(pair) for pair in row.counts), chance(row.outside, sign=""))
            for row in counts
        ),
        note=(
            "Counts are over each episode's whole coded window; outcomes that are not known are "
            "left out. “none” by similarity: the outcome is too seldom known to read a rate from "
            "it."
        ),
    )


def _count(pair: tuple[int, int]) -> str:
    return f"{pair[0]} of {pair[1]}" if pair[1] else "none known"


def precedents_svg(answer: Answer, *, narrow: bool = False) -> str:
    """Precedents over time as an ``svg`` element; empty text where there are none."""
    figure = precedents_figure(answer)
    if figure is None:
        return ""
    return str(figure.narrow if narrow else figure.wide)


def precedents_figure(answer: Answer) -> Figure | None:
    """When each course was taken in the precedents: a mark per episode, the weightiest filled."""
    kinds = list(dict.fromkeys(r.kind for r in answer.courses if r.kind in COURSE_KINDS))
    if not kinds or not answer.precedents:
        return None
    near = {row.id for row in answer.precedents[:NEAREST]}
    lanes: dict[str, list[tuple[int, float]]] = {"near": [], "yes": [], "no": []}
    table = []
    for i, kind in enumerate(kinds):
        found = [(p, v) for p in answer.precedents for k, v, _ in p.taken if k == kind]
        for p, value in found:
            at = p.trigger_date.year + (p.trigger_date.timetuple().tm_yday - 1) / 366
            if value == "yes":
                lanes["near" if p.id in near else "yes"].append((i, at))
            elif value == "no":
                lanes["no"].append((i, at))
        taken = [p for p, v in found if v == "yes"]
        last = max(taken, key=lambda p: p.trigger_date, default=None)
        table.append(
            (
                COURSE_KINDS[kind].label,
                str(len(taken)),
                str(sum(v == "no" for _, v in found)),
                str(sum(v not in ("yes", "no") for _, v in found)),
                "none" if last is None else f"{last.title} ({last.actor} {last.trigger_date.year})",
            )
        )
    years = [p.trigger_date.year for p in answer.precedents]
    first, final = min(years) // 10 * 10, -(-(max(years) + 1) // 10) * 10
    step = 10 if final - first <= 80 else 20
    ticks = tuple(float(y) for y in range(first, final + 1, step))
    return build(
        [row[0] for row in table],
        id="fig-precedents",
        title="The precedents over time, course by course",
        alt_text=(
            f"{len(answer.precedents)} precedents from {min(years)} to {max(years)}, a row per "
            "course: marks above where it was taken, ticks below where it was not."
        ),
        marks=[
            Mark(shape="tick", points=tuple(lanes["no"]), tone="muted", dy=21, size=36),
            Mark(shape="circle", points=tuple(lanes["yes"]), tone="outside", dy=9, size=45),
            Mark(
                shape="diamond", points=tuple(lanes["near"]), tone="pool", filled=True, dy=9,
                size=62,
            ),
        ],
        axis=Axis(low=float(first), high=float(max(final, ticks[-1])), ticks=ticks,
                  title="year of the trigger"),
        row=28,
        values=[f"{row[1]} of {int(row[1]) + int(row[2])}" for row in table],
        legend=(
            ("diamond", "pool", True, f"taken, one of the weightiest {len(near)}"),
            ("circle", "outside", False, "taken, another episode"),
            ("tick", "muted", False, "not taken"),
        ),
        head=("Course", "Taken", "Not taken", "Not known", "Taken last"),
        rows=tuple(table),
        note="Episodes in which it is not known whether the course was taken have no mark.",
    )  # fmt: skip


def leave_out_figure(answer: Answer) -> Figure | None:
    """Band of the outside view when each precedent is left out in turn; ``None`` without any."""
    rows = [r for r in answer.courses if r.outside is not None]
    if not rows or not answer.precedents:
        return None
    effects: dict[str, list[tuple[float, PrecedentRow]]] = {r.id: [] for r in rows}
    for p in answer.precedents:
        for id, change in p.removal:
            if id in effects:
                effects[id].append((change, p))
    found = []
    for r in rows:
        none = (0.0, answer.precedents[0])
        low = min(effects[r.id], key=lambda e: e[0], default=none)
        high = max(effects[r.id], key=lambda e: e[0], default=none)
        found.append((r, min(low[0], 0.0), max(high[0], 0.0), max(low, high, key=_size)))
    found.sort(key=lambda f: (f[1] - f[2], f[0].id))
    top = found[0]
    return build(
        [f[0].label for f in found],
        id="fig-leave-out",
        title="Leaving out one precedent at a time (outside view)",
        alt_text=(
            f"A band per course from the lowest to the highest outside view that is left when one "
            f"precedent is removed. Widest: {top[0].label}, {points(top[1])} to "
            f"{points(top[2])} points."
        ),
        marks=[
            Mark(
                shape="span",
                points=tuple(
                    (i, 100 * _inside(f[0], f[1]), 100 * _inside(f[0], f[2]))
                    for i, f in enumerate(found)
                ),
                tone="ink",
                dy=13,
            ),
            Mark(
                shape="circle",
                points=series([f[0].outside for f in found]),
                tone="outside",
                dy=13,
            ),
        ],
        axis=probability_axis(),
        values=[f"{points(f[1])} to {points(f[2])}" for f in found],
        legend=(
            ("circle", "outside", False, "outside view, all precedents"),
            ("span", "ink", False, "lowest to highest with one of them left out"),
        ),
        head=("Course", "Outside %", "Lowest, points", "Highest, points", "Moved most by"),
        rows=tuple(
            (
                f[0].label,
                chance(f[0].outside, sign=""),
                points(f[1]),
                points(f[2]),
                f"{f[3][1].title} ({f[3][1].actor} {f[3][1].trigger_date.year})",
            )
            for f in found
        ),
    )


def _size(effect: tuple[float, PrecedentRow]) -> float:
    return abs(effect[0])


def _inside(row: AnsweredCourse, change: float) -> float:
    """The outside view after a change, kept within the scale that is drawn."""
    return min(1.0, max(0.0, (row.outside or 0.0) + change))
