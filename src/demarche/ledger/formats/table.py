"""Rows of a delimited text file, strictly: quotes balance, rows are as long as the header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import DataError
from demarche.ledger.formats._values import read_text

__all__ = ["Delimited", "read_delimited"]

LONGEST_CELL = 131_072
"""Characters of a cell at most; Python's own limit belongs to the whole process and may differ."""
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimited:
    """Header and rows; ``rows`` yields (line on which a row starts, cells)."""

    name: str
    delimiter: str
    header: tuple[str, ...]
    text: str
    before: int = 0
    """Lines before the header: 1 where the first says ``sep=;``, as spreadsheets write it."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows after the header that are not blank, with the line each starts on."""
        reader = csv.reader(
            io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True
        )
        line = 1 + self.before
        first = True
        try:
            for cells in reader:
                start, line = line, reader.line_num + 1 + self.before
                if any(len(cell) > LONGEST_CELL for cell in cells):
                    raise DataError(_too_long(self.name, line=start))
                if first:
                    first = False
                elif any(cell.strip() for cell in cells):
                    yield start, cells
        except csv.Error as error:
            text = "\n" * self.before + self.text
            raise DataError(_explained(error, name=self.name, text=text, line=line)) from None


def read_delimited(path: Path) -> Delimited:
    """Read a CSV, semicolon- or tab-separated file; which of them, the header decides.

    Raises
    ------
    DataError
        If the file cannot be read, has one column only, or its header fits two separators.
    """
    text, stated = _after_mark(read_text(path))
    before = 1 if stated else 0
    if not text:
        raise DataError(f"{path.name} has a line that states its separator and nothing else.")
    head = next((line for line in text.splitlines() if line.strip()), "")
    if text.splitlines()[0] != head:
        raise DataError(f"{path.name} begins with a blank line; its first line must be the header.")
    counts = {mark: _outside_quotes(head, mark) for mark in DELIMITERS}
    used = [mark for mark, n in counts.items() if n]
    if not used:
        raise DataError(
            f"{path.name} has one column only ({head[:60]!r}); expected columns separated by "
            "commas, semicolons or tabs."
        )
    if stated in used:
        used = [stated]
    elif stated:
        raise DataError(
            f"{path.name}: its first line states the separator {stated!r}, and the header has none."
        )
    if len(used) > 1:
        names = " and ".join(DELIMITERS[mark] for mark in used)
        raise DataError(
            f"{path.name}: its header has more than one kind of separator ({names}); quote the "
            "headers that contain one."
        )
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=used[0], strict=True))
    except csv.Error as error:
        raise DataError(_explained(error, name=path.name, text=text, line=1 + before)) from None
    return Delimited(
        name=path.name, delimiter=used[0], header=tuple(header), text=text, before=before
    )


def _after_mark(text: str) -> tuple[str, str]:
    """Text after a first line such as ``sep=;``, and the separator it states, else empty."""
    found = re.match(r'"?sep=([,;\t])"?\r?\n', text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found else (text, "")


def _outside_quotes(line: str, mark: str) -> int:
    return "".join(line.split('"')[::2]).count(mark)


def _explained(error: csv.Error, *, name: str, text: str, line: int) -> str:
    if "field larger" in str(error):
        return _too_long(name, line=line)
    if "end of data" in str(error):
        return f"{name}: the quote that opens in the row from line {_opened(text)} never closes."
    return f"{name}, row from line {line}: {error}; quotes inside a cell are doubled."


def _too_long(name: str, *, line: int) -> str:
    return (
        f"{name}, row from line {line}: a cell has more than {LONGEST_CELL:,} characters; is a "
        "quote missing?"
    )


def _opened(text: str) -> int:
    """Line of the quote that is still open at the end."""
    line, opened, inside = 1, 1, False
    for char in text:
        if char == "\n":
            line += 1
        elif char == '"':
            inside = not inside
            opened = line if inside else opened
    return opened
