"""Causal statements: *X causes Y*, *Y stems from X*; a kind of their own, never a forecast."""

from __future__ import annotations

import re

from demarche.reader.cues import negated
from demarche.reader.finding import Clause, Finding, make

__all__ = ["causal", "explains"]

_ADV = r"(?:\w+ly |also |often |only |still |has |have |in turn |itself )?"
_MANY = (
    r"(?<=[a-rt-z]s )(?:\w+ly )?(?:cause|fuel|breed|drive|trigger|provoke|prompt|deter|lead to|"
    r"result in)"
)
_CAUSE = re.compile(
    rf"(?<![\w-])(?:{_ADV}(?:caus(?:es|ed)|le(?:ads|d) to|result(?:s|ed) in|"
    r"br(?:ings|ought) about|giv(?:es|en) rise to|gave rise to|contribut(?:es|ed) to|"
    r"fuel(?:s|led|ed)|breeds|bred|drives|triggers|provokes|prompts|deters|encourages|"
    r"discourages|undermines|hastens|prolongs|stems? from|stemmed from|aris(?:es|en) from|"
    rf"springs from|flows from|results from|resulted from)(?= [a-z])|{_MANY}(?= [a-z])|"
    r"(?:is|are|has been|have been) (?:\w+ )?(?:caused|driven|fuelled|fueled|provoked|"
    r"triggered|brought about|brought on|due|owing|attributable|to blame|the result|the product|"
    r"a result|a product|the consequence|a consequence|the (?:root |main |real |chief |"
    r"principal )?(?:cause|reason|driver|source)) ?(?:by|to (?:the|an?|its|their|his|her|lack)|of|"
    r"for|why|behind)\b|"
    r"(?:has|have) (?:made|left|driven|pushed|forced) (?=[^,.;]{3,60}? (?:more|less|weaker|"
    r"stronger|poorer|richer|dependent|worse|better|into|towards?|to)\b)|"
    r"makes (?=[^,.;]{3,60}? (?:more|less|weaker|stronger|poorer|worse|better|(?:un)?likely)\b))"
)
_BECAUSE = re.compile(
    r"(?<![\w-])(?:is|are|remains?|keeps?) (?!(?:\w+ )?(?:not|"
    r"unable))[^,;]{2,120}? because (?:of )?(?=\w)"
)
_UNABLE = re.compile(r"(?<![\w-])(?:could|did|was|were)(?:n't| not)(?! (?:lead|cause|result))")
_EXPLAINED = re.compile(r"(?<![\w-])(?:because of|because|owing to|due to|thanks to)(?![\w-])")


def causal(clause: Clause, content: str) -> Finding | None:
    """Statement that one thing brings about another, or ``None``.

    Why a single past event did not happen (*could not be signed because of the storm*) is no
    causal claim; `explains` counts it.
    """
    met = _CAUSE.search(content) or _BECAUSE.search(content)
    if met is None or not clause.complete or _UNABLE.search(content):
        return None
    found = make(clause, "causal", met.start(), met.end(), "cause")
    if found.subject is None:
        return None
    found.polarity = "-" if negated(content, within=met.end()) else "+"
    found.modality = met.group().strip()
    found.condition = None
    return found


def explains(low: str) -> bool:
    """Whether a folded sentence gives the reason of something it tells.

    Examples
    --------
    >>> explains("the pact could not be signed because of the storm.")
    True
    """
    return _EXPLAINED.search(low) is not None
