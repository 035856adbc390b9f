"""New rows and the rows of the store into new files, month by month, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import finish, month_span, parquet
from demarche.record._stage import NAMES, Rows, Stage, narrow_rows
from demarche.record.dedupe import REVISED, mark, replaced_days
from demarche.record.manifest import Manifest, Month, Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["MonthsMerged", "merge", "remerged"]

GROUP = 1_500_000
"""Rows merged at once where months are independent; a fuller month is merged alone."""


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
        rows = _gather(root, stage, group, months)
        marks = mark(
            stage.con,
            "_rows",
            revised=revised,
            deleted="_deleted" if deleted is not None else None,
            yearly="_yearly" if released else None,
        )
        spans = _spans(stage.con, marks)
        for month in group:
            after[month] = _write(
                stage.con, root, rows, marks, source=source, month=month, span=spans.get(month)
            )
        done += len(group)
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
    con: DuckDBPyConnection,
    root: Path,
    *,
    source: str,
    held: Manifest,
    yearly: Mapping[str, Month],
) -> Mapping[str, Month]:
    """Months of a held source whose rows now end otherwise; no row is added."""
    state = held.sources[source]
    con.execute("DROP VIEW IF EXISTS _rows")
    return merge(
        root,
        Stage(con=con, folder=root / "tmp" / "stage", single=False),
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
    """All rows of a group of months in one table; ``_rows`` shows them as events."""
    held = [
        root / part.path
        for month in group
        if month in months
        for part in (months[month].events, months[month].duplicates)
        if part is not None
    ]
    con = stage.con
    con.execute("DROP VIEW IF EXISTS _rows")
    if stage.single and not held and set(group) == set(stage.months):
        rows = Rows(table="_new", columns=stage.columns)
    else:
        queries = stage.query([month for month in group if month in stage.months])
        if held:
            queries.append(f"SELECT {NAMES} FROM {parquet(held)}")
        rows = narrow_rows(con, "_all", " UNION ALL ".join(queries))
    con.execute(f"CREATE VIEW _rows AS SELECT p.rowid AS rid, {rows.select} FROM {rows.table} p")
    return rows


@dataclass(slots=True, kw_only=True)
class _Span:
    """Rows of a month by rule, None for those that count, and the days of those."""

    rules: dict[str | None, int] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    last_known: str = ""


def _spans(con: DuckDBPyConnection, marks: str) -> dict[str, _Span]:
    """What each month of ``_rows`` holds."""
    found: dict[str, _Span] = {}
    for month, rule, rows, first, last, known in con.execute(
        "SELECT strftime(month, '%Y-%m'), rule, n, CAST(first AS VARCHAR), CAST(last AS VARCHAR), "
        "CAST(known AS VARCHAR) FROM (SELECT date_trunc('month', r.date) AS month, m.rule, "
        "count(*) AS n, min(r.date) AS first, max(r.date) AS last, max(r.known_at) AS known "
        f"FROM _rows r LEFT JOIN {marks} m ON m.rid = r.rid GROUP BY ALL) ORDER BY 1, 2"
    ).fetchall():
        span = found.setdefault(month, _Span())
        span.rules[rule] = rows
        if rule is None:
            span.first, span.last, span.last_known = first, last, known
    return found


def _write(
    con: DuckDBPyConnection,
    root: Path,
    rows: Rows,
    marks: str,
    *,
    source: str,
    month: str,
    span: _Span | None,
) -> Month:
    """Write the rows of one month: those that count, and those set aside with the rule.

    They are sorted as they are stored, narrow, and made into events only as they are written.
    """
    if span is None:
        return Month()
    first, after = month_span(month)
    date, id, known = (rows.columns[name] for name in ("date", "event_id", "known_at"))
    where = f"{date} >= {first} AND {date} < {after}"

    def ordered(more: str, rule: str) -> str:
        return (
            f"(SELECT p.*, {more} FROM {rows.table} p LEFT JOIN {marks} m ON m.rid = p.rowid "
            f"WHERE {where} AND m.rule IS {rule} ORDER BY {date}, {id}, coalesce(m.place, 0)) p"
        )

    rules = {rule: n for rule, n in span.rules.items() if rule is not None}
    events = duplicates = None
    if None in span.rules:
        dates = f"coalesce(m.counted_from, {known}) AS _from, m.counted_until AS _until"
        events = finish(
            con,
            root,
            folder=f"events/source={source}/month={month}",
            query=f"SELECT {rows.select}, p._from AS counted_from, p._until AS counted_until "
            f"FROM {ordered(dates, 'NULL')}",
        )
    if rules:
        duplicates = finish(
            con,
            root,
            folder=f"duplicates/source={source}/month={month}",
            query=f"SELECT {rows.select}, p._rule AS rule, p._kept AS kept_id FROM "
            f"{ordered('m.rule AS _rule, m.kept_id AS _kept', 'NOT NULL')}",
        )
    return Month(
        events=events,
        duplicates=duplicates,
        by_rule=rules,
        first=span.first,
        last=span.last,
        last_known=span.last_known,
    )
