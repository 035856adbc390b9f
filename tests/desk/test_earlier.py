"""What a ledger holds of a question: status, the last forecast, and why the numbers moved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from demarche.desk import Answer, ask
from demarche.desk.earlier import held_of
from demarche.desk.issue import forecast_of, revision_of
from demarche.ledger.life import issue, revise
from demarche.ledger.store import open_ledger
from tests.ledger.made import Clock, source_forecast

WHEN = dt.datetime(2024, 1, 5, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def answer(small_case) -> Answer:
    return ask(small_case, draws=32, compare=False)


def moved(answer: Answer, *, by: float, run: str, seed: int | None = None) -> Answer:
    first, *rest = answer.courses
    return replace(
        answer,
        courses=(replace(first, probability=first.probability + by, low=0.0, high=1.0), *rest),
        run_id=run,
        seed=answer.seed if seed is None else seed,
    )


@pytest.fixture
def place(tmp_path, answer):
    """A ledger with two forecasts of the question, of which the second is a revision."""
    clock = Clock()
    clock.now = dt.datetime.combine(answer.question.as_of, dt.time(12), tzinfo=dt.UTC)
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path, clock=clock, new_id="0a" * 16) as book:
        first = moved(answer, by=0.02, run="0" * 12)
        issue(book, forecast_of(first, issued_at=clock.now))
        second = moved(answer, by=0.05, run="1" * 12, seed=answer.seed + 1)
        revise(book, revision_of(second, question=answer.question.id, issued_at=clock.now))
        book.append("source", source_forecast(question=answer.question.id, source="crowd"))
    return path


def test_no_forecast_of_the_question_is_said_as_such(tmp_path, answer):
    with open_ledger(tmp_path / "l.sqlite", clock=Clock(), new_id="0a" * 16):
        pass
    held = held_of(tmp_path / "l.sqlite", answer, today=WHEN.date())
    assert (held.status, held.seq, held.forecasts, held.earlier) == ("not issued", None, 0, None)
    assert held.others == ()


def test_the_newest_forecast_but_this_run_is_compared(place, answer):
    held = held_of(place, answer, today=answer.question.as_of)
    assert held.status == "open" and held.forecasts == 2 and held.this_run is None
    old = held.earlier
    assert old is not None and old.same and old.run_id == "1" * 12
    assert old.courses[0].change == pytest.approx(-0.05)
    assert old.courses[0].id == answer.courses[0].id
    assert all(c.change == 0 for c in old.courses[1:])
    assert any("seed" in reason for reason in old.reasons)
    assert not any("weights" in reason or "hash" in reason for reason in old.reasons)
    assert [f.source for f in held.others] == ["crowd"]


def test_this_very_run_is_no_earlier_forecast_of_itself(place, answer):
    held = held_of(place, replace(answer, run_id="1" * 12), today=answer.question.as_of)
    assert held.this_run == 3
    assert held.earlier is not None and held.earlier.run_id == "0" * 12


def test_another_day_is_told_apart_and_never_a_later_one(place, answer):
    later = replace(
        answer, question=replace(answer.question, as_of=answer.question.as_of + dt.timedelta(9))
    )
    held = held_of(place, later, today=later.question.as_of)
    assert held.status == "not issued"
    assert held.earlier is not None and not held.earlier.same
    assert any("day of the question moved" in reason for reason in held.earlier.reasons)
    before = replace(
        answer, question=replace(answer.question, as_of=answer.question.as_of - dt.timedelta(9))
    )
    assert held_of(place, before, today=later.question.as_of).earlier is None


def test_changed_inputs_and_weights_are_named(place, answer):
    case = replace(answer.case, summary="Another summary.")
    old = held_of(place, replace(answer, case=case), today=answer.question.as_of).earlier
    assert old is not None and any("hash differs" in reason for reason in old.reasons)
    views = tuple(
        replace(v, weight={"outside": 0.25, "inside": 0.75}.get(v.name, v.weight))
        for v in answer.views
    )
    old = held_of(place, replace(answer, views=views), today=answer.question.as_of).earlier
    assert old is not None and any("weights of the views" in reason for reason in old.reasons)
