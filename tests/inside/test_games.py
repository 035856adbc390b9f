"""Normal-form games: levels, quantal responses, Nash bargaining, cross-impacts, legacy models."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import MethodError, TermError
from demarche.inside import (
    SmpCase,
    SmpOptions,
    challenge,
    contradictions,
    cross_impact,
    logit_levels,
    nash_bargain,
    nash_bargain_on_scale,
    normal_form,
    quantal_response,
    quantal_search,
    smp,
)
from demarche.inside.normal import expectations, responses


def game(seed, *, players=None, strategies=None):
    rng = np.random.default_rng(seed)
    n = players or int(rng.integers(2, 5))
    sizes = tuple(int(rng.integers(1, 4)) for _ in range(n)) if strategies is None else strategies
    return [rng.uniform(0, 1, sizes) for _ in range(n)]


seeds = st.integers(0, 10_000)


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0, 6))
def test_the_compiled_levels_equal_their_numpy_twin(seed, precision):
    tables = game(seed)
    a = logit_levels(tables, precision=precision, engine="numpy")
    b = logit_levels(tables, precision=precision, engine="numba")
    for p, q in zip(a.p, b.p, strict=True):
        np.testing.assert_allclose(p, q, atol=1e-12)
    np.testing.assert_allclose(a.by_level, b.by_level, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_expected_payoffs_equal_the_sum_over_all_profiles(seed):
    built = normal_form(game(seed))
    rng = np.random.default_rng(seed)
    p = np.concatenate([rng.dirichlet(np.ones(size)) for size in built.sizes])
    mixtures = built.split(p)
    u = built.split(expectations(built, p))
    for i in range(len(built.sizes)):
        for s in range(built.sizes[i]):
            total = 0.0
            for profile in np.ndindex(built.sizes):
                if profile[i] == s:
                    chance = np.prod([mixtures[j][a] for j, a in enumerate(profile) if j != i])
                    total += chance * built.payoffs[i][profile]
            assert u[i][s] == pytest.approx(total, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.1, 8))
def test_a_quantal_response_is_a_fixed_point_and_engines_agree(seed, precision):
    tables = game(seed)
    built = normal_form(tables)
    for engine in ("numpy", "numba"):
        found = quantal_search(tables, precision=precision, starts=3, engine=engine)
        assert found.converged
        p = np.concatenate(found.profile)
        np.testing.assert_allclose(responses(built, p, precision=precision), p, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_where_uniqueness_is_proved_no_start_finds_another(seed):
    tables = game(seed)
    precision = 0.5
    found = quantal_search(tables, precision=precision)
    if found.uniqueness != "proved":
        return
    rng = np.random.default_rng(seed)
    built = normal_form(tables)
    for _ in range(5):
        start = [rng.dirichlet(np.ones(size)) for size in built.sizes]
        other = quantal_search(tables, precision=precision, start=start)
        for p, q in zip(found.profile, other.profile, strict=True):
            np.testing.assert_allclose(p, q, atol=1e-8)


def test_without_precision_and_without_stakes_every_strategy_is_alike():
    flat = [np.zeros((3, 2)), np.zeros((3, 2))]
    for tables, precision in ((game(5, strategies=(3, 2), players=2), 0.0), (flat, 50.0)):
        found = quantal_response(tables, precision=precision)
        assert found.uniqueness == "proved"
        np.testing.assert_allclose(found.profile[0], 1 / 3)


def test_a_budget_too_small_to_converge_is_a_refusal_with_the_residual():
    """Asymmetric matching pennies of Goeree & Holt at a precision far above any observed."""
    pennies = [[[320, 40], [40, 80]], [[40, 80], [80, 40]]]
    with pytest.raises(MethodError, match="no quantal response equilibrium was reached"):
        quantal_response(pennies, precision=1e5, budget=1, starts=0)
    found = quantal_search(pennies, precision=1e5, budget=1, starts=0)
    assert not found.converged
    assert found.residual > 1e-3
    assert found.uniqueness == "not known"
    assert found.fixed_points == ()


@pytest.mark.parametrize(
    "tables",
    [[[1, 2]], [[[1.0]], [[1.0, 2.0]]], [[[float("nan")]], [[1.0]]], [[[1], [2, 3]], [[1], [2]]]],
    ids=["one table", "shapes", "not finite", "ragged"],
)
def test_games_that_are_none_are_refused(tables):
    with pytest.raises(TermError):
        normal_form(tables)


def test_games_beyond_the_budget_are_refused_before_they_are_solved():
    with pytest.raises(MethodError, match="budget"):
        normal_form([np.zeros((4,) * 10)] * 10)


@given(st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0.2, 5))
def test_two_equal_parties_meet_in_the_middle_of_their_gains(a, b, rho):
    """Symmetric bargaining over a linear scale: gains x - q and q' - x are equalised by weights."""
    low, high = sorted((a, b))
    found = nash_bargain_on_scale([low, high], reference=0.0, rho=1.0)
    assert found.agreed
    assert low - 1e-6 <= found.position <= high + 1e-6
    assert found.position <= 2 * low + 1e-6
    scaled = nash_bargain_on_scale([rho * low, rho * high], reference=0.0, rho=1.0)
    assert scaled.position == pytest.approx(rho * found.position, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(51, 100), min_size=2, max_size=5), st.sampled_from([1.0, 2.0]), seeds)
def test_the_bargain_on_a_scale_is_the_best_of_a_fine_grid(x, rho, seed):
    w = np.random.default_rng(seed).uniform(0.1, 1, len(x))
    found = nash_bargain_on_scale(x, reference=50.0, weights=w, rho=rho)
    grid = np.linspace(50, 150, 20_001)[1:]
    gains = np.abs(np.array(x) - 50)[:, None] ** rho - np.abs(grid - np.array(x)[:, None]) ** rho
    ok = np.all(gains > 1e-12, axis=0)
    best = grid[ok][np.argmax((w / w.sum()) @ np.log(gains[:, ok]))]
    assert found.position == pytest.approx(best, abs=0.02)


def test_a_party_on_each_side_of_the_reference_point_leaves_it_standing():
    found = nash_bargain_on_scale([10, 90], reference=50)
    assert not found.agreed
    assert found.position == 50
    assert nash_bargain_on_scale([50, 90], reference=50).position == 50


def test_a_party_without_weight_has_no_say():
    assert nash_bargain_on_scale([10, 90], reference=50, weights=[0, 1]).agreed
    found = nash_bargain([[0.0, 1.0], [1.0, -5.0]], reference=[-1.0, 0.0], weights=[1, 0])
    assert found.option == 1


def test_listed_options_that_tie_are_counted():
    assert nash_bargain([[1.0, 1.0], [1.0, 1.0]], reference=[0, 0]).ties == 2


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_consistent_scenarios_are_those_without_a_contradiction(seed):
    rng = np.random.default_rng(seed)
    sizes = [int(s) for s in rng.integers(2, 4, 3)]
    names = {f"d{i}": [f"v{v}" for v in range(size)] for i, size in enumerate(sizes)}
    matrix = rng.integers(-3, 4, (sum(sizes), sum(sizes)))
    at = np.concatenate([[0], np.cumsum(sizes)])
    for a, b in pairwise(at):
        matrix[a:b, a:b] = 0
    found = {s.variants for s in cross_impact(names, matrix).consistent}
    for digits in np.ndindex(*sizes):
        chosen = {f"d{i}": f"v{v}" for i, v in enumerate(digits)}
        free = contradictions(names, matrix, assumed=chosen) == ()
        assert free == (tuple(chosen.values()) in found)


def test_a_search_cut_short_by_its_budget_says_so():
    names = {f"d{i}": ["a", "b"] for i in range(6)}
    found = cross_impact(names, np.zeros((12, 12)), budget=10)
    assert (found.looked_at, found.of, found.complete) == (10, 64, False)


def test_a_descriptor_that_influences_itself_is_refused():
    with pytest.raises(TermError, match="'a' may not influence itself"):
        cross_impact({"a": ["x", "y"], "b": ["x", "y"]}, np.ones((4, 4)))


def test_an_assumption_with_a_slip_of_spelling_names_the_near_miss():
    with pytest.raises(TermError, match="Did you mean 'rising'"):
        contradictions(
            {"a": ["rising", "falling"], "b": ["x", "y"]}, np.zeros((4, 4)), assumed={"a": "risng"}
        )


def test_the_challenge_model_refuses_what_leaves_nothing_to_bargain_over():
    with pytest.raises(MethodError, match="all positions are the same"):
        challenge([5, 5], capability=[1, 1], salience=[1, 1])
    with pytest.raises(TermError, match="salience in"):
        challenge([5, 6], capability=[1, 1], salience=[0, 80])


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.5, 20), st.floats(-10, 10))
def test_the_challenge_model_follows_a_shifted_and_stretched_scale(seed, scale, shift):
    rng = np.random.default_rng(seed)
    x, c, s = rng.uniform(0, 10, 5), rng.uniform(0.1, 1, 5), rng.uniform(0.1, 1, 5)
    a = challenge(x, capability=c, salience=s, rounds=1, reading="printed")
    b = challenge(scale * x + shift, capability=c, salience=s, rounds=1, reading="printed")
    np.testing.assert_allclose(b.position, scale * a.position + shift, rtol=1e-6, atol=1e-6)


def actors(**changes):
    base = {
        "actors": ("a", "b", "c"),
        "dimensions": ("x",),
        "capability": [1.0, 2.0, 4.0],
        "position": [[0.0], [40.0], [100.0]],
        "salience": [[50.0], [40.0], [60.0]],
    }
    return SmpCase(**{**base, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position": [[0.0], [40.0], [101.0]]}, "'c' on 'x' must lie in"),
        ({"salience": [[0.0], [40.0], [60.0]]}, "'a' must add up to more than 0"),
        ({"capability": [0.0, 1.0, 1.0]}, "must be positive"),
        ({"accommodation": [[1, 1, 0], [0, 1, 0], [0, 0, 1]]}, "no row above one"),
    ],
    ids=["position", "salience", "capability", "accommodation"],
)
def test_smp_inputs_out_of_range_are_named(changes, words):
    with pytest.raises(TermError, match=words):
        actors(**changes)


def test_smp_on_one_place_only_is_refused_and_ties_in_an_election_too():
    with pytest.raises(MethodError, match="nothing to bargain over"):
        smp(actors(position=[[40.0], [40.0], [40.0]]))
    even = SmpCase(
        actors=("a", "b"),
        dimensions=("x",),
        capability=[1.0, 1.0],
        position=[[0.0], [100.0]],
        salience=[[50.0], [50.0]],
    )
    with pytest.raises(MethodError, match="cannot infer risk attitudes"):
        smp(even)


def test_smp_stops_at_its_limit_of_turns_and_says_so():
    run = smp(actors(), options=SmpOptions(most_turns=2, quiet=1e-12))
    assert run.turns == 2
    assert not run.settled


@pytest.mark.parametrize("form", ["conditional", "uniform", "incentive"])
def test_where_nobody_prefers_anything_every_option_is_as_likely(form):
    from demarche.inside import condorcet_election

    p = condorcet_election(np.zeros((2, 4)), weights=[1.0, 2.0], form=form)
    np.testing.assert_allclose(p, 0.25, atol=1e-9)


def test_an_equilibrium_may_be_asked_for_without_its_uniqueness():
    found = quantal_search(game(4), precision=1.0, unique=False)
    assert found.converged
    assert found.uniqueness == "not checked"
    assert found.starts == 0


def test_the_challenge_model_says_why_it_stopped():
    emissions = [4, 7, 4, 4, 10, 10, 10, 7, 4, 7]
    c = [0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08]
    s = [0.8, 0.4, 0.2, 0.8, 0.6, 0.6, 0.9, 0.1, 1.0, 0.7]
    assert challenge(emissions, capability=c, salience=s, rounds=2).ended == "rounds"
    ended = challenge([0, 1, 10], capability=[1, 1, 9], salience=[0.5, 0.5, 0.9], rounds=60)
    assert ended.ended in ("settled", "equally secure")
    assert len(ended.median) < 61
    assert ended.settled == (ended.ended == "settled")
    with pytest.raises(MethodError, match="equally secure"):
        challenge([0, 10], capability=[1, 1], salience=[0.5, 0.5])
