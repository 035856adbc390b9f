"""Strategies of an actor: the feasible sets of its courses, or the postures a case names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.errors import TermError
from demarche.terms import MAX_STRATEGIES, Case, CourseOfAction, Posture, conflicts, feasible_sets

__all__ = ["Strategy", "strategies_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One feasible set of courses of one actor."""

    id: str
    label: str
    courses: tuple[str, ...]
    fallback: bool = False


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
    found = feasible_sets(courses)
    if found is None:
        raise TermError(
            f"actor {actor!r} has more than {MAX_STRATEGIES} feasible sets of courses: name the "
            "sets worth considering as postures."
        )
    if not found:
        raise TermError(
            f"actor {actor!r} has no feasible strategy: its requirements, exclusions and courses "
            "under way contradict each other."
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
        reason = conflicts(frozenset(posture.courses), courses=courses)
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
