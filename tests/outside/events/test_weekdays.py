"""Acts of the same weekday in earlier weeks, against a count from the definition."""

from dataclasses import replace

import numpy as np
import pytest

from demarche.outside.events.protocol import make_table
from demarche.outside.events.series import Rows, index_series, make_scheme, universe
from demarche.outside.events.weekdays import NAMES, same_weekday
from tests.outside.events.panels import add_rows, made, noise_after


@pytest.fixture(scope="module", params=["quad", "sets"])
def world(request):
    panel = made(seed=2, days=120, late=0.3)
    classes = "quad" if request.param == "quad" else {"a": ["04", "19"], "b": ["19"]}
    index, scheme = index_series(panel), make_scheme(panel, classes=classes)
    rows = universe(panel, index=index, scheme=scheme, origins=np.arange(40, 121, 3), min_events=0)
    return panel, index, scheme, rows


def slow(panel, *, index, scheme, rows):
    """From the definition, row by row."""
    out = np.zeros((len(rows), 2))
    for r in range(len(rows)):
        t, d, c = rows.day[r], rows.dyad[r], rows.cls[r]
        gap = t - panel.day
        use = (np.maximum(panel.day, panel.known) < t) & (gap % 7 == 0) & (gap > 0)
        use &= scheme.member[panel.code, c]
        weight = panel.count * 0.8 ** (gap / 7 - 1)
        out[r, 0] = weight[use & (index.event_dyad == d)].sum()
        out[r, 1] = weight[use & (panel.actor == index.actor[d])].sum()
    return out


def test_counts_agree_with_the_definition(world):
    panel, index, scheme, rows = world
    found = same_weekday(panel, index=index, scheme=scheme, rows=rows)
    assert found == pytest.approx(slow(panel, index=index, scheme=scheme, rows=rows), rel=1e-12)
    assert (found[:, 0] > 0).any()


def test_nothing_of_the_day_or_later_is_counted(world):
    panel, index, scheme, rows = world
    early = rows.take(rows.day <= 100)
    found = same_weekday(panel, index=index, scheme=scheme, rows=early)
    later = noise_after(panel, day=99)
    wider = index_series(later)
    moved = replace(early, dyad=wider.dyads(index.actor[early.dyad], index.recipient[early.dyad]))
    again = same_weekday(later, index=wider, scheme=scheme, rows=moved)
    assert np.array_equal(found, again)


def test_an_act_counts_one_week_later_and_fades_by_a_fifth_per_week():
    panel = made(seed=2, days=60)
    index, scheme = index_series(panel), make_scheme(panel, classes="quad")
    rows = Rows(day=np.arange(60, 81), dyad=np.zeros(21, int), cls=np.zeros(21, int))
    x, z = int(index.actor[0]), int(index.recipient[0])
    more = add_rows(panel, day=[59], known=[59], actor=[x], recipient=[z], code=[0], count=[2])
    more = replace(more, days=81)
    gained = same_weekday(more, index=index_series(more), scheme=scheme, rows=rows) - same_weekday(
        panel, index=index, scheme=scheme, rows=rows
    )
    assert gained[:, 0] == pytest.approx([*[0] * 6, 2, *[0] * 6, 1.6, *[0] * 6, 1.28])


def test_only_windows_of_a_day_read_them(world):
    panel, index, scheme, rows = world
    for horizon, held in ((1, True), (7, False)):
        table = make_table(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)
        assert set(NAMES) <= set(table.features.names) or not held
        assert (table.features.names[-1] == NAMES[-1]) == held
    none = rows.take(np.zeros(0, int))
    assert same_weekday(panel, index=index, scheme=scheme, rows=none).shape == (0, 2)
