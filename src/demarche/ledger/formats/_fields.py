"""Fields of JSON by others: text, numbers and instants, read strictly or refused by name."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from demarche.errors import DataError
from demarche.ledger.formats import _values as values
from demarche.ledger.formats._result import RowError
from demarche.terms.ledger import Outcome

__all__ = [
    "MISSING",
    "by_day",
    "day_of",
    "instant_of",
    "listed",
    "mapped",
    "number_of",
    "objects_of",
    "outcome_of",
    "share_of",
    "text_of",
]

MISSING = frozenset({"", "n/a", "null", "none", "undefined", "nan"})
"""Words that stand for nothing in files of these kinds; never used for names."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def text_of(data: Mapping[str, Any], key: str) -> str:
    """Text of a field; empty where it is missing."""
    value = data.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RowError(f"{key} must be text, got {str(value)[:40]!r}")
    return str(value).strip()


def number_of(data: Mapping[str, Any], key: str) -> float | None:
    """Number of a field, also where it arrives as text; None where it is missing."""
    value = data.get(key)
    if value is None or (isinstance(value, str) and value.strip().casefold() in MISSING):
        return None
    if isinstance(value, bool):
        raise RowError(f"{key} must be a number, got {value!r}")
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise RowError(f"{key} must be a number, got {str(value)[:40]!r}") from None
    if not math.isfinite(found):
        raise RowError(f"{key} must be a finite number, got {str(value)[:40]!r}")
    return found


def share_of(data: Mapping[str, Any], key: str) -> float:
    """Probability of a field."""
    found = number_of(data, key)
    if found is None:
        raise RowError(f"{key} is missing")
    if not 0 <= found <= 1:
        raise RowError(f"{key} {found!r} lies outside [0, 1]")
    return found


def day_of(data: Mapping[str, Any], key: str) -> dt.date | None:
    """UTC day of a field that is text; None where it is missing."""
    text = text_of(data, key)
    return None if text.casefold() in MISSING else values.day(text, what=key)


def instant_of(data: Mapping[str, Any], key: str, *, scale: float) -> dt.datetime | None:
    """Instant of a field that counts since 1970; ``scale`` is how many make a second."""
    found = number_of(data, key)
    if found is None:
        return None
    try:
        at = EPOCH + dt.timedelta(seconds=found / scale)
    except OverflowError:
        raise RowError(f"{key} {found!r} is no instant") from None
    if not values.FIRST_YEAR <= at.year <= values.LAST_YEAR:
        raise RowError(
            f"{key} lies outside {values.FIRST_YEAR} to {values.LAST_YEAR}; is it in other units?"
        )
    return at


def mapped(value: Any, *, what: str) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise RowError(f"{what} must be an object, got {type(value).__name__}")
    return value


def objects_of(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """List of objects of a field; empty where it is missing."""
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RowError(f"{key} must be a list, got {type(value).__name__}")
    return [mapped(one, what=f"an entry of {key}") for one in value]


def listed(data: Mapping[str, Any], key: str, *, name: str) -> Sequence[Any]:
    """List of a file's field; it must be there."""
    found = data.get(key)
    if not isinstance(found, list):
        raise DataError(f"{name}: expected a list under {key!r}.")
    return found


def by_day(
    given: Sequence[tuple[dt.datetime, float]],
) -> tuple[tuple[tuple[dt.date, float], ...], int]:
    """The last forecast of each UTC day, oldest first, and how many earlier ones that replaced."""
    days: dict[dt.date, tuple[dt.datetime, float]] = {}
    counted: dict[dt.date, int] = defaultdict(int)
    for at, p in sorted(given, key=lambda pair: pair[0]):
        days[at.date()] = (at, p)
        counted[at.date()] += 1
    older = sum(n - 1 for n in counted.values())
    return tuple((day, p) for day, (_, p) in sorted(days.items())), older


def outcome_of(word: str, *, yes: str, no: str, void: Sequence[str]) -> Outcome | None:
    """Outcome by a platform's own words; None where it is missing."""
    plain = word.casefold()
    if plain in MISSING:
        return None
    if plain == yes:
        return "yes"
    if plain == no:
        return "no"
    if plain in void:
        return "annulled"
    raise RowError(f"resolution {word[:40]!r} is none of {', '.join((yes, no, *void))}")
