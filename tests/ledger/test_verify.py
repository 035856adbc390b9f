"""Verification finds every change and names where; an export goes out and in byte for byte."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import os
import random
import sqlite3

import pytest

from demarche.errors import LedgerError
from demarche.ledger.canonical import canonical, hash_of, parse
from demarche.ledger.checkpoints import (
    checkpoint_text,
    file_checkpoint,
    parse_checkpoint,
    read_checkpoint,
    read_folder,
)
from demarche.ledger.exchange import export, import_export
from demarche.ledger.life import issue, resolve, revise
from demarche.ledger.links import export_line
from demarche.ledger.merkle import root_of
from demarche.ledger.verify import verify_export, verify_reading
from demarche.terms.ledger import Checkpoint
from tests.ledger import made


def fill(ledger, clock, n=3):
    """A few entries of several kinds."""
    issue(ledger, made.issued())
    clock.day(14)
    revise(ledger, made.revision())
    clock.day(30)
    resolve(ledger, made.resolution())
    for k in range(n):
        ledger.append("source", made.source_forecast(id=f"c{k}"))


def lines_of(ledger):
    with ledger.reading() as reading:
        return list(export(reading))


def verified(ledger, **options):
    with ledger.reading() as reading:
        return verify_reading(reading, **options)


def point_of(ledger, **changes):
    found = verified(ledger)
    base = {"origin": found.ledger, "size": found.entries, "root": found.root, "at": made.NOON}
    return Checkpoint(**{**base, "name": f"point-{found.entries}", **changes})


@pytest.fixture
def written(small, clock, tmp_path):
    """Lines of the export of a small ledger, and a place to write changed ones."""
    fill(small, clock)
    return lines_of(small), tmp_path / "export.jsonl"


@pytest.fixture
def tiny(small, clock, tmp_path):
    """The same with few and short entries, for tests at every byte; long with DEMARCHE_KILLS."""
    if int(os.environ.get("DEMARCHE_KILLS", "15")) >= 100:
        fill(small, clock)
    small.append("source", made.source_forecast(note="\u00e9 \u2028 \U0001f600"))
    small.append("resolve", made.resolution())
    return lines_of(small), tmp_path / "export.jsonl"


def check(written, lines, *, points=()):
    path = written[1]
    path.write_bytes(lines if isinstance(lines, bytes) else b"".join(lines))
    return verify_export(path, checkpoints=points)


def test_an_intact_ledger_says_so_with_its_root(ledger, clock):
    assert verified(ledger).state == "empty"
    fill(ledger, clock)
    found = verified(ledger)
    assert (found.state, found.entries, found.seq, found.holds) == ("intact", 7, None, True)
    with ledger.reading() as reading:
        hashes = [entry.hash for entry in reading.entries()]
    assert found.head == hashes[-1]
    assert found.root == root_of(map(bytes.fromhex, hashes)).hex()
    assert found.ledger == "0a" * 16


def test_an_export_is_the_same_every_time_and_from_either_database(ledger, clock, tmp_path, opened):
    fill(ledger, clock)
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(lines_of(ledger)))
    assert path.read_bytes() == b"".join(lines_of(ledger))
    other = opened(tmp_path / "other.sqlite")
    done = import_export(other, path)
    assert (done.known, done.added) == (0, 7)
    assert b"".join(lines_of(other)) == path.read_bytes()
    assert verified(other).state == "intact"


def test_an_export_of_an_import_is_the_same_in_postgresql(small, clock, tmp_path, opened, database):
    fill(small, clock)
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(lines_of(small)))
    team = opened(database)
    import_export(team, path)
    assert lines_of(team) == lines_of(small)


def test_import_twice_adds_nothing_and_a_longer_export_adds_the_rest(
    small, clock, tmp_path, opened
):
    fill(small, clock)
    short, long = tmp_path / "short.jsonl", tmp_path / "long.jsonl"
    short.write_bytes(b"".join(lines_of(small)))
    small.append("source", made.source_forecast(id="new"))
    long.write_bytes(b"".join(lines_of(small)))
    other = opened(tmp_path / "other.sqlite")
    assert import_export(other, short).added == 7
    assert import_export(other, short).added == 0
    done = import_export(other, long)
    assert (done.known, done.added) == (7, 1)
    assert import_export(other, short).added == 0
    assert lines_of(other) == lines_of(small)


def test_row43_a_fork_is_refused(small, clock, tmp_path, opened):
    fill(small, clock)
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(lines_of(small)))
    other = opened(tmp_path / "other.sqlite")
    import_export(other, path)
    small.append("source", made.source_forecast(id="here"))
    other.append("source", made.source_forecast(id="there"))
    path.write_bytes(b"".join(lines_of(small)))
    before = lines_of(other)
    with pytest.raises(LedgerError, match=r"fork: this ledger and .* differ from entry 8 on"):
        import_export(other, path)
    assert lines_of(other) == before


def test_an_export_of_another_ledger_is_refused(small, clock, tmp_path, opened):
    fill(small, clock)
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(lines_of(small)))
    other = opened(tmp_path / "other.sqlite", new_id="0b" * 16)
    other.append("source", made.source_forecast())
    with pytest.raises(LedgerError, match="is of another ledger"):
        import_export(other, path)


def test_row40_a_changed_byte_is_found_at_every_position(tiny):
    """Each byte of the export is changed once, by a seeded draw; the broken entry is named."""
    lines, whole = tiny[0], b"".join(tiny[0])
    ends = list(itertools.accumulate(map(len, lines)))
    rng = random.Random(20231101)
    for at in range(len(whole)):
        byte = rng.choice([b for b in (0, 10, 34, 48, 65, 97, 125, 255) if b != whole[at]])
        changed = whole[:at] + bytes([byte]) + whole[at + 1 :]
        if at < len(b'{"entry":'):
            with pytest.raises(LedgerError, match="is no export of a ledger"):
                check(tiny, changed)
            continue
        found = check(tiny, changed)
        line = next(n for n, end in enumerate(ends) if at < end)
        assert not found.holds, at
        assert found.seq == line + 1, (at, found.sentence)
        assert found.entries == line


def test_row41_every_truncation_leaves_the_whole_entries_readable(tiny):
    lines, whole = tiny[0], b"".join(tiny[0])
    ends = list(itertools.accumulate(map(len, lines[:-1])))
    for size in range(1, len(whole)):
        found = check(tiny, whole[:size])
        good = sum(end <= size for end in ends)
        assert (found.state, found.entries) == ("torn", good), size
        assert found.tail == size - ([0, *ends][good])
    with pytest.raises(LedgerError, match="is empty"):
        check(tiny, b"")


def test_row41_the_whole_entries_of_a_torn_export_are_taken_and_the_tail_set_aside(
    written, opened, tmp_path
):
    whole = b"".join(written[0])
    cut = len(b"".join(written[0][:4])) + 100
    written[1].write_bytes(whole[:cut])
    other = opened(tmp_path / "other.sqlite")
    with pytest.raises(LedgerError, match=r"torn after entry 4: 100 bytes .* --torn takes"):
        import_export(other, written[1])
    assert verified(other).state == "empty"
    done = import_export(other, written[1], accept_torn=True)
    assert (done.added, done.set_aside) == (4, 100)
    assert (tmp_path / "export.jsonl.torn").read_bytes() == whole[cut - 100 : cut]
    assert verified(other).entries == 4


@pytest.mark.parametrize("n", range(7))
def test_row40_a_removed_entry_is_named(written, n):
    lines = [line for k, line in enumerate(written[0]) if k != n]
    found = check(written, lines)
    assert (found.state, found.seq) == ("removed", n + 1)
    assert found.sentence.startswith((f"entry {n + 1} was", f"entries {n + 1} to"))


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(range(7), 2)))
def test_row40_swapped_entries_are_named(written, a, b):
    lines = list(written[0])
    lines[a], lines[b] = lines[b], lines[a]
    found = check(written, lines)
    assert (found.state, found.seq) == ("swapped", a + 1)


@pytest.mark.parametrize("n", range(7))
@pytest.mark.parametrize("to", range(8))
def test_row40_an_entry_that_is_there_twice_is_named(written, n, to):
    lines = list(written[0])
    lines.insert(to, lines[n])
    found = check(written, lines)
    assert found.state == "repeated"
    # a copy next to the entry itself cannot be told from it: the second of the two is named
    assert found.seq == (to + 1 if to != n else n + 2)


def forged(line, **changes):
    """A line whose record was changed and whose hash was made to fit."""
    record = parse(line[len(b'{"entry":') : line.rindex(b',"hash":"')])
    raw = canonical({**record, **changes})
    return export_line(raw, hash=hash_of(raw))


@pytest.mark.parametrize("n", range(1, 7))
def test_row40_an_inserted_entry_of_the_same_number_is_a_fork(written, n):
    lines = list(written[0])
    lines.insert(n, forged(lines[n], at="2031-01-01T00:00:00.000000Z"))
    found = check(written, lines)
    assert (found.state, found.seq) == ("fork", n + 1)
    lines[n], lines[n + 1] = lines[n + 1], lines[n]
    found = check(written, lines)
    assert (found.state, found.seq) == ("fork", n + 1)


@pytest.mark.parametrize("n", range(1, 7))
def test_row40_an_entry_edited_with_its_hash_breaks_the_next(written, n):
    lines = list(written[0])
    lines[n] = forged(lines[n], at="2031-01-01T00:00:00.000000Z")
    found = check(written, lines)
    if n < 6:
        assert (found.state, found.seq) == ("edited", n + 1)
        assert "was replaced" in found.sentence
    else:
        assert (found.state, found.seq) == ("edited", 8)
        assert "last line does not fit" in found.sentence


def rebuilt(lines, n):
    """A chain rebuilt from entry n + 1 on, with every hash made to fit: what an author can do."""
    found, head = [], None
    for k, line in enumerate(lines[:-1]):
        changes = {"at": "2031-01-01T00:00:00.000000Z"} if k == n else {}
        if k > n:
            changes["prev_hash"] = head
        line = forged(line, **changes) if k >= n else line
        head = line[-67:-3].decode()
        found.append(line)
    return found


@pytest.mark.parametrize("n", range(1, 7))
def test_a_rebuilt_chain_is_found_by_a_checkpoint_alone(written, small, n, tmp_path, opened):
    lines = rebuilt(written[0], n)
    points = [point_of(small)]
    assert check(written, lines).state == "torn"
    found = check(written, lines, points=points)
    assert (found.state, found.seq) == ("changed", 1)
    assert "point-7 saw others" in found.sentence
    early = Checkpoint(
        origin="0a" * 16,
        size=n,
        root=root_of(bytes.fromhex(line[-67:-3].decode()) for line in lines[:n]).hex(),
        at=made.NOON,
        name="early",
    )
    found = check(written, lines, points=[*points, early])
    assert (found.state, found.seq) == ("changed", n + 1)
    assert [item.consistent for item in found.checkpoints] == [True, False]


def test_row42_a_ledger_behind_a_checkpoint_was_rolled_back(small, clock, tmp_path, opened):
    fill(small, clock)
    path = tmp_path / "old.jsonl"
    path.write_bytes(b"".join(lines_of(small)))
    small.append("source", made.source_forecast(id="new"))
    point = point_of(small)
    old = opened(tmp_path / "old.sqlite")
    import_export(old, path)
    assert verified(old).state == "intact"
    found = verified(old, checkpoints=[point])
    assert (found.state, found.seq) == ("behind", 8)
    assert "covers 8 entries, here are 7" in found.sentence
    assert verified(small, checkpoints=[point]).consistent == (point,)


def test_a_checkpoint_of_another_ledger_is_passed_over_with_a_warning(small, clock):
    fill(small, clock)
    found = verified(small, checkpoints=[point_of(small, origin="0b" * 16)])
    assert (found.state, found.checkpoints) == ("intact", ())
    assert found.warnings == ("point-7 is a checkpoint of another ledger (0b0b0b0b).",)


def test_row39_a_clock_that_went_back_is_a_warning_and_no_break(small, clock):
    fill(small, clock)
    clock.day(-90)
    small.append("source", made.source_forecast(id="early"))
    found = verified(small)
    assert found.state == "intact"
    assert found.warnings == ("the clock went back at 1 entry (8); the sequence decides order.",)


TAMPER = [
    ("UPDATE ledger_entries SET record = replace(record, '0.6', '0.9') WHERE seq = 2", "edited", 2),
    ("UPDATE ledger_entries SET hash = replace(hash, 'a', 'b') WHERE seq = 3", "edited", 3),
    ("UPDATE ledger_entries SET kind = 'hidden' WHERE seq = 4", "edited", 4),
    ("UPDATE ledger_entries SET subject = 'x' WHERE seq = 4", "edited", 4),
    ("UPDATE ledger_entries SET prev_hash = 'x' WHERE seq = 4", "edited", 4),
    ("UPDATE ledger_entries SET record = CAST(x'ff' AS TEXT) WHERE seq = 3", "edited", 3),
    ("UPDATE ledger_entries SET record = '' WHERE seq = 3", "edited", 3),
    ("DELETE FROM ledger_entries WHERE seq = 3", "removed", 3),
    ("DELETE FROM ledger_entries WHERE seq = 1", "removed", 1),
    ("UPDATE ledger_entries SET seq = 20 WHERE seq = 4", "swapped", 4),
    (
        "CREATE TEMP TABLE t AS SELECT * FROM ledger_entries; "
        "UPDATE ledger_entries SET record = (SELECT record FROM t WHERE t.seq = 7 - "
        "ledger_entries.seq) WHERE seq IN (3, 4)",
        "swapped",
        3,
    ),
    (
        "CREATE TEMP TABLE t AS SELECT * FROM ledger_entries; UPDATE ledger_entries SET "
        "(record, hash) = (SELECT record, hash FROM t WHERE t.seq = 7 - ledger_entries.seq) "
        "WHERE seq IN (3, 4)",
        "swapped",
        3,
    ),
    (
        "INSERT INTO ledger_entries SELECT 8, 'x', hash, kind, subject, record "
        "FROM ledger_entries WHERE seq = 4",
        "repeated",
        8,
    ),
]


@pytest.mark.parametrize(("statements", "state", "seq"), TAMPER)
def test_row40_a_file_that_was_tampered_with_is_found(
    small, clock, tmp_path, opened, statements, state, seq
):
    fill(small, clock)
    small.close()
    path = tmp_path / "desk" / "ledger.sqlite"
    with sqlite3.connect(path) as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.executescript(statements)
    raw.close()
    found = verified(opened(path, read_only=True))
    assert (found.state, found.seq) == (state, seq), found.sentence
    before = path.read_bytes()
    if "subject = " not in statements:  # verify alone compares that
        named = r"entry \d+" if state in ("swapped", "repeated") else f"entry {seq}"
        with pytest.raises(LedgerError, match=rf"{named}\b.*(read-only|Nothing more)"):
            opened(path).append("source", made.source_forecast(id="after"))
        assert verified(opened(path, read_only=True)).entries == found.entries
    assert path.read_bytes() == before
    if "subject = " not in statements:  # a column for look-ups, which is not exported
        with pytest.raises(LedgerError), opened(path, read_only=True).reading() as reading:
            list(export(reading))


def test_a_file_whose_index_was_changed_is_damaged_though_its_entries_hold(
    small, clock, tmp_path, opened
):
    fill(small, clock)
    small.close()
    whole = (tmp_path / "desk" / "ledger.sqlite").read_bytes()
    subject, states = b"gazette-2030|c1|2030-01-01", []
    at = whole.find(subject)
    while at >= 0:
        place = tmp_path / f"at{at}.sqlite"
        place.write_bytes(whole[:at] + b"G" + whole[at + 1 :])
        found = verified(opened(place, read_only=True))
        states.append(found.state)
        assert found.state != "damaged" or "entries may be missing" in found.sentence
        at = whole.find(subject, at + 1)
    assert sorted(states) == ["damaged", "edited"]  # the index, and the row itself


def test_a_lost_tail_is_a_stated_limit_without_a_checkpoint(small, clock, tmp_path, opened):
    """Row 42: who removes the newest entries leaves a whole chain; only a checkpoint tells."""
    fill(small, clock)
    point = point_of(small)
    small.close()
    path = tmp_path / "desk" / "ledger.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER ledger_entries_no_delete")
        raw.execute("DELETE FROM ledger_entries WHERE seq > 5")
    raw.close()
    found = verified(opened(path))
    assert found.state == "intact"
    assert [w for w in found.warnings if "ledger_entries_no_delete" in w and "removed" in w]
    assert verified(opened(path), checkpoints=[point]).state == "behind"


def test_the_guards_of_a_ledger_are_missed_by_name_on_either_database(small, clock):
    fill(small, clock)
    assert verified(small).warnings == ()


def test_row44_entries_of_a_newer_schema_hold_and_are_said_to_be_newer(small, clock, monkeypatch):
    fill(small, clock)
    monkeypatch.setattr("demarche.ledger.canonical.SCHEMA", 2)
    small.append("source", made.source_forecast(id="new"))
    monkeypatch.undo()
    found = verified(small)
    assert (found.state, found.holds) == ("newer", True)
    assert "schema 2, newer than this version's 1" in found.sentence


def test_what_no_entry_may_hold_is_invalid_even_with_a_hash_that_fits(written):
    lines = list(written[0])
    record = parse(lines[4][len(b'{"entry":') : lines[4].rindex(b',"hash":"')])
    record["content"]["low"] = "1.5"
    raw = canonical(record)
    lines[4] = export_line(raw, hash=hash_of(raw))
    found = check(written, lines)
    assert (found.state, found.seq) == ("invalid", 5)
    assert "must lie in [0, 1], got 1.5" in found.sentence


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"{}\n", b"hello", b"\xef\xbb\xbf{"])
def test_row2_a_file_that_is_no_export_is_named(written, data):
    with pytest.raises(LedgerError, match="is no export of a ledger: it begins"):
        check(written, data)


def test_lines_after_the_end_are_found(written):
    found = check(written, [*written[0], written[0][0]])
    assert (found.state, found.seq) == ("repeated", 8)


# checkpoints


def test_a_checkpoint_goes_to_text_and_back(small, clock):
    fill(small, clock)
    point = point_of(small)
    text = checkpoint_text(point)
    assert text.split("\n")[:2] == ["demarche-ledger/" + "0a" * 16, "7"]
    back = parse_checkpoint(text, name=point.name, outside=False)
    assert back == point
    signed = text + "\n\u2014 witness.example AAAA\n"
    assert parse_checkpoint(signed, name=point.name, outside=False) == point
    assert parse_checkpoint(text.replace("\n", "\r\n"), name=point.name, outside=False) == point


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("demarche-ledger/", "other/"),
        ("\n7\n", "\nseven\n"),
        ("\n7\n", "\n0\n"),
        ("=\n", "\n"),
        ("time ", "at "),
        ("2030", "x030"),
        ("0a0a", "0z0a"),
    ],
)
def test_what_is_no_checkpoint_is_refused_by_name(small, clock, old, new):
    fill(small, clock)
    text = checkpoint_text(point_of(small)).replace(old, new, 1)
    with pytest.raises(LedgerError, match=r"x.txt is no checkpoint of a ledger"):
        parse_checkpoint(text, name="x.txt", outside=False)


def test_a_checkpoint_is_filed_once(small, clock, tmp_path):
    fill(small, clock)
    point = point_of(small)
    path, first = file_checkpoint(point, folder=tmp_path / "checkpoints")
    later = dataclasses.replace(point, at=made.NOON + dt.timedelta(days=3))
    again, held = file_checkpoint(later, folder=tmp_path / "checkpoints")
    assert (again, held.at, first.at) == (path, made.NOON, made.NOON)
    assert [p.name for p in (tmp_path / "checkpoints").iterdir()] == [path.name]
    (found,) = read_folder(tmp_path / "checkpoints", outside=True)
    assert found.outside and found.root == point.root
    assert read_folder(tmp_path / "none", outside=False) == ()


def test_the_day_on_which_others_saw_a_checkpoint_counts(small, clock, tmp_path):
    fill(small, clock)
    path, point = file_checkpoint(point_of(small), folder=tmp_path / "checkpoints")
    seen = read_checkpoint(path, outside=True, seen=dt.date(2030, 1, 9))
    assert (seen.at.date(), seen.root) == (dt.date(2030, 1, 9), point.root)
    assert read_checkpoint(path, outside=True, seen=dt.date(2030, 1, 1)).at == point.at
    with pytest.raises(LedgerError, match="cannot have been seen on 2029-12-31"):
        read_checkpoint(path, outside=True, seen=dt.date(2029, 12, 31))


def test_a_checkpoint_that_cannot_be_read_or_written_is_one_sentence(small, clock, tmp_path):
    fill(small, clock)
    with pytest.raises(LedgerError, match=r"cannot be read: No such file"):
        read_checkpoint(tmp_path / "none.txt", outside=True)
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(LedgerError, match="not UTF-8"):
        read_checkpoint(tmp_path / "b.txt", outside=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be written"):
        file_checkpoint(point_of(small), folder=tmp_path / "file")
