"""The engine: formula by hand, oracles, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from sklearn.linear_model import LogisticRegression

from demarche.errors import TermError
from demarche.outside import (
    Cases,
    Options,
    fit_similarity,
    rates_alone,
    rates_of,
    reference_class,
)
from demarche.outside._kernels import Problem, differences, expected_differences, leave_one_out_loss
from demarche.outside._prognosis import encode, fit_encoding, ridge_logistic

from .conftest import NAN, made

STATED = Options(
    feature_weights=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    sharpness=4.0,
    score_sharpness=0.0,
    prior_strength=2.0,
    trees=0,
)


def test_formula_by_hand():
    """Beta(m mu + sum s y, m (1 - mu) + sum s (1 - y)) with two features worth one half each."""
    cases = Cases(
        features=[[1, 0.0], [1, 0.5], [0, 1.0]],
        outcomes=[[1.0], [0.0], [1.0]],
        kinds=("yes/no", "ordinal"),
        feature_names=("a", "b"),
        courses=("x",),
    )
    answer = reference_class(
        [1, 0.0],
        cases=cases,
        options=Options(
            feature_weights=(1.0, 1.0),
            sharpness=2.0,
            score_sharpness=0.0,
            prior_strength=3.0,
            trees=0,
            base_parent=0.5,
            base_strength=2.0,
        ),
    )
    s = np.exp(-2.0 * np.array([0.0, 0.25, 1.0]))
    mu = (2 * 0.5 + 2) / (2 + 3)
    p = (3 * mu + s[0] + s[2]) / (3 + s.sum())
    course = answer.courses[0]
    assert course.probability == pytest.approx(p, abs=1e-12)
    assert course.effective_cases == pytest.approx(s.sum() ** 2 / (s @ s))
    assert course.base.rate == pytest.approx(mu)
    assert [x.agreement for x in answer.precedents] == pytest.approx([1.0, 0.75, 0.0])
    assert course.low < course.probability < course.high


def test_gower_difference_by_hand():
    """Gower (1971): |difference| on ranges, 0/1 on qualities; unknown counts as expected."""
    kinds = ("categorical", "ordinal", "yes/no")
    a = np.array([[1.0, 0.2, 1.0]])
    b = np.array([[2.0, 0.5, 1.0], [NAN, NAN, NAN]])
    d = differences(a, right=b, kinds=kinds, expected=np.array([0.6, 0.3, 0.5]))
    assert d[:, 0, 0] == pytest.approx([1.0, 0.3, 0.0])
    assert d[:, 0, 1] == pytest.approx([0.6, 0.3, 0.5])


def test_expected_difference_is_the_mean_over_pairs():
    x = np.array([[1.0, 0.0], [1.0, 0.5], [2.0, NAN]])
    assert expected_differences(x, kinds=("categorical", "ordinal")) == pytest.approx([2 / 3, 0.5])


def test_score_is_sklearns_ridge_logistic_regression():
    """scikit-learn LogisticRegression, C = 1 / penalty; its intercept is free, ours nearly so."""
    cases = made(200, unknown=0.0)
    columns = encode(cases.features, encoding=fit_encoding(cases.features, kinds=cases.kinds))
    y = cases.outcomes[:, 0]
    ours, _ = ridge_logistic(columns, outcome=y, penalty=10.0)
    theirs = LogisticRegression(C=0.1, tol=1e-10, max_iter=5000).fit(columns, y)
    assert ours[1:] == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert ours[0] == pytest.approx(theirs.intercept_[0], abs=1e-3)


def test_left_out_scores_are_close_to_refits():
    """Rad & Maleki (2020): one Newton step from the full fit; compared with true refits."""
    cases = made(80, unknown=0.0)
    columns = encode(cases.features, encoding=fit_encoding(cases.features, kinds=cases.kinds))
    y = cases.outcomes[:, 0]
    beta, quick = ridge_logistic(columns, outcome=y, penalty=5.0)
    true = np.empty(len(y))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        b, _ = ridge_logistic(columns[rest], outcome=y[rest], penalty=5.0)
        true[i] = b[0] + columns[i] @ b[1:]
    full = beta[0] + columns @ beta[1:]
    assert np.abs(quick - true).max() < 0.1 * np.abs(full - true).max() + 0.02


def test_gradient_of_the_leave_one_out_loss():
    rng = np.random.default_rng(5)
    cases = made(25)
    gaps = differences(
        cases.features, right=cases.features, kinds=cases.kinds, expected=np.full(6, 0.5)
    )
    scores = rng.normal(size=(25, 3))
    problem = Problem(
        gaps=gaps,
        score_gaps=np.abs(scores.T[:, :, None] - scores.T[:, None, :]),
        decay=1 - np.eye(25),
        outcomes=cases.outcomes,
        priors=np.full((25, 3), 0.3),
    )
    centre = np.zeros(3)

    def loss(x):
        return leave_one_out_loss(x, problem=problem, pull=2.0, centre=centre)

    x = rng.normal(size=8) * 0.3
    assert loss(x)[1] == pytest.approx(approx_fprime(x, lambda z: loss(z)[0], 1e-7), abs=1e-3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), forest=st.booleans())
def test_probabilities_inside_and_ranges_ordered(seed, forest):
    cases = made(25, seed=seed)
    answer = reference_class(cases.features[0], cases=cases, options=Options(trees=10 * forest))
    for course in answer.courses:
        assert 0 < course.low < course.high <= 1  # the upper quantile may round to 1
        assert 0 < course.probability < 1


@settings(max_examples=10, deadline=None)
@example(seed=546, forest=True)
@given(seed=st.integers(0, 10_000), forest=st.booleans())
def test_order_of_cases_does_not_matter(seed, forest):
    cases = made(25, seed=seed)
    order = np.random.default_rng(seed).permutation(25)
    options = Options(trees=10 * forest)
    a = reference_class(cases.features[0], cases=cases, options=options)
    b = reference_class(cases.features[0], cases=cases.take(order), options=options)
    assert b.probabilities == pytest.approx(a.probabilities, abs=1e-6)


@pytest.mark.parametrize(
    "options",
    [STATED, Options(trees=15), Options(trees=15, per_course=True)],
    ids=["stated", "forest", "forest per course"],
)
def test_removal_equals_forecasting_without(cases, options):
    similarity = fit_similarity(cases, options=options)
    answer = reference_class(cases.features[0], cases=cases, similarity=similarity, precedents=40)
    assert len(answer.precedents) == 40
    for precedent in answer.precedents:
        rest = np.arange(len(cases)) != precedent.index
        without = reference_class(
            cases.features[0], cases=cases.take(rest), similarity=similarity.take(rest)
        )
        assert np.array(precedent.removal) == pytest.approx(
            without.probabilities - answer.probabilities, abs=1e-12
        )


@pytest.mark.parametrize("options", [STATED, Options(trees=15)], ids=["stated", "forest"])
def test_rates_alone_are_those_of_the_reference_class(cases, options):
    similarity = fit_similarity(cases, options=options)
    base = rates_of(cases, similarity=similarity)
    for query in cases.features[:5]:
        whole = reference_class(query, cases=cases, similarity=similarity, precedents=0)
        again = reference_class(query, cases=cases, similarity=similarity, precedents=0, base=base)
        assert again.courses == whole.courses
        asked = {course.course: course.probability for course in whole.courses[1:]}
        alone = rates_alone(
            query, cases=cases, similarity=similarity, base=base, courses=set(asked)
        )
        assert alone == asked


def test_removal_equals_a_full_refit_when_everything_is_stated(cases):
    """With stated scales and no forest only the value of an unknown is fitted; none is unknown."""
    whole = made(30, unknown=0.0)
    stated = Options(
        feature_weights=(1.0,) * 6,
        sharpness=4.0,
        score_sharpness=0.0,
        prior_strength=2.0,
        trees=0,
        base_parent=0.4,
        base_strength=3.0,
    )
    answer = reference_class(whole.features[0], cases=whole, options=stated)
    for precedent in answer.precedents:
        rest = np.arange(len(whole)) != precedent.index
        refit = reference_class(whole.features[0], cases=whole.take(rest), options=stated)
        assert np.array(precedent.removal) == pytest.approx(
            refit.probabilities - answer.probabilities, abs=1e-12
        )


@pytest.mark.parametrize(
    "options",
    [STATED, Options(trees=15), Options(sharpness=None, trees=0)],
    ids=["stated", "forest", "estimated"],
)
def test_cases_with_nothing_known_change_only_counts(cases, options):
    extra = Cases(
        features=np.vstack([cases.features, cases.features[:5]]),
        outcomes=np.vstack([cases.outcomes, np.full((5, 3), NAN)]),
        kinds=cases.kinds,
        feature_names=cases.feature_names,
        courses=cases.courses,
    )
    a = reference_class(cases.features[0], cases=cases, options=options)
    b = reference_class(cases.features[0], cases=extra, options=options)
    assert b.probabilities == pytest.approx(a.probabilities, abs=1e-9)
    assert [x.not_known - y.not_known for x, y in zip(b.courses, a.courses, strict=True)] == [5] * 3


def test_shares_of_the_precedents_and_the_base_rate_make_the_forecast(cases):
    answer = reference_class(cases.features[0], cases=cases, precedents=len(cases))
    shares = np.array([precedent.weights for precedent in answer.precedents])
    outcomes = np.nan_to_num([precedent.outcome for precedent in answer.precedents])
    mu = np.array([course.base.rate for course in answer.courses])
    again = (shares * outcomes).sum(axis=0) + (1 - shares.sum(axis=0)) * mu
    assert again == pytest.approx(answer.probabilities, abs=1e-12)


def test_same_seed_same_bytes(cases):
    a, b = (
        reference_class(cases.features[1], cases=cases, options=Options(seed=4)) for _ in range(2)
    )
    assert a.probabilities.tobytes() == b.probabilities.tobytes()
    assert a.similarities.tobytes() == b.similarities.tobytes()


def test_no_weight_is_hidden(cases):
    fitted = reference_class(cases.features[0], cases=cases).similarity
    assert fitted.feature_weights.sum(axis=1) == pytest.approx([1.0] * 3)
    assert fitted.estimated == ("feature_weights",)
    stated = fit_similarity(cases, options=STATED)
    assert stated.estimated == ()
    assert stated.feature_weights == pytest.approx(np.full((3, 6), 1 / 6))


def test_learnt_weights_prefer_what_matters():
    cases = made(300, unknown=0.0, courses=2)
    fitted = fit_similarity(cases, options=Options(trees=0, score_sharpness=0.0))
    weights = fitted.feature_weights[0]
    assert min(weights[:2]) > max(weights[2:])


def test_strong_pull_makes_weights_equal(cases):
    weights = fit_similarity(cases, options=Options(trees=0, pull=1e6)).feature_weights
    assert weights == pytest.approx(np.full((3, 6), 1 / 6), abs=1e-3)


def test_time_decay_halves_at_the_half_life():
    cases = Cases(
        features=[[1.0], [1.0]],
        outcomes=[[1.0], [0.0]],
        kinds=("yes/no",),
        feature_names=("a",),
        courses=("x",),
        times=[1990.0, 1980.0],
    )
    answer = reference_class(
        [1.0],
        cases=cases,
        time=1990.0,
        options=Options(feature_weights=(1.0,), score_sharpness=0.0, trees=0, half_life=10.0),
    )
    assert answer.similarities[:, 0] == pytest.approx([1.0, 0.5])


def test_thin_classes_are_said(cases):
    outcomes = cases.outcomes.copy()
    outcomes[:, 1] = NAN
    empty = Cases(
        features=cases.features,
        outcomes=outcomes,
        kinds=cases.kinds,
        feature_names=cases.feature_names,
        courses=cases.courses,
    )
    answer = reference_class(cases.features[0], cases=empty)
    assert any("course 1" in warning for warning in answer.warnings)
    assert answer.courses[1].probability == pytest.approx(answer.courses[1].base.parent)


def test_one_case_is_enough_and_warned_about(cases):
    answer = reference_class(cases.features[0], cases=cases.take(np.array([1])))
    assert answer.warnings


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda c: reference_class([1.0], cases=c), "6 values"),
        (lambda c: reference_class([2.0, 0, 1, 0, 0, 0], cases=c), "'ally' holds 2"),
        (lambda c: reference_class([1.0, 0, 1, 3.0, 0, 0], cases=c), "'violence' holds 3"),
        (lambda c: reference_class(c.features[0], cases=c.take(np.array([], dtype=int))), "empty"),
        (lambda c: reference_class(c.features[0], cases=c, options=Options(half_life=5.0)), "time"),
        (
            lambda c: reference_class(
                c.features[0], cases=c, time=1951.0, options=Options(half_life=5.0)
            ),
            "began after",
        ),
        (
            lambda c: reference_class(
                c.features[0], cases=c, options=STATED, similarity=fit_similarity(c)
            ),
            "Both",
        ),
        (
            lambda c: reference_class(
                c.features[0], cases=c.take(np.arange(5)), similarity=fit_similarity(c)
            ),
            "fitted on 40",
        ),
        (lambda c: fit_similarity(c, options=Options(feature_weights=(1.0,))), "1 feature weights"),
        (lambda c: Options(prior_strength=0.0), "prior_strength is 0"),
        (lambda c: Options(sharpness=-1.0), "sharpness is -1"),
        (lambda c: Options(feature_weights=(0.0, 0.0)), "feature_weights"),
    ],
    ids=[
        "length",
        "yes/no",
        "ordinal",
        "empty",
        "no time",
        "later",
        "both",
        "other cases",
        "weights",
        "strength",
        "sharpness",
        "zero weights",
    ],
)
def test_refuses(cases, call, says):
    with pytest.raises(TermError, match=says):
        call(cases)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"outcomes": [[2.0]]}, "is 2"),
        ({"outcomes": [[1.0], [0.0]]}, "outcomes 2"),
        ({"kinds": ("colour",)}, "not a kind"),
        ({"courses": ("x", "x"), "outcomes": [[1.0, 0.0]]}, "repeats"),
        ({"labels": ("a", "b")}, "labels has 2"),
        ({"times": [NAN]}, "times"),
        ({"features": [1.0]}, "dimension"),
    ],
    ids=["outcome", "rows", "kind", "names", "labels", "times", "table"],
)
def test_cases_refuse(change, says):
    good = {
        "features": [[1.0]],
        "outcomes": [[1.0]],
        "kinds": ("yes/no",),
        "feature_names": ("a",),
        "courses": ("x",),
    }
    with pytest.raises(TermError, match=says):
        Cases(**{**good, **change})


def test_cases_do_not_change_with_their_source():
    source = np.array([[1.0]])
    cases = Cases(
        features=source, outcomes=[[1.0]], kinds=("yes/no",), feature_names=("a",), courses=("x",)
    )
    source[0, 0] = 0.0
    assert cases.features[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        cases.features[0, 0] = 0.0
