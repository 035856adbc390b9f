"""Ideal points from a table of votes: which row counts, what is left out, what is refused."""

from __future__ import annotations

import pytest

from demarche.errors import DataError
from demarche.record.ideal_points import read_ideal_points
from tests.shared import need

HEAD = "iso3c,countryname,year,idealpointall,q5all,q95all\n"


def folder_of(path, text, name="IdealpointsMade.csv"):
    (path / name).write_text(text, encoding="utf-8")
    return path


def test_the_last_year_before_the_day_counts_and_older_ones_do_not(tmp_path):
    text = HEAD + "AAA,Aland,2019,0.5,0.1,0.9\nAAA,Aland,2021.0,1.5,,\nAAA,Aland,2022,9,,\n"
    text += "BBB,Beland,2016,2,,\nCCC,Celand,2017,-1,-2,0\n"
    found = read_ideal_points(folder_of(tmp_path, text), before=2022)
    assert set(found.points) == {"AAA", "CCC"}
    assert (found.points["AAA"].year, found.points["AAA"].value) == (2021, 1.5)
    assert (found.points["CCC"].low, found.points["CCC"].high) == (-2.0, 0.0)
    assert found.left_out == ()


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path):
    text = (
        HEAD
        + ",Nowhere,2020,1,,\nAAA,Aland,2020,,,\nBBB,Beland,2020,one,,\nBBB,Beland,2020.5,1,,\n"
    )
    text += "CCC,Celand,2020,1,,\nCCC,Celand,2020,2,,\nCCC,Celand,2019,3,,\nDDD,Deland,2020,inf,,\n"
    found = read_ideal_points(folder_of(tmp_path, text), before=2022)
    assert dict(found.left_out) == {
        "no country code": 1,
        "no ideal point": 1,
        "not a number": 3,
        "two values for one year": 2,
    }
    assert found.points["CCC"].year == 2019


def test_sessions_stand_for_years(tmp_path):
    text = "Session,IdealPointAll,iso3c\n75,1.25,AAA\n"
    found = read_ideal_points(folder_of(tmp_path, text), before=2021)
    assert (found.points["AAA"].year, found.points["AAA"].value) == (2020, 1.25)


REFUSED = {
    "no column": ("iso3c,year\nAAA,2020\n", "lacks the columns idealpointall"),
    "no year": ("iso3c,idealpointall\nAAA,1\n", r"lacks the columns year \(or session\)"),
    "no row": (HEAD, "holds no row"),
    "empty": ("", "lacks the columns iso3c"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_a_table_without_what_is_needed_is_refused(tmp_path, text, said):
    with pytest.raises(DataError, match=said):
        read_ideal_points(folder_of(tmp_path, text), before=2022)


def test_one_file_is_needed_and_the_error_says_where_to_get_it(tmp_path):
    with pytest.raises(DataError, match=r"found none.*doi:10\.7910/DVN/LEJUQZ"):
        read_ideal_points(tmp_path, before=2022)
    folder_of(folder_of(tmp_path, HEAD), HEAD, name="idealpoints2.csv")
    with pytest.raises(DataError, match=r"found IdealpointsMade\.csv, idealpoints2\.csv"):
        read_ideal_points(tmp_path, before=2022)
    with pytest.raises(DataError, match="is no folder"):
        read_ideal_points(tmp_path / "none", before=2022)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "Idealpoints.csv").write_bytes(b"\xff\xfe\x00iso3c")
    with pytest.raises(DataError, match="cannot be read"):
        read_ideal_points(tmp_path, before=2022)


def test_the_published_table_is_read():
    """Whole table: the United States above Russia in 2022; the count of states of that year."""
    found = read_ideal_points(need("data", "un_idealpoints"), before=2023)
    assert found.points["USA"].year == found.points["RUS"].year == 2022
    assert found.points["USA"].value == pytest.approx(2.114955)
    assert found.points["RUS"].value == pytest.approx(-1.413724)
    assert found.points["USA"].low < found.points["USA"].value < found.points["USA"].high
    assert 190 <= len(found.points) <= 197
    assert dict(found.left_out)["no country code"] == 17
