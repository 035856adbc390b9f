"""Whether a case's positions, ties and saliences agree with votes and events; no truth test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demarche.desk.input_pairs import RecordCheck, check_record, position_of
from demarche.errors import TermError
from demarche.record.ideal_points import CITATION, IdealPoint, IdealPoints, read_ideal_points
from demarche.scores.association import (
    FEWEST,
    DistanceAgreement,
    RankAgreement,
    distance_agreement,
    rank_agreement,
)
from demarche.terms import Actor, Case, Faction

__all__ = [
    "ActorPlace",
    "FactionGap",
    "InputsCheck",
    "IssueCheck",
    "VotesCheck",
    "validate_inputs",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPlace:
    """An actor's position on an issue beside its ideal point, ``None`` where there is none."""

    actor: str
    name: str
    position: float
    ideal_point: float | None
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactionGap:
    """Where a faction stands among the other actors, and where its state's votes do.

    ``above`` is the share of the other actors' positions that the faction's lies above, ``votes``
    the share of their ideal points that its state's lies beyond in the same direction; ``gap`` is
    the first minus the second, -1 to 1.
    """

    actor: str
    faction: str
    name: str
    position: float
    above: float
    votes: float

    @property
    def gap(self) -> float:
        """Share above by the case, less the share above by the votes."""
        return self.above - self.votes


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCheck:
    """One issue of a case beside the ideal points of those who have a position on it.

    ``order`` compares the orders; its sign only says which end of the issue goes with a higher
    ideal point. ``distances`` compares how far apart actors are and needs no direction. ``why``
    says why there is no comparison. Factions that disagree most come first.
    """

    issue: str
    name: str
    low: str
    high: str
    places: tuple[ActorPlace, ...]
    order: RankAgreement | None
    distances: DistanceAgreement | None
    factions: tuple[FactionGap, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VotesCheck:
    """All issues beside ideal points from the years before the case's date."""

    file: str
    before: int
    left_out: tuple[tuple[str, int], ...]
    without: tuple[tuple[str, str], ...]
    issues: tuple[IssueCheck, ...]
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsCheck:
    """A case's inputs beside votes and events; ``None`` with the reason where there are none."""

    case: str
    as_of: dt.date
    votes: VotesCheck | None
    votes_why: str
    record: RecordCheck | None
    record_why: str


def validate_inputs(
    case: Case,
    *,
    ideal_points: Path | None = None,
    store: Path | None = None,
    source: str | None = None,
    days: int = 1095,
    seed: int = 0,
) -> InputsCheck:
    """Compare the inputs of a case with votes and events from before its date.

    Positions with ideal points from votes in the United Nations; ties, distances of positions and
    saliences with shares of cooperative and hostile events in a record. Agreement is no truth: a
    vote is about other issues, and what is reported is not what happened.

    Parameters
    ----------
    case : Case
    ideal_points : Path, optional
        Folder with the table of ideal points.
    store : Path, optional
        Folder of an event record.
    source : str, optional
        Of the record; its fullest by default.
    days : int
        How far back events are counted.
    seed : int
        Of the sample of relabellings where there are more than seven actors.

    Raises
    ------
    DataError
        If the folder of ideal points cannot be read.
    QuestionError
        If the record holds no such source, or the number of days is not positive.
    """
    as_of = case.question.as_of
    votes, votes_why = None, "no folder of ideal points was named (--ideal-points FOLDER)"
    if ideal_points is not None:
        found = read_ideal_points(ideal_points, before=as_of.year)
        votes, votes_why = _votes(case, found, seed=seed), ""
    record, record_why = check_record(case, store=store, source=source, days=days)
    return InputsCheck(
        case=case.id,
        as_of=as_of,
        votes=votes,
        votes_why=votes_why,
        record=record,
        record_why=record_why,
    )


def _ideal(actor: Actor, points: IdealPoints) -> IdealPoint | None:
    """An actor's ideal point by its ISO code, else by its name."""
    if actor.kind != "state":
        return None
    if actor.id in points.points:
        return points.points[actor.id]
    names = {name.casefold() for name in (actor.name, *actor.aliases)}
    return next((p for p in points.points.values() if p.name.casefold() in names), None)


def _votes(case: Case, points: IdealPoints, *, seed: int) -> VotesCheck:
    places = {actor.id: _ideal(actor, points) for actor in case.actors}
    concerned = {f.actor for f in case.factions}
    without = tuple(
        (a.name, "no state" if a.kind != "state" else f"no ideal point before {points.before}")
        for a in case.actors
        if a.id in concerned and places[a.id] is None
    )
    return VotesCheck(
        file=points.file,
        before=points.before,
        left_out=points.left_out,
        without=without,
        issues=tuple(_issue(case, n, places=places, seed=seed) for n in range(len(case.issues))),
        citation=CITATION,
    )


def _issue(
    case: Case, index: int, *, places: dict[str, IdealPoint | None], seed: int
) -> IssueCheck:
    issue = case.issues[index]
    rows = []
    for actor in case.actors:
        position = position_of(case, actor=actor.id, issue=issue.id)
        if position is not None:
            point = places[actor.id]
            rows.append(
                ActorPlace(
                    actor=actor.id,
                    name=actor.name,
                    position=position,
                    ideal_point=None if point is None else point.value,
                    year=None if point is None else point.year,
                )
            )
    both = [(row, row.ideal_point) for row in rows if row.ideal_point is not None]
    order: RankAgreement | None = None
    distances: DistanceAgreement | None = None
    why = ""
    x, y = [row.position for row, _ in both], [point for _, point in both]
    if len(both) < FEWEST:
        why = (
            f"{len(both)} of {len(rows)} actors with a position have an ideal point; "
            f"{FEWEST} are needed"
        )
    else:
        try:
            order = rank_agreement(x, y=y)
            distances = distance_agreement(x, y=y, rng=np.random.default_rng(seed))
        except TermError as error:
            order, why = None, str(error).rstrip(".")
    return IssueCheck(
        issue=issue.id,
        name=issue.name,
        low=issue.low,
        high=issue.high,
        places=tuple(rows),
        order=order,
        distances=distances,
        factions=_gaps(case, issue.id, both=both, turn=order.rho) if order is not None else (),
        why=why,
    )


def _above(value: float, others: Sequence[float]) -> float:
    """Share of values that one lies above; ties count half."""
    return sum((value > x) + 0.5 * (value == x) for x in others) / len(others)


def _gaps(
    case: Case, issue: str, *, both: Sequence[tuple[ActorPlace, float]], turn: float
) -> tuple[FactionGap, ...]:
    found = []
    sign = -1.0 if turn < 0 else 1.0
    for row, point in both:
        positions = [r.position for r, _ in both if r.actor != row.actor]
        points = [sign * p for r, p in both if r.actor != row.actor]
        for faction, position in _stances(case, row.actor, issue):
            found.append(
                FactionGap(
                    actor=row.name,
                    faction=faction.id,
                    name=faction.name,
                    position=position,
                    above=_above(position, positions),
                    votes=_above(sign * point, points),
                )
            )
    return tuple(sorted(found, key=lambda gap: (-abs(gap.gap), gap.faction)))


def _stances(case: Case, actor: str, issue: str) -> list[tuple[Faction, float]]:
    return [
        (f, float(s.position.mode))
        for f in case.factions_of(actor)
        for s in f.stances
        if s.issue == issue and s.salience.mode > 0
    ]
