"""What an answer says of the event record: true of the question asked, in every front."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from demarche.desk import ask
from demarche.show.event_lines import course_line, event_lines
from demarche.show.report import report_html
from demarche.show.workbench.table_events import events_html
from tests.builders import case_of
from tests.desk.test_event_half import DAY, coded, made


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One act of a kind of its own, answered once, besides the acts of others."""
    rows = [f"{DAY - dt.timedelta(days=100)},SLD-X,NLD-X,141", "2021-10-01,NLD-X,SLD-X,073"]
    return made(tmp_path_factory.mktemp("words"), more=rows)


def asked(store, *, talks=None, **trigger):
    data = coded()
    data["courses"][0]["coded_as"] = talks or {"cameo": ["073"], "recipients": ["SLD-X"]}
    data["actors"].append({"id": "AAA-X", "name": "Third"})
    for one in data["triggers"]:
        if one["id"] != "none":
            one |= trigger
            for key in [key for key, value in trigger.items() if value is None]:
                one.pop(key)
    return ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32)


def talks_of(answer):
    return next(one for one in answer.record.courses if one.course == "talks")


def test_one_is_singular_and_the_interval_says_which(store):
    answer = asked(store, coded_as={"cameo": ["141"]})
    talks = talks_of(answer)
    assert (talks.events, talks.occasions) == (1, 1)
    assert "1 earlier event of this series" in talks.note
    page = report_html(answer)
    assert "1 event in the record" in page
    assert "1 of 1 occasion " in page or "0 of 1 occasion " in page
    assert "Wilson's 80 % interval" in page.replace("\xa0", " ").replace("&#39;", "'")
    assert not re.search(r"\b1 (events|occasions|days)\b", page)
    assert "<li></li>" not in page


def test_days_without_controls_and_triggers_are_not_counted(store):
    page = report_html(asked(store, talks={"cameo": ["073"]}, coded_as={"cameo": ["141"]}))
    assert "0 of 0" not in page


def test_anyone_is_said_to_be_whom_the_record_is_read_among(store):
    talks = talks_of(asked(store, talks={"cameo": ["045"]}))
    assert talks.recipients == ()
    assert "Anyone is any other state, known group or actor of the case" in talks.note


def test_a_trigger_by_anyone_leaves_open_who_acts(store):
    answer = asked(store, actor=None)
    assert answer.record.inserted.startswith("the trigger leaves open who acts or on whom")
    assert talks_of(answer).sentence.startswith("no lift is looked for: in back-tests, acts of")


def test_an_act_of_one_side_on_a_third_is_not_said_to_touch_neither(store):
    said = talks_of(asked(store, recipient="AAA-X")).sentence
    assert said == (
        "no lift is looked for: the trigger is neither an act between the two sides of this course "
        "nor one of others on either"
    )


def test_without_a_trigger_nothing_is_told_with_one(store):
    data = coded()
    answer = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32, trigger="none")
    line = course_line(answer.record.courses[0], label="Talks")
    assert "trigger" not in line
    assert re.fullmatch(r"Talks: base \S+ %, state \S+ % \[\S+\]", line)


def test_a_record_that_speaks_of_no_course_says_why(store):
    data = coded()
    for course in data["courses"]:
        course["coded_as"]["cameo"] = ["203"]
    record = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    lines = event_lines(record, note="", labels={})
    assert lines[0].endswith("pooled for 0; no event of its codes in the record")


@pytest.mark.parametrize(
    ("recipients", "linked"), [(["SLD-X"], True), ([], False), (["SLD-X", "AAA-X"], False)]
)
def test_an_occasion_links_to_a_recipient_that_the_record_has(store, recipients, linked):
    """`anyone` and `A or B` are no actors of it: the page said that it knew none of that name."""
    answer = asked(store, talks={"cameo": ["045"], "recipients": recipients})
    assert talks_of(answer).dated
    links = re.findall(r'href="([^"]*/record[^"]*)"', str(events_html(
        replace(answer.record, courses=(talks_of(answer),)), labels={}, chosen="talks"
    )))  # fmt: skip
    assert links
    assert all(("recipient=" in link) == linked for link in links)


def test_a_last_month_that_is_held_in_part_is_said_to_be(store):
    half = ask(case_of(coded()), store=store, as_of=dt.date(2021, 11, 3), horizon_days=30, draws=32)
    assert "November 2021 is counted up to day 3 only." in report_html(half)
    whole = ask(case_of(coded()), store=store, as_of=DAY, horizon_days=30, draws=32)
    assert "is counted up to day" not in report_html(whole)


def test_names_keep_their_case_and_sentences_begin_with_a_capital(store):
    data = coded()
    data["courses"] = [one for one in data["courses"] if one["actor"] == "NLD-X"][:1]
    answer = ask(case_of(data), store=store, as_of=dt.date(2019, 1, 1), draws=32)
    page = report_html(answer)
    assert str(store) in page
    assert "1 course and the rules" in page
    talks = talks_of(ask(case_of(coded()), store=store, as_of=DAY, horizon_days=30, draws=32))
    assert all(part[0].isupper() for part in talks.note.split(". "))


def test_an_act_that_all_but_always_happens_is_not_said_to_be_too_rare(tmp_path):
    """5,854 of 5,856 windows held it, and a wider class was asked for."""
    data = coded()
    data["courses"][0]["coded_as"] = {"cameo": ["045", "163", "190"]}
    found = ask(
        case_of(data), store=made(tmp_path), as_of=DAY, horizon_days=60, draws=32
    ).record  # fmt: skip
    assert dict(found.missing)["talks"].startswith("too few windows with the act, or without it")
    said = next(text for text in found.warnings if text.startswith("what is done to anyone"))
    assert "Give a longer record, a narrower class or a shorter horizon." in said
