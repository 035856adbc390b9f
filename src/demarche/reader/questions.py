"""Questions, asked or embedded: recorded, and never forecasts."""

from __future__ import annotations

import re

from demarche.reader.finding import Clause, Finding
from demarche.reader.text import Sentence

__all__ = ["ASKED", "question"]

ASKED = re.compile(
    r"\W*(?:when )?asked (?:whether|if|about|when|how)[^,]{2,160},"
    r"(?= .{0,60}\b(?:said|told|replied|answered|added)\b)"
)


def question(sentence: Sentence, shown: str) -> tuple[Finding, Clause] | None:
    """Questions, asked or embedded; an empty rule means: nothing is asserted, nothing recorded."""
    low = shown if not shown[:1].strip() else sentence.low
    body = low.rstrip(" \"')")
    clause = Clause(
        low=shown,
        cued=shown,
        start=0,
        end=len(shown),
        at=0,
        governors=(),
        conditions=(),
        horizons=(),
    )
    blank = Finding(kind="question", cue=(0, 0), rule="")
    if re.match(r"\W*why not (?:simply |just )?[a-z]", low):
        found = Finding(kind="normative", cue=(0, 7), rule="why not", polarity=None)
        return found, clause
    if body.endswith("?") or re.search(r"\?\"", low):
        met = re.search(
            r"(?<![\w-])(?:will|would|may|might|could|can|should|is|are|going to|likely|shall|"
            r"won't|does|do|must|shouldn't|couldn't|wouldn't|can't|isn't|aren't)(?![\w-])",
            low,
        )
        if met is None:
            return blank, clause
        return Finding(kind="question", cue=met.span(), rule="question", polarity=None), clause
    if re.search(
        r"(?:declin\w+|refus\w+|would not|did not|unable|not ready|not in a position|"
        r"too early) to (?:say|comment|confirm|speculate|predict|tell|disclose|answer)|"
        r"(?:had|has|have|made|makes?|offered|gave|gives?) no (?:\w+ )?(?:comment|statement|"
        r"indication|hint|"
        r"word|clue|answer) (?:on|about|as to|of)? ?(?:whether|if|when|how)|"
        r"(?:would|did|could) not (?:say|comment|confirm|speculate|elaborate)(?= (?:whether|if|"
        r"when|on|how)|[.,])",
        low,
    ):
        return blank, clause
    if re.search(
        r"(?:not|no longer) (?:a (?:question|matter) of )?(?:whether|"
        r"if)\b.{0,120}?\bbut (?:of )?(?:when|how soon)|"
        r"not a (?:question|matter) of (?:whether|if)",
        low,
    ):
        return None
    met = re.search(
        r"(?:unclear|uncertain|unknown|not (?:yet )?(?:clear|known|certain|decided)|"
        r"open question|remains? to be seen|question (?:is|remains|of)|doubts? about|"
        r"wonder\w*|ask\w*|debat\w+|ponder\w*|too early to (?:tell|say)|nobody knows|"
        r"(?:no one|nobody|none) (?:\w+ )?(?:knows?|say|tell|predict)|yet to (?:say|decide|"
        r"be decided)|undecided|has not (?:said|decided)|"
        r"anyone's guess|depends on|discuss\w*|divided (?:on|over|about)|le(?:ft|"
        r"aves) (?:it )?open|"
        r"depend on) (?:\w+ ){0,4}?(?:whether|"
        r"if|who|when|how|what)\b|"
        r"^(?:whether|when|how|who|what) .{3,200}?(?:remains?|is|are) (?:to be seen|unclear|"
        r"uncertain|unknown|an open question|anyone's guess|"
        r"not (?:yet )?(?:clear|known|certain)|(?:a matter|another matter|a different matter|"
        r"another question|in doubt|up in the air|hard|difficult|impossible)\b)",
        low,
    )
    if met and not re.search(r"odds|toss-?up|chance|coin", low):
        return Finding(
            kind="question", cue=met.span(), rule="embedded question", polarity=None
        ), clause
    return None
