"""Files as their publishers and common programs write them; every row here is our own."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.record.readers.test_dirt import acled, read


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("16 May 2025", dt.date(2025, 5, 16)),
        ("3 January 2024", dt.date(2024, 1, 3)),
        ("0024-05-01", dt.date(2024, 5, 1)),
        ("31/12/19", None),
        ("12/05/20", None),
        ("12-05-20", None),
        ("31/12/2019", None),
        ("31 February 2024", None),
    ],
)
def test_dirt_3_days_of_acled_as_its_web_page_writes_them(tmp_path, written, day):
    """Its exports write ``16 May 2025``; a year of two digits is not guessed at."""
    rows, rejects, _ = read(tmp_path / "a.csv", acled(event_date=written), "acled", "date")
    assert rows == ([] if day is None else [(day,)])
    assert [row[3] for row in rejects] == (["event_date"] if day is None else [])


def test_deaths_below_zero_are_left_empty_and_counted(tmp_path):
    text = acled(fatalities="-3")
    rows, _, warnings = read(tmp_path / "a.csv", text, "acled", "fatalities_best")
    assert rows == [(None,)]
    assert warnings == ["deaths below zero, left empty: fatalities, 1 row"]
