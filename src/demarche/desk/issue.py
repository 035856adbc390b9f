"""From an answer to what the ledger keeps of it: question, frozen rules, every view, the making."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from demarche.cases import dump_case
from demarche.desk.answer import Answer, AnsweredCourse
from demarche.errors import QuestionError
from demarche.record import episodes_hash, load_episodes
from demarche.terms import NO_TRIGGER, Case, CourseForecast, CourseOfAction, Forecast
from demarche.terms.ledger import (
    POOL,
    Condition,
    IssuedForecast,
    Making,
    Party,
    ResolutionRule,
    Revision,
    ViewForecast,
)

__all__ = ["forecast_of", "inputs_hash", "party_of", "revision_of"]

NO_RANGE = "a rate without a range"


def forecast_of(
    answer: Answer,
    *,
    issued_at: dt.datetime,
    occurred: bool = False,
    cluster: str = "",
    late: bool = False,
    note: str = "",
) -> IssuedForecast:
    """What the ledger keeps of an answer.

    Parameters
    ----------
    answer : Answer
    issued_at : datetime
        With its zone; the ledger sets it again when it writes.
    occurred : bool
        Whether the trigger has occurred; otherwise a question with a trigger is a what-if, which
        is scored only if the trigger occurs by the end of the horizon.
    cluster : str
        Crisis the question belongs to; the case by default.
    late : bool
        Keep it although the deadline is over: never scored.
    note : str

    Raises
    ------
    QuestionError
        If a trigger is said to have occurred, and the question has none.
    TermError
        If the deadline lies before ``issued_at`` and it is not marked late.
    """
    question = answer.question
    if occurred and question.trigger == NO_TRIGGER:
        raise QuestionError("the question has no trigger that could have occurred.")
    condition: Condition = "none"
    if question.trigger != NO_TRIGGER:
        condition = "occurred" if occurred else "what_if"
    courses = answer.case.courses_of(question.actor)
    return IssuedForecast(
        question=question,
        actor=party_of(answer.case, question.actor),
        trigger_label=answer.trigger_label,
        trigger_rule=answer.trigger_rule,
        rules=tuple(_rule(answer.case, course) for course in courses),
        views=_views(answer),
        making=_making(answer),
        issued_at=issued_at,
        opens=question.as_of,
        closes=question.as_of + dt.timedelta(days=question.horizon_days),
        condition=condition,
        cluster=cluster or question.case,
        late=late,
        note=note,
    )


def revision_of(
    answer: Answer,
    *,
    question: str,
    issued_at: dt.datetime,
    reason: str = "",
    late: bool = False,
) -> Revision:
    """A newer answer as a revision of a question that was issued before."""
    return Revision(
        question=question,
        views=_views(answer),
        making=_making(answer),
        as_of=answer.question.as_of,
        issued_at=issued_at,
        reason=reason,
        late=late,
    )


def party_of(case: Case, id: str) -> Party:
    """An actor of a case with every name by which a record may know it."""
    from demarche.terms.codebooks import group_of_name

    actor = case.actor(id)
    names = (id, group_of_name(actor.name) or "", actor.name, *actor.aliases)
    return Party(id=id, names=tuple(dict.fromkeys(name for name in names if name)))


def _rule(case: Case, course: CourseOfAction) -> ResolutionRule:
    return ResolutionRule(
        course=course.id,
        label=course.label,
        rule=course.resolution,
        kind=course.kind,
        rung=course.rung,
        observability=course.observability,
        coded_as=course.coded_as,
        recipients=tuple(party_of(case, id) for id in course.coded_as.recipients),
    )


def _views(answer: Answer) -> tuple[ViewForecast, ...]:
    """The pool, the outside and inside views, the event record and the base rate, where given."""
    weights = {view.name: view.weight for view in answer.views}
    parameters = {view.name: view.parameters for view in answer.views}
    events = answer.record.courses if answer.record is not None else ()
    rows: dict[str, list[CourseForecast]] = {
        POOL: [
            CourseForecast(course=r.id, probability=r.probability, low=r.low, high=r.high)
            for r in answer.courses
        ],
        "outside": [found for r in answer.courses if (found := _outside(r)) is not None],
        "inside": [
            CourseForecast(course=r.id, probability=r.inside, low=r.inside_low, high=r.inside_high)
            for r in answer.courses
        ],
        "events": [
            CourseForecast(
                course=event.course,
                probability=event.probability,
                low=event.low,
                high=event.high,
                note="in the outside view" if event.pooled else "beside the outside view",
            )
            for event in events
        ],
        "base_rate": [
            CourseForecast(
                course=r.id,
                probability=r.base_rate,
                low=r.base_rate,
                high=r.base_rate,
                note=NO_RANGE,
            )
            for r in answer.courses
            if r.base_rate is not None
        ],
    }
    ladder = tuple(rung.probability for rung in answer.ladder)
    return tuple(
        ViewForecast(
            view=name,
            forecast=Forecast(
                method=name,
                courses=tuple(found),
                ladder=ladder if name == POOL else (),
                parameters=parameters.get(name, ()),
            ),
            weight=weights.get(name) if name != POOL else None,
        )
        for name, found in rows.items()
        if found
    )


def _outside(row: AnsweredCourse) -> CourseForecast | None:
    if row.outside is None or row.outside_low is None or row.outside_high is None:
        return None
    return CourseForecast(
        course=row.id, probability=row.outside, low=row.outside_low, high=row.outside_high
    )


def inputs_hash(answer: Answer) -> str:
    """SHA-256 of all that went in: case, episodes and those left out, weights, state of a record.

    With the same hash, version, seed and draws, the same question gives the same answer.
    """
    content = json.dumps(
        [
            dump_case(answer.case),
            episodes_hash(load_episodes()),
            list(answer.outside.excluded) if answer.outside is not None else None,
            [[view.name, repr(view.weight)] for view in answer.views],
            [answer.record.source, answer.record.store_hash] if answer.record is not None else None,
        ],
        ensure_ascii=True,
    )
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def _making(answer: Answer) -> Making:
    versions = dict(answer.versions)
    return Making(
        inputs_hash=inputs_hash(answer),
        package_version=versions["demarche"],
        seed=answer.seed,
        draws=answer.draws,
        run_id=answer.run_id,
        versions=answer.versions,
        warnings=answer.warnings,
    )
