"""Claims that a construction makes, not a word: *the longer X, the likelier Y*; *worries lest*."""

from __future__ import annotations

import re

from demarche.reader.authority import state_of
from demarche.reader.conditions import Conditional
from demarche.reader.cues import cues
from demarche.reader.finding import Clause, Finding, make, named
from demarche.reader.pieces import event_phrase
from demarche.reader.redlines import own
from demarche.reader.subjects import subject
from demarche.reader.text import words
from demarche.terms.hedges import hedge, mirrored

__all__ = [
    "comparative",
    "lest",
    "mood",
    "own_refusal",
    "present_belief",
    "ultimatum",
    "unreal",
    "wished",
]

_MORE = re.compile(
    r"\W*(?:and )?the (?P<how>likelier|more \w+|less \w+|fewer|greater|smaller|slimmer|better|"
    r"worse|\w{2,}er)\b"
)
_LESS = re.compile(
    r"(?:less likely|less probable|slimmer|smaller|dimmer|fainter|more unlikely|more remote|poorer|"
    r"lower|more improbable|worse) ?(?:the )?(?:\w+ )?(?:chances?|prospects?|odds|hopes?|"
    r"likelihood|"
    r"probability|that|it|is|to|a|an)?"
)
_OPTION = re.compile(
    r"(?:(?:is|are|was|were|remains?) (?:not|never|n't|no longer) (?:\w+ )?(?:an option|"
    r"on the table|"
    r"on the agenda|up for (?:discussion|negotiation|debate|sale)|for sale|"
    r"in question|under consideration|being considered|contemplated|envisaged)|isn't an option|"
    r"(?:is|are|remains?) (?:\w+ )?(?:out of the question|off the table|excluded)|there (?:will|"
    r"can) be no)(?![\w-])"
)
_NO_WILL = re.compile(
    r"(?:has|have) (?:absolutely |currently )?no (?:plans?|intentions?|desire|wish) (?:to|of|for)|"
    r"(?:does|do) not (?:plan|intend) to|(?:is|are) not (?:planning|intending|about|seeking|"
    r"considering)\b"
)
_UNREAL_IF = re.compile(
    r"(?<![\w-])(?:if|had)(?![\w-]).{1,90}?(?<![\w-])had (?:\w+ly |not |never |only |ever |been )*"
    r"(?:\w+ed|\w+en|been|won|lost|left|come|gone|done|made|met|held|kept|taken|known|sent|built|"
    r"paid|sold|cut|put|set|let|hit|shut|begun|brought|stood|found|fought|chosen|had)\b"
)
_PRESENT = re.compile(
    r"(?<![\w-])(?:is|are|has|have|does|do|\w+n't|no longer \w+|remains?|lacks?|holds?|controls?|"
    r"enjoys?|faces?|owns?|possess\w*|wants?|knows?|poses?|needs?)(?![\w-])"
)
_FUTURE = re.compile(
    r"(?<![\w-])(?:will|would|may|might|could|shall|going to|to (?!be\b|have\b)\w+|plan\w*|"
    r"prepar\w+|about)(?![\w-])|'ll\b"
)


def comparative(clause: Clause, content: str) -> Finding | None:
    """*The longer X, the likelier Y*: a forecast that holds more, the more its condition does."""
    given = next((c for c in clause.conditions if c.type == "if"), None)
    if given is None or not re.match(r"\W*the ", clause.whole[given.start : given.end]):
        return None
    met = _MORE.search(clause.low, given.end)
    if met is None or clause.low[given.end : met.start()].strip(" ,"):
        return None
    start = max(0, met.start("how") - clause.at)
    if met["how"] == "better" and re.match(r"\W*(?:for|$)", clause.low[met.end() :].strip()):
        wished_ = make(clause, "normative", start, start + 6, "the sooner the better")
        wished_.polarity, wished_.condition = None, None
        return wished_
    found = make(
        clause, "conditional", start, max(start + 1, met.end("how") - clause.at), "the more"
    )
    found.condition, found.subject = given, None
    modal = re.search(r"(?<![\w-])(will|may|might|could)(?![\w-])", content)
    found.hedge = "possible" if modal and modal[1] != "will" else "likely"
    row = hedge(found.hedge)
    found.band, found.modality = (row.low, row.high), met["how"]
    found.flags.append("band by analogy: a comparison, no likelihood")
    if _LESS.match(clause.low, met.start("how")):
        found.polarity, found.band = "-", (0.20, 0.45)
    return found


_MOOD = re.compile(
    r"(?:is|are|was|were|remains?|seems?|sounds?|feels?) (?:\w+ly |very |still |now |quite |less |"
    r"more |not )*"
    r"(?P<mood>optimistic|hopeful|confident|pessimistic|sceptical|skeptical|doubtful|gloomy|"
    r"upbeat|worried|"
    r"concerned|anxious|nervous|alarmed) (?:about|of|over|at) (?P<what>[^,;]{3,80})"
)
_MOODS = {
    "o": "likely",
    "h": "possible",
    "u": "likely",
    "w": "feared",
    "n": "feared",
    "a": "feared",
}


def mood(clause: Clause, content: str) -> Finding | None:
    """*Optimistic about a truce*: a belief in an event, told as a mood."""
    met = _MOOD.search(content)
    if met is None or cues(content) or not event_phrase(met["what"].rstrip(" ."), free=False):
        return None
    word = met["mood"]
    holder = named(clause)
    if holder is not None and holder.kind != "say":
        return None
    found = make(clause, "prediction", met.start("mood"), met.end("mood"), "mood")
    if found.subject is None:
        return None
    hedged = (
        "feared"
        if word == "concerned"
        else "likely"
        if word == "confident"
        else _MOODS.get(word[0], "unlikely")
    )
    row = hedge(hedged)
    found.hedge, found.modality, found.band = hedged, word, (row.low, row.high)
    found.polarity = "-" if hedged == "unlikely" else "+"
    if " not " in f" {met.group()} " or " less " in met.group():
        found.band, found.polarity = mirrored(row.low, row.high), "-"
    found.who = found.subject
    found.flags.append("told as a mood")
    return found


def lest(clause: Clause, content: str) -> Finding | None:
    """*Worries lest the vote be put off*: a fear of what follows."""
    met = re.match(r"\W*lest ", content)
    last = named(clause)
    if met is None or last is None or last.kind != "fear":
        return None
    found = make(clause, "prediction", 0, met.end(), "lest")
    found.hedge, found.modality = "feared", "lest"
    row = hedge("feared")
    found.band, found.subject = (row.low, row.high), None
    return found


def own_refusal(clause: Clause, content: str) -> Finding | None:
    """*Troops are not an option*, *has no plans to*: of its own acts a party refuses."""
    holder = named(clause)
    met = _OPTION.search(content)
    if met is not None and holder is not None and holder.kind in ("say", "commit"):
        who = clause.whole[slice(*holder.name)] if holder.name else ""
        if not _party(who, content):
            return None
        found = make(clause, "commitment", met.start(), met.end(), "not an option")
        found.polarity, found.modality = "-", "refusal"
        return found
    met = _NO_WILL.search(content)
    if met is None:
        return None
    found = make(clause, "commitment", met.start(), met.end(), "no intention")
    if not own(clause, found) and not re.match(r"(?:i|we)$", _subject(clause, found)):
        return None
    if holder is None:
        found.who = found.subject
    found.polarity, found.modality = "-", "no intention"
    return found


def _subject(clause: Clause, found: Finding) -> str:
    return clause.low[slice(*found.subject)] if found.subject else ""


def _party(who: str, content: str) -> bool:
    """Whether a speaker may speak for a side: a state, or an office, in its own cause."""
    if state_of(who) is not None:
        return True
    return bool(
        re.search(
            r"(?:minister|ministry|president|premier|chancellor|government|cabinet|king|queen|emir|"
            r"sultan|spokes\w+|commander|general|leader|regime|junta|rebels?|alliance|army|"
            r"commission|parliament|council|party|secretary)\b",
            who,
        )
    ) and not re.search(r"\b(?:former|opposition|exiled|retired|analyst|expert)", who)


_ULTIMATUM = re.compile(
    r"(?P<cue>(?:gave|gives|has given|told|tells|ordered|orders|warned|urged|advised|called on|"
    r"asked) "
    r"[^,;]{2,80}? to [^;]{2,90}? or (?:else )?(?:face|risk|suffer|be|see|lose|pay|expect|die)\b|"
    r"(?:issued?|issues|delivered|set|sent|gave|gives) (?:[\w' ]{1,40} )?an? (?:\w+ )?ultimatum)"
)


def ultimatum(clause: Clause) -> Finding | None:
    """*Gave them a week to leave or face attack*: a demand with a threat."""
    met = _ULTIMATUM.search(clause.low, clause.start, clause.end)
    if met is None:
        return None
    start = clause.start
    span = subject(clause.low[start : met.start()], words(clause.low[start : met.start()]))
    if span is None:
        return None
    found = Finding(kind="threat", cue=met.span("cue"), rule="ultimatum", modality="or else")
    found.who = found.subject = (start + span[0], start + span[1])
    return found


_ELSEWHERE = re.compile(
    r"^\W*(?:in (?:a|an|another|any) (?:\w+ )?(?:different|better|other|saner|normal|ideal|kinder|"
    r"juster)? ?"
    r"(?:world|life|age|era|times?|universe|country)|(?:in|under) (?:other|different|better) "
    r"(?:circumstances|times))\b[^;]*?(?<![\w-])(?P<cue>would|could|might)(?![\w-])"
)
_IF_ONLY = re.compile(
    r"^\W*(?:oh,? )?if only (?:[\w'-]+ ){1,8}?(?P<cue>had|were|could|would)(?![\w-])"
)


def wished(clause: Clause) -> Finding | None:
    """*If only they had met*, *in a better world they would*: not this world."""
    whole = clause.whole[: clause.end]
    met = _IF_ONLY.match(whole) if clause.start == 0 else None
    if met is not None and re.search(r",[^,]*(?<![\w-])will(?![\w-])", whole):
        met = None
    met = met or _ELSEWHERE.match(clause.low[clause.start : clause.end])
    if met is None:
        return None
    found = Finding(kind="counterfactual", cue=met.span("cue"), rule="wished", polarity=None)
    found.modality = met["cue"]
    return found


def unreal(clause: Clause, content: str) -> Finding | None:
    """*It might still stand if they had been heard*: about a past that did not happen."""
    last = named(clause)
    given: Conditional | None = next((c for c in clause.conditions if c.type == "if"), None)
    if given is None or not _UNREAL_IF.match(clause.whole[given.start : given.end]):
        return None
    met = re.search(r"(?<![\w-])(would|could|might)(?![\w-])", content)
    if met is None or (last is not None and last.past and last.kind != "say"):
        return None
    found = make(clause, "counterfactual", met.start(), met.end(), "had it been")
    found.polarity, found.modality = None, met[1]
    return found


def present_belief(clause: Clause, content: str) -> Finding | None:
    """*Analysts judge that the army is tired*: a belief about the present, no forecast."""
    last = named(clause)
    if (
        last is None
        or last.kind not in ("think", "believe", "fear")
        or last.lemma in ("expect", "predict", "forecast", "anticipate", "foresee", "bet")
        or last.complement != "clause"
        or last.direct
        or clause.horizons
        or clause.conditions
    ):
        return None
    if _FUTURE.search(content) or cues(content) or not _PRESENT.search(content):
        return None
    found = make(clause, "assessment", 0, max(1, len(content.rstrip(" .")) // 2), "present belief")
    found.cue, found.polarity = (last.start, last.end), None
    found.flags.append("a belief about the present")
    return found
