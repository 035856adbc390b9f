"""Worked inputs of the inside view's methods, read from a file and solved as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demarche import inside
from demarche.desk.solve_graph import solve_graph
from demarche.desk.solve_smp import SMP_BUDGET, budget_of, smp_result, smp_warnings, solve_smp
from demarche.errors import DataError, MethodError, TermError
from demarche.inside import balances, challenge_model, quantal, spatial

__all__ = ["KINDS", "Solved", "kind_of", "solve_file"]

LARGEST = 50_000_000
FORM_ERRORS = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
"""What a table of another form than a method expects can raise."""
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One input solved: its kind and name, the input, the results as plain data, and warnings.

    ``refused`` is the sentence with which a method declined, empty otherwise.
    """

    kind: str
    name: str
    given: Table
    result: Table
    warnings: tuple[str, ...] = ()
    refused: str = ""


def _plain(value: Any) -> Any:
    """Numbers and lists of Python, from arrays."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


FORMS = {"Conditional": "conditional", "MarkovUniform": "uniform", "MarkovIncentive": "incentive"}
EXPONENTS = {"Linear": 1.0, "Square": 2.0, "Quartic": 4.0, "Octic": 8.0}


def _pce(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Probabilistic Condorcet election: ``weights``, ``utilities`` (voters by options)."""
    _no(changes)
    result = {}
    for victory, exponent in EXPONENTS.items():
        for name, form in FORMS.items():
            result[f"{victory}/{name}"] = inside.condorcet_election(
                table["utilities"],
                weights=table["weights"],
                exponent=exponent,
                form=form,  # type: ignore[arg-type]
                budget=budget_of(table, otherwise=spatial.BUDGET),
            )
    return {"probability": result}, ()


def payoffs_of(table: Table) -> list[Any]:
    """Payoffs of a game; ``regenerate: ...`` says how seeded random ones are drawn again.

    Raises
    ------
    DataError
        If the text is not of the form that is understood.
    """
    payoffs = table["payoffs"]
    if not isinstance(payoffs, str):
        return list(payoffs)
    found = re.fullmatch(
        r"regenerate: r=np\.random\.default_rng\((\d+)\); \[np\.round\(r\.uniform\(([-\d.]+),"
        r"([-\d.]+),\((\d+),\)\*(\d+)\),(\d+)\) for _ in range\((\d+)\)\]",
        payoffs,
    )
    if found is None:
        raise DataError(
            "payoffs must be tables, or 'regenerate: r=np.random.default_rng(SEED); "
            "[np.round(r.uniform(LOW,HIGH,(S,)*N),DIGITS) for _ in range(N)]', got "
            f"{payoffs[:60]!r}."
        )
    seed, low, high, size, axes, digits, count = found.groups()
    if int(size) ** int(axes) * int(count) > 2_000_000:
        raise MethodError("the game to be drawn again is larger than 2000000 payoffs.")
    stream = np.random.default_rng(int(seed))
    shape = (int(size),) * int(axes)
    return [
        np.round(stream.uniform(float(low), float(high), shape), int(digits))
        for _ in range(int(count))
    ]


REFUSALS = {
    "several": "not unique: the profile is the one followed from the uniform start",
    "not checked": "not known to be unique: the budget ended before the search for others",
}


def _qre(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Logit quantal response: ``payoffs`` and ``lambda`` (a list) or ``by_lambda``."""
    _no(changes)
    asked = table.get("lambda", list(table.get("by_lambda", ())))
    values = asked if isinstance(asked, list) else [asked]
    if not values:
        raise DataError("a game needs 'lambda': the precision, or a list of them.")
    payoffs = payoffs_of(table)
    result, warnings = {}, []
    for value in values:
        found = inside.quantal_search(
            payoffs,
            precision=float(value),
            work=budget_of(table, otherwise=quantal.WORK),
        )
        result[str(value)] = {
            "profile": found.profile if found.converged else None,
            "residual": found.residual,
            "uniqueness": found.uniqueness,
            "fixed_points": found.fixed_points,
            "refused": REFUSALS.get(found.uniqueness, "") if found.converged else "not converged",
        }
        warnings += [f"lambda {value}: {text}" for text in found.warnings]
    return {"by_lambda": result}, tuple(warnings)


def _graph(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Graph model: ``options``, ``decision_makers``, ``states``, and what else is asked."""
    _no(changes)
    return solve_graph(table)


def _scale(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Actors with capability, position, salience: means, elections, the legacy challenge model."""
    _no(changes)
    actors = table["actors"]
    x, c, s = ([float(a[key]) for a in actors] for key in ("position", "capability", "salience"))
    w = [a * b for a, b in zip(c, s, strict=True)]
    q = float(table.get("Q", 1.0))
    result: dict[str, Any] = {
        "weighted_mean": inside.weighted_mean(x, weights=w),
        "weighted_median": inside.weighted_median(x, weights=w),
        "condorcet_winner": inside.condorcet_winner(x, weights=w),
    }
    warnings = ["the challenge model is a legacy with known faults; see known_faults"]
    for reading in ("replicated", "printed"):
        try:
            run = inside.challenge(
                x,
                capability=c,
                salience=s,
                q=q,
                rounds=int(table.get("rounds", 10)),
                reading=reading,
                budget=budget_of(table, otherwise=challenge_model.BUDGET),
            )
        except (TermError, MethodError) as error:
            result[f"challenge_{reading}"] = {"refused": str(error)}
            warnings.append(f"the challenge model ({reading}) was not played: {error}")
            continue
        if run.ended == "budget":
            warnings.append(
                f"the challenge model ({reading}) ended at its budget after "
                f"{len(run.median) - 1} rounds"
            )
        result[f"challenge_{reading}"] = {
            "median_by_round": run.median,
            "mean_by_round": run.mean,
            "settled": run.settled,
        }
        result["known_faults"] = run.known_faults
    if "reference" in table:
        bargain = inside.nash_bargain_on_scale(x, reference=float(table["reference"]), weights=w)
        result["nash_bargain"] = {"agreed": bargain.agreed, "position": bargain.position}
    return result, tuple(warnings)


def _cib(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Cross-impacts: ``descriptors``, ``matrix``; ``assumed`` variants are checked."""
    _no(changes)
    found = inside.cross_impact(
        table["descriptors"],
        table["matrix"],
        budget=budget_of(table, otherwise=balances.BUDGET),
    )
    result: dict[str, Any] = {
        "consistent": [
            {
                "scenario": s.numbers,
                "variants": s.variants,
                "consistency": s.consistency,
                "total_impact": s.total_impact,
            }
            for s in found.consistent
        ],
        "complete": found.complete,
    }
    warnings: tuple[str, ...] = ()
    if not found.complete:
        warnings = (
            f"the search ended at its budget: {found.looked_at} of {found.of} scenarios were "
            f"looked at, {len(found.consistent)} of them are consistent",
        )
    if table.get("assumed"):
        warned = inside.contradictions(
            table["descriptors"], table["matrix"], assumed=table["assumed"]
        )
        result["contradictions"] = tuple(row.sentence for row in warned)
        warnings += result["contradictions"]
    return result, warnings


def _bargain(table: Table, *, changes: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """Nash bargaining over options: ``utilities``, ``reference``, ``weights`` if not equal."""
    _no(changes)
    found = inside.nash_bargain(
        table["utilities"], reference=table["reference"], weights=table.get("weights")
    )
    return {
        "agreed": found.agreed,
        "option": found.option,
        "gains": found.gains,
        "ties": found.ties,
    }, ()


def _no(changes: Sequence[str]) -> None:
    if changes:
        raise MethodError(f"--set is for KTAB's SMP only, got {', '.join(changes)}.")


Solver = Callable[..., tuple[Table, tuple[str, ...]]]
KINDS: dict[str, tuple[tuple[str, ...], Solver]] = {
    "graph": (("options", "decision_makers"), _graph),
    "qre": (("payoffs",), _qre),
    "bargain": (("utilities", "reference"), _bargain),
    "pce": (("utilities", "weights"), _pce),
    "cib": (("descriptors", "matrix"), _cib),
    "smp": (("capability", "position_0_100"), solve_smp),
    "scale": (("actors",), _scale),
}
"""Kinds of inputs by the keys that tell them, most telling first."""


EXPECTED = {
    "graph": "options (name, direction), decision_makers (name, options by number, "
    "preference_best_first), states of letters Y and N",
    "qre": "payoffs, one table of numbers per player, and lambda, a number or a list",
    "bargain": "utilities, a table of numbers (parties by options), and reference, a number each",
    "pce": "weights, a number per voter, and utilities, a table of numbers (voters by options)",
    "cib": "descriptors, variants by name, and matrix, a square table of numbers",
    "smp": "capability (a number per actor), position_0_100 and salience_0_100 (tables of actors "
    "by dimensions), and names, if any",
    "scale": "actors, each with capability, position and salience as numbers",
}


def _seen(error: Exception) -> str:
    """What was wrong, without the words of a traceback."""
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    if "inhomogeneous" in str(error):
        return "the rows of a table differ in length"
    return " ".join(str(error).split())[:160]


def kind_of(table: Table) -> str:
    """Kind of an input, told by its keys.

    Raises
    ------
    DataError
        If the keys fit no kind.
    """
    for kind, (keys, _) in KINDS.items():
        if all(key in table for key in keys):
            if kind == "scale" and not isinstance(table["actors"], list):
                continue
            return kind
    known = "; ".join(f"{kind}: {', '.join(keys)}" for kind, (keys, _) in KINDS.items())
    seen = ", ".join(map(str, table)) or "there are none"
    raise DataError(f"these keys fit no method: {seen}. Known: {known}.")


def solve_file(
    path: Path,
    *,
    changes: Sequence[str] = (),
    only: str | None = None,
    budget: int | None = None,
) -> tuple[Solved, ...]:
    """Solve every input in a file: KTAB's CSV or XML, or JSON with one input or a list ``cases``.

    An input of a list that a method declines does not stop the others: its ``refused`` says why.
    A single input that is declined is an error.

    Parameters
    ----------
    path : Path
    changes : sequence of str
        Options of KTAB's SMP, such as ``vpm=Square``.
    only : str, optional
        Name of one input of the list.
    budget : int, optional
        Of each method in its own unit, in place of the file's or the method's own.

    Raises
    ------
    DataError
        If the file cannot be read, or a single input fits no method.
    TermError, MethodError
        As the method of a single input says.
    """
    if path.suffix.lower() in (".csv", ".xml"):
        case = inside.read_smp(path, changes=changes)
        played = smp_result(case, budget=budget_of({"budget": budget}, otherwise=SMP_BUDGET))
        return (
            Solved(
                kind="smp",
                name=case.name or path.stem,
                given={"names": case.actors},
                result=_plain(played),
                warnings=smp_warnings(played),
            ),
        )
    table = _read(path)
    inputs = _inputs(table, path=path)
    if only is not None:
        inputs = [row for row in inputs if row[0] == only]
        if not inputs:
            raise DataError(f"{path} holds no input {only!r}.")
    if not inputs:
        raise DataError(f"{path} holds no input: 'cases' is empty.")
    solved = []
    for name, given, own in inputs:
        given = given if budget is None else {**given, "budget": budget}
        try:
            solved.append(_solved(given, name=name, changes=(*own, *changes)))
        except (TermError, MethodError, DataError) as error:
            if len(inputs) == 1:
                raise type(error)(f"{path}, {name or 'input'}: {error}") from None
            solved.append(Solved(kind="", name=name, given=given, result={}, refused=str(error)))
    return tuple(solved)


def _solved(given: Table, *, name: str, changes: Sequence[str]) -> Solved:
    kind = kind_of(given)
    try:
        result, warnings = KINDS[kind][1](given, changes=changes)
    except (TermError, MethodError, DataError):
        raise
    except FORM_ERRORS as error:
        raise DataError(
            f"not in the expected form ({_seen(error)}). Expected for {kind}: {EXPECTED[kind]}."
        ) from None
    return Solved(kind=kind, name=name, given=given, result=_plain(result), warnings=warnings)


def _read(path: Path) -> Table:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path} has more than {LARGEST} bytes.")
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read as JSON: {error}.") from None
    if not isinstance(table, Mapping):
        raise DataError(f"{path}: expected a JSON object, got {type(table).__name__}.")
    return table


def _inputs(table: Table, *, path: Path) -> list[tuple[str, Table, tuple[str, ...]]]:
    """Inputs of a file with the options each brings along."""
    if "rows" in table and "cases" not in table:
        return _changed_rows(table, path=path)
    listed = table.get("cases")
    if listed is None:
        return [(str(table.get("name", table.get("title", path.stem))), table, ())]
    if not isinstance(listed, list) or not all(isinstance(row, Mapping) for row in listed):
        raise DataError(f"{path}: 'cases' must be a list of objects.")
    rows: list[tuple[str, Table, tuple[str, ...]]] = [
        (str(row.get("name", row.get("case", n + 1))), row, ()) for n, row in enumerate(listed)
    ]
    extra = table.get("extra")
    if isinstance(extra, Mapping):
        rows += [_first_turn(name, row) for name, row in extra.items() if isinstance(row, Mapping)]
    return rows


FIRST_TURN = {
    "vpm": r"victory (\w+)",
    "vr": r"voting (\w+)",
    "pcem": r"PCE (\w+)",
    "rng": r"range (\w+)",
}


def _first_turn(name: str, row: Table) -> tuple[str, Table, tuple[str, ...]]:
    """A run of KTAB of which only the probabilities of turn 0 are given, options in words."""
    words = str(row.get("options", ""))
    changes = tuple(
        f"{short}={found.group(1)}"
        for short, pattern in FIRST_TURN.items()
        if (found := re.search(pattern, words)) is not None
    )
    given = {
        "names": [f"actor {n + 1}" for n in range(len(row.get("capability", ())))],
        **{k: row[k] for k in ("capability", "position_0_100", "salience_0_100") if k in row},
        "expected": {"prob_turn0": row.get("expected_probability")},
    }
    return name, given, changes


def _changed_rows(table: Table, *, path: Path) -> list[tuple[str, Table, tuple[str, ...]]]:
    """Rows that each change one option of a case in the file named in ``source``."""
    found = re.search(r"case (\S+) of (\S+\.json)", str(table.get("source", "")))
    if found is None:
        raise DataError(f"{path}: 'source' must name the case and file whose options are changed.")
    name, other = found.groups()
    cases = _read(path.parent / Path(other).name).get("cases", [])
    base = next((case for case in cases if case.get("case") == name), None)
    if base is None:
        raise DataError(f"{path}: {other} holds no case {name!r}.")
    rows: list[tuple[str, Table, tuple[str, ...]]] = []
    for row in table["rows"]:
        given = {k: v for k, v in base.items() if k != "expected"}
        given["expected"] = row
        option = str(row["option"])
        if not option.startswith("ideal"):
            rows.append((option, given, tuple(re.findall(r"[^\s,;+]+", option))))
            continue
        diagonal = re.search(r": ([\d.]+) on the diagonal", option)
        follow = float(diagonal.group(1) if diagonal else 1.0) * np.eye(len(base["names"]))
        for i, j, value in re.findall(r"\((\d+), ?(\d+)\) ?= ?([\d.]+)", option):
            follow[int(i), int(j)] = float(value)
        given["accommodation"] = follow.tolist()
        rows.append((option, given, ()))
    return rows
