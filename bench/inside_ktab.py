"""Probabilistic Condorcet elections and the SMP beside KTAB's own program, in one run.

    python bench/inside_ktab.py [--pce PROGRAM] [--smpc PROGRAM --scenarios FOLDER]

Every pair is checked for agreement before it is timed. KTAB is no dependency; it builds from its
sources (github.com/KAPSARC/KTAB, MIT) with g++, Qt 5's SQL module, TinyXML2 and Easylogging++, with
AUTO_INITIALIZE_EASYLOGGINGPP defined. ``--pce`` is bench/ktab_pce.cpp linked with its kutils and
kmodel; ``--smpc`` is its command-line program, run as it comes (``--logmin``, log files switched
off by a configuration file), so its time holds the start of the program and the SQLite file that
it writes. Without them, elections are timed beside the published steps written out in NumPy.

Elections: ours one at a time, and all at once as the pipeline solves its draws.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from demarche.inside import condorcet_election, read_smp, smp
from demarche.inside.rules import Group, condorcet

SIZES = ((3, 4), (5, 16), (13, 13), (30, 30), (40, 64))
COUNT = 200
LAMBDA = np.ones(COUNT)
QUIET = """* GLOBAL:
    FORMAT = %msg
    FILENAME = "unused.txt"
    ENABLED = false
    TO_FILE = false
    TO_STANDARD_OUTPUT = false
"""


def timed(run, *, least: float = 0.3):
    """Best time of a run, repeated for a while, and its last result."""
    best, spent = np.inf, 0.0
    while spent < least:
        start = time.perf_counter()
        found = run()
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
    return best, found


def published(u, w):
    """The published steps, plainly: votes, coalitions, pairwise chances, their product."""
    options = u.shape[1]
    chance = np.full((options, options), 0.5)
    for a in range(options):
        for b in range(a):
            votes = w * (u[:, a] - u[:, b])
            for_a = 1e-8 + votes[votes > 0].sum()
            for_b = 1e-8 - votes[votes < 0].sum()
            chance[a, b], chance[b, a] = for_a / (for_a + for_b), for_b / (for_a + for_b)
    p = np.prod(chance, axis=1)
    return p / p.sum()


def by_ktab(program: Path, weights, utilities):
    """Seconds of one election by KTAB's library, and all probabilities."""
    actors, options = utilities.shape[1:]
    lines = [f"{actors} {options} {len(weights)} 0.3"]
    for w, u in zip(weights, utilities, strict=True):
        lines.append(" ".join(repr(float(x)) for x in [*w, *u.ravel()]))
    out = subprocess.run(
        [str(program)], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return float(out[0]), np.array([[float(x) for x in row.split()] for row in out[1:]])


def elections(program: Path | None) -> None:
    print("Condorcet elections (conditional, linear), microseconds each")
    print(
        f"{'voters x options':<18} {'one by one':>11} {'all at once':>12} {'NumPy steps':>12} "
        f"{'KTAB':>9} {'KTAB / at once':>15} {'largest gap':>12}"
    )
    for voters, options in SIZES:
        rng = np.random.default_rng(voters * options)
        w = rng.uniform(0.1, 1, (COUNT, voters))
        u = rng.uniform(0, 1, (COUNT, voters, options))
        one, ours = timed(
            lambda w=w, u=u: [condorcet_election(b, weights=a) for a, b in zip(w, u, strict=True)]
        )
        group = Group(
            rule="condorcet",
            allowed=np.ones((voters, options), dtype=bool),
            leader=0,
            veto=(0,),
            fallback=0,
            floor=1e-8,
        )
        many, weights = np.moveaxis(u, 0, -1).copy(), w.T.copy()
        at_once, batch = timed(
            lambda v=many, a=weights, g=group: condorcet(v, weights=a, precision=LAMBDA, group=g)
        )
        steps, plain = timed(
            lambda w=w, u=u: [published(b, a) for a, b in zip(w[:20], u[:20], strict=True)]
        )
        gap = max(np.abs(batch.T - ours).max(), np.abs(np.array(ours[:20]) - plain).max())
        row = (
            f"{f'{voters} x {options}':<18} {1e6 * one / COUNT:>11.1f} "
            f"{1e6 * at_once / COUNT:>12.2f} {1e6 * steps / 20:>12.0f}"
        )
        if program is not None:
            theirs, probability = by_ktab(program, w, u)
            gap = max(gap, np.abs(probability - ours).max())
            row += f" {1e6 * theirs:>9.2f} {theirs / (at_once / COUNT):>15.1f}"
        else:
            row += f" {'-':>9} {'-':>15}"
        assert gap < 1e-9, gap
        print(f"{row} {gap:>12.1e}")


def positions(database: Path):
    """Positions of all turns as KTAB stored them, turns by actors by dimensions."""
    with sqlite3.connect(database) as held:
        rows = held.execute("select Turn_t, Act_i, Dim_k, Pos_Coord from VectorPosition").fetchall()
    shape = tuple(max(row[k] for row in rows) + 1 for k in range(3))
    table = np.zeros(shape)
    for turn, actor, dimension, place in rows:
        table[turn, actor, dimension] = place
    return table


def model(program: Path, scenarios: Path) -> None:
    print()
    print("SMP to its end, seconds (largest gap in position over all turns, 0-100)")
    head = f"{'scenario':<28} {'actors':>6} {'turns':>5} {'demarche':>9} {'KTAB':>8}"
    print(head + f" {'KTAB / demarche':>16} {'gap':>8}")
    for path in sorted(scenarios.glob("*.csv")):
        case = read_smp(path)
        if len(case.actors) > 40:
            continue
        ours, run = timed(lambda c=case: smp(c), least=0.0001)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "smpc-logger.conf").write_text(QUIET)
            where = f"Driver=QSQLITE;Database={folder}/run"
            start = time.perf_counter()
            subprocess.run(
                [str(program), "--csv", str(path), "--seed", "1", "--logmin", "--connstr", where],
                cwd=folder,
                check=True,
                capture_output=True,
            )
            theirs = time.perf_counter() - start
            table = positions(Path(folder) / "run.db")
        gap = np.inf
        if table.shape == run.position.shape:
            gap = float(np.abs(table - run.position).max())
        print(
            f"{path.stem:<28} {len(case.actors):>6} {run.turns:>5} {ours:>9.3f} {theirs:>8.2f} "
            f"{theirs / ours:>16.1f} {gap:>8.1e}"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pce", type=Path)
    parser.add_argument("--smpc", type=Path)
    parser.add_argument("--scenarios", type=Path)
    given = parser.parse_args()
    elections(given.pce and given.pce.resolve())
    if given.smpc and given.scenarios:
        model(given.smpc.resolve(), given.scenarios.resolve())


if __name__ == "__main__":
    main()
