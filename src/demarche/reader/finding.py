"""What is known of a clause, and of the claim that is being made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from demarche.reader import kinds
from demarche.reader.attribution import Governor
from demarche.reader.conditions import Conditional
from demarche.reader.horizon_words import HorizonWords
from demarche.reader.subjects import subject
from demarche.reader.text import words
from demarche.terms.claims import ClaimWord
from demarche.terms.hedges import hedge

__all__ = [
    "BELIEFS",
    "BY",
    "Clause",
    "Finding",
    "expecting",
    "finish",
    "long_past",
    "make",
    "named",
    "subject_of",
]

BELIEFS = {
    "believe": "believed",
    "think": "likely",
    "doubt": "unlikely",
    "fear": "feared",
    "hope": "possible",
    "see": "likely",
    "sure": "certain",
}
BY = re.compile(
    r"(?:expected|forecast|projected|predicted|anticipated|feared|ruled out|rejected|"
    r"excluded) by (?P<who>[^,;.]+?)(?= to\b| in\b| on\b| for\b| as\b|[,;.]|$)"
)
_LONG = re.compile(
    r"(?:years?|decades?|months?|centur\w+|generations?) (?:ago|earlier|previously)|"
    r"last (?:year|decade|century|summer|winter|spring|autumn)|(?:1[5-9]|20)\d\d|at (?:the|"
    r"that) time|"
    r"those|back|the previous (?:year|decade|century)|^had$|originally|initially|previously|^once$"
)


_THEN = re.compile(
    r"\W*(?:when (?:the |a |an )?(?:[\w'-]+ ){1,6}?(?:\w+ed|fell|broke|came|went|began|rose|won|"
    r"lost|left|took|"
    r"was|were|met|split|quit)\b|(?:before|on the eve of|in the (?:run-up|months|weeks|days|years) "
    r"(?:to|before|after)|shortly (?:before|after)|in the (?:early |late )?(?:\w+ )?(?:\d{4}s|"
    r"nineties|"
    r"eighties|seventies|sixties)|during) (?:the |its |his |a )?(?:[\w'-]+ ?){1,5})[^,]{0,60}, "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause with what surrounds it; offsets are those of its sentence.

    ``low`` hides attributions and conditions; ``cued`` also hides what only looks like a cue;
    ``whole`` hides neither.
    """

    low: str
    cued: str
    start: int
    end: int
    at: int
    governors: tuple[Governor, ...]
    conditions: tuple[Conditional, ...]
    horizons: tuple[HorizonWords, ...]
    complete: bool = True
    whole: str = ""


@dataclass(slots=True)
class Finding:
    """A claim under construction."""

    kind: ClaimWord
    cue: tuple[int, int]
    rule: str
    polarity: str | None = "+"
    hedge: str = ""
    band: tuple[float, float] | None = None
    modality: str = ""
    condition: Conditional | None = None
    holder: str = ""
    who: tuple[int, int] | None = None
    subject: tuple[int, int] | None = None
    flags: list[str] = field(default_factory=list)
    numeric: bool = False


def named(clause: Clause) -> Governor | None:
    """Innermost governor that holds a belief or says something."""
    for governor in reversed(clause.governors):
        if governor.kind in ("intend", "weigh", "know") and governor.complement in ("to", "gerund"):
            continue
        if governor.name is not None or governor.kind in (
            "fear",
            "think",
            "hope",
            "believe",
            "say",
        ):
            return governor
    return None


def subject_of(clause: Clause, before: int) -> tuple[int, int] | None:
    """Noun phrase in front of an offset of a clause."""
    piece = clause.low[clause.at : before]
    span = subject(piece, [w for w in words(piece) if w.low != '"'])
    return (clause.at + span[0], clause.at + span[1]) if span else None


def make(clause: Clause, kind: ClaimWord, start: int, end: int, rule: str) -> Finding:
    """Finding at offsets of the clause's content."""
    at = clause.at
    found = Finding(kind=kind, cue=(at + start, at + end), rule=rule)
    found.subject = subject_of(clause, at + start)
    if clause.conditions:
        found.condition = clause.conditions[0]
    return found


def finish(clause: Clause, found: Finding, last: Governor) -> Finding:
    """Complete a finding that a verb makes: condition, subject, band."""
    if clause.conditions:
        found.condition = clause.conditions[0]
    found.subject = last.name
    if found.hedge and found.band is None:
        row = hedge(found.hedge)
        found.band = (row.low, row.high)
    if found.kind == "prediction" and found.condition is not None:
        found.kind = "conditional"
    return found


def long_past(clause: Clause, governor: Governor) -> bool:
    """Whether a belief was held or voiced long before the text."""
    if not governor.past and not (governor.kind == "rate" and governor.spoken):
        return False
    if governor.kind in ("think", "believe", "fear", "doubt", "hope") and _THEN.match(
        clause.whole or clause.low
    ):
        return True
    if governor.spoken is None:
        return False
    return bool(_LONG.search(clause.low[slice(*governor.spoken)]))


def expecting(clause: Clause, content: str, at: int) -> bool:
    """Whether *should* expects rather than demands."""
    if not kinds.SHOULD_EXPECT.match(content, at):
        return False
    span = subject_of(clause, clause.at + at)
    who = clause.low[slice(*span)] if span else ""
    agent = re.search(
        r"\b(?:government|minister|council|parliament|president|union|states?|parties|party|"
        r"commission|leaders?|we|they|he|she|you|everyone|"
        r"countries|country|nations?|authorities|ministry|court|assembly)$",
        who,
    )
    timed = any(h.type in ("deadline", "window", "within", "point") for h in clause.horizons)
    done = re.match(
        r"should (?:\w+ly |also |soon |then |again |now )?be (?:\w+ )?\w+ed\b", content[at:]
    )
    if done and not timed:
        return False
    return bool(timed or not agent) and not (agent and not timed)
