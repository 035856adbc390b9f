"""Events as read in a text: who did what to whom and when, with the place of every word."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from demarche.errors import TermError, near_miss
from demarche.terms._base import STRICT

__all__ = [
    "EVENT_MODES",
    "CodedEvent",
    "CodedEvents",
    "EventActor",
    "EventDate",
    "EventMode",
    "GivenActor",
    "Words",
]

EventMode = Literal["happened", "planned", "hypothetical", "denied", "past"]
EVENT_MODES: tuple[EventMode, ...] = ("happened", "planned", "hypothetical", "denied", "past")
"""Whether an event took place, by the text: as news, as a plan or announcement, under a condition
or a question, said not to have taken place, or told as background from earlier times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A stretch of the text: ``text[start:end] == words``, in code points."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenActor:
    """An actor the caller names: the words that stand for it, its code, country and sector.

    ``names`` are matched word by word, with capitals as written. ``code`` is what the coded event
    shows; ``country`` may differ from it (an armed group) or be empty.

    Raises
    ------
    TermError
        If there is no name, an empty name, or no code.
    """

    __pydantic_config__ = STRICT
    names: tuple[str, ...]
    code: str
    country: str | None = None
    sector: str | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.code.strip():
            raise TermError(f"the actor named {self.names!r} needs a code.")
        if not self.names or not all(name.strip() for name in self.names):
            raise TermError(f"the actor {self.code!r} needs at least one name, and none empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventActor:
    """Who acted, or to whom: a state with its organ, an organization, an armed group.

    ``code`` is ISO 3166-1 alpha-3 for a state and its organs (``XKX`` for Kosovo), the codebook's
    code for an organization or group, else its neutral name; ``None`` where the text names an
    organ ("rebels") whose country is not known. ``how`` says by which words it was recognized:
    its own name, an adjective or a demonym, a capital or seat, an office, an office-holder named
    earlier in the text, the only country around (inherited), a pronoun, or a list of the caller.
    """

    code: str | None
    name: str
    country: str | None
    sector: str | None
    found: Words
    how: Literal[
        "name", "adjective", "seat", "office", "named earlier", "inherited", "pronoun", "given"
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDate:
    """When, as a closed interval of whole days; no end is guessed.

    ``start`` and ``end`` are None where the words cannot be resolved, and ``flags`` says why
    (``no_published``, ``by_published`` where the text states no date and the day of publication
    bounds it, ``vague``). ``found`` is empty where the text states no date.
    """

    start: dt.date | None
    end: dt.date | None
    precision: Literal["day", "week", "month", "season", "year", "vague", "unknown"]
    found: Words | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedEvent:
    """One event: actor, what, recipient, when, in which mode, and where the text says so.

    ``cameo`` and ``label`` are CAMEO's code and wording, ``event``, ``event_mode`` and ``contexts``
    PLOVER's (None for CAMEO's statements, which PLOVER leaves out), ``quad`` the project's quad
    class. ``mode`` is one of ``EVENT_MODES``. ``trigger`` are the words that made the code,
    ``found`` is the whole event from its first to its last word. ``reciprocal`` events stand twice,
    once in each direction. ``confidence`` in [0, 1] is a rank by rules, not a frequency; ``doubts``
    are reasons to look. ``said_by`` are the words of the speaker, where the text names one.
    ``mentions`` holds every place where the text tells of this event, the first one included.
    """

    actor: EventActor
    recipient: EventActor | None
    cameo: str
    label: str
    event: str | None
    event_mode: str | None
    contexts: tuple[str, ...]
    quad: int
    mode: EventMode
    trigger: Words
    date: EventDate
    found: Words
    sentence: int
    reciprocal: bool
    said_by: Words | None
    as_coded: str
    confidence: float
    doubts: tuple[str, ...]
    mentions: tuple[Words, ...]

    def __post_init__(self) -> None:
        if self.mode not in EVENT_MODES:
            raise TermError(
                f"{self.mode!r} is not a mode of an event. {near_miss(self.mode, EVENT_MODES)} "
                f"Modes: {', '.join(EVENT_MODES)}."
            )
        if not 0 <= self.confidence <= 1:
            raise TermError(f"confidence must lie in [0, 1], got {self.confidence:g}.")

    @property
    def count(self) -> int:
        """How often the text tells of it."""
        return len(self.mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedEvents:
    """All events of one text in the order of their first words, and what was left out.

    ``sentences`` counts the sentences read; ``left_out`` counts, by reason, what looked like an
    event and was not coded; ``notes`` are sentences for the user. ``coder`` and ``lexicon`` name
    the versions; ``sha256`` is that of the text as read (UTF-8).
    """

    events: tuple[CodedEvent, ...]
    sentences: int
    left_out: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    coder: str
    lexicon: str
    sha256: str
