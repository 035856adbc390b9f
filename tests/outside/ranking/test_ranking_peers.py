"""Peers' files: read in their own order, ranked by our evaluator, refused where they do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bench.skill.ranking_peers import Seconds, filled, peers_of, scored_by

from demarche.errors import DataError
from demarche.outside.ranking.evaluate import Scored, evaluate, queries_of
from demarche.outside.ranking.rules import rank_by_rules
from tests.outside.ranking.worlds import RELATIONS, as_dicts, quads_of, world

R = len(RELATIONS)
ROWS = np.array([[3, 1, 0, 5], [0, 0, 1, 5], [0, 0, 2, 5], [4, 1, 3, 6]])
"""Subject, relation, object, day, in the order of a file: not the order of our questions."""
QUADS = quads_of([[0, 0, 1, 2], *ROWS.tolist()], days=7)
QUERIES = queries_of(QUADS, first=5, last=6)
SIZE = len(QUADS.entities)
TOLD = {
    "0": {"0": 0.9},
    "1": {"7": 0.5, "1": 0.5, "2": 0.9},
    "2": {"2": 0.9, "7": 0.5, "1": 0.5},
    "7": {"4": 1},
}
"""Rows 1 and 2 ask the same; row 3 and all inverses but the last are unanswered."""


def written(path: Path, told: object) -> Path:
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def read(path: Path) -> Scored:
    return scored_by(path, rows=ROWS, queries=QUERIES, relations=R, size=SIZE)


def test_scores_find_their_questions_and_the_ranks_are_those_counted_by_hand(
    tmp_path: Path,
) -> None:
    scored = read(written(tmp_path / "told.json", TOLD))
    asked = list(zip(QUERIES.subject.tolist(), QUERIES.relation.tolist(), strict=True))
    found = dict(zip(asked, as_dicts(scored), strict=True))
    assert found[3, 1] == {0: 0.9}
    assert found[3, 1 + R] == {4: 1.0}
    assert found[0, 0] == {7: 0.5, 1: 0.5, 2: 0.9}
    assert found[4, 1] == {}
    rank = dict(
        zip(
            zip(
                np.repeat(QUERIES.subject, np.diff(QUERIES.start)).tolist(),
                np.repeat(QUERIES.relation, np.diff(QUERIES.start)).tolist(),
                QUERIES.answer.tolist(),
                strict=True,
            ),
            evaluate(scored, queries=QUERIES, quads=QUADS).rank.tolist(),
            strict=True,
        )
    )
    assert rank[3, 1, 0] == 1
    assert rank[0, 0, 2] == 1
    assert rank[0, 0, 1] == 1.5  # 2 is filtered out; 7 ties
    assert rank[3, 1 + R, 4] == 1
    assert rank[4, 1, 3] == (SIZE + 1) / 2  # nobody named: all tie


def test_arrays_and_json_say_the_same(tmp_path: Path) -> None:
    one = [TOLD.get(str(i), {}) for i in range(2 * len(ROWS))]
    np.savez(
        tmp_path / "told.npz",
        start=np.concatenate([[0], np.cumsum([len(a) for a in one])]),
        candidate=np.array([int(e) for a in one for e in a]),
        score=np.array([v for a in one for v in a.values()], dtype=float),
    )
    assert as_dicts(read(tmp_path / "told.npz")) == as_dicts(
        read(written(tmp_path / "told.json", TOLD))
    )


def test_our_own_scores_written_and_read_back_get_the_same_ranks(tmp_path: Path) -> None:
    quads = world(3)
    queries = queries_of(quads, first=20, last=29)
    ours = rank_by_rules(quads, queries=queries)
    keep = quads.day >= 20
    rows = np.stack([quads.subject, quads.relation, quads.object, quads.day], axis=1)[keep]
    rows = np.random.default_rng(2).permutation(rows.astype(np.int64))
    asked = zip(
        queries.subject.tolist(), queries.relation.tolist(), queries.day.tolist(), strict=True
    )
    at = dict(zip(asked, as_dicts(ours), strict=True))
    both = [(s, r, d) for s, r, _, d in rows.tolist()] + [
        (o, r + R, d) for _, r, o, d in rows.tolist()
    ]
    told = {str(i): {str(e): v for e, v in at[key].items()} for i, key in enumerate(both)}
    path = written(tmp_path / "ours.json", told)
    again = scored_by(path, rows=rows, queries=queries, relations=R, size=len(quads.entities))
    want, found = (
        evaluate(scored, queries=queries, quads=quads).rank.tolist() for scored in (ours, again)
    )
    assert found == want


def test_unanswered_questions_get_the_frequency_of_training(tmp_path: Path) -> None:
    scored = read(written(tmp_path / "told.json", TOLD))
    train = np.array([[0, 1, 5, 0], [2, 1, 5, 1], [0, 1, 6, 1], [0, 0, 1, 1]])
    full, empty = filled(scored, queries=QUERIES, train=train, relations=R)
    asked = list(zip(QUERIES.subject.tolist(), QUERIES.relation.tolist(), strict=True))
    assert empty == sum(not one for one in as_dicts(scored)) == 4
    found = dict(zip(asked, as_dicts(full), strict=True))
    assert found[4, 1] == {5: pytest.approx(2 / 3), 6: pytest.approx(1 / 3)}
    assert found[1, 0 + R] == {0: 1.0}
    assert found[0, 0] == {7: 0.5, 1: 0.5, 2: 0.9}  # answered ones stay as they are


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"8": {"0": 1.0}}, "question '8'; expected 0 to 7"),
        ({"-1": {"0": 1.0}}, "question '-1'"),
        ({"0": {"10": 1.0}}, "entities 10 to 10; expected 0 to 9"),
        ({"0": {"1": float("nan")}}, "1 scores are not finite"),
        ({"1": {"1": 0.5}, "2": {"1": 0.4}}, "questions 1 and 2 are the same"),
        ({"1": {"1": 0.5}}, "questions 1 and 2 are the same"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path: Path, told: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(written(tmp_path / "told.json", told))


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", start=np.zeros(3), candidate=np.zeros(0), score=np.zeros(0))
    with pytest.raises(DataError, match="2 questions"):
        read(tmp_path / "a.npz")
    start = np.r_[0, np.full(8, 2)]
    np.savez(tmp_path / "b.npz", start=start, candidate=np.array([1, 1]), score=np.ones(2))
    with pytest.raises(DataError, match="named twice"):
        read(tmp_path / "b.npz")


def test_the_list_of_peers_is_read_and_checked(tmp_path: Path) -> None:
    listed = [
        {"name": "A", "scores": "a.json", "learn": {"cpu": 2.0, "wall": 3.0}, "load": "1.5"},
        {"name": "B", "scores": "b.npz", "unanswered": "training frequency"},
    ]
    one, other = peers_of(written(tmp_path / "peers.json", listed))
    assert (one.scores, one.cpu, one.wall) == (tmp_path / "a.json", 2.0, 3.0)
    assert (other.unanswered, other.apply) == ("training frequency", Seconds())
    with pytest.raises(DataError, match="unknown key 'time'"):
        peers_of(written(tmp_path / "peers.json", [{"name": "A", "scores": "a", "time": 1}]))
    with pytest.raises(DataError, match="expected one of"):
        peers_of(written(tmp_path / "peers.json", [listed[1] | {"unanswered": "best"}]))
