"""What the ledger keeps of an answer is the answer: every view, the rules, and how it was made."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from demarche.desk import ask
from demarche.desk.issue import forecast_of, inputs_hash, revision_of
from demarche.errors import QuestionError, TermError
from demarche.terms.plain import from_plain, to_plain

FEW = 16


def noon(answer, days=0):
    day = answer.question.as_of + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def test_every_view_is_kept_as_it_was_shown(regional_answer):
    made = forecast_of(regional_answer, issued_at=noon(regional_answer))
    views = {item.view: item.forecast for item in made.views}
    assert list(views) == ["pool", "outside", "inside", "base_rate"]
    for row in regional_answer.courses:
        assert views["pool"].course(row.id).probability == row.probability
        assert views["inside"].course(row.id).low == row.inside_low
        known = {item.course for item in views["outside"].courses}
        assert (row.id in known) == (row.outside is not None)
        if row.base_rate is not None:
            assert views["base_rate"].course(row.id).probability == row.base_rate
    assert views["pool"].ladder == tuple(rung.probability for rung in regional_answer.ladder)
    assert [item.weight for item in made.views] == [None, 0.5, 0.5, None]
    assert from_plain(type(made), to_plain(made)) == made


def test_rules_are_frozen_with_the_names_a_record_may_know(regional_answer):
    made = forecast_of(regional_answer, issued_at=noon(regional_answer))
    case = regional_answer.case
    for rule, course in zip(made.rules, case.courses_of("RUS"), strict=True):
        assert (rule.course, rule.rule, rule.rung) == (course.id, course.resolution, course.rung)
        assert rule.coded_as == course.coded_as
        assert tuple(party.id for party in rule.recipients) == course.coded_as.recipients
    assert made.actor.names[0] == "RUS"
    assert case.actor("RUS").name in made.actor.names


def test_a_trigger_is_a_what_if_until_it_is_said_to_have_occurred(regional_answer, small_case):
    at = noon(regional_answer)
    assert regional_answer.question.trigger != "none"
    assert forecast_of(regional_answer, issued_at=at).condition == "what_if"
    assert forecast_of(regional_answer, issued_at=at, occurred=True).condition == "occurred"
    plain = ask(small_case, trigger="none", draws=FEW, compare=False)
    assert forecast_of(plain, issued_at=noon(plain)).condition == "none"
    with pytest.raises(QuestionError, match="has no trigger that could have occurred"):
        forecast_of(plain, issued_at=noon(plain), occurred=True)


def test_row36_an_answer_whose_horizon_is_over_is_kept_as_late_alone(small_answer):
    at = noon(small_answer, days=small_answer.question.horizon_days + 1)
    with pytest.raises(TermError, match="can only be recorded as late and unscored"):
        forecast_of(small_answer, issued_at=at)
    assert forecast_of(small_answer, issued_at=at, late=True).late


def test_the_hash_of_the_inputs_changes_with_any_of_them(small_case, small_answer):
    first = inputs_hash(small_answer)
    again = ask(small_case, draws=FEW, seed=7, compare=False)
    assert inputs_hash(again) == first
    other = dataclasses.replace(small_case, summary=small_case.summary + " ")
    assert inputs_hash(ask(other, draws=FEW, compare=False)) != first
    heavier = ask(small_case, draws=FEW, weights=(2, 1), compare=False)
    assert inputs_hash(heavier) != first


def test_a_revision_names_the_question_it_revises(small_case, small_answer):
    later = ask(
        small_case,
        draws=FEW,
        as_of=small_case.question.as_of + dt.timedelta(days=10),
        horizon_days=small_case.question.horizon_days - 10,
        compare=False,
    )
    made = revision_of(later, question="abc", issued_at=noon(later), reason="new talks")
    assert (made.question, made.as_of, made.reason) == ("abc", later.question.as_of, "new talks")
    assert made.views[0].view == "pool"
    assert made.making.run_id == later.run_id
