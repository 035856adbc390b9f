"""The gate: shut where nothing was planted, open where something was, wide on few occasions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from demarche.errors import TermError
from demarche.outside.events.gate import NO_LIFT, Cell, clustered_gain, gate, gate_family
from demarche.outside.events.lift import Trials, apply_lift, class_lift, fit_ladder, lift_misfit
from tests.outside.events.worlds import drawn

CELL = Cell(role="Z->X", trigger="MX", response="MX", horizon=1)


def test_nothing_planted_no_lift_in_at_least_95_worlds_of_100():
    """Six cells a world: reported in any of them counts. A gate at 50 % would fail at once."""
    reported = 0
    for seed in range(100):
        cells = []
        for part in range(6):
            made = drawn(1000 * seed + part, dyads=25, days=120)
            cells.append((CELL, made.trials, made.controls))
        gated = gate_family(cells, split=80, draws=200)
        reported += any(g.rung is not None for g in gated)
    assert reported <= 5


def test_a_planted_lift_passes_and_is_told():
    opened = 0
    for seed in range(10):
        made = drawn(seed, lift=2.0)
        gated = gate(CELL, trials=made.trials, controls=made.controls, split=260, draws=300)
        opened += gated.rung is not None
        if gated.ladder is not None:
            assert gated.ladder.pooled.value == pytest.approx(2.0, abs=0.4)
            assert "historical association" in gated.sentence
    assert opened >= 9


def test_a_lift_of_the_earlier_period_alone_does_not_pass():
    for seed in range(5):
        early, late = drawn(seed, lift=2.5), drawn(seed + 50)
        a, b = early.trials, late.trials
        mixed = {
            name: np.r_[getattr(a, name)[a.day < 260], getattr(b, name)[b.day >= 260]]
            for name in ("dyad", "actor", "day", "p", "y")
        }
        gated = gate(CELL, trials=Trials(**mixed, horizon=1), split=260, draws=300)
        assert gated.rung is None
        assert gated.decisions[0].lift > 1.5
        assert gated.decisions[0].gain < 0
        assert gated.sentence.startswith(NO_LIFT)


def test_a_fault_of_calibration_does_not_pass_for_a_lift():
    """The state halves every probability, on trigger days and on the others alike."""
    made = drawn(4)
    low = made.trials.given(made.trials.p / 2)
    controls = made.controls.given(made.controls.p / 2)
    assert gate(CELL, trials=low, split=260).rung is not None
    gated = gate(CELL, trials=low, controls=controls, split=260)
    assert gated.rung is None
    assert gated.recalibration.intercept > 0.3


def test_a_record_that_swelled_later_leaves_no_lift_in_the_range():
    """Days the state puts at 1 % come out at 13 %, with the trigger and without it alike."""
    made = drawn(4, p=0.13, spread=0.3)

    def low(trials):
        return trials.given(apply_lift(trials.p, lift=(0.01 / 0.99) / (0.13 / 0.87)))

    gated = gate(CELL, trials=low(made.trials), controls=low(made.controls), split=260)
    assert gated.rung is None
    assert gated.pooled.value == pytest.approx(1.0, abs=0.1)
    assert gated.pooled.expected == pytest.approx(made.trials.y.sum(), rel=0.1)


def test_few_occasions_decide_nothing_and_say_so():
    made = drawn(4, lift=3.0, dyads=3, days=30)
    gated = gate(CELL, trials=made.trials, split=20)
    assert gated.rung is None
    assert "too few" in gated.decisions[0].reason
    assert f"{made.trials.p.size} past occasions" in gated.sentence


def test_finer_rungs_are_tested_only_below_an_admitted_one_and_up_to_three_days():
    made = drawn(2, lift=2.0)
    rungs = [d.rung for d in gate(CELL, trials=made.trials, split=260).decisions]
    assert rungs[:2] == ["class", "actor"]
    nothing = drawn(4)
    shut = gate(CELL, trials=nothing.trials, controls=nothing.controls, split=260)
    assert [(d.rung, d.admitted) for d in shut.decisions] == [("class", False)]
    third = Cell(role="W->X", trigger="MX", response="MX", horizon=1)
    assert [d.rung for d in gate(third, trials=made.trials, split=260).decisions] == ["class"]


def test_dyads_that_differ_open_the_exact_rung():
    """Lifts of 6 and 1 by dyad, within each actor: only the exact rung can tell them apart."""
    high, low = drawn(1, lift=6.0, dyads=21, days=600), drawn(2, dyads=21, days=600)
    both = {
        name: np.r_[getattr(high.trials, name), getattr(low.trials, name)]
        for name in ("day", "p", "y")
    }
    dyad = np.r_[high.trials.dyad, low.trials.dyad + 100]
    # actors that differ too, or the narrower rung would never be reached
    actor = np.r_[high.trials.actor, np.where(low.trials.dyad < 3, 0, 9)]
    gated = gate(CELL, trials=Trials(dyad=dyad, actor=actor, **both, horizon=1), split=400)
    assert gated.rung == "dyad"
    assert [d.rung for d in gated.decisions] == ["class", "actor", "dyad"]
    # refitted on both periods, down to the rung that is used
    assert gated.ladder.by_dyad.keys() == set(np.unique(dyad).tolist())


def test_the_later_period_changes_nothing_in_the_lift_of_the_earlier():
    made = drawn(3, lift=2.0)
    flipped = Trials(
        dyad=made.trials.dyad,
        actor=made.trials.actor,
        day=made.trials.day,
        p=made.trials.p,
        y=np.where(made.trials.day >= 260, 1 - made.trials.y, made.trials.y),
        horizon=1,
    )
    a, b = (gate(CELL, trials=t, split=260).decisions[0] for t in (made.trials, flipped))
    assert (a.lift, a.lift_low, a.earlier) == (b.lift, b.lift_low, b.earlier)
    assert a.gain != b.gain


def test_windows_that_reach_into_the_later_period_teach_nothing():
    """Outcomes of a week from day 254 on are not known before the split at day 260, nor used."""
    weekly = Cell(role="Z->X", trigger="MX", response="MX", horizon=7)
    made = drawn(3, lift=2.0, horizon=7)

    def turned(trials, *, first, end=260):
        flip = (trials.day >= first) & (trials.day < end)
        return replace(trials, y=np.where(flip, 1 - trials.y, trials.y))

    def first(trials, controls):
        return gate(weekly, trials=trials, controls=controls, split=260, draws=100).decisions[0]

    plain = first(made.trials, made.controls)
    assert first(turned(made.trials, first=253), made.controls) == plain
    assert first(turned(made.trials, first=252), made.controls) != plain
    late = {"first": 253, "end": 10**6}
    assert first(made.trials, turned(made.controls, **late)) == plain
    assert first(made.trials, turned(made.controls, first=252, end=10**6)) != plain


@pytest.mark.parametrize(
    ("early", "late", "options", "says"),
    [
        (8.0, 8.0, {"p": 0.001, "days": 100}, "too few responses to judge"),
        (4.0, 4.0, {"dyads": 7}, "too few independent occasions later: 7 dyads"),
        (1.0, 3.0, {}, "no lift that its own range separates from 1"),
        (1.08, 1.08, {"dyads": 400, "p": 0.3}, "is nearer to 1 than the state itself is known"),
    ],
    ids=["events", "clusters", "range", "least lift"],
)
def test_each_condition_alone_keeps_it_shut_and_is_named(early, late, options, says):
    split = options.get("days", 400) * 13 // 20
    a, b = (drawn(seed, lift=lift, **options).trials for seed, lift in ((11, early), (12, late)))
    parts = {
        name: np.r_[getattr(a, name)[a.day < split], getattr(b, name)[b.day >= split]]
        for name in ("dyad", "actor", "day", "p", "y")
    }
    gated = gate(CELL, trials=Trials(**parts, horizon=1), split=split, draws=300)
    assert gated.rung is None
    assert says in gated.decisions[0].reason


def table(days, *, dyads=10, p=0.5, y=0.0, horizon=1):
    """Every dyad on every day; outcomes as given by dyad and day."""
    dyad, day = np.repeat(np.arange(dyads), len(days)), np.tile(days, dyads)
    shape = (dyads, len(days))
    return Trials(
        dyad=dyad, actor=np.zeros(dyad.size, dtype=int), day=day, p=np.full(dyad.size, p),
        y=np.broadcast_to(y, shape).ravel().astype(float), horizon=horizon,
    )  # fmt: skip


def test_the_counts_of_a_decision_by_hand():
    """Ten dyads on days 0 to 9, split at 5, windows of two days.

    Those of days 0 to 2 end by day 4; of days 5 to 9 three stand alone, in blocks from 4, 6 and 8.
    """
    cell = Cell(role="W->X", trigger="MX", response="MX", horizon=2)
    found = gate(cell, trials=table(np.arange(10), horizon=2), split=5).decisions[0]
    assert (found.earlier, found.later, found.effective) == (30, 50, 30)
    assert (found.dyads, found.blocks, found.split) == (10, 3, 5)


@pytest.mark.parametrize(
    ("earlier", "later", "says"),
    [
        (0.1, 0.125, "too few responses to judge: 8.0 expected earlier and 10.0 later"),
        (0.125, 0.1, "too few responses to judge: 10.0 expected earlier and 8.0 later"),
        (0.125, 0.125, "it beat the rung above"),
    ],
)
def test_ten_responses_must_be_expected_in_either_period(earlier, later, says):
    """Eight dyads on ten days of either period, at a tenth or an eighth."""
    made = table(np.arange(21), dyads=8)
    made = made.where(made.day != 10)
    made = made.given(np.where(made.day < 10, earlier, later))
    assert says in gate(CELL, trials=made, split=11).decisions[0].reason


@pytest.mark.parametrize(("horizon", "days"), [(1, 7), (2, 14)])
def test_eight_blocks_of_later_days_are_needed(horizon, days):
    cell = replace(CELL, horizon=horizon)
    for more, enough in ((0, False), (horizon, True)):
        made = table(np.arange(28 + days + more), horizon=horizon)
        reason = gate(cell, trials=made, split=28).decisions[0].reason
        told = f"too few independent occasions later: 10 dyads and 7 blocks of {horizon} days"
        assert (told in reason) != enough


@pytest.mark.parametrize(
    ("share", "low", "high", "told"),
    [
        (0.5205, 1.09, 1.1, False),
        (0.5235, 1.1, 1.115, True),
        (0.4775, 1 / 1.1, 1 / 1.09, False),
        (0.4740, 1 / 1.115, 1 / 1.1, True),
    ],
)
def test_a_lift_nearer_to_one_than_a_tenth_is_not_told(share, low, high, told):
    """A state of one half of which a share comes true: the odds are about share / (1 - share)."""
    dyads, days = 100, 120
    number = np.arange(dyads)[:, None] * 37 + np.arange(days) * 61
    y = (number * 0.6180339887498949) % 1 < share  # evenly spread over dyads and days
    found = gate(CELL, trials=table(np.arange(days), dyads=dyads, y=y), split=80).decisions[0]
    assert low < found.lift < high
    assert not found.lift_low <= 1 <= found.lift_high
    assert ("nearer to 1" in found.reason) != told


def test_finer_rungs_know_nothing_of_the_later_period():
    """Lifts of 3 until day 400, then of 6 and 1.5 by actor: the gain is that of those before."""
    past = drawn(5, lift=3.0, dyads=42, days=400).trials
    later = [drawn(seed, lift=lift, dyads=21, days=200).trials for seed, lift in ((6, 6), (7, 1.5))]
    parts = {
        name: np.concatenate([getattr(one, name) for one in (past, *later)]) for name in ("p", "y")
    }
    dyad = np.concatenate([past.dyad, later[0].dyad, later[1].dyad + 21])
    day = np.concatenate([past.day, *(one.day + 400 for one in later)])
    made = Trials(dyad=dyad, actor=dyad // 21, day=day, **parts, horizon=1)
    decisions = gate(CELL, trials=made, split=400).decisions
    told = made.where(made.day >= 400)
    for learned, same in ((made.where(made.day < 399), True), (made, False)):
        ladder = fit_ladder(learned, direct=True)
        wide, fine = (
            apply_lift(told.p, lift=ladder.multiplier(told, rung=rung))
            for rung in ("class", "actor")
        )
        gain = np.log(np.where(told.y == 1, fine / wide, (1 - fine) / (1 - wide))).mean()
        assert (decisions[1].gain == pytest.approx(gain, abs=1e-9)) == same


@pytest.mark.parametrize(("horizon", "rungs"), [(3, 2), (4, 1)])
def test_finer_rungs_are_tested_up_to_three_days(horizon, rungs):
    made = drawn(2, lift=2.0, horizon=horizon)
    cell = replace(CELL, horizon=horizon)
    assert len(gate(cell, trials=made.trials, split=260, draws=100).decisions[:2]) == rungs


def test_few_clusters_make_a_wide_bound():
    """Three dyads whose means are 0, 1 and 2: their mean varies by 2 / 9; Student's t at 2."""
    day, dyad = np.repeat(np.arange(40), 3), np.tile(np.arange(3), 40)
    mean, low = clustered_gain(
        dyad.astype(float), day=day, dyad=dyad, horizon=1, level=0.1, draws=20_000, seed=1
    )
    assert mean == 1.0
    assert mean - low == pytest.approx(1.885618 * np.sqrt(2 / 9), rel=0.03)


def test_days_of_one_block_are_one_cluster():
    """Four weeks whose gains are 0, 1, 2 and 3: the mean varies by 1.25 / 4; t at 3."""
    day, dyad = np.repeat(np.arange(28), 30), np.tile(np.arange(30), 28)
    mean, low = clustered_gain(
        (day // 7).astype(float), day=day, dyad=dyad, horizon=7, level=0.1, draws=20_000, seed=1
    )
    assert mean == 1.5
    assert mean - low == pytest.approx(1.637744 * np.sqrt(1.25 / 4), rel=0.03)


def test_the_bound_is_that_of_clusters_of_one_size():
    """Twelve dyads and 40 days, all met: the variances of their means, and Student's t at 11."""
    rng = np.random.default_rng(3)
    day, dyad = np.repeat(np.arange(40), 12), np.tile(np.arange(12), 40)
    gain = rng.normal(size=40)[day] + rng.normal(size=12)[dyad] + rng.normal(size=480)
    mean, low = clustered_gain(gain, day=day, dyad=dyad, horizon=1, level=0.1, draws=20_000, seed=1)
    table = gain.reshape(40, 12)
    variance = sum(table.mean(axis=axis).var() / table.shape[1 - axis] for axis in (0, 1))
    assert mean == pytest.approx(gain.mean())
    assert (mean - low) / np.sqrt(variance) == pytest.approx(t.ppf(0.9, 11), rel=0.02)


def test_a_range_allows_for_the_misfit_and_for_every_rung_in_use():
    made = drawn(1, lift=2.0)
    found = gate(CELL, trials=made.trials, split=260)
    assert found.misfit == pytest.approx(lift_misfit(made.trials, lift=found.pooled.value))
    assert found.misfit > 0
    ladder = fit_ladder(made.trials, direct=True)
    known = replace(found, misfit=0.25, ladder=ladder)
    pooled, actor, dyad = ladder.pooled, ladder.by_actor[3], ladder.by_dyad[10]
    wide = 0.25 + pooled.log_sd**2
    for rung, told in (
        ("class", wide),
        ("actor", wide + actor.log_sd**2),
        ("dyad", wide + actor.log_sd**2 + dyad.log_sd**2),
    ):
        assert replace(known, rung=rung).variance(actor=3, dyad=10) == pytest.approx(told)
    assert replace(known, rung="dyad").variance(actor=-1, dyad=-1) == pytest.approx(wide)
    assert replace(known, rung=None, ladder=None).variance(actor=3, dyad=10) == wide


def test_the_bound_respects_blocks_and_dyads():
    rng = np.random.default_rng(0)
    day, dyad = np.repeat(np.arange(40), 50), np.tile(np.arange(50), 40)
    shared = rng.normal(size=40)[day]
    alone = rng.normal(size=2000)
    options = {"day": day, "dyad": dyad, "horizon": 1, "level": 0.05, "draws": 500, "seed": 1}
    mean, low = clustered_gain(shared, **options)
    assert mean - low > 3 * (alone.mean() - clustered_gain(alone, **options)[1])
    assert clustered_gain(alone[:9], **{**options, "day": day[:9], "dyad": dyad[:9]})[1] == -np.inf


def test_same_seed_same_decision():
    made = drawn(3, lift=1.5)
    a, b = (gate(CELL, trials=made.trials, split=260, seed=4) for _ in range(2))
    assert a == b


def test_one_cell_is_tested_no_more_loosely_than_at_the_family_level():
    made = drawn(3, lift=1.5)
    (found,) = gate_family([(CELL, made.trials, None)], split=260, family_level=0.05, seed=4)
    assert found == gate(CELL, trials=made.trials, split=260, level=0.05, seed=4)
    many = gate_family([(CELL, made.trials, None)] * 40, split=260, family_level=0.05, seed=4)
    assert many[0] == gate(CELL, trials=made.trials, split=260, level=0.025, seed=4)
    # both ends of the earlier range are at that level
    past = made.trials.where(made.trials.day < 259)
    told, range_ = many[0].decisions[0], class_lift(past, coverage=0.95)
    assert (told.lift_low, told.lift_high) == (range_.low, range_.high)


def test_bad_input():
    made = drawn(3, days=30)
    with pytest.raises(TermError, match="for a cell of 7"):
        gate(Cell(role="Z->X", trigger="a", response="b", horizon=7), trials=made.trials, split=9)
    with pytest.raises(TermError, match="level"):
        gate_family([(CELL, made.trials, None)], split=20, family_level=0.9)
    with pytest.raises(TermError, match="level"):
        gate_family([(CELL, made.trials, None)], split=20, family_level=-0.1)
