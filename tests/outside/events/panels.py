"""Small made-up records for the tests of event forecasts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from demarche.outside.events.panel import Panel, panel_from_columns

CODES = ("04", "07", "11", "19")
QUAD_OF = {"04": 1, "07": 2, "11": 3, "19": 4}


def made(*, seed=0, days=220, actors=6, late=0.0, swap=None):
    """Bursty events among a few actors of three blocs; a share of the rows is known late.

    `swap` exchanges two actors' names, row by row.
    """
    rng = np.random.default_rng(seed)
    names = [f"A{i}" for i in range(actors)]
    shown = list(names)
    if swap:
        i, j = swap
        shown[i], shown[j] = shown[j], shown[i]
    bloc = {shown[i]: f"G{i % 3}" for i in range(actors)}
    base = rng.gamma(0.5, 0.08, (actors, actors, 4))
    heat = np.zeros_like(base)
    rows = []
    for day in range(days):
        number = rng.poisson(base + 0.5 * heat)
        heat = 0.7 * heat + 0.3 * np.minimum(number, 3)
        for a, b, c in zip(*np.nonzero(number), strict=True):
            delay = int(rng.integers(1, 20)) if rng.random() < late else 0
            if a != b:
                x, z = shown[a], shown[b]
                rows.append((day, day + delay, x, z, CODES[c], number[a, b, c], bloc[x], bloc[z]))
    keys = ("day", "known", "actor", "recipient", "code", "count", "actor_group", "recipient_group")
    return panel_from_columns(
        dict(zip(keys, zip(*rows, strict=True), strict=True)),
        source="made-up",
        start=dt.date(2020, 1, 1),
        days=days,
        quad_of=QUAD_OF,
    )


def add_rows(panel: Panel, *, day, known, actor, recipient, code, count) -> Panel:
    """The panel with rows added at its end."""
    more = {"day": day, "known": known, "actor": actor, "recipient": recipient, "code": code,
            "count": count}  # fmt: skip
    return replace(
        panel,
        **{
            k: np.r_[getattr(panel, k), np.asarray(v)].astype(getattr(panel, k).dtype)
            for k, v in more.items()
        },
    )


def drop_rows(panel: Panel, keep) -> Panel:
    """Only some rows of the panel, its days as before."""
    fields = ("day", "known", "actor", "recipient", "code", "count")
    return replace(panel, **{k: getattr(panel, k)[keep] for k in fields})


def noise_after(panel: Panel, *, day: int, rows: int = 200, seed: int = 5) -> Panel:
    """The panel with random rows dated after a day."""
    rng = np.random.default_rng(seed)
    when = rng.integers(day + 1, panel.days, rows)
    a = rng.integers(0, len(panel.actors), rows)
    b = (a + rng.integers(1, len(panel.actors), rows)) % len(panel.actors)
    return add_rows(
        panel, day=when, known=when, actor=a, recipient=b,
        code=rng.integers(0, len(panel.classes), rows), count=np.ones(rows),
    )  # fmt: skip
