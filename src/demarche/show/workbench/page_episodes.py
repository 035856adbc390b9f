"""The page of episodes: search and filter the precedents, open one with its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demarche.record import load_episodes
from demarche.show.workbench.asked import (
    PageError,
    Shown,
    asked_day,
    asked_number,
    asked_word,
)
from demarche.show.workbench.frame import render
from demarche.show.workbench.workspace import Workspace
from demarche.terms import COURSE_KINDS, FEATURES, Episode

__all__ = ["PER_PAGE", "SORTS", "KindCount", "found_episodes", "page"]

PER_PAGE = 25
SORTS = {
    "date": "oldest first",
    "-date": "newest first",
    "actor": "actor",
    "title": "title",
}
LIMITS = (
    "The episodes that ship are hand-coded, with few coders; each row says whether a second look "
    "was taken.",
    "“Not known” is not “no”: covert acts in particular may have happened without a source.",
    "They were chosen for actors with a stake in a crisis of others; a share of them is no "
    "probability for another situation.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How often one course was taken in the episodes found."""

    id: str
    label: str
    yes: int
    no: int
    not_known: int


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """Episodes that fit the query, a part at a time, and the one that is opened."""
    rows = load_episodes()
    actors = sorted({row.actor for row in rows})
    asked_word(query, "actor", known=actors)
    asked_word(query, "course", known=COURSE_KINDS)
    sort = asked_word(query, "sort", known=SORTS) or "-date"
    found = found_episodes(rows, query, sort=sort)
    last = max(1, -(-len(found) // PER_PAGE))
    at = asked_number(query, "page", most=last)
    opened = next((row for row in rows if row.id == query.get("id")), None)
    if "id" in query and opened is None:
        raise PageError("There is no such episode.", "The list has those that ship.", status=404)
    kept = {name: value for name, value in query.items() if name not in ("page", "id")}
    body = render(
        "episodes.html.j2",
        query=kept,
        asked=query,
        rows=found[(at - 1) * PER_PAGE : at * PER_PAGE],
        found=len(found),
        all=len(rows),
        at=at,
        last=last,
        sort=sort,
        sorts=SORTS,
        actors=actors,
        kinds=COURSE_KINDS,
        features=tuple(FEATURES),
        opened=opened,
        counts=_counts(found),
    )
    title = f"Episode: {opened.title}" if opened else "Episodes"
    return Shown(title=title, body=body, limits=LIMITS)


def found_episodes(
    rows: Sequence[Episode], query: Mapping[str, str], *, sort: str
) -> tuple[Episode, ...]:
    """Episodes with every word searched for, of the actor, with the course taken, in the period.

    Raises
    ------
    PageError
        If a day is no date.
    """
    words = query.get("q", "").casefold().split()
    actor, course = query.get("actor"), query.get("course")
    first, end = asked_day(query, "from"), asked_day(query, "to")
    found = [
        row
        for row in rows
        if (actor is None or row.actor == actor)
        and (course is None or row.courses[course].value == "yes")
        and (first is None or row.trigger_date >= first)
        and (end is None or row.trigger_date <= end)
        and all(word in _text(row) for word in words)
    ]
    if sort == "actor":
        found.sort(key=lambda row: (row.actor, row.trigger_date, row.id))
    elif sort == "title":
        found.sort(key=lambda row: (row.title.casefold(), row.id))
    else:
        found.sort(key=lambda row: (row.trigger_date, row.id), reverse=sort == "-date")
    return tuple(found)


def _text(row: Episode) -> str:
    """What a search looks through."""
    sides = (*row.favours, *row.against)
    return " ".join(
        (row.id, row.actor, row.title, row.trigger, row.response, row.note, *sides)
    ).casefold()


def _counts(rows: Sequence[Episode]) -> tuple[KindCount, ...]:
    found = []
    for id, kind in COURSE_KINDS.items():
        values = [row.courses[id].value for row in rows]
        found.append(
            KindCount(
                id=id,
                label=kind.label,
                yes=values.count("yes"),
                no=values.count("no"),
                not_known=values.count("not known"),
            )
        )
    return tuple(found)
