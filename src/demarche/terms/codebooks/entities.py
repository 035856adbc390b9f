"""Names of ICEWS's actors: which country, and which organ, an actor's name tells of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from demarche.terms.codebooks._tables import table
from demarche.terms.codebooks.countries import _present, plain_name
from demarche.terms.codebooks.groups import group_of_name, group_sector

__all__ = ["country_of_entity"]

_OF = re.compile(r"^(?P<lead>.*?)\s*\((?P<where>[^()]*)\)$")


@cache
def _places() -> Mapping[str, str]:
    parts = {
        plain_name(str(name)): str(iso3)
        for name, iso3, kind in table("country_names")
        if kind == "part"
    }
    return {**parts, **_present("name")}


@cache
def _rules() -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
    """Sectors by whole leading words, and by phrases within them, longest phrase first."""
    whole: dict[str, str] = {}
    within: list[tuple[str, str]] = []
    for words, id, match in table("entity_sectors"):
        if match == "whole":
            whole[plain_name(str(words))] = str(id)
        else:
            within.append((plain_name(str(words)), str(id)))
    return whole, tuple(sorted(within, key=lambda rule: -len(rule[0].split())))


def _sector(lead: str) -> str | None:
    plain = plain_name(lead)
    whole, within = _rules()
    if plain in whole:
        return whole[plain]
    padded = f" {plain} "
    return next((id for words, id in within if f" {words} " in padded), None)


@lru_cache(maxsize=65536)
def country_of_entity(name: str) -> tuple[str | None, str | None]:
    """Country and sector of an actor as ICEWS and the benchmarks made from it name actors.

    ``Organ (Country)`` gives both; the name of a country gives the country and no sector; the name
    of a known group gives its sector; any other name (a person, a party) gives nothing. The sector
    is a guess from the leading words.

    Parameters
    ----------
    name : str
        Name with blanks or underscores.

    Returns
    -------
    (str or None, str or None)
        Alpha-3 code and sector id.

    Examples
    --------
    >>> country_of_entity("Foreign_Affairs_(South_Korea)"), country_of_entity("China")
    (('KOR', 'foreign_ministry'), ('CHN', None))
    >>> country_of_entity("Barack Obama")
    (None, None)
    """
    text = " ".join(name.replace("_", " ").split())
    if (iso3 := _places().get(plain_name(text))) is not None:
        return iso3, None
    found = _OF.match(text)
    if found is None:
        group = group_of_name(text)
        return None, (group_sector(group) if group else None)
    return _places().get(plain_name(found["where"])), _sector(found["lead"])
