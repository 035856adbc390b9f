"""Command ``demarche ledger resolve``: by hand, of a what-if's trigger, or from an event record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demarche.errors import LedgerError, QuestionError
from demarche.show.cli_ledger import Flag, Many, ledger
from demarche.show.ledger_open import HELD, Held, acknowledge, now, opened, state_of
from demarche.show.record_text import out
from demarche.show.where import day_of, found_store, given_day

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState
    from demarche.terms.ledger import CourseResolution, Outcome

__all__ = ["resolve"]


@ledger.command
def resolve(
    question: str,
    /,
    *,
    yes: Many = (),
    no: Many = (),
    not_known: Many = (),
    evidence: Many = (),
    reason: str = "",
    rung: int | None = None,
    corrects: int | None = None,
    occurred: str | None = None,
    not_occurred: Flag = False,
    from_record: Flag = False,
    store: str | None = None,
    source: str | None = None,
    known_by: str | None = None,
    accept: Flag = False,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Say what became of a question's courses, by hand or from an event record.

    Parameters
    ----------
    question
        Id of the question, or the beginning of it.
    yes
        COURSE=DAY on which it was taken (repeat for more).
    no
        COURSE that was not taken, or COURSE=DAY up to which that is known; the last day by default.
    not_known
        COURSE of which the public record does not say.
    evidence
        Address or reference one can look up (repeat for more).
    reason
        Why; with --not-known it is of these courses alone.
    rung
        Highest rung of the ladder that was reached.
    corrects
        Entry whose outcome this one corrects; the old one stays.
    occurred
        Day on which the trigger of a what-if occurred.
    not_occurred
        The trigger of a what-if did not occur: the question is void.
    from_record
        Propose outcomes from an event record through the courses' codes.
    store
        Folder of the record; DEMARCHE_STORE or desk/record if one is there.
    source
        Source of the record that speaks; the fullest one by default.
    known_by
        Only rows known by this day (YYYY-MM-DD); today by default.
    accept
        Enter what the record proposes.
    json
        Print one JSON object.
    """
    by_hand = bool(yes or no or not_known) or rung is not None
    condition = occurred is not None or not_occurred
    given = sum([by_hand, condition, from_record])
    if given > 1:
        raise QuestionError(
            "outcomes of courses, the trigger's (--occurred, --not-occurred) and --from-record are "
            "entries of their own; give one of them at a time, the trigger first."
        )
    if not given:
        raise QuestionError(
            "say what became of it with --yes, --no, --not-known or --rung; or of its trigger with "
            "--occurred DAY or --not-occurred; or look it up with --from-record."
        )
    if from_record:
        _from_record(
            question, store=store, source=source, known_by=known_by, accept=accept, held=held,
            json=json,
        )  # fmt: skip
    elif condition:
        _condition(
            question, occurred=occurred, evidence=evidence, reason=reason, corrects=corrects,
            held=held, json=json,
        )  # fmt: skip
    else:
        _by_hand(
            question, yes=yes, no=no, not_known=not_known, evidence=evidence, reason=reason,
            rung=rung, corrects=corrects, held=held, json=json,
        )  # fmt: skip


def _course(
    text: str,
    outcome: Outcome,
    *,
    state: QuestionState,
    evidence: tuple[str, ...],
    reason: str,
) -> CourseResolution:
    from demarche.terms.ledger import CourseResolution

    course, mark, day = text.partition("=")
    option = f"--{outcome.replace('_', '-')}"
    if outcome == "yes" and not mark:
        raise QuestionError(f"--yes needs the day it was taken: --yes {course}=YYYY-MM-DD.")
    on = day_of(day, option=f"{option} {course}") if mark else min(state.closes, now().date())
    if outcome == "no" and not mark:
        on = state.closes
    return CourseResolution(course=course, outcome=outcome, on=on, evidence=evidence, reason=reason)


def _by_hand(
    question: str,
    *,
    yes: tuple[str, ...],
    no: tuple[str, ...],
    not_known: tuple[str, ...],
    evidence: tuple[str, ...],
    reason: str,
    rung: int | None,
    corrects: int | None,
    held: Held,
    json: bool,
) -> None:
    from demarche.terms.ledger import Resolution

    state = state_of(held, question)
    said: tuple[tuple[Outcome, tuple[str, ...]], ...] = (
        ("yes", yes),
        ("no", no),
        ("not_known", not_known),
    )
    made = Resolution(
        question=state.id,
        courses=tuple(
            _course(
                text,
                outcome,
                state=state,
                evidence=evidence,
                reason=reason if outcome == "not_known" or not not_known else "",
            )
            for outcome, texts in said
            for text in texts
        ),
        rung=rung,
        rung_evidence=evidence if rung is not None else (),
        corrects=corrects,
    )
    with opened(held, there=True) as book:
        from demarche.ledger.life import resolve as add

        entry = add(book, made)
    words = ", ".join(f"{item.course} {item.outcome}" for item in made.courses)
    words += f"{', ' if words else ''}rung {rung}" if rung is not None else ""
    acknowledge(
        book,
        entry,
        json=json,
        text=f"question {state.id}: {words}",
        more={
            "question": state.id,
            "courses": {item.course: item.outcome for item in made.courses},
            "rung": rung,
            "corrects": corrects,
        },
    )


def _condition(
    question: str,
    *,
    occurred: str | None,
    evidence: tuple[str, ...],
    reason: str,
    corrects: int | None,
    held: Held,
    json: bool,
) -> None:
    from demarche.terms.ledger import ConditionResolution

    today = now().date()
    made = ConditionResolution(
        question=question,
        occurred="yes" if occurred is not None else "no",
        on=day_of(occurred, option="--occurred") if occurred is not None else today,
        evidence=evidence,
        reason=reason,
        corrects=corrects,
    )
    with opened(held, there=True) as book:
        from demarche.ledger.life import resolve_condition

        entry = resolve_condition(book, made)
    content = entry.content
    assert isinstance(content, ConditionResolution)
    void = "" if content.occurred == "yes" else "; the question is void"
    acknowledge(
        book,
        entry,
        json=json,
        text=f"question {content.question}: trigger {content.occurred} {content.on}{void}",
        more={
            "question": content.question,
            "occurred": content.occurred,
            "on": content.on.isoformat(),
            "corrects": corrects,
        },
    )


def _from_record(
    question: str,
    *,
    store: str | None,
    source: str | None,
    known_by: str | None,
    accept: bool,
    held: Held,
    json: bool,
) -> None:
    from demarche.desk.resolve import propose_resolutions, resolution_of
    from demarche.show.ledger_data import proposals_data
    from demarche.show.ledger_text import proposals_text
    from demarche.show.printed import print_json

    where = found_store(store)
    if where is None:
        raise QuestionError(
            "no event record is there; demarche record sync fills one, --store names it."
        )
    state = state_of(held, question)
    if not state.started:
        raise LedgerError(
            f"question {state.id} is a what-if: say first on which day its trigger occurred "
            "(--occurred DAY), or that it did not."
        )
    found = propose_resolutions(
        state.issued,
        store=where,
        known_by=given_day(known_by, option="--known-by") or now().date(),
        opens=state.opens,
        closes=state.closes,
        source=source,
    )
    made = resolution_of(found, skip=tuple(state.courses))
    if not json:
        out(proposals_text(found))
    if accept and made is not None:
        with opened(held, there=True) as book:
            from demarche.ledger.life import resolve as add

            entry = add(book, made)
        words = ", ".join(f"{item.course} {item.outcome}" for item in made.courses)
        more = {"accepted": {item.course: item.outcome for item in made.courses}}
        acknowledge(
            book,
            entry,
            json=json,
            text=f"question {state.id}: {words}",
            more={"question": state.id, **more, **(proposals_data(found) if json else {})},
        )
    elif json:
        print_json({**proposals_data(found), "accepted": {}})
    elif made is None:
        out("nothing to enter: the record says nothing of the courses that are open\n")
    else:
        out("proposals only; --accept enters them\n")
