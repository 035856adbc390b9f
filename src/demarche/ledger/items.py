"""What a scorecard reads: one probability, whose it is, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from demarche.terms.ledger import ForecasterKind, ResolvedRow, RowOutcome, SourceForecast

__all__ = [
    "GROUPS",
    "LANES",
    "Group",
    "Item",
    "Lane",
    "Said",
    "items_of_rows",
    "items_of_sources",
]

Lane = Literal["live", "back-test", "may have seen the outcome"]
LANES: tuple[Lane, ...] = ("live", "back-test", "may have seen the outcome")
"""Kept apart in every table and never averaged together."""
Group = Literal["view", "actor", "kind", "horizon", "trigger", "source"]
GROUPS: tuple[Group, ...] = ("view", "actor", "kind", "horizon", "trigger", "source")
"""What a table of scores can be split by."""
Said = tuple[str, str, dt.date | None]
"""What names a forecast by others: source, id and day."""
OWN = "this ledger"
NONE = "(none)"
DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One forecast of one yes/no proposition.

    Attributes
    ----------
    forecaster, kind : str, ForecasterKind
        Who speaks: a view of demarche, a person, a crowd, a model.
    source : str
    question : str
        Together with ``course`` the proposition.
    course, actor, trigger, course_kind, cluster : str
    days : int or None
        Horizon.
    p : float
    at : float or None
        When it was given, in days (proleptic ordinal, UTC); None if not known.
    order : int
        Decides between forecasts of the same time.
    opens, closes, event : float or None
        The window, and the day of a yes, on the same clock; ``closes`` is the end of the last day.
    outcome : RowOutcome
    late, sealed, supposed : bool
        ``supposed``: the question hangs on a trigger that had not occurred.
    lane : Lane
    """

    forecaster: str
    kind: ForecasterKind
    source: str
    question: str
    course: str
    actor: str
    trigger: str
    course_kind: str
    cluster: str
    days: int | None
    p: float
    at: float | None
    order: int
    opens: float | None
    closes: float | None
    event: float | None
    outcome: RowOutcome
    late: bool
    sealed: bool
    supposed: bool
    lane: Lane = "live"

    @property
    def unit(self) -> tuple[str, str]:
        """The proposition: question and course."""
        return self.question, self.course

    def group(self, by: Group) -> str:
        """Value of the item in a split of the table."""
        if by == "horizon":
            return _band(self.days)
        found = {
            "view": "all",
            "actor": self.actor,
            "kind": self.course_kind,
            "trigger": self.trigger,
            "source": self.source,
        }[by]
        return found or NONE


def _band(days: int | None) -> str:
    if days is None:
        return NONE
    for most, name in ((30, "1-30 days"), (90, "31-90 days"), (365, "91-365 days")):
        if days <= most:
            return name
    return "over 365 days"


def _instant(at: dt.datetime) -> float:
    utc = at.astimezone(dt.UTC)
    seconds = utc.hour * 3600 + utc.minute * 60 + utc.second + utc.microsecond / 1e6
    return utc.toordinal() + seconds / DAY


def items_of_rows(rows: Iterable[ResolvedRow], *, lane: Lane = "live") -> tuple[Item, ...]:
    """Items of a ledger's own rows.

    Parameters
    ----------
    rows : iterable of ResolvedRow
    lane : Lane
        "back-test" for rows that were not issued before the outcome could be known.
    """
    return tuple(
        Item(
            forecaster=row.view,
            kind=row.forecaster,
            source=OWN,
            question=row.question,
            course=row.course,
            actor=row.actor,
            trigger=row.trigger,
            course_kind=row.kind,
            cluster=row.cluster or row.question,
            days=row.horizon_days,
            p=row.probability,
            at=_instant(row.issued_at),
            order=row.seq,
            opens=float(row.opens.toordinal()),
            closes=float(row.closes.toordinal() + 1),
            event=(
                float(row.resolved_on.toordinal())
                if row.outcome == "yes" and row.resolved_on is not None
                else None
            ),
            outcome=row.outcome,
            late=row.late,
            sealed=row.sealed,
            supposed=row.condition == "what_if",
            lane=lane,
        )
        for row in rows
    )


def items_of_sources(
    forecasts: Iterable[SourceForecast],
    *,
    own: Collection[str] = (),
    sealed: Collection[Said] = (),
) -> tuple[Item, ...]:
    """Items of forecasts by others that state a number; claims in words are scored apart.

    A forecast given on or after the day of a yes, after the day a no was known, or after its
    deadline is late.

    Parameters
    ----------
    forecasts : iterable of SourceForecast
    own : collection of str
        Ids of the ledger's own questions: forecasts of these are compared with its views.
    sealed : collection of (source, id, asked)
        Those that an outside checkpoint covers.
    """
    kept = [f for f in forecasts if f.probability is not None]
    named = [_question(f, own=own) for f in kept]
    first: dict[tuple[str, str], float] = {}
    for f, question in zip(kept, named, strict=True):
        if f.asked is not None:
            key = (question, f.course)
            first[key] = min(first.get(key, float("inf")), float(f.asked.toordinal()))
    return tuple(
        _of_source(
            f,
            question=question,
            order=i,
            opens=first.get((question, f.course)),
            sealed=(f.source, f.id, f.asked) in sealed,
        )
        for i, (f, question) in enumerate(zip(kept, named, strict=True))
    )


def _question(f: SourceForecast, *, own: Collection[str]) -> str:
    return f.question if f.question in own else f"{f.source}/{f.question or f.id}"


def _of_source(
    f: SourceForecast, *, question: str, order: int, opens: float | None, sealed: bool
) -> Item:
    asked = None if f.asked is None else float(f.asked.toordinal())
    resolved = None if f.resolved_on is None else float(f.resolved_on.toordinal())
    closes = None if f.closes is None else float(f.closes.toordinal() + 1)
    late = asked is not None and (
        (closes is not None and asked >= closes)
        or (resolved is not None and f.outcome == "yes" and asked >= resolved)
        or (resolved is not None and f.outcome == "no" and asked > resolved)
    )
    if closes is None and resolved is not None:
        closes = resolved + 1
    return Item(
        forecaster=f.holder or f.source,
        kind=f.forecaster,
        source=f.source,
        question=question,
        course=f.course,
        actor=f.actor,
        trigger=f.trigger or f.condition,
        course_kind=f.course_kind,
        cluster=f.cluster or question,
        days=(f.closes - f.asked).days if f.closes is not None and f.asked is not None else None,
        p=f.probability if f.probability is not None else 0.5,
        at=asked,
        order=order,
        opens=opens,
        closes=closes,
        event=resolved if f.outcome == "yes" else None,
        outcome=f.outcome or "open",
        late=late,
        sealed=sealed,
        supposed=bool(f.condition or f.trigger),
        lane="may have seen the outcome" if f.may_have_seen else "live",
    )
