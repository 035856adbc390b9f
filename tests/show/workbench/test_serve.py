"""The workbench as its users start it: one link, pages behind it, stopped by one key."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from demarche.cases import dump_case, parse_case, template
from demarche.errors import MethodError, QuestionError
from demarche.show.cli import main
from demarche.show.workbench.guard_checks import cookie_name, session_of
from demarche.show.workbench.serve import bound, link_of, make_app, needed_workbench
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.requests_of import asked
from tests.show.workbench.serving import TOKEN, served

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?(?:case=([^&]*)&)?token=([A-Za-z0-9_-]{43})\n")
NO_NETWORK = """
import socket, sys
real, bind = socket.socket.connect, socket.socket.bind
def local(at):
    return not isinstance(at, tuple) or at[0] in ("127.0.0.1", "::1")
def refused(self, at):
    if not local(at):
        sys.stderr.write(f"OUTGOING {at}\\n"); sys.stderr.flush()
        raise OSError("no network here")
    return real(self, at)
def heard(self, at):
    if not local(at):
        sys.stderr.write(f"BOUND {at}\\n"); sys.stderr.flush()
    return bind(self, at)
def named(host, *rest, **more):
    if host not in ("127.0.0.1", "::1", "localhost", None):
        sys.stderr.write(f"LOOKED UP {host}\\n"); sys.stderr.flush()
        raise OSError("no network here")
    return looked(host, *rest, **more)
looked = socket.getaddrinfo
socket.socket.connect = socket.socket.connect_ex = refused
socket.socket.bind, socket.getaddrinfo = heard, named
from demarche.show.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.toml").write_text(template(), encoding="utf-8")
    return tmp_path


@contextlib.contextmanager
def started(*options: str, folder: Path) -> Iterator[tuple[subprocess.Popen, re.Match[str]]]:
    """A workbench in a process of its own that can reach no network, and its link."""
    command = [sys.executable, "-c", NO_NETWORK, "workbench", *options, "--no-browser"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DEMARCHE_")
    }
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        line = process.stdout.readline()
        link = LINK.fullmatch(line)
        assert link, (line, process.stderr.read() if process.poll() is not None else "")
        yield process, link
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def got(port: int, path: str, **headers: str) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply, text


def ended(process: subprocess.Popen, by: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(by)
    out, said = process.communicate(timeout=30)
    return process.returncode, out, said


@pytest.mark.slow
def test_a_start_a_link_a_page_and_ctrl_c(folder):
    with started(str(folder / "small.toml"), folder=folder) as (process, link):
        port, case, token = int(link[1]), link[2], link[3]
        assert case == "small.toml"
        reply, _ = got(port, f"/?case={case}&token={token}")
        assert (reply.status, reply.getheader("location")) == (303, "/?case=small.toml")
        cookie = reply.getheader("set-cookie").partition(";")[0]
        for path in ("/?case=small.toml", "/cases", "/glossary", "/static/base.css"):
            reply, text = got(port, path, cookie=cookie)
            assert reply.status == 200 and text, path
            assert token not in text
        reply, text = got(port, "/api/v1/answer?case=small.toml&draws=16", cookie=cookie)
        assert reply.status == 200 and json.loads(text)["question"]["case"]
        assert got(port, "/cases")[0].status == 403
        assert got(port, f"/?token={'x' * 43}")[0].status == 403
        code, out, said = ended(process, signal.SIGINT)
    assert (code, out) == (130, "")
    assert token not in said and "Traceback" not in said
    for word in ("OUTGOING", "BOUND", "LOOKED UP"):
        assert word not in said
    assert said.splitlines()[-1] == "demarche: stopped."


@pytest.mark.slow
def test_sigterm_ends_it_with_143_even_with_a_socket_open(folder):
    with started(folder=folder) as (process, link):
        port, token = int(link[1]), link[3]
        own = f"{cookie_name(port)}={session_of(token, port=port)}"
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            lines = (
                "GET /websocket/ HTTP/1.1",
                f"Host: 127.0.0.1:{port}",
                f"Cookie: {own}",
                f"Origin: http://127.0.0.1:{port}",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            )
            connection.sendall("\r\n".join((*lines, "", "")).encode())
            assert connection.recv(12) == b"HTTP/1.1 101"
            begun = time.monotonic()
            code, _, said = ended(process, signal.SIGTERM)
    assert code == 143 and "Traceback" not in said
    assert time.monotonic() - begun < 15


def test_a_port_that_is_taken_is_named(folder, capsys):
    with bound(0) as taken:
        port = taken.getsockname()[1]
        assert (
            main(["workbench", "--no-browser", "--port", str(port), "--folder", str(folder)]) == 1
        )
    said = capsys.readouterr().err
    assert f"port {port} of 127.0.0.1 cannot be used" in said and "--port 0" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "70000"], "1 to 65535"),
        (["kuwait-199"], "Did you mean 'kuwait-1990'?"),
        (["missing.toml"], "is not there"),
        (["--folder", "nowhere-at-all"], "nowhere-at-all cannot be read"),
        (["--store", "nowhere-at-all"], "no record is there"),
        (["small.toml", "--folder", "/"], "leave --folder out"),
        (["broken.toml"], "problem"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(folder, monkeypatch, capsys, options, said):
    monkeypatch.chdir(folder)
    (folder / "broken.toml").write_text("id = 3", encoding="utf-8")
    assert main(["workbench", "--no-browser", *options]) == 1
    found = capsys.readouterr()
    assert said in found.err and "Traceback" not in found.err and not found.out


def test_no_other_address_can_be_served(folder, capsys):
    assert main(["workbench", "--no-browser", "--host", "0.0.0.0"]) == 2
    with bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "shiny", None)
    with pytest.raises(MethodError, match=r"pip install 'demarche\[workbench\]'"):
        needed_workbench()


def test_a_browser_is_given_a_link_that_opens_once(folder, monkeypatch, capsys):
    opened, ran = [], []

    def run(guard, listening, *, ready):
        ran.append(guard)
        ready()
        return 0

    monkeypatch.setattr("demarche.show.workbench.serve._run", run)
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["workbench", "kuwait-1990", "--folder", str(folder)]) == 0
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(5)
    printed = LINK.fullmatch(capsys.readouterr().out)
    given = LINK.fullmatch(opened[0] + "\n")
    assert printed and given and printed[2] == given[2] == "kuwait-1990"
    assert printed[3] != given[3]
    host = {"host": f"127.0.0.1:{given[1]}"}
    for token, statuses in ((given[3], (303, 403)), (printed[3], (303, 303))):
        for status in statuses:
            assert asked(ran[0], "GET", f"/?token={token}", headers=host).status == status


def test_static_files_are_those_of_the_package(folder):
    app = make_app(Workspace(folder=folder, case="kuwait-1990"), token=TOKEN, port=80)
    rows = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    for name in ("base.css", "table.css", "table.js"):
        found = asked(app, "GET", f"/static/{name}", headers=rows)
        assert found.status == 200 and found.body
    assert found.header("content-type").startswith("text/javascript")
    for name in ("guard.py", "../guard.py", "%2e%2e/guard.py", "", "/etc/passwd", "base.css/"):
        assert asked(app, "GET", f"/static/{name}", headers=rows).status in (400, 404)
    for name in ("lib/../app.py", "lib/shiny-1.8.0/..%2f..%2f..%2f_app.py", "lib//etc/passwd"):
        assert asked(app, "GET", f"/{name}", headers=rows).status in (400, 404)


HOSTILE = (
    "<script>window.hurt=1</script>",
    '" onmouseover="window.hurt=1',
    "javascript:window.hurt=1",
    "</script><img src=x onerror=window.hurt=1>",
    "<svg onload=window.hurt=1>",
    "{{7*7}} {%7*7%} ${7*7}",
    "\x1b[31mred\x1b]0;title\x07 \u202etxt",
)
"""What an article or a case from others may hold."""


def test_hostile_text_of_a_case_is_text_on_every_page(folder):
    """Row 56: titles, names and sources with markup, on every page that a case reaches."""
    case = parse_case(template(), file="t")
    from dataclasses import replace

    kept = [text for text in HOSTILE if text.isprintable()]
    for number, text in enumerate(kept):
        hurt = replace(
            case,
            title=text,
            summary=text,
            actors=tuple(replace(actor, name=text) for actor in case.actors),
            triggers=tuple(replace(t, label=text) for t in case.triggers),
            sources=tuple(replace(s, title=text, author=text) for s in case.sources),
            question=replace(case.question, text=text),
        )
        name = f"hurt{number}.toml"
        (folder / name).write_text(dump_case(hurt), encoding="utf-8")
    app = make_app(Workspace(folder=folder, case="hurt0.toml", draws=16), token=TOKEN, port=80)
    rows = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    for number, text in enumerate(kept):
        name = f"hurt{number}.toml"
        for path in (
            f"/?case={name}",
            "/cases",
            f"/question?case={name}",
            f"/cases?q={quote(text)}",
        ):
            found = asked(app, "GET", path, headers=rows)
            assert found.status == 200, (path, found.status)
            for raw in ("<script>window", "<svg onload", "<img src=x", '" onmouseover="', ">49"):
                assert raw not in found.text, (path, raw)
            assert not re.search(r"""(?:href|src)=["']?\s*javascript:""", found.text)
        found = asked(app, "GET", f"/api/v1/cases/{name}", headers=rows)
        assert found.header("content-type") == "application/json"
        assert found.header("x-content-type-options") == "nosniff"
        assert found.json()["case"]["title"] == text


def test_escape_sequences_in_a_name_are_not_sent_to_the_terminal(folder, capsys):
    """Row 57: what a request names is not written to the log as it stands."""
    app = make_app(Workspace(folder=folder, case="kuwait-1990"), token=TOKEN, port=80)
    rows = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    for path in ("/%1b[31mx", "/%c2%9b31mx", "/%e2%80%ae"):
        asked(app, "GET", path, headers=rows)
    bad = "\x1b[31m.toml"
    (folder / bad).write_text("id = 3", encoding="utf-8")
    assert main(["workbench", "--no-browser", str(folder / bad)]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_reading_never_writes(folder):
    """Row 60: every page and address that is read leaves the folder as it was."""
    ledger = folder / "l.sqlite"
    place = Workspace(folder=folder, case="small.toml", ledger=str(ledger), draws=16)
    app = make_app(place, token=TOKEN, port=80)
    before = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*")}
    rows = {"host": "localhost", "authorization": f"Bearer {TOKEN}", "sec-fetch-site": "cross-site"}
    pages = ("/", "/cases", "/question", "/glossary", "/shutdown", "/?debug=1")
    interface = ("cases", "ledger/issue", "what-if", "ledger/issue?reason=x")
    paths = (*pages, *(f"/api/v1/{path}" for path in interface))
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert asked(app, method, path, headers=rows).status < 500
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.slow
def test_ten_clients_at_once_each_get_their_own_answer(folder):
    """What one client sets never shows in what another is given, and memory stays bounded."""
    place = Workspace(folder=folder, case="small.toml", draws=64)
    horizons = [10 * n for n in range(1, 11)]
    with served(lambda port: make_app(place, token=TOKEN, port=port)) as port:

        def answer(days: int) -> str:
            body = json.dumps(
                {
                    "case": "small.toml",
                    "edits": [{"place": "horizon", "value": str(days), "because": f"own {days}"}],
                }
            )
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/what-if", body, headers)
            reply = connection.getresponse()
            text = reply.read().decode()
            connection.close()
            assert reply.status == 200, text
            return text

        alone = {days: answer(days) for days in horizons}
        together: dict[int, list[str]] = {days: [] for days in horizons}

        def client(days: int) -> None:
            for _ in range(3):
                together[days].append(answer(days))

        threads = [threading.Thread(target=client, args=(days,)) for days in horizons]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        for days in horizons:
            assert together[days] == [alone[days]] * 3
            assert json.loads(alone[days])["question"]["horizon_days"] == days
        assert len(set(alone.values())) == len(horizons)
        plain = got(port, "/api/v1/answer?case=small.toml", authorization=f"Bearer {TOKEN}")[1]
        assert "own 10" not in plain
        assert json.loads(plain)["question"]["horizon_days"] == (
            parse_case(template(), file="t").question.horizon_days
        )


@pytest.mark.slow
def test_memory_stays_bounded_over_many_requests(folder):
    """Thirty what-ifs, each another, and as many pages: nothing of them is kept."""
    import gc

    place = Workspace(folder=folder, case="small.toml", draws=16)
    app = make_app(place, token=TOKEN, port=80)
    rows = {
        "host": "localhost",
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
    }

    def moved(days: int) -> None:
        edits = [{"place": "horizon", "value": str(days), "because": "x" * 300}]
        body = json.dumps({"case": "small.toml", "edits": edits}).encode()
        assert asked(app, "POST", "/api/v1/what-if", headers=rows, body=body).status == 200
        assert asked(app, "GET", "/cases", headers=rows).status == 200

    def held() -> int:
        gc.collect()
        return len(gc.get_objects())

    for days in range(1, 11):
        moved(days)
    before = held()
    for days in range(100, 130):
        moved(days)
    assert held() - before < 3_000, "objects of answered requests are kept"


def test_links_name_case_and_token():
    assert link_of(1, token="T", case="a b") == "http://127.0.0.1:1/?case=a+b&token=T"


def test_a_port_is_a_number():
    with pytest.raises(QuestionError, match="1 to 65535"):
        bound(-1)
