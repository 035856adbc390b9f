"""From a text to coded events."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from demarche.errors import TermError
from demarche.terms.reading_events import CodedEvents, GivenActor

__all__ = ["CODER", "code_events"]

CODER = "demarche events 0"
"""Name and version of the rules."""


def code_events(
    text: str,
    *,
    published: dt.date | None = None,
    actors: Iterable[GivenActor] | None = None,
) -> CodedEvents:
    """Events a text tells of: who did what to whom, when, coded by CAMEO and PLOVER.

    Status: emerging; the rules follow, this version finds nothing and says so in its notes.

    Parameters
    ----------
    text : str
        The text as the user has it; every span of the result counts code points in it.
    published : datetime.date, optional
        Day of publication, to which "on Monday" or "last week" refer. Without it such dates stay
        unresolved and are flagged.
    actors : iterable of GivenActor, optional
        Actors to recognize besides the shipped dictionary; their names go first.

    Returns
    -------
    CodedEvents

    Raises
    ------
    TermError
        If ``text`` is not text.

    Examples
    --------
    >>> code_events("").events
    ()
    """
    if not isinstance(text, str):
        raise TermError(f"a text to code must be text, got {type(text).__name__}.")
    tuple(actors or ())
    return CodedEvents(
        events=(),
        sentences=0,
        left_out=(),
        notes=("This version of the event coder has no rules yet.",),
        coder=CODER,
        lexicon="none",
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
