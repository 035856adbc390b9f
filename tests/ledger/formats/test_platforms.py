"""Files of Fatebook, Metaculus, Manifold and ForecastBench, written here after their formats."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from demarche.errors import DataError
from demarche.ledger.formats import (
    format_of,
    read_fatebook,
    read_file,
    read_forecastbench,
    read_manifold,
    read_metaculus,
)


@pytest.fixture
def put(tmp_path):
    def made(name, content):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return made


def reasons(found):
    return [reject.reason for reject in found.rejects]


FATEBOOK = (
    "Question title,Multiple choice option,Forecast created by,Forecast (scale = 0-1),Forecast "
    "created at,Question created by,Question created at,Question resolve by,Resolution,Resolved "
    "at,Your Brier score for this question,Your relative Brier score for this question,Question "
    "notes,Question shared with,Question shared publicly,Question comments,Question tags\n"
)


def fatebook(title, p, at, resolution, *, option="undefined", by='"2030-03-01 00:00:0"',
             resolved="2030-02-01 09:30:7"):  # fmt: skip
    return (
        f'"{title}",{option},"Ada",{p},{at},"Ada",2030-01-01 10:0:0,{by.strip(chr(34))},'
        f'{resolution},{resolved},undefined,undefined,"two\nlines","",false,"Ben: =1+1",""\n'
    )


def test_fatebook_keeps_the_last_forecast_of_a_day(put):
    """Seconds lack their leading zero, so 12:05:7 comes before 12:05:30."""
    found = read_fatebook(
        put(
            "fate.csv",
            FATEBOOK
            + fatebook("Will it rain?", 0.3, "2030-01-05 12:05:30", '"YES"')
            + fatebook("Will it rain?", 0.2, "2030-01-05 12:05:7", '"YES"')
            + fatebook("Will it rain?", 0.6, "2030-01-09 08:00:0", '"YES"'),
        )
    )
    assert [(f.asked.day, f.probability) for f in found.forecasts] == [(5, 0.3), (9, 0.6)]
    assert found.forecasts[0].resolved_on == dt.date(2030, 2, 1)
    assert any("replaced by the last: 1" in note for note in found.notes)


def test_fatebook_words_for_nothing_and_void(put):
    found = read_fatebook(
        put(
            "fate.csv",
            FATEBOOK
            + fatebook("If Aland mobilises, will Borduria arm?", 0.3, "2030-01-05 12:05:30",
                       "null", resolved="null")
            + fatebook("Who?", 0.4, "2030-01-05 12:00:0", '"AMBIGUOUS"', option='"Syldavia"')
            + fatebook("Bad?", 1.4, "2030-01-05 12:00:0", '"YES"')
            + fatebook("Odd?", 0.4, "2030-01-05 12:00:0", '"MAYBE"')
            + fatebook("Late?", 0.4, "2030-04-05 12:00:0", '"NO"'),
        )
    )  # fmt: skip
    by_text = {f.text: f for f in found.forecasts}
    assert by_text["Will Borduria arm?"].condition == "Aland mobilises"
    assert by_text["Will Borduria arm?"].outcome is None
    assert by_text["Who?"].outcome == "annulled" and by_text["Who?"].course == "Syldavia"
    assert "after its resolve-by" in by_text["Late?"].note
    assert len(found.rejects) == 2
    assert (
        "outside [0, 1]" in reasons(found)[0] and "none of yes, no, ambiguous" in reasons(found)[1]
    )
    assert found.rejects[0].place == "line 6"


def test_fatebook_without_its_columns_is_refused(put):
    with pytest.raises(DataError, match="no export of Fatebook"):
        read_fatebook(put("x.csv", "a,b\n1,2\n"))


def stamp(day, hour=12):
    return dt.datetime(2030, 1, day, hour, tzinfo=dt.UTC).timestamp()


def question(id=7, *, kind="binary", resolution="yes", mine=(), crowd=None, **changes):
    return {
        "id": id,
        "title": "Will it rain?",
        "type": kind,
        "resolution": resolution,
        "scheduled_close_time": "2030-02-01T00:00:00Z",
        "actual_close_time": "2030-01-20T09:00:00Z",
        "actual_resolve_time": "2030-01-20T10:00:00.123456Z",
        "my_forecasts": {
            "history": [
                {"start_time": stamp(day), "end_time": None, "forecast_values": [1 - p, p]}
                for day, p in mine
            ],
            "latest": None,
        },
        "aggregations": {"recency_weighted": {"history": crowd or [], "latest": None}},
        **changes,
    }


def test_metaculus_own_forecasts_and_the_crowd(put):
    post = {
        "id": 1,
        "title": "Will it rain?",
        "question": question(
            mine=[(2, 0.3), (5, 0.7)],
            crowd=[{"start_time": stamp(3), "end_time": None, "forecast_values": None,
                    "centers": [0.6]}],
        ),
    }  # fmt: skip
    found = read_metaculus(put("post.json", post))
    rows = [(f.holder, f.forecaster, f.probability, f.asked.day) for f in found.forecasts]
    assert rows == [
        ("me", "person", 0.3, 2),
        ("me", "person", 0.7, 5),
        ("crowd", "crowd", 0.6, 3),
    ]
    assert {f.outcome for f in found.forecasts} == {"yes"}
    assert found.forecasts[0].closes == dt.date(2030, 1, 20)
    assert any("for your own eyes" in note for note in found.notes)


def test_metaculus_conditionals_are_two_questions_on_a_condition(put):
    post = {
        "id": 2,
        "conditional": {
            "condition": {"id": 5, "title": "Aland mobilises?"},
            "condition_child": {"id": 6, "title": "Will Borduria arm?"},
            "question_yes": question(id=8, resolution="annulled", mine=[(2, 0.3)]),
            "question_no": question(id=9, resolution="no", mine=[(2, 0.1)]),
        },
    }
    yes, no = read_metaculus(put("post.json", {"results": [post]})).forecasts
    assert (yes.condition, yes.outcome) == ("Aland mobilises? (yes)", "annulled")
    assert (no.condition, no.outcome) == ("Aland mobilises? (no)", "no")
    assert yes.text == no.text == "Will Borduria arm?"
    assert yes.cluster == no.cluster


def test_metaculus_leaves_out_and_counts_what_is_not_binary_or_empty(put):
    posts = [
        {"id": 1, "question": question(kind="numeric", resolution="12", mine=[(2, 0.4)])},
        {"id": 2, "question": question()},
        {"id": 3, "title": "a notebook"},
        {"id": 4, "question": question(resolution="perhaps", mine=[(2, 0.4)])},
        {"id": 5, "group_of_questions": {"questions": [question(id=11, mine=[(2, 0.4)])]}},
    ]
    found = read_metaculus(put("posts.json", posts))
    assert [f.question for f in found.forecasts] == ["11"]
    text = " / ".join(reasons(found))
    for part in ("type 'numeric'", "no forecast of yours", "has none of question", "'perhaps'"):
        assert part in text


def bet(day, p, *, amount=10, answer=None, **changes):
    row = {"contractId": "m", "createdTime": int(stamp(day) * 1000), "probAfter": p,
           "amount": amount, **changes}  # fmt: skip
    return row if answer is None else {**row, "answerId": answer}


def market(**changes):
    return {
        "id": "m",
        "question": "If Aland mobilises, will Borduria arm?",
        "outcomeType": "BINARY",
        "createdTime": int(stamp(1) * 1000),
        "closeTime": int(stamp(20) * 1000),
        "resolutionTime": int(stamp(15) * 1000),
        "resolution": "YES",
        "probability": 0.99,
        **changes,
    }


def test_manifold_prices_are_rebuilt_from_bets(put):
    bets = [bet(2, 0.4), bet(2, 0.5, hour=13), bet(3, 0.45, amount=0), bet(9, 0.8),
            bet(4, 0.2, contractId="other"), bet(5, 0.3, isCancelled=True)]  # fmt: skip
    bets[1]["createdTime"] += 3_600_000
    found = read_manifold(put("m.json", market()), companions=[put("bets.json", bets)])
    assert [(f.asked.day, f.probability) for f in found.forecasts] == [(2, 0.5), (9, 0.8)]
    first = found.forecasts[0]
    assert (first.condition, first.text) == ("Aland mobilises", "Will Borduria arm?")
    assert (first.outcome, first.closes) == ("yes", dt.date(2030, 1, 15))


def test_manifold_without_bets_is_left_out_because_the_last_price_knows_the_end(put):
    found = read_manifold(put("m.json", market()))
    assert not found.forecasts
    assert "no bets are given" in reasons(found)[0]


@pytest.mark.parametrize(
    ("changes", "outcome", "note"),
    [
        ({"resolution": "NO"}, "no", ""),
        ({"resolution": "CANCEL"}, "annulled", "cancelled"),
        ({"resolution": "MKT", "resolutionProbability": 0.4}, "annulled", "price of 0.4"),
        ({"resolution": None, "resolutionTime": None}, None, ""),
    ],
)
def test_manifold_resolutions(put, changes, outcome, note):
    found = read_manifold(put("m.json", market(bets=[bet(2, 0.4)], **changes)))
    assert found.forecasts[0].outcome == outcome
    assert note in found.forecasts[0].note


def test_manifold_answers_are_propositions_of_their_own(put):
    answers = [
        {"id": "a1", "text": "arms", "resolution": "YES"},
        {"id": "a2", "text": "talks", "resolution": "NO"},
    ]
    data = market(
        outcomeType="MULTIPLE_CHOICE", answers=answers, shouldAnswersSumToOne=False,
        bets=[bet(2, 0.4, answer="a1"), bet(3, 0.1, answer="a2")],
    )  # fmt: skip
    found = read_manifold(put("m.json", data))
    assert [(f.course, f.outcome, f.note) for f in found.forecasts] == [
        ("arms", "yes", ""),
        ("talks", "no", ""),
    ]
    data["shouldAnswersSumToOne"] = True
    assert "exclusive" in read_manifold(put("m.json", data)).forecasts[0].note


def test_manifold_times_in_seconds_are_caught(put):
    rows = [{"createdTime": 10**17, "probAfter": 0.5, "amount": 1}]
    found = read_manifold(put("m.json", market(bets=rows)))
    assert not found.forecasts and "createdTime" in reasons(found)[0]


QUESTIONS = {
    "forecast_due_date": "2030-01-10",
    "question_set": "2030-01-10-llm.json",
    "questions": [
        {
            "id": "q1", "source": "acled", "question": "If X invades, will Y arm?",
            "resolution_dates": ["2030-01-17", "2030-02-09"], "freeze_datetime": "2030-01-01",
            "freeze_datetime_value": "12", "market_info_close_datetime": "N/A",
        },
        {
            "id": "q2", "source": "market", "question": "Will Z?", "resolution_dates": "N/A",
            "freeze_datetime": "2030-01-01T00:00:00+00:00", "freeze_datetime_value": "0.97",
            "market_info_close_datetime": "2030-06-01T00:00:00+00:00",
        },
    ],
}  # fmt: skip
RESOLUTIONS = {
    "forecast_due_date": "2030-01-10",
    "question_set": "2030-01-10-llm.json",
    "resolutions": [
        {"id": "q1", "source": "acled", "direction": None, "resolution_date": "2030-01-17",
         "resolved_to": 1.0, "resolved": True},
        {"id": "q1", "source": "acled", "direction": None, "resolution_date": "2030-02-09",
         "resolved_to": None, "resolved": False},
        {"id": "q2", "source": "market", "direction": None, "resolution_date": "2030-02-09",
         "resolved_to": 0.4, "resolved": True},
        {"id": ["q1", "q2"], "source": "acled", "direction": [1, -1],
         "resolution_date": "2030-01-17", "resolved_to": 0.0, "resolved": True},
    ],
}  # fmt: skip
SUBMISSION = {
    "organization": "Lab", "model": "M", "model_organization": "Lab",
    "question_set": "2030-01-10-llm.json", "forecast_due_date": "2030-01-10",
    "forecasts": [
        {"id": "q1", "source": "acled", "forecast": 0.7, "resolution_date": "2030-01-17",
         "reasoning": None},
        {"id": "q1", "source": "acled", "forecast": "0.8", "resolution_date": "2030-02-09",
         "reasoning": None},
        {"id": "q2", "source": "market", "forecast": 0.9, "resolution_date": "N/A",
         "reasoning": None},
        {"id": ["q1", "q2"], "source": "acled", "direction": [1, -1], "forecast": 0.2,
         "resolution_date": "2030-01-17", "reasoning": None},
        {"id": "q2", "source": "market", "forecast": 1.9, "resolution_date": "N/A"},
        {"id": ["q1", "q2"], "source": "acled", "forecast": 0.2, "resolution_date": "2030-01-17"},
        {"id": "q1", "source": "acled", "forecast": "N/A", "resolution_date": "2030-01-17"},
    ],
}  # fmt: skip


def test_forecastbench_submission_with_its_sets(put):
    found = read_forecastbench(
        put("forecasts.json", SUBMISSION),
        companions=[put("questions.json", QUESTIONS), put("resolutions.json", RESOLUTIONS)],
    )
    rows = [(f.probability, f.outcome, f.kind) for f in found.forecasts]
    assert rows == [
        (0.7, "yes", "conditional"),
        (0.8, None, "conditional"),
        (0.9, "annulled", "prediction"),
        (0.2, "no", "prediction"),
    ]
    assert found.forecasts[0].condition == "X invades"
    assert found.forecasts[0].text == "Will Y arm?"
    assert found.forecasts[2].note == "resolved to 0.4"
    assert {f.holder for f in found.forecasts} == {"Lab M"}
    assert len({f.cluster for f in found.forecasts[:2]}) == 1
    text = " / ".join(reasons(found))
    for part in ("lies outside [0, 1]", "has no direction", "forecast is missing"):
        assert part in text


def test_forecastbench_market_prices_are_a_crowd(put):
    found = read_forecastbench(put("questions.json", QUESTIONS))
    assert [(f.holder, f.forecaster, f.probability) for f in found.forecasts] == [
        ("market", "crowd", 0.97)
    ]
    assert "is asked of data" in reasons(found)[0]
    assert any("no resolution set" in note for note in found.notes)


def test_forecastbench_files_that_do_not_fit(put):
    with pytest.raises(DataError, match="both hold questions"):
        read_forecastbench(
            put("a.json", QUESTIONS), companions=[put("b.json", QUESTIONS)]
        )  # fmt: skip
    with pytest.raises(DataError, match="resolutions only"):
        read_forecastbench(put("r.json", RESOLUTIONS))
    with pytest.raises(DataError, match="one of questions, forecasts, resolutions"):
        read_forecastbench(put("x.json", {"a": 1}))


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", "id,p,y\na,.5,1\n", "csv"),
        ("a.csv", FATEBOOK, "fatebook"),
        ("a.json", QUESTIONS, "forecastbench"),
        ("a.json", [market()], "manifold"),
        ("a.json", {"results": []}, "metaculus"),
    ],
)
def test_formats_are_told_by_their_content(put, name, content, format):
    assert format_of(put(name, content)) == format


def test_what_a_format_has_no_use_for_is_refused(put):
    path = put("a.csv", "id,p,y\na,.5,1\n")
    with pytest.raises(DataError, match="read alone"):
        read_file(path, format="csv", companions=[path])
    with pytest.raises(DataError, match="plain CSV only"):
        read_file(put("m.json", market()), format="manifold", columns={"probability": "p"})
    with pytest.raises(DataError, match="no format that is known"):
        format_of(put("b.json", {"a": 1}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"questions": [NaN]}', "NaN is no number"),
        ('{"questions": [Infinity]}', "Infinity is no number"),
        ('{"a": 1, "a": 2}', "given twice"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": 1} {"b": 2}', "line 1, column 10"),
        ('{"a": [1,]}', "line 1, column 10"),
        ('{"a": ' + "9" * 5000 + "}", "5000 digits"),
        ("[" * 100 + "]" * 100, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["nan", "infinity", "twice", "truncated", "two", "comma", "digits", "deep", "deeper"],
)  # fmt: skip
def test_rows_19_21_23_25_json_that_is_refused(put, text, message):
    with pytest.raises(DataError, match=message):
        read_metaculus(put("bad.json", text))


def test_row_24_half_of_a_surrogate_pair_is_refused(put):
    with pytest.raises(DataError, match="surrogate"):
        read_metaculus(put("bad.json", '{"results": [{"title": "\\ud800"}]}'))


def test_row_23_a_number_too_large_is_refused_with_its_field(put):
    data = {**SUBMISSION, "forecasts": [{**SUBMISSION["forecasts"][0], "forecast": "1e999"}]}
    assert "forecast must be a finite number" in reasons(
        read_forecastbench(put("f.json", data))
    )[0]  # fmt: skip


def test_an_export_of_fatebook_from_before_there_were_options_is_read(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(
        "Question title,Forecast created by,Forecast (scale = 0-1),Forecast created at,"
        "Question resolve by,Resolution,Resolved at\n"
        "Will it rain?,ada,0.7,2030-01-01 10:00:00,2030-02-01 00:00:00,YES,2030-01-20 00:00:00\n",
        encoding="utf-8",
    )
    (row,) = read_fatebook(path).forecasts
    assert (row.probability, row.outcome, row.course) == (0.7, "yes", "")
