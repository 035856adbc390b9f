"""A case out: TOML text that loads to the same case, and the JSON Schema of the format."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from demarche.terms import Case, Range

__all__ = ["case_schema", "dump_case"]


def _plain(value: Any) -> Any:
    if isinstance(value, Range):
        return [float(x) for x in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {}
        for f in dataclasses.fields(value):
            item = getattr(value, f.name)
            if item is None or (f.default is not dataclasses.MISSING and item == f.default):
                continue
            kept[f.name] = _plain(item)
        return kept
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def dump_case(case: Case) -> str:
    """TOML text of a case; loading it gives the same case, dumping that the same bytes.

    Keys stand in the order of the format; values equal to their default are left out.
    """
    import tomli_w

    return tomli_w.dumps(_plain(case))


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
    for definition in (schema, *definitions.values()):
        text = definition.get("description", "")
        if text:
            definition["description"] = re.sub(r"\s+", " ", text.split("\n\n")[0]).replace(
                "``", "'"
            )
    return schema
