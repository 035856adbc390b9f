"""Questions on a record of synthetic events, beside the same questions without a record.

Cold figures are processes of their own (`demarche ask`, start-up included); warm ones are asked in
one process that has answered before (the Python API). Each is taken beside the same question
without a record, in turn and in the same run. The first question of all learns from the record;
those after it are new ones: another trigger, another actor. Making the record is timed too, where
it is not there.

    python bench/record_ask.py --rows 1e6 [--folder DIR] [--kept]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

CLASSES = tuple(f"{k:02d}" for k in range(1, 21))
NAMES = {"RUS": "XAF", "USA": "XAM", "ISR": "XAB", "IRN": "XAC", "SYR": "XAD", "HZB": "XAE"}
DAYS = 3653
DAY = dt.date(2023, 11, 1)
TRIGGERS = ("none", "israel-hezbollah-war", "israel-iran-strikes", "us-iran-combat")
ACTORS = ("USA", "ISR", "IRN", "HZB")


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
    command = [sys.executable, "-m", "demarche", "ask", str(case), "--as-of", f"{DAY}"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*command, *options], check=True, **silent)
    return time.perf_counter() - begun


def forget_answers(store: Path) -> None:
    """Drop kept answers, so that every question is new; what was learned stays."""
    for old in (store / "models").glob("view-*.json"):
        old.unlink()


def cold(case: Path, *, store: Path) -> dict[str, list[float]]:
    """New questions as commands, without and with the record, in turn."""
    seen: dict[str, list[float]] = {"cold, without a record": [], "cold, new question": []}
    for options in (*(("--if", name) for name in TRIGGERS), *(("--actor", a) for a in ACTORS)):
        forget_answers(store)
        seen["cold, without a record"].append(ask(case, *options))
        seen["cold, new question"].append(ask(case, *options, "--store", str(store)))
    seen["cold, asked again"] = [ask(case, *options, "--store", str(store))]
    return seen


def warm(path: Path, *, store: Path) -> dict[str, list[float]]:
    """New questions in this process, without and with the record, in turn; CPU time beside."""
    from demarche.cases import load_case
    from demarche.desk import ask as answer

    case = load_case(path)
    seen: dict[str, list[float]] = {}
    for where in (None, store):
        answer(case, as_of=DAY, store=where)
    for question in (*({"trigger": t} for t in TRIGGERS), *({"actor": a} for a in ACTORS)):
        forget_answers(store)
        for label, where in (("without a record", None), ("new question", store)):
            begun, spent = time.perf_counter(), time.process_time()
            answer(case, as_of=DAY, store=where, **question)
            seen.setdefault(f"warm, {label}", []).append(time.perf_counter() - begun)
            seen.setdefault(f"warm, {label}, CPU", []).append(time.process_time() - spent)
    return seen


def main() -> int:
    """Build a record and ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kept", action="store_true", help="keep what was learned before")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    store = folder / "store"
    try:
        seen: dict[str, float] = {}
        if not store.exists():
            folder.mkdir(parents=True, exist_ok=True)
            seen |= ingest(folder, int(given.rows))
        case = case_file(folder)
        if not given.kept:
            shutil.rmtree(store / "models", ignore_errors=True)
            before = os.times().children_user
            seen["first question of all"] = ask(case, "--store", str(store))
            seen["first question of all, CPU"] = os.times().children_user - before
        for name, values in (cold(case, store=store) | warm(case, store=store)).items():
            seen[name] = statistics.median(values)
        print(json.dumps({key: round(value, 2) for key, value in seen.items()}))
        print(f"load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
