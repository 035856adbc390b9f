"""Merkle trees over the entries' hashes, as in RFC 6962: roots and proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from demarche.errors import LedgerError

__all__ = [
    "Roots",
    "consistency_proof",
    "inclusion_proof",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Roots:
    """Root of a growing tree after each leaf, in memory of the order of log n.

    Examples
    --------
    >>> roots = Roots()
    >>> roots.add(b"")
    >>> roots.root().hex()[:8]
    '6e340b9c'
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, data: bytes) -> None:
        """Append one leaf."""
        height, node = 0, _leaf(data)
        while self._peaks and self._peaks[-1][0] == height:
            node = _node(self._peaks.pop()[1], node)
            height += 1
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        """Root over the leaves so far; of no leaf, SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        found = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            found = _node(peak, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    r"""Root of a Merkle tree: ``MTH(D[n])``.

    A leaf is :math:`H(0 \Vert d)`, a node :math:`H(1 \Vert l \Vert r)`, split at the largest power
    of two below n; H is SHA-256.

    References
    ----------
    .. [1] Laurie, B., Langley, A. & Kasper, E. (2013). Certificate Transparency. RFC 6962,
       section 2.1.

    Examples
    --------
    >>> root_of([]).hex()[:8], root_of([b"", b"\x00"]).hex()[:8]
    ('e3b0c442', 'fac54203')
    """
    roots = Roots()
    for leaf in leaves:
        roots.add(leaf)
    return roots.root()


def _split(size: int) -> int:
    """Largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], *, index: int) -> tuple[bytes, ...]:
    """Audit path ``PATH(index, D[n])`` of RFC 6962, section 2.1.1; ``index`` counts from 0.

    Raises
    ------
    LedgerError
        If there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise LedgerError(f"there is no leaf {index} in a tree of {len(leaves)}.")
    return tuple(_path(leaves, index))


def _path(leaves: Sequence[bytes], index: int) -> Iterator[bytes]:
    if len(leaves) == 1:
        return
    k = _split(len(leaves))
    if index < k:
        yield from _path(leaves[:k], index)
        yield root_of(leaves[k:])
    else:
        yield from _path(leaves[k:], index - k)
        yield root_of(leaves[:k])


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a leaf is at its place in the tree of this size and root."""
    if not 0 <= index < size:
        return False
    found = _climb(_leaf(leaf), index=index, size=size, proof=list(proof))
    return found == root


def _climb(node: bytes, *, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """Root that a leaf's hash and its audit path lead to; ``None`` if the path has a wrong length.

    The path runs from the leaf up; the last step is the split of the whole tree.
    """
    if size == 1:
        return node if not proof else None
    if not proof:
        return None
    k, last = _split(size), proof[-1]
    if index < k:
        left = _climb(node, index=index, size=k, proof=proof[:-1])
        return None if left is None else _node(left, last)
    right = _climb(node, index=index - k, size=size - k, proof=proof[:-1])
    return None if right is None else _node(last, right)


def consistency_proof(leaves: Sequence[bytes], *, size: int) -> tuple[bytes, ...]:
    """``PROOF(size, D[n])`` of RFC 6962, section 2.1.2: the first ``size`` leaves are unchanged.

    Raises
    ------
    LedgerError
        If ``size`` is not from 1 to the number of leaves.
    """
    if not 1 <= size <= len(leaves):
        raise LedgerError(f"a proof needs a size from 1 to {len(leaves)}, got {size}.")
    return tuple(_subproof(leaves, size, True))


def _subproof(leaves: Sequence[bytes], size: int, whole: bool) -> Iterator[bytes]:
    if size == len(leaves):
        if not whole:
            yield root_of(leaves)
        return
    k = _split(len(leaves))
    if size <= k:
        yield from _subproof(leaves[:k], size, whole)
        yield root_of(leaves[k:])
    else:
        yield from _subproof(leaves[k:], size - k, False)
        yield root_of(leaves[:k])


def verify_consistency(
    *, first: int, first_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a tree of ``size`` leaves begins with the tree of ``first`` leaves.

    References
    ----------
    .. [1] Laurie, B., Langley, A. & Kasper, E. (2013). Certificate Transparency. RFC 6962,
       section 2.1.2.
    """
    if not 1 <= first <= size:
        return False
    found = _grow(first, size, list(proof), first_root, True)
    return found == (first_root, root)


def _grow(
    first: int, size: int, proof: list[bytes], old: bytes, whole: bool
) -> tuple[bytes, bytes] | None:
    """Roots of the first leaves and of all of them, from a proof; ``None`` if it has no such form.

    Where the first leaves are a whole tree to the left, their root is the one that is claimed.
    """
    if first == size:
        if whole:
            return (old, old) if not proof else None
        return (proof[0], proof[0]) if len(proof) == 1 else None
    if not proof:
        return None
    k, last = _split(size), proof[-1]
    if first <= k:
        left = _grow(first, k, proof[:-1], old, whole)
        return None if left is None else (left[0], _node(left[1], last))
    right = _grow(first - k, size - k, proof[:-1], old, False)
    return None if right is None else (_node(last, right[0]), _node(last, right[1]))
