"""The lean answer of one actor is what the whole solution says, to the byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demarche.cases import shipped_case
from demarche.inside import answers, build_game
from demarche.inside.draws import arms_of, draw
from demarche.inside.levels import groups_of, solve, solve_under, uniform_level0

CASES = [("october-war-1973", "none"), ("regional-war", "regional-war"), ("kuwait-1990", "none")]


@pytest.mark.parametrize(("name", "trigger"), CASES)
def test_same_bytes_as_the_whole_solution_under_every_rule(name, trigger):
    game = build_game(shipped_case(name), trigger=trigger)
    values = draw(game, draws=64, seed=3)
    start = (uniform_level0(game), uniform_level0(game))
    declared = groups_of(game)
    for actor in range(len(game.actors)):
        variants = []
        for rule in ("leader", "contest", "compromise", "condorcet", "consensus"):
            variants.append(list(declared))
            variants[-1][actor] = replace(declared[actor], rule=rule)
        found = answers(game, values=values, actor=actor, groups=variants)
        own = [c for c, course in enumerate(game.courses) if course.actor == game.actors[actor].id]
        for variant, lean in zip(variants, found, strict=True):
            _, whole = solve(game, arms=arms_of(game, values=values), level0=start, groups=variant)
            np.testing.assert_array_equal(lean.courses, whole.courses[own])
            np.testing.assert_array_equal(lean.tails, whole.tails[actor])
            np.testing.assert_array_equal(lean.p, whole.p[actor])


@pytest.mark.parametrize(("name", "trigger"), CASES)
def test_the_arm_with_the_trigger_alone_is_that_of_both(name, trigger):
    game = build_game(shipped_case(name), trigger=trigger)
    start = (uniform_level0(game), uniform_level0(game))
    given = {"arms": arms_of(game, values=draw(game, draws=64, seed=3)), "level0": start}
    without, under = solve(game, groups=groups_of(game), **given)
    alone = solve_under(game, groups=groups_of(game), **given)
    np.testing.assert_array_equal(alone.courses, under.courses)
    assert all(np.array_equal(a, b) for a, b in zip(alone.p, under.p, strict=True))
    same = all(np.array_equal(a, b) for a, b in zip(alone.p, without.p, strict=True))
    assert same == (trigger == "none")


def test_the_trigger_and_level_0_come_in():
    game = build_game(shipped_case("regional-war"), trigger="regional-war")
    quiet = build_game(shipped_case("regional-war"), trigger="none")
    groups = [groups_of(game)]
    values = draw(game, draws=32, seed=3)
    under = answers(game, values=values, actor=0, groups=groups)[0]
    without = answers(quiet, values=draw(quiet, draws=32, seed=3), actor=0, groups=groups)[0]
    assert np.abs(under.courses.mean(axis=1) - without.courses.mean(axis=1)).max() > 0.01
    sure = []
    for menu in game.strategies:
        p = np.zeros(len(menu))
        p[0] = 1.0
        sure.append(p)
    moved = answers(game, values=values, actor=0, groups=groups, level0=(sure, sure))[0]
    assert not np.array_equal(moved.courses, under.courses)
