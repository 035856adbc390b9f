"""Rows that a fit learns from, and those of quieter series from which its trees learn too."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.outside.events.model import MODELS, learn
from demarche.outside.events.protocol import QUIETER, past_table, training_tables
from demarche.outside.events.series import index_series, make_scheme, seen
from demarche.outside.events.trees import tree_log_odds
from tests.outside.events.panels import made, noise_after

END, LEAST = 200, 5


@pytest.fixture(scope="module")
def panel():
    return made(seed=4, days=240, actors=8, late=0.05)


def _tables(panel, *, trees=True, min_events=LEAST, **given):
    return training_tables(
        panel, index=index_series(panel), scheme=make_scheme(panel, classes="quad"), horizon=7,
        end=END, min_events=min_events, trees=trees, **given,
    )  # fmt: skip


def _names(table, classes=4):
    rows = table.rows
    return (rows.day * 10_000 + rows.dyad) * classes + rows.cls


def test_trees_see_quieter_series_beside_all_that_are_forecast(panel):
    table, quieter = _tables(panel)
    assert table.events.min() == LEAST
    assert [(t.events.min(), t.events.max()) for t in quieter] == [(2, LEAST - 1), (1, 1)]
    named = [set(_names(t)) for t in (table, *quieter)]
    assert len(set.union(*named)) == sum(len(names) for names in named)
    assert all((t.rows.day + 7 <= END).all() for t in quieter)
    assert 0 < quieter[1].happened.mean() < quieter[0].happened.mean() < table.happened.mean()


def test_a_band_has_its_share_of_the_most_rows(panel):
    """Beyond it rows are sampled, and their weights stand for all of the band."""
    everything = _tables(panel)[1]
    some = _tables(panel, most=1000)[1]
    for (_, share), all_rows, kept in zip(QUIETER, everything, some, strict=True):
        assert len(all_rows.rows) > 1000
        assert len(kept.rows) == pytest.approx(1000 * share, rel=0.15)
        assert kept.weight.sum() == pytest.approx(len(all_rows.rows), rel=0.15)


def test_quieter_series_read_the_classes_of_those_that_are_forecast(panel):
    """The mean of the class, which all rows of a day and class share, is the same in both."""
    table, quieter = _tables(panel)
    at = table.features.names.index("mean of the class")

    def means(one):
        rows = one.rows
        return dict(zip((rows.day * 4 + rows.cls).tolist(), one.features.values[:, at].tolist(),
                        strict=True))  # fmt: skip

    forecast = means(table)
    for band in quieter:
        read = means(band)
        both = set(forecast) & set(read)
        assert len(both) > 100
        assert all(forecast[key] == read[key] for key in both)
    # a double in which they are part of their classes is seen
    double = means(
        past_table(
            panel,
            index=index_series(panel),
            scheme=make_scheme(panel, classes="quad"),
            horizon=7,
            end=END,
            min_events=1,
        )
    )
    assert any(forecast[key] != double[key] for key in both)


def test_rows_after_the_end_change_nothing(panel):
    at_once = seen(panel, as_of_day=END - 1)
    later = noise_after(panel, day=END - 1)
    found = [(table, *quieter) for table, quieter in (_tables(at_once), _tables(later))]
    for one, other in zip(*found, strict=True):
        assert one.features.values.tobytes() == other.features.values.tobytes()
        assert one.happened.tobytes() == other.happened.tobytes()


@pytest.mark.parametrize(("trees", "least"), [(False, LEAST), (True, 1), (True, 0)])
def test_without_trees_or_quieter_series_there_is_one_table(panel, trees, least):
    assert _tables(panel, trees=trees, min_events=least)[1] == ()


def test_only_bands_below_the_series_that_are_forecast_are_read(panel):
    (band,) = _tables(panel, min_events=2)[1]
    assert set(band.events) == {1}


def test_only_the_trees_learn_from_quieter_series(panel):
    pytest.importorskip("lightgbm")
    table, quieter = _tables(panel)
    given = {"horizon": 7, "trees": True, "classes": 4, "hawkes": False}
    alone, more = learn(table, **given), learn(table, quieter=quieter, **given)
    assert len(alone.trees) == len(more.trees) == MODELS
    assert not set(more.trees) & set(alone.trees)
    assert len(alone.rounds) == len(more.rounds) == len(alone.views)
    values = table.features.values
    assert not np.array_equal(
        tree_log_odds(alone.trees, columns=values, views=alone.views),
        tree_log_odds(more.trees, columns=values, views=more.views),
    )
    assert np.array_equal(alone.additive.weights, more.additive.weights)
    assert alone.additive.intercept == more.additive.intercept
    assert alone.strength == more.strength
