"""Marginals of courses turned into a distribution over strategies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import MethodError, TermError
from demarche.inside import rake

ALL = np.array([[bool(s >> c & 1) for c in range(3)] for s in range(8)])


@given(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3))
def test_over_all_sets_the_courses_stay_independent(pi):
    expected = np.prod(np.where(ALL, pi, 1 - np.array(pi)), axis=1)
    np.testing.assert_allclose(rake(pi, taken=ALL).p, expected, atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0.02, 0.98), min_size=8, max_size=8))
def test_marginals_that_some_distribution_has_are_met(weights):
    p = np.array(weights) / sum(weights)
    pi = p @ ALL
    found = rake(pi, taken=ALL)
    assert found.met
    np.testing.assert_allclose(found.p @ ALL, pi, atol=1e-9)


def test_marginals_that_cannot_be_met_name_the_course_and_the_gap():
    taken = np.array([[False, False], [True, True]])
    with pytest.raises(MethodError, match=r"course [01] should have probability"):
        rake([0.9, 0.1], taken=taken)
    found = rake([0.9, 0.1], taken=taken, nearest=True)
    assert not found.met
    assert found.p.sum() == pytest.approx(1)
    assert 0.1 < found.p[1] < 0.9


def test_a_course_without_a_marginal_is_left_free():
    found = rake([0.3, float("nan"), 0.6], taken=ALL)
    np.testing.assert_allclose((found.p @ ALL)[[0, 2]], (0.3, 0.6), atol=1e-9)


def test_a_marginal_outside_zero_and_one_is_refused():
    with pytest.raises(TermError):
        rake([1.3, 0.2, 0.2], taken=ALL)
