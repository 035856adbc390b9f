"""Days around the holidays that most states share, on which less is done and less is reported.

Which days these are is a stated convention; how much less happens on them is measured on the past
of the record itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.outside.events.panel import Panel
from demarche.outside.events.series import entries

__all__ = [
    "HolidayEffect",
    "easter",
    "exposed",
    "holiday_effect",
    "holiday_share",
    "is_holiday",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FIXED = frozenset({(12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (1, 2), (5, 1)})
"""Month and day of those that do not move."""
AROUND_EASTER = (-2, 1)
"""First and last day, counted from Easter Sunday of the Gregorian calendar."""
_WEEKS = 4
_RARE = -700.0
"""Log-odds below which the acts expected are nothing in floats, or next to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayEffect:
    """How many acts holidays of a record held, beside ordinary days of the same weekday.

    Attributes
    ----------
    factor : float
        Acts on a holiday over those of an ordinary day, drawn to 1 by one ordinary day.
    days : int
        Past holidays that it rests on; with none the factor is 1.
    observed, expected : float
        Acts on these days, and means of the same weekday within four weeks, summed.
    """

    factor: float = 1.0
    days: int = 0
    observed: float = 0.0
    expected: float = 0.0


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar.

    References
    ----------
    .. [1] Meeus (1991). Astronomical Algorithms, chapter 8.

    Examples
    --------
    >>> easter(2014), easter(2018)
    (datetime.date(2014, 4, 20), datetime.date(2018, 4, 1))
    """
    golden = year % 19
    century, rest = divmod(year, 100)
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - lunar + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def is_holiday(date: dt.date) -> bool:
    """Whether a day is one of these: 24 to 26 December, 31 December to 2 January, 1 May, Easter.

    Good Friday to Easter Monday of the Gregorian calendar. Holidays of some states only, and of
    other calendars, are not among them.

    Examples
    --------
    >>> is_holiday(dt.date(2023, 12, 25)), is_holiday(dt.date(2023, 12, 27))
    (True, False)
    """
    first, last = AROUND_EASTER
    return (date.month, date.day) in FIXED or first <= (date - easter(date.year)).days <= last


def holiday_share(panel: Panel, *, day: Ints, horizon: int) -> Floats:
    """Share of the days `day` to ``day + horizon - 1`` that are holidays.

    Parameters
    ----------
    panel : Panel
        Says which date a day is.
    day : int array
    horizon : int

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> december = SimpleNamespace(date_of=lambda day: dt.date(2014, 12, 1 + day))
    >>> holiday_share(december, day=np.array([0, 23]), horizon=4).tolist()
    [0.0, 0.75]
    """
    if len(day) == 0:
        return np.zeros(0)
    first = int(day.min())
    held = np.array(
        [
            is_holiday(panel.date_of(first + offset))
            for offset in range(int(day.max()) - first + horizon)
        ]
    )
    total = np.r_[0.0, np.cumsum(held)]
    at = day - first
    return np.asarray((total[at + horizon] - total[at]) / horizon)


def holiday_effect(panel: Panel, *, end: int) -> HolidayEffect:
    r"""Acts on the holidays of the past beside ordinary days of the same weekday.

    .. math:: f = (O + E / n) / (E + E / n)

    with *O* the acts (dyads and types per day) on the *n* holidays and *E* the means of the same
    weekday within four weeks before and after, holidays left out, summed.

    Parameters
    ----------
    panel : Panel
    end : int
        Only events known before this day are read. Holidays of the last four weeks before it are
        left out: some of their events, and of the weeks after, are not known yet.

    Raises
    ------
    MethodError
        If `end` is negative.

    References
    ----------
    .. [1] Bell & Hillmer (1983). Modeling time series with calendar variation. Journal of the
       American Statistical Association 78, 526-534.
    """
    if end < 0:
        raise MethodError(f"the past ends at day {end}; expected 0 or later.")
    days = panel.day[entries(panel) < end]
    acts = np.bincount(days, minlength=end).astype(np.float64)
    held = np.array([is_holiday(panel.date_of(t)) for t in range(end)], bool)
    observed = expected = 0.0
    many = 0
    for t in np.flatnonzero(held[: max(0, end - 7 * _WEEKS)]).tolist():
        same = np.arange(t - 7 * _WEEKS, t + 7 * _WEEKS + 1, 7)
        same = same[(same >= 0) & (same < end)]
        same = same[~held[same]]
        if len(same) and acts[same].sum() > 0:
            observed += float(acts[t])
            expected += float(acts[same].mean())
            many += 1
    if many == 0:
        return HolidayEffect()
    usual = expected / many
    factor = round((observed + usual) / (expected + usual), 9)
    return HolidayEffect(factor=factor, days=many, observed=observed, expected=round(expected, 9))


def exposed(log_odds: Floats, *, exposure: Floats) -> Floats:
    r"""Log-odds of at least one act where acts come `exposure` times as often.

    .. math:: P' = 1 - (1 - P)^{e}

    Parameters
    ----------
    log_odds : array
    exposure : array
        Above 0; 1 leaves the log-odds as they are.

    Examples
    --------
    >>> half = exposed(np.array([0.0]), exposure=np.array([2.0]))
    >>> round(float(1 / (1 + np.exp(-half[0]))), 6)
    0.75
    """
    acts = exposure * np.logaddexp(0.0, log_odds)
    with np.errstate(divide="ignore"):
        scaled = acts + np.log(-np.expm1(-acts))
    # acts so rare that floats lose them grow with the exposure itself
    scaled = np.where(log_odds < _RARE, log_odds + np.log(exposure), scaled)
    return np.where(exposure == 1.0, log_odds, scaled)
