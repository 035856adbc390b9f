"""Numbers with the noun that they count."""

from __future__ import annotations

__all__ = ["counted"]


def counted(n: int, one: str, many: str = "") -> str:
    """A number and its noun, in the singular where it is one.

    Examples
    --------
    >>> counted(1, "entry", "entries"), counted(1200, "entry", "entries"), counted(0, "question")
    ('1 entry', '1,200 entries', '0 questions')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
