"""Terms as JSON values and back: nothing changes, nothing unknown passes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger import made

from demarche.errors import TermError
from demarche.terms import Codes, CourseForecast, Forecast
from demarche.terms.ledger import CONTENTS, Reveal, SourceForecast
from demarche.terms.plain import from_plain, to_plain

WHOLE = (
    made.issued(),
    made.issued(question=made.question(trigger="war")),
    made.revision(),
    made.resolution(),
    made.resolution("not_known", course="arms", rung=1, corrects=7),
    made.source_forecast(),
    Reveal(of=3, salt="0f" * 32, forecast=made.issued()),
)


@pytest.mark.parametrize("value", WHOLE, ids=lambda v: type(v).__name__)
def test_what_is_written_reads_back_the_same(value):
    text = json.dumps(to_plain(value))
    assert from_plain(type(value), json.loads(text)) == value
    assert json.dumps(to_plain(from_plain(type(value), json.loads(text)))) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_every_finite_number_and_every_text_come_back(number, text):
    value = Forecast(method="m", courses=(), ladder=(number,), warnings=(text,))
    try:
        plain = to_plain(value)
    except TermError:
        with pytest.raises(UnicodeEncodeError):
            text.encode("utf-8")
        return
    back = from_plain(Forecast, json.loads(json.dumps(plain)))
    assert back.ladder == (number,)
    assert to_plain(back) == plain


@pytest.mark.parametrize("number", [float("nan"), float("inf"), True, "0.5", None])
def test_row23_what_is_no_finite_number_is_never_written(number):
    row = CourseForecast(course="c", probability=number, low=0.0, high=1.0)
    with pytest.raises(TermError, match=r"^probability: expected a finite number"):
        to_plain(row)


def test_row24_half_a_character_is_never_written():
    with pytest.raises(TermError, match=r"^note: expected text that can be written as UTF-8"):
        to_plain(made.source_forecast(note="\ud800"))


def test_text_is_kept_in_one_form_of_unicode():
    plain = to_plain(made.source_forecast(note="e\u0301"))
    assert plain["note"] == "\u00e9"
    with pytest.raises(TermError, match="form NFC"):
        from_plain(SourceForecast, {**plain, "note": "e\u0301"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probability": "0.50"}, "probability: .*shortest decimal text"),
        ({"probability": "nan"}, "probability: .*decimal text"),
        ({"probability": 0.5}, "probability: .*decimal text"),
        ({"probability": "1.5"}, "must lie in"),
        ({"asked": "2030-1-1"}, "asked: expected a day"),
        ({"asked": "20300101"}, "asked: expected a day written '2030-01-01'"),
        ({"kind": "guess"}, "kind: expected one of 'prediction'"),
        ({"hedges": "x"}, "no key 'hedges'.*Did you mean 'hedge'"),
        ({"may_have_seen": 1}, "may_have_seen: expected a value of type bool"),
        ({"evidence": "x"}, "evidence: expected a list"),
        ({"evidence": [1]}, r"evidence\[0\]: expected a value of type str"),
    ],
)
def test_row22_anything_else_is_refused_by_name(change, message):
    with pytest.raises(TermError, match=message):
        from_plain(SourceForecast, {**to_plain(made.source_forecast()), **change})


def test_a_missing_key_is_named():
    plain = to_plain(made.source_forecast())
    del plain["holder"]
    with pytest.raises(TermError, match="SourceForecast lacks holder"):
        from_plain(SourceForecast, plain)


def test_an_instant_is_kept_in_utc_to_the_microsecond():
    zone = dt.timezone(dt.timedelta(hours=3))
    at = dt.datetime(2030, 1, 1, 15, 0, 0, 1, tzinfo=zone)
    plain = to_plain(made.issued(issued_at=at))
    assert plain["issued_at"] == "2030-01-01T12:00:00.000001Z"
    with pytest.raises(TermError, match="issued_at: expected an instant written"):
        from_plain(CONTENTS["issue"], {**plain, "issued_at": "2030-01-01T12:00:00.1Z"})


def test_row39_an_instant_without_a_zone_is_refused():
    with pytest.raises(TermError, match="needs a zone"):
        made.issued(issued_at=dt.datetime(2030, 1, 1))


def test_every_content_is_frozen_and_known_to_the_writer():
    for content in CONTENTS.values():
        assert content.__dataclass_params__.frozen
        assert {f.name for f in dataclasses.fields(content)}
    assert to_plain(Codes())["match"] == "same"
