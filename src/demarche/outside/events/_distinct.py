"""Distinct whole numbers of long arrays: by sorting or by a table, not by a hash of each.

`numpy.unique` without an inverse reads whole numbers through a hash table since NumPy 2.3: at
twenty million different ones it took 30 s where a sort takes 0.2 s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["distinct", "number"]

Ints = NDArray[np.int64]

TABLE = 4
"""A table is used where it holds at most so many places per value."""


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Distinct values, sorted.

    Examples
    --------
    >>> distinct(np.array([3, 1, 3]))
    array([1, 3])
    """
    ordered = np.sort(values, axis=None)
    new = np.ones(len(ordered), dtype=np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def number(values: Ints) -> tuple[Ints, Ints]:
    """Distinct values, sorted, and which of them each value is.

    Examples
    --------
    >>> number(np.array([7, 2, 7]))
    (array([2, 7]), array([1, 0, 1]))
    """
    if values.size and values.min() >= 0 and values.max() < TABLE * values.size:
        held = np.zeros(int(values.max()) + 1, dtype=np.bool_)
        held[values] = True
        return np.flatnonzero(held), np.cumsum(held)[values] - 1
    names, place = np.unique(values, return_inverse=True)
    return names, place.astype(np.int64)
