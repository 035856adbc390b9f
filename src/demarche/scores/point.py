"""Scores of single forecasts; smaller is better unless a name says points or index.

Brier scores are one-sided, in [0, 1], unless the name says otherwise; log scores are in nats with
a declared clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.scores._checks import (
    MODEL_CLIP,
    PEOPLE_CLIP,
    Floats,
    check_clip,
    distribution,
    outcomes,
    probabilities,
)

__all__ = [
    "LogScore",
    "Points",
    "baseline",
    "brier",
    "brier_index",
    "brier_multiclass",
    "brier_two_sided",
    "log_multiclass",
    "log_score",
    "peer",
    "rps",
    "skill",
    "spherical",
]


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
    score: Floats = (probabilities(p) - outcomes(outcome)) ** 2
    return score


def brier_two_sided(p: ArrayLike, *, outcome: ArrayLike) -> Floats:
    r"""Two-sided Brier score of yes/no forecasts, in [0, 2]; smaller is better.

    .. math:: S = (p - y)^2 + ((1 - p) - (1 - y))^2 = 2 (p - y)^2

    The scale of the Good Judgment tournaments; never mix it with the one-sided scale.

    Raises
    ------
    TermError
        As for :func:`brier`.

    Examples
    --------
    >>> float(brier_two_sided(0.9, outcome=1).round(4))
    0.02
    """
    return 2 * brier(p, outcome=outcome)


def brier_multiclass(p: ArrayLike, *, outcome: int) -> float:
    r"""Brier score of one distribution over K answers, in [0, 2]; smaller is better.

    .. math:: S = \sum_{k=1}^{K} (p_k - o_k)^2

    ``outcome`` counts from 0.

    Raises
    ------
    TermError
        If the answers do not sum to one (1e-9) or the outcome is none of them.

    References
    ----------
    .. [1] Brier, G. W. (1950). Monthly Weather Review 78(1), 1-3.
       doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> [round(brier_multiclass([0.2, 0.5, 0.3], outcome=k), 2) for k in range(3)]
    [0.98, 0.38, 0.78]
    """
    values = distribution(p, outcome=outcome)
    return float(np.sum((values - (np.arange(values.size) == outcome)) ** 2))


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
    check_clip(clip)
    values, happened = probabilities(p), outcomes(outcome)
    of_outcome = np.where(happened == 1, values, 1 - values)
    inside = np.clip(of_outcome, clip, 1 - clip)
    return LogScore(
        values=-np.log(inside), clip=clip, clipped=int(np.count_nonzero(inside != of_outcome))
    )


def log_multiclass(p: ArrayLike, *, outcome: int, clip: float = MODEL_CLIP) -> LogScore:
    r"""Logarithmic score of one distribution over K answers, in nats; smaller is better.

    .. math:: S = -\ln p(\text{outcome})

    with the outcome's probability clipped to :math:`[\varepsilon, 1 - \varepsilon]`.

    Raises
    ------
    TermError
        If the answers do not sum to one (1e-9), the outcome is none of them, or the clip is not
        in (0, 0.5).

    Examples
    --------
    >>> float(log_multiclass([0.2, 0.5, 0.3], outcome=0).values.round(6))
    1.609438
    """
    values = distribution(p, outcome=outcome)
    return log_score(values[outcome], outcome=1, clip=clip)


def spherical(p: ArrayLike, *, outcome: int) -> float:
    r"""Spherical loss of one distribution over K answers, in [0, 1]; smaller is better.

    .. math:: S = 1 - \frac{p(\text{outcome})}{\lVert p \rVert_2}

    The spherical score itself is 1 minus this and larger is better.

    Raises
    ------
    TermError
        If the answers do not sum to one (1e-9) or the outcome is none of them.

    References
    ----------
    .. [1] Gneiting, T. & Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
       estimation. JASA 102(477), 359-378. doi:10.1198/016214506000001437

    Examples
    --------
    >>> [round(1 - spherical([0.2, 0.5, 0.3], outcome=k), 7) for k in range(3)]
    [0.3244428, 0.8111071, 0.4866643]
    """
    values = distribution(p, outcome=outcome)
    return float(1 - values[outcome] / np.linalg.norm(values))


def rps(p: ArrayLike, *, outcome: int, normalised: bool = False) -> float:
    r"""Ranked probability score of one distribution over ordered rungs; smaller is better.

    .. math:: S = \sum_{k=1}^{K-1} (F_k - O_k)^2

    on cumulative sums; ``normalised`` divides by K - 1. ``outcome`` counts from 0.

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
    >>> round(rps([0.2, 0.5, 0.3], outcome=0, normalised=True), 3)
    0.365
    """
    values = distribution(p, outcome=outcome)
    happened = (np.arange(values.size) >= outcome).astype(np.float64)
    score = float(np.sum((np.cumsum(values)[:-1] - happened[:-1]) ** 2))
    return score / (values.size - 1) if normalised else score


def skill(score: Any, *, reference: Any) -> float:
    """Skill of a mean score over a reference forecaster: ``1 - score / reference``.

    1 is perfect, 0 no better than the reference, negative worse. Not proper itself: show the
    paired difference and its interval beside it.

    Raises
    ------
    TermError
        If there is nothing to average or the reference's mean score is zero.

    Examples
    --------
    >>> round(skill([0.1, 0.1], reference=[0.2, 0.2]), 3)
    0.5
    """
    if np.size(score) == 0 or np.size(reference) == 0:
        raise TermError("there are no resolved forecasts to compare.")
    base = float(np.mean(reference))
    if base == 0:
        raise TermError("skill is not defined against a reference whose mean score is zero.")
    return 1 - float(np.mean(score)) / base


def brier_index(mean_brier: ArrayLike) -> Floats:
    r"""Brier Index of a mean one-sided Brier score: 100 is perfect, 50 is always one half.

    .. math:: I = 100 \, (1 - \sqrt{\bar S})

    Larger is better: it is an index, not a loss.

    Raises
    ------
    TermError
        If a mean score lies outside [0, 1].

    Examples
    --------
    >>> brier_index([0, 0.1, 0.25, 1]).round(4).tolist()
    [100.0, 68.3772, 50.0, 0.0]
    """
    return np.asarray(100 * (1 - np.sqrt(probabilities(mean_brier, what="a mean Brier score"))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Scores in points, larger is better, with the number of probabilities the clip changed."""

    values: Floats
    clip: float
    clipped: int


def baseline(p_outcome: ArrayLike, *, answers: int = 2, clip: float = PEOPLE_CLIP) -> Points:
    r"""Baseline score in points of the probability given to what happened; larger is better.

    .. math:: 100 \, \frac{\ln (p \, K)}{\ln K}

    0 for the uniform forecast over K answers, 100 for certainty that was right.

    Parameters
    ----------
    p_outcome : array
        Probability of the answer that came true.
    answers : int
        K, at least 2.
    clip : float
        Probabilities are clipped to [clip, 1 - clip]; changed ones are counted.

    Raises
    ------
    TermError
        If a probability lies outside [0, 1], K is below 2 or the clip is not in (0, 0.5).

    Examples
    --------
    >>> baseline([0.9, 0.5, 0.1]).values.round(4).tolist()
    [84.7997, 0.0, -232.1928]
    """
    check_clip(clip)
    if answers < 2:
        raise TermError(f"a question has at least two answers, got {answers}.")
    values = probabilities(p_outcome)
    inside = np.clip(values, clip, 1 - clip)
    return Points(
        values=np.asarray(100 * np.log(inside * answers) / np.log(answers)),
        clip=clip,
        clipped=int(np.count_nonzero(inside != values)),
    )


def peer(p_outcome: ArrayLike, *, clip: float = PEOPLE_CLIP) -> Points:
    r"""Peer score in points of each forecaster of one question; larger is better.

    .. math:: 100 \, \frac{N}{N - 1} \ln \frac{p_i}{\mathrm{GM}}

    with GM the geometric mean of all N probabilities of what happened, one's own included. It
    equals 100 times the mean of :math:`\ln p_i - \ln p_j` over the others. A single forecaster
    scores 0; all scores of one question sum to 0.

    Parameters
    ----------
    p_outcome : array, shape (N,)
        Probability each forecaster gave to the answer that came true.
    clip : float

    Raises
    ------
    TermError
        If a probability lies outside [0, 1], there is none, or the clip is not in (0, 0.5).

    Examples
    --------
    >>> peer([0.4, 0.6]).values.round(4).tolist()
    [-40.5465, 40.5465]
    >>> peer([0.4]).values.tolist()
    [0.0]
    """
    check_clip(clip)
    values = probabilities(p_outcome)
    if values.ndim != 1 or not values.size:
        raise TermError("a peer score needs a flat list with at least one forecaster.")
    inside = np.clip(values, clip, 1 - clip)
    logs, count = np.log(inside), values.size
    gap = logs - logs.mean()
    points = 100 * count / (count - 1) * gap if count > 1 else np.zeros(1)
    return Points(
        values=np.asarray(points),
        clip=clip,
        clipped=int(np.count_nonzero(inside != values)),
    )
