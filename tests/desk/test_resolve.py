"""The record proposes what became of a question, and says nothing where it cannot."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from demarche.desk.resolve import propose_resolutions, resolution_of
from demarche.errors import QuestionError
from demarche.ledger.life import issue, resolve
from demarche.ledger.questions import all_questions
from demarche.ledger.store import open_ledger
from demarche.record.ingest import ingest
from demarche.terms import Codes
from tests.ledger import made
from tests.ledger.made import Clock

DAYS = [dt.date(2030, 1, 1) + dt.timedelta(days=n) for n in range(100)]
LATER = dt.date(2030, 6, 1)


def store_of(folder, rows, *, days=DAYS, source="made"):
    """A record in which others act every day, and the rows given."""
    lines = ["id,day,who,whom,code"]
    lines += [f"{n},{day},AAA,BBB,042" for n, day in enumerate(days)]
    lines += [f"r{n},{','.join(row)}" for n, row in enumerate(rows)]
    file = folder / f"{source}-{len(rows)}.csv"
    file.write_text("\n".join(lines) + "\n")
    columns = {
        "event_id": "id",
        "date": "day",
        "actor": "who",
        "recipient": "whom",
        "cameo": "code",
    }
    ingest(folder / "store", [file], source=source, column_map=columns, known_lag_days=0)
    return folder / "store"


def rules(**changes):
    first, second = made.rules()
    return (dataclasses.replace(first, **changes), second)


def proposed(store, *, issued=None, known_by=LATER, **options):
    found = propose_resolutions(issued or made.issued(), store=store, known_by=known_by, **options)
    return found, {item.course: item for item in found.items}


ACT = ("2030-02-10", "RUR", "FRE", "0451")


def test_a_row_of_the_codes_proposes_a_yes_on_its_day_with_the_row(tmp_path):
    early = ("2029-12-31", "RUR", "FRE", "045")
    late = ("2030-04-02", "RUR", "FRE", "045")
    store = store_of(tmp_path, [early, ACT, ("2030-02-20", "Ruritania", "Freedonia", "045"), late])
    found, items = proposed(store)
    talks = items["talks"]
    assert (talks.outcome, talks.on, talks.total) == ("yes", dt.date(2030, 2, 10), 2)
    assert [row.event_id for row in talks.rows] == ["made:r1", "made:r2"]
    assert found.covered == found.days == 91
    assert found.coverage.startswith("made: rows on 91 of 91 days from 2030-01-01 to 2030-04-01")


@pytest.mark.parametrize(
    "row",
    [
        ("2030-02-10", "RUR", "FRE", "046"),
        ("2030-02-10", "RUR", "AAA", "045"),
        ("2030-02-10", "FRE", "RUR", "045"),
        ("2030-02-10", "AAA", "FRE", "045"),
        ("2029-12-31", "RUR", "FRE", "045"),
        ("2030-04-02", "RUR", "FRE", "045"),
    ],
    ids=["code", "recipient", "direction", "actor", "before", "after"],
)
def test_other_rows_propose_a_no_once_the_window_is_over(tmp_path, row):
    store = store_of(tmp_path, [row, ("2030-03-01", "RUR", "AAA", "010")])
    talks = proposed(store)[1]["talks"]
    assert (talks.outcome, talks.on, talks.total) == ("no", dt.date(2030, 4, 1), 0)


def test_silence_on_a_covert_course_is_not_known_and_never_no(tmp_path):
    arms = Codes(cameo=("072",))
    store = store_of(tmp_path, [ACT])
    issued = made.issued(
        rules=(made.rules()[0], dataclasses.replace(made.rules()[1], coded_as=arms))
    )
    item = proposed(store, issued=issued)[1]["arms"]
    assert (item.outcome, item.on) == ("not_known", dt.date(2030, 4, 1))
    assert "covert, which a record cannot see" in item.reason
    assert proposed(store, issued=issued, known_by=dt.date(2030, 3, 1))[1]["arms"].outcome is None


def test_codes_wider_than_the_course_propose_nothing(tmp_path):
    store = store_of(tmp_path, [ACT])
    wide = made.issued(rules=rules(coded_as=Codes(cameo=("04",), match="wider")))
    talks = proposed(store, issued=wide)[1]["talks"]
    assert (talks.outcome, talks.total) == (None, 1)
    assert "cover more than the course does" in talks.reason


def test_a_course_without_codes_is_resolved_by_hand(tmp_path):
    assert proposed(store_of(tmp_path, [ACT]))[1]["arms"].reason.startswith(
        "the course states no event codes"
    )


def test_a_window_that_is_open_has_a_yes_and_no_no(tmp_path):
    store = store_of(tmp_path, [ACT, ("2030-01-03", "RUR", "AAA", "010")])
    early = proposed(store, known_by=dt.date(2030, 2, 9))[1]["talks"]
    assert (early.outcome, early.reason) == (
        None,
        "no row yet; the window is open until 2030-04-01.",
    )
    assert proposed(store, known_by=dt.date(2030, 2, 10))[1]["talks"].outcome == "yes"


def test_a_record_that_ends_early_or_has_gaps_says_no_no(tmp_path):
    short = store_of(tmp_path, [("2030-01-03", "RUR", "AAA", "010")], days=DAYS[:60])
    talks = proposed(short)[1]["talks"]
    assert (talks.outcome, talks.reason) == (
        None,
        "the record ends on 2030-03-01, before the window does.",
    )
    (tmp_path / "gaps").mkdir()
    gaps = store_of(tmp_path / "gaps", [("2030-01-03", "RUR", "AAA", "010")], days=DAYS[::2])
    talks = proposed(gaps)[1]["talks"]
    assert talks.outcome is None
    assert "on only 46 of the window's 91 days" in talks.reason


def test_an_actor_the_record_does_not_name_is_left_to_the_hand(tmp_path):
    store = store_of(tmp_path, [])
    assert proposed(store)[1]["talks"].reason.startswith("the record names no RUR")


def test_rows_known_later_change_nothing(tmp_path):
    before = proposed(store_of(tmp_path, []), known_by=dt.date(2030, 2, 9))
    after = proposed(store_of(tmp_path, [ACT]), known_by=dt.date(2030, 2, 9))
    assert before[1]["talks"].rows == after[1]["talks"].rows == ()


def test_names_with_quotes_are_names(tmp_path):
    store = store_of(tmp_path, [("2030-02-10", "O'Land", "FRE", "045")])
    actor = dataclasses.replace(made.issued().actor, names=("O'Land", "x') OR ('1'='1"))
    talks = proposed(store, issued=made.issued(actor=actor))[1]["talks"]
    assert (talks.outcome, talks.total) == ("yes", 1)


def test_plover_types_count_where_a_source_has_no_cameo_codes(tmp_path):
    (tmp_path / "t.csv").write_text("day,who,whom,what\n2030-02-10,RUR,FRE,CONSULT\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "event": "what"}
    ingest(
        tmp_path / "store", [tmp_path / "t.csv"], source="typed", column_map=columns,
        known_lag_days=0,
    )  # fmt: skip
    codes = Codes(plover=("CONSULT",), cameo=("045",), recipients=("FRE",))
    found = proposed(tmp_path / "store", issued=made.issued(rules=rules(coded_as=codes)))[1]
    assert found["talks"].outcome == "yes"


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(QuestionError, match="holds nothing; demarche record sync"):
        proposed(tmp_path / "none")
    store = store_of(tmp_path, [])
    with pytest.raises(QuestionError, match="Did you mean 'made'"):
        proposed(store, source="mad")


def test_what_is_proposed_can_be_resolved_in_the_ledger(tmp_path):
    clock = Clock()
    store = store_of(tmp_path, [ACT])
    with open_ledger(tmp_path / "l.sqlite", clock=clock, new_id="0a" * 16) as ledger:
        issue(ledger, made.issued())
        clock.day(120)
        with ledger.reading() as reading:
            (state,) = all_questions(reading)
        found, _ = proposed(store, issued=state.issued)
        resolution = resolution_of(found)
        assert resolution.by == "record" and resolution.note == found.coverage
        assert [item.course for item in resolution.courses] == ["talks"]
        assert resolution.courses[0].evidence == ("made:r0 2030-02-10 RUR 0451 FRE",)
        resolve(ledger, resolution)
        assert resolution_of(found, skip=["talks"]) is None
        assert resolution_of(found, courses=["arms"]) is None


@pytest.mark.parametrize("days", [DAYS[:1], DAYS[:1] + DAYS[-1:]])
def test_a_record_that_does_not_cover_the_window_says_nothing_of_a_covert_course(tmp_path, days):
    store = store_of(tmp_path, [("2029-12-01", "RUR", "FRE", "010")], days=days)
    covert = dataclasses.replace(made.rules()[1], coded_as=Codes(cameo=("072",)))
    issued = made.issued(rules=(made.rules()[0], covert))
    arms = proposed(store, issued=issued)[1]["arms"]
    assert (arms.outcome, arms.on) == (None, None)
