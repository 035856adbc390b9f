"""Everything learned from the past at one horizon: what a fit keeps, and how it is used."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from demarche.errors import MethodError
from demarche.outside.events.base import climatology
from demarche.outside.events.calibration import level_shifts
from demarche.outside.events.doubt import (
    INFLATION,
    Doubt,
    find_doubt,
    own_variance,
    windows_as_one,
)
from demarche.outside.events.hawkes import Hawkes, fit_hawkes
from demarche.outside.events.hazard import (
    BASE_RIDGE,
    PENALTY,
    RIDGES,
    Additive,
    choose_penalty,
    fit_additive,
)
from demarche.outside.events.holidays import HolidayEffect, exposed
from demarche.outside.events.protocol import Table
from demarche.outside.events.state import BASE, BESIDE_ANY, WEEKDAY
from demarche.outside.events.trees import (
    CORES,
    PHASES,
    ROUNDS,
    choose_rounds,
    fit_trees,
    tree_log_odds,
    use_trees,
)

__all__ = ["Learned", "Parts", "learn", "probability", "with_doubt", "with_level"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_POSITIVE, FEWEST_ROWS = 30, 300
"""Windows with the act, and windows in all, below which nothing is learned."""
RECENT = 45
"""Days of past origins on which the level is recalibrated."""
SINCE = (2, 3, 4, 6, 11, 31)
"""Days since the last act that are taken together where misfit is looked for."""
STRENGTHS = (0.0, 5.0, 20.0, 60.0)
MODELS = 6
"""Boosted models per set of rows; every other one without features that grow with the record."""
EARLIER = 0.75
"""Share of the past on which trees are grown to choose their number; the whole bears more trees."""
ADDITIVE_SHARE = 0.25
"""Weight of the additive part beside the trees, in log-odds; chosen on earlier periods."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Log-odds of windows by each part of a fit, shape (rows,) each.

    Attributes
    ----------
    additive, blend : array
        With holidays.
    trees : array or None
        Without; None where no trees were grown.
    """

    additive: Floats
    trees: Floats | None
    blend: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """Fitted parts for one universe and horizon.

    Attributes
    ----------
    strength : float
        Windows by which the reference (climatology) is drawn to its class.
    additive : Additive
    hawkes : Hawkes or None
        None where it was not asked for.
    trees : tuple of str
        Empty without LightGBM.
    rounds : tuple of int
        Trees per model, for each set of rows and view.
    views : tuple of int array
        Features that the models use in turn: all but `BESIDE_ANY`, and those that do not grow with
        the record.
    intercepts : array, shape (classes,)
        Of the recalibration of the blend: the shift of each class's level to the last resolved
        origins; empty before :func:`with_level`.
    resolved : int
        Forecasts on which the recalibration rests; 0 where there is none.
    columns : int array
        Features used by the additive part (weekday only at h = 1).
    holidays : HolidayEffect
        How many acts holidays hold, beside ordinary days.
    doubt : Doubt
        How far the truth may lie from a forecast.
    """

    strength: float
    additive: Additive
    hawkes: Hawkes | None
    trees: tuple[str, ...]
    rounds: tuple[int, ...]
    views: tuple[Ints, ...]
    intercepts: Floats
    resolved: int
    columns: NDArray[np.int64]
    holidays: HolidayEffect
    doubt: Doubt

    def parts(self, table: Table) -> Parts:
        """Log-odds of each part and of the blend of them before recalibration."""
        blend = additive = self.additive.log_odds(table.features.values[:, self.columns])
        grown: Floats | None = None
        if self.trees:
            grown = tree_log_odds(self.trees, columns=table.features.values, views=self.views)
            blend = ADDITIVE_SHARE * additive + (1 - ADDITIVE_SHARE) * grown
        exposure = self.exposure(table)
        return Parts(
            additive=exposed(additive, exposure=exposure),
            trees=grown,
            blend=exposed(blend, exposure=exposure),
        )

    def exposure(self, table: Table) -> Floats:
        """Acts expected in each window over those of one without holidays, shape (rows,)."""
        return np.asarray(1.0 - (1.0 - self.holidays.factor) * table.holidays)

    def log_odds(self, table: Table) -> Floats:
        """Recalibrated log-odds of the forecast, shape (rows,)."""
        return self.intercepts[table.rows.cls] + self.parts(table).blend

    def beyond(self, table: Table) -> Floats:
        """How far each row lies beyond all that was learned from, in log-odds, shape (rows,)."""
        return self.additive.beyond(table.features.values[:, self.columns])

    def fit_variance(self, table: Table) -> Floats:
        """Variance of the log-odds of the forecast from the fit's own error, shape (rows,).

        With trees it is that of the additive part.
        """
        columns = table.features.values[:, self.columns]
        level = np.array(self.doubt.level)[table.rows.cls]
        found = self.additive.variance(columns) + level + self.doubt.misfit
        return np.asarray(INFLATION**2 * found)

    def own_variance(self, table: Table) -> Floats:
        """Variance of the log-odds that each row's own record leaves open, shape (rows,)."""
        held, total = table.shares.held[:, 0], table.shares.total[:, 0]
        seen = held * (1 - held / total) / table.shares.horizon / self.doubt.bursts
        return INFLATION**2 * own_variance(between=self.doubt.between, information=seen)


def _columns(table: Table, *, horizon: int) -> NDArray[np.int64]:
    """All features; those of the weekday at a horizon of one day only."""
    keep = (table.features.group != WEEKDAY) | (horizon == 1)
    return np.flatnonzero(keep)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """Rows that trees are grown on; `phase` numbers the origins of each table from its first."""

    values: NDArray[np.float32]
    happened: Floats
    weight: Floats
    day: Ints
    phase: Ints

    def take(self, which: NDArray[np.bool_]) -> _Ground:
        """Some of the rows."""
        return _Ground(
            values=self.values[which], happened=self.happened[which], weight=self.weight[which],
            day=self.day[which], phase=self.phase[which],
        )  # fmt: skip


def _ground(*tables: Table) -> _Ground:
    """The rows of tables, one after the other; those of one table are not copied."""

    def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return _Ground(
        values=joined([table.features.values for table in tables]),
        happened=joined([table.happened for table in tables]),
        weight=joined([table.weight for table in tables]),
        day=joined([table.rows.day for table in tables]),
        phase=joined([_phase(table) for table in tables]),
    )


def _phase(table: Table) -> Ints:
    """Number of each row's origin: in its own table, whose origins may lie further apart."""
    return np.unique(table.rows.day, return_inverse=True)[1].astype(np.int64)


def _views(table: Table) -> tuple[Ints, ...]:
    """All features but one, and the stationary ones: decayed counts, own share, class, weekday.

    What an act is beside all acts of its dyad is for the additive part: trees put it together from
    the rest, and did no better with it on earlier periods.
    """
    every = [name != BESIDE_ANY for name in table.features.names]
    steady = [
        name == "share of windows"
        or ("half-life" in name and "half-life 365" not in name)
        or name.startswith(("class ", "weekday "))
        or name.endswith("same weekday")
        for name in table.features.names
    ]
    return np.flatnonzero(every).astype(np.int64), np.flatnonzero(steady).astype(np.int64)


def _strength(table: Table) -> float:
    """Weight of the class in the reference, by log loss on the past."""
    best, chosen = np.inf, 0.0
    for strength in STRENGTHS:
        p = np.clip(climatology(table.shares, rows=table.rows, strength=strength), 1e-4, 1 - 1e-4)
        losses = -np.log(np.where(table.happened == 1, p, 1 - p))
        loss = float(np.average(losses, weights=table.weight))
        if loss < best - 1e-9:
            best, chosen = loss, strength
    return chosen


def check_enough(table: Table) -> None:
    """Refuse to learn from next to nothing.

    Raises
    ------
    MethodError
        With the counts seen and needed.
    """
    happened = int(table.happened.sum())
    if len(table.rows) < FEWEST_ROWS or not (
        FEWEST_POSITIVE <= happened <= len(table.rows) - FEWEST_POSITIVE
    ):
        usual = happened > len(table.rows) / 2
        raise MethodError(
            f"the record holds {len(table.rows):,} past windows of such series, {happened:,} of "
            f"them with the act; at least {FEWEST_ROWS} and {FEWEST_POSITIVE} of either kind are "
            f"needed to learn a hazard. Give a longer record, a {'narrower' if usual else 'wider'} "
            "class or a shorter horizon."
        )


def learn(
    table: Table,
    *,
    horizon: int,
    trees: bool | None = None,
    seed: int = 0,
    penalty: float | None = PENALTY,
    hawkes: bool = True,
    holidays: HolidayEffect | None = None,
    quieter: Table | None = None,
) -> Learned:
    """Fit every part on past rows; rounds are chosen forward in time.

    Parameters
    ----------
    table : Table
        Rows in order of day, with outcomes.
    horizon : int
    trees : bool, optional
        Default: if LightGBM is installed.
    seed : int
    penalty : float, optional
        Ridge of the additive part; None lets the past choose it.
    hawkes : bool
        Fit the self-exciting weights too: they are shown in back-tests, not used in forecasts.
    holidays : HolidayEffect, optional
        As measured on the same past; by default holidays are days like others.
    quieter : Table, optional
        Rows of series with fewer events, from which half of the trees learn too.

    Returns
    -------
    Learned

    Raises
    ------
    MethodError
        If there is too little past, or trees are asked for and LightGBM is not installed.
    """
    check_enough(table)
    use = use_trees(trees)
    columns = _columns(table, horizon=horizon)
    strength = _strength(table)
    x, y, w = table.features.values, table.happened, table.weight
    inputs = np.ascontiguousarray(x[:, columns])
    overlap = windows_as_one(table.rows.day, horizon=horizon)
    ridge = (
        _penalty(table, columns=columns, horizon=horizon, overlap=overlap)
        if penalty is None
        else penalty
    )
    additive = fit_additive(inputs, happened=y, weight=w, penalty=ridge, overlap=overlap)
    exciting = None
    if hawkes:
        base = climatology(table.shares, rows=table.rows, strength=strength)
        exciting = fit_hawkes(base, decayed=table.decayed, happened=y, weight=w, horizon=horizon)
    models: tuple[str, ...] = ()
    rounds: tuple[int, ...] = ()
    views = _views(table)
    if use:
        models, rounds = _grow(table, quieter=quieter, views=views, horizon=horizon, seed=seed)
    return Learned(
        strength=strength,
        additive=additive,
        hawkes=exciting,
        trees=models,
        rounds=rounds,
        views=views,
        intercepts=np.zeros(0),
        resolved=0,
        columns=columns,
        holidays=holidays or HolidayEffect(),
        doubt=Doubt(),
    )


def _penalty(table: Table, *, columns: NDArray[np.int64], horizon: int, overlap: float) -> Floats:
    """Ridge of each feature: of the state of relations that by which the last quarter is forecast.

    A middle one where the past is too thin to choose by.
    """
    base = table.features.group[columns] == BASE
    ridges = [np.where(base, BASE_RIDGE, ridge) * overlap for ridge in RIDGES]
    early, later = _split(table.rows.day, horizon=horizon)
    kinds = [table.happened[part] == kind for part in (early, later) for kind in (0.0, 1.0)]
    if min(int(found.sum()) for found in kinds) < FEWEST_POSITIVE:
        return ridges[1]
    return choose_penalty(
        table.features.values[:, columns], happened=table.happened, weight=table.weight,
        early=early, later=later, penalties=ridges,
    )  # fmt: skip


def _grow(
    table: Table, *, quieter: Table | None, views: tuple[Ints, ...], horizon: int, seed: int
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Models grown on the rows of the table, and as many on those of quieter series besides."""
    models: tuple[str, ...] = ()
    rounds: tuple[int, ...] = ()
    for ground in [_ground(table)] + ([] if quieter is None else [_ground(table, quieter)]):
        chosen = _rounds(ground, views=views, horizon=horizon, seed=seed)
        rounds += chosen
        models += fit_trees(
            ground.values,
            happened=ground.happened,
            phase=ground.phase,
            weight=ground.weight,
            views=views,
            rounds=chosen,
            models=MODELS,
            seed=seed,
        )
    return models, rounds


def with_level(fit: Learned, *, table: Table, horizon: int, classes: int) -> Learned:
    """The fit with each class's level shifted to the last windows that it was learned from.

    Back-tests have no use for it: they shift the level anew at each origin.

    Parameters
    ----------
    fit : Learned
    table : Table
        That it was learned from.
    horizon : int
    classes : int
        Number of classes that are forecast.
    """
    recent = table.take(table.rows.day >= table.rows.day.max() - RECENT)
    ended = recent.rows.day + horizon
    shifts = level_shifts(
        fit.parts(recent).blend,
        happened=recent.happened,
        ended=ended,
        days=(int(ended.max()),),
        horizon=horizon,
        cls=recent.rows.cls,
        classes=classes,
        weight=recent.weight,
    )[0]
    return replace(fit, intercepts=shifts.round(9), resolved=len(recent.rows))


def with_doubt(fit: Learned, *, table: Table, classes: int) -> Learned:
    """The fit with how far the truth may lie from its forecasts, as the windows learned from tell.

    Back-tests have no use for it.

    Parameters
    ----------
    fit : Learned
    table : Table
        That it was learned from.
    classes : int
        Number of classes that are forecast.
    """
    log_odds, cls = fit.parts(table).blend, table.rows.cls
    recent = table.rows.day >= table.rows.day.max() - RECENT
    doubt = find_doubt(
        log_odds,
        happened=table.happened,
        day=table.rows.day,
        series=table.rows.dyad * classes + cls,
        cls=cls,
        classes=classes,
        weight=table.weight,
        horizon=table.shares.horizon,
        labels=_situations(table, log_odds=log_odds),
        recent=recent,
    )
    return replace(fit, doubt=doubt)


def _situations(table: Table, *, log_odds: Floats) -> list[Ints]:
    """Labels of what a fit knows only smoothly: days since the last acts, and its own forecast."""
    out: list[Ints] = []
    for slot in range(4):
        last = table.counts[:, slot, 2]
        since = np.where(last < 0, SINCE[-1], table.rows.day - last)
        out.append(np.digitize(since, SINCE).astype(np.int64))
    tenth = np.quantile(log_odds, np.arange(0.1, 1.0, 0.1))
    return [*out, np.digitize(log_odds, tenth).astype(np.int64)]


def _split(day: Ints, *, horizon: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Earlier rows, and later ones whose windows begin after all earlier windows have ended."""
    days = np.unique(day)
    cut = days[int(len(days) * EARLIER)]
    return day + horizon <= cut, day >= cut


def _rounds(ground: _Ground, *, views: Sequence[Ints], horizon: int, seed: int) -> tuple[int, ...]:
    """Trees of each view: chosen on the last quarter of the past, more for the whole of it."""
    ground = ground.take(ground.phase % PHASES == 0)
    early, later = _split(ground.day, horizon=horizon)
    x, y, w = ground.values, ground.happened, ground.weight
    if min(y[early].sum(), y[later].sum()) < FEWEST_POSITIVE:
        return (ROUNDS[0],) * len(views)

    def chosen(view: Ints) -> int:
        found = choose_rounds(
            x[np.ix_(early, view)],
            early_happened=y[early],
            early_weight=w[early],
            later=x[np.ix_(later, view)],
            later_happened=y[later],
            later_weight=w[later],
            seed=seed,
        )
        return round(found / EARLIER)

    with ThreadPoolExecutor(max_workers=CORES) as pool:
        return tuple(pool.map(chosen, views))


def probability(log_odds: Floats) -> Floats:
    """Probabilities of log-odds."""
    return np.asarray(expit(log_odds), dtype=np.float64)
