"""Candidates of each question and a row of features for each, from earlier days alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import History, Index, State, Tables
from demarche.outside.ranking._kernels import TOP, compiled, find
from demarche.outside.ranking._rows import (
    NEVER,
    PLACE,
    POPULAR,
    SUBJECT,
    TRIPLE,
    WALK,
    place_row,
    popular_row,
    roles_of,
    shares_of_act,
    subject_row,
    triple_row,
)
from demarche.outside.ranking._walks import (
    clear,
    compatriots,
    countrymen,
    habit,
    like_minded,
    take_top,
    two_hops,
    walk_under,
)

__all__ = ["FEATURES", "LEARNED", "USED", "Table", "feature_table"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Rows = NDArray[np.float32]

_PLAIN = (*TRIPLE, *POPULAR, *SUBJECT, *PLACE, *WALK)
_RANKED = (
    "same_7 same_30 same_120 same_gap dyad_7 dyad_30 dyad_gap rule_or rule_best under_14 under_60 "
    "walk_under two_hops like_minded countrymen toward_30 role_60"
).split()
FEATURES: tuple[str, ...] = (
    *_PLAIN,
    *(f"rank_{name}" for name in _RANKED),
    *(f"share_{name}" for name in _RANKED),
)
"""Names of the columns: plain, then rank and share of some of them within the question."""

_IDLE = frozenset(
    (
        "back_n back_7 back_30 back_gap root any_gap subject_sector countrymen weekday relation "
        "sector_share dyad_30 dyad_7 like_minded subject_14 dyad_in_30 dyad_out_30 quad_back_30 "
        "under_60 under_14 rank_dyad_7 rank_dyad_30 act_partners any_14 rank_same_gap "
        "root_back_30 dyad_kinds dyad_n any_30 dyad_gap_2 head_met sector subject_new"
    ).split()
)
LEARNED: tuple[str, ...] = tuple(name for name in FEATURES if name not in _IDLE)
"""Columns the trees are given; the rest took part in under 0.15 % of the gain on validation."""
USED = np.array([FEATURES.index(name) for name in LEARNED])

_COLUMNS = np.array([_PLAIN.index(name) for name in _RANKED], dtype=np.int32)
_AGES = np.array([name.endswith("gap") for name in _RANKED])
_SIZES = np.array([80, 80, 80, 60, 80, 60], dtype=np.int32)
_WIDTH = len(FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Candidates of each question, joined, and one row of `FEATURES` for each."""

    start: NDArray[np.int64]
    candidate: Ints
    rows: Rows


@compiled
def _gather(
    s: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    sizes: Ints,
    values: Floats,
    touched: Ints,
    mark: Ints,
    stamp: int,
    who: Ints,
) -> int:
    """Candidates of one question into `who`; leaves the walks in ``values[1:5]``."""
    n = 0
    for p in range(index.pair_ptr[s], index.pair_ptr[s + 1]):
        if state.pair_n[p] > 0:
            who[n] = index.pair_obj[p]
            mark[who[n]] = stamp
            n += 1
    for kind in range(6):
        value, near = values[kind + 1], touched[kind + 1]
        if kind == 0:
            count = two_hops(s, day, index, state, value, near)
        elif kind == 1:
            count = walk_under(s, r, day, index, state, value, near)
        elif kind == 2:
            count = like_minded(s, r, day, index, state, value, near, values[0], touched[0])
        elif kind == 3:
            count = countrymen(s, r, day, index, state, value, near)
        elif kind == 4:
            count = habit(r, day, index, state, value, near)
        else:
            count = compatriots(s, day, index, state, value, near)
        for e in take_top(value, near, count, sizes[kind]):
            if mark[e] != stamp and e != s:
                mark[e] = stamp
                who[n] = e
                n += 1
        touched[kind + 1, len(index.country)] = count
    return n


@compiled
def _within(rows: Rows, columns: Ints, ages: NDArray[np.bool_], first: int) -> None:
    """Rank (0 best, ties share the best place) and share of some columns within the question.

    Only what is not at its lowest (zero; never) is sorted; the rest ties behind it.
    """
    n, wide = len(rows), len(columns)
    values, place = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.int64)
    for j in range(wide):
        lowest = np.float32(-NEVER) if ages[j] else np.float32(0.0)
        count = 0
        total = np.float32(0.0)
        for i in range(n):
            value = -rows[i, columns[j]] if ages[j] else rows[i, columns[j]]
            total += value
            if value > lowest:
                values[count], place[count] = -value, i
                count += 1
        order = np.argsort(values[:count], kind="mergesort")
        best = -values[order[0]] if count > 0 else lowest
        for i in range(n):
            value = -rows[i, columns[j]] if ages[j] else rows[i, columns[j]]
            rows[i, first + j] = count
            if ages[j]:
                rows[i, first + wide + j] = best - value
            else:
                rows[i, first + wide + j] = value / total if total > 0 else 0.0
        at = 0
        for i in range(count):
            if i > 0 and values[order[i]] != values[order[i - 1]]:
                at = i
            rows[place[order[i]], first + j] = at


@compiled
def _fill(
    s: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    tables: Tables,
    values: Floats,
    who: Ints,
    by_country: Floats,
    by_sector: Floats,
    rows: Rows,
) -> None:
    """Plain features of the candidates of one question."""
    best = np.zeros(TOP)
    common = np.zeros(15, dtype=np.float32)
    subject_row(s, r, day, index, state, common)
    shares_of_act(s, r, day, index, state, by_country, by_sector)
    roles = roles_of(s, r, index, state)
    for i in range(len(who)):
        o, row = who[i], rows[i]
        p = find(index.pair_obj, index.pair_ptr[s], index.pair_ptr[s + 1], o)
        triple_row(p, r, day, index, state, tables, best, row)
        popular_row(o, r, day, index, state, s, row[32:])
        row[47:62] = common
        place_row(s, r, o, day, index, state, by_country, by_sector, roles, row[62:])
        row[69] = values[4, o]
        for k in range(4):
            row[74 + k] = values[k + 1, o]


@compiled
def _table(
    subject: Ints,
    relation: Ints,
    day: int,
    index: Index,
    state: State,
    tables: Tables,
    sizes: Ints,
    columns: Ints,
    ages: NDArray[np.bool_],
    width: int,
) -> tuple[Ints, Ints, Rows]:
    """Counts, candidates and rows of one day's questions."""
    size = len(index.country)
    values = np.zeros((7, size))
    touched = np.empty((7, size + 1), dtype=np.int32)
    mark = np.full(size, -1, dtype=np.int32)
    who = np.empty(size + 512, dtype=np.int32)
    by_country = np.zeros(max(len(index.member_ptr) - 1, 1))
    by_sector = np.zeros(state.to_sector.shape[1])
    counts = np.zeros(len(subject), dtype=np.int32)
    kept = np.empty(4096, dtype=np.int32)
    rows = np.empty((4096, width), dtype=np.float32)
    filled = 0
    for i in range(len(subject)):
        s, r = subject[i], relation[i]
        n = _gather(s, r, day, index, state, sizes, values, touched, mark, i, who)
        if filled + n > len(kept):
            room = (filled + n) * 3 // 2
            kept_new, rows_new = (
                np.empty(room, dtype=np.int32),
                np.empty((room, width), dtype=np.float32),
            )
            kept_new[:filled], rows_new[:filled] = kept[:filled], rows[:filled]
            kept, rows = kept_new, rows_new
        kept[filled : filled + n] = who[:n]
        part = rows[filled : filled + n]
        _fill(s, r, day, index, state, tables, values, who[:n], by_country, by_sector, part)
        _within(part, columns, ages, width - 2 * len(columns))
        for k in range(1, 7):
            clear(values[k], touched[k], touched[k, size])
        counts[i] = n
        filled += n
    return counts, kept[:filled], rows[:filled]


def feature_table(past: History, *, subject: Ints, relation: Ints, day: int) -> Table:
    """Candidates and features of questions asked on one day.

    Parameters
    ----------
    past : History
        Counters and rule tables of the days before `day`, and no others.
    subject, relation : int array, shape (Q,)
        Relations of R and above ask the inverse.
    day : int

    Returns
    -------
    Table
        A question's rows depend on itself and the past only, never on the other questions.
    """
    subject = np.ascontiguousarray(subject, dtype=np.int32)
    relation = np.ascontiguousarray(relation, dtype=np.int32)
    state = (past.index, past.state, past.tables, _SIZES, _COLUMNS, _AGES, _WIDTH)
    half = len(subject) // 2
    if half < 16:
        parts = [_table(subject, relation, day, *state)]
    else:
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(_table, subject[part], relation[part], day, *state)
                for part in (slice(half), slice(half, None))
            ]
            parts = [job.result() for job in jobs]
    counts, who, rows = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    return Table(
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), candidate=who, rows=rows
    )
