"""Forward benchmark: engine, base rate and other forecasters on the same cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from demarche.errors import TermError
from demarche.outside._cases import Cases, FloatArray
from demarche.outside.backtest import Backtest, forward, known_times
from demarche.outside.similarity import Options
from demarche.outside.skill import DRAWS, Skill, skill_table

Forecaster = Callable[[FloatArray, FloatArray, FloatArray], float]
"""Takes features (n, F) and known outcomes (n,) of earlier cases, and a query (F,); returns p."""

BENCHMARK_OPTIONS = Options(per_course=True, half_life=40.0, trees=200)
"""For a few courses and hundreds of cases over decades, times in years."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Benchmark:
    """Answer of :func:`benchmark`.

    Attributes
    ----------
    test : Backtest
        Forecasts of the engine and the base rate.
    others : tuple of (str, array of shape (k, C))
        Forecasts of the other forecasters on the same cases.
    table : tuple of Skill
        Engine first, then the others; per course, then all courses together.
    first, last : float
        Time of the first and last case forecast.
    options : Options
    """

    test: Backtest
    others: tuple[tuple[str, FloatArray], ...]
    table: tuple[Skill, ...]
    first: float
    last: float
    options: Options


def benchmark(
    cases: Cases,
    *,
    start: float,
    rng: np.random.Generator,
    known_at: ArrayLike | None = None,
    options: Options = BENCHMARK_OPTIONS,
    others: Mapping[str, Forecaster] | None = None,
    refit_every: float = 5.0,
    draws: int = DRAWS,
) -> Benchmark:
    """Forecast every case from `start` on from earlier ones only, with every forecaster, and score.

    All forecasters see the same features and the same earlier cases: those begun, and with outcomes
    known, strictly before the case.

    Parameters
    ----------
    cases : Cases
        With times.
    start : float
        First time to forecast.
    rng : numpy.random.Generator
        For the bootstrap only.
    known_at : array, shape (n,), optional
        When the outcomes of each case were known; default its own time.
    options : Options
    others : mapping of str to callable, optional
        Each is called per case and course as ``f(features, outcomes, query)`` and returns a
        probability. Where earlier outcomes are all alike it is not called; the base rate stands in.
    refit_every : float
        How often feature weights are estimated again.
    draws : int

    Returns
    -------
    Benchmark

    Raises
    ------
    TermError
        If nothing can be forecast, or a forecaster returns no probability.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ally = rng.integers(0, 2, 60).astype(float)
    >>> cases = Cases(features=ally[:, None], outcomes=ally[:, None], kinds=("yes/no",),
    ...               feature_names=("ally",), courses=("arms",), times=np.arange(60.0))
    >>> answer = benchmark(cases, start=40.0, rng=rng, options=Options(trees=20), draws=100)
    >>> answer.table[0].n, answer.table[0].brier_skill > 0.5
    (20, True)
    """
    test = forward(cases, start=start, options=options, known_at=known_at, refit_every=refit_every)
    times = cases.times
    assert times is not None
    known = known_times(cases, known_at)
    found: dict[str, FloatArray] = {}
    for name, forecaster in (others or {}).items():
        p = test.base.copy()
        for r, i in enumerate(test.rows):
            for c in range(p.shape[1]):
                rows = (known < times[i]) & ~np.isnan(cases.outcomes[:, c])
                y = cases.outcomes[rows, c]
                if len(np.unique(y)) == 2:
                    p[r, c] = forecaster(cases.features[rows], y, cases.features[i])
        if not ((p >= 0) & (p <= 1)).all():
            raise TermError(
                f"The forecaster {name!r} returned a number outside [0, 1]; expected a probability."
            )
        found[name] = p
    at = times[test.rows]
    return Benchmark(
        test=test,
        others=tuple(found.items()),
        table=skill_table(test, rng=rng, draws=draws, others=found),
        first=float(at.min()),
        last=float(at.max()),
        options=options,
    )
