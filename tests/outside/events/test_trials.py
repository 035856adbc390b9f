"""Trials of the later part, and the state between two actors, against going through the record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from demarche.errors import MethodError
from demarche.outside.events import trials
from demarche.outside.events.between import state_between
from demarche.outside.events.forecast import fit_hazard, forecast, probabilities
from demarche.outside.events.trials import Tried, trial_days, try_states
from demarche.terms import QUADS
from tests.outside.events.panels import made, noise_after

EARLY, DAY, HORIZON = 120, 200, 7
TRIGGERS = (("04",), ("11", "19"), ("20",))


@pytest.fixture(scope="module")
def panel():
    return made(seed=4, late=0.05)


@pytest.fixture(scope="module")
def fit(panel):
    return fit_hazard(panel, as_of_day=EARLY, horizon=HORIZON, rare=False, trees=False)


@pytest.fixture(scope="module")
def tried(panel, fit):
    return try_states(fit, panel, triggers=TRIGGERS, early=EARLY, last_day=DAY)


def test_every_cell_is_what_the_record_says(panel, fit, tried):
    assert set(tried) <= set(QUADS)
    for cls, one in tried.items():
        quad = QUADS.index(cls) + 1
        assert one.days[0] == EARLY + 1
        assert one.days[-1] == DAY - HORIZON
        for d, t in ((0, 0), (len(one.actor) - 1, 30), (1, len(one.days) - 1)):
            x, z, day = int(one.actor[d]), int(one.recipient[d]), int(one.days[t])
            p = probabilities(fit, panel, actor=[x], recipient=[z], cls=cls, day=[day])
            assert one.p[d, t] == pytest.approx(p[0], rel=1e-9)
            mine = (panel.actor == x) & (panel.recipient == z) & (panel.known <= DAY)
            after = mine & (panel.quad[panel.code] == quad)
            after &= (panel.day > day) & (panel.day <= day + HORIZON)
            assert one.y[d, t] == after.any()
            for number, codes in enumerate(TRIGGERS):
                for k, (a, b) in enumerate(((z, x), (x, z))):
                    there = (panel.actor == a) & (panel.recipient == b) & (panel.day == day)
                    there &= np.isin(np.array(panel.classes)[panel.code], codes)
                    there &= panel.known <= DAY
                    assert one.fired[k, number, d, t] == there.any()


def test_occasions_and_days_without_are_apart(tried):
    one = tried["verbal cooperation"]
    fired = one.occasions("Z->X", trigger=0)
    quiet = one.without("Z->X", trigger=0)
    assert fired.p.size
    assert quiet.p.size
    assert not set(zip(fired.dyad, fired.day, strict=True)) & set(
        zip(quiet.dyad, quiet.day, strict=True)
    )
    assert one.without().p.size == len(one.actor) * one.quiet.sum()


def test_wider_classes_read_on_fewer_days_hardly_move_the_state(panel, fit, tried, monkeypatch):
    monkeypatch.setattr(trials, "MOST_SERIES", 1)
    fewer = try_states(fit, panel, triggers=TRIGGERS, early=EARLY, last_day=DAY)
    for cls, one in fewer.items():
        assert not np.array_equal(one.p, tried[cls].p)
        assert np.abs(logit(one.p) - logit(tried[cls].p)).mean() < 0.1
        assert np.array_equal(one.y, tried[cls].y)


def test_no_day_and_no_state_sees_what_came_later(panel, fit, tried):
    later = try_states(
        fit, noise_after(panel, day=DAY), triggers=TRIGGERS, early=EARLY, last_day=DAY
    )
    for cls, one in tried.items():
        for name, values in one.arrays().items():
            assert np.array_equal(values, later[cls].arrays()[name]), (cls, name)


def test_no_trial_ends_on_days_of_which_more_is_to_become_known(panel):
    """Of rows known nine days late: what they hold of the last trial is all that it held."""
    late = replace(panel, known=(panel.day + 9).astype(panel.known.dtype))
    fit = fit_hazard(late, as_of_day=EARLY, horizon=HORIZON, rare=False, trees=False)
    for cls, one in try_states(fit, late, triggers=TRIGGERS, early=EARLY, last_day=DAY).items():
        assert one.days[-1] == DAY - HORIZON - 9
        mine = panel.quad[panel.code] == QUADS.index(cls) + 1
        mine &= (panel.day > one.days[-1]) & (panel.day <= one.days[-1] + HORIZON)
        acts = set(zip(panel.actor[mine].tolist(), panel.recipient[mine].tolist(), strict=True))
        pairs = zip(one.actor.tolist(), one.recipient.tolist(), strict=True)
        assert one.y[:, -1].tolist() == [pair in acts for pair in pairs]


def test_it_survives_being_written(tried):
    one = tried["material conflict"]
    again = Tried.from_arrays(one.arrays())
    assert again.occasions("X->Z", trigger=0).p.tolist() == (
        one.occasions("X->Z", trigger=0).p.tolist()
    )


def test_a_later_part_that_is_too_short_is_refused(panel, fit):
    with pytest.raises(MethodError, match="no window of 7 days ends"):
        try_states(fit, panel, triggers=TRIGGERS, early=EARLY, last_day=EARLY + HORIZON)


def test_days_are_bounded_and_hold_the_quiet_ones():
    days, tried, quiet = trial_days(first=10, last=3000)
    assert len(days) <= trials.MOST_DAYS + trials.QUIET_DAYS
    assert tried.sum() == trials.MOST_DAYS
    assert quiet.sum() == trials.QUIET_DAYS
    assert days[0] == 10
    assert days[-1] == 3000


def test_occasions_are_looked_at_on_their_own_days_alone(tried):
    """Days kept only for those without a trigger hold no occasion, whatever fired on them."""
    one = next(iter(tried.values()))
    every = one.occasions("Z->X", trigger=0)
    some = replace(one, tried=np.arange(len(one.days)) % 2 == 0)
    found = some.occasions("Z->X", trigger=0)
    kept = np.isin(every.day, one.days[::2])
    assert 0 < kept.sum() < len(kept)
    assert found.day.tolist() == every.day[kept].tolist()
    assert found.dyad.tolist() == every.dyad[kept].tolist()


@pytest.mark.parametrize("horizon", [1, 7])
def test_the_state_between_two_is_their_own_terms_of_the_forecast(panel, horizon):
    whole = fit_hazard(panel, as_of_day=DAY, horizon=horizon, rare=False, trees=False)
    x, z = panel.actors.index("A1"), panel.actors.index("A2")
    days = np.array([60, 131, 200])
    for cls in ("verbal cooperation", "verbal conflict"):
        score = state_between(whole, panel, actor=x, recipient=z, cls=cls, day=days)
        for day, found in zip(days.tolist(), score.tolist(), strict=True):
            terms = dict(
                forecast(whole, panel, actor="A1", recipient="A2", cls=cls, day=day).contributions
            )
            own = terms["own recency"] + terms["reverse direction"]
            assert whole.known is not None
            assert logit(found) == pytest.approx(whole.known.additive.intercept + own, abs=1e-6)


@pytest.mark.parametrize(("effect", "least", "most"), [(0.0, 0.0, 0.004), (1.0, 0.03, 0.3)])
def test_a_trigger_that_the_state_overlooks_is_a_misfit(effect, least, most):
    """For three days after the trigger the odds are e times what the state says, or the same."""
    rng = np.random.default_rng(6)
    dyads, many = 60, 400
    fired = rng.random((dyads, many)) < 0.06
    since = trials._since(fired, days=np.arange(many))
    p = np.full((dyads, many), 0.1)
    truth = 1 / (1 + np.exp(-(logit(p) + effect * (since < 3))))
    one = Tried(
        horizon=1,
        actor=np.arange(dyads),
        recipient=np.arange(dyads),
        days=np.arange(many),
        quiet=np.ones(many, dtype=bool),
        tried=np.ones(many, dtype=bool),
        p=p,
        y=rng.random(p.shape) < truth,
        fired=np.stack([fired[None], np.zeros((1, dyads, many), dtype=bool)]),
    )
    assert least <= one.misfit() <= most
