"""Ranking benchmark: our rules and ranker beside peers run on the same split, one evaluator.

    python -m bench.skill.ranking FOLDER --cameo CSV [--split valid] [--peers JSON]
    python -m bench.skill.ranking FOLDER --cameo CSV --validation [--variant NAME ...]

FOLDER holds train.txt, valid.txt, test.txt and the names of ICEWS14 (74,845 / 8,514 / 7,371); CSV
maps relation names to CAMEO codes. JSON lists what peers scored and the time they took
(bench/skill/ranking_peers.py). Test days were looked at as often as docs/ranking.md says: use
--split valid to try things. --validation compares rankers with and without groups of features on
validation days (bench/skill/ranking_variants.py); it never reads the test file.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bench.skill._icews14 import read
from bench.skill.ranking_peers import Peer, Seconds, filled, peers_of, scored_by
from bench.skill.ranking_variants import RULES as VARIANTS
from bench.skill.ranking_variants import TREES, compare, cpu
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
NOTHING = Seconds()
RULES, RANKER = "rules (default, no extra)", "ranker"


def line(name: str, found: Evaluation, seconds: float, wall: float) -> str:
    """One row of the table."""
    strata = " ".join(
        f"{100 * mrr:.1f}/{100 * hits:.1f}" for _, mrr, hits in found.by_stratum().values()
    )
    top = " ".join(f"{100 * found.hits(k):5.1f}" for k in (1, 3, 10))
    return (
        f"{name:<34}{100 * found.mrr():6.2f} {top}   {strata:<30}{seconds:8.0f} s cpu{wall:7.0f} s"
    )


def peer_rows(
    peers: Sequence[Peer],
    quads: Quads,
    queries: Queries,
    files: dict[str, NDArray[np.int64]],
    split: str,
) -> None:
    """What peers scored, ranked by our evaluator; the times are theirs, as the file says."""
    for peer in peers:
        scored = scored_by(
            peer.scores,
            rows=files[split],
            queries=queries,
            relations=len(quads.relations),
            size=len(quads.entities),
        )
        full, empty = filled(
            scored, queries=queries, train=files["train"], relations=len(quads.relations)
        )
        if peer.unanswered == "training frequency":
            scored = full
        found = evaluate(scored, queries=queries, quads=quads)
        sys.stdout.write(line(f"{peer.name} (run by us)", found, peer.cpu, peer.wall) + "\n")
        sys.stdout.write(
            f"  learn {peer.learn.cpu:.0f} s cpu, {peer.learn.wall:.0f} s; apply "
            f"{peer.apply.cpu:.0f} s cpu, {peer.apply.wall:.0f} s; load {peer.load or 'unknown'}; "
            f"{empty} of {len(queries)} questions without a candidate: {peer.unanswered}\n"
        )
        sys.stdout.flush()


def entity_rows(
    quads: Quads, first: int, last: int, given: argparse.Namespace
) -> dict[str, Seconds]:
    """Rules and ranker, frozen and online tables; seconds of each, learned and applied."""
    queries = queries_of(quads, first=first, last=last)
    out = sys.stdout.write
    took: dict[str, Seconds] = {}

    def timed(name: str, rank: Callable[[], Scored], fit: Seconds = NOTHING) -> None:
        before, since = cpu(), time.perf_counter()
        scored = rank()
        used = Seconds(cpu=cpu() - before + fit.cpu, wall=time.perf_counter() - since + fit.wall)
        took[name] = used
        out(line(name, evaluate(scored, queries=queries, quads=quads), used.cpu, used.wall) + "\n")
        sys.stdout.flush()

    if given.only in (None, "rules"):
        timed(
            "rules, noisy-or alone",
            lambda: rank_by_rules(quads, queries=queries, weights=RULES_ONLY),
        )
        timed(RULES, lambda: rank_by_rules(quads, queries=queries))
        timed(
            "rules, tables frozen at the split",
            lambda: rank_by_rules(quads, queries=queries, frozen_at=first),
        )
    if given.only in (None, "entities"):
        options = RankerOptions(seeds=tuple(range(1, given.seeds + 1)), threads=given.threads)
        before, since = cpu(), time.perf_counter()
        ranker = fit_ranker(quads, before=first, options=options)
        fit = Seconds(cpu=cpu() - before, wall=time.perf_counter() - since)
        out(f"  ranker, fit: {fit.cpu:.0f} s cpu, {fit.wall:.0f} s\n")
        timed(RANKER, lambda: rank_by_trees(quads, queries=queries, ranker=ranker), fit)
    return took


def ratio_rows(peers: Sequence[Peer], took: dict[str, Seconds], start: Seconds) -> None:
    """How many times our seconds a peer's are, our start and reading included."""
    sys.stdout.write(f"\nTIME, load {os.getloadavg()[0]:.1f} at the end of ours\n")
    for peer in peers:
        for name in (RULES, RANKER):
            if peer.cpu and name in took:
                ours = Seconds(cpu=took[name].cpu + start.cpu, wall=took[name].wall + start.wall)
                sys.stdout.write(
                    f"{peer.name} over {name}: {peer.cpu:.0f} / {ours.cpu:.0f} = "
                    f"{peer.cpu / ours.cpu:.1f} times the processor seconds, "
                    f"{peer.wall:.0f} / {ours.wall:.0f} = {peer.wall / ours.wall:.1f} times the "
                    "clock\n"
                )


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cameo", type=Path, required=True)
    parser.add_argument("--split", choices=["valid", "test"], default="test")
    parser.add_argument("--peers", type=Path, metavar="JSON")
    parser.add_argument("--seeds", type=int, default=len(RankerOptions().seeds))
    parser.add_argument("--threads", type=int, default=RankerOptions().threads)
    parser.add_argument("--only", choices=["rules", "entities", "relations", "peers"])
    parser.add_argument("--validation", action="store_true")
    parser.add_argument("--variant", action="append", default=[], choices=[*VARIANTS, *TREES])
    given = parser.parse_args()
    if given.validation:
        return variants(given)
    since = time.perf_counter()
    quads, files, hashes = read(given.folder, given.cameo)
    start = Seconds(cpu=cpu(), wall=time.perf_counter() - since)
    first, last = (int(files[given.split][:, 3].min()), int(files[given.split][:, 3].max()))
    told(files, hashes)
    sys.stdout.write(
        f"\nENTITIES, {given.split}, days {first}-{last}: single step, time-aware filter, both "
        "directions, average ties, all entities\n"
        f"{'':<34}{'MRR':>6} {'H@1':>5} {'H@3':>5} {'H@10':>5}   recurrent, dyad only, cold "
        "(MRR/H@10)\n"
    )
    peers = () if given.peers is None else peers_of(given.peers)
    if given.only in (None, "peers"):
        queries = queries_of(quads, first=first, last=last)
        peer_rows(peers, quads, queries, files, given.split)
    took = entity_rows(quads, first, last, given)
    if given.split == "test":
        for name, mrr, where in PUBLISHED:
            sys.stdout.write(f"{name:<34}{mrr:>6}   published: {where}\n")
    if peers and took:
        ratio_rows(peers, took, start)
    if given.only in (None, "relations"):
        relation_lines(quads, first, last, given)
    return 0


def told(files: dict[str, NDArray[np.int64]], hashes: dict[str, str]) -> None:
    """Which files were read."""
    for split, rows in files.items():
        sys.stdout.write(f"{split}: {len(rows)} rows, sha256 {hashes[split]}\n")


def variants(given: argparse.Namespace) -> int:
    """Rankers without groups of features, on validation days; the test file is not opened."""
    quads, files, hashes = read(given.folder, given.cameo, splits=("train", "valid"))
    told(files, hashes)
    first, last = (int(files["valid"][:, 3].min()), int(files["valid"][:, 3].max()))
    sys.stdout.write(f"\nVARIANTS, validation days {first}-{last}\n")
    compare(
        quads,
        first=first,
        last=last,
        only=given.variant,
        options=RankerOptions(seeds=(1,), threads=given.threads),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
