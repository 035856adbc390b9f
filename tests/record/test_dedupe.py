"""Which rows count as of a day: the rules of `record.dedupe` by a plain loop, day by day."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.record.ingest import ingest
from demarche.record.store import connect, events
from tests.record.small_events import read_small, write
from tests.strategies import SEEDED

DATES = ["2020-01-05", "2020-01-06", "2020-02-01"]
KNOWN = [f"2020-02-0{n}" for n in range(2, 8)]
LOOK = "event_id, CAST(date AS VARCHAR), root, coalesce(actor, '')"
ROW = st.fixed_dictionaries(
    {
        "id": st.integers(1, 4),
        "date": st.sampled_from(DATES),
        "known_at": st.sampled_from(KNOWN),
        "actor": st.sampled_from(["AAA", ""]),
        "root": st.sampled_from(["14", "19"]),
        "story": st.sampled_from(["s", "t", ""]),
        "version": st.sampled_from(["2", "10", "10a", ""]),
    }
)
RELEASES = ["", "2", "10", "10a"]
"""From the oldest: releases are numbers, and of one number the later word."""


def told(row, *, source):
    return f"{source}:{row['id']}", row["date"], row["root"], row["actor"]


def spans(rows, *, revised, gone=()):
    """Rows that count as versions of their event, with the first day on which they no longer do."""
    found = []
    ids = {row["id"] if revised else (row["id"], row["date"]) for row in rows}
    for one in ids:
        own = [row for row in rows if one in (row["id"], (row["id"], row["date"]))]
        days = sorted({row["known_at"] for row in own})
        best = [
            max(
                (r for r in own if r["known_at"] == day), key=lambda r: RELEASES.index(r["version"])
            )
            for day in days
        ]
        content = [{k: v for k, v in r.items() if k not in ("known_at", "version")} for r in best]
        kept = [r for k, r in enumerate(best) if not k or content[k] != content[k - 1]]
        for row, after in zip(kept, [*kept[1:], None], strict=True):
            ends = [day for id, day in gone if id == row["id"] and day >= row["known_at"]]
            ends += [after["known_at"]] if after else []
            found.append((row, min(ends, default="9999")))
    return found


def counted(held, *, day, revised):
    """Versions that count on a day; of one story, only the one that was known first."""
    open_ = [row for row, end in held if row["known_at"] <= day < end]
    if revised:
        return open_
    out, votes = [], set()
    for row in sorted(open_, key=lambda row: (row["known_at"], row["id"])):
        vote = tuple(row[name] for name in ("story", "date", "actor", "root"))
        if not row["story"] or vote not in votes:
            out.append(row)
        votes.add(vote)
    return out


@settings(SEEDED, max_examples=25)
@given(
    rows=st.lists(
        ROW, min_size=1, max_size=14,
        unique_by=lambda r: (r["id"], r["date"], r["known_at"], r["version"]),
    ),
    cut=st.integers(0, 14),
)  # fmt: skip
def test_versions_and_stories_count_as_a_loop_counts_them(rows, cut):
    with tempfile.TemporaryDirectory() as there:
        root = Path(there) / "s"
        for name, part in (("a", rows[:cut]), ("b", rows[cut:])):
            if part:
                file = write(Path(there) / name, part)
                ingest(root, [file], source="small", reader=read_small)
        held = spans(rows, revised=False)
        with connect() as con:
            for day in ["2020-02-01", *KNOWN]:
                found = events(root, as_of=dt.date.fromisoformat(day), con=con)
                wanted = counted(held, day=day, revised=False)
                assert sorted(found.project(LOOK).fetchall()) == sorted(
                    told(row, source="small") for row in wanted
                )


@settings(SEEDED, max_examples=20)
@given(
    rows=st.lists(
        ROW, min_size=1, max_size=10,
        unique_by=lambda r: (r["id"], r["known_at"], r["version"]),
    ),
    gone=st.lists(st.tuples(st.integers(1, 4), st.sampled_from(KNOWN)), max_size=4, unique=True),
)  # fmt: skip
def test_revisions_and_withdrawals_count_as_a_loop_counts_them(rows, gone):
    with tempfile.TemporaryDirectory() as there:
        root = Path(there) / "s"
        ingest(root, [write(Path(there) / "a", rows)], source="acled", reader=read_small)
        if gone:
            listed = [{"id": id, "deleted_at": day} for id, day in gone]
            file = write(Path(there) / "b", listed)
            ingest(root, [file], source="acled_deleted", reader=read_small)
        held = spans(rows, revised=True, gone=gone)
        with connect() as con:
            for day in ["2020-02-01", *KNOWN]:
                found = events(root, as_of=dt.date.fromisoformat(day), source="acled", con=con)
                wanted = counted(held, day=day, revised=True)
                assert sorted(found.project(LOOK).fetchall()) == sorted(
                    told(row, source="acled") for row in wanted
                )
