"""The state of what passed between two actors, day by day: a score to match quiet days by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from demarche.outside.events.base import Shares, fades_of
from demarche.outside.events.fit import HazardFit
from demarche.outside.events.forecast import class_place, models_of
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import make_table
from demarche.outside.events.series import Index, Rows, Scheme, entries, make_scheme
from demarche.outside.events.state import (
    COUNTED,
    HALF_LIVES,
    OWN,
    REVERSE,
    SLOTS,
    State,
    decay_table,
    wants,
)
from demarche.outside.events.weekdays import NAMES as WEEKLY

__all__ = ["state_between"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def state_between(
    fit: HazardFit, panel: Panel, *, actor: int, recipient: int, cls: str, day: Ints
) -> Floats:
    """How likely what passed between two actors alone makes an act of a class, on many days.

    The fit's own terms for the acts of X on Z and of Z on X; all others are left at nothing. It
    ranks days of one dyad, and is no forecast.

    Parameters
    ----------
    fit : HazardFit
    panel : Panel
        Acts between the two suffice.
    actor, recipient : int
        X and Z, as indices of the panel's actors.
    cls : str
        One of the fit's classes.
    day : int array, shape (N,)
        Last day known; nothing after it is read.

    Returns
    -------
    array, shape (N,)
        Strictly between 0 and 1.

    Raises
    ------
    MethodError
        If the class is not one of the fit's.
    """
    c = class_place(fit, cls)
    scheme = make_scheme(panel, classes=fit.classes)
    kinds = (c, int(scheme.parent[c]), scheme.any, scheme.conflict)
    seen = np.zeros((len(day), len(SLOTS), len(HALF_LIVES)))
    counts = np.zeros((len(day), COUNTED, 4))
    counts[:, :, 2:] = -1
    for slot, (_, column, kind, _, _, _) in enumerate(SLOTS):
        if column > 1:
            continue
        by, to = (actor, recipient) if column == 0 else (recipient, actor)
        which = (panel.actor == by) & (panel.recipient == to)
        which &= scheme.member[panel.code, kinds[kind]]
        when, n = panel.day[which].astype(np.int64), panel.count[which]
        enter = entries(panel)[which]
        seen[:, slot] = _decayed(enter, when=when, n=n, day=day)
        if slot < COUNTED:
            counts[:, slot] = _counted(enter, when=when, n=n, day=day)
    slots, lives, _ = wants()
    state = State(decayed=seen[:, slots, lives].astype(np.float32), counts=counts)
    return _score(fit, panel, scheme=scheme, state=state, cls=c, day=day)


def _decayed(enter: Ints, *, when: Ints, n: Floats, day: Ints) -> Floats:
    """Decayed counts at the end of each day, by half-life; one step a day."""
    last = int(day.max(initial=0))
    inside = enter <= last
    enter, when, n = enter[inside], when[inside], n[inside]
    first = int(when.min(initial=last))
    table = decay_table(last - first + 2)
    came = np.zeros((last + 1, len(HALF_LIVES)))
    np.add.at(came, enter, n[:, None] * table[:, enter - when].T)
    fade, value = table[:, 1], np.zeros(len(HALF_LIVES))
    for t in range(last + 1):
        value = value * fade + came[t]
        came[t] = value
    return came[day]


def _counted(enter: Ints, *, when: Ints, n: Floats, day: Ints) -> Floats:
    """Events, active days, last and first day known at the end of each day."""
    order = np.lexsort((when, enter))
    enter, when, n = enter[order], when[order], n[order]
    latest = np.maximum.accumulate(np.r_[-1, when])
    columns = np.stack(
        [
            np.r_[0.0, np.cumsum(n)],
            np.r_[0.0, np.cumsum(when > latest[:-1])],
            latest,
            np.minimum.accumulate(np.r_[np.iinfo(np.int64).max, when]),
        ],
        axis=1,
    )
    columns[0, 3] = -1
    return np.asarray(columns[np.searchsorted(enter, day, side="right")], dtype=np.float64)


def _score(
    fit: HazardFit, panel: Panel, *, scheme: Scheme, state: State, cls: int, day: Ints
) -> Floats:
    """Sum of the terms of both directions, as a probability."""
    many, none = len(day), np.zeros(1, dtype=np.int64)
    fades = len(fades_of(panel.days))
    learned = models_of(fit)[0][0]
    table = make_table(
        panel,
        index=Index(
            actor=none, recipient=none, event_dyad=none[:0], reads=np.zeros((1, 11), np.int64),
            entities=0,
        ),
        scheme=scheme,
        rows=Rows(
            day=day + 1, dyad=np.zeros(many, dtype=np.int64), cls=np.full(many, cls)
        ),
        horizon=fit.fitted_horizon,
        cells=np.zeros((many, 5)),
        given=Shares(
            held=np.zeros((many, fades)), total=np.ones((many, fades)),
            windows=np.zeros(many, dtype=np.int64), horizon=fit.fitted_horizon,
        ),
        state=state,
        outcome=np.zeros(many),
        weekly=np.zeros((many, len(WEEKLY))),
    )  # fmt: skip
    terms = learned.additive.terms(table.features.values[:, learned.columns])
    mine = np.isin(table.features.group[learned.columns], (OWN, REVERSE))
    score: Floats = np.clip(
        expit(learned.additive.intercept + terms[:, mine].sum(axis=1)), 1e-9, 1 - 1e-9
    )
    return score
