"""Games and conflicts of the inside view beside peers, in one run, after checking that they agree.

    python bench/inside_games.py [--largest 20] [--dense 1024]

Games: draws per second of the logit response by levels (compiled, and its NumPy twin), and the
time of one logit quantal response equilibrium at lambda 2 beside pygambit's
``logit_solve_lambda``, building the game included, where pygambit is installed (it is no
dependency; install it into an environment of your own). Neither is asked whether the equilibrium
is unique. Conflicts: stability by all five concepts beside the dense matrix form, which writes
the moves as tables of states by states; then sizes that no such table can hold.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from demarche.inside import logit_levels, quantal_search, stability
from demarche.inside.graph import Conflict, DecisionMaker, Option

try:
    import pygambit
except ImportError:
    pygambit = None

SIZES = ((2, 2), (4, 4), (6, 3), (8, 3))
LAMBDA = 2.0


def timed(run, *, least: float = 0.3):
    """Best time of a run, repeated for at least a while after one to warm up; its last result."""
    best, spent, found = np.inf, 0.0, run() if least >= 0.05 else None
    while spent < least:
        start = time.perf_counter()
        found = run()
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
    return best, found


def gambit_game(payoffs):
    return pygambit.Game.from_arrays(*payoffs)


def by_gambit(payoffs):
    """Profile of pygambit at one lambda, building the game included."""
    game = gambit_game(payoffs)
    found = pygambit.qre.logit_solve_lambda(game, lam=[LAMBDA])
    profile = found[0].profile if hasattr(found[0], "profile") else found[0]
    return [np.array([float(profile[s]) for s in p.strategies]) for p in game.players]


def games() -> None:
    print("logit response, draws per second (levels 3, lambda 2), and one QRE at lambda 2")
    head = f"{'players x strategies':<22} {'compiled/s':>11} {'NumPy/s':>9} {'QRE ms':>8}"
    print(head + f" {'pygambit ms':>12} {'ratio':>7} {'largest gap':>12}")
    for n, s in SIZES:
        rng = np.random.default_rng(100 * n + s)
        draws = max(4, 200_000 // (s**n * n))
        table = rng.uniform(0, 1, (draws, n, s**n))
        sizes = (s,) * n
        run = {"precision": LAMBDA, "sizes": sizes}
        fast, a = timed(lambda t=table, r=run: logit_levels(t, engine="numba", **r))
        few = table[: max(1, draws // 50)]
        slow, b = timed(lambda t=few, r=run: logit_levels(t, engine="numpy", **r))
        for p, q in zip(a.p, b.p, strict=True):
            assert np.abs(p[: len(few)] - q).max() < 1e-12
        payoffs = [table[0, i].reshape(sizes) for i in range(n)]
        ours, found = timed(lambda g=payoffs: quantal_search(g, precision=LAMBDA, unique=False))
        row = f"{n} x {s:<18} {draws / fast:>11.0f} {len(few) / slow:>9.0f} {1e3 * ours:>8.2f}"
        if pygambit is None:
            print(row + "   pygambit is not installed")
            continue
        theirs, profile = timed(lambda g=payoffs: by_gambit(g), least=0.05)
        gap = max(np.abs(p - q).max() for p, q in zip(found.profile, profile, strict=True))
        print(f"{row} {1e3 * theirs:>12.2f} {theirs / ours:>7.1f} {gap:>12.1e}")


def drawn(options: int, *, makers: int) -> Conflict:
    """All patterns of some options, dealt out in turn, preferences a random order each."""
    rng, size = np.random.default_rng(options), 2**options
    orders = [rng.permutation(size).astype(np.int64) for _ in range(makers)]
    return Conflict(
        name="",
        options=tuple(Option(name=str(o)) for o in range(options)),
        makers=tuple(
            DecisionMaker(
                name=str(i), options=tuple(range(i, options, makers)), low=rank, high=rank
            )
            for i, rank in enumerate(orders)
        ),
        patterns=np.arange(size, dtype=np.int64),
    )


def dense(conflict: Conflict) -> dict[str, np.ndarray]:
    """Nash, GMR, SMR and SEQ stability by tables of states by states."""
    size, makers = conflict.size, conflict.makers
    moves, better = [], []
    for i, maker in enumerate(makers):
        own = conflict.masks(i)[0]
        key = conflict.patterns & ~own
        move = (key[:, None] == key[None, :]) & ~np.eye(size, dtype=bool)
        moves.append(move)
        better.append(move & (maker.low[None, :] > maker.low[:, None]))

    def group(tables, focal):
        """States that the others reach from each state, nobody moving twice in a row."""
        last = [t.astype(np.float32) for t in tables]
        others = [j for j in range(len(tables)) if j != focal]
        now = {j: tables[j].copy() for j in others}
        while True:
            grown = {}
            for j in others:
                before = np.zeros((size, size), dtype=bool)
                for k in others:
                    if k != j:
                        before |= now[k]
                grown[j] = now[j] | ((before.astype(np.float32) @ last[j]) > 0)
            if all(np.array_equal(grown[j], now[j]) for j in others):
                return np.logical_or.reduce(list(now.values()))
            now = grown

    found = {c: np.zeros((len(makers), size), dtype=bool) for c in ("Nash", "GMR", "SMR", "SEQ")}
    for i, maker in enumerate(makers):
        rank = maker.low
        least = rank[None, :] <= rank[:, None]
        capped = np.maximum(rank, np.where(moves[i], rank[None, :], -1).max(axis=1))
        bounded = capped[None, :] <= rank[:, None]
        found["Nash"][i] = ~better[i].any(axis=1)
        for concept, tables, test in (
            ("GMR", moves, least),
            ("SMR", moves, bounded),
            ("SEQ", better, least),
        ):
            reach = group(tables, i)
            met = test.astype(np.float32) @ reach.T.astype(np.float32) > 0
            found[concept][i] = ~(better[i] & ~met).any(axis=1)
    return found


def conflicts(*, largest: int, limit: int) -> None:
    print()
    print("stability of all states, seconds: Nash, GMR, SMR, SEQ; SIM; and the dense matrix form")
    head = f"{'states':>9} {'makers':>7} {'four':>9} {'SIM':>9} {'dense':>9} {'dense / four':>13}"
    print(head)
    four = ("Nash", "GMR", "SMR", "SEQ")
    stability(drawn(4, makers=2))
    for options, makers in ((6, 3), (9, 3), (10, 5), (12, 5), (14, 5), (16, 5), (18, 5), (20, 5)):
        if options > largest:
            break
        built = drawn(options, makers=makers)
        quick = 0.3 if options <= 12 else 0.0001
        ours, table = timed(lambda c=built: stability(c, concepts=four), least=quick)
        sim, _ = timed(lambda c=built: stability(c, concepts=("SIM",)), least=quick)
        row = f"{2**options:>9} {makers:>7} {ours:>9.4f} {sim:>9.4f}"
        if 2**options > limit:
            print(row)
            continue
        theirs, check = timed(lambda c=built: dense(c), least=0.0001)
        for concept in four:
            np.testing.assert_array_equal(check[concept], table.verdicts[concept] == 1)
        print(f"{row} {theirs:>9.3f} {theirs / ours:>13.0f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=16, help="options of the largest conflict")
    parser.add_argument("--dense", type=int, default=1024, help="states of the largest dense form")
    given = parser.parse_args()
    games()
    conflicts(largest=given.largest, limit=given.dense)


if __name__ == "__main__":
    main()
