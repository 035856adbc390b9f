"""Dictionaries of the event coder: places, organs, actors, nouns, verbs; ours, with versions."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from demarche.reader.events.tokens import tokens
from demarche.terms.codebooks import table

__all__ = ["LEXICON", "Holder", "NounClass", "Place", "VerbRule", "Words", "rows", "word_forms"]

LEXICON = "demarche lexicon 1"
"""Name and version of the dictionaries."""

Words = tuple[str, ...]


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one dictionary, by the columns of its head."""
    text = (files("demarche.reader.events.lexicon") / f"{name}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(lines, strict=True))


def split(cell: str | None) -> list[str]:
    """Phrases of one cell."""
    return [part.strip() for part in (cell or "").split(";") if part.strip()]


def phrase(words: str) -> Words:
    """Tokens of a phrase as written."""
    return tuple(token.text for token in tokens(words))


def words_end(words: str, last: str) -> bool:
    """Whether a phrase ends with a word."""
    return words.split()[-1:] == [last]


def plural(word: str) -> str:
    """Plural of an English noun by rule.

    Examples
    --------
    >>> [plural(word) for word in ("ally", "envoy", "clash", "raid", "police")]
    ['allies', 'envoys', 'clashes', 'raids', 'police']
    """
    if word.endswith(("s", "men", "police", "people", "women", "children")) or words_end(
        word, "aid"
    ):
        return word + "es" if word.endswith("ss") else word
    if word.endswith(("ch", "sh", "x", "z")):
        return word + "es"
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    if word.endswith("man"):
        return word[:-3] + "men"
    return word + "s"


def _plural_phrase(words: str) -> str:
    for middle in (" of ", " for ", " to ", " with ", " on ", " in "):
        head, found, tail = words.partition(middle)
        if found:
            return plural(head) + found + tail
    return plural(words)


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for: code, country, sector, neutral name, and what kind of name it is.

    ``kind``: name, adjective, people, seat, city, organization.
    """

    code: str
    country: str | None
    sector: str | None
    name: str
    kind: str


@cache
def places() -> Mapping[Words, Place]:
    """Names of states, organizations and groups, as written."""
    found: dict[Words, Place] = {}
    titles = {str(row[0]): str(row[-1]) for row in table("countries")}
    for name, iso3, kind in table("country_names"):
        if kind == "name":
            titles.setdefault(str(iso3), str(name))
    for iso3, title in titles.items():
        _put(found, title, Place(iso3, iso3, None, title, "name"))
    for name, iso3, kind in table("country_names"):
        if "," not in str(name) and kind == "name":
            _put(found, str(name), Place(str(iso3), str(iso3), None, titles[str(iso3)], "name"))
    for row in rows("places"):
        iso3 = row["iso3"]
        for column, kind in (
            ("names", "name"),
            ("people", "people"),
            ("seats", "seat"),
            ("adjectives", "adjective"),
        ):
            for words in split(row[column]):
                sector = "civilians" if kind == "people" else None
                place = Place(iso3, iso3, sector, titles[iso3], kind)
                if kind == "name":
                    found[phrase(words)] = place
                _put(found, words, place)
    for row in rows("cities"):
        for words in split(row["cities"]):
            iso3 = row["iso3"]
            _put(found, words, Place(iso3, iso3, None, titles[iso3], "city"))
    for code, name, kind, sector, country, aliases in table("groups"):
        if kind != "region":
            for words in (str(name), *split(aliases)):
                _put(found, words, Place(str(code), country, sector, str(name), "organization"))
    for row in rows("actors"):
        for words in split(row["words"]):
            found[phrase(words)] = Place(
                row["code"], row["country"] or None, row["sector"], row["name"], "organization"
            )
    return found


def _put(found: dict[Words, Place], words: str, place: Place) -> None:
    key = phrase(words.replace("’", "'"))
    found.setdefault(key, place)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who held an office from one year to another; the last year is None while it lasts."""

    place: Place
    given: tuple[str, ...]
    since: int
    until: int | None


@cache
def holders() -> tuple[tuple[Words, Holder], ...]:
    """Names of office-holders, each with its years."""
    titles: dict[str, str] = {}
    for place in places().values():
        titles.setdefault(place.code, place.name)
    return tuple(
        (
            phrase(row["name"]),
            Holder(
                Place(
                    row["code"],
                    None if row["sector"] == "igo" else row["code"],
                    row["sector"],
                    titles[row["code"]],
                    "holder",
                ),
                tuple(name.lower() for name in split(row["given"])),
                int(row["since"]),
                int(row["until"]) if row["until"] else None,
            ),
        )
        for row in rows("office_holders")
    )


@cache
def masks() -> tuple[Words, ...]:
    """Names that hold the name of an actor and are none."""
    return tuple(phrase(row["words"]) for row in rows("masks"))


@cache
def agents() -> Mapping[Words, tuple[str, bool]]:
    """Words for organs and groups: sector, and whether they count only beside a state's name."""
    found: dict[Words, tuple[str, bool]] = {}
    for row in rows("agents"):
        sector, beside = row["sector"].rstrip("+"), row["sector"].endswith("+")
        for words in split(row["words"]):
            for form in (words, _plural_phrase(words)):
                found.setdefault(phrase(form), (sector, beside))
    return found


@dataclass(frozen=True, slots=True)
class NounClass:
    """A class of nouns: the act it stands for, if any, and how its actors are named."""

    name: str
    code: str
    frame: str


@cache
def nouns() -> Mapping[Words, tuple[NounClass, ...]]:
    """Phrases to the classes they belong to, in the order of the dictionary."""
    found: dict[Words, tuple[NounClass, ...]] = {}
    for row in rows("nouns"):
        entry = NounClass(row["class"], row["code"], row["frame"])
        for words in split(row["words"]):
            for form in dict.fromkeys((words, _plural_phrase(words))):
                key = tuple(part.lower() for part in phrase(form))
                if entry not in found.get(key, ()):
                    found[key] = (*found.get(key, ()), entry)
    return found


@dataclass(frozen=True, slots=True)
class VerbRule:
    """What a verb codes beside a particle and a class of nouns."""

    particle: str
    objects: str
    code: str
    frame: str


@cache
def verbs() -> Mapping[str, tuple[VerbRule, ...]]:
    """Rules by verb, those that ask for more first, else in the order of the dictionary."""
    sets: dict[str, list[str]] = {}
    found: dict[str, list[VerbRule]] = {}
    for row in rows("verbs"):
        if row["verbs"].startswith("@"):
            sets[row["verbs"][1:]] = row["code"].split()
            continue
        names = sets.get(row["verbs"], row["verbs"].split())
        rule = VerbRule(row["particle"], row["objects"], row["code"], row["frame"] or "")
        for name in names:
            found.setdefault(name, []).append(rule)
    return {name: tuple(sorted(mine, key=_asks)) for name, mine in found.items()}


def _asks(rule: VerbRule) -> int:
    return -2 * bool(rule.objects) - bool(rule.particle)


def word_forms(lemma: str) -> Iterable[tuple[str, str]]:
    """Forms of a verb with their tags: VB, VBZ, VBG, VBD, VBN.

    Examples
    --------
    >>> sorted(word_forms("deny"))
    [('denied', 'VBD'), ('denied', 'VBN'), ('denies', 'VBZ'), ('deny', 'VB'), ('denying', 'VBG')]
    """
    past, participle = _irregular().get(lemma, ((), ()))
    stem = past[0][:-2] if past and past[0] == lemma + lemma[-1] + "ed" else lemma
    yield lemma, "VB"
    yield plural(lemma) if not lemma.endswith("s") else lemma + "es", "VBZ"
    yield _ing(lemma, stem), "VBG"
    for form in past or (_ed(lemma),):
        yield form, "VBD"
    for form in participle or (_ed(lemma),):
        yield form, "VBN"


_DOUBLED = {"hit": "hitting", "cut": "cutting", "set": "setting", "put": "putting"} | {
    "get": "getting",
    "let": "letting",
    "shut": "shutting",
    "quit": "quitting",
    "begin": "beginning",
    "win": "winning",
    "overrun": "overrunning",
}


def _ing(lemma: str, stem: str) -> str:
    if lemma in _DOUBLED:
        return _DOUBLED[lemma]
    if stem != lemma:
        return stem + "ing"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe")):
        return lemma[:-1] + "ing"
    return lemma + "ing"


def _ed(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if re.search("[^aeiou]y$", lemma):
        return lemma[:-1] + "ied"
    return lemma + "ed"


@cache
def _irregular() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {
        row["lemma"]: (tuple(split(row["past"])), tuple(split(row["participle"])))
        for row in rows("irregular")
    }


@cache
def verb_forms() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Form to (lemma, tag) of every verb with a rule."""
    found: dict[str, list[tuple[str, str]]] = {}
    for lemma in verbs():
        for form, tag in word_forms(lemma):
            if (lemma, tag) not in found.setdefault(form, []):
                found[form].append((lemma, tag))
    return {form: tuple(tags) for form, tags in found.items()}
