"""What the commands of the ledger say on the terminal."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from demarche.errors import counted
from demarche.show.text import WIDTH, number

if TYPE_CHECKING:
    from demarche.desk.resolve import Proposals
    from demarche.ledger.questions import QuestionState
    from demarche.ledger.verify import Verification
    from demarche.terms.ledger import IssuedForecast, LedgerEntry

__all__ = [
    "ALONE",
    "KEEP",
    "issued_text",
    "list_text",
    "proposals_text",
    "question_text",
    "verification_text",
]

ALONE = (
    "A chain alone shows an edit only to who holds a checkpoint from before it. None was given "
    "back from outside: every forecast here is self-declared (--checkpoint FILE)."
)
KEEP = (
    "Keep a copy where you cannot rewrite it (a commit others hold, a mail, a time stamp) and give "
    "it back with --checkpoint."
)
HEX = 12


def _wrap(text: str, *, indent: int = 0) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)


def issued_text(entry: LedgerEntry, forecast: IssuedForecast, *, place: str) -> str:
    """What was issued; said only once it is durable."""
    lines = [
        f"issued question {forecast.question.id} as entry {entry.seq} of {place} "
        f"({entry.hash[:HEX]})"
    ]
    if forecast.late:
        lines.append("late: kept and counted, never scored")
    elif forecast.condition == "what_if":
        lines.append(
            f"a what-if: it is scored only if the trigger occurs from {forecast.opens} to "
            f"{forecast.closes}; its window is then {forecast.question.horizon_days} days"
        )
    else:
        lines.append(f"resolves on what happens from {forecast.opens} to {forecast.closes}")
    return "\n".join(lines) + "\n"


def list_text(
    states: Sequence[QuestionState],
    *,
    today: dt.date,
    place: str,
    hidden: tuple[int, int],
    sources: int,
) -> str:
    """One line per question, and what else the ledger holds."""
    lines = [
        f"{state.id}  {state.status(today):<8}  closes {state.closes}  "
        f"{state.issued.question.case}: {state.issued.question.actor} if "
        f"{state.issued.question.trigger}  forecasts {len(state.forecasts)}  resolved "
        f"{len(state.courses)}/{len(state.issued.question.courses)}"
        for state in states
    ]
    lines.append(
        f"{counted(len(states), 'question')} in {place}; hidden forecasts {hidden[0]:,}, of them "
        f"never revealed {hidden[1]:,}; forecasts by others {sources:,}"
    )
    return "\n".join(lines) + "\n"


def question_text(
    state: QuestionState, *, today: dt.date, sealed: Sequence[tuple[int, str]]
) -> str:
    """A question: window, courses with the newest numbers and outcomes, forecasts, entries."""
    issued, question = state.issued, state.issued.question
    lines = [
        f"{state.id}  {state.status(today)}  {question.case}: {question.actor} if "
        f"{question.trigger}  ({issued.trigger_label})",
        _wrap(question.text),
        _wrap(f"trigger: {issued.trigger_rule}"),
        f"window {state.opens} to {state.closes}; as of {question.as_of}; {_condition(state)}",
        "",
    ]
    newest = {view.view: view.forecast for view in state.forecasts[-1].views}
    names = list(newest)
    ids = min(24, max(len(rule.course) for rule in issued.rules))
    lines.append(
        f"{'ID':<{ids}}  {'COURSE':<28} "
        + " ".join(f"{name.upper():>9}" for name in names)
        + "  OUTCOME"
    )
    for rule in issued.rules:
        cells = []
        for name in names:
            found = [row for row in newest[name].courses if row.course == rule.course]
            cells.append(f"{number(found[0].probability if found else None):>9}")
        label = rule.label if len(rule.label) <= 28 else rule.label[:27] + "…"
        lines.append(
            f"{rule.course:<{ids}}  {label:<28} {' '.join(cells)}  {_outcome(state, rule.course)}"
        )
    if state.rung is not None:
        label = question.ladder[state.rung[1]]
        lines.append(f"highest rung reached: {state.rung[1]} {label} (entry {state.rung[0]})")
    lines.append("")
    for made in state.forecasts:
        held = [course for seq, course in sealed if seq == made.seq]
        word = "late, unscored" if made.late else _sealed(len(held), len(question.courses))
        what = "issued" if made.revision == 0 else f"revision {made.revision}"
        lines.append(
            f"entry {made.seq}: {what} {made.issued_at:%Y-%m-%d %H:%M} UTC as of {made.as_of}, "
            f"run {made.making.run_id}, inputs {made.making.inputs_hash[:HEX]}: {word}"
            + (f". {made.reason}" if made.reason else "")
        )
    return "\n".join(lines) + "\n"


def _sealed(held: int, courses: int) -> str:
    if not held:
        return "self-declared"
    return "sealed" if held == courses else f"sealed for {held} of {courses} courses"


def _condition(state: QuestionState) -> str:
    issued = state.issued
    if issued.condition == "none":
        return "no trigger"
    if issued.condition == "occurred":
        return "the trigger has occurred"
    if state.condition is None:
        return f"a what-if, void unless the trigger occurs by {issued.closes}"
    seq, said = state.condition
    return f"a what-if; trigger occurred: {said.occurred} on {said.on} (entry {seq})"


def _outcome(state: QuestionState, course: str) -> str:
    if course not in state.courses:
        return "open"
    seq, item = state.courses[course]
    why = "; ".join([*item.evidence[:1], *([item.reason] if item.reason else [])])
    return f"{item.outcome} {item.on} (entry {seq})" + (f" {why}" if why else "")


def verification_text(found: Verification, *, what: str) -> str:
    """What verifying found, where it breaks, and what it does not prove."""
    lines = [f"{what}: {found.state}. {found.sentence}"]
    if found.entries:
        lines.append(f"ledger {found.ledger}  head {found.head}")
        lines.append(f"root   {found.root} over {counted(found.entries, 'entry', 'entries')}")
    for item in found.checkpoints:
        point = item.checkpoint
        word = "consistent" if item.consistent else f"NOT CONSISTENT: {item.because}"
        side = "given back from outside" if point.outside else "kept beside the ledger"
        lines.append(f"checkpoint {point.size:,} of {point.at:%Y-%m-%d}, {side}: {word}")
    lines += [f"warning: {warning}" for warning in found.warnings]
    if not any(item.checkpoint.outside and item.consistent for item in found.checkpoints):
        lines.append(_wrap(ALONE))
    if not found.deep:
        lines.append("the chain was followed; contents were not read (--fast)")
    return "\n".join(lines) + "\n"


def proposals_text(found: Proposals) -> str:
    """What a record proposes, course by course, with its rows and its coverage."""
    lines = [f"question {found.question}: {found.coverage}", ""]
    for item in found.items:
        word = f"{item.outcome} {item.on}" if item.outcome is not None else "cannot say"
        lines.append(f"{item.course}: {word}. {item.reason}")
        lines += [
            f"    {row.date} {row.actor} {row.code} {row.recipient}  {row.event_id}"
            + (f"  {row.headline[:60]}" if row.headline else "")
            for row in item.rows
        ]
    return "\n".join(lines) + "\n"
