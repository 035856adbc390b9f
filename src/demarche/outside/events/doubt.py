"""Doubt: how far the truth may lie from a forecast, as the windows that were learned from tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = [
    "INFLATION",
    "MEMORY",
    "PRIOR_WINDOWS",
    "Doubt",
    "between_series",
    "dispersion_index",
    "find_doubt",
    "level_variance",
    "misfit_variance",
    "own_variance",
    "windows_as_one",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEWEST_SERIES = 5
"""Series below which the spread between them is not estimated but taken as `UNKNOWN`."""
MEMORY = 14.0
"""Days after which a resolved forecast counts half in the recalibration of the level."""
PRIOR_WINDOWS = 20.0
"""Expected windows, per day of horizon, that draw that recalibration towards none."""
INFLATION = 1.1
"""Factor on the standard deviation of log-odds, chosen on synthetic worlds: see docs/events.md."""
BLOCK, BLOCKS = 91, 4
"""Days, and horizons, of a block within which acts are counted together."""
UNKNOWN = 1.0
"""Variance of log-odds between series where there are too few to estimate one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """How far the true log-odds may lie from a forecast's, beyond what one row's inputs tell.

    Attributes
    ----------
    overlap : float
        Windows learned from that count as one, because they overlap.
    between : float
        Variance between the series of a class, before any of their own record is seen.
    bursts : float
        Index of dispersion: how many acts of a series tell as much as one alone would.
    misfit : float
        Variance between situations that the fit takes for equal.
    level : tuple of float
        Variance of the shift of each class's level to what followed recent forecasts.
    """

    overlap: float = 1.0
    between: float = UNKNOWN
    bursts: float = 1.0
    misfit: float = 0.0
    level: tuple[float, ...] = ()


def find_doubt(
    log_odds: Floats,
    *,
    happened: Floats,
    day: Ints,
    series: Ints,
    cls: Ints,
    classes: int,
    weight: Floats,
    horizon: int,
    labels: Sequence[Ints],
    recent: NDArray[np.bool_],
) -> Doubt:
    """Measure the parts of a `Doubt` on the windows that a fit was learned from.

    Parameters
    ----------
    log_odds : array, shape (N,)
        Forecasts before their level was shifted.
    happened, day, series, cls, weight : array, shape (N,)
        Outcome, origin, number of the series and of its class, windows that each row stands for.
    classes, horizon : int
    labels : sequence of int arrays
        Situations, as `misfit_variance` takes them.
    recent : bool array, shape (N,)
        Rows on which the level was shifted.

    Returns
    -------
    Doubt
    """
    p = expit(log_odds)
    overlap = windows_as_one(day, horizon=horizon)
    level = [
        level_variance(
            p[own],
            ended=day[own] + horizon,
            now=int(day.max()) + horizon,
            horizon=horizon,
            weight=weight[own],
            overlap=overlap,
        )
        for own in (recent & (cls == one) for one in range(classes))
    ]
    return Doubt(
        overlap=overlap,
        between=round(
            between_series(log_odds, series=series, cls=cls, weight=weight, overlap=overlap), 9
        ),
        bursts=round(
            dispersion_index(
                happened, series=series, day=day, weight=weight, horizon=horizon, overlap=overlap
            ),
            9,
        ),
        misfit=round(
            misfit_variance(
                weight * (happened - p),
                information=weight * p * (1 - p),
                series=series,
                labels=labels,
            ),
            9,
        ),
        level=tuple(round(v, 9) for v in level),
    )


def level_variance(
    p: Floats, *, ended: Ints, now: int, horizon: int, weight: Floats, overlap: float = 1.0
) -> float:
    r"""Variance of `level_shifts`, from chance in the outcomes it rests on.

    .. math:: \frac{m \sum_i f_i^2 w_i p_i (1 - p_i)}{\big(\sum_i f_i w_i p_i + k\big)^2}

    with f the fading of old forecasts, w the windows that each stands for, m the windows that count
    as one, and k as there.
    """
    fade = 0.5 ** ((now - ended) / MEMORY)
    chance = float((np.square(fade) * weight * p * (1 - p)).sum()) * overlap
    return chance / (float((fade * weight * p).sum()) + PRIOR_WINDOWS * horizon) ** 2


def windows_as_one(day: Ints, *, horizon: int) -> float:
    r"""How many windows count as one, because those of neighbouring origins overlap.

    With origins e days apart, :math:`1 + 2 \sum_{k \ge 1} \max(0, 1 - k e / h)`: the outcomes of
    two windows are taken to be correlated by the share of days that they have in common.

    Parameters
    ----------
    day : int array
        Origins, in any order; e is the median distance between those that differ.
    horizon : int
        h, days.

    Examples
    --------
    >>> round(windows_as_one(np.arange(100), horizon=7), 9)
    7.0
    >>> round(windows_as_one(np.arange(0, 100, 5), horizon=7), 2)
    1.57
    """
    days = np.unique(day)
    if days.size < 2:
        return 1.0
    step = float(np.median(np.diff(days)))
    lags = step * np.arange(1, int(np.ceil(horizon / step)))
    return float(1 + 2 * (1 - lags / horizon).sum())


def between_series(
    log_odds: Floats, *, series: Ints, cls: Ints, weight: Floats, overlap: float = 1.0
) -> float:
    r"""Variance of log-odds between the series of a class, before their own record is seen.

    .. math:: \tau^2 = \operatorname{Var}_s \overline{\operatorname{logit} p}_s
              + \operatorname{mean}_s \frac{1}{1/\tau^2 + I_s}

    what forecasts differ by, plus what each may still be wrong by, where
    :math:`I_s = \sum p (1 - p) / m` is the information of the series' own m-fold windows.

    Parameters
    ----------
    log_odds : array, shape (N,)
        Forecasts, of any number per series.
    series, cls : int array, shape (N,)
        Number of the series, and of its class; levels are compared within a class.
    weight : array, shape (N,)
        Windows that each row stands for.
    overlap : float
        m, windows that count as one.

    Returns
    -------
    float
        Above 0, at most 25; 1 with fewer than five series, by assumption.

    References
    ----------
    .. [1] Morris, C. N. (1983). JASA 78(381), 47-55, doi:10.1080/01621459.1983.10477920
       (variance between groups with unequal information).
    """
    keys, first, row = np.unique(series, return_index=True, return_inverse=True)
    if keys.size < FEWEST_SERIES:
        return UNKNOWN
    p = expit(log_odds)
    level = np.bincount(row, weights=weight * log_odds) / np.bincount(row, weights=weight)
    information = np.bincount(row, weights=weight * p * (1 - p)) / overlap
    kind = cls[first]
    mean = np.bincount(kind, weights=level) / np.maximum(np.bincount(kind), 1)
    varies = float(np.square(level - mean[kind]).mean())
    between = 1.0
    # monotone in the variance, so that iteration from above converges
    for _ in range(500):
        new = varies + float(np.mean(1 / (1 / between + information)))
        if abs(new - between) < 1e-9 * between:
            break
        between = min(new, 25.0)
    return max(between, 1e-6)


def dispersion_index(
    outcome: Floats, *, series: Ints, day: Ints, weight: Floats, horizon: int, overlap: float = 1.0
) -> float:
    r"""How much more the sums of a series' outcomes vary than those of independent windows.

    .. math:: D = \frac{\sum_{s, b} \big(\sum_{t \in b} e_{s,t}\big)^2}
                      {m \sum_s n_s \bar y_s (1 - \bar y_s) (1 - 1 / B_s)},
              \quad e_{s,t} = y_{s,t} - \bar y_s

    over blocks b of a quarter of a year, or of four horizons if that is longer, B of them in a
    series; m is the overlap of windows. Acts come in bursts, so that n of them tell less of a
    series' rate than n independent ones would: about as much as n / D.

    Parameters
    ----------
    outcome : array of 0 and 1, shape (N,)
    series, day : int array, shape (N,)
        Number of the series, and origin.
    weight : array, shape (N,)
        Windows each row stands for. What drawing rows at random adds is taken off.
    horizon : int
        Days.
    overlap : float

    Returns
    -------
    float
        At least 1; 1 where nothing varies.

    References
    ----------
    .. [1] Cox, D. R. & Lewis, P. A. W. (1966). The Statistical Analysis of Series of Events.
       Methuen (index of dispersion of counts).
    """
    row = np.unique(series, return_inverse=True)[1]
    mean = np.bincount(row, weights=weight * outcome) / np.bincount(row, weights=weight)
    error = outcome - mean[row]
    length = max(BLOCK, BLOCKS * horizon)
    reach = int(day.max()) // length + 1
    cell, at = np.unique(row * reach + day // length, return_inverse=True)
    blocks = np.bincount(cell // reach)
    total = np.bincount(at, weights=weight * error)
    drawn = float((weight * (weight - 1) * np.square(error)).sum())
    free = np.maximum(1 - 1 / blocks, 0.0)
    chance = float((weight * np.square(error) * free[row]).sum()) * overlap
    if not chance > 0:
        return 1.0
    return max(1.0, (float(np.square(total).sum()) - drawn) / chance)


def own_variance(*, between: float, information: Floats | float) -> Floats:
    r"""Variance of log-odds that a series' own record leaves open: :math:`1 / (1/\tau^2 + I)`.

    Examples
    --------
    >>> float(own_variance(between=1.0, information=0.0))   # a series never seen
    1.0
    >>> float(own_variance(between=1.0, information=99.0))
    0.01
    """
    return np.asarray(1.0 / (1.0 / between + np.asarray(information, dtype=np.float64)))


def misfit_variance(
    residual: Floats, *, information: Floats, series: Ints, labels: Sequence[Ints]
) -> float:
    r"""Variance of log-odds between situations that a fit takes for equal, summed over labels.

    Windows are grouped by a label that the fit knows only smoothly, or not at all, such as the
    number of days since Z last acted on X. With residuals R and information W of each group g,

    .. math:: \hat\delta^2 = \max\Big(0, \frac{\sum_g (R_g^2 - V_g) / W_g}{\sum_g W_g}\Big)

    where :math:`V_g = \sum_s R_{g,s}^2` takes off what each series has with itself, so that only
    what different series share in the same situation counts, however windows overlap.

    Parameters
    ----------
    residual, information : array, shape (N,)
        ``y - p`` and ``p (1 - p)``, both times the windows that a row stands for.
    series : int array, shape (N,)
    labels : sequence of int arrays, each of shape (N,)

    Returns
    -------
    float

    References
    ----------
    .. [1] DerSimonian, R. & Laird, N. (1986). Controlled Clinical Trials 7(3), 177-188,
       doi:10.1016/0197-2456(86)90046-2 (variance between groups by moments).
    """
    if not residual.size:
        return 0.0
    number = np.unique(series, return_inverse=True)[1]
    many = int(number.max()) + 1
    found = 0.0
    for label in labels:
        group = np.unique(label, return_inverse=True)[1]
        cell, at = np.unique(group * many + number, return_inverse=True)
        own = np.bincount(cell // many, weights=np.square(np.bincount(at, weights=residual)))
        all_of = np.bincount(group, weights=residual)
        weight = np.bincount(group, weights=information)
        told = weight > 0  # situations in which every outcome is foregone tell nothing
        if told.any():
            beyond = (np.square(all_of[told]) - own[told]) / weight[told]
            found += max(0.0, float(beyond.sum() / weight[told].sum()))
    return found
