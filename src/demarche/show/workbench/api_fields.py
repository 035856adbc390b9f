"""What a request to the interface may hold: fields as JSON Schema, and how they are read."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from demarche.errors import DemarcheError, near_miss

__all__ = [
    "ASKING",
    "COUNTS",
    "EDIT",
    "ISSUING",
    "MOST_DRAWS",
    "WHAT_IF",
    "ApiError",
    "Fields",
    "read_body",
    "read_query",
]

Schema = Mapping[str, Any]
Fields = Mapping[str, Schema]
"""Fields by name; those with ``"required": True`` must be given."""
MOST_DRAWS = 20_000
"""Draws of one answer over the interface; the command line allows more."""
_NUMBER = r"[1-9][0-9]{0,3}(\.[0-9]{1,3})?"

_ID = {"type": "string", "minLength": 1, "maxLength": 200}
_SEED = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**63 - 1,
    "description": "Same seed, same bytes.",
}
_DRAWS = {
    "type": "integer",
    "minimum": 16,
    "maximum": MOST_DRAWS,
    "description": "Draws from the ranges of the inputs.",
}
_CASE = {**_ID, "required": True, "description": "Case, by the id that /cases gives it."}
ASKING: Fields = {
    "case": _CASE,
    "if": {**_ID, "description": 'Trigger of the case; "none" asks without one.'},
    "actor": {**_ID, "description": "Actor with courses of its own, if not the focal one."},
    "as_of": {
        "type": "string",
        "format": "date",
        "description": "Day of the question; precedents known later are not used.",
    },
    "horizon": {"type": "integer", "minimum": 1, "maximum": 3650, "description": "Days."},
    "weights": {
        "type": "string",
        "pattern": rf"^(earned|{_NUMBER}/(0|{_NUMBER})|0/{_NUMBER})$",
        "description": "Weights of the outside and the inside view, or earned by the ledger.",
    },
    "drop": {
        "type": "array",
        "items": _ID,
        "maxItems": 200,
        "uniqueItems": True,
        "description": "Episodes to leave out.",
    },
    "seed": _SEED,
    "draws": _DRAWS,
}
"""What ``/answer`` takes: the options of ``demarche ask``."""
EDIT: Fields = {
    "place": {
        "type": "string",
        "minLength": 1,
        "maxLength": 400,
        "required": True,
        "description": "Kind and ids of the input, such as position/rus-security/gaza.",
    },
    "value": {
        "type": "string",
        "minLength": 1,
        "maxLength": 400,
        "required": True,
        "description": "New value; of a range low,mode,high, or the most likely value alone.",
    },
    "because": {"type": "string", "maxLength": 300, "description": "Why."},
}
"""One input moved."""
WHAT_IF: Fields = {
    "case": _CASE,
    "edits": {"type": "array", "items": {"type": "object", "fields": EDIT}, "maxItems": 400},
    "seed": _SEED,
    "draws": _DRAWS,
}
"""What ``/what-if`` takes."""
ISSUING: Fields = {
    **ASKING,
    "reason": {
        "type": "string",
        "minLength": 1,
        "maxLength": 500,
        "pattern": r"[!-~]",
        "required": True,
        "description": "Why the forecast is entered; kept with it.",
    },
    "occurred": {
        "type": "boolean",
        "description": "The trigger has occurred; otherwise a question with one is a what-if.",
    },
    "late": {
        "type": "boolean",
        "description": "Keep it although its deadline is over: counted, never scored.",
    },
}
"""What ``/ledger/issue`` takes."""
COUNTS: Fields = {
    "by": {
        "type": "string",
        "enum": ["view", "actor", "kind", "horizon", "trigger", "source"],
        "description": "What the scores are split by.",
    },
    "seed": _SEED,
}
"""What ``/ledger/scores`` takes."""


class ApiError(DemarcheError):
    """A request that is answered with a problem: its status and one sentence."""

    def __init__(self, status: int, detail: str, *, problems: Iterable[str] = ()) -> None:
        super().__init__(detail)
        self.status, self.problems = status, tuple(problems)


def read_query(items: Iterable[tuple[str, str]], *, fields: Fields) -> dict[str, Any]:
    """Values of a query, each as its field says.

    Raises
    ------
    ApiError
        With 400, if a name is unknown, missing or given twice, or a value is none of its field.

    Examples
    --------
    >>> read_query([("case", "x"), ("horizon", "90"), ("drop", "a"), ("drop", "b")], fields=ASKING)
    {'case': 'x', 'horizon': 90, 'drop': ['a', 'b']}
    """
    found: dict[str, Any] = {}
    for name, text in items:
        _known(name, fields)
        kind = fields[name]["type"]
        if kind == "array":
            found.setdefault(name, []).append(text)
        elif name in found:
            raise ApiError(400, f"{name} is given more than once; give it once.")
        elif kind == "integer" and re.fullmatch(r"-?[0-9]{1,30}", text):
            found[name] = int(text)
        else:
            found[name] = text
    _checked(found, fields)
    return found


def read_body(text: bytes, *, fields: Fields) -> dict[str, Any]:
    """Values of a JSON body, each as its field says.

    Raises
    ------
    ApiError
        With 400, if it is no JSON object, or holds what its fields do not allow.
    """
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise ApiError(
            400, "The body is no JSON; expected one object, each of its keys once."
        ) from None
    if not isinstance(data, dict):
        raise ApiError(400, "The body must be one JSON object.")
    for name, value in data.items():
        _known(name, fields)
        if fields[name]["type"] == "integer" and isinstance(value, float) and value.is_integer():
            data[name] = int(value)  # JSON knows one kind of number
    _checked(data, fields)
    return data


def _pairs(rows: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(rows)
    if len(found) < len(rows):
        raise ValueError
    return found


def _constant(_: str) -> Any:
    raise ValueError


def _known(name: str, fields: Fields) -> None:
    if name not in fields:
        known = f"It takes {', '.join(fields)}." if fields else "It takes none."
        hint = near_miss(name[:80], list(fields))
        raise ApiError(
            400, " ".join(filter(None, ("There is a key it does not take.", hint, known)))
        )


def _checked(found: Mapping[str, Any], fields: Fields, *, at: str = "") -> None:
    for name, schema in fields.items():
        if name in found:
            _fits(found[name], schema, at=f"{at}{name}")
        elif schema.get("required"):
            raise ApiError(400, f"{at}{name} is missing: {schema.get('description', '')}")


def _fits(value: Any, schema: Schema, *, at: str) -> None:
    kind = schema["type"]
    right = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }[kind]
    if not right:
        raise ApiError(400, f"{at} must be {'an' if kind[0] in 'aio' else 'a'} {kind}.")
    if kind == "string":
        _fits_text(value, schema, at=at)
    elif kind == "integer":
        if not schema["minimum"] <= value <= schema["maximum"]:
            raise ApiError(400, f"{at} must be {schema['minimum']} to {schema['maximum']}.")
    elif kind == "array":
        if len(value) > schema["maxItems"]:
            raise ApiError(400, f"{at} holds at most {schema['maxItems']} items.")
        for number, item in enumerate(value):
            _fits(item, schema["items"], at=f"{at}[{number}]")
        if schema.get("uniqueItems") and len(set(value)) < len(value):
            raise ApiError(400, f"{at} names the same twice.")
    elif kind == "object":
        for name in value:
            _known(name, schema["fields"])
        _checked(value, schema["fields"], at=f"{at}.")


def _fits_text(value: str, schema: Schema, *, at: str) -> None:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 1000)
    if not least <= len(value) <= most:
        raise ApiError(400, f"{at} must have {least} to {most} characters.")
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise ApiError(400, f"{at} holds what is no text.")
    if "enum" in schema and value not in schema["enum"]:
        hint = near_miss(value[:80], schema["enum"])
        raise ApiError(400, f"{at} must be one of {', '.join(schema['enum'])}. {hint}".rstrip())
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
        raise ApiError(400, f"{at} is not written as it must be: {schema['description']}")
    if schema.get("format") == "date":
        try:
            day = dt.date.fromisoformat(value) if re.fullmatch(r"[0-9-]{10}", value) else None
        except ValueError:
            day = None
        if day is None:
            raise ApiError(400, f"{at} must be a date such as 2023-11-01.")
