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
    *("Intensity", "Target Name", "Target Sectors", "Target Country"),
)
_MORE = (
    *("CAMEO Code", "Story ID", "Sentence Number", "Publisher", "City", "District", "Province"),
    *("Country", "Latitude", "Longitude"),
)
_COMMA = re.compile(r",(?! )")


_NOTHING = ("NA", "NULL")
"""Words for nothing there; NULL is that of the file of 2017."""


def said(column: str) -> str:
    """Column without the words for nothing, and without quotes around the whole cell.

    No name or place of ICEWS is so called; the file of 2017 has cells with a comma in quotes.
    """
    name = f'r."{column}"'
    quoted = """'"([^"]|"")*(,|"")([^"]|"")*"'"""
    inner = f"""replace(left(substr({name}, 2), -1), '""', '"')"""
    cell = f"CASE WHEN regexp_full_match({name}, {quoted}) THEN {inner} ELSE {name} END"
    return f"CASE WHEN {name} NOT IN ('NA', 'NULL') THEN {cell} END"


def _party(key: Key, *, side: str) -> Found:
    name, place, sectors = key
    iso3, unknown = country_code(place, system="icews", column=f"{side} Country")
    labels = _COMMA.split(sectors) if sectors else ()
    first, text, more = sector_codes(labels, system="icews", column=f"{side} Sectors")
    return party(name, iso3, first, text, unknown + more)


def _code(key: Key) -> Found:
    """Answer for a code; one that is not there, or lost its zero (10 for 010), by its label."""
    code, label = key
    if code is None and label is not None:
        named = cameo_label(label, column="Event Text")
        told = ("no event code, told by its label", "CAMEO Code", "")
        return replace(named, unknown=named.unknown or (told,))
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
            "intensity_scale": f"CASE WHEN {said('Intensity')} IS NOT NULL "
            "THEN 'Goldstein (ICEWS)' END",
            "place": f"coalesce({places})",
            **degrees("r.Latitude", "r.Longitude"),
            "publisher": said("Publisher"),
            "story": 'coalesce(r."Story ID", r."Event ID")',
            "directed": "true",
        },
        lookups=(
            Lookup(
                name="a",
                keys=tuple(map(said, ("Source Name", "Source Country", "Source Sectors"))),
                gives=PARTY,
                resolve=partial(_party, side="Source"),
            ),
            Lookup(
                name="b",
                keys=tuple(map(said, ("Target Name", "Target Country", "Target Sectors"))),
                gives=PARTY,
                resolve=partial(_party, side="Target"),
            ),
            Lookup(
                name="c", keys=(said("CAMEO Code"), said("Event Text")), gives=CODE, resolve=_code
            ),
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
            not_number("Intensity", missing=_NOTHING, within=GOLDSTEIN),
            *not_degrees("Latitude", "Longitude", missing=_NOTHING),
        ),
    )


def _describe(file: SourceFile) -> SourceFile:
    """Release of a weekly file, from its name ``YYYYMMDD-icews-events``."""
    weekly = re.match(r"(\d{4})(\d{2})(\d{2})-icews", file.name)
    stamped = re.match(r"[Ee]vents\.\d{4}\.(\d{14}|\d{8})\b", file.name)
    if weekly:
        try:
            released = dt.date(*map(int, weekly.groups()))
        except ValueError:
            return file
        return replace(file, released=file.released or released, version=weekly[0][:8])
    return replace(file, version=stamped[1].ljust(14, "0")) if stamped else file


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
