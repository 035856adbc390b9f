"""What-ifs: edits fold to a case, are undone, linked and saved, and answer as ask does."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.cases import dump_case, parse_case, shipped_case, shipped_ids
from demarche.desk import ask
from demarche.desk.what_if import Scenario, moved
from demarche.desk.what_if_dials import dials
from demarche.desk.what_if_log import Log, link_of, link_of_log, read_link, read_log
from demarche.desk.worktable import Stopped, Worktable
from demarche.errors import QuestionError

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CASE = shipped_case("regional-war")
START = Scenario(base=CASE)
DIALS = dials(START)
RANGED = [d for d in DIALS if d.value.count(",") == 2]


def test_a_scenario_without_edits_is_the_case():
    assert START.case() == CASE
    assert START.moves() == ()


@pytest.mark.parametrize("id", shipped_ids())
def test_every_dial_of_every_case_reads_its_own_value_back(id):
    start = Scenario(base=shipped_case(id))
    for dial in dials(start):
        assert start.edited(dial.place, dial.value) is start
        if dial.choices:
            assert dial.value in dict(dial.choices)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RANGED), st.floats(0, 1))
def test_a_range_moved_by_its_mode_keeps_its_order_and_stays_on_its_scale(dial, share):
    mode = max(dial.low, 1e-6) + share * (dial.high - max(dial.low, 1e-6))
    after = moved(dial.value, mode=mode, low=0, high=dial.high)
    low, at, high = (float(x) for x in after.split(","))
    assert low <= at <= high
    assert at == pytest.approx(mode, rel=1e-9, abs=1e-9)
    assert low >= 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(RANGED), st.floats(0.05, 1)), max_size=6))
def test_a_link_leads_back_to_the_same_case_and_a_saved_case_passes_the_check(moves):
    scenario = START
    for dial, share in moves:
        try:
            scenario = scenario.edited(dial.place, f"{share * dial.high:.6g}", because="a & b = c?")
        except QuestionError as error:
            assert "cannot be" in str(error)  # noqa: PT017 - a trigger would carry it off its scale
    again = read_link(CASE, link_of(scenario))
    assert again.case() == scenario.case()
    text = dump_case(scenario.case())
    assert dump_case(parse_case(text, file="saved.toml")) == text


def test_moving_an_input_says_why_in_the_case_and_keeps_the_coders_reason():
    place = "position/rus-security/breadth"
    case = START.edited(place, "70", because="the ministry said so").case()
    stance = next(
        s
        for f in case.factions
        if f.id == "rus-security"
        for s in f.stances
        if s.issue == "breadth"
    )
    before = next(
        s
        for f in CASE.factions
        if f.id == "rus-security"
        for s in f.stances
        if s.issue == "breadth"
    )
    assert stance.because.startswith(before.because)
    assert "the ministry said so" in stance.because
    assert stance.position.mode == 70


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("positon/rus-security/breadth", "1", "position"),
        ("position/rus-security", "1", "takes 2 ids"),
        ("position/rus-securty/breadth", "1", "rus-security"),
        ("position/rus-security/bredth", "1", "breadth"),
        ("position/rus-security/breadth", "101", "0 to 100"),
        ("position/rus-security/breadth", "nan", "finite"),
        ("position/rus-security/breadth", "50,40,60", "in the order"),
        ("position/rus-security/breadth", "1,2", "got 2 numbers"),
        ("capability/rus-security", "0", "must lie"),
        ("trigger", "regional-wr", "regional-war"),
        ("actor", "XXX", "no actor"),
        ("actor", "SYR", "no courses"),
        ("as_of", "1 May", "date"),
        ("horizon", "1.5", "whole days"),
        ("outside_share", "1.1", "0 to 1"),
        ("rule/RUS", "anarchy", "compromise"),
        ("drop/nothing", "yes", "kept, dropped"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_what_was_expected(place, value, said):
    with pytest.raises(QuestionError, match=said):
        START.edited(place, value)


def test_undo_redo_branch_and_name_lose_nothing():
    log = Log.begun(CASE).edited("horizon", "180", at=NOW).edited("horizon", "365", at=NOW)
    back = log.undone().undone()
    assert back.scenario == START
    assert back.redone().redone().scenario == log.scenario
    forked = back.edited("horizon", "30", at=NOW)
    assert forked.scenario.horizon_days == 30
    kept = forked.switched("main undone 1")
    assert kept.redone().redone().scenario.horizon_days == 365
    other = forked.branched("short").edited("trigger", "none", at=NOW).named("no war")
    assert other.at == "no war"
    assert other.branch("main").scenario.trigger == "regional-war"
    with pytest.raises(QuestionError, match="no edit"):
        Log.begun(CASE).undone()
    with pytest.raises(QuestionError, match="already"):
        other.branched("main")
    with pytest.raises(QuestionError, match="no branch"):
        other.switched("mian")


def test_a_link_leads_back_to_every_branch_and_its_edits_can_be_undone():
    log = (
        Log.begun(CASE).edited("horizon", "180", at=NOW, because="a & b").branched("short & sweet")
    )
    log = log.edited("horizon", "30", at=NOW).edited("trigger", "none", at=NOW)
    log = log.branched("=case?").edited("outside_share", "0.2", at=NOW).switched("short & sweet")
    link = link_of_log(log, case="mine.toml")
    assert link.startswith(link_of(log.scenario, case="mine.toml") + "&")
    again = read_log(CASE, link)
    assert again.at == "short & sweet"
    assert {b.name for b in again.branches} == {b.name for b in log.branches}
    for branch in log.branches:
        assert again.branch(branch.name).scenario.moves() == branch.scenario.moves()
    assert read_link(CASE, link) == again.scenario
    assert link_of_log(again, case="mine.toml") == link
    back = again.undone().undone()
    assert back.scenario == START
    assert back.redone().redone().scenario == again.scenario


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("branch=main", "already"),
        ("name=a&branch=a", "already"),
        ("branch=", "name of 1 to 60"),
        ("name=%00", "name of 1 to 60"),
        ("branch=b&set=horizon", "place=value"),
        ("branch=b&set=nothing%3D1", "no input"),
        ("&".join(f"branch=b{n}" for n in range(50)), "branches already"),
    ],
)
def test_a_link_with_branches_that_cannot_be_is_refused(query, said):
    with pytest.raises(QuestionError, match=said):
        read_log(CASE, query)


def test_starting_anew_keeps_what_there_was():
    log = Log.begun(CASE).edited("horizon", "180", at=NOW).anew()
    assert log.scenario == START
    assert log.switched("main").scenario.horizon_days == 180
    assert log.anew().at != log.at


def test_the_answer_is_that_of_ask_from_the_same_draws():
    nearest = Worktable().precedents(START)[0].id
    scenario = START
    for place, value in (
        ("capability/rus-security", "3"),
        ("outside_share", "0.7"),
        ("horizon", "180"),
        (f"drop/{nearest}", "dropped"),
    ):
        scenario = scenario.edited(place, value)
    found = Worktable().answer(scenario, draws=256)
    asked = ask(
        scenario.case(),
        as_of=scenario.as_of,
        horizon_days=scenario.horizon_days,
        weights=scenario.weights,
        draws=256,
        compare=False,
    )
    assert found.courses == asked.courses
    assert found.ladder == asked.ladder
    assert (found.judgement, found.confidence) == (asked.judgement, asked.confidence)


def test_what_is_kept_between_edits_changes_no_number():
    place = "position/rus-security/breadth"
    table = Worktable()
    for value in ("70", "10", "40"):
        scenario = START.edited(place, value)
        assert table.answer(scenario, draws=64) == Worktable().answer(scenario, draws=64)


def test_a_longer_run_reports_can_be_stopped_and_begins_with_the_draws_of_a_short_one():
    seen = []
    table = Worktable()
    found = table.answer(START, draws=8192, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(4096, 8192), (8192, 8192)]
    short = table.answer(START, draws=4096)
    assert found.error < short.error
    assert (
        max(
            abs(a.probability - b.probability)
            for a, b in zip(found.courses, short.courses, strict=True)
        )
        < 10 * short.error
    )
    with pytest.raises(Stopped):
        table.answer(START, draws=12288, stopped=lambda: True)


def test_leaving_the_support_of_the_record_is_said():
    table = Worktable()
    assert not any("lies outside" in line for line in table.answer(START, draws=64).support)
    far = START.edited("position/rus-security/breadth", "95").edited("horizon", "3000")
    said = " ".join(table.answer(far, draws=64).support)
    assert "95 lies outside" in said
    assert "coded for" in said
    later = START.edited("as_of", "2024-06-01")
    assert "213 days after" in " ".join(table.answer(later, draws=64).support)


def test_drivers_say_what_each_move_did_beside_the_others():
    table = Worktable()
    scenario = START.edited("capability/rus-security", "4").edited("outside_share", "0.5")
    scenario = scenario.edited("position/rus-security/breadth", "80")
    rows = table.drivers(scenario, draws=128)
    assert {row.edit.place for row in rows} == {
        "capability/rus-security",
        "position/rus-security/breadth",
    }
    less = table.answer(scenario.without(rows[0].edit.place), draws=128)
    whole = table.answer(scenario, draws=128)
    assert rows[0].differences[0] == pytest.approx(
        whole.courses[0].probability - less.courses[0].probability
    )


def test_an_edit_that_a_trigger_would_carry_off_its_scale_is_refused():
    with pytest.raises(QuestionError, match=r"trigger '.*' reaches \[.*stays in \[0, 100\]"):
        START.edited("status_quo/alignment", "100")


def test_moved_ranges_are_held_at_the_ends():
    assert moved("20,30,45", mode=10, low=0, high=100) == "0,10,25"
