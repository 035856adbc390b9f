"""What the event record says about each course of a question: frozen, for all fronts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["NOT_SUPPOSED", "SPREAD", "EventCourse", "EventOccasion", "EventView", "SectorRow"]

NOT_SUPPOSED = "no trigger is supposed"
SPREAD = (
    "the range holds what the fit may miss, what the series' own record leaves open, and what a "
    "lift beyond the state may be"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOccasion:
    """One dated occasion: the trigger's day, and the first response or None within the horizon.

    ``kind`` is ``occasion`` or ``control`` (a day with the same state and no trigger).
    """

    id: str
    kind: str
    actor: str
    recipient: str
    day: dt.date
    followed: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCourse:
    """What the record says about one course: at least one event of its codes in the horizon.

    Attributes
    ----------
    course : str
    cameo, plover, recipients : tuple of str
        What was looked for; recipients as the record names them, empty for anyone.
    match : str
        ``same`` or ``wider``: whether such an event is the course itself.
    pooled : bool
        Whether the number enters the outside view.
    unpooled : str
        Why it does not; empty where it does.
    probability, low, high : float
        With the trigger, and its 80 % range.
    without : float
        Without the trigger.
    base_rate : float
        Shrunken share of past windows that held such an event.
    events, windows : int
        Events of these codes in the record, and windows of the horizon's length it holds.
    effective_n : float
        Windows that do not overlap.
    reference_class : str
        The class that carries most of the weight of the base rate.
    contributions : tuple of (str, float)
        What moved the number from the base rate to the one without the trigger, in log-odds,
        largest first; steps below 0.005 are left out. "average state" is the step to the fit's
        number for a series of this base rate whose state is the average of all; the others are
        departures from that average.
    ratio : float
        With over without the trigger: a historical association.
    lift : float or None
        Multiplier of the odds beyond the state of relations, where one was admitted.
    sentence : str
        What the record says of the trigger.
    occasions, followed : int
        Past occasions of such a trigger, and how many were followed by such an event.
    occasions_low, occasions_high : float
        80 % Wilson interval of their share.
    controls, controls_followed : int
        Days with the same state and no trigger, and how many were followed.
    dated : tuple of EventOccasion
        The latest of both kinds.
    usual : float or None
        With the rows that usually came on the day of such a trigger, in place of one; None where
        the record holds too few such days, or the trigger came alone on them.
    usual_rows : str
        Those rows.
    note : str
    """

    course: str
    cameo: tuple[str, ...]
    plover: tuple[str, ...]
    recipients: tuple[str, ...]
    match: str
    pooled: bool
    unpooled: str
    probability: float
    low: float
    high: float
    without: float
    base_rate: float
    events: int
    windows: int
    effective_n: float
    reference_class: str
    contributions: tuple[tuple[str, float], ...]
    ratio: float
    lift: float | None
    sentence: str
    occasions: int
    followed: int
    occasions_low: float
    occasions_high: float
    controls: int
    controls_followed: int
    dated: tuple[EventOccasion, ...]
    usual: float | None
    usual_rows: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRow:
    """What one organ of the actor did in the last year of the record: events by quad class."""

    sector: str
    label: str
    events: int
    quads: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """The event half of the outside view, and what it covers.

    ``missing`` holds (course, reason) for courses of which the record cannot speak; ``series`` the
    actor's monthly events towards the parties of the case by quad class, for a picture.
    """

    source: str
    store_hash: str
    first: dt.date
    last: dt.date
    as_of: dt.date
    horizon_days: int
    rows: int
    actors: int
    method: str
    inserted: str
    courses: tuple[EventCourse, ...]
    missing: tuple[tuple[str, str], ...]
    sectors: tuple[SectorRow, ...]
    series: tuple[tuple[dt.date, tuple[int, int, int, int]], ...]
    left_out: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    citation: str
