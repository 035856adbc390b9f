"""Connections to the two databases a ledger may lie in, set so that a commit is durable."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from demarche.errors import LedgerError
from demarche.ledger.faults import needed_sqlalchemy, one_sentence
from demarche.ledger.place import Place
from demarche.ledger.schema import entries, refuse_foreign, tables_version

__all__ = [
    "check_folder",
    "check_kind",
    "may_insert",
    "may_write",
    "postgresql_engine",
    "sqlite_engine",
]


NAMES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def may_write(folder: Path) -> bool:
    """Whether files can be made in a folder by whom the program runs as."""
    return os.access(
        folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids
    )


def check_folder(place: Place, folder: Path) -> None:
    """Refuse a folder in which no file can be made; one is, without a name, and is gone at once.

    Raises
    ------
    LedgerError
    """
    if not folder.is_dir():
        raise LedgerError(
            f"the ledger {place.label} cannot be made: the folder {folder} is not there."
        )
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise LedgerError(
            f"the ledger {place.label} cannot be written: no file can be made in {folder} "
            f"({error.strerror})."
        ) from None


def check_kind(place: Place) -> None:
    """Refuse a path that is there and is no file.

    Raises
    ------
    LedgerError
    """
    path = place.path
    if path is None or not path.exists() or path.is_file():
        return
    if path.is_dir():
        raise LedgerError(
            f"{path} is a folder, and a ledger is a file: name one in it, such as "
            f"{path / 'ledger.sqlite'}."
        )
    raise LedgerError(f"{path} is no file, and a ledger is one; name another place.")


def may_insert(connection: Connection, *, there: bool) -> bool:
    """Whether whom the program is connected as may add entries, or make the tables."""
    if connection.dialect.name != "postgresql":
        return True
    asked = (
        f"SELECT has_table_privilege('{entries.name}', 'INSERT')"
        if there
        else "SELECT has_schema_privilege(current_schema(), 'CREATE')"
    )
    return bool(connection.exec_driver_sql(asked).scalar())


def sqlite_engine(place: Place, *, wait: float, read_only: bool) -> Engine:
    """Engine of a ledger in a file, durable and with one writer at a time.

    Raises
    ------
    LedgerError
        If there is no file to read, it is none, or its folder cannot be made.
    """
    path = place.path
    assert path is not None
    check_kind(place)
    fresh = not path.exists()
    if read_only and fresh:
        raise LedgerError(
            f"there is no ledger at {place.label}; demarche ledger issue CASE begins one, --ledger "
            "names another."
        )
    if fresh:
        _make_folder(path)
    uri = path.as_uri() + ("?" + _read_mode(path) if read_only else "?mode=rwc")

    def connect() -> sqlite3.Connection:
        found = sqlite3.connect(uri, uri=True, timeout=wait, check_same_thread=False)
        found.isolation_level = None
        found.execute("PRAGMA trusted_schema = OFF")
        if read_only:
            found.execute("PRAGMA query_only = ON")
        else:
            refuse_foreign([name for (name,) in found.execute(NAMES)], label=place.label)
            _to_wal(found, wait=wait)
            found.execute("PRAGMA synchronous = FULL")
            found.execute("PRAGMA fullfsync = ON")
        return found

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    if fresh:
        with one_sentence(place, wait=wait), engine.connect():
            _flush_folder(path.parent)
    return engine


def _read_mode(path: Path) -> str:
    """How a file is opened to be read.

    Where the write-ahead log is empty, in a way that takes the files away again that reading makes
    beside it; where it is not, without touching anything; where nothing can be made, as it lies.
    """
    log = Path(f"{path}-wal")
    try:
        pending = log.stat().st_size > 0
    except OSError:
        pending = False
    if not may_write(path.parent):
        return "mode=ro" if log.exists() else "mode=ro&immutable=1"
    ours = os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    return "mode=rw" if ours and not pending else "mode=ro"


def _to_wal(connection: sqlite3.Connection, *, wait: float) -> None:
    """Switch to the write-ahead log; two that make one file at once take turns."""
    until = time.monotonic() + wait
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise sqlite3.OperationalError(f"no write-ahead log here (journal mode {mode})")
        return


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the folder {path.parent} of the ledger cannot be made: {error.strerror}."
        ) from None


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def postgresql_engine(place: Place, *, wait: float, read_only: bool) -> Engine:
    """Engine of a ledger in a database of PostgreSQL that keeps text as UTF-8.

    Raises
    ------
    MethodError
        If its driver is not installed.
    LedgerError
        If it does not answer, or there is no ledger to read.
    """
    needed_sqlalchemy(postgresql=True)
    engine = create_engine(
        place.url,
        connect_args={
            "connect_timeout": max(2, int(wait)),
            "client_encoding": "UTF8",
            "options": f"-c synchronous_commit=on -c lock_timeout={max(1, int(wait * 1000))}",
        },
    )
    with one_sentence(place, wait=wait), engine.connect() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise LedgerError(
                f"the database {place.label} keeps text as {encoding}; a ledger needs UTF8."
            )
        if read_only and not tables_version(connection):
            raise LedgerError(
                f"there is no ledger in {place.label}; demarche ledger issue CASE begins one."
            )
    return engine
