"""Pictures of a record: counts over time, coverage by source, reliability; as text and as files."""

from __future__ import annotations

import datetime as dt
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from demarche.errors import MethodError, QuestionError, counted
from demarche.show.written import replace_own

if TYPE_CHECKING:
    import altair as alt

__all__ = [
    "Bin",
    "Series",
    "TriggerMark",
    "coverage_chart",
    "coverage_text",
    "reliability_chart",
    "reliability_text",
    "save",
    "series_chart",
    "series_text",
    "sparkline",
    "svg_text",
]

Step = Literal["day", "month"]
LEVELS = "▁▂▃▄▅▆▇█"
WIDE = 720
"""Width of a panel in pixels."""
SUFFIXES = (".svg", ".png", ".html")
COLOURS = ("#009e73", "#56b4e9", "#e69f00", "#d55e00")
"""Bluish green, sky blue, orange and vermilion of Okabe and Ito, for the four quad classes."""
INK, MUTED, GRID = "#1b1b1b", "#555555", "#cccccc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Counts of one class on equal steps of time; ``values[i]`` belongs to ``dates[i]``.

    A step for which the record holds nothing because it does not cover it is ``None``, never 0.
    """

    label: str
    dates: tuple[dt.date, ...]
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMark:
    """A day on which a trigger happened, and its name."""

    date: dt.date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bin of a reliability diagram: mean forecast, observed share, its band if calibrated."""

    forecast: float
    observed: float
    low: float
    high: float
    count: int


def sparkline(values: Sequence[float | None], *, top: float | None = None) -> str:
    """Counts as one line of block characters; a blank is zero, a dot is not covered.

    The smallest block is a count above zero, so that silence and a single event differ.

    Examples
    --------
    >>> sparkline([0, 1, 4, 8, None])
    ' ▁▄█·'
    """
    known = [v for v in values if v is not None]
    most = max(known, default=0.0) if top is None else top
    out = []
    for value in values:
        if value is None:
            out.append("·")
        elif value <= 0 or most <= 0:
            out.append(" ")
        else:
            step = -(-min(value, most) * len(LEVELS) // most)
            out.append(LEVELS[max(0, int(step) - 1)])
    return "".join(out)


def _squeezed(series: Series, *, width: int) -> list[float | None]:
    """Values added up so that they fit into `width` columns; days not covered stay apart."""
    per = -(-len(series.values) // width) if series.values else 1
    found: list[float | None] = []
    for i in range(0, len(series.values), per):
        part = [v for v in series.values[i : i + per] if v is not None]
        found.append(sum(part) if part else None)
    return found


def series_text(
    series: Sequence[Series],
    *,
    title: str,
    marks: Sequence[TriggerMark] = (),
    width: int = 100,
    by: Step = "day",
) -> str:
    """Counts over time as sparklines on one time axis, with triggers marked below.

    Where they are by month, ``dates`` are the first days of months.

    Raises
    ------
    QuestionError
        If there is no series, or the series differ in their days.

    Examples
    --------
    >>> days = tuple(dt.date(2023, 1, d) for d in (1, 2, 3))
    >>> shown = series_text([Series(label="fights", dates=days, values=(0, 2, 4))], title="A to B",
    ...                     marks=[TriggerMark(date=days[1], label="strike")])
    >>> print(shown)
    A to B
    fights         ▄█  total 6, most 4
                   ^
    2023-01-01 to 2023-01-03, 1 day a column · ^ 2023-01-02 strike
    """
    dates = _dates(series)
    left = min(24, max(len(s.label) for s in series) + 8)
    room = width - left - 24
    per = -(-len(dates) // room)
    lines = [title]
    for one in series:
        values = _squeezed(one, width=room)
        known = [v for v in one.values if v is not None]
        most = max((v for v in values if v is not None), default=0)
        said = f"total {sum(known):.0f}, most {most:.0f}"
        lines.append(f"{one.label[: left - 1]:<{left}}{sparkline(values)}  {said}")
    inside, outside = _inside(marks, dates=dates, by=by)
    if inside:
        row = [" "] * -(-len(dates) // per)
        for mark in inside:
            row[max(i for i, d in enumerate(dates) if d <= mark.date) // per] = "^"
        lines.append(" " * left + "".join(row).rstrip())
    step = (dates[1] - dates[0]).days * per if len(dates) > 1 and by == "day" else per
    span = "%Y-%m" if by == "month" else "%Y-%m-%d"
    foot = f"{dates[0]:{span}} to {dates[-1]:{span}}, {counted(step, by)} a column"
    foot += "".join(f" · ^ {mark.date} {mark.label}" for mark in inside)
    foot += "".join(f" · outside: {mark.date} {mark.label}" for mark in outside)
    return "\n".join(line.rstrip() for line in [*lines, *textwrap.wrap(foot, width)])


def _dates(series: Sequence[Series]) -> tuple[dt.date, ...]:
    if not series or not series[0].dates:
        raise QuestionError("there is nothing to draw: the record holds no such events.")
    if any(one.dates != series[0].dates for one in series):
        raise QuestionError("the series to draw differ in their days; give all the same days.")
    return series[0].dates


def _inside(
    marks: Sequence[TriggerMark], *, dates: Sequence[dt.date], by: Step
) -> tuple[list[TriggerMark], list[TriggerMark]]:
    """Marks on the days that are drawn, and those on others, which have no place there."""
    end = _after(dates, by=by)
    inside = [mark for mark in marks if dates[0] <= mark.date < end]
    return inside, [mark for mark in marks if mark not in inside]


def _after(dates: Sequence[dt.date], *, by: Step) -> dt.date:
    """First day after the last step."""
    last = dates[-1]
    if by == "month":
        return (last + dt.timedelta(days=31)).replace(day=1)
    return last + (dates[1] - dates[0] if len(dates) > 1 else dt.timedelta(days=1))


def _style(chart: Any) -> Any:
    return chart.configure(
        background="white", font="DejaVu Sans, Helvetica, sans-serif"
    ).configure_axis(
        labelColor=MUTED, titleColor=MUTED, gridColor=GRID, domainColor=MUTED,
        titleFontWeight="normal",
    )  # fmt: skip


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise MethodError(
            "pictures need Altair and vl-convert; install them with pip install 'demarche[report]'."
        ) from None
    return altair


def series_chart(
    series: Sequence[Series],
    *,
    title: str,
    marks: Sequence[TriggerMark] = (),
    by: Step = "day",
) -> alt.TopLevelMixin:
    """Small multiples of counts over time, one panel per class, with triggers as dashed lines."""
    a = _altair()
    dates = _dates(series)
    end = _after(dates, by=by).isoformat()
    inside, outside = _inside(marks, dates=dates, by=by)
    title += "".join(f" · outside: {mark.date} {mark.label}" for mark in outside)
    panels = []
    for index, one in enumerate(series):
        rows = [
            {"day": day.isoformat(), "n": value}
            for day, value in zip(one.dates, one.values, strict=True)
            if value is not None
        ]
        if rows and one.values[-1] is not None:  # the last step is as wide as the others
            rows.append({"day": end, "n": one.values[-1]})
        x = a.X(
            "day:T",
            title=None,
            scale=a.Scale(domain=[dates[0].isoformat(), end]),
            axis=a.Axis(grid=False),
        )
        top = max((v for v in one.values if v is not None), default=0)
        y = a.Y("n:Q", title=one.label, axis=a.Axis(values=_whole_ticks(top), format=",d"),
                scale=a.Scale(domain=[0, max(top, 1)]))  # fmt: skip
        area = a.Chart(a.InlineData(values=rows)).mark_area(
            color=COLOURS[index % len(COLOURS)], interpolate="step-after", opacity=0.85
        )
        layers = [area.encode(x=x, y=y)]
        if inside:
            at = [{"day": m.date.isoformat(), "t": m.label} for m in inside]
            rule = a.Chart(a.InlineData(values=at)).mark_rule(color=INK, strokeDash=[4, 3])
            layers.append(rule.encode(x="day:T"))
            places = _lanes(inside, dates[0], _after(dates, by=by)) if index == 0 else []
            for row, (side, lane) in zip(at, places, strict=False):
                text = a.Chart(a.InlineData(values=[row])).mark_text(
                    align=side, dx=4 if side == "left" else -4, dy=-6 - 14 * lane,
                    baseline="bottom", color=INK,
                )  # fmt: skip
                layers.append(text.encode(x="day:T", y=a.value(0), text="t:N"))
        panels.append(a.layer(*layers).properties(width=WIDE, height=104))
    return _style(a.vconcat(*panels, spacing=10).properties(title=title))  # type: ignore[no-any-return]


def _lanes(
    marks: Sequence[TriggerMark], first: dt.date, end: dt.date
) -> list[tuple[Literal["left", "right"], int]]:
    """On which side of each mark its label begins or ends, and how far up, so that none overlap.

    Examples
    --------
    >>> marks = [TriggerMark(date=dt.date(2020, 1, d), label="a strike") for d in (2, 3, 31)]
    >>> _lanes(marks, dt.date(2020, 1, 1), dt.date(2020, 2, 1))
    [('left', 0), ('left', 1), ('right', 0)]
    """
    taken: list[list[tuple[float, float]]] = []
    found: dict[int, tuple[Literal["left", "right"], int]] = {}
    for at in sorted(range(len(marks)), key=lambda i: marks[i].date):
        x = WIDE * (marks[at].date - first).days / (end - first).days
        long = 7.0 * len(marks[at].label) + 8
        side: Literal["left", "right"] = "right" if x + long > WIDE and x > WIDE / 2 else "left"
        low, high = (x - long, x) if side == "right" else (x, x + long)
        lane = next(
            (n for n, row in enumerate(taken) if all(high < a or low > b for a, b in row)),
            len(taken),
        )
        taken += [[] for _ in range(lane + 1 - len(taken))]
        taken[lane].append((low, high))
        found[at] = (side, lane)
    return [found[at] for at in range(len(marks))]


def _whole_ticks(top: float) -> list[int]:
    """About three whole numbers from 0 to the top: half an event is none.

    Examples
    --------
    >>> _whole_ticks(1), _whole_ticks(2), _whole_ticks(7), _whole_ticks(130)
    ([0, 1], [0, 1, 2], [0, 5], [0, 50, 100])
    """
    step = next(
        size * 10**power for power in range(20) for size in (1, 2, 5) if size * 10**power * 3 >= top
    )
    return list(range(0, int(max(top, 1)) + 1, step))


def coverage_text(rows: Sequence[tuple[str, dt.date, int]], *, width: int = 100) -> str:
    """What the record holds, as one sparkline per source: (source, first of month, rows).

    Examples
    --------
    >>> print(coverage_text([("icews", dt.date(2020, 1, 1), 5), ("icews", dt.date(2020, 3, 1), 9)]))
    icews         ▅·█  14 rows
    2020-01 to 2020-03, one month a column · a dot: no rows of that month
    """
    if not rows:
        raise QuestionError("the record is empty; fill it with demarche record sync.")
    months = _months(min(m for _, m, _ in rows), max(m for _, m, _ in rows))
    lines = []
    for source in sorted({s for s, _, _ in rows}):
        have = {m: n for s, m, n in rows if s == source}
        one = Series(
            label=source,
            dates=tuple(months),
            values=tuple(have.get(m) for m in months),
        )
        values = _squeezed(one, width=width - 34)
        lines.append(f"{source[:13]:<14}{sparkline(values)}  {sum(have.values()):,} rows")
    per = -(-len(months) // (width - 34))
    unit = "one month" if per == 1 else f"{per} months"
    lines.append(
        f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}, {unit} a column · a dot: no rows of that month"
    )
    return "\n".join(lines)


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [dt.date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]


def coverage_chart(rows: Sequence[tuple[str, dt.date, int]]) -> alt.TopLevelMixin:
    """Rows by source and month; a gap is a month of which the record holds nothing."""
    a = _altair()
    if not rows:
        raise QuestionError("the record is empty; fill it with demarche record sync.")
    data = [{"source": s, "month": m.isoformat(), "rows": n} for s, m, n in rows]
    bars = a.Chart(a.InlineData(values=data)).mark_bar(color="#0072b2")
    chart = bars.encode(
        x=a.X("yearmonth(month):T", title=None),
        y=a.Y("rows:Q", title="rows", axis=a.Axis(tickCount=3)),
        row=a.Row("source:N", title=None, header=a.Header(labelAngle=0, labelAlign="left")),
    ).properties(width=640, height=70)
    return _style(chart.resolve_scale(y="independent"))  # type: ignore[no-any-return]


def reliability_text(bins: Sequence[Bin], *, title: str) -> str:
    """A reliability diagram as a table: forecast, observed, band if calibrated, and a mark outside.

    Examples
    --------
    >>> print(reliability_text([Bin(forecast=0.1, observed=0.3, low=0.05, high=0.15, count=90)],
    ...                        title="7 days"))
    7 days
    forecast  observed  if calibrated        n
       10.0 %    30.0 %    5.0 - 15.0 %       90 !
    a bin marked ! lies outside the 90 % band of a calibrated forecast
    """
    lines = [title, "forecast  observed  if calibrated        n"]
    for b in bins:
        mark = "" if b.low <= b.observed <= b.high else " !"
        band = f"{100 * b.low:.1f} - {100 * b.high:.1f} %"
        lines.append(
            f"{100 * b.forecast:7.1f} %{100 * b.observed:8.1f} %{band:>16} {b.count:>8}{mark}"
        )
    lines.append("a bin marked ! lies outside the 90 % band of a calibrated forecast")
    return "\n".join(lines)


def reliability_chart(bins: Sequence[Bin], *, title: str) -> alt.TopLevelMixin:
    """Observed share against mean forecast, with the band in which calibrated forecasts lie."""
    a = _altair()
    if not bins:
        raise QuestionError("there is no forecast to draw a reliability diagram of.")
    data = [
        {"forecast": b.forecast, "observed": b.observed, "low": b.low, "high": b.high, "n": b.count}
        for b in bins
    ]
    top = max(max(b.forecast, b.observed, b.high) for b in bins)
    domain = [0, min(1.0, top * 1.05)]
    x = a.X("forecast:Q", title="mean forecast", scale=a.Scale(domain=domain))
    y = a.Y("observed:Q", title="observed share", scale=a.Scale(domain=domain))
    base = a.Chart(a.InlineData(values=data))
    line = a.Chart(a.InlineData(values=[{"v": 0.0}, {"v": domain[1]}]))
    layers = [
        base.mark_rule(color=GRID, strokeWidth=8).encode(
            x=x, y=a.Y("low:Q", scale=a.Scale(domain=domain), title="observed share"), y2="high:Q"
        ),
        line.mark_line(color=MUTED, strokeDash=[4, 3]).encode(
            x=a.X("v:Q", scale=a.Scale(domain=domain), title="mean forecast"),
            y=a.Y("v:Q", scale=a.Scale(domain=domain), title="observed share"),
        ),
        base.mark_point(filled=True, color="#0072b2", opacity=1, size=60).encode(x=x, y=y),
    ]
    return _style(a.layer(*layers).properties(width=360, height=360, title=title))  # type: ignore[no-any-return]


def svg_text(chart: Any) -> str:
    """The chart as SVG text: the same rows give the same bytes."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[]))


AFTER_HEADER = 33
"""Where the second chunk of a PNG image begins."""


def save(chart: Any, *, path: Path) -> Path:
    """Write a chart as .svg, .png or .html (one self-contained file), by the end of its name.

    Raises
    ------
    QuestionError
        If the ending is another, the file cannot be written, or another's file is there.
    """
    import vl_convert

    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise QuestionError(f"{path} must end in .svg, .png or .html, got {suffix or 'nothing'!r}.")
    if suffix == ".png":
        content = _signed(
            vl_convert.vegalite_to_png(chart.to_dict(), scale=2, allowed_base_urls=[])
        )
    elif suffix == ".svg":
        content = svg_text(chart).replace(">", "><!-- demarche -->", 1).encode("utf-8")
    else:
        svg = svg_text(chart)
        content = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="generator" content="demarche picture"><title>demarche</title>'
            "</head><body>" + svg + "</body></html>\n"
        ).encode("utf-8")
    return replace_own(path, content)


def _signed(png: bytes) -> bytes:
    """A PNG image with a text chunk after its header that says what wrote it."""
    text = b"tEXtSoftware\0demarche"
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    return png[:AFTER_HEADER] + chunk + png[AFTER_HEADER:]
