"""Back-tests: leave-one-out and forward in time, with skill against the shrunken base rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.outside._cases import Cases, FloatArray, IntArray
from demarche.outside.base_rate import base_rates, mean_rates
from demarche.outside.reference_class import probabilities
from demarche.outside.similarity import Options, Similarity, fit_similarity
from demarche.scores import brier, log_score

DRAWS = 10_000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Scores of one forecaster on one course (or on all) beside a reference.

    Attributes
    ----------
    forecaster, course : str
    n, clusters, not_known : int
        Scored forecasts, independent clusters among them, forecasts without a known outcome.
    brier, reference_brier : float
        Mean scores; smaller is better.
    brier_gain, brier_gain_low, brier_gain_high : float
        Reference minus forecaster, with a 90 % paired bootstrap interval; above 0 is better.
    brier_skill, brier_skill_low, brier_skill_high : float
        1 - brier / reference_brier, with the interval of the same draws.
    log, reference_log, log_skill : float
        The same in nats.
    """

    forecaster: str
    course: str
    n: int
    clusters: int
    not_known: int
    brier: float
    reference_brier: float
    brier_gain: float
    brier_gain_low: float
    brier_gain_high: float
    brier_skill: float
    brier_skill_low: float
    brier_skill_high: float
    log: float
    reference_log: float
    log_skill: float


def leave_one_out(
    cases: Cases, *, options: Options | None = None, groups: ArrayLike | None = None, folds: int = 10
) -> Backtest:
    """Forecast every case from all the others.

    All cases of the same group (episodes of one crisis) are left out together. Base rates and
    prognostic scores are fitted anew for each group; feature weights and scales once per fold,
    always without the fold, so no outcome ever helps to forecast itself.

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
    group = _clusters(groups, n=len(cases), name="groups")
    names = np.unique(group)
    if len(names) < 2 or folds < 2:
        raise TermError(f"{len(names)} group(s) and {folds} fold(s); expected at least two of each to "
                        "leave one out.")
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
        kind="leave-one-out", rows=np.arange(len(cases), dtype=np.int64), engine=engine, base=base,
        outcomes=cases.outcomes, train=train, skipped=0, courses=cases.courses, clusters=group,
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
        How much time may pass before feature weights and scales are estimated again. Base rates and
        prognostic scores are fitted anew for every case.
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
    if cases.times is None:
        raise TermError("The cases have no times; a forward back-test needs `Cases.times`.")
    times = cases.times
    known = times if known_at is None else np.maximum(np.asarray(known_at, dtype=np.float64), times)
    if known.shape != times.shape or np.isnan(known).any():
        raise TermError(f"known_at has shape {known.shape}; expected {len(times)} numbers.")
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
        raise TermError(f"No case from {start} on has {least} earlier ones; expected at least one. "
                        "Choose a later start or a smaller `least`.")
    index = np.array(rows, dtype=np.int64)
    return Backtest(
        kind="forward", rows=index, engine=np.array(engine), base=np.array(base),
        outcomes=cases.outcomes[index], train=np.array(train, dtype=np.int64),
        skipped=len(wanted) - len(rows), courses=cases.courses,
        clusters=_clusters(groups, n=len(cases), name="groups")[index],
    )


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


def _clusters(groups: ArrayLike | None, *, n: int, name: str) -> IntArray:
    """Return one integer per case."""
    if groups is None:
        return np.arange(n, dtype=np.int64)
    values = np.asarray(groups)
    if values.shape != (n,):
        raise TermError(f"{name} has shape {values.shape}; expected {n} entries, one per case.")
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def paired_bootstrap(
    score: ArrayLike,
    *,
    reference: ArrayLike,
    clusters: ArrayLike,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> FloatArray:
    r"""Bootstrap draws of the mean scores, clusters resampled whole and both forecasters together.

    .. math:: \bar S^{*} = \frac{\sum_g w_g \sum_{i \in g} S_i}{\sum_g w_g n_g}, \qquad
        w \sim \mathrm{Multinomial}(G; 1/G, \ldots, 1/G)

    Parameters
    ----------
    score, reference : array, shape (k,)
        Smaller is better.
    clusters : array of int, shape (k,)
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    array, shape (draws, 2)
        Mean score and mean reference score of each draw.

    Raises
    ------
    TermError
        If lengths differ or there is nothing to resample.

    References
    ----------
    .. [1] Davison & Hinkley, Bootstrap Methods and their Application (1997), section 3.8.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> sample = paired_bootstrap([0.1, 0.2], reference=[0.1, 0.2], clusters=[0, 1], rng=rng,
    ...                           draws=5)
    >>> bool((sample[:, 0] == sample[:, 1]).all())
    True
    """
    a, b = np.asarray(score, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) == 0:
        raise TermError(f"Scores of shape {a.shape} and {b.shape}; expected two equal, non-empty "
                        "lists of scores of the same forecasts.")
    which = _clusters(clusters, n=len(a), name="clusters")
    count = int(which.max()) + 1
    sums = np.stack([np.bincount(which, weights=x, minlength=count) for x in (a, b, np.ones(len(a)))])
    weights = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    totals = weights @ sums.T
    return np.asarray(totals[:, :2] / totals[:, 2:], dtype=np.float64)


def skill_table(
    test: Backtest,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    others: Mapping[str, FloatArray] | None = None,
    clip: float = 1e-6,
) -> tuple[Skill, ...]:
    """Score the engine, and any other forecasters of the same cases, against the base rate.

    Parameters
    ----------
    test : Backtest
    rng : numpy.random.Generator
    draws : int
        Of the bootstrap.
    others : mapping of str to array, shape (k, C), optional
        Probabilities of other forecasters for the same rows, e.g. ``{"forest": ...}``.
    clip : float
        Of the log score.

    Returns
    -------
    tuple of Skill
        Per forecaster: one row per course, then one named ``"all"``, over every scored forecast.

    Raises
    ------
    TermError
        If a forecaster has another shape, or no outcome is known.
    """
    forecasters = {"engine": test.engine, **(others or {})}
    out: list[Skill] = []
    for name, p in forecasters.items():
        if np.shape(p) != test.outcomes.shape:
            raise TermError(f"{name!r} has shape {np.shape(p)}; expected {test.outcomes.shape}, one "
                            "probability per case and course.")
        columns = [[c] for c in range(len(test.courses))] + [list(range(len(test.courses)))]
        for course, column in zip((*test.courses, "all"), columns, strict=True):
            out.append(_skill(name, course, column, np.asarray(p), test, rng, draws, clip))
    return tuple(out)


def _skill(
    name: str, course: str, columns: list[int], p: FloatArray, test: Backtest,
    rng: np.random.Generator, draws: int, clip: float,
) -> Skill:
    """Score one forecaster on some courses."""
    y = test.outcomes[:, columns]
    known = ~np.isnan(y)
    if not known.any():
        nan = float("nan")
        return Skill(forecaster=name, course=course, n=0, clusters=0, not_known=int(known.size),
                     brier=nan, reference_brier=nan, brier_gain=nan, brier_gain_low=nan,
                     brier_gain_high=nan, brier_skill=nan, brier_skill_low=nan,
                     brier_skill_high=nan, log=nan, reference_log=nan, log_skill=nan)
    happened, mine, theirs = y[known], p[:, columns][known], test.base[:, columns][known]
    clusters = np.broadcast_to(test.clusters[:, None], y.shape)[known]
    a, b = brier(mine, outcome=happened), brier(theirs, outcome=happened)
    log_a = float(log_score(mine, outcome=happened, clip=clip).values.mean())
    log_b = float(log_score(theirs, outcome=happened, clip=clip).values.mean())
    sample = paired_bootstrap(a, reference=b, clusters=clusters, rng=rng, draws=draws)
    gain = np.quantile(sample[:, 1] - sample[:, 0], [0.05, 0.95])
    ratio = np.quantile(1 - sample[:, 0] / sample[:, 1], [0.05, 0.95])
    return Skill(
        forecaster=name, course=course, n=len(a), clusters=len(np.unique(clusters)),
        not_known=int((~known).sum()),
        brier=float(a.mean()), reference_brier=float(b.mean()),
        brier_gain=float(b.mean() - a.mean()),
        brier_gain_low=float(gain[0]), brier_gain_high=float(gain[1]),
        brier_skill=float(1 - a.mean() / b.mean()),
        brier_skill_low=float(ratio[0]), brier_skill_high=float(ratio[1]),
        log=log_a, reference_log=log_b, log_skill=1 - log_a / log_b,
    )
