"""What is not known yet is not taken for what never happened: learned from, or as the level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demarche.outside.events import fit as fits
from demarche.outside.events.backtest import backtest
from demarche.outside.events.fit import fit_hazard
from demarche.outside.events.protocol import past_table, settled
from demarche.outside.events.series import index_series, make_scheme
from tests.outside.events.panels import add_rows, made

DELAYS = {
    "seven days, as in a table that states none": lambda day, rng: np.full(len(day), 7),
    "25 to 54 days": lambda day, rng: rng.integers(25, 55, len(day)),
    "a release every 30 days, 20 days after its last": lambda day, rng: 50 - day % 30,
}


def late(name, *, days=420, actors=10):
    panel = made(seed=1, days=days, actors=actors)
    day = panel.day.astype(np.int64)
    known = day + DELAYS[name](day, np.random.default_rng(3))
    return replace(panel, known=known.astype(np.int32))


def test_days_are_settled_once_nine_in_ten_of_their_rows_are_known():
    panel = made()
    assert settled(panel, end=200) == 200
    turn = np.arange(len(panel.day)) % 20
    some = replace(panel, known=(panel.day + np.where(turn < 1, 90, turn % 10)).astype(np.int32))
    assert settled(some, end=200) == 200 - 9
    seven, spread, released = (late(name, days=220) for name in DELAYS)
    assert settled(seven, end=200) == 200 - 7
    assert settled(spread, end=200) in {200 - 50, 200 - 49}  # a quarter of it, or nine in ten
    assert settled(spread, end=100) == 100 - 25
    assert [settled(released, end=end) for end in (140, 141, 170, 171, 200)] == [
        90, 120, 120, 150, 150,
    ]  # fmt: skip
    none = replace(panel, known=(panel.day + 300).astype(np.int32))
    assert settled(none, end=200) == 200


def test_old_files_read_at_once_do_not_say_how_late_rows_come_by_now():
    """Half of the record became known on day 110; since then rows come on the day after."""
    panel = made()
    files = replace(panel, known=np.maximum(panel.day + 1, 110).astype(np.int32))
    assert settled(files, end=200) == 199
    assert settled(files, end=115) == 114  # those read at once are rows of 110 days
    once = replace(panel, known=np.maximum(panel.day, 110).astype(np.int32))
    assert settled(once, end=220) == 220
    assert settled(once, end=110) == 110  # nothing is known yet


def test_rows_known_later_do_not_say_how_late_rows_come():
    panel = late("seven days, as in a table that states none")
    more = add_rows(
        panel, day=np.full(5000, 150), known=np.full(5000, 200), actor=np.zeros(5000),
        recipient=np.ones(5000), code=np.zeros(5000), count=np.ones(5000),
    )  # fmt: skip
    assert settled(more, end=200) == settled(panel, end=200) == 193
    assert settled(more, end=201) == 201 - 50


@pytest.mark.parametrize("name", DELAYS)
def test_no_window_learned_from_reaches_into_days_that_are_not_settled(name):
    panel = late(name)
    given = {"index": index_series(panel), "scheme": make_scheme(panel, classes="quad")}
    for horizon in (1, 7, 30):
        table = past_table(panel, horizon=horizon, end=378, min_events=5, **given)
        assert table.rows.day.max() + horizon == settled(panel, end=378) < 378


def test_nor_does_a_window_by_which_the_base_rate_of_an_answer_is_weighed(monkeypatch):
    panel, ends, weighed = late("25 to 54 days"), [], fits.fit_base

    def seen(**given):
        ends.append(int(given["rows"].day.max()) + 7)
        return weighed(**given)

    monkeypatch.setattr(fits, "fit_base", seen)
    fit_hazard(panel, as_of_day=377, horizon=7, trees=False)
    assert ends == [settled(panel, end=378)] * 2


@pytest.mark.parametrize("name", DELAYS)
@pytest.mark.parametrize("horizon", [1, 7])
def test_forecasts_of_a_record_that_comes_late_are_not_drawn_to_silence(name, horizon):
    """Before, one act in four or less of those that came was expected with delays of a month."""
    found = backtest(late(name), horizons=(horizon,), cold=(), trees=False, draws=2)
    scores = found.tracks[0].scores
    for method in ("logistic", "ours"):
        assert 0.75 < scores[method].observed_over_expected < 1.25, method
    assert scores["ours"].ece < 0.07
