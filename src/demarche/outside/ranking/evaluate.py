"""Score a ranker as the field does: single step, time-aware filter, both directions, mean ties."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.outside.ranking.quads import Quads

__all__ = [
    "STRATA",
    "Evaluation",
    "Queries",
    "Scored",
    "evaluate",
    "queries_of",
    "ranks",
    "strata_of",
]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

STRATA: tuple[str, ...] = ("recurrent", "dyad only", "cold")
"""The answer's past: same (s, r, o) seen, only the pair seen in either direction, never met."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queries:
    """Distinct questions (subject, relation, ?, day) and their true answers.

    ``relation`` runs from 0 to 2R - 1; R and above ask the inverse, "who did it to the subject".
    Answers of question i are ``answer[start[i]:start[i + 1]]``.
    """

    subject: Ints
    relation: Ints
    day: Ints
    start: Ints
    answer: Ints

    def __len__(self) -> int:
        return len(self.subject)

    def taken(self, keep: NDArray[np.integer]) -> Queries:
        """Some of the questions, by their places, with their answers."""
        size = np.diff(self.start)[keep]
        start = np.concatenate([[0], np.cumsum(size)])
        answer = np.arange(start[-1]) + np.repeat(self.start[keep] - start[:-1], size)
        return replace(
            self,
            subject=self.subject[keep],
            relation=self.relation[keep],
            day=self.day[keep],
            start=start.astype(np.int32),
            answer=self.answer[answer],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Scores of the candidates of each question; whoever is not named ties below all of them."""

    start: NDArray[np.int64]
    candidate: Ints
    score: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """Ranks, one per answer of each question, in the order of ``Queries.answer``; from 1 up."""

    rank: Floats
    stratum: Ints

    def mrr(self, keep: NDArray[np.bool_] | None = None) -> float:
        """Mean reciprocal rank, in (0, 1]; larger is better."""
        rank = self.rank if keep is None else self.rank[keep]
        return float(np.mean(1.0 / rank)) if rank.size else float("nan")

    def hits(self, k: int, keep: NDArray[np.bool_] | None = None) -> float:
        """Share of answers ranked k or better, in [0, 1]; larger is better."""
        rank = self.rank if keep is None else self.rank[keep]
        return float(np.mean(rank <= k)) if rank.size else float("nan")

    def by_stratum(self) -> dict[str, tuple[int, float, float]]:
        """Number of answers, MRR and hits at 10 of each stratum."""
        rows = {}
        for code, name in enumerate(STRATA):
            keep = self.stratum == code
            rows[name] = (int(keep.sum()), self.mrr(keep), self.hits(10, keep))
        return rows


def queries_of(quads: Quads, *, first: int, last: int) -> Queries:
    """Questions of days `first` to `last`, both directions, sorted by day, subject, relation.

    Examples
    --------
    >>> import datetime as dt
    >>> from demarche.outside.ranking.quads import quads_from_columns
    >>> quads = quads_from_columns(
    ...     {"subject": [0, 0], "relation": [0, 0], "object": [1, 2], "day": [3, 3]},
    ...     entities=list("ABC"), relations=[("Consult", "040", 4, 1)],
    ...     start=dt.date(2020, 1, 1), days=4, source="made-up")
    >>> queries = queries_of(quads, first=3, last=3)
    >>> queries.subject.tolist(), queries.relation.tolist(), queries.answer.tolist()
    ([0, 1, 2], [0, 1, 1], [1, 2, 0, 0])
    """
    low, high = np.searchsorted(quads.day, [first, last + 1])
    s, r, o = (a[low:high] for a in (quads.subject, quads.relation, quads.object))
    day = quads.day[low:high]
    rows = np.stack(
        [
            np.concatenate([day, day]),
            np.concatenate([s, o]),
            np.concatenate([r, r + len(quads.relations)]),
            np.concatenate([o, s]),
        ]
    )
    rows = rows[:, np.lexsort(rows[::-1])]
    first_of = np.flatnonzero(
        np.r_[rows.shape[1] > 0, np.any(np.diff(rows[:3], axis=1) != 0, axis=0)]
        if rows.shape[1]
        else np.zeros(0, dtype=bool)
    )
    return Queries(
        day=rows[0, first_of].astype(np.int32),
        subject=rows[1, first_of].astype(np.int32),
        relation=rows[2, first_of].astype(np.int32),
        start=np.r_[first_of, rows.shape[1]].astype(np.int32),
        answer=rows[3].astype(np.int32),
    )


def strata_of(quads: Quads, queries: Queries) -> Ints:
    """Stratum of each answer, from rows before the question's day: index into `STRATA`."""
    size, half = len(quads.entities), len(quads.relations)
    s = np.repeat(queries.subject, np.diff(queries.start)).astype(np.int64)
    r = np.repeat(queries.relation, np.diff(queries.start)).astype(np.int64)
    day = np.repeat(queries.day, np.diff(queries.start))
    o = queries.answer.astype(np.int64)
    back = r >= half
    actor, recipient, act = np.where(back, o, s), np.where(back, s, o), np.where(back, r - half, r)

    def first_day(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        known, at = np.unique(keys, return_index=True)
        if not known.size:
            return np.full(wanted.shape, np.iinfo(np.int32).max, dtype=np.int64)
        place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
        days = quads.day[at[place]].astype(np.int64)
        return np.where(known[place] == wanted, days, np.iinfo(np.int32).max)

    sub, obj = quads.subject.astype(np.int64), quads.object.astype(np.int64)
    rel = quads.relation.astype(np.int64)
    triple = first_day((sub * size + obj) * half + rel, (actor * size + recipient) * half + act)
    low, high = np.minimum(sub, obj), np.maximum(sub, obj)
    pair = first_day(
        low * size + high, np.minimum(actor, recipient) * size + np.maximum(actor, recipient)
    )
    return np.where(triple < day, 0, np.where(pair < day, 1, 2)).astype(np.int32)


def evaluate(
    scored: Scored, *, queries: Queries, quads: Quads, filtered: bool = True
) -> Evaluation:
    r"""Rank of each true answer among all entities.

    :math:`1 + \#\{o' : f(o') > f(o)\} + \tfrac12 \#\{o' \ne o : f(o') = f(o)\}` over all entities
    but, if `filtered`, the other true answers of the same question on the same day (time-aware
    filter). A constant scorer gets the mean rank (m + 1) / 2 of m candidates.

    Parameters
    ----------
    scored : Scored
        One entry per question, in the order of `queries`.
    queries : Queries
    quads : Quads
        For the number of entities and the strata.
    filtered : bool

    Returns
    -------
    Evaluation

    Raises
    ------
    DataError
        If scores and questions differ in number, or a score is not a number.

    References
    ----------
    .. [1] Gastinger et al., Comparing apples and oranges?, ECML PKDD 2023,
       doi:10.1007/978-3-031-43418-1_32.
    """
    rank = ranks(
        scored,
        start=queries.start,
        answer=queries.answer,
        size=len(quads.entities),
        filtered=filtered,
    )
    return Evaluation(rank=rank, stratum=strata_of(quads, queries))


def ranks(scored: Scored, *, start: Ints, answer: Ints, size: int, filtered: bool = True) -> Floats:
    """Rank of each answer among `size` candidates; see `evaluate`.

    Examples
    --------
    A constant scorer has the mean rank, so that its reciprocal is 2 / (m + 1).

    >>> nothing = Scored(start=np.array([0, 0]), candidate=np.zeros(0, np.int32), score=np.zeros(0))
    >>> ranks(nothing, start=np.array([0, 1]), answer=np.array([2]), size=9).tolist()
    [5.0]
    """
    asked = len(start) - 1
    if len(scored.start) != asked + 1:
        raise DataError(f"{len(scored.start) - 1} scored questions for {asked} asked.")
    if np.isnan(scored.score).any():
        raise DataError("a score is not a number; every candidate named needs a finite score.")
    rank = np.empty(len(answer))
    for i in range(asked):
        answers = answer[start[i] : start[i + 1]]
        low, high = scored.start[i], scored.start[i + 1]
        who, score = scored.candidate[low:high], scored.score[low:high]
        true = np.isin(who, answers)
        own = {int(e): float(v) for e, v in zip(who[true], score[true], strict=True)}
        rivals = np.sort(score[~true]) if filtered else np.sort(score)
        left = size - len(who) - (len(answers) - len(own) if filtered else 0)
        for j, true_one in enumerate(answers.tolist(), start=int(start[i])):
            value = own.get(true_one)
            if value is None:
                tied = left if filtered else left - 1
                rank[j] = 1.0 + rivals.size + 0.5 * tied
                continue
            above = rivals.size - np.searchsorted(rivals, value, side="right")
            equal = np.searchsorted(rivals, value, side="right") - np.searchsorted(rivals, value)
            rank[j] = 1.0 + above + 0.5 * (equal - (0 if filtered else 1))
    return rank
