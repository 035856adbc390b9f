"""What next, to whom: on a made-up record, by rules and by trees."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from demarche.desk.event_names import place_in
from demarche.desk.next import _ask, _frequent, _learned, _own_pairs, _whom, next_events
from demarche.desk.next_names import with_newcomer
from demarche.desk.record import load_quads, load_silences, open_counts
from demarche.desk.validate_events import validate_events
from demarche.errors import QuestionError
from demarche.outside.ranking.evaluate import queries_of
from demarche.outside.ranking.explain import Reason
from demarche.outside.ranking.features import USED, feature_table
from demarche.outside.ranking.quads import Quads, quads_from_columns
from demarche.outside.ranking.ranker import RankerOptions, fit_ranker, predicted
from demarche.outside.ranking.relations import relation_queries
from demarche.outside.ranking.rules import rank_now
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.show.cli import main
from demarche.show.events_tables import backtest_text
from demarche.show.next_text import next_json, next_text
from demarche.show.record_text import Progress
from tests.outside.ranking.worlds import ENTITIES, START, quads_of, rows

DAYS = 40


@pytest.fixture(scope="module")
def quads() -> Quads:
    made = rows(21, days=DAYS, a_day=8)
    made += [[1, 3, 2, day] for day in range(20, DAYS, 2)]  # the police often use force
    return quads_of(made, days=DAYS, entities=[*ENTITIES, "Press (Zenda)"])


def test_recipients_of_an_event_are_ranked_with_dates(quads: Quads) -> None:
    answer = next_events(quads, actor="police (ruritania)", event="Use force", learn=False, top=4)
    assert answer.day == START + dt.timedelta(days=DAYS)
    assert [line.rank for line in answer.lines] == [1, 2, 3, 4]
    first = answer.lines[0]
    assert (first.recipient, first.event, first.cameo) == (
        "Citizen (Ruritania)",
        "Use force",
        "190",
    )
    reason = first.reasons[0]
    assert reason.kind == "rule"
    assert reason.last < answer.day
    assert reason.seen >= reason.right >= 0


def test_events_between_two_are_ranked(quads: Quads) -> None:
    answer = next_events(quads, actor=ENTITIES[1], recipient=ENTITIES[2], learn=False, top=2)
    assert answer.lines[0].event == "Use force"
    assert {line.recipient for line in answer.lines} == {ENTITIES[2]}


def test_open_question_ranks_events_and_recipients(quads: Quads) -> None:
    answer = next_events(quads, actor=ENTITIES[1], learn=False, top=6)
    assert (answer.lines[0].event, answer.lines[0].recipient) == ("Use force", ENTITIES[2])
    assert len({(line.event, line.recipient) for line in answer.lines}) == 6


def test_open_questions_weigh_what_the_actor_did_of_late_beside_the_rules(quads: Quads) -> None:
    """By a loop over the rows: each fades by half in a week, and by half in sixty days."""
    asked = _ask(quads, actor=ENTITIES[1], event=None, recipient=None, as_of=None)
    own: dict[tuple[int, int], float] = {}
    for s, r, o, day in zip(quads.subject, quads.relation, quads.object, quads.day, strict=True):
        if s == asked.subject:
            age = asked.day - 1 - int(day)
            late = 0.6 * 0.5 ** (age / 7) / 7 + 0.4 * 0.5 ** (age / 60) / 60
            own[int(r), int(o)] = own.get((int(r), int(o)), 0.0) + late
    own = {pair: weight / sum(own.values()) for pair, weight in own.items()}
    assert _own_pairs(asked) == pytest.approx(own)
    past = _learned(asked)
    rules = {}
    for r, share in _frequent(asked, past, 12):
        who, score = rank_now(past, subject=asked.subject, relation=r, day=asked.day)
        rules |= {(r, int(o)): share * float(x) for o, x in zip(who, score, strict=True)}
    whole = sum(rules.values())
    found = {(r, o): score for score, r, o in _whom(asked, past, None, 50)}
    assert found.keys() == rules.keys() | own.keys()
    for pair, score in found.items():
        assert score == pytest.approx(
            0.1 * own.get(pair, 0.0) + 0.9 * rules.get(pair, 0.0) / whole, abs=1e-9
        )


def test_events_of_late_are_those_of_the_actor_else_its_country_else_anyone() -> None:
    """By hand: each act is worth half after sixty days, and shares are of all, not of those kept.

    Ruritania: talks 60 days ago and now, force 60 days ago: 1 1/2 and 1/2 of 2. The record of all
    counts every act alike.
    """
    made = [[0, 1, 1, 0], [0, 3, 1, 0], [0, 1, 3, 60], [4, 2, 5, 30], [4, 2, 5, 60], [7, 0, 9, 59]]
    names = [*ENTITIES, "Press (Graustark)", "Loner"]
    quads = quads_of([*made, [9, 1, 10, 0], [9, 1, 11, 0]], days=60 + 1, entities=names)

    def shares(actor: str, limit: int = 12) -> list[tuple[str, float]]:
        asked = _ask(quads, actor=actor, event=None, recipient=None, as_of=None)
        found = _frequent(asked, _learned(asked), limit)
        return [(asked.quads.relations[r], share) for r, share in found]

    assert shares("Ruritania") == [("Consult", pytest.approx(0.75)), ("Use force", 0.25)]
    assert shares("Ruritania", 1) == [("Consult", pytest.approx(0.75))]
    assert shares("Press (Graustark)") == [("Accuse", 1.0)]
    assert shares("Loner") == [
        ("Consult", 0.5), ("Accuse", 0.25), ("Make statement", 0.125), ("Use force", 0.125),
    ]  # fmt: skip


def test_recipients_of_one_event_are_ranked_by_its_rules_alone(quads: Quads) -> None:
    """What the actor did of late has its own weight only where events are open."""
    asked = _ask(quads, actor=ENTITIES[1], event="Consult", recipient=None, as_of=None)
    (r,) = asked.relations
    past = _learned(asked)
    who, score = rank_now(past, subject=asked.subject, relation=r, day=asked.day)
    want = {int(o): float(x) / score.sum() for o, x in zip(who, score, strict=True)}
    found = {o: value for value, _, o in _whom(asked, past, None, 50)}
    assert found == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize(("event", "lines"), [("19", {"Use force"}), (None, None)])
def test_with_event_and_recipient_only_that_event_is_ranked(
    quads: Quads, event: str | None, lines: set[str] | None
) -> None:
    asked = {"actor": ENTITIES[1], "recipient": ENTITIES[2], "learn": False}
    answer = next_events(quads, event=event, **asked)
    assert {line.event for line in answer.lines} == (lines or set(quads.relations))
    assert [line.rank for line in answer.lines] == list(range(1, len(answer.lines) + 1))


def test_a_newcomer_has_the_country_and_the_sector_that_most_of_its_like_have() -> None:
    """By codes, and by names of which one is placed elsewhere."""
    places = {
        "RUR/GOV": ("RUR", "GOV"), "ZEN/MIL": ("ZEN", "MIL"), "Police (Ruritania)": ("RUR", "COP"),
        "Press (Ruritania)": ("RUR", "MED"), "Police (Zenda)": ("ZEN", "COP"),
        "Miners (Ruritania)": ("ZEN", "LAB"),
    }  # fmt: skip
    made = {name: [0, 1, 2, 3, 4, 5] for name in ("subject",)} | {"object": [1, 2, 3, 4, 5, 0]}
    quads = quads_from_columns(
        {**made, "relation": [0] * 6, "day": [0] * 6}, entities=list(places), places=places,
        relations=[("Consult", "040", 4, 1)], start=START, days=1, source="made-up",
    )  # fmt: skip

    def placed(actor: str) -> tuple[str, str]:
        joined, at = with_newcomer(quads, actor)
        assert joined.entities[at] == actor
        sector = int(joined.sector[at])
        return joined.countries[joined.country[at]], joined.sectors[sector] if sector >= 0 else ""

    assert placed("ZEN/GOV") == ("ZEN", "GOV")
    assert placed("rur/spy") == ("RUR", "")
    assert placed("Police (Ruritania) (Zenda)") == ("ZEN", "")
    assert placed("Miners (Zenda)") == ("ZEN", "LAB")
    assert placed("Unions (Ruritania)") == ("RUR", "")  # two of three of its names


def test_acts_of_a_root_that_the_actor_has_not_done_weigh_a_tenth_of_its_rarest(
    quads: Quads,
) -> None:
    """Scores of each event are those of the rules, weighed by its share."""
    made = [[0, 0, 1, d] for d in range(30)] + [[0, 1, 3, 29], [4, 3, 3, 10], [4, 3, 5, 29]]
    fights = dataclasses.replace(quads_of(made, days=30), root=np.array([19, 4, 11, 19], np.int32))
    asked = _ask(fights, actor="Ruritania", event="19", recipient=None, as_of=None)
    past = _learned(asked)
    of = dict(_frequent(asked, past, 9))
    # force is the third of the acts in use; the actor never did it
    assert [asked.quads.relations[r] for r in asked.relations] == ["Make statement", "Use force"]
    first, other = asked.relations
    assert other not in of
    weights = {first: of[first], other: min(of.values()) / 10}
    score = {}
    for r, weight in weights.items():
        who, rules = rank_now(past, subject=asked.subject, relation=r, day=asked.day)
        score |= {(r, int(o)): weight * float(x) for o, x in zip(who, rules, strict=True)}
    own, whole = _own_pairs(asked), sum(score.values())
    assert set(own) == {(first, 1)}  # of this root alone
    found = {(r, o): value for value, r, o in _whom(asked, past, None, 10)}
    assert found == pytest.approx(
        {pair: 0.9 * value / whole + 0.1 * own.get(pair, 0.0) for pair, value in score.items()},
        abs=1e-9,
    )


def test_open_questions_of_trees_weigh_a_softmax_by_the_share_of_the_event(quads: Quads) -> None:
    asked = _ask(quads, actor=ENTITIES[1], event=None, recipient=None, as_of=None)
    past = _learned(asked)
    options = RankerOptions(days=30, hard=4, random=4, rounds=8, leaves=7, seeds=(1,), threads=1)
    ranker = fit_ranker(asked.quads, before=asked.day, options=options)
    want = {}
    for r, share in _frequent(asked, past, 12):
        ends = (np.array([asked.subject], np.int32), np.array([r], np.int32))
        table = feature_table(past, subject=ends[0], relation=ends[1], day=asked.day)
        raw = predicted(ranker.trees, table.rows[:, USED], threads=1)
        part = share * np.exp(raw) / np.exp(raw).sum()
        want |= {(r, int(o)): float(x) for o, x in zip(table.candidate, part, strict=True)}
    whole = sum(want.values())
    lines = _whom(asked, past, ranker, 50)
    assert {(r, o): score for score, r, o in lines} == pytest.approx(
        {pair: score / whole for pair, score in want.items()}, abs=1e-9
    )
    assert [score for score, _, _ in lines] == sorted((x for x, _, _ in lines), reverse=True)


@pytest.mark.parametrize("event", ["190", "19", "use_force"])
def test_an_event_may_be_a_name_a_code_or_a_root(quads: Quads, event: str) -> None:
    answer = next_events(quads, actor=ENTITIES[1], event=event, learn=False, top=3)
    assert {line.event for line in answer.lines} == {"Use force"}


def test_as_of_hides_later_rows(quads: Quads) -> None:
    early = START + dt.timedelta(days=15)
    cut = next_events(quads, actor=ENTITIES[1], as_of=early, learn=False)
    same = next_events(quads.before(16), actor=ENTITIES[1], learn=False)
    assert cut.lines == same.lines
    assert cut.record == same.record
    late = next_events(quads, actor=ENTITIES[1], as_of=dt.date(2020, 3, 1), learn=False)
    assert late.day == dt.date(2020, 3, 2)
    assert "the record ends on 2020-02-09" in late.notes[0]


def test_names_that_later_rows_bring_change_nothing(quads: Quads) -> None:
    early = START + dt.timedelta(days=29)
    made = [[int(v) for v in row] for row in zip(
        quads.subject, quads.relation, quads.object, quads.day, strict=True
    )]  # fmt: skip
    names = ["Arcadia", *quads.entities]
    moved = [[s + 1, r, o + 1, day] for s, r, o, day in made]
    later = quads_of([*moved, [0, 1, 3, 35], [5, 1, 0, 36]], days=DAYS, entities=names)
    told = {"actor": ENTITIES[1], "as_of": early, "learn": False}
    before, after = next_events(quads, **told), next_events(later, **told)
    assert after.lines == before.lines
    assert after.record == before.record
    with pytest.raises(QuestionError, match="knows no actor 'Arcadia'"):
        next_events(later, **(told | {"actor": "Arcadia"}))
    assert next_events(later, actor="Arcadia", learn=False).lines


def test_rows_in_use_keep_their_meaning(quads: Quads) -> None:
    used = quads.in_use()
    for one, other in ((quads.subject, used.subject), (quads.object, used.object)):
        assert [quads.entities[i] for i in one] == [used.entities[i] for i in other]
    assert [quads.relations[i] for i in quads.relation] == [
        used.relations[i] for i in used.relation
    ]
    assert "Press (Zenda)" not in used.entities
    where = dict(zip(quads.entities, quads.country.tolist(), strict=True))
    for name, at in zip(used.entities, used.country.tolist(), strict=True):
        old = where[name]
        assert (used.countries[at] if at >= 0 else "") == (quads.countries[old] if old >= 0 else "")
    assert used.in_use().digest == used.digest


def test_an_unseen_actor_is_answered_from_its_country_and_it_is_said(quads: Quads) -> None:
    for actor in ("Press (Zenda)", "Treasury (Zenda)"):
        answer = next_events(quads, actor=actor, event="Consult", top=3)
        assert answer.acts == 0
        assert answer.method == "rules"
        assert "reference class, actors of Zenda" in answer.notes[0]
        assert answer.lines
    assert next_events(quads, actor="Press (Zenda)", recipient="Zenda", learn=False).lines


def test_unknown_names_are_refused_with_the_nearest(quads: Quads) -> None:
    with pytest.raises(QuestionError, match=r"(?s)no actor 'Ruritannia'.*Ruritania"):
        next_events(quads, actor="Ruritannia")
    with pytest.raises(QuestionError, match="no recipient"):
        next_events(quads, actor="Ruritania", recipient="Nowhere")
    with pytest.raises(QuestionError, match=r"(?s)no event 'Consul'.*Consult"):
        next_events(quads, actor="Ruritania", event="Consul")
    with pytest.raises(QuestionError, match="starts on 2020-01-01"):
        next_events(quads, actor="Ruritania", as_of=dt.date(2019, 1, 1))
    with pytest.raises(QuestionError, match="top must be"):
        next_events(quads, actor="Ruritania", top=0)


@pytest.fixture(scope="module")
def coded() -> Quads:
    """Names with underscores, countries and labels as a store gives them."""
    made = rows(22, days=DAYS, a_day=8)
    names = [name.replace(" ", "_") for name in ENTITIES]
    columns = np.array(made, dtype=np.int32).T
    return quads_from_columns(
        dict(zip(("subject", "relation", "object", "day"), columns, strict=True)),
        entities=names,
        relations=[
            ("Make statement, not specified below", "010", 1, 1),
            ("Consult, not specified below", "040", 4, 1),
            ("Accuse of crime, corruption", "112", 11, 3),
            ("Use conventional military force, not specified below", "190", 19, 4),
        ],
        start=START,
        days=DAYS,
        source="made-up",
        places={
            name: ("RUR" if "Ruritania" in name else "", name.partition("_(")[0]) for name in names
        },
    )


@pytest.mark.parametrize(
    ("actor", "says"),
    [
        ("police", r"It has 'Police_\(\w+\)' \(\d+ rows\), 'Police_\(\w+\)' \(\d+ rows\)\.$"),
        ("strelsau", r"It has 'Strelsau_League' \(\d+ rows\)\."),
        ("RUR", r"Its actors of RUR are called '\w+(_\(Ruritania\))?' \(\d+ rows\), "),
        ("Zenbda", r"Did you mean 'Zenda'\?"),
        ("Press (Zenda)", r"knows no actor 'Press \(Zenda\)'"),
        ("xyzzy", r"no actor 'xyzzy'\. Its fullest names are .* rows\)\.$"),
    ],
)
def test_an_unknown_actor_is_told_what_the_record_has(coded: Quads, actor: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        next_events(coded, actor=actor, learn=False)


def test_an_actor_is_found_under_other_names_of_it() -> None:
    """As cases find theirs: without accents, and by the code of the state of that name."""
    made = [[0, 0, 1, day] for day in range(9)]
    codes = quads_of(made, days=9, entities=["CIV", "TGO"])
    names = quads_of(made, days=9, entities=["Cote_d'Ivoire", "Togo"])
    for quads, first in ((codes, "CIV"), (names, "Cote_d'Ivoire")):
        answer = next_events(quads, actor="Côte d’Ivoire", recipient="togo", learn=False)
        assert (answer.actor, answer.lines[0].recipient) == (first, quads.entities[1])


def test_an_actor_is_not_asked_about_itself(coded: Quads) -> None:
    with pytest.raises(QuestionError, match="'Zenda' is both actor and recipient; acts within"):
        next_events(coded, actor="Zenda", recipient="zenda", learn=False)


def test_a_rule_without_a_question_says_so_and_advice_is_given_once() -> None:
    made = [[0, 0, 1, 0], [1, 2, 0, 0]]
    answer = next_events(quads_of(made, days=1), actor=ENTITIES[0], recipient=ENTITIES[1])
    assert answer.notes == ("ranked by rules alone: fewer than 100 questions can be learned from.",)
    whom = next_events(quads_of(made, days=1), actor=ENTITIES[0])
    (note,) = whom.notes
    assert note.startswith("ranked by rules alone: ") and "rank by rules" not in note[20:]
    text = next_text(whom)
    assert "(no such question yet)" in text
    assert "of 0 such" not in text


def test_counts_of_thousands_are_told_with_a_comma(quads: Quads) -> None:
    answer = next_events(quads, actor=ENTITIES[0], learn=False, top=1)
    (line,) = answer.lines
    rule = Reason(
        kind="rule", actor="A", act="Consult", recipient="B", via="", times=1234,
        last=dt.date(2020, 1, 1), seen=5678, right=4321,
    )  # fmt: skip
    kinds = (rule, dataclasses.replace(rule, kind="own habit"))
    line = dataclasses.replace(line, reasons=kinds)
    text = " ".join(
        next_text(dataclasses.replace(answer, acts=1651, lines=(line,), notes=())).split()
    )
    for told in ("from 1,651 acts", "on 1,234 days", "of 5,678 such", "4,321 were", "1,234 times"):
        assert told in text
    acts, nobody = np.zeros(2345, dtype=np.int32), np.zeros(0, dtype=np.int32)
    with pytest.raises(QuestionError, match=r"It has 'Zenda' \(2,345 rows\)\."):
        place_in(
            ["Zenda", "B", "C"], "Zend", what="actor", source="made", ends=(acts, nobody),
            countries=(), country=np.full(3, -1),
        )  # fmt: skip


def test_a_newcomer_is_placed_where_the_record_codes_its_country(coded: Quads) -> None:
    for actor in ("Press (Ruritania)", "Press_(Ruritania)", "RUR/PRESS"):
        answer = next_events(coded, actor=actor, event="Consult", learn=False)
        assert "reference class, actors of RUR" in answer.notes[0]
        assert answer.lines


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("Consul", "It has 'Consult, not specified below'"),
        ("conventional force", "It has 'Use conventional military force, not specified below'"),
        ("Make statment", r"Did you mean 'Make statement'\?"),
        ("Acuse of crime", "Did you mean 'Accuse of crime, corruption'"),
        ("999", "Its roots are 01, 04, 11, 19"),
        ("xyzzy", r"Its commonest events are '.*' \(\d+ rows\), '.*' \(\d+ rows\), "),
        (" ", "the event is empty; leave it out"),
        (
            "strelsau league",
            "'Strelsau_League' is one of its actors: --recipient 'Strelsau_League' ",
        ),
    ],
)
def test_an_unknown_event_is_told_what_the_record_has(coded: Quads, event: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        next_events(coded, actor="zenda", event=event, learn=False)


@pytest.mark.parametrize("event", ["4", "04", "040", "consult", "Consult, not specified below"])
def test_an_event_of_a_store_may_be_told_shortly(coded: Quads, event: str) -> None:
    answer = next_events(coded, actor="zenda", event=event, learn=False, top=2)
    assert {line.cameo for line in answer.lines} == {"040"}


@pytest.mark.parametrize(
    ("event", "codes"),
    [("19", {"19", "190"}), ("fight", {"19", "190"}), ("190", {"190"}), ("4", {"040"})],
)
def test_a_root_is_all_of_it_where_the_record_has_acts_of_two_digits(
    event: str, codes: set[str]
) -> None:
    """By the root's own number and name; as a code of its own it hid the others."""
    made = [[0, r, o, day] for day in range(9) for r, o in ((0, 1), (1, 2), (2, 3))]
    columns = dict(zip(("subject", "relation", "object", "day"), np.array(made).T, strict=True))
    quads = quads_from_columns(
        columns, entities=ENTITIES, start=START, days=9, source="made-up",
        relations=[
            ("FIGHT", "19", 19, 4), ("Use force", "190", 19, 4), ("Consult", "040", 4, 1)
        ],
    )  # fmt: skip
    answer = next_events(quads, actor=ENTITIES[0], event=event, learn=False)
    assert {line.cameo for line in answer.lines} == codes


def test_one_act_and_one_row_are_told_as_one() -> None:
    quads = quads_of([[0, 1, 1, 0], [1, 1, 2, 0], [1, 2, 2, 1]], days=2)
    assert "from 1 act of the actor" in next_text(
        next_events(quads, actor=ENTITIES[0], learn=False)
    )
    with pytest.raises(QuestionError, match=r"It has 'Police \(Ruritania\)' \(1 row\), "):
        next_events(quads_of([[0, 1, 1, 0]], days=1), actor="rur", learn=False)


def test_two_that_never_met_are_said_to_and_every_line_has_a_ground() -> None:
    made = [[0, 0, 1, day] for day in range(DAYS)] + [[2, 1, 3, day] for day in range(0, DAYS, 2)]
    quads = quads_of(made, days=DAYS)
    answer = next_events(quads, actor=ENTITIES[0], recipient=ENTITIES[3], learn=False)
    assert answer.notes == (
        "no act between Ruritania and Graustark in the record up to 2020-02-09: ranked from what "
        "the one does to others, and others to the other.",
    )
    kinds = {line.event: [reason.kind for reason in line.reasons] for line in answer.lines}
    assert kinds["Make statement"] == ["own habit"]
    assert kinds["Consult"] == ["habit"]  # of all: what others of the country do has no part in it
    text = next_text(answer)
    assert "Ruritania > others: Make statement, 40 times, last on 2020-02-09" in text
    assert "Such questions" not in text  # no rule is shown, so none is explained
    met = next_events(quads, actor=ENTITIES[0], recipient=ENTITIES[1], learn=False)
    assert not met.notes
    assert "Such questions: earlier days on which two dealt with each other" in next_text(met)
    whom = next_text(next_events(quads, actor=ENTITIES[0], learn=False))
    assert "So answered: that partner was whom it was done" in whom


def test_a_long_record_is_cut_and_it_is_said(quads: Quads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demarche.desk.next.MOST_ROWS", 100)
    monkeypatch.setattr("demarche.desk.next.MOST_LEARNED", 50)
    answer = next_events(quads, actor=ENTITIES[1])
    assert answer.method == "rules"
    assert any("ranked from the latest" in note for note in answer.notes)
    assert any("--learn fits the ranker" in note for note in answer.notes)


def test_an_actor_is_silent_since_the_rows_that_are_ranked_from_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It acted on its police for ten days, before them: not "has not acted in the record"."""
    made = [[0, 1, 1, d] for d in range(10)] + [[2, 1, 3, d] for d in range(10, DAYS)]
    quads = quads_of(made, days=DAYS)
    asked = {"actor": ENTITIES[0], "learn": False}
    between = {**asked, "recipient": ENTITIES[1]}
    assert next_events(quads, **asked).notes == next_events(quads, **between).notes == ()
    monkeypatch.setattr("demarche.desk.next.MOST_ROWS", 20)
    answer = next_events(quads, **asked)
    assert answer.acts == 0
    assert answer.notes == (
        "ranked from the latest 20 rows, 2020-01-21 on.",
        "Ruritania has not acted from 2020-01-21 to 2020-02-09: ranked from the reference class, "
        "actors of Ruritania (20 acts), and from what is common.",
    )
    # Between two no actor of the country has a part.
    assert next_events(quads, **between).notes[1:] == (
        "Ruritania has not acted from 2020-01-21 to 2020-02-09: ranked from what others do to "
        "Police (Ruritania), and what is common.",
    )
    there = quads_of([*made, [1, 1, 0, 30]], days=DAYS)
    assert "ranked from what Police (Ruritania) did to it, what others do to" in " ".join(
        next_events(there, **between).notes
    )


@pytest.mark.parametrize("recipient", [None, ENTITIES[2]])
def test_trees_are_fitted_once_and_kept_by_content(
    quads: Quads, tmp_path: Path, recipient: str | None
) -> None:
    steps: list[tuple[str, int, int]] = []

    def noted(step: str, done: int, total: int) -> None:
        steps.append((step, done, total))

    asked = {"actor": ENTITIES[1], "recipient": recipient, "learn": True, "models": tmp_path}
    first = next_events(quads, progress=noted, **asked)
    assert first.method == "trees"
    grown = [step for step in steps if step[0] == "trees"]
    assert grown == [("trees", done, 120) for done in range(1, 121)]
    steps.clear()
    assert next_events(quads, progress=noted, **asked) == first
    assert {step for step, _, _ in steps} == {"history"}
    kept = list(tmp_path.iterdir())
    assert [path.suffix for path in kept] == [".json"]
    assert "tree" in json.loads(kept[0].read_text())["trees"][0]
    next_events(quads.before(30), **asked)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("recipient", [None, ENTITIES[2]])
def test_a_sample_of_many_questions_is_learned_from_and_it_is_said(
    quads: Quads, monkeypatch: pytest.MonkeyPatch, recipient: str | None
) -> None:
    asked = {"actor": ENTITIES[1], "recipient": recipient, "learn": True}
    assert not next_events(quads, **asked).notes
    monkeypatch.setattr("demarche.desk.next.QUESTIONS", 150)
    (note,) = next_events(quads, **asked).notes
    first, last = min(DAYS // 3, 30), DAYS - 1
    held = len(
        queries_of(quads, first=first, last=last)
        if recipient is None
        else relation_queries(quads, first=first, last=last)
    )
    assert note == (
        f"the ranker learned from 150 questions drawn from the {held} of the last 60 days."
    )


def test_text_keeps_its_width_and_names_no_probability(quads: Quads) -> None:
    answer = next_events(quads, actor=ENTITIES[1], learn=False)
    text = next_text(answer)
    assert max(map(len, text.splitlines())) <= 100
    assert "they are not probabilities" in text
    assert "%" not in text
    learned = "The learned ranker orders the lines. Below each stand its grounds by the rules"
    assert learned not in text
    trees = next_text(dataclasses.replace(answer, method="trees"))
    assert learned in " ".join(trees.split())
    assert max(map(len, trees.splitlines())) <= 100
    data = json.loads(next_json(answer))
    assert data["lines"][0]["reasons"][0]["last"] == str(answer.lines[0].reasons[0].last)
    assert not {"score", "probability"} & set(data["lines"][0])


def stored(folder: Path, lines: list[str]) -> Path:
    """A store of made-up rows, some of them known late."""
    folder.mkdir()
    (folder / "made.csv").write_text("\n".join(["day,known,who,whom,code", *lines]) + "\n")
    columns = {
        "date": "day",
        "known_at": "known",
        "actor": "who",
        "recipient": "whom",
        "cameo": "code",
    }
    ingest(folder / "store", [folder / "made.csv"], source="made", column_map=columns)
    count_store(folder / "store")
    return folder / "store"


def test_rows_coded_late_change_nothing_before_they_are_known(tmp_path: Path) -> None:
    made = rows(23, days=DAYS, a_day=8, actors=6)
    names = [f"{code}-X" for code in ("NLD", "SLD", "AAA", "BBB", "CCC", "DDD")]
    codes = ["010", "040", "112", "190"]

    def line(s: int, r: int, o: int, day: int, late: int = 0) -> str:
        on = START + dt.timedelta(days=day)
        return f"{on},{on + dt.timedelta(days=late)},{names[s]},{names[o]},{codes[r]}"

    plain = [line(*row) for row in made]
    coded = [line(0, 3, 1, day, late=60) for day in range(20, DAYS)]
    one = stored(tmp_path / "one", plain)
    other = stored(tmp_path / "other", [*plain, *coded])
    end = START + dt.timedelta(days=DAYS - 1)
    told = {"actor": "NLD-X", "as_of": end, "learn": False}
    before = next_events(one, **told)
    assert before.lines
    assert next_events(other, **told).lines == before.lines
    later = next_events(other, **(told | {"as_of": end + dt.timedelta(days=90)}))
    assert later.lines[0].event.startswith("Use conventional military force")
    # A double to which every row is known on its own day.
    at_once = stored(
        tmp_path / "double", [*plain, *(line(0, 3, 1, day) for day in range(20, DAYS))]
    )
    assert next_events(at_once, **told).lines != before.lines


def test_rows_that_no_count_holds_are_told(tmp_path: Path) -> None:
    made = rows(23, days=120, a_day=8, actors=6)
    names = [f"{code}-X" for code in ("NLD", "SLD", "AAA", "BBB", "CCC", "DDD")]
    lines = [
        f"{on},{on},{names[s]},{names[o]},{('010', '040', '112', '190')[r]}"
        for s, r, o, day in made
        for on in [START + dt.timedelta(days=day)]
    ]
    whole = stored(tmp_path / "whole", lines)
    alone = [*lines, f"{START},{START},NLD-X,,040", f"{START},{START},NLD-X,NLD-X,040"]
    some = stored(tmp_path / "some", [*alone, f"{START},{START},,SLD-X,190"])
    told = next_events(some, actor="NLD-X", learn=False)
    plain = next_events(whole, actor="NLD-X", learn=False)
    assert told.lines == plain.lines
    assert set(told.notes) - set(plain.notes) == {
        "not ranked from: 2 rows without an actor or a recipient; 1 row within one actor (of the "
        "whole record)."
    }
    tested = [
        validate_events(one, horizons=(1,), learn="never", min_events=2) for one in (whole, some)
    ]
    assert tested[1].left_out == (
        "2 rows without an actor or a recipient", "1 row within one actor", *tested[0].left_out,
    )  # fmt: skip
    assert "left out: 1 row within one actor" in backtest_text(tested[1])


def silent(days: set[int]) -> list[str]:
    """Twenty rows a day of ninety days, known two days later, and one a day of those that are."""
    names = ["NLD-X", "SLD-X", "AAA-X", "BBB-X", "CCC-X"]
    acts = [(a, b, "040") for a in names for b in names if a != b]
    return [
        f"{on},{on + dt.timedelta(days=2)},{a},{b},{code}"
        for n in range(90)
        for on in [START + dt.timedelta(days=n)]
        for a, b, code in (acts[:1] if n in days else acts)
    ]


GAP = "2020-02-01 to 2020-02-10, 10 days with 10 rows"
THIN = "2020-03-23 to 2020-03-30, 8 days with 8 rows"


def test_gaps_and_an_end_of_next_to_nothing_are_told_as_ask_tells_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days from 1 February and the last eight hold one row each."""
    store = stored(tmp_path / "made", silent({*range(31, 41), *range(82, 90)}))
    asked = ["next", "NLD-X", "--no-learn", "--top", "1", "--store", str(store)]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    gap = f"the record has a gap, {GAP}: read as quiet days; a silence there is none of the actors."
    end = (
        f"the record holds next to nothing at its end, {THIN}: read as quiet days. If its source "
        "did not report then, sync what is missing or ask as of 2020-03-22."
    )
    assert told["notes"] == [gap, end]
    assert told["gaps"] == [{"first": "2020-02-01", "last": "2020-02-10", "days": 10, "rows": 10}]
    assert told["thin_end"] == {"first": "2020-03-23", "last": "2020-03-30", "days": 8, "rows": 8}
    assert main(asked) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert gap in text and end in text
    quads = load_quads(store)
    plain = next_events(quads, actor="NLD-X", learn=False)
    assert (list(plain.notes), plain.thin_end) == (
        [gap, end],
        load_silences(open_counts(store)).thin_end,
    )
    # As of the day advised, and of one on which rows of the gap were the last known.
    assert next_events(store, actor="NLD-X", learn=False, as_of=dt.date(2020, 3, 24)).notes[1:] == (
        gap,
    )
    then = next_events(store, actor="NLD-X", learn=False, as_of=dt.date(2020, 2, 9))
    assert (then.gaps, str(then.thin_end)) == ((), "2020-02-01 to 2020-02-07, 7 days with 7 rows")
    # A gap before the rows that are ranked from is none of theirs.
    monkeypatch.setattr("demarche.desk.next.MOST_ROWS", 100)
    assert next_events(store, actor="NLD-X", learn=False).gaps == ()


@pytest.mark.parametrize("day", ["2019-06-01", "2020-01-02"])
def test_a_day_before_the_record_is_told_the_first_day_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], day: str
) -> None:
    """Rows of 1 January are known on the third."""
    store = str(stored(tmp_path / "made", silent(set())))
    assert main(["next", "NLD-X", "--as-of", day, "--store", store]) == 1
    assert capsys.readouterr().err == (
        f"demarche: the record of made begins on 2020-01-01; nothing of it was known by {day}; its "
        "first row became known on 2020-01-03.\n"
    )
    assert main(["next", "NLD-X", "--as-of", "2020-01-03", "--no-learn", "--store", store]) == 0


def test_no_day_follows_the_last_of_the_calendar(quads: Quads) -> None:
    with pytest.raises(QuestionError, match="no day follows 9999-12-31"):
        next_events(quads, actor="Ruritania", as_of=dt.date.max, learn=False)


def test_how_far_it_is_is_told_in_plain_lines_off_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rows(23, days=DAYS, a_day=8, actors=6)
    names = [f"{code}-X" for code in ("NLD", "SLD", "AAA", "BBB", "CCC", "DDD")]
    lines = [
        f"{on},{on},{names[s]},{names[o]},{('010', '040', '112', '190')[r]}"
        for s, r, o, day in made
        for on in [START + dt.timedelta(days=day)]
    ]
    command = ["next", "NLD-X", "--learn", "--store", str(stored(tmp_path / "cli", lines))]
    assert main(command) == 0
    quick = capsys.readouterr()
    assert quick.err == ""  # work of a few seconds says nothing to a file
    monkeypatch.setitem(Progress.__init__.__kwdefaults__, "every", 0.0)
    for path in (tmp_path / "cli" / "store" / "models").glob("next-*"):
        path.unlink()
    assert main(command) == 0
    slow = capsys.readouterr()
    assert slow.out == quick.out
    told = slow.err.splitlines()
    assert "going through the record, 13 of 13 days" in told
    assert any(
        line.startswith("looking at ") and " questions to learn from" in line for line in told
    )
    assert told[-DAYS - 1] == "learning, 120 of 120 trees"


def test_the_recipient_may_be_named_third(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"2020-01-{day:02d},2020-01-{day:02d},NLD-X,SLD-X,040" for day in range(1, 29)]
    asked = ["next", "NLD-X", "Consult", "SLD-X", "--no-learn"]
    store = ["--store", str(stored(tmp_path / "cli", lines))]
    assert main([*asked, *store]) == 0
    third = capsys.readouterr().out
    assert main([*asked[:3], "--recipient", "SLD-X", "--no-learn", *store]) == 0
    assert capsys.readouterr().out == third
    assert "to SLD-X" in third
    assert main(["next", "SLD", *store]) == 1
    assert "It has 'SLD-X' (28 rows)." in capsys.readouterr().err
