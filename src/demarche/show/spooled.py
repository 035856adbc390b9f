"""A file that a command names: a pipe is read once, into a file of its own that is gone after."""

from __future__ import annotations

import contextlib
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from demarche.errors import DataError, DemarcheError, LedgerError

__all__ = ["spooled"]


def _piped(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _name(path: Path) -> str:
    if str(path) in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        return "stdin"
    return f"pipe-{path.name}" if path.name.isdigit() else path.name


@contextlib.contextmanager
def spooled(said: str) -> Iterator[Path]:
    """Path of a file that may be opened more than once, also where ``said`` names a pipe.

    Parameters
    ----------
    said : str
        What the user named.

    Raises
    ------
    LedgerError
        If a pipe cannot be read, or there is no room for what it holds.

    Examples
    --------
    >>> with spooled("forecasts.csv") as path:
    ...     path.name
    'forecasts.csv'
    """
    path = Path(said).expanduser()
    if not _piped(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="demarche-") as folder:
        copy = Path(folder) / _name(path)
        try:
            with path.open("rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except OSError as error:
            raise LedgerError(f"{said} cannot be read: {error.strerror}.") from None
        try:
            yield copy
        except (DataError, LedgerError) as error:
            raise _renamed(error, copy=copy, said=said) from None


def _renamed(error: DemarcheError, *, copy: Path, said: str) -> DemarcheError:
    """The same error, with the name that the user gave."""
    return type(error)(str(error).replace(str(copy), said))
