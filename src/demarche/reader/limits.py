"""Limits of the reader: each has a number, and a message that says how to raise it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from demarche.errors import QuestionError, near_miss

__all__ = ["Limits", "limits_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one article may cost.

    Attributes
    ----------
    bytes : int
        Bytes of a file, of standard input, or of a web page after decompression.
    characters : int
        Characters of text that are read.
    depth : int
        Nested tags of a page.
    pages : int
        Pages of a PDF.
    seconds : int
        Seconds that a page or PDF may take to turn into text, and that a download may take.
    memory_mb : int
        Megabytes that turning a page or PDF into text may use.
    ratio : int
        How many times larger a download may become when it is unpacked.
    redirects : int
        Redirects of a web address that are followed.
    files : int
        Files of one call.
    """

    bytes: int = 10_000_000
    characters: int = 3_000_000
    depth: int = 1_000
    pages: int = 1_000
    seconds: int = 30
    memory_mb: int = 1_024
    ratio: int = 100
    redirects: int = 5
    files: int = 1_000

    def over(self, name: str, what: str, *, need: int | None = None) -> str:
        """Sentence that says which limit was met and which number would do.

        Without ``need``, what would do is not known: twice the limit is named as a next try.

        Examples
        --------
        >>> Limits().over("pages", "a.pdf has 2,345 pages", need=2345)
        'a.pdf has 2,345 pages; the limit is 1,000 pages. What it needs: --limit pages=2345'
        >>> Limits().over("seconds", "a.pdf takes longer")
        'a.pdf takes longer; the limit is 30 seconds. To try twice that: --limit seconds=60'
        """
        value = int(getattr(self, name))
        unit = {"memory_mb": "MB", "depth": "nested tags", "ratio": "times"}.get(name, name)
        how = "To try twice that" if need is None else "What it needs"
        return f"{what}; the limit is {value:,} {unit}. {how}: --limit {name}={need or 2 * value}"


def limits_from(said: Iterable[str]) -> Limits:
    """Limits with some raised or lowered by ``NAME=NUMBER``.

    Raises
    ------
    QuestionError
        If a name is no limit or a number is not a whole one above zero.

    Examples
    --------
    >>> limits_from(["pages=50"]).pages
    50
    """
    known = [field.name for field in fields(Limits)]
    limits = Limits()
    for one in said:
        name, _, number = one.partition("=")
        if name not in known:
            raise QuestionError(
                f"--limit {one[:40]!r}: no limit of that name. {near_miss(name, known)} "
                f"Limits: {', '.join(known)}."
            )
        if not (
            number.isascii() and number.isdigit() and int(number[:15]) > 0 and len(number) < 13
        ):
            raise QuestionError(
                f"--limit {one[:40]!r}: expected a whole number above zero, such as {name}=1000."
            )
        limits = replace(limits, **{name: int(number)})
    return limits
