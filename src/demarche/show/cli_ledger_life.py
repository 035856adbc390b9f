"""Commands of the ledger that add to it: issue, revise, resolve, annul, reveal, verdict."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from demarche.errors import LedgerError
from demarche.show.asking import ASKED, Asked, answer_to
from demarche.show.cli_issue import ISSUING, Issuing, hide_answer, issue_answer, refuse_early
from demarche.show.cli_ledger import Flag, Many, ledger
from demarche.show.cli_ledger_doctor import doctor
from demarche.show.cli_ledger_files import add_forecasts, write_forecasts
from demarche.show.cli_ledger_resolve import resolve
from demarche.show.cli_ledger_scores import ledger_scores
from demarche.show.ledger_open import (
    HELD,
    Held,
    acknowledge,
    checked_writable,
    now,
    opened,
    state_of,
)
from demarche.show.where import given_day

__all__ = ["annul", "doctor", "issue", "ledger_app", "resolve", "reveal", "revise", "verdict"]


ledger_app = ledger
"""The whole group: what reads the ledger, what adds to it, ``resolve`` and ``scores``."""
ledger_app.command(ledger_scores, name="scores")
ledger_app.command(add_forecasts, name="add")
ledger_app.command(write_forecasts, name="forecasts")


@ledger.command
def issue(
    what: str,
    /,
    *,
    asked: Asked = ASKED,
    issuing: Issuing = ISSUING,
    hide: str | None = None,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Answer as ``demarche ask`` does, and issue the answer: question, rules, every view.

    Parameters
    ----------
    what
        Id of a shipped case, path of a case file, or a question in quotes.
    hide
        Keep it private for now: only its digest is entered, what reveals it goes to this file.
    json
        Print one JSON object.
    """
    checked_writable(held)
    answer = answer_to(
        what,
        asked,
        ledger=held.ledger,
        ledger_used=True,
        compare=False,
        before=partial(refuse_early, late=issuing.late),
    )
    if hide is not None:
        hide_answer(answer, issuing, held=held, file=Path(hide).expanduser(), json=json)
    else:
        issue_answer(answer, issuing, held=held, json=json)


@ledger.command
def revise(
    question: str,
    what: str | None = None,
    /,
    *,
    asked: Asked = ASKED,
    reason: str = "",
    late: Flag = False,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Answer an issued question anew and add the newer forecast; the older ones stay.

    Actor, trigger and last day are those of the question; it is asked as of today.

    Parameters
    ----------
    question
        Id of the question, or the beginning of it.
    what
        Case file or id; the question's own case by default.
    reason
        What has changed.
    late
        Keep it although its deadline is over or every outcome is known: counted, never scored.
    json
        Print one JSON object.
    """
    from demarche.desk.issue import revision_of

    checked_writable(held)
    state = state_of(held, question)
    old = state.issued.question
    as_of = given_day(asked.as_of, option="--as-of") or now().date()
    if not late:
        from demarche.ledger.life import refuse_over

        refuse_over(state, today=now().date(), as_of=as_of)
    left = (state.closes - as_of).days if state.started else old.horizon_days
    days = max(1, left)
    asked = replace(
        asked,
        trigger=asked.trigger or old.trigger,
        actor=asked.actor or old.actor,
        as_of=as_of.isoformat(),
        horizon=asked.horizon or str(days),
    )
    answer = answer_to(what or old.case, asked, ledger=held.ledger, ledger_used=True, compare=False)
    for name, wanted in (
        ("actor", old.actor),
        ("trigger", old.trigger),
        ("courses", old.courses),
        ("horizon_days", days),
    ):
        seen = getattr(answer.question, name)
        if name == "horizon_days" and seen != wanted:
            raise LedgerError(
                f"question {state.id} has {days} days left as of {as_of}, this answer {seen}; a "
                "newer forecast keeps the last day: leave out --horizon."
            )
        if seen != wanted:
            raise LedgerError(
                f"question {state.id} has {name} {wanted!r}, this answer {seen!r}: that is another "
                "question; issue it as one."
            )
    made = revision_of(answer, question=state.id, issued_at=now(), reason=reason, late=late)
    with opened(held, there=True) as book:
        from demarche.ledger.life import revise as add

        entry = add(book, made)
    acknowledge(
        book,
        entry,
        json=json,
        text=f"revision {len(state.forecasts)} of question {state.id}",
        more={"question": state.id, "revision": len(state.forecasts)},
    )


@ledger.command
def annul(
    question: str,
    /,
    *,
    reason: str,
    course: Many = (),
    evidence: Many = (),
    corrects: int | None = None,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Annul a question, or some of its courses: void, counted, never scored.

    Parameters
    ----------
    question
        Id of the question, or the beginning of it.
    reason
        Why it is void.
    course
        Course to annul (repeat for more); all that are open by default.
    evidence
        Address or reference one can look up (repeat for more).
    corrects
        Entry whose outcome this one corrects; the old one stays.
    json
        Print one JSON object.
    """
    with opened(held, there=True) as book:
        from demarche.ledger.life import annul as add
        from demarche.terms.ledger import Resolution

        entry = add(
            book, question, reason=reason, courses=course, evidence=evidence, corrects=corrects
        )
    content = entry.content
    assert isinstance(content, Resolution)
    names = [item.course for item in content.courses]
    acknowledge(
        book,
        entry,
        json=json,
        text=f"question {content.question}: annulled {', '.join(names)}",
        more={"question": content.question, "annulled": names, "reason": reason},
    )


@ledger.command
def reveal(file: str, /, *, held: Held = HELD, json: Flag = False) -> None:
    """Show a forecast that was hidden; it counts from the entry that hid it.

    Parameters
    ----------
    file
        File that ``issue --hide`` wrote.
    json
        Print one JSON object.
    """
    from demarche.ledger.canonical import read_object
    from demarche.terms.ledger import Reveal
    from demarche.terms.plain import from_plain

    path = Path(file).expanduser()
    try:
        data = read_object(path.read_bytes())
    except OSError as error:
        raise LedgerError(f"{file} cannot be read: {error.strerror}.") from None
    except LedgerError as error:
        raise LedgerError(f"{file} is not what issue --hide wrote: {error}.") from None
    shown = from_plain(Reveal, data, at=file)
    with opened(held, there=True) as book:
        from demarche.ledger.others import reveal as add

        entry = add(book, shown)
    id = shown.forecast.question.id
    acknowledge(
        book,
        entry,
        json=json,
        text=f"question {id}, hidden by entry {shown.of}, revealed",
        more={"question": id, "hidden_by": shown.of},
    )


@ledger.command
def verdict(
    entry: int,
    what: Literal["yes", "no", "annulled", "not_known", "kept", "broken", "not_tested"],
    /,
    *,
    on: str | None = None,
    evidence: Many = (),
    reason: str = "",
    corrects: int | None = None,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Say what became of a source's forecast: an outcome, or a verdict on a commitment.

    Parameters
    ----------
    entry
        Number of its entry.
    what
        yes, no, annulled or not_known; of a commitment or red line kept, broken or not_tested.
    on
        Day (YYYY-MM-DD); today by default.
    evidence
        Address or reference one can look up (repeat for more).
    reason
        Why.
    corrects
        Entry whose verdict this one corrects; the old one stays.
    json
        Print one JSON object.
    """
    from demarche.terms.ledger import SourceResolution

    promised = what in ("kept", "broken", "not_tested")
    made = SourceResolution(
        of=entry,
        on=given_day(on, option="--on") or now().date(),
        outcome=None if promised else what,  # type: ignore[arg-type]
        verdict=what if promised else None,  # type: ignore[arg-type]
        evidence=evidence,
        reason=reason,
        corrects=corrects,
    )
    with opened(held, there=True) as book:
        from demarche.ledger.others import resolve_source

        added = resolve_source(book, made)
    acknowledge(
        book,
        added,
        json=json,
        text=f"forecast of entry {entry}: {what}",
        more={"of": entry, "said": what, "corrects": corrects},
    )
