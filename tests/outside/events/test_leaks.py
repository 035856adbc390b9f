"""No forecast sees what its day could not know, nor the other questions; doubles are caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demarche.outside.events.forecast import fit_hazard, probabilities
from demarche.outside.events.occasions import Occasions, event_mask, find_occasions, first_responses
from demarche.outside.events.protocol import past_table
from demarche.outside.events.series import Rows, index_series, make_scheme
from demarche.outside.events.state import state_at, state_slow
from tests.outside.events.panels import add_rows, drop_rows, made, noise_after
from tests.outside.events.worlds import all_dyads, panel_of

DAY = 180
PAIRS = [(1, 2), (0, 3), (5, 4), (2, 1), (3, 0), (4, 0)]


@pytest.fixture(scope="module")
def panel():
    return made(seed=4, late=0.05)


@pytest.fixture(scope="module")
def ask(panel):
    """A function from a record, pairs and a day to probabilities, as the doubles below are."""
    fit = fit_hazard(panel, as_of_day=DAY, horizon=7, trees=False)

    def asked(record, pairs, day=DAY):
        actor, recipient = np.array(pairs).T
        return probabilities(
            fit, record, actor=actor, recipient=recipient, cls="verbal cooperation",
            day=np.full(len(pairs), day),
        )  # fmt: skip

    return asked


def check_deletion(ask, panel):
    kept = drop_rows(panel, np.maximum(panel.day, panel.known) <= DAY)
    assert np.array_equal(ask(kept, PAIRS), ask(panel, PAIRS))


def check_insertion(ask, panel):
    assert np.array_equal(ask(noise_after(panel, day=DAY), PAIRS), ask(panel, PAIRS))


def check_late(ask, panel):
    n = len(PAIRS)
    late = add_rows(
        panel, day=[DAY - 2] * n, known=[DAY + 2] * n, actor=[a for a, _ in PAIRS],
        recipient=[b for _, b in PAIRS], code=[0] * n, count=[1.0] * n,
    )  # fmt: skip
    assert np.array_equal(ask(late, PAIRS), ask(panel, PAIRS))


def check_batch(ask, panel):
    """Alone, in another order, and with questions about others before and behind."""
    want = ask(panel, PAIRS)
    alone = [ask(panel, [pair])[0] for pair in PAIRS]
    np.testing.assert_allclose(alone, want, rtol=1e-9)
    order = np.random.default_rng(2).permutation(len(PAIRS))
    np.testing.assert_allclose(ask(panel, [PAIRS[i] for i in order]), want[order], rtol=1e-9)
    others = [(0, 1), (1, 0), (2, 5)]
    np.testing.assert_allclose(ask(panel, [*others, *PAIRS])[3:], want, rtol=1e-9)
    np.testing.assert_allclose(ask(panel, [*PAIRS, *others])[: len(PAIRS)], want, rtol=1e-9)


def check_carry_over(ask, panel):
    """A pair without rows, asked after one with many, gets what it gets when asked first."""
    rare = drop_rows(panel, ~((panel.actor == 4) & (panel.recipient == 0)))
    first = ask(rare, [(4, 0)])[0]
    for rich in PAIRS[:4]:
        np.testing.assert_allclose(ask(rare, [rich, (4, 0)])[1], first, rtol=1e-9)


def check_swap(ask):
    """Exchanging two actors in the input exchanges the forecasts."""
    one, other = made(seed=3), made(seed=3, swap=(0, 4))
    rename = {"A0": "A4", "A4": "A0"}

    def named(record, pairs):
        return [(record.actors.index(a), record.actors.index(b)) for a, b in pairs]

    pairs = [("A0", "A1"), ("A2", "A0"), ("A4", "A3"), ("A1", "A2"), ("A0", "A4")]
    moved = [(rename.get(a, a), rename.get(b, b)) for a, b in pairs]
    np.testing.assert_allclose(
        ask(other, named(other, moved)), ask(one, named(one, pairs)), rtol=1e-9
    )


def test_a_forecast_knows_what_its_day_knew_and_no_other_question(ask, panel):
    check_deletion(ask, panel)
    check_insertion(ask, panel)
    check_late(ask, panel)
    check_batch(ask, panel)
    check_carry_over(ask, panel)
    check_swap(ask)


def test_doubles_that_see_later_rows_are_caught(ask, panel):
    def late(record, pairs):
        return ask(record, pairs, day=DAY + 5)

    def at_once(record, pairs):
        return ask(replace(record, known=record.day), pairs)

    for check, doubles in (
        (check_deletion, (late, at_once)),
        (check_insertion, (late,)),
        (check_late, (late, at_once)),
    ):
        for double in doubles:
            with pytest.raises(AssertionError):
                check(double, panel)


def test_doubles_that_see_the_batch_are_caught(ask, panel):
    def scaled(record, pairs):
        found = ask(record, pairs)
        return found / found.max()

    def marked(record, pairs):
        """Knows whether its recipient is asked about as an actor, too."""
        acts = {a for a, _ in pairs}
        return ask(record, pairs) + 0.01 * np.array([b in acts for _, b in pairs])

    def carrying(record, pairs):
        """Where a pair has no rows, the answer before stays."""
        found = ask(record, pairs).tolist()
        for i, (a, b) in enumerate(pairs):
            if i and not np.any((record.actor == a) & (record.recipient == b)):
                found[i] = found[i - 1]
        return np.array(found)

    for double in (scaled, marked):
        with pytest.raises(AssertionError):
            check_batch(double, panel)
    with pytest.raises(AssertionError):
        check_carry_over(carrying, panel)


def test_a_double_that_knows_its_actors_by_name_is_caught(ask):
    def named(record, pairs):
        return ask(record, pairs) + 0.001 * np.array([a for a, _ in pairs])

    with pytest.raises(AssertionError):
        check_swap(named)


def check_windows(ends, panel):
    """Rows after the day change no training row, outcome or feature."""
    scheme = make_scheme(panel, classes="quad")

    def table(record):
        index = index_series(record)
        found = past_table(
            record, index=index, scheme=scheme, horizon=7, end=ends, min_events=5
        )  # fmt: skip
        return found.rows.day.tobytes(), found.happened.tobytes(), found.features.values.tobytes()

    assert table(panel) == table(drop_rows(panel, panel.day <= DAY))


def test_training_windows_end_before_the_day_and_one_that_does_not_is_caught(panel):
    at_once = replace(panel, known=panel.day)
    check_windows(DAY + 1, at_once)
    with pytest.raises(AssertionError):
        check_windows(DAY + 8, at_once)


def check_fit(fit, panel):
    """Rows dated or known after the day change nothing in a fit."""
    kept = drop_rows(panel, np.maximum(panel.day, panel.known) <= DAY)
    assert fit(kept).to_json() == fit(panel).to_json()


def test_a_fit_knows_what_its_day_knew_and_one_that_knows_more_is_caught(panel):
    def fit(record):
        return fit_hazard(record, as_of_day=DAY, horizon=7, trees=False)

    check_fit(fit, panel)
    with pytest.raises(AssertionError):  # a double to which each row is known on its own day
        check_fit(lambda record: fit(replace(record, known=record.day)), panel)


def check_own_day(respond):
    panel = panel_of([(3, "B", "A", "19"), (3, "A", "B", "11"), (6, "A", "B", "11")], days=20)
    assert respond(panel) == [6]


def test_a_double_that_counts_the_triggers_own_day_is_caught():
    def respond(panel, earlier=0):
        dyads = all_dyads(panel)
        found = find_occasions(
            panel, dyads=dyads, role="Z->X", trigger=event_mask(panel, codes=("19",)), as_of=19
        )
        shifted = Occasions(role=found.role, dyad=found.dyad, day=found.day - earlier)
        return first_responses(
            panel, dyads=dyads, response=event_mask(panel, codes=("11",)), occasions=shifted,
            as_of=19,
        ).tolist()  # fmt: skip

    check_own_day(respond)
    with pytest.raises(AssertionError):
        check_own_day(lambda panel: respond(panel, earlier=1))


def test_the_definition_catches_a_pass_that_counts_the_day_itself(panel):
    scheme, index = make_scheme(panel, classes="quad"), index_series(panel)
    n = 40
    rng = np.random.default_rng(1)
    rows = Rows(
        day=np.sort(rng.integers(100, DAY, n)),
        dyad=rng.integers(0, len(index.actor), n),
        cls=rng.integers(0, len(scheme.targets), n),
    )

    def counts(late):
        asked = replace(rows, day=rows.day + late)
        return state_at(panel, index=index, scheme=scheme, rows=asked).counts[:, :, [0, 2]]

    want = state_slow(panel, index=index, scheme=scheme, rows=rows).counts[:, :, [0, 2]]
    np.testing.assert_array_equal(counts(0), want)
    assert not np.array_equal(counts(1), want)
