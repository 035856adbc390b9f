"""Scores in the report and as a page of their own: charts with alternatives, nothing fetched."""

from __future__ import annotations

import re

import pytest

from demarche.cases import load_case, template
from demarche.desk import ask
from demarche.desk.scoring import score_file, score_ledger
from demarche.desk.track import read_track
from demarche.ledger.store import open_ledger
from demarche.show.cli import main
from demarche.show.report import SECTIONS, report_html
from demarche.show.scores_page import scores_html
from tests.ledger.filled import filled
from tests.ledger.made import Clock, source_forecast
from tests.show.test_report import HOSTILE, Page

pytest.importorskip("vl_convert")


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    path = tmp_path_factory.mktemp("case") / "small.toml"
    path.write_text(template(), encoding="utf-8")
    return ask(load_case(path), draws=64)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    path = filled(tmp_path_factory.mktemp("ledger") / "ledger.sqlite", n=30)
    with open_ledger(path, clock=Clock()) as book:
        book.append("source", source_forecast(source=HOSTILE, holder=HOSTILE, note=HOSTILE))
    return score_ledger(read_track(path))


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "theirs.csv"
    name = HOSTILE.replace('"', '""')
    rows = [f'"{name}",q{i},{(i % 10) / 10},{i % 2}' for i in range(25)]
    rows.append(f'"{name}","{name}",7,1')
    path.write_text("user,id,p,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return score_file(path)


@pytest.fixture(scope="module")
def pages(answer, scored, hostile_file):
    return {
        "report": Page(report_html(answer, scores=scored)),
        "ledger": Page(scores_html(scored)),
        "file": Page(scores_html(hostile_file)),
    }


NAMES = ["report", "ledger", "file"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_and_no_script_runs(pages, name):
    page = pages[name]
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object"}
    for _, attrs in page.elements:
        assert "src" not in attrs
        assert not any(attribute.startswith("on") for attribute in attrs)
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'")
    assert page.open == []


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_an_alternative_and_a_table(pages, name):
    page = pages[name]
    charts = [a for a in page.all("svg") if a.get("class", "").startswith("chart")]
    assert len(charts) == 2 * len(page.all("figure")) > 0
    ids = {attrs.get("id") for _, attrs in page.elements}
    assert all(a["role"] == "img" for a in charts)
    assert {id for a in charts for id in a["aria-labelledby"].split()} <= ids
    assert page.text.count("Table behind this chart") == len(page.all("figure"))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_report_shows_the_track_record_of_the_ledger(pages):
    page = pages["report"]
    assert [attrs["id"] for attrs in page.all("section")] == [id for id, _ in SECTIONS]
    for part in (
        "30 issued questions, 30 of them resolved", "Mean Brier score by forecaster",
        "Calibration of pool", "self-declared", "came true", "Fewer than 10 clusters",
        "claims in words", "kept apart",
    ):  # fmt: skip
        assert part in page.text
    ids = {attrs.get("id") for attrs in page.all("figure")}
    assert {"fig-scores", "fig-calibration-1"} <= ids


def test_a_report_without_a_ledger_says_that_there_is_no_record(answer):
    text = Page(report_html(answer)).text
    assert "it has no track record to show" in text
    assert "fig-scores" not in report_html(answer)


def test_few_questions_show_no_curve_in_the_report(answer, tmp_path):
    few = score_ledger(read_track(filled(tmp_path / "ledger.sqlite", n=5)))
    text = report_html(answer, scores=few)
    assert "fig-scores" in text and "fig-calibration" not in text
    assert "No calibration curve for" in text


def test_the_page_lists_what_was_left_out(pages):
    text = pages["file"].text
    assert "26 rows, 25 forecasts, 1 left out" in text
    assert "write 0.07 or 7 %" in text


def test_the_same_scores_give_the_same_bytes(scored, hostile_file):
    assert scores_html(scored) == scores_html(scored)
    assert scores_html(hostile_file) == scores_html(hostile_file)


def test_pages_are_written_by_command(tmp_path, capsys):
    path = filled(tmp_path / "ledger.sqlite", n=4)
    target = tmp_path / "scores.html"
    assert main(["ledger", "scores", "--ledger", str(path), "-o", str(target)]) == 0
    assert "wrote" in capsys.readouterr().out
    assert re.search(r"<h1>Scores of .*</h1>", target.read_text(encoding="utf-8"))
    assert main(["ledger", "scores", "--ledger", str(path), "-o", str(tmp_path / "x.txt")]) == 1
    assert "written as .html" in capsys.readouterr().err


def test_the_report_command_finds_the_ledger(tmp_path, capsys):
    path = filled(tmp_path / "ledger.sqlite", n=4)
    target = tmp_path / "report.html"
    command = ["report", "kuwait-1990", "-o", str(target), "--draws", "64", "--ledger", str(path)]
    assert main(command) == 0, capsys.readouterr().err
    assert "4 issued questions" in target.read_text(encoding="utf-8")
