"""The outside view of a case: its episodes as a reference class, for every actor that decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.errors import QuestionError, near_miss
from demarche.outside import (
    BaseRate,
    Cases,
    ReferenceClass,
    Similarity,
    fit_similarity,
    rates_alone,
    rates_of,
    reference_class,
)
from demarche.record import (
    encode_situation,
    episode_table,
    load_episodes,
    usable,
)
from demarche.record.episodes import LONGEST_WINDOW
from demarche.terms import (
    COURSE_KINDS,
    NOT_KNOWN,
    STATEMENTS_ONLY,
    Case,
    CourseOfAction,
    Episode,
)

__all__ = ["CourseOutside", "OutsideView", "columns_of", "expected_courses", "outside_view"]

Floats = NDArray[np.float64]
POINTS = (np.arange(256) + 0.5) / 256
"""Quantiles at which the posterior of a rate is read for the pooled range."""
SILENT = 0.5
"""Share of unknown outcomes beyond which a kind's known rate is no forecast."""
FEWEST = 8
"""Smallest number of usable episodes from which a reference class is made."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CourseOutside:
    """Outside view of one course: the rate, its range and equally likely values of it."""

    probability: float
    low: float
    high: float
    values: Floats
    base_rate: float
    base_taken: int
    base_known: int
    effective_cases: float
    not_known: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutsideView:
    """Outside view of one actor in one arm.

    ``courses`` by course id (only those with a kind whose outcomes are known often enough);
    ``silent`` the share of episodes in which a hardly observable course is known to have been, and
    may have been, taken; ``tails`` per rung; ``answer`` is the reference class with its precedents.
    """

    courses: dict[str, CourseOutside]
    tails: tuple[float, ...]
    answer: ReferenceClass
    columns: tuple[str, ...]
    silent: Mapping[str, tuple[float, float]]


def columns_of(
    courses: Sequence[CourseOfAction], *, rungs: int, silent: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Columns of the reference class: every kind, statements only, and one per rung reached.

    ``rung:r`` is taken if any of the case's kinds on rung r or higher is; ``statements_only`` if
    none of the case's kinds is. Kinds in ``silent`` are left out throughout.
    """
    kinds = [c.kind for c in courses if c.kind in COURSE_KINDS and c.kind not in silent]
    columns: dict[str, tuple[str, ...]] = {
        kind: (kind,) for kind in COURSE_KINDS if kind not in silent
    }
    if kinds:
        columns[STATEMENTS_ONLY] = tuple(dict.fromkeys(kinds))
    for r in range(1, rungs):
        held = [c.kind for c in courses if c.kind in kinds and c.rung >= r]
        if held:
            columns[f"rung:{r}"] = tuple(dict.fromkeys(held))
    return columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """Episodes usable for one question, as a table with a fitted similarity.

    ``silent`` maps each kind whose outcome is not known in more than half of the episodes to the
    share of episodes in which it is known to have been taken, and the share in which it may have
    been. Such acts become known mostly when they happened, so their known rate is no forecast.
    """

    episodes: tuple[Episode, ...]
    later: int
    excluded: tuple[str, ...]
    cases: Cases
    similarity: Similarity
    horizon_days: int
    silent: Mapping[str, tuple[float, float]]
    unknown: Mapping[str, float]
    rates: tuple[BaseRate, ...]


def build_library(
    case: Case, *, actor: str, as_of: dt.date, horizon_days: int, remove: Sequence[str] = ()
) -> Library | None:
    """The usable episodes of a case, or ``None`` if there are too few for a reference class.

    Raises
    ------
    QuestionError
        If an excluded or removed id is not the id of a shipped episode.
    """
    everything = load_episodes()
    ids = [episode.id for episode in everything]
    for id in (*case.exclude_episodes, *remove):
        if id not in ids:
            raise QuestionError(f"{id!r} is not the id of a shipped episode. {near_miss(id, ids)}")
    excluded = tuple(dict.fromkeys((*case.exclude_episodes, *remove)))
    episodes = usable(everything, as_of=as_of, exclude=excluded)
    if len(episodes) < FEWEST:
        return None
    table = episode_table(
        episodes, columns={kind: (kind,) for kind in COURSE_KINDS}, horizon_days=horizon_days
    )
    unknown = dict(zip(COURSE_KINDS, np.isnan(table.outcomes).mean(axis=0).tolist(), strict=True))
    taken = dict(zip(COURSE_KINDS, (table.outcomes == 1).mean(axis=0).tolist(), strict=True))
    silent = {k: (taken[k], taken[k] + u) for k, u in unknown.items() if u > SILENT}
    columns = columns_of(case.courses_of(actor), rungs=len(case.ladder), silent=silent)
    table = episode_table(episodes, columns=columns, horizon_days=horizon_days)
    cases = Cases(
        features=table.features,
        outcomes=table.outcomes,
        kinds=table.kinds,
        feature_names=table.feature_names,
        courses=table.columns,
        labels=table.labels,
        times=table.times,
    )
    similarity = fit_similarity(cases)
    return Library(
        episodes=episodes,
        later=len(everything) - len(usable(everything, as_of=as_of)),
        excluded=excluded,
        cases=cases,
        similarity=similarity,
        horizon_days=horizon_days,
        silent=silent,
        unknown=unknown,
        rates=rates_of(cases, similarity=similarity),
    )


def libraries_of(
    case: Case,
    *,
    actor: str,
    as_of: dt.date,
    horizon_days: int,
    remove: Sequence[str] = (),
) -> tuple[Library | None, Library | None]:
    """Libraries at the horizon asked for and at the case's own; one and the same where they agree.

    Raises
    ------
    QuestionError
        As :func:`build_library`.
    """
    asked, own = (min(days, LONGEST_WINDOW) for days in (horizon_days, case.question.horizon_days))
    library = build_library(case, actor=actor, as_of=as_of, horizon_days=asked, remove=remove)
    if library is None or own == asked:
        return library, library
    return library, build_library(case, actor=actor, as_of=as_of, horizon_days=own, remove=remove)


def outside_view(
    case: Case, *, library: Library, actor: str, trigger: str, named: bool = True
) -> OutsideView | None:
    """Outside view of an actor under a trigger; ``None`` if its situation is not stated.

    ``named`` also works out every precedent and the effect of its removal.
    """
    features = case.features(actor=actor, trigger=trigger)
    if not features:
        return None
    query = encode_situation(features, actor=actor)
    answer = reference_class(
        query,
        cases=library.cases,
        similarity=library.similarity,
        precedents=len(library.episodes) if named else 0,
        base=library.rates,
    )
    at = {name: index for index, name in enumerate(library.cases.courses)}
    found: dict[str, CourseOutside] = {}
    silent = {
        course.id: library.silent[course.kind]
        for course in case.courses_of(actor)
        if course.kind in library.silent
    }
    for course in case.courses_of(actor):
        if course.kind not in at:
            continue
        rate = answer.courses[at[course.kind]]
        values = _posterior(rate.probability, rate.evidence + rate.prior_strength)
        low, high = rate.low, rate.high
        if course.observability == "covert":
            hidden = library.unknown.get(course.kind, 0.0)
            low, high = low * (1 - hidden), high * (1 - hidden) + hidden
            values = _stretch(values, mean=rate.probability, low=low, high=high)
        found[course.id] = CourseOutside(
            probability=rate.probability,
            low=low,
            high=high,
            values=values,
            base_rate=rate.base.rate,
            base_taken=int(rate.base.taken),
            base_known=int(rate.base.known),
            effective_cases=rate.effective_cases,
            not_known=rate.not_known,
        )
    tails = tuple(
        1.0 if r == 0 else answer.courses[at[f"rung:{r}"]].probability if f"rung:{r}" in at else 0.0
        for r in range(len(case.ladder))
    )
    return OutsideView(
        courses=found, tails=tails, answer=answer, columns=library.cases.courses, silent=silent
    )


def expected_courses(case: Case, *, library: Library, actor: str, trigger: str) -> dict[str, float]:
    """Probabilities of :func:`outside_view` by course, without ranges, rungs and precedents.

    Empty if the actor's situation is not stated.
    """
    features = case.features(actor=actor, trigger=trigger)
    if not features:
        return {}
    kinds = {course.id: course.kind for course in case.courses_of(actor)}
    rates = rates_alone(
        encode_situation(features, actor=actor),
        cases=library.cases,
        similarity=library.similarity,
        base=library.rates,
        courses=set(kinds.values()),
    )
    return {id: rates[kind] for id, kind in kinds.items() if kind in rates}


def _posterior(probability: float, strength: float) -> Floats:
    from scipy.special import betaincinv

    values: Floats = betaincinv(strength * probability, strength * (1 - probability), POINTS)
    return values


def _stretch(values: Floats, *, mean: float, low: float, high: float) -> Floats:
    """Spread values about their mean so that their central 80 % reaches at least low and high."""
    below, above = float(np.quantile(values, 0.1)), float(np.quantile(values, 0.9))
    down = (mean - low) / (mean - below) if mean > below else 1.0
    up = (high - mean) / (above - mean) if above > mean else 1.0
    spread = np.where(
        values < mean,
        mean + (values - mean) * max(down, 1.0),
        mean + (values - mean) * max(up, 1.0),
    )
    return np.clip(spread, 0.0, 1.0)


def shared_features(
    case: Case, *, actor: str, trigger: str, episode: Episode, weights: dict[str, float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Features a situation shares with an episode and those in which it differs, by weight."""
    features = dict(case.features(actor=actor, trigger=trigger))
    ranked = sorted(features, key=lambda name: -weights.get(name, 0.0))
    known = [
        n
        for n in ranked
        if features[n] != NOT_KNOWN and episode.features.get(n, NOT_KNOWN) != NOT_KNOWN
    ]
    shared = tuple(n for n in known if features[n] == episode.features[n])
    return shared, tuple(n for n in known if features[n] != episode.features[n])
