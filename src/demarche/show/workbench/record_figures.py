"""Figures of the record: coverage by source, counts of a dyad, reliability of a back-test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from demarche.show._charts import NARROW, WIDE, Mark, probability_axis
from demarche.show._figures import Figure, build
from demarche.show._numbers import chance, span
from demarche.show._series import draw_counts
from demarche.show.reliabilities import reliabilities
from demarche.terms import QUADS

__all__ = ["coverage_figure", "dyad_figure", "reliability_figures"]

MOST_SOURCES = 12
TABLE = 36
"""Steps in a table; more are told by year."""


def coverage_figure(rows: Sequence[tuple[str, dt.date, int]]) -> Figure | None:
    """Rows kept by month, one panel a source; a month of which nothing is held is blank."""
    if not rows:
        return None
    totals: dict[str, int] = {}
    for source, _, count in rows:
        totals[source] = totals.get(source, 0) + count
    sources = sorted(totals, key=lambda id: (-totals[id], id))[:MOST_SOURCES]
    held = {(source, month): count for source, month, count in rows}
    months = _months([month for source, month, _ in rows if source in sources])
    steps = [(month, [held.get((source, month)) for source in sources]) for month in months]
    table = []
    for source in sorted(totals, key=lambda id: (-totals[id], id)):
        own = sorted(month for s, month, _ in rows if s == source)
        without = len(_months(own)) - len(own)
        table.append(
            (source, f"{own[0]:%Y-%m}", f"{own[-1]:%Y-%m}", str(len(own)), str(without),
             f"{totals[source]:,}")
        )  # fmt: skip
    left = len(totals) - len(sources)
    return _figure(
        steps,
        id="fig-coverage",
        title="Rows of the record by source and month",
        classes=sources,
        head=("Source", "First month", "Last month", "Months", "Months without rows", "Rows"),
        rows=tuple(table),
        note="Each panel has a scale of its own; a month of which nothing is held is left blank."
        + (f" {left} smaller sources are in the table only." if left else ""),
    )


def _months(found: Sequence[dt.date]) -> list[dt.date]:
    """Every month from the first to the last."""
    first, last = min(found), max(found)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    at = first.year * 12 + first.month - 1
    return [dt.date((at + i) // 12, (at + i) % 12 + 1, 1) for i in range(count)]


def dyad_figure(
    rows: Sequence[tuple[dt.date, Sequence[int]]],
    *,
    actor: str,
    recipient: str,
    source: str,
    by: str,
) -> Figure | None:
    """Events of an actor towards another by quad class; ``None`` with fewer than two steps."""
    form = "%Y-%m" if by == "month" else "%Y-%m-%d"
    table = [(format(day, form), *(str(x) for x in counts)) for day, counts in rows]
    head = "Month" if by == "month" else "Day"
    if len(table) > TABLE:
        years = dict.fromkeys(day.year for day, _ in rows)
        table = [
            (str(y), *(str(sum(c[k] for d, c in rows if d.year == y)) for k in range(len(QUADS))))
            for y in years
        ]
        head = "Year"
    return _figure(
        rows,
        id="fig-counts",
        title=f"Events of {actor} towards {recipient or 'anyone'}, by {by} and class",
        classes=QUADS,
        head=(head, *QUADS),
        rows=tuple(table),
        note=f"Source: {source}. Each panel has a scale of its own; the first and the last "
        f"{by} may be cut.",
    )


def _figure(
    steps: Sequence[tuple[dt.date, Sequence[float | None]]],
    *,
    id: str,
    title: str,
    classes: Sequence[str],
    head: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    note: str,
) -> Figure | None:
    from markupsafe import Markup

    if len(steps) < 2:
        if id != "fig-coverage":
            return None
        steps = [*steps, (steps[0][0] + dt.timedelta(days=31), [None] * len(classes))]
    wide, narrow = (
        draw_counts(steps, classes=classes, marks=(), title=title, frame=frame)
        for frame in (WIDE, NARROW)
    )
    return Figure(
        id=id, title=title, wide=Markup(wide), narrow=Markup(narrow), legend=(), head=head,
        rows=rows, note=note,
    )  # fmt: skip


def reliability_figures(data: Mapping[str, Any]) -> tuple[Figure, ...]:
    """What followed beside what was forecast, bin by bin, one figure a horizon.

    Raises
    ------
    QuestionError
        If the back-test holds no reliability of our own method.
    """
    found = []
    for number, (title, bins) in enumerate(reliabilities(data, horizon=None, method="ours"), 1):
        found.append(
            build(
                [f"forecast {chance(b.forecast)}" for b in bins],
                id=f"fig-reliability-{number}",
                title=title,
                alt_text=f"{len(bins)} bins: the share that followed, as a dot, beside the range "
                "in which a calibrated forecast would lie.",
                marks=[
                    Mark(
                        shape="span",
                        points=tuple((i, 100 * b.low, 100 * b.high) for i, b in enumerate(bins)),
                        tone="muted",
                    ),
                    Mark(
                        shape="diamond",
                        points=tuple((i, 100 * b.forecast) for i, b in enumerate(bins)),
                    ),
                    Mark(
                        shape="circle",
                        points=tuple((i, 100 * b.observed) for i, b in enumerate(bins)),
                        tone="pool",
                        filled=True,
                    ),
                ],
                axis=probability_axis("share, %"),
                values=[f"n {b.count:,}" for b in bins],
                legend=(
                    ("circle", "pool", True, "followed"),
                    ("diamond", "ink", False, "forecast"),
                    ("span", "ink", False, "where a calibrated one would lie"),
                ),
                head=("Mean forecast", "Followed %", "Range if calibrated %", "Forecasts"),
                rows=tuple(
                    (
                        chance(b.forecast, sign=""),
                        chance(b.observed, sign=""),
                        span(b.low, b.high),
                        f"{b.count:,}",
                    )
                    for b in bins
                ),
            )
        )
    return tuple(found)
