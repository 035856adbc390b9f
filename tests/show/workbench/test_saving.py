"""What leaves the worktable: files that check, commands that repeat, entries in a ledger."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import pytest

pytest.importorskip("shiny")

from demarche.cases import load_case, shipped_case
from demarche.desk.what_if import Scenario
from demarche.errors import DataError, QuestionError
from demarche.show.cli import main
from demarche.show.ledger_open import Held, opened
from demarche.show.workbench.saving import answered, committed, repeat_command, saved
from demarche.show.workbench.workspace import Workspace

START = Scenario(base=shipped_case("kuwait-1990"))


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(
        folder=tmp_path, case="kuwait-1990", ledger=str(tmp_path / "l.sqlite"), draws=64
    )


def test_a_saved_case_passes_the_check_and_repeats_the_answer(workspace, capsys):
    scenario = START.edited("horizon", "45").edited("outside_share", "0.3")
    faction = scenario.base.factions[0]
    scenario = scenario.edited(f"position/{faction.id}/{faction.stances[0].issue}", "77")
    told = saved(scenario, name="mine", workspace=workspace)
    file = workspace.folder / "mine.toml"
    assert str(file) in told
    assert load_case(file) == scenario.case()
    main(["check", str(file)])
    command = shlex.split(repeat_command(scenario, str(file)))
    assert command[:2] == ["demarche", "ask"]
    capsys.readouterr()
    main([*command[1:], "--draws", "64", "--json"])
    answer = answered(scenario, workspace=workspace)
    assert answer.run_id in capsys.readouterr().out


def test_a_state_in_which_nothing_moved_is_the_run_of_the_command(workspace, capsys):
    main(["ask", "kuwait-1990", "--draws", "64", "--json"])
    assert answered(START, workspace=workspace).run_id in capsys.readouterr().out


def test_a_file_is_never_written_over(workspace):
    saved(START, name="mine.toml", workspace=workspace)
    before = (workspace.folder / "mine.toml").read_bytes()
    with pytest.raises(DataError, match="there already"):
        saved(START.edited("horizon", "45"), name="mine", workspace=workspace)
    assert (workspace.folder / "mine.toml").read_bytes() == before


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", "C:\\x", "a b", ".hidden", "x" * 81, "nul\x00", "é", "-rf"]
)
def test_a_name_that_is_a_path_or_none_everywhere_is_refused(workspace, name):
    with pytest.raises(QuestionError, match="named with"):
        saved(START, name=name, workspace=workspace)
    assert list(workspace.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    workspace = Workspace(folder=tmp_path / "none", case="kuwait-1990")
    with pytest.raises(DataError, match="cannot be made"):
        saved(START, name="mine", workspace=workspace)


def test_a_commitment_needs_a_reason_and_a_deadline_ahead(workspace):
    def commit(reason: str, late: bool) -> str:
        return committed(START, reason=reason, late=late, workspace=workspace, clock=_clock)

    with pytest.raises(QuestionError, match="say why"):
        commit(" ", True)
    with pytest.raises(QuestionError, match="deadline"):
        commit("to be scored", False)
    assert not Path(str(workspace.ledger)).exists()
    told = commit("kept for the record", True)
    assert "Entry 1" in told or "Entry 2" in told
    with opened(Held(ledger=workspace.ledger), read_only=True) as book, book.reading() as reading:
        last = list(reading.entries())[-1]
    assert last.content.note == "kept for the record"
    assert last.content.late
