"""Both halves of the outside view as one: precedents, and the event record where it can speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from demarche import pooling
from demarche.desk.event_view import EventCourse
from demarche.desk.precedents import POINTS, CourseOutside, OutsideView

__all__ = ["Outer", "join_halves", "join_rates", "spread"]

Floats = NDArray[np.float64]
SHARE = 0.5
"""Weight of the event record beside the precedents: equal, for there is no record of either yet."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outer:
    """The outside view of one arm as it enters the pool.

    ``courses`` by course id; ``tails`` per rung, from the precedents, or ``None`` without them;
    ``silent`` as in :class:`OutsideView`; ``recorded`` the courses in which the record has a share,
    ``alone`` those of them without precedents, of which no episode is counted.
    """

    courses: Mapping[str, CourseOutside]
    tails: tuple[float, ...] | None
    silent: Mapping[str, tuple[float, float]]
    recorded: frozenset[str]
    alone: frozenset[str]


def spread(p: float, *, low: float, high: float) -> Floats:
    r"""Equally likely values about a probability whose 80 % range is given.

    Split normal in log-odds: on either side :math:`\mathrm{logit}\,p + z\,d / z_{.9}`, with d the
    distance of the end of the range in log-odds.

    Examples
    --------
    >>> values = spread(0.2, low=0.1, high=0.3)
    >>> [round(float(np.quantile(values, q)), 2) for q in (0.1, 0.5, 0.9)]
    [0.1, 0.2, 0.3]
    """
    z = ndtri(POINTS) / ndtri(0.9)
    middle = logit(p)
    wide = np.where(z < 0, middle - logit(low), logit(high) - middle)
    values: Floats = expit(middle + z * wide)
    return values


def join_halves(
    view: OutsideView | None, *, events: Mapping[str, EventCourse], trigger: bool
) -> Outer | None:
    """Linear pool of precedents and event record, course by course, with equal weights.

    Only courses whose codes are the course itself have a share (``EventCourse.pooled``). A course
    without precedents takes the record's number alone; one without a record, the precedents'.

    Parameters
    ----------
    view : OutsideView or None
        The precedents.
    events : mapping of course id to EventCourse
    trigger : bool
        Whether the arm is the one with the trigger.
    """
    pooled = {id: event for id, event in events.items() if event.pooled}
    if view is None and not pooled:
        return None
    courses = dict(view.courses) if view is not None else {}
    for id, event in pooled.items():
        p = event.probability if trigger else event.without
        gap = logit(p) - logit(event.probability)
        low, high = (float(expit(logit(end) + gap)) for end in (event.low, event.high))
        values = spread(p, low=low, high=high)
        before = courses.get(id)
        if before is None:
            courses[id] = CourseOutside(
                probability=p,
                low=low,
                high=high,
                values=values,
                base_rate=event.base_rate,
                base_taken=0,
                base_known=0,
                effective_cases=event.effective_n,
                not_known=0,
            )
            continue
        mixed = np.sort(np.concatenate([before.values, values]))
        ends = pooling.mixture_range([before.values, values], weights=[1 - SHARE, SHARE])
        courses[id] = CourseOutside(
            probability=_mixed(before.probability, p),
            low=ends[0],
            high=ends[1],
            values=mixed,
            base_rate=before.base_rate,
            base_taken=before.base_taken,
            base_known=before.base_known,
            effective_cases=before.effective_cases,
            not_known=before.not_known,
        )
    return Outer(
        courses=courses,
        tails=None if view is None or not view.courses else view.tails,
        silent=view.silent if view is not None else {},
        recorded=frozenset(pooled),
        alone=frozenset(pooled) - (frozenset() if view is None else frozenset(view.courses)),
    )


def join_rates(
    rates: Mapping[str, float], *, events: Mapping[str, EventCourse], trigger: bool
) -> dict[str, float]:
    """The probabilities of :func:`join_halves` alone."""
    found = dict(rates)
    for id, event in events.items():
        if event.pooled:
            p = event.probability if trigger else event.without
            found[id] = _mixed(found[id], p) if id in found else p
    return found


def _mixed(precedents: float, record: float) -> float:
    return (1 - SHARE) * precedents + SHARE * record
