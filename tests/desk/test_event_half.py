"""The record in an answer: what it speaks for enters, what it cannot say is named."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from demarche.desk import ask
from demarche.desk.event_fit import FittedRecord, Scheme, Supply
from demarche.desk.event_half import EventHalf
from demarche.desk.event_names import record_name
from demarche.desk.record import open_counts
from demarche.errors import MethodError
from demarche.outside.events.gate import gate_family
from demarche.outside.events.lift import LiftLadder, apply_lift, class_lift
from demarche.outside.events.standing import standing_forecasts
from demarche.outside.events.trigger import trigger_answer
from demarche.record.counts import count_store
from demarche.record.ingest import ingest
from demarche.record.store import counted
from demarche.show.data import answer_data, answer_schema
from demarche.show.report import report_html
from demarche.show.text import answer_text
from demarche.terms import Actor
from tests.builders import case_of, template_data
from tests.desk.test_panels import counts_of

DAY = dt.date(2021, 12, 31)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A record of two years: NLD-X and SLD-X talk weekly, quarrel monthly; others fill it."""
    return made(tmp_path_factory.mktemp("half"))


@pytest.fixture(scope="module")
def in_company(tmp_path_factory):
    """The same, but force by SLD-X on NLD-X comes thrice a day, and is answered by two demands."""
    company = ["{day},SLD-X,NLD-X,190", "{day},SLD-X,NLD-X,190"] + ["{day},NLD-X,SLD-X,163"] * 2
    return made(tmp_path_factory.mktemp("company"), company=company)


def made(folder, *, company=(), more=(), lag=0):
    rows = ["day,who,whom,code", *more]
    names = ["NLD-X", "SLD-X", "AAA-X", "BBB-X", "CCC-X"]
    for n in range(730):
        day = dt.date(2020, 1, 2) + dt.timedelta(days=n)
        for i, a in enumerate(names):
            for j, b in enumerate(names):
                if a != b and (n + i + j) % (6 + i + j) == 0:
                    rows.append(f"{day},{a},{b},045")
                if a != b and (n + 2 * i + j) % (23 + 4 * i + j) == 0:
                    rows.append(f"{day},{a},{b},163")
                if a != b and (n + i + 2 * j) % (60 + 9 * i + 31 * j) == 0:
                    rows.append(f"{day},{a},{b},190")
                    if (a, b) == ("SLD-X", "NLD-X"):
                        rows += [row.format(day=day) for row in company]
    (folder / "made.csv").write_text("\n".join(rows) + "\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    ingest(
        folder / "store", [folder / "made.csv"], source="made", column_map=columns,
        known_lag_days=lag,
    )  # fmt: skip
    count_store(folder / "store")
    return folder / "store"


def coded():
    data = template_data()
    for course in data["courses"]:
        to = "SLD-X" if course["actor"] == "NLD-X" else "NLD-X"
        course["coded_as"] = {**course["coded_as"], "recipients": [to]}
    data["courses"][1]["coded_as"]["match"] = "wider"
    for trigger in data["triggers"]:
        if trigger["id"] != "none":
            trigger |= {"actor": "SLD-X", "recipient": "NLD-X"}
            trigger["coded_as"] = {"plover": ["ASSAULT"], "cameo": ["190"]}
    return data


@pytest.fixture(scope="module")
def case():
    return case_of(coded())


@pytest.fixture(scope="module")
def answer(store, case):
    return ask(case, store=store, as_of=DAY, horizon_days=30, draws=32)


def test_courses_whose_codes_are_the_course_enter_the_pool(answer, case):
    plain = ask(case, as_of=DAY, horizon_days=30, draws=32)
    before = {row.id: row.probability for row in plain.courses}
    events = {course.course: course for course in answer.record.courses}
    assert set(events) >= {"talks", "sanctions"}
    assert events["talks"].pooled
    assert not events["sanctions"].pooled
    after = {row.id: row for row in answer.courses}
    assert after["talks"].probability != before["talks"]
    assert after["sanctions"].probability == before["sanctions"]
    assert answer.run_id != plain.run_id


def test_every_number_of_the_record_is_one(answer):
    for course in answer.record.courses:
        assert 0 <= course.low <= course.probability <= course.high <= 1
        assert 0 < course.base_rate < 1
        assert course.windows > 600
        assert course.effective_n == pytest.approx(course.windows / 30)
        assert course.sentence


@pytest.mark.parametrize(("days", "occasions"), [(12, 9), (16, 10)])
def test_an_occasion_counts_once_the_acts_of_its_window_are_known(tmp_path, case, days, occasions):
    """Force by SLD-X every 69 days, the tenth time on day 689; acts are known nine days late."""
    store, tenth = made(tmp_path, lag=9), dt.date(2020, 1, 2) + dt.timedelta(days=689)
    as_of = tenth + dt.timedelta(days=days)
    record = ask(case, store=store, as_of=as_of, horizon_days=7, draws=32).record
    talks = next(c for c in record.courses if c.course == "talks")
    assert talks.occasions == occasions


def test_a_frequent_act_is_likelier_than_a_rare_one(answer):
    events = {course.course: course for course in answer.record.courses}
    assert events["talks"].without > 0.8 > events["force"].without


def test_a_trigger_has_dated_occasions_and_controls_and_no_lift_without_a_gate(answer):
    course = next(c for c in answer.record.courses if c.course == "talks")
    assert course.occasions > 5
    assert 0 <= course.followed <= course.occasions
    assert course.lift is None or course.lift > 0
    assert {item.kind for item in course.dated} <= {"occasion", "control"}
    for item in course.dated:
        if item.followed is not None:
            assert 0 < (item.followed - item.day).days <= 30


def test_a_trigger_that_came_alone_has_no_other_usual_rows(answer):
    assert {course.usual for course in answer.record.courses} == {None}
    assert "in place of one row" not in report_html(answer)


def test_the_rows_that_usually_came_with_a_trigger_are_put_beside_one(in_company, case):
    answer = ask(case, store=in_company, as_of=DAY, horizon_days=30, draws=32)
    courses = {course.course: course for course in answer.record.courses}
    said = {course.usual_rows for course in courses.values()}
    assert len(said) == 1
    assert "3 of 190 by SLD-X on NLD-X, 2 of 163 by NLD-X on SLD-X" in said.pop()
    assert all(course.usual is not None for course in courses.values())
    assert any(abs(c.usual - c.probability) > 1e-4 for c in courses.values())
    assert all(0 < c.usual < 1 for c in courses.values())
    assert f"with {courses['talks'].usual_rows} in place of one row" in report_html(answer)
    jsonschema.Draft202012Validator(answer_schema()).validate(answer_data(answer))


def test_asked_again_the_answer_is_read_and_the_same(store, case, answer):
    again = ask(case, store=store, as_of=DAY, horizon_days=30, draws=32)
    assert again == answer or json.dumps(answer_data(again)) == json.dumps(answer_data(answer))


def test_the_object_is_what_the_schema_says_and_all_fronts_show_the_record(answer):
    jsonschema.Draft202012Validator(answer_schema()).validate(answer_data(answer))
    text = answer_text(answer)
    assert "EVENTS" in text
    assert f"made, {answer.record.first}" in text
    page = report_html(answer)
    assert "What the record says of the trigger" in page
    assert "Which organ acts" in page


def test_without_a_record_the_answer_says_so_and_goes_on(case):
    answer = ask(case, as_of=DAY, draws=32)
    assert answer.record is None
    assert "no event record is used" in answer.record_note
    assert "no event record is used" in answer_text(answer)


def test_a_record_that_begins_later_is_silent_and_says_why(store, case):
    answer = ask(case, store=store, as_of=dt.date(2019, 1, 1), draws=32)
    assert answer.record is None
    assert "it begins on 2020-01-0" in answer.record_note


def test_a_record_that_ends_long_before_the_question_is_shown_and_enters_no_pool(store, case):
    late, old = dt.date(2022, 1, 31), dt.date(2022, 2, 1)
    near = ask(case, store=store, as_of=late, horizon_days=30, draws=32)
    far = ask(case, store=store, as_of=old, horizon_days=30, draws=32)
    assert {c.pooled for c in near.record.courses if c.match == "same"} == {True}
    assert not any(c.pooled for c in far.record.courses)
    assert not any("that old" in warning for warning in near.record.warnings)
    assert "32 days before the question" in far.record.warnings[0]
    plain = ask(case, as_of=old, horizon_days=30, draws=32)
    assert far.courses == plain.courses
    assert "(record too old: not pooled)" in " ".join(answer_text(far).split())
    assert "no: record too old" in report_html(far)


def test_a_horizon_beyond_a_year_is_not_read_from_the_record(store, case):
    answer = ask(case, store=store, as_of=DAY, horizon_days=500, draws=32)
    assert answer.record is None
    assert "365 days" in answer.record_note


def test_fits_are_kept_and_a_spoilt_one_is_learned_again(store, case, answer):
    models = store / "models"
    fits = sorted(models.glob("fit-*.json"))
    assert fits
    kept = {path: path.read_bytes() for path in fits}
    for view in models.glob("view-*.json"):
        view.unlink()
    last = max(fits, key=lambda path: json.loads(kept[path])["as_of_day"])
    last.write_text(last.read_text()[:100])
    for array in (*models.glob("standing-*/value.npy"), *models.glob("trials-*/about.json")):
        array.unlink()
    for about in models.glob("record-*.json"):
        about.write_text("{")
    again = ask(case, store=store, as_of=DAY, horizon_days=30, draws=32)
    assert json.dumps(answer_data(again)) == json.dumps(answer_data(answer))
    assert {path: path.read_bytes() for path in models.glob("fit-*.json")} == kept


def test_another_trigger_actor_or_day_without_news_is_not_learned_for_again(store, case):
    ask(case, store=store, as_of=DAY, horizon_days=30, draws=32)
    models = store / "models"
    learned = {path.name for path in models.iterdir() if not path.name.startswith("view-")}
    told = []
    others = [a.id for a in case.actors if case.courses_of(a.id) and a.id != case.question.actor]
    assert others
    for actor in others:
        ask(case, actor=actor, store=store, as_of=DAY, horizon_days=30, draws=32, said=told.append)
    ask(case, trigger="none", store=store, as_of=DAY, horizon_days=30, draws=32, said=told.append)
    ask(case, store=store, as_of=dt.date(2022, 2, 1), horizon_days=30, draws=32, said=told.append)
    assert {p.name for p in models.iterdir() if not p.name.startswith("view-")} == learned
    assert not told
    ask(case, store=store, as_of=DAY, horizon_days=20, draws=32, said=told.append)
    assert told
    assert told[0].startswith("learning from made as known on 2021-12-31")


@pytest.mark.parametrize("what", ["courses", "triggers"])
def test_an_answer_hangs_on_the_case_not_on_what_was_asked_before(tmp_path, case, what):
    """All courses of a case are learned together: one changed, the answer kept before is stale."""
    data = coded()
    data[what][-1]["coded_as"] |= {"cameo": ["04", "19"]}
    found = []
    for name in ("asked before", "new"):
        (tmp_path / name).mkdir()
        store = made(tmp_path / name)
        if name == "asked before":
            ask(case, trigger="none", store=store, as_of=DAY, horizon_days=30, draws=32)
        answer = ask(
            case_of(data), trigger="none", store=store, as_of=DAY, horizon_days=30, draws=32
        )
        found.append(answer.record.courses)
    assert found[0] == found[1]


def test_what_is_learned_is_kept_for_the_counts_that_it_is_learned_from(tmp_path, case):
    """Not for those of a sync that ended in the meantime: they would be taken for learned."""
    store = made(tmp_path)
    counts = open_counts(store, unit="actor")
    (tmp_path / "more.csv").write_text("day,who,whom,code\n2021-12-30,NLD-X,SLD-X,045\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    ingest(store, [tmp_path / "more.csv"], source="made", column_map=columns)
    count_store(store)
    half = EventHalf(
        case, actor=case.question.actor, as_of=DAY, horizon_days=30, counts=counts, store=store
    )
    assert half.store_hash == counts.key
    assert half.store_hash != counted(store)["made"].key


def test_a_recipient_that_is_not_in_the_record_is_named_in_the_note(store):
    data = coded()
    data["actors"].append({"id": "ABSENT", "name": "Absent"})
    data["courses"][0]["coded_as"]["recipients"] = ["SLD-X", "ABSENT"]
    found = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    talks = next(course for course in found.courses if course.course == "talks")
    assert talks.recipients == ("SLD-X",)
    assert "Not in the record, so not among its recipients: ABSENT" in talks.note


def test_a_record_known_a_week_late_supposes_no_act_of_today(tmp_path, case):
    """No row it learned from is as fresh: one took 95 % to 0."""
    late = made(tmp_path, lag=7)
    found = ask(case, store=late, as_of=DAY, horizon_days=30, draws=32).record
    assert found.inserted.startswith("acts become known 7 days later or more in this record")
    assert found.courses
    assert all(course.probability == course.without for course in found.courses)


def test_a_lift_moves_the_number_though_no_act_is_supposed(tmp_path, case, monkeypatch):
    """The note must not say that the number is the one without."""
    from demarche.desk import event_reading

    def lifted(**given):
        view = trigger_answer(**given)
        return replace(view, lift=2.0, p_with=float(apply_lift(given["p_state"], lift=2.0)))

    monkeypatch.setattr(event_reading, "trigger_answer", lifted)
    late = made(tmp_path, lag=7)
    found = ask(case, store=late, as_of=DAY, horizon_days=30, draws=32).record
    assert any(course.probability > course.without for course in found.courses)
    assert found.inserted.endswith("is the one without, unless a lift is told")


def test_a_lift_of_the_exact_dyad_is_used_where_its_rung_was_admitted(tmp_path, case, monkeypatch):
    """Of the dyad that the course is about, and of no other; in the number and in its range."""
    from demarche.desk import event_reading

    def admitted(cells, **given):
        out = []
        for gated, (_, trials, _) in zip(gate_family(cells, **given), cells, strict=True):
            flat = replace(class_lift(trials), value=1.0, log_sd=0.0)
            by_dyad = {n: replace(flat, value=2.0 + n, log_sd=0.5) for n in np.unique(trials.dyad)}
            ladder = LiftLadder(pooled=flat, by_actor={}, by_dyad=by_dyad)
            out.append(replace(gated, rung="dyad", ladder=ladder, pooled=flat, misfit=0.0))
        return tuple(out)

    told = []

    def tell(**given):
        told.append(trigger_answer(**given))
        return told[-1]

    monkeypatch.setattr(event_reading, "gate_family", admitted)
    monkeypatch.setattr(event_reading, "trigger_answer", tell)
    asked = {"store": made(tmp_path), "as_of": DAY, "horizon_days": 3, "draws": 32}
    found = ask(case, **asked).record
    (path,) = (asked["store"] / "models").glob("trials-*")
    names = json.loads((path / "about.json").read_text())["about"]
    talks = next(course for course in found.courses if course.course == "talks")
    number = list(names).index("045")
    places = {who: place for place, who in enumerate(("AAA-X", "BBB-X", "CCC-X", "NLD-X", "SLD-X"))}
    by, to = (np.load(path / f"{number}-{end}.npy") for end in ("actor", "recipient"))
    (own,) = np.flatnonzero((by == places["NLD-X"]) & (to == places["SLD-X"]))
    assert own > 0
    assert talks.lift == 2.0 + own
    assert {view.lift_variance for view in told if view.lift == talks.lift} == {0.25}


def test_acts_that_are_sure_towards_each_of_several_are_no_certainty(tmp_path, monkeypatch):
    """At 0.99999 towards each of four they were 1 in floats, which has no range: an error."""
    from demarche.desk import event_reading

    data = coded()
    others = ("AAA-X", "BBB-X", "CCC-X")
    data["actors"] += [{"id": name, "name": name} for name in others]
    data["courses"][0]["coded_as"]["recipients"] = ["SLD-X", *others]

    def sure(*args, **given):
        made = standing_forecasts(*args, **given)
        return tuple(replace(one, probability=0.99999, base_rate=0.99999) for one in made)

    monkeypatch.setattr(event_reading, "standing_forecasts", sure)
    found = ask(case_of(data), store=made(tmp_path), as_of=DAY, horizon_days=30, draws=32).record
    talks = next(course for course in found.courses if course.course == "talks")
    assert 0.99999 < talks.probability < 1
    assert 0 < talks.low <= talks.probability <= talks.high <= 1
    assert 0.99999 < talks.base_rate < 1


def test_types_and_actors_that_only_later_rows_bring_change_nothing(tmp_path):
    """The day lies in the middle of the record; what comes later is of other types and actors."""
    data = coded()
    data["courses"][1]["coded_as"]["cameo"] += ["145"]
    data["courses"][2]["coded_as"]["cameo"] = ["203"]
    data["triggers"][-1]["coded_as"] = {"cameo": ["202"]}
    names, day = ("NLD-X", "SLD-X", "NEW-A", "NEW-B", "NEW-C"), dt.date(2021, 6, 30)
    later = [
        f"{dt.date(2021, 7, 1) + dt.timedelta(days=n)},{a},{b},{code}"
        for n in range(60) for code in (145, 202, 203) for a in names for b in names if a != b
    ]  # fmt: skip
    found = []
    for name, more in (("early", []), ("all", later)):
        (tmp_path / name).mkdir()
        store = made(tmp_path / name, more=more)
        answer = ask(case_of(data), store=store, as_of=day, horizon_days=30, draws=32)
        found.append(replace(answer.record, store_hash=""))
    early, everything = found
    assert early == everything
    assert dict(early.missing)["force"] == "no event of its codes in the record"
    assert {course.course for course in early.courses} == {"talks", "sanctions"}


@pytest.mark.parametrize("lag", [1, 7])
def test_the_last_acts_of_a_record_known_late_are_read_once_they_are_known(tmp_path, lag):
    """As of the day they become known, and as if the record went on; not as of its last act."""
    crisis = ["2021-12-31,SLD-X,NLD-X,190"] * 30
    later = [f"2022-01-{5 + n},{a}-X,{b}-X,010" for n in range(9) for a, b in (("AAA", "BBB"),)]
    found = {}
    for name, more in (("calm", []), ("crisis", crisis), ("on", crisis + later)):
        (tmp_path / name).mkdir()
        store = made(tmp_path / name, more=more, lag=lag)
        for day in (DAY, DAY + dt.timedelta(days=lag)):
            half = ask(case_of(coded()), store=store, as_of=day, horizon_days=30, draws=32).record
            found[name, day == DAY] = [(c.course, c.without, c.base_rate) for c in half.courses]
    assert found["calm", True] == found["crisis", True] == found["on", True]
    assert found["calm", False] != found["crisis", False] == found["on", False]


def test_a_row_dated_back_that_is_known_later_changes_nothing(tmp_path):
    """It drew the record out to its day: nine years more, in which nothing was known to happen."""
    late = "2012-05-01,AAA-X,BBB-X,010,2021-09-01"
    found = []
    for name in ("without", "with"):
        (tmp_path / name).mkdir()
        store = made(tmp_path / name)
        if name == "with":
            (tmp_path / "late.csv").write_text(f"day,who,whom,code,seen\n{late}\n")
            columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
            ingest(
                store, [tmp_path / "late.csv"], source="made",
                column_map=columns | {"known_at": "seen"},
            )  # fmt: skip
            count_store(store)
        day = dt.date(2021, 6, 30)
        answer = ask(case_of(coded()), store=store, as_of=day, horizon_days=30, draws=32)
        found.append(replace(answer.record, store_hash=""))
    assert found[0] == found[1]
    assert found[1].first == dt.date(2020, 1, 8)


def test_a_day_inside_a_record_is_read_through_once(tmp_path, case, monkeypatch):
    """Who and what was known on it is kept: a record may hold a hundred million rows."""
    copy, day = made(tmp_path), dt.date(2021, 6, 30)
    first = ask(case, store=copy, as_of=day, horizon_days=30, draws=32).record
    monkeypatch.setattr("demarche.desk.panels._known", None)
    assert ask(case, store=copy, as_of=day, horizon_days=30, draws=32).record == first


def test_a_record_without_acts_among_its_states_says_so_and_the_answer_goes_on(tmp_path):
    """Its states and the actors of the case deal with others alone."""
    ends = (("USA", "Q-1"), ("GBR", "Q-2"), ("FRA", "Q-3"), ("NLD-X", "Q-1"), ("SLD-X", "Q-2"))
    rows = [
        f"{dt.date(2020, 1, 2) + dt.timedelta(days=n)},{a},{b},010"
        for n in range(100) for a, b in ends
    ]  # fmt: skip
    (tmp_path / "made.csv").write_text("\n".join(["day,who,whom,code", *rows]) + "\n")
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    store = tmp_path / "store"
    ingest(store, [tmp_path / "made.csv"], source="made", column_map=columns, known_lag_days=0)
    count_store(store)
    data = coded()
    for course in data["courses"]:
        course["coded_as"]["cameo"] = ["010"]
    found = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    assert found.courses == ()
    assert set(dict(found.missing).values()) == {
        "too few windows with the act, or without it, to learn from"
    }
    assert "no row of made between two of the actors that are learned from" in found.warnings[0]


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ({"coded_as": {"cameo": ["202"]}}, "the record holds no event of the trigger's codes"),
        ({"coded_as": {}}, "the trigger states no event codes"),
        ({"actor": "ABSENT"}, "the record knows no 'ABSENT' of the trigger"),
    ],
    ids=["codes", "none", "actor"],
)
def test_a_trigger_that_the_record_cannot_hold_is_not_anyones(store, trigger, said):
    data = coded()
    data["actors"].append({"id": "ABSENT", "name": "Absent"})
    data["triggers"] = [
        {**one, **(trigger if one["id"] != "none" else {})} for one in data["triggers"]
    ]
    found = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32).record
    assert found.inserted.startswith(said)
    for course in found.courses:
        assert course.sentence == f"no lift is looked for: {said}"
        assert (course.occasions, course.controls) == (0, 0)
        assert course.probability == course.without


def test_a_record_that_took_back_all_it_held_is_too_thin(tmp_path):
    rows = [(0, 0, 0, 1, 0, 1), (0, 2, 0, 1, 0, -1)]
    scheme = Scheme(
        sets={"040": ("040",)}, triggers=(), apart=("040",), actors=frozenset({"AAA", "BBB"}),
        named=frozenset(), anyone=False,
    )  # fmt: skip
    supply = Supply(counts=counts_of(rows), store=tmp_path, key="made", said=None)
    with pytest.raises(MethodError, match="0 past windows"):
        FittedRecord(supply, as_of=dt.date(2020, 2, 1), horizon=7, scheme=scheme)


def test_a_record_too_thin_to_learn_from_says_so_and_the_answer_goes_on(tmp_path, case):
    (tmp_path / "thin.csv").write_text(
        "day,who,whom,code\n"
        + "".join(f"2021-{m:02}-05,SLD-X,NLD-X,{c}\n" for m in range(1, 12) for c in (190, 163))
    )
    columns = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
    ingest(
        tmp_path / "store", [tmp_path / "thin.csv"], source="thin", column_map=columns,
        known_lag_days=0,
    )  # fmt: skip
    count_store(tmp_path / "store")
    answer = ask(case, store=tmp_path / "store", as_of=DAY, horizon_days=30, draws=32)
    assert not answer.record.courses
    assert any("too thin" in text for text in answer.record.warnings)
    plain = ask(case, as_of=DAY, horizon_days=30, draws=32)
    assert [c.probability for c in answer.courses] == [c.probability for c in plain.courses]
    assert "speaks for 0 of" in " ".join(answer_text(answer).split())
    assert "too thin" in report_html(answer)


def test_a_record_that_became_known_long_after_its_days_says_so(tmp_path, case):
    """All of it is known by then; next to nothing was on the days it could learn from."""
    store = made(tmp_path, lag=700)
    late = ask(case, store=store, as_of=dt.date(2022, 1, 1) + dt.timedelta(days=700), draws=32)
    said = " ".join(late.record.warnings)
    assert "too thin" in said
    assert "Half of its rows became known 700 days after their day or later" in said
    assert "with a column known_at, or with --lag" in said


def test_what_moved_a_course_adds_up_to_the_way_from_its_base_rate(answer):
    """The step to an average state was left out: +5.9 stood between 17 and 25 %."""
    assert answer.record.courses
    for course in answer.record.courses:
        way = math.log(course.without / (1 - course.without))
        way -= math.log(course.base_rate / (1 - course.base_rate))
        assert sum(value for _, value in course.contributions) == pytest.approx(way, abs=0.05)
    assert any(name == "average state" for name, _ in answer.record.courses[0].contributions)


@pytest.mark.parametrize(
    ("id", "name", "aliases", "found"),
    [
        ("BKH", "Boko Haram", (), "Boko_Haram"),
        ("group", "the group", ("boko haram",), "Boko_Haram"),
        ("people", "people", ("Citizen (Nigeria)",), "Citizen_(Nigeria)"),
        ("nigeria", "Nigeria", (), "NGA"),
        ("NGA", "Boko Haram", (), "NGA"),
        ("x", "Ruritania", ("Sylvania",), None),
    ],
)
def test_an_actor_is_found_by_a_name_that_differs_in_case_and_blanks_alone(
    id, name, aliases, found
):
    """As `demarche next` finds it; a state is found by its name too."""
    known = {"Boko_Haram", "Citizen_(Nigeria)", "NGA", "SYR"}
    assert record_name(Actor(id=id, name=name, aliases=aliases), known=known) == found


def test_a_record_that_lacks_the_actor_names_what_was_looked_for_and_the_nearest(store):
    data = coded()
    for place in data["actors"]:
        if place["id"] == "NLD-X":
            place |= {"id": "NLDX", "aliases": ["AAA_Y"]}
    text = json.dumps(data, default=str).replace('"NLD-X"', '"NLDX"')
    data = json.loads(text)
    data["question"]["as_of"] = dt.date.fromisoformat(data["question"]["as_of"])
    answer = ask(case_of(data), store=store, as_of=DAY, horizon_days=30, draws=32)
    assert answer.record is None
    assert "it knows no actor called 'NLDX' or 'Northland' or 'AAA_Y'." in answer.record_note
    assert "Did you mean 'AAA-X'?" in answer.record_note
    assert "can be given among its aliases." in answer.record_note
