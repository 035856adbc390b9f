"""The page of the ledger: questions, one opened, the track record, and a ledger that is broken."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3

import pytest
from markupsafe import Markup

from demarche.desk.scoring import score_ledger
from demarche.desk.track import read_track
from demarche.show import ledger_open
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.ledgers import made_ledger, question_of
from tests.show.workbench.page_tools import app_of, assert_safe, get, words_of


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return made_ledger(tmp_path_factory.mktemp("ledger"))


@pytest.fixture
def app(place, tmp_path, monkeypatch):
    monkeypatch.setattr(ledger_open, "now", lambda: dt.datetime(2030, 9, 2, tzinfo=dt.UTC))
    return app_of(Workspace(folder=tmp_path, case="regional-war", ledger=str(place)))


@pytest.mark.parametrize("named", [True, False])
def test_where_there_is_no_ledger_the_page_says_how_one_begins(tmp_path, named):
    place = tmp_path / "desk" / "ledger.sqlite"
    where = str(place) if named else None
    desk = app_of(Workspace(folder=tmp_path, case="regional-war", ledger=where))
    text = words_of(get(desk, "/ledger").text)
    at = str(place) if named else "desk/ledger.sqlite"
    today = dt.datetime.now(dt.UTC).date()
    assert f"demarche ask regional-war --as-of {today} --issue --ledger {at}" in text
    assert "demarche validate outcomes" in text
    assert (f"No ledger lies at {place} yet" in text) == named
    assert not place.parent.exists()
    assert get(desk, "/ledger?question=abc").status == 404


def test_questions_are_listed_with_status_and_the_chain_is_followed(app, place):
    before = place.read_bytes()
    text = get(app, "/ledger").text
    assert place.read_bytes() == before
    assert "intact: 4 entries" in text
    assert "2: 1 due, 1 resolved" in text  # the what-if's window closed in April
    assert text.count('<td data-head="Status">') == 2
    assert get(app, "/ledger?status=resolved").text.count('<td data-head="Status">') == 1
    assert "None fits" in get(app, "/ledger?status=void").text
    assert_safe(text)


def test_a_question_opens_with_rules_numbers_and_outcomes(app, place):
    text = get(app, f"/ledger?question={question_of(place)}").text
    assert 'id="question"' in text
    assert "yes, 2030-01-25" in text
    assert len(re.findall(r'data-head="Outcome">', text)) == 3
    assert 'data-head="Pool"' in text and 'data-head="Inside"' in text
    assert get(app, "/ledger?question=nothing").status == 404


def test_scores_are_those_of_the_desk(app, place):
    text = Markup(get(app, "/ledger").text).unescape()
    found = score_ledger(read_track(str(place)))
    cards = [card for card in found.table.cards if card.brier is not None]
    assert {card.forecaster for card in cards} >= {"pool", "inside"}
    for card in cards:
        assert f"{card.brier.value:.3f}" in text
    assert "No calibration curve for" in text


def test_filters_are_strict(app):
    for asked in ("status=lost", "case=none", "page=2", "page=x"):
        assert get(app, f"/ledger?{asked}").status == 400


def test_a_ledger_that_was_changed_is_not_shown_as_if_it_held(place, tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(place.read_bytes())
    con = sqlite3.connect(copy)
    con.execute("drop trigger ledger_entries_no_update")
    con.execute("update ledger_entries set record = replace(record, 'Northland', 'Westland')")
    con.commit()
    con.close()
    desk = app_of(Workspace(folder=tmp_path, case="regional-war", ledger=str(copy)))
    found = get(desk, "/ledger")
    assert found.status == 200 and "does not hold" in found.text
    assert 'data-head="Status"' not in found.text


@pytest.mark.parametrize("bad", ["text.sqlite", "ftp://<script>x/y"])
def test_what_is_no_ledger_is_said_in_a_sentence(tmp_path, bad):
    (tmp_path / "text.sqlite").write_text("no ledger", "utf-8")
    where = bad if "://" in bad else str(tmp_path / bad)
    found = get(app_of(Workspace(folder=tmp_path, case="x", ledger=where)), "/ledger")
    assert found.status == 200 and 'class="notice"' in found.text
    assert_safe(found.text)
