"""The guard before every page and socket of the workbench: who may ask, and within what limits.

The threat is any other page open in the same browser, and any text that came from an article; the
rules are those of docs/workbench.md, section Safety.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from demarche.errors import MethodError
from demarche.show.workbench.guard_checks import (
    NO_TOKEN,
    SAFE_METHODS,
    Headers,
    Refusal,
    cookie_name,
    credentials_of,
    headers_of,
    host_refusal,
    link_tokens,
    path_refusal,
    redirect_target,
    session_of,
    site_refusal,
    socket_refusal,
)
from demarche.show.workbench.guard_replies import (
    Row,
    error_body,
    hand_on_page,
    kept_headers,
    safety_headers,
)

__all__ = ["API_PREFIX", "LIMITS", "TOKEN_BYTES", "Asgi", "Guard", "Limits"]

API_PREFIX = "/api/"
"""Below this path errors are JSON."""
TOKEN_BYTES = 32
"""Bytes of chance in a token: 256 bits, of which 128 would do."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,200}")
LOG = logging.getLogger("demarche.workbench")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
"""An application of the ASGI interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may take; every number is told in the error that names it.

    Parameters
    ----------
    body : int
        Bytes of a request's body.
    headers, header_bytes : int
        Number of headers, and bytes of one.
    query : int
        Bytes of the part of an address behind ``?``; a link to a what-if carries its edits there.
    parallel, sockets : int
        Requests, and sockets, at the same time.
    seconds : float
        Time for an answer.
    body_seconds, pause_seconds : float
        Time for the whole body to arrive, and the longest pause within it.
    """

    body: int = 1_000_000
    headers: int = 100
    header_bytes: int = 8_192
    query: int = 110_000
    parallel: int = 32
    sockets: int = 64
    seconds: float = 120.0
    body_seconds: float = 30.0
    pause_seconds: float = 10.0


LIMITS = Limits()
"""The usual limits."""


class Guard:
    """ASGI middleware over requests and sockets: host, token, origin, limits, headers, errors.

    Parameters
    ----------
    app : ASGI application
        Sees ``scope["state"]["nonce"]`` for its scripts and styles, and ``["request_id"]``.
    token : str
        At least 128 bits, new for every start; see `secrets.token_urlsafe`.
    port : int
        The port in use.
    limits : Limits
    hashes : sequence of str
        Of scripts that may stand in a page without a nonce; see
        :func:`~demarche.show.workbench.guard_replies.hashes_of`.

    Raises
    ------
    MethodError
        If the token is too short, or holds what no address may hold.
    """

    def __init__(
        self,
        app: Asgi,
        *,
        token: str,
        port: int,
        limits: Limits = LIMITS,
        hashes: Sequence[str] = (),
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise MethodError(
                "a token of the workbench has 22 to 200 letters, digits, - and _, that is at least "
                f"128 bits of chance; got {len(token)} characters."
            )
        self.app, self.port, self.limits = app, port, limits
        self.hashes = tuple(hashes)
        self._token = token
        self._session = session_of(token, port=port)
        self._tickets: set[str] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._sockets = 0

    def new_ticket(self) -> str:
        """A token for one opening only: a browser's command line can be read by others."""
        ticket = secrets.token_urlsafe(TOKEN_BYTES)
        self._tickets.add(ticket)
        return ticket

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        kind = scope["type"]
        if kind == "lifespan":
            await self.app(scope, receive, send)
        elif kind in ("http", "websocket"):
            headers = headers_of(scope.get("headers", ()))
            nonce, request_id = secrets.token_urlsafe(16), secrets.token_hex(8)
            state = {**scope.get("state", {}), "nonce": nonce, "request_id": request_id}
            visit = _Visit(self, {**scope, "state": state}, headers, receive, send)
            await (visit.http() if kind == "http" else visit.socket())
        else:
            raise MethodError(f"the workbench knows requests and sockets, no {str(kind)[:40]!r}.")

    def hands_over(self, tokens: tuple[str, ...]) -> bool:
        """Whether a link's token opens the workbench; a ticket is used up by it."""
        if len(tokens) != 1:
            return False
        given = tokens[0].encode()
        if hmac.compare_digest(given, self._token.encode()):
            return True
        for ticket in self._tickets:
            if hmac.compare_digest(given, ticket.encode()):
                self._tickets.discard(ticket)
                return True
        return False


class _SlowError(Exception):
    """A body that does not arrive in time."""


class _LargeError(Exception):
    """A body over the limit."""


class _GoneError(Exception):
    """A client that left before its request was whole."""


class _Visit:
    """One request or handshake, from its first check to its last byte."""

    def __init__(
        self,
        guard: Guard,
        scope: MutableMapping[str, Any],
        headers: Headers,
        receive: Receive,
        send: Send,
    ) -> None:
        self.guard, self.scope, self.headers = guard, scope, headers
        self.receive, self.send = receive, send
        self.path = str(scope.get("path", ""))
        self.raw: bytes = scope.get("raw_path") or self.path.encode("utf-8", "replace")
        self.query: bytes = scope.get("query_string", b"")
        self.method = str(scope.get("method", "GET"))
        self.id = str(scope["state"]["request_id"])
        self.known_host = ""
        self.started = self.swapped = self.closed = False

    # what is checked before anything is read

    def refusal(self) -> Refusal | None:
        """Why the request is refused by its head, whoever sent it."""
        limits, rows = self.guard.limits, self.scope.get("headers", ())
        found = host_refusal(self.headers, port=self.guard.port)
        if found is not None:
            return found
        self.known_host = self.headers[b"host"][0].decode("ascii")
        if len(rows) > limits.headers:
            return Refusal(status=431, because=f"A request may have {limits.headers} headers.")
        if any(len(name) + len(value) > limits.header_bytes for name, value in rows):
            return Refusal(
                status=431, because=f"A header may be {limits.header_bytes:,} bytes long."
            )
        if len(self.query) > limits.query:
            return Refusal(
                status=414,
                because=f"An address may carry {limits.query:,} bytes behind the question mark.",
            )
        return path_refusal(self.path, self.raw)

    def stranger(self) -> Refusal | None:
        """Why the request is refused by who sent it."""
        guard = self.guard
        shown = credentials_of(
            self.headers, token=guard._token, session=guard._session, port=guard.port
        )
        if isinstance(shown, Refusal):
            return shown
        host = self.headers[b"host"][0]
        if not shown.known:
            return NO_TOKEN
        if self.scope["type"] == "websocket":
            return socket_refusal(self.headers, host=host)
        if self.method in SAFE_METHODS:
            return None
        return site_refusal(self.headers, host=host, exempt=shown.exempt)

    # requests

    async def http(self) -> None:
        """Answer a request."""
        found = self.refusal()
        if found is None and self.method in ("GET", "HEAD"):
            tokens = link_tokens(self.query)
            if tokens and self.guard.hands_over(tokens):
                await self.hand_over()
                return
            found = self.stranger()
            if tokens and found is None:
                await self.hand_over()
                return
        elif found is None:
            found = self.stranger()
        limits = self.guard.limits
        if found is None and self.guard._busy >= limits.parallel:
            found = Refusal(
                status=503,
                because=f"{limits.parallel} requests are being answered already; ask again soon.",
            )
        if found is not None:
            await self.refuse(found)
            return
        self.guard._busy += 1
        task: asyncio.Task[None] | None = None
        try:
            body = await self.body()
            if body is not None:
                task = asyncio.create_task(self.answer(body))
                self.guard._running.add(task)
                task.add_done_callback(self.done)
                await self.watch(task)
        finally:
            if task is None:
                self.guard._busy -= 1
            else:
                self.closed = True
                task.cancel()

    def done(self, task: asyncio.Task[None]) -> None:
        """Free the place that a request held; work that overran its time holds it until it ends."""
        self.guard._busy -= 1
        self.guard._running.discard(task)

    async def watch(self, task: asyncio.Task[None]) -> None:
        """Wait for the answer, as long as it may take."""
        seconds = self.guard.limits.seconds
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            await task
            return
        self.closed = True
        LOG.warning("%s %s %s: no answer after %g s", self.id, *self.shown(), seconds)
        if not self.started:
            because = f"There was no answer within {seconds:g} seconds."
            await self.refuse(Refusal(status=503, because=because))

    async def answer(self, body: bytes) -> None:
        """Run the application; what it raises becomes an error with the request's number."""
        whole = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return whole.pop() if whole else await self.receive()

        try:
            await self.guard.app(self.scope, receive, self.reply)
        except Exception as error:
            LOG.error("%s %s %s: %s", self.id, *self.shown(), type(error).__name__)
            LOG.debug("%s", self.id, exc_info=error)
            if not self.started:
                because = "Something went wrong in the workbench; nothing was changed by it."
                await self.refuse(Refusal(status=500, because=because))

    async def body(self) -> bytes | None:
        """The whole body; ``None`` where it is refused or never ends."""
        limits = self.guard.limits
        try:
            async with asyncio.timeout(limits.body_seconds):
                return await self.read(limits)
        except (TimeoutError, _SlowError):
            because = (
                f"The request did not arrive within {limits.body_seconds:g} seconds, or paused for "
                f"{limits.pause_seconds:g}."
            )
            await self.refuse(Refusal(status=408, because=because))
        except _LargeError:
            because = f"The body of a request may be {limits.body:,} bytes long."
            await self.refuse(Refusal(status=413, because=because))
        except _GoneError:
            pass
        return None

    async def read(self, limits: Limits) -> bytes:
        """Read the body within its limits."""
        length = self.headers.get(b"content-length", (b"0",))[0]
        if length.isdigit() and (len(length) > 18 or int(length) > limits.body):
            raise _LargeError
        parts, size = [], 0
        while True:
            try:
                message = await asyncio.wait_for(self.receive(), limits.pause_seconds)
            except TimeoutError:
                raise _SlowError from None
            if message["type"] != "http.request":
                raise _GoneError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limits.body:
                raise _LargeError
            if not message.get("more_body", False):
                return b"".join(parts)

    async def reply(self, message: Message) -> None:
        """Send on what the application sends: with safety headers, its bare errors as templates."""
        if self.closed or self.swapped:
            return
        if message["type"] == "http.response.start":
            self.started = True
            rows = [(n.lower(), v) for n, v in message.get("headers", ())]
            status = int(message["status"])
            kinds = [value for name, value in rows if name == b"content-type"]
            if status >= 400 and (not kinds or kinds[0].startswith(b"text/plain")):
                self.swapped = True
                LOG.info("%s %s %s: %d", self.id, *self.shown(), status)
                more = [row for row in rows if row[0] in (b"allow", b"retry-after")]
                await self.whole(status, _SAID.get(status, "This cannot be answered."), more=more)
                return
            message = {**message, "headers": [*kept_headers(rows), *self.safety()]}
        await self.send(message)

    async def hand_over(self) -> None:
        """Exchange a link's token for the cookie, and lead to the same address without it."""
        target = redirect_target(self.path, self.query)
        cookie = (
            f"{cookie_name(self.guard.port)}={self.guard._session}; HttpOnly; SameSite=Strict; "
            "Path=/"
        )
        rows = [(b"set-cookie", cookie.encode()), *self.safety()]
        site = self.headers.get(b"sec-fetch-site", (b"none",))[0]
        if site in (b"none", b"same-origin"):
            rows += [(b"location", target.encode()), (b"content-length", b"0")]
            status, text = 303, b""
        else:
            text = hand_on_page(target)
            rows += [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", b"%d" % len(text)),
            ]
            status = 200
        await self.send({"type": "http.response.start", "status": status, "headers": rows})
        await self.send({"type": "http.response.body", "body": text})

    async def refuse(self, refusal: Refusal) -> None:
        """Refuse a request; the connection is closed, so that what is left of it is not read."""
        self.started = True
        LOG.warning("%s %s %s: refused, %d", self.id, *self.shown(), refusal.status)
        await self.whole(refusal.status, refusal.because, more=[(b"connection", b"close")])

    async def whole(self, status: int, because: str, *, more: list[Row]) -> None:
        """Send an error as a whole response."""
        rows, text = self.error(status, because)
        await self.send(
            {"type": "http.response.start", "status": status, "headers": [*rows, *more]}
        )
        await self.send({"type": "http.response.body", "body": text})

    def error(self, status: int, because: str) -> tuple[list[Row], bytes]:
        """Headers and text of an error."""
        as_json = self.path.startswith(API_PREFIX)
        kind, text = error_body(status, because=because, request_id=self.id, as_json=as_json)
        length = b"%d" % len(text)
        return [(b"content-type", kind), (b"content-length", length), *self.safety()], text

    def safety(self) -> list[Row]:
        """Headers of every response."""
        nonce = self.scope["state"]["nonce"]
        return safety_headers(nonce=nonce, host=self.known_host, hashes=self.guard.hashes)

    def shown(self) -> tuple[str, str]:
        """Method and path for the log: never the query, which may hold the token."""
        return ascii(self.method[:20]).strip("'"), ascii(self.path[:200])

    # sockets

    async def socket(self) -> None:
        """Let a socket's handshake through, or refuse it."""
        found = self.refusal() or self.stranger()
        if found is None and self.guard._sockets >= self.guard.limits.sockets:
            because = f"{self.guard.limits.sockets} pages are open already; close some."
            found = Refusal(status=503, because=because)
        if found is not None:
            await self.deny(found)
            return
        self.guard._sockets += 1
        try:
            await self.guard.app(self.scope, self.receive, self.send)
        except Exception as error:
            LOG.error("%s socket %s: %s", self.id, self.shown()[1], type(error).__name__)
            LOG.debug("%s", self.id, exc_info=error)
        finally:
            self.guard._sockets -= 1

    async def deny(self, refusal: Refusal) -> None:
        """Refuse a handshake, with the status where the server can send it, else by closing."""
        LOG.warning("%s socket %s: refused, %d", self.id, self.shown()[1], refusal.status)
        message = await self.receive()
        if message["type"] != "websocket.connect":
            return
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.send({"type": "websocket.close", "code": 1008})
            return
        rows, text = self.error(refusal.status, refusal.because)
        kind = "websocket.http.response"
        await self.send({"type": f"{kind}.start", "status": refusal.status, "headers": rows})
        await self.send({"type": f"{kind}.body", "body": text})


_SAID = {
    400: "The request cannot be read.",
    404: "There is no page at this address.",
    405: "This address does not take such a request.",
    413: "The request is too large.",
    500: "Something went wrong in the workbench.",
}
