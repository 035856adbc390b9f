"""The glossary as it ships: every term, what it means, and the literature that uses it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib import resources

__all__ = ["Term", "anchor_of", "glossary", "glossary_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of the glossary."""

    term: str
    meaning: str
    used_in: str

    @property
    def anchor(self) -> str:
        """Its place on the page of the glossary."""
        return anchor_of(self.term)


def anchor_of(term: str) -> str:
    """Anchor of a term: its letters and digits, joined by hyphens.

    Examples
    --------
    >>> anchor_of("assumption (of a case)")
    'assumption-of-a-case'
    """
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def glossary_text() -> str:
    """Text of the glossary as it is packaged; the same as docs/glossary.md."""
    file = resources.files("demarche.show.workbench") / "glossary.md"
    return file.read_text(encoding="utf-8")


@functools.lru_cache(maxsize=1)
def glossary() -> tuple[Term, ...]:
    """All terms, in the order of the glossary.

    Examples
    --------
    >>> glossary()[0].term
    'actor'
    """
    found = []
    for line in glossary_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "word":
            found.append(Term(term=cells[0], meaning=cells[1], used_in=cells[2]))
    return tuple(found)
