"""What a reader hands back: events and rejects as relations, and what was counted on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from demarche.errors import DataError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from demarche.record.readers._rows import Packed

__all__ = ["REJECT_COLUMNS", "NothingReadError", "ReadResult", "ReadWarning", "Refused"]

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
    events: DuckDBPyRelation
    rejects: DuckDBPyRelation
    lines: int
    read: int
    rejected: int
    warnings: tuple[ReadWarning, ...]
    refused: tuple[Refused, ...]
    files: tuple[str, ...]
    connection: DuckDBPyConnection
    packed: Packed | None = None
    names: tuple[Path, ...] = ()
    _tables: tuple[str, ...] = ()
    _folder: Path | None = None
    _owned: bool = False
    _after: tuple[Callable[[], None], ...] = field(default=())

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
            for table in self._tables:
                self.connection.execute(f'DROP TABLE IF EXISTS "{table}"')
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
