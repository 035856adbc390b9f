"""Documents that run: the same run id in a fresh interpreter, and hostile text stays text."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import subprocess
import sys
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from demarche.cases import dump_case, parse_case, template
from demarche.desk import Answer, ask
from demarche.errors import MethodError
from demarche.show._numbers import seen
from demarche.show.cli import main
from demarche.show.notebook import cells_of, ipynb_text, link, literal, qmd_text, table, words
from tests.show.hostile import HOSTILE, hostile_case
from tests.show.test_report import Page

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["metadata", "nbformat_minor", "nbformat", "cells"],
    "properties": {
        "metadata": {
            "type": "object",
            "properties": {
                "kernelspec": {"type": "object", "required": ["name", "display_name"]},
                "language_info": {"type": "object", "required": ["name"]},
            },
        },
        "nbformat": {"const": 4},
        "nbformat_minor": {"type": "integer", "minimum": 5},
        "cells": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "cell_type", "metadata", "source"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-zA-Z0-9-_]{1,64}$"},
                    "metadata": {"type": "object"},
                    "source": {"type": "array", "items": {"type": "string"}},
                },
                "oneOf": [
                    {
                        "properties": {"cell_type": {"const": "markdown"}},
                        "not": {"required": ["outputs"]},
                    },
                    {
                        "properties": {
                            "cell_type": {"const": "code"},
                            "outputs": {"type": "array"},
                            "execution_count": {"type": ["integer", "null"]},
                        },
                        "required": ["outputs", "execution_count"],
                    },
                ],
            },
        },
    },
}
"""What version 4.5 of Jupyter's format asks of a document with text and code cells."""


@pytest.fixture(scope="module")
def shipped(regional) -> Answer:
    drop = ("rus-1995-bosnia-nato",)
    return ask(regional, draws=32, horizon_days=45, weights=(2.0, 1.0), remove=drop)


@pytest.fixture(scope="module")
def own(small_case) -> Answer:
    return ask(small_case, draws=32)


@pytest.fixture(scope="module")
def hostile(regional) -> Answer:
    case, count = hostile_case(regional)
    assert count > 900
    return ask(parse_case(dump_case(case), file="hostile.toml"), draws=16)


def code_of(text: str) -> list[str]:
    """Python cells of a Quarto document, as Quarto's reader finds them."""
    found, inside, lines = [], False, []
    for line in text.split("\n"):
        if not inside and re.match(r"^ {0,3}`{3,}", line):
            assert line == "```{python}", line
            inside, lines = True, []
        elif inside and re.match(r"^ {0,3}`{3,}\s*$", line):
            found.append("\n".join(lines))
            inside = False
        elif inside:
            lines.append(line)
    assert not inside
    return found


def ran(cells: list[str], tmp_path) -> dict[str, object]:
    """What cells say and leave behind, run in order in a fresh interpreter as a notebook would."""
    script = tmp_path / "run.py"
    script.write_text(
        "import ast, json, os, sys\n"
        f"cells = json.loads({json.dumps(json.dumps(cells))})\n"
        "space, shown = {'__name__': '__main__'}, []\n"
        "for cell in cells:\n"
        "    tree = ast.parse(cell)\n"
        "    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None\n"
        "    exec(compile(tree, 'cell', 'exec'), space)\n"
        "    if last is not None:\n"
        "        value = eval(compile(ast.Expression(last.value), 'cell', 'eval'), space)\n"
        "        for name in ('_repr_svg_', '_repr_html_'):\n"
        "            if hasattr(value, name):\n"
        "                shown.append([name, getattr(value, name)()])\n"
        "answer, changed = space['answer'], space['changed']\n"
        "json.dump({'run': answer.run_id, 'same': space['same'], 'shown': shown,\n"
        "           'ran': 'ran' in space or hasattr(os, 'ran'),\n"
        "           'other': changed.run_id}, open('out.json', 'w'))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-I", "run.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads((tmp_path / "out.json").read_text())
    return {**found, "printed": done.stdout}


def test_the_quarto_document_gives_the_same_run_in_a_fresh_interpreter(shipped, tmp_path):
    text = qmd_text(shipped, weights=(2.0, 1.0))
    cells = code_of(text)
    assert len(cells) == sum(c.kind == "code" for c in cells_of(shipped))
    assert "shipped_case('regional-war')" in text
    found = ran(cells, tmp_path)
    assert found["run"] == shipped.run_id and found["same"] is True
    assert found["other"] != shipped.run_id
    assert "the same run" in found["printed"]
    kinds = [name for name, _ in found["shown"]]
    assert kinds.count("_repr_svg_") == 7 and kinds.count("_repr_html_") == 3
    for name, shown in found["shown"]:
        page = Page(shown)
        assert page.open == [] and bool(page.all("svg" if name == "_repr_svg_" else "table"))


def test_a_case_that_does_not_ship_travels_with_the_notebook(own, tmp_path):
    document = json.loads(ipynb_text(own))
    jsonschema.validate(document, SCHEMA)
    ids = [cell["id"] for cell in document["cells"]]
    assert len(ids) == len(set(ids))
    cells = ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code"]
    assert "parse_case(" in cells[1]
    found = ran(cells, tmp_path)
    assert found["run"] == own.run_id and found["same"] is True


def test_hostile_text_breaks_out_of_no_cell(hostile, tmp_path):
    text = qmd_text(hostile)
    lines = text.split("\n")
    assert [i for i, line in enumerate(lines) if re.match(r"^\s*(---|\.\.\.|:::)", line)] == [
        0, lines.index("---", 1)
    ]  # fmt: skip
    assert lines.index("---", 1) < 12
    assert "{{" not in text and "}}" not in text
    cells = code_of(text)
    assert len(cells) == sum(c.kind == "code" for c in cells_of(hostile))
    for cell in cells:
        ast.parse(cell)
        assert "\u202e" not in cell and cell.isascii()
    found = ran(cells, tmp_path)
    assert found["same"] is True and found["ran"] is False
    for _, shown in found["shown"]:
        _harmless(Page(shown))


def test_hostile_text_stays_text_where_it_is_rendered(hostile):
    cells = [c.text for c in cells_of(hostile) if c.kind == "markdown"]
    document = json.loads(ipynb_text(hostile))
    jsonschema.validate(document, SCHEMA)
    cells += ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "markdown"]
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    shown = ""
    for cell in cells:
        page = Page(renderer.render(cell))
        _harmless(page)
        shown += page.text
    told = [h for h in HOSTILE if " ".join(seen(h).split()) in " ".join(shown.split())]
    assert len(told) >= len(HOSTILE) - 4


def _harmless(page: Page) -> None:
    assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "animate", "object"}
    for _, attrs in page.elements:
        assert not any(name.startswith("on") for name in attrs)
        if "href" in attrs:
            assert attrs["href"].startswith(("http://", "https://"))


@given(st.text())
def test_any_text_becomes_a_literal_and_one_line_of_text(text):
    made = literal(text)
    assert ast.literal_eval(made) == text
    assert made.isascii() and not set("`{}<>\n") & set(made)
    told = words(text)
    assert "\n" not in told and not re.search(r"(?<!\\)[`{$@]", told) and "<" not in told


@pytest.mark.parametrize("text", HOSTILE)
def test_row56_strings_are_shown_as_they_are(text):
    rendered = Page(MarkdownIt("commonmark", {"html": True}).render(words(text)))
    _harmless(rendered)
    assert rendered.text == " ".join(seen(text).split())


def test_only_web_addresses_become_links():
    assert link("a", "javascript:alert(1)") == "a"
    assert link("a", "http://[") == "a"
    html = MarkdownIt().render(link("a]", "https://ok.example/?a=1&copy=2>)<b>"))
    assert Page(html).all("a") == [{"href": "https://ok.example/?a=1&copy=2%3E%29%3Cb%3E"}]


def test_a_table_that_is_not_there_is_one_clear_error(own):
    with pytest.raises(MethodError, match="no table 'nothing'; expected courses, ladder"):
        table(own, "nothing")
    assert table(own, "courses").rows[0][0] == own.courses[0].label


@pytest.mark.parametrize(("name", "starts"), [("a.qmd", "---\ntitle:"), ("a.ipynb", "{\n")])
def test_the_command_writes_by_the_ending_and_never_over_a_file(tmp_path, capsys, name, starts):
    case, out = tmp_path / "small.toml", tmp_path / name
    case.write_text(template(), encoding="utf-8")
    command = ["report", str(case), "-o", str(out), "--draws", "16", "--weights", "3/1"]
    assert main(command) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith(starts) and "weights=(3.0, 1.0)" in text
    out.write_text("mine", encoding="utf-8")
    assert main(command) == 1
    assert "not overwritten" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"


def test_an_ending_without_a_format_is_refused_before_any_work(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("demarche.show.cli_report.answer_to", None)
    assert main(["report", "regional-war", "-o", str(tmp_path / "a.pdf")]) == 1
    assert "must end in .html, .qmd or .ipynb" in capsys.readouterr().err
    assert main(["report", "x", "-o", str(tmp_path / "a.qmd"), "--asker", "me"]) == 1
    assert "--asker" in capsys.readouterr().err


def test_an_answer_without_precedents_has_a_document_too(own, tmp_path):
    early = dt.date(1946, 1, 1)
    bare = ask(replace(own.case, question=replace(own.case.question, as_of=early)), draws=16)
    assert not bare.precedents
    found = ran(code_of(qmd_text(bare, weights=(1.0, 1.0))), tmp_path)
    assert found["same"] is True
