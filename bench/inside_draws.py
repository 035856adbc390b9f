"""Draws per second of the inside view on the shipped case, one core, beside the bar.

The bar is 10,000 draws of both arms in 3 seconds on one core. The second row is the lower limit
that the arithmetic itself sets: the same number of multiply-adds as plain NumPy vector operations.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from demarche.cases import shipped_case
from demarche.inside import build_game, inside_view

DRAWS, BAR = 10_000, 3.0


def operations(game) -> int:
    """Vector multiply-adds of the loss of every strategy, faction, issue, level and arm."""
    per_pass = sum(
        len(menu) * len(game.factions_of(i)) * len(game.issues)
        for i, menu in enumerate(game.strategies)
    )
    return per_pass * game.levels * 2


def main() -> None:
    game = build_game(shipped_case("regional-war"), trigger="regional-war")
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        inside_view(game, seed=1, draws=DRAWS)
        runs.append(time.perf_counter() - start)
    best = min(runs)
    a, b = np.random.default_rng(1).random((2, DRAWS))
    start = time.perf_counter()
    for _ in range(operations(game)):
        a = a * b + 0.5
    limit = time.perf_counter() - start
    print(f"draws {DRAWS}, strategies {sum(map(len, game.strategies))}, both arms, 3 levels")
    rate, ratio = DRAWS / best, BAR / best
    print(f"demarche       {best:6.2f} s   {rate:9.0f} draws/s   bar / time {ratio:5.2f}")
    print(f"multiply-adds  {limit:6.2f} s   time / limit {best / limit:5.1f}")


if __name__ == "__main__":
    main()
