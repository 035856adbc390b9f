"""The worktable in a real browser: what a tab keeps, and what it says when it is cut off."""

from __future__ import annotations

import pytest

from tests.browser.test_worktable import PLACE, START, shown
from tests.browser.worktable import Hand, hand, workbench

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def port(folder):
    with workbench(folder) as found:
        yield found


def go(one, path: str) -> None:
    one.page.goto(f"http://127.0.0.1:{one.port}{path}")


def test_another_page_and_back_keeps_what_was_moved_and_says_so(browser, port):
    with hand(browser, port) as one:
        assert "Move an input" in one.page.inner_text("#head")
        one.move(PLACE, 80)
        one.act("branch", branch_name="short war")
        one.move("horizon", 30)
        numbers = one.numbers()
        one.page.click(".wide-nav a:has-text('Episodes')")
        one.page.wait_for_selector("h1:has-text('pisodes')")
        one.page.click(".wide-nav a:has-text('Workbench')")
        one.settle()
        assert one.page.is_visible("#kept")
        assert one.numbers() == numbers
        assert "2 inputs are not as coded, on branch short war" in one.page.inner_text("#head")
        one.act("undo")
        assert one.numbers() == shown(START.edited(PLACE, "80"))
        one.choose("switch", "main")
        assert one.value("horizon") == "90"
        one.page.click(".wide-nav a:has-text('Factions')")
        one.page.reload()
        one.settle()
        assert "page=factions" in one.url()
        assert one.numbers() == shown(START.edited(PLACE, "80"))
        assert "short war" in one.page.inner_text("#log")


def test_back_leads_to_the_state_with_its_branches(browser, port):
    with hand(browser, port) as one:
        one.act("branch", branch_name="other")
        one.move(PLACE, 70)
        url = one.url()
        one.page.click(".wide-nav a:has-text('Glossary')")
        one.page.wait_for_selector("h1:has-text('lossary')")
        one.page.go_back()
        one.settle()
        assert one.url() == url
        assert not one.page.is_visible("#kept")
        assert "other" in one.page.inner_text("#log")
        assert one.numbers() == shown(START.edited(PLACE, "70"))


def test_starting_anew_loses_no_branch(browser, port):
    with hand(browser, port) as one:
        one.move(PLACE, 80)
        one.act("anew")
        assert one.numbers() == shown(START)
        assert one.value(PLACE) == START.value(PLACE).split(",")[1]
        one.choose("switch", "main")
        assert one.numbers() == shown(START.edited(PLACE, "80"))


def test_a_case_does_not_take_up_what_was_moved_in_another(browser, port):
    with hand(browser, port) as one:
        one.move("horizon", 30)
        go(one, "/?case=kuwait-1990")
        one.settle()
        assert "Move an input" in one.page.inner_text("#head")
        one.move("outside_share", 0.2)
        go(one, "/?case=regional-war")
        one.settle()
        assert one.numbers() == shown(START.edited("horizon", "30"))
        go(one, "/?case=regional-war&set=horizon%3D180")
        one.settle()
        assert not one.page.is_visible("#kept")
        assert one.numbers() == shown(START.edited("horizon", "180"))


def test_a_kept_state_that_no_longer_fits_is_said_once_and_forgotten(browser, port):
    with hand(browser, port) as one:
        one.page.evaluate(
            "sessionStorage.setItem('demarche case regional-war',"
            " 'case=regional-war&set=position%2Fgone%2Fbreadth%3D3')"
        )
        one.page.reload()
        one.settle()
        assert "no input" in one.told()
        assert one.numbers() == shown(START)
        one.page.reload()
        one.settle()
        assert one.told() == ""


def test_a_link_leads_another_tab_to_all_branches(browser, port):
    with hand(browser, port) as one:
        one.move("outside_share", 0.2)
        one.act("branch", branch_name="<b>two</b> & more")
        one.move("horizon", 30)
        link = one.page.get_attribute("#log-link", "href")
    with hand(browser, port, query=link.removeprefix("/?")) as other:
        named = other.page.locator("[data-act-change=switch] option").all_inner_texts()
        assert sorted(named) == ["<b>two</b> & more (2)", "main (1)"]
        first = START.edited("outside_share", "0.2")
        assert other.numbers() == shown(first.edited("horizon", "30"))
        other.choose("switch", "main")
        assert other.numbers() == shown(first)


def test_a_stopped_workbench_is_said_and_nothing_seems_to_work(browser, folder):
    with workbench(folder) as port:
        one = Hand(browser, port)
        one.move(PLACE, 66)
    try:
        one.page.wait_for_selector("#lost:has-text('start it again')")
        assert one.page.is_disabled('[data-place="horizon"]')
        assert one.page.is_disabled("[data-act=undo]")
        assert "set=" in one.url()
        assert not one.page.evaluate("document.body.classList.contains('computing')")
    finally:
        one.context.close()
