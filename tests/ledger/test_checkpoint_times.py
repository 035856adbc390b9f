"""A checkpoint whose time cannot be true is refused by name."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from demarche.errors import LedgerError
from demarche.ledger.checkpoints import checkpoint_text
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_reading
from demarche.show.cli import main
from demarche.terms.ledger import Checkpoint
from tests.ledger.filled import filled
from tests.ledger.made import Clock


def test_a_time_before_an_entry_it_covers_and_a_day_ahead(tmp_path, capsys):
    path = filled(tmp_path / "ledger.sqlite", n=2)
    with open_ledger(path, clock=Clock(), read_only=True) as book, book.reading() as reading:
        found = verify_reading(reading)
        last = reading.entry(found.entries)
        good = Checkpoint(
            origin=found.ledger, size=found.entries, root=found.root, at=last.at,
            outside=True, name="cp",
        )  # fmt: skip
        assert verify_reading(reading, checkpoints=[good]).consistent == (good,)
        bad = dataclasses.replace(good, at=last.at - dt.timedelta(seconds=1))
        with pytest.raises(LedgerError, match=f"cp states .* before entry {found.entries} of"):
            verify_reading(reading, checkpoints=[bad])
        own = dataclasses.replace(bad, outside=False)
        assert verify_reading(reading, checkpoints=[own]).holds
    file = tmp_path / "cp.txt"
    file.write_text(checkpoint_text(bad), encoding="utf-8")
    for command in ("verify", "scores"):
        said = ["ledger", command, "--ledger", str(path), "--checkpoint", f"{file}=2099-01-01"]
        assert main(said) == 1
        assert "2099-01-01, which lies ahead" in " ".join(capsys.readouterr().err.split())
