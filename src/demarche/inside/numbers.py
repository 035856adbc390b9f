"""What counts as a finite number here: not infinite, not NaN, and small enough to be multiplied."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "finite"]

LARGEST = 1e100
"""Numbers beyond this count as infinite: their products would overflow."""


def finite(x: NDArray[np.float64]) -> bool:
    """Whether every number is finite and at most 1e100 in size.

    Examples
    --------
    >>> finite(np.array([1.0, -1e99])), finite(np.array([1.0, 1e300])), finite(np.array([np.nan]))
    (True, False, False)
    """
    return bool(np.all(np.abs(x) <= LARGEST))
