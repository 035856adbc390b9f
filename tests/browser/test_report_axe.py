"""The report in a real browser: accessible, printable, harmless whatever a case says."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from demarche.cases import dump_case, parse_case, shipped_case, shipped_ids
from demarche.desk import Answer, ask
from demarche.show.report import report_html
from tests.show.hostile import hostile_case
from tests.show.test_report import widened

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OLD = next(id for id in shipped_ids() if id != "regional-war")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
            pytest.fail("Chromium is required here: 'make system' installs it")
        pytest.skip("no Chromium on this machine: 'make system' installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def shipped() -> Answer:
    return ask(shipped_case("regional-war"), draws=64)


@pytest.fixture(scope="module")
def files(tmp_path_factory, shipped, small_case) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    small = ask(small_case, draws=32)
    case, count = hostile_case(shipped_case("regional-war"))
    assert count > 900
    hostile = ask(parse_case(dump_case(case), file="hostile.toml"), draws=16)
    bad = tuple(
        replace(row, sources=(("t", "p", "javascript:window.ran=1"), *row.sources))
        for row in hostile.precedents
    )
    answers = {
        "shipped": shipped,
        "old": ask(shipped_case(OLD), draws=32),
        "forty": widened(small, count=40, label="A course with a name of a usual length"),
        "hostile": replace(hostile, precedents=bad),
    }
    found = {}
    for name, answer in answers.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(report_html(answer), encoding="utf-8")
    return found


def opened(browser, path: Path, *, dark: bool = False, size: str = "wide"):
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["shipped", "old", "forty"])
def test_axe_finds_no_violation(browser, files, name, dark):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, files[name], dark=dark)
    options = {"runOnly": {"type": "tag", "values": RULES}}
    for unfolded in (False, True):
        if unfolded:
            page.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true })")
        found = Axe().run(page, options=options).response["violations"]
        assert not found, [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found]
    page.context.close()


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("name", ["shipped", "old", "forty", "hostile"])
def test_nothing_scrolls_sideways_but_tables_of_their_own(browser, files, name, size):
    page = opened(browser, files[name], size=size)
    page.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    page.context.close()


def test_hostile_text_runs_nothing(browser, files):
    page = opened(browser, files["hostile"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true })")
    for link in page.query_selector_all("a[href]")[:400]:
        href = link.get_attribute("href") or ""
        assert href.startswith(("#", "http://", "https://")), href
    found = page.evaluate(
        "[typeof window.ran, document.querySelectorAll('script, img, iframe, animate, object, "
        "form, base, link').length, [...document.querySelectorAll('*')].filter(e => "
        "[...e.attributes].some(a => a.name.startsWith('on'))).length]"
    )
    assert found == ["undefined", 0, 0]
    assert [url for url in asked if not url.startswith("file:")] == []
    page.context.close()


def test_keyboard_alone_reaches_everything(browser, files):
    page = opened(browser, files["shipped"])
    page.keyboard.press("Tab")
    first = page.evaluate("[document.activeElement.className, document.activeElement.hash]")
    assert first == ["skip", "#judgements"]
    box = page.evaluate("(({left, top}) => [left, top])(document.activeElement"
                        ".getBoundingClientRect())")  # fmt: skip
    assert min(box) >= 0
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, width = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement)"
            ".outlineWidth]"
        )
        seen.append(kind)
        assert kind == "BODY" or width == "3px", kind
    assert {"A", "SUMMARY", "DIV"} <= set(seen)
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open") is True
    page.context.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_shipped_case_prints_on_four_to_six_pages(browser, files, tmp_path, paper):
    from pypdf import PdfReader

    page = opened(browser, files["shipped"], dark=True)
    page.pdf(path=str(tmp_path / "report.pdf"), format=paper)
    pages = PdfReader(tmp_path / "report.pdf").pages
    assert 4 <= len(pages) <= 6
    text = "".join(page.extract_text() for page in pages)
    assert "Limits" in text and "On paper:" in text
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") in (
        "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
    )  # fmt: skip
    page.context.close()
