"""Files as their publishers and common programs write them; every row here is our own."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile

import pandas as pd
import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.readers import read_events, read_frame
from demarche.record.readers.gdelt import COLUMNS1, COLUMNS2
from demarche.record.sources import source as source_of
from demarche.record.store import events, status
from tests.record.readers.test_dirt import COUP, POLECAT, acled, gdelt, read, tabbed
from tests.record.readers.test_dirt_list import ICEWS, icews


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("16 May 2025", dt.date(2025, 5, 16)),
        ("3 January 2024", dt.date(2024, 1, 3)),
        ("0024-05-01", dt.date(2024, 5, 1)),
        ("31/12/19", None),
        ("12/05/20", None),
        ("12-05-20", None),
        ("31/12/2019", dt.date(2019, 12, 31)),
        ("05/12/2019", None),
        ("31 February 2024", None),
    ],
)
def test_dirt_3_days_of_acled_as_its_web_page_writes_them(tmp_path, written, day):
    """Its exports write ``16 May 2025``; a year of two digits is not guessed at, nor a month."""
    rows, rejects, _ = read(tmp_path / "a.csv", acled(event_date=written), "acled", "date")
    assert rows == ([] if day is None else [(day,)])
    assert [row[3] for row in rejects] == (["event_date"] if day is None else [])


def test_deaths_below_zero_are_left_empty_and_counted(tmp_path):
    text = acled(fatalities="-3")
    rows, _, warnings = read(tmp_path / "a.csv", text, "acled", "fatalities_best")
    assert rows == [(None,)]
    assert warnings == ["deaths below zero, left empty: fatalities, 1 row"]


NAMES = {"entity2id.txt": "Iran\t0\nIsrael\t1\n", "relation2id.txt": "Make statement\t0\n"}
DAY_0 = dt.date(2005, 1, 1)


def quadruples(folder, times, **options):
    for name, text in NAMES.items():
        (folder / name).write_text(text)
    (folder / "train.txt").write_text("".join(f"0\t0\t1\t{time}\n" for time in times))
    options = {"day_zero": DAY_0, **options}
    with read_events(folder, source="quadruples", **options) as result:
        return [row[0] for row in result.events.project("date").order("date").fetchall()]


@pytest.mark.parametrize("times", [[2470, 2471, 2472], [0, 15, 30], [0, 24, 25]])
def test_times_that_are_no_whole_days_of_hours_are_never_taken_for_hours(tmp_path, times):
    """ICEWS05-15 counts days and GDELT minutes: as hours they would be days of other months."""
    with pytest.raises(DataError, match=r"train\.txt go by steps of .*--per-day"):
        quadruples(tmp_path, times)


@pytest.mark.parametrize(
    ("times", "per_day", "days"),
    [
        ([0, 24, 48], None, [0, 1, 2]),
        ([0, 25, 49], 24, [0, 1, 2]),
        ([2470, 2471], 1, [2470, 2471]),
        ([1425, 1440], 1440, [0, 1]),
        ([95, 96], 96, [0, 1]),
    ],
)
def test_the_units_of_a_day_of_quadruples_can_be_stated(tmp_path, times, per_day, days):
    found = quadruples(tmp_path, times, per_day=per_day)
    assert found == [DAY_0 + dt.timedelta(days=day) for day in days]


def test_relations_of_quadruples_may_be_cameo_codes(tmp_path):
    """As in the GDELT set: ``020`` is no label."""
    for name, text in {**NAMES, "relation2id.txt": "020\t0\n1724\t1\n999\t2\n"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "train.txt").write_text("".join(f"0 {r} 1 0\n" for r in range(3)))
    with read_events(tmp_path, source="quadruples", day_zero=DAY_0) as result:
        rows = result.events.project("cameo, root, quad_code").order("cameo").fetchall()
        warned = [str(warning) for warning in result.warnings]
    assert rows == [("020", "02", 1), ("1724", "17", 4), ("999", None, None)]
    assert len(warned) == 1 and "unknown event code" in warned[0] and "999" in warned[0]


@pytest.mark.parametrize(
    "relations", ["<isMarriedTo>\t0\n<playsFor>\t1\n", "P54\t0\nP39\t1\n", "0\t0\n1\t1\n"]
)
@pytest.mark.parametrize("said", [{}, {"day_zero": DAY_0, "per_day": 1}])
def test_sets_of_facts_are_refused_in_one_sentence(tmp_path, relations, said):
    """As YAGO and WIKI: a store of years that stand as days, of no known event, answers nothing."""
    for name, text in {**NAMES, "relation2id.txt": relations}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "train.txt").write_text("0\t0\t1\t0\t-1\n0\t1\t1\t1\t-1\n")
    first = relations.partition("\t")[0]
    message = f"none of the 2 relations .* CAMEO code or label .* '{first}'.*YAGO, WIKI.*--map FILE"
    with (
        pytest.raises(DataError, match=message),
        read_events(tmp_path, source="quadruples", **said),
    ):
        pass


def test_a_time_of_quadruples_after_2199_is_a_reject(tmp_path):
    quadruples(tmp_path, [0])
    (tmp_path / "train.txt").write_text("0\t0\t1\t0\n0\t0\t1\t99999\n")
    with read_events(tmp_path, source="quadruples", day_zero=DAY_0, per_day=1) as result:
        assert result.counts()["rejected"] == 1
        assert result.rejects.fetchall()[0][3:5] == ("time", "time beyond any record")
    with pytest.raises(DataError, match="0 units of time a day are out of range"):
        quadruples(tmp_path, [0], per_day=0)


def test_quadruples_of_names_and_days_need_no_lists(tmp_path):
    """As Garcia-Duran et al. publish ICEWS14 and ICEWS05-15."""
    lines = [
        "Foreign Affairs (France)\tConsult\tIran\t2010-03-19",
        "Military (Mali)\tfight with small arms and light weapons\tCitizen (Mali)\t2012-09-10",
        "Iran\tMake statement\tIsrael\t2010-02-30",
        "Iran\tMake statement\tIsrael",
        "Iran\tMake nothing of it\tIsrael\t2010-02-03",
    ]
    path = tmp_path / "icews_2005-2015_train.txt"
    path.write_text("\n".join(lines) + "\n")
    with read_events(path, source="quadruples") as result:
        rows = result.events.project("date, actor, actor_sector, recipient, cameo").fetchall()
        rejects = [(row[2], row[3]) for row in result.rejects.fetchall()]
        warnings = [str(warning) for warning in result.warnings]
    assert sorted(rows) == [
        (dt.date(2010, 2, 3), "IRN", None, "ISR", None),
        (dt.date(2010, 3, 19), "FRA", "foreign_ministry", "IRN", "040"),
        (dt.date(2012, 9, 10), "MLI", "military", "Citizen (Mali)", "193"),
    ]
    assert rejects == [(3, "time"), (4, "subject")]
    assert warnings == ["unknown event label: relation 'Make nothing of it', 1 row"]


def columns_of(source):
    return source_of(source).columns


def ged(**cells):
    row = {
        "id": "7", "type_of_violence": "1", "side_a": "Government of Iraq", "side_b": "IS",
        "gwnoa": "645", "date_start": "2024-01-05 00:00:00.000", "best": "6", "high": "8",
        "date_end": "2024-01-06 00:00:00.000", "source_headline": 'He said, "no"',
        **cells,
    }  # fmt: skip
    columns = columns_of("ucdp_ged")
    return ",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in columns) + "\n"


def test_dirt_1_a_candidate_release_that_came_without_its_header(tmp_path):
    """UCDP's version 24.0.1 begins with a row; its first event must not be taken for a header."""
    text = ged() + ged(id="8", best="") + ged(id="9")
    path = tmp_path / "GEDEvent_v24_0_1.csv"
    columns = "event_id, date, date_end, actor, fatalities_best, fatalities_high, source_row"
    rows, rejects, _ = read(path, text, "ucdp_candidate", columns)
    first, last = dt.date(2024, 1, 5), dt.date(2024, 1, 6)
    assert rows == [
        ("ucdp_candidate:7", first, last, "IRQ", 6, 8, 1),
        ("ucdp_candidate:9", first, last, "IRQ", 6, 8, 3),
    ]
    assert [row[2:4] for row in rejects] == [(2, "best")]
    short = ",".join(text.split("\n")[0].split(",")[:9]) + "\n"
    with pytest.raises(DataError, match="lacks the column"):
        read(tmp_path / "b.csv", short, "ucdp_candidate")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("GEDEvent_v25_1.csv", "25.1"),
        ("GEDEvent_v25_0_6.csv", "25.0.6"),
        ("GEDEvent_v23_01_23_12.csv", "23.01.23.12"),
        ("ged171.csv", "17.1"),
        ("gedevents-2020.csv", None),
    ],
)
def test_the_version_that_the_name_of_a_ged_file_states(tmp_path, name, version):
    """Names of quarters (``v23_01_23_12``) have four parts, those up to 21.1 three digits."""
    rows, _, _ = read(tmp_path / name, ged(), "ucdp_ged", "source_version")
    assert rows == [(version,)]


@pytest.mark.parametrize(
    ("said", "quad"),
    [
        ("VERBAL COOPERATION", 1),
        ("Material Cooperation", 2),
        ("VERBAL CONFLICT", 3),
        ("MATERIAL CONFLICT", 4),
        ("3", 3),
        ("None", None),
        ("", None),
        ("SIDEWAYS", None),
        ("7", None),
    ],
)
def test_the_quad_class_of_polecat_in_words_is_kept_beside_ours(tmp_path, said, quad):
    text = tabbed(POLECAT, {**COUP, "Quad Code": said})
    rows, _, warnings = read(tmp_path / "a.txt", text, "polecat", "quad_code, quad_source")
    assert rows == [(4, quad)]
    counted = [w for w in warnings if "quad class" in w]
    assert counted == ["not a quad class, left empty: Quad Code, 1 row"] * (
        said in ("SIDEWAYS", "7")
    )


@pytest.mark.parametrize(
    ("name", "known", "kind"),
    [
        ("ngecEvents.20230110111842.Release603.DV.txt", dt.date(2023, 1, 10), "stamped"),
        ("ngecEvents.20231340111842.Release603.DV.txt", dt.date(2023, 1, 3), "assumed"),
        ("ngecEventsDV-2023.txt", dt.date(2023, 1, 3), "assumed"),
    ],
)
def test_dirt_10_a_weekly_file_of_polecat_is_known_from_its_release(tmp_path, name, known, kind):
    """The coding of a row was not known when its story was published, but when the file was."""
    text = tabbed(POLECAT, COUP)
    rows, _, _ = read(tmp_path / name, text, "polecat", "known_at, known_at_kind")
    assert rows == [(known, kind)]
    other = {"released": dt.date(2023, 3, 1)}
    rows, _, _ = read(tmp_path / name, text, "polecat", "known_at, known_at_kind", **other)
    assert rows == [(dt.date(2023, 3, 1), "stamped")]


@pytest.mark.parametrize("source", ["ucdp_candidate", "ucdp_ged"])
@pytest.mark.parametrize(
    ("older", "newer"), [("v25_0_9", "v25_0_10"), ("v5_0", "v17_1"), ("v24_1", "v25_1")]
)
def test_the_later_of_two_releases_counts_where_both_are_known_on_one_day(
    tmp_path, source, older, newer
):
    """Releases are numbers and no text: 25.0.10 is later than 25.0.9."""
    header = ",".join(columns_of("ucdp_ged")) + "\n"
    files = [tmp_path / f"GEDEvent_{release}.csv" for release in (older, newer)]
    for path, best in zip(files, ("6", "7"), strict=True):
        path.write_text(header + ged(best=best))
    ingest(tmp_path / "s", files, source=source)
    rows = events(tmp_path / "s", as_of=dt.date(2100, 1, 1)).project("fatalities_best")
    assert rows.fetchall() == [(7,)]
    assert status(tmp_path / "s").sources[0].duplicates == {"same day": 1}


@pytest.mark.parametrize("source", ["ucdp_candidate", "ucdp_ged"])
def test_the_later_of_two_releases_counts_where_it_dates_an_event_earlier(tmp_path, source):
    """The days on which both were known are assumed: so many days after their events."""
    header = ",".join(columns_of("ucdp_ged")) + "\n"
    for release, day in (("v24_1", "2020-03-10"), ("v25_1", "2020-03-08")):
        row = ged(date_start=day, date_end=day)
        (tmp_path / f"GEDEvent_{release}.csv").write_text(header + row)
    ingest(tmp_path / "s", sorted(tmp_path.glob("*.csv")), source=source)
    rows = events(tmp_path / "s", as_of=dt.date(2100, 1, 1)).project("date")
    assert rows.fetchall() == [(dt.date(2020, 3, 8),)]
    assert status(tmp_path / "s").sources[0].duplicates == {"older release": 1}


@pytest.mark.parametrize(
    ("code", "label", "cameo", "event"),
    [
        ("10", "Make statement", "010", None),
        ("10", "Demand", "10", "REQUEST"),
        ("100", "Demand", "100", "REQUEST"),
        ("42", "Make a visit", "042", "CONSULT"),
        ("20", "Make an appeal or request", "020", "REQUEST"),
        ("20", "words of no codebook", "20", "ASSAULT"),
        ("20", "", "20", "ASSAULT"),
    ],
)
def test_dirt_4_a_code_of_icews_that_lost_its_zero_is_told_by_its_label(
    tmp_path, code, label, cameo, event
):
    """A file that went through a program as numbers has 10 for 010: a statement, no demand."""
    text = f"{ICEWS}\n{icews(**{'CAMEO Code': code, 'Event Text': label})}\n"
    rows, _, warnings = read(tmp_path / "a.tab", text, "icews", "cameo, event")
    assert rows == [(cameo, event)]
    lost = f"event code without its zero, told by its label: CAMEO Code '{code}', 1 row"
    assert warnings == ([lost] if cameo == f"0{code}" else [])


@pytest.mark.parametrize("id", ["3.28e7", "32889836.0", "-7", "NA", ""])
def test_dirt_4_an_id_of_icews_that_went_through_a_program_as_a_decimal_is_a_reject(tmp_path, id):
    """32,889,836 events written as 3.28e7 have one id: they would be versions of one event."""
    text = f"{ICEWS}\n{icews(**{'Event ID': id})}\n"
    rows, rejects, _ = read(tmp_path / "a.tab", text, "icews")
    assert not rows
    assert [row[3:5] for row in rejects] == [("Event ID", "not a number of an event")]


@pytest.mark.parametrize(
    ("code", "quad", "kept"),
    [
        ("10", "1", False),
        ("10", "1.0", False),
        ("20", "1", False),
        ("14", "1", False),
        ("10", "3", True),
        ("010", "1", True),
        ("190", "4", True),
        ("20", "4", True),
    ],
)
def test_dirt_4_a_code_of_gdelt_that_lost_its_zero_is_a_reject(tmp_path, code, quad, kept):
    """A file that went through a program as numbers has 10 for 010: a statement, no demand."""
    text = gdelt(EventCode=code, QuadClass=quad)
    rows, rejects, _ = read(tmp_path / "a.CSV", text, "gdelt2", "cameo")
    assert rows == ([(code,)] if kept else [])
    assert [row[3] for row in rejects] == ([] if kept else ["EventCode"])


@pytest.mark.parametrize(("source", "columns"), [("gdelt1", COLUMNS1), ("gdelt2", COLUMNS2)])
def test_row_13_a_day_before_gdelt_begins_is_a_reject(tmp_path, source, columns):
    added = "20150218" + "230000" * (source == "gdelt2")
    days = ("19200101", "19781231", "19790101")
    text = "".join(gdelt(columns, SQLDATE=day, DATEADDED=added) for day in days)
    rows, rejects, _ = read(tmp_path / "a.CSV", text, source, "date")
    assert rows == [(dt.date(1979, 1, 1),)]
    assert [row[2:4] for row in rejects] == [(1, "SQLDATE"), (2, "SQLDATE")]


def test_row_49_what_programs_leave_hidden_in_an_archive_is_no_file_of_events(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("20200105.export.CSV", gdelt())
        archive.writestr("__MACOSX/._20200105.export.CSV", b"\x00\x05\x16\x07\x00")
        archive.writestr(".DS_Store", b"\x00\x00\x00\x01Bud1")
    with read_events(path, source="gdelt2") as result:
        assert (result.counts()["read"], len(result.files)) == (1, 1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../20200105.export.CSV", gdelt())
    with pytest.raises(DataError, match="path out of the archive"):
        read_events(path, source="gdelt2")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(".DS_Store", b"\x00\x00\x00\x01Bud1")
    with pytest.raises(DataError, match="empty archive"):
        read_events(path, source="gdelt2")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"status": 200, "data": [{"event_id_cnty": "X1"}]}', "JSON"),
        ('[\n {"event_id_cnty": "X1"}]', "JSON"),
        ("<?xml version='1.0'?><rows/>", "XML"),
    ],
)
def test_row_2_json_and_xml_are_named_as_such(tmp_path, text, kind):
    for source in ("acled", "ucdp_ged", "gdelt2"):
        with pytest.raises(DataError, match=f"a.csv is {kind}, not a table of rows"):
            read(tmp_path / "a.csv", text, source)


def test_a_folder_with_a_file_that_is_refused_can_be_synced_twice(tmp_path):
    """Twice is once, with the same file refused; where nothing was ever read it is an error."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "20200105.export.CSV").write_text(gdelt())
    (folder / "README.txt").write_text("Files of January.\n")
    first = ingest(tmp_path / "s", [folder], source="gdelt2")
    again = ingest(tmp_path / "s", [folder], source="gdelt2")
    assert (first.files, first.known, again.files, again.known) == (1, 0, 0, 1)
    assert first.refused == again.refused
    assert [name for name, _ in again.refused] == ["README.txt"]
    with pytest.raises(DataError, match="no file could be read"):
        ingest(tmp_path / "other", [folder / "README.txt"], source="gdelt2")


OWN = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}


def test_blanks_around_the_cells_of_a_table_of_ones_own_are_no_part_of_them(tmp_path):
    """`` USA `` and ``usa`` are the state; they were actors of their own."""
    text = "day,who,whom,code\n2024-01-01, USA ,rus, 042\n2024-01-02,usa,  ,190 \n"
    columns = "actor, actor_country, actor_name, recipient, cameo"
    rows, _, warnings = read(tmp_path / "a.csv", text, "mine", columns, column_map=OWN)
    assert rows == [
        ("USA", "USA", "USA", "RUS", "042"),
        ("USA", "USA", "usa", None, "190"),
    ]
    assert not warnings


def test_a_line_break_inside_quotes_parts_two_words(tmp_path):
    text = 'day,who,whom,code\n2024-01-01,"Smith, ""Joe""\nJr",RUS,042\n'
    rows, _, _ = read(tmp_path / "a.csv", text, "mine", "actor, source_row", column_map=OWN)
    assert rows == [('Smith, "Joe" Jr', 2)]


@pytest.mark.parametrize("column_map", [OWN, None])
def test_a_frame_with_a_column_of_several_types_is_one_sentence(column_map):
    frame = pd.DataFrame({"day": ["2024-01-01"] * 2, "who": "USA", "whom": "RUS"})
    frame["code"] = pd.Series(["010", 190], dtype=object)
    with pytest.raises(DataError, match=r"a column of several types: .*code.*one type"):
        read_frame(frame, source="mine" if column_map else "gdelt2", column_map=column_map)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20240105001500", dt.date(2024, 1, 5)),
        ("20240105.0", dt.date(2024, 1, 5)),
        ("20240105", dt.date(2024, 1, 5)),
        ("2024-01-05T10:00:00Z", dt.date(2024, 1, 5)),
        ("2024-01-05 23:59", dt.date(2024, 1, 5)),
        ("2024-01-5 10:00", dt.date(2024, 1, 5)),
        ("2024-01-055", None),
        ("202401050015", None),
        ("20241305", None),
    ],
)
def test_days_of_a_table_of_ones_own(tmp_path, written, day):
    """Also the stamps of GDELT, in a table made of it; a day with a digit too many is none."""
    text = f"day,who,whom,code\n{written},USA,RUS,042\n"
    rows, _, _ = read(tmp_path / "a.csv", text, "mine", "date", column_map=OWN)
    assert rows == ([] if day is None else [(day,)])


@pytest.mark.parametrize(("day", "kept"), [("20191024", 0), ("20191120", 1), ("21500101", None)])
@pytest.mark.parametrize(("source", "columns"), [("gdelt1", COLUMNS1), ("gdelt2", COLUMNS2)])
def test_row_13_a_row_dated_long_after_it_was_added_is_a_reject(
    tmp_path, source, columns, day, kept
):
    """One row of the year 2150 would make the record end there; a few days are counted."""
    added = "20191024" + "143000" * (source == "gdelt2")
    text = gdelt(columns, SQLDATE=day, DATEADDED=added)
    _, rejects, warnings = read(tmp_path / "a.CSV", text, source)
    late = "dated more than a year after it was added"
    assert [row[3:5] for row in rejects] == [("SQLDATE", late)] * (kept is None)
    assert warnings == ["dated after it was added: SQLDATE, 1 row"] * (kept == 1)


def test_row_13_an_event_of_acled_dated_after_its_time_stamp_is_counted(tmp_path):
    text = acled(event_date="2019-11-20", timestamp="1571925600")
    _, rejects, warnings = read(tmp_path / "a.csv", text, "acled")
    assert (rejects, warnings) == ([], ["dated after its time stamp: event_date, 1 row"])


TABLE = "day,who,whom,code\n2024-01-01,USA,RUS,042\n"


def test_a_table_of_ones_own_comes_in_archives_too_and_other_files_are_refused(tmp_path):
    """As with every other source: the rest is read, and what is refused is named."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLE.encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b.csv", TABLE.replace("RUS", "FRA"))
        archive.writestr("c.csv", TABLE.replace("RUS", "DEU"))
    (tmp_path / "README.txt").write_text("What this is.\n")
    (tmp_path / "empty.csv").write_text("")
    with read_events(tmp_path, source="mine", column_map=OWN) as result:
        rows = result.events.project("recipient, source_file").fetchall()
        refused = [(one.file, one.reason.split(";")[0]) for one in result.refused]
    assert sorted(rows) == [
        ("DEU", "b.zip/c.csv"),
        ("FRA", "b.zip/b.csv"),
        ("RUS", "a.csv.gz/a.csv"),
    ]
    assert refused == [
        ("README.txt", "README.txt lacks the column 'day' and 3 more"),
        ("empty.csv", "empty.csv is empty. Nothing was read"),
    ]


def test_a_control_character_is_counted_under_the_name_of_its_column(tmp_path):
    text = TABLE.replace("USA", "U\x1fA")
    _, _, warnings = read(tmp_path / "a.csv", text, "mine", column_map=OWN)
    assert warnings == ["control character in a code: who 'U A  ', 1 row"]


@pytest.mark.parametrize(
    ("archive", "inside", "known", "kind"),
    [
        ("20230410-icews-events.zip", "events.tab", dt.date(2023, 4, 10), "release"),
        ("20230410-icews-events.zip", "20230403-icews-events.tab", dt.date(2023, 4, 3), "release"),
        ("weekly.zip", "events.tab", dt.date(2016, 3, 11), "assumed"),
    ],
)
def test_dirt_10_a_release_is_told_by_the_file_or_else_by_its_archive(
    tmp_path, archive, inside, known, kind
):
    with zipfile.ZipFile(tmp_path / archive, "w") as made:
        made.writestr(inside, f"{ICEWS}\n{icews()}\n")
    with read_events(tmp_path / archive, source="icews") as result:
        rows = result.events.project("known_at, known_at_kind").fetchall()
    assert rows == [(known, kind)]


def test_dirt_4_na_in_a_table_of_acled_that_r_wrote_names_no_recipient(tmp_path):
    """A file of R has NA for nothing: a fifth of all events were done to an actor of that name."""
    text = acled(actor1="Rioters (Benin)", actor2="NA", inter1="NA")
    columns = "actor, actor_sectors, recipient, recipient_name"
    rows, _, warnings = read(tmp_path / "a.csv", text, "acled", columns)
    assert rows == [("Rioters (Benin)", None, None, None)]
    assert not warnings


def test_a_group_acts_under_its_code_in_the_spelling_of_ucdp(tmp_path):
    header = ",".join(columns_of("ucdp_ged")) + "\n"
    text = header + ged(side_a="Government of Afghanistan", gwnoa="700", side_b="Taleban")
    rows, _, _ = read(tmp_path / "a.csv", text, "ucdp_ged", "actor, recipient, recipient_sector")
    assert rows == [("AFG", "TAL", "rebels")]


YEAR_2017 = [column for column in ICEWS.split("\t") if column != "CAMEO Code"]


def of_2017(**cells):
    row = dict.fromkeys(YEAR_2017, "NULL") | {
        "Event ID": "7", "Event Date": "12/1/2017", "Source Name": '"Police, Fire (Chad)"',
        "Source Sectors": '"Government,Police"', "Source Country": "Chad",
        "Event Text": "Make statement", "Intensity": "0", "Target Name": "Niger",
        "Target Country": "Niger", "City": "Moundou", "Latitude": "8.5", "Longitude": "16.1",
    }  # fmt: skip
    return "\t".join((row | cells)[name] for name in YEAR_2017)


def test_the_file_of_icews_for_2017_is_read_by_its_labels(tmp_path):
    """It has no column of codes, NULL for nothing, quotes around cells that have a comma."""
    lines = [
        "\t".join(YEAR_2017),
        of_2017(),
        of_2017(**{"Event ID": "8", "Event Text": "words of no codebook", "Intensity": "NULL"}),
        of_2017(**{"Event ID": "9", "Target Name": "NULL", "Target Country": "NULL"}),
        of_2017(
            **{"Event ID": "10", "Event Text": '"Arrest, detain, or charge with legal action"'}
        ),
    ]
    path = tmp_path / "Events.2017.20201006.tab"
    path.write_text("\n".join(lines) + "\n")
    columns = "date, cameo, actor, actor_sector, actor_name, recipient, place, intensity_scale"
    with read_events(path, source="icews") as result:
        rows = result.events.order("source_row").project(columns).fetchall()
        versions = result.events.project("source_version").distinct().fetchall()
        warnings = [str(warning) for warning in result.warnings]
        assert result.rejected == 0
    day, scale = dt.date(2017, 12, 1), "Goldstein (ICEWS)"
    who = ("TCD", "police", "Police, Fire (Chad)")
    assert rows == [
        (day, "010", *who, "NER", "Moundou", scale),
        (day, None, *who, "NER", "Moundou", None),
        (day, "010", *who, None, "Moundou", scale),
        (day, "173", *who, "NER", "Moundou", scale),
    ]
    assert versions == [("20201006000000",)]
    assert warnings == [
        "no event code, told by its label: CAMEO Code, 3 rows",
        "unknown event label: Event Text 'words of no codebook', 1 row",
    ]


def test_the_manifest_that_dataverse_puts_in_a_bundle_is_no_file_of_events(tmp_path):
    path = tmp_path / "dataverse_files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("MANIFEST.TXT", "files in this bundle\n")
        archive.writestr("20230410-icews-events.tab", f"{ICEWS}\n{icews()}\n")
        archive.writestr("20230403-icews-events.tab", f"{ICEWS}\n{icews(**{'Event ID': '2'})}\n")
    with read_events(path, source="icews") as result:
        assert (result.read, result.rejected, len(result.files)) == (2, 0, 2)


@pytest.mark.parametrize(
    ("cells", "said", "several"),
    [
        (
            {
                "Actor Country": "FRA; DEU",
                "Actor Name": "A; B",
                "Primary Actor Sector": "GOV; MIL",
                "Actor Sectors": "GOV; MIL",
            },
            ("FRA", "FRA", "government", "GOV"),
            True,
        ),
        (
            {"Actor Country": "None; DEU", "Actor Name": "A; B", "Primary Actor Sector": "None"},
            ("A; B", "DEU", None, None),
            False,
        ),
        (
            {"Actor Country": "FRA; FRA", "Primary Actor Sector": "MIL; MIL"},
            ("FRA", "FRA", "military", "MIL"),
            False,
        ),
        (
            {"Actor Country": "FRA|DEU", "Actor Name": "A", "Primary Actor Sector": "MIL"},
            ("FRA", "FRA", "military", "MIL"),
            True,
        ),
        (
            {"Actor Country": "FRA; DEU", "Actor Name": "A; B", "Primary Actor Sector": "CVL; CVL"},
            ("A", "FRA", "civilians", "CVL"),
            True,
        ),
    ],
)
def test_several_countries_in_a_cell_of_polecat_are_no_unknown_country(
    tmp_path, cells, said, several
):
    """Its lists are joined by a semicolon, values of one actor by a bar: the first one acts."""
    row = COUP | {"Actor Sectors": ""} | cells
    columns = "actor, actor_country, actor_sector, actor_sectors"
    path = tmp_path / "ngecEvents.DV.2023.txt"
    rows, _, warnings = read(path, tabbed(POLECAT, row), "polecat", columns)
    assert rows == [said]
    counted = "several countries in one cell, the first is read: Actor Country, 1 row"
    assert [w for w in warnings if "Actor" in w] == ([counted] if several else [])
