"""demarche solve: output, JSON, exit codes."""

from __future__ import annotations

import json

import pytest

from demarche.show.cli import main

ELECTION = {"cases": [{"name": "two", "weights": [2, 1], "utilities": [[1, 0], [0, 1]]}]}
SCENARIO = """Two camps,a note,3,1,
Actor,Description,Power,Reform,Salience,
A,first,10,0,50,
B,second,25,40,40,
C,third,30,100,60,
"""


@pytest.fixture
def run(capsys):
    """Run a command line; its exit code, what it printed and what it complained of."""

    def call(*argv):
        code = main(list(argv))
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def test_an_election_is_printed_and_as_json(run, tmp_path):
    path = tmp_path / "e.json"
    path.write_text(json.dumps(ELECTION), encoding="utf-8")
    code, out, _ = run("solve", str(path))
    assert code == 0
    assert "Linear/Conditional: [0.666667, 0.333333]" in out
    code, out, _ = run("solve", str(path), "--json")
    assert code == 0
    assert json.loads(out)["solved"][0]["kind"] == "pce"


def test_check_fails_with_exit_code_one_where_an_answer_is_missed(run, tmp_path):
    path = tmp_path / "e.json"
    case = {**ELECTION["cases"][0], "expected": {"Linear/Conditional": [0.7, 0.3]}}
    path.write_text(json.dumps({"cases": [case]}), encoding="utf-8")
    code, out, err = run("solve", str(path), "--check")
    assert code == 1
    assert "MISS two: Linear/Conditional" in out
    assert "1 of 1 comparisons miss" in err
    path.write_text(json.dumps(ELECTION), encoding="utf-8")
    code, _, err = run("solve", str(path), "--check")
    assert code == 1
    assert "nothing to compare with" in err


def test_a_scenario_of_ktab_runs_with_a_warning_and_a_changed_option(run, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(SCENARIO, encoding="utf-8")
    code, out, err = run("solve", str(path), "--set", "vpm=Square")
    assert code == 0
    assert "Two camps (smp)" in out
    assert "forecasts nothing" in err
    code, _, err = run("solve", str(path), "--set", "vpm=Sqare")
    assert code == 1
    assert "Did you mean 'Square'" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SCENARIO.replace(",3,1,", ",4,1,"), "says 4 actors, 3 lines follow"),
        (SCENARIO.replace("25,40", "25,forty"), "expected a number, got 'forty'"),
        (SCENARIO.replace("B,second", "A,second"), "must be given and differ, got 'A'"),
        (SCENARIO.replace("30,100,60", "30"), "expected 5 fields"),
        ("x", "expected a first line"),
    ],
    ids=["count", "number", "names", "fields", "empty"],
)
def test_a_broken_scenario_is_named_with_its_place(run, tmp_path, text, words):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    code, _, err = run("solve", str(path))
    assert code == 1
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Scenario/>", "has no place in a KTAB scenario"),
        ("<Scenario>", "not well-formed"),
        ("<Other/>", "root element 'Scenario'"),
        ("<Scenario/>", "one or more of each"),
    ],
    ids=["entity", "broken", "root", "empty"],
)
def test_an_xml_that_is_no_scenario_is_refused(run, tmp_path, text, words):
    path = tmp_path / "s.xml"
    path.write_text(text, encoding="utf-8")
    code, _, err = run("solve", str(path))
    assert code == 1
    assert words in err


def test_a_file_that_is_not_there_is_one_sentence(run, tmp_path):
    for name in ("none.json", "none.csv"):
        code, _, err = run("solve", str(tmp_path / name))
        assert code == 1
        assert err.count("\n") == 1
