"""Plain CSV: one forecast a row, under headers by any of their usual names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from demarche.errors import DataError, TermError, near_miss
from demarche.ledger.formats import _values as values
from demarche.ledger.formats._result import Imported, RowError, Sheet
from demarche.ledger.formats.columns import find_columns, plain
from demarche.ledger.formats.conditional import split_conditional
from demarche.ledger.formats.escape import unescaped
from demarche.ledger.formats.table import read_delimited
from demarche.terms.ledger import FORECASTERS, ForecasterKind, SourceForecast, Verdict
from demarche.terms.sources import ClaimKind

__all__ = ["UNNAMED", "read_plain"]

UNNAMED = "unnamed"
"""Who a row's forecaster is called where nothing says."""


def read_plain(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    kind: ForecasterKind | None = None,
    holder: str = "",
    today: dt.date | None = None,
) -> Imported:
    """Forecasts of a CSV file of anybody's making.

    Parameters
    ----------
    path : Path
    columns : mapping of role to header, optional
        Where a header has no usual name; see ``columns.ROLES``.
    source : str
        Name of the source where no column gives one; the file's name by default.
    kind : ForecasterKind
        Who the forecasters are where no column says: people, or models if the column that names
        them is called so.
    holder : str
        Whose forecasts they are, where no column says.
    today : date, optional
        Rows that say what happened on a later day, or that were made then, are left out.

    Raises
    ------
    DataError
        If the file as a whole cannot be read; single rows are rejected and counted.
    """
    table = read_delimited(path)
    places, unused = find_columns(table.header, name=table.name, given=columns)
    if holder and "forecaster" in places:
        raise DataError(
            f"{table.name}: its column {table.header[places['forecaster']]!r} names the "
            f"forecasters, so they are not all {holder!r}; leave --as out."
        )
    sheet = Sheet(format="csv", name=table.name, today=today)
    if unused:
        sheet.notes.append(f"columns not used: {', '.join(unused)}")
    if table.delimiter == ";":
        sheet.notes.append("fields are separated by semicolons; decimal commas are read as such")
    if "date" not in places:
        sheet.notes.append("no column with dates: late forecasts cannot be told")
    reader = _Reader(
        places=places,
        source=source or path.stem,
        holder=holder or UNNAMED,
        kind=kind or _kind_of(table.header, place=places.get("forecaster")),
        comma=table.delimiter == ";",
    )
    for line, cells in table.rows():
        sheet.rows += 1
        place, text = f"line {line}", table.delimiter.join(cells)
        if len(cells) != len(table.header):
            sheet.reject(
                place, reason=f"{len(cells)} cells; expected {len(table.header)}", text=text
            )
            continue
        try:
            sheet.add(reader.forecast(cells), place=place, text=text)
        except TermError as error:
            sheet.reject(place, reason=str(error).rstrip("."), text=text)
    return sheet.done()


def _kind_of(header: Sequence[str], *, place: int | None) -> ForecasterKind:
    return "model" if place is not None and plain(header[place]) == "model" else "person"


class _Reader:
    """One row into one forecast."""

    def __init__(
        self,
        *,
        places: Mapping[str, int],
        source: str,
        holder: str,
        kind: ForecasterKind,
        comma: bool,
    ) -> None:
        self.places, self.source, self.holder = places, source, holder
        self.kind, self.comma = kind, comma

    def cell(self, cells: Sequence[str], role: str) -> str:
        """Cell of a role, without surrounding spaces; empty where there is no such column."""
        at = self.places.get(role)
        return "" if at is None else unescaped(cells[at].strip())

    def forecast(self, cells: Sequence[str]) -> SourceForecast:
        """The forecast of a row."""
        said = split_conditional(self.cell(cells, "question"))
        question = self.cell(cells, "id") or self.cell(cells, "question")
        if not question:
            raise RowError("the question is empty")
        course = self.cell(cells, "course")
        condition = self.cell(cells, "condition") or said.condition
        holder = self.cell(cells, "forecaster") or self.holder
        claim = self._claim(cells, conditional=bool(condition))
        promised = claim in ("commitment", "red_line")
        return SourceForecast(
            id="|".join(part for part in (question, course, holder) if part),
            source=self.cell(cells, "source") or self.source,
            holder=holder,
            question=question,
            text=said.question or question,
            forecaster=self._kind(cells),
            kind=claim,
            actor=self.cell(cells, "actor"),
            trigger=self.cell(cells, "trigger"),
            course=course,
            course_kind=self.cell(cells, "course_kind"),
            condition=condition,
            hedge=self.cell(cells, "hedge"),
            probability=self._probability(cells),
            low=self._end(cells, "low"),
            high=self._end(cells, "high"),
            asked=values.day(self.cell(cells, "date"), what="date"),
            closes=values.day(self.cell(cells, "closes"), what="deadline"),
            outcome=None if promised else values.outcome(self.cell(cells, "outcome")),
            verdict=self._verdict(cells) if promised else None,
            resolved_on=values.day(self.cell(cells, "resolved_on"), what="day of resolution"),
            cluster=self.cell(cells, "cluster"),
            may_have_seen=self._seen(cells),
            imported_from="csv",
            note=self.cell(cells, "note"),
        )

    def _probability(self, cells: Sequence[str]) -> float | None:
        role = "probability" if "probability" in self.places else "percent"
        text = self.cell(cells, role)
        words = any(self.cell(cells, one) for one in ("hedge", "low", "high", "claim"))
        if not text and words:
            return None
        return values.probability(text, percent=role == "percent", comma=self.comma)

    def _end(self, cells: Sequence[str], role: str) -> float | None:
        text = self.cell(cells, role)
        return values.probability(text, comma=self.comma) if text else None

    def _kind(self, cells: Sequence[str]) -> ForecasterKind:
        text = self.cell(cells, "kind").casefold()
        if not text:
            return self.kind
        if text not in FORECASTERS:
            raise RowError(
                f"forecaster kind {text[:40]!r} is none of {', '.join(FORECASTERS)}. "
                f"{near_miss(text, FORECASTERS)}".rstrip()
            )
        return text

    def _claim(self, cells: Sequence[str], *, conditional: bool) -> ClaimKind:
        text = self.cell(cells, "claim").casefold().replace(" ", "_").replace("-", "_")
        if not text:
            return "conditional" if conditional else "prediction"
        if text not in get_args(ClaimKind):
            raise RowError(
                f"claim kind {text[:40]!r} is none of {', '.join(get_args(ClaimKind))}. "
                f"{near_miss(text, get_args(ClaimKind))}".rstrip()
            )
        return cast("ClaimKind", text)

    def _verdict(self, cells: Sequence[str]) -> Verdict | None:
        text = self.cell(cells, "verdict") or self.cell(cells, "outcome")
        word = text.casefold().replace(" ", "_")
        if not word or word == "open":
            return None
        if word not in get_args(Verdict):
            raise RowError(
                f"verdict {text[:40]!r} is none of {', '.join(get_args(Verdict))} (of a commitment "
                "or red line)"
            )
        return cast("Verdict", word)

    def _seen(self, cells: Sequence[str]) -> bool:
        text = self.cell(cells, "may_have_seen").casefold()
        if text in ("", "no", "false", "0"):
            return False
        if text in ("yes", "true", "1"):
            return True
        raise RowError(f"'may have seen' is yes or no, got {text[:40]!r}")
