"""Read files or frames of one source: unpack, look, load, check, select."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError, near_miss
from demarche.record._raw_files import raw_files
from demarche.record.readers._days import days_told
from demarche.record.readers._frame import read_source_frame
from demarche.record.readers._header import (
    columns_by_number,
    columns_of_rows,
    is_bare,
    is_quoted,
    split_line,
)
from demarche.record.readers._load import Loaded, Sheet, load, number_equals, typed
from demarche.record.readers._plan import Layout, Options, Reader, SourceFile, quote
from demarche.record.readers._result import (
    NothingReadError,
    ReadResult,
    ReadWarning,
    Refused,
    rejects_table,
)
from demarche.record.readers._rows import Answers, RowPlan, put, row_plan
from demarche.record.readers._select import ValueReject, check_rows, resolve
from demarche.record.readers._text import look, raw_lines
from demarche.record.readers.acled import ACLED, ACLED_DELETED
from demarche.record.readers.benchmark import BENCHMARKS, read_quadruples, refuse_days
from demarche.record.readers.gdelt import GDELT1, GDELT2
from demarche.record.readers.icews import ICEWS
from demarche.record.readers.polecat import POLECAT
from demarche.record.readers.table import read_table, table_plan
from demarche.record.readers.ucdp import UCDP_CANDIDATE, UCDP_GED
from demarche.record.unpack import is_archive, unpack

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

__all__ = ["READERS", "connection", "header_columns", "read_events", "read_frame"]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        reader.source: reader
        for reader in (
            ACLED,
            ACLED_DELETED,
            GDELT1,
            GDELT2,
            ICEWS,
            POLECAT,
            UCDP_CANDIDATE,
            UCDP_GED,
            *BENCHMARKS,
        )
    }
)
"""Sources that can be read by name; any other is a table with a column map."""

_counter = itertools.count()


def _nearest(source: str) -> str:
    found = near_miss(source, READERS)
    return f"{found} " if found else ""


def connection() -> DuckDBPyConnection:
    """A DuckDB connection of our own.

    Raises
    ------
    DataError
        If DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise DataError(
            "reading events needs DuckDB, which is not installed; pip install 'demarche[record]'."
        ) from None
    return duckdb.connect()


def read_events(
    path: Path | str | Sequence[Path | str],
    *,
    source: str,
    con: DuckDBPyConnection | None = None,
    column_map: Mapping[str, str] | Path | None = None,
    version: str | None = None,
    known_lag_days: int | None = None,
    released: dt.date | None = None,
    day_zero: dt.date | None = None,
    per_day: int | None = None,
    names: Path | None = None,
) -> ReadResult:
    """Events of one source, from files as published, in the columns of the event table.

    Parameters
    ----------
    path : Path or sequence of Path
        Files (text, ``.zip``, ``.gz``) or a folder of them.
    source : str
        A key of ``READERS``, or any id of one's own with a `column_map`.
    con : DuckDBPyConnection, optional
        Where the rows go; a connection of our own by default.
    column_map : mapping or Path, optional
        Event column to column of the table (or ``=text`` for a fixed value); a TOML or JSON file.
    version : str, optional
        Version or release of the source.
    known_lag_days : int, optional
        ``known_at`` is the day of the event plus so many days, and said to be assumed; with a
        `column_map`, only where neither the row nor `released` states one.
    released : date, optional
        Day on which these files were released, where rows are not stamped.
    day_zero : date, optional
        Day 0 of quadruples.
    per_day : int, optional
        How many units of the time of quadruples make a day: 24 hours by default, 1 for days.
    names : Path, optional
        Folder of the lists of names of quadruples, for files that lie without them.

    Returns
    -------
    ReadResult
        ``read + rejected = lines``, always. Close it when done.

    Raises
    ------
    DataError
        If the source is unknown, no file can be read, or a column is missing.
    """
    given = [path] if isinstance(path, str | Path) else path
    paths = list(raw_files([Path(one) for one in given]))
    own = con is None
    con = connection() if con is None else con
    options = Options(
        source=source,
        version=version,
        known_lag_days=known_lag_days,
        released=released,
        day_zero=day_zero,
        per_day=per_day,
        names=names,
    )
    folder = Path(tempfile.mkdtemp(prefix="demarche-read-"))
    try:
        _check_lag(known_lag_days)
        refuse_days(options)
        if column_map is not None or source not in READERS:
            if column_map is None:
                raise DataError(
                    f"{source!r} is no source that is known: {', '.join(sorted(READERS))}. "
                    f"{_nearest(source)}For a table of your own give a column map "
                    "(--map FILE)."
                )
            return read_table(
                paths, con=con, options=options, column_map=column_map, folder=folder, owned=own
            )
        if source in {reader.source for reader in BENCHMARKS}:
            return read_quadruples(paths, con=con, options=options, folder=folder, owned=own)
        return _read_text(paths, READERS[source], con=con, options=options, folder=folder, own=own)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if own:
            con.close()
        raise


def read_frame(
    frame: Any,
    *,
    source: str,
    column_map: Mapping[str, str] | Path | None = None,
    con: DuckDBPyConnection | None = None,
    version: str | None = None,
    known_lag_days: int | None = None,
    released: dt.date | None = None,
) -> ReadResult:
    """Events from a frame: pandas, Polars, Arrow, or anything with an Arrow stream.

    Parameters are those of `read_events`. Without a `column_map` the frame has the columns of a
    known source, by its own names. Every cell is read as text, so a code keeps its zero.

    Raises
    ------
    DataError
        If the frame is of no such kind, a column is missing, or codes came as numbers.
    """
    own = con is None
    con = connection() if con is None else con
    options = Options(
        source=source, version=version, known_lag_days=known_lag_days, released=released
    )
    folder = Path(tempfile.mkdtemp(prefix="demarche-read-"))
    try:
        _check_lag(known_lag_days)
        if column_map is None:
            return read_source_frame(
                frame, readers=READERS, con=con, options=options, folder=folder, owned=own
            )
        return table_plan(
            frame, con=con, options=options, column_map=column_map, folder=folder, owned=own
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if own:
            con.close()
        raise


def _check_lag(days: int | None) -> None:
    if days is not None and not 0 <= days <= 36_525:
        raise DataError(f"a lag of {days} days is out of range; give 0 to 36,525.")


def _unpacked(path: Path, *, folder: Path, number: int, options: Options) -> list[SourceFile]:
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty. Nothing was read; fetch the file again.")
    if not is_archive(path):
        return [SourceFile(path=path, name=path.name, released=options.released)]
    return [
        SourceFile(path=item.path, name=f"{path.name}/{item.name}", released=options.released)
        for item in unpack(path, into=folder / f"archive{number}")
    ]


def sheets_of(
    paths: Sequence[Path], sheet: Callable[[SourceFile], Sheet], *, folder: Path, options: Options
) -> tuple[list[Sheet], list[Refused]]:
    """Sheets of the files, unpacked, that can be read, and the files that are refused."""
    sheets: list[Sheet] = []
    refused: list[Refused] = []
    for number, path in enumerate(paths):
        try:
            sheets += [
                sheet(file)
                for file in _unpacked(path, folder=folder, number=number, options=options)
            ]
        except DataError as error:
            refused.append(Refused(file=path.name, reason=str(error), path=path))
    if not sheets:
        more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
        raise NothingReadError(f"{refused[0].reason}{more}", refused=refused)
    return sheets, refused


def _sheet(reader: Reader, file: SourceFile) -> Sheet:
    described = reader.describe(replace(file, name=Path(file.name).name))
    if (described.version, described.released) == (None, file.released):  # the archive may say
        described = reader.describe(replace(file, name=file.name.partition("/")[0]))
    file = replace(file, version=described.version, released=described.released)
    seen = look(file.path, name=file.name)
    if reader.layout.order:
        columns, delimiter, header = columns_by_number(file.path, reader.layout, name=file.name)
    else:
        line = next(iter(raw_lines(file.path))).removeprefix(b"\xef\xbb\xbf")
        text = line.decode("utf-8" if seen.utf8 else "iso-8859-1", "replace")
        columns, delimiter, header = header_columns(text, reader.layout, file.name)
        columns = columns_of_rows(file.path, columns, delimiter, reader.layout)
        columns = days_told(file.path, columns, delimiter, reader.layout, utf8=seen.utf8)
    return Sheet(
        file=file,
        columns=columns,
        header=header,
        delimiter=delimiter,
        quoted=reader.layout.quoted or is_quoted(file.path, delimiter, header=header),
        latin1=reader.layout.latin1,
        look=seen,
    )


def header_columns(
    line: str, layout: Layout, name: str, *, ask: str = "Is --source right?"
) -> tuple[tuple[str, ...], str, int]:
    """Columns, delimiter and number of header lines of a file, from its first line."""
    best: tuple[str, ...] = ()
    for delimiter in layout.delimiters:
        if is_bare(line, delimiter, layout):
            return layout.bare, delimiter, 0
        columns = _header(line, layout, delimiter)
        if set(layout.required) <= set(columns):
            for name_twice in (*layout.required, *layout.optional):
                if f"{name_twice}_again" in columns:
                    raise DataError(
                        f"{name}: the header names the column {name_twice!r} twice, so it is not "
                        "clear which is meant. Rename one of them."
                    )
            return columns, delimiter, 1
        best = max(best, columns, key=lambda c: len(set(layout.required) & set(c)))
    missing = [column for column in layout.required if column not in best]
    hint = (layout.hints or {}).get(missing[0]) if len(missing) == 1 else None
    raise DataError(
        f"{name} lacks the column {missing[0]!r}"
        + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
        + f"; its header begins {line[:80]!r}. {hint or near_miss(missing[0], best)}".rstrip()
        + (f" {ask}" if hint is None else "")
    )


def _header(line: str, layout: Layout, delimiter: str) -> tuple[str, ...]:
    aliases = layout.aliases or {}
    known = {n.lower().replace(" ", "_"): n for n in (*layout.required, *layout.optional)}
    columns: list[str] = []
    fields = split_line(line.rstrip("\r\n"), delimiter, layout)
    while fields and not fields[-1].strip():
        fields.pop()
    for number, field in enumerate(fields, start=1):
        # A column without a name, as an index is often written, is read under its number.
        plain = field.strip().strip('"') or f"column {number}"
        key = plain.lower().replace(" ", "_")
        found = aliases.get(key, known.get(key, plain))
        while found in columns:
            found += "_again"
        columns.append(found)
    return tuple(columns)


def _read_text(
    paths: Sequence[Path],
    reader: Reader,
    *,
    con: DuckDBPyConnection,
    options: Options,
    folder: Path,
    own: bool,
) -> ReadResult:
    prefix = f"read{next(_counter)}"
    sheets, refused = sheets_of(paths, partial(_sheet, reader), folder=folder, options=options)
    needed = (*reader.layout.required, *reader.layout.optional)
    rows = row_plan(reader.plan(options), source=options.source)
    loaded = load(con, prefix, sheets, needed=needed, rows=rows, folder=folder)
    return finish_read(
        con, prefix, rows, sheets=sheets, loaded=loaded, needed=needed,
        options=options, refused=refused, folder=folder, owned=own,
    )  # fmt: skip


def finish_read(
    con: DuckDBPyConnection,
    prefix: str,
    rows: RowPlan,
    *,
    sheets: Sequence[Sheet],
    loaded: Loaded,
    needed: Sequence[str],
    options: Options,
    refused: Sequence[Refused],
    folder: Path,
    owned: bool,
) -> ReadResult:
    """Check the loaded rows, answer the look-ups and hand the events on as a relation."""
    raw = _raw(con, loaded, rows=rows, needed=needed)
    if rows.plan.content is not None:
        number_equals(con, loaded)
    files, facts = f"{prefix}_f", _facts(sheets, loaded, options)
    put(con, files, facts)
    marks = None if loaded.raw else loaded.marks
    faults, notes = check_rows(con, raw, files, rows.plan, marks=marks)
    answers, unknown = resolve(con, raw, rows.plan.lookups)
    answers["f"] = Answers(
        values=tuple(zip(*(values for _, values in facts.values()))),
        columns={name: kind for name, (kind, _) in facts.items()},
    )
    listed: list[tuple[Any, ...]] = [
        (options.source, sheets[n].file.name, bad.line, bad.column, bad.reason, bad.value[:2000])
        for n, bad in loaded.bad
    ]
    listed += [
        (options.source, sheets[f.file].file.name, f.line, f.column, f.reason, text)
        for f, text in zip(faults, _fault_lines(sheets, faults, loaded), strict=True)
    ]
    kept = sum(loaded.kept.values())
    latin = [
        ReadWarning(
            kind="not UTF-8, read as ISO-8859-1", column="", value=sheets[n].file.name,
            rows=loaded.kept[n],
        )
        for n in loaded.latin1
    ]  # fmt: skip
    latin += [
        ReadWarning(kind="byte-order mark removed", column="", value=sheet.file.name, rows=1)
        for sheet in sheets
        if sheet.look.bom
    ]
    packed = rows.packed(raw, files, answers=answers, all_read=not faults)
    tables = [files, *(name for name, _ in loaded.scans)]

    @cache
    def events() -> DuckDBPyRelation:
        query, made = packed.events(con, prefix=prefix)
        tables.extend(made)
        return con.sql(query)

    @cache
    def rejects() -> DuckDBPyRelation:
        tables.append(rejects_table(con, prefix, listed))
        return con.table(tables[-1])

    return ReadResult(
        source=options.source,
        _events=events,
        packed=packed,
        _rejects=rejects,
        lines=kept + len(loaded.bad),
        read=kept - len(faults),
        rejected=len(loaded.bad) + len(faults),
        warnings=tuple(sorted([*latin, *notes, *unknown], key=lambda w: (-w.rows, str(w)))),
        refused=tuple(refused),
        files=tuple(sheet.file.name for sheet in sheets),
        connection=con,
        _tables=tables,
        _folder=folder,
        _owned=owned,
    )


def _facts(
    sheets: Sequence[Sheet], loaded: Loaded, options: Options
) -> dict[str, tuple[str, list[object]]]:
    """What is known of each file: its name, its release, and where its rows begin."""
    numbers = range(len(sheets))
    return {
        "i": ("INTEGER", list(numbers)),
        "name": ("VARCHAR", [sheet.file.name for sheet in sheets]),
        "version": ("VARCHAR", [options.version or sheet.file.version for sheet in sheets]),
        "released": ("DATE", [sheet.file.released for sheet in sheets]),
        "first": ("BIGINT", [loaded.first.get(number, 0) for number in numbers]),
        "header": ("INTEGER", [sheet.header for sheet in sheets]),
    }


def _raw(con: DuckDBPyConnection, loaded: Loaded, *, rows: RowPlan, needed: Sequence[str]) -> str:
    """One relation over all scans: typed and checked rows, the file, and where each stood."""
    if loaded.raw:
        for number, (table, strict) in enumerate(loaded.scans):
            have = {row[0] for row in con.execute(f"DESCRIBE {quote(table)}").fetchall()}
            made = typed(
                con, table, rows=rows, have=sorted(have), needed=needed, line="_line" in have
            )
            loaded.scans[number] = (made, strict)
    parts = []
    for table, strict in loaded.scans:
        place = "rowid AS _pos, NULL::BIGINT AS _line" if strict else "NULL::BIGINT AS _pos, _line"
        kept = "*" if strict else "* EXCLUDE (_line)"
        kept += "" if loaded.raw else ", NULL::VARCHAR AS _value"
        parts.append(f"SELECT {kept}, {place} FROM {quote(table)}")
    if not parts:
        empty = ", ".join(f"NULL::VARCHAR AS {quote(c)}" for c in needed)
        none = f"(SELECT {empty}, 0::INTEGER AS _file WHERE false)"
        parts = [
            "SELECT *, NULL::VARCHAR AS _value, NULL::BIGINT AS _pos, NULL::BIGINT AS _line, "
            f"1 AS _nth FROM ({rows.select(none, place='r._file')})"
        ]
    return "(" + " UNION ALL BY NAME ".join(parts) + ")"


def _fault_lines(
    sheets: Sequence[Sheet], faults: Sequence[ValueReject], loaded: Loaded
) -> list[str]:
    """Raw line of each fault, cut; of a row of a frame the value at fault."""
    wanted: dict[int, set[int]] = {}
    for fault in faults:
        wanted.setdefault(fault.file, set()).add(fault.line)
    found: dict[tuple[int, int], str] = {}
    for number, lines in wanted.items():
        sheet = sheets[number]
        if not sheet.delimiter:
            continue
        encoding = "iso-8859-1" if number in loaded.latin1 else "utf-8"
        for line, raw in enumerate(raw_lines(sheet.file.path), 1):
            if line in lines:
                found[number, line] = raw.decode(encoding, "backslashreplace")[:2000]
    return [found.get((fault.file, fault.line), fault.value or "") for fault in faults]
