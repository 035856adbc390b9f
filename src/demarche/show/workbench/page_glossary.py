"""The page of the glossary: every term with its meaning and the literature that uses it."""

from __future__ import annotations

from collections.abc import Mapping

from demarche.show.workbench.asked import Shown
from demarche.show.workbench.frame import render
from demarche.show.workbench.words import glossary
from demarche.show.workbench.workspace import Workspace

__all__ = ["page"]

LIMITS = (
    "One meaning per word, as this program uses it; other authors use some of the words otherwise.",
    "The citations name who uses a word so, not all who do.",
)


def page(workspace: Workspace, query: Mapping[str, str]) -> Shown:
    """All terms, or those in which every word of the search occurs."""
    rows = glossary()
    words = query.get("q", "").casefold().split()
    found = [
        row
        for row in rows
        if all(word in f"{row.term} {row.meaning} {row.used_in}".casefold() for word in words)
    ]
    body = render("glossary.html.j2", q=query.get("q", ""), rows=found, all=len(rows))
    return Shown(title="Glossary", body=body, limits=LIMITS)
