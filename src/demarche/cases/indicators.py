"""Checks of indicators: what one could see, which way it points, how strongly, when it was seen."""

from __future__ import annotations

from demarche.cases.notes import INFINITY, Notes, because
from demarche.terms import Case

__all__ = ["check_indicators"]


def check_indicators(case: Case, notes: Notes) -> None:
    """Note indicators of unknown courses or evidence, and ratios that contradict the direction."""
    courses = [course.id for course in case.courses]
    dated = {item.id: item.date for item in case.evidence}
    as_of = case.question.as_of
    for index, item in enumerate(case.indicators):
        at = f"indicators.{index}"
        if not item.what.strip():
            notes.add(f"{at}.what", item.what, "words for what one would see")
        notes.known(f"{at}.course", item.course, courses, "a course")
        notes.range(f"{at}.ratio", item.ratio, low=0, high=INFINITY, what="likelihood ratio")
        if item.ratio.low <= 0:
            notes.add(f"{at}.ratio", item.ratio.low, "a likelihood ratio above 0")
        elif (item.ratio.mode - 1) * (1 if item.direction == "+" else -1) < 0:
            way = "1 or more" if item.direction == "+" else "1 or less"
            notes.add(
                f"{at}.ratio", item.ratio.mode, f"{way}, for the direction is {item.direction!r}",
                "The ratio is P(seen | taken) / P(seen | not taken).",
            )  # fmt: skip
        because(notes, at, item.because)
        for place, id in enumerate(item.evidence):
            notes.known(f"{at}.evidence.{place}", id, dated, "an evidence item")
        if item.quiet_since is None:
            continue
        if item.quiet_since > as_of:
            notes.add(f"{at}.quiet_since", item.quiet_since, f"a day on or before {as_of} (as_of)")
        seen = max((dated[id] for id in item.evidence if id in dated), default=None)
        if seen is not None and seen > item.quiet_since:
            notes.add(
                f"{at}.quiet_since", item.quiet_since, f"a day on or after {seen}, when it was seen"
            )
