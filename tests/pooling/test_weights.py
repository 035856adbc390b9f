"""Earned weights: the maximum of their objective, forward in time only, drawn towards equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from demarche.errors import TermError
from demarche.pooling import TrackRecord, earned_weights, linear, stacking
from demarche.scores import log_score

VIEWS = ("outside", "inside")


def record(n=60, *, seed=1, noise=(0.3, 2.0), views=VIEWS, courses=1, start=738_000):
    """Questions a week apart, resolved 90 days later; views see the truth through noise."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.normal(0, 1.5, n), courses)
    y = (rng.random(n * courses) < 1 / (1 + np.exp(-truth))).astype(float)
    p = np.column_stack([1 / (1 + np.exp(-(truth + rng.normal(0, s, n * courses)))) for s in noise])
    issued = np.repeat(start + 7 * np.arange(n), courses)
    return TrackRecord(
        views=views, p=p, outcome=y, issued=issued, known=issued + 90,
        questions=tuple(f"q{i:04}" for i in np.repeat(np.arange(n), courses)),
    )  # fmt: skip


def earned(found, *, as_of=760_000, views=VIEWS, **options):
    return earned_weights(
        found, as_of=as_of, views=views, rng=np.random.default_rng(1),
        **{"draws": 100, **options},
    )  # fmt: skip


def of_outcome(found):
    return np.where(found.outcome[:, None] == 1, found.p, 1 - found.p)


@pytest.mark.parametrize("prior", [0.5, 5, 20])
@pytest.mark.parametrize("courses", [1, 3])
def test_stacking_reaches_the_maximum_that_scipy_finds(prior, courses):
    """Oracle: scipy's constrained optimiser on the stated objective."""
    found = record(40, courses=courses, noise=(0.3, 1.0, 2.5), views=("a", "b", "c"))
    f = of_outcome(found)

    def objective(w):
        return -np.log(f @ w).sum() / courses - prior / 3 * np.log(w).sum()

    best = minimize(
        objective, np.full(3, 1 / 3), bounds=[(1e-9, 1)] * 3, method="SLSQP",
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-12},
    )  # fmt: skip
    ours = stacking(f, questions=found.questions, prior=prior)
    assert ours == pytest.approx(best.x, abs=2e-4)
    assert objective(ours) <= best.fun + 1e-9


def test_stacking_tends_to_the_true_mixture():
    """Outcomes drawn from 0.7 p + 0.3 q: the weights come near 0.7 and 0.3."""
    rng = np.random.default_rng(4)
    p = rng.random((20_000, 2))
    y = rng.random(20_000) < p @ [0.7, 0.3]
    f = np.where(y[:, None], p, 1 - p)
    found = stacking(np.clip(f, 1e-6, 1), questions=[str(i) for i in range(20_000)])
    assert found == pytest.approx([0.7, 0.3], abs=0.03)


def test_no_record_is_equal_and_says_so():
    found = earned(record(5), as_of=738_000)
    assert found.weights == (0.5, 0.5)
    assert found.basis == "equal: there is no record yet to earn weights from"
    assert (found.n, found.questions, found.first, found.forward_gain) == (0, 0, None, None)
    assert (found.low, found.high) == ((0, 0), (1, 1))


def test_a_better_view_earns_more_and_the_record_is_stated():
    found = earned(record(80, noise=(0.2, 4.0)))
    assert found.in_force and found.weights == found.fitted
    assert found.weights[0] > 0.6
    assert found.low[0] < found.fitted[0] < found.high[0]
    assert found.questions == found.n == 80
    assert found.forward_gain > 0 and found.forward_questions >= 20
    assert "earned on 80 resolved questions; forward in time better" in found.basis


def test_earned_weights_wait_in_the_shadow_lane_until_they_are_proven():
    found = earned(record(25, noise=(0.2, 4.0)))
    assert not found.in_force and found.weights == (0.5, 0.5)
    assert found.fitted[0] > 0.5
    assert "shadow lane until 20" in found.basis


def test_weights_that_were_worse_than_equal_do_not_enter():
    """The good view changes half way: weights from the past mislead."""
    first, second = record(60, seed=1, noise=(0.1, 3)), record(60, seed=2, noise=(3, 0.1))
    both = TrackRecord(
        views=VIEWS, p=np.vstack([first.p, second.p]),
        outcome=np.r_[first.outcome, second.outcome],
        issued=np.r_[first.issued, second.issued + 10_000],
        known=np.r_[first.known, second.known + 10_000],
        questions=(*first.questions, *(q + "x" for q in second.questions)),
    )  # fmt: skip
    found = earned(both, as_of=800_000)
    assert not found.in_force and found.weights == (0.5, 0.5)
    assert "worse than equal" in found.basis


@given(st.integers(0, 60))
@settings(max_examples=15, deadline=None)
def test_what_was_not_known_before_the_day_changes_nothing(cut):
    """Rows known on or after the day are changed at will: the weights stay, byte for byte."""
    found = record(60)
    as_of = int(found.known[0]) + 7 * cut
    later = found.known >= as_of
    changed = TrackRecord(
        views=VIEWS, p=np.where(later[:, None], 1 - found.p, found.p),
        outcome=np.where(later, 1 - found.outcome, found.outcome), questions=found.questions,
        issued=found.issued, known=found.known,
    )  # fmt: skip
    assert earned(found, as_of=as_of) == earned(changed, as_of=as_of)
    assert earned(found, as_of=as_of).later == int(later.sum())


def test_no_question_helps_to_forecast_itself_forward_in_time():
    """If every question is issued before any is known, nothing can be tried forward."""
    found = record(50)
    together = TrackRecord(
        views=VIEWS, p=found.p, outcome=found.outcome, questions=found.questions,
        issued=np.full(50, 738_000), known=np.full(50, 738_090),
    )  # fmt: skip
    assert earned(together).forward_questions == 0
    assert not earned(together).in_force


def test_forward_gain_is_that_of_a_plain_loop():
    found = record(40)
    f = of_outcome(found)
    gains = []
    for i in range(40):
        past = found.known < found.issued[i]
        if not past.any():
            continue
        w = stacking(f[past], questions=[q for q, k in zip(found.questions, past) if k])
        pooled, equal = linear(found.p[i], weights=w), linear(found.p[i])
        y = found.outcome[i]
        gains.append(
            float(log_score(equal, outcome=y).values) - float(log_score(pooled, outcome=y).values)
        )
    assert earned(found).forward_gain == pytest.approx(np.mean(gains))
    assert earned(found).forward_questions == len(gains)


def test_copies_of_courses_do_not_make_a_longer_record():
    once, thrice = record(40), record(40)
    thrice = TrackRecord(
        views=VIEWS, p=np.repeat(once.p, 3, axis=0), outcome=np.repeat(once.outcome, 3),
        questions=tuple(np.repeat(once.questions, 3).tolist()),
        issued=np.repeat(once.issued, 3), known=np.repeat(once.known, 3),
    )  # fmt: skip
    assert earned(thrice).fitted == pytest.approx(earned(once).fitted, abs=1e-8)
    assert earned(thrice).questions == 40


def test_views_can_be_named_in_any_order():
    found = record(80)
    a, b = earned(found), earned(found, views=VIEWS[::-1])
    assert a.weights == pytest.approx(b.weights[::-1], abs=1e-9)


def test_equal_views_stay_equal():
    found = record(80)
    same = TrackRecord(
        views=VIEWS, p=found.p[:, [0, 0]], outcome=found.outcome, questions=found.questions,
        issued=found.issued, known=found.known,
    )  # fmt: skip
    assert earned(same).fitted == pytest.approx((0.5, 0.5))


def test_a_new_view_is_scored_in_the_shadow_and_gets_no_weight():
    found = record(80, noise=(1.0, 1.0, 0.1), views=(*VIEWS, "new"))
    got = earned(found)
    assert got.views == VIEWS and len(got.weights) == 2
    new = got.shadow[0]
    assert (new.view, new.questions, new.ready) == ("new", 80, True)
    assert new.gain == pytest.approx(new.pool_log - new.log) and new.gain > 0
    few = earned(found, as_of=int(found.known[10]))
    assert not few.shadow[0].ready


def test_silent_views_are_left_out_and_counted():
    found = record(30)
    p = found.p.copy()
    p[:7, 0] = np.nan
    quiet = TrackRecord(
        views=VIEWS, p=p, outcome=found.outcome, questions=found.questions,
        issued=found.issued, known=found.known,
    )  # fmt: skip
    got = earned(quiet)
    assert (got.silent, got.n) == (7, 23)


def test_a_certain_miss_is_clipped_and_counted():
    found = record(30)
    p = found.p.copy()
    p[0, 0] = 1 - found.outcome[0]
    wrong = TrackRecord(
        views=VIEWS, p=p, outcome=found.outcome, questions=found.questions,
        issued=found.issued, known=found.known,
    )  # fmt: skip
    got = earned(wrong)
    assert got.clipped == 1
    assert np.all(np.isfinite(got.fitted))


@pytest.mark.parametrize(
    "call",
    [
        lambda: earned(record(5), views=("outside", "other")),
        lambda: earned(record(5), views=("outside", "outside")),
        lambda: earned(record(5), views=()),
        lambda: stacking([[0.0, 0.5]], questions=["q"]),
        lambda: stacking([[0.5, 0.5]], questions=["q"], prior=0),
        lambda: stacking([[0.5, 0.5]], questions=[]),
        lambda: TrackRecord(
            views=VIEWS, p=np.array([[0.5, 1.5]]), outcome=np.ones(1), questions=("q",),
            issued=np.ones(1, int), known=np.ones(1, int),
        ),
        lambda: TrackRecord(
            views=VIEWS, p=np.array([[0.5, 0.5]]), outcome=np.full(1, 0.5), questions=("q",),
            issued=np.ones(1, int), known=np.ones(1, int),
        ),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(call):
    with pytest.raises(TermError):
        call()
