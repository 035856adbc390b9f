"""What commands are given: the folder of a store, days, and ``-`` for standard input."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from demarche.errors import QuestionError

__all__ = [
    "DEFAULT",
    "STDIN",
    "VARIABLE",
    "day_of",
    "found_store",
    "given_day",
    "spelled",
    "store_path",
]

VARIABLE = "DEMARCHE_STORE"
DEFAULT = Path("desk") / "record"
STDIN = "/dev/stdin"


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
    return Path(said or environment.get(VARIABLE) or DEFAULT).expanduser()


def day_of(text: str, *, option: str) -> dt.date:
    """Day given to an option.

    Raises
    ------
    QuestionError
        If the text is no date.

    Examples
    --------
    >>> day_of("2023-11-01", option="--as-of")
    datetime.date(2023, 11, 1)
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise QuestionError(
            f"{option} must be a date like 2023-11-01, got {text[:40]!r}."
        ) from None


def given_day(text: str | None, *, option: str) -> dt.date | None:
    """Day given to an option, or ``None`` where it was not given; see `day_of`."""
    return None if text is None else day_of(text, option=option)


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


def spelled(argv: Sequence[str]) -> list[str]:
    """Command line in which ``-`` is a name, not an option.

    Examples
    --------
    >>> spelled(["read", "-"])
    ['read', '/dev/stdin']
    """
    return [STDIN if one == "-" else one for one in argv]
