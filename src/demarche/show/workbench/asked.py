"""What a page is asked for: its query, read strictly, and the case it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.errors import CaseError, DemarcheError
from demarche.show.workbench.workspace import CaseEntry, Workspace
from demarche.terms import Case

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "LONGEST",
    "Chosen",
    "PageError",
    "Shown",
    "asked_day",
    "asked_number",
    "asked_word",
    "chosen_case",
    "read_query",
]

LONGEST = 200
"""Characters of one value of a query."""


class PageError(DemarcheError):
    """A page that cannot be shown; what it says repeats nothing of the request."""

    def __init__(
        self, heading: str, *said: str, status: int = 400, lines: Sequence[str] = ()
    ) -> None:
        super().__init__(" ".join((heading, *said)))
        self.heading, self.said, self.status, self.lines = heading, said, status, tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its title and body, what it cannot show, and the case its links carry on."""

    title: str
    body: Markup
    limits: tuple[str, ...]
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The case a page is about, and all that could be chosen in its place."""

    id: str
    case: Case
    entries: tuple[CaseEntry, ...]


def read_query(items: Iterable[tuple[str, str]], *, known: Sequence[str]) -> dict[str, str]:
    """Values by name; empty ones are left out.

    Raises
    ------
    PageError
        If a name is unknown or given twice, or a value is too long or no text.

    Examples
    --------
    >>> read_query([("q", " oil "), ("case", "")], known=("q", "case"))
    {'q': 'oil'}
    """
    found: dict[str, str] = {}
    for name, value in items:
        if name not in known:
            takes = f"It takes {', '.join(known)}." if known else "It takes none."
            raise PageError("The address has a part that this page does not know.", takes)
        if name in found:
            raise PageError(f"The address gives {name} more than once.", "Give it once.")
        if len(value) > LONGEST or "\x00" in value:
            raise PageError(
                f"The value of {name} cannot be read.",
                f"Expected a text of at most {LONGEST} characters.",
            )
        if value.strip():
            found[name] = value.strip()
    return found


def asked_day(query: Mapping[str, str], name: str) -> dt.date | None:
    """A day of the query, or ``None``.

    Raises
    ------
    PageError
        If it is no date.
    """
    if name not in query:
        return None
    try:
        return dt.date.fromisoformat(query[name])
    except ValueError:
        raise PageError(
            f"The value of {name} is no date.", "Expected a date such as 2023-11-01."
        ) from None


def asked_number(query: Mapping[str, str], name: str, *, most: int) -> int:
    """A number of the query from 1 to ``most``; 1 where it is not given.

    Raises
    ------
    PageError
        If it is none.
    """
    text = query.get(name, "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise PageError(f"There is no such {name}.", f"Expected a number from 1 to {most}.")
    return number


def asked_word(query: Mapping[str, str], name: str, *, known: Iterable[str]) -> str:
    """A word of the query that must be one of those known; empty where it is not given.

    Raises
    ------
    PageError
        If it is another.
    """
    words = tuple(known)
    if name in query and query[name] not in words:
        raise PageError(f"The value of {name} is not known here.", "Choose one of the page's own.")
    return query.get(name, "")


def chosen_case(workspace: Workspace, query: Mapping[str, str]) -> Chosen:
    """The case that the query names, else the one the workbench was opened with.

    Raises
    ------
    PageError
        If there is none of that name, or its file has problems, which are listed.
    """
    entries = workspace.cases()
    id = query.get("case") or workspace.case or entries[0].id
    entry = next((entry for entry in entries if entry.id == id), None)
    if entry is None:
        raise PageError(
            "This workspace has no such case.",
            "The page Cases lists those it has.",
            status=404,
        )
    try:
        case = workspace.load(id)
    except CaseError as error:
        lines = entry.problems or tuple(str(problem) for problem in error.problems)
        raise PageError(
            "This file cannot be read as a case.",
            f"{entry.id} has {len(lines)} {'problem' if len(lines) == 1 else 'problems'}; "
            "mend them and load the page again.",
            status=422,
            lines=lines,
        ) from None
    return Chosen(id=id, case=case, entries=entries)
