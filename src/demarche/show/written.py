"""Files that commands write: a new one never over another, a page only over an earlier one of ours.

What a user may have changed by hand (cases, forecasts) is written once. Pages and pictures, which
are made again by the same command, replace an earlier page or picture that demarche wrote.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from demarche.errors import QuestionError

__all__ = ["MARKS", "replace_own", "write_new"]

MARKS = (b'name="generator" content="demarche', b"<!-- demarche -->", b"Software\0demarche")
"""What pages, drawings and images of ours hold near their beginning."""
LOOKED_AT = 2000
"""Bytes from the beginning of a file in which such a mark is looked for."""


def write_new(path: Path, text: str) -> Path:
    """Write a file that is not there yet, whole or not at all, and return its path.

    Raises
    ------
    QuestionError
        If there is one of that name, or it cannot be written.
    """
    made = False
    try:
        with path.open("x", encoding="utf-8", newline="") as handle:
            made = True
            handle.write(text)
    except FileExistsError:
        raise QuestionError(f"{path} exists and is not overwritten; name another file.") from None
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        raise QuestionError(f"{path} cannot be written: {error.strerror}.") from None
    return path


def _ours(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            start = handle.read(LOOKED_AT)
    except OSError:
        return False
    return any(mark in start for mark in MARKS)


def replace_own(path: Path, content: bytes) -> Path:
    """Write a page or picture whole, over an earlier one of ours and over no other file.

    Raises
    ------
    QuestionError
        If another file is there, or it cannot be written.
    """
    if path.exists() and not _ours(path):
        raise QuestionError(
            f"{path} is there already and demarche did not write it; it is left as it is. Name "
            "another file."
        )
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise QuestionError(f"{path} cannot be written: {error.strerror}.") from None
    return path
