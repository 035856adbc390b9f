"""Which actor is the recipient: by the frame of a verb or noun and the prepositions around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demarche.reader.events.mentions import Mention
from demarche.reader.events.sentence import Parsed, preposition_of

__all__ = ["Candidate", "agent_by", "candidates", "choose"]

DIRECT = ""

_ORDER = {
    "obj": "- on at against with to toward towards of over into for from between about in",
    "att": "by - against from of for on at to over with toward towards between about in",
    "with": "with - between against to of from",
    "to": "to for - into toward towards with between in",
    "on": "on against at over into to toward towards of from - in with",
    "at": "at on into toward towards against over to near - from in",
    "against": "against at on with to of - toward towards over in about",
    "from": "from of - out in to with for on",
    "for": "for to with of - toward towards against on in between",
    "about": "about over toward towards with for to on of - at in",
    "in": "in into to with between - on of for from",
    "into": "into to in - of for from",
    "of": "of from - in on",
    "near": "near along against at to on with around toward towards off over in",
    "direct": "-",
    "joint": "with between",
    "between": "between with among - of to for in",
    "swap": "from by of -",
    "none": "",
    "": "- with to against on from of for at over toward towards between into",
}
ORDER: dict[str, tuple[str, ...]] = {
    frame: tuple("" if word == "-" else word for word in order.split())
    for frame, order in _ORDER.items()
}
"""Prepositions a frame looks for, best first; empty (-) is the direct object."""

_NEVER = frozenset(
    "during after before via through since as than without like including despite amid following "
    "until within under".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group that may be the recipient, with its preposition and its rank."""

    group: tuple[Mention, ...]
    preposition: str
    rank: int


def candidates(
    parsed: Parsed,
    *,
    start: int,
    end: int,
    frame: str,
    hostile: bool,
    skip: Sequence[Mention] = (),
) -> list[Candidate]:
    """Groups between two tokens, best first."""
    order = ORDER[frame if frame in ORDER else ""]
    found = []
    for group in parsed.groups:
        if group[0].start < start or group[-1].end > end or group[0] in skip:
            continue
        if group[0].own and len(group) == 1:
            continue
        led = preposition_of(parsed, group[0]) or DIRECT
        if led == "by" and _owns(parsed, group[0]):
            led = "of"
        if led in _NEVER or (led == "by" and frame not in ("att", "swap")):
            continue
        if led not in order:
            continue
        rank = order.index(led)
        if (
            group[0].kind == "seat"
            and led in ("in", "at", "near")
            and not hostile
            and frame != "in"
        ):
            continue
        if group[0].kind == "city" and not hostile:
            continue
        if group[0].bare:
            rank += 20
        found.append(Candidate(group, led, rank))
    return sorted(found, key=lambda one: (one.rank, one.group[0].start))


def _owns(parsed: Parsed, mention: Mention) -> bool:
    """Whether "by" names an owner: "a ship owned by"."""
    for place in range(mention.start - 1, max(mention.start - 5, 0), -1):
        if parsed.low(place) == "by":
            return parsed.low(place - 1) in ("owned", "operated", "run", "built", "chartered")
    return False


def choose(found: list[Candidate]) -> tuple[Mention, ...]:
    """The best group, empty where there is none."""
    return found[0].group if found else ()


def agent_by(parsed: Parsed, *, start: int, end: int) -> tuple[Mention, ...]:
    """Group led in by "by" between two tokens."""
    for group in parsed.groups:
        inside = start <= group[0].start and group[-1].end <= end
        if inside and preposition_of(parsed, group[0]) == "by":
            return group
    return ()
