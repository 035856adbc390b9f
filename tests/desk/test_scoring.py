"""Scores at the desk: a ledger, a file, and the article of the first case."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.cases import load_outcomes, shipped_case
from demarche.desk.case_claims import case_sources, claims_of, sources_with_outcomes
from demarche.desk.scoring import score_file, score_ledger
from demarche.desk.track import read_track
from demarche.errors import QuestionError
from demarche.ledger.store import open_ledger
from demarche.ledger.verify import verify_reading
from demarche.terms.ledger import Checkpoint
from tests.ledger.filled import filled
from tests.ledger.made import Clock, source_forecast

ARTICLE = "crescent-2023-11"


@pytest.fixture(scope="module")
def rows():
    case = shipped_case("regional-war")
    return case_sources(case, outcomes=load_outcomes(case))


def test_the_article_of_the_first_case_has_its_scorecard():
    found = score_ledger(None, source="Crescent International")
    (card,) = found.claims
    assert card.source == ARTICLE
    assert not found.table.cards
    assert card.scored_claims == len(
        {c.id.split("@")[0] for c in card.lines if c.brier is not None}
    )
    assert card.scored + sum(n for _, n in card.left_out) == card.claims
    assert all(band.cue for band in card.bands)
    assert {tally.kind for tally in card.tallies} == {"commitment", "red_line"}


def test_every_claim_of_the_article_is_there(rows):
    claims = {claim.id for claim in shipped_case("regional-war").claims}
    assert {row.id.split("@")[0] for row in rows} == claims


def test_a_claim_on_a_condition_is_held_against_windows_of_that_trigger_only(rows):
    for row in rows:
        if row.condition and row.question:
            assert row.trigger == row.condition


def test_windows_whose_rule_was_disputed_are_void(rows):
    case = shipped_case("regional-war")
    disputed = {w.id for w in load_outcomes(case).outcomes if w.rule_met != "yes"}
    found = [row.outcome for row in rows if row.question in disputed]
    assert found and set(found) == {"annulled"}


def test_a_course_that_is_not_known_is_never_a_no(rows):
    case = shipped_case("regional-war")
    windows = {w.id: {c.course: c.value for c in w.courses} for w in load_outcomes(case).outcomes}
    for row in rows:
        if row.outcome == "no":
            assert all(windows[row.question].get(c) == "no" for c in row.course.split("|"))
        if row.outcome == "yes":
            assert any(windows[row.question].get(c) == "yes" for c in row.course.split("|"))


def test_causal_statements_and_promises_are_never_scored():
    (card,) = score_ledger(None, source=ARTICLE).claims
    scored = {line.kind for line in card.lines if line.brier is not None}
    assert scored <= {"prediction", "conditional"}


def test_sources_are_found_by_any_of_their_names():
    assert (("regional-war", ARTICLE)) in sources_with_outcomes()
    by_id, by_name = claims_of(ARTICLE), claims_of("crescent  INTERNATIONAL")
    assert by_id == by_name and by_id
    with pytest.raises(QuestionError, match="Did you mean 'crescent-2023-11'"):
        score_ledger(None, source="cresent-2023-11")


def test_without_a_ledger_and_a_source_there_is_nothing_to_score():
    with pytest.raises(QuestionError, match="there is no ledger to score"):
        score_ledger(None)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = filled(tmp_path_factory.mktemp("ledger") / "ledger.sqlite", n=25)
    with open_ledger(path, clock=Clock()) as held:
        held.append("source", source_forecast(id="words"))
        held.append(
            "source",
            source_forecast(
                id="number", hedge="", low=None, high=None, probability=0.4, outcome="yes",
                forecaster="person", question=read_track(path).rows[0].question, course="talks",
            ),
        )  # fmt: skip
    return path


def test_a_ledger_is_scored_with_its_sources(ledger):
    found = score_ledger(read_track(ledger))
    names = {card.forecaster for card in found.table.cards}
    assert names == {"pool", "outside", "inside", "base_rate", "A. Writer"}
    writer = next(c for c in found.table.cards if c.forecaster == "A. Writer")
    assert [v.reference for v in writer.versus] == ["base_rate", "pool", "always one half"]
    assert found.claims[0].claims == 1
    assert len(found.table.ladders) == 4


def test_words_on_a_question_of_the_ledger_stand_beside_its_views(tmp_path):
    """At the survey median, as a text of its own kind; the base rate and the pool are beside it."""
    path = filled(tmp_path / "ledger.sqlite", n=3)
    asked = read_track(path).rows[0].question
    with open_ledger(path, clock=Clock()) as held:
        held.append(
            "source",
            source_forecast(id="w", question=asked, course="talks", outcome="yes", hedge="likely"),
        )
        held.append("source", source_forecast(id="e", outcome="yes", hedge="likely"))
    found = score_ledger(read_track(path))
    card = next(c for c in found.table.cards if c.kind == "text")
    assert card.forecaster == "A. Writer, in words"
    assert card.counts.scored == 1
    assert card.brier.value == pytest.approx(0.09)
    assert [v.reference for v in card.versus] == ["base_rate", "pool", "always one half"]
    assert found.claims[0].scored == 2


def test_forecasts_of_others_can_be_sealed_too(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path, clock=Clock(), new_id="0a" * 16) as held:
        held.append(
            "source",
            source_forecast(hedge="", low=None, high=None, probability=0.4, outcome="yes",
                            resolved_on=dt.date(2030, 2, 1)),
        )  # fmt: skip
        with held.reading() as reading:
            found = verify_reading(reading)

    def sealed(day):
        point = Checkpoint(
            origin=found.ledger, size=found.entries, root=found.root, outside=True,
            at=dt.datetime(2030, day[0], day[1], tzinfo=dt.UTC),
        )  # fmt: skip
        scores = score_ledger(read_track(path, checkpoints=[point]))
        return scores.table.cards[0].counts.sealed

    assert sealed((1, 31)) == 1
    assert sealed((2, 1)) == 0


def test_one_source_of_a_ledger_can_be_scored_alone(ledger):
    found = score_ledger(read_track(ledger), source="gazette-2030")
    assert {card.forecaster for card in found.table.cards} == {"A. Writer"}
    assert not found.table.ladders


def test_the_same_ledger_gives_the_same_scores(ledger):
    track = read_track(ledger)
    assert score_ledger(track, by="kind") == score_ledger(track, by="kind")


def test_words_in_a_file_get_a_card_beside_the_numbers(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("id,p,hedge,outcome\na,,likely,yes\nb,.5,,no\n", encoding="utf-8")
    found = score_file(path)
    assert found.claims[0].scored == 1
    assert found.table.cards[0].counts.scored == 1
