"""Proof that one entry is in a checkpoint, to show a forecast without showing the ledger."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from demarche.errors import LedgerError
from demarche.ledger.canonical import entry_of, hash_of
from demarche.ledger.checkpoints import parse_checkpoint
from demarche.ledger.merkle import inclusion_proof, root_of, verify_inclusion
from demarche.ledger.store import Reading
from demarche.terms.ledger import Checkpoint, LedgerEntry

__all__ = ["PROOF", "Proven", "check_proof", "make_proof"]

PROOF = "c2sp.org/tlog-proof@v1"
"""First line of a proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An entry that a proof shows to be covered by a checkpoint."""

    entry: LedgerEntry
    checkpoint: Checkpoint


def make_proof(reading: Reading, *, seq: int, checkpoint: str, name: str) -> str:
    """Proof that an entry is covered by a checkpoint, as text with both in it.

    Parameters
    ----------
    reading : Reading
    seq : int
    checkpoint : str
        Text of the checkpoint, kept as it is with any signatures.
    name : str
        What to call it in an error.

    Raises
    ------
    LedgerError
        If the checkpoint is of another ledger, does not cover the entry, or is not consistent with
        the ledger.

    References
    ----------
    .. [1] C2SP, Transparency Log Proofs (tlog-proof), c2sp.org/tlog-proof.
    """
    point = parse_checkpoint(checkpoint, name=name, outside=True)
    if point.origin != reading.ledger_id():
        raise LedgerError(f"{name} is a checkpoint of another ledger ({point.origin[:8]}).")
    if not 1 <= seq <= point.size:
        raise LedgerError(f"{name} covers entries 1 to {point.size}, not entry {seq}.")
    leaves: list[bytes] = []
    record = b""
    for row in reading.raw():
        if len(leaves) == point.size:
            break
        leaves.append(bytes.fromhex(hash_of(row.record)))
        if row.seq == seq:
            record = row.record
    if len(leaves) < point.size or root_of(leaves).hex() != point.root:
        raise LedgerError(
            f"the ledger is not consistent with {name}; demarche ledger verify says more."
        )
    path = inclusion_proof(leaves, index=seq - 1)
    lines = [
        PROOF,
        f"extra {base64.b64encode(record).decode('ascii')}",
        f"index {seq - 1}",
        *(base64.b64encode(node).decode("ascii") for node in path),
    ]
    return "\n".join(lines) + "\n\n" + checkpoint


def check_proof(text: str, *, name: str) -> Proven:
    """What a proof shows, from the text alone.

    The entry is the one whose bytes the proof carries; they are hashed here and not believed.

    Raises
    ------
    LedgerError
        If it is no proof, or does not lead to the root of its checkpoint.
    """
    head, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    try:
        first, extra, index, *path = lines
        if first != PROOF or extra[:6] != "extra " or index[:6] != "index ":
            raise ValueError
        record = base64.b64decode(extra[6:], validate=True)
        at = int(index[6:])
        nodes = [base64.b64decode(line, validate=True) for line in path]
    except (ValueError, binascii.Error):
        raise LedgerError(
            f"{name} is no proof: expected {PROOF}, extra, index, hashes and a checkpoint, as "
            "demarche ledger prove writes them."
        ) from None
    point = parse_checkpoint(rest, name=name, outside=True)
    hash = hash_of(record)
    if not verify_inclusion(
        bytes.fromhex(hash),
        index=at,
        size=point.size,
        root=bytes.fromhex(point.root),
        proof=nodes,
    ):
        raise LedgerError(
            f"{name} proves nothing: its entry and hashes do not lead to its checkpoint's root."
        )
    try:
        entry = entry_of(record, hash=hash)
    except LedgerError as error:
        raise LedgerError(f"{name}: the entry does not hold together: {error}") from None
    if entry.seq != at + 1:
        raise LedgerError(f"{name}: the entry says it is number {entry.seq}, not {at + 1}.")
    return Proven(entry=entry, checkpoint=point)
