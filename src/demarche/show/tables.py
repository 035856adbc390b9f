"""Skill tables as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from demarche.desk.validate import OutcomeTable, Validation

__all__ = ["outcomes_json", "outcomes_text", "validation_json", "validation_text"]


FIRST = "regional-war"
"""The case whose windows are kept apart: they overlap and share one coder's ranges."""


def validation_text(table: Validation) -> str:
    """One table per back-test: Brier and log score, and skill against the base rate."""
    lines = [f"VALIDATION: {table.title}", *[f"  {note}" for note in table.notes], ""]
    for name, _, skills in table.tests:
        lines.append(f"{name.upper()}")
        lines.append(
            f"{'forecaster':<12}{'course':<26}{'n':>5}{'groups':>7}{'n.k.':>6}"
            f"{'Brier':>8}{'base':>8}{'skill':>8}  {'90 % interval':<17}{'log skill':>9}"
        )
        for s in skills:
            if s.n == 0:
                lines.append(
                    f"{s.forecaster:<12}{s.course:<26}{0:>5}{0:>7}{s.not_known:>6}  none known"
                )
                continue
            span = f"{100 * s.brier_skill_low:+.1f} to {100 * s.brier_skill_high:+.1f} %"
            lines.append(
                f"{s.forecaster:<12}{s.course:<26}{s.n:>5}{s.clusters:>7}{s.not_known:>6}"
                f"{s.brier:>8.4f}{s.reference_brier:>8.4f}{100 * s.brier_skill:>+7.1f}%  {span:<17}"
                f"{100 * s.log_skill:>+8.1f}%"
            )
        lines.append("")
    return "\n".join(lines)


def _clean(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else round(value, 6) + 0.0
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return value


def validation_json(table: Validation) -> str:
    """The same as one JSON object."""
    data = {
        "title": table.title,
        "notes": list(table.notes),
        "tests": [
            {"name": name, "kind": kind, "skills": [_clean(asdict(s)) for s in skills]}
            for name, kind, skills in table.tests
        ],
    }
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def _means(table: OutcomeTable, what: str, *, first: bool) -> dict[str, float]:
    """Mean per case, then over cases: the first case's windows, or the historical cases."""
    kept = [row for row in table.rows if row.rule_met == "yes" and row.known]
    cases = sorted({row.case for row in kept if (row.case == FIRST) == first})
    names = [name for name, _ in kept[0].brier] if cases else []
    return {
        name: sum(
            sum(dict(getattr(row, what))[name] for row in kept if row.case == case)
            / sum(row.case == case for row in kept)
            for case in cases
        )
        / len(cases)
        for name in names
    }


def outcomes_text(table: OutcomeTable) -> str:
    """Mean Brier scores per window and forecaster, then the claims."""
    lines = ["CASES WITH KNOWN OUTCOMES: mean Brier score over courses, smaller is better"]
    lines += [f"  {note}" for note in table.notes] + [""]
    names = [name for name, _ in table.rows[0].brier] if table.rows else []
    head = "".join(f"{name:>10}" for name in names)
    lines.append(f"{'window':<34}{'rule met':>9}{'known':>6}{'taken':>6}{'n.k.':>5}{head}")
    for row in table.rows:
        scores = "".join(f"{value:>10.3f}" for _, value in row.brier)
        lines.append(
            f"{row.window[:33]:<34}{row.rule_met:>9}{row.known:>6}{row.taken:>6}"
            f"{row.not_known:>5}{scores}"
        )
    for first, whose in ((False, "historical cases"), (True, FIRST)):
        for what in ("brier", "log"):
            means = _means(table, what, first=first)
            if means:
                scores = "".join(f"{means[name]:>10.3f}" for name in names)
                lines.append(f"{f'mean {what}, {whose} (rule met, by case)':<60}{scores}")
    if table.claims:
        lines += ["", "CLAIMS OF SOURCES (band of the hedge; Brier at its middle; ours beside it)"]
        for c in table.claims:
            hit = "yes" if c.happened else "no"
            kept = "" if c.scored else "  (counted, not scored)"
            lines.append(
                f"{c.window[:28]:<29}{c.claim[:28]:<29}{100 * c.low:>3.0f}-"
                f"{100 * c.high:<3.0f} happened {hit:<4}{c.brier_at_middle:>6.3f}"
                f"   ours {100 * c.ours:>3.0f} %{c.brier_ours:>7.3f}{kept}"
            )
        scored = [c for c in table.claims if c.scored]
        ids = sorted({(c.case, c.claim) for c in scored})
        if ids:
            mean = {
                name: sum(
                    sum(getattr(c, name) for c in scored if (c.case, c.claim) == id)
                    / sum((c.case, c.claim) == id for c in scored)
                    for id in ids
                )
                / len(ids)
                for name in ("brier_at_middle", "brier_ours")
            }
            lines.append(
                f"scored: {len(ids)} claims in {len(scored)} windows, which are not independent; "
                f"mean Brier by claim: source {mean['brier_at_middle']:.3f}, "
                f"ours {mean['brier_ours']:.3f}"
            )
    return "\n".join(lines) + "\n"


def outcomes_json(table: OutcomeTable) -> str:
    """The same as one JSON object."""
    return json.dumps(_clean(asdict(table)), indent=1, allow_nan=False) + "\n"
