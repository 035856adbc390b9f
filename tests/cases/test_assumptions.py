"""Assumptions of a case and the judgements between them: what is refused, where and with what."""

from __future__ import annotations

import pytest

from demarche.cases import dump_case, parse_case
from tests.builders import BECAUSE, case_of, drop, problems_of, put, tiny, toml


def judged() -> dict:
    trigger = {"id": "flood", "label": "a flood", "rule": "The river leaves its bed."}
    return tiny(
        triggers=[trigger],
        assumptions=[
            {"id": "rain", "name": "rain", "variants": ["little", "much"], "assumed": "little",
             "under": {"flood": "much"}, "because": BECAUSE},
            {"id": "crops", "name": "harvest", "variants": ["poor", "fair", "good"],
             "assumed": "poor", "because": BECAUSE},
        ],
        impacts=[
            {"from_assumption": "rain", "from_variant": "little", "to_assumption": "crops",
             "to_variant": "poor", "strength": 2, "because": BECAUSE},
            {"from_assumption": "rain", "from_variant": "much", "to_assumption": "crops",
             "to_variant": "good", "strength": 3, "because": BECAUSE},
        ],
    )  # fmt: skip


def test_assumptions_are_read_and_survive_the_round_trip():
    case = case_of(judged())
    assert case.assumptions[0].holds("flood") == "much"
    assert case.assumptions[0].holds("none") == "little"
    text = dump_case(case)
    assert parse_case(text, file="again") == case
    assert dump_case(parse_case(text, file="again")) == text
    assert "under" not in text.split("[[assumptions]]")[2].split("[[impacts]]")[0]


def test_a_case_without_assumptions_is_written_as_before():
    text = dump_case(case_of(tiny()))
    assert "assumptions" not in text
    assert "impacts" not in text


WRONG = {
    "no such variant": ("assumptions.1.assumed", "god", "Did you mean 'good'?"),
    "one variant": ("assumptions.0.variants", ["little"], "two or more"),
    "variants twice": ("assumptions.1.variants", ["poor", "poor"], "two or more different"),
    "blank variant": ("assumptions.1.variants", ["poor", " "], "two or more different"),
    "no trigger": ("assumptions.0.under", {"floods": "much"}, "Did you mean 'flood'?"),
    "variant under a trigger": ("assumptions.0.under", {"flood": "mucho"}, "Did you mean 'much'?"),
    "no reason": ("assumptions.0.because", " ", "a reason"),
    "no name": ("assumptions.0.name", "", "in words"),
    "same id": ("assumptions.1.id", "rain", "an id used once"),
    "unknown assumption": ("impacts.0.to_assumption", "crop", "Did you mean 'crops'?"),
    "unknown variant": ("impacts.0.from_variant", "litle", "Did you mean 'little'?"),
    "on itself": ("impacts.0.to_assumption", "rain", "another assumption"),
    "too strong": ("impacts.0.strength", 11, "-10 to 10"),
    "nothing": ("impacts.0.strength", 0, "Leave a judgement of 0 out."),
    "half": ("impacts.0.strength", 1.5, "whole number"),
    "judgement without a reason": ("impacts.1.because", "", "a reason"),
    "unknown key": ("impacts.0.strenght", 2, "Did you mean 'strength'?"),
}


@pytest.mark.parametrize(("place", "value", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_with_the_near_miss(place, value, said):
    found = problems_of(toml(put(judged(), place, value)))
    assert any(said in f"{p.expected} {p.hint}" for p in found), found


def test_one_judgement_per_pair_of_variants():
    data = judged()
    data["impacts"].append(dict(data["impacts"][0], strength=-1))
    (problem,) = problems_of(toml(data))
    assert problem.place == "impacts.2"
    assert "impacts.0 is the other" in problem.hint


def test_one_assumption_alone_is_refused():
    data = drop(drop(judged(), "impacts"), "assumptions.1")
    assert [p.place for p in problems_of(toml(data))] == ["assumptions"]
