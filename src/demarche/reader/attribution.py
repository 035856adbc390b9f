"""Whose words these are: *X said*, *according to X*, *said X*; and the phrase that names X."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from demarche.reader.horizon_words import past_time
from demarche.reader.lexicon import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    MODALS,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    VerbForm,
)
from demarche.reader.subjects import subject
from demarche.reader.text import Word, words

__all__ = ["SPEECH", "Governor", "outer", "spoken_when"]

SPEECH = frozenset(
    ["say", "believe", "think", "fear", "hope", "commit", "threaten", "see", "doubt"]
)
_SUBJECT_CUT = re.compile(
    r",|\bwho\b|\bwhich\b|\bin (?:an?|the) (?:\w+ )?(?:statement|interview|speech|report|note|"
    r"letter|"
    r"briefing|address|email|post|tweet)\b|\bat (?:a|the) (?:\w+ )?(?:press|news) conference\b|"
    r"\bon "
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|condition)\b|\bafter\b|"
    r"\bduring\b|"
    r"\badding\b|\blast\b|\bearlier\b|\byesterday\b|\btoday\b|\bas\b|\bwhile\b|\(|\btold\b|"
    r"\bspeaking\b|\basked\b|\bthis (?:week|month|year)\b"
)
_ACCORDING = re.compile(r"(?:^|(?<=[,;:\u2014] )|(?<=\s))according to ")
_VIEW = re.compile(
    r"(?<![\w-])in the (?:view|opinion|words|judg(?:e)?ment|estimate|estimation|assessment|eyes|"
    r"reckoning) of "
)
_REPORTED = re.compile(
    r",\"? (?:[\w.'-]+ ){1,6}?(?:quoted|cited|quotes|cites|has quoted) (?P<who>[^,;\"]{2,80}?) as "
    r"(?:saying|telling \w+|warning|predicting)[^,;]{0,40}$|"
    r",\"? (?P<who2>[^,;\"]{2,60}?) (?:was|were|is|are) (?:\w+ )?(?:quoted|cited|"
    r"reported) as saying"
    r"[^,;]{0,60}$"
)
_POSSESSED = re.compile(
    r"(?<![\w-])in (?P<who>(?:[\w.-]+ ){0,4}[\w.-]+?)(?:'s|') (?:view|opinion|words|judg(?:e)?ment|"
    r"estimate|assessment|estimation|reckoning)"
)
_SPLIT = re.compile(r",\"?(?=\s)|(?<=[!?.,])\"(?=\s)|\"\s*(?=\u2014)|\u2014")
_ADDRESSED = frozenset("tell warn assure inform advise remind promise notify caution urge".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Governor:
    """Who holds what follows, by which verb: its class, lemma, negation, time, and place."""

    start: int
    end: int
    name: tuple[int, int] | None
    kind: str
    lemma: str
    negated: str = ""
    past: bool = False
    spoken: tuple[int, int] | None = None
    direct: bool = False
    complement: str = "clause"
    content: int = 0


def _segments(low: str) -> list[tuple[int, int]]:
    cuts = [m.end() for m in _SPLIT.finditer(low)]
    edges = [0, *cuts, len(low)]
    return [(a, b) for a, b in pairwise(edges) if low[a:b].strip(' .,"\u2014')]


def _as_attribution(
    low: str, start: int, end: int, *, first: bool, quoted: bool = False
) -> Governor | None:
    """A short segment that only says who speaks: *the bank said*, *said the bank*."""
    tokens = [w for w in words(low[start:end].strip()) if w.low not in {'"'}]
    lead = start + len(low[start:end]) - len(low[start:end].lstrip())
    while tokens and tokens[-1].low in {".", ",", "\u2014", "!", "?"}:
        tokens.pop()
    if _goes_on(tokens):
        return None
    if (
        len(tokens) < 2
        or len(tokens) > 28
        or any(
            w.low in MODALS and not (w.low in ("may", "will") and w is tokens[-1]) for w in tokens
        )
    ):
        return None
    if tokens[0].low in ("as", "so") and len(tokens) > 2:
        tokens = tokens[1:]
    for n, word in enumerate(tokens[:14]):
        form = VERBS.get(word.low)
        if form is None and quoted and n and word.low.endswith("ed"):
            form = VerbForm("say", "say", "past")
        if (
            form is None
            or form.kind not in SPEECH - {"see"}
            or form.tense == "participle"
            or n + 1 > 13
        ):
            continue
        after = tokens[n + 1 :]
        if any(w.low in ("that", "to") for w in after[:3]) and form.lemma != "tell":
            return None
        if n == 0:
            plural = len(tokens) > 1 and any(_plural(w) for w in tokens[1:4])
            said = word.low in ("says", "say") or (word.low == form.lemma and plural)
            if (form.tense == "present" and not said) or first:
                return None
            name = _inverted_name(low[lead : lead + tokens[-1].end], tokens[1].start)
            if name is None:
                return None
            span = (lead + name[0], lead + name[1])
        else:
            if form.tense in ("past", "perfect") and _passive(tokens[:n]):
                return None
            if tokens[n - 1].low == "to":
                return None
            if (
                word.low == form.lemma
                and form.tense == "present"
                and not any(_plural(w) for w in tokens[:n] if w.low not in DETERMINERS)
            ):
                return None
            if tokens[n - 1].low in DETERMINERS - {
                "many",
                "most",
                "some",
                "few",
                "several",
                "all",
                "both",
                "others",
            }:
                if n + 1 < len(tokens) and tokens[n + 1].low in VERBS:
                    continue
                return None
            if (
                after
                and after[0].low not in PREPOSITIONS
                and not after[0].low.endswith(("day", "ly"))
                and (
                    form.lemma not in _ADDRESSED
                    and after[0].low not in ADVERBS | {"last", "this", "earlier", "yesterday", ","}
                )
            ):
                return None
            if after and after[0].low in ("of", "about", "over"):
                return None
            found = subject(low[lead : lead + tokens[-1].end], tokens[:n])
            if found is None or not _nounish(low[lead:], found):
                return None
            span = (lead + found[0], lead + found[1])
        return Governor(
            start=start,
            end=end,
            name=span,
            kind=form.kind,
            lemma=form.lemma,
            past=form.tense in ("past", "perfect"),
            spoken=spoken_when(low, lead, end),
        )
    return None


def _goes_on(tokens: Sequence[Word]) -> bool:
    """Whether an inverted segment (*said X*) goes on with a clause of its own."""
    if not tokens or tokens[0].low not in VERBS:
        return False
    for n, word in enumerate(tokens[2:], start=2):
        if word.low in {",", "who", "which", "as", "while", "after", "when", "that"}:
            return word.low == "that"
        if word.low in {"is", "are", "was", "were", "has", "had", "have"} and tokens[
            n - 1
        ].low not in {"who", "which"}:
            return True
    return False


def _passive(ahead: Sequence[Word]) -> bool:
    """Whether a form of *be* stands before a verb, with nothing but adverbs between."""
    for word in reversed(ahead):
        if word.low in {"is", "are", "was", "were", "be", "been", "being"}:
            return True
        if word.low not in ADVERBS | {"all", "but", "almost", "not"} and not word.low.endswith(
            "ly"
        ):
            return False
    return False


def _plural(word: Word) -> bool:
    """Whether a word before a bare verb may be its subject: *experts believe*, *many fear*."""
    low = word.low
    return (
        (low.endswith("s") and not low.endswith(("ss", "'s")))
        or low in ADVERBS | PRONOUNS | {"people", "police", "many", "most", "some", "men", "women"}
        or low.endswith("ly")
        or low in AUXILIARIES
        or not low[0].isalpha()
    )


def _nounish(low: str, span: tuple[int, int]) -> bool:
    first = low[span[0] : span[1]].split(" ", 1)[0]
    return first not in PREPOSITIONS and first not in {"not", "to"}


def spoken_when(low: str, start: int, end: int) -> tuple[int, int] | None:
    """Place of a phrase that says when something was said, or ``None``."""
    met = past_time(low[start:end])
    return (start + met.start(), start + met.end()) if met else None


def _inverted_name(low: str, start: int) -> tuple[int, int] | None:
    cut = _SUBJECT_CUT.search(low, start + 1)
    end = cut.start() if cut else len(low)
    end = start + len(low[start:end].rstrip(" ,."))
    return (start, end) if end > start else None


def outer(low: str) -> tuple[str, tuple[Governor, ...]]:
    """Sentence with its attributions hidden behind blanks, and the attributions.

    Examples
    --------
    >>> text, found = outer("the toll will rise in may, said the governor.")
    >>> text.strip(), found[0].name
    ('the toll will rise in may,', (32, 44))
    """
    found: list[Governor] = []
    text = low
    for met in [*_ACCORDING.finditer(low), *_VIEW.finditer(low)]:
        name = _inverted_name(low, met.end())
        if name is None:
            continue
        lead = not low[: met.start()].strip()
        cut = low.find(",", name[1]) if lead else -1
        end = (
            cut + 1
            if cut >= 0
            else max(
                name[1],
                len(low.rstrip(' ."'))
                if not lead and not low[name[1] :].startswith(",")
                else name[1],
            )
        )
        found.append(Governor(start=met.start(), end=end, name=name, kind="say", lemma="according"))
        text = text[: met.start()] + " " * (end - met.start()) + text[end:]
    reported = _REPORTED.search(text)
    if reported:
        which = "who" if reported["who"] else "who2"
        found.append(
            Governor(
                start=reported.start(),
                end=len(text.rstrip(' ."')),
                name=reported.span(which),
                kind="say",
                lemma="quote",
                past=True,
            )
        )
        text = text[: reported.start() + 1] + " " * (len(text) - reported.start() - 1)
    met_own = _POSSESSED.search(text)
    if met_own:
        found.append(
            Governor(
                start=met_own.start(),
                end=met_own.end(),
                name=met_own.span("who"),
                kind="say",
                lemma="view",
            )
        )
        text = (
            text[: met_own.start()]
            + " " * (met_own.end() - met_own.start())
            + text[met_own.end() :]
        )
    segments = _segments(text)
    for n, (start, end) in enumerate(segments):
        if len(segments) == 1:
            break
        governor = _as_attribution(
            text, start, end, first=n == 0, quoted=low[:start].count('"') >= 2
        )
        if governor is None or (n == 0 and '"' not in low):
            continue
        direct = low[:start].count('"') >= 2 or (n == 0 and '"' in low[end:])
        found.append(
            Governor(
                start=start,
                end=end,
                name=governor.name,
                kind=governor.kind,
                lemma=governor.lemma,
                past=governor.past,
                spoken=governor.spoken,
                direct=direct,
            )
        )
        text = text[:start] + " " * (end - start) + text[end:]
    return text, tuple(found)
