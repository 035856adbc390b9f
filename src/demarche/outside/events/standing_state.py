"""The state of relations of some series, put together from what is kept of every dyad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events.series import Scheme, find_sorted
from demarche.outside.events.state import COUNTED, HALF_LIVES, SLOTS, State, wants

if TYPE_CHECKING:
    from demarche.outside.events.standing import Standing

__all__ = ["Supposed", "state_of", "weekly_of"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_WORLD = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Supposed:
    """Events of one dyad supposed on the last day: how many of each class of the scheme."""

    actor: int
    recipient: int
    by_class: Floats


def state_of(
    standing: Standing,
    *,
    scheme: Scheme,
    actor: Ints,
    recipient: Ints,
    cls: Ints,
    supposed: Sequence[Supposed] = (),
) -> State:
    """State of relations of some series on the day after the standing's.

    As `state_at` gives it, from sums over the dyads that each reference class holds.

    Parameters
    ----------
    standing : Standing
    scheme : Scheme
    actor, recipient, cls : int array
    supposed : sequence of Supposed
    """
    reader = _Reader(standing, scheme=scheme, supposed=supposed)
    kinds = (cls, scheme.parent[cls], np.full(len(cls), scheme.any),
             np.full(len(cls), scheme.conflict))  # fmt: skip
    seen = np.zeros((len(cls), len(SLOTS), len(HALF_LIVES)))
    counts = np.zeros((len(cls), COUNTED, 4))
    for row in range(len(cls)):
        for slot, (_, column, kind, _, _, _) in enumerate(SLOTS):
            of = int(kinds[kind][row])
            seen[row, slot] = reader.decayed(column, int(actor[row]), int(recipient[row]), of)
            if slot < COUNTED:
                counts[row, slot] = reader.counts(column, int(actor[row]), int(recipient[row]), of)
    slots, lives, less = wants()
    out = seen[:, slots, lives]
    taken = np.where(less >= 0, seen[:, less, lives], 0.0)
    out = np.where(less >= 0, np.maximum(0.0, out - taken), out)
    return State(decayed=out.astype(np.float32), counts=counts)


def weekly_of(
    standing: Standing, *, scheme: Scheme, actor: Ints, recipient: Ints, cls: Ints
) -> Floats:
    """Acts of the next day's weekday in earlier weeks, as `same_weekday` gives them.

    Parameters
    ----------
    standing : Standing
    scheme : Scheme
    actor, recipient, cls : int array
    """
    reader = _Reader(standing, scheme=scheme, supposed=())
    out = np.zeros((len(cls), 2))
    for row, (x, z, c) in enumerate(
        zip(actor.tolist(), recipient.tolist(), cls.tolist(), strict=True)
    ):
        out[row] = reader.weekly((0, x, z), c), reader.weekly((2, x), c)
    return out


class _Reader:
    """Decayed and plain counts of the reference classes of dyads; each is read once."""

    def __init__(self, standing: Standing, *, scheme: Scheme, supposed: Sequence[Supposed]) -> None:
        self.standing, self.names, self.supposed = standing, len(scheme.names), supposed
        self.by, self.to = np.asarray(standing.actor), np.asarray(standing.recipient)
        self.group = np.asarray(standing.group)
        self._members: dict[tuple[int, ...], Ints] = {}
        self._sums: dict[tuple[int, ...], Floats] = {}

    def decayed(self, column: int, x: int, z: int, cls: int) -> Floats:
        """Decayed counts of what one column of the index reads for X to Z, in one class."""
        who = self._who(column, x, z)
        if who is None:
            return np.zeros(len(HALF_LIVES))
        if (*who, cls) not in self._sums:
            self._sums[(*who, cls)] = self._sum(who, cls)
        return self._sums[(*who, cls)]

    def weekly(self, who: tuple[int, ...], cls: int) -> float:
        """Acts of the next day's weekday of a dyad or an actor, in one class."""
        place = self._places(self._dyads(who), cls)
        return float(np.asarray(self.standing.weekly[place]).sum())

    def counts(self, column: int, x: int, z: int, cls: int) -> Floats:
        """Events, active days, last and first day of a dyad or its reverse."""
        a, b = (x, z) if column == 0 else (z, x)
        out = np.array([0.0, 0.0, -1.0, -1.0])
        dyad = self._dyads((0, a, b))
        place = self._places(dyad, cls)
        held = self.standing
        if len(place):
            at = place[0]
            out[:] = held.total[at], held.active[at], held.last[at], held.first[at]
        for one in self.supposed:
            more = float(one.by_class[cls])
            if more > 0 and (one.actor, one.recipient) == (a, b):
                out[0] += more
                out[1] += float(held.day > out[2])
                out[2] = held.day
                out[3] = held.day if out[3] < 0 else out[3]
        return out

    def _who(self, column: int, x: int, z: int) -> tuple[int, ...] | None:
        """Who is read: a dyad, an actor's side, blocs, or the world; None where there is none."""
        gx, gz = int(self.group[x]), int(self.group[z])
        if column in (0, 1):
            return (0, x, z) if column == 0 else (0, z, x)
        if column in (2, 5):
            return 2, x if column == 2 else z
        if column in (3, 4):
            return 3, z if column == 3 else x
        if column in (6, 7):
            return ((6, gx, gz) if column == 6 else (6, gz, gx)) if min(gx, gz) >= 0 else None
        if column == 8:
            return (8, x, gz) if gz >= 0 else None
        if column == 9:
            return (9, gx, z) if gx >= 0 else None
        return (_WORLD,)

    def _holds(self, who: tuple[int, ...], by: Ints, to: Ints) -> NDArray[np.bool_]:
        """Which dyads are of those that are read."""
        kind, *ends = who
        if kind == 0:
            return np.asarray((by == ends[0]) & (to == ends[1]))
        if kind == 2:
            return np.asarray(by == ends[0])
        if kind == 3:
            return np.asarray(to == ends[0])
        if kind == 6:
            return np.asarray((self.group[by] == ends[0]) & (self.group[to] == ends[1]))
        if kind == 8:
            return np.asarray((by == ends[0]) & (self.group[to] == ends[1]))
        if kind == 9:
            return np.asarray((self.group[by] == ends[0]) & (to == ends[1]))
        return np.ones(len(by), dtype=np.bool_)

    def _dyads(self, who: tuple[int, ...]) -> Ints:
        if who not in self._members:
            if who[0] in (0, 2, 8):  # dyads are sorted by actor
                low, high = np.searchsorted(self.by, [who[1], who[1] + 1])
                part = self._holds(who, self.by[low:high], self.to[low:high])
                self._members[who] = low + np.flatnonzero(part)
            else:
                self._members[who] = np.flatnonzero(self._holds(who, self.by, self.to))
        return self._members[who]

    def _places(self, dyads: Ints, cls: int) -> Ints:
        """Where a class of some dyads is kept; those without an event are left out."""
        place, found = find_sorted(self.standing.key, dyads * self.names + cls)
        return place[found]

    def _sum(self, who: tuple[int, ...], cls: int) -> Floats:
        if who[0] == _WORLD:
            out = np.array(self.standing.world[cls])
        else:
            place = self._places(self._dyads(who), cls)
            out = np.asarray(self.standing.value[place]).sum(axis=0)
        for one in self.supposed:
            if self._holds(who, np.array([one.actor]), np.array([one.recipient]))[0]:
                out = out + one.by_class[cls]
        return out
