"""Forecasts into and out of a ledger by command."""

from __future__ import annotations

import json

import pytest

from demarche.desk.track import read_track
from demarche.show.cli import main
from tests.ledger.filled import filled

CSV = "user,id,p,y,date,deadline\nada,a,.7,1,2030-01-01,2030-03-01\nben,a,70,1,2030-01-01,\n"


@pytest.fixture
def ledger(tmp_path):
    return filled(tmp_path / "ledger.sqlite", n=4)


def test_forecasts_of_others_are_entered_once(ledger, tmp_path, capsys):
    file = tmp_path / "theirs.csv"
    file.write_text(CSV, encoding="utf-8")
    command = ["ledger", "add", str(file), "--ledger", str(ledger)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "entered 1 forecasts" in out and "write 0.7 or 70 %" in out
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
