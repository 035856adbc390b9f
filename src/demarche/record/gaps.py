"""Gaps: days of which a source that reports every day holds next to nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEW", "LEAST_DAYS", "LEAST_USUAL", "Gap", "Silences", "find_silences"]

FEW = 0.05
"""Share of the usual rows of a day up to which a day holds next to nothing."""
LEAST_DAYS = 7
"""Days in a row from which they are a gap, and no holidays."""
LEAST_USUAL = 10
"""Usual rows of a day below which a silence may be one, and is no gap."""
BESIDE = 14
"""Days on either side of a gap, half of which are days as usual on one side at least."""
_YEAR, _STEP = 400, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """First and last day of a gap, and the rows dated on them."""

    first: dt.date
    last: dt.date
    rows: int

    @property
    def days(self) -> int:
        """Days of the gap."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> dt.date:
        """The day before the first."""
        return self.first - dt.timedelta(days=1)

    def __str__(self) -> str:
        """In words."""
        rows = f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}" if self.rows else "no row"
        return f"{self.first} to {self.last}, {self.days:,} days with {rows}"

    def data(self) -> dict[str, Any]:
        """As an object for JSON."""
        return {
            "first": f"{self.first}", "last": f"{self.last}", "days": self.days, "rows": self.rows,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Silences:
    """Days of next to nothing: gaps, and those at the end of a record.

    Attributes
    ----------
    gaps : tuple of Gap
    thin_end : Gap or None
        Last days that would be a gap if the record went on as usual after them.
    """

    gaps: tuple[Gap, ...]
    thin_end: Gap | None

    def told(self, *, gaps: str) -> tuple[str, ...]:
        """What they mean for an answer, in words; `gaps` says what is done with the days of one."""
        found = [
            f"the record has a gap, {gap}: {gaps}; a silence there is none of the actors"
            for gap in self.gaps
        ]
        if self.thin_end is not None:
            found.append(
                f"the record holds next to nothing at its end, {self.thin_end}: read as quiet "
                f"days. If its source did not report then, sync what is missing or ask as of "
                f"{self.thin_end.before}"
            )
        return tuple(found)


def find_silences(rows: NDArray[np.float64] | NDArray[np.int64], *, start: dt.date) -> Silences:
    """Gaps of a record and days of next to nothing at its end, from its rows per day.

    A day is usual by the rows of the days around it (a good year on either side): half of all rows
    fall on days with at least so many. Rows dated back by a year, as in GDELT, make no day usual.
    At the end of a record rows may still come: there is no gap.

    Parameters
    ----------
    rows : array, shape (days,)
        Rows dated on each day, of anyone on anyone.
    start : date
        The first of the days.

    Examples
    --------
    >>> rows = np.full(60, 40)
    >>> rows[20:30] = rows[48:] = 1
    >>> found = find_silences(rows, start=dt.date(2020, 1, 1))
    >>> [str(gap) for gap in found.gaps]
    ['2020-01-21 to 2020-01-30, 10 days with 10 rows']
    >>> str(found.thin_end)
    '2020-02-18 to 2020-02-29, 12 days with 12 rows'
    """
    usual = _usual(rows)
    few = rows <= FEW * usual
    edges = np.flatnonzero(np.diff(np.r_[False, few, False]))
    gaps, thin = [], None
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        beside = few[max(0, first - BESIDE) : first], few[end : end + BESIDE]
        full = max(int((~days).sum()) for days in beside)
        if end - first < LEAST_DAYS or 2 * full < BESIDE or usual[first:end].max() < LEAST_USUAL:
            continue
        gap = Gap(
            first=start + dt.timedelta(days=first),
            last=start + dt.timedelta(days=end - 1),
            rows=int(rows[first:end].sum()),
        )
        if end < len(rows):
            gaps.append(gap)
        else:
            thin = gap
    return Silences(gaps=tuple(gaps), thin_end=thin)


def _usual(rows: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows that half of all rows around a day have at least on theirs, by day."""
    out = np.zeros(len(rows))
    for at in range(0, len(rows), _STEP):
        near = np.sort(rows[max(0, at - _YEAR) : at + _STEP + _YEAR])
        total = np.cumsum(near)
        out[at : at + _STEP] = near[np.searchsorted(total, total[-1] / 2)]
    return out
