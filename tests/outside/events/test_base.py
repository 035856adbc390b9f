"""Base rates: each level of the ladder by its definition, row by row, and what is chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from demarche.errors import MethodError
from demarche.outside.events.base import (
    EDGE,
    LEVELS,
    BaseFit,
    Shares,
    cell_means,
    climatology,
    fades_of,
    fit_base,
    ladder,
    ladder_weights,
    shares,
)
from demarche.outside.events.series import Rows, happened, index_series, make_scheme, universe
from tests.outside.events.panels import made
from tests.outside.events.worlds import panel_of

FIT = BaseFit(strengths=(10.0, 3.0, 1.0, 30.0, 0.3), forgetting=2, intercept=0.4, slope=0.8)


@pytest.fixture(scope="module")
def given():
    """Two days of a record whose actors 3 to 5 have no bloc, by sets that share wider classes."""
    panel = made(seed=5, days=160, actors=7)
    group = panel.group.copy()
    group[3:6] = -1
    panel = replace(panel, group=group)
    sets = {"talk": ["04"], "fight": ["19"], "cross": ["04", "11"], "mixed": ["07", "19"]}
    scheme, index = make_scheme(panel, classes=sets), index_series(panel)
    assert scheme.parent[2] == scheme.parent[3] == scheme.any
    rows = universe(panel, index=index, scheme=scheme, origins=np.array([90, 150]), min_events=1)
    return {"rows": rows, "index": index, "panel": panel, "scheme": scheme}


def _bloc(panel, actor):
    return ("bloc", panel.group[actor]) if panel.group[actor] >= 0 else ("alone", actor)


def _cells(*, rows, index, panel, scheme):
    """Cell of every row at each level above the exact type, and of what the recipient gets."""
    out = []
    for day, dyad, cls in zip(rows.day, rows.dyad, rows.cls, strict=True):
        x, z = index.actor[dyad], index.recipient[dyad]
        out.append(
            (
                (day, cls),
                (day, cls, _bloc(panel, x), _bloc(panel, z)),
                (day, cls, x),
                (day, x, z),
                (day, x, z, scheme.parent[cls]),
                (day, cls, z),
            )
        )
    return out


def _counted(rows):
    return (np.arange(len(rows)) % 5 > 0).astype(float)


def test_every_level_is_its_definition(given):
    rows, horizon = given["rows"], 7
    held = shares(horizon=horizon, **given)
    counted, cells = _counted(rows), _cells(**given)
    found = ladder(FIT, shares=held, counted=counted, **given)
    weights = ladder_weights(FIT, shares=held, counted=counted, **given)
    seen, total = held.held[:, 2] / horizon, held.total[:, 2] / horizon
    rate, expected = np.ones(len(rows)), []
    for level, name in enumerate(LEVELS):
        before = rate.copy()
        for r in range(len(rows)):
            own = [r]
            part = np.ones(1)
            if name != "exact type":
                own = [s for s in range(len(rows)) if cells[s][level] == cells[r][level]]
                part = counted[own]
            o, e = float(part @ seen[own]), float(part @ (before[own] * total[own]))
            if level == 0:
                rate[r] = np.clip((o + 0.01) / (e + 0.02), EDGE, 1 - EDGE)
                continue
            if r == 0:
                expected.append(np.zeros(len(rows)))
            expected[-1][r] = e
            k = FIT.strengths[level - 1]
            odds = before[r] / (1 - before[r]) * (o + k) / (e + k)
            rate[r] = np.clip(odds / (1 + odds), EDGE, 1 - EDGE)
        told = expit(0.4 + 0.8 * logit(rate)) if name == "exact type" else rate
        np.testing.assert_allclose(found[:, level], told, rtol=1e-9)
    left = np.ones(len(rows))
    for level in range(5, 0, -1):
        share = expected[level - 1] / (expected[level - 1] + FIT.strengths[level - 1])
        np.testing.assert_allclose(weights[:, level], left * share, rtol=1e-9)
        left = left * (1 - share)
    np.testing.assert_allclose(weights[:, 0], left, rtol=1e-9)


@pytest.mark.parametrize("horizon", [1, 7, 30])
@pytest.mark.parametrize("delay", [0, 7, "0 to 60"])
def test_windows_that_held_an_act_are_their_union_in_whatever_order_acts_became_known(
    given, horizon, delay
):
    """Of acts that came behind later ones, only those of the latest day were counted."""
    panel = given["panel"]
    late = np.random.default_rng(6).integers(0, 61, len(panel.day))
    known = panel.day + (late if delay == "0 to 60" else delay)
    panel = replace(panel, known=known.astype(np.int32))
    given = {**given, "panel": panel, "index": index_series(panel)}
    rows, fades = given["rows"], fades_of(panel.days)
    found = shares(horizon=horizon, **given).held
    index, scheme = given["index"], given["scheme"]
    some = 0
    for r in range(0, len(rows), 7):
        t = int(rows.day[r])
        mine = (index.event_dyad == rows.dyad[r]) & scheme.member[panel.code, rows.cls[r]]
        days = panel.day[mine & (known < t)].tolist()
        ends = np.array(
            [s for s in range(horizon, t + 1) if any(s - horizon <= d < s for d in days)], dtype=int
        )
        some += len(ends) > 1
        want = [(fade ** (t - ends)).sum() for fade in fades]
        np.testing.assert_allclose(found[r], want, rtol=1e-9, atol=1e-9)
    assert some > 20


def test_means_of_wider_classes_leave_the_series_itself_out(given):
    rows = given["rows"]
    held = shares(horizon=7, **given)
    counted, cells = _counted(rows), _cells(**given)
    found = cell_means(held, counted=counted, **given)
    share = held.held[:, 1] / held.total[:, 1]
    for r in range(0, len(rows), 3):
        kind = [s for s in range(len(rows)) if cells[s][0] == cells[r][0] and counted[s]]
        mean = share[kind].mean()
        told = [mean]
        for level in (1, 2, 5, 3):
            others = [
                s
                for s in range(len(rows))
                if cells[s][level] == cells[r][level] and s != r and counted[s]
            ]
            told.append((share[others].sum() + 3 * mean) / (len(others) + 3))
        np.testing.assert_allclose(
            found[r], logit(np.clip(told, EDGE, 1 - EDGE)), rtol=1e-9, atol=1e-9
        )


def test_the_reference_is_drawn_to_the_class_of_its_day():
    """3 of 10 windows and 1 of 10: the class has 4 of 20; five of its windows beside ten."""
    rows = Rows(day=np.array([9, 9, 20]), dyad=np.array([0, 1, 0]), cls=np.zeros(3, int))
    held = Shares(
        held=np.array([[3.0], [1.0], [8.0]]), total=np.array([[10.0], [10.0], [16.0]]),
        windows=np.array([10, 10, 16]), horizon=1,
    )  # fmt: skip
    found = climatology(held, rows=rows, strength=5.0)
    assert found.tolist() == pytest.approx([4 / 15, 2 / 15, 0.5])
    assert climatology(held, rows=rows, strength=0.0).tolist() == pytest.approx([0.3, 0.1, 0.5])
    never = replace(held, held=np.zeros((3, 1)), total=np.array([[1e-9], [10.0], [16.0]]))
    assert climatology(never, rows=rows, strength=5.0).tolist() == [0.0, 0.0, 0.0]


def _learned(panel, *, origins):
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    given = {"panel": panel, "index": index, "scheme": scheme}
    rows = universe(origins=origins, min_events=1, **given)
    held = shares(rows=rows, horizon=1, **given)
    y = happened(rows=rows, horizon=1, **given).astype(float)
    return fit_base(shares=held, rows=rows, happened=y, **given)


def test_rates_that_change_are_forgotten_sooner_and_pairs_that_differ_stand_alone():
    """All pairs act daily until day 150 and seldom after, or each at a rate of its own."""
    rng = np.random.default_rng(8)
    pairs = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]
    turned = [
        (day, a, b, "04") for day in range(300) for a, b in pairs
        if rng.random() < (0.9 if day < 150 else 0.05)
    ]  # fmt: skip
    origins = np.arange(200, 299, 3)
    assert _learned(panel_of(turned, days=300), origins=origins).forgetting == 2
    own = [
        (day, a, b, "04") for day in range(300) for k, (a, b) in enumerate(pairs)
        if rng.random() < (0.02, 0.8)[k % 2]
    ]  # fmt: skip
    apart = _learned(panel_of(own, days=300), origins=origins)
    assert apart.forgetting in (0, 3)  # all past alike, or slowly
    assert min(apart.strengths[:4]) <= 3.0
    like = [(day, a, b, "04") for day in range(300) for a, b in pairs if rng.random() < 0.3]
    alike = _learned(panel_of(like, days=300), origins=origins)
    assert min(alike.strengths) >= 30.0


def test_without_a_row_there_is_nothing_to_weigh_by(given):
    none = given["rows"].take(np.zeros(0, dtype=np.int64))
    rest = {**given, "rows": none}
    with pytest.raises(MethodError, match="no past window"):
        fit_base(shares=shares(horizon=7, **rest), happened=np.zeros(0), **rest)
