"""The answer as data: valid against its schema, documented key by key, the same bytes."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from demarche.desk import ask
from demarche.show.data import answer_data, answer_json, answer_schema
from demarche.terms import ICD203
from tests.builders import case_of, drop, put, tiny
from tests.conftest import FEW, arms
from tests.strategies import SEEDED, case_data

ARMS = arms()
PAGE = Path(__file__).parents[2] / "docs" / "answer.md"
SCHEMA = answer_schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA)


def nodes(schema, path=""):
    """Return every schema inside a schema with the path of the key it describes."""
    yield path, schema
    for key, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{key}" if path else key)
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{path}[]")


def keys(schema):
    return {path for path, _ in nodes(schema) if path and not path.endswith("[]")}


def test_the_schema_is_a_schema_of_2020_12():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_object_is_closed_every_key_required_and_described():
    for path, node in nodes(SCHEMA):
        if "properties" in node:
            assert node["additionalProperties"] is False, path
            assert sorted(node["required"]) == sorted(node["properties"]), path
        if path and not path.endswith("[]"):
            assert node.get("description", "").endswith("."), path
            assert len(node["description"]) <= 120, path


def test_the_words_are_those_of_icd_203():
    course = SCHEMA["properties"]["courses"]["items"]["properties"]
    assert course["word"]["enum"] == [word for word, _, _ in ICD203]
    assert course["observability"]["enum"] == ["public", "reported", "covert"]
    assert course["rung"]["minimum"] == 0


@pytest.mark.parametrize(("id", "trigger"), ARMS, ids=[f"{a}, {b}" for a, b in ARMS])
def test_the_answer_of_a_shipped_case_is_what_the_schema_says(answered, id, trigger):
    CHECK.validate(answer_data(answered(id, trigger)))


def test_the_answers_of_the_template_are_what_the_schema_says(small_case, small_answer):
    CHECK.validate(answer_data(small_answer))
    CHECK.validate(answer_data(ask(small_case, actor="SLD-X", trigger="none", draws=FEW)))


def test_an_answer_without_an_outside_view_is_what_the_schema_says():
    data = answer_data(ask(case_of(tiny()), draws=FEW))
    CHECK.validate(data)
    assert data["outside"] is None
    assert data["courses"][0]["outside"] is None
    assert data["courses"][0]["base_rate"] is None
    assert data["unlisted"] is None


@settings(SEEDED, max_examples=5)
@given(case_data())
def test_any_answer_is_what_the_schema_says(data):
    CHECK.validate(answer_data(ask(case_of(data), draws=FEW)))


BROKEN = {
    "unknown key": ("extra", 1),
    "unknown key of a course": ("courses.0.extra", 1),
    "probability above one": ("courses.0.probability", 1.1),
    "probability below zero": ("courses.0.low", -0.1),
    "probability as text": ("courses.0.probability", "0.5"),
    "no probability": ("courses.0.probability", None),
    "rung below zero": ("courses.0.rung", -1),
    "unknown word": ("courses.0.word", "probable"),
    "unknown observability": ("courses.0.observability", "secret"),
    "another trigger above one": ("other_triggers.0.courses.talks", 1.5),
    "day as words": ("question.as_of", "15 January 2024"),
    "unknown confidence": ("confidence.level", "TOTAL"),
    "run id of another length": ("run_id", "abc"),
    "two numbers unlisted": ("unlisted", [0.1, 0.2]),
}


@pytest.mark.parametrize(("place", "value"), BROKEN.values(), ids=BROKEN)
def test_the_schema_refuses_what_is_no_answer(small_answer, place, value):
    assert not CHECK.is_valid(put(answer_data(small_answer), place, value))


@pytest.mark.parametrize("key", sorted(SCHEMA["properties"]))
def test_the_schema_refuses_an_answer_without_one_of_its_keys(small_answer, key):
    assert not CHECK.is_valid(drop(answer_data(small_answer), key))


def test_the_page_lists_every_key_of_the_schema_and_no_other():
    listed = set(re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == keys(SCHEMA)


def test_the_page_says_the_same_of_each_key_as_the_schema():
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| ", PAGE.read_text("utf-8"), re.MULTILINE)
    said = dict(rows)
    for path, node in nodes(SCHEMA):
        if path in said:
            assert said[path] == node["description"]


def test_the_page_says_that_courses_are_not_exclusive_and_the_ladder_is():
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "Courses are not exclusive and the ladder is." in page


def occurring(value, schema, path=""):
    """Return the paths of the keys of an object, as far as the schema names them."""
    if isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            here = f"{path}.{key}" if path else key
            yield here
            yield from occurring(item, schema["properties"].get(key, {}), here)
    elif isinstance(value, list):
        for item in value:
            yield from occurring(item, schema.get("items", {}), f"{path}[]")


def test_every_key_on_the_page_occurs_in_the_first_answer(regional_answer):
    found = set(occurring(answer_data(regional_answer), SCHEMA))
    elsewhere = {key for key in keys(SCHEMA) if key.startswith("record.")}  # with a store below
    empty = {k for k in keys(SCHEMA) if ".flips[]" in k or ".held[]" in k}
    missing = keys(SCHEMA) - found - elsewhere - empty
    assert not missing, "documented, and not to be found"


def test_every_key_of_moves_held_back_occurs_where_a_move_would_be_a_gain(answered):
    id, trigger = next(arm for arm in ARMS if arm[0] == "october-war-1973" and arm[1] != "none")
    found = set(occurring(answer_data(answered(id, trigger)), SCHEMA))
    assert {k for k in keys(SCHEMA) if ".held" in k} <= found


def test_the_text_is_one_object_with_six_places_and_ends_in_a_line_break(small_answer):
    text = answer_json(small_answer)
    assert text.endswith("}\n")
    assert json.loads(text) == answer_data(small_answer)
    numbers: list[str] = []
    json.loads(text, parse_float=lambda number: numbers.append(number) or 0.0)
    assert numbers
    assert not [n for n in numbers if len(n.partition(".")[2].partition("e")[0]) > 6]
    assert "-0.0" not in numbers
    assert "NaN" not in text
    assert "Infinity" not in text


def test_the_object_is_made_anew_each_time(small_answer):
    one = answer_data(small_answer)
    kept = copy.deepcopy(one)
    one["courses"].clear()
    assert answer_data(small_answer) == kept


def test_ladder_of_the_object_sums_to_one_after_rounding(regional_answer):
    ladder = answer_data(regional_answer)["ladder"]
    assert abs(sum(rung["probability"] for rung in ladder) - 1) < 1e-5


def test_a_claim_is_compared_under_its_own_condition_only(regional_answer):
    for claim in answer_data(regional_answer)["claims"]:
        if claim["condition"] not in ("", "regional-war"):
            assert claim["ours"] is None, claim["id"]
        if claim["kind"] in ("commitment", "red_line", "causal"):
            assert claim["low"] is None, claim["id"]
            assert claim["high"] is None, claim["id"]
