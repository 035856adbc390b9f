"""Connections of the local server: slow and surplus clients are dropped, bad requests answered."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from demarche.show.workbench.guard_replies import error_body, safety_headers

__all__ = ["HEAD_SECONDS", "MOST_CONNECTIONS", "Sockets", "Wire"]

HEAD_SECONDS = 10.0
"""Time for the head of a request to arrive, from the connection or its first byte."""
MOST_CONNECTIONS = 256
"""Connections at the same time; more are closed unread."""

SWITCHED = 101


class Wire(H11Protocol):
    """HTTP/1.1 of uvicorn with a time for the head of a request, and errors with safety headers."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take up a connection, or close it where there are too many."""
        if len(self.connections) >= MOST_CONNECTIONS:
            transport.abort()
            self.transport = transport
            return
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; the time for a head runs until it is whole."""
        if self.transport.is_closing():
            return
        if self._timer is None and not self._answering():
            self._wait()
        super().data_received(data)
        if self._answering():
            self._rest()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection on to the protocol of sockets."""
        self._rest()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection."""
        self._rest()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Say that a request cannot be read, repeating nothing of it."""
        self._rest()
        if not self._answering():
            self.transport.write(_unreadable())
        self.transport.close()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._drop)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.abort()


class Sockets(WebSocketsSansIOProtocol):
    """Sockets of uvicorn whose malformed handshakes are answered as unreadable requests are."""

    def handle_connect(self, event: Any) -> None:
        """Take up a handshake; one that is malformed is refused, repeating nothing of it."""
        if self.conn.accept(event).status_code == SWITCHED:
            super().handle_connect(event)
        else:
            self._refuse()

    def data_received(self, data: bytes) -> None:
        """Read on; the first data are the whole head, so one that began nothing is refused."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self._refuse()

    def _refuse(self) -> None:
        self.handshake_complete = self.close_sent = True
        self.transport.write(_unreadable())
        self.transport.close()


def _unreadable() -> bytes:
    """The whole response to what cannot be read."""
    kind, text = error_body(
        400,
        because="The request cannot be read.",
        request_id=secrets.token_hex(8),
        as_json=False,
    )
    rows = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(text)),
        (b"connection", b"close"),
        *safety_headers(nonce=secrets.token_urlsafe(16), host=""),
    ]
    head = b"".join(b"%s: %s\r\n" % row for row in rows)
    return b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + text
