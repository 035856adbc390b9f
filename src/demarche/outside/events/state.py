"""The state of relations: decayed counts of every reference class, as features of each forecast.

An event of day d weighs ``0.5 ** ((t - 1 - d) / half_life)`` at origin t, from the day on which it
was known. Neighbours (groups, totals) are counted without the dyad's own events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events.panel import Panel
from demarche.outside.events.series import (
    Index,
    Rows,
    Scheme,
    check_order,
    classes_of,
    entered,
    entries,
)

__all__ = [
    "BASE",
    "BESIDE_ANY",
    "COUNTED",
    "GROUPS",
    "HALF_LIVES",
    "OWN",
    "REVERSE",
    "SLOTS",
    "WEEKDAY",
    "Features",
    "State",
    "decay_table",
    "features_of",
    "state_at",
    "state_slow",
    "wants",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HALF_LIVES = (1.0, 3.0, 7.0, 14.0, 30.0, 90.0, 365.0)
"""Days after which an event counts half."""
GROUPS = (
    "base rate",
    "own recency",
    "reverse direction",
    "neighbours",
    "actor activity",
    "recipient activity",
    "news volume",
    "weekday",
)
"""What the features of a forecast are listed under."""

BASE = GROUPS.index("base rate")
OWN = GROUPS.index("own recency")
REVERSE = GROUPS.index("reverse direction")
WEEKDAY = GROUPS.index("weekday")
_NEAR, _ACTOR, _RECIPIENT, _NEWS = range(REVERSE + 1, WEEKDAY)
# name, column of Index.reads, class, slot whose counts are taken off, group, half-lives
_SELF, _PARENT, _ANY, _CONFLICT = range(4)
_ALL, _MOST, _SOME, _WORLD = range(7), (0, 1, 2, 4, 5), (1, 2, 4), (1, 3)
SLOTS: tuple[tuple[str, int, int, int, int, tuple[int, ...] | range], ...] = (
    ("X to Z, this act", 0, _SELF, -1, OWN, _ALL),
    ("Z to X, this act", 1, _SELF, -1, REVERSE, _MOST),
    ("X to Z, any act", 0, _ANY, -1, OWN, _MOST),
    ("Z to X, any act", 1, _ANY, -1, REVERSE, _MOST),
    ("X to Z, wider class", 0, _PARENT, -1, OWN, _SOME),
    ("X to Z, conflict", 0, _CONFLICT, -1, OWN, _SOME),
    ("Z to X, conflict", 1, _CONFLICT, -1, REVERSE, _SOME),
    ("X to anyone, this act", 2, _SELF, 0, _ACTOR, _MOST),
    ("X to anyone, any act", 2, _ANY, 2, _ACTOR, _SOME),
    ("anyone to X, this act", 4, _SELF, 1, _ACTOR, _SOME),
    ("anyone to X, any act", 4, _ANY, 3, _ACTOR, _SOME),
    ("anyone to Z, this act", 3, _SELF, 0, _RECIPIENT, _MOST),
    ("anyone to Z, any act", 3, _ANY, 2, _RECIPIENT, _SOME),
    ("Z to anyone, this act", 5, _SELF, 1, _RECIPIENT, _SOME),
    ("Z to anyone, any act", 5, _ANY, 3, _RECIPIENT, _SOME),
    ("group of X to group of Z, this act", 6, _SELF, 0, _NEAR, _SOME),
    ("group of Z to group of X, this act", 7, _SELF, 1, _NEAR, _SOME),
    ("X to group of Z, this act", 8, _SELF, 0, _NEAR, _SOME),
    ("group of X to Z, this act", 9, _SELF, 0, _NEAR, _SOME),
    ("world, this act", 10, _SELF, -1, _NEWS, _WORLD),
    ("world, any act", 10, _ANY, -1, _NEWS, _WORLD),
)
COUNTED = 5
"""Slots, the first ones, whose plain counts are features too."""
BESIDE_ANY = f"{SLOTS[0][0]}, beside what is usual among all its acts"
_THIS_OF_WORLD, _ANY_OF_WORLD = len(SLOTS) - 2, len(SLOTS) - 1
_FORTNIGHT = HALF_LIVES.index(14.0)
_PACE = ("days since last", "active days", "days since first", "mean gap", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """Decayed counts and plain counts at each row.

    Attributes
    ----------
    decayed : float32 array, shape (rows, series x half-lives)
    counts : float array, shape (rows, 5, 4)
        Events, active days, last and first day (-1 for never) of: X to Z in this act, Z to X in
        this act, X to Z in any, Z to X in any, X to Z in the wider class. Active days in the order
        in which they became known: one that is known after a later one is not counted.
    """

    decayed: NDArray[np.float32]
    counts: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Columns of a model, with the name and group of each."""

    values: NDArray[np.float32]
    names: tuple[str, ...]
    group: Ints


def wants() -> tuple[Ints, Ints, Ints]:
    """Slot, half-life and subtracted slot of each column."""
    rows = [(i, k, slot[3]) for i, slot in enumerate(SLOTS) for k in slot[5]]
    slot, life, less = np.array(rows, dtype=np.int64).T
    return slot, life, less


def _keys(rows: Rows, *, index: Index, scheme: Scheme) -> Ints:
    """Series that each row reads, shape (rows, slots); -1 where there is none."""
    names = len(scheme.names)
    out = np.empty((len(rows), len(SLOTS)), dtype=np.int64)
    kinds = (rows.cls, scheme.parent[rows.cls], scheme.any, scheme.conflict)
    for i, (_, column, kind, _, _, _) in enumerate(SLOTS):
        entity = index.reads[rows.dyad, column]
        out[:, i] = np.where(entity >= 0, entity * names + kinds[kind], -1)
    return out


def decay_table(days: int) -> Floats:
    """Weight by half-life and age in days, shape (half-lives, days)."""
    return np.asarray(0.5 ** (np.arange(days) / np.array(HALF_LIVES)[:, None]), dtype=np.float64)


def state_at(panel: Panel, *, index: Index, scheme: Scheme, rows: Rows) -> State:
    """State of relations at each row, from events known before its day.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    rows : Rows
        Sorted by day.

    Returns
    -------
    State

    Raises
    ------
    MethodError
        If the rows are not in order of day.
    """
    from demarche.outside.events._kernels import walk

    check_order(rows)
    acts = entered(panel, index=index)
    slot, life, less = wants()
    out = np.zeros((len(rows), len(slot)), dtype=np.float32)
    counts = np.zeros((len(rows), COUNTED, 4))
    horizon = int(max(acts.enter.max(initial=0), rows.day.max(initial=0))) + 2
    walk(
        acts.enter,
        acts.day,
        acts.dyad,
        acts.code,
        acts.count,
        np.ascontiguousarray(index.writes),
        *classes_of(scheme),
        len(scheme.names),
        index.entities,
        decay_table(horizon),
        rows.day,
        _keys(rows, index=index, scheme=scheme),
        slot,
        life,
        less,
        out,
        counts,
    )
    return State(decayed=out, counts=counts)


def state_slow(panel: Panel, *, index: Index, scheme: Scheme, rows: Rows) -> State:
    """The same from the definition, row by row: the oracle of `state_at`."""
    enter = entries(panel)
    slot, life, less = wants()
    keys = _keys(rows, index=index, scheme=scheme)
    names = len(scheme.names)
    lives = np.array(HALF_LIVES)
    out = np.zeros((len(rows), len(slot)), dtype=np.float32)
    counts = np.zeros((len(rows), COUNTED, 4))
    wrote = index.writes[index.event_dyad]
    for r in range(len(rows)):
        table = np.zeros((len(SLOTS), len(lives)))
        for s in range(len(SLOTS)):
            entity, cls = divmod(int(keys[r, s]), names)
            hit = (
                (enter < rows.day[r])
                & (wrote == entity).any(axis=1)
                & scheme.member[:, cls][panel.code]
            )
            if keys[r, s] < 0:
                hit[:] = False
            age = (rows.day[r] - 1 - panel.day[hit])[:, None] / lives
            table[s] = (panel.count[hit][:, None] * 0.5**age).sum(axis=0)
            if s < COUNTED:
                days = np.unique(panel.day[hit])
                ends = (days[-1], days[0]) if len(days) else (-1, -1)
                counts[r, s] = (panel.count[hit].sum(), len(days), *ends)
        taken = np.where(less >= 0, table[less, life], 0.0)
        out[r] = np.maximum(0.0, table[slot, life] - taken)
    return State(decayed=out, counts=counts)


def _beside_any(state: State) -> Floats:
    """Acts of the class over those expected of the dyad by the world's share of it, in logs."""
    slots, lives, _ = wants()
    this, any_act = (
        state.decayed[:, int(np.flatnonzero((slots == slot) & (lives == _FORTNIGHT))[0])]
        for slot in (_THIS_OF_WORLD, _ANY_OF_WORLD)
    )
    share = np.divide(this, any_act, out=np.zeros(len(this)), where=any_act > 0)
    done, any_done = state.counts[:, 0, 0], state.counts[:, 2, 0]
    return np.asarray(np.log((done + 1) / (any_done * share + 1)))


def features_of(state: State, *, rows: Rows) -> Features:
    r"""Features of the additive model: log(1 + decayed count), gaps and ages in logs.

    Among them, for n acts of the class among the N that X did to Z, and the class's share s of
    what the world did of late, :math:`\ln((n + 1) / (N s + 1))`: that X never did this says the
    more, the more else X did.

    Parameters
    ----------
    state : State
    rows : Rows

    Returns
    -------
    Features
    """
    names = [f"{s[0]}, half-life {HALF_LIVES[k]:g} days" for s in SLOTS for k in s[5]]
    group = [s[4] for s in SLOTS for _ in s[5]]
    day = rows.day.astype(np.float64)
    blocks = [np.log1p(state.decayed)]
    extra: list[NDArray[np.float64]] = []
    for i, who in ((0, OWN), (1, REVERSE), (2, OWN), (3, REVERSE), (4, OWN)):
        events, active, last, first = state.counts[:, i].T
        never = last < 0
        since = np.where(never, day, day - 1 - last)
        age = np.where(never, 0.0, day - first)
        gap = np.where(active > 1, (last - first) / np.maximum(active - 1, 1), age + 1)
        extra += [np.log1p(since), np.log1p(active), np.log1p(age)]
        extra += [np.log1p(gap), np.log1p(since / np.maximum(gap, 1))]
        label = SLOTS[i][0]
        names += [f"{label}, {what}" for what in _PACE]
        group += [who] * 5
        if i == 0:
            extra.append(np.log1p(events))
            names.append(f"{label}, events so far")
            group.append(who)
    extra.append(_beside_any(state))
    names.append(BESIDE_ANY)
    group.append(BASE)
    blocks.append(np.stack(extra, axis=1).astype(np.float32))
    return Features(
        values=np.concatenate(blocks, axis=1),
        names=tuple(names),
        group=np.array(group, dtype=np.int64),
    )
