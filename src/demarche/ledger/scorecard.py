"""Scorecards: pure functions from forecasts with outcomes to one card per forecaster and group."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import TermError, counted, near_miss
from demarche.ledger.cards import Card, Counts, Curve, Mean, ScoreTable, Versus
from demarche.ledger.equal import equal_accuracy
from demarche.ledger.items import GROUPS, LANES, Group, Item
from demarche.ledger.ladders import ladder_cards
from demarche.ledger.standing import (
    InForce,
    Key,
    Unit,
    adjusted_means,
    in_force,
    key_of,
    peer_points,
)
from demarche.scores import (
    MODEL_CLIP,
    PEOPLE_CLIP,
    SCORING_VERSION,
    auc,
    brier,
    brier_index,
    brier_two_sided,
    calibration_error,
    decompose,
    log_score,
    murphy,
    paired_difference,
    paired_means,
    reliability,
    spiegelhalter,
)
from demarche.terms.ledger import ResolvedLadder

__all__ = ["BASE_RATE", "FEWEST", "ONE_HALF", "score_table"]

Floats = NDArray[np.float64]
BASE_RATE = "base_rate"
"""View that skill is measured against where the ledger has it."""
ONE_HALF = "always one half"
"""The reference that is always there."""
FEWEST = 20
"""Resolved questions below which no curve is drawn and nothing is ranked."""
FEW_CLUSTERS = 10
"""Clusters below which an interval by cluster is said to be too narrow."""
SEED = 20231101
DRAWS = 2000
LEVEL = 0.9


def score_table(
    items: Iterable[Item],
    *,
    by: Group = "view",
    reference: str | None = None,
    ladders: Iterable[ResolvedLadder] = (),
    title: str = "",
    seed: int = SEED,
    draws: int = DRAWS,
    level: float = LEVEL,
    fewest: int = FEWEST,
    spot: float | None = None,
) -> ScoreTable:
    """Score every forecaster in every group of questions.

    One forecast of each forecaster counts per proposition: the last one given before the event and
    the close. Voids, unknown outcomes, open questions and late forecasts are counted and not
    scored. Lanes (live, back-test, may have seen the outcome), kinds of forecasters and sources
    are never averaged together.

    Parameters
    ----------
    items : iterable of Item
    by : Group
        What the table is split by; "view" splits by forecaster only.
    reference : str, optional
        Forecaster that skill is measured against; ``base_rate`` where it is there. Always one half
        is shown beside it.
    ladders : iterable of ResolvedLadder
    title : str
    seed, draws, level : int, int, float
        Of the bootstrap and of consistency bands; the same items and seed give the same table.
    fewest : int
        Resolved questions below which no curve is drawn and nothing is ranked.
    spot : float, optional
        Score the forecast in force so many days after each question opened instead of the last.

    Raises
    ------
    TermError
        If the split or the reference is unknown, or ``spot`` is negative.
    """
    rows = sorted(items, key=_order)
    if by not in GROUPS:
        raise TermError(f"scores are split by {', '.join(GROUPS)}, got {by!r}.")
    names = {item.forecaster for item in rows}
    if reference is not None and reference not in names:
        raise TermError(
            f"no forecaster is called {reference!r}. {near_miss(reference, names)} "
            f"There are: {', '.join(sorted(names)[:20])}."
        )
    if spot is not None and not spot >= 0:
        raise TermError(f"a spot score is taken 0 or more days after the opening, got {spot!r}.")
    chosen = reference or (BASE_RATE if BASE_RATE in names else "")
    held = in_force(rows, spot=spot)
    peers = peer_points(held)
    adjusted, note = adjusted_means(held, reference=chosen, fewest=fewest)
    grouped: dict[tuple[str, Key], list[Item]] = defaultdict(list)
    for item in rows:
        grouped[item.group(by), key_of(item)].append(item)
    cards = [
        _card(
            group,
            key=key,
            rows=part,
            held={item.unit: held[key][item.unit] for item in part if item.unit in held[key]},
            others=_others(held, key=key, reference=chosen),
            peers=peers.get(key, {}),
            adjusted=adjusted.get(key) if by == "view" else None,
            settings=(seed, draws, level, fewest),
        )
        for (group, key), part in grouped.items()
    ]
    ranked = _may_rank(cards, fewest=fewest)
    return ScoreTable(
        title=title,
        by=by,
        version=SCORING_VERSION,
        reference=chosen or ONE_HALF,
        level=level,
        draws=draws,
        seed=seed,
        fewest=fewest,
        spot=spot,
        cards=tuple(sorted(cards, key=lambda card: _card_order(card, ranked=ranked))),
        ladders=ladder_cards(ladders, seed=seed, draws=draws, level=level),
        ranked=ranked,
        notes=_notes(cards, ranked=ranked, fewest=fewest, adjusted=note, spot=spot),
    )


def _order(item: Item) -> tuple[object, ...]:
    at = -1.0 if item.at is None else item.at
    return (LANES.index(item.lane), item.kind, item.source, item.forecaster, item.unit, at,
            item.order, item.p)  # fmt: skip


def _others(
    held: Mapping[Key, Mapping[Unit, InForce]], *, key: Key, reference: str
) -> dict[str, dict[Unit, float]]:
    """Forecasts of the references in the same lane, by proposition."""
    found: dict[str, dict[Unit, float]] = {}
    for name in (reference, "pool"):
        for other, units in held.items():
            if name and other[0] == key[0] and other[3] == name and other != key:
                values = found.setdefault(name, {})
                values.update({unit: one.item.p for unit, one in units.items()})
    return found


def _counts(rows: Sequence[Item], *, held: Mapping[Unit, InForce]) -> Counts:
    out = Counter(
        "late" if item.late else item.outcome
        for item in rows
        if item.late or item.outcome not in ("yes", "no")
    )
    scored = [one.item for one in held.values()]
    days = [item.at for item in scored if item.at is not None]
    eligible = len(rows) - sum(out.values())
    supposed = [item for item in rows if item.supposed]
    absent = sum(
        item.unit not in held for item in rows if not item.late and item.outcome in ("yes", "no")
    )
    return Counts(
        rows=len(rows),
        scored=len(scored),
        questions=len({item.question for item in scored}),
        clusters=len({item.cluster for item in scored}),
        yes=sum(item.outcome == "yes" for item in scored),
        first=dt.date.fromordinal(int(min(days))) if days else None,
        last=dt.date.fromordinal(int(max(days))) if days else None,
        annulled=out["annulled"],
        not_known=out["not_known"],
        open=out["open"],
        late=out["late"],
        superseded=eligible - len(scored) - absent,
        absent=absent,
        sealed=sum(item.sealed for item in scored),
        supposed=sum(item.outcome in ("yes", "no", "not_known") for item in supposed),
        supposed_void=sum(item.outcome == "annulled" for item in supposed),
        certain=sum(item.p in (0.0, 1.0) for item in scored),
    )


def _card(
    group: str,
    *,
    key: Key,
    rows: Sequence[Item],
    held: Mapping[Unit, InForce],
    others: Mapping[str, Mapping[Unit, float]],
    peers: Mapping[Unit, float],
    adjusted: float | None,
    settings: tuple[int, int, float, int],
) -> Card:
    lane, kind, source, forecaster = key
    seed, draws, level, fewest = settings
    counts = _counts(rows, held=held)
    clip = MODEL_CLIP if kind in ("model", "pool") else PEOPLE_CLIP
    units = sorted(held)
    p = np.array([held[unit].item.p for unit in units])
    y = np.array([float(held[unit].item.outcome == "yes") for unit in units])
    label = "\x1f".join((lane, kind, source, forecaster, group))
    rng = np.random.default_rng([seed, zlib.crc32(label.encode("utf-8", "replace"))])
    items = [held[unit].item for unit in units]
    questions = [unit[0] for unit in units]
    clusters = [held[unit].item.cluster for unit in units]
    spread = _Spread(
        questions=questions,
        clusters=clusters,
        rng=rng,
        draws=draws,
        level=level,
        fewest=fewest,
    )
    timed = [one for one in held.values() if one.over_time is not None]
    points = [peers[unit] for unit in units if unit in peers]
    logs = log_score(p, outcome=y, clip=clip) if units else None
    squared = brier(p, outcome=y)
    means = spread.means(squared, logs.values) if logs is not None else None
    why = _why_no_curve(counts, fewest=fewest)
    return Card(
        group=group,
        forecaster=forecaster,
        source=source,
        kind=kind,
        lane=lane,
        counts=counts,
        brier=means[0] if means is not None else None,
        log=means[1] if means is not None else None,
        two_sided=float(brier_two_sided(p, outcome=y).mean()) if units else None,
        index=float(brier_index(squared.mean())) if units else None,
        clip=clip,
        clipped=logs.clipped if logs is not None else 0,
        over_time=float(np.mean([one.over_time for one in timed])) if timed else None,
        coverage=float(np.mean([one.coverage for one in timed])) if timed else None,
        over_time_n=len(timed),
        peer=float(np.mean(points)) if points else None,
        peer_n=len(points),
        adjusted=adjusted,
        versus=tuple(
            found
            for name, values in (*others.items(), (ONE_HALF, dict.fromkeys(units, 0.5)))
            if (found := spread.versus(name, values=values, items=items, p=p, y=y)) is not None
        ),
        curve=_curve(p, y=y, clip=clip, rng=rng, level=level) if not why else None,
        why_no_curve=why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """Means and differences with intervals by question and by cluster."""

    questions: Sequence[str]
    clusters: Sequence[str]
    rng: np.random.Generator
    draws: int
    level: float
    fewest: int

    def means(self, first: Floats, second: Floats) -> tuple[Mean, Mean]:
        """Two mean scores of the same forecasts, with intervals from the same resamples."""
        spans = [
            paired_means(
                first, second, clusters=labels, rng=self.rng, draws=self.draws, level=self.level
            )
            for labels in (self.questions, self.clusters)
        ]
        one, two = (
            Mean(
                value=float(values.mean()),
                by_question=spans[0][i] if spans[0] is not None else None,
                by_cluster=spans[1][i] if spans[1] is not None else None,
            )
            for i, values in enumerate((first, second))
        )
        return one, two

    def versus(
        self, name: str, *, values: Mapping[Unit, float], items: Sequence[Item], p: Floats,
        y: Floats,
    ) -> Versus | None:  # fmt: skip
        at = [i for i, item in enumerate(items) if item.unit in values]
        if not at:
            return None
        own = brier(p[at], outcome=y[at])
        other = brier([values[items[i].unit] for i in at], outcome=y[at])
        by, labels = "cluster", [self.clusters[i] for i in at]
        if len(set(labels)) < 2:
            by, labels = "question", [self.questions[i] for i in at]
        difference = paired_difference(
            own, reference=other, clusters=labels, rng=self.rng, draws=self.draws, level=self.level
        )
        base = float(other.mean())
        return Versus(
            reference=name,
            n=len(at),
            questions=len({self.questions[i] for i in at}),
            own=float(own.mean()),
            other=base,
            difference=difference,
            by=by,
            skill=1 - float(own.mean()) / base if base > 0 else None,
            equal=equal_accuracy(
                own, other=other, items=[items[i] for i in at], fewest=self.fewest
            ),
        )


def _why_no_curve(counts: Counts, *, fewest: int) -> str:
    if counts.questions >= fewest:
        return ""
    return (
        f"{counted(counts.questions, 'resolved question')}; a curve or a ranking from fewer than "
        f"{fewest} would show chance"
    )


def _curve(
    p: Floats, *, y: Floats, clip: float, rng: np.random.Generator, level: float
) -> Curve:  # fmt: skip
    graph = murphy(p, outcome=y, thresholds=101)
    return Curve(
        reliability=reliability(p, outcome=y, rng=rng, draws=500, level=level),
        brier_parts=decompose(p, outcome=y),
        log_parts=decompose(p, outcome=y, score="log", clip=clip),
        spiegelhalter=spiegelhalter(p, outcome=y),
        auc=auc(p, outcome=y),
        calibration_error=calibration_error(p, outcome=y),
        histogram=tuple(
            int(n) for n in np.bincount(np.minimum((p * 10).astype(int), 9), minlength=10)
        ),
        murphy=tuple(
            (float(at), float(value))
            for at, value in zip(graph.thresholds, graph.score, strict=True)
        ),
    )


def _may_rank(cards: Sequence[Card], *, fewest: int) -> bool:
    scored = [card for card in cards if card.counts.scored]
    return len(scored) > 1 and all(card.counts.questions >= fewest for card in scored)


def _card_order(card: Card, *, ranked: bool) -> tuple[object, ...]:
    score = card.adjusted if card.adjusted is not None else card.brier and card.brier.value
    value = score if ranked and score is not None else 0.0
    return (LANES.index(card.lane), card.source, card.group, card.kind, value, card.forecaster)


def _notes(
    cards: Sequence[Card], *, ranked: bool, fewest: int, adjusted: str, spot: float | None
) -> tuple[str, ...]:  # fmt: skip
    which = (
        "of the last forecast before the event"
        if spot is None
        else f"of the forecast in force {spot:g} days after each question opened"
    )
    found = [
        f"scores are means over resolved propositions {which}; smaller is better, and voids, "
        "unknown, open and late forecasts are counted, not scored.",
    ]
    absent = sum(card.counts.absent for card in cards)
    if absent:
        found.append(f"{absent} forecasts are of propositions with none in force at that time.")
    kinds = {card.kind for card in cards}
    if len(kinds) > 1:
        found.append(
            f"forecasts of {', '.join(sorted(kinds))} are scored apart, never as one number."
        )
    sealed = sum(card.counts.sealed for card in cards)
    scored = sum(card.counts.scored for card in cards)
    if sealed < scored:
        found.append(
            f"{scored - sealed} of {scored} scored forecasts are self-declared: no outside "
            "checkpoint shows that they were there before the outcome."
        )
    if any(card.counts.questions < fewest for card in cards if card.counts.scored):
        found.append(f"fewer than {fewest} resolved questions in a row: no curve, no ranking.")
    certain = sum(card.counts.certain for card in cards)
    if certain:
        found.append(f"{certain} forecasts are exactly 0 or 1: the log score clips them.")
    if any(len({c.counts.clusters, c.counts.questions}) > 1 for c in cards if c.counts.scored):
        found.append("questions of one cluster hang together: read the interval by cluster.")
    few = [c for c in cards if c.counts.scored and 1 < c.counts.clusters < FEW_CLUSTERS]
    if few:
        found.append(
            f"fewer than {FEW_CLUSTERS} clusters in {len(few)} rows: resampling so few makes "
            "intervals too narrow."
        )
    if ranked:
        found.append("rows are in order of score within a kind of forecaster.")
    if adjusted:
        found.append(adjusted)
    return tuple(found)
