"""Longest phrase at a place of a sentence, by the first word: names, organs, nouns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from demarche.reader.events import lexicon
from demarche.reader.events.tokens import Token
from demarche.terms.reading_events import GivenActor

__all__ = ["Phrases", "agent_phrases", "mask_phrases", "noun_phrases", "place_phrases"]

V = TypeVar("V")
_LONGEST = 8
_SHOUTED = frozenset({"US", "IS", "AU", "WHO", "PA", "ICC", "CAR", "IRA", "ADF", "ETA"})


@dataclass(slots=True)
class Phrases(Generic[V]):
    """Phrases by their first word in small letters, longest first.

    ``exact`` phrases (all capitals) need their capitals; ``names`` need a capital where the phrase
    begins with one.
    """

    names: bool
    by_first: dict[str, list[tuple[tuple[str, ...], V]]] = field(default_factory=dict)

    def add(self, words: tuple[str, ...], value: V) -> None:
        """Add one phrase."""
        if words and len(words) <= _LONGEST:
            self.by_first.setdefault(words[0].lower(), []).append((words, value))

    def close(self) -> Phrases[V]:
        """Order the phrases once all are in."""
        for entries in self.by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        return self

    def at(
        self, run: Sequence[Token], place: int, *, shouted: bool = False
    ) -> tuple[int, V] | None:
        """End and value of the longest phrase that begins at ``place``."""
        if place >= len(run):
            return None
        for words, value in self.by_first.get(run[place].low, ()):
            end = place + len(words)
            if end <= len(run) and self._same(words, run[place:end], shouted):
                return end, value
        return None

    def _same(self, words: tuple[str, ...], run: Sequence[Token], shouted: bool) -> bool:
        if self.names and words[0][0].isupper() and not run[0].capital:
            return False
        for word, token in zip(words, run, strict=True):
            if word == "*":
                if not token.capital:
                    return False
            elif self.names and len(word) > 1 and word.isupper() and word.isalpha():
                if token.text != word or (shouted and word in _SHOUTED):
                    return False
            elif word.lower() != token.low:
                return False
        return True


def _filled(pairs: Iterable[tuple[tuple[str, ...], V]], *, names: bool) -> Phrases[V]:
    found: Phrases[V] = Phrases(names=names)
    for words, value in pairs:
        found.add(words, value)
    return found.close()


@cache
def place_phrases() -> Phrases[lexicon.Place]:
    """Names of the shipped dictionary."""
    return _filled(lexicon.places().items(), names=True)


@cache
def mask_phrases() -> Phrases[None]:
    """Names that are no actor."""
    return _filled(((words, None) for words in lexicon.masks()), names=True)


@cache
def agent_phrases() -> Phrases[tuple[str, bool]]:
    """Words for organs and groups."""
    return _filled(lexicon.agents().items(), names=False)


@cache
def noun_phrases() -> Phrases[tuple[lexicon.NounClass, ...]]:
    """Words of the classes of nouns."""
    return _filled(lexicon.nouns().items(), names=False)


@cache
def holder_phrases(year: int | None) -> Phrases[lexicon.Holder]:
    """Names of those in office in a year; without one, of any year, the latest first."""
    pairs = {
        words: holder
        for words, holder in lexicon.holders()
        if year is None or (holder.since <= year and (holder.until is None or year <= holder.until))
    }
    return _filled(pairs.items(), names=True)


def given_phrases(actors: Iterable[GivenActor]) -> Phrases[lexicon.Place]:
    """Names of the caller's actors."""
    pairs: dict[tuple[str, ...], lexicon.Place] = {}
    for actor in actors:
        place = lexicon.Place(
            actor.code, actor.country, actor.sector, actor.name or actor.names[0], "given"
        )
        for name in actor.names:
            pairs[lexicon.phrase(name)] = place
    return _filled(pairs.items(), names=True)


def is_shouted(run: Sequence[Token]) -> bool:
    """Whether nearly all words are in capitals, so that these say nothing."""
    words = [token for token in run if token.word and len(token.text) > 1]
    return len(words) > 3 and sum(token.text.isupper() for token in words) > 0.8 * len(words)
