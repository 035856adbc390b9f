"""demarche picture: counts over time, coverage of the record, reliability of a back-test."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from demarche.errors import QuestionError
from demarche.show.record_text import out
from demarche.show.where import day_of, given_day, store_path

__all__ = ["picture"]

picture = App(name="picture", help="Draw a record or a back-test, on screen or into a file.")


@picture.command
def counts(
    actor: str,
    recipient: str | None = None,
    /,
    *,
    mark: Sequence[str] = (),
    since: str | None = None,
    as_of: str | None = None,
    by: Literal["day", "month"] = "day",
    source: str | None = None,
    unit: Literal["actor", "name", "sector"] | None = None,
    store: str | None = None,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
) -> None:
    """Events of an actor towards another, or anyone, over time by quad class.

    Parameters
    ----------
    actor
        Who acts, as the record names it (RUS, or RUS/military with --unit sector).
    recipient
        To whom; anyone if left out.
    mark
        A trigger to mark, as DATE=LABEL (repeat for more).
    since
        First day shown; the last 365 days by default.
    as_of
        Only what was known by this day; all of it by default.
    by
        Count by day or by month.
    source
        Source of the record; the fullest by default.
    unit
        What acts: actors, names of the source, or organs (sector).
    store
        Folder of the record; DEMARCHE_STORE or desk/record by default.
    output
        File to write instead (.svg, .png or .html).
    """
    from demarche.desk.event_names import name_in
    from demarche.desk.record import day_counts, months_of, named_counts, open_counts
    from demarche.show.pictures import Series, TriggerMark, save, series_chart, series_text
    from demarche.terms import QUADS

    place = store_path(store)
    held = open_counts(place, source=source, unit=unit)
    if unit is None:
        held = named_counts(
            held, names=[actor, recipient or ""],
            by_code=lambda: open_counts(place, source=source, unit="actor"),
        )  # fmt: skip
    known_by = given_day(as_of, option="--as-of")
    start = min(known_by or held.end, held.end) - dt.timedelta(days=364)
    found = day_counts(
        held,
        actor=actor,
        recipients=() if recipient is None else (recipient,),
        as_of=known_by,
        since=given_day(since, option="--since") or start,
    )
    rows = months_of(found) if by == "month" else tuple(zip(found.dates, found.quads, strict=True))
    series = [
        Series(
            label=label,
            dates=tuple(day for day, _ in rows),
            values=tuple(float(quads[index]) for _, quads in rows),
        )
        for index, label in enumerate(QUADS)
    ]
    marks = []
    for text in mark:
        day, _, label = text.partition("=")
        marks.append(TriggerMark(date=day_of(day, option="--mark"), label=label or "trigger"))
    who, whom = (name_in(held.actors, name or "") or "anyone" for name in (actor, recipient))
    title = f"{who} to {whom}, events by {by} ({found.source})"
    if by == "month":
        title += _cut(found.dates[0], found.dates[-1])
    if output is None:
        sys.stdout.write(series_text(series, title=title, marks=marks, by=by) + "\n")
    else:
        path = save(series_chart(series, title=title, marks=marks, by=by), path=Path(output))
        sys.stdout.write(f"wrote {path}\n")


def _cut(first: dt.date, last: dt.date) -> str:
    """Which months are counted in part.

    Examples
    --------
    >>> _cut(dt.date(2020, 1, 1), dt.date(2020, 3, 9))
    ', 2020-03 up to 2020-03-09'
    """
    said = "" if first.day == 1 else f", {first:%Y-%m} from {first} on"
    whole = (last + dt.timedelta(days=1)).day == 1
    return said if whole else f"{said}, {last:%Y-%m} up to {last}"


@picture.command
def coverage(
    *,
    store: str | None = None,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
) -> None:
    """Rows kept by source and month; a gap is a month of which the record holds nothing.

    Parameters
    ----------
    store
        Folder of the record; DEMARCHE_STORE or desk/record by default.
    output
        File to write instead (.svg, .png or .html).
    """
    from demarche.desk.record import coverage as rows_of
    from demarche.show.pictures import coverage_chart, coverage_text, save

    root = store_path(store)
    rows = rows_of(root)
    if not rows:
        raise QuestionError(f"the record at {root} is empty; fill it with demarche record sync.")
    if output is None:
        sys.stdout.write(coverage_text(rows) + "\n")
    else:
        sys.stdout.write(f"wrote {save(coverage_chart(rows), path=Path(output))}\n")


@picture.command
def reliability(
    result: str | None = None,
    /,
    *,
    horizon: int | None = None,
    method: str = "ours",
    store: str | None = None,
    source: str | None = None,
    unit: Literal["actor", "name", "sector"] | None = None,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
) -> None:
    """How often what was forecast at some probability followed, on a later part of the record.

    Parameters
    ----------
    result
        File with what "demarche validate events --json" printed; without it, the back-test is run.
    horizon
        Days ahead; every horizon of the back-test by default, on screen only.
    method
        A method whose reliability the back-test holds: ours, logistic or base rate.
    store
        Folder of the record; DEMARCHE_STORE or desk/record by default.
    source
        Source of the record; the fullest by default.
    unit
        What a dyad joins: actors, names of the source, or organs.
    output
        File to write instead (.svg, .png or .html); needs one --horizon.
    """
    from demarche.show.pictures import reliability_chart, reliability_text, save
    from demarche.show.reliabilities import read_result, reliabilities, run_backtest

    data = (
        read_result(Path(result))
        if result is not None
        else run_backtest(store_path(store), source=source, unit=unit, horizon=horizon)
    )
    found = reliabilities(data, horizon=horizon, method=method)
    if output is None:
        text = "\n\n".join(reliability_text(bins, title=title) for title, bins in found)
        sys.stdout.write(text + "\n")
        _say_left_out(data)
        return
    if len(found) != 1:
        raise QuestionError(
            f"a file holds one diagram and {len(found)} were found; choose one with --horizon."
        )
    title, bins = found[0]
    sys.stdout.write(f"wrote {save(reliability_chart(bins, title=title), path=Path(output))}\n")
    _say_left_out(data)


def _say_left_out(data: Mapping[str, Any]) -> None:
    """What a back-test did not test, as in its table."""
    lines = data.get("left_out", ())
    for line in lines if isinstance(lines, list) else ():
        out(f"left out: {line}\n")
