"""What became of forecasts, forecasts by others, and the rows that scoring reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from demarche.errors import TermError
from demarche.terms._base import STRICT
from demarche.terms.issued import Condition, check_band, check_known, check_probability
from demarche.terms.sources import ClaimKind

__all__ = [
    "FORECASTERS",
    "ConditionResolution",
    "CourseResolution",
    "ForecasterKind",
    "Outcome",
    "Resolution",
    "ResolvedLadder",
    "ResolvedRow",
    "RowOutcome",
    "SourceForecast",
    "SourceResolution",
    "Verdict",
]

Outcome = Literal["yes", "no", "annulled", "not_known"]
"""Of a course: taken within the window or not; annulled: the question was void; not known: the
public record does not say, which is never read as no."""
RowOutcome = Literal["yes", "no", "annulled", "not_known", "open"]
"""Of a row: as `Outcome`, or still open."""
Verdict = Literal["kept", "broken", "not_tested"]
"""Of a commitment or red line: it was tested and kept, tested and broken, or never tested."""
ForecasterKind = Literal["model", "pool", "person", "crowd", "text"]
"""Who speaks; these are scored apart and never averaged into one number."""
FORECASTERS: tuple[ForecasterKind, ...] = ("model", "pool", "person", "crowd", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseResolution:
    """What became of one course.

    ``on`` is the day it was taken (yes), or the day up to which it is known not to have been
    (no); ``evidence`` are addresses or references one can look up; ``reason`` is required where
    the outcome is annulled or not known.
    """

    __pydantic_config__ = STRICT
    course: str
    outcome: Outcome
    on: dt.date
    evidence: tuple[str, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.outcome in ("annulled", "not_known") and not self.reason.strip():
            raise TermError(f"{self.course}: an outcome {self.outcome!r} needs a reason.")
        if self.outcome == "yes" and not any(item.strip() for item in self.evidence):
            raise TermError(f"{self.course}: a yes needs evidence that one can look up.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What became of some or all courses of a question, and perhaps the highest rung reached.

    A course is resolved once; to change it, a new resolution names in ``corrects`` the ``seq`` of
    the entry that holds the old one. ``by`` says who decided: ``hand``, or ``record`` with its
    coverage in ``note``.
    """

    __pydantic_config__ = STRICT
    question: str
    courses: tuple[CourseResolution, ...]
    by: Literal["hand", "record"] = "hand"
    rung: int | None = None
    rung_evidence: tuple[str, ...] = ()
    corrects: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        ids = tuple(item.course for item in self.courses)
        check_known(ids, known=ids, what=f"question {self.question}")
        if not self.courses and self.rung is None:
            raise TermError("a resolution needs at least one course or a rung.")
        if self.rung is not None and self.rung < 0:
            raise TermError(f"a rung is 0 or more, got {self.rung}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionResolution:
    """Whether the trigger of a what-if occurred, when, and by what evidence.

    ``no`` makes every course of the question void; ``yes`` opens its window on ``on``.
    """

    __pydantic_config__ = STRICT
    question: str
    occurred: Literal["yes", "no", "not_known"]
    on: dt.date
    evidence: tuple[str, ...] = ()
    reason: str = ""
    corrects: int | None = None

    def __post_init__(self) -> None:
        if self.occurred == "yes" and not any(item.strip() for item in self.evidence):
            raise TermError("a trigger that occurred needs evidence that one can look up.")
        if self.occurred != "yes" and not self.reason.strip():
            raise TermError(f"a trigger that is said {self.occurred!r} needs a reason.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForecast:
    """A forecast by somebody else: a claim of a source, or a row of an imported forecaster.

    Attributes
    ----------
    id : str
        Of this forecast within its ``source``; (source, id, asked) is never entered twice.
    source, holder : str
        Where it was said (a source's id, a tournament) and who said it.
    question : str
        Id of a question of this ledger, or the other side's id of its question, or empty.
    text : str
        The proposition, in neutral words.
    forecaster : ForecasterKind
    kind : ClaimKind
        Commitments and red lines get a verdict, all others an outcome.
    said : "+" or "-"
        Whether it says that the proposition holds, or that it does not; probability, low and high
        are always those of the proposition itself.
    probability, low, high : float or None
        A number, or the band its hedge conveys, or neither.
    asked, closes : date or None
        When it was said; last day of its horizon.
    outcome, verdict, resolved_on
        As known at entry; a later `SourceResolution` says more.
    may_have_seen : bool
        A model that may have read the outcome.
    """

    __pydantic_config__ = STRICT
    id: str
    source: str
    holder: str
    text: str
    forecaster: ForecasterKind
    kind: ClaimKind
    question: str = ""
    actor: str = ""
    trigger: str = ""
    course: str = ""
    course_kind: str = ""
    condition: str = ""
    hedge: str = ""
    said: Literal["+", "-"] = "+"
    probability: float | None = None
    low: float | None = None
    high: float | None = None
    asked: dt.date | None = None
    closes: dt.date | None = None
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    resolved_on: dt.date | None = None
    evidence: tuple[str, ...] = ()
    cluster: str = ""
    may_have_seen: bool = False
    imported_from: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.source:
            raise TermError("a source's forecast needs an id and a source.")
        what = f"{self.source}, {self.id}"
        check_probability(self.probability, what=f"probability of {what}")
        check_band(self.low, self.high, what=what)
        _check_verdict(self.kind, outcome=self.outcome, verdict=self.verdict, what=what)
        if self.asked is not None and self.closes is not None and self.closes < self.asked:
            raise TermError(f"{what}: it closes on {self.closes}, before it was said.")


def _check_verdict(
    kind: ClaimKind, *, outcome: Outcome | None, verdict: Verdict | None, what: str
) -> None:
    promised = kind in ("commitment", "red_line")
    if promised and outcome is not None:
        raise TermError(f"{what}: a {kind} gets a verdict (kept, broken, not_tested), no outcome.")
    if not promised and verdict is not None:
        raise TermError(f"{what}: a {kind} gets an outcome, no verdict; got {verdict!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResolution:
    """What became of a source's forecast; ``of`` is the ``seq`` of its entry."""

    __pydantic_config__ = STRICT
    of: int
    on: dt.date
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    evidence: tuple[str, ...] = ()
    reason: str = ""
    corrects: int | None = None

    def __post_init__(self) -> None:
        if (self.outcome is None) == (self.verdict is None):
            raise TermError("give either an outcome or a verdict.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRow:
    """One probability and what became of it: the flat row that scoring reads.

    One row per forecast entry, view and course. A question revised twice gives three rows per view
    and course; they share ``question``, and ``revision`` counts 0, 1, 2.

    Attributes
    ----------
    question, case, actor, trigger, course : str
    kind : str
        Kind of course in the taxonomy; empty if it has none.
    rung : int
    observability : str
    horizon_days : int
    opens, closes : date
        The window in force: of a what-if whose trigger occurred, from the trigger's day.
    condition : Condition
    view : str
    forecaster : ForecasterKind
        ``pool`` for the pool, ``model`` for the views of demarche.
    seq, revision : int
    issued_at : datetime
    probability, low, high : float
    outcome : RowOutcome
        ``open`` if not resolved; ``annulled`` also where a what-if's trigger did not occur.
    resolved_on : date or None
        Day of the outcome (`CourseResolution.on`).
    resolved_seq : int or None
    reason : str
        Why it was annulled or is not known.
    cluster : str
    sealed : bool
        An outside checkpoint dated before the outcome covers the forecast; else self-declared.
    late : bool
        Issued after the deadline, after the outcome was entered, or on or after the day of a yes:
        never scored, but counted.
    """

    question: str
    case: str
    actor: str
    trigger: str
    course: str
    kind: str
    rung: int
    observability: str
    horizon_days: int
    opens: dt.date
    closes: dt.date
    condition: Condition
    view: str
    forecaster: ForecasterKind
    seq: int
    revision: int
    issued_at: dt.datetime
    probability: float
    low: float
    high: float
    outcome: RowOutcome
    resolved_on: dt.date | None
    resolved_seq: int | None
    reason: str
    cluster: str
    sealed: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLadder:
    """One distribution over the ladder and the highest rung reached (``None`` while open)."""

    question: str
    case: str
    actor: str
    trigger: str
    horizon_days: int
    view: str
    forecaster: ForecasterKind
    seq: int
    revision: int
    issued_at: dt.datetime
    ladder: tuple[float, ...]
    rung: int | None
    resolved_seq: int | None
    cluster: str
    sealed: bool
    late: bool
