"""A server in a thread, as the workbench runs it, and clients that say exactly what they send."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import uvicorn

from demarche.show.workbench.guard import Asgi, Guard
from demarche.show.workbench.serve import bound, configured

TOKEN = "t" * 43


@contextlib.contextmanager
def served(make: Callable[[int], Guard | Asgi]) -> Iterator[int]:
    """Port of a server that runs what is made for it."""
    with bound(0) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(configured(make(port)))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline and thread.is_alive()
            time.sleep(0.01)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(15)
            assert not thread.is_alive()


def raw(port: int, data: bytes, *, wait: float = 10.0, first: bool = False) -> bytes:
    """All that the server answers to these bytes until it closes, or the first part of it."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        connection.sendall(data)
        found = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                found += part
                if first:
                    break
        return found


async def lived(receive, send) -> None:
    """Start and stop of an application that needs neither."""
    for part in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{part}"
        await send({"type": f"lifespan.{part}.complete"})
