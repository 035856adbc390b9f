"""What comes next between two: rank relations for (subject, ?, object).

Two candidate sets, never mixed. *Directed*: the subject acts, R ids. *Undirected*: RE-GCN's set of
2R ids, in which each row is asked from both ends and the inverse acts are candidates too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, MethodError
from demarche.outside.ranking._history import History, history
from demarche.outside.ranking._kernels import learn_day
from demarche.outside.ranking._relation_rows import PLAIN, RANKED, learn_pairs, relation_rows
from demarche.outside.ranking.evaluate import Scored
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.ranker import (
    CHUNK,
    RankerOptions,
    drawn,
    grown,
    joined,
    predicted,
    sampled,
)

__all__ = [
    "RELATION_FEATURES",
    "PairHistory",
    "RelationQueries",
    "RelationRanker",
    "fit_relations",
    "pair_history",
    "rank_between",
    "rank_relations",
    "relation_queries",
    "relations_from_text",
]

Ints = NDArray[np.int32]
Progress = Callable[[str, int, int], None]

RELATION_FEATURES: tuple[str, ...] = (
    *PLAIN,
    *(f"rank_{name}" for name in RANKED),
    *(f"share_{name}" for name in RANKED),
)
_RANKED = np.array([PLAIN.index(name) for name in RANKED], dtype=np.int32)
_AT = {name: index for index, name in enumerate(RELATION_FEATURES)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelationQueries:
    """Distinct questions (subject, ?, object, day); answers are relation ids below `ids`."""

    subject: Ints
    object: Ints
    day: Ints
    start: Ints
    answer: Ints
    ids: int

    def __len__(self) -> int:
        return len(self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRanker:
    """A fitted ranker of relations for one candidate set; its days held `held` questions."""

    trees: tuple[str, ...]
    directed: bool
    options: RankerOptions
    before: int
    held: int


def relation_queries(
    quads: Quads, *, first: int, last: int, directed: bool = True
) -> RelationQueries:
    """Questions of days `first` to `last`, sorted by day, subject, object.

    Examples
    --------
    >>> import datetime as dt
    >>> from demarche.outside.ranking.quads import quads_from_columns
    >>> quads = quads_from_columns(
    ...     {"subject": [0], "relation": [1], "object": [1], "day": [0]}, entities=list("AB"),
    ...     relations=[("Consult", "040", 4, 1), ("Accuse", "112", 11, 3)],
    ...     start=dt.date(2020, 1, 1), days=1, source="made-up")
    >>> relation_queries(quads, first=0, last=0).answer.tolist()
    [1]
    >>> relation_queries(quads, first=0, last=0, directed=False).answer.tolist()
    [1, 3]
    """
    low, high = np.searchsorted(quads.day, [first, last + 1])
    s, r, o = (a[low:high] for a in (quads.subject, quads.relation, quads.object))
    rows = np.stack([quads.day[low:high], s, o, r])
    half = len(quads.relations)
    if not directed:
        rows = np.concatenate([rows, np.stack([quads.day[low:high], o, s, r + half])], axis=1)
    rows = rows[:, np.lexsort(rows[::-1])]
    new = np.ones(rows.shape[1], dtype=bool)
    new[1:] = np.any(np.diff(rows[:3], axis=1) != 0, axis=0)
    at = np.flatnonzero(new)
    return RelationQueries(
        day=rows[0, at].astype(np.int32),
        subject=rows[1, at].astype(np.int32),
        object=rows[2, at].astype(np.int32),
        start=np.r_[at, rows.shape[1]].astype(np.int32),
        answer=rows[3].astype(np.int32),
        ids=half if directed else 2 * half,
    )


@dataclass(slots=True, kw_only=True)
class PairHistory:
    """Counters and the pair-wise rule tables of the days learned so far.

    ``seen[body, b]`` is how many days two dealt with each other while the body was of age b between
    them, ``right[head, body, b]`` on how many of them the head was done; as seen from either side.
    """

    past: History
    seen: Ints
    right: Ints
    done: int = 0

    def until(self, day: int, progress: Progress | None = None) -> None:
        """Learn the days before `day`."""
        past, end = self.past, min(day, len(self.past.day_ptr) - 1)
        for t in range(self.done, end):
            rows = past.trip_of_row[past.day_ptr[t] : past.day_ptr[t + 1]]
            learn_pairs(rows, t, past.index, past.state, past.tables.bucket, self.seen, self.right)
            learn_day(rows, t, past.index, past.state)
            if progress is not None and end > self.done + 1:
                progress("history", t + 1, end)
        self.done = max(self.done, end)

    def rows(self, subject: Ints, object_: Ints, day: int, ids: int) -> NDArray[np.float32]:
        """A row of `RELATION_FEATURES` per question and relation id, question by question."""
        out = np.empty((len(subject) * ids, len(RELATION_FEATURES)), dtype=np.float32)
        past = self.past
        relation_rows(
            subject,
            object_,
            day,
            ids,
            past.index,
            past.state,
            past.tables,
            self.seen,
            self.right,
            _RANKED,
            out,
        )
        return out

    def between(self, subject: int, object_: int, day: int) -> NDArray[np.float32]:
        """A row of `RELATION_FEATURES` for each relation the subject may do to the object."""
        one, other = (np.array([end], dtype=np.int32) for end in (subject, object_))
        return self.rows(one, other, day, self.past.relations)


def pair_history(quads: Quads) -> PairHistory:
    """Counters and tables of a record of which no day is learned yet."""
    past = history(quads)
    wide, buckets = past.tables.seen.shape[0], past.tables.seen.shape[2]
    return PairHistory(
        past=past,
        seen=np.zeros((wide, buckets), dtype=np.int32),
        right=np.zeros((wide, wide, buckets), dtype=np.int32),
    )


def _by_rules(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Fixed weights: the pair's own shares, then rules, then habit."""
    score = (
        rows[:, _AT["share_same_120"]]
        + rows[:, _AT["rule_mean"]]
        + np.float32(0.5) * rows[:, _AT["same_share"]]
        + np.float32(0.5) * rows[:, _AT["share_actor_60"]]
        + np.float32(0.5) * rows[:, _AT["share_recipient_60"]]
    )
    rounded: NDArray[np.float64] = np.round(score.astype(np.float64), 6)
    return rounded


def fit_relations(
    quads: Quads,
    *,
    before: int,
    directed: bool = True,
    options: RankerOptions | None = None,
    progress: Progress | None = None,
) -> RelationRanker:
    """Fit the ranker of relations to the days before `before` (extra ``learn``).

    Parameters
    ----------
    quads : Quads
    before : int
        First day that may be forecast with the result.
    directed : bool
        Candidate set: R ids, or RE-GCN's 2R.
    options : RankerOptions, optional
    progress : callable, optional

    Returns
    -------
    RelationRanker

    Raises
    ------
    MethodError
        If LightGBM is missing, or the record holds too few questions to learn from.
    """
    chosen = options or RankerOptions()
    known = quads.before(before)
    past = pair_history(known)
    parts = []
    first = max(before - chosen.days, min(before // 3, 30))
    queries = relation_queries(known, first=first, last=known.days - 1, directed=directed)
    keep = drawn(len(queries), options=chosen)
    days = queries.day[keep]
    for day in range(first, known.days):
        past.until(day, progress=progress)
        rng = np.random.default_rng([chosen.seeds[0], day])
        low, high = np.searchsorted(days, [day, day + 1]).tolist()
        for at in range(low, high, CHUNK):
            some = keep[at : min(at + CHUNK, high)]
            rows = past.rows(queries.subject[some], queries.object[some], day, queries.ids)
            right = np.zeros(len(rows), dtype=bool)
            for place, i in enumerate(some.tolist()):
                answers = queries.answer[queries.start[i] : queries.start[i + 1]]
                right[place * queries.ids + answers] = True
            parts.append(
                sampled(
                    rows,
                    right,
                    _by_rules(rows),
                    np.full(len(some), queries.ids, dtype=np.int64),
                    hard=chosen.hard,
                    random=chosen.random,
                    rng=rng,
                )
            )
            if progress is not None:
                progress("features", at + len(some), len(keep))
    if sum(len(part.sizes) for part in parts) < 100:
        raise MethodError(
            "fewer than 100 questions can be learned from; rank by rules alone (--no-learn)."
        )
    sample = joined(parts)
    parts.clear()
    trees = grown(sample, names=RELATION_FEATURES, options=chosen, progress=progress)
    return RelationRanker(
        trees=trees, directed=directed, options=chosen, before=before, held=len(queries)
    )


def rank_relations(
    quads: Quads,
    *,
    queries: RelationQueries,
    ranker: RelationRanker | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Score every relation id of each question from rows of earlier days; scores only rank.

    Parameters
    ----------
    quads : Quads
    queries : RelationQueries
        Sorted by day.
    ranker : RelationRanker, optional
        By default fixed weights over the pair's shares, rules and habit.
    progress : callable, optional

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the questions are not in order of day, lie before the ranker's first day, or ask another
        candidate set than it was fitted for.
    """
    if np.any(np.diff(queries.day) < 0):
        raise DataError("questions must be in order of day: sort them by day first.")
    if ranker is not None:
        if ranker.directed != (queries.ids == len(quads.relations)):
            raise DataError("the ranker was fitted for the other candidate set; fit one for each.")
        if len(queries) and queries.day[0] < ranker.before:
            raise DataError(f"the ranker may forecast day {ranker.before} and later only.")
    past = pair_history(quads)
    scores = []
    for day in np.unique(queries.day).tolist():
        past.until(day)
        low, high = np.searchsorted(queries.day, [day, day + 1])
        rows = past.rows(queries.subject[low:high], queries.object[low:high], day, queries.ids)
        scores.append(_scores(rows, ranker))
        if progress is not None:
            progress("ranking", int(high), len(queries))
    return Scored(
        start=np.arange(len(queries) + 1, dtype=np.int64) * queries.ids,
        candidate=np.tile(np.arange(queries.ids, dtype=np.int32), len(queries)),
        score=np.concatenate(scores) if scores else np.zeros(0),
    )


def _scores(rows: NDArray[np.float32], ranker: RelationRanker | None) -> NDArray[np.float64]:
    if ranker is None:
        return _by_rules(rows)
    return predicted(ranker.trees, rows, threads=ranker.options.threads)


def rank_between(
    past: PairHistory, *, subject: int, object: int, day: int, ranker: RelationRanker | None = None
) -> NDArray[np.float64]:
    """Scores of all that the subject may do to the object, by relation id; learned up to `day`."""
    return _scores(past.between(subject, object, day), ranker)


def relations_from_text(text: str) -> RelationRanker:
    """The ranker of relations from its JSON text.

    Raises
    ------
    DataError
        If the text is not one of ours.
    """
    try:
        fields = json.loads(text)
        options = fields["options"]
        return RelationRanker(
            trees=tuple(fields["trees"]),
            directed=bool(fields["directed"]),
            options=RankerOptions(**(options | {"seeds": tuple(options["seeds"])})),
            before=int(fields["before"]),
            held=int(fields["held"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"not a ranker of ours ({error}); delete it to refit.") from None
