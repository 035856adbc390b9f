"""What is kept of a day says the same as going through the record again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import MethodError
from demarche.outside.events.forecast import fit_hazard, forecasts
from demarche.outside.events.series import ANYONE
from demarche.outside.events.standing import Standing, stand_on, standing_forecasts
from tests.outside.events.panels import made, noise_after

DAY = 180
SETS = {"talk": ["04"], "quarrel": ["11", "19"], "fight": ["19"]}


@pytest.fixture(scope="module")
def panel():
    """Two actors never meet, and two have no bloc."""
    whole = made(seed=4, late=0.05, actors=7)
    apart = ((whole.actor == 1) & (whole.recipient == 5)) | (
        (whole.actor == 5) & (whole.recipient == 1)
    )
    group = whole.group.copy()
    group[[3, 6]] = -1
    names = ("day", "known", "actor", "recipient", "code", "count")
    return replace(whole, group=group, **{n: getattr(whole, n)[~apart] for n in names})


@pytest.fixture(scope="module", params=["quad", "sets", "anyone", "next day"])
def fit(request, panel):
    classes = "quad" if request.param == "quad" else SETS
    more = {"anyone": request.param == "anyone", "horizon": 1 if request.param == "next day" else 7}
    return fit_hazard(panel, as_of_day=DAY, classes=classes, trees=False, **more)


@pytest.fixture(scope="module")
def standing(fit, panel):
    return stand_on(fit, panel, day=DAY)


def _questions(fit):
    ends = [None] if fit.anyone else ["A2", "A5", "A3"]
    return [("A1", to, cls) for to in ends for cls in fit.classes]


@pytest.mark.parametrize(
    "insert",
    [
        (),
        (("A2", "A1", "19", 1.0),),
        (("A1", "A2", "11", 2.0), ("A2", "A1", "04", 1.0)),
        (("A5", "A1", "19", 1.0),),
        (("A0", "A3", "07", 1.0),),
    ],
    ids=["none", "reverse", "both", "first meeting", "third party"],
)
def test_it_says_what_the_record_says(fit, panel, standing, insert):
    asked = _questions(fit)
    whole = forecasts(fit, panel, asked=asked, day=DAY, insert=insert)
    quick = standing_forecasts(fit, standing, asked=asked, insert=insert)
    # with supposed events, what is expected of other series stays as it was
    close = 1e-9 if not insert else 1e-2
    for a, b in zip(whole, quick, strict=True):
        assert (a.actor, a.recipient, a.cls, a.model) == (b.actor, b.recipient, b.cls, b.model)
        assert (a.windows, a.effective_n, a.notes) == (b.windows, b.effective_n, b.notes)
        assert b.n == pytest.approx(a.n)
        assert b.probability == pytest.approx(a.probability, rel=close)
        loose = 0.15 if fit.horizon == 1 else 2e-2
        assert b.base_rate == pytest.approx(a.base_rate, rel=loose if insert else close)
        for one, other in zip(a.contributions, b.contributions, strict=True):
            assert one[0] == other[0]
            assert other[1] == pytest.approx(one[1], abs=1e-6 if not insert else 1e-2)
        if not insert:
            assert a.reference_class == b.reference_class


def test_what_is_done_to_an_actor_is_no_series_towards_anyone(panel):
    """Of a supposed act only its actor's side moves the classes; for all pairs and types."""
    fit = fit_hazard(panel, as_of_day=DAY, classes=SETS, anyone=True, horizon=1, trees=False)
    standing, asked = stand_on(fit, panel, day=DAY), _questions(fit)
    for x, code in ((x, code) for x in range(7) for code in ("04", "19")):
        insert = ((f"A{x}", f"A{(x + 2) % 7}", code, 1.0),)
        whole = forecasts(fit, panel, asked=asked, day=DAY, insert=insert)
        quick = standing_forecasts(fit, standing, asked=asked, insert=insert)
        assert [b.probability for b in quick] == pytest.approx(
            [a.probability for a in whole], rel=1e-9
        )


def test_what_is_asked_together_changes_nothing(fit, standing):
    asked = _questions(fit)
    insert = (("A2", "A1", "19", 1.0),)
    together = standing_forecasts(fit, standing, asked=asked, insert=insert)
    for question, found in zip(asked, together, strict=True):
        assert standing_forecasts(fit, standing, asked=[question], insert=insert) == (found,)


def test_nothing_after_the_day_is_kept(fit, panel, standing):
    later = stand_on(fit, noise_after(panel, day=DAY), day=DAY)
    for name, values in standing.arrays().items():
        assert np.array_equal(values, later.arrays()[name]), name
    assert standing.about() == later.about()


def test_it_survives_being_written(fit, standing):
    about = json.loads(json.dumps(standing.about()))
    again = Standing.from_arrays(about, standing.arrays())
    asked = _questions(fit)
    assert standing_forecasts(fit, again, asked=asked) == standing_forecasts(
        fit, standing, asked=asked
    )


def test_unknown_names_are_refused(fit, standing):
    cls, to = next(iter(fit.classes)), None if fit.anyone else "A2"
    with pytest.raises(MethodError, match="no actor 'A9'"):
        standing_forecasts(fit, standing, asked=[("A9", to, cls)])
    with pytest.raises(MethodError, match="no class 'tea'"):
        standing_forecasts(fit, standing, asked=[("A1", to, "tea")])
    with pytest.raises(MethodError, match="no type '99'"):
        standing_forecasts(fit, standing, asked=[("A1", to, cls)], insert=[("A1", "A2", "99", 1.0)])
    if fit.anyone:
        assert standing.actors[-1] == ANYONE
    with pytest.raises(MethodError, match="recipient"):
        standing_forecasts(fit, standing, asked=[("A1", "A2" if fit.anyone else None, cls)])
