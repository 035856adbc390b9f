"""Lines that no reader could read, kept with their place, column and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demarche.errors import DataError, near_miss
from demarche.record._damage import reading
from demarche.record._parts import parquet
from demarche.record.manifest import read_manifest
from demarche.record.store import connect

__all__ = ["rejected"]


def rejected(
    root: Path, *, source: str | None = None, limit: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Rejected lines in order of source, file and line, and how many there are in all.

    Raises
    ------
    DataError
        If the store holds nothing of that source.
    """
    held = read_manifest(root).sources
    if source is not None and source not in held:
        has = ", ".join(sorted(held)) or "nothing yet"
        raise DataError(
            f"the store {root} holds nothing of {source!r}; it holds {has}. "
            f"{near_miss(source, held)}".rstrip()
        )
    states = held.values() if source is None else [held[source]]
    parts = [part for state in states for part in state.rejects]
    if not parts:
        return [], 0
    con = connect()
    try:
        query = (
            f"FROM {parquet([root / part.path for part in parts])} "
            "ORDER BY source, source_file, source_row, reason, value"
        )
        if limit is not None:
            query += f" LIMIT {int(limit)}"
        with reading(root):
            found = con.execute(query)
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()
    return rows, sum(part.rows for part in parts)
