"""demarche compare: two coders' inputs for one case."""

from __future__ import annotations

import json as jsonlib
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from demarche.show.written import write_new

if TYPE_CHECKING:
    from demarche.desk.compare import Comparison
    from demarche.terms import Range

__all__ = ["compare_command", "comparison_text"]

SHOWN = 20


def compare_command(
    first: str,
    second: str,
    /,
    *,
    trigger: Annotated[str | None, Parameter(name=["--if", "--trigger"])] = None,
    output: Annotated[str | None, Parameter(name=["-o", "--output"])] = None,
    seed: int = 20231101,
    draws: int = 1024,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Compare two coders' inputs for one case, and carry their disagreement into the ranges.

    Parameters
    ----------
    first
        Case file of the first coder, or id of a shipped case.
    second
        Case file of the second coder.
    trigger
        Trigger both know (--if); the first case's own by default.
    output
        File to write the case of both to (TOML); never overwrites.
    seed
        Same seed, same bytes.
    draws
        Draws from the ranges of the inputs.
    json
        Print one JSON object.
    """
    from demarche.cases import find_case
    from demarche.desk.compare import compare_cases

    a, b = find_case(first), find_case(second)
    names = (Path(first).stem, Path(second).stem)
    names = names if names[0] != names[1] else ("A", "B")
    sys.stderr.write("answering by both coders and by the case of both ...\n")
    found = compare_cases(a, b, names=names, trigger=trigger, seed=seed, draws=draws)
    if output is not None:
        _write(found, path=Path(output))
    if json:
        data = {k: v for k, v in asdict(found).items() if k != "merged"}
        for row, gap in zip(data["inputs"], found.inputs, strict=True):
            row["words"] = [gap.first.words, gap.second.words]
        sys.stdout.write(jsonlib.dumps(data, ensure_ascii=False, default=str) + "\n")
    else:
        sys.stdout.write(comparison_text(found))


def _write(found: Comparison, *, path: Path) -> None:
    from demarche.cases import dump_case

    write_new(path, dump_case(found.merged.case))
    sys.stderr.write(f"wrote {path}; now: demarche check {path}\n")


def _range(value: Range) -> str:
    text = f"{value.low:g} | {value.mode:g} | {value.high:g}"
    return f"{text} (from words: {value.words!r})" if value.words else text


def comparison_text(found: Comparison) -> str:
    """The comparison as text: courses, agreement by kind, inputs that matter most, structure."""
    a, b = found.names
    lines = [f"{found.case}: coder {a} and coder {b}, if: {found.trigger}", ""]
    lines.append(f"  {a + ' %':<20} {b + ' %':<20} {'both %':<20} course")
    for row in found.courses:
        cells = [
            f"{100 * p:3.0f} ({100 * lo:3.0f}-{100 * hi:3.0f})"
            for p, lo, hi in (row.first, row.second, row.both)
        ]
        lines.append("  " + " ".join(f"{cell:<20}" for cell in cells) + f" {row.label}")
    lines += ["", "  inputs  same  ranges meet  mean gap"]
    for kind, count, same, meet, gap in found.agreement:
        lines.append(f"  {count:>6} {same:>5} {meet:>12} {100 * gap:>8.0f} %  {kind}")
    differing = [g for g in found.inputs if g.first != g.second]
    lines += ["", f"Inputs they set differently ({len(differing)}), those that matter most first:"]
    for g in differing[:SHOWN]:
        apart = "" if g.meet else "; the ranges do not meet"
        only = f"; set by {g.only} only" if g.only else ""
        moves = (
            f"{100 * g.moves:+.0f} points on {g.course}" if g.course else "no change at the modes"
        )
        lines.append(
            f"  {g.label}: {_range(g.first)} against {_range(g.second)} ({moves}{apart}{only})"
        )
    if len(differing) > SHOWN:
        lines.append(f"  ... and {len(differing) - SHOWN} more (--json lists all)")
    if found.structure:
        lines += ["", f"Other differences ({len(found.structure)}):"]
        lines += [f"  {s.place}: {s.first} against {s.second}" for s in found.structure]
    if found.notes:
        lines += ["", "The case of both:"]
        lines += [f"  {note}" for note in found.notes]
    return "\n".join(lines) + "\n"
