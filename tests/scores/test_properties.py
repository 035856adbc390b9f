"""Properties P1 to P26 of the scoring reference that concern scores and pools.

P16 is in tests/outside, P17 and P18 in tests/ledger with the scorecards.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from demarche import pooling
from demarche.errors import TermError
from demarche.scores import (
    auc,
    baseline,
    baseline_over_time,
    bootstrap_mean,
    brier,
    brier_index,
    brier_multiclass,
    calibration_error,
    decompose,
    difficulty_adjusted,
    isotonic,
    log_multiclass,
    log_score,
    mean_over_time,
    murphy,
    paired_difference,
    peer,
    peer_over_time,
    reliability,
    rps,
    spherical,
    spiegelhalter,
    timeline,
)

probability = st.floats(0, 1)
inside = st.floats(0.01, 0.99)
forecasts = st.lists(st.tuples(probability, st.integers(0, 1)), min_size=1, max_size=25)


def _split(rows):
    return [p for p, _ in rows], [y for _, y in rows]


@given(forecasts, st.randoms(use_true_random=False))
def test_p01_order_changes_nothing(rows, shuffle):
    p, y = _split(rows)
    mixed = list(rows)
    shuffle.shuffle(mixed)
    q, z = _split(mixed)
    for score in ("brier", "log"):
        a, b = decompose(p, outcome=y, score=score), decompose(q, outcome=z, score=score)
        assert a.score == pytest.approx(b.score, abs=1e-12)
        assert a.miscalibration == pytest.approx(b.miscalibration, abs=1e-12)
    assert murphy(p, outcome=y).score == pytest.approx(murphy(q, outcome=z).score)
    assert auc(p, outcome=y) == pytest.approx(auc(q, outcome=z))
    assert calibration_error(p, outcome=y) == pytest.approx(calibration_error(q, outcome=z))


@given(st.integers(1, 999))
def test_p02_yes_and_no_can_be_exchanged(thousandths):
    p = thousandths / 1000
    assert float(brier(p, outcome=1)) == pytest.approx(float(brier(1 - p, outcome=0)))
    assert float(log_score(p, outcome=1).values) == pytest.approx(
        float(log_score(1 - p, outcome=0).values)
    )


BINARY = {
    "brier": lambda p, y: float(brier(p, outcome=y)),
    "log": lambda p, y: float(log_score(p, outcome=y).values),
    "spherical": lambda p, y: spherical([1 - p, p], outcome=y),
    "multi-class brier": lambda p, y: brier_multiclass([1 - p, p], outcome=y),
    "multi-class log": lambda p, y: float(log_multiclass([1 - p, p], outcome=y).values),
    "rps": lambda p, y: rps([1 - p, p], outcome=y),
    "baseline": lambda p, y: -float(baseline(p if y else 1 - p).values),
}


@pytest.mark.parametrize("score", BINARY.values(), ids=BINARY.keys())
def test_p03_the_truth_has_the_best_expected_score(score):
    grid = np.linspace(0.02, 0.98, 25)
    for q in grid:
        expected = [q * score(p, 1) + (1 - q) * score(p, 0) for p in grid]
        assert grid[int(np.argmin(expected))] == q


@given(forecasts)
def test_p04_parts_are_not_negative_and_vanish_where_they_should(rows):
    p, y = _split(rows)
    for score in ("brier", "log"):
        found = decompose(p, outcome=y, score=score)
        assert found.miscalibration >= 0 and found.discrimination >= 0
        again = decompose(isotonic(p, outcome=y), outcome=y, score=score)
        assert again.miscalibration == pytest.approx(0, abs=1e-12)
        constant = decompose([0.3] * len(y), outcome=y, score=score)
        assert constant.discrimination == pytest.approx(0, abs=1e-12)
    mean = np.mean(y)
    assert decompose(p, outcome=y).uncertainty == pytest.approx(mean * (1 - mean), abs=1e-12)


@given(forecasts)
def test_p05_parts_add_up(rows):
    p, y = _split(rows)
    for score in ("brier", "log"):
        d = decompose(p, outcome=y, score=score)
        total = d.miscalibration - d.discrimination + d.uncertainty
        assert d.score == pytest.approx(total, abs=1e-12)


@given(forecasts)
def test_p06_a_rising_transformation_changes_miscalibration_only(rows):
    p, y = _split([(round(p, 6), y) for p, y in rows])
    bent = [0.1 + 0.8 * x for x in p]
    for score in ("brier", "log"):
        a, b = decompose(p, outcome=y, score=score), decompose(bent, outcome=y, score=score)
        assert a.discrimination == pytest.approx(b.discrimination, abs=1e-12)
        assert a.uncertainty == pytest.approx(b.uncertainty, abs=1e-12)


@given(st.lists(inside, min_size=2, max_size=6), st.data())
def test_p07_ranked_score(raw, data):
    p = np.array(raw) / sum(raw)
    k = data.draw(st.integers(0, len(p) - 1))
    assert rps(p, outcome=k) == pytest.approx(rps(p[::-1], outcome=len(p) - 1 - k), abs=1e-12)
    assert rps(p, outcome=k, normalised=True) <= 1 + 1e-12
    if len(p) == 2:
        assert rps(p, outcome=k) == pytest.approx(float(brier(p[1], outcome=k)), abs=1e-12)


def test_p07_order_matters():
    assert rps([0.2, 0.5, 0.3], outcome=0) != pytest.approx(rps([0.2, 0.3, 0.5], outcome=0))


times = st.lists(st.floats(0, 9.9), min_size=1, max_size=5, unique=True).map(sorted)


@given(times, st.data())
def test_p08_saying_the_same_again_changes_nothing(days, data):
    p = data.draw(st.lists(inside, min_size=len(days), max_size=len(days)))
    at = data.draw(st.floats(days[0], 9.99))
    current = max(i for i, day in enumerate(days) if day <= at)
    held = timeline(days, p=p, opened=0, closes=10, event=9)
    again = timeline([*days, at], p=[*p, p[current]], opened=0, closes=10, event=9)
    for outcome in (0, 1):
        for score in (mean_over_time, baseline_over_time):
            a, b = score(held, outcome=outcome), score(again, outcome=outcome)
            assert a.value == b.value or a.value == pytest.approx(b.value)
            assert a.coverage == pytest.approx(b.coverage)


@given(times, inside)
def test_p09_a_late_forecast_changes_nothing_and_is_counted(days, p):
    held = timeline(days, p=[p] * len(days), opened=0, closes=10, event=5)
    later = timeline([*days, 5.0], p=[*[p] * len(days), 0.99], opened=0, closes=10, event=5)
    assert (later.start, later.end, later.p) == (held.start, held.end, held.p)
    assert later.late == held.late + 1


@given(st.lists(st.tuples(st.floats(0, 12), st.one_of(st.none(), inside)), max_size=6))
def test_p10_coverage_is_a_share_and_adds_up(rows):
    held = timeline([t for t, _ in rows], p=[p for _, p in rows], opened=0, closes=10)
    assert 0 <= held.coverage <= 1
    single = [
        timeline([a, b], p=[p, None], opened=0, closes=10).coverage
        for a, b, p in zip(held.start, held.end, held.p, strict=True)
    ]
    assert sum(single) == pytest.approx(held.coverage)


@given(st.lists(inside, min_size=2, max_size=6), st.integers(0, 1))
def test_p11_peers_sum_to_zero(p, outcome):
    held = {str(i): timeline([0], p=[x], opened=0, closes=10) for i, x in enumerate(p)}
    found = peer_over_time(held, outcome=outcome)
    assert sum(s.value for s in found.values()) == pytest.approx(0, abs=1e-9)
    middle = float(np.exp(np.mean(np.log(p))))
    assert peer([*p, middle]).values[-1] == pytest.approx(0, abs=1e-9)


POOLS = {
    "linear": pooling.linear,
    "median": pooling.median,
    "odds": pooling.log_odds,
    "trimmed": lambda p: pooling.trimmed_mean(p, share=0.2),
    "recent": pooling.recency_weighted_median,
}
views = st.lists(inside, min_size=2, max_size=7)


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS.keys())
@given(inside, st.integers(2, 6), views)
def test_p12_pools_keep_agreement_and_stay_in_range(pool, p, n, values):
    assert float(pool([p] * n)) == pytest.approx(p)
    assert min(values) - 1e-9 <= float(pool(values)) <= max(values) + 1e-9


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS.keys())
@given(values=views)
def test_p13_complements_pool_to_the_complement(pool, values):
    assert float(pool([1 - p for p in values])) == pytest.approx(1 - float(pool(values)))


@given(views, st.floats(1.01, 4))
def test_p13_p14_extremising_moves_away_from_one_half(values, factor):
    plain = float(pooling.log_odds(values))
    bent = float(pooling.extremised(values, factor=factor))
    other = float(pooling.extremised([1 - p for p in values], factor=factor))
    assert other == pytest.approx(1 - bent)
    assert (bent - 0.5) * (plain - 0.5) >= -1e-12
    assert abs(bent - 0.5) >= abs(plain - 0.5) - 1e-12
    assert float(pooling.extremised([0.5, 0.5], factor=factor)) == 0.5


@pytest.mark.parametrize("name", ["linear", "median", "odds", "trimmed"])
@given(values=views, data=st.data())
def test_p15_pools_rise_with_each_input_in_any_order(name, values, data):
    pool = POOLS[name]
    at = data.draw(st.integers(0, len(values) - 1))
    higher = [min(0.99, p + 0.2) if i == at else p for i, p in enumerate(values)]
    assert float(pool(higher)) >= float(pool(values)) - 1e-12
    assert float(pool(values[::-1])) == pytest.approx(float(pool(values)))


@given(values=views, factor=st.floats(0.1, 50))
def test_p15_weights_are_scale_free(values, factor):
    weights = np.arange(1, len(values) + 1)
    for pool in (pooling.linear, pooling.median, pooling.log_odds):
        assert float(pool(values, weights=weights)) == pytest.approx(
            float(pool(values, weights=factor * weights))
        )


def test_p19_the_consistency_band_covers_calibrated_forecasters():
    rng = np.random.default_rng(19)
    hits = total = 0
    for _ in range(60):
        p = rng.random(200)
        y = (rng.random(200) < p).astype(float)
        found = reliability(p, outcome=y, rng=rng, draws=200)
        hits, total = hits + len(found.at) - found.outside, total + len(found.at)
    assert 0.85 <= hits / total <= 0.95


def test_p19_the_band_shows_a_forecaster_who_is_too_sure():
    rng = np.random.default_rng(2)
    p = np.repeat([0.05, 0.95], 200)
    y = (rng.random(400) < np.where(p < 0.5, 0.3, 0.7)).astype(float)
    found = reliability(p, outcome=y, rng=rng, draws=200)
    assert found.outside == len(found.at) == 2
    assert sum(block.n for block in found.blocks) == 400
    assert sum(block.yes for block in found.blocks) == int(y.sum())


def test_p20_spiegelhalter_rejects_calibrated_forecasters_as_often_as_it_says():
    rng = np.random.default_rng(20)
    rejected = 0
    for _ in range(2000):
        p = rng.random(200)
        y = (rng.random(200) < p).astype(float)
        rejected += spiegelhalter(p, outcome=y).p_value < 0.05
    assert 0.03 <= rejected / 2000 <= 0.07


def test_p21_copies_of_rows_do_not_narrow_an_interval_by_question():
    rng = np.random.default_rng(21)
    scores, questions = rng.random(40), [f"q{i}" for i in range(40)]
    once = bootstrap_mean(scores, clusters=questions, rng=np.random.default_rng(1), draws=500)
    twice = bootstrap_mean(
        np.tile(scores, 2), clusters=questions * 2, rng=np.random.default_rng(1), draws=500
    )
    assert (once.low, once.high) == pytest.approx((twice.low, twice.high))
    by_row = bootstrap_mean(np.tile(scores, 2), rng=np.random.default_rng(1), draws=500)
    narrower = (by_row.high - by_row.low) / (once.high - once.low)
    assert narrower == pytest.approx(1 / np.sqrt(2), abs=0.08)


def test_p22_a_forecaster_against_itself_differs_by_nothing():
    scores = np.random.default_rng(22).random(30)
    found = paired_difference(scores, reference=scores, rng=np.random.default_rng(1), draws=200)
    assert (found.value, found.low, found.high) == (0, 0, 0)


@given(forecasts)
def test_p23_murphy_integrates_to_brier(rows):
    p, y = _split([(0.005 + 0.99 * p, y) for p, y in rows])
    curve = murphy(p, outcome=y, thresholds=2001)
    assert 2 * np.trapezoid(curve.score, curve.thresholds) == pytest.approx(
        brier(p, outcome=y).mean(), abs=1e-3
    )
    assert curve.score[0] == 0 and curve.score[-1] == 0


@given(probability, probability)
def test_p24_brier_index_falls_with_brier(a, b):
    assume(abs(a - b) > 1e-9)
    low, high = sorted((a, b))
    assert float(brier_index(low)) > float(brier_index(high))
    assert brier_index([0, 1]).tolist() == [100, 0]


PEOPLE = st.lists(st.lists(probability, min_size=4, max_size=4), min_size=2, max_size=5)


@given(PEOPLE, st.floats(0, 1))
@settings(max_examples=50)
def test_p25_difficulty(rows, extra):
    names = [str(i) for i in range(len(rows))]
    questions = ["a", "b", "c", "d"]
    keys = list(itertools.product(names, questions)) + [("half", q) for q in questions]

    def scored(more):
        values = [rows[int(n)][questions.index(q)] if n != "half" else 0.25 for n, q in keys]
        values = [v + more * (q == "b") for v, (_, q) in zip(values, keys, strict=True)]
        found = difficulty_adjusted(
            values,
            forecasters=[n for n, _ in keys],
            questions=[q for _, q in keys],
            dummies={"half"},
        )
        return {name: mean for name, mean, _ in found.scores}

    plain, harder = scored(0.0), scored(extra)
    assert plain["half"] == pytest.approx(0.25)
    gaps = {n: plain[n] - plain["0"] for n in names}
    assert {n: harder[n] - harder["0"] for n in names} == pytest.approx(gaps, abs=1e-9)


def test_p25_difficulty_finds_abilities_that_raw_means_hide():
    """a answers only hard questions, b only easy ones; c links them. Truth is additive."""
    ability, hard = {"a": 0.0, "b": 0.05, "c": 0.1}, {"h1": 0.2, "h2": 0.15, "e1": 0.0, "e2": 0.05}
    asked = {"a": ["h1", "h2"], "b": ["e1", "e2"], "c": list(hard)}
    rows = [(n, q, ability[n] + hard[q]) for n, qs in asked.items() for q in qs]
    found = difficulty_adjusted(
        [s for _, _, s in rows],
        forecasters=[n for n, _, _ in rows],
        questions=[q for _, q, _ in rows],
    )
    means = {name: mean for name, mean, _ in found.scores}
    assert means["b"] - means["a"] == pytest.approx(0.05)
    assert means["c"] - means["a"] == pytest.approx(0.1)


def test_difficulty_refuses_forecasters_without_common_questions():
    with pytest.raises(TermError, match="share no questions"):
        difficulty_adjusted([0.1, 0.2], forecasters=["a", "b"], questions=["x", "y"])


EDGES = [0.0, 5e-324, 0.5, 1 - 1e-16, 1.0]


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("p", EDGES)
def test_p26_no_score_is_infinite_or_not_a_number(p, y):
    of_outcome = p if y else 1 - p
    values = [
        brier(p, outcome=y),
        log_score(p, outcome=y).values,
        baseline(of_outcome).values,
        peer([of_outcome, 0.5]).values,
        spherical([1 - p, p], outcome=y),
        rps([1 - p, p], outcome=y),
        isotonic([p], outcome=[y]),
        murphy([p], outcome=[y]).score,
        calibration_error([p], outcome=[y]),
        *(
            getattr(decompose([p], outcome=[y], score=s), part)
            for s in ("brier", "log")
            for part in ("score", "miscalibration", "discrimination", "uncertainty")
        ),
    ]
    assert all(np.all(np.isfinite(value)) for value in values)
    assert spiegelhalter([p], outcome=[y]).z is None or np.isfinite(
        spiegelhalter([p], outcome=[y]).z
    )


@pytest.mark.parametrize("bad", [float("nan"), -0.1, 1.2, float("inf"), "70 %", None])
@pytest.mark.parametrize(
    "score",
    [
        lambda p: brier(p, outcome=1),
        lambda p: log_score(p, outcome=1),
        baseline,
        lambda p: peer([p]),
        lambda p: spherical([p, 0.5], outcome=0),
        lambda p: isotonic([p], outcome=[1]),
        lambda p: murphy([p], outcome=[1]),
        lambda p: decompose([p], outcome=[1]),
        lambda p: spiegelhalter([p], outcome=[1]),
        lambda p: auc([p], outcome=[1]),
        lambda p: calibration_error([p], outcome=[1]),
        brier_index,
    ],
)
def test_p26_what_is_no_probability_is_refused(score, bad):
    with pytest.raises(TermError, match=r"probability|score"):
        score(bad)


@pytest.mark.parametrize(
    "call",
    [
        lambda: isotonic([], outcome=[]),
        lambda: murphy([0.5], outcome=[1, 0]),
        lambda: timeline([0], p=[0.5, 0.6], opened=0, closes=1),
        lambda: timeline([0], p=[0.5], opened=1, closes=1),
        lambda: timeline([float("nan")], p=[0.5], opened=0, closes=1),
        lambda: mean_over_time(timeline([0], p=[0.5], opened=0, closes=1), outcome=2),
        lambda: peer_over_time(
            {
                "a": timeline([0], p=[0.5], opened=0, closes=1),
                "b": timeline([0], p=[0.5], opened=0, closes=2),
            },
            outcome=1,
        ),
        lambda: pooling.trimmed_mean([0.5, 0.6], share=0.5),
        lambda: pooling.recency_weights(0),
        lambda: difficulty_adjusted([0.1], forecasters=["a"], questions=["x"], dummies={"a"}),
        lambda: baseline(0.5, answers=1),
        lambda: paired_difference([0.1, 0.2], reference=[0.1], rng=np.random.default_rng(1)),
    ],
)
def test_what_cannot_be_scored_is_refused_in_words(call):
    with pytest.raises(TermError):
        call()


@pytest.mark.parametrize("total", [0.999, 1.3, 1 + 2e-9])
def test_row_35_answers_that_do_not_sum_to_one_are_refused_and_never_rescaled(total):
    p = np.array([0.2, 0.5, 0.3]) * total
    for score in (brier_multiclass, log_multiclass, spherical, rps):
        with pytest.raises(TermError, match="must sum to 1"):
            score(p, outcome=0)
    assert brier_multiclass(np.array([0.2, 0.5, 0.3]) * (1 + 5e-10), outcome=0) > 0


def test_a_forecast_of_one_cluster_has_no_interval():
    rng = np.random.default_rng(1)
    assert bootstrap_mean([0.1, 0.2], clusters=["q", "q"], rng=rng) is None
    assert paired_difference([0.1, 0.2], reference=[0.2, 0.2], clusters=["q", "q"], rng=rng) is None
