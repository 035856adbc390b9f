"""Who does what to whom in a claim: actor, action and recipient by word order."""

from __future__ import annotations

import re

from demarche.reader.finding import Clause, Finding
from demarche.reader.lexicon import ADVERBS, AUXILIARIES, DETERMINERS, MODALS, NOT
from demarche.reader.text import Word, words

__all__ = ["action_parts"]

_STOP = frozenset(
    "by before after until within during if unless because while although and but which who that "
    "when where as so or than through".split()
) | frozenset(',;:.()\u2014"?!')
_LIGHT = frozenset(
    "to be been being not likely unlikely expected set due going about probably have has go".split()
)
_THAT = re.compile(
    r".{0,40}?\bthat (?P<who>(?:[\w'-]+ ){0,7}[\w'-]+) (?:will|would|may|might|could|is|are|"
    r"does|do|has|shall)\b"
)
_LETS = frozenset("tolerate accept allow permit let cross regard consider treat ignore".split())
Part = tuple[int, int] | None


def action_parts(clause: Clause, found: Finding, text: str) -> tuple[Part, Part, Part]:
    """Places of actor, action and recipient in the sentence, each ``None`` where not found."""
    actor, start = found.subject, found.cue[1] - 1
    told = text[slice(*actor)].lower() if actor else ""
    if told in ("", "it", "there", "this"):
        met = _THAT.match(clause.low, max(0, found.cue[1] - 5))
        if met:
            actor = met.span("who")
            start = met.end()
    tokens = [w for w in words(text) if start <= w.start < clause.end]
    if found.kind == "red_line":
        tokens = [w for w in words(text) if found.cue[0] <= w.start < clause.end]
        verb = next((n for n, w in enumerate(tokens) if w.low in _LETS), None)
        if verb is not None:
            at = (tokens[verb].start, tokens[verb].end)
            return actor, at, _object(list(tokens[verb + 1 :]), clause)
    verb = next((n for n, w in enumerate(tokens) if _acts(w)), None)
    if verb is None:
        return actor, None, None
    action = (tokens[verb].start, tokens[verb].end)
    row = list(tokens[verb + 1 :])
    recipient = _object(row, clause)
    if actor is None:
        return None, action, recipient
    return actor, action, recipient


def _acts(word: Word) -> bool:
    low = word.low
    return (
        low.isalpha()
        and low not in _LIGHT | AUXILIARIES | ADVERBS | MODALS | NOT | DETERMINERS
        and not low.endswith("ly")
    )


def _object(row: list[Word], clause: Clause) -> Part:
    """Noun phrase after the verb, up to the next mark, clause or horizon."""
    starts = {h.start for h in clause.horizons}
    while row and (
        row[0].low
        in (
            "to",
            "with",
            "on",
            "in",
            "for",
            "from",
            "against",
            "into",
            "at",
            "of",
            "over",
            "out",
            "up",
            "off",
            "down",
        )
        or row[0].low in ADVERBS
    ):
        if row[0].start in starts:
            return None
        row = row[1:]
    kept: list[Word] = []
    for word in row[:12]:
        if (
            word.start in starts
            or word.low in _STOP
            or re.fullmatch(r"(?:to|in|on|from|for|with|at)", word.low)
        ):
            break
        if clause.low[word.start : word.end].isspace():
            break
        kept.append(word)
    if not kept:
        return None
    return kept[0].start, kept[-1].end
