"""Do 80 % ranges hold the true probability, and is no lift told where nothing is planted?

Run from the project's folder::

    python -m bench.skill.worlds --worlds 20

Worlds are synthetic, with known true probabilities. Each is written as events, ingested, counted
and asked as a user's record is: the same fit, trigger, gate and range as in ``demarche ask``. In
some a response is planted (after an act of the trigger's class by Z on X, X's response to Z is
several times as fast for some days); in others there is excitation only. Dyads of a world share a
fit, so that intervals are bootstrapped by world.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from demarche.desk.event_asked import Asked, Supposed
from demarche.desk.event_fit import FittedRecord, Scheme, Supply
from demarche.desk.event_reading import Reader
from demarche.desk.record import open_counts
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.synthetic import (
    Response,
    Simulated,
    World,
    made_world,
    simulate,
    true_probability,
)
from demarche.record.synthetic_files import write_events

TRIGGER, RESPONSE = "19", "11"
# weights whose sum times the factor stays below 1, or responses feed on themselves
WEAK: dict[str, Any] = {"own": (0.15, 0.1), "reverse": (0.05, 0.05)}


@dataclass(frozen=True)
class Setup:
    """One kind of world, and what is asked of it."""

    factor: float
    horizon: int
    span: int = 3
    days: int = 1000
    events_per_day: float = 14.0
    actors: int = 8
    classes: tuple[str, ...] = ("04", "11", "14", "19")
    more: dict[str, Any] = field(default_factory=lambda: dict(WEAK))
    response: str = RESPONSE
    asked: int = 24
    paths: int = 1000


DESIGNS: dict[str, dict[str, Any]] = {
    "as in the table": {},
    "x 1.5": {"factor": 1.5},
    "x 4": {"factor": 4.0, "more": {"own": (0.1, 0.05), "reverse": (0.03, 0.02)}},
    "lasting 7 days": {"span": 7},
    "16 actors, half of the pairs": {
        "actors": 16, "events_per_day": 28.0, "more": {**WEAK, "density": 0.5},
    },
    "uneven rates": {"more": {**WEAK, "rate_shape": 0.5}},
    "few acts": {"events_per_day": 6.0},
    "one year": {"days": 365},
    "the generator's own defaults": {
        "days": 730, "events_per_day": 10.0, "classes": ("03", "04", "11", "14", "19"), "more": {},
    },
    "response in the trigger's quad class": {"response": "14"},
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer of the product with its range, and the truth."""

    triggered: bool
    p: float
    low: float
    high: float
    truth: float
    events: float
    lift: float | None

    @property
    def holds(self) -> bool:
        """Whether the range holds the truth."""
        return self.low <= self.truth <= self.high


def world_of(setup: Setup, *, seed: int) -> World:
    """Return a world with, or (factor 1) without, a planted response."""
    planted = Response(
        trigger=TRIGGER, response=setup.response, factor=setup.factor, days=setup.span
    )
    return made_world(
        actors=setup.actors,
        classes=setup.classes,
        days=setup.days,
        events_per_day=setup.events_per_day,
        responses=[planted] if setup.factor != 1 else [],
        seed=seed,
        **setup.more,
    )


def fitted_record(world: World, *, setup: Setup, folder: Path, seed: int) -> FittedRecord:
    """Write, ingest, count and learn a world, as a store of a user is."""
    rows = round(world.days * float(world.stationary().sum()))
    write_events(world, folder / "events", rows=rows, seed=seed)
    same = {name: name for name in ("date", "actor", "recipient", "cameo")}
    ingest(
        folder / "store", [folder / "events"], source="synthetic", column_map=same,
        known_lag_days=0,
    )  # fmt: skip
    count_store(folder / "store")
    counts = open_counts(folder / "store", source="synthetic", unit="actor")
    response, trigger = (f"{root}0" for root in (setup.response, TRIGGER))
    scheme = Scheme(
        sets={response: (response,)},
        triggers=((trigger,),),
        apart=tuple(sorted({response, trigger})),
        actors=frozenset(counts.actors),
        named=frozenset(counts.actors),
        anyone=False,
    )
    supply = Supply(counts=counts, store=folder / "store", key=str(seed), said=None)
    last = counts.start.toordinal() + world.days - 1
    return FittedRecord(
        supply, as_of=counts.start.fromordinal(last), horizon=setup.horizon, scheme=scheme
    )


def dyads_asked(world: World, run: Simulated, *, setup: Setup, seed: int) -> list[tuple[str, str]]:
    """Dyads X to Z, drawn as often as Z's trigger on X occurred in the record."""
    cause = world.code[run.series] == world.classes.index(TRIGGER)
    series, where = np.unique(run.series[cause], return_inverse=True)
    many = np.bincount(where, weights=run.n[cause]).astype(float)
    chosen = np.random.default_rng(seed).choice(
        series, size=min(setup.asked, series.size), replace=False, p=many / many.sum()
    )
    return [
        (world.actors[world.recipient[k]], world.actors[world.sender[k]]) for k in chosen.tolist()
    ]


def read_world(setup: Setup, *, seed: int) -> list[Answer]:
    """Ask the product about one world, with the trigger and without, beside the truth."""
    world = world_of(setup, seed=seed)
    run = simulate(world, seed=seed + 1)
    code = f"{setup.response}0"
    out: list[Answer] = []
    with tempfile.TemporaryDirectory() as folder:
        fitted = fitted_record(world, setup=setup, folder=Path(folder), seed=seed + 1)
        for x, z in dyads_asked(world, run, setup=setup, seed=seed):
            if x not in fitted.actors or z not in fitted.actors:
                continue
            asked = Asked(course="c", cls=code, codes=(code,), actor=x, recipients=(z,))
            reader = Reader(fitted, asked=[asked])
            for supposed in (Supposed(actor=z, recipient=x, codes=(f"{TRIGGER}0",)), None):
                found = reader.read(asked, supposed=supposed, dated=False)
                truth = true_probability(
                    world, run=run, actor=x, recipient=z, code=setup.response, day=world.days,
                    horizon=setup.horizon, inserted=None if supposed is None else TRIGGER,
                    paths=setup.paths, seed=seed,
                )  # fmt: skip
                out.append(
                    Answer(
                        triggered=supposed is not None, p=found.probability, low=found.low,
                        high=found.high, truth=truth, events=found.parts[0].n, lift=found.lift,
                    )
                )  # fmt: skip
    return out


def study(setup: Setup, *, worlds: int, seed: int) -> list[list[Answer]]:
    """Answers of many worlds."""
    out = []
    for k in range(worlds):
        out.append(read_world(setup, seed=seed + 10 * k))
        print(f"world {k + 1} of {worlds}", end="\r", file=sys.stderr, flush=True)
    return out


def share(worlds: Sequence[Sequence[bool]], *, seed: int = 0) -> tuple[float, float, float]:
    """Share that holds, with a 95 % interval from bootstraps by world."""
    held = np.array([sum(w) for w in worlds], dtype=float)
    size = np.array([len(w) for w in worlds], dtype=float)
    draw = np.random.default_rng(seed).integers(0, len(held), (4000, len(held)))
    low, high = np.quantile(held[draw].sum(axis=1) / size[draw].sum(axis=1), (0.025, 0.975))
    return float(held.sum() / size.sum()), float(low), float(high)


def told(readings: list[list[Answer]], *, name: str) -> str:
    """One line of counts."""
    parts = [name, str(len(readings))]
    for triggered in (True, False):
        chosen = [[a for a in r if a.triggered is triggered] for r in readings]
        p, low, high = share([[a.holds for a in r] for r in chosen])
        gap = [np.log(a.truth / (1 - a.truth) / (a.p / (1 - a.p))) for r in chosen for a in r]
        n = sum(len(r) for r in chosen)
        parts.append(f"{100 * p:.1f} % of {n} ({100 * low:.0f} to {100 * high:.0f})")
        parts.append(f"{np.median(gap):+.2f}")
    few = [[a.holds for a in r if a.events < 15] for r in readings]
    some = [r for r in few if r]
    parts.append(f"{100 * share(some)[0]:.0f} % of {sum(map(len, some))}" if some else "none")
    parts.append(str(sum(any(a.lift is not None for a in r) for r in readings)))
    return "| " + " | ".join(parts) + " |"


def main() -> None:
    """Print the study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--horizons", type=int, nargs="+", default=[1, 7])
    parser.add_argument("--designs", nargs="+", choices=list(DESIGNS), default=list(DESIGNS)[:1])
    parser.add_argument("--plain", action="store_true", help="only worlds with nothing planted")
    parser.add_argument("--planted", action="store_true", help="only worlds with a response")
    options = parser.parse_args()
    print(
        "| worlds of | number | with the trigger | log-odds off | without | log-odds off | "
        "series with under 15 acts | worlds with a lift told |"
    )
    print("|" + "---|" * 8)
    for design in options.designs:
        for horizon in options.horizons:
            setup = replace(Setup(factor=2.5, horizon=horizon), **DESIGNS[design])
            for one in (setup, replace(setup, factor=1.0)):
                if (options.plain and one.factor != 1) or (options.planted and one.factor == 1):
                    continue
                kind = f"x {one.factor:g}" if one.factor != 1 else "nothing planted"
                readings = study(one, worlds=options.worlds, seed=options.seed)
                print(told(readings, name=f"{design}, h = {horizon}, {kind}"), flush=True)


if __name__ == "__main__":
    main()
