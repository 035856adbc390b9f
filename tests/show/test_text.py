"""The screen: at most 45 lines of 100 characters, the message first, no false certainty."""

from __future__ import annotations

import re

import pytest

from demarche.desk import ask
from demarche.errors import CaseError
from demarche.show.text import LINES, WIDTH, answer_text
from tests.builders import case_of, put, singles, template_data, tiny
from tests.conftest import FEW, arms

ARMS = arms()
CERTAIN = re.compile(r"(?<![\d.<>])(?:0|100) ?%")
HEADS = (
    "LADDER",
    "WHY",
    "HOLDS",
    "FLIPS",
    "IF",
    "RULE",
    "CLAIMS",
    "ELSE",
    "WATCH",
    "RECORD",
    "NOTE",
    "MARKS",
)


def fits(text):
    lines = text.splitlines()
    assert len(lines) <= 45
    assert not CERTAIN.search(text), CERTAIN.search(text)
    assert text.endswith("\n")
    assert not any(line != line.rstrip() for line in lines)
    assert "nan" not in text.split()
    table = next(n for n, line in enumerate(lines) if line.startswith("COURSE OF ACTION"))
    message = next(n for n, line in enumerate(lines) if line.startswith("Main judgement"))
    assert message < table, "the numbers come before the message"
    assert message <= 7, "the message is not among the first lines"
    assert any(line.startswith("Confidence") for line in lines[message:table])
    assert [f"{len(line)}: {line}" for line in lines if len(line) > 100] == []


def test_the_limits_are_those_of_one_screen():
    assert (LINES, WIDTH) == (45, 100)


@pytest.mark.parametrize(("id", "trigger"), ARMS, ids=[f"{a}, {b}" for a, b in ARMS])
def test_an_answer_of_a_shipped_case_fits_one_screen(answered, id, trigger):
    answer = answered(id, trigger)
    text = answer_text(answer)
    fits(text)
    assert answer.actor_name.upper() in text.splitlines()[0]
    assert answer.run_id in text
    assert answer.judgement[:40] in text


@pytest.mark.parametrize(("id", "trigger"), ARMS, ids=[f"{a}, {b}" for a, b in ARMS])
def test_every_course_of_a_shipped_case_has_its_line(answered, id, trigger):
    answer = answered(id, trigger)
    lines = answer_text(answer).splitlines()
    for row in answer.courses:
        assert [line for line in lines if line.startswith(row.label[:33])], row.label


def test_the_answer_with_all_its_sections_fits(regional_answer):
    text = answer_text(regional_answer)
    fits(text)
    assert "LADDER" in text
    assert "WHY" in text


def test_a_line_shows_both_views_the_base_rate_and_the_arm_without(small_answer):
    row = small_answer.courses[0]
    (line,) = [x for x in answer_text(small_answer).splitlines() if x.startswith(row.label)]
    numbers = line.split(row.word)[1].split()
    shown = [row.outside, row.inside, row.base_rate, row.without_trigger]
    assert numbers[:4] == [f"{100 * p:.0f}" for p in shown]
    assert f" {100 * row.probability:.0f} %" in line


@pytest.fixture(scope="module")
def long_answer():
    data = tiny(courses=40, postures=singles(40))
    for n, course in enumerate(data["courses"]):
        course["label"] = f"Course of action number {n} with a long name that goes on and on"
    data["title"] = data["summary"] = "x" * 300
    data["limits"] = ["y" * 300] * 5
    data["watch"] = ["z" * 300] * 5
    return ask(case_of(data), draws=FEW)


def test_forty_courses_fit_one_screen_and_those_left_out_are_counted(long_answer):
    text = answer_text(long_answer)
    fits(text)
    shown = sum(line.startswith("Course of action number") for line in text.splitlines())
    found = re.search(r"and (\d+) more courses", text)
    assert found, "courses are left out in silence"
    assert shown + int(found.group(1)) == 40


def test_sections_that_are_left_out_are_named(long_answer):
    """An answer that drops its ladder or its warnings without a word looks complete."""
    text = answer_text(long_answer)
    missing = [head for head in ("LADDER", "WHY", "NOTE", "WATCH")
               if not re.search(rf"^{head}\b", text, re.MULTILINE)]  # fmt: skip
    said = text.splitlines()[-1]
    assert not missing or ("left out" in said and all(head in said for head in missing)), (
        f"{missing} left out; the last line is {said!r}"
    )


def test_certainty_is_never_shown_where_an_input_makes_it_certain():
    data = put(tiny(courses=3), "courses.0.under_way", True)
    data = put(put(data, "courses.1.feasibility", [0, 0, 0]), "courses.1.feasibility_because", "-")
    answer = ask(case_of(data), draws=FEW)
    assert {row.probability for row in answer.courses} >= {0.0, 1.0}
    text = answer_text(answer)
    fits(text)
    assert ">99 %" in text
    assert "<1 %" in text


def test_without_a_trigger_no_rule_of_a_trigger_is_shown(small_case):
    text = answer_text(ask(small_case, trigger="none", draws=FEW))
    fits(text)
    assert text.splitlines()[0] == "NORTHLAND"


HOSTILE = {
    "terminal escape": "Talks \x1b[31mred\x1b[0m \x1b]0;title\x07",
    "line breaks": "Talks\nLADDER   all is well\r\nNOTE",
    "direction override": "Talks \u202eevil\u202c",
    "tabs": "Talks\t\t\t\tmore",
}


PLACES = (
    "courses.0.label",
    "actors.0.name",
    "triggers.0.label",
    "triggers.0.rule",
    "factions.0.name",
)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_row_57_what_steers_a_terminal_does_not_reach_it(words):
    data = template_data()
    for place in PLACES:
        data = put(data, place, words)
    try:
        case = case_of(data)
    except CaseError:  # refused when read is as good as stripped when shown
        return
    text = answer_text(ask(case, draws=FEW, compare=False))
    bad = [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0)]
    assert not bad
    assert "\u202e" not in text
    assert "LADDER   all is well" not in [line.strip() for line in text.splitlines()]
    fits(text)


def test_long_sections_are_shortened_before_any_of_them_is_left_out(regional_answer):
    text = answer_text(regional_answer)
    lines = text.splitlines()
    for head in ("HOLDS", "FLIPS", "IF", "RULE", "CLAIMS", "NOTE"):
        assert sum(line.startswith(f"{head:<9}") for line in lines) == 1, head
    cut = next(line for line in lines if line.startswith("IF "))
    assert cut.endswith("…")
    assert "left out for want of room: WATCH, ELSE, RECORD" in text
