"""A ledger with a question that is resolved and one that is open, made with a clock of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from demarche.cases import parse_case, template
from demarche.show import ledger_open
from demarche.show.cli import main

READERS = ("cli_ledger_doctor", "cli_ledger", "cli_ledger_life", "cli_ledger_resolve", "cli_issue")


def made_ledger(folder: Path) -> Path:
    """A ledger in a folder: the template's question resolved, and its what-if open."""
    now = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)

    def clock() -> dt.datetime:
        nonlocal now
        now += dt.timedelta(seconds=1)
        return now

    place = folder / "ledger.sqlite"
    (folder / "made.toml").write_text(template(), "utf-8")
    case = parse_case(template(), file="made.toml")
    first, *rest = [course.id for course in case.courses_of(case.question.actor)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_open, "now", clock)
        for module in READERS:
            patch.setattr(f"demarche.show.{module}.now", clock)
        asked = (str(folder / "made.toml"), "--draws", "16", "--as-of", "2030-01-01")
        asked += ("--ledger", str(place))
        for more in (("--if", "none"), ()):
            assert main(["ledger", "issue", *asked, *more]) == 0
        now = dt.datetime(2030, 9, 1, 12, tzinfo=dt.UTC)
        id = question_of(place)
        outcomes = [part for course in rest for part in ("--no", course)]
        asked = ("--yes", f"{first}=2030-01-25", *outcomes, "--evidence", "https://example.org/1")
        assert main(["ledger", "resolve", id, *asked, "--ledger", str(place)]) == 0
    return place


def question_of(place: Path) -> str:
    """Id of the first question."""
    from demarche.ledger.questions import all_questions

    held = ledger_open.Held(ledger=str(place))
    with ledger_open.opened(held, read_only=True) as book, book.reading() as reading:
        return all_questions(reading)[0].id
