"""Fatebook's CSV export: one row per forecast, times without a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from demarche.errors import DataError, TermError
from demarche.ledger.formats import _values as values
from demarche.ledger.formats._fields import MISSING, outcome_of
from demarche.ledger.formats._result import Imported, RowError, Sheet
from demarche.ledger.formats.conditional import split_conditional
from demarche.ledger.formats.table import read_delimited
from demarche.terms.ledger import SourceForecast

__all__ = ["HEADERS", "read_fatebook"]

HEADERS: Mapping[str, str] = {
    "question": "Question title",
    "option": "Multiple choice option",
    "holder": "Forecast created by",
    "p": "Forecast (scale = 0-1)",
    "asked": "Forecast created at",
    "closes": "Question resolve by",
    "outcome": "Resolution",
    "resolved": "Resolved at",
}
"""Columns that are read, by their headers in the export."""


def read_fatebook(path: Path, *, source: str = "", today: dt.date | None = None) -> Imported:
    """Forecasts of Fatebook's export, whole or of a tournament.

    Of several forecasts by one person on one day the last is kept. Times have no zone and are
    taken as UTC. A question with options is one yes/no proposition per option.

    Parameters
    ----------
    path : Path
    source : str
        ``fatebook`` by default.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If the file has not the export's columns.
    """
    table = read_delimited(path)
    places = {}
    for role, header in HEADERS.items():
        if role == "option" and header not in table.header:
            continue  # exports from before there were questions with options
        if header not in table.header:
            raise DataError(
                f"{table.name} has no column {header!r}, so it is no export of Fatebook; score it "
                "as a plain CSV."
            )
        places[role] = table.header.index(header)
    sheet = Sheet(format="fatebook", name=table.name, today=today)
    sheet.notes.append("times have no zone and are taken as UTC")
    rows: dict[tuple[str, object], tuple[str, SourceForecast, str, str]] = {}
    for line, cells in table.rows():
        sheet.rows += 1
        place, text = f"line {line}", ",".join(cells)
        if len(cells) != len(table.header):
            sheet.reject(
                place, reason=f"{len(cells)} cells; expected {len(table.header)}", text=text
            )
            continue
        try:
            row, at = _row(cells, places=places, source=source or "fatebook")
        except TermError as error:
            sheet.reject(place, reason=str(error).rstrip("."), text=text)
            continue
        key = (row.id, row.asked)
        if key in rows:
            sheet.counted["earlier forecasts of the same day, replaced by the last"] += 1
        if key not in rows or at >= rows[key][2]:
            rows[key] = (place, row, at, text)
    for place, row, _, text in rows.values():
        sheet.add(row, place=place, text=text)
    return sheet.done()


def _row(
    cells: Sequence[str], *, places: Mapping[str, int], source: str
) -> tuple[SourceForecast, str]:  # fmt: skip
    def cell(role: str) -> str:
        if role not in places:
            return ""
        text = cells[places[role]].strip()
        return "" if text.casefold() in MISSING and role != "holder" else text

    title, option = cell("question"), cell("option")
    if not title:
        raise RowError("the question title is empty")
    asked = values.day(cell("asked"), what=HEADERS["asked"])
    if asked is None:
        raise RowError(f"{HEADERS['asked']!r} is empty")
    said = split_conditional(title)
    holder = cell("holder") or "unnamed"
    closes = values.day(cell("closes"), what=HEADERS["closes"])
    return SourceForecast(
        id="|".join(part for part in (title, option, holder) if part),
        source=source,
        holder=holder,
        question=title,
        course=option,
        text=said.question,
        condition=said.condition,
        forecaster="person",
        kind="conditional" if said.condition else "prediction",
        probability=values.probability(cell("p")),
        asked=asked,
        closes=closes if closes is None or closes >= asked else None,
        outcome=outcome_of(cell("outcome"), yes="yes", no="no", void=("ambiguous",)),
        resolved_on=values.day(cell("resolved"), what=HEADERS["resolved"]),
        imported_from="fatebook",
        note="" if closes is None or closes >= asked else f"given after its resolve-by ({closes})",
    ), _sortable(cell("asked"))


def _sortable(stamp: str) -> str:
    """A time of the export, whose parts may lack leading zeros, in a form that sorts."""
    day, _, clock = stamp.partition(" ")
    return f"{day} " + ":".join(part.zfill(2) for part in clock.split(":"))
