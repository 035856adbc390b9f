"""Kernels that find candidates: partners, walks of two hops, similar actors, own country, habit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import Index, State
from demarche.outside.ranking._kernels import aged, compiled, find

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@compiled
def take_top(value: Floats, touched: Ints, count: int, size: int) -> Ints:
    """The `size` touched entities of the highest value; ties go to the lower id."""
    kept = np.empty(size, dtype=np.int32)
    worth = np.empty(size)
    n = 0
    for i in range(count):
        e, v = touched[i], value[touched[i]]
        if n == size and (v < worth[n - 1] or (v == worth[n - 1] and e > kept[n - 1])):
            continue
        at = n if n < size else n - 1
        while at > 0 and (v > worth[at - 1] or (v == worth[at - 1] and e < kept[at - 1])):
            if at < size:
                worth[at], kept[at] = worth[at - 1], kept[at - 1]
            at -= 1
        worth[at], kept[at] = v, e
        n = min(n + 1, size)
    return kept[:n]


@compiled
def add(value: Floats, touched: Ints, count: int, e: int, amount: float) -> int:
    """Add an amount to an entity's value, noting the first touch; the new number touched."""
    if amount <= 0.0:
        return count
    if value[e] == 0.0:
        touched[count] = e
        count += 1
    value[e] += amount
    return count


@compiled
def clear(value: Floats, touched: Ints, count: int) -> None:
    """Set the touched entities back to zero."""
    for i in range(count):
        value[touched[i]] = 0.0


@compiled
def two_hops(s: int, day: int, index: Index, state: State, value: Floats, touched: Ints) -> int:
    """Walk s -> m -> o over partners, each step in proportion to its count decayed over 30 days."""
    count = 0
    total = aged(state.ent_sum[s, 2], state.ent_last[s], day, state.power[2])
    if total <= 0.0:
        return count
    for p in range(index.pair_ptr[s], index.pair_ptr[s + 1]):
        if state.pair_n[p] == 0:
            continue
        m = index.pair_obj[p]
        first = aged(state.pair_sum[p, 1], state.pair_last[p], day, state.power[2]) / total
        if first < 1e-4:
            continue
        beyond = aged(state.ent_sum[m, 2], state.ent_last[m], day, state.power[2])
        for q in range(index.pair_ptr[m], index.pair_ptr[m + 1]):
            if state.pair_n[q] > 0 and index.pair_obj[q] != s:
                step = aged(state.pair_sum[q, 1], state.pair_last[q], day, state.power[2])
                count = add(value, touched, count, index.pair_obj[q], first * step / beyond)
    return count


@compiled
def expand(
    e: int,
    r: int,
    weight: float,
    day: int,
    index: Index,
    state: State,
    value: Floats,
    touched: Ints,
    count: int,
    share: bool,
) -> int:
    """Add weight x (count, decayed over 30 days, of (e, r, o)) to each o; as shares if asked."""
    g = find(index.grp_rel, index.grp_ptr[e], index.grp_ptr[e + 1], r)
    if g < 0 or state.grp_n[g] == 0:
        return count
    total = 0.0
    if share:
        for i in range(index.gt_ptr[g], index.gt_ptr[g + 1]):
            k = index.gt_trip[i]
            total += aged(state.trip_sum[k, 2], state.trip_last[k], day, state.power[2])
        weight /= total + 0.5
    for i in range(index.gt_ptr[g], index.gt_ptr[g + 1]):
        k = index.gt_trip[i]
        if state.trip_n[k] > 0:
            amount = weight * aged(state.trip_sum[k, 2], state.trip_last[k], day, state.power[2])
            count = add(value, touched, count, index.pair_obj[index.trip_pair[k]], amount)
    return count


@compiled
def walk_under(
    s: int, r: int, day: int, index: Index, state: State, value: Floats, touched: Ints
) -> int:
    """Walk s -> m over any act, then m -> o under r: what those near s do."""
    count = 0
    total = aged(state.ent_sum[s, 2], state.ent_last[s], day, state.power[2])
    if total <= 0.0:
        return count
    for p in range(index.pair_ptr[s], index.pair_ptr[s + 1]):
        if state.pair_n[p] > 0:
            first = aged(state.pair_sum[p, 1], state.pair_last[p], day, state.power[2]) / total
            if first >= 1e-4:
                m = index.pair_obj[p]
                count = expand(m, r, first, day, index, state, value, touched, count, True)
    return count


@compiled
def like_minded(
    s: int,
    r: int,
    day: int,
    index: Index,
    state: State,
    value: Floats,
    touched: Ints,
    peer: Floats,
    peers: Ints,
) -> int:
    """Collaborative filter: partners under r of actors who share partners with s under r."""
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    g = find(index.grp_rel, index.grp_ptr[s], index.grp_ptr[s + 1], r)
    if g < 0 or state.grp_n[g] == 0:
        return 0
    n = 0
    for i in range(index.gt_ptr[g], index.gt_ptr[g + 1]):
        k = index.gt_trip[i]
        if state.trip_n[k] > 0:
            weight = aged(state.trip_sum[k, 3], state.trip_last[k], day, state.power[3])
            x = index.pair_obj[index.trip_pair[k]]
            n = expand(x, back, weight, day, index, state, peer, peers, n, True)
    count = 0
    for i in range(n):
        if peers[i] != s and peer[peers[i]] > 1e-3:
            e = peers[i]
            count = expand(e, r, peer[e], day, index, state, value, touched, count, True)
    clear(peer, peers, n)
    return count


@compiled
def countrymen(
    s: int, r: int, day: int, index: Index, state: State, value: Floats, touched: Ints
) -> int:
    """Counts under r of the other actors of s's country."""
    c = index.country[s]
    if c < 0:
        return 0
    count = 0
    for i in range(index.member_ptr[c], index.member_ptr[c + 1]):
        m = index.member[i]
        if m != s:
            count = expand(m, r, 1.0, day, index, state, value, touched, count, False)
    return count


@compiled
def habit(r: int, day: int, index: Index, state: State, value: Floats, touched: Ints) -> int:
    """Popularity of each o under r, decayed over 60 days."""
    half = len(index.root) // 2
    back = r + half if r < half else r - half
    count = 0
    for i in range(index.rel_ptr[back], index.rel_ptr[back + 1]):
        g = index.rel_grp[i]
        if state.grp_n[g] > 0:
            amount = aged(state.grp_sum[g, 2], state.grp_last[g], day, state.power[6])
            count = add(value, touched, count, index.grp_ent[g], amount)
    return count


@compiled
def compatriots(s: int, day: int, index: Index, state: State, value: Floats, touched: Ints) -> int:
    """Recent activity of the actors of s's own country."""
    c = index.country[s]
    if c < 0:
        return 0
    count = 0
    for i in range(index.member_ptr[c], index.member_ptr[c + 1]):
        m = index.member[i]
        if m != s and state.ent_n[m] > 0:
            amount = aged(state.ent_sum[m, 2], state.ent_last[m], day, state.power[2])
            count = add(value, touched, count, m, amount)
    return count
