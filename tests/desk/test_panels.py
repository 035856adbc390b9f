"""From numbered counts to panels: nothing later, nothing withdrawn, each event in its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.desk.panels import (
    KnownNames,
    among,
    close_actors,
    codes_of,
    known_names,
    known_rows,
    last_day,
    panel_of,
    since_when,
)
from demarche.errors import DataError
from demarche.record.encoded import EncodedCounts
from demarche.terms import Codes

START = dt.date(2020, 1, 1)
AS_OF = dt.date(2020, 1, 10)
CODES = ("040", "042", "1621", "190", "1951")
ROW = st.tuples(
    st.integers(0, 9), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.integers(0, 4)
)


def counts_of(rows):
    """Counts of rows (day, lag, actor, recipient, code, n)."""
    rows = sorted(rows, key=lambda r: (r[2], r[3], r[0], r[4], r[1]))
    day, lag, actor, recipient, code, n = (np.array(c) for c in zip(*rows, strict=True))
    start = START + dt.timedelta(days=int(day.min()))
    day = day - day.min()
    return EncodedCounts(
        source="made-up",
        unit="actor",
        start=start,
        end=start + dt.timedelta(days=int(day.max())),
        last_known=start + dt.timedelta(days=int((day + lag).max())),
        day=day.astype(np.int32),
        known=(day + lag).astype(np.int32),
        actor=actor.astype(np.int32),
        recipient=recipient.astype(np.int32),
        code=code.astype(np.int32),
        count=n.astype(np.float64),
        actors=("AAA", "BBB", "CCC"),
        codes=CODES,
        groups=("AAA",),
        group=np.array([0, -1, -1], dtype=np.int32),
        event=("CONSULT", "CONSULT", "SANCTION", "ASSAULT", "ASSAULT"),
        quad=(1, 1, 4, 4, 4),
        left_out=(),
    )


def content(panel):
    at = (panel.start - START).days
    return sorted(
        (at + int(d), at + int(k), panel.actors[a], panel.actors[r], panel.classes[c], float(n))
        for d, k, a, r, c, n in zip(
            panel.day, panel.known, panel.actor, panel.recipient, panel.code, panel.count,
            strict=True,
        )
    )  # fmt: skip


def test_codes_are_added_up_to_their_roots_unless_set_apart():
    counts = counts_of([(1, 0, 0, 1, 0, 2), (1, 0, 0, 1, 1, 3), (2, 0, 0, 1, 2, 1)])
    whole = panel_of(counts, as_of=counts.end)
    assert content(whole) == [(1, 1, "AAA", "BBB", "04", 5.0), (2, 2, "AAA", "BBB", "16", 1.0)]
    apart = panel_of(counts, as_of=counts.end, apart=[("visit", (1,))])
    assert content(apart)[:2] == [
        (1, 1, "AAA", "BBB", "04", 2.0),
        (1, 1, "AAA", "BBB", "visit", 3.0),
    ]
    assert apart.quad[apart.classes.index("visit")] == 1


def test_a_code_counts_if_it_begins_with_one_that_was_named():
    counts = counts_of([(0, 0, 0, 1, 0, 1)])
    assert codes_of(counts, codes=Codes(cameo=("195",))) == (4,)
    assert codes_of(counts, codes=Codes(cameo=("04", "162"))) == (0, 1, 2)
    assert codes_of(counts, codes=Codes(plover=("ASSAULT",))) == ()
    plover = replace(counts, codes=("ASSAULT", "CONSULT", "X", "Y", "Z"))
    assert codes_of(plover, codes=Codes(plover=("ASSAULT",), cameo=("190",))) == (0,)


@given(st.lists(ROW, min_size=1, max_size=30), st.integers(0, 9))
def test_rows_known_later_change_nothing(rows, upto):
    rows = [(*row, 1) for row in rows]
    as_of = START + dt.timedelta(days=upto)
    known = [row for row in rows if row[0] + row[1] <= upto]
    if not known:
        with pytest.raises(DataError):
            panel_of(counts_of(rows), as_of=as_of)
        return
    every, then = counts_of(rows), counts_of(known)
    late, early = (panel_of(counts, as_of=as_of) for counts in (every, then))
    assert content(late) == content(early)
    assert (late.start, late.days) == (early.start, early.days)
    assert last_day(every, as_of=as_of) == last_day(then, as_of=as_of)
    names = [known_names(counts, as_of=as_of) for counts in (every, then)]
    assert {(name.first, name.last) for name in names} == {(early.start, last_day_of(early))}


def last_day_of(panel):
    return panel.start + dt.timedelta(days=panel.days - 1)


def test_an_event_withdrawn_later_counts_until_then_and_not_after():
    rows = [(1, 0, 0, 1, 3, 1), (1, 4, 0, 1, 3, -1), (2, 0, 0, 1, 3, 1)]
    before = panel_of(counts_of(rows), as_of=START + dt.timedelta(days=4))
    after = panel_of(counts_of(rows), as_of=START + dt.timedelta(days=5))
    assert [row[0] for row in content(before)] == [1, 2]
    assert [row[0] for row in content(after)] == [2]


def test_one_of_two_events_withdrawn_leaves_one():
    rows = [(1, 0, 0, 1, 3, 2), (1, 4, 0, 1, 3, -1)]
    (row,) = content(panel_of(counts_of(rows), as_of=START + dt.timedelta(days=9)))
    assert row[-1] == 1.0


def test_a_day_before_the_record_is_refused_with_both_days():
    with pytest.raises(DataError, match=r"begins on 2020-01-01; nothing .* by 2019-12-31"):
        panel_of(counts_of([(0, 0, 0, 1, 0, 1)]), as_of=dt.date(2019, 12, 31))


def test_known_rows_keep_codes_apart_and_leave_withdrawn_events_out():
    rows = [(1, 0, 0, 1, 3, 1), (1, 4, 0, 1, 3, -1), (1, 0, 0, 1, 4, 2)]
    day, _, _, code, _, count = known_rows(counts_of(rows), as_of=START + dt.timedelta(days=9))
    assert (day.tolist(), code.tolist(), count.tolist()) == ([0], [4], [2.0])
    day, *_ = known_rows(counts_of(rows), as_of=START - dt.timedelta(days=1))
    assert not len(day)


def test_a_panel_among_some_actors_holds_their_acts_only():
    whole = panel_of(
        counts_of([(1, 0, 0, 1, 3, 1), (2, 0, 0, 2, 3, 1)]), as_of=START.replace(day=9)
    )
    some = among(whole, actors={"AAA", "CCC"})
    assert some.actors == ("AAA", "CCC")
    assert content(some) == [(2, 2, "AAA", "CCC", "19", 1.0)]
    assert some.classes == whole.classes


def test_the_busiest_actors_are_kept_and_those_that_are_named():
    rows = [(day, 0, 0, 1, 0, 1) for day in range(9)] + [(day, 0, 1, 0, 0, 1) for day in range(9)]
    counts = counts_of([*rows, (3, 0, 2, 0, 0, 1)])
    every = frozenset(counts.actors)
    assert close_actors(counts, as_of=AS_OF, actors=every, named=(), most=9) == every
    assert close_actors(counts, as_of=AS_OF, actors=every, named=(), most=2) == {"AAA", "BBB"}
    assert close_actors(counts, as_of=AS_OF, actors=every, named=("CCC",), most=2) >= {"CCC"}
    alone = close_actors(counts, as_of=AS_OF, actors={"CCC"}, named=("CCC",), most=2)
    assert alone == {"CCC"}
    assert close_actors(counts, as_of=AS_OF, actors={"AAA", "CCC"}, named=(), most=9) == {
        "AAA",
        "CCC",
    }


def test_rows_known_later_bring_no_name_and_make_no_actor_busy():
    early = [(0, 0, 0, 1, 0, 1), (1, 0, 0, 1, 0, 1)]
    later = [(day, 0, 2, by, 3, 1) for day in range(5, 10) for by in (0, 1)]
    counts = counts_of([*early, (1, 8, 2, 0, 4, 1), *later])
    day = dt.date(2020, 1, 4)
    found = known_names(counts, as_of=day)
    assert (found.actors, found.codes, found.first) == ({"AAA", "BBB"}, {"040"}, START)
    assert KnownNames.from_json(found.to_json()) == found
    found = known_names(counts, as_of=AS_OF)
    assert (found.actors, found.codes) == (set(counts.actors), set(counts.codes))
    every = frozenset(counts.actors)
    first = close_actors(counts, as_of=day, actors=every, named=(), most=1)
    assert first == close_actors(counts_of(early), as_of=day, actors=every, named=(), most=1)
    assert since_when(counts, as_of=day, actors=every, most=2, days=1) == START


def test_a_row_dated_back_that_is_known_later_moves_no_first_day():
    counts = counts_of([(0, 9, 0, 1, 0, 1), (3, 0, 0, 1, 0, 1), (5, 0, 1, 0, 0, 1)])
    every = frozenset(counts.actors)
    for day, first in ((dt.date(2020, 1, 9), 3), (dt.date(2020, 1, 20), 0)):
        assert known_names(counts, as_of=day).first == START + dt.timedelta(days=first)
        since = since_when(counts, as_of=day, actors=every, most=9, days=1)
        assert since == START + dt.timedelta(days=first)


@pytest.mark.parametrize(("late", "first"), [(0, 9), (1, 10), (31, 40), (32, 9), (400, 9)])
def test_the_day_of_the_state_is_that_of_the_last_row_unless_it_came_long_after(late, first):
    counts = counts_of([(0, 0, 0, 1, 0, 1), (9, late, 0, 1, 0, 1)])
    assert last_day(counts, as_of=dt.date(2030, 1, 1)) == START + dt.timedelta(days=first)
    assert last_day(counts, as_of=START) == START


@given(st.lists(ROW, min_size=1, max_size=60), st.integers(0, 2))
def test_rows_of_a_recipient_are_all_of_its_rows_in_order(rows, who):
    counts = counts_of([(*row, 1) for row in rows])
    found = counts.rows_of(recipient=who)
    assert found.tolist() == np.flatnonzero(counts.recipient == who).tolist()


@given(st.lists(ROW, min_size=1, max_size=60))
def test_some_rows_make_the_same_panel_as_all_rows_of_the_same_dyads(rows):
    counts = counts_of([(*row, 1) for row in rows])
    as_of = START + dt.timedelta(days=9)
    whole = panel_of(counts, as_of=as_of + dt.timedelta(days=9))
    some = panel_of(
        counts, as_of=as_of + dt.timedelta(days=9), rows=counts.rows_of(actor=0, recipient=1)
    )
    mine = [row for row in content(whole) if row[2:4] == ("AAA", "BBB")]
    assert content(some) == mine
    assert (some.actors, some.classes, some.days) == (whole.actors, whole.classes, whole.days)
