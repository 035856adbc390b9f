"""Which addresses a download may speak to: scheme, host, port, and the numbers a name means."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from demarche.errors import DataError

__all__ = ["Allowed", "Target", "allow", "is_public", "target"]

Resolver = Callable[[str, int], Sequence[str]]
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_OLD_SITE_LOCAL = ipaddress.ip_network("fec0::/10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Hosts a download may speak to.

    Attributes
    ----------
    hosts : frozenset of str
        Names, in lower case.
    given : frozenset of (scheme, host, port)
        Addresses the user gave in so many words: only these may be private or use another port.
    """

    hosts: frozenset[str]
    given: frozenset[tuple[str, str, int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address taken apart and checked; ``numbers`` are the addresses its name means."""

    address: str
    scheme: str
    host: str
    port: int
    path: str
    numbers: tuple[str, ...] = field(default=())


def allow(base: str, *, given: bool, also: Sequence[str] = ()) -> Allowed:
    """Permission to speak to the host of `base`, and to the names in `also`.

    Parameters
    ----------
    base : str
        Address, http or https.
    given : bool
        Whether the user gave that address: it may then be private and use any port.
    also : sequence of str
        Further host names, for redirects the user has agreed to.

    Examples
    --------
    >>> sorted(allow("https://example.org/data/", given=False).hosts)
    ['example.org']
    """
    scheme, host, port, _ = _parts(base)
    return Allowed(
        hosts=frozenset([host, *(name.lower() for name in also)]),
        given=frozenset([(scheme, host, port)] if given else []),
    )


def target(address: str, *, allowed: Allowed, resolve: Resolver | None = None) -> Target:
    """Check an address, resolve its name once, and return the numbers to connect to.

    Raises
    ------
    DataError
        If the scheme is not http or https; the address holds a user name, blanks, control
        characters or a backslash; the port is unusual; the host is not allowed; the name does not
        resolve; or any number it resolves to is private, local, reserved or multicast.
    """
    scheme, host, port, path = _parts(address)
    if host not in allowed.hosts:
        raise DataError(
            f"{shown(address)}: host {host!r} is not one this source may send us to "
            f"({', '.join(sorted(allowed.hosts))}); if you trust it, name it in allow_hosts"
        )
    given = (scheme, host, port) in allowed.given
    if port != _PORTS[scheme] and not given:
        raise DataError(f"{shown(address)}: port {port} is not {_PORTS[scheme]}; refused")
    numbers = tuple((resolve or _resolve)(host, port))
    if not given:
        for number in numbers:
            if not is_public(number):
                raise DataError(
                    f"{shown(address)}: the name means a private or reserved network address; "
                    "refused (give the address itself as the mirror if it is your own server)"
                )
    return Target(address=address, scheme=scheme, host=host, port=port, path=path, numbers=numbers)


def is_public(number: str) -> bool:
    """Whether an IP address is public, after unwrapping addresses inside addresses.

    Examples
    --------
    >>> [is_public(n) for n in ("8.8.8.8", "127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    at = ipaddress.ip_address(number.split("%")[0])
    if isinstance(at, ipaddress.IPv6Address):
        if at in _OLD_SITE_LOCAL:
            return False
        inner = at.ipv4_mapped or at.sixtofour
        if at.teredo is not None:
            inner = at.teredo[1]
        if at in _NAT64 or (at in _COMPATIBLE and int(at) > 1):
            inner = ipaddress.IPv4Address(int(at) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return at.is_global and not at.is_multicast


def shown(address: str) -> str:
    """Address as printed in messages: without its query."""
    return address.split("?")[0]


def _parts(address: str) -> tuple[str, str, int, str]:
    if any(letter <= " " or letter in "\\\x7f" for letter in address) or not address.isascii():
        raise DataError(
            f"{shown(address)!r}: an address holds no blanks, control characters, backslashes or "
            "letters beyond ASCII; refused"
        )
    try:
        split = urlsplit(address)
    except ValueError as error:
        raise DataError(f"{shown(address)}: no address ({error}); refused") from None
    if split.scheme not in _PORTS:
        raise DataError(f"{shown(address)}: only https and http are read; got {split.scheme!r}")
    if "@" in split.netloc:
        raise DataError("an address with a user name or password in it is refused")
    try:
        port = split.port or _PORTS[split.scheme]
    except ValueError:
        raise DataError(f"{shown(address)}: its port is not a number up to 65535") from None
    if not split.hostname:
        raise DataError(f"{shown(address)}: no host in this address")
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return split.scheme, split.hostname.lower(), port, path


def _resolve(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotFoundError(
            f"{host}: the name is not found (DNS); are you online? {error}"
        ) from None
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class NameNotFoundError(DataError):
    """The host's name does not resolve; may pass by itself."""
