"""Sentences of the explanation: they say what the data say, in words, and never 0 or 100 %."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from demarche.cases import shipped_case
from demarche.desk import ask
from demarche.desk.explain import explain
from demarche.desk.explain_words import (
    anticipation_words,
    doubt_words,
    flip_words,
    holding_words,
    prevailing_words,
    share_text,
)
from demarche.inside import FactionRow, Flip, UncertaintyRow
from demarche.inside.case_conflict import HeldMove
from demarche.inside.sensitivity import JointFlip
from demarche.show.cli_explain import explained_text
from demarche.show.data import answer_data
from demarche.show.report import report_html
from demarche.show.text import answer_text


def faction(id, weight, favourite="peace"):
    return FactionRow(
        faction=id, name=f"the {id}", weight=weight, weight_low=weight - 0.1,
        weight_high=weight + 0.1, alone=(0.5,), favourite=favourite,
    )  # fmt: skip


WHY = {
    "stronger": ((0.6, 0.3), (2.0, 1.0), "stronger than it and cares about as much"),
    "cares more": ((0.6, 0.3), (1.0, 1.0), "about as strong as it and cares more"),
    "weaker": ((0.6, 0.3), (1.0, 2.0), "weaker than it and cares more"),
    "cares less": ((0.5, 0.4), (2.0, 1.0), "stronger than it and cares less"),
}


@pytest.mark.parametrize(("weights", "strengths", "said"), WHY.values(), ids=WHY)
def test_why_the_heaviest_is_the_heaviest(weights, strengths, said):
    rows = [faction("doves", weights[1]), faction("hawks", weights[0])]
    text = " ".join(
        prevailing_words(
            "Aland", rows, strengths=strengths[::-1], near=(0.4, 0.1),
            likeliest=("peace", 0.3), rule="contest",
        )
    )  # fmt: skip
    assert text.startswith("Most weight inside Aland: the hawks, ")
    assert said in text
    assert "its choice alone would most likely be the same" in text
    assert "one faction wins and decides alone" in text


def test_who_gets_its_way_need_not_be_the_heaviest():
    rows = [faction("doves", 0.4, "talks"), faction("hawks", 0.6)]
    text = " ".join(
        prevailing_words(
            "Aland", rows, strengths=(1, 1), near=(0.1, 0.4), likeliest=("peace", 0.3),
            rule="compromise",
        )
    )  # fmt: skip
    assert "though not the heaviest: the doves; its choice alone would be “talks”." in text
    assert (
        "nobody inside it differs"
        in prevailing_words(
            "Aland", rows[:1], strengths=(1,), near=(0,), likeliest=("peace", 1), rule=""
        )[0]
    )


def held(move, answer=(("Beland", "a blockade"),), **more):
    given = {"credible": True, "escape": False, "chance": 0.1, **more}
    return HeldMove(actor="Aland", move=move, answer=answer, **given)


def test_moves_with_the_same_answer_are_told_together():
    rows = [held(f"move {n}") for n in range(6)] + [held("other", answer=())]
    said = holding_words("Aland", "peace", held=rows, stable=(("GMR", True),), restraint=None)
    assert said[0].startswith("“move 0” would serve Aland better, were it not for the answer")
    assert "Beland with a blockade (each step serves who takes it)" in said[0]
    assert "The same goes for “move 1”, “move 2”, “move 3” and 2 more" in said[0]
    assert "all of them together: 60 %" in said[0]
    assert "no answer of the others takes that away" in said[1]
    assert "(GMR)" in said[-1]


def test_the_strongest_concept_speaks_and_none_is_said_too():
    stable = (("Nash", False), ("GMR", True), ("SMR", True), ("SEQ", True), ("SIM", False))
    said = holding_words("Aland", "peace", held=[held("war")], stable=stable, restraint=None)
    assert "answered by moves that serve those who make them (GMR, SMR, SEQ)" in said[-1]
    none = tuple((c, False) for c, _ in stable)
    said = holding_words("Aland", "peace", held=[held("war")], stable=none, restraint=None)
    assert "not stable for Aland by any concept" in said[-1]
    said = holding_words("Aland", "peace", held=[], stable=(), restraint=None)
    assert "no graph model" in said[0]


FLIP = Flip(
    parameter="cost of war to the doves", because="", mode=0.2, value=-0.05, moved=0.5,
    what="the most probable set becomes: war",
)  # fmt: skip


def test_a_flip_is_told_in_words_within_its_range_and_beyond():
    (said,) = flip_words("Aland", flip=FLIP, within=True)
    assert "a gain of 5 % of full scale instead of a loss of 20 % of full scale" in said
    assert said.endswith("Then Aland would most likely choose: war.")
    (said,) = flip_words("Aland", flip=replace(FLIP, value=0.0001, moved=1.4), within=False)
    assert "outside its range: cost of war to the doves, nothing instead of" in said
    assert "however far" in flip_words("Aland", flip=None, within=False)[0]
    assert "within its range" in flip_words("Aland", flip=None, within=True, beyond=False)[0]


def test_what_all_inputs_together_do_is_said():
    joint = JointFlip(flips=True, share=0.41, before="peace", after="war", main=())
    said = flip_words("Aland", flip=FLIP, within=True, joint=joint)
    assert "41 % of the way" in said[1]
    said = flip_words("Aland", flip=FLIP, within=True, joint=replace(joint, flips=False))
    assert said[1].startswith("Not even all inputs together")


def test_levels_that_change_little_are_said_to_change_little():
    courses = (("a", "Arms", 0.3), ("b", "Talks", 0.3))
    said = anticipation_words(courses, levels=((0.3, 0.3), (0.2, 0.3), (0.2, 0.31)))
    assert said[0].endswith("(level 2) changes: Arms -10 points.")
    assert said[1].startswith("Thinking two steps ahead")
    assert said[1].endswith("no course by 2 points or more.")


def test_the_doubt_is_split_as_the_data_say():
    row = UncertaintyRow(course="a", inputs=0.05, rule=0.0, level=0.0, factions=0.04, choice=0.1)
    said = doubt_words({"a": "Arms"}, rows=(row,), rule="contest")
    assert said == [
        "Of the doubt whether “Arms” happens, 53 % is choice, open even if every input were known, "
        "26 % comes from the ranges of the inputs, under 1 % from how far actors think ahead, "
        "21 % from division inside."
    ]
    known = replace(row, rule=0.01)
    (said,) = doubt_words({"a": "Arms"}, rows=(known,), rule="mixture")
    assert said.endswith("20 % from division inside, 5 % from not knowing how it decides.")
    assert len(doubt_words({"a": "Arms"}, rows=(row,), rule="compromise")) == 2


def test_shares_are_never_certain():
    assert [share_text(x) for x in (0, 0.005, 0.5, 0.995, 1)] == [
        "under 1 %", "under 1 %", "50 %", "over 99 %", "over 99 %",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def october():
    return ask(shipped_case("october-war-1973"), draws=64, compare=False)


def test_an_answer_carries_the_short_version_everywhere(october):
    heads = list(dict.fromkeys(head for head, _ in october.inside.words))
    assert heads == [
        "who prevails", "what holds a move back", "what would flip it", "where the doubt lies",
    ]  # fmt: skip
    screen = answer_text(october)
    assert "\nHOLDS    " in screen
    assert "\nFLIPS    " in screen
    data = answer_data(october)["inside"]["words"]
    assert [(row["head"], row["text"]) for row in data] == list(october.inside.words)
    page = report_html(october)
    assert "<h3>In short</h3>" in page
    for head in heads:
        assert head[0].upper() + head[1:] in page
    assert page.count("Table: ledger of ") == len(october.inside.factions)
    strategy, total = next(
        (r[1], r[2]) for r in october.inside.ledger if r[0] == october.inside.factions[0][0]
        and r[1] == october.inside.strategies[0][0]
    )  # fmt: skip
    label = next(label for id, label, _, _ in october.inside.strategies if id == strategy)
    assert f'<th scope="row">{label}</th><td class="num">{total:+.3f}</td>' in page
    order = [page.index(f"<strong>{head[0].upper() + head[1:]}</strong>") for head in heads]
    assert order == sorted(order)


def test_the_full_version_says_the_same_of_the_same_inputs(october):
    case = shipped_case("october-war-1973")
    full = explain(case, seed=october.seed, draws=64, points=0)
    short = dict(october.inside.words[:1])
    assert full.words[0] == ("who prevails", short["who prevails"])
    assert full.restraint is not None
    assert full.restraint.worse > 0
    rows = {r.strategy: r for r in full.ledger}
    assert {id for id, _, _ in full.strategies} == set(rows)
    assert sum(p for _, _, p in full.strategies) == pytest.approx(1)
    text = explained_text(full)
    assert not re.search(r"(?<![\d.])(?:0|100) % (?:is|comes|from)", text)
    assert "Statements only" in text.split("LEDGER")[1]
