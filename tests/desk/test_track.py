"""Weights earned by a ledger, from the store to the answer."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from itertools import islice

import pytest

from demarche.desk import ask
from demarche.desk.track import earned, read_track, track_record
from demarche.errors import LedgerError, QuestionError
from demarche.ledger.merkle import Roots
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_reading
from demarche.show.cli import main
from demarche.show.data import answer_data, answer_json
from demarche.show.report import report_html
from demarche.show.text import answer_text
from demarche.show.weights import given_weights
from demarche.terms.ledger import Checkpoint
from tests.builders import case_of, tiny
from tests.ledger.filled import filled

LATER = dt.date(2031, 6, 1)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")


def test_a_ledger_is_read_as_rows(ledger):
    track = read_track(ledger)
    assert len(track.rows) == 40 * 4 * 2
    assert {row.outcome for row in track.rows} == {"yes", "no"}
    assert not any(row.late for row in track.rows)


def test_the_record_puts_views_side_by_side(ledger):
    record = track_record(read_track(ledger).rows)
    assert record.views == ("outside", "inside")
    assert record.p.shape == (80, 2)
    assert len(set(record.questions)) == 40


def test_weights_are_earned_by_the_better_view(ledger):
    found = earned(read_track(ledger), as_of=LATER)
    assert found.in_force
    assert found.weights[0] > 0.55
    assert found.questions == 40


def test_only_what_was_known_before_the_day_earns(ledger):
    track = read_track(ledger)
    none = earned(track, as_of=dt.date(2030, 1, 5))
    assert none.weights == (0.5, 0.5) and none.questions == 0
    some = earned(track, as_of=dt.date(2030, 6, 1))
    assert 0 < some.questions < 40 and not some.in_force


def test_an_outside_checkpoint_seals_what_it_covers(ledger):
    with (
        open_ledger(ledger, clock=dt.datetime.now, read_only=True) as held,
        held.reading() as reading,
    ):
        found = verify_reading(reading)
        roots = Roots()
        for row in islice(reading.raw(), 2):
            roots.add(bytes.fromhex(row.hash))
    point = Checkpoint(
        origin=found.ledger, size=2, root=roots.root().hex(), outside=True,
        at=dt.datetime(2030, 1, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    assert not any(row.sealed for row in read_track(ledger).rows)
    rows = read_track(ledger, checkpoints=[point]).rows
    assert {row.seq for row in rows if row.sealed} == {2}
    assert all(row.sealed for row in rows if row.seq == 2)
    late = dt.datetime(2031, 1, 3, tzinfo=dt.UTC)
    other = Checkpoint(
        origin=found.ledger, size=found.entries, root="0" * 64, at=late, outside=True
    )
    with pytest.raises(LedgerError, match="scoring"):
        read_track(ledger, checkpoints=[other])


def test_without_a_ledger_weights_are_equal_and_say_so():
    found = earned(None, as_of=LATER)
    assert found.weights == (0.5, 0.5)
    assert "no record yet" in found.basis


def test_an_answer_shows_the_weights_it_was_pooled_with(ledger):
    case = case_of(tiny())
    found = earned(read_track(ledger), as_of=dt.date(2030, 12, 31))
    late = ask(case, as_of=dt.date(2030, 12, 31), weights=found, draws=64)
    text, data = answer_text(late), answer_data(late)
    pool = data["views"][-1]
    assert "earned on" in pool["parameters"]["earned"]
    assert "questions" in pool["parameters"]["record"]
    assert json.loads(answer_json(late))["views"][-1] == pool
    assert "WEIGHTS" in text or "left out for want of room" in text
    assert pool["parameters"]["earned"][:20] in report_html(late)


def test_earned_weights_move_the_pool_as_the_same_numbers_do(ledger):
    case = case_of(tiny())
    found = earned(read_track(ledger), as_of=case.question.as_of)
    assert found.weights == (0.5, 0.5)
    by_record = ask(case, weights=found, draws=64)
    plain = ask(case, draws=64)
    assert [r.probability for r in by_record.courses] == [r.probability for r in plain.courses]


def test_weights_from_the_future_are_refused(ledger):
    case = case_of(tiny())
    with pytest.raises(QuestionError, match="after the day of the question"):
        ask(case, weights=earned(read_track(ledger), as_of=LATER), draws=64)


def test_a_ledger_that_was_edited_earns_nothing(tmp_path):
    path = filled(tmp_path / "ledger.sqlite", n=3)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER ledger_entries_no_update")
        connection.execute(
            "UPDATE ledger_entries SET record = replace(record, 'Question 1', 'Question 7')"
        )
    connection.close()
    with pytest.raises(LedgerError, match="scoring"):
        read_track(path)


def test_the_command_line_takes_earned_weights(ledger, capsys):
    options = ["--weights", "earned", "--ledger", str(ledger), "--draws", "64", "--json"]
    assert main(["ask", "regional-war", *options]) == 0
    pool = json.loads(capsys.readouterr().out)["views"][-1]
    assert "no record yet" in pool["parameters"]["earned"]


@pytest.mark.parametrize(
    ("text", "ledger", "message"),
    [
        ("earned", "/nowhere/ledger.sqlite", "no ledger is there"),
        ("2:1", None, "two numbers such as 2/1, or 'earned'"),
        ("2/1", "x.sqlite", "needs --weights earned"),
    ],
)
def test_wrong_weights_are_one_sentence(text, ledger, message):
    with pytest.raises(QuestionError, match=message):
        given_weights(text, ledger=ledger, as_of=LATER)
