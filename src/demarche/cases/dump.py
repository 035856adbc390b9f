"""A case out: TOML text that loads to the same case, and the JSON Schema of the format."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from demarche.terms import WORDED, Case, Range
from demarche.terms.worded import WordedKind

__all__ = ["case_schema", "dump_case"]


def _plain(value: Any) -> Any:
    if isinstance(value, Range):
        return value.words or [float(x) for x in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {}
        for f in dataclasses.fields(value):
            item = getattr(value, f.name)
            if item is None or item == _default(f):
                continue
            kept[f.name] = _plain(item)
        return kept
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _default(f: dataclasses.Field[Any]) -> Any:
    if f.default_factory is not dataclasses.MISSING:
        return f.default_factory()
    return f.default


def dump_case(case: Case) -> str:
    """TOML text of a case; loading it gives the same case, dumping that the same bytes.

    Keys stand in the order of the format; values equal to their default are left out; ranges given
    in words are written as the words.
    """
    import tomli_w

    return tomli_w.dumps(_plain(case))


_WORDED: tuple[tuple[str, WordedKind], ...] = (
    ("Faction", "capability"),
    ("Stance", "position"),
    ("Stance", "salience"),
)
"""Where words may stand for a range."""


def _words_schema(kind: WordedKind) -> dict[str, Any]:
    """Words that may stand for a range; the ends of a position may bear the issue's own names."""
    said = f"A range in words; the table is in docs/case-format.md ({kind})."
    if kind == "position":
        forms = "^(in the middle|(at|(somewhat|mainly|strongly) towards) .+)$"
        return {"type": "string", "pattern": forms, "description": said}
    return {"enum": list(WORDED[kind]), "description": said}


def case_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the case format, for editors that complete as one types."""
    import pydantic

    schema: dict[str, Any] = pydantic.TypeAdapter(Case).json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "demarche case"
    definitions = schema["$defs"]
    definitions["Range"] = {
        "type": "array",
        "prefixItems": [{"type": "number"}] * 3,
        "minItems": 3,
        "maxItems": 3,
        "description": "A range [low, mode, high] set by an analyst.",
    }
    for owner, kind in _WORDED:
        definitions[owner]["properties"][kind] = {
            "anyOf": [{"$ref": "#/$defs/Range"}, _words_schema(kind)]
        }
    for definition in (schema, *definitions.values()):
        text = definition.get("description", "")
        if text:
            definition["description"] = re.sub(r"\s+", " ", text.split("\n\n")[0]).replace(
                "``", "'"
            )
    return schema
