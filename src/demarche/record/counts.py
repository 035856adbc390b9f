"""Daily counts: raw events to counts by day, actor, recipient and class, on any engine."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from demarche.errors import DataError, MethodError, near_miss
from demarche.record._damage import intact_size
from demarche.record._parts import parquet
from demarche.record.manifest import flush, locked, read_manifest
from demarche.record.store import connect, keep_counts, source_hash
from demarche.terms.events import COUNT_COLUMNS

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

__all__ = [
    "ENGINES",
    "ROW_GROUP",
    "CountFile",
    "CountUnit",
    "Engine",
    "MonthEvents",
    "build_counts",
    "count_schema",
    "count_store",
    "daily_counts",
    "write_counts",
]

Engine = Literal["duckdb", "spark"]
CountUnit = Literal["actor", "name"]
ENGINES: tuple[Engine, ...] = ("duckdb", "spark")
UNITS: tuple[CountUnit, ...] = ("actor", "name")

ROW_GROUP = 65_536
"""Rows of a row group. Rows are sorted by actor, so that a reader of one actor skips the rest."""

_ORDER = ("actor", "recipient", "date", "known_at")
_SORTED = (*_ORDER, *(c for c in COUNT_COLUMNS if c not in {*_ORDER, "n"}))


def count_schema() -> pa.Schema:
    """Arrow schema of the daily counts, in the order of ``COUNT_COLUMNS``."""
    import pyarrow as pa

    types = {
        "date": pa.date32(),
        "known_at": pa.date32(),
        "quad_code": pa.int8(),
        "directed": pa.bool_(),
        "n": pa.int64(),
    }
    return pa.schema([pa.field(name, types.get(name, pa.string())) for name in COUNT_COLUMNS])


def daily_counts(
    events: nw.LazyFrame[Any], *, unit: CountUnit = "actor", sectors: bool = True
) -> nw.LazyFrame[Any]:
    """Daily counts of events: one lazy expression, the same on DuckDB, Spark and Polars.

    A row of counts says how many events of one key (all of ``COUNT_COLUMNS`` but ``n``) became
    known on one day. An event that stopped counting (replaced by a later version, or withdrawn) is
    taken off again on the day from which it no longer counts: such rows have a negative ``n``, so
    that the sum over ``known_at <= d`` is always what was known on day d. Empty keys are keys.

    Parameters
    ----------
    events : narwhals LazyFrame
        The event table. Where it has ``counted_from`` and ``counted_until`` (files of a store),
        they say from when until when a row counts; else ``known_at`` and ``deleted_at`` do.
    unit : {"actor", "name"}
        What ``actor`` and ``recipient`` hold: the codes, or the names of the source.
    sectors : bool
        False leaves both sectors empty and adds their rows up.

    Returns
    -------
    narwhals LazyFrame
        Columns of ``COUNT_COLUMNS``, each key once, no ``n`` of 0, in no particular order.

    Raises
    ------
    DataError
        If a column is missing, or `unit` is unknown.

    Examples
    --------
    >>> import narwhals as nw, polars as pl
    >>> from datetime import date
    >>> from demarche.record.synthetic_files import event_schema
    >>> row = {"event_id": "x:1", "source": "x", "date": date(2020, 1, 1), "actor": "XAA",
    ...        "known_at": date(2020, 1, 2), "recipient": "XAB", "root": "19", "quad_code": 4}
    >>> empty = pl.from_arrow(event_schema().empty_table())
    >>> frame = pl.concat([empty, pl.DataFrame([row, row])], how="diagonal")
    >>> daily_counts(nw.from_native(frame.lazy())).select("root", "n").collect().rows()
    [('19', 2)]
    """
    import narwhals as nw

    if unit not in UNITS:
        raise DataError(f"{unit!r} is no unit of counts. {near_miss(unit, UNITS)}".rstrip())
    held = set(events.collect_schema().names())
    since, until = "known_at", "deleted_at"
    if {"counted_from", "counted_until"} <= held:
        since, until = "counted_from", "counted_until"
    parties = {"actor": "actor_name", "recipient": "recipient_name"} if unit == "name" else {}
    keys = [c for c in COUNT_COLUMNS if c not in {"n", "known_at"}]
    wanted = {*(parties.get(c, c) for c in keys), since, until}
    if wanted - held:
        raise DataError(
            f"the events lack {', '.join(sorted(wanted - held))}; expected the columns of the "
            "event table (docs/record.md)."
        )

    def column(name: str) -> nw.Expr:
        if name.endswith("_sector") and not sectors:
            return nw.lit(None, dtype=nw.String).alias(name)
        return nw.col(parties.get(name, name)).alias(name)

    came = events.select(
        *map(column, keys), nw.col(since).alias("known_at"), nw.lit(1, dtype=nw.Int64).alias("n")
    )
    went = events.filter(~nw.col(until).is_null()).select(
        *map(column, keys),
        nw.max_horizontal(since, until).alias("known_at"),
        nw.lit(-1, dtype=nw.Int64).alias("n"),
    )
    return (
        nw.concat([came, went], how="vertical")
        .group_by(*keys, "known_at")
        .agg(nw.col("n").sum())
        .filter(nw.col("n") != 0)
        .select(*COUNT_COLUMNS[:-1], nw.col("n").cast(nw.Int64))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEvents:
    """Event files of one source and month; `key` is a hash of what they hold."""

    source: str
    month: str
    paths: tuple[Path, ...]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFile:
    """One file of daily counts: source, unit, month, path; `made` is False where it was ready."""

    source: str
    unit: CountUnit
    month: str
    path: Path
    made: bool


def write_counts(counts: pa.Table | DuckDBPyRelation, path: Path, *, con: Any = None) -> None:
    """Write daily counts as Parquet: sorted by all keys, the same bytes for the same rows.

    Parameters
    ----------
    counts : Arrow table or DuckDB relation
        Columns of ``COUNT_COLUMNS``, any order of rows.
    path : Path
        Replaced whole; a kill leaves the old file or the new one.
    con : DuckDBPyConnection, optional
        Connection that sorts an Arrow table; sorting may spill to its temporary folder.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: Any = counts
    if isinstance(counts, pa.Table):
        rows = (con if con is not None else connect()).from_arrow(counts)
    listed = ", ".join(f"{name} NULLS FIRST" for name in _SORTED)
    batches = rows.order(listed).project(", ".join(COUNT_COLUMNS)).to_arrow_reader(ROW_GROUP)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    # every setting that shapes the bytes is named here, so that no default can change them
    shape: dict[str, Any] = {
        "version": "2.6",
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": True,
        "write_statistics": True,
        "data_page_version": "1.0",
        "data_page_size": 1 << 20,
        "write_batch_size": 1024,
    }
    try:
        with pq.ParquetWriter(aside.absolute(), count_schema(), **shape) as writer:
            for group in _row_groups(batches):
                writer.write_table(group, row_group_size=ROW_GROUP)
        flush(aside)  # a file of this name is taken for ready: a power cut must not leave it empty
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _row_groups(batches: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Tables of exactly ``ROW_GROUP`` rows, the last one shorter, whatever the batches hold."""
    import pyarrow as pa

    held = pa.Table.from_batches([], schema=batches.schema)
    for batch in batches:
        held = pa.concat_tables([held, pa.Table.from_batches([batch])])
        while held.num_rows >= ROW_GROUP:
            yield held.slice(0, ROW_GROUP).cast(count_schema()).combine_chunks()
            held = held.slice(ROW_GROUP)
    if held.num_rows:
        yield held.cast(count_schema()).combine_chunks()


def build_counts(
    months: Sequence[MonthEvents],
    folder: Path,
    *,
    engine: Engine = "duckdb",
    unit: CountUnit = "actor",
    memory_limit: str | None = None,
    threads: int | None = None,
    session: Any = None,
    progress: Callable[[CountFile], None] | None = None,
) -> tuple[CountFile, ...]:
    """Daily counts of some months as Parquet, one file per source and month.

    A file's name carries the key of the events it was made from, so that a month whose events did
    not change is not counted again. DuckDB and Spark write the same bytes.

    Parameters
    ----------
    months : sequence of MonthEvents
    folder : Path
        Files are named ``SOURCE/UNIT/YYYY-MM-KEY.parquet`` below it.
    engine : {"duckdb", "spark"}
    unit : {"actor", "name"}
    memory_limit : str, optional
        Of DuckDB, such as ``"8GB"``; what does not fit spills to a folder below `folder`.
    threads : int, optional
        Of DuckDB.
    session : SparkSession, optional
        For Spark; one on this machine is started, and stopped again, if none is given.
    progress : callable, optional
        Called with each file, before it is made or where it is ready.

    Returns
    -------
    tuple of CountFile
        In the order of `months`.

    Raises
    ------
    DataError
        If an event file is missing or is no Parquet.
    MethodError
        If the engine is unknown or not installed.
    """
    if engine not in ENGINES:
        raise MethodError(f"{engine!r} is no engine. {near_miss(engine, ENGINES)}".rstrip())
    files = []
    for month in months:
        name = f"{month.month}-{month.key[:16]}" if month.key else month.month
        path = folder / month.source / unit / f"{name}.parquet"
        ready = bool(month.key) and path.is_file()
        for missing in (p for p in month.paths if not ready and not p.is_file()):
            raise DataError(f"the events of {month.source} {month.month} are gone: {missing}.")
        files.append(
            CountFile(source=month.source, unit=unit, month=month.month, path=path, made=not ready)
        )
    tell = progress if progress is not None else lambda file: None
    if not any(file.made for file in files):
        for file in files:
            tell(file)
        return tuple(files)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as spill:
        con = connect(threads=threads, memory=memory_limit, spill=Path(spill))
        con.execute("SET preserve_insertion_order = false")
        try:
            with _counter(engine, con=con, unit=unit, session=session) as count:
                for month, file in zip(months, files, strict=True):
                    tell(file)
                    if file.made:
                        write_counts(count(month.paths), file.path, con=con)
        finally:
            con.close()
    return tuple(files)


@contextmanager
def _counter(
    engine: Engine, *, con: DuckDBPyConnection, unit: CountUnit, session: Any
) -> Iterator[Any]:
    """Function from paths of events to their counts, unsorted, on the chosen engine."""
    if engine == "spark":
        from demarche.record.spark import spark_counts, spark_session

        own = spark_session() if session is None else session
        try:
            yield lambda paths: spark_counts(paths, session=own, unit=unit)
        finally:
            if session is None:
                own.stop()
        return
    import duckdb
    import narwhals as nw

    def count(paths: Sequence[Path]) -> Any:
        try:
            events = con.sql(f"FROM {parquet(paths)}")
        except duckdb.Error as error:
            listed = ", ".join(p.name for p in paths)
            raise DataError(f"{listed} cannot be read as Parquet: {error}") from None
        return daily_counts(nw.from_native(events), unit=unit).to_native()

    yield count


def count_store(
    root: Path,
    *,
    engine: Engine = "duckdb",
    units: Sequence[CountUnit] = UNITS,
    memory_limit: str | None = None,
    threads: int | None = None,
    session: Any = None,
    wait: float = 60.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[CountFile, ...]:
    """Bring the daily counts of a store up to its events and name them in its manifest.

    Only months whose events changed are counted. The store is held for writing meanwhile; reads go
    on. A kill leaves the counts before, and the files that were ready are used the next time.

    Parameters
    ----------
    root : Path
        Folder of the store.
    engine, memory_limit, threads, session
        As in `build_counts`.
    units : sequence of {"actor", "name"}
    wait : float
        Seconds to wait for the store.
    progress : callable, optional
        Called with ``count``, months done and months in all.

    Returns
    -------
    tuple of CountFile
        All files of the counts, made or ready.
    """
    files: list[CountFile] = []
    with locked(root, wait=wait):
        manifest = read_manifest(root)
        for _, part in manifest.count_parts():
            if not intact_size(root, part):
                (root / part.path).unlink(missing_ok=True)
        total = len(units) * sum(len(state.months) for state in manifest.sources.values())
        told = itertools.count()

        def tell(file: CountFile) -> None:
            if progress is not None:
                progress("count", next(told), total)

        for source, state in sorted(manifest.sources.items()):
            months = [
                MonthEvents(
                    source=source,
                    month=label,
                    paths=(root / month.events.path,),
                    key=month.events.sha256,
                )
                for label, month in sorted(state.months.items())
                if month.events is not None
            ]
            made: dict[str, list[Path]] = {}
            for unit in units:
                found = build_counts(
                    months,
                    root / "counts",
                    engine=engine,
                    unit=unit,
                    memory_limit=memory_limit,
                    threads=threads,
                    session=session,
                    progress=tell,
                )
                made[unit] = [file.path for file in found]
                files += found
            held = (manifest.counts or {}).get(source, {})
            if held.get("key") != source_hash(state) or set(held.get("units", {})) != set(made):
                keep_counts(root, source=source, key=source_hash(state), units=made)
        _sweep_counts(root, keep={file.path for file in files})
    return tuple(files)


def _sweep_counts(root: Path, *, keep: set[Path]) -> None:
    """Remove counts of events that are no longer there."""
    for unit in UNITS:
        for path in (root / "counts").glob(f"*/{unit}/*.parquet*"):
            if path not in keep:
                path.unlink(missing_ok=True)
