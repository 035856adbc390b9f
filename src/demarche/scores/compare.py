"""Forecasters beside each other: difficulty adjustment and the Diebold-Mariano test."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.scores._checks import Floats, Ints

__all__ = ["Adjusted", "DieboldMariano", "diebold_mariano", "difficulty_adjusted"]

ROUNDING = 1e-13
"""Share of the mean square below which a variance is rounding and counts as none."""
ONE_HALF = 0.25
"""One-sided Brier score of always saying one half: the anchor of adjusted scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Mean scores of forecasters as if all had answered questions of the same difficulty.

    Attributes
    ----------
    scores : tuple of (forecaster, mean, n)
        Smaller is better; always-one-half scores 0.25. Sorted by name.
    difficulty : tuple of (question, effect)
        Sorted by question; larger is harder, mean 0.
    left_out : tuple of str
        Forecasters that did not enter the fit.
    """

    scores: tuple[tuple[str, float, int], ...]
    difficulty: tuple[tuple[str, float], ...]
    left_out: tuple[str, ...]


def difficulty_adjusted(
    score: ArrayLike,
    *,
    forecasters: Sequence[str],
    questions: Sequence[str],
    dummies: Collection[str] = (),
) -> Adjusted:
    r"""Two-way fixed effects: scores less the difficulty of each question.

    .. math:: S_{ij} = a_i + b_j + u_{ij}

    by least squares; reported is the mean of :math:`S_{ij} - \hat b_j` over a forecaster's
    questions, shifted so that always-one-half, asked every question, scores 0.25.

    Parameters
    ----------
    score : array, shape (k,)
        One-sided Brier scores.
    forecasters, questions : sequence of str, length k
    dummies : collection of str
        Forecasters left out of the fit: constants, copies of the crowd. They are still scored.

    Raises
    ------
    TermError
        If lengths differ, nothing is left to fit, a question was answered by dummies only, or two
        forecasters cannot be compared by any chain of common questions.

    Examples
    --------
    >>> found = difficulty_adjusted([0.1, 0.3, 0.2], forecasters=["a", "a", "b"],
    ...                             questions=["easy", "hard", "easy"])
    >>> [(name, round(mean, 3)) for name, mean, _ in found.scores]
    [('a', 0.2), ('b', 0.3)]
    """
    values = np.asarray(score, dtype=np.float64)
    if not values.ndim == 1 or not len(values) == len(forecasters) == len(questions):
        raise TermError("expected one forecaster and one question per score.")
    if not np.all(np.isfinite(values)):
        raise TermError("a score that is not a finite number cannot be adjusted.")
    fitted = np.array([name not in dummies for name in forecasters], dtype=bool)
    if not fitted.any():
        raise TermError("every forecaster is a dummy; there is nothing to fit difficulty from.")
    topics, column = np.unique(np.asarray(questions, dtype=object).astype(str), return_inverse=True)
    lone = sorted(set(topics[column].tolist()) - set(topics[column[fitted]].tolist()))
    if lone:
        raise TermError(f"{lone[0]!r} was answered by dummies only; leave it out.")
    people, row = np.unique(
        np.asarray(forecasters, dtype=object).astype(str), return_inverse=True
    )  # fmt: skip
    effect = _difficulty(values[fitted], row=row[fitted], column=column[fitted], names=people)
    effect -= effect.mean()
    shifted = values - effect[column]
    n = np.bincount(row)
    means = np.bincount(row, weights=shifted) / n
    return Adjusted(
        scores=tuple((str(p), float(m), int(k)) for p, m, k in zip(people, means, n, strict=True)),
        difficulty=tuple((str(q), float(b)) for q, b in zip(topics, effect, strict=True)),
        left_out=tuple(sorted(set(dummies) & set(people.tolist()))),
    )


def _difficulty(values: Floats, *, row: Ints, column: Ints, names: Floats) -> Floats:
    """Effects of the questions, with questions eliminated from the normal equations."""
    _, who = np.unique(row, return_inverse=True)
    a, b = int(who.max()) + 1, int(column.max()) + 1
    times = np.zeros((a, b))
    np.add.at(times, (who, column), 1.0)
    total = np.bincount(column, weights=values, minlength=b)
    per_question = times.sum(axis=0)
    share = times / per_question
    left = np.diag(times.sum(axis=1)) - share @ times.T
    right = np.bincount(who, weights=values, minlength=a) - share @ total
    if np.linalg.matrix_rank(left, hermitian=True) < a - 1:
        first = sorted(set(names[np.unique(row)].tolist()))
        raise TermError(
            "forecasters share no questions, not even through others, so their scores cannot be "
            f"adjusted to each other: {', '.join(map(str, first[:5]))}."
        )
    ability = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray((total - times.T @ ability) / per_question)


@dataclass(frozen=True, slots=True, kw_only=True)
class DieboldMariano:
    """Test of equal accuracy; a positive statistic favours the forecaster over the reference."""

    statistic: float | None
    p_value: float | None
    n: int


def diebold_mariano(
    score: ArrayLike, *, reference: ArrayLike, steps: int = 1
) -> DieboldMariano:  # fmt: skip
    r"""Diebold-Mariano test on two series of scores, with the small-sample correction.

    .. math:: DM = \bar d \Big/ \sqrt{\tfrac{1}{n}\big(\hat\gamma_0 + 2 \sum_{k=1}^{h-1}
        \hat\gamma_k\big)}, \quad DM^* = DM \sqrt{\tfrac{n + 1 - 2h + h(h-1)/n}{n}}

    with d = reference - score in order of time, compared with Student's t on n - 1 degrees of
    freedom.

    Parameters
    ----------
    score, reference : array, shape (n,)
        Losses of the same questions in order of time.
    steps : int
        h: windows of h steps overlap.

    Returns
    -------
    DieboldMariano
        None where the variance is not positive.

    Raises
    ------
    TermError
        If lengths differ or ``steps`` is not in [1, n).

    References
    ----------
    .. [1] Diebold, F. X. & Mariano, R. S. (1995). J. Business & Economic Statistics 13(3), 253-263.
    .. [2] Harvey, D., Leybourne, S. & Newbold, P. (1997). Testing the equality of prediction mean
       squared errors. International Journal of Forecasting 13(2), 281-291.

    Examples
    --------
    >>> found = diebold_mariano([0.1, 0.2, 0.1, 0.3], reference=[0.2, 0.4, 0.2, 0.3])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (2.4495, 0.0917)
    """
    from scipy.special import stdtr

    a, b = np.asarray(score, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    n = len(a)
    if a.shape != b.shape or a.ndim != 1 or not 1 <= steps < n:
        raise TermError(
            f"expected two equal lists and 1 <= steps < n, got {a.shape}, {b.shape}, {steps}."
        )
    gap = b - a
    centred = gap - gap.mean()
    summed = np.concatenate([[0.0], np.cumsum(centred)])
    at = np.arange(n)
    near = summed[np.minimum(n, at + steps)] - summed[np.maximum(0, at - steps + 1)]
    first = float(centred @ centred) / n
    variance = float(centred @ near) / n / n
    if variance <= ROUNDING * max(first, float(gap @ gap) / n):
        return DieboldMariano(statistic=None, p_value=None, n=n)
    factor = math.sqrt((n + 1 - 2 * steps + steps * (steps - 1) / n) / n)
    statistic = float(gap.mean()) / math.sqrt(variance) * factor
    return DieboldMariano(
        statistic=statistic, p_value=float(2 * stdtr(n - 1, -abs(statistic))), n=n
    )
