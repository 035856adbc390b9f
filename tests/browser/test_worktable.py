"""The worktable in a real browser: every flow of a what-if, by hand."""

from __future__ import annotations

import re

import pytest

from demarche.cases import dump_case, load_case, shipped_case
from demarche.desk.what_if import Scenario
from demarche.desk.worktable import Worktable
from demarche.show._numbers import chance
from demarche.show.cli import main
from tests.browser.worktable import hand, workbench

pytestmark = pytest.mark.browser
PLACE = "position/rus-security/breadth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def port(folder):
    with workbench(folder) as found:
        yield found


def shown(scenario: Scenario) -> list[str]:
    """The pooled numbers of a scenario as the page shows them."""
    return [chance(row.probability) for row in Worktable().answer(scenario).courses]


START = Scenario(base=shipped_case("regional-war"))


def test_a_moved_input_moves_the_answer_and_leaves_a_ghost(browser, port):
    with hand(browser, port) as one:
        assert one.numbers() == shown(START)
        assert one.page.locator("#answer .m-ghost").count() == 0
        one.move(PLACE, 80)
        assert one.numbers() == shown(START.edited(PLACE, "80"))
        assert one.page.locator("#answer .row .m-ghost").count() == len(
            START.base.courses_of("RUS")
        )
        assert "80" in one.page.inner_text(f'[data-shows="{PLACE}"]')
        assert "(moved)" in one.page.evaluate(
            f"getComputedStyle(document.querySelector('[data-dial=\"{PLACE}\"] > label'),"
            "'::after').content"
        )
        head = one.page.locator("#answer .row.head .num").all_inner_texts()
        assert head == ["now", "without", "moved"]
        without = Worktable().answer(START.edited(PLACE, "80")).courses[2].without_trigger
        row = one.page.locator("#answer .row").nth(3).inner_text().replace("\u00a0", " ")
        assert chance(without).replace("\u00a0", " ") in row
        assert "lies outside the 28 to 56" in one.page.inner_text(".support")
        one.page.wait_for_selector("#drivers li")
        assert "position on" in one.page.inner_text("#drivers")


def test_undo_redo_branch_rename_and_compare(browser, port):
    with hand(browser, port) as one:
        first = one.numbers()
        one.page.click("summary:has-text('why') >> nth=0")
        one.page.fill("#reason", "talks broke off")
        one.move("outside_share", 0.2)
        second = one.numbers()
        one.move("trigger", "none")
        one.act("undo")
        assert one.numbers() == second
        assert one.value("trigger") == "regional-war"
        one.act("undo")
        assert one.numbers() == first
        one.act("redo")
        assert one.numbers() == second
        assert "talks broke off" in one.page.inner_text("#log")
        one.act("branch", branch_name="short war")
        one.move("horizon", 30)
        one.choose("compare", "main")
        one.page.wait_for_selector("#compare table")
        table = one.page.inner_text("#compare")
        assert "short war beside main" in table
        assert re.search(r"horizon in days\s+30\s+90", table)
        one.act("rename", branch_name="thirty days")
        assert "thirty days" in one.page.inner_text("#log")
        one.choose("switch", "main")
        assert one.numbers() == second
        assert one.value("horizon") == "90"


def test_a_precedent_left_out_leaves_the_answer_and_comes_back(browser, port):
    with hand(browser, port) as one:
        first = one.numbers()
        one.page.click("#answer .row button >> nth=2")
        one.page.wait_for_selector("#evidence >> text=Ordered by what leaving")
        box = one.page.locator("#evidence input[data-place^='drop/']").first
        place = box.get_attribute("data-place")
        box.uncheck()
        one.settle()
        assert one.numbers() == shown(START.edited(place, "dropped"))
        one.page.wait_for_selector("#evidence .dropped")
        one.page.locator("#evidence .dropped input").first.check()
        one.settle()
        assert one.numbers() == first


def test_a_link_leads_back_to_the_state(browser, port):
    with hand(browser, port) as one:
        one.move(PLACE, 70)
        one.move("outside_share", 0.25)
        url, numbers = one.url(), one.numbers()
        one.page.reload()
        one.settle()
        assert one.numbers() == numbers
        assert one.value(PLACE) == "70"
    with hand(browser, port, query=url.removeprefix("/?")) as other:
        assert other.numbers() == numbers


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("case=nothing-of-the-kind", "no case of this workspace"),
        ("case=regional-war&set=position%2Fnobody%2Fbreadth%3D3", "no input"),
        ("case=regional-war&set=horizon%3D1e9", "horizon"),
        ("case=regional-war&set=%3Cscript%3E%3D1", "no input is called"),
    ],
)
def test_a_link_that_cannot_be_followed_is_said(browser, port, query, said):
    with hand(browser, port, query=query) as one:
        assert said in one.told()
        assert one.numbers() == shown(START)


def test_an_edit_that_cannot_be_is_refused_and_put_back(browser, port):
    with hand(browser, port) as one:
        first = one.numbers()
        one.page.evaluate("Shiny.setInputValue('edit', {place: 'horizon', value: '99999', n: 1})")
        one.page.wait_for_selector("#said .error")
        assert "1 to 3650" in one.told()
        assert one.numbers() == first
        one.page.evaluate("Shiny.setInputValue('edit', {place: '../x', value: [1], n: 2})")
        one.page.wait_for_selector("#said >> text=no input is called")
        one.page.evaluate("Shiny.setInputValue('act', {act: 'burn', n: 3})")
        one.page.wait_for_selector("#said >> text=no act")


def test_ends_of_a_range_can_be_set(browser, port):
    with hand(browser, port) as one:
        one.page.evaluate(
            f"""() => {{
              const ends = document.querySelectorAll('[data-end="{PLACE}"]');
              ends[0].value = 5; ends[0].dispatchEvent(new Event("change", {{bubbles: true}}));
            }}"""
        )
        one.settle()
        low, mode, high = START.value(PLACE).split(",")
        assert f"5%2C{mode}%2C{high}" in one.url()
        assert low not in ("5",)


def test_saving_writes_a_case_that_checks_and_never_over_another(browser, port, folder):
    with hand(browser, port) as one:
        one.move(PLACE, 75)
        one.act("save", save_name="kept")
        assert "Saved as" in one.told()
        one.act("save", save_name="kept")
        assert "there already" in one.told()
        one.act("save", save_name="../kept")
        assert "named with" in one.told()
    main(["check", str(folder / "kept.toml")])
    saved = START.edited(PLACE, "75").case()
    assert load_case(folder / "kept.toml") == saved
    assert (folder / "kept.toml").read_text(encoding="utf-8") == dump_case(saved)


def test_the_ledger_is_written_by_one_explicit_step_alone(browser, port, folder):
    with hand(browser, port) as one:
        one.move(PLACE, 60)
        one.act("commit", commit_reason="")
        one.page.wait_for_selector("#said >> text=say why")
        one.act("commit", commit_reason="for the record")
        one.page.wait_for_selector("#said >> text=deadline")
        assert not (folder / "l.sqlite").exists()
        one.page.check("#commit-late")
        one.act("commit", commit_reason="for the record")
        one.page.wait_for_selector("#said >> text=/Entry \\d+ of/")
    assert (folder / "l.sqlite").exists()


def test_a_longer_run_shows_progress_can_be_stopped_and_is_dropped_by_an_edit(browser, port):
    with hand(browser, port) as one:
        one.page.click("#long-run")
        one.until("!document.getElementById('long-bar').hidden")
        one.until(
            "/^[1-9][0-9,]* of 100,000/.test(document.getElementById('long-text').textContent)"
        )
        one.page.click("#long-stop")
        one.page.wait_for_selector("#long-text:has-text('stopped')")
        one.page.click("#long-run")
        one.page.wait_for_selector("#long-text:has-text('100,000 draws, done')")
        # the answer is drawn after the bar has said that it is done
        one.until("document.getElementById('answer').innerText.includes('100000 draws')")
        one.move("outside_share", 0.9)
        assert "1024 draws" in one.page.inner_text("#answer")


def test_marks_of_the_map_are_dragged_by_pointer_and_by_key(browser, port):
    with hand(browser, port, query="page=factions") as one:
        first = one.numbers()
        grip = one.page.locator(f'[data-grip="{PLACE}"]')
        grip.scroll_into_view_if_needed()
        before = int(grip.get_attribute("aria-valuenow"))
        box = grip.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        one.page.mouse.move(x, y)
        one.page.mouse.down()
        one.page.mouse.move(x + 120, y, steps=6)
        one.page.mouse.up()
        one.settle()
        after = int(grip.get_attribute("aria-valuenow"))
        assert after > before + 5
        assert one.numbers() == shown(START.edited(PLACE, str(after)))
        grip.focus()
        one.page.keyboard.press("PageDown")
        one.page.keyboard.press("ArrowLeft")
        one.settle()
        one.until(f"decodeURIComponent(location.search).includes(',{after - 11},')")
        assert one.numbers() == shown(
            START.edited(PLACE, str(after))
            .edited(PLACE, str(after - 10))
            .edited(PLACE, str(after - 11))
        )
        one.page.click(".wide-nav a:has-text('Workbench')")
        one.page.wait_for_selector(f'[data-place="{PLACE}"]', state="attached")
        assert one.value(PLACE) == str(after - 11)
        assert "page=factions" not in one.url()
        one.page.go_back()
        one.until("document.body.classList.contains('on-map')")
        one.act("undo")
        one.act("undo")
        one.act("undo")
        assert one.numbers() == first
        assert int(grip.get_attribute("aria-valuenow")) == before


def test_one_tab_never_shows_anothers_state(browser, port):
    with hand(browser, port) as one, hand(browser, port) as other:
        start = other.numbers()
        one.page.fill("#reason", "only mine")
        one.move(PLACE, 90)
        assert other.numbers() == start
        other.move("outside_share", 0.6)
        assert "only mine" not in other.page.content()
        assert other.numbers() == shown(START.edited("outside_share", "0.6"))


def test_the_words_of_the_inputs_and_the_answer_lead_to_the_glossary(browser, port):
    with hand(browser, port) as one:
        code = "Array.from(document.querySelectorAll('main a.help'), a => a.getAttribute('href'))"
        links = set(one.page.evaluate(code))
        for term in ("capability", "salience", "stance", "horizon", "base-rate", "ladder-rung"):
            assert f"/glossary#{term}" in links
        one.page.goto(f"http://127.0.0.1:{port}/glossary")
        ids = set(one.page.evaluate("Array.from(document.querySelectorAll('[id]'), x => x.id)"))
        assert {link.partition("#")[2] for link in links} <= ids


def test_another_actor_brings_its_own_courses(browser, port):
    with hand(browser, port) as one:
        one.move("actor", "IRN")
        labels = one.page.locator("#answer .row button").all_inner_texts()
        assert labels == [c.label for c in START.base.courses_of("IRN")]
        assert one.page.locator("#world details.actor > summary").first.inner_text() == "Iran"


def test_the_report_of_a_state_is_that_of_the_state(browser, port):
    with hand(browser, port) as one:
        one.move("horizon", 60)
        one.page.click("text=Full report of this state")
        one.page.wait_for_selector("h1")
        text = one.page.inner_text("body")
        assert "60 days" in text
        assert one.page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == (
            "absolute"
        )
