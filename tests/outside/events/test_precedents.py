"""Precedents: published intervals, dates, removal, matched controls."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import DataError, TermError
from demarche.outside.events.occasions import Dyads, event_mask, find_occasions, first_responses
from demarche.outside.events.precedents import (
    match_controls,
    precedents,
    score_deciles,
    wilson_interval,
)
from tests.outside.events.worlds import START, panel_of


@pytest.mark.parametrize(
    ("n", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_as_published(n, total, low, high):
    """Newcombe, R. G. (1998), Statistics in Medicine 17(8), Table I, method 3, 95 %."""
    found = wilson_interval(n, total=total)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share_and_mirrors(counts):
    n, total = counts
    low, high = wilson_interval(n, total=total, coverage=0.8)
    assert 0 <= low <= n / total <= high <= 1
    mirror = wilson_interval(total - n, total=total, coverage=0.8)
    assert mirror == (pytest.approx(1 - high), pytest.approx(1 - low))


def told(as_of=29):
    panel = panel_of(
        [
            (2, "B", "A", "19"),
            (2, "A", "B", "11"),
            (5, "A", "B", "11"),
            (10, "B", "A", "19"),
            (27, "B", "A", "19"),
        ],
        days=30,
    )
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    found = find_occasions(
        panel, dyads=dyads, role="Z->X", trigger=event_mask(panel, codes=("19",)), as_of=as_of
    )
    after = first_responses(
        panel,
        dyads=dyads,
        response=event_mask(panel, codes=("11",)),
        occasions=found,
        as_of=as_of,
    )
    return precedents(panel, dyads=dyads, occasions=found, followed=after, horizon=7, as_of=as_of)


def test_dates_of_trigger_and_response_and_open_windows():
    seen = told()
    days = [(item.day - START).days for item in seen.items]
    after = [None if i.followed is None else (i.followed - START).days for i in seen.items]
    assert (days, after) == ([2, 10], [5, None])
    assert (seen.n, seen.total, seen.open) == (1, 2, 1)
    assert seen.items[0].id == "made-up:occasion:A:B:2020-01-03"
    assert seen.items[0].day == dt.date(2020, 1, 3)


@pytest.mark.parametrize(("as_of", "total"), [(8, 0), (9, 1), (16, 1), (17, 2)])
def test_a_window_has_ended_once_its_last_day_is_known(as_of, total):
    assert told(as_of=as_of).total == total


@pytest.mark.parametrize(("day", "followed"), [(9, True), (10, False)])
def test_a_response_on_the_last_day_of_the_window_is_one_and_the_next_day_none(day, followed):
    panel = panel_of([(2, "B", "A", "19"), (day, "A", "B", "11")], days=30)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    given = {"dyads": dyads, "as_of": 29}
    found = find_occasions(panel, role="Z->X", trigger=event_mask(panel, codes=("19",)), **given)
    after = first_responses(
        panel, response=event_mask(panel, codes=("11",)), occasions=found, **given
    )
    assert after.tolist() == [day]
    seen = precedents(panel, occasions=found, followed=after, horizon=7, **given)
    assert [item.followed is not None for item in seen.items] == [followed]


def test_one_precedent_can_be_removed():
    seen = told()
    less = seen.without([seen.items[0].id])
    assert (less.n, less.total, less.removed) == (0, 1, (seen.items[0].id,))
    assert less.interval[0] == 0
    with pytest.raises(DataError, match="Did you mean"):
        seen.without(["made-up:occasion:A:B:2020-01-04"])


def test_no_occasion_is_no_information():
    assert told(as_of=1).interval == (0.0, 1.0)


def test_controls_share_dyad_and_decile_and_are_used_once():
    rng = np.random.default_rng(1)
    dyad = np.repeat(np.arange(4), 100)
    day = np.tile(np.arange(100), 4)
    p = rng.uniform(0.05, 0.6, 400)
    fired = rng.random(400) < 0.2
    left, right = match_controls(dyad, day=day, p=p, fired=fired)
    decile = score_deciles(dyad, p=p)
    assert fired[left].all()
    assert not fired[right].any()
    assert np.array_equal(dyad[left], dyad[right])
    assert np.array_equal(decile[left], decile[right])
    assert np.unique(right).size == right.size
    assert np.bincount(left).max() <= 3
    assert left.size > fired.sum()
    with pytest.raises(DataError, match="twice"):
        match_controls(dyad, day=np.zeros(400, dtype=int), p=p, fired=fired)


def test_equal_scores_share_a_decile():
    assert len(set(score_deciles(np.zeros(50, dtype=int), p=np.full(50, 0.2)).tolist())) == 1


def test_dyads_of_few_days_take_the_deciles_of_all():
    """Ten days at 0.05 to 0.5 of one dyad, two of another: these are the lowest and the highest."""
    dyad = np.repeat([0, 1], [10, 2])
    p = np.r_[np.arange(1, 11) / 20, 0.01, 0.9]
    found = score_deciles(dyad, p=p, fewest=10)
    assert found.tolist() == [*range(10), 0, 9]
    assert score_deciles(dyad, p=p, fewest=2).tolist() == [*range(10), 0, 5]


def test_controls_are_the_nearest_in_score_and_the_earlier_of_equals():
    """Of a hundred days in falling order of day, three are just as near; the next is farther."""
    p, day = np.linspace(0.1, 0.9, 100), np.arange(99, -1, -1)
    p[52:55] = p[55] - 0.001
    fired = np.arange(100) == 55
    assert len(set(score_deciles(np.zeros(100, dtype=int), p=p)[52:57].tolist())) == 1
    for per, near in ((2, [54, 53]), (4, [54, 53, 52, 56])):
        left, right = match_controls(np.zeros(100, dtype=int), day=day, p=p, fired=fired, per=per)
        assert (left.tolist(), right.tolist()) == ([55] * per, near)


def test_the_interval_beside_n_of_n_covers_80_percent():
    """Wilson, 1 of 2, z = 1.28155: 0.5 -+ z sqrt(1 / 8 + z^2 / 16) / (1 + z^2 / 2)."""
    assert told().interval == (pytest.approx(0.16425, abs=5e-6), pytest.approx(0.83575, abs=5e-6))


def test_a_window_across_a_gap_is_open():
    """A week is left out before day 12: of what followed day 10 within seven days none can tell."""
    panel = replace(
        panel_of([(2, "B", "A", "19"), (10, "B", "A", "19"), (12, "B", "A", "19")], days=30),
        gaps=((12, 7),),
    )
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    given = {"dyads": dyads, "as_of": 29}
    found = find_occasions(panel, role="Z->X", trigger=event_mask(panel, codes=("19",)), **given)
    seen = precedents(panel, occasions=found, followed=np.full(3, -1), horizon=7, **given)
    assert [(item.day - START).days for item in seen.items] == [2, 12 + 7]
    assert (seen.total, seen.open) == (2, 1)


def test_equal_scores_stand_in_the_middle_of_their_ranks():
    """Six at one score have ranks 0 to 5, in the middle 2.5 of 10; four at another 6 to 9, 7.5."""
    p = np.r_[np.full(6, 0.1), np.full(4, 0.2)]
    assert score_deciles(np.zeros(10, dtype=int), p=p).tolist() == [2] * 6 + [7] * 4


@pytest.mark.parametrize(("days", "own"), [(29, False), (30, True)])
def test_a_dyad_of_thirty_days_has_deciles_of_its_own(days, own):
    p, dyad = (
        np.r_[np.arange(days) / 1000 + 0.01, np.full(300, 0.9)],
        np.repeat([0, 1], [days, 300]),
    )
    assert (score_deciles(dyad, p=p)[:days].max() == 9) == own


def test_nearness_of_scores_is_that_of_their_log_odds():
    """From 0.1 to 0.05 log-odds move by 0.747, to 0.16 by 0.539: though 0.05 is nearer in p."""
    dyad = np.repeat([0, 1], [3, 97])
    p = np.r_[0.05, 0.1, 0.16, np.linspace(0.5, 0.9, 97)]
    fired = np.arange(100) == 1
    left, right = match_controls(dyad, day=np.arange(100), p=p, fired=fired, per=1)
    assert (left.tolist(), right.tolist()) == ([1], [2])


def test_bad_input():
    with pytest.raises(TermError, match="n <= N"):
        wilson_interval(3, total=2)
    with pytest.raises(TermError, match="coverage"):
        wilson_interval(1, total=2, coverage=0)
