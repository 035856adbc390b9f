"""What the report says of the past: the ledger's status, what changed, the last misses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demarche.show._numbers import chance, points
from demarche.show._sections import day

if TYPE_CHECKING:
    from demarche.desk.earlier import ChangedCourse, Earlier, Held
    from demarche.desk.scoring import Card, LedgerScores
    from demarche.terms.ledger import ResolvedRow

__all__ = ["MISSES", "always_no", "changed", "misses", "status"]

MISSES = 5
"""Misses told in words."""
SAID = {
    "not issued": "not issued: this report is not entered in the ledger",
    "open": "open: no course is resolved yet",
    "due": "due: its window is over and no course is resolved yet",
    "partly": "resolved in part",
    "resolved": "resolved",
    "void": "void: annulled, or its trigger did not occur",
}


def status(held: Held | None) -> tuple[str, str]:
    """Where the question stands in the ledger: one word or two, and a sentence."""
    if held is None:
        return "not issued", (
            "not issued: no ledger was read, this report is not entered in one, and nothing has "
            "been resolved"
        )
    if held.issued_at is None:
        return held.status, f"{SAID[held.status]} at {held.label}"
    told = (
        f"{SAID[held.status]}; issued on {day(held.issued_at.date())} as entry {held.seq} of "
        f"{held.label}"
    )
    if held.forecasts > 1:
        told += f", with {held.forecasts} forecasts"
    told += (
        f"; this run is entry {held.this_run}"
        if held.this_run is not None
        else "; this run is not among its forecasts"
    )
    return held.status, told


def changed(held: Held | None) -> tuple[str, ...]:
    """What changed since the last forecast of the question, and why; one sentence each."""
    if held is None:
        return ("No ledger was read, so there is no earlier number to compare with.",)
    if held.earlier is None:
        return ("The ledger holds no earlier forecast of this question to compare with.",)
    old = held.earlier
    what = "this question" if old.same else "the same actor and trigger, asked differently,"
    said = [
        f"The last forecast of {what} was issued on {day(old.issued_at.date())}, as of "
        f"{day(old.as_of)} (run {old.run_id}, entry {old.seq})."
    ]
    moved = [c for c in old.courses if round(100 * c.change) != 0]
    if not moved:
        said.append("No course moved by a point or more.")
    else:
        told = "; ".join(_moved(c) for c in moved[:3])
        more = f", and {len(moved) - 3} more" if len(moved) > 3 else ""
        said.append(f"{told}{more}.")
    if old.only_now:
        said.append(f"Asked for the first time: {'; '.join(old.only_now)}.")
    said.append(_why(old))
    return tuple(said)


def _moved(c: ChangedCourse) -> str:
    parts = [
        f"{name} view {chance(pair[0])} to {chance(pair[1])}"
        for name, pair in (("outside", c.outside), ("inside", c.inside))
        if pair is not None and round(100 * (pair[1] - pair[0])) != 0
    ]
    because = f" ({', '.join(parts)})" if parts else ""
    return (
        f"“{c.label}” went from {chance(c.before)} to {chance(c.now)}, "
        f"{points(c.change, unit=True)}{because}"
    )


def _why(old: Earlier) -> str:
    if not old.reasons:
        return "The ledger knows of nothing that went in differently."
    return f"Why: {'; '.join(old.reasons)}."


def misses(scores: LedgerScores | None) -> tuple[str, ...]:
    """The last misses of the pool in words: what was said, and what came of it.

    A miss is a course that was given less than one half and was taken, or more and was not; the
    last forecast of each question counts, late ones never.
    """
    if scores is None or scores.track is None:
        return ()
    newest: dict[tuple[str, str], ResolvedRow] = {}
    for row in scores.track.rows:
        if row.view == "pool" and row.outcome in ("yes", "no") and not row.late:
            key = (row.question, row.course)
            if key not in newest or row.revision > newest[key].revision:
                newest[key] = row
    found = [r for r in newest.values() if (r.probability > 0.5) != (r.outcome == "yes")]
    found = [r for r in found if r.probability != 0.5]
    found.sort(key=lambda r: (r.resolved_seq or 0, r.question, r.course), reverse=True)
    return tuple(_missed(row) for row in found[:MISSES])


def _missed(row: ResolvedRow) -> str:
    name = row.course.replace("-", " ").replace("_", " ")
    asked = "" if row.trigger in ("", "none") else f" if {row.trigger}"
    came = "it was not taken"
    if row.outcome == "yes":
        came = "it was taken" + (f" on {day(row.resolved_on)}" if row.resolved_on else "")
    return (
        f"{row.actor}{asked}, {name}: {chance(row.probability)} said on "
        f"{day(row.issued_at.date())}; by {day(row.closes)} {came}."
    )


def always_no(cards: Sequence[Card]) -> str:
    """What saying no every time would have scored on the pool's questions, beside the pool."""
    for card in cards:
        if card.kind == "pool" and card.brier is not None and card.counts.scored:
            score = card.counts.yes / card.counts.scored
            return (
                f"Saying “no” to every course, with certainty, would have scored a Brier of "
                f"{score:.3f} on the same {card.counts.scored} forecasts; the pool scored "
                f"{card.brier.value:.3f}."
            )
    return ""
