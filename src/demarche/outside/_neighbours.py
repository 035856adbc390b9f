"""Neighbours of a query in a forest: what each case weighs, and what it would without another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demarche.outside._cases import BoolArray, FloatArray
from demarche.outside._forest import Forest

__all__ = ["Neighbours", "neighbours_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """Which cases share a leaf with a query.

    Attributes
    ----------
    known : array, shape (C, n)
        1 where the outcome is known, else 0.
    shared : tuple of array, shape (1 or C, n, T)
        1 where a case shares the leaf of the query in a tree, else 0: the forest of all courses
        and, where there is one, that of each course. None without a forest.
    counts : tuple of array, shape (C, T)
        Known cases in the leaf.
    means : array, shape (C, n)
        Weight of every case, before :meth:`weights`.
    """

    known: FloatArray
    shared: tuple[FloatArray, ...]
    counts: tuple[FloatArray, ...]
    means: FloatArray

    def weights(self) -> FloatArray:
        """Weights, shape (n, C), summing to the effective number of neighbours."""
        return self._weights(self.means)

    def without(self, case: int) -> FloatArray:
        """The same weights where one case is not there, shape (n - 1, C)."""
        cases = self.known.shape[1]
        rest = np.flatnonzero(np.arange(cases) != case)
        with_it = np.zeros(cases, dtype=np.bool_)
        for shared in self.shared:
            with_it |= (shared * shared[:, case, None]).any(axis=(0, 2))
        rows = np.flatnonzero(with_it)
        fewer = [
            counts - self.known[:, case, None] * shared[:, case]
            for shared, counts in zip(self.shared, self.counts, strict=True)
        ]
        means = self.means.copy()
        means[:, rows] = _means(
            [one.take(rows, axis=1) for one in self.shared], fewer, self.known[:, rows]
        )
        return self._weights(means.take(rest, axis=1))

    def _weights(self, means: FloatArray) -> FloatArray:
        out = np.empty(means.shape[::-1])
        if not self.shared:
            out[...] = 1.0
            return out
        for c, weight in enumerate(means):
            squares = float(weight @ weight)
            out[:, c] = weight * (weight.sum() / squares if squares > 0 else 0.0)
        return out


def neighbours_of(
    columns: FloatArray, *, forests: Sequence[Forest], known: BoolArray
) -> Neighbours:  # fmt: skip
    """Neighbours of a query with these columns among cases with outcomes ``known``, (n, C)."""
    told = np.ascontiguousarray(known.T, dtype=np.float64)
    same = [(forest.leaves == forest.place(columns)).astype(np.float64) for forest in forests]
    shared = (*(one[None] for one in same[:1]), *([np.stack(same[1:])] if len(same) > 1 else []))
    counts = tuple(np.matmul(told[:, None], one)[:, 0] for one in shared)
    return Neighbours(known=told, shared=shared, counts=counts, means=_means(shared, counts, told))


def _means(
    shared: Sequence[FloatArray], counts: Sequence[FloatArray], known: FloatArray
) -> FloatArray:
    """Mean over the trees of 1 / (known cases in the leaf), where a case shares it; (C, n)."""
    found = np.zeros(known.shape)
    for same, count in zip(shared, counts, strict=True):
        found += (same * (1 / np.maximum(count, 1))[:, None]).mean(axis=2) * known
    return found
