"""A sentence taken apart: nouns, verbs, clauses, groups of actors."""

from __future__ import annotations

from dataclasses import dataclass, field

from demarche.reader.events import lexicon, words
from demarche.reader.events.mentions import Mention
from demarche.reader.events.tokens import Token

__all__ = ["Clause", "Group", "Noun", "Parsed", "Verbal", "preposition_of"]

Group = tuple[Mention, ...]
_PARTICLES = frozenset("over up off out down back".split())


@dataclass(frozen=True, slots=True)
class Noun:
    """A phrase of the dictionary of nouns: tokens ``start`` to ``end``, and its classes."""

    start: int
    end: int
    classes: tuple[lexicon.NounClass, ...]

    def has(self, name: str) -> bool:
        """Whether it is of this class."""
        return any(entry.name == name for entry in self.classes)


@dataclass(slots=True)
class Verbal:
    """A verb of the dictionary where it is used as one.

    ``start`` is the first word of its group (auxiliaries, "to"), ``main`` the verb itself.
    """

    start: int
    main: int
    lemmas: tuple[str, ...]
    tag: str
    passive: bool = False
    negated: bool = False
    will: bool = False
    supposed: bool = False
    infinitive: bool = False
    gerund: bool = False
    perfect: bool = False
    clause: int = -1
    lead: str = ""
    """Word before the group."""
    first: int = -1
    """First auxiliary, else the verb; adverbs before it are no part of the trigger."""

    @property
    def finite(self) -> bool:
        """Whether it may open a clause."""
        return not (self.infinitive or self.gerund)


@dataclass(slots=True)
class Clause:
    """Tokens ``start`` to ``end``; how it is joined; its subject, a run of mentions."""

    start: int
    end: int
    joint: str
    verbals: list[Verbal] = field(default_factory=list)
    subject: tuple[Mention, ...] = ()
    pronoun: bool = False
    said: bool = False
    """A speaker's tail (", X said") or a source ("according to X")."""
    asked: bool = False
    conditional: bool = False


@dataclass(slots=True)
class Parsed:
    """A sentence taken apart."""

    run: tuple[Token, ...]
    mentions: list[Mention]
    groups: list[tuple[Mention, ...]]
    nouns: list[Noun]
    verbals: list[Verbal]
    clauses: list[Clause]

    def low(self, place: int) -> str:
        """Word at a place in small letters, empty outside the sentence."""
        return self.run[place].low if 0 <= place < len(self.run) else ""


def preposition_of(parsed: Parsed, mention: Mention) -> str | None:
    """Preposition that leads in the noun phrase of a mention, or None."""
    place = mention.start - 1
    steps = 0
    verbs = {verbal.main for verbal in parsed.verbals}
    while place >= 0 and steps < 7:
        low = parsed.low(place)
        if (
            place in verbs
            or low in words.CONJUNCTIONS
            or low in words.SUBORDINATORS - words.PREPOSITIONS
        ):
            return None
        if low == "to" and steps > 0 and _infinitive(parsed, place):
            return "to do"
        if low in words.PREPOSITIONS:
            particle = low in _PARTICLES and place - 1 in verbs
            return None if particle else low
        if not low[0].isalnum() and low not in ("-", "'s", '"', "“", "'"):
            return None
        if low in words.BE or low in words.HAVE or low in words.WILL:
            return None
        place -= 1
        steps += 1
    return None


def _infinitive(parsed: Parsed, place: int) -> bool:
    """Whether "to" opens an infinitive of a verb that is in no dictionary: "to prevent the"."""
    after, next_one = parsed.low(place + 1), parsed.low(place + 2)
    plain = after.isalpha() and after not in words.DETERMINERS
    return plain and not parsed.run[place + 1].capital and next_one in words.DETERMINERS
