"""From raw rows to the event table: look-ups answered, checks counted, one lazy SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.record.readers._load import literal
from demarche.record.readers._plan import Lookup, Note, Plan, quote
from demarche.record.readers._result import ReadWarning
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "SQL_TYPES",
    "ValueReject",
    "check_rows",
    "event_query",
    "no_day",
    "not_number",
    "not_whole",
    "number",
    "resolve",
    "unix_day",
    "whole",
]

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "flag": "BOOLEAN",
}
"""DuckDB type of each column type of the event table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueReject:
    """A row that parsed but holds a value without which it is no event."""

    file: int
    line: int
    column: str
    reason: str
    value: str | None


def number(column: str) -> str:
    """Column as a finite number, else NULL."""
    cast = f"try_cast({column} AS DOUBLE)"
    return f"CASE WHEN isfinite({cast}) THEN {cast} END"


def whole(column: str) -> str:
    """Column as a whole number, else NULL; ``3.7`` is not rounded."""
    cast = f"try_cast({column} AS BIGINT)"
    return f"CASE WHEN try_cast({column} AS DOUBLE) = {cast} THEN {cast} END"


def no_day(date: str, *, first: str = "1900-01-01") -> str:
    """Condition: no date, or one so far off that it is a slip and sums with it would overflow."""
    return f"coalesce({date} NOT BETWEEN DATE '{first}' AND DATE '2199-12-31', true)"


def unix_day(column: str) -> str:
    """Day (UTC) of a unix time in seconds from 1970 to 2199, else NULL."""
    seconds = f"try_cast({column} AS BIGINT)"
    known = f"CASE WHEN {seconds} BETWEEN 0 AND 7258118399 THEN {seconds} END"
    return f"CAST(make_timestamp(({known}) * 1000000) AS DATE)"


def _present(column: str, missing: str | None) -> str:
    name = f"r.{quote(column)}"
    return name if missing is None else f"nullif({name}, {literal(missing)})"


def not_number(column: str, *, missing: str | None = None) -> Note:
    """Count of values that are there but are no number; they are left empty."""
    name = _present(column, missing)
    return Note(
        column=column,
        kind="not a number, left empty",
        when=f"{name} IS NOT NULL AND NOT coalesce(isfinite(try_cast({name} AS DOUBLE)), false)",
    )


def not_whole(column: str, *, missing: str | None = None) -> Note:
    """Count of values that are there but are no whole number; they are left empty."""
    name = _present(column, missing)
    return Note(
        column=column,
        kind="not a whole number, left empty",
        when=f"{name} IS NOT NULL AND "
        f"coalesce(try_cast({name} AS DOUBLE) <> try_cast({name} AS BIGINT), true)",
    )


def resolve(
    con: DuckDBPyConnection, prefix: str, raw: str, lookups: Sequence[Lookup]
) -> tuple[list[str], list[ReadWarning]]:
    """Answer every distinct key of each look-up and store the answers as small tables."""
    warnings: dict[tuple[str, str, str], int] = {}
    tables = []
    for lookup in lookups:
        keys = ", ".join(lookup.keys)
        rows = con.execute(f"SELECT {keys}, count(*) FROM {raw} GROUP BY ALL").fetchall()
        answers = []
        for *key, count in sorted(rows, key=lambda row: [part or "" for part in row[:-1]]):
            found = lookup.resolve(key)
            answers.append((*key, *found.values))
            for unknown in found.unknown:
                warnings[unknown] = warnings.get(unknown, 0) + count
        table = f"{prefix}_{lookup.name}"
        _store(con, table, lookup, answers)
        tables.append(table)
    return tables, [
        ReadWarning(kind=kind, column=column, value=value, rows=rows)
        for (kind, column, value), rows in warnings.items()
    ]


def _store(
    con: DuckDBPyConnection, table: str, lookup: Lookup, answers: Sequence[Sequence[object]]
) -> None:
    import pyarrow as pa

    names = [f"k{place}" for place in range(len(lookup.keys))] + list(lookup.gives)
    types = [pa.string()] * len(lookup.keys) + [
        pa.int64() if name in ("quad", *lookup.integers) else pa.string() for name in lookup.gives
    ]
    columns = zip(*answers) if answers else [[] for _ in names]
    frame = pa.table(
        [pa.array(list(values), type) for values, type in zip(columns, types)], names=names
    )
    con.register(f"{table}_in", frame)
    con.execute(f"CREATE TEMP TABLE {quote(table)} AS SELECT * FROM {quote(table + '_in')}")
    con.unregister(f"{table}_in")


LINE = "coalesce(r._line, r._pos - f.first + f.header + 1)"
"""Line of the file: kept by a clean copy, else from the place of the row in its scan."""


def _case(plan: Plan) -> str:
    if not plan.checks:
        return "NULL::INTEGER"
    whens = " ".join(f"WHEN {check.when} THEN {n}" for n, check in enumerate(plan.checks))
    return f"CASE {whens} END"


def check_rows(
    con: DuckDBPyConnection, raw: str, files: str, plan: Plan
) -> tuple[list[ValueReject], list[ReadWarning]]:
    """Rows rejected for a value, and counts of the notes among the rows that stay."""
    filters = "".join(
        f", count(*) FILTER (WHERE coalesce({note.when}, false))" for note in plan.notes
    )
    start = f"FROM {raw} r JOIN {quote(files)} f ON f.i = r._file"
    rows = con.execute(f"SELECT {_case(plan)}, count(*){filters} {start} GROUP BY 1").fetchall()
    warnings: list[ReadWarning] = []
    for row in rows:
        if row[0] is None:
            warnings = [
                ReadWarning(kind=note.kind, column=note.column, value="", rows=count)
                for note, count in zip(plan.notes, row[2:])
                if count
            ]
    if all(row[0] is None for row in rows):
        return [], warnings
    values = " ".join(
        f"WHEN {n} THEN r.{quote(check.column)}" for n, check in enumerate(plan.checks)
    )
    case = _case(plan)
    found = con.execute(
        f"SELECT r._file, {LINE}, {case}, CASE {case} {values} END {start} "
        f"WHERE {case} IS NOT NULL ORDER BY 1, 2"
    ).fetchall()
    rejects = [
        ValueReject(
            file=file,
            line=line,
            column=plan.checks[which].column,
            reason=plan.checks[which].reason,
            value=value,
        )
        for file, line, which, value in found
    ]
    return rejects, warnings


def event_query(
    *, source: str, raw: str, files: str, plan: Plan, tables: Sequence[str], all_read: bool
) -> str:
    """The one SELECT: event columns in order, cast to their types, rejected rows left out."""
    own = {
        "source": literal(source),
        "source_version": "f.version",
        "source_file": "f.name",
        "source_row": LINE,
        **plan.columns,
    }
    columns = ",\n  ".join(
        f"CAST({own.get(column.name, 'NULL')} AS {SQL_TYPES[column.type]}) AS {quote(column.name)}"
        for column in EVENT_COLUMNS
    )
    joins = "".join(
        f"\nLEFT JOIN {quote(table)} {lookup.name} ON "
        + " AND ".join(
            f"{lookup.name}.k{place} IS NOT DISTINCT FROM {key}"
            for place, key in enumerate(lookup.keys)
        )
        for lookup, table in zip(plan.lookups, tables)
    )
    where = "" if all_read else f"\nWHERE {_case(plan)} IS NULL"
    return f"SELECT {columns}\nFROM {raw} r\nJOIN {quote(files)} f ON f.i = r._file{joins}{where}"
