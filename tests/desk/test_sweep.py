"""A sweep: what its numbers are, whose folder it is, and that a kill changes no byte.

The number of random kills is DEMARCHE_KILLS (6 by default; more for a release).
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.cases import shipped_case
from demarche.desk import sweep_work
from demarche.desk.sweep import sweep
from demarche.desk.sweep_work import replicate_sizes
from demarche.errors import DataError, DemarcheError, QuestionError
from demarche.inside import build_game, inside_view
from demarche.show.cli import main

KILLS = int(os.environ.get("DEMARCHE_KILLS", "6"))
CASE = "october-war-1973"
SLOW = ["--draws", "12000", "--workers", "2"]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep") / "one"
    return folder, sweep(shipped_case(CASE), folder=folder, draws=400, seed=5, workers=1)


@given(st.integers(160, 300_000))
def test_replicates_hold_all_draws_and_differ_by_one_at_most(draws):
    sizes = replicate_sizes(draws)
    assert sum(sizes) == draws
    assert len(sizes) >= 10
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= 2000


def test_every_trigger_and_none_by_every_rule(small):
    _, found = small
    case = shipped_case(CASE)
    assert {id for id, _ in found.triggers} == {t.id for t in case.triggers} | {"none"}
    assert len(found.cells) == len(found.triggers) * len(found.rules)
    assert {"leader", "contest", "compromise", "condorcet"} <= set(found.rules)
    for trigger, _ in found.triggers:
        declared = [c.rule for c in found.cells if c.trigger == trigger and c.declared]
        assert declared == [case.actor(found.actor).rule or "compromise"]


def test_the_declared_rule_agrees_with_the_inside_view_within_its_error(tmp_path):
    """The same quantity from other draws by the whole solution, level 0 alike for both."""
    case = shipped_case(CASE)
    found = sweep(case, folder=tmp_path / "s", draws=8000, seed=2, workers=1)
    trigger = case.question.trigger
    cell = next(c for c in found.cells if c.trigger == trigger and c.declared)
    from demarche.desk.precedents import build_library
    from demarche.desk.run import Run

    library = build_library(
        case,
        actor=found.actor,
        as_of=case.question.as_of,
        horizon_days=case.question.horizon_days,
    )
    run = Run(case=case, actor=found.actor, library=library, base=library, seed=9, draws=8000,
              weights=(1.0, 1.0))  # fmt: skip
    game = build_game(case, trigger=trigger)
    start = (run.level0("none"), run.level0(trigger))
    view = inside_view(game, seed=9, draws=8000, sampler="random", level0=start)
    own = [c for c, course in enumerate(game.courses) if course.actor == found.actor]
    for course, c in zip(cell.courses, own, strict=True):
        p = view.under.courses[c]
        plain = float(p.std() / np.sqrt(p.size))
        assert abs(course.probability - p.mean()) < 4.5 * np.hypot(plain, course.error) + 1e-9
        assert course.spread == pytest.approx(float(p.std()), abs=0.1 * float(p.std()) + 1e-6)


def test_the_standard_error_is_the_scatter_of_the_replicates(small):
    folder, found = small
    cell = found.cells[0]
    parts = sorted((folder / "parts").glob(f"{cell.trigger}.*.json"))
    assert len(parts) == found.replicates == 10
    rows = [json.loads(p.read_text().splitlines()[1])["rules"][cell.rule]["courses"] for p in parts]
    table = np.array(rows)
    for c, course in enumerate(cell.courses):
        assert course.probability == pytest.approx(table[:, c].mean(), abs=1e-12)
        assert course.error == pytest.approx(table[:, c].std(ddof=1) / np.sqrt(10), abs=1e-12)


def test_the_error_of_a_gap_is_of_the_paired_difference(small):
    folder, found = small
    row = found.spreads[0]
    at = [c.id for c in found.cells[0].courses].index(row.course)
    parts = sorted((folder / "parts").glob(f"{row.trigger}.*.json"))
    rules = [json.loads(p.read_text().splitlines()[1])["rules"] for p in parts]
    gap = np.array(
        [r[row.high_rule]["courses"][at] - r[row.low_rule]["courses"][at] for r in rules]
    )
    assert row.gap == pytest.approx(gap.mean(), abs=1e-12)
    assert row.error == pytest.approx(gap.std(ddof=1) / np.sqrt(10), abs=1e-12)
    gaps = [spread.gap for spread in found.spreads]
    assert gaps == sorted(gaps, reverse=True)


def test_any_number_of_workers_gives_the_same_bytes(small, tmp_path):
    folder, found = small
    other = tmp_path / "two"
    again = sweep(shipped_case(CASE), folder=other, draws=400, seed=5, workers=2)
    assert again == found
    assert tree(other) == tree(folder)


def test_a_finished_sweep_is_read_and_not_worked_out_again(small, monkeypatch):
    folder, found = small
    monkeypatch.setattr(sweep_work, "answers", None)
    seen = []
    again = sweep(
        shipped_case(CASE),
        folder=folder,
        draws=400,
        seed=5,
        workers=1,
        progress=lambda done, total: seen.append((done, total)),
    )
    count = 10 * len(found.triggers)
    assert seen == [(count, count)]
    assert again.cells == found.cells
    assert again.found == count


def child(folder, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "demarche", "sweep", CASE, "-o", str(folder), *SLOW, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def offspring(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    own = [int(word) for word in text.split()]
    return own + [deeper for one in own for deeper in offspring(one)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_sigkill_at_random_points_then_resuming_gives_the_same_bytes(tmp_path):
    whole = tmp_path / "whole"
    begun = time.monotonic()
    done = child(whole)
    out, err = done.communicate()
    took = time.monotonic() - begun
    assert done.returncode == 0, err
    killed, moment, kept = tmp_path / "killed", random.Random(11), []
    for n in range(KILLS):
        process = child(killed)
        floor = took * 0.25 if n % 2 else 0.0
        end = time.monotonic() + floor + moment.random() * took * 0.3
        workers: set[int] = set()
        while time.monotonic() < end and process.poll() is None:
            workers |= set(offspring(process.pid))
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        limit = time.monotonic() + 20
        while any(alive(pid) for pid in workers) and time.monotonic() < limit:
            time.sleep(0.05)
        assert not any(alive(pid) for pid in workers), "a worker outlived its parent"
        kept.append(len(list((killed / "parts").glob("*.json"))) if killed.exists() else 0)
    assert kept == sorted(kept), "a finished part was lost"
    resumed = child(killed)
    again, err = resumed.communicate()
    assert resumed.returncode == 0, err
    assert again == out
    assert tree(killed) == tree(whole)


def test_a_part_that_is_cut_or_changed_is_worked_out_again_and_said(small, tmp_path, capsys):
    folder = tmp_path / "hurt"
    run = ["sweep", CASE, "-o", str(folder), "--draws", "400", "--seed", "5", "--workers", "1"]
    assert main(run) == 0
    before = tree(folder)
    first, second, third = sorted((folder / "parts").glob("*.json"))[:3]
    first.write_bytes(first.read_bytes()[:-40])
    second.write_text(second.read_text().replace("0.1", "0.2", 1))
    third.unlink()
    capsys.readouterr()
    assert main(run) == 0
    assert "2 files of parts were not whole" in capsys.readouterr().err
    assert tree(folder) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 6}, "seed 5, now 6"),
        ({"draws": 500}, "draws 400, now 500"),
        ({"case": "kuwait-1990"}, "case october-war-1973, now kuwait-1990"),
    ],
)
def test_a_folder_of_another_sweep_is_refused(small, change, said):
    folder, _ = small
    given = {"draws": 400, "seed": 5, "workers": 1, **change}
    case = shipped_case(given.pop("case", CASE))
    before = tree(folder)
    with pytest.raises(QuestionError, match=said):
        sweep(case, folder=folder, **given)
    assert tree(folder) == before


def test_a_case_that_was_edited_is_refused(small):
    folder, _ = small
    case = shipped_case(CASE)
    faction = case.factions[0]
    wider = replace(faction, capability=faction.capability._replace(low=0.01))
    edited = replace(case, factions=(wider, *case.factions[1:]))
    with pytest.raises(QuestionError, match="other content of the same case"):
        sweep(edited, folder=folder, draws=400, seed=5, workers=1)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(QuestionError, match=r"other files and no sweep \(letter.txt\)"):
        sweep(shipped_case(CASE), folder=tmp_path, draws=400, workers=1)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_two_sweeps_do_not_share_a_folder(tmp_path):
    (tmp_path / "lock").touch()
    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another sweep is at work"):
            sweep(shipped_case(CASE), folder=tmp_path, draws=400, workers=1)


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="cannot be used as a folder"):
        sweep(shipped_case(CASE), folder=tmp_path / "taken", draws=400, workers=1)


@pytest.mark.parametrize(
    "change",
    [{"draws": 10}, {"draws": 10**8}, {"seed": -1}, {"workers": 0}, {"actor": "Atlantis"}],
    ids=str,
)
def test_numbers_out_of_range_and_unknown_actors_are_refused(tmp_path, change):
    with pytest.raises(DemarcheError):
        sweep(shipped_case(CASE), folder=tmp_path / "x", **{"draws": 400, **change})
    assert not (tmp_path / "x").exists()


def test_the_command_ends_with_tables(small, tmp_path, capsys):
    folder = tmp_path / "shown"
    run = ["sweep", CASE, "-o", str(folder), "--draws", "400", "--seed", "5", "--workers", "1"]
    assert main(run) == 0
    shown = capsys.readouterr()
    _, found = small
    assert "WHAT DEPENDS MOST ON THE RULE" in shown.out
    assert found.spreads[0].label in shown.out
    assert "parts, about" in shown.err
    assert main([*run, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads((folder / "result.json").read_text())
    assert data["spreads"][0]["gap"] == found.spreads[0].gap
    rows = list(csv.DictReader(io.StringIO((folder / "result.csv").read_text())))
    assert len(rows) == sum(len(cell.courses) for cell in found.cells)
    assert float(rows[0]["probability"]) == found.cells[0].courses[0].probability


def test_expectations_that_the_postures_cannot_carry_are_said(tmp_path):
    case = shipped_case("kuwait-1990")
    found = sweep(case, folder=tmp_path / "s", draws=160, seed=1, workers=1)
    assert any("the nearest fit is used" in note for note in found.notes)
