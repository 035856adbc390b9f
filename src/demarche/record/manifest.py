"""The manifest: the one file that says what a store holds. What it does not name does not exist.

A store is a folder. Its ``manifest.json`` is replaced whole (written beside, flushed to disk,
renamed), so that a kill at any moment leaves the old or the new state and nothing between.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demarche.errors import DataError
from demarche.record._faults import needed_utf8

__all__ = [
    "FOLDERS",
    "FORMAT",
    "Manifest",
    "Month",
    "Part",
    "SourceState",
    "begin",
    "failpoint",
    "flush",
    "locked",
    "orphans",
    "publish",
    "read_manifest",
    "sha256_of",
    "store_hash",
    "sweep",
]

FORMAT = 1
"""Version of the layout; a store of a newer one is refused."""

FOLDERS = ("events", "duplicates", "rejects", "files", "deleted", "names")
"""Folders of a store whose files the manifest names one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One Parquet file: path below the store, content hash, rows and bytes."""

    path: str
    sha256: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Events of one source and month: the rows that count, those set aside, and their span."""

    events: Part | None = None
    duplicates: Part | None = None
    by_rule: Mapping[str, int] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    last_known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """All that is held of one source.

    Attributes
    ----------
    months : mapping of ``YYYY-MM`` to Month
    files : Part or None
        Table of the raw files read: sha256, size, name, lines, rows read and rejected.
    deleted : Part or None
        Table of the rows that the source withdrew: event_id, deleted_at.
    rejects : tuple of Part
    names : tuple of Part
        Lists of names of a benchmark of numbers, as they came.
    linked : tuple of ``YYYY-MM``
        Months of a table of one's own that hold rows of one id and several dates.
    raw_files, raw_bytes, lines, read, outside : int
        Files read, their bytes, lines, rows read, and rows outside the period asked for.
    reasons : mapping
        Reason to number of rejected lines.
    warnings : mapping
        Text of the warning to number of rows.
    """

    months: Mapping[str, Month] = field(default_factory=dict)
    files: Part | None = None
    deleted: Part | None = None
    rejects: tuple[Part, ...] = ()
    names: tuple[Part, ...] = ()
    linked: tuple[str, ...] = ()
    raw_files: int = 0
    raw_bytes: int = 0
    lines: int = 0
    read: int = 0
    outside: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Lines that were not read, all reasons together."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """State of a store; ``serial`` grows by one with every change."""

    serial: int = 0
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    counts: Mapping[str, Any] | None = None

    def parts(self) -> Iterator[Part]:
        """Every file the manifest names."""
        for state in self.sources.values():
            for month in state.months.values():
                yield from (p for p in (month.events, month.duplicates) if p is not None)
            yield from (*state.rejects, *state.names)
            yield from (p for p in (state.files, state.deleted) if p is not None)

    def count_parts(self) -> Iterator[tuple[str, Part]]:
        """Every file of daily counts, with its source; its rows are not stated."""
        for name, held in (self.counts or {}).items():
            for parts in held["units"].values():
                yield from ((name, Part(**part, rows=0)) for part in parts)


def failpoint(name: str) -> None:
    """Kill this process here if DEMARCHE_FAILPOINT asks for it; for the tests of crashes."""
    if os.environ.get("DEMARCHE_FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)


def read_manifest(root: Path) -> Manifest:
    """Manifest of a store; an empty one where there is no store yet.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or is of a newer format; or if there is none in a
        folder that holds what a store holds; or if the store's name is not UTF-8.
    """
    needed_utf8(root, what="the store")
    path = root / "manifest.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        _refuse_others(root)
        return Manifest()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read ({error}). Restore it from a copy, or name another --store."
        ) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        seen = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise DataError(
            f"{path} is of format {seen!r}, expected {FORMAT}: it was written by another version "
            "of demarche. Use that version, or sync into a new --store."
        )
    try:
        found = Manifest(
            serial=data["serial"],
            sources={name: _state(value) for name, value in data["sources"].items()},
            counts=data["counts"],
        )
        list(found.count_parts())
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is damaged, or by another version of demarche ({type(error).__name__}: "
            f"{error}). Restore it from a copy, or name another --store."
        ) from None
    return found


def _refuse_others(root: Path) -> None:
    """Refuse a folder without a manifest whose files a store would remove, or has lost."""
    paths = [root / name for name in (*FOLDERS, "counts", "tmp")]
    held = [p.name for p in paths if p.exists() and not (p.is_dir() and not any(p.iterdir()))]
    if held:
        raise DataError(
            f"{root} holds {', '.join(held)} but no manifest.json: it is no store, or one that "
            "lost its manifest. Restore that from a copy, or name a new folder with --store; "
            "nothing here was touched."
        )


def begin(root: Path) -> bool:
    """Make a folder a store if it is none, under `locked`; returns whether it was made now.

    The manifest comes first: a folder with parts but no manifest was never left so by a kill.
    """
    if (root / "manifest.json").exists():
        return False
    publish(root, Manifest())
    return True


def _part(data: dict[str, Any] | None) -> Part | None:
    return None if data is None else Part(**data)


def _state(data: dict[str, Any]) -> SourceState:
    months = {
        name: Month(
            **{
                **value,
                "events": _part(value["events"]),
                "duplicates": _part(value["duplicates"]),
            }
        )
        for name, value in data["months"].items()
    }
    return SourceState(
        **{
            **data,
            "months": months,
            "files": _part(data["files"]),
            "deleted": _part(data["deleted"]),
            "rejects": tuple(Part(**value) for value in data["rejects"]),
            "names": tuple(Part(**value) for value in data.get("names", ())),
            "linked": tuple(data.get("linked", ())),
        }
    )


def publish(root: Path, manifest: Manifest) -> None:
    """Make `manifest` the state of the store, in one step; call it under `locked`.

    Files that it names and the state before did not are forced onto the disk first.
    """
    before = set(read_manifest(root).parts())
    _flush_all(root, [root / part.path for part in manifest.parts() if part not in before])
    data = {"format": FORMAT, **dataclasses.asdict(manifest)}
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path, beside = root / "manifest.json", root / "manifest.json.new"
    failpoint("before manifest")
    try:
        with beside.open("wb") as file:
            half = len(text) // 2
            file.write(text[:half].encode())
            file.flush()
            failpoint("half manifest")
            file.write(text[half:].encode())
            file.flush()
            os.fsync(file.fileno())
        failpoint("before rename")
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    failpoint("after rename")
    _flush_folder(root)


def flush(path: Path) -> None:
    """Force a written file, and its name, onto the disk."""
    _flush_all(path.parent, [path])


def _flush_all(root: Path, paths: Sequence[Path]) -> None:
    """Force written files onto the disk, and all names on the way to them from `root`.

    Folders come last, each once: together that costs little more than one.
    """
    folders = {root}
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
        folders.update(folder for folder in path.parents if root in folder.parents)
    for folder in sorted(folders):
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store_hash(root: Path) -> str:
    """Hash of what the store holds: the same for the same raw files in any order or batches.

    Over the sorted (source, month, content hash) of the events and of the rows set aside, and
    the rows withdrawn.
    """
    rows = []
    for name, state in read_manifest(root).sources.items():
        for label, month in state.months.items():
            for kind, part in (("events", month.events), ("duplicates", month.duplicates)):
                if part is not None:
                    rows.append(f"{name} {label} {kind} {part.sha256}")
        if state.deleted is not None:
            rows.append(f"{name} deleted {state.deleted.sha256}")
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def orphans(root: Path, manifest: Manifest) -> list[Path]:
    """Files in the places of parts that the manifest does not name."""
    known = {root / part.path for part in manifest.parts()}
    return [
        path
        for folder in FOLDERS
        for path in (root / folder).glob("source=*/**/*")
        if path not in known and not path.is_dir()
    ]


def sweep(root: Path, manifest: Manifest) -> int:
    """Remove what no manifest names (left by a kill); returns the number of files removed."""
    lost = orphans(root, manifest)
    for path in lost:
        path.unlink(missing_ok=True)
    removed = len(lost)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*"), reverse=True):
            if path.is_dir():
                with contextlib.suppress(OSError):
                    path.rmdir()
    if (root / "tmp").exists():
        removed += sum(1 for path in (root / "tmp").rglob("*") if path.is_file())
        shutil.rmtree(root / "tmp", ignore_errors=True)
    (root / "manifest.json.new").unlink(missing_ok=True)
    return removed


@contextlib.contextmanager
def locked(root: Path, *, wait: float = 60.0) -> Iterator[None]:
    """Hold the store alone; others wait their turn, and the lock dies with its holder.

    Raises
    ------
    DataError
        If the folder cannot be written, or another process still holds it after `wait` seconds;
        that process is named.
    """
    needed_utf8(root, what="the store")
    try:
        root.mkdir(parents=True, exist_ok=True)
        file = (root / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"the store {root} cannot be written ({error.strerror}). Name a folder you may write "
            "to with --store."
        ) from None
    with file:
        _take(file, root, wait)
        try:
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
            file.flush()
        except OSError:
            pass  # a full disk must not keep us from saying so in the right place
        yield


def _take(file: Any, root: Path, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < end:
                time.sleep(0.05)
                continue
            file.seek(0)
            holder = file.read(200).strip() or "another process"
            raise DataError(
                f"the store {root} is in use by {holder}; waited {wait:g} seconds. Run the "
                "command again when it has ended."
            ) from None
        return
