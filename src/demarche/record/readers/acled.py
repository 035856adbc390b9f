"""ACLED events and the list of events it has withdrawn: CSV or JSON exports of its own columns.

References
----------
.. [1] Raleigh, C., Linke, A., Hegre, H. & Karlsen, J. (2010). Introducing ACLED. Journal of Peace
   Research 47(5), 651-660. doi:10.1177/0022343310378914
"""

from __future__ import annotations

import re
from dataclasses import replace

from demarche.record.readers._codes import (
    NO_CODE,
    Unknown,
    country_code,
    group_of,
    party,
    plover_code,
)
from demarche.record.readers._days import day_as_written, day_notes, order_told, told_columns
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
    coded,
    degrees,
    hxl_tags,
    no_day,
    not_degrees,
    not_whole,
    unix_day,
    whole,
)

__all__ = ["ACLED", "ACLED_DELETED"]

ASSUMED_LAG = 7
_USED = ("event_id_cnty", "event_date", "event_type", "actor1", "actor2")
_MORE = (
    *("sub_event_type", "year", *told_columns(("event_date",))),
    *("inter1", "inter2", "country", "iso", "location", "latitude", "longitude", "time_precision"),
    *("source", "notes", "fatalities", "timestamp"),
)
_FORCES = re.compile(
    r"^(?P<organ>Military Forces|Police Forces|Government) of (?P<country>.+?)"
    r"(?: \(\d{4}-[^)]*\)?(?P<part>.*))?$"
)
_ORGANS = {"Military": "military", "Police": "police", "Government": "government"}
_OFFICIAL = re.compile(
    r"^(?:the )?(?:(?:Islamic|Democratic|Socialist|Federal|People's|United|Arab) )*"
    r"(?:Republic|Kingdom|Union|Federation) of (?:the )?(?:Union of )?(?P<country>.+)$"
)
"""Names of states in full, as its first exports of Asia have them: the Kingdom of Thailand."""
_FACTIONS = {"supreme political council": "HTH", "haftar faction": "LNA"}
"""Sides of a split state that it codes as forces of that state: they fight each other."""
_UNRECOGNIZED = {
    "abkhazia": "Abkhazia",
    "artsakh": "Nagorno-Karabakh",
    "nagorno-karabakh": "Nagorno-Karabakh",
    "northern cyprus": "Northern Cyprus",
    "puntland": "Puntland",
    "somaliland": "Somaliland",
    "south ossetia": "South Ossetia",
    "transnistria": "Transnistria",
}
"""Forces of no state that others recognize act under its name, as an article read here has it."""
_SECTORS = {
    "2": "rebels",
    "rebel group": "rebels",
    "rebel groups": "rebels",
    "rebel forces": "rebels",
    "5": "protesters",
    "rioters": "protesters",
    "6": "protesters",
    "protesters": "protesters",
    "7": "civilians",
    "civilians": "civilians",
}
"""Our sectors of its kinds of actors, by number or word; a militia or a foreign force has none."""
_PLACE = re.compile(r"\((?P<country>[^()\d]+)\)")
_TYPES = {
    "battles": ("ASSAULT", None),
    "battle-no change of territory": ("ASSAULT", None),
    "battle-government regains territory": ("ASSAULT", None),
    "battle-non-state actor overtakes territory": ("ASSAULT", None),
    "battle-non-state actors overtake territory": ("ASSAULT", None),
    "remote violence": ("ASSAULT", None),
    "riots/protests": ("PROTEST", None),
    "headquarters or base established": ("MOBILIZE", None),
    "explosions/remote violence": ("ASSAULT", None),
    "violence against civilians": ("ASSAULT", None),
    "protests": ("PROTEST", "demo"),
    "riots": ("PROTEST", "riot"),
}
_SUB_TYPES = {
    "air/drone strike": ("ASSAULT", "aerial"),
    "shelling/artillery/missile attack": ("ASSAULT", "heavy-weapons"),
    "suicide bomb": ("ASSAULT", "suicide-attack"),
    "remote explosive/landmine/ied": ("ASSAULT", "explosives"),
    "grenade": ("ASSAULT", "explosives"),
    "chemical weapon": ("ASSAULT", "unconventional"),
    "abduction/forced disappearance": ("ASSAULT", "abduct"),
    "sexual violence": ("ASSAULT", "sexual"),
    "agreement": ("AGREE", None),
    "arrests": ("COERCE", "arrest"),
    "looting/property destruction": ("COERCE", "seize"),
    "headquarters or base established": ("MOBILIZE", None),
}
"""Our reading of ACLED's types in PLOVER, those of before 2019 too; others keep no PLOVER type."""
_PLAIN = frozenset({
    "armed clash", "attack", "change to group/activity", "disrupted weapons use",
    "excessive force against protesters", "government regains territory", "mob violence",
    "non-state actor overtakes territory", "non-violent transfer of territory", "other",
    "peaceful protest", "protest with intervention", "violent demonstration",
})  # fmt: skip
"""Its other sub-types: they are read as their type is."""
_UNTYPED = frozenset(
    {"strategic developments", "strategic development", "non-violent transfer of territory"}
)
_CROWDS = {"5": "riot", "rioters": "riot", "6": "demo", "protesters": "demo"}
_PRECISION = (
    f"CASE {coded('r.time_precision')} "
    "WHEN '1' THEN 'day' WHEN '2' THEN 'week' WHEN '3' THEN 'month' END"
)


def _said(column: str) -> str:
    """Column with ``NA`` as missing, as R writes it: no actor or place of ACLED is so called."""
    return f"nullif(r.{column}, 'NA')"


def _state(name: str) -> tuple[str | None, Unknown]:
    """ISO3 of the longest run of first words that is a state: the name of a unit may follow."""
    iso3, unknown = country_code(name, system="name", column="actor1")
    if iso3 is None and (full := _OFFICIAL.match(name)):
        iso3, _ = country_code(full["country"], system="name", column="actor1")
    words = name.split()
    for n in range(len(words) - 1, 0, -1):
        if iso3 is not None:
            break
        iso3, _ = country_code(" ".join(words[:n]), system="name", column="actor1")
    return iso3, unknown if iso3 is None else ()


def _party(key: Key) -> Found:
    name, inter = key
    if name is None:
        return Found(values=(None, None, None, None))
    if forces := _FORCES.match(name):
        iso3, unknown = _state(forces["country"])
        sector = _ORGANS[forces["organ"].split()[0]]
        own = _UNRECOGNIZED.get(forces["country"].casefold())
        if own is not None:
            return Found(values=(own, None, sector, inter))
        faction = _FACTIONS.get((forces["part"] or "").strip().casefold())
        if faction is not None:
            return Found(values=(faction, iso3, "rebels", inter))
        return Found(values=(iso3, iso3, sector, inter), unknown=unknown)
    sector_id = _SECTORS.get((inter or "").casefold())
    if group_of(name) is not None:
        return party(name, None, None, inter, ())
    found = _PLACE.findall(name)
    iso3 = None
    if found:
        iso3, _ = country_code(found[-1], system="name", column="actor1")
    return Found(values=(None, iso3, sector_id, inter))


def _code(key: Key) -> Found:
    kind, sub, inter = (None if part is None else part.strip().casefold() for part in key)
    if kind is None:
        return Found(values=NO_CODE, unknown=(("no event type", "event_type", ""),))
    event = _SUB_TYPES.get(sub or "", _TYPES.get(kind))
    unknown: Unknown = ()
    if sub is not None and sub not in _SUB_TYPES and sub not in _PLAIN:
        unknown = (("unknown event type", "sub_event_type", sub),)
    if event is None:
        if kind not in _UNTYPED:
            unknown += (("unknown event type", "event_type", kind),)
        return Found(values=NO_CODE, unknown=unknown)
    if event == ("PROTEST", None):  # one type for both before 2019: who took part tells
        event = ("PROTEST", _CROWDS.get(inter or ""))
    if event[0] == "ASSAULT" and kind != "violence against civilians":
        return Found(values=(*event, None, None, "19", 4), unknown=unknown)  # between armed sides
    found = plover_code(*event, column="event_type")
    return replace(found, unknown=found.unknown + unknown)


def _plan(options: Options) -> Plan:
    # years written 0024- or 0025- are of this century, a known slip of the source
    raw = day_as_written("event_date", year="year")
    slip = f"starts_with(r.event_date, '00') AND year({raw}) BETWEEN 1 AND 99"
    date = f"CASE WHEN {slip} THEN CAST({raw} + INTERVAL 2000 YEAR AS DATE) ELSE {raw} END"
    stamp = unix_day("r.timestamp")
    lag = options.known_lag_days
    if lag is None:
        known = f"greatest({date}, coalesce({stamp}, {date} + {ASSUMED_LAG}))"
        kind = f"CASE WHEN {stamp} IS NULL THEN 'assumed' ELSE 'stamped' END"
    else:
        known, kind = f"{date} + {lag}", "'assumed'"
    deaths = whole("r.fatalities")
    below = f"{deaths} < 0"
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || r.event_id_cnty",
            "source_version": f"coalesce(f.version, {_said('timestamp')})",
            "date": date,
            "date_precision": _PRECISION,
            "known_at": known,
            "known_at_kind": kind,
            **party_columns("actor", "a", _said("actor1")),
            **party_columns("recipient", "b", _said("actor2")),
            "event": "c.event",
            "mode": "c.mode",
            "root": "c.root",
            "quad_code": "c.quad",
            "fatalities_best": f"CASE WHEN NOT ({below}) THEN {deaths} END",
            "place": f"coalesce({_said('location')}, {_said('country')})",
            **degrees("r.latitude", "r.longitude"),
            "headline": f"left({_said('notes')}, 2000)",
            "publisher": _said("source"),
            "story": "r.event_id_cnty",
            "directed": "false",
        },
        lookups=(
            Lookup(name="a", keys=(_said("actor1"), coded(_said("inter1"))), gives=PARTY,
                   resolve=_party),
            Lookup(name="b", keys=(_said("actor2"), coded(_said("inter2"))), gives=PARTY,
                   resolve=_party),
            Lookup(name="c", keys=("r.event_type", "r.sub_event_type", coded("r.inter1")),
                   gives=CODE, resolve=_code),
        ),
        checks=(
            hxl_tags("event_date"),
            Check(column="event_id_cnty", reason="no event id", when="r.event_id_cnty IS NULL"),
            *order_told("event_date"),
            Check(
                column="event_date",
                reason="not a date YYYY-MM-DD or 16 May 2025",
                when=no_day(f"({date})"),
            ),
        ),
        notes=(
            Note(column="event_date", kind="dated after its time stamp", when=f"{date} > {stamp}"),
            Note(column="event_date", kind="year below 100, read as of this century",
                 when=slip),
            *day_notes("event_date"),
            Note(column="timestamp", kind="not a unix time in seconds, known_at assumed",
                 when=f"r.timestamp IS NOT NULL AND ({stamp}) IS NULL"),
            *not_degrees("latitude", "longitude"),
            not_whole("fatalities"),
            Note(column="fatalities", kind="deaths below zero, left empty", when=below),
        ),
    )  # fmt: skip


def _deleted(options: Options) -> Plan:
    stamp = unix_day("r.deleted_timestamp")
    return Plan(
        columns={
            "event_id": "'acled:' || r.event_id_cnty",
            "date": stamp,
            "known_at": stamp,
            "known_at_kind": "'stamped'",
            "directed": "false",
            "deleted_at": stamp,
        },
        checks=(
            Check(column="event_id_cnty", reason="no event id", when="r.event_id_cnty IS NULL"),
            Check(
                column="deleted_timestamp",
                reason="not a unix time in seconds",
                when=f"{stamp} IS NULL",
            ),
        ),
    )


ACLED = Reader(
    source="acled",
    title="ACLED events",
    layout=Layout(
        required=_USED,
        optional=_MORE,
        quoted=True,
        delimiters=",;\t",
        days=("event_date",),
        hints={
            "actor2": "Is it a monadic export, of one row an actor? Then who met whom is lost: "
            "export it as dyadic, one row an event."
        },
    ),
    plan=_plan,
)
ACLED_DELETED = Reader(
    source="acled_deleted",
    title="events that ACLED withdrew",
    layout=Layout(required=("event_id_cnty", "deleted_timestamp"), quoted=True, delimiters=",;\t"),
    plan=_deleted,
)
