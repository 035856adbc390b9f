"""Numbers as the report shows them: whole percent, never 0 or 100, never two decimals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demarche.show.text import number

__all__ = ["chance", "interval", "points", "seen", "span", "value"]

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Characters that show nothing and could reorder or break what is shown."""


def seen(text: str) -> str:
    r"""Text as it is shown: without unseen characters, numbers kept with their percent sign.

    Examples
    --------
    >>> seen("a\u202eb 30 %")
    'ab 30\xa0%'
    """
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", UNSEEN.sub("", text))


def chance(p: float | None, *, sign: str = " %") -> str:
    """Whole percent; never 0 or 100.

    Examples
    --------
    >>> chance(0.304), chance(0.001), chance(0.9999), chance(0.3, sign=""), chance(None)
    ('30 %', '<1 %', '>99 %', '30', 'none')
    """
    return "none" if p is None else f"{number(p)}{sign}"


def span(low: float, high: float) -> str:
    """A range of probabilities; one number where both ends round to it.

    Examples
    --------
    >>> span(0.141, 0.43), span(0.0, 0.004), span(0.0, 0.04)
    ('14–43', '<1', '<1–4')
    """
    ends = (number(low), number(high))
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def points(change: float, *, unit: bool = False) -> str:
    """A difference of probabilities in signed percentage points.

    Examples
    --------
    >>> points(0.061), points(-0.07, unit=True), points(0.001)
    ('+6', '−7 points', '0')
    """
    whole = round(100 * change)
    text = "0" if whole == 0 else f"{'+' if whole > 0 else '−'}{abs(whole)}"
    return f"{text} {'point' if abs(whole) == 1 else 'points'}" if unit else text


def value(x: float) -> str:
    """An input's value: whole from ten up, else two digits that count.

    Examples
    --------
    >>> value(45.3), value(0.4), value(1.5), value(0.7856), value(-2.71), value(0.0)
    ('45', '0.4', '1.5', '0.79', '−2.7', '0')
    """
    text = f"{abs(x):.0f}" if abs(x) >= 10 else f"{abs(x):.2g}"
    return f"−{text}" if x < 0 and text != "0" else text


def interval(numbers: Sequence[float]) -> str:
    """An analyst's range: most likely value, then its ends.

    Examples
    --------
    >>> interval((45.0, 55.0, 62.0)), interval((1.0, 1.0, 1.0))
    ('55 (45 to 62)', '1')
    """
    low, mode, high = numbers
    if low == high:
        return value(mode)
    return f"{value(mode)} ({value(low)} to {value(high)})"
