"""Days of frames and files with time zones, and columns that cannot be read as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from demarche.errors import DataError
from demarche.record.readers import read_frame

MAP = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
ROWS = {"who": ["FRA", "DEU"], "whom": ["USA", "NA"], "code": ["010", "190"]}
CHILD = """
import sys
from demarche.record.readers import read_events
MAP = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
with read_events(sys.argv[1], source="mine", column_map=MAP) as result:
    print(sorted(str(day) for (day,) in result.events.project("date").fetchall()))
"""


def zoned(zone):
    days = pd.to_datetime(["2020-01-31 00:10", "2020-02-01 23:50"]).tz_localize(zone)
    return pd.DataFrame({"day": days, **ROWS})


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "UTC"])
@pytest.mark.parametrize("form", [lambda f: f, pl.from_pandas, pa.Table.from_pandas])
def test_a_day_is_that_of_the_zone_the_frame_states(zone, form):
    with read_frame(form(zoned(zone)), source="mine", column_map=MAP) as result:
        days = [str(day) for (day,) in result.events.project("date").order("date").fetchall()]
    assert days == ["2020-01-31", "2020-02-01"]


@pytest.mark.parametrize("machine", ["UTC", "America/New_York"])
def test_a_file_gives_the_same_days_wherever_it_is_read(tmp_path, machine):
    frame = zoned("Asia/Kolkata")
    table = pa.Table.from_pandas(frame)
    pa.parquet.write_table(table, tmp_path / "a.parquet")
    pa.feather.write_feather(table, tmp_path / "a.feather")
    frame.to_csv(tmp_path / "a.csv", index=False)
    source = str(Path(__file__).parents[3] / "src")
    for name in ("a.parquet", "a.feather", "a.csv"):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(tmp_path / name)],
            env={**os.environ, "TZ": machine, "PYTHONPATH": source},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == "['2020-01-31', '2020-02-01']", name


def test_a_zone_that_is_not_known_is_one_sentence():
    days = pa.array([0, 1], pa.timestamp("us", tz="Mars/Olympus"))
    with pytest.raises(DataError, match=r"column 'day': .*Mars.*as text"):
        read_frame(pa.table({"day": days, **ROWS}), source="mine", column_map=MAP)


@pytest.mark.parametrize("made", ["arrow", "pandas"])
def test_two_columns_of_one_name_are_refused(made):
    if made == "arrow":
        names = ["day", "who", "whom", "code", "who"]
        columns = [["2020-01-01"], ["FRA"], ["USA"], ["010"], ["DEU"]]
        frame = pa.table(list(map(pa.array, columns)), names=names)
    else:
        frame = zoned("UTC")
        frame = pd.concat([frame, frame[["who"]]], axis=1)
    with pytest.raises(DataError, match=r"two columns|one name"):
        read_frame(frame, source="mine", column_map=MAP)


@pytest.mark.parametrize("cell", [["FRA"], {"iso": "FRA"}])
def test_lists_and_records_are_no_actors(cell):
    frame = pa.table({"day": ["2020-01-01"], "who": [cell], "whom": ["USA"], "code": ["010"]})
    with pytest.raises(DataError, match="column 'who' holds lists or records"):
        read_frame(frame, source="mine", column_map=MAP)
