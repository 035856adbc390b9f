"""Scores as one self-contained HTML file, in the report's own style."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import QuestionError
from demarche.show.report import environment_of
from demarche.show.written import replace_own

if TYPE_CHECKING:
    from demarche.desk.scoring import FileScores, LedgerScores

__all__ = ["scores_html", "write_scores"]

SHOWN = 200
HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="demarche scores">
<title>{{ title }}</title>
"""


def write_scores(found: FileScores | LedgerScores, *, path: Path) -> Path:
    """Write scores to an HTML file, and return its path; an earlier page of ours is replaced.

    Raises
    ------
    QuestionError
        If the file cannot be written, is none of HTML, or is another's.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise QuestionError(f"scores are written as .html, got {path.name!r}.")
    return replace_own(path, scores_html(found).encode("utf-8"))


def scores_html(found: FileScores | LedgerScores) -> str:
    """Scores as HTML text: what was read, means with intervals, calibration, claims in words."""
    from demarche.show import _scores_figures as figures

    report, own = (
        (resources.files("demarche.show") / name).read_text(encoding="utf-8")
        for name in ("report.html.j2", "scores.html.j2")
    )
    style = _between(report, "<style>", "</style>")
    macros = _between(report, "{%- macro symbol", "{%- macro heading").removesuffix(
        "{%- macro heading"
    )
    template = environment_of().from_string(f"{HEAD}{style}\n</head>\n{macros}\n{own}")
    table, imported = found.table, getattr(found, "imported", None)
    short = [c for c in table.cards if c.curve is None and c.counts.scored]
    names = ", ".join(dict.fromkeys(c.forecaster for c in short))
    context: dict[str, Any] = {
        "title": f"Scores of {table.title}",
        "scores": table,
        "imported": imported,
        "rejects": tuple((r.place, r.reason, r.text) for r in imported.rejects[:SHOWN])
        if imported is not None
        else (),
        "claims": found.claims,
        "short": f"{names}: {short[0].why_no_curve}" if short else "",
        "scores_figure": figures.scores_figure(table),
        "calibration_figures": figures.calibration_figures(table),
    }
    return template.render(**context) + "\n"


def _between(text: str, first: str, last: str) -> str:
    """Part of the report's template from one mark to another, both included."""
    start = text.index(first)
    return text[start : text.index(last, start) + len(last)]
