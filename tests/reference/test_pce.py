"""Condorcet elections and the weighted mean against published and independent numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import need

from demarche.errors import TermError
from demarche.inside import condorcet_election, condorcet_winner, weighted_mean, weighted_median

FORMS = {"Conditional": "conditional", "MarkovUniform": "uniform", "MarkovIncentive": "incentive"}


def test_probabilistic_condorcet_election_equals_the_reference_in_all_forms():
    """KTAB's rule, values of an independent implementation (data/reference/pce-unit.json)."""
    reference = json.loads(need("data", "reference", "pce-unit.json").read_text())
    seen = 0
    for case in reference["cases"]:
        for name, expected in case["expected"].items():
            victory, form = name.split("/")
            p = condorcet_election(
                case["utilities"],
                weights=case["weights"],
                form=FORMS[form],
                exponent=1.0 if victory == "Linear" else 2.0,
            )
            np.testing.assert_allclose(p, expected, atol=reference["tolerance"][form])
            seen += 1
    assert seen >= 30


def test_turn_zero_of_the_ktab_example_is_reproduced():
    """smpExample, reference log of 30 May 2017: risk attitudes from a first election, then PCE."""
    extra = json.loads(need("data", "reference", "pce-unit.json").read_text())["extra"]
    example = extra["smpExample_turn0"]
    x = np.array(example["position_0_100"]) / 100
    s = np.array(example["salience_0_100"]) / 100
    capability = np.array(example["capability"])
    n = len(capability)
    d = np.sqrt(
        [
            [np.sum(s[i] ** 2 * (x[i] - x[j]) ** 2) / np.sum(s[i] ** 2) for j in range(n)]
            for i in range(n)
        ]
    )

    def election(u):
        gap = u[:, :, None] - u[:, None, :]
        vote = capability[:, None, None] * (0.5 * gap + 0.5 * gap**3)
        v = 1e-8 + np.maximum(vote, 0).sum(axis=0)
        p_win = v / (v + v.T)
        stake = v * p_win
        choice = stake / stake.sum(axis=0)
        p = np.full(n, 1 / n)
        for _ in range(20000):
            p = (p_win * (p[:, None] * choice.T + p[None, :] * choice)).sum(axis=1)
            p /= p.sum()
        return p

    first = election(1 - d)
    risk = (3 * first - (first.max() + 2 * first.min())) / (2 * (first.max() - first.min()))
    second = election((1 - d) * (1 + d * risk[:, None]))
    np.testing.assert_allclose(second, example["expected_probability"], atol=example["tolerance"])


def test_weighted_mean_and_winner_of_the_emission_standards():
    """Bueno de Mesquita 1994, table 1, reprinted by Scholz, Calbert & Smith 2011, table 1."""
    data = json.loads(need("data", "reference", "bdm-1985-emissions.json").read_text())
    x = [actor["position"] for actor in data["actors"]]
    w = [actor["capability"] * actor["salience"] for actor in data["actors"]]
    assert weighted_mean(x, weights=w) == pytest.approx(
        data["exact"]["weighted_mean_turn0"], abs=1e-9
    )
    assert condorcet_winner(x, weights=w) == data["exact"]["condorcet_winner_turn0"]


def test_two_factions_of_weights_two_and_one_win_two_thirds_and_one_third():
    p = condorcet_election([[1.0, 0.0], [0.0, 1.0]], weights=[2.0, 1.0])
    np.testing.assert_allclose(p, (2 / 3, 1 / 3), atol=1e-7)


values = st.lists(st.floats(0, 100), min_size=2, max_size=6)


@given(values, st.floats(0.1, 5), st.floats(-50, 50))
def test_means_follow_the_scale_when_it_is_shifted_and_stretched(x, scale, shift):
    w = np.arange(1, len(x) + 1)
    for rule in (weighted_mean, weighted_median):
        moved = rule([scale * v + shift for v in x], weights=w)
        assert moved == pytest.approx(scale * rule(x, weights=w) + shift, abs=1e-6)


@given(values)
def test_means_stay_between_the_extremes(x):
    assert min(x) - 1e-9 <= weighted_mean(x, weights=[1] * len(x)) <= max(x) + 1e-9
    assert weighted_median(x, weights=[1] * len(x)) in x


@pytest.mark.parametrize(
    ("x", "w"),
    [([], []), ([1.0], [0.0]), ([1.0, 2.0], [1.0]), ([float("nan")], [1.0]), ([1.0], [-1.0])],
    ids=["empty", "no weight", "lengths differ", "not finite", "negative"],
)
def test_means_refuse_what_has_no_mean(x, w):
    with pytest.raises(TermError):
        weighted_mean(x, weights=w)
