"""What helps, and what does not: rankers without a group of features, on validation days only.

    python -m bench.skill.ranking FOLDER --cameo CSV --validation [--variant NAME ...]

Every variant is fitted to questions of days before the validation days and scored on those, with
the same candidates, the same sampled wrong answers and one model (seed 1). Rules are scored beside
them. A difference is that of the reciprocal ranks of the same answers; its interval is 1.96
standard errors of the daily sums, days taken as independent; how far fits with other seeds lie
apart is shown beside. The test file is not opened.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._history import history
from demarche.outside.ranking.evaluate import Evaluation, Queries, Scored, evaluate, queries_of
from demarche.outside.ranking.features import FEATURES, LEARNED, Table, feature_table
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.ranker import (
    RankerOptions,
    Sample,
    _hardness,
    answered_by,
    grown,
    joined,
    predicted,
    sampled,
)
from demarche.outside.ranking.rules import RULES_ONLY, RuleWeights, learn_until, rank_by_rules

__all__ = ["GROUPS", "RULES", "TREES", "compare", "difference", "without"]

_WITHIN = ("rank_", "share_")
GROUPS: dict[str, Callable[[str], bool]] = {
    "temporal rules": lambda name: name.startswith("rule_"),
    "recurrence": lambda name: name.startswith(("same_", "back_")) and name != "same_country",
    "root and quad class": lambda name: name.startswith(("root_", "quad_")) or name == "root",
    "dyad, any act": lambda name: name.startswith("dyad_"),
    "popularity": lambda name: name.startswith(("under_", "any_")) or name in ("twin_60", "reach"),
    "subject's habits": lambda name: (
        (name.startswith(("subject_", "act_", "head_")) and name != "subject_sector")
        or name in ("relation", "weekday")
    ),
    "walks and similar actors": lambda name: name in ("two_hops", "walk_under", "like_minded"),
    "country and sector": lambda name: (
        name.startswith(("between_", "toward_", "own_country_", "country_", "sector"))
        or name in ("same_country", "subject_sector", "role_60", "countrymen")
    ),
}
"""Groups by the name of a feature, without what marks a rank or share within the question."""


def base(name: str) -> str:
    """Name of the feature that a rank or a share within the question is made of."""
    for mark in _WITHIN:
        if name.startswith(mark):
            return name.removeprefix(mark)
    return name


def without(group: str) -> tuple[str, ...]:
    """The published features but those of a group, their ranks and shares included."""
    if group == "ranks and shares":
        return tuple(name for name in LEARNED if base(name) == name)
    return tuple(name for name in LEARNED if not GROUPS[group](base(name)))


RULES: dict[str, RuleWeights] = {
    "rules": RuleWeights(),
    "rules, noisy-or alone": RULES_ONLY,
    "rules without the walk": RuleWeights(walk=0.0),
    "rules without the habit": RuleWeights(habit=0.0),
    "rules without the country": RuleWeights(country=0.0),
}
"""Rules, and rules without what stands beside the noisy-or."""

FULL, HARD = "ranker", "ranker, hard negatives only"
SEEDS = {"ranker, seed 2": 2, "ranker, seed 3": 3}
"""The same ranker again: how far fits of one set of features lie apart."""
TREES: dict[str, tuple[str, ...]] = {
    FULL: LEARNED,
    **dict.fromkeys(SEEDS, LEARNED),
    "ranker, all features": FEATURES,
    **{f"ranker without {name}": without(name) for name in (*GROUPS, "ranks and shares")},
    HARD: LEARNED,
}
"""Features that each variant of the ranker is given."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Day:
    """One validation day: its questions, its candidates and their features."""

    queries: Queries
    table: Table


def cpu() -> float:
    """Processor seconds of this process and its threads so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def gathered(
    quads: Quads, *, first: int, last: int, options: RankerOptions
) -> tuple[Sample, Sample, list[Day]]:
    """Training rows with and without random wrong answers, and tables of days `first` to `last`.

    One pass; what is said about a day is counted from earlier days.
    """
    past = history(quads)
    mixed: list[Sample] = []
    hard: list[Sample] = []
    days: list[Day] = []
    begin = max(first - options.days, min(first // 3, 30))
    for day in range(last + 1):
        queries = queries_of(quads, first=day, last=day)
        if day >= begin and len(queries):
            table = feature_table(past, subject=queries.subject, relation=queries.relation, day=day)
            if day >= first:
                days.append(Day(queries=queries, table=table))
            else:
                right = answered_by(table, queries, len(quads.entities))
                for parts, random in ((mixed, options.random), (hard, 0)):
                    parts.append(
                        sampled(
                            table.rows,
                            right,
                            _hardness(table),
                            np.diff(table.start),
                            hard=options.hard,
                            random=random,
                            rng=np.random.default_rng([options.seeds[0], day]),
                        )
                    )
        learn_until(past, first=day, day=day + 1)
    return joined(mixed), joined(hard), days


def by_trees(
    days: Iterable[Day], sample: Sample, names: Sequence[str], options: RankerOptions
) -> Scored:
    """Fit to the sample's columns of these names, and score the days."""
    columns = np.array([FEATURES.index(name) for name in names])
    trees = grown(replace(sample, rows=sample.rows[:, columns]), names=names, options=options)
    counts, who, scores = [], [], []
    for day in days:
        rows = np.ascontiguousarray(day.table.rows[:, columns])
        counts.append(np.diff(day.table.start))
        who.append(day.table.candidate)
        scores.append(predicted(trees, rows, threads=options.threads))
    return Scored(
        start=np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        candidate=np.concatenate(who),
        score=np.concatenate(scores),
    )


def difference(
    one: Evaluation, other: Evaluation, *, day: NDArray[np.integer]
) -> tuple[float, float]:
    """MRR of `one` minus that of `other`, and 1.96 standard errors by the sums of days.

    `day` is the day of each answer, in the order of the ranks.
    """
    gain = 1.0 / one.rank - 1.0 / other.rank
    mean = float(gain.mean())
    _, place = np.unique(day, return_inverse=True)
    sums = np.bincount(place, weights=gain - mean)
    many = len(sums)
    if many < 2:
        return mean, float("nan")
    return mean, float(1.96 * np.sqrt(many / (many - 1) * np.sum(sums**2)) / len(gain))


def line(
    name: str,
    width: int | None,
    found: Evaluation,
    against: tuple[float, float] | None,
    seconds: float,
) -> str:
    """One row of the table."""
    strata = " ".join(f"{100 * mrr:5.1f}" for _, mrr, _ in found.by_stratum().values())
    change = "" if against is None else f"{100 * against[0]:+6.2f} ± {100 * against[1]:.2f}"
    return (
        f"{name:<42}{width or '':>9}{100 * found.mrr():6.2f} {100 * found.hits(10):5.1f}  {strata}"
        f"  {change:<15}{seconds:6.0f} s cpu\n"
    )


def compare(
    quads: Quads,
    *,
    first: int,
    last: int,
    only: Sequence[str] = (),
    options: RankerOptions | None = None,
    out: Callable[[str], object] = sys.stdout.write,
) -> dict[str, Evaluation]:
    """Score each variant on days `first` to `last`, print its row, and give the evaluations."""
    chosen = options or RankerOptions(seeds=(1,))
    quads = quads.before(last + 1)
    queries = queries_of(quads, first=first, last=last)
    answers = np.repeat(queries.day, np.diff(queries.start))
    found: dict[str, Evaluation] = {}

    def told(name: str, width: int | None, scored: Scored, to: str, since: float) -> None:
        found[name] = evaluate(scored, queries=queries, quads=quads)
        known = found.get(to) if to != name else None
        against = None if known is None else difference(found[name], known, day=answers)
        out(line(name, width, found[name], against, cpu() - since))
        sys.stdout.flush()

    out(f"{'':<42}{'features':>9}{'MRR':>6} {'H@10':>5}  recurrent, dyad only, cold; difference\n")
    for name, weights in RULES.items():
        if not only or name in only:
            since = cpu()
            told(name, None, rank_by_rules(quads, queries=queries, weights=weights), "rules", since)
    wanted = [name for name in TREES if not only or name in only]
    if wanted:
        since = cpu()
        mixed, hard, days = gathered(quads, first=first, last=last, options=chosen)
        out(f"  features of {len(mixed.sizes)} questions: {cpu() - since:.0f} s cpu\n")
        for name in wanted:
            since = cpu()
            sample = hard if name == HARD else mixed
            seeds = (SEEDS[name],) if name in SEEDS else chosen.seeds
            scored = by_trees(days, sample, TREES[name], replace(chosen, seeds=seeds))
            told(name, len(TREES[name]), scored, FULL, since)
    return found
