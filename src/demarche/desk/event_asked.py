"""What is asked of a record for one course, and what it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.outside.events.forecast import EventForecast
    from demarche.outside.events.precedents import Precedents

__all__ = ["Asked", "Reading", "Supposed", "Usual"]


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
    """The trigger as the record names it: who, to whom (None: anyone), exact types.

    ``silent`` says why the record can hold no act of it, where that is so; there are no types then.
    """

    actor: str | None
    recipient: str | None
    codes: tuple[str, ...]
    silent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Rows that usually came on the day of such a trigger between two actors, and over how often.

    ``rows`` holds (actor, recipient, exact type, count).
    """

    rows: tuple[tuple[str, str, str, float], ...]
    occasions: int

    @property
    def text(self) -> str:
        """The rows in words, the commonest first."""
        ordered = sorted(self.rows, key=lambda row: (-row[3], row[0] != self.rows[0][0], row[2]))
        said = ", ".join(f"{many:g} of {code} by {by} on {to}" for by, to, code, many in ordered)
        return f"the median day of {self.occasions} past occasions between the two ({said})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What the record says of one course with and without the trigger.

    ``usual_probability`` is the one with the rows of ``usual`` in place of one row; None where
    there are none.
    """

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
    usual: Usual | None
    usual_probability: float | None

    @property
    def lead(self) -> EventForecast:
        """The forecast towards the recipient towards whom the course is likeliest."""
        return max(self.parts, key=lambda part: part.probability)

    @property
    def moves(self) -> list[tuple[str, float]]:
        """What moved it from its base rate, in log-odds, the most first; the sum is the whole way.

        One step is to the fit's own number for a series of such a base rate and an average state.
        """
        (_, start), *steps = self.lead.contributions
        rate = self.lead.base_rate
        found = [("average state", start - math.log(rate / (1 - rate))), *steps]
        return sorted(found, key=lambda step: -abs(step[1]))
