"""Where the event record lies: --store, else DEMARCHE_STORE, else desk/record below this folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from demarche.errors import QuestionError

__all__ = ["DEFAULT", "VARIABLE", "found_store", "store_path"]

VARIABLE = "DEMARCHE_STORE"
DEFAULT = Path("desk") / "record"


def store_path(said: str | None, *, environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of the record by option, environment variable or default; it need not be there.

    Examples
    --------
    >>> store_path("mine", environment={}).as_posix()
    'mine'
    >>> store_path(None, environment={"DEMARCHE_STORE": "theirs"}).as_posix()
    'theirs'
    >>> store_path(None, environment={}).as_posix()
    'desk/record'
    """
    return Path(said or environment.get(VARIABLE) or DEFAULT)


def found_store(said: str | None, *, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Folder of a record that is there, or ``None``; one that was named must be there.

    Raises
    ------
    QuestionError
        If a record was named by option or environment variable and is not there.
    """
    path = store_path(said, environment=environment)
    if (path / "manifest.json").is_file():
        return path
    if said or environment.get(VARIABLE):
        where = "--store" if said else VARIABLE
        raise QuestionError(
            f"{where} names {str(path)!r}, and no record is there. Fill one with demarche record "
            f"sync --store {path}, or leave {where} out."
        )
    return None
