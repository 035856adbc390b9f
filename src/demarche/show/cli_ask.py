"""Command ``demarche ask``: a case, or a question in words, to an answer on the screen."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

from cyclopts import Parameter

from demarche.show.asking import ASKED, Asked, answer_to
from demarche.show.cli_issue import (
    ISSUING,
    Issuing,
    checked_issuing,
    issue_answer,
    refuse_early,
)
from demarche.show.ledger_open import Held, checked_writable

__all__ = ["ask_command"]


def ask_command(
    what: str,
    /,
    *,
    asked: Asked = ASKED,
    ledger: str | None = None,
    issue: Annotated[bool, Parameter(negative="")] = False,
    issuing: Issuing = ISSUING,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Answer a case, or a question in words.

    Parameters
    ----------
    what
        Id of a shipped case, path of a case file, or a question in quotes.
    ledger
        Ledger that weights are earned by and --issue writes to; DEMARCHE_LEDGER or
        desk/ledger.sqlite by default.
    issue
        Issue the answer into the ledger as well; see demarche ledger.
    json
        Print one JSON object instead of the screen.
    """
    held = Held(ledger=ledger)
    checked_issuing(issue, issuing)
    if issue:
        checked_writable(held)
    answer = answer_to(
        what,
        asked,
        ledger=ledger,
        ledger_used=issue,
        before=partial(refuse_early, late=issuing.late) if issue else None,
    )
    if json:
        from demarche.show.data import answer_json

        sys.stdout.write(answer_json(answer))
    else:
        from demarche.show.text import answer_text

        sys.stdout.write(answer_text(answer))
    if issue:
        issue_answer(answer, issuing, held=held, json=False, aside=json)
