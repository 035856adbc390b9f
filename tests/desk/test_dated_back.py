"""Rows that GDELT dates back to before its first file are no record of those days, for anyone."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.desk.panels import silences_of
from demarche.desk.record import day_counts, open_counts, organs_of
from demarche.errors import QuestionError
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
    assert source.gaps == silences_of(counts, as_of=counts.end).gaps
    assert [gap.days for gap in source.gaps] == ([len(hole)] if hole else [])


def test_acts_by_organ_are_those_of_the_record(tmp_path):
    store = stored(tmp_path / "made")
    counts = open_counts(store)
    found = organs_of(store, source="gdelt2", as_of=counts.end, first=counts.start, end=counts.end)
    assert [organ for organ, _ in found["RUS"]] == ["government"]


@pytest.mark.parametrize(
    ("since", "until"),
    [("2018-01-01", "2019-05-01"), ("2020-01-20", "2020-01-05"), ("2021-01-01", "2021-02-01")],
    ids=["before", "turned round", "after"],
)
def test_days_that_a_record_does_not_hold_are_told_beside_those_it_does(tmp_path, since, until):
    counts = open_counts(stored(tmp_path / "made"))
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    told = f"asked for {since} to {until}: the record of gdelt2 runs from 2020-01-01 to 2020-02-09"
    with pytest.raises(QuestionError, match=told):
        day_counts(counts, actor="RUS", since=first, until=last)


def test_a_record_as_of_a_day_is_told_to_end_with_what_was_known(tmp_path):
    counts = open_counts(stored(tmp_path / "made"))
    told = "asked for 2020-01-20: .* from 2020-01-01 to 2020-01-05, as of 2020-01-05"
    with pytest.raises(QuestionError, match=told):
        day_counts(counts, actor="RUS", since=dt.date(2020, 1, 20), as_of=dt.date(2020, 1, 5))
