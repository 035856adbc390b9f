"""demarche solve: the inside view's methods on an input file of their own."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from demarche.errors import MethodError

if TYPE_CHECKING:
    from demarche.desk.solve import Solved
    from demarche.desk.solve_check import Compared

__all__ = ["solve_command"]


def solve_command(
    file: str,
    /,
    *,
    case: str | None = None,
    set: Annotated[Sequence[str], Parameter(name="--set")] = (),
    check: Annotated[bool, Parameter(negative="")] = False,
    budget: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Solve elections, games, conflicts, bargains or KTAB scenarios read from a file.

    Parameters
    ----------
    file
        JSON with one input or a list under "cases" (told by its keys), or a scenario of KTAB
        (.csv, .xml).
    case
        Name of one input of the list.
    set
        Option of KTAB's SMP, such as vpm=Square (repeat for more).
    check
        Compare with the answers that the file expects; exit code 1 if one is missed.
    budget
        Most steps of the method, in its own unit (docs/inside-methods.md); said where it is hit.
    json
        Print one JSON object.
    """
    from demarche.desk.solve import solve_file

    if check:
        from demarche.desk.solve_check import compare_file

        rows = compare_file(Path(file), changes=tuple(set), only=case, budget=budget)
        _check(rows, path=Path(file), json=json)
        return
    solved = solve_file(Path(file), changes=tuple(set), only=case, budget=budget)
    for row in solved:
        for warning in row.warnings:
            sys.stderr.write(f"{row.name}: {warning}\n")
    if json:
        data = [
            {
                "kind": row.kind,
                "name": row.name,
                "result": row.result,
                "warnings": row.warnings,
                "refused": row.refused,
            }
            for row in solved
        ]
        sys.stdout.write(jsonlib.dumps({"solved": data}, ensure_ascii=False) + "\n")
    else:
        for row in solved:
            sys.stdout.write("\n".join(_lines(row)) + "\n")
    refused = [row.name for row in solved if row.refused]
    if refused:
        raise MethodError(
            f"{file}: {len(refused)} of {len(solved)} inputs were refused: {', '.join(refused)}."
        )


def _check(rows: Sequence[Compared], *, path: Path, json: bool) -> None:
    missed = [row for row in rows if not row.agrees]
    if json:
        data = [
            {"name": r.name, "what": r.what, "difference": repr(r.difference), "agrees": r.agrees}
            for r in rows
        ]
        sys.stdout.write(jsonlib.dumps({"compared": data}) + "\n")
    else:
        for row in rows:
            mark = "ok  " if row.agrees else "MISS"
            sys.stdout.write(
                f"{mark} {row.name}: {row.what}, off by {row.difference:.2g} "
                f"(allowed {row.allowed:g})\n"
            )
        sys.stdout.write(f"{len(rows) - len(missed)} of {len(rows)} agree.\n")
    if missed or not rows:
        raise MethodError(
            f"{path}: {len(missed)} of {len(rows)} comparisons miss their tolerance."
            if rows
            else f"{path} expects no answers: there is nothing to compare with."
        )


def _lines(row: Solved) -> list[str]:
    if row.refused:
        return [f"{row.name}: refused: {row.refused}"]
    lines = [f"{row.name} ({row.kind})"]
    for key, value in row.result.items():
        if key in ("log", "position_by_turn_0_100", "probability_by_turn", "known_faults"):
            continue
        if isinstance(value, dict):
            lines += [f"  {key} {inner}: {_short(found)}" for inner, found in value.items()]
        else:
            lines.append(f"  {key}: {_short(value)}")
    return lines


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_short(v)}" for k, v in value.items()) + "}"
    return str(value)
