"""Tables of one's own with ids: a row that comes again, corrected, is one event."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demarche.record._merge as merge_module
from demarche.record.ingest import ingest
from demarche.record.manifest import store_hash
from demarche.record.store import connect, events, status
from demarche.show.cli import main
from tests.record.test_dedupe import KNOWN, LOOK, ROW, counted, spans, told
from tests.strategies import SEEDED

MAP = {
    "event_id": "id", "date": "date", "known_at": "known_at", "actor": "actor", "cameo": "root",
    "story": "story", "source_version": "version",
}  # fmt: skip
END = dt.date(2100, 1, 1)


def table(path, rows):
    """Rows as a table of one's own; what a row leaves out is empty."""
    lines = [",".join(MAP.values())]
    lines += [",".join(str(row.get(name, "")) for name in MAP.values()) for row in rows]
    path.write_text("".join(line + "\n" for line in lines))
    return path


def put(root, file, **more):
    return ingest(root, [file], source="mine", column_map=MAP, **more)


@settings(SEEDED, max_examples=25)
@given(
    rows=st.lists(
        ROW, min_size=1, max_size=12,
        unique_by=lambda r: (r["id"], r["known_at"], r["version"]),
    ),
    cut=st.integers(0, 12),
    sorts=st.booleans(),
)  # fmt: skip
def test_rows_of_own_ids_count_as_a_loop_counts_them(rows, cut, sorts):
    rows = [row | {"actor": row["actor"] or "BBB"} for row in rows]
    with tempfile.TemporaryDirectory() as there, pytest.MonkeyPatch.context() as patch:
        if sorts:
            patch.setattr(merge_module, "FEW", 0)
        root, whole = Path(there) / "s", Path(there) / "whole"
        for name, part in (("b", rows[cut:]), ("a", rows[:cut])):
            if part:
                put(root, table(Path(there) / name, part))
        ingest(whole, [p for p in Path(there).iterdir() if p.is_file()], source="mine",
               column_map=MAP)  # fmt: skip
        assert store_hash(root) == store_hash(whole)
        held = spans(rows, revised=True)
        with connect() as con:
            for day in ["2020-02-01", *KNOWN]:
                found = events(root, as_of=dt.date.fromisoformat(day), con=con)
                wanted = counted(held, day=day, revised=False)
                assert sorted(found.project(LOOK).fetchall()) == sorted(
                    told(row, source="mine") for row in wanted
                )


FIRST = [{"id": 7, "date": "2020-01-20", "actor": "USA", "root": "010"}, {"id": 8}]
FIRST = [FIRST[0] | row for row in FIRST]


@pytest.mark.parametrize("date", ["2020-01-03", "2020-01-20", "2020-03-03"])
@pytest.mark.parametrize("order", list(itertools.permutations(["a", "b", "c"])))
def test_a_later_release_corrects_an_event_whatever_its_days(tmp_path, date, order):
    """Days are assumed a week after the event, so that an older row may be known later."""
    files = {
        "a": (table(tmp_path / "a.csv", FIRST), None),
        "b": (table(tmp_path / "b.csv", [FIRST[0] | {"date": date, "root": "190"}]), "2"),
        "c": (table(tmp_path / "c.csv", [FIRST[0] | {"id": 9, "date": "2020-01-21"}]), None),
    }
    for name in order:
        file, version = files[name]
        put(tmp_path / "s", file, version=version)
    look = "event_id, CAST(date AS VARCHAR), cameo"
    found = events(tmp_path / "s", as_of=END).project(look).order("event_id").fetchall()
    assert found == [
        ("mine:7", date, "190"),
        ("mine:8", "2020-01-20", "010"),
        ("mine:9", "2020-01-21", "010"),
    ]
    at = {
        day: {row[1] for row in events(tmp_path / "s", as_of=dt.date.fromisoformat(day))
              .project(look).fetchall() if row[0] == "mine:7"}
        for day in ("2020-01-09", "2020-01-10", "2020-01-26", "2020-01-27", "2020-03-10")
    }  # fmt: skip
    days = list(at.values())
    assert (
        days
        == {
            "2020-01-03": [set(), {date}, {date}, {date}, {date}],
            "2020-01-20": [set(), set(), set(), {date}, {date}],
            "2020-03-03": [set(), set(), set(), {"2020-01-20"}, {date}],
        }[date]
    )
    rule = {"2020-01-03": "older release", "2020-01-20": "same day"}.get(date)
    assert status(tmp_path / "s").sources[0].duplicates == ({rule: 1} if rule else {})


@pytest.mark.parametrize("date", ["2020-01-03", "2020-01-20", "2020-03-03"])
def test_rows_of_one_id_of_which_none_is_said_to_be_later_count_once_and_are_told(
    tmp_path, capsys, date
):
    (tmp_path / "map.toml").write_text("".join(f'{k} = "{v}"\n' for k, v in MAP.items()))
    table(tmp_path / "a.csv", FIRST)
    table(tmp_path / "b.csv", [FIRST[0] | {"date": date, "root": "190"}])
    for name in ("a.csv", "b.csv"):
        words = ["--source", "mine", "--from", str(tmp_path / name), "--store", str(tmp_path / "s")]
        assert main(["record", "sync", *words, "--map", str(tmp_path / "map.toml")]) == 0
        said = capsys.readouterr().out
    assert "+0 rows that count, +1 duplicates" in said
    assert "undecided 1: rows of one id that differ" in said
    assert status(tmp_path / "s").sources[0].duplicates == {"undecided": 1}
    assert events(tmp_path / "s", as_of=END).shape[0] == 2


def test_a_month_is_merged_with_those_its_ids_moved_to_before(tmp_path):
    """A file of January alone must not forget that an event of it was moved to March."""
    put(tmp_path / "s", table(tmp_path / "a.csv", FIRST))
    moved = [FIRST[0] | {"date": "2020-03-03"}]
    put(tmp_path / "s", table(tmp_path / "b.csv", moved), version="2")
    other = [FIRST[0] | {"id": 10, "date": "2020-06-01"}, FIRST[0] | {"id": 11}]
    done = put(tmp_path / "s", table(tmp_path / "c.csv", other[:1]))
    assert done.months == ("2020-06",)
    done = put(tmp_path / "s", table(tmp_path / "d.csv", other[1:]))
    assert done.months == ("2020-01", "2020-03")
    found = events(tmp_path / "s", as_of=END).project("event_id, CAST(date AS VARCHAR)")
    assert ("mine:7", "2020-03-03") in found.fetchall()
    assert ("mine:7", "2020-01-20") not in found.fetchall()
    assert found.shape[0] == 4
