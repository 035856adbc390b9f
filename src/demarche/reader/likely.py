"""Forecasts: how likely a clause says its proposition is, and on which condition."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demarche.reader.attribution import Governor
from demarche.reader.conditions import Conditional
from demarche.reader.cues import Cue, cues, negated
from demarche.reader.finding import (
    BELIEFS,
    BY,
    Clause,
    Finding,
    expecting,
    long_past,
    make,
    named,
    subject_of,
)
from demarche.reader.pieces import event_phrase
from demarche.terms.hedges import hedge, mirrored

__all__ = ["forecast"]

_ADVERBIAL = re.compile(
    r"^(?:probably|perhaps|maybe|possibly|certainly|surely|undoubtedly|doubtless|no doubt|"
    r"presumably|conceivably|potentially|inevitably|"
    r"unavoidably|likely|without (?:a |any )?doubt|beyond (?:any |all )?doubt|"
    r"in all (?:likelihood|probability)|most (?:likely|probably)|"
    r"(?:very|highly|extremely) (?:likely|probably)|not necessarily|improbably|"
    r"almost certain(?:ly)?|virtually certain(?:ly)?)$"
)
_UNNAMED = re.compile(
    r"(?:expected|forecast|projected|tipped|predicted|anticipated|foreseen|feared|supposed|"
    r"thought likely)\b"
)
_NOMINAL = re.compile(
    r"(?:there (?:is|are|remains?|exists?)|see|sees|saw|put|puts|give|gives|face|faces|raise|"
    r"raises|raised|pose|poses|"
    r"carry|carries|run|runs|increase|increases|has|have|with|growing|real|serious|any|"
    r"some) (?:\w+ ){0,3}$"
)
_PREDICATE = re.compile(
    r"(?:\w+ ){0,14}?(?:is|are|remains?|has (?:grown|risen)|have (?:grown|risen)|cannot|looms?|"
    r"exists?)\b"
)


def _lead(hits: Sequence[Cue], content: str) -> Cue | None:
    """Cue that decides: a number, else the first word of likelihood, else a bare modal."""
    for rank in (5, 4, 1):
        row = [c for c in hits if c.rank == rank and _counts(c, hits, content)]
        if not row:
            continue
        first = row[0]
        for other in row[1:]:
            if (
                first.hedge == "possible"
                and other.hedge != "possible"
                and _said_of(first, other, content)
            ):
                return other
            close = other.start - first.end <= 2 and rank == 4
            if (
                close
                and first.hedge == "possible"
                and other.group == "word"
                and other.hedge in ("likely", "even")
            ):
                continue
            wide, narrow = (
                hedge(other.hedge) if rank == 4 else None,
                hedge(first.hedge) if rank == 4 else None,
            )
            if close and wide and narrow and wide.high - wide.low > narrow.high - narrow.low:
                first = other
        return first
    return None


def _said_of(first: Cue, other: Cue, content: str) -> bool:
    """Whether a word says how large the chance is that a noun before it names."""
    noun = re.search(
        r"(?:chances?|prospects?|odds|risks?|hopes?|possibility|likelihood)\b",
        content[first.start : first.end],
    )
    return bool(noun) and bool(
        re.search(
            r"(?:is|are|looks?|seems?|remains?|as|at|appears?)\b",
            content[first.end : other.start + 4],
        )
    )


def _counts(cue: Cue, hits: Sequence[Cue], content: str) -> bool:
    """Whether a word of likelihood stands where it makes a claim."""
    said = content[cue.start : cue.end]
    if _ADVERBIAL.match(said):
        near = any(c is not cue and (c.rank == 1 or c.group == "modal") for c in hits)
        be = re.search(
            r"(?:is|are|seems?|looks?|appears?|remains?|'s|be|becomes?|deemed|thought|"
            r"considered|as|now) (?:\w+ )?$",
            content[: cue.start],
        )
        after = content[cue.end :].lstrip(" ")
        joined = after.startswith(("to ", "that ", "not to", "be "))
        adjective = said.endswith(("likely", "certain")) and bool(be)
        return near or joined or adjective or bool(re.search(r"expected|forecast", content))
    if said == "looming" and re.match(r"\W*with [^,]*$", content[: cue.start]):
        return False
    if re.match(r"risks? \w+ing$", said):
        return True
    if cue.hedge == "possible" and re.search(
        r"(?:possibility|risk|danger|chance|prospect|threat)\b", said
    ):
        before, after = content[: cue.start], content[cue.end :]
        if re.search(
            r"(?:at|reduce\w*|cut|lower\w*|avoid\w*|despite|without|limit\w*|against) (?:\w+ )?$",
            before,
        ):
            return False
        return bool(
            _NOMINAL.search(before + " ")
            or _NOMINAL.search(before)
            or said.endswith("that")
            or (not before.strip() and _PREDICATE.match(after.lstrip()))
            or re.match(r"there ", before.strip())
        )
    return True


def forecast(clause: Clause, content: str) -> Finding | None:
    """Forecast that a clause makes, or ``None``."""
    if _THOUGHT.search(content):
        return None
    hits = cues(content)
    lead = _lead(hits, content)
    belief = named(clause)
    opinion = belief is not None and belief.kind in BELIEFS
    if lead is None and not (
        opinion and belief is not None and _open_belief(clause, content, belief)
    ):
        return _should(clause, content)
    if _UNFOUNDED.search(content) and not re.search(
        r"ha(?:s|ve) (?:\w+ )*(?:evaporated|faded)$", content[lead.start : lead.end] if lead else ""
    ):
        return None
    if lead is not None and lead.rank == 1 and not _asserts(clause, content, lead, belief):
        return None
    start, end = (lead.start, lead.end) if lead else (0, 0)
    found = make(clause, "prediction", start, max(end, start + 1), "cue")
    if lead is None and belief is not None:
        found.cue = (belief.start, belief.end)
        met = re.search(r"(?:not )?to \w", content)
        found.subject = subject_of(clause, clause.at + met.start()) if met else found.subject
    _weigh(clause, found, lead, content, belief if opinion else None)
    if lead is None or lead.rank == 1:
        _value(found, content)
    _hold(clause, found, lead, content)
    _past(clause, found, lead, content, belief)
    _conditional(clause, found, lead, content)
    if found.rule != "nothing":
        return found
    return None


_AMOUNT = re.compile(
    r"(?:grow|shrink|rise|fall|expand|contract|increase|decline|drop|climb|slow|average|widen|"
    r"narrow) (?:by |to |at )?"
    r"(?:about |around |roughly |nearly |some |almost |only |just )?(?:an? (?:average|"
    r"annual) )?[$€£]?\d[\d.,]*"
)


def _value(found: Finding, content: str) -> None:
    """A forecast quantity (*grow by 2 percent*) has a value, not a probability."""
    if _AMOUNT.search(content) and not re.search(
        r"(?:above|below|more than|less than|at least|over|under|beyond|exceed)", content
    ):
        found.band, found.hedge = None, ""
        found.flags.append("quantity")


_THOUGHT = re.compile(
    r"it (?:was|had been) (?:\w+ )?(?:thought|believed|assumed|supposed|understood|felt) that "
    r"(?!.*(?<![\w-])(?:would|will|could|might|may)(?![\w-]))"
)
_UNFOUNDED = re.compile(
    r"(?:fears?|hopes?|rumou?rs?|worries|concerns?|predictions?|expectations?|reports?|claims?|"
    r"speculation) (?:that|of) .{3,120}?"
    r"(?:proved|turned out|came to nothing|unfounded|were dashed|were realised|came true|"
    r"evaporated|subsided|faded)\b|"
    r"^\W*(?:anyone|those who|whoever|any \w+) .{0,80}(?:under (?:the|a) (?:new )?(?:law|rules|"
    r"decree|code|act)|be fined|prison)"
)


def _open_belief(clause: Clause, content: str, belief: Governor) -> bool:
    """Belief without a modal in its clause: *expect Chile to leave*, *fears that he dies*."""
    if belief.lemma in ("believe", "think") and re.search(
        r"(?<![\w-])(?:can|cannot|can't) (?:be )?\w+", content
    ):
        return True
    if (
        belief.lemma
        in (
            "consider",
            "feel",
            "judge",
            "see",
            "calculate",
            "conclude",
            "reckon",
            "deem",
            "estimate",
            "assess",
            "believe",
        )
        and not re.search(r"(?<![\w-])(?:will|would|could|may|might)(?![\w-])", content)
        and not (belief.lemma == "believe" and clause.horizons)
    ):
        return False
    if re.search(r"(?<![\w-])(?:can|cannot|can't) (?:be )?\w+", content):
        return True
    return bool(
        re.search(r"(?:^|\s)(?:not )?to (?:be )?\w{2,}|(?<![\w-])(?:is|are) \w+ing\b", content)
    ) or bool(clause.horizons)


def _asserts(clause: Clause, content: str, lead: Cue, belief: Governor | None) -> bool:
    """Whether a bare modal asserts the future: *would* needs a speaker or a condition."""
    word = content[lead.start : lead.end]
    if re.match(r"(?:was|were) ", word):
        return belief is not None and belief.past
    if not word.startswith(("would", "'d")):
        return not re.match(r"(?:is|are) (?:not )?to $", word) or bool(
            clause.horizons
            or belief is not None
            or re.match(
                r"(?:meet|visit|hold|be|open|begin|sign|leave|return|join|host)\b",
                content[lead.end :],
            )
        )
    if re.match(
        r"would(?:n't| not)? (?:like|rather|prefer|love|hate|seem|appear|say|argue|suggest|"
        r"think|have to admit)\b",
        content[lead.start :],
    ):
        return False
    if belief is not None or clause.conditions:
        return True
    span = subject_of(clause, clause.at + lead.start)
    if span and event_phrase(clause.low[slice(*span)], free=False):
        return True
    return bool(clause.horizons) and not re.search(r"(?<![\w-])(?:was|were|had)(?![\w-])", content)


def _should(clause: Clause, content: str) -> Finding | None:
    met = re.search(r"(?<![\w-])should\b", content)
    if met is None or not expecting(clause, content, met.start()):
        return None
    found = make(clause, "prediction", met.start(), met.end(), "should expects")
    found.hedge, found.modality = "likely", "should"
    found.band = (0.55, 0.80)
    if negated(content, within=len(content)):
        found.band, found.polarity = mirrored(0.55, 0.80), "-"
    found.flags.append("band_by_analogy")
    _conditional(clause, found, None, content)
    return found


def _weigh(
    clause: Clause, found: Finding, lead: Cue | None, content: str, belief: Governor | None
) -> None:
    """Band and polarity, from the cue, the belief around it and the negations in both."""
    reach = _reach(content, lead)
    how = _negation(content, lead, reach)
    doubted = belief is not None and belief.kind == "doubt"
    if lead is not None and lead.rank >= 4 and not (doubted and lead.group == "modal"):
        _by_word(found, lead, content, how)
    elif belief is not None:
        id = BELIEFS[belief.kind]
        row = hedge(id)
        found.hedge, found.modality = id, belief.lemma
        found.band = (row.low, row.high)
        if belief.kind == "doubt":
            found.polarity = "-"
        if how:
            found.band = mirrored(*found.band)
            found.polarity = "+" if belief.kind == "doubt" else "-"
    else:
        id = {"": "assertion", "hardly": "hardly"}.get(how, "denial")
        row = hedge(id)
        found.hedge, found.band = id, (row.low, row.high)
        found.polarity = "-" if how else "+"
        found.modality = content[lead.start : lead.end].strip() if lead else ""
    if belief is not None and belief.negated and found.band is not None:
        if belief.negated == "nobody" and belief.kind != "doubt":
            found.hedge, found.band = "few_expect", (0.05, 0.40)
        elif belief.kind == "doubt":
            found.hedge, found.band = "highly_likely", (0.80, 0.95)
        else:
            found.band = (
                (0.20, 0.45)
                if belief.kind == "believe" and found.hedge == "believed"
                else mirrored(*found.band)
            )
        found.polarity = "-" if belief.kind != "doubt" else "+"


def _negation(content: str, lead: Cue | None, reach: int) -> str:
    """Negation of the clause's verb, apart from what belongs to the cue itself."""
    if lead is None or lead.rank == 1 or lead.group == "modal":
        return negated(content, within=reach)
    said = content[lead.start : lead.end]
    if lead.polarity == "+" and re.match(
        r" (?:not|never|no longer)\b(?! only)", content[lead.end :]
    ):
        return "not"
    hidden = content[: lead.start] + "q" * (len(said) - 2) + "ly" + content[lead.end :]
    if (
        lead.group == "word"
        and lead.polarity == "+"
        and " far " not in said
        and re.search(r"\b(?:is|are|was|were) (?:not|never)\b|n't\b", said)
    ):
        return "not"
    return negated(hidden, within=reach)


def _reach(content: str, lead: Cue | None) -> int:
    """Offset up to which a negation belongs to the clause's own verb."""
    if lead is None:
        return len(content)
    end = lead.end + 30
    if lead.group in ("word", "number"):
        modal = re.search(
            r"(?<![\w-])(?:will|would|may|might|could|can)(?![\w-])", content[lead.end :]
        )
        that = re.search(r"(?:that|of|to)\b", content[lead.end : lead.end + 12])
        end = lead.end + (modal.end() + 8 if modal else 12 if not that else 16)
    return min(len(content), end)


def _by_word(found: Finding, lead: Cue, content: str, how: str) -> None:
    found.modality = content[lead.start : lead.end].strip(" ,")
    found.polarity = lead.polarity
    if lead.number is not None:
        found.hedge, found.band, found.numeric = "number", lead.number, True
        if how and "against" not in found.modality:
            found.band, found.polarity = mirrored(*lead.number), "-"
        return
    found.hedge = lead.hedge
    row = hedge(lead.hedge)
    found.band = (row.low, row.high)
    if how and lead.group == "double":
        return
    inner = content[lead.end :]
    if lead.group == "surprise":
        if negated(content[lead.end :].split(",")[0], within=60):
            found.band, found.polarity = mirrored(*found.band), "-"
        return
    outside = (
        negated(content, within=min(len(content), lead.start + 1)) if lead.group != "modal" else ""
    )
    if lead.hedge in (
        "few_expect",
        "unlikely",
        "highly_unlikely",
        "almost_no_chance",
        "denial",
        "uncertain",
        "not_excluded",
    ):
        if re.search(r"(?:will|would|may|might|could) (?:not|never)\b|won't|not to\b", inner[:60]):
            found.band = mirrored(*found.band)
            found.polarity = "+" if lead.polarity == "-" else "-"
        return
    if how or outside:
        found.band = mirrored(*found.band) if how != "hardly" else (0.05, 0.45)
        found.polarity = "-"


def _hold(clause: Clause, found: Finding, lead: Cue | None, content: str) -> None:
    """Holder of passives without an agent, and of first persons outside any quotation."""
    if lead is not None:
        by = BY.search(content)
        if by and by.start() <= lead.end:
            found.who = (clause.at + by.start("who"), clause.at + by.end("who"))
            return
        if _UNNAMED.search(content[lead.start : lead.end]) and named(clause) is None:
            found.holder = "unnamed"
    if (
        re.match(
            r"\s*it is (?:\w+ )?(?:expected|feared|believed|thought|hoped|assumed|anticipated|"
            r"reckoned|felt|understood)",
            content,
        )
        and named(clause) is None
    ):
        found.holder = "unnamed"
    belief = named(clause)
    if belief is not None and belief.name is None:
        found.holder = "unnamed"
    if belief is None and found.subject and found.who is None:
        first = clause.low[slice(*found.subject)]
        if first in ("i", "we") and lead is not None and lead.rank >= 4:
            found.who = found.subject
    active = lead is not None and re.search(
        r"(?:rul\w+|exclud\w+|dismiss\w*|discount\w*)", content[lead.start : lead.end]
    )
    if belief is None and active and found.hedge == "not_excluded" and found.subject:
        passive = re.search(r"be(?:en)? \w*(?:ruled|excluded|dismissed|discounted)", content)
        who = clause.low[slice(*found.subject)]
        if not passive and who not in ("it", "nothing", "there", "one"):
            found.who = found.subject


def _past(
    clause: Clause, found: Finding, lead: Cue | None, content: str, belief: Governor | None
) -> None:
    if belief is not None and long_past(clause, belief):
        found.kind = "past_prediction"
        return
    if lead is None or (belief is not None and belief.past):
        return
    if belief is None and re.search(
        r"\bthere (?:was|were) (?:\w+ )?$|^\W*there (?:was|were)\b", content[: lead.end]
    ):
        found.kind = "past_prediction"
        return
    if re.search(r"(?:looked|seemed|appeared) (?:\w+ )?$", content[: lead.start] + " ") or content[
        lead.start : lead.end
    ].startswith(("looked", "seemed", "appeared")):
        found.kind = "past_prediction"
        return
    before = content[max(0, lead.start - 12) : lead.end]
    if re.search(
        r"(?<![\w-])(?:was|were|had (?:\w+ )?been)(?: \w+)? ?(?:not )?(?:widely |generally |"
        r"long )?(?:expected|forecast|projected|tipped|predicted|supposed|believed|assumed|"
        r"reckoned|hoped|due|scheduled|set|likely|"
        r"unlikely|slated|feared|certain|bound|sure|thought|poised|anticipated)",
        before,
    ):
        found.kind = "past_prediction"


def _conditional(clause: Clause, found: Finding, lead: Cue | None, content: str) -> None:
    """Turn a prediction with a condition, stated or packed into its subject, into a conditional."""
    if found.kind != "prediction":
        return
    if found.condition is not None:
        if found.condition.type == "had":
            found.kind, found.band, found.polarity = "counterfactual", None, None
            return
        found.kind = "conditional"
        return
    if lead is None or found.subject is None or lead.rank > 4:
        return
    word = content[lead.start : lead.end]
    near = re.search(r"(?<![\w-])(would|could|might|may|will)(?![\w-])", content)
    if near is None or (lead.group == "word" and near.start() > lead.start):
        return
    if near.start() < lead.start:
        found.subject = subject_of(clause, clause.at + near.start()) or found.subject
    phrase = clause.low[slice(*found.subject)]
    belief = named(clause)
    backshifted = belief is not None and belief.past
    free = not (near.group() == "would" and not backshifted)
    if re.match(r"\W*only an? ", content):
        phrase, free = f"only {phrase}", True
    if (
        event_phrase(phrase, free=free)
        and not re.match(r"(?:no|neither|few)\b", phrase)
        and word != ""
    ):
        passive = re.match(
            r"(?:will|may|could|might) (?:not )?be \w+(?:ed|en)\b|(?:will|may|could|"
            r"might) (?:begin|start|take place|resume|follow|happen|come)",
            content[near.start() :],
        )
        if near.group() != "would" and passive:
            return
        found.kind = "conditional"
        found.condition = Conditional(start=found.subject[0], end=found.subject[1], type="event")
