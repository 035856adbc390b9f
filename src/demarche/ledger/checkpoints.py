"""Checkpoints: size and Merkle root of a ledger in a small text, to be kept elsewhere.

The text is the body of a transparency log's checkpoint: origin, size, root in base64, then further
lines; here one with the time. Signatures may follow after an empty line and are not read.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import os
import tempfile
from pathlib import Path

from demarche.errors import LedgerError, TermError
from demarche.terms.ledger import Checkpoint
from demarche.terms.plain import from_plain, instant_text

__all__ = [
    "NAME",
    "checkpoint_name",
    "checkpoint_text",
    "file_checkpoint",
    "parse_checkpoint",
    "read_checkpoint",
    "read_folder",
]

NAME = "demarche-ledger/"
"""What an origin begins with; the ledger's id follows."""
LARGEST = 65_536
"""Bytes of a file that is read as a checkpoint."""


def checkpoint_text(point: Checkpoint) -> str:
    """Text of a checkpoint.

    References
    ----------
    .. [1] C2SP, Transparency Log Checkpoints (tlog-checkpoint), c2sp.org/tlog-checkpoint.

    Examples
    --------
    >>> at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    >>> print(checkpoint_text(Checkpoint(origin="0a" * 16, size=3, root="00" * 32, at=at)), end="")
    demarche-ledger/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
    3
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    time 2030-01-01T00:00:00.000000Z
    """
    root = base64.b64encode(bytes.fromhex(point.root)).decode("ascii")
    return f"{NAME}{point.origin}\n{point.size}\n{root}\ntime {instant_text(point.at)}\n"


def parse_checkpoint(text: str, *, name: str, outside: bool) -> Checkpoint:
    """Checkpoint of a text; lines of others and signatures are passed over.

    Raises
    ------
    LedgerError
        If it is none; names what it came from.
    """
    body = text.replace("\r\n", "\n").lstrip("\ufeff\n").split("\n\n")[0].split("\n")
    try:
        origin, size, root, *more = body
        stamp = next(line for line in more if line.startswith("time "))
        if not origin.startswith(NAME) or not size.isascii() or str(int(size)) != size:
            raise ValueError
        return Checkpoint(
            origin=origin.removeprefix(NAME),
            size=int(size),
            root=base64.b64decode(root, validate=True).hex(),
            at=from_plain(dt.datetime, stamp.removeprefix("time ").strip(), at="time"),
            outside=outside,
            name=name,
        )
    except TermError as error:
        raise LedgerError(f"{name} is no checkpoint of a ledger: {error}") from None
    except (ValueError, StopIteration, binascii.Error):
        raise LedgerError(
            f"{name} is no checkpoint of a ledger: expected the lines {NAME}ID, size, root and "
            "time, as demarche ledger checkpoint writes them."
        ) from None


def read_checkpoint(path: Path, *, outside: bool, seen: dt.date | None = None) -> Checkpoint:
    """Checkpoint of a file.

    Parameters
    ----------
    path : Path
    outside : bool
        Whether the user says that it was kept where the ledger's author cannot reach.
    seen : date, optional
        Day on which others saw it, if that is later than the time it states itself; that day then
        counts.

    Raises
    ------
    LedgerError
        If the file cannot be read or is no checkpoint, or it states a later time than ``seen``.
    """
    try:
        with path.open("rb") as handle:
            raw = handle.read(LARGEST)
        text = raw.decode("utf-8")
    except OSError as error:
        raise LedgerError(f"the checkpoint {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise LedgerError(f"{path} is no checkpoint of a ledger: it is not UTF-8 text.") from None
    found = parse_checkpoint(text, name=str(path), outside=outside)
    if seen is None:
        return found
    if seen < found.at.date():
        raise LedgerError(
            f"the checkpoint {path} states {found.at.date()}; it cannot have been seen on {seen}."
        )
    at = max(found.at, dt.datetime.combine(seen, dt.time.min, tzinfo=dt.UTC))
    return Checkpoint(
        origin=found.origin,
        size=found.size,
        root=found.root,
        at=at,
        outside=outside,
        name=str(path),
    )


def read_folder(folder: Path, *, outside: bool) -> tuple[Checkpoint, ...]:
    """Checkpoints of all files ``*.txt`` of a folder, in order of name; none if it is not there.

    Raises
    ------
    LedgerError
        If one of them is no checkpoint.
    """
    if not folder.is_dir():
        return ()
    return tuple(read_checkpoint(path, outside=outside) for path in sorted(folder.glob("*.txt")))


def checkpoint_name(point: Checkpoint) -> str:
    """Name of its file: sorted by size, and the same for the same root."""
    return f"checkpoint-{point.origin[:8]}-{point.size:012d}-{point.root[:12]}.txt"


def file_checkpoint(point: Checkpoint, *, folder: Path) -> tuple[Path, Checkpoint]:
    """File a checkpoint whole or not at all; one of the same size and root is left as it is.

    Returns
    -------
    Path, Checkpoint
        The file, and the checkpoint it holds (the older one, if it was there).

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    path = folder / checkpoint_name(point)
    if path.exists():
        return path, read_checkpoint(path, outside=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_whole(path, checkpoint_text(point).encode("utf-8"))
    except OSError as error:
        raise LedgerError(f"the checkpoint {path} cannot be written: {error.strerror}.") from None
    return path, point


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".checkpoint-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
