"""Which courses can be taken together: requirements, exclusions and what is under way."""

from __future__ import annotations

from collections.abc import Sequence

from demarche.terms.courses import CourseOfAction

__all__ = ["MAX_STRATEGIES", "conflicts", "feasible_sets"]

MAX_STRATEGIES = 64
"""Largest number of strategies per actor that is enumerated; beyond it postures are named."""
STEPS = 200_000
"""Steps after which the search for feasible sets gives up and counts them as too many."""


def conflicts(taken: frozenset[str], *, courses: Sequence[CourseOfAction]) -> str:
    """Why a set of courses cannot be taken together; empty if it can.

    Examples
    --------
    >>> a = CourseOfAction(id="a", actor="X", label="a", rung=1, observability="public",
    ...     resolution="", requires=("b",))
    >>> b = CourseOfAction(id="b", actor="X", label="b", rung=1, observability="public",
    ...     resolution="")
    >>> conflicts(frozenset({"a"}), courses=[a, b])
    "'a' requires 'b'"
    >>> conflicts(frozenset({"a", "b"}), courses=[a, b])
    ''
    """
    for course in courses:
        if course.under_way and course.id not in taken:
            return f"{course.id!r} is under way and cannot be left out"
        if course.id in taken:
            missing = [id for id in course.requires if id not in taken]
            clash = [id for id in course.excludes if id in taken]
            if missing:
                return f"{course.id!r} requires {missing[0]!r}"
            if clash:
                return f"{course.id!r} excludes {clash[0]!r}"
    return ""


def feasible_sets(
    courses: Sequence[CourseOfAction], *, limit: int = MAX_STRATEGIES
) -> list[frozenset[str]] | None:
    """All feasible sets of courses, or ``None`` if there are more than ``limit``.

    Searched course by course; a branch ends as soon as it conflicts.

    Examples
    --------
    >>> free = [CourseOfAction(id=c, actor="X", label=c, rung=1, observability="public",
    ...     resolution="") for c in "ab"]
    >>> sorted(sorted(s) for s in feasible_sets(free))
    [[], ['a'], ['a', 'b'], ['b']]
    >>> feasible_sets(free, limit=3) is None
    True
    """
    barred = {
        course.id: set(course.excludes) | {o.id for o in courses if course.id in o.excludes}
        for course in courses
    }
    wanted_by = {c.id: {o.id for o in courses if c.id in o.requires} for c in courses}
    found: list[frozenset[str]] = []
    stack: list[tuple[int, frozenset[str], frozenset[str]]] = [(0, frozenset(), frozenset())]
    for _ in range(STEPS):
        if not stack:
            return found
        index, taken, left = stack.pop()
        if index == len(courses):
            if not conflicts(taken, courses=courses):
                found.append(taken)
                if len(found) > limit:
                    return None
            continue
        course = courses[index]
        if not course.under_way and not wanted_by[course.id] & taken:
            stack.append((index + 1, taken, left | {course.id}))
        if not barred[course.id] & taken and not set(course.requires) & left:
            stack.append((index + 1, taken | {course.id}, left))
    return None
