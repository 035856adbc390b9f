"""What the local server sends with every response: safety headers, and errors as fixed texts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus

__all__ = ["Row", "error_body", "hand_on_page", "hashes_of", "kept_headers", "safety_headers"]

Row = tuple[bytes, bytes]
"""A header: name and value."""
_SET = frozenset(
    {
        b"cache-control",
        b"content-security-policy",
        b"content-security-policy-report-only",
        b"cross-origin-opener-policy",
        b"cross-origin-resource-policy",
        b"referrer-policy",
        b"server",
        b"x-content-type-options",
    }
)
_PAGE = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n{more}'
    "<title>{title}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n"
    "</html>\n"
)


def safety_headers(*, nonce: str, host: str, hashes: Sequence[str] = ()) -> list[Row]:
    """Headers of every response.

    Nothing loads but what this server sends; scripts and style sheets only from its own files or
    with this response's nonce, or where their text has one of these hashes; styles of single
    elements are allowed, since drawings set them.
    """
    known = "".join(f" '{text}'" for text in hashes)
    sources = (
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'{known}",
        f"style-src 'self' 'nonce-{nonce}'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        f"connect-src 'self' ws://{host}" if host else "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return [
        (b"content-security-policy", "; ".join(sources).encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
    ]


def hashes_of(page: str) -> tuple[str, ...]:
    """Hashes of the scripts that stand in a page without attributes, in order.

    Examples
    --------
    >>> hashes_of("<script>1</script><script src='x'></script>")
    ('sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=',)
    """
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    sums = [hashlib.sha256(text.encode()).digest() for text in found]
    return tuple(f"sha256-{base64.b64encode(one).decode()}" for one in sums)


def kept_headers(rows: Iterable[Row]) -> list[Row]:
    """Headers of a response without those that the guard sets, and without any of CORS."""
    return [
        (name, value)
        for name, value in rows
        if name.lower() not in _SET and not name.lower().startswith(b"access-control-")
    ]


def error_body(status: int, *, because: str, request_id: str, as_json: bool) -> tuple[bytes, bytes]:
    """Content type and text of an error: a problem of RFC 9457, or a small page.

    Only fixed sentences go in; nothing of the request is repeated.

    Examples
    --------
    >>> kind, text = error_body(404, because="Not here.", request_id="0f", as_json=True)
    >>> kind, json.loads(text)["title"]
    (b'application/problem+json', 'Not Found')
    """
    title = _phrase(status)
    if as_json:
        data = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": because,
            "request_id": request_id,
        }
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        return b"application/problem+json", text.encode()
    body = (
        f"<p>{_escaped(because)}</p>\n"
        f"<p>Request {request_id}; the same number is in the log of the server.</p>\n"
        '<p><a href="/">To the workbench</a></p>\n'
    )
    return b"text/html; charset=utf-8", _PAGE.format(title=title, body=body, more="").encode()


def hand_on_page(target: str) -> bytes:
    """A page that leads on by itself: a strict cookie is not sent on another site's redirect."""
    address = _escaped(target)
    more = f'<meta http-equiv="refresh" content="0;url={address}">\n'
    body = f'<p><a href="{address}">To the workbench</a></p>\n'
    return _PAGE.format(title="demarche workbench", body=body, more=more).encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _escaped(text: str) -> str:
    import html

    return html.escape(text, quote=True)
