"""Requests to an ASGI application without a network: each test says every byte that counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Row = tuple[bytes, bytes]


@dataclass
class Reply:
    """What an application answered."""

    status: int = 0
    rows: list[Row] = field(default_factory=list)
    body: bytes = b""
    codes: list[int] = field(default_factory=list)

    def header(self, name: str) -> str:
        found = [value for key, value in self.rows if key.lower() == name.encode()]
        assert len(found) <= 1, f"{name} twice"
        return found[0].decode() if found else ""

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def rows_of(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Row]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def asked(
    app,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes | list[bytes] = b"",
    stalls: bool = False,
    kind: str = "http",
) -> Reply:
    """Reply to one request; ``stalls`` keeps the body from ever ending."""
    return asyncio.run(
        ask(app, method, target, headers=headers, body=body, stalls=stalls, kind=kind)
    )


async def ask(
    app,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes | list[bytes] = b"",
    stalls: bool = False,
    kind: str = "http",
) -> Reply:
    """As `asked`, in a loop that runs already."""
    raw, _, query = target.partition("?")
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": rows_of(headers),
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    parts = [body] if isinstance(body, bytes) else list(body)
    reply, over = Reply(), asyncio.Event()
    if kind == "websocket":
        scope["extensions"] = {"websocket.http.response": {}}
        coming: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    else:
        coming = [
            {"type": "http.request", "body": part, "more_body": stalls or n + 1 < len(parts)}
            for n, part in enumerate(parts)
        ]

    async def receive():
        if coming:
            return coming.pop(0)
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        kind = message["type"]
        if kind.endswith("response.start"):
            assert not reply.status, "started twice"
            reply.status, reply.rows = message["status"], list(message["headers"])
        elif kind.endswith("response.body"):
            reply.body += message.get("body", b"")
            if not message.get("more_body"):
                over.set()
        elif kind == "websocket.accept":
            reply.status = 101
        elif kind == "websocket.close":
            reply.codes.append(message.get("code", 1000))

    await asyncio.wait_for(app(scope, receive, send), 60)
    return reply
