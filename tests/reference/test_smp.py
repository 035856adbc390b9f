"""KTAB's SMP: recorded runs (data/reference/ktab-smp-*.json), its own files and its own log."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from tests.shared import need

from demarche.errors import DataError, MethodError
from demarche.inside import SmpCase, read_smp, read_smp_log, smp, smp_history, smp_options


def case_of(table, **more):
    return SmpCase(
        actors=tuple(table["names"]),
        dimensions=tuple(f"d{k}" for k in range(table["dims"])),
        capability=table["capability"],
        position=table["position_0_100"],
        salience=table["salience_0_100"],
        **more,
    )


def accommodation(text, *, count):
    """Matrix of a row such as 'ideal adjustment: 0.6 on the diagonal, (1,0)=0.1'."""
    table = float(re.search(r": ([\d.]+) on the diagonal", text).group(1)) * np.eye(count)
    for i, j, value in re.findall(r"\((\d+),(\d+)\)=([\d.]+)", text):
        table[int(i), int(j)] = float(value)
    return table


def close(run, expected, tolerance):
    np.testing.assert_allclose(
        run.position[-1], expected["final_position_0_100"], atol=tolerance["position_0_100"]
    )
    for turn, key in ((0, "prob_turn0"), (-1, "prob_final")):
        np.testing.assert_allclose(
            run.probability[turn], expected[key], atol=tolerance["probability"]
        )


def test_default_runs_are_reproduced_turn_by_turn():
    reference = json.loads(need("data", "reference", "ktab-smp-default.json").read_text())
    for case in reference["cases"]:
        run = smp(case_of(case))
        assert run.turns == case["turns"]
        close(run, case["expected"], reference["tolerance"])
        np.testing.assert_allclose(
            run.stop_fraction,
            case["expected"]["stop_fraction_per_turn"],
            atol=reference["tolerance"]["stop_fraction"],
        )
        if "position_by_turn_0_100" in case["expected"]:
            np.testing.assert_allclose(
                run.position.transpose(1, 2, 0),
                case["expected"]["position_by_turn_0_100"],
                atol=reference["tolerance"]["position_0_100"],
            )


def test_every_option_changed_alone_is_reproduced():
    default = json.loads(need("data", "reference", "ktab-smp-default.json").read_text())
    reference = json.loads(need("data", "reference", "ktab-smp-options.json").read_text())
    base = next(c for c in default["cases"] if c["case"] == "dummyData_3Dim")
    for row in reference["rows"]:
        if row["option"].startswith("ideal"):
            follow = accommodation(row["option"], count=base["actors"])
            run = smp(case_of(base, accommodation=follow))
        else:
            run = smp(case_of(base), options=smp_options([row["option"]]))
        assert run.turns == row["turns"], row["option"]
        close(run, row, reference["tolerance"])


@pytest.mark.parametrize(
    "option", ["vr=ASymProsp", "adj=Full", "bm=InitRcvrInterp", "bm=PWCompInterp", "stm=Stochastic"]
)
def test_options_that_ktab_itself_cannot_repeat_are_refused(option):
    with pytest.raises(MethodError, match="must be one of"):
        smp_options([option])


def test_the_log_that_ktab_distributes_is_reproduced_line_by_line():
    """Reference log of 30 May 2017 for SOE-Pol-Comp: every challenge, and the closing histories."""
    run = smp(read_smp(need("data", "bdm", "ktab_SOE-Pol-Comp.csv")))
    log = read_smp_log(need("data", "bdm", "ktab_ref-SOE-Pol-Comp_output.txt"))
    assert set(smp_history(run)[1:]) <= set(log.closing)
    assert len(log.targets) == len(run.bargains) > 300
    made = sorted((b.turn, b.initiator, b.receiver, b.gain) for b in run.bargains)
    for ours, theirs in zip(made, log.targets, strict=True):
        assert ours[:3] == theirs[:3]
        assert ours[3] == pytest.approx(theirs[3], abs=6e-4)
    np.testing.assert_allclose(log.probability, run.probability, atol=5.1e-5)
    again = smp(log.case)
    np.testing.assert_array_equal(again.position, run.position)


@pytest.mark.parametrize(
    ("name", "actors", "dimensions"),
    [("Pol-Comp", 13, 2), ("Policy", 26, 1), ("Competitive", 34, 1)],
)
def test_scenarios_of_ktab_are_read_from_csv(name, actors, dimensions):
    case = read_smp(need("data", "bdm", f"ktab_SOE-{name}.csv"))
    assert (len(case.actors), len(case.dimensions)) == (actors, dimensions)


def test_the_xml_example_with_a_blank_coordinate_is_refused_by_name():
    with pytest.raises(DataError, match=r"'Alice'.*'FirstDim'.*got nothing"):
        read_smp(need("data", "bdm", "ktab_smpExample.xml"))


def test_the_xml_example_completed_gives_its_published_first_probabilities(tmp_path):
    """Turn 0 of smpExample (reference log of 30 May 2017), the blank coordinate filled in."""
    extra = json.loads(need("data", "reference", "pce-unit.json").read_text())["extra"]
    example = extra["smpExample_turn0"]
    text = need("data", "bdm", "ktab_smpExample.xml").read_text(encoding="utf-8-sig")
    path = tmp_path / "smpExample.xml"
    path.write_text(text.replace("<dCoord></dCoord>", "<dCoord>52.8</dCoord>", 1))
    with pytest.raises(MethodError, match="Stochastic"):
        read_smp(path)
    case = read_smp(path, changes=["stm=Deterministic"])
    np.testing.assert_array_equal(case.position, example["position_0_100"])
    assert case.accommodation[1, 0] == 0.07
    run = smp(case)
    np.testing.assert_allclose(
        run.probability[0], example["expected_probability"], atol=example["tolerance"]
    )


@pytest.mark.parametrize(
    ("positions", "expected"),
    [([20, 80], 0.50), ([20, 80, 20], 0.43), ([20, 80, 20, 20, 20], 0.33), ([20, 80, 80], 0.57)],
    ids=["alone", "with an ally", "with three allies", "against an ally of the other"],
)
def test_the_defect_of_the_released_program_is_kept_an_ally_lowers_the_chance(positions, expected):
    """By hand, no risk attitude, equal capability, full salience: i at 20 against j at 80."""
    from demarche.inside.smp_model import SmpOptions, _challenges

    n, x = len(positions), np.array(positions, dtype=float)[:, None]
    case = SmpCase(
        actors=tuple(map(str, range(n))),
        dimensions=("d",),
        capability=np.ones(n),
        position=x,
        salience=np.full((n, 1), 100.0),
    )
    u = np.repeat((1 - np.abs(x - x.T) / 100)[None], n, axis=0)
    chance, _ = _challenges(u, case=case, options=SmpOptions(), total=np.ones(n))
    assert chance[0, 1] == pytest.approx(expected, abs=0.005)
