"""The command line: exit codes, one clear message for every bad input, nothing overwritten."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import cyclopts
import jsonschema
import pytest

from demarche import __version__
from demarche.cases import MAX_BYTES, shipped_ids, template
from demarche.show import cli_validate
from demarche.show.cli import COMMANDS, app, main
from demarche.show.cli_validate import validate
from demarche.show.data import answer_schema

FAST = ["--draws", "16"]


@pytest.fixture
def run(capsys):
    """Run a command line; its exit code, what it printed and what it complained of."""

    def call(*argv):
        code = main(list(argv))
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


@pytest.fixture
def case_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(template(), encoding="utf-8")
    return str(path)


def refused(code, out, err, *, said):
    assert code != 0, "a failure that looks like success"
    assert err.startswith("demarche: "), err
    assert "Traceback" not in err + out
    assert out == "", "something was printed as if it were an answer"
    assert said in err, err
    assert len(err) < 4000
    assert "\x1b" not in err


QUESTIONS = {
    "unknown case": (["ask", "regional-wars"], "Did you mean 'regional-war'"),
    "missing file": (["ask", "none.toml"], "no such file"),
    "folder": (["ask", "."], "a directory"),
    "blank": (["ask", ""], "expected"),
    "long name": (["ask", "x" * 300 + ".toml"], "expected"),
    "unknown trigger": (["ask", "regional-war", "--if", "regional"], "regional-war"),
    "unknown actor": (["ask", "regional-war", "--actor", "RUSS"], "Did you mean 'RUS'"),
    "actor without courses": (["ask", "regional-war", "--actor", "SYR"], "no courses of its own"),
    "30 February (row 13)": (["ask", "regional-war", "--as-of", "2023-02-30"], "'2023-02-30'"),
    "day as words": (["ask", "regional-war", "--as-of", "today"], "2023-11-01"),
    "no horizon": (["ask", "regional-war", "--horizon", "0"], "1 to 3650"),
    "horizon in weeks": (["ask", "regional-war", "--horizon", "2w"], "90d"),
    "horizon of 5000 digits (row 23)": (
        ["ask", "regional-war", "--horizon", "9" * 5000],
        "1 to 3650",
    ),
    "horizon in other digits": (["ask", "regional-war", "--horizon", "\u0669\u0660"], "1 to 3650"),
    "weights as words": (["ask", "regional-war", "--weights", "a/b"], "2/1"),
    "one weight": (["ask", "regional-war", "--weights", "2"], "2/1"),
    "three weights": (["ask", "regional-war", "--weights", "1/1/1"], "2/1"),
    "weights of nothing": (["ask", "regional-war", "--weights", "0/0"], "zero"),
    "negative weight": (["ask", "regional-war", "--weights=-1/2"], "negative"),
    "weight nan (row 23)": (["ask", "regional-war", "--weights", "nan/1"], "weights"),
    "weight inf (row 23)": (["ask", "regional-war", "--weights", "inf/1"], "weights"),
    "no draws": (["ask", "regional-war", "--draws", "0"], "16 to"),
    "draws as words": (["ask", "regional-war", "--draws", "many"], "draws"),
    "negative seed": (["ask", "regional-war", "--draws", "16", "--seed=-1"], "seed"),
    "seed as words": (["ask", "regional-war", "--seed", "x"], "seed"),
    "unknown episode": (["ask", "regional-war", "--drop", "suez"], "suez"),
    "unknown option (row 22)": (["ask", "regional-war", "--trigge", "none"], "--trigge"),
    "unknown command": (["aks", "regional-war"], "aks"),
    "nothing to ask": (["ask"], "ask --help"),
    "one word too many": (["ask", "regional-war", "regional-war"], "regional-war"),
    "nonsense": (["ask", "Is the moon made of cheese?"], "Known:"),
    "unknown actor in words": (
        ["ask", "What would Narnia do if the war becomes regional?"],
        "Ask like this",
    ),
    "unknown trigger in words": (
        ["ask", "What would Russia do if the moon turns blue?"],
        "no trigger that is known",
    ),
    "question to a missing case": (
        ["ask", "What would Russia do?", "--case", "none.toml"],
        "no such file",
    ),
    "check of nothing": (["check", "none.toml"], "no such file"),
    "check without a file": (["check"], "check --help"),
    "schema of nothing": (["schema", "world"], "answer"),
    "outcomes of nothing": (["validate", "outcomes", "regional-wars"], "'regional-war'"),
    "ICB from nowhere": (["validate", "icb", "/nowhere"], "is not a folder"),
    "report of nothing": (["report", "none.toml", "-o", "x.html"], "no such file"),
    "report to nowhere": (["report", "regional-war"], "-o"),
}


@pytest.mark.parametrize(("argv", "said"), QUESTIONS.values(), ids=QUESTIONS)
def test_what_cannot_be_done_is_refused_in_one_message(run, tmp_path, monkeypatch, argv, said):
    monkeypatch.chdir(tmp_path)
    said = {"ask --help": "help", "check --help": "help"}.get(said, said)
    refused(*run(*argv), said=said)
    assert list(tmp_path.iterdir()) == [], "something was written"


FILES = {
    "empty (row 1)": (b"", "an empty file"),
    "PNG (row 2)": (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8 text"),
    "Latin-1 (row 3)": (b'title = "T\xfcrkei"\n', "offset 10"),
    "UTF-16 (row 3)": ('title = "a"\n'.encode("utf-16"), "UTF-8 text"),
    "NUL (row 5)": (b'title = "\x00"\n', "NUL byte at offset 9"),
    "too large (row 7)": (b"#" * (MAX_BYTES + 1), f"at most {MAX_BYTES} bytes"),
    "malformed": (b"a = 1\nb = = 2\n", "line 2, column"),
    "deep (row 19)": (b"x = " + b"[" * 5000 + b"]" * 5000, "32 levels"),
    "key twice (row 21)": (b"a = 1\na = 2\n", "line 2"),
    "unknown key (row 22)": (template().replace("title =", "titel =").encode(), "'title'"),
    "integer of 5000 digits (row 23)": (
        template().replace("horizon_days = 90", "horizon_days = " + "9" * 5000).encode(), "digits"),
    "escape in a key (row 57)": (b'"\\u001b[31mred" = 1\n', "problem"),
    "no case at all": (b'[project]\nname = "x"\n', "'format'"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["check", "ask"])
@pytest.mark.parametrize(("data", "said"), FILES.values(), ids=FILES)
def test_a_bad_file_is_refused_in_words_with_its_path(run, tmp_path, command, data, said):
    path = tmp_path / "bad.toml"
    path.write_bytes(data)
    code, out, err = run(command, str(path))
    refused(code, out, err, said=said)
    assert str(path) in err
    assert path.read_bytes() == data


def test_all_problems_of_a_file_are_listed_at_once(run, tmp_path):
    path = tmp_path / "bad.toml"
    text = template().replace("horizon_days = 90", "horizon_days = 0")
    text = text.replace("rung = 3", "rung = 9").replace('kind = "combat"', 'kind = "combatt"')
    path.write_text(text, encoding="utf-8")
    code, out, err = run("check", str(path))
    refused(code, out, err, said="3 problems")
    assert err.count(f"\n- {path}, at ") == 3
    assert "'combat'" in err


def test_a_good_file_is_ok_and_counted(run, case_file):
    code, out, err = run("check", case_file)
    assert (code, err) == (0, "")
    assert f"{case_file}: ok. 2 actors, 3 factions, 4 courses, 1 triggers" in out


@pytest.mark.parametrize("id", shipped_ids())
def test_a_shipped_case_passes_check(run, id):
    code, out, err = run("check", id)
    assert (code, err) == (0, "")
    assert out.startswith(f"{id}: ok.")


def test_check_finds_an_episode_that_does_not_ship(run, tmp_path):
    path = tmp_path / "bad.toml"
    text = template().replace("\n[question]", '\nexclude_episodes = ["sun-1956-suess"]\n[question]')
    path.write_text(text, encoding="utf-8")
    refused(*run("check", str(path)), said="exclude_episodes.0")


def test_new_case_writes_once_and_never_overwrites(run, tmp_path):
    path = tmp_path / "new.toml"
    code, out, err = run("new-case", str(path))
    assert (code, err) == (0, "")
    assert str(path) in out
    assert path.read_text(encoding="utf-8") == template()
    path.write_text("mine", encoding="utf-8")
    refused(*run("new-case", str(path)), said="not overwritten")
    assert path.read_text(encoding="utf-8") == "mine"


def test_new_case_without_a_path_prints_it_and_with_a_bad_one_says_why(run, tmp_path):
    assert run("new-case") == (0, template(), "")
    refused(*run("new-case", str(tmp_path / "none" / "x.toml")), said="cannot be written")
    refused(*run("new-case", str(tmp_path)), said=str(tmp_path))


def test_cases_lists_all_that_ship_with_their_questions(run):
    code, out, err = run("cases")
    assert (code, err) == (0, "")
    for id in shipped_ids():
        assert f"{id} " in out
    assert "regional-war, israel-hezbollah-war" in out


@pytest.mark.parametrize("what", ["case", "answer"])
def test_schema_prints_a_json_schema(run, what):
    code, out, err = run("schema", what)
    assert (code, err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    assert (json.loads(out) == answer_schema()) == (what == "answer")


def test_schema_is_that_of_the_case_unless_said_otherwise(run):
    assert run("schema") == run("schema", "case")


def test_json_is_one_object_that_the_schema_knows(run, case_file):
    code, out, err = run("ask", case_file, "--json", *FAST)
    assert (code, err) == (0, "")
    jsonschema.Draft202012Validator(answer_schema()).validate(json.loads(out))
    assert run("ask", case_file, "--json", *FAST) == (0, out, "")


def test_options_reach_the_answer(run, case_file):
    code, out, _ = run(
        "ask", case_file, "--if", "none", "--actor", "SLD-X", "--as-of", "2020-01-01", "--horizon",
        "30d", "--weights", "1/3", "--seed", "5", "--json", *FAST,
    )  # fmt: skip
    assert code == 0
    data = json.loads(out)
    asked = data["question"]
    assert (asked["trigger"], asked["actor"]) == ("none", "SLD-X")
    assert (asked["as_of"], asked["horizon_days"]) == ("2020-01-01", 30)
    assert (data["seed"], data["draws"]) == (5, 16)


def test_weights_are_those_of_the_outside_and_the_inside_view(run, case_file):
    _, out, _ = run("ask", case_file, "--weights", "1/3", "--json", *FAST)
    weights = {view["name"]: view["weight"] for view in json.loads(out)["views"]}
    assert weights == {"outside": 0.25, "inside": 0.75, "pool": 1.0}


def test_an_episode_can_be_dropped(run, case_file):
    _, out, _ = run("ask", case_file, "--json", *FAST)
    first, second = (row["id"] for row in json.loads(out)["precedents"][:2])
    code, out, _ = run("ask", case_file, "--drop", first, "--drop", second, "--json", *FAST)
    assert code == 0
    assert json.loads(out)["outside"]["excluded"] == [first, second]


def test_a_question_in_words_is_answered_and_says_how_it_was_read(run, case_file):
    words = "What would Northland do if Southland closes the strait?"
    code, out, err = run("ask", words, "--case", case_file, *FAST)
    assert (code, err) == (0, "")
    assert out.startswith("NORTHLAND if Southland closes the strait")
    assert "understood as case 'my-case', actor Northland (NLD-X), trigger 'closure'" in out
    code, out, _ = run("ask", words, "--case", case_file, "--json", *FAST)
    assert json.loads(out)["question"]["understood"].startswith("case 'my-case'")


def test_a_question_in_words_finds_its_case_among_those_that_ship(run):
    code, out, err = run("ask", "What would Russia do if the war in Gaza became regional?", *FAST)
    assert (code, err) == (0, "")
    assert out.startswith("RUSSIA if the war becomes regional")
    assert "case regional-war" in out


def test_ids_win_over_words(run, case_file):
    words = "What would Northland do if Southland closes the strait?"
    _, out, _ = run("ask", words, "--case", case_file, "--if", "none", "--json", *FAST)
    assert json.loads(out)["question"]["trigger"] == "none"


def test_a_file_whose_name_looks_like_a_question_is_read(run, tmp_path):
    path = tmp_path / "what would x do?.toml"
    path.write_text(template(), encoding="utf-8")
    assert run("ask", str(path), *FAST)[0] == 0


@pytest.mark.parametrize("argv", [["--help"], ["ask", "--help"], ["validate", "--help"], []])
def test_help_is_no_error(run, argv):
    code, out, err = run(*argv)
    assert (code, err) == (0, "")
    assert "demarche" in out


def first_line(module, name):
    """What a command says of itself, where it is written."""
    found = getattr(importlib.import_module(f"demarche.show.{module}"), name)
    said = found.help if isinstance(found, cyclopts.App) else found.__doc__
    lines = said.split("\n\n")
    assert len(lines) == 1 or lines[1].lstrip().startswith("Parameters"), "more than one line"
    return lines[0]


@pytest.mark.parametrize(
    ("group", "name", "where", "said"),
    [
        (group, name, *found)
        for group, commands in ((app, COMMANDS), (validate, cli_validate.COMMANDS))
        for name, found in commands.items()
    ],
)
def test_what_help_says_of_a_command_is_what_the_command_says(group, name, where, said):
    assert first_line(*where.split(":")) == said
    assert group[name].help == said


def test_the_version_is_printed(run):
    assert run("--version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("name", [b"none.toml", b"\xff.toml"], ids=["missing", "not UTF-8"])
def test_as_a_module_a_failure_reaches_the_shell_and_standard_error(name):
    found = subprocess.run(
        [sys.executable, "-m", "demarche", "ask", name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.startswith("demarche: ")
    assert "Traceback" not in found.stderr


def test_a_stopped_run_leaves_with_130_and_no_traceback(run, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("demarche.cases.template", stop)
    code, out, err = run("new-case")
    assert (code, out) == (130, "")
    assert err == "demarche: stopped.\n"
