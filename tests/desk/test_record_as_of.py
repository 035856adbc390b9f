"""What the desk reads from a record as of a day does not change with what became known later."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from demarche.desk.record import day_counts, load_panel, load_quads, open_counts, organs_of
from demarche.outside.events.panel import record_hash
from tests.record.two_records import DAY, two_stores


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    return two_stores(tmp_path_factory.mktemp("as_of"))


def both(stores, read):
    early, everything = (read(store) for store in stores)
    assert early == everything
    return early


@pytest.mark.parametrize("actor", ["RUS", "FRA"])
def test_row10_days_of_an_actor(stores, actor):
    def read(store):
        found = day_counts(open_counts(store), actor=actor, as_of=DAY)
        return dict(zip(found.dates, found.quads, strict=True))

    days = both(stores, read)
    assert max(days) <= DAY and sum(map(sum, days.values())) > 20


def test_row10_panel(stores):
    def read(store):
        panel = load_panel(store, as_of=DAY)
        rows = zip(
            panel.day.tolist(),
            [panel.actors[a] for a in panel.actor.tolist()],
            [panel.actors[a] for a in panel.recipient.tolist()],
            panel.code.tolist(),
            panel.count.tolist(),
            strict=True,
        )
        return panel.start, panel.days, sorted(rows), record_hash(panel)

    start, days, rows, _ = both(stores, read)
    assert start == dt.date(2019, 12, 1) and days < 61 and len(rows) > 50


def test_row10_quadruples(stores):
    def read(store):
        quads = load_quads(store, as_of=DAY)
        return Counter(
            (quads.entities[s], quads.relations[r], quads.entities[o], quads.date_of(day))
            for s, r, o, day in zip(
                quads.subject.tolist(), quads.relation.tolist(), quads.object.tolist(),
                quads.day.tolist(), strict=True,
            )
        )  # fmt: skip

    assert len(both(stores, read)) > 50


def test_row10_organs(stores):
    given = {"source": "gdelt2", "as_of": DAY, "first": dt.date(2019, 12, 1), "end": DAY}
    found = both(stores, lambda store: organs_of(store, **given))
    assert found["RUS"]
