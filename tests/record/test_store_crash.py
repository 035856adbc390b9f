"""A kill, a full disk, Ctrl-C or a second process leave the old or the new state of a store.

The number of random kills is DEMARCHE_KILLS (15 by default; ``DEMARCHE_KILLS=200`` for a release).
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demarche.errors import DataError
from demarche.record import _parts
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.manifest import locked, read_manifest, store_hash
from tests.record.small_events import read_small, write

KILLS = int(os.environ.get("DEMARCHE_KILLS", "15"))
REPOSITORY = Path(__file__).parents[2]
FAILPOINTS = (
    *("after read", "before part", "after part", "before publish", "before manifest"),
    *("half manifest", "before rename", "after rename", "after publish"),
)


def files_of(folder: Path) -> tuple[Path, list[Path]]:
    """One file for the old state, and the files whose ingest is disturbed."""
    rows = [
        {"id": n, "date": f"2020-0{1 + n % 3}-{1 + n % 28:02d}", "story": n // 2}
        for n in range(240)
    ]
    rows[100] = {"line": "100|no day"}
    return write(folder / "old.txt", rows[:60]), [
        write(folder / f"new{k}.txt", rows[50 + 50 * k : 100 + 60 * k]) for k in range(3)
    ]


def put(root, files):
    return ingest(root, files, source="small", reader=read_small, batch_bytes=2000, threads=1)


def child(root, files, *, limit=0, failpoint=""):
    env = {**os.environ, "DEMARCHE_FAILPOINT": failpoint, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.record.crash_child", str(root), str(limit), *map(str, files)],
        cwd=REPOSITORY,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Files, and the hashes of the old and the new state of an undisturbed store."""
    folder = tmp_path_factory.mktemp("states")
    old, new = files_of(folder / "in")
    put(folder / "s", [old])
    before = store_hash(folder / "s")
    put(folder / "s", new)
    return old, new, before, store_hash(folder / "s")


def whole(root: Path) -> bool:
    """Every file that the manifest names is there with the size it states."""
    return all((root / p.path).stat().st_size == p.bytes for p in read_manifest(root).parts())


def check(root, states):
    old, new, before, after = states
    found = store_hash(root)
    assert found in (before, after)
    assert whole(root)
    put(root, [old, *new])
    assert store_hash(root) == after
    named = {root / part.path for part in read_manifest(root).parts()}
    put(root, [old])
    assert {p for p in root.rglob("*") if p.is_file()} == named | {
        root / "manifest.json",
        root / "lock",
    }
    return found == after


@pytest.mark.parametrize("point", FAILPOINTS)
def test_k3_kill_at_a_failpoint_leaves_old_or_new(tmp_path, states, point):
    put(tmp_path / "s", [states[0]])
    process = child(tmp_path / "s", states[1], failpoint=point)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert check(tmp_path / "s", states) == (point in ("after rename", "after publish"))


def test_k8_kill_at_a_random_moment_leaves_old_or_new(tmp_path, states):
    seed = int(os.environ.get("DEMARCHE_SEED", "20231101"))
    rng = random.Random(seed)
    killed = 0
    for n in range(KILLS):
        root = tmp_path / f"s{n}"
        put(root, [states[0]])
        process = child(root, states[1])
        assert process.stdout.readline() == "go\n"
        time.sleep(rng.uniform(0, 0.5))
        process.kill()
        process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        assert check(root, states) in (True, False), f"seed {seed}, kill {n}"
    assert killed > 0


def test_row66_ctrl_c_leaves_the_old_state_and_nothing_else(tmp_path, states):
    for n, pause in enumerate((0.02, 0.1, 0.2)):
        root = tmp_path / f"s{n}"
        put(root, [states[0]])
        process = child(root, states[1])
        assert process.stdout.readline() == "go\n"
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        # shells show a process that ended by this signal as 130 too
        assert process.returncode in (0, 130, -signal.SIGINT)
        assert not (root / "tmp").exists()
        check(root, states)


@pytest.mark.parametrize("limit", [200, 3000, 6000])
def test_row46_a_full_disk_is_one_sentence_and_the_old_state(tmp_path, states, limit):
    put(tmp_path / "s", [states[0]])
    process = child(tmp_path / "s", states[1], limit=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("the store ") and err.count("\n") == 1
    assert "It is as it was before" in err
    assert store_hash(tmp_path / "s") == states[2]
    named = {tmp_path / "s" / part.path for part in read_manifest(tmp_path / "s").parts()}
    left = {p for p in (tmp_path / "s").rglob("*") if p.is_file()}
    assert left == named | {tmp_path / "s" / "manifest.json", tmp_path / "s" / "lock"}
    check(tmp_path / "s", states)


def test_k6_two_processes_take_turns(tmp_path, states):
    old, new, _, after = states
    both = [child(tmp_path / "s", [old, new[0]]), child(tmp_path / "s", new)]
    for process in both:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    assert store_hash(tmp_path / "s") == after
    assert read_manifest(tmp_path / "s").serial == 2


def test_row47_a_store_in_use_names_its_holder_after_the_wait(tmp_path):
    with locked(tmp_path / "s"):
        with (tmp_path / "s" / "lock").open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (
            pytest.raises(DataError, match=rf"in use by process {os.getpid()} on .*0.1 seconds"),
            locked(tmp_path / "s", wait=0.1),
        ):
            pass
    with locked(tmp_path / "s", wait=0.1):
        pass


def test_row45_a_store_that_cannot_be_written_is_said_before_work_starts(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be written"):
        put(tmp_path / "file", [write(tmp_path / "a.txt", [{"id": 1}])])


def test_row45_folders_of_a_store_on_two_disks_are_one_sentence(tmp_path, states, monkeypatch):
    put(tmp_path / "s", [states[0]])

    def apart(source, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link", str(source))

    monkeypatch.setattr(_parts.os, "replace", apart)
    with pytest.raises(DataError, match=r"cannot be written: Invalid cross-device link\. It is as"):
        put(tmp_path / "s", states[1])
    assert store_hash(tmp_path / "s") == states[2]


def test_daily_counts_are_on_the_disk_before_they_have_their_name(tmp_path, states, monkeypatch):
    flushed: set[int] = set()
    real, swap, named = os.fsync, os.replace, []

    def fsync(number):
        flushed.add(os.fstat(number).st_ino)
        real(number)

    def replace(source, target):
        if Path(target).suffix == ".parquet":
            assert os.stat(source).st_ino in flushed
            named.append(target)
        swap(source, target)

    put(tmp_path / "s", [states[0]])
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    count_store(tmp_path / "s")
    assert named


def test_every_file_is_on_the_disk_before_the_manifest_names_it(tmp_path, states, monkeypatch):
    """In whatever order files are flushed, the manifest comes last, and folders are flushed too."""
    old, new, _, after = states
    flushed: list[Path] = []
    real, swap = os.fsync, os.replace

    def fsync(number):
        flushed.append(Path(os.readlink(f"/proc/self/fd/{number}")))
        real(number)

    def replace(source, target):
        swap(source, target)
        if Path(target).name == "manifest.json":
            named = {tmp_path / "s" / part.path for part in read_manifest(tmp_path / "s").parts()}
            assert named <= kept | set(flushed)
            on_the_way = {folder for path in named - kept for folder in path.parents}
            assert {f for f in on_the_way if f.is_relative_to(tmp_path / "s")} <= set(flushed)
        elif Path(target) in kept:
            kept.remove(Path(target))  # a new file under an old name is to be flushed again

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    kept: set[Path] = set()
    for files in ([old], new, [old, *new]):
        flushed.clear()
        put(tmp_path / "s", files)
        kept = {tmp_path / "s" / part.path for part in read_manifest(tmp_path / "s").parts()}
    assert store_hash(tmp_path / "s") == after
