"""Features further out than all rows learned from count for one standard deviation more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.outside.events.hazard import SLACK, fit_additive


@pytest.fixture(scope="module")
def fit():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2)).astype(np.float32)
    y = (rng.random(400) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    return fit_additive(x, happened=y, penalty=1.0), x


def test_rows_like_those_learned_from_are_what_the_formula_says(fit):
    found, x = fit
    plain = found.intercept + (x.astype(float) - found.means) @ (found.weights / found.scales)
    assert found.log_odds(x) == pytest.approx(plain, abs=1e-12)
    assert found.beyond(x).max() == 0
    assert found.terms(x).sum(axis=1) + found.intercept == pytest.approx(found.log_odds(x))


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_no_row_moves_further_than_the_furthest_learned_from(fit, a, b):
    found, x = fit
    row = np.array([[a, b]], dtype=np.float32)
    ends = np.stack([x.min(axis=0) - SLACK * found.scales, x.max(axis=0) + SLACK * found.scales])
    most = np.abs((ends - found.means) * found.weights / found.scales).max(axis=0)
    assert np.all(np.abs(found.terms(row)[0]) <= most + 1e-9)
    whole = (row[0].astype(float) - found.means) * found.weights / found.scales
    assert found.beyond(row)[0] == pytest.approx(np.abs(whole - found.terms(row)[0]).sum())
