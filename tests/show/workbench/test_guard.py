"""The guard, row by row of its table: each case gives exactly this status, and never a 500."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import MethodError
from demarche.show.workbench.guard import Guard, Limits
from demarche.show.workbench.guard_checks import (
    cookie_name,
    redirect_target,
    safe_target,
    session_of,
)
from tests.show.workbench.requests_of import Reply, ask, asked
from tests.show.workbench.serving import lived, raw, served

TOKEN = "T0ken-" + "x" * 37
PORT = 8123
HOST = f"127.0.0.1:{PORT}"
COOKIE = f"{cookie_name(PORT)}={session_of(TOKEN, port=PORT)}"
BEARER = f"Bearer {TOKEN}"
SMALL = Limits(
    body=100, seconds=0.3, body_seconds=0.4, pause_seconds=0.2, parallel=2, sockets=1, query=300
)


class Inner:
    """An application that counts what reached it, and answers what it is told to."""

    def __init__(self) -> None:
        self.writes = self.reads = 0
        self.scopes: list = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await lived(receive, send)
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            assert (await receive())["type"] == "websocket.connect"
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            self.reads += 1
        else:
            self.writes += 1
        body = (await receive()).get("body", b"")
        if scope["path"] == "/raise":
            raise RuntimeError("<b>secret of the inside</b>")
        if scope["path"] == "/slow":
            await asyncio.sleep(5)
        status = 404 if scope["path"] == "/none" else 200
        rows = [
            (b"content-type", b"text/plain"),
            (b"Server", b"inner"),
            (b"access-control-allow-origin", b"*"),
            (b"cache-control", b"public"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": rows})
        await send({"type": "http.response.body", "body": b"inner " + body})


@pytest.fixture
def inner():
    return Inner()


@pytest.fixture
def guard(inner):
    return Guard(inner, token=TOKEN, port=PORT)


def get(app, target="/", *, host: str | None = HOST, cookie=COOKIE, method="GET", **more) -> Reply:
    headers = [] if host is None else [("host", host)]
    headers += [("cookie", cookie)] if cookie else []
    headers += [(name.replace("_", "-"), value) for name, value in more.items()]
    return asked(app, method, target, headers=headers)


def post(app, *, cookie=COOKIE, **more) -> int:
    return get(app, "/write", method="POST", cookie=cookie, **more).status


# GET, HEAD, OPTIONS with hostile headers, valid token: normal answer, no state change


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"origin": "null"},
        {"origin": "http://evil.com"},
        {"sec_fetch_site": "nonsense", "origin": "not-a-url"},
        {"authorization": "Basic YTpi", "referer": "http://evil.com/<script>"},
        {"x_http_method_override": "DELETE", "x_forwarded_host": "evil.com"},
    ],
    ids=str,
)
def test_reading_with_hostile_headers_answers_and_changes_nothing(guard, inner, method, headers):
    assert get(guard, method=method, **headers).status == 200
    assert (inner.reads, inner.writes) == (1, 0)


# any request without token, with a wrong one, with one from an earlier start: 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"])
@pytest.mark.parametrize(
    ("cookie", "authorization"),
    [
        ("", None),
        (f"{cookie_name(PORT)}=wrong", None),
        (f"{cookie_name(PORT)}={TOKEN}", None),
        (f"{cookie_name(PORT)}={session_of('earlier' * 8, port=PORT)}", None),
        (f"{cookie_name(PORT)}={session_of(TOKEN, port=PORT + 1)}", None),
        (f"other={session_of(TOKEN, port=PORT)}", None),
        ("", "Bearer " + "earlier" * 8),
        ("", f"Bearer {session_of(TOKEN, port=PORT)}"),
        (COOKIE, "Bearer wrong"),
    ],
)
def test_no_token_a_wrong_one_or_an_earlier_one(guard, inner, method, cookie, authorization):
    more = {} if authorization is None else {"authorization": authorization}
    assert get(guard, method=method, cookie=cookie, **more).status == 403
    assert inner.scopes == []


@pytest.mark.parametrize("query", ["token=wrong", f"token={TOKEN}&token={TOKEN}", f"Token={TOKEN}"])
def test_a_link_with_a_wrong_token_opens_nothing(guard, query):
    found = get(guard, f"/?{query}", cookie="")
    assert found.status == 403 and not found.header("set-cookie")


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE"])
def test_a_token_in_the_address_opens_for_reading_only(guard, method):
    assert get(guard, f"/?token={TOKEN}", cookie="", method=method).status == 403


# the token: handed over once, exchanged for a cookie, gone from the address


def test_the_link_is_exchanged_for_a_strict_cookie_and_leaves_the_address(guard, inner):
    found = get(guard, f"/cases?q=oil&token={TOKEN}&q=gas", cookie="", sec_fetch_site="none")
    assert found.status == 303 and found.header("location") == "/cases?q=oil&q=gas"
    name, *rest = found.header("set-cookie").split("; ")
    assert sorted(rest) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    assert name == COOKIE and TOKEN not in found.header("set-cookie")
    assert found.header("referrer-policy") == "no-referrer"
    assert inner.scopes == []
    assert get(guard, "/cases", cookie=name).status == 200


def test_an_old_link_works_on_for_whoever_has_the_cookie(guard):
    found = get(guard, "/cases?token=of-an-earlier-start")
    assert found.status == 303 and found.header("location") == "/cases"


def test_a_ticket_opens_once(guard):
    ticket = guard.new_ticket()
    assert get(guard, f"/?token={ticket}", cookie="").status == 303
    assert get(guard, f"/?token={ticket}", cookie="").status == 403
    assert get(guard, cookie="", authorization=f"Bearer {guard.new_ticket()}").status == 403


def test_a_link_on_another_sites_page_leads_on_by_a_page_of_our_own(guard):
    found = get(guard, f"/?a=%22%3E%3Cb%3E&token={TOKEN}", cookie="", sec_fetch_site="cross-site")
    assert found.status == 200 and found.header("set-cookie").startswith(COOKIE)
    assert 'content="0;url=/?a=%22%3E%3Cb%3E"' in found.text and TOKEN not in found.text


def test_a_token_is_long_enough(inner):
    for bad in ("", "short", "x" * 21, "x" * 30 + "&", "x" * 300):
        with pytest.raises(MethodError, match="128 bits"):
            Guard(inner, token=bad, port=PORT)


# POST, Sec-Fetch-Site


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_post_of_our_own_page_is_allowed(guard, inner, site):
    assert post(guard, sec_fetch_site=site) == 200
    assert inner.writes == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "SAME-ORIGIN", "", "same-origin, x"])
def test_post_of_another_site_is_refused(guard, inner, site):
    assert post(guard, sec_fetch_site=site) == 403
    assert post(guard, sec_fetch_site=site, origin=f"http://{HOST}") == 403
    assert inner.writes == 0


def test_post_without_either_header_with_the_token_is_allowed(guard):
    assert post(guard, cookie="", authorization=BEARER) == 200
    assert post(guard) == 200


def test_post_without_either_header_and_without_token_is_refused(guard, inner):
    assert post(guard, cookie="") == 403
    assert inner.writes == 0


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (f"http://{HOST}", 200),
        (f"http://localhost:{PORT}", 403),
        (f"http://127.0.0.1:{PORT + 1}", 403),
        ("http://127.0.0.1", 403),
        (f"https://{HOST}", 403),
        (f"http://{HOST}.evil.com", 403),
        (f"http://{HOST}/", 403),
    ],
)
def test_post_with_an_origin(guard, origin, status):
    assert post(guard, origin=origin) == status


def test_post_with_an_explicit_default_port_is_as_without_it(inner):
    guard = Guard(inner, token=TOKEN, port=80)
    own = f"{cookie_name(80)}={session_of(TOKEN, port=80)}"
    for host in ("localhost", "localhost:80"):
        for origin, status in (
            ("http://localhost", 200),
            ("http://localhost:80", 200),
            ("https://localhost:443", 403),
            ("https://localhost", 403),
        ):
            assert post(guard, host=host, cookie=own, origin=origin) == status


@pytest.mark.parametrize("origin", ["null", "not-a-url", "http://x:notaport", "", "http://", "//"])
def test_post_with_an_origin_that_is_none(guard, inner, origin):
    assert post(guard, origin=origin) == 403
    assert inner.writes == 0


def test_post_across_sites_with_a_bearer_token_and_no_cookie_is_decided_by_the_token(guard):
    for more in ({"sec_fetch_site": "cross-site"}, {"origin": "http://evil.com"}):
        assert post(guard, cookie="", authorization=BEARER, **more) == 200
        assert post(guard, cookie="", authorization="Bearer wrong", **more) == 403


@pytest.mark.parametrize("cookie", [COOKIE, "other=1"])
def test_post_across_sites_with_a_bearer_token_and_a_cookie_is_refused(guard, cookie):
    assert post(guard, cookie=cookie, authorization=BEARER, sec_fetch_site="cross-site") == 403


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "basic"])
@pytest.mark.parametrize("cookie", ["", COOKIE])
def test_post_across_sites_with_basic_credentials_is_refused(guard, scheme, cookie):
    said = f"{scheme} {TOKEN}"
    assert post(guard, cookie=cookie, authorization=said, sec_fetch_site="cross-site") == 403


@pytest.mark.parametrize("cookie", ["", COOKIE])
@pytest.mark.parametrize(
    "said", ["", " ", "Bearer", "Bearer ", "Bearer a b", "Bearer\tx", TOKEN, "Bearer =", "é x"]
)
def test_an_authorization_that_is_blank_or_malformed_is_refused(guard, said, cookie):
    for method in ("GET", "POST"):
        assert get(guard, method=method, cookie=cookie, authorization=said).status == 403


@pytest.mark.parametrize("name", ["origin", "sec-fetch-site", "authorization"])
def test_a_header_that_decides_and_comes_twice_is_refused(guard, inner, name):
    value = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin", "authorization": BEARER}
    rows = [("host", HOST), ("cookie", COOKIE), (name, value[name]), (name, value[name])]
    assert asked(guard, "POST", "/", headers=rows).status == 403
    assert inner.writes == 0


def test_names_of_headers_in_capitals_are_as_in_lower_case(guard):
    rows = [("HOST", HOST), ("COOKIE", COOKIE), ("SEC-FETCH-SITE", "cross-site")]
    assert asked(guard, "POST", "/", headers=rows).status == 403
    assert asked(guard, "POST", "/", headers=rows[:2]).status == 200
    rows = [("Host", HOST), ("Authorization", BEARER), ("Origin", "http://evil.com")]
    assert asked(guard, "POST", "/", headers=rows).status == 200


def test_a_second_cookie_of_the_name_does_not_lock_its_owner_out(guard):
    assert get(guard, cookie=f"{cookie_name(PORT)}=planted; {COOKIE}").status == 200


# Host


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        f"evil.com:{PORT}",
        f"localhost.evil.com:{PORT}",
        f"127.0.0.1.evil.com:{PORT}",
        f"127.0.0.1:{PORT + 1}",
        "127.0.0.1",
        "localhost",
        f"0.0.0.0:{PORT}",
        f"LOCALHOST:{PORT}",
        f"127.0.0.1:0{PORT}",
        f"user@127.0.0.1:{PORT}",
        f"2130706433:{PORT}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_host_is_refused(guard, inner, host, method):
    found = get(guard, f"/?token={TOKEN}", host=host, method=method)
    assert found.status == 403 and not found.header("set-cookie")
    assert inner.scopes == []


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_the_own_names_are_answered(guard, host):
    assert get(guard, host=host).status == 200


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("host", HOST), ("host", HOST)],
        [("host", HOST), ("Host", "evil.com")],
        [("host", "")],
        [("host", f" {HOST}")],
        [("host", f"{HOST} evil.com")],
        [("host", f"{HOST}\t")],
        [("host", "a" * 10_000)],
        [("host", HOST + "\xe9")],
    ],
    ids=lambda rows: repr(rows)[:40],
)
def test_a_host_that_is_missing_repeated_blank_or_long(guard, inner, rows):
    found = asked(guard, "GET", f"/?token={TOKEN}", headers=[*rows, ("cookie", COOKIE)])
    assert found.status == 400
    assert inner.scopes == []


# sockets


def socket(app, *, target="/websocket/", host=HOST, cookie=COOKIE, **more) -> Reply:
    headers = [("host", host), *((n.replace("_", "-"), v) for n, v in more.items())]
    headers += [("cookie", cookie)] if cookie else []
    return asked(app, "GET", target, headers=headers, kind="websocket")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"origin": f"http://{HOST}"}, 101),
        ({"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}, 101),
        ({}, 101),
        ({"cookie": "", "authorization": BEARER}, 101),
        ({"origin": "http://evil.com"}, 403),
        ({"origin": f"http://localhost:{PORT}"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": f"http://{HOST}", "sec_fetch_site": "cross-site"}, 403),
        ({"origin": "http://evil.com", "sec_fetch_site": "same-origin"}, 403),
        ({"origin": f"http://{HOST}", "cookie": ""}, 403),
        ({"origin": f"http://{HOST}", "cookie": "", "target": f"/websocket/?token={TOKEN}"}, 403),
        ({"origin": "http://evil.com", "cookie": "", "authorization": BEARER}, 403),
        ({"host": f"evil.com:{PORT}", "origin": f"http://evil.com:{PORT}"}, 403),
        ({"host": ""}, 400),
    ],
    ids=str,
)
def test_a_socket_is_checked_at_the_handshake(guard, inner, more, status):
    found = socket(guard, **more)
    assert found.status == status
    assert len(inner.scopes) == (status == 101)
    if status != 101:
        safe(found)


def test_a_socket_is_closed_where_the_server_cannot_send_a_status(guard):
    sent = []

    async def run():
        scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"evil")]}

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await guard(scope, receive, send)

    asyncio.run(run())
    assert sent == [{"type": "websocket.close", "code": 1008}]


# where links lead


@pytest.mark.parametrize(
    "path", ["//example.com", "/\\example.com", "/\r\nX: y", "javascript:alert(1)", "", "/a\x00"]
)
def test_no_redirect_leads_away(path):
    assert redirect_target(path, b"token=x") == "/"
    assert not safe_target(path)


@pytest.mark.parametrize(
    "query",
    [
        "next=//example.com",
        "next=/%5Cexample.com",
        "next=/%0d%0aX:%20y",
        "next=javascript:alert(1)",
        "next=https://example.com",
    ],
)
def test_a_next_in_the_link_stays_on_the_local_start_page(guard, query):
    for target in (f"/?{query}&token={TOKEN}", f"/?token={TOKEN}&{query}"):
        found = get(guard, target, cookie="")
        assert found.status == 303
        place = found.header("location")
        assert place.partition("?")[0] == "/" and safe_target(place)
        assert "\r" not in place and not found.header("x")


@pytest.mark.parametrize("path", ["//example.com", "/%5cexample.com", "/%0d%0aX:y", "/%2fexample"])
def test_a_path_that_leads_away_is_none(guard, path):
    assert get(guard, f"{path}?token={TOKEN}", cookie="").status == 400


@settings(max_examples=300, deadline=None)
@given(path=st.text(max_size=30), query=st.binary(max_size=30))
def test_every_redirect_stays_here(path, query):
    found = redirect_target("/" + path, query)
    assert re.fullmatch(r"/([\x21-\x7e])*", found) and found[1:2] not in ("/", "\\")
    assert b"token" not in [
        p.partition("=")[0].encode() for p in found.partition("?")[2].split("&")
    ]


# paths


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/<script>alert(1)</script>", 404),
        ("/%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("/%00", 400),
        ("/..%2f..%2fetc/passwd", 400),
        ("/static/../guard.py", 400),
        ("/static/%2e%2e/guard.py", 400),
        ("/%5C%5Chost%5Cshare", 400),
        ("\\\\host\\share", 400),
        ("http://evil.com/", 400),
        ("/C:%5Cwindows", 400),
        ("/" + "a" * 100_000, 400),
        ("", 400),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_path_that_is_none_is_refused_and_not_repeated(inner, target, status):
    async def nothing(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    found = get(Guard(nothing, token=TOKEN, port=PORT), target)
    assert found.status == status
    for part in ("<script>", "passwd", "share", "windows", "aaaa"):
        assert part not in found.text
    safe(found)


# bodies and limits


def write(guard, **more) -> Reply:
    return asked(guard, "POST", "/write", headers=[("host", HOST), ("cookie", COOKIE)], **more)


def test_a_body_over_the_limit_is_413(inner):
    guard = Guard(inner, token=TOKEN, port=PORT, limits=SMALL)
    assert write(guard, body=b"x" * 100).status == 200
    assert write(guard, body=b"x" * 101).status == 413
    assert write(guard, body=[b"x" * 60, b"x" * 60], stalls=True).status == 413
    rows = [("host", HOST), ("cookie", COOKIE), ("content-length", "9" * 30)]
    found = asked(guard, "POST", "/", headers=rows)
    assert found.status == 413 and "100 bytes" in found.text
    assert inner.writes == 1


def test_a_body_without_end_is_dropped(inner):
    guard = Guard(inner, token=TOKEN, port=PORT, limits=SMALL)
    begun = time.monotonic()
    found = write(guard, body=b"x", stalls=True)
    assert found.status == 408 and found.header("connection") == "close"
    assert time.monotonic() - begun < 5
    assert inner.writes == 0


def test_the_body_reaches_the_application_whole(guard):
    assert write(guard, body=[b"a", b"b", b"c"]).body == b"inner abc"


def test_an_answer_that_takes_too_long_is_given_up(inner):
    guard = Guard(inner, token=TOKEN, port=PORT, limits=SMALL)
    found = get(guard, "/slow")
    assert found.status == 503 and "0.3 seconds" in found.text
    assert get(guard, "/").status == 200


def test_more_requests_at_once_than_the_limit_are_503(inner):
    guard = Guard(inner, token=TOKEN, port=PORT, limits=SMALL)

    async def run():
        rows = [("host", HOST), ("cookie", COOKIE)]
        return await asyncio.gather(*(ask(guard, "GET", "/slow", headers=rows) for _ in range(5)))

    found = asyncio.run(run())
    assert sorted(reply.text.count("2 requests are") for reply in found) == [0, 0, 1, 1, 1]
    assert {reply.status for reply in found} == {503}
    assert get(guard, "/").status == 200


def test_headers_have_a_number_and_a_size(inner):
    guard = Guard(inner, token=TOKEN, port=PORT)
    rows = [("host", HOST), ("cookie", COOKIE)]
    many = asked(guard, "GET", "/", headers=[*rows, *((f"x{n}", "y") for n in range(200))])
    large = asked(guard, "GET", "/", headers=[*rows, ("x", "y" * 9000)])
    assert (many.status, large.status) == (431, 431)
    assert inner.scopes == []


def test_an_address_has_a_length(inner):
    guard = Guard(inner, token=TOKEN, port=PORT, limits=SMALL)
    assert get(guard, "/?q=" + "x" * 300).status == 414
    assert get(guard, "/?q=" + "x" * 290).status == 200


# headers and errors

SAFE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


def safe(found: Reply) -> None:
    """Every header that every response has."""
    for name, value in SAFE.items():
        assert found.header(name) == value
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in found.header("content-security-policy").split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert re.fullmatch(r"'self' 'nonce-[A-Za-z0-9_-]{22}'", policy["script-src"])
    assert re.fullmatch(r"'self' 'nonce-[A-Za-z0-9_-]{22}'", policy["style-src"])
    assert "unsafe-eval" not in str(policy) and "http:" not in str(policy)
    assert [d for d, value in policy.items() if "unsafe-inline" in value] == ["style-src-attr"]
    assert not [name for name, _ in found.rows if name.lower().startswith(b"access-control")]
    assert not found.header("server")


@pytest.mark.parametrize(
    ("target", "status"), [("/", 200), ("/none", 404), ("/raise", 500), (f"/?token={TOKEN}", 303)]
)
def test_every_response_has_the_safety_headers(guard, target, status):
    found = get(guard, target)
    assert found.status == status
    safe(found)
    safe(get(guard, target, cookie=""))
    safe(get(guard, target, host="evil.com"))
    safe(get(guard, target, host=None))


def test_the_nonce_is_new_for_every_response_and_known_to_the_page(guard, inner):
    found = [get(guard) for _ in range(5)]
    nonces = [scope["state"]["nonce"] for scope in inner.scopes]
    assert len(set(nonces)) == 5
    for reply, nonce in zip(found, nonces, strict=True):
        assert reply.header("content-security-policy").count(f"'nonce-{nonce}'") == 2
        assert f"ws://{HOST};" in reply.header("content-security-policy")


def test_an_error_repeats_nothing_and_has_a_number_that_is_in_the_log(guard, caplog):
    caplog.set_level(logging.INFO, logger="demarche.workbench")
    for target, status in (("/raise", 500), ("/none", 404)):
        caplog.clear()
        found = get(guard, target)
        number = re.search(r"Request ([0-9a-f]{16});", found.text)
        assert found.status == status and number and number[1] in caplog.text
        for part in ("secret", "Traceback", "RuntimeError", "inner"):
            assert part not in found.text
        assert "secret of the inside" not in caplog.text


def test_errors_of_the_interface_are_problems(guard):
    found = get(guard, "/api/v1/x", cookie="")
    assert found.header("content-type") == "application/problem+json"
    assert found.json()["status"] == 403 and set(found.json()) == {
        "type",
        "title",
        "status",
        "detail",
        "request_id",
    }


def test_the_token_is_never_in_a_log_or_a_page(guard, caplog):
    caplog.set_level(logging.DEBUG)
    seen = [
        get(guard, f"/?token={TOKEN}", cookie=""),
        get(guard, f"/none?token={TOKEN}&token={TOKEN}", cookie=""),
        get(guard, f"/raise?x={TOKEN}"),
        get(guard, f"/?token={TOKEN}", host="evil.com"),
        get(guard, authorization=BEARER),
        socket(guard, target=f"/?token={TOKEN}", cookie=""),
    ]
    assert TOKEN not in caplog.text and session_of(TOKEN, port=PORT) not in caplog.text
    for reply in seen:
        assert TOKEN not in reply.text and TOKEN.encode() not in b"".join(v for _, v in reply.rows)


def test_a_log_line_is_one_line_whatever_the_path(guard, caplog):
    get(guard, "/none%e2%80%a8x%1b[31m", cookie="")
    assert len(caplog.records) == 1
    line = caplog.records[0].getMessage()
    assert line.isascii() and line.isprintable()


@settings(max_examples=400, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "get", "X", ""]),
    path=st.text(max_size=20),
    query=st.binary(max_size=20),
    rows=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    b"host",
                    b"cookie",
                    b"origin",
                    b"authorization",
                    b"sec-fetch-site",
                    b"content-length",
                ]
            ),
            st.binary(max_size=20) | st.sampled_from([HOST.encode(), COOKIE.encode(), b"none"]),
        ),
        max_size=6,
    ),
    kind=st.sampled_from(["http", "websocket"]),
)
def test_no_request_is_ever_a_500(method, path, query, rows, kind):
    inner, sent = Inner(), []

    async def run():
        scope = {"type": kind, "method": method, "path": path, "query_string": query}
        guard = Guard(inner, token=TOKEN, port=PORT)

        async def receive():
            return {"type": "http.request" if kind == "http" else "websocket.connect"}

        async def send(message):
            sent.append(message)

        await guard({**scope, "headers": rows}, receive, send)

    asyncio.run(run())
    statuses = [m["status"] for m in sent if "status" in m]
    assert sent and all(status < 500 for status in statuses)
    if inner.scopes:
        assert (b"host", HOST.encode()) in rows and (b"cookie", COOKIE.encode()) in rows


# on the wire


def head(port: int, *more: str, first: str = "GET / HTTP/1.1") -> bytes:
    own = f"{cookie_name(port)}={session_of(TOKEN, port=port)}"
    lines = [first, f"Host: 127.0.0.1:{port}", f"Cookie: {own}", *more, "", ""]
    return "\r\n".join(lines).encode("latin-1")


@pytest.fixture
def wire(monkeypatch):
    monkeypatch.setattr("demarche.show.workbench.wire.HEAD_SECONDS", 0.4)
    app = Inner()
    with served(lambda port: Guard(app, token=TOKEN, port=port, limits=SMALL)) as port:
        yield port, app


def test_on_the_wire_slow_heads_and_bodies_are_dropped(wire):
    port, app = wire
    begun = time.monotonic()
    assert raw(port, b"") == b""
    assert raw(port, head(port)[:-5]) == b""
    chunked = head(port, "Transfer-Encoding: chunked", first="POST /write HTTP/1.1")
    assert raw(port, chunked + b"3\r\nabc\r\n").startswith(b"HTTP/1.1 408")
    after = head(port) + b"GET / HTTP/1.1\r\nHost:"
    assert raw(port, after).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - begun < 8
    assert app.writes == 0


def test_on_the_wire_what_is_no_request_is_400_with_the_safety_headers(wire):
    port, _ = wire
    for bad in (
        b"\x00\x01<script>\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        head(port, f"Host: 127.0.0.1:{port}"),
        head(port, "Content-Length: 1", "Content-Length: 2"),
        head(port, "X\x01: <script>"),
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
    ):
        found = raw(port, bad)
        assert found.startswith(b"HTTP/1.1 400"), found[:80]
        assert b"<script>" not in found and b"content-security-policy" in found
        assert b"nosniff" in found and b"no-store" in found and b"\r\nserver:" not in found.lower()


def test_on_the_wire_a_large_body_is_413_and_the_connection_ends(wire):
    port, app = wire
    told = head(port, "Content-Length: 5000000", first="POST /write HTTP/1.1")
    assert raw(port, told + b"x" * 1000).startswith(b"HTTP/1.1 413")
    assert app.writes == 0


def test_on_the_wire_a_socket_of_another_site_is_403(wire):
    port, app = wire
    upgrade = (
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    assert raw(port, head(port, *upgrade, "Origin: http://evil.com")).startswith(b"HTTP/1.1 403")
    assert app.scopes == []
    good = raw(port, head(port, *upgrade, f"Origin: http://127.0.0.1:{port}"), first=True)
    assert good.startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Sec-WebSocket-Version: 13",),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: <script>x"),
        ("Sec-WebSocket-Version: <b>12", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
        (
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Extensions: <script>;;",
        ),
        (
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"X: {'<script>' * 1200}",
        ),
    ],
)
def test_on_the_wire_a_malformed_handshake_is_400_and_repeats_nothing(wire, lines):
    port, app = wire
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", f"Origin: http://127.0.0.1:{port}")
    found = raw(port, head(port, *upgrade, *lines))
    assert found.startswith(b"HTTP/1.1 400")
    assert b"content-security-policy: default-src 'none'" in found.lower()
    assert b"x-content-type-options: nosniff" in found.lower()
    assert b"<script>" not in found and b"<b>12" not in found
    assert app.scopes == []


def test_json_of_an_error_is_whole():
    found = get(Guard(Inner(), token=TOKEN, port=PORT), "/api/", host="evil.com")
    assert json.loads(found.text)["title"] == "Forbidden"
