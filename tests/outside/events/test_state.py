"""The state table: its oracle, and that nothing after a day reaches that day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import MethodError
from demarche.outside.events.base import FORGETTING, forgetting_of, shares
from demarche.outside.events.series import (
    NEVER,
    Rows,
    eligible_from,
    entries,
    happened,
    index_series,
    make_scheme,
    seen,
    universe,
)
from demarche.outside.events.state import BESIDE_ANY, HALF_LIVES, features_of, state_at, state_slow
from tests.outside.events.panels import add_rows, drop_rows, made, noise_after

DAY = 150


@pytest.fixture(scope="module")
def panel():
    return made(late=0.2)


def _state(panel, *, rows=None, origins=(100, DAY), classes="quad", least=5):
    scheme, index = make_scheme(panel, classes=classes), index_series(panel)
    if rows is None:
        rows = universe(
            panel, index=index, scheme=scheme, origins=np.array(origins), min_events=least
        )
    return rows, index, scheme, state_at(panel, index=index, scheme=scheme, rows=rows)


def _named(panel, rows, index):
    """Rows as text, so that panels with other numbering can be compared."""
    a = np.array(panel.actors)
    return list(zip(rows.day, a[index.actor[rows.dyad]], a[index.recipient[rows.dyad]], rows.cls))


@pytest.mark.parametrize(
    "classes", ["quad", "root", {"fight or fret": ["11", "19"], "fight": ["19"]}], ids=str
)
def test_one_pass_equals_the_definition(panel, classes):
    scheme, index = make_scheme(panel, classes=classes), index_series(panel, extra=[(0, 0)])
    rng = np.random.default_rng(1)
    n = 60
    rows = Rows(
        day=np.sort(rng.integers(0, panel.days + 5, n)),
        dyad=rng.integers(0, len(index.actor), n),
        cls=rng.integers(0, len(scheme.targets), n),
    )
    fast = state_at(panel, index=index, scheme=scheme, rows=rows)
    slow = state_slow(panel, index=index, scheme=scheme, rows=rows)
    np.testing.assert_allclose(fast.decayed, slow.decayed, rtol=1e-5, atol=1e-5)
    # Events of a series are entered in order of knowledge: active days may be seen out of order.
    np.testing.assert_array_equal(fast.counts[:, :, [0, 2, 3]], slow.counts[:, :, [0, 2, 3]])


def test_yesterday_counts_one_and_a_half_life_ago_a_half(panel):
    one = add_rows(
        drop_rows(panel, np.zeros(len(panel.day), bool)),
        day=[10], known=[10], actor=[0], recipient=[1], code=[0], count=[1.0],
    )  # fmt: skip
    for k, life in enumerate(HALF_LIVES[:5]):
        rows = Rows(day=np.array([11, 11 + int(life)]), dyad=np.zeros(2, int), cls=np.zeros(2, int))
        _, _, _, state = _state(one, rows=rows)
        np.testing.assert_allclose(state.decayed[:, k], [1.0, 0.5])


def _same(before, after, day=DAY):
    """Whether features, universe and names of the rows of a day are the same bit for bit."""
    out = []
    for panel in (before, after):
        rows, index, _, state = _state(panel, origins=(day,))
        out.append((_named(panel, rows, index), features_of(state, rows=rows).values))
    return out[0][0] == out[1][0] and np.array_equal(out[0][1], out[1][1])


def _leaky(panel):
    """A double that reads rows on the day they are dated, known or not."""
    return replace(panel, known=panel.day)


def test_deletion_of_later_rows_changes_nothing(panel):
    kept = drop_rows(panel, np.maximum(panel.day, panel.known) < DAY)
    assert _same(panel, kept)
    assert not _same(_leaky(panel), _leaky(kept))


def test_insertion_of_later_rows_changes_nothing(panel):
    assert _same(panel, noise_after(panel, day=DAY - 1))
    assert not _same(panel, noise_after(panel, day=DAY - 40))


def test_rows_coded_late_change_nothing_before_they_are_known(panel):
    late = add_rows(
        panel, day=[DAY - 3] * 6, known=[DAY + 2] * 6, actor=[0] * 6, recipient=[1] * 6,
        code=[0] * 6, count=[1.0] * 6,
    )  # fmt: skip
    assert _same(panel, late)
    assert not _same(panel, late, day=DAY + 10)
    assert not _same(_leaky(panel), _leaky(late))


def test_eligibility_does_not_look_ahead(panel):
    def eligible(p, origins):
        index = index_series(p)
        scheme = make_scheme(p, classes="quad")
        rows = universe(p, index=index, scheme=scheme, origins=origins, min_events=5)
        return [r for r in _named(p, rows, index) if r[0] == DAY]

    origins = np.array([DAY])
    cut = seen(panel, as_of_day=DAY - 1)
    assert eligible(panel, origins) == eligible(cut, origins)
    # A double that takes the universe of the record's end and calls it that of the day.
    whole = [(DAY, *r[1:]) for r in eligible(panel, np.array([DAY])) if r] and [
        (DAY, *r[1:]) for r in _all_eligible(panel)
    ]
    assert whole != eligible(cut, origins)


def _all_eligible(panel):
    index, scheme = index_series(panel), make_scheme(panel, classes="quad")
    rows = universe(panel, index=index, scheme=scheme, origins=np.array([panel.days]), min_events=5)
    return _named(panel, rows, index)


def test_exchanging_two_actors_exchanges_their_features_exactly():
    first, second = made(seed=3), made(seed=3, swap=(0, 4))
    rename = {"A0": "A4", "A4": "A0"}
    tables = []
    for panel in (first, second):
        rows, index, _, state = _state(panel, origins=(DAY,))
        values = features_of(state, rows=rows).values
        tables.append(dict(zip(_named(panel, rows, index), map(tuple, values.tolist()))))
    swapped = {
        (d, rename.get(a, a), rename.get(b, b), c): v for (d, a, b, c), v in tables[0].items()
    }
    assert swapped == tables[1]
    assert swapped != tables[0]


def test_rows_out_of_order_are_refused(panel):
    rows = Rows(day=np.array([20, 10]), dyad=np.zeros(2, int), cls=np.zeros(2, int))
    with pytest.raises(MethodError, match="sorted by day"):
        _state(panel, rows=rows)


@pytest.mark.parametrize("horizon", [1, 7, 30])
def test_windows_equal_a_count_by_hand(horizon):
    panel = made(seed=2, days=120)
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    rows = universe(panel, index=index, scheme=scheme, origins=np.arange(5, 120, 23), min_events=1)
    found = shares(panel, index=index, scheme=scheme, rows=rows, horizon=horizon)
    for r in range(0, len(rows), 7):
        mine = (index.event_dyad == rows.dyad[r]) & (panel.quad[panel.code] - 1 == rows.cls[r])
        days = panel.day[mine]
        ends = np.arange(horizon, rows.day[r] + 1)
        held = np.array([np.any((days >= e - horizon) & (days < e)) for e in ends])
        fades = [1.0, *(0.5 ** (1 / h) for h in forgetting_of(panel.days))]
        for j, fade in enumerate(fades):
            weights = fade ** (rows.day[r] - ends)
            assert found.held[r, j] == pytest.approx(weights[held].sum() if len(ends) else 0.0)
            assert found.total[r, j] == pytest.approx(max(weights.sum(), 1e-9))
    assert len(fades) == 1 + len(FORGETTING)


@pytest.mark.parametrize(("origin", "held"), [(6, 0), (7, 2), (10, 2)])
def test_windows_that_an_event_known_late_fills_are_those_inside_the_record(origin, held):
    """Day 1, known on day 6: of windows of four days those of days 0 to 3 and 1 to 4 held it."""
    panel = add_rows(
        drop_rows(made(), np.zeros(len(made().day), bool)),
        day=[1], known=[6], actor=[0], recipient=[1], code=[0], count=[1.0],
    )  # fmt: skip
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    rows = Rows(day=np.array([origin]), dyad=np.zeros(1, int), cls=np.zeros(1, int))
    found = shares(panel, index=index, scheme=scheme, rows=rows, horizon=4)
    assert found.held[0, 0] == held
    fade = 0.5 ** (1 / forgetting_of(panel.days)[0])
    kept = [fade ** (origin - end) for end in (4, 5)] if held else []
    assert found.held[0, 1] == pytest.approx(sum(kept))


def test_what_was_never_done_says_more_the_more_else_was(panel):
    rows, _, _, state = _state(panel, classes="root", least=2)
    found = features_of(state, rows=rows)
    column = found.values[:, found.names.index(BESIDE_ANY)]
    fortnight = 0.5 ** (1 / 14.0)
    code = np.array(panel.code)
    for r in range(0, len(rows), 17):
        known = entries(panel) < rows.day[r]
        weight = panel.count[known] * fortnight ** (rows.day[r] - 1 - panel.day[known])
        mine = code[known] == rows.cls[r]
        share = weight[mine].sum() / weight.sum()
        n, many = state.counts[r, 0, 0], state.counts[r, 2, 0]
        assert many >= n
        assert column[r] == pytest.approx(np.log((n + 1) / (many * share + 1)), abs=1e-4)
    assert column.min() < 0 < column.max()


def test_outcomes_lie_in_the_window_and_nowhere_else():
    panel = add_rows(
        drop_rows(made(), np.zeros(len(made().day), bool)),
        day=[50], known=[50], actor=[0], recipient=[1], code=[3], count=[1.0],
    )  # fmt: skip
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    day = np.array([43, 44, 50, 51])
    rows = Rows(day=day, dyad=np.zeros(4, int), cls=np.full(4, 3))
    found = happened(panel, index=index, scheme=scheme, rows=rows, horizon=7)
    assert found.tolist() == [False, True, True, False]


@pytest.mark.parametrize("known_before", [None, 120])
def test_outcomes_equal_the_definition(panel, known_before):
    moved = add_rows(panel, day=[5], known=[60], actor=[0], recipient=[1], code=[0], count=[1.0])
    scheme = make_scheme(moved, classes={"fight or fret": ["11", "19"], "fight": ["19"]})
    index = index_series(moved)
    rng = np.random.default_rng(4)
    rows = Rows(
        day=np.sort(rng.integers(0, moved.days, 300)),
        dyad=rng.integers(0, len(index.actor), 300),
        cls=rng.integers(0, 2, 300),
    )
    found = happened(
        moved, index=index, scheme=scheme, rows=rows, horizon=7, known_before=known_before
    )
    known = entries(moved) < (10**6 if known_before is None else known_before)
    for r in range(len(rows)):
        own = known & (index.event_dyad == rows.dyad[r]) & scheme.member[moved.code, rows.cls[r]]
        ahead = moved.day[own] - rows.day[r]
        assert found[r] == np.any((ahead >= 0) & (ahead < 7))
    assert 0 < found.sum() < len(rows)
    with pytest.raises(MethodError, match="sorted by day"):
        happened(
            moved, index=index, scheme=scheme, rows=rows.take(slice(None, None, -1)), horizon=7
        )


@pytest.mark.parametrize("least", [0, 2, 5])
def test_a_series_is_eligible_the_day_after_its_last_needed_event(panel, least):
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel, extra=[(0, 0)])
    first = eligible_from(panel, index=index, scheme=scheme, min_events=least)
    enter = entries(panel)
    for dyad in range(len(index.actor)):
        for cls in range(4):
            own = index.event_dyad == dyad
            if least:
                own &= scheme.member[panel.code, cls]
            days = np.sort(np.repeat(enter[own], panel.count[own].astype(int)))
            there = len(days) >= max(least, 1)
            assert first[dyad, cls] == (days[max(least, 1) - 1] + 1 if there else NEVER)


def test_the_wider_class_of_a_set_is_the_narrowest_that_holds_it(panel):
    sets = {"talk": ["04"], "fight": ["19"], "clash": ["11", "19"], "mixed": ["07", "11"]}
    scheme = make_scheme(panel, classes=sets)
    told = {name: scheme.names[scheme.parent[i]] for i, name in enumerate(sets)}
    assert told == {
        "talk": "verbal cooperation", "fight": "material conflict", "clash": "conflict",
        "mixed": "all acts",
    }  # fmt: skip
    held = dict(zip(scheme.names, scheme.member.T.tolist(), strict=True))
    assert held["conflict"] == [False, False, True, True]  # 04, 07, 11, 19
    assert held["all acts"] == [True] * 4
    assert scheme.names[scheme.any] == "all acts"
    assert scheme.names[scheme.conflict] == "conflict"
    with pytest.raises(MethodError, match="wider class of every record"):
        make_scheme(panel, classes={"conflict": ["19"]})


def test_a_record_as_seen_ends_on_its_day_and_holds_what_was_known(panel):
    moved = add_rows(panel, day=[5], known=[60], actor=[0], recipient=[1], code=[0], count=[1.0])
    early, whole = seen(moved, as_of_day=59), seen(moved, as_of_day=60)
    assert (early.days, whole.days) == (60, 61)
    assert seen(moved, as_of_day=10**4).days == moved.days
    for one, day in ((early, 59), (whole, 60)):
        kept = (moved.day <= day) & (moved.known <= day)
        for name in ("day", "known", "actor", "recipient", "code", "count"):
            assert getattr(one, name).tolist() == getattr(moved, name)[kept].tolist()
    assert whole.count.sum() > early.count.sum()


def test_an_unknown_type_or_scheme_is_named(panel):
    with pytest.raises(MethodError, match="'18'"):
        make_scheme(panel, classes={"hit": ["18"]})
    with pytest.raises(MethodError, match="Did you mean 'quad'"):
        make_scheme(panel, classes="quads")
