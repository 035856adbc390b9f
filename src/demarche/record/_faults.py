"""Faults of disk, memory and DuckDB as one sentence, and Ctrl-C as what it is."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demarche.errors import DataError, MethodError

__all__ = ["needed_duckdb", "one_sentence"]

_DISK = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO}


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


@contextlib.contextmanager
def one_sentence(root: Path) -> Iterator[None]:
    """Say in one sentence why a store could not be written; it is as it was before.

    Raises
    ------
    DataError
        For a full or read-only disk, a file that cannot be read, or memory that ran out.
    KeyboardInterrupt
        For Ctrl-C while DuckDB was at work, which it reports as an error of its own.
    """
    duckdb = needed_duckdb()
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK:
            raise
        raise DataError(
            f"the store {root} cannot be written: {error.strerror}. It is as it was before; make "
            "room or name another --store."
        ) from None
    except duckdb.IOException as error:
        raise DataError(
            f"the store {root} cannot be written: {str(error).splitlines()[0]}. It is as it was "
            "before; make room or name another --store."
        ) from None
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"the store {root}: out of memory ({str(error).splitlines()[0]}). It is as it was "
            "before; sync fewer files at a time."
        ) from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None
