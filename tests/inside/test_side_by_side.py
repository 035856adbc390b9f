"""What is solved in blocks, side by side or for one actor alone is what each gives by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inside.test_properties import game_case

from demarche.cases import shipped_case
from demarche.inside import (
    build_game,
    factions_table,
    flips,
    inside_view,
    ledger,
    level_effects,
    one_answer,
    rake,
    rake_each,
    tornado,
    uncertainty,
)
from demarche.inside.draws import arms_at, arms_of, at_modes, draw
from demarche.inside.explain import shift_effects
from demarche.inside.levels import BLOCK, groups_of, solve, uniform_level0
from demarche.inside.one_actor import World, answers, answers_in_worlds


@pytest.fixture(scope="module")
def game():
    return build_game(shipped_case("october-war-1973"), trigger="october-war")


def test_blocks_of_draws_are_solved_as_by_themselves(game):
    values = draw(game, draws=BLOCK + 40, seed=2)
    arms, start = arms_of(game, values=values), (uniform_level0(game), uniform_level0(game))
    given_ = {"level0": start, "groups": groups_of(game)}
    _, whole = solve(game, arms=arms, **given_)
    later = slice(BLOCK - 20, BLOCK + 30)
    _, part = solve(game, arms=arms_at(arms, later), **given_)
    np.testing.assert_array_equal(whole.courses[:, later], part.courses)
    np.testing.assert_array_equal(whole.tails[..., later], part.tails)
    np.testing.assert_array_equal(whole.own[0][..., later], part.own[0])
    np.testing.assert_array_equal(whole.utility[0].issues[..., later], part.utility[0].issues)


def test_a_view_that_explains_one_actor_says_the_same_of_it(game):
    every = inside_view(game, seed=5, draws=96)
    one = inside_view(game, seed=5, draws=96, explained=1)
    for arm, other in ((every.under, one.under), (every.without, one.without)):
        np.testing.assert_array_equal(arm.courses, other.courses)
        assert all(np.array_equal(a, b) for a, b in zip(arm.p, other.p, strict=True))
    for explain in (factions_table, ledger, level_effects, uncertainty):
        assert explain(every, actor=1) == explain(one, actor=1)
    assert list(one.under.own) == [1]
    assert not one.without.own


def test_one_answer_is_that_of_the_view(game):
    view = inside_view(game, seed=5, draws=96)
    for at, actor in enumerate(game.actors):
        own = [c for c, course in enumerate(game.courses) if course.actor == actor.id]
        lone = one_answer(game, actor=at, seed=5, draws=96)
        np.testing.assert_array_equal(lone.courses, view.under.courses[own])
        np.testing.assert_array_equal(lone.tails, view.under.tails[at])


def test_worlds_side_by_side_are_each_as_by_itself(game):
    values, groups, start = draw(game, draws=48, seed=7), groups_of(game), uniform_level0(game)
    other = [np.linspace(1, 2, len(p)) / np.linspace(1, 2, len(p)).sum() for p in start]
    quiet = replace(game, trigger=replace(game.trigger, id=""))
    shifts = tuple(range(len(game.trigger.shifts)))
    worlds = [
        World(shifts=(), crosses=False, level0=start),
        World(shifts=shifts, crosses=True, level0=other),
        *(World(shifts=(n,), crosses=False, level0=start) for n in shifts),
        World(shifts=shifts[:3], crosses=False, level0=other),
    ]
    found = answers_in_worlds(
        game, values=values, actor=0, groups=groups, level0=start, worlds=worlds
    )
    assert len(found) == len(worlds)
    own = [c for c, course in enumerate(game.courses) if course.actor == game.actors[0].id]
    for world, lean in zip(worlds, found, strict=True):
        played = game if world.crosses else quiet
        arms = arms_of(played, values=values, only=world.shifts)
        _, whole = solve(played, arms=arms, level0=(start, world.level0), groups=groups)
        np.testing.assert_array_equal(lean.courses, whole.courses[own])
        np.testing.assert_array_equal(lean.p, whole.p[0])


def test_single_shifts_add_up_to_the_whole_with_what_is_left(game):
    view = inside_view(game, seed=5, draws=64)
    *parts, (name, whole) = shift_effects(view, actor=0, draws=64)
    assert name == "all together"
    np.testing.assert_allclose(np.sum([row for _, row in parts], axis=0), whole, atol=1e-12)
    assert max(map(abs, whole)) > 0.01


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_flip_lies_between_an_answer_and_another(seed):
    game = build_game(game_case(seed), trigger="t")
    view = inside_view(game, seed=3, draws=16)
    groups = [groups_of(game)]

    def seen(row, value):
        values = at_modes(game, draws=2)
        values[row] = value
        under = answers(game, values=values, actor=0, groups=groups)[0]
        return int(np.argmax(under.p[:, 0])), *(under.courses[:, 0] > 0.5).tolist()

    labels = [parameter.label for parameter in game.parameters]
    steps = 10
    for flip in flips(view, actor=0, steps=steps):
        row = labels.index(flip.parameter)
        low, mode, high = game.parameters[row].range
        assert low <= flip.value <= high
        assert flip.moved == pytest.approx(abs(flip.value - mode) / (high - low))
        assert seen(row, flip.value) != seen(row, mode)
        nearer = flip.value - np.sign(flip.value - mode) * (high - low) / 8 / 2**steps
        if abs(flip.value - mode) > (high - low) / 8 / 2**steps:
            assert seen(row, nearer) == seen(row, mode)


@pytest.mark.parametrize("draws", [5, 16, 37, 100])
def test_swings_are_means_of_tenths_and_of_sixteen_groups(game, draws):
    view = inside_view(game, seed=5, draws=draws)
    values = view.values.copy()
    values[0] = np.round(values[0], 1)  # some draws alike: they keep their order
    view = replace(view, values=values)
    own = [c for c, course in enumerate(game.courses) if course.actor == game.actors[0].id]
    p = view.under.courses[own]
    expected = []
    for row, parameter in enumerate(game.parameters):
        if parameter.range.low == parameter.range.high:
            continue
        order = np.argsort(values[row], kind="stable")
        tenth = max(1, draws // 10)
        parts = np.array_split(order, min(16, draws))
        for k, c in enumerate(own):
            low, high = p[k, order[:tenth]].mean(), p[k, order[-tenth:]].mean()
            between = sum(q.size * (p[k, q].mean() - p[k].mean()) ** 2 for q in parts) / draws
            share = between / p[k].var() if p[k].var() > 0 else 0.0
            expected.append((parameter.label, game.courses[c].id, low, high, share))
    found = [
        (s.parameter, s.course, s.at_low, s.at_high, s.first_order) for s in tornado(view, actor=0)
    ]
    assert [row[:2] for row in sorted(found)] == [row[:2] for row in sorted(expected)]
    np.testing.assert_allclose(
        [row[2:] for row in sorted(found)], [row[2:] for row in sorted(expected)], atol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 6))
def test_several_sets_of_marginals_are_raked_each_as_alone(seed, sets):
    rng = np.random.default_rng(seed)
    taken = np.vstack([np.zeros((1, 5), dtype=bool), rng.random((9, 5)) < 0.4])
    marginals = rng.uniform(0.05, 0.6, (sets, 5))
    marginals[rng.random((sets, 5)) < 0.1] = np.nan
    found = rake_each(marginals, taken=taken, nearest=True, sweeps=50)
    for row, raked in zip(marginals, found, strict=True):
        alone = rake(row, taken=taken, nearest=True, sweeps=50)
        np.testing.assert_array_equal(raked.p, alone.p)
        np.testing.assert_array_equal(raked.gaps, alone.gaps)
        assert raked.sweeps == alone.sweeps
