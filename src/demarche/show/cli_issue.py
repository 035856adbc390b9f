"""Issue an answer: the options beside those of ``ask``, and what is said once it is durable."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from demarche.errors import LedgerError, QuestionError
from demarche.show.ledger_open import Held, now, opened
from demarche.show.record_text import out

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.terms.ledger import IssuedForecast, LedgerEntry, Reveal

__all__ = [
    "ISSUING",
    "Issuing",
    "checked_issuing",
    "hide_answer",
    "issue_answer",
    "issued",
    "issued_data",
    "refuse_early",
]

Flag = Annotated[bool, Parameter(negative="")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Issuing:
    """How an answer is issued.

    Parameters
    ----------
    occurred
        The trigger has occurred; otherwise a question with a trigger is a what-if.
    cluster
        Crisis the question belongs to, for intervals by crisis; the case by default.
    note
        A note to keep with it.
    late
        Keep it although its deadline is over or an outcome is known: counted, never scored.
    """

    occurred: Flag = False
    cluster: str = ""
    note: str = ""
    late: Flag = False


ISSUING = Issuing()
"""A what-if without a note."""


def refuse_early(as_of: dt.date, closes: dt.date, *, late: bool = False) -> None:
    """Refuse a question that cannot be issued, before it is answered.

    Raises
    ------
    QuestionError
        If the question is as of a later day, or its deadline is over and it is not kept as late.
    """
    today = now().date()
    if as_of > today:
        raise QuestionError(f"the question is as of {as_of}, and it is {today}.")
    if closes < today and not late:
        raise QuestionError(
            f"the deadline of the question, {closes}, lies before today ({today}), so a forecast "
            f"of it is none. Ask as of today (--as-of {today}), or keep it as late, counted and "
            "never scored, with --late."
        )


def checked_issuing(issue: bool, issuing: Issuing) -> None:
    """Refuse options of an issue where nothing is issued.

    Raises
    ------
    QuestionError
        If one was given without ``--issue``.
    """
    given = [f.name for f in fields(Issuing) if getattr(issuing, f.name) != f.default]
    if given and not issue:
        said = ", ".join(f"--{name}" for name in given)
        raise QuestionError(f"{said} says how an answer is issued; add --issue, or leave it out.")


def _forecast(answer: Answer, issuing: Issuing) -> IssuedForecast:
    from demarche.desk.issue import forecast_of

    return forecast_of(
        answer,
        issued_at=now(),
        occurred=issuing.occurred,
        cluster=issuing.cluster,
        late=issuing.late,
        note=issuing.note,
    )


def issue_answer(
    answer: Answer, issuing: Issuing, *, held: Held, json: bool, aside: bool = False
) -> None:
    """Issue an answer and say so, once it is durable.

    Parameters
    ----------
    answer : Answer
    issuing : Issuing
    held : Held
    json : bool
        Print one JSON object.
    aside : bool
        Say it on standard error, beside an answer printed as JSON.
    """
    entry, place, warnings = issued(answer, issuing, held=held)
    _said(entry, place=place, json=json, aside=aside)
    for warning in warnings:
        sys.stderr.write(f"warning: {warning}\n")


def issued(
    answer: Answer, issuing: Issuing, *, held: Held
) -> tuple[LedgerEntry, str, tuple[str, ...]]:
    """The durable entry of an answer, the ledger's place, and what the ledger warns of."""
    forecast = _forecast(answer, issuing)
    with opened(held) as book:
        from demarche.ledger.life import issue

        entry = issue(book, forecast)
        return entry, book.place.label, tuple(book.warnings)


def issued_data(entry: LedgerEntry, *, place: str) -> dict[str, Any]:
    """An entry with a forecast as plain values."""
    from demarche.show.ledger_data import second
    from demarche.terms.ledger import IssuedForecast

    forecast = entry.content
    assert isinstance(forecast, IssuedForecast)
    return {
        "ledger": place,
        "seq": entry.seq,
        "hash": entry.hash,
        "at": second(entry.at),
        "question": forecast.question.id,
        "condition": forecast.condition,
        "opens": forecast.opens.isoformat(),
        "closes": forecast.closes.isoformat(),
        "late": forecast.late,
    }


def _said(entry: LedgerEntry, *, place: str, json: bool, aside: bool) -> None:
    from demarche.show.ledger_text import issued_text
    from demarche.show.printed import print_json
    from demarche.terms.ledger import IssuedForecast

    forecast = entry.content
    assert isinstance(forecast, IssuedForecast)
    if json:
        print_json(issued_data(entry, place=place))
    elif aside:
        sys.stderr.write(issued_text(entry, forecast, place=place))
    else:
        out(issued_text(entry, forecast, place=place))


def hide_answer(answer: Answer, issuing: Issuing, *, held: Held, file: Path, json: bool) -> None:
    """Commit to an answer without showing it; what reveals it goes to a file of one's own.

    Raises
    ------
    LedgerError
        If the file is there already or cannot be written.
    """
    from demarche.show.ledger_data import second
    from demarche.show.printed import print_json

    forecast = _forecast(answer, issuing)
    try:
        handle = file.open("x", encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            f"{file} cannot be made: {error.strerror}. It is to hold what reveals the forecast."
        ) from None

    def keep(kept: Reveal) -> None:
        handle.write(_reveal_text(kept))
        handle.flush()
        os.fsync(handle.fileno())

    done = False
    try:
        with handle, opened(held) as book:
            from demarche.ledger.others import hide

            entry, _ = hide(book, forecast, salt=secrets.token_hex(32), keep=keep)
            done = True
    finally:
        if not done:
            file.unlink(missing_ok=True)
    if json:
        print_json(
            {
                "ledger": book.place.label,
                "seq": entry.seq,
                "hash": entry.hash,
                "at": second(entry.at),
                "file": str(file),
            }
        )
        return
    out(
        f"hidden as entry {entry.seq} of {book.place.label}; {file} reveals it (demarche ledger "
        "reveal). Lose that file, and the forecast counts as never revealed.\n"
    )


def _reveal_text(kept: Reveal) -> str:
    import json

    from demarche.terms.plain import to_plain

    return json.dumps(to_plain(kept), ensure_ascii=False, indent=1) + "\n"
