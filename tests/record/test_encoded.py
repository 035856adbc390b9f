"""Numbered counts: a loop beside them, what is left out and why, and what is kept on disk."""

from __future__ import annotations

import collections
import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import DataError, MethodError
from demarche.record.counts import count_schema, write_counts
from demarche.record.encoded import UNITS, encode_counts, organ_counts
from demarche.terms.events import COUNT_COLUMNS
from tests.strategies import SEEDED

DAY = dt.date(2020, 1, 20)
WORDS = st.sampled_from([None, "XAA", "XAB", "XAC", "Ünïön", "O'Brien"])


def row(**more):
    usual = dict.fromkeys(COUNT_COLUMNS) | {
        "source": "one", "date": DAY, "known_at": DAY, "actor": "XAA", "recipient": "XAB",
        "cameo": "190", "root": "19", "event": "ASSAULT", "quad_code": 4, "directed": True, "n": 1,
    }  # fmt: skip
    return usual | more


ROW = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["one", "one", "two"]),
        "date": st.integers(0, 25).map(lambda k: DAY + dt.timedelta(days=k)),
        "known_at": st.integers(0, 40).map(lambda k: DAY + dt.timedelta(days=k)),
        "actor": WORDS,
        "recipient": WORDS,
        "actor_sector": st.sampled_from([None, "military"]),
        "recipient_sector": st.sampled_from([None, "police"]),
        "cameo": st.sampled_from([None, "190", "1951"]),
        "root": st.sampled_from([None, "19"]),
        "event": st.sampled_from([None, "ASSAULT"]),
        "quad_code": st.sampled_from([4, None]),
        "n": st.integers(1, 3),
    }
).map(lambda one: row(**one))


def files_of(folder, rows):
    """One file for each month, as a store has them."""
    months = collections.defaultdict(list)
    for one in rows:
        months[f"{one['date']:%Y-%m}"].append(one)
    paths = []
    for month, held in sorted(months.items()):
        paths.append(Path(folder) / f"{month}.parquet")
        write_counts(pa.Table.from_pylist(held, schema=count_schema()), paths[-1])
    return paths


def by_loop(rows, unit):
    """Counts of source one by name, and what is left out by its first reason."""
    found, out = collections.Counter(), collections.Counter()
    for one in rows:
        ends = [one["actor"], one["recipient"]]
        if unit == "sector":
            organs = (one["actor_sector"], one["recipient_sector"])
            ends = [e if e is None or o is None else f"{e}/{o}"
                    for e, o in zip(ends, organs, strict=True)]  # fmt: skip
        code = one["cameo"] or one["root"] or one["event"]
        if one["source"] != "one":
            continue
        if None in ends:
            out["without an actor or a recipient"] += one["n"]
        elif code is None or one["quad_code"] is None:
            out["without a class"] += one["n"]
        elif unit == "actor" and ends[0] == ends[1]:
            out["within one actor"] += one["n"]
        else:
            found[(*ends, one["date"], code, one["known_at"])] += one["n"]
    return found, dict(out)


@settings(SEEDED, max_examples=25)
@given(rows=st.lists(ROW, max_size=14), unit=st.sampled_from(UNITS))
def test_numbers_stand_for_what_a_loop_counts(rows, unit):
    found, out = by_loop(rows, unit)
    with tempfile.TemporaryDirectory() as there:
        paths = files_of(there, [*rows, row(actor="ZZZ", recipient="YYY")])
        found[("ZZZ", "YYY", DAY, "190", DAY)] += 1
        made = encode_counts(paths, source="one", unit=unit)
    keys = [
        (
            made.actors[a], made.actors[b], made.start + dt.timedelta(days=int(day)),
            made.codes[code], made.start + dt.timedelta(days=int(known)),
        )
        for a, b, day, code, known in zip(
            made.actor, made.recipient, made.day, made.code, made.known, strict=True
        )
    ]  # fmt: skip
    assert dict(zip(keys, made.count.tolist(), strict=True)) == dict(found)
    assert keys == sorted(keys)
    assert dict(made.left_out) == out
    assert (made.start, made.end) == (min(k[2] for k in found), max(k[2] for k in found))
    assert made.last_known == max(k[4] for k in found)
    for a in range(len(made.actors)):
        assert made.rows_of(actor=a).tolist() == np.flatnonzero(made.actor == a).tolist()
        assert made.rows_of(recipient=a).tolist() == np.flatnonzero(made.recipient == a).tolist()
        both = made.rows_of(actor=a, recipient=0).tolist()
        assert both == np.flatnonzero((made.actor == a) & (made.recipient == 0)).tolist()


def test_rows_of_one_key_lie_in_the_order_in_which_they_became_known(tmp_path):
    late = np.random.default_rng(1).permutation(40).tolist()
    rows = [row(known_at=DAY + dt.timedelta(days=k), n=k + 1) for k in late]
    made = encode_counts(files_of(tmp_path, rows), source="one", unit="actor")
    assert made.known.tolist() == list(range(40))
    assert made.count.tolist() == list(range(1, 41))


def test_rows_of_nobody_and_counts_without_a_usable_row_are_refused(tmp_path):
    paths = files_of(tmp_path, [row(), row(actor="XAB")])
    with pytest.raises(MethodError, match="rows of nobody"):
        encode_counts(paths, source="one", unit="actor").rows_of()
    within = files_of(tmp_path / "within", [row(actor="XAB", n=2), row(recipient=None)])
    with pytest.raises(DataError, match=r"1 rows without an actor .*; 2 rows within one actor"):
        encode_counts(within, source="one", unit="actor")
    with pytest.raises(DataError, match=r"no row of 'two' .* \(there is none\)"):
        encode_counts(paths, source="two", unit="actor")
    with pytest.raises(DataError, match="record sync"):
        encode_counts([], source="one", unit="actor")


def test_arrays_are_kept_by_what_they_were_made_from(tmp_path):
    few, more = (
        files_of(tmp_path / name, [row(n=n)]) for name, n in (("few", 1), ("more", 5))
    )  # fmt: skip
    made = {
        key: encode_counts(paths, source="one", unit="actor", cache=tmp_path / "kept", key=key)
        for key, paths in (("few", few), ("more", more))
    }
    assert [made[key].count.tolist() for key in ("few", "more")] == [[1.0], [5.0]]
    # the key says that nothing changed: the files are not read again
    again = encode_counts(more, source="one", unit="actor", cache=tmp_path / "kept", key="few")
    assert again.count.tolist() == [1.0]
    assert (again.actors, again.codes, again.quad) == (("XAA", "XAB"), ("190",), (4,))


def test_acts_by_organ_are_those_of_the_days_as_known(tmp_path):
    rows = [
        row(actor_sector="military", n=2),
        row(actor_sector="military", quad_code=3, date=DAY + dt.timedelta(days=12)),
        row(n=4),
        row(actor_sector="spy", n=5),
        row(actor_sector="police", n=9, date=DAY - dt.timedelta(days=1)),
        row(actor_sector="police", n=9, date=DAY + dt.timedelta(days=21)),
        row(actor_sector="police", n=9, known_at=DAY + dt.timedelta(days=41)),
        row(actor_sector="police", n=9, recipient=None),
        row(actor_sector="police", n=9, source="two"),
        row(actor_sector="police", n=9, recipient="XAA"),  # within one actor
        row(actor="XAB", recipient="XAA", n=7),
        row(actor="XAC", n=1),
        row(actor="XAC", n=-1, known_at=DAY + dt.timedelta(days=3)),
    ]
    found = organ_counts(
        files_of(tmp_path, rows), source="one", start=DAY, end=DAY + dt.timedelta(days=20),
        as_of=DAY + dt.timedelta(days=40),
    )  # fmt: skip
    assert found == {
        "XAA": [("spy", (0, 0, 0, 5)), ("", (0, 0, 0, 4)), ("military", (0, 0, 1, 2))],
        "XAB": [("", (0, 0, 0, 7))],
        "XAC": [],
    }


@pytest.mark.parametrize(
    ("source", "published", "begins"),
    [
        ("gdelt2", 0, "2020-01-20"),
        ("gdelt1", 1, "2020-01-20"),
        ("icews", 0, "2019-01-20"),
    ],
)
def test_a_record_of_gdelt_begins_with_its_files_and_not_with_rows_dated_back(
    tmp_path, source, published, begins
):
    rows = []
    for k in range(3):
        known = {"known_at": DAY + dt.timedelta(days=k + published), "source": source}
        for back in (0, 1, 7, 365):
            rows.append(row(date=DAY + dt.timedelta(days=k - back), **known))
    rows.append(row(date=DAY + dt.timedelta(days=90), known_at=DAY + dt.timedelta(days=1),
                    source=source, n=2))  # fmt: skip
    made = encode_counts(files_of(tmp_path, rows), source=source, unit="actor")
    assert made.start.isoformat() == begins
    if source == "icews":
        assert made.left_out == ()
        return
    ended = DAY + dt.timedelta(days=2 + published)
    assert (made.days, made.count.sum(), made.end) == (3, 5, DAY + dt.timedelta(days=2))
    assert made.left_out == (
        ("dated before the record's files begin (2020-01-20)", 7),
        (f"dated after the record's files end ({ended})", 2),
    )


def test_the_back_file_of_gdelt_begins_with_its_first_day(tmp_path):
    day = dt.date(2013, 3, 20)
    rows = [row(source="gdelt1", date=day, known_at=day + dt.timedelta(days=7))]
    rows.append(row(source="gdelt1", date=dt.date(2013, 4, 1), known_at=dt.date(2013, 4, 2)))
    made = encode_counts(files_of(tmp_path, rows), source="gdelt1", unit="actor")
    assert (made.start, made.left_out) == (day, ())
