"""The store: one chain, appended in whole transactions, guarded by its triggers, read as it is."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from demarche.errors import LedgerError, TermError
from demarche.ledger import schema, store
from demarche.ledger.canonical import entry_of, hash_of, made_entry, record_of
from demarche.ledger.place import place_of
from demarche.ledger.store import check_writable, open_ledger
from demarche.terms.ledger import GENESIS, Opened
from tests.ledger import made


def chain(ledger):
    with ledger.reading() as reading:
        return list(reading.entries())


def test_the_first_entry_opens_the_ledger_and_each_follows_the_one_before(ledger):
    for n in range(3):
        ledger.append("issue", made.other(n))
    found = chain(ledger)
    assert [entry.seq for entry in found] == [1, 2, 3, 4]
    assert [entry.kind for entry in found] == ["opened", *["issue"] * 3]
    assert found[0].content == Opened(ledger="0a" * 16)
    assert found[0].prev_hash == GENESIS
    for before, entry in itertools.pairwise(found):
        assert entry.prev_hash == before.hash
        assert entry.hash == hash_of(record_of(entry))
    assert [entry.content for entry in found[1:]] == [made.other(n) for n in range(3)]
    assert [entry.step for entry in found] == [1, 2, 3, 4]


def test_both_databases_keep_the_same_bytes(tmp_path, database, opened, clock):
    found = []
    for place in (tmp_path / "l.sqlite", database):
        clock.now = made.NOON
        ledger = opened(place)
        for content in (made.issued(note='é \u2028 "x" \\ \x00 \U0001f600'), made.other(2)):
            ledger.append("issue", content)
        with ledger.reading() as reading:
            found.append([(row.hash, row.record) for row in reading.raw()])
    assert found[0] == found[1]


def test_a_failed_act_leaves_nothing(ledger):
    ledger.append("issue", made.other(1))

    def act(writing):
        writing.append("issue", made.other(2))
        writing.append("issue", made.issued(note="\ud800"))

    with pytest.raises(TermError, match="note"):
        ledger.write(act)
    assert len(chain(ledger)) == 2
    ledger.append("issue", made.other(3))
    assert [entry.seq for entry in chain(ledger)] == [1, 2, 3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET record = 'x' WHERE seq = 2",
        "DELETE FROM ledger_entries WHERE seq = 2",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_schema SET version = 9",
        "DELETE FROM ledger_schema",
        "INSERT INTO ledger_entries VALUES (9, 'x', 'y', 'issue', 's', '{}')",
        "INSERT INTO ledger_entries VALUES (3, 'x', 'y', 'issue', 's', '{}')",
        "INSERT INTO ledger_entries SELECT seq, 'x', hash, kind, subject, record "
        "FROM ledger_entries WHERE seq = 2",
    ],
)
def test_triggers_refuse_every_change(ledger, statement):
    ledger.append("issue", made.issued())
    before = chain(ledger)
    with pytest.raises(LedgerError, match="append-only"):
        ledger.write(lambda writing: writing.connection.exec_driver_sql(statement))
    assert chain(ledger) == before


def test_triggers_refuse_replace_and_truncate(tmp_path, database, opened):
    file = opened(tmp_path / "l.sqlite")
    file.append("issue", made.issued())
    with (
        sqlite3.connect(tmp_path / "l.sqlite") as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute("REPLACE INTO ledger_entries VALUES (2, 'x', 'y', 'issue', 's', '{}')")
    raw.close()
    other = opened(database)
    other.append("issue", made.issued())
    with (
        other._engine.connect() as connection,
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
    ):
        connection.exec_driver_sql("TRUNCATE ledger_entries")


def test_the_file_is_durable_by_its_settings(small, tmp_path):
    small.append("issue", made.issued())
    with small._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_postgresql_waits_for_the_disk_even_where_the_server_would_not(database, opened):
    ledger = opened(database)
    with ledger._engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ALTER ROLE demarche SET synchronous_commit = off")
    ledger._engine.dispose()
    try:
        seen = ledger.write(
            lambda writing: writing.connection.exec_driver_sql("SHOW synchronous_commit").scalar()
        )
        assert seen == "on"
    finally:
        with ledger._engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("ALTER ROLE demarche RESET synchronous_commit")


def test_row39_a_clock_that_went_back_is_a_warning_and_order_stays(ledger, clock):
    ledger.append("issue", made.other(1))
    clock.day(-3)
    ledger.append("issue", made.other(2))
    assert len(ledger.warnings) == 1
    assert ledger.warnings[0].startswith("the clock went back: entry 2 is of 2030-01-01T12:00:")
    clock.day(6)
    ledger.append("issue", made.other(3))
    assert ledger.warnings == ()
    assert [entry.seq for entry in chain(ledger)] == [1, 2, 3, 4]


def test_a_reader_sees_one_moment(ledger, opened, where):
    ledger.append("issue", made.other(1))
    reader = opened(where, read_only=True)
    with reader.reading() as reading:
        assert len(list(reading.entries())) == 2
        ledger.append("issue", made.other(2))
        assert len(list(reading.entries())) == 2
    assert len(chain(reader)) == 3


def test_row47_a_ledger_in_use_is_named_after_the_wait(ledger, opened, where):
    ledger.append("issue", made.other(1))
    other = opened(where, wait=0.2)

    def act(writing):
        with pytest.raises(
            LedgerError, match=r"is in use.*; waited 0.2 seconds\. The ledger is as"
        ):
            other.append("issue", made.other(2))

    ledger.write(act)
    other.append("issue", made.other(2))
    assert len(chain(ledger)) == 3


HOLD = """
import sqlite3, sys, time
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux says who holds a lock")
def test_row47_the_process_that_holds_the_ledger_is_named(small, tmp_path, opened):
    small.append("issue", made.issued())
    path = tmp_path / "desk" / "ledger.sqlite"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LedgerError, match=rf"in use by process {holder.pid}; waited 0.1 s"):
            opened(path, wait=0.1).append("issue", made.other(1))
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    small.append("issue", made.other(1))


def test_an_edited_last_entry_stops_all_writing(small, tmp_path):
    small.append("issue", made.issued())
    with sqlite3.connect(tmp_path / "desk" / "ledger.sqlite") as raw:
        raw.execute("DROP TRIGGER ledger_entries_no_update")
        raw.execute("UPDATE ledger_entries SET record = replace(record, '0.6', '0.9') WHERE seq=2")
    raw.close()
    for act in (lambda: small.append("issue", made.other(1)), lambda: chain(small)):
        with pytest.raises(LedgerError, match="entry 2 was edited"):
            act()


def test_row44_tables_of_a_newer_version_are_read_and_never_written(small, tmp_path):
    small.append("issue", made.issued())
    with sqlite3.connect(tmp_path / "desk" / "ledger.sqlite") as raw:
        raw.execute("INSERT INTO ledger_schema VALUES (99, 'demarche 9', '2040-01-01')")
    raw.close()
    assert len(chain(small)) == 2
    with pytest.raises(LedgerError, match=r"version 99, made by a newer demarche.*update demarche"):
        small.append("issue", made.other(1))


def test_row44_entries_of_a_newer_schema_stop_writing(small, monkeypatch):
    small.append("issue", made.issued())
    monkeypatch.setattr("demarche.ledger.canonical.SCHEMA", 2)
    small.append("issue", made.other(1))
    monkeypatch.undo()
    with pytest.raises(LedgerError, match=r"entry 3 was written by a newer version .*schema 2"):
        small.append("issue", made.other(2))


def test_tables_go_forward_step_by_step(ledger, monkeypatch):
    ledger.append("issue", made.issued())
    step = dict.fromkeys(("sqlite", "postgresql"), ("CREATE TABLE ledger_more (n INTEGER)",))
    steps = (*schema.STEPS, step)
    monkeypatch.setattr(schema.migrate, "__kwdefaults__", {"steps": steps})
    monkeypatch.setattr(store, "TABLES", 2)
    ledger.append("issue", made.other(1))
    with ledger.reading() as reading:
        assert reading.version == 2
        rows = reading.connection.execute(sa.select(schema.versions)).all()
    assert [(row.version, row.tool) for row in rows] == [(1, store.TOOL), (2, store.TOOL)]
    assert len(chain(ledger)) == 3


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path, opened):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE mine (n)")
    raw.close()
    with pytest.raises(LedgerError, match="holds mine and is no ledger"):
        opened(path).append("issue", made.issued())
    text = tmp_path / "text.sqlite"
    text.write_bytes(b"not a database, but long enough to look at " * 20)
    with pytest.raises(LedgerError, match="is not a ledger that can be read"):
        opened(text).append("issue", made.issued())


def test_row45_what_cannot_be_written_is_said_before_work_starts(tmp_path, clock):
    with pytest.raises(LedgerError, match=r"cannot be made: the folder .* is not there"):
        check_writable(place_of(tmp_path / "a" / "b" / "l.sqlite"), clock=clock)
    check_writable(place_of(tmp_path / "desk" / "l.sqlite"), clock=clock)
    assert not (tmp_path / "desk").exists()
    with pytest.raises(LedgerError, match="no ledger at"):
        open_ledger(tmp_path / "l.sqlite", clock=clock, read_only=True)
    with pytest.raises(LedgerError, match=r"folder .* cannot be made"):
        open_ledger(tmp_path / "a" / "b" / "l.sqlite", clock=clock)


@pytest.fixture
def not_root():
    """A folder of nobody's, and nobody as the user: root may write everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="dl"))
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, user="nobody")
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_row45_a_ledger_of_others_is_read_and_not_written(not_root, clock):
    folder = not_root / "desk"
    with open_ledger(folder / "l.sqlite", clock=clock, new_id="0a" * 16) as ledger:
        ledger.append("issue", made.issued())
    (folder / "l.sqlite").chmod(0o444)
    folder.chmod(0o555)
    try:
        with open_ledger(folder / "l.sqlite", clock=clock, read_only=True) as ledger:
            assert len(chain(ledger)) == 2
        for act in (
            lambda: check_writable(place_of(folder / "l.sqlite"), clock=clock),
            lambda: check_writable(place_of(folder / "m.sqlite"), clock=clock),
        ):
            with pytest.raises(LedgerError, match="cannot be"):
                act()
    finally:
        folder.chmod(0o755)


def test_reading_leaves_no_file_behind_and_cannot_write(small, tmp_path, opened):
    small.append("issue", made.issued())
    path = tmp_path / "desk" / "ledger.sqlite"
    busy = opened(path, read_only=True)
    assert len(chain(busy)) == 2
    busy.close()
    small.close()
    assert [p.name for p in path.parent.iterdir()] == ["ledger.sqlite"]
    before = path.read_bytes()
    reader = opened(path, read_only=True)
    assert len(chain(reader)) == 2
    with pytest.raises(LedgerError, match="cannot be written: attempt to write a readonly"):
        reader.append("issue", made.other(1))
    reader.close()
    assert [p.name for p in path.parent.iterdir()] == ["ledger.sqlite"]
    assert path.read_bytes() == before


def test_row48_odd_paths(tmp_path, opened):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    odd = tmp_path / "link" / ".." / "real" / "a b%20?#é.sqlite"
    opened(odd).append("issue", made.issued())
    assert place_of(odd).label == str(tmp_path / "real" / "a b%20?#é.sqlite")
    assert (tmp_path / "real" / "a b%20?#é.sqlite").is_file()
    for said in ("", "a\nb", "\\\\host\\share\\l.sqlite", "//host/share/l.sqlite"):
        with pytest.raises(LedgerError):
            place_of(said)
    assert not str(place_of("~/l.sqlite").path).startswith("~")


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("postgresql://a:b@h/d", "postgresql://a:***@h/d"),
        ("postgres://h:5/d", "postgresql://h:5/d"),
        ("postgresql:///d?host=/run&password=s3cret", "postgresql:///d?host=/run&password=***"),
    ],
)
def test_a_password_is_never_shown(said, label):
    assert place_of(said).label == label


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path, clock):
    said = f"postgresql://ada:s3cret@/none?host={tmp_path}"
    with pytest.raises(LedgerError, match=r"the database .* failed") as caught:
        open_ledger(said, clock=clock, wait=1).append("issue", made.issued())
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_entry_is_in_one_form_only():
    at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    entry, raw = made_entry(
        made.issued(), kind="issue", seq=2, prev_hash="0" * 64, at=at, tool="t", run="r", step=1
    )
    assert entry_of(raw, hash=hash_of(raw)) == entry
    for other in (
        raw.replace(b'"seq":2', b'"seq": 2'),
        raw.replace(b'"seq":2', b'"seq":2.0'),
        raw.replace(b'"seq":2', b'"seq":2,"seq":2'),
        raw.replace(b'"seq":2', b'"seq":NaN'),
        raw.replace(b'"kind":"issue"', b'"kind":"issues"'),
        raw.replace(b'"schema":1', b'"schema":true'),
        b"[" * 100_000,
        b"\xff",
        b"",
    ):
        with pytest.raises(LedgerError):
            entry_of(other, hash="")
