"""A reading as data: one object with claims and events, each with its span."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demarche.desk.reading import Article, Slant
    from demarche.terms.claims import ReadClaim, Span
    from demarche.terms.reading_events import CodedEvent

__all__ = ["FORMAT", "article_data", "as_json", "claim_data", "several_data"]

FORMAT = "demarche reading 1"


def as_json(data: Any) -> str:
    """Text of one JSON object; the same reading gives the same bytes."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _span(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"span": [span.start, span.end], "text": span.text}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def claim_data(claim: ReadClaim) -> dict[str, Any]:
    """One claim; ``holder``, ``condition`` and ``time`` are the words, details stand beside."""
    band, when, given = claim.band, claim.horizon, claim.condition
    return {
        "id": claim.id,
        "kind": claim.kind,
        "span": [claim.span.start, claim.span.end],
        "line": claim.line,
        "paragraph": claim.paragraph,
        "quote": claim.span.text,
        "holder": claim.holder.name,
        "polarity": claim.polarity,
        "probability": None if band is None else {"low": band.low, "high": band.high},
        "condition": None if given is None else given.span.text,
        "time": None if when is None else when.span.text,
        "change": claim.change,
        "cue": _span(claim.cue),
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
            "span": None if claim.holder.span is None else _span(claim.holder.span),
            "flags": list(claim.holder.flags),
        },
        "condition_detail": None
        if given is None
        else {
            **(_span(given.span) or {}),
            "type": given.type,
            "negated": given.negated,
            "presupposed": given.presupposed,
        },
        "horizon": None
        if when is None
        else {
            **(_span(when.span) or {}),
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
        "actor": _span(claim.actor),
        "action": _span(claim.action),
        "recipient": _span(claim.recipient),
        "resolvable": claim.resolvable,
        "missing": list(claim.missing),
        "resolves": claim.resolves,
        "sure": claim.sure,
        "doubts": list(claim.doubts),
        "found_by": claim.found_by,
        "text_as_coded": "",
        "review": claim.review,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if type(value).__name__ == "Words":
            return {"span": [value.start, value.end], "text": value.words}  # type: ignore[attr-defined]
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _event(event: CodedEvent, line: int) -> dict[str, Any]:
    found: dict[str, Any] = _plain(event)
    found.pop("found", None)
    return {
        "span": [event.found.start, event.found.end],
        "line": line,
        "quote": event.found.words,
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
    from demarche.reader.text import line_of

    document, reading, events = article.document, article.claims, article.events
    starts = _lines(document.text)
    return {
        "format": FORMAT,
        "document": {
            "origin": document.origin,
            "kind": document.kind,
            "sha256": document.sha256,
            "characters": len(document.text),
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
        "claims": [claim_data(claim) for claim in reading.claims],
        "events": [
            _event(event, line_of(starts, event.found.start))
            for event in (events.events if events else ())
        ],
        "counts": {
            "sentences": reading.sentences,
            "left_out": dict(reading.counts),
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
    articles: list[Article], slant: Slant, failed: list[tuple[str, str]]
) -> dict[str, Any]:
    """Several articles with their slant note, and what could not be read."""
    return {
        "format": FORMAT,
        "articles": [article_data(article) for article in articles],
        "slant": _plain(slant),
        "not_read": [{"origin": origin, "reason": reason} for origin, reason in failed],
    }
