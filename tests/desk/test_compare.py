"""Two coders of one case: gaps, what they move, and the case of both."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.cases import dump_case, parse_case, template
from demarche.desk.compare import compare_cases
from demarche.desk.merge import envelope, merge_cases, structure_of
from demarche.errors import QuestionError
from demarche.inside import build_game
from demarche.show.cli import main
from demarche.terms import Case, Range
from tests.builders import put, tiny, toml


def first() -> Case:
    return parse_case(template(), file="template")


def changed(text_from: str, text_to: str) -> Case:
    text = template()
    assert text_from in text
    return parse_case(text.replace(text_from, text_to, 1), file="other")


WIDER = ("position = [90, 100, 100]", "position = [60, 70, 80]")


def compared(a, b, **more):
    return compare_cases(a, b, seed=1, draws=32, **more)


def test_a_case_compared_with_itself_differs_nowhere():
    found = compared(first(), first())
    assert {g.gap for g in found.inputs} == {0.0}
    assert all(g.first == g.second and g.moves == 0.0 for g in found.inputs)
    assert found.structure == ()
    assert found.notes == ()
    for row in found.courses:
        assert row.first == row.second
        assert row.both == pytest.approx(row.first)
    assert found.merged.case == first()


def test_a_changed_position_is_found_with_its_effect_and_carried_into_the_range():
    found = compared(first(), changed(*WIDER))
    differing = [g for g in found.inputs if g.first != g.second]
    assert len(differing) == 1
    gap = differing[0]
    assert (gap.kind, gap.gap, gap.meet) == ("position", 0.3, False)
    assert gap.moves != 0
    faction = next(f for f in found.merged.case.factions if f.id == "defence")
    assert faction.stances[0].position == Range(60, 85, 100)
    assert "A: " not in faction.stances[0].because  # the same reason was given by both


def test_the_effect_of_a_gap_is_the_change_of_the_answer_at_the_modes():
    """Replace the input by hand and solve again: the same change."""
    from demarche.inside import inside_view

    def modes(case):
        def point(value):
            if isinstance(value, Range):
                return Range(value.mode, value.mode, value.mode)
            if dataclasses.is_dataclass(value):
                return dataclasses.replace(
                    value,
                    **{f.name: point(getattr(value, f.name)) for f in dataclasses.fields(value)},
                )
            return tuple(map(point, value)) if isinstance(value, tuple) else value

        game = build_game(point(case), trigger="closure")
        view = inside_view(game, seed=1, draws=2)
        own = [c for c, course in enumerate(game.courses) if course.actor == "NLD-X"]
        return view.under.courses[own, 0]

    a, b = first(), changed(*WIDER)
    change = modes(b) - modes(a)
    gap = next(g for g in compared(a, b).inputs if g.first != g.second)
    assert gap.moves == pytest.approx(change[np.argmax(np.abs(change))], abs=1e-9)


ranges = st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 50)).map(
    lambda t: Range(*sorted(t))
)


@given(ranges, ranges)
def test_an_envelope_holds_both_and_does_not_depend_on_their_order(a, b):
    both = envelope(a, b)
    assert both == envelope(b, a)
    assert both.low <= min(a.low, b.low) <= both.mode <= max(a.high, b.high) <= both.high
    assert envelope(a, a) == pytest.approx(a)


def test_the_answer_of_both_is_never_narrower_than_either():
    found = compared(first(), changed(*WIDER))
    for row in found.courses:
        assert row.both[1] <= min(row.first[1], row.second[1])
        assert row.both[2] >= max(row.first[2], row.second[2])


def test_different_rules_become_a_mixture_that_loads():
    other = changed('rule = "compromise"', 'rule = "contest"')
    found = compared(first(), other)
    assert [(s.place, s.first, s.second) for s in found.structure] == [
        ("actors.NLD-X.rule", "compromise", "contest")
    ]
    actor = found.merged.case.actor("NLD-X")
    assert actor.rule == "mixture"
    assert {(p.rule, p.share) for p in actor.mixture} == {("compromise", 0.5), ("contest", 0.5)}
    assert parse_case(dump_case(found.merged.case), file="both") == found.merged.case


def test_an_effect_that_one_coder_leaves_out_is_drawn_towards_zero():
    line = next(row for row in template().splitlines() if "some pressure works" in row)
    other = changed(line + "\n", "")
    for a, b, who in ((first(), other, "A"), (other, first(), "B")):
        found = compared(a, b)
        gap = next(g for g in found.inputs if g.only)
        assert gap.only == who
        course = next(c for c in found.merged.case.courses if c.id == "sanctions")
        assert course.effects[0].points == Range(0, 2.5, 12)


def test_capabilities_in_other_units_are_no_disagreement():
    text = template().replace("capability = [0.4, 0.5, 0.6]", "capability = [40, 50, 60]")
    found = compared(first(), parse_case(text, file="other"))
    assert all(g.gap == pytest.approx(0.0, abs=1e-12) for g in found.inputs)
    assert any("rescaled by 0.01" in note for note in found.notes)


def test_cases_of_other_crises_are_refused_with_what_differs():
    other = parse_case(template().replace('"sanctions"', '"embargo"'), file="other")
    with pytest.raises(QuestionError, match="courses only in B: embargo"):
        compared(first(), other)


def test_structure_ignores_words_and_names_what_counts():
    other = changed("rung = 2", "rung = 1")
    assert [s.place for s in structure_of(first(), other)] == ["courses.sanctions.rung"]
    notes = merge_cases(first(), other).notes
    assert notes == ("courses.sanctions.rung: A's 2 stands, not B's 1.",)
    assert structure_of(first(), changed("Assumption: it says so.", "Another reason.")) == ()


def test_the_command_prints_compares_and_writes_a_case_that_checks(tmp_path, capsys):
    a, b, both = (tmp_path / name for name in ("anna.toml", "ben.toml", "both.toml"))
    a.write_text(template(), encoding="utf-8")
    b.write_text(template().replace(*WIDER), encoding="utf-8")
    fast = ["compare", str(a), str(b), "--draws", "16"]
    assert main([*fast, "-o", str(both)]) == 0
    out = capsys.readouterr().out
    assert "coder anna and coder ben" in out
    assert "the ranges do not meet" in out
    assert main(["check", str(both)]) == 0
    capsys.readouterr()
    assert main([*fast, "-o", str(both)]) == 1
    assert "is not overwritten" in capsys.readouterr().err
    assert main([*fast, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["names"] == ["anna", "ben"]


def test_words_are_compared_as_their_ranges_and_shown_as_words(tmp_path, capsys):
    words = toml(put(tiny(), "factions.0.stances.0.position", "mainly towards all"))
    a, b = tmp_path / "a.toml", tmp_path / "b.toml"
    a.write_text(words, encoding="utf-8")
    b.write_text(toml(tiny()), encoding="utf-8")
    out = tmp_path / "both.toml"
    assert main(["compare", str(a), str(b), "--draws", "16", "-o", str(out)]) == 0
    assert "70.5 | 75 | 85.5 (from words: 'mainly towards all')" in capsys.readouterr().out
    both = parse_case(out.read_text("utf-8"), file="both").factions[0].stances[0].position
    assert both == (60.0, 72.5, 85.5)
    assert main(["check", str(out)]) == 0


def test_the_case_of_words_and_numbers_has_numbers_and_checks(tmp_path):
    data = put(tiny(), "factions.0.capability", "strongest")
    more = dict(data["factions"][0], id="f1", name="millers", capability="weak")
    a = parse_case(toml(put(data, "factions", [data["factions"][0], more])), file="a")
    other = dict(more, capability="middling")
    b = parse_case(toml(put(data, "factions", [data["factions"][0], other])), file="b")
    merged = compared(a, b).merged.case
    assert [f.capability.words for f in merged.factions] == ["", ""]
    assert merged.factions[1].capability == (0.15, 0.375, 0.625)
    assert parse_case(dump_case(merged), file="both") == merged
    assert not [note for note in compared(a, b).notes if "rescaled" in note]


def test_judgements_are_compared_by_what_they_are_between_not_by_their_order():
    from tests.cases.test_assumptions import judged

    data = judged()
    turned = {**data, "impacts": data["impacts"][::-1]}
    a, b = (parse_case(toml(d), file="made") for d in (data, turned))
    assert structure_of(a, b) == ()
    stronger = put(data, "impacts.0.strength", 3)
    (row,) = structure_of(a, parse_case(toml(stronger), file="made"))
    assert (row.place, row.first, row.second) == (
        "impacts.rain = little on crops = poor.strength", "2", "3",
    )  # fmt: skip
