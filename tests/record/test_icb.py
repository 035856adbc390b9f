"""Reader of ICB: on crises we made up, and on the files where they are present."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from demarche.errors import DataError
from demarche.record._icb_features import FEATURES
from demarche.record.icb import TARGETS, read_icb

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".." / "shared" / "data" / "icb"

CRISIS = {
    "crisno": 1,
    "crisname": "MADE-UP STRAITS",
    "break": 7,
    "trigent": 2,
    "yrtrig": 1950,
    "motrig": 3,
    "datrig": 4,
    "yrterm": 1950,
    "moterm": 6,
    "daterm": 1,
    "usinv": 3,
    "suinv": 1,
    "geog": 15,
    "pcid": 40,
    "ethnic": 3,
}
ACTOR = {
    "crisno": 1,
    "cracno": 1,
    "cracid": 640,
    "yrtrig": 1950,
    "motrig": 3,
    "datrig": 4,
    "southv": 2,
    "southpow": 4,
    "cractloc": 1,
    "regime": 2,
    "allycap": 1,
    "nuclear": 1,
    "powsta": 2,
    "powdis": -20,
}


def write(folder: Path, crises: list[dict], actors: list[dict]) -> Path:
    """Write both files; each row is given as what differs from the first."""
    for name, rows, first in (("icb1v14_made", crises, CRISIS), ("icb2v14_made", actors, ACTOR)):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(first))
            writer.writeheader()
            writer.writerows([{**first, **row} for row in rows])
    return folder


def value(record, crisis: int, feature: str) -> float:
    row = record.numbers.tolist().index(crisis)
    return float(record.features[row, record.feature_names.index(feature)])


@pytest.fixture
def made(tmp_path):
    """Four crises: 2 begins after 1 has ended, 3 while 2 goes on, 4 has a later second actor."""
    crises = [
        {},
        {"crisno": 2, "yrtrig": 1960, "yrterm": 1962, "usinv": 1, "suinv": 4, "trigent": 645},
        {
            "crisno": 3,
            "yrtrig": 1961,
            "yrterm": "",
            "moterm": "",
            "daterm": "",
            "usinv": "",
            "suinv": 2,
            "trigent": 996,
        },
        {"crisno": 4, "yrtrig": 1970, "yrterm": 1971, "trigent": 640, "geog": 31, "pcid": 1},
    ]
    actors = [
        {},
        {"crisno": 2, "cracno": 2, "yrtrig": 1960},
        {"crisno": 3, "cracno": 3, "yrtrig": 1961},
        {"crisno": 4, "cracno": 5, "cracid": 2, "yrtrig": 1970, "motrig": 9},
        {"crisno": 4, "cracno": 4, "cracid": 365, "yrtrig": 1970, "southv": 640},
    ]
    return write(tmp_path, crises, actors)


def test_targets_by_level(made):
    """Codes 2 and 3 of usinv and suinv; an empty cell is not known, never no."""
    record = read_icb(made)
    assert record.targets == TARGETS
    assert np.array_equal(
        record.outcomes[:3],
        np.array([[1, 1, 0, 0], [0, 0, 1, 1], [np.nan, np.nan, 1, 0]]),
        equal_nan=True,
    )


def test_dates_are_cautious(made):
    record = read_icb(made)
    assert record.times[0] == pytest.approx(1950 + 2 / 12 + 3 / 372)
    assert np.isinf(record.known_at[2])
    assert record.labels[0] == "Made-Up Straits, 1950"


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [("", 0, 30), ("77", 0, 30), ("9", 8, 8)],
    ids=["empty", "part of the month", "day"],
)
def test_unknown_days_begin_early_and_end_late(tmp_path, day, begins, ends):
    record = read_icb(write(tmp_path, [{"datrig": day, "daterm": day}], [{"datrig": day}]))
    assert record.times[0] == pytest.approx(1950 + 2 / 12 + begins / 372)
    assert record.known_at[0] == pytest.approx(1950 + 5 / 12 + ends / 372)


def test_features_by_hand(made):
    record = read_icb(made)
    assert value(record, 1, "trigger") == 7
    assert value(record, 1, "violent-trigger") == 0
    assert value(record, 1, "us-is-threat") == 1
    assert value(record, 1, "power-status") == pytest.approx(1 / 3)
    assert value(record, 1, "power-gap") == pytest.approx(0.3)
    assert value(record, 1, "region") == 15
    assert value(record, 4, "region") == 3


def test_history_is_read_only_from_crises_that_are_over(made):
    record = read_icb(made)
    assert np.isnan(value(record, 1, "us-before-actors"))
    assert value(record, 2, "us-before-actors") == pytest.approx(2 / 3)
    assert value(record, 3, "us-before-actors") == pytest.approx(2 / 3)  # 2 is not over
    assert value(record, 3, "soviet-before-here") == 0.0
    assert value(record, 4, "soviet-before-actors") == pytest.approx(0.5)  # mean of 1 and 2
    assert value(record, 4, "protracted") == 0


def test_only_actors_triggered_with_the_crisis_count(made):
    record = read_icb(made)
    assert value(record, 4, "soviet-is-first-actor") == 1
    assert value(record, 4, "us-is-first-actor") == 0


def test_nothing_after_the_trigger_changes_a_feature(tmp_path):
    """Outcome, end and later actors of the last crisis: all features stay, byte for byte."""
    crises = [{}, {"crisno": 2, "yrtrig": 1960, "yrterm": 1961}]
    actors = [{}, {"crisno": 2, "yrtrig": 1960}]
    a, b = tmp_path / "a", tmp_path / "b"
    a.mkdir()
    b.mkdir()
    one = read_icb(write(a, crises, actors))
    crises[1] = {**crises[1], "yrterm": 1975, "usinv": 1, "suinv": 4}
    actors.append({"crisno": 2, "cracno": 9, "cracid": 2, "yrtrig": 1960, "motrig": 5})
    two = read_icb(write(b, crises, actors))
    assert one.features.tobytes() == two.features.tobytes()


def test_every_feature_says_why_it_was_known():
    assert all(feature.why for feature in FEATURES)
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_unusable_rows_are_counted_with_their_reason(tmp_path):
    record = read_icb(
        write(
            tmp_path,
            [
                {},
                {"crisno": 2, "yrtrig": ""},
                {"crisno": 3, "usinv": "", "suinv": ""},
                {"crisno": 4},
                {"crisno": 5, "yrtrig": 1990, "yrterm": 1990},
            ],
            [{}, {"crisno": 2}, {"crisno": 3}, {"crisno": 5}, {"crisno": 99}, {"cracid": ""}],
        ),
        before=1990,
    )
    assert [(x.row, x.reason.split()[0]) for x in record.rejected] == [
        (6, "crisis"),
        (7, "no"),
        (3, "no"),
        (4, "neither"),
        (5, "no"),
        (6, "triggered"),
    ]
    assert len(record.labels) == 1


def test_codes_beyond_the_ranges_used_are_not_known_and_counted(tmp_path):
    record = read_icb(write(tmp_path, [{}], [{"southpow": 6}]))
    assert np.isnan(value(record, 1, "threat-power"))
    assert record.unused_codes == (("southpow", 1),)


@pytest.mark.parametrize(
    ("crises", "actors", "says"),
    [
        ([{"usinv": 5}], [{}], r"icb1v14_made.csv, column usinv, row 2: got '5'"),
        ([{"break": "x"}], [{}], "column break, row 2"),
        ([{"break": 77}], [{}], "column break, row 2"),
        ([{"motrig": 13}], [{}], "column motrig, row 2"),
        ([{"crisno": ""}], [{}], "column crisno, row 2: the cell is empty"),
        ([{}, {}], [{}], "row 3: crisis 1 was already in row 2"),
        ([{}], [{}, {"powsta": 2.5}], "icb2v14_made.csv, column powsta, row 3"),
        ([{"usinv": "", "suinv": ""}], [{}], "no usable crisis"),
    ],
    ids=["code", "text", "two digits", "month", "empty", "twice", "fraction", "nothing left"],
)
def test_refuses_with_file_column_and_row(tmp_path, crises, actors, says):
    with pytest.raises(DataError, match=says):
        read_icb(write(tmp_path, crises, actors))


def test_refuses_missing_files_columns_and_cells(tmp_path):
    with pytest.raises(DataError, match="expected a folder"):
        read_icb(tmp_path / "none")
    with pytest.raises(DataError, match="exactly one icb1v14"):
        read_icb(tmp_path)
    write(tmp_path, [{}], [{}])
    file = tmp_path / "icb1v14_made.csv"
    good = file.read_text()
    file.write_text(good.replace("usinv", "usinw"))
    with pytest.raises(DataError, match=r"'usinv' is missing. Did you mean 'usinw'"):
        read_icb(tmp_path)
    file.write_text(good.rstrip("\r\n") + ",1\n")
    with pytest.raises(DataError, match="row 2: 16 cells, expected 15"):
        read_icb(tmp_path)
    file.write_text(good)
    (tmp_path / "icb1v14_again.csv").write_text(good)
    with pytest.raises(DataError, match="found 2"):
        read_icb(tmp_path)


def need_data() -> Path:
    if SHARED.is_dir():
        return SHARED
    if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
        pytest.fail(f"DEMARCHE_REQUIRE_ALL=1, but {SHARED} is absent.")
    pytest.skip("The ICB files are not shipped; put them in ../shared/data/icb.")


def test_reads_the_files_at_hand():
    record = read_icb(need_data())
    assert len(record.labels) + sum("icb1" in x.file for x in record.rejected) >= 391
    assert (np.diff(record.times) >= 0).all()
    assert (record.known_at >= record.times).all()
    ordinal = [kind != "categorical" for kind in record.kinds]
    known = record.features[:, ordinal]
    known = known[~np.isnan(known)]
    assert known.min() >= 0
    assert known.max() <= 1


@pytest.mark.slow
def test_benchmark_script_runs():
    pytest.importorskip("sklearn")
    folder = need_data()
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "bench" / "skill" / "icb.py"),
            str(folder),
            "--from",
            "1988",
            "--trees",
            "20",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    for word in ("engine", "logistic", "forest", *TARGETS):
        assert word in done.stdout
