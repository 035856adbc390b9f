"""Questions as the ledger knows them: every forecast, what became of each course, and the window.

A state is folded from entries in order; nothing in it is edited, the newest entry speaks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from demarche.errors import LedgerError, near_miss
from demarche.ledger.store import Reading
from demarche.terms.ledger import (
    ConditionResolution,
    CourseResolution,
    EntryKind,
    HiddenForecast,
    IssuedForecast,
    LedgerEntry,
    Making,
    Resolution,
    Reveal,
    Revision,
    ViewForecast,
)

__all__ = [
    "ABOUT_QUESTIONS",
    "ISSUES",
    "MadeForecast",
    "QuestionState",
    "Status",
    "all_questions",
    "find_question",
    "question_state",
    "states_of",
]

NEAR = 2000
"""How many ids are looked at for a near miss."""
Status = Literal["open", "due", "partly", "resolved", "void"]
"""open: no outcome yet; due: the same, and the window is over; partly: some courses resolved;
void: annulled as a whole."""
ISSUES: tuple[EntryKind, ...] = ("issue", "reveal")
ABOUT_QUESTIONS: tuple[EntryKind, ...] = ("issue", "reveal", "revise", "resolve", "condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeForecast:
    """One forecast of a question; the first is ``revision`` 0.

    ``seq`` is its entry's number (of a revealed forecast: of the entry that hid it).
    """

    seq: int
    revision: int
    issued_at: dt.datetime
    as_of: dt.date
    views: tuple[ViewForecast, ...]
    making: Making
    late: bool
    reason: str


@dataclass(slots=True)
class _Folding:
    """A question while its entries are read."""

    issued: IssuedForecast
    seq: int
    forecasts: list[MadeForecast]
    condition: tuple[int, ConditionResolution] | None = None
    courses: dict[str, tuple[int, CourseResolution]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    rung: tuple[int, int] | None = None
    entries: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionState:
    """A question with all that was entered about it.

    Attributes
    ----------
    id, seq : str, int
        Of the question, and of the entry that issued it.
    issued : IssuedForecast
    forecasts : tuple of MadeForecast
        In order.
    condition : (seq, ConditionResolution) or None
    courses : mapping of course to (seq, CourseResolution)
        The outcome in force.
    first_resolved : mapping of course to seq
        Entry by which an outcome was first entered, also where it was corrected later.
    rung : (seq, rung) or None
    entries : tuple of int
        Every entry about it.
    """

    id: str
    seq: int
    issued: IssuedForecast
    forecasts: tuple[MadeForecast, ...]
    condition: tuple[int, ConditionResolution] | None
    courses: Mapping[str, tuple[int, CourseResolution]]
    first_resolved: Mapping[str, int]
    rung: tuple[int, int] | None
    entries: tuple[int, ...]

    @property
    def started(self) -> bool:
        """Whether the window is known: false for a what-if whose trigger has not occurred."""
        return self.issued.condition != "what_if" or self.occurred == "yes"

    @property
    def occurred(self) -> str:
        """Whether a what-if's trigger occurred: yes, no, not_known, or empty while open."""
        return self.condition[1].occurred if self.condition is not None else ""

    @property
    def opens(self) -> dt.date:
        """First day that counts."""
        if self.issued.condition == "what_if" and self.condition is not None:
            return self.condition[1].on if self.occurred == "yes" else self.issued.opens
        return self.issued.opens

    @property
    def closes(self) -> dt.date:
        """Last day that counts."""
        if self.issued.condition == "what_if" and self.occurred == "yes":
            return self.opens + dt.timedelta(days=self.issued.question.horizon_days)
        return self.issued.closes

    def status(self, today: dt.date) -> Status:
        """Where the question stands on a day."""
        if self.occurred in ("no", "not_known"):
            return "void"
        found = {item.outcome for _, item in self.courses.values()}
        missing = len(self.courses) < len(self.issued.question.courses)
        if not found:
            return "due" if today > self.closes else "open"
        if missing:
            return "partly"
        return "void" if found == {"annulled"} else "resolved"


def _issue(entry: LedgerEntry, hidden: Mapping[int, LedgerEntry]) -> _Folding:
    content, at, seq = entry.content, entry.at, entry.seq
    if isinstance(content, Reveal):
        before = hidden.get(content.of)
        if before is not None:
            at, seq = before.at, before.seq
        content = content.forecast
    assert isinstance(content, IssuedForecast)
    first = _made(content, seq=seq, at=at, revision=0)
    return _Folding(issued=content, seq=entry.seq, forecasts=[first], entries=[entry.seq])


def _made(
    content: IssuedForecast | Revision, *, seq: int, at: dt.datetime, revision: int
) -> MadeForecast:
    return MadeForecast(
        seq=seq,
        revision=revision,
        issued_at=at,
        as_of=content.as_of if isinstance(content, Revision) else content.question.as_of,
        views=content.views,
        making=content.making,
        late=content.late,
        reason=content.reason if isinstance(content, Revision) else "",
    )


def _fold(state: _Folding, entry: LedgerEntry) -> None:
    content = entry.content
    state.entries.append(entry.seq)
    if isinstance(content, Revision):
        state.forecasts.append(
            _made(content, seq=entry.seq, at=entry.at, revision=len(state.forecasts))
        )
    elif isinstance(content, ConditionResolution):
        state.condition = (entry.seq, content)
    elif isinstance(content, Resolution):
        for item in content.courses:
            state.courses[item.course] = (entry.seq, item)
            state.first.setdefault(item.course, entry.seq)
        if content.rung is not None:
            state.rung = (entry.seq, content.rung)


def states_of(entries: Iterable[LedgerEntry]) -> tuple[QuestionState, ...]:
    """Every question among some entries, in order of issue; entries must be in order of ``seq``.

    Raises
    ------
    LedgerError
        If an entry is about a question that was not issued before it.
    """
    folding: dict[str, _Folding] = {}
    hidden: dict[int, LedgerEntry] = {}
    for entry in entries:
        content = entry.content
        if isinstance(content, HiddenForecast):
            hidden[entry.seq] = entry
        elif isinstance(content, IssuedForecast | Reveal):
            question = (content.forecast if isinstance(content, Reveal) else content).question
            folding[question.id] = _issue(entry, hidden)
        elif isinstance(content, Revision | Resolution | ConditionResolution):
            if content.question not in folding:
                raise LedgerError(
                    f"entry {entry.seq} is about question {content.question}, which no entry "
                    "before it issued."
                )
            _fold(folding[content.question], entry)
    return tuple(
        QuestionState(
            id=id,
            seq=state.seq,
            issued=state.issued,
            forecasts=tuple(state.forecasts),
            condition=state.condition,
            courses=state.courses,
            first_resolved=state.first,
            rung=state.rung,
            entries=tuple(state.entries),
        )
        for id, state in folding.items()
    )


def all_questions(reading: Reading) -> tuple[QuestionState, ...]:
    """Every question of a ledger, in order of issue."""
    return states_of(reading.entries(kinds=(*ABOUT_QUESTIONS, "hidden")))


def question_state(reading: Reading, id: str) -> QuestionState | None:
    """One question by its whole id; ``None`` if it was not issued."""
    found = states_of(_with_hidden(reading, id))
    return found[0] if found else None


def _with_hidden(reading: Reading, id: str) -> Iterator[LedgerEntry]:
    about = list(reading.entries(kinds=ABOUT_QUESTIONS, subject=id))
    for entry in about:
        if isinstance(entry.content, Reveal):
            before = reading.entry(entry.content.of)
            if before is not None:
                yield before
    yield from about


def find_question(reading: Reading, said: str) -> QuestionState:
    """Question by its id or the beginning of it.

    Raises
    ------
    LedgerError
        If none, or more than one, begins so.
    """
    text = said.strip().lower()
    if not text or not set(text) <= set("0123456789abcdef"):
        raise LedgerError(
            f"a question is named by its id, such as a25a7a174b55, got {said[:40]!r}; demarche "
            "ledger list shows them."
        )
    ids = reading.subjects(prefix=text, kinds=ISSUES)
    if len(ids) > 1 and text not in ids:
        raise LedgerError(f"{said!r} begins {len(ids)} ids: {_some(ids)}; give more of it.")
    if not ids:
        known = reading.subjects(prefix="", kinds=ISSUES, limit=NEAR)
        hint = near_miss(text, known)
        raise LedgerError(f"the ledger has no question {said!r}. {hint}".rstrip())
    state = question_state(reading, text if text in ids else ids[0])
    if state is None:
        raise LedgerError(f"the ledger has no question {said!r}.")
    return state


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
