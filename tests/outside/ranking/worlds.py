"""Small made-up records, and checks that no score sees the day it forecasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from demarche.outside.ranking.evaluate import Queries, Scored
from demarche.outside.ranking.quads import Quads, quads_from_columns

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


def part(queries: Queries, keep: list[int]) -> Queries:
    """Some of the questions, in the order given, without their answers."""
    at = np.array(keep, dtype=np.int64)
    return Queries(
        subject=queries.subject[at],
        relation=queries.relation[at],
        day=queries.day[at],
        start=np.zeros(len(at) + 1, dtype=np.int32),
        answer=np.zeros(0, dtype=np.int32),
    )


Ranker = Callable[[Quads, Queries], Scored]


def check_future(rank: Ranker, quads: Quads, queries: Queries, day: int) -> None:
    """Deletion and insertion: rows of the day and later do not matter, bit for bit."""
    want = as_dicts(rank(quads, queries))
    assert any(want)
    assert as_dicts(rank(quads.before(day), queries)) == want
    kept = np.flatnonzero(quads.day < day)
    made = np.stack([quads.subject, quads.relation, quads.object, quads.day], axis=1)[kept].tolist()
    rng = np.random.default_rng(5)
    for _ in range(60):
        s, o = rng.choice(len(quads.entities), 2, replace=False)
        made.append([int(s), int(rng.integers(4)), int(o), int(rng.integers(day, day + 9))])
    assert as_dicts(rank(quads_of(made, days=day + 9), queries)) == want


def check_batch(rank: Ranker, quads: Quads, queries: Queries) -> None:
    """Alone, together, permuted, and beside foreign questions: the same scores."""
    want = as_dicts(rank(quads, queries))
    rng = np.random.default_rng(6)
    for i in range(len(queries)):
        assert as_dicts(rank(quads, part(queries, [i]))) == [want[i]]
    order = rng.permutation(len(queries)).tolist()
    assert as_dicts(rank(quads, part(queries, order))) == [want[i] for i in order]
    half = order[: len(order) // 2]
    assert as_dicts(rank(quads, part(queries, half))) == [want[i] for i in half]
