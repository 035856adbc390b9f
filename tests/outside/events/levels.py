"""The shift of the level on one day for one class, by the product and by its definition."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from demarche.outside.events.calibration import level_shifts


def level_shift(log_odds, *, happened, ended, now, horizon, weight=None):
    """The product's shift on one day, all forecasts of one class."""
    found = level_shifts(
        log_odds, happened=happened, ended=ended, days=(now,), horizon=horizon,
        cls=np.zeros(len(ended), dtype=np.int64), classes=1, weight=weight,
    )  # fmt: skip
    return float(found[0, 0])


def defined_shift(log_odds, *, happened, ended, now, horizon, weight):
    """Log of observed over expected; half in 14 days, 20 expected windows a day of horizon."""
    known = ended <= now
    fade = 0.5 ** ((now - ended[known]) / 14) * weight[known]
    observed, expected = fade @ happened[known], fade @ expit(log_odds[known])
    return float(np.log((observed + 20 * horizon) / (expected + 20 * horizon)))
