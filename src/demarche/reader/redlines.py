"""Lines that a holder draws, and conditions packed into a noun phrase."""

from __future__ import annotations

import re

from demarche.reader import kinds
from demarche.reader.authority import speaks_for, state_of
from demarche.reader.conditions import Conditional
from demarche.reader.finding import (
    Clause,
    Finding,
    make,
    named,
)
from demarche.reader.pieces import event_phrase

__all__ = ["any_condition", "event_subject", "own", "red_line"]

_RETALIATE = re.compile(
    r"(?:respond|retaliate|react|hit back) (?:\w+ly |firmly |forcefully |in kind |militarily |"
    r"with \w+ )*(?:to|against) (?P<what>(?:any|further|new|another) (?:[\w'-]+ ?)+)"
)
_IS_LINE = re.compile(
    r"(?:is|are|be|as|'s|remains?|constitut\w+|cross\w*|was|mark\w*) (?:[\w']+ ){0,4}red lines?"
)


def own(clause: Clause, found: Finding) -> bool:
    """Whether the clause is about what its holder itself does."""
    if found.subject is None:
        return False
    who = clause.low[found.subject[0] : found.subject[1]]
    if who in ("i", "we") or re.match(r"(?:.*\b(?:our|ours|my)\b|this government\b)", who):
        return True
    holder = named(clause)
    if holder is None or holder.kind not in ("say", "commit", "threaten") or holder.name is None:
        return False
    if holder.direct and who in ("it", "they", "he", "she"):
        return False
    if holder.lemma in ("according", "view") and who in ("it", "they", "he", "she"):
        return False
    name = clause.low[slice(*holder.name)]
    full = (clause.whole or clause.low)[slice(*holder.name)]
    if re.match(
        r"(?:its|his|her|their|our) (?:own )?(?:[\w-]+ ){0,2}(?:army|armies|forces?|troops|navy|"
        r"fleet|government|soldiers|fighters|men|guns|missiles|air force|country|nation|people)$",
        who,
    ):
        return True
    return kinds.is_pronoun_of(who, name) or speaks_for(full, who)


def any_condition(clause: Clause, found: Finding, content: str) -> None:
    """Condition packed into a noun phrase: the subject, or what a response answers."""
    if found.condition is not None:
        return
    if found.subject and event_phrase(clause.low[slice(*found.subject)], free=True):
        found.condition = Conditional(start=found.subject[0], end=found.subject[1], type="event")
        return
    met = kinds.REGARD.search(content) or _RETALIATE.search(content)
    if met:
        start, end = clause.at + met.start("what"), clause.at + met.end("what")
        end = start + len(clause.low[start:end].rstrip())
        for horizon in clause.horizons:
            if start < horizon.start < end:
                end = start + len(clause.low[start : horizon.start].rstrip())
        found.condition = Conditional(start=start, end=end, type="event")


def event_subject(clause: Clause, found: Finding) -> None:
    """Take an event that is the subject (*a strike would*) for the condition, if none is there."""
    if found.condition is None and found.subject is not None:
        start, end = found.subject
        if event_phrase(clause.low[start:end], free=False):
            found.condition = Conditional(start=start, end=end, type="event")


def red_line(clause: Clause, content: str) -> Finding | None:
    """A line that the clause draws, or ``None``."""
    met = kinds.REGARD.search(content) or kinds.RED_LINE.search(content)
    if met is None or kinds.accepts(content):
        return None
    if "red line" in met.group() and not _IS_LINE.search(content):
        return None
    if not re.search(
        r"(?<![\w-])(?:will|would|won't|wouldn't|cannot|can't|could|can|do|does|is|are|shall|"
        r"remains?|has|have|refuses?|regards?|considers?|sees?|views?|constitutes?)(?![\w-])|"
        r"'ll\b|'d\b",
        content,
    ):
        return None
    if re.match(r"would(?:n't| not) (?:let|allow|permit)", met.group()) and (
        named(clause) is None and not clause.conditions and "would be" not in content
    ):
        return None
    speaker = named(clause)
    if re.search(
        r"(?:mean|spell|lead to|trigger|start|provoke) (?:\w+ )?war$|no \w*? ?(?:choice|option|"
        r"alternative)$",
        met.group(),
    ) and (
        speaker is None
        or speaker.name is None
        or not (
            state_of(clause.whole[slice(*speaker.name)]) or speaker.lemma in ("warn", "threaten")
        )
    ):
        return None
    if (
        re.search(r"(?<!un)accept", met.group())
        and not own(clause, make(clause, "red_line", *met.span(), ""))
        and not re.search(
            r"accept (?:any|an?|attacks?|foreign|such|another|further|being|\w+ing|"
            r"(?!the|that|this|those|these|his|her|its|their|our|your|it|them|help|money|aid|"
            r"defeat|responsibility|blame)[a-z]{4,}s)\b",
            content,
        )
    ):
        return None
    if re.match(r"(?:let|allow|permit)", met.group().split()[-1]) and re.match(
        r"(?: itself| himself| themselves)", content[met.end() :]
    ):
        return None
    found = make(clause, "red_line", met.start(), met.end(), "red line")
    found.polarity = (
        "-"
        if re.match(r"(?:will|would|can|could|shall|won|do|does|is|are|refuse)", met.group())
        and "unaccept" not in met.group()
        and "intoler" not in met.group()
        and not re.search(r"war$|line$|choice$|option$", met.group())
        else "+"
    )
    found.modality = "refusal" if found.polarity == "-" else "line"
    first = clause.low[slice(*found.subject)] if found.subject else ""
    view = re.match(r"\W*(?:for|to) (?P<who>[^,]+),", content)
    if view and re.search("accept|line|war", met.group()) and named(clause) is None:
        found.who = (clause.at + view.start("who"), clause.at + view.end("who"))
    if first in ("we", "i") and named(clause) is None:
        found.who = found.subject
    any_condition(clause, found, content)
    if "choice" in met.group() or "option" in met.group() or "war" in met.group():
        event_subject(clause, found)
    line = "line" in met.group() or "act of" in met.group() or "war" in met.group()
    if line and "would" in content:
        event_subject(clause, found)
    return found
