"""The interface for programs: the objects of ``--json`` under ``/api/v1``; reading never writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from demarche.errors import CaseError, DemarcheError, LedgerError
from demarche.show.workbench import api_data as data
from demarche.show.workbench.api_fields import (
    ASKING,
    COUNTS,
    ISSUING,
    WHAT_IF,
    ApiError,
    Fields,
    read_body,
    read_query,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from demarche.show.workbench.workspace import Workspace

__all__ = ["ENDPOINTS", "PREFIX", "Endpoint", "api_routes"]

PREFIX = "/api/v1"
JSON = "application/json"
PROBLEM = "application/problem+json"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address: how it is asked, what it takes, what gives its text, and what it is for.

    Parameters
    ----------
    path, method : str
    summary : str
    answer : str
        Name of the schema of what it gives.
    made : callable
        Text from the workspace and the values asked for.
    fields : dict
        Of the query, or of the body of a POST.
    names : tuple of str
        Parts of the path.
    """

    path: str
    summary: str
    answer: str
    made: Callable[[Workspace, Values], str]
    method: str = "GET"
    fields: Fields
    names: tuple[str, ...] = ()


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        path="/cases",
        summary="Cases that the workbench can open, and files it cannot read",
        answer="Cases",
        made=data.cases_text,
        fields={},
    ),
    Endpoint(
        path="/cases/{id}",
        summary="One case, as its file holds it",
        answer="CaseShown",
        made=data.case_text,
        fields={},
        names=("id",),
    ),
    Endpoint(
        path="/answer",
        summary="The answer to a question: the same bytes as `demarche ask --json`",
        answer="Answer",
        made=data.answer_text,
        fields=ASKING,
    ),
    Endpoint(
        path="/what-if",
        method="POST",
        summary="The answer with inputs of the case moved; nothing is kept",
        answer="Answer",
        made=data.what_if_text,
        fields=WHAT_IF,
    ),
    Endpoint(
        path="/episodes",
        summary="The episodes that ship: triggers, and what actors then did",
        answer="Episodes",
        made=data.episodes_text,
        fields={},
    ),
    Endpoint(
        path="/glossary",
        summary="Every term, its meaning, and the literature that uses it",
        answer="Glossary",
        made=data.glossary_text,
        fields={},
    ),
    Endpoint(
        path="/ledger/forecasts",
        summary="Questions of the ledger: the object of `demarche ledger list --json`",
        answer="Forecasts",
        made=data.forecasts_text,
        fields={},
    ),
    Endpoint(
        path="/ledger/scores",
        summary="Scores of the ledger: the object of `demarche ledger scores --json`",
        answer="Scores",
        made=data.scores_text,
        fields=COUNTS,
    ),
    Endpoint(
        path="/ledger/issue",
        method="POST",
        summary="Answer a question and write the forecast into the ledger, with a reason",
        answer="Issued",
        made=data.issue_text,
        fields=ISSUING,
    ),
    Endpoint(
        path="/record/status",
        summary="What the event record holds: the object of `demarche record status --json`",
        answer="Record",
        made=data.record_text,
        fields={},
    ),
)
"""All addresses but ``/openapi.json``, which describes them."""


def api_routes(workspace: Workspace) -> list[Route]:
    """Routes of the interface."""
    from demarche.show.workbench.openapi import openapi_text

    described = Endpoint(
        path="/openapi.json",
        summary="This description",
        answer="Description",
        made=lambda workspace, _: openapi_text(workspace),
        fields={},
    )
    return [
        Route(
            f"{PREFIX}{one.path}",
            _endpoint(one, workspace),
            methods=[one.method],
            name=f"api{one.path}",
        )
        for one in (*ENDPOINTS, described)
    ]


def _endpoint(one: Endpoint, workspace: Workspace) -> Callable[[Request], Any]:
    async def shown(request: Request) -> Response:
        try:
            values = await _asked(one, request)
            text = await run_in_threadpool(one.made, workspace, values)
        except DemarcheError as error:
            return _problem(error, request_id=str(getattr(request.state, "request_id", "")))
        return Response(text, media_type=JSON)

    return shown


async def _asked(one: Endpoint, request: Request) -> dict[str, Any]:
    """Values of a request, each as its field says."""
    if one.method == "GET":
        return {
            **{name: str(request.path_params[name]) for name in one.names},
            **read_query(request.query_params.multi_items(), fields=one.fields),
        }
    read_query(request.query_params.multi_items(), fields={})
    kind = re.fullmatch(
        r"application/json(?:\s*;\s*charset=\"?utf-8\"?)?",
        request.headers.get("content-type", "").strip(),
        re.IGNORECASE,
    )
    if kind is None:
        raise ApiError(415, "The body must be application/json.")
    return read_body(await request.body(), fields=one.fields)


def _problem(error: DemarcheError, *, request_id: str) -> Response:
    """A problem of RFC 9457 with the sentence of the error."""
    status = 422
    problems: tuple[str, ...] = ()
    if isinstance(error, ApiError):
        status, problems = error.status, error.problems
    elif isinstance(error, CaseError):
        problems = tuple(str(problem) for problem in error.problems)
    elif isinstance(error, LedgerError):
        status = 409
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": re.sub(r"--([a-z]+)(?:-([a-z]+))?", _option, str(error)),
        "request_id": request_id,
    }
    if problems:
        found["problems"] = list(problems)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    body = text.encode("utf-8", "backslashreplace")
    return Response(body, status, media_type=PROBLEM)


def _option(found: re.Match[str]) -> str:
    """An option of the command line as the field that it is here."""
    return "_".join(part for part in found.groups() if part)
