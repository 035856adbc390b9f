"""Both halves of the outside view: pooled where the codes are the course, shown where not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from demarche.desk.event_view import EventCourse
from demarche.desk.outer import join_halves, join_rates, spread
from demarche.desk.precedents import CourseOutside, OutsideView

P = st.floats(0.02, 0.9)


def event(p=0.3, low=0.2, high=0.4, *, pooled=True, without=0.25):
    return EventCourse(
        course="x", cameo=("190",), plover=(), recipients=("BBB",), match="same", pooled=pooled,
        unpooled="" if pooled else "codes wider than the course",
        probability=p, low=low, high=high, without=without, base_rate=0.2, events=9, windows=90,
        effective_n=12.0, reference_class="this dyad", contributions=(), ratio=p / without,
        lift=None, sentence="no lift", occasions=0, followed=0, occasions_low=0.0,
        occasions_high=1.0, controls=0, controls_followed=0, dated=(), usual=None,
        usual_rows="", note="",
    )  # fmt: skip


def precedents(p=0.5):
    values = spread(p, low=p * 0.8, high=p * 1.1)
    course = CourseOutside(
        probability=p, low=p * 0.8, high=p * 1.1, values=values, base_rate=0.4, base_taken=4,
        base_known=10, effective_cases=8.0, not_known=0,
    )  # fmt: skip
    return OutsideView(courses={"x": course}, tails=(1.0, 0.5), answer=None, columns=(), silent={})


@given(P, st.floats(0.2, 0.95), st.floats(1.05, 1.1))
def test_the_spread_has_its_middle_and_its_eighty_per_cent_where_it_was_told(p, down, up):
    values = spread(p, low=p * down, high=p * up)
    # values stand at (i + 1/2) / n, Hazen's plotting positions; each side is smooth in log-odds
    ends = np.quantile(logit(values), [0.1, 0.9], method="hazen")
    told = logit([p * down, p * up])
    assert np.allclose(ends, told, rtol=0, atol=1e-3 * (told[1] - told[0]))
    assert values[len(values) // 2 - 1] < p < values[len(values) // 2]
    assert np.all(np.diff(values) > 0)


def test_equal_weights_pool_precedents_and_record():
    outer = join_halves(precedents(0.5), events={"x": event(0.3)}, trigger=True)
    assert outer.courses["x"].probability == pytest.approx(0.4)
    assert outer.courses["x"].low < 0.3 < 0.5 < outer.courses["x"].high
    assert outer.recorded == {"x"}
    assert outer.tails == (1.0, 0.5)


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("trigger", [True, False])
def test_rates_alone_are_joined_as_whole_views_are(pooled, trigger):
    events = {"x": event(0.3, pooled=pooled), "y": event(0.35)}
    outer = join_halves(precedents(0.5), events=events, trigger=trigger)
    rates = join_rates({"x": 0.5}, events=events, trigger=trigger)
    assert rates == {id: course.probability for id, course in outer.courses.items()}


def test_codes_wider_than_the_course_change_no_number():
    outer = join_halves(precedents(0.5), events={"x": event(0.3, pooled=False)}, trigger=True)
    assert outer.courses["x"].probability == 0.5
    assert outer.recorded == frozenset()


def test_without_precedents_the_record_speaks_alone_and_without_either_nobody_does():
    outer = join_halves(None, events={"x": event(0.3)}, trigger=True)
    assert outer.courses["x"].probability == 0.3
    assert outer.courses["x"].effective_cases == 12.0
    assert outer.tails is None
    assert join_halves(None, events={"x": event(0.3, pooled=False)}, trigger=True) is None


def test_the_arm_without_a_trigger_takes_the_number_without_it():
    outer = join_halves(None, events={"x": event(0.3, without=0.25)}, trigger=False)
    course = outer.courses["x"]
    assert course.probability == 0.25
    assert course.low < 0.25 < course.high
