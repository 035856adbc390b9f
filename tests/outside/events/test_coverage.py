"""The whole way on synthetic worlds: a store, the product's answer, and the true probability."""

import numpy as np
import pytest
from bench.skill.worlds import Setup, share, study

SMALL = {"horizon": 7, "days": 700, "paths": 500, "asked": 16}


@pytest.fixture(scope="module")
def planted():
    return study(Setup(factor=2.5, **SMALL), worlds=3, seed=100)


@pytest.fixture(scope="module")
def plain():
    return study(Setup(factor=1.0, **SMALL), worlds=3, seed=300)


@pytest.mark.parametrize("triggered", [True, False])
def test_ranges_hold_the_truth_about_as_often_as_they_say(planted, plain, triggered):
    """96 ranges in six worlds; the full study is docs/events.md. No range at all would hold 0."""
    held = [a.holds for r in planted + plain for a in r if a.triggered is triggered]
    assert len(held) == 96
    assert 0.62 <= sum(held) / len(held) <= 0.95


def test_ranges_say_something(planted):
    """A range from 0 to 1 would hold everything."""
    assert np.mean([a.high - a.low for r in planted for a in r]) < 0.35


def test_a_planted_trigger_raises_the_forecast(planted):
    for reading in planted:
        pairs = list(zip(reading[::2], reading[1::2], strict=True))
        truth = np.mean([a.truth - b.truth for a, b in pairs])
        found = np.mean([a.p - b.p for a, b in pairs])
        assert truth > 0.03
        assert 0 < found < 2 * truth


def test_where_nothing_is_planted_nothing_is_told(plain):
    assert not any(a.lift for r in plain for a in r)


def test_a_share_is_bootstrapped_by_world():
    whole = share([[True] * 10, [False] * 10] * 8)
    mixed = share([[True, False] * 5] * 16)
    assert whole[0] == mixed[0] == 0.5
    assert mixed[2] - mixed[1] < 1e-9 < whole[2] - whole[1]
