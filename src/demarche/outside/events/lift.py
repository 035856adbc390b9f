"""Lift: how much more often a response followed a trigger than the state of relations expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from demarche.errors import TermError
from demarche.outside.events._distinct import distinct
from demarche.outside.events.doubt import misfit_variance

__all__ = [
    "CLASS_STRENGTH",
    "FINE_STRENGTH",
    "Lift",
    "LiftLadder",
    "Recalibration",
    "Trials",
    "apply_lift",
    "class_lift",
    "fit_ladder",
    "lift_misfit",
    "recalibrate",
    "windows_apart",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CLASS_STRENGTH = 20.0
"""Expected events, after division by the overlap, that draw a class-pooled lift towards 1."""
FINE_STRENGTH = 30.0
"""The same for the finer rungs: same actor, exact dyad."""
GAPS = (2, 4, 8, 15, 31)
"""Days since the trigger last fired that are taken together in the misfit of a lift."""
EDGE = 1e-12
"""Least probability of either kind after a recalibration: a steep one reaches 0 or 1 in floats."""
LONGEST_FINE = 3
"""Longest horizon, in days, at which a finer rung may be fitted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trials:
    """Forecasts of one class and horizon with their outcomes, on occasions or on other days.

    Attributes
    ----------
    dyad, actor : int array, shape (N,)
        Of each forecast.
    day : int array, shape (N,)
        Day of the trigger (or of the control); the window is ``day + 1 .. day + horizon``.
    p : float array, shape (N,)
        Probability by the state of relations alone, strictly between 0 and 1.
    y : float array, shape (N,)
        1 if the response happened in the window, else 0.
    horizon : int
        h, days.
    """

    dyad: Ints
    actor: Ints
    day: Ints
    p: Floats
    y: Floats
    horizon: int

    def __post_init__(self) -> None:
        """Refuse what is no probability, outcome or horizon."""
        sizes = {self.dyad.size, self.actor.size, self.day.size, self.p.size, self.y.size}
        if len(sizes) > 1:
            raise TermError(f"the columns of the trials differ in length: {sorted(sizes)}.")
        if self.horizon < 1:
            raise TermError(f"the horizon is {self.horizon} days; expected at least 1.")
        if not np.all((self.p > 0) & (self.p < 1)):
            raise TermError("a state probability must lie strictly between 0 and 1.")
        if not np.all((self.y == 0) | (self.y == 1)):
            raise TermError("an outcome must be 0 or 1; leave open windows out.")

    def where(self, mask: NDArray[np.bool_]) -> Trials:
        """Return the trials at which `mask` holds."""
        return Trials(
            dyad=self.dyad[mask],
            actor=self.actor[mask],
            day=self.day[mask],
            p=self.p[mask],
            y=self.y[mask],
            horizon=self.horizon,
        )

    def given(self, p: Floats) -> Trials:
        """Return the same trials under other probabilities."""
        return Trials(
            dyad=self.dyad, actor=self.actor, day=self.day, p=p, y=self.y, horizon=self.horizon
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """A shrunken observed-over-expected, to be applied to the odds.

    Attributes
    ----------
    value : float
        Multiplier of the odds; above 0, 1 is no lift.
    low, high : float
        Range with `coverage`, after clustering by dyad and by blocks of h days.
    log_sd : float
        Standard deviation of the logarithm of the value.
    observed, expected : float
        Responses seen, and expected by the state alone (before division by h).
    raw : float
        Observed over expected, not shrunken; NaN where nothing was expected.
    occasions, dyads : int
    effective : int
        Occasions whose windows do not overlap within a dyad.
    overlap : float
        Occasions per such window, 1 to h.
    strength : float
        k, expected events of prior weight.
    coverage : float
    """

    value: float
    low: float
    high: float
    log_sd: float
    observed: float
    expected: float
    raw: float
    occasions: int
    dyads: int
    effective: int
    overlap: float
    strength: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftLadder:
    """Lifts from the class down to the exact dyad, each over the one above.

    Attributes
    ----------
    pooled : Lift
        Over all occasions of the class.
    by_actor, by_dyad : mapping of int to Lift
        Extra multipliers over the rung above; empty where the role or horizon forbids them.
    """

    pooled: Lift
    by_actor: Mapping[int, Lift]
    by_dyad: Mapping[int, Lift]

    def multiplier(self, trials: Trials, *, rung: str) -> Floats:
        """Product of the lifts down to `rung`: ``class``, ``actor`` or ``dyad``."""
        out = np.full(trials.p.size, self.pooled.value)
        if rung not in ("class", "actor", "dyad"):
            raise TermError(f"{rung!r} is not a rung; expected class, actor or dyad.")
        if rung in ("actor", "dyad"):
            out = out * _look_up(self.by_actor, keys=trials.actor)
        if rung == "dyad":
            out = out * _look_up(self.by_dyad, keys=trials.dyad)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """``logit p' = intercept + slope * logit p``, fitted on days without the trigger."""

    intercept: float
    slope: float
    trials: int

    def __call__(self, p: Floats) -> Floats:
        """Recalibrated probabilities, strictly between 0 and 1."""
        fixed = expit(self.intercept + self.slope * logit(p))
        return np.asarray(np.clip(fixed, EDGE, 1 - EDGE))


def apply_lift(p: Floats | float, *, lift: Floats | float) -> Floats:
    r"""Probability after a lift on the odds.

    .. math:: p' = \frac{\lambda p}{1 - p + \lambda p}

    Parameters
    ----------
    p : float or array
        In [0, 1].
    lift : float or array
        Above 0.

    Returns
    -------
    array
        In [0, 1]; 0 and 1 stay what they are.

    Raises
    ------
    TermError
        If a number is outside its range.

    Examples
    --------
    >>> float(apply_lift(0.5, lift=3.0))
    0.75
    """
    base, times = np.asarray(p, dtype=np.float64), np.asarray(lift, dtype=np.float64)
    if not np.all((base >= 0) & (base <= 1)):
        raise TermError("a probability must lie in [0, 1].")
    if not np.all((times > 0) & np.isfinite(times)):
        raise TermError("a lift multiplies the odds; expected a number above 0.")
    return np.asarray(times * base / (1 - base + times * base))


def windows_apart(*, dyad: Ints, day: Ints, horizon: int) -> int:
    """Number of windows left when, in each dyad, those that overlap an earlier one are dropped.

    Examples
    --------
    >>> windows_apart(dyad=np.array([0, 0, 0]), day=np.array([1, 3, 8]), horizon=7)
    2
    """
    if not day.size:
        return 0
    reach = int(day.max()) - int(day.min()) + horizon + 1
    keys = distinct(dyad.astype(np.int64) * reach + (day - day.min()))
    if horizon == 1:
        return int(keys.size)
    count, at = 0, np.unique(np.searchsorted(keys, keys // reach * reach))
    while at.size:
        # one window of each dyad at a time: the next is the first that starts h days on or later
        count += int(at.size)
        after = np.searchsorted(keys, keys[at] + horizon)
        there = after < keys.size
        at, after = at[there], after[there]
        at = after[keys[after] // reach == keys[at] // reach]
    return count


def class_lift(trials: Trials, *, strength: float = CLASS_STRENGTH, coverage: float = 0.8) -> Lift:
    r"""Shrunken lift of all trials together, on the odds.

    The multiplier :math:`\lambda` solves

    .. math:: \frac{1}{m} \sum_i \frac{\lambda p_i}{1 - p_i + \lambda p_i} + k \lambda
              = \frac{O}{m} + k

    which for small :math:`p_i` is the gamma-shrunken :math:`(O/m + k) / (E/m + k)`, with O
    responses observed and :math:`E = \sum_i p_i` expected. O and E are divided by the overlap m:
    occasions per window that stands alone within its dyad, from 1 (windows never overlap) to the
    horizon h (a trigger every day).

    The range is normal in :math:`\ln \lambda`. Its variance is the sandwich variance of the left
    side minus the right, clustered two ways, by dyad and by blocks of h days, and not below that of
    rows alone.

    Parameters
    ----------
    trials : Trials
    strength : float
        k > 0.
    coverage : float
        Of the range, strictly between 0 and 1.

    Returns
    -------
    Lift
        With no trial at all: 1, with the range of the prior, Gamma(k, k) on the log scale.

    Raises
    ------
    TermError
        If `strength` or `coverage` is out of range.

    References
    ----------
    .. [1] Clayton, D. & Kaldor, J. (1987). Biometrics 43(3), 671-681, doi:10.2307/2532003
       (gamma-shrunken observed over expected).
    .. [2] Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2011). Journal of Business & Economic
       Statistics 29(2), 238-249, doi:10.1198/jbes.2010.07136 (two-way clustered variance).

    Examples
    --------
    >>> n = 4000
    >>> rare = Trials(dyad=np.arange(n), actor=np.arange(n), day=np.arange(n), horizon=1,
    ...               p=np.full(n, 0.001), y=(np.arange(n) < 8).astype(float))
    >>> lift = class_lift(rare)
    >>> round(lift.value, 3), lift.observed, round(lift.expected, 6)   # (8 + 20) / (4 + 20)
    (1.167, 8.0, 4.0)
    """
    if not strength > 0:
        raise TermError(f"the strength is {strength}; expected a positive number of events.")
    if not 0 < coverage < 1:
        raise TermError(f"the coverage is {coverage}; expected strictly between 0 and 1.")
    h, observed, expected = trials.horizon, float(trials.y.sum()), float(trials.p.sum())
    alone = windows_apart(dyad=trials.dyad, day=trials.day, horizon=h)
    overlap = trials.p.size / max(alone, 1) if alone else 1.0
    value = _solve(trials, strength=strength, overlap=overlap)
    q = apply_lift(trials.p, lift=value)
    slope = float((q * (1 - q)).sum()) / overlap + strength * value
    residual = trials.y - q
    spread = (
        _clustered(residual, by=trials.dyad)
        + _clustered(residual, by=trials.day // h)
        - float(np.square(residual).sum())
    )
    spread = max(spread, float(np.square(residual).sum()))
    # the prior's own share of the posterior variance: k lambda / slope^2, 1/k with no trial
    variance = (spread / overlap**2 + strength * value) / slope**2
    sd = float(np.sqrt(variance))
    reach = float(ndtri((1 + coverage) / 2)) * sd
    return Lift(
        value=value,
        low=float(value * np.exp(-reach)),
        high=float(value * np.exp(reach)),
        log_sd=sd,
        observed=observed,
        expected=expected,
        raw=observed / expected if expected > 0 else float("nan"),
        occasions=int(trials.p.size),
        dyads=int(np.unique(trials.dyad).size),
        effective=alone,
        overlap=overlap,
        strength=strength,
        coverage=coverage,
    )


def _solve(trials: Trials, *, strength: float, overlap: float) -> float:
    """Root of the increasing function of ln lambda, by Newton with bisection as a guard."""
    target = float(trials.y.sum()) / overlap + strength
    low, high = np.log(1e-9), np.log(target / strength) + 1e-12
    high = max(high, 1.0)
    x = 0.0
    for _ in range(200):
        q = apply_lift(trials.p, lift=float(np.exp(x)))
        gap = float(q.sum()) / overlap + strength * float(np.exp(x)) - target
        low, high = (x, high) if gap < 0 else (low, x)
        step = gap / (float((q * (1 - q)).sum()) / overlap + strength * float(np.exp(x)))
        if abs(step) < 1e-12:
            break
        x = x - step if low < x - step < high else (low + high) / 2
    return float(np.exp(x))


def _clustered(residual: Floats, *, by: Ints) -> float:
    """Sum over clusters of the squared sum of residuals."""
    if not residual.size:
        return 0.0
    _, group = np.unique(by, return_inverse=True)
    return float(np.square(np.bincount(group, weights=residual)).sum())


def fit_ladder(
    trials: Trials,
    *,
    direct: bool,
    strength: float = CLASS_STRENGTH,
    fine_strength: float = FINE_STRENGTH,
    coverage: float = 0.8,
) -> LiftLadder:
    """Lifts of the class, then the actor, then the exact dyad, each shrunken to the one above.

    Parameters
    ----------
    trials : Trials
    direct : bool
        Whether the role is Z->X or X->Z. Finer rungs exist only then, and only up to 3 days.
    strength, fine_strength : float
        k of the class (20 or more) and of the finer rungs (30 or more).
    coverage : float

    Returns
    -------
    LiftLadder

    Raises
    ------
    TermError
        If a strength is below its least value: weaker shrinkage did not hold on later periods.
    """
    if strength < CLASS_STRENGTH or fine_strength < FINE_STRENGTH:
        raise TermError(
            f"strengths {strength} and {fine_strength}; expected at least {CLASS_STRENGTH} for "
            f"the class and {FINE_STRENGTH} for finer rungs."
        )
    pooled = class_lift(trials, strength=strength, coverage=coverage)
    if not direct or trials.horizon > LONGEST_FINE:
        return LiftLadder(pooled=pooled, by_actor={}, by_dyad={})
    under = trials.given(apply_lift(trials.p, lift=pooled.value))
    by_actor = _each(under, by=under.actor, strength=fine_strength, coverage=coverage)
    under = under.given(apply_lift(under.p, lift=_look_up(by_actor, keys=under.actor)))
    by_dyad = _each(under, by=under.dyad, strength=fine_strength, coverage=coverage)
    return LiftLadder(pooled=pooled, by_actor=by_actor, by_dyad=by_dyad)


def _each(trials: Trials, *, by: Ints, strength: float, coverage: float) -> dict[int, Lift]:
    """Lift of each group of trials."""
    order = np.argsort(by, kind="stable")
    groups, start = np.unique(by[order], return_index=True)
    ends = np.r_[start[1:], by.size]
    out = {}
    for group, a, b in zip(groups.tolist(), start, ends, strict=True):
        at = order[a:b]
        part = Trials(
            dyad=trials.dyad[at],
            actor=trials.actor[at],
            day=trials.day[at],
            p=trials.p[at],
            y=trials.y[at],
            horizon=trials.horizon,
        )
        out[group] = class_lift(part, strength=strength, coverage=coverage)
    return out


def _look_up(lifts: Mapping[int, Lift], *, keys: Ints) -> Floats:
    """Value of each key's lift; 1 for a key without one."""
    known = np.array(sorted(lifts), dtype=np.int64)
    if not known.size:
        return np.ones(keys.size)
    values = np.array([lifts[key].value for key in known.tolist()])
    at = np.minimum(np.searchsorted(known, keys), known.size - 1)
    return np.where(known[at] == keys, values[at], 1.0)


def lift_misfit(trials: Trials, *, lift: float) -> float:
    """Variance of log-odds between occasions that one lift takes for equal.

    Occasions are taken together by fifths of the state's probability, and by the days since the
    trigger last fired in the same dyad: see `misfit_variance`.
    """
    if not trials.p.size:
        return 0.0
    q = apply_lift(trials.p, lift=lift)
    order = np.lexsort((trials.day, trials.dyad))
    gap = np.diff(trials.day[order], prepend=0)
    gap[np.r_[True, np.diff(trials.dyad[order]) != 0]] = GAPS[-1]
    since = np.empty(order.size, dtype=np.int64)
    since[order] = gap
    fifth = np.quantile(trials.p, (0.2, 0.4, 0.6, 0.8))
    return misfit_variance(
        trials.y - q,
        information=q * (1 - q),
        series=trials.dyad,
        labels=[np.digitize(trials.p, fifth), np.digitize(since, GAPS)],
    )


def recalibrate(trials: Trials, *, prior: float = 10.0) -> Recalibration:
    r"""Intercept and slope that fit the state's probabilities to days without the trigger.

    Penalised logistic fit of y on :math:`\operatorname{logit} p`, drawn towards intercept 0 and
    slope 1 by ``prior`` (the inverse variance of both). A fault of the state's calibration must
    not pass for a lift.

    Parameters
    ----------
    trials : Trials
        Controls: the same dyads, no trigger.
    prior : float
        Not negative.

    Returns
    -------
    Recalibration

    References
    ----------
    .. [1] Cox, D. R. (1958). Biometrika 45(3/4), 562-565, doi:10.1093/biomet/45.3-4.562.
    """
    x = np.column_stack([np.ones(trials.p.size), np.asarray(logit(trials.p))])
    centre = np.array([0.0, 1.0])

    def loss(beta: Floats) -> float:
        eta = x @ beta
        away = beta - centre
        return float(np.logaddexp(0.0, eta).sum() - trials.y @ eta + prior * (away @ away) / 2)

    beta, now = centre, loss(centre)
    for _ in range(200):
        q = np.asarray(expit(x @ beta))
        gradient = x.T @ (q - trials.y) + prior * (beta - centre)
        hessian = (x * (q * (1 - q))[:, None]).T @ x + prior * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        # far from the state's level a full step overshoots: halve it until the loss falls
        while (then := loss(beta - step)) > now + 1e-9 * abs(now) and np.abs(step).max() > 1e-10:
            step = step / 2
        beta, now = beta - step, then
        if float(np.abs(step).max()) < 1e-10:
            break
    return Recalibration(intercept=float(beta[0]), slope=float(beta[1]), trials=int(trials.p.size))
