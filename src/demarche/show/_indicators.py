"""Indicators of a case as rows of the report: direction, likelihood ratio, when last seen."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.desk import Answer
from demarche.show._numbers import chance, interval
from demarche.show._sections import day
from demarche.terms import Indicator, Range

__all__ = ["IndicatorRow", "indicator_rows"]

NOT_STATED = Range(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """One indicator in words; ``evidence`` holds the ids of the items in which it was seen."""

    what: str
    course: str
    direction: str
    ratio: str
    after: str
    because: str
    evidence: tuple[str, ...]
    seen: str
    quiet: str


def indicator_rows(answer: Answer) -> tuple[IndicatorRow, ...]:
    """Indicators of the courses of the actor asked about, in the order of the case.

    What was seen after the day of the question is left out.
    """
    courses = {row.id: row for row in answer.courses}
    return tuple(_row(answer, i) for i in answer.case.indicators if i.course in courses)


def _row(answer: Answer, item: Indicator) -> IndicatorRow:
    as_of = answer.question.as_of
    course = next(row for row in answer.courses if row.id == item.course)
    found = {e.id: e for e in answer.case.evidence if e.date <= as_of}
    seen = [found[id] for id in item.evidence if id in found]
    last = max(seen, key=lambda e: e.date, default=None)
    stated = item.ratio != NOT_STATED
    after = _updated(course.probability, ratio=item.ratio.mode)
    quiet = item.quiet_since
    return IndicatorRow(
        what=item.what,
        course=course.label,
        direction="up" if item.direction == "+" else "down",
        ratio=interval(item.ratio) if stated else "not stated",
        after=f"{chance(course.probability)} → {chance(after)}" if stated else "not stated",
        because=item.because,
        evidence=tuple(e.id for e in seen),
        seen="never on record" if last is None else day(last.date, last.precision),
        quiet=day(quiet) if quiet is not None and quiet <= as_of else "not stated",
    )


def _updated(p: float, *, ratio: float) -> float:
    """Probability after its odds were multiplied by a likelihood ratio.

    Examples
    --------
    >>> round(_updated(0.2, ratio=4.0), 6), _updated(0.0, ratio=9.0), _updated(1.0, ratio=0.1)
    (0.5, 0.0, 1.0)
    """
    return p * ratio / (p * ratio + (1 - p))
