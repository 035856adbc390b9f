"""The page of claims: claims beside their source and outcome, and readings of the folder."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from demarche.cases import dump_case, load_outcomes, shipped_case
from demarche.desk.reading import read_article as read
from demarche.reader.document import document_of
from demarche.show.read_data import article_data, as_json
from demarche.show.read_html import MARK, write_page
from demarche.show.workbench.page_claims import claim_lines
from demarche.show.workbench.read_articles import article_names, read_article
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.page_tools import app_of, assert_safe, get

TEXT = (
    "Oman said that talks may fail. Russia will probably send envoys if the truce collapses.\n\n"
    "Iran will not attack unless it is struck, its minister warned.\n"
)


@pytest.fixture
def folder(tmp_path):
    article = read(document_of(TEXT.encode(), origin="a.txt"))
    write_page(article, tmp_path / "a.html")
    (tmp_path / "a.json").write_text(as_json(article_data(article)), "utf-8")
    (tmp_path / "other.html").write_text("<!doctype html><p>not ours</p>", "utf-8")
    (tmp_path / "other.json").write_text("{}", "utf-8")
    return tmp_path


def app(folder):
    return app_of(Workspace(folder=folder, case="regional-war"))


def test_every_claim_stands_beside_its_source_with_hedge_and_range(tmp_path, regional):
    text = Markup(get(app(tmp_path), "/claims").text).unescape()
    sources = {source.id: source for source in regional.sources}
    for claim in regional.claims:
        assert f'id="claim-{claim.id}"' in text and claim.text in text
        assert claim.hedge in text and claim.holder in text
        assert sources[claim.source].title in text
    assert "cited" in text or "paragraphs" in text  # the note on the source's slant


def test_outcomes_are_those_of_the_outcomes_file(regional):
    """Same rows as the scorecard of the source counts."""
    outcomes = load_outcomes(regional)
    lines = claim_lines(regional, outcomes=outcomes)
    scored = [row for line in lines for row in line.scored]
    assert {row.outcome or row.verdict for row in scored} >= {"yes", "annulled", "not_tested"}
    windows = {window.id for window in outcomes.outcomes}
    assert all(row.question in windows for row in scored if row.outcome)
    assert not any(line.scored for line in claim_lines(regional, outcomes=None))
    told = next(line.told for line in lines if len(line.scored) > 3)
    assert sum(map(int, re.findall(r" in (\d+)", told))) == max(
        len(line.scored) for line in lines if line.told == told
    )


def test_kinds_filter(tmp_path, regional):
    text = get(app(tmp_path), "/claims?kind=red+line").text
    assert text.count('id="claim-') == sum(claim.kind == "red_line" for claim in regional.claims)
    assert get(app(tmp_path), "/claims?kind=nonsense").status == 400


def test_a_case_without_outcomes_says_why_and_where_to_put_them(tmp_path):
    case = shipped_case("regional-war")
    mine = dump_case(case).replace('id = "regional-war"', 'id = "mine"', 1)
    (tmp_path / "mine.toml").write_text(mine, "utf-8")
    desk = app_of(Workspace(folder=tmp_path, case="mine.toml"))
    text = get(desk, "/claims").text
    assert "has no outcomes file" in text and "outcomes/mine.toml" in text
    (tmp_path / "outcomes").mkdir()
    shipped = load_outcomes.__globals__["_folder"]() / "regional-war.toml"
    own = shipped.read_text("utf-8").replace('case = "regional-war"', 'case = "mine"', 1)
    (tmp_path / "outcomes" / "mine.toml").write_text(own, "utf-8")
    text = get(desk, "/claims").text
    assert "has no outcomes file" not in text and "not tested in 1 window" in text
    (tmp_path / "outcomes" / "mine.toml").write_text("broken", "utf-8")
    assert "not valid TOML" in get(desk, "/claims").text


def test_a_case_without_claims_says_so(tmp_path):
    assert "holds no claims" in get(app(tmp_path), "/claims?case=kuwait-1990").text


def test_readings_are_found_by_what_they_are(folder):
    assert article_names(folder) == ("a.html", "a.json")
    assert article_names(folder / "gone") == ()


def test_a_page_that_was_read_is_shown_beside_its_claims(folder):
    found = read_article(folder, "a.html")
    joined = "\n\n".join("".join(p.text for p in piece) for piece in found.paragraphs)
    assert " ".join(joined.split()) == " ".join(TEXT.split())
    marks = {p.id for piece in found.paragraphs for p in piece if p.mark}
    assert len(found.lines) >= 3 and marks == {line.id for line in found.lines}
    text = get(app(folder), "/claims?article=a.html").text
    assert_safe(text)
    for line in found.lines:
        assert f'id="c-{line.id}"' in text and f'id="t-{line.id}"' in text


def test_json_that_was_read_shows_the_same_claims(folder):
    one, two = read_article(folder, "a.html"), read_article(folder, "a.json")
    assert [line.id for line in one.lines] == [line.id for line in two.lines]
    assert [line.kind for line in one.lines] == [line.kind for line in two.lines]
    text = get(app(folder), "/claims?article=a.json").text
    assert "holds what was found, not the article" in text


def test_a_page_changed_by_others_gives_up_its_text_and_nothing_else(folder):
    hostile = (
        f"<!doctype html><head>{MARK}<title>x</title></head>"
        "<body><header><h1><b>T</b></h1></header>"
        "<main><p><script>window.hit=1</script><mark class='x\" onload=\"y'>"
        "<a href='javascript:window.hit=1'>here</a></mark>"
        "<img src=x onerror=window.hit=1></p></main>"
        "<aside><article id='\"><script>'><span>kind</span>"
        "<svg onload=window.hit=1></article></aside>"
    )
    (folder / "a.html").write_text(hostile, "utf-8")
    text = get(app(folder), "/claims?article=a.html").text
    assert_safe(text)
    assert "here" in text and "<script" not in text


@pytest.mark.parametrize(
    "data",
    ["[]", "{", "null", '{"claims": 3}', '{"claims": [{"id": 1}], "events": []}', "[" * 5000],
)
def test_broken_json_is_said_to_be_broken(folder, data):
    head = (folder / "a.json").read_text("utf-8").splitlines()[1]
    (folder / "a.json").write_text("{" + head + '"x": 1}' if data == "{}" else data, "utf-8")
    assert read_article(folder, "a.json").problem


def test_names_of_readings_are_looked_up(folder):
    desk = app(folder)
    for name in ("../a.html", "other.html", "/etc/passwd", "a.html%00"):
        assert get(desk, f"/claims?article={name}").status in (400, 404)


def test_no_upload_is_offered(tmp_path):
    text = get(app(tmp_path), "/claims").text
    assert 'type="file"' not in text and 'method="post"' not in text
    assert "demarche read article.txt" in text
