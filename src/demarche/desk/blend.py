"""Two views into one: pooled courses with ranges, a coherent ladder, words and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from demarche import pooling
from demarche.desk.answer import AnsweredCourse, Reasons, Rung
from demarche.desk.event_view import EventCourse
from demarche.desk.outer import Outer
from demarche.desk.precedents import OutsideView
from demarche.inside import FactionRow
from demarche.terms import Case, CourseOfAction, Episode, icd203

__all__ = ["Pooled", "blend", "carry", "ladder_of", "pooled_rate", "reasons_for"]

Floats = NDArray[np.float64]
APART = 0.1
"""Smallest gap between the views that counts as disagreement, beside ranges that do not meet."""
NEAREST = 8
"""How many of the nearest precedents a reason counts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Pooled courses and ladder of one arm."""

    probability: Floats
    low: Floats
    high: Floats
    inside: Floats
    tails: Floats


def carry(values: Floats, *, shift: float) -> Floats:
    """Probabilities moved by a shift in log odds; 0 and 1 stay."""
    if shift == 0:
        return values
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (1 + np.exp(-(np.log(values) - np.log1p(-values) + shift))))


def blend(
    courses: Sequence[CourseOfAction],
    *,
    outside: Outer | None,
    inside: Floats,
    tails: Floats,
    weights: tuple[float, float],
) -> Pooled:
    """Linear pool of both views of one arm.

    ``inside`` (courses, draws) and ``tails`` (rungs, draws) are the inside view's draws; the range
    is the central 80 % of the mixture of both views, widened to the mean where that lies outside.
    A covert course whose precedents are mostly silent keeps the inside view's number; its range
    also covers every rate that those precedents allow.
    """
    count = len(courses)
    p, low, high = np.empty(count), np.empty(count), np.empty(count)
    for c, course in enumerate(courses):
        mean = float(inside[c].mean())
        rate = outside.courses.get(course.id) if outside is not None else None
        if rate is None or weights[0] == 0:
            p[c] = mean
            hidden = outside.silent.get(course.id) if outside is not None else None
            views = [inside[c]]
            if hidden is not None and course.observability == "covert":
                views.append(np.linspace(hidden[0], hidden[1], 256))
            low[c], high[c] = pooling.mixture_range(views, weights=[1.0] * len(views))
        else:
            p[c] = pooled_rate(rate.probability, inside=mean, weights=weights)
            low[c], high[c] = pooling.mixture_range([rate.values, inside[c]], weights=list(weights))
        low[c], high[c] = min(low[c], p[c]), max(high[c], p[c])
    inner = tails.mean(axis=1)
    mixed = (
        inner
        if outside is None or outside.tails is None
        else np.asarray(
            pooling.linear([np.asarray(outside.tails), np.clip(inner, 0, 1)], weights=list(weights))
        )
    )
    return Pooled(probability=p, low=low, high=high, inside=inside.mean(axis=1), tails=mixed)


def pooled_rate(outside: float | None, *, inside: float, weights: tuple[float, float]) -> float:
    """Linear pool of both views of one course; the inside view alone where the other is silent."""
    if outside is None or weights[0] == 0:
        return inside
    return float(pooling.linear([outside, inside], weights=list(weights)))


def ladder_of(
    case: Case, *, courses: Sequence[CourseOfAction], pooled: Pooled
) -> tuple[tuple[Rung, ...], float]:
    """The ladder that agrees with the pooled courses, and by how much it was moved for that."""
    coherent = pooling.cohere(
        pooled.tails,
        courses=pooled.probability,
        rungs=[course.rung for course in courses],
        rung_count=len(case.ladder),
        alone=[len(set(course.excludes)) == len(courses) - 1 > 0 for course in courses],
    )
    rungs, above = [], 0.0
    for r in range(len(case.ladder) - 1, -1, -1):
        above += coherent.ladder[r]
        rungs.append(
            Rung(
                rung=r,
                label=case.ladder[r],
                probability=coherent.ladder[r],
                at_least=min(1.0, above),
            )
        )
    return tuple(reversed(rungs)), coherent.moved


def answered(
    courses: Sequence[CourseOfAction],
    *,
    pooled: Pooled,
    without: Pooled,
    outside: Outer | None,
    inside: Floats,
) -> tuple[AnsweredCourse, ...]:
    """Rows of the answer, one per course of the actor."""
    rows = []
    for c, course in enumerate(courses):
        rate = outside.courses.get(course.id) if outside is not None else None
        low, high = (float(np.quantile(inside[c], q)) for q in (0.1, 0.9))
        apart = (
            rate is not None
            and (low > rate.high or high < rate.low)
            and abs(rate.probability - float(pooled.inside[c])) >= APART
        )
        rows.append(
            AnsweredCourse(
                id=course.id,
                label=course.label,
                kind=course.kind,
                rung=course.rung,
                observability=course.observability,
                probability=float(pooled.probability[c]),
                low=float(pooled.low[c]),
                high=float(pooled.high[c]),
                word=icd203(float(pooled.probability[c])),
                outside=rate.probability if rate else None,
                outside_low=rate.low if rate else None,
                outside_high=rate.high if rate else None,
                inside=float(pooled.inside[c]),
                inside_low=low,
                inside_high=high,
                base_rate=rate.base_rate if rate else None,
                base_taken=rate.base_taken if rate else None,
                base_known=rate.base_known if rate else None,
                without_trigger=float(without.probability[c]),
                effective_cases=rate.effective_cases if rate else None,
                not_known=rate.not_known if rate else None,
                disagree=apart,
                resolution=course.resolution,
            )
        )
    return tuple(rows)


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return float(np.log(p) - np.log1p(-p))


def percent(p: float) -> str:
    """Probability as a reader is shown it: whole percent, never 0 % and never 100 %.

    Examples
    --------
    >>> percent(0.304), percent(0.004), percent(0.9999)
    ('30 %', '<1 %', '>99 %')
    """
    if p < 0.01:
        return "<1 %"
    return ">99 %" if p > 0.99 else f"{100 * p:.0f} %"


def reasons_for(
    rows: Sequence[AnsweredCourse],
    *,
    outside: OutsideView | None,
    episodes: Sequence[Episode],
    factions: Sequence[FactionRow],
    inside_without: Floats,
    trigger: str,
    events: Mapping[str, EventCourse] = MappingProxyType({}),
) -> tuple[Reasons, ...]:
    """Main reason for and against each course: precedents, record, factions or the trigger.

    Each candidate has a strength in log odds; the strongest on either side is told. Where nothing
    speaks for one side, the reason says so.
    """
    by_id = {episode.id: episode for episode in episodes}
    found = []
    for c, row in enumerate(rows):
        options: list[tuple[float, str, str]] = []
        if outside is not None and row.outside is not None and row.base_rate is not None:
            options += _precedent_reasons(row, outside=outside, by_id=by_id)
        if row.id in events and events[row.id].pooled:
            options.append(_record_reason(events[row.id]))
        for faction in factions:
            alone = faction.alone[c]
            strength = faction.weight * (_logit(alone) - _logit(row.inside))
            text = (
                f"{faction.name} (weight {percent(faction.weight)}) alone: {percent(alone)}, "
                f"all together {percent(row.inside)}"
            )
            options.append((strength, text, "inside"))
        change = _logit(row.inside) - _logit(float(inside_without[c]))
        if trigger and abs(change) > 0.05:
            text = (
                f"the trigger moves the inside view from {percent(float(inside_without[c]))} "
                f"to {percent(row.inside)}"
            )
            options.append((change, text, "trigger"))
        plus = max((o for o in options if o[0] > 0), default=(0.0, "nothing raises it", "none"))
        minus = min((o for o in options if o[0] < 0), default=(0.0, "nothing lowers it", "none"))
        found.append(
            Reasons(
                course=row.id,
                reason_for=plus[1],
                for_from=plus[2],
                reason_against=minus[1],
                against_from=minus[2],
            )
        )
    return tuple(found)


def _precedent_reasons(
    row: AnsweredCourse, *, outside: OutsideView, by_id: dict[str, Episode]
) -> list[tuple[float, str, str]]:
    if row.outside is None or row.base_rate is None or row.kind not in outside.columns:
        return []
    column = outside.columns.index(row.kind)
    known = [p for p in outside.answer.precedents if not np.isnan(p.outcome[column])][:NEAREST]
    yes = [p for p in known if p.outcome[column] == 1]
    no = [p for p in known if p.outcome[column] == 0]
    strength = _logit(row.outside) - _logit(row.base_rate)
    found = []
    if strength >= 0 and yes:
        text = f"{len(yes)} of {len(known)} nearest precedents, e.g. {_short(by_id[yes[0].label])}"
        found.append((strength, text, "precedents"))
    if strength < 0 and no:
        text = f"not in {len(no)} of {len(known)} nearest precedents, e.g. "
        found.append((strength, text + _short(by_id[no[0].label]), "precedents"))
    return found


def _record_reason(event: EventCourse) -> tuple[float, str, str]:
    change = _logit(event.probability) - _logit(event.base_rate)
    text = (
        f"the event record: base rate {percent(event.base_rate)}, in the present state of "
        f"relations {percent(event.without)}, with the trigger {percent(event.probability)}"
    )
    return change, text, "record"


def _short(episode: Episode) -> str:
    return f"{episode.title} ({episode.actor} {episode.trigger_date.year})"
