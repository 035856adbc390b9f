"""Back-tests at the desk: crises kept together, outcomes checked, scores from known rows only."""

from __future__ import annotations

import numpy as np
import pytest

from demarche.cases import load_outcomes, outcome_ids, shipped_case, shipped_ids
from demarche.desk.validate import crises_of, validate_outcomes
from demarche.errors import DataError, QuestionError
from demarche.record import load_episodes
from demarche.show.tables import outcomes_json, outcomes_text


def test_episodes_of_one_crisis_are_left_out_together():
    episodes = load_episodes()
    crises = crises_of(episodes)
    by_id = {e.id: int(c) for e, c in zip(episodes, crises, strict=True)}
    assert by_id["sun-1973-october-war"] == by_id["usa-1973-october-war"]
    assert by_id["sun-1973-october-war"] != by_id["sun-1967-six-day-war"]
    for a, first in zip(episodes, crises, strict=True):
        for b, second in zip(episodes, crises, strict=True):
            same_day = a.trigger_date == b.trigger_date
            if same_day and a.features["region"] == b.features["region"]:
                assert first == second


@pytest.mark.parametrize("id", outcome_ids())
def test_outcomes_of_every_case_hold_together(id):
    assert id in shipped_ids()
    found = load_outcomes(shipped_case(id))
    assert found.note.strip()
    assert any(window.rule_met == "yes" for window in found.outcomes)
    for window in found.outcomes:
        assert window.window_start >= shipped_case(id).question.as_of


def test_at_least_four_historical_cases_and_the_first_have_outcomes():
    assert len(set(outcome_ids()) - {"regional-war"}) >= 4
    assert "regional-war" in outcome_ids()


def test_an_outcome_that_names_an_unknown_course_is_refused(tmp_path):
    from demarche.cases import outcomes as module

    text = (module._folder() / "kuwait-1990.toml").read_text(encoding="utf-8")
    course = shipped_case("kuwait-1990").courses_of("USA")[0].id
    path = tmp_path / "kuwait-1990.toml"
    path.write_text(text.replace(f'"{course}"', f'"{course}x"', 1), encoding="utf-8")
    with pytest.raises(DataError, match="not a course of the case"):
        load_outcomes(shipped_case("kuwait-1990"), path=path)


def test_scores_count_what_is_not_known_and_leave_it_out():
    table = validate_outcomes("kuwait-1990")
    courses = len(shipped_case("kuwait-1990").courses_of("USA"))
    for row in table.rows:
        assert row.known + row.not_known == courses
        assert 0 <= row.taken <= row.known
        assert dict(row.brier)["one half"] == pytest.approx(0.25)
        assert all(np.isfinite(value) for _, value in (*row.brier, *row.log))
    assert "coders of the cases knew the ends" in outcomes_text(table)
    assert outcomes_json(table) == outcomes_json(validate_outcomes("kuwait-1990"))


def test_a_case_without_outcomes_is_named():
    with pytest.raises(QuestionError, match="no outcomes file"):
        validate_outcomes("kuwait-1991")
