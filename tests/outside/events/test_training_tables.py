"""Rows that a fit learns from, and those of quieter series from which its trees learn too."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.outside.events.model import _ground, learn
from demarche.outside.events.protocol import QUIETER, past_table, training_tables
from demarche.outside.events.series import index_series, make_scheme, seen
from demarche.outside.events.trees import PHASES, tree_log_odds
from tests.outside.events.panels import made, noise_after

END, LEAST = 200, 5


@pytest.fixture(scope="module")
def panel():
    return made(seed=4, days=240, actors=8, late=0.05)


def _tables(panel, *, trees=True, min_events=LEAST):
    return training_tables(
        panel, index=index_series(panel), scheme=make_scheme(panel, classes="quad"), horizon=7,
        end=END, min_events=min_events, trees=trees,
    )  # fmt: skip


def _names(table, classes=4):
    rows = table.rows
    return (rows.day * 10_000 + rows.dyad) * classes + rows.cls


def test_trees_see_quieter_series_beside_all_that_are_forecast(panel):
    table, quieter = _tables(panel)
    assert table.events.min() == LEAST
    assert (quieter.events.min(), quieter.events.max()) == (QUIETER, LEAST - 1)
    assert not set(_names(table)) & set(_names(quieter))
    assert (quieter.rows.day + 7 <= END).all()
    assert 0 < quieter.happened.mean() < table.happened.mean()


def test_quieter_series_read_the_classes_of_those_that_are_forecast(panel):
    """The mean of the class, which all rows of a day and class share, is the same in both."""
    table, quieter = _tables(panel)
    at = table.features.names.index("mean of the class")

    def means(one):
        rows = one.rows
        return dict(zip((rows.day * 4 + rows.cls).tolist(), one.features.values[:, at].tolist(),
                        strict=True))  # fmt: skip

    forecast, read = means(table), means(quieter)
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
            min_events=QUIETER,
        )
    )
    assert any(forecast[key] != double[key] for key in both)


def test_every_third_of_the_models_sees_quieter_series_however_far_apart_their_origins(panel):
    """A table read at every third origin alone would else lie in one phase."""
    table, quieter = _tables(panel)
    day = quieter.rows.day
    third = quieter.take((day - day.min()) % 3 == 0)
    ground = _ground(table, third)
    own = ground.phase[len(table.rows) :] % PHASES
    assert np.bincount(own, minlength=PHASES).min() > len(third.rows) / 6
    assert np.array_equal(ground.phase[: len(table.rows)], _ground(table).phase)


def test_rows_after_the_end_change_nothing(panel):
    at_once = seen(panel, as_of_day=END - 1)
    later = noise_after(panel, day=END - 1)
    for one, other in zip(_tables(at_once), _tables(later), strict=True):
        assert one.features.values.tobytes() == other.features.values.tobytes()
        assert one.happened.tobytes() == other.happened.tobytes()


@pytest.mark.parametrize(("trees", "least"), [(False, LEAST), (True, QUIETER), (True, 0)])
def test_without_trees_or_quieter_series_there_is_one_table(panel, trees, least):
    assert _tables(panel, trees=trees, min_events=least)[1] is None


def test_only_the_trees_learn_from_quieter_series(panel):
    pytest.importorskip("lightgbm")
    table, quieter = _tables(panel)
    given = {"horizon": 7, "trees": True, "hawkes": False}
    alone, more = learn(table, **given), learn(table, quieter=quieter, **given)
    # the same models as without them, and as many others
    assert more.trees[: len(alone.trees)] == alone.trees
    assert len(more.trees) == 2 * len(alone.trees)
    assert not set(more.trees[len(alone.trees) :]) & set(alone.trees)
    values = table.features.values
    assert not np.array_equal(
        tree_log_odds(alone.trees, columns=values, views=alone.views),
        tree_log_odds(more.trees, columns=values, views=more.views),
    )
    assert np.array_equal(alone.additive.weights, more.additive.weights)
    assert alone.additive.intercept == more.additive.intercept
    assert alone.strength == more.strength
