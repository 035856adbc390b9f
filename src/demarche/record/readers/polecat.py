"""POLECAT events: tab-separated files with a header, coded in PLOVER.

References
----------
.. [1] Halterman, A. et al. (2023). POLECAT Weekly Data. Harvard Dataverse.
   doi:10.7910/DVN/AJGVIT
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial

from demarche.record.readers._codes import country_code, party, plover_code, sector_codes
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
    SourceFile,
    party_columns,
)
from demarche.record.readers._select import degrees, no_day, not_degrees, not_number, number, whole
from demarche.terms.events import QUADS

__all__ = ["POLECAT"]

_SIDES = (
    *("Actor Name", "Actor Country", "Primary Actor Sector", "Actor Sectors"),
    *("Recipient Name", "Recipient Country", "Primary Recipient Sector", "Recipient Sectors"),
)
_USED = ("Event ID", "Event Date", "Event Type", "Event Mode", *_SIDES)
_MORE = (
    *("Intensity", "Quad Code", "Contexts", "Placename", "City", "Country", "Latitude"),
    *(
        "Longitude",
        "Source",
        "Publication Date",
        "Version",
        "Headline",
        "Actor Name Raw",
        "Recipient Name Raw",
    ),
)


_RELEASE = re.compile(r"ngecEvents\.(\d{4})(\d{2})(\d{2})\d{6}\.", re.IGNORECASE)


def text(column: str) -> str:
    """Column as text; the word None stands for nothing there."""
    return f"nullif(nullif(trim(r.\"{column}\"), 'None'), '')"


def _quad() -> str:
    """Quad class as a number: its releases write words such as VERBAL COOPERATION."""
    words = " ".join(f"WHEN '{word}' THEN {n}" for n, word in enumerate(QUADS, 1))
    given = text("Quad Code")
    one = whole(given)
    known = f"CASE WHEN {one} BETWEEN 1 AND {len(QUADS)} THEN {one} END"
    return f"CASE lower({given}) {words} ELSE {known} END"


def _list(cell: str | None, parts: str = ";") -> list[str]:
    """Entries of a cell of several, in order; None stands for an entry that has nothing."""
    return [part.strip() for part in re.split(f"[{parts}]", cell or "")]


def _party(key: Key, *, side: str) -> Found:
    name, place, primary, sectors = key
    entries = _list(place)
    codes = [next((c for c in _list(e, "|") if c not in ("", "None")), None) for e in entries]
    at = next((n for n, code in enumerate(codes) if code is not None), 0)
    several: tuple[tuple[str, str, str], ...] = ()
    if len({c for c in _list(place, ";|") if c not in ("", "None")}) > 1:
        several = (("several countries in one cell, the first is read", f"{side} Country", ""),)
        # lists of one length are of the same actors: what is said of the first of them counts
        name, primary, sectors = (
            cell if len(_list(cell)) != len(entries) else _list(cell)[at] or None
            for cell in (name, primary, sectors)
        )
    iso3, unknown = country_code(codes[at], system="polecat", column=f"{side} Country")
    labels = dict.fromkeys([*_list(primary, ";|"), *_list(sectors, ";|")])
    labels.pop("None", None)
    first, said, more = sector_codes(labels, system="plover", column=f"{side} Sectors")
    found = party(name, iso3, first, said, unknown + more + several)
    if several and found.values[0] is None:
        return replace(found, values=(name, *found.values[1:]))
    return found


def _code(key: Key) -> Found:
    event, mode = key
    return plover_code(
        None if event is None else event.upper().replace(" ", "_"),
        None if mode is None else mode.lower(),
        column="Event Type",
    )


def _side(name: str, side: str) -> Lookup:
    return Lookup(
        name=name,
        keys=(
            text(f"{side} Name"),
            text(f"{side} Country"),
            text(f"Primary {side} Sector"),
            text(f"{side} Sectors"),
        ),
        gives=PARTY,
        resolve=partial(_party, side=side),
    )


def _plan(options: Options) -> Plan:
    date = 'try_cast(left(r."Event Date", 10) AS DATE)'
    stated = 'try_cast(left(r."Publication Date", 10) AS DATE)'
    published = f"CASE WHEN NOT {no_day(stated)} THEN {stated} END"
    quad = _quad()
    lag = options.known_lag_days
    if lag is None:
        known = f"greatest({date}, coalesce({published}, {date} + 7), f.released)"
        kind = "CASE WHEN f.released IS NULL THEN 'assumed' ELSE 'stamped' END"
    else:
        known, kind = f"{date} + {lag}", "'assumed'"
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || r.\"Event ID\"",
            "source_version": f"coalesce(f.version, {text('Version')})",
            "date": date,
            "known_at": known,
            "known_at_kind": kind,
            **party_columns("actor", "a", text("Actor Name")),
            **party_columns("recipient", "b", text("Recipient Name")),
            "event": "c.event",
            "mode": "c.mode",
            "context": f"replace({text('Contexts')}, '; ', ';')",
            "root": "c.root",
            "quad_code": "c.quad",
            "quad_source": quad,
            "intensity": number(text("Intensity")),
            "intensity_scale": f"CASE WHEN {text('Intensity')} IS NOT NULL THEN 'PLOVER' END",
            "place": f"coalesce({text('Placename')}, {text('City')}, {text('Country')})",
            **degrees(text("Latitude"), text("Longitude")),
            "headline": text("Headline"),
            "publisher": text("Source"),
            "story": 'r."Event ID"',
            "directed": "true",
        },
        lookups=(
            _side("a", "Actor"),
            _side("b", "Recipient"),
            Lookup(
                name="c",
                keys=(text("Event Type"), text("Event Mode")),
                gives=CODE,
                resolve=_code,
            ),
        ),
        checks=(
            Check(column="Event ID", reason="no event id", when=f"{text('Event ID')} IS NULL"),
            Check(
                column="Event Date",
                reason="not a date YYYY-MM-DD",
                when=no_day(date),
            ),
        ),
        notes=(
            not_number("Intensity", missing="None"),
            *not_degrees("Latitude", "Longitude", missing="None"),
            Note(
                column="Quad Code",
                kind="not a quad class, left empty",
                when=f"{text('Quad Code')} IS NOT NULL AND {quad} IS NULL",
            ),
            Note(
                column="Publication Date",
                kind="not a day, known seven days after the event",
                when=no_day(stated),
            ),
        ),
    )


def _describe(file: SourceFile) -> SourceFile:
    """Release of a weekly file, from its name ``ngecEvents.20230103111842.Release603.DV.txt``."""
    stamped = _RELEASE.match(file.name)
    if stamped is None or file.released is not None:
        return file
    try:
        return replace(file, released=dt.date(*map(int, stamped.groups())))
    except ValueError:
        return file


POLECAT = Reader(
    source="polecat",
    title="POLECAT events",
    layout=Layout(
        required=_USED,
        optional=_MORE,
        aliases={"event_intensity": "Intensity"},
        header_only=frozenset({"Headline"}),
        dated=("Event Date", "Publication Date"),
        latin1=True,
    ),
    plan=_plan,
    describe=_describe,
)
