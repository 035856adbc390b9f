"""The back-test of events: every method side by side on forecasts made as if at the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.outside.events.calibration import Reliability, Scores, reliability, scores
from demarche.outside.events.holidays import holiday_effect
from demarche.outside.events.methods import METHODS, Late, forecasts, with_triggers
from demarche.outside.events.model import learn
from demarche.outside.events.panel import Panel, record_hash
from demarche.outside.events.protocol import (
    COLD_STEP,
    STEP,
    affordable,
    lateness,
    make_table,
    settled,
    training_tables,
)
from demarche.outside.events.series import (
    Index,
    Rows,
    Scheme,
    entries,
    happened,
    index_series,
    make_scheme,
    universe,
)
from demarche.outside.events.trees import use_trees

__all__ = ["METHODS", "BackTest", "Track", "backtest", "default_period"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

BANDS: tuple[tuple[str, int, int], ...] = (
    ("0", 0, 0),
    ("1", 1, 1),
    ("2-4", 2, 4),
    ("5-9", 5, 9),
    ("10-29", 10, 29),
    ("30 and more", 30, 10**9),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Results of one horizon.

    Attributes
    ----------
    name : str
        ``"B"`` (series with a past) or ``"D"`` (all known dyads).
    horizon : int
    first, last : date
        First and last origin.
    step : int
        Days from an origin to the next: 1 in ``"B"`` and 7 in ``"D"``, more where forecasts are
        too many.
    n, series, independent : int
        Forecasts, series among them, and windows that do not overlap.
    reference : str
        What skill is measured against.
    scores : dict of method to Scores
    by_class, by_events : dict of class or band to Scores
        Of the best method offered.
    reliability : dict of method to Reliability
    rounds : tuple of int
        Trees per model, for each set of rows and features; empty without LightGBM.
    hawkes : tuple of float
        The seven weights.
    """

    name: str
    horizon: int
    first: dt.date
    last: dt.date
    step: int
    across_gaps: int
    n: int
    series: int
    independent: int
    reference: str
    scores: Mapping[str, Scores]
    by_class: Mapping[str, Scores]
    by_events: Mapping[str, Scores]
    reliability: Mapping[str, Reliability]
    rounds: tuple[int, ...]
    hawkes: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """A back-test with the protocol it followed.

    Attributes
    ----------
    source : str
    rows, days : int
    sha256 : str
        Of the record's arrays.
    classes : tuple of str
    min_events, seed : int
    trees : bool
        Whether LightGBM took part.
    tracks : tuple of Track
    left_out : tuple of str
        What was not run, and why.
    """

    source: str
    rows: int
    days: int
    sha256: str
    classes: tuple[str, ...]
    min_events: int
    seed: int
    trees: bool
    tracks: tuple[Track, ...]
    left_out: tuple[str, ...]


def default_period(panel: Panel, *, horizon: int) -> tuple[int, int]:
    """First and last origin of the test: those whose windows lie in the last tenth of the record.

    A tenth shorter than the horizon is widened to two horizons.

    Parameters
    ----------
    panel : Panel
    horizon : int

    Returns
    -------
    tuple of int

    Raises
    ------
    MethodError
        If the record is too short for the horizon.
    """
    last = panel.days - horizon
    first = min(panel.days - max(panel.days // 10, 1), panel.days - 2 * horizon)
    if first < max(4 * horizon, 40) or last < first:
        least = max(6 * horizon, 2 * horizon + 40, 44)
        raise MethodError(
            f"a record of {panel.days} days is too short to back-test a horizon of "
            f"{_days(horizon)}; expected at least {least}. "
            f"{'Choose a shorter horizon' if panel.days >= 44 else 'Give a longer record'}."
        )
    return first, last


def backtest(
    panel: Panel,
    *,
    horizons: Sequence[int] = (1, 7, 30),
    classes: str | Mapping[str, Sequence[str]] = "quad",
    min_events: int = 5,
    periods: Mapping[int, tuple[int, int]] | None = None,
    cold: Sequence[int] = (7,),
    trees: bool | None = None,
    triggers: bool = True,
    seed: int = 0,
    draws: int = 200,
    progress: Progress | None = None,
) -> BackTest:
    """Forecast a later period of a record from its past, and score every method.

    Everything is fitted on windows that end before the first origin of the test. A series is
    forecast at an origin if it had `min_events` events known before that day.

    Parameters
    ----------
    panel : Panel
    horizons : sequence of int
        Days.
    classes : str or mapping
        ``"quad"``, ``"root"`` or named sets of exact types.
    min_events : int
    periods : mapping of int to (int, int), optional
        First and last origin per horizon; default the last tenth of the record.
    cold : sequence of int
        Horizons at which all known dyads are forecast weekly too.
    trees : bool, optional
        Default: if LightGBM is installed.
    triggers : bool
        Whether to run the additive model once more with yesterday's acts by role.
    seed, draws : int
        Of everything random; draws of the bootstrap.
    progress : callable, optional
        Called before each horizon of each universe with its name, its number and of how many.

    Returns
    -------
    BackTest

    Raises
    ------
    MethodError
        If the record is too short or too thin for every horizon. One for which it is, beside
        others for which it is not, stands in ``left_out`` with the reason. If a window of `periods`
        would end after the record: what is not recorded yet must not pass for what never happened.
    """
    for horizon in (*horizons, *cold):
        if horizon < 1:
            raise MethodError(f"the horizon is {horizon} days; expected at least 1.")
    if min_events < 0:
        raise MethodError(f"a series cannot have {min_events} earlier events; expected 0 or more.")
    for horizon, (first, last) in (periods or {}).items():
        if not 0 <= first <= last <= panel.days - horizon:
            raise MethodError(
                f"origins {first} to {last} are no period of this record: windows of "
                f"{_days(horizon)} end in it from origins of 0 to {panel.days - horizon}."
            )
    scheme, index = make_scheme(panel, classes=classes), index_series(panel)
    grown = use_trees(trees)
    tracks: list[Track] = []
    left_out: list[str] = []
    runs = dict.fromkeys(((h, min_events) for h in horizons), triggers)
    for horizon in cold:
        runs.setdefault((horizon, 0), False)
    for number, ((horizon, least), acts) in enumerate(runs.items(), start=1):
        name = _days(horizon) + ("" if least else ", all known dyads")
        if progress is not None:
            progress(name, number, len(runs))
        since = ""
        try:
            period = (periods or {}).get(horizon) or default_period(panel, horizon=horizon)
            since = f", tested from {panel.date_of(period[0])}"
            mine, never = _known_classes(panel, scheme, end=period[0], all_dyads=not least)
            made = _track(
                panel, index=index, scheme=mine, horizon=horizon, period=period,
                min_events=least, trees=grown, triggers=acts, seed=seed,
                draws=draws,
            )  # fmt: skip
        except MethodError as error:
            left_out.append(f"{name}{since}: {error}")
        else:
            tracks.append(made)
            if never:
                left_out.append(f"{name}{since}: no act of {' or '.join(never)} was known before")
    if not tracks:
        raise MethodError("no horizon could be back-tested. " + " ".join(dict.fromkeys(left_out)))
    used = any(track.rounds for track in tracks)
    if not used:
        left_out.append("LightGBM: not installed or not asked for")
    return BackTest(
        source=panel.source,
        rows=len(panel.day),
        days=panel.days,
        sha256=record_hash(panel),
        classes=scheme.targets,
        min_events=min_events,
        seed=seed,
        trees=used,
        tracks=tuple(tracks),
        left_out=tuple(left_out),
    )


def _known_classes(
    panel: Panel, scheme: Scheme, *, end: int, all_dyads: bool
) -> tuple[Scheme, tuple[str, ...]]:
    """Classes that are forecast: for all dyads those of which an act was known before a day.

    The names of the others are given too: a source that codes no such acts tells nothing of them,
    and forecasts that none comes would be right without end.

    Raises
    ------
    MethodError
        If nothing at all was known by then.
    """
    known = entries(panel) < end
    if not known.any():
        raise MethodError(
            f"no row of the record, whose days run from {panel.start} to "
            f"{panel.date_of(panel.days - 1)}, was known before. {lateness(panel)} A wrong year "
            "in a row makes a record longer than it is."
        )
    if not all_dyads:
        return scheme, ()
    codes_known = np.unique(panel.code[known])
    held = scheme.member[codes_known, : len(scheme.targets)].sum(axis=0) > 0
    if held.all():
        return scheme, ()
    codes = np.array(panel.classes)
    sets = {
        name: codes[scheme.member[:, place]].tolist()
        for place, name in enumerate(scheme.targets)
        if held[place]
    }
    never = [name for name, yes in zip(scheme.targets, held.tolist(), strict=True) if not yes]
    return make_scheme(panel, classes=sets), tuple(never)


def _days(horizon: int) -> str:
    return f"{horizon} {'day' if horizon == 1 else 'days'}"


def _track(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    horizon: int,
    period: tuple[int, int],
    min_events: int,
    trees: bool,
    triggers: bool,
    seed: int,
    draws: int,
) -> Track:
    """One horizon of one universe."""
    first, last = period
    past, quieter = training_tables(
        panel, index=index, scheme=scheme, horizon=horizon, end=first, min_events=min_events,
        seed=seed, trees=trees,
    )  # fmt: skip
    fit = learn(
        past, horizon=horizon, trees=trees, seed=seed,
        holidays=holiday_effect(panel, end=first), quieter=quieter,
    )  # fmt: skip
    step = STEP if min_events else COLD_STEP
    every = np.arange(first, last + 1, step)
    unbroken = _origins(panel, every=every, horizon=horizon)
    origins = affordable(panel, index=index, scheme=scheme, min_events=min_events, origins=unbroken)
    rows = universe(panel, index=index, scheme=scheme, origins=origins, min_events=min_events)
    test = make_table(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)

    def as_known(rows: Rows, day: int) -> Floats:
        return happened(
            panel, index=index, scheme=scheme, rows=rows, horizon=horizon, known_before=day
        ).astype(np.float64)

    late = Late(happened=as_known, settled=lambda day: settled(panel, end=day))
    named = forecasts(
        fit, past=past, test=test, horizon=horizon,
        late=late if np.any(panel.known > panel.day) else None,
    )  # fmt: skip
    if triggers:
        named["logistic with triggers"] = with_triggers(
            fit, past=past, test=test, panel=panel, index=index
        )
    reference = "base rate" if min_events else "class rate"
    series = test.rows.dyad * len(scheme.targets) + test.rows.cls
    y = test.happened
    rng = np.random.default_rng(seed)
    common = {"happened": y, "reference": named[reference]}
    all_scores = {
        name: scores(
            p,
            series=series,
            day_blocks=(test.rows.day - first) // horizon,
            dyads=test.rows.dyad,
            rng=rng,
            draws=draws,
            **common,
        )
        for name, p in named.items()
    }

    def only(mask: NDArray[np.bool_]) -> Scores:
        best = named["ours"][mask]
        return scores(best, happened=y[mask], reference=named[reference][mask])

    kinds = {c: test.rows.cls == i for i, c in enumerate(scheme.targets)}
    bands = {name: (test.events >= low) & (test.events <= high) for name, low, high in BANDS}
    if len(origins) > 1:
        step = int(np.diff(origins).min())  # a gap between two of them is no step
    return Track(
        name="B" if min_events else "D",
        horizon=horizon,
        first=panel.date_of(int(origins[0])),
        last=panel.date_of(int(origins[-1])),
        step=step,
        across_gaps=len(every) - len(unbroken),
        n=len(y),
        series=len(np.unique(series)),
        independent=len(np.unique(series * 100_000 + (test.rows.day - first) // horizon)),
        reference=reference,
        scores=all_scores,
        by_class={name: only(mask) for name, mask in kinds.items() if mask.any()},
        by_events={name: only(mask) for name, mask in bands.items() if mask.any()},
        reliability={
            name: reliability(p, happened=y, overlap=-(-horizon // step))
            for name, p in named.items()
            if name in {"base rate", "logistic", "ours"}
        },
        rounds=fit.rounds,
        hawkes=() if fit.hawkes is None else (fit.hawkes.base, *fit.hawkes.recent),
    )


def _origins(panel: Panel, *, every: Ints, horizon: int) -> Ints:
    """Origins of a test; none whose window lies across a gap of the record."""
    kept = every[panel.unbroken(every - 1, horizon=horizon)]
    if not len(kept):
        raise MethodError(f"every window of {_days(horizon)} in the test lies across a gap.")
    return kept
