"""Codebooks: CAMEO, PLOVER, sectors, groups and countries, written from the published manuals.

What each table states, in which version, and where it differs from other lists: docs/codebooks.md.
Tables are parsed when first used, not on import.
"""

from demarche.terms.codebooks._tables import TABLES, Lazy, columns, table
from demarche.terms.codebooks.cameo import (
    CAMEO,
    CAMEO_ROOTS,
    CameoCode,
    cameo,
    cameo_by_label,
    cameo_hint,
    quad_of_root,
)
from demarche.terms.codebooks.countries import (
    COUNTRIES,
    COUNTRY_SYSTEMS,
    Country,
    CountrySystem,
    country,
    plain_name,
)
from demarche.terms.codebooks.entities import country_of_entity
from demarche.terms.codebooks.groups import GROUPS, REGIONS, group_of_name, group_sector
from demarche.terms.codebooks.plover import (
    PLOVER_CONTEXTS,
    PLOVER_TYPES,
    PloverType,
    plover,
    root_of_plover,
    yield_hint,
)
from demarche.terms.codebooks.sectors import SECTORS, SectorSystem, primary_sector, sector

__all__ = [
    "CAMEO",
    "CAMEO_ROOTS",
    "COUNTRIES",
    "COUNTRY_SYSTEMS",
    "GROUPS",
    "PLOVER_CONTEXTS",
    "PLOVER_TYPES",
    "REGIONS",
    "SECTORS",
    "TABLES",
    "CameoCode",
    "Country",
    "CountrySystem",
    "Lazy",
    "PloverType",
    "SectorSystem",
    "cameo",
    "cameo_by_label",
    "cameo_hint",
    "columns",
    "country",
    "country_of_entity",
    "group_of_name",
    "group_sector",
    "plain_name",
    "plover",
    "primary_sector",
    "quad_of_root",
    "root_of_plover",
    "sector",
    "table",
    "yield_hint",
]
