"""Readers on files of our own: all known dirt is read, repaired or kept apart, and counted."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import os
import zipfile

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, DemarcheError
from demarche.record.readers import READERS, read_events, read_frame
from demarche.record.readers.gdelt import COLUMNS1, COLUMNS1_BACK, COLUMNS2
from demarche.record.unpack import Caps, unpack
from demarche.terms import EVENT_COLUMNS
from tests.shared import need

ICEWS = (
    "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\t"
    "Intensity\tTarget Name\tTarget Sectors\tTarget Country\tStory ID\tSentence Number\t"
    "Publisher\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude"
)
ACLED = (
    "event_id_cnty,event_date,event_type,sub_event_type,actor1,actor2,inter1,fatalities,timestamp"
)
POLECAT = (
    "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tContexts\tActor Name\t"
    "Actor Country\tPrimary Actor Sector\tActor Sectors\tRecipient Name\tRecipient Country\t"
    "Primary Recipient Sector\tRecipient Sectors\tPublication Date"
)


def gdelt(columns=COLUMNS2, **values):
    """Return one line of GDELT with some cells filled."""
    row = dict.fromkeys(columns, "")
    row |= {
        "GLOBALEVENTID": "1", "SQLDATE": "20200102", "EventCode": "190", "QuadClass": "4",
        "GoldsteinScale": "-10.0", "DATEADDED": "20200102001500" if columns == COLUMNS2 else
        "20200102", "Actor1Code": "RUSMIL", "Actor1Name": "RUSSIA", "Actor1CountryCode": "RUS",
        "Actor1Type1Code": "MIL", "Actor2Name": "UKRAINE", "Actor2CountryCode": "UKR",
        "NumMentions": "2", "NumSources": "1", "NumArticles": "2",
    }  # fmt: skip
    row |= values
    return "\t".join(row[name] for name in columns)


def read(path, source, *columns, **options):
    """Return rows, rejects and the result's counts, and check that nothing is lost."""
    with read_events(path, source=source, **options) as result:
        ordered = result.events.order("source_file, source_row")
        rows = ordered.project(", ".join(columns)).fetchall() if columns else []
        rejects = result.rejects.fetchall()
        counts = result.counts()
        names = result.events.columns
    assert names == [column.name for column in EVENT_COLUMNS]
    assert counts["read"] + counts["rejected"] == counts["lines"]
    assert len(rejects) == counts["rejected"]
    return rows, rejects, counts


def written(folder, text, name="events.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_a_file_written_again_with_its_old_size_and_time_is_looked_at_again(tmp_path):
    text = gdelt().encode() + b"\n"
    path = written(tmp_path, text)
    assert read_events([path], source="gdelt2").read == 1
    before = path.stat()
    path.write_bytes(text[:-2] + b"\0\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(DataError, match="NUL byte"):
        read_events([path], source="gdelt2")


def test_short_long_and_junk_lines_are_kept_apart_with_their_numbers(tmp_path):
    lines = [gdelt(), gdelt()[:-30].rsplit("\t", 3)[0], gdelt() + "\tmore", "junk", gdelt()]
    path = written(tmp_path, "\n".join(lines) + "\n")
    _, rejects, counts = read(path, "gdelt2")
    assert counts["read"] == 2
    assert sorted(row[2] for row in rejects) == [2, 3, 4]
    assert all("row" in row[4] for row in rejects)


def test_codes_are_text_and_actors_are_states_with_their_organs(tmp_path):
    path = written(tmp_path, gdelt(EventCode="010") + "\n" + gdelt(EventCode="10") + "\n")
    rows, _, _ = read(path, "gdelt2", "cameo", "root", "quad_code", "actor", "actor_sector")
    assert rows == [("010", "01", 1, "RUS", "military"), ("10", "10", 3, "RUS", "military")]


def test_namibia_is_a_country_and_not_a_gap(tmp_path):
    path = written(tmp_path, gdelt(Actor1CountryCode="NAM", Actor1Name="NA") + "\n")
    rows, _, _ = read(path, "gdelt2", "actor", "actor_name", "actor_country")
    assert rows == [("NAM", "NA", "NAM")]


@pytest.mark.parametrize(
    ("columns", "added", "known", "kind"),
    [
        (COLUMNS2, "20200103001500", dt.date(2020, 1, 3), "stamped"),
        (COLUMNS1, "20200102", dt.date(2020, 1, 3), "stamped"),
        (COLUMNS1_BACK, "20120102", dt.date(2020, 1, 9), "assumed"),
    ],
    ids=["2.0 stamped", "1.0 next day", "1.0 back-file assumed"],
)
def test_known_at_of_gdelt(tmp_path, columns, added, known, kind):
    source = "gdelt2" if columns == COLUMNS2 else "gdelt1"
    path = written(tmp_path, gdelt(columns, DATEADDED=added) + "\n")
    rows, _, _ = read(path, source, "known_at", "known_at_kind")
    assert rows == [(known, kind)]


def test_a_back_dated_row_is_known_when_it_was_added_and_not_before(tmp_path):
    path = written(tmp_path, gdelt(SQLDATE="20190102") + "\n")
    rows, _, _ = read(path, "gdelt2", "date", "known_at")
    assert rows == [(dt.date(2019, 1, 2), dt.date(2020, 1, 2))]


@pytest.mark.parametrize(
    ("column", "value"),
    [("SQLDATE", "20200230"), ("SQLDATE", ""), ("DATEADDED", "2020"), ("GLOBALEVENTID", "x")],
)
def test_a_row_without_a_date_or_an_id_is_rejected_with_the_column(tmp_path, column, value):
    path = written(tmp_path, gdelt() + "\n" + gdelt(**{column: value}) + "\n")
    _, rejects, _ = read(path, "gdelt2")
    assert [(row[2], row[3]) for row in rejects] == [(2, column)]


def test_unknown_codes_stay_as_text_and_are_counted(tmp_path):
    path = written(tmp_path, gdelt(EventCode="19Z", Actor1CountryCode="XQX") + "\n")
    with read_events(path, source="gdelt2") as result:
        said = {(w.kind, w.value) for w in result.warnings}
        (row,) = result.events.project("cameo, quad_code").fetchall()
    assert ("unknown event code", "19Z") in said
    assert ("unknown country", "XQX") in said
    assert row == ("19Z", 4) or row == ("19Z", None)


def test_dates_of_the_icews_file_of_2017_and_whole_duplicates(tmp_path):
    row = "7\t01/31/2017\tPolice (Namibia)\tPolice\tNamibia\tx\t010\t0.0\tCitizen (India)\t\tIndia"
    row += "\t9\t1\tP\t\t\t\tIndia\t1\t2"
    path = written(tmp_path, f"{ICEWS}\n{row}\n{row}\n", "events.2017.tab")
    rows, _, counts = read(path, "icews", "date", "actor", "actor_sector", "cameo", "recipient")
    assert counts["read"] == 2  # the store takes the second away, and counts it
    assert rows[0] == (dt.date(2017, 1, 31), "NAM", "police", "010", "Citizen (India)")


def test_the_release_of_a_weekly_icews_file_is_when_its_rows_were_known(tmp_path):
    row = "7\t2020-01-01\tA\t\t\tx\t010\t0.0\tB\t\t\t9\t1\tP\t\t\t\t\t1\t2"
    path = written(tmp_path, f"{ICEWS}\n{row}\n", "20200110-icews-events.tab")
    rows, _, _ = read(path, "icews", "known_at", "known_at_kind")
    assert rows == [(dt.date(2020, 1, 10), "release")]


def test_polecat_in_another_order_with_other_names_and_a_headline_in_the_header_only(tmp_path):
    names = POLECAT.replace("\tIntensity", "\tEvent Intensity").split("\t")
    row = dict.fromkeys(names, "None")
    row |= {
        "Event ID": "P1", "Event Date": "2022-01-01", "Event Type": "SANCTION",
        "Event Mode": "discontinue", "Quad Code": "3", "Actor Name": "Kosovo Journalist",
        "Actor Country": "KOS", "Primary Actor Sector": "MED", "Actor Sectors": "MED; JRN",
        "Publication Date": "2022-01-03", "Event Intensity": "-6.0",
    }  # fmt: skip
    names = names[::-1]
    text = "\t".join([*names, "Headline"]) + "\n" + "\t".join(row[n] for n in names) + "\t\t\n"
    path = written(tmp_path, text.encode("utf-8"))
    columns = (
        "actor_country",
        "actor_sector",
        "quad_code",
        "quad_source",
        "intensity",
        "recipient",
    )
    rows, _, _ = read(path, "polecat", *columns)
    (found,) = rows
    assert found[0] == "XKX"
    assert found[1] in ("health", "media")  # MED is medical in PLOVER, JRN the press
    assert found[2:] == (4, 3, -6.0, None)


def test_polecat_that_is_not_utf8_is_read_as_latin1_and_said_so(tmp_path):
    row = ["P1", "2022-01-01", "CONSULT", "visit", *["None"] * 3, "Côte", *["None"] * 8]
    path = written(tmp_path, (POLECAT + "\n" + "\t".join(row) + "\n").encode("latin-1"))
    with read_events(path, source="polecat") as result:
        assert [w.kind for w in result.warnings][:1] == ["not UTF-8, read as ISO-8859-1"]
        assert result.events.project("actor").fetchall() == [("Côte",)]


def test_acled_has_no_direction_and_years_below_100_are_repaired_and_counted(tmp_path):
    text = (
        f"{ACLED}\nUKR1,0022-03-01,Battles,Armed clash,Military Forces of Russia (2000-),"
        "Military Forces of Ukraine (2019-),1,3,1646800000\n"
    )
    with read_events(written(tmp_path, text), source="acled") as result:
        said = {w.kind: w.rows for w in result.warnings}
        columns = "date, known_at, actor, actor_sector, recipient, root, directed, fatalities_best"
        (row,) = result.events.project(columns).fetchall()
    assert said == {"year below 100, read as of this century": 1}
    day, known = dt.date(2022, 3, 1), dt.date(2022, 3, 9)
    assert row == (day, known, "RUS", "military", "UKR", "19", False, 3)


@pytest.mark.parametrize(
    ("name", "state", "organ"),
    [
        ("Military Forces of Saudi Arabia (2015-)", "SAU", "military"),
        ("Military Forces of South Sudan (2011-) Presidential Guard", "SSD", "military"),
        ("Police Forces of Democratic Republic of Congo (2019-)", "COD", "police"),
        ("Police Forces of the United States (2021-2025) Marshals", "USA", "police"),
        ("Military Forces of New Zealand", "NZL", "military"),
        ("Military Forces of Mali Presidential Guard", "MLI", "military"),
        ("Military Forces of South Ruritania (2020-)", "Military Forces of South Ruritania (2020-)",
         "military"),
    ],
)  # fmt: skip
def test_acled_forces_of_states_of_several_words_are_of_that_state(tmp_path, name, state, organ):
    text = f"{ACLED}\nX1,2022-03-01,Battles,Armed clash,{name},B,1,3,1646800000\n"
    path = written(tmp_path, text)
    with read_events(path, source="acled") as result:
        said = [(w.kind, w.value) for w in result.warnings]
        (row,) = result.events.project("actor, actor_sector").fetchall()
    assert row == (state, organ)
    assert said == ([("unknown country", "South Ruritania")] if "Rurit" in name else [])


def test_acled_withdrawals_name_the_event_and_the_day(tmp_path):
    path = written(tmp_path, "event_id_cnty,deleted_timestamp\nUKR1,1646800000\nUKR2,soon\n")
    rows, rejects, _ = read(path, "acled_deleted", "event_id", "deleted_at")
    assert rows == [("acled:UKR1", dt.date(2022, 3, 9))]
    assert rejects[0][3] == "deleted_timestamp"


def test_ucdp_sides_are_of_gleditsch_and_ward_and_deaths_carry_their_interval(tmp_path):
    text = (
        "id,type_of_violence,side_a,side_b,date_start,date_end,best,low,high,gwnoa,gwnob,date_prec\n"
        "1,1,Government of Kiribati,X,2022-03-01 00:00:00.000,2022-03-09,5,3,9,970,,4\n"
        "2,3,X,Civilians,2022-03-01,2022-03-02,-1,0,0,,,1\n"
    )
    path = written(tmp_path, text, "GEDEvent_v25_1.csv")
    columns = ("actor", "date_end", "date_precision", "fatalities_low", "fatalities_high")
    rows, rejects, _ = read(path, "ucdp_ged", *columns, "source_version", "known_at_kind")
    assert rows == [("KIR", dt.date(2022, 3, 9), "month", 3, 9, "25.1", "assumed")]
    assert rejects[0][3] == "best"
    rows, _, _ = read(path, "ucdp_ged", "known_at", released=dt.date(2023, 6, 1))
    assert rows == [(dt.date(2023, 6, 1),)]


@pytest.fixture
def quadruples(tmp_path):
    (tmp_path / "entity2id.txt").write_text("Police_(India)\t0\nJapan\t1\nAnna\t2\n")
    (tmp_path / "relation2id.txt").write_text(
        "Make_statement\t0\nUse_conventional_military_force\t1\n"
    )
    (tmp_path / "train.txt").write_text("0\t0\t1\t0\t0\n 0  1   2 24 0\n9\t0\t1\t0\t0\nx\n")
    (tmp_path / "stat.txt").write_text("3 2\n")
    return tmp_path


def test_quadruples_are_read_with_their_names_codes_and_days(quadruples):
    columns = ("actor", "actor_name", "recipient", "cameo", "date", "known_at")
    rows, rejects, counts = read(quadruples, "icews14", *columns)
    first, second = dt.date(2014, 1, 1), dt.date(2014, 1, 2)
    assert rows == [
        ("IND", "Police_(India)", "JPN", "010", first, first),
        ("IND", "Police_(India)", "Anna", "190", second, second),
    ]
    assert [(row[2], row[4]) for row in rejects] == [
        (3, "number without a name"),
        (4, "1 numbers, expected 4 or 5"),
    ]
    assert counts["lines"] == 4


def test_quadruples_without_a_first_day_or_without_names_are_refused(quadruples):
    with pytest.raises(DataError, match="day 0"):
        read(quadruples, "quadruples")
    rows, _, _ = read(quadruples, "quadruples", "date", day_zero=dt.date(2001, 5, 1))
    assert rows[0] == (dt.date(2001, 5, 1),)
    (quadruples / "relation2id.txt").unlink()
    with pytest.raises(DataError, match=r"relation2id\.txt"):
        read(quadruples, "icews14")


def test_names_of_quadruples_that_are_not_utf8_are_refused_and_not_read_as_others(quadruples):
    (quadruples / "entity2id.txt").write_bytes(b"Japan\t0\nC\xf4te_d'Ivoire\t1\nAnna\t2\n")
    with pytest.raises(DataError, match=r"entity2id\.txt, line 2: the name is not UTF-8"):
        read(quadruples, "icews14")


def test_a_quadruple_of_names_that_is_not_utf8_is_kept_apart(tmp_path):
    line = "Côte_d'Ivoire\tMake_statement\tJapan\t2014-01-01\n"
    (tmp_path / "train.txt").write_bytes(line.encode() + line.encode("cp1252"))
    rows, rejects, counts = read(tmp_path, "icews14", "actor")
    assert (rows, counts["lines"]) == ([("CIV",)], 2)
    assert [(row[2], row[4]) for row in rejects] == [(2, "not UTF-8")]


def test_two_lists_of_names_that_disagree_are_two_sets_of_numbers(quadruples, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "entity2id.txt").write_text("Police_(India)\t0\nChina\t1\n")
    (other / "relation2id.txt").write_text("Make_statement\t0\n")
    with pytest.raises(DataError, match=r"number 1 of entities is 'China' .* and 'Japan'"):
        read_events(quadruples / "train.txt", source="icews14", names=other)


STATED, RELEASED = dt.date(2020, 3, 1), dt.date(2020, 2, 1)


@pytest.mark.parametrize(
    ("more", "second", "kind"),
    [
        ({}, dt.date(2020, 1, 9), "assumed"),
        ({"known_lag_days": 0}, dt.date(2020, 1, 2), "assumed"),
        ({"released": RELEASED}, RELEASED, "release"),
        ({"released": RELEASED, "known_lag_days": 0}, RELEASED, "release"),
    ],
)
def test_a_day_that_a_table_states_comes_before_release_and_lag(tmp_path, more, second, kind):
    path = tmp_path / "mine.csv"
    path.write_text("day,who,code,seen\n2020-01-01,RUS,010,2020-03-01\n2020-01-02,RUS,010,\n")
    columns = {"date": "day", "actor": "who", "cameo": "code", "known_at": "seen"}
    rows, _, _ = read(path, "mine", "known_at", "known_at_kind", column_map=columns, **more)
    assert rows == [(STATED, "stamped"), (second, kind)]


FRAME = {
    "day": ["2020-01-01", "20200102", "soon"], "who": ["RUS", "NAM", "x"],
    "whom": ["UKR", "HMS", "y"], "code": ["010", "190", "190"],
}  # fmt: skip
MAP = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_frames_of_any_kind_give_the_same_events(make):
    with read_frame(make(FRAME), source="mine", column_map=MAP) as result:
        ordered = result.events.order("source_row")
        rows = ordered.project("date, actor, recipient, cameo, root, event").fetchall()
        assert result.counts()["rejected"] == 1
    assert rows == [
        (dt.date(2020, 1, 1), "RUS", "UKR", "010", "01", None),
        (dt.date(2020, 1, 2), "NAM", "HMS", "190", "19", "ASSAULT"),
    ]


@pytest.mark.parametrize("kind", ["csv", "semicolon", "parquet", "arrow"])
def test_tables_in_files_give_the_same_events(tmp_path, kind):
    frame = pl.DataFrame(FRAME)
    path = tmp_path / f"table.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
    elif kind == "arrow":
        frame.write_ipc(path)
    else:
        frame.write_csv(path, separator=";" if kind == "semicolon" else ",")
    rows, rejects, _ = read(path, "mine", "actor", "cameo", column_map=MAP)
    assert rows == [("RUS", "010"), ("NAM", "190")]
    assert rejects[0][3] == "day"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({**MAP, "actr": "who"}, "Did you mean 'actor'"),
        ({"date": "day", "cameo": "code"}, "lacks actor"),
        ({"date": "day", "actor": "who"}, "cameo or event"),
        ({**MAP, "actor": "woh"}, "no column 'woh'"),
        ({**MAP, "source_row": "who"}, "'source_row' is no column"),
    ],
)
def test_a_wrong_map_is_refused_with_the_near_miss(columns, said):
    with pytest.raises(DataError, match=said):
        read_frame(pl.DataFrame(FRAME), source="mine", column_map=columns)


def test_a_source_nobody_knows_is_refused_with_the_near_miss(tmp_path):
    with pytest.raises(DataError, match="Did you mean 'gdelt"):
        read_events(written(tmp_path, gdelt() + "\n"), source="gdelt3")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 90, "a PNG picture"),
        ("\ufeff".encode("utf-16") + gdelt().encode("utf-16"), "UTF-16"),
        (gdelt().encode() + b"\0\n", "NUL byte at offset"),
        (b"<!DOCTYPE html><html>Sorry</html>", "an HTML page"),
    ],
    ids=["row 1 empty", "row 2 binary", "row 3 UTF-16", "row 5 NUL", "row 52 HTML"],
)
def test_files_that_are_no_data_are_named_as_what_they_are(tmp_path, content, said):
    with pytest.raises(DataError, match=said):
        read_events(written(tmp_path, content), source="gdelt2")


def test_row_4_a_byte_order_mark_and_row_6_other_line_ends_change_nothing(tmp_path):
    plain = written(tmp_path, f"{ACLED}\nA1,2022-03-01,Riots,,a,b,5,0,5\n", "plain.csv")
    marked = written(
        tmp_path, b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"), "m.csv"
    )
    assert (
        read(plain, "acled", "event_id", "date")[0] == read(marked, "acled", "event_id", "date")[0]
    )


def test_row_26_a_quote_that_never_ends_costs_its_line_only(tmp_path):
    text = f'{ACLED}\nA1,2022-03-01,Riots,"x,a,b,5,0,5\nA2,2022-03-01,Riots,,a,b,5,0,5\n'
    rows, rejects, _ = read(written(tmp_path, text), "acled", "event_id")
    assert rows == [("acled:A2",)]
    assert "quote" in rejects[0][4]


def test_row_27_a_missing_column_is_named(tmp_path):
    with pytest.raises(DataError, match="lacks the column 'event_date'"):
        read_events(written(tmp_path, "event_id_cnty,date\nA,2020-01-01\n"), source="acled")


def zipped(folder, *entries):
    path = folder / "20200102.export.CSV.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_archives_as_published_are_read(tmp_path):
    path = zipped(tmp_path, ("20200102.export.CSV", gdelt() + "\n"))
    assert read(path, "gdelt2")[2]["read"] == 1
    packed = tmp_path / "x.csv.gz"
    packed.write_bytes(gzip.compress((gdelt() + "\n").encode()))
    assert read(packed, "gdelt2")[2]["read"] == 1


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("../evil", "x")], "path out of the archive"),
        ([("/abs", "x")], "path out of the archive"),
        ([("CON.csv", "x")], "named like a device"),
        ([("inner.zip", "x")], "archive inside an archive"),
        ([("bomb.csv", "0" * 3_000_000)], "unpacks to more than"),
        ([], "empty archive"),
    ],
    ids=["49 ..", "49 absolute", "49 device", "50 nested", "50 bomb", "49 empty"],
)
def test_rows_49_and_50_hostile_archives_are_refused(tmp_path, entries, said):
    with pytest.raises(DataError, match=said):
        unpack(zipped(tmp_path, *entries), into=tmp_path / "out")
    left = sorted(p.name for p in tmp_path.iterdir())
    assert [name for name in left if name not in ("20200102.export.CSV.zip", "out")] == []


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"], "an Excel workbook"),
        (["[Content_Types].xml", "word/document.xml"], "an Office document"),
        (["mimetype", "content.xml", "meta.xml"], "an OpenDocument file"),
    ],
)
def test_a_workbook_is_said_to_be_one_and_to_be_saved_as_csv(tmp_path, entries, said):
    """Such as ACLED's downloads: it was said that [Content_Types].xml lacks columns."""
    path = zipped(tmp_path, *((name, "<x/>") for name in entries)).rename(tmp_path / "a.xlsx")
    for source in ("acled", "gdelt2"):
        with pytest.raises(DataError, match=f"a.xlsx is {said}, .* Save its sheet as CSV"):
            read_events(path, source=source)


def test_row_49_too_many_entries_and_a_cut_archive(tmp_path):
    many = zipped(tmp_path, *[(f"{n}.csv", "x") for n in range(5)])
    with pytest.raises(DataError, match="at most 4"):
        unpack(many, into=tmp_path / "out", caps=Caps(entries=4))
    many.write_bytes(many.read_bytes()[:-40])
    with pytest.raises(DataError, match="damaged archive"):
        unpack(many, into=tmp_path / "out")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["gdelt2", "icews", "polecat", "acled", "ucdp_ged"]),
    st.lists(st.one_of(st.text(max_size=60), st.just(gdelt())), max_size=6),
    st.binary(max_size=40),
)
def test_no_content_raises_anything_but_our_own_error_and_no_line_is_lost(
    tmp_path_factory, source, lines, junk
):
    folder = tmp_path_factory.mktemp("fuzz")
    head = {"icews": ICEWS, "polecat": POLECAT, "acled": ACLED}.get(source, "")
    content = "\n".join([head, *lines]).encode("utf-8", "replace") + junk
    with contextlib.suppress(DemarcheError):
        read(written(folder, content), source)


def test_every_source_states_what_it_is():
    assert set(READERS) >= {
        "gdelt1", "gdelt2", "icews", "polecat", "acled", "acled_deleted", "ucdp_ged",
        "ucdp_candidate", "icews14", "icews18", "quadruples",
    }  # fmt: skip
    for id, reader in READERS.items():
        assert reader.source == id
        assert reader.title


@pytest.mark.parametrize(
    ("parts", "source", "lines"),
    [
        (("gdelt_samples", "20191024143000.export.CSV"), "gdelt2", 2111),
        (("icews_raw_sample", "events.2018.sample.tab"), "icews", 3705),
        (("icews14",), "icews14", 90_730),
    ],
)
def test_real_samples_are_read_whole(parts, source, lines):
    _, rejects, counts = read(need("data", *parts), source)
    assert counts["lines"] == lines
    assert rejects == []
    assert counts["warnings"] == 0


def test_a_column_without_a_name_is_read_under_its_number(tmp_path):
    path = tmp_path / "indexed.csv"
    path.write_text(",day,who,whom,code\n0,2021-01-05,RUS,USA,190\n1,2021-01-06,RUS,USA,040\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    rows, rejects, _ = read(path, "mine", "actor", "cameo", column_map=columns)
    assert rows == [("RUS", "190"), ("RUS", "040")]
    assert not rejects
    rows, _, _ = read(path, "mine", "event_id", column_map={**columns, "event_id": "column 1"})
    assert [row[0][-1] for row in rows] == ["0", "1"]
