"""What the commands of the ledger print with ``--json``: stable objects, see docs/ledger.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from demarche.terms.ledger import LedgerEntry
from demarche.terms.plain import to_plain

if TYPE_CHECKING:
    from demarche.desk.resolve import Proposals
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.verify import Verification
    from demarche.terms.ledger import Checkpoint

__all__ = [
    "checkpoint_data",
    "entry_data",
    "proposals_data",
    "question_data",
    "second",
    "state_data",
    "verification_data",
]


def entry_data(entry: LedgerEntry) -> dict[str, Any]:
    """An entry as it lies in the ledger; numbers are decimal text there."""
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "at": second(entry.at),
        "tool": entry.tool,
        "schema": entry.schema,
        "run": entry.run,
        "step": entry.step,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "content": to_plain(entry.content),
    }


def second(at: dt.datetime) -> str:
    """An instant to the second, in UTC."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def state_data(state: QuestionState, *, today: dt.date) -> dict[str, Any]:
    """One line of the list: a question and where it stands."""
    question = state.issued.question
    pool = state.forecasts[-1].views
    newest = next(view for view in pool if view.view == "pool")
    return {
        "question": state.id,
        "seq": state.seq,
        "status": state.status(today),
        "case": question.case,
        "actor": question.actor,
        "trigger": question.trigger,
        "condition": state.issued.condition,
        "trigger_occurred": state.occurred or None,
        "as_of": question.as_of.isoformat(),
        "opens": state.opens.isoformat(),
        "closes": state.closes.isoformat(),
        "horizon_days": question.horizon_days,
        "forecasts": len(state.forecasts),
        "late": all(made.late for made in state.forecasts),
        "courses": [
            {
                "course": item.course,
                "probability": item.probability,
                "outcome": state.courses[item.course][1].outcome
                if item.course in state.courses
                else None,
                "on": state.courses[item.course][1].on.isoformat()
                if item.course in state.courses
                else None,
            }
            for item in newest.forecast.courses
        ],
        "rung": state.rung[1] if state.rung is not None else None,
    }


def question_data(
    state: QuestionState, *, today: dt.date, sealed: Sequence[tuple[int, str]]
) -> dict[str, Any]:
    """A question with its rules, every forecast, what became of it, and its entries."""
    issued = state.issued
    return {
        **state_data(state, today=today),
        "text": issued.question.text,
        "trigger_label": issued.trigger_label,
        "trigger_rule": issued.trigger_rule,
        "cluster": issued.cluster,
        "note": issued.note,
        "ladder": list(issued.question.ladder),
        "rules": [to_plain(rule) for rule in issued.rules],
        "made": [
            {
                "seq": made.seq,
                "revision": made.revision,
                "issued_at": second(made.issued_at),
                "as_of": made.as_of.isoformat(),
                "late": made.late,
                "reason": made.reason,
                "inputs_hash": made.making.inputs_hash,
                "package_version": made.making.package_version,
                "seed": made.making.seed,
                "draws": made.making.draws,
                "run_id": made.making.run_id,
                "views": {
                    view.view: {
                        "weight": view.weight,
                        "ladder": list(view.forecast.ladder),
                        "courses": {
                            row.course: [row.probability, row.low, row.high]
                            for row in view.forecast.courses
                        },
                    }
                    for view in made.views
                },
                "sealed": sorted(course for seq, course in sealed if seq == made.seq),
            }
            for made in state.forecasts
        ],
        "resolutions": [{"seq": seq, **to_plain(item)} for seq, item in state.courses.values()],
        "entries": list(state.entries),
    }


def checkpoint_data(point: Checkpoint) -> dict[str, Any]:
    """A checkpoint."""
    return {
        "name": point.name,
        "origin": point.origin,
        "size": point.size,
        "root": point.root,
        "at": second(point.at),
        "outside": point.outside,
    }


def verification_data(found: Verification, *, what: str) -> dict[str, Any]:
    """What verifying found."""
    return {
        "what": what,
        "state": found.state,
        "holds": found.holds,
        "broken_at": found.seq,
        "sentence": found.sentence,
        "entries": found.entries,
        "ledger": found.ledger,
        "head": found.head,
        "root": found.root,
        "checkpoints": [
            {
                **checkpoint_data(item.checkpoint),
                "consistent": item.consistent,
                "because": item.because,
            }
            for item in found.checkpoints
        ],
        "warnings": list(found.warnings),
        "torn_bytes": found.tail,
        "contents_read": found.deep,
    }


def proposals_data(found: Proposals) -> dict[str, Any]:
    """What a record proposes for a question."""
    return {
        "question": found.question,
        "source": found.source,
        "opens": found.opens.isoformat(),
        "closes": found.closes.isoformat(),
        "known_by": found.known_by.isoformat(),
        "coverage": {
            "days": found.days,
            "covered": found.covered,
            "rows": found.rows,
            "last": found.last.isoformat() if found.last else None,
            "sentence": found.coverage,
        },
        "proposals": [
            {
                "course": item.course,
                "label": item.label,
                "outcome": item.outcome,
                "on": item.on.isoformat() if item.on else None,
                "reason": item.reason,
                "rows_matched": item.total,
                "rows": [
                    {
                        "event_id": row.event_id,
                        "date": row.date.isoformat(),
                        "known_at": row.known_at.isoformat(),
                        "actor": row.actor,
                        "recipient": row.recipient,
                        "code": row.code,
                        "headline": row.headline,
                        "url": row.url,
                    }
                    for row in item.rows
                ],
            }
            for item in found.items
        ],
    }
