"""The back-test on decisions of the European Union: reader, powers and scores."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from demarche.desk.deu import ACCESSION_1995, capabilities, read_deu, treaty_of
from demarche.desk.deu_methods import METHODS, Spread, crps, forecast
from demarche.desk.validate_deu import PARTS, validate_deu
from demarche.errors import DataError, MethodError
from demarche.show.cli import main
from tests.shared import need

COLUMNS = ["prnr", "isnr", "counvte", "proc", "pcom", "pde", "pfr", "plu", "ppl"]
COLUMNS += ["scom", "sde", "sfr", "slu", "spl", "rp", "out"]
ROWS = [
    ["a", "a1", "QMV", "COD", 100, 0, 40, "", "", 80, 50, 60, 0, 0, 0, 60],
    ["a", "a2", "QMV", "COD", 100, 0, 0, 100, "", 80, 50, 60, 20, 0, "", 100],
    ["b", "b1", "Unan", "CNS", "", 10, 90, 50, "", 0, 50, 60, 0, 0, 0, 30],
    ["c", "c1", "QMV", "CNS", 20, 10, 90, 50, "", 90, 50, 60, 30, 0, 100, ""],
]


def folder(tmp_path, rows=ROWS, columns=COLUMNS):
    with (tmp_path / "deu_made_up.tsv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter="\t")
        writer.writerow(columns)
        writer.writerows(rows)
    return tmp_path


def test_empty_is_unknown_and_what_is_left_out_is_counted(tmp_path):
    record = read_deu(folder(tmp_path))
    assert [issue.issue for issue in record.issues] == ["a1", "a2", "b1"]
    assert record.issues[0].actors == ("com", "de", "fr")
    assert record.issues[1].reference is None
    assert [issue.dichotomous for issue in record.issues] == [False, True, False]
    assert "1 issues without an outcome" in " ".join(record.notes)
    assert "1 positions have salience 0" in " ".join(record.notes)


@pytest.mark.parametrize(
    ("cell", "words"),
    [((0, 4, 101), "number from 0 to 100"), ((0, 10, ""), "position but no salience")],
    ids=["range", "no salience"],
)
def test_a_value_out_of_range_names_its_line(tmp_path, cell, words):
    rows = [list(row) for row in ROWS]
    rows[cell[0]][cell[1]] = cell[2]
    with pytest.raises(DataError, match=words) as found:
        read_deu(folder(tmp_path, rows))
    assert "line 2" in str(found.value)


def test_one_file_may_be_named_in_place_of_its_folder(tmp_path):
    whole = folder(tmp_path)
    (name,) = whole.glob("deu*.tsv")
    one, all_of_it = read_deu(name), read_deu(whole)
    assert [issue.issue for issue in one.issues] == ["a1", "a2", "b1"]
    assert one.notes == all_of_it.notes


def test_a_missing_column_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no deu\*\.tsv"):
        read_deu(tmp_path)
    columns = [c if c != "out" else "outcome" for c in COLUMNS]
    with pytest.raises(DataError, match="column 'out' is missing"):
        read_deu(folder(tmp_path, columns=columns))


def test_the_treaty_is_told_by_the_newest_member(tmp_path):
    rows = [[*ROWS[0][:8], 50, *ROWS[0][9:13], 40, *ROWS[0][14:]]]
    issue = read_deu(folder(tmp_path, rows)).issues[0]
    assert treaty_of(issue).name.startswith("Nice, 232")
    old = [ROWS[0][0], "a9", *ROWS[0][2:]]
    both = read_deu(folder(tmp_path, [*rows, old])).issues
    assert "pl" not in both[1].actors
    assert treaty_of(both[1]).name.startswith("Nice, 232")  # the same proposal as the first
    assert treaty_of(issue, among=["de", "ro"]).name.startswith("Nice, 255")
    assert treaty_of(issue, among=["de", "cr"]).name.startswith("Lisbon")
    with pytest.raises(DataError, match="no votes are known of xx"):
        treaty_of(issue, among=["xx"])


def test_votes_of_the_treaties_add_up_to_the_published_totals():
    """Totals 87, 321 and 345 (table of the evolution of qualified majority voting, CVCE)."""
    from demarche.desk.deu import NICE_25, NICE_27

    totals = [sum(t.votes.values()) for t in (ACCESSION_1995, NICE_25, NICE_27)]
    assert totals == [87, 321, 345]
    assert [len(t.votes) for t in (ACCESSION_1995, NICE_25, NICE_27)] == [15, 25, 27]


def test_capabilities_by_votes_index_and_equal(tmp_path):
    issue, _, unanimous = read_deu(folder(tmp_path)).issues
    np.testing.assert_array_equal(capabilities(issue), [1, 1, 1])
    np.testing.assert_array_equal(capabilities(unanimous), [1, 1, 0.2])
    np.testing.assert_array_equal(capabilities(unanimous, basis="shapley-shubik"), [1, 1, 1])
    with pytest.raises(DataError, match="capability must be"):
        capabilities(issue, basis="size")


def test_crps_of_a_spread_is_the_integral_of_squared_differences():
    rng = np.random.default_rng(1)
    places, chance = np.sort(rng.uniform(0, 100, 6)), rng.dirichlet(np.ones(6))
    grid = np.linspace(-10, 110, 240_001)
    for outcome in (-5.0, 33.0, 100.0):
        cdf = (chance[:, None] * (places[:, None] <= grid)).sum(axis=0)
        integral = float(np.sum((cdf - (grid >= outcome)) ** 2) * (grid[1] - grid[0]))
        found = crps(Spread(places=places, chance=chance, point=0.0), outcome=outcome)
        assert found == pytest.approx(integral, abs=0.01)


def test_the_table_has_every_part_and_states_who_declined(tmp_path):
    table = validate_deu(folder(tmp_path))
    assert {row.part for row in table.rows} <= set(PARTS)
    assert {row.method for row in table.rows} >= set(METHODS)
    nash = table.row("Nash bargain")
    assert (nash.issues, nash.declined) == (2, 1)
    mean = table.row("weighted mean")
    x = (100 * 0.8 + 0 * 0.5 + 40 * 0.6) / 1.9
    y = (100 * 0.8 + 0.2 * 100 * 0.2) / (0.8 + 0.5 + 0.6 + 0.04)
    z = (10 * 0.5 + 90 * 0.6) / 1.1
    expected = np.mean([abs(x - 60), abs(y - 100), abs(z - 30)])
    assert mean.mean_absolute_error == pytest.approx(expected)
    assert table.row("constant 50").mean_absolute_error == pytest.approx((10 + 50 + 20) / 3)
    assert mean.gain_50[0] == pytest.approx((10 + 50 + 20) / 3 - expected)


def test_same_folder_same_table(tmp_path):
    where = folder(tmp_path)
    assert validate_deu(where, methods=["median"]) == validate_deu(where, methods=["median"])


def test_an_unknown_method_is_refused(tmp_path):
    with pytest.raises(MethodError, match="no method 'mode'"):
        validate_deu(folder(tmp_path), methods=["mode"])


def test_without_a_folder_the_command_says_how_to_get_the_data(capsys):
    assert main(["validate", "deu"]) == 1
    assert "doi:10.34810/data53" in capsys.readouterr().err


def test_the_command_prints_a_table_and_json(tmp_path, capsys):
    where = str(folder(tmp_path))
    assert main(["validate", "deu", where, "--method", "median"]) == 0
    out = capsys.readouterr().out
    assert "weighted mean" in out
    assert "note: 3 issues of 2 proposals" in out
    assert main(["validate", "deu", where, "--method", "median", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["basis"] == "votes"


def test_on_the_data_set_the_published_benchmark_is_met():
    """Constant 50 and weighted mean over all 351 issues (data/reference/deu-benchmark.json).

    With fewer issues at hand the two errors are compared with a plain recomputation.
    """
    where = need("data", "deu")
    table = validate_deu(where, methods=["median"])
    fifty = table.row("constant 50").mean_absolute_error
    mean = table.row("weighted mean").mean_absolute_error
    issues = read_deu(where).issues
    if len(issues) == 351:
        errors = json.loads(need("data", "reference", "deu-benchmark.json").read_text())
        errors = errors["mean_absolute_error"]
        assert fifty == pytest.approx(errors["constant 50"]["value"], abs=0.05)
        assert mean == pytest.approx(errors["weighted mean"]["value"], abs=0.05)
    plain, weighted = [], []
    for issue in issues:
        votes = {**ACCESSION_1995.votes, "com": 10, "ep": 10}
        if any(a not in votes for a in issue.actors):
            continue
        w = [votes[a] * s for a, s in zip(issue.actors, issue.salience, strict=True)]
        x = sum(a * b for a, b in zip(w, issue.position, strict=True)) / sum(w)
        plain.append(abs(50 - issue.outcome))
        weighted.append(abs(x - issue.outcome))
    if len(plain) == len(issues):
        assert fifty == pytest.approx(sum(plain) / len(plain), abs=1e-9)
        assert mean == pytest.approx(sum(weighted) / len(weighted), abs=1e-9)


def test_an_election_over_the_scale_may_settle_between_the_positions(tmp_path):
    """Two equal sides: the middle wins more often than any other point; the mean stays."""
    issue = replace_issue(read_deu(folder(tmp_path)).issues[0], position=[0.0, 100.0])
    weight = np.ones(2)
    held = forecast("Condorcet, Markov uniform", issue, weight=weight)
    wide = forecast("Condorcet, uniform, in tens", issue, weight=weight)
    assert held.places.tolist() == [0, 100]
    assert wide.places.tolist() == list(range(0, 101, 10))
    assert wide.point == pytest.approx(50)
    assert crps(wide, outcome=50.0) < crps(held, outcome=50.0)


def test_midpoints_keep_the_weighted_mean_and_halve_the_variance(tmp_path):
    issue = replace_issue(read_deu(folder(tmp_path)).issues[0], position=[0.0, 60.0, 100.0])
    weight = np.array([1.0, 2.0, 1.0])
    plain = forecast("weighted mean", issue, weight=weight)
    mid = forecast("midpoint of two actors", issue, weight=weight)
    assert mid.point == pytest.approx(plain.point)

    def variance(spread):
        return float(np.sum(spread.chance * (spread.places - spread.point) ** 2))

    assert variance(mid) == pytest.approx(variance(plain) / 2)


def replace_issue(issue, *, position):
    return replace(issue, position=np.array(position))
