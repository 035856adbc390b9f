"""Sectors: which organ acts, sorted alike for ICEWS, CAMEO and PLOVER."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from demarche.errors import TermError, near_miss
from demarche.terms.codebooks._tables import Lazy, table

__all__ = ["SECTORS", "SectorSystem", "primary_sector", "sector"]

SectorSystem = Literal["icews", "cameo", "plover"]

SECTORS: Mapping[str, str] = Lazy(lambda: {str(id): str(label) for id, label in table("sectors")})
"""The project's sectors and their labels, first come first when an actor has several."""


@cache
def _codes(system: str) -> Mapping[str, str | None]:
    rows = [row for row in table("sector_codes") if row[0] == system]
    if not rows:
        systems = sorted({str(row[0]) for row in table("sector_codes")})
        raise TermError(
            f"{system!r} is not a system of sectors. {near_miss(system, systems)} "
            f"Systems: {', '.join(systems)}."
        )
    return {str(code).casefold(): id for _, code, id in rows}


def sector(label: str, system: SectorSystem = "icews") -> str | None:
    """Project's sector of one sector name or role code of a source.

    Parameters
    ----------
    label : str
        ICEWS sector name, CAMEO role code or PLOVER sector.
    system : {"icews", "cameo", "plover"}
        Whose it is. ``MED`` is media in CAMEO and medicine in PLOVER.

    Returns
    -------
    str or None
        An id of ``SECTORS``; None where the label is known but names no organ (an ideology, a
        level, an ethnic group).

    Raises
    ------
    TermError
        If the source has no such sector, with the near miss.

    Examples
    --------
    >>> sector("Defense / Security Ministry"), sector("MED", "cameo"), sector("MED", "plover")
    ('defence_ministry', 'media', 'health')
    >>> sector("Center Right") is None
    True
    """
    codes = _codes(system)
    plain = label.strip().casefold()
    if plain not in codes:
        known = [str(code) for owner, code, _ in table("sector_codes") if owner == system]
        raise TermError(
            f"{label!r} is not a sector of {system}. {near_miss(label, known)} "
            "Map it in sector_codes, or count the row as without sector."
        )
    return codes[plain]


def primary_sector(labels: Iterable[str], system: SectorSystem = "icews") -> str | None:
    """Most telling sector among those of one actor, in the order of ``SECTORS``.

    A foreign minister is in ICEWS also of the executive, the government and a party; ICEWS keeps
    the sectors of a whole career, so that a head of state may carry former offices.

    Raises
    ------
    TermError
        If the source has no such sector.

    Examples
    --------
    >>> primary_sector(["Executive", "Foreign Ministry", "Government"])
    'foreign_ministry'
    """
    found = {id for label in labels if (id := sector(label, system)) is not None}
    return next((id for id in SECTORS if id in found), None)
