"""Whether who speaks is an authority of the state that a claim is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from demarche.reader.events.lexicon import rows, split
from demarche.terms.codebooks import COUNTRIES

__all__ = ["speaks_for", "state_of"]

_OFFICE = re.compile(
    r"(?<![\w-])(?:minister|ministry|president|premier|chancellor|government|cabinet|king|"
    r"spokes(?:man|woman|person))(?![\w-])"
)
_OUTSIDE = re.compile(r"(?<![\w-])(?:former|ex|vice|shadow|deposed|exiled|opposition)(?![\w])")
_BARE = re.compile(r"(?:the|its|his|her|their) (?:(?:foreign|prime|defen[cs]e|finance) )?\w+$")


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


def state_of(name: str) -> str | None:
    """Code of the state that a folded name or seat of government stands for, or ``None``.

    Examples
    --------
    >>> state_of("beijing"), state_of("the airport")
    ('CHN', None)
    """
    return _names(("seats", "names")).get(name.removeprefix("the ").strip())


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
