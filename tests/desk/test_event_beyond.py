"""A state further out than all that a record was learned from: a war after years of peace."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk import ask
from demarche.show.report import report_html
from demarche.show.text import answer_text
from tests.builders import case_of
from tests.desk.test_event_half import DAY, coded, made


@pytest.fixture(scope="module")
def war(tmp_path_factory):
    """Twenty acts of force a day in either direction, from 20 days before the end on."""
    rows = [
        f"{DAY - dt.timedelta(days=n)},{a},{b},190"
        for n in range(20) for a, b in (("NLD-X", "SLD-X"), ("SLD-X", "NLD-X"))
    ] * 20  # fmt: skip
    return made(tmp_path_factory.mktemp("war"), more=rows)


def force(store, *, days):
    answer = ask(case_of(coded()), store=store, as_of=DAY, horizon_days=days, draws=32)
    return answer, next(one for one in answer.record.courses if one.course == "force")


def test_a_war_that_began_within_the_horizon_is_not_told_to_end(war):
    """No window that was learned from held its like; weights learned on peace took it to 0."""
    _, near = force(war, days=7)
    _, far = force(war, days=60)
    assert near.without > 0.9
    assert far.without > 0.01
    assert near.pooled


def test_what_lies_beyond_all_that_was_learned_from_is_shown_and_enters_no_pool(war):
    answer, far = force(war, days=60)
    assert not far.pooled
    assert far.unpooled == "state beyond all that was learned from"
    assert "no: state beyond all that was learned from" in report_html(answer)
    assert "beyond all that was learned from: not pooled" in " ".join(answer_text(answer).split())
    plain = ask(case_of(coded()), as_of=DAY, horizon_days=60, draws=32)
    was = {row.id: row.probability for row in plain.courses}
    assert {row.id: row.probability for row in answer.courses}["force"] == was["force"]


def test_a_state_like_those_of_the_past_is_pooled(tmp_path):
    _, calm = force(made(tmp_path), days=60)
    assert calm.pooled
    assert calm.unpooled == ""
