"""The list of known dirt, source by source: what test_dirt.py and test_read.py do not hold yet."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import tarfile
import zipfile

import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from demarche.record.readers.gdelt import COLUMNS1, COLUMNS2
from demarche.record.store import events, status
from tests.record.readers.test_read import ACLED, ICEWS, POLECAT, gdelt, read, written

END = dt.date(2100, 1, 1)


# --- GDELT


def test_dirt_1_a_header_alone_and_a_file_cut_in_the_middle_of_a_zip(tmp_path):
    alone = written(tmp_path, ICEWS + "\n", "alone.tab")
    _, _, counts = read(alone, "icews")
    assert counts["lines"] == 0
    with pytest.raises(DataError, match="none of 0 lines is a row of icews"):
        ingest(tmp_path / "s", [alone], source="icews")
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.CSV", "".join(gdelt(GLOBALEVENTID=str(n)) + "\n" for n in range(500)))
    cut = written(tmp_path, whole.read_bytes()[: whole.stat().st_size // 2], "cut.zip")
    with pytest.raises(DataError, match=r"cut\.zip is a damaged archive"):
        read_events(cut, source="gdelt2")


@pytest.mark.parametrize(("columns", "source"), [(COLUMNS1, "gdelt2"), (COLUMNS2, "gdelt1")])
def test_dirt_8_the_two_lengths_of_a_stamp_are_never_taken_for_each_other(
    tmp_path, columns, source
):
    path = written(tmp_path, gdelt(columns) + "\n")
    with pytest.raises(DataError, match=r"another kind of file.*Is --source right"):
        read_events(path, source=source)
    other = COLUMNS2 if source == "gdelt2" else COLUMNS1
    stamp = "20200102" if source == "gdelt2" else "20200102001500"
    path = written(tmp_path, gdelt(other) + "\n" + gdelt(other, DATEADDED=stamp) + "\n", "b.csv")
    _, rejects, _ = read(path, source)
    assert [(row[2], row[3]) for row in rejects] == [(2, "DATEADDED")]


def test_one_article_that_names_several_places_has_one_vote(tmp_path):
    rows = [
        gdelt(GLOBALEVENTID=str(n), ActionGeo_FullName=place, SOURCEURL="https://a.example/1")
        for n, place in enumerate(["Kyiv", "Odesa", "Lviv"])
    ]
    other = gdelt(GLOBALEVENTID="9", SOURCEURL="https://a.example/2")
    path = written(tmp_path, "\n".join([*rows, other]) + "\n")
    done = ingest(tmp_path / "s", [path], source="gdelt2")
    assert (done.kept, done.duplicated) == (2, 2)
    assert status(tmp_path / "s").sources[0].duplicates == {"one story": 2}


def test_rows_without_a_country_are_read_and_named_by_what_they_have(tmp_path):
    none = dict.fromkeys(("Actor1CountryCode", "Actor1Name", "Actor1Type1Code", "Actor1Code"), "")
    path = written(tmp_path, gdelt(**none) + "\n" + gdelt(Actor1CountryCode="") + "\n")
    rows, rejects, _ = read(path, "gdelt2", "actor", "actor_country", "recipient")
    assert rows == [(None, None, "UKR"), ("RUSSIA", None, "UKR")]
    assert not rejects


@pytest.mark.parametrize(
    ("code", "country"),
    [("RUS", "RUS"), ("ISR", "ISR"), ("AUS", "AUS"), ("NAM", "NAM"), ("PSE", "PSE")],
)
def test_dirt_5_countries_of_gdelt_are_those_of_cameo_and_never_of_fips(tmp_path, code, country):
    """The FIPS letters of a place (RS is Russia, IS Israel, AS Australia) name no actor."""
    line = gdelt(Actor1CountryCode=code, ActionGeo_CountryCode="RS", Actor1Geo_CountryCode="IS")
    rows, _, _ = read(written(tmp_path, line + "\n"), "gdelt2", "actor_country")
    assert rows[0][0] == country


def test_a_known_group_acts_under_its_own_code(tmp_path):
    line = gdelt(Actor1CountryCode="PSE", Actor1KnownGroupCode="HMS", Actor1Type1Code="")
    rows, _, _ = read(written(tmp_path, line + "\n"), "gdelt2", "actor", "actor_country")
    assert rows == [("HMS", "PSE")]


def test_the_quad_class_of_the_source_stays_beside_ours(tmp_path):
    """GDELT counts investigations (09) as material cooperation and protests (14) as verbal."""
    lines = [gdelt(EventCode="090", QuadClass="2"), gdelt(EventCode="141", QuadClass="3")]
    path = written(tmp_path, "\n".join(lines) + "\n")
    rows, _, _ = read(path, "gdelt2", "cameo", "quad_source", "intensity", "intensity_scale")
    assert rows == [
        ("090", 2, -10.0, "Goldstein (GDELT)"),
        ("141", 3, -10.0, "Goldstein (GDELT)"),
    ]


# --- ICEWS


def icews(**cells):
    names = ICEWS.split("\t")
    row = dict.fromkeys(names, "") | {
        "Event ID": "1", "Event Date": "2016-03-04", "Source Name": "A", "CAMEO Code": "042",
        "Target Name": "B", "Story ID": "5", "Sentence Number": "1",
    }  # fmt: skip
    return "\t".join((row | cells)[name] for name in names)


def test_dirt_3_whole_duplicated_rows_of_icews_count_once_in_the_store(tmp_path):
    lines = [ICEWS, icews(), icews(), icews(), icews(**{"Event ID": "2", "Story ID": "6"})]
    path = written(tmp_path, "\n".join(lines) + "\n", "events.2021.tab")
    done = ingest(tmp_path / "s", [path], source="icews")
    assert (done.read, done.kept, done.duplicated) == (4, 2, 2)
    assert status(tmp_path / "s").sources[0].duplicates == {"whole row": 2}


def test_two_icews_files_of_one_name_are_two_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    good = written(tmp_path / "a", f"{ICEWS}\n{icews()}\n", "events.tab")
    junk = written(tmp_path / "b", "words\nonly\n", "events.tab")
    done = ingest(tmp_path / "s", [good, junk], source="icews")
    assert (done.files, done.read, len(done.refused)) == (1, 1, 1)
    again = ingest(tmp_path / "s", [good], source="icews")
    assert (again.known, again.files) == (1, 0)
    more = written(tmp_path / "b", f"{ICEWS}\n{icews(**{'Event ID': '3'})}\n", "events.tab")
    assert ingest(tmp_path / "s", [more], source="icews").read == 1


@pytest.mark.parametrize("make", [str.lower, lambda name: name.lower().replace(" ", "_")])
def test_icews_headers_as_r_and_sql_write_them(tmp_path, make):
    head = "\t".join(make(name) for name in ICEWS.split("\t"))
    rows, _, _ = read(written(tmp_path, f"{head}\n{icews()}\n"), "icews", "cameo", "date")
    assert rows == [("042", dt.date(2016, 3, 4))]


def test_sectors_of_icews_hold_slashes_and_commas_of_their_own(tmp_path):
    sectors = "Executive Office,Defense / Security Ministry,Government Major Party (In Government)"
    cells = {"Source Sectors": sectors, "Source Country": "Russian Federation"}
    path = written(tmp_path, f"{ICEWS}\n{icews(**cells)}\n")
    with read_events(path, source="icews") as result:
        ((sector, said),) = result.events.project("actor_sector, actor_sectors").fetchall()
        assert not [w for w in result.warnings if w.kind == "unknown sector"]
    assert said.split(";") == sectors.split(",")
    assert sector in ("executive", "government", "defence_ministry")


def test_icews_country_names_are_its_own(tmp_path):
    names = {"Russian Federation": "RUS", "Occupied Palestinian Territory": "PSE", "Namibia": "NAM"}
    lines = [icews(**{"Event ID": str(n), "Source Country": name}) for n, name in enumerate(names)]
    path = written(tmp_path, "\n".join([ICEWS, *lines]) + "\n")
    rows, _, _ = read(path, "icews", "actor_country")
    assert [row[0] for row in rows] == list(names.values())


# --- POLECAT


def polecat(**cells):
    names = POLECAT.split("\t")
    row = dict.fromkeys(names, "None") | {
        "Event ID": "P1", "Event Date": "2022-01-01", "Event Type": "ACCUSE",
        "Event Mode": "disapprove", "Actor Name": "X", "Publication Date": "2022-01-02",
    }  # fmt: skip
    return "\t".join((row | cells)[name] for name in names)


def test_dirt_6_med_is_media_in_cameo_and_medical_in_plover(tmp_path):
    one = written(tmp_path, gdelt(Actor1Type1Code="MED") + "\n", "a.csv")
    cells = {"Primary Actor Sector": "MED", "Actor Sectors": "MED"}
    two = written(tmp_path, f"{POLECAT}\n{polecat(**cells)}\n", "b.csv")
    assert read(one, "gdelt2", "actor_sector")[0] == [("media",)]
    assert read(two, "polecat", "actor_sector")[0] == [("health",)]


@pytest.mark.parametrize(("quad", "source"), [("4", 4), ("3", 3), ("None", None)])
def test_dirt_6_sanction_is_material_conflict_and_the_files_own_quad_is_kept(
    tmp_path, quad, source
):
    line = polecat(**{"Event Type": "SANCTION", "Event Mode": "withdraw", "Quad Code": quad})
    path = written(tmp_path, f"{POLECAT}\n{line}\n")
    rows, _, _ = read(path, "polecat", "event", "quad_code", "quad_source")
    assert rows == [("SANCTION", 4, source)]


def test_dirt_6_a_code_outside_every_list_stays_text_and_is_counted(tmp_path):
    cells = {"Event Type": "INVESTIGATE", "Actor Country": "XQX", "Actor Sectors": "ZZZ; GOV"}
    path = written(tmp_path, f"{POLECAT}\n{polecat(**cells)}\n")
    with read_events(path, source="polecat") as result:
        said = {(w.kind, w.value) for w in result.warnings}
        ((event, root),) = result.events.project("event, root").fetchall()
    assert (event, root) == ("INVESTIGATE", None)
    assert {
        ("unknown event type", "INVESTIGATE"),
        ("unknown country", "XQX"),
        ("unknown sector", "ZZZ"),
    } <= said


def test_contexts_and_sectors_of_polecat_are_lists_joined_by_semicolons(tmp_path):
    cells = {"Contexts": "military; diplomatic", "Actor Sectors": "GOV; MIL"}
    path = written(tmp_path, f"{POLECAT}\n{polecat(**cells)}\n")
    rows, _, _ = read(path, "polecat", "context", "actor_sectors")
    assert rows == [("military;diplomatic", "GOV;MIL")]


# --- ACLED


def test_dirt_7_a_row_of_acled_is_revised_then_withdrawn(tmp_path):
    march, april, may = (int(dt.datetime(2022, m, 5, tzinfo=dt.UTC).timestamp()) for m in (3, 4, 5))
    first = f"{ACLED}\nMLI1,2022-03-01,Battles,,A,B,1,0,{march}\n"
    second = f"{ACLED}\nMLI1,2022-02-27,Battles,,A,B,1,4,{april}\n"
    gone = f"event_id_cnty,deleted_timestamp\nMLI1,{may}\n"
    steps = [("acled", first), ("acled", second), ("acled_deleted", gone)]
    for n, (source, text) in enumerate(steps):
        ingest(tmp_path / "s", [written(tmp_path, text, f"{n}.csv")], source=source)

    def seen(day):
        rows = events(tmp_path / "s", as_of=day).project("date, fatalities_best").fetchall()
        return rows

    assert seen(dt.date(2022, 3, 4)) == []
    assert seen(dt.date(2022, 3, 5)) == [(dt.date(2022, 3, 1), 0)]
    assert seen(dt.date(2022, 4, 5)) == [(dt.date(2022, 2, 27), 4)]
    assert seen(dt.date(2022, 5, 4)) == [(dt.date(2022, 2, 27), 4)]
    assert seen(dt.date(2022, 5, 5)) == []


@pytest.mark.parametrize("inter", ["1", "State forces", ""])
def test_kinds_of_acled_actors_come_as_numbers_or_words(tmp_path, inter):
    line = f"X1,2022-03-01,Battles,,Military Forces of Mali (2021-),B,{inter},0,5"
    rows, _, _ = read(
        written(tmp_path, f"{ACLED}\n{line}\n"), "acled", "actor", "actor_sector", "directed"
    )
    assert rows == [("MLI", "military", False)]


# --- UCDP

UCDP = "id,type_of_violence,side_a,side_b,date_start,date_end,best,low,high"


@pytest.mark.parametrize("gw", ["gwnoa", "gwno_a", "GWNO_A"])
def test_ucdp_spells_a_column_in_several_ways(tmp_path, gw):
    text = f"{UCDP},{gw}\n1,1,Government of Mali,X,2020-01-01,2020-01-02,3,2,4,432\n"
    assert read(written(tmp_path, text), "ucdp_ged", "actor")[0] == [("MLI",)]


def test_ucdp_lists_of_numbers_are_text_and_the_name_decides(tmp_path):
    text = f'{UCDP},gwnoa\n1,1,"Government of Mali",X,2020-01-01,2020-01-02,3,2,4,"432, 436"\n'
    assert read(written(tmp_path, text), "ucdp_ged", "actor")[0] == [("MLI",)]


@pytest.mark.parametrize(("gw", "iso3"), [("970", "KIR"), ("971", "NRU"), ("260", "DEU")])
def test_dirt_5_numbers_of_ucdp_are_gleditsch_and_wards_and_not_cows(tmp_path, gw, iso3):
    text = f"{UCDP},gwnoa\n1,1,Government of Somewhere,X,2020-01-01,2020-01-02,3,2,4,{gw}\n"
    assert read(written(tmp_path, text), "ucdp_ged", "actor")[0] == [(iso3,)]


# --- the list of bad inputs


def test_row_3_latin1_in_a_utf8_source_costs_its_line_with_the_byte(tmp_path):
    lines = [gdelt(), gdelt(Actor1Name="C\xf4te"), gdelt()]
    path = written(tmp_path, "\n".join(lines).encode("latin-1"))
    _, rejects, counts = read(path, "gdelt2")
    assert counts["read"] == 2
    assert rejects[0][2] == 2 and "not UTF-8 at byte" in rejects[0][4]


def test_row_14_the_same_file_again_and_a_changed_copy(tmp_path):
    path = written(tmp_path, gdelt() + "\n", "a.csv")
    ingest(tmp_path / "s", [path], source="gdelt2")
    copy = shutil.copy(path, tmp_path / "copy.csv")
    assert ingest(tmp_path / "s", [copy], source="gdelt2").known == 1
    changed = written(tmp_path, gdelt() + "\n" + gdelt(GLOBALEVENTID="2") + "\n", "copy.csv")
    done = ingest(tmp_path / "s", [changed], source="gdelt2")
    assert (done.known, done.kept, done.duplicated) == (0, 1, 1)


def test_row_48_a_store_behind_a_link_and_odd_names_of_files(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    odd = written(tmp_path, gdelt() + "\n", 'it\'s; DROP TABLE "x" -- \u00e9.csv')
    ingest(tmp_path / "link", [odd], source="gdelt2")
    rows = events(tmp_path / "real", as_of=END).project("source_file").fetchall()
    assert rows == [(odd.name,)]


def test_row_51_a_tar_is_no_file_of_events(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("../evil.csv")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"evil"))
    with pytest.raises(DataError, match=r"a tar archive.*Unpack it first"):
        read_events(tmp_path / "a.tar", source="gdelt2")
    assert not (tmp_path.parent / "evil.csv").exists()


def test_row_59_names_of_columns_hold_quotes_brackets_and_sql(tmp_path):
    columns = ['day"]', "who'; DROP TABLE x; --", "r.code", "f.name"]
    head = ",".join('"' + name.replace('"', '""') + '"' for name in columns)
    path = written(tmp_path, f'{head}\n2024-01-01,USA,010,"a, b"\n')
    mapped = dict(zip(("date", "actor", "cameo", "place"), columns, strict=True))
    rows, _, _ = read(path, "mine", "date", "actor", "cameo", "place", column_map=mapped)
    assert rows == [(dt.date(2024, 1, 1), "USA", "010", "a, b")]
