"""Commands about case files: ``check``, ``new-case``, ``cases`` and ``schema``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from demarche.show.written import write_new

__all__ = ["cases_command", "check_command", "new_case_command", "schema_command"]


def check_command(file: str, /) -> None:
    """Check a case file; every problem is listed at once.

    Parameters
    ----------
    file
        Path of a case file, or id of a shipped case.
    """
    from demarche.cases import load_case, reach_notes, shipped_case, shipped_ids, worded_notes
    from demarche.desk.consistency import consistency_warnings
    from demarche.record import load_episodes

    known = frozenset(episode.id for episode in load_episodes())
    case = shipped_case(file) if file in shipped_ids() else load_case(file, episodes=known)
    sys.stdout.write(
        f"{file}: ok. {len(case.actors)} actors, {len(case.factions)} factions, "
        f"{len(case.courses)} courses, {len(case.triggers)} triggers, "
        f"{len(case.evidence)} evidence items, {len(case.claims)} claims.\n"
    )
    for warning in consistency_warnings(case):
        sys.stdout.write(f"warning: {warning}\n")
    for note in (*worded_notes(case), *reach_notes(case)):
        sys.stdout.write(f"note: {note}\n")


def new_case_command(file: str | None = None, /) -> None:
    """Write a commented case that passes 'check', to change line by line.

    Parameters
    ----------
    file
        Path to write; printed if absent. An existing file is never overwritten.
    """
    from demarche.cases import template

    if file is None:
        sys.stdout.write(template())
        return
    write_new(Path(file), template())
    sys.stdout.write(f"wrote {file}; now: demarche check {file}\n")


def cases_command() -> None:
    """List the cases that ship."""
    from demarche.cases import shipped_case, shipped_ids

    for id in shipped_ids():
        case = shipped_case(id)
        sys.stdout.write(f"{id:<26} {case.question.as_of}  {case.title}\n")
        sys.stdout.write(f"{'':<26} {case.question.text}\n")
        triggers = ", ".join(trigger.id for trigger in case.triggers)
        sys.stdout.write(
            f"{'':<26} actors: {', '.join(a.id for a in case.deciding())}; triggers: {triggers}\n"
        )


def schema_command(what: Literal["case", "answer"] = "case", /) -> None:
    """Print the JSON Schema of the case format or of the answer.

    Parameters
    ----------
    what
        "case" or "answer".
    """
    import json as jsonlib

    from demarche.cases import case_schema
    from demarche.show.data import answer_schema

    found = case_schema() if what == "case" else answer_schema()
    sys.stdout.write(jsonlib.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
