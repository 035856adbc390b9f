"""Which columns the rows of a file really have, where the first line does not settle it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from demarche.errors import DataError
from demarche.record.readers._plan import Layout
from demarche.record.readers._text import MAX_LINE, raw_lines

__all__ = ["columns_by_number", "columns_of_rows", "is_bare", "is_quoted", "split_line"]

_TRIED = 200
_ENOUGH = 20
"""Lines that settle the columns of a file if all of them agree."""
_QUOTES = 6
"""Quotes in the first row from which on a file is looked at for words in quotes."""
_NOTHING = frozenset({"NA", "NULL", "None"})
"""What is missing is written without quotes by programs that quote words."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def split_line(line: str, delimiter: str, layout: Layout) -> list[str]:
    """Fields of a line; quotes part nothing where the source does not quote."""
    if not layout.quoted:
        return line.split(delimiter)
    csv.field_size_limit(MAX_LINE)
    try:
        return next(csv.reader([line], delimiter=delimiter), [""])
    except csv.Error:
        return line.split(delimiter)


def is_bare(line: str, delimiter: str, layout: Layout) -> bool:
    """Whether the first line of a file is a row already, of a source that forgot headers."""
    fields = split_line(line, delimiter, layout)
    return 0 < len(layout.bare) == len(fields) and fields[0].isdigit()


def is_quoted(path: Path, delimiter: str, *, header: int) -> bool:
    """Whether the words of rows stand in quotes, in a file of a source that writes none.

    R and Dataverse write tables so. Said only where most words of each of the first rows do.
    """
    with path.open("rb") as file:
        first = [file.readline() for _ in range(header + 1)][header]
    if first.count(b'"') < _QUOTES:
        return False
    rows = islice(raw_lines(path), header, header + _ENOUGH)
    return all(_in_quotes(row.decode("utf-8", "replace").split(delimiter)) for row in rows)


def _in_quotes(fields: Sequence[str]) -> bool:
    said = [field for field in fields if field not in _NOTHING]
    words = [field for field in said if any(letter.isalpha() for letter in field)]
    return 2 * sum(len(w) > 1 and w[0] == w[-1] == '"' for w in words) > len(words)


def columns_by_number(path: Path, layout: Layout, *, name: str) -> tuple[tuple[str, ...], str, int]:
    """Columns of a file without a header: the allowed list that most of its first lines fit.

    One line of junk in front must not decide for the whole file.

    Raises
    ------
    DataError
        If none of its first lines has the fields of such a file: then it is another file.
    """
    delimiter = layout.delimiters[0]
    lists = {len(columns): columns for columns in layout.order}
    widths: Counter[int] = Counter()
    for number, line in enumerate(islice(raw_lines(path), _TRIED), 1):
        widths[line.count(delimiter.encode()) + 1] += 1
        if number == _ENOUGH and len(widths) == 1 and set(widths) <= set(lists):
            break
    fits = [(count, width) for width, count in widths.items() if width in lists]
    if not fits:
        seen = next(iter(raw_lines(path)))[:80].decode("utf-8", "replace")
        raise DataError(
            f"{name} is another kind of file: none of its first {widths.total():,} lines has "
            f"{' or '.join(map(str, sorted(lists)))} fields between tabs; it begins {seen!r}. "
            "Is --source right? For a table of your own give a column map (--map FILE)."
        )
    return lists[max(fits)[1]], delimiter, 0


def columns_of_rows(
    path: Path, columns: tuple[str, ...], delimiter: str, layout: Layout
) -> tuple[str, ...]:
    """Header without the columns that the rows lack, told by where the dates stand.

    POLECAT has releases whose header names a headline that no row holds: read by that header,
    every later column would be the one before it.
    """
    shorter = tuple(column for column in columns if column not in layout.header_only)
    if shorter == columns:
        return columns
    rows = [
        raw.decode("utf-8", "replace").split(delimiter)
        for raw in islice(raw_lines(path), 1, _TRIED)
    ]
    full, short = (_fit(rows, names, layout) for names in (columns, shorter))
    wide = sum(any(row[len(shorter) :]) for row in rows)
    return columns if (full[0], full[1] + wide) > short else shorter


def _fit(
    rows: Sequence[Sequence[str]], columns: tuple[str, ...], layout: Layout
) -> tuple[int, int]:
    """Dates where dates should be, then rows of the very number of fields."""
    places = [columns.index(name) for name in layout.dated if name in columns]
    dates = sum(
        place < len(row) and _DAY.match(row[place]) is not None for row in rows for place in places
    )
    return dates, sum(len(row) == len(columns) for row in rows)
