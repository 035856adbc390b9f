"""Contradictory outcomes of one question in a file: never scored, never silent."""

from __future__ import annotations

import pytest

from demarche.ledger.formats import read_plain
from demarche.show.cli import main

HEAD = "question,forecaster,p,outcome,deadline\n"
GOOD = "q2,ann,.7,yes,\n"


@pytest.fixture
def read(tmp_path):
    def made(text):
        path = tmp_path / "forecasts.csv"
        path.write_text(HEAD + text, encoding="utf-8")
        return read_plain(path)

    return made


@pytest.mark.parametrize(
    "rows",
    [
        "q1,ann,.7,no,\nq1,bob,.4,yes,\n",
        "q1,ann,.7,no,\nq1,ann,.4,yes,\n",
        "q1,ann,.7,annulled,\nq1,bob,.4,yes,\nq1,cy,.4,,\n",
        "q1,ann,.7,no,2030-01-01\nq1,bob,.4,yes,\n",
    ],
)
def test_the_question_is_left_out_and_named(read, rows):
    found = read(rows + GOOD)
    assert [f.question for f in found.forecasts] == ["q2"]
    assert len(found.rejects) == found.rows - 1
    (note,) = [note for note in found.notes if note.startswith("warning: contradictory")]
    assert "of 1 question;" in note and "'q1' (" in note


@pytest.mark.parametrize(
    "rows",
    [
        "q1,ann,.7,no,\nq1,bob,.4,no,\n",
        "q1,ann,.7,no,\nq1,bob,.4,,\n",
        "q1,ann,.7,no,2030-01-01\nq1,bob,.4,yes,2030-02-01\n",
    ],
)
def test_what_does_not_contradict_is_kept(read, rows):
    found = read(rows + GOOD)
    assert len(found.forecasts) == 3 and not found.rejects


def test_the_commands_say_so(tmp_path, capsys):
    path = tmp_path / "forecasts.csv"
    path.write_text(HEAD + "q1,ann,.7,no,\nq1,bob,.4,yes,\n" + GOOD, encoding="utf-8")
    place = str(tmp_path / "ledger.sqlite")
    for command in (
        ["score", str(path)],
        ["ledger", "scores", "--from", str(path)],
        ["ledger", "add", str(path), "--ledger", place],
    ):
        assert main(command) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert "1 forecasts, 2 left out" in out
        assert "warning: contradictory outcomes of 1 question;" in out
    assert "entered 1 forecast into" in out
