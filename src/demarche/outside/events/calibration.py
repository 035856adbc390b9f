"""How well probabilities of events held: scores, reliability with bands, discrimination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from demarche.errors import TermError
from demarche.outside.events.base import platt
from demarche.outside.events.doubt import MEMORY, PRIOR_WINDOWS
from demarche.scores import auc as auc_or_none

__all__ = [
    "Reliability",
    "Scores",
    "auc",
    "auc_within",
    "block_interval",
    "level_shifts",
    "reliability",
    "scores",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CLIP = 1e-4
"""Clip of the log score: what punishes a forecast of 0 that happens."""
BINS = 15
FEWEST_BLOCKS = 4
"""Blocks of days, or dyads, from which an interval is told: draws from fewer lie too close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Equal-mass bins of forecasts.

    Attributes
    ----------
    forecast, observed : tuple of float
        Mean forecast and observed frequency per bin.
    low, high : tuple of float
        Where the frequency of a calibrated forecaster lies in 90 % of cases, were the bin's
        forecasts independent; overlapping windows are worth one of `overlap`.
    count : tuple of int
    ece : float
        Mean absolute gap between the two, weighted by the bins.
    """

    forecast: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    count: tuple[int, ...]
    ece: float


def reliability(
    p: Floats, *, happened: Floats, bins: int = BINS, overlap: int = 1, coverage: float = 0.9
) -> Reliability:
    """Reliability over bins that hold equally many forecasts, with consistency bands.

    Parameters
    ----------
    p, happened : array, shape (n,)
    bins : int
    overlap : int
        Forecasts that count as one, such as the horizon with daily origins.
    coverage : float

    Returns
    -------
    Reliability

    Raises
    ------
    TermError
        If there is no forecast.

    References
    ----------
    .. [1] Broecker & Smith (2007). Increasing the reliability of reliability diagrams. Weather
       and Forecasting 22, 651-661. doi:10.1175/WAF993.1.

    Examples
    --------
    >>> p = np.array([0.25, 0.25, 0.25, 0.25])
    >>> reliability(p, happened=np.array([1.0, 0.0, 0.0, 0.0]), bins=1).ece
    0.0
    """
    if len(p) == 0:
        raise TermError("there is no forecast whose reliability could be shown.")
    parts = [i for i in np.array_split(np.argsort(p, kind="stable"), bins) if len(i)]
    forecast = [float(p[i].mean()) for i in parts]
    from scipy.stats import binom  # takes half a second to import

    observed = [float(happened[i].mean()) for i in parts]
    size = [max(1, len(i) // max(overlap, 1)) for i in parts]
    tail = (1 - coverage) / 2
    low = [float(binom.ppf(tail, n, q)) / n for n, q in zip(size, forecast, strict=True)]
    high = [float(binom.ppf(1 - tail, n, q)) / n for n, q in zip(size, forecast, strict=True)]
    gaps = sum(
        abs(f - o) * len(i) for f, o, i in zip(forecast, observed, parts, strict=True)
    )  # fmt: skip
    return Reliability(
        forecast=tuple(forecast),
        observed=tuple(observed),
        low=tuple(low),
        high=tuple(high),
        count=tuple(len(i) for i in parts),
        ece=gaps / len(p),
    )


def auc(p: Floats, *, happened: Floats) -> float:
    """Probability that a window with the act was given more than one without; NaN if one kind.

    References
    ----------
    .. [1] Hanley & McNeil (1982). Radiology 143, 29-36. doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> auc(np.array([0.1, 0.4, 0.35, 0.8]), happened=np.array([0.0, 0.0, 1.0, 1.0]))
    0.75
    """
    found = auc_or_none(p, outcome=happened)
    return float("nan") if found is None else found


def auc_within(p: Floats, *, happened: Floats, series: Ints) -> float:
    """The same among windows of the same series, pairs pooled over all series.

    Examples
    --------
    >>> auc_within(np.array([0.1, 0.2, 0.9, 0.8]), happened=np.array([0.0, 1.0, 0.0, 1.0]),
    ...            series=np.array([0, 0, 1, 1]))
    0.5
    """
    where = np.unique(series, return_inverse=True)[1]
    # Average ranks within each series: position in order of (series, p), ties shared.
    order = np.lexsort((p, where))
    first = np.r_[True, (np.diff(where[order]) != 0) | (np.diff(p[order]) != 0)]
    run = np.cumsum(first) - 1
    position = np.arange(len(p), dtype=np.float64)
    mean = np.bincount(run, weights=position) / np.bincount(run)
    start = np.searchsorted(where[order], where[order])
    rank = np.empty(len(p))
    rank[order] = mean[run] - start + 1
    yes = np.bincount(where, weights=happened)
    no = np.bincount(where) - yes
    won = np.bincount(where, weights=rank * happened) - yes * (yes + 1) / 2
    pairs = float((yes * no).sum())
    return float(won[(yes > 0) & (no > 0)].sum() / pairs) if pairs else float("nan")


def level_shifts(
    log_odds: Floats,
    *,
    happened: Floats | Callable[[int], Floats],
    ended: Ints,
    days: Sequence[int],
    horizon: int,
    cls: Ints,
    classes: int,
    weight: Floats | None = None,
) -> Floats:
    r"""Shifts in log-odds that bring recent forecasts to the level of what followed them.

    .. math:: \ln \frac{O + k}{E + k}, \qquad O = \sum_i w_i y_i, \; E = \sum_i w_i p_i

    over forecasts of a class whose windows have ended by a day, the weight w halving every 14 days
    and k being 20 expected windows per day of horizon, because windows overlap. A shift for each
    class was chosen over one for all on earlier periods: news of fights and of talks swell apart.
    Forecasts are added up by the end of their windows, so that a day costs no look at each of them.

    Parameters
    ----------
    log_odds : array, shape (n,)
    happened : array, shape (n,), or callable
        Outcomes; or those known by a day, given the day.
    ended : int array, shape (n,)
        First day after each window: only those at or before a day are used on it.
    days : sequence of int
        Days of which the shifts are wanted.
    horizon : int
    cls : int array, shape (n,)
        Class of each forecast, from 0.
    classes : int
        How many there are.
    weight : array, optional
        How many rows each stands for.

    Returns
    -------
    array, shape (days, classes)
        0 for a class of which no window has ended.

    Examples
    --------
    >>> p, ended = np.full(4000, 0.5), np.full(4000, 8)
    >>> shifts = level_shifts(np.zeros(4000), happened=np.r_[np.ones(1000), np.zeros(3000)],
    ...                       ended=ended, days=(8,), horizon=1, cls=0 * ended, classes=1)
    >>> shifts.round(2).tolist()
    [[-0.68]]
    """
    first, span = int(ended.min()), int(np.ptp(ended)) + 1
    cell = cls * span + ended - first
    each = np.ones(len(ended)) if weight is None else weight

    def added(values: Floats) -> Floats:
        total = np.bincount(cell, weights=each * values, minlength=classes * span)
        return total.astype(np.float64).reshape(classes, span)

    expected = added(expit(log_odds))
    observed = np.zeros_like(expected) if callable(happened) else added(happened)
    prior = PRIOR_WINDOWS * horizon
    out = np.zeros((len(days), classes))
    for at, now in enumerate(days):
        if callable(happened):
            observed = added(happened(now))
        age = now - first - np.arange(span)
        fade = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / MEMORY), 0.0)
        out[at] = np.log((observed @ fade + prior) / (expected @ fade + prior))
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of one method beside the reference; `brier` and `log` smaller is better.

    Attributes
    ----------
    n : int
    rate : float
        Observed frequency.
    brier, log : float
        Log score in nats, clipped at 0.0001.
    brier_skill, log_skill : float
        1 - score / score of the reference; larger is better.
    brier_skill_low, brier_skill_high : float
        90 % interval: the wider of the bootstraps by blocks of days and by dyad; NaN if not made,
        or made of too few of either.
    ece, slope, intercept, observed_over_expected, sharpness, auc, auc_within : float
        Slope and intercept of the outcome on the forecast's log-odds (1 and 0 are ideal);
        sharpness is the standard deviation of the forecasts.
    """

    n: int
    rate: float
    brier: float
    log: float
    brier_skill: float
    log_skill: float
    brier_skill_low: float
    brier_skill_high: float
    ece: float
    slope: float
    intercept: float
    observed_over_expected: float
    sharpness: float
    auc: float
    auc_within: float


def _log_loss(p: Floats, *, happened: Floats) -> Floats:
    """Log score in nats of each forecast, clipped."""
    q = np.clip(np.where(happened == 1, p, 1 - p), CLIP, 1 - CLIP)
    return np.asarray(-np.log(q), dtype=np.float64)


def block_interval(
    score: Floats, *, reference: Floats, blocks: Ints, rng: np.random.Generator, draws: int
) -> tuple[float, float]:
    """90 % interval of ``1 - mean(score) / mean(reference)``, whole blocks resampled.

    NaN where blocks are fewer than `FEWEST_BLOCKS`: the middle 90 % of draws from two of them, one
    of a single day, hold the truth half of the time, from four three times in four.

    References
    ----------
    .. [1] Davison & Hinkley, Bootstrap Methods and their Application (1997), section 3.8.
    """
    where = np.unique(blocks, return_inverse=True)[1]
    a, b = np.bincount(where, weights=score), np.bincount(where, weights=reference)
    count = len(a)
    if count < 2:
        return float("nan"), float("nan")
    skill = np.empty(draws)
    for i in range(draws):
        drawn = rng.integers(0, count, count)
        skill[i] = 1 - a[drawn].sum() / b[drawn].sum()
    if count < FEWEST_BLOCKS:  # drawn all the same: what is drawn next does not hang on it
        return float("nan"), float("nan")
    low, high = np.quantile(skill, (0.05, 0.95))
    return float(low), float(high)


def scores(
    p: Floats,
    *,
    happened: Floats,
    reference: Floats,
    series: Ints | None = None,
    day_blocks: Ints | None = None,
    dyads: Ints | None = None,
    rng: np.random.Generator | None = None,
    draws: int = 200,
) -> Scores:
    """Score a method on forecasts with known outcomes.

    Parameters
    ----------
    p, happened, reference : array, shape (n,)
    series : int array, optional
        For the AUC within series.
    day_blocks, dyads : int array, optional
        For the intervals, with `rng`.
    rng : numpy.random.Generator, optional
    draws : int

    Returns
    -------
    Scores

    Raises
    ------
    TermError
        If there is no forecast or a probability lies outside [0, 1].
    """
    if len(p) == 0 or not (np.all(p >= 0) and np.all(p <= 1)):
        raise TermError("expected at least one probability, all in [0, 1].")
    squared, other = (p - happened) ** 2, (reference - happened) ** 2
    logs, other_logs = (_log_loss(q, happened=happened) for q in (p, reference))
    intervals = [
        block_interval(squared, reference=other, blocks=blocks, rng=rng, draws=draws)
        for blocks in (day_blocks, dyads)
        if blocks is not None and rng is not None
    ]
    widest = max(
        (i for i in intervals if not np.isnan(i[0])),
        key=lambda i: i[1] - i[0],
        default=(float("nan"),) * 2,
    )
    both = 0 < happened.mean() < 1 and float(p.std()) > 1e-6
    intercept, slope = platt(p, happened=happened) if both else (float("nan"),) * 2
    expected = float(p.sum())
    return Scores(
        n=len(p),
        rate=float(happened.mean()),
        brier=float(squared.mean()),
        log=float(logs.mean()),
        brier_skill=_skill(squared, other),
        log_skill=_skill(logs, other_logs),
        brier_skill_low=widest[0],
        brier_skill_high=widest[1],
        ece=reliability(p, happened=happened).ece,
        slope=slope,
        intercept=intercept,
        observed_over_expected=float(happened.sum()) / expected if expected else float("nan"),
        sharpness=float(p.std()),
        auc=auc(p, happened=happened),
        auc_within=float("nan")
        if series is None
        else auc_within(p, happened=happened, series=series),
    )


def _skill(score: Floats, reference: Floats) -> float:
    """Return 1 - mean / mean; NaN where the reference is perfect."""
    below = float(reference.mean())
    return float(1 - score.mean() / below) if below > 0 else float("nan")
