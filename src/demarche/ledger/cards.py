"""The frozen results of scoring: counts, means with intervals, curves, one card per forecaster."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from demarche.ledger.items import Group, Lane
from demarche.scores import (
    CalibrationTest,
    Decomposition,
    Difference,
    Interval,
    Reliability,
)
from demarche.terms.ledger import ForecasterKind

__all__ = [
    "Card",
    "Counts",
    "Curve",
    "EqualAccuracy",
    "LadderCard",
    "Mean",
    "ScoreTable",
    "Versus",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a card rests on, and what was left out.

    Attributes
    ----------
    rows : int
        Forecasts read.
    scored, questions, clusters : int
        Propositions scored (one forecast each), distinct questions and clusters among them.
    yes : int
        Propositions that came true.
    first, last : date or None
        When the scored forecasts were given.
    annulled, not_known, open, late, superseded, absent : int
        Rows left out: void questions, outcomes the public record does not tell, still open, given
        too late, replaced by another forecast of the same forecaster; of propositions without a
        forecast in force at the declared time.
    sealed : int
        Scored forecasts that an outside checkpoint covers; all others are self-declared.
    supposed, supposed_void : int
        Rows of questions on a supposed trigger that occurred, and of those whose trigger did not.
    certain : int
        Scored forecasts of exactly 0 or 1.
    """

    rows: int
    scored: int
    questions: int
    clusters: int
    yes: int
    first: dt.date | None
    last: dt.date | None
    annulled: int
    not_known: int
    open: int
    late: int
    superseded: int
    absent: int
    sealed: int
    supposed: int
    supposed_void: int
    certain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean score with 90 % bootstrap intervals; None where there is one question or cluster."""

    value: float
    by_question: Interval | None
    by_cluster: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualAccuracy:
    """Diebold-Mariano test of equal accuracy over questions in order of time.

    A positive ``statistic`` favours the forecaster over the reference. ``steps`` says over how many
    questions windows overlap. Where there is no test, both numbers are None and ``why`` says why.
    """

    statistic: float | None
    p_value: float | None
    questions: int
    steps: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """One forecaster beside a named reference on the propositions both answered.

    ``difference`` is the reference's mean Brier score minus one's own, above 0 is better; ``by``
    says what was resampled. ``skill`` is 1 - own / reference, None where that is not defined.
    ``equal`` tests whether the two are equally accurate.
    """

    reference: str
    n: int
    questions: int
    own: float
    other: float
    difference: Difference | None
    by: str
    skill: float | None
    equal: EqualAccuracy


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Calibration of a forecaster with enough resolved questions.

    ``histogram`` counts issued probabilities in tenths; ``murphy`` is (threshold, mean elementary
    score) on a grid.
    """

    reliability: Reliability
    brier_parts: Decomposition
    log_parts: Decomposition
    spiegelhalter: CalibrationTest
    auc: float | None
    calibration_error: float
    histogram: tuple[int, ...]
    murphy: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Scores of one forecaster in one group of questions.

    Attributes
    ----------
    group, forecaster, source : str
    kind : ForecasterKind
    lane : Lane
    counts : Counts
    brier, log : Mean or None
        One-sided Brier, log in nats; smaller is better. None if nothing is resolved.
    two_sided : float or None
        Mean Brier score on the scale from 0 to 2, twice the one-sided.
    index : float or None
        Brier Index; larger is better.
    clip : float
    clipped : int
    over_time, coverage : float or None
        Mean Brier score over open days and mean coverage, where the dates are known.
    over_time_n : int
    peer : float or None
        Mean peer score in points; larger is better.
    peer_n : int
        Propositions that others answered as well.
    adjusted : float or None
        Mean Brier score adjusted for difficulty.
    versus : tuple of Versus
    curve : Curve or None
    why_no_curve : str
    """

    group: str
    forecaster: str
    source: str
    kind: ForecasterKind
    lane: Lane
    counts: Counts
    brier: Mean | None
    log: Mean | None
    two_sided: float | None
    index: float | None
    clip: float
    clipped: int
    over_time: float | None
    coverage: float | None
    over_time_n: int
    peer: float | None
    peer_n: int
    adjusted: float | None
    versus: tuple[Versus, ...]
    curve: Curve | None
    why_no_curve: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderCard:
    """Ranked probability score of one view's ladder, not normalised; smaller is better."""

    forecaster: str
    kind: ForecasterKind
    n: int
    questions: int
    clusters: int
    open: int
    late: int
    superseded: int
    rps: Mean | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """All cards of a ledger or file, with what the reader must know before comparing them.

    ``spot`` is the declared time of spot scores in days after the opening, None where the last
    forecast before the event counts. ``ranked`` is true only where every card rests on enough
    questions; cards are sorted by name otherwise.
    """

    title: str
    by: Group
    version: str
    reference: str
    level: float
    draws: int
    seed: int
    fewest: int
    spot: float | None
    cards: tuple[Card, ...]
    ladders: tuple[LadderCard, ...]
    ranked: bool
    notes: tuple[str, ...]
