"""Event forecasts on a quadruple benchmark: every method side by side, forward in time.

    python bench/skill/events.py FOLDER NAME [--horizons 1,7,30] [--classes quad] [--no-trees]
        [--splits train,valid,test] [--cold 7] [--json FILE]

FOLDER holds entity2id.txt, relation2id.txt and the splits as published; NAME is icews14 or
icews18, which chooses the test's origins. Prints the files' checksums, the table and the time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

from demarche.desk.validate_events import PUBLISHED, validate_events
from demarche.errors import DemarcheError
from demarche.outside.events.panel import Panel, panel_from_columns
from demarche.show.events_tables import backtest_json, backtest_text
from demarche.terms.codebooks import cameo_by_label, country_of_entity, quad_of_root


def names_of(path: Path) -> dict[int, str]:
    """Names by id."""
    pairs = (line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return {int(number): name.strip() for name, number in pairs}


def read(folder: Path, *, name: str, splits: list[str]) -> Panel:
    """All splits as one record, dyads by entity names, classes by CAMEO roots."""
    rows = np.concatenate(
        [np.loadtxt(folder / f"{split}.txt", dtype=np.int64, usecols=(0, 1, 2, 3))
         for split in splits]
    )  # fmt: skip
    entities, relations = (names_of(folder / f"{k}2id.txt") for k in ("entity", "relation"))
    root = {number: cameo_by_label(label)[:2] for number, label in relations.items()}
    state = {number: country_of_entity(label)[0] or "" for number, label in entities.items()}
    day = rows[:, 3] // 24
    s, r, o = rows[:, 0].tolist(), rows[:, 1].tolist(), rows[:, 2].tolist()
    return panel_from_columns(
        {
            "day": day.tolist(),
            "known": day.tolist(),
            "actor": [entities[i] for i in s],
            "recipient": [entities[i] for i in o],
            "code": [root[i] for i in r],
            "count": [1.0] * len(rows),
            "actor_group": [state[i] for i in s],
            "recipient_group": [state[i] for i in o],
        },
        source=name,
        start=dt.date(2000 + int(name[-2:]), 1, 1),
        days=int(day.max()) + 1,
        quad_of={c: quad_of_root(c) for c in set(root.values())},
    )


def main() -> int:
    """Run the back-test and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", choices=sorted({name for name, _ in PUBLISHED}))
    parser.add_argument("--horizons", default="1,7,30")
    parser.add_argument("--cold", default="7")
    parser.add_argument("--classes", default="quad", choices=("quad", "root"))
    parser.add_argument("--splits", default="")
    parser.add_argument("--no-trees", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    usual = "train,valid,test" if given.name == "icews14" else "train,valid"
    splits = (given.splits or usual).split(",")
    for split in splits:
        data = (given.folder / f"{split}.txt").read_bytes()
        print(f"{split}: {data.count(bytes([10]))} rows, {hashlib.sha256(data).hexdigest()}")
    began = time.perf_counter()
    try:
        found = validate_events(
            read(given.folder, name=given.name, splits=splits),
            horizons=[int(h) for h in given.horizons.split(",") if h],
            cold=[int(h) for h in given.cold.split(",") if h],
            classes=given.classes,
            learn="never" if given.no_trees else "auto",
        )
    except DemarcheError as error:
        print(error, file=sys.stderr)
        return 1
    print(backtest_text(found))
    print(f"{time.perf_counter() - began:.0f} s")
    if given.json:
        given.json.write_text(backtest_json(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
