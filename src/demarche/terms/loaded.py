"""Loaded words: counted as an attribute of a source, each beside a neutral way to say it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

__all__ = ["LOADED", "LOADED_VERSION", "LoadedWord", "loaded_words"]

LOADED_VERSION = "1"
"""Version of the list; it changes whenever a word does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedWord:
    """A word that passes judgement, and neutral words in its place.

    ``pattern`` is a regular expression for its forms.
    """

    word: str
    pattern: str
    instead: str


def _list() -> tuple[LoadedWord, ...]:
    rows = (
        ("aggression", "aggressions?", "attack, use of force"),
        ("aggressor", "aggressors?", "who attacked"),
        ("annihilate", "annihilat(?:e|es|ed|ing|ion)", "destroy"),
        ("apartheid", "apartheid", "name the law or act"),
        ("atrocity", "atrocit(?:y|ies)", "name the act"),
        ("barbaric", "barbari(?:c|ans?|sm|ty)", "name the act"),
        ("bloodthirsty", "bloodthirsty", "name the act"),
        ("brutal", "brutal(?:ly|ity)?", "name the act"),
        ("butcher", "butcher(?:s|ed|y)?", "who killed"),
        ("clique", "cliques?", "group, leadership"),
        ("cowardly", "cowardly", "name the act"),
        ("crony", "cron(?:y|ies)", "associate"),
        ("despot", "despot(?:s|ic)?", "head of state"),
        ("dictator", "dictators?", "head of state"),
        ("draconian", "draconian", "strict"),
        ("ethnic cleansing", "ethnic cleansing", "name the act and who says so"),
        ("evil", "evil", "name the act"),
        ("extremist", "extremis(?:ts?|m)", "name the group or the aim"),
        ("fanatic", "fanatic(?:s|al|ism)?", "name the group or the aim"),
        ("fascist", "fascis(?:ts?|m)", "name the party"),
        ("freedom fighter", "freedom fighters?", "armed group, fighter"),
        ("genocidal", "genocid(?:al|e)", "name the act and who says so"),
        ("henchman", "hench(?:man|men)", "aide, official"),
        ("heroic", "hero(?:es|ic|ically)?", "name the act"),
        ("imperialist", "imperialis(?:ts?|m)", "name the state"),
        ("infidel", "infidels?", "name the group"),
        ("invader", "invaders?", "foreign forces"),
        ("junta", "juntas?", "military government"),
        ("lackey", "lackeys?", "ally, official"),
        ("liberate", "liberat(?:e|es|ed|ing|ion)", "take, retake"),
        ("martyr", "martyr(?:s|ed|dom)?", "dead, killed"),
        ("massacre", "massacre(?:s|d)?", "killed N people"),
        ("mastermind", "mastermind(?:s|ed)?", "planner"),
        ("mercenary", "mercenar(?:y|ies)", "foreign fighter"),
        ("militant", "militants?", "fighter, armed group"),
        ("mob", "mobs?", "crowd"),
        ("neo-colonial", "neo-?colonial(?:ism|ist)?", "name the state or act"),
        ("notorious", "notorious(?:ly)?", "known for"),
        ("occupier", "occupiers?", "forces of X in Y"),
        ("pariah", "pariahs?", "name the measures"),
        ("proxy", "prox(?:y|ies)", "ally, group supported by X"),
        ("puppet", "puppets?", "government, ally"),
        ("radical", "radicals?", "name the aim"),
        ("regime", "regimes?", "government"),
        ("rogue state", "rogue (?:states?|nations?)", "name the state"),
        ("ruthless", "ruthless(?:ly)?", "name the act"),
        ("savage", "savag(?:e|es|ely|ery)", "name the act"),
        ("slaughter", "slaughter(?:s|ed|ing)?", "killed N people"),
        ("so-called", "so-called", "name it, or say who calls it so"),
        ("special military operation", "special military operation", "war, invasion"),
        ("stooge", "stooges?", "ally, official"),
        ("strongman", "strong(?:man|men)", "head of state"),
        ("terrorist", "terroris(?:ts?|m)", "attacker, gunman, armed group"),
        ("thug", "thugs?", "attacker"),
        ("traitor", "traitors?", "name the act"),
        ("tyrant", "tyran(?:ts?|ny|nical)", "head of state"),
        ("unprovoked", "unprovoked", "say what came before"),
        ("vassal", "vassals?", "ally"),
        ("warmonger", "warmonger(?:s|ing)?", "who calls for war"),
        ("zealot", "zealots?", "name the group"),
    )
    return tuple(LoadedWord(word=w, pattern=p, instead=i) for w, p, i in rows)


LOADED: tuple[LoadedWord, ...] = _list()
"""The list: made for this project, for any side; words are counted wherever they stand, also in
quotations, and say nothing about whether they fit."""
_ALL = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(f"(?P<w{n}>{row.pattern})" for n, row in enumerate(LOADED))
    + r")(?![\w-])",
    re.IGNORECASE,
)


def loaded_words(text: str) -> tuple[tuple[str, int], ...]:
    """Loaded words of a text with their counts, most frequent first.

    Examples
    --------
    >>> loaded_words("The regime called them terrorists; the regime fell.")
    (('regime', 2), ('terrorist', 1))
    """
    found: Counter[str] = Counter()
    for met in _ALL.finditer(text):
        found[LOADED[int((met.lastgroup or "w0")[1:])].word] += 1
    return tuple(sorted(found.items(), key=lambda row: (-row[1], row[0])))
