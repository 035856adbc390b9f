"""As of a day, an answer is that of a record that ends there, be its last days silent."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest

from demarche.desk import ask
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from tests.builders import case_of
from tests.desk.test_event_half import coded

START, SILENT = dt.date(2020, 1, 2), 600
COLUMNS = {
    "date": "day", "known_at": "known", "actor": "who", "recipient": "whom", "cameo": "code",
}  # fmt: skip


def store_of(folder, rows):
    folder.mkdir()
    (folder / "made.csv").write_text("\n".join(["day,known,who,whom,code", *rows]) + "\n")
    ingest(folder / "store", [folder / "made.csv"], source="made", column_map=COLUMNS)
    count_store(folder / "store")
    return folder / "store"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """A record of 600 days, and one whose next 130 days were released at once much later."""
    rng, folder = random.Random(1), tmp_path_factory.mktemp("as_of")
    names = ["NLD-X", "SLD-X", "AAA-X", "BBB-X", "CCC-X"]
    rows = []
    for n in range(730):
        day = START + dt.timedelta(days=n)
        known = day if n < SILENT else dt.date(2022, 6, 1)
        rows += [
            f"{day},{known},{a},{b},{code}"
            for a in names for b in names if a != b
            for code, share in (("045", 0.2), ("163", 0.05), ("190", 0.03))
            if rng.random() < share
        ]  # fmt: skip
    then = [row for row in rows if ",2022-06-01," not in row]
    assert len(then) < len(rows)
    back = "2018-06-01,2022-06-01,NLD-X,SLD-X,045"
    return store_of(folder / "then", then), store_of(folder / "later", [back, *rows])


@pytest.mark.parametrize(("silent", "pooled"), [(10, True), (45, False)])
def test_row10_days_of_which_nothing_is_known_yet_are_not_quiet(stores, silent, pooled):
    """They were: of talks at 0.99 as of the 45th such day, 0.28 was told, and pooled."""
    day = START + dt.timedelta(days=SILENT - 1 + silent)
    then, later = (
        ask(case_of(coded()), store=store, as_of=day, horizon_days=30, draws=32).record
        for store in stores
    )
    assert replace(later, store_hash=then.store_hash) == then
    assert then.last == START + dt.timedelta(days=SILENT - 1)
    assert {c.pooled for c in then.courses if c.match == "same"} == {pooled}
