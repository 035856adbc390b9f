"""What was worked out from a record and is kept beside it: views and fits, by a key of content."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from demarche.outside.events.fit import HazardFit

__all__ = ["READING", "kept_fit", "key_of", "read_text", "write_text"]

READING = 4
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


def kept_fit(learn: Callable[[], HazardFit], *, path: Path) -> HazardFit:
    """A fit kept before, or one learned now and kept."""
    from demarche.outside.events.fit import HazardFit

    text = read_text(path)
    if text is not None:
        try:
            return HazardFit.from_json(text)
        except (ValueError, KeyError, TypeError):
            pass  # cut short or of another shape: learned again
    fit = learn()
    write_text(fit.to_json(), path=path)
    return fit
