"""New rows and the rows of the store into new files, month by month, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import ROW_GROUP, finish, literal, month_span, parquet
from demarche.record._stage import NAMES, Rows, Stage, narrow_rows, plain_rows, rows_by_day
from demarche.record._workers import Workers
from demarche.record.dedupe import REVISED, RULES, mark, replaced_days
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
SORTED = 200_000
"""Rows sorted at once, but for a fuller day."""

_RULE = f"ENUM ({', '.join(map(literal, RULES))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsMerged:
    """Months of a source after the merge, which were written, and rows before and after.

    `linked` are months that hold rows of one id and several dates, `undecided` the growth of rows
    set aside for want of a release.
    """

    months: Mapping[str, Month]
    written: tuple[str, ...]
    kept: int
    kept_before: int
    set_aside: int
    set_aside_before: int
    undecided: int
    linked: tuple[str, ...]


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
    linked: Collection[str] = (),
    ids: bool = False,
) -> MonthsMerged:
    """Merge the staged rows into the months they touch; nothing is published yet.

    Where the rows are provisional, `yearly` holds the months of the source that replaces them.

    Months are independent of each other, but for sources that move the dates of their events:
    there every month is merged anew. In a table of one's own whose rows have `ids`, these are the
    `linked` months, which hold rows of one id and several dates.
    """
    revised = source in REVISED
    linked = {*linked, *(moved_months(root, stage, months) if ids and not revised else ())}
    across = revised or bool(linked & stage.months.keys())
    touched = sorted({*stage.months, *(months if revised else linked if across else ())})
    if deleted is not None:
        stage.con.execute(
            f"CREATE OR REPLACE TABLE _deleted AS FROM {parquet([root / deleted.path])}"
        )
    released = [root / m.events.path for m in (yearly or {}).values() if m.events is not None]
    if released:
        replaced_days(stage.con, "_yearly", parquet(sorted(released)))
    after: dict[str, Month] = dict(months)
    done = 0
    marker = partial(
        mark,
        across=across,
        votes=not revised,
        deleted="_deleted" if deleted is not None else None,
        yearly="_yearly" if released else None,
    )
    for group in _groups(touched, stage.months, months, together=across):
        tell("write", done, len(touched))
        with workers.together(workers.count if stage.few else 1):
            size = sum(_size(month, stage.months, months) for month in group)
            rows = _gather(root, stage, group, months, few=size <= FEW)
            spans: dict[str, _Span] = {}
            if whole := across or size <= FEW:
                marker(stage.con, rows)
                spans = _spans(stage.con, "_marks")
        wanted = _straight(rows, spans) if whole else None
        runs: list[_Run] = []
        if wanted is None:
            days, _ = rows_by_day(stage.con, f"FROM ({rows.base}) p", rows.columns["date"])
            runs = _runs(days)
            spans = _sort(workers, stage, rows, runs, None if whole else marker, spans)
            wanted = _from_runs(rows, runs, spans)
        after.update(_write(workers, root, wanted, spans, source=source, months=group))
        for run in runs:
            stage.con.execute(f"DROP TABLE {run.table}")
        done += len(group)
        stage.drop(f"{group[-1]}-31")
    kept, aside = _sums(after)
    kept_before, aside_before = _sums(months)
    return MonthsMerged(
        months=after,
        written=tuple(touched),
        kept=kept,
        kept_before=kept_before,
        set_aside=aside,
        set_aside_before=aside_before,
        undecided=_undecided(after) - _undecided(months),
        linked=tuple(sorted(linked)),
    )


def moved_months(root: Path, stage: Stage, months: Mapping[str, Month]) -> set[str]:
    """Months with a row of an id that has several dates, in what is staged or with what is held."""
    if not stage.months:
        return set()
    rows = stage.rows(stage.months)
    new = f"SELECT event_id, date FROM ({rows.only(('event_id', 'date'))})"
    seen = "FROM _dated"
    stage.con.execute(f"CREATE OR REPLACE TEMP TABLE _dated AS {new}")
    held = [part for m in months.values() for part in (m.events, m.duplicates) if part is not None]
    if held:
        seen += (
            f" UNION ALL SELECT event_id, date FROM {parquet([root / part.path for part in held])} "
            "SEMI JOIN _dated USING (event_id)"
        )
    found = stage.con.execute(
        f"WITH seen AS ({seen}), moved AS (SELECT event_id FROM seen GROUP BY 1 "
        "HAVING min(date) <> max(date)) SELECT DISTINCT strftime(date, '%Y-%m') FROM seen "
        "SEMI JOIN moved USING (event_id)"
    ).fetchall()
    stage.con.execute("DROP TABLE _dated")
    return {row[0] for row in found}


def _undecided(months: Mapping[str, Month]) -> int:
    return sum(month.by_rule.get("undecided", 0) for month in months.values())


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
        rows = _size(month, new, old)
        if group and size + rows > GROUP:
            yield group
            group, size = [], 0
        group.append(month)
        size += rows
    if group:
        yield group


def _size(month: str, new: Mapping[str, int], old: Mapping[str, Month]) -> int:
    """Rows of a month, new and old."""
    held = old.get(month, Month())
    parts = (held.events, held.duplicates)
    return new.get(month, 0) + sum(part.rows for part in parts if part is not None)


def _gather(
    root: Path, stage: Stage, group: Sequence[str], months: Mapping[str, Month], *, few: bool
) -> Rows:
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
    make = plain_rows if few else narrow_rows
    return make(stage.con, "_all", " UNION ALL ".join(queries))


@dataclass(slots=True, kw_only=True)
class _Span:
    """Rows of a month by day, those that count and those set aside, and the latter by rule."""

    kept: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    last_known: str = ""

    def add(self, more: _Span) -> None:
        """Add what other days of the month hold."""
        self.kept |= more.kept
        self.aside |= more.aside
        for rule, rows in more.rules.items():
            self.rules[rule] = self.rules.get(rule, 0) + rows
        self.last_known = max(self.last_known, more.last_known)


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
class _Run:
    """Sorted rows of some days; by month, first those that count, then those set aside."""

    table: str
    days: tuple[str, str]
    rows: int

    @property
    def months(self) -> bool:
        """Whether there are days of several months."""
        return self.days[0][:7] != self.days[1][:7]


def _runs(days: Mapping[str, int]) -> list[_Run]:
    """Rows that are sorted at once: so many days as fit in memory together.

    Months of one row group lie together, and none of them is parted. A fuller one begins with a
    table of its own: where its row groups end hangs on how its rows lie in tables, which must be
    the same whatever other months are merged with it.
    """
    whole: dict[str, int] = {}
    for day, rows in days.items():
        whole[day[:7]] = whole.get(day[:7], 0) + rows
    runs: list[_Run] = []
    held: list[str] = []
    size = 0
    for day, rows in [*sorted(days.items()), ("", 0)]:
        new = bool(held) and day[:7] != held[-1][:7]
        more = whole.get(day[:7], 0) if new else rows
        if held and (not day or size + more > SORTED or (new and more > ROW_GROUP)):
            table = f"_run{len(runs)}"
            runs.append(_Run(table=table, days=(held[0], held[-1]), rows=size))
            held, size = [], 0
        held.append(day)
        size += rows
    return runs


def _sort(
    workers: Workers,
    stage: Stage,
    rows: Rows,
    runs: Sequence[_Run],
    marker: Callable[..., None] | None,
    spans: dict[str, _Span],
) -> dict[str, _Span]:
    """Rows of a group of months as tables, by month, day, event and place among its versions.

    A sort that spills costs several times as much as all the rest. Rows of a table keep the order
    in which they came, if one thread puts them there. Rows that are sorted are forgotten where they
    came from, so that a full month does not lie in memory twice. With a `marker` the rows are
    marked here, the days of a run by themselves: no rule looks beyond a day. Returns what the
    months hold.
    """
    date, known = rows.columns["date"], rows.columns["known_at"]

    def task(run: _Run) -> Callable[[DuckDBPyConnection], dict[str, _Span]]:
        month = f"date_trunc('month', {date}), " if run.months else ""
        mine = rows.between(*run.days)
        marks = f"{run.table}_marks" if marker is not None else "_marks"

        def act(con: DuckDBPyConnection) -> dict[str, _Span]:
            found = {}
            if marker is not None:
                marker(con, mine, marks=marks)
                found = _spans(con, marks)
            con.execute(
                f"CREATE OR REPLACE TABLE {run.table} AS SELECT p.* EXCLUDE ({rows.numbers}), "
                f"CAST(m.rule AS {_RULE}) AS _rule, m.kept_id AS _kept, m.counted_until AS _until, "
                f"coalesce(m.counted_from, {known}) AS _from FROM ({mine.query}) p "
                f"LEFT JOIN {marks} m ON m.rid = p.rid "
                f"ORDER BY {month}m.rule IS NOT NULL, {date}, {rows.order}, coalesce(m.place, 0)"
            )
            if marker is not None:
                con.execute(f"DROP TABLE {marks}")
            return found

        return act

    for run, found in zip(runs, workers.run([task(run) for run in runs]), strict=True):
        stage.drop(run.days[1])
        for month, span in found.items():
            spans.setdefault(month, _Span()).add(span)
    return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A file to write: its kind, its month, its rows and their SQL."""

    kind: str
    month: str
    rows: int
    query: str


def _straight(rows: Rows, spans: Mapping[str, _Span]) -> list[_Wanted] | None:
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
    marked = f"FROM ({rows.query}) p LEFT JOIN _marks m ON m.rid = p.rid"
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


def _one_by_one(cuts: Sequence[str]) -> str:
    """Rows of several tables in the order of the tables.

    On one thread DuckDB copies the row groups of several tables by turns, unless something numbers
    the rows on their way.
    """
    if len(cuts) == 1:
        return cuts[0]
    rows = " UNION ALL ".join(cuts)
    return f"FROM (SELECT *, row_number() OVER () AS _n FROM ({rows})) WHERE _n > 0"


def _from_runs(rows: Rows, runs: Sequence[_Run], spans: Mapping[str, _Span]) -> list[_Wanted]:
    """Files of sorted runs: rows that count, and those set aside with the rule.

    They are stored narrow, and made into events only as they are written.
    """
    extra = {
        "events": "p._from AS counted_from, p._until AS counted_until",
        "duplicates": "CAST(p._rule AS VARCHAR) AS rule, p._kept AS kept_id",
    }
    cuts: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for run in runs:
        first = 0
        for month, span in sorted(spans.items()):
            for kind, days in (("events", span.kept), ("duplicates", span.aside)):
                size = sum(n for day, n in days.items() if run.days[0] <= day <= run.days[1])
                if size:
                    cut = _cut(run.table, first, size)
                    cuts.setdefault((kind, month), []).append((cut, size))
                first += size
    return [
        _Wanted(
            kind=kind,
            month=month,
            rows=sum(size for _, size in held),
            query=f"SELECT {rows.select}, {extra[kind]} "
            f"FROM ({_one_by_one([cut for cut, _ in held])}) p",
        )
        for (kind, month), held in cuts.items()
    ]


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
