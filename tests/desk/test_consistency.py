"""Contradictions among a case's assumptions: by a published matrix, in check and in answers."""

from __future__ import annotations

import json

import pytest

from demarche.desk import ask
from demarche.desk.consistency import conflicting_assumptions, consistency_warnings
from demarche.errors import QuestionError
from demarche.show.cli import main
from tests.builders import BECAUSE, case_of, put, tiny, toml
from tests.cases.test_assumptions import judged
from tests.shared import need


def test_a_consistent_set_gives_no_warning_and_a_trigger_may_break_it():
    case = case_of(judged())
    assert consistency_warnings(case, trigger="none") == ()
    (row,) = conflicting_assumptions(case, trigger="flood")
    assert (row.assumption, row.assumed, row.better, row.lead) == ("crops", "poor", "good", 3)
    assert row.against == (("rain", "rain", "much", 3.0),)
    (said,) = consistency_warnings(case)
    assert "if a flood: 'harvest' = 'poor' and 'rain' = 'much' do not go together" in said
    assert "'good' fits the others better, by 3" in said


def test_the_case_as_it_stands_is_warned_of_under_every_trigger_asked():
    case = case_of(put(judged(), "assumptions.1.assumed", "good"))
    (said,) = consistency_warnings(case, trigger="none")
    assert "contradict each other: 'harvest' = 'good' and 'rain' = 'little'" in said
    assert consistency_warnings(case, trigger="flood") == ()
    assert len(consistency_warnings(case)) == 1


def test_check_warns_and_passes_and_an_answer_warns(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(toml(put(judged(), "assumptions.1.assumed", "good")), encoding="utf-8")
    assert main(["check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "warning: the case's assumptions contradict each other: 'harvest'" in out
    case = case_of(put(judged(), "assumptions.1.assumed", "good"))
    answer = ask(case, draws=32, compare=False)
    assert "assumptions contradict each other" in answer.warnings[0]
    quiet = ask(case_of(judged()), draws=32, compare=False)
    assert not [w for w in quiet.warnings if "contradict" in w]


def test_assumptions_change_no_number():
    plain, more = case_of(tiny()), case_of(judged())
    a, b = (ask(case, draws=32, compare=False) for case in (plain, more))
    assert [r.probability for r in a.courses] == [r.probability for r in b.courses]


def test_an_unknown_trigger_is_refused():
    with pytest.raises(QuestionError, match="no trigger"):
        conflicting_assumptions(case_of(judged()), trigger="drought")


def test_the_published_example_is_consistent_where_it_should_be_and_nowhere_else():
    """The matrix and its four consistent scenarios as in the reference file."""
    table = json.loads(need("data", "reference", "cib-global.json").read_text("utf-8"))
    names = list(table["descriptors"])
    cells = [(d, v) for d in names for v in table["descriptors"][d]]
    impacts = [
        {"from_assumption": f"d{names.index(a)}", "from_variant": v,
         "to_assumption": f"d{names.index(b)}", "to_variant": w,
         "strength": int(table["matrix"][i][j]), "because": BECAUSE}
        for i, (a, v) in enumerate(cells) for j, (b, w) in enumerate(cells)
        if table["matrix"][i][j]
    ]  # fmt: skip
    rows_of = [list(table["descriptors"][name]) for name in names]
    scenarios = [
        [rows_of[d][number - 1] for d, number in enumerate(s["scenario"])]
        for s in table["expected_consistent"]
    ]
    assert len(scenarios) == 4
    for chosen in scenarios:
        rows = [
            {"id": f"d{n}", "name": name, "variants": list(table["descriptors"][name]),
             "assumed": chosen[n], "because": BECAUSE}
            for n, name in enumerate(names)
        ]  # fmt: skip
        data = tiny(assumptions=rows, impacts=impacts)
        assert consistency_warnings(case_of(data)) == ()
        for n, name in enumerate(names):
            for other in table["descriptors"][name]:
                changed = [*chosen[:n], other, *chosen[n + 1 :]]
                warned = consistency_warnings(case_of(put(data, f"assumptions.{n}.assumed", other)))
                assert bool(warned) == (changed not in scenarios)
