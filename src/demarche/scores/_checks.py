"""The one door through which probabilities, outcomes and clusters enter a score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MODEL_CLIP = 1e-6
"""Clip of the log score for forecasts of models (a convention of this project)."""
PEOPLE_CLIP = 0.001
"""Clip of the log score for forecasts of people and texts (a convention of this project)."""


def probabilities(p: ArrayLike, *, what: str = "a probability") -> Floats:
    """Values in [0, 1]; NaN, infinity and anything outside are refused."""
    try:
        values = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError):
        raise TermError(f"{what} must be a number in [0, 1], got {p!r:.60}.") from None
    if not np.all((values >= 0) & (values <= 1)):
        wrong = values[~((values >= 0) & (values <= 1))]
        raise TermError(f"{what} must lie in [0, 1], got {float(wrong.flat[0])!r}.")
    return values


def outcomes(outcome: ArrayLike) -> Floats:
    """Outcomes, each 0 or 1."""
    try:
        values = np.asarray(outcome, dtype=np.float64)
    except (TypeError, ValueError):
        raise TermError(f"an outcome must be 0 or 1, got {outcome!r:.60}.") from None
    if not np.all((values == 0) | (values == 1)):
        raise TermError("an outcome must be 0 or 1; leave forecasts without an outcome out.")
    return values


def resolved(p: ArrayLike, *, outcome: ArrayLike) -> tuple[Floats, Floats]:
    """Equally many forecasts and outcomes, at least one, as two flat arrays."""
    values, happened = probabilities(p), outcomes(outcome)
    if values.ndim != 1 or values.shape != happened.shape:
        raise TermError(
            f"expected one outcome per forecast, got shapes {values.shape} and {happened.shape}."
        )
    if not len(values):
        raise TermError("there are no resolved forecasts to score.")
    return values, happened


def distribution(p: ArrayLike, *, outcome: int) -> Floats:
    """Probabilities of at least two answers that sum to one (1e-9), and contain the outcome."""
    values = probabilities(p)
    if values.ndim != 1 or values.size < 2:
        raise TermError(f"expected probabilities of at least two answers, got {values.size}.")
    if abs(float(values.sum()) - 1) > 1e-9:
        raise TermError(
            f"the answers must sum to 1, got {float(values.sum())!r}; nothing is rescaled."
        )
    if not 0 <= outcome < values.size:
        raise TermError(
            f"the outcome must be an answer from 0 to {values.size - 1}, got {outcome}."
        )
    return values


def check_clip(clip: float) -> None:
    """Refuse a clip that is not in (0, 0.5)."""
    if not 0 < clip < 0.5:
        raise TermError(f"the clip of the log score must lie in (0, 0.5), got {clip!r}.")


def numbered(clusters: ArrayLike | None, *, n: int, name: str = "clusters") -> Ints:
    """Clusters as whole numbers from 0; without any, every forecast is its own."""
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    values = np.asarray(clusters)
    if values.shape != (n,):
        raise TermError(f"{name} has shape {values.shape}; expected {n} entries, one per case.")
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)
