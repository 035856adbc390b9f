"""The page of episodes: search, filters, order, parts and one episode with its sources."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from markupsafe import Markup

from demarche.record import load_episodes
from demarche.show.workbench.page_episodes import PER_PAGE, found_episodes
from demarche.show.workbench.workspace import Workspace
from demarche.terms import COURSE_KINDS
from tests.show.workbench.page_tools import app_of, get

EPISODES = load_episodes()


@pytest.fixture
def app(tmp_path):
    return app_of(Workspace(folder=tmp_path, case="regional-war"))


def ids(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/episodes\?[^"]*id=([^&"#]+)', text)


def test_all_parts_together_show_every_episode_once(app):
    shown: list[str] = []
    last = -(-len(EPISODES) // PER_PAGE)
    for part in range(1, last + 1):
        shown += ids(get(app, f"/episodes?page={part}").text)
    assert sorted(shown) == sorted(row.id for row in EPISODES)
    assert get(app, f"/episodes?page={last + 1}").status == 400
    assert get(app, "/episodes?page=0").status == 400


def test_filters_agree_with_the_rows(app):
    asked = {"actor": "RUS", "course": "arms_open", "from": "2014-01-01", "to": "2022-12-31"}
    found = found_episodes(EPISODES, asked, sort="date")
    assert found == tuple(
        row
        for row in EPISODES
        if row.actor == "RUS"
        and row.courses["arms_open"].value == "yes"
        and dt.date(2014, 1, 1) <= row.trigger_date <= dt.date(2022, 12, 31)
    )
    assert found
    text = get(app, "/episodes?actor=RUS&course=arms_open&from=2014-01-01&to=2022-12-31").text
    assert f"{len(found)} of {len(EPISODES)} episodes" in text
    assert sorted(ids(text)) == sorted(row.id for row in found)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("date", lambda row: row.trigger_date),
        ("actor", lambda row: row.actor),
        ("title", lambda row: row.title.casefold()),
    ],
)
def test_orders(sort, key):
    found = found_episodes(EPISODES, {}, sort=sort)
    assert [key(row) for row in found] == sorted(key(row) for row in EPISODES)


def test_a_search_finds_every_word_anywhere(app):
    found = ids(get(app, "/episodes?q=SUEZ+canal").text)
    assert found
    by = {row.id: row for row in EPISODES}
    for id in found:
        row = by[id]
        text = f"{row.id} {row.title} {row.trigger} {row.response} {row.note}".casefold()
        assert "suez" in text and "canal" in text


def test_an_episode_opens_with_every_course_and_source(app):
    row = EPISODES[0]
    text = Markup(get(app, f"/episodes?id={row.id}").text).unescape()
    assert row.trigger in text and row.response in text
    for id, kind in COURSE_KINDS.items():
        assert kind.label in text
        assert row.courses[id].note in text
    for source in row.sources:
        assert source.title in text and source.publisher in text
        if source.url:
            assert f'<a href="{source.url}" rel="noopener noreferrer">' in text


def test_an_episode_that_is_not_there_is_a_404(app):
    assert get(app, "/episodes?id=nothing").status == 404


def test_counts_of_a_course_add_up(app):
    text = get(app, "/episodes?actor=SUN").text
    part = text[text.index("How often each course") :]
    rows = re.findall(
        r'course=(\w+)">[^<]+</a></th><td class="num">(\d+)</td><td class="num">(\d+)</td>'
        r'<td class="num">(\d+)</td>',
        part,
    )
    own = [row for row in EPISODES if row.actor == "SUN"]
    assert {kind for kind, *_ in rows} == set(COURSE_KINDS)
    for kind, yes, no, unknown in rows:
        assert int(yes) + int(no) + int(unknown) == len(own)
        assert int(yes) == sum(row.courses[kind].value == "yes" for row in own)


def test_nothing_found_says_what_to_do(app):
    assert "None fits" in get(app, "/episodes?q=zzzz").text


def test_words_of_a_filter_that_are_not_its_own_are_refused(app):
    for asked in ("actor=XXX", "course=nothing", "sort=colour", "from=2020-13-01"):
        assert get(app, f"/episodes?{asked}").status == 400
