"""PLOVER, sectors, groups and ICEWS's actor names; files that are light, whole and sourced."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from importlib.resources import files

import pytest
from tests.shared import need

from demarche.errors import TermError
from demarche.terms import PLOVER
from demarche.terms.codebooks import (
    GROUPS,
    PLOVER_CONTEXTS,
    PLOVER_TYPES,
    REGIONS,
    SECTORS,
    TABLES,
    columns,
    country,
    country_of_entity,
    group_of_name,
    group_sector,
    plover,
    primary_sector,
    quad_of_root,
    root_of_plover,
    sector,
    table,
)

FOLDER = files("demarche.terms.codebooks")


def test_plover_has_the_types_modes_and_contexts_of_the_manual():
    """PLOVER 0.8: 16 types, 67 modes, 37 contexts."""
    assert tuple(PLOVER_TYPES) == PLOVER
    assert len(PLOVER) == 16
    assert len(PLOVER_CONTEXTS) == 37
    assert sum(len(kind.modes) for kind in PLOVER_TYPES.values()) == 67


def test_modes_agree_with_the_intensities_of_the_manual_but_where_stated():
    with need("data", "codes", "plover_scores.csv").open(encoding="utf-8", newline="") as file:
        theirs = {(row["plover_type"], row["mode"]) for row in csv.DictReader(file)}
    ours = {(event, mode or "") for event, mode, _, _ in table("plover")}
    assert ours ^ theirs == NO_SCORE


NO_SCORE = {("PROTEST", "vandalize")}
"""Modes the manual lists without an intensity."""


def test_a_type_keeps_its_quad_through_its_root_but_where_the_schemes_part():
    parted = {event for event, kind in PLOVER_TYPES.items() if quad_of_root(kind.root) != kind.quad}
    assert parted == {"CONCEDE"}
    for event, kind in PLOVER_TYPES.items():
        for mode in kind.modes:
            assert quad_of_root(root_of_plover(event, mode=mode)) == quad_of_root(kind.root)
    assert PLOVER_TYPES["SANCTION"].quad == 4


def test_yield_is_refused_with_what_it_became():
    with pytest.raises(TermError, match=r"CONCEDE .* and RETREAT"):
        plover("YIELD")
    with pytest.raises(TermError, match="'COERCE'"):
        plover("COERSE")
    with pytest.raises(TermError, match="'aerial'"):
        root_of_plover("ASSAULT", mode="arial")
    with pytest.raises(TermError, match="Modes: none"):
        root_of_plover("AID", mode="arms")


@pytest.mark.parametrize(
    ("label", "system", "id"),
    [
        ("Foreign Ministry", "icews", "foreign_ministry"),
        ("Opposition Major Party (Out Of Government)", "icews", "opposition"),
        ("Protestors / Popular Opposition / Mobs", "icews", "protesters"),
        ("Center Left", "icews", None),
        ("MED", "cameo", "media"),
        ("MED", "plover", "health"),
        ("JRN", "plover", "media"),
        ("INS", "cameo", "rebels"),
        ("SPY", "plover", "intelligence"),
    ],
)
def test_organs_of_every_source_fall_into_one_list(label, system, id):
    assert sector(label, system) == id


def test_the_most_telling_sector_comes_first_whatever_the_order():
    labels = ["Government", "Parties", "Foreign Ministry", "Executive", "Center Left"]
    assert primary_sector(labels) == "foreign_ministry"
    assert primary_sector(labels[::-1]) == "foreign_ministry"
    assert primary_sector(["Center Left"]) is None
    assert primary_sector([]) is None


def test_an_unknown_sector_is_refused_with_the_near_miss():
    with pytest.raises(TermError, match="'Police'"):
        sector("Polise")
    with pytest.raises(TermError, match="'cameo'"):
        sector("MED", "cameos")


def test_every_sector_named_in_a_table_is_one_of_the_project():
    named = {row[2] for row in table("sector_codes")} | {row[1] for row in table("entity_sectors")}
    named |= {row[3] for row in table("groups")}
    assert named - {None} <= set(SECTORS)


def test_every_sector_of_the_icews_sample_is_known():
    path = need("data", "icews_raw_sample", "events.2018.sample.tab")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            for side in ("Source", "Target"):
                for label in row[f"{side} Sectors"].split(","):
                    assert label == "NA" or sector(label) in {*SECTORS, None}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Citizen_(Nigeria)", ("NGA", "civilians")),
        ("Foreign Affairs (South Korea)", ("KOR", "foreign_ministry")),
        ("Police (India)", ("IND", "police")),
        ("Military Police (India)", ("IND", "military")),
        ("Military Judge (India)", ("IND", "judiciary")),
        ("Treasury/Finance_Ministry_(Iraq)", ("IRQ", "economy_ministry")),
        ("Defense / Security Ministry (Iran)", ("IRN", "defence_ministry")),
        ("Women (Palestinian Territory, Occupied)", ("PSE", "civilians")),
        ("The Poor (India)", ("IND", "civilians")),
        ("Occupied Palestinian Territory", ("PSE", None)),
        ("North_Korea", ("PRK", None)),
        ("Militant (Boko Haram)", (None, "rebels")),
        ("Business (Africa)", (None, "business")),
        ("Citizen (Crimea)", (None, "civilians")),
        ("UN Security Council", (None, "igo")),
        ("Barack Obama", (None, None)),
        ("", (None, None)),
        ("(Iran)", ("IRN", None)),
    ],
)
def test_an_actor_of_icews_tells_its_country_and_organ(name, found):
    assert country_of_entity(name) == found


@pytest.mark.parametrize("set_name", ["icews14", "icews18"])
def test_nearly_all_that_brackets_can_tell_is_told(set_name):
    """Brackets hold a region, group or party in the rest (Africa, Boko Haram, Likud)."""
    lines = need("data", set_name, "entity2id.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("\t")[0].replace("_", " ") for line in lines]
    bracketed = [name for name in names if re.search(r" \([^()]+\)$", name)]
    found = [country_of_entity(name) for name in bracketed]
    assert sum(iso3 is not None for iso3, _ in found) > 0.94 * len(bracketed)
    assert sum(id is not None for _, id in found) > 0.99 * len(bracketed)


def test_groups_and_regions_are_no_countries():
    assert not set(GROUPS) & set(REGIONS)
    assert group_of_name("Hamas") == "HMS"
    assert group_sector("HMS") == "rebels"
    assert group_sector("ZZZ") is None
    for code, _, _, id, home, _ in table("groups"):
        assert id is None or id in SECTORS
        assert home is None or country(home) == home
        assert code


def test_every_table_is_whole_and_names_what_it_was_written_from():
    for name in TABLES:
        text = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        assert text.startswith("# ")
        width = len(columns(name))
        assert all(len(row) == width for row in table(name))
        assert len(set(table(name))) == len(table(name))
    with pytest.raises(TermError, match="'groups'"):
        table("group")
    sources = tomllib.loads((FOLDER / "codebooks.toml").read_text(encoding="utf-8"))
    nested = sources.pop("countries")
    for entry in (*sources.values(), *nested.values()):
        assert set(entry) == {"version", "manual", "where"}


def test_no_table_is_parsed_on_import():
    code = (
        "import demarche.terms, demarche.cases, demarche.terms.codebooks._tables as t; "
        "raise SystemExit(t._parsed.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
