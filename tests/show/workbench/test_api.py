"""The interface for programs: the same objects as --json, right errors, and nothing written."""

from __future__ import annotations

import json

import jsonschema
import pytest

from demarche.cases import template
from demarche.desk import ask
from demarche.desk.what_if import Scenario
from demarche.show.cli import main
from demarche.show.data import answer_json, answer_schema
from demarche.show.workbench.api import ENDPOINTS
from demarche.show.workbench.guard_checks import cookie_name, session_of
from demarche.show.workbench.openapi import ERRORS, openapi_data
from demarche.show.workbench.serve import make_app
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.requests_of import Reply, asked

TOKEN = "a" * 43
PORT = 8001
HOST = f"127.0.0.1:{PORT}"
FEW = 16


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    (folder / "small.toml").write_text(template(), encoding="utf-8")
    (folder / "broken.toml").write_text("id = 3\n<script>\n", encoding="utf-8")
    return Workspace(folder=folder, case="small.toml", ledger=str(folder / "l.sqlite"), draws=FEW)


@pytest.fixture(scope="module")
def app(workspace):
    return make_app(workspace, token=TOKEN, port=PORT)


def get(app, path: str, *, method: str = "GET") -> Reply:
    headers = {"host": HOST, "authorization": f"Bearer {TOKEN}"}
    return asked(app, method, f"/api/v1{path}", headers=headers)


def post(app, path: str, data: object, *, kind: str = "application/json") -> Reply:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    headers = {"host": HOST, "authorization": f"Bearer {TOKEN}", "content-type": kind}
    return asked(app, "POST", f"/api/v1{path}", headers=headers, body=body)


def described(found: Reply, workspace, name: str) -> None:
    """Hold a reply against the schema that the description gives for it."""
    assert (found.status, found.header("content-type")) == (200, "application/json"), found.text
    schemas = openapi_data(workspace)["components"]["schemas"]
    jsonschema.validate(
        found.json(), {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    )


def problem(found: Reply, status: int) -> str:
    """Sentence of a problem."""
    assert found.status == status, found.text
    assert found.header("content-type") == "application/problem+json"
    said = found.json()
    assert said["status"] == status and len(said["request_id"]) == 16
    assert "Traceback" not in found.text and "--" not in said["detail"]
    return said["detail"]


def test_the_answer_is_that_of_the_command_byte_for_byte(app, workspace, capsys):
    file = str(workspace.folder / "small.toml")
    assert main(["ask", file, "--json", "--draws", "16", "--horizon", "30"]) == 0
    found = get(app, "/answer?case=small.toml&draws=16&horizon=30")
    assert found.text == capsys.readouterr().out
    jsonschema.validate(found.json(), answer_schema())
    described(found, workspace, "Answer")


def test_every_option_of_ask_is_taken(app, capsys):
    options = {
        "if": "kuwait-taken",
        "actor": "USA",
        "as_of": "1991-01-01",
        "horizon": "60",
        "weights": "2/1",
        "seed": "7",
        "draws": "32",
    }
    command = ["ask", "kuwait-1990", "--json", "--drop", "usa-1973-october-war"]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", value]
    query = "&".join(f"{name}={value}" for name, value in options.items())
    found = get(app, f"/answer?case=kuwait-1990&{query}&drop=usa-1973-october-war")
    assert main(command) == 0, capsys.readouterr().err
    assert found.text == capsys.readouterr().out


def test_a_what_if_is_the_answer_to_the_moved_case_and_keeps_nothing(app, workspace):
    base = workspace.load("small.toml")
    place = f"capability/{base.factions[0].id}"
    moved = Scenario(base=base).edited(place, "3").edited("horizon", "30")
    want = answer_json(
        ask(moved.case(), horizon_days=30, weights=moved.weights, draws=FEW, seed=workspace.seed)
    )
    edits = [{"place": place, "value": "3"}, {"place": "horizon", "value": "30"}]
    before = sorted(path.name for path in workspace.folder.iterdir())
    found = post(app, "/what-if", {"case": "small.toml", "edits": edits})
    assert found.text == want
    described(found, workspace, "Answer")
    plain = get(app, "/answer?case=small.toml")
    unmoved = post(app, "/what-if", {"case": "small.toml"})
    assert {**unmoved.json(), "run_id": ""} == {**plain.json(), "run_id": ""}
    assert unmoved.json()["courses"] != found.json()["courses"]
    assert sorted(path.name for path in workspace.folder.iterdir()) == before


@pytest.mark.parametrize("one", [e for e in ENDPOINTS if e.method == "GET"], ids=lambda e: e.path)
def test_reading_gives_what_is_described_and_writes_nothing(app, workspace, one):
    before = {path: path.read_bytes() for path in workspace.folder.iterdir()}
    path = one.path.replace("{id}", "kuwait-1990")
    found = get(app, f"{path}?case=small.toml" if path == "/answer" else path)
    if path == "/record/status":
        assert "--" not in problem(found, 404)
    elif path.startswith("/ledger/") and not (workspace.folder / "l.sqlite").exists():
        problem(found, 404)
    else:
        described(found, workspace, one.answer)
    assert {path: path.read_bytes() for path in workspace.folder.iterdir()} == before


def test_cases_lists_a_broken_file_with_what_is_wrong(app):
    rows = {row["id"]: row for row in get(app, "/cases").json()["cases"]}
    assert rows["small.toml"]["problems"] == [] and rows["broken.toml"]["problems"]
    found = get(app, "/cases/broken.toml")
    problem(found, 422)
    assert found.json()["problems"]
    problem(get(app, "/answer?case=broken.toml"), 422)


def test_issuing_writes_once_and_needs_a_reason(workspace, tmp_path, capsys):
    from dataclasses import replace

    place = str(tmp_path / "ledger.sqlite")
    app = make_app(replace(workspace, ledger=place), token=TOKEN, port=PORT)
    wanted = {"case": "small.toml", "late": True}
    assert "reason" in problem(post(app, "/ledger/issue", wanted), 400)
    problem(post(app, "/ledger/issue", {**wanted, "reason": "  "}), 400)
    problem(post(app, "/ledger/issue", {**wanted, "late": False, "reason": "r"}), 422)
    assert not (tmp_path / "ledger.sqlite").exists()
    found = post(app, "/ledger/issue", {**wanted, "reason": " to be held to it "})
    described(found, workspace, "Issued")
    rows = get(app, "/ledger/forecasts")
    described(rows, workspace, "Forecasts")
    assert main(["ledger", "list", "--json", "--ledger", place]) == 0
    assert rows.text == capsys.readouterr().out
    assert rows.json()["questions"][0]["question"] == found.json()["question"]
    scores = get(app, "/ledger/scores?by=kind")
    described(scores, workspace, "Scores")
    assert main(["ledger", "scores", "--by", "kind", "--json", "--ledger", place]) == 0
    assert scores.text == capsys.readouterr().out
    assert main(["ledger", "show", "--entry", str(found.json()["seq"]), "--ledger", place]) == 0
    assert '"to be held to it"' in capsys.readouterr().out


def test_without_a_ledger_nothing_can_be_issued(workspace):
    from dataclasses import replace

    app = make_app(replace(workspace, ledger=None), token=TOKEN, port=PORT)
    problem(post(app, "/ledger/issue", {"case": "small.toml", "reason": "r"}), 409)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 400, "case is missing"),
        ("case=", 400, "case must have"),
        ("case=small.tom", 404, "small.toml"),
        ("case=../small.toml", 404, "no case"),
        ("case=/etc/passwd", 404, "no case"),
        ("case=small.toml&case=small.toml", 400, "more than once"),
        ("case=small.toml&debug=1", 400, "does not take"),
        ("case=small.toml&horizn=1", 400, "'horizon'"),
        ("case=small.toml&horizon=0", 400, "1 to 3650"),
        ("case=small.toml&horizon=90d", 400, "an integer"),
        ("case=small.toml&draws=1000000", 400, "16 to 20000"),
        ("case=small.toml&seed=-1", 400, "seed"),
        ("case=small.toml&weights=0/0", 400, "weights"),
        ("case=small.toml&weights=nan/1", 400, "weights"),
        ("case=small.toml&as_of=2023-13-01", 400, "2023-11-01"),
        ("case=small.toml&as_of=20231101", 400, "2023-11-01"),
        ("case=small.toml&if=nothing-such", 404, "nothing-such"),
        ("case=small.toml&actor=nobody", 404, "nobody"),
        ("case=small.toml&drop=nothing", 404, "No episode"),
        ("case=small.toml&drop=x&drop=x", 400, "twice"),
        ("case=%00", 400, "no text"),
    ],
)
def test_a_question_that_cannot_be_answered(app, query, status, said):
    assert said in problem(get(app, f"/answer?{query}"), status)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json; charset=latin-1", 415),
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"case": "small.toml", "case": "small.toml"}', "application/json", 400),
        (b'{"case": "small.toml", "seed": NaN}', "application/json", 400),
        (b'{"case": "small.toml", "seed": 1.5}', "application/json", 400),
        (b'{"case": "small.toml", "seed": true}', "application/json", 400),
        (b'{"case": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"case": "small.toml", "edits": [{"place": "x"}]}', "application/json", 400),
        (b'{"case": "small.toml", "edits": [[]]}', "application/json", 400),
        (
            b'{"case": "small.toml", "edits": [{"place": "x", "value": "1", "at": 1}]}',
            "application/json",
            400,
        ),
        (
            b'{"case": "small.toml", "edits": [{"place": "horizon", "value": "x"}]}',
            "application/json",
            422,
        ),
        (b'{"case": "nothing"}', "application/json; charset=utf-8", 404),
        (b"1" * 1_000_001, "application/json", 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_that_cannot_be_read(app, body, kind, status):
    problem(post(app, "/what-if", body, kind=kind), status)


def test_an_address_or_method_that_is_none(app):
    problem(get(app, "/nothing"), 404)
    problem(get(app, "/cases/nothing"), 404)
    problem(get(app, "/cases/..%2fx"), 400)
    found = get(app, "/answer", method="DELETE")
    problem(found, 405)
    assert found.header("allow") == "GET, HEAD, OPTIONS"
    problem(get(app, "/ledger/issue"), 405)
    problem(get(app, "/what-if?case=small.toml"), 405)
    found = get(app, "/ledger/issue", method="OPTIONS")
    assert (found.status, found.header("allow")) == (204, "OPTIONS, POST")
    own = {"host": HOST, "cookie": f"{cookie_name(PORT)}={session_of(TOKEN, port=PORT)}"}
    crossed = {**own, "sec-fetch-site": "cross-site", "content-type": "application/json"}
    problem(asked(app, "POST", "/api/v1/ledger/issue", headers=crossed, body=b"{}"), 403)
    problem(asked(app, "GET", "/api/v1/cases", headers={"host": HOST}), 403)


def test_errors_are_all_described(workspace):
    data = openapi_data(workspace)
    for operations in data["paths"].values():
        for operation in operations.values():
            assert set(operation["responses"]) == {"200", *map(str, ERRORS)}
    assert {e.path for e in ENDPOINTS} == set(data["paths"])


def test_the_description_is_that_of_the_server(app, workspace):
    assert get(app, "/openapi.json").json() == openapi_data(workspace)
