"""A case's ties, distances and saliences beside the events of its actors towards each other."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demarche import inside
from demarche.desk.event_names import record_name
from demarche.errors import DemarcheError, QuestionError, TermError
from demarche.scores.association import FEWEST, RankAgreement, rank_agreement
from demarche.scores.intervals import wilson
from demarche.terms import Case

if TYPE_CHECKING:
    from demarche.record.encoded import EncodedCounts

__all__ = [
    "FEWEST_EVENTS",
    "Agreement",
    "Attention",
    "Pair",
    "RecordCheck",
    "check_record",
    "position_of",
]

FEWEST_EVENTS = 20
"""Events of a pair below which its shares are shown and not compared."""
LONGEST = 36_525


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What an actor did to another: events, and the share that was cooperative, with its interval.

    The rest was hostile. ``tie`` is the net strength of the case's ties between the two on its date
    (cooperation counts up, its opposite down), ``apart`` the mean distance of their positions in
    points; ``None`` where the case has no tie, or no issue on which both have a position.
    """

    actor: str
    recipient: str
    events: int
    cooperative: float | None
    low: float | None
    high: float | None
    tie: float | None
    apart: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How much an actor cares by the case, and what share of its events goes to the case's actors.

    ``salience`` is the largest over the issues of the mean over its factions, by capability.
    """

    actor: str
    salience: float
    events: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One comparison of an input with the record; ``expected`` says which sign agreement has."""

    what: str
    expected: str
    found: RankAgreement | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCheck:
    """A case beside a record: pairs, attention, and how far the orders agree."""

    source: str
    first: dt.date
    last: dt.date
    without: tuple[str, ...]
    pairs: tuple[Pair, ...]
    attention: tuple[Attention, ...]
    agreements: tuple[Agreement, ...]


def position_of(case: Case, *, actor: str, issue: str) -> float | None:
    """An actor's position on an issue: the mean of its factions' by capability and salience.

    Most likely values only; ``None`` where no faction cares about the issue.
    """
    rows = [
        (s.position.mode, f.capability.mode * s.salience.mode)
        for f in case.factions_of(actor)
        for s in f.stances
        if s.issue == issue and s.salience.mode > 0
    ]
    if not rows:
        return None
    return inside.weighted_mean([x for x, _ in rows], weights=[w for _, w in rows])


def check_record(
    case: Case, *, store: Path | None, source: str | None, days: int
) -> tuple[RecordCheck | None, str]:
    """Compare a case with a record as it was known on the case's date, or say why not.

    Parameters
    ----------
    case : Case
    store : Path or None
    source : str or None
        The fullest by default.
    days : int
        How far back events are counted.

    Raises
    ------
    QuestionError
        If the number of days is not 1 to 36525, or the source that was named is not held.
    """
    if not 1 <= days <= LONGEST:
        raise QuestionError(f"the days of the record must be 1 to {LONGEST}, got {days}.")
    if store is None:
        return None, "no event record was found (demarche record sync fills one; --store names it)"
    from demarche.desk.record import open_counts

    try:
        counts = open_counts(store, source=source, unit="actor")
    except DemarcheError as error:
        if source is not None:
            raise
        return None, str(error).rstrip(".")
    as_of = case.question.as_of
    last = (min(as_of, counts.end) - counts.start).days
    first = max(0, last - days + 1)
    if last < 0:
        return None, f"the record begins on {counts.start}, after the case's date"
    names = {a.id: record_name(a, known=counts.actors) for a in case.actors}
    held = {id: counts.actors.index(name) for id, name in names.items() if name is not None}
    if len(held) < 2:
        return None, f"the record of {counts.source} knows {len(held)} of the case's actors"
    table, totals = _counted(counts, at=list(held.values()), first=first, last=last, as_of=as_of)
    rows = _pairs(case, list(held), table=table)
    attention = _attention(case, list(held), table=table, totals=totals)
    return RecordCheck(
        source=counts.source,
        first=counts.start + dt.timedelta(days=first),
        last=counts.start + dt.timedelta(days=last),
        without=tuple(case.actor(id).name for id, name in names.items() if name is None),
        pairs=rows,
        attention=attention,
        agreements=_agreements(case, list(held), table=table, attention=attention),
    ), ""


Table = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _counted(
    counts: EncodedCounts, *, at: Sequence[int], first: int, last: int, as_of: dt.date
) -> tuple[Table, Table]:
    """Cooperative and hostile events, shape (2, actors, actors), and all events of each actor."""
    kept = (counts.day >= first) & (counts.day <= last)
    kept &= counts.known <= (as_of - counts.start).days
    number = np.full(len(counts.actors), -1)
    number[list(at)] = np.arange(len(at))
    actor, other = number[counts.actor[kept]], number[counts.recipient[kept]]
    events = counts.count[kept].astype(float)
    hostile = (np.asarray(counts.quad)[counts.code[kept]] >= 3).astype(int)
    totals = np.zeros(len(at))
    own = actor >= 0
    np.add.at(totals, actor[own], events[own])
    table = np.zeros((2, len(at), len(at)))
    both = own & (other >= 0)
    np.add.at(table, (hostile[both], actor[both], other[both]), events[both])
    return table, totals


def _tie(case: Case, a: str, b: str) -> float | None:
    """Net strength of the ties between two actors on the case's date."""
    rows = [t for t in case.ties if {t.actor, t.recipient} == {a, b}]
    if not rows:
        return None
    day = case.question.as_of
    return sum((1 if t.sign == "+" else -1) * t.strength_at(day) for t in rows)


def _apart(case: Case, a: str, b: str) -> float | None:
    """Mean distance of two actors' positions over the issues on which both have one, in points."""
    found = []
    for issue in case.issues:
        x = position_of(case, actor=a, issue=issue.id)
        y = position_of(case, actor=b, issue=issue.id)
        if x is not None and y is not None:
            found.append(abs(x - y))
    return float(np.mean(found)) if found else None


def _pairs(case: Case, ids: Sequence[str], *, table: Table) -> tuple[Pair, ...]:
    rows = []
    for i, j in itertools.permutations(range(len(ids)), 2):
        together, against = float(table[0, i, j]), float(table[1, i, j])
        n = together + against
        tie, apart = _tie(case, ids[i], ids[j]), _apart(case, ids[i], ids[j])
        if n == 0 and tie is None:
            continue
        interval = wilson(together, n=n) if n else None
        rows.append(
            Pair(
                actor=case.actor(ids[i]).name,
                recipient=case.actor(ids[j]).name,
                events=round(n),
                cooperative=together / n if n else None,
                low=interval.low if interval else None,
                high=interval.high if interval else None,
                tie=tie,
                apart=apart,
            )
        )
    return tuple(sorted(rows, key=lambda r: (-r.events, r.actor, r.recipient)))


def _attention(
    case: Case, ids: Sequence[str], *, table: Table, totals: Table
) -> tuple[Attention, ...]:
    rows = []
    for i, id in enumerate(ids):
        factions = case.factions_of(id)
        if not factions or totals[i] < FEWEST_EVENTS:
            continue
        weights = [f.capability.mode for f in factions]
        by_issue = [
            inside.weighted_mean(
                [
                    next((s.salience.mode for s in f.stances if s.issue == issue.id), 0.0)
                    for f in factions
                ],
                weights=weights,
            )
            for issue in case.issues
        ]
        rows.append(
            Attention(
                actor=case.actor(id).name,
                salience=max(by_issue),
                events=round(float(totals[i])),
                share=float(table[:, i].sum() / totals[i]),
            )
        )
    return tuple(rows)


def _agreements(
    case: Case, ids: Sequence[str], *, table: Table, attention: Sequence[Attention]
) -> tuple[Agreement, ...]:
    """Orders compared: pairs join both directions; the actors are the independent units."""
    tied, parted = [], []
    for i, j in itertools.combinations(range(len(ids)), 2):
        together = float(table[0, i, j] + table[0, j, i])
        n = together + float(table[1, i, j] + table[1, j, i])
        if n < FEWEST_EVENTS:
            continue
        tie, apart = _tie(case, ids[i], ids[j]), _apart(case, ids[i], ids[j])
        if tie is not None:
            tied.append((i, j, tie, together / n))
        if apart is not None:
            parted.append((i, j, apart, 1 - together / n))
    return (
        _compared(
            "net ties and the share of cooperative events, by pair of actors",
            "stronger ties, more cooperation: above 0",
            [(x, y) for _, _, x, y in tied],
            units=len({n for i, j, _, _ in tied for n in (i, j)}),
            things="pairs with a tie",
        ),
        _compared(
            "distance of positions and the share of hostile events, by pair of actors",
            "farther apart, more hostility: above 0",
            [(x, y) for _, _, x, y in parted],
            units=len({n for i, j, _, _ in parted for n in (i, j)}),
            things="pairs with positions",
        ),
        _compared(
            "salience and the share of an actor's events that goes to the case's actors",
            "who cares more is busier with them: above 0",
            [(row.salience, row.share) for row in attention],
            units=len(attention),
            things="actors with factions",
        ),
    )


def _compared(
    what: str,
    expected: str,
    rows: Sequence[tuple[float, float]],
    *,
    units: int,
    things: str,
) -> Agreement:
    found: RankAgreement | None = None
    why = ""
    least = min(units, len(rows))
    if least < FEWEST:
        why = (
            f"{len(rows)} {things} and at least {FEWEST_EVENTS} events, among {units} actors; "
            f"{FEWEST} are needed"
        )
    else:
        try:
            found = rank_agreement([x for x, _ in rows], y=[y for _, y in rows], units=least)
        except TermError as error:
            why = str(error).rstrip(".")
    return Agreement(what=what, expected=expected, found=found, why=why)
