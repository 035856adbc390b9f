"""A reading as data: one object with claims and events, each with its span."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demarche.desk.reading import Article, Slant
    from demarche.reader.document import Document
    from demarche.terms.claims import ReadClaim, Span
    from demarche.terms.reading_events import CodedEvent

__all__ = [
    "FORMAT",
    "PHRASE",
    "QUOTE",
    "Quotes",
    "article_data",
    "as_json",
    "claim_data",
    "several_data",
]

FORMAT = "demarche reading 2"


def as_json(data: Any) -> str:
    """Text of one JSON object; the same reading gives the same bytes."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


QUOTE = 90
"""Most characters of the article that one quote holds; a longer claim is quoted around its cue."""
PHRASE = 160
"""Most characters of a holder, condition, horizon, actor, action or recipient."""


class Quotes:
    """Short quotes of one document, each with its place.

    For plain text ``span`` counts the characters of the input as given, so that
    ``input[span[0]:span[1]]`` is the quote. For pages and PDFs it counts those of the text taken
    out, and ``input_span`` says where the words stand in the page's source, or nothing.
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    def part(self, start: int, end: int, *, sought: bool = False) -> dict[str, Any]:
        """Span, words, and place in the input; in a page only what is ``sought`` is looked for."""
        known = sought or self.document.offsets is not None
        place = self.document.place(start, end) if known else None
        exact = self.document.offsets is not None and place is not None
        span = place if exact and place is not None else (start, end)
        source = self.document.input if exact else self.document.text
        return {
            "span": list(span),
            "input_span": None if place is None else list(place),
            "text": source[span[0] : span[1]],
        }

    def phrase(self, span: Span | None) -> dict[str, Any] | None:
        """Words of a span, cut at a word after `PHRASE` characters."""
        if span is None:
            return None
        return self.part(span.start, _cut(self.document.text, span.start, span.end, PHRASE))

    def words(self, span: Span | None) -> str | None:
        """The words of `phrase` alone."""
        found = self.phrase(span)
        return None if found is None else str(found["text"])

    def quote(self, start: int, end: int, cue: int) -> dict[str, Any]:
        """Quote of at most `QUOTE` characters around a cue; ``quote_cut`` says where it was cut."""
        first = start
        if end - start > QUOTE and cue - start > QUOTE // 2:
            first = self.document.text.find(" ", cue - QUOTE // 3, cue) + 1 or cue
        last = _cut(self.document.text, first, end, QUOTE)
        part = self.part(first, last, sought=True)
        cut = {(0, 0): "", (1, 0): "before", (0, 1): "after", (1, 1): "both"}
        whole = self.part(start, end)
        return {
            "span": part["span"],
            "input_span": part["input_span"],
            "extent": whole["span"],
            "quote": part["text"],
            "quote_cut": cut[int(first > start), int(last < end)],
        }


def _cut(text: str, start: int, end: int, most: int) -> int:
    """End of at most so many characters, behind a word."""
    if end - start <= most:
        return end
    at = text.rfind(" ", start + 1, start + most + 1)
    return at if at > start + most // 2 else start + most


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def claim_data(
    claim: ReadClaim, quotes: Quotes, code: tuple[str, str] | None = None
) -> dict[str, Any]:
    """One claim; ``holder``, ``condition`` and ``time`` are the words, details stand beside."""
    action = quotes.phrase(claim.action)
    if action is not None:
        cameo, plover = code or (None, None)
        action |= {"cameo": cameo, "plover": plover}
    band, when, given = claim.band, claim.horizon, claim.condition
    return {
        "id": claim.id,
        "kind": claim.kind,
        **quotes.quote(claim.span.start, claim.span.end, claim.cue.start),
        "line": claim.line,
        "paragraph": claim.paragraph,
        "holder": claim.holder.name,
        "polarity": claim.polarity,
        "probability": None if band is None else {"low": band.low, "high": band.high},
        "condition": None if given is None else quotes.words(given.span),
        "time": None if when is None else quotes.words(when.span),
        "change": claim.change,
        "cue": quotes.phrase(claim.cue),
        "modality": claim.modality,
        "hedge": None
        if band is None
        else {
            "class": band.hedge,
            "words": band.words,
            "origin": band.origin,
            "table": band.table,
            "version": band.version,
            "icd203": band.word,
            "heard": None
            if band.heard is None
            else dict(zip(("p10", "median", "p90"), band.heard, strict=True)),
            "flags": list(band.flags),
        },
        "holder_detail": {
            "type": claim.holder.type,
            "speech": claim.holder.speech,
            "chain": list(claim.holder.chain),
            "span": quotes.phrase(claim.holder.span),
            "flags": list(claim.holder.flags),
        },
        "condition_detail": None
        if given is None
        else {
            **(quotes.phrase(given.span) or {}),
            "type": given.type,
            "negated": given.negated,
            "presupposed": given.presupposed,
        },
        "horizon": None
        if when is None
        else {
            **(quotes.phrase(when.span) or {}),
            "type": when.type,
            "start": _day(when.start),
            "end": _day(when.end),
            "end_strict": _day(when.end_strict),
            "alternatives": [[_day(a), _day(b)] for a, b in when.alternatives],
            "precision": when.precision,
            "anchor": _day(when.anchor),
            "anchor_source": when.anchor_source,
            "flags": list(when.flags),
        },
        "actor": quotes.phrase(claim.actor),
        "action": action,
        "recipient": quotes.phrase(claim.recipient),
        "resolvable": claim.resolvable,
        "missing": list(claim.missing),
        "resolves": claim.resolves,
        "sure": claim.sure,
        "doubts": list(claim.doubts),
        "found_by": claim.found_by,
        "text_as_coded": "",
        "review": claim.review,
    }


def _plain(value: Any, quotes: Quotes | None = None) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if type(value).__name__ == "Words" and quotes is not None:
            start, end = value.start, value.end  # type: ignore[attr-defined]
            return quotes.part(start, _cut(quotes.document.text, start, end, PHRASE))
        return {f.name: _plain(getattr(value, f.name), quotes) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item, quotes) for item in value]
    return value


def _event(event: CodedEvent, line: int, quotes: Quotes) -> dict[str, Any]:
    found: dict[str, Any] = _plain(event, quotes)
    found.pop("found", None)
    return {
        **quotes.quote(event.found.start, event.found.end, event.trigger.start),
        "line": line,
        **found,
    }


def _lines(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def article_data(article: Article) -> dict[str, Any]:
    """One article: metadata, claims, events, counts, warnings, versions."""
    from demarche.reader.actions import action_codes
    from demarche.reader.claims import MAX_CLAIMS
    from demarche.reader.text import line_of

    document, reading, events = article.document, article.claims, article.events
    starts = _lines(document.text)
    quotes = Quotes(document)
    codes = action_codes(reading.claims, text=document.text)
    coded = sum(code is not None for code in codes.values())
    return {
        "format": FORMAT,
        "document": {
            "origin": document.origin,
            "kind": document.kind,
            "sha256": document.sha256,
            "characters": len(document.text),
            "spans": "input" if document.offsets is not None else "text taken out",
            "input_characters": len(document.input) or None,
            "quote_limit": QUOTE,
            "title": document.title,
            "author": document.author,
            "outlet": document.outlet,
            "date": _day(document.date),
            "date_source": document.date_source,
            "language": document.language,
            "address": document.address,
            "redirects": list(document.chain),
            "retrieved": document.retrieved,
        },
        "claims": [claim_data(claim, quotes, codes.get(claim.id)) for claim in reading.claims],
        "events": [
            _event(event, line_of(starts, event.found.start), quotes)
            for event in (events.events if events else ())
        ],
        "counts": {
            "claims": len(reading.claims),
            "claims_limit": MAX_CLAIMS,
            "claims_complete": reading.stopped_at is None,
            "claims_stopped_at": reading.stopped_at,
            "sentences": reading.sentences,
            "actions": {
                "coded": coded,
                "not_codable": len(codes) - coded,
                "not_found": len(reading.claims) - len(codes),
            },
            "left_out": dict(reading.counts),
            "noted": dict(reading.noted),
            "events_left_out": dict(events.left_out) if events else {},
        },
        "warnings": list(article.warnings),
        "versions": {
            "extractor": document.extractor,
            "claims": reading.version,
            "events": f"{events.coder}; {events.lexicon}" if events else None,
        },
    }


def several_data(
    articles: list[Article], slant: Slant, failed: list[tuple[str, str]], others: int = 0
) -> dict[str, Any]:
    """Several articles with their slant note, and what could not be read."""
    return {
        "format": FORMAT,
        "articles": [article_data(article) for article in articles],
        "slant": _plain(slant),
        "files_of_other_kinds": others,
        "not_read": [{"origin": origin, "reason": reason} for origin, reason in failed],
    }
