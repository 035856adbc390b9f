"""Files whose names are patterns to DuckDB, or no text, and no other file in their place."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest

from demarche.errors import DataError
from demarche.record.export import export
from demarche.record.ingest import ingest
from demarche.record.readers import read_events
from demarche.record.store import events, status
from tests.record.readers.test_read import gdelt

MAP = {"date": "day", "actor": "who", "recipient": "whom", "cameo": "code"}
NAMES = ("e1", "e2", "e[12]", "e[!3]", "e*", "e?", "{e1,e2}", "e'", "e[1]")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_name_with_a_bracket_or_a_star_names_one_file(tmp_path, form):
    actors = ("FRA", "DEU", "ITA", "ESP", "GBR", "USA", "CHN", "IND", "JPN")
    for name, actor in zip(NAMES, actors, strict=True):
        table = pl.DataFrame(
            {"day": ["2020-01-01"], "who": [actor], "whom": ["RUS"], "code": ["010"]}
        )
        (table.write_csv if form == "csv" else table.write_parquet)(tmp_path / f"{name}.{form}")
    with read_events(tmp_path, source="mine", column_map=MAP) as result:
        read = dict(result.events.project("source_file, actor").fetchall())
    assert read == {f"{n}.{form}": actor for n, actor in zip(NAMES, actors, strict=True)}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_with_a_bracket_is_not_another(tmp_path, form):
    for folder, actor in (("d1", "FRA"), ("d[1]", "DEU")):
        (tmp_path / folder).mkdir()
        table = pl.DataFrame(
            {"day": ["2020-01-01"], "who": [actor], "whom": ["RUS"], "code": ["010"]}
        )
        path = tmp_path / folder / f"e.{form}"
        (table.write_csv if form == "csv" else table.write_parquet)(path)
    with read_events(tmp_path / "d[1]", source="mine", column_map=MAP) as result:
        assert result.events.project("actor").fetchall() == [("DEU",)]


def test_a_file_whose_name_is_not_utf8_is_refused_alone(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/a\xff.CSV"))
    try:
        odd.write_text(gdelt() + "\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(DataError, match=r"no file could be read.*a\\xff.CSV is not UTF-8"):
        ingest(tmp_path / "s", [folder], source="gdelt2")
    (folder / "b.CSV").write_text(gdelt() + "\n" + gdelt(GLOBALEVENTID="2") + "\n")
    for files, known in ((1, 0), (0, 1)):
        done = ingest(tmp_path / "s", [folder], source="gdelt2")
        assert (done.files, done.known) == (files, known)
        ((name, reason),) = done.refused
        assert name == r"a\xff.CSV"
        assert reason.endswith("Rename it.")
    assert events(tmp_path / "s", as_of=dt.date(2100, 1, 1)).shape[0] == 2


def test_a_store_and_an_export_whose_names_are_not_utf8_are_one_sentence(tmp_path):
    (tmp_path / "a.CSV").write_text(gdelt() + "\n")
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/s\xff"))
    with pytest.raises(DataError, match=r"the store .*s\\xff has a name that is not UTF-8"):
        ingest(odd, [tmp_path / "a.CSV"], source="gdelt2")
    with pytest.raises(DataError, match=r"the store .*s\\xff has a name that is not UTF-8"):
        status(odd)
    ingest(tmp_path / "s", [tmp_path / "a.CSV"], source="gdelt2")
    with pytest.raises(DataError, match=r"the folder .*s\\xff has a name that is not UTF-8"):
        export(tmp_path / "s", odd, as_of=dt.date(2100, 1, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.CSV", "s"]
