"""ICEWS events: tab-separated files with a header, one row per coded sentence.

References
----------
.. [1] Boschee, E. et al. (2015). ICEWS Coded Event Data. Harvard Dataverse.
   doi:10.7910/DVN/28075
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial

from demarche.record.readers._codes import (
    cameo_code,
    cameo_label,
    country_code,
    party,
    sector_codes,
)
from demarche.record.readers._plan import (
    CODE,
    PARTY,
    Check,
    Found,
    Key,
    Layout,
    Lookup,
    Options,
    Plan,
    Reader,
    SourceFile,
    party_columns,
)
from demarche.record.readers._select import (
    GOLDSTEIN,
    degrees,
    no_day,
    not_degrees,
    not_number,
    number,
)

__all__ = ["ICEWS"]

ASSUMED_LAG = 7
_USED = (
    *("Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text"),
    *("CAMEO Code", "Intensity", "Target Name", "Target Sectors", "Target Country"),
)
_MORE = (
    *("Story ID", "Sentence Number", "Publisher", "City", "District", "Province"),
    *("Country", "Latitude", "Longitude"),
)
_COMMA = re.compile(r",(?! )")


def said(column: str) -> str:
    """Column with ``NA`` as missing: no name or place of ICEWS is so called."""
    return f"nullif(r.\"{column}\", 'NA')"


def _party(key: Key, *, side: str) -> Found:
    name, place, sectors = (None if part == "NA" else part for part in key)
    iso3, unknown = country_code(place, system="icews", column=f"{side} Country")
    labels = _COMMA.split(sectors) if sectors else ()
    first, text, more = sector_codes(labels, system="icews", column=f"{side} Sectors")
    return party(name, iso3, first, text, unknown + more)


def _code(key: Key) -> Found:
    """Answer for a code; one that lost its zero on the way (10 for 010) is told by its label."""
    code, label = key
    if code is not None and label is not None:
        named = cameo_label(label, column="Event Text")
        if named.values[3] == f"0{code}":
            lost = ("event code without its zero, told by its label", "CAMEO Code", code)
            return Found(values=named.values, unknown=(lost,))
    return cameo_code(code, column="CAMEO Code")


def _plan(options: Options) -> Plan:
    text = 'r."Event Date"'
    date = f"coalesce(try_cast({text} AS DATE), CAST(try_strptime({text}, '%m/%d/%Y') AS DATE))"
    places = ", ".join(map(said, ("City", "District", "Province", "Country")))
    lag = ASSUMED_LAG if options.known_lag_days is None else options.known_lag_days
    known, kind = f"{date} + {lag}", "'assumed'"
    if options.known_lag_days is None:
        known = f"greatest(coalesce(f.released, {known}), {date})"
        kind = "CASE WHEN f.released IS NULL THEN 'assumed' ELSE 'release' END"
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || r.\"Event ID\"",
            "date": date,
            "known_at": known,
            "known_at_kind": kind,
            **party_columns("actor", "a", said("Source Name")),
            **party_columns("recipient", "b", said("Target Name")),
            "event": "c.event",
            "mode": "c.mode",
            "context": "c.context",
            "cameo": "c.cameo",
            "root": "c.root",
            "quad_code": "c.quad",
            "intensity": number("r.Intensity", within=GOLDSTEIN),
            "intensity_scale": "CASE WHEN r.Intensity IS NOT NULL THEN 'Goldstein (ICEWS)' END",
            "place": f"coalesce({places})",
            **degrees("r.Latitude", "r.Longitude"),
            "publisher": said("Publisher"),
            "story": 'coalesce(r."Story ID", r."Event ID")',
            "directed": "true",
        },
        lookups=(
            Lookup(
                name="a",
                keys=('r."Source Name"', 'r."Source Country"', 'r."Source Sectors"'),
                gives=PARTY,
                resolve=partial(_party, side="Source"),
            ),
            Lookup(
                name="b",
                keys=('r."Target Name"', 'r."Target Country"', 'r."Target Sectors"'),
                gives=PARTY,
                resolve=partial(_party, side="Target"),
            ),
            Lookup(name="c", keys=('r."CAMEO Code"', 'r."Event Text"'), gives=CODE, resolve=_code),
        ),
        checks=(
            Check(
                column="Event ID",
                reason="not a number of an event",
                when="coalesce(NOT regexp_full_match(r.\"Event ID\", '[0-9]{1,18}'), true)",
            ),
            Check(
                column="Event Date",
                reason="not a date YYYY-MM-DD (or m/d/Y, as in the file of 2017)",
                when=no_day(date),
            ),
        ),
        notes=(
            not_number("Intensity", missing="NA", within=GOLDSTEIN),
            *not_degrees("Latitude", "Longitude", missing="NA"),
        ),
    )


def _describe(file: SourceFile) -> SourceFile:
    """Release of a weekly file, from its name ``YYYYMMDD-icews-events``."""
    weekly = re.match(r"(\d{4})(\d{2})(\d{2})-icews", file.name)
    stamped = re.match(r"[Ee]vents\.\d{4}\.(\d{14})", file.name)
    if weekly:
        try:
            released = dt.date(*map(int, weekly.groups()))
        except ValueError:
            return file
        return replace(file, released=file.released or released, version=weekly[0][:8])
    return replace(file, version=stamped[1]) if stamped else file


ICEWS = Reader(
    source="icews",
    title="ICEWS events",
    layout=Layout(
        required=_USED,
        optional=_MORE,
        aliases={name.lower().replace(" ", "_"): name for name in (*_USED, *_MORE)},
        text=frozenset({"CAMEO Code"}),
    ),
    plan=_plan,
    describe=_describe,
)
