"""The folder of a sweep: what it is of, one file per finished part, and one user at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demarche.errors import DataError, QuestionError

__all__ = ["claim_folder", "locked", "part_path", "read_part", "write_atomically", "write_part"]

FORMAT = "demarche sweep 1"
MANIFEST = "sweep.json"
PARTS = "parts"
LOCK = "lock"


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a kill leaves the old one, the new one or none, never half of one.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise DataError(
            f"{path} cannot be written ({error.strerror}); what is finished is kept, and the same "
            "command goes on from there."
        ) from None


def claim_folder(folder: Path, *, about: Mapping[str, Any]) -> None:
    """Make the folder of this sweep, or check that it is the one begun before.

    Raises
    ------
    QuestionError
        If it belongs to another sweep, or holds files that are not a sweep's.
    DataError
        If it cannot be made or read.
    """
    manifest = folder / MANIFEST
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in folder.iterdir()} - {LOCK}
    except OSError as error:
        raise DataError(f"{folder} cannot be used as a folder ({error.strerror}).") from None
    names = {name for name in names if not name.endswith(".part")}
    if MANIFEST in names:
        _same(_manifest(manifest), about, folder=folder)
    elif names:
        raise QuestionError(
            f"{folder} holds other files and no sweep ({', '.join(sorted(names)[:3])}): name an "
            "empty or a new folder."
        )
    else:
        text = json.dumps({"format": FORMAT, **about}, indent=1, ensure_ascii=False)
        write_atomically(manifest, text + "\n")
    try:
        (folder / PARTS).mkdir(exist_ok=True)
        for left in [*folder.glob("*.part"), *(folder / PARTS).glob("*.part")]:
            left.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be written ({error.strerror}).") from None


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read as a sweep's: {error}. Name a new folder."
        ) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise DataError(f"{path} is not a {FORMAT!r} file: name a new folder.")
    return found


def _same(found: Mapping[str, Any], about: Mapping[str, Any], *, folder: Path) -> None:
    if found.get("key") == about["key"]:
        return
    apart = [
        f"{name} {str(found.get(name))[:60]}, now {str(value)[:60]}"
        for name, value in about.items()
        if name != "key" and found.get(name) != value
    ]
    said = "; ".join(apart) or "other content of the same case, or another version of its inputs"
    raise QuestionError(
        f"{folder} holds another sweep: {said}. Repeat it as it was begun, or name a new folder."
    )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second sweep out of the folder.

    Raises
    ------
    DataError
        If another one is at work there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise DataError(f"{folder} cannot be used as a folder ({error.strerror}).") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(
                f"another sweep is at work in {folder}: wait for it, or name another folder."
            ) from None
        yield


def part_path(folder: Path, *, trigger: str, replicate: int) -> Path:
    """File of one part."""
    return folder / PARTS / f"{trigger}.{replicate:05d}.json"


def write_part(path: Path, part: Mapping[str, Any]) -> None:
    """Write a finished part with the hash of its content."""
    text = json.dumps(part)
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_atomically(path, f"{digest}\n{text}\n")


def read_part(path: Path, *, key: str) -> Mapping[str, Any] | None:
    """A part, or None where the file is absent, cut short, changed or of another sweep."""
    try:
        digest, _, text = path.read_text(encoding="utf-8").rstrip("\n").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("key") == key else None
