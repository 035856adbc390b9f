"""The database of one ingest: opened while the files are hashed, and closed whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.record._parts import steady_bytes
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
    beside: Callable[[], None] = lambda: None,
) -> tuple[DuckDBPyConnection, list[tuple[Path, str]]]:
    """A connection, and the hash of every file: the one opens while the others are read.

    What is to be done `beside` needs neither.
    """

    def connected() -> DuckDBPyConnection:
        con = connect(memory=memory, spill=root / "tmp" / "spill")
        steady_bytes(con)
        return con

    found: list[tuple[Path, str]] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        opening = pool.submit(connected)
        try:
            hashes = pool.map(sha256_of, paths)
            beside()
            for number, (path, sha) in enumerate(zip(paths, hashes, strict=True), 1):
                tell("check", number, len(paths))
                found.append((path, sha))
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
