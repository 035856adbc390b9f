"""Scoring of 100,000 resolved forecasts, beside scikit-learn and a plain row bootstrap.

    python bench/scores.py [--n 100000] [--draws 1000]

Prints seconds, the ratio to the peer doing the same, and the largest memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from demarche import scores


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _row_bootstrap(values: np.ndarray, rng: np.random.Generator, draws: int) -> None:
    """The plain way: draw indices, take, average."""
    for _ in range(draws):
        values[rng.integers(0, len(values), len(values))].mean()


def main() -> None:
    """Time each step and print one line of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    p = rng.random(options.n)
    y = (rng.random(options.n) < p).astype(np.float64)
    values = scores.brier(p, outcome=y)
    crises = rng.integers(0, options.n // 20, options.n)
    again = np.random.default_rng(2)
    steps: list[tuple[str, Callable[[], object], Callable[[], object] | None]] = [
        ("Brier", lambda: scores.brier(p, outcome=y).mean(), lambda: brier_score_loss(y, p)),
        ("AUC", lambda: scores.auc(p, outcome=y), lambda: roc_auc_score(y, p)),
        (
            "isotonic fit",
            lambda: scores.isotonic(p, outcome=y),
            lambda: IsotonicRegression().fit_transform(p, y),
        ),
        ("decomposition, Brier and log", lambda: _both(p, y), None),
        ("Murphy curve, 501 points", lambda: scores.murphy(p, outcome=y, thresholds=501), None),
        (
            f"bootstrap of the mean, every forecast its own, {options.draws} draws",
            lambda: scores.bootstrap_mean(values, rng=again, draws=options.draws),
            lambda: _row_bootstrap(values, again, options.draws),
        ),
        (
            f"paired difference by {options.n // 20} clusters, {options.draws} draws",
            lambda: scores.paired_difference(
                values, reference=np.full(options.n, 0.25), clusters=crises, rng=again,
                draws=options.draws,
            ),
            lambda: _row_bootstrap(values, again, options.draws),
        ),
        (
            f"consistency band, {options.draws} refits",
            lambda: scores.reliability(p, outcome=y, rng=again, draws=options.draws),
            None,
        ),
    ]  # fmt: skip
    print(f"{options.n:,} resolved forecasts")
    for name, ours, peer in steps:
        ours_s = _timed(ours)
        ratio = f"{ours_s / _timed(peer):6.2f} x the peer" if peer else ""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:<62}{ours_s:8.3f} s   peak {peak:6.0f} MB   {ratio}")


def _both(p: np.ndarray, y: np.ndarray) -> None:
    for score in ("brier", "log"):
        scores.decompose(p, outcome=y, score=score)


if __name__ == "__main__":
    main()
