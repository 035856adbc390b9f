"""Every file of a folder is read, or it is said which one cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demarche.errors import DataError
from demarche.record._raw_files import raw_files
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from tests.record.small_events import read_small, write


def test_folders_behind_links_are_read_once(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(outside / "b.txt", [{"id": 2}])
    write(inside / "a.txt", [{"id": 1}])
    write(inside / ".old" / "c.txt", [{"id": 3}])
    (inside / "link").symlink_to(outside)
    (inside / "same").symlink_to(outside)
    (outside / "back").symlink_to(inside)
    assert raw_files([inside]) == (inside / "a.txt", inside / "link" / "b.txt")


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_file_is_said(tmp_path, kind):
    write(tmp_path / "a.txt", [{"id": 1}])
    odd = tmp_path / "odd.txt"
    (odd.symlink_to("nowhere") if kind == "link" else os.mkfifo(odd))
    said = {"link": "a link to nothing", "pipe": "no plain file"}[kind]
    with pytest.raises(DataError, match=rf"odd\.txt is {said}; nothing was read"):
        raw_files([tmp_path])
    with pytest.raises(DataError, match=said):
        read_events(tmp_path, source="icews")


def test_a_folder_that_cannot_be_listed_is_said(tmp_path, monkeypatch):
    write(tmp_path / "a.txt", [{"id": 1}])
    write(tmp_path / "shut" / "b.txt", [{"id": 2}])
    real = os.scandir

    def scandir(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DataError, match=r"shut cannot be listed: Permission denied"):
        raw_files([tmp_path])


def test_a_file_that_cannot_be_read_is_named_and_not_the_store(tmp_path, monkeypatch):
    file = write(tmp_path / "a.txt", [{"id": 1}])
    real = Path.open

    def shut(path, *args, **kwargs):
        if path == file:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", shut)
    with pytest.raises(DataError, match=r"a\.txt cannot be read: Permission denied"):
        ingest(tmp_path / "s", [file], source="small", reader=read_small)
