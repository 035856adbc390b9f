"""Claims of a text: who says how likely what is, if what, by when, and how sure the reader is."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from demarche.reader.attribution import Governor, outer
from demarche.reader.causes import explains
from demarche.reader.conditions import Conditional, find_conditions, masked
from demarche.reader.details import State, holder_of, horizon_of, span_of
from demarche.reader.doubts import IRONY, signs, sureness, turned_word
from demarche.reader.finding import Clause, Finding
from demarche.reader.governing import governors
from demarche.reader.horizon_words import find_horizons
from demarche.reader.judge import judge
from demarche.reader.kinds import CHANGE_DOWN, CHANGE_UP, SCHEDULED
from demarche.reader.language import language_of
from demarche.reader.parts import action_parts
from demarche.reader.pieces import clauses, hide_lookalikes, without_asides
from demarche.reader.questions import ASKED
from demarche.reader.questions import question as asked_in
from demarche.reader.text import Sentence, line_of, normalised, sentences
from demarche.terms.claims import (
    FORECAST_KINDS,
    Band,
    Horizon,
    ReadClaim,
    ReadCondition,
    Reading,
    Span,
)
from demarche.terms.hedges import HEDGE_TABLE, HEDGE_VERSION, hedge
from demarche.terms.words import icd203

__all__ = ["MAX_CLAIMS", "VERSION", "read_claims"]

VERSION = "rules 10"
MAX_CLAIMS = 5_000
_TELLING = re.compile(
    r"n't\b|(?<![\w-])(?:not|never|no one|nobody|few|or else|will|would|won't|may|might|could|"
    r"can|cannot|shall|should|must|ought|likely|"
    r"unlikely|probabl|possib|chance|odds|prospect|"
    r"risk|fear|doubt|expect|forecast|predict|vow|pledg|promis|threat|refus|rul|red line|plan|"
    r"intend|prepar|if|unless|is|are|was|were|"
    r"caus|because|result|bring|brought|fuel|breed|dr[io]ve|trigger|stem|depend|mak|made|contribut|"
    r"or be|or face|bound|"
    r"count on|rely on|brew|making|afoot|optimis|hopeful|pessimis|confident|worried|stage|scene|"
    r"collision|polls|wished|ultimatum|odds|go(?:es)? |gave|had |likelier|likeliest|the more|"
    r"the \w+er |lest|days are|take|come|open|begin|start|end|resum|clos|meet|return|leav|vot|"
    r"expire|hope|commit|swore|"
    r"swear|agree|guarante|reject|deny|denied|"
    r"urg|call|demand|let us|need|has|have|looms?|offer|reserve|lean|brac|quot|"
    r"to |inevitabl|certain|perhaps|maybe|surely|think|thought|believe|see|sees|put|give|weigh|"
    r"mull|consider|act of war|line|warn|believ|little|saw |judge|unaccept)|'ll|'d "
)


def read_claims(
    text: str, *, published: dt.date | None = None, language: str | None = None
) -> Reading:
    """Claims of a text in order: forecasts, commitments, red lines, threats, recorded non-claims.

    Probability bands are about the positive proposition and follow the table of
    `demarche.terms.hedges`. Commitments, threats and red lines carry none. Nothing is dated without
    a day of publication.

    Parameters
    ----------
    text : str
        Offsets count code points of `normalised` text.
    published : date, optional
        Day from which relative times count.
    language : str, optional
        Code of the language; found from the text unless given. Only English is read.

    Returns
    -------
    Reading

    Examples
    --------
    >>> claim = read_claims("Fiji is unlikely to recall its envoy.").claims[0]
    >>> claim.kind, claim.band.low, claim.band.high, claim.polarity, claim.holder.name
    ('prediction', 0.2, 0.45, '-', 'author')
    """
    body = normalised(text)
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    found = language or language_of(body).code
    state = State(
        published=published,
        starts=[0, *(m.end() for m in re.finditer("\n", body))],
        text=body,
    )
    claims: list[ReadClaim] = []
    total = 0
    warnings: list[str] = []
    stopped: int | None = None
    if found == "unknown" and len(body) > 200:
        warnings.append("the language could not be told; the text was read as English")
    if found not in ("en", "unknown"):
        warnings.append(f"the reader supports English; found {found}: no claims are read")
    else:
        for sentence in sentences(body):
            total += 1
            claims += _sentence(sentence, state)
            if len(claims) >= MAX_CLAIMS:
                stopped = sentence.end
                warnings.append(
                    f"stopped at {MAX_CLAIMS} claims, character {sentence.end}; read the text "
                    f"in parts"
                )
                break
    return Reading(
        claims=tuple(claims[:MAX_CLAIMS]),
        sentences=total,
        sha256=digest,
        published=published,
        language=found,
        counts=tuple(sorted(state.counts.items())),
        noted=tuple(sorted(state.noted.items())),
        warnings=tuple(warnings),
        version=f"{VERSION}; hedges {HEDGE_TABLE} {HEDGE_VERSION}",
        stopped_at=stopped,
    )


def _sentence(sentence: Sentence, state: State) -> list[ReadClaim]:
    low = sentence.low
    if not low:
        state.counts["too long for a sentence"] += 1
        return []
    short = not sentence.complete and len(sentence.text.split()) < 4
    if short or not re.search(r"[a-z]{2}", low):
        state.counts["lines that are no sentences"] += 1
        return []
    if not sentence.complete:
        state.counts["headlines and fragments"] += 1
    _note(sentence, state)
    if not _TELLING.search(low) and not SCHEDULED.search(low):
        return []
    drafts = _drafts(sentence, state)
    return [_claim(draft, clause, sentence, state, n) for n, (draft, clause) in enumerate(drafts)]


def _note(sentence: Sentence, state: State) -> None:
    """Count what is read as it stands though it may mean something else."""
    low = sentence.low
    if IRONY.search(low):
        state.noted["sentences with a mark of irony, read as they stand"] += 1
    if turned_word(low):
        state.noted["sentences with a word in quotation marks, read as they stand"] += 1
    if low.rstrip(" \"')").endswith("?"):
        state.noted["questions"] += 1
    if explains(low):
        state.noted["explanations of what happened"] += 1


def _drafts(sentence: Sentence, state: State) -> list[tuple[Finding, Clause]]:
    text, low = sentence.text, sentence.low
    asked = ASKED.match(low)
    if asked is not None:
        low = masked(low, 0, asked.end())
    shown, said = outer(low)
    inside = state.quoting == sentence.paragraph
    _quoted(sentence, said, state)
    if inside and not said and state.speaker and state.speaker[0] == sentence.paragraph:
        said = (Governor(start=0, end=0, name=None, kind="say", lemma="say", direct=True),)
    conditions = tuple(find_conditions(shown, text))
    question = asked_in(sentence, shown)
    if question is not None:
        return [question] if question[0].rule else []
    hidden = shown
    for one in conditions:
        hidden = masked(hidden, one.start, one.end)
    cued = hide_lookalikes(text, hidden)
    horizons = find_horizons(text, hidden)
    drafts: list[tuple[Finding, Clause]] = []
    carried: tuple[Governor, ...] = ()
    parts = clauses(cued)
    for n, (start, end) in enumerate(parts):
        own, at = governors(without_asides(cued), start, end)
        if not own and carried and re.match(r"[\s,]*(?:and|but|or)? ?that\b", cued[start:end]):
            own = carried
        carried = own or carried
        clause = Clause(
            low=hidden,
            cued=cued,
            start=start,
            end=end,
            at=at,
            governors=(*said, *own),
            conditions=_near(conditions, low, parts, n),
            horizons=tuple(h for h in horizons if (at if own else start) <= h.start < end),
            complete=sentence.complete,
            whole=low,
        )
        if sentence.low.count('"') % 2 and own and own[-1].name is not None and not inside:
            state.speaker = (sentence.paragraph, own[-1], sentence)
        found = judge(clause)
        if found is not None and found.rule:
            drafts.append((found, clause))
    return _settled(drafts)


def _settled(drafts: list[tuple[Finding, Clause]]) -> list[tuple[Finding, Clause]]:
    """Keep judgements only where a sentence makes no stronger claim."""
    apart = ("assessment", "causal")
    if any(f.kind not in apart for f, _ in drafts):
        return [(f, c) for f, c in drafts if f.kind not in apart]
    return sorted(drafts, key=lambda draft: draft[0].kind != "causal")[:1]


def _near(
    conditions: tuple[Conditional, ...], low: str, parts: list[tuple[int, int]], n: int
) -> tuple[Conditional, ...]:
    """Conditions of a clause: those in it; one between commas at its end opens the next."""
    found = []
    for one in conditions:
        at = next((k for k, (a, b) in enumerate(parts) if a <= one.start < b), len(parts) - 1)
        last = not low[one.end : parts[at][1]].strip(" ,")
        if last and at + 1 < len(parts) and low[: one.start].rstrip().endswith(","):
            at += 1
        if at == n:
            found.append(one)
    return tuple(found)


def _quoted(sentence: Sentence, said: tuple[Governor, ...], state: State) -> None:
    """Follow a quotation that runs on, and who speaks in it."""
    inside = state.quoting == sentence.paragraph
    if sentence.low.count('"') % 2:
        state.quoting = 0 if inside else sentence.paragraph
    for governor in said:
        if governor.name is not None:
            state.speaker = (sentence.paragraph, governor, sentence)


def _claim(found: Finding, clause: Clause, sentence: Sentence, state: State, n: int) -> ReadClaim:
    doubts = list(found.flags)
    holder = holder_of(found, clause, sentence, state, doubts)
    horizon = horizon_of(found, clause, sentence, state)
    start, end = _extent(clause, sentence)
    words = sentence.text[start:end]
    condition = _condition(found, sentence)
    band = _band(found, doubts)
    span = span_of(sentence, start, end)
    actor, action, recipient = (
        span_of(sentence, *part) if part else None
        for part in action_parts(clause, found, sentence.text)
    )
    change = (
        "up"
        if CHANGE_UP.search(clause.low[clause.start : clause.end])
        else "down"
        if CHANGE_DOWN.search(clause.low[clause.start : clause.end])
        else ""
    )
    doubts += signs(sentence.low, kind=found.kind, holder=holder, band=band, rule=found.rule)
    if not sentence.complete:
        doubts.append("headline or fragment")
    if found.kind == "assessment":
        doubts.append("about the present")
    missing = _missing(found, horizon, actor)
    resolvable = (
        "no"
        if found.kind not in FORECAST_KINDS
        and found.kind not in ("commitment", "threat", "red_line")
        else "yes"
        if not missing
        else "partly"
    )
    sure = sureness(doubts)
    return ReadClaim(
        id=f"p{sentence.paragraph}s{sentence.index + 1}c{n + 1}",
        kind=found.kind,
        span=span,
        sentence=span_of(sentence, 0, len(sentence.text)),
        line=line_of(state.starts, span.start),
        paragraph=sentence.paragraph,
        holder=holder,
        polarity=found.polarity,  # type: ignore[arg-type]
        change=change,  # type: ignore[arg-type]
        cue=span_of(sentence, *found.cue),
        modality=found.modality,
        band=band,
        actor=actor,
        action=action,
        recipient=recipient,
        condition=condition,
        horizon=horizon,
        resolvable=resolvable,  # type: ignore[arg-type]
        missing=missing,
        resolves=_resolves(found, words, horizon, condition),
        sure=sure,  # type: ignore[arg-type]
        doubts=tuple(dict.fromkeys(doubts)),
        found_by=f"{VERSION}: {found.rule}",
    )


def _extent(clause: Clause, sentence: Sentence) -> tuple[int, int]:
    text = sentence.text
    start, end = clause.start, clause.end
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip(" ,;:\u2014"))
    return start + lead, start + len(piece.rstrip())


def _condition(found: Finding, sentence: Sentence) -> ReadCondition | None:
    one = found.condition
    if one is None:
        return None
    return ReadCondition(
        span=span_of(sentence, one.start, one.end),
        type=one.type,  # type: ignore[arg-type]
        negated=one.negated,
        presupposed=one.presupposed,
    )


def _band(found: Finding, doubts: list[str]) -> Band | None:
    if found.band is None or found.kind not in FORECAST_KINDS:
        return None
    low, high = (round(x, 6) for x in found.band)
    row = None if found.numeric or not found.hedge else hedge(found.hedge)
    flags = []
    if row is not None and row.origin == "by analogy":
        flags.append("band_by_analogy")
    if row is not None and row.id == "not_unlikely":
        flags.append("low_agreement")
        doubts.append("readers differ on litotes")
    if row is not None and not row.calibrated:
        flags.append("no_calibration")
    whole = row is not None and (low, high) == (row.low, row.high)
    return Band(
        low=low,
        high=high,
        hedge=found.hedge,
        words=found.modality,
        origin="numeric" if found.numeric else "verbal",
        table=HEDGE_TABLE,
        version=HEDGE_VERSION,
        word=icd203((low + high) / 2),
        heard=row.survey if whole and row is not None else None,
        flags=tuple(flags),
    )


def _missing(found: Finding, horizon: Horizon | None, actor: Span | None) -> tuple[str, ...]:
    missing = []
    if horizon is None or horizon.end is None:
        missing.append("deadline")
    if actor is None:
        missing.append("actor")
    if found.kind in FORECAST_KINDS and found.band is None:
        missing.append("likelihood")
    return tuple(missing)


def _resolves(
    found: Finding, words: str, horizon: Horizon | None, condition: ReadCondition | None
) -> str:
    """What would settle the claim, in one sentence."""
    if found.kind == "commitment":
        return "Kept if the holder does as it said, broken if it does the opposite."
    if found.kind == "red_line":
        return "Crossed or not; and if crossed, what the holder then does."
    if found.kind == "threat":
        return "Demand met or not; the threatened act carried out or not."
    if found.kind not in FORECAST_KINDS:
        return ""
    until = (
        f" by {horizon.end.isoformat()}" if horizon and horizon.end else "; no deadline is stated"
    )
    given = " if its condition comes about, else void" if condition else ""
    return f"Whether what is said happens{until}{given}."
