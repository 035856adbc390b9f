"""Skill of back-tests against the shrunken base rate, with paired bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demarche.errors import TermError
from demarche.outside._cases import FloatArray
from demarche.outside.backtest import Backtest
from demarche.scores import brier, log_score, paired_bootstrap

DRAWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Scores of one forecaster on one course (or on all) beside a reference.

    Attributes
    ----------
    forecaster, course : str
    n, clusters, not_known : int
        Scored forecasts, independent clusters among them, forecasts without a known outcome.
    brier, reference_brier : float
        Mean scores; smaller is better.
    brier_gain, brier_gain_low, brier_gain_high : float
        Reference minus forecaster, with a 90 % paired bootstrap interval; above 0 is better.
    brier_skill, brier_skill_low, brier_skill_high : float
        1 - brier / reference_brier, with the interval of the same draws.
    log, reference_log, log_skill : float
        The same in nats.
    """

    forecaster: str
    course: str
    n: int
    clusters: int
    not_known: int
    brier: float
    reference_brier: float
    brier_gain: float
    brier_gain_low: float
    brier_gain_high: float
    brier_skill: float
    brier_skill_low: float
    brier_skill_high: float
    log: float
    reference_log: float
    log_skill: float


def skill_table(
    test: Backtest,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    others: Mapping[str, FloatArray] | None = None,
    clip: float = 1e-6,
) -> tuple[Skill, ...]:
    """Score the engine, and any other forecasters of the same cases, against the base rate.

    Parameters
    ----------
    test : Backtest
    rng : numpy.random.Generator
    draws : int
        Of the bootstrap.
    others : mapping of str to array, shape (k, C), optional
        Probabilities of other forecasters for the same rows, e.g. ``{"forest": ...}``.
    clip : float
        Of the log score.

    Returns
    -------
    tuple of Skill
        Per forecaster: one row per course, then one named ``"all"``, over every scored forecast.

    Raises
    ------
    TermError
        If a forecaster has another shape, or no outcome is known.
    """
    forecasters = {"engine": test.engine, **(others or {})}
    out: list[Skill] = []
    for name, p in forecasters.items():
        if np.shape(p) != test.outcomes.shape:
            raise TermError(
                f"{name!r} has shape {np.shape(p)}; expected {test.outcomes.shape}, one "
                "probability per case and course."
            )
        columns = [[c] for c in range(len(test.courses))] + [list(range(len(test.courses)))]
        for course, column in zip((*test.courses, "all"), columns, strict=True):
            out.append(_skill(name, course, column, np.asarray(p), test, rng, draws, clip))
    return tuple(out)


def _skill(
    name: str,
    course: str,
    columns: list[int],
    p: FloatArray,
    test: Backtest,
    rng: np.random.Generator,
    draws: int,
    clip: float,
) -> Skill:
    """Score one forecaster on some courses."""
    y = test.outcomes[:, columns]
    known = ~np.isnan(y)
    if not known.any():
        nan = float("nan")
        return Skill(
            forecaster=name,
            course=course,
            n=0,
            clusters=0,
            not_known=int(known.size),
            brier=nan,
            reference_brier=nan,
            brier_gain=nan,
            brier_gain_low=nan,
            brier_gain_high=nan,
            brier_skill=nan,
            brier_skill_low=nan,
            brier_skill_high=nan,
            log=nan,
            reference_log=nan,
            log_skill=nan,
        )
    happened, mine, theirs = y[known], p[:, columns][known], test.base[:, columns][known]
    clusters = np.broadcast_to(test.clusters[:, None], y.shape)[known]
    a, b = brier(mine, outcome=happened), brier(theirs, outcome=happened)
    log_a = float(log_score(mine, outcome=happened, clip=clip).values.mean())
    log_b = float(log_score(theirs, outcome=happened, clip=clip).values.mean())
    sample = paired_bootstrap(a, reference=b, clusters=clusters, rng=rng, draws=draws)
    gain = np.quantile(sample[:, 1] - sample[:, 0], [0.05, 0.95])
    ratio = np.quantile(1 - sample[:, 0] / sample[:, 1], [0.05, 0.95])
    return Skill(
        forecaster=name,
        course=course,
        n=len(a),
        clusters=len(np.unique(clusters)),
        not_known=int((~known).sum()),
        brier=float(a.mean()),
        reference_brier=float(b.mean()),
        brier_gain=float(b.mean() - a.mean()),
        brier_gain_low=float(gain[0]),
        brier_gain_high=float(gain[1]),
        brier_skill=float(1 - a.mean() / b.mean()),
        brier_skill_low=float(ratio[0]),
        brier_skill_high=float(ratio[1]),
        log=log_a,
        reference_log=log_b,
        log_skill=1 - log_a / log_b,
    )
