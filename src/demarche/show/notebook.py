"""The answer as a document that runs: Quarto (.qmd) or Jupyter (.ipynb), recomputed by the API.

Whatever a case says is escaped twice: as Markdown where it is text, as plain ASCII without braces,
backticks and angle brackets where it is code. So no text of a case ends a cell, opens a shortcode
or becomes a tag.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from demarche.cases import dump_case, shipped_case, shipped_ids
from demarche.desk import Answer
from demarche.errors import MethodError
from demarche.show import _sections as sections
from demarche.show._figures import courses_figure, ladder_figure
from demarche.show._numbers import chance, seen, span
from demarche.show._precedents import precedent_lines
from demarche.show._sensitivity import sweep_figure, tornado_of

__all__ = ["Cell", "Drawing", "Table", "cells_of", "drawing", "ipynb_text", "qmd_text", "table"]

MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~^$@:=-])")
"""What Markdown, Quarto and Jupyter give a meaning to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: Markdown or Python; ``fold`` says that its code is long and of little interest."""

    kind: Literal["markdown", "code"]
    text: str
    fold: bool = False


class Drawing(str):
    """SVG text that notebooks show as a picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a head, which notebooks show as a table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return "\n".join("\t".join(row) for row in (self.head, *self.rows))

    def _repr_html_(self) -> str:
        from markupsafe import escape

        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        body = "".join(
            "<tr>"
            + "".join(
                f'<th scope="row">{escape(c)}</th>' if i == 0 else f"<td>{escape(c)}</td>"
                for i, c in enumerate(row)
            )
            + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def drawing(svg: str) -> Drawing:
    """A chart of `demarche.show.charts` that notebooks show as a picture.

    Examples
    --------
    >>> drawing("<svg></svg>")._repr_svg_()
    '<svg></svg>'
    """
    return Drawing(svg)


def table(answer: Answer, what: str, /) -> Table:
    """One table of an answer: the numbers behind a chart of the report.

    Parameters
    ----------
    answer : Answer
    what : str
        ``courses``, ``ladder``, ``precedents``, ``factions``, ``sweep``, or the id of a course for
        the inputs that move it.

    Raises
    ------
    MethodError
        If the answer has no such table.
    """
    if what == "precedents":
        return Table(
            head=("Date", "Precedent", "What was done", "Lag, days", "Similarity", "If left out"),
            rows=tuple(
                (
                    str(line.row.trigger_date),
                    f"{line.row.title} ({line.row.actor})",
                    line.done,
                    line.lag,
                    f"{line.row.similarity:.2f}",
                    line.drop,
                )
                for line in precedent_lines(answer)
            ),
        )
    if what == "factions":
        return Table(
            head=("Faction", "Weight %", "Alone it would most likely choose"),
            rows=tuple(
                (name, f"{chance(weight, sign='')} ({span(low, high)})", favourite)
                for _, name, weight, low, high, favourite, _ in answer.inside.factions
            ),
        )
    made = {"courses": courses_figure, "ladder": ladder_figure, "sweep": sweep_figure}
    figure = made[what](answer) if what in made else tornado_of(answer, what)
    if figure is None:
        raise MethodError(
            f"this answer has no table {what!r}; expected courses, ladder, precedents, factions, "
            f"sweep, or one of {', '.join(r.id for r in answer.courses)}."
        )
    return Table(head=figure.head, rows=figure.rows)


def words(text: str) -> str:
    r"""Text of others as Markdown that shows it and does nothing else.

    Examples
    --------
    >>> print(words("---\n# <b>{{7*7}}</b> `x`"))
    \-\-\- \# &lt;b&gt;\{\{7\*7\}\}&lt;/b&gt; \`x\`
    """
    one = " ".join(seen(text).split())
    one = one.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MARKS.sub(r"\\\1", one)


def link(text: str, url: str) -> str:
    """A link in Markdown for addresses of http and https, else the text alone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return words(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return words(text)
    address = quote(seen(url), safe=":/?#@&=+,;%~.-_").replace("&", "&amp;")
    return f"[{words(text)}](<{address}>)"


def literal(value: Any) -> str:
    r"""A Python literal in plain ASCII without braces, backticks or angle brackets.

    Examples
    --------
    >>> print(literal("a`{{b}}<c>"))
    'a\x60\x7b\x7bb\x7d\x7d\x3cc\x3e'
    """
    text = ascii(value)
    return re.sub(r"[`{}<>]", lambda m: f"\\x{ord(m.group()):02x}", text)


def cells_of(
    answer: Answer,
    *,
    weights: tuple[float, float] | None = None,
    store: str | Path | None = None,
    source: str | None = None,
) -> tuple[Cell, ...]:
    """The cells of the document, in order: text, the answer computed again, tables and charts.

    Parameters
    ----------
    answer : Answer
    weights : (outside, inside), optional
        As they were given; the shares of the answer otherwise, as small whole numbers if they
        are such, since the run id knows them as they were given.
    store, source : optional
        Of the event record that the answer used.
    """
    q, widest = answer.question, max(answer.courses, key=lambda r: r.inside_high - r.inside_low)
    judged = "\n".join(f"{i}. {words(s)}" for i, s in enumerate(sections.judgements(answer), 1))
    confidence = words(
        f"{answer.confidence.lower()}. {answer.confidence_because[:1].upper()}"
        f"{answer.confidence_because[1:]}."
    )
    limits = "\n".join(f"* {words(limit)}" for limit in (*answer.limits, *answer.warnings))
    rules = "\n".join(f"* **{words(r.label)}**: {words(r.resolution)}" for r in answer.courses)
    cells = [
        _text(
            f"{words(answer.actor_name)}, as of {q.as_of}, {q.horizon_days} days. Run "
            f"`{answer.run_id}`, question `{q.id}`.\n\n"
            f"The trigger: {words(answer.trigger_label)}. {words(answer.trigger_rule)}\n\n"
            f"## Key judgements\n\n{judged}\n\nConfidence: {confidence}\n\n"
            "The sentences above are those of the run named here. The cells below compute it again."
        ),
        *_setup(answer, weights=weights, store=store, source=source),
        _text(
            "## Courses and ladder\n\nThe courses are not exclusive: each has a probability of its "
            "own that it happens at least once within the horizon. The grey bands are the "
            "likelihood words of ICD 203."
        ),
        _code("drawing(courses_svg(answer))"),
        _code('table(answer, "courses")'),
        _code("drawing(ladder_svg(answer))"),
        _text(f"What counts as each course:\n\n{rules}"),
    ]
    if answer.precedents:
        cells += [
            _text("## Outside view\n\nThe weightiest precedents, and all of them over time."),
            _code('table(answer, "precedents")'),
            _code("drawing(precedents_svg(answer))"),
            _code("drawing(classes_svg(answer))"),
            _text(_sources(answer)),
        ]
    cells += [
        _text("## Inside view\n\nThe factions behind the decision, and the inputs that matter."),
        _code('table(answer, "factions")'),
        _code(f"drawing(tornado_svg(answer, {literal(widest.id)}))"),
        _code("drawing(rules_svg(answer))"),
        _text(
            "## What if\n\nAny input can be changed. Here the pool is the outside view alone, "
            "or the inside view alone where there are no precedents; the dashed rings show the "
            "answer above."
        ),
        _code(
            f"changed = ask(\n    case, **{{**question, 'weights': "
            f"{'(1.0, 0.0)' if answer.precedents else '(0.0, 1.0)'}}}\n)\n"
            "drawing(courses_svg(changed, answer))"
        ),
        _text(f"## Limits\n\n{limits}"),
    ]
    return tuple(cells)


def _text(text: str) -> Cell:
    return Cell(kind="markdown", text=text)


def _code(text: str, *, fold: bool = False) -> Cell:
    return Cell(kind="code", text=text, fold=fold)


def _sources(answer: Answer) -> str:
    rows = [
        f"* {words(line.row.title)} ({words(line.row.actor)}, {line.row.trigger_date.year}): "
        + "; ".join(
            f"{link(title, url)}, {words(publisher)}" for title, publisher, url in line.row.sources
        )
        for line in precedent_lines(answer)
    ]
    return "Sources of the weightiest precedents:\n\n" + "\n".join(rows)


def _setup(
    answer: Answer,
    *,
    weights: tuple[float, float] | None,
    store: str | Path | None,
    source: str | None,
) -> list[Cell]:
    """Cells that load the case and compute the answer again."""
    q = answer.question
    pair = weights or sections.weights_of(answer)
    excluded = answer.outside.excluded if answer.outside is not None else ()
    removed = tuple(id for id in excluded if id not in answer.case.exclude_episodes)
    record = ""
    if answer.record is not None:
        record = (
            f"    store=Path({literal(str(store or 'desk/record'))}),  # the event record used\n"
            f"    source={literal(source or answer.record.source)},\n"
        )
    loader = "shipped_case" if _is_shipped(answer) else "parse_case"
    head = (
        "import datetime as dt\n"
        + ("from pathlib import Path\n" if record else "")
        + f"\nfrom demarche.cases import {loader}\n"
        "from demarche.desk import ask\n"
        "from demarche.show.charts import (\n    classes_svg,\n    courses_svg,\n    ladder_svg,\n"
        "    precedents_svg,\n    rules_svg,\n    tornado_svg,\n)\n"
        "from demarche.show.notebook import drawing, table"
    )
    run = (
        "question = dict(\n"
        f"    trigger={literal(q.trigger)},\n    actor={literal(q.actor)},\n"
        f"    as_of=dt.date({q.as_of.year}, {q.as_of.month}, {q.as_of.day}),\n"
        f"    horizon_days={q.horizon_days},\n    seed={answer.seed},\n    draws={answer.draws},\n"
        f"    weights=({float(pair[0])!r}, {float(pair[1])!r}),\n"
        f"    remove={literal(removed)},\n{record})\n"
        "answer = ask(case, **question)\n"
        f"same = answer.run_id == {literal(answer.run_id)}\n"
        'print("the same run" if same else "another run: the case, the episodes, the record or '
        'the version differ", answer.run_id)'
    )
    return [_code(head), _case(answer), _code(run)]


def _is_shipped(answer: Answer) -> bool:
    id = answer.case.id
    return id in shipped_ids() and dump_case(shipped_case(id)) == dump_case(answer.case)


def _case(answer: Answer) -> Cell:
    """The case: by its name if it ships, else in full."""
    if _is_shipped(answer):
        return _code(f"case = shipped_case({literal(answer.case.id)})")
    lines = dump_case(answer.case).split("\n")
    rows = "\n".join(f"    {literal(line + chr(10))}" for line in lines)
    return _code(
        f"case = parse_case(\n    (\n{rows}\n    ),\n    file={literal(answer.case.id + '.toml')},"
        "\n)",
        fold=True,
    )


def qmd_text(answer: Answer, **more: Any) -> str:
    """The document for Quarto; ``more`` as for `cells_of`."""
    cells = cells_of(answer, **more)
    title = json.dumps(words(answer.question.text or answer.case.title)).replace("{", "\\u007b")
    parts = [
        f"---\ntitle: {title}\ndate: {answer.question.as_of}\nformat:\n  html:\n"
        "    embed-resources: true\n    toc: true\njupyter: python3\n---\n"
    ]
    for cell in cells:
        if cell.kind == "markdown":
            parts.append(cell.text + "\n")
        else:
            fold = "#| code-fold: true\n" if cell.fold else ""
            parts.append(f"```{{python}}\n{fold}{cell.text}\n```\n")
    return "\n".join(parts)


def ipynb_text(answer: Answer, **more: Any) -> str:
    """The document for Jupyter, in nbformat 4.5; ``more`` as for `cells_of`."""
    title = Cell(kind="markdown", text=f"# {words(answer.question.text or answer.case.title)}")
    cells: list[dict[str, Any]] = [
        {
            "cell_type": cell.kind,
            "id": f"cell-{number}",
            "metadata": {},
            **({"outputs": [], "execution_count": None} if cell.kind == "code" else {}),
            "source": cell.text.splitlines(keepends=True),
        }
        for number, cell in enumerate((title, *cells_of(answer, **more)))
    ]
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }
    return json.dumps(document, indent=1, ensure_ascii=True).replace("<", "\\u003c") + "\n"
