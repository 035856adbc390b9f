"""Small builders: a case as a dictionary, one change of it, and its TOML text."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from typing import Any

import tomli_w

from demarche.cases import parse_case, template
from demarche.errors import CaseError, Problem
from demarche.terms import Case

BECAUSE = "Assumption: made up for a test."


def template_data() -> dict[str, Any]:
    """Return the template as a dictionary, new each time."""
    return tomllib.loads(template())


def toml(data: dict[str, Any]) -> str:
    return tomli_w.dumps(data)


def put(data: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Return a copy with another value at a dotted place; the place need not exist yet."""
    made = copy.deepcopy(data)
    *path, last = place.split(".")
    at: Any = made
    for part in path:
        at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return made


def drop(data: dict[str, Any], place: str) -> dict[str, Any]:
    """Return a copy without what stands at a dotted place."""
    made = copy.deepcopy(data)
    *path, last = place.split(".")
    at: Any = made
    for part in path:
        at = at[int(part)] if isinstance(at, list) else at[part]
    del at[int(last) if isinstance(at, list) else last]
    return made


def case_of(data: dict[str, Any]) -> Case:
    return parse_case(toml(data), file="made.toml")


def problems_of(text: str, *, file: str = "made.toml", **options: Any) -> tuple[Problem, ...]:
    """Return every problem of a text; none if it is read."""
    try:
        parse_case(text, file=file, **options)
    except CaseError as error:
        return error.problems
    return ()


def course(id: str, actor: str = "AAA", **more: Any) -> dict[str, Any]:
    return {
        "id": id, "actor": actor, "label": f"Course {id}", "rung": 1, "observability": "public",
        "resolution": "A public statement.",
        "effects": [{"issue": "i0", "points": [1, 4, 8], "because": BECAUSE}],
        **more,
    }  # fmt: skip


def tiny(*, courses: int = 2, **more: Any) -> dict[str, Any]:
    """Return a case of one actor, one faction, one issue and some courses."""
    stance = {
        "issue": "i0", "position": [60, 70, 80], "salience": [0.4, 0.6, 0.8], "because": BECAUSE,
    }  # fmt: skip
    return {
        "format": 1, "id": "tiny", "title": "Tiny", "summary": "",
        "ladder": ["nothing", "words", "force"],
        "question": {
            "text": "What would Aland do?", "actor": "AAA", "as_of": dt.date(2024, 1, 15),
            "horizon_days": 90,
        },
        "actors": [{"id": "AAA", "name": "Aland"}],
        "issues": [
            {"id": "i0", "name": "water", "low": "none", "high": "all", "status_quo": [40, 50, 60],
             "because": BECAUSE},
        ],
        "factions": [
            {"id": "f0", "actor": "AAA", "name": "farmers", "wants": "water",
             "capability": [1, 1, 2], "because": BECAUSE, "stances": [stance]},
        ],
        "courses": [course(f"c{n}") for n in range(courses)],
        **more,
    }  # fmt: skip


def singles(count: int) -> list[dict[str, Any]]:
    """Return one posture per course, and one that takes none and is the fallback."""
    rows = [{"id": "none", "actor": "AAA", "label": "Nothing", "fallback": True}]
    rows += [
        {"id": f"p{n}", "actor": "AAA", "label": f"Only {n}", "courses": [f"c{n}"]}
        for n in range(count)
    ]
    return rows
