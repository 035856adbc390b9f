"""The full report of a state of the worktable, by its link: to read, or as a document that runs."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Literal

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from demarche.desk.what_if_log import read_link
from demarche.errors import DemarcheError, QuestionError, near_miss
from demarche.show.report import report_html
from demarche.show.workbench.asked import PageError
from demarche.show.workbench.pages import problem_page
from demarche.show.workbench.saving import answered

if TYPE_CHECKING:
    from starlette.requests import Request

    from demarche.desk import Answer
    from demarche.desk.what_if import Scenario
    from demarche.show.workbench.workspace import Workspace

__all__ = ["FORMATS", "report_route"]

FORMATS = {
    "html": "text/html",
    "qmd": "text/markdown",
    "ipynb": "application/x-ipynb+json",
}
"""What ``format`` may be, and the type it is sent as; only HTML is shown, the rest is saved."""


def report_route(workspace: Workspace) -> Route:
    """``/report`` with the query of a link to the worktable: the same report as the command's."""

    async def report(request: Request) -> Response:
        nonce = str(getattr(request.state, "nonce", ""))
        try:
            kind = _format(request.query_params.get("format", "html"))
            name, text = await asyncio.to_thread(_report, workspace, request, kind)
        except (DemarcheError, ValueError) as error:
            told = PageError("This state has no report.", str(error), status=422)
            return HTMLResponse(problem_page(told, nonce=nonce), told.status)
        if kind == "html":
            return HTMLResponse(text.replace("<style>", f'<style nonce="{nonce}">', 1))
        return Response(
            text,
            media_type=FORMATS[kind],
            headers={"content-disposition": f'attachment; filename="{name}.{kind}"'},
        )

    return Route("/report", report, methods=["GET"], name="report")


def _format(asked: str) -> str:
    if asked not in FORMATS:
        raise QuestionError(
            f"a report has the format {', '.join(FORMATS)}; got {asked[:20]!r}. "
            f"{near_miss(asked[:20], FORMATS)}".rstrip()
        )
    return asked


def _report(workspace: Workspace, request: Request, kind: str) -> tuple[str, str]:
    """Name for the file, from the case's id, and text of the report."""
    case = workspace.load(request.query_params.get("case", "") or workspace.case)
    scenario = read_link(case, request.url.query)
    answer = answered(scenario, workspace=workspace)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", case.id)[:80].strip("-") or "report"
    if kind == "html":
        return name, _page(answer, workspace=workspace)
    return name, _document(
        answer, scenario=scenario, workspace=workspace, kind="qmd" if kind == "qmd" else "ipynb"
    )


def _page(answer: Answer, *, workspace: Workspace) -> str:
    """The report with the track record and the earlier forecasts of the workspace's ledger."""
    from demarche.desk.earlier import held_of
    from demarche.show.ledger_open import now
    from demarche.show.ledger_where import found_ledger
    from demarche.show.scores_of import scores_if_any

    try:
        place = found_ledger(workspace.ledger)
    except QuestionError:  # a ledger that is not there yet holds nothing
        place = None
    if place is None:
        return report_html(answer)
    held = held_of(place, answer, today=now().date())
    return report_html(answer, scores=scores_if_any(place), held=held)


def _document(
    answer: Answer, *, scenario: Scenario, workspace: Workspace, kind: Literal["qmd", "ipynb"]
) -> str:
    from demarche.show.notebook import ipynb_text, qmd_text

    make = qmd_text if kind == "qmd" else ipynb_text
    return make(answer, weights=scenario.weights, store=workspace.store)
