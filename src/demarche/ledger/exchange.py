"""Export a ledger as JSON Lines, byte for byte the same every time, and take one in again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import LedgerError
from demarche.ledger.canonical import entry_of, subject_of
from demarche.ledger.links import End, Walk, end_line, export_line, row_links
from demarche.ledger.merkle import Roots
from demarche.ledger.schema import entries
from demarche.ledger.store import Ledger, Raw, Reading, Writing
from demarche.ledger.verify import Verification, entries_that_hold, verify_export
from demarche.terms.ledger import Checkpoint

__all__ = ["Imported", "check_export", "export", "import_export", "take_export"]

BATCH = 500


def export(reading: Reading) -> Iterator[bytes]:
    """Lines of an export: every entry as it lies in the ledger, then what it holds in all.

    Raises
    ------
    LedgerError
        If an entry does not follow the one before: a broken ledger is not passed on.
    """
    roots, walk = Roots(), Walk(deep=False)
    for link in row_links(reading.raw()):
        wrong = walk.take(link)
        if wrong is not None:
            raise LedgerError(
                f"{wrong.sentence} Nothing was exported beyond it; demarche ledger verify says "
                "more."
            )
        roots.add(bytes.fromhex(link.hash))
        yield export_line(link.record, hash=link.hash)
    if not walk.count:
        raise LedgerError("the ledger has no entry yet; there is nothing to export.")
    yield end_line(End(walk.count, walk.head, walk.ledger, roots.root().hex()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: entries that were there already, entries added, bytes set aside."""

    known: int
    added: int
    set_aside: int
    verification: Verification


def import_export(
    ledger: Ledger,
    path: Path,
    *,
    checkpoints: Sequence[Checkpoint] = (),
    accept_torn: bool = False,
) -> Imported:
    """Take in an export that verifies: into an empty ledger, or one that it continues.

    Parameters
    ----------
    ledger : Ledger
    path : Path
    checkpoints : sequence of Checkpoint
    accept_torn : bool
        Take the whole entries of an export whose end is torn off; the torn line is kept beside it
        in a file ``PATH.torn``.

    Returns
    -------
    Imported
        The same export twice adds nothing the second time.

    Raises
    ------
    LedgerError
        If the export does not hold (the entry is named), is of another ledger, has forked from
        this one, or is of a newer schema.
    """
    checked = check_export(path, checkpoints=checkpoints, accept_torn=accept_torn)
    return take_export(ledger, path, checked=checked)


def check_export(
    path: Path, *, checkpoints: Sequence[Checkpoint] = (), accept_torn: bool = False
) -> Verification:
    """Verify an export that is to be taken in; see `import_export`.

    Raises
    ------
    LedgerError
        If it does not hold.
    """
    checked = verify_export(path, checkpoints=checkpoints)
    torn = checked.state == "torn" and checked.entries > 0
    if torn and not accept_torn:
        raise LedgerError(
            f"{path} is {checked.sentence} Nothing was imported; --torn takes the whole entries."
        )
    if not torn and checked.state != "intact":
        raise LedgerError(f"{path} is not imported: {checked.sentence}")
    return checked


def take_export(ledger: Ledger, path: Path, *, checked: Verification) -> Imported:
    """Take in an export that `check_export` let pass; see `import_export`."""
    torn = checked.state == "torn"
    aside = _set_aside(path, checked.tail) if torn and checked.tail else 0
    known, added = ledger.write(lambda writing: _take(writing, path, checked))
    return Imported(known=known, added=added, set_aside=aside, verification=checked)


def _set_aside(path: Path, size: int) -> int:
    try:
        data = path.read_bytes()[-size:]
        Path(f"{path}.torn").write_bytes(data)
    except OSError as error:
        raise LedgerError(f"{path}.torn cannot be written: {error.strerror}.") from None
    return size


def _take(writing: Writing, path: Path, checked: Verification) -> tuple[int, int]:
    held, known, waiting = writing.raw(), 0, []
    total = 0
    for link in entries_that_hold(path, verification=checked):
        entry = entry_of(link.record, hash=link.hash)
        total += 1
        row = next(held, None)
        if row is not None:
            _same(row, link.hash, path=path)
            known += 1
            continue
        waiting.append(
            {
                "seq": entry.seq,
                "prev_hash": entry.prev_hash,
                "hash": link.hash,
                "kind": entry.kind,
                "subject": subject_of(entry.kind, entry.content),
                "record": link.record.decode("utf-8"),
            }
        )
        if len(waiting) == BATCH:
            writing.connection.execute(entries.insert(), waiting)
            waiting = []
    if waiting:
        writing.connection.execute(entries.insert(), waiting)
    if total != checked.entries:
        raise LedgerError(f"{path} changed while it was read; nothing was imported.")
    return known, total - known


def _same(row: Raw, hash: str, *, path: Path) -> None:
    if row.hash == hash:
        return
    if row.seq == 1:
        raise LedgerError(f"{path} is of another ledger; name an empty one with --ledger.")
    raise LedgerError(
        f"fork: this ledger and {path} differ from entry {row.seq} on. demarche does not pick one; "
        "nothing was imported."
    )
