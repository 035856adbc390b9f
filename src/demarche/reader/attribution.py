"""Whose words these are: *X said*, *according to X*, *said X*; and the phrase that names X."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from demarche.reader.horizon_words import find_horizons, past_time
from demarche.reader.lexicon import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    MODALS,
    PREPOSITIONS,
    VERBS,
    VerbForm,
)
from demarche.reader.text import Word, words

__all__ = ["SPEECH", "Governor", "outer", "spoken_when", "subject"]

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
_POSSESSED = re.compile(
    r"(?<![\w-])in (?P<who>(?:[\w.-]+ ){0,4}[\w.-]+?)(?:'s|') (?:view|opinion|words|judg(?:e)?ment|"
    r"estimate|assessment|estimation|reckoning)"
)
_TIMED = re.compile(
    r"(?:on|in|by|at|this|next|within|before|after|until|till|during|over|between|from|for|as|"
    r"early|late|later|"
    r"mid|soon|shortly|eventually|today|tonight|tomorrow|ahead|prior|no|not|some|one|any|the|"
    r"again|through|up|"
    r"throughout|inside|starting|beginning|\w+day|\d)"
)
_PAST_VERBS = frozenset(
    "met left went came took made gave held sent hit won lost began flew fled spoke stood "
    "struck led "
    "became wrote signed paid built cut set put is are was were has had have".split()
)
_FINITE_WORDS = MODALS | {"is", "are", "was", "were", "has", "had", "have"}
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


def subject(low: str, tokens: Sequence[Word]) -> tuple[int, int] | None:
    """Noun phrase in front of a verb: without openers, adverbs, auxiliaries and dates.

    Examples
    --------
    >>> s = "but on monday two former ministers have also"
    >>> a, b = subject(s, words(s))
    >>> s[a:b]
    'two former ministers'
    """
    row = list(tokens)
    if not row:
        return None
    row = _shared(row)
    row = _last_clause(row)
    eve = re.match(
        r"(?:on the eve|in the (?:run-up|aftermath|wake|days|weeks|months)|at the "
        r"(?:start|outset|height|end|time)) (?:of|to|before|after) (?:the |a |an )?[\w-]+ "
        r"(?=many|most|some|few|several|the|two|three|his|her|its)",
        low[row[0].start : row[-1].end],
    )
    if eve:
        row = [w for w in row if w.start >= row[0].start + eve.end()]
    met = past_time(low[row[0].start : row[-1].end])
    if met and met.start() <= 6 and row[0].start + met.end() < row[-1].end:
        row = [w for w in row if w.start >= row[0].start + met.end()]
    for n in range(len(row) - 1, -1, -1):
        first = row[0].low
        if row[n].low == "," and n + 1 < len(row):
            opener = (
                first.endswith(("ing", "ed"))
                or first in PREPOSITIONS
                or first in ADVERBS
                or first.endswith("ly")
                or n <= 1
            )
            row = (
                row[n + 1 :]
                if opener
                else row[: next(i for i in range(n + 1) if row[i].low == ",")]
            )
            break
    while row and (
        row[0].low in ADVERBS
        or row[0].low.endswith("ly")
        or row[0].low
        in {
            "and",
            "but",
            "or",
            ",",
            '"',
            ";",
            ":",
            "that",
            "as",
            "while",
            "although",
            "though",
            "\u2014",
            "because",
            "so",
            "since",
            "whereas",
            "which",
            "who",
            "where",
            "for",
            "nor",
            "if",
            "(",
            "yet",
            ".",
        }
    ):
        if (
            row[0].low == "that"
            and len(row) > 1
            and row[1].low not in DETERMINERS
            and row[1].text.islower()
            and len(row) == 2
        ):
            break
        row.pop(0)
    timed = bool(row) and _TIMED.match(low, row[0].start) is not None
    horizons = find_horizons(low, low) if timed else ()
    while row:
        hit = next((h for h in horizons if h.start == row[0].start and h.end < row[-1].end), None)
        if hit is None:
            day = re.match(r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day ", low[row[0].start :])
            if day is None:
                break
            row = row[2:]
            continue
        row = [w for w in row if w.start >= hit.end]
    while row and (
        row[-1].low in AUXILIARIES | MODALS
        or row[-1].low in ADVERBS
        or row[-1].low.endswith("ly")
        or row[-1].low in {",", '"', "not", "n't", "to"}
        or (len(row) > 2 and (row[-2].low, row[-1].low) == ("no", "longer"))
        or (len(row) > 1 and row[-1].low == "no" and low.startswith("no longer", row[-1].start))
    ):
        row.pop()
    mark = max((n for n, w in enumerate(row) if w.low in {";", "\u2014", ":", "."}), default=-1)
    row = row[mark + 1 :]
    modal = next((n for n, w in enumerate(row) if n and w.low in MODALS), None)
    if modal is not None:
        row = row[:modal]
    row = _cut_relative(row)
    finite = next((n for n, w in enumerate(row) if n and w.low in AUXILIARIES - {"being"}), None)
    if finite is not None:
        row = row[:finite]
    while row and row[-1].low in {",", '"'}:
        row.pop()
    if not row:
        return None
    last = row[-1]
    end = last.end
    for tail in ("n't", "'s", "'ve", "'re", "'ll", "'d"):
        if (
            last.low.endswith(tail)
            and len(row) == 1
            and last.low not in ("let's",)
            and tail != "'s"
        ):
            end -= len(tail)
    return row[0].start, end


def _shared(row: list[Word]) -> list[Word]:
    """Subject that two verbs share: *X condemned the act and* (promised) leaves X."""
    if row[-1].low not in ("and", "but", "then"):
        return row
    for n, word in enumerate(row[:-1]):
        if n and (word.low.endswith("ed") or word.low in VERBS or word.low in _PAST_VERBS):
            return row[:n]
    return row


def _last_clause(row: list[Word]) -> list[Word]:
    """Words after a conjunction that follows a finite verb: *it grew when a member said*."""
    for n in range(len(row) - 2, 0, -1):
        if row[n].low in {"when", "because", "while", "although", "that", "after", "since"} and any(
            w.low in _FINITE_WORDS for w in row[:n]
        ):
            return row[n + 1 :]
    return row


def _cut_relative(row: list[Word]) -> list[Word]:
    for n, word in enumerate(row):
        if n and word.low in {"who", "which", "whose", "(", "\u2014"}:
            return row[:n]
    return row


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
            if (form.tense == "present" and word.low not in ("says", "say")) or first:
                return None
            name = _inverted_name(low[lead : lead + tokens[-1].end], tokens[1].start)
            if name is None:
                return None
            span = (lead + name[0], lead + name[1])
        else:
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
