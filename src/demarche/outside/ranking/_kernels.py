"""Kernels of the rankers: learn a day, look things up, and score temporal rules of length 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import Index, State, Tables

F = TypeVar("F", bound=Callable[..., object])
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

PRIOR = 15.0
"""Weight, in observations, of a rule's class when its own record is short."""
FADE = 0.8
"""Weight of each further rule relative to the one before it in the noisy-or."""
TOP = 5
"""Rules that enter the noisy-or."""


def compiled(function: F) -> F:
    """Compile a loop; its Python twin stays at ``.py_func``."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


@compiled
def aged(total: float, last: int, day: int, power: Floats) -> float:
    """Decayed sum on `day`, given its value on the day it last changed."""
    if last < 0:
        return 0.0
    value: float = total * power[day - last]
    return value


@compiled
def evening(total: float, last: int, day: int, power: Floats) -> float:
    """Decayed sum on the evening before `day`."""
    if last < 0:
        return 0.0
    value: float = total * power[day - 1 - last]
    return value


@compiled
def find(values: NDArray[np.signedinteger], low: int, high: int, wanted: int) -> int:
    """Place of a value in a sorted slice, or -1."""
    end = high
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < end and values[low] == wanted:
        return low
    return -1


@compiled
def _touch(total: Floats, at: int, last: int, day: int, power: Floats, first: int) -> None:
    for k in range(total.shape[1]):
        total[at, k] = (total[at, k] * power[first + k, day - last] if last >= 0 else 0.0) + 1.0


@compiled
def learn_day(rows: Ints, day: int, index: Index, state: State) -> None:
    """Enter one day's doubled rows into the counters."""
    state.to_sector[:] *= state.power[2, 1]
    state.head[:, 3] *= state.power[2, 1]
    for k in rows:
        p, g, r = index.trip_pair[k], index.trip_grp[k], index.trip_rel[k]
        s, o = index.pair_sub[p], index.pair_obj[p]
        state.head[r, 0] += 1.0
        state.head[r, 3] += 1.0
        if state.pair_n[p] == 0:
            state.ent_partners[s] += 1
            state.head[r, 2] += 1.0
        if state.trip_n[k] == 0:
            state.head[r, 1] += 1.0
            state.grp_partners[g] += 1
        if state.pair_last[p] != day:
            state.pair_days[p] += 1
        _touch(state.trip_sum, k, state.trip_last[k], day, state.power, 0)
        _touch(state.pair_sum, p, state.pair_last[p], day, state.power, 1)
        _touch(state.grp_sum, g, state.grp_last[g], day, state.power, 4)
        last = state.ent_last[s]
        if last >= 0:
            state.ent_root[s] *= state.power[5, day - last]
        for i in range(3):
            h = 2 if i == 2 else 4 + i
            before = state.ent_sum[s, i] * state.power[h, day - last] if last >= 0 else 0.0
            state.ent_sum[s, i] = before + 1.0
        state.trip_n[k] += 1
        state.pair_n[p] += 1
        state.grp_n[g] += 1
        state.ent_n[s] += 1
        state.trip_last[k] = day
        state.pair_last[p] = day
        state.grp_last[g] = day
        state.ent_last[s] = day
        state.ent_root[s, index.root[r]] += 1.0
        c = index.pair_land[p]
        if c >= 0:
            last = state.toward_last[c]
            before = state.toward[c] * state.power[2, day - last] if last >= 0 else 0.0
            state.toward[c], state.toward_last[c] = before + 1.0, day
        c = index.pair_lands[p]
        if c >= 0:
            last = state.between_last[c]
            if last >= 0:
                state.between[c] *= state.power[2, day - last]
            state.between[c, index.quad[r]] += 1.0
            state.between_last[c] = day
        c = index.trip_role[k]
        before = state.role_sum[c] * state.power[6, day - state.role_last[c]]
        state.role_sum[c] = (before if state.role_last[c] >= 0 else 0.0) + 1.0
        state.role_last[c] = day
        if index.sector[o] >= 0:
            state.to_sector[r, index.sector[o]] += 1.0


@compiled
def rule_class(body: int, head: int, index: Index) -> int:
    """Class whose record a rule is shrunk to.

    0 same relation, 1 its inverse, 2 same root and direction, 3 same root in the other direction,
    4 another relation in the same direction, 5 in the other.
    """
    half = len(index.root) // 2
    if body == head:
        return 0
    if body == head + half or head == body + half:
        return 1
    same = (body < half) == (head < half)
    root_b = index.root[body] - (0 if body < half else 20)
    root_h = index.root[head] - (0 if head < half else 20)
    if root_b == root_h and index.root[body] > 0:
        return 2 if same else 3
    return 4 if same else 5


@compiled
def _aged_acts(
    s: int,
    day: int,
    index: Index,
    state: State,
    tables: Tables,
    held: Ints,
    cells: Ints,
    rooted: Floats,
    whole: Floats,
) -> int:
    """Number of (s, body, o) by body and age, ``held[body * ages + b]``; the cells in use.

    `rooted` and `whole` are the same by root and by direction.
    """
    ages, count, half = tables.seen.shape[2], 0, len(index.root) // 2
    rooted[:] = 0.0
    whole[:] = 0.0
    low, high = index.trip_ptr[index.pair_ptr[s]], index.trip_ptr[index.pair_ptr[s + 1]]
    for k in range(low, high):
        if state.trip_n[k] > 0:
            body, b = index.trip_rel[k], tables.bucket[day - state.trip_last[k]]
            cell = body * ages + b
            if held[cell] == 0:
                cells[count] = cell
                count += 1
            held[cell] += 1
            rooted[index.root[body], b] += 1.0
            whole[0 if body < half else 1, b] += 1.0
    return count


@compiled
def _asked(
    g: int,
    held: Ints,
    cells: Ints,
    rooted: Floats,
    whole: Floats,
    index: Index,
    tables: Tables,
) -> None:
    """Enter what was there when the head of group g was asked; `cells` are those in use.

    What was there by class of `rule_class` is told from its sums by root and by direction.
    """
    head, half, ages = index.grp_rel[g], len(index.root) // 2, tables.seen.shape[2]
    seen = tables.seen[head].reshape(-1)
    for cell in cells:
        seen[cell] += held[cell]
    back = head + half if head < half else head - half
    way = 0 if head < half else 1
    for b in range(ages):
        same, inverse = held[head * ages + b], held[back * ages + b]
        near, far = 0.0, 0.0
        if index.root[head] > 0:
            near = rooted[index.root[head], b] - same
            far = rooted[index.root[back], b] - inverse
        tables.class_seen[0, b] += same
        tables.class_seen[1, b] += inverse
        tables.class_seen[2, b] += near
        tables.class_seen[3, b] += far
        tables.class_seen[4, b] += whole[way, b] - same - near
        tables.class_seen[5, b] += whole[1 - way, b] - inverse - far


@compiled
def learn_rules(rows: Ints, day: int, index: Index, state: State, tables: Tables) -> None:
    """Enter one day's questions and answers into the rule tables, before the day is learned.

    For each distinct (s, head) asked that day and each earlier (s, body, o): the body was there at
    that age; it was right if (s, head, o) is among the day's rows. What was there is counted once
    for all heads asked of s.
    """
    answered = np.zeros(len(index.grp_rel), dtype=np.uint8)
    held = np.zeros(tables.seen.shape[1] * tables.seen.shape[2], dtype=np.int32)
    cells = np.empty(len(held), dtype=np.int32)
    ages = tables.seen.shape[2]
    rooted, whole = np.zeros((41, ages)), np.zeros((2, ages))
    known, count = -1, 0
    for k in rows:
        answered[index.trip_grp[k]] = 1
    for g in np.flatnonzero(answered):
        s, head = index.grp_ent[g], index.grp_rel[g]
        if s != known:
            held[cells[:count]] = 0
            count = _aged_acts(s, day, index, state, tables, held, cells, rooted, whole)
            known = s
        _asked(int(g), held, cells[:count], rooted, whole, index, tables)
        for i in range(index.gt_ptr[g], index.gt_ptr[g + 1]):
            k = index.gt_trip[i]
            if state.trip_n[k] > 0:
                b = tables.bucket[day - state.trip_last[k]]
                tables.again_seen[head, b, min(state.trip_n[k], 4) - 1] += 1
    for answer in rows:
        head, p = index.trip_rel[answer], index.trip_pair[answer]
        for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
            if state.trip_n[k] > 0:
                body = index.trip_rel[k]
                b = tables.bucket[day - state.trip_last[k]]
                tables.right[head, body, b] += 1
                tables.class_right[rule_class(body, head, index), b] += 1.0
                if body == head:
                    tables.again_right[head, b, min(state.trip_n[k], 4) - 1] += 1


@compiled
def confidence(body: int, head: int, n: int, b: int, index: Index, tables: Tables) -> float:
    """Confidence of one rule at one age, shrunk to its class (recurrence: to its own count)."""
    c = rule_class(body, head, index)
    prior = (tables.class_right[c, b] + 0.01) / (tables.class_seen[c, b] + 1.0)
    rate = (tables.right[head, body, b] + PRIOR * prior) / (tables.seen[head, body, b] + PRIOR)
    if body == head:
        m = min(n, 4) - 1
        rate = (tables.again_right[head, b, m] + PRIOR * rate) / (
            tables.again_seen[head, b, m] + PRIOR
        )
    shrunk: float = rate
    return shrunk


@compiled
def enter(value: float, best: Floats) -> None:
    """Enter a confidence among the strongest, which stay in falling order."""
    for i in range(len(best)):
        if value > best[i]:
            value, best[i] = best[i], value


@compiled
def pair_rules(
    p: int, head: int, day: int, index: Index, state: State, tables: Tables, best: Floats
) -> float:
    """Best confidence other than recurrence; fills `best` with the strongest, in falling order."""
    best[:] = 0.0
    other = 0.0
    for k in range(index.trip_ptr[p], index.trip_ptr[p + 1]):
        n = state.trip_n[k]
        if n == 0:
            continue
        body = index.trip_rel[k]
        b = tables.bucket[day - state.trip_last[k]]
        value = confidence(body, head, n, b, index, tables)
        if body != head and value > other:
            other = value
        enter(value, best)
    return other


@compiled
def noisy_or(best: Floats) -> float:
    """1 - prod(1 - FADE^i c_i) over confidences in falling order."""
    miss, weight = 1.0, 1.0
    for value in best:
        miss *= 1.0 - weight * value
        weight *= FADE
    return 1.0 - miss
