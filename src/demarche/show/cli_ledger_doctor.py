"""Command ``demarche ledger doctor``: whether the ledger is as it must be, and what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from demarche.errors import DemarcheError, LedgerError, counted
from demarche.show.cli_ledger import Flag, ledger
from demarche.show.ledger_open import HELD, Held, checked_writable, known_checkpoints, now, opened
from demarche.show.record_text import out

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.store import Reading

__all__ = ["doctor"]


class Check(NamedTuple):
    """One check: its name, ``ok``, ``note`` or ``bad``, and what it found or what to do."""

    name: str
    state: str
    text: str


def _writable(held: Held) -> Check:
    try:
        checked_writable(held)
    except DemarcheError as error:
        return Check("writing", "bad", str(error))
    return Check("writing", "ok", "the ledger can be written")


def _checks(held: Held) -> Iterator[Check]:
    yield Check("place", "ok", held.place().label)
    path = held.place().path
    none = Check("chain", "note", "no ledger is there yet; demarche ledger issue begins one")
    if path is not None and not path.exists():
        yield _writable(held)
        yield none
        return
    try:
        with opened(held, read_only=path is not None) as book, book.reading() as reading:
            if path is None and not reading.version:
                yield none
            else:
                yield from _read(reading, held)
    except DemarcheError as error:
        yield Check("reading", "bad", str(error))
        return
    yield _writable(held)


def _read(reading: Reading, held: Held) -> Iterator[Check]:
    from demarche.ledger.others import hidden_forecasts
    from demarche.ledger.questions import all_questions
    from demarche.ledger.verify import verify_reading

    points = known_checkpoints(held, ())
    found = verify_reading(reading, checkpoints=points)
    yield Check("chain", "ok" if found.holds else "bad", found.sentence)
    for warning in found.warnings:
        yield Check("chain", "note", warning)
    if not found.holds or not found.entries:
        return
    today = now()
    last = reading.entry(found.entries)
    if last is not None and last.at > today:
        yield Check("clock", "bad", f"the last entry is of {last.at}, and it is {today}; set it")
    else:
        yield Check("clock", "ok", f"{today:%Y-%m-%d %H:%M} UTC")
    covered = max((point.size for point in found.consistent), default=0)
    missing = found.entries - covered
    yield Check(
        "checkpoints",
        "note" if missing else "ok",
        f"{len(found.consistent)} beside the ledger; "
        f"{counted(missing, 'entry is', 'entries are')} in none"
        + ("; demarche ledger checkpoint" if missing else ""),
    )
    due = [s.id for s in all_questions(reading) if _waits(s, today.date())]
    if due:
        some = ", ".join(due[:5]) + (" ..." if len(due) > 5 else "")
        yield Check(
            "due",
            "note",
            f"{counted(len(due), 'question waits', 'questions wait')} for an outcome: {some}",
        )
    over = [
        seq
        for seq, hidden, shown in hidden_forecasts(reading)
        if not shown and hidden.closes < today.date()
    ]
    if over:
        yield Check("hidden", "note", f"never revealed, and over: entries {over}")


def _waits(state: QuestionState, today: dt.date) -> bool:
    """Whether the window is over and a course has no outcome yet."""
    open_ = len(state.courses) < len(state.issued.question.courses)
    return open_ and today > state.closes and state.status(today) != "void"


@ledger.command
def doctor(*, held: Held = HELD, json: Flag = False) -> None:
    """Whether place, chain, clock and checkpoints are as they must be, and what is due.

    Parameters
    ----------
    json
        Print one JSON object.
    """
    from demarche.show.printed import print_json

    checks = list(_checks(held))
    bad = sum(check.state == "bad" for check in checks)
    if json:
        print_json({"well": not bad, "checks": [check._asdict() for check in checks]})
    else:
        out("".join(f"{check.state:<5} {check.name:<12} {check.text}\n" for check in checks))
    if bad:
        verb = "is" if bad == 1 else "are"
        raise LedgerError(f"{bad} of {counted(len(checks), 'check')} {verb} bad: see what it says.")
