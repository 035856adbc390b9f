"""The work of a sweep: one replicate of draws under one trigger and every rule, in any process."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demarche.desk.sweep_folder import part_path, write_part
from demarche.inside import Game, RuleVariant, answers
from demarche.inside.draws import draw

__all__ = ["SIZE", "Arm", "Plan", "begin_worker", "compute", "replicate_sizes", "worker_part"]

Floats = NDArray[np.float64]
SIZE = 2000
"""Most draws of one replicate: small enough for the caches of one core."""
LEAST = 10
"""Fewest replicates, so that their scatter says how exact the means are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One trigger: its game, what is expected of everyone at level 0, and the rules to try."""

    trigger: str
    game: Game
    level0: tuple[list[Floats], list[Floats]]
    variants: tuple[RuleVariant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every part of a sweep needs; sent once to each process."""

    folder: Path
    key: str
    actor: int
    seed: int
    sizes: tuple[int, ...]
    arms: tuple[Arm, ...]


def replicate_sizes(draws: int) -> tuple[int, ...]:
    """Draws of each replicate, at most 2000 and at least ten replicates; sizes differ by one.

    Examples
    --------
    >>> len(replicate_sizes(100_000)), replicate_sizes(100_000)[0], replicate_sizes(165)[4:6]
    (50, 2000, (17, 16))
    """
    count = max(LEAST, -(-draws // SIZE))
    each, more = divmod(draws, count)
    return tuple(each + (r < more) for r in range(count))


def _seed(seed: int, replicate: int) -> int:
    """Seed of one replicate; streams of different replicates are independent."""
    high, low = np.random.SeedSequence([seed, replicate]).generate_state(2, np.uint64)
    return int(high) << 64 | int(low)


def compute(plan: Plan, *, arm: int, replicate: int) -> None:
    """Solve one part and write its file: means over the replicate's draws, rule by rule."""
    at = plan.arms[arm]
    count = plan.sizes[replicate]
    values = draw(at.game, draws=count, seed=_seed(plan.seed, replicate))
    rules = [variant for variant in at.variants if variant.groups]
    found = answers(
        at.game,
        values=values,
        actor=plan.actor,
        groups=[variant.groups for variant in rules],
        level0=at.level0,
    )
    write_part(
        part_path(plan.folder, trigger=at.trigger, replicate=replicate),
        {
            "key": plan.key,
            "trigger": at.trigger,
            "replicate": replicate,
            "draws": count,
            "rules": {
                variant.rule: {
                    "courses": one.courses.mean(axis=1).tolist(),
                    "squares": (one.courses**2).mean(axis=1).tolist(),
                    "tails": one.tails.mean(axis=1).tolist(),
                }
                for variant, one in zip(rules, found, strict=True)
            },
        },
    )


_plan: list[Plan] = []


def begin_worker(plan: Plan) -> None:
    """Keep the plan in this process, leave Ctrl-C to the parent, and end when the parent ends."""
    import multiprocessing

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _plan[:] = [plan]
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: object) -> None:
    parent.join()  # type: ignore[attr-defined]
    os._exit(1)


def worker_part(arm: int, replicate: int) -> None:
    """One part in a worker process."""
    compute(_plan[0], arm=arm, replicate=replicate)
