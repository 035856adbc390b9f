"""Scores on the terminal: one command, every count, no steering of the terminal."""

from __future__ import annotations

import json

import numpy as np
import pytest

from demarche.desk.track import read_track
from demarche.ledger.life import resolve
from demarche.ledger.store import open_ledger
from demarche.show.cli import main
from demarche.terms.ledger import CourseResolution, Resolution
from tests.ledger.filled import filled
from tests.ledger.made import Clock


@pytest.fixture
def scored(tmp_path, capsys):
    def run(text, *options):
        path = tmp_path / "their forecasts.csv"
        path.write_text(text, encoding="utf-8")
        code = main(["score", str(path), *options])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def forecasts(n=40, *, seed=1):
    rng = np.random.default_rng(seed)
    lines = ["User,Title,Prob,Resolved"]
    for i in range(n):
        p = rng.random()
        lines.append(f"ada,Question {i}?,{p:.3f},{int(rng.random() < p)}")
        lines.append(f"ben,Question {i}?,{rng.random():.3f},{lines[-1][-1]}")
    return "\n".join(lines) + "\n"


def test_one_command_scores_a_file_of_others(scored):
    code, out, err = scored(forecasts())
    assert code == 0 and not err
    for part in (
        "80 rows, 80 forecasts, 0 left out", "scoring version 1", "CALIBRATION of ada",
        "miscalibration", "80 of 80 scored forecasts are self-declared", "always one half",
        "peer points", "came true",
    ):  # fmt: skip
        assert part in out
    assert all(len(line) <= 100 for line in out.splitlines())


def test_the_same_file_gives_the_same_bytes(scored):
    assert scored(forecasts(), "--json") == scored(forecasts(), "--json")


def test_json_holds_every_rejected_row(scored):
    code, out, _ = scored(forecasts(3) + "ada,Bad?,70,1\n", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["read"]["rejects"][0]["place"] == "line 8"
    assert "write 0.7 or 70 %" in found["read"]["rejects"][0]["reason"]
    assert {card["forecaster"] for card in found["scores"]["cards"]} == {"ada", "ben"}


def test_many_forecasters_are_cut_and_the_rest_is_counted(scored):
    rows = "\n".join(f"u{i},q,.5,1" for i in range(50))
    _, out, _ = scored(f"user,id,p,y\n{rows}\n")
    assert "... 20 more forecasters or groups" in out


def test_few_questions_show_no_curve_and_say_so(scored):
    _, out, _ = scored(forecasts(5))
    assert "CALIBRATION of" not in out
    assert "5 resolved questions" in out


def test_a_reference_can_be_named(scored):
    _, out, _ = scored(forecasts(), "--reference", "ben")
    assert "ben " in out.split("BESIDE A REFERENCE")[1]


def test_row_57_names_cannot_steer_the_terminal(scored):
    code, out, _ = scored("user,id,p,y\n\x1b[2Jevil\u202e,a,.5,1\n")
    assert code == 0
    assert "\x1b" not in out and "\u202e" not in out


def test_a_file_of_voids_only_is_no_crash(scored):
    code, out, _ = scored("id,p,y\na,.5,annulled\nb,.5,\n")
    assert code == 0
    assert "unnamed" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "probability"], "ROLE=HEADER"),
        (["--column", "p=x", "--column", "p=y"], "twice"),
        (["--format", "cvs"], "Did you mean 'csv'"),
        (["--reference", "bne"], "Did you mean 'ben'"),
    ],
)
def test_wrong_options_are_one_sentence(scored, options, message):
    code, out, err = scored(forecasts(2), *options)
    assert code == 1 and message in err and not out


def test_a_file_that_is_not_there_is_said(capsys):
    assert main(["score", "/nowhere/at/all.csv"]) == 1
    assert "is not there" in capsys.readouterr().err


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("ledger") / "ledger.sqlite", n=24)


def test_scores_of_a_ledger(ledger, capsys):
    assert main(["ledger", "scores", "--ledger", str(ledger)]) == 0
    out = capsys.readouterr().out
    for part in (
        "entries hold", "base_rate", "CALIBRATION of pool", "LADDER", "self-declared",
        "fewer than 10 clusters",
    ):  # fmt: skip
        assert part in out
    assert all(len(line) <= 100 for line in out.splitlines() if not line.startswith("LEDGER"))


@pytest.mark.parametrize("by", ["view", "actor", "kind", "horizon", "trigger", "source"])
def test_every_split_of_a_ledger(ledger, capsys, by):
    assert main(["ledger", "scores", "--ledger", str(ledger), "--by", by, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scores"]["by"] == by and found["scores"]["cards"]


def test_a_correction_prints_what_it_changed(tmp_path, capsys):
    """The old result stays in the ledger; the scores are made anew and the difference is shown."""
    path = filled(tmp_path / "ledger.sqlite", n=4)
    track = read_track(path)
    wrong = next(row for row in track.rows if row.outcome == "yes" and row.course == "talks")
    clock = Clock()
    clock.day(400)
    with open_ledger(path, clock=clock) as book:
        resolve(
            book,
            Resolution(
                question=wrong.question, corrects=wrong.resolved_seq,
                courses=(
                    CourseResolution(course="talks", outcome="annulled", on=wrong.closes,
                                     reason="the report was withdrawn"),
                ),
            ),
        )  # fmt: skip
    command = ["ledger", "scores", "--ledger", str(path), "--since", str(track.entries)]
    assert main(command) == 0
    out = capsys.readouterr().out.split(f"CHANGES since entry {track.entries}")[1]
    for name in ("pool", "outside", "inside", "base_rate"):
        rows = [line.split() for line in out.splitlines() if line.split()[:1] == [name]]
        changed = {" ".join(row[2:-3]): row[-3:] for row in rows}
        assert changed["annulled"] == ["0", "1", "+1"]
        assert changed["scored"] == ["8", "7", "-1"]
        assert "brier" in changed
    assert main([*command[:-1], str(track.entries + 1)]) == 0
    assert "no score and no count is different" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"]


def test_the_article_can_be_scored_without_a_ledger(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["ledger", "scores", "--source", "Crescent International"]) == 0
    out = capsys.readouterr().out
    assert "CLAIMS IN WORDS of crescent-2023-11" in out
    assert "survey" in out and "not tested" in out and "counted, not scored" in out
    assert all(len(line) <= 100 for line in out.splitlines())
    assert main(["ledger", "scores", "--source", "Crescent International", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ledger"] is None


def test_scores_of_a_file_by_the_ledger_command_are_the_same(scored, tmp_path, capsys):
    _, direct, _ = scored(forecasts())
    assert main(["ledger", "scores", "--from", str(tmp_path / "their forecasts.csv")]) == 0
    assert capsys.readouterr().out == direct


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "there is no ledger to score"),
        (["--source", "cresent-2023-11"], "Did you mean 'crescent-2023-11'"),
        (["--column", "p=x"], "need --from FILE"),
        (["--from", "x.csv", "--ledger", "y"], "leave --ledger"),
        (["--checkpoint", "c.txt"], "there is none"),
        (["--since", "3"], "there is none"),
        (["--ledger", "/nowhere/l.sqlite"], "no ledger is there"),
    ],
)
def test_wrong_options_of_ledger_scores(options, message, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["ledger", "scores", *options]) == 1
    assert message in capsys.readouterr().err
