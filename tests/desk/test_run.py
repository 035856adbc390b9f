"""One actor's views of a case: what is worked out in short says what the whole does."""

from __future__ import annotations

import pytest

from demarche.cases import shipped_case
from demarche.desk.precedents import libraries_of
from demarche.desk.run import Run
from demarche.terms import NO_TRIGGER


def run_of(case, *, horizon_days=None):
    question = case.question
    library, base = libraries_of(
        case,
        actor=question.actor,
        as_of=question.as_of,
        horizon_days=horizon_days or question.horizon_days,
    )
    return Run(
        case=case, actor=question.actor, library=library, base=base, seed=3, draws=64,
        weights=(1.0, 1.0),
    )  # fmt: skip


@pytest.mark.parametrize("horizon_days", [None, 7])
def test_chances_are_the_pooled_answer_without_its_ranges(horizon_days):
    case = shipped_case("regional-war")
    for trigger in case.triggers[:3]:
        run = run_of(case, horizon_days=horizon_days)
        chances = run.chances(trigger.id, draws=64)
        whole = run_of(case, horizon_days=horizon_days)
        view, _ = whole.inside(trigger.id, draws=64)
        pooled, _ = whole.pooled(view, trigger=trigger.id)
        assert chances == tuple(pooled.probability.tolist())


def test_expectations_side_by_side_are_those_asked_for_one_by_one():
    case = shipped_case("october-war-1973")
    triggers = [NO_TRIGGER, *(trigger.id for trigger in case.triggers)]
    together, apart = run_of(case), run_of(case)
    together.expect(triggers)
    assert together.gaps == {}, "only what is used is told"
    for trigger in triggers:
        for a, b in zip(together.level0(trigger), apart.level0(trigger), strict=True):
            assert a.tolist() == b.tolist()
    assert together.gaps == apart.gaps


def test_expected_rates_are_those_of_the_outside_view():
    case = shipped_case("kuwait-1990")
    short, whole = run_of(case), run_of(case)
    stated = 0
    for actor in case.deciding():
        view = whole.outside(actor.id, case.question.trigger)
        rates = short.expected(actor.id, case.question.trigger)
        courses = view.courses if view is not None else {}
        assert rates == {id: rate.probability for id, rate in courses.items()}
        assert rates == whole.expected(actor.id, case.question.trigger)
        stated += bool(rates)
    assert stated >= 1
