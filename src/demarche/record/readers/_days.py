"""Days as programs write them: 16-May-2025, 16-May-25, 16/05/2025; which part is the day.

In numbers alone the day and the month are told apart by the whole file: a part above 12 is no
month. Where no row has one, or rows contradict each other, nothing is told and nothing is read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from demarche.record.readers._plan import Check, Layout, Note, quote

__all__ = ["cell_of", "day_as_written", "day_notes", "days_told", "order_told", "told_columns"]

_ORDERS = ("day first", "month first")
_TRIED = 50
_SHORT = r"\d{1,2}[-/. ](\d{1,2}|[A-Za-z]+)[-/. ]\d{2}( .*)?"
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?: .*)?")


def told_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Names under which columns of days are read whose order the file has told."""
    return tuple(f"{column}, {order}" for column in columns for order in _ORDERS)


def days_told(
    path: Path, columns: tuple[str, ...], delimiter: str, layout: Layout, *, utf8: bool
) -> tuple[str, ...]:
    """Columns of a file, those of days in numbers under the name of the order that it tells."""
    encoding = "utf-8-sig" if utf8 else "iso-8859-1"
    places = [columns.index(name) for name in layout.days if name in columns]
    if not places or not any(
        _NUMBERS.fullmatch(cell)
        for row in islice(_rows(path, delimiter, encoding), _TRIED)
        for cell in _cells(row, places)
    ):
        return columns
    most = [0, 0]
    for row in _rows(path, delimiter, encoding):
        for cell in _cells(row, places):
            if found := _NUMBERS.fullmatch(cell):
                most = [max(a, int(b)) for a, b in zip(most, found.groups(), strict=True)]
    if (most[0] > 12) == (most[1] > 12):
        return columns
    order = _ORDERS[most[1] > 12]
    return tuple(f"{c}, {order}" if n in places else c for n, c in enumerate(columns))


def _rows(path: Path, delimiter: str, encoding: str) -> Iterator[list[str]]:
    """Rows of a file; one that cannot be parted, as with a very long cell, is passed over."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error:
                continue


def _cells(row: list[str], places: list[int]) -> Iterator[str]:
    return (row[place].strip() for place in places if place < len(row))


def _whole_year(cell: str, year: str) -> str:
    """Cell whose last two digits are those of the column of years, with all four; else as it is."""
    said = f"CAST(try_cast(r.{year} AS DOUBLE) AS INTEGER)::VARCHAR"
    return (
        f"CASE WHEN NOT regexp_matches({cell}, '[^0-9][0-9]{{2}}$') THEN {cell} "
        f"WHEN length({said}) = 4 AND right({said}, 2) = right({cell}, 2) "
        f"THEN left({cell}, length({cell}) - 2) || {said} END"
    )


def _told(column: str, order: str) -> str:
    """Day of a cell in numbers, without its hour, in the order that the file tells."""
    name = quote(f"{column}, {order}")
    return f"regexp_replace(split_part(r.{name}, ' ', 1), '[/.]', '-', 'g')"


def cell_of(column: str) -> str:
    """Cell of a column of days, whatever name it is read under."""
    told = (f"r.{quote(name)}" for name in told_columns((column,)))
    return f"coalesce(r.{column}, {', '.join(told)})"


def day_as_written(column: str, *, year: str) -> str:
    """Column of days as a date: year first, or in words, or in numbers where the order is told.

    A year of two digits counts where the column `year` has the same two.
    """
    cell = cell_of(column)
    first = f"CASE WHEN regexp_matches({cell}, '^[0-9]{{4}}[-/]') THEN try_cast({cell} AS DATE) END"
    words = f"replace({_whole_year(cell, year)}, '-', ' ')"
    parts = [first, f"CAST(try_strptime({words}, ['%d %B %Y', '%d %b %Y']) AS DATE)"]
    for order, form in zip(_ORDERS, ("%d-%m-%Y", "%m-%d-%Y"), strict=True):
        whole = _whole_year(_told(column, order), year)
        parts.append(f"CAST(try_strptime({whole}, '{form}') AS DATE)")
    return f"coalesce({', '.join(parts)})"


def order_told(*columns: str) -> tuple[Check, ...]:
    """Rules that set apart days in numbers alone of which the file does not tell the order."""
    return tuple(
        Check(
            column=column,
            reason="in numbers, and the file does not tell which are the day, month and year",
            when=f"regexp_full_match(r.{column}, '{_NUMBERS.pattern}')",
        )
        for column in columns
    )


def day_notes(column: str) -> tuple[Note, ...]:
    """Counts of days whose order or year is told by something else than the cell."""
    cell = cell_of(column)
    return (
        *(
            Note(
                column=column,
                kind=f"day in numbers, {order} as the whole file tells",
                when=f"regexp_full_match(r.{quote(f'{column}, {order}')}, '{_NUMBERS.pattern}')",
            )
            for order in _ORDERS
        ),
        Note(
            column=column,
            kind="year of two digits, read by the column of years",
            when=f"regexp_full_match({cell}, '{_SHORT}')",
        ),
    )
