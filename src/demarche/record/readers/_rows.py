"""What is worked out as a row is read, and what waits for its file and its look-ups.

The scan of a file gives every row typed, checked and with one key per look-up; a column that is
the same for all rows, or the same as another, is not stored at all. Later steps move these narrow
rows, and only what is written or handed out is made into the columns of the event table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from demarche.record._parts import literal
from demarche.record.readers._plan import Lookup, Plan, quote
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "LINE",
    "SEPARATOR",
    "SQL_TYPES",
    "Answers",
    "Packed",
    "RowPlan",
    "answer_columns",
    "key_columns",
    "put",
    "row_plan",
    "with_answers",
]

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

_PLACE = ("_line", "_pos", "_file", "_content", "_nth")
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|\b(?P<alias>[A-Za-z_]\w*)\.(?P<column>"(?:[^"]|"")+"|\w+)|"(?:[^"]|"")+\""""
)
_PLAIN = re.compile(r'[A-Za-z_]\w*\.("(?:[^"]|"")+"|\w+)')
_LITERAL = r"'(?:[^']|'')*'"
_CELL = r'r\.(?:"(?:[^"]|"")+"|\w+)'
_READING = re.compile(
    rf"{_LITERAL}|try_cast\({_CELL} AS (?:DOUBLE|BIGINT|DATE)\)"
    rf"|CAST\(try_strptime\(left\({_CELL}, \d+\), {_LITERAL}\) AS DATE\)"
)
_PREFIXED = re.compile(rf"({_LITERAL}) \|\| ({_CELL})")
_MARKED = re.compile(rf"CASE WHEN ((?:(?!CASE|WHEN|ELSE).)+) THEN ({_LITERAL}) END", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers of a look-up, or facts of the files, and by which number a row finds its own.

    Attributes
    ----------
    keys : tuple of (key, number)
        Keys of the rows and the number of the answer of each; empty for the files, whose rows know
        the number itself.
    meets : str
        SQL by which a stored row ``s`` meets its key.
    values : tuple of tuple
        The answers in order of their numbers.
    columns : mapping
        Columns of the answers that a row needs, with their DuckDB types.
    """

    keys: tuple[tuple[str | None, int], ...] = ()
    meets: str = ""
    values: tuple[tuple[object, ...], ...]
    columns: Mapping[str, str]

    def only(self, names: Sequence[str]) -> Answers:
        """The same answers with these columns alone; their numbers stay."""
        at = [list(self.columns).index(name) for name in names]
        return replace(
            self,
            values=tuple(tuple(one[place] for place in at) for one in self.values),
            columns={name: self.columns[name] for name in names},
        )


def with_answers(query: str, tables: Mapping[str, tuple[str, tuple[str, ...]]]) -> str:
    """Rows of a query, and the columns ``<alias>_<column>`` of the answers they have a number of.

    A row carries the number of its answer in ``_at_<alias>``; `tables` gives, by alias, the table
    of the answers and its columns.
    """
    if not tables:
        return query
    given = ", ".join(
        f"{quote(alias)}.{quote(name)} AS {quote(f'{alias}_{name}')}"
        for alias, (_, columns) in tables.items()
        for name in columns
    )
    joins = "".join(
        f" LEFT JOIN {quote(table)} {quote(alias)} ON {quote(alias)}.n = p.{quote(f'_at_{alias}')}"
        for alias, (table, _) in tables.items()
    )
    return f"SELECT p.*, {given} FROM ({query}) p{joins}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Rows that were read, in few columns, and how to get the event table back.

    Attributes
    ----------
    stored : tuple of str
        Select list over a stored row ``s`` and its file ``f``.
    source : str
        SQL of the stored rows and their files.
    where : str
        Condition of the rows that stay.
    answers : mapping
        Answers that the rows need, by alias.
    columns : mapping
        Column of the event table to its SQL over a packed row ``p`` `with_answers`.
    """

    stored: tuple[str, ...]
    source: str
    where: str
    answers: Mapping[str, Answers]
    columns: Mapping[str, str]

    def query(self, keys: Mapping[str, str], *, files: int = 0) -> str:
        """SQL of the packed rows.

        Parameters
        ----------
        keys : mapping
            Table of the keys (k) and the numbers of their answers (n), by alias.
        files : int
            Number of the facts of the first file.
        """
        numbers = [
            f"{_met(alias)}.n AS {quote(f'_at_{alias}')}"
            if one.meets
            else f"CAST(f.i + {files} AS INTEGER) AS {quote(f'_at_{alias}')}"
            for alias, one in self.answers.items()
        ]
        return self._joined(numbers, keys)

    def flat(self, con: DuckDBPyConnection) -> str:
        """SQL of the packed rows with their answers in place of numbers.

        It rests on temporary tables of `con`; later ones of the same connection replace them.
        """
        tables, given = {}, []
        for alias, one in self.answers.items():
            if one.meets:
                tables[alias] = f"_known_{alias}"
                put(con, tables[alias], _known(one))
            given += [f"{_met(alias)}.{quote(c)} AS {quote(f'{alias}_{c}')}" for c in one.columns]
        return self._joined(given, tables)

    def _joined(self, given: Sequence[str], tables: Mapping[str, str]) -> str:
        """SQL of the packed rows and columns that tables of keys give."""
        joins = ""
        for alias, table in tables.items():
            meets = self.answers[alias].meets.format(_met(alias))
            joins += f" LEFT JOIN {quote(table)} {_met(alias)} ON {meets}"
        return f"SELECT {', '.join([*self.stored, *given])} FROM {self.source}{joins}{self.where}"

    def events(self, con: DuckDBPyConnection, *, prefix: str) -> tuple[str, tuple[str, ...]]:
        """SQL of the event table, and the tables made for it, whose names begin with `prefix`."""
        keys, tables = {}, {}
        for alias, one in self.answers.items():
            values, columns = f"{prefix}_{alias}_answers", tuple(one.columns)
            put(con, values, answer_columns(one.columns, one.values))
            tables[alias] = (values, columns)
            if one.meets:
                keys[alias] = f"{prefix}_{alias}"
                put(con, keys[alias], key_columns(one.keys))
        made = ", ".join(f"{sql} AS {quote(name)}" for name, sql in self.columns.items())
        query = f"SELECT {made} FROM ({with_answers(self.query(keys), tables)}) p"
        return query, (*keys.values(), *(table for table, _ in tables.values()))


def _met(alias: str) -> str:
    """Name of the table in which a row finds its answer: of a key, or of its file."""
    return "f" if alias == "f" else quote(f"_met_{alias}")


def _known(one: Answers) -> dict[str, tuple[str, list[object]]]:
    """Keys and their answers, as columns for `put`."""
    answered = [(key, *one.values[n]) for key, n in one.keys]
    kinds = {"k": "VARCHAR", **one.columns}
    columns = [list(column) for column in zip(*answered)] or [[] for _ in kinds]
    return {name: (kind, column) for (name, kind), column in zip(kinds.items(), columns)}


def key_columns(keys: Iterable[tuple[str | None, int]]) -> dict[str, tuple[str, list[object]]]:
    """Keys and the numbers of their answers, as columns for `put`."""
    listed = list(keys)
    return {"k": ("VARCHAR", [k for k, _ in listed]), "n": ("INTEGER", [n for _, n in listed])}


def answer_columns(
    kinds: Mapping[str, str], values: Sequence[Sequence[object]]
) -> dict[str, tuple[str, list[object]]]:
    """Answers with their numbers, as columns for `put`."""
    columns = [list(one) for one in zip(*values, strict=True)] or [[] for _ in kinds]
    named = zip(kinds.items(), columns, strict=True)
    return {
        "n": ("INTEGER", list(range(len(values)))),
        **{name: (kind, column) for (name, kind), column in named},
    }


def put(
    con: DuckDBPyConnection,
    table: str,
    columns: Mapping[str, tuple[str, Sequence[object]]],
    *,
    temp: bool = True,
) -> None:
    """A small table from columns of a type each, seen by this connection alone if it is `temp`.

    Not by way of Arrow, whose arrays of Python values import pandas wherever it is installed.
    """
    select = ", ".join(
        f"unnest(${n}::{kind}[]) AS {quote(name)}"
        for n, (name, (kind, _)) in enumerate(columns.items(), 1)
    )
    con.execute(
        f"CREATE OR REPLACE {'TEMP ' * temp}TABLE {quote(table)} AS SELECT {select}",
        [list(values) for _, values in columns.values()],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """A plan split by when its parts can be worked out.

    Attributes
    ----------
    plan : Plan
    scan : mapping
        Stored column to SQL over a raw row ``r`` that has ``_fault``.
    later : mapping
        Column of a packed row to SQL over a stored row ``s`` and its file ``f``.
    given : mapping
        Columns of the look-ups, and of the files ``f``, that are left to the end, by alias.
    columns : mapping
        Column of the event table to SQL over a packed row ``p`` `with_answers`.
    """

    plan: Plan
    scan: Mapping[str, str]
    later: Mapping[str, str]
    given: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str]

    def select(self, raw: str, *, place: str, values: bool = False) -> str:
        """Query that reads raw rows, typed and checked, and keeps the columns `place` as well.

        With `values` it keeps the value at fault too, where no line of a file can show it later.
        """
        wanted = [f"{sql} AS {quote(name)}" for name, sql in self.scan.items()]
        wanted += [f"{_key(one)} AS {quote(f'_key_{one.name}')}" for one in self.plan.lookups]
        if self.plan.content is not None:
            wanted += [f"left(md5({self.plan.content}), 16) AS _content"]
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
        listed, fault, once = _worked_out_once(", ".join(wanted), self._fault)
        if once:
            raw = f"(SELECT *, {once} FROM {raw} r)"
        return f"SELECT {listed} FROM (SELECT *, {fault} AS _fault FROM {raw} r) r"

    @property
    def _fault(self) -> str:
        whens = " ".join(f"WHEN {c.when} THEN {n}" for n, c in enumerate(self.plan.checks))
        return f"CAST({f'CASE {whens} END' if whens else 'NULL'} AS TINYINT)"

    def packed(
        self, raw: str, files: str, *, answers: Mapping[str, Answers], all_read: bool
    ) -> Packed:
        """Rows that stay, each with the numbers of its file and of the answers of its look-ups.

        The answers themselves are met at the end: a row carries one number in place of their text.
        """
        kinds = {column.name: SQL_TYPES[column.type] for column in EVENT_COLUMNS}
        stored = [f"{sql} AS {quote(name)}" for name, sql in self.later.items()]
        return Packed(
            stored=(*stored, f"CAST({LINE} AS BIGINT) AS _row"),
            source=f"{raw} s JOIN {quote(files)} f ON f.i = s._file",
            where="" if all_read else " WHERE s._fault IS NULL",
            answers={alias: answers[alias].only(names) for alias, names in self.given.items()},
            columns={name: f"CAST({sql} AS {kinds[name]})" for name, sql in self.columns.items()},
        )


def _worked_out_once(*parts: str) -> tuple[str, ...]:
    """Parts of a query, and the readings of cells that they have in common as columns of their own.

    DuckDB works out anew what stands in another branch of a CASE or another level of a query.
    Readings are of ``try_`` kinds alone: these never fail, whatever row they are tried on.
    """

    def plain(match: re.Match[str]) -> str:
        return re.sub(r'"([A-Za-z_]\w*)"', r"\1", match[0])

    times: dict[str, int] = {}
    for part in parts:
        for match in _READING.finditer(part):
            times[plain(match)] = times.get(plain(match), 0) + 1
    often = (text for text, n in times.items() if n > 1 and not text.startswith("'"))
    names = {text: f"_read{n}" for n, text in enumerate(often)}

    def named(match: re.Match[str]) -> str:
        name = names.get(plain(match))
        return match[0] if name is None else f"r.{name}"

    made = (_READING.sub(named, part) for part in parts)
    return (*made, ", ".join(f"{text} AS {name}" for text, name in names.items()))


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
    given: dict[str, list[str]] = {}
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

    def at_end(alias: str, name: str) -> str:
        """A cell of the row, or of an answer that the row has a number of."""
        if alias == "r":
            return f"p.{packed(cell(alias, name))}"
        plain = name.strip('"')
        if plain not in given.setdefault(alias, []):
            given[alias].append(plain)
        return f"p.{quote(f'{alias}_{plain}')}"

    def from_row(sql: str, kind: str) -> str:
        """An expression over a raw row; of text that is half the same for all, the other half."""
        if prefixed := _PREFIXED.fullmatch(sql):
            half = packed(f"s.{stored(prefixed[2], 'VARCHAR')}")
            return f"{prefixed[1]} || p.{half}"
        if marked := _MARKED.fullmatch(sql):
            flag = packed(f"s.{stored(marked[1], 'BOOLEAN')}")
            return f"CASE WHEN p.{flag} THEN {marked[2]} END"
        return f"p.{packed(f's.{stored(sql, kind)}')}"

    def column(sql: str, kind: str) -> str:
        aliases = {alias for alias, _ in _references(sql)}
        places = any(alias == "r" and name in _PLACE for alias, name in _references(sql))
        if not aliases:
            return sql
        if aliases == {"r"} and not places:
            return from_row(sql, kind)
        if aliases <= {"r", "f"} and _PLAIN.fullmatch(sql) is None:
            return f"p.{packed(f'CAST({_replaced(sql, cell)} AS {kind})')}"
        return _replaced(sql, at_end)

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
    found = {alias: tuple(names) for alias, names in given.items()}
    return RowPlan(plan=plan, scan=scan, later=later, given=found, columns=columns)
