"""Files of events into the store: all of them or, after any fault or kill, none."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DataError
from demarche.record._faults import held_interrupts, one_sentence
from demarche.record._merge import MonthsMerged, merge, remerged
from demarche.record._names import keep_names, kept_names
from demarche.record._open import close, opened
from demarche.record._parts import finish, parquet
from demarche.record._raw_files import BATCH, SMALL, RawFile, batches, named, raw_files
from demarche.record._stage import Stage
from demarche.record._tally import added, rarest_together, refused_files, warning_label
from demarche.record._workers import Workers
from demarche.record.dedupe import PROVISIONAL, WITHDRAWALS
from demarche.record.manifest import (
    Manifest,
    Month,
    Part,
    SourceState,
    begin,
    failpoint,
    locked,
    publish,
    read_manifest,
    sweep,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from demarche.record.readers import ReadResult

__all__ = ["Ingested", "Progress", "ingest", "raw_files"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far it is, and how far it goes."""

TOGETHER = 8_000_000
"""Bytes of text in one batch from which on its scan is worth more than one thread."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What one call did.

    Attributes
    ----------
    source : str
    files, known : int
        Files read now, and files left out because the store has them (by content).
    lines, read, rejected, outside : int
        Of the files read now; ``read + rejected = lines``.
    kept, duplicated : int
        Growth of the rows that count and of those set aside; one may shrink as the other grows.
    undecided : int
        Of these, growth of those set aside though no release tells that they are the older ones.
    withdrawn : int
        Withdrawn events listed by the files.
    months : tuple of str
        Months written anew.
    reasons, warnings : mapping
        Rejected lines by reason, rows by warning.
    refused : tuple of (str, str)
        Files that could not be read at all, and why; the others were read.
    """

    source: str
    files: int = 0
    known: int = 0
    lines: int = 0
    read: int = 0
    rejected: int = 0
    outside: int = 0
    kept: int = 0
    duplicated: int = 0
    undecided: int = 0
    withdrawn: int = 0
    months: tuple[str, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[tuple[str, str], ...] = ()


def ingest(
    root: Path,
    paths: Sequence[Path],
    *,
    source: str,
    start: dt.date | None = None,
    end: dt.date | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    memory: str = "2GB",
    batch_bytes: int = BATCH,
    wait: float = 60.0,
    reader: Callable[..., ReadResult] | None = None,
    **options: Any,
) -> Ingested:
    """Read files of one source into the store.

    The store changes once, at the end; before that, a fault, a kill or Ctrl-C leaves it as it
    was. A file is known by its content: the same file again is left out. The result depends on
    the set of files, not on their order, their batches or the number of threads.

    Parameters
    ----------
    root : Path
        Folder of the store; made if it is not there.
    paths : sequence of Path
        Files, and folders of which every file is read.
    source : str
        Id of the source, a key of ``READERS``.
    start, end : date, optional
        Period; rows outside it are left out and counted.
    progress : callable, optional
    threads : int, optional
        Threads; all cores by default, and four at most.
    memory : str
        Memory limit of DuckDB; beyond it, work is spilled to the store's ``tmp``.
    batch_bytes : int
        Bytes of text read at once, on all threads together.
    wait : float
        Seconds to wait for another process to leave the store.
    reader : callable, optional
        Reads a batch; `demarche.record.readers.read_events` by default.
    **options
        Handed to the reader: ``version``, ``column_map``, ``known_lag_days``, ``released``,
        ``day_zero``, ``per_day``.

    Returns
    -------
    Ingested

    Raises
    ------
    DataError
        If no file or no row can be read, the disk is full, or the store is in use.
    """
    if not _ID.fullmatch(source):
        raise DataError(
            f"{source[:80]!r} cannot be the id of a source: give at most 64 letters, digits, - and "
            "_, such as my_events; it becomes the name of a folder."
        )
    if start is not None and end is not None and end < start:
        raise DataError(f"the period ends ({end}) before it begins ({start}).")
    tell = progress if progress is not None else _silent
    files = raw_files(paths)
    beside: Callable[[], None] = _nothing
    if reader is None:
        from demarche.record.readers import read_events
        from demarche.record.readers._prepare import prepare

        reader = read_events
        beside = partial(prepare, files, source=source)
    with locked(root, wait=wait), held_interrupts(tell) as tell, one_sentence(root):
        begun = begin(root)
        manifest = read_manifest(root)
        sweep(root, manifest)
        workers = con = None
        try:
            con, hashed = opened(root, files, memory, tell, beside)
            workers = Workers(con, threads)
            run = _Run(root, workers, manifest, source, tell, (start, end))
            return run.ingest(hashed, reader, batch_bytes, options)
        except BaseException:
            close(workers, con)
            found = read_manifest(root)
            sweep(root, found)
            if begun and found == manifest:
                (root / "manifest.json").unlink()
            raise
        finally:
            close(workers, con)
            sweep_tmp(root)


def sweep_tmp(root: Path) -> None:
    """Remove the folder of work in progress."""
    shutil.rmtree(root / "tmp", ignore_errors=True)


def _nothing() -> None:
    """Nothing beside."""


def _silent(what: str, done: int, total: int) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of one batch: sums, the part of its rejects, its files, its lists of names."""

    done: Ingested
    rejects: Part | None = None
    kept: tuple[RawFile, ...] = ()
    names: tuple[Path, ...] = ()


class _Run:
    """One ingest under the lock: what it reads, and the state it makes of it."""

    def __init__(
        self,
        root: Path,
        workers: Workers,
        manifest: Manifest,
        source: str,
        tell: Progress,
        period: tuple[dt.date | None, dt.date | None],
    ) -> None:
        self.root, self.manifest, self.tell = root, manifest, tell
        self.workers, self.con = workers, workers.con
        self.source, self.period = source, period
        self.state = manifest.sources.get(source, SourceState())
        self.target = WITHDRAWALS.get(source, source)
        self.done = Ingested(source=source)
        self.rejects: list[Part] = []
        self.read: list[RawFile] = []
        self.stored = False
        self.names = self.state.names
        self.reading: Callable[[], AbstractContextManager[None]] = nullcontext

    def ingest(
        self,
        hashed: Sequence[RawFile],
        reader: Callable[..., ReadResult],
        batch_bytes: int,
        options: Mapping[str, Any],
    ) -> Ingested:
        (self.root / "tmp" / "spill").mkdir(parents=True, exist_ok=True)
        files, refused = named(hashed)
        self.done = replace(self.done, refused=refused)
        fresh = self._fresh(files)
        if not fresh:
            if not self.stored:
                self._check()
            return self.done
        text = sum(raw.text for raw in fresh)
        few = text <= SMALL
        groups = list(batches(fresh, batch_bytes, workers=self.workers.count))
        if self.state.names:
            options = {**options, "names": kept_names(self.root, self.state.names)}
        if few and len(groups) == 1 and text >= TOGETHER:
            self.reading = self.workers.together
        stage = Stage(con=self.con, few=few)

        def task(batch: Sequence[RawFile]) -> Callable[[DuckDBPyConnection], _Read]:
            return lambda con: self._read(con, batch, reader, stage, options)

        self.tell("read", 0, len(groups))
        with (
            self.workers.together(self.workers.count if few else len(groups)),
            closing(self.workers.run([task(batch) for batch in groups])) as tasks,
        ):
            for number, read in enumerate(tasks, 1):
                self._add(read)
                self.tell("read", number, len(groups))
        if self.stored and not self.read:
            return self.done  # what could be read is here already; what is refused stays refused
        self._check()
        state = self.manifest.sources.get(self.target, SourceState())
        deleted = state.deleted
        if self.target != self.source:
            deleted = stage.withdraw(self.root, self.target, deleted)
            self.done = replace(self.done, withdrawn=self.done.read - self.done.outside)
        from demarche.record.readers.table import has_ids

        merged = merge(
            self.root,
            stage,
            workers=self.workers,
            source=self.target,
            months=state.months,
            deleted=deleted,
            tell=self.tell,
            yearly=self._months(PROVISIONAL.get(self.target)),
            linked=state.linked,
            ids=has_ids(options.get("column_map")),
        )
        self._publish(merged, deleted, self._provisional(merged))
        self.tell("write", 1, 1)
        return self.done

    def _months(self, source: str | None) -> Mapping[str, Month]:
        found = None if source is None else self.manifest.sources.get(source)
        return {} if found is None else found.months

    def _provisional(self, merged: MonthsMerged) -> dict[str, Mapping[str, Month]]:
        """Months of the held sources whose provisional rows end with what was merged now."""
        return {
            source: remerged(
                self.workers, self.root, source=source, held=self.manifest, yearly=merged.months
            )
            for source, by in PROVISIONAL.items()
            if by == self.target and source in self.manifest.sources
        }

    def _fresh(self, hashed: Sequence[RawFile]) -> list[RawFile]:
        """Files that the store has not read for this period, each content once."""
        period = " {} {}".format(*(day or "" for day in self.period)).rstrip()
        known = set()
        if self.state.files is not None:
            rows = self.con.execute(
                f"SELECT sha256 FROM {parquet([self.root / self.state.files.path])}"
            ).fetchall()
            known = {row[0] for row in rows}
        found = [replace(raw, sha256=raw.sha256 + period) for raw in hashed]
        fresh = {}
        for raw in sorted(found, key=lambda raw: (raw.name, raw.sha256, str(raw.path))):
            if raw.sha256 not in known and raw.sha256 not in fresh:
                fresh[raw.sha256] = raw
        self.stored = any(raw.sha256 in known for raw in found)
        self.done = replace(self.done, known=len(found) - len(fresh))
        return list(fresh.values())

    def _read(
        self,
        con: DuckDBPyConnection,
        batch: Sequence[RawFile],
        reader: Callable[..., ReadResult],
        stage: Stage,
        options: Mapping[str, Any],
    ) -> _Read:
        """Read one batch; several are read at once, each with a connection of its own."""
        import duckdb

        from demarche.record.readers._result import NothingReadError

        paths = [raw.path for raw in batch]
        try:
            with self.reading():
                result = reader(paths, source=self.source, con=con, **options)
            for raw in batch:
                raw.check_unchanged()
        except NothingReadError as error:
            return _Read(done=replace(self._nothing, refused=refused_files(error.refused)))
        except duckdb.Error as error:
            first = next(iter(str(error).splitlines()), "no reason given")
            raise DataError(
                f"{self.source}: {paths[0].name}{' and others' if paths[1:] else ''} cannot be "
                f"read: {first}. Nothing was stored; docs/record-formats.md says what is read."
            ) from None
        try:
            rows, outside = stage.take(con, result, period=self.period)
            reasons, rejects = self._keep_rejects(con, result, batch)
            if rows + outside != result.read or sum(reasons.values()) != result.rejected:
                raise DataError(
                    f"{self.source}: {result.read} rows were read but {rows + outside} came, "
                    f"{result.rejected} rejected but {sum(reasons.values())} listed; nothing was "
                    "stored. Please report these files."
                )
            kept = [raw for raw in batch if raw.path not in {item.path for item in result.refused}]
            done = replace(
                self._nothing,
                files=min(len(kept), len(result.files)),
                lines=result.lines,
                read=result.read,
                rejected=result.rejected,
                outside=outside,
                reasons=reasons,
                warnings={warning_label(w): w.rows for w in result.warnings},
                refused=refused_files(result.refused),
            )
            failpoint("after read")
            return _Read(done=done, rejects=rejects, kept=tuple(kept), names=result.names)
        finally:
            result.close()

    @property
    def _nothing(self) -> Ingested:
        return Ingested(source=self.source)

    def _add(self, read: _Read) -> None:
        """Add what a batch was to what was done before; batches come in their order."""
        done, more = self.done, read.done
        self.done = replace(
            done,
            files=done.files + more.files,
            lines=done.lines + more.lines,
            read=done.read + more.read,
            rejected=done.rejected + more.rejected,
            outside=done.outside + more.outside,
            reasons=added(done.reasons, more.reasons),
            warnings=added(done.warnings, more.warnings),
            refused=done.refused + more.refused,
        )
        self.read += read.kept
        if read.rejects is not None:
            self.rejects.append(read.rejects)
        if read.names:
            self.names = keep_names(self.root, read.names, source=self.source)

    def _keep_rejects(
        self, con: DuckDBPyConnection, result: ReadResult, batch: Sequence[RawFile]
    ) -> tuple[dict[str, int], Part | None]:
        """Rejected lines by reason, and where they are kept; a file if there are any."""
        if not result.rejected:
            return {}, None
        reasons = dict(result.rejects.aggregate("reason, count(*) AS n", "reason").fetchall())
        return reasons, finish(
            con,
            self.root,
            folder=f"rejects/source={self.source}",
            query=f"{result.rejects.sql_query()} ORDER BY source_file, source_row, reason",
            name=batch[0].sha256[:32],
        )

    def _check(self) -> None:
        done = self.done
        if done.refused and not self.read:
            name, reason = done.refused[0]
            more = (
                f" ({len(done.refused) - 1} more files were refused)"
                if len(done.refused) > 1
                else ""
            )
            raise DataError(f"no file could be read; nothing was stored. {name}: {reason}{more}")
        if done.read == 0:
            said = "; ".join(
                f"{n:,} {reason}"
                for reason, n in sorted(done.reasons.items(), key=lambda row: (-row[1], row[0]))[:5]
            )
            raise DataError(
                f"none of {done.lines:,} lines is a row of {self.source}; nothing was stored. "
                + (f"Why: {said}. " if said else "")
                + "Is --source right, and --map for a table of your own?"
            )

    def _publish(
        self,
        merged: MonthsMerged,
        deleted: Part | None,
        others: Mapping[str, Mapping[str, Month]],
    ) -> None:
        done, old = self.done, self.state
        files = self._files(old.files)
        state = replace(
            old,
            files=files,
            rejects=(*old.rejects, *self.rejects),
            names=self.names,
            raw_files=old.raw_files + len(self.read),
            raw_bytes=old.raw_bytes + sum(raw.size for raw in self.read),
            lines=old.lines + done.lines,
            read=old.read + done.read,
            outside=old.outside + done.outside,
            reasons=added(old.reasons, done.reasons),
            warnings=rarest_together(added(old.warnings, done.warnings)),
        )
        sources = {**self.manifest.sources, self.source: state}
        target = sources.get(self.target, SourceState())
        sources[self.target] = replace(
            target, months=merged.months, deleted=deleted, linked=merged.linked
        )
        for name, months in others.items():
            sources[name] = replace(sources[name], months=months)
        self.done = replace(
            done,
            kept=merged.kept - merged.kept_before,
            duplicated=merged.set_aside - merged.set_aside_before,
            undecided=merged.undecided,
            months=merged.written,
        )
        failpoint("before publish")
        publish(self.root, replace(self.manifest, serial=self.manifest.serial + 1, sources=sources))
        failpoint("after publish")

    def _files(self, old: Part | None) -> Part:
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE _files_now AS SELECT unnest($1::VARCHAR[]) AS sha256, "
            "unnest($2::VARCHAR[]) AS name, unnest($3::BIGINT[]) AS size",
            [
                [raw.sha256 for raw in self.read],
                [raw.name for raw in self.read],
                [raw.size for raw in self.read],
            ],
        )
        query = "SELECT * FROM _files_now"
        if old is not None:
            query += f" UNION ALL SELECT * FROM {parquet([self.root / old.path])}"
        return finish(
            self.con,
            self.root,
            folder=f"files/source={self.source}",
            query=f"SELECT * FROM ({query}) ORDER BY sha256, name",
        )
