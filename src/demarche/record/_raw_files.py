"""The files of one call: found, sorted, and put together in batches."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import DataError
from demarche.record._faults import shown_path

__all__ = ["ALONE", "BATCH", "PACKED", "SMALL", "RawFile", "batches", "named", "raw_files"]

BATCH = 256_000_000
"""Bytes of text read at once; memory depends on it and not on the number of files."""
ALONE = 16_000_000
"""Bytes of text that are worth a worker of their own."""
SMALL = 32_000_000
"""Bytes of text of few rows, which are read and merged in another way than many."""
PACKED = 6
"""Bytes of text in a byte of a zipped or gzipped file, for the size of a batch."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file to read: where it lies, its size, its hash, its name, and when it was changed (ns)."""

    path: Path
    size: int
    sha256: str
    name: str
    changed: int

    def check_unchanged(self) -> None:
        """Refuse a file that is not the one whose hash was taken.

        Raises
        ------
        DataError
            If its size or its time of change is another, or it is gone.
        """
        try:
            seen = self.path.stat()
        except OSError as error:
            raise DataError(f"{self.name} was removed while it was read; put it back.") from error
        if (seen.st_size, seen.st_mtime_ns) != (self.size, self.changed):
            raise DataError(
                f"{self.name} changed while it was read ({self.size:,} bytes before, "
                f"{seen.st_size:,} now); nothing was ingested. Run it again once it is complete."
            )

    @property
    def text(self) -> int:
        """Bytes of text in it, where it is packed a guess."""
        return self.size * (PACKED if self.path.suffix.lower() in (".zip", ".gz") else 1)


def raw_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files named, and all files below the folders named, sorted; hidden ones are left out.

    Links to folders are followed, each folder is read once.

    Raises
    ------
    DataError
        If a path does not exist, a folder holds no file or cannot be listed, or something in it is
        no file, such as a link to nothing.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(_below(path))
            if not inside:
                raise DataError(f"the folder {path} holds no file; nothing was read.")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise DataError(f"{path} is neither a file nor a folder; nothing was read.")
    if not found:
        raise DataError("no file was named; nothing was read.")
    return tuple(dict.fromkeys(found))


def named(files: Sequence[RawFile]) -> tuple[list[RawFile], tuple[tuple[str, str], ...]]:
    """Files that can be read by their names, and the others: each as it can be shown, and why.

    The database knows names of UTF-8 only, and so does what the store says of a file.
    """
    good, refused = [], []
    for raw in files:
        shown = shown_path(raw.path)
        if shown == str(raw.path):
            good.append(raw)
            continue
        reason = f"the name {shown} is not UTF-8, so that the file cannot be read. Rename it."
        refused.append((shown.rpartition("/")[2], reason))
    return good, tuple(refused)


def _below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise DataError(
            f"the folder {error.filename} cannot be listed: {error.strerror}; nothing was read."
        ) from None

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(f for f in folders if f[0] != ".")
        if real in seen:
            continue
        seen.add(real)
        for path in (Path(place, name) for name in names if name[0] != "."):
            if not path.is_file():
                what = "a link to nothing" if path.is_symlink() else "no plain file"
                raise DataError(f"{path} is {what}; nothing was read. Mend it or take it away.")
            yield path


def batches(files: Sequence[RawFile], limit: int, *, workers: int = 1) -> Iterator[list[RawFile]]:
    """Files together up to so many bytes of text, at least one at a time.

    So many workers read a batch each at once, and share the limit. What is worth it is cut so that
    none of them is idle.
    """
    sizes = [raw.text for raw in files]
    whole, share = sum(sizes), max(1, limit // workers)
    rounds = -(-whole // (share * workers))
    at_once = max(1, min(workers, whole // max(1, ALONE)))
    share = max(1, min(share, -(-whole // max(1, rounds * at_once))))
    batch: list[RawFile] = []
    size = done = 0
    cut = share
    for raw, text in zip(files, sizes, strict=True):
        if batch and (done + text / 2 > cut or size + text > limit / workers):
            yield batch
            cut = done + share if size + text > limit / workers else cut + share
            batch, size = [], 0
        batch.append(raw)
        size += text
        done += text
    if batch:
        yield batch
