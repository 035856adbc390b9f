"""The store of events: Parquet by source and month, read as it was known on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError, near_miss
from demarche.record._damage import intact_size
from demarche.record._faults import needed_duckdb, one_sentence
from demarche.record._parts import parquet
from demarche.record.manifest import (
    Manifest,
    Part,
    SourceState,
    flush,
    locked,
    publish,
    read_manifest,
    sha256_of,
    store_hash,
    sweep,
)
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from demarche.record.gaps import Gap

__all__ = [
    "Counted",
    "MonthRows",
    "SourceStatus",
    "Status",
    "connect",
    "counted",
    "coverage_rows",
    "drop",
    "event_files",
    "events",
    "held_sources",
    "keep_counts",
    "source_hash",
    "source_status",
    "status",
    "status_data",
    "store_hash",
]


def connect(
    *, threads: int | None = None, memory: str | None = None, spill: Path | None = None
) -> DuckDBPyConnection:
    """DuckDB connection of our own.

    Raises
    ------
    MethodError
        If DuckDB is not installed; names the extra.
    """
    given = {"threads": threads, "memory_limit": memory, "temp_directory": spill}
    config = {name: str(value) for name, value in given.items() if value is not None}
    con: DuckDBPyConnection = needed_duckdb().connect(config=config)
    con.execute("SET enable_progress_bar = false")
    return con


def _wanted(root: Path, source: str | Collection[str] | None) -> dict[str, SourceState]:
    held = read_manifest(root).sources
    if source is None:
        return dict(held)
    names = [source] if isinstance(source, str) else sorted(source)
    for name in names:
        if name not in held:
            has = ", ".join(sorted(held)) or "nothing yet"
            raise DataError(
                f"the store {root} holds nothing of {name!r}; it holds {has}. "
                f"{near_miss(name, held)}".rstrip()
            )
    return {name: held[name] for name in names}


def event_files(root: Path, *, source: str | Collection[str] | None = None) -> tuple[Path, ...]:
    """Files of the rows that count, in order of source and month.

    Beside the columns of the event table they hold ``counted_from`` and ``counted_until``: a row
    counts on a day if ``counted_from <= day`` and it has not ended by then.
    """
    return tuple(
        root / month.events.path
        for _, state in sorted(_wanted(root, source).items())
        for _, month in sorted(state.months.items())
        if month.events is not None
    )


def events(
    root: Path,
    *,
    as_of: dt.date,
    source: str | Collection[str] | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    con: DuckDBPyConnection | None = None,
) -> DuckDBPyRelation:
    """Events as they were known on a day: later rows, revisions and withdrawals change nothing.

    Parameters
    ----------
    root : Path
        Folder of the store.
    as_of : date
        Only what was known on or before this day: a revised event in its form of that day, a
        withdrawn one if it was withdrawn later.
    source : str or collection of str, optional
        Sources; all by default.
    start, end : date, optional
        First and last day of the events.
    con : DuckDBPyConnection, optional
        Connection to read with; one of our own by default.

    Returns
    -------
    DuckDBPyRelation
        The columns of ``EVENT_COLUMNS``, in order of source, date and event_id; ``known_at`` is
        the day from which the row counts and ``deleted_at`` is empty.

    Raises
    ------
    DataError
        If `as_of` is no date, or the store holds nothing of a source.
    """
    if not isinstance(as_of, dt.date):
        raise DataError(f"as_of must be a date, got {as_of!r}: every read says as of when.")
    own = con if con is not None else connect()
    files = event_files(root, source=source)
    instead = {"known_at": "counted_from AS known_at", "deleted_at": "NULL::DATE AS deleted_at"}
    columns = ", ".join(instead.get(column.name, column.name) for column in EVENT_COLUMNS)
    if not files:
        types = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN"}
        empty = ", ".join(f"NULL::{types.get(c.type, 'DATE')} AS {c.name}" for c in EVENT_COLUMNS)
        return own.sql(f"SELECT {empty} WHERE false")
    day = f"DATE '{as_of:%Y-%m-%d}'"
    where = [f"counted_from <= {day}", f"(counted_until IS NULL OR counted_until > {day})"]
    where += [f"date >= DATE '{start:%Y-%m-%d}'"] if start is not None else []
    where += [f"date <= DATE '{end:%Y-%m-%d}'"] if end is not None else []
    return own.sql(
        f"SELECT {columns} FROM {parquet(files)} "
        f"WHERE {' AND '.join(where)} ORDER BY source, date, event_id, known_at"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRows:
    """Rows of one month: those that count and those set aside."""

    month: str
    rows: int
    duplicated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """What a store holds of one source.

    Attributes
    ----------
    source : str
    files, bytes, lines : int
        Raw files read, their size, and their lines; ``read + rejected = lines``.
    read, rejected, outside : int
        ``outside`` rows were read but lie outside the period asked for.
    kept, duplicated : int
        Rows that count and rows set aside; ``kept + duplicated + outside = read``.
    withdrawn : int
        Events that the source itself withdrew.
    duplicates, reasons, warnings : mapping
        Rows by rule of de-duplication, rejected lines by reason, rows by warning.
    first, last, last_known : str
        First and last day of an event, last day on which one became known.
    gaps : tuple of Gap
        Days of which it holds next to nothing beside those around them; empty where its daily
        counts are not ready.
    thin_end : Gap or None
        Last days that would be a gap if it went on as usual after them.
    months : tuple of MonthRows
    """

    source: str
    files: int
    bytes: int
    lines: int
    read: int
    rejected: int
    outside: int
    kept: int
    duplicated: int
    withdrawn: int
    duplicates: Mapping[str, int]
    reasons: Mapping[str, int]
    warnings: Mapping[str, int]
    first: str
    last: str
    last_known: str
    gaps: tuple[Gap, ...]
    thin_end: Gap | None
    months: tuple[MonthRows, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a store holds: its hash, number of changes, bytes on disk, and each source."""

    store: str
    hash: str
    serial: int
    bytes: int
    counts: bool
    sources: tuple[SourceStatus, ...]


def status(root: Path) -> Status:
    """What the store holds, from its manifest, and the gaps from its daily counts."""
    manifest, ready = read_manifest(root), counted(root)
    return Status(
        store=str(root),
        hash=store_hash(root),
        serial=manifest.serial,
        bytes=sum(part.bytes for part in manifest.parts()),
        counts=bool(manifest.sources) and len(ready) == len(held_sources(root)),
        sources=tuple(
            _with_gaps(root, _status(name, state), ready.get(name))
            for name, state in sorted(manifest.sources.items())
        ),
    )


def source_status(root: Path, *, source: str) -> SourceStatus:
    """What the store holds of one source.

    Raises
    ------
    DataError
        If it holds nothing of it.
    """
    return _status(source, _wanted(root, source)[source])


def _with_gaps(root: Path, held: SourceStatus, counts: Counted | None) -> SourceStatus:
    """Status with gaps and thin end by the daily counts, as `ask` reads them, if they are ready."""
    import numpy as np

    from demarche.record._damage import reading
    from demarche.record.encoded import rows_by_day
    from demarche.record.gaps import find_silences

    if counts is None:
        return held
    with reading(root):
        rows = rows_by_day(counts.paths("actor"), source=held.source)
    if not rows:
        return held
    start = min(rows)
    by_day = np.zeros((max(rows) - start).days + 1)
    for day, n in rows.items():
        by_day[(day - start).days] = n
    found = find_silences(by_day, start=start)
    return replace(held, gaps=found.gaps, thin_end=found.thin_end)


def _rows(part: Part | None) -> int:
    return 0 if part is None else part.rows


def _status(name: str, state: SourceState) -> SourceStatus:
    rules: dict[str, int] = {}
    for month in state.months.values():
        for rule, rows in month.by_rule.items():
            rules[rule] = rules.get(rule, 0) + rows
    spans = [month for month in state.months.values() if month.first]
    return SourceStatus(
        source=name,
        files=state.raw_files,
        bytes=state.raw_bytes,
        lines=state.lines,
        read=state.read,
        rejected=state.rejected,
        outside=state.outside,
        kept=sum(_rows(month.events) for month in state.months.values()),
        duplicated=sum(_rows(month.duplicates) for month in state.months.values()),
        withdrawn=_rows(state.deleted),
        duplicates=dict(sorted(rules.items())),
        reasons=dict(sorted(state.reasons.items(), key=lambda row: (-row[1], row[0]))),
        warnings=dict(sorted(state.warnings.items(), key=lambda row: (-row[1], row[0]))),
        first=min((month.first for month in spans), default=""),
        last=max((month.last for month in spans), default=""),
        last_known=max((month.last_known for month in spans), default=""),
        gaps=(),
        thin_end=None,
        months=tuple(
            MonthRows(month=label, rows=_rows(month.events), duplicated=_rows(month.duplicates))
            for label, month in sorted(state.months.items())
        ),
    )


def held_sources(root: Path) -> dict[str, int]:
    """Rows that count, by source; sources without any are left out."""
    rows = {
        name: sum(_rows(month.events) for month in state.months.values())
        for name, state in read_manifest(root).sources.items()
    }
    return {name: n for name, n in sorted(rows.items()) if n}


def coverage_rows(root: Path) -> tuple[tuple[str, dt.date, int], ...]:
    """Rows kept by source and month: (source, first day of the month, rows)."""
    return tuple(
        (name, dt.date.fromisoformat(f"{label}-01"), _rows(month.events))
        for name, state in sorted(read_manifest(root).sources.items())
        for label, month in sorted(state.months.items())
    )


def source_hash(state: SourceState) -> str:
    """Hash of the rows of one source that count."""
    rows = [f"{k} {m.events.sha256}" for k, m in sorted(state.months.items()) if m.events]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def keep_counts(root: Path, *, source: str, key: str, units: Mapping[str, Sequence[Path]]) -> None:
    """Name the daily counts of a source in the manifest; call it under ``locked``.

    Parameters
    ----------
    root : Path
    source : str
    key : str
        ``source_hash`` of the events they were made from; with other events they are stale, and
        `counted` does not name them.
    units : mapping of str to paths
        Finished files below the store, by unit (``actor``, ``name``).
    """
    parts = {
        unit: [
            {"path": str(p.relative_to(root)), "sha256": sha256_of(p), "bytes": p.stat().st_size}
            for p in paths
        ]
        for unit, paths in units.items()
    }
    for paths in units.values():
        for path in paths:
            flush(path)
    manifest = read_manifest(root)
    counts = {**(manifest.counts or {}), source: {"key": key, "units": parts}}
    publish(root, replace(manifest, serial=manifest.serial + 1, counts=counts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Daily counts of one source that are ready.

    Attributes
    ----------
    rows : int
        Rows of the source that count.
    key : str
        Hash of the events that they were made from.
    units : mapping of str to paths
        Their files, by unit.
    """

    rows: int
    key: str
    units: Mapping[str, tuple[Path, ...]]

    def paths(self, unit: str) -> tuple[Path, ...]:
        """Files of a unit; ``sector`` is cut from those of ``actor``."""
        return self.units.get("name" if unit == "name" else "actor", ())


def counted(root: Path) -> dict[str, Counted]:
    """Sources whose daily counts are ready, of one state of the store."""
    manifest = read_manifest(root)
    lost = {name for name, part in manifest.count_parts() if not intact_size(root, part)}
    found = {}
    for name, held in (manifest.counts or {}).items():
        state = manifest.sources.get(name)
        if state is None or name in lost or held["key"] != source_hash(state):
            continue
        rows = sum(_rows(month.events) for month in state.months.values())
        if rows:
            units = {
                unit: tuple(root / part["path"] for part in parts)
                for unit, parts in held["units"].items()
            }
            found[name] = Counted(rows=rows, key=str(held["key"]), units=units)
    return found


def _without(root: Path, manifest: Manifest, gone: str) -> dict[str, SourceState]:
    """Sources that are left without one of them.

    Provisional rows that it had replaced count again, so do events that it had withdrawn. What
    another source has withdrawn of its own events stays, for they may come again.
    """
    from demarche.record.dedupe import PROVISIONAL, WITHDRAWALS

    rest = {name: state for name, state in manifest.sources.items() if name != gone}
    if any(by in rest and of == gone for by, of in WITHDRAWALS.items()):
        rest[gone] = SourceState(deleted=manifest.sources[gone].deleted)
    changed = [name for name, by in PROVISIONAL.items() if by == gone and name in rest]
    if (target := WITHDRAWALS.get(gone, "")) in rest:
        rest[target] = replace(rest[target], deleted=None)
        changed.append(target)
    for name in changed:
        rest[name] = _remade(root, replace(manifest, sources=rest), name)
    return {name: state for name, state in rest.items() if state != SourceState()}


def _remade(root: Path, held: Manifest, name: str) -> SourceState:
    """A source whose months are merged anew."""
    from demarche.record._merge import remerged
    from demarche.record._parts import steady_bytes
    from demarche.record._workers import Workers

    (root / "tmp" / "spill").mkdir(parents=True, exist_ok=True)
    con = connect(spill=root / "tmp" / "spill")
    steady_bytes(con)
    workers = Workers(con)
    try:
        months = remerged(workers, root, source=name, held=held, yearly={})
    finally:
        workers.close()
        con.close()
    return replace(held.sources[name], months=months)


def drop(root: Path, *, source: str, wait: float = 60.0) -> SourceStatus:
    """Forget a source: its events, rows set aside, rejects and counts.

    Provisional rows of another that its releases had replaced count again, and so do the events of
    another that it had withdrawn.

    Returns
    -------
    SourceStatus
        What was dropped.

    Raises
    ------
    DataError
        If the store holds nothing of it.
    """
    _wanted(root, source)
    with locked(root, wait=wait), one_sentence(root):
        _wanted(root, source)
        manifest = read_manifest(root)
        gone = _status(source, manifest.sources[source])
        counts = {k: v for k, v in (manifest.counts or {}).items() if k != source}
        rest = _without(root, manifest, source)
        after = Manifest(serial=manifest.serial + 1, sources=rest, counts=counts or None)
        publish(root, after)
        sweep(root, after)
    return gone


def status_data(found: Status) -> dict[str, Any]:
    """The status as an object for JSON."""
    data = asdict(found)
    for source, held in zip(data["sources"], found.sources, strict=True):
        source["gaps"] = [gap.data() for gap in held.gaps]
        source["thin_end"] = None if held.thin_end is None else held.thin_end.data()
    return data
