"""The full report of a state of the worktable, by its link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from demarche.desk.what_if_log import read_link
from demarche.errors import DemarcheError
from demarche.show.report import report_html
from demarche.show.workbench.asked import PageError
from demarche.show.workbench.pages import problem_page
from demarche.show.workbench.saving import answered

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from demarche.show.workbench.workspace import Workspace

__all__ = ["report_route"]


def report_route(workspace: Workspace) -> Route:
    """``/report`` with the query of a link to the worktable: the same report as the command's."""

    async def report(request: Request) -> Response:
        nonce = str(getattr(request.state, "nonce", ""))
        try:
            text = await asyncio.to_thread(_report, workspace, request)
        except (DemarcheError, ValueError) as error:
            told = PageError("This state has no report.", str(error), status=422)
            return HTMLResponse(problem_page(told, nonce=nonce), told.status)
        return HTMLResponse(text.replace("<style>", f'<style nonce="{nonce}">', 1))

    return Route("/report", report, methods=["GET"], name="report")


def _report(workspace: Workspace, request: Request) -> str:
    case = workspace.load(request.query_params.get("case", "") or workspace.case)
    scenario = read_link(case, request.url.query)
    return report_html(answered(scenario, workspace=workspace))
