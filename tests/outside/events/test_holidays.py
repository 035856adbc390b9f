"""Holidays that most states share, and what they leave of the usual number of acts."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from dateutil.easter import easter as dateutil_easter
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from demarche.errors import MethodError
from demarche.outside.events.holidays import (
    easter,
    exposed,
    holiday_effect,
    holiday_share,
    is_holiday,
)
from demarche.outside.events.panel import Panel, panel_from_columns

START = dt.date(2020, 1, 1)
DAYS = 500


def made(acts, *, late=0, start=START) -> Panel:
    """A record with so many acts on each day, each by another pair."""
    day = np.repeat(np.arange(len(acts)), acts)
    pair = np.concatenate([np.arange(n) for n in acts])
    names = [f"A{k:03d}" for k in pair]
    return panel_from_columns(
        {
            "day": day,
            "known": day + late,
            "actor": names,
            "recipient": ["B"] * len(day),
            "code": ["04"] * len(day),
            "count": np.ones(len(day)),
            "actor_group": [""] * len(day),
            "recipient_group": [""] * len(day),
        },
        source="made-up",
        start=start,
        days=len(acts) + late,
        quad_of={"04": 1},
    )


def volumes(*, usual=40, on_holidays=10, days=DAYS):
    """As many acts on every day but holidays."""
    dates = [START + dt.timedelta(days=k) for k in range(days)]
    return [on_holidays if is_holiday(d) else usual for d in dates]


@pytest.mark.parametrize("year", range(1900, 2100, 7))
def test_easter_agrees_with_dateutil(year):
    assert easter(year) == dateutil_easter(year)


@given(st.integers(1583, 4099))
def test_easter_agrees_with_dateutil_in_any_year(year):
    assert easter(year) == dateutil_easter(year)


def test_days_that_count_as_holidays_in_a_year():
    days = [dt.date(2018, 1, 1) + dt.timedelta(days=k) for k in range(365)]
    found = [d.strftime("%m-%d") for d in days if is_holiday(d)]
    assert found == [
        "01-01", "01-02", "03-30", "03-31", "04-01", "04-02", "05-01", "12-24", "12-25", "12-26",
        "12-31",
    ]  # fmt: skip


@given(st.lists(st.integers(0, 800), min_size=1, max_size=20), st.integers(1, 60))
def test_share_of_a_window_is_counted_day_by_day(days, horizon):
    day = np.array(days)
    slow = [
        sum(is_holiday(START + dt.timedelta(days=t + k)) for k in range(horizon)) / horizon
        for t in days
    ]
    assert holiday_share(made([1]), day=day, horizon=horizon) == pytest.approx(slow, abs=1e-12)


def test_factor_of_a_record_with_a_quarter_of_the_acts_on_holidays():
    effect = holiday_effect(made(volumes()), end=DAYS)
    # 1 and 2 January, four days of Easter, 1 May, 24 to 26 and 31 December 2020; 1 and 2 January
    # and the Easter of 2021 (2 to 5 April): 17 days, less those of the last four weeks.
    assert effect.days == 17
    assert effect.factor == pytest.approx((17 * 10 + 40) / (17 * 40 + 40))


def test_holidays_on_which_as_much_happens_change_nothing():
    assert holiday_effect(made(volumes(on_holidays=40)), end=DAYS).factor == 1.0


def test_a_record_without_past_holidays_says_nothing_of_them():
    panel = made([20] * 60, start=dt.date(2020, 6, 1))
    assert holiday_effect(panel, end=60).factor == 1.0
    assert holiday_effect(panel, end=60).days == 0
    assert holiday_effect(panel, end=0).days == 0


def test_a_negative_end_is_refused():
    with pytest.raises(MethodError, match="ends at day -1; expected 0 or later"):
        holiday_effect(made([1, 1]), end=-1)


@pytest.mark.parametrize("late", [0, 5])
def test_nothing_later_changes_the_factor(late):
    panel = made(volumes(), late=late)
    end = 380
    keep = np.maximum(panel.day, panel.known) < end
    cut = replace(
        panel,
        **{
            name: getattr(panel, name)[keep]
            for name in ("day", "known", "actor", "recipient", "code", "count")
        },
    )
    assert holiday_effect(panel, end=end) == holiday_effect(cut, end=end)
    assert holiday_effect(panel, end=end).days > 0


@given(st.floats(-8, 8), st.floats(0.05, 3.0))
def test_exposure_is_a_power_of_the_chance_of_no_act(eta, exposure):
    found = expit(exposed(np.array([eta]), exposure=np.array([exposure])))[0]
    assert found == pytest.approx(1 - (1 - expit(eta)) ** exposure, rel=1e-9)


@pytest.mark.parametrize("eta", [-690.0, -720.0, -746.0, -2000.0])
def test_half_the_acts_are_half_of_next_to_none(eta):
    """Below -745 the acts expected are 0 in floats; their log-odds are not minus infinity."""
    found = exposed(np.array([eta]), exposure=np.array([0.5]))
    assert found[0] == pytest.approx(eta + np.log(0.5), rel=1e-12)


def test_an_exposure_of_one_keeps_every_bit():
    eta = logit(np.linspace(0.01, 0.99, 50))
    assert np.array_equal(exposed(eta, exposure=np.ones(50)), eta)
