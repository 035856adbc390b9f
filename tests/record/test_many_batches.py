"""Several batches, read side by side and sorted in pieces: the same store, and nothing lost."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import DataError
from demarche.record import _merge, _raw_files, dedupe
from demarche.record import ingest as _ingest
from demarche.record._raw_files import RawFile, batches
from demarche.record._stage import _split
from demarche.record._workers import Workers
from demarche.record.ingest import ingest
from demarche.record.manifest import store_hash
from demarche.record.readers import _load
from demarche.record.rejects import rejected
from demarche.record.store import connect, status
from tests.record.readers.test_read import gdelt


def quarter_hours(folder: Path, count: int = 12, rows: int = 60) -> list[Path]:
    """GDELT files of two months, with stories told twice, rows dated back and lines at fault."""
    rng = random.Random(3)
    folder.mkdir(parents=True)
    paths = []
    for n in range(count):
        day = 28 + n // 2
        stamp = f"202001{day:02d}" if day <= 31 else f"202002{day - 31:02d}"
        lines = []
        for k in range(rows):
            lines.append(
                gdelt(
                    GLOBALEVENTID=str(1000 * n + rng.randrange(rows)),
                    SQLDATE=rng.choice([stamp, stamp, stamp, "20200105", "20190130"]),
                    DATEADDED=f"{stamp}{n % 2:02d}1500",
                    EventCode=rng.choice(["010", "042", "19Z", "190"]),
                    Actor1CountryCode=rng.choice(["RUS", "FRA", f"X{n}Q"]),
                    Actor1Name=rng.choice(["RUSSIA", "", f"NAME OF {k}"]),
                    GoldsteinScale=rng.choice(["-10.0", "3.4", "", "much"]),
                    SOURCEURL=f"https://a.example/{rng.randrange(12)}",
                )
            )
        lines[n] = "no event\tat all"
        lines[n + 9] = gdelt(GLOBALEVENTID="x")
        paths.append(folder / f"{stamp}{n % 2:02d}1500.export.CSV")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Several workers even for the little that is read here."""
    monkeypatch.setattr(_ingest, "SMALL", 0)
    monkeypatch.setattr(_raw_files, "ALONE", 0)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return quarter_hours(tmp_path_factory.mktemp("files") / "in")


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """The store of all files read as one batch by one thread."""
    root = tmp_path_factory.mktemp("whole") / "s"
    done = ingest(root, files, source="gdelt2", threads=1)
    assert (done.lines, done.read, done.rejected) == (720, 696, 24)
    assert done.duplicated > 50
    return root


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("size", [1, 40_000, 10**9])
def test_batches_and_threads_leave_the_same_store(files, whole, tmp_path, threads, size):
    root = tmp_path / "s"
    ingest(root, files, source="gdelt2", threads=threads, batch_bytes=size)
    assert store_hash(root) == store_hash(whole)
    one, other = status(root).sources[0], status(whole).sources[0]
    assert (one.reasons, one.warnings, one.lines) == (other.reasons, other.warnings, other.lines)
    assert rejected(root) == rejected(whole)


def test_files_one_by_one_and_backwards_leave_the_same_store(files, whole, tmp_path):
    for path in files[::-1]:
        ingest(tmp_path / "s", [path], source="gdelt2", threads=2)
    assert store_hash(tmp_path / "s") == store_hash(whole)


@pytest.mark.parametrize("few", [0, 10**6])
def test_rows_marked_and_sorted_in_many_pieces_have_one_order(
    files, whole, tmp_path, monkeypatch, few
):
    """Rows are marked with all others of their months, or with those of their days alone."""
    monkeypatch.setattr(_merge, "SORTED", 30)
    monkeypatch.setattr(_merge, "FEW", few)
    monkeypatch.setattr(_merge, "STRAIGHT", 0)
    for threads in (1, 3):
        root = tmp_path / f"s{threads}"
        ingest(root, files, source="gdelt2", threads=threads, batch_bytes=40_000)
        assert rows_of(root) == rows_of(whole)


@pytest.mark.parametrize("size", [40_000, 10**9])
@pytest.mark.parametrize(("few", "straight"), [(0, 12), (10**6, 0), (10**6, 12)])
def test_few_rows_end_as_many_do(files, whole, tmp_path, monkeypatch, size, few, straight):
    """Whether rows carry answers or numbers, and are sorted as they are written or before."""
    monkeypatch.setattr(_ingest, "SMALL", 10**9)
    monkeypatch.setattr(_merge, "FEW", few)
    monkeypatch.setattr(_merge, "STRAIGHT", straight)
    root = tmp_path / "s"
    ingest(root, files, source="gdelt2", threads=2, batch_bytes=size)
    assert store_hash(root) == store_hash(whole)
    assert rejected(root) == rejected(whole)
    for path in files:
        ingest(tmp_path / "one", [path], source="gdelt2", threads=2)
    assert store_hash(tmp_path / "one") == store_hash(whole)


def test_few_rows_outside_the_period_are_left_out_and_counted(files, tmp_path, monkeypatch):
    found = []
    for few in (0, 10**9):
        monkeypatch.setattr(_ingest, "SMALL", few)
        root = tmp_path / f"s{few}"
        given = {"start": dt.date(2020, 1, 6), "end": dt.date(2020, 1, 31)}
        done = ingest(root, files, source="gdelt2", threads=2, **given)
        assert done.outside > 100
        found.append((store_hash(root), done.outside, done.kept, done.duplicated))
    assert found[0] == found[1]


@pytest.mark.parametrize("hash", ["hash({}) & 1", "hash({}) & 127"])
@pytest.mark.parametrize("few", [0, 10**6])
def test_stories_of_one_hash_are_told_apart(files, whole, tmp_path, monkeypatch, hash, few):
    monkeypatch.setattr(dedupe, "HASH", hash)
    monkeypatch.setattr(_merge, "FEW", few)
    ingest(tmp_path / "s", files, source="gdelt2", threads=2)
    assert store_hash(tmp_path / "s") == store_hash(whole)


def rows_of(root: Path) -> dict[str, list[tuple]]:
    """Rows of every file of events and of rows set aside, in the order in which they lie there."""
    con = connect()
    found: dict[str, list[tuple]] = {}
    for path in sorted(root.glob("[ed]*/source=gdelt2/month=*/*.parquet")):
        name = str(path.parent.relative_to(root))
        assert name not in found
        found[name] = con.execute("FROM read_parquet(?)", [str(path)]).fetchall()
    assert len(found) == 6
    return found


def test_a_row_group_ends_where_it_did_for_any_number_of_threads_and_memory(tmp_path):
    """More rows than one row group, and several pieces sorted at once."""
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(4):
        lines = (
            gdelt(
                GLOBALEVENTID=str(10**6 * (n + 1) + k),
                SQLDATE=f"202001{1 + (7 * k + n) % 28:02d}",
                SOURCEURL=f"https://a.example/{k // 3}",
            )
            for k in range(130_000)
        )
        (folder / f"{n}.export.CSV").write_text("\n".join(lines) + "\n", encoding="utf-8")
    hashes = set()
    for threads, size, memory in ((1, 10**9, "2GB"), (2, 10**9, "500MB"), (3, 30_000_000, "1GB")):
        root = tmp_path / f"s{threads}"
        given = {"threads": threads, "batch_bytes": size, "memory": memory}
        ingest(root, [folder], source="gdelt2", **given)
        hashes.add(store_hash(root))
    assert len(hashes) == 1
    for path in root.glob("[ed]*/source=gdelt2/month=*/*.parquet"):
        assert in_order(path)


def in_order(path: Path) -> bool:
    """Whether the rows lie in the file by day and event, more than a row group of them."""
    rows, behind = (
        connect()
        .execute(
            "SELECT count(*), count(*) FILTER ((date, event_id) < before) FROM (SELECT date, "
            "event_id, lag((date, event_id)) OVER (ORDER BY file_row_number) AS before "
            "FROM read_parquet(?, file_row_number = true))",
            [str(path)],
        )
        .fetchone()
    )
    assert rows > 122_880
    return behind == 0


def test_a_row_group_ends_where_it_did_whatever_months_come_along(tmp_path):
    """Two months of more than a row group, and small ones before, between and after them."""
    paths = []
    for n, (month, rows) in enumerate(
        [("201911", 9), ("201912", 7), ("202001", 126_000), ("202002", 130_001), ("202003", 5)]
    ):
        lines = (
            gdelt(
                GLOBALEVENTID=str(10**6 * (n + 1) + k),
                SQLDATE=f"{month}{1 + 7 * k % 28:02d}",
                DATEADDED="20200401001500",
                SOURCEURL=f"https://a.example/{k // 3}",
            )
            for k in range(rows)
        )
        paths.append(tmp_path / f"{month}.export.CSV")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest(tmp_path / "together", paths, source="gdelt2", threads=2)
    for path in (paths[3], paths[0], paths[4], paths[2], paths[1]):
        ingest(tmp_path / "apart", [path], source="gdelt2", threads=1)
    assert store_hash(tmp_path / "together") == store_hash(tmp_path / "apart")


def test_lines_are_split_alike_by_pyarrow(files, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(_load, "MANY", 0)
    ingest(tmp_path / "s", files, source="gdelt2", threads=2, batch_bytes=40_000)
    assert store_hash(tmp_path / "s") == store_hash(whole)
    assert rejected(tmp_path / "s") == rejected(whole)


def test_a_batch_of_files_that_are_all_refused_does_not_end_the_others(files, whole, tmp_path):
    bad = tmp_path / "20200131999999.export.CSV"
    bad.write_bytes(b"PK no archive")
    page = tmp_path / "page.CSV"
    page.write_text("<!doctype html><p>Not found", encoding="utf-8")
    done = ingest(tmp_path / "s", [*files, bad, page], source="gdelt2", batch_bytes=1)
    assert {name for name, _ in done.refused} == {bad.name, page.name}
    assert done.files == len(files)
    assert store_hash(tmp_path / "s") == store_hash(whole)
    with pytest.raises(DataError, match="no file could be read"):
        ingest(tmp_path / "s2", [bad, page], source="gdelt2", batch_bytes=1)


@given(
    sizes=st.lists(st.integers(1, 10**9), max_size=40),
    limit=st.integers(1, 10**9),
    workers=st.integers(1, 4),
)
def test_batches_hold_every_file_once_in_order_and_no_more_than_their_share(sizes, limit, workers):
    files = [RawFile(Path(f"{n}.csv"), size, str(n), f"{n}.csv", 0) for n, size in enumerate(sizes)]
    found = list(batches(files, limit, workers=workers))
    assert [file for batch in found for file in batch] == files
    for batch in found:
        assert len(batch) == 1 or sum(file.size for file in batch) <= limit / workers


def test_work_is_cut_so_that_no_worker_is_idle_but_not_for_little(monkeypatch):
    monkeypatch.undo()

    def cut(count, size, workers=2, limit=_raw_files.BATCH):
        files = [RawFile(Path(f"{n}.csv"), size, str(n), f"{n}.csv", 0) for n in range(count)]
        return [len(batch) for batch in batches(files, limit, workers=workers)]

    assert cut(80, 1_000_000) == [40, 40]
    assert cut(200, 1_000_000, workers=4) == [50, 50, 50, 50]
    assert cut(1000, 1_000_000) == [125] * 8
    assert cut(40, 1_000_000) == [20, 20]
    assert cut(30, 1_000_000) == [30]
    assert cut(0, 1) == []


def test_workers_give_results_in_order_and_end_all_work_before_a_fault_is_raised():
    con = connect()
    workers = Workers(con, 3)
    slow = [lambda c, n=n: (time.sleep(0.02 * (3 - n % 3)), n)[1] for n in range(7)]
    assert list(workers.run(slow)) == list(range(7))
    at_work = threading.Semaphore(0)
    ended = []

    def fault(c):
        at_work.acquire(timeout=5)
        raise DataError("this one")

    def long(c):
        at_work.release()
        time.sleep(0.1)
        ended.append(c.execute("SELECT 1").fetchall())

    with pytest.raises(DataError, match="this one"):
        list(workers.run([fault, long, *[lambda c: time.sleep(0.01)] * 50]))
    assert ended == [[(1,)]]
    workers.close()
    assert con.execute("SELECT 2").fetchall() == [(2,)]


def test_workers_are_at_least_one_and_few():
    con = connect()
    assert Workers(con, 1).count == 1
    assert Workers(con, 64).count == 4
    assert 1 <= Workers(con).count <= 4
    assert con.execute("SELECT current_setting('threads')").fetchone() == (1,)
    with Workers(con, 4).together(2):
        assert con.execute("SELECT current_setting('threads')").fetchone() == (2,)
    assert con.execute("SELECT current_setting('threads')").fetchone() == (1,)


def test_ctrl_c_between_batches_ends_the_work_of_all_threads(files, tmp_path):
    def tell(what, done, total):
        if (what, done) == ("read", 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(tmp_path / "s", files, source="gdelt2", threads=3, batch_bytes=1, progress=tell)
    assert [path.name for path in (tmp_path / "s").rglob("*") if path.is_file()] == ["lock"]
    assert not [t for t in threading.enumerate() if "ThreadPoolExecutor" in t.name]


def test_a_full_day_and_a_full_month_are_kept_apart_from_rows_dated_back():
    days = {"2020-02-01": 50, "2020-02-02": 5, "2020-02-03": 6, "2020-01-05": 3, "2019-02-01": 2}
    found = list(_split(days, "date"))
    assert [part for _, part in found] == [
        {"2020-02-01": 50},
        {"2020-02-02": 5, "2020-02-03": 6},
        {"2019-02-01": 2, "2020-01-05": 3},
    ]
    con = connect()
    con.execute("CREATE TABLE t (date DATE)")
    for day, rows in days.items():
        con.execute(f"INSERT INTO t SELECT DATE '{day}' FROM range({rows})")
    counts = [
        con.execute(f"SELECT count(*) FROM t WHERE {where}").fetchone()[0] for where, _ in found
    ]
    assert counts == [50, 11, 5]
    assert list(_split({}, "date")) == []
