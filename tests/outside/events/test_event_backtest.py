"""The back-test: methods, protocol and scores."""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from demarche.desk.validate_events import validate_events
from demarche.errors import MethodError, QuestionError, TermError
from demarche.outside.events import calibration, protocol
from demarche.outside.events.backtest import METHODS, backtest, default_period
from demarche.outside.events.base import platt
from demarche.outside.events.calibration import (
    auc,
    auc_within,
    block_interval,
    level_shifts,
    reliability,
    scores,
)
from demarche.outside.events.hawkes import Hawkes, fit_hawkes
from demarche.outside.events.hazard import fit_additive
from demarche.outside.events.protocol import training_origins
from demarche.outside.events.trees import ROUNDS
from demarche.show.events_tables import backtest_json, backtest_text
from tests.outside.events.levels import defined_shift, level_shift
from tests.outside.events.panels import add_rows, drop_rows, made, noise_after


@pytest.fixture(scope="module")
def test_():
    return backtest(made(seed=1, days=240, actors=8), horizons=(7,), trees=False, draws=40)


def test_every_method_stands_beside_the_base_rate(test_):
    track = test_.tracks[0]
    assert set(track.scores) == set(METHODS) - {"LightGBM"}
    assert track.scores["base rate"].brier_skill == 0
    assert track.n == sum(s.n for s in track.by_class.values())
    assert track.n == sum(s.n for s in track.by_events.values())


def test_the_state_of_relations_pays_where_events_excite_each_other(test_):
    found = test_.tracks[0].scores
    assert found["ours"].log_skill > 0
    assert found["ours"].log_skill > found["class rate"].log_skill


def test_rows_known_after_the_last_origin_move_no_forecast():
    panel = made(seed=1, days=240, actors=8, late=0.4)
    first, last = 200, 215
    known = drop_rows(panel, np.maximum(panel.day, panel.known) < last)
    assert np.any((panel.day < last - 7) & (panel.known >= last))
    spread = [
        backtest(
            one, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (first, last)}
        ).tracks[0].scores["ours"].sharpness
        for one in (panel, known)
    ]  # fmt: skip
    assert spread[0] == spread[1]


def test_nothing_after_the_last_window_changes_a_score():
    """Easter lies in the past of these origins, 1 May after their last window."""
    panel = made(seed=1, days=240, actors=8)
    later = noise_after(panel, day=119, rows=2000)
    tracks = [
        backtest(one, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (105, 113)})
        .tracks[0]
        for one in (panel, later)
    ]  # fmt: skip
    assert repr(tracks[0]) == repr(tracks[1])


def test_the_forecasts_scored_are_those_of_the_protocol():
    """Origins of both ends, series with five events before each, windows that do not overlap."""
    panel = made(seed=1, days=240, actors=8)
    first, last = 200, 229
    track = backtest(
        panel, horizons=(7,), cold=(), trees=False, draws=2, periods={7: (first, last)}
    ).tracks[0]
    assert (track.first, track.last) == (
        panel.start + dt.timedelta(days=first), panel.start + dt.timedelta(days=last)
    )  # fmt: skip
    quad, table = panel.quad[panel.code], (8, 8, 5)

    def held(some):
        out = np.zeros(table)
        np.add.at(out, (panel.actor[some], panel.recipient[some], quad[some]), panel.count[some])
        return out

    def forecast(day):
        """Series that are forecast, whether they acted in the week before, and in that after."""
        enough = held(panel.day < day) >= 5
        recent, came = (held((panel.day >= a) & (panel.day < a + 7)) > 0 for a in (day - 7, day))
        return zip(zip(*np.nonzero(enough), strict=True), recent[enough], came[enough], strict=True)

    seen = collections.defaultdict(lambda: [0.5, 1.0])
    for day in training_origins(end=first, horizon=7).tolist():
        for series, recent, came in forecast(day):
            for cell in ((series[2],), (series[2], recent)):
                seen[cell][0] += came
                seen[cell][1] += 1
    told = [(day, *row) for day in range(first, last + 1) for row in forecast(day)]
    came = np.array([row[-1] for row in told])
    assert track.n == len(told)
    assert track.scores["ours"].rate == pytest.approx(came.mean())
    assert track.independent == len({(series, (day - first) // 7) for day, series, *_ in told})
    assert track.series == len({series for _, series, *_ in told})
    for name, cells in (
        ("class rate", [(series[2],) for _, series, *_ in told]),
        ("persistence", [(series[2], recent) for _, series, recent, _ in told]),
    ):
        p = np.array([seen[cell][0] / seen[cell][1] for cell in cells])
        assert track.scores[name].brier == pytest.approx(np.square(p - came).mean())


def test_all_known_dyads_are_scored_against_the_class_rate(test_):
    track = test_.tracks[1]
    assert (track.name, track.reference) == ("D", "class rate")
    assert track.scores["ours"].log_skill > 0.02


def test_the_same_seed_gives_the_same_bytes(test_):
    again = backtest(made(seed=1, days=240, actors=8), horizons=(7,), trees=False, draws=40)
    assert backtest_json(again) == backtest_json(test_)


def test_boosted_trees_take_part_where_they_are_installed():
    pytest.importorskip("lightgbm")
    found = backtest(made(seed=1), horizons=(7,), cold=(), trees=True, draws=20)
    assert found.trees
    # chosen on three quarters of the past, grown on the whole of it
    assert set(found.tracks[0].rounds) <= {round(r * 4 / 3) for r in ROUNDS} | {ROUNDS[0]}
    assert "LightGBM" in found.tracks[0].scores


def test_the_table_is_at_most_100_columns_wide_and_the_json_has_no_nan(test_):
    text = backtest_text(test_)
    assert max(map(len, text.splitlines())) <= 100
    assert "by earlier events" in text
    long = backtest_text(replace(test_, left_out=("30 days: " + "too little of it; " * 20,)))
    assert max(map(len, long.splitlines())) <= 100
    assert " ".join(long.split()).count("too little of it;") == 20
    data = json.loads(backtest_json(test_), parse_constant=lambda c: pytest.fail(c))
    assert data["tracks"][0]["scores"]["ours"]["n"] == test_.tracks[0].n


def test_each_horizon_is_told_before_it_is_run():
    said = []
    panel = made(seed=1, days=120, actors=6)
    found = backtest(
        panel, horizons=(7, 60), trees=False, draws=2, progress=lambda *told: said.append(told)
    )
    assert said == [("7 days", 1, 3), ("60 days", 2, 3), ("7 days, all known dyads", 3, 3)]
    assert found.left_out[0].startswith("60 days: ")


def test_bands_of_weekly_origins_take_windows_of_a_week_for_apart(test_):
    binom = pytest.importorskip("scipy.stats").binom
    for track, overlap in zip(test_.tracks, (7, 1), strict=True):
        found = track.reliability["base rate"]
        size = found.count[-1] // overlap
        assert found.low[-1] == pytest.approx(binom.ppf(0.05, size, found.forecast[-1]) / size)
        assert found.high[-1] == pytest.approx(binom.ppf(0.95, size, found.forecast[-1]) / size)


def test_origins_lie_further_apart_where_forecasts_would_be_too_many(monkeypatch):
    panel, given = made(seed=1, days=240, actors=8), {"horizons": (7,), "trees": False, "draws": 2}
    every = backtest(panel, **given)
    assert [track.step for track in every.tracks] == [1, 7]
    monkeypatch.setattr(protocol, "MOST_SERIES", every.tracks[0].n // 3)
    monkeypatch.setattr(protocol, "FEWEST_ORIGINS", 2)
    some = backtest(panel, periods={7: (190, 232)}, **given)
    dated = [(track.first, track.last, track.step) for track in some.tracks]
    steps = [track.step for track in some.tracks]
    assert steps[0] > 1 and steps[1] > 7 and steps[1] % 7 == 0
    for (first, last, step), usual in zip(dated, (1, 7), strict=True):
        assert (last - panel.start).days > 232 - usual
        assert (last - first).days % step == 0
    assert all(track.n <= 2 * every.tracks[0].n // 3 for track in some.tracks)
    text = backtest_text(some)
    assert f"7 DAYS, series with at least 5 earlier events, origins every {steps[0]} days" in text
    assert f"7 DAYS, all known dyads, origins every {steps[1]} days" in text


def test_a_number_that_fills_its_column_touches_no_other(test_):
    track = test_.tracks[0]
    for slope, shown in ((893.92, " 894 "), (-11.96, " -12 "), (1.5, " 1.50 "), (-1e6, " <-999 ")):
        odd = replace(track, scores={"ours": replace(track.scores["ours"], slope=slope)})
        text = backtest_text(replace(test_, tracks=(odd,)))
        line = next(line for line in text.splitlines() if line.startswith("ours "))
        assert shown in line, line


def test_short_records_are_refused_and_say_what_would_do():
    with pytest.raises(MethodError, match="too short"):
        default_period(made(days=40), horizon=30)


def test_the_desk_refuses_unknown_learners():
    with pytest.raises(QuestionError, match="Did you mean 'auto'"):
        validate_events(made(days=40), learn="autos")


def test_default_windows_lie_in_the_record():
    panel = made()
    for horizon in (1, 7, 30):
        first, last = default_period(panel, horizon=horizon)
        assert first < last <= panel.days - horizon


def test_calibration_line_is_found_again():
    rng = np.random.default_rng(0)
    x = rng.normal(size=20_000)
    y = (rng.random(20_000) < 1 / (1 + np.exp(-(0.5 + 0.8 * x)))).astype(float)
    intercept, slope = platt(1 / (1 + np.exp(-x)), happened=y)
    assert (intercept, slope) == (pytest.approx(0.5, abs=0.05), pytest.approx(0.8, abs=0.05))


def test_a_calibration_line_is_drawn_to_none_where_few_forecasts_would_turn_it():
    """Nine forecasts that are nearly alike: without a prior they are turned to 0 and 1."""
    p = np.linspace(0.2413, 0.2419, 9)
    y = (np.arange(9) < 3).astype(float)
    assert abs(platt(p, happened=y)[1]) > 1000
    intercept, slope = platt(p, happened=y, prior=10.0)
    assert (intercept, slope) == (pytest.approx(0, abs=0.2), pytest.approx(1, abs=0.2))


def test_ridge_logistic_agrees_with_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 3)).astype(np.float32)
    y = (rng.random(500) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    ours = fit_additive(x, happened=y, penalty=2.0)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    theirs = linear.LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(z, y)
    np.testing.assert_allclose(ours.weights, theirs.coef_[0], atol=2e-3)


def test_a_fit_is_the_same_on_any_number_of_threads():
    limits = pytest.importorskip("threadpoolctl").threadpool_limits
    rng = np.random.default_rng(5)
    x = rng.normal(size=(5_000, 60)).astype(np.float32)
    y = (rng.random(5_000) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    found = []
    for threads in (1, 2):
        with limits(threads, user_api="blas"):
            found.append(fit_additive(x, happened=y))
    assert found[0].weights.tobytes() == found[1].weights.tobytes()
    assert found[0].covariance.tobytes() == found[1].covariance.tobytes()
    assert found[0].dispersion == found[1].dispersion


def test_weights_of_a_planted_self_exciting_rate_are_found_again():
    rng = np.random.default_rng(3)
    truth = Hawkes(base=0.5, recent=(0.2, 0.0, 0.0, 0.0, 0.0, 0.0), horizon=1)
    base = rng.uniform(0.01, 0.4, 60_000)
    decayed = rng.exponential(1.0, (60_000, 6))
    y = (rng.random(60_000) < truth.probabilities(base=base, decayed=decayed)).astype(float)
    found = fit_hawkes(base, decayed=decayed, happened=y, horizon=1)
    assert found.base == pytest.approx(0.5, abs=0.06)
    assert found.recent[0] == pytest.approx(0.2, abs=0.03)
    assert max(found.recent[1:]) < 0.05


def test_a_row_that_stands_for_three_weighs_as_three():
    rng = np.random.default_rng(7)
    base, decayed = rng.uniform(0.05, 0.4, 400), rng.exponential(1.0, (400, 6))
    y, many = (rng.random(400) < 0.3).astype(float), rng.integers(1, 4, 400)
    often = np.repeat(np.arange(400), many)
    found = fit_hawkes(base, decayed=decayed, happened=y, horizon=7, weight=many.astype(float))
    same = fit_hawkes(base[often], decayed=decayed[often], happened=y[often], horizon=7)
    given = {"base": base, "decayed": decayed}
    assert found.probabilities(**given) == pytest.approx(same.probabilities(**given), abs=1e-4)
    x = decayed.astype(np.float32)
    one = fit_additive(x, happened=y, weight=many.astype(float), penalty=1e-6)
    another = fit_additive(x[often], happened=y[often], penalty=1e-6)
    assert one.log_odds(x) == pytest.approx(another.log_odds(x), abs=1e-4)


def test_no_weight_of_the_self_exciting_rate_is_below_zero():
    """Acts after which fewer follow: their weight is 0, not less."""
    rng = np.random.default_rng(8)
    base, decayed = np.full(20_000, 0.4), rng.exponential(1.0, (20_000, 6))
    y = (rng.random(20_000) < 0.5 / (1 + decayed[:, 1])).astype(float)
    found = fit_hawkes(base, decayed=decayed, happened=y, horizon=1)
    assert min(found.base, *found.recent) == 0.0
    assert found.recent[1] == 0.0


def test_auc_agrees_with_scikit_learn_and_within_series_with_a_loop():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(4)
    p, y = rng.random(300).round(2), (rng.random(300) < 0.3).astype(float)
    series = rng.integers(0, 12, 300)
    assert auc(p, happened=y) == pytest.approx(metrics.roc_auc_score(y, p))
    won = total = 0.0
    for s in range(12):
        mine = series == s
        gaps = p[mine & (y == 1)][:, None] - p[mine & (y == 0)][None, :]
        won += (gaps > 0).sum() + 0.5 * (gaps == 0).sum()
        total += gaps.size
    assert auc_within(p, happened=y, series=series) == pytest.approx(won / total)


def test_calibrated_forecasts_stay_in_the_bands_and_skill_has_a_sign():
    rng = np.random.default_rng(5)
    p = rng.beta(1, 6, 20_000)
    y = (rng.random(20_000) < p).astype(float)
    found = reliability(p, happened=y)
    inside = [
        low <= o <= high for o, low, high in zip(found.observed, found.low, found.high, strict=True)
    ]
    assert sum(inside) >= 11
    assert found.ece < 0.01
    flat = np.full_like(p, y.mean())
    better = scores(p, happened=y, reference=flat)
    assert better.brier_skill > 0 > scores(flat, happened=y, reference=p).brier_skill


def test_bands_count_overlapping_windows_as_one():
    """700 forecasts of 0.2 at seven days are 100: the middle 90 % of 100 draws."""
    binom = pytest.importorskip("scipy.stats").binom
    given = {"happened": np.zeros(700), "bins": 1}
    found = reliability(np.full(700, 0.2), overlap=7, **given)
    assert found.low == (pytest.approx(binom.ppf(0.05, 100, 0.2) / 100),)
    assert found.high == (pytest.approx(binom.ppf(0.95, 100, 0.2) / 100),)
    alone = reliability(np.full(700, 0.2), **given)
    assert found.low[0] < alone.low[0] < alone.high[0] < found.high[0]


def test_a_skill_is_as_uncertain_as_blocks_of_one_size_make_it():
    """A reference of 1 throughout: the skill is a mean over forty blocks, near to normal."""
    rng = np.random.default_rng(2)
    blocks = np.repeat(np.arange(40), 25)
    score = 0.5 + 0.1 * rng.normal(size=40)[blocks] + 0.1 * rng.normal(size=1000)
    low, high = block_interval(
        score, reference=np.ones(1000), blocks=blocks, rng=np.random.default_rng(1), draws=4000
    )
    means = score.reshape(40, 25).mean(axis=1)
    reach = 1.645 * means.std() / np.sqrt(40)
    middle = 1 - means.mean()
    assert (low, high) == pytest.approx((middle - reach, middle + reach), abs=0.1 * reach)


def test_the_interval_told_is_the_wider_one_of_days_and_dyads():
    """Errors are common to a day: blocks of days vary far more than dyads do."""
    rng = np.random.default_rng(4)
    day, dyad = np.repeat(np.arange(30), 40), np.tile(np.arange(40), 30)
    y = (rng.random(30) < 0.5).astype(float)[day]
    p, given = np.full(1200, 0.4), {"happened": y, "reference": np.full(1200, 0.5)}

    def width(**blocks):
        found = scores(p, rng=np.random.default_rng(1), **given, **blocks)
        return found.brier_skill_high - found.brier_skill_low

    days, dyads = width(day_blocks=day), width(dyads=dyad)
    assert days > 5 * dyads
    assert width(day_blocks=day, dyads=dyad) == pytest.approx(days, rel=0.2)
    assert np.isnan(width())


def test_too_few_blocks_make_no_interval_and_leave_the_others_as_they_were():
    """Of 31 daily origins two blocks of 30 days are made, one of them of a single day."""
    rng = np.random.default_rng(4)
    day, dyad = np.repeat(np.arange(31), 40), np.tile(np.arange(40), 31)
    p, y = rng.random(1240), (rng.random(1240) < 0.5).astype(float)
    given = {"happened": y, "reference": np.full(1240, 0.5)}

    def interval(**blocks):
        found = scores(p, rng=np.random.default_rng(1), **given, **blocks)
        return found.brier_skill_low, found.brier_skill_high

    assert np.isnan(interval(day_blocks=day // 30)).all()
    assert np.isnan(interval(day_blocks=day // 11)).all()
    low, high = interval(day_blocks=day // 8)
    assert low < high
    assert np.isnan(interval(dyads=dyad % 3)).all()
    drawn = np.random.default_rng(1)
    for _ in range(200):
        drawn.integers(0, 2, 2)
    squared = [(p - y) ** 2, (given["reference"] - y) ** 2]
    alone = block_interval(squared[0], reference=squared[1], blocks=dyad, rng=drawn, draws=200)
    assert interval(day_blocks=day // 30, dyads=dyad) == alone


def test_an_interval_is_that_of_draws_of_whole_blocks():
    """Six blocks of unlike sizes: every one of the 462 ways to draw them, by its chances."""
    size = [1, 4, 2, 5, 3, 2]
    blocks = np.repeat([7, 3, 9, 1, 4, 2], size)
    rng = np.random.default_rng(9)
    score, reference = rng.random(17), 0.5 + rng.random(17)
    sums = [(score[blocks == b].sum(), reference[blocks == b].sum()) for b in np.unique(blocks)]
    ways = collections.Counter()
    for drawn in itertools.combinations_with_replacement(range(6), 6):
        many = np.bincount(drawn, minlength=6)
        chance = math.factorial(6) / math.prod(math.factorial(n) for n in many.tolist()) / 6**6
        a, b = (sum(n * s[k] for n, s in zip(many, sums, strict=True)) for k in (0, 1))
        ways[float(1 - a / b)] += chance
    skill = np.array(sorted(ways))
    below = np.cumsum([ways[s] for s in skill])
    exact = [skill[np.searchsorted(below, q)] for q in (0.05, 0.95)]
    found = block_interval(
        score, reference=reference, blocks=blocks, rng=np.random.default_rng(2), draws=20_000
    )
    assert found == pytest.approx(exact, abs=0.03 * (exact[1] - exact[0]))


def test_scores_by_hand():
    """A forecast of 0 that happens costs minus the log of 0.0001."""
    y = np.array([1.0, 0.0, 1.0, 0.0])
    found = scores(np.array([0.0, 0.5, 1.0, 0.2]), happened=y, reference=np.full(4, 0.5))
    assert found.brier == pytest.approx((1 + 0.25 + 0 + 0.04) / 4)
    some = -np.log(1e-4) - np.log(0.5) - np.log(1 - 1e-4) - np.log(0.8)
    assert found.log == pytest.approx(some / 4)
    assert found.brier_skill == pytest.approx(1 - found.brier / 0.25)
    assert found.log_skill == pytest.approx(1 - found.log / np.log(2))
    assert found.observed_over_expected == pytest.approx(2 / 1.7)
    with pytest.raises(TermError, match="at least one probability"):
        scores(np.array([1.1]), happened=np.ones(1), reference=np.full(1, 0.5))


def test_a_level_is_the_log_of_observed_over_expected_drawn_to_none_and_faded():
    """Windows that ended 14 days ago count half; 20 expected windows a day of horizon draw."""
    ended, y = np.array([20, 6, 6]), np.array([1.0, 1.0, 0.0])
    given = {"happened": y, "ended": ended, "now": 20, "horizon": 3}
    flat, weight = np.zeros(3), np.array([2.0, 3.0, 5.0])
    assert level_shift(flat, **given) == pytest.approx(np.log((1.5 + 60) / (1.0 + 60)))
    assert level_shift(flat, weight=weight, **given) == pytest.approx(
        np.log((2 + 1.5 + 60) / ((2 + 1.5 + 2.5) / 2 + 60))
    )
    before = {**given, "now": 19}
    assert level_shift(flat, **before) == pytest.approx(
        np.log((0.5 ** (13 / 14) + 60) / (0.5 ** (13 / 14) + 60))
    )


def test_levels_of_many_days_are_those_of_each_and_look_at_the_forecasts_once(monkeypatch):
    rng = np.random.default_rng(8)
    size = 4000
    ended, cls = rng.integers(20, 90, size), rng.integers(0, 3, size)
    log_odds, weight = rng.normal(-2, 1, size), rng.uniform(1, 4, size)
    y = (rng.random(size) < 0.2).astype(float)
    days = [19, 40, 41, 75, 120]
    found = {"horizon": 7, "ended": ended, "weight": weight}
    each = [
        [
            defined_shift(
                log_odds[own], happened=y[own], ended=ended[own], now=day, horizon=7,
                weight=weight[own],
            )
            for own in (cls == 0, cls == 1, cls == 2)
        ]
        for day in days
    ]  # fmt: skip
    looked = []
    seen = calibration.expit
    monkeypatch.setattr(calibration, "expit", lambda x: looked.append(len(x)) or seen(x))
    for happened in (y, lambda day: np.where(ended <= day, y, 1.0)):
        looked.clear()
        shifts = level_shifts(log_odds, happened=happened, days=days, cls=cls, classes=4, **found)
        assert looked == [size]
        assert shifts[:, :3] == pytest.approx(np.array(each), abs=1e-12)
        assert not shifts[0].any() and not shifts[:, 3].any()


def test_the_level_learns_from_ended_windows_alone():
    rng = np.random.default_rng(6)
    day = np.repeat(np.arange(40), 500)
    y = (rng.random(len(day)) < np.where(day < 20, 0.5, 0.2)).astype(float)
    flat = np.zeros(len(day))
    before = level_shift(flat, happened=y, ended=day + 7, now=26, horizon=7)
    assert abs(before) < 0.05
    changed = np.where(day + 7 > 26, 1.0, y)
    assert level_shift(flat, happened=changed, ended=day + 7, now=26, horizon=7) == before
    assert level_shift(flat, happened=y, ended=day + 7, now=46, horizon=7) < -0.3
    # A double that looks at windows still open is moved by what follows.
    assert level_shift(flat, happened=changed, ended=day, now=26, horizon=7) != pytest.approx(
        level_shift(flat, happened=y, ended=day, now=26, horizon=7)
    )


def test_a_horizon_too_long_for_the_record_is_named_beside_those_that_are_run():
    short = made(seed=1, days=120, actors=8)
    found = backtest(short, horizons=(7, 30), cold=(), trees=False, draws=10)
    assert [track.horizon for track in found.tracks] == [7]
    assert any(line.startswith("30 days: ") and "too short" in line for line in found.left_out)
    assert "left out: 30 days: a record of 120 days is too short" in backtest_text(found)
    with pytest.raises(MethodError, match=r"no horizon .* 30 days: .* at least 180"):
        backtest(short, horizons=(30,), cold=(30,), trees=False)


def test_classes_that_were_never_known_are_no_part_of_all_known_dyads():
    """A source of one class: three of four forecasts were of acts that it does not code."""
    panel = made(seed=1, days=240, actors=8)
    fights = panel.quad[panel.code] == 4
    alone = drop_rows(panel, fights)
    given = {"horizons": (7,), "trees": False, "draws": 10}
    track, all_known = backtest(alone, **given).tracks
    found = backtest(alone, **given)
    assert found.left_out[0] == (
        "7 days, all known dyads, tested from 2020-08-04: no act of verbal cooperation or material "
        "cooperation or verbal conflict was known before"
    )
    assert set(all_known.by_class) == {"material conflict"} == set(track.by_class)
    first = (all_known.first - panel.start).days
    met = {
        day: len(set(zip(alone.actor[alone.day < day], alone.recipient[alone.day < day],
                         strict=True)))
        for day in range(first, 234, 7)
    }  # fmt: skip
    assert all_known.n == sum(met.values())
    # one that is first known within the test is left out of it all the same
    late = add_rows(alone, day=[220], known=[220], actor=[0], recipient=[1], code=[0], count=[1.0])
    order = np.argsort(late.day, kind="stable")
    late = drop_rows(late, order)
    assert set(backtest(late, **given).tracks[1].by_class) == {"material conflict"}
    whole = backtest(panel, **given)
    assert len(whole.tracks[1].by_class) == 4
    assert not any("no act of" in line for line in whole.left_out)


def test_a_record_known_at_once_after_its_end_says_so():
    panel = made(seed=1, days=240, actors=8)
    released = replace(panel, known=np.full(len(panel.day), 300, dtype=np.int32))
    said = (
        r"7 days, tested from 2020-08-04: no row of the record, whose days run from 2020-01-01 to "
        r"2020-08-27, was known before\. Half of its rows became known 1\d\d days .* --lag"
    )
    with pytest.raises(MethodError, match=said):
        backtest(released, horizons=(7,), trees=False)


def test_too_little_past_is_told_with_the_day_before_which_it_lies():
    panel = made(seed=1, days=240, actors=8)
    thin = drop_rows(panel, np.arange(len(panel.day)) % 30 == 0)
    with pytest.raises(MethodError, match=r"7 days, tested from 2020-08-04: the record holds \d"):
        backtest(thin, horizons=(7,), cold=(), trees=False)


def test_all_series_are_run_with_triggers_too_where_they_are_asked_for():
    short = made(seed=1, days=120, actors=8)
    found = backtest(short, horizons=(7, 7), cold=(7, 1), min_events=0, trees=False, draws=10)
    assert [(track.horizon, track.name) for track in found.tracks] == [(7, "D"), (1, "D")]
    assert ["logistic with triggers" in track.scores for track in found.tracks] == [True, False]


def test_numbers_without_room_are_shown_as_bounds(test_):
    """A reference that is never wrong in a draw makes the skill's end anything at all."""
    track = test_.tracks[0]
    wild = replace(track.scores["ours"], brier_skill_low=-7.9e20, slope=-15668.03)
    text = backtest_text(
        replace(test_, tracks=(replace(track, scores={**track.scores, "ours": wild}),))
    )
    line = next(line for line in text.splitlines() if line.startswith("ours"))
    assert " <-999 to " in line
    assert line.split()[-4] == "<-999"
    assert max(map(len, text.splitlines()[6:])) <= 100


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"horizons": (0,)}, "the horizon is 0 days; expected at least 1"),
        ({"horizons": (7, -3)}, "the horizon is -3 days; expected at least 1"),
        ({"cold": (0,)}, "the horizon is 0 days"),
        ({"min_events": -1}, "-1 earlier events"),
        ({"periods": {7: (90, 114)}}, "origins 90 to 114 .* windows of 7 days end in .* 0 to 113"),
        ({"periods": {7: (100, 99)}}, "origins 100 to 99"),
        ({"periods": {1: (-1, 99)}}, "origins -1 to 99 .* windows of 1 day end"),
    ],
)
def test_numbers_that_name_no_back_test_are_refused(more, said):
    with pytest.raises(MethodError, match=said):
        backtest(made(seed=1, days=120, actors=8), trees=False, **more)
