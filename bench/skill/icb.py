"""ICB benchmark: engine, base rate, logistic regression and random forest, forward in time.

    python bench/skill/icb.py FOLDER [--from YEAR]

FOLDER holds icb1v14*.csv and icb2v14*.csv. Needs scikit-learn (development group only).
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from demarche.desk.icb import icb_cases
from demarche.errors import DemarcheError
from demarche.outside import Benchmark, Forecaster, Skill, benchmark
from demarche.record.icb import IcbRecord, read_icb

FloatArray = NDArray[np.float64]
SEED = 0
TREES = 500


def columns(
    features: FloatArray, query: FloatArray, kinds: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Return the same features as columns for scikit-learn: one per category; unknown marked."""
    left: list[FloatArray] = []
    right: list[float] = []
    for j, kind in enumerate(kinds):
        known = ~np.isnan(features[:, j])
        if kind == "categorical":
            for level in np.unique(features[known, j]):
                left.append((features[:, j] == level).astype(np.float64))
                right.append(float(query[j] == level))
            continue
        mean = float(features[known, j].mean()) if known.any() else 0.0
        left.append(np.where(known, features[:, j], mean))
        right.append(mean if np.isnan(query[j]) else float(query[j]))
        if not known.all():
            left.append((~known).astype(np.float64))
            right.append(float(np.isnan(query[j])))
    return np.column_stack(left), np.array(right)


def forest(kinds: Sequence[str], *, trees: int = TREES) -> Forecaster:
    """Return a random forest with scikit-learn's defaults, `trees` trees and a fixed seed."""

    def forecast(features: FloatArray, outcomes: FloatArray, query: FloatArray) -> float:
        x, q = columns(features, query, kinds)
        model = RandomForestClassifier(trees, random_state=SEED, n_jobs=-1)
        return float(model.fit(x, outcomes).predict_proba(q[None, :])[0, 1])

    return forecast


def logistic(kinds: Sequence[str]) -> Forecaster:
    """Return a logistic regression with scikit-learn's defaults (ridge penalty, C = 1)."""

    def forecast(features: FloatArray, outcomes: FloatArray, query: FloatArray) -> float:
        x, q = columns(features, query, kinds)
        model = LogisticRegression(max_iter=2000)
        return float(model.fit(x, outcomes).predict_proba(q[None, :])[0, 1])

    return forecast


def lines(answer: Benchmark, record: IcbRecord) -> list[str]:
    """Return the report, one line each."""
    names = [name for name, _ in answer.others]
    by = {(skill.forecaster, skill.course): skill for skill in answer.table}
    out = [
        f"ICB, {len(record.labels)} crises ({len(record.rejected)} rows rejected); "
        f"{len(answer.test.rows)} forecast, {int(answer.first)}-{int(answer.last)}, "
        "each from crises over before it began",
        f"{'target':22s}{'n':>5s}{'rate':>7s}{'base':>8s}"
        + "".join(f"{name:>24s}" for name in ("engine", *names)),
    ]
    for course in (*record.targets, "all"):
        row = by["engine", course]
        column = slice(None) if course == "all" else [record.targets.index(course)]
        rate = float(np.nanmean(answer.test.outcomes[:, column]))
        out.append(
            f"{course:22s}{row.n:5d}{rate:7.2f}{row.reference_brier:8.4f}"
            + "".join(f"{_cell(by[name, course]):>24s}" for name in ("engine", *names))
        )
    out.append(
        "Brier skill in % against the expanding shrunken base rate (column 'base' is its mean "
        "Brier score), 90 % paired bootstrap interval by crisis"
    )
    return out


def _cell(skill: Skill) -> str:
    """Return skill and interval in percent."""
    return (
        f"{100 * skill.brier_skill:+.1f} [{100 * skill.brier_skill_low:+.1f}, "
        f"{100 * skill.brier_skill_high:+.1f}]"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument(
        "--from",
        dest="start",
        type=int,
        default=1975,
        metavar="YEAR",
        help="first year to forecast (default 1975)",
    )
    parser.add_argument("--trees", type=int, default=TREES, help="of the random forest")
    chosen = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
    try:
        record = read_icb(chosen.folder)
        answer = benchmark(
            icb_cases(record),
            start=float(chosen.start),
            known_at=record.known_at,
            rng=np.random.default_rng(SEED),
            others={
                "logistic": logistic(record.kinds),
                "forest": forest(record.kinds, trees=chosen.trees),
            },
        )
    except DemarcheError as error:
        print(error, file=sys.stderr)
        return 1
    print(os.linesep.join(lines(answer, record)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
