"""A server on this machine that misbehaves as told: for the tests of downloads."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demarche.record.exchange import Manners


class FaultyServer:
    """Answers each path with its list of behaviours, one a request, the last one for ever."""

    def __init__(self):
        self.routes: dict[str, list[Callable]] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.release = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                path = self.path.split("?")[0]
                server.requests.append((self.command, self.path, dict(self.headers), body))
                acts = server.routes.get(path)
                if not acts:
                    return plain(404)(self)
                act = acts.pop(0) if len(acts) > 1 else acts[0]
                return act(self)

            do_POST = do_GET

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def on(self, path: str, *acts: Callable):
        self.routes[path] = list(acts)


def _head(handler, status, headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, str(value))
    handler.end_headers()


def plain(status=200, body=b"", **headers):
    """A whole answer."""

    def act(handler):
        _head(handler, status, {"Content-Length": len(body)} | _named(headers))
        handler.wfile.write(body)

    return act


def data(body, *, etag='"one"', ranges=True, cut=None, **headers):
    """A file that can be resumed; `cut` closes the line after as many bytes of the answer."""

    def act(handler):
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        condition = handler.headers.get("If-Range")
        if ranges and asked and condition in (None, etag):
            start = int(asked[1])
        if start and start >= len(body):
            return plain(416)(handler)
        rest = body[start:]
        named = {"Content-Length": len(rest)} | ({"ETag": etag} if etag else {}) | _named(headers)
        if start:
            named["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        _head(handler, 206 if start else 200, named)
        handler.wfile.write(rest if cut is None else rest[:cut])
        if cut is not None and cut < len(rest):
            drop(handler)
        return None

    return act


def drop(handler):
    """Reset the line."""
    handler.wfile.flush()
    handler.close_connection = True
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def stall(server, body, sent):
    """Sends the first `sent` bytes and then says nothing until the server closes."""

    def act(handler):
        _head(handler, 200, {"Content-Length": len(body), "ETag": '"one"'})
        handler.wfile.write(body[:sent])
        handler.wfile.flush()
        server.release.wait(5)
        handler.close_connection = True

    return act


def endless(piece=b"PK" + b"x" * 65534, times=10_000):
    """A body without length that goes on."""

    def act(handler):
        _head(handler, 200, {"Connection": "close"})
        try:
            for _ in range(times):
                handler.wfile.write(piece)
        except OSError:
            pass
        handler.close_connection = True

    return act


def drip(times=400):
    """One byte at a time, without pause and without end."""

    def act(handler):
        handler.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _head(handler, 200, {"Connection": "close"})
        try:
            for _ in range(times):
                handler.wfile.write(b"P")
                handler.wfile.flush()
                threading.Event().wait(0.001)
        except OSError:
            pass
        handler.close_connection = True

    return act


def _named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def md5(body):
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def impatient(waits=None, **more):
    """Manners that never really wait; the waits are noted."""
    return Manners(
        **(
            {"sleep": (waits if waits is not None else []).append}
            | {"read_timeout": 0.3, "connect_timeout": 1.0, "attempts": 3}
            | more
        )
    )
