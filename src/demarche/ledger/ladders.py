"""Scores of ladders: one ranked probability score per view and question."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from demarche.ledger.cards import LadderCard, Mean
from demarche.scores import bootstrap_mean, rps
from demarche.terms.ledger import ForecasterKind, ResolvedLadder

__all__ = ["ladder_cards"]


def ladder_cards(
    ladders: Iterable[ResolvedLadder], *, seed: int, draws: int, level: float
) -> tuple[LadderCard, ...]:
    """Mean ranked probability score of each view's last ladder before the outcome.

    Parameters
    ----------
    ladders : iterable of ResolvedLadder
    seed, draws, level : int, int, float
        Of the bootstrap.
    """
    parts: dict[tuple[ForecasterKind, str], list[ResolvedLadder]] = defaultdict(list)
    for row in ladders:
        parts[row.forecaster, row.view].append(row)
    return tuple(
        _card(kind, view=view, rows=parts[kind, view], seed=seed, draws=draws, level=level)
        for kind, view in sorted(parts)
    )


def _card(
    kind: ForecasterKind,
    *,
    view: str,
    rows: Sequence[ResolvedLadder],
    seed: int,
    draws: int,
    level: float,
) -> LadderCard:
    usable = [row for row in rows if row.rung is not None and not row.late and row.ladder]
    last: dict[str, ResolvedLadder] = {}
    for row in sorted(usable, key=lambda row: row.seq):
        last[row.question] = row
    kept = [last[question] for question in sorted(last)]
    scores = np.array([rps(row.ladder, outcome=row.rung or 0) for row in kept])
    label = f"ladder\x1f{kind}\x1f{view}"
    rng = np.random.default_rng([seed, zlib.crc32(label.encode("utf-8"))])
    by_question, by_cluster = (
        bootstrap_mean(scores, clusters=labels, rng=rng, draws=draws, level=level)
        if len(kept)
        else None
        for labels in ([row.question for row in kept], [row.cluster for row in kept])
    )
    return LadderCard(
        forecaster=view,
        kind=kind,
        n=len(kept),
        questions=len(kept),
        clusters=len({row.cluster for row in kept}),
        open=sum(row.rung is None and not row.late for row in rows),
        late=sum(row.late for row in rows),
        superseded=len(usable) - len(kept),
        rps=Mean(value=float(scores.mean()), by_question=by_question, by_cluster=by_cluster)
        if len(kept)
        else None,
    )
