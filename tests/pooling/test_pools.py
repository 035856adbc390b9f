"""Opinion pools against printed numbers, and the properties that make them trustworthy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import pooling
from demarche.errors import TermError

probability = st.floats(0.001, 0.999)
views = st.lists(probability, min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        (lambda: pooling.linear([0.6, 0.7, 0.9]), 0.7333333),
        (lambda: pooling.log_odds([0.6, 0.7, 0.9]), 0.7595102),
        (lambda: pooling.extremised([0.6, 0.7, 0.9], factor=1.73), 0.8796895),
        (lambda: pooling.extremised([0.6, 0.7, 0.9], factor=2.5), 0.9465961),
        (lambda: pooling.linear([0.6, 0.7, 0.9], weights=[0.5, 0.3, 0.2]), 0.69),
        (lambda: pooling.log_odds([0.6, 0.7, 0.9], weights=[0.5, 0.3, 0.2]), 0.7102023),
    ],
    ids=["linear", "odds", "a 1.73", "a 2.5", "linear weighted", "odds weighted"],
)
def test_pools_equal_the_acceptance_values(pool, expected):
    """Cases 26 and 27 of the scoring reference, measured with numpy."""
    assert float(pool()) == pytest.approx(expected, abs=5e-8)


@given(views)
def test_every_pool_stays_within_the_range_of_its_inputs(p):
    for pool in (pooling.linear, pooling.log_odds):
        assert min(p) - 1e-9 <= float(pool(p)) <= max(p) + 1e-9


@given(probability, st.integers(2, 5))
def test_pooling_identical_views_returns_them(p, n):
    assert float(pooling.linear([p] * n)) == pytest.approx(p)
    assert float(pooling.log_odds([p] * n)) == pytest.approx(p)


@given(views)
def test_the_pool_of_complements_is_the_complement_of_the_pool(p):
    for pool in (pooling.linear, pooling.log_odds):
        assert float(pool([1 - x for x in p])) == pytest.approx(1 - float(pool(p)), abs=1e-9)


@given(views, st.floats(1.01, 4))
def test_extremising_never_crosses_one_half(p, a):
    base, pushed = float(pooling.log_odds(p)), float(pooling.extremised(p, factor=a))
    assert (base - 0.5) * (pushed - 0.5) >= 0
    assert abs(pushed - 0.5) >= abs(base - 0.5) - 1e-9


def test_a_zero_is_a_veto_and_two_vetoes_are_refused():
    assert float(pooling.log_odds([0.0, 0.7])) == 0.0
    with pytest.raises(TermError, match="0 and another says 1"):
        pooling.log_odds([0.0, 1.0])


@pytest.mark.parametrize(
    ("p", "w"),
    [
        ([0.5, 1.2], None),
        ([0.5, float("nan")], None),
        ([0.5], [0.0]),
        ([0.5, 0.5], [1.0]),
        ([], []),
    ],
    ids=["above one", "nan", "no weight", "lengths differ", "empty"],
)
def test_pools_refuse_what_is_no_probability_or_weight(p, w):
    with pytest.raises(TermError):
        pooling.linear(p, weights=w)


ladders = st.integers(2, 6)


@given(st.data(), ladders)
def test_a_coherent_ladder_sums_to_one_and_keeps_the_bounds(data, rungs):
    courses = data.draw(st.lists(st.floats(0, 1), min_size=1, max_size=6))
    places = data.draw(
        st.lists(st.integers(0, rungs - 1), min_size=len(courses), max_size=len(courses))
    )
    tails = data.draw(st.lists(st.floats(0, 1), min_size=rungs, max_size=rungs))
    made = pooling.cohere(tails, courses=courses, rungs=places, rung_count=rungs)
    assert sum(made.ladder) == pytest.approx(1, abs=1e-9)
    assert min(made.ladder) >= -1e-12
    for r in range(1, rungs):
        above = sum(made.ladder[r:])
        held = [p for p, place in zip(courses, places, strict=True) if place >= r]
        assert above >= max(held, default=0) - 1e-9
        assert above <= min(1.0, sum(held)) + 1e-9


def test_a_ladder_that_agrees_already_is_not_moved():
    made = pooling.cohere([1, 0.6, 0.2], courses=[0.5, 0.2], rungs=[1, 2], rung_count=3)
    assert made.moved == 0
    np.testing.assert_allclose(made.ladder, (0.4, 0.4, 0.2))


@given(
    st.lists(probability, min_size=3, max_size=20), st.lists(probability, min_size=3, max_size=20)
)
def test_the_range_of_a_mixture_lies_within_both_views(a, b):
    low, high = pooling.mixture_range([np.array(a), np.array(b)], weights=[1, 1])
    assert min(a + b) <= low <= high <= max(a + b)
