"""ACLED events and the list of events it has withdrawn: CSV or JSON exports of its own columns.

References
----------
.. [1] Raleigh, C., Linke, A., Hegre, H. & Karlsen, J. (2010). Introducing ACLED. Journal of Peace
   Research 47(5), 651-660. doi:10.1177/0022343310378914
"""

from __future__ import annotations

import re

from demarche.record.readers._codes import (
    NO_CODE,
    Unknown,
    country_code,
    group_of,
    party,
    plover_code,
)
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
from demarche.record.readers._select import degrees, no_day, not_degrees, not_whole, unix_day, whole

__all__ = ["ACLED", "ACLED_DELETED"]

ASSUMED_LAG = 7
_USED = ("event_id_cnty", "event_date", "event_type", "sub_event_type", "actor1", "actor2")
_MORE = (
    *("inter1", "inter2", "country", "iso", "location", "latitude", "longitude", "time_precision"),
    *("source", "notes", "fatalities", "timestamp"),
)
_FORCES = re.compile(r"^(Military|Police) Forces of (?P<country>.+?)(?: \(\d{4}-.*)?$")
_GOVERNMENT = re.compile(r"^Government of (?P<country>.+?)(?: \(\d{4}-.*\))?$")
_TYPES = {
    "battles": ("ASSAULT", None),
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
"""Our reading of ACLED's types in PLOVER; a type that is not here keeps no PLOVER type."""
_PRECISION = (
    "CASE r.time_precision WHEN '1' THEN 'day' WHEN '2' THEN 'week' WHEN '3' THEN 'month' END"
)


def _said(column: str) -> str:
    """Column with ``NA`` as missing, as R writes it: no actor or place of ACLED is so called."""
    return f"nullif(r.{column}, 'NA')"


def _state(name: str) -> tuple[str | None, Unknown]:
    """ISO3 of the longest run of first words that is a state: the name of a unit may follow."""
    iso3, unknown = country_code(name, system="name", column="actor1")
    words = name.split()
    for n in range(len(words) - 1, 0, -1):
        if iso3 is not None:
            break
        iso3, _ = country_code(" ".join(words[:n]), system="name", column="actor1")
    return iso3, unknown if iso3 is None else ()


def _party(key: Key) -> Found:
    name, inter, place = key
    if name is None:
        return Found(values=(None, None, None, None))
    forces, government = _FORCES.match(name), _GOVERNMENT.match(name)
    if forces or government:
        found = forces or government
        assert found is not None
        iso3, unknown = _state(found["country"])
        sector = "government"
        if forces:
            sector = "military" if forces[1] == "Military" else "police"
        return Found(values=(iso3, iso3, sector, inter), unknown=unknown)
    if group_of(name) is None:
        return Found(values=(None, None, None, inter))
    del place
    return party(name, None, None, inter, ())


def _code(key: Key) -> Found:
    kind, sub = (None if part is None else part.strip().casefold() for part in key)
    if kind is None:
        return Found(values=NO_CODE, unknown=(("no event type", "event_type", ""),))
    event = _SUB_TYPES.get(sub or "", _TYPES.get(kind))
    if event is None:
        if kind == "strategic developments":
            return Found(values=NO_CODE)
        return Found(values=NO_CODE, unknown=(("unknown event type", "event_type", kind),))
    if event[0] == "ASSAULT" and kind != "violence against civilians":
        return Found(values=(*event, None, None, "19", 4))  # a fight between armed sides
    return plover_code(*event, column="event_type")


def _plan(options: Options) -> Plan:
    # exports of the web page write 16 May 2025, the interface 2025-05-16
    said = "CAST(try_strptime(r.event_date, '%d %B %Y') AS DATE)"
    raw = f"coalesce(try_cast(r.event_date AS DATE), {said})"
    # years written 0024- or 0025- are of this century, a known slip of the source; 31/12/19 is none
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
            Lookup(name="a", keys=tuple(map(_said, ("actor1", "inter1", "country"))), gives=PARTY,
                   resolve=_party),
            Lookup(name="b", keys=tuple(map(_said, ("actor2", "inter2", "country"))), gives=PARTY,
                   resolve=_party),
            Lookup(name="c", keys=("r.event_type", "r.sub_event_type"), gives=CODE, resolve=_code),
        ),
        checks=(
            Check(column="event_id_cnty", reason="no event id", when="r.event_id_cnty IS NULL"),
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
    layout=Layout(required=_USED, optional=_MORE, quoted=True, delimiters=",;\t"),
    plan=_plan,
)
ACLED_DELETED = Reader(
    source="acled_deleted",
    title="events that ACLED withdrew",
    layout=Layout(required=("event_id_cnty", "deleted_timestamp"), quoted=True, delimiters=",;\t"),
    plan=_deleted,
)
