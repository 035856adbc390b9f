"""Commands of the ledger: what they print, what they leave on disk, and their exit codes."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import demarche.show.ledger_open as ledger_open
from demarche.cases import template
from demarche.show.cli import main
from tests.desk.test_resolve import store_of

DOCS = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
START = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


class Day:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def on(self, text: str) -> None:
        self.now = dt.datetime.fromisoformat(f"{text}T12:00:00+00:00")


@pytest.fixture
def day(monkeypatch) -> Day:
    """The clock of the command line."""
    clock = Day()
    monkeypatch.setattr(ledger_open, "now", clock)
    for module in (
        "cli_ledger_doctor",
        "cli_ledger",
        "cli_ledger_life",
        "cli_ledger_resolve",
        "cli_issue",
    ):
        monkeypatch.setattr(f"demarche.show.{module}.now", clock)
    return clock


@pytest.fixture
def here(tmp_path, monkeypatch, day) -> Path:
    """A folder with a case file, and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEMARCHE_LEDGER", raising=False)
    monkeypatch.delenv("DEMARCHE_STORE", raising=False)
    (tmp_path / "case.toml").write_text(template(), encoding="utf-8")
    return tmp_path


ISSUE = ("ledger", "issue", "case.toml", "--draws", "16", "--as-of", "2030-01-01")


def run(*args, capsys, code=0):
    assert main(list(args)) == code, capsys.readouterr().err
    return capsys.readouterr()


def data(*args, capsys, code=0):
    found = json.loads(run(*args, "--json", capsys=capsys, code=code).out)
    if args[0] == "ledger":
        missing = [key for key in found if f"`{key}`" not in DOCS]
        assert not missing, f"{missing} of {args[1]} are not in docs/ledger.md"
    return found


@pytest.fixture
def question(here, capsys) -> str:
    """Id of a question without a trigger, issued into desk/ledger.sqlite."""
    return data(*ISSUE, "--if", "none", capsys=capsys)["question"]


def courses(question, capsys):
    return [c["course"] for c in data("ledger", "show", question, capsys=capsys)["courses"]]


def test_ask_issues_only_when_told_and_says_so_once_it_is_durable(here, capsys):
    asked = ("ask", "case.toml", "--draws", "16", "--as-of", "2030-01-01")
    run(*asked, capsys=capsys)
    assert not (here / "desk").exists()
    text = run(*asked, "--issue", capsys=capsys).out
    last = text.splitlines()[-2:]
    assert last[0].startswith("issued question ") and " as entry 2 of " in last[0]
    assert last[1].startswith("a what-if: it is scored only if the trigger occurs from 2030-01-01")
    (held,) = data("ledger", "list", capsys=capsys)["questions"]
    assert held["question"] == last[0].split()[2]
    assert held["condition"] == "what_if"


def test_ask_with_json_prints_one_object_and_the_rest_aside(here, capsys):
    found = run(
        *("ask", "case.toml", "--draws", "16", "--as-of", "2030-01-01", "--issue", "--json"),
        capsys=capsys,
    )
    answer = json.loads(found.out)
    assert f"issued question {answer['question']['id']} as entry 2" in found.err
    shown = data("ledger", "show", answer["question"]["id"], capsys=capsys)
    for row in answer["courses"]:
        p, low, high = shown["made"][0]["views"]["pool"]["courses"][row["id"]]
        assert (round(p, 6), round(low, 6), round(high, 6)) == (
            row["probability"],
            row["low"],
            row["high"],
        )
    assert shown["made"][0]["run_id"] == answer["run_id"]


@pytest.mark.parametrize(
    "asked",
    [
        ISSUE,
        (*ISSUE, "--hide", "mine.json"),
        ("ask", *ISSUE[2:], "--issue"),
    ],
    ids=["ledger issue", "ledger issue --hide", "ask --issue"],
)
def test_row36_a_question_whose_deadline_is_over_is_refused(here, day, monkeypatch, capsys, asked):
    """Before anything is answered, and before a ledger or a file is made."""
    monkeypatch.setattr("demarche.desk.ask", lambda *_, **__: pytest.fail("it was answered"))
    day.on("2031-01-01")
    err = run(*asked, capsys=capsys, code=1).err
    assert "lies before today (2031-01-01)" in err
    assert "--as-of 2031-01-01" in err
    assert "--late" in err
    assert sorted(path.name for path in here.iterdir()) == ["case.toml"]


def test_row37_a_late_forecast_is_kept_when_one_says_so_and_never_scored(here, day, capsys):
    day.on("2031-01-01")
    made = run(*ISSUE, "--if", "none", "--late", capsys=capsys)
    assert "late: kept and counted, never scored" in made.out
    (held,) = data("ledger", "list", capsys=capsys)["questions"]
    assert held["late"]
    course = held["courses"][0]["course"]
    run("ledger", "resolve", held["question"], "--no", course, capsys=capsys)
    (card, *_) = data_of_scores(capsys)["scores"]["cards"]
    assert (card["counts"]["scored"], card["counts"]["late"] > 0) == (0, True)


def data_of_scores(capsys):
    return json.loads(run("ledger", "scores", "--json", capsys=capsys).out)


def test_row37_an_answer_given_although_the_outcome_is_known_can_be_marked(here, day, capsys):
    """The window is open; who knows the outcome says so, and the forecast is not scored."""
    asked = ("ask", *ISSUE[2:], "--if", "none", "--issue", "--late", "--json")
    err = run(*asked, capsys=capsys).err
    assert "late: kept and counted" in err
    assert data("ledger", "list", capsys=capsys)["questions"][0]["late"]


def test_options_of_an_issue_say_nothing_without_it(here, capsys):
    err = run("ask", "case.toml", "--late", "--cluster", "x", capsys=capsys, code=1).err
    assert "--cluster, --late says how an answer is issued; add --issue" in err


@pytest.mark.parametrize("as_of", ["2030-12-31", "2031-06-01"])
def test_row37_a_revision_of_what_is_over_is_refused_before_it_is_answered(
    question, day, monkeypatch, capsys, as_of
):
    closes = data("ledger", "show", question, capsys=capsys)["closes"]
    monkeypatch.setattr("demarche.desk.ask", lambda *_, **__: pytest.fail("it was answered"))
    day.on("2031-01-01")
    asked = ("ledger", "revise", question, "case.toml", "--as-of", as_of)
    err = run(*asked, capsys=capsys, code=1).err
    wanted = f"closed on {closes}" if as_of < "2031" else "as of 2031-06-01, and it is 2031-01-01"
    assert wanted in err


def test_a_revision_keeps_the_last_day_and_is_not_dated_back(question, day, capsys):
    """Probabilities for ten days are no forecast of the question and may not be scored as one."""
    asked = ("ledger", "revise", question, "case.toml", "--draws", "16")
    err = run(*asked, "--horizon", "10", capsys=capsys, code=1).err
    assert "leave out --horizon" in err
    err = run(*asked, "--as-of", "2029-12-31", capsys=capsys, code=1).err
    assert "as of 2029-12-31" in err and "that day or a later one" in err
    assert data("ledger", "show", question, capsys=capsys)["forecasts"] == 1
    left = data("ledger", "show", question, capsys=capsys)["horizon_days"]
    assert data(*asked, "--horizon", str(left), capsys=capsys)["revision"] == 1


def test_a_reader_that_goes_away_is_no_fault_of_the_ledger(question, monkeypatch, capsys):
    def gone(*_):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("demarche.show.cli_ledger.out", gone)
    monkeypatch.setattr(sys.stderr, "close", lambda: None)
    assert run("ledger", "list", capsys=capsys, code=1).err == ""


def test_what_cannot_be_issued_is_said_before_the_answer_is_made(here, day, monkeypatch, capsys):
    def never(*_, **__):
        raise AssertionError("the question was answered")

    monkeypatch.setattr("demarche.desk.ask", never)
    asked = ("ask", "case.toml", "--issue", "--as-of")
    err = run(*asked, "2031-01-01", capsys=capsys, code=1).err
    assert "as of 2031-01-01, and it is 2030-01-01" in err
    assert not (here / "desk").exists()


def test_the_life_of_a_question_from_issue_to_annul(question, day, capsys):
    first, second, *rest = courses(question, capsys)
    day.on("2030-01-20")
    revised = data("ledger", "revise", question[:6], "case.toml", "--draws", "16", capsys=capsys)
    assert (revised["question"], revised["revision"], revised["seq"]) == (question, 1, 3)
    day.on("2030-09-01")
    resolved = data(
        *("ledger", "resolve", question, "--yes", f"{first}=2030-01-25", "--no", second),
        *("--evidence", "https://example.org/1"),
        capsys=capsys,
    )
    assert resolved["courses"] == {first: "yes", second: "no"}
    err = run("ledger", "resolve", question, "--no", first, capsys=capsys, code=1).err
    assert "was resolved as yes by entry 4; to correct that, name the entry: --corrects 4" in err
    run(
        *("ledger", "resolve", question, "--no", first, "--corrects", "4"),
        *("--evidence", "https://example.org/2"),
        capsys=capsys,
    )
    if rest:
        run("ledger", "annul", question, "--reason", "asked by mistake", capsys=capsys)
    shown = data("ledger", "show", question, capsys=capsys)
    found = {row["course"]: row["outcome"] for row in shown["courses"]}
    assert found == {first: "no", second: "no", **dict.fromkeys(rest, "annulled")}
    assert shown["status"] == "resolved"
    assert [made["revision"] for made in shown["made"]] == [0, 1]
    text = run("ledger", "show", question, capsys=capsys).out
    assert all(f"\n{course} " in text for course in courses(question, capsys))
    assert "revision 1 2030-01-20" in text and "self-declared" in text
    assert "https://example.org/2" in text


def test_a_revision_is_asked_as_of_today_up_to_the_same_day(question, day, capsys):
    day.on("2030-01-20")
    run("ledger", "revise", question, "case.toml", "--draws", "16", capsys=capsys)
    made = data("ledger", "show", question, capsys=capsys)["made"][1]
    assert made["as_of"] == "2030-01-20"
    closes = data("ledger", "show", question, capsys=capsys)["closes"]
    day.on(closes)
    err = run("ledger", "revise", question, "case.toml", capsys=capsys, code=1).err
    assert f"closes on {closes}; a newer forecast can only be recorded as late" in err


def test_a_reason_is_of_what_is_not_known_alone(question, day, capsys):
    first, second, *_ = courses(question, capsys)
    day.on("2031-01-01")
    said = ("--no", first, "--not-known", second, "--reason", "nobody says")
    run("ledger", "resolve", question, *said, "--evidence", "https://example.org", capsys=capsys)
    rows = data("ledger", "show", question, capsys=capsys)["resolutions"]
    assert {row["course"]: row["reason"] for row in rows} == {first: "", second: "nobody says"}


def test_another_question_is_no_revision(question, capsys):
    err = run(
        *("ledger", "revise", question, "regional-war", "--draws", "16", "--actor", "RUS"),
        capsys=capsys,
        code=1,
    ).err
    assert "that is another question; issue it as one" in err


def test_a_what_if_waits_for_its_trigger(here, day, capsys):
    made = data(*ISSUE, capsys=capsys)
    assert made["condition"] == "what_if"
    id = made["question"]
    first = courses(id, capsys)[0]
    day.on("2030-02-01")
    err = run("ledger", "resolve", id, "--no", first, capsys=capsys, code=1).err
    assert "is a what-if: say first whether its trigger occurred" in err
    run(
        *("ledger", "resolve", id, "--occurred", "2030-01-10", "--evidence", "e"),
        capsys=capsys,
    )
    shown = data("ledger", "show", id, capsys=capsys)
    assert (shown["opens"], shown["trigger_occurred"]) == ("2030-01-10", "yes")


def test_a_what_if_is_void_without_its_trigger(here, day, capsys):
    id = data(*ISSUE, capsys=capsys)["question"]
    day.on("2031-01-01")
    err = run("ledger", "resolve", id, "--not-occurred", capsys=capsys, code=1).err
    assert "needs a reason" in err
    text = run(
        *("ledger", "resolve", id, "--not-occurred", "--reason", "no report of it"), capsys=capsys
    ).out
    assert "the question is void" in text
    assert data("ledger", "list", "--status", "void", capsys=capsys)["questions"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "say what became of it"),
        (("--rung", "1", "--from-record"), "one of them at a time"),
        (("--yes", "talks"), "--yes needs the day it was taken: --yes talks=YYYY-MM-DD"),
        (("--no", "talks=soon"), "--no talks must be a date"),
        (("--from-record",), "no event record is there"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(question, capsys, options, message):
    err = run("ledger", "resolve", question, *options, capsys=capsys, code=1).err
    assert message in err and err.count("\n") == 1


def test_a_record_proposes_and_enters_only_when_told(here, day, capsys):
    text = template().replace('"RUR"', '"RUR"')
    (here / "case.toml").write_text(text, encoding="utf-8")
    id = data(*ISSUE, "--if", "none", capsys=capsys)["question"]
    shown = data("ledger", "show", id, capsys=capsys)
    rule = next(rule for rule in shown["rules"] if rule["coded_as"]["cameo"])
    code, actor = rule["coded_as"]["cameo"][0], shown["actor"]
    to = rule["coded_as"]["recipients"][0] if rule["coded_as"]["recipients"] else "AAA"
    store = store_of(here, [("2030-01-12", actor, to, code)])
    day.on("2030-12-01")
    asked = ("ledger", "resolve", id, "--from-record", "--store", str(store))
    found = data(*asked, capsys=capsys)
    item = next(row for row in found["proposals"] if row["course"] == rule["course"])
    assert (item["outcome"], item["on"], item["rows_matched"]) == ("yes", "2030-01-12", 1)
    assert item["rows"][0]["event_id"] == "made:r0"
    assert found["coverage"]["covered"] > 90 and found["accepted"] == {}
    assert "--accept enters them" in run(*asked, capsys=capsys).out
    assert data("ledger", "show", id, capsys=capsys)["entries"] == [2]
    accepted = data(*asked, "--accept", capsys=capsys)
    assert accepted["accepted"][rule["course"]] == "yes"
    shown = data("ledger", "show", id, capsys=capsys)
    row = next(row for row in shown["resolutions"] if row["course"] == rule["course"])
    assert row["outcome"] == "yes" and row["evidence"][0].startswith("made:r0 2030-01-12")


def test_verify_checkpoint_and_sealing(question, here, day, capsys):
    first = courses(question, capsys)[0]
    text = run("ledger", "verify", capsys=capsys).out
    assert "intact" in text and "every forecast here is self-declared" in text
    point = data("ledger", "checkpoint", capsys=capsys)
    file = Path(point["file"])
    assert file.read_text() == point["text"]
    assert file.parent == here / "desk" / "checkpoints"
    assert (point["size"], point["consistent_with"]) == (2, [])
    outside = here / "elsewhere"
    outside.mkdir()
    (outside / "mail.txt").write_text(point["text"] + "\n\u2014 somebody AAAA\n")
    day.on("2030-01-30")
    run(
        *("ledger", "resolve", question, "--yes", f"{first}=2030-01-25", "--evidence", "e"),
        capsys=capsys,
    )
    assert data("ledger", "show", question, capsys=capsys)["made"][0]["sealed"] == []
    shown = data("ledger", "show", question, "--checkpoint", str(outside), capsys=capsys)
    assert first in shown["made"][0]["sealed"]
    late = f"{outside / 'mail.txt'}=2030-01-25"
    shown = data("ledger", "show", question, "--checkpoint", late, capsys=capsys)
    assert first not in shown["made"][0]["sealed"]
    found = data("ledger", "verify", "--checkpoint", str(outside), capsys=capsys)
    assert [p["consistent"] for p in found["checkpoints"]] == [True, True]
    again = data("ledger", "checkpoint", capsys=capsys)
    assert again["size"] == 3 and len(again["consistent_with"]) == 1
    assert run("ledger", "checkpoint", capsys=capsys).err.startswith(f"{again['file']} is there")


def test_one_forecast_is_shown_without_the_ledger(question, here, capsys):
    point = data("ledger", "checkpoint", capsys=capsys)
    (here / "x.txt").write_text(point["text"])
    proof = run("ledger", "prove", "2", "--checkpoint", "x.txt", capsys=capsys).out
    (here / "one.tlog-proof").write_text(proof)
    (here / "desk" / "ledger.sqlite").rename(here / "away.sqlite")
    shown = data("ledger", "verify", "one.tlog-proof", capsys=capsys)
    assert shown["entry"]["seq"] == 2 and shown["checkpoint"]["root"] == point["root"]
    text = run("ledger", "verify", "one.tlog-proof", capsys=capsys).out
    assert "proven. Entry 2 (issue, 2030-01-01T" in text
    (here / "one.tlog-proof").write_text(proof.replace("index 1", "index 0"))
    err = run("ledger", "verify", "one.tlog-proof", capsys=capsys, code=1).err
    assert "one.tlog-proof proves nothing" in err


def test_the_doctor_says_what_is_wrong_and_what_is_due(here, day, capsys):
    found = data("ledger", "doctor", capsys=capsys)
    assert [check["state"] for check in found["checks"]] == ["ok", "ok", "note"]
    assert not (here / "desk").exists()
    id = data(*ISSUE, "--if", "none", capsys=capsys)["question"]
    run("ledger", "checkpoint", capsys=capsys)
    found = data("ledger", "doctor", capsys=capsys)
    assert {check["state"] for check in found["checks"]} == {"ok"}
    data(*ISSUE, "--hide", "mine.json", "--horizon", "30", capsys=capsys)
    day.on("2031-01-01")
    text = run("ledger", "doctor", capsys=capsys).out
    assert f"1 question waits for an outcome: {id}" in text
    assert "1 entry is in none; demarche ledger checkpoint" in text
    assert "never revealed, and over: entries [3]" in text
    course = courses(id, capsys)[0]
    run("ledger", "resolve", id, "--no", course, capsys=capsys)
    assert f"1 question waits for an outcome: {id}" in run("ledger", "doctor", capsys=capsys).out
    run("ledger", "annul", id, "--reason", "the rest is void", capsys=capsys)
    assert "waits for an outcome" not in run("ledger", "doctor", capsys=capsys).out
    day.on("2029-01-01")
    found = run("ledger", "doctor", capsys=capsys, code=1)
    assert "bad   clock" in found.out and "1 of" in found.err


def test_the_doctor_of_a_file_that_is_no_ledger(here, capsys):
    (here / "x.sqlite").write_text("no ledger at all, but long enough to look at" * 30)
    found = run("ledger", "doctor", "--ledger", "x.sqlite", capsys=capsys, code=1)
    assert "is not a ledger that can be read" in found.out


def test_a_broken_ledger_is_said_with_its_place_and_gets_no_checkpoint(question, here, capsys):
    import sqlite3

    run("ledger", "checkpoint", capsys=capsys)
    with sqlite3.connect(here / "desk" / "ledger.sqlite") as raw:
        raw.execute("DROP TRIGGER ledger_entries_no_update")
        raw.execute("UPDATE ledger_entries SET record = replace(record, '16', '17') WHERE seq = 2")
    raw.close()
    found = run("ledger", "verify", "--json", capsys=capsys, code=1)
    assert json.loads(found.out)["broken_at"] == 2
    assert "does not hold: entry 2 was edited" in found.err
    for args in (("checkpoint",), ("export",), ("list",), ("annul", question, "--reason", "r")):
        err = run("ledger", *args, capsys=capsys, code=1).err
        assert "entry 2 " in err and err.count("\n") == 1


def test_export_and_import_are_each_others_mirror(question, here, capsys):
    first = run("ledger", "export", capsys=capsys).out
    (here / "export.jsonl").write_text(first, encoding="utf-8")
    assert run("ledger", "verify", "export.jsonl", capsys=capsys).out.startswith(
        "export.jsonl: intact"
    )
    other = ("--ledger", "other.sqlite")
    done = data("ledger", "import", "export.jsonl", *other, capsys=capsys)
    assert (done["added"], done["known"]) == (2, 0)
    assert "0 entries added" in run("ledger", "import", "export.jsonl", *other, capsys=capsys).out
    assert run("ledger", "export", *other, capsys=capsys).out == first
    (here / "export.jsonl").write_text(first.replace('"0.5"', '"0.6"', 1), encoding="utf-8")
    err = run("ledger", "import", "export.jsonl", *other, capsys=capsys, code=1).err
    assert "is not imported: entry 2 was edited" in err
    (here / "export.jsonl").write_text(first[:-50], encoding="utf-8")
    err = run("ledger", "import", "export.jsonl", *other, capsys=capsys, code=1).err
    assert "torn after entry 2" in err
    done = data("ledger", "import", "export.jsonl", "--torn", *other, capsys=capsys)
    assert (done["added"], done["known"], done["set_aside_bytes"] > 0) == (0, 2, True)


def test_row46_an_export_to_a_full_device_is_an_error():
    code = (
        "import sys; from demarche.show.cli import main; "
        "sys.exit(main(['ledger', 'export', '--ledger', sys.argv[1]]))"
    )
    import tempfile

    from demarche.ledger.store import open_ledger
    from tests.ledger import made

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "l.sqlite"
        with open_ledger(place, clock=made.Clock(), new_id="0a" * 16) as book:
            book.append("issue", made.issued())
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-c", code, str(place)],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
    assert done.returncode == 1
    assert (
        "the export is not whole: standard output failed (No space left on device)" in done.stderr
    )


def test_a_private_forecast_is_hidden_and_revealed(here, day, capsys):
    made = data(*ISSUE, "--hide", "mine.json", capsys=capsys)
    assert made["seq"] == 2
    listed = data("ledger", "list", capsys=capsys)
    assert (listed["questions"], listed["hidden"], listed["never_revealed"]) == ([], 1, 1)
    err = run(*ISSUE, "--hide", "mine.json", capsys=capsys, code=1).err
    assert "mine.json cannot be made: File exists" in err
    day.on("2030-06-01")
    shown = data("ledger", "reveal", "mine.json", capsys=capsys)
    assert shown["hidden_by"] == 2
    (held,) = data("ledger", "list", capsys=capsys)["questions"]
    assert held["late"] is False
    text = (here / "mine.json").read_text().replace('"0.', '"0.0', 1)
    (here / "mine.json").write_text(text)
    assert "mine.json" in run("ledger", "reveal", "mine.json", capsys=capsys, code=1).err


def test_a_source_gets_a_verdict(here, capsys):
    from demarche.ledger.entering import add_sources
    from demarche.show.ledger_open import Held, opened
    from tests.ledger import made

    with opened(Held()) as book:
        add_sources(book, [made.source_forecast(kind="commitment")])
    err = run("ledger", "verdict", "2", "yes", capsys=capsys, code=1).err
    assert "is a commitment: it gets a verdict" in err
    assert data("ledger", "verdict", "2", "kept", capsys=capsys)["said"] == "kept"
    assert data("ledger", "list", capsys=capsys)["sources"] == 1


def test_an_entry_is_shown_as_it_lies_there(question, capsys):
    found = data("ledger", "show", "--entry", "2", capsys=capsys)
    assert found["content"]["question"]["case"]
    assert isinstance(found["content"]["views"][0]["forecast"]["courses"][0]["probability"], str)
    assert "no entry 9" in run("ledger", "show", "--entry", "9", capsys=capsys, code=1).err
    assert "name a question, or" in run("ledger", "show", capsys=capsys, code=1).err


def test_a_ledger_that_is_not_there_is_said_with_the_next_step(here, capsys):
    for args in (("list",), ("verify",), ("export",), ("checkpoint",), ("show", "ab")):
        err = run("ledger", *args, capsys=capsys, code=1).err
        assert "there is no ledger at" in err and "demarche ledger issue CASE begins one" in err
    assert not (here / "desk").exists()


def test_row45_where_it_cannot_be_written_is_said_before_the_answer_is_made(here, capsys):
    place = ("--ledger", str(here / "no" / "such" / "l.sqlite"))
    err = run(*ISSUE, *place, capsys=capsys, code=1).err
    assert "cannot be made: the folder" in err and "is not there" in err


def test_row57_control_characters_in_names_do_not_reach_the_terminal(here, capsys):
    text = template().replace('text = "', 'text = "\\u001b[31m', 1)
    (here / "case.toml").write_text(text, encoding="utf-8")
    id = data(*ISSUE, capsys=capsys)["question"]
    assert "\x1b" not in run("ledger", "show", id, capsys=capsys).out


def test_the_environment_names_the_ledger(here, monkeypatch, capsys):
    monkeypatch.setenv("DEMARCHE_LEDGER", str(here / "team.sqlite"))
    data(*ISSUE, capsys=capsys)
    assert (here / "team.sqlite").is_file()
    assert not (here / "desk").exists()


def test_without_the_extra_one_sentence_says_how_to_get_it(tmp_path):
    code = (
        "import sys; sys.modules['sqlalchemy'] = None; from demarche.show.cli import main; "
        "sys.exit(main(['ledger', 'list']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if k != "DEMARCHE_LEDGER"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "demarche: the ledger needs SQLAlchemy, which is not installed; "
        "pip install 'demarche[ledger]'.\n"
    )
