"""Counts over time as inline SVG: one panel a class, stepped areas over the same days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from demarche.desk import Answer
from demarche.show._charts import NARROW, WIDE, Frame, Tone, drawing, element, n, text
from demarche.show._figures import Figure
from demarche.terms import QUADS

if TYPE_CHECKING:
    from demarche.desk.event_view import EventView

__all__ = ["counts_figure", "counts_svg", "draw_counts"]

Rows = Sequence[tuple[dt.date, Sequence[float | None]]]
"""First day of each step with its counts, one per class; ``None`` where nothing is known."""
PANEL, GAP, HEAD, FOOT = 52, 12, 8, 24
TONES_OF: tuple[Tone, ...] = ("inside", "pool", "ghost", "outside")
MONTHS = 36
"""Months of the table behind the chart; longer records are told by year."""


def counts_svg(
    rows: Rows,
    *,
    classes: Sequence[str] = QUADS,
    marks: Sequence[tuple[dt.date, str]] = (),
    title: str = "Events over time",
    narrow: bool = False,
) -> str:
    """Counts over time as an ``svg`` element; empty text where there are fewer than two steps.

    Parameters
    ----------
    rows : sequence of (date, counts)
        Steps of equal length, in order; a count of ``None`` leaves a gap.
    classes : sequence of str
        What is counted, one panel each; the four quad classes by default.
    marks : sequence of (date, label)
        Triggers, as dashed lines.
    """
    if len(rows) < 2:
        return ""
    return draw_counts(rows, classes=classes, marks=marks, title=title,
                       frame=NARROW if narrow else WIDE)  # fmt: skip


def counts_figure(answer: Answer) -> Figure | None:
    """The actor's events towards the parties of the case by month; ``None`` without a record."""
    if answer.record is None or len(answer.record.series) < 2:
        return None
    rows = answer.record.series
    title = f"Events of {answer.actor_name} towards the parties of the case, by month and class"
    wide, narrow = (
        draw_counts(rows, classes=QUADS, marks=(), title=title, frame=frame)
        for frame in (WIDE, NARROW)
    )
    from markupsafe import Markup

    table = [(f"{day:%Y-%m}", *(str(x) for x in counts)) for day, counts in rows]
    if len(table) > MONTHS:
        years = dict.fromkeys(day.year for day, _ in rows)
        table = [
            (
                str(year),
                *(str(sum(c[k] for d, c in rows if d.year == year)) for k in range(len(QUADS))),
            )
            for year in years
        ]
    return Figure(
        id="fig-counts",
        title=title,
        wide=Markup(wide),
        narrow=Markup(narrow),
        legend=(),
        head=("Year" if len(rows) > MONTHS else "Month", *QUADS),
        rows=tuple(table),
        note=f"Source: {answer.record.source}. Each panel has a scale of its own."
        f"{_unended(answer.record)}",
    )


def _unended(record: EventView) -> str:
    """Sentence on a last month that the record holds in part; empty where it is whole."""
    if (record.last + dt.timedelta(days=1)).day == 1:
        return ""
    return f" {record.last:%B %Y} is counted up to day {record.last.day} only."


def draw_counts(
    rows: Rows,
    *,
    classes: Sequence[str],
    marks: Sequence[tuple[dt.date, str]],
    title: str,
    frame: Frame,
) -> str:
    """One variant of the chart."""
    left = 190 if frame.head == 0 else 34
    width = frame.width - left - 16
    days = [day for day, _ in rows]
    end = days[-1] + (days[-1] - days[-2])
    first, last = days[0].toordinal(), end.toordinal()

    def x(day: dt.date) -> float:
        return left + width * (day.toordinal() - first) / (last - first)

    top = HEAD + (14 if marks else 0)
    above = 0 if frame.head == 0 else 14
    body: list[str] = []
    for k, name in enumerate(classes):
        upper = top + k * (PANEL + GAP + above) + above
        values = [counts[k] for _, counts in rows]
        most = max((v for v in values if v is not None), default=0.0)
        tone = TONES_OF[k % len(TONES_OF)]
        body += _panel([x(day) for day in (*days, end)], values=values, most=most, upper=upper,
                       tone=tone)  # fmt: skip
        if above:
            body.append(text([name], x=left, y=upper - 8))
        else:
            body.append(text([name], x=left - 36, y=upper + PANEL / 2, anchor="end"))
        body.append(text([f"{most:,.0f}"], x=left - 5, y=upper + 5, anchor="end", size=10,
                         tone="muted"))  # fmt: skip
        body.append(text(["0"], x=left - 5, y=upper + PANEL - 3, anchor="end", size=10,
                         tone="muted"))  # fmt: skip
    bottom = top + len(classes) * (PANEL + GAP + above) - GAP
    for day, label in marks:
        if days[0] <= day <= end:
            at_x = n(x(day))
            body.append(element("line", stroke="ink", x1=at_x, x2=at_x, y1=n(top - 4), y2=n(bottom),
                                stroke_width="1.25", stroke_dasharray="4 3"))  # fmt: skip
            anchor = "end" if x(day) > left + 0.75 * width else "start"
            body.append(text([label], x=x(day), y=8, anchor=anchor, size=11))
    body += _years(days, end=end, x=x, y=bottom, frame=frame)
    told = "; ".join(
        f"{name} {sum(c[k] or 0 for _, c in rows):,.0f}" for k, name in enumerate(classes)
    )
    return str(
        drawing(
            body, frame=frame, height=bottom + FOOT, title=title, id="counts",
            alt_text=f"{len(classes)} panels of counts from {days[0]} to {days[-1]}. In all: "
            f"{told}.",
        )
    )  # fmt: skip


def _panel(
    xs: Sequence[float], *, values: Sequence[float | None], most: float, upper: float, tone: Tone
) -> list[str]:
    """A stepped area per run of known counts, over its ground line."""
    ground = upper + PANEL
    parts = []
    path = ""
    for i, value in enumerate(values):
        if value is None:
            path += f"V{n(ground)}Z" if path and path[-1] != "Z" else ""
            continue
        y = n(ground - (PANEL * value / most if most > 0 else 0.0))
        if not path or path[-1] == "Z":
            path += f"M{n(xs[i])} {n(ground)}"
        path += f"V{y}H{n(xs[i + 1])}"
    if path:
        path += "" if path[-1] == "Z" else f"V{n(ground)}Z"
        parts.append(element("path", fill=tone, d=path))
    line = element("line", stroke="muted", x1=n(xs[0]), x2=n(xs[-1]), y1=n(ground), y2=n(ground))
    return [*parts, line]


def _years(
    days: Sequence[dt.date],
    *,
    end: dt.date,
    x: Callable[[dt.date], float],
    y: float,
    frame: Frame,
) -> list[str]:
    """Ticks under the lowest panel: years, or months where there are fewer than three years."""
    span = (end - days[0]).days
    room = 12 if frame.head == 0 else 5
    found = []
    if span > 3 * 366:
        years = range(days[0].year + (days[0] > dt.date(days[0].year, 1, 1)), end.year + 1)
        step = next(s for s in (1, 2, 5, 10, 20, 50) if len(years) / s <= room)
        found = [(dt.date(year, 1, 1), str(year)) for year in years if year % step == 0]
    else:
        step = max(1, -(-len(days) // room))
        found = [(day, f"{day:%d %b %Y}" if span < 100 else f"{day:%b %Y}")
                 for day in days[::step]]  # fmt: skip
    parts = []
    for day, label in found:
        at = n(x(day))
        parts.append(element("line", stroke="muted", x1=at, x2=at, y1=n(y), y2=n(y + 4)))
        parts.append(text([label], x=x(day), y=y + 13, anchor="middle", size=10, tone="muted"))
    return parts
