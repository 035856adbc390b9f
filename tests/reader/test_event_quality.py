"""The quality of the event coder never falls below what it has reached."""

from __future__ import annotations

import json

import pytest
from bench.skill import events_coder

from tests.shared import need


def test_the_project_has_enough_sentences_of_its_own():
    rows = json.loads(events_coder.SENTENCES.read_text(encoding="utf-8"))["sentences"]
    assert len(rows) >= 150 and len({row["text"] for row in rows}) == len(rows)
    assert 0.4 < sum(row["held_back"] for row in rows) / len(rows) < 0.6
    assert sum(not row["events"] for row in rows) >= 15


@pytest.mark.parametrize(
    ("held_back", "least_precision", "least_recall"),
    [(False, 0.95, 0.94), (True, 0.9, 0.84)],
    ids=["development", "held back"],
)
def test_own_sentences(held_back, least_precision, least_recall):
    tally, _, errors = events_coder.own(events_coder.SENTENCES, held_back=held_back)
    precision = tally.right / tally.predicted
    recall = tally.right / tally.expected
    shown = "" if held_back else "\n".join(errors)
    assert precision >= least_precision and recall >= least_recall, shown
    assert tally.modes[0] / tally.modes[1] >= 0.9, shown


def test_the_unit_tests_of_petrarch():
    """PETRARCH's tests by the crosswalk of WEIS; a first study reached 0.64 and 0.58."""
    path = need("data", "event_coding_validation", "PETR.UnitTest.records.xml")
    rows = events_coder.records(path)
    assert len(rows) == 277
    tally, _ = events_coder.petrarch(rows, lambda record: True, events_coder.weis_same)
    assert tally.right / tally.predicted >= 0.85
    assert tally.right / tally.expected >= 0.62


def test_a_wrong_target_is_no_hit():
    tally = events_coder.Tally()
    pairs = events_coder.score(
        tally, [("A", "190", "B")], [("A", "190", "C")], lambda a, b: a[:2] == b[:2]
    )
    assert pairs == [] and (tally.right, tally.source, tally.root, tally.target) == (0, 1, 1, 0)


def test_one_expectation_counts_once():
    tally = events_coder.Tally()
    found = [("A", "190", "B"), ("A", "193", "B")]
    events_coder.score(tally, found, [("A", "19", "B")], lambda a, b: a[:2] == b[:2])
    assert (tally.right, tally.predicted, tally.expected) == (1, 2, 1)
