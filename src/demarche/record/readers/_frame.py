"""Frames that hold the rows of a known source, under the source's own names of columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError, near_miss
from demarche.record.readers._load import Loaded, Sheet
from demarche.record.readers._plan import Options, Reader, SourceFile, quote
from demarche.record.readers._rows import row_plan
from demarche.record.readers._text import Look
from demarche.record.readers.table import arrow_of, refuse_numbers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record.readers._result import ReadResult

__all__ = ["read_source_frame"]


def read_source_frame(
    frame: Any,
    *,
    readers: Mapping[str, Reader],
    con: DuckDBPyConnection,
    options: Options,
    folder: Path,
    owned: bool,
) -> ReadResult:
    """Read one frame as if it were a file of its source; rows count from 1.

    Raises
    ------
    DataError
        If the source is unknown or a benchmark, a needed column is missing, or codes are numbers.
    """
    from demarche.record.readers._read import finish_read
    from demarche.record.readers.benchmark import BENCHMARKS

    source = options.source
    reader = readers.get(source)
    if reader is None:
        raise DataError(
            f"{source!r} is no source that is known: {', '.join(sorted(readers))}. "
            f"{near_miss(source, readers)} Give a column map to read a frame of your own."
        )
    if reader in BENCHMARKS:
        raise DataError(f"{source} is a folder of files, not a frame; use read_events.")
    arrow, layout = arrow_of(frame), reader.layout
    have = list(arrow.column_names)
    missing = [column for column in layout.required if column not in have]
    if missing:
        raise DataError(
            f"the frame lacks {len(missing)} columns of {source}, first {missing[0]!r}. "
            f"{near_miss(missing[0], have)} Rename its columns or give a column map."
        )
    if len(set(have)) < len(have):
        raise DataError("the frame has two columns of one name. Rename one of them.")
    refuse_numbers(arrow, sorted(layout.text), "the frame")
    needed = (*layout.required, *layout.optional)
    table = f"frame{id(folder)}_scan0"
    con.register(f"{table}_in", arrow)
    cells = ", ".join(
        f"nullif(CAST({quote(c)} AS VARCHAR), '') AS {quote(c)}" for c in needed if c in have
    )
    con.execute(
        f"CREATE TEMP TABLE {quote(table)} AS SELECT {cells}, 0::INTEGER AS _file "
        f"FROM {quote(table + '_in')}"
    )
    con.unregister(f"{table}_in")
    sheet = Sheet(
        file=SourceFile(path=Path("frame"), name="frame", released=options.released),
        columns=needed, header=0, delimiter="", quoted=False, latin1=False,
        look=Look(lines=arrow.num_rows, bom=False, utf8=True, returns=False),
    )  # fmt: skip
    return finish_read(
        con, table.removesuffix("_scan0"), row_plan(reader.plan(options), source=source),
        sheets=[sheet],
        loaded=Loaded(raw=True, scans=[(table, True)], first={0: 0}, kept={0: arrow.num_rows}),
        needed=needed, options=options, refused=(), folder=folder, owned=owned,
    )  # fmt: skip
