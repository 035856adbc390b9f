"""Daily counts: a brute-force oracle, any order, any engine here, and nothing from the future."""

from __future__ import annotations

import collections
import datetime as dt
import shutil
import tempfile
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, MethodError
from demarche.record.count_reads import read_counts, sort_order
from demarche.record.counts import (
    ROW_GROUP,
    MonthEvents,
    build_counts,
    count_schema,
    count_store,
    daily_counts,
    write_counts,
)
from demarche.record.encoded import encode_counts
from demarche.record.ingest import ingest
from demarche.record.store import connect, counted
from demarche.record.synthetic import made_world, simulate
from demarche.record.synthetic_files import event_schema, write_events
from demarche.terms.events import COUNT_COLUMNS
from tests.record.small_events import read_small, write
from tests.strategies import SEEDED

DAY = dt.date(2020, 1, 1)
END = dt.date(2100, 1, 1)


def days(low=0, high=20):
    return st.integers(low, high).map(lambda k: DAY + dt.timedelta(days=k))


WORDS = st.sampled_from([None, "XAA", "XAB", "Ünïön"])
ROW = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["one", "two"]),
        "date": days(),
        "known_at": days(),
        "deleted_at": st.none() | days(15, 30),
        "actor": WORDS,
        "actor_name": st.sampled_from(["Aleph", None]),
        "actor_country": st.sampled_from([None, "XAA"]),
        "actor_sector": st.sampled_from([None, "military"]),
        "recipient": WORDS,
        "recipient_name": st.sampled_from(["Beth", "Gimel"]),
        "recipient_sector": st.sampled_from([None, "police"]),
        "event": st.sampled_from([None, "ASSAULT"]),
        "cameo": st.sampled_from(["190", None]),
        "root": st.sampled_from(["19", "14", None]),
        "quad_code": st.sampled_from([4, None]),
        "directed": st.booleans(),
    }
)


def table_of(rows, schema=None):
    schema = event_schema() if schema is None else schema
    full = [
        {name: row.get(name) for name in schema.names} | {"event_id": f"x:{k}", "source_row": k}
        for k, row in enumerate(rows)
    ]
    loose = pa.schema([field.with_nullable(True) for field in schema])
    return pa.Table.from_pylist(full, schema=loose)


def oracle(rows, unit="actor", sectors=True):
    """Counts by a plain loop."""
    found = collections.Counter()
    for row in rows:

        def key(known, row=row):
            values = {**row, "known_at": known}
            if unit == "name":
                values["actor"], values["recipient"] = row["actor_name"], row["recipient_name"]
            if not sectors:
                values["actor_sector"] = values["recipient_sector"] = None
            return tuple(values.get(c) for c in COUNT_COLUMNS[:-1])

        since, until = row["known_at"], row.get("deleted_at")
        if "counted_from" in row:
            since, until = row["counted_from"], row["counted_until"]
        found[key(since)] += 1
        if until is not None:
            found[key(max(since, until))] -= 1
    return {key: n for key, n in found.items() if n}


def as_dict(table):
    rows = [tuple(row.values()) for row in table.select(list(COUNT_COLUMNS)).to_pylist()]
    assert len({row[:-1] for row in rows}) == len(rows), "a key comes twice"
    return {row[:-1]: row[-1] for row in rows}


@settings(SEEDED, max_examples=30)
@given(rows=st.lists(ROW, max_size=12), unit=st.sampled_from(["actor", "name"]), cut=st.booleans())
def test_counts_are_those_of_a_plain_loop_on_polars_and_duckdb(rows, unit, cut):
    rows = [*rows, *rows[:4]]
    table = table_of(rows)
    expected = oracle(rows, unit=unit, sectors=cut)
    lazy = nw.from_native(pl.from_arrow(table).lazy())
    found = daily_counts(lazy, unit=unit, sectors=cut).collect().to_arrow()
    assert as_dict(found) == expected
    con = connect()
    relation = nw.from_native(con.from_arrow(table))
    found = daily_counts(relation, unit=unit, sectors=cut).to_native().to_arrow_table()
    assert as_dict(found) == expected
    con.close()


@settings(SEEDED, max_examples=30)
@given(rows=st.lists(ROW, min_size=1, max_size=12), data=st.data())
def test_bytes_depend_on_neither_order_nor_files(rows, data):
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        pq.write_table(table_of(rows), folder / "one.parquet")
        pq.write_table(table_of(shuffled[:cut]), folder / "a.parquet")
        pq.write_table(table_of(shuffled[cut:]), folder / "b.parquet")
        made = []
        for name, files, threads in (("x", ["one"], 1), ("y", ["b", "a"], 4)):
            month = MonthEvents(
                source="s",
                month="2020-01",
                paths=tuple(folder / f"{f}.parquet" for f in files),
            )
            made += build_counts([month], folder / name, threads=threads)
        assert made[0].path.read_bytes() == made[1].path.read_bytes()
        table = pq.read_table(made[0].path)
        assert table.schema.equals(count_schema())
        assert as_dict(table) == oracle(rows)


@settings(SEEDED, max_examples=30)
@given(rows=st.lists(ROW, min_size=1, max_size=15), as_of=days(0, 31), later=st.lists(ROW))
def test_rows_known_later_change_nothing_as_of_a_day(rows, as_of, later):
    """The leak test: what is known after `as_of`, deletions included, cannot be seen."""
    past = [
        {**row, "deleted_at": d if (d := row["deleted_at"]) is not None and d <= as_of else None}
        for row in rows
        if row["known_at"] <= as_of
    ]
    future = [{**row, "known_at": as_of + dt.timedelta(days=1)} for row in later]
    seen = []
    with tempfile.TemporaryDirectory() as there:
        for name, chosen in (("past", past), ("all", [*rows, *future])):
            path = Path(there) / f"{name}.parquet"
            pq.write_table(table_of(chosen), path)
            month = MonthEvents(source="s", month="2020-01", paths=(path,))
            (file,) = build_counts([month], Path(there) / name)
            seen.append(read_counts([file.path], as_of=as_of))
    assert seen[0].labels == seen[1].labels
    for column in COUNT_COLUMNS:
        assert (seen[0].columns[column] == seen[1].columns[column]).all(), column
    gone = sum(
        d is not None and max(d, r["known_at"]) <= as_of
        for r in rows
        if r["known_at"] <= as_of and (d := r["deleted_at"]) is not None
    )
    assert seen[0].columns["n"].sum() == sum(r["known_at"] <= as_of for r in rows) - gone
    assert (seen[0].columns["n"] > 0).all()


def test_rows_of_a_store_count_from_when_until_when_it_says():
    schema = event_schema()
    for name in ("counted_from", "counted_until"):
        schema = schema.append(pa.field(name, pa.date32()))
    base = {"source": "s", "date": DAY, "known_at": DAY, "actor": "XAA", "directed": True}
    later = DAY + dt.timedelta(days=9)
    rows = [
        {**base, "counted_from": DAY, "counted_until": later},
        {**base, "counted_from": later, "counted_until": None},
    ]
    frame = nw.from_native(pl.from_arrow(table_of(rows, schema)).lazy())
    # the second replaces the first on the same day: nothing changes in the counts
    assert as_dict(daily_counts(frame).collect().to_arrow()) == oracle(
        [{**base, **rows[0], "counted_until": None}]
    )


def made_counts(folder, **options):
    world = made_world(days=90, lag_shares=(0.7, 0.3), **options)
    files = write_events(world, folder / "events", rows=8000, seed=3)
    months = [
        MonthEvents(source="synthetic", month=f.month, paths=(f.path,), key=f"{f.rows:016d}")
        for f in files
    ]
    return world, months, build_counts(months, folder / "counts")


def test_synthetic_files_come_back_as_the_simulated_counts(tmp_path):
    world, _, files = made_counts(tmp_path)
    run = simulate(world.scaled(8000 / (90 * world.stationary().sum())), seed=3)
    read = read_counts([f.path for f in files], as_of=END, source="synthetic")
    assert read.columns["n"].sum() == run.n.sum()
    assert len(read) == len(run.n)
    assert sorted(read.columns["n"]) == sorted(run.n)
    encoded = encode_counts([f.path for f in files], source="synthetic", unit="actor")
    assert encoded.count.sum() == run.n.sum()
    assert not encoded.left_out
    keys = [encoded.actor, encoded.recipient, encoded.day, encoded.code, encoded.known]
    assert (np.lexsort(keys[::-1]) == np.arange(len(encoded.day))).all()
    for who in ({"actor": 1}, {"recipient": 0}, {"actor": 1, "recipient": 0}):
        wanted = np.ones(len(encoded.day), dtype=bool)
        for name, at in who.items():
            wanted &= getattr(encoded, name) == at
        assert (encoded.rows_of(**who) == np.flatnonzero(wanted)).all()
    with pytest.raises(MethodError, match="nobody"):
        encoded.rows_of()


def test_only_changed_months_are_counted_again(tmp_path):
    _, months, files = made_counts(tmp_path)
    assert all(file.made for file in files)
    changed = [months[0], MonthEvents(**{**fields(months[1]), "key": "f" * 16}), *months[2:]]
    again = build_counts(changed, tmp_path / "counts")
    assert [file.made for file in again] == [False, True, *(False for _ in months[2:])]
    assert again[1].path != files[1].path
    assert again[1].path.read_bytes() == files[1].path.read_bytes()


def test_a_month_without_a_key_is_counted_each_time(tmp_path):
    """Nothing says whether its events are those of the file that is there."""
    _, months, _ = made_counts(tmp_path)
    plain = [MonthEvents(**{**fields(month), "key": ""}) for month in months[:2]]
    for _ in range(2):
        assert [file.made for file in build_counts(plain, tmp_path / "plain")] == [True, True]


def fields(month):
    return {name: getattr(month, name) for name in ("source", "month", "paths", "key")}


def test_reads_choose_actors_classes_and_days(tmp_path):
    _, _, files = made_counts(tmp_path, actors=5)
    paths = [f.path for f in files]
    whole = read_counts(paths, as_of=END)
    actor, recipient = whole.text("actor"), whole.text("recipient")
    n = whole.columns["n"]
    two = {"XAA", "XAB"}
    by, to = np.isin(actor, list(two)), np.isin(recipient, list(two))
    for match, rows in (("either", by | to), ("both", by & to), ("actor", by), ("recipient", to)):
        read = read_counts(paths, as_of=END, actors=two, match=match)
        assert read.columns["n"].sum() == n[rows].sum()
    read = read_counts(paths, as_of=END, classes=["14"], columns=["actor", "recipient", "root"])
    assert read.labels["root"] == ("14",)
    assert len(read) == 20
    assert read.columns["n"].sum() == n[whole.text("root") == "14"].sum()
    first, last = dt.date(2015, 1, 20), dt.date(2015, 2, 10)
    read = read_counts(paths, as_of=END, start=first, end=last, columns=["date"])
    assert (read.columns["date"].min(), read.columns["date"].max()) == (
        np.datetime64(first),
        np.datetime64(last),
    )
    assert len(read) == 22


@pytest.mark.parametrize("wide", [1, 400_000, 2**40])
def test_rows_are_ordered_as_by_every_column_in_turn(wide):
    """Packed into one number where the columns fit, alone or with the row, else one by one."""
    rng = np.random.default_rng(1)
    columns = [rng.integers(-3, 3, 500) * wide for _ in range(3)]
    assert (sort_order(columns) == np.lexsort(columns[::-1])).all()
    assert len(sort_order([np.zeros(0, dtype=int)])) == 0


def test_counts_do_not_depend_on_the_memory_given(tmp_path):
    """The same bytes when grouping and sorting must spill."""
    world = made_world(actors=60, days=31, rate_shape=1.0)
    (file,) = write_events(world, tmp_path / "events", rows=600_000, seed=1)
    month = MonthEvents(source="s", month=file.month, paths=(file.path,))
    (roomy,) = build_counts([month], tmp_path / "roomy")
    (tight,) = build_counts([month], tmp_path / "tight", memory_limit="120MB", threads=1)
    assert tight.path.read_bytes() == roomy.path.read_bytes()
    assert not list((tmp_path / "tight").glob(".spill*"))
    held = pq.read_metadata(tight.path)
    groups = [held.row_group(k).num_rows for k in range(held.num_row_groups)]
    assert len(groups) > 2
    assert set(groups[:-1]) == {ROW_GROUP}


def test_the_counts_of_a_store_follow_its_events(tmp_path):
    root = tmp_path / "store"

    def put(name, rows):
        ingest(root, [write(tmp_path / name, rows)], source="small", reader=read_small)

    put("a", [{"id": k, "date": f"2020-0{k}-01"} for k in (1, 2, 3)])
    assert not counted(root)
    first = count_store(root)
    assert {file.unit for file in first} == {"actor", "name"}
    assert len(first) == 6
    assert all(file.made for file in first)
    assert {name: held.rows for name, held in counted(root).items()} == {"small": 3}
    assert not any(file.made for file in count_store(root))
    put("b", [{"id": 9, "date": "2020-02-09"}])
    assert not counted(root), "stale counts are not named"
    again = count_store(root)
    assert [file.month for file in again if file.made] == ["2020-02", "2020-02"]
    held = set((root / "counts").rglob("*.parquet"))
    assert held == {file.path for file in again}, "files of events that are gone are removed"
    read = read_counts(counted(root)["small"].paths("actor"), as_of=END)
    assert read.columns["n"].sum() == 4


def test_units_that_were_not_counted_before_are_named_once_they_are(tmp_path):
    root = tmp_path / "store"
    ingest(root, [write(tmp_path / "a", [{"id": 1}])], source="small", reader=read_small)
    for units in (("actor",), ("actor", "name"), ("name",)):
        count_store(root, units=units)
        for unit in ("actor", "name"):
            named = counted(root)["small"].paths(unit)
            assert len(named) == (unit in units)
            assert all(path.is_file() for path in named)


def test_withdrawn_events_of_a_store_are_counted_until_they_were(tmp_path):
    root = tmp_path / "store"
    real = write(tmp_path / "a", [{"id": 1, "known_at": "2020-01-06"}, {"id": 2}])
    gone = write(tmp_path / "b", [{"id": 1, "deleted_at": "2020-01-20"}])
    for file, source in ((real, "acled"), (gone, "acled_deleted")):
        ingest(root, [file], source=source, reader=read_small)
    count_store(root, units=("actor",))
    paths = counted(root)["acled"].paths("actor")
    seen = [
        read_counts(paths, as_of=dt.date(2020, 1, day)).columns["n"].tolist()
        for day in (4, 5, 6, 19, 20)
    ]
    assert seen == [[], [1], [1, 1], [1, 1], [1]]


def test_reads_choose_plover_types_of_rows_without_a_root_and_sources(tmp_path):
    plain = dict.fromkeys(COUNT_COLUMNS) | {
        "source": "s", "date": DAY, "known_at": DAY, "actor": "B", "event": "ASSAULT", "n": 1,
    }  # fmt: skip
    rows = [
        plain | {"root": "19", "quad_code": 4, "directed": True},
        plain | {"actor": None, "n": 2},
        plain | {"actor": "A", "source": "t", "n": 4},
    ]
    path = tmp_path / "counts.parquet"
    write_counts(pa.Table.from_pylist(rows, count_schema()), path)

    def read(**more):
        found = read_counts([path], as_of=END, columns=["actor", "quad_code", "directed"], **more)
        assert found.labels["actor"] == tuple(sorted({*found.text("actor")} - {""}))
        numbers = (found.columns[name].tolist() for name in ("quad_code", "directed", "n"))
        return sorted(zip(found.text("actor").tolist(), *numbers, strict=True))

    assert read() == [("", 0, False, 2), ("A", 0, False, 4), ("B", 4, True, 1)]
    assert read(classes=["ASSAULT"]) == [("", 0, False, 2), ("A", 0, False, 4)]
    assert read(classes=["19"]) == [("B", 4, True, 1)]
    assert read(source="t") == [("A", 0, False, 4)]
    assert read(start=DAY, end=DAY) == read()
    assert read(end=DAY - dt.timedelta(days=1)) == []


def test_what_was_withdrawn_is_taken_off_what_was_known_first(tmp_path):
    """Of five acts of one day, two known at once and three on day 4, one or three are withdrawn."""
    plain = dict.fromkeys(COUNT_COLUMNS) | {"source": "s", "date": DAY, "actor": "A", "n": 2}

    def later(days, n):
        return plain | {"known_at": DAY + dt.timedelta(days=days), "n": n}

    def read(gone, columns=("date", "known_at")):
        rows = pa.Table.from_pylist([later(0, 2), later(4, 3), later(6, gone)], count_schema())
        write_counts(rows, tmp_path / "counts.parquet")
        found = read_counts([tmp_path / "counts.parquet"], as_of=END, columns=columns)
        known = found.columns.get("known_at")
        days = None if known is None else (known - np.datetime64(DAY)).astype(int).tolist()
        return days, found.columns["n"].tolist()

    assert read(-1) == ([0, 4], [1, 3])
    assert read(-3) == ([4], [2])
    assert read(-5) == ([], [])
    assert read(-3, columns=["date"]) == (None, [2])


def test_what_cannot_be_counted_is_refused(tmp_path):
    month = MonthEvents(source="s", month="2020-01", paths=(tmp_path / "none.parquet",))
    with pytest.raises(DataError, match="gone"):
        build_counts([month], tmp_path)
    with pytest.raises(MethodError, match=r"'sparc' is no engine. Did you mean 'spark'"):
        build_counts([month], tmp_path, engine="sparc")
    bad = tmp_path / "bad.parquet"
    bad.write_text("no parquet")
    with pytest.raises(DataError, match=r"bad.parquet cannot be read as Parquet"):
        build_counts([MonthEvents(source="s", month="2020-01", paths=(bad,))], tmp_path)
    frame = nw.from_native(pl.LazyFrame({"actor": ["XAA"]}))
    with pytest.raises(DataError, match=r"the events lack actor_country, .*root"):
        daily_counts(frame)
    with pytest.raises(DataError, match="'names' is no unit"):
        daily_counts(frame, unit="names")
    shutil.copy(bad, tmp_path / "counts.parquet")
    with pytest.raises(DataError, match="no daily counts to read"):
        read_counts([], as_of=DAY)
    with pytest.raises(DataError, match="as_of must be a date"):
        read_counts([bad], as_of="2020-01-01")
    with pytest.raises(DataError, match="'roots' is no column"):
        read_counts([bad], as_of=DAY, columns=["roots"])
    with pytest.raises(DataError, match="match is 'any'"):
        read_counts([bad], as_of=DAY, match="any")


def test_a_folder_named_like_an_address_is_a_folder(tmp_path, monkeypatch):
    """The rows were there, and the counts ended in a traceback of pyarrow."""
    monkeypatch.chdir(tmp_path)
    path = Path("s:1") / "counts.parquet"
    path.parent.mkdir()
    write_counts(pa.Table.from_pylist([], schema=count_schema()), path)
    assert pq.read_table(tmp_path / path).num_rows == 0
