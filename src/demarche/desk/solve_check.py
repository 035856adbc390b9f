"""Solved inputs compared with the answers that their file expects, within its tolerances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demarche.desk.solve import Solved, _read, _seen, solve_file
from demarche.errors import DataError, near_miss

__all__ = ["Compared", "compare_file"]

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One number or table compared: the largest difference, and what is allowed."""

    name: str
    what: str
    difference: float
    allowed: float

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance."""
        return bool(self.difference <= self.allowed)


def compare_file(
    path: Path,
    *,
    changes: Sequence[str] = (),
    only: str | None = None,
    budget: int | None = None,
) -> tuple[Compared, ...]:
    """Solve a file and compare with what it expects; empty if it expects nothing.

    An input of a list that its method declines is a comparison that misses.

    Parameters
    ----------
    path : Path
    changes, only, budget
        As of ``solve_file``.

    Raises
    ------
    DataError
        If the file cannot be read or fits no method.
    """
    solved = solve_file(path, changes=changes, only=only, budget=budget)
    tolerance = _read(path).get("tolerance", {}) if path.suffix.lower() == ".json" else {}
    try:
        return tuple(row for one in solved for row in _compared(one, tolerance))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataError(
            f"{path}: what the file expects is not in the expected form ({_seen(error)})."
        ) from None


def _gap(a: Any, b: Any) -> float:
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if x.shape != y.shape:
        return float("inf")
    return float(np.max(np.abs(x - y), initial=0.0))


def _compared(solved: Solved, tolerance: Any) -> Iterator[Compared]:
    def row(what: str, difference: float, allowed: float) -> Compared:
        return Compared(name=solved.name, what=what, difference=difference, allowed=allowed)

    given, result = solved.given, solved.result
    limits: Table = tolerance if isinstance(tolerance, Mapping) else {}
    if solved.refused:
        yield row(f"refused: {solved.refused}", float("inf"), 0.0)
    elif solved.kind == "pce":
        for key, expected in given.get("expected", {}).items():
            allowed = float(limits.get(key.split("/")[1], 1e-6))
            yield row(key, _gap(result["probability"][key], expected), allowed)
    elif solved.kind == "qre":
        for key, expected in given.get("by_lambda", {}).items():
            found = result["by_lambda"][key]
            yield row(f"lambda {key}, residual", found["residual"], 1e-8)
            if expected.get("compare") == "equality":
                gap = _profile_gap(found["profile"], expected["profile"])
                unique = 0.0 if found["uniqueness"] in ("proved", "searched") else float("inf")
                allowed = float(tolerance) if isinstance(tolerance, float) else 1e-7
                yield row(f"lambda {key}, profile", gap + unique, allowed)
    elif solved.kind == "graph":
        for key in ("states", "equilibria", "stability"):
            expected = given.get(key)
            if expected is not None:
                yield row(key, 0.0 if _same(result[key], expected) else float("inf"), 0.0)
    elif solved.kind == "cib":
        if "expected_consistent" in given:
            same = _same_scenarios(result["consistent"], given["expected_consistent"])
            yield row("consistent scenarios", 0.0 if same else float("inf"), 0.0)
    elif solved.kind == "bargain":
        for key, expected in given.get("expected", {}).items():
            yield row(key, _gap(result[key], expected), float(limits.get(key, 1e-9)))
    elif solved.kind == "smp":
        yield from _smp(solved, limits)
    elif solved.kind == "scale":
        yield from _scale(solved, limits)


def _profile_gap(found: Any, expected: Any) -> float:
    if found is None or len(found) != len(expected):
        return float("inf")
    return max(_gap(p, q) for p, q in zip(found, expected, strict=True))


def _same_scenarios(found: list[Table], wanted: list[Table]) -> bool:
    """Whether both hold the same scenarios, in any order, and agree in what else is expected."""
    ours = {tuple(row["scenario"]): row for row in found}
    theirs = {tuple(row["scenario"]): row for row in wanted}
    return (
        ours.keys() == theirs.keys()
        and len(theirs) == len(wanted)
        and all(
            ours[key][word] == value for key, row in theirs.items() for word, value in row.items()
        )
    )


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return all(
            found.get(k) is not None and list(found[k]) == list(v) for k, v in expected.items()
        )
    return list(found) == list(expected)


SMP_LIMITS = {
    "final_position_0_100": ("position_0_100", 0.05),
    "position_by_turn_0_100": ("position_0_100", 0.05),
    "prob_turn0": ("probability", 5e-5),
    "prob_final": ("probability", 5e-5),
    "stop_fraction_per_turn": ("stop_fraction", 1e-4),
}


def _smp(solved: Solved, limits: Table) -> Iterator[Compared]:
    expected = solved.given.get("expected", {})
    turns = expected.get("turns", solved.given.get("turns"))
    if turns is not None and "expected" in solved.given:
        gap = float(abs(solved.result["turns"] - turns))
        yield Compared(name=solved.name, what="turns", difference=gap, allowed=0.0)
    for key, (limit, default) in SMP_LIMITS.items():
        if key in expected:
            yield Compared(
                name=solved.name,
                what=key,
                difference=_gap(solved.result[key], expected[key]),
                allowed=float(limits.get(limit, default)),
            )


EXACT = {"weighted_mean": 1e-9, "weighted_median": 0.0, "condorcet_winner": 0.0}
"""What an input of a scale can expect, and the tolerance where its file states none."""


def _scale(solved: Solved, limits: Table) -> Iterator[Compared]:
    for key, expected in solved.given.get("exact", {}).items():
        ours = key.removesuffix("_turn0")
        if ours not in EXACT:
            raise DataError(
                f"{solved.name}: nothing under 'exact' is called {key!r}; known are "
                f"{', '.join(EXACT)}. {near_miss(ours, EXACT)}".rstrip()
            )
        value = solved.result[ours]
        gap = float("inf") if value is None else abs(value - expected)
        given = limits.get(ours, EXACT[ours])
        allowed = float(given) if isinstance(given, int | float) else 0.0
        yield Compared(name=solved.name, what=ours, difference=gap, allowed=allowed)
    table = solved.given.get("published", {}).get("scholz_2011_table2")
    if table:
        run = solved.result["challenge_replicated"]
        if "refused" in run:
            what = f"challenge model refused: {run['refused']}"
            yield Compared(name=solved.name, what=what, difference=float("inf"), allowed=0.1)
            return
        rounds = [r for r in table["round"] if r < len(run["median_by_round"])]
        kept = [r for r in rounds if r != 2]
        for what, rows in (("median", kept), ("mean", rounds)):
            ours_by = run[f"{what}_by_round"]
            yield Compared(
                name=solved.name,
                what=f"legacy {what}",
                difference=max(abs(ours_by[r] - table[what][r - 1]) for r in rows),
                allowed=0.1,
            )
