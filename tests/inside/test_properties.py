"""What must hold for every game, whatever its numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.inside import build_game, inside_view
from demarche.inside.draws import arms_of
from demarche.inside.levels import groups_of, solve, uniform_level0
from demarche.inside.utility import _exact, _moments, prepare
from demarche.terms import (
    Actor,
    Case,
    CaseQuestion,
    Cost,
    CourseOfAction,
    Effect,
    Faction,
    Issue,
    Range,
    RedLine,
    Settings,
    Shift,
    Stance,
    Trigger,
)

RULES = ("leader", "contest", "compromise", "condorcet", "consensus")


def spread(rng: np.random.Generator, low: float, high: float, *, point: bool) -> Range:
    a, b, c = np.sort(rng.uniform(low, high, 3))
    return Range(float(b), float(b), float(b)) if point else Range(float(a), float(b), float(c))


def game_case(seed: int, *, rule: str = "compromise", point: bool = False, rho: int = 2) -> Case:
    """A random case of two or three actors; the same seed gives the same case."""
    rng = np.random.default_rng(seed)
    actors, factions, courses = [], [], []
    issues = tuple(
        Issue(
            id=f"i{k}",
            name=f"i{k}",
            low="-",
            high="-",
            because="-",
            status_quo=spread(rng, 30, 70, point=point),
        )
        for k in range(int(rng.integers(1, 4)))
    )
    for a in range(int(rng.integers(2, 4))):
        own = [f"f{a}{f}" for f in range(int(rng.integers(1, 4)))]
        actors.append(Actor(id=f"A{a}", name=f"A{a}", rule=rule, leader=own[0]))
        for id in own:
            stances = tuple(
                Stance(
                    issue=issue.id,
                    position=spread(rng, 0, 100, point=point),
                    salience=spread(rng, 0.1, 1, point=point),
                    because="-",
                )
                for issue in issues
            )
            factions.append(
                Faction(
                    id=id,
                    actor=f"A{a}",
                    name=id,
                    wants="-",
                    because="-",
                    capability=spread(rng, 0.2, 2, point=point),
                    stances=stances,
                )
            )
        for c in range(int(rng.integers(1, 4))):
            courses.append(
                CourseOfAction(
                    id=f"c{a}{c}",
                    actor=f"A{a}",
                    label=f"c{a}{c}",
                    rung=int(rng.integers(0, 3)),
                    observability="public",
                    resolution="-",
                    feasibility=spread(rng, 0.5, 1, point=point),
                    effects=tuple(
                        Effect(issue=issue.id, points=spread(rng, -8, 8, point=point), because="-")
                        for issue in issues
                    ),
                    costs=tuple(
                        Cost(faction=id, share=spread(rng, 0, 0.2, point=point), because="-")
                        for id in own
                    ),
                )
            )
    line = RedLine(
        id="line",
        actor="A0",
        statement="-",
        asserted_by="-",
        crossed_by=("c10",),
        crossed_by_triggers=("t",),
        answers=("c00",),
        audience=(Cost(faction="f00", share=spread(rng, 0, 0.2, point=point), because="-"),),
    )
    shift = Shift(
        on="position", of=("f00", "i0"), how="set", because="-", by=spread(rng, 0, 100, point=point)
    )
    return Case(
        format=1,
        id="g",
        title="-",
        summary="-",
        question=CaseQuestion(text="-", actor="A0", as_of=dt.date(2020, 1, 1), horizon_days=90),
        ladder=("0", "1", "2"),
        actors=tuple(actors),
        issues=issues,
        factions=tuple(factions),
        courses=tuple(courses),
        red_lines=(line,),
        triggers=(Trigger(id="t", label="t", rule="-", shifts=(shift,)),),
        settings=Settings(rho=rho, because="test"),
    )


def answer(case: Case, *, trigger: str = "t", draws: int = 8, seed: int = 3):
    return inside_view(build_game(case, trigger=trigger), seed=seed, draws=draws)


seeds = st.integers(0, 10_000)
rules = st.sampled_from(RULES)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_exact_and_moment_expectations_are_the_same(seed):
    game = build_game(game_case(seed), trigger="t")
    view = inside_view(game, seed=1, draws=4)
    payoffs = prepare(game, inputs=view.under.inputs, with_trigger=True)
    for i in range(len(game.actors)):
        np.testing.assert_allclose(
            _exact(payoffs, actor=i, beliefs=view.under.p),
            _moments(payoffs, actor=i, beliefs=view.under.p),
            atol=1e-12,
        )


@settings(max_examples=30, deadline=None)
@given(seeds, rules)
def test_strategies_sum_to_one_and_courses_agree_with_rungs(seed, rule):
    view = answer(game_case(seed, rule=rule))
    for arm in (view.without, view.under):
        for i, actor in enumerate(view.game.actors):
            np.testing.assert_allclose(arm.p[i].sum(axis=0), 1.0, atol=1e-12)
            assert arm.p[i].min() >= 0
            own = [(c, k.rung) for c, k in enumerate(view.game.courses) if k.actor == actor.id]
            for r in range(view.game.rungs):
                held = np.array([arm.courses[c] for c, rung in own if rung >= r])
                if held.size:
                    assert np.all(arm.tails[i, r] >= held.max(axis=0) - 1e-12)
                if r:
                    assert np.all(arm.tails[i, r] <= held.sum(axis=0) + 1e-12)


@settings(max_examples=25, deadline=None)
@given(seeds, rules)
def test_names_of_actors_and_courses_do_not_matter(seed, rule):
    case = game_case(seed, rule=rule)
    text = repr(case)
    for old, new in (("'A0'", "'X'"), ("'A1'", "'A0'"), ("'X'", "'A1'")):
        text = text.replace(old, new)
    names = {
        name: globals()[name]
        for name in (
            "Actor",
            "Case",
            "CaseQuestion",
            "Cost",
            "CourseOfAction",
            "Effect",
            "Faction",
            "Issue",
            "Range",
            "RedLine",
            "Settings",
            "Shift",
            "Stance",
            "Trigger",
        )
    }
    from demarche.terms import Codes

    swapped = eval(text, {**names, "Codes": Codes, "datetime": dt})
    a, b = answer(case), answer(swapped)
    for p, q in zip(a.under.p, b.under.p, strict=True):
        assert p.tobytes() == q.tobytes()


@settings(max_examples=20, deadline=None)
@given(seeds, rules, st.floats(0.1, 10))
def test_only_relative_capability_inside_an_actor_counts(seed, rule, scale):
    case = game_case(seed, rule=rule, point=True)
    scaled = dataclasses.replace(
        case,
        factions=tuple(
            dataclasses.replace(f, capability=Range(*(scale * x for x in f.capability)))
            if f.actor == "A0"
            else f
            for f in case.factions
        ),
    )
    np.testing.assert_allclose(answer(case).under.p[0], answer(scaled).under.p[0], atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seeds, rules)
def test_a_faction_split_into_equal_halves_changes_nothing(seed, rule):
    case = game_case(seed, rule=rule, point=True)
    first = case.factions[0]
    half = Range(*(x / 2 for x in first.capability))
    halves = (
        dataclasses.replace(first, capability=half),
        dataclasses.replace(first, id="half", capability=half),
    )
    courses = tuple(
        dataclasses.replace(
            c,
            costs=(
                *c.costs,
                *(dataclasses.replace(k, faction="half") for k in c.costs if k.faction == first.id),
            ),
        )
        for c in case.courses
    )
    line = case.red_lines[0]
    lines = (
        dataclasses.replace(
            line, audience=(*line.audience, dataclasses.replace(line.audience[0], faction="half"))
        ),
    )
    shift = case.triggers[0].shifts[0]
    triggers = (
        dataclasses.replace(
            case.triggers[0], shifts=(shift, dataclasses.replace(shift, of=("half", "i0")))
        ),
    )
    split = dataclasses.replace(
        case,
        factions=(*halves, *case.factions[1:]),
        courses=courses,
        red_lines=lines,
        triggers=triggers,
    )
    np.testing.assert_allclose(answer(case).under.p[0], answer(split).under.p[0], atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seeds, rules)
def test_mirroring_a_scale_with_its_effects_changes_nothing(seed, rule):
    case = game_case(seed, rule=rule, point=True)

    def mirror(r: Range) -> Range:
        return Range(100 - r.high, 100 - r.mode, 100 - r.low)

    def negate(r: Range) -> Range:
        return Range(-r.high, -r.mode, -r.low)

    k = "i0"
    mirrored = dataclasses.replace(
        case,
        issues=tuple(
            dataclasses.replace(i, status_quo=mirror(i.status_quo)) if i.id == k else i
            for i in case.issues
        ),
        factions=tuple(
            dataclasses.replace(
                f,
                stances=tuple(
                    dataclasses.replace(s, position=mirror(s.position)) if s.issue == k else s
                    for s in f.stances
                ),
            )
            for f in case.factions
        ),
        courses=tuple(
            dataclasses.replace(
                c,
                effects=tuple(
                    dataclasses.replace(e, points=negate(e.points)) if e.issue == k else e
                    for e in c.effects
                ),
            )
            for c in case.courses
        ),
        triggers=tuple(
            dataclasses.replace(
                t, shifts=tuple(dataclasses.replace(s, by=mirror(s.by)) for s in t.shifts)
            )
            for t in case.triggers
        ),
    )
    for p, q in zip(answer(case).under.p, answer(mirrored).under.p, strict=True):
        np.testing.assert_allclose(p, q, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seeds, rules)
def test_a_trigger_without_shifts_gives_equal_arms_byte_for_byte(seed, rule):
    case = game_case(seed, rule=rule)
    still = dataclasses.replace(
        case, red_lines=(), triggers=(Trigger(id="t", label="t", rule="-"),)
    )
    view = answer(still)
    assert view.without.courses.tobytes() == view.under.courses.tobytes()


@pytest.mark.parametrize("rule", ["leader", "contest", "compromise"])
def test_without_precision_every_strategy_is_alike(rule):
    case = dataclasses.replace(
        game_case(5, rule=rule), settings=Settings(precision=Range(1e-9, 1e-9, 1e-9), because="-")
    )
    for p in answer(case).under.p:
        np.testing.assert_allclose(p, 1 / p.shape[0], atol=1e-6)


def test_same_seed_same_bytes_and_another_seed_differs():
    case = game_case(11)
    a, b, c = answer(case, seed=1), answer(case, seed=1), answer(case, seed=2)
    assert a.under.courses.tobytes() == b.under.courses.tobytes()
    assert a.under.courses.tobytes() != c.under.courses.tobytes()


def test_a_draw_does_not_depend_on_the_block_it_is_computed_in():
    game = build_game(game_case(12), trigger="t")
    view = inside_view(game, seed=1, draws=64)
    start = (uniform_level0(game), uniform_level0(game))
    block = view.values[:, 16:48]
    _, under = solve(game, arms=arms_of(game, values=block), level0=start, groups=groups_of(game))
    assert under.courses.tobytes() == np.ascontiguousarray(view.under.courses[:, 16:48]).tobytes()


@pytest.mark.parametrize("sampler", ["lhs", "sobol", "random"])
def test_samplers_agree_within_their_noise(sampler):
    game = build_game(game_case(7), trigger="t")
    base = inside_view(game, seed=1, draws=4096).under.courses.mean(axis=1)
    other = inside_view(game, seed=2, draws=4096, sampler=sampler).under.courses.mean(axis=1)
    np.testing.assert_allclose(base, other, atol=0.03)


def test_absolute_losses_are_answered_by_enumeration():
    view = answer(game_case(3, rho=1))
    for p in view.under.p:
        np.testing.assert_allclose(p.sum(axis=0), 1.0, atol=1e-12)
