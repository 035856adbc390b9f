"""Small worlds of our own for the tests of triggers: excitation, and responses if planted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from demarche.outside.events.lift import Trials
from demarche.outside.events.occasions import Dyads
from demarche.outside.events.panel import Panel, panel_from_columns

START = dt.date(2020, 1, 1)
QUAD_OF = {"04": 1, "06": 2, "11": 3, "19": 4}


def panel_of(rows, *, days, quad_of=QUAD_OF):
    """Panel from (day, actor, recipient, code) or (day, known, actor, recipient, code)."""
    rows = [r if len(r) == 5 else (r[0], *r) for r in rows]
    return panel_from_columns(
        {
            "day": [r[0] for r in rows],
            "known": [r[1] for r in rows],
            "actor": [r[2] for r in rows],
            "recipient": [r[3] for r in rows],
            "code": [r[4] for r in rows],
            "count": [1.0] * len(rows),
            "actor_group": [""] * len(rows),
            "recipient_group": [""] * len(rows),
        },
        source="made-up",
        start=START,
        days=days,
        quad_of=quad_of,
    )


def random_panel(rng, *, actors=6, days=40, rows=150):
    """Panel of events at random, self-directed rows among them."""
    names = [chr(65 + i) for i in range(actors)]
    return panel_of(
        [
            (
                int(rng.integers(days)),
                names[rng.integers(actors)],
                names[rng.integers(actors)],
                list(QUAD_OF)[rng.integers(4)],
            )
            for _ in range(rows)
        ],
        days=days,
    )


def all_dyads(panel: Panel) -> Dyads:
    """Every dyad of two different actors."""
    n = len(panel.actors)
    a, b = np.divmod(np.arange(n * n), n)
    return Dyads(actor=a[a != b], recipient=b[a != b])


@dataclass(frozen=True)
class Drawn:
    """Trials with the truth behind them."""

    trials: Trials
    controls: Trials
    truth: np.ndarray


def drawn(seed, *, lift=1.0, dyads=60, days=400, rate=0.3, p=0.1, spread=0.8, horizon=1) -> Drawn:
    """Trials of h = 1 whose true odds are the state's times `lift`; controls without it."""
    rng = np.random.default_rng(seed)
    base = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + spread * rng.normal(size=dyads))))
    dyad, day = (g.ravel() for g in np.meshgrid(np.arange(dyads), np.arange(days), indexing="ij"))
    state = base[dyad]
    fired = rng.random(dyad.size) < rate
    truth = np.where(fired, lift * state / (1 - state + lift * state), state)
    y = (rng.random(dyad.size) < truth).astype(float)
    every = Trials(dyad=dyad, actor=dyad % 7, day=day, p=state, y=y, horizon=horizon)
    return Drawn(trials=every.where(fired), controls=every.where(~fired), truth=truth[fired])
