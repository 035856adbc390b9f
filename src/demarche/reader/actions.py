"""The act that a claim is about, coded in CAMEO and PLOVER by the coder of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from demarche.reader.events import code_events, lexicon
from demarche.terms.claims import ReadClaim
from demarche.terms.reading_events import GivenActor

__all__ = ["action_code", "action_codes"]

_DOER, _OTHER = "Alphaland", "Betaland"
_SIDES = (
    GivenActor(names=(_DOER,), code="AAA", country="AAA"),
    GivenActor(names=(_OTHER,), code="BBB", country="BBB"),
)
_TAILS = (
    "",
    f" {_OTHER}",
    f" to {_OTHER}",
    f" with {_OTHER}",
    f" against {_OTHER}",
    f" from {_OTHER}",
)
_LONGEST = 160
_AHEAD = 7
"""Words among which the verb is looked for, where a noun was taken for the act."""
_STOP = re.compile(r"[;:\"()\u2014]|,(?= )|\b(?:if|unless|because|while|although|but|who|which)\b")


@lru_cache(maxsize=4_096)
def action_code(action: str, rest: str) -> tuple[str, str] | None:
    """CAMEO code and PLOVER event of an act in words, or ``None`` where the coder knows none.

    The act is read as one of a made-up state; where it names no recipient, a second made-up state
    is put in, so that the code is that of the act and says nothing of the sides.

    Parameters
    ----------
    action : str
        The verb, in any form.
    rest : str
        The words behind it.

    Examples
    --------
    >>> action_code("impose", "sanctions"), action_code("attacks", "its neighbour")
    (('163', 'SANCTION'), ('190', 'ASSAULT'))
    >>> action_code("rain", "in the north") is None
    True
    """
    row = [action, *_STOP.split(rest, maxsplit=1)[0][:_LONGEST].rstrip(" .!?,").split()]
    known = lexicon.verb_forms()
    at = next((n for n, word in enumerate(row[:_AHEAD]) if word.lower() in known), 0)
    verb = row[at].lower()
    lemma = known[verb][0][0] if verb in known else verb
    words = " ".join(row[at + 1 :])
    for tail in _TAILS:
        text = f"{_DOER} will {lemma} {words}{tail}.".replace("  ", " ")
        for event in code_events(text, actors=_SIDES).events:
            if event.actor.code == "AAA" and event.event:
                return event.cameo, event.event
    return None


def action_codes(claims: Sequence[ReadClaim], *, text: str) -> dict[str, tuple[str, str] | None]:
    """Code of each claim's act by the id of the claim; claims without an act are left out."""
    found: dict[str, tuple[str, str] | None] = {}
    for claim in claims:
        if claim.action is not None:
            end = max(claim.span.end, claim.action.end)
            if claim.horizon is not None and claim.action.end <= claim.horizon.span.start < end:
                end = claim.horizon.span.start
            given = claim.condition
            if given is not None and claim.action.end <= given.span.start < end:
                end = given.span.start
            found[claim.id] = action_code(claim.action.text, text[claim.action.end : end])
    return found
