"""A question on a record of synthetic events: first time, another trigger, and asked again.

Every figure is a process of its own (`demarche ask`, start-up included) beside the same question
without a record in the same run. The record is ingested and counted first, which is timed too.

    python bench/record_ask.py --rows 1e6 [--folder DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

CLASSES = tuple(f"{k:02d}" for k in range(1, 21))
NAMES = {"RUS": "XAF", "USA": "XAM", "ISR": "XAB", "IRN": "XAC", "SYR": "XAD", "HZB": "XAE"}
DAYS = 3653


def ingest(folder: Path, rows: int) -> dict[str, float]:
    """Events of a made-up world as Parquet, read into a store with daily counts."""
    from demarche.record.counts import count_store
    from demarche.record.ingest import ingest as read_in
    from demarche.record.synthetic import made_world
    from demarche.record.synthetic_files import write_events

    world = made_world(
        actors=300, classes=CLASSES, days=DAYS, start=dt.date(2014, 1, 1), density=0.3,
        rate_shape=0.3, actor_exponent=1.0, seed=1,
    )  # fmt: skip
    begun = time.perf_counter()
    files = write_events(world, folder / "events", rows=rows, seed=1)
    made = time.perf_counter()
    same = ("date", "actor", "recipient", "cameo")
    read_in(
        folder / "store", [folder / "events"], source="synthetic", known_lag_days=0,
        column_map={name: name for name in same},
    )  # fmt: skip
    kept = time.perf_counter()
    count_store(folder / "store")
    return {
        "rows": sum(f.rows for f in files),
        "written": made - begun,
        "ingested": kept - made,
        "counted": time.perf_counter() - kept,
    }


def case_file(folder: Path) -> Path:
    """The shipped case with the world's actors as aliases of its own, its codes cut to roots."""
    import tomli_w

    import demarche.cases.shipped_cases as shipped

    text = (Path(next(iter(shipped.__path__))) / "regional-war.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for actor in data["actors"]:
        if actor["id"] in NAMES:
            actor["aliases"] = [*actor.get("aliases", []), NAMES[actor["id"]]]
    for coded in [*data["courses"], *data["triggers"]]:
        roots = {code[:2] for code in coded.get("coded_as", {}).get("cameo", ())}
        if roots:
            coded["coded_as"]["cameo"] = sorted(roots)
    path = folder / "case.toml"
    path.write_text(tomli_w.dumps(data), encoding="utf-8")
    return path


def ask(case: Path, *options: str) -> float:
    """Seconds of one `demarche ask`."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "demarche", "ask", str(case), "--as-of", "2023-11-01"]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> int:
    """Build a record and ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    store = ("--store", str(folder / "store"))
    try:
        seen: dict[str, float] = {}
        if not (folder / "store").exists():
            folder.mkdir(parents=True, exist_ok=True)
            seen |= ingest(folder, int(given.rows))
        case = case_file(folder)
        for old in (folder / "store" / "models").glob("*.json"):
            old.unlink()
        seen["without a record"] = ask(case)
        seen["new question"] = ask(case, *store)
        seen["asked again"] = ask(case, *store)
        seen["without a trigger"] = ask(case, *store, "--if", "none")
        print(json.dumps({key: round(value, 2) for key, value in seen.items()}))
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
