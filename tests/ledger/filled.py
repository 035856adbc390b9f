"""A ledger with a record: many questions of a land that does not exist, issued and resolved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from demarche.ledger.life import issue, resolve
from demarche.ledger.store import open_ledger
from demarche.terms.ledger import CourseResolution, Resolution
from tests.ledger.made import NOON, Clock, issued, question, view

HORIZON = 30


def filled(
    path: Path, *, n: int = 40, seed: int = 1, noise: tuple[float, float] = (0.2, 3.0),
    every: int = 7,
) -> Path:  # fmt: skip
    """Fill a ledger: a question a week, resolved 40 days later; views see it through noise."""
    rng = np.random.default_rng(seed)
    clock = Clock()
    acts = []
    for i in range(n):
        acts.append((every * i, 1, i))
        acts.append((every * i + HORIZON + 10, 0, i))
    truth = rng.normal(0, 1.5, (n, 2))
    happened = rng.random((n, 2)) < 1 / (1 + np.exp(-truth))
    said = {
        name: 1 / (1 + np.exp(-(truth + rng.normal(0, s, (n, 2)))))
        for name, s in zip(("outside", "inside"), noise, strict=True)
    }
    said["pool"] = (said["outside"] + said["inside"]) / 2
    said["base_rate"] = np.full((n, 2), 0.45)
    made = {}
    with open_ledger(path, clock=clock, new_id="0a" * 16) as ledger:
        for day, what, i in sorted(acts):
            clock.now = NOON + dt.timedelta(days=day)
            today = clock.now.date()
            if what:
                asked = question(as_of=today, horizon_days=HORIZON, text=f"Question {i}?")
                made[i] = issued(
                    question=asked, issued_at=clock.now, cluster=f"crisis {i % 5}",
                    closes=today + dt.timedelta(days=HORIZON),
                    views=tuple(view(name, *map(float, p[i])) for name, p in said.items()),
                )  # fmt: skip
                issue(ledger, made[i])
                continue
            rows = tuple(
                CourseResolution(
                    course=course,
                    outcome="yes" if yes else "no",
                    on=made[i].opens + dt.timedelta(days=9) if yes else made[i].closes,
                    evidence=("https://example.org/report",),
                )
                for course, yes in zip(made[i].question.courses, happened[i], strict=True)
            )
            rung = 2 if happened[i, 1] else int(happened[i, 0])
            resolve(ledger, Resolution(question=made[i].question.id, courses=rows, rung=rung))
    return path
