"""Files whose names are patterns to DuckDB are read themselves, and no other in their place."""

from __future__ import annotations

import polars as pl
import pytest

from demarche.record.readers import read_events

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
