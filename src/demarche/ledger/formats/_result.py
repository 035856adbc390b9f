"""What an import hands on: forecasts, and every row that was left out with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from demarche.errors import TermError
from demarche.terms.ledger import SourceForecast

__all__ = ["Imported", "Rejected"]

SHOWN = 200


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
    rows: int = 0
    forecasts: list[SourceForecast] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[object, ...], tuple[str, SourceForecast]] = field(default_factory=dict)

    def reject(self, place: str, *, reason: str, text: str) -> None:
        """Leave a row out."""
        self.rejects.append(Rejected(place=place, reason=reason, text=text[:SHOWN]))

    def add(self, forecast: SourceForecast, *, place: str, text: str) -> None:
        """Take a forecast, unless the same one was there before."""
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

    def done(self) -> Imported:
        """The import as it stands."""
        counted = [f"{what}: {n}" for what, n in self.counted.items()]
        return Imported(
            format=self.format,
            name=self.name,
            rows=self.rows,
            forecasts=tuple(self.forecasts),
            rejects=tuple(self.rejects),
            notes=(*self.notes, *counted),
        )


class RowError(TermError):
    """A row that cannot be used; the message is the reason."""
