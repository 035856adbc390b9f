"""A store takes no file for its own that it did not write, and knows when it lost its manifest."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.record.count_reads import read_counts
from demarche.record.counts import count_store
from demarche.record.doctor import doctor_report
from demarche.record.encoded import encode_counts, organ_counts
from demarche.record.ingest import ingest
from demarche.record.manifest import read_manifest, store_hash
from demarche.record.rejects import rejected
from demarche.record.store import counted, events, status
from tests.record.small_events import read_small, write

OURS = ("counts", "deleted", "duplicates", "events", "files", "names", "rejects", "tmp")


def put(root, *files):
    return ingest(root, list(files), source="small", reader=read_small)


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", OURS)
def test_a_folder_with_files_of_the_user_is_no_store_and_keeps_them(tmp_path, name):
    file = write(tmp_path / name / "mine.parquet", [{"id": 1}])
    before = tree(tmp_path)
    for act in (lambda: put(tmp_path, file), lambda: count_store(tmp_path)):
        with pytest.raises(DataError, match=rf"holds {name} but no manifest.*--store"):
            act()
    (tmp_path / "lock").unlink()
    assert tree(tmp_path) == before


def test_files_put_into_the_folders_of_a_store_stay(tmp_path):
    root = tmp_path / "s"
    put(root, write(tmp_path / "a.txt", [{"id": 1}]))
    mine = [root / "files" / "notes.txt", root / "counts" / "year" / "mine.parquet"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    put(root, write(tmp_path / "b.txt", [{"id": 2}]))
    count_store(root)
    assert [path.read_text() for path in mine] == ["mine", "mine"]


def test_a_store_that_lost_its_manifest_keeps_its_parts_and_says_so(tmp_path):
    root = tmp_path / "s"
    file = write(tmp_path / "a.txt", [{"id": n} for n in range(9)])
    put(root, file)
    before, kept = store_hash(root), (root / "manifest.json").read_bytes()
    (root / "manifest.json").unlink()
    left = tree(root / "events")
    for act in (lambda: put(root, file), lambda: status(root), lambda: count_store(root)):
        with pytest.raises(DataError, match=r"holds events, files but no manifest\.json"):
            act()
    first = doctor_report(root).checks[0]
    assert (first.state, "Restore" in first.found) == ("bad", True)
    (root / "manifest.json").write_bytes(kept)
    assert (tree(root / "events"), store_hash(root)) == (left, before)


def test_a_first_sync_that_fails_leaves_no_manifest(tmp_path):
    with pytest.raises(DataError, match="none of 1 lines"):
        put(tmp_path / "s", write(tmp_path / "a.txt", [{"line": "1|no day"}]))
    assert not list((tmp_path / "s").rglob("*.json"))
    assert read_manifest(tmp_path / "s").serial == 0
    assert put(tmp_path / "s", write(tmp_path / "b.txt", [{"id": 1}])).kept == 1


@pytest.mark.parametrize("name", ["s*", "s[12]", "s?", "n=5", "root=99", "s[1] {a,b}*?\\"])
def test_a_store_is_read_from_its_own_folder_whatever_that_is_called(tmp_path, name):
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    file = tmp_path / "a.csv"
    file.write_text("day,who,whom,code\n2020-01-05,A,B,190\nnever,A,B,190\n")
    for folder in ("s1", "s2", "sx", name):
        ingest(tmp_path / folder, [file], source="mine", column_map=columns)
        count_store(tmp_path / folder)
    root, day = tmp_path / name, dt.date(2021, 1, 1)
    assert events(root, as_of=day).project("actor, root").fetchall() == [("A", "19")]
    assert [row["source_file"] for row in rejected(root)[0]] == ["a.csv"]
    paths = counted(root)["mine"].paths("actor")
    rows = read_counts(paths, as_of=day)
    assert (rows.labels["actor"], rows.labels["root"]) == (("A",), ("19",))
    assert rows.columns["n"].tolist() == [1]
    assert encode_counts(paths, source="mine", unit="actor").count.tolist() == [1]
    organs = organ_counts(paths, source="mine", start=dt.date(2020, 1, 1), end=day, as_of=day)
    assert organs == {"A": [("", (0, 0, 0, 1))]}
