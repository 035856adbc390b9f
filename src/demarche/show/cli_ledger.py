"""Commands of the ledger that read or check it: list, show, verify, checkpoint, export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from demarche.errors import LedgerError, counted
from demarche.ledger.faults import needed_sqlalchemy
from demarche.show.ledger_open import HELD, Held, given_checkpoints, known_checkpoints, now, opened
from demarche.show.ledger_proof import is_proof, proof_text, say_proven
from demarche.show.record_text import out
from demarche.show.spooled import spooled

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.store import Reading
    from demarche.terms.ledger import Checkpoint

__all__ = ["Flag", "Many", "ledger"]

ledger = App(
    name="ledger",
    help="The ledger: issue forecasts, revise, resolve and verify them; nothing is ever edited.",
    version_flags=[],
)

Flag = Annotated[bool, Parameter(negative="")]
Many = Annotated[tuple[str, ...], Parameter(negative=())]
Status = Literal["open", "due", "partly", "resolved", "void"]


def _sealing(reading: Reading, said: tuple[str, ...]) -> tuple[Checkpoint, ...]:
    """Checkpoints given back from outside, after the ledger was held against them."""
    from demarche.ledger.verify import needed, verify_reading

    points = given_checkpoints(said)
    if not points:
        return ()
    found = verify_reading(reading, checkpoints=points, deep=False)
    needed(found, what="the ledger does not hold")
    return found.consistent


def _sealed(state: QuestionState, points: tuple[Checkpoint, ...]) -> list[tuple[int, str]]:
    from demarche.ledger.rows import resolved_rows

    rows = resolved_rows([state], checkpoints=points)
    return sorted({(row.seq, row.course) for row in rows if row.sealed and row.view == "pool"})


@ledger.command(name="list")
def list_(
    *,
    status: Status | None = None,
    case: str | None = None,
    actor: str | None = None,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """List the questions, in order of issue, and where each stands.

    Parameters
    ----------
    status
        Only these: open, due (open, and the window is over), partly, resolved or void.
    case
        Only questions of this case.
    actor
        Only questions about this actor.
    json
        Print one JSON object.
    """
    from demarche.show.ledger_list import listed, listed_data
    from demarche.show.ledger_text import list_text
    from demarche.show.printed import print_json

    found = listed(held, today=now().date(), status=status, case=case, actor=actor)
    if json:
        print_json(listed_data(found))
    else:
        out(
            list_text(
                found.states,
                today=found.today,
                place=found.place,
                hidden=(found.hidden, found.never),
                sources=found.sources,
            )
        )


@ledger.command
def show(
    question: str | None = None,
    /,
    *,
    entry: int | None = None,
    checkpoint: Many = (),
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Show a question with every forecast and what became of it, or one entry as it lies there.

    Parameters
    ----------
    question
        Id of a question, or the beginning of it.
    entry
        Number of an entry, shown as it lies in the ledger.
    checkpoint
        Checkpoint kept outside (file, folder, or FILE=DAY on which others saw it).
    json
        Print one JSON object.
    """
    from demarche.show.ledger_data import entry_data, question_data
    from demarche.show.ledger_text import question_text
    from demarche.show.printed import print_json

    if (question is None) == (entry is None):
        raise LedgerError("name a question, or an entry with --entry N.")
    with opened(held, read_only=True) as book, book.reading() as reading:
        if entry is not None:
            found = reading.entry(entry)
            if found is None:
                raise LedgerError(f"the ledger {book.place.label} has no entry {entry}.")
            print_json(entry_data(found))
            return
        from demarche.ledger.questions import find_question

        state = find_question(reading, question or "")
        sealed = _sealed(state, _sealing(reading, checkpoint))
    today = now().date()
    if json:
        print_json(question_data(state, today=today, sealed=sealed))
    else:
        out(question_text(state, today=today, sealed=sealed))


@ledger.command
def verify(
    file: str | None = None,
    /,
    *,
    checkpoint: Many = (),
    fast: Flag = False,
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Verify the ledger, an export or a proof, without writing; names where it first breaks.

    Parameters
    ----------
    file
        Export, or proof of one entry, to verify instead of the ledger.
    checkpoint
        Checkpoint kept outside (file, folder, or FILE=DAY on which others saw it).
    fast
        Follow the chain without reading every content.
    json
        Print one JSON object.
    """
    from demarche.show.ledger_data import verification_data
    from demarche.show.ledger_text import verification_text
    from demarche.show.printed import print_json

    if file is not None:
        needed_sqlalchemy()
        from demarche.ledger.verify import verify_export

        with spooled(file) as path:
            if is_proof(path):
                say_proven(path, json=json)
                return
            points = given_checkpoints(checkpoint)
            what, found = file, verify_export(path, checkpoints=points, deep=not fast)
    else:
        with opened(held, read_only=True) as book, book.reading() as reading:
            from demarche.ledger.verify import verify_reading

            points = known_checkpoints(held, checkpoint)
            what = book.place.label
            found = verify_reading(reading, checkpoints=points, deep=not fast)
    if json:
        print_json(verification_data(found, what=what))
    else:
        out(verification_text(found, what=what))
    if not found.holds:
        sys.stdout.flush()
        raise LedgerError(f"{what} does not hold: {found.sentence}")


@ledger.command
def checkpoint(
    *,
    checkpoint: Many = (),
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Write a checkpoint: size and Merkle root, to keep where nobody here can rewrite it.

    Every checkpoint that is known must first be consistent with the ledger.

    Parameters
    ----------
    checkpoint
        Earlier checkpoint kept outside (file, folder, or FILE=DAY).
    json
        Print one JSON object.
    """
    from demarche.show.ledger_data import checkpoint_data
    from demarche.show.ledger_text import KEEP
    from demarche.show.printed import print_json
    from demarche.terms.ledger import Checkpoint

    with opened(held, read_only=True) as book, book.reading() as reading:
        from demarche.ledger.checkpoints import checkpoint_text, file_checkpoint
        from demarche.ledger.verify import needed, verify_reading

        known = known_checkpoints(held, checkpoint)
        found = verify_reading(reading, checkpoints=known)
    needed(found, what="no checkpoint was written")
    if not found.entries:
        raise LedgerError("the ledger has no entry yet; there is nothing to cover.")
    point = Checkpoint(origin=found.ledger, size=found.entries, root=found.root, at=now())
    path, kept = file_checkpoint(point, folder=book.place.folder)
    if json:
        print_json(
            {
                **checkpoint_data(kept),
                "file": str(path),
                "text": checkpoint_text(kept),
                "consistent_with": [checkpoint_data(item) for item in found.consistent],
            }
        )
        return
    out(checkpoint_text(kept))
    again = "is there already" if kept.at != point.at else "written"
    sys.stderr.write(
        f"{path} {again}; consistent with {len(found.consistent)} earlier checkpoints. {KEEP}\n"
    )


@ledger.command
def prove(entry: int, /, *, checkpoint: str, held: Held = HELD, json: Flag = False) -> None:
    """Print a proof that one entry is covered by a checkpoint, to show it without the rest.

    Parameters
    ----------
    entry
        Number of the entry; the proof holds it whole.
    checkpoint
        File of the checkpoint, with any signatures.
    json
        Print one JSON object that holds the proof as text.
    """
    from demarche.show.printed import print_json

    path = Path(checkpoint).expanduser()
    with opened(held, read_only=True) as book, book.reading() as reading:
        text = proof_text(reading, seq=entry, path=path)
    if json:
        print_json({"ledger": book.place.label, "entry": entry, "proof": text})
    else:
        out(text)


@ledger.command
def export(*, held: Held = HELD, json: Flag = False) -> None:
    """Print the whole ledger as JSON Lines; the same ledger gives the same bytes.

    Parameters
    ----------
    json
        The same: an export is JSON Lines, one object to a line.
    """
    del json
    with opened(held, read_only=True) as book, book.reading() as reading:
        from demarche.ledger.exchange import export as lines

        try:
            for line in lines(reading):
                sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise LedgerError(
                f"the export is not whole: standard output failed ({error.strerror})."
            ) from None


@ledger.command(name="import")
def import_(
    file: str,
    /,
    *,
    torn: Flag = False,
    checkpoint: Many = (),
    held: Held = HELD,
    json: Flag = False,
) -> None:
    """Take in an export that verifies: into an empty ledger, or one that it continues.

    Parameters
    ----------
    file
        Export to take in; the same one twice adds nothing.
    torn
        Take the whole entries of an export whose end is torn off; the rest goes to FILE.torn.
    checkpoint
        Checkpoint kept outside that the export must be consistent with.
    json
        Print one JSON object.
    """
    from demarche.show.ledger_data import verification_data
    from demarche.show.printed import print_json

    points = given_checkpoints(checkpoint)
    needed_sqlalchemy()
    from demarche.ledger.exchange import check_export, take_export

    with spooled(file) as path:
        if torn and path != Path(file).expanduser():
            raise LedgerError(f"{file} is a pipe; --torn keeps the rest beside a file: name one.")
        checked = check_export(path, checkpoints=points, accept_torn=torn)
        with opened(held) as book:
            done = take_export(book, path, checked=checked)
    if json:
        print_json(
            {
                "ledger": book.place.label,
                "added": done.added,
                "known": done.known,
                "set_aside_bytes": done.set_aside,
                "verification": verification_data(done.verification, what=file),
            }
        )
        return
    out(
        f"{counted(done.added, 'entry', 'entries')} added to {book.place.label}, "
        f"{counted(done.known, 'was', 'were')} there already\n"
    )
    if done.set_aside:
        out(f"{done.set_aside:,} bytes of a torn line are kept in {file}.torn\n")
