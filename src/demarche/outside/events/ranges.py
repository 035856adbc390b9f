"""Ranges: where the true probability lies, given what a record can know about a series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, logit

from demarche.errors import DataError, TermError
from demarche.outside.events.lift import Lift, Trials

__all__ = [
    "Spread",
    "fit_spread",
    "forecast_range",
    "lift_allowance",
    "memory_days",
    "misfit_variance",
    "parameter_variance",
    "residual_covariance",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LAGS = 14
"""Days beyond the horizon over which residuals of a series are compared with each other."""
FEWEST_SERIES = 5
"""Series below which the spread between them is not estimated."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """How far true log-odds may lie from a forecast's, beyond the pooled fit's own uncertainty.

    Attributes
    ----------
    between : float
        Variance of log-odds between series, before any of a series' own record is seen.
    information : mapping of int to float
        Fisher information about its log-odds that a series gives per day of record.
    memory : float
        Days of record that count: the length of the record, or less with forgetting.
    misfit : float
        Variance between situations that the fit takes for equal.
    inflation : float
        Factor on the standard deviation, at least 1.
    excess : float
        Residual covariance on the log-odds scale that the inflation answers to.
    pairs : int
        Pairs of residuals it rests on.
    step : str
        The inflation as a named step, for the record of what was done.
    """

    between: float
    information: Mapping[int, float]
    memory: float
    misfit: float
    inflation: float
    excess: float
    pairs: int
    step: str

    def variance(self, series: Ints) -> Floats:
        r"""Variance of each series' log-odds: :math:`1 / (1/\tau^2 + I) + \delta^2`.

        A series that the record does not know gets all of :math:`\tau^2`.
        """
        seen = np.array([self.information.get(int(s), 0.0) for s in series]) * self.memory
        return np.asarray(1.0 / (1.0 / self.between + seen) + self.misfit)


def memory_days(days: float, *, half_life: float | None) -> float:
    """Days of record that count, when each day counts half as much as one `half_life` later.

    Examples
    --------
    >>> memory_days(300, half_life=None)
    300
    >>> round(memory_days(1e6, half_life=60), 1)
    87.1
    """
    if half_life is None:
        return days
    if not half_life > 0:
        raise TermError(f"the half-life is {half_life} days; expected a positive number.")
    keep = 0.5 ** (1 / half_life)
    return float((1 - keep**days) / (1 - keep))


def parameter_variance(inputs: Floats, *, covariance: Floats) -> Floats:
    r"""Laplace variance of the log-odds of forecasts: :math:`x_i^\top \Sigma x_i`.

    Parameters
    ----------
    inputs : float array, shape (N, K)
        As they entered the fit (standardised there means standardised here).
    covariance : float array, shape (K, K)
        Of the coefficients; with overlapping windows, clustered or times h.

    Returns
    -------
    float array, shape (N,)
    """
    return np.asarray(np.einsum("ij,jk,ik->i", inputs, covariance, inputs))


def residual_covariance(trials: Trials, *, lags: range) -> tuple[float, float, int]:
    r"""Covariance of errors in log-odds at some lags, from residuals of the same series.

    .. math:: \hat c = \frac{\sum_{s, t, \ell} r_{s,t} r_{s,t+\ell}}
                            {\sum_{s, t, \ell} w_{s,t} w_{s,t+\ell}},
              \quad r = y - p,\; w = p (1 - p)

    Lags must be at least h, so that windows do not overlap and their own chance does not count. A
    forecaster that had used all of the past would have 0 here; what is above 0 is what it left.

    Parameters
    ----------
    trials : Trials
        Held-out forecasts; `dyad` numbers the series; at most one a day.
    lags : range
        Days.

    Returns
    -------
    (float, float, int)
        The covariance (0 without any pair), its standard error clustered by series, and the number
        of pairs.

    Raises
    ------
    TermError
        If a lag is shorter than the horizon.
    """
    if lags.start < trials.horizon:
        raise TermError(f"a lag of {lags.start} days overlaps windows of {trials.horizon}.")
    if not trials.p.size:
        return 0.0, 0.0, 0
    _, row = np.unique(trials.dyad, return_inverse=True)
    column = trials.day - trials.day.min()
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    residual, weight = np.zeros(shape), np.zeros(shape)
    residual[row, column] = trials.y - trials.p
    weight[row, column] = trials.p * (1 - trials.p)
    top, bottom = np.zeros(shape[0]), np.zeros(shape[0])
    pairs = 0
    for lag in lags:
        if lag >= shape[1]:
            break
        top += (residual[:, :-lag] * residual[:, lag:]).sum(axis=1)
        both = weight[:, :-lag] * weight[:, lag:]
        bottom += both.sum(axis=1)
        pairs += int(np.count_nonzero(both))
    if not bottom.sum() > 0:
        return 0.0, 0.0, pairs
    ratio = float(top.sum() / bottom.sum())
    error = float(np.sqrt(np.square(top - ratio * bottom).sum()) / bottom.sum())
    return ratio, error, pairs


def misfit_variance(trials: Trials, *, labels: Ints) -> float:
    r"""Variance of log-odds between situations that a fit takes for equal.

    Forecasts are grouped by a label that the fit knows only smoothly, or not at all, such as the
    number of days since Z last acted on X. With residuals r and weights w = p (1 - p) summed over
    each group g,

    .. math:: \hat\delta^2 = \max\Big(0, \frac{\sum_g (R_g^2 - V_g) / W_g}{\sum_g W_g}\Big)

    where :math:`V_g = \sum_s R_{g,s}^2` takes off what each series has with itself, so that only
    what different series share in the same situation counts, however windows overlap.

    Parameters
    ----------
    trials : Trials
        Held-out forecasts.
    labels : int array, shape (N,)

    Returns
    -------
    float

    References
    ----------
    .. [1] DerSimonian, R. & Laird, N. (1986). Controlled Clinical Trials 7(3), 177-188,
       doi:10.1016/0197-2456(86)90046-2 (variance between groups by moments).
    """
    if not trials.p.size:
        return 0.0
    _, group = np.unique(labels, return_inverse=True)
    _, series = np.unique(trials.dyad, return_inverse=True)
    alone = np.zeros((int(group.max()) + 1, int(series.max()) + 1))
    np.add.at(alone, (group, series), trials.y - trials.p)
    weight = np.bincount(group, weights=trials.p * (1 - trials.p))
    residual = np.bincount(group, weights=trials.y - trials.p)
    beyond = (np.square(residual) - np.square(alone).sum(axis=1)) / weight
    return max(0.0, float(beyond.sum() / weight.sum()))


def lift_allowance(lift: Lift, *, admitted: bool) -> float:
    """Variance of log-odds that a lift brings into a range: its own, and all of it if not admitted.

    A lift that the gate did not admit moves no estimate, but the range must allow that it is real.
    """
    held_back = 0.0 if admitted else float(np.log(lift.value)) ** 2
    return lift.log_sd**2 + held_back


def fit_spread(
    trials: Trials,
    *,
    days: int,
    split: int,
    half_life: float | None = None,
    labels: Sequence[Ints] = (),
) -> Spread:
    r"""Spread of true log-odds around the forecasts of a pooled fit.

    Between series: the variance :math:`\tau^2` solves

    .. math:: \tau^2 = \operatorname{Var}_s \overline{\operatorname{logit} p}_s
              + \operatorname{mean}_s \frac{1}{1/\tau^2 + I_s}

    (what forecasts differ by, plus what each may still be wrong by), where
    :math:`I_s = M \overline{p (1-p)}_s / h` is the information of a series' own record: its windows
    divided by h because they overlap, over M days that count. Then a single inflation is calibrated
    on forecasts from day `split` on: with the residual covariance c there, its standard error, and
    the mean variance v of the same forecasts (weighted as c is),
    :math:`\kappa^2 = 1 + \max(c - \mathrm{se}_c^2 / c, 0) / v`, the positive-part estimate: a
    covariance within its own error inflates nothing.

    Parameters
    ----------
    trials : Trials
        Held-out forecasts of one class and horizon, daily or nearly; `dyad` numbers the series.
    days : int
        Days of record behind the forecast asked for.
    split : int
        First day of the held-out part on which the inflation is calibrated.
    half_life : float, optional
        Of the base rate's forgetting, days; None for none.
    labels : sequence of int arrays, each of shape (N,)
        Situations that the fit may take for equal and that may differ: see `misfit_variance`; their
        variances are added up.

    Returns
    -------
    Spread

    Raises
    ------
    DataError
        If fewer than five series, or no forecast from `split` on, are given.

    References
    ----------
    .. [1] Morris, C. N. (1983). JASA 78(381), 47-55, doi:10.1080/01621459.1983.10477920
       (variance between groups with unequal information; positive-part estimates).
    """
    earlier, later = trials.where(trials.day < split), trials.where(trials.day >= split)
    series, row = np.unique(earlier.dyad, return_inverse=True)
    if series.size < FEWEST_SERIES or not later.p.size:
        raise DataError(
            f"{series.size} series before day {split} and {later.p.size} forecasts after; "
            f"expected at least {FEWEST_SERIES} series and some forecasts. Widen the class."
        )
    many = np.bincount(row)
    level = np.bincount(row, weights=np.asarray(logit(earlier.p))) / many
    per_day = np.bincount(row, weights=earlier.p * (1 - earlier.p)) / many / trials.horizon
    then = memory_days(float(split), half_life=half_life)
    between = _between(level, information=per_day * then)
    base = Spread(
        between=between,
        information=dict(zip(series.tolist(), per_day.tolist(), strict=True)),
        memory=memory_days(float(days), half_life=half_life),
        misfit=sum(misfit_variance(trials, labels=each) for each in labels),
        inflation=1.0,
        excess=0.0,
        pairs=0,
        step="",
    )
    lags = range(trials.horizon, trials.horizon + LAGS)
    excess, error, pairs = residual_covariance(later, lags=lags)
    weight = np.square(later.p * (1 - later.p))
    mean = float((weight * base.variance(later.dyad)).sum() / weight.sum())
    kept = max(excess - error**2 / excess, 0.0) if excess > 0 else 0.0
    inflation = float(np.sqrt(1 + kept / mean))
    return Spread(
        between=between,
        information=base.information,
        memory=base.memory,
        misfit=base.misfit,
        inflation=inflation,
        excess=excess,
        pairs=pairs,
        step=(
            f"inflate the standard deviation of log-odds by {inflation:.2f}, calibrated on "
            f"{pairs:,} pairs of residuals from day {split} on"
        ),
    )


def _between(level: Floats, *, information: Floats) -> float:
    """Fixed point of the variance between series; monotone, so iteration from above converges."""
    between = 1.0
    for _ in range(500):
        new = float(level.var() + np.mean(1 / (1 / between + information)))
        if abs(new - between) < 1e-9 * between:
            break
        between = min(new, 25.0)
    return max(between, 1e-6)


def forecast_range(
    p: Floats | float,
    *,
    spread: Spread,
    series: Ints,
    parameter: Floats | float = 0.0,
    lift: float = 0.0,
    coverage: float = 0.8,
) -> tuple[Floats, Floats]:
    r"""Central range of the true probability around a forecast.

    A beta distribution with the forecast as its mean, and m such that its log-odds vary as stated:

    .. math:: m = \frac{1}{p (1-p)\, \sigma^2}, \quad
              \sigma^2 = \kappa^2 (v_s + x^\top \Sigma x) + \sigma_\lambda^2

    with the series' variance :math:`v_s`, the pooled fit's :math:`x^\top \Sigma x`, the inflation
    :math:`\kappa` and the lift's :math:`\sigma_\lambda`.

    Parameters
    ----------
    p : float or array, shape (N,)
        Strictly between 0 and 1.
    spread : Spread
    series : int array, shape (N,)
    parameter : float or array
        From `parameter_variance`.
    lift : float
        Variance from `lift_allowance`; 0 without a trigger.
    coverage : float

    Returns
    -------
    (float array, float array)
        Ends of the range.

    Raises
    ------
    TermError
        If a number is outside its range.
    """
    centre = np.atleast_1d(np.asarray(p, dtype=np.float64))
    if not np.all((centre > 0) & (centre < 1)):
        raise TermError("a forecast must lie strictly between 0 and 1 to have a range.")
    if not 0 < coverage < 1:
        raise TermError(f"the coverage is {coverage}; expected strictly between 0 and 1.")
    variance = spread.inflation**2 * (spread.variance(series) + parameter) + lift
    m = 1.0 / (centre * (1 - centre) * variance)
    tail = (1 - coverage) / 2
    low = betaincinv(m * centre, m * (1 - centre), tail)
    high = betaincinv(m * centre, m * (1 - centre), 1 - tail)
    return np.asarray(low), np.asarray(high)
