"""One pass over a record that leaves the state of every series on its last day, by Numba."""

from __future__ import annotations

from typing import Any

from numba import njit

Array = Any


@njit(cache=True)
def stand(
    entry: Array,
    day: Array,
    dyad: Array,
    code: Array,
    count: Array,
    member_start: Array,
    member: Array,
    classes: int,
    decay: Array,
    end: int,
    value: Array,
    total: Array,
    active: Array,
    last: Array,
    first: Array,
    at: Array,
    world: Array,
    world_at: Array,
) -> None:
    """Fill decayed and plain counts of every dyad and class, and of the world, as on day `end`.

    Events are sorted by entry day. ``value`` is (dyads x classes, half-lives), the others one per
    dyad and class; ``last`` and ``first`` begin at -1. The same sums, in the same order, as those
    of the walk that reads the state row by row.
    """
    lives = decay.shape[0]
    for event in range(entry.shape[0]):
        e = entry[event]
        late = e - day[event]
        for m in range(member_start[code[event]], member_start[code[event] + 1]):
            cls = member[m]
            key = dyad[event] * classes + cls
            gap = e - at[key]
            world_gap = e - world_at[cls]
            for k in range(lives):
                new = count[event] * decay[k, late]
                value[key, k] = value[key, k] * decay[k, gap] + new
                world[cls, k] = world[cls, k] * decay[k, world_gap] + new
            at[key] = e
            world_at[cls] = e
            total[key] += count[event]
            if day[event] > last[key]:
                active[key] += 1
                last[key] = day[event]
            if first[key] < 0 or day[event] < first[key]:
                first[key] = day[event]
    for key in range(at.shape[0]):
        for k in range(lives):
            value[key, k] *= decay[k, end - at[key]]
    for cls in range(classes):
        for k in range(lives):
            world[cls, k] *= decay[k, end - world_at[cls]]
