"""Scores of the ledger that a command finds, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demarche.show.ledger_where import found_ledger

if TYPE_CHECKING:
    from demarche.desk.scoring import LedgerScores

__all__ = ["scores_if_any"]


def scores_if_any(said: str | None) -> LedgerScores | None:
    """Scores of a ledger by option, environment variable or default; None where there is none.

    Raises
    ------
    QuestionError
        If a ledger was named and is not there.
    LedgerError
        If it is not as it was written.
    """
    place = found_ledger(said)
    if place is None:
        return None
    from demarche.desk.scoring import score_ledger
    from demarche.desk.track import read_track

    return score_ledger(read_track(place))
