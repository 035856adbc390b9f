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
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from demarche.record._parts import finish, month_span, parquet
from demarche.record.manifest import Part
from demarche.record.readers._plan import quote
from demarche.record.readers._rows import answer_columns, key_columns, put, with_answers
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from demarche.record.readers import ReadResult
    from demarche.record.readers._rows import Packed

__all__ = ["NAMES", "Rows", "Stage", "narrow_rows", "plain_rows", "rows_by_day"]

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

_PART_BITS = 40
"""Rows of a part have numbers of their own below two to this power."""

_PREFIXED = re.compile(r"CAST\('(?:[^']|'')*' \|\| (p\.\w+) AS VARCHAR\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows in work, a number ``rid`` of its own for each.

    Attributes
    ----------
    pieces : tuple of (sql, first day, last day)
        SQL of the rows in pieces, with the numbers of their answers.
    columns : mapping
        Column of the event table to its SQL over a row ``p`` with its answers.
    answers : mapping
        Tables of the answers and their columns, by alias.
    """

    pieces: tuple[tuple[str, str, str], ...]
    columns: Mapping[str, str]
    answers: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """SQL of the rows, with the numbers of their answers."""
        return " UNION ALL ".join(f"({sql})" for sql, _, _ in self.pieces)

    def between(self, first: str, last: str) -> Rows:
        """Rows of some days, the last included."""
        where = f"{self.columns['date']} BETWEEN DATE '{first}' AND DATE '{last}'"
        pieces = []
        for sql, begin, end in self.pieces:
            if begin <= last and end >= first:
                inside = first <= begin and end <= last
                pieces.append((sql if inside else f"FROM ({sql}) p WHERE {where}", begin, end))
        return replace(self, pieces=tuple(pieces))

    @property
    def numbers(self) -> str:
        """Columns by which rows and their answers are found, as a list."""
        return ", ".join(["rid", *(quote(f"_at_{alias}") for alias in self.answers)])

    @property
    def query(self) -> str:
        """SQL of the rows, with their answers."""
        return with_answers(self.base, self.answers)

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

    def only(self, names: Sequence[str]) -> str:
        """SQL of some columns of the event table, with ``rid`` and ``id``, which is `order`.

        Answers that they do not need are not met.
        """
        made = ", ".join(f"{self.columns[name]} AS {name}" for name in names)
        needed = {
            alias: (table, used)
            for alias, (table, columns) in self.answers.items()
            if (used := tuple(c for c in columns if f"p.{quote(f'{alias}_{c}')}" in made))
        }
        rows = with_answers(self.base, needed)
        return f"SELECT p.rid, {self.order} AS id, {made} FROM ({rows}) p"


def plain_rows(con: DuckDBPyConnection, table: str, query: str) -> Rows:
    """Rows of a query as a table, their text as it is: quick where they are few."""
    con.execute(f"CREATE OR REPLACE TABLE {table} AS {query}")
    columns = {column.name: f"p.{column.name}" for column in EVENT_COLUMNS}
    return Rows(pieces=_one_piece(table), columns=columns)


def _one_piece(table: str) -> tuple[tuple[str, str, str], ...]:
    return ((f"SELECT p.rowid AS rid, p.* FROM {table} p", "", "9"),)


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
    return Rows(pieces=_one_piece(table), columns=columns)


def _in_months(months: Collection[str], date: str) -> str:
    parts = [f"({date} >= {a} AND {date} < {b})" for a, b in map(month_span, sorted(months))]
    return f"({' OR '.join(parts)})"


@dataclass(slots=True, kw_only=True)
class _Answered:
    """Answers of all batches together, each with one number."""

    columns: Mapping[str, str]
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    values: list[tuple[object, ...]] = field(default_factory=list)

    def number(self, one: tuple[object, ...]) -> int:
        """Number of an answer."""
        found = self.numbers.setdefault(one, len(self.values))
        if found == len(self.values):
            self.values.append(one)
        return found


@dataclass(slots=True, kw_only=True)
class Stage:
    """Rows read so far, by batch and month.

    Attributes
    ----------
    con : DuckDBPyConnection
        Where the rows are looked at once all batches are taken.
    few : bool
        All rows are few: they are not parted by month, and carry their answers themselves.
    months : dict
        Rows by month.
    """

    con: DuckDBPyConnection
    few: bool = False
    months: dict[str, int] = field(default_factory=dict)
    _columns: Mapping[str, str] = field(default_factory=dict)
    _answers: dict[str, _Answered] = field(default_factory=dict)
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
            packed = result.packed
            query = packed.flat(con) if self.few else self._numbered(con, packed)
        else:
            columns = {column.name: f"p.{column.name}" for column in EVENT_COLUMNS}
            query = result.events.sql_query()
        with self._lock:
            self._columns = self._columns or columns
        assert columns == self._columns, "batches of one source have other columns"
        take = self._take_whole if self.few else self._take_parted
        found, outside = take(con, query, columns["date"], period)
        with self._lock:
            for day, rows in found.items():
                self.months[day[:7]] = self.months.get(day[:7], 0) + rows
        return sum(found.values()), outside

    def _take_whole(
        self,
        con: DuckDBPyConnection,
        query: str,
        date: str,
        period: tuple[dt.date | None, dt.date | None],
    ) -> tuple[dict[str, int], int]:
        """Rows of a batch as one table: rows by day, and how many lie outside."""
        part = self._new_part()
        con.execute(f"CREATE TABLE {part.table} AS {query}")
        found, outside = rows_by_day(con, f"FROM {part.table} p", date, period)
        if outside:
            con.execute(f"DELETE FROM {part.table} p WHERE NOT ({_inside(date, period)})")
        self._fill(part, found)
        return found, outside

    def _take_parted(
        self,
        con: DuckDBPyConnection,
        query: str,
        date: str,
        period: tuple[dt.date | None, dt.date | None],
    ) -> tuple[dict[str, int], int]:
        """Rows of a batch by `_split`: rows by day, and how many lie outside."""
        found, outside = rows_by_day(con, f"FROM ({query}) p", date, period)
        inside = _inside(date, period)
        for where, days in _split(found, date):
            part = self._new_part()
            self._fill(part, days)
            con.execute(
                f"CREATE TABLE {part.table} AS SELECT * FROM ({query}) p WHERE {inside} AND {where}"
            )
        return found, outside

    def _new_part(self) -> _Part:
        with self._lock:
            part = _Part(table=f"_stage{len(self._parts)}", first=len(self._parts) << _PART_BITS)
            self._parts.append(part)
        return part

    def _fill(self, part: _Part, days: Mapping[str, int]) -> None:
        with self._lock:
            part.months = frozenset(day[:7] for day in days)
            part.days = (min(days, default=""), max(days, default=""))

    def _numbered(self, con: DuckDBPyConnection, packed: Packed) -> str:
        """SQL of the rows of a batch with the numbers that their answers have in all batches."""
        first, keys = 0, {}
        with self._lock:
            for alias, one in packed.answers.items():
                known = self._answers.setdefault(alias, _Answered(columns=one.columns))
                if one.meets:
                    at = [known.number(values) for values in one.values]
                    keys[alias] = [(key, at[n]) for key, n in one.keys]
                else:
                    first = len(known.values)
                    known.values += one.values
        for alias, listed in keys.items():
            put(con, f"_keys_{alias}", key_columns(listed))
        return packed.query({alias: f"_keys_{alias}" for alias in keys}, files=first)

    def rows(self, months: Collection[str]) -> Rows:
        """Rows of some months, their answers as numbers of types of their own (ENUM)."""
        if not self._coded:
            for alias, one in self._answers.items():
                put(
                    self.con,
                    f"_answers_{alias}",
                    answer_columns(one.columns, one.values),
                    temp=False,
                )
                _code(self.con, f"_answers_{alias}", one)
            self._coded = True
        wanted = set(months)
        pieces = []
        for part in self._parts:
            if not part.months & wanted:
                continue
            where = ""
            if not part.months <= wanted:
                where = f" WHERE {_in_months(wanted & part.months, self._columns['date'])}"
            rid = f"p.rowid + {part.first} AS rid"
            query = f"SELECT {rid}, p.* FROM {part.table} p{where}"
            pieces.append((query, part.days[0], part.days[1]))
        return Rows(
            pieces=tuple(pieces),
            columns=self._columns,
            answers={
                alias: (f"_answers_{alias}", tuple(one.columns))
                for alias, one in self._answers.items()
            },
        )

    def drop(self, last: str) -> None:
        """Forget the tables that hold no row of a later day; nobody asks for them any more."""
        done = [part for part in self._parts if part.days[1] <= last]
        self._parts = [part for part in self._parts if part.days[1] > last]
        for part in done:
            self.con.execute(f"DROP TABLE {part.table}")

    def withdraw(self, root: Path, target: str, old: Part | None) -> Part | None:
        """Rows as withdrawals of another source, added to those known before, if there are any."""
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
        if not queries:
            return None
        part = finish(
            self.con,
            root,
            folder=f"deleted/source={target}",
            query=f"SELECT DISTINCT * FROM ({' UNION ALL '.join(queries)}) ORDER BY ALL",
        )
        self.months.clear()
        return part


@dataclass(slots=True, kw_only=True)
class _Part:
    """A table of rows, the number of its first row, its months, its first and its last day."""

    table: str
    first: int
    months: frozenset[str] = frozenset()
    days: tuple[str, str] = ("", "")


def _inside(date: str, period: tuple[dt.date | None, dt.date | None]) -> str:
    """Condition of the rows within the period."""
    start, end = period
    bounds = [f"{date} >= DATE '{start:%Y-%m-%d}'"] if start is not None else []
    bounds += [f"{date} <= DATE '{end:%Y-%m-%d}'"] if end is not None else []
    return " AND ".join(bounds) or "true"


def rows_by_day(
    con: DuckDBPyConnection,
    rows: str,
    date: str,
    period: tuple[dt.date | None, dt.date | None] = (None, None),
) -> tuple[dict[str, int], int]:
    """Rows by day within the period, and the number of those outside."""
    counted = con.execute(
        f"SELECT strftime(day, '%Y-%m-%d'), {_inside('day', period)}, n "
        f"FROM (SELECT {date} AS day, count(*) AS n {rows} GROUP BY 1)"
    ).fetchall()
    found = {day: rows for day, held, rows in counted if held}
    return found, sum(rows for _, held, rows in counted if not held)


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


def _code(con: DuckDBPyConnection, table: str, answers: _Answered) -> None:
    """Text columns of answers as types of their own (ENUM): what is sorted is then numbers."""
    made = []
    for place, (column, kind) in enumerate(answers.columns.items()):
        if kind != "VARCHAR" or all(one[place] is None for one in answers.values):
            continue
        name, type = quote(column), quote(f"{table}_{column}_type")
        con.execute(
            f"CREATE TYPE {type} AS ENUM "
            f"(SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY 1)"
        )
        made.append(f"CAST({name} AS {type}) AS {name}")
    if made:
        con.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * REPLACE ({', '.join(made)}) FROM {table}"
        )
