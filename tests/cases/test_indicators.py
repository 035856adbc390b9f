"""Indicators in the case format: what check refuses, and that they survive a round trip."""

from __future__ import annotations

import pytest

from demarche.cases import dump_case, parse_case, template
from demarche.errors import CaseError

GOOD = """
[[indicators]]
id = "ships"
what = "Ships leave port"
course = "force"
direction = "+"
because = "They would have to."
ratio = [2.0, 4.0, 6.0]
quiet_since = 2024-01-10
"""


def with_rows(text: str) -> str:
    return template() + text


def test_indicators_survive_a_round_trip_and_may_leave_the_ratio_out():
    case = parse_case(with_rows(GOOD), file="a.toml")
    (item,) = case.indicators
    assert item.ratio == (2.0, 4.0, 6.0) and item.evidence == ()
    assert parse_case(dump_case(case), file="b.toml") == case
    short = GOOD.replace("ratio = [2.0, 4.0, 6.0]\n", "")
    again = parse_case(with_rows(short), file="a.toml")
    assert again.indicators[0].ratio == (1.0, 1.0, 1.0) and "ratio" not in dump_case(again)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"force"', '"forse"', "'force'"),
        ("[2.0, 4.0, 6.0]", "[0.1, 0.2, 0.3]", "1 or more, for the direction is '+'"),
        ("[2.0, 4.0, 6.0]", "[0.0, 2.0, 3.0]", "a likelihood ratio above 0"),
        ("[2.0, 4.0, 6.0]", "[4.0, 2.0, 6.0]", "low <= mode <= high"),
        ("They would have to.", " ", "a reason"),
        ("2024-01-10", "2024-01-16", "on or before 2024-01-15"),
        ('direction = "+"', 'direction = "up"', "direction"),
        ("quiet_since", 'evidence = ["nothing"]\nquiet_since', "an evidence item"),
        ("Ships leave port", "", "what one would see"),
    ],
)
def test_check_names_what_is_wrong(old, new, said):
    with pytest.raises(CaseError) as caught:
        parse_case(with_rows(GOOD.replace(old, new)), file="a.toml")
    assert said in str(caught.value) and "indicators.0" in str(caught.value)
