"""New rows and the rows of the store into new files, month by month, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import finish, month_span, parquet
from demarche.record._stage import NAMES, Rows, Stage, narrow_rows, plain_rows
from demarche.record._workers import Workers
from demarche.record.dedupe import REVISED, mark, replaced_days
from demarche.record.manifest import Manifest, Month, Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["MonthsMerged", "merge", "remerged"]

GROUP = 1_500_000
"""Rows merged at once where months are independent; a fuller month is merged alone."""
FEW = 100_000
"""Rows whose text stays text while they are merged: numbering it would cost more than it saves."""
STRAIGHT = 12
"""Files that are sorted as they are written, each from all the few rows of its group."""
SORTED = 400_000
"""Rows sorted at once, but for a fuller day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsMerged:
    """Months of a source after the merge, which were written, and rows before and after."""

    months: Mapping[str, Month]
    written: tuple[str, ...]
    kept: int
    kept_before: int
    set_aside: int
    set_aside_before: int


def merge(
    root: Path,
    stage: Stage,
    *,
    workers: Workers,
    source: str,
    months: Mapping[str, Month],
    deleted: Part | None,
    tell: Callable[[str, int, int], None],
    yearly: Mapping[str, Month] | None = None,
) -> MonthsMerged:
    """Merge the staged rows into the months they touch; nothing is published yet.

    Where the rows are provisional, `yearly` holds the months of the source that replaces them.

    Months are independent of each other, but for sources that move the dates of their events:
    there every month is merged anew.
    """
    revised = source in REVISED
    touched = sorted({*stage.months, *months}) if revised else sorted(stage.months)
    if deleted is not None:
        stage.con.execute(
            f"CREATE OR REPLACE TEMP TABLE _deleted AS FROM {parquet([root / deleted.path])}"
        )
    released = [root / m.events.path for m in (yearly or {}).values() if m.events is not None]
    if released:
        replaced_days(stage.con, "_yearly", parquet(sorted(released)))
    after: dict[str, Month] = dict(months)
    done = 0
    for group in _groups(touched, stage.months, months, together=revised):
        tell("write", done, len(touched))
        with workers.together(workers.count if stage.few else 1):
            rows = _gather(root, stage, group, months)
            marks = mark(
                stage.con,
                rows,
                revised=revised,
                deleted="_deleted" if deleted is not None else None,
                yearly="_yearly" if released else None,
            )
            spans = _spans(stage.con, marks)
        wanted = _straight(rows, marks, spans)
        runs = _sort(workers, rows, marks, spans) if wanted is None else []
        done += len(group)
        if wanted is None:
            stage.drop(touched[:done])
            wanted = _from_runs(rows, runs, group)
        after.update(_write(workers, root, wanted, spans, source=source, months=group))
        for run in runs:
            stage.con.execute(f"DROP TABLE {run.table}")
        stage.drop(touched[:done])
    kept, aside = _sums(after)
    kept_before, aside_before = _sums(months)
    return MonthsMerged(
        months=after,
        written=tuple(touched),
        kept=kept,
        kept_before=kept_before,
        set_aside=aside,
        set_aside_before=aside_before,
    )


def remerged(
    workers: Workers,
    root: Path,
    *,
    source: str,
    held: Manifest,
    yearly: Mapping[str, Month],
) -> Mapping[str, Month]:
    """Months of a held source whose rows now end otherwise; no row is added."""
    state = held.sources[source]
    return merge(
        root,
        Stage(con=workers.con),
        workers=workers,
        source=source,
        months=state.months,
        deleted=state.deleted,
        tell=lambda what, done, total: None,
        yearly=yearly,
    ).months


def _sums(months: Mapping[str, Month]) -> tuple[int, int]:
    kept = sum(m.events.rows for m in months.values() if m.events is not None)
    return kept, sum(m.duplicates.rows for m in months.values() if m.duplicates is not None)


def _groups(
    touched: Sequence[str],
    new: Mapping[str, int],
    old: Mapping[str, Month],
    *,
    together: bool,
) -> Iterator[list[str]]:
    """Months to merge at once."""
    if together:
        if touched:
            yield list(touched)
        return
    group: list[str] = []
    size = 0
    for month in touched:
        held = old.get(month, Month())
        rows = new.get(month, 0) + sum(
            part.rows for part in (held.events, held.duplicates) if part is not None
        )
        if group and size + rows > GROUP:
            yield group
            group, size = [], 0
        group.append(month)
        size += rows
    if group:
        yield group


def _gather(root: Path, stage: Stage, group: Sequence[str], months: Mapping[str, Month]) -> Rows:
    """All rows of a group of months."""
    held = [
        part
        for month in group
        if month in months
        for part in (months[month].events, months[month].duplicates)
        if part is not None
    ]
    staged = [month for month in group if month in stage.months]
    queries = []
    if staged:
        rows = stage.rows(staged)
        if not held:
            return rows
        queries.append(f"SELECT {rows.select} FROM ({rows.query}) p")
    queries.append(f"SELECT {NAMES} FROM {parquet([root / part.path for part in held])}")
    many = sum(part.rows for part in held) + sum(stage.months[month] for month in staged)
    make = plain_rows if many <= FEW else narrow_rows
    return make(stage.con, "_all", " UNION ALL ".join(queries))


@dataclass(slots=True, kw_only=True)
class _Span:
    """Rows of a month by day, those that count and those set aside, and the latter by rule."""

    kept: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    last_known: str = ""


def _spans(con: DuckDBPyConnection, marks: str) -> dict[str, _Span]:
    """What each month of the marked rows holds."""
    found: dict[str, _Span] = {}
    for day, rule, rows, known in con.execute(
        "SELECT CAST(day AS VARCHAR), rule, n, CAST(known AS VARCHAR) FROM (SELECT r.date AS day, "
        "m.rule, count(*) AS n, max(r.known_at) AS known "
        f"FROM _light r LEFT JOIN {marks} m ON m.rid = r.rid GROUP BY ALL)"
    ).fetchall():
        span = found.setdefault(day[:7], _Span())
        if rule is None:
            span.kept[day] = rows
            span.last_known = max(span.last_known, known)
        else:
            span.aside[day] = span.aside.get(day, 0) + rows
            span.rules[rule] = span.rules.get(rule, 0) + rows
    con.execute("DROP TABLE _light")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Rows of a month in a sorted table: from which on, how many count, how many are set aside."""

    month: str
    first: int
    kept: int
    aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Sorted rows of some days; by month, first those that count, then those set aside."""

    table: str
    days: tuple[str, str]
    pieces: tuple[_Piece, ...]


def _runs(spans: Mapping[str, _Span]) -> list[_Run]:
    """Rows that are sorted at once: so many days as fit in memory together."""
    runs: list[_Run] = []
    days: list[str] = []
    pieces: list[_Piece] = []

    def rows() -> int:
        return sum(piece.kept + piece.aside for piece in pieces)

    def cut() -> None:
        if days:
            table = f"_run{len(runs)}"
            runs.append(_Run(table=table, days=(days[0], days[-1]), pieces=tuple(pieces)))
            days.clear()
            pieces.clear()

    for month, span in sorted(spans.items()):
        whole = sum(span.kept.values()) + sum(span.aside.values())
        if rows() + whole > SORTED:
            cut()
        for day in sorted({*span.kept, *span.aside}):
            kept, aside = span.kept.get(day, 0), span.aside.get(day, 0)
            if rows() + kept + aside > SORTED:
                cut()
            if pieces and pieces[-1].month == month:
                last = pieces.pop()
                kept, aside = kept + last.kept, aside + last.aside
            pieces.append(_Piece(month=month, first=rows(), kept=kept, aside=aside))
            days.append(day)
    cut()
    return runs


def _sort(workers: Workers, rows: Rows, marks: str, spans: Mapping[str, _Span]) -> list[_Run]:
    """Rows of a group of months as tables, by month, day, event and place among its versions.

    A sort that spills costs several times as much as all the rest. Rows of a table keep the order
    in which they came, if one thread puts them there.
    """
    date, known = rows.columns["date"], rows.columns["known_at"]
    runs = _runs(spans)

    def task(run: _Run) -> Callable[[DuckDBPyConnection], object]:
        month = f"date_trunc('month', {date}), " if len(run.pieces) > 1 else ""
        where = f"WHERE {date} BETWEEN DATE '{run.days[0]}' AND DATE '{run.days[1]}' "
        return lambda con: con.execute(
            f"CREATE OR REPLACE TABLE {run.table} AS SELECT p.*, m.rule AS _rule, "
            "m.kept_id AS _kept, m.counted_until AS _until, "
            f"coalesce(m.counted_from, {known}) AS _from FROM ({rows.query}) p "
            f"LEFT JOIN {marks} m ON m.rid = p.rid {where if len(runs) > 1 else ''}"
            f"ORDER BY {month}m.rule IS NOT NULL, {date}, {rows.order}, coalesce(m.place, 0)"
        )

    for _ in workers.run([task(run) for run in runs]):
        pass
    return runs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A file to write: its kind, its month, its rows and their SQL."""

    kind: str
    month: str
    rows: int
    query: str


def _straight(rows: Rows, marks: str, spans: Mapping[str, _Span]) -> list[_Wanted] | None:
    """Files of a few rows, each sorted as it is written; None where tables of runs cost less."""
    kinds = (("events", "IS NULL"), ("duplicates", "IS NOT NULL"))
    sizes = {
        (kind, month): sum(days.values())
        for month, span in spans.items()
        for kind, days in (("events", span.kept), ("duplicates", span.aside))
        if days
    }
    if sum(sizes.values()) > FEW or len(sizes) > STRAIGHT:
        return None
    date, known = rows.columns["date"], rows.columns["known_at"]
    marked = f"FROM ({rows.query}) p LEFT JOIN {marks} m ON m.rid = p.rid"
    extra = {
        "events": f"coalesce(m.counted_from, {known}) AS counted_from, m.counted_until",
        "duplicates": "m.rule, m.kept_id",
    }
    wanted = []
    for kind, rule in kinds:
        for month in sorted(spans):
            if (kind, month) not in sizes:
                continue
            first, after = month_span(month)
            query = (
                f"SELECT {rows.select}, {extra[kind]} {marked} "
                f"WHERE {date} >= {first} AND {date} < {after} AND m.rule {rule} "
                f"ORDER BY {date}, {rows.order}, coalesce(m.place, 0)"
            )
            size = sizes[kind, month]
            wanted.append(_Wanted(kind=kind, month=month, rows=size, query=query))
    return wanted


def _cut(table: str, first: int, rows: int) -> str:
    return f"FROM {table} WHERE rowid >= {first} AND rowid < {first + rows}"


def _from_runs(rows: Rows, runs: Sequence[_Run], months: Sequence[str]) -> list[_Wanted]:
    """Files of sorted runs: rows that count, and those set aside with the rule.

    They are stored narrow, and made into events only as they are written.
    """
    wanted = []
    for month in months:
        mine = [(run.table, piece) for run in runs for piece in run.pieces if piece.month == month]
        kept = [_cut(table, p.first, p.kept) for table, p in mine if p.kept]
        aside = [_cut(table, p.first + p.kept, p.aside) for table, p in mine if p.aside]
        for kind, cuts, size, extra in (
            (
                "events",
                kept,
                sum(piece.kept for _, piece in mine),
                "p._from AS counted_from, p._until AS counted_until",
            ),
            (
                "duplicates",
                aside,
                sum(piece.aside for _, piece in mine),
                "p._rule AS rule, p._kept AS kept_id",
            ),
        ):
            if cuts:
                query = f"SELECT {rows.select}, {extra} FROM ({' UNION ALL '.join(cuts)}) p"
                wanted.append(_Wanted(kind=kind, month=month, rows=size, query=query))
    return wanted


def _write(
    workers: Workers,
    root: Path,
    wanted: Sequence[_Wanted],
    spans: Mapping[str, _Span],
    *,
    source: str,
    months: Sequence[str],
) -> dict[str, Month]:
    """Write the files of each month, those of most rows first."""

    def task(one: _Wanted) -> Callable[[DuckDBPyConnection], Part]:
        folder = f"{one.kind}/source={source}/month={one.month}"
        return lambda con: finish(con, root, folder=folder, query=one.query)

    ordered = sorted(wanted, key=lambda one: (-one.rows, one.kind, one.month))
    parts = workers.run([task(one) for one in ordered])
    found = {(one.kind, one.month): part for one, part in zip(ordered, parts, strict=True)}
    after = {}
    for month in months:
        span = spans.get(month, _Span())
        after[month] = Month(
            events=found.get(("events", month)),
            duplicates=found.get(("duplicates", month)),
            by_rule=dict(sorted(span.rules.items())),
            first=min(span.kept, default=""),
            last=max(span.kept, default=""),
            last_known=span.last_known,
        )
    return after
