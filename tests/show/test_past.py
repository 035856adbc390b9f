"""Sentences about the past: what changed and why, the last misses, the comparators."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk.earlier import ChangedCourse, Earlier, Held
from demarche.desk.scoring import score_ledger
from demarche.desk.track import read_track
from demarche.show._past import always_no, changed, misses, status
from tests.ledger.filled import filled

AT = dt.datetime(2024, 1, 5, 12, tzinfo=dt.UTC)


def course(before: float, now: float, **changes) -> ChangedCourse:
    fields = {"id": "x", "label": "Arms", "low": None, "high": None, "outside": None,
              "inside": None}  # fmt: skip
    return ChangedCourse(before=before, now=now, **{**fields, **changes})


def held(*courses: ChangedCourse, reasons: tuple[str, ...] = ()) -> Held:
    old = Earlier(
        question="q", same=True, seq=3, issued_at=AT, as_of=AT.date(), run_id="abc",
        courses=courses, only_now=(), reasons=reasons,
    )  # fmt: skip
    return Held(label="l", status="open", seq=3, issued_at=AT, forecasts=1, this_run=None,
                earlier=old, others=())  # fmt: skip


def test_a_change_is_told_with_its_views_and_its_reason():
    moved = course(0.22, 0.27, outside=(0.3, 0.301), inside=(0.14, 0.24))
    text = " ".join(changed(held(moved, reasons=("the case changed",))))
    assert "“Arms” went from 22 % to 27 %, +5 points (inside view 14 % to 24 %)" in text
    assert "outside" not in text
    assert text.endswith("Why: the case changed.")


def test_no_change_is_told_as_consistency():
    text = " ".join(changed(held(course(0.22, 0.221))))
    assert "No course moved by a point or more." in text
    assert "nothing that went in differently" in text


def test_without_a_ledger_nothing_is_claimed():
    assert "No ledger was read" in changed(None)[0]
    assert status(None)[0] == "not issued"
    assert status(held())[1].startswith("open: no course is resolved yet; issued on 5 January 2024")


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    return score_ledger(read_track(filled(tmp_path_factory.mktemp("l") / "l.sqlite", n=30)))


def test_misses_are_the_last_ones_on_the_wrong_side_of_one_half(scores):
    told = misses(scores)
    assert len(told) == 5
    wrong = [
        r
        for r in scores.track.rows
        if r.view == "pool" and (r.probability > 0.5) != (r.outcome == "yes") and not r.late
    ]
    newest = sorted(wrong, key=lambda r: (r.resolved_seq, r.question, r.course), reverse=True)[:5]
    for sentence, row in zip(told, newest, strict=True):
        assert f"{100 * row.probability:.0f} %" in sentence
        assert ("not taken" in sentence) == (row.outcome == "no")
    assert misses(None) == ()


def test_saying_no_each_time_scores_the_share_of_yes(scores):
    rows = [r for r in scores.track.rows if r.view == "pool"]
    share = sum(r.outcome == "yes" for r in rows) / len(rows)
    assert f"a Brier of {share:.3f} on the same {len(rows)} forecasts" in always_no(
        scores.table.cards
    )
