"""Where a ledger may lie, and that asking about it changes nothing there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from demarche.errors import LedgerError
from demarche.ledger.place import place_of
from demarche.ledger.schema import tables_version
from demarche.ledger.store import check_writable, open_ledger
from demarche.show.cli import main
from tests.ledger import made

CHECK = ["ledger", "doctor", "--ledger"]


def writable(where) -> None:
    check_writable(place_of(where), clock=made.Clock(), wait=1)


def test_an_empty_file_is_left_empty_by_whoever_asks(tmp_path, capsys):
    path = tmp_path / "l.sqlite"
    path.touch()
    writable(path)
    assert main([*CHECK, str(path)]) == 0
    assert path.stat().st_size == 0
    assert [one.name for one in tmp_path.iterdir()] == ["l.sqlite"]
    with open_ledger(path, clock=made.Clock(), new_id="0a" * 16) as ledger:
        assert ledger.append("source", made.source_forecast()).seq == 2


def test_row45_what_only_seems_writable_is_said_not_to_be(capsys):
    """In /proc even root may by its permissions, and cannot."""
    with pytest.raises(LedgerError, match=r"no file can be made in /proc \("):
        writable("/proc/ledger.sqlite")
    assert main([*CHECK, "/proc/ledger.sqlite"]) == 1
    assert "bad   writing" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["doctor", "list", "verify", "export", "scores", "checkpoint"])
def test_a_folder_is_no_ledger_and_the_file_in_it_is_named(tmp_path, capsys, command):
    assert main(["ledger", command, "--ledger", str(tmp_path)]) == 1
    found = capsys.readouterr()
    text = found.out + found.err
    assert f"{tmp_path} is a folder, and a ledger is a file" in text
    assert str(tmp_path / "ledger.sqlite") in text


@pytest.mark.parametrize("path", ["/dev/null", "/dev/full"])
def test_a_device_is_no_ledger(path):
    for act in (writable, lambda where: open_ledger(where, clock=made.Clock())):
        with pytest.raises(LedgerError, match="is no file, and a ledger is one"):
            act(path)


def test_a_database_of_another_program_is_not_touched(tmp_path, capsys):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE notes (x)")
    raw.close()
    before = path.read_bytes()
    (tmp_path / "f.csv").write_text("user,id,p,y\nada,a,.7,1\n", encoding="utf-8")
    for command in (
        ["ledger", "add", str(tmp_path / "f.csv")],
        ["ledger", "issue", "regional-war", "--late"],
        ["ledger", "doctor"],
    ):
        assert main([*command, "--ledger", str(path)]) == 1
        found = capsys.readouterr()
        assert "holds notes and is no ledger" in found.out + found.err
    assert path.read_bytes() == before
    assert not Path(f"{path}-wal").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["import", "FILE"],
        ["verdict", "3", "yes"],
        ["annul", "ab12", "--reason", "x"],
        ["resolve", "ab12", "--rung", "0"],
        ["resolve", "ab12", "--occurred", "2020-01-01", "--evidence", "x"],
        ["reveal", "FILE"],
    ],
    ids=lambda command: command[0],
)
def test_what_is_refused_leaves_no_ledger_behind(tmp_path, capsys, command):
    file = tmp_path / "file.jsonl"
    file.write_text("hello\n", encoding="utf-8")
    place = tmp_path / "new.sqlite"
    said = [str(file) if part == "FILE" else part for part in command]
    assert main(["ledger", *said, "--ledger", str(place)]) == 1
    assert capsys.readouterr().err.startswith("demarche: ")
    assert [one.name for one in tmp_path.iterdir()] == ["file.jsonl"]


def test_asking_whether_it_can_be_written_makes_no_tables(where, opened):
    ledger = opened(where)
    ledger.check()
    with ledger.reading() as reading:
        assert tables_version(reading.connection) == 0
    ledger.append("source", made.source_forecast())
    ledger.check()
    with ledger.reading() as reading:
        assert sum(1 for _ in reading.raw()) == 2


def test_who_may_only_read_a_database_is_told_before_work_starts(database, cluster, opened):
    import psycopg

    opened(database).append("source", made.source_forecast())
    name = database.split("///")[1].split("?")[0]
    with psycopg.connect(host=str(cluster.folder), user="demarche", dbname=name) as admin:
        admin.autocommit = True
        admin.execute("DROP ROLE IF EXISTS reader")
        admin.execute("CREATE ROLE reader LOGIN")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        try:
            guest = database.replace("user=demarche", "user=reader")
            assert opened(guest, read_only=True)
            with pytest.raises(LedgerError, match="is not yours to write"):
                writable(guest)
        finally:
            admin.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reader")
            admin.execute("DROP ROLE reader")


def test_a_database_without_a_ledger_is_one_that_can_be_begun(database, opened, capsys):
    assert main([*CHECK, database]) == 0
    found = capsys.readouterr().out
    assert "note  chain        no ledger is there yet" in found
    assert "ok    writing" in found
    opened(database).append("source", made.source_forecast())
    assert main([*CHECK, database]) == 1  # its one day lies ahead of the clock
    assert "2 entries, each follows the one before" in capsys.readouterr().out


def test_since_an_entry_that_is_not_there_is_refused(tmp_path, capsys):
    path = tmp_path / "l.sqlite"
    with open_ledger(path, clock=made.Clock(), new_id="0a" * 16) as ledger:
        ledger.append("source", made.source_forecast())
    for said in ("999", "0"):
        assert main(["ledger", "scores", "--since", said, "--ledger", str(path)]) == 1
        assert "of the ledger, from 1 to 2, got " + said in capsys.readouterr().err


def test_a_ledger_without_the_version_of_its_tables_is_not_read_as_empty(tmp_path, capsys):
    place = tmp_path / "ledger.sqlite"
    with open_ledger(place, clock=made.Clock(), new_id="0a" * 16, run="ab" * 4) as book:
        book.append("source", made.source_forecast())
    with sqlite3.connect(place) as file:
        file.execute("DROP TRIGGER ledger_schema_no_delete")
        file.execute("DELETE FROM ledger_schema")
    file.close()
    for command in ("verify", "list", "export", "doctor"):
        assert main(["ledger", command, "--ledger", str(place)]) == 1
        found = capsys.readouterr()
        assert "ledger_schema" in found.out + found.err
