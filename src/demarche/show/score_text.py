"""Scores as terminal tables, with a small plot of calibration; and as one JSON object."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from demarche.errors import counted

if TYPE_CHECKING:
    from demarche.desk.scoring import (
        Card,
        Change,
        Curve,
        EqualAccuracy,
        FileScores,
        Imported,
        LedgerScores,
        Mean,
        ScoreTable,
    )

__all__ = [
    "changes_text",
    "clean",
    "curve_text",
    "cut",
    "file_scores_json",
    "file_scores_text",
    "imported_data",
    "imported_text",
    "ledger_scores_json",
    "ledger_scores_text",
    "note",
    "table_text",
]

WIDTH = 100
PLOT = 41
SHOWN_REJECTS = 10
SHOWN_CURVES = 6
SHOWN_ROWS = 30


def clean(text: str) -> str:
    r"""Text of others on one line, without what steers a terminal.

    Examples
    --------
    >>> clean("a\x1b[2Jb\n")
    'a [2Jb '
    """
    return "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)


def cut(text: str, width: int) -> str:
    """Clean text in at most so many characters."""
    plain = clean(text)
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def note(text: str) -> list[str]:
    """A sentence as indented lines."""
    return textwrap.wrap(
        clean(text), WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _span(mean: Mean | None) -> str:
    if mean is None:
        return "-"
    found = mean.by_cluster or mean.by_question
    if found is None:
        return "one only"
    mark = "" if mean.by_cluster is not None else "q"
    return f"{found.low:.3f}-{found.high:.3f}{mark}"


def imported_text(imported: Imported) -> str:
    """What was read of a file and what was left out, with reasons."""
    kept, out = len(imported.forecasts), len(imported.rejects)
    lines = [
        f"READ {cut(imported.name, 60)} ({imported.format}): {imported.rows} rows, {kept} "
        f"forecasts, {out} left out"
    ]
    for said in imported.notes:
        lines += note(said)
    reasons = Counter(reject.reason for reject in imported.rejects)
    for reject in imported.rejects[:SHOWN_REJECTS]:
        lines += note(f"left out, {reject.place}: {reject.reason}")
    if out > SHOWN_REJECTS:
        lines.append(f"  ... and {out - SHOWN_REJECTS} more, {len(reasons)} reasons in all: --json")
    return "\n".join(lines) + "\n"


def table_text(table: ScoreTable) -> str:
    """Scores by forecaster and group, then calibration where there are enough questions."""
    head = f"SCORES {cut(table.title, 50)}".rstrip()
    lines = [f"{head}  ·  scoring version {table.version}, split by {table.by}"]
    for said in table.notes:
        lines += note(said)
    for lane in dict.fromkeys(card.lane for card in table.cards):
        cards = [card for card in table.cards if card.lane == lane]
        shown = cards[:SHOWN_ROWS]
        lines += ["", *_scores(shown, table=table, lane=lane)]
        if any(card.versus for card in shown):
            lines += ["", *_beside(shown), "", *_also(shown)]
        if len(cards) > len(shown):
            lines += note(f"... {len(cards) - len(shown)} more forecasters or groups: --json")
    if any(ladder.n for ladder in table.ladders):
        lines += ["", *_ladders(table)]
    curved = [card for card in table.cards if card.curve is not None]
    for card in curved[:SHOWN_CURVES]:
        if card.curve is not None:
            lines += ["", curve_text(card.curve, title=_title(card))]
    if len(curved) > SHOWN_CURVES:
        lines.append(f"... {len(curved) - SHOWN_CURVES} more curves: --json")
    short = [card for card in table.cards if card.curve is None and card.counts.scored]
    if short:
        lines += ["", *note(f"no curve for {_names(short)}: {short[0].why_no_curve}.")]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _names(cards: Sequence[Card]) -> str:
    names = list(dict.fromkeys(card.forecaster for card in cards))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _title(card: Card) -> str:
    where = "" if card.group in ("all", "") else f", {card.group}"
    return (
        f"CALIBRATION of {cut(card.forecaster, 40)}{clean(where)}: "
        f"{counted(card.counts.scored, 'forecast')} on "
        f"{counted(card.counts.questions, 'question')}, {card.counts.yes} came true"
    )


def _scores(cards: Sequence[Card], *, table: ScoreTable, lane: str) -> list[str]:
    split = table.by != "view"
    name = f"{'group':<16}{'forecaster':<13}" if split else f"{'forecaster':<29}"
    lines = [
        f"{lane.upper()}: one-sided Brier and log (nats), smaller is better; "
        f"{100 * table.level:.0f} % intervals by cluster (q: by question)",
        f"{name}{'kind':<7}{'n':>6}{'quest':>6}{'clust':>6}{'yes':>5}{'Brier':>7}"
        f"{'interval':>14}{'log':>7}{'index':>6}{'sealed':>7}",
    ]
    for card in cards:
        c = card.counts
        label = (
            f"{cut(card.group, 15):<16}{cut(card.forecaster, 12):<13}"
            if split
            else f"{cut(card.forecaster, 28):<29}"
        )
        index = "-" if card.index is None else f"{card.index:.0f}"
        lines.append(
            f"{label}{card.kind:<7}{c.scored:>6}{c.questions:>6}{c.clusters:>6}{c.yes:>5}"
            f"{_three(card.brier.value if card.brier else None):>7}{_span(card.brier):>14}"
            f"{_three(card.log.value if card.log else None):>7}{index:>6}{c.sealed:>7}"
        )
    lines += ["", *_left(cards)]
    return lines


def _left(cards: Sequence[Card]) -> list[str]:
    """What was read and not scored, per forecaster, and the dates the scored ones were given."""
    lines = [
        f"{'':<30}{'given from':<12}{'to':<11}{'rows':>6}{'void':>6}{'unkn':>6}{'open':>6}"
        f"{'late':>6}{'older':>6}{'clip':>6}"
    ]
    for card in cards:
        c = card.counts
        name = card.forecaster if card.group == "all" else f"{card.group}, {card.forecaster}"
        lines.append(
            f"{cut(name, 29):<30}{c.first or '-'!s:<12}{c.last or '-'!s:<11}{c.rows:>6}"
            f"{c.annulled:>6}{c.not_known:>6}{c.open:>6}{c.late:>6}{c.superseded:>6}"
            f"{card.clipped:>6}"
        )
        if c.supposed or c.supposed_void:
            lines += note(
                f"on a supposed trigger: {c.supposed} rows whose trigger occurred or is not known, "
                f"{c.supposed_void} void"
            )
    return lines


def _beside(cards: Sequence[Card]) -> list[str]:
    lines = [
        "BESIDE A REFERENCE: on the same propositions; gain = reference's Brier - own, above 0 is "
        "better",
        f"{'':<21}{'reference':<17}{'n':>6}{'own':>7}{'other':>7}{'gain':>8}{'interval':>15}"
        f"{'skill':>7}{'DM':>7}{'p':>5}",
    ]
    untested: dict[str, None] = {}
    for card in cards:
        name = card.forecaster if card.group == "all" else f"{card.group}, {card.forecaster}"
        for v in card.versus:
            gap = v.difference
            span = "one only" if gap is None else f"{gap.low:+.3f} {gap.high:+.3f}"
            mark = "q" if gap is not None and v.by == "question" else ""
            skill = "-" if v.skill is None else f"{100 * v.skill:+.0f} %"
            lines.append(
                f"{cut(name, 20):<21}{cut(v.reference, 16):<17}{v.n:>6}{v.own:>7.3f}"
                f"{v.other:>7.3f}{v.other - v.own:>+8.3f}{span + mark:>15}{skill:>7}"
                f"{_test(v.equal)}"
            )
            untested |= {v.equal.why: None} if v.equal.why else {}
    if untested:
        lines += note(f"DM -: no test of equal accuracy, {'; '.join(untested)}.")
    return lines


def _test(found: EqualAccuracy) -> str:
    """Statistic and p-value of the Diebold-Mariano test."""
    if found.statistic is None or found.p_value is None:
        return f"{'-':>7}{'-':>5}"
    small = "<.01" if found.p_value < 0.005 else f"{found.p_value:.2f}"
    return f"{found.statistic:>+7.2f}{small:>5}"


def _also(cards: Sequence[Card]) -> list[str]:
    """Other scales and views of the same forecasts."""
    lines = [
        "ALSO: Brier on the scale 0 to 2; over open days, with coverage; adjusted for difficulty; "
        "peer points",
        f"{'':<30}{'0 to 2':>8}{'open days':>11}{'coverage':>10}{'n':>7}{'adjusted':>10}"
        f"{'peer':>9}{'n':>7}",
    ]
    for card in cards:
        if card.two_sided is None:
            continue
        name = card.forecaster if card.group == "all" else f"{card.group}, {card.forecaster}"
        share = "-" if card.coverage is None else f"{100 * card.coverage:.0f} %"
        peer = "-" if card.peer is None else f"{card.peer:+.1f}"
        lines.append(
            f"{cut(name, 29):<30}{card.two_sided:>8.3f}{_three(card.over_time):>11}{share:>10}"
            f"{card.over_time_n:>7}{_three(card.adjusted):>10}{peer:>9}{card.peer_n:>7}"
        )
    return lines


def _ladders(table: ScoreTable) -> list[str]:
    lines = ["LADDER: ranked probability score, not normalised, smaller is better"]
    lines.append(f"{'':<30}{'n':>6}{'clust':>6}{'RPS':>7}{'interval':>14}{'open':>6}{'late':>6}")
    for row in table.ladders:
        value = _three(row.rps.value if row.rps else None)
        lines.append(
            f"{cut(row.forecaster, 29):<30}{row.n:>6}{row.clusters:>6}{value:>7}"
            f"{_span(row.rps):>14}{row.open:>6}{row.late:>6}"
        )
    return lines


def curve_text(curve: Curve, *, title: str) -> str:
    """Calibration as text: one line per step of the isotonic fit, with the band if calibrated."""
    d, z = curve.brier_parts, curve.spiegelhalter
    test = "no test" if z.z is None else f"z {z.z:+.2f} (p {z.p_value:.2f})"
    area = "-" if curve.auc is None else f"{curve.auc:.2f}"
    lines = [
        title,
        f"  Brier {d.score:.3f} = miscalibration {d.miscalibration:.3f} - discrimination "
        f"{d.discrimination:.3f} + uncertainty {d.uncertainty:.3f}",
        f"  Spiegelhalter {test}; area under the curve {area}; calibration error "
        f"{curve.calibration_error:.3f} (ten bins)",
        f"  {'said':<12}{'n':>6}{'yes':>6}{'came true':>11}   0 %{'50 %':>20}{'100 %':>20}",
    ]
    at = curve.reliability.at
    outside = 0
    for block in curve.reliability.blocks:
        near = min(range(len(at)), key=lambda i: abs(at[i] - block.mean))
        low, high = curve.reliability.band_low[near], curve.reliability.band_high[near]
        off = not low - 1e-9 <= block.observed <= high + 1e-9
        outside += off
        said = f"{100 * block.low:.0f}-{100 * block.high:.0f} %"
        lines.append(
            f"  {said:<12}{block.n:>6}{block.yes:>6}{100 * block.observed:>9.0f} %   "
            f"{_strip(block.observed, low=low, high=high, said=block.mean)}{' !' if off else ''}"
        )
    level = 100 * curve.reliability.level
    lines.append(
        f"  o came true, | said, [=] where {level:.0f} % of calibrated forecasters would lie"
        + (f"; ! outside it ({outside})" if outside else "; none lies outside")
    )
    bars = _bars(curve.histogram)
    lines.append(f"  issued probabilities by tenths: {bars}")
    return "\n".join(lines)


def _strip(observed: float, *, low: float, high: float, said: float) -> str:
    def place(value: float) -> int:
        return round(value * (PLOT - 1))

    row = ["·"] * PLOT
    for i in range(place(low), place(high) + 1):
        row[i] = "="
    row[place(low)], row[place(high)] = "[", "]"
    row[place(said)] = "|"
    row[place(observed)] = "o"
    return "".join(row)


def _bars(counts: Sequence[int]) -> str:
    return " ".join(str(n) for n in counts)


def file_scores_text(found: FileScores) -> str:
    """What was read of a file, then its scores."""
    from demarche.show.claims_text import claims_text

    parts = [imported_text(found.imported)]
    if found.table.cards:
        parts.append(table_text(found.table))
    if found.claims:
        parts.append(claims_text(found.claims))
    if len(parts) == 1:
        parts.append("no forecast could be scored\n")
    return "\n".join(parts)


def file_scores_json(found: FileScores) -> str:
    """The same as one JSON object, with every rejected row."""
    return _json({"read": imported_data(found.imported), **_scored(found)})


def imported_data(imported: Imported) -> dict[str, Any]:
    """What was read of a file, with every rejected row."""
    return {**asdict(imported), "forecasts": len(imported.forecasts)}


def ledger_scores_text(found: LedgerScores) -> str:
    """Scores of a ledger: its views, then the sources it holds."""
    from demarche.show.claims_text import claims_text

    parts = []
    if found.track is not None:
        head = [
            f"LEDGER {clean(found.track.label)}: "
            f"{counted(found.track.entries, 'entry holds', 'entries hold')}, "
            f"{counted(len(found.track.rows), 'forecast')} of views, "
            f"{len(found.track.sources):,} by others"
        ]
        for warning in found.track.warnings:
            head += note(warning)
        parts.append("\n".join(head) + "\n")
    if found.table.cards:
        parts.append(table_text(found.table))
    if found.claims:
        parts.append(claims_text(found.claims))
    if not found.table.cards and not found.claims:
        parts.append("nothing is issued yet, so there is nothing to score\n")
    return "\n".join(parts)


def changes_text(changes: Sequence[Change], *, since: int) -> str:
    """What was entered after an entry did to the scores, number by number."""
    if not changes:
        return f"CHANGES since entry {since}: no score and no count is different\n"
    lines = [
        f"CHANGES since entry {since}",
        f"  {'forecaster':<24}{'group':<18}{'what':<16}{'before':>10}{'after':>10}{'change':>10}",
    ]
    for one in changes:
        gap = "" if one.before is None or one.after is None else f"{one.after - one.before:+.4g}"
        before, after = (
            "-" if value is None else f"{value:.4g}" for value in (one.before, one.after)
        )
        lines.append(
            f"  {cut(one.forecaster, 23):<24}{cut(one.group, 17):<18}"
            f"{one.what.replace('_', ' '):<16}{before:>10}{after:>10}{gap:>10}"
        )
    return "\n".join(lines) + "\n"


def ledger_scores_json(found: LedgerScores, *, changes: Sequence[Change] | None = None) -> str:
    """The same as one JSON object, with the changes if they were asked for."""
    track = found.track
    ledger = None
    if track is not None:
        ledger = {
            "place": track.label,
            "id": track.ledger,
            "entries": track.entries,
            "warnings": list(track.warnings),
        }
    data = {"ledger": ledger, **_scored(found)}
    if changes is not None:
        data["changes"] = [asdict(one) for one in changes]
    return _json(data)


def _scored(found: FileScores | LedgerScores) -> dict[str, Any]:
    return {"scores": asdict(found.table), "claims": [asdict(card) for card in found.claims]}


def _json(data: dict[str, Any]) -> str:
    return json.dumps(_plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 9) + 0.0
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | None) else str(value)
