"""Days without rows that are a gap of the source, and those that are a silence."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.record.gaps import LEAST_DAYS, find_silences

START = dt.date(2018, 1, 1)
STEADY = np.full(700, 200)


def spans(rows):
    return [
        ((gap.first - START).days, (gap.last - START).days, gap.rows)
        for gap in find_silences(np.asarray(rows), start=START).gaps
    ]


def holed(rows, first, last, *, left=0):
    rows = np.array(rows)
    rows[first : last + 1] = left
    return rows


@pytest.mark.parametrize("left", [0, 10])
def test_days_with_next_to_nothing_are_a_gap(left):
    """Up to a twentieth of the usual rows: GDELT dates back about one row in ninety by a year."""
    rows = holed(STEADY, 300, 482, left=left)
    assert spans(rows) == [(300, 482, 183 * left)]


def test_a_gap_of_years_is_one():
    rows = np.r_[STEADY, np.zeros(2000), STEADY]
    assert spans(rows) == [(700, 2699, 0)]


def test_rows_dated_back_by_a_year_do_not_begin_a_record():
    """A month of GDELT: what is dated a year, a month, a week or a day back is a hundredth each."""
    rows = np.zeros(393)
    rows[365:] = 2000
    for back in (365, 28, 7):
        rows[365 - back : 393 - back] += 20
    assert spans(rows) == [(0, 364, int(rows[:365].sum()))]


def test_a_row_with_a_wrong_year_does_not_begin_a_record():
    rows = np.r_[1, np.zeros(9000), STEADY]
    assert spans(rows) == [(1, 9000, 0)]


@pytest.mark.parametrize(
    "rows",
    [
        np.r_[STEADY, np.zeros(90)],  # rows of the last days may still come
        holed(STEADY, 300, 305),  # holidays
        STEADY * (np.arange(700) % 7 < 5),  # reports on weekdays
        3000 * (np.arange(700) % 30 == 0),  # everything is dated to the first of a month
        holed(STEADY // 25, 300, 482),  # of so few, none may be none
        holed(STEADY, 300, 482, left=30),  # fewer, not none
        (2 * 1.006 ** np.arange(2000)).astype(int),  # grows by a hundred thousand times
        (3e5 * 0.994 ** np.arange(2000)).astype(int),
        np.where(np.arange(700) % 90 < 14, 60, 4),  # fourteen days of fighting a quarter
    ],
    ids=["end", "holidays", "weekdays", "months", "sparse", "thin", "growth", "decline", "bursts"],
)
def test_other_silences_are_none(rows):
    assert spans(rows) == []


def test_a_record_that_has_just_resumed_had_a_gap():
    rows = np.r_[STEADY, np.zeros(183), 200, 200]
    assert spans(rows) == [(700, 882, 0)]
    assert spans(rows[:-2]) == []


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_week_of_next_to_nothing_at_the_end_is_told_as_no_gap(left):
    rows = np.r_[np.full(700, 200), np.full(7, left)]
    found = find_silences(rows, start=START).thin_end
    assert found is not None
    assert (found.days, found.rows) == (7, 7 * left)
    assert (found.first - START).days == 700
    assert spans(rows) == []


@pytest.mark.parametrize(
    "rows",
    [
        np.full(700, 200),
        np.r_[np.full(700, 200), np.zeros(6)],
        np.r_[np.full(700, 200), np.full(7, 11)],
        np.r_[np.full(700, 9), np.zeros(30)],
        np.r_[np.full(700, 200), np.zeros(30), 200],
        np.r_[np.full(700, 200), np.tile([200, 0, 0, 0, 0, 0, 0], 4), np.zeros(30)],
    ],
    ids=["usual", "six days", "more than a twentieth", "sparse", "resumed", "weekly before"],
)
def test_other_ends_are_not_thin(rows):
    assert find_silences(rows, start=START).thin_end is None


@given(st.lists(st.integers(0, 60), max_size=120), st.integers(8, 60), st.integers(20, 60))
def test_what_is_thin_at_the_end_is_a_gap_once_the_source_reports_again(rows, more, usual):
    rows = np.r_[np.full(400, usual), np.array(rows, dtype=np.int64), np.zeros(more)]
    thin = find_silences(rows, start=START).thin_end
    again = find_silences(np.r_[rows, np.full(20, usual)], start=START).gaps
    if thin is not None:
        assert thin in again


@given(st.lists(st.integers(0, 60), max_size=120), st.integers(1, 5))
def test_gaps_lie_apart_within_the_record_and_do_not_hang_on_the_calendar(rows, weeks):
    rows = np.array(rows, dtype=np.int64)
    found = spans(rows)
    for first, last, held in found:
        assert last - first + 1 >= LEAST_DAYS
        assert held == rows[first : last + 1].sum()
    edges = [-2, *(edge for first, last, _ in found for edge in (first, last)), len(rows)]
    assert all(b - a >= 1 for a, b in itertools.pairwise(edges))
    later = dt.timedelta(days=7 * weeks)
    moved = find_silences(rows, start=START + later).gaps
    assert [(gap.first - later - START).days for gap in moved] == [first for first, _, _ in found]
