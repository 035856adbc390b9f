"""Appends to a ledger beside plain inserts with the same durability, and verifying a long chain.

Run: python bench/ledger_appends.py [--entries 1000000] [--seconds 1] [--postgres URL]

The peer is the standard library's sqlite3: the same file settings (write-ahead log, synchronous
FULL), one row of the same bytes per transaction, an index of its own, and neither hash nor chain.
Both run in this process's folder, one after the other, in rounds; the table gives medians.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from demarche.ledger.canonical import canonical, hash_of, subject_of
from demarche.ledger.exchange import export, import_export
from demarche.ledger.schema import entries
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_export, verify_reading
from demarche.terms.ledger import SourceForecast
from demarche.terms.plain import to_plain

NEW = "0a" * 16
ROUNDS = 9


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def forecast(name: str, n: int) -> SourceForecast:
    return SourceForecast(
        id=f"{name}-{n}",
        source="bench",
        holder="A. Writer",
        text="A state that does not exist hosts talks between two others within the quarter.",
        forecaster="person",
        kind="prediction",
        probability=(n % 99 + 1) / 100,
        asked=dt.date(2030, 1, 1),
        closes=dt.date(2030, 3, 31),
        cluster=f"crisis-{n % 100}",
    )


def ledger_writer(place: str, name: str, seconds: float, go: Barrier, found) -> None:
    with open_ledger(place, clock=clock, new_id=NEW, run=name, wait=120) as ledger:
        ledger.append("source", forecast(f"{name}-first", 0))
        go.wait()
        until, n, before = time.perf_counter() + seconds, 0, time.process_time()
        while time.perf_counter() < until:
            n += 1
            ledger.append("source", forecast(name, n))
    found.put((n, time.process_time() - before))


def plain_writer(place: str, name: str, seconds: float, go: Barrier, found) -> None:
    con = sqlite3.connect(place, timeout=120, isolation_level=None)
    con.execute("PRAGMA synchronous = FULL")
    go.wait()
    until, n, before = time.perf_counter() + seconds, 0, time.process_time()
    while time.perf_counter() < until:
        n += 1
        record = canonical(to_plain(forecast(name, n))).decode()
        con.execute("BEGIN IMMEDIATE")
        con.execute("INSERT INTO rows (subject, record) VALUES (?, ?)", (f"{name}-{n}", record))
        con.execute("COMMIT")
    con.close()
    found.put((n, time.process_time() - before))


def rate(writer, place: str, *, writers: int, seconds: float) -> tuple[float, float]:
    """Rows per second of several processes that write at once, and processor seconds per row."""
    context = multiprocessing.get_context("spawn")
    go, found = context.Barrier(writers), context.Queue()
    all_ = [
        context.Process(target=writer, args=(place, f"w{n}", seconds, go, found))
        for n in range(writers)
    ]
    for process in all_:
        process.start()
    said = [found.get() for _ in all_]
    for process in all_:
        process.join()
    rows = sum(n for n, _ in said)
    return rows / seconds, sum(cpu for _, cpu in said) / rows


def plain_file(folder: Path) -> str:
    place = folder / "plain.sqlite"
    con = sqlite3.connect(place)
    con.execute("PRAGMA journal_mode = WAL")
    con.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, subject TEXT, record TEXT)")
    con.execute("CREATE INDEX by_subject ON rows (subject)")
    con.commit()
    con.close()
    return str(place)


def appends(seconds: float, postgres: str | None) -> None:
    print(f"appends, each durable before the next; {ROUNDS} turns of {seconds:g} s")
    heads = ["writers", "ledger (SQLite) /s", "plain sqlite3 /s", "ledger / plain (range)"]
    heads += ["processor time per append, ledger", "the same, plain"]
    heads += ["ledger (PostgreSQL) /s"] if postgres else []
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    middle = statistics.median
    for writers in (1, 8):
        ours, plain, team = [], [], []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                place = Path(folder).resolve() / "ledger.sqlite"
                with open_ledger(place, clock=clock, new_id=NEW) as ledger:
                    ledger.append("source", forecast("first", 0))
                ours.append(rate(ledger_writer, str(place), writers=writers, seconds=seconds))
                where = plain_file(Path(folder).resolve())
                plain.append(rate(plain_writer, where, writers=writers, seconds=seconds))
            if postgres:
                team.append(rate(ledger_writer, postgres, writers=writers, seconds=seconds))
        ratios = [a / b for (a, _), (b, _) in zip(ours, plain, strict=True)]
        cells = [
            f"{writers}",
            f"{middle(a for a, _ in ours):,.0f}",
            f"{middle(a for a, _ in plain):,.0f}",
            f"{middle(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
            f"{1e6 * middle(c for _, c in ours):,.0f} \u00b5s",
            f"{1e6 * middle(c for _, c in plain):,.0f} \u00b5s",
            *([f"{middle(a for a, _ in team):,.0f}"] if postgres else []),
        ]
        print("| " + " | ".join(cells) + " |", flush=True)


def fill(place: Path, count: int) -> None:
    """A long chain, written in large transactions: only verifying it is measured."""
    with open_ledger(place, clock=clock, new_id=NEW) as ledger:
        ledger.append("source", forecast("first", 0))
        left = count - 2
        while left > 0:
            now = min(left, 20_000)

            def act(writing, start=left, many=now):
                from demarche.ledger.canonical import made_entry

                seq, head = writing._last
                rows = []
                for n in range(start, start - many, -1):
                    seq += 1
                    content = forecast("filled", n)
                    entry, raw = made_entry(
                        content, kind="source", seq=seq, prev_hash=head, at=writing.now,
                        tool="bench", run="bench", step=seq,
                    )  # fmt: skip
                    rows.append(
                        {
                            "seq": seq,
                            "prev_hash": head,
                            "hash": entry.hash,
                            "kind": "source",
                            "subject": subject_of("source", entry.content),
                            "record": raw.decode(),
                        }
                    )
                    head = hash_of(raw)
                writing.connection.execute(entries.insert(), rows)

            ledger.write(act)
            left -= now


def measured(what: str, path: str) -> None:
    """One measurement in a process of its own, so that its peak of memory is its own."""
    start, target = time.perf_counter(), Path(path).with_suffix(".jsonl")
    if what == "export":
        with (
            open_ledger(path, clock=clock, read_only=True) as ledger,
            ledger.reading() as reading,
            target.open("wb") as handle,
        ):
            handle.writelines(export(reading))
        size = f"{target.stat().st_size / 1e6:,.0f} MB written"
    elif what == "verify export":
        found = verify_export(target)
        assert found.holds
        size = f"{found.entries:,} entries hold"
    elif what == "import":
        with open_ledger(Path(path).with_name("copy.sqlite"), clock=clock) as ledger:
            size = f"{import_export(ledger, target).added:,} entries added"
    else:
        with open_ledger(path, clock=clock, read_only=True) as ledger, ledger.reading() as reading:
            found = verify_reading(reading, deep=what == "verify")
        assert found.holds
        size = f"{found.entries:,} entries hold"
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = time.process_time()
    print(f"| {what} | {seconds:,.1f} s | {cpu:,.1f} s | {peak:,.0f} MB | {size} |", flush=True)


def long_chain(count: int) -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        place = Path(folder).resolve() / "long.sqlite"
        fill(place, count)
        megabytes = place.stat().st_size / 1e6
        print(f"\na chain of {count:,} entries ({megabytes:,.0f} MB)")
        print("| what | time | processor time | peak memory of the process | result |")
        print("|---|---|---|---|---|", flush=True)
        for what in ("verify", "verify --fast", "export", "verify export", "import"):
            subprocess.run(
                [sys.executable, __file__, "--measure", what, "--place", str(place)], check=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--postgres")
    parser.add_argument("--measure")
    parser.add_argument("--place")
    options = parser.parse_args()
    if options.measure:
        measured(options.measure, options.place)
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{clock():%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GB, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}\n"
    )
    if options.seconds > 0:
        appends(options.seconds, options.postgres)
    if options.entries > 0:
        long_chain(options.entries)


if __name__ == "__main__":
    main()
