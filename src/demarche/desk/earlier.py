"""What a ledger already holds of a question: where it stands, and what has changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.desk.answer import Answer, AnsweredCourse
from demarche.desk.issue import inputs_hash
from demarche.desk.track import followed
from demarche.ledger.faults import needed_sqlalchemy
from demarche.terms.ledger import POOL, SourceForecast, ViewForecast

if TYPE_CHECKING:
    from demarche.ledger.questions import MadeForecast, QuestionState

__all__ = ["ChangedCourse", "Earlier", "Held", "held_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCourse:
    """One course then and now: the pooled number and, where given, both views.

    ``before`` and its range are what was issued; the views are (then, now) or ``None``.
    """

    id: str
    label: str
    before: float
    low: float | None
    high: float | None
    now: float
    outside: tuple[float, float] | None
    inside: tuple[float, float] | None

    @property
    def change(self) -> float:
        """Now minus then."""
        return self.now - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The forecast issued last of the question, other than this run.

    ``same`` is false where only actor, trigger and case are the same, and the day, the horizon or
    the lists of courses differ. ``reasons`` says what went in differently, as the ledger knows it.
    """

    question: str
    same: bool
    seq: int
    issued_at: dt.datetime
    as_of: dt.date
    run_id: str
    courses: tuple[ChangedCourse, ...]
    only_now: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a ledger holds of the question of an answer.

    Attributes
    ----------
    label : str
        Where the ledger is, without a password.
    status : str
        ``not issued``, ``open``, ``due``, ``partly``, ``resolved`` or ``void``.
    seq, issued_at, forecasts : int or None, datetime or None, int
        Entry that issued the question, and how many forecasts of it were issued.
    this_run : int or None
        Entry that holds this very run.
    earlier : Earlier or None
    others : tuple of SourceForecast
        What others forecast of the same question.
    """

    label: str
    status: str
    seq: int | None
    issued_at: dt.datetime | None
    forecasts: int
    this_run: int | None
    earlier: Earlier | None
    others: tuple[SourceForecast, ...]


def held_of(where: str | Path, answer: Answer, *, today: dt.date) -> Held:
    """Read what a ledger holds of the question of an answer, after its chain was followed.

    Parameters
    ----------
    where : path or address
    answer : Answer
    today : date
        Day on which the status is told.

    Raises
    ------
    LedgerError
        If there is no ledger, or it is not as it was written.
    MethodError
        If the extra for ledgers is not installed.
    """
    needed_sqlalchemy()
    from demarche.ledger.others import source_forecasts
    from demarche.ledger.questions import all_questions

    with followed(where, what="comparing") as (reading, _, label):
        states = all_questions(reading)
        sources = [forecast for _, forecast in source_forecasts(reading)]
    own = next((s for s in states if s.id == answer.question.id), None)
    runs = {made.making.run_id: made.seq for made in own.forecasts} if own is not None else {}
    return Held(
        label=label,
        status="not issued" if own is None else own.status(today),
        seq=None if own is None else own.seq,
        issued_at=None if own is None else own.forecasts[0].issued_at,
        forecasts=0 if own is None else len(own.forecasts),
        this_run=runs.get(answer.run_id),
        earlier=_earlier(answer, states=states),
        others=tuple(f for f in sources if f.question and f.question == answer.question.id),
    )


def _earlier(answer: Answer, *, states: Sequence[QuestionState]) -> Earlier | None:
    """The newest other forecast of the same question; else of the same actor, trigger and case."""
    q = answer.question
    found = []
    for state in states:
        asked = state.issued.question
        if (asked.case, asked.actor, asked.trigger) != (q.case, q.actor, q.trigger):
            continue
        for made in state.forecasts:
            if made.making.run_id != answer.run_id and made.as_of <= q.as_of:
                found.append((state.id == q.id, made.seq, state, made))
    if not found:
        return None
    same, seq, state, made = max(found, key=lambda row: (row[0], row[1]))
    views = {view.view: view for view in made.views}
    then = {row.course for row in views[POOL].forecast.courses}
    courses = [_course(row, views) for row in answer.courses if row.id in then]
    return Earlier(
        question=state.id,
        same=same,
        seq=seq,
        issued_at=made.issued_at,
        as_of=made.as_of,
        run_id=made.making.run_id,
        courses=tuple(sorted(courses, key=lambda c: (-abs(c.change), c.id))),
        only_now=tuple(row.label for row in answer.courses if row.id not in then),
        reasons=_reasons(answer, state=state, made=made, views=views),
    )


def _course(row: AnsweredCourse, views: dict[str, ViewForecast]) -> ChangedCourse:
    pool = views[POOL].forecast.course(row.id)
    return ChangedCourse(
        id=row.id,
        label=row.label,
        before=pool.probability,
        low=pool.low,
        high=pool.high,
        now=row.probability,
        outside=_pair(views, "outside", id=row.id, now=row.outside),
        inside=_pair(views, "inside", id=row.id, now=row.inside),
    )


def _pair(
    views: dict[str, ViewForecast], view: str, *, id: str, now: float | None
) -> tuple[float, float] | None:
    if view not in views or now is None:
        return None
    then = {r.course: r.probability for r in views[view].forecast.courses}
    return (then[id], now) if id in then else None


def _reasons(
    answer: Answer, *, state: QuestionState, made: MadeForecast, views: dict[str, ViewForecast]
) -> tuple[str, ...]:
    """What went in differently, as far as the ledger keeps it."""
    asked, q, making = state.issued.question, answer.question, made.making
    found = []
    if made.as_of != q.as_of:
        found.append(f"the day of the question moved from {made.as_of} to {q.as_of}")
    if asked.horizon_days != q.horizon_days:
        found.append(f"the horizon changed from {asked.horizon_days} to {q.horizon_days} days")
    if asked.courses != q.courses:
        found.append("the list of courses changed")
    before = {name: view.weight for name, view in views.items() if view.weight is not None}
    now = {view.name: view.weight for view in answer.views if view.name in before}
    moved = [n for n in now if abs(now[n] - (before[n] or 0.0)) > 1e-9]
    if moved:
        said = ", ".join(f"{n} {before[n]:.2f} to {now[n]:.2f}" for n in sorted(moved))
        found.append(f"the weights of the views changed ({said})")
    if ("events" in views) != (answer.record is not None):
        found.append(
            "an event record was "
            + ("left out" if "events" in views else "used for the first time")
        )
    version = dict(answer.versions)["demarche"]
    if making.package_version != version:
        found.append(f"demarche changed from {making.package_version} to {version}")
    if (making.seed, making.draws) != (answer.seed, answer.draws):
        found.append(
            f"the draws changed from {making.draws} with seed {making.seed} to {answer.draws} with "
            f"seed {answer.seed}"
        )
    if making.inputs_hash != inputs_hash(answer) and not moved:
        found.append("the case, its episodes or the record changed (their hash differs)")
    if made.reason:
        found.append(f"the earlier forecast was itself a revision: {made.reason}")
    return tuple(found)
