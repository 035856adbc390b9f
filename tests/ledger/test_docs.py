"""The programs in docs/ledger.md do what it says, without demarche where it says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from demarche.ledger.checkpoints import checkpoint_text
from demarche.ledger.exchange import export
from demarche.ledger.verify import verify_reading
from demarche.terms.ledger import Checkpoint
from tests.ledger import made

TEXT = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def exported(small, tmp_path):
    for n in range(4):
        small.append("issue", made.other(n))
    path = tmp_path / "ledger.jsonl"
    with small.reading() as reading:
        path.write_bytes(b"".join(export(reading)))
        return path, verify_reading(reading)


def check(path):
    """The program of the document, in an interpreter that cannot import demarche."""
    (program,) = [block for block in BLOCKS if "hashlib" in block]
    assert "demarche." not in program.replace("demarche ledger entry 1", "")
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_export_can_be_checked_without_demarche(exported):
    path, found = exported
    done = check(path)
    assert (done.returncode, done.stdout) == (0, f"whole: {found.head}\n"), done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"0.6"', b'"0.7"', "entry 2 was edited"),
        (b'"prev_hash":"0', b'"prev_hash":"1', "entry 1 was edited"),
        (b'"head":"', b'"head":"0', "the end does not fit"),
    ],
)
def test_and_so_can_a_change(exported, old, new, said):
    path, _ = exported
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    done = check(path)
    assert done.returncode == 1 and said in done.stderr


def test_the_program_that_reads_rows_runs(small, tmp_path):
    small.append("issue", made.issued())
    (program,) = [block for block in BLOCKS if "resolved_rows" in block]
    done = subprocess.run(
        [sys.executable, "-c", program + "print(len(rows))"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "6\n"), done.stderr


def test_a_checkpoint_looks_as_shown():
    shown = re.search(r"    demarche-ledger/.*?time [^\n]*\n", TEXT, re.DOTALL).group()
    lines = [line.strip() for line in shown.strip().splitlines()]
    point = Checkpoint(origin="0a" * 16, size=7, root="ab" * 32, at=made.NOON)
    real = checkpoint_text(point).splitlines()
    assert len(lines) == len(real) == 4
    assert (lines[0], lines[1], lines[3]) == (real[0], real[1], real[3])
