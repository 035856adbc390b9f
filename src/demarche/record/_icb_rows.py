"""Strict reading of one ICB file: errors name file, column and row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import DataError, near_miss

MISSING = frozenset({"", ".", "NA", "na", "NaN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a file; the header is line 1."""

    file: str
    number: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        """Return the trimmed text of a column."""
        return self.values[column].strip()

    def code(self, column: str, *, low: int, high: int) -> float:
        """Return a whole number in [low, high], or NaN if the cell is empty.

        Raises
        ------
        DataError
            If it is not a whole number, or outside the range.
        """
        text = self.text(column)
        if text in MISSING:
            return float("nan")
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not (value.is_integer() and low <= value <= high):
            raise DataError(
                f"{self.file}, column {column}, row {self.number}: got {text!r}, expected "
                f"a whole number from {low} to {high}, or an empty cell."
            )
        return value

    def whole(self, column: str, *, low: int, high: int) -> int:
        """Return a whole number in [low, high]; an empty cell is an error too."""
        value = self.code(column, low=low, high=high)
        if value != value:
            raise DataError(
                f"{self.file}, column {column}, row {self.number}: the cell is empty; "
                f"expected a whole number from {low} to {high}."
            )
        return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file with its rows."""

    file: str
    rows: tuple[Row, ...]


def read_table(path: Path, *, columns: tuple[str, ...]) -> Table:
    """Read a CSV file with at least these columns.

    Raises
    ------
    DataError
        If the file is not text, has no header, lacks a column, or a line has too few or many cells.
    """
    try:
        raw = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raw = path.read_bytes().decode("cp1252", errors="replace")
    lines = csv.reader(io.StringIO(raw, newline=""))
    header = [name.strip().lower() for name in next(lines, [])]
    for column in columns:
        if column not in header:
            raise DataError(
                f"{path.name}: column {column!r} is missing. "
                f"{near_miss(column, header)} Expected ICB version 14 with all columns."
            )
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise DataError(
                f"{path.name}, row {number}: {len(cells)} cells, expected {len(header)}."
            )
        rows.append(
            Row(file=path.name, number=number, values=dict(zip(header, cells, strict=True)))
        )
    return Table(file=path.name, rows=tuple(rows))
