"""Learning from a record once per day and horizon: a fit that can be kept and asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MethodError
from demarche.outside.events.base import BaseFit, fit_base, shares
from demarche.outside.events.hawkes import Hawkes
from demarche.outside.events.hazard import Additive
from demarche.outside.events.model import Learned, learn
from demarche.outside.events.panel import Panel
from demarche.outside.events.protocol import MOST_ROWS, past_table, training_origins
from demarche.outside.events.series import (
    Index,
    Scheme,
    happened,
    index_series,
    make_scheme,
    seen,
    to_anyone,
    universe,
)

__all__ = ["HazardFit", "asked_dyads", "fit_hazard"]

LONGEST = 365
_BASE_ORIGINS = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardFit:
    """What was learned from a record as known on one day, for one horizon and set of classes.

    Attributes
    ----------
    source : str
    as_of_day, horizon : int
    fitted_horizon : int
        Horizon of the windows learned from: shorter than `horizon` where the record is too short,
        and then forecasts are carried over at a constant rate and say so.
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
    arrays = {"weights", "means", "scales"}
    additive: dict[str, Any] = {
        k: np.array(v) if k in arrays else v for k, v in raw["additive"].items()
    }
    hawkes = {**raw["hawkes"], "recent": tuple(raw["hawkes"]["recent"])}
    return Learned(
        **{
            **raw,
            "additive": Additive(**additive),
            "hawkes": Hawkes(**hawkes),
            "trees": tuple(raw["trees"]),
            "rounds": tuple(raw["rounds"]),
            "views": tuple(np.array(view, dtype=np.int64) for view in raw["views"]),
            "columns": np.array(raw["columns"], dtype=np.int64),
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

    Named sets of types are learned together with the four quad classes, so that a rare course
    borrows from them; each keeps an intercept of its own.

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
    wanted = _with_quads(past, classes)
    scheme, index = make_scheme(past, classes=wanted), index_series(past)
    end = as_of_day + 1
    fitted = min(horizon, max(1, (end - 20) // 2))
    keep = asked_dyads(past, index=index, anyone=anyone)
    parts: dict[str, Any] = {}
    problems = []
    for name, least in (("known", min_events), ("rare", 0)):
        parts[name] = parts[f"{name}_base"] = None
        if name == "rare" and (not rare or anyone):
            continue
        try:
            table = past_table(
                past, index=index, scheme=scheme, horizon=fitted, end=end, min_events=least,
                dyads=keep, seed=seed, most=most, every=every,
            )  # fmt: skip
            parts[name] = learn(table, horizon=fitted, trees=trees, seed=seed)
            parts[f"{name}_base"] = _base(
                past,
                index=index,
                scheme=scheme,
                horizon=fitted,
                end=end,
                least=least,
                keep=keep,
                every=every,
            )
        except MethodError as error:
            problems.append(str(error))
    if parts["known"] is None and parts["rare"] is None:
        raise MethodError(problems[0])
    member = scheme.member[:, : len(scheme.targets)]
    return HazardFit(
        source=panel.source,
        as_of_day=as_of_day,
        horizon=horizon,
        fitted_horizon=fitted,
        classes={
            name: tuple(np.array(past.classes)[member[:, i]].tolist())
            for i, name in enumerate(scheme.targets)
        },
        min_events=min_events,
        anyone=anyone,
        **parts,
    )


def _with_quads(
    panel: Panel, classes: str | Mapping[str, Sequence[str]]
) -> str | Mapping[str, Sequence[str]]:
    """Named sets, and the quad classes that the record holds beside them."""
    if isinstance(classes, str):
        return classes
    scheme = make_scheme(panel, classes="quad")
    codes = np.array(panel.classes)
    quads = {
        name: codes[scheme.member[:, i]].tolist()
        for i, name in enumerate(scheme.targets)
        if scheme.member[:, i].any() and name not in classes
    }
    return {**classes, **quads}


def asked_dyads(panel: Panel, *, index: Index, anyone: bool) -> NDArray[np.bool_]:
    """Dyads that are forecast: towards anyone, or all of them."""
    if not anyone:
        return np.ones(len(index.actor), dtype=np.bool_)
    towards: NDArray[np.bool_] = index.recipient == len(panel.actors) - 1
    return towards


def _base(
    panel: Panel,
    *,
    index: Index,
    scheme: Scheme,
    horizon: int,
    end: int,
    least: int,
    keep: NDArray[np.bool_],
    every: int,
) -> BaseFit:
    """Shrinkage of the shown base rate, on the last origins whose windows are complete."""
    origins = training_origins(end=end, horizon=horizon, step=7)[-max(3, _BASE_ORIGINS // every) :]
    rows = universe(
        panel, index=index, scheme=scheme, origins=origins, min_events=least, dyads=keep
    )
    return fit_base(
        shares=shares(panel, index=index, scheme=scheme, rows=rows, horizon=horizon),
        rows=rows,
        index=index,
        panel=panel,
        scheme=scheme,
        happened=happened(
            panel, index=index, scheme=scheme, rows=rows, horizon=horizon
        ).astype(np.float64),
    )  # fmt: skip
