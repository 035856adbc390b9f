"""Signs that a claim may be read wrongly, and how sure the reader is by their number."""

from __future__ import annotations

import re
from collections.abc import Collection

from demarche.terms.claims import Band, Holder

__all__ = ["IRONY", "SIGNS", "signs", "sureness", "turned_word"]

IRONY = re.compile(
    r"\(!\)|\(sic\)|\byeah,? right\b|\bas if\b[^.]*!|\bof course\b[^.]*!|/s\b|"
    r"\b(?:what a surprise|oh,? (?:great|sure|joy)|big surprise|how very \w+|"
    r"surprise,? surprise)\b|"
    r"^\W*(?:sure|right|naturally),[^.]*!"
)
"""Marks by which irony may be meant; irony without a mark is not found."""
_TURNED = re.compile(r"(?<![,:] )(?<!^)\"(?P<word>[a-z]+(?: [a-z]+)?)\"(?!,)")
_LONG, _SEVERAL = 14, 10
SIGNS = (
    "long sentence",
    "several clauses",
    "a party speaks: it may be a promise",
    "direct speech",
    "a rule that errs more often",
    "holder is a pronoun",
    "headline or fragment",
    "may be meant as irony",
    "a word in quotation marks may be meant otherwise",
    "speaker taken from a neighbouring sentence",
    "quotation without a speaker",
    "a bare modal is all that was recognised",
)
"""Doubts that went with errors when sentences were seen for the first time (docs/reading.md)."""
_BARE = frozenset(["assertion", "denial", "possible"])
_ERRING = frozenset(["norm", "own act", "about the present"])


def turned_word(low: str) -> bool:
    """Whether a folded sentence holds a word or two in quotation marks, apart from any speech.

    Examples
    --------
    >>> turned_word('the "friendly" visit will go on.'), turned_word('"we will go," he said.')
    (True, False)
    """
    return _TURNED.search(low) is not None


def signs(low: str, *, kind: str, holder: Holder, band: Band | None, rule: str) -> list[str]:
    """Signs of doubt in a folded sentence and in the claim that was read from it."""
    found = []
    words = len(low.split())
    if words >= _LONG:
        found.append(SIGNS[0])
    if words >= _SEVERAL and ("," in low or ";" in low):
        found.append(SIGNS[1])
    bare = band is not None and band.hedge in ("assertion", "denial")
    if holder.type in ("office", "named") and kind in ("prediction", "conditional") and bare:
        found.append(SIGNS[2])
    if '"' in low:
        found.append(SIGNS[3])
    if rule in _ERRING:
        found.append(SIGNS[4])
    if rule == "cue" and band is not None and band.hedge in _BARE:
        found.append(SIGNS[11])
    if IRONY.search(low):
        found.append(SIGNS[7])
    if turned_word(low):
        found.append(SIGNS[8])
    return found


def sureness(doubts: Collection[str]) -> str:
    """``high`` without any sign of doubt, ``medium`` with one, ``low`` with more.

    Examples
    --------
    >>> sureness([]), sureness(["denial"]), sureness(["direct speech", "long sentence"])
    ('high', 'high', 'low')
    """
    count = len(set(doubts) & set(SIGNS))
    return ("high", "medium", "low")[min(2, count)]
