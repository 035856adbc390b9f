"""One page from the web: checked address, redirects by hand, bounded time and size, no scripts."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from demarche import __version__
from demarche.errors import DataError
from demarche.reader.address import Resolver, Target, resolve, system_resolver, target_of
from demarche.reader.document import Document, document_of
from demarche.reader.limits import Limits

__all__ = ["AGENT", "Access", "Page", "document_of_address", "fetch_page"]

AGENT = f"demarche/{__version__} (reads one page on request)"
CONNECT = 5.0
"""Seconds to connect."""
TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/pdf",
)
NEEDED = "reading an address needs the extra reader: pip install 'demarche[reader]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the web is reached: the resolver, and addresses trusted although not public (tests)."""

    resolver: Resolver = system_resolver
    trusted: frozenset[tuple[str, int]] = frozenset()
    context: ssl.SSLContext | None = None
    robots: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came: bytes, final address, the chain of redirects, type and charset as stated."""

    data: bytes
    address: str
    chain: tuple[str, ...]
    type: str
    charset: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Clock:
    until: float
    limits: Limits

    def left(self, address: str) -> float:
        rest = self.until - time.monotonic()
        if rest <= 0:
            raise DataError(self.limits.over("seconds", f"{address[:120]} takes longer than that"))
        return rest


def fetch_page(address: str, *, limits: Limits | None = None, access: Access | None = None) -> Page:
    """One page, by the rules of `demarche.reader.address`; each redirect is checked anew.

    Raises
    ------
    DataError
        If a rule refuses, the server does, or a limit is met.
    """
    limits, access = limits or Limits(), access or Access()
    clock = _Clock(until=time.monotonic() + limits.seconds, limits=limits)
    ports = {port for _, port in access.trusted}
    chain: list[str] = []
    notes: list[str] = []
    current = target_of(address, trusted_ports=ports)
    for _ in range(limits.redirects + 1):
        if access.robots and not _allowed(current, limits, access, clock, notes):
            raise DataError(
                f"{current.host} asks robots not to read {current.path[:80]!r} (robots.txt): not "
                "asked. Save the page and read the file."
            )
        response, pool = _ask(current, access, clock)
        try:
            location = response.headers.get("location")
            if response.status in (301, 302, 303, 307, 308) and location:
                chain.append(current.text)
                following = target_of(urljoin(current.text, location), trusted_ports=ports)
                if current.scheme == "https" and following.scheme == "http":
                    raise DataError(f"{current.host} redirects from https to http: not followed.")
                if following.host != current.host:
                    notes.append(f"redirected from {current.host} to {following.host}")
                current = following
                continue
            _refuse(response, current)
            kind, charset = _kind(response, current)
            data = _body(response, current, limits, clock)
            return Page(
                data=data,
                address=current.text,
                chain=tuple(chain),
                type=kind,
                charset=charset,
                notes=tuple(notes),
            )
        finally:
            response.close()
            pool.close()
    raise DataError(limits.over("redirects", f"{address[:120]} redirects more often than that"))


def _ask(target: Target, access: Access, clock: _Clock) -> tuple[Any, Any]:
    """Answer of the server at the checked address, its body not yet read."""
    try:
        import urllib3
    except ImportError:
        raise DataError(NEEDED) from None
    where = resolve(target, resolver=access.resolver, trusted=access.trusted)
    timeout = urllib3.Timeout(connect=CONNECT, read=min(10.0, clock.left(target.text)))
    pool: Any
    if target.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            where,
            target.port,
            server_hostname=target.host,
            assert_hostname=target.host,
            ssl_context=access.context or ssl.create_default_context(),
        )
    else:
        pool = urllib3.HTTPConnectionPool(where, target.port)
    standard = target.port == (443 if target.scheme == "https" else 80)
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {
        "Host": host if standard else f"{host}:{target.port}",
        "User-Agent": AGENT,
        "Accept": "text/html, text/plain, application/pdf;q=0.8",
        "Accept-Encoding": "gzip, deflate",
    }
    try:
        response = pool.urlopen(
            "GET",
            target.path,
            headers=headers,
            redirect=False,
            retries=False,
            timeout=timeout,
            preload_content=False,
            decode_content=False,
            assert_same_host=False,
        )
    except urllib3.exceptions.SSLError:
        pool.close()
        raise DataError(f"{target.host} has no valid certificate: not read.") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        pool.close()
        raise DataError(
            f"{target.host} did not answer within {CONNECT:.0f} to 10 seconds."
        ) from None
    return response, pool


def _refuse(response: Any, target: Target) -> None:
    if response.status == 200:
        return
    wait = response.headers.get("retry-after", "")
    later = f" It asks to wait {wait[:30]} seconds." if wait.isdigit() else ""
    if response.status in (429, 503):
        raise DataError(f"{target.host} is busy (status {response.status}): try later.{later}")
    raise DataError(f"{target.host} answers with status {response.status} for this address.")


def _kind(response: Any, target: Target) -> tuple[str, str]:
    stated = response.headers.get("content-type", "").lower()
    kind, _, rest = stated.partition(";")
    kind = kind.strip()
    if kind not in TYPES:
        what = kind or "of no stated type"
        raise DataError(f"{target.host} sends {what[:60]!r}; HTML, plain text and PDF are read.")
    charset = ""
    for part in rest.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "charset":
            charset = value.strip(" \"'")[:40]
    return kind, charset


def _body(response: Any, target: Target, limits: Limits, clock: _Clock) -> bytes:
    """Body, unpacked; size, ratio and time are checked while it comes."""
    import urllib3

    parts: list[bytes] = []
    size = 0
    try:
        while True:
            clock.left(target.text)
            piece = response.read1(65_536, decode_content=True)
            if not piece:
                break
            size += len(piece)
            parts.append(piece)
            if size > limits.bytes:
                raise DataError(limits.over("bytes", f"{target.text[:120]} is larger than that"))
            wire = max(1, response.tell())
            if size > 1_000_000 and size / wire > limits.ratio:
                raise DataError(limits.over("ratio", f"{target.text[:120]} grows more than that"))
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise DataError(
            f"{target.host} broke off after {size:,} bytes; nothing was read."
        ) from None
    if not size:
        raise DataError(f"{target.host} sent an empty page.")
    return b"".join(parts)


def _allowed(
    target: Target, limits: Limits, access: Access, clock: _Clock, notes: list[str]
) -> bool:
    """Whether robots.txt lets this page be read; one that is not there lets it."""
    where = replace(target, path="/robots.txt", text=f"{target.scheme}://{target.host}/robots.txt")
    try:
        response, pool = _ask(where, access, clock)
    except DataError as error:
        if "did not answer" not in str(error):
            raise
        notes.append(f"{target.host} did not say in robots.txt what may be read")
        return True
    try:
        if response.status >= 500:
            notes.append(f"robots.txt of {target.host} answers with status {response.status}")
            return True
        if response.status != 200:
            return True
        small = replace(limits, bytes=min(limits.bytes, 500_000))
        rules = RobotFileParser()
        try:
            text = _body(response, where, small, clock).decode("utf-8", "replace")
        except DataError:
            return True
        rules.parse(text.splitlines())
        return rules.can_fetch("demarche", target.text)
    finally:
        response.close()
        pool.close()


def document_of_address(
    address: str,
    *,
    limits: Limits | None = None,
    date: dt.date | None = None,
    encoding: str | None = None,
    retrieved: str = "",
    access: Access | None = None,
) -> Document:
    """Document of a web page, with its final address and the chain of redirects.

    Parameters
    ----------
    address : str
    limits, date, encoding
        As for `demarche.reader.document.document_of`.
    retrieved : str
        When it was asked for, as the caller's clock says.
    access : Access, optional
        Resolver and trusted addresses.

    Raises
    ------
    DataError
        As for `fetch_page` and `document_of`.
    """
    page = fetch_page(address, limits=limits, access=access)
    document = document_of(
        page.data,
        origin=page.address,
        limits=limits,
        encoding=encoding or page.charset or None,
        date=date,
    )
    return replace(
        document,
        address=page.address,
        chain=page.chain,
        retrieved=retrieved,
        notes=(*page.notes, *document.notes),
    )


def is_address(text: str, known: Iterable[str] = ("http://", "https://")) -> bool:
    """Whether what was named is a web address.

    Examples
    --------
    >>> is_address("https://example.com"), is_address("article.txt")
    (True, False)
    """
    return text.lower().startswith(tuple(known)) or ("://" in text[:12])
