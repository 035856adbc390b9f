"""Lifts: closed forms, recovery of what was planted, ranges that respect clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from demarche.errors import TermError
from demarche.outside.events.doubt import misfit_variance
from demarche.outside.events.lift import (
    Recalibration,
    Trials,
    apply_lift,
    class_lift,
    fit_ladder,
    lift_misfit,
    recalibrate,
    windows_apart,
)
from tests.outside.events.worlds import drawn


def trials(p, y, *, horizon=1, dyad=None, day=None):
    n = len(p)
    return Trials(
        dyad=np.arange(n) if dyad is None else np.asarray(dyad),
        actor=np.zeros(n, dtype=int),
        day=np.arange(n) if day is None else np.asarray(day),
        p=np.asarray(p, dtype=float),
        y=np.asarray(y, dtype=float),
        horizon=horizon,
    )


@pytest.mark.parametrize("horizon", [1, 7, 30])
def test_rare_responses_give_the_gamma_shrunken_ratio(horizon):
    """(O/h + k) / (E/h + k), Clayton & Kaldor 1987: 40 observed, 10 expected, k = 20, daily."""
    dyads, days = 500, 210 * 2
    n = dyads * days
    daily = trials(
        np.full(n, 10 / n),
        np.arange(n) < 40,
        horizon=horizon,
        dyad=np.repeat(np.arange(dyads), days),
        day=np.tile(np.arange(days), dyads),
    )
    lift = class_lift(daily)
    assert lift.overlap == pytest.approx(horizon)
    assert lift.value == pytest.approx((40 / horizon + 20) / (10 / horizon + 20), rel=1e-3)
    assert lift.raw == pytest.approx(4.0)


def test_windows_that_never_overlap_count_in_full():
    made = trials([0.01] * 90, [1] * 3 + [0] * 87, horizon=7, dyad=[0] * 90, day=range(0, 630, 7))
    assert class_lift(made).overlap == 1.0
    assert class_lift(made).value == pytest.approx(23 / 20.9, rel=0.002)


@given(st.integers(0, 500), st.floats(0.2, 4))
@settings(max_examples=25, deadline=None)
def test_the_lift_solves_its_equation(seed, planted):
    made = drawn(seed, lift=planted, dyads=20, days=60).trials
    lift = class_lift(made)
    left = apply_lift(made.p, lift=lift.value).sum() + 20 * lift.value
    assert left == pytest.approx(made.y.sum() + 20, rel=1e-9)
    # shrinkage never crosses 1
    assert (lift.value - 1) * (lift.observed - lift.expected) >= -1e-9


def test_without_trials_the_lift_is_the_prior():
    none = class_lift(trials([], []))
    assert none.value == pytest.approx(1.0)
    assert none.log_sd == pytest.approx(1 / np.sqrt(20))
    assert np.isnan(none.raw)


def test_a_planted_lift_is_found_and_its_range_holds_it():
    inside = 0
    for seed in range(60):
        lift = class_lift(drawn(seed, lift=2.0).trials)
        inside += lift.low <= 2.0 <= lift.high
    assert lift.value == pytest.approx(2.0, abs=0.25)
    # 80 % of 60 with a binomial sd of 3.1; a range without the sampling part holds none
    assert 40 <= inside <= 57


def test_the_range_is_the_sandwich_clustered_two_ways():
    """By dyad, by blocks of h days, less that of rows; two hand-made loops beside one another."""
    rng = np.random.default_rng(5)
    dyad, day = np.repeat(np.arange(20), 30), np.tile(3 * np.arange(30), 20)
    p = rng.uniform(0.05, 0.4, 600)
    y = (rng.random(600) < p * np.where(dyad < 5, 2.4, 0.8)).astype(float)
    made = trials(p, y, horizon=7, dyad=dyad, day=day)
    lift = class_lift(made, strength=20.0, coverage=0.9)
    q = lift.value * p / (1 - p + lift.value * p)
    summed = sum(
        sum(float((y - q)[by == one].sum()) ** 2 for one in np.unique(by))
        for by in (dyad, day // 7)
    )
    middle = (summed - float(((y - q) ** 2).sum())) / lift.overlap**2 + 20 * lift.value
    bread = float((q * (1 - q)).sum()) / lift.overlap + 20 * lift.value
    assert lift.overlap > 1.5
    assert lift.log_sd == pytest.approx(np.sqrt(middle) / bread)
    assert np.log(lift.high / lift.value) == pytest.approx(1.6448536 * lift.log_sd)
    assert np.log(lift.value / lift.low) == pytest.approx(1.6448536 * lift.log_sd)


def test_outcomes_that_even_out_do_not_narrow_the_range_below_that_of_rows():
    """Half of every dyad and of every day respond, to within one: clusters vary not at all."""
    dyad, day = np.repeat(np.arange(10), 10), np.tile(np.arange(10), 10)
    lift = class_lift(trials([0.5] * 100, (dyad + day) % 2, dyad=dyad, day=day))
    assert lift.value == pytest.approx(1.0)
    assert lift.log_sd == pytest.approx(np.sqrt(25 + 20) / 45)


def test_occasions_that_follow_one_another_are_told_from_those_that_do_not():
    """Only an occasion on the day after another is answered: the state knows nothing of that."""
    dyad = np.repeat(np.arange(200), 20)
    day = np.tile(np.concatenate([[40 * k, 40 * k + 1] for k in range(10)]), 200)
    rng = np.random.default_rng(1)

    after = day % 40 == 1
    y = (rng.random(4000) < np.where(after, 0.5, 0.1)).astype(float)
    found = lift_misfit(trials(np.full(4000, 0.3), y, dyad=dyad, day=day), lift=1.0)
    # the first occasion of a dyad is one of those long after another
    assert found == misfit_variance(
        y - 0.3, information=np.full(4000, 0.3 * 0.7), series=dyad, labels=[np.zeros(4000), after]
    )
    assert found == pytest.approx(0.9, abs=0.15)  # (0.2 / 0.21) ** 2


def test_the_misfit_is_that_of_the_groups_that_are_told():
    """Fifths of the state, and 1, 2 to 3, 4 to 7, 8 to 14, 15 to 30 days since, or more."""
    rng = np.random.default_rng(3)
    dyad, day, group = [], [], []
    for one in range(60):
        when = 0
        for gap in rng.permutation([1, 2, 3, 4, 7, 8, 14, 15, 30, 31, 90] * 3).tolist():
            when += gap
            dyad.append(one)
            day.append(when)
            group.append(sum(gap >= first for first in (2, 4, 8, 15, 31)))
    first = np.r_[True, np.diff(dyad) != 0]
    group = np.where(first, 5, group)
    p = np.linspace(0.05, 0.6, len(day))[rng.permutation(len(day))]
    fifth = (np.argsort(np.argsort(p)) * 5) // len(p)
    y = (rng.random(len(p)) < p * np.array([1.6, 0.6, 1.5, 0.7, 1.4, 0.5])[group]).astype(float)
    mixed = rng.permutation(len(p))
    made = trials(p[mixed], y[mixed], dyad=np.array(dyad)[mixed], day=np.array(day)[mixed])
    told = misfit_variance(
        y - p, information=p * (1 - p), series=np.array(dyad), labels=[fifth, group]
    )
    assert told > 0.05
    assert lift_misfit(made, lift=1.0) == pytest.approx(told, rel=1e-9)


def test_one_actor_is_drawn_to_its_class_by_thirty_expected_events():
    """120 seen of 90 expected, (120 + 20) / (90 + 20); of three actors 30, 90 and 0 of 30."""
    n = 30_000
    actor, y = np.repeat([0, 1, 2], n // 3), np.zeros(n)
    y[:30], y[n // 3 : n // 3 + 90] = 1, 1
    given = {"dyad": 10 * actor + np.arange(n) % 10, "actor": actor, "day": np.arange(n), "y": y}
    ladder = fit_ladder(Trials(p=np.full(n, 90 / n), horizon=3, **given), direct=True)
    assert ladder.pooled.value == pytest.approx(140 / 110, rel=2e-3)
    for one, seen in enumerate((30, 90, 0)):
        told = (seen + 30) / (30 * 140 / 110 + 30)
        assert ladder.by_actor[one].value == pytest.approx(told, rel=5e-3)
    longer = fit_ladder(Trials(p=np.full(n, 90 / n), horizon=4, **given), direct=True)
    assert not longer.by_actor


def test_a_recalibration_is_drawn_to_none_by_ten():
    """One day at one half that came true: a = (1 - expit(a)) / 10, which is 0.5 / 10.25."""
    found = recalibrate(trials([0.5], [1]))
    assert found.intercept == pytest.approx(0.5 / 10.25, abs=1e-5)
    assert found.slope == 1.0


def test_repeating_each_trial_within_its_dyad_does_not_narrow_the_range():
    made = drawn(3, dyads=30, days=40).trials
    twice = Trials(
        dyad=np.repeat(made.dyad, 2),
        actor=np.repeat(made.actor, 2),
        day=np.repeat(made.day, 2),
        p=np.repeat(made.p, 2),
        y=np.repeat(made.y, 2),
        horizon=2,
    )
    once = class_lift(made)
    assert class_lift(twice).log_sd >= 0.85 * once.log_sd


def test_windows_apart_by_hand():
    dyad = np.array([0, 0, 0, 1, 1])
    day = np.array([9, 1, 3, 4, 5])
    assert windows_apart(dyad=dyad, day=day, horizon=1) == 5
    assert windows_apart(dyad=dyad, day=day, horizon=7) == 3
    assert windows_apart(dyad=dyad, day=day, horizon=30) == 2


def test_finer_rungs_exist_only_for_direct_roles_and_short_horizons():
    made = drawn(1, lift=2.0).trials
    assert fit_ladder(made, direct=True).by_dyad
    assert not fit_ladder(made, direct=False).by_actor
    week = Trials(dyad=made.dyad, actor=made.actor, day=made.day, p=made.p, y=made.y, horizon=7)
    assert not fit_ladder(week, direct=True).by_actor
    with pytest.raises(TermError, match="at least"):
        fit_ladder(made, direct=True, strength=5)


def test_the_ladder_multiplies_rung_by_rung_and_keeps_strangers_at_the_class():
    made = drawn(1, lift=2.0).trials
    ladder = fit_ladder(made, direct=True)
    stranger = trials([0.1], [0], dyad=[999])
    assert ladder.multiplier(stranger, rung="dyad")[0] == pytest.approx(
        ladder.pooled.value * ladder.by_actor[0].value
    )
    assert ladder.multiplier(stranger, rung="class")[0] == ladder.pooled.value
    with pytest.raises(TermError, match="not a rung"):
        ladder.multiplier(stranger, rung="bloc")


def test_recalibration_finds_intercept_and_slope():
    rng = np.random.default_rng(2)
    p = expit(rng.normal(-1, 1, 60_000))
    y = rng.random(p.size) < expit(0.3 + 0.7 * logit(p))
    found = recalibrate(trials(p, y))
    assert found.intercept == pytest.approx(0.3, abs=0.05)
    assert found.slope == pytest.approx(0.7, abs=0.03)
    assert recalibrate(trials([0.3], [0]), prior=1e9)(np.array([0.3]))[0] == pytest.approx(0.3)


@pytest.mark.parametrize("prior", [1e-6, 10.0])
def test_a_state_far_from_its_level_is_recalibrated_all_the_same(prior):
    """Of 600 days at 1 % half respond, of 600 at 2 % two thirds: undamped, the steps run away."""
    p, y = np.repeat([0.01, 0.02], 600), np.r_[np.arange(600) < 300, np.arange(600) < 400]
    found = recalibrate(trials(p, y), prior=prior)
    fixed = found(p)
    # at the minimum residuals sum to the pull of the prior, alone and along the log-odds
    away = np.array([found.intercept, found.slope - 1])
    pull = np.array([(y - fixed).sum(), ((y - fixed) * logit(p)).sum()])
    np.testing.assert_allclose(pull, prior * away, atol=1e-6)
    if prior < 1:
        np.testing.assert_allclose(fixed[[0, -1]], [1 / 2, 2 / 3], atol=1e-6)


def test_a_steep_recalibration_gives_probabilities_that_trials_may_have():
    """Days without the trigger that the state tells apart without fault: the slope is large."""
    made = trials([0.01, 0.5, 0.99], [0, 1, 1])
    fixed = Recalibration(intercept=-400.0, slope=200.0, trials=3)(made.p)
    assert made.given(fixed).p[0] < 1e-9
    assert made.given(fixed).p[2] > 1 - 1e-9


@given(st.floats(0, 1), st.floats(0.01, 100))
def test_applying_a_lift_stays_a_probability_and_inverts(p, lift):
    there = apply_lift(p, lift=lift)
    assert 0 <= there <= 1
    assert float(apply_lift(there, lift=1 / lift)) == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: apply_lift(1.2, lift=1), "must lie in"),
        (lambda: apply_lift(0.2, lift=0), "above 0"),
        (lambda: trials([0.0], [0]), "strictly between"),
        (lambda: trials([0.5], [0.5]), "0 or 1"),
        (lambda: trials([0.5], [0], horizon=0), "horizon"),
        (lambda: class_lift(trials([0.5], [0]), strength=0), "strength"),
        (lambda: class_lift(trials([0.5], [0]), coverage=1), "coverage"),
    ],
)
def test_numbers_out_of_range_are_errors(call, says):
    with pytest.raises(TermError, match=says):
        call()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(5, 80)), max_size=60, unique=True),
    st.integers(1, 20),
)
def test_windows_apart_agrees_with_a_loop(rows, horizon):
    count, who, when = 0, None, 0
    for dyad, day in sorted(rows):
        if dyad != who or day - when >= horizon:
            count, who, when = count + 1, dyad, day
    dyads, days = (np.array([r[k] for r in rows], dtype=int) for k in (0, 1))
    assert windows_apart(dyad=dyads, day=days, horizon=horizon) == count
