"""Rows that match: by codes that begin so, by types where there is none, in order of day."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.record.ingest import ingest
from demarche.record.matches import open_window

ROWS = """id,day,who,whom,code,what
z,2030-01-02,RUS,USA,0451,CONSULT
a,2030-01-03,RUS,CHN,045,CONSULT
b,2030-01-03,RUS,USA,1045,DEMAND
c,2030-01-04,RUS,USA,,CONSULT
d,2030-01-05,RUS,USA,190,ASSAULT
e,2030-01-06,USA,RUS,045,CONSULT
"""


@pytest.fixture
def window(tmp_path):
    (tmp_path / "t.csv").write_text(ROWS)
    columns = {"event_id": "id", "date": "day", "actor": "who", "recipient": "whom",
               "cameo": "code", "event": "what"}  # fmt: skip
    ingest(
        tmp_path / "s", [tmp_path / "t.csv"], source="made", column_map=columns, known_lag_days=0
    )
    found = open_window(
        tmp_path / "s", source="made", start=dt.date(2030, 1, 2), end=dt.date(2030, 1, 5),
        as_of=dt.date(2031, 1, 1),
    )  # fmt: skip
    yield found
    found.close()


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"cameo": ["045"]}, ["z", "a"]),
        ({"cameo": ["04", "19"]}, ["z", "a", "d"]),
        ({"plover": ["CONSULT"]}, ["c"]),
        ({"plover": ["CONSULT", "ASSAULT"], "cameo": ["190"]}, ["c", "d"]),
        ({"cameo": ["045"], "recipients": ["USA"]}, ["z"]),
        ({"cameo": ["045"], "actors": ["RUS", "USA"]}, ["z", "a"]),
        ({}, []),
        ({"cameo": ["045"], "actors": []}, []),
    ],
)
def test_what_matches_is_told_by_day(window, asked, ids):
    total, rows = window.match(**{"actors": ["RUS"], **asked})
    assert total == len(ids)
    assert [row.event_id for row in rows] == [f"made:{id}" for id in ids]


def test_more_than_are_listed_are_counted(window):
    total, rows = window.match(actors=["RUS"], cameo=["0", "1"], limit=2)
    assert (total, [row.date.day for row in rows]) == (4, [2, 3])


def test_a_window_says_what_it_covers(window):
    assert (window.days, window.rows, window.covered) == (4, 5, 4)
    assert window.last == dt.date(2030, 1, 6)
    assert window.knows(["USA"]) and not window.knows(["CHN"])
