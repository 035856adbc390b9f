"""A gap in a record is told, and its days are left out: they are none without the act."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from demarche.desk import ask
from demarche.desk.panels import panel_of, silences_of
from demarche.desk.record import load_panel, open_counts
from demarche.desk.validate_events import validate_events
from demarche.errors import MethodError
from demarche.outside.events.occasions import Dyads, Occasions
from demarche.outside.events.precedents import precedents
from demarche.record.store import status, status_data
from demarche.show.data import answer_data
from demarche.show.events_tables import backtest_json, backtest_text
from demarche.show.record_text import say_status
from demarche.show.text import answer_text
from tests.builders import case_of
from tests.desk.test_event_as_of import store_of
from tests.desk.test_event_half import coded

START, HOLE, DAYS, FULL = dt.date(2019, 1, 1), (400, 586), 900, 7 * 26
"""A silence of 187 days, of which 182 are whole weeks."""
TOLD = "2020-02-05 to 2020-08-09, 187 days with no row"


def drawn():
    """Rows of (day number, actor, recipient, code), some fifteen a day."""
    rng = random.Random(1)
    names = ["NLD-X", "SLD-X", "AAA-X", "BBB-X", "CCC-X"]
    return [
        (n, a, b, code)
        for n in range(DAYS)
        for a in names for b in names if a != b
        for code, share in (("045", 0.5), ("163", 0.2), ("190", 0.03))
        if rng.random() < share
    ]  # fmt: skip


def written(folder, rows):
    days = [START + dt.timedelta(days=n) for n in range(DAYS)]
    return store_of(folder, [f"{days[n]},{days[n]},{a},{b},{code}" for n, a, b, code in rows])


@pytest.fixture(scope="module")
def holed(tmp_path_factory):
    rows = [row for row in drawn() if not HOLE[0] <= row[0] <= HOLE[1]]
    return written(tmp_path_factory.mktemp("gap") / "holed", rows)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """The same record, its later rows moved back by the weeks of the hole: five days are empty."""
    rows = [
        (n - FULL * (n > HOLE[1]), *rest) for n, *rest in drawn() if not HOLE[0] <= n <= HOLE[1]
    ]
    return written(tmp_path_factory.mktemp("gap") / "closed", rows)


def asked(store, *, days):
    day = START + dt.timedelta(days=days - 1)
    return ask(case_of(coded()), store=store, as_of=day, horizon_days=30, draws=32)


@pytest.fixture(scope="module")
def answer(holed):
    return asked(holed, days=DAYS)


def test_a_gap_is_told_wherever_the_record_is(holed, answer):
    assert any(TOLD in warning for warning in answer.record.warnings)
    assert TOLD in " ".join(answer_text(answer).split())
    assert any(TOLD in warning for warning in answer_data(answer)["record"]["warnings"])
    (source,) = status_data(status(holed))["sources"]
    assert source["gaps"] == [{"first": "2020-02-05", "last": "2020-08-09", "days": 187, "rows": 0}]
    found = validate_events(holed, horizons=(7,), cold=(), learn="never")
    assert found.left_out[0] == f"a gap in the record: {TOLD}"
    assert found.days == DAYS - FULL


def test_windows_in_a_gap_are_not_windows_without_the_act(closed, answer):
    """Shares of windows are as if the days of the gap had not been, to the last digit."""
    other = asked(closed, days=DAYS - FULL)
    assert other.record.warnings == ()
    assert len(answer.record.courses) == 3
    for mine, its in zip(answer.record.courses, other.record.courses, strict=True):
        assert mine.windows == its.windows
        assert mine.base_rate == its.base_rate


def test_no_window_across_a_gap_counts_as_an_occasion(holed):
    panel = load_panel(holed)
    days = np.arange(HOLE[0] - 40, HOLE[0] + 20)
    dyads = Dyads(actor=np.array([0]), recipient=np.array([1]))
    found = precedents(
        panel, dyads=dyads, horizon=30, as_of=panel.days - 1, followed=days + 1,
        occasions=Occasions(role="X->Z", dyad=np.zeros(len(days), dtype=np.int64), day=days),
    )  # fmt: skip
    assert found.open == 30
    assert {(item.followed - item.day).days for item in found.items} == {1}
    dates = {item.day for item in found.items}
    assert START + dt.timedelta(days=HOLE[0] - 31) in dates
    assert START + dt.timedelta(days=HOLE[0] + FULL) in dates
    assert not any(START + dt.timedelta(days=n) in dates for n in range(HOLE[0] - 30, 582))


def test_days_of_a_panel_with_a_gap_have_their_dates(holed):
    counts = open_counts(holed)
    gaps = silences_of(counts, as_of=counts.end).gaps
    whole, cut = (panel_of(counts, as_of=counts.end, gaps=given) for given in ((), gaps))
    assert [cut.date_of(n) for n in cut.day.tolist()] == [
        whole.date_of(n) for n in whole.day.tolist()
    ]
    assert cut.date_of(cut.days - 1) == counts.end
    assert (cut.day % 7).tolist() == (whole.day % 7).tolist()
    assert (cut.known == cut.day).all()


def busy(folder, *, thin):
    """Some forty rows a day of 360 days, but one on the days that are thin."""
    rng, names = random.Random(2), ["NLD-X", "SLD-X", *(f"{c * 3}-X" for c in "ABCDEF")]
    lines = []
    for n in range(360):
        day = START + dt.timedelta(days=n)
        acts = [
            f"{a},{b},{code}"
            for a in names for b in names if a != b
            for code, share in (("045", 0.6), ("163", 0.05), ("190", 0.03))
            if rng.random() < share
        ]  # fmt: skip
        lines += [f"{day},{day},{act}" for act in (acts[:1] if n in thin else acts)]
    return store_of(folder, lines)


THIN = (348, 360)
"""Days of next to nothing at the end of a record of 360."""


def test_a_record_that_begins_in_a_gap_is_not_said_to_hold_too_many_rows(tmp_path):
    """One row a day of its first 60 days: learned from the 61st on."""
    found = asked(busy(tmp_path / "begun", thin=range(60)), days=360).record
    assert found.warnings == (
        "the record has a gap, 2019-01-01 to 2019-03-01, 60 days with 60 rows: left out, as if "
        "they had not been; a silence there is none of the actors",
    )


def test_a_record_that_all_but_ends_is_told_with_the_day_to_ask_about(tmp_path, capsys):
    """One row a day of its last twelve days: told at the end, and not as of the day before them."""
    store = busy(tmp_path / "thin", thin=range(*THIN))
    assert asked(store, days=360).record.warnings == (
        "the record holds next to nothing at its end, 2019-12-15 to 2019-12-26, 12 days with 12 "
        "rows: read as quiet days. If its source did not report then, sync what is missing or ask "
        "as of 2019-12-14",
    )
    assert asked(store, days=348).record.warnings == ()
    (source,) = status_data(status(store))["sources"]
    end = {"first": "2019-12-15", "last": "2019-12-26", "days": 12, "rows": 12}
    assert (source["thin_end"], source["gaps"]) == (end, [])
    say_status(status(store))
    told = "next to nothing at its end: 2019-12-15 to 2019-12-26, 12 days with 12 rows"
    assert told in capsys.readouterr().out


def test_no_window_of_a_thin_end_is_scored_and_the_end_is_told(tmp_path):
    """Figures are those of a record that ends the day before, and not of twelve quiet days."""
    thin = busy(tmp_path / "thin", thin=range(*THIN))
    given = {"horizons": (7, 30), "cold": (7,), "learn": "never"}
    found = validate_events(thin, **given)
    told = (
        "next to nothing at the end of the record: 2019-12-15 to 2019-12-26, 12 days with 12 "
        "rows; no window that reaches beyond 2019-12-14 is scored, as its source may not have "
        "reported then"
    )
    never = (
        "7 days, all known dyads, tested from 2019-11-11: no act of material cooperation or verbal "
        "conflict was known before"
    )
    learners = "LightGBM: not installed or not asked for"
    assert found.left_out == (told, never, learners)
    assert found.days == 348
    assert max(t.last + dt.timedelta(days=t.horizon - 1) for t in found.tracks) == dt.date(
        2019, 12, 14
    )
    then = validate_events(thin, as_of=dt.date(2019, 12, 14), **given)
    assert then.left_out == (never, learners)
    figures = [backtest_json(replace(test, left_out=())) for test in (found, then)]
    assert figures[0] == figures[1]
    assert f"left out: {told}" in " ".join(backtest_text(found).split())
    with pytest.raises(MethodError, match=r"too short .* Left out of the record: next to nothing"):
        validate_events(thin, horizons=(60,), cold=(), learn="never")


def test_origins_whose_windows_lie_across_a_gap_are_counted(tmp_path):
    """Those of six windows that reach beyond the gap, and the first day after it: known before."""
    found = validate_events(
        busy(tmp_path / "gap", thin=range(330, 344)), horizons=(7,), cold=(), learn="never"
    )
    (track,) = found.tracks
    assert found.days == 346
    assert (track.first, track.last) == (dt.date(2019, 11, 9), dt.date(2019, 12, 20))
    assert (track.across_gaps, track.step) == (7, 1)
    assert "  7 origins more are left out: their windows lie across a gap" in backtest_text(found)
    assert json.loads(backtest_json(found))["tracks"][0]["across_gaps"] == 7
