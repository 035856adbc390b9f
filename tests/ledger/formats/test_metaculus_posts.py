"""Posts by a stand-in of the API on this computer: what is asked, what is refused, what is said."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from demarche.errors import DataError
from demarche.ledger.formats import metaculus_posts, read_metaculus
from demarche.ledger.formats.metaculus_posts import fetch_posts, post_of
from demarche.show.cli import main

TOKEN = "0123456789abcdef"
POST = {
    "id": 578,
    "title": "Will it happen?",
    "question": {
        "id": 99,
        "type": "binary",
        "title": "Will it happen?",
        "resolution": "yes",
        "actual_resolve_time": "2024-03-01T00:00:00Z",
        "scheduled_close_time": "2024-06-01T00:00:00Z",
        "my_forecasts": {"history": [{"start_time": 1704067200, "forecast_values": [0.2, 0.8]}]},
    },
}


class Api(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, self.headers["Authorization"] or ""))
        answers = {
            "/api/posts/578/": (200, json.dumps(POST)),
            "/api/posts/2/": (200, "<html>please log in</html>"),
            "/api/posts/3/": (200, "[1]"),
            "/api/posts/5/": (200, "{" + " " * 3000 + "}"),
            "/api/posts/401/": (401, "{}"),
            "/api/posts/429/": (429, "{}"),
            "/api/posts/500/": (500, "{}"),
        }
        code, text = answers.get(self.path, (404, "{}"))
        if self.path == "/api/posts/302/":
            code = 302
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/api/posts/578/")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api(monkeypatch):
    Api.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_post_is_asked_for_once_with_the_token(api, tmp_path):
    text = fetch_posts([578, 578], token=TOKEN, base=api)
    assert Api.asked == [("GET", "/api/posts/578/", f"Token {TOKEN}")]
    path = tmp_path / "posts.json"
    path.write_text(text, encoding="utf-8")
    (found,) = read_metaculus(path).forecasts
    assert (found.holder, found.probability, found.outcome) == ("me", 0.8, "yes")


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (401, "the token is not accepted"),
        (404, "there is no such post"),
        (429, "too many requests"),
        (500, "the server answered 500"),
        (302, "the server answered 302"),
        (2, "came as no JSON"),
        (3, "came as list; expected one post"),
    ],
)
def test_what_cannot_be_read_is_said_without_the_token(api, post, said):
    with pytest.raises(DataError, match=f"post {post} of Metaculus.*{said}") as caught:
        fetch_posts([post], token=TOKEN, base=api)
    assert TOKEN not in str(caught.value)
    assert len(Api.asked) == 1  # a redirect is not followed, so the token goes nowhere else


def test_an_answer_that_is_too_large_is_not_read(api, monkeypatch):
    monkeypatch.setattr(metaculus_posts, "LARGEST", 1000)
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        fetch_posts([5], token=TOKEN, base=api)


def test_a_host_that_is_not_there_is_one_sentence():
    with pytest.raises(DataError, match=r"post 1 of Metaculus cannot be read: .*refused"):
        fetch_posts([1], token=TOKEN, base="http://127.0.0.1:1/api")


@pytest.mark.parametrize("token", ["", "  ", "two words", "a\r\nHost: x", "\u00e9"])
def test_what_is_no_token_is_not_sent(api, token):
    with pytest.raises(DataError, match="must be letters and digits"):
        fetch_posts([578], token=token, base=api)
    assert Api.asked == []


@pytest.mark.parametrize(
    "said", ["", "0", "x", "-1", "http://evil.example/questions/1/", "https://metaculus.com/1"]
)
def test_what_is_no_post_is_refused(said):
    with pytest.raises(DataError, match="a post of Metaculus is its number"):
        post_of(said)


def test_one_command_scores_a_post_and_stores_nothing(api, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("demarche.desk.scoring.fetch_posts", partial(fetch_posts, base=api))
    link = "https://www.metaculus.com/questions/578/will-it-happen/"
    monkeypatch.delenv("METACULUS_TOKEN", raising=False)
    assert main(["score", "--metaculus", link]) == 1
    assert "put it into METACULUS_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("METACULUS_TOKEN", TOKEN)
    assert main(["score", "--metaculus", link, "--json"]) == 0
    found = capsys.readouterr()
    (card,) = json.loads(found.out)["scores"]["cards"]
    assert card["brier"]["value"] == pytest.approx(0.04)
    assert "for your own eyes" in found.out
    assert TOKEN not in found.out + found.err
    assert list(tmp_path.iterdir()) == []
    assert main(["score"]) == 1
    assert main(["score", "f.csv", "--metaculus", "578"]) == 1
    assert "name a file of forecasts, or posts with --metaculus" in capsys.readouterr().err
