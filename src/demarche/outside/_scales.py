"""Feature weights and scales by leave-one-out likelihood, as far as they are not stated."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from demarche.outside._cases import Cases, FloatArray
from demarche.outside._kernels import Problem, differences, leave_one_out_loss
from demarche.outside._options import Options

START = np.log(np.array([3.0, 0.5, 4.0]))
"""Starting values, and weak centre, of sharpness, score sharpness and prior strength (in logs)."""


def fit_scales(
    cases: Cases,
    scores: FloatArray,
    expected: FloatArray,
    options: Options,
    parent: float,
    strength: float,
) -> FloatArray:
    """Return ln v (per feature), ln u, ln m for each course, shape (C, F + 2)."""
    n, count = cases.features.shape
    courses = cases.outcomes.shape[1]
    with np.errstate(divide="ignore"):
        fixed = np.full(count + 2, np.nan)
        if options.score_sharpness is not None:
            fixed[-2] = np.log(options.score_sharpness)
        if options.prior_strength is not None:
            fixed[-1] = np.log(options.prior_strength)
        shares = None
        if options.feature_weights is not None:
            shares = np.log(np.array(options.feature_weights) / sum(options.feature_weights))
            if options.sharpness is not None:
                fixed[:count] = shares + np.log(options.sharpness)
    if not np.isnan(fixed).any():
        return np.tile(fixed, (courses, 1))
    decay = 1.0 - np.eye(n)
    if options.half_life is not None and cases.times is not None:
        age = np.abs(cases.times[:, None] - cases.times[None, :])
        decay = decay * 0.5 ** (age / options.half_life)
    known = (~np.isnan(cases.outcomes)).astype(np.float64)
    taken = np.nan_to_num(cases.outcomes)
    priors = (strength * parent + taken.sum(axis=0) - taken) / (
        strength + known.sum(axis=0) - known
    )
    gaps = differences(cases.features, right=cases.features, kinds=cases.kinds, expected=expected)
    score_gaps = np.abs(scores.T[:, :, None] - scores.T[:, None, :])
    groups = [[c] for c in range(courses)] if options.per_course else [list(range(courses))]
    logs = np.empty((courses, count + 2))
    for group in groups:
        problem = Problem(
            gaps=gaps,
            score_gaps=score_gaps[group],
            decay=decay,
            outcomes=cases.outcomes[:, group],
            priors=priors[:, group],
        )
        logs[group] = _minimise(problem, fixed, shares, options)
    return logs


def _minimise(
    problem: Problem, fixed: FloatArray, shares: FloatArray | None, options: Options
) -> FloatArray:
    """Minimise the leave-one-out loss over what is not fixed; return all logs, shape (F + 2,)."""
    count = len(problem.gaps)
    start = np.concatenate([np.full(count, START[0] - np.log(max(count, 1))), START[1:]])
    if options.sharpness is not None and shares is None:
        start[:count] = np.log(max(options.sharpness, 1e-12) / max(count, 1))
    free = np.isnan(fixed)

    def unpack(x: FloatArray) -> FloatArray:
        logs = np.where(free, 0.0, fixed)
        if shares is not None and free[:count].any():
            logs[:count] = shares + x[0]
            rest = x[1:]
        else:
            rest = x[free[:count].sum() :]
            logs[:count][free[:count]] = x[: free[:count].sum()]
            if options.sharpness is not None and shares is None:
                spread = np.exp(logs[:count] - logs[:count].max())
                logs[:count] = np.log(max(options.sharpness, 1e-300) * spread / spread.sum())
        logs[count:][free[count:]] = rest
        return logs

    def loss(x: FloatArray) -> tuple[float, FloatArray]:
        logs = unpack(x)
        safe = np.maximum(logs, -700.0)
        value, slope = leave_one_out_loss(
            safe, problem=problem, pull=0.0 if shares is not None else options.pull, centre=START
        )
        if shares is not None and free[:count].any():
            front = np.array([slope[:count].sum()])
        elif options.sharpness is not None and shares is None:
            share = np.exp(logs[:count]) / max(options.sharpness, 1e-300)
            front = slope[:count] - share * slope[:count].sum()
        else:
            front = slope[:count][free[:count]]
        return value, np.concatenate([front, slope[count:][free[count:]]])

    if shares is not None and free[:count].any():
        first = np.array([START[0]])
    else:
        first = start[:count][free[:count]]
    x0 = np.concatenate([first, start[count:][free[count:]]])
    found = minimize(loss, x0, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return unpack(np.asarray(found.x, dtype=np.float64))
