"""Rules on ICEWS14 (74,845 / 8,514 / 7,371): the regression threshold of the benchmark."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from demarche.outside.ranking.evaluate import evaluate, queries_of
from demarche.outside.ranking.quads import quads_from_columns
from demarche.outside.ranking.rules import rank_by_rules
from tests.shared import need


@pytest.mark.slow
def test_rules_alone_reach_the_threshold_on_validation_days() -> None:
    folder = need("data", "icews14")
    parts = [
        np.loadtxt(folder / f"{split}.txt", dtype=np.int64, usecols=(0, 1, 2, 3))
        for split in ("train", "valid")
    ]
    assert [len(part) for part in parts] == [74845, 8514]
    rows = np.concatenate(parts)
    rows[:, 3] //= 24
    named = [line.rsplit("\t", 1) for line in (folder / "entity2id.txt").read_text().splitlines()]
    names = [name for name, _ in sorted(named, key=lambda pair: int(pair[1]))]
    quads = quads_from_columns(
        dict(zip(("subject", "relation", "object", "day"), rows.T, strict=True)),
        entities=names,
        relations=[(str(i), "", 0, 0) for i in range(230)],
        start=dt.date(2014, 1, 1),
        days=334,
        source="icews14",
    )
    queries = queries_of(quads, first=304, last=333)
    found = evaluate(rank_by_rules(quads, queries=queries), queries=queries, quads=quads)
    assert len(found.rank) == 2 * 8514
    assert found.mrr() > 0.44
