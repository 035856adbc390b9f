"""A case without precedents: what is counted is of the event record, and says so."""

from __future__ import annotations

import pytest

from demarche.desk import ask
from demarche.desk.what_if import Scenario
from demarche.desk.worktable import Worktable
from demarche.show.report import report_html
from tests.builders import case_of
from tests.desk.test_event_half import DAY, coded, made


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return made(tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("some", [False, True], ids=["none", "some"])
def test_windows_of_a_record_are_neither_episodes_nor_precedents(store, some):
    data = coded()
    data["courses"][0]["kind"] = ""
    if not some:
        data.pop("situations")
    answer = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32)
    row = next(row for row in answer.courses if row.id == "talks")
    event = next(one for one in answer.record.courses if one.course == "talks")
    assert event.pooled
    assert (row.base_taken, row.base_known) == (0, 0)
    assert row.base_rate == event.base_rate
    assert row.effective_cases == event.effective_n
    windows = "windows of the event record that do not overlap (median course)"
    said = f"effective precedents, or {windows}" if some else windows
    assert answer.confidence_because.split(" ", 1)[1].startswith(said)
    assert "(0/0)" not in report_html(answer)


def test_the_worktable_says_that_the_record_stands_beside_the_inside_view(store):
    """It said that the inside view stands alone, below numbers that the record had moved."""
    data = coded()
    data.pop("situations")
    data["question"]["as_of"] = DAY
    table, start = Worktable(store=store), Scenario(base=case_of(data))
    start = start.edited("horizon", "30")
    assert (
        "no precedents can be used here: the inside view stands alone."
        in table.answer(start, draws=32).support
    )
    table.read_record(start)
    assert table.answer(start, draws=32).support[-1] == (
        "no precedents can be used here: the outside view is the event record alone."
    )
