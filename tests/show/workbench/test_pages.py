"""Every page with the shipped cases, an empty folder, a broken, a hostile and a long case."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from markupsafe import Markup

from demarche.cases import dump_case, shipped_ids
from demarche.errors import MethodError
from demarche.show._charts import CHART_CSS, TONES
from demarche.show.workbench import words
from demarche.show.workbench.asked import PageError, read_query
from demarche.show.workbench.frame import NAV, frame_html, help_html, nav_html, render
from demarche.show.workbench.pages import PAGES, page_routes
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.cases import HOSTILE, forty_courses, hostile_case
from tests.show.workbench.page_tools import STATIC, app_of, assert_safe, get

ROOT = Path(__file__).parents[3]
CASED = [page.path for page in PAGES if "case" in page.takes and page.id != "ledger"]


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    (folder / "hostile.toml").write_text(dump_case(hostile_case()), "utf-8")
    (folder / "forty.toml").write_text(dump_case(forty_courses()), "utf-8")
    (folder / "broken.toml").write_text('format = 1\n"<script>" = 2\n', "utf-8")
    return app_of(Workspace(folder=folder, case="regional-war"))


@pytest.fixture
def empty(tmp_path):
    return app_of(Workspace(folder=tmp_path, case="regional-war"))


def limits_of(text: str) -> list[str]:
    part = text[text.index('<section class="limits"') :]
    return re.findall(r"<li>(.+?)</li>", part)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_every_page_opens_in_an_empty_workspace_and_states_its_limits(empty, page):
    found = get(empty, page.path)
    assert found.status == 200
    assert len(limits_of(found.text)) >= 1 and all(limits_of(found.text))
    assert found.text.count("<h1>") == 1
    assert 'href="#main"' in found.text and 'id="main"' in found.text
    assert 'aria-current="page"' in found.text


@pytest.mark.parametrize("path", CASED)
@pytest.mark.parametrize("id", [*shipped_ids(), "hostile.toml", "forty.toml"])
def test_pages_of_a_case_show_every_case(full, path, id):
    found = get(full, f"{path}?case={id}")
    assert found.status == 200
    assert limits_of(found.text)
    assert re.search(rf'<option value="{re.escape(id)}" selected>', found.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_texts_of_a_case_are_shown_and_never_become_markup(full, page):
    asked = "?case=hostile.toml" if page.path in CASED else ""
    text = get(full, page.path + asked).text
    assert_safe(text)
    assert "<script" not in text
    assert "49 {" not in text and "\u202e" not in text and "\x1b" not in text
    if page.path in CASED:
        assert "&lt;script&gt;window.hit=1&lt;/script&gt;" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_queries_give_a_page_that_repeats_them_as_text_or_not_at_all(full, page, text):
    for name in [*page.takes, "surprise"]:
        found = get(full, f"{page.path}?{urlencode({name: text})}")
        assert found.status in (200, 400, 404, 422), (name, found.status)
        assert_safe(found.text)
        assert "<script" not in found.text and "Traceback" not in found.text
        if found.status in (400, 404):
            assert "window.hit" not in found.text and "DROP TABLE" not in found.text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_query_that_a_page_does_not_know_is_refused_not_ignored(full, page):
    assert get(full, page.path + "?colour=red").status == 400
    first = page.takes[0]
    assert get(full, f"{page.path}?{first}=a&{first}=b").status == 400
    assert get(full, f"{page.path}?{first}={'a' * 300}").status == 400
    assert limits_of(get(full, page.path + "?colour=red").text)


@pytest.mark.parametrize("path", CASED)
def test_an_unknown_case_is_a_404_and_a_broken_one_lists_its_problems(full, path):
    missing = get(full, f"{path}?case=..%2f..%2fetc%2fpasswd")
    assert missing.status == 404 and "passwd" not in missing.text
    broken = get(full, f"{path}?case=broken.toml")
    assert broken.status == 422
    assert "&lt;script&gt;" in broken.text and "<script>" not in broken.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_only_read(full, method):
    for page in PAGES:
        assert get(full, page.path, method=method).status == 405
    assert get(full, "/cases", method="HEAD").status == 200


def test_the_list_of_cases_shows_what_each_is_and_where_it_lies(full, empty):
    text = get(full, "/cases").text
    assert 'id="case-broken.toml"' in text and "cannot be read as a case" in text
    assert 'href="/?case=regional-war"' in text and 'href="/?case=forty.toml"' in text
    assert "ships with the package (regional-war)" in text
    assert "What would Russia do if the war becomes regional?" in text
    assert "demarche new-case" not in text
    assert "demarche new-case" in get(empty, "/cases").text


def test_cases_are_searched_by_all_words(full):
    text = get(full, "/cases?q=iraq+kuwait").text
    assert "Iraq and Kuwait, August 1990" in text and "Russia and Syria" not in text


def test_a_folder_that_cannot_be_read_says_so(tmp_path):
    desk = Workspace(folder=tmp_path / "gone", case="regional-war")
    text = get(app_of(desk), "/cases").text
    assert "cannot be read: No such file or directory" in text


def test_the_question_shows_rules_codes_and_reasons(full, regional):
    text = Markup(get(full, "/question?case=regional-war").text).unescape()
    for trigger in regional.triggers:
        assert trigger.rule in text
    for course in regional.courses:
        assert course.label in text and course.resolution in text
        assert f'id="course-{course.id}"' in text
    for line in regional.red_lines:
        assert line.statement in text
    for issue in regional.issues:
        assert issue.because in text
    for limit in regional.limits:
        assert limit in text
    assert "CAMEO 190 (Use conventional military force" in text


def test_links_on_a_page_of_a_case_keep_the_case(full):
    text = get(full, "/question?case=kuwait-1990").text
    for path in ("/ties?case=kuwait-1990", "/?page=factions&amp;case=kuwait-1990"):
        assert f'href="{path}"' in text


def test_the_glossary_ships_as_it_stands_in_the_documents():
    assert words.glossary_text() == (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    anchors = [term.anchor for term in words.glossary()]
    assert len(anchors) > 100 and len(set(anchors)) == len(anchors)


def test_the_glossary_shows_every_term_with_its_citation(empty):
    text = Markup(get(empty, "/glossary").text).unescape()
    for term in words.glossary():
        assert f'id="{term.anchor}"' in text
        assert term.term in text and term.used_in in text
    assert get(empty, "/glossary?q=weimer-jehle").text.count("<dt>") == 3
    assert "No term has all of these words" in get(empty, "/glossary?q=zzzz").text


def test_help_leads_to_an_entry_of_the_glossary(full):
    anchors = {term.anchor for term in words.glossary()}
    for page in PAGES:
        found = re.findall(r'class="help" href="/glossary#([^"]+)"', get(full, page.path).text)
        assert set(found) <= anchors
    with pytest.raises(MethodError, match="no entry 'nonsense'"):
        help_html("nonsense")


def test_the_bar_links_every_page_and_marks_the_one_shown():
    bar = str(nav_html(here="ties", case="a b"))
    assert [id for id, *_ in NAV] == [
        "workbench", "cases", "question", "factions", "ties", "episodes", "record", "claims",
        "ledger", "glossary",
    ]  # fmt: skip
    assert 'href="/ties?case=a+b" aria-current="page"' in bar
    assert bar.count('aria-current="page"') == 2  # the wide bar and the menu of a narrow screen


def test_a_frame_escapes_a_plain_body_and_wants_limits():
    page = frame_html("<b>", "<i>", limits=("x",), nonce="n1", scripts=("/static/table.js",))
    assert "&lt;b&gt;" in page and "&lt;i&gt;" in page and "<i>" not in page
    assert '<script defer src="/static/table.js" nonce="n1"></script>' in page
    with pytest.raises(MethodError, match="states no limits"):
        frame_html("t", Markup(""), limits=("", " "))


def test_templates_refuse_what_is_undefined():
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render("glossary.html.j2")


def test_the_style_sheet_has_the_colours_and_rules_of_the_charts():
    css = (STATIC / "base.css").read_text(encoding="utf-8")
    light, dark = css.split("prefers-color-scheme: dark", 1)
    for tone, pair in TONES.items():
        assert f"--{tone}: {pair[0]};" in light and f"--{tone}: {pair[1]};" in dark
    assert CHART_CSS in css
    assert "http" not in css and "@import" not in css and "url(" not in css


@pytest.mark.parametrize(
    "items", [[("q", "a"), ("q", "b")], [("x", "a")], [("q", "a" * 201)], [("q", "\x00")]]
)
def test_queries_are_read_strictly(items):
    with pytest.raises(PageError):
        read_query(items, known=("q",))


def test_routes_are_for_reading_and_named(tmp_path):
    routes = page_routes(Workspace(folder=tmp_path, case="regional-war"))
    assert [route.path for route in routes] == [page.path for page in PAGES]
    assert all(route.methods == {"GET", "HEAD"} for route in routes)


def test_addresses_with_unusual_signs_are_answered(full):
    for sign in ("%00", "%ff", "%u0041", "a" * 5000):
        for page in PAGES:
            found = get(full, f"{page.path}?{page.takes[0]}={sign}")
            assert found.status in (200, 400, 404, 422)
    assert get(full, "/question?case=" + quote("hostile.toml")).status == 200
