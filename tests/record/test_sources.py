"""Sources are stated whole: terms, citation, columns, when rows are known, and in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from demarche.errors import DataError, TermError
from demarche.record.sources import SOURCES, citations, describe, parse_sources, source

DOCS = Path(__file__).parents[2] / "docs" / "record-sources.md"


@pytest.mark.parametrize("id", SOURCES)
def test_every_source_is_stated_whole_and_documented(id):
    found = source(id)
    assert found.name and found.owner and found.terms and found.citation.fields
    assert found.lag_days >= 0
    assert len(set(found.columns)) == len(found.columns)
    assert f"`{id}`" in DOCS.read_text(encoding="utf-8")
    for name in found.environment:
        assert f"`{name}`" in DOCS.read_text(encoding="utf-8")
    assert describe(id).startswith(f"{id}: {found.name}")


@pytest.mark.parametrize(
    ("id", "columns"),
    [
        ("gdelt1", 58),
        ("gdelt2", 61),
        ("icews", 20),
        ("polecat", 40),
        ("acled", 31),
        ("ucdp_ged", 49),
        ("ucdp_candidate", 49),
    ],
)
def test_columns_have_the_published_number(id, columns):
    assert len(source(id).columns) == columns


def test_citations_name_each_work_once_in_both_forms():
    plain = citations(["gdelt1", "gdelt2", "ucdp_candidate"])
    assert plain.count("Leetaru") == 1
    assert "Hegre, Håvard" in plain and "Högbladh" in plain and "doi:10.1177/" in plain
    entry = citations(["ucdp_candidate"], form="bibtex")
    assert entry.startswith("@article{hegre_2020_candidate,")
    assert entry.count("{") == entry.count("}")
    assert citations([]) == ""


def test_unknown_ids_and_forms_name_the_nearest():
    with pytest.raises(TermError, match="Did you mean 'gdelt2'"):
        source("gdelt-2")
    with pytest.raises(TermError, match="plain or bibtex"):
        citations(["acled"], form="apa")


def test_a_table_with_an_unknown_or_missing_key_is_refused():
    with pytest.raises(DataError, match="unknown key 'licence'"):
        parse_sources('[x]\nlicence = "free"\n', file="s.toml")
    with pytest.raises(DataError, match="missing access"):
        parse_sources('[x]\nname = "free"\n', file="s.toml")
