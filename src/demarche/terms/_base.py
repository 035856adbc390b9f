"""What every term shares: strict reading from a file, nothing unknown, nothing changed."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

from demarche.errors import TermError

STRICT = {"extra": "forbid", "strict": True}
"""Read by the case loader: an unknown key or a value of another type is an error."""


class Range(NamedTuple):
    """An analyst's number as a range: lowest, most likely and highest value.

    Examples
    --------
    >>> Range(20, 30, 45).mode
    30
    """

    low: float
    mode: float
    high: float

    @property
    def words(self) -> str:
        """The words it was given in; empty for numbers."""
        return ""


class WordedRange(Range):
    """A range that was given in words; equal to the same numbers, written back as the words.

    Examples
    --------
    >>> value = WordedRange(0.375, 0.5, 0.63, words="moderately")
    >>> value.words, value == Range(0.375, 0.5, 0.63)
    ('moderately', True)
    """

    _words: str = ""

    def __new__(cls, low: float, mode: float, high: float, words: str = "") -> Self:
        """Range with the words it stands for."""
        made = super().__new__(cls, low, mode, high)
        made._words = words
        return made

    @property
    def words(self) -> str:
        """The words it was given in."""
        return self._words


def check_range(value: Range, *, low: float, high: float, what: str) -> None:
    """Refuse a range that is not finite, not ordered or outside ``[low, high]``.

    Raises
    ------
    TermError
        If a member is not finite, the three are not in order, or one lies outside.

    Examples
    --------
    >>> check_range(Range(0.2, 0.5, 0.9), low=0, high=1, what="salience of 'hawks'")
    >>> check_range(Range(20, 50, 80), low=0, high=1, what="salience of 'hawks'")
    Traceback (most recent call last):
    ...
    demarche.errors.TermError: salience of 'hawks' must lie in [0, 1], got [20, 50, 80]. \
Divide by 100 if it was coded 0-100.
    """
    shown = "[" + ", ".join(f"{float(x):g}" for x in value) + "]"
    if not all(math.isfinite(x) for x in value):
        raise TermError(f"{what} must be finite numbers, got {shown}.")
    if not value.low <= value.mode <= value.high:
        raise TermError(f"{what} must be in the order low, mode, high, got {shown}.")
    if value.low < low or value.high > high:
        advice = " Divide by 100 if it was coded 0-100." if high == 1 and value.high > 1 else ""
        bounds = f"[{low:g}, {high:g}]" if math.isfinite(high) else f"{low:g} or more"
        verb = "lie in" if math.isfinite(high) else "be"
        raise TermError(f"{what} must {verb} {bounds}, got {shown}.{advice}")
