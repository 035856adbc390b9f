"""Where the ledger lies that a command reads: by option, environment variable or default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from demarche.errors import QuestionError

__all__ = ["LEDGER_DEFAULT", "LEDGER_VARIABLE", "found_ledger"]

LEDGER_VARIABLE = "DEMARCHE_LEDGER"
LEDGER_DEFAULT = Path("desk") / "ledger.sqlite"


def found_ledger(said: str | None, *, environment: Mapping[str, str] = os.environ) -> str | None:
    """Place of a ledger that is there, or ``None``; one that was named must be there.

    Raises
    ------
    QuestionError
        If a file was named by option or environment variable and is not there.

    Examples
    --------
    >>> found_ledger("postgresql://ada@localhost/forecasts", environment={})
    'postgresql://ada@localhost/forecasts'
    """
    named = said or environment.get(LEDGER_VARIABLE)
    place = named or str(LEDGER_DEFAULT)
    if "://" in place or Path(place).expanduser().exists():
        return place
    if named:
        where = "--ledger" if said else LEDGER_VARIABLE
        raise QuestionError(
            f"{where} names {place!r}, and no ledger is there. Issue a forecast into it first, or "
            f"leave {where} out."
        )
    return None
