"""Proper scores of probabilities; smaller is better everywhere.

Brier scores are one-sided, in [0, 1]; log scores are in nats with a declared clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import TermError

__all__ = ["LogScore", "brier", "log_score", "rps", "skill"]

Floats = NDArray[np.float64]
MODEL_CLIP = 1e-6
"""Clip of the log score for forecasts of models (a convention of this project)."""


def _probabilities(p: ArrayLike, *, what: str = "a probability") -> Floats:
    values = np.asarray(p, dtype=np.float64)
    if not np.all(np.isfinite(values)) or np.any(values < 0) or np.any(values > 1):
        wrong = values[~((values >= 0) & (values <= 1))]
        raise TermError(f"{what} must lie in [0, 1], got {float(wrong.flat[0])!r}.")
    return values


def _outcomes(outcome: ArrayLike) -> Floats:
    values = np.asarray(outcome, dtype=np.float64)
    if not np.all((values == 0) | (values == 1)):
        raise TermError("an outcome must be 0 or 1; leave forecasts without an outcome out.")
    return values


def brier(p: ArrayLike, *, outcome: ArrayLike) -> Floats:
    r"""One-sided Brier score of each forecast, in [0, 1]; smaller is better.

    .. math:: S = (p - y)^2

    Raises
    ------
    TermError
        If a probability lies outside [0, 1] or an outcome is neither 0 nor 1.

    References
    ----------
    .. [1] Brier, G. W. (1950). Monthly Weather Review 78(1), 1-3.
       doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2 (two-sided there; half of it here).

    Examples
    --------
    >>> float(brier(0.9, outcome=1).round(4))
    0.01
    """
    score: Floats = (_probabilities(p) - _outcomes(outcome)) ** 2
    return score


@dataclass(frozen=True, slots=True, kw_only=True)
class LogScore:
    """Log scores in nats, with the number of probabilities that the clip changed."""

    values: Floats
    clip: float
    clipped: int


def log_score(p: ArrayLike, *, outcome: ArrayLike, clip: float = MODEL_CLIP) -> LogScore:
    r"""Logarithmic score of each forecast in nats; smaller is better.

    .. math:: S = -\ln p(\text{outcome}), \quad p \in [\varepsilon, 1 - \varepsilon]

    Raises
    ------
    TermError
        If a probability lies outside [0, 1], an outcome is neither 0 nor 1, or the clip is not
        in (0, 0.5).

    References
    ----------
    .. [1] Good, I. J. (1952). Rational decisions. J. Royal Statistical Society B 14(1), 107-114.

    Examples
    --------
    >>> log_score([0.5, 0.0], outcome=[1, 1], clip=0.001).values.round(6).tolist()
    [0.693147, 6.907755]
    >>> log_score([0.5, 0.0], outcome=[1, 1], clip=0.001).clipped
    1
    """
    if not 0 < clip < 0.5:
        raise TermError(f"the clip of the log score must lie in (0, 0.5), got {clip!r}.")
    values, happened = _probabilities(p), _outcomes(outcome)
    of_outcome = np.where(happened == 1, values, 1 - values)
    inside = np.clip(of_outcome, clip, 1 - clip)
    return LogScore(
        values=-np.log(inside), clip=clip, clipped=int(np.count_nonzero(inside != of_outcome))
    )


def rps(p: ArrayLike, *, outcome: int) -> float:
    r"""Ranked probability score of one distribution over ordered rungs; smaller is better.

    .. math:: S = \sum_{k=1}^{K-1} (F_k - O_k)^2

    on cumulative sums, not normalised; ``outcome`` counts from 0.

    Raises
    ------
    TermError
        If the distribution does not sum to one (1e-9) or the outcome is not one of its rungs.

    References
    ----------
    .. [1] Epstein, E. S. (1969). J. Applied Meteorology 8, 985-987.

    Examples
    --------
    >>> [round(rps([0.2, 0.5, 0.3], outcome=k), 2) for k in range(3)]
    [0.73, 0.13, 0.53]
    """
    values = _probabilities(p)
    if abs(float(values.sum()) - 1) > 1e-9:
        raise TermError(f"the ladder must sum to 1, got {float(values.sum())!r}.")
    if not 0 <= outcome < values.size:
        raise TermError(f"the outcome must be a rung from 0 to {values.size - 1}, got {outcome}.")
    happened = (np.arange(values.size) >= outcome).astype(np.float64)
    return float(np.sum((np.cumsum(values)[:-1] - happened[:-1]) ** 2))


def skill(score: Any, *, reference: Any) -> float:
    """Skill of a mean score over a reference forecaster: ``1 - score / reference``.

    1 is perfect, 0 no better than the reference, negative worse. Not proper itself: show the
    paired difference and its interval beside it.

    Raises
    ------
    TermError
        If the reference's mean score is zero.

    Examples
    --------
    >>> round(skill([0.1, 0.1], reference=[0.2, 0.2]), 3)
    0.5
    """
    base = float(np.mean(reference))
    if base == 0:
        raise TermError("skill is not defined against a reference whose mean score is zero.")
    return 1 - float(np.mean(score)) / base
