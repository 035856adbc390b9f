"""Scorecards of sources that speak in words, as terminal tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demarche.show.score_text import clean, cut, note

if TYPE_CHECKING:
    from demarche.desk.scoring import ClaimCard

__all__ = ["claims_text"]

SHOWN = 40


def claims_text(cards: Sequence[ClaimCard]) -> str:
    """Hit rates by hedge, tallies, what was left out and why, then every scored claim."""
    return "\n".join(_card(card) for card in cards)


def _card(card: ClaimCard) -> str:
    lines = [
        f"CLAIMS IN WORDS of {clean(card.source)}: {card.claims} claims or windows of claims, "
        f"{card.scored} scored"
    ]
    lines += note(
        f"scoring version {card.version}; hedges by table {card.table}, version "
        f"{card.table_version}. Words are scored at the median of what readers of the phrase "
        "answered in a survey, else at the middle of their band; never averaged with numbers."
    )
    if card.brier is not None:
        span = (
            "no interval from fewer than five claims"
            if card.interval is None
            else f"90 % {card.interval.low:.3f}-{card.interval.high:.3f} by claim"
        )
        lines += note(
            f"Brier {card.brier:.3f}, mean over {card.scored_claims} claims ({span}); smaller is "
            "better, always one half scores 0.250."
        )
    else:
        lines += note("nothing could be scored.")
    lines += _bands(card)
    for tally in card.tallies:
        total = tally.kept + tally.broken + tally.not_tested + tally.no_verdict
        if total:
            lines += note(
                f"{tally.kind.replace('_', ' ')}s: {tally.kept} kept, {tally.broken} broken, "
                f"{tally.not_tested} not tested, {tally.no_verdict} without a verdict "
                "(counted, never scored)"
            )
    if card.left_out:
        lines.append("  not scored:")
        lines += [f"    {n:>4}  {clean(why)}" for why, n in card.left_out]
    lines += _lines(card)
    return "\n".join(lines) + "\n"


def _bands(card: ClaimCard) -> list[str]:
    if not card.bands:
        return []
    lines = [
        f"  {'hedge':<18}{'band':>9}{'came true':>11}{'90 % (Wilson)':>16}{'n':>5}{'claims':>8}"
        f"{'scored at':>11}{'Brier':>8}"
    ]
    for band in card.bands:
        median = "-" if band.median is None else f"{100 * band.median:.0f} %"
        score = "-" if band.brier is None else f"{band.brier:.3f}"
        inside = band.low - 1e-9 <= band.rate <= band.high + 1e-9
        meets = band.interval.low <= band.high and band.interval.high >= band.low
        mark = "" if inside or meets else " !"
        lines.append(
            f"  {cut(band.cue.replace('_', ' '), 17):<18}"
            f"{f'{100 * band.low:.0f}-{100 * band.high:.0f} %':>9}{100 * band.rate:>9.0f} %"
            f"{f'{100 * band.interval.low:.0f}-{100 * band.interval.high:.0f} %':>16}{band.n:>5}"
            f"{band.claims:>8}{median:>11}{score:>8}{mark}"
        )
    lines.append("  bands are of the proposition itself; ! the interval does not meet the band")
    return lines


def _lines(card: ClaimCard) -> list[str]:
    scored = [line for line in card.lines if line.brier is not None]
    if not scored:
        return []
    lines = [f"  {'scored claim':<44}{'hedge':<18}{'at':>6}{'outcome':>9}{'Brier':>8}"]
    for line in scored[:SHOWN]:
        p, score = line.p or 0.0, line.brier or 0.0
        lines.append(
            f"  {cut(line.id, 43):<44}{cut(line.hedge, 17):<18}{100 * p:>4.0f} %"
            f"{line.outcome:>9}{score:>8.3f}"
        )
    if len(scored) > SHOWN:
        lines.append(f"  ... and {len(scored) - SHOWN} more: --json")
    return lines
