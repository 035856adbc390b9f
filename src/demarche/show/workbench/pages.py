"""Pages of the workbench as routes: GET only, each state a link, each page with its limits."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from demarche.errors import DemarcheError
from demarche.show.workbench.asked import PageError, Shown, read_query
from demarche.show.workbench.frame import frame_html, render
from demarche.show.workbench.workspace import Workspace

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["PAGES", "Page", "page_routes", "problem_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its id in the bar, its address, the names its query may hold, its module."""

    id: str
    path: str
    takes: tuple[str, ...]
    module: str


PAGES: tuple[Page, ...] = (
    Page(id="cases", path="/cases", takes=("q",), module="page_cases"),
    Page(id="question", path="/question", takes=("case",), module="page_question"),
    Page(id="ties", path="/ties", takes=("case", "as_of", "id"), module="page_ties"),
    Page(
        id="episodes",
        path="/episodes",
        takes=("q", "actor", "course", "from", "to", "sort", "page", "id"),
        module="page_episodes",
    ),
    Page(
        id="record",
        path="/record",
        takes=("source", "actor", "recipient", "by", "from", "to", "backtest"),
        module="page_record",
    ),
    Page(id="claims", path="/claims", takes=("case", "kind", "article"), module="page_claims"),
    Page(
        id="ledger",
        path="/ledger",
        takes=("status", "case", "question", "page"),
        module="page_ledger",
    ),
    Page(id="glossary", path="/glossary", takes=("q",), module="page_glossary"),
)
"""The pages that the server draws; the workbench itself and the factions' map lie at ``/``."""
LIMITS = ("Nothing was changed; a page only reads.",)


def page_routes(workspace: Workspace) -> list[Route]:
    """One route per page, for GET and HEAD."""
    return [
        Route(page.path, _endpoint(page, workspace), methods=["GET"], name=f"page-{page.id}")
        for page in PAGES
    ]


def _endpoint(page: Page, workspace: Workspace) -> Callable[[Request], Response]:
    def shown(request: Request) -> Response:
        nonce = str(getattr(request.state, "nonce", ""))
        try:
            query = read_query(request.query_params.multi_items(), known=page.takes)
            made = _made(page, workspace, query)
        except PageError as error:
            return HTMLResponse(problem_page(error, here=page.id, nonce=nonce), error.status)
        except DemarcheError as error:
            told = PageError("This cannot be shown.", str(error), status=422)
            return HTMLResponse(problem_page(told, here=page.id, nonce=nonce), told.status)
        return HTMLResponse(
            frame_html(
                made.title,
                made.body,
                limits=made.limits,
                here=page.id,
                case=made.case,
                nonce=nonce,
            )
        )

    return shown


def _made(page: Page, workspace: Workspace, query: Mapping[str, str]) -> Shown:
    module = importlib.import_module(f"demarche.show.workbench.{page.module}")
    found: Shown = module.page(workspace, query)
    return found


def problem_page(error: PageError, *, here: str = "", nonce: str = "") -> str:
    """A page that says why something cannot be shown, and where to go on."""
    body = render("problem.html.j2", error=error)
    return frame_html(error.heading, body, limits=LIMITS, here=here, nonce=nonce)
