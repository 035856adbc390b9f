"""Synthetic worlds as files of any size: event Parquet by month, and GDELT 2.0 text."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.record._synthetic_days import DayEvents, World, event_days
from demarche.terms.codebooks import CAMEO, quad_of_root
from demarche.terms.events import EVENT_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["WrittenFile", "event_schema", "write_events", "write_gdelt2"]

CHUNK = 1_000_000
"""Rows held at once, and the size of a row group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """One file of synthetic events: its month (YYYY-MM), path and rows."""

    month: str
    path: Path
    rows: int


def event_schema() -> pa.Schema:
    """Arrow schema of the event table, in the order of ``EVENT_COLUMNS``."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "flag": pa.bool_(),
    }
    return pa.schema(
        [pa.field(c.name, types[c.type], nullable=not c.required) for c in EVENT_COLUMNS]
    )


def write_events(world: World, folder: Path, *, rows: int, seed: int) -> tuple[WrittenFile, ...]:
    """Write about `rows` events of the world as Parquet, one file per month of the event's day.

    Base rates are scaled to reach `rows` on average over the world's days (responses come on top);
    the number written is a draw and is returned. Memory does not grow with `rows`. The same world,
    rows and seed give the same bytes.

    Parameters
    ----------
    world : World
    folder : Path
        Made if absent; files are named ``YYYY-MM.parquet``.
    rows : int
        At least 1.
    seed : int

    Returns
    -------
    tuple of WrittenFile
        In order of months.

    Raises
    ------
    MethodError
        If `rows` is below 1.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from demarche.record.synthetic import made_world
    >>> with TemporaryDirectory() as there:
    ...     files = write_events(made_world(days=59), Path(there), rows=1000, seed=1)
    >>> [file.month for file in files], 800 < sum(file.rows for file in files) < 1200
    (['2015-01', '2015-02'], True)
    """
    import pyarrow.parquet as pq

    schema = event_schema()
    folder.mkdir(parents=True, exist_ok=True)
    words = _Words(world)
    written: list[WrittenFile] = []
    first = 1
    for month, chunks in _months(_scaled(world, rows=rows), seed=seed):
        path = folder / f"{month}.parquet"
        total = 0
        with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
            for day, events in chunks:
                table = words.table(day, events, schema=schema, file=path.name, first=first)
                writer.write_table(table, row_group_size=CHUNK)
                first += len(day)
                total += len(day)
        written.append(WrittenFile(month=month, path=path, rows=total))
    return tuple(written)


def write_gdelt2(
    world: World, folder: Path, *, rows: int, seed: int, files_per_day: int = 4, zipped: bool = True
) -> tuple[WrittenFile, ...]:
    """Write about `rows` events as GDELT 2.0 export files (61 columns, tabs, no header).

    Each day's events are spread evenly over `files_per_day` quarter hours; ``DATEADDED`` is the
    stamp of the file, so that lags of the world shift it. Places are left empty.

    Parameters
    ----------
    world : World
        Its actors should be CAMEO country codes if a reader is to know them.
    folder, rows, seed
        As in `write_events`.
    files_per_day : int
        1 to 96.
    zipped : bool
        One ``.CSV.zip`` per file, as published; else plain ``.CSV``.

    Returns
    -------
    tuple of WrittenFile

    Raises
    ------
    MethodError
        If `rows` or `files_per_day` is out of range.
    """
    if not 1 <= files_per_day <= 96:
        raise MethodError(f"{files_per_day} files per day; expected 1 to 96 quarter hours.")
    folder.mkdir(parents=True, exist_ok=True)
    words = _Words(world)
    scaled = _scaled(world, rows=rows)
    waiting: dict[int, list[tuple[NDArray[np.int64], DayEvents]]] = {}
    written: list[WrittenFile] = []
    first = 1
    last = scaled.days + len(scaled.lag_shares) - 1
    days = event_days(scaled, seed=seed)
    for known in range(last):
        if known < scaled.days:
            day, events = next(days)
            for lag in range(len(scaled.lag_shares)):
                part = _taken(events, events.lag == lag)
                dated = np.full(len(part.series), day, dtype=np.int64)
                waiting.setdefault(day + lag, []).append((dated, part))
        day_of, batch = _joined(waiting.pop(known, []))
        for slot in range(files_per_day):
            at = slice(slot, None, files_per_day)
            chosen = _taken(batch, at)
            stamp = _stamp(world.start + dt.timedelta(days=known), slot=slot, of=files_per_day)
            text = words.gdelt(day_of[at], chosen, stamp=stamp, first=first)
            path = folder / f"{stamp}.export.CSV"
            if zipped:
                path = path.with_name(f"{path.name}.zip")
                inside = zipfile.ZipInfo(f"{stamp}.export.CSV")
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    archive.writestr(inside, text)
            else:
                path.write_bytes(text)
            size = len(chosen.series)
            first += size
            written.append(WrittenFile(month=f"{stamp[:4]}-{stamp[4:6]}", path=path, rows=size))
    return tuple(written)


def _scaled(world: World, *, rows: int) -> World:
    if rows < 1:
        raise MethodError(f"{rows} rows; expected at least 1.")
    return world.scaled(rows / (world.days * float(world.stationary().sum())))


def _stamp(day: dt.date, *, slot: int, of: int) -> str:
    quarter = slot * 96 // of
    return f"{day:%Y%m%d}{quarter // 4:02d}{quarter % 4 * 15:02d}00"


def _taken(events: DayEvents, at: slice | NDArray[np.bool_]) -> DayEvents:
    return DayEvents(
        series=events.series[at],
        lag=events.lag[at],
        actor_organ=events.actor_organ[at],
        recipient_organ=events.recipient_organ[at],
    )


def _joined(
    parts: list[tuple[NDArray[np.int64], DayEvents]],
) -> tuple[NDArray[np.int64], DayEvents]:
    none = np.zeros(0, dtype=np.int32)
    days = [np.zeros(0, dtype=np.int64), *(day for day, _ in parts)]
    events = [part for _, part in parts]
    return np.concatenate(days), DayEvents(
        series=np.concatenate([none, *(e.series for e in events)]),
        lag=np.concatenate([none, *(e.lag for e in events)]),
        actor_organ=np.concatenate([none, *(e.actor_organ for e in events)]),
        recipient_organ=np.concatenate([none, *(e.recipient_organ for e in events)]),
    )


Chunks = Iterator[tuple[NDArray[np.int64], DayEvents]]


def _months(world: World, *, seed: int) -> Iterator[tuple[str, Chunks]]:
    """Events by month of their day, in chunks of about ``CHUNK`` rows."""
    stream = event_days(world, seed=seed)
    pending = next(stream, None)

    def month_of(day: int) -> str:
        return f"{world.start + dt.timedelta(days=day):%Y-%m}"

    def chunks(month: str) -> Chunks:
        nonlocal pending
        held: list[tuple[NDArray[np.int64], DayEvents]] = []
        size = 0
        while pending is not None and month_of(pending[0]) == month:
            day, events = pending
            held.append((np.full(len(events.series), day, dtype=np.int64), events))
            size += len(events.series)
            pending = next(stream, None)
            if size >= CHUNK:
                yield _joined(held)
                held, size = [], 0
        if size:
            yield _joined(held)

    while pending is not None:
        month = month_of(pending[0])
        yield month, chunks(month)


class _Words:
    """The world's words as Arrow dictionaries, made once and taken by index."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.events = [CAMEO[f"{c}0"].plover_event for c in world.classes]
        self.cameo: list[str | None] = [f"{c}0" for c in world.classes]
        self.quad = np.array([quad_of_root(c) for c in world.classes], dtype=np.int64)
        self.organs = [organ or None for organ in world.organs]
        self.epoch = (world.start - dt.date(1970, 1, 1)).days

    def table(
        self, day: NDArray[np.int64], events: DayEvents, *, schema: pa.Schema, file: str, first: int
    ) -> pa.Table:
        """Rows of the event table; columns that a world does not have are empty."""
        import pyarrow as pa

        size, world = len(day), self.world
        by, to = world.sender[events.series], world.recipient[events.series]
        code = world.code[events.series]
        rows = first + np.arange(size, dtype=np.int64)
        plain: dict[str, Any] = {
            "event_id": _numbered(f"{world.source}:", rows),
            "source_row": pa.array(rows),
            "date": pa.array((self.epoch + day).astype(np.int32)).cast(pa.date32()),
            "known_at": pa.array((self.epoch + day + events.lag).astype(np.int32)).cast(
                pa.date32()
            ),
            "quad_code": pa.array(self.quad[code]),
            "directed": pa.array(np.ones(size, dtype=np.bool_)),
        }
        none = np.zeros(size, dtype=np.int32)
        coded: dict[str, tuple[NDArray[np.int32], list[str | None]]] = {
            "source": (none, [world.source]),
            "source_file": (none, [file]),
            "known_at_kind": (none, ["stamped"]),
            "actor": (by, list(world.actors)),
            "actor_name": (by, list(world.actors)),
            "actor_country": (by, list(world.actors)),
            "actor_sector": (events.actor_organ, self.organs),
            "recipient": (to, list(world.actors)),
            "recipient_name": (to, list(world.actors)),
            "recipient_country": (to, list(world.actors)),
            "recipient_sector": (events.recipient_organ, self.organs),
            "event": (code, self.events),
            "cameo": (code, self.cameo),
            "root": (code, [*world.classes]),
        }
        arrays: list[Any] = []
        for column in schema:
            if column.name in plain:
                arrays.append(plain[column.name])
            elif column.name in coded:
                index, labels = coded[column.name]
                arrays.append(pa.array(labels, type=pa.string()).take(pa.array(index)))
            else:
                arrays.append(pa.nulls(size, column.type))
        return pa.Table.from_arrays(arrays, schema=schema)

    def gdelt(self, day: NDArray[np.int64], events: DayEvents, *, stamp: str, first: int) -> bytes:
        """Lines of a GDELT 2.0 export."""
        types = {"foreign_ministry": "GOV", "executive": "GOV", "military": "MIL"}
        world = self.world
        dates = [world.start + dt.timedelta(days=int(d)) for d in np.unique(day)]
        text = {
            int(d): f"{date:%Y%m%d}\t{date:%Y%m}\t{date.year}\t"
            f"{date.year + (date.timetuple().tm_yday - 1) / 365:.4f}"
            for d, date in zip(np.unique(day), dates, strict=True)
        }
        parties = [
            [
                f"{actor}{types.get(organ, '')}\t{actor}\t{actor}\t\t\t\t\t"
                f"{types.get(organ, '')}\t\t"
                for organ in world.organs
            ]
            for actor in world.actors
        ]
        codes = [
            f"1\t{r}0\t{r}0\t{r}\t{q}\t{CAMEO[f'{r}0'].goldstein or 0.0}\t1\t1\t1\t0.0"
            for r, q in zip(world.classes, self.quad.tolist(), strict=True)
        ]
        tail = "\t".join(["0\t\t\t\t\t\t\t"] * 3) + f"\t{stamp}\thttps://example.org/"
        by, to = world.sender[events.series].tolist(), world.recipient[events.series].tolist()
        code = world.code[events.series].tolist()
        lines = [
            f"{k}\t{text[d]}\t{parties[a][i]}\t{parties[b][j]}\t{codes[c]}\t{tail}{k}\n"
            for k, (d, a, i, b, j, c) in enumerate(
                zip(
                    day.tolist(),
                    by,
                    events.actor_organ.tolist(),
                    to,
                    events.recipient_organ.tolist(),
                    code,
                    strict=True,
                ),
                start=first,
            )
        ]
        return "".join(lines).encode()


def _numbered(head: str, numbers: NDArray[np.int64]) -> pa.Array:
    """``head`` and a number of twelve digits as one text column, without a Python loop."""
    import pyarrow as pa

    digits, size, lead = 12, len(numbers), len(head)
    letters = np.empty((size, lead + digits), dtype=np.uint8)
    letters[:, :lead] = np.frombuffer(head.encode("ascii"), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(lead + digits - 1, lead - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + 48
    offsets = np.arange(size + 1, dtype=np.int32) * (lead + digits)
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(letters))
