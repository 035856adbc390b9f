"""Forecasts by others are entered and resolved once; hidden ones count from when they hid."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from demarche.errors import LedgerError
from demarche.ledger.entering import add_sources
from demarche.ledger.life import issue
from demarche.ledger.others import (
    digest_of,
    hidden_forecasts,
    hide,
    resolve_source,
    reveal,
    source_forecasts,
)
from demarche.ledger.questions import all_questions, question_state
from demarche.ledger.rows import resolved_rows
from demarche.ledger.verify import verify_reading
from demarche.terms.ledger import SourceResolution
from tests.ledger import made

SALT = "5a" * 32
DAY = dt.date(2030, 2, 1)


def test_the_same_forecast_is_entered_once(ledger):
    some = [made.source_forecast(id=f"c{n}") for n in range(3)]
    assert len(add_sources(ledger, some).entries) == 3
    again = add_sources(ledger, [*some, made.source_forecast(id="c9")])
    assert (again.known, [e.content.id for e in again.entries]) == (3, ["c9"])


def test_another_content_under_the_same_id_is_refused_whole(ledger):
    add_sources(ledger, [made.source_forecast()])
    with pytest.raises(
        LedgerError, match=r"'c1' of 2030-01-01 was entered otherwise as entry 2: its low is 0.55"
    ):
        add_sources(ledger, [made.source_forecast(id="new"), made.source_forecast(low=0.1)])
    with ledger.reading() as reading:
        assert len(source_forecasts(reading)) == 1


def test_an_outcome_is_entered_and_corrected_by_naming_the_entry(ledger, clock):
    add_sources(ledger, [made.source_forecast(), made.source_forecast(id="p", kind="commitment")])
    clock.day(60)
    first = resolve_source(ledger, SourceResolution(of=2, on=DAY, outcome="yes"))
    resolve_source(ledger, SourceResolution(of=3, on=DAY, verdict="broken", evidence=("e",)))
    with pytest.raises(LedgerError, match=f"was resolved by entry {first.seq}; .*--corrects"):
        resolve_source(ledger, SourceResolution(of=2, on=DAY, outcome="no"))
    resolve_source(ledger, SourceResolution(of=2, on=DAY, outcome="no", corrects=first.seq))
    with ledger.reading() as reading:
        found = dict(source_forecasts(reading))
    assert (found[2].outcome, found[2].resolved_on) == ("no", DAY)
    assert (found[3].verdict, found[3].outcome, found[3].evidence) == ("broken", None, ("e",))


@pytest.mark.parametrize(
    ("resolution", "message"),
    [
        (SourceResolution(of=1, on=DAY, outcome="yes"), "entry 1 is no forecast of a source"),
        (SourceResolution(of=9, on=DAY, outcome="yes"), "entry 9 is no forecast of a source"),
        (SourceResolution(of=2, on=DAY, verdict="kept"), "is a prediction: it gets an outcome"),
        (SourceResolution(of=3, on=DAY, outcome="yes"), "is a commitment: it gets a verdict"),
        (SourceResolution(of=2, on=dt.date(2040, 1, 1), outcome="yes"), "lies ahead"),
        (SourceResolution(of=2, on=DAY, outcome="yes", corrects=1), "is not resolved yet"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused(small, clock, resolution, message):
    add_sources(small, [made.source_forecast(), made.source_forecast(id="p", kind="commitment")])
    clock.day(60)
    with pytest.raises(LedgerError, match=message):
        resolve_source(small, resolution)


def test_a_hidden_forecast_counts_from_when_it_was_hidden(ledger, clock):
    entry, kept = hide(ledger, made.issued(), salt=SALT)
    assert entry.content.digest == digest_of(kept.forecast, salt=SALT)
    with ledger.reading() as reading:
        raw = b"".join(row.record for row in reading.raw())
        assert [(seq, shown) for seq, _, shown in hidden_forecasts(reading)] == [(2, False)]
        assert all_questions(reading) == ()
    assert b"ruritania" not in raw and SALT.encode() not in raw
    clock.day(200)
    shown = reveal(ledger, kept)
    with ledger.reading() as reading:
        (state,) = all_questions(reading)
        assert question_state(reading, state.id) == state
        assert [shown for _, _, shown in hidden_forecasts(reading)] == [True]
        assert verify_reading(reading).state == "intact"
    assert (state.seq, state.forecasts[0].seq) == (shown.seq, entry.seq)
    assert state.forecasts[0].issued_at == entry.at
    assert not any(row.late for row in resolved_rows([state]))


def test_what_was_not_hidden_cannot_be_revealed(ledger):
    entry, kept = hide(ledger, made.issued(), salt=SALT)
    other = replace(kept, forecast=replace(kept.forecast, note="better in hindsight"))
    with pytest.raises(LedgerError, match=f"not the forecast that entry {entry.seq} hides"):
        reveal(ledger, other)
    with pytest.raises(LedgerError, match="not the forecast"):
        reveal(ledger, replace(kept, salt="5b" * 32))
    with pytest.raises(LedgerError, match="entry 1 hides no forecast"):
        reveal(ledger, replace(kept, of=1))
    reveal(ledger, kept)
    with pytest.raises(LedgerError, match="was issued as entry 3"):
        reveal(ledger, kept)


def test_a_question_that_was_issued_cannot_be_hidden_too(small):
    issue(small, made.issued())
    with pytest.raises(LedgerError, match="was issued as entry 2"):
        hide(small, made.issued(), salt=SALT)
