"""New rows and the rows of the store into new files, month by month, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import finish, parquet
from demarche.record._stage import NAMES, Rows, Stage, narrow_rows
from demarche.record._workers import Workers
from demarche.record.dedupe import REVISED, mark, replaced_days
from demarche.record.manifest import Manifest, Month, Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["MonthsMerged", "merge", "remerged"]

GROUP = 1_500_000
"""Rows merged at once where months are independent; a fuller month is merged alone."""
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
        with workers.together():
            rows = _gather(root, stage, group, months)
            marks = mark(
                stage.con,
                "_rows",
                revised=revised,
                deleted="_deleted" if deleted is not None else None,
                yearly="_yearly" if released else None,
            )
            spans = _spans(stage.con, marks)
        runs = _sort(workers, rows, marks, spans)
        done += len(group)
        stage.drop(touched[:done])
        after.update(_write(workers, root, rows, spans, runs, source=source, months=group))
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
    """All rows of a group of months; ``_rows`` shows them as events."""
    held = [
        root / part.path
        for month in group
        if month in months
        for part in (months[month].events, months[month].duplicates)
        if part is not None
    ]
    con = stage.con
    con.execute("DROP VIEW IF EXISTS _rows")
    staged = [month for month in group if month in stage.months]
    if staged:
        rows = stage.rows(staged)
        query = f"SELECT {rows.select} FROM ({rows.query}) p"
    if held:
        queries = [query] if staged else []
        queries.append(f"SELECT {NAMES} FROM {parquet(held)}")
        rows = narrow_rows(con, "_all", " UNION ALL ".join(queries))
    con.execute(f"CREATE VIEW _rows AS SELECT p.rid, {rows.select} FROM ({rows.query}) p")
    return rows


@dataclass(slots=True, kw_only=True)
class _Span:
    """Rows of a month by day, those that count and those set aside, and the latter by rule."""

    kept: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    last_known: str = ""


def _spans(con: DuckDBPyConnection, marks: str) -> dict[str, _Span]:
    """What each month of ``_rows`` holds."""
    found: dict[str, _Span] = {}
    for day, rule, rows, known in con.execute(
        "SELECT CAST(day AS VARCHAR), rule, n, CAST(known AS VARCHAR) FROM (SELECT r.date AS day, "
        "m.rule, count(*) AS n, max(r.known_at) AS known "
        f"FROM _rows r LEFT JOIN {marks} m ON m.rid = r.rid GROUP BY ALL)"
    ).fetchall():
        span = found.setdefault(day[:7], _Span())
        if rule is None:
            span.kept[day] = rows
            span.last_known = max(span.last_known, known)
        else:
            span.aside[day] = span.aside.get(day, 0) + rows
            span.rules[rule] = span.rules.get(rule, 0) + rows
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Sorted rows of some days of a month: first those that count, then those set aside."""

    table: str
    month: str
    days: tuple[str, ...]
    kept: int
    rows: int


def _runs(spans: Mapping[str, _Span]) -> list[_Run]:
    """Rows that are sorted at once: so many days as fit in memory together."""
    runs: list[_Run] = []
    for month, span in sorted(spans.items()):
        days: list[str] = []
        kept = rows = 0
        for day in [*sorted({*span.kept, *span.aside}), ""]:
            more, aside = span.kept.get(day, 0), span.aside.get(day, 0)
            if days and (not day or rows + more + aside > SORTED):
                table = f"_run{len(runs)}"
                runs.append(_Run(table=table, month=month, days=tuple(days), kept=kept, rows=rows))
                days, kept, rows = [], 0, 0
            days.append(day)
            kept, rows = kept + more, rows + more + aside
    return runs


def _sort(workers: Workers, rows: Rows, marks: str, spans: Mapping[str, _Span]) -> list[_Run]:
    """Rows of a group of months as tables, by day, event and place among its versions.

    A sort that spills costs several times as much as all the rest. Rows of a table keep the order
    in which they came, if one thread puts them there.
    """
    date, known = rows.columns["date"], rows.columns["known_at"]
    runs = _runs(spans)

    def task(run: _Run) -> Callable[[DuckDBPyConnection], object]:
        return lambda con: con.execute(
            f"CREATE OR REPLACE TABLE {run.table} AS SELECT p.*, m.rule AS _rule, "
            "m.kept_id AS _kept, m.counted_until AS _until, "
            f"coalesce(m.counted_from, {known}) AS _from FROM ({rows.query}) p "
            f"LEFT JOIN {marks} m ON m.rid = p.rid "
            f"WHERE {date} BETWEEN DATE '{run.days[0]}' AND DATE '{run.days[-1]}' "
            f"ORDER BY m.rule IS NOT NULL, {date}, {rows.order}, coalesce(m.place, 0)"
        )

    for _ in workers.run([task(run) for run in runs]):
        pass
    return runs


def _write(
    workers: Workers,
    root: Path,
    rows: Rows,
    spans: Mapping[str, _Span],
    runs: Sequence[_Run],
    *,
    source: str,
    months: Sequence[str],
) -> dict[str, Month]:
    """Write the rows of each month: those that count, and those set aside with the rule.

    They are stored narrow, and made into events only as they are written.
    """
    dates = "p._from AS counted_from, p._until AS counted_until"
    rules = "p._rule AS rule, p._kept AS kept_id"
    wanted: list[tuple[str, str, str]] = []
    for month in months:
        mine = [run for run in runs if run.month == month]
        kept = [f"FROM {r.table} WHERE rowid < {r.kept}" for r in mine if r.kept]
        aside = [f"FROM {r.table} WHERE rowid >= {r.kept}" for r in mine if r.kept < r.rows]
        if kept:
            wanted.append(("events", month, f"{dates} FROM ({' UNION ALL '.join(kept)}) p"))
        if aside:
            wanted.append(("duplicates", month, f"{rules} FROM ({' UNION ALL '.join(aside)}) p"))

    def task(kind: str, month: str, query: str) -> Callable[[DuckDBPyConnection], Part]:
        folder = f"{kind}/source={source}/month={month}"
        query = f"SELECT {rows.select}, {query}"
        return lambda con: finish(con, root, folder=folder, query=query)

    parts = workers.run([task(*one) for one in wanted])
    found = {(kind, month): part for (kind, month, _), part in zip(wanted, parts, strict=True)}
    for run in runs:
        workers.con.execute(f"DROP TABLE {run.table}")
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
