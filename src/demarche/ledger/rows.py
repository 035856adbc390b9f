"""Flat rows for scoring: one per forecast, view and course, with what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from demarche.ledger.questions import MadeForecast, QuestionState
from demarche.terms.ledger import (
    POOL,
    Checkpoint,
    ForecasterKind,
    ResolvedLadder,
    ResolvedRow,
    RowOutcome,
)

__all__ = ["is_sealed", "resolved_ladders", "resolved_rows"]


class _Outcome(NamedTuple):
    outcome: RowOutcome
    on: dt.date | None
    seq: int | None
    reason: str


def is_sealed(seq: int, *, on: dt.date | None, checkpoints: Sequence[Checkpoint]) -> bool:
    """Whether an outside checkpoint dated before the outcome covers an entry.

    Parameters
    ----------
    seq : int
        Of the forecast's entry.
    on : date or None
        Day of the outcome; while there is none, any outside checkpoint will do.
    checkpoints : sequence of Checkpoint
        Those that are consistent with the ledger.
    """
    return any(
        point.outside and point.size >= seq and (on is None or point.at.date() < on)
        for point in checkpoints
    )


def resolved_rows(
    states: Sequence[QuestionState], *, checkpoints: Sequence[Checkpoint] = ()
) -> tuple[ResolvedRow, ...]:
    """Rows in order of question, forecast, view and course; open and void ones are among them.

    Parameters
    ----------
    states : sequence of QuestionState
    checkpoints : sequence of Checkpoint
        Consistent with the ledger (``verify`` says so); without any, nothing is sealed.
    """
    return tuple(
        row
        for state in states
        for made in state.forecasts
        for row in _rows(state, made, checkpoints)
    )


def _rows(
    state: QuestionState, made: MadeForecast, checkpoints: Sequence[Checkpoint]
) -> Iterator[ResolvedRow]:
    issued, question = state.issued, state.issued.question
    rules = {rule.course: rule for rule in issued.rules}
    for view in made.views:
        for item in view.forecast.courses:
            rule, what = rules[item.course], _outcome(state, item.course)
            yield ResolvedRow(
                question=state.id,
                case=question.case,
                actor=question.actor,
                trigger=question.trigger,
                course=item.course,
                kind=rule.kind,
                rung=rule.rung,
                observability=rule.observability,
                horizon_days=question.horizon_days,
                opens=state.opens,
                closes=state.closes,
                condition=issued.condition,
                view=view.view,
                forecaster=_forecaster(view.view),
                seq=made.seq,
                revision=made.revision,
                issued_at=made.issued_at,
                probability=item.probability,
                low=item.low,
                high=item.high,
                outcome=what.outcome,
                resolved_on=what.on,
                resolved_seq=what.seq,
                reason=what.reason,
                cluster=issued.cluster,
                sealed=is_sealed(made.seq, on=what.on, checkpoints=checkpoints),
                late=_late(state, made, course=item.course, what=what),
            )


def _forecaster(view: str) -> ForecasterKind:
    return "pool" if view == POOL else "model"


def _outcome(state: QuestionState, course: str) -> _Outcome:
    if state.condition is not None and state.occurred != "yes":
        seq, said = state.condition
        outcome: RowOutcome = "annulled" if state.occurred == "no" else "not_known"
        text = "the trigger did not occur" if outcome == "annulled" else "the trigger: not known"
        return _Outcome(outcome, said.on, seq, f"{text}: {said.reason}")
    if course not in state.courses:
        return _Outcome("open", None, None, "")
    seq, item = state.courses[course]
    return _Outcome(item.outcome, item.on, seq, item.reason)


def _late(state: QuestionState, made: MadeForecast, *, course: str, what: _Outcome) -> bool:
    day = made.issued_at.date()
    return (
        made.late
        or day > state.closes
        or state.first_resolved.get(course, made.seq) < made.seq
        or (what.outcome == "yes" and what.on is not None and day >= what.on)
    )


def resolved_ladders(
    states: Sequence[QuestionState], *, checkpoints: Sequence[Checkpoint] = ()
) -> tuple[ResolvedLadder, ...]:
    """Distributions over the ladder in order of question, forecast and view."""
    found = []
    for state in states:
        issued, question = state.issued, state.issued.question
        seq, rung = state.rung if state.rung is not None else (None, None)
        last = max((item.on for _, item in state.courses.values()), default=None)
        for made in state.forecasts:
            for view in made.views:
                if not view.forecast.ladder:
                    continue
                found.append(
                    ResolvedLadder(
                        question=state.id,
                        case=question.case,
                        actor=question.actor,
                        trigger=question.trigger,
                        horizon_days=question.horizon_days,
                        view=view.view,
                        forecaster=_forecaster(view.view),
                        seq=made.seq,
                        revision=made.revision,
                        issued_at=made.issued_at,
                        ladder=view.forecast.ladder,
                        rung=rung,
                        resolved_seq=seq,
                        cluster=issued.cluster,
                        sealed=is_sealed(
                            made.seq,
                            on=None if rung is None else (last or state.closes),
                            checkpoints=checkpoints,
                        ),
                        late=made.late
                        or made.issued_at.date() > state.closes
                        or (seq is not None and seq < made.seq),
                    )
                )
    return tuple(found)
