"""Rules: against a plain loop over dictionaries; the leak tests are in test_leaks.py."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import DataError
from demarche.outside.ranking import _kernels
from demarche.outside.ranking._history import BUCKETS, History, history
from demarche.outside.ranking._walks import take_top
from demarche.outside.ranking.evaluate import Queries, Scored, evaluate, queries_of
from demarche.outside.ranking.features import FEATURES, feature_table
from demarche.outside.ranking.quads import Quads, quads_from_columns
from demarche.outside.ranking.rules import (
    RULES_ONLY,
    RuleWeights,
    learn_until,
    rank_by_rules,
    rank_now,
)
from tests.outside.ranking.worlds import (
    RELATIONS,
    START,
    as_dicts,
    part,
    world,
)

DAY = 24


def by_loops(quads: Quads, day: int, s: int, r: int) -> dict[int, float]:
    """The noisy-or by its definition: every question asked anew of the list of earlier rows."""
    half = len(quads.relations)
    facts = []
    for a, b, c, d in zip(quads.subject, quads.relation, quads.object, quads.day, strict=True):
        facts += [(int(a), int(b), int(c), int(d)), (int(c), int(b) + half, int(a), int(d))]

    def bucket(age: int) -> int:
        return sum(age > end for end in BUCKETS)

    def past(e: int, t: int) -> dict[int, dict[int, tuple[int, int]]]:
        found: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
        for a, b, c, d in facts:
            if a == e and d < t:
                n, last = found[c].get(b, (0, -1))
                found[c][b] = (n + 1, max(last, d))
        return found

    def kind(body: int, head: int) -> int:
        if body == head:
            return 0
        if abs(body - head) == half:
            return 1
        same = (body < half) == (head < half)
        root = quads.root[body % half] == quads.root[head % half]
        return (2 if same else 3) if root else (4 if same else 5)

    seen: dict[tuple[int, ...], int] = defaultdict(int)
    right: dict[tuple[int, ...], int] = defaultdict(int)
    for t in range(day):
        asked: dict[tuple[int, int], set[int]] = defaultdict(set)
        for a, b, c, d in facts:
            if d == t:
                asked[a, b].add(c)
        for (e, head), answers in asked.items():
            for o, bodies in past(e, t).items():
                for body, (n, last) in bodies.items():
                    k = bucket(t - last)
                    keys = [(0, body, head, k), (1, kind(body, head), k)]
                    if body == head:
                        keys.append((2, head, k, min(n, 4)))
                    for key in keys:
                        seen[key] += 1
                        right[key] += o in answers
    scores = {}
    for o, bodies in past(s, day).items():
        rates = []
        for body, (n, last) in bodies.items():
            k = bucket(day - last)
            c = (1, kind(body, r), k)
            prior = (right[c] + 0.01) / (seen[c] + 1)
            one = (0, body, r, k)
            rate = (right[one] + 15 * prior) / (seen[one] + 15)
            if body == r:
                two = (2, r, k, min(n, 4))
                rate = (right[two] + 15 * rate) / (seen[two] + 15)
            rates.append(rate)
        rates.sort(reverse=True)
        miss = 1.0
        for i, rate in enumerate(rates[:5]):
            miss *= 1 - 0.8**i * rate
        scores[o] = 1 - miss
    return scores


def agree_with_loops(quads: Quads, past: History) -> None:
    queries = queries_of(quads, first=DAY, last=DAY)
    for s, r in zip(queries.subject.tolist(), queries.relation.tolist(), strict=True):
        who, score = rank_now(past, subject=s, relation=r, day=DAY, weights=RULES_ONLY)
        want = by_loops(quads, DAY, s, r)
        assert set(who.tolist()) == set(want)
        for e, value in zip(who.tolist(), score.tolist(), strict=True):
            assert value == pytest.approx(want[e], abs=1e-8)


@pytest.mark.parametrize("roots", [(1, 4, 11, 19), (4, 4, 0, 4), (0, 0, 0, 0)])
def test_noisy_or_is_that_of_a_plain_loop(roots: tuple[int, ...]) -> None:
    quads = replace(world(2, days=26, a_day=6), root=np.array(roots, dtype=np.int32))
    past = history(quads)
    learn_until(past, first=0, day=DAY)
    agree_with_loops(quads, past)


def test_the_loop_catches_tables_that_learn_the_day_they_forecast() -> None:
    quads = world(2, days=26, a_day=6)
    past = history(quads)
    learn_until(past, first=0, day=DAY)
    today = past.trip_of_row[past.day_ptr[DAY] : past.day_ptr[DAY + 1]]
    _kernels.learn_rules(today, DAY, past.index, past.state, past.tables)
    with pytest.raises(AssertionError):
        agree_with_loops(quads, past)


def test_features_read_the_same_rules() -> None:
    quads = world(2, days=26, a_day=6)
    past = history(quads)
    learn_until(past, first=0, day=DAY)
    queries = queries_of(quads, first=DAY, last=DAY)
    table = feature_table(past, subject=queries.subject, relation=queries.relation, day=DAY)
    column = table.rows[:, FEATURES.index("rule_or")]
    for i in range(len(queries)):
        who, score = rank_now(
            past,
            subject=int(queries.subject[i]),
            relation=int(queries.relation[i]),
            day=DAY,
            weights=RULES_ONLY,
        )
        want = dict(zip(who.tolist(), score.tolist(), strict=True))
        span = slice(table.start[i], table.start[i + 1])
        for e, value in zip(table.candidate[span].tolist(), column[span].tolist(), strict=True):
            assert value == pytest.approx(want.get(e, 0.0), abs=1e-6)


def test_features_of_country_and_root_are_sums_over_the_rows() -> None:
    """What two countries did, what an actor did with a country, and roots: each fades by itself."""
    quads = world(2, days=40, a_day=4)
    day = 38
    past = history(quads)
    learn_until(past, first=0, day=day)
    queries = queries_of(quads, first=day, last=day)
    table = feature_table(past, subject=queries.subject, relation=queries.relation, day=day)
    known = quads.before(day)
    a, b = (
        np.concatenate(ends)
        for ends in ((known.subject, known.object), (known.object, known.subject))
    )
    quad = np.concatenate([known.quad[known.relation], known.quad[known.relation] + 4])
    root = np.concatenate([known.root[known.relation], known.root[known.relation] + 20])
    age = np.concatenate([day - 1 - known.day] * 2)
    land, half = quads.country, len(quads.relations)
    late, month = 0.5 ** (age / 14), 0.5 ** (age / 30)
    checked = 0
    for i, (s, r) in enumerate(
        zip(queries.subject.tolist(), queries.relation.tolist(), strict=True)
    ):
        back = r + half if r < half else r - half
        for at in range(table.start[i], table.start[i + 1]):
            o = int(table.candidate[at])
            row = dict(zip(FEATURES, table.rows[at].tolist(), strict=True))
            between = (land[a] == land[s]) & (land[b] == land[o]) & (min(land[s], land[o]) >= 0)
            mine = quads.quad[r % half] + (4 if r >= half else 0)
            theirs = quads.root[back % half] + (20 if back >= half else 0)
            every = (0.5 ** ((age[a == o] + 1) / 14)).sum()
            want = {
                "between_30": month[between].sum(),
                "between_quad_30": month[between & (quad == mine)].sum(),
                "toward_30": month[(a == s) & (land[b] == land[o]) & (land[o] >= 0)].sum(),
                "toward_back_30": month[(a == o) & (land[b] == land[s]) & (land[s] >= 0)].sum(),
                "root_share": late[(a == o) & (root == theirs)].sum() / (every + 0.1),
            }
            if not np.any(a == o):
                want["root_share"] = 0.0
            assert {name: row[name] for name in want} == pytest.approx(want, rel=1e-5, abs=1e-6)
            checked += row["between_30"] > 0
    assert checked > 30


def test_counters_grow_with_the_rows_and_not_with_the_square_of_the_countries() -> None:
    """Where each actor is a country of its own, few of their pairs ever deal with each other."""
    size = 3000
    rng = np.random.default_rng(1)
    quads = quads_from_columns(
        {"subject": rng.integers(size, size=5000), "object": rng.integers(size, size=5000),
         "relation": rng.integers(4, size=5000), "day": rng.integers(30, size=5000)},
        entities=[f"A{n}" for n in range(size)], relations=RELATIONS, start=START, days=30,
        source="made-up", places={f"A{n}": (f"C{n}", "") for n in range(size)},
    )  # fmt: skip
    held = sum(array.nbytes for array in history(quads).state)
    assert held < 1000 * len(quads.day)


def test_compiled_counters_equal_their_python_twins() -> None:
    quads = world(3, days=12)
    fast, slow = history(quads), history(quads)
    learn_until(fast, first=0, day=quads.days)
    for t in range(quads.days):
        today = slow.trip_of_row[slow.day_ptr[t] : slow.day_ptr[t + 1]]
        _kernels.learn_rules.py_func(today, t, slow.index, slow.state, slow.tables)
        _kernels.learn_day.py_func(today, t, slow.index, slow.state)
    for one, two in zip((*fast.state, *fast.tables), (*slow.state, *slow.tables), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("size", [1, 3, 9, 40])
def test_the_best_are_taken_and_the_lower_number_of_two_as_good(size: int) -> None:
    """In whatever order they were touched."""
    rng = np.random.default_rng(size)
    for _ in range(30):
        value = rng.integers(1, 6, size=30).astype(float)
        touched = rng.permutation(30)[: rng.integers(1, 30)].astype(np.int32)
        kept = take_top(value, touched, len(touched), size)
        want = sorted(touched.tolist(), key=lambda e: (-value[e], e))[:size]
        assert kept.tolist() == want


def fixed(quads: Quads, queries: Queries) -> Scored:
    return rank_by_rules(quads, queries=queries)


def test_rules_beat_habit_on_a_world_that_repeats_itself() -> None:
    quads = world(7, days=60)
    queries = queries_of(quads, first=45, last=59)
    rules = evaluate(fixed(quads, queries), queries=queries, quads=quads)
    alone = RuleWeights(walk=0.0, habit=1.0, country=0.0)
    nothing = Scored(
        start=np.zeros(len(queries) + 1, np.int64),
        candidate=np.zeros(0, np.int32),
        score=np.zeros(0),
    )
    none = evaluate(nothing, queries=queries, quads=quads)
    assert rules.mrr() > none.mrr() + 0.1
    assert len(as_dicts(rank_by_rules(quads, queries=queries, weights=alone))) == len(queries)


def test_frozen_tables_learn_no_more_but_counters_do() -> None:
    quads = world(8, days=40)
    queries = queries_of(quads, first=35, last=35)
    online = as_dicts(fixed(quads, queries))
    frozen = as_dicts(rank_by_rules(quads, queries=queries, frozen_at=20))
    assert [set(one) for one in online] == [set(one) for one in frozen]
    assert online != frozen
    assert as_dicts(rank_by_rules(quads, queries=queries, frozen_at=35)) == online


def test_questions_out_of_order_are_refused() -> None:
    quads = world(9)
    queries = queries_of(quads, first=20, last=22)
    with pytest.raises(DataError, match="order of day"):
        fixed(quads, part(queries, [len(queries) - 1, 0]))
