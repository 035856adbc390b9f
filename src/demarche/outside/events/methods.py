"""Every method of the back-test on its test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.outside.events.base import climatology
from demarche.outside.events.calibration import level_shifts
from demarche.outside.events.hazard import fit_additive
from demarche.outside.events.holidays import exposed
from demarche.outside.events.model import RECENT, Learned, probability
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import Table
from demarche.outside.events.roles import role_columns
from demarche.outside.events.series import Index, Rows

__all__ = ["METHODS", "Late", "forecasts", "with_triggers"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

METHODS: tuple[str, ...] = (
    "class rate",
    "base rate",
    "persistence",
    "decay",
    "self-exciting",
    "logistic",
    "LightGBM",
    "ours",
    "logistic with triggers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What of a record whose rows come late was known before a day.

    Attributes
    ----------
    happened : callable
        Outcomes of rows as far as they were known before a day.
    settled : callable
        First day of which not all was taken to be known before a day.
    """

    happened: Callable[[Rows, int], Floats]
    settled: Callable[[int], int]


def forecasts(
    fit: Learned, *, past: Table, test: Table, horizon: int, late: Late | None
) -> dict[str, Floats]:
    """Probabilities of every method on the test rows."""
    kinds = int(max(past.rows.cls.max(), test.rows.cls.max())) + 1
    out = {"class rate": _rates(past, test=test, past_cell=past.rows.cls, cell=test.rows.cls)}
    before = climatology(past.shares, rows=past.rows, strength=fit.strength)
    base = climatology(test.shares, rows=test.rows, strength=fit.strength)
    out["base rate"] = base
    out["persistence"] = _rates(
        past,
        test=test,
        past_cell=past.rows.cls + kinds * (past.since <= horizon),
        cell=test.rows.cls + kinds * (test.since <= horizon),
    )
    own = [
        np.column_stack([_logit(b), np.log1p(t.decayed[:, 2])]).astype(np.float32)
        for b, t in ((before, past), (base, test))
    ]
    decay = fit_additive(own[0], happened=past.happened, weight=past.weight, penalty=1.0)
    out["decay"] = probability(decay.log_odds(own[1]))
    if fit.hawkes is not None:
        out["self-exciting"] = fit.hawkes.probabilities(base=base, decayed=test.decayed)
    parts = fit.parts(test)
    out["logistic"] = probability(parts.additive)
    if parts.trees is not None:
        out["LightGBM"] = probability(parts.trees)
    out["ours"] = _recalibrated(
        fit, past=past, test=test, ahead=parts.blend, horizon=horizon, late=late
    )
    return out


def _recalibrated(
    fit: Learned,
    *,
    past: Table,
    test: Table,
    ahead: Floats,
    horizon: int,
    late: Late | None = None,
) -> Floats:
    """The blend, each class's level shifted at each origin to the forecasts resolved by then.

    Its log-odds on the test rows come as `ahead`. Where rows are known later than they happened,
    windows count once they are settled, with what was known of them then.
    """
    recent = past.take(past.rows.day >= past.rows.day.max() - RECENT)
    log_odds = np.concatenate([fit.parts(recent).blend, ahead])
    outcome = np.concatenate([recent.happened, test.happened])
    rows = Rows(
        day=np.r_[recent.rows.day, test.rows.day],
        dyad=np.r_[recent.rows.dyad, test.rows.dyad],
        cls=np.r_[recent.rows.cls, test.rows.cls],
    )
    days, at = np.unique(test.rows.day, return_inverse=True)
    ends = days.tolist() if late is None else [late.settled(day) for day in days.tolist()]
    origin = dict(zip(ends, days.tolist(), strict=True))
    shifts = level_shifts(
        log_odds,
        happened=outcome if late is None else lambda end: late.happened(rows, origin[end]),
        ended=rows.day + horizon,
        days=ends,
        horizon=horizon,
        cls=rows.cls,
        classes=int(rows.cls.max()) + 1,
        weight=np.concatenate([recent.weight, test.weight]),
    )
    return probability(ahead + shifts[at, test.rows.cls])


def with_triggers(fit: Learned, *, past: Table, test: Table, panel: Panel, index: Index) -> Floats:
    """The additive model with yesterday's acts by role beside the state."""
    columns = [
        np.concatenate(
            [t.features.values[:, fit.columns], role_columns(panel, index=index, rows=t.rows)],
            axis=1,
        )
        for t in (past, test)
    ]
    more = fit_additive(columns[0], happened=past.happened, weight=past.weight)
    return probability(exposed(more.log_odds(columns[1]), exposure=fit.exposure(test)))


def _logit(p: Floats) -> Floats:
    """Log-odds, clipped."""
    q = np.clip(p, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(q / (1 - q)), dtype=np.float64)


def _rates(past: Table, *, test: Table, past_cell: Ints, cell: Ints) -> Floats:
    """Past frequency of each cell, one half of a window added."""
    size = int(max(past_cell.max(), cell.max())) + 1
    held = np.bincount(past_cell, weights=past.happened * past.weight, minlength=size)
    total = np.bincount(past_cell, weights=past.weight, minlength=size)
    return np.asarray(((held + 0.5) / (total + 1))[cell], dtype=np.float64)
