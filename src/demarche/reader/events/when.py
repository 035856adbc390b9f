"""Dates told in a sentence, as closed intervals of whole days counted from the publication."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from demarche.reader.events.tokens import Token

__all__ = ["When", "dates"]

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name} | {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_NUMBERS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"a": 1, "an": 1}
_UNITS = {
    "day": 1,
    "days": 1,
    "week": 7,
    "weeks": 7,
    "month": 30,
    "months": 30,
    "year": 365,
    "years": 365,
}


@dataclass(frozen=True, slots=True)
class When:
    """Words of a date (tokens) and its interval; ``forward`` where the words point ahead."""

    first: int
    last: int
    start: dt.date | None
    end: dt.date | None
    precision: str
    flags: tuple[str, ...] = ()


def dates(run: Sequence[Token], published: dt.date | None) -> list[When]:
    """Dates of a sentence in order.

    Examples
    --------
    >>> from demarche.reader.events.tokens import tokens
    >>> day = dt.date(2026, 3, 4)  # a Wednesday
    >>> [(w.start.isoformat(), w.end.isoformat()) for w in dates(tokens("on Monday"), day)]
    [('2026-03-02', '2026-03-02')]
    >>> [(w.start.isoformat(), w.end.isoformat()) for w in dates(tokens("in May 2024"), None)]
    [('2024-05-01', '2024-05-31')]
    """
    found: list[When] = []
    place = 0
    while place < len(run):
        hit = _at(run, place, published)
        if hit is None:
            place += 1
        else:
            found.append(hit)
            place = hit.last
    return found


def _at(run: Sequence[Token], place: int, published: dt.date | None) -> When | None:
    low = run[place].low
    if low in _MONTHS and (run[place].capital):
        return _month(run, place, published)
    if low in _DAYS:
        return _weekday(run, place, published)
    if low in ("today", "yesterday", "tomorrow", "tonight"):
        shift = {"yesterday": -1, "tomorrow": 1}.get(low, 0)
        return _relative(place, place + 1, published, shift, shift, "day")
    if low in ("last", "this", "next") and place + 1 < len(run):
        return _named(run, place, published)
    if low == "in" and place + 1 < len(run) and _year(run[place + 1]):
        year = int(run[place + 1].text)
        return When(place + 1, place + 2, dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
    return _ago(run, place, published)


def _year(token: Token) -> bool:
    return (
        token.text.isascii()
        and token.text.isdigit()
        and "1900" <= token.text <= "2199"
        and len(token.text) == 4
    )


def _number(token: Token) -> int | None:
    if token.text.isascii() and token.text.isdigit() and len(token.text) < 4:
        return int(token.text)
    return _NUMBERS.get(token.low)


def _relative(
    first: int, last: int, published: dt.date | None, low: int, high: int, precision: str
) -> When:
    if published is None:
        return When(first, last, None, None, precision, ("no_published",))
    return When(first, last, _shift(published, low), _shift(published, high), precision)


def _shift(day: dt.date, days: int) -> dt.date:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return day


def _weekday(run: Sequence[Token], place: int, published: dt.date | None) -> When:
    before = run[place - 1].low if place else ""
    first = place - 1 if before in ("on", "last", "next") else place
    if published is None:
        return When(first, place + 1, None, None, "day", ("no_published",))
    back = (published.weekday() - _DAYS[run[place].low]) % 7
    shift = 7 - back if before == "next" else -(back or (7 if before == "last" else 0))
    return _relative(first, place + 1, published, shift, shift, "day")


def _month(run: Sequence[Token], place: int, published: dt.date | None) -> When | None:
    month = _MONTHS[run[place].low]
    before = _number(run[place - 1]) if place else None
    after = place + 1
    if after < len(run) and run[after].text == "." and len(run[place].text) <= 4:
        after += 1
    day = before
    first = place - 1 if before is not None else place
    if (
        day is None
        and after < len(run)
        and (n := _number(run[after]))
        and run[after].text.isdigit()
    ):
        day, after = n, after + 1
    if after + 1 < len(run) and run[after].text == "," and _year(run[after + 1]):
        after += 1
    year = None
    if after < len(run) and _year(run[after]):
        year, after = int(run[after].text), after + 1
    if day is None and year is None and run[place].low in ("may", "march", "mar", "sun"):
        lead = run[place - 1].low if place else ""
        if lead not in ("in", "since", "last", "early", "late", "mid", "until", "by", "of"):
            return None
    flags: tuple[str, ...] = ()
    if year is None:
        if published is None:
            return When(first, after, None, None, "day" if day else "month", ("no_published",))
        year = published.year - (month > published.month)
        flags = ("year_assumed",)
    days = calendar.monthrange(year, month)[1]
    if day is not None and not 1 <= day <= days:
        return None
    if day is not None:
        found = dt.date(year, month, day)
        return When(first, after, found, found, "day", flags)
    return When(first, after, dt.date(year, month, 1), dt.date(year, month, days), "month", flags)


def _named(run: Sequence[Token], place: int, published: dt.date | None) -> When | None:
    """Read "last week", "this month", "next year"."""
    word, unit = run[place].low, run[place + 1].low
    if unit not in ("week", "month", "year", "night"):
        return None
    if published is None:
        precision = {"night": "day"}.get(unit, unit)
        return When(place, place + 2, None, None, precision, ("no_published",))
    step = {"last": -1, "this": 0, "next": 1}[word]
    if unit == "night":
        return _relative(place, place + 2, published, -1, -1, "day")
    if unit == "week":
        monday = -published.weekday() + 7 * step
        return _relative(place, place + 2, published, monday, monday + 6, "week")
    if unit == "year":
        year = min(max(published.year + step, 1), 9999)
        return When(place, place + 2, dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
    months = published.year * 12 + published.month - 1 + step
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return None
    days = calendar.monthrange(year, month + 1)[1]
    return When(
        place, place + 2, dt.date(year, month + 1, 1), dt.date(year, month + 1, days), "month"
    )


def _ago(run: Sequence[Token], place: int, published: dt.date | None) -> When | None:
    """Read "three days ago", "two years ago"."""
    if place + 2 >= len(run) or run[place + 2].low != "ago":
        return None
    count, unit = _number(run[place]), _UNITS.get(run[place + 1].low)
    if count is None or unit is None:
        return None
    precision = {1: "day", 7: "week", 30: "month", 365: "year"}[unit]
    slack = unit // 2
    return _relative(
        place, place + 3, published, -count * unit - slack, -count * unit + slack, precision
    )
