"""Ask an application in this process: one request, its status, headers and text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

import demarche.show.workbench
from demarche.show.workbench.pages import page_routes
from demarche.show.workbench.workspace import Workspace

STATIC = Path(demarche.show.workbench.__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    text: str


def app_of(workspace: Workspace) -> Starlette:
    """Only the pages and their style sheet, without the guard."""
    return Starlette(
        routes=[*page_routes(workspace), Mount("/static", StaticFiles(directory=STATIC))]
    )


def get(app: Any, address: str, *, method: str = "GET") -> Answered:
    path, _, query = address.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode("latin-1"), "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    parts: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        parts.append(message)

    asyncio.run(app(scope, receive, send))
    body = b"".join(part.get("body", b"") for part in parts)
    headers = {k.decode(): v.decode() for k, v in parts[0]["headers"]}
    return Answered(status=parts[0]["status"], headers=headers, text=body.decode("utf-8"))


def words_of(text: str) -> str:
    """What a reader sees of a page: without markup, blanks put together."""
    return Markup(text).striptags()


class _Safe(HTMLParser):
    """Fails on any element or attribute by which a text could run or load something."""

    ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "data")
    REFUSED = ("img", "iframe", "object", "embed", "base", "foreignobject", "template")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag not in self.REFUSED, tag
        assert tag != "script" or given.get("src", "").startswith("/static/"), given
        for name, value in attrs:
            assert not name.startswith("on") and name != "style", (tag, name)
            if name in self.ADDRESSES:
                ours = str(value).startswith(("/", "#")) and not str(value).startswith("//")
                outside = tag == "a" and str(value).startswith(("https://", "http://"))
                blank = (tag, value) == ("link", "data:,")  # no icon
                assert ours or outside or blank, (tag, name, value)
                assert not outside or given.get("rel") == "noopener noreferrer", given


def assert_safe(text: str) -> None:
    """Assert that a page holds no script of its own, no handler, no style, no odd address."""
    parser = _Safe(convert_charrefs=True)
    parser.feed(text)
    parser.close()
