from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from demarche.cases import dump_case, load_case, parse_case, shipped_case, template
from demarche.desk import Answer, ask
from demarche.errors import MethodError, QuestionError
from demarche.show import _sections as sections
from demarche.show._numbers import seen
from demarche.show.report import SECTIONS, report_html, write_report
from demarche.terms import Evidence, Source
from tests.show.hostile import HOSTILE as STRINGS
from tests.show.hostile import hostile_case

pytest.importorskip("vl_convert")
HOSTILE = "<script>alert('x')</script>\"><img src=http://evil.example/x onerror=alert(1)>"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, visible text, and whether tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.named: dict[str, tuple[str, str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in dict(attrs):
            self.named[dict(attrs)["id"] or ""] = (tag, "")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)
        last = next(reversed(self.named), None) if self.open[-1:] in (["title"], ["desc"]) else None
        if last is not None:
            self.named[last] = (self.named[last][0], self.named[last][1] + data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Answer:
    path = tmp_path_factory.mktemp("case") / "small.toml"
    path.write_text(template(), encoding="utf-8")
    return ask(load_case(path), draws=64)


@pytest.fixture(scope="module")
def large() -> Answer:
    return ask(shipped_case("regional-war"), draws=64)


@pytest.fixture(scope="module")
def pages(small, large) -> dict[str, Page]:
    return {"small": Page(report_html(small)), "large": Page(report_html(large))}


def widened(answer: Answer, *, count: int, label: str) -> Answer:
    """The same answer with as many courses as asked for, under one long label."""
    first, own = answer.courses[0], answer.case.courses_of(answer.question.actor)[0]
    names = [f"course-{i}" for i in range(count)]
    wide = (0.25,) * count
    inside = replace(
        answer.inside,
        factions=tuple((*row[:6], wide) for row in answer.inside.factions),
        rules=tuple((name, wide) for name, _ in answer.inside.rules),
        levels=tuple(wide for _ in answer.inside.levels),
        shifts=tuple((name, wide) for name, _ in answer.inside.shifts),
        tornado=tuple((HOSTILE, HOSTILE, names[0], *row[3:]) for row in answer.inside.tornado),
        uncertainty=tuple((name, 0.01, 0.01, 0.01, 0.01, 0.15) for name in names),
        one_faction=wide,
    )
    case = replace(
        answer.case,
        summary=HOSTILE,
        watch=(HOSTILE,),
        courses=tuple(replace(own, id=name, label=label) for name in names),
        sources=(
            Source(id="bad", title=HOSTILE, publisher="p", url="javascript:alert(1)"),
            Source(id="quote", title="t", publisher="p", url='https://ok.example/"onclick="x'),
        ),
        evidence=(Evidence(id="e", date=answer.question.as_of, what=HOSTILE, source="bad"),),
    )
    return replace(
        answer,
        case=case,
        courses=tuple(replace(first, id=name, label=label) for name in names),
        reasons=tuple(replace(answer.reasons[0], course=name) for name in names),
        other_triggers=tuple((id, name, wide) for id, name, _ in answer.other_triggers),
        inside=inside,
    )


@pytest.fixture(scope="module")
def hostile(small) -> Page:
    return Page(report_html(widened(small, count=40, label=f"{HOSTILE} {'very long ' * 30}")))


@pytest.mark.parametrize("name", ["small", "large"])
def test_file_fetches_nothing(pages, name):
    page = pages[name]
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object"}
    for tag, attrs in page.elements:
        assert "src" not in attrs
        assert not any(attribute.startswith("on") for attribute in attrs)
        for attribute in ("href", "xlink:href"):
            if attribute in attrs and not attrs[attribute].startswith("#"):
                assert tag == "a" and attrs[attribute].startswith(("http://", "https://"))
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_style_fetches_nothing(small):
    style = re.search(r"<style>(.*?)</style>", report_html(small), re.S)
    assert style is not None
    assert "url(" not in style[1] and "@import" not in style[1]


@pytest.mark.parametrize("name", ["small", "large"])
def test_twelve_anchors_stand_in_order_and_every_reference_is_met(pages, name):
    page = pages[name]
    assert [attrs["id"] for attrs in page.all("section")] == [id for id, _ in SECTIONS]
    assert len(SECTIONS) == 12
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in page.all("a"):
        if attrs["href"].startswith("#"):
            assert attrs["href"][1:] in ids
    assert page.open == []
    assert page.all("html")[0]["lang"] == "en"


def test_every_course_precedent_claim_source_and_item_of_evidence_is_there(large, pages):
    page = pages["large"]
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    for course in large.courses:
        assert course.label in page.text and course.resolution in page.text
        assert f"rule-{course.id}" in ids
    assert {f"precedent-{row.id}" for row in large.precedents} <= ids
    assert {f"claim-{claim.id}" for claim in large.case.claims} <= ids
    assert {f"evidence-{item.id}" for item in large.case.evidence} <= ids
    assert {f"source-{source.id}" for source in large.case.sources} <= ids
    assert {f"red-line-{line.id}" for line in large.case.red_lines} <= ids
    for row in large.precedents[:12]:
        assert row.response in page.text and row.trigger in page.text


@pytest.mark.parametrize("name", ["small", "large"])
def test_every_chart_has_a_text_alternative_and_a_table(pages, name):
    charts = [a for a in pages[name].all("svg") if a["class"].startswith("chart")]
    assert len(charts) == 2 * len(pages[name].all("figure")) >= 10
    for attrs in charts:
        assert attrs["role"] == "img" and attrs["viewbox"]
        named = [pages[name].named[id] for id in attrs["aria-labelledby"].split()]
        assert [tag for tag, _ in named] == ["title", "desc"]
        assert len(named[0][1]) > 10 and len(named[1][1]) > 40
    keys = [a for a in pages[name].all("svg") if a["class"].startswith("key")]
    assert all(a["aria-hidden"] == "true" for a in keys)
    assert pages[name].text.count("Table behind this chart") == len(pages[name].all("figure"))


@pytest.mark.parametrize("name", ["small", "large"])
def test_no_probability_is_0_or_100_percent_or_has_two_decimals(pages, name):
    text = pages[name].text
    words = text.split("Likelihood words of ICD 203", 1)
    text = words[0] + words[1].split("Intelligence Community", 1)[1]
    assert not re.search(r"(?<![\d–.])(?:0|100)\s%", text)
    assert not re.search(r"\d\.\d+\s%", text)


def test_limits_are_never_empty(small, pages):
    for limit in small.limits:
        assert limit in pages["small"].text
    for empty in ((), ("  ",)):
        with pytest.raises(MethodError, match="no limits"):
            report_html(replace(small, limits=empty))


def test_hostile_text_stays_text(hostile):
    assert not {tag for tag, _ in hostile.elements} & {"script", "img"}
    assert not any(a.startswith("on") for _, attrs in hostile.elements for a in attrs)
    links = [attrs["href"] for attrs in hostile.all("a")]
    assert not any("javascript" in href for href in links)
    assert 'https://ok.example/"onclick="x' in links
    assert hostile.text.count("<script>alert('x')</script>") > 40


def test_row56_hostile_text_in_every_field_of_a_case_stays_text(regional):
    case, count = hostile_case(regional)
    assert count > 900
    answer = ask(parse_case(dump_case(case), file="hostile.toml"), draws=16)
    page = Page(report_html(answer, asker=HOSTILE))
    assert page.open == []
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "animate", "iframe", "object", "form", "base", "link"}
    for _, attrs in page.elements:
        assert not any(name.startswith("on") for name in attrs)
        if "href" in attrs:
            assert attrs["href"].startswith(("#", "http://", "https://"))
    told = [h for h in STRINGS if " ".join(seen(h).split()) in page.text]
    assert len(told) == len(STRINGS)
    assert "{{7*7}} {% raw %} ${7*7} #{7*7}" in page.text
    assert not set("\u202e\ufeff\x1b\x07") & set(page.text)


def test_forty_courses_with_long_names_are_all_there(hostile):
    ids = {attrs.get("id") for _, attrs in hostile.elements}
    assert {f"rule-course-{i}" for i in range(40)} <= ids
    assert hostile.open == []


def test_same_answer_gives_the_same_bytes(small, tmp_path):
    first = write_report(small, path=tmp_path / "a.html")
    second = write_report(small, path=tmp_path / "b.html")
    assert first == tmp_path / "a.html"
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"<!doctype html>")


def test_unwritable_file_is_one_clear_error(small, tmp_path):
    with pytest.raises(QuestionError, match="cannot be written"):
        write_report(small, path=tmp_path / "absent" / "a.html")


def test_answer_without_precedents_or_trigger_has_a_report(small):
    courses = tuple(
        replace(row, outside=None, base_rate=None, disagree=False) for row in small.courses
    )
    bare = replace(
        small,
        courses=courses,
        outside=None,
        precedents=(),
        other_triggers=(),
        question=replace(small.question, trigger="none"),
    )
    page = Page(report_html(bare))
    assert "No precedents are used" in page.text
    assert [attrs["id"] for attrs in page.all("section")] == [id for id, _ in SECTIONS]


def test_key_judgements_are_three_to_five_sentences_apart_from_confidence(large):
    said = sections.judgements(large)
    assert 3 <= len(said) <= 5
    assert not any("onfidence" in sentence for sentence in said)
    assert all(sentence.endswith(".") for sentence in said)


def test_claims_are_compared_only_under_their_condition(large):
    rows = {row.claim.id: row for row in sections.claim_rows(large)}
    assert set(rows) == {claim.id for claim in large.case.claims}
    at = {row.id: row.probability for row in large.courses}
    other = {id for id, _, _ in large.other_triggers}
    for row in rows.values():
        own = [id for id in row.claim.courses if id in at]
        if row.claim.condition in ("", large.question.trigger) and own:
            assert row.ours == max(at[id] for id in own)
        elif row.claim.condition not in other or not own:
            assert row.ours is None and row.verdict == ""


def test_command_repeats_the_run(small, large):
    assert sections.command(large).startswith("demarche ask regional-war --if regional-war")
    assert "--weights 1/1" in sections.command(large)
    assert sections.command(small).split()[2].startswith("path/to/")
    uneven = replace(
        large,
        views=tuple(
            replace(v, basis="set by the user", weight={"outside": 2 / 3, "inside": 1 / 3}[v.name])
            for v in large.views
            if v.name != "pool"
        ),
    )
    assert "--weights 2/1" in sections.command(uneven)


def test_ties_show_their_strength_on_the_day(large):
    rows = sections.tie_rows(large)
    assert len(rows) == len(large.case.ties)
    assert all(now == tie.strength_at(large.question.as_of) for tie, now in rows)


def test_command_line_writes_the_file(tmp_path, capsys):
    from demarche.show.cli import main

    case = tmp_path / "small.toml"
    case.write_text(template(), encoding="utf-8")
    out = tmp_path / "out.html"
    assert main(["report", str(case), "-o", str(out), "--draws", "64"]) == 0
    assert str(out) in capsys.readouterr().out
    assert Path(out).read_bytes().startswith(b"<!doctype html>")
