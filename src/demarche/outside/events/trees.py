"""Boosted trees on the state of relations: an extra that needs LightGBM."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError

__all__ = [
    "PHASES",
    "ROUNDS",
    "choose_rounds",
    "fit_trees",
    "have_trees",
    "tree_log_odds",
    "tree_terms",
    "use_trees",
]

Floats = NDArray[np.float64]
Columns = NDArray[np.float32]
Ints = NDArray[np.int64]

PHASES = 3
CORES = 2
"""Models that are grown or asked at once; each holds a copy of its columns."""
ROUNDS = (80, 120, 160, 220, 300)
"""Numbers of trees among which an earlier period chooses."""
_SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_data_in_leaf": 300,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


def have_trees() -> bool:
    """Whether LightGBM is installed."""
    try:
        import lightgbm  # noqa: F401
    except ImportError:
        return False
    return True


def use_trees(asked: bool | None) -> bool:
    """Whether trees are grown: as asked, or by default if LightGBM is installed.

    Raises
    ------
    MethodError
        If they are asked for and LightGBM is not installed.
    """
    if asked:
        _library()
    return have_trees() if asked is None else asked


def _library() -> Any:
    """LightGBM, or an error that names the extra."""
    try:
        import lightgbm
    except ImportError as missing:
        raise MethodError(
            "boosted trees need LightGBM, which is not installed; run "
            "pip install 'demarche[learn]', or ask for the additive model (--no-learn, in Python "
            "learn='never')."
        ) from missing
    return lightgbm


def _settings(rows: int, seed: int) -> dict[str, Any]:
    """Settings; leaves of small records hold fewer rows."""
    return {**_SETTINGS, "min_data_in_leaf": max(20, min(300, rows // 100)), "seed": seed}


def fit_trees(
    columns: Columns,
    *,
    happened: Floats,
    phase: Ints,
    weight: Floats | None = None,
    views: Sequence[Ints],
    rounds: Sequence[int],
    models: int,
    seed: int,
) -> tuple[str, ...]:
    """Boosted trees for the log-odds, several models, as LightGBM's own text.

    Parameters
    ----------
    columns : float32 array, shape (rows, P)
    happened : array of 0 and 1
    phase : int array
        Number of each row's origin: every third origin goes to the same models, since windows of
        neighbouring days overlap.
    weight : array, optional
    views : sequence of int array
        Sets of columns; model i uses set ``i % len(views)``.
    rounds : sequence of int
        Trees per model, for each set.
    models : int
        Their log-odds are averaged.
    seed : int
        Of the first model; the next ones count up.

    Returns
    -------
    tuple of str
        The same for any number of cores: one thread, deterministic mode.

    Raises
    ------
    MethodError
        If LightGBM is not installed.

    References
    ----------
    .. [1] Ke et al. (2017). LightGBM: a highly efficient gradient boosting decision tree.
       NeurIPS 30.
    """
    lgb = _library()

    def grow(number: int) -> str:
        which = number % len(views)
        mine = phase % PHASES == number // len(views) % PHASES
        mine = mine if happened[mine].min() < happened[mine].max() else np.ones_like(mine)
        data = lgb.Dataset(
            columns[np.ix_(mine, views[which])],
            happened[mine],
            weight=None if weight is None else weight[mine],
            params={"verbose": -1},
        )
        settings = _settings(int(mine.sum()), seed + number)
        return str(lgb.train(settings, data, num_boost_round=rounds[which]).model_to_string())

    with ThreadPoolExecutor(max_workers=CORES) as pool:
        return tuple(pool.map(grow, range(models)))


def tree_log_odds(models: Sequence[str], *, columns: Columns, views: Sequence[Ints]) -> Floats:
    """Mean log-odds of the models, shape (rows,); the same for any number of cores."""
    lgb = _library()

    def found(number: int) -> Floats:
        part = columns[:, views[number % len(views)]]
        booster = lgb.Booster(model_str=models[number])
        return np.asarray(booster.predict(part, raw_score=True, num_threads=1))

    total = np.zeros(len(columns))
    with ThreadPoolExecutor(max_workers=CORES) as pool:
        for one in pool.map(found, range(len(models))):
            total += one
    return total / len(models)


def tree_terms(models: Sequence[str], *, columns: Columns, views: Sequence[Ints]) -> Floats:
    """What each feature adds in log-odds (Shapley values), shape (rows, P + 1); bias last.

    References
    ----------
    .. [1] Lundberg et al. (2020). From local explanations to global understanding with
       explainable AI for trees. Nature Machine Intelligence 2, 56-67.
       doi:10.1038/s42256-019-0138-9.
    """
    lgb = _library()
    total = np.zeros((len(columns), columns.shape[1] + 1))
    for number, text in enumerate(models):
        names = views[number % len(views)]
        booster = lgb.Booster(model_str=text)
        terms = booster.predict(columns[:, names], pred_contrib=True, num_threads=1)
        total[:, [*names.tolist(), columns.shape[1]]] += terms
    return total / len(models)


def choose_rounds(
    early: Columns,
    *,
    early_happened: Floats,
    early_weight: Floats | None,
    later: Columns,
    later_happened: Floats,
    later_weight: Floats | None,
    seed: int,
) -> int:
    """Number of trees with the smallest log loss on a later period than they were grown on."""
    lgb = _library()
    data = lgb.Dataset(early, early_happened, weight=early_weight, params={"verbose": -1})
    model = lgb.train(_settings(len(early), seed), data, num_boost_round=max(ROUNDS))
    best, chosen = np.inf, ROUNDS[0]
    eta = np.zeros(len(later))
    for start, rounds in pairwise((0, *ROUNDS)):
        eta += model.predict(
            later,
            start_iteration=start,
            num_iteration=rounds - start,
            raw_score=True,
            num_threads=1,
        )
        loss = np.average(np.logaddexp(0.0, eta) - later_happened * eta, weights=later_weight)
        if loss < best - 1e-7:
            best, chosen = float(loss), rounds
    return chosen
