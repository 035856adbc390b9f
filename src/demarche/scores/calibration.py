"""Calibration without bins: isotonic reliability, its consistency band, tests and decomposition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.scores._checks import MODEL_CLIP, Floats, Ints, check_clip, resolved

__all__ = [
    "Block",
    "CalibrationTest",
    "Decomposition",
    "Reliability",
    "auc",
    "calibration_error",
    "decompose",
    "isotonic",
    "reliability",
    "spiegelhalter",
]

BAND_POINTS = 501
"""Most distinct forecasts at which a consistency band is evaluated."""


def isotonic(p: ArrayLike, *, outcome: ArrayLike) -> Floats:
    r"""Isotonic recalibration of each forecast: conditional event probabilities, in [0, 1].

    The non-decreasing function of the forecast that fits the outcomes best by least squares (pool
    adjacent violators); equal forecasts are pooled first. It is best for every proper score at
    once.

    Raises
    ------
    TermError
        If a forecast or outcome is out of range or there is none.

    References
    ----------
    .. [1] Dimitriadis, T., Gneiting, T. & Jordan, A. I. (2021). Stable reliability diagrams for
       probabilistic classifiers. PNAS 118(8). doi:10.1073/pnas.2016191118

    Examples
    --------
    >>> isotonic([0.1, 0.2, 0.3, 0.4], outcome=[0, 1, 0, 1]).tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    values, happened = resolved(p, outcome=outcome)
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    fitted = _fit(np.bincount(which, weights=happened).astype(np.float64), count=count)
    return np.asarray(fitted[which])


def _fit(yes: Floats, *, count: Ints) -> Floats:
    from scipy.optimize import isotonic_regression

    fit = isotonic_regression(yes / count, weights=np.asarray(count, dtype=np.float64))
    return np.clip(np.asarray(fit.x, dtype=np.float64), 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One step of the isotonic fit: forecasts between ``low`` and ``high`` and what followed."""

    low: float
    high: float
    mean: float
    observed: float
    n: int
    yes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Reliability by the CORP approach: optimal bins found from the data.

    Attributes
    ----------
    blocks : tuple of Block
        Steps of the fit, lowest first; together they hold every forecast.
    at, band_low, band_high : tuple of float
        Distinct forecasts and the consistency band there: where the fit of a perfectly calibrated
        forecaster with these forecasts would lie.
    level : float
        Share of such fits inside the band, at each point.
    draws : int
        Resamples behind the band.
    outside : int
        Points of ``at`` where the fit lies outside the band.
    """

    blocks: tuple[Block, ...]
    at: tuple[float, ...]
    fit: tuple[float, ...]
    band_low: tuple[float, ...]
    band_high: tuple[float, ...]
    level: float
    draws: int
    outside: int


def reliability(
    p: ArrayLike,
    *,
    outcome: ArrayLike,
    rng: np.random.Generator,
    draws: int = 1000,
    level: float = 0.9,
) -> Reliability:
    r"""Reliability diagram by isotonic regression with a consistency band.

    For the band the forecasts stay as they are, outcomes :math:`y^* \sim
    \mathrm{Bernoulli}(p)` are drawn as if every forecast were right, and the fit is made anew; the
    band runs between the percentiles of those fits. Outcomes that hang together make it too
    narrow. With more than 501 distinct forecasts the band is evaluated at 501 of them, evenly by
    rank.

    Parameters
    ----------
    p, outcome : array, shape (n,)
    rng : numpy.random.Generator
    draws : int
        At least 1.
    level : float
        In (0, 1).

    Raises
    ------
    TermError
        If a value is out of range or there is no forecast.

    References
    ----------
    .. [1] Dimitriadis, T., Gneiting, T. & Jordan, A. I. (2021). PNAS 118(8).
       doi:10.1073/pnas.2016191118

    Examples
    --------
    >>> found = reliability([0.2, 0.2, 0.8, 0.8], outcome=[0, 0, 1, 1], draws=50,
    ...                     rng=np.random.default_rng(1))
    >>> [(block.mean, block.observed, block.n) for block in found.blocks]
    [(0.2, 0.0, 2), (0.8, 1.0, 2)]
    """
    if not 0 < level < 1 or draws < 1:
        raise TermError(f"expected a level in (0, 1) and draws, got {level!r} and {draws!r}.")
    values, happened = resolved(p, outcome=outcome)
    distinct, which, count = np.unique(values, return_inverse=True, return_counts=True)
    yes = np.bincount(which, weights=happened).astype(np.float64)
    fit = _fit(yes, count=count)
    kept = _evenly(len(distinct))
    drawn = np.empty((draws, len(kept)))
    for row in range(draws):
        drawn[row] = _fit(rng.binomial(count, distinct).astype(np.float64), count=count)[kept]
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    out = np.count_nonzero((fit[kept] < low - 1e-12) | (fit[kept] > high + 1e-12))
    return Reliability(
        blocks=_blocks(distinct, fit=fit, count=count, yes=yes),
        at=_floats(distinct[kept]),
        fit=_floats(fit[kept]),
        band_low=_floats(low),
        band_high=_floats(high),
        level=level,
        draws=draws,
        outside=int(out),
    )


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(x) for x in values)


def _evenly(count: int) -> Ints:
    if count <= BAND_POINTS:
        return np.arange(count, dtype=np.int64)
    return np.unique(np.linspace(0, count - 1, BAND_POINTS).round().astype(np.int64))


def _blocks(distinct: Floats, *, fit: Floats, count: Ints, yes: Floats) -> tuple[Block, ...]:
    first = np.flatnonzero(np.r_[True, np.diff(fit) > 0])
    last = np.r_[first[1:], len(fit)]
    return tuple(
        Block(
            low=float(distinct[a]),
            high=float(distinct[b - 1]),
            mean=float(np.average(distinct[a:b], weights=count[a:b])),
            observed=float(yes[a:b].sum() / count[a:b].sum()),
            n=int(count[a:b].sum()),
            yes=int(yes[a:b].sum()),
        )
        for a, b in zip(first, last, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """Mean score = miscalibration - discrimination + uncertainty.

    ``miscalibration`` is what recalibration would have saved, ``discrimination`` what telling
    cases apart gained, ``uncertainty`` the score of always saying the observed frequency.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def decompose(
    p: ArrayLike,
    *,
    outcome: ArrayLike,
    score: Literal["brier", "log"] = "brier",
    clip: float = MODEL_CLIP,
) -> Decomposition:
    r"""Decomposition of a mean score by isotonic recalibration; smaller scores are better.

    .. math:: \bar S(p) = MCB - DSC + UNC, \quad MCB = \bar S(p) - \bar S(c), \;
        DSC = \bar S(r) - \bar S(c), \; UNC = \bar S(r)

    with c the isotonic fit and r the observed frequency. For the log score all three are clipped
    alike.

    Raises
    ------
    TermError
        If a value is out of range, there is no forecast, or the score is unknown.

    References
    ----------
    .. [1] Dimitriadis, T., Gneiting, T. & Jordan, A. I. (2021). PNAS 118(8).
       doi:10.1073/pnas.2016191118

    Examples
    --------
    >>> p = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35]
    >>> found = decompose(p, outcome=[0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    >>> round(found.miscalibration, 5), round(found.discrimination, 5), round(found.uncertainty, 5)
    (0.06725, 0.12, 0.24)
    """
    check_clip(clip)
    if score not in ("brier", "log"):
        raise TermError(f"a decomposition is of 'brier' or 'log', got {score!r}.")
    values, happened = resolved(p, outcome=outcome)
    recalibrated = isotonic(values, outcome=happened)
    constant = np.full(len(values), happened.mean())

    def mean(q: Floats) -> float:
        if score == "brier":
            return float(np.mean((q - happened) ** 2))
        inside = np.clip(np.where(happened == 1, q, 1 - q), clip, 1 - clip)
        return float(-np.mean(np.log(inside)))

    total, best, unconditional = mean(values), mean(recalibrated), mean(constant)
    return Decomposition(
        score=total,
        miscalibration=max(0.0, total - best),
        discrimination=max(0.0, unconditional - best),
        uncertainty=unconditional,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationTest:
    """Statistic and two-sided p-value; both None where every forecast is 0, 0.5 or 1."""

    z: float | None
    p_value: float | None


def spiegelhalter(p: ArrayLike, *, outcome: ArrayLike) -> CalibrationTest:
    r"""Spiegelhalter's test of calibration: about standard normal under it.

    .. math:: z = \frac{\sum_i (y_i - p_i)(1 - 2 p_i)}
        {\sqrt{\sum_i (1 - 2 p_i)^2 p_i (1 - p_i)}}

    It is blind where p is one half, and takes outcomes as independent.

    Raises
    ------
    TermError
        If a value is out of range or there is no forecast.

    References
    ----------
    .. [1] Spiegelhalter, D. J. (1986). Probabilistic prediction in patient management and clinical
       trials. Statistics in Medicine 5(5), 421-433. doi:10.1002/sim.4780050506

    Examples
    --------
    >>> p = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.35]
    >>> found = spiegelhalter(p, outcome=[0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    >>> round(found.z, 7), round(found.p_value, 7)
    (-0.0086095, 0.9931307)
    """
    values, happened = resolved(p, outcome=outcome)
    variance = float(np.sum((1 - 2 * values) ** 2 * values * (1 - values)))
    if variance <= 0:
        return CalibrationTest(z=None, p_value=None)
    z = float(np.sum((happened - values) * (1 - 2 * values))) / math.sqrt(variance)
    return CalibrationTest(z=z, p_value=math.erfc(abs(z) / math.sqrt(2)))


def auc(p: ArrayLike, *, outcome: ArrayLike) -> float | None:
    """Probability that a case that happened was given more than one that did not; ties count half.

    0.5 is no discrimination, 1 perfect. None if only one kind of outcome is there.

    Raises
    ------
    TermError
        If a value is out of range or there is no forecast.

    References
    ----------
    .. [1] Hanley & McNeil (1982). Radiology 143, 29-36. doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> auc([0.1, 0.4, 0.35, 0.8], outcome=[0, 0, 1, 1])
    0.75
    """
    values, happened = resolved(p, outcome=outcome)
    yes = int(happened.sum())
    no = len(happened) - yes
    if yes == 0 or no == 0:
        return None
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[which]
    return float((ranks[happened == 1].sum() - yes * (yes + 1) / 2) / (yes * no))


def calibration_error(p: ArrayLike, *, outcome: ArrayLike, bins: int = 10) -> float:
    r"""Expected calibration error over bins of equal width, in [0, 1]; smaller is better.

    .. math:: \sum_b \frac{n_b}{n} \lvert \bar p_b - \bar y_b \rvert

    It depends on the bins and is not a proper score: read the decomposition first.

    Raises
    ------
    TermError
        If a value is out of range, there is no forecast, or ``bins`` is below 1.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y. & Weinberger, K. Q. (2017). On calibration of modern neural
       networks. ICML. arXiv:1706.04599, equation 3.

    Examples
    --------
    >>> round(calibration_error([0.15, 0.15, 0.95], outcome=[0, 1, 1]), 6)
    0.25
    """
    if bins < 1:
        raise TermError(f"the calibration error needs at least one bin, got {bins}.")
    values, happened = resolved(p, outcome=outcome)
    where = np.minimum((values * bins).astype(np.int64), bins - 1)
    gap = np.bincount(where, weights=values, minlength=bins) - np.bincount(
        where, weights=happened, minlength=bins
    )
    return float(np.abs(gap).sum() / len(values))
