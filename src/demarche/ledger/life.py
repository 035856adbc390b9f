"""The life of a forecast: issue, revise, resolve, annul; every act adds an entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from demarche.errors import LedgerError, TermError
from demarche.ledger.questions import ISSUES, QuestionState, find_question
from demarche.ledger.store import Ledger, Writing
from demarche.terms.issued import check_known, check_views
from demarche.terms.ledger import (
    ConditionResolution,
    CourseResolution,
    IssuedForecast,
    LedgerEntry,
    Resolution,
    Revision,
)
from demarche.terms.plain import from_plain, to_plain

__all__ = [
    "annul",
    "check_issue",
    "issue",
    "normal",
    "refuse_over",
    "resolve",
    "resolve_condition",
    "revise",
]

T = TypeVar("T")


def normal(content: T) -> T:
    """A content as it will read back: text in the form NFC, so that its id is final."""
    return from_plain(type(content), to_plain(content))


def check_issue(writing: Writing, forecast: IssuedForecast) -> None:
    """Refuse a question that was issued before, or that looks ahead of the clock.

    Raises
    ------
    LedgerError
    """
    id = forecast.question.id
    before = next(writing.entries(kinds=ISSUES, subject=id), None)
    if before is not None:
        raise LedgerError(
            f"question {id} was issued as entry {before.seq} on {before.at:%Y-%m-%d}; a new "
            "forecast of it is a revision (demarche ledger revise), nothing is edited."
        )
    today = writing.now.date()
    if forecast.question.as_of > today:
        raise LedgerError(
            f"the question is as of {forecast.question.as_of}, and by the clock it is {today}; "
            "nobody knows yet what will be known then."
        )


def issue(ledger: Ledger, forecast: IssuedForecast) -> LedgerEntry:
    """Issue a forecast; ``issued_at`` becomes the ledger's clock at the moment of writing.

    Returns
    -------
    LedgerEntry
        Durable when this returns.

    Raises
    ------
    LedgerError
        If the question was issued before, or is as of a later day.
    TermError
        If its deadline lies before the clock's day and it is not marked late.
    """

    def act(writing: Writing) -> LedgerEntry:
        made = normal(replace(forecast, issued_at=writing.now))
        check_issue(writing, made)
        return writing.append("issue", made)

    return ledger.write(act)


def revise(ledger: Ledger, revision: Revision) -> LedgerEntry:
    """Add a newer forecast to a question; the older ones stay and keep their scores.

    ``question`` may be the beginning of an id.

    Raises
    ------
    LedgerError
        If there is no such question, its window is over or every course is resolved (unless it is
        marked late), or nothing is known yet as of its day.
    """

    def act(writing: Writing) -> LedgerEntry:
        state = find_question(writing, revision.question)
        made = normal(replace(revision, question=state.id, issued_at=writing.now))
        check_views(made.views, question=state.issued.question)
        today = writing.now.date()
        if not made.late:
            refuse_over(state, today=today, as_of=made.as_of)
        elif made.as_of > today:
            raise LedgerError(_ahead(made.as_of, today))
        return writing.append("revise", made)

    return ledger.write(act)


def refuse_over(state: QuestionState, *, today: dt.date, as_of: dt.date) -> None:
    """Refuse a newer forecast of a question that takes none that counts.

    Raises
    ------
    LedgerError
        If its window is over or closes on ``as_of``, its trigger did not occur, every course is
        resolved, or ``as_of`` lies ahead or before the question.
    """
    if as_of > today:
        raise LedgerError(_ahead(as_of, today))
    if as_of < state.issued.question.as_of:
        raise LedgerError(
            f"the revision is as of {as_of}, and question {state.id} as of "
            f"{state.issued.question.as_of}; a newer forecast is as of that day or a later one."
        )
    why = _over(state, today)
    if not why and state.started and as_of >= state.closes:
        why = f"its window closes on {state.closes}"
    if why:
        raise LedgerError(
            f"question {state.id}: {why}; a newer forecast can only be recorded as late and "
            "unscored (--late)."
        )


def _ahead(as_of: dt.date, today: dt.date) -> str:
    return f"the revision is as of {as_of}, and it is {today}."


def _over(state: QuestionState, today: dt.date) -> str:
    """Why a question takes no more forecasts that count; empty while it does."""
    if state.condition is not None and state.occurred != "yes":
        return f"its trigger is resolved as {state.occurred} (entry {state.condition[0]})"
    if today > state.closes:
        return f"its window closed on {state.closes}"
    open_ = [c for c in state.issued.question.courses if c not in state.courses]
    return "" if open_ else "every course of it is resolved"


def resolve(ledger: Ledger, resolution: Resolution) -> LedgerEntry:
    """Enter what became of courses; ``question`` may be the beginning of an id.

    Raises
    ------
    LedgerError
        If there is no such question or course; a course is resolved already and ``corrects`` does
        not name that entry; a day lies outside the window or ahead of the clock; a no is entered
        while the window is open; the trigger of a what-if has not been said to have occurred; or
        the rung lies below a course that was taken.
    """

    def act(writing: Writing) -> LedgerEntry:
        state = find_question(writing, resolution.question)
        made = normal(replace(resolution, question=state.id))
        _check_resolution(state, made, today=writing.now.date())
        return writing.append("resolve", made)

    return ledger.write(act)


def _check_resolution(state: QuestionState, made: Resolution, *, today: dt.date) -> None:
    question = state.issued.question
    try:
        check_known(
            (item.course for item in made.courses),
            known=question.courses,
            what=f"question {state.id}",
        )
    except TermError as error:
        raise LedgerError(str(error)) from None
    for item in made.courses:
        _check_first(state, item, corrects=made.corrects)
        if item.outcome != "annulled":
            _check_course(state, item, today=today)
    _check_corrects(state, made)
    _check_rung(state, made)


def _check_first(state: QuestionState, item: CourseResolution, *, corrects: int | None) -> None:
    if item.course not in state.courses:
        if corrects is not None:
            raise LedgerError(
                f"{item.course} of question {state.id} is not resolved yet: there is nothing to "
                f"correct; leave --corrects {corrects} out."
            )
        return
    seq, before = state.courses[item.course]
    if corrects != seq:
        raise LedgerError(
            f"{item.course} of question {state.id} was resolved as {before.outcome} by entry "
            f"{seq}; to correct that, name the entry: --corrects {seq}."
        )


def _check_course(state: QuestionState, item: CourseResolution, *, today: dt.date) -> None:
    what = f"{item.course} of question {state.id}"
    if not state.started:
        raise LedgerError(
            f"{what} is a what-if: say first whether its trigger occurred, and when "
            "(--occurred DATE or --not-occurred)."
        )
    if item.on > today:
        raise LedgerError(f"{what}: {item.on} lies ahead; by the clock it is {today}.")
    if item.outcome == "yes" and not state.opens <= item.on <= state.closes:
        raise LedgerError(
            f"{what}: {item.on} lies outside its window, {state.opens} to {state.closes}; what "
            "happens outside of it does not count."
        )
    if item.outcome == "no" and item.on < state.closes:
        raise LedgerError(
            f"{what} can be a no once its window is over: {state.closes}, got {item.on}."
        )
    rule = next(rule for rule in state.issued.rules if rule.course == item.course)
    if item.outcome == "no" and rule.observability == "covert" and not item.evidence:
        raise LedgerError(
            f"{what} is covert: that nobody reported it is no evidence that it was not done. "
            "Resolve it as not_known, or name the source that says no."
        )


def _check_corrects(state: QuestionState, made: Resolution) -> None:
    if made.corrects is None:
        if made.rung is not None and state.rung is not None:
            raise LedgerError(
                f"the rung of question {state.id} was resolved as {state.rung[1]} by entry "
                f"{state.rung[0]}; to correct that, name the entry: --corrects {state.rung[0]}."
            )
        return
    held = {seq for seq, _ in state.courses.values()} | ({state.rung[0]} if state.rung else set())
    if made.corrects not in held:
        raise LedgerError(
            f"entry {made.corrects} holds no outcome in force of question {state.id}; those that "
            f"do are {', '.join(map(str, sorted(held))) or 'none'}."
        )


def _check_rung(state: QuestionState, made: Resolution) -> None:
    question = state.issued.question
    rung = made.rung if made.rung is not None else (state.rung[1] if state.rung else None)
    if rung is None:
        return
    if rung >= len(question.ladder):
        raise LedgerError(
            f"question {state.id} has rungs 0 to {len(question.ladder) - 1}, got {rung}."
        )
    outcomes = {course: item.outcome for course, (_, item) in state.courses.items()}
    outcomes |= {item.course: item.outcome for item in made.courses}
    for rule in state.issued.rules:
        if outcomes.get(rule.course) == "yes" and rule.rung > rung:
            raise LedgerError(
                f"rung {rung} does not fit: {rule.course} was taken, and it is on rung {rule.rung}."
            )


def annul(
    ledger: Ledger,
    question: str,
    *,
    reason: str,
    courses: Sequence[str] = (),
    evidence: Sequence[str] = (),
    corrects: int | None = None,
) -> LedgerEntry:
    """Annul courses of a question: by default all that are not resolved yet.

    Raises
    ------
    LedgerError
        As for `resolve`, or if there is nothing left to annul.
    """

    def act(writing: Writing) -> LedgerEntry:
        state = find_question(writing, question)
        chosen = tuple(courses) or tuple(
            c for c in state.issued.question.courses if c not in state.courses
        )
        if not chosen:
            raise LedgerError(
                f"every course of question {state.id} is resolved; name courses with --course and "
                "the entry to correct with --corrects."
            )
        made = normal(
            Resolution(
                question=state.id,
                corrects=corrects,
                courses=tuple(
                    CourseResolution(
                        course=course,
                        outcome="annulled",
                        on=writing.now.date(),
                        evidence=tuple(evidence),
                        reason=reason,
                    )
                    for course in chosen
                ),
            )
        )
        _check_resolution(state, made, today=writing.now.date())
        return writing.append("resolve", made)

    return ledger.write(act)


def resolve_condition(ledger: Ledger, condition: ConditionResolution) -> LedgerEntry:
    """Say whether the trigger of a what-if occurred; ``question`` may be the beginning of an id.

    Raises
    ------
    LedgerError
        If the question is no what-if; this was said already and ``corrects`` does not name that
        entry; the day lies outside the days that count; or a no is entered before they are over.
    """

    def act(writing: Writing) -> LedgerEntry:
        state = find_question(writing, condition.question)
        made = normal(replace(condition, question=state.id))
        _check_condition(state, made, today=writing.now.date())
        return writing.append("condition", made)

    return ledger.write(act)


def _check_condition(state: QuestionState, made: ConditionResolution, *, today: dt.date) -> None:
    issued, what = state.issued, f"the trigger of question {state.id}"
    if issued.condition != "what_if":
        raise LedgerError(
            f"question {state.id} is no what-if: its condition is {issued.condition}."
        )
    before = state.condition[0] if state.condition is not None else None
    if made.corrects != before:
        said = f"was resolved by entry {before}" if before is not None else "is not resolved yet"
        advice = f"--corrects {before}" if before is not None else "leave --corrects out"
        raise LedgerError(f"{what} {said}; {advice}.")
    if made.on > today:
        raise LedgerError(f"{what}: {made.on} lies ahead; by the clock it is {today}.")
    if made.occurred == "yes" and not issued.opens <= made.on <= issued.closes:
        raise LedgerError(
            f"{what}: {made.on} lies outside the days that count, {issued.opens} to "
            f"{issued.closes}."
        )
    if made.occurred == "no" and today <= issued.closes:
        raise LedgerError(f"{what} may still occur, until {issued.closes}.")
    if state.courses and made.occurred != "yes":
        raise LedgerError(
            f"courses of question {state.id} are resolved already; the trigger must have occurred."
        )
