"""Rows known after a day change no read as of it: one test for every read of the record."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.record.count_reads import read_counts
from demarche.record.encoded import organ_counts
from demarche.record.export import export
from demarche.record.matches import open_window
from demarche.record.store import counted, events
from tests.record.two_records import DAY, two_stores

FIRST = dt.date(2019, 12, 1)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    return two_stores(tmp_path_factory.mktemp("as_of"))


def both(stores, read):
    early, everything = (read(store) for store in stores)
    assert early == everything
    return early


def test_the_later_rows_are_there_and_are_many(stores):
    early, everything = (
        events(store, as_of=dt.date(2100, 1, 1)).aggregate("count(*)").fetchall()
        for store in stores
    )
    assert everything[0][0] > early[0][0] + 100


@pytest.mark.parametrize("back", [0, 1, 20, 45])
def test_row10_events(stores, back):
    day = DAY - dt.timedelta(days=back)
    rows = both(stores, lambda store: events(store, as_of=day).fetchall())
    assert len(rows) > (20 if back < 45 else 3)


def test_row10_export(stores, tmp_path):
    def read(store):
        done = export(store, tmp_path / store.name, as_of=DAY, form="csv")
        return done.rows, (tmp_path / store.name / "events.csv").read_bytes()

    assert both(stores, read)[0] > 100


def test_row10_window_of_a_resolution(stores):
    def read(store):
        window = open_window(store, source="gdelt2", start=FIRST, end=DAY, as_of=DAY)
        try:
            found = window.match(actors=["RUS"], cameo=["19", "04"], limit=500)
            return window.rows, window.covered, window.last, window.knows(["NAM"]), found
        finally:
            window.close()

    rows, _, last, knows, (count, _) = both(stores, read)
    assert rows > 100 and count > 10
    assert last <= DAY and not knows


def test_row10_daily_counts(stores):
    def read(store):
        found = read_counts(counted(store)["gdelt2"].paths("actor"), as_of=DAY)
        names = sorted(found.columns)
        return sorted(
            zip(
                *(
                    (found.text(name) if name in found.labels else found.columns[name]).tolist()
                    for name in names
                ),
                strict=True,
            )
        )

    assert len(both(stores, read)) > 50


def test_row10_organs(stores):
    def read(store):
        paths = counted(store)["gdelt2"].paths("actor")
        return organ_counts(paths, source="gdelt2", start=FIRST, end=DAY, as_of=DAY)

    assert both(stores, read)["RUS"]
