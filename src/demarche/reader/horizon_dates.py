"""Horizons as closed intervals of whole days, from their words and the day they were said."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field, replace

from demarche.reader.horizon_words import MONTHS, NUMBERS, WEEKDAYS, HorizonWords
from demarche.terms.claims import Horizon, Span

__all__ = ["resolve_horizon"]

VAGUE = {"hour": 1, "day": 7, "week": 42, "fortnight": 84, "month": 183, "quarter": 365}
"""Upper end, in days, of an amount without a count (project choice)."""
COUNTS = {
    "a couple of": (2, 3),
    "couple of": (2, 3),
    "a few": (3, 5),
    "the few": (3, 5),
    "few": (3, 5),
    "a handful of": (3, 5),
    "several": (3, 9),
    "many": (3, 9),
    "a number of": (3, 9),
    "a dozen": (12, 12),
}
_MONTH = re.compile(r"\b(" + "|".join(MONTHS) + r"|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?")
_YEAR = re.compile(r"\b(1[5-9]\d\d|2[01]\d\d)\b")
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\d)")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_AMOUNT = re.compile(
    r"(?:\b(\d+|" + "|".join(sorted([*NUMBERS, *COUNTS], key=len, reverse=True)) + r")[ -])?"
    r"(?:(?:next|coming|more|to come|ahead) )?(hour|day|week|fortnight|month|quarter|year|decade|"
    r"generation)s?\b"
)
_HALF = re.compile(r"\b(first|second|last|1st|2nd)[ -]half\b")
_QUARTER = re.compile(
    r"\b(first|second|third|fourth|final|last|1st|2nd|3rd|4th)[ -]quarter\b|\bq([1-4])\b"
)
_PART = re.compile(
    r"\b(early|beginning of|start of|turn of|first days of|early part of|mid|middle of|late|"
    r"end of|close of|latter part of|later|last days of|first half of|second half of)\b|"
    r"\b(?:year|month|week|decade|century|quarter)(?:'s)?[ -]?(end)\b"
)
_SEASON = re.compile(r"\b(spring|summer|autumn|fall|winter)\b")
_ORDINAL = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
}
_START = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
Days = tuple[dt.date, dt.date]


@dataclass(slots=True)
class _When:
    """An interval of days under construction."""

    start: dt.date
    end: dt.date
    precision: str
    flags: list[str] = field(default_factory=list)
    alternatives: tuple[Days, ...] = ()
    ambiguous_by: bool = False


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _add_months(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise OverflowError
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _third(start: dt.date, end: dt.date, part: int) -> Days:
    """First, middle or last third of an interval of days."""
    if start.day == 1 and start.month == 1 and end.month == 12 and end.day == 31:
        return (
            dt.date(start.year, 1 + 4 * part, 1),
            _month_end(start.year, 4 + 4 * part),
        )
    days = (end - start).days + 1
    if start.day == 1 and 28 <= days <= 31:
        first = start + dt.timedelta(10 * part)
        return first, end if part == 2 else first + dt.timedelta(9)
    return (
        start + dt.timedelta(days * part // 3),
        start + dt.timedelta(days * (part + 1) // 3 - 1),
    )


def _explicit(words: str, anchor: dt.date | None) -> _When | None:
    """Dates, months, quarters, halves and years that are named."""
    iso = _ISO.search(words)
    if iso:
        day = dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        return _When(day, day, "day")
    found = _YEAR.search(words)
    year = int(found[1]) if found else _deictic_year(words, anchor)
    month = _MONTH.search(words)
    if month:
        return _in_month(words, MONTHS.index(_full(month[1])) + 1, year, anchor)
    season = _SEASON.search(words)
    if season:
        return _season(words, season[1], year, anchor)
    for pattern, size, name in ((_QUARTER, 3, "quarter"), (_HALF, 6, "half")):
        part = pattern.search(words)
        if part:
            return _fraction(part, size, name, year, anchor)
    if year is not None:
        whole = _When(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
        whole.ambiguous_by = True
        return whole
    return None


def _full(month: str) -> str:
    return next(name for name in MONTHS if name.startswith(month[:3]))


def _deictic_year(words: str, anchor: dt.date | None) -> int | None:
    if anchor is None:
        return None
    if "year after next" in words:
        return anchor.year + 2
    if re.search(r"\b(?:next|the coming|the following|coming) year\b", words):
        return anchor.year + 1
    if re.search(r"\b(?:this|the current|the|same) year\b|\byear-?'?s?[ -]?end\b|mid-?year", words):
        return anchor.year
    return None


def _in_month(words: str, month: int, year: int | None, anchor: dt.date | None) -> _When | None:
    rest = _YEAR.sub(" ", words)
    day = _DAY.search(rest)
    if year is None:
        if anchor is None:
            return None
        year = anchor.year + (month < anchor.month)
        if day and month == anchor.month and int(day[1]) < anchor.day:
            year += 1
        if re.search(rf"\bnext {MONTHS[month - 1]}", words) and month == anchor.month:
            year += 1
    if day:
        exact = dt.date(year, month, int(day[1]))
        return _When(exact, exact, "day")
    start, end = dt.date(year, month, 1), _month_end(year, month)
    return _When(start, end, "month", ambiguous_by=True)


def _season(words: str, season: str, year: int | None, anchor: dt.date | None) -> _When | None:
    month = _START[season]
    flags = ["season_hemisphere_assumed"]
    if year is None:
        if anchor is None:
            return None
        year = anchor.year
        if anchor > _season_end(year, month):
            year += 1
        if re.search(r"\bnext (?:spring|summer|autumn|fall|winter)\b", words) and (
            dt.date(year, month, 1) <= anchor
        ):
            year += 1
    return _When(dt.date(year, month, 1), _season_end(year, month), "season", flags)


def _season_end(year: int, month: int) -> dt.date:
    last = _add_months(dt.date(year, month, 1), 2)
    return _month_end(last.year, last.month)


def _fraction(
    part: re.Match[str], size: int, name: str, year: int | None, anchor: dt.date | None
) -> _When | None:
    word = next(group for group in part.groups() if group)
    number = int(word) if word.isdigit() else _ORDINAL.get(word, 12 // size)
    if year is None:
        if anchor is None:
            return None
        year = anchor.year + (number * size < anchor.month)
    return _When(dt.date(year, (number - 1) * size + 1, 1), _month_end(year, number * size), name)


def _deictic(words: str, anchor: dt.date) -> _When | None:
    """Today, tomorrow, weekdays, this and next week, month, decade."""
    if "day after tomorrow" in words:
        return _one(anchor + dt.timedelta(2))
    if "tomorrow" in words:
        return _one(anchor + dt.timedelta(1))
    if re.search(r"\b(?:today|tonight|midnight)\b", words):
        return _one(anchor)
    weekday = next((d for d in WEEKDAYS if re.search(rf"\b{d}\b", words)), None)
    if weekday:
        first = anchor + dt.timedelta((WEEKDAYS.index(weekday) - anchor.weekday()) % 7)
        if re.search(rf"\bnext {weekday}", words):
            second = first + dt.timedelta(7)
            when = _one(first)
            when.end = second
            when.alternatives = ((first, first), (second, second))
            when.flags.append("ambiguous_next")
            return when
        return _one(first)
    return _unit(words, anchor)


def _one(day: dt.date) -> _When:
    return _When(day, day, "day")


def _unit(words: str, anchor: dt.date) -> _When | None:
    later = 2 if "after next" in words else bool(re.search(r"\b(?:next|following|coming)\b", words))
    monday = anchor - dt.timedelta(anchor.weekday())
    if re.search(r"\bweekend\b", words):
        first = monday + dt.timedelta(5 + 7 * later)
        return _When(first, first + dt.timedelta(1), "day")
    if re.search(r"\bweek\b|week-?end", words):
        first = monday + dt.timedelta(7 * later)
        return _When(first, first + dt.timedelta(6), "week")
    if re.search(r"\bmonth\b|month-?end", words):
        first = _add_months(anchor.replace(day=1), later)
        return _When(first, _month_end(first.year, first.month), "month")
    if re.search(r"\bquarter\b", words):
        first = _add_months(dt.date(anchor.year, 3 * ((anchor.month - 1) // 3) + 1, 1), 3 * later)
        last = _add_months(first, 2)
        return _When(first, _month_end(last.year, last.month), "quarter")
    for unit, years in (("decade", 10), ("century", 100)):
        if re.search(rf"\b{unit}\b", words):
            base = anchor.year // years * years + years * later
            return _When(dt.date(base, 1, 1), dt.date(base + years - 1, 12, 31), unit)
    return None


def _when(words: str, anchor: dt.date | None) -> _When | None:
    if "christmas" in words:
        found = _YEAR.search(words)
        if not found and anchor is None:
            return None
        year = int(found[1]) if found else anchor.year if anchor else 0
        return _one(dt.date(year, 12, 25))
    base = _explicit(words, anchor)
    if base is None and anchor is not None:
        base = _deictic(words, anchor)
    if base is None:
        return None
    part = _PART.search(words)
    if part and base.precision not in ("day", "half"):
        _narrow(base, next(group for group in part.groups() if group), anchor)
    return base


def _narrow(base: _When, part: str, anchor: dt.date | None) -> None:
    name = {"year": "year third", "month": "month third"}.get(base.precision, base.precision)
    if part in ("end", "end of", "close of"):
        base.ambiguous_by = False
        base.flags.append("end_of")
    if part == "later":
        if anchor is not None:
            base.start = max(base.start, anchor)
        return
    if part in ("first half of", "second half of"):
        half = (base.end - base.start).days // 2
        middle = base.start + dt.timedelta(half)
        if part.startswith("first"):
            base.end = middle
        else:
            base.start = middle + dt.timedelta(1)
        return
    first = part in (
        "early",
        "beginning of",
        "start of",
        "turn of",
        "first days of",
        "early part of",
    )
    third = 0 if first else 1 if part.startswith("mid") else 2
    base.start, base.end = _third(base.start, base.end, third)
    base.precision = name
    base.ambiguous_by = False


def _amount(words: str) -> tuple[int, int, str, bool] | None:
    """Least and most units of an amount, the unit, and whether the amount is vague."""
    found = _AMOUNT.search(words)
    if not found:
        return None
    count, unit = found[1], found[2]
    if count is None:
        plural = words[found.start(2) :].startswith(unit + "s")
        return (1, 1, unit, False) if not plural else (0, 0, unit, True)
    if count in COUNTS:
        low, high = COUNTS[count]
        return low, high, unit, True
    number = int(count) if count.isdigit() else NUMBERS.get(count, 1)
    return number, number, unit, False


def _later(anchor: dt.date, count: int, unit: str) -> dt.date:
    if unit == "hour":
        return anchor + dt.timedelta(-(-count // 24))
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    if days:
        return anchor + dt.timedelta(days * count)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "generation": 300}[unit]
    return _add_months(anchor, months * count)


def _vague_end(anchor: dt.date, unit: str) -> dt.date:
    if unit == "month":
        return _add_months(anchor, 6)
    if unit in ("year", "decade", "generation"):
        return _add_months(anchor, {"year": 60, "decade": 360, "generation": 600}[unit])
    return anchor + dt.timedelta(VAGUE.get(unit, 7))


def resolve_horizon(
    found: HorizonWords,
    *,
    span: Span,
    anchor: dt.date | None,
    spoken: bool = False,
) -> Horizon:
    """Closed interval of a horizon; without an anchor, relative times stay open and say so.

    Rules: a deadline starts at the anchor; *before X* ends the day before X; *by* a month or year
    is ambiguous (``end_strict``); no year means the next one not before the anchor; a named year
    is never moved; vague amounts have stated upper ends; *until* and *for* are durations.

    Examples
    --------
    >>> from demarche.reader.horizon_words import find_horizons
    >>> words = "by the end of March"
    >>> h = resolve_horizon(find_horizons(words, words.lower())[0],
    ...     span=Span(start=0, end=19, text=words), anchor=dt.date(2026, 3, 4))
    >>> h.start.isoformat(), h.end.isoformat(), h.precision
    ('2026-03-04', '2026-03-31', 'day')
    """
    source = "spoken" if spoken else "published" if anchor else "unknown"
    open_ = Horizon(
        span=span,
        type=found.type,
        precision="vague" if found.type == "vague" else "event" if found.type == "event" else "",
        anchor=anchor,
        anchor_source=source,  # type: ignore[arg-type]
    )
    if found.type == "event":
        return replace(open_, flags=("event_anchored",))
    if found.type == "vague":
        return replace(open_, flags=("missing_deadline",))
    try:
        closed = _resolve(found, open_, anchor)
    except (ValueError, OverflowError):
        return replace(open_, flags=("no_such_day",))
    if closed is not None:
        return closed
    flag = "not_resolved" if anchor else "no_publication_date"
    if re.search(r"\b(?:fiscal|financial|school|session|term|easter|ramadan)\b", found.words):
        flag = "calendar_not_known"
    return replace(open_, flags=(flag,))


def _resolve(found: HorizonWords, open_: Horizon, anchor: dt.date | None) -> Horizon | None:
    words = found.words
    if re.search(r"\b(?:fiscal|financial|school|session|term)\b", words):
        return None
    if found.type in ("within", "point", "duration"):
        return _of_amount(found, open_, anchor)
    if found.type == "between":
        first, second = re.split(r"\band\b", words, maxsplit=1)
        a, b = _when(first, anchor), _when(second, anchor)
        if a is None or b is None:
            return None
        start = anchor if anchor is not None and a.start > b.end else a.start
        return replace(open_, start=start, end=b.end, precision=b.precision)
    when = _when(words, anchor)
    if when is None:
        return None
    return _placed(found, open_, when, anchor)


def _of_amount(found: HorizonWords, open_: Horizon, anchor: dt.date | None) -> Horizon | None:
    amount = _amount(found.words)
    if amount is None or anchor is None:
        return None
    low, high, unit, vague = amount
    if found.words.startswith("within the ") and not vague and unit in ("year", "month", "week"):
        when = _unit(unit, anchor) if unit != "year" else None
        end = when.end if when else dt.date(anchor.year, 12, 31)
        return replace(open_, start=anchor, end=end, precision=unit)
    end = _vague_end(anchor, unit) if high == 0 else _later(anchor, high, unit)
    flags = ("vague",) if vague else ()
    if found.type == "duration":
        last = end if vague else end - dt.timedelta(1)
        return replace(open_, start=anchor, end=last, precision="duration", flags=flags)
    if found.type == "point" and high:
        slack = dt.timedelta({"week": 3, "month": 15, "quarter": 45, "year": 182}.get(unit, 0))
        first = max(anchor, _later(anchor, low, unit) - slack)
        precision = "vague" if vague else unit
        return replace(open_, start=first, end=end + slack, precision=precision, flags=flags)
    precision = "vague" if vague else "day"
    return replace(open_, start=anchor, end=end, precision=precision, flags=flags)


def _placed(found: HorizonWords, open_: Horizon, when: _When, anchor: dt.date | None) -> Horizon:
    flags = [flag for flag in when.flags if flag != "end_of"]
    start: dt.date | None = when.start
    end: dt.date | None = when.end
    strict = None
    precision = when.precision
    if found.type in ("deadline", "until"):
        start = anchor
        before = re.match(
            r"(?:before|ahead of|prior to|(?:at least )?(?:until|till|up to))\b", found.words
        )
        if before:
            end = when.start - dt.timedelta(1)
            precision = "duration" if found.type == "until" else "day"
        elif found.type == "until":
            precision = "duration"
        elif when.ambiguous_by and "end_of" not in when.flags:
            strict = when.start - dt.timedelta(1)
            flags.append("ambiguous_by")
        elif "end_of" in when.flags:
            precision = "day"
    elif found.type == "after":
        end = None
        start = (
            when.start
            if re.match(r"(?:from|start|begin|as)", found.words)
            else (when.start if re.match(r"no|not", found.words) else when.end + dt.timedelta(1))
        )
    elif anchor is not None and when.start < anchor <= when.end:
        start = anchor
    if anchor is not None and end is not None and end < anchor:
        flags.append("past_at_publication")
        if found.type in ("deadline", "until"):
            start = None
    return replace(
        open_,
        start=start,
        end=end,
        end_strict=strict,
        alternatives=when.alternatives,
        precision=precision,
        flags=tuple(flags),
    )
