"""The answer: one frozen value that the terminal, the report and ``--json`` all show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from demarche.desk.event_view import EventView
from demarche.terms import Case, Question

__all__ = [
    "Answer",
    "AnsweredCourse",
    "InsideDetail",
    "OutsideDetail",
    "PrecedentRow",
    "Reasons",
    "Rung",
    "View",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCourse:
    """One course: pooled probability and 80 % range, its ICD 203 word, and what it rests on.

    ``outside`` is ``None`` where no precedents are coded, ``base_rate`` likewise.
    """

    id: str
    label: str
    kind: str
    rung: int
    observability: str
    probability: float
    low: float
    high: float
    word: str
    outside: float | None
    outside_low: float | None
    outside_high: float | None
    inside: float
    inside_low: float
    inside_high: float
    base_rate: float | None
    base_taken: int | None
    base_known: int | None
    without_trigger: float
    effective_cases: float | None
    not_known: int | None
    disagree: bool
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Probability that this is the highest rung reached, and that it or a higher one is."""

    rung: int
    label: str
    probability: float
    at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view in the pool: its weight, method, and what to be warned of."""

    name: str
    weight: float
    basis: str
    parameters: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedentRow:
    """One episode the outside view rests on, with what happened and what its removal changes.

    Nearest first by weight in the forecast; ``similarity`` is the agreement on features, 0 to 1.
    """

    id: str
    title: str
    actor: str
    trigger: str
    trigger_date: dt.date
    response: str
    similarity: float
    shared: tuple[str, ...]
    differs: tuple[str, ...]
    taken: tuple[tuple[str, str, str], ...]
    removal: tuple[tuple[str, float], ...]
    sources: tuple[tuple[str, str, str], ...]
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Main reason for and against one course, each with where it comes from."""

    course: str
    reason_for: str
    for_from: str
    reason_against: str
    against_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideDetail:
    """What the outside view used: size of the class, weights of features, how it was chosen."""

    episodes: int
    episodes_hash: str
    excluded: tuple[str, ...]
    not_yet_known: int
    horizon_days: int
    feature_weights: tuple[tuple[str, float], ...]
    parameters: tuple[tuple[str, str], ...]
    estimated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideDetail:
    """What the inside view explains, as data: rows by course in the answer's order.

    ``held`` has a row (move, answers, credible, escape, probability, sentence) per improvement from
    the likeliest state of the graph model; ``stable`` says by which concepts that state holds.
    ``words`` are (head, sentence) of the explanation in short.
    """

    rule: str
    rule_because: str
    factions: tuple[tuple[str, str, float, float, float, str, tuple[float, ...]], ...]
    rules: tuple[tuple[str, tuple[float, ...]], ...]
    levels: tuple[tuple[float, ...], ...]
    shifts: tuple[tuple[str, tuple[float, ...]], ...]
    tornado: tuple[tuple[str, str, str, float, float, float, float, float], ...]
    flips: tuple[tuple[str, float, float, float, str], ...]
    uncertainty: tuple[tuple[str, float, float, float, float, float], ...]
    strategies: tuple[tuple[str, str, float, float], ...]
    others: tuple[tuple[str, str, float, float], ...]
    ledger: tuple[tuple[str, str, float, tuple[float, ...], float, float], ...]
    one_faction: tuple[float, ...]
    held: tuple[tuple[str, tuple[tuple[str, str], ...], bool, bool, float, str], ...] = ()
    stable: tuple[tuple[str, bool], ...] = ()
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything demarche says to one question, with what it takes to say it again.

    ``record`` is ``None`` where no event record could be used; ``record_note`` then says why.
    """

    question: Question
    understood: str
    case: Case
    actor_name: str
    trigger_label: str
    trigger_rule: str
    courses: tuple[AnsweredCourse, ...]
    ladder: tuple[Rung, ...]
    ladder_moved: float
    views: tuple[View, ...]
    precedents: tuple[PrecedentRow, ...]
    reasons: tuple[Reasons, ...]
    outside: OutsideDetail | None
    record: EventView | None
    record_note: str
    inside: InsideDetail
    other_triggers: tuple[tuple[str, str, tuple[float, ...]], ...]
    confidence: str
    confidence_because: str
    judgement: str
    unlisted: tuple[float, float, float] | None
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    seed: int
    draws: int
    run_id: str
    versions: tuple[tuple[str, str], ...]
