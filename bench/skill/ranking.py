"""Ranking benchmark: our rules and ranker beside peers run on the same split, one evaluator.

    python -m bench.skill.ranking FOLDER --cameo CSV [--split valid] [--peer NAME=FILE ...]

FOLDER holds train.txt, valid.txt, test.txt and the names of ICEWS14 (74,845 / 8,514 / 7,371); CSV
maps relation names to CAMEO codes. A peer's FILE is either JSON, {question: {entity: score}}, or
NPZ with start, candidate and score; its questions are the rows of the split, then their inverses.
Test days were looked at as often as docs/ranking.md says: use --split valid to try things.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.skill._icews14 import read
from numpy.typing import NDArray

from demarche.outside.ranking import relations
from demarche.outside.ranking.evaluate import (
    Evaluation,
    Queries,
    Scored,
    evaluate,
    queries_of,
    ranks,
)
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.ranker import RankerOptions, fit_ranker, rank_by_trees
from demarche.outside.ranking.rules import RULES_ONLY, rank_by_rules

PUBLISHED = (
    ("strict recurrency", "36.0", "corrected README of Gastinger et al. 2024"),
    ("combined recurrency", "37.4", "the same"),
    ("RE-GCN", "42.1", "re-evaluated, Gastinger et al. 2024"),
    ("TLogic, 200 walks", "42.5", "the same"),
    ("CountTRuCoLa", "45.0", "own supplement, five repetitions, no GPU"),
    ("HiSMatch", "46.4", "own paper, GPU"),
    ("ECHO", "47.4", "own README, GPU, three seeds, leak test"),
)
"""Entity MRR x 100, single step, time-aware filter, 74,845 split."""


def cpu() -> float:
    """Processor seconds of this process and its threads so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def line(name: str, found: Evaluation, seconds: float, wall: float) -> str:
    """One row of the table."""
    strata = " ".join(
        f"{100 * mrr:.1f}/{100 * hits:.1f}" for _, mrr, hits in found.by_stratum().values()
    )
    top = " ".join(f"{100 * found.hits(k):5.1f}" for k in (1, 3, 10))
    return (
        f"{name:<34}{100 * found.mrr():6.2f} {top}   {strata:<30}{seconds:8.0f} s cpu{wall:7.0f} s"
    )


def peer(path: Path, rows: NDArray[np.int64], queries: Queries, relations_: int) -> Scored:
    """A peer's scores in the order of our questions; `rows` are the split's, as in its file."""
    asked = np.concatenate([rows, rows[:, [2, 1, 0, 3]]])
    asked[len(rows) :, 1] += relations_
    at = {tuple(row): i for i, row in enumerate(asked[:, [0, 1, 3]].tolist())}
    order = [
        at[key]
        for key in zip(
            queries.subject.tolist(), queries.relation.tolist(), queries.day.tolist(), strict=True
        )
    ]
    if path.suffix == ".json":
        told = json.loads(path.read_text(encoding="utf-8"))
        pairs = [told.get(str(i), {}) for i in order]
        who = [np.array(list(pair), dtype=np.int32) for pair in pairs]
        score = [np.array(list(pair.values()), dtype=np.float64) for pair in pairs]
    else:
        held = np.load(path)
        start, candidates, scores = held["start"], held["candidate"], held["score"]
        spans = [slice(start[i], start[i + 1]) for i in order]
        who, score = [candidates[span] for span in spans], [scores[span] for span in spans]
    return Scored(
        start=np.concatenate([[0], np.cumsum([len(w) for w in who])]).astype(np.int64),
        candidate=np.concatenate(who),
        score=np.concatenate(score),
    )


def entity_rows(quads: Quads, first: int, last: int, given: argparse.Namespace) -> None:
    """Rules and ranker, frozen and online tables."""
    queries = queries_of(quads, first=first, last=last)
    out = sys.stdout.write

    def timed(name: str, rank: Callable[[], Scored]) -> None:
        before, since = cpu(), time.perf_counter()
        scored = rank()
        used, wall = cpu() - before, time.perf_counter() - since
        out(line(name, evaluate(scored, queries=queries, quads=quads), used, wall) + "\n")
        sys.stdout.flush()

    if given.only in (None, "rules"):
        timed(
            "rules, noisy-or alone",
            lambda: rank_by_rules(quads, queries=queries, weights=RULES_ONLY),
        )
        timed("rules (default, no extra)", lambda: rank_by_rules(quads, queries=queries))
        timed(
            "rules, tables frozen at the split",
            lambda: rank_by_rules(quads, queries=queries, frozen_at=first),
        )
    if given.only in (None, "entities"):
        options = RankerOptions(seeds=tuple(range(1, given.seeds + 1)), threads=given.threads)
        before, since = cpu(), time.perf_counter()
        ranker = fit_ranker(quads, before=first, options=options)
        out(f"  fit: {cpu() - before:.0f} s cpu, {time.perf_counter() - since:.0f} s\n")
        timed("ranker", lambda: rank_by_trees(quads, queries=queries, ranker=ranker))


def relation_lines(quads: Quads, first: int, last: int, given: argparse.Namespace) -> None:
    """Relations by the two candidate sets, raw and filtered; never one table."""
    for directed in (True, False):
        asked = relations.relation_queries(quads, first=first, last=last, directed=directed)
        name = "direction known" if directed else "RE-GCN's set, direction unknown"
        sys.stdout.write(f"\nRELATIONS, {asked.ids} ids, {name}\n")
        options = RankerOptions(days=120, rounds=200, threads=given.threads)
        before = cpu()
        fitted = relations.fit_relations(quads, before=first, directed=directed, options=options)
        for label, ranker in (("fixed weights", None), ("trees", fitted)):
            scored = relations.rank_relations(quads, queries=asked, ranker=ranker)
            for filtered in (False, True):
                rank = ranks(
                    scored,
                    start=asked.start,
                    answer=asked.answer,
                    size=asked.ids,
                    filtered=filtered,
                )
                hits = " ".join(f"{100 * np.mean(rank <= k):5.1f}" for k in (1, 3, 10))
                kind = "filtered" if filtered else "raw"
                sys.stdout.write(
                    f"{label:<15}{kind:<10}{100 * np.mean(1 / rank):6.2f} {hits}"
                    f"{cpu() - before:8.0f} s cpu\n"
                )
                sys.stdout.flush()


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cameo", type=Path, required=True)
    parser.add_argument("--split", choices=["valid", "test"], default="test")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--seeds", type=int, default=len(RankerOptions().seeds))
    parser.add_argument("--threads", type=int, default=RankerOptions().threads)
    parser.add_argument("--only", choices=["rules", "entities", "relations", "peers"])
    given = parser.parse_args()
    quads, files, hashes = read(given.folder, given.cameo)
    first, last = (int(files[given.split][:, 3].min()), int(files[given.split][:, 3].max()))
    for split, rows in files.items():
        sys.stdout.write(f"{split}: {len(rows)} rows, sha256 {hashes[split]}\n")
    sys.stdout.write(
        f"\nENTITIES, {given.split}, days {first}-{last}: single step, time-aware filter, both "
        "directions, average ties, all entities\n"
        f"{'':<34}{'MRR':>6} {'H@1':>5} {'H@3':>5} {'H@10':>5}   recurrent, dyad only, cold\n"
    )
    queries = queries_of(quads, first=first, last=last)
    if given.only in (None, "peers"):
        for said in given.peer:
            name, _, path = said.partition("=")
            scored = peer(Path(path), files[given.split], queries, len(quads.relations))
            found = evaluate(scored, queries=queries, quads=quads)
            sys.stdout.write(line(f"{name} (run by us)", found, 0.0, 0.0) + "\n")
    entity_rows(quads, first, last, given)
    if given.split == "test":
        for name, mrr, where in PUBLISHED:
            sys.stdout.write(f"{name:<34}{mrr:>6}   published: {where}\n")
    if given.only in (None, "relations"):
        relation_lines(quads, first, last, given)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
