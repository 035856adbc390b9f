"""No window lies across a gap: learned from, tried or scored; and days have their dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from demarche.errors import MethodError
from demarche.outside.events import fit as fits
from demarche.outside.events.backtest import backtest
from demarche.outside.events.fit import fit_hazard
from demarche.outside.events.holidays import holiday_share, is_holiday
from demarche.outside.events.panel import record_hash
from demarche.outside.events.protocol import past_table
from demarche.outside.events.series import index_series, make_scheme
from demarche.outside.events.trials import try_states
from tests.outside.events.panels import made

AT, WEEKS, HORIZON = 160, 70, 7


@pytest.fixture(scope="module")
def panel():
    return replace(made(seed=4), gaps=((AT, WEEKS),))


def across(day):
    """Whether the days after a last day known lie across the gap."""
    return day < AT <= day + HORIZON


def test_days_after_a_gap_have_later_dates(panel):
    assert panel.date_of(AT - 1) - panel.start == dt.timedelta(days=AT - 1)
    assert panel.date_of(AT) - panel.start == dt.timedelta(days=AT + WEEKS)
    days = np.arange(AT - 20, AT + 20)
    assert panel.unbroken(days, horizon=HORIZON).tolist() == [not across(day) for day in days]
    held = [is_holiday(panel.date_of(day)) for day in range(panel.days + 300)]
    share = holiday_share(panel, day=np.arange(panel.days), horizon=HORIZON)
    slow = [sum(held[day : day + HORIZON]) / HORIZON for day in range(panel.days)]
    assert share == pytest.approx(slow)
    assert record_hash(panel) != record_hash(replace(panel, gaps=()))


def test_no_fit_learns_from_a_window_across_a_gap(panel, monkeypatch):
    given = {"index": index_series(panel), "scheme": make_scheme(panel, classes="quad")}
    table = past_table(panel, horizon=HORIZON, end=200, min_events=5, **given)
    last_known = set((table.rows.day - 1).tolist())
    assert {AT - HORIZON - 1, AT} <= last_known
    assert not any(map(across, last_known))
    seen = []

    def weigh(**given):
        seen.append(given["rows"].day - 1)
        return fits_base(**given)

    fits_base = fits.fit_base
    monkeypatch.setattr(fits, "fit_base", weigh)
    fit_hazard(panel, as_of_day=AT + 30, horizon=HORIZON, trees=False)
    weighed = set(np.concatenate(seen).tolist())
    assert min(weighed) < AT < max(weighed)
    assert not any(map(across, weighed))


def test_no_lift_is_tried_on_a_window_across_a_gap(panel):
    fit = fit_hazard(panel, as_of_day=120, horizon=HORIZON, rare=False, trees=False)
    given = {"triggers": (("04",),), "early": 120}
    tried = try_states(fit, panel, last_day=200, **given)
    for one in tried.values():
        assert {AT - HORIZON - 1, AT} <= set(one.days.tolist())
        assert not any(map(across, one.days.tolist()))
        assert one.p.shape == one.y.shape == (len(one.actor), len(one.days))
    near = replace(panel, gaps=((126, 7),))
    with pytest.raises(MethodError, match="lies across a gap"):
        try_states(fit, near, last_day=120 + HORIZON + 3, **given)


def test_no_forecast_across_a_gap_is_scored(panel):
    given = {"horizons": (HORIZON,), "cold": (), "trees": False, "draws": 2}
    whole = backtest(replace(panel, gaps=()), periods={HORIZON: (AT - 12, AT + 12)}, **given)
    found = backtest(panel, periods={HORIZON: (AT - 12, AT + 12)}, **given)
    (mine,), (its,) = found.tracks, whole.tracks
    assert mine.n < its.n
    assert mine.across_gaps == sum(across(day - 1) for day in range(AT - 12, AT + 13)) == 7
    assert its.across_gaps == 0
    assert (mine.first, mine.last) == (its.first, its.last + dt.timedelta(days=WEEKS))
    with pytest.raises(MethodError, match="every window of 7 days in the test lies across a gap"):
        backtest(panel, periods={HORIZON: (AT - 2, AT)}, **given)


def test_a_gap_between_the_first_two_origins_is_no_step_between_them(panel):
    """The day before the gap, then every day after it: windows of 7 days overlap as daily ones."""
    given = {"horizons": (HORIZON,), "cold": (), "trees": False, "draws": 2}
    first = AT - HORIZON
    (found,) = backtest(panel, periods={HORIZON: (first, AT + 12)}, **given).tracks
    assert found.across_gaps == HORIZON
    assert found.step == 1
    bins = found.reliability["base rate"]
    size = bins.count[-1] // HORIZON
    assert bins.low[-1] == pytest.approx(binom.ppf(0.05, size, bins.forecast[-1]) / size)
