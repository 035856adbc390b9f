"""Series of the record: dyads and classes, the universe of a day, and what happened after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, near_miss
from demarche.outside.events._distinct import distinct, number
from demarche.outside.events.panel import Panel
from demarche.terms.events import QUADS

__all__ = [
    "ANYONE",
    "Index",
    "Rows",
    "Scheme",
    "find_sorted",
    "happened",
    "index_series",
    "make_scheme",
    "seen",
    "to_anyone",
    "universe",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ANYONE = "(anyone)"
"""Recipient of forecasts of what an actor does to anyone at all."""
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scheme:
    """Classes of acts that are forecast, as sets of exact types, and their wider classes.

    Attributes
    ----------
    targets : tuple of str
        Names of the classes forecast; they come first in `names`.
    names : tuple of str
        Targets, then the quad classes that are not targets, then all acts and all conflict.
    member : bool array, shape (codes, names)
        Whether an exact type belongs to a class.
    parent : int array, shape (names,)
        The wider class of each: its quad class, conflict, or all acts.
    """

    targets: tuple[str, ...]
    names: tuple[str, ...]
    member: Flags
    parent: Ints

    @property
    def any(self) -> int:
        """Index of the class of all acts."""
        return len(self.names) - 2

    @property
    def conflict(self) -> int:
        """Index of the class of all conflictual acts."""
        return len(self.names) - 1


def make_scheme(panel: Panel, *, classes: str | Mapping[str, Sequence[str]]) -> Scheme:
    """Classes to forecast on a panel.

    Parameters
    ----------
    panel : Panel
    classes : str or mapping of str to sequence of str
        ``"quad"``, ``"root"`` (every exact type of the panel), or named sets of exact types; sets
        may overlap.

    Returns
    -------
    Scheme

    Raises
    ------
    MethodError
        If a set is empty or names a type that the record does not hold.

    Examples
    --------
    >>> from demarche.outside.events.panel import panel_from_columns
    >>> import datetime as dt
    >>> panel = panel_from_columns(
    ...     {"day": [0, 1], "known": [0, 1], "actor": ["A", "A"], "recipient": ["B", "B"],
    ...      "code": ["04", "19"], "count": [1, 1], "actor_group": ["", ""],
    ...      "recipient_group": ["", ""]},
    ...     source="made-up", start=dt.date(2020, 1, 1), days=2, quad_of={"04": 1, "19": 4})
    >>> make_scheme(panel, classes={"fight": ["19"]}).names[:2]
    ('fight', 'verbal cooperation')
    """
    quads = {name: panel.quad == number + 1 for number, name in enumerate(QUADS)}
    if classes == "quad":
        targets = dict(quads)
    elif classes == "root":
        targets = {c: np.arange(len(panel.classes)) == i for i, c in enumerate(panel.classes)}
    elif isinstance(classes, str):
        raise MethodError(
            f"the classes are {classes!r}; expected 'quad', 'root' or named sets of exact types. "
            f"{near_miss(classes, ('quad', 'root'))}"
        )
    else:
        targets = {name: _set_of(panel, name=name, codes=codes) for name, codes in classes.items()}
    if not targets:
        raise MethodError("there is no class to forecast; name at least one.")
    wider = {name: mask for name, mask in quads.items() if name not in targets}
    masks = {**targets, **wider, "all acts": np.ones(len(panel.classes), bool)}
    masks["conflict"] = panel.quad >= 3
    names = tuple(masks)
    member = np.stack(list(masks.values()), axis=1)
    parent = np.array([_parent(member[:, i], panel, names) for i in range(len(names))])
    return Scheme(targets=tuple(targets), names=names, member=member, parent=parent)


def _set_of(panel: Panel, *, name: str, codes: Sequence[str]) -> Flags:
    """Mask of a set of exact types."""
    if not codes:
        raise MethodError(f"the class {name!r} holds no type; name at least one.")
    if name in {"all acts", "conflict"}:
        raise MethodError(f"{name!r} is a wider class of every record; choose another name.")
    for code in codes:
        if code not in panel.classes:
            raise MethodError(
                f"the class {name!r} names the type {code!r}, which the record never holds; it has "
                f"{', '.join(panel.classes[:30])}. {near_miss(code, panel.classes)}"
            )
    return np.isin(np.array(panel.classes), np.array(sorted(set(codes))))


def _parent(mask: Flags, panel: Panel, names: tuple[str, ...]) -> int:
    """Index of the narrowest wider class that holds every type of a set."""
    held = {int(q) for q in panel.quad[mask]}
    if len(held) == 1:
        return names.index(QUADS[held.pop() - 1])
    return names.index("conflict" if held and held <= {3, 4} else "all acts")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Index:
    """Dyads of a panel and the entities whose counts each of them reads and writes.

    Attributes
    ----------
    actor, recipient : int array, shape (D,)
        Of each directed dyad, sorted by both.
    event_dyad : int array, shape (N,)
        Dyad of each row of the panel.
    reads : int array, shape (D, 11)
        Entities read: dyad, reverse dyad, X acting, Z receiving, X receiving, Z acting, group to
        group, reverse of it, X to Z's group, X's group to Z, world; -1 where there is none.
    entities : int
    """

    actor: Ints
    recipient: Ints
    event_dyad: Ints
    reads: Ints
    entities: int

    @property
    def writes(self) -> Ints:
        """Entities that an event of each dyad counts for, shape (D, 7)."""
        return self.reads[:, [0, 2, 3, 6, 8, 9, 10]]

    def dyads(self, actor: Ints, recipient: Ints) -> Ints:
        """Indices of dyads by their actors; -1 where unknown."""
        wide = int(max(self.recipient.max(initial=0), recipient.max(initial=0))) + 1
        keys = self.actor * wide + self.recipient
        place, found = find_sorted(keys, actor.astype(np.int64) * wide + recipient)
        return np.where(found, place, -1)


def find_sorted(keys: Ints, want: Ints) -> tuple[Ints, Flags]:
    """Where keys stand among sorted ones, and whether they do; other places mean nothing."""
    if not len(keys):
        return np.zeros(len(want), np.int64), np.zeros(len(want), np.bool_)
    place = np.minimum(np.searchsorted(keys, want), len(keys) - 1)
    return place, np.asarray(keys[place]) == want


def index_series(panel: Panel, *, extra: Sequence[tuple[int, int]] = ()) -> Index:
    """Index the dyads of a panel, and `extra` ones that need not have met.

    Parameters
    ----------
    panel : Panel
    extra : sequence of (actor, recipient)
        Further dyads, as indices of actors.

    Returns
    -------
    Index
    """
    size = len(panel.actors)
    more = np.array(extra, dtype=np.int64).reshape(-1, 2)
    keys = panel.actor.astype(np.int64) * size + panel.recipient
    unique, where = number(np.r_[keys, more[:, 0] * size + more[:, 1]])
    x, z = unique // max(size, 1), unique % max(size, 1)
    gx, gz = panel.group[x].astype(np.int64), panel.group[z].astype(np.int64)
    groups = max(len(panel.groups), 1)
    base = len(unique)
    back = np.searchsorted(unique, z * size + x)
    back = np.where(unique[np.clip(back, 0, base - 1)] == z * size + x, back, -1) if base else x
    columns = [np.arange(base), back, base + x, base + size + z, base + size + x, base + z]
    offset = base + 2 * size
    both = np.where((gx >= 0) & (gz >= 0), gx * groups + gz, -1)
    turned = np.where(both >= 0, gz * groups + gx, -1)
    for key, other in ((both, turned), (np.where(gz >= 0, x * groups + gz, -1), None),
                       (np.where(gx >= 0, gx * size + z, -1), None)):  # fmt: skip
        names = distinct(key[key >= 0])
        for wanted in (key,) if other is None else (key, other):
            place = np.clip(np.searchsorted(names, wanted), 0, max(len(names) - 1, 0))
            known = (wanted >= 0) & (names[place] == wanted) if len(names) else wanted < -1
            columns.append(np.where(known, offset + place, -1))
        offset += len(names)
    columns.append(np.full(base, offset))
    return Index(
        actor=x,
        recipient=z,
        event_dyad=where[: len(panel.day)],
        reads=np.stack(columns, axis=1).astype(np.int64).reshape(base, 11),
        entities=offset + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Forecasts to make: origin day (first day of the window), dyad and class, sorted by day."""

    day: Ints
    dyad: Ints
    cls: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, which: Ints | Flags) -> Rows:
        """Some of the rows, in order."""
        return Rows(day=self.day[which], dyad=self.dyad[which], cls=self.cls[which])


def check_order(rows: Rows) -> None:
    """Refuse rows that are not in order of day."""
    if np.any(rows.day[1:] < rows.day[:-1]):
        raise MethodError("the rows must be sorted by day.")


def entries(panel: Panel) -> Ints:
    """Day on which each row enters any state: when it is both past and known."""
    return np.maximum(panel.day, panel.known).astype(np.int64)


def seen(panel: Panel, *, as_of_day: int) -> Panel:
    """The panel as it was known at the end of a day.

    Rows dated or known after `as_of_day` are dropped and the record ends there.

    Parameters
    ----------
    panel : Panel
    as_of_day : int

    Returns
    -------
    Panel
    """
    keep = entries(panel) <= as_of_day
    return replace(
        panel,
        days=min(panel.days, as_of_day + 1),
        day=panel.day[keep],
        known=panel.known[keep],
        actor=panel.actor[keep],
        recipient=panel.recipient[keep],
        code=panel.code[keep],
        count=panel.count[keep],
    )


def to_anyone(panel: Panel) -> Panel:
    """The panel of what each actor does to anyone, and gets from anyone.

    Every row appears twice: its actor to ``(anyone)``, and ``(anyone)`` to its recipient; so the
    reverse direction of (X, anyone) is what others do to X.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    Panel
    """
    star = len(panel.actors)
    out = np.full(len(panel.day), star, dtype=np.int32)
    order = np.argsort(np.r_[panel.day, panel.day], kind="stable")

    def twice(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, values])[order]

    return replace(
        panel,
        day=twice(panel.day),
        known=twice(panel.known),
        code=twice(panel.code),
        count=twice(panel.count),
        actor=np.r_[panel.actor, out][order],
        recipient=np.r_[out, panel.recipient][order],
        actors=(*panel.actors, ANYONE),
        group=np.r_[panel.group, np.int32(-1)].astype(np.int32),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entered:
    """Rows of a panel in the order they enter any state: when known, by day, then as they stand."""

    enter: Ints
    day: Ints
    dyad: Ints
    code: Ints
    count: Floats


def entered(panel: Panel, *, index: Index) -> Entered:
    """Rows of a panel in the order they enter any state, as the kernels take them."""
    enter = entries(panel)
    late = bool(np.any(enter[1:] < enter[:-1]) or np.any(panel.day[1:] < panel.day[:-1]))
    order: Ints | slice = np.lexsort((panel.day, enter)) if late else slice(None)
    return Entered(
        enter=enter[order],
        day=panel.day[order].astype(np.int64),
        dyad=index.event_dyad[order],
        code=panel.code[order].astype(np.int64),
        count=panel.count[order],
    )


def classes_of(scheme: Scheme, *, many: int | None = None) -> tuple[Ints, Ints]:
    """Where the classes of each exact type begin, and the classes, of the first `many` at most."""
    member = scheme.member[:, :many]
    starts = np.r_[0, np.cumsum(member.sum(axis=1))].astype(np.int64)
    return starts, np.nonzero(member)[1].astype(np.int64)


def eligible_from(panel: Panel, *, index: Index, scheme: Scheme, min_events: int) -> Ints:
    """First origin at which a triple has had `min_events` events, shape (dyads, targets)."""
    from demarche.outside.events._kernels import reached

    first = np.full((len(index.actor), len(scheme.targets)), NEVER, dtype=np.int64)
    acts = entered(panel, index=index)
    if min_events <= 0:
        dyad, at = np.unique(acts.dyad, return_index=True)
        first[dyad] = (acts.enter[at] + 1)[:, None]
        return first
    types = classes_of(scheme, many=len(scheme.targets))
    reached(acts.enter, acts.dyad, acts.code, acts.count, *types, min_events, first)
    return first


def universe(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    origins: Ints,
    min_events: int,
    dyads: Flags | None = None,
) -> Rows:
    """Series to forecast at each origin, decided from what was known before that day.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    origins : int array
        First days of windows, ascending.
    min_events : int
        A series needs at least so many events known before the origin; 0 means every dyad with an
        earlier event of any kind, in every class.
    dyads : bool array, optional
        Dyads to keep.

    Returns
    -------
    Rows
    """
    first = eligible_from(panel, index=index, scheme=scheme, min_events=min_events)
    if dyads is not None:
        first[~dyads] = NEVER
    dyad, cls = np.nonzero(first < NEVER)
    since = first[dyad, cls]
    parts = [np.flatnonzero(since <= t) for t in origins]
    which = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    day = np.repeat(np.asarray(origins, dtype=np.int64), [len(p) for p in parts])
    return Rows(day=day, dyad=dyad[which], cls=cls[which])


def happened(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    rows: Rows,
    horizon: int,
    known_before: int | None = None,
) -> Flags:
    """Whether each row's class occurred in days ``day`` to ``day + horizon - 1``.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    rows : Rows
    horizon : int
        Days.
    known_before : int, optional
        Events known on this day or later are not seen; by default all are.

    Returns
    -------
    bool array
        By the day of the event; with `known_before`, of those known by then.

    Raises
    ------
    MethodError
        If the rows are not in order of day.
    """
    from demarche.outside.events._kernels import followed

    check_order(rows)
    targets = len(scheme.targets)
    out = np.zeros(len(rows), dtype=np.bool_)
    unsorted = bool(np.any(panel.day[1:] < panel.day[:-1]))
    order: Ints | slice = np.argsort(panel.day, kind="stable") if unsorted else slice(None)
    followed(
        entries(panel)[order],
        panel.day[order].astype(np.int64),
        index.event_dyad[order],
        panel.code[order].astype(np.int64),
        *classes_of(scheme, many=targets),
        targets,
        len(index.actor) * targets,
        NEVER if known_before is None else known_before,
        horizon,
        rows.day,
        rows.dyad * targets + rows.cls,
        out,
    )
    return out
