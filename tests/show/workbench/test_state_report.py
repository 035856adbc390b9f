"""The report of a state of the worktable: as a page, and as documents that compute it again."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from starlette.applications import Starlette

from demarche.cases import dump_case, shipped_case
from demarche.show.cli import main
from demarche.show.workbench.state_report import report_route
from demarche.show.workbench.workspace import Workspace
from tests.show.workbench.cases import hostile_case
from tests.show.workbench.page_tools import get

MOVED = (
    "case=regional-war&set=position%2Frus-security%2Fbreadth%3D70&set=horizon%3D60"
    "&set=outside_share%3D0.3&set=drop%2F1995-08-bosnia-rus%3Ddropped&set=trigger%3Dnone"
)


def app_of(folder, **more):
    return Starlette(
        routes=[report_route(Workspace(folder=folder, case="regional-war", draws=64, **more))]
    )


def moved() -> str:
    from demarche.desk.worktable import Worktable
    from tests.browser.test_worktable import START

    first = Worktable().precedents(START)[0].id
    return MOVED.replace("1995-08-bosnia-rus", first)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    found = get(
        app_of(tmp_path_factory.mktemp("n")), f"/report?{moved()}&name=a&branch=b&format=ipynb"
    )
    assert found.status == 200
    assert found.headers["content-disposition"] == 'attachment; filename="regional-war.ipynb"'
    return json.loads(found.text)


def test_a_notebook_of_a_state_computes_the_same_run_again(notebook):
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    said, names = io.StringIO(), {}
    with contextlib.redirect_stdout(said):
        for cell in cells[:3]:
            exec("".join(cell["source"]), names)
    assert said.getvalue().startswith("the same run")
    assert names["answer"].question.horizon_days == 60
    assert "dropped" not in str(names["answer"].outside.excluded)
    assert len(names["answer"].outside.excluded) == 1


def test_a_quarto_document_holds_the_same_cells(tmp_path, notebook):
    found = get(app_of(tmp_path), f"/report?{moved()}&format=qmd")
    assert found.headers["content-type"].startswith("text/markdown")
    assert found.text.startswith("---\ntitle: ")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert "".join(cell["source"]) in found.text


def test_a_format_that_is_none_is_refused(tmp_path):
    found = get(app_of(tmp_path), "/report?case=regional-war&format=ipnyb%3Cscript%3E")
    assert found.status == 422
    assert "html, qmd, ipynb" in found.text and "<script>" not in found.text


def test_the_page_has_the_track_record_and_the_earlier_forecasts_of_the_ledger(tmp_path):
    book = tmp_path / "l.sqlite"
    without = get(app_of(tmp_path, ledger=str(book)), "/report?case=kuwait-1990").text
    ask = ["ask", "kuwait-1990", "--draws", "64", "--late", "--issue", "--ledger", str(book)]
    with contextlib.redirect_stdout(io.StringIO()):
        main(ask)
    page = get(app_of(tmp_path, ledger=str(book)), "/report?case=kuwait-1990")
    assert page.status == 200
    assert "entry 2" in page.text and "entry 2" not in without


def test_hostile_text_of_a_case_stays_text_in_every_format(tmp_path):
    (tmp_path / "bad.toml").write_text(dump_case(hostile_case()), encoding="utf-8")
    for kind in ("html", "qmd", "ipynb"):
        found = get(app_of(tmp_path), f"/report?case=bad.toml&format={kind}")
        assert found.status == 200
        assert "<script>window" not in found.text
        assert "<img src=x" not in found.text
    assert shipped_case("regional-war").id == "regional-war"
