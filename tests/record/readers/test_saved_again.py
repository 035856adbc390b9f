"""Files of ACLED and UCDP as spreadsheets, R, pandas and HDX save them; every row is our own."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.record.readers import read_events

ACLED = "event_id_cnty,event_date,year,event_type,sub_event_type,actor1,inter1,actor2,inter2"
UCDP = "id,year,type_of_violence,side_a,side_b,date_start,date_end,date_prec,best,gwnoa"


def table(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def read(path, source, columns):
    with read_events(path, source=source) as result:
        rows = result.events.order("source_row").project(columns).fetchall()
        rejects = [row[4] for row in result.rejects.fetchall()]
        warnings = [str(warning) for warning in result.warnings]
        assert len(rows) + len(rejects) == result.lines
    return rows, rejects, warnings


def events_on(tmp_path, *days, year="2019"):
    rows = [
        f'K{n},"{day}",{year},Protests,Peaceful protest,A,6,,0' for n, day in enumerate(days, 1)
    ]
    found, rejects, warnings = read(table(tmp_path / "a.csv", ACLED, *rows), "acled", "date")
    return [day for (day,) in found], rejects, warnings


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("3 March 2019", "2019"),
        ("03-March-2019", "2019"),
        ("3-Mar-2019", "2019"),
        ("3-Mar-19", "2019"),
        ("03 Mar 19", "2019"),
        ("3-Mar-19", "2019.0"),
        ("2019-03-03", ""),
        ("2019-03-03T00:00:00", "2019"),
    ],
)
def test_days_in_words_are_read_however_they_are_joined(tmp_path, written, year):
    days, rejects, warnings = events_on(tmp_path, written, year=year)
    assert (days, rejects) == ([dt.date(2019, 3, 3)], [])
    short = ["year of two digits, read by the column of years: event_date, 1 row"]
    assert warnings == (short if written.endswith("19") and "2019" not in written else [])


@pytest.mark.parametrize("year", ["2018", "", "1919.5"])
def test_a_year_of_two_digits_that_no_column_of_years_bears_out_is_a_reject(tmp_path, year):
    days, rejects, _ = events_on(tmp_path, "3-Mar-19", year=year)
    assert (days, rejects) == ([], ["not a date YYYY-MM-DD or 16 May 2025"])


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (("25/03/2019", "04/03/2019"), "day first"),
        (("25-03-19", "04-03-19"), "day first"),
        (("25.3.2019", "4.3.2019"), "day first"),
        (("03/25/2019 0:00", "3/4/2019 0:00"), "month first"),
    ],
)
def test_days_in_numbers_are_read_in_the_order_that_the_whole_file_tells(tmp_path, days, order):
    found, rejects, warnings = events_on(tmp_path, *days)
    assert (found, rejects) == ([dt.date(2019, 3, 25), dt.date(2019, 3, 4)], [])
    assert f"day in numbers, {order} as the whole file tells: event_date, 2 rows" in warnings


@pytest.mark.parametrize(
    "days", [("04/03/2019", "05/06/2019"), ("25/03/2019", "03/25/2019"), ("04-03-19",)]
)
def test_days_in_numbers_of_no_told_order_are_rejects(tmp_path, days):
    found, rejects, _ = events_on(tmp_path, *days)
    reason = "in numbers, and the file does not tell which are the day, month and year"
    assert (found, rejects) == ([], [reason] * len(days))


def test_a_day_that_tells_the_order_may_stand_far_down(tmp_path):
    days = ["02/03/2019"] * 300 + ["31/03/2019"]
    found, _, _ = events_on(tmp_path, *days)
    assert found.count(dt.date(2019, 3, 2)) == 300


def test_the_order_is_told_by_rows_behind_one_of_a_very_long_cell_too(tmp_path):
    days = {"02/03/2019": "A", "03/03/2019": "x" * 2_100_000, "31/03/2019": "B"}
    rows = [f'K{n},{day},2019,Protests,Peaceful protest,"{name}",6,,0'
            for n, (day, name) in enumerate(days.items())]  # fmt: skip
    found, rejects, _ = read(table(tmp_path / "a.csv", ACLED, *rows), "acled", "date")
    assert found == [(dt.date(2019, 3, 2),), (dt.date(2019, 3, 31),)]
    assert len(rejects) == 1


def test_a_number_of_years_first_is_not_read_as_the_day(tmp_path):
    """19-12-31 is no 19th of a month 12 of a year 31."""
    days, rejects, _ = events_on(tmp_path, "19-12-31", "19-12-05")
    assert days == [] and len(rejects) == 2


def test_days_of_ucdp_that_a_spreadsheet_saved(tmp_path):
    path = table(
        tmp_path / "ged.csv",
        UCDP,
        "1,2019,1,Government of Chad,X,3/25/2019 0:00,4/2/2019 0:00,4,5,483",
        "2,2019,1,Government of Chad,X,3/4/2019 0:00,3/4/2019 0:00,1,5,483",
    )
    rows, rejects, warnings = read(path, "ucdp_ged", "date, date_end, actor")
    assert rows == [
        (dt.date(2019, 3, 25), dt.date(2019, 4, 2), "TCD"),
        (dt.date(2019, 3, 4), dt.date(2019, 3, 4), "TCD"),
    ]
    assert rejects == []
    assert warnings == ["day in numbers, month first as the whole file tells: date_start, 2 rows"]


def test_whole_numbers_that_a_program_wrote_as_decimals(tmp_path):
    """pandas writes 2.0 where a column once lacked a value: the type of violence, the id."""
    path = table(
        tmp_path / "ged.csv",
        UCDP,
        "181.0,2019.0,3.0,Government of Chad,Civilians,2019-03-01,2019-03-31,4.0,5.0,483.0",
        "182.0,2019.0,1.0,Government of Chad,X,2019-03-01,2019-03-01,1.0,5.0,483.0",
    )
    columns = "event_id, event, root, date_precision, directed, fatalities_best"
    rows, rejects, warnings = read(path, "ucdp_ged", columns)
    assert rows == [
        ("ucdp_ged:181", "ASSAULT", "18", "month", True, 5),
        ("ucdp_ged:182", "ASSAULT", "19", "day", False, 5),
    ]
    assert (rejects, warnings) == ([], [])


@pytest.mark.parametrize(
    ("source", "header", "tags", "row"),
    [
        (
            "acled",
            ACLED,
            "#event+code,#date+occurred,#date+year,#event+type,,#group+name+first,,,",
            "K1,2019-03-01,2019,Battles,Armed clash,A,1,B,2",
        ),
        (
            "ucdp_ged",
            UCDP,
            ",#date+year,,#group+name+first,,#date+start,#date+end,,#affected+killed,",
            "1,2019,1,Government of Chad,X,2019-03-01,2019-03-01,1,5,483",
        ),
    ],
)
def test_the_line_of_tags_of_hdx_is_set_apart_as_such(tmp_path, source, header, tags, row):
    rows, rejects, warnings = read(table(tmp_path / "h.csv", header, tags, row), source, "date")
    assert rows == [(dt.date(2019, 3, 1),)]
    assert rejects == ["a line of HXL tags, not an event"] and warnings == []


def test_the_types_of_acled_before_2019_are_read_without_sub_types(tmp_path):
    header = (
        "GWNO,EVENT_ID_CNTY,EVENT_DATE,YEAR,EVENT_TYPE,ACTOR1,ALLY_ACTOR_1,INTER1,ACTOR2,INTER2"
    )
    types = [
        ("Battle-No change of territory", "1", ("ASSAULT", None, "19")),
        ("Battle-Government regains territory", "1", ("ASSAULT", None, "19")),
        ("Battle-Non-state actor overtakes territory", "2", ("ASSAULT", None, "19")),
        ("Headquarters or base established", "2", ("MOBILIZE", None, "15")),
        ("Non-violent transfer of territory", "2", (None, None, None)),
        ("Remote violence", "2", ("ASSAULT", None, "19")),
        ("Riots/Protests", "5", ("PROTEST", "riot", "14")),
        ("Riots/Protests", "6", ("PROTEST", "demo", "14")),
        ("Riots/Protests", "1", ("PROTEST", None, "14")),
        ("Strategic development", "1", (None, None, None)),
        ("Violence Against Civilians", "3", ("ASSAULT", None, "18")),
    ]
    lines = [
        f"615,{n + 10}ALG,01-January-2015,2015,{kind},A,,{inter},B,7"
        for n, (kind, inter, _) in enumerate(types)
    ]
    path = table(tmp_path / "old.csv", header, *lines)
    rows, rejects, warnings = read(path, "acled", "event, mode, root")
    assert rows == [said for _, _, said in types]
    assert (rejects, warnings) == ([], [])


def test_a_sub_type_of_acled_that_nobody_knows_is_counted(tmp_path):
    path = table(
        tmp_path / "a.csv",
        ACLED,
        "K1,2019-03-01,2019,Battles,Armed clash,A,1,B,2",
        "K2,2019-03-01,2019,Battles,Armed clsh,A,1,B,2",
    )
    rows, _, warnings = read(path, "acled", "event")
    assert rows == [("ASSAULT",)] * 2
    assert warnings == ["unknown event type: sub_event_type 'armed clsh', 1 row"]


def test_an_export_of_one_row_an_actor_is_refused_as_such(tmp_path):
    path = table(
        tmp_path / "m.csv",
        "event_id_cnty,event_date,year,event_type,sub_event_type,actor1,inter1",
        "K1,2019-03-01,2019,Battles,Armed clash,A,1",
        "K1,2019-03-01,2019,Battles,Armed clash,B,2",
    )
    with (
        pytest.raises(DataError, match=r"lacks the column 'actor2'.*monadic.*as dyadic"),
        read_events(path, source="acled"),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "inter", "said"),
    [
        ("Military Forces of Chad (2021-)", "1", ("TCD", "TCD", "military")),
        ("Military Forces of Chad (2021-) Presidential Guard", "1", ("TCD", "TCD", "military")),
        ("Government of the Kingdom of Thailand", "1", ("THA", "THA", "government")),
        ("Military Forces of the Islamic Republic of Pakistan", "1", ("PAK", "PAK", "military")),
        ("Police Forces of the Republic of the Union of Myanmar", "1", ("MMR", "MMR", "police")),
        ("Military Forces of Southern Sudan (2005-2011)", "1", ("SSD", "SSD", "military")),
        ("Military Forces of Yemen (2012-)", "1", ("YEM", "YEM", "military")),
        (
            "Military Forces of Yemen (2016-) Supreme Political Council",
            "State forces",
            ("HTH", "YEM", "rebels"),
        ),
        ("Military Forces of Libya (2014-) Haftar Faction", "1", ("LNA", "LBY", "rebels")),
        ("Police Forces of Somaliland (2017-)", "1", ("Somaliland", None, "police")),
        ("Military Forces of Artsakh (2020-)", "8", ("Nagorno-Karabakh", None, "military")),
        ("Protesters (Chad)", "6", ("Protesters (Chad)", "TCD", "protesters")),
        ("Rioters (Chad)", "Rioters", ("Rioters (Chad)", "TCD", "protesters")),
        ("Civilians (International)", "7.0", ("Civilians (International)", None, "civilians")),
        ("FACT: Front for Change", "Rebel group", ("FACT: Front for Change", None, "rebels")),
        ("Islamist Militia (Chad)", "3", ("Islamist Militia (Chad)", "TCD", None)),
    ],
)
def test_who_acts_by_the_names_and_kinds_of_acled(tmp_path, name, inter, said):
    path = table(
        tmp_path / "a.csv", ACLED, f"K1,2019-03-01,2019,Battles,Armed clash,{name},{inter},B,2"
    )
    columns = "actor, actor_country, actor_sector, actor_name"
    rows, _, warnings = read(path, "acled", columns)
    assert rows == [(*said, name)] and warnings == []
