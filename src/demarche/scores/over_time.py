"""Scores of forecasts that were revised: which one was in force when, and for how long.

Times are numbers of days on one clock, such as days since the question opened. A forecast holds
until the next one of the same forecaster, the last until the event or the close, whichever is
earlier. Days after the event count for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from demarche.errors import TermError
from demarche.scores._checks import PEOPLE_CLIP, Floats, outcomes, probabilities
from demarche.scores.point import baseline, brier, log_score, peer

__all__ = [
    "TimeScore",
    "Timeline",
    "baseline_over_time",
    "mean_over_time",
    "peer_over_time",
    "spot",
    "timeline",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One forecaster's forecasts of one question as spans of time.

    Attributes
    ----------
    start, end, p : tuple of float
        Spans that do not overlap, in order; between spans no forecast was in force.
    opened, closes, ended : float
        Opening, planned close, and the end of scoring: the event if it came before the close.
    late : int
        Forecasts and withdrawals at or after the end; they change nothing.
    """

    start: tuple[float, ...]
    end: tuple[float, ...]
    p: tuple[float, ...]
    opened: float
    closes: float
    ended: float
    late: int

    @property
    def covered(self) -> float:
        """Days on which a forecast was in force."""
        return float(sum(b - a for a, b in zip(self.start, self.end, strict=True)))

    @property
    def coverage(self) -> float:
        """Covered share of the planned horizon; an early event lowers it."""
        return min(1.0, self.covered / (self.closes - self.opened))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeScore:
    """A score over time with its coverage; ``value`` is None where nothing was in force."""

    value: float | None
    coverage: float
    late: int
    clipped: int = 0


def timeline(
    times: Sequence[float],
    *,
    p: Sequence[float | None],
    opened: float,
    closes: float,
    event: float | None = None,
) -> Timeline:
    """Spans over which each forecast was in force.

    Parameters
    ----------
    times : sequence of float
        When each forecast was given. Of two at the same time the later in the list counts. One
        given before the opening is in force from the opening.
    p : sequence of float or None
        Probability of yes; None withdraws.
    opened, closes : float
        Planned horizon.
    event : float, optional
        When the event came, if before the planned close: the question closes early.

    Raises
    ------
    TermError
        If lengths differ, a time is not a number, a probability lies outside [0, 1], or the close
        does not lie after the opening.

    Examples
    --------
    >>> held = timeline([0, 5, 9], p=[0.6, 0.9, 0.99], opened=0, closes=10, event=8)
    >>> held.p, held.start, held.end, held.late, held.coverage
    ((0.6, 0.9), (0.0, 5.0), (5.0, 8.0), 1, 0.8)
    """
    if len(times) != len(p):
        raise TermError(f"expected one time per forecast, got {len(times)} and {len(p)}.")
    if not np.all(np.isfinite([*times, opened, closes, *([event] if event is not None else [])])):
        raise TermError("times must be finite numbers of days.")
    if not closes > opened:
        raise TermError(f"the close must lie after the opening, got {opened} and {closes}.")
    ended = closes if event is None else min(closes, max(opened, event))
    order = sorted(range(len(times)), key=lambda i: times[i])
    inside = [i for i in order if times[i] < ended]
    start: list[float] = []
    end: list[float] = []
    values: list[float] = []
    for position, i in enumerate(inside):
        value = p[i]
        if value is None:
            continue
        probabilities(value)
        begins = max(float(times[i]), float(opened))
        following = times[inside[position + 1]] if position + 1 < len(inside) else ended
        stops = max(float(following), float(opened))
        if stops > begins:
            start.append(begins)
            end.append(stops)
            values.append(float(value))
    return Timeline(
        start=tuple(start),
        end=tuple(end),
        p=tuple(values),
        opened=float(opened),
        closes=float(closes),
        ended=float(ended),
        late=len(order) - len(inside),
    )


def _of_outcome(held: Timeline, outcome: int) -> tuple[Floats, Floats]:
    outcomes(outcome)
    p = np.array(held.p, dtype=np.float64)
    days = np.array(held.end, dtype=np.float64) - np.array(held.start, dtype=np.float64)
    return (p if outcome == 1 else 1 - p), days


def mean_over_time(
    held: Timeline,
    *,
    outcome: int,
    score: Literal["brier", "log"] = "brier",
    clip: float = PEOPLE_CLIP,
) -> TimeScore:
    r"""Mean score over the open days on which a forecast was in force; smaller is better.

    .. math:: \frac{\sum_i S(p_i) \, d_i}{\sum_i d_i}

    Parameters
    ----------
    held : Timeline
    outcome : {0, 1}
    score : {"brier", "log"}
        One-sided Brier, or log in nats.
    clip : float
        Of the log score.

    Raises
    ------
    TermError
        If the outcome is neither 0 nor 1 or the score is unknown.

    Examples
    --------
    >>> held = timeline([0, 5], p=[0.6, 0.9], opened=0, closes=10, event=8)
    >>> round(mean_over_time(held, outcome=1).value, 5)
    0.10375
    """
    if score not in ("brier", "log"):
        raise TermError(f"a score over time is 'brier' or 'log', got {score!r}.")
    of_outcome, days = _of_outcome(held, outcome)
    if not len(days):
        return TimeScore(value=None, coverage=0.0, late=held.late)
    happened, clipped = np.ones(len(days)), 0
    if score == "log":
        logs = log_score(of_outcome, outcome=happened, clip=clip)
        values, clipped = logs.values, logs.clipped
    else:
        values = brier(of_outcome, outcome=happened)
    return TimeScore(
        value=float(np.sum(values * days) / np.sum(days)),
        coverage=held.coverage,
        late=held.late,
        clipped=clipped,
    )


def baseline_over_time(held: Timeline, *, outcome: int, clip: float = PEOPLE_CLIP) -> TimeScore:
    r"""Baseline score in points summed over the planned horizon; larger is better.

    .. math:: \frac{\sum_i S(p_i) \, d_i}{\text{close} - \text{opening}}

    Days without a forecast count 0.

    Raises
    ------
    TermError
        As for :func:`mean_over_time`.

    Examples
    --------
    >>> held = timeline([5], p=[0.9], opened=0, closes=10)
    >>> round(baseline_over_time(held, outcome=1).value, 6)
    42.399845
    """
    of_outcome, days = _of_outcome(held, outcome)
    points = baseline(of_outcome, clip=clip)
    return TimeScore(
        value=float(np.sum(points.values * days)) / (held.closes - held.opened) + 0.0,
        coverage=held.coverage,
        late=held.late,
        clipped=points.clipped,
    )


def peer_over_time(
    held: Mapping[str, Timeline], *, outcome: int, clip: float = PEOPLE_CLIP
) -> dict[str, TimeScore]:
    """Peer scores in points of all forecasters of one question over its planned horizon.

    At every moment each forecaster in force is compared with all in force at that moment; days
    without a forecast, or alone, count 0. Larger is better.

    Parameters
    ----------
    held : mapping of str to Timeline
        All of the same question: same opening, close and end.
    outcome : {0, 1}
    clip : float

    Raises
    ------
    TermError
        If the timelines are of different questions, or the outcome is neither 0 nor 1.

    Examples
    --------
    >>> def one(p, day):
    ...     return timeline([day], p=[p], opened=0, closes=10)
    >>> scores = peer_over_time({"a": one(0.1, 0), "b": one(0.5, 0), "c": one(0.9, 5)}, outcome=1)
    >>> {name: round(score.value, 4) for name, score in scores.items()}
    {'a': -175.6385, 'b': 106.0132, 'c': 69.6253}
    """
    outcomes(outcome)
    if len({(line.opened, line.closes, line.ended) for line in held.values()}) > 1:
        raise TermError("peer scores compare forecasts of one question, with the same dates.")
    names = list(held)
    totals, clipped = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0)
    borders = sorted({t for line in held.values() for t in (*line.start, *line.end)})
    for low, high in pairwise(borders):
        current = {
            name: p for name in names if (p := _in_force(held[name], (low + high) / 2)) is not None
        }
        if not current:
            continue
        values = np.array(list(current.values()))
        points = peer(values if outcome == 1 else 1 - values, clip=clip)
        for name, value in zip(current, points.values, strict=True):
            totals[name] += float(value) * (high - low)
    for name in names:
        of_outcome, _ = _of_outcome(held[name], outcome)
        clipped[name] = int(np.count_nonzero((of_outcome < clip) | (of_outcome > 1 - clip)))
    return {
        name: TimeScore(
            value=totals[name] / (held[name].closes - held[name].opened),
            coverage=held[name].coverage,
            late=held[name].late,
            clipped=clipped[name],
        )
        for name in names
    }


def _in_force(held: Timeline, at: float) -> float | None:
    for start, end, p in zip(held.start, held.end, held.p, strict=True):
        if start <= at < end:
            return p
    return None


def spot(held: Timeline, *, at: float) -> float | None:
    """Forecast in force at a declared time; None where there is none, or the question is over.

    None means no score, never a score of zero.

    Examples
    --------
    >>> held = timeline([0, 5], p=[0.6, 0.9], opened=0, closes=10)
    >>> spot(held, at=5), spot(held, at=4.9), spot(held, at=10)
    (0.9, 0.6, None)
    """
    return _in_force(held, at)
