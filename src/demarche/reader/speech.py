"""Claims that a verb makes: vowed, refused, threatened, ruled out; and acts announced."""

from __future__ import annotations

import re

from demarche.reader import kinds
from demarche.reader.attribution import Governor
from demarche.reader.authority import state_of
from demarche.reader.cues import cues, negated
from demarche.reader.finding import (
    BY,
    Clause,
    Finding,
    finish,
    long_past,
    make,
    named,
    subject_of,
)
from demarche.reader.nominal import denied, nominal
from demarche.reader.redlines import any_condition, event_subject, own
from demarche.terms.claims import ClaimWord
from demarche.terms.hedges import hedge, mirrored

__all__ = ["by_complement", "ruled_out", "speech_act"]

_BOUND = re.compile(
    r"(?:has|have|had) (?:\w+ )?(?:bound|obliged|pledged) (?:itself|himself|herself|"
    r"themselves) (?:not )?to\b|"
    r"(?:has|have) (?:\w+ )?(?:decided|voted|resolved|opted) (?:not )?to (?=[a-z]{3})|"
    r"(?:is|are|remains?) (?:\w+ )?(?:determined|resolved) (?:not )?to\b|(?:stands?|"
    r"stood) by (?:its|his|her|their|the) "
    r"(?:promise|pledge|vow|commitment) (?:not )?to\b|(?:renewed|repeated|reaffirmed|"
    r"reiterated|renews|repeats|made|given) "
    r"(?:its|his|her|their|a|the) (?:\w+ )?(?:promise|pledge|commitment|vow|"
    r"undertaking) (?:not )?(?:to|that)\b"
)
_RULED = re.compile(
    r"(?:has|have|had|is|are|was|were) (?:\w+ )?(?:been )?(?:\w+ly )?(?P<cue>ruled out|"
    r"rejected|excluded)\b"
)
_DUMMY = re.compile(
    r"it (?:will|would|'ll|'d|may|could) (?:not |soon |probably )?(?:rain|snow|seem|appear|"
    r"cost|mean|require|depend|"
    r"take (?:\w+ )?(?:\w+ )?(?:years?|months?|days?|weeks?|time|decades?|hours?|longer)|"
    r"be (?:\w+ )?(?:difficult|easy|hard|"
    r"possible|impossible|necessary|better|up to|years|months|clear|unclear|likely|unlikely|"
    r"cold|hot|wet|dry|over))\b"
)
_WATCHERS = re.compile(
    r"\b(?:analysts?|experts?|economists?|observers?|forecasters?|pundits?|traders|investors|"
    r"pollsters|"
    r"imf|institute|study|report|historians?|scientists|agencies|researchers|insurers|diplomats)$"
)
_HOSTILE_NOUN = re.compile(
    r"(?:\w+ ){0,2}?(?:consequences|retaliation|reprisals?|retribution|"
    r"(?:a )?(?:\w+ )?response|countermeasures|measures|"
    r"(?:military )?action|force|answer|reply|reaction|punishment|war|blow|strikes|sanctions|"
    r"revenge|bloodshed)\b"
)
_STRUCK = re.compile(
    r"be (?:\w+ )?(?:shot|sunk|destroyed|killed|arrested|punished|bombed|attacked|hit|struck|"
    r"fired (?:on|at|upon)|seized|expelled|"
    r"intercepted|jailed|prosecuted|targeted|eliminated|crushed|turned back|dealt with|"
    r"answered|avenged|repelled|returned)\b"
)
_OR_ELSE = re.compile(
    r"\bor (?:else\b|(?:they|you|he|she|it|we)(?:'ll| will)? )?(?:face|suffer|die|pay|"
    r"be (?:shot|killed|destroyed))\b|\bor else\b|"
    r"^\W*(?!(?:the|a|an|it|he|she|they|we|i|this|that|there|either)\b)[a-z]+ [^,;]{2,80}? or "
    r"(?:be \w+(?:ed|en|t)|face|suffer|lose|die|pay)\b"
)
_STRONG = re.compile(
    r"(?<![\w-])(?:destroy|bomb|attack|blow up|cut off|shoot|crush|punish|invade|annihilate|"
    r"sink|seize|target|shell|retaliate|"
    r"hit back|strike back|strike|raze|burn|kill|blockade|bombard|flatten|wipe out|obliterate|"
    r"respond with force|"
    r"respond militarily|use force|take military action|strangle|besiege|storm|fire on|"
    r"open fire)(?![\w-])"
)
_BENIGN = re.compile(
    r"(?<![\w-])(?:stay|remain|keep|continue|join|sign|support|help|aid|free|release|honou?r|"
    r"attend|"
    r"take part|vote|back|return|lift|proceed|go ahead|abide|respect|talk|negotiate|meet|extend)"
    r"(?![\w-])"
)
_LETHAL = re.compile(
    r"^\W*(?:\w+ )?to (?:\w+ly )?(?:kill|annihilate|destroy|wipe out|obliterate|flatten|raze|bomb|"
    r"invade|sink|"
    r"burn|avenge|punish|crush|(?:exact|take|seek|wreak) (?:\w+ )?(?:revenge|vengeance)|execute|"
    r"assassinate|shell|bombard|massacre|bury|make (?:\w+ ){1,3}pay|"
    r"turn .{2,40}? into (?:an? )?"
    r"(?:graveyard|hell|inferno|wasteland|ashes))(?![\w-])"
)
_REVENGE = re.compile(
    r"\W*(?:[\w-]+ ){0,2}?(?:retaliation|revenge|vengeance|retribution|reprisals?|bloodshed)\b"
)
_REACT = re.compile(
    r"(?:will|would) (?:\w+ly |also )?(?:respond|retaliate|react|hit back|strike back|"
    r"take (?:\w+ )?action|answer)(?![\w-])"
)


def by_complement(clause: Clause, last: Governor) -> Finding | None:
    """Claims that the verb itself makes: *vowed to*, *refused to*, *ruled out*, *is weighing*."""
    rest = clause.cued[clause.at : clause.end]
    here = (last.name[1] if last.name else last.start, last.end)
    if last.complement == "whether":
        found = Finding(kind="question", cue=here, rule="asked", polarity=None)
        return found
    if last.complement == "rule_out":
        return _rules_out(clause, last, here)
    if last.complement == "warned of":
        return _warned_of(clause, last, rest, here)
    if last.complement == "gerund":
        found = Finding(
            kind="prediction", cue=here, rule="weighing", hedge="possible", modality=last.lemma
        )
        return finish(clause, found, last)
    if last.complement == "to":
        return _to(clause, last, rest, here)
    if last.complement == "object":
        return _object(clause, last, rest, here)
    if last.kind == "deny":
        return denied(clause, last, rest, here)
    return None


def _warned_of(clause: Clause, last: Governor, rest: str, here: tuple[int, int]) -> Finding:
    """*Warned of consequences* threatens where the speaker is a party; *of floods* fears."""
    name = clause.low[slice(*last.name)] if last.name else ""
    if _HOSTILE_NOUN.match(rest.lstrip('" ')) and not _WATCHERS.search(name):
        return finish(
            clause, Finding(kind="threat", cue=here, rule="warned of", modality="warn"), last
        )
    found = Finding(kind="prediction", cue=here, rule="warned of", hedge="feared", modality="warn")
    return finish(clause, found, last)


def _rules_out(clause: Clause, last: Governor, here: tuple[int, int]) -> Finding | None:
    name = clause.low[slice(*last.name)] if last.name else ""
    if last.negated:
        found = Finding(kind="prediction", cue=here, rule="not ruled out", hedge="not_excluded")
        return finish(clause, found, last)
    watchers = _WATCHERS.search(name)
    if watchers:
        found = Finding(
            kind="prediction", cue=here, rule="ruled out", hedge="almost_no_chance", polarity="-"
        )
        return finish(clause, found, last)
    found = Finding(kind="commitment", cue=here, rule="ruled out", polarity="-", modality="refusal")
    return finish(clause, found, last)


def _to(clause: Clause, last: Governor, rest: str, here: tuple[int, int]) -> Finding | None:
    minus = bool(
        re.match(
            r"(?:\w+ )?(?:itself |himself |themselves )?(?:(?:on|in) [\w, ]{3,24}? )?"
            r"(?:not |never )|"
            r"(?:\w+ )?to (?:not|never) ",
            rest,
        )
    )
    name = clause.low[slice(*last.name)] if last.name else ""
    if last.kind == "commit":
        if last.negated:
            return None
        found = Finding(
            kind="commitment",
            cue=here,
            rule="promised",
            polarity="-" if minus else "+",
            modality=last.lemma,
        )
        found = finish(clause, found, last)
        lethal = _LETHAL.search(rest)
        if lethal and not minus:
            found.kind, found.rule = "threat", "vowed harm"
        any_condition(clause, found, rest)
        return found
    if last.kind == "refuse":
        if re.match(r"to (?:rule out|exclude|dismiss)\b", rest):
            return finish(
                clause,
                Finding(kind="prediction", cue=here, rule="not ruled out", hedge="not_excluded"),
                last,
            )
        if kinds.DECLINED.match(rest) or last.negated:
            return None
        return finish(
            clause,
            Finding(kind="commitment", cue=here, rule="refused", polarity="-", modality=last.lemma),
            last,
        )
    if last.kind == "threaten":
        if kinds.ABSTRACT.search(name):
            return finish(
                clause,
                Finding(kind="prediction", cue=here, rule="threatens", hedge="possible"),
                last,
            )
        if last.negated:
            return None
        found = finish(
            clause,
            Finding(
                kind="threat",
                cue=here,
                rule="threatened",
                polarity="-" if minus else "+",
                modality="threaten",
            ),
            last,
        )
        return found
    if last.kind == "urge":
        return Finding(kind="normative", cue=here, rule="urged", polarity=None)
    if last.past and last.kind in ("intend",) and len(clause.governors) == 1:
        return None
    hedges = {"intend": "intended", "hope": "possible", "think": "likely", "believe": "likely"}
    past = last.past or re.search(r"\bdid(?: not|n't) \w+ $", clause.low[: clause.at])
    if last.negated == "not" and past and last.lemma in ("expect", "anticipate"):
        return None
    if last.kind in hedges and not (
        last.past and not long_past(clause, last) and last.kind == "intend"
    ):
        id = hedges[last.kind]
        found = Finding(kind="prediction", cue=here, rule=last.kind, hedge=id, modality=last.lemma)
        if last.negated:
            row = hedge(id)
            found.band, found.polarity = mirrored(row.low, row.high), "-"
        if last.kind in ("think", "believe") and long_past(clause, last):
            found.kind = "past_prediction"
        return finish(clause, found, last)
    return None


def _object(clause: Clause, last: Governor, rest: str, here: tuple[int, int]) -> Finding | None:
    if last.kind == "commit" and not last.negated and _REVENGE.match(rest):
        return finish(
            clause, Finding(kind="threat", cue=here, rule="vowed harm", modality=last.lemma), last
        )
    if last.kind == "commit":
        if last.negated or (last.lemma in ("agree", "resolve", "consent") and last.past):
            return None
        return finish(
            clause, Finding(kind="commitment", cue=here, rule="promised", modality=last.lemma), last
        )
    if last.kind == "refuse":
        return finish(
            clause,
            Finding(
                kind="commitment", cue=here, rule="rejected", polarity="-", modality=last.lemma
            ),
            last,
        )
    if last.kind == "threaten" and not last.negated:
        name = clause.low[slice(*last.name)] if last.name else ""
        if kinds.ABSTRACT.search(name):
            return None
        return finish(
            clause, Finding(kind="threat", cue=here, rule="threatened", modality="threaten"), last
        )
    if last.kind == "urge" and last.negated:
        return None
    if last.kind == "urge":
        if re.match(r"(?:[^,;.]{1,60}? )?(?:to|that) ", rest) or last.lemma in (
            "demand",
            "recommend",
            "advocate",
        ):
            return Finding(kind="normative", cue=here, rule="urged", polarity=None)
        return None
    if last.kind == "deny":
        return denied(clause, last, rest, here)
    if last.kind in ("think", "believe", "fear", "see", "doubt"):
        return nominal(clause, last, rest, here)
    return None


def ruled_out(clause: Clause, content: str) -> Finding | None:
    """Refusals in the passive (*has been ruled out*), and rights reserved."""
    right = re.search(r"reserv(?:es?|ed|ing) the right to\b", content)
    if right is not None:
        found = make(clause, "commitment", right.start(), right.end(), "reserved the right")
        found.modality = "reserve the right"
        if named(clause) is None:
            found.who = found.subject
        return found
    bound = _BOUND.search(content)
    if bound is not None and not negated(content, within=bound.start() + 1):
        found = make(clause, "commitment", bound.start(), bound.end(), "bound itself")
        found.modality = "determined" if "determined" in bound.group() else "promise"
        if named(clause) is None:
            found.who = found.subject
        return found
    met = _RULED.search(content)
    if met is None or re.search(
        r"cannot|can't|not be|could not|no longer|never be|(?:not|never|n't) (?:\w+ )*$",
        content[: met.start("cue")],
    ):
        return None
    if met["cue"] == "excluded" and "by" not in content[met.end() : met.end() + 4]:
        return None
    if met["cue"] == "rejected" and "by" not in content[met.end() : met.end() + 4]:
        return None
    found = make(clause, "commitment", met.start("cue"), met.end("cue"), "ruled out")
    found.polarity, found.modality = "-", "refusal"
    by = BY.search(content, met.start("cue"))
    if by:
        found.who = (clause.at + by.start("who"), clause.at + by.end("who"))
    elif named(clause) is None:
        found.holder = "unnamed"
    return found


def speech_act(clause: Clause, content: str) -> Finding | None:
    """Threats and commitments made in the holder's own words."""
    holder = named(clause)
    bare = re.search(
        r"(?<![\w-])(?:will|won't|shall|would|wouldn't)(?![\w-])|(?<=\w)'(?:ll|d)\b|(?:is|are|"
        r"am|'re|'m|was|were) (?:not )?(?:going to|(?:ready|prepared|willing|determined) to)",
        content,
    )
    if (
        bare is None
        and holder is not None
        and holder.kind in ("say", "threaten")
        and _OR_ELSE.search(content)
    ):
        found = make(clause, "threat", 0, max(1, len(content) // 2), "or else")
        found.modality = "or else"
        return found
    if bare is None and holder is not None and holder.kind in ("say", "commit"):
        bare = re.search(r"(?<![\w-])(?:is|are) (?:not )?to (?=[a-z]{3,})(?!date\b)", content)
        if bare is not None and not own(clause, make(clause, "commitment", *bare.span(), "")):
            bare = None
    if bare is None:
        return _guaranteed(clause, content) or _promised(clause, content)
    hits = [c for c in cues(content) if c.rank >= 4 and c.hedge not in ("certain", "set")]
    if hits or (holder is not None and holder.kind not in ("say", "commit", "threaten")):
        return None
    found = make(clause, "commitment", bare.start(), bare.end(), "own act")
    found.modality = bare.group()
    how = negated(content, within=min(len(content), bare.end() + 24))
    found.polarity = "-" if how else "+"
    turned = re.match(r" (?P<who>(?:the )?[\w-]+(?: [\w-]+)?)(?= )", content[bare.end() :])
    if turned and how and re.match(r"\W*(?:under no|at no|on no|never)\b", content):
        start = clause.at + bare.end()
        found.subject = (start + turned.start("who"), start + turned.end("who"))
        if state_of(turned["who"]) is None:
            short = turned["who"].split()[0]
            found.subject = (start + 1, start + 1 + len(short))
    mine = own(clause, found) and not _DUMMY.search(content)
    demand = bool(found.condition and found.condition.type in ("if", "unless", "should", "event"))
    speaks = holder is not None and holder.kind in ("say", "threaten", "commit")
    harmed = _harmed(clause, found, content, holder)
    if speaks and holder is not None and (harmed or kinds.PRICE.search(content)) and not how:
        found.kind, found.rule = "threat", "harm announced"
        any_condition(clause, found, content)
        if "would" in bare.group():
            event_subject(clause, found)
        return found
    if not mine:
        return _guaranteed(clause, content)
    if holder is not None and holder.kind == "threaten":
        found.kind, found.rule = "threat", "threatened"
    elif (
        not (holder is not None and holder.kind == "commit")
        and _hostile(holder, content)
        and kinds.HARM.search(content, bare.end())
        and not how
        and (demand or (holder is not None and holder.lemma == "warn"))
    ):
        found.kind, found.rule = "threat", "harm announced"
    elif (
        holder is not None
        and holder.kind == "say"
        and not how
        and any(c.type == "unless" for c in clause.conditions)
        and (
            kinds.HARM.search(content, bare.end())
            or (
                state_of(clause.whole[slice(*holder.name)] if holder.name else "") is not None
                and not _BENIGN.search(content, bare.end())
            )
        )
    ):
        found.kind, found.rule = "threat", "harm unless"
    if holder is None:
        found.who = found.subject
    any_condition(clause, found, content)
    return found


def _hostile(holder: Governor | None, content: str) -> bool:
    """Whether the act itself, or the verb *warn*, says that harm is meant."""
    return bool(_STRONG.search(content)) or (
        holder is not None and holder.lemma in ("warn", "threaten", "caution")
    )


def _harmed(clause: Clause, found: Finding, content: str, holder: Governor | None) -> bool:
    """*Any ship in the zone will be sunk*: harm announced to whoever does something."""
    if holder is None or found.subject is None:
        return False
    if holder.lemma in ("warn", "threaten") and _REACT.search(content):
        return True
    if not _STRUCK.search(content):
        return False
    who = clause.low[slice(*found.subject)]
    party = holder.name is not None and state_of(clause.whole[slice(*holder.name)])
    if party and any(c.type in ("if", "unless") for c in clause.conditions):
        return True
    if holder.direct and clause.conditions and who not in ("we", "i"):
        return True
    return bool(
        re.match(r"(?:any|anyone|anybody|whoever|those who|all|the next|another|every)\b", who)
    ) or (holder.lemma in ("warn", "threaten") and not re.match(r"(?:it|we|i|they)$", who))


def _promised(clause: Clause, content: str) -> Finding | None:
    """*"The base stays open," X promised*: a promise in the present tense."""
    holder = named(clause)
    if holder is None or not holder.direct or holder.kind not in ("commit", "threaten"):
        return None
    if holder.lemma in ("agree", "resolve", "consent") or not re.search(r"[a-z]{2}", content):
        return None
    kind: ClaimWord = "threat" if holder.kind == "threaten" else "commitment"
    found = make(clause, kind, 0, max(1, len(content) // 2), "promised")
    found.cue, found.subject = (holder.start, holder.end), None
    found.polarity = "-" if negated(content, within=len(content)) else "+"
    found.modality = holder.lemma
    return found


def _guaranteed(clause: Clause, content: str) -> Finding | None:
    """*Pledged that the trams would run*: a promise about what is in the holder's hands."""
    holder = named(clause)
    if holder is None or holder.kind not in ("commit", "threaten") or holder.negated:
        return None
    if holder.lemma in ("agree", "resolve", "consent"):
        return None
    if not re.search(r"(?<![\w-])(?:will|would|shall|won't|wouldn't|not)(?![\w-])|'ll\b", content):
        return None
    kind: ClaimWord = "threat" if holder.kind == "threaten" else "commitment"
    found = make(clause, kind, 0, min(3, len(content)), "promised")
    found.cue = (holder.start, holder.end)
    met = re.search(r"(?<![\w-])(?:will|would|shall)", content)
    found.subject = subject_of(clause, clause.at + met.start()) if met else None
    found.polarity = "-" if negated(content, within=len(content)) else "+"
    found.modality = holder.lemma
    return found
