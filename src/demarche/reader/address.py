"""Which web addresses may be asked: public ones, over HTTP or HTTPS, checked after resolution."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from demarche.errors import DataError

__all__ = [
    "Resolver",
    "Target",
    "public",
    "resolve",
    "system_resolver",
    "target_of",
    "without_secret",
]

Resolver = Callable[[str, int], Sequence[str]]
"""From a host name and port to the addresses it has now."""
_BAD = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2000-\u200f\u2028-\u202f\ufeff]")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_SITE = ipaddress.ip_network("fec0::/10")
_SECRET = re.compile(r"^(\s*[\w+.-]*:?//)(?=[^@]*:|[^/?#]*@).*@", re.DOTALL)
LONGEST = 2_000
"""Characters of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address in parts, its host in ASCII form."""

    scheme: str
    host: str
    port: int
    path: str
    text: str


def without_secret(text: str) -> str:
    """Address without the user name and password before its host.

    Examples
    --------
    >>> without_secret("https://me:secret@example.com/a")
    'https://…@example.com/a'
    """
    return _SECRET.sub("\\1…@", text)


def target_of(text: str, *, trusted_ports: Iterable[int] = ()) -> Target:
    """Parts of a web address.

    Raises
    ------
    DataError
        If it is no plain http or https address; the sentence names the rule.

    Examples
    --------
    >>> target_of("https://example.com/a?b=1").path
    '/a?b=1'
    """
    shown = without_secret(text)[:120]
    if len(text) > LONGEST:
        raise DataError(f"the address has {len(text):,} characters; at most {LONGEST:,} are asked.")
    if _BAD.search(text):
        raise DataError(f"{shown!r} holds a blank, a backslash or a control character: not asked.")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise DataError(f"{shown!r} is no web address that can be read.") from None
    if parts.scheme not in ("http", "https"):
        raise DataError(
            f"{shown!r}: only http and https are asked, not {parts.scheme or 'this'!r}."
        )
    if "@" in parts.netloc:
        raise DataError(f"{shown!r} carries a user name: not asked.")
    if not host:
        raise DataError(f"{shown!r} names no host.")
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise DataError(f"{shown!r}: the host {host[:60]!r} is no valid name.") from None
    number = port or (443 if parts.scheme == "https" else 80)
    if number not in (80, 443, *trusted_ports):
        raise DataError(f"{shown!r}: only ports 80 and 443 are asked, not {number}.")
    path = parts.path or "/"
    path = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path)
    query = "".join(
        c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in parts.query
    )
    return Target(
        scheme=parts.scheme,
        host=ascii_host,
        port=number,
        path=path + (f"?{query}" if query else ""),
        text=text.split("#", 1)[0],
    )


def public(address: str) -> bool:
    """Whether an address is one of the public internet, also by what is embedded in it.

    Examples
    --------
    >>> public("8.8.8.8"), public("127.0.0.1"), public("64:ff9b::7f00:1"), public("fec0::1")
    (True, False, False, False)
    """
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.sixtofour is not None:
        # by the address it holds: to some versions of Python no 6to4 address is global
        return public(str(found.sixtofour))
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return True
    if found in _SITE or found in _NAT64_LOCAL:
        return False
    return all(public(str(inner)) for inner in _embedded(found))


def _embedded(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """IPv4 addresses inside an IPv6 one: mapped, compatible, NAT64, Teredo."""
    found: list[ipaddress.IPv4Address] = []
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None:
        found.append(address.ipv4_mapped)
    if address in _COMPATIBLE or address in _NAT64:
        found.append(last)
    if address.teredo is not None:
        found += list(address.teredo)
    return found


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Addresses of a host by the system's resolver."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DataError(f"the host {host[:80]!r} is not known; check its spelling.") from None
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def resolve(target: Target, *, resolver: Resolver, trusted: Iterable[tuple[str, int]] = ()) -> str:
    """Address to connect to: the name is resolved once, and every address it has must be public.

    Raises
    ------
    DataError
        If one is not; the sentence names the rule and no internal address.
    """
    known = frozenset(trusted)
    found = list(resolver(target.host, target.port))
    if not found:
        raise DataError(f"the host {target.host[:80]!r} has no address.")
    for address in found:
        if (address, target.port) not in known and not public(address):
            raise DataError(
                f"{target.host[:80]!r} leads to an address that is not public: not asked. "
                "Save the page and read the file."
            )
    return found[0]
