"""Downloads survive every fault of reliability rows 50 and 52 to 55; old files stay whole."""

from __future__ import annotations

import hashlib
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError
from demarche.record.addresses import Allowed, allow, is_public, target
from demarche.record.download import Item, download, intact, write_whole
from demarche.record.exchange import Manners, MissingError, TryLaterError
from tests.record.faulty_server import (
    FaultyServer,
    data,
    drip,
    drop,
    endless,
    impatient,
    md5,
    plain,
    stall,
)

BODY = b"PK\x03\x04" + bytes(range(256)) * 800


@pytest.fixture
def server():
    made = FaultyServer()
    yield made
    made.close()


def item(server, body=BODY, **more):
    return Item(**({"name": "a.zip", "address": server.base + "a.zip"} | {"md5": md5(body)} | more))


def get(server, wanted, folder, manners=None):
    allowed = allow(server.base, given=True)
    return download(wanted, into=folder, allowed=allowed, manners=manners or impatient())


def left(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_file_comes_whole_and_a_second_call_asks_nothing(server, tmp_path):
    server.on("/a.zip", data(BODY))
    seen = []
    got = download(
        item(server, size=len(BODY)),
        into=tmp_path / "new",
        allowed=allow(server.base, given=True),
        manners=impatient(),
        progress=lambda name, done, total: seen.append((name, done, total)),
    )
    assert got.path.read_bytes() == BODY
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert got.checked == ("size", "md5", "length", "form")
    assert seen[-1] == ("a.zip", len(BODY), len(BODY))
    assert [n for _, n, _ in seen] == sorted(n for _, n, _ in seen)
    again = get(server, item(server), tmp_path / "new")
    assert (again.how, again.fetched, len(server.requests)) == ("already here", 0, 1)
    assert left(tmp_path / "new") == ["a.zip"]


@pytest.mark.parametrize("cut", [1, 5, 70_000, len(BODY) - 1])
def test_row_52_truncated_goes_on_with_the_rest(server, tmp_path, cut):
    server.on("/a.zip", data(BODY, cut=cut), data(BODY))
    got = get(server, item(server), tmp_path)
    assert got.path.read_bytes() == BODY
    # A reset may take bytes with it that were sent but not yet read.
    asked = server.requests[1][2].get("Range")
    if asked is not None:
        assert got.how == "resumed" and 0 < int(asked[6:-1]) <= cut
        assert server.requests[1][2]["If-Range"] == '"one"'
        assert got.fetched == len(BODY)
    assert left(tmp_path) == ["a.zip"]


def test_row_52_always_truncated_gives_up_keeps_the_part_and_the_old_file(server, tmp_path):
    old = write_whole(tmp_path / "a.zip", b"PK old")
    server.on("/a.zip", data(BODY, cut=1000, ranges=False))
    with pytest.raises(TryLaterError, match="gave up after 4 attempts"):
        get(server, item(server), tmp_path)
    assert old.read_bytes() == b"PK old"
    server.on("/a.zip", data(BODY))
    assert get(server, item(server), tmp_path).path.read_bytes() == BODY
    assert left(tmp_path) == ["a.zip"]


def test_row_52_lies_about_its_length(server, tmp_path):
    server.on("/a.zip", plain(200, BODY[:1000]))
    with pytest.raises(DataError, match=rf"list says {len(BODY)} bytes, the server 1000"):
        get(server, item(server, size=len(BODY)), tmp_path)
    server.on("/a.zip", plain(200, BODY, Content_Length=len(BODY) + 50), data(BODY))
    # Announces more than it sends and keeps the line open: a stall, 416 for the rest, all again.
    got = get(server, item(server), tmp_path)
    assert got.path.read_bytes() == BODY and got.attempts == 3


def test_row_52_wrong_checksum_is_refused_after_a_second_look(server, tmp_path):
    old = write_whole(tmp_path / "a.zip", b"PK old")
    wrong = BODY[:-1] + b"!"
    server.on("/a.zip", data(wrong))
    with pytest.raises(DataError, match="md5 is not the one the list gives"):
        get(server, item(server, size=len(BODY)), tmp_path)
    assert len(server.requests) == 2
    assert old.read_bytes() == b"PK old" and left(tmp_path) == ["a.zip"]
    server.on("/a.zip", data(wrong), data(BODY))
    assert get(server, item(server), tmp_path).path.read_bytes() == BODY
    with pytest.raises(DataError, match="sha256"):
        get(server, item(server, name="b.zip", md5=None, sha256="0" * 64), tmp_path)


@pytest.mark.parametrize(
    "page",
    [
        plain(200, BODY, Content_Type="text/html; charset=utf-8"),
        plain(200, b"\n<!DOCTYPE html><title>Consent</title>"),
        plain(200, b"<html><body>404</body></html>"),
        plain(200, b"<?xml version='1.0'?><Error>NoSuchKey</Error>"),
    ],
    ids=["type", "doctype", "html", "xml"],
)
def test_row_52_web_page_with_status_200_is_refused(server, tmp_path, page):
    old = write_whole(tmp_path / "a.zip", b"PK old")
    server.on("/a.zip", page)
    with pytest.raises(DataError, match="web page in place of data"):
        get(server, item(server), tmp_path)
    assert old.read_bytes() == b"PK old" and left(tmp_path) == ["a.zip"]


def test_row_52_web_page_leaves_a_good_part_alone(server, tmp_path):
    server.on("/a.zip", stall(server, BODY, 5000))
    with pytest.raises(TryLaterError):
        get(server, item(server), tmp_path, impatient(attempts=1, read_timeout=0.1))
    server.on("/a.zip", plain(200, b"<html>login</html>"))
    with pytest.raises(DataError, match="web page"):
        get(server, item(server), tmp_path)
    server.on("/a.zip", data(BODY))
    got = get(server, item(server), tmp_path)
    assert got.how == "resumed" and got.path.read_bytes() == BODY
    assert server.requests[-1][2]["Range"] == "bytes=5000-"


@pytest.mark.parametrize(
    ("body", "match"), [(b"", "empty file"), (b"id,date\n1,2\n", "not a zip file")]
)
def test_row_52_empty_or_other_form_is_refused(server, tmp_path, body, match):
    server.on("/a.zip", plain(200, body))
    with pytest.raises(DataError, match=match):
        get(server, item(server, md5=None), tmp_path)
    assert left(tmp_path) == []


def test_row_52_redirect_to_another_host_is_refused_unless_named(server, tmp_path):
    other = server.base.replace("127.0.0.1", "localhost")
    server.on("/a.zip", plain(302, Location=other + "b.zip"))
    server.on("/b.zip", data(BODY))
    with pytest.raises(DataError, match="host 'localhost' is not one"):
        get(server, item(server), tmp_path)
    assert len(server.requests) == 1
    both = Allowed(
        hosts=frozenset({"127.0.0.1", "localhost"}),
        given=frozenset(
            (s, h, int(server.base.split(":")[2][:-1]))
            for s, h in (("http", "127.0.0.1"), ("http", "localhost"))
        ),
    )
    got = download(item(server), into=tmp_path, allowed=both, manners=impatient())
    assert got.path.read_bytes() == BODY


def test_row_52_redirect_within_the_host_is_followed_and_a_loop_is_not(server, tmp_path):
    server.on("/a.zip", plain(301, Location="/b.zip"))
    server.on("/b.zip", data(BODY))
    assert get(server, item(server), tmp_path).path.read_bytes() == BODY
    server.on("/b.zip", plain(307, Location="/a.zip"))
    with pytest.raises(DataError, match="more than 5 redirects"):
        get(server, item(server, name="c.zip"), tmp_path)


def test_row_52_downgrade_to_http_is_refused(tmp_path, monkeypatch):
    from demarche.record import exchange

    class Redirect:
        status = 302
        headers = {"Location": "http://example.org/a.zip"}  # noqa: RUF012

        def close(self):
            pass

    monkeypatch.setattr(exchange, "_request", lambda *a: Redirect())
    wanted = Item(name="a.zip", address="https://example.org/a.zip")
    with pytest.raises(DataError, match="from https to http"):
        download(
            wanted,
            into=tmp_path,
            allowed=allow(wanted.address, given=False),
            manners=impatient(),
        )


def test_row_52_ignores_range_and_sends_all_again(server, tmp_path):
    server.on("/a.zip", data(BODY, cut=9000), data(BODY, ranges=False))
    got = get(server, item(server), tmp_path)
    assert got.path.read_bytes() == BODY and got.how == "downloaded"


def test_row_52_file_changes_between_two_attempts(server, tmp_path):
    new = b"PK" + b"new" * 50_000
    server.on("/a.zip", stall(server, BODY, 9000), data(new, etag='"two"'))
    got = get(server, item(server, md5=None), tmp_path, impatient(read_timeout=0.1))
    assert got.path.read_bytes() == new and got.how == "downloaded"


def test_row_52_part_too_long_for_the_server_starts_afresh(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(b"PK" + b"z" * 2 * len(BODY))
    (tmp_path / "a.zip.part.json").write_text(
        f'{{"address": "{server.base}a.zip", "etag": "\\"one\\""}}'
    )
    server.on("/a.zip", data(BODY))
    assert get(server, item(server, md5=None), tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize("note", ["", "{", "[]", '{"address": "http://elsewhere/"}'])
def test_a_part_of_unknown_origin_is_not_gone_on_with(server, tmp_path, note):
    (tmp_path / "a.zip.part").write_bytes(b"PK other")
    (tmp_path / "a.zip.part.json").write_text(note)
    server.on("/a.zip", data(BODY))
    got = get(server, item(server), tmp_path)
    assert got.path.read_bytes() == BODY and "Range" not in server.requests[0][2]


def test_row_53_stall_times_out_and_goes_on(server, tmp_path):
    waits = []
    server.on("/a.zip", stall(server, BODY, 40_000), data(BODY))
    got = get(server, item(server), tmp_path, impatient(waits, read_timeout=0.1))
    assert got.how == "resumed" and got.path.read_bytes() == BODY and len(waits) == 1


def test_row_53_trickle_counts_as_a_stall(server, tmp_path):
    ticks = iter(range(100_000))
    manners = impatient(attempts=2, slow_after=20, clock=lambda: float(next(ticks)))
    server.on("/a.zip", drip())
    with pytest.raises(TryLaterError, match="the transfer stalled"):
        get(server, item(server, md5=None, name="a.csv"), tmp_path, manners)


def test_row_53_endless_body_stops_at_the_cap(server, tmp_path):
    server.on("/a.zip", endless())
    with pytest.raises(DataError, match="goes on after 300000 bytes"):
        get(server, item(server, md5=None), tmp_path, impatient(most_bytes=300_000))
    with pytest.raises(DataError, match="goes on after 5000 bytes"):
        get(server, item(server, md5=None, size=5000, name="b.zip"), tmp_path)


def test_row_50_size_above_the_cap_is_refused_before_a_byte_comes(server, tmp_path):
    server.on("/a.zip", data(BODY))
    with pytest.raises(DataError, match="more than the cap 1000"):
        get(server, item(server, md5=None), tmp_path, impatient(most_bytes=1000))
    with pytest.raises(DataError, match="more than the cap 1000"):
        get(server, item(server, size=2000), tmp_path, impatient(most_bytes=1000))
    assert left(tmp_path) == []


def test_row_50_body_that_unpacks_on_the_way_is_refused(server, tmp_path):
    server.on("/a.zip", plain(200, BODY, Content_Encoding="gzip"))
    with pytest.raises(DataError, match="encoded as 'gzip'"):
        get(server, item(server), tmp_path)
    assert server.requests[0][2]["Accept-Encoding"] == "identity"


def test_row_53_busy_servers_are_asked_again_after_growing_waits(server, tmp_path):
    waits = []
    server.on("/a.zip", *(plain(code) for code in (500, 502, 503, 504)), data(BODY))
    got = get(server, item(server), tmp_path, impatient(waits, attempts=5))
    assert got.attempts == 5 and waits == [1, 2, 4, 8]


def test_row_53_429_waits_as_long_as_it_is_asked_to(server, tmp_path):
    waits = []
    server.on(
        "/a.zip",
        plain(429, Retry_After=17),
        plain(
            503, Date="Wed, 01 Jan 2020 00:00:00 GMT", Retry_After="Wed, 01 Jan 2020 00:00:40 GMT"
        ),
        plain(429, Retry_After="soon"),
        plain(429, Retry_After="\u00b2"),  # a digit to Python, but no number
        data(BODY),
    )
    # The handler sends its own Date first, so the instant is judged by that: never negative.
    get(server, item(server), tmp_path, impatient(waits, attempts=5))
    assert waits[0] == 17 and all(wait >= 1 for wait in waits)
    server.on("/a.zip", plain(429, Retry_After=7200))
    with pytest.raises(TryLaterError, match="asks to wait 7200 s"):
        get(server, item(server, name="b.zip"), tmp_path, impatient(waits))
    assert len(waits) == 4


def test_row_53_connection_reset_and_refused(server, tmp_path):
    server.on("/a.zip", drop, data(BODY))
    assert get(server, item(server), tmp_path).path.read_bytes() == BODY
    server.close()
    with pytest.raises(TryLaterError, match=r"connection refused.*gave up after 3"):
        get(server, item(server, name="b.zip"), tmp_path)


def test_404_is_missing_now_and_asked_again_later(server, tmp_path):
    server.on("/a.zip", plain(404), data(BODY))
    with pytest.raises(MissingError, match="not there"):
        get(server, item(server), tmp_path)
    assert left(tmp_path) == []
    assert get(server, item(server), tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize(("status", "match"), [(401, "token"), (403, "token"), (418, "expected")])
def test_other_statuses_are_refused_at_once(server, tmp_path, status, match):
    server.on("/a.zip", plain(status))
    with pytest.raises(DataError, match=match):
        get(server, item(server), tmp_path)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["../a.zip", "a/b.zip", "", ".hidden", "a\n.zip", "a" * 300])
def test_names_that_leave_the_folder_are_refused(server, tmp_path, name):
    with pytest.raises(DataError, match="not a plain file name"):
        get(server, item(server, name=name), tmp_path)


def test_a_part_that_is_a_link_is_refused(server, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / "a.zip.part").symlink_to(tmp_path / "elsewhere")
    server.on("/a.zip", data(BODY))
    with pytest.raises(DataError, match="cannot be written"):
        get(server, item(server), tmp_path)
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_two_at_once_take_no_part_of_each_other(server, tmp_path):
    started, finish = threading.Event(), threading.Event()

    def slow(handler):
        started.set()
        finish.wait(5)
        data(BODY)(handler)

    server.on("/a.zip", slow)
    got = []
    first = threading.Thread(
        target=lambda: got.append(get(server, item(server), tmp_path, impatient(read_timeout=5)))
    )
    first.start()
    started.wait(5)
    with pytest.raises(DataError, match="another process is fetching"):
        get(server, item(server), tmp_path)
    finish.set()
    first.join()
    assert got[0].path.read_bytes() == BODY and left(tmp_path) == ["a.zip"]


def test_a_full_disk_is_said_and_nothing_replaced(server, tmp_path, monkeypatch):
    from demarche.record import download as module

    old = write_whole(tmp_path / "a.zip", b"PK old")
    server.on("/a.zip", data(BODY))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda p: SimpleNamespace(free=10))
    with pytest.raises(DataError, match="10 bytes free"):
        get(server, item(server, size=len(BODY)), tmp_path)
    monkeypatch.undo()

    def full(file, piece, path):
        raise DataError(f"{path}: no room")

    monkeypatch.setattr(module, "_write", full)
    with pytest.raises(DataError, match="no room"):
        get(server, item(server), tmp_path)
    assert old.read_bytes() == b"PK old"


CHILD = """
import sys
from demarche.record.addresses import allow
from demarche.record.download import Item, download
from demarche.record.exchange import Manners
base, folder, md5 = sys.argv[1:]
download(Item(name="a.zip", address=base + "a.zip", md5=md5), into=folder,
         allowed=allow(base, given=True), manners=Manners(read_timeout=30.0))
"""


@pytest.mark.parametrize("fault", ["file in the way", "folder in its place"])
def test_row_45_a_place_that_cannot_be_written_is_said(server, tmp_path, fault):
    server.on("/a.zip", data(BODY))
    folder = tmp_path / "raw"
    if fault == "file in the way":
        folder.write_text("x")
    else:
        (folder / "a.zip").mkdir(parents=True)
    with pytest.raises(DataError, match=r"raw/a\.zip: cannot be written \("):
        get(server, item(server), folder)
    with pytest.raises(DataError, match=r"raw/a\.zip: cannot be written \("):
        write_whole(folder / "a.zip", b"x")


@pytest.mark.parametrize("sent", [3, 50_000, 150_000])
def test_kill_in_the_middle_then_resume_gives_the_same_bytes(server, tmp_path, sent):
    old = write_whole(tmp_path / "a.zip", b"PK old")
    server.on("/a.zip", stall(server, BODY, sent))
    child = subprocess.Popen([sys.executable, "-c", CHILD, server.base, str(tmp_path), md5(BODY)])
    part = tmp_path / "a.zip.part"
    end = time.monotonic() + 20
    while time.monotonic() < end and not (part.exists() and part.stat().st_size == sent):
        threading.Event().wait(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert part.stat().st_size == sent and old.read_bytes() == b"PK old"
    server.on("/a.zip", data(BODY))
    got = get(server, item(server), tmp_path)
    assert got.how == "resumed" and got.fetched == len(BODY) - sent
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert left(tmp_path) == ["a.zip"]


def test_kill_between_the_last_byte_and_the_rename_needs_no_request(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(BODY)
    (tmp_path / "a.zip.part.json").write_text(f'{{"address": "{server.base}a.zip"}}')
    got = get(server, item(server, size=len(BODY)), tmp_path)
    assert got.path.read_bytes() == BODY and server.requests == []


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 300), cut=st.integers(0, 300), md5_listed=st.booleans())
def test_wherever_the_part_was_cut_the_file_is_the_same(tmp_path_factory, size, cut, md5_listed):
    folder = tmp_path_factory.mktemp("cut")
    body = b"PK" + bytes(k % 251 for k in range(size))
    server = FaultyServer()
    try:
        server.on("/a.zip", data(body))
        (folder / "a.zip.part").write_bytes(body[:cut])
        (folder / "a.zip.part.json").write_text(
            f'{{"address": "{server.base}a.zip", "etag": "\\"one\\""}}'
        )
        wanted = item(server, body, md5=md5(body) if md5_listed else None)
        assert get(server, wanted, folder).path.read_bytes() == body
    finally:
        server.close()


def test_intact_wants_size_and_checksum(tmp_path):
    path = write_whole(tmp_path / "x.csv", b"abc")
    right = Item(name="x.csv", address="https://h/x.csv", size=3, md5=md5(b"abc"))
    assert intact(path, right) is not None
    assert intact(path, replace(right, size=4)) is None
    assert intact(path, replace(right, md5=md5(b"abd"))) is None
    assert intact(tmp_path / "y.csv", right) is None


# --- addresses: row 54


@pytest.mark.parametrize(
    "number",
    "127.0.0.1 10.0.0.1 169.254.169.254 0.0.0.0 ::1 fe80::1 fc00::1 192.0.2.1 198.18.0.1 240.0.0.1 "
    "255.255.255.255 100.64.0.1 224.0.0.1 ff02::1 ff0e::1 ::ffff:127.0.0.1 ::127.0.0.1 "
    "64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1:: fec0::1 fe80::1%eth0".split(),
)
def test_row_54_private_and_odd_numbers_are_refused(number):
    assert not is_public(number)
    with pytest.raises(DataError, match="private or reserved"):
        target(
            "http://example.org/",
            allowed=allow("http://example.org/", given=False),
            resolve=lambda host, port: ["8.8.8.8", number],
        )


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111"])
def test_row_54_public_numbers_pass(number):
    assert is_public(number)
    found = target(
        "https://example.org/x?y=1",
        allowed=allow("https://example.org/", given=False),
        resolve=lambda host, port: [number],
    )
    assert (found.numbers, found.path, found.port) == ((number,), "/x?y=1", 443)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "0", "127.0.0.1", "[::1]"],
)
def test_row_54_every_spelling_of_this_computer_is_refused(host):
    address = f"http://{host}/"
    with pytest.raises(DataError, match=r"private or reserved|not found"):
        target(address, allowed=allow(address, given=False))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "http://user@example.org/",
        "http://a@b@127.0.0.1/",
        "http://example.org\\@127.0.0.1/",
        "http://exa mple.org/",
        "http://example.org/\t",
        "http://127。0。0。1/",
        "http:///127.0.0.1",
        "http://example.org:80:90/",
        "http://example.org:22/",
        "http://[::1",
        "",
    ],
)
def test_row_54_odd_addresses_are_refused(address):
    allowed = Allowed(hosts=frozenset({"example.org", "127.0.0.1"}))
    with pytest.raises(DataError):
        target(address, allowed=allowed, resolve=lambda host, port: ["8.8.8.8"])


def test_row_54_a_redirect_to_a_private_number_is_refused(server, tmp_path):
    there = "http://127.0.0.2/a.zip"
    server.on("/a.zip", plain(302, Location=there))
    allowed = allow(server.base, given=True, also=["127.0.0.2"])
    with pytest.raises(DataError, match="private or reserved"):
        download(item(server), into=tmp_path, allowed=allowed, manners=impatient())


def test_row_54_the_name_is_resolved_once_and_that_number_connected_to(server, tmp_path):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked = []

    def resolve(host, port):
        asked.append(host)
        return next(answers)

    base = server.base.replace("127.0.0.1", "data.example")
    server.on("/a.zip", data(BODY))
    got = download(
        item(server, address=base + "a.zip"),
        into=tmp_path,
        allowed=allow(base, given=True),
        manners=impatient(resolve=resolve),
    )
    assert got.path.read_bytes() == BODY and asked == ["data.example"]
    assert server.requests[0][2]["Host"].startswith("data.example:")


# --- certificates: row 55


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            data(BODY)(self)

    class Quiet(HTTPServer):
        def handle_error(self, request, client_address):
            pass

    made = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"https://localhost:{made.server_address[1]}/", folder / "cert.pem"
    made.shutdown()
    made.server_close()
    thread.join()


def test_row_55_self_signed_certificate_is_refused(secure, tmp_path):
    base, _ = secure
    with pytest.raises(DataError, match="certificate is not valid"):
        download(
            Item(name="a.zip", address=base + "a.zip"),
            into=tmp_path,
            allowed=allow(base, given=True),
            manners=impatient(read_timeout=5.0),
        )
    assert left(tmp_path) == []


def test_row_55_certificate_must_bear_the_name_asked_for(secure, tmp_path, monkeypatch):
    base, certificate = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wanted = Item(name="a.zip", address=base + "a.zip")
    manners = impatient(read_timeout=5.0, resolve=lambda host, port: ["127.0.0.1"])
    got = download(wanted, into=tmp_path, allowed=allow(base, given=True), manners=manners)
    assert got.path.read_bytes() == BODY
    other = base.replace("localhost", "data.example")
    with pytest.raises(DataError, match="certificate is not valid"):
        download(
            replace(wanted, name="b.zip", address=other + "a.zip"),
            into=tmp_path,
            allowed=allow(other, given=True),
            manners=Manners(sleep=lambda s: None, resolve=lambda host, port: ["127.0.0.1"]),
        )
