"""The answer about a trigger: rows that stand for it, state and lift joined, the sentence."""

from dataclasses import replace

import numpy as np
import pytest

from demarche.errors import DataError, TermError
from demarche.outside.events.gate import Cell, gate
from demarche.outside.events.occasions import Dyads, event_mask, find_occasions
from demarche.outside.events.trigger import (
    median_rows,
    trigger_answer,
)
from tests.outside.events.worlds import drawn, panel_of


def test_the_median_set_of_rows_by_hand():
    """Three occasions of force by B on A; criticism by A came on two, by B on one."""
    days = (2, 8, 14)
    made = [(d, "B", "A", "19") for d in days]
    made += [(2, "A", "B", "11"), (8, "A", "B", "11"), (14, "B", "A", "11"), (5, "A", "B", "04")]
    panel = panel_of(made, days=20)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    trigger = event_mask(panel, codes=("19",))
    found = find_occasions(panel, dyads=dyads, role="Z->X", trigger=trigger, as_of=19)
    options = {"dyads": dyads, "actor": 0, "recipient": 1, "trigger": trigger, "as_of": 19}
    got = median_rows(panel, occasions=found, **options)
    assert got == (("A", "B", "11", 1.0), ("B", "A", "19", 1.0))
    with pytest.raises(DataError, match="no past occasion"):
        median_rows(panel, occasions=found, **{**options, "as_of": 1})


def test_rows_of_the_other_direction_and_what_was_known_late():
    """By A on B twice, of two types; an act of the second day is known only on day 12."""
    made = [(2, 2, "A", "B", "19"), (8, 8, "A", "B", "19"), (8, 12, "B", "A", "04")]
    made += [(2, 2, "B", "A", "04"), (14, 14, "A", "B", "11"), (14, 14, "A", "B", "04")]
    panel = panel_of(made, days=20)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    trigger = event_mask(panel, codes=("11", "19"))

    def named(as_of):
        found = find_occasions(panel, dyads=dyads, role="X->Z", trigger=trigger, as_of=19)
        options = {"dyads": dyads, "actor": 0, "recipient": 1, "trigger": trigger}
        return median_rows(panel, occasions=found, as_of=as_of, **options)

    act = ("A", "B", "19", 1.0)
    assert named(11) == (act, ("B", "A", "04", 0.5))
    assert named(13) == (act, ("B", "A", "04", 1.0))
    # of three days, one each of 11 and 04 by A: neither is usual
    assert named(19) == (act, ("B", "A", "04", 1.0))


def test_the_commonest_type_stands_though_no_type_is_usual():
    """Force on two days of five, threats on one each of three: no median above 0."""
    made = [(d, "B", "A", code) for d, code in ((1, "19"), (3, "19"), (5, "11"), (7, "06"))]
    panel = panel_of([*made, (9, "B", "A", "04")], days=20)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    trigger = np.ones(len(panel.classes), dtype=bool)
    found = find_occasions(panel, dyads=dyads, role="Z->X", trigger=trigger, as_of=19)
    got = median_rows(
        panel, dyads=dyads, occasions=found, actor=0, recipient=1, trigger=trigger, as_of=19
    )
    assert got == (("B", "A", "19", 1.0),)


def gated(lift):
    made = drawn(2, lift=lift)
    cell = Cell(role="Z->X", trigger="MX", response="MX", horizon=1)
    return gate(cell, trials=made.trials, controls=made.controls, split=260)


def answer(found, **options):
    return trigger_answer(p_state=0.3, gated=found, **options)


def test_without_an_admitted_lift_the_state_speaks_alone():
    found = gated(1.0)
    view = answer(found)
    assert (view.lift, view.p_with) == (None, pytest.approx(0.3))
    assert view.sentence == (
        "no lift beyond the current state of relations "
        f"(resting on {found.occasions:,} past occasions)"
    )
    assert view.decisions == found.decisions
    # it moves no number, but the range allows for it
    assert view.lift_shift == pytest.approx(np.log(found.pooled.value))
    assert view.lift_shift != 0
    assert view.lift_variance == found.variance() > 0


def test_an_admitted_lift_multiplies_the_odds():
    view = answer(gated(2.0))
    odds = view.p_with / (1 - view.p_with)
    assert view.lift is not None
    assert odds == pytest.approx(view.lift * 0.3 / 0.7)
    assert view.sentence.startswith("historical association")
    assert view.lift_shift == 0
    assert view.lift_variance > 0


def test_a_trigger_that_touches_neither_side_has_no_lift():
    view = answer(None)
    assert (view.p_with, view.lift, view.decisions) == (pytest.approx(0.3), None, ())
    assert (view.lift_shift, view.lift_variance) == (0, 0)
    with pytest.raises(TermError, match="strictly between"):
        trigger_answer(p_state=1.0, gated=None)


@pytest.mark.parametrize(
    ("rung", "whose", "times"),
    [
        ("class", "", 1.0),
        ("actor", "; for this actor by ", 1.5),
        ("dyad", "; for this actor towards this recipient by ", 1.5 * 1.2),
    ],
)
def test_the_lift_that_is_used_is_the_one_that_is_told(rung, whose, times):
    """The sentence told that of the class, 3.66, where the odds were multiplied by 4.24."""
    found = gated(2.0)
    ladder = replace(
        found.ladder,
        by_actor={7: replace(found.pooled, value=1.5)},
        by_dyad={3: replace(found.pooled, value=1.2)},
    )
    view = answer(replace(found, rung=rung, ladder=ladder), actor=7, dyad=3)
    assert view.lift == pytest.approx(found.pooled.value * times)
    assert view.sentence == found.sentence + (whose and f"{whose}{view.lift:.2f}")
