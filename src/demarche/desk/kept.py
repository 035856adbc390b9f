"""What was worked out from a record and is kept beside it: by a key of content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from demarche import __version__
from demarche.errors import DemarcheError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READING", "kept", "key_of", "read_text", "write_text"]

T = TypeVar("T")
READING = 6
"""Version of how a record is read: what an earlier one kept is not used."""


def key_of(*content: Any) -> str:
    """Twenty hexadecimal digits of what determines a result, with the version of the reading."""
    text = json.dumps([READING, __version__, *content], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def write_text(text: str, *, path: Path) -> None:
    """Write a file in one step; a folder that cannot be written to is left as it is."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)


def read_text(path: Path) -> str | None:
    """Content of a file, or ``None`` where there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def kept(
    make: Callable[[], T],
    *,
    path: Path | None,
    read: Callable[[str], T],
    write: Callable[[T], str],
) -> T:
    """What was made and kept before, or made now and kept; without a path, made and not kept.

    A file that is cut short or of another shape is made again.

    Examples
    --------
    >>> kept(lambda: 7, path=None, read=int, write=str)
    7
    """
    text = None if path is None else read_text(path)
    if text is not None:
        with contextlib.suppress(ValueError, KeyError, TypeError, DemarcheError):
            return read(text)
    made = make()
    if path is not None:
        write_text(write(made), path=path)
    return made
