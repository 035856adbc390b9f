"""A local web server that behaves as told, for tests of reading addresses."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PARAGRAPH = (
    "<p>Norway will probably leave the pact by May, officials said on day {n}. It was a long day "
    "in Oslo, and the ministers went home late.</p>"
)
PAGE = (
    "<!doctype html><html><head><title>The pact</title><meta name='author' content='Ann Lee'>"
    "<meta property='article:published_time' content='2026-03-04'></head><body><article>"
    + "".join(PARAGRAPH.format(n=n) for n in range(8))
    + "</article></body></html>"
).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for key, value in {**given, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.server.asked.append((self.headers.get("Host", ""), self.path))  # type: ignore[attr-defined]
        path, port = self.path, self.server.server_address[1]
        if path == "/robots.txt":
            return self.answer(b"User-agent: *\nDisallow: /private\n", Content_Type="text/plain")
        if path == "/ok" or path == "/private":
            return self.answer(PAGE)
        if path == "/there":
            return self.answer(b"", 302, Location="/ok")
        if path == "/loop":
            return self.answer(b"", 302, Location="/loop")
        if path.startswith("/to/"):
            return self.answer(b"", 302, Location=path[4:].replace("PORT", str(port)))
        if path == "/bomb":
            return self.answer(gzip.compress(b"a" * 30_000_000), Content_Encoding="gzip")
        if path == "/picture":
            return self.answer(b"\x89PNG", Content_Type="image/png")
        if path == "/busy":
            return self.answer(b"", 429, Retry_After="7")
        if path == "/empty":
            return self.answer(b"")
        if path == "/cut":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(PAGE[:100])
            self.close_connection = True
            return None
        if path in ("/endless", "/trickle"):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            try:
                for _ in range(100_000):
                    self.wfile.write(b"a" * (65_536 if path == "/endless" else 1))
                    self.wfile.flush()
                    if path == "/trickle":
                        time.sleep(0.1)
            except OSError:
                self.close_connection = True
            return None
        return self.answer(b"no such page", 404)


@contextmanager
def news_server() -> Iterator[http.server.ThreadingHTTPServer]:
    """Server on a free port of this computer; ``asked`` lists what was asked of it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
