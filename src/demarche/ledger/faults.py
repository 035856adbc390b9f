"""Faults of disks and databases as one sentence each."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demarche.errors import LedgerError, MethodError
from demarche.ledger.place import Place

__all__ = ["needed_sqlalchemy", "one_sentence"]

UNTOUCHED = "The ledger is as it was before"


def needed_sqlalchemy(*, postgresql: bool = False) -> Any:
    """The module ``sqlalchemy``.

    Raises
    ------
    MethodError
        If it, or the driver of PostgreSQL, is not installed; names the extra.
    """
    try:
        import sqlalchemy
    except ImportError:
        raise MethodError(
            "the ledger needs SQLAlchemy, which is not installed; pip install 'demarche[ledger]'."
        ) from None
    if postgresql:
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise MethodError(
                "a ledger in PostgreSQL needs psycopg, which is not installed; "
                "pip install 'demarche[postgres]'."
            ) from None
    return sqlalchemy


@contextlib.contextmanager
def one_sentence(place: Place, *, wait: float) -> Iterator[None]:
    """Say in one sentence why a ledger could not be read or written.

    Raises
    ------
    LedgerError
        For a ledger in use, a full or read-only disk, a file that is none, a database that does
        not answer, or an act that its triggers refuse.
    """
    exc = needed_sqlalchemy().exc
    try:
        yield
    except exc.DBAPIError as error:
        raise LedgerError(_sentence(place, error.orig, wait=wait)) from None
    except UnicodeDecodeError as error:
        raise LedgerError(
            _damaged(place.label, f"text that is no UTF-8 ({error.reason})")
        ) from None
    except exc.SQLAlchemyError as error:
        raise LedgerError(f"the ledger {place.label} failed: {_first(error)}.") from None
    except BrokenPipeError:  # whoever reads the output went away; that is not the ledger's fault
        raise
    except OSError as error:
        raise LedgerError(
            f"the ledger {place.label} cannot be used: {error.strerror or error}."
        ) from None


def _first(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(error).__name__


def _sentence(place: Place, error: object, *, wait: float) -> str:
    text, label = _first(error), place.label
    small = str(error).lower()
    if "locked" in small or "lock timeout" in small:
        return (
            f"the ledger {label} is in use{_holder(place)}; waited {wait:g} seconds. "
            f"{UNTOUCHED}; try again, or wait longer with --wait."
        )
    if "append-only" in small:
        return f"the ledger {label} refused: {text}."
    if "disk is full" in small or "disk i/o" in small or "no space left" in small:
        return (
            f"the ledger {label} cannot be written: {text}. {UNTOUCHED}; make room on "
            f"{place.folder.parent} and try again."
        )
    if "readonly" in small or "read-only" in small or "permission denied" in small:
        return f"the ledger {label} cannot be written: {text}. {UNTOUCHED}."
    if "not a database" in small or "malformed" in small or "unsupported file format" in small:
        return _damaged(label, text)
    if "unable to open" in small:
        return f"the ledger {label} cannot be opened: {text}; is the folder there and yours?"
    if place.url:
        return f"the database {label} failed: {text}."
    return f"the ledger {label} failed: {text}."


def _damaged(label: str, text: str) -> str:
    return (
        f"{label} is not a ledger that can be read: {text}. Keep the file as it is, and take a "
        "copy or an export of it that verifies."
    )


def _holder(place: Place) -> str:
    """Which other process holds a lock on the ledger's file, where the system says."""
    if place.path is None:
        return ""
    nodes = set()
    for path in (place.path, Path(f"{place.path}-shm")):
        with contextlib.suppress(OSError):
            nodes.add(path.stat().st_ino)
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        parts = line.split()
        if "WRITE" in parts and parts[5].rsplit(":", 1)[-1].isdigit():
            node, pid = int(parts[5].rsplit(":", 1)[-1]), int(parts[4])
            if node in nodes and pid not in (os.getpid(), -1):
                return f" by process {pid}"
    return ""
