"""The store of events: what counts, from when, and that nothing else can change it."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError
from demarche.record.export import codebook, export
from demarche.record.ingest import ingest, raw_files
from demarche.record.manifest import read_manifest, store_hash
from demarche.record.rejects import rejected
from demarche.record.store import connect, coverage_rows, drop, events, status
from demarche.terms.events import EVENT_COLUMNS
from tests.record.small_events import read_small, write

END = dt.date(2100, 1, 1)


def put(root, *paths, source="small", **options):
    return ingest(root, list(paths), source=source, reader=read_small, **options)


def seen(root, as_of=END, columns="event_id, root", **options):
    return events(root, as_of=as_of, **options).project(columns).fetchall()


def test_rows_come_back_with_every_column_of_the_event_table(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1, "story": "x"}]))
    found = events(tmp_path / "s", as_of=END)
    assert found.columns == [column.name for column in EVENT_COLUMNS]
    assert [str(t) for t in found.types] == [
        {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}.get(
            c.type, "BOOLEAN"
        )
        for c in EVENT_COLUMNS
    ]


def test_an_empty_store_gives_the_same_columns_and_no_row(tmp_path):
    found = events(tmp_path / "s", as_of=END)
    assert found.columns == [column.name for column in EVENT_COLUMNS]
    assert found.fetchall() == []


def test_the_same_file_twice_is_once(tmp_path):
    rows = [{"id": n, "date": f"2020-0{n}-01"} for n in (1, 2, 3)]
    file = write(tmp_path / "a.txt", rows)
    copy = Path(shutil.copy(file, tmp_path / "copy.txt"))
    first = put(tmp_path / "s", file)
    before = store_hash(tmp_path / "s")
    again = put(tmp_path / "s", file, copy)
    assert (first.files, first.kept, first.months) == (1, 3, ("2020-01", "2020-02", "2020-03"))
    assert (again.files, again.known, again.kept, again.read) == (0, 2, 0, 0)
    assert store_hash(tmp_path / "s") == before


def test_the_same_events_in_another_file_are_duplicates(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}, {"id": 2}]))
    done = put(tmp_path / "s", write(tmp_path / "b.txt", [{"id": 2}, {"id": 1}, {"id": 3}]))
    assert (done.kept, done.duplicated) == (1, 2)
    assert status(tmp_path / "s").sources[0].duplicates == {"whole row": 2}


def test_whole_duplicated_rows_count_once(tmp_path):
    done = put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}, {"id": 1}, {"id": 1}]))
    assert (done.kept, done.duplicated) == (1, 2)


def test_an_id_used_again_on_another_day_is_another_event(tmp_path):
    rows = [{"id": 1, "date": "2020-01-05"}, {"id": 1, "date": "2020-01-06"}]
    assert put(tmp_path / "s", write(tmp_path / "a.txt", rows)).kept == 2


def test_one_story_has_one_vote_and_the_first_known_keeps_it(tmp_path):
    rows = [
        {"id": 5, "story": "s", "known_at": "2020-01-07"},
        {"id": 7, "story": "s", "known_at": "2020-01-06"},
        {"id": 6, "story": "s", "known_at": "2020-01-06"},
        {"id": 8, "story": "s", "root": "19"},
        {"id": 9, "story": "s", "actor": "CCC"},
        {"id": 1, "story": "", "known_at": "2020-01-06"},
        {"id": 2, "story": "", "known_at": "2020-01-06"},
    ]
    done = put(tmp_path / "s", write(tmp_path / "a.txt", rows))
    ids = {row[0] for row in seen(tmp_path / "s")}
    assert ids == {"small:6", "small:8", "small:9", "small:1", "small:2"}
    assert done.duplicated == 2
    part = read_manifest(tmp_path / "s").sources["small"].months["2020-01"].duplicates
    con = connect()
    aside = con.execute(
        "SELECT event_id, rule, kept_id FROM read_parquet(?) ORDER BY 1",
        [str(tmp_path / "s" / part.path)],
    ).fetchall()
    assert aside == [("small:5", "one story", "small:6"), ("small:7", "one story", "small:6")]


def test_a_revision_is_seen_from_the_day_it_was_known(tmp_path):
    rows = [
        {"id": 1, "date": "2020-01-05", "known_at": "2020-01-06", "root": "14"},
        {"id": 1, "date": "2020-02-05", "known_at": "2020-03-01", "root": "18"},
        {"id": 1, "date": "2020-02-05", "known_at": "2020-04-01", "root": "18"},
    ]
    put(tmp_path / "s", write(tmp_path / "a.txt", rows), source="acled")
    look = "event_id, CAST(date AS VARCHAR), root, CAST(known_at AS VARCHAR)"
    at = {
        day: seen(tmp_path / "s", as_of=dt.date.fromisoformat(day), columns=look)
        for day in ("2020-01-05", "2020-01-06", "2020-02-29", "2020-03-01", "2020-05-01")
    }
    old = [("acled:1", "2020-01-05", "14", "2020-01-06")]
    new = [("acled:1", "2020-02-05", "18", "2020-03-01")]
    assert at == {
        "2020-01-05": [],
        "2020-01-06": old,
        "2020-02-29": old,
        "2020-03-01": new,
        "2020-05-01": new,
    }
    assert status(tmp_path / "s").sources[0].duplicates == {"unchanged": 1}


def test_two_versions_known_on_one_day_leave_the_newer_release(tmp_path):
    rows = [{"id": 1, "root": "14", "version": "24.1"}, {"id": 1, "root": "18", "version": "25.1"}]
    put(tmp_path / "s", write(tmp_path / "a.txt", rows), source="ucdp_ged")
    assert seen(tmp_path / "s") == [("ucdp_ged:1", "18")]
    assert status(tmp_path / "s").sources[0].duplicates == {"same day": 1}


@pytest.mark.parametrize("events_first", [True, False])
def test_a_withdrawn_event_is_seen_until_it_was_withdrawn(tmp_path, events_first):
    real = write(tmp_path / "a.txt", [{"id": 1, "known_at": "2020-01-06"}, {"id": 2}])
    gone = write(tmp_path / "gone.txt", [{"id": 1, "deleted_at": "2020-03-01"}])
    steps = [(real, "acled"), (gone, "acled_deleted")]
    for file, source in steps if events_first else steps[::-1]:
        done = put(tmp_path / "s", file, source=source)
        assert done.withdrawn == (source == "acled_deleted")
    before, after = dt.date(2020, 2, 29), dt.date(2020, 3, 1)
    both = [("acled:1", None), ("acled:2", None)]
    assert seen(tmp_path / "s", as_of=before, columns="event_id, deleted_at") == both
    assert seen(tmp_path / "s", as_of=after, columns="event_id, deleted_at") == both[1:]


def test_withdrawals_of_another_period_leave_nothing_to_withdraw(tmp_path):
    gone = write(tmp_path / "gone.txt", [{"id": 1, "deleted_at": "2020-03-01"}])
    done = put(tmp_path / "s", gone, source="acled_deleted", start=dt.date(2021, 1, 1))
    assert (done.outside, done.withdrawn) == (1, 0)
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]), source="acled")
    assert seen(tmp_path / "s", columns="event_id, deleted_at") == [("acled:1", None)]


def test_a_story_passes_to_the_next_row_when_the_first_is_revised_away(tmp_path):
    rows = [
        {"id": 1, "story": "s", "root": "14", "known_at": "2020-01-06"},
        {"id": 2, "story": "s", "root": "14", "known_at": "2020-01-07"},
        {"id": 1, "story": "s", "root": "05", "known_at": "2020-02-01"},
    ]
    put(tmp_path / "s", write(tmp_path / "a.txt", rows))
    assert seen(tmp_path / "s", as_of=dt.date(2020, 1, 31)) == [("small:1", "14")]
    assert seen(tmp_path / "s") == [("small:1", "05"), ("small:2", "14")]


ROW = st.fixed_dictionaries(
    {
        "id": st.integers(1, 4),
        "date": st.sampled_from(["2020-01-05", "2020-01-06", "2020-02-01"]),
        "known_at": st.sampled_from(["2020-02-02", "2020-02-03", "2020-02-04"]),
        "actor": st.sampled_from(["AAA", ""]),
        "root": st.sampled_from(["14", "19"]),
        "story": st.sampled_from(["s", "t", ""]),
        "version": st.sampled_from(["1", "2", ""]),
    }
)


@settings(max_examples=8, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=12), data=st.data())
def test_row33_no_result_depends_on_order_files_or_batches(rows, data):
    """formats.md section 16, lines 11 and 12: order, and kept + set aside = read."""
    source = data.draw(st.sampled_from(["small", "acled"]))
    files = [rows[0::2], rows[1::2]] if len(rows) > 1 else [rows]
    order = data.draw(st.permutations(range(len(files))))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        paths = [
            write(base / "in" / f"{n}.txt", [{"line": f"# {n}"}, *part])
            for n, part in enumerate(files)
        ]
        put(base / "once", *paths, source=source)
        put(base / "batches", *paths, source=source, batch_bytes=1, threads=1)
        for n in order:
            put(base / "steps", paths[n], source=source)
        hashes = {store_hash(base / name) for name in ("once", "batches", "steps")}
        assert len(hashes) == 1
        held = status(base / "steps").sources[0]
        assert held.kept + held.duplicated == held.read == len(rows)


@settings(max_examples=8, deadline=None)
@given(rows=st.lists(ROW, min_size=2, max_size=12), cut=st.integers(2, 4))
def test_row10_rows_known_later_change_nothing_as_of_a_day(rows, cut):
    """design.md section 5: a read as of t is the same whatever becomes known after t."""
    day = dt.date(2020, 2, cut)
    early = [row for row in rows if row["known_at"] <= day.isoformat()]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for source in ("small", "acled"):
            every = "* EXCLUDE (source_file, source_row)"
            put(base / "all", write(base / "in/all.txt", rows), source=source)
            found = seen(base / "all", as_of=day, columns=every, source=source)
            if not early:
                assert found == []
                continue
            put(base / "early", write(base / "in/early.txt", early), source=source)
            assert found == seen(base / "early", as_of=day, columns=every, source=source)


def test_bytes_do_not_depend_on_threads(tmp_path):
    (tmp_path / "in").mkdir()
    con = connect()
    con.execute("CREATE TABLE t AS SELECT range AS n FROM range(150000)")
    con.execute(
        f"""COPY (SELECT (n * 7919 % 200003) AS id, DATE '2020-01-01' + (n % 28)::INT AS date,
        DATE '2020-02-01' AS known_at, 'AAA', 'BBB', '14', n // 3, NULL, NULL, NULL FROM t)
        TO '{tmp_path / "in" / "a.txt"}' (DELIMITER '|', HEADER false)"""
    )
    hashes = set()
    for threads in (1, 2, 4):
        root = tmp_path / f"s{threads}"
        ingest(root, [tmp_path / "in"], source="small", reader=_fast, threads=threads)
        hashes.add(store_hash(root))
    assert len(hashes) == 1


def _fast(paths, *, source, con):
    """The tiny format, read by DuckDB itself."""
    found = read_small([], source=source, con=con)
    con.execute(
        f"INSERT INTO _small SELECT 'a.txt', row_number() OVER (), string_split(line, '|') "
        f"FROM read_csv('{paths[0]}', columns = {{'line': 'VARCHAR'}}, delim = '\x01', "
        "header = false, quote = '', escape = '', auto_detect = false)"
    )
    found.lines = found.read = 150_000
    found.files = ("a.txt",)
    return found


def test_rows_outside_the_period_are_counted_and_come_with_a_wider_one(tmp_path):
    days = ("2020-01-05", "2020-02-05", "2020-03-05")
    file = write(tmp_path / "a.txt", [{"id": d[6], "date": d} for d in days])
    start, end = dt.date(2020, 2, 1), dt.date(2020, 2, 28)
    done = put(tmp_path / "s", file, start=start, end=end)
    assert (done.read, done.outside, done.kept) == (3, 2, 1)
    assert put(tmp_path / "s", file, start=start, end=end).known == 1
    wider = put(tmp_path / "s", file)
    assert (wider.kept, wider.duplicated) == (2, 1)
    assert [row[2] for row in coverage_rows(tmp_path / "s")] == [1, 1, 1]


@pytest.mark.parametrize("first", ["start", "end"])
def test_a_period_that_begins_on_a_day_is_not_one_that_ends_there(tmp_path, first):
    days = ("2020-01-05", "2020-02-05", "2020-03-05")
    file = write(tmp_path / "a.txt", [{"id": d[6], "date": d} for d in days])
    day, second = dt.date(2020, 2, 5), {"start": "end", "end": "start"}[first]
    assert put(tmp_path / "s", file, **{first: day}).kept == 2
    rest = put(tmp_path / "s", file, **{second: day})
    assert (rest.known, rest.kept) == (0, 1)


def test_rejects_keep_place_reason_and_line(tmp_path):
    file = write(
        tmp_path / "a.txt", [{"id": 1}, {"line": "2|no day"}, {"id": 3, "date": "2020-02-30"}]
    )
    done = put(tmp_path / "s", file)
    assert (done.lines, done.read, done.rejected, done.reasons) == (3, 1, 2, {"no date": 2})
    rows, total = rejected(tmp_path / "s", limit=1)
    assert total == 2
    assert rows == [
        {
            "source": "small",
            "source_file": "a.txt",
            "source_row": 2,
            "column": "date",
            "reason": "no date",
            "value": "2|no day",
        }
    ]


def test_a_file_of_rejects_alone_is_an_error_and_changes_nothing(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]))
    before = store_hash(tmp_path / "s")
    with pytest.raises(DataError, match=r"none of 2 lines is a row of small.*2 no date"):
        put(tmp_path / "s", write(tmp_path / "b.txt", [{"line": "x"}, {"line": "y"}]))
    assert store_hash(tmp_path / "s") == before
    assert not (tmp_path / "s" / "tmp").exists()


def test_paths_that_are_not_there_or_empty_are_named(tmp_path):
    with pytest.raises(DataError, match="neither a file nor a folder"):
        raw_files([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no file"):
        raw_files([tmp_path / "empty"])
    with pytest.raises(DataError, match="no file was named"):
        raw_files([])


def test_a_source_that_is_not_held_is_named_with_the_nearest(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]))
    with pytest.raises(DataError, match=r"holds nothing of 'smal'.*Did you mean 'small'"):
        events(tmp_path / "s", as_of=END, source="smal")
    with pytest.raises(DataError, match="as_of must be a date"):
        events(tmp_path / "s", as_of="2020-01-01")


def test_drop_forgets_one_source_and_its_files(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}, {"line": "x"}]))
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]), source="other")
    assert drop(tmp_path / "s", source="small").kept == 1
    assert [s.source for s in status(tmp_path / "s").sources] == ["other"]
    assert [p for p in (tmp_path / "s").rglob("*.parquet") if "small" in str(p)] == []
    with pytest.raises(DataError, match="holds nothing of 'small'"):
        drop(tmp_path / "s", source="small")


def test_a_manifest_of_another_format_or_damaged_is_refused(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]))
    manifest = tmp_path / "s" / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace('"format": 1', '"format": 99'))
    with pytest.raises(DataError, match="of format 99, expected 1"):
        status(tmp_path / "s")
    manifest.write_text(text[: len(text) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        status(tmp_path / "s")


def test_row32_what_is_exported_as_csv_can_be_told_apart_and_read_back(tmp_path):
    names = ["=x", "'=x", "''-x", "'x", "x=", "@"]
    put(
        tmp_path / "s",
        write(tmp_path / "a.txt", [{"id": n, "actor": x} for n, x in enumerate(names)]),
    )
    done = export(tmp_path / "s", tmp_path / "out", as_of=dt.date(2021, 1, 1), form="csv")
    assert done.escaped == 4
    with (tmp_path / "out" / "events.csv").open(newline="") as file:
        cells = [row["actor"] for row in csv.DictReader(file)]
    assert cells == ["'=x", "''=x", "'''-x", "'x", "x=", "'@"]
    back = [cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell for cell in cells]
    assert back == names


def test_row32_export_keeps_formulas_from_running(tmp_path):
    rows = [{"id": 1, "actor": "=1+1"}, {"id": 2, "actor": "-x", "root": "02"}, {"id": 3}]
    put(tmp_path / "s", write(tmp_path / "a.txt", rows))
    done = export(tmp_path / "s", tmp_path / "out", as_of=END, form="csv")
    assert (done.rows, done.escaped) == (3, 2)
    assert done.files == ("citations.bib", "codebook.csv", "events.csv")
    text = (tmp_path / "out" / "events.csv").read_text(encoding="utf-8")
    assert "'=1+1" in text and "'-x" in text and ",02," in text
    names = [line.split(",")[0] for line in codebook().splitlines()[1:]]
    assert names == text.splitlines()[0].split(",")
    whole = export(tmp_path / "s", tmp_path / "out2", as_of=END)
    read = connect().read_parquet(str(tmp_path / "out2" / "events.parquet"))
    assert whole.rows == 3 and ("=1+1",) in read.project("actor").fetchall()


def test_export_writes_nothing_over_and_nothing_empty(tmp_path):
    put(tmp_path / "s", write(tmp_path / "a.txt", [{"id": 1}]))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(DataError, match="exists and is not overwritten"):
        export(tmp_path / "s", tmp_path / "out", as_of=END)
    with pytest.raises(DataError, match="holds no such event as of 1999-01-01"):
        export(tmp_path / "s", tmp_path / "new", as_of=dt.date(1999, 1, 1))
    assert not (tmp_path / "new").exists()
