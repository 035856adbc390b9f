"""The questions of a ledger and where each stands: what ``ledger list`` shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demarche.show.ledger_open import Held, opened

if TYPE_CHECKING:
    from demarche.ledger.questions import QuestionState

__all__ = ["Listed", "listed", "listed_data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Questions in order of issue, on a day, and how much the ledger holds beside them.

    Parameters
    ----------
    place : str
        The ledger, as it is named.
    today : date
    states : tuple of QuestionState
    hidden, never, sources : int
        Forecasts issued hidden, those of them never revealed, forecasts of sources.
    """

    place: str
    today: dt.date
    states: tuple[QuestionState, ...]
    hidden: int
    never: int
    sources: int


def listed(
    held: Held,
    *,
    today: dt.date,
    status: str | None = None,
    case: str | None = None,
    actor: str | None = None,
) -> Listed:
    """Read the questions of a ledger, all of them or only those of a status, case or actor."""
    with opened(held, read_only=True) as book, book.reading() as reading:
        from demarche.ledger.others import hidden_forecasts, source_forecasts
        from demarche.ledger.questions import all_questions

        states = tuple(
            state
            for state in all_questions(reading)
            if (status is None or state.status(today) == status)
            and (case is None or state.issued.question.case == case)
            and (actor is None or state.issued.question.actor == actor)
        )
        hidden = hidden_forecasts(reading)
        return Listed(
            place=book.place.label,
            today=today,
            states=states,
            hidden=len(hidden),
            never=sum(not shown for _, _, shown in hidden),
            sources=len(source_forecasts(reading)),
        )


def listed_data(found: Listed) -> dict[str, Any]:
    """The same as plain values."""
    from demarche.show.ledger_data import state_data

    return {
        "ledger": found.place,
        "today": found.today.isoformat(),
        "questions": [state_data(state, today=found.today) for state in found.states],
        "hidden": found.hidden,
        "never_revealed": found.never,
        "sources": found.sources,
    }
