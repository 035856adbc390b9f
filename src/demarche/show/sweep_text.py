"""A sweep as tables: for the terminal, as one JSON object, and as CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.desk.sweep import Sweep

__all__ = ["sweep_csv", "sweep_json", "sweep_text"]

SHOWN = 5
"""Courses named as most dependent on the rule."""
LABEL = 40


def sweep_text(found: Sweep) -> str:
    """Probability of each course by trigger and rule, and what depends most on the rule."""
    lines = [
        f"{found.name} (case {found.case}): inside view, {found.draws:,} draws per cell in "
        f"{found.replicates} replicates, seed {found.seed}",
        "Percent; behind ±, the Monte Carlo standard error. * marks the rule the case declares; "
        "the other actors decide as it declares.",
    ]
    for trigger, label in found.triggers:
        cells = [cell for cell in found.cells if cell.trigger == trigger]
        heads = [f"{cell.rule}{'*' if cell.declared else ''}" for cell in cells]
        lines += ["", f"IF {label} ({trigger})" if trigger != "none" else f"{label} (none)"]
        lines.append(f"  {'':<{LABEL}}" + "".join(f"{head:>14}" for head in heads))
        for c, course in enumerate(cells[0].courses):
            numbers = [cell.courses[c] for cell in cells]
            text = "".join(f"{100 * x.probability:7.1f} ±{100 * x.error:<4.3f}" for x in numbers)
            lines.append(f"  {_cut(course.label):<{LABEL}}{text}".rstrip())
    lines += ["", "WHAT DEPENDS MOST ON THE RULE (percent, from the lowest rule to the highest)"]
    seen: set[str] = set()
    for spread in found.spreads:
        if spread.course in seen or len(seen) == SHOWN:
            continue
        seen.add(spread.course)
        lines.append(
            f"  {spread.label}: {100 * spread.low:.1f} under {spread.low_rule} to "
            f"{100 * spread.high:.1f} under {spread.high_rule} (gap ±{100 * spread.error:.3f}), "
            f"if: {spread.trigger}"
        )
    if found.notes:
        lines += ["", *(f"Note: {note}" for note in found.notes)]
    return "\n".join(lines) + "\n"


def _cut(text: str) -> str:
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


def sweep_json(found: Sweep) -> str:
    """The sweep as one JSON object; how it was resumed is left out, so that bytes are the same."""
    data = asdict(found)
    for name in ("found", "damaged"):
        del data[name]
    data["triggers"] = [{"id": id, "label": label} for id, label in found.triggers]
    for row, one in zip(data["spreads"], found.spreads, strict=True):
        row["gap"] = one.gap
    return json.dumps(data, ensure_ascii=False) + "\n"


def sweep_csv(found: Sweep) -> str:
    """One row per trigger, rule and course."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(
        ["trigger", "rule", "declared", "course", "label", "probability", "error", "spread"]
    )
    for cell in found.cells:
        for course in cell.courses:
            out.writerow(
                [
                    cell.trigger,
                    cell.rule,
                    "yes" if cell.declared else "no",
                    course.id,
                    course.label,
                    repr(course.probability),
                    repr(course.error),
                    repr(course.spread),
                ]
            )
    return text.getvalue()
