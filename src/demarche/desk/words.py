"""A question in words: which case, actor and trigger it means, and how that was read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from demarche.errors import QuestionError
from demarche.terms import NO_TRIGGER, Actor, Case, Trigger

__all__ = ["Understood", "understand"]

STOP = frozenset(
    "a an the of to in on at by for with from and or if when once should were was is are be been "
    "becomes become became gets goes go get happens happen happened it its this that these those "
    "what would will might could may does do did how which who whom whose then there than into "
    "s t has have had say said likely after during within next days".split()
)
CONDITION = re.compile(
    r"\b(?:if|once|when|in case(?: of)?|in the event (?:of|that)|assuming(?: that)?|"
    r"supposing(?: that)?|provided that|given(?: that)?|after|following|were|should)\b",
    re.IGNORECASE,
)
ACCEPT = 0.45
"""Smallest match of a condition with a trigger's words that is taken as meant."""
STRANGER = 0.6
"""Factor on the match of a phrase that does not name an actor whom the condition names."""
NEGATION = re.compile(
    r"\b(?:not|never|no(?!-)|without|neither|nor|cannot|fails? to|refuses? to)\b|n't\b",
    re.IGNORECASE,
)
CLEAR = 0.08
"""Smallest lead over the next best reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a question was read."""

    case: Case
    actor: Actor
    trigger: Trigger
    match: float
    text: str


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", " ", folded.lower()).strip()


def _stem(word: str) -> str:
    for ending in ("ization", "isation", "ally", "ing", "ies", "ied", "ed", "es", "al", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _names(actor: Actor) -> list[str]:
    names = [actor.name, *actor.aliases]
    if len(actor.id) > 2 and actor.id.isupper():
        names.append(actor.id)
    return sorted({_plain(name) for name in names if _plain(name)}, key=len, reverse=True)


def _tokens(text: str, actors: Sequence[Actor]) -> list[str]:
    """Content words of a phrase, every name of an actor replaced by its id."""
    plain = f" {_plain(text)} "
    named = [(name, actor.id) for actor in actors for name in _names(actor)]
    for name, id in sorted(named, key=lambda item: -len(item[0])):
        plain = plain.replace(f" {name} ", f" @{id.lower()} ")
    return [w if w.startswith("@") else _stem(w) for w in plain.split() if w not in STOP]


def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a.startswith("@") or b.startswith("@") or min(len(a), len(b)) < 4:
        return 0.0
    ratio = SequenceMatcher(None, a, b).ratio()
    return ratio if ratio >= 0.84 else 0.0


def _cover(words: Sequence[str], others: Sequence[str]) -> float:
    if not words:
        return 0.0
    weight = [2.0 if w.startswith("@") else 1.0 for w in words]
    met = [max((_alike(w, o) for o in others), default=0.0) for w in words]
    return sum(a * b for a, b in zip(weight, met, strict=True)) / sum(weight)


def _match(
    condition: Sequence[str], trigger: Trigger, actors: Sequence[Actor], *, negated: bool
) -> float:
    """Best agreement of a condition with any phrase for a trigger, 0 to 1.

    A phrase that does not name an actor whom the condition names is another event: it counts less.
    One that says the opposite (with or without a negation) does not count.
    """
    best = 0.0
    named = {word for word in condition if word.startswith("@")}
    for phrase in (trigger.label, *trigger.aliases, trigger.id.replace("-", " ")):
        words = _tokens(phrase, actors)
        if words and (trigger.id == NO_TRIGGER or bool(NEGATION.search(phrase)) == negated):
            score = 0.55 * _cover(condition, words) + 0.45 * _cover(words, condition)
            best = max(best, score * (1.0 if named <= set(words) else STRANGER))
    return best


def _find_actor(text: str, actors: Iterable[Actor]) -> tuple[Actor, int] | None:
    plain = f" {_plain(text)} "
    found: list[tuple[int, int, Actor]] = []
    for actor in actors:
        for name in _names(actor):
            at = plain.find(f" {name} ")
            if at >= 0:
                found.append((at, -len(name), actor))
                break
    if not found:
        return None
    at, _, actor = min(found, key=lambda item: item[:2])
    return actor, at


def _split(question: str, *, actors: Sequence[Actor]) -> tuple[str, str]:
    """Main clause and condition of a question; the condition may stand first.

    A word that may open a condition does so only if an actor is named before it, or if it is first.
    """
    text = question.strip().rstrip("?!. ")
    for met in CONDITION.finditer(text):
        if met.start() < 3 and "," in text[met.end() :]:
            condition, main = text[met.end() :].split(",", 1)
            return main, condition
        if _find_actor(text[: met.start()], actors) is not None:
            return text[: met.start()], text[met.end() :]
    return text, ""


def understand(question: str, *, cases: Sequence[Case]) -> Understood:
    """Read a question in words: "What would X do if Y happened?".

    The actor is the first named in the main clause that has courses of its own in a case; the
    trigger the one whose words agree best with the condition.

    Raises
    ------
    QuestionError
        If no actor or trigger is recognised, or two readings are equally good; lists what is known.
    """
    everyone = [actor for case in cases for actor in case.deciding()]
    main, condition = _split(question, actors=everyone)
    readings: list[tuple[float, Case, Actor, Trigger]] = []
    named: list[tuple[Case, Actor]] = []
    for case in cases:
        hit = _find_actor(main, case.deciding())
        if hit is None:
            continue
        named.append((case, hit[0]))
        none = case.trigger(NO_TRIGGER)
        words = _tokens(condition, case.actors)
        focal = 0.02 if hit[0].id == case.question.actor else 0.0
        if not words:
            readings.append((focal, case, hit[0], none))
        negated = bool(NEGATION.search(condition))
        for trigger in case.triggers:
            if words:
                readings.append(
                    (
                        _match(words, trigger, case.actors, negated=negated) + focal,
                        case,
                        hit[0],
                        trigger,
                    )
                )
    if not named:
        raise QuestionError(
            f"no actor with courses of its own is named in {question!r}.\n" + _known(cases)
        )
    good = sorted(readings, key=lambda r: -r[0])
    if condition and (not good or good[0][0] < ACCEPT):
        if NEGATION.search(condition):
            raise QuestionError(
                f"the condition {condition.strip()!r} says that something does not happen; "
                f"triggers are events. Ask without a trigger (--if none).\n"
                f"{_known([case for case, _ in named])}"
            )
        near = f" The nearest is {good[0][3].label!r}." if good and good[0][0] > 0.2 else ""
        raise QuestionError(
            f"the condition {condition.strip()!r} is no trigger that is known.{near}"
            f"\n{_known([case for case, _ in named])}"
        )
    best = good[0]
    rivals = [
        r
        for r in good[1:]
        if best[0] - r[0] < CLEAR
        and (r[1].id, r[2].id, r[3].id) != (best[1].id, best[2].id, best[3].id)
    ]
    if rivals:
        options = "\n".join(
            f"  demarche ask {c.id} --actor {a.id} --if {t.id}    ({t.label})"
            for _, c, a, t in [best, *rivals]
        )
        raise QuestionError(f"{question!r} can be read in more than one way:\n{options}")
    _, case, actor, trigger = best
    said = "no trigger" if trigger.id == NO_TRIGGER else f"trigger {trigger.id!r} ({trigger.label})"
    return Understood(
        case=case,
        actor=actor,
        trigger=trigger,
        match=round(best[0], 3),
        text=f"case {case.id!r}, actor {actor.name} ({actor.id}), {said}",
    )


def _known(cases: Sequence[Case]) -> str:
    lines = ["Known:"]
    for case in cases:
        actors = ", ".join(f"{a.name} ({a.id})" for a in case.deciding())
        triggers = ", ".join(t.id for t in case.triggers if t.id != NO_TRIGGER) or "none"
        lines.append(f"  {case.id}: actors {actors}; triggers {triggers}")
    lines.append('Ask like this: demarche ask "What would ACTOR do if TRIGGER?"')
    return "\n".join(lines)
