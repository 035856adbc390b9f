"""KTAB's SMP from a table, and the budget that an input may state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demarche import inside
from demarche.errors import DataError
from demarche.inside.smp_model import BUDGET as SMP_BUDGET

__all__ = [
    "SMP_BUDGET",
    "SMP_WARNING",
    "budget_of",
    "smp_result",
    "smp_warnings",
    "solve_smp",
]

Table = Mapping[str, Any]


def budget_of(table: Table, *, otherwise: int) -> int:
    """The input's own ``budget``, else the method's.

    Raises
    ------
    DataError
        If it is not a whole number from 1.
    """
    value = table.get("budget")
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**62:
        raise DataError(f"'budget' must be a whole number from 1, got {str(value)[:40]!r}.")
    return value


def solve_smp(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """KTAB's SMP: ``capability``, ``position_0_100``, ``salience_0_100``, and ``names`` if any.

    Positions and saliences are tables of actors by dimensions; a plain list is one dimension.
    """
    position, salience = (_by_actor(table[f"{key}_0_100"]) for key in ("position", "salience"))
    count = len(table["capability"])
    names = table.get("names", [f"actor {n + 1}" for n in range(count)])
    dims = len(position[0]) if position else 0
    case = inside.SmpCase(
        name=str(table.get("case", "")),
        actors=tuple(map(str, names)),
        dimensions=tuple(f"dimension {k + 1}" for k in range(dims)),
        capability=table["capability"],
        position=position,  # type: ignore[arg-type]
        salience=salience,  # type: ignore[arg-type]
        accommodation=table.get("accommodation"),
        options=inside.smp_options(changes),
    )
    result = smp_result(case, budget=budget_of(table, otherwise=SMP_BUDGET))
    return result, smp_warnings(result)


def _by_actor(rows: Sequence[Any]) -> list[Any]:
    return [[row] if isinstance(row, int | float) else row for row in rows]


SMP_WARNING = (
    "KTAB's SMP is a comparison model with known defects (an ally lowers an actor's chance); "
    "it forecasts nothing",
)


def smp_warnings(result: Table) -> tuple[str, ...]:
    """What is to be said of any run, and that it was cut short if it was."""
    if result["ended"] != "budget":
        return SMP_WARNING
    return (*SMP_WARNING, f"the SMP ended at its budget after {result['turns']} turns, unsettled")


def smp_result(case: inside.SmpCase, *, budget: int = SMP_BUDGET) -> Table:
    """A run of the SMP as plain results, positions 0-100."""
    run = inside.smp(case, budget=budget)
    return {
        "turns": run.turns,
        "settled": run.settled,
        "ended": run.ended,
        "stop_fraction_per_turn": run.stop_fraction,
        "position_by_turn_0_100": run.position.transpose(1, 2, 0),
        "final_position_0_100": run.position[-1],
        "prob_turn0": run.probability[0],
        "prob_final": run.probability[-1],
        "probability_by_turn": run.probability,
        "log": inside.smp_history(run),
    }
