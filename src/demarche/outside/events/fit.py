"""Learning from a record once per day and horizon: a fit that can be kept and asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from demarche.errors import MethodError
from demarche.outside.events.base import BaseFit, fit_base, shares
from demarche.outside.events.doubt import Doubt
from demarche.outside.events.hawkes import Hawkes
from demarche.outside.events.hazard import PENALTY, Additive
from demarche.outside.events.holidays import HolidayEffect, holiday_effect
from demarche.outside.events.model import Learned, learn, with_doubt, with_level
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import (
    MOST_ROWS,
    Table,
    settled,
    training_origins,
    training_tables,
)
from demarche.outside.events.series import (
    Index,
    Rows,
    Scheme,
    happened,
    index_series,
    make_scheme,
    seen,
    to_anyone,
    universe,
)
from demarche.outside.events.trees import use_trees

__all__ = ["HazardFit", "asked_dyads", "fit_hazard"]

LONGEST = 365
PART = 4
"""Windows learned from are at most this part of the record long."""
_BASE_ORIGINS, _BASE_ROWS = 15, 800_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardFit:
    """What was learned from a record as known on one day, for one horizon and set of classes.

    Attributes
    ----------
    source : str
    as_of_day, horizon : int
    fitted_horizon : int
        Horizon of the windows learned from: at most a quarter of the record. Forecasts for longer
        ones are carried over from it and say so.
    growth : float
        Exponent of that: expected acts grow as (horizon / fitted_horizon) to this power. Below 1
        where acts cluster; measured from windows of a third of the fitted horizon to whole ones.
    classes : dict of str to tuple of str
        Exact types of each class.
    min_events : int
        Events from which a series uses `known` instead of `rare`.
    anyone : bool
        Whether it forecasts what an actor does to anyone.
    known, rare : Learned or None
        For series with a past, and for all known dyads; None where there was too little to learn.
    known_base, rare_base : BaseFit or None
    """

    source: str
    as_of_day: int
    horizon: int
    fitted_horizon: int
    growth: float
    classes: Mapping[str, tuple[str, ...]]
    min_events: int
    anyone: bool
    known: Learned | None
    rare: Learned | None
    known_base: BaseFit | None
    rare_base: BaseFit | None

    def to_json(self) -> str:
        """Text from which `from_json` makes the same fit."""
        return json.dumps(_plain(self))

    @staticmethod
    def from_json(text: str) -> HazardFit:
        """The fit that `to_json` wrote."""
        raw = json.loads(text)
        for name in ("known", "rare"):
            raw[name] = _learned(raw[name])
            base = raw[f"{name}_base"]
            raw[f"{name}_base"] = (
                None if base is None else BaseFit(**{**base, "strengths": tuple(base["strengths"])})
            )
        raw["classes"] = {k: tuple(v) for k, v in raw["classes"].items()}
        return HazardFit(**raw)


def _plain(value: Any) -> Any:
    """Dataclasses, arrays and tuples as JSON's own types."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _learned(raw: dict[str, Any] | None) -> Learned | None:
    """Fitted parts from JSON's types."""
    if raw is None:
        return None
    arrays = {"weights", "means", "scales", "lowest", "highest", "penalty", "covariance"}
    additive: dict[str, Any] = {
        k: np.array(v) if k in arrays else v for k, v in raw["additive"].items()
    }
    weights = raw["hawkes"]
    return Learned(
        **{
            **raw,
            "additive": Additive(**additive),
            "hawkes": None
            if weights is None
            else Hawkes(**{**weights, "recent": tuple(weights["recent"])}),
            "trees": tuple(raw["trees"]),
            "rounds": tuple(raw["rounds"]),
            "views": tuple(np.array(view, dtype=np.int64) for view in raw["views"]),
            "columns": np.array(raw["columns"], dtype=np.int64),
            "intercepts": np.array(raw["intercepts"], dtype=np.float64),
            "holidays": HolidayEffect(**raw["holidays"]),
            "doubt": Doubt(**{**raw["doubt"], "level": tuple(raw["doubt"]["level"])}),
        }
    )


def fit_hazard(
    panel: Panel,
    *,
    as_of_day: int,
    horizon: int,
    classes: str | Mapping[str, Sequence[str]] = "quad",
    min_events: int = 5,
    anyone: bool = False,
    rare: bool = True,
    trees: bool | None = None,
    seed: int = 0,
    most: int = MOST_ROWS,
    every: int = 1,
) -> HazardFit:
    """Learn the hazard of classes of acts from a record as it was known on a day.

    Named sets of types are learned together, each with an intercept of its own. Where they hold too
    few windows with the act, the four quad classes are added, so that they borrow from those; not
    otherwise, for what drives broad classes over-forecasts rare acts between quiet pairs by two.

    Parameters
    ----------
    panel : Panel
    as_of_day : int
        Last day whose rows are seen; rows dated or known later do not exist.
    horizon : int
        Days, 1 to 365.
    classes : str or mapping of str to sequence of str
        ``"quad"``, ``"root"`` or named sets of exact types.
    min_events : int
    anyone : bool
        Learn what actors do to anyone, instead of to one recipient.
    rare : bool
        Learn the model of rare and unknown dyads too.
    trees : bool, optional
        Default: if LightGBM is installed.
    seed : int
    most : int
        Rows learned from at most; beyond them a weighted sample.
    every : int
        Learn from every so many origins only.

    Returns
    -------
    HazardFit

    Raises
    ------
    MethodError
        If the horizon is out of range, or nothing can be learned from so little.
    """
    if not 1 <= horizon <= LONGEST:
        raise MethodError(f"the horizon is {horizon} days; expected 1 to {LONGEST}.")
    past = seen(panel, as_of_day=as_of_day)
    if anyone:
        past = to_anyone(past)
    end = as_of_day + 1
    fitted = min(horizon, max(1, (end - 20) // PART))
    sets = _sets(past, classes=classes) if isinstance(classes, str) else classes
    job = _Job(
        past=past, index=index_series(past), scheme=make_scheme(past, classes=sets), end=end,
        min_events=min_events, anyone=anyone, rare=rare, trees=trees, seed=seed, most=most,
        every=every, penalty=PENALTY if isinstance(classes, str) else None,
    )  # fmt: skip
    try:
        learned = _learn_all(job, horizon=fitted)
    except MethodError:
        wider = _with_quads(past, sets)
        if wider == sets:
            raise
        job = replace(job, scheme=make_scheme(past, classes=wider))
        learned = _learn_all(job, horizon=fitted)
    scheme = job.scheme
    member = scheme.member[:, : len(scheme.targets)]
    return HazardFit(
        source=panel.source,
        as_of_day=as_of_day,
        horizon=horizon,
        fitted_horizon=fitted,
        growth=_growth(job, horizon=fitted) if fitted < horizon else 1.0,
        classes={
            name: tuple(np.array(past.classes)[member[:, i]].tolist())
            for i, name in enumerate(scheme.targets)
        },
        min_events=min_events,
        anyone=anyone,
        **learned,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    """A record made ready to learn from, and how: the series are indexed once for every model."""

    past: Panel
    index: Index
    scheme: Scheme
    end: int
    min_events: int
    anyone: bool
    rare: bool
    trees: bool | None
    seed: int
    most: int
    every: int
    penalty: float | None

    @property
    def dyads(self) -> NDArray[np.bool_]:
        """Dyads that are forecast."""
        return asked_dyads(self.past, index=self.index, anyone=self.anyone)

    def learn(
        self, *, horizon: int, least: int, end: int, trees: bool | None
    ) -> tuple[Table, Learned]:
        """Training rows whose windows end before `end`, and what is learned from them."""
        table, quieter = training_tables(
            self.past, index=self.index, scheme=self.scheme, horizon=horizon, end=end,
            min_events=least, dyads=self.dyads, seed=self.seed, most=self.most, every=self.every,
            trees=use_trees(trees),
        )  # fmt: skip
        fit = learn(
            table, horizon=horizon, trees=trees, seed=self.seed, penalty=self.penalty,
            hawkes=False, holidays=holiday_effect(self.past, end=end), quieter=quieter,
        )  # fmt: skip
        classes = len(self.scheme.targets)
        return table, with_level(fit, table=table, horizon=horizon, classes=classes)


def _learn_all(job: _Job, *, horizon: int) -> dict[str, Any]:
    """Both models and their base rates, by attribute of a fit; refuses if neither is learned."""
    parts: dict[str, Any] = {}
    problems = []
    for name, least in (("known", job.min_events), ("rare", 0)):
        parts[name] = parts[f"{name}_base"] = None
        if name == "rare" and not job.rare:
            continue
        try:
            table, fit = job.learn(horizon=horizon, least=least, end=job.end, trees=job.trees)
            # Both or neither: a model without its base rate speaks for nothing.
            base = _base(job, horizon=horizon, least=least)
            parts[name] = with_doubt(fit, table=table, classes=len(job.scheme.targets))
            parts[f"{name}_base"] = base
        except MethodError as error:
            problems.append(str(error))
    if parts["known"] is None and parts["rare"] is None:
        raise MethodError(problems[0])
    return parts


def _growth(job: _Job, *, horizon: int) -> float:
    """Exponent by which expected acts grow from windows of a third of the horizon to whole ones.

    1 where acts come evenly; the log loss of whole windows is least at it.
    """
    short = max(1, horizon // 3)
    if short == horizon:
        return 1.0
    least = 0 if job.rare else job.min_events
    try:
        table, fit = job.learn(
            horizon=short, least=least, end=job.end - (horizon - short), trees=False
        )
    except MethodError:
        return 1.0
    quiet = np.logaddexp(0.0, fit.log_odds(table))  # minus the log of no act in a short window
    held = happened(job.past, index=job.index, scheme=job.scheme, rows=table.rows, horizon=horizon)

    def loss(power: float) -> float:
        many = quiet * (horizon / short) ** power
        return float(table.weight @ np.where(held, -np.log(-np.expm1(-many)), many))

    best = minimize_scalar(loss, bounds=(0.3, 1.2), method="bounded", options={"xatol": 1e-5})
    return round(float(best.x), 4)


def _with_quads(panel: Panel, classes: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Named sets, and the quad classes that the record holds beside them."""
    quads = _sets(panel, classes="quad")
    return {**classes, **{name: codes for name, codes in quads.items() if name not in classes}}


def _sets(panel: Panel, *, classes: str) -> dict[str, list[str]]:
    """Exact types of each class of a kind, without classes that the record never holds."""
    scheme = make_scheme(panel, classes=classes)
    codes = np.array(panel.classes)
    sets = {name: codes[scheme.member[:, i]].tolist() for i, name in enumerate(scheme.targets)}
    return {name: held for name, held in sets.items() if held}


def asked_dyads(panel: Panel, *, index: Index, anyone: bool) -> NDArray[np.bool_]:
    """Dyads that are forecast: towards anyone, or all of them."""
    if not anyone:
        return np.ones(len(index.actor), dtype=np.bool_)
    towards: NDArray[np.bool_] = index.recipient == len(panel.actors) - 1
    return towards


def _base(job: _Job, *, horizon: int, least: int) -> BaseFit:
    """Shrinkage of the shown base rate, on the last origins whose windows are complete."""
    origins = training_origins(end=settled(job.past, end=job.end), horizon=horizon, step=7)
    origins = origins[job.past.unbroken(origins - 1, horizon=horizon)]
    origins = origins[-max(3, _BASE_ORIGINS // job.every) :]
    given: dict[str, Any] = {"panel": job.past, "index": job.index, "scheme": job.scheme}

    def series(some: NDArray[np.int64]) -> Rows:
        return universe(origins=some, min_events=least, dyads=job.dyads, **given)

    one = len(series(origins[-1:]))
    rows = series(origins[-max(1, _BASE_ROWS // max(one, 1)) :])
    return fit_base(
        shares=shares(rows=rows, horizon=horizon, **given),
        rows=rows,
        happened=happened(rows=rows, horizon=horizon, **given).astype(np.float64),
        **given,
    )
