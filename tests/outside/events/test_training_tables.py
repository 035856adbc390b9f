"""Rows that a fit learns from, and those of quieter series from which its trees learn too."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.outside.events import protocol
from demarche.outside.events.model import _ground, learn
from demarche.outside.events.protocol import (
    QUIETER,
    make_table,
    past_table,
    thin,
    training_tables,
)
from demarche.outside.events.series import Rows, index_series, make_scheme, seen
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


@pytest.mark.parametrize(
    ("acts", "kept"), [(100, (100, 1_900)), (1_500, (1_000, 1_000)), (9_500, (1_000, 500))]
)
def test_a_sample_holds_acts_first_and_each_row_says_how_many_it_stands_for(acts, kept):
    """Of 10,000 rows 2,000: acts up to half of them, and rows without to the rest."""
    happened = (np.arange(10_000) % 10_000 < acts).astype(float)
    rows = Rows(day=np.arange(10_000), dyad=np.zeros(10_000, int), cls=np.zeros(10_000, int))
    which, weight = thin(rows, happened=happened, seed=3, most=2_000)
    yes = happened[which] == 1
    assert (np.diff(which) > 0).all()
    for mine, all_of, many in ((yes, acts, kept[0]), (~yes, 10_000 - acts, kept[1])):
        assert mine.sum() == pytest.approx(many, abs=4 * np.sqrt(many))
        np.testing.assert_allclose(weight[mine], max(1.0, all_of / many))
    whole, alone = thin(rows, happened=happened, seed=3, most=10_000)
    assert len(whole) == 10_000 and set(alone) == {1.0}


@pytest.mark.parametrize(("least", "every", "apart"), [(5, 1, 1), (5, 3, 3), (0, 1, 7), (0, 2, 14)])
def test_origins_of_all_known_dyads_lie_a_week_apart(panel, least, every, apart):
    given = {"index": index_series(panel), "scheme": make_scheme(panel, classes="quad")}
    table = past_table(panel, horizon=7, end=END, min_events=least, every=every, **given)
    days = np.unique(table.rows.day)
    assert set(np.diff(days)) == {apart}
    assert days[-1] == END - 7
    assert 50 <= days[0] < 50 + apart


def test_origins_lie_wider_apart_where_their_series_are_too_many(panel, monkeypatch):
    given = {"index": index_series(panel), "scheme": make_scheme(panel, classes="quad")}
    last = (past_table(panel, horizon=7, end=END, min_events=5, **given).rows.day == END - 7).sum()
    for most, origins in ((20 * last, 20), (1, 8)):
        monkeypatch.setattr(protocol, "MOST_SERIES", most)
        days = np.unique(past_table(panel, horizon=7, end=END, min_events=5, **given).rows.day)
        assert days[-1] == END - 7
        assert origins / 2 < len(days) <= origins


def test_holidays_are_those_of_the_window_forecast(panel):
    """Record from 1 January 2020: the week from 24 April holds none, the four from it 1 May."""
    given = {"index": index_series(panel), "scheme": make_scheme(panel, classes="quad")}
    rows = Rows(day=np.array([114]), dyad=np.zeros(1, int), cls=np.zeros(1, int))
    for span, share in ((None, 0.0), (28, 1 / 28)):
        table = make_table(panel, rows=rows, horizon=7, span=span, **given)
        assert table.holidays.tolist() == [pytest.approx(share)]


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
