"""Cells that a spreadsheet would take for a formula, made text and back."""

from __future__ import annotations

import re

__all__ = ["escaped", "unescaped"]

FORMULA = re.compile(r"'*[=+\-@\t\r]")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def escaped(cell: str) -> str:
    """Cell with an apostrophe before what opens a formula: ``=``, ``+``, ``-``, ``@``, tab, CR.

    Examples
    --------
    >>> escaped("=1+1"), escaped("plain"), unescaped(escaped("'=1"))
    ("'=1+1", 'plain', "'=1")
    """
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """Inverse of :func:`escaped`."""
    return cell[1:] if ESCAPED.match(cell) else cell
