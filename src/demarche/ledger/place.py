"""Where a ledger lies: a file of SQLite or a database of PostgreSQL, and how it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from demarche.errors import LedgerError

__all__ = ["DEFAULT", "Place", "place_of"]

DEFAULT = Path("desk") / "ledger.sqlite"
"""The usual place, below the folder one works in."""
SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A ledger's place: ``path`` of its file, or ``url`` of its database; ``label`` to show.

    ``folder`` is where its checkpoints are filed; a password never enters ``label``.
    """

    label: str
    folder: Path
    path: Path | None = None
    url: str = ""


def place_of(said: str | Path) -> Place:
    """Place of a ledger by path or by address (``postgresql://user@host/database``).

    Raises
    ------
    LedgerError
        If the address is of another kind of database, or the path is none that can be used.

    Examples
    --------
    >>> place_of("postgresql://ada:secret@db.example.org/forecasts").label
    'postgresql://ada:***@db.example.org/forecasts'
    >>> place_of("sqlite:///x.db")
    Traceback (most recent call last):
    ...
    demarche.errors.LedgerError: a ledger is a path of a file or an address that begins with \
postgresql://, got 'sqlite:///x.db'.
    """
    text = str(said)
    if "://" in text:
        return _database(text)
    if not text.strip() or not text.isprintable():
        raise LedgerError(f"a ledger's path must be printable text, got {text!r}.")
    if text.startswith("\\\\") or (text.startswith("//") and not text.startswith("///")):
        raise LedgerError(
            f"{text!r} lies on a network share: SQLite's locks do not hold there. Keep the ledger "
            "on a local disk, or use PostgreSQL."
        )
    path = Path(text).expanduser()
    try:
        path = path.resolve()
    except (OSError, RuntimeError) as error:
        raise LedgerError(f"the path {text!r} cannot be followed: {error}.") from None
    return Place(label=str(path), folder=path.parent / "checkpoints", path=path)


def _database(text: str) -> Place:
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise LedgerError(
            "a ledger is a path of a file or an address that begins with postgresql://, got "
            f"{re.sub(r':[^:@/]+@', ':***@', text)!r}."
        )
    hidden = parts.netloc
    if "@" in hidden:
        user, _, host = hidden.rpartition("@")
        name, colon, _ = user.partition(":")
        hidden = f"{name}:***@{host}" if colon else f"{user}@{host}"
    query = re.sub(r"(?i)(password=)[^&]*", r"\1***", parts.query)
    return Place(
        label=f"postgresql://{hidden}{parts.path}" + (f"?{query}" if query else ""),
        folder=DEFAULT.parent / "checkpoints",
        url=f"postgresql+psycopg://{text.partition('://')[2]}",
    )
