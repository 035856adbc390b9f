"""A new file is never written over another; a page only over an earlier page of ours."""

from __future__ import annotations

import datetime as dt
import io
import struct
import subprocess
import sys
import zlib

import pytest

from demarche.errors import QuestionError
from demarche.show.cli import main
from demarche.show.pictures import Series, save, series_chart
from demarche.show.written import replace_own, write_new

CSV = "user,id,p,y\nada,a,.7,1\n"


def series():
    days = tuple(dt.date(2020, 1, n) for n in (1, 2))
    return series_chart([Series(label="one", dates=days, values=(1.0, 2.0))], title="t")


def test_a_new_file_is_written_once(tmp_path):
    path = write_new(tmp_path / "a.toml", "one\r\n")
    assert path.read_bytes() == b"one\r\n"
    with pytest.raises(QuestionError, match=r"a.toml exists and is not overwritten"):
        write_new(path, "two")
    assert path.read_bytes() == b"one\r\n"
    with pytest.raises(QuestionError, match="cannot be written: No such file"):
        write_new(tmp_path / "no" / "a.toml", "one")


@pytest.mark.parametrize("call", ["write_new(path, text)", "replace_own(path, text.encode())"])
def test_row46_a_full_disk_leaves_no_part_of_a_file(tmp_path, call):
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from demarche.show.written import replace_own, write_new\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"path, text = Path('a.html'), 'x' * 100_000\n{call}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "QuestionError: a.html cannot be written: File too large." in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_ours_is_replaced_and_no_other_file(tmp_path):
    path = tmp_path / "page.html"
    mine = b'<html><head><meta name="generator" content="demarche scores"></head>'
    replace_own(path, mine + b"one")
    replace_own(path, mine + b"two")
    assert path.read_bytes().endswith(b"two")
    other = tmp_path / "other.html"
    other.write_bytes(b"<html>by hand</html>")
    with pytest.raises(QuestionError, match="demarche did not write it; it is left as it is"):
        replace_own(other, mine)
    assert other.read_bytes() == b"<html>by hand</html>"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.html", "page.html"]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
def test_a_picture_is_replaced_by_the_next_and_replaces_nothing_else(tmp_path, suffix):
    path = tmp_path / f"chart{suffix}"
    first = save(series(), path=path).read_bytes()
    assert save(series(), path=path).read_bytes() == first
    path.write_bytes(b"mine")
    with pytest.raises(QuestionError, match="demarche did not write it"):
        save(series(), path=path)
    assert path.read_bytes() == b"mine"


def test_an_image_that_says_what_wrote_it_is_whole(tmp_path):
    """Every chunk of the PNG has its length and checksum, and the text chunk is one of them."""
    data = io.BytesIO(save(series(), path=tmp_path / "a.png").read_bytes())
    assert data.read(8) == b"\x89PNG\r\n\x1a\n"
    kinds = []
    while head := data.read(8):
        size, kind = struct.unpack(">I4s", head)
        body = data.read(size)
        assert struct.unpack(">I", data.read(4))[0] == zlib.crc32(kind + body)
        kinds.append(kind)
    assert kinds[:2] == [b"IHDR", b"tEXt"]
    assert kinds[-1] == b"IEND"


@pytest.mark.parametrize(
    "command",
    [
        ("score", "a.csv", "-o", "out.html"),
        ("ledger", "scores", "--from", "a.csv", "-o", "out.html"),
        ("ledger", "scores", "--source", "Crescent International", "-o", "out.html"),
        ("report", "regional-war", "--draws", "16", "-o", "out.html"),
    ],
    ids=" ".join,
)
def test_commands_replace_their_own_page_and_no_other(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEMARCHE_LEDGER", raising=False)
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    page = tmp_path / "out.html"
    assert main(list(command)) == 0
    first = page.read_bytes()
    assert main(list(command)) == 0
    assert page.read_bytes() == first
    page.write_text("by hand", encoding="utf-8")
    assert main(list(command)) == 1
    assert "demarche did not write it" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "by hand"


def test_a_page_and_json_are_both_given(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    page = tmp_path / "out.html"
    assert main(["score", str(tmp_path / "a.csv"), "-o", str(page), "--json"]) == 0
    found = capsys.readouterr()
    assert found.out.startswith("{")
    assert found.err == f"wrote {page}\n"
    assert page.exists()
