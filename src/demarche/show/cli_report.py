"""demarche report: the answer as one HTML file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from demarche.show.asking import ASKED, Asked, answer_to
from demarche.show.ledger_where import found_ledger

if TYPE_CHECKING:
    from demarche.desk import Answer
    from demarche.desk.earlier import Held

__all__ = ["report_command"]


def report_command(
    what: str,
    /,
    *,
    output: Annotated[str, Parameter(name=["-o", "--output"])],
    asked: Asked = ASKED,
    asker: str = "",
    ledger: str | None = None,
) -> None:
    """Write the answer as one self-contained HTML file.

    Parameters
    ----------
    what
        Id of a shipped case, path of a case file, or a question in quotes.
    output
        File to write.
    asker
        Who asked, to be shown in the report.
    ledger
        Ledger of the track record and of earlier forecasts of the question; DEMARCHE_LEDGER or
        desk/ledger.sqlite if one is there.
    """
    from demarche.show.report import write_report
    from demarche.show.scores_of import scores_if_any

    answer = answer_to(what, asked, ledger=ledger, ledger_used=True)
    scores, held = scores_if_any(ledger), _held(answer, ledger=ledger)
    path = write_report(answer, path=Path(output), scores=scores, held=held, asker=asker)
    sys.stdout.write(f"wrote {path}\n")


def _held(answer: Answer, *, ledger: str | None) -> Held | None:
    """What the ledger holds of the question, where there is a ledger."""
    place = found_ledger(ledger)
    if place is None:
        return None
    from demarche.desk.earlier import held_of
    from demarche.show.ledger_open import now

    return held_of(place, answer, today=now().date())
