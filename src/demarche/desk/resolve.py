"""What an event record says became of a question's courses: proposals, never outcomes by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.errors import QuestionError, near_miss
from demarche.record.matches import Matched, Window, open_window
from demarche.record.store import held_sources
from demarche.terms.ledger import (
    CourseResolution,
    IssuedForecast,
    Outcome,
    Party,
    Resolution,
    ResolutionRule,
)

__all__ = [
    "COVERED",
    "Proposal",
    "Proposals",
    "propose_resolutions",
    "resolution_of",
    "resolutions_of",
]

COVERED = 0.9
"""Share of the window's days on which a source must have rows before its silence says no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the record says of one course.

    Attributes
    ----------
    course, label : str
    outcome : Outcome or None
        ``None`` where the record cannot say; the reason tells why.
    on : date or None
        Day of the first matching row (yes), or the end of the window.
    rows : tuple of Matched
        The first rows that matched.
    total : int
        How many matched.
    reason : str
    """

    course: str
    label: str
    outcome: Outcome | None
    on: dt.date | None
    rows: tuple[Matched, ...]
    total: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What one source of a record says of a question, and what it covers of the window."""

    question: str
    source: str
    opens: dt.date
    closes: dt.date
    known_by: dt.date
    days: int
    covered: int
    rows: int
    last: dt.date | None
    items: tuple[Proposal, ...]

    @property
    def coverage(self) -> str:
        """One sentence on what the record covers."""
        last = (
            f"its last event known by {self.known_by} is of {self.last}" if self.last else "empty"
        )
        return (
            f"{self.source}: rows on {self.covered} of {self.days} days from {self.opens} to "
            f"{self.closes} ({self.rows:,} rows); {last}."
        )


def propose_resolutions(
    issued: IssuedForecast,
    *,
    store: Path,
    known_by: dt.date,
    opens: dt.date | None = None,
    closes: dt.date | None = None,
    source: str | None = None,
) -> Proposals:
    """Look for each course's codes in a record, between the question's days.

    A row of a course's codes proposes a yes on its day where the codes are the course itself.
    Silence proposes a no where the window is over, the source has rows on nine of ten of its days,
    and the course is one that would be seen; of a covert course it proposes "not known", for
    absence of rows is no evidence there.

    Parameters
    ----------
    issued : IssuedForecast
        Its rules hold the codes and the names of the actors.
    store : Path
        Folder of the record.
    known_by : date
        Only rows known by then.
    opens, closes : date, optional
        The window in force; that of the question by default.
    source : str, optional
        Which source speaks; the one with the most rows by default.

    Raises
    ------
    QuestionError
        If the record holds nothing, or nothing of the source.
    """
    held = held_sources(store)
    if not held:
        raise QuestionError(f"the record at {store} holds nothing; demarche record sync fills it.")
    if source is None:
        source = max(held, key=lambda name: (held[name], name))
    if source not in held:
        raise QuestionError(
            f"the record at {store} holds nothing of {source!r}; it holds {', '.join(held)}. "
            f"{near_miss(source, held)}".rstrip()
        )
    start, end = opens or issued.opens, closes or issued.closes
    window = open_window(store, source=source, start=start, end=end, as_of=known_by)
    try:
        known = window.knows(issued.actor.names)
        items = tuple(
            _proposal(rule, issued.actor, window=window, known=known) for rule in issued.rules
        )
    finally:
        window.close()
    return Proposals(
        question=issued.question.id,
        source=source,
        opens=start,
        closes=end,
        known_by=known_by,
        days=window.days,
        covered=window.covered,
        rows=window.rows,
        last=window.last,
        items=items,
    )


def _proposal(rule: ResolutionRule, actor: Party, *, window: Window, known: bool) -> Proposal:
    codes = rule.coded_as
    recipients = [name for party in rule.recipients for name in party.names]
    total, rows = window.match(
        actors=actor.names, recipients=recipients, cameo=codes.cameo, plover=codes.plover
    )
    outcome, on, reason = _said(rule, actor, rows, total=total, window=window, known=known)
    return Proposal(
        course=rule.course,
        label=rule.label,
        outcome=outcome,
        on=on,
        rows=rows,
        total=total,
        reason=reason,
    )


def _said(
    rule: ResolutionRule,
    actor: Party,
    rows: Sequence[Matched],
    *,
    total: int,
    window: Window,
    known: bool,
) -> tuple[Outcome | None, dt.date | None, str]:
    codes, over = rule.coded_as, window.as_of > window.end
    if not (codes.cameo or codes.plover):
        return None, None, "the course states no event codes; resolve it by hand."
    if not known:
        return None, None, f"the record names no {actor.id}; resolve it by hand."
    if rule.observability == "covert":
        if not over:
            return None, None, f"the window is open until {window.end}."
        gap = _gap(window)
        if gap:
            return None, None, gap
        seen = f"{total} rows have its codes" if total else "no row has its codes"
        return "not_known", window.end, f"{seen}; the course is covert, which a record cannot see."
    if rows and codes.match == "same":
        return "yes", rows[0].date, f"{total} rows have its codes, the first of {rows[0].date}."
    if rows:
        return None, None, f"{total} rows have its codes, which cover more than the course does."
    if not over:
        return None, None, f"no row yet; the window is open until {window.end}."
    gap = _gap(window)
    if gap:
        return None, None, gap
    return "no", window.end, f"no row has its codes on {window.covered} of {window.days} days."


def _gap(window: Window) -> str:
    """Why the silence of a record says nothing; empty if it covers the window."""
    if window.last is None or window.last < window.end:
        return f"the record ends on {window.last}, before the window does."
    if window.covered < COVERED * window.days:
        return (
            f"the record has rows on only {window.covered} of the window's {window.days} days; its "
            "silence says nothing."
        )
    return ""


def resolution_of(
    proposals: Proposals, *, courses: Sequence[str] = (), skip: Sequence[str] = ()
) -> Resolution | None:
    """The proposals that say something, as a resolution; ``None`` if none does.

    Parameters
    ----------
    proposals : Proposals
    courses : sequence of str
        Only these; all by default.
    skip : sequence of str
        Courses that are resolved already.
    """
    chosen = [
        item
        for item in proposals.items
        if item.outcome is not None
        and item.course not in skip
        and (not courses or item.course in courses)
    ]
    if not chosen:
        return None
    return Resolution(
        question=proposals.question,
        by="record",
        note=proposals.coverage,
        courses=tuple(_resolved(item, source=proposals.source) for item in chosen),
    )


def resolutions_of(proposals: Proposals) -> tuple[str, ...]:
    """Courses of which the record says something."""
    return tuple(item.course for item in proposals.items if item.outcome is not None)


def _resolved(item: Proposal, *, source: str) -> CourseResolution:
    assert item.outcome is not None and item.on is not None
    rows = tuple(
        f"{row.event_id} {row.date} {row.actor} {row.code} {row.recipient} {row.url}".strip()
        for row in item.rows
    )
    return CourseResolution(
        course=item.course,
        outcome=item.outcome,
        on=item.on,
        evidence=rows or (f"silence of {source}",),
        reason=item.reason,
    )
