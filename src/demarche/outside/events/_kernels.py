"""One pass over events in the order they were known: decayed counts and windows, by Numba.

The NumPy twin in `state` computes the same from the definition, row by row, and is the oracle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = Any


@njit(cache=True)
def walk(
    entry: Array,
    day: Array,
    dyad: Array,
    code: Array,
    count: Array,
    writes: Array,
    member_start: Array,
    member: Array,
    classes: int,
    entities: int,
    decay: Array,
    row_day: Array,
    row_keys: Array,
    want_slot: Array,
    want_life: Array,
    want_less: Array,
    out: Array,
    out_counts: Array,
) -> None:
    """Fill the decayed counts of every row from events known before its day.

    Events are sorted by entry day, rows by day; the rows of a day are read before its events enter.
    """
    lives = decay.shape[0]
    keys = entities * classes
    value = np.zeros((keys, lives))
    at = np.zeros(keys, np.int32)
    last = np.full(keys, -1, np.int32)
    first = np.full(keys, -1, np.int32)
    total = np.zeros(keys)
    active = np.zeros(keys, np.int32)
    slots = row_keys.shape[1]
    wants = want_slot.shape[0]
    seen = np.zeros((slots, lives))
    event = 0
    for row in range(row_day.shape[0]):
        t = row_day[row]
        while event < entry.shape[0] and entry[event] < t:
            e = entry[event]
            for w in range(writes.shape[1]):
                entity = writes[dyad[event], w]
                if entity < 0:
                    continue
                for m in range(member_start[code[event]], member_start[code[event] + 1]):
                    key = entity * classes + member[m]
                    gap = e - at[key]
                    late = e - day[event]
                    for k in range(lives):
                        value[key, k] = (
                            value[key, k] * decay[k, gap] + count[event] * decay[k, late]
                        )
                    at[key] = e
                    total[key] += count[event]
                    if day[event] > last[key]:
                        active[key] += 1
                        last[key] = day[event]
                    if first[key] < 0 or day[event] < first[key]:
                        first[key] = day[event]
            event += 1
        for s in range(slots):
            key = row_keys[row, s]
            if key < 0:
                for k in range(lives):
                    seen[s, k] = 0.0
                continue
            gap = t - 1 - at[key]
            for k in range(lives):
                seen[s, k] = value[key, k] * decay[k, gap]
        for f in range(wants):
            x = seen[want_slot[f], want_life[f]]
            if want_less[f] >= 0:
                x = max(0.0, x - seen[want_less[f], want_life[f]])
            out[row, f] = x
        for s in range(out_counts.shape[1]):
            key = row_keys[row, s]
            if key < 0:
                out_counts[row, s, 0] = 0
                out_counts[row, s, 1] = 0
                out_counts[row, s, 2] = -1
                out_counts[row, s, 3] = -1
            else:
                out_counts[row, s, 0] = total[key]
                out_counts[row, s, 1] = active[key]
                out_counts[row, s, 2] = last[key]
                out_counts[row, s, 3] = first[key]


@njit(cache=True)
def weekly(
    entry: Array,
    day: Array,
    key: Array,
    count: Array,
    keys: int,
    fade: float,
    row_day: Array,
    row_key: Array,
    out: Array,
) -> None:
    """Acts of each row's weekday in earlier weeks, those of k weeks before at ``fade ** (k - 1)``.

    Events are sorted by entry day, rows by day; the rows of a day are read before its events enter.
    """
    value = np.zeros((keys, 7))
    at = np.zeros((keys, 7), np.int32)
    event = 0
    for row in range(row_day.shape[0]):
        t = row_day[row]
        while event < entry.shape[0] and entry[event] < t:
            q, d = key[event], day[event] % 7
            week = day[event] // 7
            if week >= at[q, d]:
                value[q, d] = value[q, d] * fade ** (week - at[q, d]) + count[event]
                at[q, d] = week
            else:
                value[q, d] += count[event] * fade ** (at[q, d] - week)
            event += 1
        q, d = row_key[row], t % 7
        out[row] = 0.0
        if value[q, d] > 0:
            out[row] = value[q, d] * fade ** (t // 7 - 1 - at[q, d])


@njit(cache=True)
def _ones(fade: float, low: int, high: int, now: int) -> float:
    """Sum of ``fade ** (now - s)`` over s from `low` to `high`."""
    if high < low:
        return 0.0
    if fade == 1.0:
        return float(high - low + 1)
    return float(fade ** (now - high) * (1.0 - fade ** (high - low + 1)) / (1.0 - fade))


@njit(cache=True)
def windows(
    entry: Array,
    day: Array,
    dyad: Array,
    code: Array,
    member_start: Array,
    member: Array,
    classes: int,
    keys: int,
    horizon: int,
    fades: Array,
    row_day: Array,
    row_key: Array,
    out: Array,
) -> None:
    """Weight of completed windows that held an event, per row and forgetting factor.

    A window ends by origin s (s = horizon, ..., t) and covers days ``s - horizon`` to ``s - 1``;
    its weight is ``fade ** (t - s)``. It counts as soon as an event of it has entered, whatever
    the order in which events do: one that enters behind a later one adds the windows that its
    neighbours in time do not hold.
    """
    many = fades.shape[0]
    held = np.zeros((keys, many))
    at = np.zeros(keys, np.int32)
    last = np.full(keys, -1 - horizon, np.int32)
    start, kept = _days_to_keep(day, dyad, code, member_start, member, classes, keys, last)
    size = np.zeros(keys, np.int64)
    event = 0
    for row in range(row_day.shape[0]):
        t = row_day[row]
        while event < entry.shape[0] and entry[event] < t:
            e = entry[event]
            d = day[event]
            for m in range(member_start[code[event]], member_start[code[event] + 1]):
                q = dyad[event] * classes + member[m]
                low = max(at[q] + 1, horizon)
                high = min(e, last[q] + horizon)
                late = max(d + 1, last[q] + horizon + 1, horizon)
                until = min(e, d + horizon)
                if start[q + 1] > start[q]:
                    before, after = _kept_around(kept, start[q], size, q, d)
                    if d < last[q]:
                        late = max(d, before + horizon, horizon - 1) + 1
                        until = min(until, after)
                for j in range(many):
                    held[q, j] = (
                        held[q, j] * fades[j] ** (e - at[q])
                        + _ones(fades[j], low, high, e)
                        + _ones(fades[j], late, until, e)
                    )
                at[q] = e
                if d > last[q]:
                    last[q] = d
            event += 1
        q = row_key[row]
        if q < 0:
            for j in range(many):
                out[row, j] = 0.0
            continue
        low = max(at[q] + 1, horizon)
        high = min(t, last[q] + horizon)
        for j in range(many):
            out[row, j] = held[q, j] * fades[j] ** (t - at[q]) + _ones(fades[j], low, high, t)


@njit(cache=True)
def _days_to_keep(
    day: Array,
    dyad: Array,
    code: Array,
    member_start: Array,
    member: Array,
    classes: int,
    keys: int,
    last: Array,
) -> tuple[Array, Array]:
    """Where the days of each series begin in a list of them, and room for it.

    Only series of which an event enters behind a later one have room.
    """
    latest = last.copy()
    start = np.zeros(keys + 1, np.int64)
    behind = np.zeros(keys, np.bool_)
    for event in range(day.shape[0]):
        for m in range(member_start[code[event]], member_start[code[event] + 1]):
            q = dyad[event] * classes + member[m]
            start[q + 1] += 1
            if day[event] < latest[q]:
                behind[q] = True
            else:
                latest[q] = day[event]
    for q in range(keys):
        start[q + 1] = start[q] + (start[q + 1] if behind[q] else 0)
    return start, np.empty(start[keys], np.int32)


@njit(cache=True)
def _kept_around(kept: Array, first: int, size: Array, q: int, d: int) -> tuple[int, int]:
    """Put a day into the sorted days of a series; the one at or before it, and the one after.

    A day that is there already is at or before itself, so that it adds no window again.
    """
    place = size[q]
    while place > 0 and kept[first + place - 1] > d:
        place -= 1
    before = kept[first + place - 1] if place > 0 else np.int32(-(1 << 30))
    after = kept[first + place] if place < size[q] else np.int32(1 << 30)
    if before != d:
        for i in range(size[q], place, -1):
            kept[first + i] = kept[first + i - 1]
        kept[first + place] = d
        size[q] += 1
    return int(before), int(after)


@njit(cache=True)
def reached(
    entry: Array,
    dyad: Array,
    code: Array,
    count: Array,
    member_start: Array,
    member: Array,
    least: int,
    out: Array,
) -> None:
    """Day after the one on which each series of `out` (dyads, classes) had so many events.

    Events are sorted by entry day; series that never had so many keep what stands in `out`.
    """
    total = np.zeros(out.shape)
    for event in range(entry.shape[0]):
        d = dyad[event]
        for m in range(member_start[code[event]], member_start[code[event] + 1]):
            c = member[m]
            if total[d, c] < least:
                total[d, c] += count[event]
                if total[d, c] >= least:
                    out[d, c] = entry[event] + 1


@njit(cache=True)
def followed(
    entry: Array,
    day: Array,
    dyad: Array,
    code: Array,
    member_start: Array,
    member: Array,
    classes: int,
    keys: int,
    known_before: int,
    horizon: int,
    row_day: Array,
    row_key: Array,
    out: Array,
) -> None:
    """Whether an event of each row's series falls within the horizon that begins on its day.

    Events and rows are sorted by day and read from the last to the first.
    """
    coming = np.full(keys, np.iinfo(np.int64).max)
    event = day.shape[0] - 1
    for row in range(row_day.shape[0] - 1, -1, -1):
        t = row_day[row]
        while event >= 0 and day[event] >= t:
            if entry[event] < known_before:
                for m in range(member_start[code[event]], member_start[code[event] + 1]):
                    coming[dyad[event] * classes + member[m]] = day[event]
            event -= 1
        q = row_key[row]
        out[row] = q >= 0 and coming[q] < t + horizon
