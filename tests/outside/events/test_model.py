"""What is learned from past windows: level, variances, holidays, and what trees are chosen on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import MethodError
from demarche.outside.events import model
from demarche.outside.events.base import climatology
from demarche.outside.events.doubt import Doubt
from demarche.outside.events.holidays import HolidayEffect
from demarche.outside.events.model import learn, probability, with_level
from demarche.outside.events.protocol import past_table
from demarche.outside.events.series import index_series, make_scheme
from tests.outside.events.panels import made

HORIZON = 7


@pytest.fixture(scope="module")
def table():
    panel = made(seed=4, days=220)
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    return past_table(
        panel, index=index, scheme=scheme, horizon=HORIZON, end=181, min_events=5, most=2_000
    )


@pytest.fixture(scope="module")
def fit(table):
    return learn(table, horizon=HORIZON, trees=False, hawkes=False)


def test_the_level_is_that_of_the_last_45_days_and_of_the_rows_they_stand_for(table, fit):
    def levelled(**more):
        given = {"horizon": HORIZON, "classes": 4}
        return with_level(fit, table=replace(table, **more), **given)

    plain = levelled()
    recent = table.rows.day >= table.rows.day.max() - 45
    assert plain.resolved == recent.sum() < len(recent)
    for which, same in ((~recent, True), (recent, False)):
        turned = np.where(which, 1 - table.happened, table.happened)
        assert np.array_equal(levelled(happened=turned).intercepts, plain.intercepts) == same
    # rows with the act that stand for twice as many raise the level, by what 280 windows leave
    more = levelled(weight=table.weight * (1 + table.happened)).intercepts
    assert (more > plain.intercepts).all()
    cls = table.rows.cls
    np.testing.assert_allclose(
        plain.log_odds(table) - fit.parts(table).blend, plain.intercepts[cls], atol=1e-12
    )


def test_variances_are_those_of_the_parts_of_a_doubt(table, fit):
    doubt = Doubt(between=2.0, bursts=3.0, misfit=0.25, level=(0.1, 0.2, 0.3, 0.4))
    known = replace(fit, doubt=doubt)
    plain = fit.additive.variance(table.features.values[:, fit.columns])
    level = np.array([0.1, 0.2, 0.3, 0.4])[table.rows.cls]
    np.testing.assert_allclose(known.fit_variance(table), 1.21 * (plain + level + 0.25))
    held, total = table.shares.held[:, 0], table.shares.total[:, 0]
    information = held * (1 - held / total) / HORIZON / 3.0
    np.testing.assert_allclose(known.own_variance(table), 1.21 / (0.5 + information))


def test_a_holiday_with_half_the_acts_halves_what_is_expected(table, fit):
    """Two days of five: four fifths of the acts of a window without one."""
    away = replace(table, holidays=np.full(len(table.rows), 0.4))
    less = replace(fit, holidays=HolidayEffect(factor=0.5, days=9)).parts(away)
    usual = probability(fit.parts(away).blend)
    np.testing.assert_allclose(probability(less.blend), 1 - (1 - usual) ** 0.8)
    np.testing.assert_allclose(less.additive, less.blend)


def test_the_reference_is_drawn_to_its_class_as_much_as_was_best(table, fit):
    def loss(strength):
        p = np.clip(climatology(table.shares, rows=table.rows, strength=strength), 1e-4, 1 - 1e-4)
        return np.average(-np.log(np.where(table.happened == 1, p, 1 - p)), weights=table.weight)

    losses = {strength: loss(strength) for strength in model.STRENGTHS}
    assert fit.strength == min(losses, key=losses.get)
    assert fit.strength != model.STRENGTHS[0]


def test_trees_are_chosen_on_windows_after_those_they_are_grown_on(table, monkeypatch):
    """Every third origin: the earlier windows end before the first later one begins."""
    seen = []

    def choose(early, *, early_happened, later, later_happened, **given):
        seen.append((len(early), len(later), early_happened.sum(), later_happened.sum()))
        return 90

    monkeypatch.setattr(model, "use_trees", bool)
    monkeypatch.setattr(model, "choose_rounds", choose)
    monkeypatch.setattr(model, "fit_trees", lambda *given, **more: ())
    found = learn(table, horizon=HORIZON, trees=True, hawkes=False)
    days = np.unique(table.rows.day)
    third = np.isin(table.rows.day, days[::3])
    cut = days[::3][int(len(days[::3]) * 0.75)]
    early = third & (table.rows.day + HORIZON - 1 < cut)
    later = third & (table.rows.day >= cut)
    y = table.happened
    assert set(seen) == {(early.sum(), later.sum(), y[early].sum(), y[later].sum())}
    assert found.rounds == (120, 120)  # as many again for the last quarter


@pytest.mark.parametrize(("rows", "acts"), [(299, 100), (400, 29), (400, 371)])
def test_next_to_nothing_of_either_kind_teaches_nothing(table, rows, acts):
    yes, no = (np.flatnonzero(table.happened == kind) for kind in (1, 0))
    some = np.sort(np.r_[yes[:acts], no[: rows - acts]])
    with pytest.raises(MethodError, match=f"holds {rows} past windows .* {acts} of them"):
        learn(table.take(some), horizon=HORIZON, trees=False)
