"""The learned ranker: boosted trees over rules, recurrence, walks and places (extra ``learn``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import DataError, MethodError
from demarche.outside.ranking._history import History, history
from demarche.outside.ranking._trees import softmax_objective
from demarche.outside.ranking.evaluate import Queries, Scored, queries_of
from demarche.outside.ranking.features import FEATURES, LEARNED, USED, Table, feature_table
from demarche.outside.ranking.quads import Quads
from demarche.outside.ranking.rules import learn_until

__all__ = [
    "Ranker",
    "RankerOptions",
    "fit_ranker",
    "rank_by_trees",
    "ranker_from_text",
    "ranker_to_text",
]

Progress = Callable[[str, int, int], None]
MANY = 200_000
"""Rows above which a second thread pays."""
CHUNK = 1024
"""Most questions of one day whose features are held at once."""
HELD = 8_000_000
"""Most candidates, each with its features, that such questions could have between them."""
DIGITS = 9
"""Digits of a score that count; what differs beyond them is a tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankerOptions:
    """Settings of the ranker, chosen on the validation days of ICEWS14.

    Attributes
    ----------
    days : int
        Days before the first forecast whose questions are learned from.
    hard, random : int
        Wrong candidates kept per question: the best by rules and habit, and others at random, each
        of which stands for as many as were left out.
    rounds, learning_rate, leaves : trees per model, step, leaves per tree.
    seeds : tuple of int
        One model each; their scores are averaged.
    threads : int
        Any number gives the same trees.
    questions : int, optional
        Most questions learned from; where those days hold more, as many are drawn at random.
    """

    days: int = 100
    hard: int = 30
    random: int = 20
    rounds: int = 150
    learning_rate: float = 0.08
    leaves: int = 31
    seeds: tuple[int, ...] = (1, 2)
    threads: int = 2
    questions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """A fitted ranker: trees as LightGBM's own text, and what they were fitted on.

    `questions` taught it something; `held` is how many its days held.
    """

    trees: tuple[str, ...]
    features: tuple[str, ...]
    options: RankerOptions
    before: int
    questions: int
    held: int


def lightgbm() -> Any:
    """LightGBM, or an error that names the extra."""
    try:
        import lightgbm as module
    except ImportError:
        raise MethodError(
            "the learned ranker needs LightGBM, which is not installed; "
            "pip install 'demarche[learn]', or rank by rules alone (--no-learn)."
        ) from None
    return module


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows to learn from: features, which are right, what each stands for, rows per question."""

    rows: NDArray[np.float32]
    right: NDArray[np.bool_]
    weight: NDArray[np.float32]
    sizes: NDArray[np.int64]


def sampled(
    rows: NDArray[np.float32],
    right: NDArray[np.bool_],
    hardness: NDArray[np.floating],
    counts: NDArray[np.int64],
    *,
    hard: int,
    random: int,
    rng: np.random.Generator,
) -> Sample:
    """Keep the right, the `hard` hardest and `random` other candidates of each question.

    Questions without a right candidate teach nothing and are left out.
    """
    question = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)

    def place(key: NDArray[np.floating]) -> NDArray[np.int64]:
        order = np.lexsort((key, question))
        found = np.empty(len(key), dtype=np.int64)
        found[order] = np.arange(len(key))
        within: NDArray[np.int64] = found - first
        return within

    near = place(-hardness) < hard
    rest = ~near & ~right
    drawn = rest & (place(np.where(rest, rng.random(len(right)), 2.0)) < random)
    left = np.bincount(question[rest], minlength=len(counts))
    taken = np.bincount(question[drawn], minlength=len(counts))
    stands = (left / np.maximum(taken, 1))[question]
    answered = np.bincount(question[right], minlength=len(counts)) > 0
    keep = (near | right | drawn) & answered[question]
    sizes = np.bincount(question[keep], minlength=len(counts))[answered]
    weight = np.where(drawn, stands, 1.0).astype(np.float32)
    return Sample(rows=rows[keep], right=right[keep], weight=weight[keep], sizes=sizes)


def drawn(size: int, *, options: RankerOptions) -> NDArray[np.int64]:
    """Places of the questions that are learned from: all, or as many as the options say.

    Examples
    --------
    >>> drawn(4, options=RankerOptions()).tolist()
    [0, 1, 2, 3]
    >>> len(set(drawn(900, options=RankerOptions(questions=30)).tolist()))
    30
    """
    if options.questions is None or size <= options.questions:
        return np.arange(size)
    rng = np.random.default_rng([options.seeds[0], size])
    return np.sort(rng.permutation(size)[: options.questions])


def joined(parts: Sequence[Sample]) -> Sample:
    """Samples of several days as one."""
    return Sample(
        rows=np.concatenate([part.rows for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        sizes=np.concatenate([part.sizes for part in parts]),
    )


def grown(
    sample: Sample,
    *,
    names: Sequence[str],
    options: RankerOptions,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """One boosted model per seed, as text."""
    module = lightgbm()
    size = min(1.0, len(sample.sizes) / 20_000)
    common = {
        "learning_rate": options.learning_rate,
        "num_leaves": options.leaves,
        "min_data_in_leaf": max(1, round(300 * size)),
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": max(1.0, 60.0 * size),
        "max_bin": 127,
        "num_threads": options.threads if len(sample.right) > MANY else 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
    objective = softmax_objective(sample.right, sample.weight, sample.sizes)
    data = module.Dataset(
        sample.rows,
        sample.right.astype(np.float32),
        feature_name=list(names),
        params=common,
        free_raw_data=True,
    ).construct()
    texts = []

    def told(models: int) -> list[Callable[[Any], None]]:
        if progress is None:
            return []
        total = options.rounds * len(options.seeds)
        return [lambda at: progress("trees", models * options.rounds + at.iteration + 1, total)]

    for done, seed in enumerate(options.seeds):
        settings = common | {"objective": objective, "seed": seed}
        booster = module.train(settings, data, options.rounds, callbacks=told(done))
        texts.append(booster.model_to_string())
    return tuple(texts)


def predicted(
    trees: Sequence[str], rows: NDArray[np.float32], *, threads: int
) -> NDArray[np.float64]:
    """Mean score of the models, to `DIGITS` digits."""
    module = lightgbm()
    total = np.zeros(len(rows))
    for text in trees:
        booster = module.Booster(model_str=text)
        total += booster.predict(rows, num_threads=threads if len(rows) > MANY else 1)
    return np.round(total / max(len(trees), 1), DIGITS)


def _hardness(table: Table) -> NDArray[np.float32]:
    at = {name: index for index, name in enumerate(FEATURES)}
    near: NDArray[np.float32] = table.rows[:, at["rule_or"]].copy()
    for name in ("share_walk_under", "share_under_60", "share_countrymen"):
        near += np.float32(0.5) * table.rows[:, at[name]]
    return near


def answered_by(table: Table, queries: Queries, size: int) -> NDArray[np.bool_]:
    """Which candidates are among the true answers of their question."""
    asked = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(table.start))
    true = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(queries.start))
    return np.isin(asked * size + table.candidate, true * size + queries.answer)


def fit_ranker(
    quads: Quads,
    *,
    before: int,
    options: RankerOptions | None = None,
    progress: Progress | None = None,
) -> Ranker:
    """Fit the ranker to the questions of the days before `before`.

    Parameters
    ----------
    quads : Quads
        Rows of day `before` and later are not looked at.
    before : int
        First day that may be forecast with the result.
    options : RankerOptions, optional
    progress : callable, optional
        Called with the step's name, steps done and steps in all.

    Returns
    -------
    Ranker

    Raises
    ------
    MethodError
        If LightGBM is missing, or the record holds too few questions to learn from.
    """
    lightgbm()
    chosen = options or RankerOptions()
    known = quads.before(before)
    past = history(known)
    parts: list[Sample] = []
    first = max(before - chosen.days, min(before // 3, 30))
    every = queries_of(known, first=first, last=known.days - 1)
    queries = every.taken(drawn(len(every), options=chosen))
    step = max(1, min(CHUNK, HELD // max(len(known.entities), 1)))
    for day in range(known.days):
        rng = np.random.default_rng([chosen.seeds[0], day])
        low, high = np.searchsorted(queries.day, [day, day + 1]).tolist()
        for at in range(low, high, step):
            asked = queries.taken(np.arange(at, min(at + step, high)))
            table = feature_table(past, subject=asked.subject, relation=asked.relation, day=day)
            parts.append(
                sampled(
                    table.rows[:, USED],
                    answered_by(table, asked, len(known.entities)),
                    _hardness(table),
                    np.diff(table.start),
                    hard=chosen.hard,
                    random=chosen.random,
                    rng=rng,
                )
            )
            if progress is not None:
                progress("features", at + len(asked), len(queries))
        learn_until(past, first=day, day=day + 1)
        if progress is not None and day < first:
            progress("history", day + 1, first)
    questions = sum(len(part.sizes) for part in parts)
    if questions < 100:
        raise MethodError(
            f"{questions} questions of the last {chosen.days} days can be learned from, fewer than "
            "100; rank by rules alone (--no-learn)."
        )
    sample = joined(parts)
    parts.clear()
    trees = grown(sample, names=LEARNED, options=chosen, progress=progress)
    return Ranker(
        trees=trees,
        features=LEARNED,
        options=chosen,
        before=before,
        questions=questions,
        held=len(every),
    )


def rank_by_trees(
    quads: Quads,
    *,
    queries: Queries,
    ranker: Ranker,
    frozen_at: int | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Score the candidates of each question from rows of earlier days; scores only rank.

    Parameters
    ----------
    quads : Quads
    queries : Queries
        Sorted by day, none before the ranker's ``before``.
    ranker : Ranker
    frozen_at : int, optional
        Day from which the rule tables no longer learn.
    progress : callable, optional

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If a question lies on a day the ranker was fitted on, or questions are not in order of day.
    """
    if len(queries) and (np.any(np.diff(queries.day) < 0) or queries.day[0] < ranker.before):
        raise DataError(
            f"questions must be in order of day, none before day {ranker.before}, up to which the "
            "ranker was fitted."
        )
    past = history(quads)
    done = 0
    counts, who, scores = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)], []
    for day in np.unique(queries.day).tolist():
        done = _advance(past, done=done, day=min(day, quads.days), frozen_at=frozen_at)
        low, high = np.searchsorted(queries.day, [day, day + 1])
        table = feature_table(
            past, subject=queries.subject[low:high], relation=queries.relation[low:high], day=day
        )
        counts.append(np.diff(table.start))
        who.append(table.candidate)
        scores.append(predicted(ranker.trees, table.rows[:, USED], threads=ranker.options.threads))
        if progress is not None:
            progress("ranking", int(high), len(queries))
    return Scored(
        start=np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        candidate=np.concatenate(who),
        score=np.concatenate(scores) if scores else np.zeros(0),
    )


def _advance(past: History, *, done: int, day: int, frozen_at: int | None) -> int:
    for t in range(done, day):
        learn_until(past, first=t, day=t + 1, rules=frozen_at is None or t < frozen_at)
    return max(done, day)


def ranker_to_text(ranker: Ranker) -> str:
    """The ranker as JSON text: settings, and LightGBM's own text of each model."""
    return json.dumps(asdict(ranker), sort_keys=True)


def ranker_from_text(text: str) -> Ranker:
    """The ranker from its text.

    Raises
    ------
    DataError
        If the text is not one of ours, or its features are not those of this version.
    """
    try:
        fields = json.loads(text)
        options = fields["options"]
        ranker = Ranker(
            trees=tuple(fields["trees"]),
            features=tuple(fields["features"]),
            options=RankerOptions(**(options | {"seeds": tuple(options["seeds"])})),
            before=int(fields["before"]),
            questions=int(fields["questions"]),
            held=int(fields["held"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"not a ranker of ours ({error}); delete it to refit.") from None
    if ranker.features != LEARNED:
        raise DataError("the ranker is of another version of demarche; delete it to refit.")
    return ranker
