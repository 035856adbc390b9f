"""Strategies of an actor: the feasible sets of its courses, or the postures a case names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from demarche.errors import TermError
from demarche.terms import Case, CourseOfAction, Posture

__all__ = ["MAX_STRATEGIES", "Strategy", "feasible", "strategies_of"]

MAX_STRATEGIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One feasible set of courses of one actor."""

    id: str
    label: str
    courses: tuple[str, ...]
    fallback: bool = False


def feasible(taken: frozenset[str], *, courses: Sequence[CourseOfAction]) -> str:
    """Why a set of courses cannot be taken together; empty if it can.

    Examples
    --------
    >>> a = CourseOfAction(id="a", actor="X", label="a", rung=1, observability="public",
    ...     resolution="", requires=("b",))
    >>> b = CourseOfAction(id="b", actor="X", label="b", rung=1, observability="public",
    ...     resolution="")
    >>> feasible(frozenset({"a"}), courses=[a, b])
    "'a' requires 'b'"
    >>> feasible(frozenset({"a", "b"}), courses=[a, b])
    ''
    """
    for course in courses:
        if course.under_way and course.id not in taken:
            return f"{course.id!r} is under way and cannot be left out"
        if course.id in taken:
            for needed in course.requires:
                if needed not in taken:
                    return f"{course.id!r} requires {needed!r}"
            for other in course.excludes:
                if other in taken:
                    return f"{course.id!r} excludes {other!r}"
    return ""


def _sets(courses: Sequence[CourseOfAction], *, limit: int) -> Iterator[frozenset[str]]:
    """Feasible sets, searched course by course; conflicts cut a branch as soon as they show."""
    excluded = {
        course.id: {*course.excludes, *(o.id for o in courses if course.id in o.excludes)}
        for course in courses
    }
    ids = {course.id for course in courses}
    budget = 200_000

    def search(index: int, taken: frozenset[str], left: frozenset[str]) -> Iterator[frozenset[str]]:
        nonlocal budget
        budget -= 1
        if budget < 0:
            raise TermError(
                "the search for feasible sets was stopped after 200000 steps: "
                "name the sets worth considering as postures."
            )
        if index == len(courses):
            yield taken
            return
        course = courses[index]
        barred = bool(excluded[course.id] & taken) or course.id in left
        lacking = any(need in left for need in course.requires if need in ids)
        needed = course.under_way or any(
            course.id in other.requires for other in courses if other.id in taken
        )
        if not needed:
            yield from search(index + 1, taken, left | {course.id})
        if not barred and not lacking:
            yield from search(index + 1, taken | {course.id}, left)

    for taken in search(0, frozenset(), frozenset()):
        if not feasible(taken, courses=courses):
            yield taken
            limit -= 1
            if limit < 0:
                return


def _count(courses: Sequence[CourseOfAction]) -> str:
    found = 0
    try:
        for _ in _sets(courses, limit=5000):
            found += 1
    except TermError:
        return f"more than {found}"
    return f"more than {found - 1}" if found > 5000 else str(found)


def strategies_of(actor: str, *, case: Case) -> tuple[Strategy, ...]:
    """Strategies of one actor: its postures if the case names any, else all feasible sets.

    All feasible sets are used up to 64, ordered by number of courses and then by the order of the
    courses in the case; the fallback is then the set of what is under way.

    Raises
    ------
    TermError
        If no set is feasible, if more than 64 are and no posture is named, or if a posture is not
        feasible.
    """
    courses = case.courses_of(actor)
    postures = [posture for posture in case.postures if posture.actor == actor]
    if postures:
        return _from_postures(postures, courses=courses, actor=actor)
    found = list(_sets(courses, limit=MAX_STRATEGIES))
    if not found:
        raise TermError(
            f"actor {actor!r} has no feasible strategy: its requirements, exclusions and courses "
            "under way contradict each other."
        )
    if len(found) > MAX_STRATEGIES:
        raise TermError(
            f"actor {actor!r} has {_count(courses)} feasible sets of courses, at most "
            f"{MAX_STRATEGIES} are enumerated: name the sets worth considering as postures."
        )
    place = {course.id: index for index, course in enumerate(courses)}
    found.sort(key=lambda taken: (len(taken), sorted(place[id] for id in taken)))
    base = frozenset(course.id for course in courses if course.under_way)
    labels = {course.id: course.label for course in courses}
    made = []
    for taken in found:
        ids = tuple(sorted(taken, key=place.__getitem__))
        made.append(
            Strategy(
                id="+".join(ids) or "none",
                label=" + ".join(labels[id] for id in ids) or "nothing out of the ordinary",
                courses=ids,
                fallback=taken == base,
            )
        )
    return tuple(made)


def _from_postures(
    postures: Sequence[Posture], *, courses: Sequence[CourseOfAction], actor: str
) -> tuple[Strategy, ...]:
    if len(postures) > MAX_STRATEGIES:
        raise TermError(
            f"actor {actor!r} has {len(postures)} postures, at most {MAX_STRATEGIES} are allowed."
        )
    made = []
    for posture in postures:
        reason = feasible(frozenset(posture.courses), courses=courses)
        if reason:
            raise TermError(f"posture {posture.id!r} of {actor!r} is not feasible: {reason}.")
        made.append(
            Strategy(
                id=posture.id,
                label=posture.label,
                courses=tuple(posture.courses),
                fallback=posture.fallback,
            )
        )
    return tuple(made)
