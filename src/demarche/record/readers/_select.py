"""Conditions on cells in SQL, and what the rows of a scan say: faults, notes, look-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.record.readers._plan import Found, Lookup, Note, Plan, quote
from demarche.record.readers._result import ReadWarning
from demarche.record.readers._rows import LINE, SEPARATOR, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "ValueReject",
    "check_rows",
    "no_day",
    "not_number",
    "not_whole",
    "number",
    "put",
    "resolve",
    "unix_day",
    "whole",
]


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
    """Answer every distinct key of each look-up.

    The keys are a table ``<prefix>_<look-up>`` with the number ``n`` of their answer, the answers,
    each once, a table ``<prefix>_<look-up>_answers``.
    """
    warnings: dict[tuple[str, str, str], int] = {}
    tables = []
    for lookup in lookups:
        rows = con.execute(
            f"SELECT {quote(f'_key_{lookup.name}')}, count(*) FROM {raw} s "
            "WHERE s._fault IS NULL GROUP BY 1 ORDER BY 1 NULLS FIRST"
        ).fetchall()
        numbers: dict[tuple[object, ...], int] = {}
        keys: list[tuple[str | None, int]] = []
        for key, count in rows:
            found = _answer(lookup, key)
            keys.append((key, numbers.setdefault(tuple(found.values), len(numbers))))
            for unknown in found.unknown:
                warnings[unknown] = warnings.get(unknown, 0) + count
        table = f"{prefix}_{lookup.name}"
        put(
            con,
            table,
            {"k": ("VARCHAR", [k for k, _ in keys]), "n": ("INTEGER", [n for _, n in keys])},
        )
        _store(con, f"{table}_answers", lookup, list(numbers))
        tables += [table, f"{table}_answers"]
    return tables, [
        ReadWarning(kind=kind, column=column, value=value, rows=rows)
        for (kind, column, value), rows in warnings.items()
    ]


def _answer(lookup: Lookup, key: str | None) -> Found:
    if len(lookup.keys) == 1:
        return lookup.resolve([key])
    parts = (key or "").split(SEPARATOR)
    if len(parts) != len(lookup.keys):
        column = lookup.keys[0].removeprefix("r.").strip('"')
        return Found(
            values=(None,) * len(lookup.gives),
            unknown=(("control character in a code", column, (key or "").replace(SEPARATOR, " ")),),
        )
    return lookup.resolve([part or None for part in parts])


def _store(
    con: DuckDBPyConnection, table: str, lookup: Lookup, answers: Sequence[Sequence[object]]
) -> None:
    kinds = ["BIGINT" if name in ("quad", *lookup.integers) else "VARCHAR" for name in lookup.gives]
    columns: list[list[object]] = [list(one) for one in zip(*answers, strict=True)]
    columns = columns or [[] for _ in lookup.gives]
    named = zip(lookup.gives, kinds, columns, strict=True)
    numbers: list[object] = list(range(len(answers)))
    put(con, table, {"n": ("INTEGER", numbers), **{n: (kind, one) for n, kind, one in named}})


def put(
    con: DuckDBPyConnection, table: str, columns: Mapping[str, tuple[str, Sequence[object]]]
) -> None:
    """A small temporary table from columns of a type each.

    Not by way of Arrow, whose arrays of Python values import pandas wherever it is installed.
    """
    select = ", ".join(
        f"unnest(${n}::{kind}[]) AS {quote(name)}"
        for n, (name, (kind, _)) in enumerate(columns.items(), 1)
    )
    con.execute(
        f"CREATE TEMP TABLE {quote(table)} AS SELECT {select}",
        [list(values) for _, values in columns.values()],
    )


def check_rows(
    con: DuckDBPyConnection, raw: str, files: str, plan: Plan
) -> tuple[list[ValueReject], list[ReadWarning]]:
    """Rows rejected for a value, and counts of the notes among the rows that stay."""
    rows = con.execute(
        f"SELECT s._fault, s._notes, count(*) FROM {raw} s GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    counts = [
        sum(n for fault, bits, n in rows if fault is None and bits >> place & 1)
        for place in range(len(plan.notes))
    ]
    warnings = [
        ReadWarning(kind=note.kind, column=note.column, value="", rows=count)
        for note, count in zip(plan.notes, counts, strict=True)
        if count
    ]
    if all(fault is None for fault, _, _ in rows):
        return [], warnings
    found = con.execute(
        f"SELECT s._file, {LINE}, s._fault, s._value FROM {raw} s "
        f"JOIN {quote(files)} f ON f.i = s._file WHERE s._fault IS NOT NULL ORDER BY 1, 2"
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
