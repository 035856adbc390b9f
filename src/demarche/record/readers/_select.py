"""Conditions on cells in SQL, and what the rows of a scan say: faults, notes, look-ups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.record._parts import literal
from demarche.record.readers._plan import Check, Found, Lookup, Note, Plan, quote
from demarche.record.readers._result import ReadWarning
from demarche.record.readers._rows import LINE, SEPARATOR, Answers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "GOLDSTEIN",
    "WITHIN",
    "ValueReject",
    "check_rows",
    "coded",
    "degrees",
    "hxl_tags",
    "no_day",
    "not_degrees",
    "not_number",
    "not_whole",
    "number",
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


WITHIN = {"latitude": (-90, 90), "longitude": (-180, 180)}
"""Least and greatest value of the event columns that have one in every source."""
GOLDSTEIN = (-10, 10)
"""Least and greatest intensity on the scale of Goldstein (1992)."""


def _is_number(cell: str, within: tuple[int, int] | None) -> str:
    cast = f"try_cast({cell} AS DOUBLE)"
    return f"isfinite({cast})" if within is None else f"{cast} BETWEEN {within[0]} AND {within[1]}"


def number(column: str, *, within: tuple[int, int] | None = None) -> str:
    """Column as a finite number, else NULL; as one of a range, if there is one."""
    return f"CASE WHEN {_is_number(column, within)} THEN try_cast({column} AS DOUBLE) END"


def coded(column: str) -> str:
    """Column of whole numbers that stand for something; ``2.0``, as programs write it, is 2."""
    return f"regexp_replace({column}, '^([0-9]+)[.]0+$', '\\1')"


def whole(column: str) -> str:
    """Column as a whole number, else NULL; ``3.7`` is not rounded."""
    cast = f"try_cast({column} AS BIGINT)"
    return f"CASE WHEN try_cast({column} AS DOUBLE) = {cast} THEN {cast} END"


def no_day(date: str, *, first: str = "1900-01-01") -> str:
    """Condition: no date, or one so far off that it is a slip and sums with it would overflow."""
    return f"coalesce({date} NOT BETWEEN DATE '{first}' AND DATE '2199-12-31', true)"


def hxl_tags(column: str) -> Check:
    """Rule that sets apart the second line of files of humanitarian data: tags, not an event."""
    return Check(
        column=column,
        reason="a line of HXL tags, not an event",
        when=f"starts_with(r.{quote(column)}, '#')",
    )


def unix_day(column: str) -> str:
    """Day (UTC) of a unix time in seconds from 1970 to 2199, else NULL."""
    seconds = f"try_cast({column} AS BIGINT)"
    known = f"CASE WHEN {seconds} BETWEEN 0 AND 7258118399 THEN {seconds} END"
    return f"CAST(make_timestamp(({known}) * 1000000) AS DATE)"


def _present(column: str, missing: str | Sequence[str] | None) -> str:
    name = f"r.{quote(column)}"
    for word in (missing,) if isinstance(missing, str) else missing or ():
        name = f"nullif({name}, {literal(word)})"
    return name


def not_number(
    column: str,
    *,
    missing: str | Sequence[str] | None = None,
    cell: str | None = None,
    within: tuple[int, int] | None = None,
) -> Note:
    """Count of values that are there but are no number, or none of a range; they are left empty.

    `cell` is the value in SQL, where it is not the column itself.
    """
    name = cell or _present(column, missing)
    span = "" if within is None else f" from {within[0]} to {within[1]}"
    return Note(
        column=column,
        kind=f"not a number{span}, left empty",
        when=f"{name} IS NOT NULL AND NOT coalesce({_is_number(name, within)}, false)",
    )


def degrees(latitude: str, longitude: str) -> dict[str, str]:
    """Event columns of a place from its two cells; off the globe they are left empty."""
    cells = zip(WITHIN.items(), (latitude, longitude), strict=True)
    return {name: number(cell, within=within) for (name, within), cell in cells}


def not_degrees(
    latitude: str, longitude: str, *, missing: str | Sequence[str] | None = None
) -> tuple[Note, ...]:
    """Counts of what `degrees` leaves empty in two columns; as `not_number`."""
    columns = zip((latitude, longitude), WITHIN.values(), strict=True)
    return tuple(not_number(name, missing=missing, within=within) for name, within in columns)


def not_whole(
    column: str, *, missing: str | Sequence[str] | None = None, cell: str | None = None
) -> Note:
    """Count of values that are there but are no whole number; as `not_number`."""
    name = cell or _present(column, missing)
    return Note(
        column=column,
        kind="not a whole number, left empty",
        when=f"{name} IS NOT NULL AND "
        f"coalesce(try_cast({name} AS DOUBLE) <> try_cast({name} AS BIGINT), true)",
    )


def resolve(
    con: DuckDBPyConnection, raw: str, lookups: Sequence[Lookup]
) -> tuple[dict[str, Answers], list[ReadWarning]]:
    """Answer every distinct key of each look-up; the answers by the name of the look-up."""
    warnings: dict[tuple[str, str, str], int] = {}
    answers: dict[str, Answers] = {}
    if not lookups:
        return answers, []
    found_keys: dict[int, list[tuple[str | None, int]]] = {n: [] for n in range(len(lookups))}
    listed = " UNION ALL ".join(
        f"(SELECT {n} AS i, {quote(f'_key_{lookup.name}')} AS k, count(*) AS n FROM {raw} s "
        "WHERE s._fault IS NULL GROUP BY 2)"
        for n, lookup in enumerate(lookups)
    )
    for n, key, count in con.execute(f"{listed} ORDER BY i, k NULLS FIRST").fetchall():
        found_keys[n].append((key, count))
    for n, lookup in enumerate(lookups):
        rows = found_keys[n]
        numbers: dict[tuple[object, ...], int] = {}
        keys: list[tuple[str | None, int]] = []
        for key, count in rows:
            found = _answer(lookup, key)
            keys.append((key, numbers.setdefault(tuple(found.values), len(numbers))))
            for unknown in found.unknown:
                warnings[unknown] = warnings.get(unknown, 0) + count
        whole = ("quad", *lookup.integers)
        answers[lookup.name] = Answers(
            keys=tuple(keys),
            meets=f"{{}}.k IS NOT DISTINCT FROM s.{quote(f'_key_{lookup.name}')}",
            values=tuple(numbers),
            columns={name: "BIGINT" if name in whole else "VARCHAR" for name in lookup.gives},
        )
    return answers, [
        ReadWarning(kind=kind, column=column, value=value, rows=rows)
        for (kind, column, value), rows in warnings.items()
    ]


def _answer(lookup: Lookup, key: str | None) -> Found:
    if len(lookup.keys) == 1:
        return lookup.resolve([key])
    parts = (key or "").split(SEPARATOR)
    if len(parts) != len(lookup.keys):
        cell = re.search(r'r\.("(?:[^"]|"")+"|\w+)', lookup.keys[0])
        column = lookup.keys[0] if cell is None else cell[1].strip('"')
        return Found(
            values=(None,) * len(lookup.gives),
            unknown=(("control character in a code", column, (key or "").replace(SEPARATOR, " ")),),
        )
    return lookup.resolve([part or None for part in parts])


def check_rows(
    con: DuckDBPyConnection,
    raw: str,
    files: str,
    plan: Plan,
    *,
    marks: Mapping[tuple[int | None, int], int] | None = None,
) -> tuple[list[ValueReject], list[ReadWarning]]:
    """Rows rejected for a value, and counts of the notes among the rows that stay.

    `marks` are rows by fault and notes where they have been counted.
    """
    if marks is None:
        counted = f"SELECT s._fault, s._notes, count(*) FROM {raw} s GROUP BY ALL"
        marks = {(fault, bits): n for fault, bits, n in con.execute(counted).fetchall()}
    rows = [(fault, bits, n) for (fault, bits), n in marks.items()]
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
