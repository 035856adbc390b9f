"""Forecasts from the record: probabilities of acts, with what moved them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError, near_miss
from demarche.outside.events.asked import asked_rows, asked_tables
from demarche.outside.events.base import (
    LEVELS,
    BaseFit,
)
from demarche.outside.events.fit import HazardFit, fit_hazard
from demarche.outside.events.holidays import exposed
from demarche.outside.events.lift import EDGE
from demarche.outside.events.model import ADDITIVE_SHARE, Learned, probability
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import Table
from demarche.outside.events.ranges import central_range, rate_slope
from demarche.outside.events.series import (
    ANYONE,
    seen,
    to_anyone,
)
from demarche.outside.events.state import GROUPS, state_at
from demarche.outside.events.trees import tree_terms

__all__ = [
    "EventForecast",
    "HazardFit",
    "fit_hazard",
    "forecast",
    "forecasts",
    "inserted",
    "probabilities",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LEAST = 1e-100
"""Least probability of an act, where floats would give 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventForecast:
    """Probability that an actor does at least one act of a class within the horizon.

    Attributes
    ----------
    actor, recipient, cls : str
        Recipient is ``(anyone)`` for forecasts of what an actor does to anyone.
    day, horizon : int
        Last day that was known; the window is the `horizon` days after it.
    probability : float
    low, high : float
        80 % range, before any lift; it always holds the probability.
    fit_variance, own_variance : float
        Variance of the log-odds from the fit's own error, and from what the series' own record
        leaves open.
    base_rate : float
        Shrunken, recalibrated share of past windows.
    contributions : tuple of (str, float)
        What each group of inputs adds in log-odds; they sum to the log-odds of the probability.
        The base rate's includes the intercept; the others are departures from the average series.
    n : float
        Past events of the series.
    windows : int
        Completed windows in the record.
    effective_n : float
        Windows divided by the horizon, because they overlap.
    reference_class : str
        Level of the ladder that carries most weight in the base rate.
    model : str
        ``"series with a past"`` or ``"rare or unknown series"``.
    beyond : float
        How far its state lies beyond all that was learned from: the log-odds that its inputs would
        add if they counted in full, in size.
    notes : tuple of str
        What a reader must be told.
    """

    actor: str
    recipient: str
    cls: str
    day: int
    horizon: int
    probability: float
    low: float
    high: float
    fit_variance: float
    own_variance: float
    base_rate: float
    contributions: tuple[tuple[str, float], ...]
    n: float
    windows: int
    effective_n: float
    reference_class: str
    model: str
    beyond: float
    notes: tuple[str, ...]


def actor_place(actors: tuple[str, ...], name: str) -> int:
    """Index of an actor by name; the stand-in for anyone, which comes last, is none."""
    named = len(actors) - (1 if actors and actors[-1] == ANYONE else 0)
    place = bisect_left(actors, name, hi=named)
    if place < named and actors[place] == name:
        return place
    raise MethodError(
        f"the record holds no actor {name!r}. {near_miss(name, actors)} "
        "Ask about an actor of the record, or look up how it spells the name."
    )


def _carried(p: Floats, *, fit: HazardFit) -> Floats:
    """Probability over the horizon asked: expected acts grow with a power of the horizon.

    So many acts may be expected that the probability is 1 in floats; it stays below.
    """
    if fit.horizon == fit.fitted_horizon:
        return _inside(p)
    more = (fit.horizon / fit.fitted_horizon) ** fit.growth
    return _inside(np.asarray(-np.expm1(np.log1p(-_inside(p)) * more)))


def _inside(p: Floats) -> Floats:
    """Probabilities strictly between 0 and 1, where a state far beyond all seen gives neither."""
    return np.asarray(np.clip(p, LEAST, 1 - EDGE))


def ready(fit: HazardFit, panel: Panel) -> Panel:
    """The panel the fit speaks about, no longer than the record that it was learned from.

    By the length of a record its past is forgotten; of its rows none is dropped.
    """
    panel = replace(panel, days=min(panel.days, fit.as_of_day + 1))
    return to_anyone(panel) if fit.anyone and panel.actors[-1:] != (ANYONE,) else panel


def probabilities(
    fit: HazardFit,
    panel: Panel,
    *,
    actor: Sequence[int] | Ints,
    recipient: Sequence[int] | Ints,
    cls: str | Sequence[str],
    day: Sequence[int] | Ints,
    wider: Ints | None = None,
) -> Floats:
    """Probabilities by the state of relations for many dyads and days at once.

    Parameters
    ----------
    fit : HazardFit
    panel : Panel
    actor, recipient : sequence of int
        Indices of the panel's actors.
    cls : str or sequence of str
        One of the fit's classes, for all or for each.
    day : sequence of int
        Last day known; nothing after it is read.
    wider : int array, optional
        Days on which wider classes are read, each question by the last of them up to its day:
        every day's own means by default. They move slowly, and reading them costs most.

    Returns
    -------
    array
        In the order asked.

    Raises
    ------
    MethodError
        If the class is not one of the fit's.
    """
    a, r, d = (np.asarray(v, dtype=np.int64) for v in (actor, recipient, day))
    if isinstance(cls, str):
        c = np.full(len(a), class_place(fit, cls))
    else:
        places = {name: class_place(fit, name) for name in dict.fromkeys(cls)}
        c = np.array([places[name] for name in cls], dtype=np.int64)
    origins = None if wider is None else np.asarray(wider, dtype=np.int64) + 1
    asked = asked_rows(fit, ready(fit, panel), actor=a, recipient=r, cls=c, day=d)
    state = state_at(asked.panel, index=asked.index, scheme=asked.scheme, rows=asked.rows)
    out = np.empty(len(a))
    table = None
    done = np.zeros(len(a), dtype=np.bool_)
    for learned, _, least in models_of(fit):
        table, _, _ = asked_tables(asked, fit=fit, least=least, state=state, wider=origins)
        use = ~done & (table.events >= least)
        out[use] = probability(learned.log_odds(table.take(use))) if use.any() else out[use]
        done |= use
    if table is not None and not done.all():
        learned, _, _ = models_of(fit)[-1]
        out[~done] = probability(learned.log_odds(table.take(~done)))
    back = np.empty(len(a))
    back[asked.order] = _carried(out, fit=fit)
    return back


def models_of(fit: HazardFit) -> list[tuple[Learned, BaseFit, int]]:
    """Models of a fit, that for series with a past first."""
    found = ((fit.known, fit.known_base, fit.min_events), (fit.rare, fit.rare_base, 0))
    return [(m, b, n) for m, b, n in found if m is not None and b is not None]


def class_place(fit: HazardFit, cls: str) -> int:
    """Index of a class of the fit."""
    names = list(fit.classes)
    if cls not in names:
        raise MethodError(
            f"the fit knows no class {cls!r}; it was learned for {', '.join(names)}. "
            f"{near_miss(cls, names)} Name it in `classes` of fit_hazard."
        )
    return names.index(cls)


def forecast(
    fit: HazardFit,
    panel: Panel,
    *,
    actor: str,
    recipient: str | None,
    cls: str,
    day: int,
    insert: Sequence[tuple[str, str, str, float]] = (),
) -> EventForecast:
    """Probability of at least one act of a class in the days after `day`, and what moved it.

    Parameters
    ----------
    fit : HazardFit
    panel : Panel
    actor : str
    recipient : str or None
        None for anyone, with a fit made for it.
    cls : str
        One of the fit's classes.
    day : int
        Last day known; rows dated or known after it are not read.
    insert : sequence of (actor, recipient, exact type, count)
        Events supposed to have happened on `day`.

    Returns
    -------
    EventForecast

    Raises
    ------
    MethodError
        If the actor, class or kind of recipient is unknown to the fit or the record.
    """
    return forecasts(fit, panel, asked=[(actor, recipient, cls)], day=day, insert=insert)[0]


def forecasts(
    fit: HazardFit,
    panel: Panel,
    *,
    asked: Sequence[tuple[str, str | None, str]],
    day: int,
    insert: Sequence[tuple[str, str, str, float]] = (),
) -> tuple[EventForecast, ...]:
    """The same for many questions about one day, reading the record once.

    Parameters
    ----------
    fit : HazardFit
    panel : Panel
    asked : sequence of (actor, recipient, class)
    day : int
    insert : sequence of (actor, recipient, exact type, count)

    Returns
    -------
    tuple of EventForecast
        In the order asked; each as if asked alone.

    Raises
    ------
    MethodError
        If an actor, class or kind of recipient is unknown to the fit or the record.
    """
    known = ready(fit, inserted(seen(panel, as_of_day=day), rows=insert, day=day))
    x, z, c = places_of(fit, known.actors, asked=asked)
    made = asked_rows(fit, known, actor=x, recipient=z, cls=c, day=np.full(len(asked), day))
    models = models_of(fit)
    state = state_at(known, index=made.index, scheme=made.scheme, rows=made.rows)
    parts = [
        asked_tables(made, fit=fit, least=least, base=base, state=state)
        for _, base, least in models
    ]
    return spoken(fit, asked=asked, day=day, parts=parts)


def places_of(
    fit: HazardFit, actors: tuple[str, ...], *, asked: Sequence[tuple[str, str | None, str]]
) -> tuple[Ints, Ints, Ints]:
    """Actor, recipient and class of each question, as indices; anyone comes last of the actors.

    Raises
    ------
    MethodError
        If a name is unknown, a recipient is named where the fit speaks about anyone, or none is
        where it speaks about one.
    """
    for _, recipient, _ in asked:
        if (recipient is None) != fit.anyone:
            raise MethodError(
                "the fit speaks about one recipient; fit_hazard(..., anyone=True) for anyone."
                if recipient is None
                else "the fit speaks about anyone as recipient; make one with anyone=False."
            )
    return (
        np.array([actor_place(actors, actor) for actor, _, _ in asked]),
        np.array(
            [len(actors) - 1 if to is None else actor_place(actors, to) for _, to, _ in asked]
        ),
        np.array([class_place(fit, cls) for _, _, cls in asked]),
    )


def spoken(
    fit: HazardFit,
    *,
    asked: Sequence[tuple[str, str | None, str]],
    day: int,
    parts: Sequence[tuple[Table, Floats, Ints]],
) -> tuple[EventForecast, ...]:
    """Forecasts from the inputs of each model: table, base rates, and the level that weighs most.

    Parameters
    ----------
    fit : HazardFit
    asked : sequence of (actor, recipient, class)
    day : int
    parts : sequence of (Table, array, int array)
        In the order of `models_of`; rows in the order asked.
    """
    models = models_of(fit)
    out: list[EventForecast] = []
    for row, (actor, recipient, cls) in enumerate(asked):
        # Of two models, that for series with a past speaks where there is one.
        which = int(len(models) > 1 and parts[0][0].events[row] < models[0][2])
        (learned, _, least), (table, rates, level) = models[which], parts[which]
        one = table.take(np.array([row]))
        p = float(_carried(probability(learned.log_odds(one)), fit=fit)[0])
        windows = int(one.shares.windows[0])
        fitted, own = _variances(learned, table=one, fit=fit)
        low, high = central_range(p, variance=fitted + own)
        out.append(
            EventForecast(
                actor=actor,
                recipient=ANYONE if recipient is None else recipient,
                cls=cls,
                day=day,
                horizon=fit.horizon,
                probability=p,
                low=min(float(low[0]), p),
                high=max(float(high[0]), p),
                fit_variance=fitted,
                own_variance=own,
                base_rate=float(_carried(rates[row : row + 1], fit=fit)[0]),
                contributions=_contributions(learned, table=one, fit=fit, probability=p),
                n=float(one.events[0]),
                windows=windows,
                effective_n=windows / fit.fitted_horizon,
                reference_class=LEVELS[int(level[row])],
                model="series with a past" if least else "rare or unknown series",
                beyond=float(learned.beyond(one)[0]),
                notes=_notes(fit, table=one, least=least),
            )
        )
    return tuple(out)


def _variances(learned: Learned, *, table: Table, fit: HazardFit) -> tuple[float, float]:
    """Variances of the log-odds of one forecast, from the fit and from the series' own record.

    Over a longer horizon than was learned from, expected acts vary as much in logarithms.
    """
    shorter = _inside(probability(learned.log_odds(table)))
    stretch = float((rate_slope(_carried(shorter, fit=fit)) / rate_slope(shorter))[0]) ** 2
    found = learned.fit_variance(table), learned.own_variance(table)
    return stretch * float(found[0][0]), stretch * float(found[1][0])


def _notes(fit: HazardFit, *, table: Table, least: int) -> tuple[str, ...]:
    """What a reader must be told about a forecast."""
    out = []
    n = float(table.events[0])
    if not least or n < least:
        events = "event" if n == 1 else "events"
        out.append(f"the record holds {n:g} earlier {events} of this series; wider classes speak")
    if least and n < least:
        out.append("no model of rare series could be learned; that of series with a past was used")
    if fit.horizon != fit.fitted_horizon:
        out.append(
            f"the record is too short for windows of {fit.horizon} days: carried over from "
            f"{fit.fitted_horizon} days, expected acts growing with the power {fit.growth:.2f}"
        )
    return tuple(out)


def _contributions(
    learned: Learned, *, table: Table, fit: HazardFit, probability: float
) -> tuple[tuple[str, float], ...]:
    """Log-odds by group of inputs; they sum to the log-odds of the forecast."""
    values = table.features.values
    terms = np.zeros(values.shape[1])
    terms[learned.columns] = learned.additive.terms(values[:, learned.columns])[0]
    start = learned.additive.intercept
    if learned.trees:
        grown = tree_terms(learned.trees, columns=values, views=learned.views)[0]
        share = ADDITIVE_SHARE
        terms = share * terms + (1 - share) * grown[:-1]
        start = share * start + (1 - share) * float(grown[-1])
    sums = np.zeros(len(GROUPS))
    np.add.at(sums, table.features.group, terms)
    sums[0] += start
    usual = np.array([sums.sum()])
    fewer = float((exposed(usual, exposure=learned.exposure(table)) - usual)[0])
    sums[0] += float(learned.intercepts[table.rows.cls[0]])
    total = float(np.log(probability) - np.log1p(-probability))
    out = [(name, float(v)) for name, v in zip(GROUPS, sums, strict=True)]
    if fewer:
        out.append(("holidays", fewer))
    if fit.horizon != fit.fitted_horizon:
        out.append(("longer horizon", total - float(sums.sum()) - fewer))
    return tuple(out)


def inserted(panel: Panel, *, rows: Sequence[tuple[str, str, str, float]], day: int) -> Panel:
    """The panel with events added on a day."""
    if not rows:
        return panel
    codes = []
    for _, _, code, _ in rows:
        if code not in panel.classes:
            raise MethodError(
                f"the record knows no type {code!r}. {near_miss(code, panel.classes)}"
            )
        codes.append(panel.classes.index(code))
    more = {
        "day": [day] * len(rows),
        "known": [day] * len(rows),
        "actor": [actor_place(panel.actors, row[0]) for row in rows],
        "recipient": [actor_place(panel.actors, row[1]) for row in rows],
        "code": codes,
        "count": [row[3] for row in rows],
    }
    joined = {k: np.r_[getattr(panel, k), np.array(v)] for k, v in more.items()}
    return replace(panel, **{k: v.astype(getattr(panel, k).dtype) for k, v in joined.items()})
