"""The page of the ledger: forecasts, where each stands, the track record, and whether it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DemarcheError
from demarche.show._numbers import chance
from demarche.show.workbench.asked import PageError, Shown, asked_number, asked_word
from demarche.show.workbench.frame import render
from demarche.show.workbench.workspace import Workspace

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.verify import Verification

__all__ = ["STATUSES", "page"]

LIMITS = (
    "The chain shows an edit only to someone who kept a checkpoint from before it; without one "
    "every forecast here is self-declared.",
    "Few resolved questions say little about skill; intervals stand beside every mean.",
    "A page only reads: issuing and resolving are acts of their own.",
)
STATUSES = ("open", "due", "partly", "resolved", "void")
PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What was read of a ledger at one moment."""

    label: str
    states: tuple[QuestionState, ...]
    verified: Verification
    hidden: int
    sources: int
    today: dt.date


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """The questions of the ledger, one of them opened, and the scores; how to start one."""
    from demarche.show.ledger_open import now

    status = asked_word(query, "status", known=STATUSES)
    book, problem = _book(workspace.ledger)
    told: dict[str, Any] = {
        "book": book, "problem": problem, "asked": query, "statuses": STATUSES,
        "place": workspace.ledger, "begun": _begun(workspace.ledger),
        "today": now().date().isoformat(),
    }  # fmt: skip
    if book is None:
        if query.get("question"):
            raise PageError("There is no such question.", "No ledger is open.", status=404)
        body = render("ledger.html.j2", **told)
        return Shown(title="Ledger", body=body, limits=LIMITS)
    cases = sorted({state.issued.question.case for state in book.states})
    case = asked_word(query, "case", known=cases)
    rows = [
        state
        for state in book.states
        if status in ("", state.status(book.today)) and case in ("", state.issued.question.case)
    ]
    rows.reverse()
    last = max(1, -(-len(rows) // PER_PAGE))
    at = asked_number(query, "page", most=last)
    body = render(
        "ledger.html.j2",
        **told,
        **_scores(workspace.ledger or ""),
        cases=cases,
        rows=rows[(at - 1) * PER_PAGE : at * PER_PAGE],
        found=len(rows),
        at=at,
        last=last,
        kept={k: v for k, v in query.items() if k not in ("page", "question")},
        opened=_opened(book, query.get("question")),
        counts={s: sum(x.status(book.today) == s for x in book.states) for s in STATUSES},
    )
    return Shown(title="Ledger", body=body, limits=LIMITS)


def _begun(place: str | None) -> bool:
    """Whether there is a ledger at a place; of an address only opening it can tell."""
    return place is not None and ("://" in place or Path(place).expanduser().exists())


def _book(place: str | None) -> tuple[_Book | None, str]:
    """What the ledger holds, or why it cannot be read; an empty reason where none was named."""
    if place is None or not _begun(place):
        return None, ""
    from demarche.show.ledger_open import Held, known_checkpoints, now, opened

    held = Held(ledger=place)
    try:
        with opened(held, read_only=True) as book, book.reading() as reading:
            from demarche.ledger.others import hidden_forecasts, source_forecasts
            from demarche.ledger.questions import all_questions
            from demarche.ledger.verify import verify_reading

            verified = verify_reading(reading, checkpoints=known_checkpoints(held, ()), deep=False)
            if not verified.holds:
                return None, f"The ledger does not hold: {verified.sentence}"
            return _Book(
                label=book.place.label,
                states=all_questions(reading),
                verified=verified,
                hidden=len(hidden_forecasts(reading)),
                sources=len(source_forecasts(reading)),
                today=now().date(),
            ), ""
    except DemarcheError as error:
        return None, str(error)


def _opened(book: _Book, id: str | None) -> dict[str, Any] | None:
    """One question with its rules, forecasts and outcomes.

    Raises
    ------
    PageError
        If the ledger has no such question.
    """
    if id is None:
        return None
    from demarche.show.ledger_data import question_data

    state = next((state for state in book.states if state.id == id), None)
    if state is None:
        raise PageError("There is no such question.", "The list has those that were issued.",
                        status=404)  # fmt: skip
    data = question_data(state, today=book.today, sealed=())
    return {**data, "courses": _courses(state, data["courses"])}


def _courses(state: QuestionState, rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Courses with their rule, the newest number of every view, and the outcome in force."""
    rules = {rule.course: rule for rule in state.issued.rules}
    views = state.forecasts[-1].views
    found = []
    for row in rows:
        numbers = {
            view.view: next(
                (chance(c.probability) for c in view.forecast.courses if c.course == row["course"]),
                "none",
            )
            for view in views
        }
        rule = rules[row["course"]]
        found.append({**row, "label": rule.label, "rule": rule.rule, "views": numbers})
    return tuple(found)


def _scores(place: str) -> dict[str, Any]:
    """Scores of the ledger as figures, or why there are none."""
    from demarche.desk.scoring import score_ledger
    from demarche.desk.track import read_track
    from demarche.show import _scores_figures as figures

    try:
        found = score_ledger(read_track(place))
    except DemarcheError as error:
        return {"scores": None, "claims": (), "figure": None, "curves": (), "why": str(error)}
    short = [card for card in found.table.cards if card.curve is None and card.counts.scored]
    names = ", ".join(dict.fromkeys(card.forecaster.replace("_", " ") for card in short))
    return {
        "scores": found.table,
        "claims": found.claims,
        "figure": figures.scores_figure(found.table),
        "curves": figures.calibration_figures(found.table),
        "why": f"No calibration curve for {names}: {short[0].why_no_curve}" if short else "",
    }
