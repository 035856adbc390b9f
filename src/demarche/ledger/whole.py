"""What is looked at before a ledger is written to: no entry missing, and the newest ones unchanged.

It takes milliseconds and happens once per opening. ``verify`` looks at everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from demarche.errors import LedgerError, counted
from demarche.ledger.canonical import hash_of
from demarche.ledger.schema import entries
from demarche.terms.ledger import GENESIS

if TYPE_CHECKING:
    from demarche.ledger.store import Raw, Reading

__all__ = ["NEWEST", "check_whole"]

NEWEST = 10_000
"""How many of the newest entries are held against their hashes before the first append."""
READ_ONLY = (
    "The ledger is read-only until it is whole again: nothing was written. demarche ledger verify "
    "says more; take a copy or an export that verifies."
)


def check_whole(reading: Reading, *, newest: int = NEWEST) -> None:
    """Refuse to write to a ledger of which entries are missing, or were edited not long ago.

    Parameters
    ----------
    reading : Reading
    newest : int
        So many of the newest entries are read; the count covers all.

    Raises
    ------
    LedgerError
        Names the first entry that is missing, edited or out of place.
    """
    count, last = reading.connection.execute(
        select(func.count(), func.max(entries.c.seq)).select_from(entries)
    ).one()
    if count != (last or 0):
        raise LedgerError(f"{_missing(reading, count=count, last=last)} {READ_ONLY}")
    start = max(1, count - newest + 1)
    before = GENESIS if start == 1 else None
    for row in reading.raw(start=start):
        if hash_of(row.record) != row.hash:
            raise LedgerError(
                f"entry {row.seq} was edited: its hash is not that of its content. {READ_ONLY}"
            )
        if not _same_columns(row):
            raise LedgerError(
                f"entry {row.seq} was edited: its columns are not its content's. {READ_ONLY}"
            )
        if before is not None and row.prev_hash != before:
            raise LedgerError(
                f"entry {row.seq} does not follow entry {row.seq - 1}: it names another one "
                f"before it. {READ_ONLY}"
            )
        before = row.hash


def _same_columns(row: Raw) -> bool:
    """Whether kind, number and predecessor are those of the canonical bytes, without parsing."""
    tail = row.record[row.record.rfind(b',"kind":"') :]
    said = f',"kind":"{row.kind}","prev_hash":"{row.prev_hash}","run":"'
    return tail.startswith(said.encode()) and f',"seq":{row.seq},"step":'.encode() in tail


def _missing(reading: Reading, *, count: int, last: int) -> str:
    """Say which entry is the first that is missing."""
    expected = 1
    for (seq,) in reading.connection.execute(select(entries.c.seq).order_by(entries.c.seq)):
        if seq != expected:
            break
        expected += 1
    gone = last - count
    more = "" if gone == 1 else f" and {gone - 1} more"
    return (
        f"entry {expected}{more} is missing: the ledger has "
        f"{counted(count, 'entry', 'entries')}, and the last is number {last:,}."
    )
