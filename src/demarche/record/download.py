"""Fetch one file of a list: resumed, checked, and swapped in whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from demarche.errors import DataError
from demarche.record.addresses import Allowed, shown
from demarche.record.exchange import Manners, Response, TryLaterError, opened, pieces, retried

__all__ = ["Downloaded", "Item", "download", "intact", "write_whole"]

Progress = Callable[[str, int, int | None], None]
_MARGIN = 64 * 2**20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file to fetch: its name here, address, and size and checksums where a list gives them."""

    name: str
    address: str
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A file that is here, whole and checked.

    Attributes
    ----------
    path : Path
    bytes : int
        Size of the file.
    fetched : int
        Bytes that came over the line this time.
    sha256 : str
    checked : tuple of str
        What was checked: any of ``size``, ``md5``, ``sha256``, ``length`` (announced by the server)
        and ``form`` (the first bytes are what the name promises).
    how : str
        ``downloaded``, ``resumed`` or ``already here``.
    attempts : int
    """

    path: Path
    bytes: int
    fetched: int
    sha256: str
    checked: tuple[str, ...]
    how: Literal["downloaded", "resumed", "already here"]
    attempts: int


class _ChecksumError(DataError):
    """All bytes came, and they are not the ones the list promises."""


def download(
    item: Item,
    *,
    into: str | Path,
    allowed: Allowed,
    manners: Manners | None = None,
    progress: Progress | None = None,
) -> Downloaded:
    """Fetch a file into a folder, going on where an earlier attempt stopped.

    Bytes go to ``NAME.part``, with what is needed to resume in ``NAME.part.json``; a complete and
    checked part is flushed to disk and renamed. A kill at any moment leaves the old file, or none,
    and a part that the next call goes on with. The rest is asked for with ``Range`` and
    ``If-Range``: a server whose file has changed sends all of it.

    Parameters
    ----------
    item : Item
    into : path
        Folder; made if missing.
    allowed : Allowed
        Hosts that may be spoken to; see `demarche.record.addresses.allow`.
    manners : Manners, optional
        Timeouts, retries, back-off, caps.
    progress : callable, optional
        Called with name, bytes so far and bytes in all (None if not known).

    Raises
    ------
    MissingError
        If the server says 404 or 410.
    TryLaterError
        If it stays busy, stalls or breaks off; the part is kept.
    DataError
        If the name is no plain file name; size or checksum differ twice; a page of HTML comes in
        place of data; the body exceeds its size or the cap; the address is refused; the disk is
        full; or another process is fetching the same file. The old file, if any, is left as it is.
    """
    manners = manners or Manners()
    if not _NAME.fullmatch(item.name):
        raise DataError(f"{item.name!r}: not a plain file name; refused")
    with _writing(Path(into) / item.name):
        return _download(item, Path(into), allowed, manners, progress)


def _download(
    item: Item, folder: Path, allowed: Allowed, manners: Manners, progress: Progress | None
) -> Downloaded:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / item.name
    found = intact(place, item)
    if found is not None:
        return found
    if item.size is not None and item.size > manners.most_bytes:
        raise DataError(f"{item.name}: {item.size} bytes, more than the cap {manners.most_bytes}")
    part = folder / f"{item.name}.part"
    with _held(part) as file:
        transfer = _Transfer(item, part, file, allowed, manners, progress)
        _room(folder, (item.size or 0) - transfer.size())
        try:
            retried(transfer.attempt, manners=manners, size=transfer.size)
        except _ChecksumError:
            # Once more from the start: the part may have been of an older form of the file.
            transfer.forget()
            try:
                retried(transfer.attempt, manners=manners, size=transfer.size)
            except _ChecksumError:
                transfer.forget()
                raise
        _settle(file, part, place)
    return Downloaded(
        path=place,
        bytes=transfer.size_at_end,
        fetched=transfer.fetched,
        sha256=transfer.sha256,
        checked=tuple(transfer.checked),
        how="resumed" if transfer.resumed else "downloaded",
        attempts=transfer.attempts,
    )


def intact(path: Path, item: Item) -> Downloaded | None:
    """The file if it is here and is what the list promises, else None."""
    if not path.is_file():
        return None
    size = path.stat().st_size
    if item.size is not None and size != item.size:
        return None
    hashes = _Hashes()
    with path.open("rb") as file:
        hashes.read(file)
    if hashes.differs(item):
        return None
    path.with_name(f"{path.name}.part.json").unlink(missing_ok=True)
    checked = ["size"] if item.size is not None else []
    return Downloaded(
        path=path,
        bytes=size,
        fetched=0,
        sha256=hashes.sha256.hexdigest(),
        checked=(*checked, *_listed(item)),
        how="already here",
        attempts=0,
    )


def write_whole(path: Path, body: bytes) -> Path:
    """Write a file so that it is there whole or not at all: temporary file, flush, rename."""
    part = path.with_name(f"{path.name}.part")
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(part) as file:
            file.truncate(0)
            _write(file, body, part)
            _settle(file, part, path)
    return path


@contextlib.contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Say in one sentence why a file cannot be put in its place."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{place}: cannot be written ({error.strerror}). Make it writable, or name another "
            "--store"
        ) from None


class _Hashes:
    """MD5 and SHA-256 of bytes as they come."""

    def __init__(self) -> None:
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha256 = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        self.md5.update(piece)
        self.sha256.update(piece)

    def read(self, file: IO[bytes]) -> None:
        while piece := file.read(2**20):
            self.update(piece)

    def differs(self, item: Item) -> str:
        """Which checksum is not the listed one; empty if none."""
        if item.md5 is not None and item.md5.lower() != self.md5.hexdigest():
            return "md5"
        if item.sha256 is not None and item.sha256.lower() != self.sha256.hexdigest():
            return "sha256"
        return ""


class _Transfer:
    """Attempts at one file: what the part holds, and how the next request goes on from there."""

    def __init__(
        self,
        item: Item,
        part: Path,
        file: IO[bytes],
        allowed: Allowed,
        manners: Manners,
        progress: Progress | None,
    ) -> None:
        self.item, self.part, self.file = item, part, file
        self.allowed, self.manners, self.progress = allowed, manners, progress
        self.note = part.with_name(f"{part.name}.json")
        self.fetched = self.attempts = self.size_at_end = 0
        self.resumed = False
        self.sha256 = ""
        self.checked: list[str] = []

    def size(self) -> int:
        return os.fstat(self.file.fileno()).st_size

    def forget(self) -> None:
        """Drop the bytes of the part and what is known of them."""
        self.file.truncate(0)
        self.note.unlink(missing_ok=True)
        self.resumed = False

    def attempt(self) -> None:
        """One request, from where the part ends; checks the whole at the end."""
        self.attempts += 1
        headers = self._go_on()
        have = self.size()
        if self.item.size is None or have < self.item.size:
            with opened(
                self.item.address,
                allowed=self.allowed,
                manners=self.manners,
                headers=headers,
                accept=(416,),
            ) as response:
                self._receive(response, have)
        self._check()

    def _go_on(self) -> dict[str, str]:
        """Headers that ask for the rest, if the part can be gone on with; else none."""
        note = self._noted()
        have = self.size()
        validator = note.get("etag") or note.get("modified")
        usable = note.get("address") == self.item.address and (validator or _listed(self.item))
        if not have or not usable or (self.item.size is not None and have > self.item.size):
            self.forget()
            return {}
        headers = {"Range": f"bytes={have}-"}
        return headers | ({"If-Range": validator} if validator else {})

    def _noted(self) -> dict[str, str]:
        try:
            found = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _receive(self, response: Response, have: int) -> None:
        name = self.item.name
        if response.status == 416:
            self.forget()
            raise TryLaterError(f"{name}: the server no longer has the part we hold")
        total = _announced(response, have, name)
        if "html" in response.headers.get("Content-Type", "").lower():
            raise DataError(_page(self.item))
        if total is not None and total != (self.item.size or total):
            raise DataError(
                f"{name}: the list says {self.item.size} bytes, the server {total}; refused. "
                "The list may be newer or older than the file: try again later"
            )
        cap = self.item.size or self.manners.most_bytes
        if total is not None and total > cap:
            raise DataError(f"{name}: {total} bytes announced, more than the cap {cap}; refused")
        start = have if response.status == 206 else 0
        stream = pieces(response, manners=self.manners, cap=cap - start)
        first = next(stream, b"")
        if start == 0:
            _look(self.item, first)
            self.forget()
        self._remember(response)
        self.resumed = self.resumed or start > 0
        self.file.seek(start)
        self._keep(first, total)
        for piece in stream:
            self._keep(piece, total)
        expected = total if total is not None else self.item.size
        if expected is not None and self.size() < expected:
            raise TryLaterError(f"{name}: ended after {self.size()} of {expected} bytes")
        if total is not None and "length" not in self.checked:
            self.checked.append("length")

    def _remember(self, response: Response) -> None:
        """Note what lets the next attempt go on, before the bytes it is about."""
        tag = response.headers.get("ETag", "")
        note = {
            "address": self.item.address,
            "etag": "" if tag.startswith("W/") else tag,
            "modified": response.headers.get("Last-Modified", ""),
        }
        fresh = self.note.with_name(f"{self.note.name}.new")
        fresh.write_text(json.dumps(note), encoding="utf-8")
        os.replace(fresh, self.note)

    def _keep(self, piece: bytes, total: int | None) -> None:
        _write(self.file, piece, self.part)
        self.fetched += len(piece)
        if self.progress is not None:
            self.progress(self.item.name, self.file.tell(), total or self.item.size)

    def _check(self) -> None:
        """Size, form and checksums of the whole part."""
        self.size_at_end = self.size()
        if not self.size_at_end and self.item.size != 0:
            raise DataError(f"{self.item.name}: the server sent an empty file; refused")
        if self.item.size is not None and self.size_at_end != self.item.size:
            raise DataError(
                f"{self.item.name}: {self.size_at_end} bytes came, the list says {self.item.size}"
            )
        self.file.seek(0)
        try:
            _look(self.item, self.file.read(1024))
        except DataError:
            self.forget()
            raise
        hashes = _Hashes()
        self.file.seek(0)
        hashes.read(self.file)
        wrong = hashes.differs(self.item)
        if wrong:
            raise _ChecksumError(
                f"{self.item.name}: its {wrong} is not the one the list gives; refused, nothing "
                "replaced. The file or the list was changed on the way or at the source: fetch the "
                "list again, then the file"
            )
        self.sha256 = hashes.sha256.hexdigest()
        size = ["size"] if self.item.size is not None else []
        self.checked = [*size, *_listed(self.item), *self.checked, "form"]


def _announced(response: Response, have: int, name: str) -> int | None:
    """Size of the whole file as the server announces it; None if it does not."""
    if response.status == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != have:
            raise TryLaterError(f"{name}: the server sent another range than the one asked for")
        return None if found[2] == "*" else int(found[2])
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _look(item: Item, start: bytes) -> None:
    """Refuse what the first bytes show to be something else than the name promises."""
    text = start.lstrip()[:256].lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise DataError(_page(item))
    promised = b"PK" if item.name.lower().endswith(".zip") else b""
    if len(start) >= 2 and not start.startswith(promised):
        raise DataError(f"{item.name}: not a zip file, its first bytes are {start[:8]!r}; refused")


def _page(item: Item) -> str:
    return (
        f"{item.name}: {shown(item.address)} sends a web page in place of data, perhaps an error, "
        "consent or login page; refused, nothing replaced"
    )


def _listed(item: Item) -> tuple[str, ...]:
    return tuple(name for name in ("md5", "sha256") if getattr(item, name) is not None)


def _room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _MARGIN:
        raise DataError(
            f"{folder}: {free} bytes free, {needed} needed and {_MARGIN} kept as margin; make room"
        )


def _write(file: IO[bytes], piece: bytes, path: Path) -> None:
    try:
        file.write(piece)
        file.flush()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DataError(
                f"{path}: no room for {len(piece)} more bytes ({error.strerror}). What came so far "
                "is kept; make room and run the same command again"
            ) from None
        raise


@contextlib.contextmanager
def _held(part: Path) -> Iterator[IO[bytes]]:
    """Part file, open and locked against other processes; removed at the end if it is empty."""
    while True:
        try:
            number = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise DataError(f"{part}: cannot be written ({error.strerror})") from None
        file = os.fdopen(number, "r+b")
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise DataError(
                f"{part}: another process is fetching this file; wait for it, or stop it"
            ) from None
        with contextlib.suppress(FileNotFoundError):
            if os.stat(part).st_ino == os.fstat(number).st_ino:
                break
        file.close()  # renamed by another process between opening and locking: look again
    try:
        yield file
    finally:
        with contextlib.suppress(FileNotFoundError):
            mine = os.stat(part).st_ino == os.fstat(file.fileno()).st_ino
            if mine and os.fstat(file.fileno()).st_size == 0:
                part.unlink()
                part.with_name(f"{part.name}.json").unlink(missing_ok=True)
        file.close()


def _settle(file: IO[bytes], part: Path, place: Path) -> None:
    """Flush the part to disk, give it its name, flush the folder."""
    file.flush()
    os.fsync(file.fileno())
    os.replace(part, place)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
