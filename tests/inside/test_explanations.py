"""Graph model of a case, Sobol indices, least changes that flip the answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inside.test_properties import game_case
from tests.inside.test_worked_example import worked

from demarche.errors import MethodError
from demarche.inside import (
    Parameter,
    build_game,
    conflict_of,
    distant_flip,
    flips,
    held_moves,
    inside_view,
    joint_flip,
    likeliest_flip,
    sensitivity,
    sobol,
    stability,
)
from demarche.inside.draws import arms_of, at_modes
from demarche.inside.levels import groups_of, solve, uniform_level0
from demarche.inside.utility import expected_utility, prepare
from demarche.terms import Range, Settings


def view_of(case, *, trigger="t", draws=16):
    return inside_view(build_game(case, trigger=trigger), seed=3, draws=draws)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_preferences_of_the_graph_model_are_utilities_at_sure_beliefs(seed, rho):
    """The utility of a state is the expected utility when the others' strategies are certain."""
    case = game_case(seed, rho=rho)
    view = view_of(case)
    game, model = view.game, conflict_of(view)
    inputs = arms_of(game, values=at_modes(game, draws=1))[1]
    payoffs = prepare(game, inputs=inputs, with_trigger=True)
    scales, start = view.under.scales.mean(axis=1), 0
    for i in range(len(game.actors)):
        own = scales[start : start + len(payoffs.members[i])]
        start += len(payoffs.members[i])
        weights = view.under.weights[i].mean(axis=1)
        for state in range(0, len(model.joint), 3):
            joint = model.joint[state]
            sure = tuple(
                np.eye(len(menu))[s][:, None]
                for menu, s in zip(game.strategies, joint, strict=True)
            )
            u = expected_utility(payoffs, actor=i, beliefs=sure).total[:, joint[i], 0]
            expected = sum(w * x / r for w, x, r in zip(weights, u, own, strict=True) if r > 0)
            assert model.utility[i, state] == pytest.approx(expected, abs=1e-9)


def test_the_states_of_the_worked_example_and_what_holds_its_actors():
    view = view_of(worked("compromise"), trigger="none", draws=2)
    model = conflict_of(view)
    assert [model.conflict.label(s) for s in range(model.conflict.size)] == [
        "NNN", "YNN", "NYN", "YYN", "NNY", "YNY", "NYY", "YYY",
    ]  # fmt: skip
    assert model.conflict.label(model.likeliest) == "YYY"
    assert model.left_out == ()
    rows, verdicts = held_moves(view, actor=0, model=model)
    assert verdicts["Nash"] == (rows == ())
    found = stability(model.conflict)
    for concept, holds in verdicts.items():
        assert holds == bool(found.verdicts[concept][0, model.likeliest])


def test_strategies_beyond_the_limit_are_left_out_and_named():
    view = view_of(game_case(7))
    whole = conflict_of(view)
    fewer = conflict_of(view, most=whole.conflict.size // 2)
    assert fewer.conflict.size <= whole.conflict.size // 2
    assert fewer.left_out
    assert fewer.conflict.label(fewer.likeliest) == whole.conflict.label(whole.likeliest)


def test_a_lone_actor_has_no_graph_model():
    case = game_case(5)
    alone = dataclasses.replace(
        case,
        actors=case.actors[:1],
        factions=tuple(f for f in case.factions if f.actor == "A0"),
        courses=tuple(c for c in case.courses if c.actor == "A0"),
        red_lines=(),
    )
    with pytest.raises(MethodError, match="two actors"):
        conflict_of(view_of(alone))


def point_case(**ranges):
    """The worked example with some of its settings ranged."""
    return dataclasses.replace(
        worked("compromise"), settings=dataclasses.replace(Settings(because="-"), **ranges)
    )


def test_an_input_that_alone_varies_explains_everything():
    case = point_case(precision=Range(2, 5, 10), depth=Range(1.5, 1.5, 1.5))
    rows = sobol(view_of(case, trigger="none"), actor=0, points=256)
    assert {row.parameter for row in rows} == {"precision of choice (lambda)"}
    for row in rows:
        assert row.total == pytest.approx(1.0, abs=0.1)
        assert row.first == pytest.approx(1.0, abs=0.15)


def test_total_indices_are_at_least_first_ones_and_match_the_variance_by_inputs():
    """With two inputs: total of one is one minus the first of the other (within the noise)."""
    case = point_case(precision=Range(2, 5, 10), depth=Range(0.5, 1.5, 3.0))
    rows = sobol(view_of(case, trigger="none"), actor=0, points=512)
    table = {(row.parameter, row.course): row for row in rows}
    for course in ("arm", "strike"):
        a = table["precision of choice (lambda)", course]
        b = table["depth of anticipation (tau)", course]
        assert a.total == pytest.approx(1 - b.first, abs=0.1)
        assert b.total == pytest.approx(1 - a.first, abs=0.1)


def test_an_input_without_effect_has_index_zero():
    case = worked("leader")
    doves = next(f for f in case.factions if f.id == "doves")
    ranged = dataclasses.replace(doves, capability=Range(0.2, 0.4, 0.9))
    case = dataclasses.replace(
        case, factions=tuple(ranged if f.id == "doves" else f for f in case.factions)
    )
    rows = sobol(view_of(case, trigger="none"), actor=0, points=64)
    assert {row.total for row in rows} == {0.0}


def test_sobol_keeps_its_budget_and_asks_for_a_power_of_two():
    view = view_of(game_case(3))
    with pytest.raises(MethodError, match="the budget is 100"):
        sobol(view, actor=0, points=64, budget=100)
    with pytest.raises(MethodError, match="power of two"):
        sobol(view, actor=0, points=100)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_joint_flip_is_one_and_a_step_short_of_it_is_none(seed):
    case = game_case(seed)
    view = view_of(case)
    found = joint_flip(view, actor=0)
    game = view.game
    if not found.flips:
        assert found.before == found.after
        return
    assert 0 < found.share <= 1
    assert found.before != found.after
    single = likeliest_flip(flips(view, actor=0))
    if single is not None:
        labels = {s.label for s in game.strategies[0]}
        assert single.what.split(": ", 1)[1].split(";")[0] in labels


def test_a_view_without_ranges_cannot_be_flipped():
    view = view_of(worked("compromise"), trigger="none", draws=2)
    still = dataclasses.replace(
        view.game, parameters=tuple(p for p in view.game.parameters if p.range.low < p.range.high)
    )
    assert still.parameters == ()
    found = joint_flip(view, actor=0)
    assert not found.flips
    assert found.main == ()
    assert sobol(view, actor=0, points=8) == ()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_distant_flip_flips_and_is_not_farther_than_one_within_the_range(seed):
    view = view_of(game_case(seed))
    game = view.game
    found = distant_flip(view, actor=0)
    near = likeliest_flip(flips(view, actor=0, grid=12, steps=20))
    if near is not None:
        assert found is not None
        assert found.moved <= near.moved + 0.2
    if found is None:
        return
    row = [p.label for p in game.parameters].index(found.parameter)
    values = at_modes(game, draws=2)
    values[row, 1] = found.value
    groups, start = groups_of(game), uniform_level0(game)
    _, under = solve(game, arms=arms_of(game, values=values), level0=(start, start), groups=groups)
    before, after = np.argmax(under.p[0], axis=0)
    assert before != after
    assert found.what.endswith(game.strategies[0][after].label)


def ishigami_like(x):
    """Ishigami function with a = 7, b = 0.1; indices known in closed form."""
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_sobol_indices_of_the_ishigami_function(monkeypatch):
    """First .3139, .4424, 0 and total .5576, .4424, .2437 (Saltelli et al. 2008, closed form)."""
    case = point_case(precision=Range(2, 5, 10), depth=Range(0.5, 1.5, 3.0))
    view = view_of(case, trigger="none")
    parameters = tuple(
        Parameter(table="effect", cell=(n,), range=Range(0, 0.5, 1), label=f"x{n + 1}", because="")
        for n in range(3)
    )
    view = dataclasses.replace(view, game=dataclasses.replace(view.game, parameters=parameters))
    monkeypatch.setattr(sensitivity, "quantile", lambda parameter, *, u: np.pi * (2 * u - 1))
    monkeypatch.setattr(
        sensitivity, "_run", lambda game, values, **_: np.stack([ishigami_like(values)] * 2)
    )
    rows = sobol(view, actor=0, points=4096)
    known = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    assert len(rows) == 6
    for row in rows:
        first, total = known[row.parameter]
        assert row.first == pytest.approx(first, abs=0.03)
        assert row.total == pytest.approx(total, abs=0.03)
        assert row.determined
        assert abs(row.first - first) < 4 * row.first_noise
        assert abs(row.total - total) < 4 * row.noise
    few = sobol(view, actor=0, points=8)
    assert not all(row.determined for row in few)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_no_first_order_index_exceeds_one_even_from_few_points(seed):
    view = view_of(game_case(seed))
    rows = sobol(view, actor=0, points=8, seed=seed)
    assert all(-1 <= row.first <= 1 and 0 <= row.total <= 2 for row in rows)
