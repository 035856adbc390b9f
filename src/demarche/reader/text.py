"""Text as the reader sees it: normalised once, then paragraphs, sentences and words by offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from demarche.reader.offsets import mapped

__all__ = ["Sentence", "Word", "folded", "line_of", "normalised", "sentences", "words"]

MAX_SENTENCE = 2_000
"""Characters of a sentence; a longer one is no sentence and is counted."""
_SAME = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2014": "\u2014",
        "\u2013": "-",
        "\u2011": "-",
        "\u2010": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\t": " ",
        "\n": " ",
    }
)
_WORD = re.compile(
    r"[^\W\d_]+(?:['.\-&][^\W\d_]+)*'?|\d+(?:[.,:/]\d+)*(?:st|nd|rd|th)?\b|[^\w\s]|\S"
)
_BLANK = re.compile(r"\n[ \t]*\n[ \t\n]*")
_STOP = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"')\]\u201d\u2019]*+(?=\s)")
_SHORT = frozenset(
    "mr mrs ms dr prof gen col lt sgt capt adm sen rep gov st mt jr sr vs no nos art jan feb mar "
    "apr jun jul aug sep sept oct nov dec inc ltd co corp dept est approx e.g i.e cf al vol ch p "
    "pp u.s u.k u.n e.u a.m p.m".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark: offsets inside its sentence, as written, and folded."""

    start: int
    end: int
    text: str
    low: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence with its place: ``start`` is an offset in the text, counts begin at 0 and 1."""

    start: int
    text: str
    low: str
    paragraph: int
    index: int
    complete: bool = True

    @property
    def end(self) -> int:
        """Offset just after the sentence."""
        return self.start + len(self.text)


def normalised(text: str) -> str:
    r"""Text whose offsets count: line ends as ``\n``, no invisible characters; see `mapped`.

    Examples
    --------
    >>> normalised("\ufeffone\r\ntwo\rthree")
    'one\ntwo\nthree'
    """
    return mapped(text)[0]


def folded(text: str) -> str:
    r"""Lower case, plain quotes, dashes and blanks, of the same length as the text.

    Examples
    --------
    >>> folded("It’s “Done”")
    'it\'s "done"'
    """
    low = text.translate(_SAME)
    lower = low.lower()
    if len(lower) == len(low):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in low)


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """Words and marks of a sentence, by offset.

    Examples
    --------
    >>> [w.low for w in words("The U.S. won't sign.")]
    ['the', 'u.s', '.', "won't", 'sign', '.']
    """
    low = folded(text)
    return tuple(
        Word(m.start(), m.end(), text[m.start() : m.end()], m.group()) for m in _WORD.finditer(low)
    )


def line_of(starts: Sequence[int], offset: int) -> int:
    """Line of an offset, counted from 1; ``starts`` are the offsets at which lines begin."""
    return bisect_right(starts, offset)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of paragraphs: parted by blank lines, or by line ends that end a sentence."""
    at = 0
    for gap in [*_BLANK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        yield from _lines(text, at, end)
        at = gap.end() if gap else end


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Join hard-wrapped lines: a line is open if it is long and ends without a stop."""
    first = at = start
    longest = max(len(line) for line in text[start:end].split("\n"))
    while at < end:
        stop = text.find("\n", at, end)
        if stop < 0:
            break
        line = text[at:stop].rstrip()
        following = text[stop + 1 : stop + 2]
        wrapped = (
            longest <= 120
            and len(line) >= 50
            and (line[-1:] not in '.!?"\u201d' or following.islower())
        )
        if not (wrapped or (line and following.islower())):
            if text[first:stop].strip():
                yield first, stop
            first = stop + 1
        at = stop + 1
    if text[first:end].strip():
        yield first, end


def _ends(block: str) -> Iterator[int]:
    for stop in _STOP.finditer(block):
        rest = block[stop.end() : stop.end() + 4].lstrip()
        if rest[:1].islower():
            continue
        if stop.group() == ".":
            before = block[max(0, stop.start() - 12) : stop.start()]
            last = before.split()[-1] if before.split() else ""
            plain = last.lstrip("(\"'").lower()
            if plain in _SHORT or (len(last) == 1 and last.isupper()):
                continue
        yield stop.end()


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences of a normalised text in order; what has no end mark is not ``complete``.

    Examples
    --------
    >>> [s.text for s in sentences("Dr. Ruiz left. It rained on 3.5 km.")]
    ['Dr. Ruiz left.', 'It rained on 3.5 km.']
    """
    index = 0
    for paragraph, (start, end) in enumerate(_blocks(text), start=1):
        block = text[start:end]
        at = 0
        for stop in [*_ends(block), len(block)]:
            piece = block[at:stop]
            lead = len(piece) - len(piece.lstrip())
            body = piece.strip()
            if body:
                yield Sentence(
                    start=start + at + lead,
                    text=body,
                    low=folded(body) if len(body) <= MAX_SENTENCE else "",
                    paragraph=paragraph,
                    index=index,
                    complete=body.rstrip("\"')\u201d\u2019]")[-1:] in ".!?\u2026:",
                )
                index += 1
            at = stop
