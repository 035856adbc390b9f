"""What was worked out from a record and is kept beside it: by a key of content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from demarche import __version__
from demarche.errors import DemarcheError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

__all__ = ["READING", "kept", "kept_arrays", "key_of", "read_text", "write_text"]

T = TypeVar("T")
READING = 37
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


def kept_arrays(make: Callable[[], tuple[Any, Arrays]], *, folder: Path) -> tuple[Any, Arrays]:
    """What was made and kept before as arrays, mapped into memory, or made now and kept.

    ``make`` gives what goes into JSON, and the arrays by name. A folder that is cut short is made
    again; one that cannot be written to is left as it is.
    """
    found = _mapped(folder)
    if found is not None:
        return found
    about, arrays = make()
    _write_arrays(about, arrays, folder=folder)
    return about, arrays


def _mapped(folder: Path) -> tuple[Any, Arrays] | None:
    import numpy as np

    text = read_text(folder / "about.json")
    if text is None:
        return None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads(text)
        return held["about"], {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in held["arrays"]
        }
    return None


def _write_arrays(about: Any, arrays: Arrays, *, folder: Path) -> None:
    """Write aside and move into place whole."""
    import numpy as np

    aside = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, values in arrays.items():
            np.save(aside / f"{name}.npy", values, allow_pickle=False)
        text = json.dumps({"about": about, "arrays": list(arrays)})
        (aside / "about.json").write_text(text, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(aside, folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
