"""Known groups, international organizations and regions by their CAMEO codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from demarche.terms.codebooks._tables import Lazy, table
from demarche.terms.codebooks.countries import plain_name

__all__ = ["GROUPS", "REGIONS", "group_of_name", "group_sector"]

GROUPS: Mapping[str, str] = Lazy(
    lambda: {str(row[0]): str(row[1]) for row in table("groups") if row[2] != "region"}
)
"""Known groups and organizations: CAMEO code to name."""

REGIONS: Mapping[str, str] = Lazy(
    lambda: {str(row[0]): str(row[1]) for row in table("groups") if row[2] == "region"}
)
"""Regions CAMEO codes where a country would stand; they are no country."""


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code, name, kind, _, _, aliases in table("groups"):
        if kind != "region":
            for one in (name, *(aliases.split(";") if aliases else ())):
                found[plain_name(str(one))] = str(code)
    return found


def group_of_name(name: str) -> str | None:
    """CAMEO code of a known group or organization, None for any other name.

    Examples
    --------
    >>> group_of_name("Hezbollah"), group_of_name("NATO"), group_of_name("Barack Obama")
    ('HEZ', 'NAT', None)
    """
    return _names().get(plain_name(name))


@cache
def _sectors() -> Mapping[str, str | None]:
    return {str(row[0]): row[3] for row in table("groups")}


def group_sector(code: str) -> str | None:
    """Sector of a known group or organization, None for a region or an unknown code.

    Examples
    --------
    >>> group_sector("HEZ"), group_sector("NAT"), group_sector("MEA")
    ('rebels', 'igo', None)
    """
    return _sectors().get(code)
