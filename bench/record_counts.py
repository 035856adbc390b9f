"""Daily counts of synthetic events, from 1e5 to 1e8 rows, beside DuckDB's own bare query.

Each measurement is a process of its own, so that its peak memory is its own. Both see the same
files, the same memory limit and the same number of threads; the files lie in a folder that is
removed at the end.

    python bench/record_counts.py --up-to 8 --memory 8GB
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLASSES = tuple(f"{k:02d}" for k in range(1, 21))
DAYS = 3653


def write(folder: Path, rows: int) -> dict[str, float]:
    from demarche.record.synthetic import made_world
    from demarche.record.synthetic_files import write_events

    world = made_world(
        actors=300,
        classes=CLASSES,
        days=DAYS,
        start=dt.date(2014, 1, 1),
        density=0.3,
        rate_shape=0.3,
        actor_exponent=1.0,
        lag_shares=(0.95, 0.04, 0.01),
        seed=1,
    )
    files = write_events(world, folder / "events", rows=rows, seed=1)
    return {"rows": sum(f.rows for f in files), "bytes": sum(f.path.stat().st_size for f in files)}


def months(folder: Path) -> list:
    from demarche.record.counts import MonthEvents

    return [
        MonthEvents(source="synthetic", month=path.stem, paths=(path,))
        for path in sorted((folder / "events").glob("*.parquet"))
    ]


def count(folder: Path, memory: str, engine: str = "duckdb") -> dict[str, float]:
    from demarche.record.counts import build_counts

    files = build_counts(
        months(folder), folder / engine, engine=engine, memory_limit=memory, threads=2
    )
    return {"bytes": sum(file.path.stat().st_size for file in files)}


def spark(folder: Path, memory: str) -> dict[str, float]:
    return count(folder, memory, engine="spark")


def bare(folder: Path, memory: str) -> dict[str, float]:
    import duckdb

    from demarche.terms.events import COUNT_COLUMNS

    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false; SET threads = 2")
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"SET memory_limit = '{memory}'; SET temp_directory = '{folder}/spill'")
    keys = ", ".join(COUNT_COLUMNS[:-1])
    con.execute(
        f"COPY (SELECT {keys}, count(*) AS n FROM read_parquet('{folder}/events/*.parquet') "
        f"GROUP BY {keys}) TO '{folder}/bare.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    return {"bytes": (folder / "bare.parquet").stat().st_size}


def read(folder: Path, memory: str) -> dict[str, float]:
    """A dyad with its neighbours: all rows that name either of the two, both organs dropped."""
    from demarche.record.count_reads import read_counts
    from demarche.record.store import connect

    paths = sorted((folder / "duckdb").rglob("*.parquet"))
    con = connect(threads=2, memory=memory)
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        found = read_counts(
            paths,
            as_of=dt.date(2030, 1, 1),
            actors=("XAF", "XAM"),
            match="both",
            columns=("date", "known_at", "actor", "recipient", "root", "quad_code"),
            con=con,
        )
        seconds.append(time.perf_counter() - begun)
    dyad = len(found)
    begun = time.perf_counter()
    found = read_counts(
        paths,
        as_of=dt.date(2030, 1, 1),
        actors=("XAF", "XAM"),
        columns=("date", "known_at", "actor", "recipient", "root", "quad_code"),
        con=con,
    )
    return {
        "first": seconds[0],
        "warm": min(seconds[1:]),
        "dyad_rows": dyad,
        "neighbours": time.perf_counter() - begun,
        "neighbour_rows": len(found),
    }


def child(step: str, folder: Path, argument: str) -> None:
    begun = time.perf_counter()
    if step == "write":
        found = write(folder, int(argument))
    else:
        found = {"count": count, "spark": spark, "bare": bare, "read": read}[step](folder, argument)
    print(
        json.dumps(
            found
            | {
                "seconds": time.perf_counter() - begun,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


def run(step: str, folder: Path, argument: object) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", step, str(folder), str(argument)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=5, help="smallest power of ten")
    parser.add_argument("--up-to", type=int, default=6, help="largest power of ten, 5 to 9")
    parser.add_argument("--memory", default="8GB", help="memory limit of DuckDB")
    parser.add_argument("--spark", action="store_true", help="Spark beside them, up to 1e6")
    given = parser.parse_args()
    if given.step:
        child(given.step[0], Path(given.step[1]), given.step[2])
        return
    print(f"two threads, {given.memory}, {DAYS:,} days in 120 files; seconds with the start-up")
    print(
        "events      | written s | MB    | counts s | peak MB | bare s | peak MB | ratio | "
        "MB counts | dyad s | neighbours s (rows)"
    )
    for power in range(given.start, given.up_to + 1):
        with tempfile.TemporaryDirectory(prefix="demarche-bench-") as there:
            folder = Path(there)
            made = run("write", folder, 10**power)
            ours = run("count", folder, given.memory)
            duck = run("bare", folder, given.memory)
            seen = run("read", folder, given.memory)
            print(
                f"{made['rows']:>11,.0f} | {made['seconds']:>9.1f} | {made['bytes'] / 1e6:>5.0f} | "
                f"{ours['seconds']:>8.1f} | {ours['peak'] / 1e6:>7.0f} | "
                f"{duck['seconds']:>6.1f} | {duck['peak'] / 1e6:>7.0f} | "
                f"{ours['seconds'] / duck['seconds']:>5.2f} | {ours['bytes'] / 1e6:>9.0f} | "
                f"{seen['warm']:>6.2f} | {seen['neighbours']:.2f} ({seen['neighbour_rows']:,.0f})",
                flush=True,
            )
            if given.spark and power <= 6:
                other = run("spark", folder, given.memory)
                print(f"            Spark, the same counts: {other['seconds']:.1f} s", flush=True)


if __name__ == "__main__":
    main()
