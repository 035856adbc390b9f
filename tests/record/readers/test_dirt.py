"""Dirt the readers must survive, one small file of ours each; names carry the row of the lists.

``row_N`` is a row of the list of bad inputs (reliability), ``dirt_N`` a line of the list of what
an adapter must survive (formats).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import io
import zipfile

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, DemarcheError
from demarche.record import unpack as unpacking
from demarche.record.readers import read_events, read_frame
from demarche.record.readers.gdelt import COLUMNS1, COLUMNS1_BACK, COLUMNS2
from demarche.record.unpack import unpack

GDELT = {
    "GLOBALEVENTID": "7",
    "SQLDATE": "20200105",
    "Actor1CountryCode": "USA",
    "Actor2CountryCode": "IRN",
    "EventCode": "190",
    "QuadClass": "4",
    "GoldsteinScale": "-10.0",
    "DATEADDED": "20200105001500",
}
MAP = {"date": "day", "actor": "who", "cameo": "code"}
POLECAT = (
    *("Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts"),
    *("Actor Name", "Actor Country", "Primary Actor Sector", "Actor Sectors", "Recipient Name"),
    *("Recipient Country", "Primary Recipient Sector", "Recipient Sectors", "Publication Date"),
)
COUP = {
    "Event ID": "e1",
    "Event Date": "2023-01-02",
    "Event Type": "SANCTION",
    "Event Mode": "withdraw",
    "Intensity": "-5",
    "Quad Code": "3",
    "Actor Name": "Ruritania",
    "Actor Country": "RUS",
    "Primary Actor Sector": "GOV",
    "Recipient Country": "KOS",
    "Primary Recipient Sector": "MED",
    "Publication Date": "2023-01-03",
}
ACLED = (
    *("event_id_cnty", "event_date", "event_type", "sub_event_type", "actor1", "actor2"),
    *("inter1", "fatalities", "latitude", "timestamp"),
)


def gdelt(columns=COLUMNS2, **cells):
    return "\t".join({**GDELT, **cells}.get(name, "") for name in columns) + "\n"


def tabbed(columns, *rows):
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def acled(**cells):
    row = {
        "event_id_cnty": "X1",
        "event_date": "2025-01-31",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "actor1": "A",
        "actor2": "B",
        "fatalities": "3",
        **cells,
    }
    return ",".join(ACLED) + "\n" + ",".join(row.get(name, "") for name in ACLED) + "\n"


def read(path, text, source, columns="*", **options):
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(data)
    with read_events(path, source=source, **options) as result:
        counts = result.counts()
        assert counts["read"] + counts["rejected"] == counts["lines"]
        rows = result.events.project(columns).fetchall()
        assert len(rows) == counts["read"]
        rejects = result.rejects.fetchall()
        assert len(rejects) == counts["rejected"]
        return rows, rejects, [str(warning) for warning in result.warnings]


def test_dirt_1_junk_in_front_does_not_decide_how_many_columns_a_file_has(tmp_path):
    back = {"SQLDATE": "19850105", "DATEADDED": "19850105"}
    text = "junk\n" + gdelt(COLUMNS1_BACK, **back) * 3
    rows, rejects, _ = read(tmp_path / "a.csv", text, "gdelt1", "known_at, known_at_kind")
    assert rows == [(dt.date(1985, 1, 12), "assumed")] * 3
    assert [(row[2], row[5]) for row in rejects] == [(1, "junk")]


@pytest.mark.parametrize("first", ["", "junk\n"])
def test_dirt_12_a_rejected_value_keeps_its_whole_line_and_number(tmp_path, first):
    bad = gdelt(SQLDATE="20200231")
    rows, rejects, _ = read(tmp_path / "a.csv", first + gdelt() + bad, "gdelt2", "source_row")
    assert rows == [(1 + bool(first),)]
    assert rejects[-1][2:4] == (2 + bool(first), "SQLDATE")
    assert rejects[-1][5] == bad.rstrip("\n")


def test_dirt_12_a_rejected_line_is_cut_to_2000_letters(tmp_path):
    bad = gdelt(SQLDATE="x", SOURCEURL="u" * 5000)
    _, rejects, _ = read(tmp_path / "a.csv", gdelt() + bad, "gdelt2")
    assert rejects[0][5] == bad[:2000]


@pytest.mark.parametrize("at", [0, 4, len(POLECAT)])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("end", ["", "\t\t"])
def test_dirt_2_a_headline_is_told_from_one_in_the_header_only(tmp_path, at, held, end):
    columns = [*POLECAT[:at], "Headline", *POLECAT[at:]]
    cells = columns if held else POLECAT
    row = "\t".join({**COUP, "Headline": "News", "Contexts": "legal"}.get(c, "") for c in cells)
    text = "\t".join(columns) + "\n" + row + end + "\n"
    kept = "date, event, quad_source, quad_code, actor, recipient, recipient_sector, headline"
    rows, rejects, _ = read(tmp_path / "p.txt", text, "polecat", kept)
    said = "News" if held else None
    assert not rejects
    # dirt 5 and 6 as well: KOS is Kosovo, MED is medicine in PLOVER, SANCTION is material here
    assert rows == [(dt.date(2023, 1, 2), "SANCTION", 3, 4, "RUS", "XKX", "health", said)]


def test_dirt_2_polecat_writes_none_which_is_no_fault(tmp_path):
    text = tabbed(POLECAT, {**COUP, "Intensity": "None", "Recipient Name": "None"})
    rows, _, warnings = read(tmp_path / "p.txt", text, "polecat", "intensity, recipient_name")
    assert rows == [(None, None)]
    assert not [one for one in warnings if "Intensity" in one]


@pytest.mark.parametrize(
    ("written", "known", "kind"),
    [
        ("1738368000", dt.date(2025, 2, 1), "stamped"),
        ("9223372036854775807", dt.date(2025, 2, 7), "assumed"),
        ("-5", dt.date(2025, 2, 7), "assumed"),
        ("1738368000000", dt.date(2025, 2, 7), "assumed"),
    ],
)
def test_dirt_8_a_stamp_that_is_no_unix_time_costs_no_row_and_is_counted(
    tmp_path, written, known, kind
):
    text = acled(timestamp=written)
    rows, _, warnings = read(tmp_path / "a.csv", text, "acled", "known_at, known_at_kind")
    assert rows == [(known, kind)]
    assert bool(warnings) == (kind == "assumed")


def test_dirt_8_a_withdrawal_without_a_real_time_is_rejected(tmp_path):
    text = "event_id_cnty,deleted_timestamp\nX1,9223372036854775807\nX2,1738368000\n"
    rows, rejects, _ = read(tmp_path / "d.csv", text, "acled_deleted", "event_id")
    assert rows == [("acled:X2",)]
    assert rejects[0][2] == 2


@pytest.mark.parametrize(
    "day", ["0044-03-15 (BC)", "infinity", "5881580-07-10", "2300-01-01", "2023-02-30", "01/2023"]
)
def test_row_13_a_day_that_cannot_be_is_rejected_and_never_breaks_the_read(tmp_path, day):
    rows, rejects, _ = read(tmp_path / "a.csv", acled(event_date=day), "acled")
    assert not rows
    assert rejects[0][2:4] == (2, "event_date")
    text = f"day,who,code\n{day},USA,190\n2020-01-01,USA,190\n"
    rows, rejects, _ = read(tmp_path / "t.csv", text, "mine", "date", column_map=MAP)
    assert rows == [(dt.date(2020, 1, 1),)]
    assert rejects[0][2:4] == (2, "day")


@pytest.mark.parametrize("lag", [-1, 10**9])
def test_row_13_a_lag_beyond_a_century_is_refused(tmp_path, lag):
    with pytest.raises(DataError, match="out of range"):
        read(tmp_path / "a.csv", gdelt(), "gdelt2", known_lag_days=lag)


def test_row_4_a_mark_at_the_start_is_taken_off_and_said(tmp_path):
    text = "\ufeffday,who,code\n2020-01-01,USA,190\n"
    rows, _, warnings = read(tmp_path / "t.csv", text, "mine", "source_row", column_map=MAP)
    assert rows == [(2,)]
    assert any("byte-order mark" in one for one in warnings)


def test_row_27_a_header_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(DataError, match="'who' twice"):
        read(tmp_path / "t.csv", "day,who,who,code\n", "mine", column_map=MAP)


def test_row_27_a_header_may_hold_the_delimiter_in_quotes(tmp_path):
    text = '"day","x, y","who","code"\n2020-01-01,1,USA,190\n'
    rows, _, _ = read(tmp_path / "t.csv", text, "mine", "actor", column_map=MAP)
    assert rows == [("USA",)]


def test_row_28_a_decimal_comma_is_counted_and_never_guessed(tmp_path):
    text = "day;who;code;x;n\n2020-01-01;USA;190;-3,5;2.5\n2020-01-01;USA;190;-3.5;2\n"
    names = {**MAP, "intensity": "x", "mentions": "n"}
    rows, _, warnings = read(
        tmp_path / "t.csv", text, "mine", "intensity, mentions", column_map=names
    )
    assert rows == [(None, None), (-3.5, 2)]
    assert sorted(warnings) == [
        "not a number, left empty: x, 1 row",
        "not a whole number, left empty: n, 1 row",
    ]


@pytest.mark.parametrize(("column", "most"), [("latitude", 90), ("longitude", 180)])
def test_row_28_a_place_off_the_globe_is_left_empty_and_counted(tmp_path, column, most):
    """401 degrees north was kept without a word."""
    given = {"latitude": "ActionGeo_Lat", "longitude": "ActionGeo_Long"}[column]
    cells = [str(most), str(-most), f"{most}.5", "401", "-1e9", "nan"]
    text = "".join(gdelt(**{given: cell}) for cell in cells)
    rows, _, warnings = read(tmp_path / "a.csv", text, "gdelt2", column)
    assert rows == [(most,), (-most,)] + [(None,)] * 4
    assert warnings == [f"not a number from -{most} to {most}, left empty: {given}, 4 rows"]
    table = "day,who,code,x\n2020-01-01,USA,190,401\n"
    rows, _, warnings = read(
        tmp_path / "t.csv", table, "mine", column, column_map={**MAP, column: "x"}
    )
    assert rows == [(None,)]
    assert warnings == [f"not a number from -{most} to {most}, left empty: x, 1 row"]


def test_row_28_an_intensity_beyond_goldstein_s_scale_is_left_empty_and_counted(tmp_path):
    text = gdelt(GoldsteinScale="-10.0") + gdelt(GoldsteinScale="99")
    rows, _, warnings = read(tmp_path / "a.csv", text, "gdelt2", "intensity")
    assert rows == [(-10.0,), (None,)]
    assert warnings == ["not a number from -10 to 10, left empty: GoldsteinScale, 1 row"]


def test_row_29_a_field_beyond_the_limit_costs_its_line_and_names_the_limit(tmp_path):
    text = "day,who,code\n2020-01-01," + "x" * 2_100_000 + ",190\n2020-01-01,USA,190\n"
    rows, rejects, _ = read(tmp_path / "t.csv", text, "mine", "source_row", column_map=MAP)
    assert rows == [(3,)]
    assert "at most" in rejects[0][4]


@pytest.mark.parametrize("name", ["NA", "NO", "null", "nan", "None"])
def test_row_30_names_that_look_like_nothing_stay_text(tmp_path, name):
    text = f"day,who,code\n2020-01-01,{name},190\n"
    rows, _, _ = read(tmp_path / "t.csv", text, "mine", "actor", column_map=MAP)
    assert rows == [(name,)]


@pytest.mark.parametrize("code", ["SUN", "YUG", "DDR"])
def test_row_31_former_states_are_known_in_the_back_file(tmp_path, code):
    cells = {"SQLDATE": "19850105", "DATEADDED": "19850105", "Actor1CountryCode": code}
    rows, _, warnings = read(tmp_path / "a.csv", gdelt(COLUMNS1, **cells), "gdelt1", "actor")
    assert rows == [(code,)]
    assert not warnings


@pytest.mark.parametrize(
    ("number", "day", "iso3"),
    [("365", "1990-06-01", "SUN"), ("365", "2000-06-01", "RUS"), ("345", "1991-06-01", "YUG")],
)
def test_row_31_the_number_of_a_state_means_what_it_meant_on_the_day(tmp_path, number, day, iso3):
    columns = "id,type_of_violence,side_a,side_b,date_start,date_end,best,gwnoa"
    text = f"{columns}\n1,1,Government of X,Rebels,{day},{day},3,{number}\n"
    rows, _, _ = read(tmp_path / "GEDEvent_v25_1.csv", text, "ucdp_ged", "actor, source_version")
    assert rows == [(iso3, "25.1")]


def test_dirt_10_an_event_that_spans_weeks_is_not_known_before_its_end(tmp_path):
    columns = "id,type_of_violence,side_a,side_b,date_start,date_end,best,low,high"
    rows = ["1,3,A,Civilians,2020-01-01,2020-02-01,3,9,5", "2,3,A,B,2020-02-01,2020-01-01,3,1,5"]
    text = "\n".join([columns, *rows])
    got, rejects, warnings = read(
        tmp_path / "u.csv", text, "ucdp_ged", "known_at", known_lag_days=7
    )
    assert got == [(dt.date(2020, 2, 8),)]
    assert rejects[0][2:4] == (3, "date_end")
    assert warnings == ["deaths not in order low, best, high: best, 1 row"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("codes", [[10], [10.0]])
def test_dirt_4_codes_that_came_as_numbers_are_refused(make, codes):
    frame = make({"day": ["2020-01-01"], "who": ["NAM"], "code": codes})
    with pytest.raises(DataError, match="010 and 10"):
        read_frame(frame, source="mine", column_map=MAP)


def test_dirt_4_codes_as_numbers_are_refused_in_parquet_too(tmp_path):
    table = pa.table({"day": ["2020-01-01"], "who": ["NAM"], "code": [10]})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(DataError, match="010 and 10"):
        read_events(tmp_path / "t.parquet", source="mine", column_map=MAP)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_of_a_known_source_is_read_like_its_file(tmp_path, make):
    cells = {name: [GDELT.get(name, "")] * 2 for name in COLUMNS2}
    cells["SQLDATE"] = [20200105, 20200231]
    columns = "event_id, date, known_at, actor, recipient, event, quad_code, intensity"
    rows, _, _ = read(tmp_path / "a.csv", gdelt(), "gdelt2", columns)
    with read_frame(make(cells), source="gdelt2") as result:
        assert result.events.project(columns).fetchall() == rows
        assert [row[2:6] for row in result.rejects.fetchall()] == [
            (2, "SQLDATE", "not a date YYYYMMDD from 1979 to 2199", "20200231")
        ]
    with pytest.raises(DataError, match="numbers"):
        read_frame(make({**cells, "EventCode": [190, 190]}), source="gdelt2")
    with pytest.raises(DataError, match="lacks 1 columns"):
        read_frame(make({k: v for k, v in cells.items() if k != "EventCode"}), source="gdelt2")


def test_icews_na_is_missing_and_no_place_or_publisher(tmp_path):
    columns = (
        *("Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country"),
        *("Event Text", "CAMEO Code", "Intensity", "Target Name", "Target Sectors"),
        *("Target Country", "Story ID", "Publisher", "City", "Country", "Latitude", "Longitude"),
    )
    row = dict.fromkeys(columns, "NA")
    row |= {"Event ID": "1", "Event Date": "1/31/2017", "CAMEO Code": "010", "Country": "Namibia"}
    row |= {"Source Name": "Foreign Affairs (Namibia)", "Source Country": "Namibia"}
    row |= {"Source Sectors": "Foreign Ministry"}
    kept = "actor, actor_sector, recipient_name, place, publisher, latitude, root"
    rows, _, warnings = read(tmp_path / "i.tab", tabbed(columns, row), "icews", kept)
    assert rows == [("NAM", "foreign_ministry", None, "Namibia", None, None, "01")]
    assert not warnings


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["CON/a.csv"], "device"),
        (["a.csv", "A.CSV"], "twice"),
        (["b/../../a.csv"], "path out"),
    ],
)
def test_row_49_names_that_would_clash_on_other_systems_are_refused(tmp_path, names, said):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(DataError, match=said):
        unpack(tmp_path / "a.zip", into=tmp_path / "out")


def test_row_50_an_archive_in_an_archive_is_known_by_its_content(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("harmless.csv", inner.getvalue())
    with pytest.raises(DataError, match="inside an archive"):
        unpack(tmp_path / "a.zip", into=tmp_path / "out")


def test_row_46_a_full_disk_is_not_called_a_damaged_archive(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "x")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpacking, "_copy", full)
    with pytest.raises(OSError, match="No space left"):
        unpack(tmp_path / "a.zip", into=tmp_path / "out")


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["infinity", "-infinity", "nan", "1e999", "9" * 19, "-" + "9" * 19, "0000"]),
    st.dates().map(str),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), source=st.sampled_from(["gdelt2", "polecat", "acled", "acled_deleted"]))
def test_row_66_no_cell_breaks_the_read_or_its_use_and_no_line_is_lost(tmp_path, data, source):
    start = {
        "gdelt2": (COLUMNS2, GDELT, "\t", False),
        "polecat": (POLECAT, COUP, "\t", True),
        "acled": (ACLED, dict(zip(ACLED, ["X", "2025-01-31", *"BCDE"])), ",", True),
        "acled_deleted": (("event_id_cnty", "deleted_timestamp"), {}, ",", True),
    }
    columns, cells, delimiter, header = start[source]
    changed = st.dictionaries(st.sampled_from([*cells, *columns[:8], columns[-1]]), CELLS)
    rows = data.draw(st.lists(changed, min_size=1, max_size=4))
    lines = [delimiter.join({**cells, **row}.get(name, "") for name in columns) for row in rows]
    text = "\n".join([delimiter.join(columns), *lines] if header else lines)
    with contextlib.suppress(DemarcheError):  # a refusal is an answer; any other error is not
        read(tmp_path / "a.csv", text.encode("utf-8", "surrogatepass"), source)
