"""The workspace: shipped cases, files of a folder, broken ones among them."""

from __future__ import annotations

import os

import pytest

from demarche.cases import dump_case, shipped_case, shipped_ids, template
from demarche.errors import CaseError, QuestionError
from demarche.show.workbench.workspace import SHIPPED, Workspace


def test_an_empty_folder_lists_the_shipped_cases(tmp_path):
    found = Workspace(folder=tmp_path, case="regional-war").cases()
    assert tuple(entry.id for entry in found) == shipped_ids()
    assert {entry.where for entry in found} == {SHIPPED}
    assert all(entry.title == shipped_case(entry.id).title for entry in found)


def test_files_follow_under_their_names_and_may_share_an_id_with_a_shipped_case(tmp_path):
    (tmp_path / "regional-war.toml").write_text(dump_case(shipped_case("regional-war")), "utf-8")
    (tmp_path / "notes.txt").write_text("no case", "utf-8")
    desk = Workspace(folder=tmp_path, case="regional-war")
    last = desk.cases()[-1]
    assert (last.id, last.problems) == ("regional-war.toml", ())
    assert last.where == str(tmp_path / "regional-war.toml")
    assert desk.load("regional-war.toml") == desk.load("regional-war")


def test_a_broken_file_is_listed_with_what_is_wrong_and_hides_nothing(tmp_path):
    (tmp_path / "a.toml").write_text("format = 1\nid = ", "utf-8")
    (tmp_path / "b.toml").write_text(template().replace("horizon_days", "horizon_dayz"), "utf-8")
    (tmp_path / "c.toml").mkdir()
    (tmp_path / "d.toml").symlink_to(tmp_path / "gone")
    (tmp_path / "e.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "f.toml").write_text(template(), "utf-8")
    desk = Workspace(folder=tmp_path, case="regional-war")
    entries = {entry.id: entry for entry in desk.cases()}
    assert len(entries) == len(shipped_ids()) + 6
    assert entries["f.toml"].problems == ()
    for name in ("a.toml", "b.toml", "c.toml", "d.toml", "e.toml"):
        assert entries[name].problems and entries[name].title == name
        assert not any(str(tmp_path) in problem for problem in entries[name].problems)
        with pytest.raises(CaseError):
            desk.load(name)
    assert any("horizon_dayz" in problem for problem in entries["b.toml"].problems)


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("broken", "utf-8")
    desk = Workspace(folder=tmp_path, case="regional-war")
    assert desk.cases()[-1].problems
    path.write_text(template(), "utf-8")
    assert desk.cases()[-1].problems == ()
    assert desk.load("mine.toml").id


@pytest.mark.parametrize(
    "id", ["../mine.toml", "/etc/passwd", "", "mine", "mine.toml/", "a" * 100_000, "\x00", "C:\\x"]
)
def test_an_id_is_looked_up_and_never_becomes_a_path(tmp_path, id):
    (tmp_path / "mine.toml").write_text(template(), "utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    desk = Workspace(folder=inner if id.startswith("..") else tmp_path, case="regional-war")
    with pytest.raises(QuestionError) as found:
        desk.load(id)
    assert len(str(found.value)) < 1000


def test_a_near_miss_is_named(tmp_path):
    with pytest.raises(QuestionError, match="Did you mean 'kuwait-1990'"):
        Workspace(folder=tmp_path, case="regional-war").load("kuwait-1991")


def test_a_folder_that_is_not_there_says_so_and_still_offers_the_shipped_cases(tmp_path):
    desk = Workspace(folder=tmp_path / "gone", case="regional-war")
    assert "cannot be read" in desk.folder_problem()
    assert len(desk.cases()) == len(shipped_ids())
    assert Workspace(folder=tmp_path, case="regional-war").folder_problem() == ""


@pytest.mark.skipif(os.name != "posix", reason="file names are bytes on POSIX only")
def test_a_file_name_that_is_no_utf8_is_written_out(tmp_path):
    name = os.fsencode(str(tmp_path)) + b"/\xff.toml"
    with open(name, "wb") as file:
        file.write(template().encode())
    desk = Workspace(folder=tmp_path, case="regional-war")
    last = desk.cases()[-1]
    assert last.id == "\\xff.toml"
    assert last.where.encode("utf-8")
    assert desk.load(last.id).id
