"""Reading an address: every rule that refuses, every redirect checked, time and size bounded."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from demarche.errors import DataError
from demarche.reader.address import public, resolve, target_of
from demarche.reader.limits import Limits
from demarche.reader.web import Access, document_of_address, fetch_page
from tests.reader.news_server import news_server

pytest.importorskip("trafilatura")

NOT_PUBLIC = """
127.0.0.1 10.0.0.1 169.254.169.254 0.0.0.0 ::1 fe80::1 fc00::1 192.0.2.1 198.18.0.1 240.0.0.1
255.255.255.255 100.64.0.1 224.0.0.1 ff02::1 ff0e::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1
2002:7f00:1:: 2001:0:7f00:1:: fec0::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1:: 172.16.0.1
192.168.1.1 ::
""".split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address):
    """Row 54 of the bad inputs, with every embedded form."""
    assert not public(address)
    with pytest.raises(DataError, match="not public"):
        resolve(target_of("http://a.example/"), resolver=lambda host, port: [address])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "2002:808:808::"])
def test_public_addresses(address):
    assert public(address)


def test_a_name_with_one_private_address_is_refused():
    with pytest.raises(DataError, match="not public"):
        resolve(target_of("http://a.example/"), resolver=lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_the_refusal_names_no_internal_address():
    with pytest.raises(DataError) as caught:
        resolve(target_of("http://a.example/"), resolver=lambda *_: ["10.1.2.3"])
    assert "10.1.2.3" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "http://user@example.com/",
        "http://a@b@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://exam\tple.com/",
        "http://example.com/a b",
        "http:///127.0.0.1",
        "http://127.0.0.1:80:90/",
        "http://example.com:22/",
        "http://example.com:8080/",
        "http://" + "a" * 3000,
        "javascript:alert(1)",
        "//example.com",
    ],
)
def test_addresses_that_are_never_asked(text):
    with pytest.raises(DataError):
        target_of(text)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "127\u30020\u30020\u30021", "0"],
)
def test_spellings_of_this_computer_are_refused_after_resolution(host):
    with pytest.raises(DataError):
        fetch_page(f"http://{host}/", access=Access(robots=False))


def _access(server, **hosts):
    port = server.server_address[1]
    known = {"news.example": ["127.0.0.1"], **hosts}
    return Access(
        resolver=lambda host, _: known.get(host, ["203.0.113.7"]),
        trusted=frozenset({("127.0.0.1", port)}),
    )


def test_a_page_is_read_with_its_metadata_and_chain():
    with news_server() as server:
        port = server.server_address[1]
        base = f"http://news.example:{port}"
        document = document_of_address(f"{base}/there", access=_access(server))
        assert document.title == "The pact" and document.author == "Ann Lee"
        assert (document.date, document.date_source) == (dt.date(2026, 3, 4), "page")
        assert document.chain == (f"{base}/there",) and document.address == f"{base}/ok"
        assert {host for host, _ in server.asked} == {f"news.example:{port}"}


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:22/",
        "http://other.example/",
        "file:///etc/passwd",
        "http://[::1]:PORT/ok",
        "http://internal.example:PORT/ok",
    ],
)
def test_a_redirect_to_a_refused_address_is_not_followed(where):
    with news_server() as server:
        port = server.server_address[1]
        access = _access(
            server, **{"internal.example": ["10.0.0.1"], "[::1]": ["::1"], "::1": ["::1"]}
        )
        with pytest.raises(DataError):
            fetch_page(f"http://news.example:{port}/to/{where}", access=access)


def test_a_name_that_changes_its_address_is_resolved_once_per_request():
    """Rebinding: the address that was checked is the one that is asked."""
    with news_server() as server:
        port = server.server_address[1]
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        access = Access(
            resolver=lambda *_: next(answers),
            trusted=frozenset({("127.0.0.1", port)}),
            robots=False,
        )
        assert fetch_page(f"http://news.example:{port}/ok", access=access).data
        with pytest.raises(DataError, match="not public"):
            fetch_page(f"http://news.example:{port}/ok", access=access)


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("/loop", "redirects more often"),
        ("/bomb", "limit"),
        ("/picture", "image/png"),
        ("/busy", "wait 7 seconds"),
        ("/empty", "empty"),
        ("/none", "status 404"),
        ("/private", "robots.txt"),
        ("/cut", "broke off"),
    ],
)
def test_what_a_server_may_do_wrong(path, match):
    """Rows 52 and 53."""
    with news_server() as server:
        port = server.server_address[1]
        with pytest.raises(DataError, match=match):
            fetch_page(f"http://news.example:{port}{path}", access=_access(server))


@pytest.mark.parametrize("path", ["/endless", "/trickle"])
def test_bodies_without_an_end_are_cut(path):
    with news_server() as server:
        port = server.server_address[1]
        limits = Limits(bytes=2_000_000, seconds=2)
        started = time.monotonic()
        with pytest.raises(DataError, match="--limit"):
            fetch_page(f"http://news.example:{port}{path}", access=_access(server), limits=limits)
        assert time.monotonic() - started < 10
