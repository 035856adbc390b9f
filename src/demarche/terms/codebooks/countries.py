"""Countries: every usual code and name of a state to ISO 3166-1 alpha-3, by date where reused."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from demarche.errors import TermError, near_miss
from demarche.terms.codebooks._tables import Lazy, columns, table

__all__ = ["COUNTRIES", "COUNTRY_SYSTEMS", "Country", "CountrySystem", "country", "plain_name"]

CountrySystem = Literal[
    "iso3", "iso2", "isonum", "fips", "cow", "cowabb", "gw", "cameo", "polecat", "name", "icews"
]
COUNTRY_SYSTEMS: tuple[CountrySystem, ...] = (
    "iso3",
    "iso2",
    "isonum",
    "fips",
    "cow",
    "cowabb",
    "gw",
    "cameo",
    "polecat",
    "name",
    "icews",
)
"""Systems of country codes that ``country`` reads."""

_NUMBERS = ("isonum", "cow", "gw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A state or territory: its codes, and its first and last day where it is no more.

    ``fips`` may be several (Palestine has WE and GZ). Former states without an alpha-3 code of ISO
    keep the Correlates of War abbreviation (RVN).
    """

    iso3: str
    name: str
    iso2: str | None = None
    isonum: str | None = None
    fips: tuple[str, ...] = ()
    cow: str | None = None
    cowabb: str | None = None
    gw: str | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None


def _day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


def _countries() -> Mapping[str, Country]:
    found: dict[str, Country] = {}
    for iso3, iso2, isonum, fips, cow, cowabb, gw, name in table("countries"):
        found[str(iso3)] = Country(
            iso3=str(iso3),
            name=str(name),
            iso2=iso2,
            isonum=isonum,
            fips=tuple(fips.split("|")) if fips else (),
            cow=cow,
            cowabb=cowabb,
            gw=gw,
        )
    names: dict[str, str] = {}
    for name, iso3, kind in table("country_names"):
        if kind == "name":
            names.setdefault(str(iso3), str(name))
    for _, _, first, last, iso3 in table("country_history"):
        if iso3 not in found:
            found[str(iso3)] = Country(
                iso3=str(iso3), name=names[str(iso3)], first=_day(first), last=_day(last)
            )
    return found


COUNTRIES: Mapping[str, Country] = Lazy(_countries)
"""States and territories by alpha-3 code, former states last."""


def plain_name(name: str) -> str:
    """Name without case, accents, punctuation, underscores, article or abbreviation of Saint.

    Examples
    --------
    >>> plain_name("Côte_d'Ivoire"), plain_name("St. Lucia"), plain_name("The Bahamas")
    ('cote divoire', 'saint lucia', 'bahamas')
    """
    text = unicodedata.normalize("NFKD", name.replace("_", " ").replace("&", " and ")).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"[^\w]+", " ", re.sub("['’.]", "", text)).strip()
    return re.sub(r"\bst\b", "saint", re.sub(r"^the ", "", text))


def _key(code: str, system: str) -> str:
    if system == "name":
        return plain_name(code)
    text = code.strip().upper()
    if system in _NUMBERS and text.isdigit():
        return str(int(text))
    return text


Spell = tuple[datetime.date | None, datetime.date | None, str]


@cache
def _present(system: str) -> Mapping[str, str]:
    """Present code to alpha-3."""
    place = columns("countries")
    if system == "name":
        found = {plain_name(str(row[-1])): str(row[0]) for row in table("countries")}
        also = [row for row in table("country_names") if row[2] == "name"]
        return {**found, **{plain_name(str(name)): str(iso3) for name, iso3, _ in also}}
    column = place.index("iso3" if system in ("cameo", "polecat") else system)
    return {
        _key(code, system): str(row[0])
        for row in table("countries")
        for code in str(row[column] or "").split("|")
        if code
    }


@cache
def _former(system: str) -> Mapping[str, tuple[Spell, ...]]:
    """Former code to its spells, in the order of the table."""
    found: dict[str, tuple[Spell, ...]] = {}
    for owner, code, first, last, iso3 in table("country_history"):
        if owner == system:
            key = _key(str(code), system)
            found[key] = (*found.get(key, ()), (_day(first), _day(last), str(iso3)))
    return found


def country(
    code: str | int, system: CountrySystem = "iso3", on: datetime.date | None = None
) -> str:
    """ISO 3166-1 alpha-3 code of a country, from its code or name in another system.

    Parameters
    ----------
    code : str or int
        Code or name. Numbers may come with or without leading zeros.
    system : str
        One of ``COUNTRY_SYSTEMS``: ISO alpha-3, alpha-2, numeric; FIPS 10-4 (GDELT's places);
        Correlates of War number and abbreviation; Gleditsch and Ward number; CAMEO and POLECAT
        three-letter codes; names, among them those of ICEWS, ACLED, UCDP.
    on : datetime.date, optional
        Day for which the code stands. Without it the present holder is meant, and a code that only
        a former state had means that state.

    Returns
    -------
    str
        Alpha-3 code; ``XKX`` for Kosovo, which ISO has not coded.

    Raises
    ------
    TermError
        If the system has no such code, or not on that day; with the near miss.

    References
    ----------
    .. [1] Correlates of War Project (2017). State System Membership List, v2016.
    .. [2] Gleditsch, K. S. & Ward, M. D. (1999). A revised list of independent states since the
       Congress of Vienna. International Interactions 25(4), 393-413.
       doi:10.1080/03050629908434958

    Examples
    --------
    >>> country("970", "cow"), country("970", "gw"), country("GZ", "fips")
    ('NRU', 'KIR', 'PSE')
    >>> country(365, "cow", on=datetime.date(1980, 1, 1)), country("Russian Federation", "icews")
    ('SUN', 'RUS')
    """
    if system not in COUNTRY_SYSTEMS:
        raise TermError(
            f"{system!r} is not a system of country codes. {near_miss(system, COUNTRY_SYSTEMS)} "
            f"Systems: {', '.join(COUNTRY_SYSTEMS)}."
        )
    kind = "name" if system == "icews" else system
    key = _key(str(code), kind)
    spells = _former(kind).get(key, ())
    if on is not None:
        for first, last, iso3 in spells:
            if (first is None or first <= on) and (last is None or on <= last):
                return iso3
    present = _present(kind).get(key)
    if present is not None:
        return present
    if spells and on is None:
        return max(spells, key=lambda spell: spell[1] or datetime.date.max)[2]
    raise TermError(_refusal(str(code), system, kind, spells=spells, on=on))


def _refusal(
    code: str,
    system: str,
    kind: str,
    *,
    spells: tuple[Spell, ...],
    on: datetime.date | None,
) -> str:
    if spells:
        spans = "; ".join(f"{iso3} {first or ''} to {last or ''}" for first, last, iso3 in spells)
        return f"{code!r} is not a code of {system} on {on}. It stood for {spans}."
    known = {**_present(kind), **_former(kind)}
    return (
        f"{code!r} is not a country of {system}. {near_miss(_key(code, kind), known)} "
        "Check which system the code is of."
    )
