"""CAMEO: the codebook against the manual and the lists of others, every difference stated."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import need

from demarche.errors import TermError
from demarche.terms.codebooks import (
    CAMEO,
    CAMEO_ROOTS,
    PLOVER_CONTEXTS,
    PLOVER_TYPES,
    cameo,
    cameo_by_label,
    quad_of_root,
    root_of_plover,
)

NOT_IN_OTHERS = {
    "1214": "beside 1213, as under 021, 031 and 101; in lists of its coders",
    "155": "cyber-forces, new in 1.1b3",
    "176": "cyber-attack, new in 1.1b3",
    "1834": "location bombing, new in 1.1b3",
    "1951": "precision-guided munitions, new in 1.1b3",
    "1952": "remotely piloted munitions, new in 1.1b3",
}
NOT_IN_OURS = {
    "0357": "a doublet of 0356 of one program",
    "1641": "expulsions stand under 166 in the manual",
    "1642": "expulsions stand under 166 in the manual",
    "1643": "expulsions stand under 166 in the manual",
}
OTHER_WEIGHT = {
    "016": (-2.0, -5.0, "GDELT's rows have -2.0; ICEWS has its own number"),
    "022": (3.2, 3.4, "GDELT's rows have 3.2"),
    "164": (-7.0, -6.5, "GDELT's rows have -7.0"),
}
OTHER_LABEL = {"1832": "the manual's: vehicular bombing; there car bombing"}
NO_SUCH_MODE = "the mode or context is not in the manual"
OTHER_PLOVER = {
    **dict.fromkeys(("0333", "073", "0863", "1033", "1223", "1623"), "no context humanitarian"),
    **dict.fromkeys(("0811", "0812", "082"), "no context democracy: pro_democracy"),
    **dict.fromkeys(("132", "1321", "1322", "1722"), NO_SUCH_MODE),
    **dict.fromkeys(("185", "186", "200", "201", "202", "203", "085", "0842"), NO_SUCH_MODE),
    "175": "its mode there is a context; PLOVER has crowd-control and repression",
    "08": "there twice; yielding as such is a concession",
    "084": "the mode of its parts",
    "087": "de-escalation as such is not disarmament",
    "0874": "a retreat is a withdrawal",
    "09": "the mode of its parts",
    "105": "the demand to yield is yield, as in its parts",
    "112": "the mode of its parts",
    "116": "the manual has convict under SANCTION",
    "124": "the refusal to yield is yield",
    "1241": "as 124",
    "1242": "as 124",
    "163": "sanctions are SANCTION",
    "1661": "peacekeepers: peacekeeping",
    "1712": "to destroy is ASSAULT/destroy, not seize",
    "183": "a bombing as such is not a suicide attack",
    "195": "the manual has aerial",
}


def rows(*parts, delimiter=","):
    with need("data", *parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def plain(label):
    label = label.lower().replace(", not specified below", "").replace("(such as", "such as")
    label = label.replace("non-", "not ").replace("non ", "not ")
    return re.sub(r"[^a-z ]| or(?= )", "", label)


def test_a_code_stands_under_a_parent_of_its_root():
    assert len(CAMEO_ROOTS) == 20
    for code, entry in CAMEO.items():
        assert entry.code == code
        assert entry.root == code[:2]
        assert entry.root in CAMEO_ROOTS
        assert entry.parent is None if len(code) == 2 else entry.parent in CAMEO
        assert entry.goldstein is None or -10 <= entry.goldstein <= 10


@pytest.mark.parametrize(
    ("code", "weight"),
    [("057", 8.0), ("0874", 10.0), ("130", -4.4), ("138", -7.0), ("190", -10.0), ("018", 3.4)],
)
def test_weights_are_those_published(code, weight):
    """CAMEO scale of the Penn State Event Data Project, after Goldstein 1992."""
    assert cameo(code).goldstein == weight


def test_quads_divide_the_roots_as_the_project_states():
    quads = [quad_of_root(f"{root:02d}") for root in range(1, 21)]
    assert quads == [1] * 5 + [2] * 3 + [3] * 5 + [4] * 7
    for root in ("0", "00", "1", "21", "001", " 01", ""):
        with pytest.raises(TermError, match="leading zero"):
            quad_of_root(root)


def test_the_crosswalk_uses_types_modes_and_contexts_of_the_manual():
    for entry in CAMEO.values():
        if entry.plover_event is None:
            assert entry.root == "01"
            assert entry.plover_mode is None
            continue
        kind = PLOVER_TYPES[entry.plover_event]
        assert entry.plover_mode is None or entry.plover_mode in kind.modes
        assert set(entry.plover_contexts) <= set(PLOVER_CONTEXTS)


def test_the_crosswalk_keeps_the_quad_but_where_the_schemes_part():
    parted = {
        (entry.root, entry.plover_event)
        for entry in CAMEO.values()
        if entry.plover_event and PLOVER_TYPES[entry.plover_event].quad != entry.quad
    }
    assert parted == {("02", "REQUEST"), ("08", "CONCEDE"), ("11", "SANCTION")}
    assert {root_of_plover(entry.plover_event) for entry in CAMEO.values() if entry.plover_event}


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("45", "'045'"), ("1999", "'19'"), ("0479", "'04'"), ("9x", ""), ("", ""), ("045 ", "'045'")],
)
def test_an_unknown_code_is_refused_with_the_near_miss(wrong, hint):
    with pytest.raises(TermError, match="not a CAMEO code") as error:
        cameo(wrong)
    assert hint in str(error.value)


@given(st.sampled_from(sorted(CAMEO)), st.booleans(), st.sampled_from([" ", "_"]))
def test_labels_find_their_code_in_any_case_and_spelling(code, upper, blank):
    label = CAMEO[code].label
    label = (label.upper() if upper else label.lower()).replace(" ", blank)
    found = cameo_by_label(label)
    same = CAMEO[found].label.lower().replace(", not specified below", "")
    assert found == code or (found[:2] == code and same == CAMEO[code].label.lower())


def test_an_unknown_label_is_refused_with_the_near_miss():
    with pytest.raises(TermError, match="make a visit"):
        cameo_by_label("Make a visti")


def test_codes_labels_and_weights_agree_with_the_lists_of_others():
    others = {row["cameo_code"]: row for row in rows("codes", "cameo_goldstein.csv")}
    assert set(CAMEO) - set(others) == set(NOT_IN_OTHERS)
    assert set(others) - set(CAMEO) == set(NOT_IN_OURS)
    both = sorted(set(CAMEO) & set(others))
    labels = {c for c in both if plain(CAMEO[c].label) != plain(others[c]["label"])}
    assert labels == set(OTHER_LABEL)
    weights = {
        c: (CAMEO[c].goldstein, float(others[c]["goldstein_icews"]))
        for c in both
        if CAMEO[c].goldstein != float(others[c]["goldstein_icews"])
    }
    assert weights == {code: (ours, theirs) for code, (ours, theirs, _) in OTHER_WEIGHT.items()}


def test_the_crosswalk_agrees_with_the_alliance_but_where_stated():
    differ = set()
    for row in rows("codes", "cameo_to_plover.csv"):
        entry = CAMEO[row["cameo_code"]]
        ours = (entry.plover_event, entry.plover_mode or "", ";".join(entry.plover_contexts))
        if ours != (row["plover_type"], row["mode"], row["contexts"]):
            differ.add(row["cameo_code"])
    assert differ == set(OTHER_PLOVER)


def test_every_relation_of_the_benchmarks_has_its_code():
    derived = {
        row["relation_name"]: row["cameo_code"]
        for row in rows("cameo", "derived_icews_relation_to_cameo.csv")
    }
    assert {name: cameo_by_label(name) for name in derived} == derived
    by_words = {re.sub(r"\W+", " ", name): code for name, code in derived.items()}
    for set_name in ("icews14", "icews18"):
        lines = need("data", set_name, "relation2id.txt").read_text(encoding="utf-8").splitlines()
        for line in lines:
            name = line.split("\t")[0]
            assert cameo_by_label(name) == by_words[re.sub(r"[\W_]+", " ", name)]


def test_event_texts_of_icews_give_its_codes_and_intensities_but_where_stated():
    differ = set()
    for row in rows("icews_raw_sample", "events.2018.sample.tab", delimiter="\t"):
        code = row["CAMEO Code"]
        assert cameo_by_label(row["Event Text"]) == code
        if cameo(code).goldstein != float(row["Intensity"]):
            differ.add(code)
    assert differ == set(OTHER_WEIGHT)
