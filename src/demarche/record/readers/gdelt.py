"""GDELT 1.0 and 2.0 events: tab-separated files without a header, one row per coded mention.

Columns and traps: docs/record-formats.md. GDELT names its first-day mentions, sources and articles;
later counts are in its mentions files, which are not read here.

References
----------
.. [1] Leetaru, K. & Schrodt, P. A. (2013). GDELT: Global Data on Events, Location and Tone,
   1979-2012. International Studies Association, San Francisco.
"""

from __future__ import annotations

from functools import partial

from demarche.record.readers._codes import cameo_code, cameo_party
from demarche.record.readers._plan import (
    CODE,
    PARTY,
    Check,
    Found,
    Key,
    Layout,
    Lookup,
    Note,
    Options,
    Plan,
    Reader,
    party_columns,
)
from demarche.record.readers._select import (
    GOLDSTEIN,
    degrees,
    no_day,
    not_degrees,
    not_number,
    not_whole,
    number,
    whole,
)

__all__ = ["GDELT1", "GDELT2"]

_ACTOR = (
    "Code",
    "Name",
    "CountryCode",
    "KnownGroupCode",
    "EthnicCode",
    "Religion1Code",
    "Religion2Code",
    "Type1Code",
    "Type2Code",
    "Type3Code",
)
_GEO2 = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
_EVENT = (
    "IsRootEvent",
    "EventCode",
    "EventBaseCode",
    "EventRootCode",
    "QuadClass",
    "GoldsteinScale",
    "NumMentions",
    "NumSources",
    "NumArticles",
    "AvgTone",
)


def _columns(geo: tuple[str, ...], *last: str) -> tuple[str, ...]:
    return (
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor{n}{name}" for n in (1, 2) for name in _ACTOR),
        *_EVENT,
        *(f"{who}Geo_{name}" for who in ("Actor1", "Actor2", "Action") for name in geo),
        *last,
    )


_GEO1 = tuple(name for name in _GEO2 if name != "ADM2Code")
COLUMNS2 = _columns(_GEO2, "DATEADDED", "SOURCEURL")
COLUMNS1 = _columns(_GEO1, "DATEADDED", "SOURCEURL")
COLUMNS1_BACK = _columns(_GEO1, "DATEADDED")

_USED = (
    *("GLOBALEVENTID", "SQLDATE", "EventCode", "DATEADDED"),
    *(
        f"Actor{n}{name}"
        for n in (1, 2)
        for name in ("Name", "CountryCode", "KnownGroupCode", "Type1Code", "Type2Code", "Type3Code")
    ),
    *("QuadClass", "GoldsteinScale", "NumMentions", "NumSources", "NumArticles"),
    *("ActionGeo_FullName", "ActionGeo_Lat", "ActionGeo_Long"),
)
BACK_FILE_ENDS = "DATE '2013-04-01'"
ASSUMED_LAG = 7
FIRST = "1979-01-01"
"""First day that GDELT covers: a row dated before it is a slip and would begin the record."""


def day(column: str) -> str:
    """First eight digits, YYYYMMDD, as a date; NULL where they are none."""
    return f"CAST(try_strptime(left({column}, 8), '%Y%m%d') AS DATE)"


def _code(key: Key) -> Found:
    return cameo_code(key[0], column="EventCode")


def _party(name: str, side: str) -> Lookup:
    parts = ("CountryCode", "KnownGroupCode", "Type1Code", "Type2Code", "Type3Code")
    return Lookup(
        name=name,
        keys=tuple(f'r."{side}{part}"' for part in parts),
        gives=PARTY,
        resolve=partial(cameo_party, side=side),
    )


def _plan(options: Options, *, stamp: int) -> Plan:
    date, added = day("r.SQLDATE"), day("r.DATEADDED")
    lag = options.known_lag_days
    if lag is not None:
        known, kind = f"{date} + {lag}", "'assumed'"
    elif stamp == 14:
        known, kind = added, "'stamped'"
    else:
        back = f"{added} < {BACK_FILE_ENDS}"
        known = f"CASE WHEN {back} THEN {date} + {ASSUMED_LAG} ELSE {added} + 1 END"
        kind = f"CASE WHEN {back} THEN 'assumed' ELSE 'stamped' END"
    wholes = ("NumMentions", "NumSources", "NumArticles", "QuadClass")
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || r.GLOBALEVENTID",
            "date": date,
            "known_at": f"greatest({known}, {date})",
            "known_at_kind": kind,
            **party_columns("actor", "a", "r.Actor1Name"),
            **party_columns("recipient", "b", "r.Actor2Name"),
            "event": "c.event",
            "mode": "c.mode",
            "context": "c.context",
            "cameo": "c.cameo",
            "root": "c.root",
            "quad_code": "c.quad",
            "quad_source": whole("r.QuadClass"),
            "intensity": number("r.GoldsteinScale", within=GOLDSTEIN),
            "intensity_scale": "CASE WHEN r.GoldsteinScale IS NOT NULL "
            "THEN 'Goldstein (GDELT)' END",
            "mentions": whole("r.NumMentions"),
            "sources": whole("r.NumSources"),
            "articles": whole("r.NumArticles"),
            "place": "r.ActionGeo_FullName",
            **degrees("r.ActionGeo_Lat", "r.ActionGeo_Long"),
            "url": "r.SOURCEURL",
            "story": "r.SOURCEURL",
            "directed": "true",
        },
        lookups=(
            _party("a", "Actor1"),
            _party("b", "Actor2"),
            Lookup(name="c", keys=("r.EventCode",), gives=CODE, resolve=_code),
        ),
        checks=(
            Check(
                column="GLOBALEVENTID",
                reason="not a number of an event",
                when="coalesce(NOT regexp_full_match(r.GLOBALEVENTID, '[0-9]{1,18}'), true)",
            ),
            Check(
                column="SQLDATE",
                reason="not a date YYYYMMDD from 1979 to 2199",
                when=f"coalesce(length(r.SQLDATE) <> 8, true) OR {no_day(date, first=FIRST)}",
            ),
            Check(
                column="EventCode",
                reason="code without its zero: 10 for 010, by its QuadClass",
                when="length(r.EventCode) = 2 AND r.EventCode >= '10' "
                "AND try_cast(r.QuadClass AS DOUBLE) = 1",
            ),
            Check(
                column="DATEADDED",
                reason=f"not a time stamp of {stamp} digits",
                when=f"coalesce(length(r.DATEADDED) <> {stamp}, true) OR {no_day(added)}"
                f" OR try_cast(r.DATEADDED AS BIGINT) IS NULL",
            ),
            Check(
                column="SQLDATE",
                reason="dated more than a year after it was added",
                when=f"{date} > {added} + 366"
                + ("" if stamp == 14 else f" AND {added} >= {BACK_FILE_ENDS}"),
            ),
        ),
        notes=(
            Note(column="SQLDATE", kind="dated after it was added", when=f"{date} > {added}"),
            not_number("GoldsteinScale", within=GOLDSTEIN),
            *not_degrees("ActionGeo_Lat", "ActionGeo_Long"),
            *(not_whole(name) for name in wholes),
        ),
    )


GDELT2 = Reader(
    source="gdelt2",
    title="GDELT 2.0 events",
    layout=Layout(
        required=_USED,
        optional=("SOURCEURL",),
        order=(COLUMNS2,),
        text=frozenset({"EventCode"}),
    ),
    plan=partial(_plan, stamp=14),
)
GDELT1 = Reader(
    source="gdelt1",
    title="GDELT 1.0 events",
    layout=Layout(
        required=_USED,
        optional=("SOURCEURL",),
        order=(COLUMNS1, COLUMNS1_BACK),
        text=frozenset({"EventCode"}),
    ),
    plan=partial(_plan, stamp=8),
)
