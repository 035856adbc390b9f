"""Answers: coherent, the same for the same inputs, moved by what should move them only."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest
from hypothesis import given, settings

from demarche.cases import parse_case, shipped_ids, template
from demarche.desk import ask
from demarche.errors import QuestionError
from demarche.record import load_episodes
from demarche.show.data import answer_data, answer_json
from demarche.terms import NO_TRIGGER, STATEMENTS_ONLY, icd203
from tests.builders import case_of, put, template_data, tiny
from tests.conftest import FEW, arms
from tests.strategies import SEEDED, case_data

ARMS = arms()
SLACK = 1e-9


def coherent(answer):
    """Assert everything that holds of any answer."""
    rows = answer.courses
    for row in rows:
        for value in (row.probability, row.low, row.high, row.inside, row.without_trigger):
            assert 0 <= value <= 1, row.id
        assert row.low <= row.probability <= row.high, row.id
        assert row.word == icd203(row.probability)
        if row.outside is None:
            assert row.base_rate is row.effective_cases is row.outside_low is None
        else:
            assert row.outside_low <= row.outside_high
            assert 0 <= row.base_taken <= row.base_known
            low, high = sorted((row.outside, row.inside))
            assert low - SLACK <= row.probability <= high + SLACK, "the pool left its views"
    ladder = answer.ladder
    assert [rung.rung for rung in ladder] == list(range(len(answer.question.ladder)))
    assert math.isclose(sum(rung.probability for rung in ladder), 1, abs_tol=1e-9)
    assert all(rung.probability >= 0 for rung in ladder)
    assert math.isclose(ladder[0].at_least, 1, abs_tol=1e-9)
    for rung in ladder[1:]:
        held = [row.probability for row in rows if row.rung >= rung.rung]
        assert rung.at_least >= max(held, default=0) - 1e-6, (
            f"rung {rung.rung} below a course on it"
        )
        assert rung.at_least <= min(1, sum(held)) + 1e-6, f"rung {rung.rung} above all of them"
        assert rung.at_least <= ladder[rung.rung - 1].at_least + SLACK
    assert [row.id for row in rows] == list(answer.question.courses)
    assert [reason.course for reason in answer.reasons] == [row.id for row in rows]
    for _, _, share, without in answer.inside.strategies:
        assert 0 <= share <= 1
        assert 0 <= without <= 1
    assert math.isclose(sum(s[2] for s in answer.inside.strategies), 1, abs_tol=1e-9)
    assert math.isclose(sum(f[2] for f in answer.inside.factions), 1, abs_tol=1e-9)
    if answer.question.trigger == NO_TRIGGER:
        for row in rows:
            assert row.without_trigger == row.probability, "no trigger, and yet a difference"


@pytest.mark.parametrize(("id", "trigger"), ARMS, ids=[f"{a}, {b}" for a, b in ARMS])
def test_courses_and_ladder_of_a_shipped_case_are_coherent(answered, id, trigger):
    answer = answered(id, trigger)
    coherent(answer)
    assert answer.question.trigger == trigger


@pytest.mark.parametrize("id", shipped_ids())
def test_requirements_and_exclusions_show_in_the_inside_view(answered, id):
    """What requires another is never likelier; two that exclude each other sum to one at most."""
    answer = answered(id, NO_TRIGGER)
    sets = answer.case.courses_of(answer.question.actor)
    attempts = {
        course.id: sum(share for strategy, _, _, share in answer.inside.strategies
                       if course.id in _courses(answer.case, strategy))
        for course in sets
    }  # fmt: skip
    for course in sets:
        for other in course.requires:
            assert attempts[course.id] <= attempts[other] + SLACK
        for other in course.excludes:
            assert attempts[course.id] + attempts[other] <= 1 + SLACK


def _courses(case, strategy):
    for posture in case.postures:
        if posture.id == strategy:
            return posture.courses
    return strategy.split("+")


def test_the_small_answer_is_coherent_for_both_actors(small_case, small_answer):
    coherent(small_answer)
    coherent(ask(small_case, actor="SLD-X", draws=FEW))


def test_statements_only_is_the_counterpart_of_the_other_kinds(answered):
    """It cannot be likelier than that nothing of the taxonomy happens."""
    answer = answered("regional-war", "regional-war")
    (row,) = [row for row in answer.courses if row.kind == STATEMENTS_ONLY]
    top = max(other.probability for other in answer.courses if other.id != row.id)
    assert row.probability <= 1 - top + 1e-6


def test_the_same_inputs_and_seed_give_the_same_bytes(small_case):
    one, two = (answer_json(ask(small_case, draws=FEW, seed=7)) for _ in range(2))
    assert one == two


def test_a_case_read_again_gives_the_same_bytes(small_case):
    again = parse_case("# another comment\n" + template(), file="elsewhere.toml")
    assert answer_json(ask(again, draws=FEW)) == answer_json(ask(small_case, draws=FEW))


def test_another_seed_gives_other_numbers_and_another_run_id(small_case):
    one, two = (ask(small_case, draws=FEW, seed=seed) for seed in (7, 8))
    assert one.run_id != two.run_id
    assert one.question.id == two.question.id
    assert [r.inside for r in one.courses] != [r.inside for r in two.courses]


def test_comparing_with_other_triggers_leaves_the_answer_itself_alone(small_case, small_answer):
    alone = ask(small_case, draws=64, compare=False)
    assert not alone.other_triggers
    assert small_answer.other_triggers
    one, two = answer_data(alone), answer_data(small_answer)
    one.pop("other_triggers")
    two.pop("other_triggers")
    assert one == two


def test_the_other_trigger_none_is_the_arm_without_the_trigger(small_answer):
    (none,) = [values for id, _, values in small_answer.other_triggers if id == NO_TRIGGER]
    assert none == pytest.approx([row.without_trigger for row in small_answer.courses], abs=1e-12)


@pytest.mark.parametrize("actor", ["NLD-X", "SLD-X"])
def test_swapping_two_actors_swaps_the_answer_and_changes_nothing_else(actor):
    """Neutral by construction: no number depends on who somebody is called."""

    def swap(text):
        for one, two in (
            ("NLD-X", "SLD-X"),
            ("Northland", "Southland"),
            ("NORTHLAND", "SOUTHLAND"),
        ):
            text = text.replace(one, "\0").replace(two, one).replace("\0", two)
        return text

    there = swap(actor)
    plain = ask(parse_case(template(), file="a.toml"), actor=actor, draws=FEW)
    swapped = ask(parse_case(swap(template()), file="b.toml"), actor=there, draws=FEW)
    one, two = json.loads(swap(answer_json(plain))), json.loads(answer_json(swapped))
    for data in (one, two):
        data.pop("run_id")
        data["question"].pop("id")
    assert plain.question.actor != swapped.question.actor
    assert one == two


@settings(SEEDED, max_examples=40)
@given(case_data())
def test_any_case_that_the_checks_accept_is_answered_coherently(data):
    case = case_of(data)
    answer = ask(case, draws=FEW, compare=False)
    coherent(answer)
    json.loads(answer_json(answer))


def test_only_precedents_that_were_over_by_then_are_used(regional):
    day = dt.date(1975, 1, 1)
    answer = ask(regional, as_of=day, draws=FEW, compare=False)
    episodes = {episode.id: episode for episode in load_episodes()}
    assert answer.precedents
    for row in answer.precedents:
        assert row.trigger_date + dt.timedelta(days=episodes[row.id].window_days) <= day, row.id
    usable = [episode for episode in episodes.values() if episode.known_on(day)]
    assert answer.outside.episodes == len(usable) < len(episodes)
    assert answer.outside.not_yet_known == len(episodes) - len(usable) > 0
    assert answer.question.as_of == day
    assert any("1975-01-01" in warning for warning in answer.warnings)


def test_before_there_are_precedents_the_inside_view_stands_alone_and_says_so(small_case):
    answer = ask(small_case, as_of=dt.date(1900, 1, 1), draws=FEW)
    assert answer.outside is None
    assert not answer.precedents
    for row in answer.courses:
        assert row.outside is None
        assert row.probability == row.inside
    assert any("no outside view" in warning for warning in answer.warnings)
    assert answer.confidence == "LOW"


def test_a_question_after_the_day_of_the_case_is_called_stale(small_case):
    answer = ask(small_case, as_of=dt.date(2024, 3, 15), draws=FEW)
    assert any(warning.startswith("stale") and "60 days" in warning for warning in answer.warnings)


def test_an_episode_left_out_is_gone_named_and_missed(small_case, small_answer):
    first = small_answer.precedents[0]
    answer = ask(small_case, draws=64, remove=[first.id])
    assert first.id not in [row.id for row in answer.precedents]
    assert answer.outside.excluded == (first.id,)
    assert answer.outside.episodes == small_answer.outside.episodes - 1
    assert answer.run_id != small_answer.run_id
    before = [row.outside for row in small_answer.courses]
    assert [row.outside for row in answer.courses] != before
    assert ask(small_case, draws=64, remove=[first.id, first.id]).run_id == answer.run_id


def test_an_episode_left_out_by_the_case_is_left_out(small_answer):
    first = small_answer.precedents[0].id
    answer = ask(case_of(put(template_data(), "exclude_episodes", [first])), draws=FEW)
    assert first not in [row.id for row in answer.precedents]
    assert first in answer.outside.excluded


def test_weights_carry_the_pool_from_one_view_to_the_other(small_case):
    inside, outside, both, scaled = (
        ask(small_case, draws=FEW, weights=weights, compare=False)
        for weights in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (2.0, 2.0))
    )
    for a, b, c, d in zip(
        inside.courses, outside.courses, both.courses, scaled.courses, strict=True
    ):
        assert a.probability == a.inside
        if b.outside is not None:
            assert b.probability == pytest.approx(b.outside)
            assert c.probability == pytest.approx((b.outside + a.inside) / 2)
        assert c.probability == d.probability
    assert both.run_id == scaled.run_id != inside.run_id


def test_a_longer_horizon_lowers_no_rate_of_precedents_and_says_how_it_was_carried(small_case):
    short, long = (ask(small_case, draws=FEW, horizon_days=days) for days in (7, 180))
    for a, b in zip(short.courses, long.courses, strict=True):
        if a.base_taken is not None and b.base_taken is not None:
            assert a.base_taken <= b.base_taken, a.id
    assert any("carried to 7" in warning for warning in short.warnings)
    assert long.question.horizon_days == 180


def test_an_unlisted_probability_stays_outside_the_model(small_case, small_answer):
    data = template_data()
    data.pop("unlisted")
    answer = ask(case_of(data), draws=64)
    assert answer.unlisted is None
    assert small_answer.unlisted == (0.02, 0.05, 0.1)
    assert [r.probability for r in answer.courses] == [r.probability for r in small_answer.courses]


BAD = {
    "unknown trigger": ({"trigger": "closur"}, "Did you mean 'closure'"),
    "unknown actor": ({"actor": "NLDX"}, "Did you mean 'NLD-X'"),
    "unknown episode": ({"remove": ["sun-1956-suess"]}, "sun-1956-suess"),
    "no horizon": ({"horizon_days": 0}, "1 to 3650"),
    "negative horizon": ({"horizon_days": -1}, "1 to 3650"),
    "horizon of centuries": ({"horizon_days": 36500}, "1 to 3650"),
    "too few draws": ({"draws": 1}, "16 to"),
    "too many draws": ({"draws": 10**9}, "16 to"),
    "no weight": ({"weights": (0.0, 0.0)}, "weights"),
    "negative weight": ({"weights": (-1.0, 2.0)}, "weights"),
    "weight that is no number (row 23)": ({"weights": (math.nan, 1.0)}, "weights"),
    "infinite weight (row 23)": ({"weights": (math.inf, 1.0)}, "weights"),
    "negative seed": ({"seed": -1}, "seed"),
}


@pytest.mark.parametrize(("options", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_asked_is_refused_in_words(small_case, options, said):
    with pytest.raises(QuestionError, match=said):
        ask(small_case, **{"draws": FEW, **options})


def test_an_actor_without_courses_is_refused_with_those_who_have(regional):
    with pytest.raises(QuestionError, match=r"no courses of its own.*RUS, USA, ISR, IRN, HZB"):
        ask(regional, actor="SYR", draws=FEW)


def test_a_case_without_a_situation_says_that_the_inside_view_stands_alone():
    answer = ask(case_of(tiny()), draws=FEW)
    coherent(answer)
    assert answer.outside is None
    assert any("no outside view" in warning for warning in answer.warnings)


def test_a_course_under_way_is_sure_and_one_that_cannot_be_done_is_not():
    data = put(tiny(courses=3), "courses.0.under_way", True)
    data = put(put(data, "courses.1.feasibility", [0, 0, 0]), "courses.1.feasibility_because", "-")
    rows = ask(case_of(data), draws=FEW).courses
    assert rows[0].probability == 1
    assert rows[1].probability == 0
    assert 0 < rows[2].probability < 1


@pytest.mark.parametrize("draws", [16, 64, 333])
def test_a_course_that_is_sure_is_no_likelier_than_one(draws):
    """Shares that sum to 1.0000000000000002 are no probabilities, and have no word."""
    case = case_of(put(tiny(courses=3), "courses.0.under_way", True))
    coherent(ask(case, draws=draws))
