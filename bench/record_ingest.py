"""Speed and memory of ingest, beside DuckDB's bare copy and pandas, on the same files.

Run: ``python bench/record_ingest.py [--files 20 200] [--like FILE]``. The files are copies of one
quarter hour of GDELT 2.0 with ids, addresses and days moved; ``--like`` names the file to copy (a
real one), without it one is made by us. Each figure is the best of three, each run in a process of
its own, whose peak memory is printed too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 2111
COLUMNS = 61
METHODS = ("ingest", "bare", "pandas")


def made(rows: int) -> list[list[str]]:
    """Rows of one quarter hour by the layout of GDELT 2.0; values are ours."""
    rng = random.Random(1)
    countries = ["USA", "GBR", "FRA", "CHN", "RUS", "IND", "BRA", "ZAF", "JPN", "EGY", ""]
    codes = ["010", "020", "036", "040", "042", "043", "051", "057", "071", "090", "111", "112"]
    codes += ["130", "141", "172", "173", "180", "190", "193"]
    types = ["GOV", "MIL", "OPP", "COP", "LEG", "", ""]
    found = []
    for n in range(rows):
        row = [""] * COLUMNS
        row[0], row[1] = str(880_000_000 + n), "20191024"
        row[2:5] = ["201910", "2019", "2019.8055"]
        for at in (5, 15):
            row[at + 2] = rng.choice(countries)
            row[at + 7] = rng.choice(types)
            row[at] = row[at + 2] + row[at + 7]
            row[at + 1] = f"NAME {row[at]}" if row[at] else ""
        code = rng.choice(codes)
        row[25:35] = ["1", code, code[:3], code[:2], "1", "3.4", "4", "1", "4", "-1.25"]
        for at in (35, 43, 51):
            row[at : at + 8] = ["4", f"Town {rng.randrange(300)}, Somewhere", "UK", "UKH9", "40110"]
            row[at + 5 : at + 8] = ["51.5", "-0.116667", str(-rng.randrange(3_000_000))]
        row[59] = "20191024143000"
        row[60] = f"https://news.example/{rng.randrange(425)}/a-report-with-a-long-title-{n % 7}"
        found.append(row)
    return found


def write_files(folder: Path, count: int, like: Path | None) -> int:
    """Copies of one file, each with ids, addresses and day of its own; returns their bytes."""
    if like is None:
        rows = made(ROWS)
    else:
        text = like.read_text(encoding="utf-8")
        rows = [line.split("\t") for line in text.splitlines() if line.count("\t") == COLUMNS - 1]
    start = dt.datetime(2019, 10, 1)
    folder.mkdir(parents=True)
    for n in range(count):
        stamp = start + dt.timedelta(minutes=15 * n)
        lines = []
        for row in rows:
            day = stamp.strftime("%Y%m%d") if row[1] == "20191024" else row[1]
            new = [str(int(row[0]) + n * 10_000), day, *row[2:59]]
            lines.append("\t".join([*new, f"{stamp:%Y%m%d%H%M%S}", f"{row[60]}?{n}"]) + "\n")
        (folder / f"{stamp:%Y%m%d%H%M%S}.export.CSV").write_text("".join(lines), encoding="utf-8")
    return sum(path.stat().st_size for path in folder.iterdir())


def run_ingest(folder: Path, out: Path) -> int:
    """Our ingest: checked, normalised, de-duplicated, sorted, hashed and flushed to disk."""
    from demarche.record.ingest import ingest

    return ingest(out, [folder], source="gdelt2").read


def run_bare(folder: Path, out: Path) -> int:
    """All columns as text from ``read_csv`` to one Parquet file, nothing else."""
    import duckdb

    names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(COLUMNS))
    con = duckdb.connect()
    row = con.execute(
        f"COPY (SELECT * FROM read_csv('{folder}/*.CSV', columns = {{{names}}}, delim = '\t', "
        f"header = false, quote = '', escape = '', auto_detect = false)) TO '{out}.parquet' "
        "(FORMAT parquet)"
    ).fetchone()
    return int(row[0])


def run_pandas(folder: Path, out: Path) -> int:
    """As gdeltPyR does: a data frame per file, joined and written."""
    import pandas as pd

    frames = [
        pd.read_csv(path, sep="\t", header=None, dtype={26: "str", 27: "str", 28: "str"})
        for path in sorted(folder.glob("*.CSV"))
    ]
    frame = pd.concat(frames)
    frame.columns = [f"c{n}" for n in range(COLUMNS)]
    for name in frame.columns[frame.dtypes == "object"]:
        frame[name] = frame[name].astype("str")
    frame.to_parquet(f"{out}.pandas.parquet")
    return len(frame)


def timed(method: str, folder: Path, out: Path) -> dict[str, float]:
    """Seconds, peak memory (MB) and rows of one method in a process of its own."""
    code = [sys.executable, __file__, "--child", method, str(folder), str(out)]
    found = subprocess.run(code, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def child(method: str, folder: str, out: str) -> None:
    """Import first, then time the work."""
    import duckdb  # noqa: F401

    if method == "pandas":
        import pandas  # noqa: F401
    else:
        import pyarrow  # noqa: F401

    run = {"ingest": run_ingest, "bare": run_bare, "pandas": run_pandas}[method]
    start = time.perf_counter()
    rows = run(Path(folder), Path(out))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "rows": rows}))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=[20, 200])
    parser.add_argument("--like", type=Path)
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    print(f"{'files':>6} {'MB':>7} {'rows':>9} {'method':<8} {'s':>7} {'MB/s':>7} {'peak MB':>8}")
    for count in given.files:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "in"
            size = write_files(folder, count, given.like) / 1e6
            best: dict[str, float] = {}
            for method in given.methods:
                runs = [
                    timed(method, folder, Path(work) / f"{method}{n}") for n in range(given.repeat)
                ]
                one = min(runs, key=lambda run: run["seconds"])
                best[method] = one["seconds"]
                print(
                    f"{count:>6} {size:>7.1f} {one['rows']:>9,} {method:<8} {one['seconds']:>7.2f} "
                    f"{size / one['seconds']:>7.1f} {max(r['peak'] for r in runs):>8.0f}"
                )
            if {"ingest", "bare"} <= set(best):
                print(
                    f"       ingest at {best['bare'] / best['ingest']:.0%} of the bare copy's speed"
                )
            if {"ingest", "pandas"} <= set(best):
                print(
                    f"       ingest {best['pandas'] / best['ingest']:.1f} times as fast as pandas"
                )


if __name__ == "__main__":
    main()
