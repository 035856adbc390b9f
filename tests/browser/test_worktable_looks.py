"""The worktable as it looks and lasts: accessible, no wider than its screen, safe, stable."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from demarche.cases import dump_case
from tests.browser.worktable import PATIENCE, SIZES, hand, workbench
from tests.show.workbench.cases import forty_courses, hostile_case

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = Path(__file__).parent / "shots"
CLOSE = 6.0
"""Mean difference of grey values, of 255, up to which two small pictures are the same view."""
PLACE = "position/rus-security/breadth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("looks")
    (found / "forty.toml").write_text(dump_case(forty_courses()), encoding="utf-8")
    (found / "hostile.toml").write_text(dump_case(hostile_case()), encoding="utf-8")
    (found / "broken.toml").write_text("format = 1\n", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def port(folder):
    with workbench(folder) as found:
        yield found


CASES = {"shipped": "case=regional-war", "forty": "case=forty.toml", "hostile": "case=hostile.toml"}


LOOKS = [
    *[("shipped", "wide", dark, view) for dark in (False, True) for view in ("", "&page=factions")],
    ("shipped", "narrow", True, ""),
    ("shipped", "narrow", False, "&page=factions"),
    ("forty", "wide", False, ""),
    ("forty", "narrow", True, ""),
    ("hostile", "narrow", False, ""),
    ("hostile", "wide", True, "&page=factions"),
]


@pytest.mark.parametrize(("case", "size", "dark", "view"), LOOKS)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_screen(
    browser, port, case, size, dark, view
):
    from axe_playwright_python.sync_playwright import Axe

    with hand(browser, port, query=CASES[case] + view, size=size, dark=dark) as one:
        wide = one.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
        options = {"runOnly": {"type": "tag", "values": RULES}}
        for unfolded in (False, True):
            if unfolded:
                one.page.evaluate(
                    "document.querySelectorAll('details').forEach(x => x.open = true)"
                )
                one.settle()
            bad = [
                (v["id"], v["help"], [n["target"] for n in v["nodes"]][:3])
                for v in Axe().run(one.page, options=options).response["violations"]
            ]
            assert bad == []
        assert one.page.evaluate("typeof window.hit") == "undefined"


def test_hostile_text_moved_through_every_part_of_the_page_never_runs(browser, port):
    with hand(browser, port, query=CASES["hostile"]) as one:
        text = "<img src=x onerror=window.hit=1>{{7*7}}"
        one.page.fill("#reason", text)
        one.move(PLACE, 80)
        one.act("branch", branch_name=text)
        one.page.click("#answer .row button >> nth=1")
        one.choose("compare", "=case")
        one.page.wait_for_selector("#compare table")
        for details in one.page.locator("details").all():
            details.evaluate("node => node.open = true")
        one.page.wait_for_selector("#drivers li")
        assert one.page.evaluate("typeof window.hit") == "undefined"
        assert text in one.page.inner_text("#log")
        hrefs = one.page.evaluate("Array.from(document.links, link => link.protocol)")
        assert set(hrefs) <= {"http:", "https:"}
        assert one.page.locator("img, iframe, object, embed").count() == 0


def test_everything_can_be_reached_and_moved_by_keys_alone(browser, port):
    with hand(browser, port) as one:
        first = one.numbers()
        one.page.keyboard.press("Tab")
        assert one.page.evaluate("document.activeElement.className") == "skip"
        seen = set()
        for _ in range(60):
            one.page.keyboard.press("Tab")
            here = one.page.evaluate(
                "document.activeElement.dataset.place || document.activeElement.tagName"
            )
            outline = one.page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 })()"
            )
            assert outline, here
            seen.add(here)
            if here == "outside_share":
                one.page.keyboard.press("ArrowLeft")
                one.settle()
                assert one.value("outside_share") == "0.45"
                assert one.numbers() != first
                break
        assert {"actor", "trigger", "as_of", "horizon", "outside_share"} <= seen


def _small(one, shot: bytes) -> list[int]:
    """A picture as 64 columns of grey values, by the browser's own decoder."""
    return one.context.new_page().evaluate(
        """async data => {
          const image = new Image();
          image.src = "data:image/jpeg;base64," + data;
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = 64; canvas.height = Math.round(64 * image.height / image.width);
          const brush = canvas.getContext("2d");
          brush.imageSmoothingQuality = "high";
          brush.drawImage(image, 0, 0, canvas.width, canvas.height);
          const found = brush.getImageData(0, 0, canvas.width, canvas.height).data, grey = [];
          for (let i = 0; i < found.length; i += 4)
            grey.push(Math.round((found[i] + found[i + 1] + found[i + 2]) / 3));
          return grey;
        }""",
        base64.b64encode(shot).decode(),
    )


@pytest.mark.parametrize("view", ["table", "map"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_main_views_look_as_they_did(browser, port, view, size, dark):
    query = "case=regional-war" + ("&page=factions" if view == "map" else "")
    name = f"{view}-{size}-{'dark' if dark else 'light'}.jpeg"
    with hand(browser, port, query=query, size=size, dark=dark) as one:
        shot = one.page.screenshot(type="jpeg", quality=40)
        kept = SHOTS / name
        if os.environ.get("DEMARCHE_SHOTS") == "write":
            SHOTS.mkdir(exist_ok=True)
            kept.write_bytes(shot)
        now, before = _small(one, shot), _small(one, kept.read_bytes())
        assert len(now) == len(before)
        apart = sum(abs(a - b) for a, b in zip(now, before, strict=True)) / len(now)
        assert apart < CLOSE, (
            f"{name} has changed; look at it, then renew with DEMARCHE_SHOTS=write"
        )
        assert max(now) - min(now) > 40


def test_two_hundred_moves_leave_the_memory_where_it_was(browser, port):
    with hand(browser, port) as one:
        session = one.context.new_cdp_session(one.page)
        session.send("Performance.enable")

        def used() -> tuple[float, float]:
            for _ in range(3):
                session.send("HeapProfiler.collectGarbage")
                one.page.wait_for_timeout(100)
            found = {
                m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]
            }
            return found["JSHeapUsedSize"] / 1e6, found["Nodes"]

        for turn in range(20):
            one.move("outside_share", 0.05 * (turn % 20))
        heap, nodes = used()
        for turn in range(200):
            one.move("outside_share", 0.05 * (turn % 20))
            if turn % 10 == 9:
                one.act("undo")
        after, more = used()
        assert after < heap + 6
        assert more < nodes * 1.5 + 4000


def test_ten_people_at_once_each_get_their_own_answer(browser, port):
    hands = [hand(browser, port) for _ in range(10)]
    people = [one.__enter__() for one in hands]
    for number, one in enumerate(people):
        one.page.evaluate(
            "([place, value]) => Shiny.setInputValue('edit', {place, value, n: 1})",
            ["outside_share", str(number / 10)],
        )
    for number, one in enumerate(people):
        value = "" if number == 5 else f"outside_share%3D{number / 10:g}"
        one.until(f"location.search.includes({value!r})")
        one.settle()
    numbers = [tuple(one.numbers()) for one in people]
    assert len(set(numbers)) >= 8
    for one in hands:
        one.__exit__(None, None, None)
    assert PATIENCE
