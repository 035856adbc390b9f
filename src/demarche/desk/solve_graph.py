"""A conflict of the graph model from a table, with what else may be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demarche import inside
from demarche.desk.solve_smp import budget_of
from demarche.errors import TermError, near_miss
from demarche.inside import stable_states

__all__ = ["GRAPH_QUESTIONS", "solve_graph"]

Table = Mapping[str, Any]
GRAPH_QUESTIONS = (
    "status_quo",
    "unknown_moves",
    "unknown_sanctions",
    "coalitions",
    "inverse",
    "versions",
    "budget",
)
"""Keys beside those of the conflict itself."""
MOST = 1_000_000


def solve_graph(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Graph model: ``options``, ``decision_makers``, ``states``, and what else is asked.

    Equilibria of a concept that the budget left undecided are ``None``, not an empty list.

    Raises
    ------
    TermError
        If a question has an unknown key, or names a state or decision maker that is not there.
    """
    own = {k: v for k, v in table.items() if k not in GRAPH_QUESTIONS}
    built = inside.conflict_from(own)
    found = inside.stability(
        built,
        unknown_moves=bool(table.get("unknown_moves", False)),
        unknown_sanctions=bool(table.get("unknown_sanctions", False)),
        budget=budget_of(table, otherwise=stable_states.BUDGET),
    )
    most = budget_of(table, otherwise=MOST)
    warnings = tuple(
        f"{concept} of {who} was not decided within the budget" for concept, who in found.unfinished
    )
    undecided = {concept for concept, _ in found.unfinished}
    result: dict[str, Any] = {
        "states": [built.label(s) for s in range(built.size)],
        "equilibria": {c: None if c in undecided else found.equilibria(c) for c in found.verdicts},
        "stability": {c: found.written(c) for c in found.verdicts},
    }
    if "status_quo" in table:
        start = _state(built, table["status_quo"])
        result["reachable"] = [
            {
                "state": way.state + 1,
                "improving": way.improving,
                "way": _way(built, way.way),
                "equilibrium": [c for c in found.verdicts if way.state + 1 in found.equilibria(c)],
            }
            for way in inside.evolution(built, status_quo=start, most=most)
        ]
    asked = table.get("coalitions")
    if asked is True:
        stable = found.equilibria("Nash")
        result["coalition_stable"] = [
            s for s in stable if inside.coalition_stable(built, state=s - 1, most=most)
        ]
    elif asked:
        result["coalitions"] = [_coalition(built, row, most=most) for row in _rows(asked)]
    if "inverse" in table:
        result.update(_inverse(built, asked=table["inverse"], most=most))
    if "versions" in table:
        result["stable_shares"] = _shares(own, rows=_rows(table["versions"]))
    return result, warnings


def _rows(value: Any) -> list[Table]:
    rows = [value] if isinstance(value, Mapping) else value
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise TermError(f"expected an object or a list of objects, got {str(value)[:60]!r}.")
    return list(rows)


def _known(row: Table, keys: Sequence[str], *, what: str) -> None:
    for key in row:
        if key not in keys:
            hint = near_miss(key, keys) or f"Known: {', '.join(keys)}."
            raise TermError(f"{what} has no key {key!r}. {hint}")


def _state(built: inside.Conflict, value: Any) -> int:
    """A state from 0, given from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= built.size:
        raise TermError(f"states are numbered 1 to {built.size} here, got {str(value)[:40]}.")
    return value - 1


def _way(built: inside.Conflict, way: Sequence[tuple[int, int]]) -> list[list[Any]]:
    return [[built.makers[m].name, s + 1] for m, s in way]


def _coalition(built: inside.Conflict, row: Table, *, most: int) -> Table:
    """What a coalition gains by from a state, and whether it stays there by one concept."""
    _known(row, ("state", "members", "concept"), what="a question about a coalition")
    state = _state(built, row["state"])
    names = [str(name) for name in row["members"]]
    members = [built.maker(name) for name in names]
    concept = str(row.get("concept", "Nash"))
    return {
        "state": state + 1,
        "members": names,
        "concept": concept,
        "stable": inside.coalition_stable(
            built, state=state, concept=concept, members=members, most=most
        ),
        "improvements": [
            {"state": move.to + 1, "way": _way(built, move.way)}
            for move in inside.coalition_moves(built, state=state, members=members, most=most)
        ],
    }


def _inverse(built: inside.Conflict, *, asked: Table, most: int) -> Table:
    """Which preferences would make a state stable, in words, and who has them already.

    For one decision maker, or for all where none is named. States are numbered from 1.
    """
    _known(asked, ("state", "decision_maker", "concept"), what="the inverse question")
    state = _state(built, asked["state"])
    concept = str(asked.get("concept", "GMR"))
    named = asked.get("decision_maker")
    makers = [built.maker(str(named))] if named is not None else range(len(built.makers))
    said: list[str] = []
    met: dict[str, bool] = {}
    for i in makers:
        who = built.makers[i].name
        rows = inside.stabilising_preferences(
            built, state=state, maker=i, concept=concept, most=most
        )
        said += [_requirement(row, who=who) for row in rows] or [
            f"{who} cannot move from {state + 1}: it is stable whatever {who} prefers"
        ]
        met[who] = _met(built, rows, maker=i)
    return {"inverse": said, "inverse_met": met}


def _met(built: inside.Conflict, rows: Sequence[inside.Requirement], *, maker: int) -> bool:
    """Whether a decision maker's own order meets every requirement."""

    def at_most(z: int, s: int) -> bool:
        return not built.may_prefer(maker, z, s)

    return all(row.met(at_most) for row in rows)


def _requirement(row: inside.Requirement, *, who: str) -> str:
    sets = ", or ".join(
        " and ".join(str(z + 1) for z in sorted(sanction)) or "nothing"
        for sanction in row.sanctions
    )
    more = f", or not prefer to {row.state + 1} all of: {sets}" if row.sanctions else ""
    return f"{who} must not prefer {row.move + 1} to {row.state + 1}{more}"


def _shares(own: Table, *, rows: Sequence[Table]) -> dict[str, list[float]]:
    """Share of the weight of versions, which differ in preferences, that finds a state stable."""
    versions = []
    for row in rows:
        _known(row, ("weight", "preferences"), what="a version")
        changed = dict(row.get("preferences", {}))
        makers = [dict(maker) for maker in own["decision_makers"]]
        names = [str(maker["name"]) for maker in makers]
        for name in changed:
            if name not in names:
                hint = near_miss(name, names) or f"There are {', '.join(names)}."
                raise TermError(f"no decision maker {name!r}. {hint}")
        for maker in makers:
            maker["preference_best_first"] = changed.get(
                str(maker["name"]), maker["preference_best_first"]
            )
        built = inside.conflict_from({**own, "decision_makers": makers})
        versions.append((float(row["weight"]), built))
    return {
        concept: list(inside.stable_shares(versions, concept=concept))
        for concept in stable_states.CONCEPTS
    }
