"""Kernels that fill one row of features per candidate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import Index, State, Tables
from demarche.outside.ranking._kernels import (
    aged,
    compiled,
    confidence,
    enter,
    evening,
    find,
    noisy_or,
)

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Rows = NDArray[np.float32]

NEVER = 9999.0
"""Days since something that never happened."""

TRIPLE = (
    "same_n same_2 same_7 same_30 same_120 same_gap "
    "back_n back_7 back_30 back_gap "
    "root_7 root_30 root_back_30 quad_30 quad_back_30 "
    "dyad_n dyad_2 dyad_7 dyad_30 dyad_120 dyad_gap dyad_days dyad_out_30 dyad_in_30 dyad_kinds "
    "rule_best rule_second rule_or rule_other rule_all rule_again dyad_gap_2"
).split()
POPULAR = (
    "under_n under_3 under_14 under_60 under_gap under_partners "
    "any_n any_3 any_14 any_30 any_gap any_partners root_share "
    "twin_60 reach"
).split()
SUBJECT = (
    "subject_14 subject_30 subject_partners act_n act_14 act_60 act_gap act_partners "
    "relation root weekday subject_new act_new head_new head_met"
).split()
PLACE = (
    "same_country between_30 between_quad_30 toward_30 toward_back_30 sector sector_under "
    "own_country_under country_share sector_share subject_sector role_60"
).split()
WALK = "two_hops walk_under like_minded countrymen".split()


@compiled
def triple_row(
    p: int, r: int, day: int, index: Index, state: State, tables: Tables, best: Floats, row: Rows
) -> None:
    """Recurrence, reverse, root, quad class, dyad and rules of one pair; `p` may be -1."""
    row[:32] = 0.0
    row[5] = row[9] = row[20] = row[31] = NEVER
    if p < 0 or state.pair_n[p] == 0:
        return
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    root, quad = index.root[r], index.quad[r]
    root_back, quad_back = index.root[back], index.quad[back]
    best[:] = 0.0
    other, miss = 0.0, 1.0
    for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
        n, last, q = state.trip_n[k], state.trip_last[k], index.trip_rel[k]
        if n == 0:
            continue
        d2 = aged(state.trip_sum[k, 0], last, day, state.power[0])
        d7 = aged(state.trip_sum[k, 1], last, day, state.power[1])
        d30 = aged(state.trip_sum[k, 2], last, day, state.power[2])
        d120 = aged(state.trip_sum[k, 3], last, day, state.power[3])
        conf = confidence(q, r, n, tables.bucket[day - last], index, tables)
        miss *= 1.0 - conf
        enter(conf, best)
        if q != r and conf > other:
            other = conf
        if q == r:
            row[0], row[1], row[2], row[3], row[4], row[5] = n, d2, d7, d30, d120, day - last
            row[30] = conf
        elif q == back:
            row[6], row[7], row[8], row[9] = n, d7, d30, day - last
        if root > 0 and index.root[q] == root:
            row[10] += d7
            row[11] += d30
        elif root_back > 0 and index.root[q] == root_back:
            row[12] += d30
        if quad > 0 and index.quad[q] == quad:
            row[13] += d30
        elif quad_back > 0 and index.quad[q] == quad_back:
            row[14] += d30
        row[15] += n
        row[16] += d2
        row[17] += d7
        row[18] += d30
        row[19] += d120
        row[22 if q < half else 23] += d30
        row[24] += 1
        gap = float(day - last)
        if gap < row[20]:
            row[31], row[20] = row[20], gap
        elif gap < row[31]:
            row[31] = gap
    row[21] = state.pair_days[p]
    row[25], row[26], row[27] = best[0], best[1], noisy_or(best)
    row[28], row[29] = other, 1.0 - miss


@compiled
def popular_row(o: int, r: int, day: int, index: Index, state: State, twin: int, row: Rows) -> None:
    """How often o is met under r, and at all."""
    row[:15] = 0.0
    row[4] = row[10] = NEVER
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    g = find(index.grp_rel, index.grp_ptr[o], index.grp_ptr[o + 1], back)
    if g >= 0 and state.grp_n[g] > 0:
        last = state.grp_last[g]
        row[0] = state.grp_n[g]
        for i in range(3):
            row[1 + i] = aged(state.grp_sum[g, i], last, day, state.power[4 + i])
        row[4] = day - last
        row[5] = state.grp_partners[g]
    last = state.ent_last[o]
    if last >= 0:
        row[6] = state.ent_n[o]
        row[7] = aged(state.ent_sum[o, 0], last, day, state.power[4])
        row[8] = aged(state.ent_sum[o, 1], last, day, state.power[5])
        row[9] = aged(state.ent_sum[o, 2], last, day, state.power[2])
        row[10] = day - last
        row[11] = state.ent_partners[o]
        root = evening(state.ent_root[o, index.root[back]], last, day, state.power[5])
        row[12] = root / (row[8] + 0.1)
        row[14] = row[9] / row[11]
    g = find(index.grp_rel, index.grp_ptr[o], index.grp_ptr[o + 1], r)
    if g >= 0:
        row[13] = aged(state.grp_sum[g, 2], state.grp_last[g], day, state.power[6])


@compiled
def subject_row(s: int, r: int, day: int, index: Index, state: State, row: Rows) -> None:
    """What the question alone says: the subject's activity, and its habit of this act."""
    row[:15] = 0.0
    row[6] = NEVER
    last = state.ent_last[s]
    row[0] = aged(state.ent_sum[s, 1], last, day, state.power[5])
    row[1] = aged(state.ent_sum[s, 2], last, day, state.power[2])
    row[2] = state.ent_partners[s]
    g = find(index.grp_rel, index.grp_ptr[s], index.grp_ptr[s + 1], r)
    if g >= 0 and state.grp_n[g] > 0:
        last = state.grp_last[g]
        row[3] = state.grp_n[g]
        row[4] = aged(state.grp_sum[g, 1], last, day, state.power[5])
        row[5] = aged(state.grp_sum[g, 2], last, day, state.power[6])
        row[6] = day - last
        row[7] = state.grp_partners[g]
    row[8] = r
    row[9] = index.root[r]
    row[10] = day % 7
    row[11] = row[2] / (state.ent_n[s] + 1.0)
    row[12] = row[7] / (row[3] + 1.0)
    row[13] = state.head[r, 1] / (state.head[r, 0] + 1.0)
    row[14] = state.head[r, 2] / (state.head[r, 0] + 1.0)


@compiled
def first_role(s: int, r: int, index: Index, state: State) -> int:
    """Key of the role of s under r towards a sector 0 of another country."""
    wide = np.int64(state.to_sector.shape[1] + 1)
    key: int = (((index.sector[s] + 1) * len(index.root) + r) * wide + 1) * 2
    return key


@compiled
def roles_of(s: int, r: int, index: Index, state: State) -> tuple[int, int]:
    """Where the roles of s under r stand among the sorted keys: first, and one past the last."""
    low = first_role(s, r, index, state) - 2
    high = low + 2 * (state.to_sector.shape[1] + 1)
    first, end = np.searchsorted(index.role_key, low), np.searchsorted(index.role_key, high)
    return int(first), int(end)


@compiled
def dealings(e: int, c: int, day: int, index: Index, state: State) -> float:
    """How much an entity dealt with a country, decayed over 30 days."""
    at = find(index.land_of, index.land_ptr[e], index.land_ptr[e + 1], c)
    if at < 0:
        return 0.0
    found: float = evening(state.toward[at], state.toward_last[at], day, state.power[2])
    return found


@compiled
def lands_of(s: int, o: int, index: Index) -> int:
    """Place of the pair of countries of two entities among the counters, or -1."""
    from_c, to_c = index.country[s], index.country[o]
    if from_c < 0 or to_c < 0:
        return -1
    key = np.int64(from_c) * (len(index.member_ptr) - 1) + to_c
    found: int = find(index.lands_key, 0, len(index.lands_key), int(key))
    return found


@compiled
def place_row(
    s: int,
    r: int,
    o: int,
    day: int,
    index: Index,
    state: State,
    by_country: Floats,
    by_sector: Floats,
    roles: tuple[int, int],
    row: Rows,
) -> None:
    """Country and sector of subject and object, and what the two countries did lately."""
    row[:12] = 0.0
    from_c, to_c = index.country[s], index.country[o]
    from_s, to_s = index.sector[s], index.sector[o]
    row[5], row[10] = to_s, from_s
    if from_c >= 0:
        row[0] = 1.0 if from_c == to_c else 0.0
        row[4] = dealings(o, from_c, day, index, state)
        at = lands_of(s, o, index)
        if at >= 0:
            last = state.between_last[at]
            row[1] = evening(state.between[at].sum(), last, day, state.power[2])
            row[2] = evening(state.between[at, index.quad[r]], last, day, state.power[2])
    else:
        row[0] = -1.0
    if to_c >= 0:
        row[3] = dealings(s, to_c, day, index, state)
        row[8] = by_country[to_c]
    same = 1 if from_c == to_c and from_c >= 0 else 0
    at = find(index.role_key, roles[0], roles[1], first_role(s, r, index, state) + 2 * to_s + same)
    if at >= 0:
        row[11] = aged(state.role_sum[at], state.role_last[at], day, state.power[6])
    if to_s >= 0:
        row[6] = state.to_sector[r, to_s]
        row[9] = by_sector[to_s]


@compiled
def shares_of_act(
    s: int, r: int, day: int, index: Index, state: State, by_country: Floats, by_sector: Floats
) -> None:
    """Shares of the countries and sectors among those s did r to, decayed over 120 days."""
    by_country[:] = 0.0
    by_sector[:] = 0.0
    g = find(index.grp_rel, index.grp_ptr[s], index.grp_ptr[s + 1], r)
    if g < 0 or state.grp_n[g] == 0:
        return
    total = 0.5
    for i in range(index.gt_ptr[g], index.gt_ptr[g + 1]):
        k = index.gt_trip[i]
        d = aged(state.trip_sum[k, 3], state.trip_last[k], day, state.power[3])
        o = index.pair_obj[index.trip_pair[k]]
        total += d
        if index.country[o] >= 0:
            by_country[index.country[o]] += d
        if index.sector[o] >= 0:
            by_sector[index.sector[o]] += d
    by_country /= total
    by_sector /= total
