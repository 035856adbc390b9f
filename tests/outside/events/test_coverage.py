"""The whole way on synthetic worlds: record, state, gate, ranges against the true probability."""

import pytest
from bench.skill.worlds import Setup, study


@pytest.fixture(scope="module")
def planted():
    """Worlds with a response planted."""
    return study(Setup(factor=2.5, days=700, refit=200, paths=500), worlds=4, seed=100)


@pytest.fixture(scope="module")
def plain():
    """Worlds with excitation only."""
    return study(Setup(factor=1.0, days=700, refit=200, paths=500), worlds=4, seed=300)


@pytest.mark.parametrize("triggered", [True, False])
def test_ranges_hold_the_truth_about_as_often_as_they_say(planted, triggered):
    """96 ranges in four worlds; the full study is docs/events.md. No range at all would hold 0."""
    held = [a.holds for r in planted for a in r.answers if a.triggered is triggered]
    assert len(held) == 96
    assert 0.65 <= sum(held) / len(held) <= 0.95


def test_ranges_say_something(planted):
    """A range from 0 to 1 would hold everything."""
    wide = [a.high - a.low for r in planted for a in r.answers]
    assert sum(wide) / len(wide) < 0.25


def test_a_planted_trigger_raises_the_forecast_as_it_raises_the_truth(planted):
    for reading in planted:
        pairs = list(zip(reading.answers[::2], reading.answers[1::2], strict=True))
        truth = sum(a.truth - b.truth for a, b in pairs) / len(pairs)
        found = sum(a.p - b.p for a, b in pairs) / len(pairs)
        assert truth > 0.03
        assert 0.4 * truth < found < 1.6 * truth


def test_where_nothing_is_planted_nothing_is_told(plain):
    """Sixteen cells in each of four worlds, and as many placebos."""
    assert sum(bool(r.opened) for r in plain) <= 1
    assert sum(bool(r.placebo) for r in plain) <= 1
