"""Rank by temporal rules of length 1: an act of some age, between the same two, foretells the next.

The confidence of a rule ``r' -> r`` at an age is the share of questions (s, r, ?) at which (s, r',
o) was that old and o was among the answers. It is shrunk to the rule's class, and counted day by
day, each day after it was forecast. Candidates without such a rule are reached by a walk over
partners and by habit (who is popular under r), at weights fixed on the validation days of ICEWS14.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.outside.ranking._history import History, Index, State, Tables, history
from demarche.outside.ranking._kernels import (
    TOP,
    compiled,
    learn_day,
    learn_rules,
    noisy_or,
    pair_rules,
)
from demarche.outside.ranking._walks import (
    add,
    clear,
    countrymen,
    habit,
    take_top,
    walk_under,
)
from demarche.outside.ranking.evaluate import Queries, Scored
from demarche.outside.ranking.quads import Quads

__all__ = ["RULES_ONLY", "RuleWeights", "beside", "learn_until", "rank_by_rules", "rank_now"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWeights:
    """Weights of what stands beside the noisy-or of the rules, chosen on validation days."""

    walk: float = 0.5
    habit: float = 0.5
    country: float = 0.5


KEPT = 100
"""Most candidates of each of these."""
DIGITS = 9
"""Digits of a score that count; what differs beyond them is a tie."""
RULES_ONLY = RuleWeights(walk=0.0, habit=0.0, country=0.0)


def learn_until(past: History, *, first: int, day: int, rules: bool = True) -> None:
    """Enter days `first` to ``day - 1`` into the counters and, if `rules`, the rule tables."""
    for t in range(first, day):
        rows = past.trip_of_row[past.day_ptr[t] : past.day_ptr[t + 1]]
        if rules:
            learn_rules(rows, t, past.index, past.state, past.tables)
        learn_day(rows, t, past.index, past.state)


@compiled
def _reached(
    kind: int,
    s: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    value: Floats,
    touched: Ints,
) -> int:
    """Whom a walk (kind 0), the habit of all (1) or others of the country (2) lead to."""
    if kind == 0:
        return walk_under(s, r, day, index, state, value, touched)
    if kind == 1:
        return habit(r, day, index, state, value, touched)
    return countrymen(s, r, day, index, state, value, touched)


@compiled
def _one(
    s: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    tables: Tables,
    weights: Floats,
    score: Floats,
    seen: Ints,
    value: Floats,
    touched: Ints,
) -> int:
    """Fill `score` for one question; the number of entities scored, listed in `seen`."""
    best = np.zeros(TOP)
    count = 0
    for p in range(index.pair_ptr[s], index.pair_ptr[s + 1]):
        if state.pair_n[p] > 0:
            pair_rules(p, r, day, index, state, tables, best)
            count = add(score, seen, count, index.pair_obj[p], noisy_or(best))
    for kind in range(3):
        if weights[kind] <= 0.0:
            continue
        n = _reached(kind, s, r, day, index, state, value, touched)
        total = 0.0
        for i in range(n):
            total += value[touched[i]]
        kept = take_top(value, touched, n, KEPT)
        for e in kept:
            if e != s:
                count = add(score, seen, count, e, weights[kind] * value[e] / (total + 1.0))
        clear(value, touched, n)
    return count


@compiled
def _day(
    subject: Ints,
    relation: Ints,
    day: int,
    index: Index,
    state: State,
    tables: Tables,
    weights: Floats,
) -> tuple[Ints, Ints, Floats]:
    """Candidates and scores of one day's questions: counts, then entities and scores, joined."""
    size = len(index.country)
    score, value = np.zeros(size), np.zeros(size)
    seen, touched = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    counts = np.zeros(len(subject), dtype=np.int32)
    who = np.empty(1024, dtype=np.int32)
    out = np.empty(1024)
    filled = 0
    for i in range(len(subject)):
        n = _one(
            subject[i], relation[i], day, index, state, tables, weights, score, seen, value, touched
        )
        if filled + n > len(who):
            room = 2 * (filled + n)
            who_new, out_new = np.empty(room, dtype=np.int32), np.empty(room)
            who_new[:filled], out_new[:filled] = who[:filled], out[:filled]
            who, out = who_new, out_new
        for j in range(n):
            who[filled + j], out[filled + j] = seen[j], score[seen[j]]
        clear(score, seen, n)
        counts[i] = n
        filled += n
    return counts, who[:filled], out[:filled]


def _rounded(score: Floats) -> Floats:
    rounded: Floats = np.round(score, DIGITS)
    return rounded


def rank_by_rules(
    quads: Quads,
    *,
    queries: Queries,
    weights: RuleWeights | None = None,
    frozen_at: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scored:
    """Score the candidates of each question from rows of earlier days alone.

    Parameters
    ----------
    quads : Quads
    queries : Queries
        Sorted by day.
    weights : RuleWeights, optional
        `RULES_ONLY` for the noisy-or alone.
    frozen_at : int, optional
        Day from which the rule tables no longer learn; counters always do (single step).
    progress : callable, optional
        Called with days done and days in all.

    Returns
    -------
    Scored
        Scores rank; they are not probabilities.

    Raises
    ------
    DataError
        If the questions are not in order of day.
    """
    if np.any(np.diff(queries.day) < 0):
        raise DataError("questions must be in order of day: sort them by day first.")
    w = weights or RuleWeights()
    past = history(quads)
    fixed = np.array([w.walk, w.habit, w.country])
    done = 0
    counts: list[Ints] = [np.zeros(0, dtype=np.int32)]
    who: list[Ints] = [np.zeros(0, dtype=np.int32)]
    score: list[Floats] = [np.zeros(0)]
    days, firsts = np.unique(queries.day, return_index=True)
    ends = np.r_[firsts[1:], len(queries)]
    for t, low, high in zip(days.tolist(), firsts, ends, strict=True):
        for d in range(done, min(t, quads.days)):
            learn_until(past, first=d, day=d + 1, rules=frozen_at is None or d < frozen_at)
        done = max(done, min(t, quads.days))
        part = _day(
            queries.subject[low:high],
            queries.relation[low:high],
            t,
            past.index,
            past.state,
            past.tables,
            fixed,
        )
        counts.append(part[0])
        who.append(part[1])
        score.append(part[2])
        if progress is not None:
            progress(t + 1, int(days[-1]) + 1)
    return Scored(
        start=np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        candidate=np.concatenate(who),
        score=_rounded(np.concatenate(score)),
    )


def rank_now(
    past: History, *, subject: int, relation: int, day: int, weights: RuleWeights | None = None
) -> tuple[Ints, Floats]:
    """Candidates and scores of one question, from counters and tables learned up to its day."""
    w = weights or RuleWeights()
    _, who, score = _day(
        np.array([subject], dtype=np.int32),
        np.array([relation], dtype=np.int32),
        day,
        past.index,
        past.state,
        past.tables,
        np.array([w.walk, w.habit, w.country]),
    )
    return who, _rounded(score)


def beside(
    past: History, *, subject: int, relation: int, day: int, weights: RuleWeights | None = None
) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
    """What a walk, the habit of all and others of the country add to the scores of one question."""
    w = weights or RuleWeights()
    size = len(past.index.country)
    parts = []
    for kind, weight in enumerate((w.walk, w.habit, w.country)):
        value, touched = np.zeros(size), np.empty(size, dtype=np.int32)
        n = _reached(kind, subject, relation, day, past.index, past.state, value, touched)
        total = sum(value[touched[:n]].tolist())
        kept = take_top(value, touched, n, KEPT).tolist()
        parts.append({e: weight * float(value[e]) / (total + 1.0) for e in kept if e != subject})
    return parts[0], parts[1], parts[2]
