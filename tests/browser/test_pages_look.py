"""Pages of the workbench in a real browser: accessible, on a phone and a desk, light and dark."""

from __future__ import annotations

import pytest

from demarche.cases import dump_case
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.synthetic import made_world
from demarche.record.synthetic_files import write_gdelt2
from demarche.show.workbench.serve import make_app
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.cases import forty_courses, hostile_case
from tests.show.workbench.ledgers import made_ledger, question_of
from tests.show.workbench.serving import TOKEN, served

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
SHIPPED = (
    "/cases", "/question", "/ties", "/ties?as_of=2016-01-01", "/episodes?q=iran",
    "/episodes?id=sun-1946-iran-azerbaijan", "/record", "/claims", "/ledger", "/ledger?question=Q",
    "/glossary", "/cases?colour=red", "/question?case=none", "/question?case=broken.toml",
)  # fmt: skip
OWN = tuple(
    f"{path}?case={id}.toml"
    for path in ("/question", "/ties", "/claims")
    for id in ("hostile", "forty")
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Port of a workbench with a record, a ledger, a hostile, a long and a broken case."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "hostile.toml").write_text(dump_case(hostile_case()), "utf-8")
    (folder / "forty.toml").write_text(dump_case(forty_courses()), "utf-8")
    (folder / "broken.toml").write_text("format = 1\n", "utf-8")
    world = made_world(actors=4, days=100, events_per_day=40, seed=3)
    write_gdelt2(world, folder / "raw", rows=2400, seed=4)
    ingest(folder / "store", [folder / "raw"], source="gdelt2")
    count_store(folder / "store")
    ledger = made_ledger(tmp_path_factory.mktemp("ledger"))
    place = Workspace(
        folder=folder, case="regional-war", store=folder / "store", ledger=str(ledger), draws=64
    )
    with served(lambda port: make_app(place, token=TOKEN, port=port)) as port:
        yield port, question_of(ledger)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Port of a workbench over an empty folder."""
    place = Workspace(folder=tmp_path_factory.mktemp("bare"), case="regional-war", draws=64)
    with served(lambda port: make_app(place, token=TOKEN, port=port)) as port:
        yield port


class Tab:
    """A tab that came by the link, and what its console said."""

    def __init__(self, browser, port, *, size, dark):
        width, height = SIZES[size]
        self.width, self.said = width, []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self.page, self.port = self.context.new_page(), port
        self.page.on("console", lambda m: self.said.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.said.append(f"error: {e}"))
        self.go(f"/cases?token={TOKEN}")

    def go(self, address):
        return self.page.goto(f"http://127.0.0.1:{self.port}{address}")

    def violations(self):
        from axe_playwright_python.sync_playwright import Axe

        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found]


@pytest.fixture(scope="module", params=[(s, d) for s in SIZES for d in (False, True)],
                ids=lambda p: f"{p[0]}-{'dark' if p[1] else 'light'}")  # fmt: skip
def way(request):
    return request.param


@pytest.fixture(scope="module")
def tab(browser, desk, way):
    found = Tab(browser, desk[0], size=way[0], dark=way[1])
    found.question = desk[1]
    yield found
    found.context.close()


@pytest.mark.parametrize("address", [*SHIPPED, *OWN])
def test_pages_are_accessible_fit_the_screen_and_run_nothing(tab, address):
    tab.said.clear()
    tab.go(address.replace("question=Q", f"question={tab.question}"))
    assert tab.violations() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= tab.width
    assert tab.page.evaluate("window.hit") is None
    mine = [text for text in tab.said if "Failed to load resource" not in text]
    assert mine == []  # a page of an error is itself told as a resource that failed


@pytest.mark.parametrize("address", ["/cases", "/record", "/ledger", "/claims"])
def test_an_empty_workspace_is_accessible_and_fits(browser, bare, way, address):
    found = Tab(browser, bare, size=way[0], dark=way[1])
    found.go(address)
    assert found.violations() == []
    assert found.page.evaluate("document.documentElement.scrollWidth") <= found.width
    found.context.close()


LOOK = """() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth), r.width > 0 && r.height > 0];
}"""


@pytest.mark.parametrize("address", ["/question", "/ties", "/episodes", "/claims"])
def test_focus_is_seen_wherever_the_keyboard_leads(tab, address):
    tab.go(address)
    seen = set()
    for _ in range(24):
        tab.page.keyboard.press("Tab")
        tag, style, width, drawn = tab.page.evaluate(LOOK)
        if tag == "BODY":
            break
        seen.add(tag.lower())
        assert style != "none" and width >= 2 and drawn, (tag, style, width)
    assert {"a", "select"} <= seen


def test_the_skip_link_comes_first_and_leads_to_the_content(tab):
    tab.go("/question")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "main"


def test_a_number_of_the_drawing_opens_its_tie(tab):
    tab.go("/ties")
    link = tab.page.locator("svg.chart a:visible").first
    link.focus()
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")
    anchor = tab.page.evaluate("location.hash").removeprefix("#")
    assert tab.page.evaluate("id => document.getElementById(id).open", anchor)


def test_the_menu_of_a_phone_leads_everywhere(browser, desk):
    found = Tab(browser, desk[0], size="narrow", dark=False)
    found.go("/episodes")
    found.page.click(".narrow-nav > summary")
    assert found.page.locator(".narrow-nav a:visible").count() == 10
    found.page.click(".narrow-nav >> text=Glossary")
    found.page.wait_for_url("**/glossary")
    assert not found.page.locator(".wide-nav").is_visible()
    found.context.close()


def test_labels_of_the_drawing_lie_apart_on_every_screen(tab):
    for address in ("/ties", "/ties?case=forty.toml"):
        tab.go(address)
        boxes = tab.page.evaluate(
            """() => [...document.querySelectorAll('svg.chart > text')]
              .map(e => e.getBoundingClientRect()).filter(r => r.width > 0)
              .map(r => [r.left, r.top, r.right, r.bottom])"""
        )
        assert len(boxes) > 10
        for i, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[:i]:
                wide = min(right, other[2]) - max(left, other[0])
                high = min(bottom, other[3]) - max(top, other[1])
                assert wide <= 0.5 or high <= 4, (boxes[i], other)  # lines of one label touch
