"""Rows on their way into the store: read but not yet merged, and as narrow as they can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import finish, month_span, parquet, sql_text
from demarche.record.manifest import Part
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record.readers import ReadResult

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table of rows in work, and the columns of the event table over a row ``p`` of it."""

    table: str
    columns: Mapping[str, str]

    @property
    def select(self) -> str:
        """Select list of the event table."""
        return ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())


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
    return Rows(table=table, columns=columns)


def _in_months(months: Collection[str], date: str) -> str:
    parts = [f"({date} >= {a} AND {date} < {b})" for a, b in map(month_span, sorted(months))]
    return f"({' OR '.join(parts)})"


@dataclass(slots=True, kw_only=True)
class Stage:
    """Rows read so far: a table where one batch is all, else Parquet by batch."""

    con: DuckDBPyConnection
    folder: Path
    single: bool
    months: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    parts: list[tuple[Path, frozenset[str]]] = field(default_factory=list)

    def take(
        self, result: ReadResult, *, period: tuple[dt.date | None, dt.date | None]
    ) -> tuple[int, int]:
        """Take the rows of one batch; returns rows taken and rows outside the period."""
        con, (start, end) = self.con, period
        con.execute("DROP TABLE IF EXISTS _new")
        if result.packed is not None:
            con.execute(f"CREATE TABLE _new AS {result.packed.query}")
            self.columns = result.packed.columns
        else:
            result.events.create("_new")
            self.columns = {column.name: f"p.{column.name}" for column in EVENT_COLUMNS}
        date = self.columns["date"]
        bounds = [f"{date} < DATE '{start:%Y-%m-%d}'"] if start is not None else []
        bounds += [f"{date} > DATE '{end:%Y-%m-%d}'"] if end is not None else []
        outside = 0
        if bounds:
            where = " OR ".join(bounds)
            ((outside,),) = con.execute(f"DELETE FROM _new AS p WHERE {where}").fetchall()
        found = con.execute(
            f"SELECT strftime(month, '%Y-%m'), n FROM (SELECT date_trunc('month', {date}) AS month,"
            " count(*) AS n FROM _new p GROUP BY 1)"
        ).fetchall()
        for month, rows in found:
            self.months[month] = self.months.get(month, 0) + rows
        self.batches += 1
        if not self.single and found:
            self._put_aside(dict(found))
        return sum(rows for _, rows in found), outside

    @property
    def _select(self) -> str:
        return ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())

    def query(self, months: Sequence[str]) -> list[str]:
        """Queries for the staged rows of some months."""
        if self.single:
            where = ""
            if not set(months) >= set(self.months):
                where = f" WHERE {_in_months(months, self.columns['date'])}"
            return [f"SELECT {self._select} FROM _new p{where}"]
        wanted = set(months)
        queries = []
        for path, held in self.parts:
            if held & wanted:
                where = "" if held <= wanted else f" WHERE {_in_months(wanted & held, 'date')}"
                queries.append(f"SELECT {NAMES} FROM {parquet([path])}{where}")
        return queries

    def _put_aside(self, found: Mapping[str, int]) -> None:
        """Write the rows of a batch beside: a month that fills much of it alone, the rest as one.

        Machine coders date a few rows back by a week, a month or a year, so that every batch has
        rows of many months and most of them of one.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        most = sum(found.values()) / 10
        full = sorted(month for month, rows in found.items() if rows > most)
        rest = sorted(set(found) - set(full))
        for group in [[month] for month in full] + ([rest] if rest else []):
            path = self.folder / f"{self.batches}-{group[0]}.parquet"
            where = _in_months(group, self.columns["date"])
            self.con.execute(
                f"COPY (SELECT {self._select} FROM _new p WHERE {where}) TO "
                f"{sql_text(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            )
            self.parts.append((path, frozenset(group)))
        self.con.execute("DROP TABLE _new")

    def withdraw(self, root: Path, target: str, old: Part | None) -> Part:
        """Rows as withdrawals of another source, added to those known before."""
        queries = [
            f"SELECT '{target}:' || regexp_replace(event_id, '^[^:]*:', '') AS event_id, "
            f"coalesce(deleted_at, known_at) AS deleted_at FROM ({query})"
            for query in self.query(sorted(self.months))
        ]
        if old is not None:
            queries.append(f"SELECT event_id, deleted_at FROM {parquet([root / old.path])}")
        part = finish(
            self.con,
            root,
            folder=f"deleted/source={target}",
            query=f"SELECT DISTINCT * FROM ({' UNION ALL '.join(queries)}) ORDER BY ALL",
        )
        self.months.clear()
        self.single = False
        return part
