"""Holder and horizon of a claim, with what is carried from sentence to sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field

from demarche.reader.attribution import Governor
from demarche.reader.finding import Clause, Finding
from demarche.reader.horizon_dates import resolve_horizon
from demarche.reader.horizon_words import HorizonWords
from demarche.reader.lexicon import COLLECTIVES, OFFICES
from demarche.reader.text import Sentence
from demarche.terms.claims import (
    Holder,
    Horizon,
    Span,
)

__all__ = ["State", "holder_of", "horizon_of", "span_of"]

_PERSONAL = frozenset("i we he she they it you this that who".split())


@dataclass(slots=True)
class State:
    """What is carried from sentence to sentence of one text."""

    published: dt.date | None
    starts: list[int]
    text: str
    counts: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    speaker: tuple[int, Governor, Sentence] | None = None
    quoting: int = 0


def span_of(sentence: Sentence, start: int, end: int) -> Span:
    """Place in the text of a part of a sentence."""
    return Span(
        start=sentence.start + start, end=sentence.start + end, text=sentence.text[start:end]
    )


def holder_of(
    found: Finding, clause: Clause, sentence: Sentence, state: State, doubts: list[str]
) -> Holder:
    """Holder of a claim, with the chain of those who pass it on."""
    governors = clause.governors
    if len(governors) > 1:
        governors = tuple(
            g
            for n, g in enumerate(governors)
            if not (
                n
                and g.name is not None
                and sentence.low[slice(*g.name)] in _PERSONAL
                and any(o.name is not None for o in governors[:n])
            )
        )
    named = [
        g
        for g in governors
        if g.name is not None
        and not (g.kind in ("intend", "weigh", "know") and g.complement in ("to", "gerund"))
        and not (g.kind == "threaten" and found.kind == "prediction")
    ]
    direct = any(g.direct for g in named)
    names = [sentence.text[slice(*g.name)] for g in named if g.name is not None]
    if found.who is not None:
        names.append(sentence.text[slice(*found.who)])
    span: Span | None = None
    if names:
        at = found.who or named[-1].name
        span = span_of(sentence, *at) if at else None
        name = names[-1]
    elif _spoken_on(clause) or state.quoting == sentence.paragraph or _inside(sentence):
        return _neighbour(sentence, state, doubts)
    elif found.holder:
        return Holder(name=found.holder, type="unnamed", speech="authorial")
    else:
        return Holder(name="author", type="author", speech="authorial")
    kind = holder_type(name)
    flags = []
    if kind == "collective":
        flags.append("collective, unnamed")
    if kind == "pronoun":
        doubts.append("holder is a pronoun")
    return Holder(
        name=name,
        type=kind,  # type: ignore[arg-type]
        speech="direct" if direct else "indirect",
        span=span,
        chain=tuple(names[:-1]),
        flags=tuple(flags),
    )


def _spoken_on(clause: Clause) -> bool:
    """Whether a clause is spoken by someone whom a sentence before it names."""
    return any(g.name is None and g.direct and g.start == g.end for g in clause.governors)


def _inside(sentence: Sentence) -> bool:
    return (
        sentence.text[:1] in '"\u201c'
        and sentence.low.count('"') >= 2
        and sentence.low.rstrip(". ").endswith('"')
    )


def _neighbour(sentence: Sentence, state: State, doubts: list[str]) -> Holder:
    if state.speaker is not None and state.speaker[0] == sentence.paragraph:
        _, governor, source = state.speaker
        if governor.name is not None:
            doubts.append("speaker taken from a neighbouring sentence")
            span = span_of(source, *governor.name)
            return Holder(
                name=span.text,
                type=holder_type(span.text),  # type: ignore[arg-type]
                speech="direct",
                span=span,
            )
    doubts.append("quotation without a speaker")
    return Holder(name="unnamed", type="unnamed", speech="direct")


def holder_type(name: str) -> str:
    """What kind of holder a name is."""
    words = re.findall(r"[\w'-]+", name.lower())
    if len(words) == 1 and words[0] in _PERSONAL:
        return "pronoun"
    if words and words[0] in ("few", "many", "most", "some", "several", "nobody", "others", "no"):
        return "collective"
    head = re.split(
        r" (?:of|in|at|for|from|close|near|with|familiar|on)\b", name.lower(), maxsplit=1
    )[0].split()
    if head and head[-1] in COLLECTIVES:
        return "anonymous" if head[-1] in ("sources", "officials", "aides") else "collective"
    if any(w in OFFICES for w in words):
        return "office"
    return "named"


def _apposed(low: str, horizon: HorizonWords) -> bool:
    """Whether a horizon dates a thing by the way: *the vote, due in October, may slip*."""
    return bool(
        re.search(
            r", (?:\w+ )?(?:due|held|planned|scheduled|set|expected)(?: \w+)? $",
            low[: horizon.start],
        )
    ) and (low[horizon.end :].startswith(","))


_SPOKEN_DAY = re.compile(
    r"(?:(?:late|early|earlier|again) )?(?:(?:on|in|during|over|at) )?(?:the )?"
    r"(?!next|coming|tomorrow)(?:\w+day|today|yesterday|this \w+|\d|january|"
    r"february|march|april|may|june|july|august|"
    r"september|october|november|december|weekend)"
)


def _of_the_verb(clause: Clause, horizon: HorizonWords) -> bool:
    """Whether a day says when something was said: *vowed on Tuesday to*, *pledged on 3 March*."""
    last = clause.governors[-1] if clause.governors else None
    if last is None or last.start > horizon.start:
        return False
    if not last.past or horizon.type != "window" or horizon.start < clause.at:
        return False
    between = clause.low[clause.at : horizon.start]
    near = re.fullmatch(
        r"[\s,]*(?:\w+ly |late |early |again |once more |(?:in|at) (?:an?|the) \w+ )*", between
    )
    return near is not None and _SPOKEN_DAY.match(horizon.words) is not None


def _chosen(found: Finding, clause: Clause) -> HorizonWords | None:
    """Horizon of the proposition: the first after the cue, else the first in the clause."""
    inside = list(clause.horizons)
    if found.condition is not None:
        c = found.condition
        inside = [h for h in inside if h.end <= c.start or h.start >= c.end]
    inside = [
        h for h in inside if not (h.type == "event" and found.cue[0] < h.start < found.cue[1])
    ]
    inside = [h for h in inside if not (h.type == "duration" and h.start < found.cue[0])]
    inside = [h for h in inside if not _apposed(clause.low, h) and not _of_the_verb(clause, h)]
    if not inside:
        return None
    after = [h for h in inside if h.start >= found.cue[0]]
    firm = [h for h in after if h.type not in ("event", "vague")]
    ahead = [h for h in inside if h.start < found.cue[0]]
    for row in (firm, after, ahead):
        if row:
            return row[0]
    return None


def horizon_of(found: Finding, clause: Clause, sentence: Sentence, state: State) -> Horizon | None:
    """Horizon of a claim, resolved from the day it was said where that is known."""
    if found.kind in ("counterfactual", "assessment"):
        return None
    chosen = _chosen(found, clause)
    if chosen is None:
        return None
    span = span_of(sentence, chosen.start, chosen.end)
    if found.kind != "past_prediction":
        return resolve_horizon(chosen, span=span, anchor=state.published)
    year = None
    for governor in clause.governors:
        if governor.spoken:
            met = re.search(r"\b(1[5-9]\d\d|20\d\d)\b", sentence.text[slice(*governor.spoken)])
            year = int(met[1]) if met else year
    if year is None:
        plain = resolve_horizon(chosen, span=span, anchor=None)
        return plain
    first = resolve_horizon(chosen, span=span, anchor=dt.date(year, 1, 1), spoken=True)
    last = resolve_horizon(chosen, span=span, anchor=dt.date(year, 12, 31), spoken=True)
    flags = (*(f for f in first.flags if f != "past_at_publication"), "anchor_is_a_year")
    return Horizon(
        span=span,
        type=first.type,
        start=first.start,
        end=last.end,
        precision=first.precision,
        anchor=first.anchor,
        anchor_source="spoken",
        flags=flags,
    )
