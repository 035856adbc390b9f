"""A reader as data: the layout of its files, its look-ups, and one SQL expression per column.

Everything a code, a country or an actor means is decided in Python, once per distinct value; the
rows themselves only meet those answers in joins. So one vectorised SELECT does the work, whatever
the number of rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "CODE",
    "PARTY",
    "Check",
    "Found",
    "Layout",
    "Lookup",
    "Note",
    "Options",
    "Plan",
    "Reader",
    "SourceFile",
    "party_columns",
    "quote",
]

Key = Sequence[str | None]


def quote(name: str) -> str:
    """Name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Answer of a look-up: one value per column it gives, and what it could not place."""

    values: tuple[str | int | None, ...]
    unknown: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Distinct keys of the raw rows, answered in Python and joined back under the name `name`."""

    name: str
    keys: tuple[str, ...]
    gives: tuple[str, ...]
    resolve: Callable[[Key], Found]
    integers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Rule by which a row is rejected: the column at fault, the reason, the condition in SQL."""

    column: str
    reason: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Rule by which a row that is read is counted under a warning."""

    column: str
    kind: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the files of a source are written.

    Attributes
    ----------
    required, optional : tuple of str
        Columns by the source's names; without a header their order is `order`.
    order : tuple of tuple of str
        For files without a header: each allowed list of columns, told apart by its length.
    bare : tuple of str
        Columns of releases whose header was forgotten: a file whose first line has as many fields
        and begins with a number has none.
    quoted : bool
        Fields may stand in double quotes and span lines.
    delimiters : str
        Delimiters to try; the one that finds the required columns wins.
    aliases : mapping
        Other spellings of a column, lower case, blanks and underscores alike.
    header_only : frozenset of str
        Columns that in some releases stand in the header but not in the rows.
    dated : tuple of str
        Columns of dates, by which the two cases are told apart.
    latin1 : bool
        A file that is not UTF-8 is read as ISO-8859-1, and that is counted as a warning.
    text : frozenset of str
        Columns that must reach us as text, since a zero in front is part of the code.
    days : tuple of str
        Columns of days that may stand in numbers, day or month first: the whole file tells which.
    hints : mapping
        What a file without a required column is likely to be, by that column.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    order: tuple[tuple[str, ...], ...] = ()
    bare: tuple[str, ...] = ()
    quoted: bool = False
    delimiters: str = "\t"
    aliases: Mapping[str, str] | None = None
    header_only: frozenset[str] = frozenset()
    dated: tuple[str, ...] = ()
    latin1: bool = False
    text: frozenset[str] = frozenset()
    days: tuple[str, ...] = ()
    hints: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the caller states about the files.

    `names` is a folder of lists of names kept before; `per_day` how many units of time of
    quadruples make a day.
    """

    source: str
    version: str | None = None
    known_lag_days: int | None = None
    released: dt.date | None = None
    day_zero: dt.date | None = None
    per_day: int | None = None
    names: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to read: where it lies, the name to show, and what its name says of its release."""

    path: Path
    name: str
    version: str | None = None
    released: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """SQL of one source: an expression per event column over ``r``, ``f`` and the look-ups.

    Where rows have no id of their own, `content` is what tells them apart, as text over ``r``: then
    ``r._content`` is its hash, and ``r._nth`` counts the rows of one hash in a file.
    """

    columns: Mapping[str, str]
    content: str | None = None
    lookups: tuple[Lookup, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A source that can be read: layout, plan, and what the name of a file says of its release."""

    source: str
    title: str
    layout: Layout
    plan: Callable[[Options], Plan]
    describe: Callable[[SourceFile], SourceFile] = lambda file: file


PARTY = ("actor", "country", "sector", "sectors")
"""What a look-up of an actor or recipient gives."""

CODE = ("event", "mode", "context", "cameo", "root", "quad")
"""What a look-up of an event code gives."""


def party_columns(side: str, alias: str, name: str) -> dict[str, str]:
    """Event columns of one side, from a look-up of an actor and the name as printed."""
    return {
        side: f"coalesce({alias}.actor, {name})",
        f"{side}_name": name,
        f"{side}_country": f"{alias}.country",
        f"{side}_sector": f"{alias}.sector",
        f"{side}_sectors": f"{alias}.sectors",
    }
