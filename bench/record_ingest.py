"""Speed and memory of ingest, beside DuckDB's bare copy and pandas, on the same files.

Run: ``python bench/record_ingest.py [--files 20 200] [--like FILE]``. The files are copies of one
quarter hour of GDELT 2.0 with ids, addresses and days moved; ``--like`` names the file to copy (a
real one), without it one is made by us. Each figure is the best of three, each run in a process of
its own; the methods take turns, so that a busy machine is busy for all of them. Beside the seconds
stand those of the processor and the peak memory (of the largest process, where there are several).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

ROWS = 2111
COLUMNS = 61
METHODS = ("ingest", "bare", "gdeltpyr", "pandas")


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
            row[at : at + 5] = ["4", f"Town {rng.randrange(300)}, Somewhere", "UK", "UKH9", "40110"]
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


def _frame(content: bytes) -> pandas.DataFrame:
    """One file as gdeltPyR parses it, from the bytes it downloaded."""
    import io

    import pandas as pd

    text = {26: "str", 27: "str", 28: "str"}
    return pd.read_csv(io.BytesIO(content), sep="\t", header=None, on_bad_lines="skip", dtype=text)


def _read(path: Path) -> pandas.DataFrame:
    return _frame(path.read_bytes())


def run_gdeltpyr(folder: Path, out: Path) -> int:
    """What gdeltPyR's search does once files are there: one data frame with descriptions.

    A pool of as many processes as cores parses a file each and hands its frame back; the frames
    are joined, named, and each row gets the description of its code from a table of them. It is
    spared the download, the zip archive and any writing: its result stays in memory.
    """
    import multiprocessing

    import pandas as pd

    from demarche.record.readers.gdelt import COLUMNS2
    from demarche.terms.codebooks import CAMEO

    table = pd.DataFrame({"Description": {code: one.label for code, one in CAMEO.items()}})

    def description(code: str) -> str:
        try:
            return table["Description"][code]
        except KeyError:
            return f"No Description returned for CAMEO code {code}"

    with multiprocessing.Pool(multiprocessing.cpu_count()) as pool:
        frames = list(pool.imap_unordered(_read, sorted(folder.glob("*.CSV"))))
    found = pd.concat(frames)
    found.reset_index(drop=True, inplace=True)
    found.columns = list(COLUMNS2)
    found.insert(27, "CAMEOCodeDescription", value=found["EventCode"].apply(description).values)
    return len(found)


def run_pandas(folder: Path, out: Path) -> int:
    """The least that pandas can do: parse each file in one process, join, write Parquet."""
    import pandas as pd

    frame = pd.concat([_read(path) for path in sorted(folder.glob("*.CSV"))])
    frame.columns = [f"c{n}" for n in range(COLUMNS)]
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

    if method in ("gdeltpyr", "pandas"):
        import pandas  # noqa: F401
    if method == "ingest":
        import demarche.record.ingest
        import demarche.record.readers  # noqa: F401

    run = {
        "ingest": run_ingest,
        "bare": run_bare,
        "gdeltpyr": run_gdeltpyr,
        "pandas": run_pandas,
    }[method]
    start, busy = time.perf_counter(), sum(os.times()[:4])
    rows = run(Path(folder), Path(out))
    seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - busy
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(who).ru_maxrss for who in both) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "rows": rows}))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=[20, 200])
    parser.add_argument("--like", type=Path)
    parser.add_argument("--against", nargs="*", default=METHODS[1:], choices=METHODS[1:])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    head = ("files", "MB", "rows", "method", "s", "cpu s", "MB/s", "peak MB")
    print("{:>6} {:>7} {:>9} {:<8} {:>7} {:>7} {:>7} {:>8}".format(*head))
    for count in given.files:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "in"
            size = write_files(folder, count, given.like) / 1e6
            runs: dict[str, list[dict[str, float]]] = {
                method: [] for method in ("ingest", *given.against)
            }
            for n in range(given.repeat):
                for method in ("ingest", *given.against):
                    out = Path(work) / f"{method}{n}"
                    runs[method].append(timed(method, folder, out))
                    shutil.rmtree(out, ignore_errors=True)
            best = {m: min(found, key=lambda run: run["seconds"]) for m, found in runs.items()}
            for method, one in best.items():
                print(
                    f"{count:>6} {size:>7.1f} {one['rows']:>9,} {method:<8} {one['seconds']:>7.2f} "
                    f"{min(r['cpu'] for r in runs[method]):>7.2f} {size / one['seconds']:>7.1f} "
                    f"{max(r['peak'] for r in runs[method]):>8.0f}"
                )
            for method in given.against:
                ratio = best[method]["seconds"] / best["ingest"]["seconds"]
                print(f"       ingest at {ratio:.2f} times the speed of {method}", flush=True)


if __name__ == "__main__":
    main()
