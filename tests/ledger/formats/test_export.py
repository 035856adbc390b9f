"""Forecasts out: formulas are made text, and what is written reads back the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.ledger.formats import (
    escaped,
    forecastbench_questions,
    forecastbench_submission,
    read_forecastbench,
    read_plain,
    rows_csv,
    sources_csv,
    unescaped,
)
from demarche.ledger.formats.export import COLUMNS
from tests.ledger.made import issued, question, source_forecast
from tests.ledger.test_scorecard import row


def back(tmp_path, text):
    path = tmp_path / "out.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_plain(path)


@given(st.text(max_size=20))
def test_row_32_escaping_is_lossless_and_leaves_no_formula(cell):
    out = escaped(cell)
    assert out[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert unescaped(out) == cell


def test_row_32_a_spreadsheet_sees_no_formula(tmp_path):
    text = sources_csv([source_forecast(text="=HYPERLINK(1)", holder="+49", note="-x")])
    cells = next(iter(csv.DictReader(io.StringIO(text))))
    assert cells["question"] == "'=HYPERLINK(1)"
    assert (cells["forecaster"], cells["note"]) == ("'+49", "'-x")
    found = back(tmp_path, text).forecasts[0]
    assert (found.text, found.holder, found.note) == ("=HYPERLINK(1)", "+49", "-x")


def test_sources_read_back_the_same(tmp_path):
    rows = [
        source_forecast(),
        source_forecast(
            id="c2", hedge="", low=None, high=None, probability=0.1 + 0.2, outcome="not_known",
            question="q2", course="arms", trigger="t", cluster="c", may_have_seen=True,
            resolved_on=dt.date(2030, 2, 1), condition="Aland mobilises", kind="conditional",
        ),
        source_forecast(id="c3", kind="red_line", hedge="", low=None, high=None, verdict="kept",
                        question="q3"),
    ]  # fmt: skip
    found = back(tmp_path, sources_csv(rows))
    assert not found.rejects, found.rejects
    for before, after in zip(rows, found.forecasts, strict=True):
        same = replace(
            before, id=after.id, question=before.question or before.text, imported_from="csv"
        )
        assert after == same


def test_every_column_that_is_written_is_read():
    from demarche.ledger.formats.columns import find_columns

    _, unused = find_columns(COLUMNS, name="out.csv")
    assert unused == ()


def test_a_ledgers_rows_read_back_with_their_outcomes(tmp_path):
    rows = [row(), row(question="q2", outcome="not_known", reason="covert"),
            row(question="q3", outcome="open", resolved_on=None)]  # fmt: skip
    found = back(tmp_path, rows_csv(rows))
    assert [f.outcome for f in found.forecasts] == ["yes", "not_known", None]
    assert found.forecasts[0].probability == 0.7
    assert found.forecasts[0].cluster == "crisis"


def test_questions_go_out_as_forecastbench_and_come_back(tmp_path):
    asked = issued(
        question=question(trigger="mobilisation"), trigger_label="Aland mobilises",
        condition="what_if",
    )  # fmt: skip
    files = {
        "questions.json": forecastbench_questions([asked], name="ours"),
        "forecasts.json": forecastbench_submission([asked], name="ours", view="inside"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_forecastbench(
        tmp_path / "forecasts.json", companions=[tmp_path / "questions.json"]
    )
    assert [f.probability for f in found.forecasts] == [0.7, 0.3]
    assert {f.condition for f in found.forecasts} == {"Aland mobilises"}
    assert found.forecasts[0].text.startswith("Will Ruritania take this course by ")
    assert found.forecasts[0].closes == asked.closes
    data = json.loads(files["questions.json"])["questions"][0]
    assert data["question"].startswith("If Aland mobilises, will Ruritania")
    assert data["resolution_criteria"] == asked.rules[0].rule


names = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@given(st.lists(st.tuples(names, st.floats(0, 1), st.sampled_from(["yes", "no"])), max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_names_and_numbers_survive(tmp_path_factory, rows):
    made = [
        source_forecast(
            id=str(i), question=f"q{i}", holder=name, text=name, probability=p, outcome=outcome,
            hedge="", low=None, high=None,
        )
        for i, (name, p, outcome) in enumerate(rows)
    ]  # fmt: skip
    found = back(tmp_path_factory.mktemp("out"), sources_csv(made))
    assert [(f.holder, f.probability, f.outcome) for f in found.forecasts] == [
        (unicodedata.normalize("NFC", name), p, outcome) for name, p, outcome in rows
    ]


@pytest.mark.parametrize("cell", ["plain", "", "1", "a=b", "'quoted'"])
def test_what_is_no_formula_is_left_alone(cell):
    assert escaped(cell) == cell
