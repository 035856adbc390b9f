"""Small made-up records for the tests of rankers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from demarche.outside.ranking.evaluate import Queries, Scored
from demarche.outside.ranking.quads import Quads, quads_from_columns
from demarche.outside.ranking.relations import RelationQueries

RELATIONS = [
    ("Make statement", "010", 1, 1),
    ("Consult", "040", 4, 1),
    ("Accuse", "112", 11, 3),
    ("Use force", "190", 19, 4),
]
ENTITIES = [
    "Ruritania",
    "Police (Ruritania)",
    "Citizen (Ruritania)",
    "Graustark",
    "Police (Graustark)",
    "Citizen (Graustark)",
    "Zenda",
    "Military (Zenda)",
    "Citizen (Zenda)",
    "Strelsau League",
]
START = dt.date(2020, 1, 1)
_ASKED = ("subject", "relation", "object", "day")
Q = TypeVar("Q", Queries, RelationQueries)


def rows(seed: int, *, days: int, a_day: int = 8, actors: int = 10) -> list[list[int]]:
    """Subject, relation, object, day: recurrent pairs, answers in kind, and noise."""
    rng = np.random.default_rng(seed)
    made: list[list[int]] = []
    for day in range(days):
        for _ in range(a_day):
            old = [row for row in made[-60:] if row[3] < day]
            if old and rng.random() < 0.6:
                s, r, o, _ = old[rng.integers(len(old))]
                made.append([o, r, s, day] if rng.random() < 0.4 else [s, r, o, day])
            else:
                s, o = rng.choice(actors, 2, replace=False)
                made.append([int(s), int(rng.integers(len(RELATIONS))), int(o), day])
    return made


def quads_of(made: list[list[int]], *, days: int, entities: list[str] | None = None) -> Quads:
    columns = np.array(made, dtype=np.int32).reshape(-1, 4).T
    return quads_from_columns(
        dict(zip(("subject", "relation", "object", "day"), columns, strict=True)),
        entities=entities or ENTITIES,
        relations=RELATIONS,
        start=START,
        days=days,
        source="made-up",
    )


def world(seed: int = 1, *, days: int = 30, a_day: int = 8) -> Quads:
    return quads_of(rows(seed, days=days, a_day=a_day), days=days)


def as_dicts(scored: Scored) -> list[dict[int, float]]:
    """Candidate to score, question by question."""
    return [
        dict(zip(scored.candidate[low:high].tolist(), scored.score[low:high].tolist(), strict=True))
        for low, high in zip(scored.start[:-1], scored.start[1:], strict=True)
    ]


def part(queries: Q, keep: Sequence[int]) -> Q:
    """Some of the questions, in the order given, without their answers."""
    at = np.array(keep, dtype=np.int64)
    asked = {name: getattr(queries, name)[at] for name in _ASKED if hasattr(queries, name)}
    return replace(
        queries, **asked, start=np.zeros(len(at) + 1, np.int32), answer=np.zeros(0, np.int32)
    )
