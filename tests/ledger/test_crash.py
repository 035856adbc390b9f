"""What was acknowledged is there: after kills, full disks, Ctrl-C, many writers, crashed servers.

The number of random kills is DEMARCHE_KILLS (15 by default; ``make crash`` takes 200).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demarche.errors import LedgerError
from demarche.ledger.exchange import export
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_reading
from tests.ledger import made
from tests.ledger.made import Clock

KILLS = int(os.environ.get("DEMARCHE_KILLS", "15"))
SEED = int(os.environ.get("DEMARCHE_SEED", "20231101"))
FULL = KILLS >= 100
REPOSITORY = Path(__file__).parents[2]


def child(place, name, *, count=0, limit=0, failpoint="", more=()):
    env = {**os.environ, "DEMARCHE_FAILPOINT": failpoint, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.ledger.crash_child", str(place), name, str(count)),
            *(str(limit), *more),
        ],
        cwd=REPOSITORY,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin(place):
    with open_ledger(place, clock=Clock(), new_id="0a" * 16) as ledger:
        ledger.append("source", made.source_forecast())


def started(process):
    assert process.stdout.readline() == "go\n", process.stderr.read()
    return process


def finish(process):
    """All that a child said, also what a look at its first line has read ahead."""
    with process.stdout, process.stderr:
        out, err = process.stdout.read(), process.stderr.read()
    process.wait(timeout=60)
    return out, err


def acknowledged(out: str) -> list[tuple[int, str, str]]:
    """Whole lines of a child: what it said was durable."""
    lines = [line.split() for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(line[0]), line[1], line[2]) for line in lines if len(line) == 3]


def held(place) -> dict[int, tuple[str, str]]:
    """Every entry of a ledger that verifies: hash and id by number."""
    with (
        open_ledger(place, clock=Clock(), read_only=True) as ledger,
        ledger.reading() as reading,
    ):
        found = verify_reading(reading)
        assert found.state in ("intact", "empty"), found.sentence
        rows = {
            entry.seq: (entry.hash, getattr(entry.content, "id", "")) for entry in reading.entries()
        }
    assert list(rows) == list(range(1, len(rows) + 1))
    return rows


def check(place, said) -> int:
    rows = held(place)
    for seq, hash, id in said:
        assert rows[seq] == (hash, id), f"acknowledged entry {seq} is not there"
    return len(rows)


def test_k1_what_was_acknowledged_survives_a_kill_at_a_random_moment(where):
    rng = random.Random(SEED)
    said, killed = [], 0
    begin(where)
    for n in range(KILLS):
        process = started(child(where, f"w{n}"))
        time.sleep(rng.uniform(0.005, 0.3))
        process.kill()
        out, _ = finish(process)
        killed += process.returncode == -signal.SIGKILL
        said += acknowledged(out)
        size = check(where, said)
        # at most the one entry that was under way was written and not acknowledged
        assert size <= 2 + len(said) + n + 1, f"seed {SEED}, kill {n}"
    assert killed == KILLS
    assert len(said) > KILLS


@pytest.mark.parametrize(("point", "entries"), [("before commit", 2), ("after commit", 3)])
def test_k3_a_kill_at_a_failpoint_leaves_the_old_or_the_new_state(where, point, entries):
    with open_ledger(where, clock=Clock(), new_id="0a" * 16) as ledger:
        ledger.append("source", made.source_forecast())
    process = child(where, "w", failpoint=point)
    out, _ = finish(process)
    assert process.returncode == -signal.SIGKILL
    assert out == "go\n"
    assert len(held(where)) == entries
    with open_ledger(where, clock=Clock()) as ledger:
        ledger.append("source", made.source_forecast(id="next"))
    assert len(held(where)) == entries + 1


def test_k3_a_kill_while_the_ledger_is_made_leaves_nothing_or_a_ledger(tmp_path):
    rng = random.Random(SEED)
    for n in range(KILLS):
        place = tmp_path / str(n) / "ledger.sqlite"
        process = child(place, "w", count=1)
        time.sleep(rng.uniform(0.2, 0.7))
        process.kill()
        out, _ = finish(process)
        if place.exists():
            check(place, acknowledged(out))
        else:
            assert acknowledged(out) == []
        with open_ledger(place, clock=Clock(), new_id="0a" * 16) as ledger:
            ledger.append("source", made.source_forecast(id="next"))
        check(place, acknowledged(out))


@pytest.mark.parametrize("writers", [2, 8])
def test_k6_many_writers_make_one_chain_even_if_one_is_killed(where, writers):
    each = 500 if FULL else 25
    begin(where)
    all_ = [child(where, f"w{n}", count=each) for n in range(writers)]
    victim = started(child(where, "victim"))
    for process in all_:
        started(process)
    # K7: a reader meanwhile sees whole entries only
    for _ in range(3):
        held(where)
    time.sleep(0.2)
    victim.kill()
    said = acknowledged(finish(victim)[0])
    for process in all_:
        out, err = finish(process)
        assert (process.returncode, err) == (0, "")
        mine = acknowledged(out)
        assert len(mine) == each
        said += mine
    assert len({seq for seq, _, _ in said}) == len(said)
    size = check(where, said)
    assert len(said) + 2 <= size <= len(said) + 3
    ids = [id for _, id in held(where).values()]
    assert len(set(ids)) == len(ids)


def test_row66_ctrl_c_leaves_the_old_or_the_new_state(where):
    rng = random.Random(SEED)
    said = []
    begin(where)
    for n in range(5):
        process = started(child(where, f"w{n}", more=("ctrl-c",)))
        time.sleep(rng.uniform(0.02, 0.2))
        process.send_signal(signal.SIGINT)
        out, err = finish(process)
        assert process.returncode == 130, err
        said += acknowledged(out)
        check(where, said)


def test_row46_a_full_disk_is_one_sentence_and_the_old_state(tmp_path):
    """A limit on the size of files stands for a full disk: writes beyond it fail half-way."""
    place = tmp_path / "ledger.sqlite"
    with open_ledger(place, clock=Clock(), new_id="0a" * 16) as ledger:
        for n in range(30):
            ledger.append("source", made.source_forecast(id=f"old-{n}", note="y" * 300))
    step = 1_000 if FULL else 9_000
    failed, said = 0, []
    for limit in range(40_000, 140_000, step):
        process = child(place, f"l{limit}", count=200, limit=limit)
        out, err = finish(process)
        said += acknowledged(out)
        if process.returncode != 0:
            failed += 1
            assert process.returncode == 1
            assert err.count("\n") == 1, err
            assert err.startswith(f"the ledger {place} cannot be written: ")
            assert "The ledger is as it was before; make room" in err
        check(place, said)
    assert failed > 3
    with open_ledger(place, clock=Clock()) as ledger:
        ledger.append("source", made.source_forecast(id="after"))
    check(place, said)


def test_k10_postgresql_that_crashes_keeps_what_was_acknowledged(cluster, database):
    process = started(child(database, "w"))
    time.sleep(0.4)
    cluster.crash()
    out, err = finish(process)
    assert process.returncode == 1
    assert err.startswith("the database ") and err.count("\n") == 1
    said = acknowledged(out)
    assert said
    cluster.start()
    check(database, said)
    with open_ledger(database, clock=Clock()) as ledger:
        ledger.append("source", made.source_forecast(id="after"))
    check(database, said)


@pytest.fixture
def closed(tmp_path):
    """A ledger of twelve entries, closed; its export; and its file."""
    place = tmp_path / "whole" / "ledger.sqlite"
    with open_ledger(place, clock=Clock(), new_id="0a" * 16) as ledger:
        for n in range(11):
            ledger.append("source", made.source_forecast(id=f"c{n}"))
        with ledger.reading() as reading:
            lines = b"".join(export(reading))
    assert [p.name for p in place.parent.iterdir()] == ["ledger.sqlite"]
    return place, lines


def read(place):
    """Export of a file that was damaged, or the sentence that refuses it."""
    try:
        with (
            open_ledger(place, clock=Clock(), read_only=True) as ledger,
            ledger.reading() as reading,
        ):
            found = verify_reading(reading)
            return b"".join(export(reading)) if found.state == "intact" else found
    except LedgerError as refused:
        found = refused
    assert "\n" not in str(found)
    return found


def test_k2_a_file_cut_anywhere_is_refused_or_whole(closed, tmp_path):
    whole = closed[0].read_bytes()
    step = 61 if FULL else 1021
    for n, size in enumerate([*range(0, len(whole), step), len(whole) - 1]):
        cut = tmp_path / f"cut{n}" / "ledger.sqlite"
        cut.parent.mkdir()
        cut.write_bytes(whole[:size])
        found = read(cut)
        if size == 0:
            assert isinstance(found, LedgerError) or found.state == "empty"
        else:
            assert isinstance(found, LedgerError) or not found.holds, size
        shutil.rmtree(cut.parent)


def test_k2_a_log_cut_anywhere_leaves_a_beginning_of_the_ledger(tmp_path):
    """The newest entries lie in the write-ahead log: cut there, a beginning of the chain is left.

    That is a rolled back copy: row 42, found by a checkpoint alone.
    """
    place = tmp_path / "live" / "ledger.sqlite"
    ledger = open_ledger(place, clock=Clock(), new_id="0a" * 16)
    for n in range(5):
        ledger.append("source", made.source_forecast(id=f"c{n}"))
    with ledger.reading() as reading:
        lines = list(export(reading))
    files = {p.name: p.read_bytes() for p in place.parent.iterdir() if not p.name.endswith("shm")}
    ledger.close()
    log = files["ledger.sqlite-wal"]
    sizes = set()
    for n, size in enumerate(range(0, len(log), 331 if FULL else 2039)):
        cut = tmp_path / f"cut{n}" / "ledger.sqlite"
        cut.parent.mkdir()
        cut.write_bytes(files["ledger.sqlite"])
        (cut.parent / "ledger.sqlite-wal").write_bytes(log[:size])
        found = read(cut)
        if isinstance(found, bytes):
            left = found.splitlines(keepends=True)[:-1]
            assert left == lines[: len(left)]
            sizes.add(len(left))
        else:
            assert isinstance(found, LedgerError) or found.state == "empty"
        shutil.rmtree(cut.parent)
    assert len(sizes) > 2


def test_row40_a_byte_changed_in_the_file_is_found_or_changes_nothing(closed, tmp_path):
    place, lines = closed
    whole = place.read_bytes()
    rng = random.Random(SEED)
    seen = 0
    for n in range(2000 if FULL else 150):
        at, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
        copy = tmp_path / f"copy{n}" / "ledger.sqlite"
        copy.parent.mkdir()
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        found = read(copy)
        if isinstance(found, bytes):
            assert found == lines, f"byte {at}, bit {bit}, seed {SEED}"
        else:
            seen += 1
        shutil.rmtree(copy.parent)
    assert seen > 0
