"""The learned ranker and the relations: repeatability, the loss, and what is refused."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import DataError, MethodError
from demarche.outside.ranking import ranker as ranker_module
from demarche.outside.ranking import relations as relations_module
from demarche.outside.ranking._history import history
from demarche.outside.ranking._trees import softmax_gradient, softmax_objective
from demarche.outside.ranking.evaluate import Scored, evaluate, queries_of, ranks
from demarche.outside.ranking.features import LEARNED, USED, feature_table
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.ranker import (
    Ranker,
    RankerOptions,
    drawn,
    fit_ranker,
    predicted,
    rank_by_trees,
    ranker_from_text,
    ranker_to_text,
    sampled,
)
from demarche.outside.ranking.relations import (
    fit_relations,
    rank_relations,
    relation_queries,
)
from demarche.outside.ranking.rules import learn_until
from tests.outside.ranking.worlds import part, world

DAY = 40
SMALL = RankerOptions(days=30, hard=4, random=4, rounds=8, leaves=7, seeds=(1,), threads=1)


@pytest.fixture(scope="module")
def quads() -> Quads:
    return world(11, days=48, a_day=12)


@pytest.fixture(scope="module")
def ranker(quads: Quads) -> Ranker:
    return fit_ranker(quads, before=DAY, options=SMALL)


def test_fit_sees_nothing_of_its_first_day_or_later(quads: Quads, ranker: Ranker) -> None:
    assert fit_ranker(quads.before(DAY), before=DAY, options=SMALL) == ranker
    assert fit_ranker(quads, before=DAY - 1, options=SMALL).trees != ranker.trees


def test_same_bytes_with_any_number_of_threads(quads: Quads, ranker: Ranker) -> None:
    two = fit_ranker(quads, before=DAY, options=replace(SMALL, threads=2))
    queries = queries_of(quads, first=DAY, last=DAY)
    one = rank_by_trees(quads, queries=queries, ranker=ranker)
    other = rank_by_trees(quads, queries=queries, ranker=two)
    assert one.score.tobytes() == other.score.tobytes()
    assert one.candidate.tobytes() == other.candidate.tobytes()


def test_text_round_trip(ranker: Ranker) -> None:
    assert ranker_from_text(ranker_to_text(ranker)) == ranker
    with pytest.raises(DataError, match="not a ranker of ours"):
        ranker_from_text("{}")
    old = replace(ranker, features=LEARNED[:3])
    with pytest.raises(DataError, match="another version"):
        ranker_from_text(ranker_to_text(old))


def test_trees_beat_chance_where_the_world_repeats_itself(quads: Quads, ranker: Ranker) -> None:
    queries = queries_of(quads, first=DAY, last=47)
    scored = rank_by_trees(quads, queries=queries, ranker=ranker)
    found = evaluate(scored, queries=queries, quads=quads)
    shuffled = np.random.default_rng(0).permutation(scored.score)
    chance = evaluate(
        Scored(start=scored.start, candidate=scored.candidate, score=shuffled),
        queries=queries,
        quads=quads,
    )
    assert found.mrr() > chance.mrr() + 0.1


def test_forecasting_days_it_was_fitted_on_is_refused(quads: Quads, ranker: Ranker) -> None:
    queries = queries_of(quads, first=DAY - 3, last=DAY)
    with pytest.raises(DataError, match="none before day 40"):
        rank_by_trees(quads, queries=queries, ranker=ranker)


def test_a_ranker_may_learn_from_a_sample_of_the_questions(quads: Quads, ranker: Ranker) -> None:
    first = DAY // 3
    asked = queries_of(quads, first=first, last=DAY - 1)
    assert ranker.held == len(asked)
    all_of_them = fit_ranker(quads, before=DAY, options=replace(SMALL, questions=len(asked)))
    assert all_of_them.trees == ranker.trees
    few = replace(SMALL, questions=150)
    some = fit_ranker(quads, before=DAY, options=few)
    assert (some.held, some.questions <= 150 < ranker.questions) == (len(asked), True)
    assert some == fit_ranker(quads, before=DAY, options=few)
    drawn_on = set(asked.day[drawn(len(asked), options=few)].tolist())
    assert len(drawn_on) > 0.9 * (DAY - first)  # not from a few days alone


@pytest.mark.parametrize("fit", [fit_ranker, fit_relations])
def test_questions_taken_bit_by_bit_give_the_same_trees(fit, quads: Quads, monkeypatch) -> None:
    """With fewer candidates than are drawn at random, what is held at once can make no odds."""
    options = replace(SMALL, random=100)
    whole = fit(quads, before=DAY, options=options)
    rows: list[int] = []
    for module in (ranker_module, relations_module):
        monkeypatch.setattr(module, "CHUNK", 5)
        monkeypatch.setattr(
            module,
            "sampled",
            lambda *args, **given: rows.append(len(args[3])) or sampled(*args, **given),
        )
    assert fit(quads, before=DAY, options=options) == whole
    assert max(rows) == 5 and len(rows) > DAY
    rows.clear()
    monkeypatch.setattr(ranker_module, "HELD", 3 * len(quads.entities))
    assert fit(quads, before=DAY, options=options) == whole
    assert max(rows) == (3 if fit is fit_ranker else 5)


def test_relations_may_learn_from_a_sample_of_the_questions(quads: Quads) -> None:
    asked = relation_queries(quads, first=DAY // 3, last=DAY - 1)
    some = fit_relations(quads, before=DAY, options=replace(SMALL, questions=120))
    whole = fit_relations(quads, before=DAY, options=SMALL)
    assert some.held == whole.held == len(asked) > 120
    assert some.trees != whole.trees


def test_missing_lightgbm_names_the_extra(monkeypatch: pytest.MonkeyPatch, quads: Quads) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(MethodError, match=r"demarche\[learn\]"):
        fit_ranker(quads, before=DAY, options=SMALL)


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(MethodError, match="fewer than 100"):
        fit_ranker(world(12, days=8, a_day=3), before=8, options=SMALL)


def test_gradient_is_that_of_the_stated_loss() -> None:
    rng = np.random.default_rng(3)
    score = rng.normal(size=7)
    right = np.array([True, False, True, False, False, True, False])
    weight = np.array([1, 3, 1, 1, 2, 1, 4], dtype=np.float32)
    start = np.array([0, 4, 7])

    def loss(f: np.ndarray) -> float:
        total = 0.0
        for low, high in ((0, 4), (4, 7)):
            e, y, w = np.exp(f[low:high]), right[low:high], weight[low:high]
            wrong = (w * e)[~y].sum()
            total += sum(-np.log(v / (v + wrong)) for v in e[y])
        return float(total)

    gradient, hessian = np.empty(7, np.float32), np.empty(7, np.float32)
    softmax_gradient(score, right, weight, start, gradient, hessian)
    step = 1e-4
    for i in range(7):
        move = np.zeros(7)
        move[i] = step
        up, at, down = loss(score + move), loss(score), loss(score - move)
        assert gradient[i] == pytest.approx((up - down) / (2 * step), abs=1e-5)
        assert hessian[i] == pytest.approx((up - 2 * at + down) / step**2, abs=1e-4)


def test_the_objective_takes_questions_one_after_the_other() -> None:
    """By hand: two wrong at equal scores, one of them standing for three, against one right.

    The right one has a share of 1 / (1 + 1 + 3), a gradient of -4/5 and a curvature of 4/25.
    """
    right = np.array([True, False, False, False, True])
    weight = np.array([1, 1, 3, 1, 1], dtype=np.float32)
    objective = softmax_objective(right, weight, np.array([3, 2]))
    gradient, hessian = objective(np.zeros(5), None)
    assert gradient == pytest.approx([-0.8, 0.2, 0.6, 0.5, -0.5])
    assert hessian == pytest.approx([0.16, 0.16, 0.24, 0.25, 0.25])


def test_sampled_rows_stand_for_all_of_them() -> None:
    rng = np.random.default_rng(4)
    counts = np.array([50, 3, 20])
    right = np.zeros(73, dtype=bool)
    right[[0, 60]] = True
    kept = sampled(
        np.arange(73, dtype=np.float32)[:, None],
        right,
        rng.normal(size=73),
        counts,
        hard=5,
        random=10,
        rng=rng,
    )
    assert len(kept.sizes) == 2  # the question without a right candidate is left out
    first = slice(0, kept.sizes[0])
    assert kept.weight[first].sum() == pytest.approx(50)
    assert kept.weight[kept.sizes[0] :].sum() == pytest.approx(20)
    assert kept.right.sum() == 2


def test_the_hardest_are_kept_and_those_drawn_stand_for_the_rest() -> None:
    """By hand: of five wrong ones the two hardest are kept, and one of three for all three."""
    hardness = np.array([0.1, 0.9, 0.3, 0.2, 0.8, 0.0])
    right = np.array([False, False, False, True, False, False])
    rows, counts = np.arange(6, dtype=np.float32)[:, None], np.array([6])
    drawn_rows = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        kept = sampled(rows, right, hardness, counts, hard=2, random=1, rng=rng)
        weight = dict(zip(kept.rows[:, 0].tolist(), kept.weight.tolist(), strict=True))
        assert {one for one, stands in weight.items() if stands == 1} == {1, 3, 4}
        (chosen,) = (one for one, stands in weight.items() if stands == 3)
        drawn_rows.add(chosen)
    assert drawn_rows == {0, 2, 5}


def test_scores_of_trees_are_those_of_the_whole_past(quads: Quads, ranker: Ranker) -> None:
    """From the first day on: each question's features anew from all the days before it."""
    queries = queries_of(quads, first=DAY, last=DAY + 1)
    scored = rank_by_trees(quads, queries=queries, ranker=ranker)
    for i in (0, len(queries) - 1):
        past, day = history(quads), int(queries.day[i])
        learn_until(past, first=0, day=day)
        ends = (queries.subject[i : i + 1], queries.relation[i : i + 1])
        table = feature_table(past, subject=ends[0], relation=ends[1], day=day)
        span = slice(scored.start[i], scored.start[i + 1])
        assert scored.candidate[span].tolist() == table.candidate.tolist()
        want = predicted(ranker.trees, table.rows[:, USED], threads=1)
        assert scored.score[span].tolist() == want.tolist()


@pytest.mark.parametrize("directed", [True, False])
def test_relations_beat_chance_where_the_world_repeats_itself(quads: Quads, directed: bool) -> None:
    queries = relation_queries(quads, first=DAY, last=DAY, directed=directed)
    fitted = fit_relations(quads, before=DAY, directed=directed, options=SMALL)
    found = ranks(
        rank_relations(quads, queries=queries, ranker=fitted),
        start=queries.start,
        answer=queries.answer,
        size=queries.ids,
    )
    assert np.mean(1 / found) > 2 / (queries.ids + 1)


def test_the_two_relation_sets_are_never_mixed(quads: Quads) -> None:
    fitted = fit_relations(quads, before=DAY, directed=False, options=SMALL)
    queries = relation_queries(quads, first=DAY, last=DAY)
    with pytest.raises(DataError, match="other candidate set"):
        rank_relations(quads, queries=queries, ranker=fitted)


def test_an_undirected_question_has_its_answers_from_both_ends(quads: Quads) -> None:
    directed = relation_queries(quads, first=DAY, last=DAY)
    both = relation_queries(quads, first=DAY, last=DAY, directed=False)
    assert len(both.answer) == 2 * len(directed.answer)
    assert (directed.ids, both.ids) == (4, 8)
    assert part(queries_of(quads, first=DAY, last=DAY), [0]).answer.size == 0
