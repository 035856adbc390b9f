"""Raw rows of text files in one DuckDB table: strict and fast, or by way of a clean copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import DataError
from demarche.record._parts import exact, literal
from demarche.record.readers._arrow import CellStream
from demarche.record.readers._plan import SourceFile, quote
from demarche.record.readers._rows import RowPlan
from demarche.record.readers._text import MAX_LINE, BadLine, Clean, Look, clean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["MANY", "Loaded", "Sheet", "load", "number_equals", "typed"]

_OWN = frozenset({"file_index", "_line"})
"""Names that a scan has columns of its own for."""
MANY = 48_000_000
"""Bytes of text without quotes from which on pyarrow splits the lines; it has to be imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file with the columns its rows really have, in order."""

    file: SourceFile
    columns: tuple[str, ...]
    header: int
    delimiter: str
    quoted: bool
    latin1: bool
    look: Look


@dataclass(slots=True, kw_only=True)
class Loaded:
    """Scans that hold the rows, where each file begins in its scan, and the lines left out.

    A scan is a table and whether the place of a row in it gives its line; ``raw`` scans hold the
    cells as text, the others typed and checked rows, whose faults and notes are counted in `marks`.
    """

    scans: list[tuple[str, bool]] = field(default_factory=list)
    raw: bool = False
    first: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    bad: list[tuple[int, BadLine]] = field(default_factory=list)
    latin1: list[int] = field(default_factory=list)
    marks: Counter[tuple[int | None, int]] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """Rows of a file in a scan: how many, where the first and the last lie, faults and notes."""

    rows: int = 0
    first: int = 0
    last: int = -1
    marks: Counter[tuple[int | None, int]] = field(default_factory=Counter)

    @property
    def whole(self) -> bool:
        """Whether the rows lie together."""
        return self.last - self.first + 1 == self.rows


def load(
    con: DuckDBPyConnection,
    prefix: str,
    sheets: Sequence[Sheet],
    *,
    needed: Sequence[str],
    rows: RowPlan,
    folder: Path,
) -> Loaded:
    """Read every sheet once; a file with any fault goes line by line, the others in one scan."""
    loaded = Loaded()
    groups: dict[tuple[tuple[str, ...], int, str, bool], list[int]] = {}
    for number, sheet in enumerate(sheets):
        if not sheet.look.dirty:
            key = (sheet.columns, sheet.header, sheet.delimiter, sheet.quoted)
            groups.setdefault(key, []).append(number)
    dirty = {number for number, sheet in enumerate(sheets) if sheet.look.dirty}
    for members in groups.values():
        dirty |= set(_scan_clean(con, prefix, sheets, members, needed, rows, loaded))
    for number in sorted(dirty):
        _scan_copy(con, prefix, sheets, number, needed, rows, loaded, folder)
    return loaded


def _scan_clean(
    con: DuckDBPyConnection,
    prefix: str,
    sheets: Sequence[Sheet],
    members: list[int],
    needed: Sequence[str],
    rows: RowPlan,
    loaded: Loaded,
) -> list[int]:
    """One strict scan over files without a visible fault; returns those that have one after all."""
    table = f"{prefix}_scan{len(loaded.scans)}"
    found = _try_scan(con, table, sheets, members, needed, rows)
    if found is not None:
        faulty = [m for m in members if found[m].rows != _expected(sheets[m])]
        if not faulty:
            loaded.scans.append((table, True))
            for member, seen in found.items():
                loaded.first[member], loaded.kept[member] = seen.first, seen.rows
                loaded.marks.update(seen.marks)
            return []
        con.execute(f"DROP TABLE {quote(table)}")
    else:
        faulty = [m for m in members if not _passes(con, prefix, sheets, m, needed, rows)]
    rest = [member for member in members if member not in set(faulty)]
    if rest and faulty:
        return faulty + _scan_clean(con, prefix, sheets, rest, needed, rows, loaded)
    return faulty or members


def _expected(sheet: Sheet) -> int:
    return sheet.look.lines - sheet.header


def _passes(
    con: DuckDBPyConnection,
    prefix: str,
    sheets: Sequence[Sheet],
    member: int,
    needed: Sequence[str],
    rows: RowPlan,
) -> bool:
    table = f"{prefix}_try"
    found = _try_scan(con, table, sheets, [member], needed, rows)
    if found is None:
        return False
    con.execute(f"DROP TABLE {quote(table)}")
    return found[member].rows == _expected(sheets[member])


def _try_scan(
    con: DuckDBPyConnection,
    table: str,
    sheets: Sequence[Sheet],
    members: Sequence[int],
    needed: Sequence[str],
    rows: RowPlan,
) -> dict[int, _Seen] | None:
    """Scan in which any fault is an error; what it saw of each file, or None."""
    import duckdb

    one = sheets[members[0]]
    stream = _stream(sheets, members, needed)
    if stream is not None:
        source, index = quote(f"{table}_in"), "_file"
        con.register(f"{table}_in", stream)
    else:
        numbers = "[" + ", ".join(map(str, members)) + "]"
        index = numbers + "[file_index::BIGINT + 1]" if len(members) > 1 else str(members[0])
        names = list(map(_called, one.columns))
        source = _read_csv([sheets[m].file.path for m in members], one, names, one.header)
    cells = _cells(one.columns, needed, scanned=stream is None)
    raw = f"(SELECT {', '.join([*cells, f'{index}::INTEGER AS _file'])} FROM {source})"
    try:
        con.execute(f"CREATE TEMP TABLE {quote(table)} AS {rows.select(raw, place='r._file')}")
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return None
    finally:
        if stream is not None:
            con.unregister(f"{table}_in")
    found = {member: _Seen() for member in members}
    for file, fault, notes, count, first, last in con.execute(
        "SELECT _file, _fault, _notes, count(*), min(rowid), max(rowid) "
        f"FROM {quote(table)} GROUP BY ALL"
    ).fetchall():
        seen = found[file]
        seen.marks[fault, notes] = count
        seen.first = first if not seen.rows else min(seen.first, first)
        seen.last = max(seen.last, last)
        seen.rows += count
    return {member: seen if seen.whole else _Seen() for member, seen in found.items()}


def _stream(
    sheets: Sequence[Sheet], members: Sequence[int], needed: Sequence[str]
) -> CellStream | None:
    """The files as cells split by pyarrow, where that is worth its import."""
    one = sheets[members[0]]
    if one.quoted or sum(sheets[m].file.path.stat().st_size for m in members) < MANY:
        return None
    return CellStream(
        files=[(member, sheets[member].file.path) for member in members],
        columns=one.columns,
        needed=needed,
        delimiter=one.delimiter,
        header=one.header,
    )


def _cells(have: Sequence[str], needed: Sequence[str], *, scanned: bool = False) -> list[str]:
    """The needed columns of a file, empty where it lacks one; `scanned` by DuckDB or not."""
    called = _called if scanned else str
    return [
        f"{quote(called(c))} AS {quote(c)}" if c in have else f"NULL::VARCHAR AS {quote(c)}"
        for c in needed
    ]


def _called(name: str) -> str:
    """Name of a column while its file is scanned: some names are the scan's own."""
    return f"{name}_" if name.casefold() in _OWN else name


def typed(
    con: DuckDBPyConnection,
    table: str,
    *,
    rows: RowPlan,
    have: Sequence[str],
    needed: Sequence[str],
    line: bool,
) -> str:
    """Table of raw cells as one of typed and checked rows, in the same order; the raw one ends."""
    place = ["_file", "_line"] if line else ["_file"]
    raw = f"(SELECT {', '.join([*_cells(have, needed), *place])} FROM {quote(table)})"
    made = f"{table}_typed"
    kept = ", ".join(f"r.{name}" for name in place)
    select = rows.select(raw, place=kept, values=True)
    con.execute(f"CREATE TEMP TABLE {quote(made)} AS {select}")
    con.execute(f"DROP TABLE {quote(table)}")
    return made


def number_equals(con: DuckDBPyConnection, loaded: Loaded) -> None:
    """Number the rows of one content within each file, in the order of its lines, from 1."""
    for table, _ in loaded.scans:
        name = quote(table)
        con.execute(f"ALTER TABLE {name} ADD COLUMN _nth INTEGER DEFAULT 1")
        con.execute(
            f"UPDATE {name} SET _nth = n.nth FROM (SELECT rowid AS at, row_number() OVER "
            f"(PARTITION BY _file, _content ORDER BY rowid) AS nth FROM {name} SEMI JOIN "
            f"(SELECT _file, _content FROM {name} GROUP BY ALL HAVING count(*) > 1) "
            f"USING (_file, _content) QUALIFY nth > 1) n WHERE {name}.rowid = n.at"
        )


def _read_csv(paths: Sequence[Path], sheet: Sheet, columns: Sequence[str], header: int) -> str:
    files = "[" + ", ".join(literal(exact(path)) for path in paths) + "]"
    types = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns) + "}"
    mark = literal('"') if sheet.quoted else "''"
    return (
        f"read_csv({files}, columns = {types}, delim = {literal(sheet.delimiter)}, "
        f"header = false, skip = {header}, quote = {mark}, escape = {mark}, "
        f"auto_detect = false, null_padding = false, max_line_size = {MAX_LINE})"
    )


def _scan_copy(
    con: DuckDBPyConnection,
    prefix: str,
    sheets: Sequence[Sheet],
    number: int,
    needed: Sequence[str],
    rows: RowPlan,
    loaded: Loaded,
    folder: Path,
) -> None:
    """Clean copy of one file, then a scan of the copy with the numbers of its lines."""
    sheet = sheets[number]
    encoding = "utf-8"
    if not sheet.look.utf8 and sheet.latin1:
        encoding = "iso-8859-1"
        loaded.latin1.append(number)
    copy = _copy(sheet, folder / f"clean{number}", encoding)
    loaded.bad += [(number, line) for line in copy.bad]
    loaded.kept[number], loaded.first[number] = copy.rows, 0
    if copy.rows == 0:
        return
    table = f"{prefix}_scan{len(loaded.scans)}"
    source = _read_csv([copy.path], sheet, ("_line", *map(_called, sheet.columns)), 0)
    cells = [
        *_cells(sheet.columns, needed, scanned=True),
        f"{number}::INTEGER AS _file",
        "_line::BIGINT AS _line",
    ]
    raw = f"(SELECT {', '.join(cells)} FROM {source})"
    select = rows.select(raw, place="r._file, r._line")
    con.execute(f"CREATE TEMP TABLE {quote(table)} AS {select}")
    marks = con.execute(
        f"SELECT _fault, _notes, count(*) FROM {quote(table)} GROUP BY ALL"
    ).fetchall()
    found = sum(count for _, _, count in marks)
    if found != copy.rows:
        raise DataError(
            f"{sheet.file.name}: {copy.rows} clean lines were written but "
            f"{found} came back; nothing was read. Please report this file."
        )
    loaded.marks.update({(fault, notes): count for fault, notes, count in marks})
    loaded.scans.append((table, False))
    copy.path.unlink()


def _copy(sheet: Sheet, target: Path, encoding: str) -> Clean:
    return clean(
        sheet.file.path,
        target,
        columns=sheet.columns,
        header=sheet.header,
        delimiter=sheet.delimiter,
        quoted=sheet.quoted,
        encoding=encoding,
    )
