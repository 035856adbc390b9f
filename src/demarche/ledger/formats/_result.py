"""What an import hands on: forecasts, and every row that was left out with its reason."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from demarche.errors import TermError, counted
from demarche.terms.ledger import SourceForecast

__all__ = ["Imported", "Proposition", "Rejected", "RowError", "Sheet", "proposition"]

SHOWN = 200
NAMED = 3
"""Questions with contradictory outcomes that a note names."""
Proposition = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One row that was left out: where it is, why, and its start as it was written."""

    place: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Forecasts of others read from a file.

    Attributes
    ----------
    format, name : str
        Format and name of the file.
    rows : int
        Rows read, used or not.
    forecasts : tuple of SourceForecast
    rejects : tuple of Rejected
    notes : tuple of str
        What was assumed, and what was not used.
    """

    format: str
    name: str
    rows: int
    forecasts: tuple[SourceForecast, ...]
    rejects: tuple[Rejected, ...]
    notes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Rows as they are gathered; repeats of one forecast are left out and counted."""

    format: str
    name: str
    today: dt.date | None = None
    rows: int = 0
    forecasts: list[SourceForecast] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[object, ...], tuple[str, SourceForecast]] = field(default_factory=dict)
    _texts: list[tuple[str, str]] = field(default_factory=list)
    _said: dict[Proposition, dict[dt.date | None, set[str]]] = field(default_factory=dict)

    def reject(self, place: str, *, reason: str, text: str) -> None:
        """Leave a row out."""
        self.rejects.append(Rejected(place=place, reason=reason, text=text[:SHOWN]))

    def add(self, forecast: SourceForecast, *, place: str, text: str) -> None:
        """Take a forecast, unless the same one was there before or a day of it lies ahead."""
        forecast = _composed(forecast)
        ahead = self._ahead(forecast)
        if ahead:
            self.reject(place, reason=ahead, text=text)
            return
        self._hear(forecast)
        key = (forecast.source, forecast.id, forecast.asked)
        before = self._seen.get(key)
        if before is not None:
            same = before[1] == forecast
            why = (
                f"repeats {before[0]}"
                if same
                else f"a second forecast of the same question by the same forecaster on the same "
                f"day as {before[0]}, with nothing to say which came later"
                if forecast.asked is not None
                else f"a second forecast of the same question by the same forecaster as "
                f"{before[0]}, without a date"
            )
            self.reject(place, reason=why, text=text)
            return
        self._seen[key] = (place, forecast)
        self.forecasts.append(forecast)
        self._texts.append((place, text))

    def _ahead(self, forecast: SourceForecast) -> str:
        """Why nobody can know yet what a row says; empty if one can."""
        known = forecast.resolved_on if forecast.outcome or forecast.verdict else None
        for what, day in (("date", forecast.asked), ("day of resolution", known)):
            if self.today is not None and day is not None and day > self.today:
                return f"its {what} {day} lies ahead; by the clock it is {self.today}"
        return ""

    def _hear(self, forecast: SourceForecast) -> None:
        """Remember what a row says became of its question, also if the row is left out."""
        said = forecast.outcome or forecast.verdict
        if said is not None:
            by_deadline = self._said.setdefault(proposition(forecast), {})
            by_deadline.setdefault(forecast.closes, set()).add(said)

    def _contradicted(self, forecast: SourceForecast) -> tuple[str, ...]:
        """Outcomes of a forecast's question, where rows of one deadline contradict each other."""
        said = self._said.get(proposition(forecast), {})
        without = said.get(None, set())
        deadlines: Iterable[dt.date | None] = (
            said if forecast.closes is None else (forecast.closes, None)
        )
        for closes in deadlines:
            found = said.get(closes, set()) | without
            if len(found) > 1:
                return tuple(sorted(found))
        return ()

    def _drop_contradicted(self) -> None:
        """Leave out every forecast of a question with contradictory outcomes, and say so."""
        kept, out, named = [], 0, {}
        for forecast, (place, text) in zip(self.forecasts, self._texts, strict=True):
            outcomes = self._contradicted(forecast)
            if not outcomes:
                kept.append(forecast)
                continue
            out += 1
            words = " and ".join(outcomes)
            name = (forecast.question or forecast.id)[:60]
            named[proposition(forecast)] = f"{name!r} ({words})"
            self.reject(
                place, reason=f"its question has contradictory outcomes: {words}", text=text
            )
        if out:
            first = ", ".join(list(named.values())[:NAMED])
            more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
            self.notes.append(
                f"warning: contradictory outcomes of {counted(len(named), 'question')}; their "
                f"{counted(out, 'forecast')} left out: {first}{more}"
            )
        self.forecasts = kept

    def done(self) -> Imported:
        """The import as it stands, without questions whose outcomes contradict each other."""
        self._drop_contradicted()
        counted = [f"{what}: {n}" for what, n in self.counted.items()]
        return Imported(
            format=self.format,
            name=self.name,
            rows=self.rows,
            forecasts=tuple(self.forecasts),
            rejects=tuple(self.rejects),
            notes=(*self.notes, *counted),
        )


TEXTS = tuple(f.name for f in fields(SourceForecast) if f.type == "str")


def _composed(forecast: SourceForecast) -> SourceForecast:
    """The same with its texts in Unicode's form NFC, so that one id is not two."""
    changed: dict[str, Any] = {
        name: unicodedata.normalize("NFC", value)
        for name in TEXTS
        if not (value := getattr(forecast, name)).isascii()
    }
    return replace(forecast, **changed) if changed else forecast


def proposition(forecast: SourceForecast) -> Proposition:
    """What an outcome belongs to: two forecasters of one question share it."""
    return (
        forecast.source,
        forecast.question or forecast.id,
        forecast.course,
        forecast.condition,
        forecast.trigger,
        "promise" if forecast.kind in ("commitment", "red_line") else "",
    )


class RowError(TermError):
    """A row that cannot be used; the message is the reason."""
