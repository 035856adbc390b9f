"""The precedents as rows and charts: lag, similarity, effect of removal, other classes."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from demarche.desk import Answer, ask
from demarche.record import load_episodes
from demarche.show import charts
from demarche.show._precedents import (
    classes_figure,
    leave_out_figure,
    precedent_lines,
    precedents_figure,
)
from demarche.show._series import counts_svg
from tests.show.test_charts import SVG, marks


@pytest.fixture(scope="module")
def answer(regional) -> Answer:
    return ask(regional, draws=32, compare=False)


def test_lag_counts_the_days_from_the_trigger_to_the_acts(answer):
    episodes = {e.id: e for e in load_episodes()}
    own = {r.kind for r in answer.courses}
    exact = 0
    for line in precedent_lines(answer):
        episode = episodes[line.row.id]
        days = [
            (taken.date - episode.trigger_date).days
            for kind, taken in episode.courses.items()
            if kind in own and taken.value == "yes" and taken.date and taken.precision == "day"
        ]
        if days:
            exact += 1
            ends = {str(min(days)), str(max(days))}
            assert set(line.lag.split(" to ")) == ends
    assert exact >= 6


def test_rows_name_what_similarity_rests_on_and_what_removal_does(answer):
    weights = dict(answer.outside.feature_weights)
    for line in precedent_lines(answer):
        first = line.because.split(", ")[0].replace(" ", "_")
        assert weights[first] == max(weights[name] for name in line.row.shared)
        largest = max(
            (abs(c) for id, c in line.row.removal if any(r.id == id and r.outside is not None
                                                          for r in answer.courses)),
            default=0.0,
        )  # fmt: skip
        assert (line.drop == "under 1") == (largest < 0.005)


def test_other_classes_count_what_the_precedents_did(answer):
    figure = classes_figure(answer)
    assert figure is not None
    assert [len(row) for row in figure.rows] == [5] * len(figure.rows)
    course = next(r for r in answer.courses if r.label == figure.rows[0][0])
    known = [v for p in answer.precedents for k, v, _ in p.taken
             if k == course.kind and v in ("yes", "no")]  # fmt: skip
    assert figure.rows[0][1] == f"{known.count('yes')} of {len(known)}"
    root = ET.fromstring(str(figure.wide))
    titles = {"all episodes", "same actor", "weightiest 12"}
    assert titles <= {e.text for e in root.iter(f"{SVG}text")}


def test_precedents_over_time_have_a_mark_for_every_course_taken(answer):
    figure = precedents_figure(answer)
    assert figure is not None
    text = str(figure.wide)
    kinds = {r.kind for r in answer.courses}
    yes = sum(v == "yes" and k in kinds for p in answer.precedents for k, v, _ in p.taken)
    drawn = marks(text, "circle", tone="outside") + marks(text, "diamond", tone="pool")
    assert len(drawn) == yes
    no = sum(v == "no" and k in kinds for p in answer.precedents for k, v, _ in p.taken)
    assert len(marks(text, "tick", tone="muted")) == no


def test_band_of_leaving_one_out_holds_the_outside_view(answer):
    figure = leave_out_figure(answer)
    assert figure is not None
    for row in figure.rows:
        low, high = (int(x.replace("−", "-").replace("+", "")) for x in row[2:4])
        assert low <= 0 <= high


def test_charts_without_anything_to_show_are_empty(answer):
    bare = replace(
        answer,
        precedents=(),
        courses=tuple(replace(r, outside=None) for r in answer.courses),
        record=None,
        question=replace(answer.question, trigger="none"),
    )
    for make in (charts.precedents_svg, charts.classes_svg, charts.leave_out_svg,
                 charts.sweep_svg, charts.trigger_svg, charts.answer_counts_svg):  # fmt: skip
        assert make(bare) == ""
    assert charts.tornado_svg(answer, "no such course") == ""
    assert counts_svg([(dt.date(2020, 1, 1), (1, 2, 3, 4))]) == ""


def test_every_chart_of_one_page_has_ids_of_its_own(answer):
    first = max(answer.courses, key=lambda r: r.inside_high - r.inside_low).id
    texts = [
        make(answer, narrow=narrow)
        for make in (charts.courses_svg, charts.ladder_svg, charts.precedents_svg,
                     charts.classes_svg, charts.leave_out_svg, charts.sweep_svg,
                     charts.trigger_svg, charts.rules_svg)
        for narrow in (False, True)
    ] + [charts.tornado_svg(answer, first, narrow=narrow) for narrow in (False, True)]  # fmt: skip
    ids = [e.attrib["id"] for t in texts for e in ET.fromstring(t).iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids)) == 2 * len(texts)


def test_counts_over_time_leave_gaps_where_nothing_is_known():
    days = [dt.date(2020, m, 1) for m in range(1, 7)]
    counts = [(4.0,), (0.0,), (None,), (2.0,), (8.0,), (8.0,)]
    text = counts_svg(list(zip(days, counts, strict=True)), classes=("events",),
                      marks=[(dt.date(2020, 3, 9), "<b>")])  # fmt: skip
    root = ET.fromstring(text)
    (area,) = [e for e in root.iter(f"{SVG}path") if "f-inside" in e.get("class", "")]
    assert area.attrib["d"].count("M") == 2
    assert {"events", "8", "0", "<b>"} <= {e.text for e in root.iter(f"{SVG}text")}
