"""Before anything is written: no entry is missing, and the newest ones are as they were."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import create_engine, text

from demarche.errors import LedgerError
from demarche.ledger.place import place_of
from demarche.ledger.store import check_writable
from demarche.ledger.whole import check_whole
from tests.ledger import made


def tamper(where: str, *statements: str) -> None:
    """Do as the owner of a database can: take the triggers away, then change rows."""
    engine = create_engine(place_of(where).url or f"sqlite:///{where}")
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in list(found):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def fill(ledger, n: int) -> None:
    for k in range(n):
        ledger.append("source", made.source_forecast(id=f"c{k}"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM ledger_entries WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM ledger_entries WHERE seq = 1", "entry 1 is missing"),
        ("DELETE FROM ledger_entries WHERE seq IN (2, 4)", "entry 2 and 1 more is missing"),
        (
            "UPDATE ledger_entries SET record = replace(record, '0.55', '0.56') WHERE seq = 3",
            "entry 3 was edited",
        ),
        ("UPDATE ledger_entries SET kind = 'hidden' WHERE seq = 4", "entry 4 was edited"),
    ],
)
def test_row40_a_ledger_that_is_not_whole_is_read_only(where, opened, statement, said):
    """A change in the middle stops every way of writing, and the message names the entry."""
    ledger = opened(where)
    fill(ledger, 5)
    ledger.close()
    tamper(where, statement)
    for act in (
        lambda: opened(where).append("source", made.source_forecast(id="after")),
        lambda: check_writable(place_of(where), clock=made.Clock()),
    ):
        with pytest.raises(LedgerError, match=f"{said}.*read-only until it is whole again"):
            act()
    with opened(where, read_only=True).reading() as reading:
        last = reading.last()
        assert last is not None
        assert last.seq == 6


def test_an_entry_replaced_by_one_that_hashes_is_found_by_the_next(small, tmp_path, opened):
    fill(small, 3)
    other = opened(tmp_path / "other.sqlite", new_id="0b" * 16)
    fill(other, 3)
    with other.reading() as reading:
        rows = {row.seq: row for row in reading.raw()}
    with sqlite3.connect(tmp_path / "desk" / "ledger.sqlite") as raw:
        raw.execute("DROP TRIGGER ledger_entries_no_update")
        raw.execute(
            "UPDATE ledger_entries SET record = ?, hash = ?, prev_hash = ? WHERE seq = 2",
            (rows[2].record.decode(), rows[2].hash, rows[2].prev_hash),
        )
    raw.close()
    with pytest.raises(LedgerError, match="entry 2 does not follow entry 1"):
        opened(tmp_path / "desk" / "ledger.sqlite").append("source", made.source_forecast(id="x"))


def test_an_edit_older_than_the_newest_entries_is_left_to_verify(small):
    fill(small, 5)
    small.close()
    tamper(
        str(small.place.path),
        "UPDATE ledger_entries SET record = replace(record, '0.55', '0.56') WHERE seq = 2",
    )
    with small.reading() as reading:
        check_whole(reading, newest=3)
        with pytest.raises(LedgerError, match="entry 2 was edited"):
            check_whole(reading, newest=5)


def test_an_empty_ledger_and_a_whole_one_pass(small):
    small.write(lambda writing: check_whole(writing))
    fill(small, 5)
    with small.reading() as reading:
        check_whole(reading)
        check_whole(reading, newest=1)


def test_it_is_looked_at_once_per_opening(small, monkeypatch):
    seen = []
    monkeypatch.setattr("demarche.ledger.store.check_whole", seen.append)
    fill(small, 4)
    assert len(seen) == 1
