"""Whether who speaks is an authority of the state that a claim is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from demarche.reader.events.lexicon import rows, split
from demarche.terms.codebooks import COUNTRIES

__all__ = ["speaks_for", "state_of"]

_OFFICE = re.compile(
    r"(?<![\w-])(?:minister|ministry|president|premier|chancellor|government|cabinet|king|queen|"
    r"emir|sultan|palace|presidency|kremlin|white house|pentagon|state department|foreign office|"
    r"junta|authorities|embassy|envoy|ambassador|secretary|chief of staff|delegation|"
    r"spokes(?:man|woman|person))(?![\w-])"
)
_OUTSIDE = re.compile(r"(?<![\w-])(?:former|ex|vice|shadow|deposed|exiled|opposition)(?![\w])")
_BARE = re.compile(r"(?:the|its|his|her|their) (?:[\w-]+ ){0,2}\w+$")


@cache
def _names(columns: tuple[str, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in rows("places"):
        for column in columns:
            for name in split(row[column]):
                found[name.lower()] = row["iso3"]
    for code, country in COUNTRIES.items():
        found[country.name.lower()] = code
    return found


@cache
def _unions() -> Mapping[str, str]:
    """Names of bodies of states that speak for themselves, courts, banks and funds left out."""
    return {
        name.lower(): row["code"]
        for row in rows("actors")
        if row["sector"] == "igo"
        and not re.search(r"Bank|Fund|Agency|Health|Food|Court|Trade|Migration|pol$", row["name"])
        for name in (row["name"], *split(row["words"]))
    } | {"nato": "NATO", "the alliance": "NATO"}


def state_of(name: str) -> str | None:
    """Code of the state or union of states that a folded name or seat stands for, or ``None``.

    Examples
    --------
    >>> state_of("beijing"), state_of("brussels"), state_of("the airport")
    ('CHN', 'EEC', None)
    """
    plain = name.removeprefix("the ").strip()
    return _names(("seats", "names")).get(plain) or _unions().get(plain)


def speaks_for(holder: str, state: str) -> bool:
    """Whether a folded holder is an office of the state that the other name stands for.

    Examples
    --------
    >>> speaks_for("china's foreign ministry", "beijing"), speaks_for("the bank", "beijing")
    (True, False)
    """
    code = state_of(state)
    if code is None or not _OFFICE.search(holder) or _OUTSIDE.search(holder):
        return False
    if _BARE.fullmatch(holder):
        return True
    owner = re.split(r"'s? ", holder, maxsplit=1)[0]
    if owner != holder:
        return state_of(owner) == code
    known = _names(("adjectives", "seats", "names"))
    return any(known.get(word) == code for word in holder.split())
