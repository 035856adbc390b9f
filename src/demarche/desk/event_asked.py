"""What is asked of a record for one course, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.outside.events.forecast import EventForecast
    from demarche.outside.events.precedents import Precedents

__all__ = ["Asked", "Reading", "Supposed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to look for: a course, its class in the fit, and to whom (none: anyone)."""

    course: str
    cls: str
    codes: tuple[str, ...]
    actor: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """The trigger as the record names it: who, to whom (None: anyone), exact types."""

    actor: str | None
    recipient: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What the record says of one course with and without the trigger."""

    probability: float
    low: float
    high: float
    without: float
    parts: tuple[EventForecast, ...]
    base_rate: float
    lift: float | None
    sentence: str
    inserted: str
    occasions: Precedents
    controls: Precedents
    spread: str
