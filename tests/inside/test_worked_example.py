"""The pipeline from inputs to answer, on the worked example of the method's specification.

One issue, two actors, one of them with two factions; every number printed there to six decimals.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from demarche.inside import build_game, inside_view, uncertainty
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
    Settings,
    Stance,
)

STRATEGIES = {
    "contest": (0.103060, 0.203632, 0.160885, 0.532423),
    "compromise": (0.034578, 0.183731, 0.289149, 0.492542),
    "condorcet": (0.002388, 0.231788, 0.223627, 0.542197),
    "leader": (0.003499, 0.029860, 0.216249, 0.750392),
    "consensus": (0.846050, 0.117127, 0.022302, 0.014521),
}
COURSES = {
    "contest": (0.736055, 0.693308, 0.996002),
    "compromise": (0.676273, 0.781691, 0.996115),
    "condorcet": (0.773986, 0.765824, 0.996161),
    "leader": (0.780252, 0.966641, 0.996670),
    "consensus": (0.131648, 0.036823, 0.911275),
}


def point(x: float) -> Range:
    return Range(x, x, x)


def worked(rule: str, *, phi: tuple[float, float] = (1.0, 1.0)) -> Case:
    def faction(id, actor, capability, position, salience):
        stance = Stance(issue="i", position=point(position), salience=point(salience), because="-")
        return Faction(
            id=id,
            actor=actor,
            name=id,
            wants="-",
            capability=point(capability),
            because="-",
            stances=(stance,),
        )

    def course(id, actor, rung, points, phi, **costs):
        return CourseOfAction(
            id=id,
            actor=actor,
            label=id,
            rung=rung,
            observability="public",
            resolution="-",
            feasibility=point(phi),
            effects=(Effect(issue="i", points=point(points), because="-"),),
            costs=tuple(Cost(faction=f, share=point(c), because="-") for f, c in costs.items()),
        )

    return Case(
        format=1,
        id="worked",
        title="-",
        summary="-",
        question=CaseQuestion(text="-", actor="A", as_of=dt.date(2020, 1, 1), horizon_days=90),
        ladder=("none", "arm", "strike"),
        actors=(
            Actor(id="A", name="A", rule=rule, leader="hawks"),
            Actor(id="B", name="B", rule="compromise"),
        ),
        issues=(Issue(id="i", name="i", low="-", high="-", status_quo=point(40), because="-"),),
        factions=(
            faction("hawks", "A", 0.6, 90, 0.8),
            faction("doves", "A", 0.4, 45, 0.5),
            faction("b", "B", 1.0, 20, 1.0),
        ),
        courses=(
            course("arm", "A", 1, 10, phi[0], doves=0.01),
            course("strike", "A", 2, 25, phi[1], hawks=0.03, doves=0.10),
            course("escalate", "B", 1, -20, 1.0, b=0.05),
        ),
        settings=Settings(precision=point(5), depth=point(1.5)),
    )


@pytest.mark.parametrize("rule", list(STRATEGIES))
def test_every_decision_rule_gives_the_specified_numbers(rule):
    view = inside_view(build_game(worked(rule), trigger="none"), seed=1, draws=2)
    np.testing.assert_allclose(view.under.p[0][:, 0], STRATEGIES[rule], atol=1e-6)
    np.testing.assert_allclose(view.under.courses[:, 0], COURSES[rule], atol=1e-6)


def test_weights_and_scales_are_those_of_the_specification():
    arm = inside_view(build_game(worked("contest"), trigger="none"), seed=1, draws=2).under
    np.testing.assert_allclose(arm.weights[0][:, 0], (0.705882, 0.294118), atol=1e-6)
    np.testing.assert_allclose(arm.scales[:, 0], (0.2675, 0.1375, 0.06), atol=1e-12)


def test_each_level_of_anticipation_is_as_specified():
    arm = inside_view(build_game(worked("compromise"), trigger="none"), seed=1, draws=2).under
    expected = [
        (0.048701, 0.231365, 0.295195, 0.424739),
        (0.023220, 0.146373, 0.285444, 0.544963),
        (0.019634, 0.131423, 0.280433, 0.568510),
    ]
    np.testing.assert_allclose(arm.by_level[0][:, :, 0], expected, atol=1e-6)
    np.testing.assert_allclose(arm.by_level[1][:, 1, 0], (0.993307, 0.998361, 0.999112), atol=1e-6)


def test_failed_attempts_lower_courses_and_rungs_as_specified():
    """Feasibility put into the last step only: probabilities .608646, .469014 and their rungs."""
    attempts = inside_view(build_game(worked("compromise"), trigger="none"), seed=1, draws=2)
    p, phi = attempts.under.p[0][:, 0], np.array([0.9, 0.6])
    taken = attempts.game.taken[0][:, :2]
    np.testing.assert_allclose(phi * (p @ taken), (0.608646, 0.469014), atol=1e-6)
    none = np.prod(np.where(taken, 1 - phi, 1.0), axis=1) @ p
    at_most_one = np.where(taken[:, 1], 1 - phi[1], 1.0) @ p
    np.testing.assert_allclose(
        (none, at_most_one - none, 1 - at_most_one), (0.188313, 0.342673, 0.469014), atol=1e-6
    )


def test_rungs_of_the_view_follow_from_feasibility():
    arm = inside_view(
        build_game(worked("compromise", phi=(0.9, 0.6)), trigger="none"), seed=1, draws=2
    ).under
    assert arm.tails[0][0, 0] == 1.0
    assert arm.tails[0][2, 0] == pytest.approx(arm.courses[1, 0], abs=1e-12)
    assert arm.tails[0][1, 0] <= arm.courses[0, 0] + arm.courses[1, 0] + 1e-12
    assert arm.tails[0][1, 0] >= max(arm.courses[0, 0], arm.courses[1, 0]) - 1e-12


@pytest.mark.parametrize("rule", list(STRATEGIES))
def test_shares_of_uncertainty_add_up_to_the_variance(rule):
    view = inside_view(build_game(worked(rule), trigger="none"), seed=1, draws=8)
    for row in uncertainty(view, actor=0):
        c = [course.id for course in view.game.courses].index(row.course)
        p = float(view.under.courses[c].mean())
        assert row.total == pytest.approx(p * (1 - p), abs=1e-12)
        assert min(row.inputs, row.rule, row.level, row.factions, row.choice) >= -1e-12
