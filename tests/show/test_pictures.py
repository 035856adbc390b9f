"""Pictures of a record: what is drawn is what was counted, and gaps stay gaps."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import QuestionError
from demarche.show.pictures import (
    LEVELS,
    Bin,
    Series,
    TriggerMark,
    coverage_chart,
    coverage_text,
    reliability_chart,
    reliability_text,
    save,
    series_chart,
    series_text,
    sparkline,
    svg_text,
)

DAYS = tuple(dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(300))
HEADS = {".svg": b"<svg", ".png": b"\x89PNG", ".html": b"<!doctype html>"}
MARK = TriggerMark(date=dt.date(2023, 5, 5), label="a strike")


def one(label="fights", values=None):
    return Series(label=label, dates=DAYS, values=values or tuple(float(i % 7) for i in range(300)))


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=60))
def test_a_sparkline_tells_silence_from_one_event_and_from_no_coverage(values):
    line = sparkline(values)
    assert len(line) == len(values)
    for value, char in zip(values, line, strict=True):
        if value is None:
            assert char == "·"
        elif value == 0:
            assert char == " "
        else:
            assert char in LEVELS


def test_a_sparkline_is_monotone_in_its_values():
    line = sparkline(list(range(1, 50)))
    assert list(line) == sorted(line, key=LEVELS.index)
    assert line[-1] == LEVELS[-1]


def test_series_that_are_longer_than_the_screen_are_added_up_and_say_so():
    text = series_text([one()], title="A to B", marks=[MARK])
    assert all(len(line) <= 100 for line in text.splitlines())
    assert f"total {sum(i % 7 for i in range(300))}" in text
    assert "days a column" in text
    assert "^ 2023-05-05 a strike" in text


def test_months_are_told_as_months_and_end_with_their_last_day():
    """A month is no 31 days, and one that stands alone is no day."""
    months = tuple(dt.date(2023, m, 1) for m in range(1, 13))
    mark = TriggerMark(date=dt.date(2023, 12, 20), label="a strike")
    for dates, span in ((months, "2023-01 to 2023-12"), (months[-1:], "2023-12 to 2023-12")):
        series = [
            Series(label="x", dates=dates, values=tuple(map(float, range(1, len(dates) + 1))))
        ]
        foot = series_text(series, title="t", marks=[mark], by="month").splitlines()[-1]
        assert foot == f"{span}, 1 month a column · ^ 2023-12-20 a strike"
        made = str(series_chart(series, title="t", marks=[mark], by="month").to_dict())
        assert "2024-01-01" in made and "outside" not in made
    long = tuple(dt.date(1990 + m // 12, m % 12 + 1, 1) for m in range(300))
    series = [Series(label="x", dates=long, values=(1.0,) * 300)]
    assert "1990-01 to 2014-12, 5 months a column" in series_text(series, title="t", by="month")


def test_labels_of_marks_do_not_overlap_nor_widen_the_picture(tmp_path):
    long = "a long label of a trigger near the end"
    marks = [
        TriggerMark(date=DAYS[100], label="first"),
        TriggerMark(date=DAYS[298], label=long),
        TriggerMark(date=DAYS[102], label="second"),
    ]
    made = series_chart([one()], title="t", marks=marks).to_dict()
    text = [
        layer["mark"] for layer in made["vconcat"][0]["layer"] if layer["mark"]["type"] == "text"
    ]
    assert [(mark["align"], mark["dy"]) for mark in text] == [
        ("left", -6), ("right", -6), ("left", -20),
    ]  # fmt: skip
    bare, drawn = (
        svg_text(series_chart([one()], title="t", marks=some)) for some in (marks[:1], marks)
    )
    wide = [int(svg.partition(' width="')[2].partition('"')[0]) for svg in (bare, drawn)]
    assert wide[0] == wide[1]
    shown = series_text([one()], title="t", marks=[*marks, *marks])
    assert shown.count(long.split()[1]) == 2  # none is cut off
    assert all(len(line) <= 100 for line in shown.splitlines())


def test_a_large_total_is_told_in_full():
    series = Series(label="x", dates=DAYS[:2], values=(1_234_567.0, 1.0))
    assert "total 1234568, most 1234567" in series_text([series], title="t")


def test_the_mark_stands_in_the_column_of_its_day():
    days = DAYS[:10]
    series = Series(label="x", dates=days, values=tuple([0.0] * 4 + [5.0] + [0.0] * 5))
    lines = series_text(
        [series], title="t", marks=[TriggerMark(date=days[4], label="y")]
    ).splitlines()
    assert lines[1].index("█") == lines[2].index("^")


def test_series_with_different_days_are_refused():
    other = Series(label="x", dates=DAYS[:9], values=tuple([0.0] * 9))
    with pytest.raises(QuestionError, match="differ in their days"):
        series_text([one(), other], title="t")
    with pytest.raises(QuestionError, match="nothing to draw"):
        series_text([], title="t")


def test_a_month_without_rows_is_a_dot_and_not_a_zero():
    rows = [("s", dt.date(2020, 1, 1), 5), ("s", dt.date(2020, 3, 1), 9)]
    assert "▅·█" in coverage_text(rows)
    with pytest.raises(QuestionError, match="record sync"):
        coverage_text([])


def test_a_bin_outside_its_band_is_marked():
    good = Bin(forecast=0.2, observed=0.21, low=0.15, high=0.25, count=80)
    bad = Bin(forecast=0.2, observed=0.31, low=0.15, high=0.25, count=80)
    text = reliability_text([good, bad], title="t").splitlines()
    assert not text[2].endswith("!")
    assert text[3].endswith("!")


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
def test_charts_are_written_by_the_ending_of_the_name(tmp_path, suffix):
    bins = [Bin(forecast=0.2, observed=0.2, low=0.1, high=0.3, count=9)]
    charts = [
        series_chart([one()], title="A to B", marks=[MARK]),
        coverage_chart([("s", dt.date(2020, 1, 1), 5)]),
        reliability_chart(bins, title="t"),
    ]
    for n, chart in enumerate(charts):
        path = save(chart, path=tmp_path / f"chart{n}{suffix}")
        head = path.read_bytes()[:15]
        assert head.startswith(HEADS[suffix])
    assert "a strike" in svg_text(charts[0])


def test_the_same_rows_give_the_same_bytes_and_other_endings_are_refused(tmp_path):
    first, second = (svg_text(series_chart([one()], title="A to B")) for _ in range(2))
    assert first == second
    with pytest.raises(QuestionError, match=r"\.svg, \.png or \.html"):
        save(series_chart([one()], title="t"), path=tmp_path / "x.jpeg")
    with pytest.raises(QuestionError, match="cannot be written"):
        save(series_chart([one()], title="t"), path=tmp_path / "no" / "x.svg")


def test_hostile_text_in_a_label_stays_text():
    chart = series_chart([one(label="<script>x</script>")], title='"><img src=x>')
    svg = svg_text(chart)
    assert "<script>" not in svg
    assert "<img" not in svg


def test_a_mark_outside_the_days_drawn_is_named_and_not_drawn():
    """It drew the picture out over the years between, or stood in the legend without a mark."""
    far = TriggerMark(date=dt.date(2001, 1, 1), label="long ago")
    text = series_text([one()], title="A to B", marks=[far])
    assert "^" not in text
    assert "outside: 2001-01-01 long ago" in text
    both = series_chart([one()], title="A to B", marks=[MARK, far]).to_dict()
    assert both["title"] == "A to B · outside: 2001-01-01 long ago"
    alone = series_chart([one()], title=both["title"], marks=[MARK]).to_dict()
    assert both == alone


@pytest.mark.parametrize("top", [0, 1, 2, 3, 8, 40, 999, 12_345])
def test_events_are_counted_in_whole_numbers(top):
    days = tuple(dt.date(2023, 1, d) for d in (1, 2))
    made = series_chart([Series(label="fights", dates=days, values=(0, top))], title="t").to_dict()
    ticks = made["vconcat"][0]["layer"][0]["encoding"]["y"]["axis"]["values"]
    assert ticks[0] == 0 and 2 <= len(ticks) <= 5 and ticks[-1] <= max(top, 1)
    assert all(isinstance(tick, int) for tick in ticks)
