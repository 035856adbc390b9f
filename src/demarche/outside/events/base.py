"""Base rates of event series: how often a class of act came within h days, before this day.

The reference of every back-test is the expanding share of a series' own completed windows, drawn
towards its class. The base rate that is shown adds forgetting and the ladder of wider classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from demarche.errors import MethodError
from demarche.outside.events._distinct import number
from demarche.outside.events.panel import Panel
from demarche.outside.events.series import Index, Rows, Scheme, classes_of, entered

__all__ = [
    "FORGETTING",
    "LEVELS",
    "BaseFit",
    "Shares",
    "cell_means",
    "climatology",
    "fit_base",
    "forgetting_of",
    "ladder",
    "ladder_weights",
    "platt",
    "shares",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FORGETTING = (75.0, 30.0, 150.0)
"""Half-lives of forgetting in days on a record of about a year; longer records stretch them."""
LEVELS = ("class", "bloc", "actor x class", "pair", "quad class", "exact type")
"""The ladder, from the widest reference class to the series itself."""
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
EDGE = 1e-4
PRIOR = 10.0
"""Inverse variance that draws the recalibration of the base rate to none; more with overlap."""


def forgetting_of(days: int) -> tuple[float, ...]:
    """Half-lives of forgetting for a record of so many days: stretched with its square root.

    Examples
    --------
    >>> forgetting_of(365)
    (75.0, 30.0, 150.0)
    >>> round(forgetting_of(3650)[0])
    237
    """
    return tuple(h * max(1.0, np.sqrt(days / 365.0)) for h in FORGETTING)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Completed windows of each row's series, and how many of them held the act.

    Attributes
    ----------
    held : array, shape (rows, 1 + forgettings)
        Weight of windows that held it: first all alike, then with each half-life of forgetting.
    total : array, shape (rows, 1 + forgettings)
        Weight of all completed windows; at least a tiny positive number.
    windows : int array, shape (rows,)
        ``max(0, day - horizon + 1)``.
    horizon : int
    """

    held: Floats
    total: Floats
    windows: Ints
    horizon: int


def shares(panel: Panel, *, index: Index, scheme: Scheme, rows: Rows, horizon: int) -> Shares:
    """Count completed windows per row, one pass over the events.

    Windows of days ``s`` to ``s + horizon - 1`` with ``s`` from 0 to ``day - horizon``; a window
    counts where an event of it was known before the row's day.

    Parameters
    ----------
    panel : Panel
    index : Index
    scheme : Scheme
    rows : Rows
    horizon : int
        Days.

    Returns
    -------
    Shares
    """
    from demarche.outside.events._kernels import windows

    targets = len(scheme.targets)
    acts = entered(panel, index=index)
    fades = fades_of(panel.days)
    held = np.zeros((len(rows), len(fades)))
    windows(
        acts.enter,
        acts.day,
        acts.dyad,
        acts.code,
        *classes_of(scheme, many=targets),
        targets,
        len(index.actor) * targets,
        horizon,
        fades,
        rows.day,
        rows.dyad * targets + rows.cls,
        held,
    )
    n = np.maximum(rows.day - horizon + 1, 0)
    return Shares(held=held, total=window_weights(n, fades=fades), windows=n, horizon=horizon)


def fades_of(days: int) -> Floats:
    """What a window counts for a day later, without forgetting first."""
    return np.array([1.0, *(0.5 ** (1.0 / h) for h in forgetting_of(days))])


def window_weights(windows: Ints, *, fades: Floats) -> Floats:
    """Weight of so many completed windows with each forgetting, shape (rows, forgettings)."""
    total = np.empty((len(windows), len(fades)))
    total[:, 0] = windows
    total[:, 1:] = (1 - fades[1:] ** windows[:, None]) / (1 - fades[1:])
    return np.maximum(total, 1e-9)


def _groups(keys: tuple[Ints, ...]) -> Ints:
    """Number of each row's cell: rows that share all keys have the same."""
    where = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        width = int(key.max(initial=0)) + 2
        where = number(where * width + key + 1)[1]
    return where


def _by_cell(values: tuple[Floats, ...], *, cell: Ints) -> list[Floats]:
    """Sums of values over the rows of each cell, back on the rows."""
    return [np.bincount(cell, weights=v).astype(np.float64)[cell] for v in values]


def climatology(shares: Shares, *, rows: Rows, strength: float) -> Floats:
    """Expanding share of the series' own completed windows, drawn towards its class on that day.

    Parameters
    ----------
    shares : Shares
    rows : Rows
    strength : float
        Windows that the class counts for.

    Returns
    -------
    array
        In [0, 1]; the class alone where the series has no completed window.
    """
    held, total = shares.held[:, 0], shares.total[:, 0]
    sums = _by_cell((held, total), cell=_groups((rows.day, rows.cls)))
    mean = sums[0] / sums[1]
    weight = max(strength, 1e-9)
    return np.clip((held + weight * mean) / (total + weight), 0.0, 1.0)


def _cells(rows: Rows, *, index: Index, panel: Panel, scheme: Scheme) -> list[Ints]:
    """Cell numbers of the rows at each level but the last, from wide to narrow."""
    x, z = index.actor[rows.dyad], index.recipient[rows.dyad]
    gx, gz = panel.group[x].astype(np.int64), panel.group[z].astype(np.int64)
    # An actor without a bloc is a bloc of its own, after all others.
    gx = np.where(gx >= 0, gx, len(panel.groups) + x)
    gz = np.where(gz >= 0, gz, len(panel.groups) + z)
    parent = scheme.parent[rows.cls]
    return [
        _groups(keys)
        for keys in (
            (rows.day, rows.cls),
            (rows.day, rows.cls, gx, gz),
            (rows.day, rows.cls, x),
            (rows.day, rows.dyad),
            (rows.day, rows.dyad, parent),
        )
    ]


def cell_means(
    shares: Shares,
    *,
    rows: Rows,
    index: Index,
    panel: Panel,
    scheme: Scheme,
    counted: Floats | None = None,
) -> Floats:
    """Mean share of the other series in each wider class, in log-odds; shape (rows, 5).

    Class; bloc to bloc; what the actor does to others in this class; what the recipient gets of
    it; the pair in other classes. Each is drawn towards the class by three series. Rows whose
    `counted` is 0 read the classes and are no part of them.
    """
    share = shares.held[:, 1] / shares.total[:, 1]
    ones = np.ones(len(rows)) if counted is None else counted
    share, raw = share * ones, share
    cells = _cells(rows, index=index, panel=panel, scheme=scheme)
    total, count = _by_cell((share, ones), cell=cells[0])
    mean = np.where(count > 0, total / np.maximum(count, 1), raw)
    out = [mean]
    z = index.recipient[rows.dyad]
    for cell in (cells[1], cells[2], _groups((rows.day, rows.cls, z)), cells[3]):
        total, count = _by_cell((share, ones), cell=cell)
        out.append((total - share + 3 * mean) / (count - ones + 3))
    return np.asarray(logit(np.clip(np.stack(out, axis=1), EDGE, 1 - EDGE)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFit:
    """How strongly each level is drawn to the one above, and the recalibration after it.

    Attributes
    ----------
    strengths : tuple of float
        Per level after the class, in windows divided by the horizon: the larger, the less a level
        departs from the one above.
    forgetting : int
        Column of `Shares.held` used.
    intercept, slope : float
        Of the recalibration in log-odds.
    """

    strengths: tuple[float, ...]
    forgetting: int
    intercept: float
    slope: float


def class_rate(*, observed: Floats, windows: Floats) -> Floats:
    """Rate of the widest level: windows that held an act of the class, of those completed."""
    return np.asarray(np.clip((observed + 0.01) / (windows + 0.02), EDGE, 1 - EDGE))


def drawn(before: Floats, *, observed: Floats, expected: Floats, strength: float) -> Floats:
    """Rate of a level, drawn to that of the level above by so many expected windows."""
    odds = before / (1 - before) * (observed + strength) / (expected + strength)
    return np.asarray(np.clip(odds / (1 + odds), EDGE, 1 - EDGE))


def ladder(
    fit: BaseFit,
    *,
    shares: Shares,
    rows: Rows,
    index: Index,
    panel: Panel,
    scheme: Scheme,
    calibrated: bool = True,
    counted: Floats | None = None,
    cells: list[Ints] | None = None,
) -> Floats:
    r"""Shrunken rate of every level for each row, shape (rows, 6), wide to narrow.

    .. math:: o_\ell = o_{\ell-1} \frac{O_\ell + k_\ell}{E_\ell + k_\ell}

    on the odds :math:`o`, with O the windows that held the act in the row's cell of level
    :math:`\ell` and E those expected by the level above, both divided by the horizon because
    windows overlap (Gamma shrinkage of a ratio of rates). Rows whose `counted` is 0 read the wider
    classes and are no part of them. `cells` saves counting them again.

    Returns
    -------
    array
        Strictly between 0 and 1; the last column, recalibrated, is the base rate.
    """
    held = shares.held[:, fit.forgetting] / shares.horizon
    total = shares.total[:, fit.forgetting] / shares.horizon
    if cells is None:
        cells = _cells(rows, index=index, panel=panel, scheme=scheme)
    part = np.ones(len(rows)) if counted is None else counted
    sums = _by_cell((part * held, part * total), cell=cells[0])
    rate = class_rate(observed=sums[0], windows=sums[1])
    out = [rate]
    for level, strength in enumerate(fit.strengths):
        expected = rate * total
        observed = held
        if level + 1 < len(cells):
            observed, expected = _by_cell((part * held, part * expected), cell=cells[level + 1])
        rate = drawn(rate, observed=observed, expected=expected, strength=strength)
        out.append(rate)
    if calibrated:
        out[-1] = expit(fit.intercept + fit.slope * logit(out[-1]))
    return np.stack(out, axis=1)


def ladder_weights(
    fit: BaseFit,
    *,
    shares: Shares,
    rows: Rows,
    index: Index,
    panel: Panel,
    scheme: Scheme,
    counted: Floats | None = None,
) -> Floats:
    """Weight of each level in the base rate, shape (rows, 6), wide to narrow; rows sum to 1.

    A level weighs ``E / (E + k)`` of what the narrower levels leave, with E the windows (divided
    by the horizon) in which the level above expects the act.
    """
    rates = ladder(
        fit, shares=shares, rows=rows, index=index, panel=panel, scheme=scheme, calibrated=False,
        counted=counted,
    )  # fmt: skip
    part = np.ones(len(rows)) if counted is None else counted
    total = shares.total[:, fit.forgetting] / shares.horizon
    cells = _cells(rows, index=index, panel=panel, scheme=scheme)
    left = np.ones(len(rows))
    out = np.zeros((len(rows), len(LEVELS)))
    for level in range(len(fit.strengths) - 1, -1, -1):
        expected = rates[:, level] * total
        if level + 1 < len(cells):
            expected = _by_cell((part * expected,), cell=cells[level + 1])[0]
        share = expected / (expected + fit.strengths[level])
        out[:, level + 1] = left * share
        left = left * (1 - share)
    out[:, 0] = left
    return out


def fit_base(
    *, shares: Shares, rows: Rows, index: Index, panel: Panel, scheme: Scheme, happened: Floats
) -> BaseFit:
    """Choose shrinkage and forgetting by past log loss, then slope and intercept.

    Each number is chosen in turn from a fixed grid, strengths twice round and forgetting once, on
    rows whose outcome is known.
    Slope and intercept are drawn to none, the more the windows overlap: few of them, nearly alike,
    would turn the shares to 0 and 1. Where all outcomes are alike, as in the last weeks before a
    yearly act, there is nothing to choose by: the middle of the grid stands, without recalibration.

    Raises
    ------
    MethodError
        If there is no row.
    """
    if len(rows) == 0:
        raise MethodError(
            "there is no past window to weigh a base rate by; give a longer record or a wider "
            "class."
        )
    fit = BaseFit(strengths=(10.0, 10.0, 10.0, 10.0, 1.0), forgetting=1, intercept=0.0, slope=1.0)
    if happened.min() == happened.max():
        return fit

    cells = _cells(rows, index=index, panel=panel, scheme=scheme)

    def loss(fit: BaseFit) -> tuple[float, Floats]:
        p = ladder(
            fit, shares=shares, rows=rows, index=index, panel=panel, scheme=scheme,
            calibrated=False, cells=cells,
        )[:, -1]  # fmt: skip
        return float(-np.mean(happened * np.log(p) + (1 - happened) * np.log(1 - p))), p

    best, p = loss(fit)
    for turn in range(2):
        for level in range(len(fit.strengths)):
            for k in STRENGTHS:
                at = (*fit.strengths[:level], k, *fit.strengths[level + 1 :])
                trial = BaseFit(strengths=at, forgetting=fit.forgetting, intercept=0.0, slope=1.0)
                now, q = loss(trial)
                if now < best - 1e-9:
                    fit, best, p = trial, now, q
        for column in range(shares.held.shape[1]) if turn == 0 else ():
            trial = BaseFit(strengths=fit.strengths, forgetting=column, intercept=0.0, slope=1.0)
            now, q = loss(trial)
            if now < best - 1e-9:
                fit, best, p = trial, now, q
    days = np.unique(rows.day)
    apart = int(np.diff(days).min()) if len(days) > 1 else shares.horizon
    overlap = max(1.0, shares.horizon / apart)
    intercept, slope = platt(p, happened=happened, prior=PRIOR * overlap)
    return BaseFit(
        strengths=fit.strengths, forgetting=fit.forgetting, intercept=intercept, slope=slope
    )


def platt(p: Floats, *, happened: Floats, prior: float = 0.0) -> tuple[float, float]:
    """Intercept and slope of the outcome on the log-odds of a forecast, by maximum likelihood.

    Parameters
    ----------
    p : array, shape (N,)
    happened : array, shape (N,)
    prior : float
        Draws intercept to 0 and slope to 1: the inverse variance of both. Few forecasts, or ones
        that are nearly alike, leave a slope without it that turns them to 0 and 1.

    References
    ----------
    .. [1] Cox, D. R. (1958). Two further applications of a model for binary regression.
       Biometrika 45, 562-565. doi:10.1093/biomet/45.3-4.562.
    """
    x = logit(np.clip(p, EDGE, 1 - EDGE))
    centre, pull = np.array([0.0, 1.0]), prior / len(x)

    def loss(b: Floats) -> tuple[float, Floats]:
        eta = b[0] + b[1] * x
        gap = expit(eta) - happened
        value = float(np.mean(np.logaddexp(0.0, eta) - happened * eta))
        away = b - centre
        return (
            value + pull * float(away @ away) / 2,
            np.array([gap.mean(), (gap * x).mean()]) + pull * away,
        )

    found = minimize(loss, centre, jac=True, method="BFGS", options={"gtol": 1e-8})
    return float(found.x[0]), float(found.x[1])
