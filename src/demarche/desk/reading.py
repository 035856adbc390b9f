"""Articles read: claims and events of each, and what can be counted about their slant."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from demarche.reader.claims import read_claims
from demarche.reader.document import Document
from demarche.terms.claims import FORECAST_KINDS, Reading
from demarche.terms.loaded import LOADED_VERSION, loaded_words
from demarche.terms.reading_events import CodedEvent, CodedEvents

__all__ = ["Article", "ArticleSlant", "Side", "Slant", "read_article", "slant_of"]

MOST = 0.8
"""Share of one outlet or side above which the note warns."""
ALIKE = 0.8
"""Share of common five-word sequences above which two texts are copies."""
PROMISES = ("commitment", "red_line", "threat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: the document, what it claims, what it tells, and what the reader warns of."""

    document: Document
    claims: Reading
    events: CodedEvents | None
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """Outlet, else title, else where it comes from."""
        return self.document.outlet or self.document.title or self.document.origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSlant:
    """Counts of one article; no score is made of them.

    ``anonymous`` is the share of claims whose holder is anonymous, collective or unnamed;
    ``loaded_rate`` counts loaded words per 1,000 words.
    """

    name: str
    words: int
    claims: int
    forecasts: int
    promises: int
    events: int
    anonymous: float | None
    loaded: tuple[tuple[str, int], ...]
    loaded_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An actor across the articles: events in which it acts, and in which it is acted upon."""

    code: str
    name: str
    acts: int
    receives: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slant:
    """The source-slant note: facts with counts, of all articles together."""

    articles: tuple[ArticleSlant, ...]
    outlets: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    sides: tuple[Side, ...]
    one_sided: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    loaded_version: str


def read_article(document: Document) -> Article:
    """Claims and events of a document.

    Examples
    --------
    >>> from demarche.reader.document import document_of
    >>> article = read_article(document_of(b"Fiji will probably recall its envoy.", origin="a"))
    >>> article.claims.claims[0].kind
    'prediction'
    """
    claims = read_claims(document.text, published=document.date, language=document.language)
    warnings = [*document.notes, *claims.warnings]
    events: CodedEvents | None = None
    if document.language in ("en", "unknown"):
        from demarche.reader.events import code_events

        events = code_events(document.text, published=document.date)
        warnings += events.notes
    if document.date is None:
        warnings.append("no day of publication: relative times stay open; give one with --date")
    return Article(
        document=document,
        claims=claims,
        events=events,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def slant_of(articles: Sequence[Article]) -> Slant:
    """What can be counted about the slant of articles, each side and each word alike.

    Examples
    --------
    >>> from demarche.reader.document import document_of
    >>> article = read_article(document_of(b"The regime fell.", origin="a.txt"))
    >>> slant_of([article]).articles[0].loaded
    (('regime', 1),)
    """
    rows = tuple(_one(article) for article in articles)
    outlets = Counter(article.document.outlet or "(no outlet known)" for article in articles)
    languages = Counter(article.document.language for article in articles)
    sides = _sides(articles)
    copies = _copies(articles)
    return Slant(
        articles=rows,
        outlets=tuple(sorted(outlets.items(), key=lambda row: (-row[1], row[0]))),
        languages=tuple(sorted(languages.items(), key=lambda row: (-row[1], row[0]))),
        sides=sides,
        one_sided=_one_sided(articles),
        copies=copies,
        warnings=_warnings(articles, outlets, sides, copies),
        loaded_version=LOADED_VERSION,
    )


def _one(article: Article) -> ArticleSlant:
    text = article.document.text
    words = len(re.findall(r"\w+", text))
    loaded = loaded_words(text)
    held = [claim.holder.type for claim in article.claims.claims]
    hidden = sum(kind in ("anonymous", "collective", "unnamed") for kind in held)
    kinds = [claim.kind for claim in article.claims.claims]
    return ArticleSlant(
        name=article.name,
        words=words,
        claims=len(kinds),
        forecasts=sum(kind in FORECAST_KINDS for kind in kinds),
        promises=sum(kind in PROMISES for kind in kinds),
        events=len(article.events.events) if article.events else 0,
        anonymous=round(hidden / len(held), 4) if held else None,
        loaded=loaded,
        loaded_rate=round(1000 * sum(n for _, n in loaded) / words, 3) if words else 0.0,
    )


def _events(articles: Iterable[Article]) -> Iterable[tuple[int, CodedEvent]]:
    for n, article in enumerate(articles):
        for event in article.events.events if article.events else ():
            yield n, event


def _sides(articles: Sequence[Article]) -> tuple[Side, ...]:
    acts: Counter[str] = Counter()
    receives: Counter[str] = Counter()
    where: dict[str, set[int]] = defaultdict(set)
    names: dict[str, str] = {}
    for n, event in _events(articles):
        for actor, count in ((event.actor, acts), (event.recipient, receives)):
            if actor is None:
                continue
            code = actor.country or actor.code or actor.name
            names.setdefault(code, actor.code or actor.name)
            count[code] += 1
            where[code].add(n)
    codes = sorted({*acts, *receives}, key=lambda c: (-(acts[c] + receives[c]), c))
    return tuple(
        Side(
            code=code,
            name=names[code],
            acts=acts[code],
            receives=receives[code],
            articles=len(where[code]),
        )
        for code in codes
    )


def _key(event: CodedEvent) -> tuple[str, str, str, str]:
    other = event.recipient.code or event.recipient.name if event.recipient else ""
    day = event.date.start.isoformat() if event.date.start else ""
    return event.actor.code or event.actor.name, other, event.cameo[:2], day


def _one_sided(articles: Sequence[Article]) -> tuple[tuple[str, str], ...]:
    """Events that one outlet alone tells of, where there are several outlets."""
    told: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    shown: dict[tuple[str, str, str, str], str] = {}
    for n, event in _events(articles):
        told[_key(event)].add(articles[n].name)
        shown.setdefault(_key(event), event.as_coded)
    if len({article.name for article in articles}) < 2:
        return ()
    rows = [(shown[key], next(iter(names))) for key, names in told.items() if len(names) == 1]
    return tuple(sorted(rows))


def _shingles(text: str) -> frozenset[int]:
    words = re.findall(r"\w+", text.lower())[:20_000]
    return frozenset(hash(tuple(words[n : n + 5])) for n in range(max(0, len(words) - 4)))


def _copies(articles: Sequence[Article]) -> tuple[tuple[str, str], ...]:
    """Pairs of articles that are one text; at most 300 articles are compared in pairs."""
    sets = [_shingles(article.document.text) for article in articles[:300]]
    found = []
    for a, b in combinations(range(len(sets)), 2):
        common, whole = len(sets[a] & sets[b]), len(sets[a] | sets[b])
        same = articles[a].document.sha256 == articles[b].document.sha256
        if same or (whole and common / whole >= ALIKE):
            found.append((articles[a].document.origin, articles[b].document.origin))
    return tuple(found)


def _warnings(
    articles: Sequence[Article],
    outlets: Counter[str],
    sides: Sequence[Side],
    copies: Sequence[tuple[str, str]],
) -> tuple[str, ...]:
    said = []
    if len(articles) > 1:
        outlet, count = outlets.most_common(1)[0]
        if count > MOST * len(articles):
            said.append(f"{outlet} supplies {count} of {len(articles)} articles")
    total = sum(side.acts for side in sides)
    for side in sides:
        if total >= 5 and side.acts > MOST * total:
            said.append(f"{side.name} acts in {side.acts} of {total} events")
    if copies:
        said.append(f"{len(copies)} pairs of articles are copies of one text: count them once")
    if len(articles) > 300:
        said.append("only the first 300 articles were compared for copies")
    return tuple(said)


def asked_on(day: dt.date | None) -> str:
    """Day as text, or that it is not known.

    Examples
    --------
    >>> asked_on(None)
    'day not known'
    """
    return day.isoformat() if day else "day not known"
