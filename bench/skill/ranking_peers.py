"""Scores that other programs wrote for ICEWS14, read so that our own evaluator ranks them.

A JSON file lists the peers, one object each:

    [{"name": "TLogic, 50 walks", "scores": "candidates.json", "unanswered": "training frequency",
      "learn": {"cpu": 188.5, "wall": 303.0}, "apply": {"cpu": 1.0, "wall": 1.0}, "load": "8"}]

``scores`` is JSON, {question: {entity: score}}, or NPZ with ``start``, ``candidate`` and ``score``;
its questions are the rows of the split in the order of the file, then their inverses. Who is not
named ties below all who are. ``unanswered`` says what a question without candidates gets: "tied"
(all entities alike; the default), or "training frequency" (who was most often the answer under the
relation in the training rows, as TLogic's own evaluation fills them). The times are seconds of
processors and of the clock; ``load`` is the load average during the run. Both are shown as given.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError
from demarche.outside.ranking.evaluate import Queries, Scored

__all__ = ["Peer", "Seconds", "filled", "peers_of", "scored_by"]

UNANSWERED = ("tied", "training frequency")
KEYS = {"name", "scores", "unanswered", "learn", "apply", "load"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Processor seconds and seconds of the clock."""

    cpu: float = 0.0
    wall: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Where a peer's scores are, and what they took."""

    name: str
    scores: Path
    unanswered: str = "tied"
    learn: Seconds = Seconds()
    apply: Seconds = Seconds()
    load: str = ""

    @property
    def cpu(self) -> float:
        """Processor seconds, learned and applied."""
        return self.learn.cpu + self.apply.cpu

    @property
    def wall(self) -> float:
        """Seconds of the clock, learned and applied."""
        return self.learn.wall + self.apply.wall


def peers_of(path: Path) -> tuple[Peer, ...]:
    """The peers a JSON file lists; paths of scores are relative to it."""
    told = json.loads(path.read_text(encoding="utf-8"))
    peers = []
    for item in told:
        if unknown := sorted(item.keys() - KEYS):
            raise DataError(f"{path}: unknown key {unknown[0]!r}; known are {sorted(KEYS)}.")
        peer = Peer(
            name=str(item["name"]),
            scores=path.parent / str(item["scores"]),
            unanswered=str(item.get("unanswered", "tied")),
            learn=Seconds(**item.get("learn", {})),
            apply=Seconds(**item.get("apply", {})),
            load=str(item.get("load", "")),
        )
        if peer.unanswered not in UNANSWERED:
            raise DataError(
                f"{path}: unanswered is {peer.unanswered!r}; expected one of {UNANSWERED}."
            )
        peers.append(peer)
    return tuple(peers)


def _from_json(path: Path, asked: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    if foreign := [key for key in told if not (key.isdecimal() and int(key) < asked)]:
        raise DataError(f"{path}: question {foreign[0]!r}; expected 0 to {asked - 1}.")
    answers = [told.get(str(i), {}) for i in range(asked)]
    return (
        np.concatenate([[0], np.cumsum([len(one) for one in answers])]).astype(np.int64),
        np.array([int(e) for one in answers for e in one], dtype=np.int64),
        np.array([v for one in answers for v in one.values()], dtype=np.float64),
    )


def _checked(
    path: Path, asked: int, size: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """Start, candidate and score of a peer's file, in the peer's own order."""
    if path.suffix == ".json":
        start, who, score = _from_json(path, asked)
    else:
        with np.load(path) as held:
            start, who, score = held["start"], held["candidate"], held["score"]
    if len(start) != asked + 1 or start[0] != 0 or start[-1] != len(who) or len(who) != len(score):
        raise DataError(
            f"{path}: {len(start) - 1} questions, {len(who)} candidates, {len(score)} scores; "
            f"expected {asked} questions: each row of the split, then each inverse."
        )
    if np.any(np.diff(start) < 0):
        raise DataError(f"{path}: start must not fall.")
    if len(who) and (who.min() < 0 or who.max() >= size):
        raise DataError(f"{path}: entities {who.min()} to {who.max()}; expected 0 to {size - 1}.")
    if not np.isfinite(score).all():
        raise DataError(f"{path}: {int((~np.isfinite(score)).sum())} scores are not finite.")
    question = np.repeat(np.arange(asked), np.diff(start))
    if len(np.unique(question * size + who)) < len(who):
        raise DataError(f"{path}: a candidate is named twice for one question.")
    return start, who, score


def scored_by(
    path: Path, *, rows: NDArray[np.int64], queries: Queries, relations: int, size: int
) -> Scored:
    """A peer's scores in the order of our questions.

    Several rows may ask the same question (subject, relation, day). A ranker that answers them
    differently has looked at the answer, and is refused.

    Parameters
    ----------
    path : Path
    rows : int array, shape (N, 4)
        Subject, relation, object, day of the split, in the order of its file.
    queries : Queries
    relations, size : int
        Relations of one direction, and entities.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the file does not fit the split, or answers one question in two ways.
    """
    asked = np.concatenate([rows, rows[:, [2, 1, 0, 3]]])
    asked[len(rows) :, 1] += relations
    start, who, score = _checked(path, len(asked), size)
    first: dict[tuple[int, ...], int] = {}
    for i, key in enumerate(map(tuple, asked[:, [0, 1, 3]].tolist())):
        j = first.setdefault(key, i)
        one, other = (slice(start[k], start[k + 1]) for k in (i, j))
        if i != j and dict(zip(who[one], score[one], strict=True)) != dict(
            zip(who[other], score[other], strict=True)
        ):
            raise DataError(f"{path}: questions {j} and {i} are the same, their scores are not.")
    order = [
        first[key]
        for key in zip(
            queries.subject.tolist(), queries.relation.tolist(), queries.day.tolist(), strict=True
        )
    ]
    spans = [slice(start[i], start[i + 1]) for i in order]
    return Scored(
        start=np.concatenate([[0], np.cumsum([span.stop - span.start for span in spans])]),
        candidate=np.concatenate([who[span] for span in spans]).astype(np.int32),
        score=np.concatenate([score[span] for span in spans]).astype(np.float64),
    )


def filled(
    scored: Scored, *, queries: Queries, train: NDArray[np.int64], relations: int
) -> tuple[Scored, int]:
    """Questions without a candidate get the frequency of answers in training; how many they were.

    The frequency under the relation, or over all relations for one that training lacks.
    """
    both = np.concatenate([train, train[:, [2, 1, 0, 3]]])
    both[len(train) :, 1] += relations

    def frequency(answers: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        who, times = np.unique(answers, return_counts=True)
        return who.astype(np.int32), times / max(len(answers), 1)

    of = {r: frequency(both[both[:, 1] == r, 2]) for r in np.unique(both[:, 1]).tolist()}
    anyone = frequency(both[:, 2])
    who, score, empty = [], [], 0
    for i, r in enumerate(queries.relation.tolist()):
        span = slice(scored.start[i], scored.start[i + 1])
        answer = scored.candidate[span], scored.score[span]
        if span.start == span.stop:
            empty += 1
            answer = of.get(r, anyone)
        who.append(answer[0])
        score.append(answer[1])
    counts = np.cumsum([len(one) for one in who])
    return (
        Scored(
            start=np.concatenate([[0], counts]).astype(np.int64),
            candidate=np.concatenate(who),
            score=np.concatenate(score),
        ),
        empty,
    )
