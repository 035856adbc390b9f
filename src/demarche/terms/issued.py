"""A forecast as it was issued: its question, frozen rules of resolution, and every view."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from demarche.errors import TermError, near_miss
from demarche.terms._base import STRICT
from demarche.terms.courses import NO_TRIGGER, Codes, Observability
from demarche.terms.forecast import Forecast, Question

__all__ = [
    "POOL",
    "Condition",
    "HiddenForecast",
    "IssuedForecast",
    "Making",
    "Party",
    "ResolutionRule",
    "Reveal",
    "Revision",
    "ViewForecast",
    "check_band",
    "check_hex",
    "check_known",
    "check_probability",
    "check_views",
]

POOL = "pool"
"""Name of the view that is the answer; every issued forecast has it, over all its courses."""
SUM_TOLERANCE = 1e-9
HEX = frozenset("0123456789abcdef")
Condition = Literal["none", "occurred", "what_if"]
"""Of a question's trigger: there is none; it has occurred; or it is supposed (a what-if)."""


def check_probability(value: float | None, *, what: str) -> None:
    """Refuse a number outside [0, 1]; ``None`` passes. Raises `TermError`."""
    if value is not None and not (math.isfinite(value) and 0 <= value <= 1):
        advice = " Divide by 100 if it was given in percent." if 1 < value <= 100 else ""
        raise TermError(f"{what} must lie in [0, 1], got {value!r}.{advice}")


def check_band(low: float | None, high: float | None, *, what: str) -> None:
    """Refuse ends outside [0, 1] or out of order; ``None`` passes. Raises `TermError`."""
    check_probability(low, what=f"low of {what}")
    check_probability(high, what=f"high of {what}")
    if low is not None and high is not None and low > high:
        raise TermError(f"{what}: low must not exceed high, got {low!r} and {high!r}.")


def check_hex(value: str, *, length: int, what: str) -> None:
    """Refuse what is not so many lower-case hexadecimal digits. Raises `TermError`."""
    if len(value) != length or not HEX.issuperset(value):
        raise TermError(f"{what} must be {length} lower-case hexadecimal digits, got {value!r}.")


def check_known(ids: Iterable[str], *, known: tuple[str, ...], what: str) -> None:
    """Refuse ids that are not known, or given twice. Raises `TermError`."""
    seen: set[str] = set()
    for id in ids:
        if id not in known:
            raise TermError(
                f"{what}: {id!r} is no course of the question; it has {', '.join(known)}. "
                f"{near_miss(id, known)}".rstrip()
            )
        if id in seen:
            raise TermError(f"{what}: course {id!r} is given twice.")
        seen.add(id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An actor as a record may name it: its id in the case, then codes, names and aliases."""

    __pydantic_config__ = STRICT
    id: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionRule:
    """How one course is resolved, frozen at issue: the written rule, and codes for a record.

    ``kind`` is the course's kind in the taxonomy (``COURSE_KINDS``), empty if it has none;
    ``rung`` its rung of the ladder; ``recipients`` the actors that ``coded_as`` names.
    """

    __pydantic_config__ = STRICT
    course: str
    label: str
    rule: str
    kind: str
    rung: int
    observability: Observability
    coded_as: Codes = Codes()
    recipients: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewForecast:
    """A named forecast: ``pool``, ``outside``, ``inside``, ``events``, ``base_rate`` or another.

    The forecast may leave out courses on which the view is silent, and its ladder may be empty.
    ``weight`` is the view's weight in the pool, ``None`` if it is not in it.
    """

    __pydantic_config__ = STRICT
    view: str
    forecast: Forecast
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a forecast was made, so that it can be made again: hash of inputs, versions, seed."""

    __pydantic_config__ = STRICT
    inputs_hash: str
    package_version: str
    seed: int
    draws: int
    run_id: str
    versions: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_hex(self.inputs_hash, length=64, what="the hash of the inputs")


def check_views(views: tuple[ViewForecast, ...], *, question: Question | None) -> None:
    """Refuse views that cannot be scored, of a question where one is given. Raises `TermError`."""
    names = [item.view for item in views]
    if len(set(names)) != len(names):
        raise TermError(f"a view is given twice: {', '.join(names)}.")
    if POOL not in names:
        raise TermError(f"a forecast needs the view {POOL!r}, got {', '.join(names) or 'none'}.")
    for item in views:
        _check_view(item, question=question)


def _check_view(item: ViewForecast, *, question: Question | None) -> None:
    for row in item.forecast.courses:
        what = f"{item.view}, {row.course}"
        check_probability(row.probability, what=f"probability of {what}")
        check_band(row.low, row.high, what=what)
    for value in item.forecast.ladder:
        check_probability(value, what=f"ladder of {item.view}")
    if item.forecast.ladder and abs(math.fsum(item.forecast.ladder) - 1) > SUM_TOLERANCE:
        total = math.fsum(item.forecast.ladder)
        raise TermError(f"ladder of {item.view} must sum to 1 (within 1e-9), got {total!r}.")
    if question is None:
        return
    ids = [row.course for row in item.forecast.courses]
    check_known(ids, known=question.courses, what=f"view {item.view!r}")
    missing = [id for id in question.courses if id not in ids]
    if item.view == POOL and missing:
        raise TermError(f"the pool has no probability for {', '.join(missing)}.")
    if item.forecast.ladder and len(item.forecast.ladder) != len(question.ladder):
        raise TermError(
            f"ladder of {item.view} must have {len(question.ladder)} rungs, got "
            f"{len(item.forecast.ladder)}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedForecast:
    """A question, how it will be resolved, and every view's forecast of it, as first issued.

    Attributes
    ----------
    question : Question
        Its ``id`` names it in all later entries.
    actor, trigger : Party, str
        The actor as a record may name it; the trigger's written rule.
    rules : tuple of ResolutionRule
        One per course, in the question's order.
    views : tuple of ViewForecast
    making : Making
    issued_at : datetime
        UTC, by the clock of the computer that wrote it: self-declared.
    opens, closes : date
        First and last day on which a course counts. Of a what-if they bound the days on which the
        trigger may occur; its own window is then ``horizon_days`` from the trigger's day.
    condition : "none", "occurred" or "what_if"
    cluster : str
        Crisis or other group within which questions hang together; for intervals by cluster.
    late : bool
        Recorded after the deadline or after an outcome was known: never scored.
    """

    __pydantic_config__ = STRICT
    question: Question
    actor: Party
    trigger_label: str
    trigger_rule: str
    rules: tuple[ResolutionRule, ...]
    views: tuple[ViewForecast, ...]
    making: Making
    issued_at: dt.datetime
    opens: dt.date
    closes: dt.date
    condition: Condition
    cluster: str
    late: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        question = self.question
        if not question.courses:
            raise TermError("a question needs at least one course.")
        check_known(question.courses, known=question.courses, what="question")
        if tuple(rule.course for rule in self.rules) != question.courses:
            raise TermError("rules must be one per course, in the question's order.")
        for rule in self.rules:
            if not 0 <= rule.rung < max(1, len(question.ladder)):
                raise TermError(f"{rule.course}: rung {rule.rung} is not on the ladder.")
        check_views(self.views, question=question)
        if self.issued_at.utcoffset() is None:
            raise TermError(f"issued_at needs a zone, got {self.issued_at.isoformat()}.")
        if self.opens > self.closes:
            raise TermError(f"the window closes on {self.closes}, before it opens ({self.opens}).")
        if (self.condition == "none") != (question.trigger == NO_TRIGGER):
            raise TermError(
                f"condition {self.condition!r} does not fit trigger {question.trigger!r}: it is "
                f"'none' exactly where the trigger is {NO_TRIGGER!r}."
            )
        if not self.late and self.closes < self.issued_at.date():
            raise TermError(
                f"the deadline {self.closes} lies before the forecast ({self.issued_at.date()}); "
                "it can only be recorded as late and unscored."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A newer forecast to a question that was issued; the older one stays as it was.

    ``as_of`` is the day after which nothing was used for it.
    """

    __pydantic_config__ = STRICT
    question: str
    views: tuple[ViewForecast, ...]
    making: Making
    as_of: dt.date
    issued_at: dt.datetime
    reason: str = ""
    late: bool = False

    def __post_init__(self) -> None:
        check_views(self.views, question=None)
        if self.issued_at.utcoffset() is None:
            raise TermError(f"issued_at needs a zone, got {self.issued_at.isoformat()}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenForecast:
    """A forecast kept private for now: SHA-256 of salt and canonical content (commit)."""

    __pydantic_config__ = STRICT
    digest: str
    issued_at: dt.datetime
    closes: dt.date
    note: str = ""

    def __post_init__(self) -> None:
        check_hex(self.digest, length=64, what="the digest of a hidden forecast")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """The forecast that a `HiddenForecast` kept private, with its salt; ``of`` is its ``seq``."""

    __pydantic_config__ = STRICT
    of: int
    salt: str
    forecast: IssuedForecast

    def __post_init__(self) -> None:
        check_hex(self.salt, length=64, what="the salt")
