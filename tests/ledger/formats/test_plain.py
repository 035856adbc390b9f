"""Plain CSV of forecasts: headers by any usual name, and what a bad file or row gets.

Names of tests carry the row of the list of bad inputs that they cover.
"""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.ledger.formats import join_conditional, read_plain, split_conditional
from demarche.ledger.formats.columns import ROLES


@pytest.fixture
def read(tmp_path):
    def made(text, *, name="forecasts.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return read_plain(path, **options)

    return made


GOOD = "forecaster,question,p,outcome\nada,Will it rain?,0.7,yes\nada,Will it snow?,20 %,no\n"


def reasons(found):
    return [reject.reason for reject in found.rejects]


def test_a_plain_file_is_read(read):
    found = read(GOOD)
    assert [f.probability for f in found.forecasts] == [0.7, 0.2]
    assert [f.outcome for f in found.forecasts] == ["yes", "no"]
    assert {f.holder for f in found.forecasts} == {"ada"}
    assert {f.source for f in found.forecasts} == {"forecasts"}
    assert found.rows == 2 and not found.rejects


@pytest.mark.parametrize("role", ["probability", "outcome", "question", "forecaster", "date"])
def test_every_usual_name_of_a_column_is_taken_in_any_case(read, role):
    for name in ROLES[role]:
        base = {"probability": "p", "outcome": "outcome", "question": "question", "date": "date",
                "forecaster": "forecaster"}  # fmt: skip
        base[role] = name.upper().replace(" ", "_")
        cells = {"probability": "0.3", "outcome": "no", "question": "Q?", "date": "2030-01-02",
                 "forecaster": "ada"}  # fmt: skip
        text = ",".join(base.values()) + "\n" + ",".join(cells[r] for r in base) + "\n"
        found = read(text)
        assert len(found.forecasts) == 1, (name, found.rejects)


def test_a_column_of_percent_is_divided_and_one_of_shares_is_not(read):
    found = read("id,probability (%),y\na,70,1\nb,120,0\n")
    assert [f.probability for f in found.forecasts] == [0.7]
    assert reasons(found) == ["probability '120' lies outside [0, 1]"]


def test_columns_can_be_named_by_hand(read):
    found = read("id,gut,y\na,.7,1\n", columns={"probability": "Gut"})
    assert found.forecasts[0].probability == 0.7
    with pytest.raises(DataError, match=r"no column 'gute'.*Did you mean 'gut'"):
        read("id,gut,y\na,.7,1\n", columns={"probability": "gute"})
    with pytest.raises(DataError, match="Did you mean 'probability'"):
        read("id,gut,y\na,.7,1\n", columns={"probabilty": "gut"})


def test_source_is_the_forecaster_where_nobody_else_is_named(read):
    found = read("source,question,p,y\nThe Gazette,Q?,.6,1\n")
    assert found.forecasts[0].holder == "The Gazette"
    both = read("source,user,question,p,y\nThe Gazette,ada,Q?,.6,1\n")
    assert (both.forecasts[0].source, both.forecasts[0].holder) == ("The Gazette", "ada")


def test_forecasters_in_a_column_called_model_are_models(read):
    text = "model,id,p,y\nM1,a,.5,1\n"
    assert read(text).forecasts[0].forecaster == "model"
    assert read(text, kind="crowd").forecasts[0].forecaster == "crowd"
    assert read(text.replace("model", "user")).forecasts[0].forecaster == "person"


def test_conditional_questions_are_taken_apart_and_put_together(read):
    found = read('question,p,y\n"If Aland mobilises, will Borduria arm?",.4,1\n')
    row = found.forecasts[0]
    assert (row.condition, row.text, row.kind) == (
        "Aland mobilises", "Will Borduria arm?", "conditional",
    )  # fmt: skip
    assert (
        join_conditional(row.text, condition=row.condition)
        == "If Aland mobilises, will Borduria arm?"
    )
    for plain in ("Will it rain?", "Iffy, will it?", "If it rains, umbrellas sell."):
        assert split_conditional(plain).condition == ""


def test_words_without_a_number_are_claims(read):
    found = read("source,question,p,hedge,outcome\nG,Q?,,unlikely,no\n")
    assert found.forecasts[0].probability is None
    assert found.forecasts[0].hedge == "unlikely"


def test_row_23_numbers_that_are_none_are_refused(read):
    found = read("id,p,y\na,NaN,1\nb,Infinity,1\nc,1e999,1\nd," + "9" * 5000 + ",1\n")
    assert not found.forecasts and len(found.rejects) == 4
    assert all("probability" in reason for reason in reasons(found))


def test_row_26_a_quote_that_never_closes_is_named_by_its_line(read):
    with pytest.raises(DataError, match="opens in the row from line 3 never closes"):
        read('id,p,y\na,.5,1\nb,"open,.5,1\nc,.5,1\n')


def test_row_26_text_after_a_closing_quote_is_refused_with_its_line(read):
    with pytest.raises(DataError, match="row from line 2"):
        read('id,p,y\n"a"x,.5,1\n')


def test_row_26_line_breaks_inside_quotes_keep_the_count_of_lines(read):
    found = read('id,p,y,note\na,.5,1,"two\nlines"\nb,2,1,\n')
    assert [reject.place for reject in found.rejects] == ["line 4"]


def test_row_27_ragged_rows_are_rejected_with_their_lines(read):
    found = read("id,p,y\na,.5\nb,.5,1,extra\nc,.5,1\n")
    assert [(r.place, r.reason) for r in found.rejects] == [
        ("line 2", "2 cells; expected 3"),
        ("line 3", "4 cells; expected 3"),
    ]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,p,p,y", "two columns are called 'p'"),
        ("id,p,Forecast,y", "could both be the probability; say which"),
        ("id,,p,y", "column 2 has no name"),
        ("id,probabilty,y", "no column for the probability.*'probabilty'.*'probability'"),
        ("id,p", "no column for the outcome"),
        ("p,y", "no column for the question"),
    ],
    ids=["twice", "two alike", "nameless", "near miss", "no outcome", "no question"],
)
def test_row_27_headers(read, header, message):
    with pytest.raises(DataError, match=message):
        read(header + "\n" + ",".join("1" for _ in header.split(",")) + "\n")


def test_row_27_a_byte_order_mark_is_no_part_of_the_first_header(read):
    assert len(read(b"\xef\xbb\xbf" + GOOD.encode()).forecasts) == 2


def test_row_27_columns_that_mean_nothing_are_named(read):
    assert "columns not used: mood" in read("id,p,y,mood\na,.5,1,good\n").notes


def test_row_28_semicolons_and_tabs_are_read_and_said(read):
    found = read("id;p;y\na;0,7;1\nb;.2;0\n")
    assert [f.probability for f in found.forecasts] == [0.7, 0.2]
    assert any("semicolons" in note for note in found.notes)
    assert len(read("id\tp\ty\na\t.7\t1\n").forecasts) == 1
    with pytest.raises(DataError, match="more than one kind of separator"):
        read("id;p,y\na;.5,1\n")


@pytest.mark.parametrize("elsewhere", [131_072, 2**31 - 1])
def test_row_29_a_cell_over_the_limit_is_named(read, elsewhere):
    before = csv.field_size_limit(elsewhere)  # the limit of the process, which others may raise
    try:
        with pytest.raises(DataError, match="a cell has more than 131,072"):
            read('id,p,y\na,.5,1\n"' + "x" * 200_000 + '",.5,1\n')
    finally:
        csv.field_size_limit(before)


def test_row_30_country_names_that_look_like_nothing_stay_text(read):
    text = "id,p,y,country\n" + "\n".join(f"q{i},.5,1,{c}" for i, c in enumerate(
        ("NA", "NO", "null", "nan")))  # fmt: skip
    assert [f.actor for f in read(text + "\n").forecasts] == ["NA", "NO", "null", "nan"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("70 %", 0.7), ("70%", 0.7), (".7", 0.7), ("7e-1", 0.7), ("0", 0.0), ("1", 1.0)],
)
def test_rows_33_and_34_what_is_clear_is_read(read, cell, value):
    assert read(f"id,p,y\na,{cell},1\n").forecasts[0].probability == pytest.approx(value)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-0.1", "outside"),
        ("1.2", "outside"),
        ("70", "write 0.7 or 70 %"),
        ('"0,7"', "decimal comma; write '0.7'"),
        ("", "empty"),
        ("%", "empty"),
        ("likely", "not a number"),
        ("٠.٧", "not a number"),
    ],
)
def test_row_33_what_is_not_clear_is_refused(read, cell, reason):
    found = read(f"id,p,y\na,{cell},1\n")
    assert not found.forecasts
    assert reason in reasons(found)[0]


def test_row_36_a_deadline_before_the_forecast_is_refused(read):
    found = read("id,p,y,date,deadline\na,.5,1,2030-02-01,2030-01-01\n")
    assert "before it was said" in reasons(found)[0]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2030-02-30", "no day of the calendar"),
        ("03/04/2030", "not a date such as"),
        ("1066-10-14", "outside 1900 to 2199"),
    ],
)
def test_row_13_dates_are_never_guessed(read, cell, reason):
    assert reason in reasons(read(f"id,p,y,date\na,.5,1,{cell}\n"))[0]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2030-01-02", dt.date(2030, 1, 2)),
        ("2030/1/2", dt.date(2030, 1, 2)),
        ("2030-01-02T23:30:00Z", dt.date(2030, 1, 2)),
        ("2030-01-02 23:30:00-02:00", dt.date(2030, 1, 3)),
        ("2030-01-02 12:05:7", dt.date(2030, 1, 2)),
    ],
)
def test_row_39_days_are_days_of_utc(read, cell, day):
    assert read(f"id,p,y,date\na,.5,1,{cell}\n").forecasts[0].asked == day


def test_repeats_are_left_out_and_counted_and_revisions_are_kept(read):
    found = read(
        "id,user,p,y,date\na,x,.5,1,2030-01-01\na,x,.5,1,2030-01-01\n"
        "a,x,.6,1,2030-01-02\na,x,.7,1,2030-01-02\n"
    )
    assert [f.probability for f in found.forecasts] == [0.5, 0.6]
    assert reasons(found)[0] == "repeats line 2"
    assert "nothing to say which came later" in reasons(found)[1]
    undated = read("id,user,p,y\na,x,.5,1\na,x,.6,1\n")
    assert "without a date" in reasons(undated)[0]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("TRUE", "yes"), ("1", "yes"), ("n", "no"), ("0.0", "no"), ("Annulled", "annulled"),
        ("ambiguous", "annulled"), ("not known", "not_known"), ("", None), ("open", None),
    ],
)  # fmt: skip
def test_words_for_outcomes(read, word, outcome):
    assert read(f"id,p,y\na,.5,{word}\n").forecasts[0].outcome == outcome


def test_an_outcome_that_is_no_outcome_is_refused(read):
    assert "none of yes, no" in reasons(read("id,p,y\na,.5,maybe\n"))[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xff\xfei\x00d\x00", "UTF-16"),
        (b"id,p,y\na,.5,\x00\n", "NUL byte at offset"),
        (b"id,p,y\n\xe9,.5,1\n", "byte 0xe9 at offset 7"),
        (b"only\n1\n", "one column only"),
        (b"\nid,p,y\na,.5,1\n", "blank line"),
    ],
    ids=["empty", "utf-16", "nul", "latin-1", "one column", "blank first line"],
)
def test_rows_1_to_5_files_that_are_no_table(read, content, message):
    with pytest.raises(DataError, match=message):
        read(content)


def test_verdicts_of_commitments(read):
    found = read(
        "id,claim kind,outcome,verdict,p\na,red line,,kept,\nb,commitment,,maybe,\n"
        "c,promise,,kept,\n"
    )
    assert [(f.kind, f.verdict) for f in found.forecasts] == [("red_line", "kept")]
    assert len(found.rejects) == 2


def test_the_line_by_which_spreadsheets_state_a_separator_is_no_header(read):
    found = read("\ufeffsep=;\r\nquestion;p;y\r\nA, B or C;0,7;1\r\nD;2;1\r\n")
    assert [(f.question, f.probability) for f in found.forecasts] == [("A, B or C", 0.7)]
    assert [reject.place for reject in found.rejects] == ["line 4"]
    for text, message in (
        ("sep=;\nquestion,p,y\nA,0.7,1\n", "the header has none"),
        ("sep=;\n", "nothing else"),
        ('sep=,\nquestion,p,y\n"A,0.7,1\n', "from line 3 never closes"),
    ):
        with pytest.raises(DataError, match=message):
            read(text)
