"""Rankers without a group of features: the groups, the intervals, and the days they may read."""

from __future__ import annotations

import numpy as np
import pytest
from bench.skill.ranking_variants import (
    FULL,
    GROUPS,
    TREES,
    base,
    compare,
    difference,
    gathered,
    without,
)

from demarche.outside.ranking.evaluate import Evaluation, evaluate, queries_of
from demarche.outside.ranking.features import FEATURES, LEARNED
from demarche.outside.ranking.ranker import RankerOptions, fit_ranker, rank_by_trees
from tests.outside.ranking.worlds import quads_of, rows, world

SMALL = RankerOptions(days=20, hard=4, random=4, rounds=6, leaves=5, seeds=(1,), threads=1)


def test_every_feature_belongs_to_exactly_one_group() -> None:
    for name in FEATURES:
        owners = [group for group, has in GROUPS.items() if has(base(name))]
        assert len(owners) == 1, (name, owners)
    for group, has in GROUPS.items():
        left = without(group)
        assert len(left) < len(LEARNED)
        assert not any(has(base(name)) for name in left)
    assert base("rank_same_7") == "same_7"
    assert base("root_share") == "root_share"
    assert not any(name.startswith(("rank_", "share_")) for name in without("ranks and shares"))


def test_difference_is_paired_and_its_interval_counts_days() -> None:
    nothing = np.zeros(4, np.int32)
    one = Evaluation(rank=np.array([1.0, 1.0, 2.0, 2.0]), stratum=nothing)
    other = Evaluation(rank=np.array([2.0, 2.0, 2.0, 2.0]), stratum=nothing)
    mean, half = difference(one, other, day=np.array([5, 5, 9, 9]))
    # gains 1/2 1/2 0 0; two days with sums 2 x (1/2 - 1/4) and its opposite
    assert mean == pytest.approx(0.25)
    assert half == pytest.approx(1.96 * np.sqrt(2 / 1 * (0.5**2 + 0.5**2)) / 4)
    assert np.isnan(difference(one, other, day=np.zeros(4, int))[1])


def test_the_full_variant_is_the_published_ranker() -> None:
    quads = world(11, days=44, a_day=12)
    found = compare(quads, first=40, last=43, only=[FULL], options=SMALL, out=lambda said: None)
    queries = queries_of(quads, first=40, last=43)
    ranker = fit_ranker(quads, before=40, options=SMALL)
    want = evaluate(
        rank_by_trees(quads, queries=queries, ranker=ranker), queries=queries, quads=quads
    )
    assert found[FULL].rank.tolist() == want.rank.tolist()


def test_later_rows_change_no_variant_and_training_ends_before_the_first_day() -> None:
    made = rows(12, days=44, a_day=12)
    early, late = quads_of([row for row in made if row[3] < 42], days=42), quads_of(made, days=44)
    only = [FULL, "rules", "ranker without recurrence", "ranker, hard negatives only"]
    said: list[str] = []
    one = compare(early, first=40, last=41, only=only, options=SMALL, out=said.append)
    other = compare(late, first=40, last=41, only=only, options=SMALL, out=lambda text: None)
    assert list(one) == list(other) == [name for name in ("rules", *TREES) if name in only]
    for name in one:
        assert one[name].rank.tolist() == other[name].rank.tolist()
    assert sum("±" in text for text in said) == 2  # against the ranker; nothing against itself
    mixed, hard, days = gathered(late, first=40, last=41, options=SMALL)
    before, _, _ = gathered(late.before(40), first=40, last=39, options=SMALL)
    assert mixed.rows.tobytes() == before.rows.tobytes()
    assert len(hard.right) < len(mixed.right)
    assert [int(day.queries.day[0]) for day in days] == [40, 41]
