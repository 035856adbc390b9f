"""Proofs of single entries on the command line: print one, and say what one shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from demarche.errors import LedgerError, counted
from demarche.show.record_text import out

if TYPE_CHECKING:
    from demarche.ledger.store import Reading

__all__ = ["is_proof", "proof_text", "say_proven"]

FIRST = b"c2sp.org/tlog-proof@"
LARGEST = 100_000_000
"""Bytes of a proof that is read."""


def is_proof(path: Path) -> bool:
    """Whether a file begins like a proof."""
    try:
        with path.open("rb") as handle:
            return handle.read(len(FIRST)) == FIRST
    except OSError:
        return False


def _text(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return handle.read(LARGEST).decode("utf-8")
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise LedgerError(f"{path} is not UTF-8 text.") from None


def proof_text(reading: Reading, *, seq: int, path: Path) -> str:
    """Proof of an entry by the checkpoint in a file.

    Raises
    ------
    LedgerError
        If the file cannot be read, or does not cover the entry.
    """
    from demarche.ledger.proofs import make_proof

    return make_proof(reading, seq=seq, checkpoint=_text(path), name=str(path))


def say_proven(path: Path, *, json: bool) -> None:
    """Say what a proof shows.

    Raises
    ------
    LedgerError
        If it shows nothing.
    """
    from demarche.ledger.proofs import check_proof
    from demarche.show.ledger_data import checkpoint_data, entry_data, second
    from demarche.show.printed import print_json

    found = check_proof(_text(path), name=str(path))
    entry, point = found.entry, found.checkpoint
    if json:
        data = {
            "what": str(path),
            "state": "proven",
            "holds": True,
            "entry": entry_data(entry),
            "checkpoint": checkpoint_data(point),
        }
        print_json(data)
        return
    out(
        f"{path}: proven. Entry {entry.seq} ({entry.kind}, {second(entry.at)}) of ledger "
        f"{point.origin} is covered by a checkpoint over "
        f"{counted(point.size, 'entry', 'entries')}, which says it is of "
        f"{second(point.at)}.\nThat day is only as good as where you have the checkpoint "
        "from.\n"
    )
