"""Back-tests never see what they forecast; the bootstrap resamples clusters."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.errors import TermError
from demarche.outside import (
    Cases,
    Options,
    benchmark,
    forward,
    leave_one_out,
    paired_bootstrap,
    reference_class,
    skill_table,
)

from .conftest import NAN, made

QUICK = Options(trees=10)


def with_outcome(cases: Cases, row: int, value: float) -> Cases:
    outcomes = cases.outcomes.copy()
    outcomes[row] = value
    return Cases(
        features=cases.features,
        outcomes=outcomes,
        kinds=cases.kinds,
        feature_names=cases.feature_names,
        courses=cases.courses,
        times=cases.times,
    )


@pytest.mark.parametrize("row", [0, 7, 39])
def test_no_case_helps_to_forecast_itself(cases, row):
    a, b = (
        leave_one_out(with_outcome(cases, row, value), options=QUICK, folds=4)
        for value in (0.0, 1.0)
    )
    assert a.engine[row].tobytes() == b.engine[row].tobytes()
    assert a.base[row].tobytes() == b.base[row].tobytes()


def test_groups_are_left_out_together(cases):
    groups = np.arange(40) // 2
    a, b = (
        leave_one_out(with_outcome(cases, 1, value), options=QUICK, folds=4, groups=groups)
        for value in (0.0, 1.0)
    )
    assert a.engine[:2].tobytes() == b.engine[:2].tobytes()
    assert a.train.tolist() == [38] * 40


def test_leave_one_out_is_the_engine_on_the_rest(cases):
    stated = Options(feature_weights=(1.0,) * 6, trees=0, score_sharpness=0.0)
    test = leave_one_out(cases, options=stated)
    rest = np.arange(40) != 5
    alone = reference_class(cases.features[5], cases=cases.take(rest), options=stated)
    assert test.engine[5] == pytest.approx(alone.probabilities, abs=1e-12)


def test_forward_ignores_the_future(cases):
    """Outcomes of later cases change no forecast, and neither does removing them."""
    full = forward(cases, start=1970.0, options=QUICK)
    cut = forward(cases.take(np.asarray(cases.times) < 1980), start=1970.0, options=QUICK)
    k = len(cut.rows)
    assert full.engine[:k].tobytes() == cut.engine.tobytes()
    assert full.base[:k].tobytes() == cut.base.tobytes()
    assert (full.train == full.rows).all()


def test_forward_waits_until_an_outcome_was_known(cases):
    known_at = np.asarray(cases.times) + 100.0
    known_at[:25] = cases.times[:25]
    test = forward(cases, start=1980.0, options=QUICK, known_at=known_at)
    assert set(test.train.tolist()) == {25}


def test_forward_counts_what_it_skips(cases):
    test = forward(cases, start=1950.0, options=QUICK, least=30)
    assert test.skipped == 30
    assert len(test.rows) == 10


def test_engine_finds_a_rule_and_the_base_rate_does_not():
    cases = made(120, unknown=0.0)
    table = skill_table(
        leave_one_out(cases, options=QUICK, folds=4), rng=np.random.default_rng(0), draws=500
    )
    assert table[-1].course == "all"
    assert table[-1].brier_skill_low > 0
    assert table[-1].log_skill > 0


def test_a_forecaster_beside_itself(cases):
    """research/scoring.md, P22: difference 0, interval [0, 0]."""
    test = forward(cases, start=1970.0, options=QUICK)
    row = skill_table(test, rng=np.random.default_rng(0), others={"base": test.base}, draws=200)[-1]
    assert (row.brier_gain, row.brier_gain_low, row.brier_gain_high) == (0.0, 0.0, 0.0)


def test_duplicated_rows_of_a_cluster_leave_the_interval_unchanged():
    """research/scoring.md, P21."""
    rng = np.random.default_rng(3)
    a, b, g = rng.random(50), rng.random(50), np.arange(50)
    once = paired_bootstrap(a, reference=b, clusters=g, rng=np.random.default_rng(1), draws=400)
    twice = paired_bootstrap(
        np.tile(a, 2),
        reference=np.tile(b, 2),
        clusters=np.tile(g, 2),
        rng=np.random.default_rng(1),
        draws=400,
    )
    assert twice == pytest.approx(once, abs=1e-12)


def test_bootstrap_spread_is_the_standard_error():
    """Standard error of a mean, s / sqrt(n) (textbook)."""
    score = np.random.default_rng(0).random(400)
    draws = paired_bootstrap(
        score, reference=score, clusters=np.arange(400), rng=np.random.default_rng(1), draws=4000
    )
    assert draws[:, 0].std() == pytest.approx(score.std() / 20, rel=0.06)


def test_skill_by_hand(cases):
    test = forward(cases, start=1970.0, options=QUICK)
    row = skill_table(test, rng=np.random.default_rng(0), draws=50)[0]
    known = ~np.isnan(test.outcomes[:, 0])
    y = test.outcomes[known, 0]
    mine = ((test.engine[known, 0] - y) ** 2).mean()
    base = ((test.base[known, 0] - y) ** 2).mean()
    assert row.brier_skill == pytest.approx(1 - mine / base)
    assert (row.n, row.not_known) == (known.sum(), (~known).sum())


def test_benchmark_gives_all_forecasters_the_same_past(cases):
    seen = []

    def mean(features, outcomes, query):
        seen.append(len(outcomes))
        assert not np.isnan(outcomes).any()
        return float(outcomes.mean())

    answer = benchmark(
        cases,
        start=1975.0,
        rng=np.random.default_rng(0),
        options=QUICK,
        others={"mean": mean},
        draws=50,
    )
    assert len(seen) == answer.test.outcomes.size
    assert max(seen) < len(cases)
    assert {row.forecaster for row in answer.table} == {"engine", "mean"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda c: leave_one_out(c, folds=1), "fold"),
        (lambda c: leave_one_out(c, groups=[1]), "groups has shape"),
        (lambda c: forward(c, start=3000.0), "No case"),
        (lambda c: forward(c, start=1970.0, known_at=[NAN] * 40), "known_at"),
        (
            lambda c: benchmark(
                c,
                start=1980.0,
                rng=np.random.default_rng(0),
                options=QUICK,
                others={"odd": lambda x, y, q: 2.0},
            ),
            "'odd'",
        ),
        (
            lambda c: paired_bootstrap([], reference=[], clusters=[], rng=np.random.default_rng(0)),
            "non-empty",
        ),
    ],
    ids=["folds", "groups", "start", "known_at", "forecaster", "bootstrap"],
)
def test_refuses(cases, call, says):
    with pytest.raises(TermError, match=says):
        call(cases)
