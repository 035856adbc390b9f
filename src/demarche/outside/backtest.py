"""Back-tests: leave-one-out and forward in time, beside the shrunken base rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.outside._cases import Cases, FloatArray, IntArray
from demarche.outside.base_rate import base_rates, mean_rates
from demarche.outside.reference_class import probabilities
from demarche.outside.similarity import Options, Similarity, fit_similarity
from demarche.scores import cluster_numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backtest:
    """Forecasts of past cases, each made without knowing its outcome.

    Attributes
    ----------
    kind : str
        ``"leave-one-out"`` or ``"forward"``.
    rows : array of int, shape (k,)
        Which cases were forecast.
    engine, base : array, shape (k, C)
        Probabilities of the engine and of the shrunken base rate of the same cases.
    outcomes : array, shape (k, C)
        NaN where not known: not scored, and counted.
    train : array of int, shape (k,)
        How many cases each forecast was made from.
    skipped : int
        Cases that could not be forecast because too few came before.
    courses : tuple of str
    clusters : array of int, shape (k,)
        Cases with the same number share a cluster (a crisis) and are resampled together.
    """

    kind: str
    rows: IntArray
    engine: FloatArray
    base: FloatArray
    outcomes: FloatArray
    train: IntArray
    skipped: int
    courses: tuple[str, ...]
    clusters: IntArray


def leave_one_out(
    cases: Cases,
    *,
    options: Options | None = None,
    groups: ArrayLike | None = None,
    folds: int = 10,
) -> Backtest:
    """Forecast every case from all the others.

    All cases of the same group (episodes of one crisis) are left out together. Base rates,
    prognostic scores and trees are fitted anew for each group; feature weights, scales and
    penalties once per fold, always without the fold, so no outcome ever helps to forecast itself.

    Parameters
    ----------
    cases : Cases
    options : Options, optional
    groups : array of int, shape (n,), optional
        Default: every case is its own group.
    folds : int
        In how many folds weights are estimated; at least 2. Groups are dealt out in order.

    Returns
    -------
    Backtest

    Raises
    ------
    TermError
        If there are fewer than two groups, or `folds` is below 2.
    """
    group = clusters_of(groups, n=len(cases), name="groups")
    names = np.unique(group)
    if len(names) < 2 or folds < 2:
        raise TermError(
            f"{len(names)} group(s) and {folds} fold(s); expected at least two of each to "
            "leave one out."
        )
    engine = np.full(cases.outcomes.shape, np.nan)
    base = np.full(cases.outcomes.shape, np.nan)
    train = np.zeros(len(cases), dtype=np.int64)
    fold_of = dict(zip(names.tolist(), (np.arange(len(names)) % folds).tolist(), strict=True))
    fold = np.array([fold_of[g] for g in group.tolist()])
    for f in np.unique(fold):
        outside = fit_similarity(cases.take(fold != f), options=options)
        for name in names[[fold_of[g] == f for g in names.tolist()]]:
            rest = cases.take(group != name)
            similarity = fit_similarity(rest, options=options, scales=outside)
            for i in np.flatnonzero(group == name):
                engine[i], base[i] = _forecast(cases, int(i), rest, similarity)
                train[i] = len(rest)
    return Backtest(
        kind="leave-one-out",
        rows=np.arange(len(cases), dtype=np.int64),
        engine=engine,
        base=base,
        outcomes=cases.outcomes,
        train=train,
        skipped=0,
        courses=cases.courses,
        clusters=group,
    )


def forward(
    cases: Cases,
    *,
    start: float,
    options: Options | None = None,
    known_at: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    refit_every: float = 1.0,
    least: int = 20,
) -> Backtest:
    """Forecast every case from `start` on from strictly earlier cases only.

    Parameters
    ----------
    cases : Cases
        With times.
    start : float
        First time to forecast.
    options : Options, optional
    known_at : array, shape (n,), optional
        When the outcomes of each case were known; default its own time. A case is used only if
        both its time and this lie strictly before the forecast case.
    groups : array of int, shape (n,), optional
        Clusters for the bootstrap.
    refit_every : float
        How much time may pass before feature weights, scales and penalties are estimated again.
        Base rates, prognostic scores and trees are fitted anew for every case.
    least : int
        Cases with fewer earlier ones are skipped and counted.

    Returns
    -------
    Backtest

    Raises
    ------
    TermError
        If the cases have no times, or nothing can be forecast.
    """
    known = known_times(cases, known_at)
    times = np.asarray(cases.times)
    wanted = np.flatnonzero(times >= start)
    wanted = wanted[np.argsort(times[wanted], kind="stable")]
    rows: list[int] = []
    engine: list[FloatArray] = []
    base: list[FloatArray] = []
    train: list[int] = []
    scales: Similarity | None = None
    fitted_at = -np.inf
    for i in wanted:
        earlier = cases.take(known < times[i])
        if len(earlier) < least:
            continue
        if scales is None or times[i] - fitted_at >= refit_every:
            scales, fitted_at = fit_similarity(earlier, options=options), float(times[i])
        similarity = fit_similarity(earlier, options=options, scales=scales)
        p, b = _forecast(cases, int(i), earlier, similarity)
        rows.append(int(i))
        engine.append(p)
        base.append(b)
        train.append(len(earlier))
    if not rows:
        raise TermError(
            f"No case from {start} on has {least} earlier ones; expected at least one. "
            "Choose a later start or a smaller `least`."
        )
    index = np.array(rows, dtype=np.int64)
    return Backtest(
        kind="forward",
        rows=index,
        engine=np.array(engine),
        base=np.array(base),
        outcomes=cases.outcomes[index],
        train=np.array(train, dtype=np.int64),
        skipped=len(wanted) - len(rows),
        courses=cases.courses,
        clusters=clusters_of(groups, n=len(cases), name="groups")[index],
    )


def known_times(cases: Cases, known_at: ArrayLike | None) -> FloatArray:
    """Return when each case may first be used: its own time, or later if its outcome was.

    Raises
    ------
    TermError
        If the cases have no times, or `known_at` does not fit.
    """
    if cases.times is None:
        raise TermError("The cases have no times; a forward back-test needs `Cases.times`.")
    if known_at is None:
        return cases.times
    known = np.asarray(known_at, dtype=np.float64)
    if known.shape != cases.times.shape or np.isnan(known).any():
        raise TermError(
            f"known_at has shape {known.shape}; expected {len(cases.times)} numbers, one "
            "per case (infinity where never known)."
        )
    return np.maximum(known, cases.times)


def _forecast(
    cases: Cases, i: int, rest: Cases, similarity: Similarity
) -> tuple[FloatArray, FloatArray]:
    """Engine and base rate for case i from `rest`, shape (C,) each."""
    time = None if cases.times is None else float(cases.times[i])
    p = probabilities(cases.features[i], cases=rest, similarity=similarity, time=time)
    rates = base_rates(
        rest.outcomes, parent=similarity.base_parent, strength=similarity.base_strength
    )
    return p, mean_rates(rates)


def clusters_of(groups: ArrayLike | None, *, n: int, name: str) -> IntArray:
    """Return one integer per case."""
    return cluster_numbers(groups, n=n, name=name)
