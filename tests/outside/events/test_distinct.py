"""Distinct whole numbers, beside NumPy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from demarche.outside.events._distinct import distinct, number

NUMBERS = st.one_of(
    st.lists(st.integers(0, 12), max_size=30), st.lists(st.integers(-(2**62), 2**62), max_size=30)
)


@given(NUMBERS)
def test_the_same_as_numpys(values):
    held = np.array(values, dtype=np.int64)
    names, place = np.unique(held, return_inverse=True)
    assert np.array_equal(distinct(held), names)
    found, at = number(held)
    assert np.array_equal(found, names)
    assert np.array_equal(at, place)
    assert at.dtype == np.int64
