"""Speed and memory of ingest, beside DuckDB's bare copy and pandas, on the same files.

Run: ``python bench/record_ingest.py [--files 20 200] [--like FILE] [--ceiling]``. The files are
copies of one quarter hour of GDELT 2.0 with ids, addresses and days moved; ``--like`` names the
file to copy (a real one), without it one is made by us. Each figure is the best of three, each run
in a process of its own; the methods take turns, so that a busy machine is busy for all of them.
Beside the seconds stand those of the processor and the peak memory (of the largest process, where
there are several).

``--ceiling`` asks how fast any ingest could be on this machine. The files are zipped, as they are
published, and beside gdeltPyR's way and ours stand the steps that no ingest can leave out, each by
the fastest library at hand: only unzipping them, only splitting the lines into the cells that are
needed, only writing such cells as Parquet.
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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

ROWS = 2111
COLUMNS = 61
METHODS = ("ingest", "bare", "gdeltpyr", "pandas")
CORES = os.cpu_count() or 1


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


def _read(path: Path) -> pandas.DataFrame:
    """One file as gdeltPyR parses it, from the bytes it downloaded."""
    import io

    import pandas as pd

    text = {26: "str", 27: "str", 28: "str"}
    packed = "zip" if path.suffix == ".zip" else None
    return pd.read_csv(
        io.BytesIO(path.read_bytes()),
        compression=packed,
        sep="\t",
        header=None,
        on_bad_lines="skip",
        dtype=text,
    )


def run_gdeltpyr(folder: Path, out: Path) -> int:
    """What gdeltPyR's search does once files are there: one data frame with descriptions.

    A pool of as many processes as cores parses a file each and hands its frame back; the frames
    are joined, named, and each row gets the description of its code from a table of them. It is
    spared the download and any writing: its result stays in memory.
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
        frames = list(pool.imap_unordered(_read, sorted(folder.iterdir())))
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


def zip_files(folder: Path, into: Path) -> int:
    """The files each in a zip archive of its own, as GDELT publishes them; returns their bytes."""
    import zipfile

    into.mkdir()
    for path in sorted(folder.iterdir()):
        with zipfile.ZipFile(into / f"{path.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
    return sum(path.stat().st_size for path in into.iterdir())


def _unzipped(path: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0])


def _needed() -> list[str]:
    """The columns that an event is made from, 25 of the 61."""
    from demarche.record.readers.gdelt import GDELT2

    return [*GDELT2.layout.required, *GDELT2.layout.optional]


def run_unzip(folder: Path, out: Path) -> int:
    """Unzip by zlib into memory, as many files at once as there are cores; nothing else."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(CORES) as pool:
        return sum(pool.map(lambda path: _unzipped(path).count(b"\n"), folder.iterdir()))


def run_arrow(folder: Path, out: Path) -> int:
    """Unzip, and the needed columns as text by pyarrow, as many files at once as cores."""
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow as pa
    from pyarrow import csv

    from demarche.record.readers.gdelt import COLUMNS2

    needed = _needed()
    read = csv.ReadOptions(column_names=list(COLUMNS2), use_threads=False)
    parse = csv.ParseOptions(delimiter="\t", quote_char=False)
    convert = csv.ConvertOptions(
        include_columns=needed, column_types=dict.fromkeys(needed, pa.string())
    )

    def rows(path: Path) -> int:
        source = pa.py_buffer(_unzipped(path))
        return csv.read_csv(
            pa.BufferReader(source), read_options=read, parse_options=parse, convert_options=convert
        ).num_rows

    with ThreadPoolExecutor(CORES) as pool:
        return sum(pool.map(rows, folder.iterdir()))


def _cells(con: object, folder: Path) -> int:
    from demarche.record.readers.gdelt import COLUMNS2

    names = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS2)
    row = con.execute(
        f"CREATE TABLE cells AS SELECT {', '.join(_needed())} FROM read_csv('{folder}/*.CSV', "
        f"columns = {{{names}}}, delim = '\t', header = false, quote = '', escape = '', "
        "auto_detect = false)"
    ).fetchone()
    return int(row[0])


def run_duckdb(folder: Path, out: Path) -> int:
    """The needed columns as text by DuckDB into memory, from files that are unzipped already."""
    import duckdb

    return _cells(duckdb.connect(), folder)


def prepared_write(folder: Path, out: Path) -> Callable[[], int]:
    """Write the needed columns, which are in memory already, as one Parquet file."""
    import duckdb

    con = duckdb.connect()
    _cells(con, folder)
    query = f"COPY cells TO '{out}.parquet' (FORMAT parquet)"
    return lambda: int(con.execute(query).fetchone()[0])


def timed(method: str, folder: Path, out: Path) -> dict[str, float]:
    """Seconds, peak memory (MB) and rows of one method in a process of its own."""
    code = [sys.executable, __file__, "--child", method, str(folder), str(out)]
    found = subprocess.run(code, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def child(method: str, folder: str, out: str) -> None:
    """Import first, then time the work."""
    import duckdb  # noqa: F401

    import demarche.record.ingest
    import demarche.record.readers  # noqa: F401

    if method in ("gdeltpyr", "pandas"):
        import pandas  # noqa: F401
    if method == "arrow":
        import pyarrow.csv  # noqa: F401

    run = {
        "ingest": run_ingest,
        "bare": run_bare,
        "gdeltpyr": run_gdeltpyr,
        "pandas": run_pandas,
        "unzip": run_unzip,
        "arrow": run_arrow,
        "duckdb": run_duckdb,
    }
    if method == "write":
        act = prepared_write(Path(folder), Path(out))
    else:
        act = partial(run[method], Path(folder), Path(out))
    start, busy = time.perf_counter(), sum(os.times()[:4])
    rows = act()
    seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - busy
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(who).ru_maxrss for who in both) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "rows": rows}))


def best_of(
    methods: Sequence[tuple[str, Path]], work: Path, repeat: int
) -> dict[str, dict[str, float]]:
    """Least seconds and processor time, and most memory, of each method; they take turns."""
    runs: dict[str, list[dict[str, float]]] = {method: [] for method, _ in methods}
    for n in range(repeat):
        for method, folder in methods:
            out = work / f"{method}{n}"
            runs[method].append(timed(method, folder, out))
            shutil.rmtree(out, ignore_errors=True)
            for left in work.glob("*.parquet"):
                left.unlink()
    return {
        method: {
            "seconds": min(run["seconds"] for run in found),
            "cpu": min(run["cpu"] for run in found),
            "peak": max(run["peak"] for run in found),
            "rows": found[0]["rows"],
        }
        for method, found in runs.items()
    }


def show(count: int, size: float, found: dict[str, dict[str, float]]) -> None:
    """One line for each method."""
    for method, one in found.items():
        print(
            f"{count:>6} {size:>7.1f} {int(one['rows']):>9,} {method:<8} {one['seconds']:>7.2f} "
            f"{one['cpu']:>7.2f} {size / one['seconds']:>7.1f} {one['peak']:>8.0f}",
            flush=True,
        )


def ceiling(count: int, size: float, folder: Path, work: Path, repeat: int) -> None:
    """What no ingest of zipped files can leave out, beside gdeltPyR's way and ours."""
    packed = work / "zip"
    small = zip_files(folder, packed) / 1e6
    print(f"       zipped {small:.1f} MB, {CORES} cores, load {os.getloadavg()[0]:.1f}")
    methods = [("gdeltpyr", packed), ("ingest", packed), ("unzip", packed), ("arrow", packed)]
    found = best_of([*methods, ("duckdb", folder), ("write", folder)], work, repeat)
    show(count, size, found)
    for what in ("seconds", "cpu"):
        cost = {method: one[what] for method, one in found.items()}
        least = min(cost["arrow"], cost["unzip"] + cost["duckdb"])
        peer = cost["gdeltpyr"]
        print(f"       by {what}, gdeltPyR's way takes this many times as long as")
        for name, value in (
            ("our ingest", cost["ingest"]),
            ("only unzipping", cost["unzip"]),
            ("unzipping and splitting into cells", least),
            ("that, and writing the cells as Parquet", least + cost["write"]),
        ):
            print(f"       {peer / value:>6.1f}  {name}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=[20, 200])
    parser.add_argument("--like", type=Path)
    parser.add_argument("--against", nargs="*", default=METHODS[1:], choices=METHODS[1:])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ceiling", action="store_true")
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    head = ("files", "MB", "rows", "method", "s", "cpu s", "MB/s", "peak MB")
    print("{:>6} {:>7} {:>9} {:<8} {:>7} {:>7} {:>7} {:>8}".format(*head))
    for count in given.files:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            folder = work / "in"
            size = write_files(folder, count, given.like) / 1e6
            if given.ceiling:
                ceiling(count, size, folder, work, given.repeat)
                continue
            methods = ("ingest", *given.against)
            found = best_of([(method, folder) for method in methods], work, given.repeat)
            show(count, size, found)
            for method in given.against:
                ratio = found[method]["seconds"] / found["ingest"]["seconds"]
                busy = found[method]["cpu"] / found["ingest"]["cpu"]
                print(
                    f"       ingest at {ratio:.2f} times the speed of {method}, {busy:.2f} by "
                    "processor time",
                    flush=True,
                )


if __name__ == "__main__":
    main()
