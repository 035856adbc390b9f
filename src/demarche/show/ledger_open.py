"""Open the ledger that a command names, with this computer's clock and a run id."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Parameter

from demarche.errors import LedgerError
from demarche.ledger.faults import needed_sqlalchemy
from demarche.ledger.place import Place, place_of
from demarche.show.ledger_where import LEDGER_DEFAULT, LEDGER_VARIABLE
from demarche.show.record_text import out
from demarche.show.where import day_of

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.store import Ledger
    from demarche.terms.ledger import Checkpoint, LedgerEntry

__all__ = [
    "HELD",
    "Held",
    "acknowledge",
    "checked_writable",
    "given_checkpoints",
    "known_checkpoints",
    "now",
    "opened",
    "state_of",
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Held:
    """Where a ledger is held.

    Parameters
    ----------
    ledger
        File or postgresql:// address of the ledger; else DEMARCHE_LEDGER, else
        desk/ledger.sqlite.
    wait
        Seconds to wait while another process writes.
    """

    ledger: str | None = None
    wait: float = 30.0

    def place(self, *, environment: Mapping[str, str] = os.environ) -> Place:
        """The place by option, environment variable or default."""
        return place_of(self.ledger or environment.get(LEDGER_VARIABLE) or LEDGER_DEFAULT)


HELD = Held()
"""The usual place."""


def now() -> dt.datetime:
    """Instant by the clock of the computer, in UTC."""
    return dt.datetime.now(dt.UTC)


def opened(held: Held, *, read_only: bool = False, there: bool = False) -> Ledger:
    """The ledger of a command; ``there``: it is written, and must have been begun before.

    Raises
    ------
    MethodError
        If the extra is not installed.
    LedgerError
        If it cannot be opened, or there is none to read.
    """
    needed_sqlalchemy()
    from demarche.ledger.store import open_ledger

    place = held.place()
    if there and place.path is not None and not place.path.exists():
        read_only = True  # which says that there is none
    return open_ledger(
        place,
        clock=lambda: now(),
        new_id=secrets.token_hex(16),
        run=secrets.token_hex(4),
        wait=held.wait,
        read_only=read_only,
    )


def checked_writable(held: Held) -> None:
    """Say before long work starts whether the ledger can be written.

    Raises
    ------
    MethodError, LedgerError
        If it cannot.
    """
    needed_sqlalchemy()
    from demarche.ledger.store import check_writable

    check_writable(held.place(), clock=lambda: now(), wait=held.wait)


def given_checkpoints(said: Sequence[str]) -> tuple[Checkpoint, ...]:
    """Checkpoints that the user gives back from outside: files, folders, or ``FILE=DAY``.

    Raises
    ------
    LedgerError
        If one cannot be read or is none.
    """
    from demarche.ledger.checkpoints import read_checkpoint, read_folder

    found: list[Checkpoint] = []
    for text in said:
        path = Path(text).expanduser()
        if path.is_dir():
            inside = read_folder(path, outside=True)
            if not inside:
                raise LedgerError(f"the folder {path} holds no checkpoint (*.txt).")
            found += inside
            continue
        head, mark, day = text.rpartition("=")
        if mark and not path.exists():
            seen = day_of(day, option="--checkpoint FILE=DAY")
            found.append(read_checkpoint(Path(head).expanduser(), outside=True, seen=seen))
        else:
            found.append(read_checkpoint(path, outside=True))
    latest = now() + dt.timedelta(days=1)
    for point in found:
        if point.at > latest:
            raise LedgerError(
                f"the checkpoint {point.name} is dated {point.at.date()}, which lies ahead; it is "
                f"{now().date()}."
            )
    return tuple(found)


def known_checkpoints(held: Held, said: Sequence[str]) -> tuple[Checkpoint, ...]:
    """Checkpoints given back from outside, and those filed beside the ledger."""
    from demarche.ledger.checkpoints import read_folder

    return (*given_checkpoints(said), *read_folder(held.place().folder, outside=False))


def state_of(held: Held, question: str) -> QuestionState:
    """The question that is named, as the ledger has it."""
    with opened(held, read_only=True) as book, book.reading() as reading:
        from demarche.ledger.questions import find_question

        return find_question(reading, question)


def acknowledge(
    book: Ledger, entry: LedgerEntry, *, json: bool, text: str, more: dict[str, Any]
) -> None:
    """Acknowledge an entry, which is durable by now."""
    from demarche.show.ledger_data import second
    from demarche.show.printed import print_json

    if json:
        print_json(
            {
                "ledger": book.place.label,
                "seq": entry.seq,
                "kind": entry.kind,
                "hash": entry.hash,
                "at": second(entry.at),
                **more,
            }
        )
    else:
        out(f"{text} as entry {entry.seq} of {book.place.label} ({entry.hash[:12]})\n")
    for warning in book.warnings:
        sys.stderr.write(f"warning: {warning}\n")
