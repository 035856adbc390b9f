"""demarche validate deu: the inside view's methods on decisions of the European Union."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from demarche.errors import DataError

if TYPE_CHECKING:
    from demarche.desk.validate_deu import DeuTable

__all__ = ["deu_text", "validate_deu_command"]

HOW_TO_GET = (
    "demarche validate deu needs the folder of the data set on Decision-making in the European "
    "Union, which does not ship: get it (Arregui & Perarnaud 2021, doi:10.34810/data53), save the "
    "issues as tab-separated deu*.tsv, and run demarche validate deu FOLDER."
)


def validate_deu_command(
    folder: str | None = None,
    /,
    *,
    capability: Literal["votes", "shapley-shubik", "equal"] = "votes",
    method: Annotated[Sequence[str], Parameter(name="--method")] = (),
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Error of every method on the European Union's decisions, with paired intervals.

    Parameters
    ----------
    folder
        Folder with the data set's deu*.tsv (it does not ship).
    capability
        Votes of the treaty in force, the power index of the voting rule, or all alike.
    method
        Only this method beside the constant 50 and the weighted mean (repeat for more).
    json
        Print one JSON object.
    """
    if folder is None:
        raise DataError(HOW_TO_GET)
    from demarche.desk.validate_deu import validate_deu

    if Path(folder).is_dir() and not method:
        sys.stderr.write("forecasting issue by issue; this takes half a minute ...\n")
    table = validate_deu(Path(folder), basis=capability, methods=tuple(method) or None)
    if json:
        sys.stdout.write(jsonlib.dumps(asdict(table), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(deu_text(table))


def _gain(value: tuple[float, float, float] | None) -> str:
    return " " * 22 if value is None else f"{value[0]:+6.2f} ({value[1]:+6.2f},{value[2]:+6.2f})"


def deu_text(table: DeuTable) -> str:
    """The back-test as text, one block per part of the issues."""
    lines = [f"Decisions of the European Union; capability: {table.basis}"]
    for part in dict.fromkeys(row.part for row in table.rows):
        lines += [
            "",
            f"{part}",
            f"  {'method':<28} {'n':>4} {'error':>6} {'CRPS':>6}  "
            f"{'gain over 50':<23} {'gain over weighted mean':<23} CRPS gain",
        ]
        rows = [row for row in table.rows if row.part == part]
        for row in sorted(rows, key=lambda r: r.mean_absolute_error):
            lines.append(
                f"  {row.method:<28} {row.issues:>4} {row.mean_absolute_error:6.2f} "
                f"{row.crps:6.2f}  {_gain(row.gain_50)} {_gain(row.gain_mean)} "
                f"{_gain(row.crps_gain)}".rstrip()
            )
    lines += ["", *(f"note: {note}" for note in table.notes)]
    return "\n".join(lines) + "\n"
