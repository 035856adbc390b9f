"""K13: ledgers written by every released schema are read, and their hashes do not change.

``released/schema-N.jsonl`` is an export by the version that first wrote schema N. It is never
rewritten: a change that breaks it breaks the ledgers of those who use demarche.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from demarche.ledger import store
from demarche.ledger.entering import add_sources
from demarche.ledger.exchange import export, import_export
from demarche.ledger.life import issue, resolve, resolve_condition, revise
from demarche.ledger.others import hide, resolve_source, reveal
from demarche.ledger.questions import all_questions
from demarche.ledger.rows import resolved_rows
from demarche.ledger.verify import verify_export, verify_reading
from demarche.terms.ledger import CONTENTS, SCHEMA, ConditionResolution, SourceResolution
from tests.ledger import made

RELEASED = Path(__file__).parent / "released"
FILES = sorted(RELEASED.glob("schema-*.jsonl"))


def write(ledger, clock):
    """One entry of every kind, at least."""
    war = made.question(trigger="war")
    issue(ledger, made.issued(note="\u00e9 \u2028 \U0001f600"))
    issue(ledger, made.issued(question=war))
    _, kept = hide(ledger, made.other(7), salt="5a" * 32)
    add_sources(ledger, [made.source_forecast(), made.source_forecast(id="p", kind="red_line")])
    clock.day(14)
    revise(ledger, made.revision())
    clock.day(30)
    resolve(ledger, made.resolution(rung=1))
    resolve_condition(
        ledger,
        ConditionResolution(
            question=war.id, occurred="yes", on=made.revision().as_of, evidence=("e",)
        ),
    )
    reveal(ledger, kept)
    day = made.revision().as_of
    resolve_source(ledger, SourceResolution(of=5, on=day, outcome="yes"))
    resolve_source(ledger, SourceResolution(of=6, on=day, verdict="kept"))


def test_there_is_one_file_for_every_schema():
    assert [path.name for path in FILES] == [f"schema-{n}.jsonl" for n in range(1, SCHEMA + 1)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_k13_a_released_ledger_is_read_and_continued(path, ledger):
    assert verify_export(path).state == "intact"
    import_export(ledger, path)
    with ledger.reading() as reading:
        assert b"".join(export(reading)) == path.read_bytes()
        kinds = {entry.kind for entry in reading.entries()}
        states = all_questions(reading)
    assert kinds == set(CONTENTS)
    assert len(states) == 3
    assert {row.outcome for row in resolved_rows(states)} == {"open", "yes"}
    ledger.append("source", made.source_forecast(id="next"))
    with ledger.reading() as reading:
        assert verify_reading(reading).state == "intact"


def test_k12_the_same_acts_at_the_same_time_give_the_same_bytes(ledger, clock, monkeypatch):
    monkeypatch.setattr(store, "TOOL", "demarche 0.1.0")
    write(ledger, clock)
    with ledger.reading() as reading:
        assert b"".join(export(reading)) == FILES[-1].read_bytes()
