"""The noun phrase in front of a verb: who does it, without openers, dates and asides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demarche.reader.horizon_words import find_horizons, past_time
from demarche.reader.lexicon import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    MODALS,
    PREPOSITIONS,
    VERBS,
)
from demarche.reader.text import Word

__all__ = ["subject"]

_TIMED = re.compile(
    r"(?:on|in|by|at|this|next|within|before|after|until|till|during|over|between|from|for|as|"
    r"early|late|later|"
    r"mid|soon|shortly|eventually|today|tonight|tomorrow|ahead|prior|no|not|some|one|any|the|"
    r"again|through|up|"
    r"throughout|inside|starting|beginning|\w+day|\d)"
)


_PAST_VERBS = frozenset(
    "met left went came took made gave held sent hit won lost began flew fled spoke stood "
    "struck led "
    "became wrote signed paid built cut set put is are was were has had have".split()
)


_FINITE_WORDS = MODALS | {"is", "are", "was", "were", "has", "had", "have"}


_OPENERS = frozenset(
    "if when once while as although though because since whatever however unless even given "
    "whether whoever whichever wherever".split()
)


def subject(low: str, tokens: Sequence[Word]) -> tuple[int, int] | None:
    """Noun phrase in front of a verb: without openers, adverbs, auxiliaries and dates.

    Examples
    --------
    >>> from demarche.reader.text import words
    >>> s = "but on monday two former ministers have also"
    >>> a, b = subject(s, words(s))
    >>> s[a:b]
    'two former ministers'
    """
    row = list(tokens)
    if not row:
        return None
    row = _shared(row)
    row = _last_clause(row)
    eve = re.match(
        r"(?:on the eve|in the (?:run-up|aftermath|wake|days|weeks|months)|at the "
        r"(?:start|outset|height|end|time)) (?:of|to|before|after) (?:the |a |an )?[\w-]+ "
        r"(?=many|most|some|few|several|the|two|three|his|her|its)",
        low[row[0].start : row[-1].end],
    )
    if eve:
        row = [w for w in row if w.start >= row[0].start + eve.end()]
    met = past_time(low[row[0].start : row[-1].end])
    if met and met.start() <= 6 and row[0].start + met.end() < row[-1].end:
        row = [w for w in row if w.start >= row[0].start + met.end()]
    row = _led_in(row)
    for n in range(len(row) - 1, -1, -1):
        first = row[0].low
        if row[n].low == "," and n + 1 < len(row):
            opener = (
                first.endswith(("ing", "ed"))
                or first in _OPENERS
                or first in PREPOSITIONS
                or first in ADVERBS
                or first.endswith("ly")
                or n <= 1
            )
            row = (
                row[n + 1 :]
                if opener
                else row[: next(i for i in range(n + 1) if row[i].low == ",")]
            )
            break
    while row and (
        row[0].low in ADVERBS
        or row[0].low.endswith("ly")
        or row[0].low
        in {
            "and",
            "but",
            "or",
            ",",
            '"',
            ";",
            ":",
            "that",
            "as",
            "while",
            "although",
            "though",
            "\u2014",
            "because",
            "so",
            "since",
            "whereas",
            "which",
            "who",
            "where",
            "for",
            "nor",
            "if",
            "(",
            "yet",
            ".",
        }
    ):
        if (
            row[0].low == "that"
            and len(row) > 1
            and row[1].low not in DETERMINERS
            and row[1].text.islower()
            and len(row) == 2
        ):
            break
        row.pop(0)
    timed = bool(row) and _TIMED.match(low, row[0].start) is not None
    horizons = find_horizons(low, low) if timed else ()
    while row:
        hit = next((h for h in horizons if h.start == row[0].start and h.end < row[-1].end), None)
        if hit is None:
            day = re.match(r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day ", low[row[0].start :])
            if day is None:
                break
            row = row[2:]
            continue
        row = [w for w in row if w.start >= hit.end]
    while row and (
        row[-1].low in AUXILIARIES | MODALS
        or row[-1].low in ADVERBS
        or row[-1].low.endswith("ly")
        or row[-1].low in {",", '"', "not", "n't", "to"}
        or (len(row) > 2 and (row[-2].low, row[-1].low) == ("no", "longer"))
        or (len(row) > 1 and row[-1].low == "no" and low.startswith("no longer", row[-1].start))
    ):
        row.pop()
    mark = max((n for n, w in enumerate(row) if w.low in {";", "\u2014", ":", "."}), default=-1)
    row = row[mark + 1 :]
    modal = next((n for n, w in enumerate(row) if n and w.low in MODALS), None)
    if modal is not None:
        row = row[:modal]
    row = _cut_relative(row)
    finite = next((n for n, w in enumerate(row) if n and w.low in AUXILIARIES - {"being"}), None)
    if finite is not None:
        row = row[:finite]
    while row and row[-1].low in {",", '"'}:
        row.pop()
    if not row:
        return None
    last = row[-1]
    end = last.end
    for tail in ("n't", "'s", "'ve", "'re", "'ll", "'d"):
        if (
            last.low.endswith(tail)
            and len(row) == 1
            and last.low not in ("let's",)
            and tail != "'s"
        ):
            end -= len(tail)
    return row[0].start, end


def _led_in(row: list[Word]) -> list[Word]:
    """Subject behind a phrase that opens its clause without a comma: *in its report the bank*."""
    if row[0].low not in ("in", "at", "during", "after", "before", "by", "since", "on") or any(
        w.low in {",", "of"} for w in row
    ):
        return row
    for n in range(len(row) - 1, 1, -1):
        before = row[n - 1].low
        if row[n].low in (
            "the",
            "its",
            "his",
            "her",
            "their",
            "a",
            "an",
            "both",
            "two",
            "three",
        ) and (before not in PREPOSITIONS | DETERMINERS and (before.isalpha() or before.isdigit())):
            return row[n:]
    return row


def _shared(row: list[Word]) -> list[Word]:
    """Subject that two verbs share: *X condemned the act and* (promised) leaves X."""
    if row[-1].low not in ("and", "but", "then"):
        return row
    for n, word in enumerate(row[:-1]):
        if n and (word.low.endswith("ed") or word.low in VERBS or word.low in _PAST_VERBS):
            return row[:n]
    return row


def _last_clause(row: list[Word]) -> list[Word]:
    """Words after a conjunction that follows a finite verb: *it grew when a member said*."""
    for n in range(len(row) - 2, 0, -1):
        if row[n].low in {"when", "because", "while", "although", "that", "after", "since"} and any(
            w.low in _FINITE_WORDS for w in row[:n]
        ):
            return row[n + 1 :]
    return row


def _cut_relative(row: list[Word]) -> list[Word]:
    for n, word in enumerate(row):
        if n and word.low in {
            "who",
            "which",
            "whose",
            "(",
            "\u2014",
            "quoted",
            "cited",
            "interviewed",
        }:
            return row[:n]
    return row
