"""Charts as inline SVG: rows of marks on one scale, in one panel or several side by side.

Every length is set here and none is measured from a font, so that the same rows give the same
bytes. Each chart has a wide and a narrow variant; the style sheet shows one of them. Colours are
classes with a plain value beside them, so that a chart reads without the style sheet too. Written
directly, since a grammar of graphics took 160 ms a chart and an answer must follow a slider.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from demarche.show._numbers import seen
from demarche.terms import ICD203

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "CHART_CSS",
    "NARROW",
    "TONES",
    "WIDE",
    "Axis",
    "Frame",
    "Mark",
    "Panel",
    "Shape",
    "Tone",
    "draw",
    "drawing",
    "element",
    "n",
    "probability_axis",
    "text",
    "zoomed_axis",
]

Tone = Literal["ink", "muted", "line", "band", "pool", "outside", "inside", "ghost"]
TONES: dict[Tone, tuple[str, str]] = {
    "ink": ("#1b1b1b", "#e8e8e6"),
    "muted": ("#555555", "#b0b0ac"),
    "line": ("#cccccc", "#454a50"),
    "band": ("#f0f0f0", "#22272c"),
    "pool": ("#0072b2", "#56b4e9"),
    "outside": ("#c35400", "#f08a3c"),
    "inside": ("#6a21d9", "#944dff"),
    "ghost": ("#767676", "#8f969c"),
}
"""Colours on a light and on a dark page. Blue and vermilion are those of Okabe and Ito's palette,
the second darkened until it stands out from white as 3 to 1 and more. The violet stands apart from
both for colour-blind readers too, which their green does not: with tritanopia it looks like the
blue. A test measures all distances."""

CHART_CSS = (
    ".chart { display: block; width: 100%; height: auto; font-family: system-ui, -apple-system, "
    '"Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; '
    "font-variant-numeric: tabular-nums }\n"
    ".chart.wide { max-width: 880px } .chart.narrow { max-width: 350px; display: none }\n"
    "@media screen and (max-width: 44rem) "
    "{ .chart.wide { display: none } .chart.narrow { display: block } }\n"
    + "".join(
        f".chart .f-{tone} {{ fill: var(--{tone}) }} .chart .s-{tone} {{ stroke: var(--{tone}) }}\n"
        for tone in TONES
    )
)
"""Rules of the charts; the page sets the variables ``--ink`` to ``--ghost`` from ``TONES``."""

Shape = Literal[
    "circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "ring", "tick", "span",
    "bar", "line",
]  # fmt: skip


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
GAP = 26
"""Pixels between two panels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One series of marks: ``points`` are (row, x) or, for spans, bars and lines, (row, x, x2).

    ``dy`` is the distance of its centre from the upper edge of the row, ``size`` its area. A ring
    is a dashed circle, a tick a short upright line.
    """

    shape: Shape
    points: tuple[tuple[int, float] | tuple[int, float, float], ...]
    tone: Tone = "ink"
    filled: bool = False
    dy: int = 12
    size: int = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of several panels that share their rows and scale, under a title of its own."""

    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Horizontal scale: its ends, ticks and title; with or without the bands of ICD 203.

    ``at`` is the place of a dashed line, ``labels`` what stands under the ticks if not the number.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    title: str
    bands: bool = False
    at: float | None = None
    labels: tuple[str, ...] = ()


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
    marks: Sequence[Mark] = (),
    panels: Sequence[Panel] = (),
    axis: Axis,
    frame: Frame,
    title: str,
    alt_text: str,
    values: Sequence[str] = (),
    row: int = 26,
    id: str = "chart",
) -> Markup:
    """One variant of a chart as an ``svg`` element with a title and a description.

    Parameters
    ----------
    labels : sequence of str
        One per row; cut if too long (the table behind the chart has all of it).
    marks : sequence of Mark
        Drawn in this order, later ones on top.
    panels : sequence of Panel
        Instead of marks: panels side by side.
    axis : Axis
    frame : Frame
        ``WIDE`` or ``NARROW``.
    title, alt_text : str
        What the chart is called and what it shows, for those who do not see it.
    values : sequence of str
        Text at the end of each row.
    row : int
        Height of a row without its label.
    id : str
        Start of the ids in the drawing; a digest of the drawing follows, so that two different
        charts on one page never share an id.
    """
    frame = _fitted(frame, labels=labels, values=values)
    if axis.bands and frame.head > 0:
        axis = replace(axis, ticks=axis.ticks[1:-1])
    shown = tuple(panels) or (Panel(title="", marks=tuple(marks)),)
    plot = (frame.width - frame.left - frame.right - GAP * (len(shown) - 1)) / len(shown)
    step = row + frame.head
    height = step * len(labels)
    top = ((48 if frame.head == 0 else 40) if axis.bands else 8) + (16 if panels else 0)
    body = []
    for number, panel in enumerate(shown):
        place = _Place(
            left=frame.left + number * (plot + GAP), top=top, plot=plot, height=height,
            step=step, head=frame.head, axis=axis,
        )  # fmt: skip
        body += _panel(panel, place=place)
    body += _rows(labels, values=values, frame=frame, row=row, top=top)
    return drawing(
        body, frame=frame, height=top + height + 40, title=title, alt_text=alt_text, id=id
    )


def _fitted(frame: Frame, *, labels: Sequence[str], values: Sequence[str]) -> Frame:
    """The frame with room for the labels: two lines above the marks where one is too short."""
    longest = max((len(v) for v in values), default=0)
    if frame.head == 0:
        return replace(frame, right=max(frame.right, 24 + 7 * longest))
    chars = min(44, frame.chars + 6 - longest)
    if all(len(label) <= chars for label in labels):
        return replace(frame, chars=chars)
    return replace(frame, chars=chars, head=frame.head + 14, lines=2)


def n(x: float) -> str:
    """A length with at most two decimals and no idle zeros."""
    return f"{x:.2f}".rstrip("0").rstrip(".")


def element(tag: str, *, fill: Tone | None = None, stroke: Tone | None = None, **more: str) -> str:
    """One element with its colours as class and as plain value; ``more`` names its attributes."""
    classes = " ".join([*([f"f-{fill}"] if fill else []), *([f"s-{stroke}"] if stroke else [])])
    parts = [f' class="{classes}"'] if classes else []
    parts.append(f' fill="{TONES[fill][0] if fill else "none"}"')
    parts += [f' stroke="{TONES[stroke][0]}"'] if stroke else []
    parts += [
        f' {name.replace("_", "-")}="{value}"' for name, value in more.items() if value != "none"
    ]
    return f"<{tag}{''.join(parts)}/>"


def text(
    lines: Sequence[str],
    *,
    x: float,
    y: float,
    anchor: str = "start",
    size: int = 12,
    tone: Tone = "ink",
) -> str:
    """Lines of text; ``y`` is the middle of the first one."""
    from markupsafe import escape

    leading = size + 2 if size > 10 else 11
    return "".join(
        f'<text x="{n(x)}" y="{n(y + leading * i + 0.35 * size)}" text-anchor="{anchor}" '
        f'font-size="{size}" class="f-{tone}" fill="{TONES[tone][0]}">{escape(seen(line))}</text>'
        for i, line in enumerate(lines)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one panel stands, and what its lengths mean."""

    left: float
    top: float
    plot: float
    height: float
    step: int
    head: int
    axis: Axis

    def x(self, value: float) -> float:
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.left + self.plot * share

    def y(self, row: int, dy: float) -> float:
        return self.top + self.step * row + self.head + dy


def _panel(panel: Panel, *, place: _Place) -> list[str]:
    axis = place.axis
    parts = _bands(place) if axis.bands else []
    if panel.title:
        parts.append(text([panel.title], x=place.left, y=8, size=12))
    parts += _scale(place)
    if axis.at is not None:  # left out where a label stands above the marks
        x = n(place.x(axis.at))
        for i in range(round(place.height / place.step)):
            parts.append(
                element("line", stroke="ink", x1=x, x2=x, y1=n(place.y(i, 0)),
                        y2=n(place.y(i, place.step - place.head)), stroke_width="1.5",
                        stroke_dasharray="4 3")
            )  # fmt: skip
    for mark in panel.marks:
        parts += _mark(mark, place=place)
    return parts


def _bands(place: _Place) -> list[str]:
    """Grey bands of ICD 203, with their words above where there is room for them."""
    parts = []
    wide = place.plot > 400
    for index, (word, low, high) in enumerate(ICD203):
        left, right = place.x(100 * low), place.x(100 * high)
        if index % 2:
            parts.append(
                element("rect", fill="band", x=n(left), y=n(place.top), width=n(right - left),
                        height=n(place.height))
            )  # fmt: skip
        if wide or (high - low > 0.07 and place.plot > 200):
            short = "even" if not wide and word.startswith("roughly") else word
            lines = short.split(" ")
            y = place.top - 13 - 11 * (len(lines) - 1)
            parts.append(
                text(lines, x=(left + right) / 2, y=y, anchor="middle", size=10, tone="muted")
            )
    return parts


def _scale(place: _Place) -> list[str]:
    """Ticks with their numbers, the line under the rows and the title of the scale."""
    axis, bottom = place.axis, place.top + place.height
    end = place.left + place.plot
    parts = [
        element("line", stroke="muted", x1=n(place.left), x2=n(end), y1=n(bottom), y2=n(bottom))
    ]
    labels = axis.labels or tuple(n(tick) for tick in axis.ticks)
    for tick, label in zip(axis.ticks, labels, strict=True):
        x = place.x(tick)
        if not axis.bands:
            parts.append(
                element("line", stroke="line", x1=n(x), x2=n(x), y1=n(place.top), y2=n(bottom))
            )
        parts.append(
            element("line", stroke="muted", x1=n(x), x2=n(x), y1=n(bottom), y2=n(bottom + 5))
        )
        parts.append(text([label], x=x, y=bottom + 13, anchor="middle", size=11, tone="muted"))
    middle = place.left + place.plot / 2
    return [*parts, text([axis.title], x=middle, y=bottom + 30, anchor="middle", size=11,
                         tone="muted")]  # fmt: skip


def _cut(label: str, *, chars: int, lines: int) -> list[str]:
    rows = textwrap.wrap(" ".join(label.split()), chars, break_long_words=True) or [""]
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = rows[-1][: chars - 2].rstrip() + " …"
    return rows


def _rows(
    labels: Sequence[str], *, values: Sequence[str], frame: Frame, row: int, top: int
) -> list[str]:
    """Labels, texts at the end of the rows and fine lines between the rows."""
    step = row + frame.head
    above = frame.head > 0
    left, right = frame.left, frame.width - frame.right
    parts = [
        element("line", stroke="line", x1=n(left if above else 4), x2=n(right),
                y1=n(top + step * i), y2=n(top + step * i), stroke_width="0.5")
        for i in range(len(labels) + 1)
    ]  # fmt: skip
    for i, label in enumerate(labels):
        lines = _cut(label, chars=frame.chars, lines=frame.lines)
        y = top + step * i + (11 if above else row / 2 - 7 * (len(lines) - 1))
        anchor = "start" if above else "end"
        parts.append(text(lines, x=left if above else left - 10, y=y, anchor=anchor))
    for i, end in enumerate(values):
        y = top + step * i + (11 if above else row / 2)
        x = right if above else right + 10
        parts.append(text([end], x=x, y=y, anchor="end" if above else "start"))
    return parts


def _mark(mark: Mark, *, place: _Place) -> list[str]:
    """One series as a group that carries its colours; a span is a line with caps at both ends."""
    parts = []
    for point in mark.points:
        y = place.y(point[0], mark.dy)
        ends = [place.x(x) for x in point[1:]]
        if mark.shape == "bar":
            x, width = n(min(ends)), n(abs(ends[-1] - ends[0]))
            parts.append(f'<rect x="{x}" y="{n(y - 5)}" width="{width}" height="10"/>')
        elif mark.shape in ("span", "line"):
            parts.append(_long(mark, x=min(ends), x2=max(ends), y=y))
        elif mark.shape in ("circle", "ring"):
            radius = n((mark.size / 3.14159) ** 0.5)
            parts.append(f'<circle cx="{n(ends[0])}" cy="{n(y)}" r="{radius}"/>')
        else:
            parts.append(_outline(mark, x=ends[0], y=y))
    if not parts:
        return []
    return [_group(mark, inner="".join(parts))]


WIDTHS: dict[Shape, str] = {"span": "2", "line": "2", "tick": "1", "bar": "none"}
"""Width of the strokes of a shape, where it is not 1.75."""


def _group(mark: Mark, *, inner: str) -> str:
    fill: Tone | None = mark.tone if mark.filled or mark.shape == "bar" else None
    stroke: Tone | None = None if mark.shape == "bar" else mark.tone
    width = WIDTHS.get(mark.shape, "1.75")
    if mark.shape == "line" and mark.tone == "ghost":
        width = "1.25"
    start = element(
        "g", fill=fill, stroke=stroke, stroke_width=width, data_mark=mark.shape,
        stroke_dasharray="2.5 2" if mark.shape == "ring" else "none",
    )  # fmt: skip
    return f"{start.removesuffix('/>')}>{inner}</g>"


def _long(mark: Mark, *, x: float, x2: float, y: float) -> str:
    d = f"M{n(x)} {n(y)}H{n(x2)}"
    if mark.shape == "span":
        d += f"M{n(x)} {n(y - 5)}v10M{n(x2)} {n(y - 5)}v10"
    return f'<path d="{d}"/>'


def _outline(mark: Mark, *, x: float, y: float) -> str:
    h = mark.size**0.5 / 2
    if mark.shape == "tick":
        d = f"M{n(x)} {n(y - h)}v{n(2 * h)}"
    elif mark.shape == "square":
        d = f"M{n(x - h)} {n(y - h)}h{n(2 * h)}v{n(2 * h)}h{n(-2 * h)}Z"
    elif mark.shape == "diamond":
        k = 1.35 * h
        d = f"M{n(x)} {n(y - k)}L{n(x + k)} {n(y)}L{n(x)} {n(y + k)}L{n(x - k)} {n(y)}Z"
    elif mark.shape == "cross":
        t, k = h / 2.6, 1.2 * h
        d = (
            f"M{n(x - t)} {n(y - k)}h{n(2 * t)}v{n(k - t)}h{n(k - t)}v{n(2 * t)}h{n(t - k)}"
            f"v{n(k - t)}h{n(-2 * t)}v{n(t - k)}h{n(t - k)}v{n(-2 * t)}h{n(k - t)}Z"
        )
    else:
        k = 1.25 * h if mark.shape == "triangle-up" else -1.25 * h
        w = 1.3 * h
        d = f"M{n(x)} {n(y - k)}L{n(x + w)} {n(y + 0.8 * k)}H{n(x - w)}Z"
    return f'<path d="{d}"/>'


def drawing(
    body: Sequence[str], *, frame: Frame, height: float, title: str, alt_text: str, id: str
) -> Markup:
    """The whole drawing, scaled by its view box, named by its title and description."""
    from markupsafe import Markup, escape

    inner = "".join(body)
    digest = hashlib.sha256((title + alt_text + inner).encode()).hexdigest()[:8]
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", id)
    own = f"{name}-{frame.name}-{digest}"
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {frame.name}" role="img" '
        f'viewBox="0 0 {frame.width} {n(height)}" width="{frame.width}" '
        f'aria-labelledby="{own}-t {own}-d"><title id="{own}-t">{escape(seen(title))}</title>'
        f'<desc id="{own}-d">{escape(seen(alt_text))}</desc>{inner}</svg>'
    )
