"""Claims of a case's sources against what became of them, as forecasts by others.

A claim is held against every window of the case's outcomes to which its condition fits. A claim of
several courses came true if one of them was taken. A red line or commitment that the case codes
with what crosses it and what answers it was tested in a window whose trigger crosses it and fits
its condition: kept if an answer was taken, however slight, broken if every answer is known not to
have been.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from demarche.cases import Outcomes, Window, load_outcomes, outcome_ids, shipped_case
from demarche.terms import Case, Claim
from demarche.terms.ledger import Outcome, SourceForecast, Verdict

__all__ = ["case_sources", "claims_of", "sources_with_outcomes"]

PROMISES = ("commitment", "red_line")


def sources_with_outcomes() -> tuple[tuple[str, str], ...]:
    """(case, source) of every shipped case with outcomes whose sources made claims."""
    found = []
    for id in outcome_ids():
        case = shipped_case(id)
        found += [(id, source) for source in sorted({claim.source for claim in case.claims})]
    return tuple(found)


def claims_of(said: str) -> tuple[SourceForecast, ...]:
    """Claims of a source of a shipped case by its id, title, publisher or author; none if unknown.

    Parameters
    ----------
    said : str
    """
    wanted = " ".join(said.casefold().split())
    found: list[SourceForecast] = []
    for id in outcome_ids():
        case = shipped_case(id)
        named = {
            source.id
            for source in case.sources
            if wanted
            in {
                name.casefold()
                for name in (source.id, source.title, source.publisher, source.author)
                if name
            }
        }
        if named & {claim.source for claim in case.claims}:
            rows = case_sources(case, outcomes=load_outcomes(case))
            found += [row for row in rows if row.source in named]
    return tuple(found)


def case_sources(case: Case, *, outcomes: Outcomes) -> tuple[SourceForecast, ...]:
    """Every claim of a case, once per window that says something about it.

    Parameters
    ----------
    case : Case
    outcomes : Outcomes

    Returns
    -------
    tuple of SourceForecast
        ``cluster`` is the claim: its windows hang together.
    """
    days = {source.id: source.date for source in case.sources}
    rows: list[SourceForecast] = []
    for claim in case.claims:
        found = [
            row
            for window in outcomes.outcomes
            if (row := _in_window(case, claim, window=window, asked=days.get(claim.source)))
            is not None
        ]
        rows += found or [_bare(case, claim, asked=days.get(claim.source))]
    return tuple(rows)


def _bare(case: Case, claim: Claim, *, asked: dt.date | None) -> SourceForecast:
    """A claim on which the outcomes say nothing."""
    coded = _red_line(case, claim) is not None
    return SourceForecast(
        id=claim.id,
        source=claim.source,
        holder=claim.holder,
        text=claim.text,
        forecaster="text",
        kind=claim.kind,
        actor=claim.actor,
        condition=claim.condition,
        hedge=claim.hedge,
        said=claim.said,
        low=claim.low,
        high=claim.high,
        asked=asked,
        verdict="not_tested" if coded else None,
        cluster=f"{case.id}:{claim.id}",
        note=claim.resolves,
    )


def _in_window(
    case: Case, claim: Claim, *, window: Window, asked: dt.date | None
) -> SourceForecast | None:
    if claim.kind in PROMISES:
        verdict = _verdict(case, claim, window=window)
        outcome: Outcome | None = None
        if verdict is None:
            return None
    else:
        verdict = None
        outcome = _outcome(claim, window=window)
        if outcome is None:
            return None
    dates = [row.date for row in window.courses if row.course in claim.courses and row.date]
    closes = window.window_start + dt.timedelta(days=window.window_days)
    return replace(
        _bare(case, claim, asked=asked),
        id=f"{claim.id}@{window.id}",
        question=window.id,
        trigger=window.trigger,
        course="|".join(claim.courses),
        closes=closes if asked is None or closes >= asked else None,
        outcome=outcome,
        verdict=verdict,
        resolved_on=min(dates) if dates and outcome == "yes" else closes,
        note=window.what,
    )


def _outcome(claim: Claim, *, window: Window) -> Outcome | None:
    """Outcome of a claim in a window; None where the window says nothing about it."""
    values = {row.course: row.value for row in window.courses}
    seen = [values[id] for id in claim.courses if id in values]
    if not seen or claim.kind == "causal" or claim.condition not in ("", window.trigger):
        return None
    if window.rule_met != "yes":
        return "annulled"
    if "yes" in seen:
        return "yes"
    return "not_known" if "not known" in seen else "no"


def _red_line(case: Case, claim: Claim) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What crosses a claim's red line and what answers it, as the case codes it."""
    for line in case.red_lines:
        if line.asserted_by == claim.id and line.answers:
            return line.crossed_by_triggers, line.answers
    return None


def _verdict(case: Case, claim: Claim, *, window: Window) -> Verdict | None:
    coded = _red_line(case, claim)
    if coded is None or window.trigger not in coded[0] or window.rule_met != "yes":
        return None
    if claim.condition not in ("", window.trigger):
        return None
    values = {row.course: row.value for row in window.courses}
    seen = [values[id] for id in coded[1] if id in values]
    if "yes" in seen:
        return "kept"
    return "broken" if seen and all(value == "no" for value in seen) else None
