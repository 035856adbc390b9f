"""The worktable with an event record: the answer follows it, its dated occasions open."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk.worktable import Worktable
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.show._numbers import chance
from demarche.show.workbench.serve import make_app
from demarche.show.workbench.workspace import Workspace
from tests.browser.test_worktable import START, shown
from tests.browser.worktable import fresh_lock, hand
from tests.show.workbench.serving import TOKEN, served

pytestmark = pytest.mark.browser
NAMES = tuple(actor.id for actor in START.base.actors)[:9]
CODES = sorted({code for course in START.base.courses for code in course.coded_as.cameo} | {"190"})


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two and a half years in which nine actors of the case meet at steady intervals."""
    folder = tmp_path_factory.mktemp("dated")
    rows = ["day,who,whom,code"]
    for n in range(900):
        day = dt.date(2021, 5, 1) + dt.timedelta(days=n)
        for i, a in enumerate(NAMES):
            for j, b in enumerate(NAMES):
                rows += [
                    f"{day},{a},{b},{code}"
                    for k, code in enumerate(CODES)
                    if a != b and (n + 3 * i + 5 * j + 7 * k) % (61 + 11 * k + 3 * i + j) == 0
                ]
    (folder / "made.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    ingest(
        folder / "store", [folder / "made.csv"], source="made", column_map=columns, known_lag_days=0
    )
    count_store(folder / "store")
    return folder / "store"


def test_the_answer_follows_the_record_and_each_occasion_leads_to_its_days(
    browser, store, tmp_path
):
    table, start = Worktable(store=store), START.edited("trigger", "israel-iran-strikes")
    table.read_record(start)
    expected = [chance(row.probability) for row in table.answer(start).courses]
    view = table.occasions(start)
    assert expected != shown(start)
    place = Workspace(folder=tmp_path, case="regional-war", store=store, draws=64)
    fresh_lock()
    with (
        served(lambda port: make_app(place, token=TOKEN, port=port)) as port,
        hand(browser, port, query="set=trigger%3Disrael-iran-strikes") as one,
    ):
        one.page.wait_for_selector("#events details.item", state="attached")
        one.settle()
        assert one.numbers() == expected
        one.page.click("#events > summary")
        assert "enters the pool of" in one.page.inner_text("#events")
        course = next(c for c in view.courses if c.dated)
        label = next(c.label for c in START.base.courses if c.id == course.course)
        row = one.page.locator("#events details.item", has_text=label).first
        if not row.evaluate("node => node.open"):
            row.locator("summary").click()
        assert f"{course.followed} of {course.occasions} past occasions" in row.inner_text()
        link = row.locator("li a").first
        assert link.inner_text() == course.dated[0].day.isoformat()
        link.click()
        one.page.wait_for_selector("#h-counts")
        assert course.dated[0].actor in one.page.input_value("[name=actor]")
        assert one.page.locator("#main figure").count() >= 1
        assert one.page.locator("#main .notice").count() <= 1
