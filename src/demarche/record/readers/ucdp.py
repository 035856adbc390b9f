"""UCDP georeferenced events, yearly and candidate: CSV with a header.

References
----------
.. [1] Sundberg, R. & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset.
   Journal of Peace Research 50(4), 523-532. doi:10.1177/0022343313484347
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial

from demarche.record.readers._codes import country_code, group_of, party, plover_code
from demarche.record.readers._days import (
    cell_of,
    day_as_written,
    day_notes,
    order_told,
    told_columns,
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
    SourceFile,
    party_columns,
)
from demarche.record.readers._select import (
    coded,
    degrees,
    hxl_tags,
    no_day,
    not_degrees,
    not_whole,
    whole,
)

__all__ = ["UCDP_CANDIDATE", "UCDP_GED"]

LAG = {"ucdp_ged": 365, "ucdp_candidate": 45}
"""Days after which a row is taken to be known where the release of its file is not stated."""
_USED = ("id", "type_of_violence", "side_a", "side_b", "date_start", "date_end", "best")
_MORE = (
    *("year", *told_columns(("date_start", "date_end"))),
    *("relid", "date_prec", "high", "low", "gwnoa", "gwnob", "where_coordinates", "country"),
    *("latitude", "longitude", "source_article", "source_headline", "source_office", "version"),
)
_COLUMNS = tuple(
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id "
    "conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a "
    "side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office "
    "source_date source_headline source_original where_prec where_coordinates where_description "
    "adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity "
    "date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low "
    "gwnoa gwnob".split()
)
"""All columns in order: candidate version 24.0.1 came without its header."""
_MONTHS = f"strftime({day_as_written('date_start', year='year')}, '%Y-%m-01')"
"""States change their numbers by the day; the first of the month keeps the keys few."""
_MONTH = re.compile(r"(19|20|21)\d{2}-(0[1-9]|1[0-2])-01")
_GOVERNMENT = re.compile(r"^Government of (?P<country>.+)$")
_PRECISION = (
    f"CASE {coded('r.date_prec')} WHEN '1' THEN 'day' WHEN '2' THEN 'day' WHEN '3' THEN 'week' "
    "WHEN '4' THEN 'month' WHEN '5' THEN 'year' END"
)


def _party(key: Key, *, column: str) -> Found:
    name, number_gw, month = key
    on = None if month is None or not _MONTH.fullmatch(month) else dt.date.fromisoformat(month)
    if name is None:
        return Found(values=(None, None, None, None))
    government = _GOVERNMENT.match(name)
    if government:
        code = (number_gw or "").removesuffix(".0")
        iso3, unknown = country_code(code or None, system="gw", column=column, on=on)
        if iso3 is None:
            plain = government["country"].split(" (")[0]
            iso3, unknown = country_code(plain, system="name", column=column)
        return Found(values=(iso3, iso3, "government", None), unknown=unknown)
    if name.casefold() == "civilians":
        return Found(values=(None, None, "civilians", None))
    return party(name, None, "rebels" if group_of(name) is None else None, None, ())


def _code(key: Key) -> Found:
    kind = key[0]
    if kind not in ("1", "2", "3"):
        return Found(
            values=(None,) * 6, unknown=(("unknown type", "type_of_violence", kind or ""),)
        )
    if kind == "3":
        return plover_code("ASSAULT", None, column="type_of_violence")
    return Found(values=("ASSAULT", None, None, None, "19", 4))  # a fight between armed sides


def _plan(options: Options) -> Plan:
    start, end = (day_as_written(column, year="year") for column in ("date_start", "date_end"))
    last = f"coalesce({end}, {start})"  # a row that spans weeks is not known before its end
    known = f"greatest(coalesce(f.released, {last} + {LAG[options.source]}), {last})"
    kind = "CASE WHEN f.released IS NULL THEN 'assumed' ELSE 'release' END"
    if options.known_lag_days is not None:
        known, kind = f"{last} + {options.known_lag_days}", "'assumed'"
    return Plan(
        columns={
            "event_id": f"'{options.source}:' || {coded('r.id')}",
            "source_version": "coalesce(f.version, r.version)",
            "date": start,
            "date_end": end,
            "date_precision": _PRECISION,
            "known_at": known,
            "known_at_kind": kind,
            **party_columns("actor", "a", "r.side_a"),
            **party_columns("recipient", "b", "r.side_b"),
            "event": "c.event",
            "root": "c.root",
            "quad_code": "c.quad",
            "fatalities_low": whole("r.low"),
            "fatalities_best": whole("r.best"),
            "fatalities_high": whole("r.high"),
            "place": "coalesce(r.where_coordinates, r.country)",
            **degrees("r.latitude", "r.longitude"),
            "headline": "r.source_headline",
            "publisher": "r.source_office",
            "story": coded("r.id"),
            "directed": f"{coded('r.type_of_violence')} = '3'",
        },
        lookups=(
            Lookup(name="a", keys=("r.side_a", "r.gwnoa", _MONTHS), gives=PARTY,
                   resolve=partial(_party, column="gwnoa")),
            Lookup(name="b", keys=("r.side_b", "r.gwnob", _MONTHS), gives=PARTY,
                   resolve=partial(_party, column="gwnob")),
            Lookup(name="c", keys=(coded("r.type_of_violence"),), gives=CODE, resolve=_code),
        ),
        checks=(
            hxl_tags("date_start"),
            Check(column="id", reason="no event id", when="r.id IS NULL"),
            *order_told("date_start", "date_end"),
            Check(
                column="date_start",
                reason="not a date YYYY-MM-DD",
                when=no_day(start),
            ),
            Check(
                column="date_end",
                reason="no date, or before the start",
                when=f"{cell_of('date_end')} IS NOT NULL AND ({no_day(end)} OR {end} < {start})",
            ),
            Check(
                column="best",
                reason="not a whole number of deaths",
                when=f"{whole('r.best')} IS NULL OR {whole('r.best')} < 0",
            ),
        ),
        notes=(
            Note(column="best", kind="deaths not in order low, best, high",
                 when=f"{whole('r.low')} > {whole('r.best')} OR {whole('r.best')} > "
                 f"{whole('r.high')}"),
            *(not_whole(name) for name in ("low", "high")),
            *not_degrees("latitude", "longitude"),
            *day_notes("date_start"),
        ),
    )  # fmt: skip


def _describe(file: SourceFile) -> SourceFile:
    """Version from a name: ``GEDEvent_v25_0_6.csv``, ``ged171.csv``."""
    if short := re.match(r"ged(\d\d)(\d)\b", file.name, re.IGNORECASE):
        return replace(file, version=".".join(short.groups()))
    found = re.search(r"[vV](\d+(?:[_.]\d+){1,3})", file.name)
    return replace(file, version=found[1].replace("_", ".")) if found else file


_LAYOUT = Layout(
    required=_USED,
    optional=_MORE,
    bare=_COLUMNS,
    quoted=True,
    delimiters=",;\t",
    days=("date_start", "date_end"),
    aliases={"gwno_a": "gwnoa", "gwno_b": "gwnob", "best_est": "best", "low_est": "low"}
    | {"high_est": "high"},
)
"""UCDP spells the same column in several ways; ``best_est`` is that of the first versions."""
UCDP_GED = Reader(
    source="ucdp_ged", title="UCDP GED", layout=_LAYOUT, plan=_plan, describe=_describe
)
UCDP_CANDIDATE = Reader(
    source="ucdp_candidate",
    title="UCDP candidate events",
    layout=_LAYOUT,
    plan=_plan,
    describe=_describe,
)
