"""Files of the store as they are written and read: one Parquet file a part, by its content."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record.manifest import Part, failpoint, flush, sha256_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "ROW_GROUP",
    "exact",
    "finish",
    "literal",
    "month_span",
    "one_row",
    "parquet",
    "steady_bytes",
]

ROW_GROUP = 122_880
PARQUET = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP}"


def steady_bytes(con: DuckDBPyConnection) -> None:
    """Let the bytes of a file depend on its rows alone.

    Else DuckDB writes a column as required where its statistics show no empty cell, and the bytes
    would depend on the other rows that happened to be read together.
    """
    con.execute("SET disabled_optimizers = 'statistics_propagation'")


def one_row(con: DuckDBPyConnection, query: str) -> tuple[int, ...]:
    """First row of a query that has one."""
    row: tuple[int, ...] | None = con.execute(query).fetchone()
    assert row is not None
    return row


def literal(text: object) -> str:
    """Value as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def exact(path: Path) -> str:
    """Path as a pattern of DuckDB that no other file fits: `a[1].csv` alone would read `a1.csv`.

    To DuckDB a backslash in a pattern parts folders. A path with one, which no pattern can say, is
    left as it is: DuckDB takes it for a name where nothing fits it as a pattern.

    Examples
    --------
    >>> exact(Path("events [1].csv"))
    'events [[]1].csv'
    """
    text = path.as_posix()
    return text if "\\" in text else re.sub(r"([\[*?])", r"[\1]", text)


def parquet(paths: Sequence[Path], *, filename: bool = False) -> str:
    """SQL that reads Parquet files by the columns they hold, whatever their folders are called.

    With `filename`, each row has the name of its file besides.
    """
    listed = ", ".join(literal(exact(path)) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false, filename = {filename})"


def month_span(month: str) -> tuple[str, str]:
    """First day of a month and of the next, as SQL."""
    year, number = int(month[:4]), int(month[5:])
    after = dt.date(year + number // 12, number % 12 + 1, 1) if year < 9999 else dt.date.max
    return f"DATE '{month}-01'", f"DATE '{after:%Y-%m-%d}'"


def finish(
    con: DuckDBPyConnection, root: Path, *, folder: str, query: str, name: str = "part"
) -> Part:
    """Write a query as one Parquet file, named by its content; `publish` flushes it to disk.

    While it is written it is called by its folder and `name`: two at once must differ in one.
    """
    aside = root / "tmp" / f"{folder.replace('/', '-')}-{name}"
    aside.unlink(missing_ok=True)
    (rows,) = one_row(con, f"COPY ({query}) TO {literal(aside)} ({PARQUET})")
    sha = sha256_of(aside)
    path = root / folder / f"{sha[:32]}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    failpoint("before part")
    if path.exists():  # the state that is published may name it, and will not flush it again
        flush(aside)
    os.replace(aside, path)
    failpoint("after part")
    return Part(path=str(path.relative_to(root)), sha256=sha, rows=rows, bytes=path.stat().st_size)
