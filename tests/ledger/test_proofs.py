"""One entry is proven to be in a checkpoint by a text alone, and nothing else is."""

from __future__ import annotations

import base64

import pytest

from demarche.errors import LedgerError
from demarche.ledger.checkpoints import checkpoint_text
from demarche.ledger.proofs import check_proof, make_proof
from demarche.ledger.verify import verify_reading
from demarche.terms.ledger import Checkpoint
from tests.ledger import made


@pytest.fixture
def covered(small):
    """A ledger of nine entries, and the checkpoint that saw the first seven, cosigned."""
    for n in range(6):
        small.append("issue", made.other(n))
    with small.reading() as reading:
        found = verify_reading(reading)
    point = Checkpoint(origin=found.ledger, size=7, root=found.root, at=made.NOON)
    for n in range(2):
        small.append("issue", made.other(10 + n))
    return small, checkpoint_text(point) + "\n\u2014 witness.example AAAA\n"


def proof_of(ledger, seq, text):
    with ledger.reading() as reading:
        return make_proof(reading, seq=seq, checkpoint=text, name="x.txt")


@pytest.mark.parametrize("seq", range(1, 8))
def test_every_entry_of_the_checkpoint_is_proven_by_the_text_alone(covered, seq):
    ledger, text = covered
    proof = proof_of(ledger, seq, text)
    assert proof.endswith(text)
    found = check_proof(proof, name="p")
    with ledger.reading() as reading:
        assert found.entry == reading.entry(seq)
    assert (found.checkpoint.size, found.checkpoint.at) == (7, made.NOON)


def test_entries_beyond_the_checkpoint_are_not(covered):
    ledger, text = covered
    for seq in (0, 8, 9):
        with pytest.raises(LedgerError, match=r"x\.txt covers entries 1 to 7, not entry"):
            proof_of(ledger, seq, text)


def test_a_checkpoint_that_does_not_fit_gives_no_proof(covered):
    ledger = covered[0]
    other = Checkpoint(origin="0b" * 16, size=7, root="00" * 32, at=made.NOON)
    with pytest.raises(LedgerError, match="of another ledger"):
        proof_of(ledger, 2, checkpoint_text(other))
    wrong = Checkpoint(origin="0a" * 16, size=7, root="00" * 32, at=made.NOON)
    with pytest.raises(LedgerError, match="not consistent with"):
        proof_of(ledger, 2, checkpoint_text(wrong))
    ahead = Checkpoint(origin="0a" * 16, size=70, root="00" * 32, at=made.NOON)
    with pytest.raises(LedgerError, match="not consistent with"):
        proof_of(ledger, 2, checkpoint_text(ahead))


def test_a_proof_that_was_changed_anywhere_proves_nothing(covered):
    ledger, text = covered
    proof = proof_of(ledger, 4, text)
    body = len(proof) - len("\n\u2014 witness.example AAAA\n")
    stamp = proof.index("time ")
    for at in range(0, body, 7):
        changed = proof[:at] + ("B" if proof[at] != "B" else "C") + proof[at + 1 :]
        if stamp <= at:
            continue  # the time is the checkpoint's own word, as documented
        with pytest.raises(LedgerError):
            check_proof(changed, name="p")


def test_another_entry_in_its_place_is_refused(covered):
    ledger, text = covered
    proof = proof_of(ledger, 4, text)
    with ledger.reading() as reading:
        rows = list(reading.raw())
    other = base64.b64encode(rows[4].record).decode()
    lines = proof.split("\n")
    lines[1] = f"extra {other}"
    with pytest.raises(LedgerError, match="proves nothing"):
        check_proof("\n".join(lines), name="p")


@pytest.mark.parametrize("text", ["", "hello", "c2sp.org/tlog-proof@v1\nindex 0\n\n"])
def test_what_is_no_proof_is_named(text):
    with pytest.raises(LedgerError, match="is no proof"):
        check_proof(text, name="p")
