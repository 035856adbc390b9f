"""Adaptive neighbourhoods: cases that fall into the same leaves of many randomised trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demarche.outside._cases import BoolArray, FloatArray, IntArray

DIGITS = 9
"""Values are compared to this many digits, so that the order of a sum cannot turn a cut."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """Randomised trees, level by level; node v of tree t splits on ``column[d][t, v]``.

    Attributes
    ----------
    columns : tuple of array of int, one per level, shape (T, 2**level)
        Column split on; -1 where the node is a leaf.
    cuts : tuple of array, one per level, shape (T, 2**level)
        Left if the value is at most the cut.
    leaves : array of int, shape (n, T)
        Leaf of each case the forest was grown on.
    """

    columns: tuple[IntArray, ...]
    cuts: tuple[FloatArray, ...]
    leaves: IntArray

    def take(self, rows: IntArray | BoolArray) -> Forest:
        """Return the same trees holding only some of the cases."""
        return Forest(columns=self.columns, cuts=self.cuts, leaves=self.leaves[rows])

    def place(self, values: FloatArray) -> IntArray:
        """Return the leaf of one case, shape (P,), in every tree, shape (T,)."""
        near = np.round(values, DIGITS)
        trees = np.arange(self.leaves.shape[1])
        node = np.zeros(len(trees), dtype=np.int64)
        leaf = np.full(len(trees), -1, dtype=np.int64)
        for level, (column, cut) in enumerate(zip(self.columns, self.cuts, strict=True)):
            live = leaf < 0
            split, at = column[trees, node], cut[trees, node]
            stops = live & (split < 0)
            leaf[stops] = (1 << level) - 1 + node[stops]
            right = near[np.maximum(split, 0)] > at
            node = np.where(live & ~stops, 2 * node + right, 0)
        live = leaf < 0
        leaf[live] = (1 << len(self.columns)) - 1 + node[live]
        return leaf


def grow(
    values: FloatArray,
    *,
    outcomes: FloatArray,
    trees: int,
    seed: int,
    depth: int = 8,
    least: int = 3,
    tries: int = 12,
    share: float = 0.7,
) -> Forest:
    """Grow randomised trees for all courses together.

    Every node tries `tries` random cuts (a random column, cut between the values of two random
    cases in the node) and keeps the one that lowers the summed Gini impurity of the courses most,
    on a random `share` of the cases per tree. The cases are first put in an order of their own
    values, so that the order they are given in does not matter.

    Parameters
    ----------
    values : array, shape (n, P)
    outcomes : array, shape (n, C)
        1, 0 or NaN (ignored for that course).
    trees, depth, least, tries : int
        Number of trees, deepest level, fewest cases in a leaf, cuts tried per node.
    share : float
        Of the cases that choose the cuts of a tree.
    seed : int

    Returns
    -------
    Forest

    References
    ----------
    .. [1] Geurts, Ernst & Wehenkel, Extremely randomized trees, Machine Learning 63 (2006),
       doi:10.1007/s10994-006-6226-1.
    .. [2] Lin & Jeon, Random forests and adaptive nearest neighbors, JASA 101 (2006),
       doi:10.1198/016214505000001230.
    """
    n = len(values)
    rounded = np.round(values, DIGITS)
    order = np.lexsort(np.column_stack([np.nan_to_num(outcomes, nan=0.5), rounded]).T)
    x, y = rounded[order], outcomes[order]
    rng = np.random.default_rng(seed)
    ranks = np.argsort(np.argsort(rng.random((trees, n)), axis=1), axis=1)
    weight = ranks < max(1, round(share * n))
    node = np.zeros((trees, n), dtype=np.int64)
    done = np.zeros((trees, n), dtype=bool)
    leaf = np.full((trees, n), -1, dtype=np.int64)
    columns: list[IntArray] = []
    cuts: list[FloatArray] = []
    for level in range(depth):
        width = 1 << level
        column, cut = _best_cuts(x, y, node, done, weight, width, least, tries, rng)
        columns.append(column)
        cuts.append(cut)
        rows = np.arange(trees)[:, None]
        split = column[rows, node]
        stops = ~done & (split < 0)
        leaf[stops] = width - 1 + node[stops]
        done |= stops
        right = x[np.arange(n)[None, :], np.maximum(split, 0)] > cut[rows, node]
        node = np.where(done, 0, 2 * node + right)
        if done.all():
            break
    leaf[~done] = (1 << len(columns)) - 1 + node[~done]
    leaves = np.empty((n, trees), dtype=np.int64)
    leaves[order] = leaf.T
    return Forest(columns=tuple(columns), cuts=tuple(cuts), leaves=leaves)


def _best_cuts(
    x: FloatArray,
    y: FloatArray,
    node: IntArray,
    done: BoolArray,
    weight: BoolArray,
    width: int,
    least: int,
    tries: int,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Try random cuts in every node of a level; return the best column (or -1) and cut."""
    trees, n = node.shape
    column = np.full(trees * width, -1, dtype=np.int64)
    cut = np.zeros(trees * width)
    active = weight & ~done
    flat = (node + np.arange(trees)[:, None] * width)[active]
    case = np.broadcast_to(np.arange(n), node.shape)[active]
    if len(flat) == 0:
        return column.reshape(trees, width), cut.reshape(trees, width)
    order = np.argsort(flat, kind="stable")
    case = case[order]
    names, starts, which, counts = _runs(flat[order])
    small = np.int16 if n < 2**15 else np.int64  # counts of cases: exact, and quick to move
    known = ~np.isnan(y)
    table = np.hstack([np.ones((n, 1)), known, np.nan_to_num(y)]).astype(small)[case]
    total = np.add.reduceat(table, starts, axis=0, dtype=small).astype(np.float64)
    whole = _purity(total)
    best = np.full(len(names), 1e-9)
    open_ = counts >= 2 * least
    splits = open_[which]
    for _ in range(tries):
        tried = rng.integers(0, x.shape[1], size=len(names))
        pair = starts + (rng.random((2, len(names))) * counts).astype(np.int64)
        at = x[case[pair], tried].mean(axis=0)
        rows = np.flatnonzero(splits & (x[case, tried[which]] <= at[which]))
        part = np.zeros(total.shape)
        if len(rows):
            node_of, first, _, _ = _runs(which[rows])
            part[node_of] = np.add.reduceat(table.take(rows, axis=0), first, axis=0, dtype=small)
        gain = _purity(part) + _purity(total - part) - whole
        better = open_ & (gain > best) & (part[:, 0] >= least) & (counts - part[:, 0] >= least)
        best[better] = gain[better]
        column[names[better]], cut[names[better]] = tried[better], at[better]
    return column.reshape(trees, width), cut.reshape(trees, width)


def _runs(ids: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return names, starts, run of each entry, and lengths of the runs of sorted ids."""
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    counts = np.diff(np.concatenate([starts, [len(ids)]]))
    return ids[starts], starts, np.repeat(np.arange(len(starts)), counts), counts


def _purity(sums: FloatArray) -> FloatArray:
    """Sum over courses of (yes^2 + no^2) / known: larger is purer. Columns: n, known, yes."""
    courses = (sums.shape[1] - 1) // 2
    known, yes = sums[:, 1 : courses + 1], sums[:, courses + 1 :]
    return np.asarray(((yes**2 + (known - yes) ** 2) / np.maximum(known, 1e-12)).sum(axis=1))
