"""Whatever a file holds, the answer is forecasts, counted rejects or one sentence."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.desk.scoring import score_file
from demarche.errors import DemarcheError
from demarche.ledger.formats import FORMATS, format_of, read_file
from tests.ledger.formats.test_platforms import (
    FATEBOOK,
    QUESTIONS,
    RESOLUTIONS,
    SUBMISSION,
    fatebook,
    market,
    question,
)

HEADER = "user,id,question,p,outcome,date,deadline,hedge,low,high,claim kind,verdict,cluster\n"
cells = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["0.5", "70 %", "1", "yes", "no", "2030-01-02", "likely", "red_line", "kept", "", "=1", '"']
    ),
)
rows = st.lists(st.lists(cells, min_size=11, max_size=14).map(",".join), max_size=6)


def survives(folder, content, *, name="x.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    try:
        imported = read_file(path, format=format_of(path))
    except DemarcheError:
        return
    assert imported.rows >= len(imported.forecasts)
    assert imported.format in FORMATS
    found = score_file(path)
    for card in found.table.cards:
        assert card.brier is None or 0 <= card.brier.value <= 1


@given(rows)
@settings(max_examples=150, deadline=None)
def test_any_table(tmp_path_factory, lines):
    survives(tmp_path_factory.mktemp("any"), HEADER + "\n".join(lines) + "\n")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(tmp_path_factory, content):
    survives(tmp_path_factory.mktemp("any"), content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
GOOD = [
    QUESTIONS,
    SUBMISSION,
    RESOLUTIONS,
    market(bets=[{"createdTime": 1_893_000_000_000, "probAfter": 0.5, "amount": 1}]),
    {"id": 1, "question": question(mine=[(2, 0.4)])},
    {"id": 1, "conditional": {"condition": {}, "condition_child": {}, "question_yes": question()}},
]


def places(data, path=()):
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


@given(st.data(), values)
@settings(max_examples=300, deadline=None)
def test_any_value_anywhere_in_the_files_of_platforms(tmp_path_factory, data, value):
    good = json.loads(json.dumps(data.draw(st.sampled_from(GOOD))))
    path = data.draw(st.sampled_from([p for p in places(good) if p]))
    at = good
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    survives(tmp_path_factory.mktemp("any"), json.dumps(good), name="x.json")


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_any_cell_of_fatebook(tmp_path_factory, title, at, resolution):
    text = FATEBOOK + fatebook(title.replace('"', ""), 0.4, at, resolution)
    survives(tmp_path_factory.mktemp("any"), text)
