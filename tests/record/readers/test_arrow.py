"""Lines that pyarrow splits are those that DuckDB splits, cell by cell, or they are refused."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.record.readers import _load, read_events
from demarche.record.readers._arrow import CellStream
from demarche.record.readers._text import MAX_LINE
from tests.record.readers.test_read import gdelt, written

COLUMNS = ("x", "y", "z")


def split(con, query):
    try:
        return con.execute(query).fetchall()
    except (duckdb.InvalidInputException, duckdb.IOException):
        return None


def both(folder, text, name="a.tsv"):
    """Rows by pyarrow and by DuckDB's strict scan; None where one refuses the file."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    con = duckdb.connect()
    con.register(
        "cells",
        CellStream(files=[(7, path)], columns=COLUMNS, needed=COLUMNS, delimiter="\t", header=0),
    )
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    scan = (
        f"SELECT *, 7 FROM read_csv('{path}', columns = {{{types}}}, delim = '\t', quote = '', "
        f"escape = '', header = false, auto_detect = false, max_line_size = {MAX_LINE})"
    )
    return split(con, "FROM cells"), split(con, scan)


@settings(deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.text(
                st.characters(exclude_characters="\t\n\r\0", exclude_categories=["Cs"]), max_size=9
            ),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    ),
    end=st.sampled_from(["", "\n", "\n\n"]),
)
def test_any_lines_are_split_alike_or_refused(tmp_path_factory, rows, end):
    text = "\n".join("\t".join(row) for row in rows) + end
    arrow, scan = both(tmp_path_factory.mktemp("cells"), text)
    if any(row != [""] and len(row) != 3 for row in rows):
        assert arrow is None
    if arrow is not None:
        assert arrow == scan


@pytest.mark.parametrize(
    "line", ['"a\tb"\t"', "NA\tnull\tNULL", " a \t\\\t'", "é\t日本\tx\x85y\u2028z", "\t\t"]
)
def test_marks_of_other_formats_are_part_of_the_cell(tmp_path, line):
    arrow, scan = both(tmp_path, f"{line}\na\tb\tc\n")
    assert arrow == scan
    assert [cell or "" for cell in arrow[0][:3]] == line.split("\t")


def test_a_line_of_more_than_two_megabytes_is_refused(tmp_path):
    assert both(tmp_path, "a\tb\t" + "x" * MAX_LINE + "\n") == (None, None)
    arrow, scan = both(tmp_path, "a\tb\t" + "x" * (MAX_LINE // 3) + "\nc\td\te\n", "b.tsv")
    assert arrow == scan and len(arrow) == 2


@pytest.mark.parametrize("fault", [None, "short\tline", "", "x" * (MAX_LINE + 5)])
def test_files_with_and_without_faults_are_read_the_same(tmp_path, monkeypatch, fault):
    for n in range(3):
        lines = [gdelt(GLOBALEVENTID=str(10 * n + k), EventCode="19Z") for k in range(4)]
        if n == 1 and fault is not None:
            lines[2] = fault
        lines[3] = gdelt(GLOBALEVENTID="x", SQLDATE="20190101")
        written(tmp_path, "\n".join(lines) + "\n", f"{n}.CSV")
    found = []
    for many in (0, 10**9):
        monkeypatch.setattr(_load, "MANY", many)
        with read_events(tmp_path, source="gdelt2") as result:
            found.append(
                (
                    result.events.order("event_id").fetchall(),
                    result.rejects.order("source_file, source_row").fetchall(),
                    result.warnings,
                    result.counts(),
                )
            )
    assert found[0] == found[1]
