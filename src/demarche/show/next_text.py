"""The ranking of ``demarche next`` as text, 100 columns wide, and as JSON."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import Any

from demarche.desk.next import NextAnswer

__all__ = ["next_json", "next_text"]

WIDTH = 100
SUCH = (
    "Such questions: earlier days on which someone did the event of the line and, with one of its "
    "partners, the act named was as old as it is now (and as often done, once, twice, three times, "
    "or more, if it is that event itself). So answered: that partner was whom it was done to. Both "
    "are counts of the record."
)
BETWEEN = (
    "Such questions: earlier days on which two dealt with each other and the act named, the same "
    "way round between them, was as old as it is now. So answered: the event of the line was then "
    "done, the same way round. Both are counts of the record."
)
LEARNED = (
    "The learned ranker orders the lines. Below each stand its grounds by the rules, which the "
    "ranker reads among others."
)


def _reason(reason: Any) -> str:
    """One ground as one sentence."""
    times = "once" if reason.times == 1 else f"on {reason.times:,} days"
    if not reason.act:
        return f"both dealt with {reason.via}, last on {reason.last}"
    act = f"{reason.actor or 'others'} > {reason.recipient or 'others'}: {reason.act}"
    said = f"{act}, {times}, last on {reason.last}"
    if reason.kind == "rule":
        if not reason.seen:
            return f"{said} (no such question yet)"
        were = "was" if reason.right == 1 else "were"
        such = "question" if reason.seen == 1 else "questions"
        return f"{said} (of {reason.seen:,} such {such}, {reason.right:,} {were} so answered)"
    if reason.kind == "own country":
        return f"same country: {said}"
    if reason.kind == "shared partner":
        return f"partner of both: {said}"
    rows = "once" if reason.times == 1 else f"{reason.times:,} times"
    if reason.kind == "own habit":
        return f"{act}, {rows}, last on {reason.last}"
    return f"habit of all: {act}, {rows}, last on {reason.last}"


def next_text(answer: NextAnswer) -> str:
    """Ranked lines, each with the rules and dates behind it.

    Ranks order the lines; no figure here is a probability.
    """
    acts = f"{answer.acts:,} {'act' if answer.acts == 1 else 'acts'}"
    asked = [answer.event or "any event", f"to {answer.recipient or 'whom?'}"]
    lines = [
        *textwrap.wrap(f"NEXT: {answer.actor}, {', '.join(asked)}", WIDTH),
        *textwrap.wrap(
            f"for {answer.day}, from {acts} of the actor known by {answer.as_of} "
            f"(source {answer.source}, from {answer.first_day}); ranked by "
            f"{'the learned ranker' if answer.method == 'trees' else 'rules'}",
            WIDTH,
        ),
    ]
    for note in answer.notes:
        lines += textwrap.wrap(f"note: {note}", WIDTH, subsequent_indent="      ")
    lines.append("")
    for line in answer.lines:
        code = f" [{line.cameo}]" if line.cameo and line.cameo != line.event else ""
        head = f"{line.rank:>3}  {line.recipient}: {line.event}{code}"
        lines += textwrap.wrap(head, WIDTH, subsequent_indent="     ")
        for reason in line.reasons:
            lines += textwrap.wrap(f"     - {_reason(reason)}", WIDTH, subsequent_indent="       ")
    if not answer.lines:
        lines.append("  nothing in the record to rank.")
    lines.append("")
    if any(reason.kind == "rule" for line in answer.lines for reason in line.reasons):
        lines += textwrap.wrap(SUCH if answer.recipient is None else BETWEEN, WIDTH)
    if answer.method == "trees" and answer.lines:
        lines += textwrap.wrap(LEARNED, WIDTH)
    lines.append("Ranks order the lines; they are not probabilities.")
    return "\n".join(lines) + "\n"


def next_json(answer: NextAnswer) -> str:
    """The same as one JSON object."""
    data = asdict(answer)
    data["gaps"] = [gap.data() for gap in answer.gaps]
    data["thin_end"] = None if answer.thin_end is None else answer.thin_end.data()
    return json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"
