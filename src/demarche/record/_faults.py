"""Faults of disk, memory and DuckDB as one sentence, and Ctrl-C as what it is."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from demarche.errors import DataError, MethodError

__all__ = [
    "disk_fault",
    "held_interrupts",
    "needed_duckdb",
    "needed_utf8",
    "one_sentence",
    "shown_path",
]

_Tell = Callable[[str, int, int], None]


def needed_duckdb() -> Any:
    """The module ``duckdb``.

    Raises
    ------
    MethodError
        If it is not installed; names the extra.
    """
    try:
        import duckdb
    except ImportError:
        raise MethodError(
            "the record needs DuckDB, which is not installed; pip install 'demarche[record]'."
        ) from None
    return duckdb


def disk_fault(error: Exception) -> str:
    """What DuckDB says of the disk: its first line, or the words of the system in it."""
    text = str(error)
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
        if os.strerror(number) in text:
            return os.strerror(number)
    return next(iter(text.splitlines()), "no reason given")


@contextlib.contextmanager
def one_sentence(root: Path, *, state: str = "It is as it was before") -> Iterator[None]:
    """Say in one sentence why a store could not be written, and its `state` now.

    Raises
    ------
    DataError
        For a damaged store, a full or read-only disk, folders on several disks, a file that cannot
        be read, or memory that ran out.
    KeyboardInterrupt
        For Ctrl-C while DuckDB was at work, which it reports as an error of its own.
    """
    from demarche.record._damage import reading

    duckdb = needed_duckdb()
    try:
        with reading(root):
            yield
    except OSError as error:
        if error.errno in (None, errno.EPIPE):  # no fault of the disk
            raise
        raise DataError(
            f"the store {root} cannot be written: {os.strerror(error.errno)}. {state}; make room "
            "or name another --store."
        ) from None
    except duckdb.IOException as error:
        raise DataError(
            f"the store {root} cannot be written: {disk_fault(error)}. {state}; make room or name "
            "another --store."
        ) from None
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"the store {root}: out of memory ({str(error).splitlines()[0]}). {state}; sync fewer "
            "files at a time."
        ) from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


@contextlib.contextmanager
def held_interrupts(tell: _Tell) -> Iterator[_Tell]:
    """Hold Ctrl-C back until the next step of the work.

    An exception thrown into a running query of DuckDB may abort the process; between steps it ends
    the ingest like any other error. Outside the main thread signals are not ours to hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield tell
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: asked.append(number))

    def step(what: str, done: int, total: int) -> None:
        tell(what, done, total)
        if asked:
            asked.clear()
            raise KeyboardInterrupt

    try:
        yield step
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def shown_path(path: Path) -> str:
    r"""Path as text; what of it is not UTF-8 as ``\xff``.

    Examples
    --------
    >>> print(shown_path(Path("a\udcff")))
    a\xff
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def needed_utf8(path: Path, *, what: str) -> None:
    """Refuse a path that is not UTF-8, which neither the database nor a message can hold.

    Raises
    ------
    DataError
        If it is not.
    """
    if shown_path(path) != str(path):
        raise DataError(f"{what} {shown_path(path)} has a name that is not UTF-8; name another.")
