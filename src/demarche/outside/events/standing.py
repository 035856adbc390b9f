"""The standing of every series on one day: kept once, so that a question reads only its own.

A forecast from a panel goes through all of its events. What it needs of them is the same for every
question about that day: decayed counts by dyad and class, windows held, and sums of the wider
classes. These are kept here, and supposed events are added to them as they would have come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.outside.events.base import Shares, fades_of, shares, window_weights
from demarche.outside.events.cells import Cells, Moved, cell_keys, cells_of, read_cells
from demarche.outside.events.fit import HazardFit, asked_dyads
from demarche.outside.events.forecast import (
    EventForecast,
    actor_place,
    models_of,
    places_of,
    ready,
    spoken,
)
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import make_table
from demarche.outside.events.series import (
    ANYONE,
    Index,
    Rows,
    Scheme,
    classes_of,
    entered,
    find_sorted,
    index_series,
    make_scheme,
    seen,
    universe,
)
from demarche.outside.events.standing_state import Supposed, state_of, weekly_of
from demarche.outside.events.state import HALF_LIVES, decay_table
from demarche.outside.events.weekdays import same_weekday

__all__ = ["Standing", "stand_on", "standing_forecasts"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """All that forecasts of a fit need to know of a record at the end of one day.

    Attributes
    ----------
    source : str
    start : date
    gaps : tuple of (int, int)
        As of the panel.
    day : int
        Last day known.
    days : int
        Of the record that was learned from, or of the panel if that is shorter.
    horizon : int
        Days of the windows learned from.
    actors, classes : tuple of str
        Names; ``(anyone)`` comes last in a standing towards anyone.
    group : int array
        Bloc of each actor; -1 for none.
    groups : int
        Number of blocs.
    quad : int array
        Quad class of each exact type.
    actor, recipient : int array, shape (D,)
        Dyads that have met, sorted.
    key : int array, shape (K,)
        Dyad times classes of the scheme plus class, where there was an event; sorted.
    value : array, shape (K, 7)
        Decayed counts at the end of the day.
    total : array, shape (K,)
        Events; `active`, `last` and `first` are days with one, the last and the first of them.
    weekly : array, shape (K,)
        Acts of the next day's weekday in earlier weeks; empty but at a horizon of one day.
    world : array, shape (classes of the scheme, 7)
    series : int array, shape (S,)
        Dyad times targets plus target, where a past window held the act; sorted.
    held : array, shape (S, forgettings)
        As in `Shares`.
    cells : tuple of tuple of Cells
        For each model of the fit, by level.
    """

    source: str
    start: dt.date
    gaps: tuple[tuple[int, int], ...]
    day: int
    days: int
    horizon: int
    actors: tuple[str, ...]
    classes: tuple[str, ...]
    group: NDArray[np.int32]
    groups: int
    quad: NDArray[np.int32]
    actor: Ints
    recipient: Ints
    key: Ints
    value: Floats
    total: Floats
    active: NDArray[np.int32]
    last: NDArray[np.int32]
    first: NDArray[np.int32]
    weekly: Floats
    world: Floats
    series: Ints
    held: Floats
    cells: tuple[tuple[Cells, ...], ...]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays by name, from which `from_arrays` makes the same again."""
        out = {name: getattr(self, name) for name in _ARRAYS}
        for model, levels in enumerate(self.cells):
            for level, cells in enumerate(levels):
                out[f"cell-{model}-{level}-key"] = cells.key
                out[f"cell-{model}-{level}-sums"] = cells.sums
        return out

    def about(self) -> dict[str, Any]:
        """The rest of it, for JSON."""
        return {
            "source": self.source, "start": self.start.isoformat(), "gaps": self.gaps,
            "day": self.day, "days": self.days, "horizon": self.horizon, "actors": self.actors,
            "classes": self.classes, "groups": self.groups,
            "models": [len(levels) for levels in self.cells],
        }  # fmt: skip

    @staticmethod
    def from_arrays(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Standing:
        """The standing that `about` and `arrays` were taken from."""
        rest: dict[str, Any] = {k: v for k, v in about.items() if k != "models"}
        rest |= {"start": dt.date.fromisoformat(rest["start"])}
        rest |= {name: tuple(rest[name]) for name in ("actors", "classes")}
        rest |= {"gaps": tuple((at, many) for at, many in rest["gaps"])}
        rest |= {name: arrays[name] for name in _ARRAYS}
        return Standing(
            **rest,
            cells=tuple(
                tuple(
                    Cells(key=arrays[f"cell-{m}-{k}-key"], sums=arrays[f"cell-{m}-{k}-sums"])
                    for k in range(levels)
                )
                for m, levels in enumerate(about["models"])
            ),
        )

    @property
    def stub(self) -> Panel:
        """A panel of the same names without events."""
        none = np.zeros(0, dtype=np.int32)
        return Panel(
            start=self.start, days=self.days, day=none, known=none, actor=none, recipient=none,
            code=none, count=np.zeros(0), actors=self.actors, group=self.group,
            groups=tuple(str(n) for n in range(self.groups)), classes=self.classes, quad=self.quad,
            source=self.source, gaps=self.gaps,
        )  # fmt: skip

    def dyads(self, actor: Ints, recipient: Ints) -> Ints:
        """Places of dyads; -1 for those that never met."""
        wide = len(self.actors)
        keys = np.asarray(self.actor) * wide + self.recipient
        want = actor * wide + recipient
        place, found = find_sorted(keys, want)
        return np.where(found, place, -1)


_ARRAYS = (
    "group", "quad", "actor", "recipient", "key", "value", "total", "active", "last", "first",
    "weekly", "world", "series", "held",
)  # fmt: skip


def stand_on(fit: HazardFit, panel: Panel, *, day: int) -> Standing:
    """Go through a record once and keep what forecasts about the days after `day` need.

    Parameters
    ----------
    fit : HazardFit
    panel : Panel
    day : int
        Last day known; rows dated or known after it are not read.

    Returns
    -------
    Standing
    """
    from demarche.outside.events._standing_kernel import stand

    known = ready(fit, seen(panel, as_of_day=day))
    index, scheme = index_series(known), make_scheme(known, classes=fit.classes)
    names, size = len(scheme.names), len(index.actor)
    acts = entered(known, index=index)
    many, lives = size * names, len(HALF_LIVES)
    value, world = np.zeros((many, lives)), np.zeros((names, lives))
    total, at = np.zeros(many), np.zeros(many, np.int32)
    active, world_at = np.zeros(many, np.int32), np.zeros(names, np.int32)
    last, first = np.full(many, -1, np.int32), np.full(many, -1, np.int32)
    stand(
        acts.enter, acts.day, acts.dyad, acts.code, acts.count, *classes_of(scheme), names,
        decay_table(day + 1), day, value, total, active, last, first, at, world, world_at,
    )  # fmt: skip
    key = np.flatnonzero(total > 0)
    weekly = np.zeros(0)
    if fit.fitted_horizon == 1:
        weekly = _weekly(known, index=index, scheme=scheme, day=day, key=key)
    series, held, cells = _windows(fit, known, index=index, scheme=scheme, day=day)
    return Standing(
        source=known.source, start=known.start, gaps=known.gaps, day=day, days=known.days,
        horizon=fit.fitted_horizon, actors=known.actors, classes=known.classes,
        group=known.group, groups=len(known.groups), quad=known.quad,
        actor=index.actor, recipient=index.recipient, key=key, value=value[key], total=total[key],
        active=active[key], last=last[key], first=first[key], weekly=weekly, world=world,
        series=series, held=held, cells=cells,
    )  # fmt: skip


def _weekly(known: Panel, *, index: Index, scheme: Scheme, day: int, key: Ints) -> Floats:
    """Acts of the next day's weekday, by key; 0 for classes that are not forecast."""
    dyad, cls = np.divmod(key, len(scheme.names))
    asked = cls < len(scheme.targets)
    rows = Rows(day=np.full(int(asked.sum()), day + 1), dyad=dyad[asked], cls=cls[asked])
    out = np.zeros(len(key))
    out[asked] = same_weekday(known, index=index, scheme=scheme, rows=rows)[:, 0]
    return out


def _windows(
    fit: HazardFit, known: Panel, *, index: Index, scheme: Scheme, day: int
) -> tuple[Ints, Floats, tuple[tuple[Cells, ...], ...]]:
    """Windows held by every series on a day, and sums of the wider classes for each model."""
    targets = len(scheme.targets)
    keep = asked_dyads(known, index=index, anyone=fit.anyone)
    dyad = np.repeat(np.flatnonzero(keep), targets)
    cls = np.tile(np.arange(targets), int(keep.sum()))
    every = Rows(day=np.full(len(dyad), day + 1), dyad=dyad, cls=cls)
    found = shares(known, index=index, scheme=scheme, rows=every, horizon=fit.fitted_horizon)
    whole = dyad * targets + cls
    cells = []
    for _, base, least in models_of(fit):
        rows = universe(
            known, index=index, scheme=scheme, origins=np.array([day + 1]), min_events=least,
            dyads=keep,
        )  # fmt: skip
        keys = cell_keys(
            actor=index.actor[rows.dyad], recipient=index.recipient[rows.dyad], dyad=rows.dyad,
            cls=rows.cls, group=known.group, groups=len(known.groups), scheme=scheme,
        )  # fmt: skip
        where = np.searchsorted(whole, rows.dyad * targets + rows.cls)
        cells.append(
            cells_of(
                keys,
                held=found.held[where],
                total=_total(day, days=known.days, fit=fit)[0],
                horizon=fit.fitted_horizon,
                base=base,
            )
        )
    some = np.flatnonzero(found.held.any(axis=1))
    return whole[some], found.held[some], tuple(cells)


def _total(day: int, *, days: int, fit: HazardFit) -> tuple[Floats, int]:
    """Weight of completed windows with each forgetting, and their number, as of a day."""
    n = max(day + 1 - fit.fitted_horizon + 1, 0)
    return window_weights(np.array([n]), fades=fades_of(days))[0], n


def standing_forecasts(
    fit: HazardFit,
    standing: Standing,
    *,
    asked: Sequence[tuple[str, str | None, str]],
    insert: Sequence[tuple[str, str, str, float]] = (),
) -> tuple[EventForecast, ...]:
    """What `forecasts` says of the standing's day, without going through the record again.

    With supposed events the sums of wider classes are moved by the series that these touch. What
    that does in turn to what is expected of other series is left out, and a dyad that would meet
    for the first time joins no wider class: on a record of a few dyads the base rate may differ by
    a hundredth of itself, and by a tenth for the next day.

    Parameters
    ----------
    fit : HazardFit
        The one that the standing was made with.
    standing : Standing
    asked : sequence of (actor, recipient, class)
    insert : sequence of (actor, recipient, exact type, count)
        Events supposed on the standing's day.

    Returns
    -------
    tuple of EventForecast
        In the order asked; each as if asked alone.

    Raises
    ------
    MethodError
        If an actor, class or kind of recipient is unknown to the fit or the record.
    """
    x, z, c = places_of(fit, standing.actors, asked=asked)
    stub, size = standing.stub, len(standing.actors)
    scheme = make_scheme(stub, classes=fit.classes)
    supposed = _supposed(fit, standing, scheme=scheme, insert=insert)
    pairs, local = np.unique(x * size + z, return_inverse=True)
    rows = Rows(day=np.full(len(asked), standing.day + 1), dyad=local.astype(np.int64), cls=c)
    state = state_of(
        standing, scheme=scheme, actor=x, recipient=z, cls=c, supposed=supposed
    )  # fmt: skip
    index = Index(
        actor=pairs // size, recipient=pairs % size, event_dyad=np.zeros(0, np.int64),
        reads=np.zeros((len(pairs), 11), np.int64), entities=0,
    )  # fmt: skip
    total, windows = _total(standing.day, days=standing.days, fit=fit)
    many = len(asked)
    before = _Own.of(standing, scheme=scheme, actor=x, recipient=z, cls=c)
    own = before.with_(
        supposed, day=standing.day, horizon=standing.horizon, actor=x, recipient=z, cls=c
    )
    given = Shares(
        held=own.held, total=np.tile(total, (many, 1)), windows=np.full(many, windows),
        horizon=standing.horizon,
    )  # fmt: skip
    # Supposed events are of the last day: never of the next day's weekday.
    weekly = (
        weekly_of(standing, scheme=scheme, actor=x, recipient=z, cls=c)
        if standing.horizon == 1
        else None
    )
    parts = []
    for model, (_, base, least) in enumerate(models_of(fit)):
        common: dict[str, Any] = {
            "cells": standing.cells[model], "total": total, "horizon": standing.horizon,
            "base": base,
        }  # fmt: skip
        moved = _moved(standing, scheme=scheme, supposed=supposed, least=least, fit=fit, **common)
        read = read_cells(
            **common, keys=_keys(standing, scheme=scheme, actor=x, recipient=z, cls=c),
            held=own.held, counted=before.counted(least).astype(np.float64), moved=moved,
        )  # fmt: skip
        table = make_table(
            stub, index=index, scheme=scheme, rows=rows, horizon=standing.horizon,
            cells=read.means, given=given, state=state,
            outcome=np.zeros(len(rows)), span=fit.horizon, weekly=weekly,
        )  # fmt: skip
        parts.append((table, read.rates[:, -1], np.argmax(read.weights, axis=1)))
    return spoken(fit, asked=asked, day=standing.day, parts=parts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Own:
    """Of some series: events, windows held, and whether the dyad ever met."""

    total: Floats
    last: Ints
    held: Floats
    met: NDArray[np.bool_]

    @staticmethod
    def of(
        standing: Standing, *, scheme: Scheme, actor: Ints, recipient: Ints, cls: Ints
    ) -> _Own:  # fmt: skip
        dyad = standing.dyads(actor, recipient)
        # a dyad that never met has a negative number, and so a negative key: it is never found
        place, found = find_sorted(standing.key, dyad * len(scheme.names) + cls)
        total, last = np.zeros(len(cls)), np.full(len(cls), -1, dtype=np.int64)
        total[found], last[found] = standing.total[place[found]], standing.last[place[found]]
        held = np.zeros((len(cls), standing.held.shape[1]))
        place, found = find_sorted(standing.series, dyad * len(scheme.targets) + cls)
        held[found] = standing.held[place[found]]
        return _Own(total=total, last=last, held=held, met=dyad >= 0)

    def counted(self, least: int) -> NDArray[np.bool_]:
        """Which of them are in the universe of a model."""
        return self.total >= least if least > 0 else self.met

    def with_(
        self, supposed: Sequence[Supposed], *, day: int, horizon: int, actor: Ints,
        recipient: Ints, cls: Ints,
    ) -> _Own:  # fmt: skip
        """The same after supposed events of the last day."""
        total, held = self.total.copy(), self.held.copy()
        for one in supposed:
            here = (actor == one.actor) & (recipient == one.recipient)
            more = np.where(here, one.by_class[cls], 0.0)
            total += more
            # The window that ends with the last day is the only one that the event can fill.
            held[(more > 0) & (self.last < day + 1 - horizon)] += 1.0
        last = np.where(total > self.total, day, self.last)
        return _Own(total=total, last=last, held=held, met=self.met)


def _keys(
    standing: Standing, *, scheme: Scheme, actor: Ints, recipient: Ints, cls: Ints
) -> tuple[Ints, ...]:
    """Keys of the cells of some series; a dyad that never met has a pair of its own."""
    dyad = standing.dyads(actor, recipient)
    unmet = len(standing.actor) + actor * len(standing.actors) + recipient
    return cell_keys(
        actor=actor, recipient=recipient, dyad=np.where(dyad >= 0, dyad, unmet), cls=cls,
        group=np.asarray(standing.group), groups=standing.groups, scheme=scheme,
    )  # fmt: skip


def _supposed(
    fit: HazardFit, standing: Standing, *, scheme: Scheme,
    insert: Sequence[tuple[str, str, str, float]],
) -> tuple[Supposed, ...]:  # fmt: skip
    """Supposed events by dyad; towards anyone, each comes twice as in `to_anyone`."""
    from demarche.errors import near_miss

    found: dict[tuple[int, int], Floats] = {}
    star = len(standing.actors) - 1
    for by, to, code, count in insert:
        if code not in standing.classes:
            raise MethodError(
                f"the record knows no type {code!r}. {near_miss(code, standing.classes)}"
            )
        a, b = actor_place(standing.actors, by), actor_place(standing.actors, to)
        of_class = scheme.member[standing.classes.index(code)] * float(count)
        for pair in ((a, star), (star, b)) if fit.anyone else ((a, b),):
            found[pair] = found.get(pair, 0.0) + of_class
    return tuple(Supposed(actor=a, recipient=b, by_class=more) for (a, b), more in found.items())


def _moved(
    standing: Standing, *, scheme: Scheme, supposed: Sequence[Supposed], least: int,
    fit: HazardFit, cells: Sequence[Cells], total: Floats, horizon: int, base: Any,
) -> Moved:  # fmt: skip
    """What supposed events add to the sums of wider classes, by level and key."""
    out: dict[tuple[int, int], Floats] = {}
    targets = len(scheme.targets)
    for one in supposed:
        if fit.anyone and standing.actors[one.recipient] != ANYONE:
            continue
        c = np.arange(targets)
        ends = {"actor": np.full(targets, one.actor), "recipient": np.full(targets, one.recipient),
                "cls": c}  # fmt: skip
        before = _Own.of(standing, scheme=scheme, **ends)
        after = before.with_([one], day=standing.day, horizon=horizon, **ends)
        part = before.counted(least).astype(np.float64)
        keys = _keys(standing, scheme=scheme, **ends)
        gained = after.held - before.held
        more = np.zeros((targets, 4))
        more[:, 1] = part * gained[:, 1] / total[1]
        more[:, 2] = part * gained[:, base.forgetting] / horizon
        for level, key in enumerate(keys):
            for k in np.flatnonzero(more.any(axis=1)).tolist():
                at = (level, int(key[k]))
                out[at] = out.get(at, np.zeros(4)) + more[k]
    return out
