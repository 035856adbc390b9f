"""Files that another program wrote again, such as R, and what of them meets in one store."""

from __future__ import annotations

import pytest

from tests.record.readers.test_dirt import acled, read
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
