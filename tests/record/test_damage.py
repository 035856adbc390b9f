"""A store with a damaged file says which one and what to do, whatever is asked of it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

import demarche.record.export as export_module
from demarche.desk.record import open_counts
from demarche.errors import DataError
from demarche.record.counts import count_store
from demarche.record.doctor import doctor_report
from demarche.record.export import export
from demarche.record.ingest import ingest
from demarche.record.manifest import read_manifest
from demarche.record.matches import open_window
from demarche.record.rejects import rejected
from demarche.record.store import drop, events, status
from tests.record.small_events import read_small, write
from tests.record.two_records import two_stores

LATE = dt.date(2030, 1, 1)


def put(root, *files):
    return ingest(root, list(files), source="small", reader=read_small)


def hurt(path, how):
    whole = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        at = len(whole) // 3
        path.write_bytes(whole[:at] + bytes(b ^ 255 for b in whole[at : 2 * at]) + whole[2 * at :])


@pytest.fixture
def store(tmp_path):
    root = tmp_path / "s"
    rows = [{"id": n, "date": f"2020-0{1 + n % 3}-05", "root": "14"} for n in range(60)]
    put(root, write(tmp_path / "a.txt", [*rows, {"line": "7|no day"}]))
    count_store(root)
    return root


@pytest.mark.parametrize("how", ["gone", "cut", "empty", "other"])
def test_damaged_events_are_named_by_doctor_sync_and_export(store, tmp_path, how):
    part = read_manifest(store).sources["small"].months["2020-02"].events
    hurt(store / part.path, how)
    state = "gone" if how == "gone" else "not what was written"
    said = rf"damaged: {part.path} is {state}\. .*drop --source small"
    with pytest.raises(DataError, match=said):
        put(store, write(tmp_path / "b.txt", [{"id": 99, "date": "2020-02-05"}]))
    with pytest.raises(DataError, match=said):
        export(store, tmp_path / "out", as_of=LATE)
    first = doctor_report(store).checks[0]
    assert first.state == "bad"
    assert part.path in first.found
    drop(store, source="small")
    assert doctor_report(store).checks[0].state == "ok"
    assert put(store, tmp_path / "a.txt").kept == 60


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_damaged_rejects_and_lists_of_files_are_named(store, tmp_path, how):
    state = read_manifest(store).sources["small"]
    hurt(store / state.rejects[0].path, how)
    with pytest.raises(DataError, match=r"damaged: rejects/source=small"):
        rejected(store)
    hurt(store / state.files.path, how)
    with pytest.raises(DataError, match=r"damaged: .*and 1 more"):
        put(store, tmp_path / "a.txt")


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_daily_counts_that_are_damaged_are_made_anew(store, how):
    before = {part.path: (store / part.path).read_bytes() for _, part in _counts(store)}
    hurt(store / sorted(before)[0], how)
    assert not status(store).counts
    assert doctor_report(store).checks[0].state == "bad"
    count_store(store)
    assert status(store).counts
    assert {part.path: (store / part.path).read_bytes() for _, part in _counts(store)} == before


def test_what_reads_a_damaged_store_for_a_question_names_the_file(tmp_path):
    store, _ = two_stores(tmp_path)
    part = read_manifest(store).sources["gdelt2"].months["2020-01"].events
    hurt(store / part.path, "cut")
    with pytest.raises(DataError, match="damaged: events/source=gdelt2"):
        open_window(store, source="gdelt2", start=LATE, end=LATE, as_of=LATE)
    for _, part in _counts(store):
        hurt(store / part.path, "other")
    with pytest.raises(DataError, match="damaged"):
        open_counts(store)


def test_a_store_that_is_changed_while_it_is_read_is_said_to_be(store, tmp_path, monkeypatch):
    def late(*args, **kwargs):
        found = events(*args, **kwargs)
        drop(store, source="small")
        return found

    monkeypatch.setattr(export_module, "events", late)
    with pytest.raises(DataError, match="was changed by another process while it was read"):
        export(store, tmp_path / "out", as_of=LATE)
    assert not (tmp_path / "out").exists()


def test_kept_arrays_that_are_cut_are_made_anew_and_a_shut_folder_is_left(tmp_path, monkeypatch):
    store, _ = two_stores(tmp_path)
    rows = open_counts(store).count.tolist()
    for path in (store / "models").rglob("day.npy"):
        path.write_bytes(path.read_bytes()[:90])
    assert open_counts(store).count.tolist() == rows
    shutil.rmtree(store / "models")

    def shut(path, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", shut)
    assert open_counts(store).count.tolist() == rows


def _counts(store):
    return list(read_manifest(store).count_parts())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("serial"),
        lambda data: data.update(sources=[]),
        lambda data: data.update(sources={"small": 1}),
        lambda data: data["sources"]["small"].pop("months"),
        lambda data: data["sources"]["small"].update(new=1),
        lambda data: data.update(counts=3),
        lambda data: data["counts"]["small"].pop("units"),
    ],
)
def test_a_manifest_of_another_shape_is_one_sentence(store, change):
    path = store / "manifest.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(DataError, match=r"manifest\.json is damaged, or by another version"):
        status(store)
    assert doctor_report(store).checks[0].state == "bad"
