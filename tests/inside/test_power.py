"""The Shapley-Shubik index against a count over all orders."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import MethodError, TermError
from demarche.inside import shapley_shubik


def by_orders(votes, *, quota, members):
    """Count the pivots over every order of the members."""
    found = np.zeros(len(votes))
    orders = list(permutations(range(len(votes))))
    for order in orders:
        total = 0
        for count, i in enumerate(order, start=1):
            total += votes[i]
            if total >= quota and count >= members:
                found[i] += 1
                break
    return found / len(orders)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.data())
def test_the_index_equals_the_count_of_pivots_over_all_orders(votes, data):
    if sum(votes) == 0:
        votes = [*votes[:-1], 1]
    quota = data.draw(st.integers(1, sum(votes)))
    members = data.draw(st.integers(0, len(votes)))
    found = shapley_shubik(votes, quota=quota, members=members)
    np.testing.assert_allclose(found, by_orders(votes, quota=quota, members=members), atol=1e-12)
    assert found.sum() == pytest.approx(1.0)


def test_a_veto_player_and_a_dictator():
    np.testing.assert_allclose(shapley_shubik([3, 1, 1], quota=3), [1, 0, 0], atol=1e-15)
    np.testing.assert_allclose(shapley_shubik([2, 1, 1], quota=3), [2 / 3, 1 / 6, 1 / 6])


def test_rules_that_nobody_can_meet_are_refused():
    with pytest.raises(TermError, match="between 1 and 3 votes"):
        shapley_shubik([1, 2], quota=4)
    with pytest.raises(TermError, match="whole numbers"):
        shapley_shubik([1.5, 2], quota=2)
    with pytest.raises(MethodError, match="larger units"):
        shapley_shubik([10**7] * 28, quota=1)
