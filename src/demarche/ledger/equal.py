"""Whether two forecasters are equally accurate, question by question in order of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demarche.ledger.cards import EqualAccuracy
from demarche.ledger.items import Item
from demarche.scores import diebold_mariano

__all__ = ["equal_accuracy"]

Floats = NDArray[np.float64]
MOST_STEPS = 4
"""Windows may overlap over at most the n-th part of the questions."""


def equal_accuracy(
    own: Floats, *, other: Floats, items: Sequence[Item], fewest: int
) -> EqualAccuracy:
    """Diebold-Mariano test on the mean scores of questions, with the small-sample correction.

    One value per question, for courses of one question hang together; in order of the day on which
    the forecasts were given. The steps ahead, over which values may be correlated, are how many
    questions begin before the window of one is over, at most; so they follow from the horizons.

    Parameters
    ----------
    own, other : array, shape (n,)
        Scores of the same propositions; smaller is better.
    items : sequence of Item, length n
        One's own forecasts, for their questions, days and windows.
    fewest : int
        Questions below which there is no test.

    Returns
    -------
    EqualAccuracy
        A positive statistic favours ``own``; without one, ``why`` says so.
    """
    spans: dict[str, tuple[float, float]] = {}
    gaps: dict[str, list[float]] = {}
    for item, gap in zip(items, other - own, strict=True):
        if item.at is None or item.closes is None:
            return _none("not every forecast has a day and a deadline", n=0)
        start, end = spans.get(item.question, (item.at, item.closes))
        spans[item.question] = (min(start, item.at), max(end, item.closes))
        gaps.setdefault(item.question, []).append(float(gap))
    order = sorted(spans, key=lambda question: (spans[question], question))
    n = len(order)
    if n < fewest:
        return _none(f"fewer than {fewest} questions", n=n)
    starts, ends = np.array([spans[question] for question in order]).T
    steps = max(1, int((np.searchsorted(starts, ends) - np.arange(n)).max()))
    if steps > n // MOST_STEPS:
        return _none(f"windows overlap over {steps} of {n} questions", n=n, steps=steps)
    series = np.array([np.mean(gaps[question]) for question in order])
    found = diebold_mariano(np.zeros(n), reference=series, steps=steps)
    if found.statistic is None:
        return _none("the differences do not vary", n=n, steps=steps)
    return EqualAccuracy(
        statistic=found.statistic, p_value=found.p_value, questions=n, steps=steps, why=""
    )


def _none(why: str, *, n: int, steps: int = 1) -> EqualAccuracy:
    return EqualAccuracy(statistic=None, p_value=None, questions=n, steps=steps, why=why)
