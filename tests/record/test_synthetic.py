"""Synthetic worlds: the record has the rates, excitation and responses that were planted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demarche.errors import MethodError, TermError
from demarche.outside.events.panel import panel_from_columns
from demarche.record.synthetic import (
    Response,
    count_columns,
    made_world,
    panel_columns,
    simulate,
    synthetic_counts,
    true_probability,
)
from demarche.record.synthetic_files import event_schema, write_events, write_gdelt2
from demarche.terms.codebooks import CAMEO, quad_of_root
from demarche.terms.events import COUNT_COLUMNS, EVENT_COLUMNS

PLANTED = Response(trigger="19", response="14", factor=4.0, days=5)


def dense(world, run):
    """Counts as an array (days, series)."""
    table = np.zeros((world.days, len(world.rate)))
    np.add.at(table, (run.day, run.series), run.n)
    return table


def plain(**options):
    return made_world(
        **{"actors": 4, "days": 4000, "own": (), "reverse": (), "half_lives": (), **options}
    )


def test_base_rates_are_recovered():
    """Poisson counts: each series within five standard errors, their chi-square as it should be."""
    world = plain(weekday=(1,) * 7, events_per_day=20.0)
    table = dense(world, simulate(world, seed=1))
    error = (table.mean(axis=0) - world.rate) / np.sqrt(world.rate / world.days)
    assert np.abs(error).max() < 5
    assert 0.6 < np.mean(error**2) < 1.5
    assert table.var(axis=0).sum() == pytest.approx(world.rate.sum(), rel=0.03)


def test_rates_are_drawn_from_the_stated_distribution():
    """Gamma of shape k has variance 1/k times the square of its mean."""
    world = plain(actors=40, days=1, rate_shape=0.5)
    spread = world.rate / world.rate.mean()
    assert spread.var() == pytest.approx(2.0, rel=0.1)
    ranked = plain(actors=40, days=1, rate_shape=1e6, actor_exponent=1.0)
    first = ranked.rate[(ranked.sender == 0) & (ranked.recipient == 1)].mean()
    last = ranked.rate[(ranked.sender == 38) & (ranked.recipient == 39)].mean()
    assert first / last == pytest.approx(39 * 40 / 2, rel=0.02)


def test_the_weekday_is_in_the_record():
    week = (1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5)
    world = plain(weekday=week, events_per_day=30.0)
    daily = dense(world, simulate(world, seed=2)).sum(axis=1)
    day = (world.start.weekday() + np.arange(world.days)) % 7
    for k in range(7):
        assert daily[day == k].mean() == pytest.approx(30 * week[k] / np.mean(week), rel=0.03)


def test_excitation_multiplies_the_stationary_mean():
    """Hawkes 1971: the mean is the base rate / (1 - offspring), here for a symmetric world."""
    world = made_world(actors=4, days=6000, weekday=(1,) * 7, rate_shape=1e9)
    offspring = sum(world.own) + sum(world.reverse)
    assert world.stationary() == pytest.approx(world.rate / (1 - offspring), rel=1e-4)
    table = dense(world, simulate(world, seed=3))
    assert table.mean() == pytest.approx(world.stationary().mean(), rel=0.03)
    own = np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1]
    back = np.corrcoef(table[:-1].ravel(), table[1:][:, world.reverse_of].ravel())[0, 1]
    assert own > back > 0.005


def test_the_planted_lift_is_in_the_record_and_nothing_else_is():
    world = plain(events_per_day=3.0, weekday=(1,) * 7, rate_shape=1e9, responses=[PLANTED])
    table = dense(world, simulate(world, seed=4))
    lifts = {}
    for code in ("14", "11"):
        after, else_ = np.zeros(2), np.zeros(2)
        for s in np.flatnonzero(world.code == world.classes.index(code)):
            actor, recipient = int(world.sender[s]), int(world.recipient[s])
            by = world.index_of(
                world.actors[recipient], recipient=world.actors[actor], code=PLANTED.trigger
            )
            hit = table[:, by] > 0
            under = np.array([hit[max(0, t - PLANTED.days) : t].any() for t in range(world.days)])
            after += [table[under, s].sum(), under.sum()]
            else_ += [table[~under, s].sum(), (~under).sum()]
        lifts[code] = (after[0] / after[1]) / (else_[0] / else_[1])
    assert lifts["14"] == pytest.approx(PLANTED.factor, rel=0.08)
    assert lifts["11"] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("horizon", [1, 7])
def test_true_probabilities_come_true(horizon):
    """The mean of y - p over many days is within four standard errors of 0, and p is sharp."""
    world = made_world(actors=2, days=3000, events_per_day=0.8, responses=[PLANTED])
    run = simulate(world, seed=5)
    at = world.index_of("XAA", recipient="XAB", code="14")
    happened = dense(world, run)[:, at] > 0
    days = range(200, 2990, 5 + horizon)
    p = np.array(
        [
            true_probability(
                world,
                run=run,
                actor="XAA",
                recipient="XAB",
                code="14",
                day=t,
                horizon=horizon,
                paths=200,
            )
            for t in days
        ]
    )
    y = np.array([happened[t : t + horizon].any() for t in days])
    assert abs((y - p).mean()) < 4 * np.sqrt((p * (1 - p)).mean() / len(p))
    high = p > np.median(p)
    assert y[high].mean() > y[~high].mean() + 0.3 * (p[high].mean() - p[~high].mean())


def test_one_day_ahead_is_the_formula():
    """1 - exp(-weekday factor x (base + excitation)), worked by hand for one past event."""
    world = made_world(
        actors=2,
        classes=("14",),
        days=10,
        events_per_day=1.0,
        own=(0.5,),
        reverse=(0.2,),
        half_lives=(1.0,),
    )
    run = simulate(world, seed=0)
    empty = dataclasses.replace(
        run,
        **{
            field.name: getattr(run, field.name)[:1]
            for field in dataclasses.fields(run)
            if field.name != "n"
        },
        n=np.array([0]),
    )
    mean = world.stationary()
    at = world.index_of("XAA", recipient="XAB", code="14")
    back = int(world.reverse_of[at])
    # no event on the two days before: both exponential means have halved twice
    level = world.rate[at] + 0.5 * mean[at] / 4 + 0.2 * mean[back] / 4
    factor = world.weekday[(world.start.weekday() + 2) % 7]
    ask = {"run": empty, "actor": "XAA", "recipient": "XAB", "code": "14", "day": 2, "horizon": 1}
    assert true_probability(world, **ask) == pytest.approx(1 - np.exp(-factor * level))
    # an act of the other side on the day before adds its weight times half an event
    level += 0.2 * 0.5
    assert true_probability(world, **ask, inserted="14") == pytest.approx(
        1 - np.exp(-factor * level)
    )


def test_history_taken_in_at_once_is_history_day_by_day():
    from demarche.record._synthetic_days import _State

    world = made_world(actors=3, days=30, responses=[PLANTED])
    table = dense(world, simulate(world, seed=1))
    for days in (1, 7, 30):
        whole, turn = _State(world, paths=2), _State(world, paths=2)
        whole.replay(table[:days])
        for day in range(days):
            turn.absorb(np.tile(table[day], (2, 1)), day=day)
        for day in (days, days + 3, days + 9):
            assert whole.intensity(day) == pytest.approx(turn.intensity(day), rel=1e-12)


def test_an_inserted_trigger_lifts_by_the_planted_factor():
    world = plain(actors=2, days=300, events_per_day=0.02, weekday=(1,) * 7, responses=[PLANTED])
    run = simulate(world, seed=6)
    ask = {"run": run, "actor": "XAA", "recipient": "XAB", "code": "14", "day": 250}
    for horizon in (1, 5):
        without = true_probability(world, **ask, horizon=horizon)
        inserted = true_probability(world, **ask, horizon=horizon, inserted="19")
        assert inserted / without == pytest.approx(PLANTED.factor, rel=0.03)
    # beyond the five days it adds nothing more
    longer = [true_probability(world, **ask, horizon=20, inserted=i) for i in (None, "19")]
    assert longer[1] / longer[0] == pytest.approx((15 + 5 * PLANTED.factor) / 20, rel=0.05)


def test_same_seed_same_record_another_seed_another():
    world = made_world(days=50)
    one, two, other = (synthetic_counts(world, seed=s) for s in (1, 1, 2))
    assert list(one) == list(COUNT_COLUMNS)
    assert all((one[name] == two[name]).all() for name in COUNT_COLUMNS)
    assert len(other["n"]) != len(one["n"]) or (other["n"] != one["n"]).any()


def test_a_longer_world_begins_as_the_shorter():
    short, long = (simulate(made_world(days=d), seed=1) for d in (40, 80))
    kept = long.day < 40
    assert (long.series[kept] == short.series).all()
    assert (long.n[kept] == short.n).all()


def test_lags_and_organs_have_the_stated_shares():
    world = made_world(days=400, events_per_day=50.0, lag_shares=(0.7, 0.2, 0.1))
    counts = synthetic_counts(world, seed=7)
    lag = (counts["known_at"] - counts["date"]).astype(int)
    shares = np.bincount(lag, weights=counts["n"]) / counts["n"].sum()
    assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.02)
    armed = counts["quad_code"] == 4
    military = counts["actor_sector"] == "military"
    n = counts["n"]
    assert n[armed & military].sum() / n[armed].sum() == pytest.approx(0.7, abs=0.03)
    assert n[~armed & military].sum() / n[~armed].sum() == pytest.approx(0.05, abs=0.02)


def test_a_panel_is_made_of_the_columns():
    world = made_world(days=60, lag_shares=(0.5, 0.5))
    run = simulate(world, seed=1)
    panel = panel_from_columns(
        panel_columns(world, run),
        source=world.source,
        start=world.start,
        days=world.days,
        quad_of={c: quad_of_root(c) for c in world.classes},
    )
    assert panel.count.sum() == run.n[run.known < 60].sum()
    assert panel.groups == ("bloc 1", "bloc 2")
    assert (panel.known >= panel.day).all()


def test_event_files_hold_the_same_events_as_the_counts(tmp_path):
    """Written rows, counted by hand, are the simulated counts of the scaled world."""
    world = made_world(days=59, lag_shares=(0.6, 0.4))
    files = write_events(world, tmp_path, rows=2000, seed=8)
    table = pa.concat_tables([pq.read_table(f.path) for f in files])
    assert table.schema.equals(event_schema())
    assert table.column_names == [c.name for c in EVENT_COLUMNS]
    assert [f.rows for f in files] == [pq.read_metadata(f.path).num_rows for f in files]
    assert len(set(table["event_id"].to_pylist())) == table.num_rows
    by = ["date", "known_at", "actor", "recipient", "root", "actor_sector", "recipient_sector"]
    found = {}
    for row in table.select(by).to_pylist():
        key = tuple(row.values())
        found[key] = found.get(key, 0) + 1
    scaled = world.scaled(2000 / (59 * world.stationary().sum()))
    counts = count_columns(scaled, simulate(scaled, seed=8))
    wanted = {}
    for values in zip(*(counts[name].tolist() for name in [*by, "n"]), strict=True):
        key = tuple(v or None for v in values[:-1])
        wanted[key] = wanted.get(key, 0) + values[-1]
    assert found == wanted


def test_event_files_have_the_same_bytes_on_any_number_of_threads(tmp_path):
    world = made_world(days=31)
    sums = set()
    before = pa.cpu_count()
    try:
        for threads in (1, 2, 4):
            pa.set_cpu_count(threads)
            (file,) = write_events(world, tmp_path / str(threads), rows=20_000, seed=9)
            sums.add(hashlib.sha256(file.path.read_bytes()).hexdigest())
    finally:
        pa.set_cpu_count(before)
    assert len(sums) == 1


def test_gdelt_files_have_61_columns_and_a_stamp_per_file(tmp_path):
    world = made_world(days=3, lag_shares=(0.5, 0.5), start=dt.date(2016, 2, 27))
    files = write_gdelt2(world, tmp_path, rows=400, seed=1, files_per_day=2, zipped=False)
    assert [f.path.name[:14] for f in files[:3]] == [
        "20160227000000",
        "20160227120000",
        "20160228000000",
    ]
    lines = [line for f in files for line in f.path.read_text().splitlines()]
    assert len(lines) == sum(f.rows for f in files)
    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {61}
    assert len({row[0] for row in rows}) == len(rows)
    assert {row[26] for row in rows} <= set(CAMEO)
    late = [row for row in rows if row[1] != row[59][:8]]
    assert 0.35 < len(late) / len(rows) < 0.65
    assert all(row[1] < row[59][:8] for row in late)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"classes": ("21",)}, TermError, "'21' is no CAMEO root"),
        ({"actors": 1}, TermError, "at least 2 actors"),
        ({"density": 0.0}, TermError, "density 0.0"),
        ({"names": ("A",)}, TermError, "1 names are given for 8 actors"),
        ({"own": (0.6, 0.3)}, TermError, "explodes"),
        ({"own": (0.1,)}, TermError, "one of each per half-life"),
        ({"weekday": (1,) * 6 + (0,)}, TermError, "each above 0"),
        ({"lag_shares": (0.5,)}, TermError, "do not add up to 1"),
        (
            {"responses": [Response(trigger="19", response="15", factor=2, days=1)]},
            TermError,
            "'15', which is no class",
        ),
        (
            {"responses": [Response(trigger="19", response="14", factor=0.5, days=1)]},
            TermError,
            "a factor of at least 1",
        ),
        ({"actors": 2000}, TermError, "at most 1091 actors"),
    ],
)
def test_worlds_that_cannot_be_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        made_world(**options)


def test_questions_that_have_no_answer_are_refused(tmp_path):
    world = made_world(actors=2, days=10)
    run = simulate(world, seed=0)
    ask = {"run": run, "actor": "XAA", "recipient": "XAB", "code": "14", "day": 5, "horizon": 1}
    with pytest.raises(TermError, match="Did you mean 'XAB'"):
        true_probability(world, **{**ask, "recipient": "XAC"})
    with pytest.raises(MethodError, match="horizon 0"):
        true_probability(world, **{**ask, "horizon": 0})
    with pytest.raises(MethodError, match="before day 0"):
        true_probability(world, **{**ask, "day": 0}, inserted="19")
    with pytest.raises(MethodError, match="0 rows"):
        write_events(world, tmp_path, rows=0, seed=0)
    with pytest.raises(MethodError, match="97 files per day"):
        write_gdelt2(world, tmp_path, rows=1, seed=0, files_per_day=97)
