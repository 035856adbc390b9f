"""Rows of tables of one's own that have no id: what tells them apart, and what is the same row."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from demarche.record.store import events

OWN = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
USA, FRA, DEU = ("2024-01-01,USA,RUS,042", "2024-01-01,FRA,RUS,042", "2024-01-02,DEU,RUS,190")


def table(path, *rows):
    """A table of these rows."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["day,who,whom,code", *rows]) + "\n")
    return path


def counted(root):
    """Rows of the store that count, as lines of the table they came from."""
    rows = events(root, as_of=dt.date(2100, 1, 1)).project("date, actor, recipient, cameo")
    return Counter(",".join(map(str, row)) for row in rows.fetchall())


@pytest.mark.parametrize("batch_bytes", [10, 1_000_000])
def test_two_tables_of_one_name_lose_no_row(tmp_path, batch_bytes):
    """Line 2 of one was taken for another version of line 2 of the other, and set aside."""
    paths = [table(tmp_path / "a" / "e.csv", USA), table(tmp_path / "b" / "e.csv", FRA)]
    done = ingest(tmp_path / "s", paths, source="mine", column_map=OWN, batch_bytes=batch_bytes)
    assert (done.kept, done.duplicated) == (2, 0)
    later = table(tmp_path / "c" / "e.csv", DEU)
    assert ingest(tmp_path / "s", [later], source="mine", column_map=OWN).kept == 1
    assert counted(tmp_path / "s") == Counter([USA, FRA, DEU])


def test_a_table_written_again_in_another_order_under_another_name_adds_what_is_new(tmp_path):
    """Rows of one content within a table are events of their own; between tables they are not."""
    first = table(tmp_path / "week1.csv", USA, FRA, USA)
    again = table(tmp_path / "week2.csv", DEU, USA, USA, USA, FRA)
    ingest(tmp_path / "s", [first], source="mine", column_map=OWN)
    done = ingest(tmp_path / "s", [again], source="mine", column_map=OWN)
    assert (done.read, done.kept, done.duplicated) == (5, 2, 3)
    assert counted(tmp_path / "s") == Counter([USA] * 3 + [FRA, DEU])


def test_a_table_of_parquet_with_times_is_the_table_of_text(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    cells = [line.split(",") for line in (USA, FRA, USA)]
    columns = dict(zip(("day", "who", "whom", "code"), zip(*cells, strict=True), strict=True))
    days = [dt.datetime.fromisoformat(day) for day in columns.pop("day")]
    parquet.write_table(pa.table({"day": days, **columns}), tmp_path / "e.parquet")
    ingest(
        tmp_path / "s", [table(tmp_path / "e.csv", USA, FRA, USA)], source="mine", column_map=OWN
    )
    done = ingest(tmp_path / "s", [tmp_path / "e.parquet"], source="mine", column_map=OWN)
    assert (done.kept, done.duplicated) == (0, 3)


@pytest.mark.parametrize("dirt", ["", "2024-01-03,USA,RUS,042,too many fields"])
def test_rows_of_one_content_keep_their_lines(tmp_path, dirt):
    """Beside a line at fault too, where the file goes by way of a clean copy."""
    lines = [USA, FRA, *filter(None, [dirt]), USA, USA]
    path = table(tmp_path / "e.csv", *lines)
    with read_events(path, source="mine", column_map=OWN) as result:
        rows = result.events.project("source_row, actor, event_id, story").fetchall()
    assert {(row, actor) for row, actor, _, _ in rows} == {
        (n, line.split(",")[1]) for n, line in enumerate(lines, 2) if line != dirt
    }
    numbers = sorted((row, id.rpartition("-")[2]) for row, actor, id, _ in rows if actor == "USA")
    assert [n for _, n in numbers] == ["1", "2", "3"]
    assert all(id == f"mine:{story}" for _, _, id, story in rows)


def test_a_row_without_an_id_among_rows_with_one_is_known_by_its_content(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("n,day,who,whom,code\n7,2024-01-01,USA,RUS,042\n,2024-01-01,USA,RUS,042\n")
    ids = {**OWN, "event_id": "n"}
    with read_events(path, source="mine", column_map=ids) as result:
        found = [row[0] for row in result.events.project("event_id, source_row").fetchall()]
    assert found[0] == "mine:7"
    assert re.fullmatch(r"mine:[0-9a-f]{16}-1", found[1])


def test_what_is_only_the_place_of_a_row_tells_it_from_no_other(tmp_path):
    """A later release of the same row is a version of it: nothing new, but counted as such."""
    columns = {**OWN, "known_at": "known", "source_version": "v"}
    for version, known in (("1", "2024-02-01"), ("2", "2024-03-01")):
        path = tmp_path / f"{version}.csv"
        path.write_text(f"day,who,whom,code,known,v\n{USA},{known},{version}\n")
        done = ingest(tmp_path / "s", [path], source="mine", column_map=columns)
    assert (done.kept, done.duplicated) == (0, 1)
    assert events(tmp_path / "s", as_of=dt.date(2024, 2, 1)).fetchall()


@settings(max_examples=25, deadline=None)
@given(
    tables=st.lists(
        st.lists(st.sampled_from([USA, FRA, DEU]), min_size=1, max_size=6), min_size=1, max_size=4
    ),
    together=st.booleans(),
)
def test_each_content_counts_as_often_as_the_table_that_holds_it_most_often(tables, together):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = [table(root / f"{n}.csv", *rows) for n, rows in enumerate(tables)]
        for group in [paths] if together else [[path] for path in paths]:
            ingest(root / "s", group, source="mine", column_map=OWN)
        most = Counter()
        for rows in tables:
            most |= Counter(rows)
        assert counted(root / "s") == most


def test_text_beside_parquet_is_refused_with_both_names_and_what_to_do(tmp_path):
    import polars as pl

    row = dict(zip(OWN.values(), FRA.split(",")))
    pl.DataFrame([row]).write_parquet(tmp_path / "b.parquet")
    table(tmp_path / "a.csv", FRA)
    said = r"b\.parquet is Parquet or Arrow and a\.csv is text.*Read each kind by itself"
    with pytest.raises(DataError, match=said):
        read_events(tmp_path, source="mine", column_map=OWN)
