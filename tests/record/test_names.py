"""Benchmarks of numbers: the names that the store keeps for files that come without them."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.manifest import read_manifest, sweep
from demarche.record.store import drop, events

END = dt.date(2100, 1, 1)


def folder(path, *, entities="India\t0\nJapan\t1\n", lists=True, **splits):
    path.mkdir(parents=True)
    if lists:
        (path / "entity2id.txt").write_text(entities)
        (path / "relation2id.txt").write_text("Make_statement\t0\nUse_conventional_force\t1\n")
    for name, text in splits.items():
        (path / f"{name}.txt").write_text(text)
    return path


def pairs(root):
    return events(root, as_of=END).project("actor, recipient, date").fetchall()


def put(root, *paths, **options):
    return ingest(root, list(paths), source="icews14", **options)


@pytest.fixture
def store(tmp_path):
    put(tmp_path / "s", folder(tmp_path / "one", train="0\t0\t1\t0\t0\n"))
    return tmp_path / "s"


def test_a_later_file_without_lists_is_read_with_those_of_the_first_sync(store, tmp_path):
    late = folder(tmp_path / "two", lists=False, test="1\t0\t0\t24\t0\n")
    assert put(store, late / "test.txt").read == 1
    assert pairs(store) == [
        ("IND", "JPN", dt.date(2014, 1, 1)),
        ("JPN", "IND", dt.date(2014, 1, 2)),
    ]
    parts = read_manifest(store).sources["icews14"].names
    assert [(store / part.path).read_text()[:5] for part in parts] == ["India", "Make_"]
    sweep(store, read_manifest(store))
    assert all((store / part.path).is_file() for part in parts)


def test_longer_lists_replace_those_that_were_kept(store, tmp_path):
    more = folder(tmp_path / "two", entities="India\t0\nJapan\t1\nNepal\t2\n", valid="2 0 0 0\n")
    put(store, more)
    late = folder(tmp_path / "three", lists=False, test="2\t0\t1\t48\t0\n")
    put(store, late)
    assert ("NPL", "JPN", dt.date(2014, 1, 3)) in pairs(store)
    assert len(list((store / "names").rglob("entity2id-*.txt"))) == 1


def test_lists_that_give_a_number_another_name_are_refused_and_nothing_changes(store, tmp_path):
    before = (store / "manifest.json").read_bytes()
    other = folder(tmp_path / "two", entities="India\t0\nChina\t1\n", test="0 0 1 24\n")
    with pytest.raises(DataError, match=r"number 1 of entities is 'Japan' .*'China'.*--store"):
        put(store, other)
    assert (store / "manifest.json").read_bytes() == before


def test_a_first_file_without_lists_says_what_to_do(tmp_path):
    lone = folder(tmp_path / "one", lists=False, train="0 0 1 0\n")
    with pytest.raises(DataError, match=r"holds no entity2id\.txt.*Put entity2id\.txt and rel"):
        put(tmp_path / "s", lone)


def test_dropping_the_benchmark_forgets_its_names(store):
    drop(store, source="icews14")
    assert list((store / "names").rglob("*.txt")) == []


def test_the_day_zero_of_other_quadruples_is_given(tmp_path):
    one = folder(tmp_path / "one", train="0\t0\t1\t24\t0\n")
    with pytest.raises(DataError, match="--day-zero"):
        ingest(tmp_path / "s", [one], source="quadruples")
    ingest(tmp_path / "s", [one], source="quadruples", day_zero=dt.date(2001, 5, 1))
    assert pairs(tmp_path / "s") == [("IND", "JPN", dt.date(2001, 5, 2))]
