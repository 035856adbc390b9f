"""What a reader hands back: events and rejects as relations, and what was counted on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError
from demarche.record.readers._plan import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from demarche.record.readers._rows import Packed

__all__ = [
    "REJECT_COLUMNS",
    "NothingReadError",
    "ReadResult",
    "ReadWarning",
    "Refused",
    "rejects_table",
]

REJECT_COLUMNS: Mapping[str, str] = {
    "source": "VARCHAR",
    "source_file": "VARCHAR",
    "source_row": "BIGINT",
    "column": "VARCHAR",
    "reason": "VARCHAR",
    "value": "VARCHAR",
}
"""Columns of the rejects and their DuckDB types; ``value`` is the raw line, cut to 2000 letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWarning:
    """Something read all the same, but not as the source meant it: what, where, how often."""

    kind: str
    column: str
    value: str
    rows: int

    def __str__(self) -> str:
        seen = f" {self.value!r}" if self.value else ""
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return f"{self.kind}: {self.column}{seen}, {rows}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A whole file that could not be read while others of the same call could."""

    file: str
    reason: str
    path: Path | None = None


class NothingReadError(DataError):
    """Every file of a read was refused, each for its own reason."""

    def __init__(self, message: str, *, refused: Sequence[Refused]) -> None:
        super().__init__(message)
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadResult:
    """Events of one read, as a lazy relation, with everything that was not read beside them.

    Attributes
    ----------
    source : str
        Id of the source, a key of ``READERS``.
    events : DuckDBPyRelation
        Exactly the columns of ``EVENT_COLUMNS``, in order; evaluated anew at each use, over raw
        rows that were read once. Valid until `close`.
    rejects : DuckDBPyRelation
        Columns of ``REJECT_COLUMNS``, one row per line that was not read.
    lines : int
        Lines of the files but for headers; in quoted CSV, where a record may span lines, records.
    read, rejected : int
        ``read + rejected = lines``, always.
    warnings : tuple of ReadWarning
        Unknown codes and countries kept as text, values that are not numbers, repairs; most
        frequent first.
    refused : tuple of Refused
        Files that were refused whole.
    files : tuple of str
        Names of the files read.
    connection : DuckDBPyConnection
        Where the relations live.
    packed : Packed or None
        The same events in fewer columns, for one who moves them before they are written.
    names : tuple of Path
        Lists of names that the numbers of a benchmark were read with.
    """

    source: str
    lines: int
    read: int
    rejected: int
    warnings: tuple[ReadWarning, ...]
    refused: tuple[Refused, ...]
    files: tuple[str, ...]
    connection: DuckDBPyConnection
    _events: Callable[[], DuckDBPyRelation]
    _rejects: Callable[[], DuckDBPyRelation]
    packed: Packed | None = None
    names: tuple[Path, ...] = ()
    _tables: Sequence[str] = ()
    _folder: Path | None = None
    _owned: bool = False
    _after: tuple[Callable[[], None], ...] = field(default=())

    @property
    def events(self) -> DuckDBPyRelation:
        """The rows that were read."""
        return self._events()

    @property
    def rejects(self) -> DuckDBPyRelation:
        """The lines that were not."""
        return self._rejects()

    def counts(self) -> dict[str, int]:
        """Lines, rows read, rows rejected and rows with a warning; read + rejected = lines."""
        return {
            "lines": self.lines,
            "read": self.read,
            "rejected": self.rejected,
            "warnings": sum(warning.rows for warning in self.warnings),
            "refused_files": len(self.refused),
        }

    def close(self) -> None:
        """Drop the raw rows and the unpacked files; the relations end here."""
        for act in self._after:
            act()
        if self._owned:
            self.connection.close()
        else:
            self.connection.execute(
                ";".join(f'DROP TABLE IF EXISTS "{table}"' for table in self._tables)
            )
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> ReadResult:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def rejects_table(con: DuckDBPyConnection, prefix: str, rows: Sequence[tuple[Any, ...]]) -> str:
    """Temporary table of rejected lines; its name begins with `prefix`."""
    table = f"{prefix}_rejects"
    columns = ", ".join(f"{quote(name)} {kind}" for name, kind in REJECT_COLUMNS.items())
    con.execute(f"CREATE TEMP TABLE {quote(table)} ({columns})")
    if rows:
        import pyarrow as pa

        types = [pa.int64() if name == "source_row" else pa.string() for name in REJECT_COLUMNS]
        arrays = [pa.array(list(column), kind) for column, kind in zip(zip(*rows), types)]
        frame = pa.table(arrays, names=list(REJECT_COLUMNS))
        con.register(f"{table}_in", frame)
        con.execute(f"INSERT INTO {quote(table)} SELECT * FROM {quote(table + '_in')}")
        con.unregister(f"{table}_in")
    return table
