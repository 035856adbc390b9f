"""Charts as inline SVG: rows of marks on one scale, drawn by Altair and vl-convert.

Every length is set here and none is measured from a font, so that the same rows give the same
bytes. Each chart has a wide and a narrow variant; the style sheet shows one of them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from demarche.terms import ICD203

if TYPE_CHECKING:
    import altair as alt
    from markupsafe import Markup

__all__ = [
    "BLUE",
    "GREEN",
    "INK",
    "NARROW",
    "VERMILION",
    "WIDE",
    "Axis",
    "Frame",
    "Mark",
    "draw",
    "probability_axis",
    "zoomed_axis",
]

INK = "#1b1b1b"
MUTED = "#555555"
GRID = "#cccccc"
BAND = "#f0f0f0"
BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#009e73"
"""Blue, vermilion and bluish green of Okabe and Ito's palette; the style sheet has dark twins."""

Shape = Literal[
    "circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "span", "bar", "line"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Lengths of one variant of a chart, in pixels; ``chars`` is the length of a label's line."""

    name: str
    width: int
    left: int
    right: int
    head: int
    chars: int
    lines: int


WIDE = Frame(name="wide", width=880, left=250, right=120, head=0, chars=37, lines=2)
NARROW = Frame(name="narrow", width=350, left=12, right=12, head=19, chars=40, lines=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One series of marks: ``points`` are (row, x) or, for spans, bars and lines, (row, x, x2).

    ``dy`` is the distance of its centre from the upper edge of the row.
    """

    shape: Shape
    points: tuple[tuple[int, float] | tuple[int, float, float], ...]
    colour: str = INK
    filled: bool = False
    dy: int = 12
    size: int = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Horizontal scale: its ends, ticks and title; with or without the bands of ICD 203."""

    low: float
    high: float
    ticks: tuple[float, ...]
    title: str
    bands: bool = False
    at: float | None = None


def probability_axis(title: str = "probability, %") -> Axis:
    """Scale from 0 to 100 with the borders of ICD 203's words."""
    borders = (0.0, *(round(100 * high, 6) for _, _, high in ICD203))
    return Axis(low=0.0, high=100.0, ticks=borders, title=title, bands=True)


def zoomed_axis(values: Sequence[float], *, title: str, at: float | None = None) -> Axis:
    """Scale that just holds the values (in percent), with round ticks."""
    low, high = min(values), max(values)
    if high - low < 2:
        low, high = (low + high) / 2 - 1, (low + high) / 2 + 1
    low, high = max(0.0, low), min(100.0, high)
    step = next((s for s in (0.5, 1, 2, 5, 10, 20) if (high - low) / s <= 6), 25)
    first, last = int(low // step), -int(-high // step)
    ticks = tuple(round(step * k, 6) for k in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], ticks=ticks, title=title, at=at)


def draw(
    labels: Sequence[str],
    *,
    marks: Sequence[Mark],
    axis: Axis,
    frame: Frame,
    alt_text: str,
    values: Sequence[str] = (),
    row: int = 26,
) -> Markup:
    """One variant of a chart as an ``svg`` element with a text alternative.

    Parameters
    ----------
    labels : sequence of str
        One per row; cut if too long (the table behind the chart has all of it).
    marks : sequence of Mark
        Drawn in this order, later ones on top.
    axis : Axis
    frame : Frame
        ``WIDE`` or ``NARROW``.
    alt_text : str
        What the chart shows, for those who do not see it.
    values : sequence of str
        Text at the end of each row.
    row : int
        Height of a row without its label.
    """
    import altair as alt
    import vl_convert

    frame = _fitted(frame, labels=labels, values=values)
    step = row + frame.head
    height = step * len(labels)
    plot = frame.width - frame.left - frame.right
    if axis.bands and frame.head > 0:
        axis = replace(axis, ticks=axis.ticks[1:-1])
    layers = [
        *(_bands(axis, plot=plot, height=height) if axis.bands else []),
        *_rows(labels, values=values, frame=frame, row=row, plot=plot, height=height),
        *(_reference(axis, frame=frame, row=row, height=height) if axis.at is not None else []),
        *(
            part
            for mark in marks
            for part in _mark(mark, axis=axis, frame=frame, row=row, n=height)
        ),
    ]
    top = (48 if frame.head == 0 else 40) if axis.bands else 8
    chart = (
        alt.layer(*layers)
        .properties(
            width=plot,
            height=height,
            autosize="none",
            padding={"left": frame.left, "right": frame.right, "top": top, "bottom": 40},
        )
        .configure(aria=False, background="transparent", view=alt.ViewConfig(stroke=None))
    )
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])
    return _plain_svg(svg, frame=frame, height=top + height + 40, alt_text=alt_text)


def _fitted(frame: Frame, *, labels: Sequence[str], values: Sequence[str]) -> Frame:
    """The frame with room for the labels: two lines above the marks where one is too short."""
    if frame.head == 0:
        return frame
    chars = min(44, frame.chars + 12 - max((len(v) for v in values), default=0))
    if all(len(label) <= chars for label in labels):
        return replace(frame, chars=chars)
    return replace(frame, chars=chars, head=frame.head + 14, lines=2)


def _x(axis: Axis, field: str = "x") -> alt.X:
    import altair as alt

    return alt.X(
        f"{field}:Q",
        scale=alt.Scale(domain=[axis.low, axis.high], nice=False, zero=False),
        axis=alt.Axis(
            values=list(axis.ticks),
            title=axis.title,
            labelExpr="'' + datum.value",
            grid=not axis.bands,
            gridColor=GRID,
            domainColor=MUTED,
            tickColor=MUTED,
            labelColor=MUTED,
            titleColor=MUTED,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            titleY=34,
            titleBaseline="bottom",
            labelBound=False,
            labelFlush=False,
            labelOverlap=False,
        ),
    )


def _y(height: int, field: str = "y") -> alt.Y:
    import altair as alt

    scale = alt.Scale(domain=[0, height], range=[0, height], nice=False, zero=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=None)


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _bands(axis: Axis, *, plot: int, height: int) -> list[alt.Chart]:
    """Grey bands of ICD 203, with their words above where there is room for them."""
    import altair as alt

    rows, words = [], []
    wide = plot > 400
    for index, (word, low, high) in enumerate(ICD203):
        if index % 2:
            rows.append({"x": 100 * low, "x2": 100 * high, "y": 0, "y2": height})
        if wide or high - low > 0.07:
            at = 50 * (low + high)
            text = "even" if not wide and word.startswith("roughly") else word
            lines = text.split(" ")
            words.append({"x": at, "y": -8 - 11 * (len(lines) - 1), "t": "\n".join(lines)})
    text_mark: dict[str, Any] = {
        "align": "center",
        "baseline": "bottom",
        "lineBreak": "\n",
        "lineHeight": 11,
    }
    return [
        alt.Chart(_data(rows))
        .mark_rect(color=BAND, opacity=1)
        .encode(x=_x(axis), x2="x2:Q", y=_y(height), y2="y2:Q"),
        alt.Chart(_data(words))
        .mark_text(fontSize=10, color=MUTED, **text_mark)
        .encode(x=_x(axis), y=_y(height), text="t:N"),
    ]


def _cut(text: str, *, chars: int, lines: int) -> list[str]:
    rows = textwrap.wrap(" ".join(text.split()), chars, break_long_words=True) or [""]
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = rows[-1][: chars - 2].rstrip() + " …"
    return rows


def _rows(
    labels: Sequence[str],
    *,
    values: Sequence[str],
    frame: Frame,
    row: int,
    plot: int,
    height: int,
) -> list[alt.Chart]:
    """Labels, texts at the end of the rows and fine lines between the rows."""
    import altair as alt

    step = row + frame.head
    rules = [{"y": step * i} for i in range(len(labels) + 1)]
    above = frame.head > 0
    names = []
    for i, label in enumerate(labels):
        lines = _cut(label, chars=frame.chars, lines=frame.lines)
        middle = step * i + (11 if above else row / 2 - 7 * (len(lines) - 1))
        names.append({"y": middle, "t": "\n".join(lines)})
    ends = [{"y": step * i + (11 if above else row / 2), "t": v} for i, v in enumerate(values)]
    style: dict[str, Any] = {
        "fontSize": 12,
        "baseline": "middle",
        "lineBreak": "\n",
        "lineHeight": 14,
    }
    left = alt.value(0 if above else -10)
    right = alt.value(plot if above else plot + 10)
    return [
        alt.Chart(_data(rules))
        .mark_rule(color=GRID, strokeWidth=0.5)
        .encode(x=alt.value(0 if above else -frame.left + 4), x2=alt.value(plot), y=_y(height)),
        alt.Chart(_data(names))
        .mark_text(color=INK, align="left" if above else "right", **style)
        .encode(x=left, y=_y(height), text="t:N"),
        *(
            [
                alt.Chart(_data(ends))
                .mark_text(color=INK, align="right" if above else "left", **style)
                .encode(x=right, y=_y(height), text="t:N")
            ]
            if ends
            else []
        ),
    ]


def _reference(axis: Axis, *, frame: Frame, row: int, height: int) -> list[alt.Chart]:
    """Dashed line at one value, left out where a label stands above the marks."""
    import altair as alt

    step = row + frame.head
    parts = [
        {"x": axis.at, "y": step * i + frame.head, "y2": step * (i + 1)}
        for i in range(height // step)
    ]
    return [
        alt.Chart(_data(parts))
        .mark_rule(color=INK, strokeWidth=1.5, strokeDash=[4, 3])
        .encode(x=_x(axis), y=_y(height), y2="y2:Q")
    ]


def _mark(mark: Mark, *, axis: Axis, frame: Frame, row: int, n: int) -> list[alt.Chart]:
    """Layers of one series; a span is a line with caps at both ends."""
    import altair as alt

    if not mark.points:
        return []
    step = row + frame.head
    rows = []
    for point in mark.points:
        y = step * point[0] + frame.head + mark.dy
        found = {"x": point[1], "y": y, "y0": y - 5, "y1": y + 5}
        rows.append(found if len(point) == 2 else {**found, "x2": point[2]})
    chart = alt.Chart(_data(rows))
    if mark.shape in ("span", "line"):
        line = chart.mark_rule(color=mark.colour, strokeWidth=2).encode(
            x=_x(axis), x2="x2:Q", y=_y(n)
        )
        caps = [
            chart.mark_rule(color=mark.colour, strokeWidth=2).encode(
                x=_x(axis, field), y=_y(n, "y0"), y2="y1:Q"
            )
            for field in ("x", "x2")
        ]
        return [line, *caps] if mark.shape == "span" else [line]
    if mark.shape == "bar":
        return [
            chart.mark_rect(color=mark.colour, opacity=1).encode(
                x=_x(axis), x2="x2:Q", y=_y(n, "y0"), y2="y1:Q"
            )
        ]
    style: dict[str, Any] = {
        "filled": mark.filled,
        "opacity": 1,
        "strokeWidth": 1.75,
        "color": mark.colour,
    }
    return [chart.mark_point(shape=mark.shape, size=mark.size, **style).encode(x=_x(axis), y=_y(n))]


DROPPED = re.compile(
    r' (?:class|role|aria-[a-z]+|pointer-events|font-family|xmlns:xlink|version)="[^"]*"'
    r'| opacity="1"| transform="translate\(0,0\)"'
)


def _plain_svg(svg: str, *, frame: Frame, height: int, alt_text: str) -> Markup:
    """The drawing without what the page does not need, scaled by its view box."""
    from markupsafe import Markup, escape

    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    body = re.sub(r'<path class="(?:background|foreground)"[^>]*/>', "", body)
    body = re.sub(r"<[^>]*>", lambda tag: DROPPED.sub("", tag.group()), body)
    while "<g></g>" in body:
        body = body.replace("<g></g>", "")
    if " id=" in body:
        names = dict.fromkeys(re.findall(r' id="([^"]*)"', body))
        for number, name in enumerate(names):
            body = re.sub(rf"\b{re.escape(name)}\b", f"{frame.name}-part{number}", body)
    opening = (
        f'<svg class="chart {frame.name}" role="img" viewBox="0 0 {frame.width} {height}" '
        f'style="max-width:{frame.width}px" aria-label="{escape(alt_text)}">'
    )
    return Markup(opening + body + "</svg>")
