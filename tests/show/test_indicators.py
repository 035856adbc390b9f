"""Indicators in the report: Bayes' rule, what was seen by the day of the question, silence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.desk import Answer, ask
from demarche.show._indicators import _updated, indicator_rows
from demarche.show.report import report_html
from demarche.terms import Evidence, Indicator, Range
from tests.show.test_report import Page


@pytest.fixture(scope="module")
def answer(small_case) -> Answer:
    day, course = small_case.question.as_of, small_case.courses_of(small_case.question.actor)[0]
    case = replace(
        small_case,
        evidence=(
            *small_case.evidence,
            Evidence(id="first", date=day - dt.timedelta(30), what="Seen once.", source="gazette"),
            Evidence(id="second", date=day - dt.timedelta(10), what="And again.", source="gazette"),
        ),
        indicators=(
            Indicator(
                id="ships", what="Ships leave port", course=course.id, direction="+",
                because="They would have to.", ratio=Range(2.0, 4.0, 6.0),
                evidence=("first", "second"), quiet_since=day - dt.timedelta(5),
            ),
            Indicator(id="leave", what="Leave is granted", course=course.id, direction="-",
                      because="Nobody is at home."),
        ),
    )  # fmt: skip
    return ask(case, draws=16, compare=False)


def test_odds_are_multiplied_by_the_ratio(answer):
    ships, leave = indicator_rows(answer)
    p = answer.courses[0].probability
    after = p * 4 / (p * 4 + 1 - p)
    assert ships.after == f"{100 * p:.0f} % → {100 * after:.0f} %"
    assert (ships.ratio, ships.direction) == ("4 (2 to 6)", "up")
    assert (leave.ratio, leave.after, leave.direction) == ("not stated", "not stated", "down")
    assert (leave.seen, leave.quiet) == ("never on record", "not stated")


def test_what_was_seen_later_than_the_day_is_left_out(answer):
    before = replace(
        answer, question=replace(answer.question, as_of=answer.question.as_of - dt.timedelta(20))
    )
    (ships, _), (now, _) = indicator_rows(before), indicator_rows(answer)
    assert len(now.evidence) == 2 and len(ships.evidence) == 1
    assert ships.quiet == "not stated" and now.quiet != "not stated"
    assert ships.seen != now.seen


def test_the_report_shows_them_with_their_evidence(answer):
    page = Page(report_html(answer))
    for text in ("Ships leave port", "4 (2 to 6)", "Quiet since", "And again."):
        assert text in page.text
    bare = Page(report_html(replace(answer, case=replace(answer.case, indicators=(), watch=()))))
    assert "names no indicators" in bare.text


@given(st.floats(0, 1), st.floats(0.01, 100))
def test_bayes_keeps_the_scale_and_can_be_taken_back(p, ratio):
    after = _updated(p, ratio=ratio)
    assert 0 <= after <= 1
    assert _updated(after, ratio=1 / ratio) == pytest.approx(p, abs=1e-9)
    assert (after >= p - 1e-12) if ratio >= 1 else (after <= p + 1e-12)
