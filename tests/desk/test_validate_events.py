"""Back-tests of a store: which source is tested, and what is said of the others."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from demarche.desk.validate_events import validate_events
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.show.events_tables import backtest_text
from tests.desk.test_event_as_of import COLUMNS, START


def rows(seed, *, days, share):
    rng = random.Random(seed)
    names = ["NLD-X", "SLD-X", "AAA-X", "BBB-X"]
    for n in range(days):
        day = START + dt.timedelta(days=n)
        for a in names:
            for b in names:
                if a != b and rng.random() < share:
                    yield f"{day},{day},{a},{b},045"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    for source, days, share in (("first", 200, 0.3), ("second", 300, 0.05), ("third", 60, 0.1)):
        lines = ["day,known,who,whom,code", *rows(1, days=days, share=share)]
        (folder / f"{source}.csv").write_text("\n".join(lines) + "\n")
        ingest(folder / "store", [folder / f"{source}.csv"], source=source, column_map=COLUMNS)
    count_store(folder / "store")
    return folder / "store"


def test_the_sources_that_are_not_tested_are_told_where_none_was_named(store):
    """The fullest is taken; it was told by its name alone."""
    given = {"horizons": (7,), "cold": (), "learn": "never"}
    found = validate_events(store, **given)
    assert found.source == "first"
    second, third = (sum(1 for _ in rows(1, days=d, share=s)) for d, s in ((300, 0.05), (60, 0.1)))
    told = f"other sources of the record: second ({second} daily counts), third ({third} daily"
    assert found.left_out[0].startswith(told)
    assert told in " ".join(backtest_text(found).split())
    named = validate_events(store, source="first", **given)
    assert named.left_out == found.left_out[1:]
    assert repr(named.tracks) == repr(found.tracks)
