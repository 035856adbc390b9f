"""Serve the workbench on this computer: put together, opened by one link, stopped by one key."""

from __future__ import annotations

import logging
import mimetypes
import secrets
import socket
import sys
from collections.abc import Callable, MutableMapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from demarche.errors import MethodError, QuestionError

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from demarche.show.workbench.guard import Asgi, Guard
    from demarche.show.workbench.workspace import Workspace

__all__ = [
    "ADDRESS",
    "Methods",
    "bound",
    "configured",
    "link_of",
    "make_app",
    "needed_workbench",
    "serve",
]

ADDRESS = "127.0.0.1"
"""The only address served: this computer's own."""
GRACE = 3
"""Seconds that open requests have to end when the server is stopped."""
DENIED = "without completing handshake"
"""What uvicorn says of a socket that was refused; the guard has said it already."""


def needed_workbench() -> None:
    """Say how to install what the workbench needs.

    Raises
    ------
    MethodError
        If it is not installed.
    """
    try:
        import shiny  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise MethodError(
            "the workbench needs the extra 'workbench': pip install 'demarche[workbench]'."
        ) from None


def make_app(workspace: Workspace, *, token: str, port: int) -> Guard:
    """The whole server as one ASGI application: the guard, and behind it interface and pages.

    Parameters
    ----------
    workspace : Workspace
    token : str
        At least 128 bits, new for every start.
    port : int
        The port in use.
    """
    from demarche.show.workbench.guard import Guard

    return Guard(Methods(_inner(workspace)), token=token, port=port, hashes=_scripts_of_shiny())


class Methods:
    """An application whose addresses say what they take: by OPTIONS, and to what they do not."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer OPTIONS and wrong methods, hand on everything else."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        takes = self.taken(scope)
        if scope["method"] == "OPTIONS":
            status = 204
        elif takes is not None and scope["method"] not in takes:
            status = 405
        else:
            await self.app(scope, receive, send)
            return
        allow = ", ".join(sorted({*(takes or ("GET", "HEAD")), "OPTIONS"})).encode()
        rows = [(b"allow", allow)]
        await send({"type": "http.response.start", "status": status, "headers": rows})
        await send({"type": "http.response.body", "body": b""})

    def taken(self, scope: MutableMapping[str, Any]) -> frozenset[str] | None:
        """Methods of an address; ``None`` where the worktable, or nobody, answers it."""
        from starlette.routing import Match, Route

        for route in self.app.routes:
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
                return frozenset(route.methods or ())
        return None


def _scripts_of_shiny() -> tuple[str, ...]:
    """Hashes of the scripts that Shiny itself writes into every page."""
    from shiny import App, ui

    from demarche.show.workbench.guard_replies import hashes_of

    bare = '<html><head><meta name="shiny-dependency-placeholder" content=""></head></html>'
    page = App(ui.page_html(bare), None, test_mode=False).ui
    return () if callable(page) else hashes_of(page["html"])


def _inner(workspace: Workspace) -> Starlette:
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    from demarche.show.ledger_open import now
    from demarche.show.workbench.api import api_routes
    from demarche.show.workbench.pages import page_routes
    from demarche.show.workbench.state_report import report_route
    from demarche.show.workbench.table import table_app

    table = table_app(workspace, clock=now)
    routes: list[BaseRoute] = [
        Route("/favicon.ico", lambda request: Response(status_code=204), methods=["GET"]),
        *_static_routes(),
        *api_routes(workspace),
        *page_routes(workspace),
        report_route(workspace),
        Mount("/", app=table),
    ]
    found = Starlette(routes=routes, lifespan=table.starlette_app.router.lifespan_context)
    found.router.redirect_slashes = False
    return found


def _static_routes() -> list[BaseRoute]:
    """One route per file that lies in the package; no path is ever made from a request."""
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    def sent(text: bytes, kind: str) -> Callable[[Request], Response]:
        return lambda request: Response(text, media_type=kind)

    folder = resources.files("demarche.show.workbench") / "static"
    routes: list[BaseRoute] = []
    for file in sorted(folder.iterdir(), key=lambda found: found.name):
        if file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            endpoint = sent(file.read_bytes(), kind)
            routes.append(Route(f"/static/{file.name}", endpoint, methods=["GET"]))
    return routes


def link_of(port: int, *, token: str, case: str = "") -> str:
    """The link that opens the workbench.

    Examples
    --------
    >>> link_of(8000, token="T", case="kuwait-1990")
    'http://127.0.0.1:8000/?case=kuwait-1990&token=T'
    """
    from urllib.parse import urlencode

    query = urlencode({**({"case": case} if case else {}), "token": token})
    return f"http://{ADDRESS}:{port}/?{query}"


def bound(port: int) -> socket.socket:
    """A socket at a port of this computer alone; 0 takes a free one.

    Raises
    ------
    QuestionError
        If the port is none, or taken.
    """
    if not 0 <= port <= 65535:
        raise QuestionError(f"--port must be 1 to 65535, or 0 for a free one, got {port}.")
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((ADDRESS, port))
        found.listen(128)
    except OSError as error:
        found.close()
        raise QuestionError(
            f"port {port} of {ADDRESS} cannot be used: {error.strerror}. Name another with --port, "
            "or --port 0 for a free one."
        ) from None
    return found


def serve(
    workspace: Workspace,
    *,
    port: int,
    case: str = "",
    told: Callable[[str], None],
    open_page: Callable[[str], object] | None = None,
) -> int:
    """Serve until stopped; the exit code says by which signal.

    Parameters
    ----------
    workspace : Workspace
    port : int
        0 takes a free one.
    case : str
        Case that the link names.
    told : callable
        Is told the link once the server listens.
    open_page : callable, optional
        Opens a link in a browser; it is given one that opens the workbench once.

    Returns
    -------
    int
        130 after Ctrl-C, 143 after SIGTERM.

    Raises
    ------
    MethodError
        If the extra is not installed.
    QuestionError
        If the port cannot be used.
    """
    needed_workbench()
    from demarche.show.workbench.guard import TOKEN_BYTES

    with bound(port) as listening:
        port = int(listening.getsockname()[1])
        token = secrets.token_urlsafe(TOKEN_BYTES)
        guard = make_app(workspace, token=token, port=port)
        _log_to_stderr()

        def ready() -> None:
            told(link_of(port, token=token, case=case))
            if open_page is not None:
                open_page(link_of(port, token=guard.new_ticket(), case=case))

        return _run(guard, listening, ready=ready)


def _run(guard: Guard, listening: socket.socket, *, ready: Callable[[], None]) -> int:
    import uvicorn

    class Server(uvicorn.Server):
        code = 0

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.code = 128 + sig
            self.force_exit = self.should_exit
            self.should_exit = True

    server = Server(configured(guard))
    server.run(sockets=[listening])
    return server.code or (0 if server.started else 1)


def configured(app: Asgi) -> uvicorn.Config:
    """How uvicorn serves: no log of requests, no headers of others, sockets and heads bounded."""
    import uvicorn

    from demarche.show.workbench.guard import LIMITS
    from demarche.show.workbench.wire import Sockets, Wire

    return uvicorn.Config(
        app,
        http=Wire,
        ws=Sockets,
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=LIMITS.body,
        h11_max_incomplete_event_size=2 * LIMITS.query,
        timeout_graceful_shutdown=GRACE,
    )


def _log_to_stderr() -> None:
    """What is refused or goes wrong, one line each; never a query, which may hold the token."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("demarche workbench: %(message)s"))
    handler.addFilter(lambda record: DENIED not in record.getMessage())
    for name in ("demarche.workbench", "uvicorn.error"):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
        log.setLevel(logging.WARNING)
