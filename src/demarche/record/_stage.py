"""Rows on their way into the store: read but not yet merged, and as narrow as they can be.

A batch becomes tables of DuckDB, which spills them where memory ends. Rows carry the numbers of the
answers of their look-ups and of their file; the answers of all batches are numbered together, so
that rows of different batches are one table to all that follows.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demarche.record._parts import finish, month_span, parquet
from demarche.record.manifest import Part
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from demarche.record.readers import ReadResult
    from demarche.record.readers._rows import Answers, Packed

__all__ = ["NAMES", "Rows", "Stage", "narrow_rows"]

NAMES = ", ".join(column.name for column in EVENT_COLUMNS)
"""Columns of the event table, as a select list."""

_CODED = (
    *("source", "source_version", "source_file", "date_precision", "known_at_kind"),
    *(
        f"{side}{part}"
        for side in ("actor", "recipient")
        for part in ("", "_name", "_country", "_sector", "_sectors")
    ),
    *("event", "mode", "context", "cameo", "root", "intensity_scale", "place", "publisher"),
)
"""Text columns of few different values, of which a row in work carries a number."""

_PREFIXED = re.compile(r"CAST\('(?:[^']|'')*' \|\| (p\.\w+) AS VARCHAR\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows in work, a number ``rid`` of its own for each.

    Attributes
    ----------
    query : str
        SQL of the rows, with their answers.
    columns : mapping
        Column of the event table to its SQL over a row ``p``.
    """

    query: str
    columns: Mapping[str, str]

    @property
    def select(self) -> str:
        """Select list of the event table."""
        return ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())

    @property
    def order(self) -> str:
        """What orders rows as ``event_id`` does: without the text that all ids begin with."""
        id = self.columns["event_id"]
        prefixed = _PREFIXED.fullmatch(id)
        return id if prefixed is None else prefixed[1]


def narrow_rows(con: DuckDBPyConnection, table: str, query: str) -> Rows:
    """Rows of a query as a table whose text of few values is stored as numbers (ENUM).

    What is sorted and spilled is then a fraction of the text; the types go with the next table.
    """
    con.execute(f"DROP TABLE IF EXISTS {table}")
    stored, columns = [], {}
    for column in EVENT_COLUMNS:
        name = column.name
        if name not in _CODED:
            stored.append(name)
            columns[name] = f"p.{name}"
            continue
        kind = f"{table}_{name}"
        con.execute(f"DROP TYPE IF EXISTS {kind}")
        some = con.execute(f"SELECT 1 FROM ({query}) WHERE {name} IS NOT NULL LIMIT 1").fetchall()
        if not some:
            columns[name] = "CAST(NULL AS VARCHAR)"
            continue
        con.execute(
            f"CREATE TYPE {kind} AS ENUM (SELECT DISTINCT {name} FROM ({query}) "
            f"WHERE {name} IS NOT NULL ORDER BY 1)"
        )
        stored.append(f"CAST({name} AS {kind}) AS {name}")
        columns[name] = f"CAST(p.{name} AS VARCHAR)"
    con.execute(f"CREATE TABLE {table} AS SELECT {', '.join(stored)} FROM ({query})")
    return Rows(query=f"SELECT p.rowid AS rid, p.* FROM {table} p", columns=columns)


def _in_months(months: Collection[str], date: str) -> str:
    parts = [f"({date} >= {a} AND {date} < {b})" for a, b in map(month_span, sorted(months))]
    return f"({' OR '.join(parts)})"


@dataclass(slots=True, kw_only=True)
class Stage:
    """Rows read so far, by batch and month.

    Attributes
    ----------
    con : DuckDBPyConnection
        Where the rows are looked at once all batches are taken.
    months : dict
        Rows by month.
    """

    con: DuckDBPyConnection
    months: dict[str, int] = field(default_factory=dict)
    _columns: Mapping[str, str] = field(default_factory=dict)
    _answers: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _parts: list[_Part] = field(default_factory=list)
    _coded: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(
        self,
        con: DuckDBPyConnection,
        result: ReadResult,
        *,
        period: tuple[dt.date | None, dt.date | None],
    ) -> tuple[int, int]:
        """Take the rows of one batch; returns rows taken and rows outside the period.

        Batches may come from several threads, each with the connection it was read with.
        """
        if result.packed is not None:
            columns = result.packed.columns
            with self._lock:
                query = self._numbered(con, result.packed)
        else:
            columns = {column.name: f"p.{column.name}" for column in EVENT_COLUMNS}
            query = result.events.sql_query()
        with self._lock:
            self._columns = self._columns or columns
        assert columns == self._columns, "batches of one source have other columns"
        date, (start, end) = columns["date"], period
        bounds = [f"{{}} >= DATE '{start:%Y-%m-%d}'"] if start is not None else []
        bounds += [f"{{}} <= DATE '{end:%Y-%m-%d}'"] if end is not None else []
        inside = " AND ".join(bounds).replace("{}", date) or "true"
        within = " AND ".join(bounds).replace("{}", "day") or "true"
        counted = con.execute(
            f"SELECT strftime(day, '%Y-%m-%d'), {within}, n FROM (SELECT {date} AS day, "
            f"count(*) AS n FROM ({query}) p GROUP BY 1)"
        ).fetchall()
        found = {day: rows for day, held, rows in counted if held}
        for where, days in _split(found, date):
            part = self._new_part(days)
            con.execute(
                f"CREATE TABLE {part.table} AS SELECT * FROM ({query}) p WHERE {inside} AND {where}"
            )
        with self._lock:
            for day, rows in found.items():
                self.months[day[:7]] = self.months.get(day[:7], 0) + rows
        return sum(found.values()), sum(rows for _, held, rows in counted if not held)

    def _new_part(self, days: Mapping[str, int]) -> _Part:
        with self._lock:
            part = _Part(
                table=f"_stage{len(self._parts)}",
                months=frozenset(day[:7] for day in days),
                first=sum(part.rows for part in self._parts),
                rows=sum(days.values()),
            )
            self._parts.append(part)
        return part

    def _numbered(self, con: DuckDBPyConnection, packed: Packed) -> str:
        """SQL of the rows of a batch with the numbers that their answers have in all batches."""
        from demarche.record.readers._plan import quote

        keys = {}
        for alias, one in packed.answers.items():
            table, columns = f"_answers_{alias}", ", ".join(map(quote, one.columns))
            if alias not in self._answers:
                self._answers[alias] = (table, one.columns)
                con.execute(
                    f"CREATE TABLE {table} AS SELECT n, {columns} FROM {quote(one.values)} LIMIT 0"
                )
            keys[alias] = self._keys(con, alias, one, columns)
        return packed.query(keys)

    def _keys(self, con: DuckDBPyConnection, alias: str, one: Answers, columns: str) -> str:
        """Add the answers that are new; table of the keys of a batch with their numbers."""
        from demarche.record.readers._plan import quote

        table, keys = f"_answers_{alias}", f"_keys_{alias}"
        same = " AND ".join(
            f"g.{quote(name)} IS NOT DISTINCT FROM v.{quote(name)}" for name in one.columns
        )
        con.execute(
            f"INSERT INTO {table} SELECT row_number() OVER (ORDER BY first) - 1 + "
            f"(SELECT count(*) FROM {table}), {columns} FROM (SELECT min(n) AS first, {columns} "
            f"FROM {quote(one.values)} GROUP BY ALL) v ANTI JOIN {table} g ON {same}"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {keys} AS SELECT k.* REPLACE (g.n AS n) "
            f"FROM {quote(one.keys)} k JOIN {quote(one.values)} v ON v.n = k.n "
            f"JOIN {table} g ON {same}"
        )
        return keys

    def rows(self, months: Collection[str]) -> Rows:
        """Rows of some months, their answers as numbers of types of their own (ENUM)."""
        from demarche.record.readers._rows import with_answers

        if not self._coded:
            for table, columns in self._answers.values():
                _code(self.con, table, columns)
            self._coded = True
        wanted = set(months)
        queries = []
        for part in self._parts:
            if not part.months & wanted:
                continue
            where = ""
            if not part.months <= wanted:
                where = f" WHERE {_in_months(wanted & part.months, self._columns['date'])}"
            rid = f"p.rowid + {part.first} AS rid"
            queries.append(f"SELECT {rid}, p.* FROM {part.table} p{where}")
        return Rows(
            query=with_answers(" UNION ALL ".join(queries), self._answers), columns=self._columns
        )

    def drop(self, months: Collection[str]) -> None:
        """Forget rows that will not be asked for again: tables of no other months than these."""
        for part in self._parts:
            if part.months <= set(months):
                self.con.execute(f"DROP TABLE IF EXISTS {part.table}")

    def withdraw(self, root: Path, target: str, old: Part | None) -> Part:
        """Rows as withdrawals of another source, added to those known before."""
        queries = []
        if self.months:
            rows = self.rows(self.months)
            queries.append(
                f"SELECT '{target}:' || regexp_replace(event_id, '^[^:]*:', '') AS event_id, "
                f"coalesce(deleted_at, known_at) AS deleted_at "
                f"FROM (SELECT {rows.select} FROM ({rows.query}) p)"
            )
        if old is not None:
            queries.append(f"SELECT event_id, deleted_at FROM {parquet([root / old.path])}")
        part = finish(
            self.con,
            root,
            folder=f"deleted/source={target}",
            query=f"SELECT DISTINCT * FROM ({' UNION ALL '.join(queries)}) ORDER BY ALL",
        )
        self.months.clear()
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A table of rows, the months it holds, and the number of its first row."""

    table: str
    months: frozenset[str]
    first: int
    rows: int


def _split(found: Mapping[str, int], date: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Days of a batch by table, and the condition of their rows.

    A day or a month that fills much of the batch has a table of its own, all others lie together.
    Machine coders date a few rows back by a day, a week, a month or a year: were they among the
    others, a day could not be read without nearly all tables, spilled ones included.
    """
    most = sum(found.values()) / 10
    full = {day for day, rows in found.items() if rows > most}
    for day in sorted(full):
        yield f"{date} = DATE '{day}'", {day: found[day]}
    rest = {day: rows for day, rows in found.items() if day not in full}
    listed = ", ".join(f"DATE '{day}'" for day in sorted(full))
    not_full = f" AND {date} NOT IN ({listed})" if full else ""
    months: dict[str, dict[str, int]] = {}
    for day, rows in rest.items():
        months.setdefault(day[:7], {})[day] = rows
    alone = {month for month, days in months.items() if sum(days.values()) > most}
    groups = [{month} for month in sorted(alone)] + [set(months) - alone]
    for group in groups:
        if group:
            where = _in_months(group, date) + not_full
            yield where, {day: n for month in sorted(group) for day, n in months[month].items()}


def _code(con: DuckDBPyConnection, table: str, columns: Sequence[str]) -> None:
    """Text columns of answers as types of their own (ENUM): what is sorted is then numbers."""
    from demarche.record.readers._plan import quote

    kinds = {row[0]: row[1] for row in con.execute(f"DESCRIBE {table}").fetchall()}
    made = []
    for column in columns:
        name, kind = quote(column), quote(f"{table}_{column}_type")
        ((some,),) = con.execute(f"SELECT count({name}) FROM {table}").fetchall()
        if kinds[column] == "VARCHAR" and some:
            con.execute(
                f"CREATE TYPE {kind} AS ENUM "
                f"(SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY 1)"
            )
            made.append(f"CAST({name} AS {kind}) AS {name}")
    if made:
        con.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * REPLACE ({', '.join(made)}) FROM {table}"
        )
