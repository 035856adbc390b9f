"""Countries: codes that mean different states by system and day; agreement with other lists."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import need

from demarche.errors import TermError
from demarche.terms.codebooks import COUNTRIES, COUNTRY_SYSTEMS, Country, country, plain_name

OTHER_CODES = {
    "ALA": "no FIPS code; there a hard blank",
    "BES": "no FIPS code; NL there is the Netherlands",
    "UMI": "nine FIPS codes, one per island; there a footnote",
}


def rows(*parts, delimiter=","):
    with need("data", *parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.mark.parametrize(
    ("code", "system", "iso3"),
    [
        ("970", "cow", "NRU"),
        ("970", "gw", "KIR"),
        ("255", "cow", "DEU"),
        ("260", "gw", "DEU"),
        ("GZ", "fips", "PSE"),
        ("WE", "fips", "PSE"),
        ("RS", "fips", "RUS"),
        ("RS", "iso2", "SRB"),
        ("AUS", "cowabb", "AUT"),
        ("AUS", "iso3", "AUS"),
        ("KV", "fips", "XKX"),
        ("KOS", "polecat", "XKX"),
        ("ROM", "cameo", "ROU"),
        ("MTN", "cameo", "MNE"),
        ("GZS", "cameo", "PSE"),
        ("NA", "iso2", "NAM"),
        ("4", "isonum", "AFG"),
        (4, "isonum", "AFG"),
        ("004", "isonum", "AFG"),
        ("345", "cow", "SRB"),
        ("Congo", "icews", "COG"),
        ("Democratic Republic of Congo", "icews", "COD"),
        ("Palestinian_Territory,_Occupied", "icews", "PSE"),
        ("Ivory Coast", "name", "CIV"),
        ("Türkiye", "name", "TUR"),
        ("Yemen (North Yemen)", "name", "YEM"),
    ],
)
def test_a_code_is_read_in_its_own_system(code, system, iso3):
    """COW v2016, Gleditsch & Ward, FIPS 10-4, ISO 3166-1."""
    assert country(code, system=system) == iso3


@pytest.mark.parametrize(
    ("code", "system", "day", "iso3"),
    [
        ("365", "cow", "1991-12-25", "SUN"),
        ("365", "cow", "1991-12-26", "RUS"),
        ("345", "gw", "1985-01-01", "YUG"),
        ("345", "gw", "2005-01-01", "SCG"),
        ("345", "cow", "2006-06-05", "SRB"),
        ("CS", "iso2", "1980-01-01", "CSK"),
        ("CS", "iso2", "2004-01-01", "SCG"),
        ("265", "cow", "1970-01-01", "DDR"),
        ("ZAR", "iso3", "1990-01-01", "COD"),
        ("ZAR", "cameo", "2020-01-01", "COD"),
        ("678", "cow", "1980-01-01", "YEM"),
        ("678", "gw", "2020-01-01", "YEM"),
        ("817", "gw", "1970-01-01", "RVN"),
        ("736", "isonum", "2000-01-01", "SDN"),
    ],
)
def test_a_reused_or_former_code_stands_for_its_day(code, system, day, iso3):
    """ISO 3166-3; Correlates of War v2016; Gleditsch & Ward."""
    assert country(code, system=system, on=dt.date.fromisoformat(day)) == iso3


@pytest.mark.parametrize("id", ["SUN", "YUG", "SCG", "DDR", "CSK", "YMD", "ANT"])
def test_a_former_state_is_itself_without_a_day_and_refused_after_its_end(id):
    state = COUNTRIES[id]
    assert country(id) == id
    assert country(state.name, system="name") == id
    with pytest.raises(TermError, match="It stood for"):
        country(id, on=dt.date(2015, 1, 1))


@pytest.mark.parametrize(
    ("code", "system", "hint"),
    [
        ("Nigerria", "name", "nigeria"),
        ("XYZ", "iso3", ""),
        ("999", "cow", ""),
        ("", "name", ""),
        ("MEA", "cameo", ""),
        ("396", "gw", ""),
    ],
)
def test_an_unknown_code_is_refused_with_the_near_miss(code, system, hint):
    with pytest.raises(TermError, match=f"not a country of {system}") as error:
        country(code, system=system)
    assert hint in str(error.value)


def test_an_unknown_system_is_refused():
    with pytest.raises(TermError, match="'fips'"):
        country("RS", system="fip")


@given(st.sampled_from(sorted(COUNTRIES)), st.sampled_from(COUNTRY_SYSTEMS))
def test_every_code_of_a_present_state_comes_back_to_it(id, system):
    state: Country = COUNTRIES[id]
    if state.last is not None:
        return
    own = {"cameo": id, "polecat": id, "icews": state.name}.get(system) or getattr(state, system)
    for code in own if isinstance(own, tuple) else (own,) if own else ():
        assert country(code, system=system) == id


def test_no_code_is_given_to_two_present_states():
    for system in ("iso2", "isonum", "cow", "cowabb", "gw"):
        codes = [c for s in COUNTRIES.values() if (c := getattr(s, system)) and not s.last]
        assert len(set(codes)) == len(codes)
    names = [plain_name(state.name) for state in COUNTRIES.values()]
    assert len(set(names)) == len(names)


def test_codes_and_names_agree_with_the_lists_of_others_but_where_stated():
    differ = set()
    present = {id for id, state in COUNTRIES.items() if state.last is None}
    others = rows("codes", "countries.csv")
    assert present == {row["iso3"] for row in others}
    for row in others:
        ours = COUNTRIES[row["iso3"]]
        assert country(row["name"], system="name") == row["iso3"]
        number = row["iso_num"].zfill(3) if row["iso_num"] else None
        theirs = (row["iso2"], number, row["cow_num"], row["cow_abb"], row["gw_num"])
        own = (ours.iso2, ours.isonum, *(x or "" for x in (ours.cow, ours.cowabb, ours.gw)))
        assert own == theirs
        if sorted(ours.fips) != sorted(filter(None, row["fips10_4"].split("|"))):
            differ.add(row["iso3"])
    assert differ == set(OTHER_CODES)


def test_every_country_of_the_icews_sample_is_known():
    for row in rows("icews_raw_sample", "events.2018.sample.tab", delimiter="\t"):
        for side in ("Source", "Target"):
            if row[f"{side} Country"] != "NA":
                assert country(row[f"{side} Country"], system="icews") in COUNTRIES
