"""The database of one ingest: opened while the files are hashed, and closed whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import DataError
from demarche.record._parts import steady_bytes
from demarche.record._raw_files import RawFile
from demarche.record._workers import Workers
from demarche.record.manifest import sha256_of
from demarche.record.store import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["close", "opened"]


def opened(
    root: Path,
    paths: Sequence[Path],
    memory: str,
    tell: Callable[[str, int, int], None],
    beside: Callable[[], None],
) -> tuple[DuckDBPyConnection, list[RawFile]]:
    """A connection, and every file with its hash: the one opens while the others are read.

    What is to be done `beside` needs neither.
    """

    def connected() -> DuckDBPyConnection:
        con = connect(memory=memory, spill=root / "tmp" / "spill")
        steady_bytes(con)
        return con

    def raw(path: Path) -> RawFile:
        try:
            seen = path.stat()
            return RawFile(path, seen.st_size, sha256_of(path), path.name, seen.st_mtime_ns)
        except OSError as error:
            raise DataError(
                f"{path} cannot be read: {error.strerror}. Nothing was ingested."
            ) from None

    found: list[RawFile] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        opening = pool.submit(connected)
        try:
            hashed = pool.map(raw, paths)
            beside()
            for number, one in enumerate(hashed, 1):
                tell("check", number, len(paths))
                found.append(one)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            if not opening.cancelled() and opening.exception() is None:
                opening.result().close()
            raise
        return opening.result(), found


def close(workers: Workers | None, con: DuckDBPyConnection | None) -> None:
    """Close what is open."""
    if workers is not None:
        workers.close()
    if con is not None:
        con.close()
