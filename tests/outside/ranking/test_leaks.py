"""No ranker sees the day it forecasts, nor the other questions; doubles that do are caught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from demarche.outside.ranking.evaluate import Queries, Scored, queries_of, ranks
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.ranker import RankerOptions, fit_ranker, rank_by_trees
from demarche.outside.ranking.relations import fit_relations, rank_relations, relation_queries
from demarche.outside.ranking.rules import RULES_ONLY, rank_by_rules
from tests.outside.ranking.leaks import (
    Rank,
    check_alone,
    check_carry_over,
    check_constant,
    check_deletion,
    check_foreign,
    check_insertion,
    check_swap,
)
from tests.outside.ranking.worlds import ENTITIES, as_dicts, part, quads_of, rows

DAYS, DAY = 48, 42
NEW = len(ENTITIES)
"""An actor the record names but has never seen."""
SMALL = RankerOptions(days=30, hard=4, random=4, rounds=8, leaves=7, seeds=(1,), threads=1)
NAMES = [*ENTITIES, "Newcomer"]
WORLD = quads_of(rows(11, days=DAYS, a_day=12), days=DAYS, entities=NAMES)


@dataclass(frozen=True)
class Case:
    """A ranker, the questions of its day, and one without history."""

    rank: Rank
    queries: Any
    empty: Any


def _entities(rank: Rank) -> Case:
    queries = queries_of(WORLD, first=DAY, last=DAY)
    empty = part(queries, [0])
    return Case(rank, queries, replace(empty, subject=np.array([NEW], np.int32)))


def _relations(rank: Rank, directed: bool) -> Case:
    queries = relation_queries(WORLD, first=DAY, last=DAY, directed=directed)
    empty = part(queries, [0])
    return Case(rank, queries, replace(empty, subject=np.array([NEW], np.int32)))


def _by_rules(quads: Quads, queries: Queries) -> Scored:
    return rank_by_rules(quads, queries=queries)


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    trees = fit_ranker(WORLD, before=DAY, options=SMALL)
    made = {
        "rules": _entities(_by_rules),
        "noisy-or": _entities(lambda q, a: rank_by_rules(q, queries=a, weights=RULES_ONLY)),
        "trees": _entities(lambda q, a: rank_by_trees(q, queries=a, ranker=trees)),
    }
    for directed in (True, False):
        fitted = fit_relations(WORLD, before=DAY, directed=directed, options=SMALL)
        name = "directed" if directed else "undirected"
        for kind, ranker in (("weights", None), ("trees", fitted)):

            def rank(quads: Quads, queries: Any, ranker: Any = ranker) -> Scored:
                return rank_relations(quads, queries=queries, ranker=ranker)

            made[f"relations, {name}, {kind}"] = _relations(rank, directed)
    return made


RANKERS = (
    "rules",
    "noisy-or",
    "trees",
    "relations, directed, weights",
    "relations, directed, trees",
    "relations, undirected, weights",
    "relations, undirected, trees",
)


@pytest.mark.parametrize("name", RANKERS)
def test_rows_of_the_day_and_later_change_nothing(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    check_deletion(case.rank, WORLD, case.queries, DAY)
    check_insertion(case.rank, WORLD, case.queries, DAY)


@pytest.mark.parametrize("name", RANKERS)
def test_other_questions_change_nothing(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    check_alone(case.rank, WORLD, case.queries)
    check_foreign(case.rank, WORLD, case.queries, case.empty)
    check_carry_over(case.rank, WORLD, part(case.queries, range(6)), case.empty)


@pytest.mark.parametrize("name", RANKERS)
def test_exchanging_two_actors_exchanges_the_ranking(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    for pair in ((1, 4), (0, 7), (2, NEW)):
        check_swap(case.rank, WORLD, case.queries, pair)


def test_fits_end_before_the_first_day_forecast() -> None:
    def fits(fit: Callable[[Quads], Any]) -> bool:
        return bool(fit(WORLD.before(DAY)) == fit(WORLD))

    assert fits(lambda q: fit_ranker(q, before=DAY, options=SMALL))
    for directed in (True, False):
        assert fits(lambda q, d=directed: fit_relations(q, before=DAY, directed=d, options=SMALL))
    # Doubles that learn from the day they forecast.
    assert not fits(lambda q: fit_ranker(q, before=DAY + 1, options=SMALL).trees)
    assert not fits(lambda q: fit_relations(q, before=DAY + 1, directed=True, options=SMALL).trees)


def _reciprocal(scored: Scored, answer: Sequence[int], size: int) -> float:
    found = ranks(scored, start=np.array([0, 1]), answer=np.array(answer), size=size)
    return float(1 / found[0])


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_constant_scorer_gets_the_mean_rank(size: int) -> None:
    check_constant(_reciprocal, size)


# ---- doubles that leak on purpose


def _added(scored: Scored, more: np.ndarray) -> Scored:
    return replace(scored, score=scored.score + more)


def peeking(quads: Quads, queries: Queries) -> Scored:
    """The bit of LogCL: every candidate knows whether it is the subject of a question today."""
    scored = _by_rules(quads, queries)
    return _added(scored, np.isin(scored.candidate, queries.subject))


def scaled(quads: Quads, queries: Queries) -> Scored:
    """Divides by the largest score of the batch."""
    scored = _by_rules(quads, queries)
    return replace(scored, score=scored.score / max(scored.score.max(initial=0.0), 1e-9))


def counting(quads: Quads, queries: Queries) -> Scored:
    """Counts all rows of the record, later ones too."""
    scored = _by_rules(quads, queries)
    often = np.bincount(quads.object, minlength=len(quads.entities))
    return _added(scored, often[scored.candidate])


def same_day(quads: Quads, queries: Queries) -> Scored:
    """Learns the day before it forecasts it: the history ends a day too late."""
    late = replace(queries, day=queries.day + np.int32(1))
    return _by_rules(quads, late)


def universal(quads: Quads, queries: Queries) -> Scored:
    """Scores as it should, but takes for candidates whoever the record ever names."""
    ever = set(quads.subject.tolist()) | set(quads.object.tolist())
    kept = [
        {**one, **dict.fromkeys(sorted(ever - set(one)), 0.0)}
        for one in as_dicts(rank_by_rules(quads, queries=queries, weights=RULES_ONLY))
    ]
    return Scored(
        start=np.concatenate([[0], np.cumsum([len(one) for one in kept])]),
        candidate=np.array([e for one in kept for e in one], dtype=np.int32),
        score=np.array([value for one in kept for value in one.values()]),
    )


def carrying(quads: Quads, queries: Queries) -> Scored:
    """Where a question has no candidate, those of the question before stay."""
    kept: list[dict[int, float]] = []
    for one in as_dicts(rank_by_rules(quads, queries=queries, weights=RULES_ONLY)):
        kept.append(one or (kept[-1] if kept else {}))
    return Scored(
        start=np.concatenate([[0], np.cumsum([len(one) for one in kept])]),
        candidate=np.array([e for one in kept for e in one], dtype=np.int32),
        score=np.array([value for one in kept for value in one.values()]),
    )


def numbering(quads: Quads, queries: Queries) -> Scored:
    """Breaks ties by the number of the entity."""
    scored = _by_rules(quads, queries)
    return _added(scored, -1e-6 * scored.candidate)


def _caught(check: Callable[[], None]) -> None:
    with pytest.raises(AssertionError):
        check()


def test_doubles_that_see_the_day_are_caught() -> None:
    queries = queries_of(WORLD, first=DAY, last=DAY)
    for double in (counting, same_day):
        _caught(lambda d=double: check_deletion(d, WORLD, queries, DAY))
        _caught(lambda d=double: check_insertion(d, WORLD, queries, DAY))


def test_a_double_whose_universe_looks_ahead_is_caught() -> None:
    made = [row for row in rows(11, days=DAYS, a_day=12) if 8 not in (row[0], row[2])]
    late = quads_of([*made, [8, 1, 0, DAY + 2]], days=DAYS, entities=NAMES)
    queries = queries_of(late, first=DAY, last=DAY)
    check_deletion(_by_rules, late, queries, DAY)
    _caught(lambda: check_deletion(universal, late, queries, DAY))


def test_doubles_that_see_the_batch_are_caught() -> None:
    case = _entities(_by_rules)
    for double in (peeking, scaled):
        _caught(lambda d=double: check_alone(d, WORLD, case.queries))
    few = part(case.queries, [0, 1])
    asked = set(few.subject.tolist())
    others = [i for i, s in enumerate(case.queries.subject.tolist()) if s not in asked]
    check_foreign(_by_rules, WORLD, few, part(case.queries, others))
    for double in (peeking, scaled):
        _caught(lambda d=double: check_foreign(d, WORLD, few, part(case.queries, others)))


def test_a_double_that_keeps_the_last_answer_is_caught() -> None:
    case = _entities(_by_rules)
    rich = part(case.queries, range(6))
    assert as_dicts(rank_by_rules(WORLD, queries=case.empty, weights=RULES_ONLY)) == [{}]
    assert as_dicts(_by_rules(WORLD, case.empty)) != [{}]  # habit still answers
    _caught(lambda: check_carry_over(carrying, WORLD, rich, case.empty))


def test_a_double_that_knows_its_actors_by_number_is_caught() -> None:
    queries = queries_of(WORLD, first=DAY, last=DAY)
    _caught(lambda: check_swap(numbering, WORLD, queries, (1, 4)))


@pytest.mark.parametrize("side", ["best", "worst"])
def test_a_double_that_ranks_ties_at_one_end_is_caught(side: str) -> None:
    def evaluated(scored: Scored, answer: Sequence[int], size: int) -> float:
        own = scored.score[scored.candidate == answer[0]][0]
        if side == "best":
            return float(1 / (1 + np.sum(scored.score > own)))
        return float(1 / np.sum(scored.score >= own))

    _caught(lambda: check_constant(evaluated, 9))
