"""GDELT's lists of files: which there are, how large, with which checksum."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from demarche.errors import DataError
from demarche.record.download import Item

__all__ = ["Listing", "gdelt1_items", "gdelt2_items"]

_QUARTER = re.compile(r"(\d{14})\.(translation\.)?export\.CSV\.zip")
_DAY = re.compile(r"(\d{8})\.export\.CSV\.zip")
_MONTH = re.compile(r"(\d{6})\.zip")
_YEAR = re.compile(r"(\d{4})\.zip")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
FIRST_QUARTER = dt.datetime(2015, 2, 18, 23, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Files of a period as a list gives them.

    Attributes
    ----------
    items : tuple of Item
        In order of name.
    expected : int
        Quarter hours (2.0) or days (1.0, from April 2013) in the period.
    unlisted : int
        Of those, how many the list does not name; they may appear later.
    unread : int
        Lines of the list that could not be read.
    """

    items: tuple[Item, ...]
    expected: int
    unlisted: int
    unread: int


def gdelt2_items(
    lines: Iterable[str],
    *,
    start: dt.date,
    end: dt.date,
    base: str,
    translation: bool = False,
) -> Listing:
    """Event files of GDELT 2.0 from the lines ``size md5 url`` of a master list.

    Parameters
    ----------
    lines : iterable of str
        Read once, never held.
    start, end : date
        First and last day, both included.
    base : str
        Address the files are fetched from; the one in the list is not used.
    translation : bool
        Files of the translated feed (its own list).

    Examples
    --------
    >>> line = "7 0123456789abcdef0123456789abcdef http://h/20200101001500.export.CSV.zip"
    >>> day = dt.date(2020, 1, 1)
    >>> found = gdelt2_items([line, "junk"], start=day, end=day, base="https://m/")
    >>> found.items[0].address, found.expected, found.unlisted, found.unread
    ('https://m/20200101001500.export.CSV.zip', 96, 95, 1)
    """
    found: dict[str, Item] = {}
    unread = 0
    first, last = f"{start:%Y%m%d}000000", f"{end:%Y%m%d}999999"
    for line in lines:
        words = line.split()
        if len(words) != 3 or not words[0].isdigit() or not _MD5.fullmatch(words[1]):
            unread += bool(words)
            continue
        name = words[2].rsplit("/", 1)[-1]
        match = _QUARTER.fullmatch(name)
        if match and bool(match[2]) == translation and first <= match[1] <= last:
            found[name] = Item(
                name=name, address=base + name, size=int(words[0]), md5=words[1].lower()
            )
    begin = max(dt.datetime.combine(start, dt.time()), FIRST_QUARTER)
    stop = dt.datetime.combine(end + dt.timedelta(days=1), dt.time())
    expected = max(int((stop - begin) / dt.timedelta(minutes=15)), 0)
    items = tuple(found[name] for name in sorted(found))
    return Listing(
        items=items, expected=expected, unlisted=max(expected - len(items), 0), unread=unread
    )


def gdelt1_items(
    md5sums: Iterable[str],
    sizes: Iterable[str],
    *,
    start: dt.date,
    end: dt.date,
    base: str,
) -> Listing:
    """Event files of GDELT 1.0 from its lists ``md5 name`` and ``size name``.

    Files of a year or a month are taken where they overlap the period.

    Examples
    --------
    >>> md5 = "0123456789abcdef0123456789abcdef"
    >>> found = gdelt1_items(
    ...     [f"{md5}  1999.zip", f"{md5}  20130401.export.CSV.zip"],
    ...     ["9 1999.zip"],
    ...     start=dt.date(1999, 5, 1),
    ...     end=dt.date(1999, 5, 2),
    ...     base="https://m/",
    ... )
    >>> [(item.name, item.size) for item in found.items]
    [('1999.zip', 9)]
    """
    sums, unread = _pairs(md5sums, _MD5)
    lengths, more = _pairs(sizes, re.compile(r"\d+"))
    items: list[Item] = []
    days = 0
    for name in sorted(sums.keys() | lengths.keys()):
        span = _span(name)
        if span is None or span[1] < start or span[0] > end:
            continue
        days += span[0] == span[1]
        size = lengths.get(name)
        md5 = sums.get(name)
        items.append(
            Item(
                name=name,
                address=base + name,
                size=None if size is None else int(size),
                md5=None if md5 is None else md5.lower(),
            )
        )
    expected = max((end - max(start, dt.date(2013, 4, 1))).days + 1, 0)
    return Listing(
        items=tuple(items),
        expected=expected,
        unlisted=max(expected - days, 0),
        unread=unread + more,
    )


def _pairs(lines: Iterable[str], value: re.Pattern[str]) -> tuple[Mapping[str, str], int]:
    found: dict[str, str] = {}
    unread = 0
    for line in lines:
        words = line.split()
        if len(words) == 2 and value.fullmatch(words[0]):
            found[words[1]] = words[0]
        else:
            # `filesizes` ends with a total that names no file.
            unread += bool(words) and words[-1] != "total"
    return found, unread


def _span(name: str) -> tuple[dt.date, dt.date] | None:
    try:
        if match := _DAY.fullmatch(name):
            day = dt.datetime.strptime(match[1], "%Y%m%d").date()
            return day, day
        if match := _MONTH.fullmatch(name):
            first = dt.datetime.strptime(match[1], "%Y%m").date()
            return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        if match := _YEAR.fullmatch(name):
            return dt.date(int(match[1]), 1, 1), dt.date(int(match[1]), 12, 31)
    except ValueError:
        raise DataError(f"list of files: {name!r} bears no date that exists") from None
    return None


def lines_of(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines of a body that arrives in pieces, without holding it."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode("ascii", "replace")
    if rest:
        yield rest.decode("ascii", "replace")
