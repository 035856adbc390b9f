"""Positions, saliences and capabilities given in words: read, put back in place, and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from demarche.cases.notes import Notes
from demarche.errors import Problem, TermError
from demarche.terms import Case, Range, WordedRange, worded_range

__all__ = ["check_worded", "put_worded", "take_worded", "worded_inputs", "worded_notes"]

NAMED = 3
"""Inputs in words that a note names; it counts the others."""

Path = tuple[int | str, ...]


def take_worded(
    plain: dict[str, Any], *, file: str
) -> tuple[dict[Path, WordedRange], list[tuple[Path, Problem]]]:
    """Replace every text where words may stand by its numbers; the ranges, and what is no word.

    Words that are not known stay in place; their problem is returned with the place.
    """
    ends: dict[object, tuple[str, str]] = {}
    for row in _listed(plain.get("issues")):
        named = [row.get(key) for key in ("id", "low", "high")] if isinstance(row, dict) else []
        if named and all(isinstance(name, str) for name in named):
            ends[named[0]] = (str(named[1]), str(named[2]))
    found: dict[Path, WordedRange] = {}
    problems: list[tuple[Path, Problem]] = []

    def read(table: dict[str, Any], key: str, path: Path, *, low: str = "", high: str = "") -> None:
        words = table.get(key)
        if not isinstance(words, str):
            return
        try:
            value = worded_range(words, kind=key, low=low, high=high)  # type: ignore[arg-type]
        except TermError as error:
            said, _, rest = str(error).partition(". ")
            problems.append(
                (
                    path,
                    Problem(
                        file=file,
                        place=".".join(map(str, path)),
                        value=repr(words if len(words) <= 76 else words[:73] + "..."),
                        expected="a range [low, mode, high] of three finite numbers, or words of "
                        "the table",
                        hint=rest if said else "",
                    ),
                )
            )
            return
        found[path] = value
        table[key] = list(value)

    for f, faction in enumerate(_listed(plain.get("factions"))):
        if not isinstance(faction, dict):
            continue
        read(faction, "capability", ("factions", f, "capability"))
        for s, stance in enumerate(_listed(faction.get("stances"))):
            if not isinstance(stance, dict):
                continue
            at: Path = ("factions", f, "stances", s)
            issue = stance.get("issue")
            low, high = ends.get(issue, ("", "")) if isinstance(issue, str) else ("", "")
            read(stance, "position", (*at, "position"), low=low, high=high)
            read(stance, "salience", (*at, "salience"))
    return found, problems


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def put_worded(case: Case, *, ranges: dict[Path, WordedRange]) -> Case:
    """The case with the words kept at the places where they stood."""
    for path, value in ranges.items():
        case = _put(case, path, value)
    return case


def _put(owner: Any, path: Path, value: WordedRange) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(owner, tuple) and isinstance(first, int):
        return (*owner[:first], _put(owner[first], rest, value), *owner[first + 1 :])
    return replace(owner, **{str(first): _put(getattr(owner, str(first)), rest, value)})


def worded_inputs(case: Case) -> tuple[tuple[str, Range], ...]:
    """Inputs of a case that were given in words: what each is, and its range with the words."""
    found: list[tuple[str, Range]] = []
    issues = {issue.id: issue.name for issue in case.issues}
    for faction in case.factions:
        if faction.capability.words:
            found.append((f"capability of {faction.name}", faction.capability))
        for stance in faction.stances:
            name = issues.get(stance.issue, stance.issue)
            if stance.position.words:
                found.append((f"position of {faction.name} on {name}", stance.position))
            if stance.salience.words:
                found.append((f"salience of {name} to {faction.name}", stance.salience))
    return tuple(found)


def worded_notes(case: Case) -> tuple[str, ...]:
    """One sentence on the inputs given in words and how they were read; none if there are none."""
    found = worded_inputs(case)
    if not found:
        return ()
    named = "; ".join(
        f"{what}: {value.words!r} as {value.low:g} | {value.mode:g} | {value.high:g}"
        for what, value in found[:NAMED]
    )
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    verb = "inputs are" if len(found) > 1 else "input is"
    return (
        f"{len(found)} {verb} from words ({named}{more}); how wide a word is, and all words for "
        "capability, are an assumption of this project.",
    )


def check_worded(case: Case, notes: Notes) -> None:
    """Capabilities in words have a unit of their own: an actor's factions use words, or none do."""
    for actor in case.actors:
        own = [(n, f) for n, f in enumerate(case.factions) if f.actor == actor.id]
        worded = [f.id for _, f in own if f.capability.words]
        for n, faction in own:
            if worded and not faction.capability.words:
                notes.add(
                    f"factions.{n}.capability",
                    f"numbers, where {worded[0]} has words",
                    f"words for every faction of {actor.id}, or for none",
                    "Capability in words counts from the strongest faction, which is 1.",
                )
        if len(worded) == len(own) > 1 and not any(
            f.capability.words == "strongest" for _, f in own
        ):
            notes.add(
                "factions",
                ", ".join(f"{f.id} {f.capability.words}" for _, f in own),
                f"a faction of {actor.id} whose capability is 'strongest'",
                "Capability in words counts from the strongest faction, which is 1.",
            )
