"""UCDP's candidate events and the yearly releases that replace them: each event counts once."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.manifest import store_hash
from demarche.record.store import counted, drop, events, status

HEADER = (
    "id,type_of_violence,side_a,side_b,date_start,date_end,best,low,high,gwnoa,gwnob,source_office"
)
SPRING, SUMMER = dt.date(2024, 4, 20), dt.date(2025, 6, 1)
END = dt.date(2100, 1, 1)


def ucdp(folder, name, *rows):
    """One file of events: (id, day) or (id, day, deaths)."""
    lines = [HEADER]
    for id, day, *deaths in rows:
        best = deaths[0] if deaths else 3
        lines.append(
            f'{id},1,Government of Mali,"Rebels, a group",{day},{day},{best},{best},{best},432,,'
        )
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def candidates(folder):
    """January and February as coded at the time; event 3 was dropped by the yearly vetting."""
    rows = [(1, "2024-01-05"), (2, "2024-02-06", 9), (3, "2024-02-07"), (4, "2025-01-03")]
    return ucdp(folder, "GEDEvent_v24_0_2.csv", *rows)


def yearly(folder):
    """The year 2024 as vetted, with other deaths for event 2 and one event more."""
    rows = [(1, "2024-01-05"), (2, "2024-02-06", 4), (9, "2024-01-20"), (5, "2023-02-01")]
    return ucdp(folder, "GEDEvent_v25_1.csv", *rows)


def put(root, file, source, released=None):
    return ingest(root, [file], source=source, released=released)


def seen(root, day):
    rows = events(root, as_of=day).project("event_id, fatalities_best").fetchall()
    return {id.removeprefix("ucdp_"): deaths for id, deaths in rows}


@pytest.fixture
def both(tmp_path):
    put(tmp_path / "s", candidates(tmp_path / "in"), "ucdp_candidate", SPRING)
    put(tmp_path / "s", yearly(tmp_path / "in"), "ucdp_ged", SUMMER)
    return tmp_path / "s"


def test_dirt_7_a_candidate_event_is_replaced_by_the_yearly_one_across_sources(both):
    early = {"candidate:1": 3, "candidate:2": 9, "candidate:3": 3}
    assert seen(both, SPRING) == early
    assert seen(both, SUMMER - dt.timedelta(days=1)) == {**early, "candidate:4": 3}
    assert seen(both, SUMMER) == {
        "candidate:4": 3,  # no yearly release has its month yet
        "ged:1": 3, "ged:2": 4, "ged:9": 3, "ged:5": 3,
    }  # fmt: skip


def test_what_was_known_before_the_yearly_release_stays_as_it_was(tmp_path, both):
    put(tmp_path / "alone", candidates(tmp_path / "in"), "ucdp_candidate", SPRING)
    for days in range(0, 400, 7):
        day = SPRING + dt.timedelta(days=days)
        if day < SUMMER:
            assert seen(both, day) == seen(tmp_path / "alone", day)


def test_no_order_of_the_files_changes_the_store(tmp_path):
    steps = [
        (candidates(tmp_path / "in"), "ucdp_candidate", SPRING),
        (yearly(tmp_path / "in"), "ucdp_ged", SUMMER),
        (ucdp(tmp_path / "in", "GEDEvent_v26_1.csv", (4, "2025-01-03", 2)), "ucdp_ged",
         dt.date(2026, 6, 1)),
    ]  # fmt: skip
    hashes = set()
    for n, order in enumerate(itertools.permutations(steps)):
        for file, source, released in order:
            put(tmp_path / f"s{n}", file, source, released)
        hashes.add(store_hash(tmp_path / f"s{n}"))
    assert len(hashes) == 1
    assert seen(tmp_path / "s0", END).keys() == {"ged:1", "ged:2", "ged:9", "ged:5", "ged:4"}


@pytest.mark.parametrize("days", [0, 9])
def test_a_candidate_event_not_known_before_the_release_is_set_aside_with_the_rule(both, days):
    late = ucdp(both.parent, "GEDEvent_v24_0_3.csv", (7, "2024-02-20"))
    done = put(both, late, "ucdp_candidate", SUMMER + dt.timedelta(days=days))
    assert (done.kept, done.duplicated) == (0, 1)
    (held,) = (one for one in status(both).sources if one.source == "ucdp_candidate")
    assert held.duplicates == {"yearly release": 1}
    assert "candidate:7" not in seen(both, END)


def test_a_candidate_that_was_revised_before_the_release_counts_once(both):
    """Its first version ends with the second, not with the release."""
    later = ucdp(both.parent, "GEDEvent_v24_0_3.csv", (2, "2024-02-06", 11))
    put(both, later, "ucdp_candidate", SPRING + dt.timedelta(days=30))

    def deaths(day):
        found = events(both, as_of=day).filter("event_id = 'ucdp_candidate:2'")
        return found.project("fatalities_best").fetchall()

    days = (SPRING, SPRING + dt.timedelta(days=30), SUMMER - dt.timedelta(days=1), SUMMER)
    assert [deaths(day) for day in days] == [[(9,)], [(11,)], [(11,)], []]


def test_without_a_stated_release_a_month_is_replaced_day_by_day(tmp_path):
    put(tmp_path / "s", candidates(tmp_path / "in"), "ucdp_candidate")
    put(tmp_path / "s", yearly(tmp_path / "in"), "ucdp_ged")
    lag = dt.timedelta(days=365)  # the assumed lag of yearly rows
    day = dt.date(2024, 1, 5) + lag
    assert "candidate:1" in seen(tmp_path / "s", day - dt.timedelta(days=1))
    found = seen(tmp_path / "s", day)
    assert "candidate:1" not in found and "ged:1" in found
    assert "candidate:2" in found and "ged:2" not in found


def test_dropping_the_yearly_release_lets_the_candidates_count_again(tmp_path, both):
    count_store(both)
    assert set(counted(both)) == {"ucdp_candidate", "ucdp_ged"}
    put(tmp_path / "alone", candidates(tmp_path / "in"), "ucdp_candidate", SPRING)
    drop(both, source="ucdp_ged")
    assert store_hash(both) == store_hash(tmp_path / "alone")
    assert seen(both, END) == seen(tmp_path / "alone", END)
    assert not (both / "tmp").exists()
    count_store(both)
    assert {name: held.rows for name, held in counted(both).items()} == {"ucdp_candidate": 4}


def test_counts_are_made_anew_for_both_sources_after_a_yearly_release(tmp_path):
    put(tmp_path / "s", candidates(tmp_path / "in"), "ucdp_candidate", SPRING)
    count_store(tmp_path / "s")
    put(tmp_path / "s", yearly(tmp_path / "in"), "ucdp_ged", SUMMER)
    assert counted(tmp_path / "s") == {}
    count_store(tmp_path / "s")
    assert len(counted(tmp_path / "s")) == 2
