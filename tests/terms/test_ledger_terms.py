"""What no entry of the ledger may hold."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.ledger import made

from demarche.errors import TermError
from demarche.terms import CourseForecast, Forecast
from demarche.terms.ledger import (
    Checkpoint,
    ConditionResolution,
    CourseResolution,
    Resolution,
    SourceResolution,
    ViewForecast,
)

DAY = dt.date(2030, 2, 1)


def pool(**changes) -> ViewForecast:
    row = {"course": "talks", "probability": 0.5, "low": 0.4, "high": 0.6}
    rows = (CourseForecast(**{**row, **changes}), CourseForecast(**{**row, "course": "arms"}))
    return ViewForecast(view="pool", forecast=Forecast(method="m", courses=rows, ladder=()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"views": ()}, "needs the view 'pool'"),
        ({"views": (made.view("pool", 0.1, 0.1),) * 2}, "given twice"),
        ({"views": (pool(probability=-0.1),)}, r"must lie in \[0, 1\], got -0.1"),
        ({"views": (pool(probability=70.0),)}, "Divide by 100"),
        ({"views": (pool(probability=float("nan")),)}, "got nan"),
        ({"views": (pool(low=0.7),)}, "low must not exceed high"),
        ({"views": (pool(course="talk"),)}, "Did you mean 'talks'"),
        ({"views": (pool(course="arms"),)}, "'arms' is given twice"),
        ({"rules": made.rules()[:1]}, "one per course"),
        ({"closes": dt.date(2029, 12, 31)}, "before it opens"),
        ({"issued_at": made.NOON + dt.timedelta(days=91)}, "deadline 2030-04-01 lies before"),
        ({"condition": "what_if"}, "does not fit trigger 'none'"),
        ({"making": None}, ""),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_row33_36_a_forecast_that_cannot_be_scored_is_refused(changes, message):
    if "making" in changes:
        with pytest.raises(TermError, match="64 lower-case hexadecimal digits"):
            made.making(inputs_hash="AB")
        return
    with pytest.raises(TermError, match=message):
        made.issued(**changes)


def test_row36_a_forecast_after_its_deadline_can_be_kept_as_late():
    assert made.issued(issued_at=made.NOON + dt.timedelta(days=91), late=True).late


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_row34_zero_and_one_are_allowed(p):
    assert made.issued(views=(pool(probability=p, low=p, high=p),)).views[0].view == "pool"


def test_row35_a_ladder_must_sum_to_one():
    forecast = Forecast(method="m", courses=pool().forecast.courses, ladder=(0.3, 0.3, 0.399))
    with pytest.raises(TermError, match=r"must sum to 1 \(within 1e-9\)"):
        made.issued(views=(ViewForecast(view="pool", forecast=forecast),))


def test_a_ladder_of_other_length_is_refused():
    forecast = Forecast(method="m", courses=pool().forecast.courses, ladder=(0.5, 0.5))
    with pytest.raises(TermError, match="must have 3 rungs, got 2"):
        made.issued(views=(ViewForecast(view="pool", forecast=forecast),))


@pytest.mark.parametrize("outcome", ["annulled", "not_known"])
def test_what_is_void_or_not_known_needs_a_reason(outcome):
    with pytest.raises(TermError, match="needs a reason"):
        CourseResolution(course="c", outcome=outcome, on=DAY)


def test_a_yes_needs_evidence():
    with pytest.raises(TermError, match="needs evidence"):
        CourseResolution(course="c", outcome="yes", on=DAY, evidence=(" ",))
    assert CourseResolution(course="c", outcome="no", on=DAY).evidence == ()


def test_an_empty_resolution_is_refused():
    with pytest.raises(TermError, match="at least one course or a rung"):
        Resolution(question="q", courses=())


def test_a_trigger_that_occurred_needs_evidence_and_one_that_did_not_a_reason():
    with pytest.raises(TermError, match="needs evidence"):
        ConditionResolution(question="q", occurred="yes", on=DAY)
    with pytest.raises(TermError, match="needs a reason"):
        ConditionResolution(question="q", occurred="no", on=DAY)


def test_commitments_get_verdicts_and_predictions_outcomes():
    assert made.source_forecast(kind="commitment", verdict="broken").verdict == "broken"
    with pytest.raises(TermError, match="gets a verdict"):
        made.source_forecast(kind="red_line", outcome="yes")
    with pytest.raises(TermError, match="gets an outcome"):
        made.source_forecast(verdict="kept")
    with pytest.raises(TermError, match="either an outcome or a verdict"):
        SourceResolution(of=1, on=DAY)


@pytest.mark.parametrize(
    "change", [{"size": 0}, {"root": "x"}, {"origin": ""}, {"at": dt.datetime(2030, 1, 1)}]
)
def test_a_checkpoint_is_whole(change):
    base = {"origin": "0a" * 16, "size": 1, "root": "0b" * 32, "at": made.NOON}
    with pytest.raises(TermError):
        Checkpoint(**{**base, **change})
