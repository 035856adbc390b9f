"""Weights of the views as a command is given them: two numbers, or what a record earned."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from demarche.errors import QuestionError
from demarche.show.ledger_where import found_ledger

if TYPE_CHECKING:
    from demarche.pooling import EarnedWeights

__all__ = ["given_weights"]

EARNED = "earned"


def given_weights(
    text: str, *, ledger: str | None, as_of: dt.date, used: bool = False
) -> tuple[float, float] | EarnedWeights:
    """Weights of the outside and the inside view.

    Parameters
    ----------
    text : str
        Two numbers such as 2/1, or "earned".
    ledger : str, optional
        Place of the ledger whose record earns them.
    as_of : date
        Only what was known before this day earns.
    used : bool
        Whether the command has another use for the ledger, so that naming it is no mistake.

    Raises
    ------
    QuestionError
        If the text is neither, or a ledger that was named is not there.

    Examples
    --------
    >>> given_weights("2/1", ledger=None, as_of=dt.date(2030, 1, 1))
    (2.0, 1.0)
    """
    if text.strip().lower() == EARNED:
        from demarche.desk.track import earned, read_track

        place = found_ledger(ledger)
        return earned(read_track(place) if place is not None else None, as_of=as_of)
    try:
        outside, inside = (float(part) for part in text.split("/"))
    except ValueError:
        raise QuestionError(
            f"--weights must be two numbers such as 2/1, or 'earned', got {text!r}."
        ) from None
    if ledger is not None and not used:
        raise QuestionError("--ledger says which record earns weights; it needs --weights earned.")
    return outside, inside
