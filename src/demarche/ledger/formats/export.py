"""Forecasts of a ledger for other tools: plain CSV, and the files of ForecastBench."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from demarche.ledger.formats.conditional import join_conditional
from demarche.ledger.formats.escape import escaped
from demarche.terms.courses import NO_TRIGGER
from demarche.terms.ledger import (
    POOL,
    IssuedForecast,
    ResolutionRule,
    ResolvedRow,
    SourceForecast,
)

__all__ = [
    "COLUMNS",
    "forecastbench_questions",
    "forecastbench_submission",
    "rows_csv",
    "sources_csv",
]

COLUMNS = (
    "forecaster", "forecaster kind", "source", "question id", "question", "condition", "course",
    "course kind", "actor", "trigger", "claim kind", "hedge", "probability", "low", "high", "date",
    "deadline", "outcome", "verdict", "resolved on", "cluster", "may have seen", "note",
)  # fmt: skip
"""Headers of a plain CSV; the import reads every one of them."""
MISSING = "N/A"


def _written(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else escaped(str(value))


def rows_csv(rows: Iterable[ResolvedRow]) -> str:
    """A ledger's own forecasts as plain CSV, one row per forecast, view and course.

    Cells that a spreadsheet would take for a formula get an apostrophe in front; the import takes
    it off again.
    """
    return _written(
        (
            row.view, row.forecaster, f"demarche {row.case}", row.question, "", "", row.course,
            row.kind, row.actor, row.trigger if row.trigger != NO_TRIGGER else "", "", "",
            row.probability, row.low, row.high, row.issued_at.date(),
            row.closes if row.closes >= row.issued_at.date() else None, _word(row.outcome), "",
            row.resolved_on, row.cluster, "", row.reason,
        )
        for row in rows
    )  # fmt: skip


def _word(outcome: str) -> str:
    return {"not_known": "not known", "open": ""}.get(outcome, outcome)


def sources_csv(forecasts: Iterable[SourceForecast]) -> str:
    """Forecasts of others as plain CSV; read again they are the same."""
    return _written(
        (
            f.holder, f.forecaster, f.source, f.question, f.text, f.condition, f.course,
            f.course_kind, f.actor, f.trigger, f.kind, f.hedge, f.probability, f.low, f.high,
            f.asked, f.closes, _word(f.outcome or "open"), f.verdict, f.resolved_on, f.cluster,
            "yes" if f.may_have_seen else "", f.note,
        )
        for f in forecasts
    )  # fmt: skip


def _question_text(issued: IssuedForecast, rule: ResolutionRule) -> str:
    names = [name for name in issued.actor.names if len(name) > 3] or [issued.actor.id]
    label = rule.label[0].lower() + rule.label[1:] if rule.label else rule.course
    text = f"Will {names[0]} take this course by {issued.closes}: {label}?"
    condition = issued.trigger_label if issued.question.trigger != NO_TRIGGER else ""
    return join_conditional(text, condition=condition)


def _id(issued: IssuedForecast, course: str) -> str:
    return f"{issued.question.id}-{course}"


def forecastbench_questions(issued: Sequence[IssuedForecast], *, name: str) -> str:
    """Question set of a ledger's questions, one per course, as JSON text.

    Parameters
    ----------
    issued : sequence of IssuedForecast
    name : str
        Of the set.
    """
    questions = [
        {
            "id": _id(one, rule.course),
            "source": "demarche",
            "question": _question_text(one, rule),
            "resolution_criteria": rule.rule,
            "background": one.trigger_rule,
            "market_info_open_datetime": MISSING,
            "market_info_close_datetime": MISSING,
            "market_info_resolution_criteria": MISSING,
            "url": MISSING,
            "freeze_datetime": one.issued_at.isoformat(),
            "freeze_datetime_value": MISSING,
            "freeze_datetime_value_explanation": MISSING,
            "source_intro": "Courses of action of one actor, each a yes or no of its own.",
            "resolution_dates": [one.closes.isoformat()],
        }
        for one in issued
        for rule in one.rules
    ]
    due = max((one.issued_at.date() for one in issued), default=None)
    return _json(
        {
            "forecast_due_date": due.isoformat() if due else MISSING,
            "question_set": name,
            "questions": questions,
        }
    )


def forecastbench_submission(
    issued: Sequence[IssuedForecast], *, name: str, view: str = POOL
) -> str:  # fmt: skip
    """Submission of one view's first forecasts, as JSON text.

    Parameters
    ----------
    issued : sequence of IssuedForecast
    name : str
        Of the question set.
    view : str
        Courses on which it is silent are left out.
    """
    forecasts = []
    for one in issued:
        for made in one.views:
            if made.view != view:
                continue
            forecasts += [
                {
                    "id": _id(one, row.course),
                    "source": "demarche",
                    "forecast": row.probability,
                    "resolution_date": one.closes.isoformat(),
                    "reasoning": row.note or None,
                }
                for row in made.forecast.courses
            ]
    due = max((one.issued_at.date() for one in issued), default=None)
    return _json(
        {
            "organization": "demarche",
            "model": view,
            "model_organization": "demarche",
            "question_set": name,
            "forecast_due_date": due.isoformat() if due else MISSING,
            "forecasts": forecasts,
        }
    )


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
