"""The page of the record: what a store holds is what is shown, and nothing is written."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from markupsafe import Markup

from demarche.desk.record import coverage, day_counts, months_of, open_counts
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.store import status
from demarche.record.synthetic import made_world
from demarche.record.synthetic_files import write_gdelt2
from demarche.show.workbench.page_record import busiest
from demarche.show.workbench.record_figures import coverage_figure, dyad_figure
from demarche.show.workbench.workspace import Workspace
from tests.desk.test_event_as_of import store_of
from tests.show.workbench.page_tools import app_of, assert_safe, get, words_of


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    there = tmp_path_factory.mktemp("record")
    world = made_world(actors=4, days=100, events_per_day=40, seed=3)
    write_gdelt2(world, there / "raw", rows=2400, seed=4)
    ingest(there / "store", [there / "raw"], source="gdelt2")
    count_store(there / "store")
    return there / "store"


def app(folder, store):
    return app_of(Workspace(folder=folder, case="regional-war", store=store))


def files(folder):
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_without_a_record_the_page_says_how_to_get_one(tmp_path):
    text = words_of(get(app_of(Workspace(folder=tmp_path, case="regional-war")), "/record").text)
    assert "demarche record sync" in text and "demarche workbench --store" in text


def test_a_store_shows_its_status_coverage_and_health_and_stays_as_it_is(store, tmp_path):
    before = files(store)
    text = Markup(get(app(tmp_path, store), "/record").text).unescape()
    assert files(store) == before
    (source,) = status(store).sources
    assert f"{source.kept:,}" in text and source.first in text and source.last_known in text
    for _, month, _ in coverage(store):
        assert month.year in (int(year) for year in re.findall(r"\b\d{4}\b", text))
    assert "checks are well" in text
    assert_safe(text)


def test_counts_of_a_dyad_are_those_of_the_desk(store, tmp_path):
    held = open_counts(store)
    actor, recipient = busiest(held)[:2]
    address = f"/record?actor={actor}&recipient={recipient}&from=2015-01-01"
    found = get(app(tmp_path, store), address)
    assert found.status == 200
    days = day_counts(held, actor=actor, recipients=(recipient,))
    for month, counts in months_of(days):
        row = "".join(rf"<td[^>]*>{n}</td>" for n in counts)
        assert re.search(rf'<th scope="row">{month:%Y-%m}</th>{row}', found.text)
    by_day = get(app(tmp_path, store), address + "&by=day").text
    assert "by day and class" in by_day


def test_counts_that_became_known_after_the_last_day_are_shown(tmp_path):
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(40)]
    late = store_of(tmp_path / "late", [f"{day},2021-06-01,AAA,BBB,190" for day in days])
    text = get(app(tmp_path, late), "/record?actor=AAA&recipient=BBB").text
    row = "".join(rf"<td[^>]*>{n}</td>" for n in (0, 0, 0, 31))
    assert re.search(rf'<th scope="row">2020-01</th>{row}', text)


def test_the_busiest_actors_come_first(store):
    held = open_counts(store)
    totals = dict.fromkeys(held.actors, 0.0)
    for at, n in zip(held.actor.tolist(), held.count.tolist(), strict=True):
        totals[held.actors[at]] += n
    names = busiest(held)
    assert [totals[name] for name in names] == sorted(totals.values(), reverse=True)


@pytest.mark.parametrize("asked", ["actor=<script>x", "actor=RUZ", "from=2031-01-01"])
def test_what_the_record_does_not_know_is_said_beside_the_form(store, tmp_path, asked):
    found = get(app(tmp_path, store), f"/record?{asked}")
    assert found.status == 200 and 'class="notice"' in found.text
    assert_safe(found.text)


def test_unknown_filters_are_refused(store, tmp_path):
    for asked in ("source=none", "by=year", "from=x", "backtest=no.json"):
        assert get(app(tmp_path, store), f"/record?{asked}").status in (400, 404)


def test_an_empty_or_broken_store_says_so(tmp_path):
    (tmp_path / "none").mkdir()
    text = get(app(tmp_path, tmp_path / "none"), "/record").text
    assert "holds nothing yet" in text
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{", "utf-8")
    found = get(app(tmp_path, broken), "/record")
    assert found.status == 200 and 'class="notice"' in found.text


def test_months_without_rows_are_gaps_not_zeros():
    rows = [
        ("a", dt.date(2020, 1, 1), 5),
        ("a", dt.date(2020, 4, 1), 7),
        ("b", dt.date(2020, 2, 1), 1),
    ]
    found = coverage_figure(rows)
    assert found is not None
    assert found.head[3:5] == ("Months", "Months without rows")  # a gap is told elsewhere, by days
    assert found.rows == (
        ("a", "2020-01", "2020-04", "2", "2", "12"),
        ("b", "2020-02", "2020-02", "1", "0", "1"),
    )
    assert coverage_figure([]) is None
    assert coverage_figure(rows[:1]) is not None


def test_a_long_dyad_is_told_by_year():
    rows = [(dt.date(2015 + m // 12, m % 12 + 1, 1), (1, 0, 0, 2)) for m in range(60)]
    found = dyad_figure(rows, actor="A", recipient="", source="s", by="month")
    assert found is not None and found.head[0] == "Year"
    assert found.rows[0] == ("2015", "12", "0", "0", "24")
    assert dyad_figure(rows[:1], actor="A", recipient="", source="s", by="month") is None


def test_a_back_test_of_the_folder_is_drawn(tmp_path):
    one = {
        "forecast": [0.1, 0.5], "observed": [0.2, 0.4], "low": [0.0, 0.3], "high": [0.3, 0.7],
        "count": [1200, 30], "ece": 0.1,
    }  # fmt: skip
    track = {
        "name": "B", "horizon": 7, "first": "2020-01-01", "last": "2020-12-31",
        "reliability": {"ours": one},
    }  # fmt: skip
    gap = "a gap in the record: 2020-03-01 to 2020-03-20, 20 days with no row"
    data = {"source": "<b>icews", "tracks": [track], "left_out": [gap, "<i>30 days"]}
    (tmp_path / "back.json").write_text(json.dumps(data), "utf-8")
    desk = app_of(Workspace(folder=tmp_path, case="regional-war"))
    assert 'href="/record?backtest=back.json#h-reliability"' in get(desk, "/record").text
    text = get(desk, "/record?backtest=back.json").text
    assert "&lt;b&gt;icews, 7 days ahead" in text and "1,200" in text
    assert f"<li>{gap}</li><li>&lt;i&gt;30 days</li>" in text
    assert_safe(text)
    for broken in ('{"tracks": [{"name": "B"}]}', '{"tracks": 3}', '{"tracks": '):
        (tmp_path / "back.json").write_text(broken, "utf-8")
        found = get(desk, "/record?backtest=back.json")
        assert found.status == 200 and 'class="notice"' in found.text


def test_a_dyad_of_a_benchmark_is_found_by_the_codes_of_an_occasion(tmp_path):
    """Links of dated occasions name actors by code; the page knew the names of the source alone."""
    (tmp_path / "entity2id.txt").write_text("China\t0\nJapan\t1\n")
    (tmp_path / "relation2id.txt").write_text("Make statement\t0\n")
    rows = "\n".join(f"0\t0\t1\t{24 * day}" for day in range(40))
    (tmp_path / "train.txt").write_text(rows + "\n")
    ingest(tmp_path / "store", [tmp_path], source="icews14", known_lag_days=0)
    count_store(tmp_path / "store")
    address = "/record?source=icews14&actor=CHN&recipient=JPN&by=day"
    text = get(app(tmp_path, tmp_path / "store"), address).text
    assert "knows no actor" not in text
    assert "by day and class" in text
