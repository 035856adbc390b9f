"""What ACLED took back stays so, whichever of its two sources is dropped and read again."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.manifest import store_hash
from demarche.record.store import drop, events, held_sources, status

HEADER = "event_id_cnty,event_date,event_type,sub_event_type,actor1,actor2,inter1,fatalities,"
ROW = ",Battles,Armed clash,Military Forces of Syria (2000-2024),Police,1,3,1704844800"


@pytest.fixture
def files(tmp_path):
    real, gone = tmp_path / "acled.csv", tmp_path / "gone.csv"
    days = {"SYR1": "2024-01-05", "SYR2": "2024-01-06", "SYR3": "2024-02-06"}
    rows = [f"{id},{day}{ROW}" for id, day in days.items()]
    real.write_text("\n".join([f"{HEADER}timestamp", *rows]) + "\n")
    gone.write_text("event_id_cnty,deleted_timestamp\nSYR2,1706000000\n")
    return {"acled": real, "acled_deleted": gone}


def put(root, files, *sources):
    for source in sources:
        ingest(root, [files[source]], source=source)


def ids(root):
    rows = events(root, as_of=dt.date(2030, 1, 1)).project("event_id").fetchall()
    return [id.removeprefix("acled:") for (id,) in rows]


def test_events_read_again_after_a_drop_are_still_withdrawn(tmp_path, files):
    root = tmp_path / "s"
    put(root, files, "acled", "acled_deleted")
    before = store_hash(root)
    assert ids(root) == ["SYR1", "SYR3"]
    assert drop(root, source="acled").kept == 3
    assert (ids(root), held_sources(root)) == ([], {})
    put(root, files, "acled", "acled_deleted")
    assert (ids(root), store_hash(root)) == (["SYR1", "SYR3"], before)


def test_without_the_withdrawals_the_events_count_again(tmp_path, files):
    root = tmp_path / "s"
    put(root, files, "acled")
    before = store_hash(root)
    put(root, files, "acled_deleted")
    withdrawn = store_hash(root)
    drop(root, source="acled_deleted")
    assert (ids(root), store_hash(root)) == (["SYR1", "SYR2", "SYR3"], before)
    put(root, files, "acled_deleted")
    assert (ids(root), store_hash(root)) == (["SYR1", "SYR3"], withdrawn)


@pytest.mark.parametrize("order", [("acled", "acled_deleted"), ("acled_deleted", "acled")])
def test_both_forgotten_leave_nothing(tmp_path, files, order):
    root = tmp_path / "s"
    put(root, files, "acled_deleted", "acled")
    for source in order:
        drop(root, source=source)
    assert status(root).sources == ()
    with pytest.raises(DataError, match="holds nothing of 'acled'"):
        drop(root, source="acled")
