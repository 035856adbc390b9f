"""Scorecards of sources that speak in words: hedged predictions, commitments and red lines.

A prediction in words is read through the table of hedges (`demarche.terms.hedges`): scored at the
median of what readers of its phrase answered, else at the middle of its band, and counted as a hit
rate per class beside the class's band. Words of mere possibility are counted, never scored;
commitments and red lines get a tally. None of it is averaged with numeric forecasts.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from demarche.scores import SCORING_VERSION, Interval, bootstrap_mean, brier, wilson
from demarche.terms.hedges import HEDGE_TABLE, HEDGE_VERSION, HEDGES, Hedge, mirrored
from demarche.terms.ledger import SourceForecast

__all__ = [
    "BandRate",
    "ClaimCard",
    "ClaimLine",
    "Tally",
    "claim_cards",
    "hedge_of",
    "words_as_numbers",
]

LEVEL = 0.9
FEWEST_CLAIMS = 5
"""Scored claims below which a mean has no interval: resampling so few says nothing."""
PROMISES = ("commitment", "red_line")
POSSIBILITY = "mere possibility: counted, not scored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One claim against one outcome.

    ``p`` is what it is scored at and ``basis`` where that comes from; both say nothing where the
    claim is not scored, and ``left_out`` says why.
    """

    id: str
    holder: str
    kind: str
    text: str
    hedge: str
    cue: str
    low: float | None
    high: float | None
    p: float | None
    basis: str
    outcome: str
    brier: float | None
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRate:
    """Hit rate of one class of hedges: how often what it said came true, beside its band.

    ``low``, ``high`` bound the class's band for the proposition. ``n`` and ``yes`` count windows;
    ``rate`` is the mean over claims of each claim's share, and its Wilson interval counts claims,
    because the windows of one claim hang together.
    """

    cue: str
    words: str
    low: float
    high: float
    n: int
    claims: int
    yes: int
    rate: float
    interval: Interval
    median: float | None
    brier: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Commitments or red lines: kept, broken, not tested, or without a verdict yet."""

    kind: str
    kept: int
    broken: int
    not_tested: int
    no_verdict: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCard:
    """What one source said in words, and what became of it.

    Attributes
    ----------
    source : str
    lines : tuple of ClaimLine
    bands : tuple of BandRate
    tallies : tuple of Tally
    claims, scored, scored_claims : int
        Lines, lines that were scored, and distinct claims among those.
    brier : float or None
        Mean over claims of each claim's mean; smaller is better.
    interval : Interval or None
        90 % bootstrap by claim; None with fewer than five scored claims.
    left_out : tuple of (reason, count)
    table, table_version, version : str
        Of the hedges, and of the scoring.
    """

    source: str
    lines: tuple[ClaimLine, ...]
    bands: tuple[BandRate, ...]
    tallies: tuple[Tally, ...]
    claims: int
    scored: int
    scored_claims: int
    brier: float | None
    interval: Interval | None
    left_out: tuple[tuple[str, int], ...]
    table: str
    table_version: str
    version: str


def hedge_of(
    words: str, *, low: float | None = None, high: float | None = None
) -> Hedge | None:  # fmt: skip
    """Class of hedges that the words of a claim belong to; None if they are in no class.

    The words of a class, its name and its survey phrase are compared with the whole hedge; then,
    among classes with the claim's band or its mirror image, with a part of it; then a class that
    alone has the band is taken.

    Examples
    --------
    >>> hedge_of("highly unlikely").id, hedge_of("may").id, hedge_of("let us")
    ('highly_unlikely', 'possible', None)
    >>> hedge_of("will likely", low=0.55, high=0.8).id
    'likely'
    """
    plain = " ".join(words.casefold().replace("_", " ").split())
    for row in HEDGES:
        if plain and plain in _phrases(row):
            return row
    if low is None or high is None:
        return None
    bands = ((low, high), mirrored(low, high))
    same = [row for row in HEDGES if (row.low, row.high) in bands]
    said = [row for row in same if any(f" {one} " in f" {plain} " for one in _phrases(row))]
    own = [row for row in same if (row.low, row.high) == (low, high)]
    for found in (said, own):
        if len(found) == 1:
            return found[0]
    return None


def _phrases(row: Hedge) -> set[str]:
    names = [row.id.replace("_", " "), row.survey_phrase, *row.words.split(",")]
    return {name.strip().casefold() for name in names if name.strip()}


def claim_cards(
    forecasts: Iterable[SourceForecast], *, seed: int = 20231101, draws: int = 2000
) -> tuple[ClaimCard, ...]:
    """One card per source of claims in words; forecasts that state a number are left to the table.

    Claims that are repeated in several windows share their ``cluster``: the mean is over clusters.

    Parameters
    ----------
    forecasts : iterable of SourceForecast
    seed, draws : int
        Of the bootstrap.
    """
    parts: dict[str, list[SourceForecast]] = defaultdict(list)
    for forecast in forecasts:
        if forecast.probability is None:
            parts[forecast.source].append(forecast)
    return tuple(
        _card(source, rows=sorted(parts[source], key=lambda f: (f.id, str(f.asked))), seed=seed,
              draws=draws)
        for source in sorted(parts)
    )  # fmt: skip


def words_as_numbers(forecasts: Iterable[SourceForecast]) -> tuple[SourceForecast, ...]:
    """Scored claims in words as forecasts of kind ``text``, to stand beside others on a question.

    The probability is that at which the card scores them; the holder says so.
    """
    found = []
    for row in forecasts:
        if row.probability is None and row.outcome in ("yes", "no"):
            p = _line(row).p
            if p is not None:
                holder = f"{row.holder or row.source}, in words"
                found.append(replace(row, probability=p, forecaster="text", holder=holder))
    return tuple(found)


def _card(source: str, *, rows: Sequence[SourceForecast], seed: int, draws: int) -> ClaimCard:
    lines = [_line(row) for row in rows]
    scored = [(row, line) for row, line in zip(rows, lines, strict=True) if line.brier is not None]
    clusters = [row.cluster or row.id for row, _ in scored]
    by_claim: dict[str, list[float]] = defaultdict(list)
    for cluster, (_, line) in zip(clusters, scored, strict=True):
        by_claim[cluster].append(line.brier or 0.0)
    means = np.array([np.mean(by_claim[cluster]) for cluster in sorted(by_claim)])
    label = f"claims\x1f{source}".encode("utf-8", "replace")
    rng = np.random.default_rng([seed, zlib.crc32(label)])
    promises = [row for row in rows if row.kind in PROMISES]
    left = Counter(line.left_out for line in lines if line.left_out)
    return ClaimCard(
        source=source,
        lines=tuple(lines),
        bands=_bands(rows, lines=lines),
        tallies=tuple(_tally(kind, rows=promises) for kind in PROMISES),
        claims=len(rows),
        scored=len(scored),
        scored_claims=len(by_claim),
        brier=float(means.mean()) if len(means) else None,
        interval=(
            bootstrap_mean(means, rng=rng, draws=draws, level=LEVEL)
            if len(means) >= FEWEST_CLAIMS
            else None
        ),
        left_out=tuple(sorted(left.items())),
        table=HEDGE_TABLE,
        table_version=HEDGE_VERSION,
        version=SCORING_VERSION,
    )


def _line(row: SourceForecast) -> ClaimLine:
    cue = hedge_of(row.hedge, low=row.low, high=row.high)
    low, high = _band(row, cue=cue)
    p, basis = _read(row, cue=cue, low=low, high=high)
    why = _left_out(row, cue=cue, p=p)
    happened = row.outcome == "yes"
    return ClaimLine(
        id=row.id,
        holder=row.holder,
        kind=row.kind,
        text=row.text,
        hedge=row.hedge,
        cue=cue.id if cue is not None else "",
        low=low,
        high=high,
        p=None if why else p,
        basis="" if why else basis,
        outcome=row.verdict or row.outcome or "open",
        brier=None if why or p is None else float(brier(p, outcome=float(happened))),
        left_out=why,
    )


def _band(row: SourceForecast, *, cue: Hedge | None) -> tuple[float | None, float | None]:
    if row.low is not None and row.high is not None:
        return row.low, row.high
    if cue is None or row.kind in PROMISES:
        return None, None
    return cue.low, cue.high


def _read(
    row: SourceForecast, *, cue: Hedge | None, low: float | None, high: float | None
) -> tuple[float | None, str]:
    """Number at which words are scored: the readers' median, else the middle of the band."""
    if low is None or high is None:
        return None, ""
    if cue is not None and cue.survey is not None:
        own, other = (cue.low, cue.high), mirrored(cue.low, cue.high)
        middle = cue.survey[1]
        if (low, high) == own:
            return middle, f"survey median of {cue.survey_phrase!r}"
        if (low, high) == other:
            return round(1 - middle, 6), f"1 - survey median of {cue.survey_phrase!r}"
    return round((low + high) / 2, 6), "middle of the band"


def _left_out(row: SourceForecast, *, cue: Hedge | None, p: float | None) -> str:
    if row.kind in PROMISES:
        return f"{row.kind.replace('_', ' ')}: a tally, not a score"
    if row.kind == "causal":
        return "a causal statement: nothing to resolve"
    if row.kind == "cannot_be_ruled_out" or (cue is not None and not cue.calibrated):
        return POSSIBILITY
    if row.outcome is None:
        return "open: no outcome is entered"
    if row.outcome in ("annulled", "not_known"):
        return {"annulled": "void: annulled", "not_known": "the outcome is not known"}[row.outcome]
    if p is None:
        return "no likelihood is stated"
    if row.asked is not None and row.resolved_on is not None and row.asked >= row.resolved_on:
        return "late: said on or after the day of the outcome"
    return ""


def _bands(
    rows: Sequence[SourceForecast], *, lines: Sequence[ClaimLine]
) -> tuple[BandRate, ...]:  # fmt: skip
    """Hit rates by class and direction; possibility terms are counted here as well."""
    parts: dict[tuple[float, float, str], list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if line.outcome in ("yes", "no") and line.low is not None and line.high is not None:
            parts[line.low, line.high, line.cue].append(i)
    found = []
    for low, high, cue in sorted(parts):
        at = parts[low, high, cue]
        yes = sum(lines[i].outcome == "yes" for i in at)
        scored = [b for i in at if (b := lines[i].brier) is not None]
        points = {lines[i].p for i in at}
        shares: dict[str, list[bool]] = defaultdict(list)
        for i in at:
            shares[rows[i].cluster or rows[i].id].append(lines[i].outcome == "yes")
        rate = float(np.mean([np.mean(share) for share in shares.values()]))
        found.append(
            BandRate(
                cue=cue or "(no class)",
                words=", ".join(sorted({lines[i].hedge for i in at})),
                low=low,
                high=high,
                n=len(at),
                claims=len(shares),
                yes=yes,
                rate=rate,
                interval=wilson(rate * len(shares), n=len(shares), level=LEVEL),
                median=points.pop() if len(points) == 1 else None,
                brier=float(np.mean(scored)) if scored else None,
            )
        )
    return tuple(found)


def _tally(kind: str, *, rows: Sequence[SourceForecast]) -> Tally:
    verdicts = Counter(row.verdict for row in rows if row.kind == kind)
    return Tally(
        kind=kind,
        kept=verdicts["kept"],
        broken=verdicts["broken"],
        not_tested=verdicts["not_tested"],
        no_verdict=verdicts[None],
    )
