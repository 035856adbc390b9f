"""The prequential protocol: which forecasts are made when, and the inputs of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from demarche.outside.events._distinct import distinct
from demarche.outside.events.base import Shares, cell_means, forgetting_of, shares
from demarche.outside.events.holidays import holiday_share
from demarche.outside.events.panel import Panel
from demarche.outside.events.series import (
    Index,
    Rows,
    Scheme,
    eligible_from,
    entries,
    happened,
    universe,
)
from demarche.outside.events.state import WEEKDAY, Features, State, features_of, state_at
from demarche.outside.events.weekdays import NAMES as WEEKLY_NAMES
from demarche.outside.events.weekdays import same_weekday

__all__ = [
    "COLD_STEP",
    "QUIETER",
    "STEP",
    "Table",
    "affordable",
    "lateness",
    "make_table",
    "past_table",
    "settled",
    "subset",
    "thin",
    "training_origins",
    "training_tables",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Columns = NDArray[np.float32]

FIRST = 60
"""First origin of training on records of at least 240 days; a quarter of shorter ones."""
STEP = 1
COLD_STEP = 7
"""Days between origins of training, for series with a past and for all known dyads."""
MOST_ROWS = 400_000
"""Rows of training beyond which rows are sampled, with weights."""

MOST_SERIES, FEWEST_ORIGINS = 3_000_000, 8
"""Series of all origins at most, but never fewer origins than that."""
SETTLED, RELEASE, LATELY = 0.9, 7, 365
"""Share of rows that are known when a day counts as settled; days that a release holds at least;
days of knowledge that say how late rows come, or a quarter of the past if that is less."""
QUIETER = 2
"""Earlier events from which the windows of a series feed trees; chosen on earlier periods."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Rows with their inputs, and outcomes where these lie inside the record.

    Attributes
    ----------
    rows : Rows
    shares : Shares
    decayed : float32 array
        Decayed counts of the series itself, six half-lives.
    events, since : array
        Events of the series so far, and days since the last (a large number for never).
    counts : array, shape (rows, 5, 4)
        As in `State`.
    features : Features
        Base rates first, then the state of relations, class and weekday.
    happened : array
        0 or 1.
    weight : array
        How many rows of the universe each stands for.
    holidays : array
        Share of the days of the window that are holidays (0 to 1).
    """

    rows: Rows
    shares: Shares
    decayed: Columns
    events: Floats
    since: Floats
    counts: Floats
    features: Features
    happened: Floats
    weight: Floats
    holidays: Floats

    def take(self, which: NDArray[Any]) -> Table:
        """Some of the rows."""
        return Table(
            rows=self.rows.take(which),
            shares=subset(self.shares, which),
            decayed=self.decayed[which],
            events=self.events[which],
            since=self.since[which],
            counts=self.counts[which],
            features=replace(self.features, values=self.features.values[which]),
            happened=self.happened[which],
            weight=self.weight[which],
            holidays=self.holidays[which],
        )


def subset(held: Shares, which: NDArray[Any]) -> Shares:
    """Shares of some of the rows."""
    return replace(
        held, held=held.held[which], total=held.total[which], windows=held.windows[which]
    )


def training_origins(*, end: int, horizon: int, step: int = STEP) -> Ints:
    """First days of training windows, the last of which ends just before day `end`.

    Parameters
    ----------
    end : int
        First day that must not be looked at.
    horizon, step : int
        Days.

    Returns
    -------
    int array
        Ascending; empty where the record is too short.

    Examples
    --------
    >>> training_origins(end=70, horizon=7, step=3)
    array([18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 51, 54, 57, 60, 63])
    """
    first = min(FIRST, end // 4)
    return np.arange(end - horizon, first - 1, -step, dtype=np.int64)[::-1].copy()


def settled(panel: Panel, *, end: int) -> int:
    """First day of which not all is taken to be known before day `end`, as rows come late.

    Where rows come one by one, the days by which nine in ten were known are still open, but at most
    a quarter of the record. Where they come in releases, all up to the last row of the last one is
    known. What is not known yet must not pass for what never happened. Rows that became known
    lately say which: old files that were read at once say nothing of the rows that come by now.

    Parameters
    ----------
    panel : Panel
    end : int
        Only rows known before this day are read.

    Returns
    -------
    int
        `end` itself where every row was known on its day.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> day = np.arange(100)
    >>> settled(SimpleNamespace(day=day, known=day + 7), end=60)
    53
    >>> settled(SimpleNamespace(day=day, known=day // 30 * 30 + 40), end=75)
    60
    """
    enter = entries(panel)
    known = enter < end
    latest = int(enter[known].max(initial=-1))
    lately = known & (enter > latest - min(LATELY, end // 4))
    day, enter = panel.day[lately], enter[lately]
    if not np.any(enter > day):
        return end
    if RELEASE * len(distinct(enter)) <= len(distinct(day)):
        return int(day.max()) + 1
    return end - min(int(np.quantile(enter - day, SETTLED)), end // 4)


def lateness(panel: Panel) -> str:
    """That rows became known long after their days, and what to do if they were known sooner."""
    late = int(np.median(entries(panel) - panel.day))
    return (
        f"Half of its rows became known {late:,} days after their day or later, so that little was "
        "known on the days it could learn from. If they were known sooner, drop the source and "
        "read it again with a column known_at, or with --lag."
    )


def thin(rows: Rows, *, happened: Floats, seed: int, most: int = MOST_ROWS) -> tuple[Ints, Floats]:
    """Beyond `most` rows a sample of either kind, weighted by what each row stands for.

    Rows with the act are kept up to half of `most`, those without fill the rest.

    Returns
    -------
    tuple of int array, array
        Rows kept, in order, and the number of rows each stands for.
    """
    if len(rows) <= most:
        return np.arange(len(rows)), np.ones(len(rows))
    rng = np.random.default_rng(seed)
    yes = happened == 1
    acts = int(yes.sum())
    room = max(most - acts, most // 2)
    quiet_share = min(1.0, room / max(len(rows) - acts, 1))
    act_share = min(1.0, max(most - room, most // 2) / max(acts, 1))
    share = np.where(yes, act_share, quiet_share)
    keep = share >= 1
    some = np.flatnonzero(~keep)
    keep[some] = rng.random(len(some)) < share[some]
    which = np.flatnonzero(keep)
    return which, 1.0 / share[which]


def make_table(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    rows: Rows,
    horizon: int,
    cells: Floats | None = None,
    given: Shares | None = None,
    state: State | None = None,
    weight: Floats | None = None,
    span: int | None = None,
    weekly: Floats | None = None,
    outcome: Floats | None = None,
) -> Table:
    """Inputs and outcomes of rows at one horizon.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    rows : Rows
    horizon : int
    cells, given : optional
        Means of wider classes and shares, where they were computed on more rows than these.
    state : State, optional
        Where it was computed before: it does not depend on the horizon.
    weight : array, optional
    span : int, optional
        Days of the window forecast, where it is longer than the horizon learned from.
    weekly : array, optional
        What `same_weekday` gives, where it was computed before; read at a horizon of one day only.
    outcome : array, optional
        Outcomes, where they were computed before; zeros for forecasts.

    Returns
    -------
    Table
    """
    held = given or shares(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)
    if cells is None:
        cells = cell_means(held, rows=rows, index=index, panel=panel, scheme=scheme)
    if state is None:
        state = state_at(panel, index=index, scheme=scheme, rows=rows)
    if outcome is None:
        found = happened(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)
        outcome = found.astype(np.float64)
    past = features_of(state, rows=rows)
    own = logit(np.clip((held.held + 0.3) / (held.total + 3.0), 1e-4, 1 - 1e-4))
    kinds = len(scheme.targets)
    weekday = (panel.start.weekday() + rows.day) % 7
    dummies = np.concatenate(
        [rows.cls[:, None] == np.arange(1, kinds), weekday[:, None] == np.arange(1, 7)], axis=1
    )
    values = np.concatenate(
        [own.astype(np.float32), cells.astype(np.float32), past.values,
         dummies.astype(np.float32)], axis=1)  # fmt: skip
    names = (
        "share of windows",
        *(f"share of windows, forgetting {h:.0f} days" for h in forgetting_of(panel.days)),
        "mean of the class",
        "mean from bloc to bloc",
        "mean of the actor's other recipients",
        "mean of the recipient's other actors",
        "mean of the pair's other classes",
        *past.names,
        *(f"class {name}" for name in scheme.targets[1:]),
        *(f"weekday {d}" for d in ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun")),
    )
    group = np.concatenate(
        [np.zeros(9, np.int64), past.group, np.zeros(kinds - 1, np.int64), np.full(6, WEEKDAY)]
    )
    if horizon == 1:
        if weekly is None:
            weekly = same_weekday(panel, index=index, scheme=scheme, rows=rows)
        values = np.concatenate([values, np.log1p(weekly).astype(np.float32)], axis=1)
        names = (*names, *WEEKLY_NAMES)
        group = np.r_[group, np.full(len(WEEKLY_NAMES), WEEKDAY)]
    return Table(
        rows=rows,
        shares=held,
        decayed=state.decayed[:, :6],
        events=state.counts[:, 0, 0],
        since=np.where(state.counts[:, 0, 2] < 0, 1e9, rows.day - state.counts[:, 0, 2]),
        counts=state.counts,
        features=Features(values=values, names=names, group=group),
        happened=outcome,
        weight=np.ones(len(rows)) if weight is None else weight,
        holidays=holiday_share(panel, day=rows.day, horizon=span or horizon),
    )


def affordable(panel: Panel, *, origins: Ints, **given: Any) -> Ints:
    """Some of the origins, evenly spread, the last among them, so that series stay below a bound.

    Parameters
    ----------
    panel : Panel
    origins : int array
        Ascending.
    **given
        As `universe` takes it.

    Returns
    -------
    int array
        All of them where their series are `MOST_SERIES` or fewer, or they are few.
    """
    if len(origins) == 0:
        return origins
    last = len(universe(panel, origins=origins[-1:], **given))
    many = max(FEWEST_ORIGINS, MOST_SERIES // max(last, 1))
    step = -(-len(origins) // many)
    return origins[::-1][::step][::-1].copy()


def past_table(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    horizon: int,
    end: int,
    min_events: int,
    dyads: NDArray[np.bool_] | None = None,
    seed: int = 0,
    most: int = MOST_ROWS,
    every: int = 1,
    fewer_than: int | None = None,
) -> Table:
    """Training rows whose windows all end before day `end`, with outcomes as known by then.

    No window lies across a gap of the record, or reaches into days that are not `settled` by then.
    The wider classes use every row. Where the series of all origins are too many, origins are
    spread wider apart. With `fewer_than`, only series that had fewer events by the origin are kept;
    they read the wider classes of all others and are no part of them.
    """
    step = every * (STEP if min_events else COLD_STEP)
    origins = training_origins(end=settled(panel, end=end), horizon=horizon, step=step)
    given: dict[str, Any] = {
        "index": index, "scheme": scheme, "min_events": min_events, "dyads": dyads
    }  # fmt: skip
    origins = origins[panel.unbroken(origins - 1, horizon=horizon)]
    origins = affordable(panel, origins=origins, **given)
    rows = universe(panel, origins=origins, **given)
    held = shares(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)
    counted = None
    if fewer_than is not None:
        since = eligible_from(panel, index=index, scheme=scheme, min_events=fewer_than)
        counted = (since[rows.dyad, rows.cls] <= rows.day).astype(np.float64)
    cells = cell_means(held, rows=rows, index=index, panel=panel, scheme=scheme, counted=counted)
    if counted is not None:
        fewer = np.flatnonzero(counted == 0)
        rows, held, cells = rows.take(fewer), subset(held, fewer), cells[fewer]
    outcome = happened(
        panel, index=index, scheme=scheme, rows=rows, horizon=horizon, known_before=end
    ).astype(np.float64)
    which, weight = thin(rows, happened=outcome, seed=seed, most=most)
    return make_table(
        panel,
        index=index,
        scheme=scheme,
        rows=rows.take(which),
        horizon=horizon,
        cells=cells[which],
        given=subset(held, which),
        weight=weight,
        outcome=outcome[which],
    )


def training_tables(
    panel: Panel, *, min_events: int, trees: bool, **given: Any
) -> tuple[Table, Table | None]:
    """Rows that a fit learns from, and rows of quieter series for its trees.

    What makes a quiet series wake is much the same on either side of the number of events from
    which series are forecast, and below it there are several times as many windows. Half of the
    trees learn from both; the additive part, which has one weight for all, does not.

    Parameters
    ----------
    panel : Panel
    min_events : int
        Events from which a series is forecast.
    trees : bool
    **given
        As `past_table` takes it.

    Returns
    -------
    tuple of Table, and Table or None
        None without trees, or where all series with so few events are forecast anyway.
    """
    table = past_table(panel, min_events=min_events, **given)
    if not trees or min_events <= QUIETER:
        return table, None
    return table, past_table(panel, min_events=QUIETER, fewer_than=min_events, **given)
