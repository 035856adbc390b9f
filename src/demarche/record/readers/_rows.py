"""What is worked out as a row is read, and what waits for its file and its look-ups.

The scan of a file gives every row typed, checked and with one key per look-up; a column that is
the same for all rows, or the same as another, is not stored at all. Later steps move these narrow
rows, and only what is written or handed out is made into the columns of the event table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demarche.record.readers._plan import Lookup, Plan, quote
from demarche.terms.events import EVENT_COLUMNS

__all__ = ["LINE", "SEPARATOR", "SQL_TYPES", "Packed", "RowPlan", "literal", "row_plan"]

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "flag": "BOOLEAN",
}
"""DuckDB type of each column type of the event table."""

SEPARATOR = "\x1f"
"""Between the parts of a key of several columns; a missing part is empty."""

LINE = "coalesce(s._line, s._pos - f.first + f.header + 1)"
"""Line of the file: kept by a clean copy, else from the place of the row in its scan."""

_PLACE = ("_line", "_pos", "_file")
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|\b(?P<alias>[A-Za-z_]\w*)\.(?P<column>"(?:[^"]|"")+"|\w+)|"(?:[^"]|"")+\""""
)
_PLAIN = re.compile(r'[A-Za-z_]\w*\.("(?:[^"]|"")+"|\w+)')


def literal(text: object) -> str:
    """Value as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Rows that were read, in few columns, and how to get the event table back.

    Attributes
    ----------
    query : str
        SQL of the packed rows.
    columns : mapping
        Column of the event table to its SQL over a packed row ``p``.
    """

    query: str
    columns: Mapping[str, str]

    @property
    def select(self) -> str:
        """Select list of the event table over packed rows ``p``."""
        return ", ".join(f"{sql} AS {quote(name)}" for name, sql in self.columns.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """A plan split by when its parts can be worked out.

    Attributes
    ----------
    plan : Plan
    scan : mapping
        Stored column to SQL over a raw row ``r`` that has ``_fault``.
    later : mapping
        Column of a packed row to SQL over a stored row ``s``, its file ``f`` and its look-ups.
    columns : mapping
        Column of the event table to SQL over a packed row ``p``.
    """

    plan: Plan
    scan: Mapping[str, str]
    later: Mapping[str, str]
    columns: Mapping[str, str]

    def select(self, raw: str, *, place: str, values: bool = False) -> str:
        """Query that reads raw rows, typed and checked, and keeps the columns `place` as well.

        With `values` it keeps the value at fault too, where no line of a file can show it later.
        """
        wanted = [f"{sql} AS {quote(name)}" for name, sql in self.scan.items()]
        wanted += [f"{_key(one)} AS {quote(f'_key_{one.name}')}" for one in self.plan.lookups]
        wanted += ["r._fault"]
        if values:
            whens = " ".join(
                f"WHEN {n} THEN r.{quote(check.column)}" for n, check in enumerate(self.plan.checks)
            )
            wanted += [f"{f'CASE r._fault {whens} END' if whens else 'NULL::VARCHAR'} AS _value"]
        bits = [
            f"(CASE WHEN {note.when} THEN {1 << n}::BIGINT ELSE 0 END)"
            for n, note in enumerate(self.plan.notes)
        ]
        wanted += [f"{' + '.join(bits) or '0::BIGINT'} AS _notes", place]
        return f"SELECT {', '.join(wanted)} FROM (SELECT *, {self._fault} AS _fault FROM {raw} r) r"

    @property
    def _fault(self) -> str:
        whens = " ".join(f"WHEN {c.when} THEN {n}" for n, c in enumerate(self.plan.checks))
        return f"CAST({f'CASE {whens} END' if whens else 'NULL'} AS TINYINT)"

    def packed(self, raw: str, files: str, *, prefix: str, all_read: bool) -> Packed:
        """Rows that stay, with their file and the answers of their look-ups.

        The answers are of types of their own (`coded`), a number in a row and not the text.
        """
        keep = [f"{sql} AS {quote(name)}" for name, sql in self.later.items()]
        joins = "".join(
            f" LEFT JOIN {quote(f'{prefix}_{one.name}')} {quote(one.name)}"
            f" ON {quote(one.name)}.k IS NOT DISTINCT FROM s.{quote(f'_key_{one.name}')}"
            for one in self.plan.lookups
        )
        where = "" if all_read else " WHERE s._fault IS NULL"
        kinds = {column.name: SQL_TYPES[column.type] for column in EVENT_COLUMNS}
        return Packed(
            query=f"SELECT {', '.join(keep)}, CAST({LINE} AS BIGINT) AS _row "
            f"FROM {raw} s JOIN {quote(files)} f ON f.i = s._file{joins}{where}",
            columns={name: f"CAST({sql} AS {kinds[name]})" for name, sql in self.columns.items()},
        )


def _key(lookup: Lookup) -> str:
    """The parts of a key as one text, so that rows meet their answers by one column."""
    if len(lookup.keys) == 1:
        return lookup.keys[0]
    parts = ", ".join(f"coalesce({key}, '')" for key in lookup.keys)
    return f"concat_ws(chr(31), {parts})"


def _replaced(sql: str, give: Callable[[str, str], str]) -> str:
    """Expression with each ``alias.column`` outside of quotes put otherwise."""

    def one(match: re.Match[str]) -> str:
        if match["alias"] is None:
            return match[0]
        return give(match["alias"], match["column"])

    return _TOKEN.sub(one, sql)


def _references(sql: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()

    def one(alias: str, column: str) -> str:
        found.add((alias, column))
        return ""

    _replaced(sql, one)
    return found


def row_plan(plan: Plan, *, source: str) -> RowPlan:
    """Split a plan: what a raw row alone settles, what its file settles, what look-ups settle."""
    scan: dict[str, str] = {}
    later: dict[str, str] = {}
    names: dict[str, str] = {}
    guard = "CASE WHEN r._fault IS NULL THEN {} END" if plan.checks else "{}"

    def stored(sql: str, kind: str) -> str:
        """Name of a stored column; plain cells are stored as they are, the rest typed."""
        plain = _PLAIN.fullmatch(sql) is not None and kind == "VARCHAR"
        made = sql if plain else guard.format(f"CAST({sql} AS {kind})")
        if made not in names:
            names[made] = f"v{len(names)}"
            scan[names[made]] = made
        return names[made]

    def cell(alias: str, column: str) -> str:
        """A raw cell, or a fact of the file, in an expression that is worked out later."""
        if alias == "r" and column in _PLACE:
            return f"s.{column}"
        return f"s.{stored(f'r.{column}', 'VARCHAR')}" if alias == "r" else f"{alias}.{column}"

    def packed(sql: str) -> str:
        for name, held in later.items():
            if held == sql:
                return name
        name = f"w{len(later)}"
        later[name] = sql
        return name

    def column(sql: str, kind: str) -> str:
        aliases = {alias for alias, _ in _references(sql)}
        places = any(alias == "r" and name in _PLACE for alias, name in _references(sql))
        if not aliases:
            return sql
        if aliases == {"r"} and not places:
            return f"p.{packed(f's.{stored(sql, kind)}')}"
        if aliases <= {"r", "f"} and _PLAIN.fullmatch(sql) is None:
            return f"p.{packed(f'CAST({_replaced(sql, cell)} AS {kind})')}"
        return _replaced(sql, lambda alias, name: f"p.{packed(cell(alias, name))}")

    own = {
        "source": literal(source),
        "source_version": "f.version",
        "source_file": "f.name",
        **plan.columns,
    }
    columns = {}
    for one in EVENT_COLUMNS:
        if one.name == "source_row":
            columns[one.name] = "p._row"
        else:
            columns[one.name] = column(own.get(one.name, "NULL"), SQL_TYPES[one.type])
    return RowPlan(plan=plan, scan=scan, later=later, columns=columns)
