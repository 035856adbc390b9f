"""Kernels for "what next between these two": rule tables by pair, and a row per relation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import Index, State, Tables
from demarche.outside.ranking._kernels import aged, compiled, evening, find, noisy_or
from demarche.outside.ranking._rows import NEVER, lands_of

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Rows = NDArray[np.float32]

PLAIN = (
    "same_n same_2 same_7 same_30 same_120 same_gap back_7 back_30 back_gap "
    "root_7 root_30 root_back_30 quad_30 quad_back_30 "
    "dyad_n dyad_7 dyad_30 dyad_gap way_30 back_way_30 "
    "actor_3 actor_14 actor_60 recipient_3 recipient_14 recipient_60 "
    "all_30 role_60 between_30 rule_best rule_or rule_mean "
    "actor_share recipient_share same_share relation root weekday"
).split()
RANKED = "same_7 same_30 same_120 root_30 actor_60 recipient_60 rule_or rule_mean role_60".split()


@compiled
def learn_pairs(
    rows: Ints, day: int, index: Index, state: State, bucket: Ints, seen: Ints, right: Ints
) -> None:
    """For each pair active that day: which acts of which age stood before which acts of the day."""
    active = np.zeros(len(index.pair_obj), dtype=np.uint8)
    for k in rows:
        active[index.trip_pair[k]] = 1
    for p in np.flatnonzero(active):
        for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
            if state.trip_n[k] > 0:
                seen[index.trip_rel[k], bucket[day - state.trip_last[k]]] += 1
    for head in rows:
        p = index.trip_pair[head]
        for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
            if state.trip_n[k] > 0:
                b = bucket[day - state.trip_last[k]]
                right[index.trip_rel[head], index.trip_rel[k], b] += 1


@compiled
def _rules(
    p: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    bucket: Ints,
    seen: Ints,
    right: Ints,
    prior: float,
    best: Floats,
    row: Rows,
) -> None:
    """Best, noisy-or and recency-weighted mean of P(r | body of that age); writes row[29:32]."""
    best[:] = 0.0
    total, weight = prior * 0.5, 0.5
    if p >= 0:
        for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
            if state.trip_n[k] == 0:
                continue
            q, b = index.trip_rel[k], bucket[day - state.trip_last[k]]
            value = (right[r, q, b] + 10.0 * prior) / (seen[q, b] + 10.0)
            w = aged(state.trip_sum[k, 2], state.trip_last[k], day, state.power[2])
            total += w * value
            weight += w
            for i in range(len(best)):
                if value > best[i]:
                    value, best[i] = best[i], value
    row[29], row[30], row[31] = max(best[0], prior), noisy_or(best), total / weight


@compiled
def _pair(p: int, r: int, day: int, index: Index, state: State, row: Rows) -> None:
    """What the pair did: row[0:20]."""
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
        if state.trip_n[k] == 0:
            continue
        q, last = index.trip_rel[k], state.trip_last[k]
        d7 = aged(state.trip_sum[k, 1], last, day, state.power[1])
        d30 = aged(state.trip_sum[k, 2], last, day, state.power[2])
        if q == r:
            row[0] = state.trip_n[k]
            row[1] = aged(state.trip_sum[k, 0], last, day, state.power[0])
            row[2], row[3], row[5] = d7, d30, day - last
            row[4] = aged(state.trip_sum[k, 3], last, day, state.power[3])
        elif q == back:
            row[6], row[7], row[8] = d7, d30, day - last
        if index.root[q] == index.root[r]:
            row[9] += d7
            row[10] += d30
        elif index.root[q] == index.root[back]:
            row[11] += d30
        if index.quad[q] == index.quad[r]:
            row[12] += d30
        elif index.quad[q] == index.quad[back]:
            row[13] += d30
        row[14] += state.trip_n[k]
        row[15] += d7
        row[16] += d30
        row[17] = min(row[17], day - last)
        row[18 if (q < half) == (r < half) else 19] += d30


@compiled
def _habits(s: int, o: int, r: int, day: int, index: Index, state: State, row: Rows) -> None:
    """What either does with others: row[20:29] and shares."""
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    g = find(index.grp_rel, index.grp_ptr[s], index.grp_ptr[s + 1], r)
    if g >= 0:
        for i in range(3):
            row[20 + i] = aged(state.grp_sum[g, i], state.grp_last[g], day, state.power[4 + i])
    g = find(index.grp_rel, index.grp_ptr[o], index.grp_ptr[o + 1], back)
    if g >= 0:
        for i in range(3):
            row[23 + i] = aged(state.grp_sum[g, i], state.grp_last[g], day, state.power[4 + i])
    row[26] = state.head[r, 3]
    from_c, to_c = index.country[s], index.country[o]
    same = 1 if from_c == to_c and from_c >= 0 else 0
    key = (index.sector[s] + 1) * len(index.root) + r
    key = (key * np.int64(state.to_sector.shape[1] + 1) + index.sector[o] + 1) * 2 + same
    at = np.searchsorted(index.role_key, key)
    if at < len(index.role_key) and index.role_key[at] == key:
        row[27] = aged(state.role_sum[at], state.role_last[at], day, state.power[6])
    at = lands_of(s, o, index)
    if at >= 0:
        last = state.between_last[at]
        row[28] = evening(state.between[at, index.quad[r]], last, day, state.power[2])
    row[32] = row[22] / (aged(state.ent_sum[s, 2], state.ent_last[s], day, state.power[2]) + 1.0)
    row[33] = row[25] / (aged(state.ent_sum[o, 2], state.ent_last[o], day, state.power[2]) + 1.0)


@compiled
def relation_rows(
    subject: Ints,
    object_: Ints,
    day: int,
    ids: int,
    index: Index,
    state: State,
    tables: Tables,
    seen: Ints,
    right: Ints,
    ranked: Ints,
    rows: Rows,
) -> None:
    """One row per question and relation id 0 to ``ids - 1``, question by question."""
    half = len(index.root) // 2
    best = np.zeros(5)
    total = state.head[:half, 3].sum() + 1e-9
    first = rows.shape[1] - 2 * len(ranked)
    for i in range(len(subject)):
        s, o = subject[i], object_[i]
        p = find(index.pair_obj, index.pair_ptr[s], index.pair_ptr[s + 1], o)
        for r in range(ids):
            row = rows[i * ids + r]
            row[:] = 0.0
            row[5] = row[8] = row[17] = NEVER
            prior = state.head[r, 3] / total
            if p >= 0:
                _pair(p, r, day, index, state, row)
            _habits(s, o, r, day, index, state, row)
            _rules(p, r, day, index, state, tables.bucket, seen, right, prior, best, row)
            row[34] = row[3] / (row[16] + 0.5)
            row[35], row[36], row[37] = r % half, index.root[r % half], day % 7
        part = rows[i * ids : (i + 1) * ids]
        for j in range(len(ranked)):
            values = part[:, ranked[j]].copy()
            order = np.argsort(-values, kind="mergesort")
            whole = values.sum()
            place = 0
            for n in range(ids):
                if n > 0 and values[order[n]] != values[order[n - 1]]:
                    place = n
                part[order[n], first + j] = place
                part[n, first + len(ranked) + j] = values[n] / whole if whole > 0 else 0.0
