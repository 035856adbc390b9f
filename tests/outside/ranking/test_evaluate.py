"""Ranks: against a brute-force loop, and what a constant scorer must get."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import DataError
from demarche.outside.ranking.evaluate import (
    Queries,
    Scored,
    evaluate,
    queries_of,
    ranks,
    strata_of,
)
from demarche.outside.ranking.quads import country_and_sector, quads_from_columns
from demarche.outside.ranking.relations import relation_queries
from tests.outside.ranking.leaks import table_of
from tests.outside.ranking.worlds import START, quads_of, world


def brute(
    score: dict[int, float], answers: list[int], answer: int, size: int, filtered: bool
) -> float:
    value = score.get(answer, -1e9)
    above = tied = 0
    for other in range(size):
        if other == answer or (filtered and other in answers):
            continue
        rival = score.get(other, -1e9)
        above += rival > value
        tied += rival == value
    return 1 + above + tied / 2


@given(st.data())
def test_ranks_are_those_of_a_loop(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 9))
    ids = st.integers(0, size - 1)
    score = data.draw(st.dictionaries(ids, st.integers(0, 3).map(float), max_size=size))
    answers = sorted(data.draw(st.sets(ids, min_size=1, max_size=size)))
    filtered = data.draw(st.booleans())
    found = ranks(
        Scored(
            start=np.array([0, len(score)]),
            candidate=np.array(list(score), dtype=np.int32),
            score=np.array(list(score.values()), dtype=np.float64),
        ),
        start=np.array([0, len(answers)]),
        answer=np.array(answers),
        size=size,
        filtered=filtered,
    )
    assert found.tolist() == [brute(score, answers, a, size, filtered) for a in answers]


def test_a_constant_scorer_gets_two_over_m_plus_one() -> None:
    quads = quads_of([[0, 0, 1, 5], [2, 1, 3, 6]], days=7)
    queries = queries_of(quads, first=5, last=6)
    m = len(quads.entities)
    everyone = Scored(
        start=np.arange(len(queries) + 1) * m,
        candidate=np.tile(np.arange(m, dtype=np.int32), len(queries)),
        score=np.full(m * len(queries), 0.3),
    )
    assert evaluate(everyone, queries=queries, quads=quads).mrr() == pytest.approx(2 / (m + 1))


def test_strata_look_at_earlier_days_only() -> None:
    quads = quads_of([[0, 0, 1, 1], [0, 0, 1, 3], [1, 1, 0, 3], [4, 0, 5, 3]], days=4)
    queries = queries_of(quads, first=3, last=3)
    found = dict(
        zip(
            zip(
                np.repeat(queries.subject, np.diff(queries.start)).tolist(),
                np.repeat(queries.relation, np.diff(queries.start)).tolist(),
                queries.answer.tolist(),
                strict=True,
            ),
            strata_of(quads, queries).tolist(),
            strict=True,
        )
    )
    assert found[0, 0, 1] == 0
    assert found[1, 4, 0] == 0
    assert found[1, 1, 0] == 1
    assert found[4, 0, 5] == 2


def test_strata_are_those_of_a_loop_over_all_questions_of_a_record() -> None:
    quads = world(3, days=20)
    rows, half = table_of(quads), len(quads.relations)
    queries = queries_of(quads, first=0, last=19)
    found = strata_of(quads, queries).tolist()
    want = []
    for i in range(len(queries)):
        s, r, day = int(queries.subject[i]), int(queries.relation[i]), int(queries.day[i])
        for o in queries.answer[queries.start[i] : queries.start[i + 1]].tolist():
            fact = [s, r, o] if r < half else [o, r - half, s]
            past = [row for row in rows if row[3] < day]
            same = any(row[:3] == fact for row in past)
            met = any({row[0], row[2]} == {s, o} for row in past)
            want.append(0 if same else 1 if met else 2)
    assert found == want
    assert set(want) == {0, 1, 2}


@pytest.mark.parametrize("directed", [True, False])
def test_questions_of_what_are_those_of_a_loop(directed: bool) -> None:
    quads = world(3, days=20)
    half, want = len(quads.relations), defaultdict(set)
    for s, r, o, day in table_of(quads):
        if 4 <= day <= 7:
            want[day, s, o].add(r)
            if not directed:
                want[day, o, s].add(r + half)
    queries = relation_queries(quads, first=4, last=7, directed=directed)
    found = {
        (int(queries.day[i]), int(queries.subject[i]), int(queries.object[i])): queries.answer[
            queries.start[i] : queries.start[i + 1]
        ].tolist()
        for i in range(len(queries))
    }
    assert list(found.items()) == [(key, sorted(want[key])) for key in sorted(want)]


def test_questions_taken_keep_their_answers() -> None:
    quads = quads_of([[0, 0, 1, 5], [0, 0, 2, 5], [3, 1, 0, 5]], days=6)
    queries = queries_of(quads, first=5, last=5)

    def answers(of: Queries) -> list[tuple[int, int, list[int]]]:
        return [
            (int(of.subject[i]), int(of.relation[i]), of.answer[low:high].tolist())
            for i, (low, high) in enumerate(zip(of.start[:-1], of.start[1:], strict=True))
        ]

    whole = answers(queries)
    assert whole == [(0, 0, [1, 2]), (0, 5, [3]), (1, 4, [0]), (2, 4, [0]), (3, 1, [0])]
    assert answers(queries.taken(np.array([4, 0, 2]))) == [whole[4], whole[0], whole[2]]
    assert answers(queries.taken(np.zeros(0, dtype=int))) == []


def test_bad_scores_are_refused() -> None:
    quads = world(1)
    queries = queries_of(quads, first=20, last=20)
    none = np.zeros(0, np.int32)
    with pytest.raises(DataError, match="scored questions"):
        evaluate(
            Scored(start=np.zeros(1, np.int64), candidate=none, score=np.zeros(0)),
            queries=queries,
            quads=quads,
        )
    start = np.r_[np.zeros(len(queries), np.int64), 1]
    with pytest.raises(DataError, match="not a number"):
        evaluate(
            Scored(start=start, candidate=np.zeros(1, np.int32), score=np.array([np.nan])),
            queries=queries,
            quads=quads,
        )


def test_quads_keep_one_row_per_day_and_cut_without_renaming() -> None:
    quads = quads_of([[0, 0, 1, 2], [0, 0, 1, 2], [3, 1, 2, 1]], days=4)
    assert quads.day.tolist() == [1, 2]
    cut = quads.before(2)
    assert (cut.day.tolist(), cut.days, cut.entities) == ([1], 2, quads.entities)
    assert cut.digest != quads.digest
    assert (quads.before(0).days, quads.before(-3).days, quads.before(9).days) == (0, 0, 4)
    assert quads.digest == quads_of([[3, 1, 2, 1], [0, 0, 1, 2]], days=4).digest
    assert country_and_sector("Foreign_Affairs_(South_Korea)") == ("South Korea", "Foreign Affairs")


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"subject": [0], "relation": [0], "object": [0], "day": []}, "differ in length"),
        ({"subject": [5], "relation": [0], "object": [0], "day": [0]}, "subject ids"),
        ({"subject": [0], "relation": [0], "object": [0], "day": [9]}, "day ids"),
    ],
)
def test_quads_refuse_what_does_not_fit(columns: dict[str, list[int]], match: str) -> None:
    with pytest.raises(DataError, match=match):
        quads_from_columns(
            columns,
            entities=["A"],
            relations=[("Consult", "040", 4, 1)],
            start=START,
            days=1,
            source="made-up",
        )
