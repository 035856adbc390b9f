"""Occasions: the days on which a trigger fired for a dyad, and what followed strictly after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, TermError, near_miss
from demarche.outside.events.panel import Panel
from demarche.terms.events import QUADS

__all__ = [
    "ANYONE",
    "DIRECT_ROLES",
    "ROLES",
    "Dyads",
    "Occasions",
    "Role",
    "best_partners",
    "event_mask",
    "find_occasions",
    "first_responses",
    "role_of",
    "shift_occasions",
]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Role = Literal["Z->X", "X->Z", "W->X", "W->Z", "Z->partner", "partner->Z"]
ROLES: tuple[Role, ...] = ("Z->X", "X->Z", "W->X", "W->Z", "Z->partner", "partner->Z")
"""Who did the trigger to whom: X is the actor asked about, Z the recipient of its response, W a
third party, partner one of X's partners."""
DIRECT_ROLES: tuple[Role, ...] = ("Z->X", "X->Z")
"""Roles in which nobody but the dyad itself takes part; only these may have finer rungs."""
ANYONE = -1
"""Recipient of a dyad that stands for "anyone"."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dyads:
    """Directed dyads X to Z, no dyad twice.

    Attributes
    ----------
    actor, recipient : int array, shape (D,)
        Index into the panel's actors; a recipient of -1 (`ANYONE`) stands for anyone.
    """

    actor: Ints
    recipient: Ints

    def __post_init__(self) -> None:
        """Refuse dyads of unequal length, without an actor, or given twice."""
        if self.actor.shape != self.recipient.shape:
            raise DataError(f"{self.actor.size} actors and {self.recipient.size} recipients.")
        if self.actor.size and (self.actor.min() < 0 or self.recipient.min() < ANYONE):
            raise DataError("a dyad needs an actor (0 or more) and a recipient (-1 for anyone).")
        both = np.stack([self.actor, self.recipient])
        if np.unique(both, axis=1).shape[1] != self.actor.size:
            raise DataError("a dyad is given twice; expected each once.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occasions:
    """Days on which a trigger fired for a dyad; each day counts once, sorted by dyad and day.

    Attributes
    ----------
    role : str
        One of `ROLES`.
    dyad : int array, shape (N,)
        Index into the dyads.
    day : int array, shape (N,)
        Day of the trigger; the response is looked for from the next day on.
    """

    role: Role
    dyad: Ints
    day: Ints


def event_mask(panel: Panel, *, codes: tuple[str, ...] = (), quads: tuple[int, ...] = ()) -> Flags:
    """Which of a panel's exact types belong to a class given by codes, by quad classes or by both.

    Parameters
    ----------
    panel : Panel
    codes : tuple of str
        Exact types as the panel names them.
    quads : tuple of int
        Quad classes, 1 to 4.

    Returns
    -------
    bool array, shape (C,)

    Raises
    ------
    TermError
        If nothing is given or a quad class is not 1 to 4.
    DataError
        If the panel has no such type: a class that was never seen must not pass for one that is
        rare.

    Examples
    --------
    >>> import datetime as dt
    >>> from demarche.outside.events.panel import panel_from_columns
    >>> panel = panel_from_columns(
    ...     {"day": [0, 1], "known": [0, 1], "actor": ["A", "B"], "recipient": ["B", "A"],
    ...      "code": ["04", "19"], "count": [1, 1], "actor_group": ["", ""],
    ...      "recipient_group": ["", ""]},
    ...     source="made-up", start=dt.date(2020, 1, 1), days=9, quad_of={"04": 1, "19": 4})
    >>> event_mask(panel, codes=("19",)).tolist(), event_mask(panel, quads=(1,)).tolist()
    ([False, True], [True, False])
    """
    if not codes and not quads:
        raise TermError("an event class needs codes or quad classes; none is given.")
    wrong = [q for q in quads if q not in range(1, len(QUADS) + 1)]
    if wrong:
        raise TermError(f"{wrong[0]!r} is not a quad class; expected 1 to {len(QUADS)}.")
    absent = [c for c in codes if c not in panel.classes]
    if absent:
        raise DataError(
            f"the record holds no event of type {absent[0]!r}. "
            f"{near_miss(absent[0], panel.classes)} "
            "Leave it out, or use a record that codes it."
        )
    at = np.isin(np.asarray(panel.classes, dtype=np.str_), np.asarray(codes, dtype=np.str_))
    return np.asarray(at | np.isin(panel.quad, np.asarray(quads, dtype=np.int64)))


def role_of(
    *,
    trigger_actor: int | None,
    trigger_recipient: int | None,
    actor: int,
    recipient: int,
    partners: frozenset[int] = frozenset(),
) -> Role | None:
    """Role of a trigger for the actor asked about; None where it touches none of those concerned.

    Parameters
    ----------
    trigger_actor, trigger_recipient : int or None
        Who did it to whom; None is anyone.
    actor, recipient : int
        X and Z; Z may be `ANYONE`.
    partners : frozenset of int
        Partners of X.

    Returns
    -------
    str or None

    Examples
    --------
    >>> role_of(trigger_actor=5, trigger_recipient=2, actor=2, recipient=5)
    'Z->X'
    >>> role_of(trigger_actor=7, trigger_recipient=2, actor=2, recipient=5)
    'W->X'
    >>> role_of(trigger_actor=7, trigger_recipient=8, actor=2, recipient=5) is None
    True
    """
    by, to = trigger_actor, trigger_recipient
    named: tuple[tuple[bool, Role], ...] = (
        (by == actor and (to == recipient or recipient == ANYONE), "X->Z"),
        (to == actor and (by == recipient or recipient == ANYONE), "Z->X"),
        (by == recipient and to in partners, "Z->partner"),
        (to == recipient and by in partners, "partner->Z"),
        (to == actor, "W->X"),
        (to == recipient and recipient != ANYONE, "W->Z"),
    )
    return next((role for holds, role in named if holds), None)


def _visible(panel: Panel, *, as_of: int, mask: Flags) -> Flags:
    """Rows of a class that had happened, and were known, by `as_of`."""
    if mask.shape != (len(panel.classes),):
        raise DataError(f"a mask of {mask.shape} for {len(panel.classes)} types.")
    return np.asarray(mask[panel.code] & (panel.day <= as_of) & (panel.known <= as_of))


def _join(left: Ints, *, right: Ints) -> tuple[Ints, Ints]:
    """Positions of all pairs with equal keys, as in a relational join."""
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left, side="left")
    many = np.searchsorted(right[order], left, side="right") - low
    at = np.repeat(np.arange(left.size), many)
    offset = np.arange(at.size) - np.repeat(np.cumsum(many) - many, many)
    return at, order[offset + np.repeat(low, many)]


def _unique_rows(*columns: Ints) -> tuple[Ints, ...]:
    """Distinct rows of columns, sorted."""
    if not columns[0].size:
        return columns
    order = np.lexsort(columns[::-1])
    kept = [column[order] for column in columns]
    new = np.r_[True, np.any([np.diff(column) != 0 for column in kept], axis=0)]
    return tuple(column[new] for column in kept)


def _two_actors(to: Ints, *, day: Ints, by: Ints) -> tuple[Ints, Ints, Ints]:
    """At most two distinct others per recipient and day: of two, one is never the dyad's own."""
    keep = to != by
    to, day, by = _unique_rows(to[keep], day[keep], by[keep])
    if not to.size:
        return to, day, by
    first = np.r_[True, (np.diff(to) != 0) | (np.diff(day) != 0)]
    start = np.flatnonzero(first)
    rank = np.arange(to.size) - np.repeat(start, np.diff(np.r_[start, to.size]))
    return to[rank < 2], day[rank < 2], by[rank < 2]


def _of_dyad(dyads: Dyads, *, actor: Ints, recipient: Ints, size: int) -> tuple[Ints, Ints]:
    """Join rows to dyads by both ends; a dyad with anyone takes each row of its actor."""
    wide = np.int64(size)
    at, dyad = _join(actor * wide + recipient, right=dyads.actor * wide + dyads.recipient)
    open_ = np.flatnonzero(dyads.recipient == ANYONE)
    if open_.size:
        # a key of -1 + actor * size would collide with another actor's last recipient
        named = dyads.recipient[dyad] != ANYONE
        row, which = _join(actor, right=dyads.actor[open_])
        return np.r_[at[named], row], np.r_[dyad[named], open_[which]]
    return at, dyad


def find_occasions(
    panel: Panel,
    *,
    dyads: Dyads,
    role: Role,
    trigger: Flags,
    as_of: int,
    trigger_actor: tuple[int, ...] | None = None,
    trigger_recipient: tuple[int, ...] | None = None,
    partners: tuple[Ints, Ints] | None = None,
) -> Occasions:
    """Days on which a trigger fired in a role, for each dyad.

    Parameters
    ----------
    panel : Panel
    dyads : Dyads
        The dyads X to Z whose response is asked about.
    role : str
        One of `ROLES`. For a dyad with anyone, "Z->X" is an act of anyone else on X and "X->Z" an
        act of X on anyone; other roles need a named recipient.
    trigger : bool array, shape (C,)
        Class of the trigger, as from `event_mask`.
    as_of : int
        Only rows that had happened and were known by this day.
    trigger_actor, trigger_recipient : tuple of int, optional
        Only acts by, or to, one of these; None is anyone.
    partners : (int array, int array), optional
        Actors and, beside each, one partner; needed for the roles with a partner.

    Returns
    -------
    Occasions
        A day counts once for a dyad, however many events fired.

    Raises
    ------
    TermError
        If the role is unknown, or a dyad with anyone has no such role.
    DataError
        If partners are needed and missing.
    """
    if role not in ROLES:
        raise TermError(f"{role!r} is not a role. {near_miss(role, ROLES)} The roles: {ROLES}.")
    if "partner" in role and partners is None:
        raise DataError(f"the role {role!r} needs partners; pass them or use best_partners().")
    if role not in DIRECT_ROLES and np.any(dyads.recipient == ANYONE):
        raise TermError(f"the role {role!r} needs a named recipient; this dyad has anyone.")
    seen = _visible(panel, as_of=as_of, mask=trigger)
    if trigger_actor is not None:
        seen &= np.isin(panel.actor, trigger_actor)
    if trigger_recipient is not None:
        seen &= np.isin(panel.recipient, trigger_recipient)
    by = panel.actor[seen].astype(np.int64)
    to = panel.recipient[seen].astype(np.int64)
    day = panel.day[seen].astype(np.int64)
    dyad, day = _fire(role, dyads=dyads, rows=(by, to, day), size=len(panel.actors), tied=partners)
    dyad, day = _unique_rows(dyad, day)
    return Occasions(role=role, dyad=dyad, day=day)


def _fire(
    role: Role,
    *,
    dyads: Dyads,
    rows: tuple[Ints, Ints, Ints],
    size: int,
    tied: tuple[Ints, Ints] | None,
) -> tuple[Ints, Ints]:
    """Dyad and day of each firing, with repeats."""
    by, to, day = rows
    if role in DIRECT_ROLES:
        x, z = (by, to) if role == "X->Z" else (to, by)
        at, dyad = _of_dyad(dyads, actor=x, recipient=z, size=size)
        # a dyad with anyone: an act on oneself is no act of, or on, another
        other = (dyads.recipient[dyad] != ANYONE) | (by[at] != to[at])
        return dyad[other], day[at][other]
    if role in ("W->X", "W->Z"):
        to, day, by = _two_actors(to, day=day, by=by)
        at, dyad = _join(to, right=dyads.actor if role == "W->X" else dyads.recipient)
        third = (by[at] != dyads.actor[dyad]) & (by[at] != dyads.recipient[dyad])
        return dyad[third], day[at][third]
    actors, partners = tied if tied is not None else (by[:0], by[:0])
    inner, outer = (to, by) if role == "Z->partner" else (by, to)
    at, which = _join(inner, right=np.asarray(partners, dtype=np.int64))
    x = np.asarray(actors, dtype=np.int64)[which]
    kept = x != inner[at]
    at, x = at[kept], x[kept]
    row, dyad = _of_dyad(dyads, actor=x, recipient=outer[at], size=size)
    return dyad, day[at][row]


def first_responses(
    panel: Panel, *, dyads: Dyads, response: Flags, occasions: Occasions, as_of: int
) -> Ints:
    """Day of the first response strictly after each occasion; -1 where none is known by `as_of`.

    Events of the trigger's own day never count: their order on that day is not known.

    Parameters
    ----------
    panel : Panel
    dyads : Dyads
    response : bool array, shape (C,)
        Class of the response, X to Z.
    occasions : Occasions
    as_of : int

    Returns
    -------
    int array, shape (N,)
    """
    seen = _visible(panel, as_of=as_of, mask=response)
    at, dyad = _of_dyad(
        dyads,
        actor=panel.actor[seen].astype(np.int64),
        recipient=panel.recipient[seen].astype(np.int64),
        size=len(panel.actors),
    )
    wide = np.int64(panel.days + 1)
    keys = np.sort(dyad * wide + panel.day[seen].astype(np.int64)[at])
    where = np.searchsorted(keys, occasions.dyad * wide + occasions.day, side="right")
    found = np.full(occasions.day.size, -1, dtype=np.int64)
    inside = np.flatnonzero(where < keys.size)
    same = keys[where[inside]] // wide == occasions.dyad[inside]
    found[inside[same]] = keys[where[inside[same]]] % wide
    return found


def best_partners(
    panel: Panel, *, as_of: int, most: int = 8, least_net: float = 5.0
) -> tuple[Ints, Ints]:
    """Partners inferred from the record: cooperative minus twice conflictual events, both ways.

    Not a treaty: a dated tie is better where there is one.

    Parameters
    ----------
    panel : Panel
    as_of : int
        Only rows that had happened and were known by this day.
    most : int
        Partners per actor at most.
    least_net : float
        Net count below which nobody is a partner.

    Returns
    -------
    (int array, int array)
        Actors and, beside each, one partner; the best first.
    """
    seen = _visible(panel, as_of=as_of, mask=np.ones(len(panel.classes), dtype=np.bool_))
    a, b = panel.actor[seen].astype(np.int64), panel.recipient[seen].astype(np.int64)
    net = np.where(panel.quad[panel.code[seen]] <= 2, 1.0, -2.0) * panel.count[seen]
    size = np.int64(max(len(panel.actors), 1))
    keys, inverse = np.unique(
        np.r_[a * size + b, b * size + a][np.r_[a != b, a != b]], return_inverse=True
    )
    total = np.bincount(inverse, weights=np.r_[net[a != b], net[a != b]], minlength=keys.size)
    keep = total >= least_net
    actor, partner, total = keys[keep] // size, keys[keep] % size, total[keep]
    order = np.lexsort((partner, -total, actor))
    actor, partner = actor[order], partner[order]
    start = np.searchsorted(actor, actor, side="left")
    kept = np.arange(actor.size) - start < most
    return actor[kept], partner[kept]


def shift_occasions(occasions: Occasions, *, by: Ints, days: int) -> Occasions:
    """Placebo: the same occasions moved by some days; those outside the record are left out.

    Parameters
    ----------
    occasions : Occasions
    by : int array, shape (N,)
        Days to add to each.
    days : int
        Days of record.

    Returns
    -------
    Occasions
        Sorted; a dyad's day still counts once.
    """
    day = occasions.day + np.asarray(by, dtype=np.int64)
    inside = (day >= 0) & (day < days)
    dyad, day = _unique_rows(occasions.dyad[inside], day[inside])
    return Occasions(role=occasions.role, dyad=dyad, day=day)
