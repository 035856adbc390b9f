"""Forecasts, resolutions and ledgers made for tests: a land that does not exist, fixed clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from demarche.terms import Codes, CourseForecast, Forecast, Question
from demarche.terms.ledger import (
    CourseResolution,
    IssuedForecast,
    Making,
    Party,
    Resolution,
    ResolutionRule,
    Revision,
    SourceForecast,
    ViewForecast,
)

NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)
COURSES = ("talks", "arms")
LADDER = ("nothing", "words", "material support")


class Clock:
    """A clock that moves one second with every look; ``day`` moves it by days."""

    def __init__(self, start: dt.datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def day(self, days: int) -> None:
        self.now += dt.timedelta(days=days)


def question(**changes) -> Question:
    base = {
        "case": "ruritania",
        "actor": "RUR",
        "trigger": "none",
        "courses": COURSES,
        "ladder": LADDER,
        "as_of": dt.date(2030, 1, 1),
        "horizon_days": 90,
        "text": "What will Ruritania do?",
    }
    return Question(**{**base, **changes})


def view(name: str, talks: float, arms: float, *, weight: float | None = None) -> ViewForecast:
    rows = tuple(
        CourseForecast(course=c, probability=p, low=max(0.0, p - 0.1), high=min(1.0, p + 0.1))
        for c, p in zip(COURSES, (talks, arms))
    )
    forecast = Forecast(method=name, courses=rows, ladder=(0.25, 0.5, 0.25))
    return ViewForecast(view=name, forecast=forecast, weight=weight)


def making(**changes) -> Making:
    base = {
        "inputs_hash": "ab" * 32,
        "package_version": "0.1.0",
        "seed": 1,
        "draws": 64,
        "run_id": "0123456789ab",
    }
    return Making(**{**base, **changes})


def rules() -> tuple[ResolutionRule, ...]:
    return (
        ResolutionRule(
            course="talks",
            label="Talks",
            rule="Hosts talks between both sides.",
            kind="mediation",
            rung=1,
            observability="public",
            coded_as=Codes(cameo=("045",), recipients=("FRE",)),
            recipients=(Party(id="FRE", names=("FRE", "Freedonia")),),
        ),
        ResolutionRule(
            course="arms",
            label="Arms",
            rule="Delivers arms to a side.",
            kind="arms_covert",
            rung=2,
            observability="covert",
        ),
    )


def issued(**changes) -> IssuedForecast:
    asked = changes.pop("question", question())
    base = {
        "question": asked,
        "actor": Party(id="RUR", names=("RUR", "Ruritania")),
        "trigger_label": "no trigger",
        "trigger_rule": "None of the triggers happens.",
        "rules": rules(),
        "views": (
            view("pool", 0.6, 0.2),
            view("outside", 0.5, 0.1, weight=0.5),
            view("inside", 0.7, 0.3, weight=0.5),
        ),
        "making": making(),
        "issued_at": NOON,
        "opens": asked.as_of,
        "closes": asked.as_of + dt.timedelta(days=asked.horizon_days),
        "condition": "none" if asked.trigger == "none" else "what_if",
        "cluster": asked.case,
    }
    return IssuedForecast(**{**base, **changes})


def revision(asked: Question | None = None, **changes) -> Revision:
    base = {
        "question": (asked or question()).id,
        "views": (view("pool", 0.8, 0.1),),
        "making": making(seed=2),
        "as_of": dt.date(2030, 1, 15),
        "issued_at": NOON + dt.timedelta(days=14),
        "reason": "talks were announced",
    }
    return Revision(**{**base, **changes})


def resolution(outcome: str = "yes", *, course: str = "talks", **changes) -> Resolution:
    row = CourseResolution(
        course=course,
        outcome=outcome,
        on=dt.date(2030, 2, 1),
        evidence=("https://example.org/talks",),
        reason="" if outcome in ("yes", "no") else "nobody can say",
    )
    base = {"question": question().id, "courses": (row,)}
    return Resolution(**{**base, **changes})


def source_forecast(**changes) -> SourceForecast:
    base = {
        "id": "c1",
        "source": "gazette-2030",
        "holder": "A. Writer",
        "text": "Ruritania hosts talks by April.",
        "forecaster": "text",
        "kind": "prediction",
        "hedge": "likely",
        "low": 0.55,
        "high": 0.8,
        "asked": dt.date(2030, 1, 1),
        "closes": dt.date(2030, 3, 31),
    }
    return SourceForecast(**{**base, **changes})


def other(n: int) -> IssuedForecast:
    """One of many questions that differ in their text alone."""
    return issued(question=replace(question(), text=f"What will Ruritania do? ({n})"))
