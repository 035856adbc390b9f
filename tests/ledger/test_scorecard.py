"""Scorecards: what counts, what is left out and counted, and what is never mixed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import TermError
from demarche.ledger.items import Item, items_of_rows, items_of_sources
from demarche.ledger.scorecard import ONE_HALF, score_table
from demarche.scores import brier, mean_over_time, peer, spot, timeline
from demarche.terms.ledger import ResolvedLadder, ResolvedRow, SourceForecast

NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


EIGHTHS_FROM_0 = st.integers(0, 96).map(lambda x: x / 8)


def row(**changes) -> ResolvedRow:
    base = {
        "question": "q1", "case": "ruritania", "actor": "RUR", "trigger": "none",
        "course": "talks", "kind": "mediation", "rung": 1, "observability": "public",
        "horizon_days": 90, "opens": dt.date(2030, 1, 1), "closes": dt.date(2030, 3, 31),
        "condition": "none", "view": "pool", "forecaster": "pool", "seq": 2, "revision": 0,
        "issued_at": NOON, "probability": 0.7, "low": 0.5, "high": 0.9, "outcome": "yes",
        "resolved_on": dt.date(2030, 2, 1), "resolved_seq": 9, "reason": "", "cluster": "crisis",
        "sealed": False, "late": False,
    }  # fmt: skip
    return ResolvedRow(**{**base, **changes})


def table(rows, **options):
    return score_table(items_of_rows(rows), draws=200, **options)


def card(found, name, group="all", lane="live"):
    return next(
        c for c in found.cards if (c.forecaster, c.group, c.lane) == (name, group, lane)
    )  # fmt: skip


def world(n=30, *, views=("pool", "base_rate"), seed=1):
    """Questions of one course each, two views, three clusters."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        truth = float(rng.random())
        outcome = "yes" if rng.random() < truth else "no"
        for k, view in enumerate(views):
            p = 0.4 if view == "base_rate" else float(np.clip(truth + rng.normal(0, 0.1), 0, 1))
            rows.append(
                row(
                    question=f"q{i:03}", view=view, probability=p, outcome=outcome, seq=2 * i + k,
                    forecaster="pool" if view == "pool" else "model", cluster=f"c{i % 3}",
                )
            )  # fmt: skip
    return rows


def test_a_table_says_all_that_it_rests_on():
    rows = [
        row(),
        row(question="q2", outcome="no", resolved_on=dt.date(2030, 3, 31), sealed=True),
        row(question="q3", outcome="annulled", reason="void"),
        row(question="q4", outcome="not_known", reason="covert"),
        row(question="q5", outcome="open", resolved_on=None),
        row(question="q6", late=True),
    ]
    counts = card(table(rows), "pool").counts
    assert (counts.rows, counts.scored, counts.questions, counts.clusters) == (6, 2, 2, 1)
    assert (counts.annulled, counts.not_known, counts.open, counts.late) == (1, 1, 1, 1)
    assert (counts.yes, counts.sealed) == (1, 1)
    assert counts.first == counts.last == dt.date(2030, 1, 1)
    assert table(rows).version == "1"


def test_means_are_those_of_the_scores():
    rows = world()
    found = card(table(rows), "pool")
    pool = [r for r in rows if r.view == "pool"]
    expected = brier([r.probability for r in pool], outcome=[r.outcome == "yes" for r in pool])
    assert found.brier.value == pytest.approx(expected.mean())
    assert found.brier.by_cluster.low <= found.brier.value <= found.brier.by_cluster.high


def test_the_last_forecast_before_the_event_counts_and_older_ones_are_counted():
    rows = [
        row(seq=2, probability=0.2),
        row(seq=5, revision=1, probability=0.9, issued_at=NOON + dt.timedelta(days=10)),
        row(seq=8, revision=2, probability=0.99, late=True,
            issued_at=NOON + dt.timedelta(days=40)),
    ]  # fmt: skip
    found = card(table(rows), "pool")
    assert found.brier.value == pytest.approx(0.01)
    assert (found.counts.superseded, found.counts.late) == (1, 1)
    # 31 days open until the event at the start of 1 February; half a day uncovered.
    assert found.over_time == pytest.approx((0.64 * 10 + 0.01 * 20.5) / 30.5)
    assert found.coverage == pytest.approx(30.5 / 90)


def test_spot_scores_take_the_forecast_in_force_at_a_declared_time():
    rows = [
        row(probability=0.2),
        row(seq=5, revision=1, probability=0.9, issued_at=NOON + dt.timedelta(days=10)),
        row(question="q2", outcome="no", probability=0.5, issued_at=NOON + dt.timedelta(days=20)),
    ]
    early, later = table(rows, spot=5), table(rows, spot=25)
    assert card(early, "pool").brier.value == pytest.approx(0.64)
    assert (card(early, "pool").counts.absent, card(early, "pool").counts.superseded) == (1, 1)
    assert card(later, "pool").brier.value == pytest.approx((0.01 + 0.25) / 2)
    assert card(table(rows, spot=40), "pool").counts.scored == 1, "q1 was over by then"
    assert "5 days after each question opened" in early.notes[0]
    with pytest.raises(TermError, match="0 or more days"):
        table(rows, spot=-1)


@given(EIGHTHS_FROM_0, st.lists(st.tuples(EIGHTHS_FROM_0, st.floats(0, 1)), min_size=1, max_size=4))
def test_spot_scores_are_those_of_the_timeline(days, given_):
    made = [
        Item(
            forecaster="a", kind="person", source="s", question="q", course="", actor="",
            trigger="", course_kind="", cluster="", days=None, p=p, at=at + 700_000, order=i,
            opens=700_000.0, closes=700_010.0, event=700_008.0, outcome="yes", late=False,
            sealed=False, supposed=False,
        )
        for i, (at, p) in enumerate(sorted(given_, key=lambda pair: pair[0]))
    ]  # fmt: skip
    found = score_table(made, draws=5, spot=days).cards[0]
    ordered = sorted(given_, key=lambda pair: pair[0])
    line = timeline(
        [t for t, _ in ordered], p=[p for _, p in ordered], opened=0, closes=10, event=8
    )
    p = spot(line, at=days)
    assert (found.brier is None) == (p is None)
    if p is not None and len({t for t, _ in ordered}) == len(ordered):
        assert found.brier.value == pytest.approx((p - 1) ** 2)


EIGHTHS = st.integers(-40, 96).map(lambda x: x / 8)


@given(EIGHTHS, st.floats(0, 1), st.sampled_from(["yes", "no"]), EIGHTHS)
def test_a_single_forecast_has_the_scores_over_time_of_its_timeline(at, p, outcome, event):
    """The short way through `score_table` against the general one."""
    happened = event if outcome == "yes" else None
    made = Item(
        forecaster="a", kind="person", source="s", question="q", course="", actor="", trigger="",
        course_kind="", cluster="", days=None, p=p, at=at + 700_000, order=0, opens=700_000.0,
        closes=700_010.0, event=None if happened is None else happened + 700_000,
        outcome=outcome, late=False, sealed=False, supposed=False,
    )  # fmt: skip
    found = score_table([made], draws=5).cards[0]
    line = timeline([at], p=[p], opened=0, closes=10, event=happened)
    expected = mean_over_time(line, outcome=int(outcome == "yes"))
    assert found.over_time == (
        None if expected.value is None else pytest.approx(expected.value, abs=1e-9)
    )
    if found.over_time is not None:
        assert found.coverage == pytest.approx(expected.coverage, abs=1e-9)


def test_p17_a_void_changes_no_score_and_raises_the_count_by_one():
    rows = world()
    before, after = table(rows), table([*rows, row(question="void", outcome="annulled")])
    a, b = card(before, "pool"), card(after, "pool")
    assert (a.brier, a.log, a.curve, a.versus) == (b.brier, b.log, b.curve, b.versus)
    assert b.counts.annulled == a.counts.annulled + 1


def test_p18_same_rows_same_table_in_any_order():
    rows = world()
    assert table(rows) == table(rows[::-1])


def test_p18_a_correction_changes_only_what_depends_on_it():
    rows = [*world(), *world(views=("outside",), seed=2)]
    rows = [replace(r, question="x" + r.question) if r.view == "outside" else r for r in rows]
    turned = {"yes": "no", "no": "yes"}
    corrected = [
        replace(r, outcome=turned[r.outcome]) if r.view == "outside" and "003" in r.question else r
        for r in rows
    ]
    before, after = table(rows), table(corrected)
    assert card(before, "outside").brier != card(after, "outside").brier
    for name in ("pool", "base_rate"):
        a, b = card(before, name), card(after, name)
        assert (a.brier, a.curve, a.versus) == (b.brier, b.curve, b.versus)


def test_skill_is_against_the_base_rate_and_one_half():
    found = card(table(world()), "pool")
    names = [v.reference for v in found.versus]
    assert names == ["base_rate", ONE_HALF]
    base = found.versus[0]
    assert base.skill == pytest.approx(1 - base.own / base.other)
    assert base.difference.value == pytest.approx(base.other - base.own)
    assert (base.n, base.questions, base.by) == (30, 30, "cluster")


def test_a_reference_that_is_not_there_is_named_with_the_near_miss():
    with pytest.raises(TermError, match="Did you mean 'base_rate'"):
        table(world(), reference="base rate")
    with pytest.raises(TermError, match="split by"):
        table(world(), by="colour")


def test_peer_points_are_those_of_the_formula():
    rows = [row(), row(view="outside", forecaster="model", probability=0.4)]
    found = table(rows)
    expected = peer([0.7, 0.4]).values
    assert card(found, "pool").peer == pytest.approx(expected[0])
    assert card(found, "outside").peer == pytest.approx(expected[1])


def test_few_questions_give_no_curve_and_no_ranking_and_say_why():
    found = table(world(19))
    pool = card(found, "pool")
    assert pool.curve is None and "19 resolved questions" in pool.why_no_curve
    assert not found.ranked
    enough = table(world(20))
    assert card(enough, "pool").curve is not None and enough.ranked


def test_courses_of_one_question_do_not_make_twenty_questions():
    rows = [row(course=f"c{i}", outcome="yes" if i % 2 else "no") for i in range(40)]
    found = card(table(rows), "pool")
    assert (found.counts.scored, found.counts.questions) == (40, 1)
    assert found.curve is None
    assert found.brier.by_question is None and found.brier.by_cluster is None


def test_kinds_and_lanes_are_never_averaged():
    items = [
        *items_of_rows([row()]),
        *items_of_rows([row(probability=0.1)], lane="back-test"),
        *items_of_sources(
            [
                SourceForecast(
                    id="a", source="s", holder="pool", text="t", forecaster="person",
                    kind="prediction", probability=0.5, outcome="yes",
                ),
                SourceForecast(
                    id="b", source="s", holder="m", text="t", forecaster="model",
                    kind="prediction", probability=0.5, outcome="yes", may_have_seen=True,
                ),
            ]
        ),
    ]  # fmt: skip
    found = score_table(items, draws=100)
    keys = {(c.lane, c.kind, c.forecaster): c.counts.scored for c in found.cards}
    assert keys == {
        ("live", "pool", "pool"): 1,
        ("back-test", "pool", "pool"): 1,
        ("live", "person", "pool"): 1,
        ("may have seen the outcome", "model", "m"): 1,
    }
    assert any("never as one number" in note for note in found.notes)


def test_a_source_on_a_question_of_the_ledger_stands_beside_its_views():
    own = [row(), row(question="q2", outcome="no"), row(question="q3")]
    others = [
        SourceForecast(
            id=q, source="press", holder="The Gazette", text="t", forecaster="person",
            kind="prediction", question=q, course="talks", probability=p, outcome=o,
        )
        for q, p, o in (("q1", 0.5, "yes"), ("q2", 0.5, "no"), ("elsewhere", 0.9, "yes"))
    ]  # fmt: skip
    items = [*items_of_rows(own), *items_of_sources(others, own={"q1", "q2", "q3"})]
    found = card(score_table(items, draws=100), "The Gazette")
    assert [(v.reference, v.n) for v in found.versus] == [("pool", 2), (ONE_HALF, 3)]
    assert found.peer_n == 2


def test_splits_group_by_what_they_name():
    rows = [
        row(),
        row(question="q2", actor="SYL", trigger="mobilisation", kind="", horizon_days=400),
    ]
    for by, names in {
        "actor": {"RUR", "SYL"},
        "trigger": {"none", "mobilisation"},
        "kind": {"mediation", "(none)"},
        "horizon": {"31-90 days", "over 365 days"},
        "source": {"this ledger"},
        "view": {"all"},
    }.items():
        assert {c.group for c in table(rows, by=by).cards} == names


def test_supposed_triggers_are_counted():
    rows = [
        row(condition="what_if"),
        row(question="q2", condition="what_if", outcome="annulled", reason="did not occur"),
    ]
    counts = card(table(rows), "pool").counts
    assert (counts.supposed, counts.supposed_void, counts.scored) == (1, 1, 1)


def test_forecasts_of_others_after_the_fact_are_late():
    def said(day, outcome):
        return SourceForecast(
            id=f"{day}{outcome}", source="s", holder="h", text="t", forecaster="person",
            kind="prediction", probability=0.9, outcome=outcome, asked=dt.date(2030, 1, day),
            resolved_on=dt.date(2030, 1, 10), closes=dt.date(2030, 1, 20),
        )  # fmt: skip

    late = [i.late for i in items_of_sources([said(9, "yes"), said(10, "yes"), said(11, "no")])]
    assert late == [False, True, True]


def test_ladders_are_scored_by_rank():
    def ladder(**changes):
        base = {
            "question": "q1", "case": "c", "actor": "RUR", "trigger": "none", "horizon_days": 90,
            "view": "pool", "forecaster": "pool", "seq": 2, "revision": 0, "issued_at": NOON,
            "ladder": (0.2, 0.5, 0.3), "rung": 0, "resolved_seq": 9, "cluster": "c",
            "sealed": False, "late": False,
        }  # fmt: skip
        return ResolvedLadder(**{**base, **changes})

    found = score_table(
        [], ladders=[ladder(), ladder(seq=1, rung=0, ladder=(1.0, 0.0, 0.0)), ladder(late=True),
                     ladder(question="q2", rung=None)], draws=50,
    ).ladders[0]  # fmt: skip
    assert found.rps.value == pytest.approx(0.73)
    assert (found.n, found.superseded, found.late, found.open) == (1, 1, 1, 1)


def test_difficulty_is_adjusted_without_the_base_rate():
    """Two people on different questions of different difficulty, linked by a third."""
    rng = np.random.default_rng(5)
    forecasts = []
    for i in range(40):
        hard = i < 20
        for name in ("a", "b", "link"):
            if (name == "a" and not hard) or (name == "b" and hard):
                continue
            noise = {"a": 0.05, "b": 0.15, "link": 0.1}[name]
            p = (0.45 if hard else 0.85) + float(rng.normal(0, noise / 3))
            forecasts.append(
                SourceForecast(
                    id=f"{i}{name}", source="s", holder=name, text="t", question=f"q{i}",
                    forecaster="person", kind="prediction", probability=min(1.0, p), outcome="yes",
                )
            )  # fmt: skip
    found = score_table(items_of_sources(forecasts), draws=50)
    raw = card(found, "a").brier.value - card(found, "b").brier.value
    adjusted = card(found, "a").adjusted - card(found, "b").adjusted
    assert raw > 0.2
    assert abs(adjusted) < 0.05


items = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]), st.integers(0, 5), st.floats(0, 1),
        st.sampled_from(["yes", "no", "annulled", "not_known", "open"]), st.booleans(),
    ),
    max_size=25,
)  # fmt: skip


@given(items)
@settings(max_examples=60, deadline=None)
def test_every_row_is_scored_or_counted_and_no_number_is_infinite(rows):
    outcome_of = {q: o for _, q, _, o, _ in rows}
    made = [
        Item(
            forecaster=name, kind="person", source="s", question=f"q{q}", course="", actor="",
            trigger="", course_kind="", cluster="", days=None, p=p, at=float(700_000 + i), order=i,
            opens=None, closes=None, event=None, outcome=outcome_of[q], late=late, sealed=False,
            supposed=False,
        )
        for i, (name, q, p, _, late) in enumerate(rows)
    ]  # fmt: skip
    found = score_table(made, draws=20)
    for c in found.cards:
        n = c.counts
        assert n.rows == (
            n.scored + n.superseded + n.late + n.annulled + n.not_known + n.open + n.absent
        )  # fmt: skip
        for value in (c.brier and c.brier.value, c.log and c.log.value, c.index, c.peer):
            assert value is None or np.isfinite(value)
