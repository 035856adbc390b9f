"""The store of a ledger: one chain of entries in SQLite or PostgreSQL, appended and read."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, LargeBinary, cast, func, select

from demarche import __version__
from demarche.errors import LedgerError
from demarche.ledger.canonical import entry_of, hash_of, made_entry, newer, parse, subject_of
from demarche.ledger.engines import (
    check_folder,
    check_kind,
    may_insert,
    postgresql_engine,
    sqlite_engine,
)
from demarche.ledger.faults import one_sentence
from demarche.ledger.place import Place, place_of
from demarche.ledger.schema import (
    GUARDS,
    TABLES,
    entries,
    lost_guards,
    migrate,
    tables_version,
)
from demarche.ledger.whole import check_whole
from demarche.terms.ledger import GENESIS, SCHEMA, Content, EntryKind, LedgerEntry, Opened
from demarche.terms.plain import instant_text

__all__ = [
    "TOOL",
    "WAIT",
    "Clock",
    "Ledger",
    "Raw",
    "Reading",
    "Writing",
    "check_writable",
    "open_ledger",
]

T = TypeVar("T")
Clock = Callable[[], dt.datetime]
TOOL = f"demarche {__version__}"
WAIT = 30.0
"""Seconds to wait while another process writes."""
BATCH = 2000
INSERT = entries.insert()
LOCK = 0x64656D617263
"""Key of the advisory lock under which entries are appended in PostgreSQL."""


class Raw(NamedTuple):
    """One row as it lies in the database, unchecked."""

    seq: Any
    prev_hash: Any
    hash: Any
    kind: Any
    subject: Any
    record: bytes


@functools.cache
def _columns(dialect: str) -> tuple[Any, ...]:
    c = entries.c
    raw: Any = (
        cast(c.record, LargeBinary) if dialect == "sqlite" else func.convert_to(c.record, "UTF8")
    )
    return (c.seq, c.prev_hash, c.hash, c.kind, c.subject, raw)


@functools.cache
def _last(dialect: str) -> Any:
    return select(*_columns(dialect)).order_by(entries.c.seq.desc()).limit(1)


class Reading:
    """A ledger at one moment: what is appended meanwhile is not seen."""

    def __init__(self, connection: Connection, *, version: int | None = None) -> None:
        self.connection = connection
        self.version = tables_version(connection) if version is None else version

    def raw(self, *, start: int = 1, where: Sequence[Any] = ()) -> Iterator[Raw]:
        """Rows in order of ``seq``, as they lie in the database, a few thousand at a time."""
        if not self.version:
            return
        query = select(*_columns(self.connection.dialect.name)).where(*where)
        query = query.order_by(entries.c.seq)
        if start > 1:
            query = query.where(entries.c.seq >= start)
        with self.connection.execute(query.execution_options(yield_per=BATCH)) as result:
            for row in result:
                yield _raw(row)

    def entries(
        self, *, kinds: Sequence[EntryKind] = (), subject: str | None = None
    ) -> Iterator[LedgerEntry]:
        """Entries in order, of some kinds and about one subject; each is checked by its hash.

        Raises
        ------
        LedgerError
            If an entry's hash is not that of its content.
        """
        where: list[Any] = [entries.c.kind.in_(kinds)] if kinds else []
        where += [entries.c.subject == subject] if subject is not None else []
        for row in self.raw(where=where):
            yield _checked(row)

    def entry(self, seq: int) -> LedgerEntry | None:
        """Entry by its number; ``None`` if there is none."""
        return next(map(_checked, self.raw(where=[entries.c.seq == seq])), None)

    def last(self) -> Raw | None:
        """The newest row; ``None`` in an empty ledger."""
        if not self.version:
            return None
        row = self.connection.execute(_last(self.connection.dialect.name)).first()
        return None if row is None else _raw(row)

    def subjects(
        self, *, prefix: str, kinds: Sequence[EntryKind], limit: int | None = None
    ) -> tuple[str, ...]:
        """Subjects of some kinds that begin with hexadecimal digits, sorted."""
        if not self.version:
            return ()
        c = entries.c
        query = (
            select(c.subject)
            .distinct()
            .where(c.kind.in_(kinds), c.subject >= prefix, c.subject < prefix + "g")
            .order_by(c.subject)
            .limit(limit)
        )
        return tuple(self.connection.execute(query).scalars())

    def damage(self) -> str:
        """What SQLite finds wrong with its file, such as an index that misses rows; or nothing."""
        if self.connection.dialect.name != "sqlite":
            return ""
        found = self.connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        return "" if found == "ok" else " ".join(str(found).split())

    def lost_guards(self) -> tuple[str, ...]:
        """Triggers that refuse edits of the ledger and are gone or switched off."""
        dialect = self.connection.dialect.name
        names = set(self.connection.exec_driver_sql(GUARDS[dialect]).scalars())
        return lost_guards(names, dialect=dialect, version=self.version)

    def ledger_id(self) -> str:
        """Random id of the ledger; empty while it has no entry."""
        first = next(self.entries(kinds=("opened",)), None)
        return first.content.ledger if first and isinstance(first.content, Opened) else ""


def _raw(row: Any) -> Raw:
    seq, prev_hash, hash, kind, subject, record = row
    return Raw(seq, prev_hash, hash, kind, subject, bytes(record or b""))


def _checked(row: Raw) -> LedgerEntry:
    if hash_of(row.record) != row.hash:
        raise _edited(row)
    return entry_of(row.record, hash=row.hash)


def _edited(row: Raw) -> LedgerError:
    return LedgerError(
        f"entry {row.seq} was edited: its hash is not that of its content. Nothing more is read or "
        "written; demarche ledger verify says more."
    )


def _head(row: Raw) -> dict[str, Any]:
    """Record of the last row, which a new entry follows: whole, and not of a newer version."""
    if hash_of(row.record) != row.hash:
        raise _edited(row)
    record = parse(row.record)
    if record["seq"] != row.seq:
        raise _edited(row)
    if record["schema"] > SCHEMA:
        raise newer(record)
    return record


class Writing(Reading):
    """A transaction that appends; what it appends exists once `Ledger.write` has returned."""

    def __init__(
        self, connection: Connection, *, clock: Clock, new_id: str, run: str, step: int
    ) -> None:
        super().__init__(connection, version=TABLES)
        self._clock, self._new_id, self._run, self.step = clock, new_id, run, step
        self.warnings: list[str] = []
        self._last: tuple[int, str] | None = None
        self.now = self._tick()

    def _tick(self) -> dt.datetime:
        """The clock's instant, and a warning if it lies before the last entry's."""
        now = self._clock().astimezone(dt.UTC)
        row = self.last()
        if row is not None:
            record = _head(row)
            self._last = (record["seq"], row.hash)
            if record["at"] > instant_text(now):
                self.warnings.append(
                    f"the clock went back: entry {record['seq']} is of {record['at'][:19]}, now "
                    f"is {instant_text(now)[:19]}, UTC. The sequence decides order, not the clock."
                )
        return now

    def append(self, kind: EntryKind, content: Content) -> LedgerEntry:
        """Append an entry; the first one opens the ledger.

        Raises
        ------
        TermError
            If the content holds what cannot be written.
        """
        if self._last is None and kind != "opened":
            self.append("opened", Opened(ledger=self._new_id))
        seq, prev_hash = (self._last[0] + 1, self._last[1]) if self._last else (1, GENESIS)
        self.step += 1
        entry, record = made_entry(
            content,
            kind=kind,
            seq=seq,
            prev_hash=prev_hash,
            at=self.now,
            tool=TOOL,
            run=self._run,
            step=self.step,
        )
        self.put(
            entry.seq, entry.prev_hash, entry.hash, kind, subject_of(kind, entry.content), record
        )
        return entry

    def put(
        self, seq: int, prev_hash: str, hash: str, kind: str, subject: str, record: bytes
    ) -> None:
        """Insert a row as it is; for entries that were checked elsewhere."""
        self.connection.execute(
            INSERT,
            {
                "seq": seq,
                "prev_hash": prev_hash,
                "hash": hash,
                "kind": kind,
                "subject": subject,
                "record": record.decode("utf-8"),
            },
        )
        self._last = (seq, hash)


class Ledger:
    """A ledger that is open; made by `open_ledger`."""

    def __init__(
        self,
        engine: Engine,
        *,
        place: Place,
        clock: Clock,
        new_id: str,
        run: str,
        wait: float,
    ) -> None:
        self.place = place
        self._engine, self._clock, self._new_id = engine, clock, new_id
        self._run, self._wait, self._step = run, wait, 0
        self._there = self._whole = False
        self.warnings: tuple[str, ...] = ()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """The ledger as it is now; it neither waits for writers nor holds them up."""
        with one_sentence(self.place, wait=self._wait), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield Reading(connection)

    def write(self, act: Callable[[Writing], T]) -> T:
        """Append what an act appends, all of it or nothing; it is durable when this returns.

        Raises
        ------
        LedgerError
            If the ledger is in use, cannot be written, is of a newer version, was edited, or
            misses an entry.
        """
        with one_sentence(self.place, wait=self._wait), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                self._ready(connection)
                writing = self._writing(connection)
                if not self._whole:
                    check_whole(writing)
                result = act(writing)
                _failpoint("before commit")
            _failpoint("after commit")
        self._step, self._whole = writing.step, True
        self.warnings = tuple(writing.warnings)
        return result

    def check(self) -> None:
        """Whether it could be written now, as far as that is known without writing.

        Raises
        ------
        LedgerError
            As of `write`.
        """
        with one_sentence(self.place, wait=self._wait), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin() as transaction:
                self._lock(connection)
                version = tables_version(connection)
                if version > TABLES:
                    self._ready(connection)
                if not may_insert(connection, there=version > 0):
                    raise LedgerError(f"the ledger {self.place.label} is not yours to write.")
                if version == TABLES:
                    check_whole(self._writing(connection))
                transaction.rollback()

    def _writing(self, connection: Connection) -> Writing:
        return Writing(
            connection, clock=self._clock, new_id=self._new_id, run=self._run, step=self._step
        )

    def _lock(self, connection: Connection) -> None:
        """Wait for other writers; SQLite does that where a transaction begins."""
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")

    def append(self, kind: EntryKind, content: Content) -> LedgerEntry:
        """Append one entry by itself; durable when this returns."""
        return self.write(lambda writing: writing.append(kind, content))

    def _ready(self, connection: Connection) -> None:
        self._lock(connection)
        version = tables_version(connection, there=self._there)
        self._there = version > 0
        if version != TABLES:
            stamp = self._clock().astimezone(dt.UTC).isoformat(timespec="seconds")
            try:
                migrate(connection, tool=TOOL, at=stamp)
            except LedgerError as error:
                raise LedgerError(f"the ledger {self.place.label}: {error}") from None


def check_writable(place: Place, *, clock: Clock, wait: float = WAIT) -> None:
    """Say before long work starts whether a ledger can be written; makes and changes no file.

    Raises
    ------
    LedgerError
        If it cannot.
    """
    if place.path is not None:
        check_kind(place)
        folder = place.path.parent
        check_folder(place, folder if folder.exists() else folder.parent)
        if not place.path.exists():
            return
        if not place.path.stat().st_size:
            if not os.access(place.path, os.W_OK):
                raise LedgerError(f"the ledger {place.label} is a file that you may not write.")
            return
    with open_ledger(place, clock=clock, wait=wait) as ledger:
        ledger.check()


def _failpoint(name: str) -> None:
    """Die here if the environment says so: for tests of what a kill leaves behind."""
    if os.environ.get("DEMARCHE_FAILPOINT") == name:
        os.kill(os.getpid(), 9)


def open_ledger(
    where: str | Path | Place,
    *,
    clock: Clock,
    new_id: str = "",
    run: str = "",
    wait: float = WAIT,
    read_only: bool = False,
) -> Ledger:
    """Open a ledger; a file is made where there is none, unless it is only to be read.

    Parameters
    ----------
    where : path, address or Place
        See `place_of`.
    clock : callable
        Gives the instant now, with its zone.
    new_id : str
        Id of 32 hexadecimal digits, random, for a ledger that is still empty.
    run : str
        Id of this run of the program, kept with each entry beside its count within the run.
    wait : float
        Seconds to wait while another process writes.
    read_only : bool

    Raises
    ------
    LedgerError
        If there is no ledger to read, or the place cannot be used.
    """
    place = where if isinstance(where, Place) else place_of(where)
    make = sqlite_engine if place.path is not None else postgresql_engine
    engine = make(place, wait=wait, read_only=read_only)
    return Ledger(engine, place=place, clock=clock, new_id=new_id, run=run, wait=wait)
