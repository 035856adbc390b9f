"""Files that another program wrote again, such as R, and what of them meets in one store."""

from __future__ import annotations

import datetime as dt

import pytest

from demarche.errors import DataError
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from demarche.record.store import events
from tests.record.readers.test_dirt import acled, gdelt, read
from tests.record.readers.test_dirt_list import ICEWS, icews

OWN = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
TABLE = "day,who,whom,code\n2024-01-01,USA,RUS,042\n"


def quoted(line):
    """A line of tabs as R and Dataverse write it: words in quotes, numbers and nothing without."""
    bare = [not any(letter.isalpha() for letter in field) for field in line.split("\t")]
    fields = zip(line.split("\t"), bare, strict=True)
    return "\t".join(field if alone else f'"{field}"' for field, alone in fields)


@pytest.mark.parametrize("head", [quoted, str])
def test_words_in_quotes_of_a_source_that_writes_none_are_read_without_them(tmp_path, head):
    cells = {
        "Source Name": "Foreign Affairs (Iran)", "Source Sectors": "Foreign Ministry,Government",
        "Source Country": "Iran", "Target Name": "France", "Target Country": "France",
        "Event Text": "Make a visit", "City": "Paris",
    }  # fmt: skip
    line = quoted(icews(**cells)).replace("042", '"042"')
    text = "\n".join([head(ICEWS), line, line.replace('"Iran"', '"Ir"an"'), line]) + "\n"
    columns = "actor, actor_sector, recipient, cameo, place, source_row"
    rows, rejects, _ = read(tmp_path / "a.tab", text, "icews", columns)
    assert rows == [("IRN", "foreign_ministry", "FRA", "042", "Paris", row) for row in (2, 4)]
    assert [row[2:5:2] for row in rejects] == [(3, "the quote opened on line 3 is never closed")]


def test_a_few_quotes_of_a_source_that_writes_none_are_part_of_its_words(tmp_path):
    line = icews(**{"Source Name": '"Joe" Smith', "Target Name": '"Prince"', "City": '"X"'})
    text = f"{ICEWS}\n{line}\n{icews()}\n"
    rows, _, _ = read(tmp_path / "a.tab", text, "icews", "actor_name, recipient_name")
    assert rows == [('"Joe" Smith', '"Prince"'), ("A", "B")]


def test_a_row_of_which_little_is_known_hides_no_quotes(tmp_path):
    """R writes what is missing as NA without quotes: one such row, and all rows were rejects."""
    header = ICEWS.split("\t")
    full = quoted(icews(**{"CAMEO Code": "042"})).replace("042", '"042"')
    cells = dict.fromkeys(header, "NA") | {
        "Event ID": "8", "Event Date": '"2014-05-02"', "Source Name": '"Protester (Google)"',
        "CAMEO Code": '"141"', "Event Text": '"Demonstrate or rally"', "Publisher": '"The Paper"',
    }  # fmt: skip
    text = "\n".join([quoted(ICEWS), full, "\t".join(cells[name] for name in header), full]) + "\n"
    rows, rejects, _ = read(tmp_path / "a.tab", text, "icews", "cameo, publisher, source_row")
    assert rows == [("042", rows[0][1], 2), ("141", "The Paper", 3), ("042", rows[0][1], 4)]
    assert not rejects


def test_a_quote_after_a_backslash_is_part_of_its_field(tmp_path):
    """As `write.table` of R writes it unless told otherwise."""
    text = TABLE.replace("USA", '"Smith, \\"Joe\\""') + '2024-01-02,"A","C:\\",010\n'
    text += '2024-01-03,"B \\"b\\" \\n",RUS,010\n'
    rows, rejects, _ = read(tmp_path / "a.csv", text, "mine", "actor, recipient", column_map=OWN)
    assert (sorted(rows), rejects) == (
        [("A", "C:\\"), ('B "b" \\n', "RUS"), ('Smith, "Joe"', "RUS")],
        [],
    )
    broken = TABLE.replace("USA", '"Smith "Joe" \\"Jr\\""')
    _, rejects, _ = read(tmp_path / "b.csv", broken, "mine", column_map=OWN)
    assert [row[4] for row in rejects] == ["a quote stands inside a field; write it twice"]


def test_a_cell_of_blanks_is_missing_and_no_number_that_is_none(tmp_path):
    text = "day,who,code,n,m\n2024-01-01,USA,042,  , 7 \n2024-01-01,USA,042,x, \n"
    columns = {"date": "day", "actor": "who", "cameo": "code", "intensity": "n", "mentions": "m"}
    rows, _, warnings = read(
        tmp_path / "a.csv", text, "mine", "intensity, mentions", column_map=columns
    )
    assert rows == [(None, 7), (None, None)]
    assert warnings == ["not a number, left empty: n, 1 row"]


def test_na_in_a_table_of_acled_is_no_publisher_and_no_version(tmp_path):
    text = acled(timestamp="NA")
    rows, _, warnings = read(tmp_path / "a.csv", text, "acled", "source_version, known_at_kind")
    assert rows == [(None, "assumed")]
    assert warnings == ["not a unix time in seconds, known_at assumed: timestamp, 1 row"]


def test_two_copies_of_a_file_that_is_refused_are_an_error_in_an_empty_store(tmp_path):
    """The second was counted as known already, and nothing at all was taken for done."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Files of January.\n")
    with pytest.raises(DataError, match="no file could be read"):
        ingest(tmp_path / "s", [tmp_path / "a.txt", tmp_path / "b.txt"], source="gdelt2")


def test_a_weekly_release_of_icews_is_later_than_a_yearly_file_stamped_before_it(tmp_path):
    """A day of 8 digits and a time of 14 meet in one order: the day, then the rest."""
    for name, intensity in (
        ("20230410-icews-events", "1.0"),
        ("events.2023.20230405120000", "2.0"),
    ):
        cells = {"Event ID": "5", "Event Date": "2023-04-03", "Intensity": intensity}
        (tmp_path / f"{name}.tab").write_text(f"{ICEWS}\n{icews(**cells)}\n")
    ingest(tmp_path / "s", sorted(tmp_path.glob("*.tab")), source="icews")
    rows = events(tmp_path / "s", as_of=dt.date(2100, 1, 1)).project("source_version, intensity")
    assert rows.fetchall() == [("20230410", 1.0)]


def test_a_copy_of_the_splits_by_names_beside_those_of_numbers_counts_nothing_twice(tmp_path):
    """Their ids are not the same, so every event would be two."""
    names = {"entity2id.txt": "Iran\t0\nIsrael\t1\n", "relation2id.txt": "Make statement\t0\n"}
    for name, text in {**names, "train.txt": "0\t0\t1\t0\n"}.items():
        (tmp_path / name).write_text(text)
    other = tmp_path / "icews_2014_train.txt"
    other.write_text("Iran\tMake statement\tIsrael\t2014-01-01\n")
    with read_events(tmp_path, source="icews14") as result:
        assert result.events.project("event_id").fetchall() == [("icews14:0-0-1-0",)]
    (tmp_path / "train.txt").unlink()
    with read_events(tmp_path, source="icews14") as result:
        assert result.events.project("actor, date").fetchall() == [("IRN", dt.date(2014, 1, 1))]


@pytest.mark.parametrize("said", [{"per_day": 1}, {"day_zero": dt.date(2020, 1, 1)}])
def test_what_is_said_of_the_times_of_quadruples_is_refused_for_other_sources(tmp_path, said):
    """It was not heard."""
    (name,) = said
    with pytest.raises(DataError, match=f"{name} say what the times of quadruples count; gdelt2"):
        read(tmp_path / "a.CSV", gdelt(), "gdelt2", **said)
    with pytest.raises(DataError, match="quadruples count; mine has days of its own"):
        read(tmp_path / "a.csv", TABLE, "mine", column_map=OWN, **said)
