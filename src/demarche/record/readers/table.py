"""Tables of one's own: CSV, Parquet, Arrow or a frame, with a map of columns."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError, near_miss
from demarche.record._parts import literal, parquet
from demarche.record.readers._codes import (
    NO_CODE,
    cameo_code,
    country_code,
    party,
    plover_code,
    sector_codes,
)
from demarche.record.readers._load import Loaded, Sheet, load
from demarche.record.readers._plan import (
    CODE,
    PARTY,
    Check,
    Found,
    Key,
    Layout,
    Lookup,
    Note,
    Options,
    Plan,
    SourceFile,
    quote,
)
from demarche.record.readers._rows import row_plan
from demarche.record.readers._select import (
    WITHIN,
    no_day,
    not_number,
    not_whole,
    number,
    whole,
)
from demarche.record.readers._text import Look, look, raw_lines
from demarche.terms.codebooks import COUNTRIES
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record.readers._result import ReadResult

__all__ = [
    "arrow_of",
    "column_map_of",
    "has_ids",
    "read_table",
    "refuse_numbers",
    "table_plan",
]

_COLUMNS = {column.name: column for column in EVENT_COLUMNS}
_OURS = {"source", "source_file", "source_row", "known_at_kind"}
_NEEDED = ("date", "actor")
_NO_CONTENT = {"date", "known_at", "deleted_at", "source_version"}
"""Columns that do not tell a row from another: its day does, however it is written."""
_STREAM = b"\xff\xff\xff\xff"
_BINARY = (b"PAR1", b"ARROW1", _STREAM)
"""First bytes of Parquet, of an Arrow file and of an Arrow stream."""


def column_map_of(given: Mapping[str, str] | Path) -> dict[str, str]:
    """A map of columns, from a mapping or a TOML or JSON file, checked.

    Raises
    ------
    DataError
        If the file cannot be read, a key is no event column, or ``date``, ``actor`` or a class
        (``cameo`` or ``event``) is not mapped.
    """
    if isinstance(given, Path):
        try:
            text = given.read_text(encoding="utf-8")
            data = json.loads(text) if given.suffix == ".json" else tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise DataError(f"the column map {given} cannot be read: {error}") from None
        data = data.get("columns", data) if isinstance(data, dict) else data
    else:
        data = dict(given)
    if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
        raise DataError(
            "a column map pairs event columns with names of your columns, such as "
            'date = "day"; a value of "=text" is the same for every row.'
        )
    allowed = sorted(set(_COLUMNS) - _OURS)
    for name in data:
        if name not in allowed:
            raise DataError(
                f"{name!r} is no column of the event table that a map can fill. "
                f"{near_miss(name, allowed)} They are: {', '.join(allowed)}."
            )
    missing = [name for name in _NEEDED if name not in data]
    if not {"cameo", "event"} & set(data):
        missing.append("cameo or event")
    if missing:
        raise DataError(f"the column map lacks {', '.join(missing)}; without it a row is no event.")
    return dict(data)


def has_ids(column_map: Mapping[str, str] | Path | None) -> bool:
    """Whether a map says that the rows have ids of their own."""
    return column_map is not None and "event_id" in column_map_of(column_map)


def _column(name: str, target: str) -> str:
    """A fixed text, or a cell without the blanks around it."""
    cell = f"nullif(trim(r.{quote(target)}), '')"
    return literal(target[1:]) if target.startswith("=") else cell


def _date(text: str) -> str:
    """Day of ``2024-01-05`` with or without a time, ``20240105``, ``20240105001500``."""
    plain = f"CASE WHEN NOT regexp_matches({text}, '^.{{9}}[0-9]{{2}}') THEN left({text}, 10) END"
    digits = f"CASE WHEN regexp_full_match({text}, '[0-9]{{8}}([0-9]{{6}}|[.]0)?') THEN "
    compact = f"CAST(try_strptime({digits}left({text}, 8) END, '%Y%m%d') AS DATE)"
    return f"coalesce(try_cast({plain} AS DATE), {compact})"


def _near(date: str) -> str:
    """Date, or NULL where it is so far off that it is a slip."""
    return f"CASE WHEN NOT {no_day(date, first='1800-01-01')} THEN {date} END"


def _party(key: Key, *, column: str) -> Found:
    name, place, sector = key
    if name is None:
        return Found(values=(None, None, None, None))
    first, said, unknown = sector_codes([sector or ""], system="plover", column=f"{column}_sector")
    if sector is not None and first is None:
        first, unknown = sector, ()
    if name.islower() and name.upper() in COUNTRIES:
        name = name.upper()
    iso3 = name if name in COUNTRIES else None
    if place is not None:
        iso3, more = country_code(place, system="iso3", column=f"{column}_country")
        unknown += more
    found = party(name, iso3, first, said, unknown)
    return Found(values=(found.values[0] or name, *found.values[1:]), unknown=unknown)


def _code(key: Key) -> Found:
    code, event, mode = key
    if code is not None:
        found = cameo_code(code, column="cameo")
        return Found(
            values=(event or found.values[0], mode or found.values[1], *found.values[2:]),
            unknown=found.unknown,
        )
    if event is None:
        return Found(values=NO_CODE, unknown=(("no event code", "cameo", ""),))
    return plover_code(event.upper(), mode, column="event")


def _plan(options: Options, columns: Mapping[str, str]) -> Plan:
    def text(name: str) -> str:
        return _column(name, columns[name]) if name in columns else "NULL::VARCHAR"

    date = _date(text("date"))
    # A day that the table states comes first, then that of the release, then the lag.
    lag = 7 if options.known_lag_days is None else options.known_lag_days
    stamped = _near(_date(text("known_at"))) if "known_at" in columns else "NULL::DATE"
    known = f"greatest(coalesce({stamped}, f.released, {date} + {lag}), {date})"
    kind = (
        f"CASE WHEN {stamped} IS NOT NULL THEN 'stamped' "
        "WHEN f.released IS NOT NULL THEN 'release' ELSE 'assumed' END"
    )
    out: dict[str, str] = {}
    for name in columns:
        expression, type = text(name), _COLUMNS[name].type
        out[name] = {
            "integer": whole(expression),
            "number": number(expression, within=WITHIN.get(name)),
            "date": _near(_date(expression)),
            "flag": f"try_cast({expression} AS BOOLEAN)",
        }.get(type, expression)
    parts = [date, *(text(name) for name in sorted(set(columns) - _NO_CONTENT))]
    content = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    own = f"coalesce({text('event_id')}, r._content || '-' || r._nth)"
    out.update(
        event_id=f"{literal(options.source + ':')} || {own}",
        date=date,
        known_at=known,
        known_at_kind=kind,
        source_version=f"coalesce({text('source_version')}, f.version)",
        event="c.event",
        mode="c.mode",
        context=f"coalesce({text('context')}, c.context)",
        cameo="c.cameo",
        root=f"coalesce({text('root')}, c.root)",
        quad_code="c.quad",
        story=f"coalesce({text('story')}, {own})",
        directed=out.get("directed", "true"),
    )
    for side, alias in (("actor", "a"), ("recipient", "b")):
        out.update(
            {
                side: f"{alias}.actor",
                f"{side}_name": f"coalesce({text(f'{side}_name')}, {text(side)})",
                f"{side}_country": f"{alias}.country",
                f"{side}_sector": f"{alias}.sector",
                f"{side}_sectors": f"coalesce({text(f'{side}_sectors')}, {alias}.sectors)",
            }
        )
    lookups = [
        Lookup(
            name=alias,
            keys=(text(side), text(f"{side}_country"), text(f"{side}_sector")),
            gives=PARTY,
            resolve=partial(_party, column=side),
        )
        for side, alias in (("actor", "a"), ("recipient", "b"))
    ]
    codes = (text("cameo"), text("event"), text("mode"))
    lookups.append(Lookup(name="c", keys=codes, gives=CODE, resolve=_code))
    bad = Check(
        column=columns["date"].removeprefix("="),
        reason="not a date YYYY-MM-DD or YYYYMMDD",
        when=no_day(date, first="1800-01-01"),
    )
    if columns["date"].startswith("="):
        raise DataError("the date cannot be the same for every row; map it to a column.")
    return Plan(
        columns=out,
        content=f"concat_ws(chr(31), {content})",
        lookups=tuple(lookups),
        checks=(bad,),
        notes=_notes(columns),
    )


def _notes(columns: Mapping[str, str]) -> tuple[Note, ...]:
    """Counts of cells left empty since they are not of their column's type."""
    found = []
    for name, target in columns.items():
        if target.startswith("=") or name == "date":
            continue
        kind, cell = _COLUMNS[name].type, _column(name, target)
        if kind == "number":
            found.append(not_number(target, cell=cell, within=WITHIN.get(name)))
        elif kind == "integer":
            found.append(not_whole(target, cell=cell))
        elif kind == "date":
            when = f"{cell} IS NOT NULL AND {no_day(_date(cell), first='1800-01-01')}"
            found.append(Note(column=target, kind="not a date, left empty", when=when))
    return tuple(found)


def _layout(columns: Mapping[str, str]) -> Layout:
    needed = tuple(dict.fromkeys(t for t in columns.values() if not t.startswith("=")))
    return Layout(required=needed, quoted=True, delimiters=",;\t|")


def read_table(
    paths: Sequence[Path],
    *,
    con: DuckDBPyConnection,
    options: Options,
    column_map: Mapping[str, str] | Path,
    folder: Path,
    owned: bool,
) -> ReadResult:
    """Read CSV, Parquet or Arrow files by a map of columns; every cell is read as text first."""
    from demarche.record.readers import _read

    columns = column_map_of(column_map)
    layout = _layout(columns)
    binary = [path for path in paths if _head(path).startswith(_BINARY)]
    if binary:
        if len(binary) != len(paths):
            text = next(path for path in paths if path not in binary)
            raise DataError(
                f"{binary[0].name} is Parquet or Arrow and {text.name} is text: the two kinds "
                "cannot be read in one go. Read each kind by itself, into the same source."
            )
        return table_plan(
            [_opened(p, con) for p in paths], con=con, options=options, column_map=columns,
            folder=folder, owned=owned, names=[p.name for p in paths],
        )  # fmt: skip
    sheets, refused = _read.sheets_of(
        paths, partial(_sheet, layout=layout), folder=folder, options=options
    )
    prefix = f"table{next(_read._counter)}"
    rows = row_plan(_plan(options, columns), source=options.source)
    loaded = load(con, prefix, sheets, needed=layout.required, rows=rows, folder=folder)
    return _read.finish_read(
        con, prefix, rows, sheets=sheets, loaded=loaded,
        needed=layout.required, options=options, refused=refused, folder=folder, owned=owned,
    )  # fmt: skip


def _sheet(file: SourceFile, *, layout: Layout) -> Sheet:
    from demarche.record.readers import _read

    seen = look(file.path, name=file.name)
    line = next(iter(raw_lines(file.path))).removeprefix(b"\xef\xbb\xbf")
    found, delimiter, header = _read.header_columns(
        line.decode("utf-8", "replace"), layout, file.name,
        ask="Does the map (--map) name the columns of this file?",
    )  # fmt: skip
    return Sheet(
        file=file, columns=found, header=header, delimiter=delimiter, quoted=True, latin1=False,
        look=seen,
    )  # fmt: skip


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(6)


def _opened(path: Path, con: DuckDBPyConnection) -> Any:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if _head(path).startswith(b"PAR1"):
            zones = pq.read_schema(path)
            return _in_zones(con.sql(f"FROM {parquet([path])}").to_arrow_table(), zones=zones)
        with pa.memory_map(str(path)) as source:
            stream = _head(path).startswith(_STREAM)
            table = (pa.ipc.open_stream if stream else pa.ipc.open_file)(source).read_all()
            table.validate(full=True)
            return table
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise DataError(f"{path.name} cannot be read: {said}. Fetch it again.") from None


def table_plan(
    frame: Any,
    *,
    con: DuckDBPyConnection,
    options: Options,
    column_map: Mapping[str, str] | Path,
    folder: Path,
    owned: bool,
    names: Sequence[str] = ("frame",),
) -> ReadResult:
    """Read frames (pandas, Polars, Arrow, or with an Arrow stream) by a map of columns."""
    import pyarrow as pa

    from demarche.record.readers import _read

    columns = column_map_of(column_map)
    layout = _layout(columns)
    frames = frame if isinstance(frame, list) else [frame]
    prefix = f"frame{next(_read._counter)}"
    loaded, sheets = Loaded(raw=True), []
    for index, (one, name) in enumerate(zip(frames, names, strict=True)):
        arrow = arrow_of(one)
        have = list(arrow.column_names)
        for wanted in layout.required:
            if wanted not in have:
                raise DataError(f"{name} has no column {wanted!r}. {near_miss(wanted, have)}")
            if have.count(wanted) > 1:
                raise DataError(f"{name} has two columns called {wanted!r}. Rename one of them.")
            if pa.types.is_nested(arrow.column(wanted).type):
                raise DataError(
                    f"{name}: column {wanted!r} holds lists or records "
                    f"({arrow.column(wanted).type}). Give one value a row."
                )
        refuse_numbers(arrow, [columns[n] for n in ("cameo", "root") if n in columns], name)
        table = f"{prefix}_scan{index}"
        con.register(f"{table}_in", arrow)
        cells = ", ".join(f"CAST({quote(c)} AS VARCHAR) AS {quote(c)}" for c in layout.required)
        con.execute(
            f"CREATE TEMP TABLE {quote(table)} AS SELECT {cells}, {index}::INTEGER AS _file "
            f"FROM {quote(table + '_in')}"
        )
        con.unregister(f"{table}_in")
        loaded.scans.append((table, True))
        loaded.first[index], loaded.kept[index] = 0, arrow.num_rows
        sheets.append(
            Sheet(
                file=SourceFile(path=Path(name), name=name, released=options.released),
                columns=layout.required, header=0, delimiter="", quoted=True, latin1=False,
                look=Look(lines=arrow.num_rows, bom=False, utf8=True, returns=False),
            )
        )  # fmt: skip
    return _read.finish_read(
        con, prefix, row_plan(_plan(options, columns), source=options.source), sheets=sheets,
        loaded=loaded,
        needed=layout.required, options=options, refused=(), folder=folder, owned=owned,
    )  # fmt: skip


def refuse_numbers(arrow: Any, columns: Sequence[str], name: str) -> None:
    """Refuse codes that came as numbers: 010 (statement) and 10 (demand) are one there.

    Raises
    ------
    DataError
        If one of the columns is of numbers.
    """
    import pyarrow as pa

    for column in columns:
        if column not in arrow.column_names:
            continue
        kind = arrow.column(column).type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            raise DataError(
                f"{name}: column {column!r} holds codes as numbers ({kind}), so 010 and 10 are "
                "one. Read it as text, with its zeros, and hand it over again."
            )


def _in_zones(table: Any, *, zones: Any) -> Any:
    """Times of a table in the zones that a schema names; DuckDB gives those of this machine."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        named = zones.get_field_index(field.name)
        if pa.types.is_timestamp(field.type) and field.type.tz and named >= 0:
            kind = pa.timestamp(field.type.unit, tz=zones.field(named).type.tz)
            table = table.set_column(at, field.name, table.column(at).cast(kind))
    return table


def _local_times(table: Any) -> Any:
    """Times with a zone as the clock of that zone shows them: a day is the day there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            try:
                local = pc.local_timestamp(table.column(at))
            except pa.ArrowInvalid as error:
                raise DataError(
                    f"column {field.name!r}: {error}. Give its days as text, such as 2024-01-05."
                ) from None
            table = table.set_column(at, field.name, local)
    return table


def arrow_of(frame: Any) -> Any:
    """Frame as an Arrow table; times with a zone are those of its clocks.

    Raises
    ------
    DataError
        If it is no frame, one column holds several types, or two columns have one name.
    """
    return _local_times(_arrow_of(frame))


def _arrow_of(frame: Any) -> Any:
    import narwhals as nw
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    try:
        if hasattr(frame, "__arrow_c_stream__"):
            return pa.table(frame)
        return nw.from_native(frame, eager_only=True).to_arrow()
    except ValueError as error:
        raise DataError(
            f"the frame cannot be read: {str(error).splitlines()[0]}. Give each column one name."
        ) from None
    except pa.ArrowException as error:
        said = " ".join(str(part) for part in error.args)
        raise DataError(
            f"the frame has a column of several types: {said}. Give each column one type, codes "
            "and days as text."
        ) from None
    except TypeError:
        raise DataError(
            f"a {type(frame).__name__} is no frame; give a pandas, Polars or Arrow table, or "
            "anything with an Arrow stream."
        ) from None
