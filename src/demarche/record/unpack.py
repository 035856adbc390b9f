"""Archives of data files, unpacked with caps: nothing outside the target, no bomb, no surprise."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from demarche.errors import DataError

__all__ = ["CAPS", "Caps", "Unpacked", "is_archive", "unpack"]

_CHUNK = 1 << 20
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(1, 10))}
_NESTED = (".zip", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_LINK = 0o120000
_TYPE = 0o170000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Limits of one archive: bytes after unpacking, bytes out per byte in, entries."""

    size: int = 20_000_000_000
    ratio: float = 100.0
    entries: int = 1000


CAPS = Caps()
"""The usual limits; give others to `unpack` to raise them."""


_SHEETS = {
    "an Excel workbook": {"[Content_Types].xml", "xl/workbook.xml"},
    "an Office document": {"[Content_Types].xml"},
    "an OpenDocument file": {"mimetype", "content.xml"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """One file out of an archive: where it lies now, and the name to show."""

    path: Path
    name: str


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or gzip archive, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"))


def unpack(path: Path, *, into: Path, caps: Caps = CAPS) -> tuple[Unpacked, ...]:
    """Unpack a ``.zip`` or ``.gz`` file into a folder of our own.

    Raises
    ------
    DataError
        If the archive is damaged or empty; an entry has a path (``../``, absolute), is a link, is
        named twice, like a device or is an archive itself; or a cap is passed, which is named.
    """
    into.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        zipped = file.read(2) == b"PK"
    try:
        return tuple(_zip(path, into, caps) if zipped else _gzip(path, into, caps))
    except OSError as error:
        if error.errno is not None:  # the disk is full, not the archive damaged
            raise
        raise DataError(f"{path.name} is a damaged archive: {error}. Fetch it again.") from None
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
        *(RuntimeError, ValueError),
    ) as error:
        raise DataError(f"{path.name} is a damaged archive: {error}. Fetch it again.") from None


def _zip(path: Path, into: Path, caps: Caps) -> Iterator[Unpacked]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not _is_beside(entry)]
        if not entries:
            raise DataError(f"{path.name} is an empty archive. Nothing was read.")
        if len(entries) > caps.entries:
            raise DataError(f"{path.name} holds {len(entries):,} files; at most {caps.entries:,}.")
        _refuse_sheets(path, {entry.filename for entry in entries})
        names = Counter(entry.filename.casefold() for entry in entries)
        for entry in entries:
            _check_name(path, entry.orig_filename, twice=names[entry.filename.casefold()] > 1)
            if (entry.external_attr >> 16) & _TYPE == _LINK:
                raise DataError(f"{path.name}: {entry.filename!r} is a link; nothing was read.")
            if entry.flag_bits & 1:
                raise DataError(f"{path.name}: {entry.filename!r} is encrypted; unpack it first.")
        left = caps.size
        for number, entry in enumerate(entries):
            target = into / f"{path.name}.{number}"
            with archive.open(entry) as file:
                most = min(left, int(caps.ratio * max(entry.compress_size, 4096)))
                left -= _copy(file, target, path=path, most=most, caps=caps)
            yield Unpacked(path=target, name=entry.filename)


def _refuse_sheets(path: Path, names: Set[str]) -> None:
    """Refuse documents of Office programs, which are archives too."""
    for kind, marks in _SHEETS.items():
        if marks <= names:
            raise DataError(
                f"{path.name} is {kind}, not a text file of events. Save its sheet as CSV (UTF-8)."
            )


def _is_beside(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, hidden as the notes of programs, or the list of a bundle.

    Dataverse puts a ``MANIFEST.TXT`` into every archive of several files.
    """
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    hidden = "__MACOSX" in parts or any(part.startswith(".") for part in parts)
    hidden = hidden or parts[-1:] == ("MANIFEST.TXT",)
    return entry.is_dir() or (hidden and ".." not in parts)


def _gzip(path: Path, into: Path, caps: Caps) -> Iterator[Unpacked]:
    target = into / path.name.removesuffix(".gz")
    most = min(caps.size, int(caps.ratio * max(path.stat().st_size, 4096)))
    with gzip.open(path, "rb") as file:
        _copy(file, target, path=path, most=most, caps=caps)
    yield Unpacked(path=target, name=target.name)


def _check_name(path: Path, name: str, *, twice: bool) -> None:
    """Refuse an entry whose name could land elsewhere or is no plain file."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in name:
        raise DataError(f"{path.name}: the entry {name!r} has a path out of the archive; refused.")
    if any(part.split(".")[0].strip().upper() in _RESERVED for part in parts.parts):
        raise DataError(f"{path.name}: the entry {name!r} is named like a device; refused.")
    if name.lower().endswith(_NESTED):
        raise DataError(f"{path.name}: {name!r} is an archive inside an archive; unpack it first.")
    if twice:
        raise DataError(f"{path.name}: the entry {name!r} occurs twice; refused.")


def _copy(
    file: IO[bytes] | gzip.GzipFile, target: Path, *, path: Path, most: int, caps: Caps
) -> int:
    done = 0
    with target.open("wb") as out:
        while chunk := file.read(_CHUNK):
            if done == 0 and chunk.startswith(_MAGIC):
                raise DataError(f"{path.name} holds an archive inside an archive; unpack it first.")
            done += len(chunk)
            if done > most:
                raise DataError(
                    f"{path.name} unpacks to more than {most:,} bytes; at most {caps.ratio:g} "
                    f"bytes a byte and {caps.size:,} in all are unpacked. If the file is honest, "
                    "unpack it by hand and read the result."
                )
            out.write(chunk)
    return done
