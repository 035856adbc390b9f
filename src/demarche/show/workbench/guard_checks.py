"""What a request to the local server must fulfil: host, token, origin, path; pure functions."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

__all__ = [
    "SAFE_METHODS",
    "Credentials",
    "Headers",
    "Refusal",
    "cookie_name",
    "credentials_of",
    "headers_of",
    "host_refusal",
    "link_tokens",
    "path_refusal",
    "redirect_target",
    "safe_target",
    "same_origin",
    "session_of",
    "site_refusal",
    "socket_refusal",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that never write."""
HOSTS = (b"127.0.0.1", b"localhost", b"[::1]")
LONGEST_HOST = 255
LONGEST_PATH = 2_048
_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*) +([\x21-\x7e].*)")
_BEARER = re.compile(rb"[A-Za-z0-9._~+/-]+=*")
_ORIGIN = re.compile(rb"([a-z][a-z0-9+.-]*)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_PORTS = {b"http": 80, b"https": 443}

Headers = Mapping[bytes, tuple[bytes, ...]]
"""Values by lower-case name, in the order sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is refused; the sentence is fixed and repeats nothing of the request."""

    status: int
    because: str


NO_TOKEN = Refusal(
    status=403,
    because="This workbench opens only for whoever started it. Open the link that it printed "
    "when it started; a link of an earlier start no longer opens it.",
)
_HOST = Refusal(status=400, because="A request must name its host once, as host and port.")
_OTHER_HOST = Refusal(
    status=403, because="This server answers only to its own address on this computer."
)
_REPEATED = Refusal(status=403, because="A header that may be sent once was sent more than once.")
_AUTHORIZATION = Refusal(status=403, because="The Authorization header cannot be read.")
_OTHER_SITE = Refusal(status=403, because="A request of another site's page is not answered here.")
_PATH = Refusal(status=400, because="The address is none that this server could have.")


def headers_of(rows: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Values of every header by its name in lower case.

    Examples
    --------
    >>> headers_of([(b"Host", b"a"), (b"host", b"b")])
    {b'host': (b'a', b'b')}
    """
    found: dict[bytes, tuple[bytes, ...]] = {}
    for name, value in rows:
        key = name.lower()
        found[key] = (*found.get(key, ()), value)
    return found


def host_refusal(headers: Headers, *, port: int) -> Refusal | None:
    """Refuse every host but this computer's own names with the port in use.

    A page of another site whose name was pointed at this computer sends its own name as host; that
    is how it is told apart.

    Examples
    --------
    >>> host_refusal({b"host": (b"localhost:8000",)}, port=8000) is None
    True
    >>> host_refusal({b"host": (b"localhost.evil.com:8000",)}, port=8000).status
    403
    >>> host_refusal({}, port=8000).status
    400
    """
    found = headers.get(b"host", ())
    if len(found) != 1 or not 0 < len(found[0]) <= LONGEST_HOST:
        return _HOST
    if any(not 0x21 <= byte <= 0x7E for byte in found[0]):
        return _HOST
    allowed = {b"%s:%d" % (name, port) for name in HOSTS}
    if port == _PORTS[b"http"]:
        allowed |= set(HOSTS)
    return None if found[0] in allowed else _OTHER_HOST


def path_refusal(path: str, raw: bytes) -> Refusal | None:
    r"""Refuse paths that no page has: control characters, backslashes, ``..``, two slashes, length.

    Examples
    --------
    >>> path_refusal("/cases", b"/cases") is None
    True
    >>> path_refusal("/../x", b"/..%2fx").status
    400
    """
    odd = any(ord(c) < 0x20 or c in "\\\x7f" for c in path)
    if odd or not path.startswith("/") or path.startswith("//") or len(raw) > LONGEST_PATH:
        return _PATH
    return _PATH if ".." in path.split("/") else None


def session_of(token: str, *, port: int) -> str:
    """Value of the cookie that the token is exchanged for; the token cannot be told from it."""
    return hmac.new(token.encode(), b"cookie of port %d" % port, hashlib.sha256).hexdigest()


def cookie_name(port: int) -> str:
    """Name of the cookie; cookies do not know ports, so that the name does."""
    return f"demarche-{port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request showed: a bearer token, our cookie, and whether it sent any cookie at all."""

    bearer: bool
    cookie: bool
    any_cookie: bool

    @property
    def known(self) -> bool:
        """Whether it comes from whoever started the server."""
        return self.bearer or self.cookie

    @property
    def exempt(self) -> bool:
        """Whether no browser can have sent it on behalf of another site."""
        return self.bearer and not self.any_cookie


def credentials_of(
    headers: Headers, *, token: str, session: str, port: int
) -> Credentials | Refusal:
    """What a request showed; a header that cannot be read, or a wrong bearer token, is refused.

    Basic and Digest credentials are those a browser sends by itself; they count for nothing.
    """
    bearer = False
    authorization = headers.get(b"authorization", ())
    if len(authorization) > 1:
        return _REPEATED
    if authorization:
        found = _SCHEME.fullmatch(authorization[0])
        if found is None:
            return _AUTHORIZATION
        if found[1].lower() == b"bearer":
            if not _BEARER.fullmatch(found[2]):
                return _AUTHORIZATION
            if not hmac.compare_digest(found[2], token.encode()):
                return NO_TOKEN
            bearer = True
    cookies = b";".join(headers.get(b"cookie", ())).split(b";")
    name = cookie_name(port).encode()
    right = False
    for pair in cookies:
        key, _, value = pair.strip().partition(b"=")
        right |= key == name and hmac.compare_digest(value, session.encode())
    return Credentials(bearer=bearer, cookie=right, any_cookie=b"cookie" in headers)


def same_origin(origin: bytes, *, host: bytes) -> bool:
    """Whether an ``Origin`` is that of this server as the request calls it.

    Examples
    --------
    >>> same_origin(b"http://localhost:8000", host=b"localhost:8000")
    True
    >>> same_origin(b"http://localhost:80", host=b"localhost")
    True
    >>> same_origin(b"null", host=b"localhost:8000")
    False
    """
    found, own = _ORIGIN.fullmatch(origin), _ORIGIN.fullmatch(b"http://" + host)
    return found is not None and own is not None and _parts(found) == _parts(own)


def _parts(found: re.Match[bytes]) -> tuple[bytes, bytes, int]:
    scheme = found[1]
    port = int(found[3]) if found[3] is not None else _PORTS.get(scheme, -1)
    return scheme, found[2], port


def site_refusal(headers: Headers, *, host: bytes, exempt: bool) -> Refusal | None:
    """Refuse an unsafe request that a page of another site caused.

    ``Sec-Fetch-Site`` decides where it is sent; else ``Origin`` does; where both are absent no
    browser sent it, and the token alone decides.
    """
    if exempt:
        return None
    site, origin = headers.get(b"sec-fetch-site", ()), headers.get(b"origin", ())
    if len(site) > 1 or len(origin) > 1:
        return _REPEATED
    if site:
        return None if site[0] in (b"same-origin", b"none") else _OTHER_SITE
    if origin:
        return None if same_origin(origin[0], host=host) else _OTHER_SITE
    return None


def socket_refusal(headers: Headers, *, host: bytes) -> Refusal | None:
    """Refuse the handshake of a socket from another site: both headers must hold where sent."""
    site, origin = headers.get(b"sec-fetch-site", ()), headers.get(b"origin", ())
    if len(site) > 1 or len(origin) > 1:
        return _REPEATED
    if site and site[0] not in (b"same-origin", b"none"):
        return _OTHER_SITE
    if origin and not same_origin(origin[0], host=host):
        return _OTHER_SITE
    return None


def link_tokens(query: bytes) -> tuple[str, ...]:
    """Tokens that a query hands over."""
    found = [_pair(part) for part in query.split(b"&")]
    return tuple(value.decode("ascii", "replace") for key, value in found if key == b"token")


def _pair(part: bytes) -> tuple[bytes, bytes]:
    key, _, value = part.partition(b"=")
    return unquote_to_bytes(key.replace(b"+", b" ")), unquote_to_bytes(value)


def redirect_target(path: str, query: bytes) -> str:
    """Where a link leads once its token is taken: the same path and query without it.

    Examples
    --------
    >>> redirect_target("/cases", b"q=oil&token=abc")
    '/cases?q=oil'
    >>> redirect_target("//example.com", b"token=abc")
    '/'
    """
    kept = b"&".join(part for part in query.split(b"&") if part and _pair(part)[0] != b"token")
    if any(not 0x21 <= byte <= 0x7E for byte in kept):
        kept = b""
    target = quote(path, safe="/:@!$&'()*+,;=~-._")
    if not safe_target(path) or not safe_target(target):
        return "/"
    return f"{target}?{kept.decode('ascii')}" if kept else target


def safe_target(target: str) -> bool:
    r"""Whether a redirect there stays here: one slash, then neither slash nor backslash.

    Examples
    --------
    >>> [safe_target(t) for t in ("/", "/cases", "//example.com", "/\\example.com", "x", "/\r\nX:")]
    [True, True, False, False, False, False]
    """
    if not target.startswith("/") or target[1:2] in ("/", "\\"):
        return False
    return all(0x20 <= ord(c) != 0x7F for c in target)
