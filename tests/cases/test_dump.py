"""A case out and in again, and the JSON Schema of the format."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from importlib import resources

import jsonschema
import pytest
from hypothesis import given, settings

from demarche.cases import (
    case_schema,
    dump_case,
    parse_case,
    shipped_ids,
    template,
)
from tests.builders import case_of, problems_of, put, singles, tiny, toml
from tests.strategies import SEEDED, case_data

TEXTS = {"template": template()} | {
    id: (resources.files("demarche.cases") / "shipped_cases" / f"{id}.toml").read_text("utf-8")
    for id in shipped_ids()
}
CHECK = jsonschema.Draft202012Validator(case_schema())


def json_of(value):
    """Return the dictionary of a TOML text with its dates as ISO text."""
    if isinstance(value, dict):
        return {key: json_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_of(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.mark.parametrize("id", TEXTS)
def test_a_case_written_and_read_again_is_the_same_case_and_the_same_bytes(id):
    case = parse_case(TEXTS[id], file=id)
    once = dump_case(case)
    again = parse_case(once, file=id)
    assert again == case
    assert dump_case(again) == once


@settings(SEEDED, max_examples=20)
@given(case_data())
def test_any_generated_case_is_accepted_and_survives_the_round_trip(data):
    text = toml(data)
    assert not problems_of(text)
    case = case_of(data)
    once = dump_case(case)
    assert parse_case(once, file="made.toml") == case
    assert dump_case(parse_case(once, file="made.toml")) == once
    CHECK.validate(json_of(data))


HARD = {
    "quotes and backslashes": 'a "b" \\ c \\u0041',
    "line breaks": "one\ntwo\r\nthree",
    "three quotes": 'say """now"""',
    "controls": "bell \x07 escape \x1b[31m tab \t",
    "other letters": "Türkiye 中国 Россия \U0001f54a e\u0301 \u200b \u202e",
    "blank": "",
    "looks like a number": "010",
}


@pytest.mark.parametrize("words", HARD.values(), ids=HARD)
def test_any_words_survive_the_round_trip(words):
    case = case_of(put(tiny(), "summary", words))
    assert parse_case(dump_case(case), file="made.toml").summary == case.summary


def test_two_files_with_the_same_content_are_written_alike():
    """Order of tables, comments, and 1 for 1.0 leave no trace."""
    data = tiny(courses=3, postures=singles(3))
    other = dict(reversed(list(copy.deepcopy(data).items())))
    other["issues"][0]["status_quo"] = [40.0, 50.0, 60.0]
    assert dump_case(case_of(data)) == dump_case(case_of(other))


def test_the_schema_is_a_schema_and_names_its_dialect():
    schema = case_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("id", TEXTS)
def test_the_schema_accepts_what_the_loader_accepts(id):
    CHECK.validate(json_of(tomllib.loads(TEXTS[id])))


WRONG = {
    "unknown key": ("titel", "x"),
    "unknown key of an actor": ("actors.0.nmae", "x"),
    "unknown key of a question": ("question.horizon", 90),
    "unknown key of a stance": ("factions.0.stances.0.weight", 1),
    "range of two": ("factions.0.capability", [1, 2]),
    "range of four": ("factions.0.capability", [1, 2, 3, 4]),
    "text in a range": ("factions.0.capability", [1, "2", 3]),
    "text for a number": ("question.horizon_days", "90"),
    "word not in the list": ("courses.0.observability", "secret"),
}


@pytest.mark.parametrize(("place", "value"), WRONG.values(), ids=WRONG)
def test_the_schema_refuses_what_the_loader_refuses(place, value):
    data = tomllib.loads(template())
    assert problems_of(toml(put(data, place, value)))
    assert not CHECK.is_valid(json_of(put(data, place, value)))
