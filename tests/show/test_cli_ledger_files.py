"""Forecasts into and out of a ledger by command."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from demarche.desk.track import read_track
from demarche.show.cli import main
from tests.ledger.filled import filled

CSV = "user,id,p,y,date,deadline\nada,a,.7,1,2030-01-01,2030-03-01\nben,a,70,1,2030-01-01,\n"


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """The clock of the command line, after the days of the forecasts."""
    at = dt.datetime(2032, 1, 1, 12, tzinfo=dt.UTC)
    for module in ("cli_ledger_files", "cli_score"):
        monkeypatch.setattr(f"demarche.show.{module}.now", lambda: at)


@pytest.fixture
def ledger(tmp_path):
    return filled(tmp_path / "ledger.sqlite", n=4)


def test_forecasts_of_others_are_entered_once(ledger, tmp_path, capsys):
    file = tmp_path / "theirs.csv"
    file.write_text(CSV, encoding="utf-8")
    command = ["ledger", "add", str(file), "--ledger", str(ledger)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "entered 1 forecast into" in out and "write 0.7 or 70 %" in out
    assert main(command) == 0
    assert "entered 0 forecasts" in capsys.readouterr().out
    assert [f.holder for f in read_track(ledger).sources] == ["ada"]
    assert main(["ledger", "scores", "--source", "ada", "--ledger", str(ledger)]) == 0
    assert "ada" in capsys.readouterr().out


def test_metaculus_is_not_stored(ledger, tmp_path, capsys):
    file = tmp_path / "post.json"
    file.write_text('{"results": []}', encoding="utf-8")
    assert main(["ledger", "add", str(file), "--ledger", str(ledger)]) == 1
    assert "for your own eyes" in capsys.readouterr().err
    assert read_track(ledger).sources == ()


def add(ledger, tmp_path, capsys, text, *options, name="a.csv", code=0):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert main(["ledger", "add", str(file), "--ledger", str(ledger), *options]) == code
    found = capsys.readouterr()
    return found.err if code else found.out


def said(ledger):
    return sorted(
        (f.source, f.holder, f.question, f.probability, f.outcome)
        for f in read_track(ledger).sources
    )


def test_a_renamed_file_that_has_grown_enters_only_what_is_new(ledger, tmp_path, capsys):
    head = "id,p,y,date\n"
    jan, feb = "q1,.7,1,2030-01-01\n", "q2,.4,0,2030-02-01\n"
    add(ledger, tmp_path, capsys, head + jan, "--as", "ada")
    out = add(ledger, tmp_path, capsys, head + jan + feb, "--as", "ada", name="b.csv")
    assert "entered 1 forecast into" in out
    assert "1 was there already" in out
    assert said(ledger) == [("csv", "ada", "q1", 0.7, "yes"), ("csv", "ada", "q2", 0.4, "no")]


def test_one_forecasters_files_are_one_card_and_comparable_with_another(ledger, tmp_path, capsys):
    head = "id,p,y,date\n"
    add(ledger, tmp_path, capsys, head + "q1,.7,1,2030-01-01\n", "--as", "ada")
    add(ledger, tmp_path, capsys, head + "q2,.4,0,2030-02-01\n", "--as", "ada", name="b.csv")
    add(ledger, tmp_path, capsys, head + "q1,.6,1,2030-01-01\n", "--as", "ben", name="c.csv")
    main(["ledger", "scores", "--ledger", str(ledger), "--json"])
    cards = json.loads(capsys.readouterr().out)["scores"]["cards"]
    found = {c["forecaster"]: (c["counts"]["scored"], c["peer_n"]) for c in cards if c["source"]}
    assert (found["ada"], found["ben"]) == ((2, 1), (1, 1))


def test_what_was_entered_under_a_files_name_before_is_known(ledger, tmp_path, capsys):
    text = "user,id,p,y,date\nada,q1,.7,1,2030-01-01\n"
    add(ledger, tmp_path, capsys, text, "--source", "old-name")
    out = add(ledger, tmp_path, capsys, text)
    assert "entered 0 forecasts" in out
    assert "under another source (old-name)" in out
    assert "entered 1 forecast into" in add(ledger, tmp_path, capsys, text, "--source", "other")


def test_a_file_without_forecasters_needs_a_name(ledger, tmp_path, capsys):
    text = "id,p,y\nq1,.7,1\n"
    err = add(ledger, tmp_path, capsys, text, code=1)
    assert "1 of 1 forecasts in a.csv have no forecaster: say whose they are with --as NAME" in err
    both = "user,id,p,y\nada,q1,.7,1\n"
    err = add(ledger, tmp_path, capsys, both, "--as", "ben", code=1)
    assert "its column 'user' names the forecasters" in err
    assert said(ledger) == []


def test_an_outcome_that_a_later_file_adds_is_entered_once(ledger, tmp_path, capsys):
    head = "id,p,y,date,deadline,resolved on\n"
    add(ledger, tmp_path, capsys, head + "q1,.7,,2030-01-01,2030-03-01,\n", "--as", "ada")
    late = head + "q1,.7,1,2030-01-01,2030-03-01,2030-02-10\n"
    for entered in (1, 0):
        out = add(ledger, tmp_path, capsys, late, "--as", "ada", "--json")
        assert len(json.loads(out)["outcomes"]) == entered
    (found,) = read_track(ledger).sources
    assert (found.outcome, found.resolved_on) == ("yes", dt.date(2030, 2, 10))
    main(["ledger", "show", "--entry", str(read_track(ledger).entries), "--ledger", str(ledger)])
    entry = json.loads(capsys.readouterr().out)
    assert entry["kind"] == "verdict"
    assert entry["content"]["reason"] == "as the file of forecasts says"


@pytest.mark.parametrize(
    ("second", "name"),
    [("ada,q1,.7,0,2030-01-01\n", "ada"), ("ben,q1,.2,0,2030-01-05\n", "ben")],
    ids=["the same forecast", "another forecaster"],
)
def test_an_outcome_against_an_earlier_file_names_both(ledger, tmp_path, capsys, second, name):
    head = "user,id,p,y,date\n"
    add(ledger, tmp_path, capsys, head + "ada,q1,.7,1,2030-01-01\n")
    before = read_track(ledger).entries
    err = add(ledger, tmp_path, capsys, head + second, name="b.csv", code=1)
    assert f"the forecast by {name} on 'q1'" in err
    assert f"entry {before}" in err
    assert "Nothing was entered" in err
    assert f"demarche ledger verdict {before} no" in err
    assert read_track(ledger).entries == before
    run = ["ledger", "verdict", str(before), "no", "--ledger", str(ledger)]
    assert main(run) == 0
    capsys.readouterr()
    add(ledger, tmp_path, capsys, head + second, name="b.csv")


def test_an_outcome_against_the_ledgers_own_question_names_the_entry(ledger, tmp_path, capsys):
    row = next(r for r in read_track(ledger).rows if r.outcome == "yes")
    text = f"user,id,course,p,y,date\nada,{row.question},{row.course},.7,0,2030-01-01\n"
    err = add(ledger, tmp_path, capsys, text, code=1)
    assert f"entry {row.resolved_seq} resolved that course of the question as 'yes'" in err


def test_an_open_forecast_of_the_ledgers_own_question_is_scored_by_the_ledger(
    ledger, tmp_path, capsys
):
    row = next(r for r in read_track(ledger).rows if r.outcome == "yes" and r.view == "pool")
    text = f"user,id,course,p,y,date\nada,{row.question},{row.course},.7,,{row.opens}\n"
    add(ledger, tmp_path, capsys, text)
    main(["ledger", "scores", "--ledger", str(ledger), "--json"])
    cards = json.loads(capsys.readouterr().out)["scores"]["cards"]
    (ada,) = [c for c in cards if c["forecaster"] == "ada"]
    assert (ada["brier"]["value"], ada["counts"]["open"]) == (pytest.approx(0.09), 0)
    assert {v["reference"]: v["n"] for v in ada["versus"]}["pool"] == 1


def test_another_number_for_the_same_forecast_names_the_field(ledger, tmp_path, capsys):
    head = "user,id,p,y,date\n"
    add(ledger, tmp_path, capsys, head + "ada,q1,.7,1,2030-01-01\n")
    err = add(ledger, tmp_path, capsys, head + "ada,q1,.8,1,2030-01-01\n", code=1)
    assert "its probability is 0.7 there and 0.8 here" in err


def test_days_that_lie_ahead_are_left_out_with_their_reason(ledger, tmp_path, capsys):
    text = (
        "user,id,p,y,date,resolved on\nada,q1,.7,1,2030-01-01,2033-01-01\n"
        "ada,q2,.7,1,2032-06-01,\nada,q3,.7,1,2030-01-01,2032-01-01\n"
    )
    out = add(ledger, tmp_path, capsys, text)
    assert "line 2: its day of resolution 2033-01-01 lies ahead" in out
    assert "line 3: its date 2032-06-01 lies ahead; by the clock it is 2032-01-01" in out
    assert [f.question for f in read_track(ledger).sources] == ["q3"]
    main(["score", str(tmp_path / "a.csv"), "--json"])
    assert len(json.loads(capsys.readouterr().out)["read"]["rejects"]) == 2


def test_one_question_in_two_unicode_forms_is_one(ledger, tmp_path, capsys):
    text = "user,id,p,y,date\nada,caf\u00e9,.7,1,2030-01-01\nben,cafe\u0301,.6,1,2030-01-01\n"
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    assert main(["score", str(file), "--json"]) == 0
    cards = json.loads(capsys.readouterr().out)["scores"]["cards"]
    assert [c["peer_n"] for c in cards] == [1, 1]
    file.write_text(text.replace("ben", "ada"), encoding="utf-8")
    main(["score", str(file)])
    assert "second forecast of the same question" in capsys.readouterr().out


def test_what_is_printed_as_json_by_add_forecasts_and_prove(ledger, tmp_path, capsys):
    docs = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    point = tmp_path / "checkpoints"
    main(["ledger", "checkpoint", "--ledger", str(ledger)])
    capsys.readouterr()
    for command in (
        ["add", str(tmp_path / "a.csv")],
        ["forecasts", "-o", str(tmp_path / "o.csv")],
        ["prove", "2", "--checkpoint", str(next(point.glob("*.txt")))],
    ):
        assert main(["ledger", *command, "--json", "--ledger", str(ledger)]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["ledger"] == str(ledger)
        assert not [key for key in found if f"`{key}`" not in docs]
        if command[0] == "add":
            assert found["entered"] == [read_track(ledger).entries]
            assert found["read"]["rejects"][0]["place"] == "line 3"
        if command[0] == "forecasts":
            assert found["forecasts"] == len((tmp_path / "o.csv").read_text().splitlines()) - 1
        if command[0] == "prove":
            (tmp_path / "proof.txt").write_text(found["proof"], encoding="utf-8")
            assert main(["ledger", "verify", str(tmp_path / "proof.txt")]) == 0
            capsys.readouterr()


@pytest.mark.parametrize("format", ["csv", "others", "forecastbench", "forecastbench-questions"])
def test_forecasts_are_written_and_never_over_a_file(ledger, tmp_path, capsys, format):
    target = tmp_path / "out"
    command = [
        "ledger", "forecasts", "-o", str(target), "--format", format, "--ledger", str(ledger),
    ]  # fmt: skip
    assert main(command) == 0
    written = target.read_text(encoding="utf-8")
    if format.startswith("forecastbench"):
        assert json.loads(written)["question_set"] == "demarche"
    else:
        assert written.startswith("forecaster,")
    assert main(command) == 1
    assert "never" in capsys.readouterr().err or target.read_text(encoding="utf-8") == written


def test_what_is_written_as_csv_scores_the_same(ledger, tmp_path, capsys):
    target = tmp_path / "out.csv"
    main(["ledger", "forecasts", "-o", str(target), "--ledger", str(ledger)])
    main(["ledger", "scores", "--ledger", str(ledger), "--json"])
    out = capsys.readouterr().out
    direct = json.loads(out[out.index("{") :])
    main(["score", str(target), "--json"])
    again = json.loads(capsys.readouterr().out)
    assert not again["read"]["rejects"]

    def briers(found):
        return {c["forecaster"]: c["brier"]["value"] for c in found["scores"]["cards"]}

    assert briers(direct) == briers(again)


def test_a_view_that_is_not_there_is_named(ledger, tmp_path, capsys):
    command = ["ledger", "forecasts", "-o", str(tmp_path / "x"), "--format", "forecastbench"]
    assert main([*command, "--view", "outsid", "--ledger", str(ledger)]) == 1
    assert "no view is called 'outsid'" in capsys.readouterr().err
