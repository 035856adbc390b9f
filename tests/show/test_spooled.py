"""Files that are pipes: read once, then as any file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from demarche.show.cli import main
from demarche.show.spooled import spooled
from tests.ledger.filled import filled

CSV = b"forecaster,question,p,outcome\nada,Rain?,0.7,yes\nada,Snow?,0.2,no\n"


def demarche(*args, stdin, cwd):
    return subprocess.run(
        [sys.executable, "-m", "demarche", *args],
        input=stdin, capture_output=True, cwd=cwd, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def fifo(tmp_path):
    """A named pipe, fed with bytes by a thread."""
    path, threads = tmp_path / "named", []
    os.mkfifo(path)

    def feed(content):
        threads.append(threading.Thread(target=path.write_bytes, args=(content,), daemon=True))
        threads[-1].start()
        return str(path)

    yield feed
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    place = filled(folder / "ledger.sqlite", n=2)
    done = demarche("ledger", "export", "--ledger", str(place), stdin=b"", cwd=folder)
    assert done.returncode == 0
    return done.stdout


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_forecasts_are_scored_from_standard_input(tmp_path, name):
    done = demarche("score", name, stdin=CSV, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"READ stdin (csv): 2 rows, 2 forecasts, 0 left out" in done.stdout


def test_an_export_is_verified_from_standard_input(tmp_path, exported):
    done = demarche("ledger", "verify", "/dev/stdin", stdin=exported, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = demarche("ledger", "verify", "/dev/stdin", stdin=exported[:-9], cwd=tmp_path)
    assert done.returncode == 1 and b"/dev/stdin does not hold: torn" in done.stderr


def test_an_export_is_imported_from_a_named_pipe(tmp_path, exported, fifo, capsys):
    target = ["--ledger", str(tmp_path / "copy.sqlite")]
    assert main(["ledger", "import", fifo(exported), *target]) == 0
    assert "0 were there already" in capsys.readouterr().out
    assert main(["ledger", "verify", *target]) == 0


def test_the_torn_rest_of_a_pipe_is_not_lost(tmp_path, exported, fifo, capsys):
    target = ["--ledger", str(tmp_path / "copy.sqlite")]
    assert main(["ledger", "import", fifo(exported[:-9]), "--torn", *target]) == 1
    assert "is a pipe" in capsys.readouterr().err


def test_an_error_names_the_pipe_and_not_the_copy(fifo, capsys):
    said = fifo(b"some text\n")
    assert main(["ledger", "verify", said]) == 1
    assert f"{said} is no export of a ledger" in capsys.readouterr().err


def test_the_copy_is_gone_afterwards(fifo):
    with spooled(fifo(CSV)) as path:
        assert path.read_bytes() == path.read_bytes() == CSV
    assert not path.exists()
