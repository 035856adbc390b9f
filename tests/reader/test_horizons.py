"""Horizons: the project's table of examples (anchor Wednesday 4 March 2026), and properties."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.reader.horizon_dates import resolve_horizon
from demarche.reader.horizon_words import find_horizons
from demarche.terms.claims import Span

ANCHOR = dt.date(2026, 3, 4)
TABLE = """
tomorrow|2026-03-05|2026-03-05|day
on Thursday|2026-03-05|2026-03-05|day
by Friday|2026-03-04|2026-03-06|day
this week|2026-03-04|2026-03-08|week
next week|2026-03-09|2026-03-15|week
within 10 days|2026-03-04|2026-03-14|day
within days|2026-03-04|2026-03-11|vague
within weeks|2026-03-04|2026-04-15|vague
in three weeks|2026-03-22|2026-03-28|week
in the coming months|2026-03-04|2026-09-04|vague
by the end of March|2026-03-04|2026-03-31|day
by May|2026-03-04|2026-05-31|month
before June|2026-03-04|2026-05-31|day
in March|2026-03-04|2026-03-31|month
in July|2026-07-01|2026-07-31|month
in February|2027-02-01|2027-02-28|month
mid-June|2026-06-11|2026-06-20|month third
in the third quarter|2026-07-01|2026-09-30|quarter
in the second half of 2026|2026-07-01|2026-12-31|half
in autumn|2026-09-01|2026-11-30|season
this year|2026-03-04|2026-12-31|year
early next year|2027-01-01|2027-04-30|year third
in 2027|2027-01-01|2027-12-31|year
by 2030|2026-03-04|2030-12-31|year
until 2028|2026-03-04|2027-12-31|duration
for two years|2026-03-04|2028-03-03|duration
before the vote|None|None|event
soon|None|None|vague
by the end of 2024|None|2024-12-31|day
on 1 July|2026-07-01|2026-07-01|day
by year-end|2026-03-04|2026-12-31|day
over the next decade|2026-03-04|2036-03-04|day
by Christmas|2026-03-04|2026-12-25|day
between May and July|2026-05-01|2026-07-31|month
within 48 hours|2026-03-04|2026-03-06|day
""".strip().splitlines()


def resolved(words: str, anchor: dt.date | None = ANCHOR):
    text = f"It will be so {words}."
    found = find_horizons(text, text.lower())
    assert [text[h.start : h.end] for h in found] == [words]
    span = Span(start=found[0].start, end=found[0].end, text=words)
    return resolve_horizon(found[0], span=span, anchor=anchor)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.split("|")[0])
def test_examples(row):
    words, start, end, precision = row.split("|")
    found = resolved(words)
    assert (str(found.start), str(found.end), found.precision) == (start, end, precision)


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ("by May", "ambiguous_by"),
        ("in autumn", "season_hemisphere_assumed"),
        ("by the end of 2024", "past_at_publication"),
        ("before the vote", "event_anchored"),
        ("soon", "missing_deadline"),
        ("within weeks", "vague"),
        ("on 30 February", "no_such_day"),
        ("by the end of the fiscal year", "calendar_not_known"),
        ("next Thursday", "ambiguous_next"),
    ],
)
def test_what_was_assumed_is_said(words, flag):
    assert flag in resolved(words).flags


def test_by_has_a_strict_reading_and_next_weekday_two():
    assert resolved("by May").end_strict == dt.date(2026, 4, 30)
    assert resolved("next Thursday").alternatives == (
        (dt.date(2026, 3, 5),) * 2,
        (dt.date(2026, 3, 12),) * 2,
    )


@pytest.mark.parametrize("words", ["next week", "in July", "within 10 days", "for two years"])
def test_nothing_is_dated_without_an_anchor(words):
    found = resolved(words, None)
    assert (found.start, found.end, found.flags) == (None, None, ("no_publication_date",))


def test_a_year_needs_no_anchor():
    assert resolved("in 2027", None).end == dt.date(2027, 12, 31)


@given(
    st.sampled_from([row.split("|")[0] for row in TABLE]),
    st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
)
def test_intervals_are_closed_and_in_order(words, anchor):
    found = resolved(words, anchor)
    if found.start is not None and found.end is not None:
        assert found.start <= found.end


@pytest.mark.parametrize(
    "text", ["They may march on.", "It will fall by 3 percent.", "Seen by all."]
)
def test_words_that_only_look_like_a_horizon(text):
    assert not find_horizons(text, text.lower())
