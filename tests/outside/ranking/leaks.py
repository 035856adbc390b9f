"""Checks that a ranker sees neither the day it forecasts nor the other questions.

Each asserts on any function from a record and questions to scores, so that doubles which leak on
purpose can be put in a ranker's place. Scores are compared bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from demarche.outside.ranking.evaluate import Queries, Scored
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.relations import RelationQueries
from tests.outside.ranking.worlds import RELATIONS, as_dicts, part, quads_of

Rank = Callable[[Quads, Any], Scored]


def table_of(quads: Quads) -> list[list[int]]:
    """Subject, relation, object, day, row by row."""
    columns = (quads.subject, quads.relation, quads.object, quads.day)
    return [list(row) for row in np.stack(columns, axis=1).tolist()]


def joined(*parts: Queries | RelationQueries) -> Any:
    """Questions of several batches, one after the other, without their answers."""
    asked = {
        name: np.concatenate([getattr(one, name) for one in parts])
        for name in ("subject", "relation", "object", "day")
        if hasattr(parts[0], name)
    }
    size = sum(len(one) for one in parts)
    return replace(
        parts[0], **asked, start=np.zeros(size + 1, np.int32), answer=np.zeros(0, np.int32)
    )


def check_deletion(rank: Rank, quads: Quads, queries: Any, day: int) -> None:
    """Rows of the day and later, deleted, change neither candidates nor scores."""
    want = as_dicts(rank(quads, queries))
    assert any(want)
    assert as_dicts(rank(quads.before(day), queries)) == want


def check_insertion(rank: Rank, quads: Quads, queries: Any, day: int) -> None:
    """Rows of the day and later, made up at random, change neither candidates nor scores."""
    want = as_dicts(rank(quads, queries))
    assert any(want)
    made = table_of(quads.before(day))
    rng = np.random.default_rng(5)
    for _ in range(60):
        s, o = rng.choice(len(quads.entities), 2, replace=False)
        r = rng.integers(len(RELATIONS))
        made.append([int(s), int(r), int(o), int(rng.integers(day, day + 9))])
    later = quads_of(made, days=day + 9, entities=list(quads.entities))
    assert as_dicts(rank(later, queries)) == want


def check_alone(rank: Rank, quads: Quads, queries: Any) -> None:
    """A question alone, in its day's batch, in part of it, or in another order: the same scores."""
    want = as_dicts(rank(quads, queries))
    rng = np.random.default_rng(6)
    for i in range(len(queries)):
        assert as_dicts(rank(quads, part(queries, [i]))) == [want[i]]
    order = rng.permutation(len(queries)).tolist()
    for keep in (order, order[: len(order) // 2]):
        assert as_dicts(rank(quads, part(queries, keep))) == [want[i] for i in keep]


def check_foreign(rank: Rank, quads: Quads, queries: Any, foreign: Any) -> None:
    """Questions about others, put before and behind, change no score."""
    want = as_dicts(rank(quads, queries))
    size = len(queries)
    assert as_dicts(rank(quads, joined(queries, foreign)))[:size] == want
    assert as_dicts(rank(quads, joined(foreign, queries)))[len(foreign) :] == want


def check_carry_over(rank: Rank, quads: Quads, rich: Any, empty: Any) -> None:
    """A question without history, asked after each rich one, gets what it gets when asked first."""
    first = as_dicts(rank(quads, empty))
    for i in range(len(rich)):
        after = joined(part(rich, [i]), empty)
        assert as_dicts(rank(quads, after))[1:] == first


def check_swap(rank: Rank, quads: Quads, queries: Any, pair: tuple[int, int]) -> None:
    """Exchanging two actors in the input exchanges the output exactly."""
    swap = np.arange(len(quads.entities))
    swap[list(pair)] = pair[::-1]
    moved = quads_of(
        [[int(swap[s]), r, int(swap[o]), d] for s, r, o, d in table_of(quads)],
        days=quads.days,
        entities=[quads.entities[i] for i in swap],
    )
    ends = {
        name: swap[getattr(queries, name)].astype(np.int32)
        for name in ("subject", "object")
        if hasattr(queries, name)
    }
    want = as_dicts(rank(quads, queries))
    if isinstance(queries, Queries):
        want = [{int(swap[e]): value for e, value in one.items()} for one in want]
    assert as_dicts(rank(moved, replace(queries, **ends))) == want


def check_constant(evaluated: Callable[[Scored, Sequence[int], int], float], size: int) -> None:
    """A constant scorer gets 2 / (m + 1) for m candidates; `evaluated` gives a reciprocal rank."""
    everyone = Scored(
        start=np.array([0, size]),
        candidate=np.arange(size, dtype=np.int32),
        score=np.full(size, 0.3),
    )
    for answer in range(size):
        assert abs(evaluated(everyone, [answer], size) - 2 / (size + 1)) < 1e-12
