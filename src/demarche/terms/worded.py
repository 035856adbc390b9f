"""Ranges from words: the vocabulary in which a case may state positions, saliences, capabilities.

Each word stands for one range. The most likely values of positions and saliences are the mean
places that readers gave the words on a scale of ten; the ends, and all of capability, are this
project's assumption, and every answer that rests on them says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from demarche.errors import TermError, near_miss
from demarche.terms._base import WordedRange

__all__ = ["WORDED", "WordedKind", "worded_range", "worded_table"]

WordedKind = Literal["position", "salience", "capability"]

_TOWARDS = {"somewhat": 66.0, "mainly": 75.0, "strongly": 96.0}
_SALIENCE = {
    "not at all": 0.0,
    "slightly": 0.25,
    "moderately": 0.5,
    "considerably": 0.76,
    "very much": 0.87,
    "extremely": 0.96,
}
_CAPABILITY = {"negligible": 0.05, "weak": 0.25, "middling": 0.5, "strong": 0.75, "strongest": 1.0}
_LOW, _HIGH = "the low end", "the high end"


def _halfway(modes: Mapping[str, float], *, low: float, high: float) -> dict[str, WordedRange]:
    """Ranges that end halfway to the next word's most likely value, or at the end of the scale."""
    names = list(modes)
    found = {}
    for n, name in enumerate(names):
        below = (modes[names[n - 1]] + modes[name]) / 2 if n else low
        above = (modes[names[n + 1]] + modes[name]) / 2 if n + 1 < len(names) else high
        found[name] = WordedRange(round(below, 4), modes[name], round(above, 4), words=name)
    return found


def _positions(low: str, high: str) -> dict[str, WordedRange]:
    """Words for positions between two ends, from the low one to the high one."""
    modes = {f"at {low}": 0.0}
    modes |= {f"{word} towards {low}": 100 - x for word, x in reversed(_TOWARDS.items())}
    modes["in the middle"] = 50.0
    modes |= {f"{word} towards {high}": x for word, x in _TOWARDS.items()}
    modes[f"at {high}"] = 100.0
    return _halfway(modes, low=0.0, high=100.0)


WORDED: Mapping[str, Mapping[str, WordedRange]] = MappingProxyType(
    {
        "position": MappingProxyType(_positions(_LOW, _HIGH)),
        "salience": MappingProxyType(_halfway(_SALIENCE, low=0.0, high=1.0)),
        "capability": MappingProxyType(_halfway(_CAPABILITY, low=0.01, high=1.0)),
    }
)
"""Words and their ranges, by what they describe; positions with the ends of any issue."""


def worded_table(kind: WordedKind, *, low: str = "", high: str = "") -> dict[str, WordedRange]:
    """Every word for a kind of input, with the names of an issue's ends where they are given.

    Parameters
    ----------
    kind : {"position", "salience", "capability"}
    low, high : str
        Names of the ends of the issue, for positions; an end may then be called either way.

    Examples
    --------
    >>> for word, value in worded_table("salience").items():
    ...     print(f"{word}: {value.low:g} {value.mode:g} {value.high:g}")
    not at all: 0 0 0.125
    slightly: 0.125 0.25 0.375
    moderately: 0.375 0.5 0.63
    considerably: 0.63 0.76 0.815
    very much: 0.815 0.87 0.915
    extremely: 0.915 0.96 1
    """
    table = dict(WORDED[kind])
    if kind == "position" and low.strip() and high.strip() and low.strip() != high.strip():
        table |= _positions(low.strip(), high.strip())
    return table


def worded_range(words: str, *, kind: WordedKind, low: str = "", high: str = "") -> WordedRange:
    """Range that a word or phrase stands for.

    Positions (0-100) and saliences (0-1) have as most likely value the mean that readers gave the
    word on a scale from 0 to 10 [1]_: saliences the words of intensity, positions those of
    agreement, both sides averaged so that mirroring an issue mirrors its positions. A range ends
    halfway to the next word; that, and the whole of capability (1 for the strongest faction of an
    actor), is this project's assumption.

    Parameters
    ----------
    words : str
        Exactly as in the table, in lower case but for the name of an issue's end.
    kind : {"position", "salience", "capability"}
    low, high : str
        Names of the ends of the issue, for positions.

    Raises
    ------
    TermError
        If the words are not in the table; the message names the near miss and the table.

    References
    ----------
    .. [1] Rohrmann, B. Verbal qualifiers for rating scales, project VQS, results of June 2000,
       http://www.rohrmannresearch.net/vqs-dat.html

    Examples
    --------
    >>> worded_range("mainly towards the high end", kind="position")
    WordedRange(low=70.5, mode=75.0, high=85.5)
    >>> worded_range("mainly towards peace", kind="position", low="war", high="peace").words
    'mainly towards peace'
    >>> worded_range("very", kind="salience")
    Traceback (most recent call last):
    ...
    demarche.errors.TermError: 'very' are no words for a salience. Did you mean 'very much'? \
Known: not at all, slightly, moderately, considerably, very much, extremely.
    """
    table = worded_table(kind, low=low, high=high)
    if words in table:
        found = table[words]
        return WordedRange(*found, words=words)
    hint = near_miss(words, table) or near_miss(words.lower(), table)
    shown = list(WORDED[kind]) if kind != "position" else _shape(low, high)
    raise TermError(
        " ".join(filter(None, [f"{words!r} are no words for a {kind}.", hint, _known(shown)]))
    )


def _shape(low: str, high: str) -> list[str]:
    ends = [_LOW, _HIGH, *(end.strip() for end in (low, high) if end.strip())]
    return [
        "'in the middle', or 'at', 'somewhat towards', 'mainly towards', 'strongly towards' "
        "followed by " + " or ".join(repr(end) for end in ends)
    ]


def _known(shown: list[str]) -> str:
    return f"Known: {', '.join(shown)}."
