"""Cases that state positions, saliences and capabilities in words."""

from __future__ import annotations

import jsonschema
import pytest

from demarche.cases import case_schema, dump_case, parse_case, worded_inputs, worded_notes
from tests.builders import BECAUSE, case_of, problems_of, put, tiny, toml
from tests.cases.test_dump import json_of

STANCE = "factions.0.stances.0"


def worded() -> dict:
    data = put(tiny(), f"{STANCE}.position", "strongly towards all")
    data = put(data, f"{STANCE}.salience", "considerably")
    return put(data, "factions.0.capability", "strongest")


def test_words_become_ranges_and_are_written_back_as_words():
    case = case_of(worded())
    stance = case.factions[0].stances[0]
    assert tuple(stance.position) == (85.5, 96, 98)
    assert tuple(stance.salience) == (0.63, 0.76, 0.815)
    assert tuple(case.factions[0].capability) == (0.875, 1, 1)
    text = dump_case(case)
    assert 'position = "strongly towards all"' in text
    again = parse_case(text, file="again")
    assert again == case
    assert dump_case(again) == text
    assert len(worded_inputs(again)) == 3


def test_words_and_their_numbers_give_the_same_answer():
    from demarche.desk import ask

    said = case_of(worded())
    data = put(tiny(), f"{STANCE}.position", [85.5, 96, 98])
    data = put(data, f"{STANCE}.salience", [0.63, 0.76, 0.815])
    numbers = case_of(put(data, "factions.0.capability", [0.875, 1, 1]))
    assert said == numbers
    a, b = (ask(case, draws=64, seed=1, compare=False) for case in (said, numbers))
    assert [row.probability for row in a.courses] == [row.probability for row in b.courses]
    assert any("3 inputs are from words" in text for text in a.warnings)
    assert not any("from words" in text for text in b.warnings)


REFUSED = {
    "near miss": (f"{STANCE}.position", "strongly toward all", "you mean 'strongly towards all"),
    "end of no issue": (f"{STANCE}.position", "strongly towards peace", "'none' or 'all'"),
    "salience as position": (f"{STANCE}.position", "considerably", "in the middle"),
    "salience": (f"{STANCE}.salience", "very", "Did you mean 'very much'?"),
    "capability": (f"{'factions.0'}.capability", "strongly", "Did you mean 'stron"),
}  # fmt: skip


@pytest.mark.parametrize(("place", "words", "said"), REFUSED.values(), ids=REFUSED)
def test_words_that_are_not_in_the_table_are_refused_at_their_place(place, words, said):
    (problem,) = problems_of(toml(put(tiny(), place, words)))
    assert problem.place == place
    assert problem.value == repr(words)
    assert said in problem.hint


ELSEWHERE = ["issues.0.status_quo", "courses.0.effects.0.points", "courses.0.feasibility"]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_words_stand_for_no_other_range(place):
    problem = problems_of(toml(put(tiny(), place, "moderately")))[0]
    assert problem.place == place
    assert problem.expected.startswith("a range [low, mode, high]")


def two(first: object, second: object) -> dict:
    data = put(tiny(), "factions.0.capability", first)
    more = dict(data["factions"][0], id="f1", name="millers", capability=second)
    return put(data, "factions", [data["factions"][0], more])


def test_capability_in_words_is_not_mixed_with_numbers():
    (problem,) = problems_of(toml(two("strongest", [20, 30, 40])))
    assert problem.place == "factions.1.capability"
    assert "words for every faction of AAA" in problem.expected


def test_capability_in_words_needs_a_strongest_faction():
    (problem,) = problems_of(toml(two("weak", "strong")))
    assert "'strongest'" in problem.expected
    assert not problems_of(toml(two("strongest", "weak")))


def test_a_wrong_word_does_not_hide_other_problems():
    data = put(worded(), f"{STANCE}.position", "a lot")
    found = problems_of(toml(put(data, "question.horizon_days", 0)))
    assert {p.place for p in found} == {f"{STANCE}.position", "question.horizon_days"}


def test_the_schema_takes_the_words_and_no_others():
    check = jsonschema.Draft202012Validator(case_schema())
    check.validate(json_of(worded()))
    for place, words in (("position", "towards all"), ("salience", "very")):
        with pytest.raises(jsonschema.ValidationError):
            check.validate(json_of(put(tiny(), f"{STANCE}.{place}", words)))


def test_the_note_names_three_and_counts_the_rest():
    data = two("strongest", "weak")
    data = put(data, f"{STANCE}.position", "in the middle")
    (note,) = worded_notes(case_of(put(data, f"{STANCE}.salience", "slightly")))
    assert note.startswith("6 inputs are from words (capability of farmers: 'strongest' as ")
    assert "and 3 more" in note
    assert worded_notes(case_of(tiny())) == ()
    assert BECAUSE in case_of(data).factions[0].because


def test_the_report_shows_the_words_beside_the_numbers():
    from demarche.desk import ask
    from demarche.show.report import report_html

    case = case_of({**worded(), "limits": ["A made-up case."]})
    page = report_html(ask(case, draws=32, compare=False))
    for words in ("strongly towards all", "considerably", "strongest"):
        assert f"(from words: “{words}”)" in page
    assert "3 inputs are from words" in page
