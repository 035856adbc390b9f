"""Rules and a model side by side: same claims are merged, disagreements shown, bands stay ours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from demarche.reader.cues import cues
from demarche.reader.details import holder_type
from demarche.reader.horizon_dates import resolve_horizon
from demarche.reader.horizon_words import find_horizons
from demarche.reader.model import ModelItem, Proposed
from demarche.reader.text import folded, line_of
from demarche.terms.claims import (
    FORECAST_KINDS,
    Band,
    Holder,
    Horizon,
    ReadClaim,
    ReadCondition,
    Reading,
    Span,
)
from demarche.terms.hedges import HEDGE_TABLE, HEDGE_VERSION, hedge, mirrored
from demarche.terms.words import icd203

__all__ = ["merged"]


def merged(reading: Reading, proposed: Proposed, *, text: str) -> Reading:
    """Reading with the proposals of a model added; each claim says who found it.

    Overlapping claims of one kind become one; where holder, polarity or condition differ, the
    rules' reading stays and the difference is a doubt.

    Parameters
    ----------
    reading : Reading
    proposed : Proposed
    text : str
        The normalised text.
    """
    claims = list(reading.claims)
    by = f"{proposed.model} at {proposed.host}, {proposed.prompt}"
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    added: list[ReadClaim] = []
    for item in proposed.items:
        at = _same(claims, item)
        if at is not None:
            claims[at] = _joined(claims[at], item, text, by)
        elif not any(_overlap(claim.span, item.quote) > 0.8 for claim in added):
            added.append(_made(item, text, starts, reading.published, by, len(added) + 1))
    rows = sorted([*claims, *added], key=lambda claim: (claim.span.start, claim.id))
    notes = [*proposed.notes]
    if proposed.dropped:
        total = sum(count for _, count in proposed.dropped)
        why = ", ".join(f"{reason} {count}" for reason, count in proposed.dropped)
        notes.append(f"{total} proposals of the model were dropped: {why}")
    notes.append(
        f"a language model ({proposed.model} at {proposed.host}, {proposed.calls} calls, "
        f"{proposed.cached} from the cache) proposed {len(proposed.items)} claims; its part may "
        "differ from run to run, the rules' part does not"
    )
    return replace(
        reading,
        claims=tuple(rows),
        warnings=(*reading.warnings, *notes),
        version=f"{reading.version}; {by}",
    )


def _overlap(span: Span, quote: tuple[int, int]) -> float:
    common = min(span.end, quote[1]) - max(span.start, quote[0])
    shorter = min(span.end - span.start, quote[1] - quote[0])
    return max(0, common) / max(1, shorter)


def _same(claims: Sequence[ReadClaim], item: ModelItem) -> int | None:
    for n, claim in enumerate(claims):
        if claim.kind == item.kind and _overlap(claim.span, item.quote) > 0.5:
            return n
    return None


def _joined(claim: ReadClaim, item: ModelItem, text: str, by: str) -> ReadClaim:
    doubts = list(claim.doubts)
    if claim.polarity is not None and claim.polarity != item.polarity:
        doubts.append(f"the model reads polarity {item.polarity}")
    holder = text[slice(*item.holder)] if item.holder else None
    if holder is not None and _plain(holder) != _plain(claim.holder.name):
        doubts.append(f"the model names another holder: {holder[:60]}")
    condition = text[slice(*item.condition)] if item.condition else None
    ours = claim.condition.span.text if claim.condition else None
    if (condition is None) != (ours is None):
        doubts.append(f"the model reads {'no condition' if condition is None else 'a condition'}")
    sure = "high" if not doubts else "medium" if len(doubts) == 1 else "low"
    return replace(
        claim,
        doubts=tuple(dict.fromkeys(doubts)),
        sure=sure,  # type: ignore[arg-type]
        found_by=f"{claim.found_by}; {by}",
    )


def _plain(name: str) -> str:
    return name.lower().removeprefix("the ").strip()


def _span(text: str, place: tuple[int, int]) -> Span:
    return Span(start=place[0], end=place[1], text=text[place[0] : place[1]])


def _made(
    item: ModelItem,
    text: str,
    starts: list[int],
    published: dt.date | None,
    by: str,
    n: int,
) -> ReadClaim:
    """Claim of the model alone: its band is looked up from the words of its cue."""
    band = _band(item, text)
    name = text[slice(*item.holder)] if item.holder else "author"
    horizon = _horizon(item, text, published)
    missing = [] if horizon is not None and horizon.end is not None else ["deadline"]
    if item.kind in FORECAST_KINDS and band is None:
        missing.append("likelihood")
    cue = item.cue or (item.quote[0], item.quote[0])
    sentence = item.sentence
    return ReadClaim(
        id=f"m{n}",
        kind=item.kind,  # type: ignore[arg-type]
        span=_span(text, item.quote),
        sentence=_span(text, (sentence.start, sentence.end)),
        line=line_of(starts, item.quote[0]),
        paragraph=sentence.paragraph,
        holder=Holder(
            name=name,
            type=holder_type(name) if item.holder else "author",  # type: ignore[arg-type]
            speech="indirect" if item.holder else "authorial",
            span=_span(text, item.holder) if item.holder else None,
        ),
        polarity=item.polarity,  # type: ignore[arg-type]
        change="",
        cue=_span(text, cue),
        modality=text[slice(*cue)],
        band=band,
        actor=None,
        action=None,
        recipient=None,
        condition=ReadCondition(span=_span(text, item.condition), type="if")
        if item.condition
        else None,
        horizon=horizon,
        resolvable="partly",
        missing=tuple(missing),
        resolves="",
        sure="low",
        doubts=("proposed by the model alone",),
        found_by=by,
    )


def _band(item: ModelItem, text: str) -> Band | None:
    if item.kind not in FORECAST_KINDS or item.cue is None:
        return None
    words = text[slice(*item.cue)]
    found = cues(folded(words))
    if not found:
        return None
    lead = found[0]
    if lead.number is not None:
        low, high = lead.number
    else:
        row = hedge(lead.hedge)
        low, high = row.low, row.high
        if lead.polarity == "+" and item.polarity == "-":
            low, high = mirrored(low, high)
    return Band(
        low=low,
        high=high,
        hedge=lead.hedge,
        words=words,
        origin="numeric" if lead.number is not None else "verbal",
        table=HEDGE_TABLE,
        version=HEDGE_VERSION,
        word=icd203((low + high) / 2),
    )


def _horizon(item: ModelItem, text: str, published: dt.date | None) -> Horizon | None:
    if item.time is None:
        return None
    words = text[slice(*item.time)]
    span = _span(text, item.time)
    found = find_horizons(words, folded(words))
    if not found:
        return Horizon(span=span, type="event", precision="event", flags=("event_anchored",))
    return resolve_horizon(found[0], span=span, anchor=published)
