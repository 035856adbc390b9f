"""The inside view explained: data and sentences agree, unknown names are refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from demarche.cases import shipped_case
from demarche.desk.explain import explain
from demarche.errors import DemarcheError, QuestionError
from demarche.show.cli import main
from demarche.show.cli_explain import explained_text

HEADS = {
    "who prevails",
    "what each faction wants",
    "thinking ahead",
    "what holds a move back",
    "what would flip it",
    "what matters",
    "where the doubt lies",
}


@pytest.fixture(scope="module")
def october():
    return explain(shipped_case("october-war-1973"), seed=1, draws=32, points=0)


def test_every_part_has_a_sentence(october):
    assert {head for head, _ in october.words} == HEADS
    heavy = max(october.factions, key=lambda f: f.weight)
    assert heavy.name in dict(october.words[:1])["who prevails"]


def test_weights_ledger_and_uncertainty_add_up(october):
    assert sum(f.weight for f in october.factions) == pytest.approx(1)
    for row in october.ledger:
        assert row.total == pytest.approx(sum(row.issues) + row.cost + row.audience, abs=1e-9)
    for row, (_, _, p) in zip(october.uncertainty, october.courses, strict=True):
        assert row.total == pytest.approx(p * (1 - p), abs=1e-9)


def test_the_last_level_answers_what_the_view_says_about_the_others(october):
    assert len(october.levels) == 3
    assert all(len(row) == len(october.courses) for row in october.levels)


def test_same_seed_same_explanation(october):
    again = explain(shipped_case("october-war-1973"), seed=1, draws=32, points=0)
    assert again == october


@pytest.mark.parametrize(("key", "name"), [("actor", "Atlantis"), ("trigger", "comet")])
def test_unknown_names_are_refused(key, name):
    with pytest.raises(DemarcheError, match=name):
        explain(shipped_case("october-war-1973"), seed=1, draws=32, points=0, **{key: name})


def test_an_actor_without_courses_is_refused():
    case = shipped_case("october-war-1973")
    idle = [a.id for a in case.actors if not case.courses_of(a.id)]
    assert idle
    with pytest.raises(QuestionError, match="no courses of its own"):
        explain(case, seed=1, draws=32, points=0, actor=idle[0])


def test_the_command_prints_sentences_ledger_and_json(capsys):
    fast = ["explain", "october-war-1973", "--draws", "32", "--points", "8"]
    assert main(fast) == 0
    out = capsys.readouterr().out
    assert "WHO PREVAILS" in out
    assert "LEDGER of expected utility" in out
    assert "Sobol" in out
    assert main([*fast, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["sobol"]) > 0


def test_what_the_graph_model_leaves_out_is_counted_on_screen_and_whole_in_json(october):
    many = tuple(f"Egypt: set {n}" for n in range(46))
    text = explained_text(replace(october, left_out=many))
    assert "the 46 least probable strategies" in text
    assert "Egypt: set 2\n" in text and "Egypt: set 3" not in text
    assert "and 43 more (--json lists all)" in text
    assert len(asdict(replace(october, left_out=many))["left_out"]) == 46
    one = explained_text(replace(october, left_out=many[:1]))
    assert "Left out of the graph model: Egypt: set 0\n" in one
    assert "eft out" not in explained_text(replace(october, left_out=()))


def test_a_bargain_settles_where_every_faction_gains_or_leaves_the_fallback(october):
    back, settled = october.bargain
    assert back
    table = {}
    for row in october.ledger:
        table.setdefault(row.strategy, {})[row.faction] = row.total
    case = shipped_case("october-war-1973")
    labels = {p.label: p.id for p in case.postures if p.actor == case.question.actor}
    reference = table[labels[back]]
    gains = {s: min(u[f] - reference[f] for f in u) for s, u in table.items()}
    if settled:
        assert gains[labels[settled]] > 0
    else:
        assert max(gains.values()) <= 0
