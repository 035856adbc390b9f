"""Every command, public name and exception is in the documents."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import demarche.errors
from demarche.desk.next import NextAnswer, NextLine
from demarche.outside.events.backtest import BackTest, Track
from demarche.outside.events.calibration import Reliability, Scores
from demarche.outside.ranking.explain import Reason
from demarche.show.cli import app
from demarche.terms import COURSE_KINDS, FEATURES, RULES

DOCS = Path(__file__).parents[1] / "docs"
ROOT = Path(__file__).parents[1]


def test_every_command_is_documented():
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    commands = [name for name in app if not name.startswith("-")]
    assert {"ask", "check", "report", "validate"} <= set(commands)
    for name in commands:
        assert f"`demarche {name}" in text, f"demarche {name} is not in docs/commands.md"


@pytest.mark.parametrize("word", [*COURSE_KINDS, *FEATURES])
def test_every_code_of_the_episodes_is_in_the_codebook(word):
    assert f"`{word}`" in (DOCS / "episodes-codebook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "mixture"])
def test_every_decision_rule_is_in_the_glossary(rule):
    assert f"| {rule} |" in (DOCS / "glossary.md").read_text(encoding="utf-8")


def test_every_error_is_drawn_in_the_tree():
    tree = demarche.errors.__doc__ or ""
    for name in demarche.errors.__all__:
        if isinstance(getattr(demarche.errors, name), type) and name.endswith("Error"):
            assert name in tree


def test_the_glossary_is_sorted_and_every_word_has_a_source():
    rows = [
        line
        for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| word")
    ]
    words = [row.split("|")[1].strip().lower() for row in rows]
    assert words == sorted(words)
    for row in rows:
        assert len(row.split("|")[3].strip()) > 3, row


INDEX_WORDS = "|".join(
    ["https?://", "-".join(("index", "url")), "-".join(("find", "links")), "trusted-host"]
)
"""What names a package index; joined here, so that no line of the tree holds such a word."""


def test_no_committed_file_names_a_package_index():
    for path in [*ROOT.glob("*.txt"), ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci/run"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(INDEX_WORDS, text), path.name


def test_every_pinned_version_has_a_hash():
    for name in ("constraints.txt", "constraints-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^\S+==\S+", text, re.MULTILINE)
        blocks = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
        assert len(pins) == len(blocks) > 20
        assert all("--hash=sha256:" in block for block in blocks)


def test_module_docstrings_state_what_a_module_is_for():
    for path in sorted((ROOT / "src").rglob("*.py")):
        first = path.read_text(encoding="utf-8").lstrip()
        assert first.startswith('"""'), path


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ("validation-events.md", (BackTest, Track, Scores, Reliability)),
        ("ranking.md", (NextAnswer, NextLine, Reason)),
    ],
)
def test_every_key_of_a_json_object_is_on_its_page(page, parts):
    text = (DOCS / page).read_text(encoding="utf-8")
    keys = {field.name for part in parts for field in dataclasses.fields(part)}
    assert not {key for key in keys if f"`{key}`" not in text}
