"""The life of a forecast: what is added, what is refused, and what scoring then reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from demarche.errors import LedgerError, TermError
from demarche.ledger.life import annul, issue, resolve, resolve_condition, revise
from demarche.ledger.questions import all_questions, find_question
from demarche.ledger.rows import resolved_ladders, resolved_rows
from demarche.terms.ledger import Checkpoint, ConditionResolution, CourseResolution, Resolution
from tests.ledger import made

Q = made.question().id
WAR = made.question(trigger="war")


def states(ledger):
    with ledger.reading() as reading:
        return all_questions(reading)


def rows(ledger, **options):
    return resolved_rows(states(ledger), **options)


def outcome(course, value, on, **changes):
    base = {
        "course": course,
        "outcome": value,
        "on": dt.date.fromisoformat(on),
        "evidence": ("https://example.org/1",),
        "reason": "as reported" if value in ("annulled", "not_known") else "",
    }
    return CourseResolution(**{**base, **changes})


def resolved(*courses, **changes):
    return Resolution(**{"question": Q, "courses": courses, **changes})


def test_issue_revise_resolve_gives_rows_with_every_forecast(ledger, clock):
    first = issue(ledger, made.issued())
    assert first.content.issued_at == first.at
    clock.day(14)
    second = revise(ledger, made.revision(question=Q[:6]))
    clock.day(80)
    resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))
    resolve(ledger, resolved(outcome("arms", "not_known", "2030-04-01"), rung=1))
    found = rows(ledger)
    assert len(found) == 3 * 2 + 2
    pool = [row for row in found if row.view == "pool" and row.course == "talks"]
    assert [(r.seq, r.revision, r.probability, r.outcome) for r in pool] == [
        (first.seq, 0, 0.6, "yes"),
        (second.seq, 1, 0.8, "yes"),
    ]
    assert [r.issued_at for r in pool] == [first.at, second.at]
    assert {r.forecaster for r in pool} == {"pool"}
    assert {r.forecaster for r in found if r.view != "pool"} == {"model"}
    arms = next(row for row in found if row.course == "arms")
    assert (arms.outcome, arms.reason, arms.kind, arms.rung) == (
        "not_known",
        "as reported",
        "arms_covert",
        2,
    )
    assert {(r.question, r.case, r.actor, r.trigger) for r in found} == {
        (Q, "ruritania", "RUR", "none")
    }
    assert not any(row.late or row.sealed for row in found)
    ladders = resolved_ladders(states(ledger))
    assert [(r.view, r.revision, r.rung) for r in ladders] == [
        ("pool", 0, 1),
        ("outside", 0, 1),
        ("inside", 0, 1),
        ("pool", 1, 1),
    ]


def test_open_questions_have_rows_without_an_outcome(ledger):
    issue(ledger, made.issued())
    assert {(row.outcome, row.resolved_on) for row in rows(ledger)} == {("open", None)}
    assert states(ledger)[0].status(dt.date(2030, 1, 2)) == "open"
    assert states(ledger)[0].status(dt.date(2030, 4, 2)) == "due"


def test_a_question_is_issued_once(ledger):
    issue(ledger, made.issued())
    with pytest.raises(LedgerError, match=rf"question {Q} was issued as entry 2 .* is a revision"):
        issue(ledger, made.issued(views=(made.view("pool", 0.9, 0.9),)))


def test_row36_a_deadline_before_the_forecast_is_refused_unless_late(ledger, clock):
    clock.day(91)
    with pytest.raises(TermError, match="deadline 2030-04-01 lies before the forecast"):
        issue(ledger, made.issued())
    issue(ledger, made.issued(late=True, issued_at=clock.now))
    assert all(row.late for row in rows(ledger))


def test_a_question_as_of_a_later_day_is_refused(ledger):
    later = made.question(as_of=dt.date(2030, 1, 2))
    with pytest.raises(LedgerError, match="as of 2030-01-02, and by the clock it is 2030-01-01"):
        issue(ledger, made.issued(question=later))


def test_row37_a_forecast_after_the_outcome_is_refused_or_late(ledger, clock):
    issue(ledger, made.issued())
    clock.day(35)
    resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))
    revise(ledger, made.revision())
    assert {(r.course, r.late) for r in rows(ledger) if r.revision == 1} == {
        ("talks", True),
        ("arms", False),
    }
    resolve(ledger, resolved(outcome("arms", "yes", "2030-02-02")))
    with pytest.raises(LedgerError, match=r"every course of it is resolved; .* late and unscored"):
        revise(ledger, made.revision())
    revise(ledger, made.revision(late=True))
    assert all(row.late for row in rows(ledger) if row.revision == 2)
    assert not any(row.late for row in rows(ledger) if row.revision == 0)


def test_row37_a_forecast_on_the_day_of_a_yes_or_after_it_is_late_by_the_dates(ledger, clock):
    issue(ledger, made.issued())
    clock.day(31)
    revise(ledger, made.revision())
    clock.day(1)
    resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))
    assert {(r.revision, r.late) for r in rows(ledger) if r.course == "talks"} == {
        (0, False),
        (1, True),
    }


def test_row37_a_revision_after_the_window_is_refused(ledger, clock):
    issue(ledger, made.issued())
    clock.day(91)
    with pytest.raises(LedgerError, match="its window closed on 2030-04-01"):
        revise(ledger, made.revision())


def test_row38_an_outcome_is_corrected_by_a_new_entry_that_names_the_old(ledger, clock):
    issue(ledger, made.issued())
    clock.day(95)
    first = resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))
    other = resolved(outcome("talks", "no", "2030-04-01"))
    with pytest.raises(LedgerError, match=r"resolved as yes by entry 3; .* --corrects 3"):
        resolve(ledger, other)
    with pytest.raises(LedgerError, match="resolved as yes by entry 3"):
        resolve(ledger, replace(other, corrects=2))
    second = resolve(ledger, replace(other, corrects=first.seq))
    assert second.content.corrects == first.seq
    assert {(r.outcome, r.resolved_seq) for r in rows(ledger) if r.course == "talks"} == {
        ("no", second.seq)
    }
    assert states(ledger)[0].entries == (2, 3, 4)
    with pytest.raises(LedgerError, match="resolved as no by entry 4"):
        resolve(ledger, replace(other, corrects=first.seq))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (resolved(outcome("talk", "yes", "2030-02-01")), "Did you mean 'talks'"),
        (resolved(outcome("talks", "yes", "2030-04-02")), "outside its window, 2030-01-01 to"),
        (resolved(outcome("talks", "yes", "2029-12-31")), "outside its window"),
        (resolved(outcome("talks", "yes", "2030-05-01")), "lies ahead"),
        (resolved(outcome("talks", "no", "2030-03-01")), "a no once its window is over"),
        (resolved(outcome("arms", "no", "2030-04-01", evidence=())), "covert: that nobody"),
        (resolved(outcome("talks", "no", "2030-04-01"), corrects=2), "nothing to correct"),
        (resolved(rung=3), "rungs 0 to 2, got 3"),
        (resolved(outcome("arms", "yes", "2030-02-01"), rung=1), "arms was taken"),
        (resolved(rung=1, corrects=2), "holds no outcome in force"),
        (resolved(outcome("talks", "no", "2030-04-01"), question="abc"), "no question 'abc'"),
        (resolved(outcome("talks", "no", "2030-04-01"), question="x y"), "named by its id"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(small, clock, change, message):
    issue(small, made.issued())
    clock.day(95)
    with pytest.raises(LedgerError, match=message):
        resolve(small, change)
    assert len(states(small)[0].entries) == 1


def test_a_covert_no_with_a_source_is_taken(small, clock):
    issue(small, made.issued())
    clock.day(95)
    resolve(small, resolved(outcome("arms", "no", "2030-04-01")))
    assert states(small)[0].courses["arms"][1].outcome == "no"


def test_a_rung_is_corrected_like_an_outcome(small, clock):
    issue(small, made.issued())
    clock.day(95)
    first = resolve(small, resolved(rung=1))
    with pytest.raises(LedgerError, match=r"rung of question .* was resolved as 1 by entry 3"):
        resolve(small, resolved(rung=2))
    resolve(small, resolved(rung=2, corrects=first.seq))
    assert states(small)[0].rung == (4, 2)


def test_annulled_courses_stay_in_the_rows_with_their_reason(ledger, clock):
    issue(ledger, made.issued())
    clock.day(40)
    resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))
    annul(ledger, Q[:5], reason="the wording named a body that was dissolved")
    found = {row.course: (row.outcome, row.reason) for row in rows(ledger)}
    assert found["talks"][0] == "yes"
    assert found["arms"] == ("annulled", "the wording named a body that was dissolved")
    assert states(ledger)[0].status(dt.date(2030, 2, 10)) == "resolved"
    with pytest.raises(LedgerError, match=r"every course of question .* is resolved"):
        annul(ledger, Q, reason="again")


def test_a_question_annulled_as_a_whole_is_void(ledger):
    issue(ledger, made.issued())
    annul(ledger, Q, reason="asked by mistake")
    assert states(ledger)[0].status(dt.date(2030, 2, 1)) == "void"


def what_if(value, on="2030-01-20", **changes):
    base = {
        "question": WAR.id,
        "occurred": value,
        "on": dt.date.fromisoformat(on),
        "evidence": ("https://example.org/war",),
        "reason": "" if value == "yes" else "no report of it",
    }
    return ConditionResolution(**{**base, **changes})


def test_a_what_if_opens_its_window_with_the_trigger(ledger, clock):
    issue(ledger, made.issued(question=WAR))
    taken = resolved(outcome("talks", "yes", "2030-04-15"), question=WAR.id)
    clock.day(120)
    with pytest.raises(LedgerError, match=r"is a what-if: say first whether its trigger occurred"):
        resolve(ledger, taken)
    resolve_condition(ledger, what_if("yes"))
    resolve(ledger, taken)
    row = next(row for row in rows(ledger) if row.course == "talks")
    assert (row.opens, row.closes) == (dt.date(2030, 1, 20), dt.date(2030, 4, 20))
    assert (row.outcome, row.condition) == ("yes", "what_if")


def test_a_what_if_whose_trigger_did_not_occur_is_void_and_counted(ledger, clock):
    issue(ledger, made.issued(question=WAR))
    clock.day(60)
    with pytest.raises(LedgerError, match="may still occur, until 2030-04-01"):
        resolve_condition(ledger, what_if("no"))
    clock.day(60)
    resolve_condition(ledger, what_if("no", on="2030-04-01"))
    found = rows(ledger)
    assert {row.outcome for row in found} == {"annulled"}
    assert found[0].reason == "the trigger did not occur: no report of it"
    assert states(ledger)[0].status(clock.now.date()) == "void"
    with pytest.raises(LedgerError, match=r"its trigger is resolved as no \(entry 3\)"):
        revise(ledger, made.revision(WAR))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (what_if("yes", question=Q), "is no what-if"),
        (what_if("yes", on="2029-12-01"), "outside the days that count"),
        (what_if("yes", on="2030-12-01"), "lies ahead"),
        (what_if("yes", corrects=2), "is not resolved yet; leave --corrects out"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(small, clock, change, message):
    issue(small, made.issued())
    issue(small, made.issued(question=WAR))
    clock.day(120)
    with pytest.raises(LedgerError, match=message):
        resolve_condition(small, change)


def test_a_condition_is_corrected_by_naming_it(small, clock):
    issue(small, made.issued(question=WAR))
    clock.day(120)
    first = resolve_condition(small, what_if("yes"))
    with pytest.raises(LedgerError, match="was resolved by entry 3; --corrects 3"):
        resolve_condition(small, what_if("yes", on="2030-01-21"))
    resolve_condition(small, what_if("yes", on="2030-01-21", corrects=first.seq))
    assert states(small)[0].opens == dt.date(2030, 1, 21)


def test_a_question_is_found_by_the_beginning_of_its_id(ledger):
    issue(ledger, made.issued())
    issue(ledger, made.issued(question=WAR))
    with ledger.reading() as reading:
        assert find_question(reading, Q[:4]).id == Q
        assert find_question(reading, f" {Q.upper()} ").id == Q
        with pytest.raises(LedgerError, match=f"no question '{Q[:-1]}0'. Did you mean '{Q}'"):
            find_question(reading, Q[:-1] + "0")


def test_an_ambiguous_id_lists_those_it_begins(small):
    by_first = {}
    n = 0
    while max(map(len, by_first.values()), default=0) < 2:
        entry = issue(small, made.other(n))
        by_first.setdefault(entry.content.question.id[0], []).append(entry)
        n += 1
    letter = next(key for key, found in by_first.items() if len(found) == 2)
    with (
        small.reading() as reading,
        pytest.raises(LedgerError, match=rf"'{letter}' begins 2 ids: .*give more"),
    ):
        find_question(reading, letter)


def test_sealed_needs_an_outside_checkpoint_before_the_outcome(ledger, clock):
    issue(ledger, made.issued())
    clock.day(14)
    revise(ledger, made.revision())
    clock.day(30)
    resolve(ledger, resolved(outcome("talks", "yes", "2030-02-01")))

    def point(size, day, outside=True):
        return Checkpoint(
            origin="0a" * 16,
            size=size,
            root="00" * 32,
            at=dt.datetime.fromisoformat(f"{day}T00:00:00+00:00"),
            outside=outside,
        )

    def sealed(*points):
        found = rows(ledger, checkpoints=points)
        return {(r.revision, r.course) for r in found if r.sealed}

    assert sealed() == set()
    assert sealed(point(2, "2030-01-10", outside=False)) == set()
    assert sealed(point(2, "2030-01-10")) == {(0, "talks"), (0, "arms")}
    assert sealed(point(3, "2030-01-31")) == {(n, c) for n in (0, 1) for c in made.COURSES}
    assert sealed(point(3, "2030-02-01")) == {(n, "arms") for n in (0, 1)}
    assert sealed(point(1, "2030-01-10")) == set()


def test_text_in_another_form_of_unicode_is_the_same_question(small):
    first = made.question(text="caf\u00e9")
    issue(small, made.issued(question=first))
    with pytest.raises(LedgerError, match="was issued as entry 2"):
        issue(small, made.issued(question=made.question(text="cafe\u0301")))
