"""One question to a server: redirects by hand, checked addresses, retries, back-off, caps."""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from demarche.errors import DataError, MethodError

try:
    import urllib3
    from urllib3.exceptions import HTTPError, SSLError
except ImportError:
    raise MethodError(
        "downloads need urllib3: install the extra with pip install 'demarche[record]', or fetch "
        "the files yourself and read them with demarche record sync --from"
    ) from None

from demarche.record.addresses import Allowed, NameNotFoundError, Resolver, shown, target

__all__ = [
    "Answer",
    "Manners",
    "MissingError",
    "TryLaterError",
    "ask",
    "checked_token",
    "opened",
    "pieces",
    "retried",
]

T = TypeVar("T")
Sleep = Callable[[float], None]
Response = urllib3.BaseHTTPResponse
_RETRY = (429, 500, 502, 503, 504)
_REDIRECT = (301, 302, 303, 307, 308)
_AGENT = "demarche (research software; reads public event data)"


class MissingError(DataError):
    """The server says 404 or 410: not there, or not there yet."""


class TryLaterError(DataError):
    """A fault that may pass: busy, stalled, cut off, refused; ``wait`` is what the server asks."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How patiently and how much to ask; every limit is a parameter.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Seconds; `read_timeout` is the longest silence between two pieces.
    slowest : float
        Bytes per second, over `slow_after` seconds, below which a transfer counts as stalled.
    slow_after : float
    attempts : int
        Attempts without any progress before giving up.
    most_attempts : int
        Attempts in all.
    backoff, longest_wait : float
        Seconds before the second attempt, doubled each time, and the longest wait of all.
    most_bytes : int
        Cap on one body.
    most_redirects : int
    sleep, clock : callables
        Injected, so that tests need not wait.
    resolve : callable, optional
        Name to numbers; the system's resolver unless given.
    on_request : callable, optional
        Called with the address before each request: for counting against a quota.
    pools : dict
        Connections kept open between requests.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    slowest: float = 200.0
    slow_after: float = 60.0
    attempts: int = 5
    most_attempts: int = 40
    backoff: float = 1.0
    longest_wait: float = 300.0
    most_bytes: int = 4 * 2**30
    most_redirects: int = 5
    sleep: Sleep = time.sleep
    clock: Callable[[], float] = time.monotonic
    resolve: Resolver | None = None
    on_request: Callable[[str], None] | None = None
    pools: dict[tuple[str, str, int, str], urllib3.HTTPConnectionPool] = field(
        default_factory=dict, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def checked_token(token: str, *, variable: str) -> str:
    """The token, if it can be sent as it is; it is never shown.

    Raises
    ------
    DataError
        If it holds what no header may hold; names the environment variable it came from.
    """
    if not token.isascii() or not token.isprintable() or token != token.strip():
        raise DataError(
            f"{variable} begins or ends with a blank, or holds a line end or a letter beyond "
            "ASCII: set it again without (its value is not shown)"
        )
    return token


def ask(
    address: str,
    *,
    allowed: Allowed,
    manners: Manners,
    headers: Mapping[str, str] | None = None,
    form: bytes | None = None,
    accept: tuple[int, ...] = (),
) -> Answer:
    """Whole body of an answer, with retries.

    Parameters
    ----------
    address : str
    allowed : Allowed
    manners : Manners
    headers : mapping, optional
        Sent to the first host only, never to another one after a redirect.
    form : bytes, optional
        Body of a POST; without it the method is GET.
    accept : tuple of int
        Further statuses to hand back instead of raising, such as 401.

    Raises
    ------
    MissingError, TryLaterError, DataError
    """

    def once() -> Answer:
        with opened(
            address, allowed=allowed, manners=manners, headers=headers, form=form, accept=accept
        ) as response:
            body = b"".join(pieces(response, manners=manners, cap=manners.most_bytes))
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body,
            )

    return retried(once, manners=manners)


def retried(once: Callable[[], T], *, manners: Manners, size: Callable[[], int] | None = None) -> T:
    """Run `once` until it succeeds, waiting between attempts.

    The wait before attempt k is ``backoff * 2**(k - 1)`` seconds, or what the server asked for if
    that is longer. Where `size` is given, an attempt that made it grow counts as progress and
    starts the count afresh.

    Raises
    ------
    TryLaterError
        After ``attempts`` without progress, or ``most_attempts`` in all, or at once when the
        server asks for a longer wait than ``longest_wait``.
    """
    vain = 0
    for total in range(1, manners.most_attempts + 1):
        before = size() if size else 0
        try:
            return once()
        except NameNotFoundError as error:
            last = TryLaterError(str(error))
        except TryLaterError as error:
            last = error
        vain = 0 if size and size() > before else vain + 1
        wait = max(manners.backoff * 2 ** max(vain - 1, 0), last.wait or 0.0)
        if last.wait and last.wait > manners.longest_wait:
            raise TryLaterError(
                f"{last}; it asks to wait {last.wait:.0f} s, more than {manners.longest_wait:.0f} "
                "s: run the same command later, what is here is kept",
                wait=last.wait,
            )
        if vain >= manners.attempts or total == manners.most_attempts:
            break
        manners.sleep(min(wait, manners.longest_wait))
    raise TryLaterError(
        f"{last}; gave up after {total} attempts. Run the same command again later: what is here "
        "is kept",
        wait=last.wait,
    )


@contextmanager
def opened(
    address: str,
    *,
    allowed: Allowed,
    manners: Manners,
    headers: Mapping[str, str] | None = None,
    form: bytes | None = None,
    accept: tuple[int, ...] = (),
) -> Iterator[Response]:
    """Answer to one request, redirects followed and checked one by one, body not yet read.

    Raises
    ------
    MissingError
        On 404 and 410.
    TryLaterError
        On 429, 500, 502, 503, 504, a reset, a refusal or a time-out.
    DataError
        On any other status, an address that `target` refuses, a step down from https to http, an
        invalid certificate, or an encoded body.
    """
    here, sent = address, dict(headers or {})
    for _ in range(manners.most_redirects + 1):
        response = _request(here, allowed, manners, sent, form, accept)
        if response.status not in _REDIRECT:
            try:
                _refuse(response, here, accept)
                yield response
            finally:
                response.close()
            return
        place = response.headers.get("Location", "")
        response.close()
        there = urljoin(here, place)
        if here.startswith("https:") and not there.startswith("https:"):
            raise DataError(f"{shown(here)}: sends us from https to {shown(there)}; refused")
        if urlsplit(there).netloc != urlsplit(here).netloc:
            sent = {name: value for name, value in sent.items() if name in ("Range", "If-Range")}
            form = None
        here = there
    raise DataError(
        f"{shown(address)}: more than {manners.most_redirects} redirects, one after the other; "
        "refused"
    )


def pieces(response: Response, *, manners: Manners, cap: int) -> Iterator[bytes]:
    """Body as it arrives, watched for stalls and for more than `cap` bytes.

    Raises
    ------
    TryLaterError
        If the body is cut off, or comes slower than ``slowest`` bytes per second.
    DataError
        If it holds more than `cap` bytes.
    """
    total, since, counted = 0, manners.clock(), 0
    while True:
        try:
            piece = response.read1(65536, decode_content=False)
        except (HTTPError, OSError) as error:
            raise TryLaterError(f"the transfer broke off after {total} bytes ({error})") from None
        if not piece:
            return
        total += len(piece)
        counted += len(piece)
        if total > cap:
            raise DataError(f"the body goes on after {cap} bytes, the most expected; refused")
        spent = manners.clock() - since
        if spent > manners.slow_after:
            if counted / spent < manners.slowest:
                raise TryLaterError(f"only {counted} bytes in {spent:.0f} s: the transfer stalled")
            since, counted = manners.clock(), 0
        yield piece


def _request(
    address: str,
    allowed: Allowed,
    manners: Manners,
    headers: Mapping[str, str],
    form: bytes | None,
    accept: tuple[int, ...],
) -> Response:
    at = target(address, allowed=allowed, resolve=manners.resolve)
    if manners.on_request is not None:
        manners.on_request(address)
    sent = {"Host": urlsplit(address).netloc, "User-Agent": _AGENT, "Accept-Encoding": "identity"}
    sent |= headers
    last: Exception | None = None
    for number in at.numbers:
        try:
            return _pool(at.scheme, number, at.port, at.host, manners).urlopen(
                "GET" if form is None else "POST",
                at.path,
                body=form,
                headers=sent,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except SSLError as error:
            raise DataError(f"{shown(address)}: its certificate is not valid ({error})") from None
        except (HTTPError, OSError) as error:
            last = error
    raise TryLaterError(f"{shown(address)}: no answer ({_reason(last)})")


def _reason(error: Exception | None) -> str:
    text = str(error)
    if "refused" in text:
        return "connection refused"
    if "timed out" in text.lower():
        return "timed out"
    return text


def _pool(
    scheme: str, number: str, port: int, host: str, manners: Manners
) -> urllib3.HTTPConnectionPool:
    key = (scheme, number, port, host)
    if key not in manners.pools:
        timeout = urllib3.Timeout(connect=manners.connect_timeout, read=manners.read_timeout)
        if scheme == "https":
            # The name was resolved once and checked; the certificate still has to bear the name.
            manners.pools[key] = urllib3.HTTPSConnectionPool(
                number,
                port,
                timeout=timeout,
                cert_reqs=ssl.CERT_REQUIRED,
                server_hostname=host,
                assert_hostname=host,
            )
        else:
            manners.pools[key] = urllib3.HTTPConnectionPool(number, port, timeout=timeout)
    return manners.pools[key]


def _refuse(response: Response, address: str, accept: tuple[int, ...]) -> None:
    status = response.status
    if status in accept:
        return
    if status in (404, 410):
        raise MissingError(f"{shown(address)}: not there ({status})")
    if status in _RETRY:
        raise TryLaterError(
            f"{shown(address)}: the server answers {status}", wait=_retry_after(response)
        )
    if status in (401, 403):
        raise DataError(f"{shown(address)}: access refused ({status}); is your token right?")
    if status not in (200, 206):
        raise DataError(f"{shown(address)}: the server answers {status}, expected 200")
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise DataError(f"{shown(address)}: body encoded as {encoding!r} though not asked for")


def _retry_after(response: Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        # The server's own clock, not ours: the header may be an instant.
        until = email.utils.parsedate_to_datetime(text)
        since = email.utils.parsedate_to_datetime(response.headers.get("Date", ""))
        return max((until - since).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
