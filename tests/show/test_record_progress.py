"""Progress of long work on the record: a line on a terminal, plain lines in a log, or nothing."""

from __future__ import annotations

import json

import pytest

from demarche.record.ingest import ingest
from demarche.show import record_text
from demarche.show.cli import main
from demarche.show.record_text import Progress
from tests.record.readers.test_read import gdelt


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_terminal_gets_one_line_that_is_taken_away(capsys, monkeypatch):
    monkeypatch.setattr(record_text.sys, "stderr", _Terminal(record_text.sys.stderr))
    clock = Clock()
    tell = Progress(clock=clock)
    for done in range(3):
        clock.now += 1
        tell("read", done, 3)
    clock.now += 0.01
    tell("read", 3, 3)  # too soon after the line before
    tell.end()
    text = capsys.readouterr().err
    assert text.count("\n") == 0 and text.count("\r") == 5
    assert "reading 2 of 3 batches of files" in text and "3 of 3" not in text
    assert text.endswith("\r" + " " * len("reading 2 of 3 batches of files") + "\r")


class _Terminal:
    def __init__(self, stream):
        self.stream = stream

    def isatty(self):
        return True

    def __getattr__(self, name):
        return getattr(self.stream, name)


def test_a_log_gets_a_plain_line_now_and_then_and_none_for_short_work(capsys):
    clock = Clock()
    tell = Progress(clock=clock, every=10)
    for second in range(35):
        clock.now = second
        tell("count", second, 35)
    tell.end()
    assert capsys.readouterr().err.splitlines() == [
        "counting 10 of 35 months",
        "counting 20 of 35 months",
        "counting 30 of 35 months",
    ]


def test_a_download_says_bytes_and_file_and_no_escape_reaches_the_terminal(capsys):
    tell = Progress(clock=Clock(), every=0)
    tell("a\x1b[31m.zip (file 2 of 9)", 1_500_000, 3_000_000)
    tell("requests to ucdp_ged", 7, None)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["a [31m.zip (file 2 of 9): 1.5 of 3.0 MB", "requests to ucdp_ged: 7"]


@pytest.mark.parametrize("option", [[], ["--quiet"], ["--json"]])
def test_sync_is_silent_where_asked_and_stdout_is_the_result_alone(
    tmp_path, capsys, monkeypatch, option
):
    monkeypatch.setattr(
        Progress.__init__, "__kwdefaults__", {**Progress.__init__.__kwdefaults__, "every": 0.0}
    )
    file = tmp_path / "a.CSV"
    file.write_text(gdelt() + "\n")
    words = ["--source", "gdelt2", "--from", str(file), "--store", str(tmp_path / "s")]
    assert main(["record", "sync", *words, *option]) == 0
    found = capsys.readouterr()
    if option:
        assert found.err == ""
    else:
        for word in ("checking 1 of 1 files", "reading", "writing", "counting 1 of 2 months"):
            assert word in found.err
    if option == ["--json"]:
        assert json.loads(found.out)["read"] == 1


def test_ingest_tells_every_step_with_its_total(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.CSV").write_text(gdelt(GLOBALEVENTID=str(n)) + "\n")
    told = []
    ingest(
        tmp_path / "s", [tmp_path / f"{n}.CSV" for n in range(3)], source="gdelt2",
        batch_bytes=1, progress=lambda *step: told.append(step),
    )  # fmt: skip
    assert [step for step in told if step[0] == "read"] == [("read", n, 3) for n in range(4)]
    assert told[:3] == [("check", n, 3) for n in (1, 2, 3)]
