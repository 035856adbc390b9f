"""Command ``demarche next``: what an actor does next, and to whom, by rank."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from demarche.errors import QuestionError

__all__ = ["next_command"]


def next_command(
    actor: str,
    event: str | None = None,
    /,
    recipient: str | None = None,
    *,
    as_of: str | None = None,
    store: str | None = None,
    source: str | None = None,
    top: int = 10,
    learn: bool | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Rank what an actor does next, and to whom, with the rules and dates behind each line.

    Parameters
    ----------
    actor
        Who acts, as the record spells it.
    event
        What it does: a name, a CAMEO code, or a root such as 19. Without it, events are ranked too.
    recipient
        To whom, third or by --recipient. With it, what comes next between the two is ranked.
    as_of
        Last day known (YYYY-MM-DD); the end of the record by default.
    store
        Folder of the event record; DEMARCHE_STORE or desk/record if one is there.
    source
        Source of the record that speaks; the fullest one by default.
    top
        Number of lines.
    learn
        The learned ranker (extra learn), or rules alone with --no-learn; by default as installed.
    json
        Print one JSON object instead of the screen.
    """
    from demarche.desk.next import next_events
    from demarche.show.next_text import next_json, next_text
    from demarche.show.record_text import Progress
    from demarche.show.where import found_store, given_day

    known = given_day(as_of, option="--as-of")
    folder = found_store(store)
    if folder is None:
        raise QuestionError(
            "demarche next needs an event record, and none is at desk/record. Fill one with "
            "demarche record sync, or name it with --store."
        )
    progress = Progress()
    try:
        answer = next_events(
            folder,
            actor=actor,
            event=event,
            recipient=recipient,
            as_of=known,
            top=top,
            learn=learn,
            source=source,
            progress=progress,
        )
    finally:
        progress.end()
    sys.stdout.write(next_json(answer) if json else next_text(answer))
