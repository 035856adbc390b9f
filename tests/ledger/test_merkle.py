"""Merkle trees beside the test vectors of Certificate Transparency, and their proofs."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import LedgerError
from demarche.ledger.merkle import (
    Roots,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_roots_are_those_of_certificate_transparency(size, root):
    """Leaves and roots of the reference tree of Certificate Transparency's own tests."""
    assert root_of(LEAVES[:size]).hex() == root


def plain_root(leaves):
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(40))
def test_a_growing_root_is_the_definition_of_the_rfc(size):
    leaves = [bytes([n]) for n in range(size)]
    roots = Roots()
    for leaf in leaves:
        roots.add(leaf)
    assert roots.root() == plain_root(leaves)
    assert roots.size == size


@settings(deadline=None)
@given(st.integers(1, 40), st.data())
def test_every_leaf_is_proven_where_it_is_and_nowhere_else(size, data):
    leaves = [bytes([n]) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(leaves, index=index), root_of(leaves)
    said = {"index": index, "size": size, "root": root, "proof": proof}
    assert verify_inclusion(leaves[index], **said)
    assert not verify_inclusion(b"x", **said)
    assert not verify_inclusion(leaves[index], **{**said, "index": size})
    assert not verify_inclusion(leaves[index], **{**said, "proof": (*proof, root)})
    if proof:
        assert not verify_inclusion(leaves[index], **{**said, "proof": proof[1:]})
        assert not verify_inclusion(leaves[index], **{**said, "index": index ^ 1})


@settings(deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_tree_is_consistent_with_its_beginnings_only(size, data):
    leaves = [bytes([n]) for n in range(size)]
    first = data.draw(st.integers(1, size))
    old, new = root_of(leaves[:first]), root_of(leaves)
    proof = consistency_proof(leaves, size=first)
    said = {"first": first, "first_root": old, "size": size, "root": new, "proof": proof}
    assert verify_consistency(**said)
    changed = data.draw(st.integers(0, first - 1))
    other = [b"x" if n == changed else leaf for n, leaf in enumerate(leaves)]
    assert not verify_consistency(**{**said, "root": root_of(other)})
    assert not verify_consistency(**{**said, "first_root": root_of(other[:first])})
    forged = consistency_proof(other, size=first)
    assert not verify_consistency(**{**said, "root": root_of(other), "proof": forged})
    assert not verify_consistency(**{**said, "proof": (*proof, new)})
    assert not verify_consistency(**{**said, "first": 0})


def test_a_proof_of_what_is_not_there_is_refused():
    with pytest.raises(LedgerError, match="no leaf 3 in a tree of 3"):
        inclusion_proof(LEAVES[:3], index=3)
    with pytest.raises(LedgerError, match="from 1 to 3, got 4"):
        consistency_proof(LEAVES[:3], size=4)
