"""Rows that GDELT dates back to before its first file are no record of those days, for anyone."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk.panels import gaps_of
from demarche.desk.record import open_counts, organs_of
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.store import status
from tests.record.readers.test_read import gdelt

START, DAYS = dt.date(2020, 1, 1), 40


def line(n, *, day, back=0, by="GOV", whom="UKR"):
    return gdelt(
        GLOBALEVENTID=str(n), SQLDATE=f"{day - dt.timedelta(days=back):%Y%m%d}",
        DATEADDED=f"{day:%Y%m%d}001500", EventCode="042", Actor1CountryCode="RUS",
        Actor1Name="RUS", Actor1Type1Code=by, Actor2CountryCode=whom, Actor2Name=whom,
        SOURCEURL=f"https://news.example/{n}",
    )  # fmt: skip


def stored(folder, *, hole=range(0)):
    """Fifteen rows a day, one of the police that is dated half a year back, and three within."""
    lines = []
    for k in range(DAYS):
        day = START + dt.timedelta(days=k)
        many = 0 if k in hole else 15
        lines += [line(100 * k + n, day=day) for n in range(many)]
        lines.append(line(100 * k + 50, day=day, back=180, by="COP"))
        lines += [line(100 * k + 60 + n, day=day, whom="RUS") for n in range(3)]
    folder.mkdir()
    (folder / "made.CSV").write_text("\n".join(lines) + "\n")
    ingest(folder / "store", [folder / "made.CSV"], source="gdelt2")
    count_store(folder / "store")
    return folder / "store"


@pytest.mark.parametrize("hole", [range(0), range(15, 25)], ids=["none", "ten days"])
def test_the_store_and_the_desk_tell_the_same_gaps(tmp_path, hole):
    store = stored(tmp_path / "made", hole=hole)
    counts = open_counts(store)
    assert counts.start == START and dict(counts.left_out)["within one actor"] == 3 * DAYS
    (source,) = status(store).sources
    assert source.gaps == gaps_of(counts, as_of=counts.end)
    assert [gap.days for gap in source.gaps] == ([len(hole)] if hole else [])


def test_acts_by_organ_are_those_of_the_record(tmp_path):
    store = stored(tmp_path / "made")
    counts = open_counts(store)
    found = organs_of(store, source="gdelt2", as_of=counts.end, first=counts.start, end=counts.end)
    assert [organ for organ, _ in found["RUS"]] == ["government"]
