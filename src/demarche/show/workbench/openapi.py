"""The description of the interface in OpenAPI 3.1, with the schemas of what it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from demarche import __version__
from demarche.cases import case_schema
from demarche.show.data import answer_schema
from demarche.show.workbench.api_fields import Fields

if TYPE_CHECKING:
    from demarche.show.workbench.api import Endpoint
    from demarche.show.workbench.workspace import Workspace

__all__ = ["ERRORS", "openapi_data", "openapi_text"]

ERRORS: Mapping[int, str] = {
    400: "The request is not written as this describes.",
    403: "The token is missing or wrong, or another site asks.",
    404: "There is no case, trigger, actor, episode, ledger or record of this name.",
    405: "The address does not take this method.",
    408: "The request did not arrive in time.",
    409: "The ledger refuses it, or is not as it was written.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not application/json.",
    422: "It is written as this describes, but cannot be answered.",
    431: "There are too many headers, or one is too long.",
    503: "Too many requests at once, or no answer in time.",
}
"""What can go wrong, by status; each is a problem of RFC 9457 in one sentence."""

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_DAY = {"type": "string", "format": "date"}
_YES_NO = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}


def _object(*, closed: bool = True, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    return {**found, "additionalProperties": False} if closed else found


def _list(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _given(**rest: Any) -> dict[str, Any]:
    """Schemas of what each address gives, without answer and case."""
    return {
        "Cases": _object(
            folder=_TEXT,
            opened=_TEXT,
            cases=_list(_object(id=_TEXT, title=_TEXT, where=_TEXT, problems=_TEXTS)),
        ),
        "CaseShown": _object(id=_TEXT, case={"$ref": "#/components/schemas/Case"}),
        "Episodes": _object(hash=_TEXT, episodes=_list(_episode())),
        "Glossary": _object(terms=_list(_object(term=_TEXT, meaning=_TEXT, used_in=_TEXT))),
        "Forecasts": _object(
            ledger=_TEXT,
            today=_DAY,
            questions=_list(_question()),
            hidden=_COUNT,
            never_revealed=_COUNT,
            sources=_COUNT,
        ),
        "Scores": _object(
            ledger={
                "anyOf": [
                    {"type": "null"},
                    _object(place=_TEXT, id=_TEXT, entries=_COUNT, warnings=_TEXTS),
                ]
            },
            scores=_object(
                closed=False,
                title=_TEXT,
                by=_TEXT,
                version=_TEXT,
                level={"type": "number"},
                seed=_COUNT,
                cards=_list({"type": "object"}),
            ),
            claims=_list({"type": "object"}),
        ),
        "Issued": _object(
            ledger=_TEXT,
            seq=_COUNT,
            hash={"type": "string", "pattern": "^[0-9a-f]{64}$"},
            at={"type": "string", "format": "date-time"},
            question=_TEXT,
            condition=_TEXT,
            opens=_DAY,
            closes=_DAY,
            late=_YES_NO,
            warnings=_TEXTS,
        ),
        "Record": _object(
            store=_TEXT,
            hash=_TEXT,
            serial=_COUNT,
            bytes=_COUNT,
            counts=_YES_NO,
            sources=_list({"type": "object", "required": ["source"]}),
        ),
        "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
        "Problem": {
            **_object(
                closed=False,
                type={"const": "about:blank"},
                title=_TEXT,
                status={"type": "integer", "minimum": 400, "maximum": 599},
                detail={"type": "string", "minLength": 1},
                request_id=_TEXT,
            ),
            "description": "RFC 9457; `problems` lists those of a case file.",
        },
        **rest,
    }


def _episode() -> dict[str, Any]:
    return _object(
        closed=False,
        id=_TEXT,
        actor=_TEXT,
        title=_TEXT,
        trigger=_TEXT,
        trigger_date=_DAY,
        response=_TEXT,
        window_days={"type": "integer", "minimum": 1},
        features={"type": "object", "additionalProperties": _TEXT},
        courses={
            "type": "object",
            "additionalProperties": _object(
                closed=False, value={"enum": ["yes", "no", "not known"]}, source=_TEXT
            ),
        },
        sources=_list({"type": "object"}),
    )


def _question() -> dict[str, Any]:
    course = _object(
        closed=False,
        course=_TEXT,
        probability={"type": "number", "minimum": 0, "maximum": 1},
        outcome={"type": ["string", "null"]},
        on={"type": ["string", "null"]},
    )
    return _object(
        closed=False,
        question=_TEXT,
        seq=_COUNT,
        status={"enum": ["open", "due", "partly", "resolved", "void"]},
        case=_TEXT,
        actor=_TEXT,
        trigger=_TEXT,
        opens=_DAY,
        closes=_DAY,
        forecasts={"type": "integer", "minimum": 1},
        late=_YES_NO,
        courses=_list(course),
    )


def _lifted(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema and the schemas it refers to, each under a name of its own."""
    text = json.dumps(schema).replace("#/$defs/", f"#/components/schemas/{name}.")
    whole: dict[str, Any] = json.loads(text)
    whole.pop("$schema", None)
    parts = whole.pop("$defs", {})
    return {name: whole, **{f"{name}.{part}": found for part, found in parts.items()}}


def _names(workspace: Workspace) -> dict[str, list[str]]:
    """What fields that name something can be: cases, triggers, actors, episodes."""
    from demarche.record import load_episodes
    from demarche.terms import NO_TRIGGER

    ids = [one.id for one in workspace.cases() if not one.problems]
    cases = [workspace.load(id) for id in ids]
    triggers = {trigger.id for case in cases for trigger in case.triggers} | {NO_TRIGGER}
    return {
        "case": ids,
        "if": sorted(triggers),
        "actor": sorted({actor.id for case in cases for actor in case.deciding()}),
        "drop": [episode.id for episode in load_episodes()],
    }


def _schema(name: str, field: Mapping[str, Any], names: Mapping[str, list[str]]) -> dict[str, Any]:
    """A field as JSON Schema, with the names it can be."""
    kept = {
        key: value
        for key, value in field.items()
        if key not in ("required", "fields", "items", "description")
    }
    if "items" in field:
        kept["items"] = _schema(name, field["items"], names)
    elif "fields" in field:
        kept |= _body(field["fields"], {})
    elif name in names:
        kept["enum"] = names[name]
    if "description" in field:
        kept["description"] = field["description"]
    return kept


def _body(fields: Fields, names: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _schema(name, field, names) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.get("required")],
        "additionalProperties": False,
    }


def _parameters(one: Endpoint, names: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"enum": names["case"]}}
        for name in one.names
    ]
    if one.method != "GET":
        return found
    for name, field in one.fields.items():
        schema = _schema(name, field, names)
        row = {"name": name, "in": "query", "required": bool(field.get("required"))}
        more = {"style": "form", "explode": True} if field["type"] == "array" else {}
        found.append({**row, **more, "description": schema.pop("description"), "schema": schema})
    return found


def _operation(one: Endpoint, names: Mapping[str, list[str]]) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{one.answer}"}}
    found: dict[str, Any] = {
        "operationId": one.path.strip("/").replace("/", "-").replace("{id}", "id"),
        "summary": one.summary,
        "parameters": _parameters(one, names),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": content}},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in ERRORS},
        },
    }
    if one.method != "GET":
        schema = _body(one.fields, names)
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found


def openapi_data(workspace: Workspace) -> dict[str, Any]:
    """The description for a workspace: names that fields can take are those it knows."""
    from demarche.show.workbench.api import ENDPOINTS, PREFIX

    names = _names(workspace)
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "demarche workbench",
            "version": __version__,
            "description": "The objects that demarche prints with --json. Reading never writes.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": {one.path: {one.method.lower(): _operation(one, names)} for one in ENDPOINTS},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of the link that the workbench printed.",
                }
            },
            "responses": {
                str(status): {
                    "description": said,
                    "content": {"application/problem+json": problem},
                }
                for status, said in ERRORS.items()
            },
            "schemas": _given(
                **_lifted("Answer", answer_schema()), **_lifted("Case", case_schema())
            ),
        },
    }


def openapi_text(workspace: Workspace) -> str:
    """The description as JSON text."""
    return json.dumps(openapi_data(workspace), ensure_ascii=False, indent=1) + "\n"
