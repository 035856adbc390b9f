"""Answers to look-ups: what an event code, a country or an actor of a source means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from demarche.errors import TermError
from demarche.record.readers._plan import Found, Key
from demarche.terms.codebooks import (
    CAMEO_ROOTS,
    GROUPS,
    PLOVER_TYPES,
    REGIONS,
    SECTORS,
    cameo,
    cameo_by_label,
    country,
    country_of_entity,
    group_of_name,
    group_sector,
    quad_of_root,
    root_of_plover,
    sector,
)

__all__ = [
    "ORGANS",
    "cameo_code",
    "cameo_label",
    "cameo_party",
    "country_code",
    "entity",
    "group_of",
    "party",
    "plover_code",
    "sector_codes",
    "state_or_name",
]

Unknown = tuple[tuple[str, str, str], ...]

ORGANS = frozenset(
    {
        "executive",
        "foreign_ministry",
        "defence_ministry",
        "military",
        "police",
        "intelligence",
        "interior_ministry",
        "economy_ministry",
        "government",
        "legislature",
        "judiciary",
    }
)
"""Sectors that act for their state: a person or body of one is the state, with that sector."""

NO_CODE: tuple[str | int | None, ...] = (None,) * 6


def cameo_code(code: str | None, *, column: str) -> Found:
    """PLOVER type, mode, contexts, code, root and quad of a CAMEO code.

    A code that CAMEO does not have keeps its text, and its root where the first two digits are
    one; both are counted.
    """
    if code is None:
        return Found(values=NO_CODE, unknown=(("no event code", column, ""),))
    try:
        entry = cameo(code)
    except TermError:
        root = code[:2] if code.isdigit() and code[:2] in CAMEO_ROOTS else None
        quad = None if root is None else quad_of_root(root)
        return Found(
            values=(None, None, None, code, root, quad),
            unknown=(("unknown event code", column, code),),
        )
    context = ";".join(entry.plover_contexts) or None
    return Found(
        values=(entry.plover_event, entry.plover_mode, context, code, entry.root, entry.quad)
    )


def cameo_label(label: str | None, *, column: str) -> Found:
    """Answer of `cameo_code` for a code given by its label."""
    if label is None:
        return cameo_code(None, column=column)
    try:
        return cameo_code(cameo_by_label(label), column=column)
    except TermError:
        return Found(values=NO_CODE, unknown=(("unknown event label", column, label),))


def plover_code(event: str | None, mode: str | None, *, column: str) -> Found:
    """PLOVER type and mode as given, with the CAMEO root that stands for them and its quad."""
    if event is None:
        return Found(values=NO_CODE, unknown=(("no event type", column, ""),))
    if event not in PLOVER_TYPES:
        values = (event, mode, None, None, None, None)
        return Found(values=values, unknown=(("unknown event type", column, event),))
    unknown: Unknown = ()
    try:
        root = root_of_plover(event, mode=mode)
    except TermError:
        root = root_of_plover(event)
        unknown = (("unknown mode", column, f"{event} {mode}"),)
    return Found(values=(event, mode, None, None, root, quad_of_root(root)), unknown=unknown)


@cache
def _country(code: str, system: str, on: dt.date | None) -> str | None:
    try:
        found: str = country(code, system=system, on=on)  # type: ignore[arg-type]
    except TermError:
        return None
    return found


def country_code(
    code: str | None, *, system: str, column: str, on: dt.date | None = None
) -> tuple[str | None, Unknown]:
    """ISO3 of a country in the words of its source; None and a note where there is none."""
    if code is None:
        return None, ()
    found = _country(code, system, on)
    if found is None:
        return None, (("unknown country", column, code),)
    return found, ()


def sector_codes(
    labels: Iterable[str], *, system: str, column: str
) -> tuple[str | None, str | None, Unknown]:
    """Most telling sector, all as given joined by ``;``, and the unknown ones."""
    names = [label.strip() for label in labels if label.strip()]
    found: set[str] = set()
    unknown: list[tuple[str, str, str]] = []
    for name in names:
        try:
            id = sector(name, system)  # type: ignore[arg-type]
        except TermError:
            unknown.append(("unknown sector", column, name))
        else:
            if id is not None:
                found.add(id)
    first = next((id for id in SECTORS if id in found), None)
    return first, ";".join(names) or None, tuple(unknown)


def group_of(name: str | None) -> str | None:
    """Code of a known group by its name, underscores read as blanks; None where there is none."""
    return None if name is None else group_of_name(name.replace("_", " "))


@cache
def entity(name: str) -> tuple[str | None, str | None]:
    """Country and sector that the name of an entity itself states, as ICEWS spells it."""
    try:
        found: Any = country_of_entity(name)
    except TermError:
        return None, None
    return found[0], found[1]


def state_or_name(name: str | None, iso3: str | None, sector_id: str | None) -> str | None:
    """Who acts: the state for itself and its organs, a known group, else None (the name stands).

    ``Foreign Affairs (South Korea)`` is the state; a citizen, or a person without an organ, is not.
    """
    group = group_of(name)
    if group is not None:
        return group
    if iso3 is None:
        return None
    if name is None or sector_id in ORGANS or (entity(name)[0] and entity(name)[1] is None):
        return iso3
    return None


def party(
    name: str | None, iso3: str | None, sector_id: str | None, sectors: str | None, unknown: Unknown
) -> Found:
    """Answer for one side of an event that its source names."""
    if sector_id is None and (group := group_of(name)) is not None:
        sector_id = group_sector(group)
    return Found(
        values=(state_or_name(name, iso3, sector_id), iso3, sector_id, sectors), unknown=unknown
    )


def cameo_party(key: Key, *, side: str) -> Found:
    """Answer for an actor coded in CAMEO: country, known group, then up to three roles.

    A known group acts under its code, everything else of a country under the country; a region
    stands under its own code, without a country.
    """
    place, group, *roles = key
    labels = [role for role in roles if role]
    first, text, unknown = sector_codes(labels, system="cameo", column=f"{side}Type1Code")
    iso3: str | None = None
    region = place if place in REGIONS else None
    if region is None:
        iso3, missing = country_code(place, system="cameo", column=f"{side}CountryCode")
        unknown += missing
        region = place if missing else None
    if group is not None and group not in GROUPS and group not in REGIONS:
        unknown += (("unknown group", f"{side}KnownGroupCode", group),)
    if first is None and group is not None:
        first = group_sector(group)
    return Found(values=(group or iso3 or region, iso3, first, text), unknown=unknown)
