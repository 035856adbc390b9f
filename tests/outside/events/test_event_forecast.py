"""Fits and forecasts: leaks, contributions, serialisation, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from demarche.errors import MethodError
from demarche.outside.events.fit import HazardFit
from demarche.outside.events.forecast import fit_hazard, forecast, forecasts, probabilities
from demarche.outside.events.hazard import BASE_RIDGE, RIDGES
from demarche.outside.events.holidays import HolidayEffect
from demarche.outside.events.protocol import past_table, training_origins
from demarche.outside.events.ranges import central_range, rate_slope
from demarche.outside.events.series import index_series, make_scheme, seen
from demarche.outside.events.standing import stand_on, standing_forecasts
from tests.outside.events.panels import add_rows, made, noise_after
from tests.outside.events.worlds import panel_of

DAY = 180


@pytest.fixture(scope="module")
def panel():
    return made(seed=4, late=0.05)


@pytest.fixture(scope="module")
def fit(panel):
    return fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False)


def _ask(fit, panel, **more):
    given = {"actor": "A1", "recipient": "A2", "cls": "verbal cooperation", "day": DAY, **more}
    return forecast(fit, panel, **given)


def test_nothing_after_the_day_changes_a_fit_or_a_forecast(panel, fit):
    later = noise_after(panel, day=DAY)
    again = fit_hazard(later, as_of_day=DAY, horizon=7, trees=False)
    assert again.to_json() == fit.to_json()
    assert _ask(again, later) == _ask(fit, panel)
    earlier = noise_after(panel, day=DAY - 20)
    assert fit_hazard(earlier, as_of_day=DAY, horizon=7, trees=False).to_json() != fit.to_json()


def test_a_range_holds_its_forecast_however_little_is_known(panel, fit):
    """Of rare acts of which nothing is known a beta distribution lies below its own mean."""
    assert fit.known is not None and fit.rare is not None
    doubt = replace(fit.rare.doubt, misfit=60.0)
    wild = replace(fit, known=None, known_base=None, rare=replace(fit.rare, doubt=doubt))
    asked = [(a, b, "material conflict") for a in panel.actors for b in panel.actors if a != b]
    found = forecasts(wild, panel, asked=asked, day=DAY)
    plain = [
        central_range(one.probability, variance=one.fit_variance + one.own_variance)
        for one in found
    ]
    assert any(high[0] < one.probability for (_, high), one in zip(plain, found, strict=True))
    assert all(one.low <= one.probability <= one.high for one in found)


@pytest.mark.parametrize("day", [480, 500])
def test_a_record_that_goes_on_for_years_does_not_change_what_is_forgotten(day):
    """Forgetting is stretched with the length of the record: of that which was learned from."""
    panel = made(seed=4, days=900, actors=4)
    fit = fit_hazard(panel, as_of_day=480, horizon=7, trees=False)
    asked = {"actor": [1], "recipient": [2], "cls": "verbal cooperation", "day": [day]}
    through = probabilities(fit, panel, **asked)
    assert through == probabilities(fit, seen(panel, as_of_day=day), **asked)
    assert through == pytest.approx(_ask(fit, panel, day=day).probability, abs=1e-9)
    quick = standing_forecasts(
        fit, stand_on(fit, panel, day=day), asked=[("A1", "A2", "verbal cooperation")]
    )
    assert through == pytest.approx(quick[0].probability, abs=1e-9)


def test_named_types_choose_on_their_past_how_much_of_the_state_is_learned(panel):
    named = {"some": panel.classes[:2]}
    chosen = fit_hazard(panel, as_of_day=DAY, horizon=7, classes=named, trees=False)
    again = fit_hazard(
        noise_after(panel, day=DAY), as_of_day=DAY, horizon=7, classes=named, trees=False
    )
    assert again.to_json() == chosen.to_json()
    # windows of seven days from daily origins count as one in seven
    base, *state = sorted(set((chosen.known.additive.penalty / 7.0).round(6)))
    assert base == BASE_RIDGE
    assert len(state) == 1
    assert state[0] in RIDGES
    back = HazardFit.from_json(chosen.to_json())
    np.testing.assert_array_equal(back.known.additive.penalty, chosen.known.additive.penalty)


def test_named_types_of_a_thin_past_take_a_middle_ridge(panel):
    """Too few acts in one of the two parts to choose by."""
    thin = fit_hazard(panel, as_of_day=70, horizon=1, classes={"some": ["07"]}, trees=False)
    assert set(thin.known.additive.penalty) == {BASE_RIDGE, RIDGES[1]}


def test_training_windows_end_before_the_day(panel):
    for horizon in (1, 7, 30):
        origins = training_origins(end=DAY + 1, horizon=horizon)
        assert origins.max() + horizon == DAY + 1
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    table = past_table(panel, index=index, scheme=scheme, horizon=7, end=DAY + 1, min_events=5)
    assert (table.rows.day + 7 <= DAY + 1).all()


def test_holidays_of_the_window_are_a_contribution_of_their_own(panel):
    day = 115  # 25 April 2020: the week after holds 1 May
    fit_ = fit_hazard(seen(panel, as_of_day=day), as_of_day=day, horizon=7, trees=False)
    less = replace(fit_.rare, holidays=HolidayEffect(factor=0.5, days=6))
    fit_ = replace(fit_, rare=less, known=None, known_base=None)
    said = forecast(fit_, panel, actor="A0", recipient="A1", cls="verbal cooperation", day=day)
    parts = dict(said.contributions)
    usual = expit(sum(v for k, v in parts.items() if k != "holidays"))
    logit_ = np.log(said.probability / (1 - said.probability))
    assert sum(parts.values()) == pytest.approx(logit_, abs=1e-9)
    assert parts["holidays"] < 0
    # one day of seven with half the acts
    shift = float(less.intercepts[0])
    acts = -np.log1p(-expit(np.log(usual / (1 - usual)) - shift)) * (1 - 0.5 / 7)
    assert said.probability == pytest.approx(expit(np.log(np.expm1(acts)) + shift), rel=1e-9)
    plain = forecast(fit_, panel, actor="A0", recipient="A1", cls="verbal cooperation", day=130)
    assert "holidays" not in dict(plain.contributions)


def test_contributions_add_up_to_the_forecast(panel, fit):
    made_ = _ask(fit, panel)
    total = sum(value for _, value in made_.contributions)
    assert total == pytest.approx(np.log(made_.probability / (1 - made_.probability)))
    assert [name for name, _ in made_.contributions][:2] == ["base rate", "own recency"]


def test_a_fit_survives_being_written(panel, fit):
    again = HazardFit.from_json(fit.to_json())
    assert _ask(again, panel) == _ask(fit, panel)


def test_a_supposed_event_moves_the_state_alone(panel, fit):
    before = _ask(fit, panel)
    after = _ask(fit, panel, insert=[("A2", "A1", "04", 3.0), ("A1", "A2", "04", 3.0)])
    assert after.probability > before.probability
    moved = dict(after.contributions)["own recency"] - dict(before.contributions)["own recency"]
    assert moved > 0


def test_a_supposed_event_does_not_change_what_is_forgotten():
    """Twenty days after the end of a record: an act of others, of another class."""
    panel = made(seed=4, days=500, actors=6)
    fit = fit_hazard(panel, as_of_day=519, horizon=7, trees=False)
    before = _ask(fit, panel, day=519)
    after = _ask(fit, panel, day=519, insert=[("A3", "A4", "19", 1.0)])
    assert after.base_rate == before.base_rate


def test_many_at_once_equal_one_by_one(panel, fit):
    pairs = [(1, 2), (0, 3), (5, 4)]
    together = probabilities(
        fit, panel, actor=[a for a, _ in pairs], recipient=[b for _, b in pairs],
        cls="material conflict", day=[DAY, DAY - 5, DAY],
    )  # fmt: skip
    for (a, b), day, p in zip(pairs, (DAY, DAY - 5, DAY), together, strict=True):
        alone = _ask(fit, panel, actor=f"A{a}", recipient=f"A{b}", cls="material conflict", day=day)
        assert alone.probability == pytest.approx(p, abs=1e-9)


def test_a_series_has_a_past_from_its_fifth_event_on(panel, fit):
    names = [f"A{n}" for n in range(6)]
    asked = [(a, b, cls) for a in names for b in names if a != b for cls in fit.classes]
    found = forecasts(fit, panel, asked=asked, day=DAY)
    assert {4.0, 5.0} <= {one.n for one in found}
    for one in found:
        past = one.n >= 5
        assert one.model == ("series with a past" if past else "rare or unknown series")
        assert any("wider classes speak" in note for note in one.notes) == (not past)
    ends = [(names.index(a), names.index(b)) for a, b, _ in asked]
    many = probabilities(
        fit, panel, actor=[a for a, _ in ends], recipient=[b for _, b in ends],
        cls=[cls for *_, cls in asked], day=[DAY] * len(asked),
    )  # fmt: skip
    assert many == pytest.approx([one.probability for one in found], rel=1e-9)


def test_without_a_model_of_rare_series_that_of_others_speaks_and_says_so(panel):
    fit = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False, rare=False)
    names = [f"A{n}" for n in range(6)]
    asked = [(a, b, "verbal cooperation") for a in names for b in names if a != b]
    rare = [one for one in forecasts(fit, panel, asked=asked, day=DAY) if one.n < 5]
    assert rare
    for one in rare:
        assert one.model == "series with a past"
        assert any("no model of rare series" in note for note in one.notes)
        (p,) = probabilities(
            fit, panel, actor=[names.index(one.actor)], recipient=[names.index(one.recipient)],
            cls=one.cls, day=[DAY],
        )  # fmt: skip
        assert p == pytest.approx(one.probability, rel=1e-9)


def test_a_dyad_that_never_met_is_answered_by_the_model_of_rare_ones(panel, fit):
    apart = add_rows(
        panel, day=[5, 6], known=[5, 6], actor=[0, 1], recipient=[1, 0], code=[0, 0],
        count=[1.0, 1.0],
    )  # fmt: skip
    quiet = _ask(fit, apart, recipient="A1")
    assert quiet.model == "rare or unknown series"
    assert quiet.n == 0
    assert "0 earlier events" in quiet.notes[0]
    assert 0 < quiet.probability < 0.5


def test_anyone_is_a_recipient_of_its_own(panel):
    fit = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False, anyone=True)
    one = _ask(fit, panel, recipient=None)
    assert one.recipient == "(anyone)"
    dyads = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False, rare=False)
    assert one.probability > _ask(dyads, panel).probability
    with pytest.raises(MethodError, match="anyone"):
        _ask(fit, panel)


def test_what_an_actor_rarely_did_to_anyone_is_answered_by_a_model_of_its_own():
    rng = np.random.default_rng(7)
    many, days = 60, 240
    # a few actors act often; each of the others once, on a day of its own
    rows = [
        (int(day), f"B{who}", f"Z{rng.integers(5)}", "19")
        for who in range(6)
        for day in np.flatnonzero(rng.random(days) < 0.2)
    ]
    rows += [(int(rng.integers(days)), f"Q{who:02d}", "Z0", "19") for who in range(many)]
    rows += [(day, f"Z{day % 5}", "B0", "04") for day in range(days)]
    panel = panel_of(rows, days=days)
    given = {"as_of_day": 199, "horizon": 7, "trees": False, "anyone": True}
    quiet = [a for a in range(len(panel.actors)) if panel.actors[a].startswith("Q")]
    asked = {"actor": quiet, "recipient": [len(panel.actors)] * many, "cls": "material conflict"}
    known, own = (
        probabilities(fit_hazard(panel, rare=rare, **given), panel, day=[199] * many, **asked)
        for rare in (False, True)
    )
    # one act in 240 days: a week holds 0.03 of one
    assert 0.3 < own.mean() / (7 / days) < 3
    assert own.mean() < known.mean()


def test_courses_of_several_types_are_learned_as_one_class(panel):
    fit = fit_hazard(
        panel, as_of_day=DAY, horizon=7, classes={"hit or hurt": ["11", "19"]}, trees=False,
        rare=False,
    )  # fmt: skip
    assert list(fit.classes) == ["hit or hurt"]
    quads = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False, rare=False)
    wide = _ask(fit, panel, cls="hit or hurt").base_rate
    assert wide >= 0.8 * _ask(quads, panel, cls="material conflict").base_rate
    with pytest.raises(MethodError, match="Did you mean 'hit or hurt'"):
        _ask(fit, panel, cls="hit or hurts")


def test_a_course_too_rare_to_learn_borrows_from_the_quads(panel):
    few = replace(panel, classes=(*panel.classes, "20"), quad=np.append(panel.quad, 4))
    few = add_rows(
        few, day=np.array([50, 90]), known=np.array([50, 90]), actor=np.array([0, 1]),
        recipient=np.array([1, 2]), code=np.array([4, 4]), count=np.ones(2),
    )  # fmt: skip
    fit = fit_hazard(few, as_of_day=DAY, horizon=7, classes={"rare": ["20"]}, trees=False)
    assert {"rare", "verbal cooperation", "material conflict"} <= set(fit.classes)
    assert _ask(fit, few, cls="rare").probability < 0.2


def test_what_is_asked_together_does_not_change_an_answer(panel):
    fit = fit_hazard(panel, as_of_day=DAY, horizon=7, min_events=30, trees=False)
    pairs = [(a, b) for a in range(6) for b in range(6) if a != b]
    actor, recipient = np.array(pairs).T
    all_at_once = probabilities(
        fit, panel, actor=actor, recipient=recipient, cls="material conflict",
        day=np.full(len(pairs), DAY),
    )  # fmt: skip
    alone = [
        _ask(
            fit, panel, actor=panel.actors[a], recipient=panel.actors[b], cls="material conflict"
        ).probability
        for a, b in pairs
    ]
    np.testing.assert_allclose(all_at_once, alone, rtol=1e-9)


def test_a_horizon_beyond_the_record_is_carried_over_and_says_so(panel):
    fit = fit_hazard(panel, as_of_day=60, horizon=30, trees=False)
    assert fit.fitted_horizon == 10
    assert 0.3 <= fit.growth <= 1.2
    near = fit_hazard(panel, as_of_day=60, horizon=10, trees=False)
    assert near.growth == 1.0
    short, long = (1 - _ask(f, panel, day=60).probability for f in (near, fit))
    assert np.log(long) / np.log(short) == pytest.approx(3**fit.growth)
    assert any("carried over" in note for note in _ask(fit, panel, day=60).notes)
    # expected acts are as uncertain in logarithms as over the horizon learned from
    one, more = (_ask(f, panel, day=60) for f in (near, fit))
    for name in ("fit_variance", "own_variance"):
        told, wider = (np.sqrt(getattr(f, name)) / rate_slope(f.probability) for f in (one, more))
        assert wider == pytest.approx(told)
        assert getattr(more, name) > getattr(one, name)
    assert more.windows == one.windows == 61 - 10 + 1
    assert more.effective_n == pytest.approx(52 / 10)


def test_expected_acts_grow_with_the_horizon_where_they_come_evenly():
    """Pairs that act by chance at rates of their own, and pairs whose acts come by eight."""
    rng = np.random.default_rng(11)
    pairs = [(a, b) for a in "ABCDEFGH" for b in "ABCDEFGH" if a != b]
    even, bursts = [], []
    for k, (a, b) in enumerate(pairs):
        rate = 0.002 + 0.0003 * k
        even += [(int(day), a, b, "04") for day in np.flatnonzero(rng.random(300) < rate)]
        starts = np.flatnonzero(rng.random(300) < rate / 4)
        days = [int(day) + 3 * i for day in starts for i in range(8)]
        bursts += [(day, a, b, "04") for day in days if day < 300]
    plain, clustered = (
        fit_hazard(panel_of(rows, days=300), as_of_day=299, horizon=90, trees=False)
        for rows in (even, bursts)
    )
    assert plain.fitted_horizon == clustered.fitted_horizon == 70
    # whole windows that reach beyond the record would seem emptier than they are: 0.87
    assert plain.growth == pytest.approx(1.0, abs=0.08)
    assert clustered.growth < 0.6


def test_a_forecast_carried_over_to_many_expected_acts_stays_below_one(panel):
    fit = replace(fit_hazard(panel, as_of_day=60, horizon=30, trees=False), growth=6.0)
    sure = _ask(fit, panel, day=60)
    assert 1 - 1e-9 < sure.probability < 1
    assert 0 < sure.low <= sure.high <= 1
    assert np.isfinite(
        [sure.fit_variance, sure.own_variance, *dict(sure.contributions).values()]
    ).all()


@pytest.mark.parametrize("steep", [60.0, -2000.0])
def test_a_state_far_beyond_all_seen_gives_no_certainty(panel, steep):
    """Log-odds above 37 are 1 in floats, those below -745 are 0."""
    fit = fit_hazard(panel, as_of_day=60, horizon=3, trees=False)

    def moved(learned):
        additive = learned.additive
        return replace(learned, additive=replace(additive, intercept=additive.intercept + steep))

    sure = _ask(replace(fit, known=moved(fit.known)), panel, day=60)
    assert 0 < sure.probability < 1
    assert 0 <= sure.low <= sure.probability <= sure.high <= 1
    assert np.isfinite(
        [sure.fit_variance, sure.own_variance, *dict(sure.contributions).values()]
    ).all()


def test_the_base_rate_of_one_act_a_year_is_its_share_of_windows():
    """90 days hold one act a year in a quarter of all windows, on whatever day one asks."""
    acts = (("A", "B", "04"), ("B", "A", "19"), ("C", "D", "11"))
    rows = [(365 * year + 70 + k, *act) for year in range(25) for k, act in enumerate(acts)]
    panel = panel_of(rows, days=25 * 365)
    for day in (24 * 365 + 60, 24 * 365 + 200, 25 * 365 - 1):
        fit = fit_hazard(panel, as_of_day=day, horizon=90, trees=False)
        found = _ask(fit, panel, actor="A", recipient="B", day=day)
        assert 0.15 < found.base_rate < 0.35


def test_next_to_nothing_is_refused(panel):
    with pytest.raises(MethodError, match="past windows"):
        fit_hazard(seen(panel, as_of_day=8), as_of_day=8, horizon=3, trees=False)
    with pytest.raises(MethodError, match="1 to 365"):
        fit_hazard(panel, as_of_day=DAY, horizon=400)


def test_an_unknown_actor_is_named(panel, fit):
    with pytest.raises(MethodError, match="no actor 'A11'"):
        _ask(fit, panel, actor="A11")


def test_trees_add_up_too_and_survive_being_written(panel):
    pytest.importorskip("lightgbm")
    fit = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=True, rare=False)
    found = _ask(fit, panel)
    assert _ask(HazardFit.from_json(fit.to_json()), panel) == found
    total = sum(value for _, value in found.contributions)
    assert total == pytest.approx(np.log(found.probability / (1 - found.probability)))
