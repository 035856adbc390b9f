"""What the back-test hands on: its period, blocks, parts, and what it learns holidays from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from demarche.errors import MethodError
from demarche.outside.events import backtest as tests
from demarche.outside.events import methods, protocol
from demarche.outside.events.backtest import backtest, default_period
from tests.outside.events.panels import made, noise_after


@pytest.mark.parametrize(
    ("days", "horizon", "period"),
    [
        (365, 1, (329, 364)),
        (365, 7, (329, 358)),
        (365, 30, (305, 335)),
        (3650, 30, (3285, 3620)),
        (200, 30, (140, 170)),
        (180, 30, (120, 150)),
        (44, 1, (40, 43)),
        (54, 7, (40, 47)),
    ],
)
def test_the_test_is_the_last_tenth_or_two_horizons(days, horizon, period):
    assert default_period(replace(made(), days=days), horizon=horizon) == period


@pytest.mark.parametrize("horizon", [1, 2, 3, 5, 6, 7, 9, 10, 14, 30, 90])
def test_a_record_as_long_as_was_asked_for_is_long_enough(horizon):
    """Of 50 days at 7, at least 50 were expected."""
    panel, said = made(), ""
    for days in range(1, 700):
        try:
            default_period(replace(panel, days=days), horizon=horizon)
        except MethodError as error:
            said = str(error)
        else:
            break
    assert f"expected at least {days}. " in said
    assert ("Choose a shorter horizon" in said) == (horizon > 2)


@pytest.fixture(scope="module")
def panel():
    return made(seed=1, days=240, actors=8)


def test_intervals_are_of_blocks_of_the_horizon_and_of_dyads(panel, monkeypatch):
    given, ends = [], []
    scores, effect = tests.scores, tests.holiday_effect
    monkeypatch.setattr(tests, "scores", lambda p, **more: given.append(more) or scores(p, **more))
    monkeypatch.setattr(
        tests, "holiday_effect", lambda one, *, end: ends.append(end) or effect(one, end=end)
    )
    (track,) = backtest(
        panel, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (200, 229)}
    ).tracks
    assert ends == [200]
    (whole, *_) = [more for more in given if "dyads" in more]
    blocks, many = np.unique(whole["day_blocks"], return_counts=True)
    assert blocks.tolist() == [0, 1, 2, 3, 4]
    assert many.sum() == track.n and many[0] > 2 * many[4]  # the last is of two days
    assert len(np.unique(whole["dyads"])) < len(np.unique(whole["series"])) == track.series
    one_class = {(d, s) for d, s in zip(whole["dyads"], whole["series"], strict=True)}
    assert len(one_class) == track.series


def test_parts_add_up_to_ours_and_to_the_reference(panel):
    found = backtest(panel, horizons=(7,), trees=False, draws=2)
    for track in found.tracks:
        ours, reference = track.scores["ours"], track.scores[track.reference]
        for parts in (track.by_class, track.by_events):
            brier = sum(s.n * s.brier for s in parts.values()) / track.n
            other = sum(s.n * s.brier / (1 - s.brier_skill) for s in parts.values()) / track.n
            assert brier == pytest.approx(ours.brier)
            assert other == pytest.approx(reference.brier)
            expected = sum(s.n * s.rate / s.observed_over_expected for s in parts.values()
                           if s.rate)  # fmt: skip
            assert expected <= track.n * ours.rate / ours.observed_over_expected + 1e-9


def test_windows_of_a_week_at_every_second_day_are_four_deep(panel, monkeypatch):
    monkeypatch.setattr(protocol, "MOST_SERIES", 1)
    monkeypatch.setattr(protocol, "FEWEST_ORIGINS", 17)
    (track,) = backtest(
        panel, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (200, 233)}
    ).tracks
    assert track.step == 2
    bins = track.reliability["ours"]
    size = bins.count[-1] // 4
    assert bins.low[-1] == pytest.approx(binom.ppf(0.05, size, bins.forecast[-1]) / size)


def test_no_forecast_of_any_method_knows_what_came_from_its_origin_on(panel, monkeypatch):
    """Acts from day 215 on are others: forecasts of origins up to it stay, later ones move."""
    seen, told = [], tests.with_triggers

    def kept(fit, *, past, test, panel, index):
        p = told(fit, past=past, test=test, panel=panel, index=index)
        seen.append((panel, index, test.rows))
        return p

    named, forecasts = [], tests.forecasts
    monkeypatch.setattr(tests, "with_triggers", kept)
    monkeypatch.setattr(
        tests, "forecasts", lambda *a, **k: named.append(forecasts(*a, **k)) or named[-1]
    )
    for one in (panel, noise_after(panel, day=214, rows=400)):
        backtest(one, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (200, 229)})
    by_row = [
        {
            (day, index.actor[dyad], index.recipient[dyad], cls): row
            for row, (day, dyad, cls) in enumerate(
                zip(rows.day.tolist(), rows.dyad.tolist(), rows.cls.tolist(), strict=True)
            )
        }
        for _, index, rows in seen
    ]
    assert set(named[0]) == set(named[1]) and len(named[0]) == 8
    early = [key for key in by_row[0] if key[0] <= 215]
    late = [key for key in by_row[0] if key[0] >= 224]
    assert early == [key for key in by_row[1] if key[0] <= 215]
    for method in named[0]:
        before, after = (
            [
                np.array([p[method][rows[key]] for key in keys])
                for p, rows in zip(named, by_row, strict=True)
            ]
            for keys in (early, late)
        )
        assert before[0] == pytest.approx(before[1], abs=1e-12), method
        if method != "class rate":
            assert np.abs(after[0] - after[1]).max() > 1e-3, method


def test_the_level_is_shifted_to_the_last_45_days_of_the_past_and_what_ended_since(
    panel, monkeypatch
):
    """Windows of 7 days before day 200 begin on day 193 at last; those from day 148 on count."""
    given, shifts = [], methods.level_shifts
    monkeypatch.setattr(
        methods, "level_shifts", lambda p, **more: given.append(more) or shifts(p, **more)
    )
    backtest(panel, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (200, 229)})
    (more,) = given
    assert more["days"] == list(range(200, 230))
    assert np.unique(more["ended"]).tolist() == [*range(148 + 7, 193 + 8), *range(207, 237)]
