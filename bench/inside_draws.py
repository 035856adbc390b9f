"""Draws per second of the inside view on the shipped case, one core, beside a limit.

    taskset -c 0 python bench/inside_draws.py

The bar is 10,000 draws of both arms in one second on one core; processor time, best of five, as
other work may run beside. The row below it is the lower limit
that the arithmetic itself sets: the same number of multiply-adds as plain NumPy vector operations
over cached draws, without any exponential. The rows after it are the lean answer of one actor
(`demarche sweep` and the Sobol indices use it) under one rule and under all six, per rule. Memory
is the peak of the process so far, and the estimate by which too many draws are refused.
"""

from __future__ import annotations

import os
import resource
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from demarche.cases import shipped_case
from demarche.inside import answers, build_game, inside_view, rule_variants
from demarche.inside.draws import draw
from demarche.inside.levels import bytes_per_draw

DRAWS, BAR, BLOCK = 10_000, 1.0, 2000


def operations(game) -> int:
    """Vector multiply-adds of the loss of every strategy, faction, issue, level and arm."""
    per_pass = sum(
        len(menu) * len(game.factions_of(i)) * len(game.issues)
        for i, menu in enumerate(game.strategies)
    )
    return per_pass * game.levels * 2


def best_of(run, *, times: int = 5) -> float:
    took = []
    for _ in range(times):
        start = time.process_time()
        run()
        took.append(time.process_time() - start)
    return min(took)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lean(game, *, groups) -> None:
    for block in range(DRAWS // BLOCK):
        values = draw(game, draws=BLOCK, seed=block)
        answers(game, values=values, actor=0, groups=groups)


def main() -> None:
    game = build_game(shipped_case("regional-war"), trigger="regional-war")
    variants = [list(v.groups) for v in rule_variants(game, actor=0) if v.groups]
    declared = [v.groups for v in rule_variants(game, actor=0) if v.declared]
    one = best_of(lambda: lean(game, groups=declared))
    six = best_of(lambda: lean(game, groups=variants), times=3) / len(variants)
    small = peak()
    whole = best_of(lambda: inside_view(game, seed=1, draws=DRAWS))
    a, b = np.random.default_rng(1).random((2, DRAWS))

    def multiply() -> None:
        x = a
        for _ in range(operations(game)):
            x = x * b + 0.5

    limit = best_of(multiply)
    print(f"{DRAWS} draws, {sum(map(len, game.strategies))} strategies, 3 levels, one core")
    head = f"{'':<34} {'s':>6} {'draws/s':>9} {'time / limit':>13} {'bar / time':>11} {'MB':>6}"
    print(head)
    for name, took, memory in (
        ("whole answer, both arms", whole, peak()),
        ("limit: multiply-adds alone", limit, None),
        ("lean answer, one rule", one, small),
        (f"lean answer, per rule of {len(variants)}", six, small),
    ):
        said = "" if memory is None else f"{memory:>6.0f}"
        row = f"{name:<34} {took:>6.2f} {DRAWS / took:>9.0f} {took / limit:>13.1f}"
        print(f"{row} {BAR / took:>11.2f} {said}")
    print(f"memory of a whole answer, estimated: {DRAWS * bytes_per_draw(game) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
