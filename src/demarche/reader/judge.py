"""Judge one clause: which claim it makes, if any."""

from __future__ import annotations

import re

from demarche.reader import kinds
from demarche.reader.attribution import Governor
from demarche.reader.causes import causal
from demarche.reader.constructions import (
    comparative,
    lest,
    mood,
    own_refusal,
    present_belief,
    ultimatum,
    unreal,
    wished,
)
from demarche.reader.cues import cues
from demarche.reader.finding import (
    Clause,
    Finding,
    expecting,
    make,
    named,
    subject_of,
)
from demarche.reader.likely import forecast
from demarche.reader.redlines import red_line
from demarche.reader.speech import by_complement, ruled_out, speech_act
from demarche.terms.hedges import hedge

__all__ = ["judge"]

_UNSAID = re.compile(
    r"^\W*(?:\w+ ){1,4}?(?:(?:will|would|can|could|do|does)(?: not|n't| never)|won't|cannot|can't|"
    r"(?:am|is|are|'m|'re)(?: not|n't)(?: going to)?) (?:say|saying|claim|claiming|pretend|"
    r"pretending|promise|promising|swear|guarantee) (?:that )?(?:\w+ ){1,6}?(?:will|would|won't)\b"
)


def judge(clause: Clause) -> Finding | None:
    """Claim that a clause makes, or ``None``.

    Examples
    --------
    >>> low = "oman is unlikely to sign."
    >>> found = judge(Clause(low=low, cued=low, start=0, end=25, at=0, governors=(),
    ...     conditions=(), horizons=()))
    >>> found.kind, found.band, found.polarity
    ('prediction', (0.2, 0.45), '-')
    """
    if _UNSAID.search(clause.cued[clause.start : clause.end]):
        return None
    last = clause.governors[-1] if clause.governors else None
    turned = (
        wished(clause)
        or ultimatum(clause)
        or comparative(clause, clause.low[clause.at : clause.end])
        or lest(clause, clause.cued[clause.at : clause.end])
    )
    if turned is not None:
        return turned
    before = clause.governors[-2] if len(clause.governors) > 1 else None
    if last is not None and before is not None and last.kind in ("intend", "weigh"):
        plan = _denied_plan(clause, before)
        if plan is not None:
            return plan
    if last is not None:
        content = clause.cued[clause.at : clause.end]
        deemed = last.kind in ("think", "believe", "see") and kinds.DEEMED.match(content)
        special = None if deemed and cues(content) else by_complement(clause, last)
        if special is not None:
            return special if special.kind != "question" or special.rule else None
        rated = (
            last.kind == "see" and any(c.rank == 4 and c.start < 9 for c in cues(content))
        ) or (
            last.kind in ("think", "believe", "see")
            and kinds.DEEMED.match(content) is not None
            and bool(cues(content))
        )
        if last.complement in ("to", "object", "gerund", "rule_out") and not rated:
            return None
    content = clause.cued[clause.at : clause.end]
    finding = (
        _counterfactual(clause, content)
        or unreal(clause, content)
        or own_refusal(clause, content)
        or ruled_out(clause, content)
        or red_line(clause, content)
        or speech_act(clause, content)
        or _norm(clause, content)
        or _present(clause, content)
        or forecast(clause, content)
        or _scheduled(clause, content)
        or mood(clause, content)
        or causal(clause, content)
        or present_belief(clause, content)
        or _judgement(clause, content)
    )
    return finding


def _denied_plan(clause: Clause, before: Governor) -> Finding | None:
    """*Dismissed reports that it was planning to*: a denial, whatever verb stands inside."""
    if before.kind != "deny":
        return None
    found = make(clause, "prediction", 0, 1, "denied")
    found.polarity, found.modality = "-", "deny"
    found.cue, found.subject = (before.start, before.end), before.name
    found.flags.append("denial")
    return found


def _counterfactual(clause: Clause, content: str) -> Finding | None:
    had = any(c.type == "had" for c in clause.conditions)
    met = kinds.COUNTERFACTUAL.search(content)
    inner = any(" had " in f" {clause.low} " for _ in ())
    if met is None and not had and not inner:
        return None
    word = met.group().split()[0] if met else "would"
    last = named(clause)
    horizon = any(h.type in ("deadline", "window", "within") for h in clause.horizons)
    if (
        met
        and word == "would"
        and last
        and last.past
        and horizon
        and not clause.conditions
        and "by " in content
    ):
        return None
    if (
        met
        and word == "might"
        and not clause.conditions
        and not re.search(
            r"\b(?:with|without|but for|otherwise|had)\b|by (?:an?|the) (?:\w+ )?"
            r"(?:more|better|wiser|different|earlier|bolder)\b",
            content,
        )
    ):
        return None
    if (
        met
        and re.match(r"could(?:n't| not) have\b", met.group())
        and not clause.conditions
        and not re.search(r"\b(?:with|without|but for|otherwise)\b", content)
    ):
        return Finding(kind="question", cue=(0, 0), rule="")
    if met is None and not re.search(r"(?<![\w-])(?:would|could|might)(?![\w-])", content):
        return None
    at = met.span() if met else (0, 1)
    found = make(clause, "counterfactual", at[0], at[1], "counterfactual")
    found.polarity, found.modality = None, word
    return found


def _norm(clause: Clause, content: str) -> Finding | None:
    holder = named(clause)
    if holder is not None and holder.kind == "urge" and not holder.negated:
        found = make(clause, "normative", 0, 1, "urged")
        found.cue, found.polarity = (holder.start, holder.end), None
        return found
    met = kinds.NORMATIVE.search(content)
    if met is None or kinds.RHETORICAL.search(content):
        return None
    if any(c.rank >= 4 and c.start <= met.start() < c.end for c in cues(content)):
        return None
    likely = [c for c in cues(content) if c.start < met.start() and c.rank >= 4]
    if any(c.hedge == "not_excluded" or c.group == "surprise" for c in cues(content)):
        return None
    if likely and not met.group().startswith("would"):
        return None
    word = met.group().split()[0]
    if re.search(
        r"(?:will|would|may|might|could|to|not|n't) $", content[: met.start()]
    ) and word in ("have", "need", "has", "needs"):
        return None
    if (
        word in ("have", "has", "need", "needs", "is", "are")
        and met.group() in ("has to", "have to", "needs to", "need to")
        and re.search(r"\b(?:said|will|would)\b", content[: met.start()])
    ):
        return None
    if word.startswith("should") and expecting(clause, content, met.start()):
        return None
    if word.startswith("must") and re.match(
        r"must (?:already |well )?(?:have|be \w+ing)\b", content[met.start() :]
    ):
        return None
    if word.startswith("must") and (kinds.RULE.search(content) or kinds.DUTY.search(content)):
        return Finding(kind="question", cue=(0, 0), rule="")
    found = make(clause, "normative", met.start(), met.end(), "norm")
    found.polarity, found.modality = None, word
    return found


def _present(clause: Clause, content: str) -> Finding | None:
    """Guesses about the present and rules: no forecast."""
    met = re.search(
        r"(?:far from|not|by no means|hardly|anything but) (?:\w+ )?(?:clear|certain|obvious|"
        r"evident) that "
        r"[^,;]{1,80}? (?:has|have|is|are|was|were)\b|"
        r"(?<![\w-])(?:may|might|could) (?:well )?be (?:far |much |rather |even )?"
        r"(?:(?!later|sooner)\w+er|more \w+|less \w+) than "
        r"(?:its|their|his|her|many|most|some|it|they|the|he|she|is|we|people|anyone)\b|"
        r"(?<![\w-])(?:little|no|scant|clear|ample|strong) (?:\w+ )?(?:evidence|proof) that "
        r"[^,;]{1,60}? (?:has|have|had|was|were|is|are)\b|"
        r"(?<![\w-])(?:may|might|could|must) (?:\w+ )?(?:already|currently|now) (?:be|have)\b|"
        r"(?<![\w-])(?:may|must) (?:well |already )?have (?:been|\w+(?:ed|en|t)|gone|come|"
        r"begun|won|lost)\b|"
        r"(?<![\w-])might have \w+|(?:may|might|could) (?:well )?(?:be|"
        r"have) [^,;]{0,40}\balready\b|(?:may|might) be (?:the|right|wrong|true|too|among|"
        r"one of) |"
        r"(?:is|are) (?:widely |now |also |generally )?(?:believed|thought|said|understood|"
        r"assumed|presumed|known|rumou?red|reported) to (?:be (?!preparing|planning|"
        r"considering|weighing|about|ready)|have|hold|own|control)|(?<![\w-])(?:likely|"
        r"probable) (?:that|to have) (?:[^,;]{1,60} )?(?:has|have|was|were|been)\b",
        content,
    )
    if met is None or re.search(r"(?<![\w-])(?:will|would)(?![\w-])", content):
        return None
    if any(c.rank >= 4 for c in cues(content[met.end() :])) and "clear" not in met.group():
        return None
    found = make(clause, "assessment", met.start(), met.end(), "about the present")
    found.polarity = None
    return found


def _scheduled(clause: Clause, content: str) -> Finding | None:
    met = kinds.SCHEDULED.search(content)
    if met is None or re.search(
        r"(?<![\w-])(?:was|were|had|did|has|have|last|ago|every|each|usually|always|"
        r"never)(?![\w-])",
        content,
    ):
        return None
    if re.search(
        r"(?<![\w-])\w{3,}ed(?![\w-])|n't\b|(?<![\w-])(?:did|can|said|told)(?![\w-])",
        content[: met.start()],
    ):
        return None
    when = [
        h
        for h in clause.horizons
        if h.type in ("window", "deadline", "point", "after")
        and (h.start >= clause.at + met.start() or h.start <= clause.start + 3)
        and not re.match(
            r"(?:in|during|on) (?:the )?(?:spring|summer|autumn|winter|fall)s?$|on \w+days$",
            h.words,
        )
    ]
    if not when or re.search(r"(?:(?<!\w)(?:to|of|the|a)|'s) $", content[: met.start()]):
        return None
    subject_ = subject_of(clause, clause.at + met.start())
    if subject_ is None:
        return None
    found = make(clause, "prediction", met.start(), met.end(), "scheduled")
    found.hedge, found.modality = "assertion", "present"
    row = hedge("assertion")
    found.band = (row.low, row.high)
    if found.condition is not None:
        found.kind = "conditional"
    return found


def _judgement(clause: Clause, content: str) -> Finding | None:
    met = kinds.ASSESSMENT.search(content)
    if met is None or not clause.complete:
        return None
    found = make(clause, "assessment", met.start(), met.end(), "judgement")
    if "confidence" in met.group():
        found.who = found.subject
    found.polarity = None
    return found
